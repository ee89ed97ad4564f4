package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"countersign/extract"
	"countersign/internal/blob"
	"countersign/internal/fixtures"
	"countersign/internal/office"
	"countersign/internal/office/exports"
	"countersign/internal/office/kept"
	"countersign/internal/queue"
	"countersign/internal/store"
	"countersign/internal/web"
	"countersign/verify"
)

// Twelve years of three groups, and of a petition that came to nothing: every step through the
// API or a browser, with a clock that stands where it is put. What pages, letters and the
// reports to Council say on twenty days is in testdata/years, one file for each day.
func TestTwelveYears(t *testing.T) {
	t.Parallel()
	y := newYears(t)
	y.begins()
	y.firstTerms()
	y.secondTerms()
	y.ends()
	y.staysWhatItWas()
}

// begins sets the office up and founds the first group.
func (y *years) begins() {
	y.at("2024-01-15")
	var conferences []words
	for year := 2024; year <= 2036; year++ {
		conferences = append(conferences, words{"name": fmt.Sprint("Annual ", year),
			"from": fmt.Sprint(year, "-06-24"), "to": fmt.Sprint(year, "-06-29"),
			"place": "Chicago"})
	}
	y.ask("PUT", "/api/conferences", append(conferences, words{"name": "Council online 2029",
		"from": "2029-01-25", "to": "2029-01-26", "place": "online"}), http.StatusOK, nil)
	y.ask("PUT", "/api/offices", []words{
		{"key": "chair", "name": "Dana Whitlock", "from": "2020-07-01",
			"email": "dana@example.org"}, {"key": "chair", "name": "Priya Raman",
			"from": "2030-07-01", "email": "priya@example.org"},
		{"key": "conference", "name": "Conference Services", "from": "2020-07-01",
			"email": "conference@example.org"}, {"key": "director", "name": "Executive Director",
			"from": "2020-07-01", "email": "director@example.org"},
		{"key": "programs", "name": "Member Programs and Services", "from": "2020-07-01",
			"email": "programs@example.org"}}, http.StatusOK, nil)
	y.ask("PUT", "/api/snapshots/members.csv?as_of=2024-01-01",
		[]byte("ID,First Name,Last Name,City,State,Status\n"+
			"0482913,Elizabeth,Persechino,Durham,NC,Active\n"+
			"0482914,Ada,Lovelace,Chicago,IL,Active\n"), http.StatusCreated, nil)

	y.at("2024-02-01")
	y.petition("seeds-1", "Seed Libraries", "2024-02-01")
	y.step("seeds-1", "submit")
	y.at("2024-02-05")
	y.refused("petition", "seeds-1", "acknowledge", "2024-01-31",
		"The petition was received on 1 February 2024", "copy", "x")
	y.refused("petition", "seeds-1", "acknowledge", "2024-02-30",
		`"2024-02-30" is no day: write one such as 2026-11-01.`, "copy", "x")
	y.refused("petition", "seeds-1", "acknowledge", "2024-02-06",
		"6 February 2024 is still to come", "copy", "x")
	y.step("seeds-1", "acknowledge", "copy", "Member Programs and Services")
	y.step("seeds-1", "emails", "emails", "ana@example.org")
	y.step("seeds-1", "overlap-note", "units", "Reference and User Services Association", "note",
		"sees no overlap")
	y.show()
	y.at("2024-02-20")
	y.certify("seeds-1")
	y.step("seeds-1", "schedule", "meeting", "the March meeting")
	y.at("2024-03-10")
	y.chairApproves("seeds-1") // in a browser
	y.show()
	y.at("2024-03-12")
	y.step("seeds-1", "notify", "needs", "A room for 40\nA table at the exhibits")
}

