package review

import (
	"strings"
	"testing"

	"countersign/internal/office"
	"countersign/internal/store"
)

// What differs is in brackets; a letter too many in what was read is an empty pair.
func TestMarks(t *testing.T) {
	for _, tt := range []struct{ read, own, want, agreement string }{
		{"Lea Lois", "Lea Loic", "Lea Loi[c]", "close"},
		{"LEA LOIC", "Lea Loic", "Lea Loic", "agrees"},
		{"Strum, John", "John Strum", "John Strum", "agrees"},
		{"Cliffton Whitehouse", "Clifton Whitehouse", "Cli[]fton Whitehouse", "close"},
		{"Marguerite Adonis", "Margu\u00e9rite Adonis", "Margu\u00e9rite Adonis", "agrees"},
		{"OBrien", "O'Brien", "O'Brien", "agrees"},
		{"John Strum", "John Quincy Strum", "John [Quincy] Strum", "differs"},
		{"1360224", "1362024", "136[20]24", "differs"},
		{"Drake University", "Tulane University", "[Tulane] University", "differs"},
		{"", "1086620", "1086620", ""},
		{"1086620", "", "", ""},
	} {
		var b strings.Builder
		pieces := markDifferences(tt.read, tt.own)
		for _, p := range pieces {
			if p.Differs {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		if b.String() != tt.want {
			t.Errorf("%q as %q: %s, want %s", tt.own, tt.read, b.String(), tt.want)
		}
		if got := agreement(tt.read, pieces); got != tt.agreement {
			t.Errorf("%q as %q: %q, want %q", tt.own, tt.read, got, tt.agreement)
		}
	}
}

// Marks never change what the roll has, whatever was read.
func FuzzMarks(f *testing.F) {
	f.Add("Strum, John", "John Strum")
	f.Add("a", "  b ")
	f.Fuzz(func(t *testing.T, read, own string) {
		var b strings.Builder
		for _, p := range markDifferences(read, own) {
			b.WriteString(p.Text)
		}
		if got, want := strings.Join(strings.Fields(b.String()), " "),
			strings.Join(strings.Fields(strings.ToValidUTF8(own, "\ufffd")), " "); got != want &&
			strings.ToValidUTF8(own, "") == own {
			t.Errorf("%q became %q", want, got)
		}
	})
}

// A sheet that was scanned askew is shown upright, with its row.
func TestReviewTurnsSheets(t *testing.T) {
	page := store.Page{ID: "page", Picture: "picture", Width: 1275, Height: 1650}
	for rotation, want := range map[int]boxView{0: {100, 200, 800, 50, 250}, 90: {750, 100, 50, 800,
		900}, 180: {100, 750, 800, 50, 800}, 270: {200, 100, 50, 800, 900}} {
		page.Rotation = rotation
		rv := &review{pages: map[string]store.Page{page.ID: page}}
		got, err := rv.sheet(&office.Line{PageID: page.ID, Box: [4]float64{0.1, 0.2, 0.9, 0.25}})
		if err != nil {
			t.Fatal(err)
		}
		if got.Row != want {
			t.Errorf("turned by %d: the row is %v, want %v", rotation, got.Row, want)
		}
		if upright := got.Height > got.Width; upright != (rotation%180 == 0) {
			t.Errorf("turned by %d: %d by %d", rotation, got.Width, got.Height)
		}
	}
}
