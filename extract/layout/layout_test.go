package layout_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"sync"
	"testing"

	"countersign/extract/drawn"
	"countersign/extract/layout"
)

// seeds is how many sheets each property is tried on.
const seeds = 8

// ruled are the ways of ruling for which geometry alone finds the rows.
var ruled = []drawn.Rules{drawn.Grid, drawn.Horizontal, drawn.Underlines, drawn.Dotted, drawn.Stripes}

// find does what extract does before it reads: binarize, straighten, find.
func find(g *image.Gray, dpi float64, quarters int) (layout.Turned, layout.Table, bool) {
	rough := layout.Turn(g, quarters, 0).Image
	lean, _ := layout.Skew(layout.Binarize(rough, dpi))
	turned := layout.Turn(g, quarters, lean)
	lying, standing := layout.FindRules(layout.Binarize(turned.Image, dpi), dpi)
	ruled, ok := layout.Largest(layout.RuledTables(lying, standing, dpi))
	if !ok || ruled.Style != layout.Grid {
		if shaded, bands := layout.ShadedTable(turned.Image, dpi); bands && shaded.Rows() > ruled.Rows() {
			return turned, shaded, true
		}
	}
	return turned, ruled, ok
}

func grey(m image.Image) *image.Gray {
	g := image.NewGray(m.Bounds())
	draw.Draw(g, g.Bounds(), m, m.Bounds().Min, draw.Src)
	return g
}

// sheet draws a sheet of the given ruling at 200 dpi, leaning and noisy as
// scans are.
func sheet(seed uint64, rules drawn.Rules) drawn.Sheet {
	o := drawn.Random(seed)
	o.Rules, o.DPI = rules, 200
	o.Rows = max(o.Rows, 6) // shading needs a few bands to be seen
	o.Labels = false
	if rules == drawn.Stripes {
		o.Scan.Fax = false // which leaves no grey
	}
	return drawn.Draw(o)
}

// seen is a drawn sheet and the table that was found on it.
type seen struct {
	drawn.Sheet
	grey   *image.Gray
	turned layout.Turned
	table  layout.Table
	ok     bool
}

func look(seed uint64, rules drawn.Rules) seen {
	s := sheet(seed, rules)
	g := grey(s.Image)
	turned, table, ok := find(g, 200, s.Options.Rotation/90)
	return seen{s, g, turned, table, ok}
}

// grids are the sheets with a grid, by seed from 1 on, drawn once for all tests that
// look at them.
var grids = sync.OnceValue(func() (all [seeds + 1]seen) {
	for seed := uint64(1); seed <= seeds; seed++ {
		all[seed] = look(seed, drawn.Grid)
	}
	return all
})

func TestEveryRowIsFoundOnceAndInOrder(t *testing.T) {
	for _, rules := range ruled {
		t.Run(string(rules), func(t *testing.T) {
			for seed := uint64(1); seed <= seeds; seed++ {
				var s seen
				if rules == drawn.Grid {
					s = grids()[seed]
				} else {
					s = look(seed, rules)
				}
				turned, table := s.turned, s.table
				if !s.ok {
					t.Errorf("seed %d: no table", seed)
					continue
				}
				first := rowOf(turned, table, s.Image.Bounds(), s.Rows[0].Box)
				for i, row := range s.Rows {
					if got := rowOf(turned, table, s.Image.Bounds(), row.Box); got < 0 || got != first+i {
						t.Errorf("seed %d: row %d of %d was found as row %d, the first as %d of %d", seed, i, len(s.Rows), got, first, table.Rows())
						break
					}
				}
			}
		})
	}
}

func TestGridHasTheDrawnCells(t *testing.T) {
	for seed := uint64(1); seed <= seeds; seed++ {
		s := grids()[seed]
		turned, table := s.turned, s.table
		if !s.ok || table.Columns() != len(s.Columns) {
			t.Errorf("seed %d: found %d columns of %d", seed, table.Columns(), len(s.Columns))
			continue
		}
		first := rowOf(turned, table, s.Image.Bounds(), s.Rows[0].Box)
		for i, row := range s.Rows {
			for j, cell := range row.Cells {
				box := turned.Delivered(table.Cell(first+i, j))
				if o := overlap(box, shares(cell.Box, s.Image.Bounds())); o < 0.75 {
					t.Fatalf("seed %d: cell %d, %d overlaps the drawn one by %.2f", seed, i, j, o)
				}
			}
		}
	}
}

