package web

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// A script that does not hear the answer and sends a petition again adds one, also where the
// answer was lost to a fault that came after the petition was written.
func TestAddedOnce(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	add := func(c *client, key, title string) answer {
		return c.do("POST", "/api/petitions", strings.NewReader(`{"title":"`+title+`"}`),
			"Content-Type", "application/json", "Idempotency-Key", key, "Sec-Fetch-Site",
			"same-origin")
	}
	id := func(a answer) string {
		t.Helper()
		var p struct{ ID string }
		check0(t, json.Unmarshal([]byte(a.want(t, 200).body), &p))
		return p.ID
	}
	staff, admin := sv.client("staff"), sv.client("admin")
	// The newest export is gone from the disk, so nothing can be counted.
	_, err := sv.Store.AddSnapshot(t.Context(), store.Snapshot{Name: "gone.csv",
		SHA256: strings.Repeat("0", 64)})
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
	if err != nil || len(entries) != 1 || entries[0].Action != "petition.added" ||
		entries[0].Actor != "account-staff" {
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
		return c.do("PATCH", "/api/petitions/"+p.ID, strings.NewReader(`{"title":"`+title+`"}`),
			"Content-Type", "application/json", "Idempotency-Key", key)
	}
	first := send(staff, "a", "One").want(t, 200)
	send(staff, "b", "Two").want(t, 200)
	again := send(staff, "a", "One").want(t, 200)
	if again.body != first.body || again.Header.Get("Idempotency-Replayed") != "true" ||
		again.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
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
	_, begun, err := sv.Store.BeginAnswer(t.Context(), store.Answer{AccountID: "account-staff",
		Key: "d", Asked: "x"})
	if !begun || err != nil {
		t.Fatal(begun, err)
	}
	send(staff, "d", "Six").want(t, 409)
}

// Every form of a page that changes something has a field of its own, and none a password's answer
// is kept of.
func TestFormsAreMarked(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	page := must(sv.Store.Pages(t.Context(), p.ID))[0]
	c := sv.client("admin")
	seen := map[string]bool{}
	for _, path := range []string{"/petitions/" + p.ID, "/pages/" + page.ID, "/account",
		"/settings", "/settings/people", "/petitions/" + p.ID + "/life"} {
		body := c.get(path).want(t, 200).body
		marks := regexp.MustCompile(
			`<form\b[^>]*\bmethod="post"[^>]*><input type="hidden" name="once" value="([0-9a-f]{24})">`).FindAllStringSubmatch(body, -1)
		if forms := strings.Count(body, `method="post"`); forms == 0 || len(marks) != forms {
			t.Errorf("%s has %d forms, of which %d are marked", path, forms, len(marks))
		}
		for _, m := range marks {
			if seen[m[1]] {
				t.Errorf("%s: two forms have the same mark", path)
			}
			seen[m[1]] = true
		}
	}
}

// A form that is sent twice, one after the other or at once, does what it says one time and leads
// to the same place; filled in otherwise, and by somebody else, it is another.
func TestFormsOnce(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	page := must(sv.Store.Pages(t.Context(), p.ID))[0]
	before := len(must(sv.Store.LinesOf(t.Context(), page.ID)))
	c := sv.client("admin")
	add := func(c *client, mark, top string) answer {
		return c.post("/pages/"+page.ID+"/lines", "once", mark, "left", "5", "right", "95", "top",
			top, "bottom", "98", "note", "one more")
	}
	lines := func(want int) {
		t.Helper()
		if got := len(must(sv.Store.LinesOf(t.Context(), page.ID))); got != before+want {
			t.Errorf("%d lines were added, want %d", got-before, want)
		}
	}
	mark := site.NewID()
	first := add(c, mark, "95").want(t, 303).Header.Get("Location")
	if again := add(c, mark, "95").want(t, 303).Header.Get("Location"); again != first {
		t.Errorf("sent again it leads to %s, not %s", again, first)
	}
	lines(1)
	add(c, mark, "94").want(t, 303)
	add(sv.client("staff"), mark, "95").want(t, 303)
	lines(3)

	mark = site.NewID()
	answers := make(chan answer, 4)
	for range cap(answers) {
		go func() { answers <- add(c, mark, "93") }()
	}
	to := ""
	for range cap(answers) {
		at := (<-answers).want(t, 303).Header.Get("Location")
		if to != "" && at != to {
			t.Errorf("at once: one leads to %s, one to %s", to, at)
		}
		to = at
	}
	lines(4)

	// What was refused may be sent again; what was shown once is not kept.
	mark = site.NewID()
	c.post("/pages/"+page.ID+"/lines", "once", mark, "left", "x").want(t, 422)
	c.post("/pages/"+page.ID+"/lines", "once", mark, "left", "x").want(t, 422)
	tokens := func() int { return len(must(sv.Store.Tokens(t.Context(), "account-admin"))) }
	had := tokens()
	secret := c.post("/account/tokens", "once", mark, "name", "scanner", "scope", "upload").want(t,
		201).body
	again := c.post("/account/tokens", "once", mark, "name", "scanner", "scope", "upload").want(t,
		409).body
	if tokens() != had+1 || !strings.Contains(again, "not shown again") || !strings.Contains(secret,
		"scanner") {
		t.Errorf("%d tokens were made: %s", tokens()-had, again)
	}
}
