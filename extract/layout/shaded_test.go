package layout_test

import (
	"image"
	"testing"

	"countersign/extract/layout"
)

// TestEvenedShading: where a photo was evened out, bands are as bright as paper, with a bright seam
// and a dark one along their edges; lines of writing on white paper are no bands.
func TestEvenedShading(t *testing.T) {
	const dpi, rows, pitch, top = 50, 16, 18, 60
	paper := func() *image.Gray {
		g := image.NewGray(image.Rect(0, 0, 425, 550))
		for i := range g.Pix {
			g.Pix[i] = 240
		}
		return g
	}
	lie := func(g *image.Gray, y, from, to int, level uint8) {
		for x := from; x < to; x++ {
			g.Pix[y*g.Stride+x] = level
		}
	}
	g := paper()
	for i := range rows + 1 {
		y := top + i*pitch
		seams := []uint8{244, 249, 231, 236}
		if i%2 == 1 {
			seams = []uint8{236, 231, 249, 244}
		}
		for k, level := range seams {
			lie(g, y-2+k, 20, 400, level)
		}
		lie(g, y+pitch/2, 40, 330, 90) // writing
	}
	if table, ok := layout.ShadedTable(g, dpi); !ok || table.Rows() != rows+2 { // with a white row at each end
		t.Errorf("found %v, %d rows, want %d", ok, table.Rows(), rows+2)
	}
	for name, from := range map[string]int{"writing": 160, "lines": 20} {
		g := paper()
		for i := range rows {
			lie(g, top+i*pitch, from, 400, 60)
		}
		if table, ok := layout.ShadedTable(g, dpi); ok {
			t.Errorf("%s: %d rows found where nothing is grey", name, table.Rows())
		}
	}
}
