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

// summaryColumns are: figure, on record, counted, check, what it means.
const summaryColumns = 5

// summary writes the figures: those on record, and beside them formulas that
// count the lines of the Signatures sheet.
func summary(b *book, p *plan) {
	s := b.sheet(summarySheet, layout{widths: []float64{30, 12, 14, 12, 62}})
	s.add(30, b.text(titleLook, "COO report"))
	s.add(20, b.text(underLook, periodTitle(p.Period)))
	s.skip(1)
	checks := []string{}
	if p.several {
		s.overview(p)
	}
	for i, petition := range p.Petitions {
		if p.several {
			s.part(summaryColumns, fmt.Sprintf("%d. %s", i+1, petitionTitle(petition)))
		}
		checks = append(checks, s.petition(p, i, petition))
	}
	if p.several {
		s.totals(p, checks)
	}
	s.part(summaryColumns, "How to read this workbook")
	for _, c := range guide(p) {
		name := look{bold: true, rule: "under"}
		if c.Name != linksName {
			s.link(1, c.Name, 1)
			name.link = true
		}
		s.add(height(lines(c.Text, 98)), b.text(name, c.Name), b.text(valueLook, c.Text),
			b.text(valueLook, ""), b.text(valueLook, ""), b.text(valueLook, ""))
		s.span(2, 5)
	}
	s.done()
}

// overview is a line for each petition of a period, with a chart of all.
func (s *sheet) overview(p *plan) {
	s.part(summaryColumns, "Petitions of this report")
	if len(p.Petitions) == 0 {
		s.wide(summaryColumns, noteLook, "No petition falls into the time of this report.", 1)
		s.skip(1)
		return
	}
	s.verdictHeads()
	head := s.row
	for i, petition := range p.Petitions {
		title, outcome := fmt.Sprintf("%d. %s", i+1, petitionTitle(petition)),
			report.Outcome(petition.Tally)
		s.add(height(max(lines(title, 28), lines(outcome, 60))), s.text(cellLook, title),
			s.formula(countLook, p.countIf(i, verdictColumn, string(verify.Valid)),
				counted(petition, verify.Valid, "")),
			s.formula(countLook, p.countIf(i, verdictColumn, string(verify.Invalid)),
				counted(petition, verify.Invalid, "")),
			s.formula(countLook, p.countIf(i, verdictColumn, string(verify.Uncertain)),
				counted(petition, verify.Uncertain, "")),
			s.text(cellLook, outcome))
	}
	s.skip(1)
	s.chart("Lines of each petition by verdict", head, head+1, s.row-1, true)
	s.skip(1)
}

// verdictHeads are the headings of a table of petitions that a chart draws.
func (s *sheet) verdictHeads() {
	s.add(height(1), s.text(headLook, "Petition"), s.text(center(headLook), "✓ Valid"),
		s.text(center(headLook), "× Invalid"),
		s.text(center(headLook), "► Undecided"), s.text(headLook, "Outcome"))
}

// petition writes the figures of one petition and returns the cell that says
// whether they agree.
func (s *sheet) petition(p *plan, i int, petition report.Petition) string {
	s.wide(summaryColumns, look{size: 15, bold: true, fill: shade}, report.Outcome(petition.Tally),
		0.62)
	for _, said := range standingOf(petition) {
		s.wide(summaryColumns, look{color: quiet}, said, 1)
	}
	s.skip(1)
	s.add(height(1), s.text(headLook, "Figure"), s.text(center(headLook), "On record"),
		s.text(center(headLook), "Counted"),
		s.text(center(headLook), "Check"), s.text(headLook, "What it means"))
	first := s.row + 1
	rows := map[string]int{}
	for _, f := range p.figures(i, petition) {
		rows[f.name] = s.row + 1
		f.write(s, rows)
	}
	last := s.row
	all := fmt.Sprintf(`IF(COUNTIF(D%d:D%d,"DIFFERS")=0,"agrees","DIFFERS")`, first, last)
	strong := cellLook
	strong.bold = true
	agrees := word(p.agrees(i, petition))
	s.add(height(1), s.text(strong, "All figures"), s.text(strong, ""), s.text(strong, ""),
		s.formula(center(strong), all, agrees),
		s.text(cellLook, "the figures on record are those of the lines on Signatures"))
	s.warn(first, last+1)
	if !p.several {
		s.shown(p)
		s.skip(1)
		s.verdicts(rows)
	} else {
		s.skip(1)
	}
	s.quality(petition.Quality)
	s.wide(summaryColumns, noteLook, made(petition), 1)
	s.skip(1)
	return fmt.Sprintf("D%d", last+1)
}

