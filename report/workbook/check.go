package workbook

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/report"
	"countersign/verify"
)

// Copy is a workbook read back: what it says of itself, and where it no longer
// says what it said when it was made.
type Copy struct {
	Kind    string // "COO report" or "Report to Council"
	Form    int    // in which it is written; Against needs the present one
	Made    time.Time
	Program string
	Figures []Figures // of each petition, in the order of the Summary; none of a report to Council
	// of those petitions, such as "Petition for Seed Libraries"; none where there is but one
	Titles  []string
	Sources []Source
	// the conference for which a report to Council was written; empty for one on a petition
	At      string
	Changes []Change // against its own fingerprints, in the order of sheets and rows

	records  []*record
	pictures *record
	shown    map[int]seen // pictures by row
}

// Figures are those on record of one petition, by the names that the Summary
// gives them, such as "Valid".
type Figures map[string]int

// Source is something that the figures rest on: a file, an export, a rule, the
// head of the audit record.
type Source struct{ What, Name, Mark string }

// Change is a place at which a workbook says something else than it should.
type Change struct {
	Sheet string
	Row   int    // zero where it is not known or where all of the sheet is meant
	What  string // in words; of cells it quotes what they say, which may be personal data
}

func (c Change) String() string {
	if c.Row == 0 {
		return c.Sheet + ": " + c.What
	}
	return fmt.Sprintf("%s, row %d: %s", c.Sheet, c.Row, c.What)
}

// Check reads a workbook that COO, COOPeriod, Council or CouncilReport wrote
// and holds it against its own fingerprints. An error says that it cannot be
// read or is another workbook; a changed one is a Copy with Changes.
func Check(r io.Reader) (Copy, error) {
	read, err := open(r)
	if err != nil {
		return Copy{}, fmt.Errorf("read the workbook: %w", err)
	}
	defer read.close()
	var c Copy
	for _, name := range read.sheets() {
		rec, err := read.record(name)
		if err != nil {
			return Copy{}, fmt.Errorf("read sheet %s: %w", name, err)
		}
		c.records = append(c.records, rec)
	}
	if c.pictures, c.shown, err = read.pictures(); err != nil {
		return Copy{}, fmt.Errorf("read the pictures: %w", err)
	}
	own := c.sheet(provenanceSheet)
	if own == nil {
		return Copy{}, errors.New("this is no workbook of this program: it has no sheet " +
			provenanceSheet)
	}
	stated, err := c.provenance(own)
	if err != nil {
		return Copy{}, err
	}
	c.summary()
	c.compare(stated)
	return c, nil
}

// sheet is the record of a sheet, or nil.
func (c *Copy) sheet(name string) *record {
	for _, r := range c.records {
		if r.name == name {
			return r
		}
	}
	return nil
}

// stated is what the Provenance sheet says of a sheet.
type stated struct {
	name string
	rows int
	sum  string
}

// provenance reads what the workbook says of itself.
func (c *Copy) provenance(own *record) ([]stated, error) {
	var sheets []stated
	part, whole := "", newRecord(own.name)
	for _, row := range own.rows {
		cells := row.cells()
		first := cells[0]
		switch {
		case first == wholeLabel:
			if at(cells, 2) != whole.sum() {
				c.Changes = append(c.Changes, Change{own.name, row.row, "this sheet was changed"})
			}
		case first == sourcesHead, first == sumsHead:
			part = first
		case part == "":
			c.about(first, at(cells, 1))
		case part == sourcesHead && first != "What" && at(cells, 2) != "":
			c.Sources = append(c.Sources, Source{first, at(cells, 1), at(cells, 2)})
		case part == sumsHead && first != "Sheet" && at(cells, 2) != "":
			n, _ := strconv.Atoi(at(cells, 1)) // if it is no number, it differs
			sheets = append(sheets, stated{first, n, at(cells, 2)})
		}
		whole.add(row.row, cells)
	}
	if c.Kind != cooKind && c.Kind != councilKind || c.Form == 0 || len(sheets) == 0 {
		return nil, errors.New("this is no workbook of this program, or its sheet " +
			provenanceSheet + " was emptied: it does not say what kind of report it is")
	}
	return sheets, nil
}

func (c *Copy) about(label, text string) {
	switch label {
	case kindLabel:
		c.Kind = text
	case formLabel:
		c.Form, _ = strconv.Atoi(text) // zero is no form
	case madeLabel:
		c.Made, _ = time.Parse(time.RFC3339, text) // a changed one shows in the fingerprint
	case programLabel:
		c.Program = text
	}
}

