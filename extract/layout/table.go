// Package layout finds the signer table on a page: plain geometry on black
// and white pixels, no reading. A page image enters; an upright image, its
// ruled lines and a Table of rows and columns leave for extract to read.
//
// Lengths in the comments are in inches of paper; the code scales them by the
// page's resolution.
package layout

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// Style says what the table's rows are told apart by.
type Style string

const (
	Grid       Style = "grid"       // lying and standing rules
	Lined      Style = "lined"      // lying rules only
	Underlined Style = "underlined" // lying rules with a gap between columns
	Shaded     Style = "shaded"     // every other row is grey
	Open       Style = "open"       // nothing drawn at all
)

// Table is a signer table on an upright page. Rows and columns are counted
// from 0; the first rows may be headings.
type Table struct {
	Style   Style
	Left    int
	Right   int
	Lines   []Rule // row i lies between Lines[i] and Lines[i+1]
	Borders []Rule // column i lies between Borders[i] and Borders[i+1]; empty while columns are unknown
}

// Rows is the number of rows, headings included.
func (t Table) Rows() int { return max(0, len(t.Lines)-1) }

// Columns is the number of columns, 0 while they are unknown.
func (t Table) Columns() int { return max(0, len(t.Borders)-1) }

// Row is the box of row i over the whole width.
func (t Table) Row(i int) image.Rectangle { return t.between(i, t.Left, t.Right) }

// Cell is the box of one cell.
func (t Table) Cell(row, column int) image.Rectangle {
	middle := int(t.Lines[row].middle()+t.Lines[row+1].middle()) / 2
	return t.between(row, int(math.Round(t.Borders[column].At(middle))), int(math.Round(t.Borders[column+1].At(middle))))
}

// between is the box of a row between two places. Where the rules lean, it
// follows them at its middle.
func (t Table) between(row, x0, x1 int) image.Rectangle {
	x := (x0 + x1) / 2
	return image.Rect(x0, int(math.Round(t.Lines[row].At(x))), x1, int(math.Round(t.Lines[row+1].At(x))))
}

// Bounds is the box of the whole table.
func (t Table) Bounds() image.Rectangle {
	if len(t.Lines) == 0 {
		return image.Rectangle{}
	}
	return image.Rect(t.Left, int(t.Lines[0].middle()), t.Right, int(t.Lines[len(t.Lines)-1].middle()))
}

// What is the same in a scan of one form, and differs by a little.
const (
	sameBorder = 0.05 // inch between standing rules that are one border
	sameEnd    = 0.12 // inch between the ends of lines that begin or end alike
	frame      = 0.15 // inch from the ends of the lines, within which a standing rule is the table's own edge
	unevenRows = 0.15 // of a row's height, by which those of one table differ
	cutRow     = 0.13 // of the usual height, by which the two parts that a stroke leaves of a row miss it together
)

// RuledTables assembles the tables of a page from its rules, in reading order: sets
// of lying rules that begin and end alike, and the standing rules among them. A
// table has three lying rules at least, and ends where no border runs on.
func RuledTables(lying, standing []Rule, dpi float64) []Table {
	var tables []Table
	levels := levelsOf(lying, dpi)
	for {
		group := alike(levels, dpi)
		if len(group) < 3 {
			break
		}
		levels = slices.DeleteFunc(levels, func(l level) bool {
			return slices.ContainsFunc(group, func(g level) bool { return &g.rules[0] == &l.rules[0] })
		})
		for _, part := range partsOf(withoutStrokes(group, dpi), standing, dpi) {
			tables = append(tables, assembled(part, standing, dpi))
		}
	}
	tables = apart(tables)
	slices.SortFunc(tables, func(a, b Table) int {
		if a.Right <= b.Left || b.Right <= a.Left {
			return cmp.Compare(a.Left, b.Left)
		}
		return cmp.Compare(a.Bounds().Min.Y, b.Bounds().Min.Y)
	})
	return tables
}

