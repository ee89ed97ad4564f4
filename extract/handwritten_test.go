package extract_test

import (
	"image"
	"image/draw"
	"os"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"countersign/extract"
	"countersign/extract/hand"
)

// TestDatesOfASheet: that the day comes first is known of a sheet, not of a date, so that the 23rd
// of September is not taken for the third because there is no 23rd month.
func TestDatesOfASheet(t *testing.T) {
	pen, err := hand.New()
	if err != nil {
		t.Fatal(err)
	}
	reader := extract.NewHandwritten(pen, nil)
	for name, dates := range map[string][]string{
		"day first":   {"23.9.26", "15.10.2026", "2.10.26", "28.9.2026", "17.9.26"},
		"month first": {"9/23/26", "10/15/2026", "10/2/26", "9/28/2026", "9/17/26"},
	} {
		var cells []extract.Cell
		for _, d := range dates {
			cells = append(cells, extract.Cell{Image: inHandwriting(t, d), Field: extract.Date})
		}
		got, err := reader.Recognize(t.Context(), cells)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range got {
			if r.Text != dates[i] {
				t.Errorf("%s: %q read as %q", name, dates[i], r.Text)
			}
		}
	}
}

// inHandwriting writes a text in a handwriting font.
func inHandwriting(t *testing.T, text string) *image.Gray {
	t.Helper()
	data, err := os.ReadFile("drawn/testdata/nothing-you-could-do.ttf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := opentype.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 44, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	g := image.NewGray(image.Rect(0, 0, 40+font.MeasureString(face, text).Ceil(), 70))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: g, Src: image.Black, Face: face, Dot: fixed.P(20, 50)}
	d.DrawString(text)
	return g
}
