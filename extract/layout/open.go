package layout

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// Words groups boxes of ink that stand side by side, at most gap pixels
// apart, and returns the groups as indexes, left to right.
func Words(boxes []image.Rectangle, gap int) [][]int {
	order := make([]int, len(boxes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(boxes[a].Min.X, boxes[b].Min.X), cmp.Compare(a, b))
	})
	var groups [][]int
	var bounds []image.Rectangle
next:
	for _, i := range order {
		box := boxes[i]
		for g := len(groups) - 1; g >= 0; g-- {
			shared := min(box.Max.Y, bounds[g].Max.Y) - max(box.Min.Y, bounds[g].Min.Y)
			if box.Min.X-bounds[g].Max.X <= gap && shared > min(box.Dy(), bounds[g].Dy())/3 {
				groups[g] = append(groups[g], i)
				bounds[g] = bounds[g].Union(box)
				continue next
			}
		}
		groups = append(groups, []int{i})
		bounds = append(bounds, box)
	}
	return groups
}

// TextLines groups boxes of words into lines from top to bottom, each from
// left to right, and returns them as indexes.
func TextLines(words []image.Rectangle) [][]int {
	if len(words) == 0 {
		return nil
	}
	order := make([]int, len(words))
	heights := make([]int, len(words))
	for i, w := range words {
		order[i], heights[i] = i, w.Dy()
	}
	middle := func(i int) int { return words[i].Min.Y + words[i].Max.Y }
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(middle(a), middle(b)), cmp.Compare(words[a].Min.X, words[b].Min.X), cmp.Compare(a, b))
	})
	slices.Sort(heights)
	usual := heights[len(heights)/2]
	var lines [][]int
	sum := 0
	for _, i := range order {
		if n := len(lines); n > 0 {
			line := lines[n-1]
			if middle(i)-sum/len(line) <= usual*6/5 { // middles are doubled
				lines[n-1] = append(line, i)
				sum += middle(i)
				continue
			}
		}
		lines = append(lines, []int{i})
		sum = middle(i)
	}
	for _, line := range lines {
		slices.SortFunc(line, func(a, b int) int {
			return cmp.Or(cmp.Compare(words[a].Min.X, words[b].Min.X), cmp.Compare(a, b))
		})
	}
	return lines
}

// OpenTable lays rows through the words below a row of headings, and columns
// between the headings: a table in which nothing is drawn. It reports false
// where fewer than two rows follow.
func OpenTable(headings, words []image.Rectangle, dpi float64) (Table, bool) {
	const (
		before = 0.6 // inch left of the headings: words that end further left are beside the table
		beyond = 1.5 // inch right of them, likewise: entries run on beyond their heading
	)
	head := union(headings)
	left, right := head.Min.X-int(dpi*before), head.Max.X+int(dpi*beyond)
	below := slices.DeleteFunc(slices.Clone(words), func(w image.Rectangle) bool {
		return w.Min.Y+w.Max.Y < 2*head.Max.Y || w.Max.X < left || w.Min.X > right
	})
	middles, pitch := comb(below, head.Max.Y, dpi)
	if len(middles) < 2 {
		return Table{}, false
	}
	all := union(append(slices.Clone(below), head))
	t := Table{Style: Open, Left: all.Min.X, Right: all.Max.X}
	add := func(y float64) { t.Lines = append(t.Lines, Rule{From: t.Left, To: t.Right, at: y}) }
	add(float64(head.Min.Y) - float64(head.Dy())/2)
	add(max(float64(head.Max.Y), middles[0]-pitch/2))
	for i := 1; i < len(middles); i++ {
		add((middles[i-1] + middles[i]) / 2)
	}
	add(middles[len(middles)-1] + pitch/2)
	t.Borders = BordersUnder(headings, below, t.Bounds())
	return t, true
}

