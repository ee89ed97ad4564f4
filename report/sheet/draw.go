package sheet

import (
	"fmt"
	"image"
	"strings"
	"time"
	"unicode"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"countersign/extract/marks"
)

// printer draws pages, in inches. Its fonts are the Go project's, which have
// Latin, Greek and Cyrillic letters with all their accents; the PDF carries
// only the letters it uses.
type printer struct {
	pdf *fpdf.Fpdf
}

const family = "go"

func newPrinter(s Set) *printer {
	w, h := marks.Layout{Paper: s.Paper, Landscape: !s.Portrait}.Size()
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "in", Size: fpdf.SizeType{Wd: float64(w) / 100,
		Ht: float64(h) / 100}})
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCellMargin(0)
	// The same sheets are the same bytes, whenever they are printed.
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(time.Unix(0, 0).UTC())
	pdf.SetModificationDate(time.Unix(0, 0).UTC())
	pdf.SetTitle(s.Title, true)
	pdf.SetCreator("countersign", true)
	pdf.AddUTF8FontFromBytes(family, "", goregular.TTF)
	pdf.AddUTF8FontFromBytes(family, "B", gobold.TTF)
	pdf.AddUTF8FontFromBytes(family, "I", goitalic.TTF)
	return &printer{pdf}
}

// unprintable is the first letter of a text that the fonts lack.
func unprintable(text string) (rune, bool) {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return 0, false
	}
	var buf sfnt.Buffer
	for _, r := range text {
		if unicode.IsSpace(r) {
			continue
		}
		if glyph, err := font.GlyphIndex(&buf, r); err != nil || glyph == 0 {
			return r, true
		}
	}
	return 0, false
}

// line is one line of text: its baseline from the top of the page, its left
// edge, and the runs it is made of.
type line struct {
	x, y float64
	runs []run
}

type run struct {
	text, style string
	size        float64 // points
	grey        int
}

// block is lines that were set, and where they end.
type block struct {
	lines  []line
	bottom int // hundredths of an inch
}

// setter sets text from a place downward.
type setter struct {
	p              *printer
	x, y, width    float64 // inches; y is where the next line's top is
	lines          []line
	leading, after float64 // of lines, in letter sizes; after a paragraph, in inches
}

// paragraph sets a label in bold and a text after it.
func (t *setter) paragraph(label, text, style string, size float64, grey int) {
	type word struct{ text, style string }
	var words []word
	for _, w := range strings.Fields(label) {
		words = append(words, word{w, "B"})
	}
	t.p.pdf.SetFont(family, style, size)
	for _, w := range strings.Fields(text) {
		if n := len(words); w == "·" && n > 0 { // no line begins with one
			words[n-1].text += " " + w
			continue
		}
		for _, part := range t.parts(w) {
			words = append(words, word{part, style})
		}
	}
	space := t.p.pdf.GetStringWidth(" ")
	var current []run
	used := 0.0
	flush := func() {
		if len(current) > 0 {
			t.lines = append(t.lines, line{t.x, t.y + size/72, current})
			t.y += size / 72 * t.leading
			current, used = nil, 0
		}
	}
	for _, w := range words {
		t.p.pdf.SetFont(family, w.style, size)
		width := t.p.pdf.GetStringWidth(w.text)
		if used > 0 && used+space+width > t.width {
			flush()
		}
		if n := len(current); n > 0 && current[n-1].style == w.style {
			current[n-1].text += " " + w.text
		} else if n > 0 {
			current[n-1].text += " "
			current = append(current, run{w.text, w.style, size, grey})
		} else {
			current = append(current, run{w.text, w.style, size, grey})
		}
		used += space + width
	}
	flush()
	t.y += t.after
}

// parts cuts a word that no line holds, such as the address of a page, in the
// font that is set.
func (t *setter) parts(word string) []string {
	var parts []string
	from, used := 0, 0.0
	for i, r := range word {
		width := t.p.pdf.GetStringWidth(string(r))
		if used+width > t.width*0.95 {
			parts = append(parts, word[from:i])
			from, used = i, 0
		}
		used += width
	}
	return append(parts, word[from:])
}

