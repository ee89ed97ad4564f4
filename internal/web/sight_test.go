package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/internal/store"
	"countersign/internal/web/api"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
)

// assigned is a service on which staff and verifiers see only what is assigned, with a group that
// the staff added and somebody who is staff and verifier, to whom nothing is assigned.
func assigned(t *testing.T) (sv *service, p store.Petition, other *client) {
	sv = newService(t)
	p = sv.established()
	_, err := sv.Store.AddAccount(t.Context(), store.Account{ID: "account-other",
		Email: "other@example.org", Name: "Oda Other", Roles: []store.Role{store.Staff,
			store.Verifier}})
	check0(t, err)
	sv.client("admin").post("/settings", "access", "assigned").want(t, 303)
	return sv, p, sv.client("other")
}

// Whoever a petition is not assigned to gets nothing of it, at any address of the table; once it is
// assigned to them they do.
func TestUnassignedSeeNothing(t *testing.T) {
	t.Parallel()
	sv, p, other := assigned(t)
	ctx := t.Context()
	sv.leavesOpen(p)
	page := must(sv.Store.Pages(ctx, p.ID))[0]
	line := must(sv.Store.LinesOf(ctx, page.ID))[0]
	points := must(sv.Store.OpenPoints(ctx, p.ID))
	repair := must(sv.Store.AddRepair(ctx, store.Repair{PetitionID: p.ID, UploadID: page.UploadID,
		PageID: page.ID, Kind: "line.delete", By: "account-staff"}))
	tally := must(sv.Store.Tallies(ctx, p.ID))[0]
	open := must(sv.Office.AddPetition(ctx, store.Petition{Title: "Takes files"}, "account-staff"))
	check0(t, sv.Office.Assign(ctx, open.ID, "account-other", true, "account-admin"))
	upload := strings.TrimPrefix(other.tusCreate(open.ID, "more.pdf", 100), "/tus/")
	check0(t, sv.Office.Assign(ctx, open.ID, "account-other", false, "account-admin"))

	ids := map[string]string{"petitions": p.ID, "uploads": page.UploadID, "pages": page.ID,
		"lines": line.ID, "open": points[0].ID, "repairs": repair.ID, "groups": p.ID, "tus": upload}
	parts := strings.NewReplacer("{$}", "", "{failure}", "none", "{blob}", "none", "{token}",
		"none", "{line}", line.ID, "{account}", "account-other", "{file...}", "app.css", "{name}",
		"new.pdf")
	address := func(pattern string) (method, path, of string) {
		method, path, _ = strings.Cut(pattern, " ")
		kind, key := named(pattern)
		if key != "" && ids[kind] != "" {
			path = strings.Replace(path, "{"+key+"}", ids[kind], 1)
			of = kind
		}
		file, kindOf := "approval.pdf", "coo"
		if strings.Contains(path, "/certificates/") {
			file = tally.ID + ".pdf"
		}
		if strings.Contains(path, "/letters/") {
			kindOf = "approval"
		}
		return method, strings.NewReplacer("{file}", file, "{kind}", kindOf, "{id}", "none",
			"{upload}", "none").Replace(parts.Replace(path)), of
	}
	secrets := []string{p.ID, page.ID, page.UploadID, line.ID, p.Title, "Seed Libraries",
		"Esther Conrad"}
	see := site.AccessOf([]store.Role{store.Staff, store.Verifier})
	walk := func(only string, look func(rt site.Route, of string, a answer)) {
		for _, rt := range sv.routes() {
			method, path, of := address(rt.Pattern)
			if strings.ContainsAny(path, "{}") {
				t.Errorf("%s: the test knows no value for a part of %s", rt.Pattern, path)
			}
			if rt.Who&see == 0 || !strings.HasPrefix(method, only) || strings.HasPrefix(path,
				"/account") {
				continue
			}
			query := ""
			switch path {
			case "/petitions/" + p.ID + "/review/line", "/petitions/" + p.ID + "/review/search":
				query = "?line=" + line.ID
			case "/reports/coo.xlsx", "/api/reports/coo.xlsx":
				query = "?from=2020-01-01&to=2030-01-01"
			case "/api/members":
				query = "?q=Esther&petition=" + p.ID
			}
			kind, body := "application/x-www-form-urlencoded", "to="+p.ID+"&group="+p.ID+
				"&how=nothing"
			if strings.HasPrefix(path, "/api/") {
				kind, body = "application/json", "{}"
			}
			if method == "GET" || method == "HEAD" {
				kind, body = "", ""
			}
			look(rt, of, other.do(method, path+query, strings.NewReader(body), "Content-Type", kind,
				"Sec-Fetch-Site", "same-origin", "Tus-Resumable", "1.0.0", "Upload-Length", "5",
				"Upload-Metadata", "petition "+"cA=="))
		}
	}
	refused := map[string]bool{}
	head := must2(sv.Store.AuditHead(ctx))
	walk("", func(rt site.Route, of string, a answer) {
		if of != "" {
			refused[rt.Pattern] = true
			if a.StatusCode != http.StatusNotFound && a.StatusCode != http.StatusForbidden {
				t.Errorf("%s: %s, want 404", rt.Pattern, a.Status)
			}
		}
		for _, secret := range secrets {
			if strings.Contains(a.body, secret) && !strings.HasPrefix(a.Request.URL.Path,
				"/public/") && a.Request.URL.Path != "/members" {
				t.Errorf("%s tells of %q", rt.Pattern, secret)
			}
		}
	})
	for _, e := range must(sv.Store.Audit(ctx, head, 100)) {
		if e.Subject == p.ID && e.Actor == "account-other" {
			t.Errorf("%s was done", e.Action)
		}
	}
	if len(refused) < 60 {
		t.Errorf("the walk met %d addresses of a petition", len(refused))
	}

	for _, id := range []string{p.ID, open.ID} {
		sv.client("staff").post("/petitions/"+id+"/people", "account", "account-other").want(t, 303)
	}
	met := 0
	walk("GET", func(rt site.Route, of string, a answer) {
		if of == "" || strings.HasSuffix(rt.Pattern, "/send") {
			return
		}
		if met++; a.StatusCode == http.StatusNotFound || a.StatusCode == http.StatusForbidden {
			t.Errorf("%s, assigned: %s", rt.Pattern, a.Status)
		}
	})
	if met < 30 {
		t.Errorf("the second walk met %d addresses", met)
	}
}

