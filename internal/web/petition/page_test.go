package petition

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
)

// However a page was scanned, people see it upright, with its rows where they are.
func TestUpright(t *testing.T) {
	page := store.Page{Width: 300, Height: 400}
	lines := []office.Line{{Verdict: "valid", Box: [4]float64{.1, .2, .5, .3}}}
	for rotation, want := range map[int]struct {
		size image.Point
		box  [4]float64
		mark image.Point // where the pixel at 30, 80 of the picture goes
	}{
		0:   {image.Pt(300, 400), [4]float64{.1, .2, .5, .3}, image.Pt(30, 80)},
		90:  {image.Pt(400, 300), [4]float64{.7, .1, .8, .5}, image.Pt(319, 30)},
		180: {image.Pt(300, 400), [4]float64{.5, .7, .9, .8}, image.Pt(269, 319)},
		270: {image.Pt(400, 300), [4]float64{.2, .5, .3, .9}, image.Pt(80, 269)},
	} {
		page.Rotation = rotation
		w, h, _ := upright(page)
		if got := image.Pt(w, h); got != want.size {
			t.Errorf("turned by %d: %v, want %v", rotation, got, want.size)
		}
		for i, v := range uprightBox(page, lines[0].Box) {
			if math.Abs(v-want.box[i]) > 1e-9 {
				t.Errorf("turned by %d: %v, want %v", rotation, uprightBox(page, lines[0].Box),
					want.box)
				break
			}
		}
		src := image.NewGray(image.Rect(0, 0, 300, 400))
		src.SetGray(30, 80, color.Gray{255})
		small := office.Turned(src, rotation)
		if r, _, _, _ := small.At(want.mark.X,
			want.mark.Y).RGBA(); small.Bounds().Size() != want.size || r == 0 {
			t.Errorf("turned by %d: the picture is %v", rotation, small.Bounds().Size())
		}
		if d := string(drawing(page, lines, false)); !strings.Contains(d, fmt.Sprintf(`x="%.1f"`,
			want.box[0]*1000)) {
			t.Errorf("turned by %d: drawn as %s", rotation, d)
		}
	}
}

// A page of a list has no picture: its lines are drawn below each other as if they stood on paper.
func TestPageOfList(t *testing.T) {
	t.Parallel()
	lines := []office.Line{{Number: 1, Verdict: "valid"}, {Number: 2, Verdict: "invalid"}}
	v := newSheet(store.Page{Source: "list", Picture: "e3b0", ReadAt: time.Now()}, lines)
	if v.Word != "" || v.Valid != 1 || v.Invalid != 1 || strings.Count(string(v.Drawing),
		"<rect") != 2 {
		t.Errorf("%+v", v)
	}
	if lines[0].Box != [4]float64{} {
		t.Error("the lines themselves were changed")
	}
	if v := newSheet(store.Page{ReadAt: time.Now()}, nil); v.Word != "No picture" || !v.Bad {
		t.Errorf("a page that lost its picture is %+v", v)
	}
}

// After the sheets comes the count, and after the first count no guide.
func TestGuideEnds(t *testing.T) {
	if guide(office.FirstSteps{Members: true, Petition: true, Sheets: true, Counted: true}) != nil {
		t.Error("the guide stays when a petition was counted")
	}
	if steps := guide(office.FirstSteps{Members: true, Petition: true, Sheets: true,
		Newest: "a"}); !steps[3].Next || steps[3].Link != "/petitions/a" {
		t.Errorf("after the sheets comes %+v", steps[3])
	}
}

// Lines that nobody compared with a membership export wait for it, not for a person.
func TestWaitsForExport(t *testing.T) {
	said := waits(&Standing{Overview: store.Overview{Petition: store.Petition{ID: "p"},
		Counts: store.Counts{Uploads: 1, Opened: 1, Pages: 1, Read: 1, Lines: 9}},
		Count: office.Count{Rows: 9, Uncertain: 9, Needs: map[string]int{"match": 9}}})
	if len(said) != 1 || said[0].Text != "no membership export chosen" {
		t.Errorf("the petition waits for %+v", said)
	}
}
