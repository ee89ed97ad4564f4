package layout

import (
	"image"
	"math"
)

// Turned is a page turned upright: by quarters first, then by the small angle
// it leans. It knows the way back to the page as delivered.
type Turned struct {
	Image    *image.Gray
	Quarters int     // clockwise quarter turns that were applied, 0 to 3
	Lean     float64 // degrees clockwise by which the page leaned after that
	Photo    Photo   // the photo that the page was cut out of, nil if none
	w, h     int     // of the page as delivered
}

// Photo knows where a page lies in the picture that was delivered, in shares
// of the width and height of both.
type Photo interface {
	Back(u, v float64) (x, y float64)
}

// Turn turns a page by quarters clockwise and then straightens a clockwise
// lean of the given degrees about its middle. Corners that come in from
// outside are white.
func Turn(g *image.Gray, quarters int, lean float64) Turned {
	t := Turned{Quarters: ((quarters % 4) + 4) % 4, Lean: lean, w: g.Bounds().Dx(), h: g.Bounds().Dy()}
	t.Image = straighten(quarterTurns(g, t.Quarters), lean)
	return t
}

// Delivered gives the box on the page as delivered that holds r, in shares of
// its width and height: x0, y0, x1, y1.
func (t Turned) Delivered(r image.Rectangle) [4]float64 {
	box := [4]float64{1, 1, 0, 0}
	for _, p := range []image.Point{r.Min, r.Max, {r.Min.X, r.Max.Y}, {r.Max.X, r.Min.Y}} {
		x, y := t.Back(float64(p.X), float64(p.Y))
		if t.Photo != nil {
			x, y = t.Photo.Back(x, y)
		}
		box[0], box[1] = min(box[0], x), min(box[1], y)
		box[2], box[3] = max(box[2], x), max(box[3], y)
	}
	for i := range box {
		box[i] = min(1, max(0, box[i]))
	}
	return box
}

// Back maps a pixel of Image to shares of the page that was turned.
func (t Turned) Back(x, y float64) (float64, float64) {
	w, h := float64(t.Image.Bounds().Dx()), float64(t.Image.Bounds().Dy())
	sin, cos := math.Sincos(t.Lean * math.Pi / 180)
	x, y = x-w/2, y-h/2
	x, y = (x*cos-y*sin+w/2)/w, (x*sin+y*cos+h/2)/h
	switch t.Quarters {
	case 1:
		return y, 1 - x
	case 2:
		return 1 - x, 1 - y
	case 3:
		return 1 - y, x
	}
	return x, y
}

// From maps a place on the page that was turned, in shares of its width and
// height, to a pixel of Image.
func (t Turned) From(x, y float64) (float64, float64) {
	switch t.Quarters {
	case 1:
		x, y = 1-y, x
	case 2:
		x, y = 1-x, 1-y
	case 3:
		x, y = y, 1-x
	}
	w, h := float64(t.Image.Bounds().Dx()), float64(t.Image.Bounds().Dy())
	sin, cos := math.Sincos(t.Lean * math.Pi / 180)
	x, y = x*w-w/2, y*h-h/2
	return x*cos + y*sin + w/2, -x*sin + y*cos + h/2
}

// Quarters is the order in which to try clockwise quarter turns for a page to be upright,
// as its letters lie to each other, looking no further than reach. The letters of a line are
// closer to each other than lines are (O'Gorman, The document spectrum for page
// layout analysis, 1993), and they stand on it: more of them differ at their tops than
// at their feet.
func Quarters(letters []image.Rectangle, reach int) []int {
	lie := liesOf(letters, reach)
	order := []int{0, 2, 1, 3}
	if lie.above > lie.beside {
		order = []int{1, 3, 0, 2}
	}
	if at := lie.feet[order[0]]; float64(lie.feet[order[1]]) > surely*float64(at) {
		order[0], order[1] = order[1], order[0]
	}
	return order
}

// surely is by how much more pairs of letters must stand the other way. Block letters
// and figures say nothing.
const surely = 1.3

// lies counts how letters lie to their nearest neighbours.
type lies struct {
	beside, above int    // which is nearer
	feet          [4]int // pairs that stand on one line, for each quarter turn that would make that line the lower one
}

