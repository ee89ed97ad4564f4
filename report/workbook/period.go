package workbook

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"countersign/report"
)

// OnRecord is a petition of a period as it stands now.
type OnRecord struct {
	report.Petition
	Purged bool // its text was: only figures, sources and verdicts can be compared
}

// Files are the fingerprints of the files of one of several petitions, by its
// number on the Summary.
func (c Copy) Files(number int) []string {
	var marks []string
	for _, s := range c.Sources {
		if s.What == fileSource+ofPetition(strconv.Itoa(number)) {
			marks = append(marks, s.Mark)
		}
	}
	return marks
}

// AgainstEach compares the copy of a COO report on several petitions with each
// of them, as Against and AgainstPurged do with one, so that one that has more
// lines by now does not make all after it differ. Petitions are in the order of
// the Summary, nil for one that is not on record. The changes are those of
// each, those of a petition that is not on record empty. What belongs to no
// petition is vouched for by the copy's own fingerprints alone.
func (c Copy) AgainstEach(petitions []*OnRecord) ([][]Change, error) {
	if err := c.comparable(cooKind); err != nil {
		return nil, err
	}
	if len(petitions) != len(c.Figures) {
		return nil, fmt.Errorf("the workbook is on %d petitions, not on %d", len(c.Figures),
			len(petitions))
	}
	period := report.Period{Made: c.Made, Program: c.Program}
	for _, of := range petitions {
		var p report.Petition
		if of != nil {
			p = of.Petition
		}
		p.Made, p.Program, p.Pictures, p.Links = c.Made, c.Program, nil, c.links()
		period.Petitions = append(period.Petitions, p)
	}
	fresh, err := madeAnew(period)
	if err != nil {
		return nil, err
	}
	names := c.renamed(fresh)
	changes := make([][]Change, len(petitions))
	for i, of := range petitions {
		if of == nil {
			continue
		}
		one := pair{number: i + 1, many: len(petitions), got: c, want: fresh}
		if of.Purged {
			one.got.Sources = names.sources(c.Sources)
			changes[i] = append(otherFigures(c.Figures[i], fresh.Figures[i]),
				one.verdicts(names)...)
		} else {
			changes[i] = one.words()
		}
		changes[i] = append(changes[i], one.sources()...)
		pictures, err := one.pictures(*of)
		if err != nil {
			return nil, err
		}
		changes[i] = append(changes[i], pictures...)
	}
	return changes, nil
}

// madeAnew is the COO report on a period, as it would be read back.
func madeAnew(period report.Period) (Copy, error) {
	records, err := writeCOO(io.Discard, period, true)
	if err != nil {
		return Copy{}, fmt.Errorf("make the report on record: %w", err)
	}
	c := Copy{Kind: cooKind, records: records}
	if _, err := c.provenance(c.sheet(provenanceSheet)); err != nil {
		return Copy{}, fmt.Errorf("make the report on record: %w", err)
	}
	c.summary()
	return c, nil
}

// pair is one petition in a copy and in the report made anew.
type pair struct {
	number, many int
	got, want    Copy
}

// words compares what all sheets say of the petition.
func (p pair) words() []Change {
	var list []Change
	for _, want := range p.want.records {
		if want.name == provenanceSheet {
			continue
		}
		got := p.got.sheet(want.name)
		if got == nil {
			list = append(list, Change{want.name, 0, "is missing"})
			continue
		}
		list = append(list, p.rows(want.name, rowsOf(got, p.number, p.many), rowsOf(want, p.number,
			p.many))...)
	}
	return list
}

func (p pair) verdicts(names fileNames) []Change {
	cut := func(of *record, names fileNames) []rowRecord {
		if of == nil || len(of.rows) == 0 {
			return nil
		}
		mine := &record{name: of.name, rows: append([]rowRecord{of.rows[0]}, rowsOf(of, p.number,
			p.many)...)}
		return verdictsOf(mine, names).rows
	}
	return p.rows(signaturesSheet, cut(p.got.sheet(signaturesSheet), names),
		cut(p.want.sheet(signaturesSheet), nil))
}

// rows compares rows one by one where there are as many as on record. Where
// there are not, it says which are in the copy only.
func (p pair) rows(sheet string, got, want []rowRecord) []Change {
	var list []Change
	if len(got) == len(want) {
		for i, row := range got {
			if row.said != want[i].said {
				list = append(list, Change{sheet, row.row, cellDifferences(row.cells(),
					want[i].cells())})
			}
		}
		return list
	}
	list = append(list, Change{sheet, 0, fmt.Sprintf("has %s about petition %d, on record are %s",
		counts(len(got), "row"), p.number, grouped(len(want)))})
	left := map[string]int{}
	for _, row := range want {
		left[row.said]++
	}
	for _, row := range got {
		if left[row.said]--; left[row.said] < 0 {
			list = append(list, Change{sheet, row.row, "does not stand so on record"})
		}
	}
	return list
}

func (p pair) sources() []Change {
	mine := func(list []Source) []Source {
		var out []Source
		for _, s := range list {
			if what, ok := strings.CutSuffix(s.What, ofPetition(strconv.Itoa(p.number))); ok {
				out = append(out, Source{what, s.Name, s.Mark})
			}
		}
		return out
	}
	return compareSources(mine(p.got.Sources), mine(p.want.Sources))
}

// pictures compares those that are still there.
func (p pair) pictures(of OnRecord) ([]Change, error) {
	if of.Pictures == nil {
		return nil, nil
	}
	var list []Change
	rows := rowsOf(p.got.sheet(signaturesSheet), p.number, p.many)
	if len(rows) != len(of.Decisions) {
		return nil, nil // that is said already, and which belongs to which is not known
	}
	for i, d := range of.Decisions {
		data, err := of.Pictures.Picture(d.Line.Ref)
		if err != nil {
			return nil, fmt.Errorf("compare the picture of %s: %w", d.Line.Ref, err)
		}
		if row := rows[i].row; len(data) > 0 && !p.got.shown[row].shows(data) {
			list = append(list, Change{signaturesSheet, row,
				"the picture is another one, or is missing"})
		}
	}
	return list, nil
}

// rowsOf are the rows of a sheet that speak of a petition: in a table by its
// number in their first cell, else those from its title to the next one's. The
// list of petitions on the Summary has a row for each, which begins like a
// title and goes on.
func rowsOf(r *record, number, many int) []rowRecord {
	if r == nil || len(r.rows) == 0 {
		return nil
	}
	var list []rowRecord
	table := r.rows[0].cells()[0] == petitionColumn
	titled := 0 // whose part goes on
	for _, row := range r.rows {
		cells := row.cells()
		of := titled
		n, ok := begins(cells[0], table)
		switch {
		case ok && n <= many:
			if of = n; len(cells) == 1 {
				titled = n
			}
		case table:
			of = 0
		case cells[0] == allPetitions:
			of, titled = 0, 0
		}
		if of == number {
			list = append(list, row)
		}
	}
	return list
}

// begins reads the number of a petition, as in "2" or "2. Petition for …".
func begins(cell string, whole bool) (int, bool) {
	text, _, dot := strings.Cut(cell, ". ")
	if whole == dot {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0
}
