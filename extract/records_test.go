package extract_test

import (
	"fmt"
	"slices"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
)

// TestRecordsOfSeveralLines: cards and blocks in which each person fills in several labelled
// lines, wherever the labels stand, are one line of the petition each.
func TestRecordsOfSeveralLines(t *testing.T) {
	for _, test := range []struct {
		across int
		side   drawn.Side
		birth  bool // is asked for as well, and written: it belongs to the line
	}{{2, drawn.Right, false}, {1, drawn.Above, false}, {2, drawn.Below, false}, {2, drawn.Right, true}} {
		t.Run(fmt.Sprintf("%d side by side, written on side %d, birth %v", test.across, test.side, test.birth), func(t *testing.T) {
			o := drawn.Random(7)
			o.Columns = []drawn.Asked{
				{Heading: "Print name", Items: []string{"name"}},
				{Heading: "Home address", Items: []string{"street"}},
				{Heading: "Signature", Items: []string{"signature"}},
			}
			o.Width, o.Height, o.Margin, o.DPI, o.RowHeight = 8.5, 11, 0.7, 200, 0.5
			if test.birth {
				o.Columns = slices.Insert(o.Columns, 1, drawn.Asked{Heading: "Date of birth", Items: []string{"date"}})
				o.RowHeight = 0.4
			}
			o.Rows, o.Filled, o.Unsigned, o.Typed, o.Stray = 5*test.across, 4*test.across, 0.3, false, 0
			o.Colour, o.Skew, o.Rotation, o.Scan = false, 0.4, 0, drawn.Scan{Noise: 3, Blur: 0.2}
			s := drawn.Records(o, test.across, test.side)
			sheet, err := extract.Extractor{Print: engine(t), Cells: penned{}}.Sheet(t.Context(), page(s))
			if err != nil {
				t.Fatal(err)
			}
			if !sheet.Understood() || len(sheet.Open) > 0 || len(sheet.Rows) != o.Filled {
				t.Fatalf("%d of %d lines; open: %v", len(sheet.Rows), o.Filled, sheet.Open)
			}
			for _, r := range sheet.Rows {
				at := slices.IndexFunc(s.Rows, func(d drawn.Row) bool { return holds(s, d, r.Box) })
				if at < 0 {
					t.Fatalf("line %d lies at %v, where no record is", r.Number, r.Box)
				}
				want := extract.SignedNo
				if s.Rows[at].Signed {
					want = extract.SignedYes
				}
				written := r.Fields[extract.Name].Text != "" && r.Fields[extract.Street].Text != ""
				if r.Signed != want || r.Struck || !written || len(r.Picture) == 0 {
					t.Errorf("line %d: signed %s, want %s; struck %v; fields %v", r.Number, r.Signed, want, r.Struck, r.Fields)
				}
			}
		})
	}
}

// holds reports whether the middle of a box is in a drawn record.
func holds(s drawn.Sheet, row drawn.Row, box extract.Box) bool {
	b := s.Image.Bounds()
	x, y := (box[0]+box[2])/2*float64(b.Dx()), (box[1]+box[3])/2*float64(b.Dy())
	return x > float64(row.Box.Min.X) && x < float64(row.Box.Max.X) && y > float64(row.Box.Min.Y) && y < float64(row.Box.Max.Y)
}
