package extract

import (
	"slices"

	"countersign/extract/layout"
)

// combsOf are the strokes between the boxes for single letters that a form prints in a column, and
// the sides of dotted frames: at the same places of most rows, and several of them. Longer lines,
// such as borders, are none.
func (v *view) combsOf(t layout.Table, first int) (ticks []layout.Rule) {
	const (
		high  = 0.45 // of a row
		near  = 0.03 // inches by which such a stroke is off its place
		clear = 0.06 // inches from such a line
		most  = 0.6  // of the rows
		some  = 4    // strokes
		few   = 5    // rows
		low   = 0.2  // inches: nobody writes in a lower row, such as that between two frames
	)
	rows := 0
	for row := first; row < t.Rows(); row++ {
		if t.Row(row).Dy() >= v.inches(low) {
			rows++
		}
	}
	if rows < few || t.Columns() == 0 {
		return nil
	}
	type stroke struct{ x, from, to int }
	type comb struct {
		by   int // from the left border
		seen map[int]stroke
	}
	var combs []comb
	for row := first; row < t.Rows(); row++ {
		box := t.Row(row)
		if box.Dy() < v.inches(low) {
			continue
		}
		left := int(t.Borders[0].At(middle(box).Y))
		for x := box.Min.X; x < box.Max.X; x++ {
			from, to := v.longestRun(x, box.Min.Y, box.Max.Y)
			at := func(b layout.Rule) bool { return abs(int(b.At(middle(box).Y))-x) <= v.inches(clear) }
			if float64(to-from) < high*float64(box.Dy()) || slices.ContainsFunc(v.standing, at) {
				continue
			}
			n := slices.IndexFunc(combs, func(c comb) bool { return abs(c.by-(x-left)) <= v.inches(near) })
			if n < 0 {
				combs = append(combs, comb{x - left, map[int]stroke{}})
				n = len(combs) - 1
			}
			if s, known := combs[n].seen[row]; !known || to-from > s.to-s.from {
				combs[n].seen[row] = stroke{x, from, to}
			}
		}
	}
	combs = slices.DeleteFunc(combs, func(c comb) bool { return float64(len(c.seen)) < most*float64(rows) })
	if len(combs) < some {
		return nil
	}
	for _, c := range combs {
		for row := first; row < t.Rows(); row++ {
			if s, seen := c.seen[row]; seen {
				ticks = append(ticks, layout.Through(float64(s.from), float64(s.x), float64(s.to), float64(s.x), 2))
			}
		}
	}
	return ticks
}

// longestRun is the longest run of ink down a column of pixels, or of dots close to each other.
func (v *view) longestRun(x, top, foot int) (from, to int) {
	const close = 0.03 // inches from dot to dot
	if x < 0 || x >= v.bits.W {
		return 0, 0
	}
	start, last := -1, -1
	for y := max(0, top); y < min(foot, v.bits.H); y++ {
		if v.bits.Pix[y*v.bits.W+x] == 0 {
			continue
		}
		if start < 0 || y-last > v.inches(close) {
			start = y
		}
		if last = y; last+1-start > to-from {
			from, to = start, last+1
		}
	}
	return from, to
}
