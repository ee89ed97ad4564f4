package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/signin"
	"countersign/report/register"
)

// A petition is added, changed, its failures tried again and its sheets
// excluded; each change is in the audit log under who did it, without names.
func TestPetitionByForms(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	c := sv.client("staff")
	if a := c.post("/petitions", "title", "", "received", "2026-11-02").want(t,
		422); !strings.Contains(a.body, "Write a title") {
		t.Error("a missing title is not said")
	}
	c.post("/petitions", "title", "Rural Broadband", "received", "tomorrow").want(t, 422)
	c.post("/petitions", "title", "Rural Broadband", "received", "20226-11-02").want(t, 422)
	if a := c.post("/petitions", "title", "Rural Broadband", "received", "9999-12-31").want(t,
		422); !strings.Contains(a.body, "31 December 9999 is still to come") {
		t.Error("a slip in the year is not said")
	}
	if a := c.post("/petitions", "title", strings.Repeat("a", 2<<20), "received",
		"2026-11-02").want(t, 413); !strings.Contains(a.body, "more than a form may hold") ||
		strings.Contains(a.body, "http:") || strings.Contains(a.body, "Entity") {
		t.Errorf("too much is answered with %s", a.body)
	}
	c.post("/petitions", "title", strings.Repeat("é", 300), "received", "2026-11-02").want(t, 303)
	if a := c.post("/petitions", "title", "Rural Broadband", "received", "2026-11-02", "rules",
		"treshold: 3").want(t, 422); !strings.Contains(a.body, "Line 1") {
		t.Error("the line of a wrong rule is not said")
	}
	at := c.post("/petitions", "title", "Rural <Broadband>", "received", "2026-11-02", "rules",
		"threshold: 3").want(t, 303).Header.Get("Location")
	id := strings.TrimPrefix(at, "/petitions/")
	if a := c.get(at).want(t, 200); !strings.Contains(a.body, "Rural &lt;Broadband&gt;") ||
		strings.Contains(a.body, "<Broadband>") {
		t.Error("the title is not shown as it was written")
	}
	c.post(at+"/edit", "title", "Renamed", "received", "2026-11-03", "state", "approved").want(t,
		303)
	if p, err := sv.Store.Petition(t.Context(), id); err != nil || p.State != "draft" ||
		p.Title != "Renamed" {
		t.Errorf("a state was set by hand: %+v, %v", p, err)
	}
	c.post(at+"/edit", "title", "Renamed", "received", "2026-11-03", "snapshot", "nowhere").want(t,
		422)

	up, err := sv.Store.AddUpload(t.Context(), store.Upload{PetitionID: id,
		SHA256: strings.Repeat("b", 64), Name: "x.pdf", Size: 1, By: "account-staff",
		At: time.Now()})
	check0(t, err)
	check0(t, sv.Store.Fail(t.Context(), store.Failure{PetitionID: id, UploadID: up.ID,
		Stage: store.Ingest, Text: "x.pdf cannot be opened."}))
	failures, err := sv.Store.Failures(t.Context(), id)
	check0(t, err)
	c.post(at+"/failures/nowhere/retry").want(t, 404)
	c.post(at+"/failures/"+failures[0].ID+"/retry").want(t, 303)
	if left, err := sv.Store.Failures(t.Context(), id); err != nil || len(left) != 0 {
		t.Errorf("failures left: %v, %v", left, err)
	}
	c.post("/uploads/"+up.ID+"/exclude").want(t, 303)
	if u, err := sv.Store.Upload(t.Context(), up.ID); err != nil || !u.Excluded {
		t.Errorf("the file is not excluded: %+v, %v", u, err)
	}
	c.post("/uploads/"+up.ID+"/include").want(t, 303)

	entries, err := sv.Store.AuditOf(t.Context(), id, 100)
	check0(t, err)
	var actions []string
	for _, e := range entries {
		actions = append(actions, e.Action)
		if e.Actor != "account-staff" || strings.Contains(e.Detail, "Renamed") ||
			strings.Contains(e.Detail, "x.pdf") {
			t.Errorf("the entry %+v", e)
		}
	}
	if got := strings.Join(actions,
		" "); got != "upload.included upload.excluded failure.retried petition.changed "+
		"petition.added" {
		t.Errorf("recorded: %s", got)
	}
}

