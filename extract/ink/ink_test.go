package ink_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"countersign/extract/ink"
	"countersign/extract/layout"
)

const dpi = 200

// sheet is a ruled page to draw ink on: six rows of two columns.
type sheet struct {
	page *image.Gray
}

var (
	rows    = []int{100, 200, 300, 400, 500, 600, 700}
	borders = []int{100, 700, 1300}
)

func newSheet() *sheet {
	s := &sheet{page: image.NewGray(image.Rect(0, 0, 1400, 800))}
	for i := range s.page.Pix {
		s.page.Pix[i] = 255
	}
	for _, y := range rows {
		s.stroke(100, y, 1300, y, 3)
	}
	for _, x := range borders {
		s.stroke(x, 100, x, 700, 3)
	}
	return s
}

// stroke draws a straight pen stroke.
func (s *sheet) stroke(x0, y0, x1, y1, width int) {
	steps := max(1, int(math.Hypot(float64(x1-x0), float64(y1-y0))))
	for i := 0; i <= steps; i++ {
		x, y := x0+(x1-x0)*i/steps, y0+(y1-y0)*i/steps
		for dy := range width {
			for dx := range width {
				s.page.SetGray(x+dx-width/2, y+dy-width/2, color.Gray{40})
			}
		}
	}
}

// write draws letters: zigzags side by side, each a piece of its own.
func (s *sheet) write(x, y, letters int) {
	for i := range letters {
		left := x + 24*i
		s.stroke(left, y+30, left+8, y, 3)
		s.stroke(left+8, y, left+16, y+30, 3)
	}
}

// read finds the table and gives the ink to its cells, as extract does.
func (s *sheet) read(t *testing.T, columns ...ink.Column) *ink.Page {
	t.Helper()
	bits := layout.Binarize(s.page, dpi)
	lying, standing := layout.FindRules(bits, dpi)
	table, ok := layout.Largest(layout.RuledTables(lying, standing, dpi))
	if !ok || table.Rows() != 6 || table.Columns() != 2 {
		t.Fatalf("the page has a table of %d rows and %d columns", table.Rows(), table.Columns())
	}
	var own, rest []layout.Rule
	for _, r := range lying {
		fold := r.From < 60
		line := r.To-r.From > 1150 && math.Abs(math.Mod(r.At(700)+50, 100)-50) < 8
		if fold || line {
			own = append(own, r)
		} else {
			rest = append(rest, r)
		}
	}
	bits.Erase(own, standing, dpi)
	if len(columns) == 0 {
		columns = []ink.Column{{Items: 1, Print: true}, {Items: 1}}
	}
	return ink.Assign(bits, table, rest, columns, dpi)
}

func TestWrittenIsMoreThanSpecks(t *testing.T) {
	s := newSheet()
	s.write(150, 130, 8)
	s.stroke(900, 250, 900, 250, 7) // a speck
	p := s.read(t)
	for _, c := range []struct {
		row, column int
		want        bool
	}{{0, 0, true}, {0, 1, false}, {1, 0, false}, {1, 1, false}} {
		if got := p.Written(c.row, c.column, 0); got != c.want {
			t.Errorf("row %d, column %d: written %v, want %v", c.row, c.column, got, c.want)
		}
	}
}

// A stamp that lies across rows, and what is left of a frame's side, sign nothing for certain.
func TestStampsAndSidesAreNoSignatures(t *testing.T) {
	s := newSheet()
	s.stroke(800, 240, 1150, 210, 4) // a leaning frame over rows 1 to 3
	s.stroke(800, 240, 815, 420, 4)
	s.stroke(1150, 210, 1165, 390, 4)
	s.stroke(815, 420, 1165, 390, 4)
	for i := range 10 {
		s.stroke(840+28*i, 330-2*i, 850+28*i, 370-2*i, 4) // letters in it
	}
	s.stroke(760, 520, 760, 580, 4)   // the side of a box
	s.stroke(750, 660, 1000, 620, 3)  // a signature
	s.stroke(1000, 620, 1050, 660, 3) // with an end
	p := s.read(t)
	for row, want := range map[int]bool{1: false, 2: false, 4: false, 5: true} {
		if got := p.Signed(row, 1, 0); got >= 1 != want {
			t.Errorf("row %d is signed by %v", row, got)
		}
	}
}

