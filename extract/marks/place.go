package marks

import "math"

// Place takes places on the paper to pixels of a scan: what is straight stays
// straight.
type Place struct{ m [9]float64 }

// At is where a place on the paper is on the scan.
func (p Place) At(x, y float64) Point {
	m := p.m
	w := m[6]*x + m[7]*y + m[8]
	return Point{(m[0]*x + m[1]*y + m[2]) / w, (m[3]*x + m[4]*y + m[5]) / w}
}

// Place fits a page's corner marks to where they are on a scan, top left first
// and clockwise.
func (l Layout) Place(scan [4]Point) Place {
	paper := l.Corners()
	// Heckbert, Fundamentals of texture mapping and image warping, 1989: the
	// rectangle's shares of width and height go to the four points.
	x0, x1, x2, x3 := scan[0].X, scan[1].X, scan[2].X, scan[3].X
	y0, y1, y2, y3 := scan[0].Y, scan[1].Y, scan[2].Y, scan[3].Y
	dx1, dx2, sx := x1-x2, x3-x2, x0-x1+x2-x3
	dy1, dy2, sy := y1-y2, y3-y2, y0-y1+y2-y3
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	a, b, c := x1-x0+g*x1, x3-x0+h*x3, x0
	d, e, f := y1-y0+g*y1, y3-y0+h*y3, y0
	// The paper's hundredths of an inch to those shares.
	w, tall := float64(paper[2].X-paper[0].X), float64(paper[2].Y-paper[0].Y)
	ox, oy := float64(paper[0].X), float64(paper[0].Y)
	return Place{[9]float64{
		a / w, b / tall, c - a*ox/w - b*oy/tall,
		d / w, e / tall, f - d*ox/w - e*oy/tall,
		g / w, h / tall, 1 - g*ox/w - h*oy/tall,
	}}
}

// turned is the corners when the one at n is taken for the top left.
func (c Corners) turned(n int) [4]Point {
	var at [4]Point
	for i := range at {
		at[i] = c.At[(i+n)%4]
	}
	return at
}

// shapes are the layouts that a page with its first corner at n may have: paper
// and turn, likeliest first.
func (c Corners) shapes(n int) []Layout {
	at := c.turned(n)
	w := math.Hypot(at[1].X-at[0].X, at[1].Y-at[0].Y)
	h := math.Hypot(at[3].X-at[0].X, at[3].Y-at[0].Y)
	letter, a4 := Layout{Paper: Letter, Landscape: w > h}, Layout{Paper: A4, Landscape: w > h}
	off := func(l Layout) float64 {
		lw, lh := l.Size()
		return math.Abs(math.Log(w / h * float64(lh-2*inset) / float64(lw-2*inset)))
	}
	if off(a4) < off(letter) {
		return []Layout{a4, letter}
	}
	return []Layout{letter, a4}
}