// apart leaves out what lies within tables of more rows: rules half way up their
// rows, or lines that two of them happen to have at the same height.
func apart(tables []Table) []Table {
	const row = 1e8 // pixels, more than a table has: rows count first, then area
	size := func(t Table) int { return t.Rows()*row + area(t.Bounds()) }
	var kept []Table
	for _, t := range tables {
		shared := 0
		for _, o := range tables {
			if size(o) > size(t) {
				shared += area(o.Bounds().Intersect(t.Bounds()))
			}
		}
		if 2*shared <= area(t.Bounds()) {
			kept = append(kept, t)
		}
	}
	return kept
}

// Largest is the table with the most rows, the first if equal.
func Largest(tables []Table) (Table, bool) {
	var best Table
	for _, t := range tables {
		if t.Rows() > best.Rows() {
			best = t
		}
	}
	return best, len(tables) > 0
}

func area(r image.Rectangle) int { return r.Dx() * r.Dy() }

func assembled(levels []level, standing []Rule, dpi float64) Table {
	t := Table{Left: levels[0].from, Right: levels[0].to}
	for _, l := range levels {
		t.Left, t.Right = min(t.Left, l.from), max(t.Right, l.to)
	}
	levels = evenOut(withoutTitle(levels, dpi), t.Left, t.Right)
	for _, l := range levels {
		t.Lines = append(t.Lines, l.line(t.Left, t.Right))
	}
	pitch := pitchOf(levels)
	borders := bordersAmong(standing, t.Bounds(), dpi)
	switch {
	case len(borders) >= 3:
		t.Style, t.Borders = Grid, borders
		t.closeEnds(standing, pitch, dpi)
	default:
		t.Style = Lined
		if gaps := gapsOf(levels, dpi); len(gaps) > 0 {
			t.Style = Underlined
			t.Borders = append(t.Borders, upright(t.Left, t.Bounds()))
			for _, x := range gaps {
				t.Borders = append(t.Borders, upright(x, t.Bounds()))
			}
			t.Borders = append(t.Borders, upright(t.Right, t.Bounds()))
		}
		if len(borders) < 2 {
			t.openTop(pitch)
		}
	}
	return t
}

// withoutTitle leaves out the rule under a title: it stands well above the first line and runs on
// where that one has a gap between columns.
func withoutTitle(levels []level, dpi float64) []level {
	const (
		fewest = 5   // lines
		far    = 1.5 // rows
	)
	for len(levels) >= fewest && levels[1].y-levels[0].y > far*pitchOf(levels) && levels[0].fillsGaps(levels[1], dpi) {
		levels = levels[1:]
	}
	return levels
}

// openTop adds the row above the first line whose top nobody drew, if the page has room for it.
func (t *Table) openTop(height float64) {
	first := t.Lines[0]
	if first.at -= height; first.at > 0 {
		t.Lines = slices.Insert(t.Lines, 0, first)
	}
}

// closeEnds adds the lines that nobody drew where the borders run on beyond the
// first or the last line by a row and end alike.
func (t *Table) closeEnds(standing []Rule, pitch, dpi float64) {
	last := len(t.Lines) - 1
	if by, ok := t.runOn(standing, dpi, pitch, func(r Rule) float64 { return float64(r.To) - t.Lines[last].At(int(r.middle())) }); ok {
		foot := t.Lines[last]
		foot.at += by
		t.Lines = append(t.Lines, foot)
	}
	if by, ok := t.runOn(standing, dpi, pitch, func(r Rule) float64 { return t.Lines[0].At(int(r.middle())) - float64(r.From) }); ok {
		top := t.Lines[0]
		top.at -= by
		t.Lines = slices.Insert(t.Lines, 0, top)
	}
}