// firstTerms are those of three groups, a disapproval, and a rule that changes.
func (y *years) firstTerms() {
	y.at("2024-04-02")
	y.step("seeds-1", "notify-ack", "note", "Room W183")
	y.group("seeds-1", "contact", "contact", "Lee Park")
	y.group("seeds-1", "handbook", "text", "Lends seeds and tells how.")
	y.group("seeds-1", "liaison", "liaisons", "Ann Lee\nTom Ashdown")
	y.group("seeds-1", "support", "of", "Meeting space", "what", "a table in June")
	y.at("2024-06-10")
	y.group("seeds-1", "answer", "support", "2024-04-02: a table in June", "answer", "Table 14")
	y.issues("Annual 2024", "CD#12", "2024-06-10")
	y.show("Annual 2024")
	y.at("2024-06-26")
	y.step("seeds-1", "report", "conference", "Annual 2024")
	y.step("seeds-1", "close")
	y.at("2024-08-20")
	y.group("seeds-1", "annual-report", "for", "2024") // three weeks late
	y.show()

	y.at("2025-09-01")
	y.petition("maps-1", "Maps in Libraries", "2025-09-01")
	y.goesOn("maps-1", "2025-09-15")
	y.step("maps-1", "defer", "rationale", "A quorum was missing.")
	y.show("Annual 2026")
	y.at("2025-11-03")
	y.step("maps-1", "approve", y.decision("Map Libraries")...)
	y.group("seeds-1", "rename", "name", "Seed and Tool Libraries", "on", "2026-01-01")
	y.refused("group", "maps-1", "rename", "2025-11-03",
		"There is a group of the name “Seed and Tool Libraries” already", "name",
		"seed and tool libraries")
	y.show() // the old name still holds
	y.at("2026-01-01")
	y.show()

	y.at("2026-02-02")
	y.petition("reentry-1", "Reentry Services", "2026-02-02")
	y.goesOn("reentry-1", "2026-02-20")
	y.step("reentry-1", "approve", y.decision("Reentry Services")...)
	y.at("2026-02-20")
	y.petition("games", "Games and Gaming", "2026-02-20")
	y.goesOn("games", "2026-03-20")
	y.step("games", "disapprove", "vote", "2 to 5", "rationale",
		"It is the concern of a round table.", "overlap", "the Games and Gaming Round Table")
	y.at("2026-06-12")
	y.issues("Annual 2026", "CD#18", "2026-06-10")
	y.show("Annual 2026")
	y.at("2026-06-27")
	for _, p := range []string{"maps-1", "reentry-1", "games"} {
		y.step(p, "report", "conference", "Annual 2026")
	}
	y.step("games", "close")
	y.corrects("Annual 2026", "Games and Gaming was disapproved by 2 votes to 6.")
	y.show()
}

// secondTerms renew two of the groups, under another rule than their first terms.
func (y *years) secondTerms() {
	y.at("2026-10-05")
	y.petition("seeds-2", "Petition to renew Seed and Tool Libraries", "2026-10-05")
	y.step("seeds-2", "renewal-of", "renews", "Seed and Tool Libraries") // from its first day
	y.show()
	before := y.text("/groups/" + y.ids["seeds-1"])
	if err := y.store.SetSetting(y.t.Context(), "rules",
		"term-years: 4\nrenewal-window-days: 120\nannual-report-due: 10-15\n",
		"office"); err != nil {
		y.t.Fatal(err)
	}
	if diff := cmp.Diff(before, y.text("/groups/"+y.ids["seeds-1"])); diff != "" {
		y.t.Errorf("a setting changed what was there before:\n%s", diff)
	}
	y.at("2027-02-20")
	y.goesOn("seeds-2", "2027-03-15") // the term ended meanwhile
	y.show()
	acknowledgement := y.docx(y.ask("GET", "/api/petitions/"+y.ids["seeds-2"]+
		"/letters/acknowledgement.docx", nil, http.StatusOK, nil))
	if !strings.Contains(acknowledgement,
		`the petition for another term of "Seed and Tool Libraries" under`) {
		y.t.Errorf("the receipt of a renewal is acknowledged without a word of it:\n%s",
			acknowledgement)
	}
	y.refused("petition", "seeds-2", "approve", "2027-03-15",
		"The petition wants to renew “Seed and Tool Libraries”",
		append([]string{"renews", "a new group"}, y.decision("")...)...)
	y.step("seeds-2", "approve", append(y.decision(""), "purpose",
		"Lending seeds and tools, and telling how.")...)
	y.at("2027-06-10")
	y.issues("Annual 2027", "CD#21", "2027-06-10")
	y.show("Annual 2027")
	y.at("2027-06-26")
	y.step("seeds-2", "report", "conference", "Annual 2027")
	y.group("seeds-1", "ask-report", "due", "2027-12-01", "note", "the seed census")
	y.refused("group", "seeds-1", "ask-report", "2027-06-26", "is no day", "due", "in winter")

	y.group("seeds-1", "handbook", "text", "Lends seeds and tools, and tells how.")

	y.at("2027-11-20")
	y.group("seeds-1", "purpose", "purpose", "Lending seeds, tools and what to know of them.")
	y.handsIn("seeds-1", "the one asked for on 2027-06-26, due 2027-12-01") // in a browser
	y.group("seeds-1", "annual-report", "for", "2027")
	y.show()
}

