package extract

import (
	"image"
	"math"
	"slices"

	"countersign/extract/heading"
	"countersign/extract/layout"
)

// numberRows finds the row numbers that the form prints: in a first column without a heading
// and without room for a word, within the first column, or in a column of their own, which
// may be any and have a heading, such as "No.".
func (f *form) numberRows(v *view) {
	const narrow = 0.6 // inches
	b := f.table.Borders
	if len(f.columns) > 2 && len(f.columns[0].Fields) == 0 && b[1].At(f.head.Min.Y)-b[0].At(f.head.Min.Y) < v.dpi*narrow {
		f.columns[0].Fields = []Field{Number}
	}
	f.partNumbers(v)
	if f.exact || v.words != nil {
		return
	}
	for i, c := range f.columns {
		if len(f.columns) > 2 && (len(c.Fields) == 0 || c.asks(MemberID) && asksNumber(c.Heading)) && f.printsNumbers(v, i) {
			f.columns[i].Fields = []Field{Number}
		}
	}
}

// asksNumber reports whether a heading asks for a number and does not say of what.
func asksNumber(text string) bool {
	return slices.Equal(heading.Of(text).Items, []string{string(Number)})
}

// printsNumbers reports whether a column has nothing but print as small as a row number, at
// the same place of nearly every row, whether the row is written in or not. People do not
// write as evenly as that.
func (f *form) printsNumbers(v *view, column int) bool {
	const (
		widest  = 0.3  // inches of a number of three digits; member numbers have more
		tallest = 0.16 // inches of print
		least   = 4    // rows
		usual   = 0.85 // share of the rows that have one
		stray   = 0.03 // inches by which print is off
		border  = 0.04 // inches beside the lines that are theirs
		tail    = 0.5  // how high the smallest is at least, of the usual one
	)
	t := f.table
	pieces := v.components().List
	var boxes []image.Rectangle // of each row's ink, from the cell's lower left corner
	rows := t.Rows() - f.first
	for row := f.first; row < t.Rows(); row++ {
		cell := t.Cell(row, column)
		within := cell.Inset(v.inches(border))
		var ink image.Rectangle
		for _, c := range pieces {
			if c.Area > 3 && middle(c.Box).In(within) && c.Box.In(cell.Inset(-v.inches(border))) {
				ink = ink.Union(c.Box)
			}
		}
		if !ink.Empty() {
			boxes = append(boxes, ink.Sub(image.Pt(cell.Min.X, cell.Max.Y)))
		}
	}
	if rows < least || float64(len(boxes)) < usual*float64(rows) {
		return false
	}
	var lefts, middles, rights, feet, heights []int
	for _, b := range boxes {
		lefts, middles, rights = append(lefts, b.Min.X), append(middles, middle(b).X), append(rights, b.Max.X)
		feet, heights = append(feet, b.Max.Y), append(heights, b.Dy())
	}
	left, center, end, foot, height := median(lefts), median(middles), median(rights), median(feet), median(heights)
	off := stray * v.dpi
	near := func(a, b int) bool { return math.Abs(float64(a-b)) <= off }
	alike := 0
	for _, b := range boxes {
		small := b.Dx() <= v.inches(widest) && b.Dy() <= v.inches(tallest) && float64(b.Dy()) >= tail*float64(height)
		if small && near(b.Max.Y, foot) && (near(b.Min.X, left) || near(middle(b).X, center) || near(b.Max.X, end)) {
			alike++
		}
	}
	return float64(alike) >= usual*float64(rows)
}

// partNumbers gives row numbers that are printed within the first column one of
// their own: small ink that stands in nearly every row, written in or not, at the
// same height and ends at the same place.
func (f *form) partNumbers(v *view) {
	const (
		widest  = 0.45 // inches from the border to the end of a number of three digits
		tallest = 0.16 // inches of print
		least   = 4    // rows that show a number to be printed and not written
		usual   = 0.85 // share of the rows that have one
		stray   = 0.03 // inches by which print is off
		gap     = 0.06 // inches within a number
	)
	t := f.table
	rows := t.Rows() - f.first
	if rows < least || len(f.columns) == 0 || f.columns[0].asks(Number) || v.words != nil {
		return
	}
	if f.columns[0].asks(MemberID) && !asksNumber(f.columns[0].Heading) {
		return // of numbers that the form prints, as on a roster to sign, these may be the members'
	}
	pieces := v.components().List
	var ends []image.Point // of each row's first ink, from the cell's lower left corner
	for row := f.first; row < t.Rows(); row++ {
		cell := t.Cell(row, 0)
		if first := firstPrint(pieces, cell, v.inches(widest), v.inches(tallest), v.inches(gap)); !first.Empty() {
			ends = append(ends, first.Max.Sub(image.Pt(cell.Min.X, cell.Max.Y)))
		}
	}
	if len(ends) == 0 {
		return
	}
	var xs, ys []int
	for _, e := range ends {
		xs, ys = append(xs, e.X), append(ys, e.Y)
	}
	at := image.Pt(median(xs), median(ys))
	alike := 0
	for _, e := range ends {
		if d := e.Sub(at); math.Abs(float64(d.X)) <= 2*stray*v.dpi && math.Abs(float64(d.Y)) <= stray*v.dpi {
			alike++
		}
	}
	if float64(alike) < usual*float64(rows) {
		return
	}
	f.table = t.WithBorder(1, float64(at.X)+2*stray*v.dpi)
	f.columns = slices.Insert(f.columns, 0, Column{Fields: []Field{Number}})
	if f.combs != nil {
		f.combs = slices.Insert(f.combs, 0, false)
	}
}

// firstPrint is the box of the first ink of a cell if it is as small as print: pieces
// that stand close, from the left.
func firstPrint(pieces []layout.Component, cell image.Rectangle, widest, tallest, gap int) image.Rectangle {
	var in []image.Rectangle
	for _, c := range pieces {
		if c.Area > 3 && middle(c.Box).In(cell) && c.Box.Min.X < cell.Min.X+widest {
			in = append(in, c.Box)
		}
	}
	slices.SortFunc(in, func(a, b image.Rectangle) int { return a.Min.X - b.Min.X })
	var first image.Rectangle
	for _, box := range in {
		if !first.Empty() && box.Min.X-first.Max.X > gap {
			break
		}
		first = first.Union(box)
	}
	if first.Max.X > cell.Min.X+widest || first.Dy() > tallest {
		return image.Rectangle{}
	}
	return first
}

func median(of []int) int {
	of = slices.Clone(of)
	slices.Sort(of)
	return of[len(of)/2]
}
