package drawn

import (
	"embed"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The handwriting fonts are under the SIL Open Font License; each lies beside
// its licence.
//
//go:embed testdata/*.ttf
var fontFiles embed.FS

// hands are the fonts people write in, scripts those they sign in.
var (
	hands   = []string{"kalam", "nothing-you-could-do", "reenie-beanie", "cedarville-cursive"}
	scripts = []string{"cedarville-cursive", "nothing-you-could-do", "reenie-beanie"}
)

// canvas is a sheet of paper one can write on.
type canvas struct {
	img   *image.RGBA
	fonts map[string]*opentype.Font
	faces map[faceKey]font.Face
}

type faceKey struct {
	name string
	size int // pixels per em
}

type face = font.Face

type point struct{ x, y float64 }

func newCanvas(w, h int) *canvas {
	c := &canvas{
		img:   image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1))),
		fonts: map[string]*opentype.Font{},
		faces: map[faceKey]font.Face{},
	}
	draw.Draw(c.img, c.img.Rect, image.White, image.Point{}, draw.Src)
	return c
}

// face gives a font at a size in pixels per em.
func (c *canvas) face(name string, size float64) font.Face {
	key := faceKey{name, max(int(size+.5), 4)}
	if f, ok := c.faces[key]; ok {
		return f
	}
	parsed, ok := c.fonts[name]
	if !ok {
		var err error
		if parsed, err = opentype.Parse(fontData(name)); err != nil {
			panic("drawn: font " + name + ": " + err.Error())
		}
		c.fonts[name] = parsed
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(key.size), DPI: 72})
	if err != nil {
		panic("drawn: font " + name + ": " + err.Error())
	}
	c.faces[key] = f
	return f
}

func fontData(name string) []byte {
	switch name {
	case "regular":
		return goregular.TTF
	case "bold":
		return gobold.TTF
	case "italic":
		return goitalic.TTF
	case "mono":
		return gomono.TTF
	}
	data, err := fontFiles.ReadFile("testdata/" + name + ".ttf")
	if err != nil {
		panic("drawn: " + err.Error())
	}
	return data
}

// measure gives the width of a text in pixels.
func (c *canvas) measure(f font.Face, s string) float64 {
	return float64(font.MeasureString(f, s)) / 64
}

// print writes a text with its baseline at y and gives the x where it ends.
func (c *canvas) print(f font.Face, ink color.Color, x, y float64, s string) float64 {
	dr := font.Drawer{Dst: c.img, Src: image.NewUniform(ink), Face: f, Dot: at(x, y)}
	dr.DrawString(s)
	return float64(dr.Dot.X) / 64
}

// write writes as a hand does: letters dance a little around the baseline,
// which climbs by slope pixels per pixel.
func (c *canvas) write(rng *rand.Rand, f font.Face, ink color.Color, x, y, slope float64, s string) {
	wobble := float64(f.Metrics().XHeight) / 64 * .08
	x0 := x
	for _, r := range s {
		dr := font.Drawer{Dst: c.img, Src: image.NewUniform(ink), Face: f}
		dr.Dot = at(x, y+(x-x0)*slope+rng.NormFloat64()*wobble)
		dr.DrawString(string(r))
		x += c.measure(f, string(r)) * (1 + rng.NormFloat64()*.03)
	}
}

// wrap breaks a text into lines no wider than width.
func (c *canvas) wrap(f font.Face, s string, width float64) []string {
	var lines []string
	for _, word := range strings.Fields(s) {
		if n := len(lines); n > 0 && c.measure(f, lines[n-1]+" "+word) <= width {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}

// fill fills a rectangle.
func (c *canvas) fill(x0, y0, x1, y1 float64, ink color.Color) {
	r := image.Rect(round(x0), round(y0), round(x1), round(y1))
	draw.Draw(c.img, r, image.NewUniform(ink), image.Point{}, draw.Over)
}

// stroke draws a line of the given width through points.
func (c *canvas) stroke(points []point, width float64, ink color.Color) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range points {
		x0, y0, x1, y1 = min(x0, p.x), min(y0, p.y), max(x1, p.x), max(y1, p.y)
	}
	r := image.Rect(int(x0-width)-1, int(y0-width)-1, int(x1+width)+2, int(y1+width)+2)
	if len(points) < 2 || r.Intersect(c.img.Rect).Empty() {
		return
	}
	z := vector.NewRasterizer(r.Dx(), r.Dy())
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		dx, dy := b.x-a.x, b.y-a.y
		l := math.Hypot(dx, dy)
		if l == 0 {
			continue
		}
		// All pieces wind the same way, so that where they overlap they add up.
		nx, ny, ex, ey := -dy/l*width/2, dx/l*width/2, dx/l*width/3, dy/l*width/3
		to := func(move func(x, y float32), x, y float64) {
			move(float32(x)-float32(r.Min.X), float32(y)-float32(r.Min.Y))
		}
		to(z.MoveTo, a.x-ex+nx, a.y-ey+ny)
		to(z.LineTo, b.x+ex+nx, b.y+ey+ny)
		to(z.LineTo, b.x+ex-nx, b.y+ey-ny)
		to(z.LineTo, a.x-ex-nx, a.y-ey-ny)
		z.ClosePath()
	}
	z.Draw(c.img, r, image.NewUniform(ink), image.Point{})
}

// spline makes a smooth line through points (Catmull-Rom).
func spline(points []point) []point {
	if len(points) < 3 {
		return points
	}
	var out []point
	get := func(i int) point { return points[min(max(i, 0), len(points)-1)] }
	for i := range len(points) - 1 {
		p0, p1, p2, p3 := get(i-1), get(i), get(i+1), get(i+2)
		const steps = 8
		for s := range steps {
			t := float64(s) / steps
			blend := func(a, b, c, d float64) float64 {
				return .5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
			}
			out = append(out, point{blend(p0.x, p1.x, p2.x, p3.x), blend(p0.y, p1.y, p2.y, p3.y)})
		}
	}
	return append(out, points[len(points)-1])
}

func at(x, y float64) fixed.Point26_6 {
	return fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
}

func round(v float64) int { return int(math.Floor(v + .5)) }

func gray(v uint8) color.Color { return color.RGBA{v, v, v, 255} }
