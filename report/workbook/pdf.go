package workbook

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"countersign/report"
)

// CouncilPDF writes the report to Council for print, letter size: what
// CouncilReport says, in the order in which it is read aloud. It holds no
// signer's data.
func CouncilPDF(w io.Writer, c report.Council) error {
	p, err := newPaper(c)
	if err != nil {
		return fmt.Errorf("prepare the printed report: %w", err)
	}
	p.cover(c)
	information, action := split(c.Actions)
	p.section("Action items")
	p.actions(action, "There is no action item in this report.")
	p.section("Information items")
	p.actions(information, "There is no information item in this report.")
	p.section("Pending")
	p.pending(c.Pending)
	p.section("Register of groups")
	p.register(c.Groups)
	p.section("Annual reports")
	p.annual(c)
	p.section("Statistics")
	p.statistics(c.Counts)
	p.section("Handbook text")
	p.entries(c.Handbook)
	p.section("Notes and corrections")
	p.notes(c)
	return p.pdf.Output(w)
}

// Sizes in millimetres; letter size is 215.9 wide.
const (
	paperMargin = 22.0
	paperWidth  = 215.9 - 2*paperMargin
	labelWidth  = 44.0
	lineHeight  = 5.0
	cellPad     = 1.2
)

// paper is a printed report being written.
type paper struct {
	pdf  *fpdf.Fpdf
	font *sfnt.Font // tells which letters can be shown
}

func newPaper(c report.Council) (*paper, error) {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	p := &paper{pdf: fpdf.New("P", "mm", "Letter", ""), font: font}
	f := p.pdf
	f.AddUTF8FontFromBytes("Go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("Go", "B", gobold.TTF)
	f.AddUTF8FontFromBytes("Go", "I", goitalic.TTF)
	f.SetMargins(paperMargin, 20, paperMargin)
	f.SetAutoPageBreak(true, 20)
	f.SetCellMargin(0)
	f.AliasNbPages("{pages}")
	f.SetCatalogSort(true) // the same report gives the same bytes
	f.SetCreationDate(c.Made.UTC())
	f.SetModificationDate(c.Made.UTC())
	title := "Report to Council: " + councilTitle(c)
	f.SetTitle(title, true)
	f.SetAuthor(committee(c), true)
	f.SetCreator(c.Program, true)
	f.SetLang("en-US")
	f.SetHeaderFuncMode(func() {
		if f.PageNo() > 1 {
			f.SetY(11)
			p.letters("", 8.5, quietGrey)
			p.row(title, dayOf(c.Date), "R")
		}
	}, true)
	f.SetFooterFunc(func() {
		f.SetY(-14)
		p.letters("", 8.5, quietGrey)
		// From the left: the mark for all pages is wider than their number.
		p.row(committee(c), fmt.Sprintf("Page %d of {pages}", f.PageNo()), "L")
	})
	f.AddPage()
	return p, f.Error()
}

// Greys of letters and rules.
const (
	inkGrey   = 30
	quietGrey = 90
	ruleGrey  = 190
)

// letters sets style, size in points and grey of what is written next.
func (p *paper) letters(style string, size float64, grey int) {
	p.pdf.SetFont("Go", style, size)
	p.pdf.SetTextColor(grey, grey, grey)
}

// shown is a text with a question mark for every letter that the font lacks.
func (p *paper) shown(s string) string {
	var buf sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		if g, err := p.font.GlyphIndex(&buf, r); err != nil || g == 0 {
			return '?'
		}
		return r
	}, clean(strings.ReplaceAll(s, "\t", " ")))
}

// row writes a text at the left end of a line and one at the right end, which
// is set from the left or to the right.
func (p *paper) row(left, right, align string) {
	room := 44.0
	if align == "L" {
		room = 22
	}
	left = p.shown(left)
	for runes := []rune(left); p.pdf.GetStringWidth(left) > paperWidth-room &&
		len(runes) > 1; left = string(runes) + "…" {
		runes = runes[:len(runes)-1]
	}
	p.pdf.CellFormat(paperWidth-room, lineHeight, left, "", 0, "L", false, 0, "")
	p.pdf.CellFormat(room, lineHeight, p.shown(right), "", 1, align, false, 0, "")
}

// section begins a part of the report, in the outline too.
func (p *paper) section(title string) {
	p.keep(30)
	p.pdf.Ln(5)
	p.letters("B", 13, inkGrey)
	p.pdf.Bookmark(title, 0, -1)
	p.pdf.SetDrawColor(ruleGrey, ruleGrey, ruleGrey)
	p.pdf.CellFormat(paperWidth, 8, title, "B", 1, "L", false, 0, "")
	p.pdf.Ln(2)
}

// keep begins a new page where less than so much room is left.
func (p *paper) keep(room float64) {
	_, height := p.pdf.GetPageSize()
	if p.pdf.GetY()+room > height-20 {
		p.pdf.AddPage()
	}
}

