package drawn

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"slices"
)

// scan turns the drawing into what the scanner delivers. Work is done on
// planes of one byte a pixel: one for a gray page, three for a coloured one.
func (d *drawing) scan() image.Image {
	s := d.o.Scan
	d.showThrough(s.ShowThrough)
	if s.Holes {
		d.holes()
	}
	if s.Fold {
		d.fold()
	}
	planes := split(d.img, d.o.Colour && !s.Fax)
	seed := d.rng.Uint64()
	for i := range planes {
		rng := rand.New(rand.NewPCG(seed, 1)) // the same for every plane
		p := planes[i]
		p.darken(255 - s.Paper)
		bed := 255 - s.Paper
		if s.Border {
			bed = 40
			p.frame(rng, float64(d.o.DPI)*.08, bed)
		}
		p = p.lean(d.o.Skew, bed)
		p.shade(rng, s.Shadow)
		p.blur(s.Blur)
		p.speck(rng, s.Specks, d.o.DPI)
		p.grain(rand.New(rand.NewPCG(seed, uint64(2+i))), s.Noise)
		if s.Fax {
			p.threshold(uint8(rng.IntN(25) + 180))
		}
		planes[i] = p.turn(d.o.Rotation)
	}
	img := join(planes)
	if s.Quality > 0 && !s.Fax {
		img = compressed(img, s.Quality)
	}
	return img
}

// showThrough lets the page's own mirror image, shifted, shine through as a
// printed back would. On a blank page nothing but that stays.
func (d *drawing) showThrough(much float64) {
	blank := d.o.Kind == Blank
	if much == 0 && !blank {
		return
	}
	img := d.img
	w, h, share := img.Rect.Dx(), img.Rect.Dy(), uint32(much*256)
	for y := range h {
		line := img.Pix[y*img.Stride : (y+1)*img.Stride]
		back := slices.Repeat([]uint8{255}, len(line))
		if below := y + h/37; below < h {
			copy(back, img.Pix[below*img.Stride:])
		}
		for x := range w {
			for c := range 3 {
				v := &line[x*4+c]
				if blank {
					*v = 255
				}
				*v -= uint8(uint32(*v) * uint32(255-back[(w-1-x)*4+c]) * share >> 16)
			}
		}
	}
}

// holes punches three or two holes along the left or top edge.
func (d *drawing) holes() {
	n, x := 2+d.rng.IntN(2), d.px(d.between(.25, .4))
	w, h := float64(d.img.Rect.Dx()), float64(d.img.Rect.Dy())
	top := d.chance(.2)
	ink := gray(uint8(d.rng.IntN(70)))
	for i := range n {
		at := point{x, h * (float64(i) + .5) / float64(n)}
		if top {
			at = point{w * (float64(i) + .5) / float64(n), x}
		}
		r := d.px(.12)
		d.stroke([]point{{at.x - .01, at.y}, {at.x + .01, at.y}}, 1, ink)
		for y := -r; y <= r; y++ {
			half := math.Sqrt(r*r - y*y)
			d.fill(at.x-half, at.y+y, at.x+half, at.y+y+1, ink)
		}
	}
}

// fold draws the shadow of a crease across the page.
func (d *drawing) fold() {
	w, h := float64(d.img.Rect.Dx()), float64(d.img.Rect.Dy())
	y := h * []float64{1. / 3, .5, 2. / 3}[d.rng.IntN(3)] * d.between(.98, 1.02)
	d.stroke([]point{{0, y}, {w / 2, y + d.between(-4, 4)}, {w, y + d.between(-6, 6)}}, d.px(.008), gray(uint8(150+d.rng.IntN(70))))
}

// plane is one channel of a page.
type plane struct {
	w, h int
	pix  []uint8
}

