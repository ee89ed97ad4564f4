// Package marks knows the sheets that countersign prints: where their corner
// marks, their codes and their cells are, and how to find all of it again on a
// scan. Report/sheet draws what a Code says; a page's pieces of ink enter here
// once it comes back, and the Code leaves with a Place that takes inches of
// paper to pixels. Extract reads the cells there instead of looking for a table.
//
// Lengths are hundredths of an inch from the top left corner of the paper, so
// that what is printed and what is read agree to the last digit.
package marks

import "image"

// Code is what the QR codes of a page say.
type Code struct {
	Petition string // letters, digits, "-" and "_", at most 40
	Page, Of int    // 1-based; how many were printed together
	Layout   Layout
}

// Layout is where the lines and cells of a printed page are.
type Layout struct {
	Paper     Paper
	Landscape bool
	Rows      int // lines to sign on
	Top       int // of the headings
	Head      int // height of the headings
	Pitch     int // height of a line
	Columns   []Column
}

// Column is one column, left to right.
type Column struct {
	Field string // as in extract.Field
	Width int
	Boxes int // of a comb, one for each letter; 0 for none
}

// Paper is a size of paper.
type Paper string

const (
	Letter Paper = "letter"
	A4     Paper = "a4"
)

// What is at the same place on every page.
const (
	Margin = 40 // around everything that is printed
	Radius = 14 // of a corner mark: a ring around a dot
	Ring   = 9  // the inner radius of its ring
	Dot    = 4  // radius of its dot

	inset    = Margin + Radius // of a mark's middle from the edges of the paper
	sign     = inset + 26      // of the middle of the block that tells top from bottom, below the first mark
	signSide = 10
	Foot     = 98 // from the bottom margin to the last line of the table at the lowest
)

// Sides of the two codes, without their quiet zones.
const (
	largeCode = 100
	smallCode = 88
)

// Mention stands on every page, so that of pages with a text layer those that
// were never printed are known without a look at their picture.
const Mention = "corner marks"

// Size is the width and height of the paper as it is printed on.
func (l Layout) Size() (w, h int) {
	w, h = 850, 1100
	if l.Paper == A4 {
		w, h = 827, 1169
	}
	if l.Landscape {
		w, h = h, w
	}
	return w, h
}

// Corners are the middles of the marks: top left, top right, bottom right,
// bottom left.
func (l Layout) Corners() [4]image.Point {
	w, h := l.Size()
	return [4]image.Point{{X: inset, Y: inset}, {X: w - inset, Y: inset}, {X: w - inset, Y: h - inset}, {X: inset, Y: h - inset}}
}

// Sign is the block that tells top from bottom.
func (l Layout) Sign() image.Rectangle {
	return image.Rect(inset-signSide/2, sign-signSide/2, inset+signSide/2, sign+signSide/2)
}

// Codes are the places of the two QR codes, which say the same: one is mostly
// left where a stamp, a staple or a torn corner took the other.
func (l Layout) Codes() [2]image.Rectangle {
	const quiet = 10 // the code's own, beyond the block of a page that lies on its side
	w, h := l.Size()
	far := sign + signSide/2 + quiet
	return [2]image.Rectangle{
		image.Rect(w-far-largeCode, Margin, w-far, Margin+largeCode),
		image.Rect(far, h-Margin-smallCode, far+smallCode, h-Margin),
	}
}

// Text is where title and purpose stand.
func (l Layout) Text() image.Rectangle {
	const note = 22 // how to fill in the sheet, right above the table
	return image.Rect(l.Sign().Max.X+5, Margin-5, l.Codes()[0].Min.X-5, l.Top-note)
}

// Lines are the heights of the table's lying rules: above the headings, below
// them, and below each line.
func (l Layout) Lines() []int {
	lines := []int{l.Top}
	for row := range l.Rows + 1 {
		lines = append(lines, l.Top+l.Head+row*l.Pitch)
	}
	return lines
}

// Borders are the places of the table's standing rules.
func (l Layout) Borders() []int {
	borders := []int{Margin}
	for _, c := range l.Columns {
		borders = append(borders, borders[len(borders)-1]+c.Width)
	}
	return borders
}

// What is known of combs: how high the strokes between letters are, from the
// foot of the cell, and how far the first and last stand from its sides, since
// letters that touch a border lose what lies on it.
const (
	Tick    = 10
	CombGap = 6
)

// Ticks are the places of the strokes of a column's comb.
func (l Layout) Ticks(column int) []float64 {
	c, left := l.Columns[column], l.Borders()[column]
	if c.Boxes == 0 {
		return nil
	}
	at := make([]float64, c.Boxes+1)
	for i := range at {
		at[i] = float64(left+CombGap) + float64(i*(c.Width-2*CombGap))/float64(c.Boxes)
	}
	return at
}