// ends are a conversion, a disbanding on request that was written down ahead, and a group
// that was not renewed.
func (y *years) ends() {
	y.at("2028-05-10")
	y.group("maps-1", "convert", "unit", "the Map and Geospatial Information Round Table")
	y.show()
	y.issues("Annual 2028", "CD#24", "2028-05-31", "2028-06-02")
	y.at("2028-06-25")
	y.group("maps-1", "report", "conference", "Annual 2028")
	y.group("maps-1", "annual-report", "for", "2027") // overdue when it ended
	y.step("maps-1", "close")
	y.show("Annual 2028")

	y.at("2028-12-10")
	y.disbandsAhead("reentry-1", "2029-02-01") // in a browser
	y.group("reentry-1", "support", "of", "Meeting space", "what", "a room for the last meeting")
	y.show()
	y.at("2029-02-01")
	y.refused("group", "reentry-1", "liaison", "2029-02-02",
		"The group has ended: it is disbanded from 1 February 2029 on.", "liaisons", "x")
	y.show()
	y.at("2029-06-10")
	y.issues("Annual 2029", "CD#27", "2029-06-10")
	y.show("Annual 2029")
	y.at("2029-06-26")
	y.group("reentry-1", "report", "conference", "Annual 2029")

	y.at("2030-12-01")
	y.show() // renewal is due
	y.at("2031-03-20")
	y.show() // and was not petitioned for
	y.group("seeds-1", "disband", "reason", "no petition renewed it")
	y.at("2031-04-15")
	y.show()
	y.at("2031-06-12")
	y.issues("Annual 2031", "CD#33", "2031-06-12")
	y.at("2031-06-26")
	y.group("seeds-1", "report", "conference", "Annual 2031")
	y.at("2036-01-10")
	y.show("Annual 2031") // twelve years after the first sheet came in
}

// staysWhatItWas holds every report that was issued against what was downloaded on its day,
// with fifty entries since, and asks what was known before.
func (y *years) staysWhatItWas() {
	for i := range 50 {
		y.at("2036-01-10")
		y.now.Add(int64(time.Duration(i+1) * 2 * time.Minute))
		y.step("seeds-2", "emails", "emails", fmt.Sprintf("ana%d@example.org", i))
	}
	for conference, kept := range y.issued {
		if again := y.ask("GET", "/api/reports/council.xlsx?conference="+
			strings.ReplaceAll(conference, " ", "+"), nil, http.StatusOK, nil); again != string(
			kept) {
			y.t.Errorf("the report for %s is another one after fifty entries", conference)
		}
		var said bytes.Buffer
		command := verifyReportCommand{File: fixtures.Write(y.t, "council.xlsx", kept), Data: y.dir}
		if err := command.Run(y.t.Context(), &streams{out: &said, err: &said}); err != nil ||
			!strings.Contains(said.String(), "It agrees with what is on record.") {
			y.t.Errorf("verify-report on the report for %s: %v\n%s", conference, err, &said)
		}
	}
	group := "/api/groups/" + y.ids["seeds-1"]
	for query, want := range map[string]string{"?on=2025-12-31": "Seed Libraries",
		"?on=2026-01-01":                  "Seed and Tool Libraries",
		"?on=2026-01-01&known=2025-11-02": "Seed Libraries", "": "Seed and Tool Libraries"} {
		var g struct{ Name string }
		y.ask("GET", group+query, nil, http.StatusOK, &g)
		if g.Name != want {
			y.t.Errorf("asked with %q the group is %q, want %q", query, g.Name, want)
		}
	}
	if n, err := y.store.VerifyAudit(y.t.Context()); err != nil || n == 0 {
		y.t.Errorf("%d entries in the audit log, %v", n, err)
	}
}

