package workbook

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
)

// Sheets of the COO's workbook.
const (
	summarySheet    = "Summary"
	signaturesSheet = "Signatures"
	duplicatesSheet = "Duplicates"
	sheetsSheet     = "Sheets"
	organizersSheet = "Organizers and purpose"
	ruleSheet       = "Rule and snapshot"
)

// COO writes the report for the Committee on Organization: the count with
// formulas that count again, every line with its picture, its member and its
// verdict, and what the count rests on. It holds personal data.
func COO(w io.Writer, p report.Petition) error {
	b := newBook("COO report: "+petitionTitle(p), "Holds personal data: for the committee and its staff only", p,
		summarySheet, signaturesSheet, duplicatesSheet, sheetsSheet, organizersSheet, ruleSheet)
	summary(b, p)
	signatures(b, p)
	repeated(b, p)
	sheets(b, p)
	organizers(b, p)
	rule(b, p)
	return b.writeTo(w)
}

// Looks that several sheets share.
var (
	titleLook = look{size: 18, bold: true, oneLine: true}
	underLook = look{size: 12, color: quiet, oneLine: true}
	partLook  = look{size: 12, bold: true, oneLine: true, rule: "under"}
	headLook  = look{bold: true, fill: shade, rule: "box", inset: true}
	cellLook  = look{rule: "box", inset: true}
	countLook = look{rule: "box", center: true, format: asCount}
	linkLook  = look{rule: "box", center: true, format: asCount, link: true}
	labelLook = look{color: quiet, rule: "under"}
	valueLook = look{rule: "under"}
	noteLook  = look{color: quiet, italic: true}
)

// summary writes the figures: those on record, and beside them formulas that
// count the lines of the Signatures sheet.
func summary(b *book, p report.Petition) {
	s := b.sheet(summarySheet, layout{widths: []float64{30, 12, 14, 12, 62}, title: petitionTitle(p)})
	s.add(30, b.text(titleLook, "COO report"))
	s.add(20, b.text(underLook, petitionTitle(p)))
	s.skip(1)
	outcome := look{size: 15, bold: true, fill: shade}
	s.wide(5, outcome, report.Outcome(p.Tally), 0.62)
	s.skip(1)
	s.add(height(1), b.text(headLook, "Figure"), b.text(center(headLook), "On record"), b.text(center(headLook), "Counted"),
		b.text(center(headLook), "Check"), b.text(headLook, "What it means"))
	first := s.row + 1
	for _, f := range figures(p) {
		f.write(s)
	}
	last := s.row
	all := fmt.Sprintf(`IF(COUNTIF(D%d:D%d,"DIFFERS")=0,"agrees","DIFFERS")`, first, last)
	strong := cellLook
	strong.bold = true
	s.add(height(1), b.text(strong, "All figures"), b.text(strong, ""), b.text(strong, ""),
		b.formula(center(strong), all, word(figuresAgree(p))),
		b.text(cellLook, "the figures on record are those of the lines on Signatures"))
	s.add(height(1), b.text(cellLook, "Lines now shown on Signatures"), b.text(cellLook, ""),
		b.formula(countLook, "SUBTOTAL(103,"+lineRange(p, columnLine)+")", len(p.Decisions)),
		b.text(cellLook, ""), b.text(cellLook, "changes with the filter that is set there"))
	if s.err == nil {
		warn, err := b.file.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Color: "9C0006"},
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFC7CE"}}})
		s.try(err)
		s.try(b.file.SetConditionalFormat(summarySheet, fmt.Sprintf("D%d:D%d", first, last+1),
			[]excelize.ConditionalFormatOptions{{Type: "cell", Criteria: "==", Value: `"DIFFERS"`, Format: &warn}}))
	}
	s.skip(1)
	s.part(5, "How to read this workbook")
	for _, c := range guide() {
		s.add(height(lines(c.Text, 98)), b.text(look{bold: true, rule: "under"}, c.Name), b.text(valueLook, c.Text),
			b.text(valueLook, ""), b.text(valueLook, ""), b.text(valueLook, ""))
		s.span(2, 5)
	}
	s.skip(1)
	s.wide(5, noteLook, made(p), 1)
	s.done()
}

