// Package drawn draws pages as they come from an office scanner, each from a
// seed and together with the truth about it: signer sheets in many layouts,
// cover pages, letters and blank pages. It is test support, imported by the
// tests of extract and its subfolders, and of the sheets that report prints, and
// by nothing else.
//
// Random chooses everything from a seed; a test changes what it wants fixed
// and hands the result to Draw:
//
//	o := drawn.Random(7)
//	o.Rules, o.Skew = drawn.Grid, 0
//	sheet := drawn.Draw(o)
package drawn

import (
	"image"
	"image/draw"
	"math"
	"math/rand/v2"
)

// Kind says what a page is for. The values are extract's.
type Kind string

const (
	Signers Kind = "signers"
	Cover   Kind = "cover"
	Blank   Kind = "blank" // nothing, but for what shows through
	Other   Kind = "other" // a letter of running text
)

// Rules says how a table is ruled.
type Rules string

const (
	Grid       Rules = "grid"
	Horizontal Rules = "horizontal" // lines between rows only
	Underlines Rules = "underlines" // one under each cell, with gaps between
	Stripes    Rules = "stripes"    // every other row shaded, no lines
	Dotted     Rules = "dotted"     // dotted lines between rows
	Outer      Rules = "outer"      // a frame around the whole table only
	Standing   Rules = "standing"   // a frame, borders, and a line below the headings: none between rows
	None       Rules = "none"
)

// Options says all that is drawn. Lengths are inches unless they say
// otherwise. Random fills every field; the zero value draws nothing.
type Options struct {
	Seed uint64 // of what people wrote, how they wrote it, and of the noise
	Kind Kind

	Width, Height float64 // of the upright paper
	DPI           int
	Margin        float64
	Colour        bool // false for a gray picture

	Title    string // empty for none
	Preamble string
	Footer   string
	Columns  []Asked // left to right
	Before   []Lines // tables of other people above the signers'
	After    string  // a statement to be signed below, in a frame

	Rules     Rules
	LineWidth float64  // pixels at 200 dpi
	LineGray  uint8    // 0 is black
	Shaded    bool     // the header row
	OnEnd     bool     // the headings stand on end
	Again     int      // the row that holds the headings once more, and no writing; 0 for none
	Example   []string // printed in the first row, a text a column
	Numbered  bool     // a printed row number within the first column
	Labels    bool     // a tiny printed label in each half of a cell with two items

	RowHeight float64
	Rows      int     // at most; no more than fit on the page
	Filled    int     // people wrote only in this many rows from the top
	Skipped   float64 // share of those left blank all the same
	Struck    float64 // share of written rows struck out
	Unsigned  float64 // share of written rows without a signature
	Typed     bool    // typed, not written by hand
	Stray     float64 // how far writing strays from its cell, in row heights
	Marks     int     // words that somebody wrote at free places outside of the table

	Skew     float64 // degrees clockwise by which the upright page leans
	Rotation int     // clockwise degrees that make the page as delivered upright: 0, 90, 180, 270
	Scan     Scan
}

// Asked is one column of a table: its heading and what it asks for, one item
// or two one above the other. Items are named as in extract.Field.
type Asked struct {
	Heading string
	Items   []string
	Print   string // in each cell, to be written over
}

// Lines is a ruled table that is not of signers, with nothing written in it.
type Lines struct {
	Headings []string
	Rows     int
}

// Scan says what the scanner and the years did to the paper. The zero value
// is a perfect scan.
type Scan struct {
	Paper       uint8   // darkness of the paper; 0 is white
	Noise       float64 // standard deviation of the grain, in gray levels
	Shadow      float64 // darkness along one edge, 0 to 1
	Border      bool    // dark scanner bed beyond the paper's edges
	Specks      int
	Holes       bool
	Fold        bool
	Blur        float64 // 0 to 1
	Quality     int     // of a JPEG the page went through; 0 for none
	Fax         bool    // black and white only
	ShowThrough float64 // how much of a printed back page is seen, 0 to 1
}

// Sheet is a drawn page and the truth about it.
type Sheet struct {
	Options Options
	Image   image.Image // as delivered; *image.Gray or *image.RGBA
	Head    Place       // the header row
	Columns []Column
	Rows    []Row   // all that are drawn, blank ones included, top to bottom
	Marks   []Place // of Options.Marks, those that found a free place
	Words   Words   // what a cover page says
}

