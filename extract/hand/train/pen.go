package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// A drawn line is ink between 0 and 1 in rows, before it lies on paper.
type inked struct {
	w, h int
	ink  []float32
	unit float64 // pixels to 100 units of the strokes, the height of a middle-sized stroke
	dpi  float64
	mild bool // a clean scan: no fax, no shadow, hardly any blur
}

// pen is how a writer's pen leaves its mark.
type pen struct {
	width    float64 // mm
	ink      float64 // darkness, 0 to 1
	pressure float64 // share of the width that comes and goes along a stroke
	skips    float64 // chance that a short piece of a stroke is missing
	grain    float64 // share of the ink that the paper's grain takes, as with a pencil
}

// anyPen draws one of the pens people sign with: most are ballpoints.
func anyPen(r *rand.Rand) pen {
	u := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	switch k := r.Float64(); {
	case k < .5: // ballpoint
		p := pen{u(.3, .7), u(.55, .95), u(.1, .4), 0, u(0, .3)}
		if r.Float64() < .25 {
			p.skips = u(.01, .06)
		}
		return p
	case k < .72: // gel or rollerball
		return pen{u(.4, .8), u(.8, 1), u(0, .25), 0, 0}
	case k < .87: // felt tip
		return pen{u(.8, 1.2), u(.8, 1), u(0, .2), 0, 0}
	default: // pencil
		return pen{u(.35, .8), u(.3, .65), u(.1, .4), 0, u(.3, .7)}
	}
}

// sheet is what a line is written on and scanned with.
type sheet struct {
	dpi, height float64 // height is that of a middle-sized stroke, in mm
	pen         pen
}

// anySheet draws pen, size and resolution; for a clean scan the ones that are easy to read.
func anySheet(mild bool, r *rand.Rand) sheet {
	u := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	dpi := []float64{100, 120, 150, 150, 200, 200, 200, 240, 300, 300}[r.IntN(10)]
	s := sheet{dpi, u(2.4, 6), anyPen(r)}
	if mild {
		s.dpi, s.height = []float64{200, 200, 200, 240, 300}[r.IntN(5)], u(3, 6)
		s.pen.ink, s.pen.skips, s.pen.grain = max(s.pen.ink, .6), 0, s.pen.grain/3
	}
	// A broad pen makes its writer write larger: beyond this, loops fill up and nobody can read it.
	s.pen.width = min(s.pen.width, .15*s.height)
	return s
}

// drawInk turns strokes into a picture at the resolution of a scan. Where they stand in boxes,
// the boxes are drawn too.
func drawInk(strokes [][]point, boxes *comb, mild bool, r *rand.Rand) inked {
	const highest = 14 // mm: cells are seldom higher
	s := anySheet(mild, r)
	if boxes == nil && joined(strokes) {
		s.height *= 1.7 // the stroke holds a whole word, with what goes up and down
	}
	f := frameOf(strokes...)
	if mm := f.height() / 100 * s.height; mm > highest {
		s.height *= highest / mm
	}
	k := s.height / 25.4 * s.dpi / 100
	written := len(strokes)
	if boxes != nil && r.Float64() < .7 {
		strokes = append(strokes, boxes.strokes(f, r)...)
	}
	strokes = bent(strokes, k, r)
	f = frameOf(strokes...)
	radius := s.pen.width / 25.4 * s.dpi / 2
	edge := radius*1.5 + 2
	c := inked{w: int(f.width()+2*edge) + 1, h: int(f.height()+2*edge) + 1}
	c.unit, c.dpi, c.mild = 100*k, s.dpi, mild
	if c.w > 4000 || c.h > 800 {
		return inked{}
	}
	c.ink = make([]float32, c.w*c.h)
	strokes = moved(strokes, func(p point) point { return point{p.x - f.x0 + edge, p.y - f.y0 + edge} })
	for _, line := range strokes[written:] {
		thick, dark := (.12+.2*r.Float64())/25.4*s.dpi, .3+.6*r.Float64()
		for i := range line[1:] {
			c.capsule(line[i], line[i+1], max(.45, thick/2), dark)
		}
	}
	phase := r.Float64() * 1000
	for _, stroke := range strokes[:written] {
		c.stroke(stroke, s.pen, radius, phase, r)
	}
	for i, v := range c.ink {
		if v > 0 {
			c.ink[i] = v * float32(1-s.pen.grain*r.Float64())
		}
	}
	return c
}

