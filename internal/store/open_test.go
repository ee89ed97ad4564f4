package store

import (
	"errors"
	"testing"
)

// What pages leave open waits until a person settles it, and comes back with no reading that
// finds the same.
func testOpenPoints(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	p := v.pages[0]
	p.Open = []OpenPoint{
		{Kind: "writing-outside", Text: "Handwriting below the table.", Box: [4]float64{0.1, 0.9,
			0.5, 0.95}},
		{Kind: "damaged", Text: "Part of the picture is damaged."},
	}
	must(t, s.ReadPage(ctx, p, lines(2)))
	list := got(s.OpenPoints(ctx, v.petition.ID))(t)
	if len(list) != 2 || got(s.Counts(ctx, v.petition.ID))(t).Open != 2 {
		t.Fatalf("open points %+v", list)
	}
	before := got(s.Version(ctx, v.petition.ID))(t)
	first := list[0]
	first.Settled, first.Note, first.By, first.At = NothingHere, "a stain", v.account.ID, now()
	must(t, s.SettleOpen(ctx, first))
	same(t, got(s.OpenPoint(ctx, first.ID))(t), first)
	if got(s.Version(ctx, v.petition.ID))(t) == before {
		t.Error("settling changes nothing of the petition's version")
	}
	if err := s.SettleOpen(ctx, first); !errors.Is(err, ErrConflict) {
		t.Errorf("settled twice: %v", err)
	}
	same(t, got(s.Counts(ctx, v.petition.ID))(t).Open, 1)

	// Read again, the page has the one that is settled, and in the place of the other a new one.
	p.Sheet = sum("another sheet")
	p.Open = []OpenPoint{{Kind: first.Kind, Text: first.Text, Box: first.Box}, {Kind: "unread",
		Text: "A table was not read."}}
	must(t, s.ReadPage(ctx, p, lines(2)))
	list = got(s.OpenPoints(ctx, v.petition.ID))(t)
	kinds := map[string]string{}
	for _, o := range list {
		kinds[o.Kind] = o.Settled
	}
	same(t, kinds, map[string]string{first.Kind: NothingHere, "unread": ""})

	// Other pages may show that it has one more; one that is known is not added again.
	more := OpenPoint{Kind: "repeated", Text: "The page shows the same lines as page 1."}
	for range 2 {
		must(t, s.AddOpen(ctx, p.ID, more))
	}
	known := OpenPoint{Kind: first.Kind, Text: first.Text, Box: first.Box}
	must(t, s.AddOpen(ctx, p.ID, known))
	same(t, len(got(s.OpenPoints(ctx, v.petition.ID))(t)), 3)
	same(t, got(s.Counts(ctx, v.petition.ID))(t).Open, 2)
	more.PageID = p.ID
	must(t, s.CloseOpen(ctx, p.ID, []OpenPoint{more}, nil))

	first.Settled, first.Note = "", ""
	must(t, s.SettleOpen(ctx, first))
	same(t, got(s.Counts(ctx, v.petition.ID))(t).Open, 2)
	must(t, s.ExcludeUpload(ctx, v.upload.ID, true))
	same(t, len(got(s.OpenPoints(ctx, v.petition.ID))(t)), 0)
	same(t, got(s.Counts(ctx, v.petition.ID))(t).Open, 0)
}

// A line that a person added stays, whatever reading the page again finds.
func testAddLine(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	must(t, s.ReadPage(ctx, v.pages[0], lines(2)))
	drain(t, s)
	l := got(s.AddLine(ctx, Line{PageID: v.pages[0].ID, Box: [4]float64{0.1, 0.8, 0.9, 0.9},
		Row: []byte(`{"n":3}`)}, v.account.ID))(t)
	same(t, l.ID, LineID(v.pages[0].ID, 3))
	same(t, drain(t, s), []string{"verify " + v.pages[0].ID})
	p := v.pages[0]
	p.Sheet = sum("another sheet")
	must(t, s.ReadPage(ctx, p, lines(1)))
	same(t, len(got(s.LinesOf(ctx, p.ID))(t)), 3)
	if _, err := s.AddLine(ctx, Line{PageID: "never"}, v.account.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("a page that is not there: %v", err)
	}
}