// Place is where something is: on the page as delivered, as the smallest
// upright rectangle that holds it, and on the page upright and not leaning.
type Place struct {
	Box  image.Rectangle
	Flat image.Rectangle
}

// Column is a column of the table with all its rows, header included.
type Column struct {
	Asked
	Place
}

// Row is one row of the table, from its left edge to its right.
type Row struct {
	Place
	Cells   []Place // one for each column
	Texts   map[string]string
	Written bool // somebody wrote here; a printed row number alone is nobody
	Struck  bool
	Signed  bool // always false on a sheet without a signature column
}

// Words is what a cover page says.
type Words struct {
	Group      string
	Purpose    string
	Organizers []Organizer
}

// Organizer is a person named on a cover page.
type Organizer struct {
	Name      string
	Address   string
	Signed    bool
	Signature Place // where the signature belongs
}

// Draw draws the page. The same options give the same page.
func Draw(o Options) Sheet {
	d := &drawing{
		canvas: newCanvas(int(o.Width*float64(o.DPI)+.5), int(o.Height*float64(o.DPI)+.5)),
		rng:    rand.New(rand.NewPCG(o.Seed, 0x5eed)),
		o:      o,
		sheet:  Sheet{Options: o},
	}
	switch o.Kind {
	case Signers:
		d.signers()
	case Cover:
		d.cover()
	case Other, Blank: // of a blank page, the letter is on its back
		d.letter()
	}
	d.locate()
	d.sheet.Image = d.scan()
	return d.sheet
}

// drawing is a page in the making, upright and straight.
type drawing struct {
	*canvas
	rng   *rand.Rand
	o     Options
	boxes []int   // of the combs of paper that was printed before; nil for a page of our own
	gap   float64 // beside them
	sheet Sheet
}

// px turns inches into pixels.
func (d *drawing) px(inches float64) float64 { return inches * float64(d.o.DPI) }

// between draws a number from lo to hi.
func (d *drawing) between(lo, hi float64) float64 { return lo + d.rng.Float64()*(hi-lo) }

// chance is true in a share p of all calls.
func (d *drawing) chance(p float64) bool { return d.rng.Float64() < p }

// locate fills in where everything is on the page as delivered.
func (d *drawing) locate() {
	size := d.img.Bounds().Size()
	put := func(p *Place) { p.Box = delivered(p.Flat, size, d.o.Skew, d.o.Rotation) }
	put(&d.sheet.Head)
	for i := range d.sheet.Columns {
		put(&d.sheet.Columns[i].Place)
	}
	for i := range d.sheet.Rows {
		put(&d.sheet.Rows[i].Place)
		for j := range d.sheet.Rows[i].Cells {
			put(&d.sheet.Rows[i].Cells[j])
		}
	}
	for i := range d.sheet.Marks {
		put(&d.sheet.Marks[i])
	}
	for i := range d.sheet.Words.Organizers {
		put(&d.sheet.Words.Organizers[i].Signature)
	}
}

// delivered gives the bounding box on the delivered page of a rectangle on
// the flat page of the given size.
func delivered(r image.Rectangle, size image.Point, skew float64, rotation int) image.Rectangle {
	if r.Empty() {
		return image.Rectangle{}
	}
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	w, h := float64(size.X), float64(size.Y)
	sin, cos := math.Sincos(skew * math.Pi / 180)
	for _, c := range [4]image.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}} {
		dx, dy := float64(c.X)-w/2, float64(c.Y)-h/2
		x, y := dx*cos-dy*sin+w/2, dx*sin+dy*cos+h/2
		switch rotation {
		case 90: // delivered lies a quarter turn to the left
			x, y = y, w-x
		case 180:
			x, y = w-x, h-y
		case 270:
			x, y = h-y, x
		}
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	box := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1)))
	if rotation%180 != 0 {
		size = image.Pt(size.Y, size.X)
	}
	return box.Intersect(image.Rectangle{Max: size})
}

// HideHeadings paints over the headings of a sheet that lies straight, but not over the lines
// around them.
func (s Sheet) HideHeadings() {
	for _, c := range s.Columns {
		in := image.Rect(c.Flat.Min.X, s.Head.Flat.Min.Y, c.Flat.Max.X, s.Head.Flat.Max.Y).Inset(6)
		draw.Draw(s.Image.(draw.Image), in, image.White, image.Point{}, draw.Src)
	}
}
