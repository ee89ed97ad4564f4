package work

import (
	"slices"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/internal/fixtures"
	"countersign/internal/office"
	"countersign/internal/store"
)

// What a person said of the columns of a form holds for later petitions on the same form, once it
// was kept.
func TestFormsAreKnownAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := openTestService(t, Options{})
	fixtures.AddPetition(t, s.Store, "p", "")
	fixtures.AddPetition(t, s.Store, "q", "")
	working(t, s)
	of := office.New(office.Options{Store: s.Store, Blobs: s.Blobs, Rolls: s.Rolls})
	send := func(petition string, seed uint64) store.Page {
		t.Helper()
		o := oneForm(6)
		o.Seed += seed << 32 // other people, on the same form
		o.Columns = []drawn.Asked{
			{Heading: "Nimen selvennys", Items: []string{"name"}},
			{Heading: "Kotiosoite", Items: []string{"street"}},
			{Heading: "Allekirjoitus", Items: []string{"signature"}},
		}
		o.Filled, o.Skipped, o.Unsigned, o.Struck, o.Numbered = 6, 0, 0, 0, false
		sendSheet(t, s, petition, "sheet.jpg", drawn.Draw(o))
		fixtures.Settled(t, s.Store, petition)
		_, pages, _ := fixtures.Contents(t, s.Store, petition)
		return pages[0]
	}
	unknown := func(petition string) bool {
		t.Helper()
		points, err := s.Store.OpenPoints(ctx, petition)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(points, func(p store.OpenPoint) bool {
			return p.Kind == string(extract.ColumnsUnknown) && p.Settled == ""
		})
	}
	page := send("p", 1)
	if !unknown("p") {
		t.Fatal("the columns are known although nobody said what they are")
	}
	columns, err := of.PageColumns(ctx, page)
	if err != nil || len(columns) != 3 {
		t.Fatalf("columns %v, %v", columns, err)
	}
	for i, f := range []extract.Field{extract.Name, extract.Street, extract.Signature} {
		columns[i].Field = string(f)
	}
	by := store.Account{ID: "ann"}
	if _, err := of.TellColumns(ctx, page.ID, columns, false, by); err != nil {
		t.Fatal(err)
	}
	fixtures.Settled(t, s.Store, "p")
	if err := of.KeepForm(ctx, page.ID, "Nimilista", by); err != nil {
		t.Fatal(err)
	}
	forms, err := of.Forms(ctx)
	if err != nil || len(forms) != 1 || !forms[0].HasPicture {
		t.Fatalf("kept %+v, %v", forms, err)
	}

	page = send("q", 2)
	if unknown("q") {
		t.Error("the form was not known again")
	}
	got, err := of.PageColumns(ctx, page)
	if err != nil || !slices.Equal(got, columns) {
		t.Errorf("columns %v, want %v, %v", got, columns, err)
	}
	if !slices.ContainsFunc(page.Notes, func(n string) bool {
		return strings.Contains(n, "Nimilista")
	}) {
		t.Errorf("no note says by which form it was read: %q", page.Notes)
	}
}
