package web

import (
	"encoding/json"
	"strings"
	"testing"

	"countersign/internal/store"
)

// A script that does not hear the answer and sends a petition again adds one, also where the
// answer was lost to a fault that came after the petition was written.
func TestAddedOnce(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	add := func(c *client, key, title string) answer {
		return c.do("POST", "/api/petitions", strings.NewReader(`{"title":"`+title+`"}`),
			"Content-Type", "application/json", "Idempotency-Key", key, "Sec-Fetch-Site", "same-origin")
	}
	id := func(a answer) string {
		t.Helper()
		var p struct{ ID string }
		check0(t, json.Unmarshal([]byte(a.want(t, 200).body), &p))
		return p.ID
	}
	staff, admin := sv.client("staff"), sv.client("admin")
	// The newest export is gone from the disk, so nothing can be counted.
	_, err := sv.Store.AddSnapshot(t.Context(), store.Snapshot{Name: "gone.csv", SHA256: strings.Repeat("0", 64)})
	check0(t, err)
	first := id(add(staff, "k1", "One"))
	if again := id(add(staff, "k1", "One")); again != first {
		t.Errorf("sent again it is %s, not %s", again, first)
	}
	if a := add(staff, "k1", "Two").want(t, 409); !strings.Contains(a.body, "use a new key") {
		t.Error(a.body)
	}
	if other := id(add(admin, "k1", "One")); other == first {
		t.Error("the key of one account finds the petition of another")
	}
	if one, two := id(add(staff, "", "Three")), id(add(staff, "", "Three")); one == two {
		t.Error("without a key two are one")
	}
	entries, err := sv.Store.AuditOf(t.Context(), first, 10)
	if err != nil || len(entries) != 1 || entries[0].Action != "petition.added" || entries[0].Actor != "account-staff" {
		t.Errorf("the log: %v, %v", entries, err)
	}
}