func guide() []report.Clause {
	return []report.Clause{
		{Name: signaturesSheet, Text: "Every line in which somebody wrote, with its file, page, line and picture, so that each counted signature can be found again on paper. " +
			"Lines marked “► uncertain” on an amber ground with a thick edge need a person; where the member is only the best guess it says “maybe”. “× invalid” lines do not count."},
		{Name: duplicatesSheet, Text: "Lines of people who signed more than once, each with the line that counts."},
		{Name: sheetsSheet, Text: "The files that were handed in, with a fingerprint of each, and what was found on every page."},
		{Name: organizersSheet, Text: "What the cover page says, and whether the packet is complete."},
		{Name: ruleSheet, Text: "What the petition was held to, and the membership export it was verified against."},
	}
}

// figure is one line of the summary.
type figure struct {
	name    string
	stored  int
	counted int    // what the formula gives now
	formula string // empty where nothing is counted, as for the threshold
	means   string
	format  string
	bold    bool
	inset   bool // a part of the figure above it
}

func (f figure) write(s *sheet) {
	name, count := f.looks()
	counted, check := s.text(cellLook, ""), s.text(cellLook, "")
	if f.formula != "" {
		row := s.row + 1
		counted = s.formula(count, f.formula, f.counted)
		check = s.formula(center(cellLook), fmt.Sprintf(`IF(B%d=C%d,"agrees","DIFFERS")`, row, row), word(f.stored == f.counted))
	}
	s.add(height(lines(f.means, 62)), s.text(name, f.label()), s.number(count, f.stored), counted, check, s.text(cellLook, f.means))
}

// looks gives the looks of a figure's name and of its count.
func (f figure) looks() (name, count look) {
	name, count = cellLook, countLook
	name.bold, count.bold = f.bold, f.bold
	if f.format != "" {
		count.format = f.format
	}
	return name, count
}

func (f figure) label() string {
	if f.inset {
		return "    " + f.name
	}
	return f.name
}

// figures lists the tally together with a count of the lines, made here the
// same way as the formulas make it.
func figures(p report.Petition) []figure {
	verdicts, reasons := map[verify.Verdict]int{}, map[verify.Reason]int{}
	for _, d := range p.Decisions {
		verdicts[d.Verdict]++
		if d.Verdict == verify.Invalid {
			reasons[d.Reason]++
		}
	}
	verdictIs := func(v verify.Verdict) string {
		return fmt.Sprintf(`COUNTIFS(%s,"%s")`, lineRange(p, columnVerdict), v)
	}
	t := p.Tally
	list := []figure{
		{name: "Signatures required", stored: t.Required, means: "the threshold of the rule"},
		{name: "Lines filed", stored: t.Rows, counted: len(p.Decisions), formula: "COUNTA(" + lineRange(p, columnVerdict) + ")",
			means: "lines in which somebody wrote; blank lines are not counted"},
		{name: "Valid", stored: t.Valid, counted: verdicts[verify.Valid], formula: verdictIs(verify.Valid),
			means: "signed by a member in good standing, each member once", bold: true},
		{name: "Invalid", stored: t.Invalid, counted: verdicts[verify.Invalid], formula: verdictIs(verify.Invalid),
			means: "do not count, for the reasons below", bold: true},
	}
	for _, r := range reasonsOf(p) {
		list = append(list, figure{name: report.ReasonWord(r), stored: t.ByReason[r], counted: reasons[r],
			formula: fmt.Sprintf(`COUNTIFS(%s,"%s",%s,"%s")`, lineRange(p, columnVerdict), verify.Invalid, lineRange(p, columnReason), report.ReasonWord(r)),
			means:   report.ReasonMeaning(r), inset: true})
	}
	return append(list,
		figure{name: "Undecided", stored: t.Uncertain, counted: verdicts[verify.Uncertain], formula: verdictIs(verify.Uncertain),
			means: "a person must look at these", bold: true},
		figure{name: "Margin", stored: t.Valid - t.Required, counted: verdicts[verify.Valid] - t.Required,
			formula: fmt.Sprintf("%s-%d", verdictIs(verify.Valid), t.Required), means: "valid less required; below zero, so many are missing",
			format: asSigned, bold: true})
}