// years is an office with its pages, on a real store, queue and files, whose clock a test
// sets.
type years struct {
	*script
	dir     string
	store   *store.Store
	office  *office.Office
	blobs   *blob.Files
	journey *journey
	now     atomic.Int64
	ids     map[string]string // of petitions, and so of groups, by what the story calls them
	issued  map[string][]byte // workbooks by conference, as they were on their day
	shown   int
	changed []string // petitions in which something happened since the last day that was shown
}

func newYears(t *testing.T) *years {
	t.Helper()
	dir, ctx := t.TempDir(), t.Context()
	y := &years{dir: dir, ids: map[string]string{}, issued: map[string][]byte{}}
	clock := func() time.Time { return time.Unix(0, y.now.Load()).UTC() }
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	y.store, err = store.Open(ctx, "sqlite://"+filepath.Join(dir, "countersign.db"))
	check(err)
	t.Cleanup(func() { y.store.Close() })
	y.blobs, err = blob.OpenFiles(filepath.Join(dir, "blobs"))
	check(err)
	log := slog.New(slog.DiscardHandler)
	bell, err := queue.Open(ctx, queue.Options{Dir: filepath.Join(dir, "queue"), Log: log})
	check(err)
	t.Cleanup(bell.Close)
	y.office = office.New(office.Options{Store: y.store, Blobs: y.blobs,
		Program: "countersign test", Now: clock})
	front := httptest.NewUnstartedServer(nil)
	site, err := web.New(web.Options{Store: y.store, Blobs: y.blobs, Bell: bell, Office: y.office,
		Uploads: filepath.Join(dir, "uploads"),
		URL:     "http://" + front.Listener.Addr().String(), Program: "countersign test", Log: log,
		Now: clock})
	check(err)
	front.Config = &http.Server{Handler: site, ReadHeaderTimeout: time.Minute}
	front.Start()
	t.Cleanup(front.Close)
	y.at("2024-01-02")
	a, err := y.store.AddAccount(ctx, store.Account{ID: "office", Email: "office@example.org",
		Name: "Office", Roles: []store.Role{store.Staff, store.Verifier, store.Chair},
		PasswordHash: "none"})
	check(err)
	sum := sha256.Sum256([]byte(testToken))
	_, err = y.store.AddToken(ctx, store.Token{AccountID: a.ID, Name: "script",
		Hash: hex.EncodeToString(sum[:])})
	check(err)
	_, err = site.SignIn.AddPerson(ctx, store.Account{ID: "chair", Email: "chair@example.org",
		Name: "Dana Whitlock", Roles: []store.Role{store.Chair}}, journeyPassword)
	check(err)
	y.script = &script{t, front.URL}
	y.journey = &journey{t: t, url: front.URL}
	return y
}

// at puts the clock on the morning of a day.
func (y *years) at(day string) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	y.now.Store(at.Add(9 * time.Hour).UnixNano())
}

func (y *years) today() string { return time.Unix(0, y.now.Load()).UTC().Format(time.DateOnly) }