// head is the name of an item within a section.
func (p *paper) head(title string) {
	p.keep(24)
	p.letters("B", 11, inkGrey)
	p.pdf.MultiCell(paperWidth, 5.6, p.shown(title), "", "L", false)
	p.pdf.Ln(0.6)
}

// line writes a label and a text beside it; nothing for an empty text.
func (p *paper) line(label, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	p.letters("", 10, inkGrey)
	text = p.shown(text)
	p.keep(lineHeight * float64(min(len(p.pdf.SplitText(text, paperWidth-labelWidth)), 3)))
	y := p.pdf.GetY()
	p.letters("", 10, quietGrey)
	p.pdf.CellFormat(labelWidth, lineHeight, label, "", 0, "L", false, 0, "")
	p.letters("", 10, inkGrey)
	p.pdf.SetXY(paperMargin+labelWidth, y)
	p.pdf.SetLeftMargin(paperMargin + labelWidth) // on the next page, too
	p.pdf.MultiCell(paperWidth-labelWidth, lineHeight, text, "", "L", false)
	p.pdf.SetLeftMargin(paperMargin)
	p.pdf.SetX(paperMargin)
	p.pdf.Ln(0.8)
}

// note writes a sentence over the whole width.
func (p *paper) note(text string) {
	p.letters("I", 10, quietGrey)
	p.pdf.MultiCell(paperWidth, lineHeight, p.shown(text), "", "L", false)
	p.pdf.Ln(1)
}

func (p *paper) cover(c report.Council) {
	p.letters("B", 20, inkGrey)
	p.pdf.CellFormat(paperWidth, 11, "Report to Council", "", 1, "L", false, 0, "")
	p.letters("", 12, quietGrey)
	p.pdf.CellFormat(paperWidth, 8, p.shown(committee(c)), "", 1, "L", false, 0, "")
	p.pdf.Ln(3)
	const open = "______________________"
	date := open
	if !c.Date.IsZero() {
		date = report.Day(c.Date)
	}
	p.line("Document number", cmp.Or(c.Document, open))
	p.line("Council year", cmp.Or(c.Year, open))
	p.line("Conference", cmp.Or(c.Conference, open))
	p.line("Date", date)
	p.line("Time covered", covered(c.From, c.To))
	p.line("State", c.State)
	p.pdf.Ln(2)
	information, action := split(c.Actions)
	item := func(a report.Action) string { return a.Group + ": " + a.What }
	p.line("Action items", named(action, item))
	p.line("Information items", named(information, item))
	p.line("Pending", named(c.Pending, func(p report.Pending) string {
		return p.Group + ": " + p.Outcome
	}))
	p.line("Register of groups", inRegister(c.Groups))
	p.line("Annual reports", inReports(c.Annual, c.Day()))
}

func (p *paper) actions(list []report.Action, none string) {
	for _, a := range list {
		p.head(a.Group)
		p.line("Action", a.What)
		p.line("Date and vote", dayOf(a.Date)+in(", vote ", a.Vote))
		p.line("Effective", dayOf(a.Effective))
		p.line("Term ends", dayOf(a.TermEnd))
		if a.Required > 0 {
			p.line("Valid of required", fmt.Sprintf("%d of %d", a.Valid, a.Required))
		}
		p.line("Rationale", a.Rationale)
		p.pdf.Ln(2)
	}
	if len(list) == 0 {
		p.note(none)
	}
}

func (p *paper) pending(list []report.Pending) {
	for _, of := range list {
		p.head(of.Group)
		p.line("Purpose", orNone(of.Purpose))
		p.line("Rule", of.Rule)
		p.line("Handed in", dayOf(of.Received))
		p.line("State", of.State)
		p.line("Valid of required", of.Outcome)
		p.pdf.Ln(2)
	}
	if len(list) == 0 {
		p.note("Nothing is pending: every petition of this report was decided.")
	}
}

func (p *paper) register(list []report.Group) {
	for _, g := range list {
		p.head(g.Name)
		p.line("Formerly", strings.Join(g.Former, ", "))
		p.line("State", stateOf(g))
		if !g.Ended.IsZero() {
			p.line("Ended", report.Day(g.Ended))
		}
		if g.Term > 0 {
			p.line("Term", fmt.Sprintf("%d, from %s to %s", g.Term, report.Day(g.TermStart),
				report.Day(g.TermEnd)))
		}
		p.line("Staff liaisons", strings.Join(g.Liaisons, ", "))
		p.line("Purpose", g.Purpose)
		p.line("Link", g.Link)
		p.pdf.Ln(2)
	}
	if len(list) == 0 {
		p.note("The register of groups is not part of this report.")
	}
}

