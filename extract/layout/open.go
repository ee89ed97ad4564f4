package layout

import (
	"cmp"
	"image"
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

// OpenTable lays rows through the lines of words below a row of headings,
// and columns between the headings: a table in which nothing is drawn. It
// reports false where fewer than two lines follow.
func OpenTable(headings, words []image.Rectangle) (Table, bool) {
	head := union(headings)
	below := slices.DeleteFunc(slices.Clone(words), func(w image.Rectangle) bool { return w.Min.Y+w.Max.Y < 2*head.Max.Y })
	lines := TextLines(below)
	if len(lines) < 2 {
		return Table{}, false
	}
	boxes := []image.Rectangle{head}
	for _, line := range lines {
		var box image.Rectangle
		for _, i := range line {
			box = box.Union(below[i])
		}
		boxes = append(boxes, box)
	}
	all := union(boxes)
	t := Table{Style: Open, Left: all.Min.X, Right: all.Max.X}
	ys := []int{head.Min.Y - head.Dy()/2}
	for i := 1; i < len(boxes); i++ {
		ys = append(ys, (boxes[i-1].Max.Y+boxes[i].Min.Y)/2)
	}
	last := boxes[len(boxes)-1]
	ys = append(ys, last.Max.Y+(last.Min.Y-ys[len(ys)-1]))
	for _, y := range ys {
		t.Lines = append(t.Lines, Rule{From: t.Left, To: t.Right, at: float64(y)})
	}
	t.Borders = BordersUnder(headings, below, t.Bounds())
	return t, true
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

// WithBorders is the table with columns of the given borders.
func (t Table) WithBorders(borders []Rule) Table {
	t.Borders = borders
	return t
}

func union(boxes []image.Rectangle) image.Rectangle {
	var all image.Rectangle
	for _, b := range boxes {
		all = all.Union(b)
	}
	return all
}

func abs(v int) int { return max(v, -v) }