// runOn is by how much most borders run on beyond an end of the table, if that
// is about a row and alike for them.
func (t *Table) runOn(standing []Rule, dpi, pitch float64, beyond func(Rule) float64) (by float64, ok bool) {
	const (
		beside      = 0.04   // inch across, from a border to a piece of it
		reach       = 0.3    // rows beyond the table, within which a piece of a border begins
		least, most = 0.6, 3 // rows that one border runs on by: it may go on through a heading
		alike       = 0.3    // rows between ends that are alike
		one         = 1.7    // rows by which the borders run on together: a single row, if a high one
	)
	var over []float64
	near := t.Bounds().Inset(-int(reach * pitch))
	for _, b := range t.Borders {
		longest := 0.0
		for _, r := range standing {
			// Of a faint border a scan keeps pieces.
			if math.Abs(r.middle()-b.At((r.From+r.To)/2)) < dpi*beside && r.From < near.Max.Y && r.To > near.Min.Y {
				longest = max(longest, beyond(r))
			}
		}
		if longest >= least*pitch && longest <= most*pitch {
			over = append(over, longest)
		}
	}
	if len(over) < 3 || 2*len(over) < len(t.Borders) {
		return 0, false
	}
	slices.Sort(over)
	n := 0 // that end as the shortest: others may run on through a heading
	for n < len(over) && over[n]-over[0] < alike*pitch {
		n++
	}
	by = over[n/2]
	return by, n >= 2 && by <= one*pitch
}

// partsOf parts levels into tables. One runs on over a line where an inner
// border does; pieces of the same borders with no more than two rows between
// them, where the borders are faint, stay together.
func partsOf(levels []level, standing []Rule, dpi float64) [][]level {
	strips := bordersOfStrips(levels, standing, dpi)
	if !slices.ContainsFunc(strips, func(xs []float64) bool { return len(xs) > 0 }) {
		return [][]level{levels} // lines alone
	}
	type span struct{ from, to int } // strips, both ends included
	var spans []span
	for i, xs := range strips {
		if len(xs) == 0 {
			continue
		}
		if n := len(spans); n > 0 {
			before := spans[n-1]
			same := func() bool {
				return agree(strips[before.from:before.to+1], xs, dpi) || evenly(levels[before.to:i+2]) &&
					(partly(strips[before.from:before.to+1], xs, dpi) || comeAgain(strips[before.from:before.to+1], strips[i:], dpi))
			}
			if before.to == i-1 && common(strips[i-1], xs, dpi) > 0 || i-before.to <= 3 && same() {
				spans[n-1].to = i
				continue
			}
		}
		spans = append(spans, span{i, i})
	}
	for n := range spans { // the first and the last row may have lost their borders, too
		s := &spans[n]
		if free := n == 0 || spans[n-1].to < s.from-1; free && s.from > 0 && s.to > s.from && evenly(levels[s.from-1:s.to+2]) {
			s.from--
		}
		if free := n+1 == len(spans) || spans[n+1].from > s.to+1; free && s.to+2 < len(levels) && s.to > s.from && evenly(levels[s.from:s.to+3]) {
			s.to++
		}
	}
	var parted []span
	for _, s := range spans {
		for at := otherBorders(strips[s.from:s.to+1], dpi); at > 0; at = otherBorders(strips[s.from:s.to+1], dpi) {
			parted = append(parted, span{s.from, s.from + at - 1})
			s.from += at
		}
		parted = append(parted, s)
	}
	var parts [][]level
	from := 0
	for _, s := range parted {
		if lines := levels[from : s.from+1]; linedTable(lines) {
			parts = append(parts, lines)
		}
		if s.to > s.from {
			parts = append(parts, levels[s.from:s.to+2])
		}
		from = s.to + 1
	}
	if lines := levels[from:]; linedTable(lines) {
		parts = append(parts, lines)
	}
	return parts
}

// otherBorders is the first strip of another table that stands right below the first one: most
// strips from there on have a border that none before has, and those before one that none
// after has. A strip without borders between them may be the last line of the first, and is left
// to it; a title there is known by its print. It is 0 where there is but one table.
func otherBorders(strips [][]float64, dpi float64) int {
	const (
		fewest = 3   // strips with borders on either side
		most   = 0.6 // of them
	)
	with := func(strips [][]float64) [][]float64 {
		return slices.DeleteFunc(slices.Clone(strips), func(xs []float64) bool { return len(xs) == 0 })
	}
	own := func(of, others [][]float64) bool {
		return slices.ContainsFunc(of, func(xs []float64) bool {
			return slices.ContainsFunc(xs, func(x float64) bool {
				has := func(xs []float64) bool { return common([]float64{x}, xs, dpi) > 0 }
				n := len(of) - len(slices.DeleteFunc(slices.Clone(of), has))
				return float64(n) >= most*float64(len(of)) && !slices.ContainsFunc(others, has)
			})
		})
	}
	for at := 1; at < len(strips); at++ {
		before, after := with(strips[:at]), with(strips[at:])
		if len(before) < fewest || len(after) < fewest || !own(before, after) || !own(after, before) {
			continue
		}
		for len(strips[at]) == 0 {
			at++
		}
		return at
	}
	return 0
}

