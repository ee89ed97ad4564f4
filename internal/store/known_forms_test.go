package store

import (
	"errors"
	"testing"
)

func testKnownForms(t *testing.T, s *Store) {
	ctx := t.Context()
	b := got(s.PutKnownForm(ctx, KnownForm{Name: "Ballot paper", Said: "{}", By: "ann"}))(t)
	a := got(s.PutKnownForm(ctx, KnownForm{Name: "Ärzteliste", Said: "[1]",
		Picture: []byte("jpeg\x00"), By: "bob"}))(t)
	if list := got(s.KnownForms(ctx))(t); len(list) != 2 {
		t.Fatalf("listed %+v", list)
	}
	if f := got(s.KnownForm(ctx, a.ID))(t); !f.Shown || f.Said != "[1]" || f.By != "bob" ||
		f.At.IsZero() || f.Picture != nil {
		t.Errorf("read %+v", f)
	}
	same(t, string(got(s.KnownFormPicture(ctx, a.ID))(t)), "jpeg\x00")
	same(t, len(got(s.KnownFormPicture(ctx, b.ID))(t)), 0)

	again := got(s.PutKnownForm(ctx, KnownForm{Name: "Ballot paper", Said: "[2]", By: "bob"}))(t)
	if f := got(s.KnownForm(ctx, b.ID))(t); again.ID != b.ID || f.Said != "[2]" || f.Shown {
		t.Errorf("replaced by %+v, and read %+v", again, f)
	}
	if _, err := s.AddKnownForm(ctx, KnownForm{Name: "Ballot paper", Said: "[3]",
		By: "cat"}); !errors.Is(err, ErrConflict) {
		t.Errorf("added under the name of another: %v", err)
	}
	same(t, got(s.KnownForm(ctx, b.ID))(t).Said, "[2]")
	if err := s.RenameKnownForm(ctx, a.ID, "Ballot paper"); !errors.Is(err, ErrConflict) {
		t.Errorf("renamed to the name of another: %v", err)
	}
	must(t, s.RenameKnownForm(ctx, a.ID, "Doctors"))
	same(t, got(s.KnownForm(ctx, a.ID))(t).Name, "Doctors")
	must(t, s.RemoveKnownForm(ctx, a.ID))
	for what, err := range map[string]error{
		"read":    second(s.KnownForm(ctx, a.ID)),
		"shown":   second(s.KnownFormPicture(ctx, a.ID)),
		"renamed": s.RenameKnownForm(ctx, a.ID, "Nurses"),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("a form that was removed is %s: %v", what, err)
		}
	}
}
