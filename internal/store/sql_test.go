package store

import (
	"errors"
	"testing"
)

// What an act writes is there together, or nothing of it is; and it reads what it wrote.
func testDo(t *testing.T, s *Store) {
	ctx := t.Context()
	stop := errors.New("stop")
	act := func(end error) error {
		return s.Do(ctx, func(tx Tx) error {
			p, err := tx.AddPetition(ctx, Petition{ID: "p1", Title: "Maps"})
			if err != nil {
				return err
			}
			if again, err := tx.Petition(ctx, p.ID); err != nil || again.Title != "Maps" {
				t.Errorf("within the act: %+v, %v", again, err)
			}
			if err := tx.SetSetting(ctx, "rules", "threshold: 3", "ann"); err != nil {
				return err
			}
			if _, err := tx.Record(ctx, AuditEntry{Actor: "ann", Action: "petition.added",
				Subject: p.ID}); err != nil {
				return err
			}
			return end
		})
	}
	if err := act(stop); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if _, err := s.Petition(ctx, "p1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a petition of an act that failed: %v", err)
	}
	if n, _, err := s.AuditHead(ctx); err != nil || n != 0 {
		t.Errorf("%d entries of an act that failed, %v", n, err)
	}
	if err := act(nil); err != nil {
		t.Fatal(err)
	}
	if err := act(nil); !errors.Is(err, ErrConflict) {
		t.Errorf("the same again: %v", err)
	}
	if n, err := s.VerifyAudit(ctx); err != nil || n != 1 {
		t.Errorf("%d entries, %v", n, err)
	}
	if v, err := s.Setting(ctx, "rules"); err != nil || v == "" {
		t.Errorf("the setting is %q, %v", v, err)
	}
}