// comb finds the rows of writing below a height: their middles, about evenly
// spaced, and the usual distance between them. Of all spacings it takes the
// one whose rows catch the most writing with the fewest rows left empty.
func comb(words []image.Rectangle, from int, dpi float64) (middles []float64, pitch float64) {
	const (
		blur            = 0.3       // of the usual height of words: the deviation each is spread by
		price           = 0.12      // of a full line's writing, that a row costs: one that catches less does not pay
		tight           = 1.35      // times the usual height of words, from row to row at least
		closest, widest = 0.13, 1.1 // inch from row to row
		next            = 1.03      // times, from one spacing tried to the next
	)
	if len(words) == 0 {
		return nil, 0
	}
	bottom := union(words).Max.Y
	density := make([]float64, max(0, bottom-from)+2)
	heights := make([]int, len(words))
	for i, w := range words {
		heights[i] = w.Dy()
	}
	slices.Sort(heights)
	usual := float64(heights[len(heights)/2])
	for _, w := range words { // each word weighs by its width, spread around its middle
		at, spread := float64(w.Min.Y+w.Max.Y)/2-float64(from), usual*blur
		for y := max(0, int(at-2*spread)); y <= min(len(density)-1, int(at+2*spread)); y++ {
			d := (float64(y) - at) / spread
			density[y] += float64(w.Dx()) * math.Exp(-d*d/2)
		}
	}
	cost := price * fullLine(words)
	best := math.Inf(-1)
	for p := max(dpi*closest, usual*tight); p <= dpi*widest; p *= next {
		rows, score := teeth(density, p, cost)
		if score > best && len(rows) > 0 {
			best, middles, pitch = score, rows, p
		}
	}
	for i := range middles {
		middles[i] += float64(from)
	}
	return middles, pitch
}

// fullLine is the width of writing in a line of which one in five has more.
func fullLine(words []image.Rectangle) float64 {
	var widths []float64
	for _, line := range TextLines(words) {
		sum := 0
		for _, i := range line {
			sum += words[i].Dx()
		}
		widths = append(widths, float64(sum))
	}
	slices.Sort(widths)
	return widths[len(widths)*4/5]
}

// teeth places rows about p apart where the density is highest; each row
// costs something, so that rows that catch nothing do not pay.
func teeth(density []float64, p, cost float64) ([]float64, float64) {
	const (
		uneven = 0.14 // of p: rows are so much closer or further apart at most
		stiff  = 8    // times a row's cost, for the square of that share
	)
	n := len(density)
	sum := make([]float64, n) // best total of rows up to and with one at y
	back := make([]int, n)
	lo, hi := max(1, int(p*(1-uneven))), max(2, int(p*(1+uneven)))
	end := -1
	for y := range n {
		sum[y], back[y] = density[y]-cost, -1
		for k := lo; k <= hi && k <= y; k++ {
			drift := (float64(k) - p) / p
			if v := sum[y-k] + density[y] - cost*(1+stiff*drift*drift); v > sum[y] {
				sum[y], back[y] = v, y-k
			}
		}
		if end < 0 || sum[y] > sum[end] {
			end = y
		}
	}
	if end < 0 {
		return nil, math.Inf(-1)
	}
	var rows []float64
	for y := end; y >= 0; y = back[y] {
		rows = append(rows, float64(y))
	}
	slices.Reverse(rows)
	return rows, sum[end]
}

// BordersUnder places a column border between each two headings, where the
// fewest words below lie, as near as can be to where the right heading
// begins; and one at each side of the table.
func BordersUnder(headings, words []image.Rectangle, table image.Rectangle) []Rule {
	order := slices.Clone(headings)
	slices.SortFunc(order, func(a, b image.Rectangle) int { return cmp.Compare(a.Min.X, b.Min.X) })
	covered := make([]int, table.Max.X+2)
	for _, w := range words {
		for x := max(0, w.Min.X); x < min(w.Max.X, len(covered)); x++ {
			covered[x]++
		}
	}
	borders := []Rule{upright(min(table.Min.X, order[0].Min.X), table)}
	for i := 1; i < len(order); i++ {
		from, to := (order[i-1].Min.X+order[i-1].Max.X)/2, (order[i].Min.X+order[i].Max.X)/2
		near := order[i].Min.X - 2
		best := min(max(near, 0), len(covered)-1)
		for x := max(0, from); x < min(to, len(covered)); x++ {
			if covered[x] < covered[best] || covered[x] == covered[best] && abs(x-near) < abs(best-near) {
				best = x
			}
		}
		borders = append(borders, upright(best, table))
	}
	return append(borders, upright(max(table.Max.X, order[len(order)-1].Max.X), table))
}