// linedTable reports whether levels beside a table with borders may be a table
// of their own: four lines at least, mostly as far from one another.
func linedTable(levels []level) bool {
	if len(levels) < 4 {
		return false
	}
	pitch, same := pitchOf(levels), 0
	for i := 1; i < len(levels); i++ {
		if math.Abs(levels[i].y-levels[i-1].y-pitch) < unevenRows*pitch {
			same++
		}
	}
	return same*3 >= (len(levels)-1)*2
}

// bordersOfStrips are, for each strip between two levels, the places of the
// standing rules that run through it, but for those at the ends of its lines.
func bordersOfStrips(levels []level, standing []Rule, dpi float64) [][]float64 {
	const through = 0.7 // of the strip's height: a border that is too faint for all of it
	strips := make([][]float64, len(levels)-1)
	for i := range strips {
		top, foot := levels[i].y, levels[i+1].y
		left := float64(min(levels[i].from, levels[i+1].from)) + dpi*frame
		right := float64(max(levels[i].to, levels[i+1].to)) - dpi*frame
		covered := map[int]float64{} // of the rules at about one place, by the first's index
		var at []int
		for j, r := range standing {
			x, over := r.At(int(top+foot)/2), min(float64(r.To), foot)-max(float64(r.From), top)
			if over <= 0 || x < left || x > right {
				continue
			}
			k := slices.IndexFunc(at, func(o int) bool {
				return math.Abs(standing[o].At(int(top+foot)/2)-x) < dpi*sameBorder
			})
			if k < 0 {
				at, k = append(at, j), len(at)
			}
			covered[at[k]] += over
		}
		for _, j := range at {
			if covered[j] > through*(foot-top) {
				strips[i] = append(strips[i], standing[j].At(int(top+foot)/2))
			}
		}
	}
	return strips
}

// comeAgain reports whether borders of the strips before run through strips after, too: of
// faint borders neighbours may show none in common.
func comeAgain(before, after [][]float64, dpi float64) bool {
	return slices.ContainsFunc(before, func(xs []float64) bool {
		return slices.ContainsFunc(after, func(o []float64) bool { return common(xs, o, dpi) > 0 })
	})
}

// withoutStrokes leaves out the levels that part what would be a row as high as the others and
// begin or end elsewhere: a stroke through the writing of a row.
func withoutStrokes(levels []level, dpi float64) []level {
	if len(levels) < 5 {
		return levels
	}
	pitch := pitchOf(levels)
	kept := slices.Clone(levels)
	for i := 1; i+1 < len(kept); i++ {
		begins, ends := kept[i].alikeEnds(kept[i-1], dpi)
		parts := math.Abs(kept[i+1].y-kept[i-1].y-pitch) < cutRow*pitch
		if parts && !(begins && ends) {
			kept = slices.Delete(kept, i, i+1)
			i--
		}
	}
	return kept
}

// common counts the borders that two strips share.
func common(a, b []float64, dpi float64) int {
	n := 0
	for _, x := range a {
		if slices.ContainsFunc(b, func(y float64) bool { return math.Abs(x-y) < dpi*sameBorder }) {
			n++
		}
	}
	return n
}

// agree reports whether most borders of a strip are those of the strips before.
func agree(before [][]float64, xs []float64, dpi float64) bool {
	for _, b := range before {
		if n := common(b, xs, dpi); n > 0 && 3*n >= 2*max(len(b), len(xs)) {
			return true
		}
	}
	return false
}

