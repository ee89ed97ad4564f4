package store

import (
	"errors"
	"testing"
	"time"
)

// A page that carries another petition's code is filed there, once, whatever it was uploaded with.
func testRefer(t *testing.T, s *Store) {
	ctx := t.Context()
	chemistry := got(s.AddPetition(ctx, Petition{Title: "Chemistry"}))(t)
	physics := got(s.AddPetition(ctx, Petition{Title: "Physics"}))(t)
	came := time.Now().UTC().Truncate(time.Millisecond).Add(-time.Hour)
	u := got(s.AddUpload(ctx, Upload{PetitionID: chemistry.ID, SHA256: sum("pile"),
		Name: "pile.pdf", Size: 7, By: "ann", At: came}))(t)
	must(t, s.OpenedUpload(ctx, u.ID, []Page{{Number: 1}, {Number: 2}, {Number: 3}}, ""))
	drain(t, s)

	stray := Page{ID: PageID(u.ID, 2), Form: Form{physics.ID, 4, 12}, FiledUnder: physics.ID,
		Kind: "signers", Notes: []string{"filed there"}}
	for i := range 2 {
		there, added, err := s.Refer(ctx, stray.ID, physics.ID)
		if err != nil || added != (i == 0) {
			t.Fatalf("time %d: added %v, %v", i, added, err)
		}
		same(t, there, Upload{ID: UploadID(physics.ID, u.SHA256), PetitionID: physics.ID,
			SHA256: u.SHA256, Name: "pile.pdf", Size: 7, By: "ann", At: came, Pages: 3,
			Referred: true})
	}
	must(t, s.ReadPage(ctx, stray, nil))
	p := got(s.Page(ctx, stray.ID))(t)
	same(t, []any{p.Form, p.FiledUnder}, []any{stray.Form, stray.FiledUnder})

	referred := UploadID(physics.ID, u.SHA256)
	there := PageID(referred, 2)
	same(t, drain(t, s), []string{"extract " + there})
	same(t, got(s.Counts(ctx, physics.ID))(t), Counts{Uploads: 1, Opened: 1, Pages: 1})
	must(t, s.ReadPage(ctx, Page{ID: there, Form: stray.Form, Kind: "signers"},
		[]Line{{Number: 1, Row: []byte("{}")}}))
	same(t, got(s.Counts(ctx, physics.ID))(t).Lines, 1)
	same(t, got(s.Counts(ctx, chemistry.ID))(t).Lines, 0)
	if stale := got(s.Stale(ctx, 0))(t); len(stale) != 2 { // pages 1 and 3 of the pile
		t.Errorf("stale: %v", stale)
	}

	// Whoever then uploads the whole file with the other petition gets all of it.
	drain(t, s)
	whole, err := s.AddUpload(ctx, Upload{PetitionID: physics.ID, SHA256: u.SHA256,
		Name: "again.pdf"})
	if err != nil || whole.Referred || whole.ID != referred || whole.Name != "pile.pdf" {
		t.Fatalf("%+v, %v", whole, err)
	}
	same(t, drain(t, s), []string{"ingest " + referred})
	must(t, s.OpenedUpload(ctx, referred, []Page{{Number: 1}, {Number: 2}, {Number: 3}}, ""))
	same(t, drain(t, s), []string{"extract " + PageID(referred, 1), "extract " + PageID(referred,
		3)})
	same(t, got(s.Counts(ctx, physics.ID))(t).Lines, 1)
	if _, err := s.AddUpload(ctx, Upload{PetitionID: physics.ID, SHA256: u.SHA256}); !errors.Is(err,
		ErrConflict) {
		t.Errorf("a third time: %v", err)
	}

	if _, _, err := s.Refer(ctx, stray.ID, "never"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a petition that is not here: %v", err)
	}
	if _, _, err := s.Refer(ctx, stray.ID, chemistry.ID); !errors.Is(err, ErrConflict) {
		t.Errorf("its own petition: %v", err)
	}
}