// petition adds one whose sheets were read: a cover and two lines of members.
func (y *years) petition(name, title, received string) {
	y.t.Helper()
	ctx := y.t.Context()
	var p struct {
		ID         string
		SnapshotID string `json:"snapshot_id"`
	}
	y.ask("POST", "/api/petitions", words{"title": title, "rules": "threshold: 2\n",
		"received_on": received}, http.StatusOK, &p)
	y.ids[name] = p.ID
	check := func(err error) {
		y.t.Helper()
		if err != nil {
			y.t.Fatal(err)
		}
	}
	put := func(data []byte) string {
		sum, _, err := y.blobs.Put(ctx, bytes.NewReader(data))
		check(err)
		return sum
	}
	u, err := y.store.AddUpload(ctx, store.Upload{PetitionID: p.ID,
		SHA256: put([]byte("the sheets of " + name)), Name: "sheets.pdf", By: "office"})
	check(err)
	cover := extract.Sheet{Kind: extract.CoverOf,
		Cover: extract.Cover{Group: "as misread on the cover",
			Purpose: "To bring together those who care for " + strings.ToLower(title) + ".",
			Organizers: []extract.Organizer{{Name: "Ana Ruiz", Address: "1 Elm St",
				Signed: extract.SignedYes}}}}
	signers := extract.Sheet{Kind: extract.Signers}
	for i, who := range [][2]string{{"Elizabeth Persechino", "0482913"}, {"Ada Lovelace",
		"0482914"}} {
		row := extract.Row{Number: i + 1, Signed: extract.SignedYes,
			Fields: map[extract.Field]extract.Reading{}}
		for f, text := range map[extract.Field]string{extract.Name: who[0],
			extract.MemberID: who[1]} {
			row.Fields[f] = extract.Reading{Text: text, Confidence: 1, Engine: "text"}
		}
		signers.Rows = append(signers.Rows, row)
	}
	sheets := []extract.Sheet{cover, signers}
	var pages []store.Page
	for n := range sheets {
		pages = append(pages, store.Page{ID: store.PageID(u.ID, n+1), Number: n + 1})
	}
	check(y.store.OpenedUpload(ctx, u.ID, pages, ""))
	matcher, err := exports.NewRolls(y.store, y.blobs, nil).Matcher(ctx, p.SnapshotID)
	check(err)
	for n, s := range sheets {
		packed, err := extract.EncodeSheet(s)
		check(err)
		page := pages[n]
		page.Kind, page.Sheet = string(s.Kind), put(packed)
		var lines []store.Line
		matches := map[string][]byte{}
		for _, r := range s.Rows {
			row, err := kept.EncodeRow(r)
			check(err)
			lines = append(lines, store.Line{Number: r.Number, Row: row})
			match, err := kept.EncodeMatch(matcher.Match(verify.Line{Row: r}))
			check(err)
			matches[store.LineID(page.ID, r.Number)] = match
		}
		check(y.store.ReadPage(ctx, page, lines))
		if len(matches) > 0 {
			check(y.store.MatchLines(ctx, page.ID, p.SnapshotID, matches))
		}
		for i, r := range s.Rows {
			_, err := y.store.AddFinding(ctx, store.Finding{LineID: store.LineID(page.ID, r.Number),
				By: "office", Kind: "accept", MemberID: []string{"0482913", "0482914"}[i]})
			check(err)
		}
	}
}

// step writes a step of a petition down today.
func (y *years) step(name, kind string, w ...string) {
	y.t.Helper()
	y.changed = append(y.changed, name)
	y.ask("POST", "/api/petitions/"+y.ids[name]+"/life", stepOn(kind, y.today(), pairs(w)),
		http.StatusOK, nil)
}

// group writes something down of a group, today or on the day that "on" names.
func (y *years) group(name, kind string, w ...string) {
	y.t.Helper()
	said := pairs(w)
	day := y.today()
	if on, ok := said["on"]; ok {
		day = on
		delete(said, "on")
	}
	y.ask("POST", "/api/groups/"+y.ids[name], stepOn(kind, day, said), http.StatusOK, nil)
}

// refused tries a step by the API and by the form of the page, which refuse with the same
// sentence.
func (y *years) refused(of, name, kind, day, want string, w ...string) {
	y.t.Helper()
	api, page := "/api/petitions/"+y.ids[name]+"/life", "/petitions/"+y.ids[name]+"/life"
	if of == "group" {
		api, page = "/api/groups/"+y.ids[name], "/groups/"+y.ids[name]
	}
	said := pairs(w)
	var problem struct{ Detail string }
	y.ask("POST", api, stepOn(kind, day, said), http.StatusUnprocessableEntity, &problem)
	form := map[string][]string{"kind": {kind}, "on": {day}}
	for k, v := range said {
		form["word-"+k] = []string{v}
	}
	shown := html.UnescapeString(y.postForm(page, form, http.StatusUnprocessableEntity))
	if !strings.Contains(problem.Detail, want) || !strings.Contains(shown, problem.Detail) {
		y.t.Errorf("%s of %s on %s: the API says %q, which the page does not, want %q", kind, name,
			day, problem.Detail, want)
	}
}

