package paper_test

import (
	"fmt"
	"image"
	"image/draw"
	"math"
	"testing"

	"countersign/extract/drawn"
	"countersign/extract/paper"
)

// office is a ruled sheet without anything that a scanner or the years did.
func office(seed uint64) drawn.Options {
	o := drawn.Random(seed)
	o.Kind, o.Rules, o.DPI, o.Rows, o.Labels, o.Shaded, o.Colour = drawn.Signers, drawn.Grid, 200, 12, false, false, false
	o.Skew, o.Rotation, o.Scan = 0, 0, drawn.Scan{}
	return o
}

func grey(m image.Image) *image.Gray {
	g := image.NewGray(m.Bounds())
	draw.Draw(g, g.Rect, m, m.Bounds().Min, draw.Src)
	return g
}

var photos = map[string]drawn.Photo{
	"from above":   {Desk: drawn.Plain, Corners: [4][2]float64{{.1, .09}, {.9, .1}, {.89, .9}, {.09, .89}}},
	"from below":   {Desk: drawn.Wood, Corners: [4][2]float64{{.16, .12}, {.86, .1}, {.93, .91}, {.07, .9}}, Lamp: .3},
	"from a side":  {Desk: drawn.Cloth, Corners: [4][2]float64{{.1, .08}, {.9, .16}, {.88, .86}, {.08, .94}}, Shadow: .4},
	"bent":         {Desk: drawn.Wood, Corners: [4][2]float64{{.1, .1}, {.9, .12}, {.91, .9}, {.08, .88}}, Curl: .01},
	"lying turned": {Desk: drawn.Wood, Corners: [4][2]float64{{.14, .07}, {.95, .13}, {.88, .93}, {.06, .89}}, Noise: 4},
}

func TestSheetsAreFoundInPhotos(t *testing.T) {
	for name, photo := range photos {
		t.Run(name, func(t *testing.T) {
			s := drawn.Draw(office(3))
			photo.Seed, photo.Portrait = 7, image.Pt(1200, 1600)
			if s.Options.Width > s.Options.Height {
				photo.Portrait = image.Pt(1600, 1200)
			}
			g := grey(drawn.Taken(s, photo).Image)
			found := paper.Find(g, 150)
			if found == nil {
				t.Fatal("not found")
			}
			for i, c := range [4][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
				x, y := found.Back(c[0], c[1])
				if off := math.Hypot(x-photo.Corners[i][0], y-photo.Corners[i][1]); off > 0.004 {
					t.Errorf("corner %d at %.4f, %.4f; want %v", i, x, y, photo.Corners[i])
				}
			}
			if photo.Curl > 0 {
				a, b := photo.Corners[0], photo.Corners[1]
				_, y := found.Back(0.5, 0)
				if hangs := y - (a[1]+b[1])/2; hangs < 0.005 || hangs > 0.012 {
					t.Errorf("the top hangs down by %.4f of the photo's height; want about 0.008", hangs)
				}
			}
		})
	}
}

func TestSheetsMayReachBeyondPhotos(t *testing.T) {
	o := office(3)
	o.Width, o.Height = 8.5, 11
	photo := photos["from below"]
	photo.Seed, photo.Portrait = 7, image.Pt(1200, 1600)
	photo.Corners[2][1], photo.Corners[3][1] = 1.03, 1.05
	found := paper.Find(grey(drawn.Taken(drawn.Draw(o), photo).Image), 150)
	if found == nil || !found.Cut {
		t.Fatalf("found %v; want a sheet that is cut off", found)
	}
	for i, want := range photo.Corners[:2] {
		x, y := found.Back(float64(i), 0)
		if off := math.Hypot(x-want[0], y-want[1]); off > 0.004 {
			t.Errorf("corner %d at %.4f, %.4f; want %v", i, x, y, want)
		}
	}
	for u := 0.0; u <= 1; u++ {
		if _, y := found.Back(u, 1); y < 1 {
			t.Errorf("the sheet ends at %.4f, and more of it is seen", y)
		}
	}
}