// partly reports whether the borders of a strip are some of those before, or those some of
// its own: of faint borders each strip shows others.
func partly(before [][]float64, xs []float64, dpi float64) bool {
	var all []float64
	for _, b := range before {
		for _, x := range b {
			if common([]float64{x}, all, dpi) == 0 {
				all = append(all, x)
			}
		}
	}
	n := common(xs, all, dpi)
	return n > 0 && 3*n >= 2*min(len(all), len(xs))
}

// evenly reports whether levels are as far from one another as rows of one table.
func evenly(levels []level) bool {
	first := levels[1].y - levels[0].y
	for i := 2; i < len(levels); i++ {
		if math.Abs(levels[i].y-levels[i-1].y-first) > unevenRows*first {
			return false
		}
	}
	return true
}

// level is one drawn line across the table: a rule, or several with gaps.
type level struct {
	from, to int
	cover    int // pixels drawn
	y        float64
	rules    []Rule
}

// line is the level as one rule from left to right.
func (l level) line(left, right int) Rule {
	first, last := l.rules[0], l.rules[0]
	for _, r := range l.rules {
		if r.From < first.From {
			first = r
		}
		if r.To > last.To {
			last = r
		}
	}
	line := Rule{From: left, To: right, thickness: first.thickness, at: l.y}
	if l.to-l.from > (right-left)/2 {
		line.slope = (last.At(last.To) - first.At(first.From)) / float64(max(1, last.To-first.From))
		line.at = first.At(first.From) - line.slope*float64(first.From-left)
	}
	return line
}

func levelOf(r Rule) level {
	return level{from: r.From, to: r.To, cover: r.length(), y: r.middle(), rules: []Rule{r}}
}

func levelsOf(lying []Rule, dpi float64) []level {
	const (
		step    = 0.05 // inch across, half way between a piece of a line and the last one
		leaning = 0.08 // inch across, between the middle of a piece and that of the line so far
		overlap = 0.1  // inch along that two pieces of a line may share
		double  = 0.03 // inch across, between two lines one above the other
	)
	rules := slices.Clone(lying)
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Compare(a.middle(), b.middle()) })
	var levels []level
	for _, r := range rules {
		placed := false
		for i := len(levels) - 1; i >= 0 && i >= len(levels)-4; i-- {
			l := &levels[i]
			near := l.rules[len(l.rules)-1]
			if math.Abs(near.At((r.From+near.To)/2)-r.At((r.From+near.To)/2)) > dpi*step ||
				math.Abs(l.y-r.middle()) > dpi*leaning {
				continue
			}
			overlaps := slices.ContainsFunc(l.rules, func(o Rule) bool {
				return min(o.To, r.To)-max(o.From, r.From) > int(dpi*overlap)
			})
			if overlaps && math.Abs(l.y-r.middle()) > dpi*double {
				continue
			}
			switch {
			case !overlaps:
				l.cover += r.length()
				l.rules = append(l.rules, r)
				l.from, l.to = min(l.from, r.From), max(l.to, r.To)
				l.y += (r.middle() - l.y) / float64(len(l.rules))
			case r.length() > l.cover: // the line below a record, close under those to write on
				*l = levelOf(r)
			}
			placed = true
			break
		}
		if !placed {
			levels = append(levels, levelOf(r))
		}
	}
	slices.SortFunc(levels, func(a, b level) int { return cmp.Compare(a.y, b.y) })
	return levels
}

// alike keeps the levels that belong to the table: those of the most ink that
// begin and end at about the same places and are drawn for most of the way.
// A table that leans a little or is bent stays together, since neighbours are
// compared.
func alike(levels []level, dpi float64) []level {
	const (
		shortest = 1.5  // inch drawn
		drawn    = 0.55 // of the way from one end to the other
	)
	levels = slices.DeleteFunc(slices.Clone(levels), func(l level) bool {
		return float64(l.cover) < dpi*shortest || float64(l.cover) < drawn*float64(l.to-l.from)
	})
	best := heaviest(levels, dpi)
	if len(best) < 4 {
		return best
	}
	if widen(levels, best, dpi) {
		best = heaviest(levels, dpi)
	}
	return withLonger(levels, withHeadLine(levels, best, dpi), dpi)
}

