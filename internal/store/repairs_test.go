package store

import (
	"errors"
	"testing"
)

// Lines that are taken out and pages that do not count are left out everywhere, and come back; a
// page that is read again by a person's word keeps the lines that people looked at.
func testRepairs(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	page := v.pages[0]
	page.Kind = "signers"
	must(t, s.ReadPage(ctx, page, lines(3)))
	must(t, s.MatchLines(ctx, page.ID, v.snapshot.ID, map[string][]byte{LineID(page.ID,
		1): []byte("{}")}))
	r := got(s.AddRepair(ctx, Repair{PetitionID: v.petition.ID, UploadID: v.upload.ID,
		PageID: page.ID, Kind: "delete", By: v.account.ID, Note: "none", Data: "{}"}))(t)
	must(t, s.DropLines(ctx, r.ID, LineID(page.ID, 1)))
	counted := func(want int) {
		t.Helper()
		c := got(s.Counts(ctx, v.petition.ID))(t)
		if list := got(s.Lines(ctx, v.petition.ID))(t); len(list) != want || c.Lines != want {
			t.Errorf("%d lines are listed and %d counted, want %d", len(list), c.Lines, want)
		}
	}
	counted(2)
	same(t, got(s.Counts(ctx, v.petition.ID))(t).Matched, 0)
	same(t, got(s.Line(ctx, LineID(page.ID, 1)))(t).Dropped, r.ID)
	must(t, s.DropLines(ctx, "", LineID(page.ID, 1)))
	must(t, s.UndoRepair(ctx, r.ID, "bob", now()))
	if err := s.UndoRepair(ctx, r.ID, "bob", now()); !errors.Is(err, ErrConflict) {
		t.Errorf("undone twice: %v", err)
	}
	counted(3)
	same(t, got(s.Repairs(ctx, v.petition.ID))(t)[0].UndoneBy, "bob")

	must(t, s.TellPage(ctx, Page{ID: page.ID, Excluded: true}))
	counted(0)
	same(t, got(s.Counts(ctx, v.petition.ID))(t).Pages, 1)
	must(t, s.TellPage(ctx, Page{ID: page.ID}))
	counted(3)

	// Read again with other columns: line 2, which somebody looked at, stays what it was.
	got(s.AddFinding(ctx, Finding{LineID: LineID(page.ID, 2), Kind: "nobody"}))(t)
	added := got(s.AddLine(ctx, Line{PageID: page.ID, Row: []byte("{}")}, "ann"))(t)
	drain(t, s)
	must(t, s.TellPage(ctx, Page{ID: page.ID, Told: `{"turned":90}`}))
	same(t, drain(t, s), []string{"extract " + page.ID})
	anew := lines(4)
	for i := range anew {
		anew[i].Row = []byte(`{"anew":true}`)
	}
	must(t, s.ReadPage(ctx, page, anew[1:]))
	counted(4) // 2, 3, what was added, and the new line 4 under a number of its own
	if l := got(s.Line(ctx, LineID(page.ID, 1)))(t); l.Dropped == "" {
		t.Error("a line that is read no more is still there")
	}
	if l := got(s.Line(ctx, added.ID))(t); l.AddedBy != "ann" || string(l.Row) != "{}" {
		t.Errorf("what a person added became %+v", l)
	}
	same(t, string(got(s.Line(ctx, LineID(page.ID, 5)))(t).Row), `{"anew":true}`)
	same(t, len(got(s.FindingsOf(ctx, LineID(page.ID, 2)))(t)), 1)
}

// A contact sheet is answered once.
func testContactSheets(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	c := got(s.AddContactSheet(ctx, ContactSheet{PetitionID: v.petition.ID, By: v.account.ID,
		Seeds: 2, Items: "[]", Reason: "struck"}))(t)
	same(t, got(s.ContactSheet(ctx, c.ID))(t), c)
	c.DoneAt, c.Missed, c.Items = now(), 1, `[{"line":"x"}]`
	must(t, s.FinishContactSheet(ctx, c))
	if err := s.FinishContactSheet(ctx, c); !errors.Is(err, ErrConflict) {
		t.Errorf("answered twice: %v", err)
	}
	same(t, got(s.ContactSheets(ctx, v.petition.ID))(t), []ContactSheet{c})
}
