package extract

import (
	"testing"

	"countersign/extract/drawn"
	"countersign/extract/hand"
	"countersign/extract/layout"
	"countersign/ingest"
)

// TestHandwritingTellsWhichWayIsUp: what people wrote reads plainly better the right way up.
func TestHandwritingTellsWhichWayIsUp(t *testing.T) {
	pen, err := hand.New()
	if err != nil {
		t.Fatal(err)
	}
	x := Extractor{Cells: NewHandwritten(pen, Typed{})}
	o := drawn.Random(9)
	o.Rules, o.DPI, o.Rows, o.Filled, o.Scan = drawn.Grid, 200, 8, 8, drawn.Scan{}
	o.Shaded, o.Skew, o.Rotation, o.Struck, o.Skipped, o.Unsigned, o.Typed = false, 0, 0, 0, 0, 0, false
	s := drawn.Draw(o)
	s.HideHeadings()
	var clear [2]float64
	for i := range clear {
		v := newView(prepared(ingest.Page{Image: s.Image, DPI: 200, Source: ingest.Scan}), 2*i)
		table, ok := layout.Largest(drawnTables(v))
		if !ok {
			t.Fatal("no table")
		}
		r := reading{view: v, forms: []form{{table: table}}}
		if err := x.legible(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
		clear[i] = r.clear
	}
	if clear[0] < clear[1]+0.1 || clear[1] == 0 {
		t.Errorf("upright it reads with a confidence of %.2f, on its head with %.2f", clear[0], clear[1])
	}
}