func TestSignedIsInkOfItsOwn(t *testing.T) {
	s := newSheet()
	s.stroke(750, 160, 900, 120, 3)   // a flourish
	s.stroke(800, 190, 860, 230, 3)   // from row 0 a little into row 1
	s.stroke(800, 140, 800, 190, 3)   // joined to it
	s.stroke(750, 350, 775, 352, 3)   // a short mark
	s.write(640, 430, 4)              // a name that runs over the border
	s.stroke(1000, 450, 1200, 440, 3) // and a signature beyond
	p := s.read(t)
	if got := p.Signed(0, 1, 0); got != 1 {
		t.Errorf("a flourish is a signature by %v", got)
	}
	if got := p.Signed(1, 1, 0); got >= 1 {
		t.Errorf("a neighbour's overhang is a signature by %v", got)
	}
	if got := p.Signed(2, 1, 0); got <= 0 || got >= 1 {
		t.Errorf("a short mark is a signature by %v, want doubt", got)
	}
	if got := p.Signed(3, 1, 0); got != 1 {
		t.Errorf("a signature beside a long name is one by %v", got)
	}
}

func TestTwoItemsOfACell(t *testing.T) {
	s := newSheet()
	s.write(150, 108, 6) // both
	s.write(150, 160, 6)
	s.write(150, 208, 6) // the upper only
	s.write(150, 362, 6) // the lower only
	p := s.read(t, ink.Column{Items: 2, Print: true}, ink.Column{Items: 1})
	for row, want := range [][2]bool{{true, true}, {true, false}, {false, true}, {false, false}} {
		if got := [2]bool{p.Written(row, 0, 0), p.Written(row, 0, 1)}; got != want {
			t.Errorf("row %d: upper and lower written %v, want %v", row, got, want)
		}
	}
}

func TestStruckRows(t *testing.T) {
	s := newSheet()
	for row := range 5 {
		s.write(150+9*row, 100*row+135-row, 10)
		s.write(800+11*row, 100*row+135, 10)
	}
	s.stroke(160, 150, 1250, 152, 3)   // row 0: through both cells
	s.stroke(145, 250, 400, 250, 3)    // row 1: through the name alone
	s.stroke(145, 375, 400, 375, 3)    // row 2: an underline
	s.stroke(0, 450, 1399, 452, 2)     // row 3: a fold of the paper
	for x := 110; x < 1290; x += 100 { // row 4: a zigzag
		s.stroke(x, 580, x+50, 525, 3)
		s.stroke(x+50, 525, x+100, 580, 3)
	}
	p := s.read(t)
	for row, want := range []bool{true, false, false, false, true, false} {
		if got := p.Struck(row); got != want {
			t.Errorf("row %d: struck %v, want %v", row, got, want)
		}
	}
	if !p.MayBeStruck(1) || p.MayBeStruck(2) {
		t.Error("a line through the name alone is in doubt, an underline is none")
	}
}

// TestSignatureBegunInTheCellBeside: where writing reaches into an empty cell from the one beside,
// nobody can say that it is not signed.
func TestSignatureBegunInTheCellBeside(t *testing.T) {
	s := newSheet()
	s.write(150, 130, 8)
	s.stroke(500, 140, 770, 150, 3)
	s.write(150, 230, 8)
	p := s.read(t)
	if p.Signed(0, 1, 0) != 0.5 || p.Signed(1, 1, 0) != 0 {
		t.Errorf("signed %v and %v; want a doubt, and nothing", p.Signed(0, 1, 0), p.Signed(1, 1, 0))
	}
}

// TestLineOfTheTableStrikesNothing: a stroke that ends where the table does, on both sides, may be a
// line of it that was not found.
func TestLineOfTheTableStrikesNothing(t *testing.T) {
	s := newSheet()
	s.write(150, 130, 8)
	s.stroke(102, 145, 1298, 145, 3)
	s.write(150, 230, 8)
	s.stroke(140, 245, 1200, 245, 3)
	p := s.read(t)
	if p.Struck(0) || !p.MayBeStruck(0) || !p.Struck(1) {
		t.Errorf("struck %v, %v; want a doubt of the first and a stroke through the second", p.Struck(0), p.Struck(1))
	}
}

func TestWordsAcrossABorderStayWhole(t *testing.T) {
	s := newSheet()
	s.close(540, 130, 12)            // runs 60 pixels over the border
	s.stroke(900, 150, 1200, 140, 3) // the signature
	p := s.read(t)
	if box := p.Box(0, 0, 0); box.Max.X < 720 {
		t.Errorf("the name ends at %d, at the border", box.Max.X)
	}
	if box := p.Box(0, 1, 0); box.Min.X < 850 {
		t.Errorf("the signature begins at %d, in the name", box.Min.X)
	}
}

// TestWhatBeginsACellStaysThere: writing that runs up to a border takes nothing from the next cell
// that begins where all others of its column do.
func TestWhatBeginsACellStaysThere(t *testing.T) {
	s := newSheet()
	for row := range 6 {
		y := 130 + 100*row
		if row == 2 {
			s.close(440, y, 8)
			s.stroke(598, y+15, 704, y+12, 3) // up to the border
		} else {
			s.close(120, y, 8)
		}
		s.close(706+row, y-4*row, 2+row%2) // the number of a house
		s.write(830+9*row, y+3*row, 8)
	}
	p := s.read(t)
	if box := p.Box(2, 1, 0); box.Min.X > 715 {
		t.Errorf("the address begins at %d, without its number", box.Min.X)
	}
	if box := p.Box(2, 0, 0); box.Max.X > 707 {
		t.Errorf("the name ends at %d, in the address", box.Max.X)
	}
}

// close writes letters closer than those of write.
func (s *sheet) close(x, y, letters int) {
	for i := range letters {
		left := x + 20*i
		s.stroke(left, y+30, left+7, y, 3)
		s.stroke(left+7, y, left+13, y+30, 3)
	}
}

func TestPrintedLabelsAreNotWriting(t *testing.T) {
	s := newSheet()
	for row := range 6 {
		for x := range 5 { // the same tiny label in every cell
			s.stroke(110+8*x, 100*row+110, 110+8*x, 100*row+120, 2)
		}
	}
	s.write(200, 340, 8)
	p := s.read(t)
	for row := range 6 {
		if got := p.Written(row, 0, 0); got != (row == 2) {
			t.Errorf("row %d: written %v", row, got)
		}
	}
}

// TestWhatRecursIsPrint: a label and a rule that all rows have are the form's;
// what people wrote beside and below them is theirs.
func TestWhatRecursIsPrint(t *testing.T) {
	s := newSheet()
	for row := range 6 {
		s.write(120, 100*row+110, 5)                    // a label
		s.stroke(110, 100*row+150, 640, 100*row+150, 2) // between the two items
		s.stroke(720, 100*row+125, 745, 100*row+175, 3) // an X before the signature
		s.stroke(745, 100*row+125, 720, 100*row+175, 3)
	}
	s.write(300, 112, 6)             // row 0, upper item, beside the label
	s.write(260, 362, 9)             // row 2, lower item
	s.stroke(800, 440, 1100, 430, 3) // row 3, a signature
	p := s.read(t, ink.Column{Items: 2, Print: true}, ink.Column{Items: 1})
	for row, want := range [][2]bool{{true, false}, {false, false}, {false, true}, {false, false}} {
		if got := [2]bool{p.Written(row, 0, 0), p.Written(row, 0, 1)}; got != want {
			t.Errorf("row %d: upper and lower written %v, want %v", row, got, want)
		}
		if p.Struck(row) {
			t.Errorf("row %d is struck", row)
		}
	}
	if box := p.Box(0, 0, 0); box.Min.X < 250 {
		t.Errorf("the label is part of the writing: %v", box)
	}
	if got := p.Signed(3, 1, 0); got != 1 {
		t.Errorf("a signature beside a printed X is one by %v", got)
	}
	if got := p.Signed(1, 1, 0); got != 0.5 {
		t.Errorf("a printed X is a signature by %v, want doubt", got)
	}
}