func pairs(w []string) words {
	out := words{}
	for i := 0; i+1 < len(w); i += 2 {
		out[w[i]] = w[i+1]
	}
	return out
}

func (y *years) decision(name string) []string {
	return []string{"vote", "7 to 0", "overlap", "Reference and User Services Association",
		"rationale", "The concern is no other unit's.", "name", name}
}

func (y *years) certify(name string) {
	y.t.Helper()
	y.ask("POST", "/api/petitions/"+y.ids[name]+"/tallies", words{}, http.StatusOK, nil)
}

// goesOn takes a petition from its packet to the committee's agenda, which it reaches on a day.
func (y *years) goesOn(name, day string) {
	y.t.Helper()
	y.step(name, "submit")
	y.step(name, "acknowledge", "copy", "Member Programs and Services")
	y.at(day)
	y.certify(name)
	y.step(name, "schedule", "meeting", "the next meeting")
}

func (y *years) issues(conference, document string, days ...string) {
	y.t.Helper()
	if len(days) > 1 {
		y.at(days[1])
	}
	y.ask("POST", "/api/reports/council", words{"conference": conference, "document": document,
		"cut_off": days[0]}, http.StatusOK, nil)
	at := "?conference=" + strings.ReplaceAll(conference, " ", "+")
	y.issued[conference] = []byte(y.ask("GET", "/api/reports/council.xlsx"+at, nil, http.StatusOK,
		nil))
	if paper := y.ask("GET", "/api/reports/council.pdf"+at, nil, http.StatusOK,
		nil); !strings.HasPrefix(paper, "%PDF-") {
		y.t.Errorf("the report for %s on paper begins %.10q", conference, paper)
	}
	// It is issued once, and page and API say so in the same words.
	var problem struct{ Detail string }
	y.ask("POST", "/api/reports/council", words{"conference": conference, "document": "another"},
		http.StatusUnprocessableEntity, &problem)
	page := y.postForm("/reports/council", map[string][]string{"conference": {conference},
		"document": {"another"}}, http.StatusUnprocessableEntity)
	if !strings.Contains(problem.Detail, "was issued on") ||
		!strings.Contains(html.UnescapeString(page), problem.Detail) {
		y.t.Errorf("issued once more the API says %q, which the page does not", problem.Detail)
	}
}

func (y *years) corrects(conference, text string) {
	y.t.Helper()
	y.ask("POST", "/api/reports/council/corrections", words{"conference": conference, "text": text},
		http.StatusOK, nil)
}

// signsIn opens a browser in which the chair is signed in. The session is laid into the store,
// since a browser and a store go by the clock of this computer.
func (y *years) signsIn() *visitor {
	y.t.Helper()
	v := y.journey.person("Dana Whitlock")
	sum := sha256.Sum256([]byte("a-session"))
	far := time.Now().AddDate(100, 0, 0)
	err := y.store.AddSession(y.t.Context(), store.Session{Hash: hex.EncodeToString(sum[:]),
		AccountID: "chair", CreatedAt: far, SeenAt: far, ExpiresAt: far})
	if err != nil && !errors.Is(err, store.ErrConflict) {
		y.t.Fatal(err)
	}
	yes := true
	v.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, network.SetCookie, network.SetCookieParams{
			Name: "countersign", Value: "a-session", URL: y.base, HTTPOnly: &yes})
		return chromedp.Void{}, err
	})
	return v
}

// chairApproves tries a day to come in the form, which the page refuses and keeps, and then
// the right one.
func (y *years) chairApproves(name string) {
	y.t.Helper()
	y.changed = append(y.changed, name)
	v := y.signsIn()
	v.open("/petitions/" + y.ids[name] + "/life")
	form := `form:has(input[value="approve"]) ` // of what comes next, which lies open
	for field, text := range map[string]string{"vote": "7 to 0",
		"overlap": "Reference and User Services Association"} {
		v.types(form+`input[name="word-`+field+`"]`, text)
	}
	v.types(form+`textarea[name="word-rationale"]`, "The concern is no other unit's.")
	v.set(form+"input[name=on]", "2024-03-11")
	v.click(form + "button")
	v.until("the day is refused",
		`document.querySelector(".problem")?.innerText === "11 March 2024 is still to come: write it down once it has happened."`)
	v.set(form+"input[name=on]", "2024-03-10")
	v.click(form + "button")
	v.until("it is approved",
		`document.querySelector(".said") && document.querySelector(".head .lead").innerText.includes("Approved on March 10, 2024, 7 to 0")`)
}