// summary reads the figures on record, and for which conference a report to Council is.
func (c *Copy) summary() {
	if sheet := c.sheet(coverSheet); sheet != nil && c.Kind == councilKind {
		for _, row := range sheet.rows {
			if cells := row.cells(); cells[0] == conferenceLabel && at(cells, 1) != toFill {
				c.At = at(cells, 1)
			}
		}
	}
	sheet := c.sheet(summarySheet)
	if sheet == nil || c.Kind != cooKind {
		return
	}
	inside := false
	for _, row := range sheet.rows {
		cells := row.cells()
		if title, ok := strings.CutPrefix(cells[0], fmt.Sprintf("%d. ", len(c.Titles)+1)); ok &&
			len(cells) == 1 {
			c.Titles = append(c.Titles, title)
		}
		switch label := strings.TrimSpace(cells[0]); {
		case label == "Figure":
			inside = true
			c.Figures = append(c.Figures, Figures{})
		case label == "All figures":
			inside = false
		case inside:
			if n, err := strconv.Atoi(at(cells, 1)); err == nil {
				c.Figures[len(c.Figures)-1][label] = n
			}
		}
	}
}

// compare holds the sheets against their fingerprints.
func (c *Copy) compare(list []stated) {
	known := map[string]bool{provenanceSheet: true}
	for _, said := range list {
		known[said.name] = true
		sheet := c.sheet(said.name)
		if said.name == picturesName {
			sheet = c.pictures
		}
		switch {
		case sheet == nil:
			c.Changes = append(c.Changes, Change{said.name, 0, "is missing"})
		case sheet.sum() == said.sum:
		case said.name == picturesName:
			c.Changes = append(c.Changes, Change{said.name, 0,
				fmt.Sprintf("pictures were changed, moved or taken out: there are %d, %d were "+
					"put in", len(sheet.rows), said.rows)})
		case said.name == signaturesSheet:
			c.Changes = append(c.Changes, changedLines(sheet, said.rows)...)
		default:
			c.Changes = append(c.Changes, Change{said.name, 0, "something in it was changed" +
				otherCount(len(sheet.rows), said.rows)})
		}
	}
	for _, r := range c.records {
		if !known[r.name] {
			c.Changes = append(c.Changes, Change{r.name, 0,
				"was added: this program did not write it"})
		}
	}
}

func otherCount(now, then int) string {
	if now == then {
		return ""
	}
	return fmt.Sprintf(": it has %d rows with something in them, it had %d", now, then)
}

// changedLines finds the rows of the Signatures sheet that no longer agree
// with the fingerprint at their end.
func changedLines(sheet *record, rows int) []Change {
	var list []Change
	for _, row := range sheet.rows[min(1, len(sheet.rows)):] {
		cells := row.cells()
		last := len(cells) - 1
		if fingerprintOf(cells[:last]) != cells[last] {
			list = append(list, Change{sheet.name, row.row, "a cell of it was changed"})
		}
	}
	switch {
	case len(sheet.rows) != rows:
		list = append(list, Change{sheet.name, 0, fmt.Sprintf("rows were added or taken out%s",
			otherCount(len(sheet.rows), rows))})
	case len(list) == 0:
		list = append(list, Change{sheet.name, 0,
			"rows stand in another order, or the headings or fingerprints were changed"})
	}
	return list
}

// fingerprintOf is that of a row by its cells as text.
func fingerprintOf(cells []string) string {
	r := newRecord("")
	r.add(0, cells)
	if len(r.rows) == 0 {
		return ""
	}
	return r.rows[0].print
}

// Against compares the copy of a COO report with the petitions on record, as
// they were when it was made: figures and words of every row, and pictures of
// those petitions that still have them. The audit record has grown since, so
// that the copy's head of it is in Sources for the caller to look for.
func (c Copy) Against(period report.Period) ([]Change, error) {
	if err := c.comparable(cooKind); err != nil {
		return nil, err
	}
	period.Made, period.Program = c.Made, c.Program
	period.Petitions = slices.Clone(period.Petitions)
	kept := make([]report.Pictures, len(period.Petitions))
	for i := range period.Petitions {
		p := &period.Petitions[i]
		p.Made, p.Program, p.Links = c.Made, c.Program, c.links()
		kept[i], p.Pictures = p.Pictures, nil
	}
	fresh, err := writeCOO(io.Discard, period, true)
	if err != nil {
		return nil, fmt.Errorf("make the report on record: %w", err)
	}
	changes := c.differences(fresh)
	pictures, err := c.comparePictures(newPlan(period), kept)
	return append(changes, pictures...), err
}

// links are there if the copy speaks of them. Where they lead is not compared:
// a service may have moved.
func (c Copy) links() report.Links {
	sheet := c.sheet(summarySheet)
	if sheet == nil {
		return nil
	}
	for _, row := range sheet.rows {
		if cells := row.cells(); cells[0] == linksName && strings.HasSuffix(at(cells, 1),
			linksSaid) {
			return nowhere{}
		}
	}
	return nil
}

// nowhere is links that lead nowhere.
type nowhere struct{}

func (nowhere) Line(verify.Ref) string  { return "" }
func (nowhere) Page(string, int) string { return "" }