// reasonsOf lists all reasons for which the committee may ask, zeros included.
// A reason nobody listed would still be shown if a line had it.
func reasonsOf(p report.Petition) []verify.Reason {
	list := report.Reasons()
	for _, d := range p.Decisions {
		if d.Verdict == verify.Invalid && !slices.Contains(list, d.Reason) {
			list = append(list, d.Reason)
		}
	}
	return list
}

func figuresAgree(p report.Petition) bool {
	return !slices.ContainsFunc(figures(p), func(f figure) bool { return f.formula != "" && f.stored != f.counted })
}

func word(agrees bool) string {
	if agrees {
		return "agrees"
	}
	return "DIFFERS"
}

// repeated writes the lines of people who signed more than once.
func repeated(b *book, p report.Petition) {
	s := b.sheet(duplicatesSheet, layout{widths: []float64{22, 7, 7, 24, 16, 24, 22, 7, 7, 24, 12}, landscape: true, head: 2, title: petitionTitle(p)})
	over := look{bold: true, rule: "box", center: true}
	s.add(height(1), b.text(over, "This line"), b.text(over, ""), b.text(over, ""), b.text(over, ""), b.text(over, ""), b.text(over, ""),
		b.text(over, "repeats the line that counts"), b.text(over, ""), b.text(over, ""), b.text(over, ""), b.text(over, ""))
	s.span(1, 6)
	s.span(7, 11)
	s.heads("File", "Page", "Line", "Name as written", "Member number", "Member", "File", "Page", "Line", "Name as written", "Verdict")
	at := map[verify.Ref]int{}
	for i, d := range p.Decisions {
		at[d.Line.Ref] = i
	}
	for i, d := range p.Decisions {
		if d.Reason != verify.Duplicate {
			continue
		}
		m := memberOf(d)
		cells := []any{b.text(cellLook, d.Line.File), b.number(countLook, d.Line.Page), b.number(linkLook, d.Line.Ref.Row),
			b.text(cellLook, written(d, extract.Name)), b.text(cellLook, m.id), b.text(cellLook, m.name)}
		s.link(3, signaturesSheet, i+2)
		cells = append(cells, s.counting(d, at, p.Decisions)...)
		s.add(height(max(lines(d.Line.File, 22), lines(written(d, extract.Name), 24), lines(m.name, 24))), cells...)
	}
	if s.row == 2 {
		s.skip(1)
		s.add(height(1), b.text(noteLook, "Nobody signed more than once, as far as is decided."))
	}
	s.done()
}

// counting gives the cells for the line that counts instead of a duplicate.
func (s *sheet) counting(d verify.Decision, at map[verify.Ref]int, all []verify.Decision) []any {
	if d.DuplicateOf == nil {
		return []any{s.text(cellLook, "not recorded"), s.text(cellLook, ""), s.text(cellLook, ""), s.text(cellLook, ""), s.text(cellLook, "")}
	}
	name, verdict, line := "", "", countLook
	if i, ok := at[*d.DuplicateOf]; ok {
		line = linkLook
		name, verdict = written(all[i], extract.Name), string(all[i].Verdict)
		s.link(9, signaturesSheet, i+2)
	}
	return []any{s.text(cellLook, d.DuplicateOf.File), s.number(countLook, d.DuplicateOf.Page), s.number(line, d.DuplicateOf.Row),
		s.text(cellLook, name), s.text(cellLook, verdict)}
}