// A file that is gone from the data folder stops its petition, says so, and stops no other.
func TestFileGone(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	other, err := sv.Store.AddPetition(t.Context(), store.Petition{Title: "Seeds", State: "draft",
		Rules: "threshold: 2", ReceivedOn: time.Now(), By: "account-staff"})
	check0(t, err)
	path, done, err := sv.files.Path(t.Context(), must(sv.Store.Snapshot(t.Context(),
		p.SnapshotID)).SHA256)
	check0(t, err)
	done()
	check0(t, os.Remove(path))
	staff := sv.client("staff")
	if a := staff.get("/petitions").want(t, 200); !strings.Contains(a.body,
		"cannot be counted: a file is missing") || !strings.Contains(a.body, "Seeds") {
		t.Error("the list does not say which petition cannot be counted")
	}
	staff.get("/reports").want(t, 200)
	staff.get("/api/petitions").want(t, 200)
	staff.get("/petitions/"+other.ID).want(t, 200)
	if a := staff.get("/petitions/"+p.ID).want(t, 503); !strings.Contains(a.body,
		"take the same file in again under Members") {
		t.Error("what to do is not said")
	}
}

// A full disk is said to be one, to people and to machines.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	full := fmt.Errorf("keep the file: %w", &os.PathError{Op: "write", Path: "/data/blobs/x",
		Err: syscall.ENOSPC})
	for _, path := range []string{"/petitions/x/files", "/api/petitions/x/files/a.pdf"} {
		w := httptest.NewRecorder()
		sv.Fail(w, httptest.NewRequest("PUT", path, nil), full)
		if w.Code != http.StatusInsufficientStorage || !strings.Contains(w.Body.String(),
			"The disk of the service is full") || strings.Contains(w.Body.String(), "/data/blobs") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// Of a petition that is decided no page offers what the service refuses.
func TestDecidedPetition(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	staff, at := sv.client("staff"), "/petitions/"+p.ID
	page := staff.get(at).want(t, 200).body
	if !strings.Contains(page, "data-upload=") || !strings.Contains(page, "/exclude") {
		t.Error("an open petition takes no sheets")
	}
	p.State = "approved"
	check0(t, sv.Store.SetPetition(t.Context(), p))
	page = staff.get(at).want(t, 200).body
	if strings.Contains(page, "data-upload=") || strings.Contains(page, "/exclude") ||
		!strings.Contains(page, "no more sheets are taken in") {
		t.Error("a decided petition seems to take sheets")
	}
}

// Nobody's change is lost to a form that was opened before it, and an impatient finger
// adds no second petition.
func TestPetitionTwice(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	c := sv.client("staff")
	hidden := func(page, name string) string {
		return regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(page)[1]
	}
	id := hidden(c.get("/petitions/new").want(t, 200).body, "id")
	for range 2 {
		if at := c.post("/petitions", "id", id, "title", "Seeds", "received", "2026-11-02").want(t,
			303).Header.Get("Location"); at != "/petitions/"+id {
			t.Errorf("added at %s", at)
		}
	}
	if all, err := sv.Store.Petitions(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d petitions, %v", len(all), err)
	}
	sv.client("admin").post("/petitions", "id", id, "title", "Seeds", "received",
		"2026-11-02").want(t, 409)

	was, at := hidden(c.get("/petitions/"+id+"/edit").want(t, 200).body, "was"), "/petitions/"+id+
		"/edit"
	sv.client("admin").post(at, "was", was, "title", "Seed Libraries", "received",
		"2026-11-02").want(t, 303)
	late := c.post(at, "was", was, "title", "Seeds", "received", "2026-11-05").want(t, 409).body
	if p, err := sv.Store.Petition(t.Context(), id); err != nil || p.Title != "Seed Libraries" ||
		!strings.Contains(late, "Somebody changed the petition") || !strings.Contains(late,
		`value="2026-11-05"`) {
		t.Errorf("the title is %q, %v", p.Title, err)
	}
	c.post(at, "was", hidden(late, "was"), "title", "Seeds", "received", "2026-11-05").want(t, 303)
	c.post(at, "was", was, "title", "Seeds", "received", "2026-11-05").want(t, 303) // clicked twice
}

// The count is certified by the chair once nothing that is open can change the
// outcome; the certificate stays as it is.
func TestCertify(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample() // 14 valid, 6 uncertain, 20 required
	sv.step(p.ID, "submit")
	sv.step(p.ID, "confirm", "item", "organizers")
	sv.step(p.ID, "confirm", "item", "signatures")
	sv.step(p.ID, "acknowledge", "copy", "Member Programs and Services")
	chair := sv.client("chair")
	page := "/petitions/" + p.ID + "/certify"
	if a := chair.get(page).want(t, 200); !strings.Contains(a.body, "still uncertain") ||
		strings.Contains(a.body, `name="seen"`) {
		t.Error("why it cannot be certified is not said")
	}
	lines := allLines(must(sv.Office.Case(t.Context(), p.ID)))
	accept := func(l office.Line) {
		t.Helper()
		_, err := sv.Store.AddFinding(t.Context(), store.Finding{PetitionID: p.ID, LineID: l.ID,
			By: "account-verifier", Kind: "accept", MemberID: l.Candidates[0].Member.ID})
		check0(t, err)
	}
	var last office.Line
	for _, l := range lines {
		if l.Verdict == "uncertain" {
			accept(l)
			last = l
		}
	}
	seen := func() string {
		return regexp.MustCompile(`name="seen" value="([^"]+)"`).FindStringSubmatch(
			chair.get(page).want(t, 200).body)[1]
	}
	before := seen()
	accept(last)
	if a := chair.post("/petitions/"+p.ID+"/tallies", "seen", before).want(t,
		409); !strings.Contains(a.body, "changed since you looked at it") {
		t.Error("a count that the chair has not seen can be certified")
	}
	now := seen()
	for range 2 { // by an impatient finger
		chair.post("/petitions/"+p.ID+"/tallies", "seen", now).want(t, 303)
	}
	tallies, err := sv.Store.Tallies(t.Context(), p.ID)
	check0(t, err)
	count, err := office.DecodeCertified(tallies[0].Counts)
	check0(t, err)
	if life := must(sv.Office.Life(t.Context(), p.ID, nil,
		register.AsOf{})); life.State != "tallied" ||
		life.Happened[len(life.Happened)-1].Kind != "certify" {
		t.Errorf("with the certificate the petition is %+v", life)
	}
	if len(tallies) != 1 || count.Valid != 20 || tallies[0].By != "account-chair" ||
		tallies[0].SnapshotID != p.SnapshotID || tallies[0].RulesHash == "" ||
		tallies[0].Program != "test" {
		t.Errorf("certified: %+v, %+v", count, tallies[0])
	}
	now = seen()
	chair.post("/petitions/"+p.ID+"/tallies", "seen", now).want(t, 303) // the second click, late
	if count.Export == nil || count.Export.Members == 0 || count.Files != 2 || count.Pages != 3 ||
		count.Title != p.Title {
		t.Errorf("the certificate rests on %+v", count)
	}
	if a := chair.get("/petitions/"+p.ID+"/certificates/"+tallies[0].ID+".pdf").want(t,
		200); !strings.HasPrefix(a.body, "%PDF") {
		t.Error("the certificate is no PDF")
	}
	for range 2 {
		chair.post("/petitions/"+p.ID+"/tallies", "reason", "A line was misread.", "seen",
			now).want(t, 303)
	}
	if again, err := sv.Store.Tallies(t.Context(), p.ID); err != nil || len(again) != 2 ||
		again[0].Supersedes != tallies[0].ID {
		t.Errorf("superseded: %v, %v", again, err)
	}
	staff := sv.client("staff")
	if a := staff.post("/petitions/"+p.ID+"/edit", "title", p.Title, "received", "2026-11-02",
		"snapshot", p.SnapshotID, "rules", "threshold: 5").want(t, 422); !strings.Contains(a.body,
		"was certified") {
		t.Error("the rule of a certified count can be changed")
	}
	if a := staff.get("/petitions/"+p.ID+"/reports/coo").want(t, 200); !strings.Contains(
		a.Header.Get("Content-Disposition"), "coo-report-libraries-for-rural-broadband-") ||
		!strings.HasPrefix(a.body, "PK") {
		t.Errorf("the report: %v, %.20q", a.Header, a.body)
	}
	staff.get("/petitions/"+p.ID+"/reports/other").want(t, 404)
}

// What a page left open is shown, keeps the count from being certified, and is settled by
// a person.
func TestOpenPoints(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	sv.leavesOpen(p)
	verifier, chair := sv.client("verifier"), sv.client("chair")
	if a := chair.get("/petitions/"+p.ID+"/certify").want(t, 200); !strings.Contains(a.body,
		"One open point waits") {
		t.Errorf("certified with an open point: %s", a.body)
	}
	if a := verifier.get("/petitions/"+p.ID).want(t, 200); !strings.Contains(a.body,
		"1 open point") {
		t.Error("the petition's page says nothing of it")
	}
	page := verifier.get("/petitions/"+p.ID+"/open").want(t, 200)
	to := regexp.MustCompile(`action="(/open/[^"]+)"`).FindStringSubmatch(page.body)
	if to == nil || !strings.Contains(page.body, "Handwriting below the table") ||
		!strings.Contains(page.body, "viewBox") {
		t.Fatalf("the page of open points: %s", page.body)
	}
	verifier.post(to[1], "how", "excluded").want(t, 422) // without a note
	verifier.post(to[1], "how", "excluded", "note", "signed after the meeting").want(t, 303)
	verifier.post(to[1], "how", "nothing").want(t, 409)
	if a := verifier.get("/petitions/"+p.ID+"/open").want(t, 200); !strings.Contains(a.body,
		"Nothing is open") || !strings.Contains(a.body, "signed after the meeting") {
		t.Errorf("settled: %s", a.body)
	}
	if a := chair.get("/petitions/"+p.ID+"/certify").want(t, 200); strings.Contains(a.body,
		"open point waits") {
		t.Errorf("it still waits: %s", a.body)
	}
	verifier.post(to[1], "how", "").want(t, 303)
	if a := chair.get("/petitions/"+p.ID+"/certify").want(t, 200); !strings.Contains(a.body,
		"One open point waits") {
		t.Errorf("opened again: %s", a.body)
	}
}

// What machines ask: alive, ready, figures. None of it names a petition or a
// person.
func TestMachines(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	c := sv.client("")
	c.get("/healthz").want(t, 200)
	if a := c.get("/readyz").want(t, 200); a.body != "store: ok\nqueue: ok\nblobs: ok\n" {
		t.Errorf("ready: %q", a.body)
	}
	sv.client("staff").get("/petitions/"+p.ID).want(t, 200)
	c.get("/metrics").want(t, 401)
	sv.client("staff").get("/metrics").want(t, 403)
	sv.client("admin").get("/metrics").want(t, 200)
	secret := signin.NewSecret()
	_, err := sv.Store.AddToken(t.Context(), store.Token{AccountID: "account-admin",
		Name: "prometheus", Hash: signin.HashSecret(secret)})
	check0(t, err)
	a := c.do("GET", "/metrics", nil, "Authorization", "Bearer "+secret).want(t, 200)
	open := httptest.NewServer(sv.MetricsHandler())
	defer open.Close()
	for path, want := range map[string]int{"/metrics": 200, "/": 404, "/petitions": 404} {
		answer, err := http.Get(open.URL + path)
		check0(t, err)
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s at the address for figures: %s", path, answer.Status)
		}
	}
	for _, line := range []string{
		`countersign_http_requests_total{method="GET",route="/petitions/{id}",status="200"} 1`,
		`countersign_pages{state="read"} 3`, `countersign_lines{state="matched"} 24`,
		`countersign_failures 0`, `countersign_queue_depth{stage="ingest"}`, "go_goroutines ",
		"process_resident_memory_bytes "} {
		if !strings.Contains(a.body, line) {
			t.Errorf("the figures lack %s", line)
		}
	}
	for _, word := range []string{p.ID, "Rural", "account-"} {
		if strings.Contains(a.body, word) {
			t.Errorf("the figures hold %q", word)
		}
		if word != p.ID && strings.Contains(sv.logs.String(), word) {
			t.Errorf("the log holds %q", word)
		}
	}
	sv.queue.Close()
	if a := c.get("/readyz").want(t, 503); !strings.Contains(a.body, "queue: does not answer") ||
		!strings.Contains(a.body, "store: ok") {
		t.Errorf("without the queue: %q", a.body)
	}
}

