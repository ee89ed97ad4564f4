package layout_test

import (
	"fmt"
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