// handsIn answers a report that was asked for.
func (y *years) handsIn(name, which string) {
	y.t.Helper()
	v := y.signsIn()
	v.open("/groups/" + y.ids[name])
	form := `form:has(input[value="annual-report"]) `
	v.click(`details:has(input[value="annual-report"]) summary`)
	v.set(form+`select[name="word-for"]`, which)
	v.click(form + "button")
	v.until("it is answered",
		`document.querySelector(".said") && document.querySelector(".timeline").innerText.includes("Answers: the one asked for on 2027-06-26")`)
}

func (y *years) disbandsAhead(name, day string) {
	y.t.Helper()
	v := y.signsIn()
	v.open("/groups/" + y.ids[name])
	form := `form:has(input[value="disband"]) `
	v.click(`details:has(input[value="disband"]) summary`)
	v.types(form+`textarea[name="word-reason"]`, "its organizers asked")
	v.set(form+"input[name=on]", day)
	v.click(form + "button")
	v.until("it is to come",
		`document.querySelector(".said") && document.querySelector(".timeline").innerText.includes("to come") && document.querySelector(".head .lead").innerText.startsWith("Active")`)
}

// show holds what everything says today against the file of this day.
func (y *years) show(conference ...string) {
	y.t.Helper()
	y.shown++
	var b strings.Builder
	part := func(title, text string) {
		fmt.Fprintf(&b, "===== %s =====\n%s\n", title, strings.TrimSpace(text)+"\n")
	}
	part("groups", y.text("/groups"))
	for _, name := range []string{"seeds-1", "maps-1", "reentry-1"} {
		if id := y.ids[name]; id != "" && y.get("/groups/"+id).StatusCode == http.StatusOK {
			part("group of "+name, y.text("/groups/"+id))
			y.letters(&b, "groups", id)
		}
	}
	slices.Sort(y.changed)
	for _, name := range slices.Compact(y.changed) {
		part("petition "+name, y.text("/petitions/"+y.ids[name]+"/life"))
		y.letters(&b, "petitions", y.ids[name])
	}
	y.changed = nil
	part("worklist", y.text("/worklist"))
	part("public list", y.ask("GET", "/public/groups.csv", nil, http.StatusOK, nil))
	if len(conference) > 0 {
		part("reports", y.text("/reports"))
	}
	for _, c := range conference {
		part("report to Council, "+c, y.council(c))
	}
	y.golden(fmt.Sprintf("%02d %s.txt", y.shown, y.today()), b.String())
}

func (y *years) golden(file, got string) {
	y.t.Helper()
	path := filepath.Join("testdata", "years", strings.ReplaceAll(file, " ", "-"))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			y.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			y.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		y.t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		y.t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// letters writes the ones that are due of a petition or a group out, in words.
func (y *years) letters(b *strings.Builder, of, id string) {
	y.t.Helper()
	path := "/api/" + of + "/" + id
	about := struct {
		Letters []struct {
			Kind    string
			Advised bool
		}
	}{}
	life := path
	if of == "petitions" {
		life += "/life"
	}
	y.ask("GET", life, nil, http.StatusOK, &about)
	for _, l := range about.Letters {
		if l.Advised {
			fmt.Fprintf(b, "----- letter due: %s\n%s\n\n", l.Kind,
				y.docx(y.ask("GET", path+"/letters/"+l.Kind+".docx", nil, http.StatusOK, nil)))
		}
	}
}

// docx is the text of a letter, a paragraph a line.
func (y *years) docx(data string) string {
	y.t.Helper()
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		y.t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		y.t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		y.t.Fatal(err)
	}
	var out []string
	for _, p := range strings.Split(string(text), "</w:p>") {
		if line := strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(p,
			""))); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// council is what the sheets of a report to Council say, a row a line.
func (y *years) council(conference string) string {
	y.t.Helper()
	data := y.ask("GET", "/api/reports/council.xlsx?conference="+strings.ReplaceAll(conference, " ",
		"+"), nil, http.StatusOK, nil)
	if err := y.keepPictures(conference, data); err != nil {
		y.t.Fatal(err)
	}
	book, err := excelize.OpenReader(strings.NewReader(data))
	if err != nil {
		y.t.Fatal(err)
	}
	defer book.Close()
	var b strings.Builder
	for _, sheet := range book.GetSheetList() {
		if sheet == "Provenance" || sheet == "Statistics" {
			// fingerprints; figures of lines, which are tested with the committee's report
			continue
		}
		rows, err := book.GetRows(sheet)
		if err != nil {
			y.t.Fatal(err)
		}
		fmt.Fprintf(&b, "--- %s\n", sheet)
		for _, r := range rows {
			if line := strings.TrimRight(strings.ReplaceAll(strings.Join(r, " | "), "\n", " / "),
				" |"); line != "" {
				b.WriteString(line + "\n")
			}
		}
	}
	return b.String()
}

// keepPictures leaves workbooks where COUNTERSIGN_TEST_KEEP says, for somebody who wants to
// look at them.
func (y *years) keepPictures(name, data string) error {
	dir := os.Getenv("COUNTERSIGN_TEST_KEEP")
	if dir == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d %s.xlsx", y.shown, name)),
		[]byte(data), 0o644)
}

var (
	mainPart  = regexp.MustCompile(`(?s)<main[^>]*>(.*)</main>`)
	formPart  = regexp.MustCompile(`(?s)<form.*?</form>`)
	hintPart  = regexp.MustCompile(`(?s)<p class="hint">.*?</p>`)
	timePart  = regexp.MustCompile(`(?s)<time datetime="(\d{4}-\d\d-\d\d)[^"]*"[^>]*>.*?</time>`)
	printPart = regexp.MustCompile(`\b[0-9a-f]{12}\b`)
	linePart  = regexp.MustCompile(
		`</?(?:p|li|dt|dd|h1|h2|h3|tr|section|div|summary|small|details|br|header|ul|ol|dl)\b[^>]*>`)
	tags     = regexp.MustCompile(`(?s)<[^>]*>`)
	cellPart = regexp.MustCompile(`</t[dh]>`)
	blanks   = regexp.MustCompile(`[ \t]+`)
)

// text is what a page says, without its forms. What happened at all is in the pages of
// petitions; of groups it would say everything twice.
func (y *years) text(path string) string {
	y.t.Helper()
	answer := y.get(path)
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		y.t.Fatalf("%s: %s, %v", path, answer.Status, err)
	}
	body := mainPart.FindSubmatch(page)
	if body == nil {
		y.t.Fatalf("%s has no content", path)
	}
	text := strings.ReplaceAll(string(body[1]), y.base, "https://office.example.org")
	for _, c := range []struct {
		what *regexp.Regexp
		to   string
	}{{formPart, ""}, {hintPart, ""}, {timePart, "$1"}, {regexp.MustCompile(`\s+`), " "},
		{cellPart, " | "}, {linePart, "\n"}, {tags, " "}, {blanks, " "}} {
		text = c.what.ReplaceAllString(text, c.to)
	}
	text = printPart.ReplaceAllString(text, "…") // fingerprints, which are others for other ids
	var out []string
	for _, line := range strings.Split(html.UnescapeString(text), "\n") {
		if line = strings.Trim(strings.TrimSpace(line), " |"); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// get asks for a page as the office.
func (y *years) get(path string) *http.Response {
	y.t.Helper()
	r, err := http.NewRequestWithContext(y.t.Context(), "GET", y.base+path, nil)
	if err != nil {
		y.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		y.t.Fatal(err)
	}
	y.t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// postForm sends the form of a page and gives back what it answers.
func (y *years) postForm(path string, form map[string][]string, status int) string {
	y.t.Helper()
	r, err := http.NewRequestWithContext(y.t.Context(), "POST", y.base+path,
		strings.NewReader(url.Values(form).Encode()))
	if err != nil {
		y.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		y.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		y.t.Fatalf("POST %s: %s, want %d; %v", path, answer.Status, status, err)
	}
	return string(text)
}
