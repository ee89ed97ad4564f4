package web

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"countersign/internal/web/site"
)

// A new service leads to the first count: which step comes next follows from what is there.
func TestGuide(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	next := regexp.MustCompile(`(?s)aria-current="step".*?<strong>(.*?)</strong>.*?href="([^"]*)"`)
	step := func(title, link string) {
		t.Helper()
		if m := next.FindStringSubmatch(sv.client("staff").get("/petitions").want(t,
			200).body); m == nil || m[1] != title || m[2] != link {
			t.Errorf("the guide says %q, want %s at %s", m, title, link)
		}
	}
	step("Take in the membership export", "/members")
	sv.export(sampleRoll())
	step("Add a petition", "/petitions/new")
	at := sv.client("staff").post("/petitions", "title", "Seed Libraries", "received",
		"2026-11-01").want(t, 303).Header.Get("Location")
	step("Drop its sheets", at)
	if strings.Contains(sv.client("verifier").get("/petitions").body, "Four steps") {
		t.Error("verifiers are led to what they may not do")
	}
}

// A demonstration says as whom one may look at it, and one click is enough; others say nothing.
func TestGuests(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	if body := sv.client("").get("/login").body; strings.Contains(body, "demonstration") {
		t.Error("a service for real work offers guests")
	}
	sv.Guests = []site.Guest{{Name: "Terry Staff", Email: "staff@example.org",
		Password: testPassword, Does: "adds sheets"}}
	body := sv.client("").get("/login?next=%2Fmembers").want(t, 200).body
	fields := regexp.MustCompile(
		`(?s)<ul class="guests">.*?name="next" value="([^"]*)".*?name="email" value="([^"]*)".*?name="password" value="([^"]*)"`).FindStringSubmatch(body)
	if fields == nil {
		t.Fatalf("no guest is offered:\n%s", body)
	}
	a := sv.client("").post("/login", "next", fields[1], "email", fields[2], "password",
		fields[3]).want(t, 303)
	if a.Header.Get("Location") != "/members" {
		t.Errorf("a guest is sent to %s", a.Header.Get("Location"))
	}
}

// Who was signed out comes back to the page where they were, also when they had sent something,
// and who is signed in already goes there at once.
func TestWantedPage(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	a := sv.client("").do("POST", "/petitions/p/edit", strings.NewReader("title=x"), "Content-Type",
		"application/x-www-form-urlencoded", "Referer", sv.url+"/petitions/p").want(t, 303)
	if at := a.Header.Get("Location"); at != "/login?lost=1&next=%2Fpetitions%2Fp" {
		t.Errorf("sent to %s", at)
	}
	if at := sv.client("staff").get("/login?next=%2Fmembers").want(t, 303).Header.Get(
		"Location"); at != "/members" {
		t.Errorf("who is signed in is sent to %s", at)
	}
}

// A search that finds more members than are shown says so.
func TestMoreMembersThanShown(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	const membersShown = 30
	export := "ID,First Name,Last Name,Status\n"
	for i := range membersShown + 5 {
		export += fmt.Sprintf("04%05d,Ann%c,Persechino,Active\n", i, 'a'+i%26)
	}
	sv.export([]byte(export))
	page := sv.client("staff").get("/members?q=Persechino").want(t, 200).body
	if !strings.Contains(page, fmt.Sprintf("These are the first %d; there are more.",
		membersShown)) || strings.Count(page, `<td class="mono">`) != membersShown {
		t.Errorf("%d members are shown, and not that there are more", strings.Count(page,
			`<td class="mono">`))
	}
}
