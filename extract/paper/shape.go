package paper

import (
	"image"
	"math"
)

// point is a place on a picture, in pixels or in shares of its size.
type point struct{ x, y float64 }

// quad is the corners of a sheet in shares of the photo's width and height:
// top left, top right, bottom right, bottom left as the photo is held.
type quad [4]point

func (q quad) pixels(size image.Point) (p quad) {
	for i, c := range q {
		p[i] = point{c.x * float64(size.X), c.y * float64(size.Y)}
	}
	return p
}

func distance(a, b point) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

// width and height are the mean lengths of opposite sides in pixels.
func (q quad) width(size image.Point) float64 {
	p := q.pixels(size)
	return (distance(p[0], p[1]) + distance(p[3], p[2])) / 2
}

func (q quad) height(size image.Point) float64 {
	p := q.pixels(size)
	return (distance(p[0], p[3]) + distance(p[1], p[2])) / 2
}

// square reports whether all corners are right within the given degrees.
func (q quad) square(size image.Point, within float64) bool {
	p := q.pixels(size)
	for i := range p {
		a, b, c := p[(i+3)%4], p[i], p[(i+1)%4]
		angle := math.Atan2(a.y-b.y, a.x-b.x) - math.Atan2(c.y-b.y, c.x-b.x)
		off := math.Abs(math.Remainder(angle*180/math.Pi, 360))
		if math.Abs(off-90) > within {
			return false
		}
	}
	return true
}

// area is the share of the photo that the sheet covers.
func (q quad) area() float64 {
	sum := 0.0
	for i, a := range q {
		b := q[(i+1)%4]
		sum += a.x*b.y - b.x*a.y
	}
	return sum / 2
}

// shape is how a sheet lies in a photo: its corners, and how far each of its
// sides bends off the straight line between them.
type shape struct {
	corners quad
	toPhoto projection
	bends   [4]bend // top, right, bottom, left, in shares of the flat sheet
}

func newShape(q quad) shape { return shape{corners: q, toPhoto: projectionOf(q)} }

// bend is a side's deviation t(1−t)(a+bt) at share t along it.
type bend struct{ a, b float64 }

func (b bend) at(t float64) float64 { return t * (1 - t) * (b.a + b.b*t) }

// at maps shares of the flat sheet to shares of the photo. What lies between
// two bent sides bends as both, the nearer one more.
func (s shape) at(u, v float64) (float64, float64) {
	du := (1-u)*s.bends[3].at(v) + u*s.bends[1].at(v)
	dv := (1-v)*s.bends[0].at(u) + v*s.bends[2].at(u)
	return s.toPhoto.at(u+du, v+dv)
}

// projection is the homography from the unit square to a quad (Heckbert,
// Fundamentals of texture mapping and image warping, 1989).
type projection [8]float64

func projectionOf(q quad) projection {
	x1, x2, sx := q[1].x-q[2].x, q[3].x-q[2].x, q[0].x-q[1].x+q[2].x-q[3].x
	y1, y2, sy := q[1].y-q[2].y, q[3].y-q[2].y, q[0].y-q[1].y+q[2].y-q[3].y
	d := x1*y2 - x2*y1
	g, h := (sx*y2-x2*sy)/d, (x1*sy-sx*y1)/d
	return projection{
		q[1].x - q[0].x + g*q[1].x, q[3].x - q[0].x + h*q[3].x, q[0].x,
		q[1].y - q[0].y + g*q[1].y, q[3].y - q[0].y + h*q[3].y, q[0].y,
		g, h,
	}
}

func (p projection) at(u, v float64) (float64, float64) {
	d := p[6]*u + p[7]*v + 1
	return (p[0]*u + p[1]*v + p[2]) / d, (p[3]*u + p[4]*v + p[5]) / d
}
