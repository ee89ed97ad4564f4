package hand

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg"
	_ "image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

func readCell(t testing.TB, name string) *image.Gray {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "cells", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(name, err)
	}
	return onPaper(m, 0, 0, 255)
}

// onPaper puts a picture on a sheet with room around it.
func onPaper(m image.Image, across, down int, grey uint8) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, m.Bounds().Dx()+2*across, m.Bounds().Dy()+2*down))
	draw.Draw(g, g.Rect, image.NewUniform(color.Gray{grey}), image.Point{}, draw.Src)
	draw.Draw(g, m.Bounds().Add(image.Pt(across, down)), m, m.Bounds().Min, draw.Src)
	return g
}

// written is clean writing on white: a line prepared until nothing changes.
func written(t testing.TB) *image.Gray {
	t.Helper()
	l := Prepare(Prepare(readCell(t, "dhsd-03.png")))
	if l == nil {
		t.Fatal("the cell counts as blank")
	}
	return l
}

// apart is the mean difference of two pictures in grey levels, once they are
// equally wide; 255 where their widths are far from each other.
func apart(a, b *image.Gray) float64 {
	if a == nil || b == nil {
		return 255
	}
	w, v := a.Rect.Dx(), b.Rect.Dx()
	if a.Rect.Dy() != b.Rect.Dy() || max(w, v)-min(w, v) > max(w, v)/20+2 {
		return 255
	}
	p, q, sum := planeOf(a), planeOf(b).resize(w, Height), 0.0
	for i, u := range p.pix {
		sum += math.Abs(float64(u) - float64(q.pix[i]))
	}
	return sum / float64(len(p.pix))
}

func TestPreparedLinesHaveOneHeightAndAMargin(t *testing.T) {
	cells, err := filepath.Glob("testdata/cells/*-*.*")
	if err != nil || len(cells) < 40 {
		t.Fatalf("%d cells, %v", len(cells), err)
	}
	for _, c := range cells {
		l := Prepare(readCell(t, filepath.Base(c)))
		if l == nil {
			t.Errorf("%s: counts as blank", c)
			continue
		}
		if l.Rect.Min != (image.Point{}) || l.Rect.Dy() != Height || l.Rect.Dx() < 8 || l.Rect.Dx() > maxWidth {
			t.Errorf("%s: %v", c, l.Rect)
		}
		for x := range l.Rect.Dx() {
			if l.GrayAt(x, 0).Y < 250 || l.GrayAt(x, Height-1).Y < 250 {
				t.Errorf("%s: ink in the margin at column %d", c, x)
				break
			}
		}
		if dark := bytes.IndexByte(l.Pix, 0); dark < 0 {
			t.Errorf("%s: nothing is black", c)
		}
	}
}

// Most lines stay as they are; a few with stains or narrow letters take two rounds.
func TestPreparingTwiceIsPreparingOnce(t *testing.T) {
	same, cells := 0, readables(t)
	for _, c := range cells {
		once := Prepare(c.image)
		if d := apart(once, Prepare(once)); d < 25 {
			same++
		} else {
			t.Logf("%s: %.1f grey levels apart", c.file, d)
		}
	}
	if same*10 < len(cells)*8 {
		t.Errorf("only %d of %d lines stay as they are", same, len(cells))
	}
}

func TestBlankCellsGiveNothing(t *testing.T) {
	noisy := image.NewGray(image.Rect(0, 0, 200, 60))
	r := rand.New(rand.NewPCG(1, 1))
	for i := range noisy.Pix {
		noisy.Pix[i] = uint8(235 + r.IntN(20))
	}
	nothing := image.NewGray(image.Rectangle{})
	for name, g := range map[string]*image.Gray{
		"white":       onPaper(nothing, 100, 30, 255),
		"grey":        onPaper(nothing, 100, 30, 128),
		"black":       onPaper(nothing, 100, 30, 0),
		"noise":       noisy,
		"one pixel":   onPaper(nothing, 0, 0, 255).SubImage(image.Rect(0, 0, 1, 1)).(*image.Gray),
		"no pixels":   nothing,
		"one row":     image.NewGray(image.Rect(0, 0, 50, 1)),
		"one speck":   onPaper(image.NewGray(image.Rect(0, 0, 1, 1)), 80, 25, 255),
		"only a rule": onPaper(image.NewGray(image.Rect(0, 0, 300, 2)), 0, 25, 255),
	} {
		if l := Prepare(g); l != nil {
			t.Errorf("%s: a line of %v", name, l.Rect)
		}
	}
}