// standingOf says what was certified and decided, or that nothing was.
func standingOf(p report.Petition) []string {
	said := "The counts are not certified yet: they change while lines are decided."
	if c := p.Certificate; c != nil {
		said = fmt.Sprintf("The counts were certified on %s by %s%s.", report.Day(c.At), c.By,
			in(" as ", c.ID))
		if c.Supersedes != "" {
			said += fmt.Sprintf(" They replace %s: %s.", c.Supersedes, orNone(c.Reason))
		}
	}
	decided := "The committee has not decided yet."
	if a := p.Action; a != nil {
		decided = fmt.Sprintf("The committee decided on %s: %s%s.", report.Day(a.Date), a.What,
			in(", vote ", a.Vote))
	}
	return []string{"State: " + report.StateInWords(p) + ".", said + " " + decided}
}

// in is a text after its introduction, or nothing.
func in(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

// warn colours cells that say DIFFERS, which is word enough without colour.
func (s *sheet) warn(first, last int) {
	if s.err != nil {
		return
	}
	warn, err := s.file.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Bold: true,
		Color: "9C0006"},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFC7CE"}}})
	s.try(err)
	s.try(s.file.SetConditionalFormat(s.name, fmt.Sprintf("D%d:D%d", first, last),
		[]excelize.ConditionalFormatOptions{{Type: "cell", Criteria: "==", Value: `"DIFFERS"`,
			Format: &warn}}))
}

// allPetitions is the title of what is about no single one.
const allPetitions = "All petitions"

// totals writes what is said of all petitions of a period together.
func (s *sheet) totals(p *plan, checks []string) {
	s.part(summaryColumns, allPetitions)
	if len(checks) > 0 {
		agree := true
		for i, petition := range p.Petitions {
			agree = agree && p.agrees(i, petition)
		}
		tests := make([]string, len(checks))
		for i, cell := range checks {
			tests[i] = cell + `="agrees"`
		}
		s.add(height(1), s.text(cellLook, "All figures of all petitions"), s.text(cellLook, ""),
			s.text(cellLook, ""),
			s.formula(center(cellLook), `IF(AND(`+strings.Join(tests, ",")+`),"agrees","DIFFERS")`,
				word(agree)),
			s.text(cellLook, "the figures on record are those of the lines on Signatures"))
		s.warn(s.row, s.row)
	}
	s.shown(p)
	s.skip(1)
}

// shown is the row that follows the filter of the Signatures sheet.
func (s *sheet) shown(p *plan) {
	s.add(height(1), s.text(cellLook, shownLabel), s.text(cellLook, ""), s.formula(countLook,
		"SUBTOTAL(103,"+p.lineRange(lineColumn)+")", p.lines),
		s.text(cellLook, ""), s.text(cellLook, "changes with the filter that is set there"))
}

// verdicts is the chart of one petition with the figures it draws.
func (s *sheet) verdicts(rows map[string]int) {
	s.part(summaryColumns, "Verdicts")
	s.add(height(1), s.text(headLook, "Verdict"), s.text(center(headLook), "Lines"),
		s.text(center(headLook), "Share"))
	head := s.row
	for _, v := range []struct{ mark, name string }{{"✓ ", "Valid"}, {"× ", "Invalid"},
		{"► ", "Undecided"}} {
		lines, filed := s.counts[rows[v.name]], s.counts[rows["Lines filed"]]
		share := 0.0
		if filed > 0 {
			share = math.Round(float64(lines)/float64(filed)*1e6) / 1e6
		}
		percent := countLook
		percent.format = asPercent
		s.add(0, s.text(cellLook, v.mark+v.name), s.formula(countLook, fmt.Sprintf("C%d",
			rows[v.name]), lines),
			s.formula(percent, fmt.Sprintf("IF(C%d=0,0,ROUND(C%d/C%d,6))", rows["Lines filed"],
				rows[v.name], rows["Lines filed"]), share))
	}
	s.chart("Lines by verdict", head, head+1, head+3, false)
	s.skip(1)
}