func (p *paper) annual(c report.Council) {
	if len(c.Annual) == 0 {
		p.note("No annual report was due in the time of this report, as far as is recorded.")
		return
	}
	t := p.table([]float64{56, 18, 32, 32, paperWidth - 138},
		"Group", "Year", "Due", "Received", "State")
	for _, r := range c.Annual {
		state := strings.TrimLeft(annualState(r, c.Day()), "✓► ") + in("; ", r.Note)
		if r.Requested {
			state += "; asked for"
		}
		t.row(r.Group, r.Year, dayOf(r.Due), dayOf(r.Received), state)
	}
}

func (p *paper) statistics(list []report.Counts) {
	if len(list) == 0 {
		p.note("No petition falls into the time of this report.")
		return
	}
	t := p.table([]float64{58, 20, 18, 18, 18, 21, paperWidth - 153},
		"Petition", "Required", "Filed", "Valid", "Invalid", "Undecided", "Margin")
	for _, n := range list {
		t.row(n.Group, grouped(n.Tally.Required), grouped(n.Tally.Rows), grouped(n.Tally.Valid),
			grouped(n.Tally.Invalid), grouped(n.Tally.Uncertain),
			fmt.Sprintf("%+d", n.Tally.Valid-n.Tally.Required))
	}
	p.pdf.Ln(4)
	for _, n := range list {
		p.head("Why lines of " + n.Group + " do not count")
		t := p.table([]float64{40, 20, paperWidth - 60}, "Reason", "Lines", "What it means")
		any := false
		for _, r := range reasonsIn(n.Tally) {
			if n.Tally.ByReason[r] > 0 {
				any = true
				t.row(report.ReasonWord(r), grouped(n.Tally.ByReason[r]), report.ReasonMeaning(r))
			}
		}
		if !any {
			t.row("none", "0", "no line was found not to count")
		}
		p.pdf.Ln(1)
		p.note(fmt.Sprintf("%s with %s, %d of them with signers. Membership export of %s as of %s.",
			counts(n.Files, "file"), counts(n.Pages, "page"),
			n.Signers, people(n.Members), report.Day(n.MembersAt)))
		p.pdf.Ln(2)
	}
}

func (p *paper) entries(list []report.Entry) {
	for _, e := range list {
		p.head(e.Group)
		p.letters("", 10, inkGrey)
		p.pdf.MultiCell(paperWidth, lineHeight, p.shown(e.Text), "", "L", false)
		p.pdf.Ln(3)
	}
	if len(list) == 0 {
		p.note("This report brings no new text for the Handbook.")
	}
}

func (p *paper) notes(c report.Council) {
	for _, n := range privacyNotes(c) {
		p.line(n.Name, n.Text)
	}
	for _, s := range councilSources(c) {
		p.line(s.what, s.name+": "+s.mark)
	}
	p.pdf.Ln(2)
	for _, of := range c.Corrections {
		p.head("Correction of " + cmp.Or(of.Document, "an earlier report"))
		p.line(dayOf(of.Date), of.Text)
	}
	if len(c.Corrections) == 0 {
		p.note("No earlier report is corrected.")
	}
}

// printedTable is a ruled table with columns of such widths. Its headings are
// repeated on every page, and a row is never split between pages.
type printedTable struct {
	*paper
	widths []float64
	titles []string
}

func (p *paper) table(widths []float64, titles ...string) printedTable {
	t := printedTable{p, widths, titles}
	t.keep(20)
	t.draw("B", titles)
	return t
}

// row writes a row, below the headings on a new page where it needs one.
func (t printedTable) row(cells ...string) {
	t.letters("", 9.5, inkGrey)
	page := t.pdf.PageNo()
	t.keep(t.height(cells))
	if t.pdf.PageNo() != page {
		t.draw("B", t.titles)
	}
	t.draw("", cells)
}

const rowLine = 4.6 // height of a line in a table

// height is how high a row is: as high as the fullest of its cells needs.
func (t printedTable) height(cells []string) float64 {
	high := 1
	for i, c := range cells {
		high = max(high, len(t.split(i, c)))
	}
	return float64(high)*rowLine + 2*cellPad
}

func (t printedTable) split(column int, cell string) []string {
	return t.pdf.SplitText(t.shown(cell), t.widths[column]-2*cellPad)
}

func (t printedTable) draw(style string, cells []string) {
	t.letters(style, 9.5, inkGrey)
	tall, x, y := t.height(cells), paperMargin, t.pdf.GetY()
	t.pdf.SetDrawColor(ruleGrey, ruleGrey, ruleGrey)
	t.pdf.SetFillColor(233, 237, 242)
	for i, cell := range cells {
		t.pdf.Rect(x, y, t.widths[i], tall, pick(style == "B", "FD", "D"))
		for n, line := range t.split(i, cell) {
			t.pdf.SetXY(x+cellPad, y+cellPad+float64(n)*rowLine)
			t.pdf.CellFormat(t.widths[i]-2*cellPad, rowLine, line, "", 0, "L", false, 0, "")
		}
		x += t.widths[i]
	}
	t.pdf.SetXY(paperMargin, y+tall)
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
