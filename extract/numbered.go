package extract

import (
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

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
	)
	t := f.table
	rows := t.Rows() - f.first
	if rows < least || len(f.columns) == 0 || slices.Contains(f.columns[0].Fields, Number) || v.words != nil {
		return
	}
	pieces := v.components().List
	var ends []image.Point // of each row's first ink, from the cell's lower left corner
	for row := f.first; row < t.Rows(); row++ {
		cell := t.Cell(row, 0)
		if first := firstPrint(pieces, cell, v.inches(widest), v.inches(tallest), v.inches(0.06)); !first.Empty() {
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
