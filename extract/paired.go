package extract

import (
	"image"

	"math"
	"slices"
	"strings"

	"countersign/extract/heading"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// pairedRows understands a table in which each signer takes two rows, as two rows of headings
// say: a name over a signature, an address over a date. The borders of upper and lower
// rows may differ. It gives nil where the headings do not say so for certain.
func pairedRows(v *view, t layout.Table, words []tesseract.Word) *records {
	const (
		heads = 2 // of the first rows, where the headings may begin
		least = 2 // signers
	)
	if t.Columns() == 0 {
		return nil
	}
	rows := t.Rows()
	t = v.halved(t)
	spanned := t.Rows() > rows // one cell beside two shows that they belong together
	var best *records
	try := func(first int, upper, lower image.Rectangle) {
		if n := t.Rows() - first; n < 2*least || n%2 != 0 {
			return
		}
		if r := v.pairedFrom(t, first, [2]image.Rectangle{upper, lower}, words, spanned); r != nil && (best == nil || r.score > best.score) {
			best = r
		}
	}
	for head := range min(heads, t.Rows()-1) {
		try(head+2, t.Row(head), t.Row(head+1))
	}
	return best
}

// pairedForm understands a table whose headings ask for two things one above the other as one
// in which they stand in two rows: where a line parts the cells, or where rows are too low for
// two lines of writing.
func (v *view) pairedForm(f form, words []tesseract.Word) *records {
	const low = 0.45 // inches
	if f.inside || f.first == 0 || !slices.ContainsFunc(f.columns, func(c Column) bool { return len(c.Fields) > 1 }) {
		return nil
	}
	if halves := v.halved(f.table); halves.Rows() > f.table.Rows() {
		return v.pairedFrom(halves, 2*f.first, [2]image.Rectangle{halves.Row(2*f.first - 2), halves.Row(2*f.first - 1)}, words, true)
	}
	if rows := f.table.Rows() - f.first; rows%2 != 0 || rows < 2 || f.table.Row(f.first).Dy() > v.inches(low) {
		return nil
	}
	if f.first >= 2 {
		return v.pairedFrom(f.table, f.first, [2]image.Rectangle{f.table.Row(f.first - 2), f.table.Row(f.first - 1)}, words, false)
	}
	upper := f.table.Row(0)
	y, ok := v.across(upper) // two rows of headings as high as one of the others
	if !ok {
		return nil
	}
	lower := upper
	upper.Max.Y, lower.Min.Y = y, y
	return v.pairedFrom(f.table, f.first, [2]image.Rectangle{upper, lower}, words, false)
}

// across is the height of a line that runs through a place from side to side.
func (v *view) across(place image.Rectangle) (y int, ok bool) {
	const (
		along = 0.9 // of the width
		edge  = 0.2 // of the height, in which a line is the place's own
	)
	for _, r := range v.lying {
		at := int(r.At(middle(place).X))
		within := float64(at-place.Min.Y) > edge*float64(place.Dy()) && float64(place.Max.Y-at) > edge*float64(place.Dy())
		if within && float64(min(r.To, place.Max.X)-max(r.From, place.Min.X)) >= along*float64(place.Dx()) {
			return at, true
		}
	}
	return 0, false
}

// halved adds the lines that run half way up most rows of a table, beside a column that
// has one cell for both halves.
func (v *view) halved(t layout.Table) layout.Table {
	const (
		wide   = 0.6 // share of the table's width that such a line takes
		middle = 0.2 // of the height of the row, by which it is off its middle
		most   = 0.7 // of the rows
	)
	var lines []layout.Rule
	found := 0
	for row := range t.Rows() {
		box := t.Row(row)
		upper, lower := t.Lines[row], t.Lines[row+1]
		half := layout.Through(float64(t.Left), (upper.At(t.Left)+lower.At(t.Left))/2, float64(t.Right), (upper.At(t.Right)+lower.At(t.Right))/2, 1)
		covered, longest := 0, 0
		for _, r := range v.lying {
			x := (max(r.From, t.Left) + min(r.To, t.Right)) / 2
			if math.Abs(r.At(x)-(upper.At(x)+lower.At(x))/2) >= middle*float64(box.Dy()) {
				continue
			}
			covered += min(r.To, t.Right) - max(r.From, t.Left)
			if r.To-r.From > longest {
				half, longest = r, r.To-r.From
			}
		}
		if float64(covered) >= wide*float64(t.Right-t.Left) {
			found++
		}
		lines = append(lines, upper, half)
	}
	if float64(found) < most*float64(t.Rows()) {
		return t
	}
	t.Lines = append(lines, t.Lines[t.Rows()])
	return t
}

// pairedFrom takes two bands for the headings of all pairs of rows from the first on. Where no
// cell spans both rows, neither row of headings may do alone.
func (v *view) pairedFrom(t layout.Table, first int, heads [2]image.Rectangle, words []tesseract.Word, spanned bool) *records {
	borders := [2][]layout.Rule{v.bordersOf(t, first), v.bordersOf(t, first+1)}
	var texts []string
	var places [][2]int // of the texts: upper or lower row, and column
	for half, own := range borders {
		row, known, before := t.WithBorders(own), false, len(texts)
		for column, text := range byColumn(row, lines(wordsIn(words, heads[half]))) {
			if strings.TrimSpace(text) == "" {
				continue
			}
			known = known || asks(text)
			texts, places = append(texts, text), append(places, [2]int{half, column})
		}
		alone, score, _ := heading.Weigh(texts[before:])
		whole := score >= sureHeadings && form{columns: columnsOf(texts[before:], alone)}.forSigners()
		if !known || whole && !spanned { // headings of single rows, with something above or below them
			return nil
		}
	}
	meanings, score, _ := heading.Weigh(texts)
	r := &records{columns: columnsOf(texts, meanings), score: score}
	if score < sureHeadings || !(form{columns: r.columns}).forSigners() {
		return nil
	}
	if v.labelsIn(t, first, words) {
		return nil
	}
	for row := first; row+1 < t.Rows(); row += 2 {
		one := record{box: t.Row(row).Union(t.Row(row + 1))}
		for _, p := range places {
			one.slots = append(one.slots, t.WithBorders(borders[p[0]]).Cell(row+p[0], p[1]))
		}
		r.all = append(r.all, one)
	}
	for _, head := range heads {
		r.print = append(r.print, boxesOf(wordsIn(words, head))...)
	}
	return r
}

// labelsIn reports whether rows below the headings print labels of their own: what was taken
// for headings is then the first signer's.
func (v *view) labelsIn(t layout.Table, from int, words []tesseract.Word) bool {
	with := 0
	for row := from; row < t.Rows(); row++ {
		for _, a := range atomsOf(wordsIn(words, t.Row(row))) {
			if a.label && (a.key == string(Signature) || a.key == string(Name)) {
				with++
				break
			}
		}
	}
	return 4*with > t.Rows()-from
}

// bordersOf are the borders of every second row of a table, from the given one on.
func (v *view) bordersOf(t layout.Table, from int) []layout.Rule {
	const (
		through = 0.7  // of a row that a border covers
		most    = 0.5  // share of the rows that have it
		same    = 0.05 // inches by which it is off
		side    = 0.1  // inches from the sides of the table, where lines are those of its frame
	)
	type border struct {
		rule layout.Rule
		rows int
	}
	var found []border
	rows := 0
	for row := from; row < t.Rows(); row += 2 {
		rows++
		box := t.Row(row)
		at := middle(box).Y
		for _, r := range v.standing {
			over := min(r.To, box.Max.Y) - max(r.From, box.Min.Y)
			x := r.At(at)
			if float64(over) < through*float64(box.Dy()) ||
				x < float64(t.Left)+v.dpi*side || x > float64(t.Right)-v.dpi*side {
				continue
			}
			i := slices.IndexFunc(found, func(b border) bool { return math.Abs(b.rule.At(at)-x) < same*v.dpi })
			if i < 0 {
				found, i = append(found, border{rule: r}), len(found)
			}
			found[i].rows++
		}
	}
	upright := func(x int) layout.Rule {
		b := t.Bounds()
		return layout.Through(float64(b.Min.Y), float64(x), float64(b.Max.Y), float64(x), 1)
	}
	borders := []layout.Rule{upright(t.Left)}
	slices.SortFunc(found, func(a, b border) int {
		return int(a.rule.At(middle(t.Bounds()).Y)) - int(b.rule.At(middle(t.Bounds()).Y))
	})
	for _, b := range found {
		if float64(b.rows) >= most*float64(rows) {
			borders = append(borders, b.rule)
		}
	}
	return append(borders, upright(t.Right))
}
