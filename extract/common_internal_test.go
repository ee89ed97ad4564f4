package extract

import (
	"context"
	"image"
	"math/rand/v2"
	"testing"

	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// label puts the same strokes at any place; scrawl others each time.
func label(b *layout.Bitmap, x, y int) {
	for i := range 60 {
		for _, at := range []image.Point{{i, i % 20}, {i, 19 - i*i%20}, {i - i%12, i * 7 % 20}} {
			b.Pix[(y+at.Y)*b.W+x+at.X] = 1
		}
	}
}

func scrawl(b *layout.Bitmap, r *rand.Rand, x, y int) {
	for range 4 {
		from, to := r.IntN(20), r.IntN(20)
		for i := range 60 {
			b.Pix[(y+from+(to-from)*i/60)*b.W+x+i] = 1
		}
	}
}

// read is a Printer that reads one label and measures where the picture has ink.
type read struct{ left, right int } // pixels of ink seen there

func (r *read) Words(_ context.Context, g *image.Gray, _ tesseract.Mode, _ int) ([]tesseract.Word, error) {
	r.left, r.right = 0, 0
	for y := range g.Rect.Dy() {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+g.Rect.Dx()] {
			switch {
			case v > 0:
			case x < g.Rect.Dx()/2:
				r.left++
			default:
				r.right++
			}
		}
	}
	return []tesseract.Word{{Text: "Address", Confidence: 1, Box: image.Rect(12+80, 12+180, 12+170, 12+200)}}, nil
}

// TestWhatRecordsHaveInCommon: of records laid on each other the print is left and the writing
// is gone; a label that only then is read belongs to each.
func TestWhatRecordsHaveInCommon(t *testing.T) {
	v, r := &view{dpi: 200, bits: layout.NewBitmap(1000, 1600)}, rand.New(rand.NewPCG(1, 2))
	v.work = image.NewGray(image.Rect(0, 0, v.bits.W, v.bits.H))
	var atoms []atom
	var anchors []image.Point
	name, sign := offset{key: "name", label: true, seen: map[int]int{}, anchor: true}, offset{key: "signature", label: true, by: image.Pt(0, 200), seen: map[int]int{}}
	for i := range 5 {
		y := 120 + 290*i
		label(v.bits, 100, y+100)
		scrawl(v.bits, r, 700, y+20*i)
		anchors = append(anchors, image.Pt(100, y+10))
		for j, of := range []offset{name, sign} {
			of.seen[i] = len(atoms)
			atoms = append(atoms, atom{key: of.key, label: true, text: of.key, box: image.Rect(100, y+200*j, 180, y+200*j+20)})
		}
	}
	for i, ink := range v.bits.Pix {
		v.work.Pix[i] = 255 * (1 - ink)
	}
	v.scale, v.turned.Image = 1, v.work
	engine := &read{}
	more, parts, err := Extractor{Print: engine}.commonLabels(t.Context(), v, atoms, string(MemberID), anchors, []offset{name, sign})
	if err != nil || len(parts) != 3 || parts[2].key != "street" || len(more) != len(atoms)+1 {
		t.Fatalf("labels %+v, %v; want the address as well", parts, err)
	}
	if by := parts[2].by; abs(by.X) > 2 || abs(by.Y-100) > 2 {
		t.Errorf("the address is at %v from the name, want 100 below", by)
	}
	if engine.left == 0 || engine.right > 0 {
		t.Errorf("%d pixels of print and %d of writing were left", engine.left, engine.right)
	}
}