// withHeadLine adds levels that lost one end and part what is no whole number of rows: the line
// below headings, which are not as high as a row. A stroke through a row parts one.
func withHeadLine(levels, best []level, dpi float64) []level {
	const (
		drawn = 0.8  // of the table's width
		off   = 0.15 // of a row, from a whole number of them
		least = 0.5  // of a row, on either side
	)
	pitch := pitchOf(best)
	for _, l := range levels {
		at, _ := slices.BinarySearchFunc(best, l, func(a, b level) int { return cmp.Compare(a.y, b.y) })
		if at == 0 || at == len(best) {
			continue
		}
		above, below := best[at-1], best[at]
		rows := (below.y - above.y) / pitch
		begins, ends := above.alikeEnds(l, dpi)
		within := l.from >= above.from || begins
		within = within && (l.to <= above.to || ends)
		if math.Abs(rows-math.Round(rows)) > off && begins != ends && within && float64(l.cover) >= drawn*float64(above.to-above.from) &&
			min(l.y-above.y, below.y-l.y) >= least*pitch {
			l.from, l.to = above.from, above.to
			best = slices.Insert(slices.Clone(best), at, l)
		}
	}
	return best
}

// withLonger adds the lines of a table that begin or end with it and run on beyond its other
// end, two at least to one place: across a grey column, say, in which the lines of the records
// were lost. They are no further from it than its rows are high.
func withLonger(levels, best []level, dpi float64) []level {
	const (
		apart = 0.3 // of the usual distance between lines, from the table's own
		most  = 1.2
		drawn = 0.9 // of their length
	)
	pitch := pitchOf(best)
	var longer []level
	for _, l := range levels {
		near := slices.MinFunc(best, func(a, b level) int { return cmp.Compare(math.Abs(a.y-l.y), math.Abs(b.y-l.y)) })
		begins, ends := near.alikeEnds(l, dpi)
		beyond := begins != ends && (begins || l.from < near.from) && (ends || l.to > near.to)
		if beyond && math.Abs(near.y-l.y) > apart*pitch && float64(l.cover) > drawn*float64(l.to-l.from) {
			longer = append(longer, l)
		}
	}
	longer = heaviest(longer, dpi)
	if len(longer) < 2 {
		return best
	}
	out := slices.Clone(best)
	for more := true; more; {
		more = false
		longer = slices.DeleteFunc(longer, func(l level) bool {
			first, last := out[0], out[len(out)-1]
			if l.y < first.y-most*pitch || l.y > last.y+most*pitch {
				return false
			}
			l.from, l.to = first.from, first.to
			out, more = append(out, l), true
			slices.SortFunc(out, func(a, b level) int { return cmp.Compare(a.y, b.y) })
			return true
		})
	}
	return out
}

// heaviest is the way through levels that has the most ink. Every way counts, for strokes
// through rows begin near enough to a line to follow it, and too far off for the next line to
// follow them.
func heaviest(levels []level, dpi float64) []level {
	weights, next := make([]int, len(levels)), make([]int, len(levels)) // of the heaviest way on
	first := -1
	for i := len(levels) - 1; i >= 0; i-- {
		weights[i], next[i] = levels[i].cover, -1
		for j := i + 1; j < len(levels); j++ {
			begins, ends := levels[i].alikeEnds(levels[j], dpi)
			if w := levels[i].cover + weights[j]; w > weights[i] && begins && ends {
				weights[i], next[i] = w, j
			}
		}
		if first < 0 || weights[i] >= weights[first] {
			first = i
		}
	}
	var best []level
	for i := first; i >= 0; i = next[i] {
		best = append(best, levels[i])
	}
	return best
}

// alikeEnds reports whether another level begins and whether it ends about where this one
// does. The further apart they are, the more they may lean.
func (l level) alikeEnds(other level, dpi float64) (begins, ends bool) {
	const far = 1.5 // inch between two lines: further apart, their ends may differ by more
	reach := dpi * sameEnd * max(1, math.Abs(other.y-l.y)/(dpi*far))
	return math.Abs(float64(l.from-other.from)) <= reach, math.Abs(float64(l.to-other.to)) <= reach
}

