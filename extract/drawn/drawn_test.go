package drawn

import (
	"image"
	"image/color"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plain is a sheet of seed on perfect paper, straight, with no lines.
func plain(seed uint64) Options {
	o := Random(seed)
	o.DPI, o.Colour = 100, false
	o.Rules, o.Shaded, o.Labels = None, false, false
	o.Skew, o.Rotation, o.Stray, o.Struck, o.Scan = 0, 0, 0, 0, Scan{}
	return o
}

func TestSameSeedSamePage(t *testing.T) {
	o := Random(3)
	o.DPI = 40
	if diff := cmp.Diff(Draw(o), Draw(o)); diff != "" {
		t.Error(diff)
	}
	other := o
	other.Seed++
	if cmp.Equal(Draw(o).Image, Draw(other).Image) {
		t.Error("another seed drew the same page")
	}
}

func TestInkIsWhereTheTruthSays(t *testing.T) {
	for seed := range uint64(20) {
		sheet := Draw(plain(seed))
		for i, row := range sheet.Rows {
			for j, column := range sheet.Columns {
				want := false
				for _, item := range column.Items {
					want = want || row.Texts[item] != "" || item == "number"
				}
				// Descenders leave the cell: look at the middle of it.
				cell := row.Cells[j].Box
				cell.Min.Y, cell.Max.Y = cell.Min.Y+cell.Dy()/4, cell.Max.Y-cell.Dy()/6
				if got := !dark(sheet.Image, cell).Empty(); got != want && (want || !row.Written) {
					t.Errorf("seed %d, row %d, column %d (%v): ink %v, want %v", seed, i+1, j+1, column.Items, got, want)
				}
			}
			if !row.Written && (row.Signed || row.Struck || len(row.Texts) > 0) {
				t.Errorf("seed %d, row %d: nobody wrote here, yet %+v", seed, i+1, row)
			}
		}
	}
}

func TestRowsTouchAndLieOnThePage(t *testing.T) {
	for seed := range uint64(60) {
		o := Random(seed)
		o.DPI = 50
		sheet := Draw(o)
		if n := len(sheet.Rows); n < 1 || n > o.Rows {
			t.Errorf("seed %d: %d rows, at most %d were asked for", seed, n, o.Rows)
		}
		above := sheet.Head.Flat
		for i, row := range sheet.Rows {
			if row.Flat.Min.Y != above.Max.Y || row.Box.Empty() || !row.Box.In(sheet.Image.Bounds()) {
				t.Errorf("seed %d: row %d is at %v below %v on %v", seed, i+1, row, above, sheet.Image.Bounds())
			}
			above = row.Flat
		}
	}
}

func TestTurnedPageIsTheSamePage(t *testing.T) {
	o := plain(5)
	upright := Draw(o)
	w, h := upright.Image.Bounds().Dx(), upright.Image.Bounds().Dy()
	for rotation, from := range map[int]func(x, y int) (int, int){
		90:  func(x, y int) (int, int) { return w - 1 - y, x },
		180: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		270: func(x, y int) (int, int) { return y, h - 1 - x },
	} {
		o.Rotation = rotation
		turned := Draw(o).Image
		for y := range turned.Bounds().Dy() {
			for x := range turned.Bounds().Dx() {
				ux, uy := from(x, y)
				if turned.At(x, y) != upright.Image.At(ux, uy) {
					t.Fatalf("rotation %d: (%d,%d) is not (%d,%d) of the upright page", rotation, x, y, ux, uy)
				}
			}
		}
	}
}

// An empty grid, leaning and turned, must fill exactly the boxes that the
// truth gives.
func TestLeaningBoxesHoldTheirLines(t *testing.T) {
	for _, rotation := range []int{0, 90, 180, 270} {
		for _, skew := range []float64{-3, -.7, 0, 1.5, 3} {
			o := plain(11)
			o.Rules, o.LineWidth, o.LineGray, o.Margin, o.Filled = Grid, 2, 0, 1, 0
			o.Title, o.Preamble, o.Footer = "", "", ""
			o.Columns = []Asked{{Items: []string{"name"}}, {Items: []string{"signature"}}}
			o.Skew, o.Rotation = skew, rotation
			sheet := Draw(o)
			want := sheet.Head.Box
			for _, row := range sheet.Rows {
				want = want.Union(row.Box)
			}
			got := dark(sheet.Image, sheet.Image.Bounds())
			if !got.In(want.Inset(-3)) || !want.Inset(3).In(got) {
				t.Errorf("skew %g, rotation %d: lines fill %v, truth says %v", skew, rotation, got, want)
			}
		}
	}
}

func TestOtherKinds(t *testing.T) {
	for seed := range uint64(12) {
		o := plain(seed)
		for _, o.Kind = range []Kind{Cover, Blank, Other} {
			sheet := Draw(o)
			inked := !dark(sheet.Image, sheet.Image.Bounds()).Empty()
			if inked == (o.Kind == Blank) {
				t.Errorf("seed %d: %s page has ink: %v", seed, o.Kind, inked)
			}
			if o.Kind != Cover {
				continue
			}
			for i, who := range sheet.Words.Organizers {
				place := who.Signature.Box
				if place.Empty() || !place.In(sheet.Image.Bounds()) {
					t.Errorf("seed %d: organizer %d signs at %v", seed, i+1, place)
				}
				place.Min.Y, place.Max.Y = place.Min.Y+place.Dy()/4, place.Max.Y-place.Dy()*2/5
				place.Min.X, place.Max.X = place.Min.X+4, place.Max.X-4 // the rules of a table
				if got := !dark(sheet.Image, place).Empty(); got != who.Signed {
					t.Errorf("seed %d: organizer %d: ink %v, signed %v", seed, i+1, got, who.Signed)
				}
			}
		}
	}
}

// dark gives the smallest rectangle that holds all dark pixels within r.
func dark(img image.Image, r image.Rectangle) image.Rectangle {
	var found image.Rectangle
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y < 215 {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return found
}

func BenchmarkDraw(b *testing.B) {
	o := Random(2)
	o.DPI, o.Skew = 200, 1
	b.ReportAllocs()
	for b.Loop() {
		Draw(o)
	}
}