func must2[A, B any](a A, _ B, err error) A { return must(a, err) }

// What is sent with an address that is seen cannot reach into a petition that is not.
func TestUnassignedReachNothing(t *testing.T) {
	t.Parallel()
	sv, p, other := assigned(t)
	page := must(sv.Store.Pages(t.Context(), p.ID))[0]
	lines := must(sv.Store.LinesOf(t.Context(), page.ID))
	mine, err := sv.Office.AddPetition(t.Context(), store.Petition{Title: "Own",
		Rules: "threshold: 20"}, "account-other")
	check0(t, err)
	u, err := sv.Store.AddUpload(t.Context(), store.Upload{PetitionID: mine.ID, SHA256: "0",
		Name: "own.pdf", By: "account-other"})
	check0(t, err)
	own := store.Page{ID: store.PageID(u.ID, 1), PetitionID: mine.ID, UploadID: u.ID, Number: 1}
	check0(t, sv.Store.OpenedUpload(t.Context(), u.ID, []store.Page{own}, ""))

	other.get("/petitions/"+mine.ID).want(t, 200)
	other.post("/pages/"+own.ID+"/move", "to", p.ID, "note", "x").want(t, 404)
	other.post("/pages/"+own.ID+"/merge", "line", lines[0].ID, "line", lines[1].ID).want(t, 422)
	other.post("/worklist/reminders", "group", p.ID, "key", "x").want(t, 404)
	other.get("/api/petitions/"+mine.ID+"/lines/"+lines[0].ID).want(t, 404)
	other.get("/api/members?q=Esther&petition="+p.ID).want(t, 404)
	other.get("/petitions/"+mine.ID+"/review?line="+lines[0].ID).want(t, 404)
	other.get("/petitions/"+mine.ID+"/lines?file="+page.UploadID).want(t, 200)
	other.post("/petitions/"+mine.ID+"/files?replaces="+page.UploadID, "x", "y").want(t, 400)
	other.get("/reports/council.xlsx").want(t, 403)
	other.get("/reports/council.pdf").want(t, 403)
	if after := must(sv.Store.LinesOf(t.Context(), page.ID)); len(after) != len(lines) {
		t.Errorf("%d lines, were %d", len(after), len(lines))
	}
	other.get("/members/exports/"+p.SnapshotID+"/withdraw").want(t, 200)
	other.post("/members/exports/"+p.SnapshotID+"/withdraw").want(t, 403)

	var list []api.Petition
	check0(t, json.Unmarshal([]byte(other.get("/api/petitions").want(t, 200).body), &list))
	if len(list) != 1 || list[0].ID != mine.ID {
		t.Errorf("the list: %+v", list)
	}
	if got := must(sv.Office.OpenPetitions(t.Context(), must(sv.Office.Sight(t.Context(),
		store.Account{ID: "account-other"})))); len(got) != 1 {
		t.Errorf("%d petitions can be given another export", len(got))
	}
}

