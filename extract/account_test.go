package extract_test

import (
	"context"
	"flag"
	"image"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/ingest"
)

// judge takes everything for handwriting that Tesseract does not read as sentences.
type judge struct{ blind }

func (judge) PrintLike(cells []extract.Cell) []float64 { return make([]float64, len(cells)) }

// marked is how many pairs of sheets TestMarksOutsideRowsAreOpenPoints draws.
var marked = flag.Int("marked", 2, "pairs of drawn sheets with marks outside their rows")

// TestMarksOutsideRowsAreOpenPoints: of words that somebody wrote beside, above or
// below the table none is passed over in silence, nor taken for print because another page
// of the form is at hand.
func TestMarksOutsideRowsAreOpenPoints(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: judge{}}
	drew, lost, clean := 0, 0, 0
	// With a scrawl that has a stroke under it, a word right behind a printed line, and a dense
	// scribble.
	seeds := []uint64{381, 404, 463}
	for n := range *marked {
		seeds = append(seeds, 300+uint64(n))
	}
	for _, seed := range seeds {
		var drawing [2]drawn.Sheet
		var sheets [2]extract.Sheet
		for i := range sheets {
			o := drawn.Random(seed)
			o.Rules, o.DPI, o.Rotation, o.Marks, o.Scan = drawn.Grid, 150, 0, 2, drawn.Scan{}
			o.Seed += uint64(i) << 32
			s := drawn.Draw(o)
			sheet, err := x.Sheet(t.Context(), page(s))
			if err != nil {
				t.Fatal(err)
			}
			drawing[i], sheets[i] = s, sheet
		}
		for i, s := range sheets {
			s.Close(s.Printed(sheets[1-i : 2-i]))
			clean += len(s.Open)
			for _, m := range drawing[i].Marks {
				drew++
				clean--
				if !opens(s, m.Box, drawing[i].Image.Bounds().Size()) {
					lost++
					t.Errorf("seed %d, page %d: the mark at %v is in none of %v", seed, i+1, m.Box, s.Open)
				}
			}
		}
	}
	t.Logf("%d marks on %d sheets, %d lost; open points beyond them: %d", drew, 2*len(seeds), lost, clean)
	if drew < 4 {
		t.Fatalf("only %d marks were drawn", drew)
	}
}

// opens reports whether an open point holds the middle of a box.
func opens(s extract.Sheet, box image.Rectangle, page image.Point) bool {
	x := float64(box.Min.X+box.Max.X) / 2 / float64(page.X)
	y := float64(box.Min.Y+box.Max.Y) / 2 / float64(page.Y)
	for _, o := range s.Open {
		if x >= o.Box[0] && x <= o.Box[2] && y >= o.Box[1] && y <= o.Box[3] {
			return true
		}
	}
	return false
}

// TestAWordOnABlankPageIsSeen: it has too few letters to be read, and is no dirt.
func TestAWordOnABlankPageIsSeen(t *testing.T) {
	g := white(850, 1100)
	for x := 300; x < 400; x++ {
		for d := range 3 {
			g.Pix[(500+(x%20-10)*(x%20-10)/5+d)*g.Stride+x] = 30
		}
	}
	p := ingest.Page{Number: 1, Image: g, DPI: 100, Source: ingest.Scan}
	sheet, err := extract.Extractor{Cells: judge{}}.Sheet(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if sheet.Kind != extract.Blank || len(sheet.Open) != 1 || sheet.Open[0].Kind != extract.WritingOutside {
		t.Errorf("a page of kind %s with open points %v", sheet.Kind, sheet.Open)
	}
}