// What is written around the table.
const (
	clearance = 0.14 // inches between a code and text
	note      = "Please print clearly, one person to a line, and sign by hand. Leave the " +
		marks.Mention + " and the codes free."
)

// headOf sets what stands above the table; its bottom is where the table
// begins.
func (p *printer) headOf(s Set, l marks.Layout) block {
	code := l.Codes()[0]
	left := float64(l.Sign().Max.X)/100 + 0.2
	t := &setter{p: p, x: left, y: float64(marks.Margin) / 100,
		width: float64(code.Min.X)/100 - clearance - left, leading: 1.25, after: 0.05}
	t.paragraph("", s.Title, "B", 17, 0)
	t.after = 0.035
	if s.Group != "" {
		t.paragraph("Name of group:", s.Group, "", 11, 0)
	}
	t.paragraph("Purpose:", s.Purpose, "", 10, 0)
	t.paragraph("", s.Call, "", 10, 0)
	const caption = 0.32
	t.y = max(t.y, float64(code.Max.Y)/100+caption) + 0.02
	t.x, t.width, t.after = float64(marks.Margin)/100, float64(code.Max.X)/100, 0.06
	t.paragraph("", note, "I", 8.5, 50)
	return block{t.lines, int(t.y*100) + 1}
}

// footOf sets what stands below the table.
func (p *printer) footOf(s Set, l marks.Layout) (block, error) {
	code := l.Codes()[1]
	w, h := l.Size()
	left := float64(code.Max.X)/100 + clearance
	right := float64(w-l.Sign().Max.Y) / 100
	for _, size := range []float64{8.5, 8, 7.5, 7, 6.5} {
		t := &setter{p: p, x: left, y: float64(code.Min.Y) / 100, width: right - left,
			leading: 1.25, after: 0.05}
		if s.Contact != "" {
			t.paragraph("Questions, and signed sheets:", s.Contact, "", size, 0)
		}
		t.paragraph("Privacy:", s.Privacy, "", size, 0)
		if t.y <= float64(h-marks.Margin)/100+0.06 {
			return block{lines: t.lines}, nil
		}
	}
	return block{},
		fmt.Errorf("the contact and the notice on privacy are too long for the foot of the page: " +
			"shorten them to some 600 letters together")
}

// page draws one page.
func (p *printer) page(s Set, c marks.Code) error {
	l := c.Layout
	foot, err := p.footOf(s, l)
	if err != nil {
		return err
	}
	p.pdf.AddPage()
	p.corners(l)
	for _, at := range l.Codes() {
		if err := p.code(c.String(), at); err != nil {
			return err
		}
	}
	p.text(p.headOf(s, l).lines)
	p.text(foot.lines)
	at := l.Codes()[0]
	p.centred(fmt.Sprintf("Page %d of %d", c.Page, c.Of), "B", 9, at, at.Max.Y+15)
	p.centred(c.Petition, "", 7, at, at.Max.Y+26)
	p.table(l)
	return p.pdf.Error()
}

func (p *printer) text(lines []line) {
	for _, l := range lines {
		x := l.x
		for _, r := range l.runs {
			p.pdf.SetFont(family, r.style, r.size)
			p.pdf.SetTextColor(r.grey, r.grey, r.grey)
			p.pdf.Text(x, l.y, r.text)
			x += p.pdf.GetStringWidth(r.text)
		}
	}
}

// centred prints a line below a code, smaller where it is too long.
func (p *printer) centred(text, style string, size float64, under image.Rectangle, y int) {
	const beyond = 0.3
	for {
		p.pdf.SetFont(family, style, size)
		if p.pdf.GetStringWidth(text) < float64(under.Dx())/100+beyond || size < 4 {
			break
		}
		size -= 0.5
	}
	p.pdf.SetTextColor(0, 0, 0)
	p.pdf.Text(float64(under.Min.X+under.Max.X)/200-p.pdf.GetStringWidth(text)/2, float64(y)/100,
		text)
}

