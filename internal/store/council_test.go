package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Reports to Council stay as they were issued, one for each conference, in their order.
func testCouncilReports(t *testing.T, s *Store) {
	ctx := t.Context()
	day := time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)
	book := []byte("a workbook")
	hash := sha256.Sum256(book)
	first := got(s.AddCouncilReport(ctx, CouncilReport{Conference: "Annual 2027", Document: "CD#27",
		On: day, CutOff: day.AddDate(0, 0, -1), By: "chair", Actions: []string{"a", "b"},
		Contents: []byte(`{"Document":"CD#27"}`), Workbook: book}, 0))(t)
	if first.SHA256 != hex.EncodeToString(hash[:]) || first.ID == "" {
		t.Errorf("%+v", first)
	}
	for name, known := range map[string]int{"who knew nothing of the first": 0,
		"who issues for the same conference": 1} {
		if _, err := s.AddCouncilReport(ctx, CouncilReport{Conference: "Annual 2027",
			Workbook: book}, known); !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i, conference := range []string{"Winter 2028", "Council online"} {
		both.Go(func() {
			_, errs[i] = s.AddCouncilReport(ctx, CouncilReport{Conference: conference, On: day,
				CutOff: day}, 1)
		})
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("of two at once: %v", errs)
	}
	list := got(s.CouncilReports(ctx))(t)
	if len(list) != 2 || list[0].Conference != "Annual 2027" || list[0].Contents != nil {
		t.Errorf("%+v", list)
	}
	whole := got(s.CouncilReport(ctx, "Annual 2027"))(t)
	if diff := cmp.Diff(first, whole); diff != "" {
		t.Error(diff)
	}
	if _, err := s.CouncilReport(ctx, "Annual 2030"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a report that was not issued: %v", err)
	}
	if entries := got(s.AuditOf(ctx, first.ID, 10))(t); len(entries) != 1 ||
		entries[0].Detail != "workbook "+first.SHA256 {
		t.Errorf("the audit log says %+v", entries)
	}
}

// The rule of the association is known as it was at any time.
func testSettingHistory(t *testing.T, s *Store) {
	ctx := t.Context()
	must(t, s.SetSetting(ctx, "rules", "term-years: 4", "a"))
	must(t, s.SetSetting(ctx, "oidc-secret", "secret", "a"))
	must(t, s.SetSetting(ctx, "rules", "term-years: 5", "b"))
	list := got(s.SettingHistory(ctx, "rules"))(t)
	if len(list) != 2 || list[0].Value != "term-years: 4" || list[1].By != "b" ||
		list[1].At.Before(list[0].At) {
		t.Errorf("%+v", list)
	}
	if list := got(s.SettingHistory(ctx, "oidc-secret"))(t); len(list) != 0 {
		t.Error("a secret is kept for ever")
	}
}