// Paired is the table with each two rows from the given one on made one.
func (t Table) Paired(from int) Table {
	lines := slices.Clone(t.Lines[:from])
	for i := from; i < len(t.Lines); i += 2 {
		lines = append(lines, t.Lines[i])
	}
	if (len(t.Lines)-from)%2 == 0 { // a last line without its second
		lines = append(lines, t.Lines[len(t.Lines)-1])
	}
	t.Lines = lines
	return t
}

// Beheaded is the table with the line that nobody drew between headings, which end at a
// height, and the first record, where one row holds both.
func (t Table) Beheaded(row, end int) Table {
	const (
		both = 1.6 // of a usual row's height
		into = 0.2 // of it: how far the line may cut into the headings
	)
	usual, foot := t.usualHeight(), t.Lines[row+1]
	foot.at -= usual
	if t.Lines[row+1].middle()-t.Lines[row].middle() < both*usual || foot.middle() < float64(end)-into*usual {
		return t
	}
	t.Lines = slices.Insert(slices.Clone(t.Lines), row+1, foot)
	return t
}

// WithBorders is the table with columns of the given borders.
func (t Table) WithBorders(borders []Rule) Table {
	t.Borders = borders
	return t
}

// WithoutBorders is the table with its lines alone, and with the row above the first of them
// whose top nobody drew.
func (t Table) WithoutBorders() Table {
	t.Borders, t.Style = nil, Lined
	t.Lines = slices.Clone(t.Lines)
	t.openTop(t.usualHeight())
	return t
}

// usualHeight is the height of most rows.
func (t Table) usualHeight() float64 {
	var heights []float64
	for i := 1; i < len(t.Lines); i++ {
		heights = append(heights, t.Lines[i].middle()-t.Lines[i-1].middle())
	}
	slices.Sort(heights)
	return heights[len(heights)/2]
}

// Part is the table of its columns from one to before another.
func (t Table) Part(from, to int) Table {
	t.Borders = slices.Clone(t.Borders[from : to+1])
	y := int(t.Lines[0].middle())
	t.Left, t.Right = int(t.Borders[0].At(y)), int(t.Borders[to-from].At(y))
	lines := slices.Clone(t.Lines)
	for i, l := range lines {
		lines[i] = Rule{From: t.Left, To: t.Right, thickness: l.thickness, solid: l.solid, at: l.At(t.Left), slope: l.slope}
	}
	t.Lines = lines
	return t
}

// WithBorder is the table with one more border, as the given one, right of the
// border before it by some pixels.
func (t Table) WithBorder(at int, by float64) Table {
	b := t.Borders[at-1]
	b.at += by
	t.Borders = slices.Insert(slices.Clone(t.Borders), at, b)
	return t
}

// SameBorders reports whether two tables have columns alike, one below the
// other or side by side.
func (t Table) SameBorders(other Table, dpi float64) bool {
	const off = 0.08 // inch between a border and the one it is like
	if t.Columns() < 2 || t.Columns() != other.Columns() {
		return false
	}
	from, to := t.Borders[0].middle(), other.Borders[0].middle()
	for i, b := range t.Borders {
		if math.Abs((b.middle()-from)-(other.Borders[i].middle()-to)) > dpi*off {
			return false
		}
	}
	return true
}

func union(boxes []image.Rectangle) image.Rectangle {
	var all image.Rectangle
	for _, b := range boxes {
		all = all.Union(b)
	}
	return all
}

func abs(v int) int { return max(v, -v) }
