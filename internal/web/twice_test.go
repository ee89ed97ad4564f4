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

// Any change that a script sends again under its key is answered as it was the first time, and
// made once; another change under that key is refused, and one that failed may be tried again.
func TestKeyedChanges(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	staff := sv.client("staff")
	send := func(c *client, key, title string) answer {
		return c.do("PATCH", "/api/petitions/"+p.ID, strings.NewReader(`{"title":"`+title+`"}`), "Content-Type", "application/json", "Idempotency-Key", key)
	}
	first := send(staff, "a", "One").want(t, 200)
	send(staff, "b", "Two").want(t, 200)
	again := send(staff, "a", "One").want(t, 200)
	if again.body != first.body || again.Header.Get("Idempotency-Replayed") != "true" || again.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
		t.Errorf("answered %s %v, and before %s", again.body, again.Header, first.body)
	}
	if got, err := sv.Store.Petition(t.Context(), p.ID); err != nil || got.Title != "Two" {
		t.Errorf("it was done again: %+v, %v", got, err)
	}
	send(staff, "a", "Three").want(t, 409)
	send(sv.client("admin"), "a", "Four").want(t, 200)
	send(staff, "c", "").want(t, 422)
	send(staff, "c", "Five").want(t, 200)

	// One that is being made is not made a second time; left by a crash it is, after a while.
	_, begun, err := sv.Store.BeginAnswer(t.Context(), store.Answer{AccountID: "account-staff", Key: "d", Asked: "x"})
	if !begun || err != nil {
		t.Fatal(begun, err)
	}
	send(staff, "d", "Six").want(t, 409)
}