func TestPreparationSeesPastWhatIsNoWriting(t *testing.T) {
	line := written(t)
	plain := func() *image.Gray { return onPaper(line, 40, 12, 255) }
	want := Prepare(plain())
	box := func(g *image.Gray, r image.Rectangle, grey uint8) {
		draw.Draw(g, r, image.NewUniform(color.Gray{grey}), image.Point{}, draw.Src)
	}
	for _, c := range []struct {
		name  string
		spoil func(g *image.Gray) *image.Gray
		most  float64
	}{
		{"room around it", func(g *image.Gray) *image.Gray { return onPaper(g, 90, 20, 255) }, 6},
		{"grey paper", func(g *image.Gray) *image.Gray {
			for i, v := range g.Pix {
				g.Pix[i] = uint8(int(v) * 200 / 255)
			}
			return g
		}, 12},
		{"a shadow", func(g *image.Gray) *image.Gray {
			for i, v := range g.Pix {
				g.Pix[i] = uint8(int(v) * (255 - i%g.Stride/5) / 255)
			}
			return g
		}, 16},
		{"a rule below", func(g *image.Gray) *image.Gray {
			box(g, image.Rect(0, g.Rect.Dy()-4, g.Rect.Dx(), g.Rect.Dy()-2), 40)
			return g
		}, 12},
		{"a rule at the left", func(g *image.Gray) *image.Gray {
			box(g, image.Rect(1, 0, 3, g.Rect.Dy()), 0)
			return g
		}, 6},
		{"the neighbour's descenders", func(g *image.Gray) *image.Gray {
			box(g, image.Rect(60, 0, 63, 7), 0)
			box(g, image.Rect(90, 0, 99, 5), 0)
			return g
		}, 6},
		{"specks", func(g *image.Gray) *image.Gray {
			for x := 5; x < g.Rect.Dx(); x += 37 {
				g.Pix[3*g.Stride+x] = 0
			}
			return g
		}, 6},
		{"a lid along the edge", func(g *image.Gray) *image.Gray {
			box(g, image.Rect(0, 0, g.Rect.Dx(), 6), 20)
			return g
		}, 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := apart(want, Prepare(c.spoil(plain()))); d > c.most {
				t.Errorf("%.1f grey levels from the clean line", d)
			}
		})
	}
}

func TestWideGapsAreShortened(t *testing.T) {
	line := written(t)
	wide := image.NewGray(image.Rect(0, 0, 2*line.Rect.Dx()+700, Height))
	draw.Draw(wide, wide.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(wide, line.Rect, line, image.Point{}, draw.Src)
	draw.Draw(wide, line.Rect.Add(image.Pt(line.Rect.Dx()+700, 0)), line, image.Point{}, draw.Src)
	got := Prepare(onPaper(wide, 10, 10, 255))
	if most := 2*line.Rect.Dx() + Height + 20; got == nil || got.Rect.Dx() > most {
		t.Errorf("%v, not at most %d wide", got.Rect, most)
	}
}

func TestPreparationLeavesTheCellAlone(t *testing.T) {
	g := readCell(t, "dhsd-00.png")
	before := bytes.Clone(g.Pix)
	Prepare(g)
	if !bytes.Equal(before, g.Pix) {
		t.Error("the cell was changed")
	}
}

func TestAPartOfAPageIsACell(t *testing.T) {
	cell := readCell(t, "dhsd-03.png")
	page := onPaper(cell, 33, 17, 90)
	part := page.SubImage(cell.Rect.Add(image.Pt(33, 17))).(*image.Gray)
	if d := apart(Prepare(cell), Prepare(part)); d != 0 {
		t.Errorf("%.1f grey levels from the cell by itself", d)
	}
}

func FuzzPrepare(f *testing.F) {
	f.Add(uint16(3), []byte{0, 255, 0, 255, 0, 255, 255, 255, 0})
	f.Add(uint16(20), bytes.Repeat([]byte{255, 255, 0, 200}, 200))
	f.Add(uint16(1), bytes.Repeat([]byte{255, 0}, 300))
	f.Fuzz(func(t *testing.T, width uint16, pix []byte) {
		w := int(width)%500 + 1
		g := &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, len(pix)/w)}
		l := Prepare(g)
		if l != nil && (l.Rect.Dy() != Height || l.Rect.Dx() < 8 || l.Rect.Dx() > maxWidth || len(l.Pix) != l.Rect.Dx()*Height) {
			t.Fatalf("%d pixels make a line of %v", len(l.Pix), l.Rect)
		}
	})
}

func BenchmarkPrepare(b *testing.B) {
	g := readCell(b, "dhsd-03.png")
	b.ReportAllocs()
	for b.Loop() {
		Prepare(g)
	}
}

func TestNarrowLettersGetRoom(t *testing.T) {
	line := planeOf(written(t))
	narrow := line.resize(line.w/2, line.h)
	got := Prepare(onPaper(&image.Gray{Pix: narrow.pix, Stride: narrow.w, Rect: image.Rect(0, 0, narrow.w, narrow.h)}, 20, 10, 255))
	if got == nil || got.Rect.Dx() < narrow.w*13/10 {
		t.Errorf("half as wide, the line is %v; it was %d wide", got.Rect, line.w)
	}
	if again := planeOf(got).crowded(); again > 1.15 {
		t.Errorf("it would be made wider once more, %.2f times", again)
	}
}