// AgainstCouncil compares the copy of a report to Council with the one on
// record.
func (c Copy) AgainstCouncil(council report.Council) ([]Change, error) {
	if err := c.comparable(councilKind); err != nil {
		return nil, err
	}
	council.Made, council.Program = c.Made, c.Program
	fresh, err := writeCouncil(io.Discard, council, true)
	if err != nil {
		return nil, fmt.Errorf("make the report on record: %w", err)
	}
	return c.differences(fresh), nil
}

// AgainstIssued compares the copy of a report to Council with the workbook that was issued,
// cell by cell, whatever program wrote it.
func (c Copy) AgainstIssued(issued Copy) ([]Change, error) {
	if c.Kind != issued.Kind || c.Kind != councilKind {
		return nil, fmt.Errorf("the workbook is a %s, and what was issued a %s", c.Kind,
			issued.Kind)
	}
	return c.differences(issued.records), nil
}

func (c Copy) comparable(kind string) error {
	if c.Kind != kind {
		return fmt.Errorf("the workbook is a %s, not a %s", c.Kind, kind)
	}
	if form := formOf(kind); c.Form != form {
		return fmt.Errorf("the workbook was written in form %d by %s, and this program writes "+
			"form %d: compare it with that version of the program", c.Form, c.Program, form)
	}
	return nil
}

// differences compares the copy with records made anew. Of the Provenance
// sheet only the sources count: the rest follows from the other sheets.
func (c Copy) differences(fresh []*record) []Change {
	var list []Change
	for _, want := range fresh {
		if want.name == provenanceSheet {
			list = append(list, c.otherSources(want)...)
			continue
		}
		got := c.sheet(want.name)
		if got == nil {
			list = append(list, Change{want.name, 0, "is missing"})
			continue
		}
		if got.sum() != want.sum() {
			list = append(list, rowDifferences(got, want)...)
		}
	}
	return list
}

// otherSources compares what the figures rest on, but for the audit record.
func (c Copy) otherSources(want *record) []Change {
	fresh := Copy{}
	if _, err := fresh.provenance(want); err != nil {
		return nil // it was written just now
	}
	return compareSources(c.Sources, fresh.Sources)
}

func compareSources(got, want []Source) []Change {
	audit := func(s Source) bool { return strings.HasPrefix(s.What, "Audit record") }
	got, want = slices.DeleteFunc(slices.Clone(got), audit), slices.DeleteFunc(slices.Clone(want),
		audit)
	var list []Change
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			list = append(list, Change{provenanceSheet, 0, fmt.Sprintf("%s %s is not named",
				want[i].What, want[i].Name)})
		case i >= len(want):
			list = append(list, Change{provenanceSheet, 0, fmt.Sprintf("%s %s is not on record",
				got[i].What, got[i].Name)})
		case got[i] != want[i]:
			list = append(list, Change{provenanceSheet, 0,
				fmt.Sprintf("%s: %s with %s, on record is %s with %s", got[i].What, got[i].Name,
					got[i].Mark, want[i].Name, want[i].Mark)})
		}
	}
	return list
}

// rowDifferences finds the rows and cells in which two records of a sheet
// differ.
func rowDifferences(got, want *record) []Change {
	var list []Change
	onRecord := map[int]rowRecord{}
	for _, row := range want.rows {
		onRecord[row.row] = row
	}
	for _, row := range got.rows {
		of, ok := onRecord[row.row]
		delete(onRecord, row.row)
		switch {
		case !ok:
			list = append(list, Change{got.name, row.row, "is not on record"})
		case of.print != row.print:
			list = append(list, Change{got.name, row.row, cellDifferences(row.cells(), of.cells())})
		}
	}
	for row := range onRecord {
		list = append(list, Change{got.name, row, "is missing"})
	}
	slices.SortFunc(list, func(a, b Change) int { return cmp.Compare(a.Row, b.Row) })
	return list
}

// cellDifferences says which cells of a row differ, and how.
func cellDifferences(got, want []string) string {
	var said []string
	for i := range max(len(got), len(want)) {
		if a, b := at(got, i), at(want, i); a != b {
			said = append(said, fmt.Sprintf("column %s says %q, on record is %q",
				strings.TrimSuffix(cellName(i+1, 1), "1"), a, b))
		}
	}
	return strings.Join(said, "; ")
}

// comparePictures compares the picture of every line with the one that is
// kept.
func (c Copy) comparePictures(p *plan, kept []report.Pictures) ([]Change, error) {
	var list []Change
	for i, petition := range p.Petitions {
		if kept[i] == nil {
			continue
		}
		for _, d := range petition.Decisions {
			data, err := kept[i].Picture(d.Line.Ref)
			if err != nil {
				return list, fmt.Errorf("compare the picture of %s: %w", d.Line.Ref, err)
			}
			row := p.signatures[place{i, d.Line.Ref}]
			if len(data) > 0 && !c.shown[row].shows(data) {
				list = append(list, Change{signaturesSheet, row,
					"the picture is another one, or is missing"})
			}
		}
	}
	return list, nil
}

// at is a cell, empty beyond the last one.
func at(cells []string, i int) string {
	if i >= len(cells) {
		return ""
	}
	return cells[i]
}
