package pdf

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"countersign/ingest/scan"
)

// DecodeJPEG decodes a damaged JPEG of the given size: what is missing stays
// white. PDFium has the forgiving decoder but takes only PDF, so the picture is
// put on a page of its own, one point for a pixel.
func DecodeJPEG(ctx context.Context, e *Engine, data []byte, size image.Point) (image.Image, error) {
	colours, err := colourSpace(data)
	if err != nil {
		return nil, &scan.Refusal{Problem: "is damaged or cut off", Remedy: "save or scan it again and hand that in"}
	}
	var b bytes.Buffer
	offsets := make([]int, 5)
	object := func(n int, format string, args ...any) {
		offsets[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n", n)
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	content := fmt.Sprintf("%d 0 0 %d 0 0 cm /P Do", size.X, size.Y)
	b.WriteString("%PDF-1.4\n")
	object(1, "<</Type/Catalog/Pages 2 0 R>>")
	object(2, "<</Type/Pages/Count 1/Kids[<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 3 0 R/Resources<</XObject<</P 4 0 R>>>>>>]>>", size.X, size.Y)
	object(3, "<</Length %d>>stream\n%s\nendstream", len(content), content)
	object(4, "<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/%s/Filter/DCTDecode/Length %d>>stream\n%s\nendstream",
		size.X, size.Y, colours, len(data), data)
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 5\n0000000000 65535 f \n")
	for _, at := range offsets[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", xref)

	limits := e.limits
	limits.DPI = 72
	f := &File{engine: e, data: bytes.NewReader(b.Bytes()), size: int64(b.Len()), pages: 1}
	defer f.Close()
	var page Page
	err = e.use(ctx, f, func(s *seat) (err error) {
		page, err = s.page(0, limits)
		return err
	})
	return page.Image, f.explain(ctx, err)
}

func colourSpace(data []byte) (string, error) {
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return "", err
	case cfg.ColorModel == color.GrayModel:
		return "DeviceGray", nil
	case cfg.ColorModel == color.CMYKModel:
		return "DeviceCMYK", nil
	}
	return "DeviceRGB", nil
}
