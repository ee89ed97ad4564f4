package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"countersign/ingest/scan"
)

// DecodeStrips decodes a picture that Go's decoders refuse; what is missing
// comes out blank, white or grey. PDFium has the forgiving decoders but takes only PDF, so the
// strips are put on a page, one point for a pixel.
func DecodeStrips(ctx context.Context, e *Engine, strips []scan.Strip) (image.Image, error) {
	data, err := pageOf(strips)
	if err != nil {
		return nil, damaged()
	}
	limits := e.limits
	limits.DPI = 72
	f := &File{engine: e, data: bytes.NewReader(data), size: int64(len(data)), pages: 1}
	defer f.Close()
	var page Page
	err = e.use(ctx, f, func(s *seat) (err error) {
		page, err = s.page(0, limits, beside{})
		return err
	})
	if err == nil && uniform(page.Image) {
		err = errNothing
	}
	return page.Image, f.explain(ctx, err)
}

// errNothing is a photo of which nothing could be decoded. It must not pass
// for a blank sheet.
var errNothing = errors.New("nothing decoded")

// uniform tells whether all of a picture but a stray block has one colour.
func uniform(img image.Image) bool {
	grey, ok := img.(*image.Gray)
	if !ok {
		return false
	}
	last := grey.Pix[len(grey.Pix)-1:]
	return bytes.Count(grey.Pix, last) > len(grey.Pix)*999/1000
}

// pageOf writes a PDF that shows the strips one below the other.
func pageOf(strips []scan.Strip) ([]byte, error) {
	height := 0
	for _, s := range strips {
		height += s.Height
	}
	var b, content, names bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	const first = 4 // object of the first strip
	top := height
	for i, s := range strips {
		top -= s.Height
		fmt.Fprintf(&content, "q %d 0 0 %d 0 %d cm /P%d Do Q\n", s.Width, s.Height, top, i)
		fmt.Fprintf(&names, "/P%d %d 0 R", i, first+i)
	}
	b.WriteString("%PDF-1.4\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Count 1/Kids[<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 3 0 R/Resources<</XObject<<%s>>>>>>]>>",
		strips[0].Width, height, &names)
	object("<</Length %d>>stream\n%s\nendstream", content.Len(), &content)
	for _, s := range strips {
		coding, err := coding(s)
		if err != nil {
			return nil, err
		}
		object("<</Type/XObject/Subtype/Image/Width %d/Height %d%s/Length %d>>stream\n%s\nendstream",
			s.Width, s.Height, coding, len(s.Data), s.Data)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes(), nil
}

// coding is the part of an image dictionary that says how to decode it.
func coding(s scan.Strip) (string, error) {
	if s.JPEG2000 {
		return "/Filter/JPXDecode", nil // which brings its colors
	}
	colours := "DeviceRGB"
	switch cfg, err := jpeg.DecodeConfig(bytes.NewReader(s.Data)); {
	case err != nil:
		return "", err
	case cfg.ColorModel == color.GrayModel:
		colours = "DeviceGray"
	case cfg.ColorModel == color.CMYKModel:
		colours = "DeviceCMYK"
	}
	return "/ColorSpace/" + colours + "/BitsPerComponent 8/Filter/DCTDecode", nil
}

func damaged() *scan.Refusal {
	return &scan.Refusal{Problem: "is damaged or cut off", Remedy: "save or scan it again and hand that in"}
}
