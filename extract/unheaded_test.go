package extract_test

import (
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/extract/hand"
)

// TestSignedWithoutHeadings: where headings cannot be read, a line is signed if the column of
// scrawls and all other words are written; of one that lacks any of them nobody can tell.
func TestSignedWithoutHeadings(t *testing.T) {
	pen, err := hand.New()
	if err != nil {
		t.Fatal(err)
	}
	print := engine(t)
	x := extract.Extractor{Print: print, Cells: extract.NewHandwritten(pen, extract.Typed{Print: print})}
	signed, yes := 0, 0
	for _, seed := range []uint64{9, 309} {
		o := drawn.Random(seed)
		o.Rules, o.DPI, o.Rows, o.Filled, o.Scan = drawn.Grid, 200, 10, 10, drawn.Scan{}
		o.Shaded, o.Skew, o.Rotation, o.Struck, o.Skipped, o.Unsigned = false, 0, 0, 0, 0, 0.3
		s := drawn.Draw(o)
		s.HideHeadings()
		sheet, err := x.Sheet(t.Context(), page(s))
		if err != nil {
			t.Fatal(err)
		}
		if sheet.Understood() {
			t.Errorf("seed %d: columns are known without headings", seed)
		}
		for _, r := range sheet.Rows {
			of := rowAt(s, r.Box)
			switch {
			case r.Signed == extract.SignedNo, r.Signed == extract.SignedYes && !of.Signed:
				t.Errorf("seed %d, row %d: signed %s, in truth %v", seed, r.Number, r.Signed, of.Signed)
			case of.Signed:
				signed++
				if r.Signed == extract.SignedYes {
					yes++
				}
			}
		}
	}
	if t.Logf("%d of %d signed lines are known to be", yes, signed); 2*yes < signed {
		t.Errorf("%d of %d signed lines are known to be signed", yes, signed)
	}
}

// rowAt is the drawn row that a box is about.
func rowAt(s drawn.Sheet, box extract.Box) drawn.Row {
	y := int((box[1] + box[3]) / 2 * float64(s.Image.Bounds().Dy()))
	best := s.Rows[0]
	off := func(r drawn.Row) int { return abs((r.Box.Min.Y+r.Box.Max.Y)/2 - y) }
	for _, r := range s.Rows {
		if off(r) < off(best) {
			best = r
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }
