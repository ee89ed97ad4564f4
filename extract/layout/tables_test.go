package layout_test

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"countersign/extract/layout"

	"github.com/google/go-cmp/cmp"
)

const dpi = 100

// ruling is a page of letter size on which rules are drawn.
type ruling struct{ *layout.Bitmap }

func newRuling() ruling { return ruling{layout.NewBitmap(850, 1100)} }

func (r ruling) lie(x0, x1, y int) {
	for x := x0; x <= x1; x++ {
		r.Pix[y*r.W+x], r.Pix[(y+1)*r.W+x] = 1, 1
	}
}

func (r ruling) stand(x, y0, y1 int) {
	for y := y0; y <= y1; y++ {
		r.Pix[y*r.W+x], r.Pix[y*r.W+x+1] = 1, 1
	}
}

// grid draws a table with lines at the given heights and borders at the given places.
func (r ruling) grid(xs, ys []int) {
	for _, y := range ys {
		r.lie(xs[0], xs[len(xs)-1], y)
	}
	for _, x := range xs {
		r.stand(x, ys[0], ys[len(ys)-1])
	}
}

func steps(from, by, n int) []int {
	var out []int
	for i := range n + 1 {
		out = append(out, from+i*by)
	}
	return out
}

// shape is the rows and columns of tables, in order.
func (r ruling) shape() string {
	lying, standing := layout.FindRules(r.Bitmap, dpi)
	var out []string
	for _, t := range layout.RuledTables(lying, standing, dpi) {
		out = append(out, fmt.Sprintf("%d×%d", t.Rows(), t.Columns()))
	}
	return strings.Join(out, " ")
}

