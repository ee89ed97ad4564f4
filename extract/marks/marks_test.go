package marks_test

import (
	"errors"
	"image"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract/drawn"
	"countersign/extract/layout"
	"countersign/extract/marks"
)

func code() marks.Code {
	return marks.Code{Petition: "K7QF-3XMN", Page: 3, Of: 12, Layout: marks.Layout{
		Paper: marks.A4, Landscape: true, Rows: 11, Top: 190, Head: 24, Pitch: 41,
		Columns: []marks.Column{{"number", 30, 0}, {"name", 250, 0}, {"member_id", 140, 7}, {"signature", 220, 0}, {"date", 90, 0}},
	}}
}

func TestCodesAreReadAsWritten(t *testing.T) {
	for _, petition := range []string{"K7QF-3XMN", "mig_2026-014", "0192f3ab-77c1-7d3e-9a55-0c2d1e8b4f60", "Mixed_Case-1", "7", "a", strings.Repeat("z", 40)} {
		want := code()
		want.Petition = petition
		if err := want.Valid(); err != nil {
			t.Errorf("petition %s: %v", petition, err)
		}
		got, err := marks.Parse(want.String())
		if err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// Sheets lie in drawers for years: what is printed today must be read then.
func TestFormat(t *testing.T) {
	const want = "CS1.K7QF-3XMN.3.12.AL11-190-24-41-N30F250M140/7X220D90.B759"
	if got := code().String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestForeignCodesAreRefused(t *testing.T) {
	good := code().String()
	bad := []string{"", "hello", "CS2" + good[3:], good[:len(good)-1], good + "0"}
	for i := range good { // one sign misread
		bad = append(bad, good[:i]+string(good[i]^1)+good[i+1:])
	}
	for _, s := range bad {
		if c, err := marks.Parse(s); !errors.Is(err, marks.ErrForeign) {
			t.Errorf("%q was read as %+v, %v", s, c, err)
		}
	}
	for name, spoil := range map[string]func(*marks.Code){
		"page beyond the last": func(c *marks.Code) { c.Page = 13 },
		"table off the page":   func(c *marks.Code) { c.Layout.Rows = 40 },
		"columns off the page": func(c *marks.Code) { c.Layout.Columns[1].Width = 900 },
		"no column":            func(c *marks.Code) { c.Layout.Columns = nil },
		"lines of no height":   func(c *marks.Code) { c.Layout.Pitch = 3 },
		"petition of no sign":  func(c *marks.Code) { c.Petition = "" },
	} {
		c := code()
		spoil(&c)
		if c.Valid() == nil {
			t.Errorf("%s: nothing is wrong with it", name)
		}
		if _, err := marks.Parse(c.String()); !errors.Is(err, marks.ErrForeign) {
			t.Errorf("%s: %s was read", name, c)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(code().String())
	f.Fuzz(func(t *testing.T, s string) {
		c, err := marks.Parse(s)
		if err == nil && c.String() != s {
			if again, err := marks.Parse(c.String()); err != nil || !cmp.Equal(c, again) {
				t.Errorf("%q was read as %+v, which is written %q", s, c, c)
			}
		}
	})
}

// Other people's sheets have no marks, whatever is punched or printed there.
func TestNoMarksOnOtherSheets(t *testing.T) {
	for seed := range uint64(25) {
		o := drawn.Random(seed)
		o.DPI, o.Scan.Holes = 150, true
		if seed%5 == 4 {
			o.Kind = drawn.Cover
		}
		if c, ok := marks.Find(pieces(drawn.Draw(o).Image, 150), 150); ok {
			t.Errorf("seed %d: marks at %v", seed, c.At)
		}
	}
}

func pieces(img image.Image, dpi float64) layout.Components {
	g := image.NewGray(img.Bounds())
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			g.Set(x, y, img.At(x, y))
		}
	}
	return layout.FindComponents(layout.Binarize(g, dpi))
}

// BenchmarkFind is what the search for marks costs a page that has none.
func BenchmarkFind(b *testing.B) {
	o := drawn.Random(101)
	o.DPI = 200
	c := pieces(drawn.Draw(o).Image, 200)
	b.ReportAllocs()
	for b.Loop() {
		marks.Find(c, 200)
	}
}
