package marks

import (
	"image"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// Found is what the marks of a page say.
type Found struct {
	Code Code     // zero where neither QR code could be read
	At   [4]Point // the corner marks, top left first and clockwise
}

// Known reports whether a code was read, and with it the page's layout.
func (f Found) Known() bool { return f.Code.Page > 0 }

// Read reads the codes of a page whose corners were found, in its pixels. Where
// no code can be read the page is still known to be one of ours, and which way
// up it is.
func Read(g *image.Gray, c Corners) Found {
	likely := c.upright(g)
	read := func(n int, l Layout, by func(s sampler, at image.Rectangle) (Code, bool)) (Found, bool) {
		for _, at := range l.Codes() {
			code, ok := by(sampler{g, l.Place(c.turned(n))}, at)
			if ok && code.Layout.Paper == l.Paper && code.Layout.Landscape == l.Landscape {
				return Found{code, c.turned(n)}, true
			}
		}
		return Found{}, false
	}
	for i := range 4 {
		n := (likely + i) % 4
		for _, l := range c.shapes(n) {
			if f, ok := read(n, l, sampler.known); ok {
				return f
			}
		}
	}
	// The paper may be bent where the code is.
	if f, ok := read(likely, c.shapes(likely)[0], sampler.sought); ok {
		return f
	}
	return Found{At: c.turned(likely)}
}

// upright is the corner that is likeliest the top left: the one with a block
// below it; where none has, the one whose mark is missing too.
func (c Corners) upright(g *image.Gray) int {
	const plain = 0.3 // of the paper's level, by which a block is darker for certain
	best, darkest := 0, 0.0
	for n := range 4 {
		l := c.shapes(n)[0]
		place := l.Place(c.turned(n))
		s := sampler{g, place}
		block, paper := 0.0, 0.0
		for i := range 5 {
			for j := range 5 {
				r := l.Sign()
				block += s.grey(float64(r.Min.X)+1+float64(i)*2, float64(r.Min.Y)+1+float64(j)*2)
			}
			x, y := float64(l.Sign().Max.X)+3, float64(l.Sign().Min.Y)+1+float64(i)*2
			paper += 5 * s.grey(x, y)
		}
		if d := (paper - block) / max(1, paper); d > darkest {
			best, darkest = n, d
		}
	}
	if darkest < plain && c.Missing >= 0 {
		return c.Missing
	}
	return best
}

// sampler looks at a picture by places on the paper.
type sampler struct {
	g     *image.Gray
	place Place
}

// grey is how light the picture is at a place, between its pixels; white
// outside.
func (s sampler) grey(x, y float64) float64 {
	p := s.place.At(x, y)
	px, py := p.X-0.5, p.Y-0.5
	b := s.g.Rect
	if px < 0 || py < 0 || px >= float64(b.Dx()-1) || py >= float64(b.Dy()-1) {
		return 255
	}
	ix, iy := int(px), int(py)
	fx, fy := px-float64(ix), py-float64(iy)
	pix := s.g.Pix[iy*s.g.Stride+ix:]
	top := float64(pix[0])*(1-fx) + float64(pix[1])*fx
	bottom := float64(pix[s.g.Stride])*(1-fx) + float64(pix[s.g.Stride+1])*fx
	return top*(1-fy) + bottom*fy
}

// Versions of QR codes that sheets carry: the first that holds the text.
const (
	firstVersion = 3
	lastVersion  = 8
)

// known reads a code at a known place, module by module, which needs none of
// the patterns that QR readers look for. Thick ink makes modules dark, faint
// ink light, so several levels are tried.
func (s sampler) known(at image.Rectangle) (Code, bool) {
	const thick, faint = 0.3, 0.7 // of the way from the darkest module to the lightest, for such ink
	for version := firstVersion; version <= lastVersion; version++ {
		side := 17 + 4*version
		greys := s.modules(at, side)
		lightest, darkest := slices.Max(greys), slices.Min(greys)
		for _, share := range []float64{0.5, thick, faint} {
			level := darkest + share*(lightest-darkest)
			rows := make([][]bool, side)
			for y := range rows {
				rows[y] = make([]bool, side)
				for x := range rows[y] {
					rows[y][x] = greys[y*side+x] < level
				}
			}
			result, err := decoder.NewDecoder().DecodeBoolMapWithoutHint(rows)
			if err != nil {
				continue
			}
			if code, err := Parse(result.GetText()); err == nil {
				return code, true
			}
		}
	}
	return Code{}, false
}

// modules is how light the modules of a code are, row by row, at their middles.
func (s sampler) modules(at image.Rectangle, side int) []float64 {
	step := float64(at.Dx()) / float64(side)
	greys := make([]float64, side*side)
	for i := range greys {
		x, y := float64(at.Min.X)+(float64(i%side)+0.5)*step, float64(at.Min.Y)+(float64(i/side)+0.5)*step
		const off = 0.15
		for _, d := range [5][2]float64{{0, 0}, {-off, -off}, {off, -off}, {-off, off}, {off, off}} {
			greys[i] += s.grey(x+d[0]*step, y+d[1]*step) / 5
		}
	}
	return greys
}

// sought reads a code somewhere about its place, as QR readers do.
func (s sampler) sought(at image.Rectangle) (Code, bool) {
	bits, err := gozxing.NewBinaryBitmapFromImage(s.around(at))
	if err != nil {
		return Code{}, false
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return Code{}, false
	}
	code, err := Parse(result.GetText())
	return code, err == nil
}

// around is the picture of a code and of some paper around it, upright, four
// pixels to a hundredth of an inch.
func (s sampler) around(at image.Rectangle) *image.Gray {
	const fine = 4
	at = at.Inset(-10)
	out := image.NewGray(image.Rect(0, 0, at.Dx()*fine, at.Dy()*fine))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Pix[y*out.Stride+x] = uint8(s.grey(float64(at.Min.X)+float64(x)/fine, float64(at.Min.Y)+float64(y)/fine))
		}
	}
	return out
}