// TestScansComeBackAsTheyCame is the promise that nothing which a scanner made
// is resampled, whatever is around or on the sheet.
func TestScansComeBackAsTheyCame(t *testing.T) {
	for seed := uint64(1); seed <= 10; seed++ {
		o := drawn.Random(seed)
		o.DPI, o.Scan.Border = 200, true
		g := grey(drawn.Draw(o).Image)
		if p := paper.Prepare(g, 200); p.Image != g || p.Photo != nil || p.DPI != 200 {
			t.Errorf("seed %d (%s, %s): the page was changed", seed, o.Kind, o.Rules)
		}
	}
}

// TestGreyBandsAreNoDesk: the row between two bands of a scan ends at the sheet's own side,
// and is no sheet.
func TestGreyBandsAreNoDesk(t *testing.T) {
	o := office(102)
	o.Rules, o.Shaded, o.Rows, o.Width, o.Height = drawn.Stripes, true, 9, 11.69, 8.27
	o.RowHeight, o.Skew, o.Scan.Border = 0.63, 2, true
	if found := paper.Find(grey(drawn.Draw(o).Image), 200); found != nil {
		t.Error("taken for a photo")
	}
}

func TestSheetOnLargerGlassIsAScan(t *testing.T) {
	o := office(5)
	o.Width, o.Height, o.DPI = 8.5, 11, 100
	glass := image.NewGray(image.Rect(0, 0, 1170, 1654)) // A3
	draw.Draw(glass, glass.Rect, image.NewUniform(image.Black), image.Point{}, draw.Src)
	draw.Draw(glass, image.Rect(60, 70, 910, 1170), drawn.Draw(o).Image, image.Point{}, draw.Src)
	if found := paper.Find(glass, 100); found != nil {
		t.Error("taken for a photo")
	}
}

// difference is the mean difference of levels in part of two pictures.
func difference(a, b *image.Gray, r image.Rectangle) float64 {
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += math.Abs(float64(a.GrayAt(x, y).Y) - float64(b.GrayAt(x, y).Y))
		}
	}
	return sum / float64(r.Dx()*r.Dy())
}

func TestWhiteOnDarkIsTurnedOver(t *testing.T) {
	for seed := uint64(1); seed <= 2; seed++ {
		s := drawn.Draw(office(seed))
		want := grey(s.Image)
		for _, ground := range []uint8{0, 60, 110} {
			t.Run(fmt.Sprint("band ", seed, ground), func(t *testing.T) {
				g := grey(s.Image)
				head := s.Head.Flat
				for y := head.Min.Y; y < head.Max.Y; y++ {
					for x := head.Min.X; x < head.Max.X; x++ {
						p := &g.Pix[y*g.Stride+x]
						*p = 255 - uint8(int(*p)*(255-int(ground))/255)
					}
				}
				p := paper.Prepare(g, 200)
				if d := difference(p.Image, want, head.Inset(4)); d > 12 {
					t.Errorf("the band differs from black on white by %.0f levels", d)
				}
				below := image.Rect(head.Min.X, head.Max.Y+4, head.Max.X, want.Rect.Max.Y)
				if d := difference(p.Image, want, below); d > 0 {
					t.Errorf("what stands below the band was changed by %.2f levels", d)
				}
			})
		}
		t.Run(fmt.Sprint("negative ", seed), func(t *testing.T) {
			g := grey(s.Image)
			for i := range g.Pix {
				g.Pix[i] = 255 - g.Pix[i]
			}
			if d := difference(paper.Prepare(g, 200).Image, want, want.Rect); d > 0 {
				t.Errorf("differs from the page by %.2f levels", d)
			}
		})
	}
}

// TestShadowsGo takes a picture across which the edge of a hard shadow lies.
func TestShadowsGo(t *testing.T) {
	s := drawn.Draw(office(3))
	photo := photos["from above"]
	photo.Seed, photo.Portrait, photo.Shadow = 7, image.Pt(1200, 1600), 0.5
	p := paper.Prepare(grey(drawn.Taken(s, photo).Image), 150)
	if p.Photo == nil {
		t.Fatal("not found")
	}
	dark := 0
	frame := p.Image.Rect.Inset(int(p.DPI * 0.2))
	for y := frame.Min.Y; y < frame.Max.Y; y++ {
		for x := frame.Min.X; x < frame.Max.X; x++ {
			if p.Image.GrayAt(x, y).Y < 200 {
				dark++
			}
		}
	}
	if share := float64(dark) / float64(frame.Dx()*frame.Dy()); share > 0.12 {
		t.Errorf("%.0f %% of the page is darker than paper", 100*share)
	}
}