// TestDividedCellIsNoPlace: a line from border to border parts the cell, and which
// half is to be signed is not known.
func TestDividedCellIsNoPlace(t *testing.T) {
	s := newSheet()
	for row := range 6 {
		s.stroke(702, 100*row+150, 1298, 100*row+150, 2)
	}
	s.write(800, 160, 9)
	p := s.read(t)
	if got := p.Signed(0, 1, 0); got != 0.5 {
		t.Errorf("writing in one half is a signature by %v, want doubt", got)
	}
}

func TestSpecksInALineMayBeASignature(t *testing.T) {
	s := newSheet()
	for x := 800; x < 1000; x += 30 {
		s.stroke(x, 250, x+1, 250, 2)
	}
	p := s.read(t)
	if got := p.Signed(1, 1, 0); got != 0.5 {
		t.Errorf("a row of specks is a signature by %v, want doubt", got)
	}
	if got := p.Signed(2, 1, 0); got != 0 {
		t.Errorf("an empty cell is signed by %v", got)
	}
}

// TestOneLineOfTwoItems: what stands at mid-height of a cell for two items may be
// either of them.
func TestOneLineOfTwoItems(t *testing.T) {
	s := newSheet()
	s.write(150, 135, 8)
	p := s.read(t, ink.Column{Items: 2}, ink.Column{Items: 1})
	if upper, lower := p.Signed(0, 0, 0), p.Signed(0, 0, 1); upper != 0.5 || lower != 0.5 {
		t.Errorf("signed by %v above and %v below, want doubt", upper, lower)
	}
}

func TestPictureShowsOnlyTheItemsInk(t *testing.T) {
	s := newSheet()
	s.write(150, 130, 8)
	s.stroke(150, 190, 170, 230, 3) // mostly of the row below
	g := s.read(t).Picture(s.page, 0, 0, 0)
	if g == nil {
		t.Fatal("no picture")
	}
	dark := 0
	for _, v := range g.Pix {
		if v < 128 {
			dark++
		}
	}
	if dark < 500 || g.Bounds().Dy() > 60 {
		t.Errorf("a picture of %v with %d dark pixels: the writing is 30 pixels high", g.Bounds().Size(), dark)
	}
}

func TestSignedIn(t *testing.T) {
	s := newSheet()
	s.stroke(200, 750, 400, 730, 3)
	pieces := layout.FindComponents(layout.Binarize(s.page, dpi))
	if got := ink.SignedIn(pieces, image.Rect(150, 710, 500, 790), dpi); got != 1 {
		t.Errorf("a stroke on the signature line is a signature by %v", got)
	}
	if got := ink.SignedIn(pieces, image.Rect(600, 710, 900, 790), dpi); got != 0 {
		t.Errorf("an empty signature line is signed by %v", got)
	}
}

func BenchmarkAssign(b *testing.B) {
	s := newSheet()
	for row := range 6 {
		s.write(150, 100*row+135, 15)
	}
	bits := layout.Binarize(s.page, dpi)
	lying, standing := layout.FindRules(bits, dpi)
	table, _ := layout.Largest(layout.RuledTables(lying, standing, dpi))
	bits.Erase(lying, standing, dpi)
	b.ReportAllocs()
	for b.Loop() {
		ink.Assign(bits, table, nil, []ink.Column{{Items: 1, Print: true}, {Items: 1}}, dpi)
	}
}

