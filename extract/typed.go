package extract

import (
	"context"
	"image"
	"strings"

	"countersign/extract/tesseract"
)

// Typed reads cells with Tesseract, which is at home with print and lost with
// most handwriting.
type Typed struct {
	Print Printer
	DPI   int // of the cells' pages, roughly; 0 for 300
}

// Recognize reads each cell as one line.
func (t Typed) Recognize(ctx context.Context, cells []Cell) ([]Reading, error) {
	readings := make([]Reading, len(cells))
	for i, c := range cells {
		var err error
		if readings[i], err = t.line(ctx, c.Image); err != nil {
			return nil, err
		}
	}
	return readings, nil
}

func (t Typed) line(ctx context.Context, g *image.Gray) (Reading, error) {
	dpi := t.DPI
	if dpi == 0 {
		dpi = 300
	}
	words, err := t.Print.Words(ctx, framed(g, 12), tesseract.Line, dpi)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{Engine: "tesseract"}
	var texts []string
	letters := 0
	for _, w := range words {
		texts = append(texts, w.Text)
		letters += len(w.Text)
		r.Confidence += w.Confidence * float64(len(w.Text))
	}
	r.Text = strings.Join(texts, " ")
	if letters > 0 {
		r.Confidence /= float64(letters)
	}
	return r, nil
}

// framed is g with a white margin, without which Tesseract misses letters at
// the edge.
func framed(g *image.Gray, margin int) *image.Gray {
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	out := white(image.Rect(0, 0, w+2*margin, h+2*margin))
	for y := range h {
		copy(out.Pix[(y+margin)*out.Stride+margin:], g.Pix[y*g.Stride:y*g.Stride+w])
	}
	return out
}
