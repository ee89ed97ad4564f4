package web

import (
	"fmt"
	"path/filepath"
	"testing"

	"countersign/internal/fixtures"
	"countersign/internal/store"
	"countersign/internal/web/signin"
)

// What accounts do to settings, to others and to themselves fails at each row that it writes,
// and each time neither the change nor its entry in the log is there.
func TestAccountActsAreWhole(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	admin, staff := sv.client("admin"), sv.client("staff")
	_, err := sv.Store.AddToken(t.Context(), store.Token{ID: "token1", AccountID: "account-staff",
		Name: "scanner", Hash: signin.HashSecret("x")})
	check0(t, err)
	faults := fixtures.NewFaults(t, filepath.Join(sv.dir, "countersign.db"))
	for _, act := range []struct {
		entry, to string
		by        *client
		form      []string
	}{
		{"setting.changed", "/settings", admin, []string{"rules", "threshold: 7",
			"searches-before-nobody", "2"}},
		{"setting.changed", "/settings/calendar", admin, []string{"table", "offices", "key",
			"chair", "holder", "Dana", "since", "2026-07-01", "email", "dana@example.org"}},
		{"letter.edited", "/settings/letters/receipt", admin, []string{"text", "Subject\n\nOurs."}},
		{"letterhead.changed", "/settings/letterhead", admin, []string{"address",
			"12 Elm St\nReston, VA 22021"}},
		{"account.invited", "/settings/people", admin, []string{"email", "new@example.org", "name",
			"New", "role", "verifier"}},
		{"account.changed", "/settings/people/account-verifier", admin, []string{"name", "Vera",
			"role", "verifier", "disabled", "yes"}},
		{"token.made", "/account/tokens", staff, []string{"name", "copier"}},
		{"token.revoked", "/account/tokens/token1/revoke", staff, nil},
		{"account.signed-out", "/logout", staff, nil},
	} {
		t.Run(act.entry+" "+act.to, func(t *testing.T) {
			n := faults.Whole(act.entry, func() error {
				if a := act.by.post(act.to, act.form...); a.StatusCode >= 400 {
					return fmt.Errorf("%s: %.300s", a.Status, a.body)
				}
				return nil
			})
			if n < 2 {
				t.Errorf("tried with %d faults: a change and its entry are two rows at least", n)
			}
			head, _, err := sv.Store.AuditHead(t.Context())
			check0(t, err)
			if list := must(sv.Store.Audit(t.Context(), head-1, 1)); list[0].Action != act.entry {
				t.Errorf("the newest entry is %+v", list[0])
			}
		})
	}
}