// joined says whether strokes hold several letters each: they are wider than high.
func joined(strokes [][]point) bool {
	wide := 0
	for _, s := range strokes {
		if f := frameOf(s); f.height() > 60 && f.width() > 1.5*f.height() {
			wide++
		}
	}
	return wide > 0
}

// stroke draws one stroke of a pen: its pressure comes and goes, and is less at the ends.
func (c inked) stroke(s []point, p pen, radius, phase float64, r *rand.Rand) {
	if len(s) == 1 {
		c.capsule(s[0], s[0], radius, p.ink)
		return
	}
	skip := 0
	for i := 1; i < len(s); i++ {
		if skip--; skip > 0 {
			continue
		}
		if r.Float64() < p.skips {
			skip = 1 + r.IntN(3)
		}
		wave := (math.Sin(phase+float64(i)*.37) + math.Sin(phase*1.7+float64(i)*.11)) / 2
		here := radius * (1 + p.pressure*wave)
		if len(s) > 4 && (i < 2 || i > len(s)-3) {
			here *= 1 - p.pressure*.5
		}
		c.capsule(s[i-1], s[i], max(here, .45), p.ink*(1-p.grain*.3*(1+wave)))
	}
}

// bent slants, turns, squeezes and warps strokes as no two lines of a hand are the same, and
// scales them by k.
func bent(strokes [][]point, k float64, r *rand.Rand) [][]point {
	shear, turn := r.NormFloat64()*.12, r.NormFloat64()*.015
	wide, amp := .8+.4*r.Float64(), r.Float64()*5
	phase, wave := r.Float64()*6, 150+300*r.Float64()
	f := frameOf(strokes...)
	cx, cy := (f.x0+f.x1)/2, (f.y0+f.y1)/2
	return moved(strokes, func(p point) point {
		x, y := p.x-cx, p.y-cy
		y += amp * math.Sin(phase+x/wave*2)
		x += amp * math.Sin(phase*1.3+p.y/wave*2)
		x = (x - shear*y) * wide
		return point{k * x, k * (y + turn*x)}
	})
}

// capsule inks what lies within a radius of the line from a to b, with soft edges.
func (c inked) capsule(a, b point, radius, ink float64) {
	x0, x1 := int(min(a.x, b.x)-radius-1), int(max(a.x, b.x)+radius+1)
	y0, y1 := int(min(a.y, b.y)-radius-1), int(max(a.y, b.y)+radius+1)
	dx, dy := b.x-a.x, b.y-a.y
	long := dx*dx + dy*dy
	for y := max(0, y0); y <= min(c.h-1, y1); y++ {
		for x := max(0, x0); x <= min(c.w-1, x1); x++ {
			px, py := float64(x)+.5-a.x, float64(y)+.5-a.y
			t := 0.
			if long > 0 {
				t = min(max((px*dx+py*dy)/long, 0), 1)
			}
			qx, qy := px-t*dx, py-t*dy
			d := qx*qx + qy*qy
			if d >= (radius+.5)*(radius+.5) {
				continue
			}
			v := float32(min(1, radius+.5-math.Sqrt(d)) * ink)
			if at := &c.ink[y*c.w+x]; v > *at {
				*at = v
			}
		}
	}
}

// cellOf lays a drawn line into a cell of a form and scans it. other is the neighbour's line,
// which may hang in; labelled is the chance of a printed word in a cell that is not scanned clean.
func cellOf(line, other inked, labelled float64, r *rand.Rand) *image.Gray {
	u := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	size := line.unit
	top, bottom := int(size*u(.08, .7)), int(size*u(.08, .7))
	left, right := int(size*u(.1, 1)), int(size*u(.1, 2))
	c := line
	c.w, c.h = line.w+left+right, line.h+top+bottom
	c.ink = make([]float32, c.w*c.h)
	c.lay(line, left, top)
	if other.w > 0 && !c.mild && r.Float64() < .25 {
		c.overhang(other, top, bottom, r)
	}
	if r.Float64() < .35 {
		c.rules(top, line.h, r)
	}
	if !c.mild && r.Float64() < labelled {
		c.label(top, left, r)
	}
	return c.scan(r)
}

// lay adds another picture's ink at a place.
func (c inked) lay(o inked, x0, y0 int) {
	for y := range o.h {
		for x := range o.w {
			u, v := x+x0, y+y0
			if u < 0 || v < 0 || u >= c.w || v >= c.h {
				continue
			}
			c.ink[v*c.w+u] = max(c.ink[v*c.w+u], o.ink[y*o.w+x])
		}
	}
}