// widen gives the ends of the table to levels that lost one of theirs where writing crosses a
// faint line: those that begin or end with the table, lie within it and as many rows away as
// a line of it does. A line of bold print above the table looks like one that is far away, or that
// runs on between columns.
func widen(levels, best []level, dpi float64) (some bool) {
	const (
		drawn  = 0.4 // share of the table's width
		unlike = 0.12
		most   = 2.5 // rows from the table's own lines, of which the first may be high
	)
	gaps := distances(best)
	pitch := gaps[len(gaps)/4]           // between many lines the ones that writing cut are missing
	byInk := make([]*level, len(levels)) // of two levels close to each other, the better drawn is the line
	for i := range levels {
		byInk[i] = &levels[i]
	}
	slices.SortStableFunc(byInk, func(a, b *level) int { return cmp.Compare(b.cover, a.cover) })
	for more := true; more; {
		more = false
		for _, l := range byInk {
			near := slices.MinFunc(best, func(a, b level) int { return cmp.Compare(math.Abs(a.y-l.y), math.Abs(b.y-l.y)) })
			rows := math.Abs(near.y-l.y) / pitch
			whole := rows > 0.5 && rows < most && math.Abs(rows-math.Round(rows)) <= unlike
			within := float64(l.from) >= float64(near.from)-dpi*sameEnd && float64(l.to) <= float64(near.to)+dpi*sameEnd
			begins, ends := near.alikeEnds(*l, dpi)
			if whole && within && begins != ends && !l.fillsGaps(near, dpi) && float64(l.cover) >= drawn*float64(near.to-near.from) {
				l.from, l.to = near.from, near.to
				best = append(best, *l)
				more, some = true, true
			}
		}
	}
	return some
}

// fillsGaps reports whether a level is drawn where another has a gap that parts columns.
func (l level) fillsGaps(other level, dpi float64) bool {
	const narrow = 0.05 // inches
	rules := slices.SortedFunc(slices.Values(other.rules), func(a, b Rule) int { return cmp.Compare(a.From, b.From) })
	for i := 1; i < len(rules); i++ {
		from, to := rules[i-1].To, rules[i].From
		if float64(to-from) >= narrow*dpi && slices.ContainsFunc(l.rules, func(r Rule) bool { return r.From < from && r.To > to }) {
			return true
		}
	}
	return false
}

// pitchOf is the usual distance between lines, in pixels.
func pitchOf(levels []level) float64 {
	gaps := distances(levels)
	if len(gaps) == 0 {
		return 0
	}
	return gaps[len(gaps)/2]
}

// distances are those from line to line, the shortest first.
func distances(levels []level) []float64 {
	var gaps []float64
	for i := 1; i < len(levels); i++ {
		gaps = append(gaps, levels[i].y-levels[i-1].y)
	}
	slices.Sort(gaps)
	return gaps
}

// evenOut removes lines that part a row which would otherwise be as high as
// the rest (a stroke through a whole row looks like a rule), and adds a line
// where two rows of a very even table have none between them.
func evenOut(levels []level, left, right int) []level {
	const (
		cut   = 0.8  // of a row: a line nearer than that to the one above may cut a row
		exact = 0.06 // of a row, by which rows miss the usual height where the line between them is filled in
	)
	pitch := pitchOf(levels)
	kept := slices.Clone(levels)
	for i := 0; len(levels) > 3 && i+2 < len(kept); i++ { // of three lines, the middle one is that below the headings
		whole := func(l level) bool { return math.Abs(l.y-kept[i].y-pitch) < cutRow*pitch }
		next := i + 1 + slices.IndexFunc(kept[i+1:], whole)
		if next > i+1 && kept[i+1].y-kept[i].y < cut*pitch {
			kept = slices.Delete(kept, i+1, next)
		}
	}
	if !even(kept, pitch) {
		return kept
	}
	var filled []level
	for i, l := range kept {
		if i > 0 {
			gap := l.y - kept[i-1].y
			n := math.Round(gap / pitch)
			if n >= 2 && math.Abs(gap/n-pitch) < exact*pitch {
				for k := 1.0; k < n; k++ {
					y := kept[i-1].y + gap*k/n
					filled = append(filled, level{from: left, to: right, y: y, rules: []Rule{{From: left, To: right, thickness: 1, at: y}}})
				}
			}
		}
		filled = append(filled, l)
	}
	return filled
}

