package layout

import (
	"image"
	"math"
	"slices"
)

// coarse is the resolution at which bands are looked for, in dots per inch, which is plenty.
const coarse = 50.0

// ShadedTable finds a table in which every other row is printed on grey: the
// level of the paper goes up and down in even steps. The page is upright. It
// reports false where fewer than four edges follow each other evenly.
func ShadedTable(g *image.Gray, dpi float64) (Table, bool) {
	scale := min(1, coarse/dpi)
	small := Shrink(g, scale)
	left, right, edges := bands(small)
	if len(edges) < 4 {
		return Table{}, false
	}
	steps, pitch := evenSteps(edges)
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

// edge is where the paper's level steps, with the side it steps to.
type edge struct {
	y    int
	grey bool    // grey begins below it
	step float64 // levels of grey
}

// bands returns the left and right end of grey bands across a page and the
// heights at which they begin and end.
func bands(g *image.Gray) (left, right int, edges []edge) {
	const (
		contrast = 4   // levels of grey by which a band differs from paper
		paper    = 0.8 // share of a row that is as dark as the level or darker: ink fills less
	)
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	level := make([]float64, h)
	for y := range h {
		row := slices.Clone(g.Pix[y*g.Stride+w/6 : y*g.Stride+w*5/6])
		slices.Sort(row)
		level[y] = float64(row[int(paper*float64(len(row)))])
	}
	level = median3(level)
	step := func(y int) float64 {
		if y < 2 || y+2 > h {
			return 0
		}
		return (level[y] + level[min(h-1, y+1)] - level[y-1] - level[y-2]) / 2
	}
	for y := range h {
		s := step(y)
		if math.Abs(s) < contrast || math.Abs(s) < math.Abs(step(y-1)) || math.Abs(s) <= math.Abs(step(y+1)) {
			continue // no step, or not where it is steepest
		}
		edges = append(edges, edge{y, s < 0, math.Abs(s)})
	}
	edges = withoutLines(edges)
	left, right = bandEnds(g, edges, w)
	return left, right, edges
}

// bandEnds looks along the grey bands for where they begin and end.
func bandEnds(g *image.Gray, edges []edge, w int) (left, right int) {
	const faint = 2.5 // levels of grey by which a band differs from the white between, as far as it reaches
	left, right = w/12, w*11/12
	if len(edges) < 2 {
		return left, right
	}
	difference := func(x int) float64 {
		var sum float64
		n := 0.0
		for i := 1; i+1 < len(edges); i++ {
			a, b := (edges[i-1].y+edges[i].y)/2, (edges[i].y+edges[i+1].y)/2
			sum += math.Abs(float64(g.GrayAt(x, a).Y) - float64(g.GrayAt(x, b).Y))
			n++
		}
		return sum / max(1, n)
	}
	for x := w / 6; x > 0 && difference(x) > faint; x-- {
		left = x
	}
	for x := w * 5 / 6; x < w-1 && difference(x) > faint; x++ {
		right = x
	}
	return left, right
}

func median3(v []float64) []float64 {
	out := slices.Clone(v)
	for i := 1; i+1 < len(v); i++ {
		out[i] = max(min(v[i-1], v[i]), min(max(v[i-1], v[i]), v[i+1]))
	}
	return out
}

// withoutLines leaves out the upper and the lower edge of drawn lines, between which it is as much
// darker as it then gets lighter.
func withoutLines(edges []edge) []edge {
	const (
		thick  = 3   // pixels
		unlike = 1.6 // times
	)
	var kept []edge
	for i := 0; i < len(edges); i++ {
		e := edges[i]
		if i+1 < len(edges) && e.grey && !edges[i+1].grey {
			next := edges[i+1]
			if next.y-e.y <= thick && max(e.step, next.step) < unlike*min(e.step, next.step) {
				i++
				continue
			}
		}
		kept = append(kept, e)
	}
	return kept
}

// evenSteps is the series of edges that marks most steps, of all pitches that edges close to each
// other are apart. Where a photo was evened out, bands have bright and dark seams with edges of
// their own.
func evenSteps(edges []edge) (best []float64, pitch float64) {
	const (
		lowest, highest = coarse * 0.12, coarse * 1.2
		between         = 6 // edges that are seams or print
	)
	tried := map[int]bool{}
	most := 0
	for i, e := range edges {
		for _, o := range edges[i+1 : min(len(edges), i+1+between)] {
			gap := o.y - e.y
			if float64(gap) < lowest || float64(gap) > highest || tried[gap] || o.grey == e.grey {
				continue
			}
			tried[gap] = true
			if steps, marked := stepsApart(edges, float64(gap)); marked > most {
				best, most = steps, marked
			}
		}
	}
	if len(best) > 1 {
		pitch = (best[len(best)-1] - best[0]) / float64(len(best)-1)
	}
	return best, pitch
}

// stepsApart is the longest series of edges a pitch apart, from white to grey and back in turn,
// with single steps that nothing marks filled in: headings on grey above a grey row have no edge
// between them. Edges off the beat, such as a fold's, are left out.
func stepsApart(edges []edge, pitch float64) (best []float64, bestMarked int) {
	const (
		off   = 0.12 // of the pitch, from where a step is due to its edge
		least = 1.5  // pixels of the small picture, allowed at any pitch
	)
	for _, start := range edges {
		steps := []float64{float64(start.y)}
		marked, missed := 1, 0
		for missed < 2 {
			next := steps[len(steps)-1] + pitch
			grey := start.grey == (len(steps)%2 == 0)
			e := nearest(edges, next, grey)
			if math.Abs(float64(e.y)-next) <= max(least, off*pitch) && e.grey == grey {
				steps = append(steps, float64(e.y))
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
		return nil, 0
	}
	return best, bestMarked
}

// nearest is the edge closest to y of those that step the given way.
func nearest(edges []edge, y float64, grey bool) edge {
	best := edge{y: math.MinInt32, grey: grey}
	for _, e := range edges {
		if e.grey == grey && math.Abs(float64(e.y)-y) < math.Abs(float64(best.y)-y) {
			best = e
		}
	}
	return best
}