// chart draws the rows from first to last of the table under head, whose first
// column names them: one bar for each row, or with columns B to D stacked. It
// stands below, in rows of the usual height, or beside where the table leaves
// room.
func (s *sheet) chart(title string, head, first, last int, stacked bool) {
	if s.err != nil {
		return
	}
	ref := func(column string, from, to int) string {
		return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", s.name, column, from, column, to)
	}
	chart := &excelize.Chart{Type: excelize.Bar,
		Format: excelize.GraphicOptions{Name: title, Positioning: "oneCell", OffsetX: 8, OffsetY: 6,
			AltText: title + ": a bar chart of the figures in the table beside it"},
		Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: title,
			Font: &excelize.Font{Size: 11, Bold: true, Color: ink, Family: "Calibri"}}}},
		XAxis: excelize.ChartAxis{ReverseOrder: true, Font: excelize.Font{Size: 10, Color: ink}},
		YAxis: excelize.ChartAxis{None: true}, Legend: excelize.ChartLegend{Position: "none"},
		PlotArea: excelize.ChartPlotArea{ShowVal: true}, VaryColors: pointer(false),
		Dimension: excelize.ChartDimension{Width: 500, Height: 175},
		GapWidth:  pointer(uint(45)), Border: excelize.LineOptions{Type: excelize.LineNone}}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	cell := cellName(4, head)
	if stacked {
		cell = cellName(1, s.row+1)
		chart.Type, chart.Legend.Position, chart.Overlap = excelize.BarStacked, "bottom",
			pointer(100)
		rows := last - first + 1
		chart.Dimension = excelize.ChartDimension{Width: 860, Height: uint(110 + 34*rows)}
		for i, bar := range []struct{ color, label string }{{validBar, "FFFFFF"}, {invalidBar, ink},
			{openBar, ink}} {
			letter := string(rune('B' + i))
			chart.Series = append(chart.Series, excelize.ChartSeries{Name: ref(letter, head, head),
				Categories: ref("A", first, last),
				Values:     ref(letter, first, last), Fill: fill(bar.color),
				DataLabel: excelize.ChartDataLabel{Font: excelize.Font{Size: 10, Bold: true,
					Color: bar.label}}})
		}
		s.try(s.file.AddChart(s.name, cell, chart))
		s.drawings++
		s.skip((int(chart.Dimension.Height) + 19) / 20)
		return
	}
	chart.Series = []excelize.ChartSeries{{Name: ref("B", head, head), Categories: ref("A", first,
		last), Values: ref("B", first, last),
		Fill: fill(validBar), DataLabel: excelize.ChartDataLabel{Font: excelize.Font{Size: 10,
			Bold: true, Color: ink}}}}
	s.try(s.file.AddChart(s.name, cell, chart))
	s.drawings++
	s.skip(6)
}

func pointer[T any](v T) *T { return &v }

// quality writes how often verdicts were wrong where somebody could tell.
func (s *sheet) quality(q *report.Quality) {
	s.part(summaryColumns, "How often verdicts were wrong")
	if q == nil {
		s.wide(summaryColumns, noteLook,
			"Not measured: no line with a known answer was mixed in, and no automatic verdict "+
				"was looked at again.", 1)
		s.skip(1)
		return
	}
	s.add(height(1), s.text(headLook, "Measure"), s.text(center(headLook), "Wrong"),
		s.text(center(headLook), "Of"), s.text(center(headLook), "Share"),
		s.text(headLook, "95 % interval of the true share"))
	for _, m := range []struct {
		name    string
		measure report.Measure
		means   string
	}{
		{"False accepts, known answers", q.KnownAccepted,
			"lines known not to count that were accepted all the same"},
		{"False rejects, known answers", q.KnownRejected,
			"lines known to count that were rejected, or taken for somebody else's"},
		{"False accepts, looked at again", q.AgainAccepted,
			"automatic acceptances that a person found wrong; the chair has the last word"},
		{"False rejects, looked at again", q.AgainRejected,
			"automatic rejections that a person found wrong; the chair has the last word"},
	} {
		s.measured(m.name, m.measure, m.means)
	}
	for _, m := range q.Seeds {
		s.measured("Contact sheets, "+m.By, m.Measure,
			fmt.Sprintf("wrong names accepted, on %d contact sheets; such a sheet was looked at "+
				"again and nothing of it counted before", m.Sheets))
	}
	s.skip(1)
}

