package extract

import (
	"context"
	"image"
	"testing"

	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// mute reads none, wherever it looks.
type mute struct{}

func (mute) Words(context.Context, *image.Gray, tesseract.Mode, int) ([]tesseract.Word, error) {
	return nil, nil
}

// TestFootersArePrint: below a line that was left blank, a row of an open table that runs over
// its borders is a footer where it is print; people write over borders that nobody drew, too.
func TestFootersArePrint(t *testing.T) {
	bits := layout.NewBitmap(1000, 700)
	table := layout.Table{Style: layout.Open, Left: 100, Right: 900}
	for i := range 6 {
		table.Lines = append(table.Lines, layout.Through(100, float64(100+80*i), 900, float64(100+80*i), 1))
	}
	table.Borders = []layout.Rule{layout.Through(100, 100, 500, 100, 1), layout.Through(100, 500, 500, 500, 1), layout.Through(100, 900, 500, 900, 1)}
	write := func(y, from, to int) {
		for x := from; x < to; x++ {
			for dy := range 4 {
				bits.Pix[(y+dy+max(x%40, 40-x%40)/2)*bits.W+x] = 1
			}
		}
	}
	write(200, 120, 400)
	write(200, 560, 800)
	write(440, 120, 880) // over the border
	v := &view{dpi: 200, scale: 1, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits}
	v.turned.Image = v.work
	f := form{table: table, first: 1, columns: []Column{{Fields: []Field{Name}}, {Fields: []Field{Signature}}}, score: 1}
	c := newCells(v, &f)
	read := func(text string, from, to int) tesseract.Word {
		return tesseract.Word{Text: text, Confidence: 0.96, Box: image.Rect(from, 436, to, 466)}
	}
	for name, test := range map[string]struct {
		words []tesseract.Word
		want  bool
	}{
		"handwriting": {nil, false},
		"print": {[]tesseract.Word{
			read("Please", 118, 230), read("return", 240, 340), read("this", 350, 420), read("sheet", 430, 540),
			read("to", 550, 600), read("the", 610, 700), read("office", 710, 882),
		}, true},
	} {
		r := reading{view: v, forms: []form{f}, words: test.words}
		got, err := (Extractor{Print: mute{}}).footer(t.Context(), r, c, 4)
		if err != nil || got != test.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