// corners draws the marks and the block that tells top from bottom.
func (p *printer) corners(l marks.Layout) {
	for _, c := range l.Corners() {
		x, y := float64(c.X)/100, float64(c.Y)/100
		disc := func(r float64, grey int) {
			p.pdf.SetFillColor(grey, grey, grey)
			p.pdf.Circle(x, y, r/100, "F")
		}
		disc(marks.Radius, 0)
		disc(marks.Ring, 255)
		disc(marks.Dot, 0)
	}
	p.fill(l.Sign())
}

func (p *printer) fill(r image.Rectangle) {
	p.pdf.SetFillColor(0, 0, 0)
	p.pdf.Rect(float64(r.Min.X)/100, float64(r.Min.Y)/100, float64(r.Dx())/100, float64(r.Dy())/100,
		"F")
}

// code draws a QR code.
func (p *printer) code(text string, at image.Rectangle) error {
	modules, err := marks.Modules(text)
	if err != nil {
		return fmt.Errorf("make the code of the page: %w", err)
	}
	side := float64(at.Dx()) / 100 / float64(len(modules))
	// Ink spreads, and a fax or a dark copy spreads it further: dark modules
	// are drawn a little smaller, so that light ones among them stay open.
	const spread = 0.07
	p.pdf.SetFillColor(0, 0, 0)
	fill := func(x0, y0, x1, y1 float64) {
		p.pdf.Rect(float64(at.Min.X)/100+x0*side, float64(at.Min.Y)/100+y0*side, (x1-x0)*side,
			(y1-y0)*side, "F")
	}
	dark := func(x, y int) bool { return y >= 0 && y < len(modules) && modules[y][x] }
	for y, row := range modules {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				fill(float64(from)+spread, float64(y)+spread, float64(x)-spread, float64(y)+
					1-spread)
			}
			for i := from; i < x; i++ { // joined to the module below
				if dark(i, y+1) {
					fill(float64(i)+spread, float64(y)+1-2*spread, float64(i)+1-spread, float64(y)+
						1+2*spread)
				}
			}
		}
	}
	return nil
}

// table draws headings, lines, borders, combs and line numbers.
func (p *printer) table(l marks.Layout) {
	lines, borders := l.Lines(), l.Borders()
	left, right := float64(borders[0])/100, float64(borders[len(borders)-1])/100
	top, foot := float64(lines[0])/100, float64(lines[len(lines)-1])/100
	const thin, comb = 0.0085, 0.006 // rules survive a fax at 150 dpi
	p.pdf.SetDrawColor(110, 110, 110)
	p.pdf.SetLineWidth(comb)
	for i := range l.Columns {
		for _, x := range l.Ticks(i) {
			for _, y := range lines[2:] {
				p.pdf.Line(x/100, float64(y-marks.Tick)/100, x/100, float64(y)/100)
			}
		}
	}
	p.pdf.SetDrawColor(0, 0, 0)
	p.pdf.SetLineWidth(thin)
	for _, y := range lines {
		p.pdf.Line(left, float64(y)/100, right, float64(y)/100)
	}
	for _, x := range borders {
		p.pdf.Line(float64(x)/100, top, float64(x)/100, foot)
	}
	p.pdf.SetTextColor(0, 0, 0)
	for i, c := range l.Columns {
		size := 9.0
		text := marks.Heading(c.Field)
		for p.pdf.SetFont(family, "B", size); p.pdf.GetStringWidth(text) > float64(
			c.Width)/100-0.06 && size > 5; size -= 0.5 {
			p.pdf.SetFont(family, "B", size)
		}
		p.pdf.Text(float64(borders[i])/100+0.05, float64(lines[1])/100-0.08, text)
	}
	p.pdf.SetFont(family, "", 8)
	for row := range l.Rows {
		number := fmt.Sprint(row + 1)
		x := float64(borders[1])/100 - 0.07 - p.pdf.GetStringWidth(number)
		p.pdf.Text(x, float64(lines[row+1]+lines[row+2])/200+0.04, number)
	}
}