func (s *sheet) measured(name string, m report.Measure, means string) {
	text := "no sample: " + means
	percent := countLook
	percent.format = asPercent
	share := s.text(countLook, "")
	if m.Of > 0 {
		low, high := m.Interval()
		text = fmt.Sprintf("%.1f %% to %.1f %%: %s", 100*low, 100*high, means)
		row := s.row + 1
		share = s.formula(percent, fmt.Sprintf("ROUND(B%d/C%d,6)", row, row),
			math.Round(m.Share()*1e6)/1e6)
	}
	s.add(height(max(lines(name, 28), lines(text, 60))), s.text(cellLook, name), s.number(countLook,
		m.Wrong), s.number(countLook, m.Of), share, s.text(cellLook, text))
}

// linksName is the part of the guide that is about no sheet.
const linksName = "Links"

// linksSaid is what it says where there are some into the program.
const linksSaid = " The line number on Signatures and the picture open the page and all " +
	"decisions on the line in the program."

// guide explains the sheets, by their names.
func guide(p *plan) []report.Clause {
	way := "To follow a figure: its number leads to the lines behind it, the line number there " +
		"to the line with its picture, and its page number to the file."
	for _, petition := range p.Petitions {
		if petition.Links != nil {
			way += linksSaid
			break
		}
	}
	return []report.Clause{
		{Name: linksName, Text: "Underlined numbers and words lead somewhere. " + way},
		{Name: signaturesSheet,
			Text: "Every line in which somebody wrote, with its file, page, line and picture, so " +
				"that each counted signature can be found again on paper. " +
				"Lines marked “► uncertain” on an amber ground with a thick edge need a person; " +
				"where the member is only the best guess it says “maybe”. “× invalid” lines do " +
				"not count."},
		{Name: behindSheet, Text: "The same lines by the figure that they are counted in."},
		{Name: duplicatesSheet,
			Text: "Lines of people who signed more than once, each with the line that counts."},
		{Name: reviewSheet, Text: "What people found, by whom and when, with what was taken back."},
		{Name: openSheet,
			Text: "Places on the pages that may hold a signature nobody listed, with what a " +
				"person found there. While one waits, the count is not complete."},
		{Name: sheetsSheet,
			Text: "The files that were handed in, with a fingerprint of each, and what was found " +
				"on every page."},
		{Name: organizersSheet,
			Text: "Who is responsible for the petition, and whether the packet is complete."},
		{Name: purposeSheet,
			Text: "What the group wants, and which units were asked whether they do it already."},
		{Name: ruleSheet,
			Text: "What the petition was held to, and the membership export it was verified " +
				"against."},
		{Name: deadlinesSheet, Text: "What has to be done by when and by whom."},
		{Name: provenanceSheet,
			Text: "The fingerprints by which this workbook, its files and its export can be " +
				"checked."},
	}
}

// figure is one line of the summary.
type figure struct {
	name    string
	stored  int
	counted int    // what the formula gives now
	formula string // empty where nothing is counted, as for the threshold
	less    string // the figure whose stored value the formula takes off
	behind  int    // the row of the first line behind it
	means   string
	format  string
	bold    bool
	inset   bool // a part of the figure above it
}

