package workbook

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"countersign/report"
	"countersign/verify"
)

// summary writes the figures: those on record, and beside them formulas that
// count the lines of the Signatures sheet.
func summary(b *book, p report.Petition) {
	s := b.sheet(summarySheet, layout{widths: []float64{30, 12, 14, 12, 62}})
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
		return fmt.Sprintf("COUNTIFS(%s,%s)", lineRange(p, columnVerdict), quoted(string(v)))
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
			formula: fmt.Sprintf("COUNTIFS(%s,%s,%s,%s)", lineRange(p, columnVerdict), quoted(string(verify.Invalid)),
				lineRange(p, columnReason), quoted(report.ReasonWord(r))),
			means: report.ReasonMeaning(r), inset: true})
	}
	return append(list,
		figure{name: "Undecided", stored: t.Uncertain, counted: verdicts[verify.Uncertain], formula: verdictIs(verify.Uncertain),
			means: "a person must look at these", bold: true},
		figure{name: "Margin", stored: t.Valid - t.Required, counted: verdicts[verify.Valid] - t.Required,
			formula: fmt.Sprintf("%s-%d", verdictIs(verify.Valid), t.Required), means: "valid less required; below zero, so many are missing",
			format: asSigned, bold: true},
		figure{name: "Expected valid", stored: int(math.Round(t.Outlook.Expected)), means: expected(t), inset: true},
		figure{name: "Possible valid", stored: t.Outlook.Possible, means: "if every undecided line that can count is found to count", inset: true})
}

// chance writes a probability that is neither none nor certainty.
func chance(p float64) string {
	switch {
	case p < 0.01:
		return "less than 1 %"
	case p > 0.99:
		return "more than 99 %"
	}
	return fmt.Sprintf("%.0f %%", 100*p)
}

// expected explains how many lines will count once people have looked.
func expected(t verify.Tally) string {
	if t.Outlook.Certain(t.Required) {
		return "on average, once people have looked; the outcome no longer depends on it"
	}
	return fmt.Sprintf("on average, once people have looked; enough with a probability of %s. "+
		"To confirm with one key: %d lines, to choose among five: %d, to search for: %d, to make out: %d",
		chance(t.Outlook.Enough), t.Looks[verify.Confirm], t.Looks[verify.Choose], t.Looks[verify.Search], t.Looks[verify.Unreadable])
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

// quoted writes a word as a formula wants it.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func word(agrees bool) string {
	if agrees {
		return "agrees"
	}
	return "DIFFERS"
}
