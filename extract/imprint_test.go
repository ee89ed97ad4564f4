package extract

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// inked is an imprint on which scrawls are drawn, each from its own seed at its place.
func inked(scrawls map[image.Point]uint64) Imprint {
	m := Imprint{Width: 425, Height: 550}
	m.Ink = make([]byte, (m.Width+7)/8*m.Height)
	for at, seed := range scrawls {
		random := rand.New(rand.NewPCG(seed, 5))
		x, y, way := float64(at.X), float64(at.Y), 0.0
		for range 150 {
			way += random.NormFloat64() * 0.6
			x, y = x+math.Cos(way)+0.25, y+math.Sin(way)
			x = max(float64(at.X), min(float64(at.X+70), x))
			y = max(float64(at.Y), min(float64(at.Y+14), y))
			m.Ink[int(y)*((m.Width+7)/8)+int(x)/8] |= 0x80 >> (int(x) % 8)
		}
	}
	return m
}

// blankForm is what the tests' form prints, moved.
func blankForm(by image.Point, more map[image.Point]uint64) Imprint {
	scrawls := map[image.Point]uint64{}
	for i, at := range []image.Point{{40, 30}, {150, 30}, {260, 30}, {40, 500}, {200, 505}} {
		scrawls[at.Add(by)] = 100 + uint64(i)
	}
	for at, seed := range more {
		scrawls[at.Add(by)] = seed
	}
	return inked(scrawls)
}

func TestPrintRecurs(t *testing.T) {
	at, place := image.Pt(100, 60), image.Rect(95, 55, 180, 80)
	one := blankForm(image.Point{}, map[image.Point]uint64{at: 1})
	for name, c := range map[string]struct {
		other Imprint
		want  bool
	}{
		"the same":                 {blankForm(image.Point{}, map[image.Point]uint64{at: 1}), true},
		"a page a little off":      {blankForm(image.Pt(9, -6), map[image.Point]uint64{at: 1}), true},
		"elsewhere on the page":    {blankForm(image.Point{}, map[image.Point]uint64{at.Add(image.Pt(12, 8)): 1}), false},
		"somebody else's":          {blankForm(image.Point{}, map[image.Point]uint64{at: 2}), false},
		"nothing there":            {blankForm(image.Point{}, nil), false},
		"among other print":        {blankForm(image.Point{}, map[image.Point]uint64{at: 2, at.Add(image.Pt(3, 2)): 3, at.Add(image.Pt(1, 5)): 4}), false},
		"with a word written over": {blankForm(image.Point{}, map[image.Point]uint64{at: 1, at.Add(image.Pt(3, 14)): 7}), true},
	} {
		on, ok := one.over(c.other)
		if got := ok && on.recurs(place); got != c.want {
			t.Errorf("%s: recurs is %v, one form %v", name, got, ok)
		}
	}
	beside := blankForm(image.Point{}, map[image.Point]uint64{at: 1, at.Add(image.Pt(0, 18)): 9})
	if on, ok := beside.over(one); !ok || on.recurs(place.Union(image.Rect(95, 55, 180, 100))) {
		t.Error("a word beside what is printed is taken for print")
	}
	black := inked(nil)
	for i := range black.Ink {
		black.Ink[i] = 0xff
	}
	if on, ok := one.over(black); ok && on.recurs(place) {
		t.Error("ink recurs on a black page")
	}
	if _, ok := one.over(inked(map[image.Point]uint64{at: 1, image.Pt(30, 300): 6})); ok {
		t.Error("two forms are taken for one by their size")
	}
}

func TestTwoScansOfOneSheetTellNothing(t *testing.T) {
	rows := []image.Rectangle{image.Rect(80, 195, 200, 220), image.Rect(80, 245, 200, 270)}
	sheet := func(a, b, logo uint64) Sheet {
		m := blankForm(image.Point{}, map[image.Point]uint64{image.Pt(100, 60): logo, image.Pt(100, 200): a, image.Pt(100, 250): b})
		m.Rows = rows
		return Sheet{Kind: Signers, Imprint: m, Notes: []string{"kept", "seen"}, Open: []Open{
			{Kind: WritingOutside, Text: "seen", Upright: image.Rect(95, 55, 180, 80)},
			{Kind: ColumnsUnknown, Text: "kept", Upright: image.Rect(95, 55, 180, 80)},
		}}
	}
	s := sheet(11, 12, 1)
	if at := s.Printed([]Sheet{sheet(11, 12, 1)}); len(at) != 0 {
		t.Errorf("a second scan closes %v", at)
	}
	if at := s.Printed([]Sheet{sheet(13, 14, 2)}); len(at) != 0 {
		t.Errorf("another hand closes %v", at)
	}
	at := s.Printed([]Sheet{sheet(11, 12, 1), sheet(13, 14, 1)})
	if s.Close(at); len(s.Open) != 1 || s.Open[0].Kind != ColumnsUnknown || len(s.Notes) != 1 || s.Notes[0] != "kept" {
		t.Errorf("open: %v, notes: %q", s.Open, s.Notes)
	}
}
