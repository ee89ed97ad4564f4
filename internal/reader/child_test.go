package reader

import (
	"context"
	"image"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/extract/tesseract"
	"countersign/ingest"
	"countersign/internal/fixtures"
)

// A fault that one page brings to light is that page's error, and the reader answers on.
func TestFaultOfAPage(t *testing.T) {
	r := &pageReader{ingest: &ingest.Reader{}, extract: extract.Extractor{Print: faulty{}}}
	defer r.ingest.Close()
	for range 2 {
		head, _ := r.answer(asked{Path: fixtures.Scanned, Name: "sheets.pdf", Page: 1})
		if err := said(head); err == nil || !strings.HasPrefix(err.Error(),
			"sheets.pdf, page 1, met a fault in countersign (out of ink)") {
			t.Errorf("%v", err)
		}
	}
}

type faulty struct{}

func (faulty) Words(context.Context, *image.Gray, tesseract.Mode, int) ([]tesseract.Word, error) {
	panic("out of ink")
}