// sheets writes the files that were handed in and what became of their pages.
func sheets(b *book, p report.Petition) {
	s := b.sheet(sheetsSheet, layout{widths: []float64{30, 7, 11, 8, 10, 9, 60, 50}, landscape: true, title: petitionTitle(p)})
	s.part(8, "Files")
	s.heads("File", "Pages", "Lines", "Read to the end", "", "", "SHA-256 fingerprint", "Error")
	s.span(4, 6)
	small := cellLook
	small.size = 9
	for _, f := range p.Files {
		rows := 0
		for _, page := range f.Pages {
			rows += page.Rows
		}
		s.add(height(max(lines(f.Name, 30), lines(f.SHA256, 65), lines(f.Error, 50))), b.text(cellLook, f.Name),
			b.number(countLook, len(f.Pages)), b.number(countLook, rows), b.text(center(cellLook), yesNo(f.Error == "")), b.text(cellLook, ""), b.text(cellLook, ""),
			b.text(small, f.SHA256), b.text(cellLook, f.Error))
		s.span(4, 6)
	}
	s.skip(1)
	s.part(8, "Pages")
	s.heads("File", "Page", "Kind", "Lines", "Turned", "Source", "Notes", "Error")
	for _, f := range p.Files {
		for _, page := range f.Pages {
			notes := strings.Join(page.Notes, "\n")
			s.add(height(max(lines(f.Name, 30), lines(notes, 60), lines(page.Error, 50))), b.text(cellLook, f.Name), b.number(countLook, page.Number),
				b.text(cellLook, string(page.Kind)), b.number(countLook, page.Rows), b.number(look{rule: "box", center: true, format: `0"°";;"no"`}, page.Rotation),
				b.text(cellLook, page.Source), b.text(cellLook, notes), b.text(cellLook, page.Error))
		}
	}
	s.done()
}

// organizers writes what the cover page says, and what the packet lacks.
func organizers(b *book, p report.Petition) {
	s := b.sheet(organizersSheet, layout{widths: []float64{28, 44, 12, 16}, title: petitionTitle(p)})
	s.part(4, "Petition")
	found := "on no page"
	if p.CoverFile != "" {
		found = fmt.Sprintf("%s, page %d", p.CoverFile, p.CoverPage)
	}
	for _, c := range []report.Clause{
		{Name: "Group", Text: orNone(p.Cover.Group)},
		{Name: "Purpose", Text: orNone(p.Cover.Purpose)},
		{Name: "Found", Text: found},
	} {
		s.clause(4, c, 72)
	}
	s.skip(1)
	s.part(4, "Organizers")
	s.heads("Name", "Address", "Signed", "Member number")
	for _, o := range p.Organizers {
		s.add(height(max(lines(o.Name, 28), lines(o.Address, 44))), b.text(cellLook, o.Name), b.text(cellLook, o.Address),
			b.text(center(cellLook), string(o.Signed)), b.text(cellLook, o.MemberID))
	}
	if len(p.Organizers) == 0 {
		s.add(height(1), b.text(noteLook, "No organizer was found."))
	}
	s.skip(1)
	s.part(4, "Is the packet complete?")
	for _, c := range completeness(p) {
		s.clause(4, c, 72)
	}
	s.done()
}

// completeness holds the packet against what the guideline asks for.
func completeness(p report.Petition) []report.Clause {
	purpose := "found"
	if strings.TrimSpace(p.Cover.Purpose) == "" {
		purpose = "MISSING: no statement of purpose was found"
	}
	var lacking []string
	for i, o := range p.Organizers {
		for _, item := range []struct {
			what    string
			missing bool
		}{{"name", o.Name == ""}, {"address", o.Address == ""}, {"signature", o.Signed != extract.SignedYes}} {
			if item.missing {
				lacking = append(lacking, fmt.Sprintf("%s of organizer %d", item.what, i+1))
			}
		}
	}
	people := fmt.Sprintf("%d found, each with name, address and signature", len(p.Organizers))
	switch {
	case len(p.Organizers) == 0:
		people = "MISSING: no designated organizer was found"
	case len(lacking) > 0:
		people = "TO CHECK: no sure " + strings.Join(lacking, ", ")
	}
	return []report.Clause{
		{Name: "Statement of purpose", Text: purpose},
		{Name: "Signatures", Text: report.Outcome(p.Tally)},
		{Name: "Designated organizers", Text: people},
	}
}