func TestTablesOfAPage(t *testing.T) {
	for _, test := range []struct {
		name string
		draw func(ruling)
		want string
	}{
		{"one", func(r ruling) { r.grid([]int{60, 100, 400, 790}, steps(200, 40, 12)) }, "12×3"},
		{"three of one width", func(r ruling) {
			r.grid([]int{60, 180, 400, 790}, steps(100, 30, 5))
			r.grid([]int{60, 450, 790}, steps(300, 30, 4))
			r.grid([]int{60, 300, 600, 790}, steps(480, 40, 12))
		}, "5×3 4×2 12×3"},
		{"one right above another", func(r ruling) {
			r.grid([]int{60, 180, 400, 790}, steps(100, 30, 5))
			r.grid([]int{60, 450, 790}, steps(250, 30, 6))
		}, "5×3 6×2"},
		{"side by side", func(r ruling) {
			r.grid([]int{40, 200, 400}, steps(100, 40, 8))
			r.grid([]int{460, 600, 800}, steps(120, 45, 8))
		}, "8×2 8×2"},
		{"faint borders, of which each row shows others", func(r ruling) {
			for _, y := range steps(200, 40, 12) {
				r.lie(60, 790, y)
			}
			r.stand(60, 200, 680)
			r.stand(790, 200, 680)
			for _, x := range []int{250, 400} {
				r.stand(x, 240, 440)
			}
			r.stand(600, 240, 400)
			for _, x := range []int{400, 600} {
				r.stand(x, 520, 640)
			}
		}, "12×3"},
		{"faint borders above and below a row that was struck out", func(r ruling) {
			for _, y := range steps(200, 40, 12) {
				r.lie(60, 790, y)
			}
			r.lie(110, 780, 262)
			for _, y := range []int{320, 400, 480, 560} {
				r.stand(250, y, y+80)
				r.stand(400, y+40, y+80)
				r.stand(600, y, y+40)
			}
			r.stand(250, 200, 240)
			r.stand(400, 280, 330)
		}, "12×3"},
		{"lines to write on, close above those of the grid", func(r ruling) {
			r.grid([]int{60, 100, 450, 790}, steps(100, 80, 8))
			for _, y := range steps(137, 80, 7) {
				r.lie(140, 420, y)
				r.lie(480, 770, y)
				r.lie(140, 420, y+40)
				r.lie(480, 770, y+40)
			}
		}, "8×3"},
		{"a heading above, through which one border runs", func(r ruling) {
			for _, y := range steps(200, 40, 12) {
				r.lie(60, 790, y)
			}
			r.stand(60, 100, 680)
			r.stand(400, 165, 680)
			r.stand(600, 160, 680)
			r.stand(790, 200, 680)
		}, "13×3"},
		{"a box of text below", func(r ruling) {
			r.grid([]int{60, 400, 790}, steps(100, 40, 10))
			r.grid([]int{60, 790}, []int{510, 560, 780})
		}, "10×2"},
		{"rules half way up the rows of one column", func(r ruling) {
			r.grid([]int{60, 100, 400, 790}, steps(100, 80, 6))
			for _, y := range steps(140, 80, 5) {
				r.lie(100, 400, y)
			}
		}, "6×3"},
		{"borders that stop between two rows", func(r ruling) {
			for _, y := range steps(100, 40, 12) {
				r.lie(60, 790, y)
			}
			for _, x := range []int{60, 300, 500, 790} {
				r.stand(x, 100, 300)
				r.stand(x, 340, 580)
			}
		}, "12×3"},
		{"two strokes through a row", func(r ruling) {
			r.grid([]int{60, 300, 500, 790}, steps(100, 40, 12))
			r.lie(70, 780, 432)
			r.lie(76, 774, 446)
		}, "12×3"},
		{"no line below the last row", func(r ruling) {
			r.grid([]int{60, 300, 500, 790}, steps(100, 40, 10))
			for _, x := range []int{60, 300, 500, 790} {
				r.stand(x, 100, 540)
			}
		}, "11×3"},
		{"no line above the first row", func(r ruling) {
			r.grid([]int{60, 300, 500, 790}, steps(140, 40, 10))
			for _, x := range []int{60, 300, 500, 790} {
				r.stand(x, 100, 540)
			}
		}, "11×3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRuling()
			test.draw(r)
			if diff := cmp.Diff(test.want, r.shape()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPartOfATable(t *testing.T) {
	r := newRuling()
	r.grid([]int{40, 80, 420, 460, 800}, steps(100, 40, 8))
	lying, standing := layout.FindRules(r.Bitmap, dpi)
	whole, ok := layout.Largest(layout.RuledTables(lying, standing, dpi))
	if !ok || whole.Columns() != 4 {
		t.Fatalf("%d columns, want 4", whole.Columns())
	}
	left, right := whole.Part(0, 2), whole.Part(2, 4)
	if left.Columns() != 2 || right.Columns() != 2 || left.Right != right.Left || right.Rows() != whole.Rows() {
		t.Errorf("parts %v and %v", left.Bounds(), right.Bounds())
	}
	if right.Cell(3, 1) != whole.Cell(3, 3) {
		t.Errorf("a cell moved from %v to %v", whole.Cell(3, 3), right.Cell(3, 1))
	}
	if !left.SameBorders(right, dpi) {
		t.Error("halves of one width have other borders")
	}
	if whole.SameBorders(left, dpi) {
		t.Error("a table has the borders of its half")
	}
}

// TestLinesThatWritingCuts: a faint line that begins late, where writing crosses it, is a line
// of the table all the same; a stroke of a pen half way up a row is none.
func TestLinesThatWritingCuts(t *testing.T) {
	r := newRuling()
	for i, y := range steps(100, 50, 12) {
		r.lie([]int{80, 80, 260, 80, 300, 80, 80, 80, 240, 80, 280, 80, 250}[i], 770, y)
	}
	r.lie(200, 765, 475)
	r.lie(80, 400, 494)                  // a stroke that ends close above a line
	if got := r.shape(); got != "13×0" { // with the row above the first line
		t.Errorf("found %s", got)
	}
}

// TestBordersAlone: of a table in which nobody drew lines between the rows, the headings stay
// apart from the rest.
func TestBordersAlone(t *testing.T) {
	r := newRuling()
	for _, y := range []int{100, 130, 900} {
		r.lie(80, 770, y)
	}
	for _, x := range []int{80, 300, 500, 770} {
		r.stand(x, 100, 900)
	}
	lying, standing := layout.FindRules(r.Bitmap, dpi)
	tables := layout.RuledTables(lying, standing, dpi)
	if len(tables) != 1 || tables[0].Rows() != 2 || tables[0].Columns() != 3 {
		t.Fatalf("found %s", r.shape())
	}
	var words []image.Rectangle
	for i, y := range steps(150, 45, 14) {
		words = append(words, image.Rect(90, y, 250+10*(i%3), y+25), image.Rect(510, y+3*(i%2), 650, y+25))
	}
	got, ok := tables[0].RowsByWriting(1, words, dpi)
	if !ok || got.Rows() != 16 || got.Columns() != 3 || got.Row(1).Min.Y != tables[0].Row(1).Min.Y {
		t.Fatalf("%d rows and %d columns, %v", got.Rows(), got.Columns(), ok)
	}
	for i, w := range words {
		if row := got.Row(1 + i/2); !w.Min.Add(w.Max).Div(2).In(image.Rect(0, row.Min.Y, 850, row.Max.Y)) {
			t.Errorf("word %d at %v is not in row %v", i, w, row)
		}
	}
	if _, ok := tables[0].RowsByWriting(1, []image.Rectangle{image.Rect(90, 200, 290, 220), image.Rect(90, 240, 290, 260)}, dpi); ok {
		t.Error("a remark in one column makes rows")
	}
}

// TestColumnsByWriting: on lined paper without headings, columns part where nobody writes; of
// running text there are none.
func TestColumnsByWriting(t *testing.T) {
	r := newRuling()
	var list, prose []image.Rectangle
	for i, y := range steps(100, 40, 12) {
		r.lie(80, 770, y)
		list = append(list, image.Rect(90, y-25, 230+13*(i%5), y-5), image.Rect(450, y-25, 560+17*(i%4), y-5))
		for x := 90 - 7*(i%6); x < 740; x += 70 {
			prose = append(prose, image.Rect(x, y-25, x+60, y-5))
		}
	}
	lying, standing := layout.FindRules(r.Bitmap, dpi)
	table, _ := layout.Largest(layout.RuledTables(lying, standing, dpi))
	got, ok := table.ColumnsByWriting(list, dpi)
	if !ok || got.Columns() != 2 {
		t.Fatalf("%d columns, %v", got.Columns(), ok)
	}
	if at := got.Borders[1].At(300); at < 295 || at > 450 {
		t.Errorf("the border is at %.0f", at)
	}
	if _, ok := table.ColumnsByWriting(prose, dpi); ok {
		t.Error("running text has columns")
	}
	if _, ok := table.ColumnsByWriting(list[:8], dpi); ok {
		t.Error("four lines tell columns")
	}
}

// TestHeadingsAndFirstRecordInOneRow: the line that nobody drew between them is put where a
// row as high as the others begins.
func TestHeadingsAndFirstRecordInOneRow(t *testing.T) {
	r := newRuling()
	for _, y := range append([]int{80}, steps(200, 50, 8)...) {
		r.lie(80, 770, y)
	}
	lying, standing := layout.FindRules(r.Bitmap, dpi)
	table, _ := layout.Largest(layout.RuledTables(lying, standing, dpi))
	got := table.Beheaded(1, 125)
	if got.Rows() != table.Rows()+1 || got.Row(1).Max.Y < 145 || got.Row(1).Max.Y > 155 {
		t.Errorf("%d rows, the second to %d", got.Rows(), got.Row(1).Max.Y)
	}
	for _, same := range []layout.Table{table.Beheaded(1, 180), table.Beheaded(2, 210)} {
		if same.Rows() != table.Rows() {
			t.Errorf("a row without room for both was parted")
		}
	}
}

// TestBoldPrintAboveATable: the feet of a line of bold print, as far above a table as rows are
// high, are no line of it that writing cut.
func TestBoldPrintAboveATable(t *testing.T) {
	for name, title := range map[string]int{"far above": 300, "between columns": 420} {
		page := newRuling()
		for _, y := range steps(480, 60, 8) {
			page.lie(70, 270, y)
			page.lie(280, 500, y)
			page.lie(510, 770, y)
		}
		for _, piece := range [][2]int{{70, 150}, {160, 260}, {265, 400}, {410, 515}} {
			page.lie(piece[0], piece[1], title)
		}
		if got, want := page.shape(), "9×3"; got != want { // with the row above, whose top nobody drew
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// TestRuleUnderATitle: a rule that runs on where the lines of a table have a gap, far above the
// first of them, is no line of it; where it is as far as a row, it is.
func TestRuleUnderATitle(t *testing.T) {
	for title, want := range map[int]string{300: "9×2", 420: "10×2"} {
		page := newRuling()
		page.lie(70, 770, title)
		for _, y := range steps(480, 60, 8) {
			page.lie(70, 230, y)
			page.lie(260, 770, y)
		}
		if got := page.shape(); got != want { // with the row above, whose top nobody drew
			t.Errorf("a rule at %d: got %s, want %s", title, got, want)
		}
	}
}

// TestLinesAcrossALostColumn: where the lines of the records were lost in a grey column, the one
// below the headings runs on through it, and is a line of the table all the same; a title's alone
// is none.
func TestLinesAcrossALostColumn(t *testing.T) {
	for name, test := range map[string]struct {
		longer []int
		want   string
	}{"frame and headings": {[]int{100, 130, 630}, "11×3"}, "a title": {[]int{80}, "9×3"}} {
		r := newRuling()
		for _, y := range steps(180, 50, 9) {
			r.lie(80, 600, y)
		}
		for _, y := range test.longer {
			r.lie(80, 770, y)
		}
		for _, x := range []int{80, 250, 420, 600} {
			r.stand(x, test.longer[0], 630)
		}
		if got := r.shape(); got != test.want {
			t.Errorf("%s: found %s, want %s", name, got, test.want)
		}
	}
}

// TestTwoTablesInOneGrid: where borders change for good, another table begins, though some go on; a
// border that was lost in some rows is none of another table.
func TestTwoTablesInOneGrid(t *testing.T) {
	r := newRuling()
	r.grid([]int{80, 250, 420, 600, 770}, steps(100, 40, 6))
	r.grid([]int{80, 330, 600, 770}, steps(380, 40, 7))
	r.stand(80, 340, 380) // a title beside no inner border
	r.stand(770, 340, 380)
	if got := r.shape(); got != "7×4 7×3" {
		t.Errorf("found %s", got)
	}
	r = newRuling()
	for _, y := range steps(100, 40, 12) {
		r.lie(80, 770, y)
	}
	for _, x := range []int{80, 420, 770} {
		r.stand(x, 100, 580)
	}
	r.stand(250, 100, 340) // lost from here on
	if got := r.shape(); got != "12×3" {
		t.Errorf("with a faint border: found %s", got)
	}
}

// TestHeadLineThatLostAnEnd: the line below headings is one, though writing hides where it
// begins; a stroke of a pen as long through a row is none.
func TestHeadLineThatLostAnEnd(t *testing.T) {
	r := newRuling()
	for _, y := range append([]int{100}, steps(185, 50, 8)...) {
		r.lie(80, 770, y)
	}
	r.lie(160, 770, 135)
	r.lie(160, 770, 310)
	for _, x := range []int{80, 330, 770} {
		r.stand(x, 100, 585)
	}
	if got := r.shape(); got != "10×2" {
		t.Errorf("found %s", got)
	}
}
