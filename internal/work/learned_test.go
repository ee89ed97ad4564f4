package work

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/internal/fixtures"
)

// A page whose headings cannot be read is read again once another page of its form was
// understood, also if that page comes later. Both show the same lines, as if a sheet had been
// photographed twice: of the later one a person is told.
func TestPagesOfOneFormHelpEachOther(t *testing.T) {
	t.Parallel()
	o := oneForm(8)
	clear := drawn.Draw(o)
	hidden := drawn.Draw(o)
	hidden.HideHeadings()
	s := openTestService(t, Options{})
	snapshot := fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t, fixtures.Members))
	fixtures.AddPetition(t, s.Store, "p", snapshot.ID)
	working(t, s)
	for name, sheet := range map[string]drawn.Sheet{"first.jpg": hidden, "second.jpg": clear} {
		uploadSheet(t, s, name, sheet)
	}
	fixtures.Settled(t, s.Store, "p")

	points, err := s.Store.OpenPoints(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	_, pages, lines := fixtures.Contents(t, s.Store, "p")
	again := 0
	for _, p := range points {
		switch p.Kind {
		case string(extract.ColumnsUnknown):
			t.Errorf("still open: %+v", p)
		case string(extract.Repeated):
			if again++; p.PageID != pages[len(pages)-1].ID {
				t.Errorf("page %s repeats a later one", p.PageID)
			}
		}
	}
	if again != 1 {
		t.Errorf("%d pages are said to repeat another one, of two", again)
	}
	if n := len(lines); n == 0 || n%2 == 1 || len(pages) != 2 {
		t.Errorf("%d lines on %d pages that are alike", n, len(pages))
	}
}

// A mark that looks like writing is an open point until a second page of the form has it at
// the same place: then it is print, on both pages.
func TestWhatTheFormPrintsIsNoOpenPoint(t *testing.T) {
	t.Parallel()
	s := openTestService(t, Options{})
	snapshot := fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t, fixtures.Members))
	fixtures.AddPetition(t, s.Store, "p", snapshot.ID)
	working(t, s)
	for i, name := range []string{"first.jpg", "second.jpg"} {
		o := oneForm(4)
		o.Seed += uint64(i) << 32 // other people, on the same form
		sheet := drawn.Draw(o)
		flourish(sheet.Image.(draw.Image))
		uploadSheet(t, s, name, sheet)
		fixtures.Settled(t, s.Store, "p")
		points, err := s.Store.OpenPoints(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		if (len(points) > 0) != (i == 0) {
			t.Errorf("after %d pages: %d open points: %+v", i+1, len(points), points)
		}
	}
}

// flourish draws a curl in the top margin, as logos have them.
func flourish(on draw.Image) {
	for i := range 4000 {
		a := float64(i) / 4000 * 9 * math.Pi
		x, y := 500+i/14+int(40*math.Sin(a)), 90+int(30*math.Cos(a*0.7))
		draw.Draw(on, image.Rect(x, y, x+4, y+4), image.Black, image.Point{}, draw.Src)
	}
}

// oneForm is how sheets of one form are drawn, straight and clear.
func oneForm(rows int) drawn.Options {
	o := drawn.Random(9)
	o.Rules, o.DPI, o.Rows, o.Scan, o.Shaded, o.Skew, o.Rotation = drawn.Grid, 200, rows,
		drawn.Scan{}, false, 0, 0
	return o
}

func uploadSheet(t *testing.T, s *Service, name string, sheet drawn.Sheet) {
	t.Helper()
	sendSheet(t, s, "p", name, sheet)
}

func sendSheet(t *testing.T, s *Service, petition, name string, sheet drawn.Sheet) {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sheet.Image, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	upload(t, s, petition, name, b.Bytes())
}
