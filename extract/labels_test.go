package extract_test

import (
	"fmt"
	"slices"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
)

// TestLabelsInCellsSayWhatColumnsHold: a form that has no headings, but prints in every line
// what belongs where.
func TestLabelsInCellsSayWhatColumnsHold(t *testing.T) {
	for _, dpi := range []int{300, 150} {
		t.Run(fmt.Sprintf("%d dpi", dpi), func(t *testing.T) { labelsInCells(t, dpi) })
	}
}

func labelsInCells(t *testing.T, dpi int) {
	o := drawn.Random(9)
	o.Columns = []drawn.Asked{
		{Heading: "Name", Items: []string{"name", "signature"}},
		{Heading: "Address", Items: []string{"street", "citystate"}},
	}
	o.Rules, o.DPI, o.Rows, o.Filled, o.RowHeight = drawn.Grid, 200, 8, 8, 0.7
	o.Labels, o.Numbered, o.Shaded, o.Typed, o.Unsigned, o.Struck = true, false, false, false, 0, 0
	o.Skipped, o.Skew, o.Rotation, o.Scan, o.DPI = 0, 0, 0, drawn.Scan{Noise: 3, Blur: 0.2}, dpi
	s := drawn.Draw(o)
	s.HideHeadings()
	sheet, err := extract.Extractor{Print: engine(t), Cells: penned{}}.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if !sheet.Understood() || len(sheet.Rows) != len(s.Rows) {
		t.Fatalf("%d of %d lines; understood: %v", len(sheet.Rows), len(s.Rows), sheet.Understood())
	}
	for _, r := range sheet.Rows {
		var got []extract.Field
		for f := range r.Fields {
			got = append(got, f)
		}
		slices.Sort(got)
		want := []extract.Field{extract.CityState, extract.Name, extract.Street}
		if !slices.Equal(got, want) || r.Signed != extract.SignedYes {
			t.Errorf("line %d holds %v, signed %s; want %v, signed", r.Number, got, r.Signed, want)
		}
	}
}
