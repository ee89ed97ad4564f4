package layout

import (
	"image"
	"math"
	"slices"
)

// ShadedTable finds a table in which every other row is printed on grey: the
// level of the paper goes up and down in even steps. The page is upright. It
// reports false where fewer than four edges follow each other evenly.
func ShadedTable(g *image.Gray, dpi float64) (Table, bool) {
	const coarse = 50.0 // dots per inch are plenty for bands
	scale := min(1, coarse/dpi)
	small := Shrink(g, scale)
	left, right, edges := bands(small)
	if len(edges) < 4 {
		return Table{}, false
	}
	var gaps []float64
	for i := 1; i < len(edges); i++ {
		gaps = append(gaps, float64(edges[i]-edges[i-1]))
	}
	slices.Sort(gaps)
	pitch := gaps[len(gaps)/2]
	if pitch < coarse*0.12 || pitch > coarse*1.2 {
		return Table{}, false
	}
	steps := evenSteps(edges, pitch)
	if len(steps) < 4 {
		return Table{}, false
	}
	t := Table{Style: Shaded, Left: int(float64(left) / scale), Right: int(float64(right) / scale)}
	add := func(y float64) {
		if y > 0 && y < float64(small.Bounds().Dy()) {
			t.Lines = append(t.Lines, Rule{From: t.Left, To: t.Right, at: y / scale})
		}
	}
	add(steps[0] - pitch) // the first and the last row are white
	for _, y := range steps {
		add(y)
	}
	add(steps[len(steps)-1] + pitch)
	return t, true
}

// bands returns the left and right end of grey bands across a page and the
// heights at which they begin and end.
func bands(g *image.Gray) (left, right int, edges []int) {
	const contrast = 4 // levels of grey by which a band differs from paper
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	level := make([]float64, h)
	for y := range h {
		row := slices.Clone(g.Pix[y*g.Stride+w/6 : y*g.Stride+w*5/6])
		slices.Sort(row)
		level[y] = float64(row[len(row)*2/3]) // ink is darker than two in three
	}
	level = median3(level)
	last, grey := -1, false
	for y := 2; y+2 < h; y++ {
		step := (level[y+1]+level[y+2])/2 - (level[y-1]+level[y-2])/2
		if math.Abs(step) < contrast || last >= 0 && y-last < 3 {
			continue
		}
		if down := step < 0; last < 0 || down != grey {
			grey = down
			edges = append(edges, y)
			last = y
		}
	}
	return bandEnds(g, edges, w)
}

// bandEnds looks along the grey bands for where they begin and end.
func bandEnds(g *image.Gray, edges []int, w int) (int, int, []int) {
	left, right := w/12, w*11/12
	if len(edges) < 2 {
		return left, right, edges
	}
	difference := func(x int) float64 {
		var sum float64
		n := 0.0
		for i := 1; i+1 < len(edges); i++ {
			a, b := (edges[i-1]+edges[i])/2, (edges[i]+edges[i+1])/2
			sum += math.Abs(float64(g.GrayAt(x, a).Y) - float64(g.GrayAt(x, b).Y))
			n++
		}
		return sum / max(1, n)
	}
	for x := w / 6; x > 0 && difference(x) > 2.5; x-- {
		left = x
	}
	for x := w * 5 / 6; x < w-1 && difference(x) > 2.5; x++ {
		right = x
	}
	return left, right, edges
}

func median3(v []float64) []float64 {
	out := slices.Clone(v)
	for i := 1; i+1 < len(v); i++ {
		out[i] = max(min(v[i-1], v[i]), min(max(v[i-1], v[i]), v[i+1]))
	}
	return out
}

// evenSteps is the longest series of edges a pitch apart, with single steps
// that nothing marks filled in: headings on grey above a grey row have no edge
// between them. Edges off the beat, such as a fold's, are left out.
func evenSteps(edges []int, pitch float64) []float64 {
	var best []float64
	bestMarked := 0
	for i := range edges {
		steps := []float64{float64(edges[i])}
		marked, missed := 1, 0
		for missed < 2 {
			next := steps[len(steps)-1] + pitch
			j := nearest(edges, next)
			if math.Abs(float64(edges[j])-next) <= max(1.5, 0.12*pitch) {
				steps = append(steps, float64(edges[j]))
				marked++
				missed = 0
				continue
			}
			steps = append(steps, next)
			missed++
		}
		if marked > bestMarked {
			best, bestMarked = steps[:len(steps)-missed], marked
		}
	}
	if bestMarked*3 < len(best)*2 {
		return nil
	}
	return best
}

// nearest is the index of the edge closest to y.
func nearest(edges []int, y float64) int {
	best := 0
	for i, e := range edges {
		if math.Abs(float64(e)-y) < math.Abs(float64(edges[best])-y) {
			best = i
		}
	}
	return best
}