// A petition is assigned on its page and by the API, once, and the log tells of it. Until the
// setting says so it decides nothing.
func TestAssign(t *testing.T) {
	t.Parallel()
	sv, p, other := assigned(t)
	at, staff := "/petitions/"+p.ID, sv.client("staff")
	other.get(at).want(t, 404)
	other.post(at+"/people", "account", "account-other").want(t, 404) // nobody lets themselves in
	sv.client("verifier").post(at+"/people", "account", "account-verifier").want(t, 403)
	if page := staff.get(at).want(t, 200).body; !strings.Contains(page,
		`<option value="account-other">Oda Other`) || strings.Contains(page,
		`<option value="account-chair">`) {
		t.Error("the page does not offer those that it can be assigned to, and only them")
	}
	for range 2 {
		staff.post(at+"/people", "account", "account-other").want(t, 303)
	}
	other.get(at).want(t, 200)
	if page := staff.get(at).want(t, 200).body; !strings.Contains(page, "Assigned to Oda Other") {
		t.Error("the page does not tell that it was assigned")
	}
	staff.post(at+"/people", "account", "account-chair").want(t, 422)
	staff.post(at+"/people", "account", "nobody").want(t, 422)

	admin := sv.client("admin")
	var people api.People
	admin.ask("PUT", "/api"+at+"/people/account-other", map[string]bool{"assigned": false}, &people,
		200)
	if !people.Decides || len(people.People) != 3 ||
		people.People[0] != (api.Onlooker{Account: "account-other", Name: "Oda Other"}) {
		t.Errorf("after it was taken away: %+v", people)
	}
	other.get(at).want(t, 404)
	admin.ask("PUT", "/api"+at+"/people/account-other", map[string]bool{"assigned": true}, &people,
		200)
	other.get(at).want(t, 200)

	var log []string
	for _, e := range must(sv.Store.AuditOf(t.Context(), p.ID, 100)) {
		if strings.HasSuffix(e.Action, "assigned") {
			log = append(log, e.Actor+" "+e.Action+" "+e.Detail)
		}
	}
	want := "account-admin petition.assigned account account-other, account-admin " +
		"petition.unassigned account account-other, account-staff petition.assigned account " +
		"account-other"
	if got := strings.Join(log, ", "); got != want {
		t.Errorf("the log has %s, want %s", got, want)
	}

	admin.post("/settings", "access", "everybody").want(t, 422)
	admin.post("/settings", "access", "all").want(t, 303)
	sv.client("verifier").get(at).want(t, 200)
}

// An open page, a token and a calendar end with the assignment.
func TestStreamEndsWithTheAssignment(t *testing.T) {
	t.Parallel()
	sv, p, other := assigned(t)
	check0(t, sv.Office.Assign(t.Context(), p.ID, "account-other", true, "account-admin"))
	r := httptest.NewRequest("GET", "/petitions/"+p.ID+"/events", nil)
	r.AddCookie(&http.Cookie{Name: sv.SignIn.CookieName(), Value: sv.session("other")})
	r, err := sv.SignIn.Identify(r)
	check0(t, err)
	r.Pattern = "GET /petitions/{id}/events"
	r.SetPathValue("id", p.ID)
	if !sv.still(r) {
		t.Fatal("it ended at once")
	}
	secret := signin.NewSecret()
	_, err = sv.Store.AddToken(t.Context(), store.Token{AccountID: "account-other",
		Name: "calendar", Scope: "calendar", Hash: signin.HashSecret(secret),
		CreatedAt: time.Now()})
	check0(t, err)
	if !strings.Contains(other.get("/calendar/"+secret+".ics").want(t, 200).body,
		"Seed Libraries") {
		t.Error("the calendar lacks a group that is assigned")
	}
	check0(t, sv.Office.Assign(t.Context(), p.ID, "account-other", false, "account-admin"))
	if sv.still(r) {
		t.Error("it goes on without the assignment")
	}
	if strings.Contains(other.get("/calendar/"+secret+".ics").want(t, 200).body, "Seed Libraries") {
		t.Error("the calendar tells of a group that is not assigned")
	}
}

// Every kind of thing that an address can name is known: one that nobody thought of would be
// refused.
func TestSightsKnowAllRoutes(t *testing.T) {
	sv := newService(t)
	sights := sv.sights()
	for _, rt := range sv.routes() {
		if kind, key := named(rt.Pattern); key != "" && rt.Who&site.Public == 0 {
			if _, ok := sights[kind]; !ok {
				t.Errorf("%s: nobody said of which petition %s is", rt.Pattern, kind)
			}
		}
	}
}
