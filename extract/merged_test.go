package extract_test

import (
	"image"
	"image/draw"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
)

// TestColumnsWhoseBorderIsLost: a border that the scan lost is known by the headings on both
// sides of it.
func TestColumnsWhoseBorderIsLost(t *testing.T) {
	o := drawn.Random(9)
	o.Columns = []drawn.Asked{
		{Heading: "Name", Items: []string{"name"}},
		{Heading: "Member No.", Items: []string{"member_id"}},
		{Heading: "City", Items: []string{"city"}},
		{Heading: "Signature", Items: []string{"signature"}},
	}
	o.Rules, o.DPI, o.Rows, o.Filled, o.RowHeight = drawn.Grid, 200, 10, 10, 0.4
	o.Numbered, o.Shaded, o.Typed, o.Unsigned, o.Struck, o.Skipped = false, false, false, 0, 0, 0
	o.Skew, o.Rotation, o.Scan = 0, 0, drawn.Scan{Noise: 3, Blur: 0.2}
	s := drawn.Draw(o)
	lost := s.Columns[0].Flat
	border := image.Rect(lost.Max.X-4, lost.Min.Y+4, lost.Max.X+4, lost.Max.Y-4)
	for _, row := range s.Rows { // the lines between the rows stay
		draw.Draw(s.Image.(draw.Image), row.Flat.Inset(4).Intersect(border), image.White, image.Point{}, draw.Src)
	}
	draw.Draw(s.Image.(draw.Image), s.Head.Flat.Inset(4).Intersect(border), image.White, image.Point{}, draw.Src)
	sheet, err := extract.Extractor{Print: engine(t), Cells: penned{}}.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if len(sheet.Rows) != len(s.Rows) || len(sheet.Columns) != 4 {
		t.Fatalf("%d of %d lines, columns %v", len(sheet.Rows), len(s.Rows), sheet.Columns)
	}
	for _, r := range sheet.Rows {
		of := rowAt(s, r.Box)
		for _, f := range []extract.Field{extract.Name, extract.MemberID} {
			if got, want := r.Fields[f].Text != "", of.Texts[string(f)] != ""; got != want {
				t.Errorf("line %d: %s is written: %v, in truth %v", r.Number, f, got, want)
			}
		}
	}
}