func TestTurningThePageChangesNothing(t *testing.T) {
	for seed := uint64(1); seed <= seeds; seed++ {
		s := grids()[seed]
		g, want := s.grey, s.table
		for _, quarters := range []int{1, 2, 3} {
			laid := layout.Turn(g, quarters, 0).Image
			_, got, _ := find(laid, 200, s.Options.Rotation/90+4-quarters)
			if diff := apart(want, got); diff > 3 {
				t.Errorf("seed %d: turned by %d quarters, lines or borders move by %.1f pixels (%d, %d rows)", seed, quarters, diff, want.Rows(), got.Rows())
			}
		}
	}
}

func TestScalingThePageChangesNothing(t *testing.T) {
	for seed := uint64(1); seed <= seeds; seed++ {
		o := drawn.Random(seed)
		o.Rules, o.DPI, o.Scan.Fax = drawn.Grid, 300, false
		s := drawn.Draw(o)
		g := layout.Turn(grey(s.Image), o.Rotation/90, 0).Image
		_, want, _ := find(g, 300, 0)
		for _, scale := range []float64{0.5, 2.0 / 3} {
			_, got, _ := find(layout.Shrink(g, scale), 300*scale, 0)
			if got.Rows() != want.Rows() || got.Columns() != want.Columns() {
				t.Errorf("seed %d at %.2f: %d×%d cells, at full size %d×%d", seed, scale, got.Rows(), got.Columns(), want.Rows(), want.Columns())
			}
		}
	}
}

func TestSkewIsTheDrawnLean(t *testing.T) {
	for seed := uint64(1); seed <= seeds; seed++ {
		o := drawn.Random(seed)
		o.DPI, o.Rotation = 150, 0
		got, _ := layout.Skew(layout.Binarize(grey(drawn.Draw(o).Image), 150))
		if math.Abs(got-o.Skew) > 0.2 {
			t.Errorf("seed %d: leans by %.2f degrees, found %.2f", seed, o.Skew, got)
		}
	}
}

func TestThePageIsTriedTheRightWayFirst(t *testing.T) {
	upright := 0
	for seed := uint64(1); seed <= seeds; seed++ {
		s := sheet(seed, drawn.Horizontal)
		var letters []image.Rectangle
		for _, c := range layout.FindComponents(layout.Binarize(grey(s.Image), 200)).List {
			if long := max(c.Box.Dx(), c.Box.Dy()); long >= 6 && long <= 60 {
				letters = append(letters, c.Box)
			}
		}
		order := layout.Quarters(letters, 80)
		if order[0]*90 == s.Options.Rotation {
			upright++
		}
		if (order[0]-s.Options.Rotation/90)%2 != 0 {
			t.Errorf("seed %d, to be turned by %d, is tried on its side: %v", seed, s.Options.Rotation, order)
		}
	}
	if 4*upright < 3*seeds {
		t.Errorf("%d of %d sheets are tried upright first", upright, seeds)
	}
}

func TestDeliveredIsTheWayBack(t *testing.T) {
	g := image.NewGray(image.Rect(0, 0, 300, 200))
	for quarters := range 4 {
		turned := layout.Turn(g, quarters, 0)
		w, h := turned.Image.Bounds().Dx(), turned.Image.Bounds().Dy()
		got := turned.Delivered(image.Rect(0, 0, w/2, h/4))
		want := [4][4]float64{{0, 0, .5, .25}, {0, .5, .25, 1}, {.5, .75, 1, 1}, {.75, 0, 1, .5}}[quarters]
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-9 {
				t.Errorf("%d quarters: the top left is delivered at %v, want %v", quarters, got, want)
				break
			}
		}
	}
}

// rowOf is the row of the table that a box of the delivered page lies in for
// the most part, −1 if none does.
func rowOf(turned layout.Turned, table layout.Table, page image.Rectangle, box image.Rectangle) int {
	best, at := 0.6, -1
	for i := range table.Rows() {
		if o := overlap(turned.Delivered(table.Row(i)), shares(box, page)); o > best {
			best, at = o, i
		}
	}
	return at
}

