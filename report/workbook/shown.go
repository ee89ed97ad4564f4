package workbook

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg"
	"image/png"

	pages "countersign/extract/layout"
)

// A workbook shows pictures of lines some 400 pixels wide, and they are kept three times as
// wide, grain of the paper and all: 6,000 lines took 95 MB. What goes into the workbook
// is twice as wide as it is shown, for print and for a closer look, with paper that is white
// and sixteen greys: a fifth of the size, and as legible.

const (
	detail     = 2       // pixels of a picture for one that is shown
	greys      = 16      // of four bits
	mostPixels = 4 << 20 // of a picture that is decoded
)

// smaller is a picture as a workbook holds it, so many pixels wide, and what its kind is
// called in file names. It is the picture itself where that takes less room.
func (p *painter) smaller(data []byte, width int) ([]byte, string) {
	g, err := paperWhite(data, width)
	if err != nil {
		return data, "jpeg"
	}
	few := image.NewPaletted(g.Bounds(), make(color.Palette, greys))
	for i := range few.Palette {
		few.Palette[i] = color.Gray{Y: uint8(i * 255 / (greys - 1))}
	}
	for i, v := range g.Pix {
		few.Pix[i] = uint8((int(v)*(greys-1) + 127) / 255)
	}
	var out bytes.Buffer
	encoder := png.Encoder{BufferPool: p}
	if err := encoder.Encode(&out, few); err != nil || out.Len() >= len(data) {
		return data, "jpeg"
	}
	return out.Bytes(), "png"
}

// painter keeps what compressing a picture takes, nearly a megabyte, for the next one.
type painter struct{ buffer *png.EncoderBuffer }

// Get is for png.Encoder, as is Put.
func (p *painter) Get() *png.EncoderBuffer {
	b := p.buffer
	p.buffer = nil
	return b
}

// Put takes back what Get gave.
func (p *painter) Put(b *png.EncoderBuffer) { p.buffer = b }

// paperWhite is a picture in grey, at most so many pixels wide, whose paper is white.
func paperWhite(data []byte, width int) (*image.Gray, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > mostPixels/config.Height {
		return nil, image.ErrFormat
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	g := image.NewGray(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(g, g.Bounds(), m, m.Bounds().Min, draw.Src)
	g = pages.Shrink(g, min(1, float64(width)/float64(g.Bounds().Dx())))
	whiten(g)
	return g, nil
}

// whiten makes the paper white: its most frequent level, and the grain below that. What is
// darker keeps its share of the paper's light, as pencil does.
func whiten(g *image.Gray) {
	var n [256]int
	for _, v := range g.Pix {
		n[v]++
	}
	const dark = 128 // paper is lighter
	paper := 255
	for v := 255; v >= dark; v-- {
		if n[v] > n[paper] {
			paper = v
		}
	}
	lighter := 0
	for v := paper; v <= 255; v++ {
		lighter += n[v]
	}
	grain, seen := 0, 0 // its standard deviation, from the side on which there is no ink
	for v := paper; v <= 255 && seen*100 < lighter*68; v++ {
		seen += n[v]
		grain++
	}
	white := max(paper-2*grain, 1)
	for i, v := range g.Pix {
		g.Pix[i] = uint8(min(255, int(v)*255/white))
	}
}

// sight is how light a picture is, square by square: what two pictures of one thing have in
// common however they are encoded.
type sight struct {
	width, height int // of the picture
	squares       []uint8
}

const (
	square  = 8  // pixels
	unalike = 20 // levels: a stroke across a square that another picture lacks makes more
)

// sightOf is the look of a picture that is at most so many pixels wide.
func sightOf(data []byte, width int) sight {
	g, err := paperWhite(data, width)
	if err != nil {
		return sight{}
	}
	l := sight{width: g.Bounds().Dx(), height: g.Bounds().Dy()}
	for y := 0; y < l.height; y += square {
		for x := 0; x < l.width; x += square {
			sum, n := 0, 0
			for v := y; v < min(y+square, l.height); v++ {
				for _, level := range g.Pix[v*g.Stride+x : v*g.Stride+min(x+square, l.width)] {
					sum, n = sum+int(level), n+1
				}
			}
			l.squares = append(l.squares, uint8(sum/n))
		}
	}
	return l
}

// whole says whether there is a square for each part of the picture.
func (l sight) whole() bool {
	across, down := (l.width+square-1)/square, (l.height+square-1)/square
	return l.width >= 0 && l.height >= 0 && len(l.squares) == across*down
}

// alike says whether two pictures show the same.
func (l sight) alike(other sight) bool {
	if l.width == 0 || l.width != other.width || l.height != other.height {
		return false
	}
	for i, v := range l.squares {
		if d := int(v) - int(other.squares[i]); d > unalike || d < -unalike {
			return false
		}
	}
	return true
}

// seen is a picture of a workbook: its fingerprint and its look.
type seen struct {
	sum   string
	sight sight
}

// shows says whether the picture is one that is kept, or made of it.
func (s seen) shows(kept []byte) bool {
	return s.sum == pictureSum(kept) || s.sight.alike(sightOf(kept, s.sight.width))
}
