// Package paper makes of a picture a page that can be trusted: it finds the
// sheet in a photo, lays it flat and lights it evenly, and turns white print
// on dark bands over. A gray picture enters; one that looks like a scan
// leaves, with the way back to the picture as delivered. What comes from a
// scanner leaves as it came.
package paper

import (
	"image"
	"math"

	"countersign/extract/layout"
)

// Page is a picture of a page, flat and dark on white.
type Page struct {
	Image *image.Gray
	DPI   float64
	Photo *Sheet // where the page was cut out of a photo
}

// Prepare makes a page of a picture. Most are pages already and come back as
// they are.
func Prepare(g *image.Gray, dpi float64) Page {
	if negative(g) {
		g = inverted(g)
	}
	if s := Find(g, dpi); s != nil {
		return Page{even(turnBands(s.Image, s.DPI), s.DPI), s.DPI, s}
	}
	p := Page{Image: turnBands(g, dpi), DPI: dpi}
	if size := g.Rect.Size(); dpi < coarsest && float64(size.X)*float64(size.Y)*(enough/dpi)*(enough/dpi) < mostPixels {
		p.Image, p.DPI = layout.Enlarge(p.Image, enough/dpi), enough
	}
	return p
}

const (
	coarsest = 180.0 // dots per inch below which a page is enlarged
	enough   = 200.0 // to which; print and hands were learned at this resolution

	mostPixels = 16e6 // of an enlarged page: 20 inches square; posters stay as they are
)

// Sheet is a page cut out of a photo.
type Sheet struct {
	Image *image.Gray
	DPI   float64 // of Image, from the size of the paper
	Cut   bool    // an edge of the sheet is outside the photo
	shape shape
}

// Back maps shares of the flat sheet's width and height to shares of the
// photo's.
func (s *Sheet) Back(u, v float64) (float64, float64) { return s.shape.at(u, v) }

// Find looks for a sheet of paper that lies on something darker, and lays it
// flat. It reports nil where the picture is the sheet, as a scan is.
// Resolution is in pixels per inch of the picture, as far as that is known.
func Find(g *image.Gray, dpi float64) *Sheet {
	if scanned(g) {
		return nil
	}
	rough, ok := find(g)
	if !ok {
		return nil
	}
	exact := refine(g, rough)
	if isScan(exact.corners, g.Rect.Size(), dpi) {
		return nil
	}
	return flatten(g, exact, rough.cut)
}

// scanned reports whether the picture is black and white alone, as faxes are
// and photos never.
func scanned(g *image.Gray) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for y := h / 16; y < h; y += max(1, h/16) {
		for _, v := range g.Pix[y*g.Stride : y*g.Stride+w] {
			if v > 40 && v < 215 {
				return false
			}
		}
	}
	return true
}

// papers are the sizes that sheets have, in inches, standing.
var papers = [...]struct{ w, h float64 }{{8.5, 11}, {8.27, 11.69}, {8.5, 14}, {11, 17}}

// isScan reports whether a sheet with the given outline was scanned. The
// scanner's picture has the size of a sheet, or shows one of its true size
// with its corners square; photos have neither.
func isScan(o quad, size image.Point, dpi float64) bool {
	const (
		near    = 0.015 // cameras' 3:4 is 3 % off a letter sheet
		degrees = 0.6   // from a right angle: a scanner's corners
	)
	square := o.square(size, degrees)
	return square && (isPaper(float64(size.X)/dpi, float64(size.Y)/dpi, near) || isPaper(o.width(size)/dpi, o.height(size)/dpi, 2*near))
}

func isPaper(w, h, near float64) bool {
	w, h = min(w, h), max(w, h)
	for _, p := range papers {
		if math.Abs(w/p.w-1) < near && math.Abs(h/p.h-1) < near {
			return true
		}
	}
	return false
}

// sizeOf is the sheet, in inches, whose proportions are nearest to those of
// the outline; of those that are like no sheet's, the longer side is 11 inches.
func sizeOf(o quad, size image.Point) (w, h float64) {
	const (
		like    = 0.08 // keystone alone makes proportions uncertain by some 5 %
		unknown = 11.0 // inches: the longer side of what is like no sheet
	)
	w, h = o.width(size), o.height(size)
	ratio := max(w, h) / min(w, h)
	best := math.Inf(1)
	long := unknown
	for _, p := range papers {
		if d := math.Abs(math.Log(ratio * p.w / p.h)); d < min(best, like) {
			best, long, ratio = d, p.h, p.h/p.w
			break // legal and tabloid are far from letter and A4
		}
	}
	if w > h {
		return long, long / ratio
	}
	return long / ratio, long
}

