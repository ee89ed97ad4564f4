package extract

import (
	"image"
	"testing"

	"countersign/extract/layout"
)

// TestWritingAmongLines: writing between the lines of a table says that they may be elsewhere;
// what stands in its heading or below it does not.
func TestWritingAmongLines(t *testing.T) {
	b := layout.NewBitmap(850, 1100)
	rule := func(r image.Rectangle) {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				b.Pix[y*b.W+x] = 1
			}
		}
	}
	for y := 200; y <= 680; y += 40 {
		rule(image.Rect(60, y, 790, y+2))
	}
	for _, x := range []int{60, 300, 788} {
		rule(image.Rect(x, 200, x+2, 680))
	}
	lying, standing := layout.FindRules(b, 100)
	tables := layout.RuledTables(lying, standing, 100)
	if len(tables) != 1 || tables[0].Rows() != 12 {
		t.Fatalf("%d tables", len(tables))
	}
	c := &cells{form: &form{table: tables[0], first: 1}, filed: map[int]bool{1: true, 2: true, 6: true}}
	for _, test := range []struct {
		name string
		y    int
		want bool
	}{
		{"the heading", 220, false}, {"a line", 260, true}, {"a line that was not filed", 420, true}, {"below", 500, false},
	} {
		if got := c.amongLines(image.Rect(100, test.y-10, 200, test.y+10)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	s := Sheet{Rows: []Row{{Signed: SignedYes}, {Signed: SignedNo, Struck: true}}}
	s.doubtLines()
	for _, r := range s.Rows {
		if r.Signed != SignedUnsure || r.Struck {
			t.Errorf("signed %s, struck %v, where it is not known what belongs to the line", r.Signed, r.Struck)
		}
	}
}

// TestStruckWithoutHeadings: where nobody knows what the columns hold, a stroke may be writing.
func TestStruckWithoutHeadings(t *testing.T) {
	rows := []Row{{Signed: SignedYes}, {Signed: SignedYes, Struck: true}}
	doubtStruck(rows)
	if rows[0].Signed != SignedYes {
		t.Error("a line without a stroke is in doubt")
	}
	if rows[1].Struck || rows[1].Signed != SignedUnsure {
		t.Errorf("struck %v, signed %s", rows[1].Struck, rows[1].Signed)
	}
}