// Pictures are those of the page, small or large, and kept by this browser only.
func TestPictures(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	pages, err := sv.Store.Pages(t.Context(), p.ID)
	check0(t, err)
	c := sv.client("verifier")
	large := c.get("/pages/"+pages[0].ID+"/picture").want(t, 200)
	small := c.get("/pages/"+pages[0].ID+"/thumb").want(t, 200)
	if len(small.body) >= len(large.body) || !strings.HasPrefix(small.body, "\xff\xd8") {
		t.Errorf("%d bytes small, %d large", len(small.body), len(large.body))
	}
	for _, a := range []answer{large, small} {
		if got := a.Header.Get("Cache-Control"); !strings.HasPrefix(got, "private") {
			t.Errorf("others may keep the picture: %q", got)
		}
	}
	c.do("GET", "/pages/"+pages[0].ID+"/thumb", nil, "If-None-Match",
		small.Header.Get("ETag")).want(t, 304)
	lines, err := sv.Store.Lines(t.Context(), p.ID)
	check0(t, err)
	c.get("/lines/"+lines[0].ID+"/picture").want(t, 200)
	body := c.get("/pages/"+pages[0].ID).want(t, 200).body
	for _, part := range []string{`class="v-valid"`, `class="v-uncertain"`, `class="v-invalid"`,
		`href="#line-3"`, "/review?line=" + lines[0].ID} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
}

