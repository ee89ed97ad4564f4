package drawn

import (
	"image"
	"image/draw"
	"math"
	"math/rand/v2"
)

// Photo says how somebody took a picture of a page that lies on a desk.
type Photo struct {
	Seed     uint64
	Desk     Desk
	Corners  [4][2]float64 // of the page in shares of the picture: top left, top right, bottom right, bottom left
	Shadow   float64       // how much darker it is where a head or a hand is in the light, 0 to 1
	Lamp     float64       // how much darker it is in the corner far from the lamp, 0 to 1
	Curl     float64       // how far the middle of the page's top and bottom hangs down, in heights of the page
	Noise    float64       // standard deviation, in gray levels
	Portrait image.Point   // size of the picture in pixels
}

// Desk is what a page lies on.
type Desk string

const (
	Plain Desk = "plain"
	Wood  Desk = "wood"  // streaks that lie
	Cloth Desk = "cloth" // a weave with stripes
)

// Taken is the photo of a sheet. Only the boxes of its rows are those of the
// photo; the sheet is one that is not turned.
func Taken(s Sheet, o Photo) Sheet {
	rng := rand.New(rand.NewPCG(o.Seed, 0xf070))
	page := split(toRGBA(s.Image), false)[0]
	w, h := o.Portrait.X, o.Portrait.Y
	to := quadTo(o.Corners)
	from := to.inverted()
	hang := func(u, v float64) float64 { return v + 4*o.Curl*u*(1-u) }
	rough := noiseField(rng)
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			px, py := (float64(x)+.5)/float64(w), (float64(y)+.5)/float64(h)
			u, v := from.at(px, py)
			v -= 4 * o.Curl * u * (1 - u)
			level := 0.0
			if u >= 0 && v >= 0 && u < 1 && v < 1 {
				level = page.near(u, v)
			} else {
				level = o.Desk.level(float64(x), float64(y), rough)
			}
			level *= 1 - o.Lamp*math.Hypot(px, py)/1.5
			level *= 1 - o.Shadow/(1+math.Exp(-60*(px+py/2-.8)))
			out.Pix[y*out.Stride+x] = uint8(min(255, max(0, level+rng.NormFloat64()*o.Noise)))
		}
	}
	size := s.Image.Bounds().Size()
	rows := make([]Row, len(s.Rows))
	for i, r := range s.Rows {
		rows[i] = r
		box := image.Rectangle{}
		for _, c := range [4]image.Point{r.Box.Min, {X: r.Box.Max.X, Y: r.Box.Min.Y}, r.Box.Max, {X: r.Box.Min.X, Y: r.Box.Max.Y}} {
			u, v := float64(c.X)/float64(size.X), float64(c.Y)/float64(size.Y)
			x, y := to.at(u, hang(u, v))
			at := image.Pt(int(x*float64(w)), int(y*float64(h)))
			box = box.Union(image.Rectangle{Min: at, Max: at.Add(image.Pt(1, 1))})
		}
		rows[i].Box = box
	}
	s.Image, s.Rows = out, rows
	return s
}

func toRGBA(m image.Image) *image.RGBA {
	out := image.NewRGBA(m.Bounds())
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out
}

// near is the level at shares of the plane's width and height, mixed of the
// four pixels around.
func (p plane) near(u, v float64) float64 {
	x, y := min(u*float64(p.w), float64(p.w)-1.001), min(v*float64(p.h), float64(p.h)-1.001)
	ix, iy := int(x), int(y)
	fx, fy := x-float64(ix), y-float64(iy)
	q := p.pix[iy*p.w+ix:]
	return (float64(q[0])*(1-fx)+float64(q[1])*fx)*(1-fy) + (float64(q[p.w])*(1-fx)+float64(q[p.w+1])*fx)*fy
}

// level is how light the desk is at a pixel.
func (d Desk) level(x, y float64, rough [256]float64) float64 {
	at := func(t float64) float64 { // between −1 and 1, without a step
		i := math.Floor(t)
		f := t - i
		f = f * f * (3 - 2*f)
		return rough[int(i)&255]*(1-f) + rough[(int(i)+1)&255]*f
	}
	switch d {
	case Wood:
		bent := y + 30*at(x/400)
		return 105 + 18*at(bent/7) + 14*at(bent/19) + 12*math.Sin(bent/23)
	case Cloth:
		t := 12 * math.Sin(x/4.1) * math.Sin(y/4.3)
		if int(x/190)%2 == 0 {
			t -= 22
		}
		if int(y/190)%2 == 0 {
			t -= 22
		}
		return 120 + t
	}
	return 90 + 5*at(x/300)
}

func noiseField(rng *rand.Rand) (v [256]float64) {
	for i := range v {
		v[i] = rng.Float64()*2 - 1
	}
	return v
}

// homography maps one plane to another, all lines staying straight.
type homography [9]float64

func (m homography) at(u, v float64) (x, y float64) {
	d := m[6]*u + m[7]*v + m[8]
	return (m[0]*u + m[1]*v + m[2]) / d, (m[3]*u + m[4]*v + m[5]) / d
}

// quadTo maps the unit square to four corners.
func quadTo(c [4][2]float64) homography {
	x1, x2, sx := c[1][0]-c[2][0], c[3][0]-c[2][0], c[0][0]-c[1][0]+c[2][0]-c[3][0]
	y1, y2, sy := c[1][1]-c[2][1], c[3][1]-c[2][1], c[0][1]-c[1][1]+c[2][1]-c[3][1]
	d := x1*y2 - x2*y1
	g, h := (sx*y2-x2*sy)/d, (x1*sy-sx*y1)/d
	return homography{
		c[1][0] - c[0][0] + g*c[1][0], c[3][0] - c[0][0] + h*c[3][0], c[0][0],
		c[1][1] - c[0][1] + g*c[1][1], c[3][1] - c[0][1] + h*c[3][1], c[0][1],
		g, h, 1,
	}
}

func (m homography) inverted() homography {
	a, b, c, d, e, f, g, h, i := m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]
	return homography{e*i - f*h, c*h - b*i, b*f - c*e, f*g - d*i, a*i - c*g, c*d - a*f, d*h - e*g, b*g - a*h, a*e - b*d}
}