func split(img *image.RGBA, colour bool) []plane {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if !colour {
		p := plane{w, h, make([]uint8, w*h)}
		for i := range p.pix {
			q := img.Pix[i*4 : i*4+3 : i*4+3]
			p.pix[i] = uint8((299*uint32(q[0]) + 587*uint32(q[1]) + 114*uint32(q[2])) / 1000)
		}
		return []plane{p}
	}
	planes := make([]plane, 3)
	for c := range planes {
		planes[c] = plane{w, h, make([]uint8, w*h)}
		for i := range planes[c].pix {
			planes[c].pix[i] = img.Pix[i*4+c]
		}
	}
	return planes
}

func join(planes []plane) image.Image {
	r := image.Rect(0, 0, planes[0].w, planes[0].h)
	if len(planes) == 1 {
		return &image.Gray{Pix: planes[0].pix, Stride: r.Dx(), Rect: r}
	}
	img := image.NewRGBA(r)
	for i := range planes[0].pix {
		q := img.Pix[i*4 : i*4+4 : i*4+4]
		q[0], q[1], q[2], q[3] = planes[0].pix[i], planes[1].pix[i], planes[2].pix[i], 255
	}
	return img
}

// darken makes the paper less than white.
func (p plane) darken(paper uint8) {
	if paper == 255 {
		return
	}
	var table [256]uint8
	for v := range table {
		table[v] = uint8(v * int(paper) / 255)
	}
	for i, v := range p.pix {
		p.pix[i] = table[v]
	}
}

// frame shows the scanner's bed along two or more edges.
func (p plane) frame(rng *rand.Rand, most float64, bed uint8) {
	var edge [4]int
	for i := range edge {
		edge[i] = int(rng.Float64() * most * float64(rng.IntN(2)))
	}
	for y := range p.h {
		for x := range p.w {
			if x < edge[0] || y < edge[1] || x >= p.w-edge[2] || y >= p.h-edge[3] {
				p.pix[y*p.w+x] = bed
			}
		}
	}
}

// lean turns the plane clockwise about its middle.
func (p plane) lean(degrees float64, bed uint8) plane {
	if degrees == 0 {
		return p
	}
	out := plane{p.w, p.h, make([]uint8, len(p.pix))}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	stepX, stepY := int(cos*65536), int(-sin*65536)
	for y := range p.h {
		dx, dy := .5-float64(p.w)/2, float64(y)+.5-float64(p.h)/2
		sx := int((dx*cos + dy*sin + float64(p.w)/2 - .5) * 65536)
		sy := int((-dx*sin + dy*cos + float64(p.h)/2 - .5) * 65536)
		line := out.pix[y*p.w : (y+1)*p.w]
		for x := range line {
			x0, y0 := sx>>16, sy>>16
			if x0 < 0 || y0 < 0 || x0 >= p.w-1 || y0 >= p.h-1 {
				line[x] = bed
			} else {
				fx, fy := sx>>8&255, sy>>8&255
				q := p.pix[y0*p.w+x0:]
				a, b, c, e := int(q[0]), int(q[1]), int(q[p.w]), int(q[p.w+1])
				if a == b && b == c && c == e {
					line[x] = q[0]
				} else {
					line[x] = uint8((a*(256-fx)*(256-fy) + b*fx*(256-fy) + c*(256-fx)*fy + e*fx*fy) >> 16)
				}
			}
			sx, sy = sx+stepX, sy+stepY
		}
	}
	return out
}

// shade darkens toward one edge.
func (p plane) shade(rng *rand.Rand, much float64) {
	edge, reach := rng.IntN(4), .1+rng.Float64()*.4
	if much == 0 {
		return
	}
	fall := func(n int, far bool) []int {
		t := make([]int, n)
		for i := range t {
			d := float64(i) / float64(n)
			if far {
				d = 1 - d
			}
			k := max(0, 1-d/reach)
			t[i] = int(65536 * (1 - much*k*k))
		}
		return t
	}
	across, down := fall(p.w, edge == 1), fall(p.h, edge == 3)
	for y := range p.h {
		line := p.pix[y*p.w : (y+1)*p.w]
		for x := range line {
			if edge < 2 {
				line[x] = uint8(int(line[x]) * across[x] >> 16)
			} else {
				line[x] = uint8(int(line[x]) * down[y] >> 16)
			}
		}
	}
}

