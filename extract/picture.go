package extract

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"

	"countersign/extract/layout"
	"countersign/ingest"
)

// PagePicture is a JPEG of a page as delivered, for people to look at: its longer side
// has the given number of pixels at most. Boxes of a Sheet are shares of its
// size, however the page must be turned to be read.
func PagePicture(p ingest.Page, longest int) (picture []byte, size image.Point, err error) {
	size = p.Image.Bounds().Size()
	scale := min(1, float64(longest)/float64(max(size.X, size.Y)))
	shown := p.Image
	if scale < 1 {
		size = image.Pt(max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale)))
		shown = shrunk(p.Image, size, scale)
		size = shown.Bounds().Size()
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shown, &jpeg.Options{Quality: 75}); err != nil {
		return nil, size, fmt.Errorf("picture of page %d: %w", p.Number, err)
	}
	return b.Bytes(), size, nil
}

// PartPicture is a JPEG of a part of a page, for people to look at, turned clockwise by
// quarters as its sheet says; nil for the page as a whole.
func PartPicture(p ingest.Page, box Box, turned int) ([]byte, error) {
	const longest = 1400 // pixels
	if box == (Box{}) {
		return nil, nil
	}
	part := box.WithMargin(p.Image.Bounds())
	if part.Empty() {
		return nil, nil
	}
	scale := min(1, longest/float64(max(part.Dx(), part.Dy())))
	size := image.Pt(max(1, int(float64(part.Dx())*scale)), max(1, int(float64(part.Dy())*scale)))
	cut := image.NewGray(image.Rectangle{Max: size})
	draw.ApproxBiLinear.Scale(cut, cut.Bounds(), p.Image, part, draw.Src, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, layout.Turn(cut, turned/90, 0).Image, &jpeg.Options{Quality: 75}); err != nil {
		return nil, fmt.Errorf("picture of a part of page %d: %w", p.Number, err)
	}
	return out.Bytes(), nil
}

// On is where a box is on a picture of its page.
func (b Box) On(page image.Rectangle) image.Rectangle {
	at := func(share float64, from, size int) int { return from + int(share*float64(size)) }
	part := image.Rect(
		at(b[0], page.Min.X, page.Dx()), at(b[1], page.Min.Y, page.Dy()),
		at(b[2], page.Min.X, page.Dx()), at(b[3], page.Min.Y, page.Dy()),
	)
	return part.Intersect(page)
}

// WithMargin is On with a hundredth of the page's width around it.
func (b Box) WithMargin(page image.Rectangle) image.Rectangle {
	return b.On(page).Inset(-page.Dx() / 100).Intersect(page)
}

func shrunk(m image.Image, size image.Point, scale float64) image.Image {
	if g, ok := m.(*image.Gray); ok {
		return layout.Shrink(g, scale)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.ApproxBiLinear.Scale(out, out.Bounds(), m, m.Bounds(), draw.Src, nil)
	return out
}