// rule writes what the count rests on.
func rule(b *book, p report.Petition) {
	s := b.sheet(ruleSheet, layout{widths: []float64{28, 72}, title: petitionTitle(p)})
	s.part(2, "Rule")
	for _, c := range report.RuleInWords(p.Rules) {
		s.clause(2, c, 72)
	}
	s.skip(1)
	s.part(2, "Membership export")
	for _, c := range []report.Clause{
		{Name: "File", Text: p.Members.Name},
		{Name: "SHA-256 fingerprint", Text: p.Members.SHA256},
		{Name: "Rows", Text: grouped(p.Members.Rows)},
		{Name: "Members", Text: grouped(p.Members.Members)},
		{Name: "As of", Text: report.Day(p.Members.AsOf)},
		{Name: "Remarks of the import", Text: orNone(strings.Join(p.Members.Findings, "\n"))},
	} {
		s.clause(2, c, 72)
	}
	s.skip(1)
	s.part(2, "This report")
	for _, c := range []report.Clause{{Name: "Made", Text: p.Made.Format("January 2, 2006, 15:04 MST")}, {Name: "Program", Text: p.Program}} {
		s.clause(2, c, 72)
	}
	s.done()
}

// part writes the heading of a part of a sheet, ruled over all its columns.
func (s *sheet) part(columns int, title string) {
	cells := []any{s.text(partLook, title)}
	for range columns - 1 {
		cells = append(cells, s.text(partLook, ""))
	}
	s.add(24, cells...)
}

// heads writes the headings of a table.
func (s *sheet) heads(titles ...string) {
	cells := make([]any, len(titles))
	for i, t := range titles {
		cells[i] = s.text(headLook, t)
	}
	s.add(height(1), cells...)
}

// clause writes a name and a text over the other columns, which are together
// so many characters wide.
func (s *sheet) clause(columns int, c report.Clause, width float64) {
	cells := []any{s.text(labelLook, c.Name), s.text(valueLook, c.Text)}
	for range columns - 2 {
		cells = append(cells, s.text(valueLook, ""))
	}
	s.add(height(lines(c.Text, width)), cells...)
	if columns > 2 {
		s.span(2, columns)
	}
}

// wide writes one text over so many columns of the summary; letters larger than usual
// leave room for fewer of them, which share says.
func (s *sheet) wide(columns int, l look, text string, share float64) {
	cells := []any{s.text(l, text)}
	for range columns - 1 {
		cells = append(cells, s.text(l, ""))
	}
	s.add(height(lines(text, 130*share))/share, cells...)
	s.span(1, columns)
}

// link leads from a cell of the row to be written next to a row of another
// sheet.
func (s *sheet) link(column int, sheet string, row int) {
	if s.err == nil {
		s.try(s.file.SetCellHyperLink(s.name, cellName(column, s.row+1), fmt.Sprintf("'%s'!A%d", sheet, row), "Location"))
	}
}

func petitionTitle(p report.Petition) string {
	if group := strings.TrimSpace(p.Cover.Group); group != "" {
		return "Petition for " + group
	}
	return "Petition (no group is named on the cover page)"
}

func made(p report.Petition) string {
	return fmt.Sprintf("Made on %s by %s. Verified against a membership export of %s people as of %s.",
		report.Day(p.Made), p.Program, grouped(p.Members.Members), report.Day(p.Members.AsOf))
}

// grouped writes a count as the number format of the cells does: 57,320.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func center(l look) look {
	l.center = true
	return l
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func orNone(s string) string {
	if strings.TrimSpace(s) == "" {
		return "none"
	}
	return s
}
