package paper

import (
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// refine follows the sides of a sheet at a finer resolution: its corners are
// set to where they are, and its bends are measured.
func refine(g *image.Gray, o outline) shape {
	const (
		pixels       = 1400        // of the longer side: about 0.01 inch each
		first, again = 0.02, 0.012 // of the sheet: how far from where they were sides are looked for
	)
	small := layout.Shrink(g, min(1, pixels/float64(max(g.Rect.Dx(), g.Rect.Dy()))))
	levels := logarithms(closed(small, 5))
	s := newShape(o.corners)
	for _, reach := range []float64{first, again} {
		var ends [4][2]float64
		for i := range 4 {
			if i == o.cut {
				continue
			}
			ends[i], s.bends[i] = follow(levels, s, i, reach)
		}
		s = s.moved(ends)
	}
	return s
}

// moved is the shape with its corners where its sides' ends meet, and bends
// that are measured from there.
func (s shape) moved(ends [4][2]float64) shape {
	at := func(u, v float64) point { x, y := s.toPhoto.at(u, v); return point{x, y} }
	q := quad{
		at(ends[3][0], ends[0][0]), at(1+ends[1][0], ends[0][1]),
		at(1+ends[1][1], 1+ends[2][1]), at(ends[3][1], 1+ends[2][0]),
	}
	moved := newShape(q)
	moved.bends = s.bends
	return moved
}

// follow measures one side of a sheet: how far off its ends are, outward
// being right or down, and how it bends between them. Both are in shares of
// the flat sheet.
func follow(levels plane, s shape, side int, reach float64) (ends [2]float64, b bend) {
	const places = 80
	var offs []sample
	for i := range places {
		t := (float64(i) + 0.5) / places
		if d, ok := s.edge(levels, side, t, reach); ok {
			offs = append(offs, sample{t, d})
		}
	}
	if len(offs) < places/3 {
		return ends, b
	}
	c := fitSide(offs)
	return [2]float64{c[0], c[1]}, bend{c[2], c[3]}
}

// edge looks across a side, at share t along it, for where the light steps
// most from desk to sheet.
func (s shape) edge(levels plane, side int, t, reach float64) (float64, bool) {
	const looks = 61
	var light [looks]float64
	for i := range light {
		d := reach * (2*float64(i)/(looks-1) - 1)
		u, v := [4]point{{t, d}, {1 + d, t}, {t, 1 + d}, {d, t}}[side].both()
		x, y := s.toPhoto.at(u, v)
		light[i] = levels.light(x*float64(levels.w)-0.5, y*float64(levels.h)-0.5)
	}
	if side == 1 || side == 2 { // the sheet lies before the side
		slices.Reverse(light[:])
	}
	const half = 6
	best, at := faintest, -1
	for i := half; i < looks-half; i++ {
		step := 0.0
		for k := 1; k <= half; k++ {
			step += light[i+k] - light[i-k]
		}
		if step /= half; step > best {
			best, at = step, i
		}
	}
	if at < 0 {
		return 0, false
	}
	d := reach * (2*float64(at)/(looks-1) - 1)
	if side == 1 || side == 2 {
		d = -d
	}
	return d, true
}

func (p point) both() (float64, float64) { return p.x, p.y }

// light is the level at a place between pixels; outside, that of the edge.
func (p plane) light(x, y float64) float64 {
	x, y = min(max(x, 0), float64(p.w-1)-1e-6), min(max(y, 0), float64(p.h-1)-1e-6)
	ix, iy := int(x), int(y)
	a, b := x-float64(ix), y-float64(iy)
	v := p.v[iy*p.w+ix:]
	return (float64(v[0])*(1-a)+float64(v[1])*a)*(1-b) + (float64(v[p.w])*(1-a)+float64(v[p.w+1])*a)*b
}

// sample is a measured deviation d at share t along a side.
type sample struct{ t, d float64 }

// fitSide fits d ≈ c0(1−t) + c1·t + t(1−t)(c2 + c3·t) by least squares, three
// times, each time without what lies far off: shadows, grain and fingers.
func fitSide(offs []sample) (c [4]float64) {
	const (
		stiff   = 1e-3 // added to the diagonal: few places must not bend a side
		outlier = 2.5  // times the usual distance from the side; further off, a place is left out
		exact   = 1e-4 // of the sheet: what is as close stays, however close the others are
	)
	terms := func(t float64) [4]float64 { return [4]float64{1 - t, t, t * (1 - t), t * (1 - t) * t} }
	value := func(t float64) (v float64) {
		for i, x := range terms(t) {
			v += c[i] * x
		}
		return v
	}
	kept := offs
	for range 3 {
		var m [4][5]float64
		for _, o := range kept {
			x := terms(o.t)
			for i := range 4 {
				for j := range 4 {
					m[i][j] += x[i] * x[j]
				}
				m[i][4] += x[i] * o.d
			}
		}
		for i := range 4 {
			m[i][i] += stiff
		}
		c = solve(m)
		far := make([]float64, len(offs))
		for i, o := range offs {
			far[i] = math.Abs(o.d - value(o.t))
		}
		usual := slices.Sorted(slices.Values(far))[len(far)/2]
		kept = nil
		for i, o := range offs {
			if far[i] <= outlier*usual+exact {
				kept = append(kept, o)
			}
		}
	}
	return c
}

// solve solves four linear equations by elimination; m is positive definite.
func solve(m [4][5]float64) (x [4]float64) {
	for i := range 4 {
		for k := i + 1; k < 4; k++ {
			f := m[k][i] / m[i][i]
			for j := i; j < 5; j++ {
				m[k][j] -= f * m[i][j]
			}
		}
	}
	for i := 3; i >= 0; i-- {
		x[i] = m[i][4]
		for j := i + 1; j < 4; j++ {
			x[i] -= m[i][j] * x[j]
		}
		x[i] /= m[i][i]
	}
	return x
}
