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

func shrunk(m image.Image, size image.Point, scale float64) image.Image {
	if g, ok := m.(*image.Gray); ok {
		return layout.Shrink(g, scale)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.ApproxBiLinear.Scale(out, out.Bounds(), m, m.Bounds(), draw.Src, nil)
	return out
}
