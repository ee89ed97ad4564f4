package extract_test

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
)

// plainGrid is a sheet with a grid that every scan keeps.
func plainGrid(columns ...drawn.Asked) drawn.Options {
	o := drawn.Random(9)
	o.Columns = columns
	o.Rules, o.DPI, o.Rows, o.Filled, o.RowHeight = drawn.Grid, 200, 10, 8, 0.4
	o.Numbered, o.Shaded, o.Typed, o.Unsigned, o.Struck, o.Skipped = false, false, false, 0, 0, 0
	o.Skew, o.Rotation, o.Scan = 0, 0, drawn.Scan{Noise: 3, Blur: 0.2}
	return o
}

// TestNameUnderSignatureInOneCell: a line parts the cells of one column, and what is printed in
// the halves says which is the signature.
func TestNameUnderSignatureInOneCell(t *testing.T) {
	o := plainGrid(
		drawn.Asked{Heading: "Name of Signer", Items: []string{"signature", "name"}},
		drawn.Asked{Heading: "Residence", Items: []string{"street"}},
		drawn.Asked{Heading: "Town or City", Items: []string{"city"}},
	)
	o.Rows, o.Filled, o.RowHeight, o.Labels, o.DPI = 8, 8, 0.9, true, 300
	s := drawn.Draw(o)
	for _, row := range s.Rows {
		cell := row.Cells[0].Flat
		y := (cell.Min.Y + cell.Max.Y) / 2
		draw.Draw(s.Image.(draw.Image), image.Rect(cell.Min.X, y-1, cell.Max.X, y+1), image.Black, image.Point{}, draw.Src)
	}
	sheet, err := extract.Extractor{Print: engine(t), Cells: penned{}}.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if !sheet.Understood() || len(sheet.Rows) != len(s.Rows) {
		t.Fatalf("%d of %d lines; open: %v", len(sheet.Rows), len(s.Rows), sheet.Open)
	}
	for _, r := range sheet.Rows {
		if r.Fields[extract.Name].Text == "" || r.Signed != extract.SignedYes || r.Struck {
			t.Errorf("line %d: name %q, signed %s, struck %v", r.Number, r.Fields[extract.Name].Text, r.Signed, r.Struck)
		}
	}
}

// TestNumbersPrintedInAnyColumn: row numbers under "No." are nobody's member number, and a row
// that has nothing else is blank.
func TestNumbersPrintedInAnyColumn(t *testing.T) {
	s := drawn.Draw(plainGrid(
		drawn.Asked{Heading: "Signature", Items: []string{"signature"}},
		drawn.Asked{Heading: "Printed name", Items: []string{"name"}},
		drawn.Asked{Heading: "No.", Print: "17"},
	))
	sheet, err := extract.Extractor{Print: engine(t), Cells: penned{}}.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if want := s.Options.Filled; len(sheet.Rows) != want {
		t.Fatalf("%d lines, want %d", len(sheet.Rows), want)
	}
	for _, r := range sheet.Rows {
		if id, asked := r.Fields[extract.MemberID]; asked {
			t.Errorf("line %d has the member number %q", r.Number, id.Text)
		}
	}
}

// TestNumbersOfMembersThatArePrinted: on a roster to sign, what is printed under "Member No." are
// the members' numbers, however evenly they stand.
func TestNumbersOfMembersThatArePrinted(t *testing.T) {
	s := drawn.Draw(plainGrid(
		drawn.Asked{Heading: "Printed name", Items: []string{"name"}},
		drawn.Asked{Heading: "Member No.", Print: "97"},
		drawn.Asked{Heading: "Signature", Items: []string{"signature"}},
	))
	sheet, err := extract.Extractor{Print: engine(t), Cells: penned{}}.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range sheet.Rows {
		if _, asked := r.Fields[extract.MemberID]; !asked {
			t.Errorf("line %d is not asked for a member number", r.Number)
		}
	}
	if len(sheet.Rows) == 0 {
		t.Error("no lines")
	}
}

// TestTitleInRowOfItsOwn: a department's name above its people, in a row without borders, is
// no line; somebody's name and number there are one, of which it is not known whether it is
// signed.
func TestTitleInRowOfItsOwn(t *testing.T) {
	for text, line := range map[string]bool{"Circulation": false, "Ada Lovelace, member 1308943": true} {
		t.Run(text, func(t *testing.T) { testTitle(t, text, line) })
	}
}

func testTitle(t *testing.T, text string, line bool) {
	o := plainGrid(
		drawn.Asked{Heading: "Print name", Items: []string{"name"}},
		drawn.Asked{Heading: "Employee No.", Items: []string{"member_id"}},
		drawn.Asked{Heading: "Signature", Items: []string{"signature"}},
	)
	o.Example = []string{text, "", ""}
	s := drawn.Draw(o)
	title := s.Rows[0].Flat
	for _, c := range s.Columns[1:] {
		at := image.Rect(c.Flat.Min.X-4, title.Min.Y+4, c.Flat.Min.X+4, title.Max.Y-4)
		draw.Draw(s.Image.(draw.Image), at, image.NewUniform(color.White), image.Point{}, draw.Src)
	}
	sheet, err := extract.Extractor{Print: engine(t), Cells: penned{}}.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	first := slices.IndexFunc(sheet.Rows, func(r extract.Row) bool { return holds(s, s.Rows[0], r.Box) })
	switch {
	case line && (first < 0 || sheet.Rows[first].Signed != extract.SignedUnsure || len(sheet.Rows) != o.Filled):
		t.Errorf("%d lines, want %d, and the first may be signed: %v", len(sheet.Rows), o.Filled, first)
	case !line && (first >= 0 || len(sheet.Rows) != o.Filled-1 || len(sheet.Open) > 0):
		t.Errorf("%d lines, want %d; open: %v", len(sheet.Rows), o.Filled-1, sheet.Open)
	}
}

// TestBlankRowsHoldWhatTheFormPrints: the row's number, the blanks of a date and a town that are
// printed in every row, most of which people filled in, are nobody's writing.
func TestBlankRowsHoldWhatTheFormPrints(t *testing.T) {
	o := plainGrid(
		drawn.Asked{Heading: "Date", Print: "/      /2026"},
		drawn.Asked{Heading: "Printed name", Items: []string{"name"}},
		drawn.Asked{Heading: "Town or City", Print: "Ashby"},
		drawn.Asked{Heading: "Signature", Items: []string{"signature"}},
	)
	o.Numbered, o.Rows, o.Filled = true, 12, 11
	s := drawn.Draw(o)
	sheet, err := extract.Extractor{Print: engine(t), Cells: penned{}}.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if rows, right, extra := compare(s, sheet); right != rows || extra != 0 {
		t.Errorf("%d of %d rows right, %d extra", right, rows, extra)
	}
}