// even reports whether four of five distances between lines are the usual
// one, or twice or three times it where lines were too faint.
func even(levels []level, pitch float64) bool {
	const (
		off    = 0.05 // of the usual distance, times the rows between two lines
		mostly = 0.8  // of the distances
	)
	same := 0
	for i := 1; i < len(levels); i++ {
		gap := (levels[i].y - levels[i-1].y) / pitch
		if n := math.Round(gap); n >= 1 && n <= 3 && math.Abs(gap-n) < off*n {
			same++
		}
	}
	return len(levels) > 5 && float64(same) >= mostly*float64(len(levels)-2)
}

// bordersAmong returns the standing rules that run for most of the table's
// height, left to right, with the table's own edges.
func bordersAmong(standing []Rule, table image.Rectangle, dpi float64) []Rule {
	const (
		outside = 0.1  // inch beyond the table, where its own edges may be
		middles = 0.03 // inch between the middles of pieces of one border, which may lean
		most    = 0.45 // of the table's height, drawn at least
	)
	type border struct {
		Rule
		cover int
	}
	var borders []border
	for _, r := range standing {
		from, to := max(r.From, table.Min.Y), min(r.To, table.Max.Y)
		x := r.middle()
		if to <= from || x < float64(table.Min.X)-dpi*outside || x > float64(table.Max.X)+dpi*outside {
			continue
		}
		i := slices.IndexFunc(borders, func(b border) bool {
			return math.Abs(b.At((from+to)/2)-x) < dpi*sameBorder || math.Abs(b.middle()-x) < dpi*middles
		})
		if i < 0 {
			borders = append(borders, border{r, to - from})
			continue
		}
		borders[i].cover += to - from
		if r.length() > borders[i].length() {
			borders[i].Rule = r
		}
	}
	var kept []Rule
	for _, b := range borders {
		if float64(b.cover) > most*float64(table.Dy()) {
			kept = append(kept, b.Rule)
		}
	}
	slices.SortFunc(kept, func(a, b Rule) int { return cmp.Compare(a.middle(), b.middle()) })
	if len(kept) == 0 {
		return nil
	}
	if kept[0].middle() > float64(table.Min.X)+dpi*frame {
		kept = slices.Insert(kept, 0, upright(table.Min.X, table))
	}
	if kept[len(kept)-1].middle() < float64(table.Max.X)-dpi*frame {
		kept = append(kept, upright(table.Max.X, table))
	}
	return kept
}

// gapsOf returns the places, left to right, where most lines have a gap.
func gapsOf(levels []level, dpi float64) []int {
	const same = 0.12 // inch between gaps of two lines that part the same columns
	type gap struct{ sum, n int }
	var gaps []gap
	for _, l := range levels {
		rules := slices.Clone(l.rules)
		slices.SortFunc(rules, func(a, b Rule) int { return cmp.Compare(a.From, b.From) })
		for i := 1; i < len(rules); i++ {
			if rules[i].From <= rules[i-1].To {
				continue
			}
			x := (rules[i-1].To + rules[i].From) / 2
			j := slices.IndexFunc(gaps, func(g gap) bool { return math.Abs(float64(g.sum/g.n-x)) < dpi*same })
			if j < 0 {
				gaps = append(gaps, gap{x, 1})
			} else {
				gaps[j].sum, gaps[j].n = gaps[j].sum+x, gaps[j].n+1
			}
		}
	}
	var places []int
	for _, g := range gaps {
		if float64(g.n) > 0.5*float64(len(levels)) {
			places = append(places, g.sum/g.n)
		}
	}
	slices.Sort(places)
	return places
}

// upright is a standing rule nobody drew, at x beside the table.
func upright(x int, table image.Rectangle) Rule {
	return Rule{From: table.Min.Y, To: table.Max.Y, at: float64(x)}
}
