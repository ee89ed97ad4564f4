package workbook

import "github.com/xuri/excelize/v2"

// look is how a cell looks. The zero value is plain text of the usual size.
type look struct {
	size    float64 // in points; 10 if zero
	bold    bool
	italic  bool
	center  bool
	right   bool
	oneLine bool   // do not wrap
	inset   bool   // a little air before the text
	link    bool   // underlined: it leads to another sheet
	strike  bool   // struck through: taken back
	mono    bool   // letters of one width, for fingerprints
	color   string // of the letters, RRGGBB
	fill    string // RRGGBB
	format  string // number format; text if empty
	rule    string // "under", "box", "bar" (box with a thick left edge)
}

// Colours are few and light, so that a sheet costs little ink and what they
// say is also said in words or marks.
const (
	ink   = "1F2D3D"
	quiet = "56616C"
	shade = "E9EDF2"
	amber = "FFF2CC"
	edge  = "C5CCD4"

	// Bars differ in lightness, so that they differ in print without colour.
	validBar   = "2F5D50"
	invalidBar = "A9B3BD"
	openBar    = "E0A526"
)

// Number formats. Formats for text put a mark before a word without changing
// the word, so that formulas still count it.
const (
	asText    = "@"
	asCount   = "#,##0"
	asSigned  = "+#,##0;-#,##0;0"
	asPercent = "0.0%"
	asOpen    = `"► "@`
	asGuess   = `"maybe "@`
	asCross   = `"× "@`
	asTick    = `"✓ "@`
	asDay     = "mmm d, yyyy"
	asDate    = "yyyy-mm-dd" // where a column is narrow: ten letters for every date
	asMoment  = "yyyy-mm-dd hh:mm"
)

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
	printLook = look{rule: "box", size: 8, color: quiet, mono: true, oneLine: true, inset: true}
)

// style is the number of a look in this workbook.
func (b *book) style(l look) int {
	key := l
	if id, ok := b.styles[key]; ok || b.err != nil {
		return id
	}
	if l.size == 0 {
		l.size = 10
	}
	if l.color == "" {
		l.color = ink
	}
	if l.format == "" {
		l.format = asText
	}
	family := "Calibri"
	if l.mono {
		family = "Consolas"
	}
	style := &excelize.Style{
		Font: &excelize.Font{Family: family, Size: l.size, Bold: l.bold, Italic: l.italic,
			Underline: l.underline(), Strike: l.strike, Color: l.color},
		Alignment: &excelize.Alignment{Vertical: "center", Horizontal: l.horizontal(),
			WrapText: !l.oneLine, Indent: l.indent()},
		Border:       l.border(),
		CustomNumFmt: &l.format,
	}
	if l.fill != "" {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.fill}}
	}
	id, err := b.file.NewStyle(style)
	b.try(err)
	b.styles[key] = id
	return id
}

func (l look) horizontal() string {
	switch {
	case l.center:
		return "center"
	case l.right:
		return "right"
	}
	return "left"
}

func (l look) underline() string {
	if l.link {
		return "single"
	}
	return "none"
}

func (l look) indent() int {
	if l.inset && !l.center && !l.right {
		return 1
	}
	return 0
}

func (l look) border() []excelize.Border {
	const thin, thick = 1, 5
	under := excelize.Border{Type: "bottom", Style: thin, Color: edge}
	switch l.rule {
	case "under":
		return []excelize.Border{under}
	case "box", "bar":
		left := excelize.Border{Type: "left", Style: thin, Color: edge}
		if l.rule == "bar" {
			left.Style, left.Color = thick, ink
		}
		return []excelize.Border{left, {Type: "top", Style: thin, Color: edge}, {Type: "right",
			Style: thin, Color: edge}, under}
	}
	return nil
}

func center(l look) look {
	l.center = true
	return l
}