func liesOf(letters []image.Rectangle, reach int) (lie lies) {
	var all image.Rectangle
	for _, l := range letters {
		all = all.Union(l)
	}
	w, h := all.Dx()/reach+1, all.Dy()/reach+1
	near := make([][]image.Rectangle, w*h) // the letters of each square of the page
	square := func(l image.Rectangle) (x, y int) {
		at := l.Min.Add(l.Max).Div(2).Sub(all.Min)
		return at.X / reach, at.Y / reach
	}
	for _, l := range letters {
		x, y := square(l)
		near[y*w+x] = append(near[y*w+x], l)
	}
	for _, l := range letters {
		across, down := reach, reach
		var beside, above image.Rectangle // the nearest
		cx, cy := square(l)
		for y := max(0, cy-1); y <= min(h-1, cy+1); y++ {
			for x := max(0, cx-1); x <= min(w-1, cx+1); x++ {
				for _, o := range near[y*w+x] {
					dx, dy := max(o.Min.X-l.Max.X, l.Min.X-o.Max.X), max(o.Min.Y-l.Max.Y, l.Min.Y-o.Max.Y)
					switch {
					case dx >= 0 && dx < across && -2*dy > min(l.Dy(), o.Dy()):
						across, beside = dx, o
					case dy >= 0 && dy < down && -2*dx > min(l.Dx(), o.Dx()):
						down, above = dy, o
					}
				}
			}
		}
		switch {
		case across < down:
			lie.beside++
			lie.stand(2, 0, l.Min.Y-beside.Min.Y, l.Max.Y-beside.Max.Y, max(l.Dy(), beside.Dy()))
		case down < across:
			lie.above++
			lie.stand(3, 1, l.Min.X-above.Min.X, l.Max.X-above.Max.X, max(l.Dx(), above.Dx()))
		}
	}
	return lie
}

// stand counts a pair of letters that differ at one end only, by the given pixels: if the
// lower ends agree, it is upright after the second of two quarter turns.
func (c *lies) stand(low, high int, atLow, atHigh, size int) {
	near, far := max(1, size/12), size/6
	switch {
	case abs(atLow) <= near && abs(atHigh) > far:
		c.feet[low]++
	case abs(atHigh) <= near && abs(atLow) > far:
		c.feet[high]++
	}
}

func quarterTurns(g *image.Gray, quarters int) *image.Gray {
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	switch quarters {
	case 0:
		return g
	case 2:
		out := image.NewGray(image.Rect(0, 0, w, h))
		for y := range h {
			in, to := g.Pix[y*g.Stride:y*g.Stride+w], out.Pix[(h-1-y)*out.Stride:]
			for x, v := range in {
				to[w-1-x] = v
			}
		}
		return out
	}
	out := image.NewGray(image.Rect(0, 0, h, w))
	const tile = 64
	for y0 := 0; y0 < h; y0 += tile {
		for x0 := 0; x0 < w; x0 += tile {
			for y := y0; y < min(y0+tile, h); y++ {
				for x := x0; x < min(x0+tile, w); x++ {
					if v := g.Pix[y*g.Stride+x]; quarters == 1 {
						out.Pix[x*out.Stride+h-1-y] = v
					} else {
						out.Pix[(w-1-x)*out.Stride+y] = v
					}
				}
			}
		}
	}
	return out
}

// straighten turns g counter-clockwise by degrees about its middle, sampling
// between pixels.
func straighten(g *image.Gray, degrees float64) *image.Gray {
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	if math.Abs(degrees)*math.Pi/180*float64(max(w, h)) < 1 { // under a pixel from end to end
		return g
	}
	const one = 1 << 16
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	dx, dy := int(cos*one), int(sin*one)
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		fx := (float64(-w)/2)*cos - (float64(y)-float64(h)/2)*sin + float64(w)/2
		fy := (float64(-w)/2)*sin + (float64(y)-float64(h)/2)*cos + float64(h)/2
		sx, sy := int(fx*one), int(fy*one)
		row := out.Pix[y*out.Stride : y*out.Stride+w]
		for x := range row {
			ix, iy := sx>>16, sy>>16
			if uint(ix) >= uint(w-1) || uint(iy) >= uint(h-1) {
				row[x] = 255
			} else {
				at := iy*g.Stride + ix
				p, q := g.Pix[at:at+2], g.Pix[at+g.Stride:at+g.Stride+2]
				a, b := uint32(sx>>8)&0xff, uint32(sy>>8)&0xff
				top := uint32(p[0])<<8 + a*(uint32(p[1])-uint32(p[0]))
				bottom := uint32(q[0])<<8 + a*(uint32(q[1])-uint32(q[0]))
				row[x] = uint8((top<<8 + b*(bottom-top)) >> 16)
			}
			sx += dx
			sy += dy
		}
	}
	return out
}
