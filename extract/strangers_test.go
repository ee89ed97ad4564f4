package extract_test

import (
	"image"
	"image/draw"
	"slices"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/extract/hand"
)

// plainSheet is a sheet that lies straight, with a name, an address and a signature a line.
func plainSheet(seed uint64) drawn.Options {
	o := officialSheet(seed).Options
	o.Columns = []drawn.Asked{
		{Heading: "Print name", Items: []string{"name"}},
		{Heading: "Home address", Items: []string{"street"}},
		{Heading: "Signature", Items: []string{"signature"}},
	}
	o.Before, o.After, o.Numbered, o.DPI, o.LineGray, o.LineWidth = nil, "", false, 200, 0, 2
	o.Rows, o.Filled, o.Skipped, o.Unsigned, o.Struck, o.Stray, o.RowHeight = 12, 12, 0, 0, 0, 0, 0.5
	return o
}

// TestOtherWaysToDrawATable: rows that nobody parts by lines, headings that stand on end,
// headings that come again half way down, an example of how to fill in a line, and marks to be written over.
func TestOtherWaysToDrawATable(t *testing.T) {
	pen, err := hand.New()
	if err != nil {
		t.Fatal(err)
	}
	print := engine(t)
	x := extract.Extractor{Print: print, Cells: extract.NewHandwritten(pen, extract.Typed{Print: print})}
	for _, test := range []struct {
		name string
		set  func(*drawn.Options)
	}{
		{"borders alone", func(o *drawn.Options) { o.Rules = drawn.Standing }},
		{"headings on end", func(o *drawn.Options) { o.OnEnd = true }},
		{"headings again", func(o *drawn.Options) { o.Again = 6 }},
		{"an example", func(o *drawn.Options) { o.Example = []string{"Jane Q. Example", "12 Main Street", "Jane Example"} }},
		{"dates to fill in", func(o *drawn.Options) {
			o.Columns[1] = drawn.Asked{Heading: "Date", Items: []string{"date"}, Print: "   /    /"}
			o.Filled = 6
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := plainSheet(303)
			test.set(&o)
			s := drawn.Draw(o)
			s.Rows = slices.DeleteFunc(s.Rows, func(r drawn.Row) bool { return !r.Written })
			sheet, err := x.Sheet(t.Context(), page(s))
			if err != nil {
				t.Fatal(err)
			}
			if rows, right, extra := compare(s, sheet); right != rows || extra != 0 || !sheet.Understood() || len(sheet.Open) > 0 {
				t.Errorf("%d of %d rows right, %d extra, understood %v, open %v", right, rows, extra, sheet.Understood(), sheet.Open)
			}
			if got, want := fieldsOf(sheet), [][]extract.Field{{extract.Name}, {extract.Field(o.Columns[1].Items[0])}, {extract.Signature}}; !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("columns %v, want %v", got, want)
			}
		})
	}
}

// TestALabelSignsNothing: ink as small as a printed label in the signature's place is neither a
// signature nor nothing.
func TestALabelSignsNothing(t *testing.T) {
	pen, err := hand.New()
	if err != nil {
		t.Fatal(err)
	}
	print := engine(t)
	x := extract.Extractor{Print: print, Cells: extract.NewHandwritten(pen, extract.Typed{Print: print})}
	o := plainSheet(303)
	o.Unsigned, o.Scan = 0.3, drawn.Scan{}
	s := drawn.Draw(o)
	labelled := 0
	on := s.Image.(draw.Image)
	for _, r := range s.Rows {
		if !r.Written || r.Signed {
			continue
		}
		labelled++
		left, foot := r.Box.Max.X-r.Box.Dx()/5+9*labelled, r.Box.Max.Y-20
		for letter := range 8 {
			ring := image.Rect(left+9*letter, foot-13+letter%2*3, left+9*letter+8, foot)
			draw.Draw(on, ring, image.Black, image.Point{}, draw.Src)
			inside := ring.Inset(2)
			if letter%3 > 0 {
				inside.Max.Y = ring.Max.Y // an n, so that nobody reads numbers
			}
			draw.Draw(on, inside, image.White, image.Point{}, draw.Src)
		}
	}
	sheet, err := x.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if labelled < 3 {
		t.Fatalf("%d lines with a label", labelled)
	}
	for _, r := range sheet.Rows {
		if of := rowAt(s, r.Box); of.Written && !of.Signed && r.Signed != extract.SignedUnsure {
			t.Errorf("row %d: with a label in the signature's place it is signed %s", r.Number, r.Signed)
		}
	}
}
