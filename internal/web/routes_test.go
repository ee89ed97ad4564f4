package web

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/web/site"

	gocmp "github.com/google/go-cmp/cmp"

	"countersign/internal/store"
)

// Every route refuses every role that it is not for, and whoever is not
// signed in, before anything else is looked at.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	clients := map[string]*client{"": sv.client("")}
	signIn := func() {
		for _, role := range store.Roles() {
			clients[string(role)] = sv.client(string(role))
		}
	}
	signIn()
	for _, rt := range sv.routes() {
		method, path, ok := strings.Cut(rt.Pattern, " ")
		if !ok {
			t.Errorf("%s takes any method", rt.Pattern)
			continue
		}
		path = strings.NewReplacer("{$}", "", "{id}", "none", "{petition}", "none", "{upload}",
			"none", "{failure}", "none", "{token}", "none", "{blob}", "none", "{kind}", "coo",
			"{name}", "none", "{line}", "none", "{account}", "none", "{file...}", "none", "{file}",
			"none.pdf").Replace(path)
		if strings.ContainsAny(path, "{}") {
			t.Errorf("%s: the test knows no value for a part of %s", rt.Pattern, path)
		}
		for role, c := range clients {
			a := c.do(method, path, nil, "Sec-Fetch-Site", "same-origin")
			refused := a.StatusCode == http.StatusForbidden ||
				a.StatusCode == http.StatusUnauthorized || a.StatusCode == http.StatusSeeOther &&
				strings.HasPrefix(a.Header.Get("Location"), "/login")
			machine := strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/tus/")
			public := rt.Who&site.Public != 0
			switch {
			case public:
				continue // what signs in and out answers so by itself
			case role == "" && machine && a.StatusCode != http.StatusUnauthorized:
				t.Errorf("%s without a token: %s, want 401", rt.Pattern, a.Status)
			case role == "" && !refused:
				t.Errorf("%s, not signed in: %s, want the way to sign in", rt.Pattern, a.Status)
			case role == "":
			case site.AccessOf([]store.Role{store.Role(role)})&rt.Who == 0 &&
				a.StatusCode != http.StatusForbidden:
				t.Errorf("%s as %s: %s, want 403", rt.Pattern, role, a.Status)
			case site.AccessOf([]store.Role{store.Role(role)})&rt.Who != 0 && refused &&
				a.StatusCode != http.StatusSeeOther:
				t.Errorf("%s as %s: %s, but the table lets it in", rt.Pattern, role, a.Status)
			}
		}
		if path == "/logout" || strings.HasPrefix(path, "/account") { // may have signed them out
			signIn()
		}
	}
}

// What the API describes is what the table serves, and the other way round.
func TestAPIInTable(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	var described, served []string
	for path, item := range sv.api.Spec().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post,
			"PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				described = append(described, method+" "+path)
			}
		}
	}
	for _, rt := range sv.routes() {
		if _, path, _ := strings.Cut(rt.Pattern, " "); strings.HasPrefix(path, "/api/") &&
			path != "/api/docs" && path != "/api/openapi.json" {
			served = append(served, rt.Pattern)
		}
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described: %s\nserved: %s", strings.Join(described, ", "), strings.Join(served,
			", "))
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// Who may do what is a decision that people look at: testdata/routes.txt
// shows the whole table, and a change of it shows up as one.
func TestTable(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	var b strings.Builder
	for _, rt := range sv.routes() {
		fmt.Fprintf(&b, "%-62s %s\n", rt.Pattern, rt.Who)
	}
	const golden = "testdata/routes.txt"
	if *update {
		check0(t, os.WriteFile(golden, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	check0(t, err)
	if diff := gocmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s differs; go test -run TestTable -update writes it anew:\n%s", golden, diff)
	}
}

// Answers forbid what a page does not need, and requests from other sites
// change nothing.
func TestHeaders(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	a := sv.client("staff").get("/petitions").want(t, 200)
	policy := a.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'",
		"frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q lacks %s", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy %q allows what is unsafe", policy)
	}
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("pages may be kept: %q", got)
	}
	for _, bad := range []string{"style=\"", " onclick=", "<style", "javascript:"} {
		if strings.Contains(a.body, bad) {
			t.Errorf("the page has %s inline", bad)
		}
	}
	c := sv.client("staff")
	got := c.do("POST", "/petitions", strings.NewReader("title=x"), "Content-Type",
		"application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site")
	if got.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %s, want 403", got.Status)
	}
	if list, err := sv.Store.Petitions(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("a form of another site added a petition: %v, %v", list, err)
	}
}