// TestLineBetweenItemsMovesAlong: the line that a form draws in its cells is no ink
// of the people's, even where it moves up and down with the height of the rows.
func TestLineBetweenItemsMovesAlong(t *testing.T) {
	s := newSheet()
	for row, at := range []int{42, 56, 44, 50, 57, 43} {
		s.stroke(702, 100*row+at+100, 1298, 100*row+at+100, 2)
	}
	s.write(760, 265, 9) // row 1, the lower item
	p := s.read(t, ink.Column{Items: 1, Print: true}, ink.Column{Items: 2})
	if got := p.Signed(1, 1, 0); got != 0 {
		t.Errorf("an empty upper half is signed by %v", got)
	}
	if !p.Written(1, 1, 1) {
		t.Error("the lower half is not written")
	}
}

// TestBrokenLabelsArePrint: a coarse scan breaks the letters of a label elsewhere in each row,
// and rows differ a little in height.
func TestBrokenLabelsArePrint(t *testing.T) {
	s := newSheet()
	for row, y := range []int{152, 246, 355, 448, 552, 657} {
		for letter := range 8 {
			x := 120 + 11*letter
			s.stroke(x, y+12, x+3, y, 2)
			s.stroke(x+3, y, x+7, y+12, 2)
		}
		for _, x := range []int{122 + 13*row, 150 + 7*row, 190 - 5*row} { // where ink is missing
			for dy := range 14 {
				s.page.SetGray(x, y+dy, color.Gray{255})
				s.page.SetGray(x+1, y+dy, color.Gray{255})
			}
		}
	}
	s.write(300, 430, 5)
	page := s.read(t, ink.Column{Items: 1, Print: true}, ink.Column{Items: 1})
	for row := range 6 {
		if written := page.Written(row, 0, 0); written != (row == 3) {
			t.Errorf("row %d: written %v", row, written)
		}
		if !page.Labelled(row, 0, 0) {
			t.Errorf("row %d: no label", row)
		}
	}
	if box := page.Box(3, 0, 0); box.Min.X < 280 {
		t.Errorf("the label is taken for writing: %v", box)
	}
}

// TestRuledLineIsNoSignature: what is left of a line in a cell is no signature for certain,
// and takes nothing from one.
func TestRuledLineIsNoSignature(t *testing.T) {
	s := newSheet()
	for row := range 4 {
		s.write(120, 100*row+130, 8)
	}
	s.stroke(705, 185, 1290, 190, 3) // row 0
	s.stroke(705, 285, 1290, 290, 3) // row 1, with a signature
	s.write(800, 230, 6)
	p := s.read(t, ink.Column{Items: 1, Print: true}, ink.Column{Items: 1})
	for row, want := range []float64{0.5, 1, 0} {
		if got := p.Signed(row, 1, 0); got != want {
			t.Errorf("row %d is signed by %v, want %v", row, got, want)
		}
		if got := p.Flat(row, 1, 0); got != (row == 0) {
			t.Errorf("row %d holds but a line: %v", row, got)
		}
	}
}

// TestWritingOnTheRowsLine: writing that touches what is left of the row's own line is not
// struck out; a stroke through it is.
func TestWritingOnTheRowsLine(t *testing.T) {
	for _, y := range []int{189, 150} {
		s := newSheet()
		s.write(120, 160, 10)
		s.write(800, 160, 10)
		for x := 120; x < 1150; x += 6 { // not straight enough to be a rule
			s.stroke(x, y+x/6%2*2, x+6, y+2-x/6%2*2, 4)
		}
		p := s.read(t, ink.Column{Items: 1, Print: true}, ink.Column{Items: 1})
		if got := p.Struck(0); got != (y == 150) {
			t.Errorf("a line at %d strikes the row: %v", y, got)
		}
	}
}
