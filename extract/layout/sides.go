package layout

import "math"

// Sides are the sides of boxes that a form draws within its cells, such as dotted or rounded
// ones: standing strokes at the same place of many rows. The bitmap is of the page without the
// table's own lines and borders.
func (t Table) Sides(b *Bitmap, dpi float64) []Rule {
	const (
		least = 4    // rows
		usual = 0.35 // share of the rows that have one; between rows of boxes there may be gaps
		stray = 0.012
	)
	type side struct {
		row      int
		from, to int
		off      float64 // of its middle from the left border
	}
	var all []side
	for row := range t.Rows() {
		r := t.Row(row)
		left := float64(t.Left)
		if t.Columns() > 0 {
			left = t.Borders[0].At((r.Min.Y + r.Max.Y) / 2)
		}
		for _, s := range b.standingStrokes(t, row, dpi) {
			all = append(all, side{row, s[0], s[1], float64(s[0]+s[1])/2 - left})
		}
	}
	var rules []Rule
	for _, s := range all {
		rows := map[int]bool{}
		for _, o := range all {
			if math.Abs(o.off-s.off) <= stray*dpi {
				rows[o.row] = true
			}
		}
		if len(rows) >= least && float64(len(rows)) >= usual*float64(t.Rows()) {
			r := t.Row(s.row)
			x := float64(s.from+s.to-1) / 2
			rules = append(rules, Through(float64(r.Min.Y), x, float64(r.Max.Y), x, float64(s.to-s.from)))
		}
	}
	return rules
}

// standingStrokes are the thin strokes that stand alone over most of the height of a row, each
// from where to where across.
func (b *Bitmap) standingStrokes(t Table, row int, dpi float64) (strokes [][2]int) {
	const (
		inset   = 0.2 // of the height, that lines and round corners take
		solid   = 0.5 // share of the rest with ink; a dotted stroke has about half
		thick   = 0.03
		beside  = 0.03 // inches on either side
		mostInk = 0.2  // share of the height with ink there
	)
	r := t.Row(row)
	top, foot := r.Min.Y+int(inset*float64(r.Dy())), r.Max.Y-int(inset*float64(r.Dy()))
	top, foot = max(0, top), min(b.H, foot)
	if foot-top < 8 {
		return nil
	}
	from, to := max(0, t.Left), min(b.W, t.Right)
	ink := make([]int, b.W)
	for y := top; y < foot; y++ {
		for x, v := range b.Pix[y*b.W+from : y*b.W+to] {
			if v != 0 {
				ink[from+x]++
			}
		}
	}
	height := float64(foot - top)
	clear := func(from, to int) bool {
		n := 0
		for x := max(0, from); x < min(b.W, to); x++ {
			n += ink[x]
		}
		return float64(n) <= mostInk*height*float64(to-from)
	}
	gap := max(3, int(beside*dpi))
	for x := from; x < to; x++ {
		end := x
		for end < to && float64(ink[end]) >= solid*height {
			end++
		}
		if end > x && end-x <= max(3, int(thick*dpi)) && clear(x-1-gap, x-1) && clear(end+1, end+1+gap) {
			strokes = append(strokes, [2]int{x, end})
		}
		x = max(x, end)
	}
	return strokes
}
