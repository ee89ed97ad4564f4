package layout

import (
	"image"
	"slices"
)

// RowsByWriting is a table whose columns are drawn and whose rows are not: below the given
// row, lines are laid between the lines of writing. It reports false where there are fewer than
// two, or where they have writing in one column only.
func (t Table) RowsByWriting(from int, words []image.Rectangle, dpi float64) (Table, bool) {
	if t.Columns() < 2 || from < 1 || from >= len(t.Lines) {
		return t, false
	}
	head, foot := t.Lines[from], t.Lines[len(t.Lines)-1]
	body := image.Rect(t.Left, int(head.middle()), t.Right, int(foot.middle()))
	in := inside(words, body)
	middles, pitch := comb(in, body.Min.Y, dpi)
	if len(middles) < 2 || !t.across(in, middles, pitch) {
		return t, false
	}
	lines := slices.Clone(t.Lines[:from+1])
	add := func(y float64) {
		line := head
		line.at += y - head.middle()
		lines = append(lines, line)
	}
	for i := 1; i < len(middles); i++ {
		add((middles[i-1] + middles[i]) / 2)
	}
	if end := middles[len(middles)-1] + pitch/2; end < foot.middle() {
		add(end)
	} else {
		lines = append(lines, foot)
	}
	t.Lines, t.Style = lines, Open
	return t, true
}

// inside are the words whose middle is in a place.
func inside(words []image.Rectangle, place image.Rectangle) []image.Rectangle {
	return slices.DeleteFunc(slices.Clone(words), func(w image.Rectangle) bool { return !w.Min.Add(w.Max).Div(2).In(place) })
}

// across reports whether most lines of writing have it in two columns at least.
func (t Table) across(words []image.Rectangle, middles []float64, pitch float64) bool {
	wide := 0
	for _, y := range middles {
		in := map[int]bool{}
		for _, w := range words {
			if at := float64(w.Min.Y+w.Max.Y) / 2; at > y-pitch/2 && at < y+pitch/2 {
				in[slices.IndexFunc(t.Borders[1:], func(b Rule) bool { return float64(w.Min.X) < b.At(int(at)) })] = true
			}
		}
		if len(in) >= 2 {
			wide++
		}
	}
	return 2*wide > len(middles)
}

// ColumnsByWriting is a table whose rows are drawn and whose columns are not, and nothing else
// tells them: borders are laid where nearly no row has writing, and most have it on both
// sides. It reports false where there are no such places, or too few rows to tell.
func (t Table) ColumnsByWriting(words []image.Rectangle, dpi float64) (Table, bool) {
	const (
		fewest   = 5    // rows
		crossing = 0.1  // share of rows that may write across a border
		written  = 0.5  // share of rows that write in each column
		gutter   = 0.12 // inches
		step     = 0.02 // inches
	)
	if t.Columns() > 0 {
		return t, false
	}
	var rows [][]image.Rectangle
	for i := range t.Rows() {
		if in := inside(words, t.Row(i)); len(in) > 0 {
			rows = append(rows, in)
		}
	}
	if len(rows) < fewest {
		return t, false
	}
	hold := func(from, to int) int { // rows with writing between two places
		n := 0
		for _, row := range rows {
			if slices.ContainsFunc(row, func(w image.Rectangle) bool { return w.Min.X < to && w.Max.X > from }) {
				n++
			}
		}
		return n
	}
	most, least, by := int(crossing*float64(len(rows))), written*float64(len(rows)), max(1, int(step*dpi))
	borders := []int{t.Left}
	for x := t.Left; x < t.Right; x += by {
		from := x
		for x < t.Right && hold(x, x+by) <= most {
			x += by
		}
		last := borders[len(borders)-1]
		if float64(x-from) < gutter*dpi || float64(hold(last, from)) < least || float64(hold(x, t.Right)) < least {
			continue
		}
		borders = append(borders, x-max(1, int(gutter/3*dpi)))
	}
	if len(borders) < 2 {
		return t, false
	}
	t.Borders = nil
	for _, x := range append(borders, t.Right) {
		t.Borders = append(t.Borders, upright(x, t.Bounds()))
	}
	return t, true
}