// TestHeadingsThatRecur: headings that stand again in every second row are labels of records;
// writing in the rows makes them none.
func TestHeadingsThatRecur(t *testing.T) {
	for _, labels := range []bool{true, false} {
		v, r := &view{dpi: 200, bits: layout.NewBitmap(1000, 1400)}, rand.New(rand.NewPCG(3, 4))
		f := form{first: 2, head: image.Rect(90, 210, 700, 260), table: layout.Table{Style: layout.Lined, Left: 80, Right: 900}}
		for i := range 13 {
			y := 60 + 100*i
			f.table.Lines = append(f.table.Lines, layout.Through(80, float64(y), 900, float64(y), 2))
		}
		var words []tesseract.Word
		for row := range 12 {
			for n, x := range []int{100, 400, 600} {
				y := 60 + 100*row + 60
				switch {
				case row == 1 || labels && row%2 == 1:
					label(v.bits, x, y)
				default:
					scrawl(v.bits, r, x, y)
				}
				if row == 1 {
					words = append(words, tesseract.Word{Text: []string{"Name", "Signature", "Date"}[n], Confidence: 1, Box: image.Rect(x, y, x+60, y+20)})
				}
			}
		}
		if got := f.headingsRecur(v, words); got != labels {
			t.Errorf("with labels in the rows %v, headings recur %v", labels, got)
		}
	}
}

// TestLabelsInsideRowsRecur: what a form without headings prints in every row recurs, unless the
// rows are those of a grid.
func TestLabelsInsideRowsRecur(t *testing.T) {
	for style, want := range map[layout.Style]bool{layout.Underlined: true, layout.Grid: false} {
		f := form{inside: true, table: layout.Table{Style: style}}
		if got := f.headingsRecur(&view{dpi: 200}, nil); got != want {
			t.Errorf("%s: %v", style, got)
		}
	}
}

// TestRecordsAreCompact: a signature that was read most often above the names is that of the
// record before, and belongs below; where it is below in none, there are no records.
func TestRecordsAreCompact(t *testing.T) {
	v := &view{dpi: 200, bits: layout.NewBitmap(1000, 2000)}
	for _, below := range []bool{true, false} {
		var atoms []atom
		var anchors []image.Point
		parts := []offset{
			{key: "name", label: true, anchor: true, seen: map[int]int{}},
			{key: "street", label: true, by: image.Pt(0, 80), seen: map[int]int{}},
			{key: "signature", label: true, by: image.Pt(0, 460), seen: map[int]int{}},
		}
		for i := range 5 {
			anchor := image.Pt(100, 100+300*i)
			anchors = append(anchors, anchor)
			for n := range parts {
				at := anchor.Add(parts[n].by)
				parts[n].seen[i] = len(atoms)
				atoms = append(atoms, atom{key: parts[n].key, label: true, text: parts[n].key, box: image.Rect(at.X, at.Y-10, at.X+80, at.Y+10)})
			}
			if !below {
				atoms = atoms[:len(atoms)-1]
				delete(parts[2].seen, i)
			}
		}
		got, ok := v.compact(atoms, anchors, parts)
		if ok != below || ok && got[2].by != image.Pt(0, 160) {
			t.Errorf("labels below %v: compact %v, the signature at %v", below, ok, got[2].by)
		}
	}
}

// TestMarginOfAPad: the one border of a writing pad is its margin, unless people write left of it.
func TestMarginOfAPad(t *testing.T) {
	for _, numbered := range []bool{false, true} {
		v, r := &view{dpi: 200, bits: layout.NewBitmap(1000, 1400)}, rand.New(rand.NewPCG(5, 6))
		v.work = image.NewGray(image.Rect(0, 0, v.bits.W, v.bits.H))
		pad := layout.Table{Style: layout.Grid, Left: 20, Right: 980}
		for i := range 13 {
			y := 60 + 100*i
			pad.Lines = append(pad.Lines, layout.Through(20, float64(y), 980, float64(y), 2))
		}
		for _, x := range []float64{20, 200, 980} {
			pad.Borders = append(pad.Borders, layout.Through(60, x, 1260, x, 2))
		}
		for row := range 12 {
			scrawl(v.bits, r, 300, 60+100*row+50)
			if numbered {
				scrawl(v.bits, r, 100, 60+100*row+50)
			}
		}
		got := v.besideMargin(pad)
		if !numbered && (got.Columns() != 0 || got.Left != 200) || numbered && got.Columns() != 2 {
			t.Errorf("numbered %v: %d columns from %d", numbered, got.Columns(), got.Left)
		}
	}
}