func shares(r, page image.Rectangle) [4]float64 {
	w, h := float64(page.Dx()), float64(page.Dy())
	return [4]float64{float64(r.Min.X) / w, float64(r.Min.Y) / h, float64(r.Max.X) / w, float64(r.Max.Y) / h}
}

// overlap is the shared area as a share of the smaller box.
func overlap(a, b [4]float64) float64 {
	area := func(b [4]float64) float64 { return max(0, b[2]-b[0]) * max(0, b[3]-b[1]) }
	both := [4]float64{max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])}
	if both[0] >= both[2] || both[1] >= both[3] {
		return 0
	}
	return area(both) / max(1e-12, min(area(a), area(b)))
}

// apart is how far the lines and borders of two tables lie apart at most, in
// pixels; infinite if one has more of them.
func apart(a, b layout.Table) float64 {
	if a.Rows() != b.Rows() || a.Columns() != b.Columns() {
		return math.Inf(1)
	}
	most := 0.0
	for i := range a.Lines {
		most = max(most, math.Abs(a.Lines[i].At((a.Left+a.Right)/2)-b.Lines[i].At((b.Left+b.Right)/2)))
	}
	middle := a.Bounds().Min.Y + a.Bounds().Dy()/2
	for i := range a.Borders {
		most = max(most, math.Abs(a.Borders[i].At(middle)-b.Borders[i].At(middle)))
	}
	return most
}

func FuzzTables(f *testing.F) {
	f.Add(uint64(1), uint8(0), 200.0)
	f.Add(uint64(9), uint8(3), 70.0)
	f.Fuzz(func(t *testing.T, seed uint64, cut uint8, dpi float64) {
		if !(dpi >= 20 && dpi <= 600) {
			return // no resolution of a page
		}
		o := drawn.Random(seed)
		o.DPI = 60
		g := grey(drawn.Draw(o).Image)
		r := g.Bounds()
		r.Max.X -= int(cut) * r.Dx() / 300 // pages cut off anywhere
		r.Max.Y -= int(cut) * r.Dy() / 280
		g = layout.Turn(g.SubImage(r).(*image.Gray), int(cut)%4, 0).Image
		_, table, ok := find(g, dpi, int(seed)%4)
		if !ok {
			return
		}
		for i := 1; i < len(table.Lines); i++ {
			if table.Lines[i].At(table.Left) <= table.Lines[i-1].At(table.Left)-1 {
				t.Fatalf("line %d lies above line %d", i, i-1)
			}
		}
		for i := range table.Rows() {
			box := layout.Turn(g, 0, 0).Delivered(table.Row(i))
			for _, v := range box {
				if math.IsNaN(v) || v < 0 || v > 1 {
					t.Fatalf("row %d is at %v", i, box)
				}
			}
		}
	})
}

func BenchmarkFindTable(b *testing.B) {
	for _, dpi := range []int{200} {
		b.Run(fmt.Sprint(dpi, "dpi"), func(b *testing.B) {
			o := drawn.Random(1)
			o.Rules, o.DPI, o.Rotation = drawn.Grid, dpi, 0
			g := grey(drawn.Draw(o).Image)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, ok := find(g, float64(dpi), 0); !ok {
					b.Fatal("no table")
				}
			}
		})
	}
}

func TestEnlargedPagesKeepTheirLevelsAndPlaces(t *testing.T) {
	g := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range g.Pix {
		g.Pix[i] = 200
	}
	for y := 10; y < 20; y++ {
		for x := 20; x < 40; x++ {
			g.SetGray(x, y, color.Gray{Y: 50})
		}
	}
	big := layout.Enlarge(g, 2)
	if got := big.Rect.Size(); got != image.Pt(120, 80) {
		t.Fatalf("%v; want twice the size", got)
	}
	for y := range 80 {
		for x := range 120 {
			dx, dy := max(40-x, x-79), max(20-y, y-39) // outside the dark field where above 0
			want, most := uint8(50), 0
			if d := max(dx, dy); d > 0 {
				want = 200
			}
			if d := max(dx, dy); d > 2 || d < -2 {
				most = 15 // the cubic rings a little beside an edge
			} else {
				continue
			}
			if got := int(big.GrayAt(x, y).Y) - int(want); got > most || -got > most {
				t.Fatalf("pixel %d,%d has %d; want about %d", x, y, big.GrayAt(x, y).Y, want)
			}
		}
	}
}