// Settings are checked before they are kept.
func TestSettings(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	c := sv.client("admin")
	c.post("/settings", "rules", "threshhold: 3").want(t, 422)
	c.post("/settings", "retention-images", "0").want(t, 422)
	c.post("/settings", "nonsense", "1").want(t, 422)
	c.post("/settings", "rules", "threshold: 7", "searches-before-nobody", "2").want(t, 303)
	if a := sv.client("staff").get("/petitions/new").want(t, 200); !strings.Contains(a.body,
		`name="rule-threshold" value="7"`) {
		t.Error("new petitions do not begin with the rule of the settings")
	}
	people := c.get("/settings/people").want(t, 200)
	if !strings.Contains(people.body, "verifier@example.org") {
		t.Error("people are not listed")
	}
	// not from oneself
	c.post("/settings/people/account-admin", "name", "Me", "role", "staff").want(t, 422)
	c.post("/settings/people/account-staff", "name", "Other", "role", "chair").want(t, 303)
	c.post("/settings/people", "email", "staff@example.org", "name", "Twice", "role",
		"staff").want(t, 422)
	if a := c.post("/audit/check").want(t, 200); !strings.Contains(a.body, "The chain holds") {
		t.Error("the chain is not said to hold")
	}
}

// An export that was purged can no longer be chosen; the petition that was
// verified against it still says so.
func TestPurgedExportIsNoChoice(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	ctx := t.Context()
	old, err := sv.Store.AddSnapshot(ctx, store.Snapshot{Name: "spring.csv",
		SHA256: strings.Repeat("a", 64), At: time.Now().Add(-time.Hour)})
	check0(t, err)
	before, err := sv.Store.AddPetition(ctx, store.Petition{Title: "Before", SnapshotID: old.ID})
	check0(t, err)
	_, err = sv.Store.AddSnapshot(ctx, store.Snapshot{Name: "fall.csv", SHA256: strings.Repeat("b",
		64), At: time.Now().Add(time.Hour)})
	check0(t, err)
	after, err := sv.Store.AddPetition(ctx, store.Petition{Title: "After"})
	check0(t, err)
	v, err := sv.Store.Version(ctx, before.ID)
	check0(t, err)
	check0(t, sv.Store.Freeze(ctx, before.ID, v, store.Frozen{}))
	for _, p := range []store.Purge{{Of: store.PetitionData, Subject: before.ID, Kind: store.Rows},
		{Of: store.ExportData, Subject: old.ID, Kind: store.Rows}} {
		_, err := sv.Store.BeginPurge(ctx, p, "")
		check0(t, err)
		_, err = sv.Store.PurgeSome(ctx, p, 100)
		check0(t, err)
		check0(t, sv.Store.EndPurge(ctx, p))
	}
	c := sv.client("staff")
	if a := c.get("/petitions/"+before.ID+"/edit").want(t, 200); !strings.Contains(a.body,
		"spring.csv") || !strings.Contains(a.body, "(purged)") {
		t.Error("the export in use is not shown as purged")
	}
	for _, at := range []string{"/petitions/" + after.ID + "/edit", "/petitions/new"} {
		if a := c.get(at).want(t, 200); strings.Contains(a.body, "spring.csv") ||
			!strings.Contains(a.body, "fall.csv") {
			t.Errorf("%s offers the wrong exports", at)
		}
	}
	if a := c.post("/petitions/"+after.ID+"/edit", "title", "After", "received", "2026-11-02",
		"snapshot", old.ID).want(t, 422); !strings.Contains(a.body, "choose another") {
		t.Error("an export that was purged could be chosen")
	}
}