// overhang lets the neighbour above or below reach in, not beyond the cell's own margin.
func (c inked) overhang(other inked, top, bottom int, r *rand.Rand) {
	x := 0
	if d := c.w - other.w; d > 0 {
		x = r.IntN(d)
	}
	if r.IntN(2) == 0 {
		c.lay(other, x, int(float64(top)*.8*r.Float64())-other.h)
		return
	}
	c.lay(other, x, c.h-int(float64(bottom)*.8*r.Float64()))
}

// rules draws what is left of a form's lines: the writing line, the cell's borders.
func (c inked) rules(top, height int, r *rand.Rand) {
	thick := max(1, int(c.dpi/25.4*(.15+.3*r.Float64())))
	dark := float32(.35 + .6*r.Float64())
	level := func(y int) {
		dots := r.Float64() < .15
		for x := range c.w {
			if dots && x/(2*thick)%2 == 0 {
				continue
			}
			for d := range thick {
				if v := y + d; v >= 0 && v < c.h {
					c.ink[v*c.w+x] = max(c.ink[v*c.w+x], dark)
				}
			}
		}
	}
	switch k := r.Float64(); {
	case k < .5: // the line that was written on
		level(top + height - int(float64(height)*.35*r.Float64()))
	case k < .75:
		level(r.IntN(3))
		level(c.h - thick - r.IntN(3))
	default:
		level([]int{r.IntN(4), c.h - thick - r.IntN(4)}[r.IntN(2)])
	}
	if r.Float64() < .35 {
		x := []int{r.IntN(4), c.w - 1 - thick - r.IntN(4)}[r.IntN(2)]
		for y := range c.h {
			for d := range thick {
				c.ink[y*c.w+min(c.w-1, x+d)] = dark
			}
		}
	}
}

// scan makes a picture of the cell: paper, shadow, blur, grain, fax or JPEG.
func (c inked) scan(r *rand.Rand) *image.Gray {
	u := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	k := r.Float64()
	if c.mild {
		k /= 3
	}
	if r.Float64() < .4 {
		c.blur(k)
	}
	paper, dark := u(190, 255), u(0, 60)
	shade, noise := 1., 0.
	if !c.mild && r.Float64() < .25 {
		shade = u(.65, 1)
	}
	if r.Float64() < .5 {
		noise = k * u(1, 14)
	}
	g := image.NewGray(image.Rect(0, 0, c.w, c.h))
	fax, cut := !c.mild && r.Float64() < .2, paper-(paper-dark)*float64(c.darkest())*u(.3, .65)
	for y := range c.h {
		for x := range c.w {
			v := paper - float64(c.ink[y*c.w+x])*(paper-dark)
			v *= 1 + (shade-1)*float64(x)/float64(c.w)
			if noise > 0 {
				v += noise * r.NormFloat64()
			}
			if fax {
				v = map[bool]float64{true: 0, false: 255}[v < cut]
				if r.Float64() < .0006 {
					v = 255 - v
				}
			}
			g.Pix[y*g.Stride+x] = uint8(min(max(v, 0), 255))
		}
	}
	if !fax && r.Float64() < .35 {
		var b bytes.Buffer
		if jpeg.Encode(&b, g, &jpeg.Options{Quality: 20 + r.IntN(60)}) == nil {
			if m, err := jpeg.Decode(&b); err == nil {
				if back, ok := m.(*image.Gray); ok {
					return back
				}
			}
		}
	}
	return g
}

// darkest is the ink that one pixel in a hundred has or passes.
func (c inked) darkest() float32 {
	var count [101]int
	for _, v := range c.ink {
		count[int(v*100)]++
	}
	left := len(c.ink) / 100
	for i := 100; i > 20; i-- {
		if left -= count[i]; left < 0 {
			return float32(i) / 100
		}
	}
	return .2
}

// blur mixes each pixel with its neighbours, twice, as a lens out of focus does.
func (c inked) blur(k float64) {
	side := float32(k / 3)
	for _, step := range []int{1, c.w, 1, c.w} {
		before := append([]float32(nil), c.ink...)
		for i := step; i < len(before)-step; i++ {
			c.ink[i] = before[i]*(1-2*side) + side*(before[i-step]+before[i+step])
		}
	}
}