// write writes a figure; rows says where the figures above it stand.
func (f figure) write(s *sheet, rows map[string]int) {
	name, count := f.looks()
	counted, check := s.text(cellLook, ""), s.text(cellLook, "")
	row := s.row + 1
	if f.formula != "" {
		formula := f.formula
		if f.less != "" {
			formula += fmt.Sprintf("-B%d", rows[f.less])
		}
		counted = s.formula(count, formula, f.counted)
		check = s.formula(center(cellLook), fmt.Sprintf(`IF(B%d=C%d,"agrees","DIFFERS")`, row, row),
			word(f.stored == f.counted))
		s.counts[row] = f.counted
	}
	lead := count
	if f.behind > 0 {
		s.link(2, behindSheet, f.behind)
		lead.link = true
	}
	s.add(height(lines(f.means, 62)), s.text(name, f.label()), s.number(lead, f.stored), counted,
		check, s.text(cellLook, f.means))
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

// counted is how many lines have a verdict, and a reason unless it is empty.
func counted(p report.Petition, v verify.Verdict, r verify.Reason) int {
	n := 0
	for _, d := range p.Decisions {
		if d.Verdict == v && (r == "" || d.Reason == r) {
			n++
		}
	}
	return n
}

// figures lists the tally together with a count of the lines, made here the
// same way as the formulas make it.
func (p *plan) figures(i int, petition report.Petition) []figure {
	is := func(v verify.Verdict) string { return p.countIf(i, verdictColumn, string(v)) }
	filed := "COUNTA(" + p.lineRange(verdictColumn) + ")"
	if p.several {
		filed = p.countIf(i)
	}
	anyLine := 0
	if len(petition.Decisions) > 0 {
		anyLine = p.behind[cause{i, ordered(petition)[0].Verdict, ""}]
	}
	t := petition.Tally
	valid := counted(petition, verify.Valid, "")
	list := []figure{
		{name: "Signatures required", stored: t.Required, means: "the threshold of the rule"},
		{name: "Lines filed", stored: t.Rows, counted: len(petition.Decisions), formula: filed,
			behind: anyLine,
			means:  "lines in which somebody wrote; blank lines are not counted"},
		{name: "Valid", stored: t.Valid, counted: valid, formula: is(verify.Valid),
			behind: p.behind[cause{i, verify.Valid, ""}],
			means:  "signed by a member in good standing, each member once", bold: true},
		{name: "Invalid", stored: t.Invalid, counted: counted(petition, verify.Invalid, ""),
			formula: is(verify.Invalid), behind: p.behind[cause{i, verify.Invalid, ""}],
			means: "do not count, for the reasons below", bold: true},
	}
	for _, r := range reasonsOf(petition) {
		list = append(list, figure{name: report.ReasonWord(r), stored: t.ByReason[r],
			counted: counted(petition, verify.Invalid, r),
			formula: p.countIf(i, verdictColumn, string(verify.Invalid), reasonColumn,
				report.ReasonWord(r)),
			behind: p.behind[cause{i, verify.Invalid, r}], means: report.ReasonMeaning(r),
			inset: true})
	}
	return append(list,
		figure{name: "Undecided", stored: t.Uncertain, counted: counted(petition, verify.Uncertain,
			""), formula: is(verify.Uncertain),
			behind: p.behind[cause{i, verify.Uncertain, ""}], means: "a person must look at these",
			bold: true},
		figure{name: "Margin", stored: t.Valid - t.Required, counted: valid - t.Required,
			formula: is(verify.Valid), less: "Signatures required",
			means: "valid less required; below zero, so many are missing", format: asSigned,
			bold: true},
		figure{name: "Sure valid", stored: t.Outlook.Guaranteed,
			means: "lines that count whatever is found of the undecided ones", inset: true},
		figure{name: "Expected valid", stored: int(math.Round(t.Outlook.Expected)),
			means: expected(t), inset: true},
		figure{name: "Possible valid", stored: t.Outlook.Possible,
			means: "if every undecided line that can count is found to count", inset: true})
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
		"To confirm with one key: %d lines, to choose among five: %d, to search for: %d, to make "+
		"out: %d",
		chance(t.Outlook.Enough), t.Looks[verify.Confirm], t.Looks[verify.Choose],
		t.Looks[verify.Search], t.Looks[verify.Unreadable])
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

// agrees says whether the tally of a petition is that of its lines.
func (p *plan) agrees(i int, petition report.Petition) bool {
	return !slices.ContainsFunc(p.figures(i, petition),
		func(f figure) bool { return f.formula != "" && f.stored != f.counted })
}

// quoted writes a word as a formula wants it.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func word(agrees bool) string {
	if agrees {
		return "agrees"
	}
	return "DIFFERS"
}
