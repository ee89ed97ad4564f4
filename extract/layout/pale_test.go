package layout

import (
	"image"
	"math/rand/v2"
	"testing"
)

// TestPaleLines: lines paler than what shines through are rules all the same; the edge of a grey
// band and the paper between the letters of a line of print are none.
func TestPaleLines(t *testing.T) {
	const dpi, w, h = 200, 900, 700
	g := image.NewGray(image.Rect(0, 0, w, h))
	noise := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			level := 240
			if y > 600 {
				level = 222 // a band
			}
			g.Pix[y*g.Stride+x] = uint8(level + noise.IntN(5))
		}
	}
	dark := func(x, y, by int) { g.Pix[y*g.Stride+x] -= uint8(by) }
	lines, borders := []int{100, 200, 300, 400}, []int{80, 450, 820}
	for _, y := range lines {
		for x := 80; x < 820; x++ {
			dark(x, y, 16)
		}
	}
	for _, x := range borders {
		for y := 100; y < 400; y++ {
			dark(x, y, 16)
		}
	}
	for x := 120; x < 780; x++ { // strokes of letters
		for y := 500; y < 516; y++ {
			if x%12 < 3 {
				dark(x, y, 180)
			}
		}
	}
	bits := Binarize(g, dpi)
	if lying, standing := FindRules(bits, dpi); len(lying)+len(standing) > 0 {
		t.Fatalf("%d and %d rules in the ink alone: they are not pale", len(lying), len(standing))
	}
	lying, standing := PageRules(g, bits, dpi)
	if len(lying) != len(lines) || len(standing) != len(borders) {
		t.Fatalf("%d lying and %d standing rules, want %d and %d", len(lying), len(standing), len(lines), len(borders))
	}
	for i, r := range lying {
		if abs(int(r.middle())-lines[i]) > 1 || abs(r.From-80) > 8 || abs(r.To-820) > 8 {
			t.Errorf("a line at %d from %d to %d, want %d from 80 to 820", int(r.middle()), r.From, r.To, lines[i])
		}
	}
	for i, r := range standing {
		if abs(int(r.middle())-borders[i]) > 1 || abs(r.From-100) > 8 || abs(r.To-400) > 8 {
			t.Errorf("a border at %d from %d to %d, want %d from 100 to 400", int(r.middle()), r.From, r.To, borders[i])
		}
	}
}

// TestPaleLinesBesideDarkOnes: a form in pale lines has them though people struck lines out and a
// sentence goes straight on; of one in black lines pale ones are none.
func TestPaleLinesBesideDarkOnes(t *testing.T) {
	const dpi, w, h = 200, 900, 700
	const paper, black, pale = 245, 45, 215
	type stroke struct {
		from, to int
		level    uint8
	}
	for name, test := range map[string]struct {
		form uint8
		more []stroke // between its lines
		want int
	}{
		"pale, struck out":    {pale, []stroke{{90, 640, black}, {170, 800, black}, {120, 580, black}}, 6 + 3},
		"black, pale between": {black, []stroke{{80, 820, pale}, {80, 820, pale}, {80, 820, pale}}, 6},
	} {
		g := image.NewGray(image.Rect(0, 0, w, h))
		for i := range g.Pix {
			g.Pix[i] = paper
		}
		draw := func(y int, s stroke) {
			for x := s.from; x < s.to; x++ {
				g.Pix[y*g.Stride+x] = s.level
			}
		}
		for y := 100; y <= 600; y += 100 {
			draw(y, stroke{80, 820, test.form})
		}
		for i, s := range test.more {
			draw(150+100*i, s)
		}
		lying, _ := PageRules(g, Binarize(g, dpi), dpi)
		if len(lying) != test.want {
			t.Errorf("%s: %d rules, want %d", name, len(lying), test.want)
		}
	}
}