// leastSize is the size, in inches, of what is seen of a sheet that is cut off
// at one side. The two sides beside that one say nothing; the third is the
// short side of a letter sheet, or its long side where more would be missing
// than seen.
func leastSize(o quad, size image.Point, cut int) (w, h float64) {
	const squat = 0.8 // of the whole side, seen of those that are cut: with less, the whole one is the long one
	w, h = o.width(size), o.height(size)
	whole, part := w, h
	if cut%2 == 1 {
		whole, part = h, w
	}
	inches := papers[0].w
	if part < squat*whole {
		inches = papers[0].h
	}
	return w * inches / whole, h * inches / whole
}

// finest is the resolution of flat sheets; hands are read no better above it.
const finest = 300.0

// flatten lays the sheet flat.
func flatten(g *image.Gray, s shape, cut int) *Sheet {
	const muchFiner = 1.5 // times finest: such photos are shrunk first, for warp looks at four pixels only
	size := g.Rect.Size()
	w, h := sizeOf(s.corners, size)
	if cut >= 0 {
		w, h = leastSize(s.corners, size, cut)
	}
	dpi := max(s.corners.width(size)/w, s.corners.height(size)/h)
	if dpi > muchFiner*finest {
		scale := finest / dpi
		g, dpi = layout.Shrink(g, scale), finest
	}
	dpi = max(min(dpi, finest), enough)
	out := image.NewGray(image.Rect(0, 0, int(w*dpi), int(h*dpi)))
	warp(out, g, s)
	return &Sheet{Image: out, DPI: dpi, Cut: cut >= 0, shape: s}
}

// warp fills out with the sheet. The way to the photo is walked exactly at
// every sixteenth pixel and straight between.
func warp(out, g *image.Gray, s shape) {
	const step = 16
	w, h := out.Rect.Dx(), out.Rect.Dy()
	across := (w+step-1)/step + 1
	knots := func(y int) []point {
		row := make([]point, across)
		for i := range row {
			u, v := s.at((float64(i*step)+0.5)/float64(w), (float64(y)+0.5)/float64(h))
			row[i] = point{u*float64(g.Rect.Dx()) - 0.5, v*float64(g.Rect.Dy()) - 0.5}
		}
		return row
	}
	above := knots(0)
	for y0 := 0; y0 < h; y0 += step {
		below := knots(y0 + step)
		for y := y0; y < min(h, y0+step); y++ {
			t := float64(y-y0) / step
			for x0 := 0; x0 < w; x0 += step {
				i := x0 / step
				a, b := between(above[i], below[i], t), between(above[i+1], below[i+1], t)
				sampleAlong(out.Pix[y*out.Stride+x0:y*out.Stride+min(w, x0+step)], g, a, point{(b.x - a.x) / step, (b.y - a.y) / step})
			}
		}
		above = below
	}
}

func between(a, b point, t float64) point { return point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t} }

// sampleAlong fills row from g, starting at a place and going on by a step,
// each pixel mixed of the four around it. Outside g it is white.
func sampleAlong(row []uint8, g *image.Gray, at, step point) {
	const one = 1 << 16
	w, h := g.Rect.Dx(), g.Rect.Dy()
	x, y, dx, dy := int(at.x*one), int(at.y*one), int(step.x*one), int(step.y*one)
	for i := range row {
		ix, iy := x>>16, y>>16
		if ix < 0 || iy < 0 || ix >= w-1 || iy >= h-1 {
			row[i] = 255
		} else {
			p := g.Pix[iy*g.Stride+ix:]
			a, b := (x>>8)&0xff, (y>>8)&0xff
			top := int(p[0])*(256-a) + int(p[1])*a
			bottom := int(p[g.Stride])*(256-a) + int(p[g.Stride+1])*a
			row[i] = uint8((top*(256-b) + bottom*b) >> 16)
		}
		x, y = x+dx, y+dy
	}
}