// blur mixes each pixel with its neighbours, first across and then down.
func (p plane) blur(much float64) {
	if much == 0 {
		return
	}
	side := int(much * 256 / 3)
	mid := 256 - 2*side
	before := make([]uint8, p.w)
	for y := range p.h {
		line := p.pix[y*p.w : (y+1)*p.w]
		copy(before, line)
		for x := 1; x < p.w-1; x++ {
			line[x] = uint8((int(before[x-1])*side + int(before[x])*mid + int(before[x+1])*side) >> 8)
		}
	}
	copy(before, p.pix[:p.w])
	for y := 1; y < p.h-1; y++ {
		line, next := p.pix[y*p.w:(y+1)*p.w], p.pix[(y+1)*p.w:(y+2)*p.w]
		for x, v := range line {
			line[x] = uint8((int(before[x])*side + int(v)*mid + int(next[x])*side) >> 8)
			before[x] = v
		}
	}
}

// speck drops dirt on the page, mostly tiny.
func (p plane) speck(rng *rand.Rand, n, dpi int) {
	for range n {
		cx, cy := rng.IntN(p.w), rng.IntN(p.h)
		r := max(.6, rng.ExpFloat64()*.006*float64(dpi))
		ink := uint8(rng.IntN(140))
		for y := -int(r); y <= int(r); y++ {
			for x := -int(r); x <= int(r); x++ {
				if float64(x*x+y*y) <= r*r && cx+x >= 0 && cx+x < p.w && cy+y >= 0 && cy+y < p.h {
					p.pix[(cy+y)*p.w+cx+x] = ink
				}
			}
		}
	}
}

// grain adds noise. It is drawn once and laid down at a random place in every
// line, as drawing it anew for every pixel would take most of the time.
func (p plane) grain(rng *rand.Rand, deviation float64) {
	if deviation == 0 {
		return
	}
	noise := make([]int16, 1<<15)
	for i := range noise {
		noise[i] = int16(math.Round(rng.NormFloat64() * deviation))
	}
	for y := range p.h {
		from := rng.IntN(len(noise))
		line := p.pix[y*p.w : (y+1)*p.w]
		for x := range line {
			line[x] = uint8(min(max(int16(line[x])+noise[(from+x)&(1<<15-1)], 0), 255))
		}
	}
}

func (p plane) threshold(limit uint8) {
	for i, v := range p.pix {
		p.pix[i] = 0
		if v > limit {
			p.pix[i] = 255
		}
	}
}

// turn lays the page so that it takes the given clockwise degrees to make it
// upright again.
func (p plane) turn(degrees int) plane {
	if degrees == 0 {
		return p
	}
	out := plane{p.w, p.h, make([]uint8, len(p.pix))}
	if degrees != 180 {
		out.w, out.h = p.h, p.w
	}
	for y := range p.h {
		line := p.pix[y*p.w : (y+1)*p.w]
		for x, v := range line {
			switch degrees {
			case 90:
				out.pix[(p.w-1-x)*out.w+y] = v
			case 180:
				out.pix[(p.h-1-y)*out.w+p.w-1-x] = v
			default:
				out.pix[x*out.w+p.h-1-y] = v
			}
		}
	}
	return out
}

// compressed sends the page through a JPEG.
func compressed(img image.Image, quality int) image.Image {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic("drawn: " + err.Error())
	}
	back, err := jpeg.Decode(&b)
	if err != nil {
		panic("drawn: " + err.Error())
	}
	ycc, ok := back.(*image.YCbCr)
	if !ok {
		return back // gray stays gray
	}
	out := image.NewRGBA(ycc.Rect)
	draw.Draw(out, out.Rect, ycc, ycc.Rect.Min, draw.Src)
	return out
}
