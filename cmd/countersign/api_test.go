package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/fixtures"
	"countersign/internal/mail/mailtest"
	"countersign/internal/store"
	"countersign/internal/work"
	samples "countersign/testdata"
)

// A script takes a petition all the way with nothing but the API: from the membership export
// and the sheets to the certificate, the committee's decision, the report to Council and the
// group, against the service as it is run.
func TestPetitionOverAPI(t *testing.T) {
	t.Parallel()
	box := mailtest.Start(t, mailtest.Options{User: "office@example.org", Password: "secret"})
	password := fixtures.Write(t, "password", []byte("secret\n"))
	s := newScript(t, "--smtp", "smtp://office@example.org@"+box.Addr, "--smtp-password-file",
		password, "--mail-from", "The Office <office@example.org>")
	day := time.Now().UTC().Format(time.DateOnly)
	s.ask("PUT", "/api/snapshots/members.csv?as_of="+day, samples.Members, http.StatusCreated, nil)
	year := time.Now().AddDate(1, 0, 0).Format("2006")
	s.ask("PUT", "/api/conferences", []words{{"name": "Annual " + year, "from": year + "-06-24",
		"to": year + "-06-29", "place": "Chicago"}}, http.StatusOK, nil)
	s.ask("PUT", "/api/offices", []words{{"key": "chair", "name": "Dana Whitlock",
		"from": "2020-07-01", "email": "dana@example.org"}, {"key": "conference",
		"name": "Conference Services", "from": "2020-07-01", "email": "conference@example.org"}},
		http.StatusOK, nil)
	var p struct {
		ID, State string
		Progress  struct{ Pages, Read, Lines, Matched, Uploads, Opened int }
	}
	s.ask("POST", "/api/petitions", words{"title": "Prison and Reentry Library Service",
		"rules": "threshold: 6\n"}, http.StatusOK, &p)
	at := "/api/petitions/" + p.ID
	s.ask("PUT", at+"/files/online.pdf", fixtures.Typed(t, 2, 5, 0), http.StatusCreated, nil)
	for deadline := time.Now().Add(patience); p.Progress.Lines == 0 ||
		p.Progress.Read < p.Progress.Pages || p.Progress.Matched < p.Progress.Lines ||
		p.Progress.Opened < p.Progress.Uploads; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the sheets are never read: %+v", p)
		}
		s.ask("GET", at, nil, http.StatusOK, &p)
	}

	// Nothing is decided before the packet is there and the count is certified.
	var life struct {
		State, Decision, Undo string
		GroupID               string `json:"group_id"`
		Steps                 []struct{ Kind, Blocked string }
		Happened              []struct {
			Kind, On string
			Words    words
			Undone   bool
		}
	}
	step := func(kind string, w words) {
		s.ask("POST", at+"/life", stepOn(kind, day, w), http.StatusOK, &life)
	}
	if why := s.ask("POST", at+"/life", stepOn("approve", day, words{"vote": "7 to 0",
		"overlap": "None", "rationale": "x"}), http.StatusUnprocessableEntity,
		nil); !strings.Contains(why,
		"The petition is still being gathered, and from there that cannot follow.") {
		t.Errorf("a decision before anything: %s", why)
	}
	step("submit", nil)
	if why := s.ask("POST", at+"/life", stepOn("acknowledge", day,
		words{"copy": "Member Programs and Services"}), http.StatusUnprocessableEntity,
		nil); !strings.Contains(why, "The packet is not complete") {
		t.Errorf("an incomplete packet: %s", why)
	}
	step("confirm", words{"item": "organizers", "note": "named in the letter that came with it"})
	step("acknowledge", words{"copy": "Member Programs and Services"})
	if life.State != "acknowledged" {
		t.Fatalf("%+v", life)
	}
	var tally struct {
		ID, Stays string
		Count     struct{ Valid, Required int }
	}
	s.ask("POST", at+"/tallies", words{}, http.StatusOK, &tally)
	if tally.Count.Valid < 6 || tally.Count.Required != 6 || tally.Stays != "" {
		t.Errorf("certified %+v", tally)
	}
	s.ask("GET", at+"/life", nil, http.StatusOK, &life)
	if life.State != "tallied" {
		t.Errorf("with a certificate it is %s", life.State)
	}
	step("schedule", words{"meeting": "the winter meeting"})
	step("approve", words{"vote": "7 to 0", "overlap": "Reference and User Services Association",
		"rationale": "The concern is no other unit's.", "renews": "a new group",
		"name": "Reentry Library Service", "purpose": "Books behind bars"})
	if life.State != "approved" || life.GroupID == "" || !slices.ContainsFunc(life.Happened,
		func(h struct {
			Kind, On string
			Words    words
			Undone   bool
		}) bool {
			return h.Kind == "approve" && h.On == day && h.Words["vote"] == "7 to 0"
		}) {
		t.Errorf("%+v", life)
	}
	step("notify", words{"needs": "A room for 40\nA table at the exhibits"})
	for _, file := range []string{"approval.pdf", "approval.docx", "conference-services.eml"} {
		if letter := s.ask("GET", at+"/letters/"+file, nil, http.StatusOK, nil); len(letter) < 500 {
			t.Errorf("%s has %d bytes", file, len(letter))
		}
	}
	// nobody's address is known
	s.ask("GET", at+"/letters/approval.eml", nil, http.StatusUnprocessableEntity, nil)

	// The office's mail server takes one of them, as it was shown; and once.
	to := "/petitions/" + p.ID + "/letters/conference-services/send"
	form := url.Values{}
	for _, field := range regexp.MustCompile(
		`name="(last|mark)"\s+value="([^"]*)"`).FindAllStringSubmatch(s.ask("GET", to, nil,
		http.StatusOK, nil), -1) {
		form.Set(field[1], field[2])
	}
	s.post(to, form, http.StatusSeeOther)
	s.post(to, form, http.StatusConflict)
	if got := box.Messages(); len(got) != 1 || !slices.Equal(got[0].To,
		[]string{"conference@example.org"}) || !strings.Contains(got[0].Data,
		"Reply-To: <dana@example.org>") || !strings.Contains(got[0].Data,
		"-conference-services.pdf") {
		t.Errorf("%d letters were sent: %.2000v", len(got), got)
	}

	// Council is told, and what was told stays.
	if why := s.ask("POST", at+"/life", stepOn("report", day, words{"conference": "Midwinter"}),
		http.StatusUnprocessableEntity, nil); !strings.Contains(why, "onference") {
		t.Errorf("a conference that is none: %s", why)
	}
	for _, file := range []string{"council.xlsx?conference=Annual+" + year,
		"council.pdf?conference=Annual+" + year, "coo.xlsx?from=" + day + "&to=" + day} {
		if got := s.ask("GET", "/api/reports/"+file, nil, http.StatusOK, nil); !strings.HasPrefix(
			got, "PK") && !strings.HasPrefix(got, "%PDF-") {
			t.Errorf("%s begins %.10q", file, got)
		}
	}
	if why := s.ask("POST", at+"/life", stepOn("report", day, words{"conference": "Annual " +
		year}), http.StatusUnprocessableEntity, nil); !strings.Contains(why,
		"issue the report for the conference first") {
		t.Errorf("a report that was not issued: %s", why)
	}
	var issued struct {
		SHA256  string
		Actions int
	}
	s.ask("POST", "/api/reports/council", words{"conference": "Annual " + year,
		"document": "CD#27"}, http.StatusOK, &issued)
	if issued.Actions != 1 || len(issued.SHA256) != 64 {
		t.Errorf("%+v", issued)
	}
	step("report", words{"conference": "Annual " + year})
	if life.State != "reported" || life.Undo != "" {
		t.Errorf("%+v", life)
	}

	// There is a group, with a term and with what is due of it.
	var groups []struct {
		ID, Name string
		Active   bool
		Terms    []struct {
			From       string
			PetitionID string `json:"petition_id"`
		}
	}
	s.ask("GET", "/api/groups", nil, http.StatusOK, &groups)
	if len(groups) != 1 || groups[0].Name != "Reentry Library Service" || !groups[0].Active ||
		groups[0].ID != life.GroupID || len(groups[0].Terms) != 1 ||
		groups[0].Terms[0].From != day || groups[0].Terms[0].PetitionID != p.ID {
		t.Fatalf("%+v", groups)
	}
	var group struct {
		Contact, Undo string
		Tasks         []struct{ Key string }
	}
	s.ask("GET", "/api/groups/"+life.GroupID, nil, http.StatusOK, &group)
	due := func() bool {
		return slices.ContainsFunc(group.Tasks, func(t struct{ Key string }) bool {
			return t.Key == "contact"
		})
	}
	if !due() {
		t.Errorf("a contact is not asked for: %+v", group)
	}
	s.ask("POST", "/api/groups/"+life.GroupID, stepOn("contact", day, words{"contact": "Lee Park"}),
		http.StatusOK, &group)
	if group.Contact != "Lee Park" || due() {
		t.Errorf("%+v", group)
	}
	s.ask("POST", "/api/groups/"+life.GroupID, words{"undoes": group.Undo}, http.StatusOK, &group)
	if group.Contact != "" || !due() {
		t.Errorf("taken back: %+v", group)
	}
	var tasks []struct{ Key, Of, Subject, Due string }
	s.ask("GET", "/api/worklist", nil, http.StatusOK, &tasks)
	if !slices.ContainsFunc(tasks, func(x struct{ Key, Of, Subject, Due string }) bool {
		return x.Key == "contact" && x.Of == "group" && x.Subject == life.GroupID &&
			len(x.Due) == len(time.DateOnly)
	}) {
		t.Errorf("the worklist is %+v", tasks)
	}
}

type words = map[string]string

func stepOn(kind, day string, w words) any {
	return map[string]any{"kind": kind, "on": day, "words": w}
}

// script is a program that has nothing but a token.
type script struct {
	t    *testing.T
	base string
}

// newScript serves a folder in which there is only an account, with all that staff, verifiers
// and the chair may do.
func newScript(t *testing.T, args ...string) *script {
	t.Helper()
	dir := t.TempDir()
	s, err := work.Open(t.Context(), work.Options{Data: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Store.AddAccount(t.Context(), store.Account{Email: "office@example.org",
		Name: "Office", Roles: []store.Role{store.Staff, store.Verifier, store.Chair},
		PasswordHash: "none"})
	if err == nil {
		sum := sha256.Sum256([]byte(testToken))
		_, err = s.Store.AddToken(t.Context(), store.Token{AccountID: a.ID, Name: "script",
			Hash: hex.EncodeToString(sum[:])})
	}
	s.Close()
	if err != nil {
		t.Fatal(err)
	}
	base, _ := served(t, append([]string{"--data", dir}, args...)...)
	return &script{t, base}
}

// post sends a form, as pages do.
func (s *script) post(path string, form url.Values, status int) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), "POST", s.base+path,
		strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != status {
		s.t.Fatalf("POST %s: %s, want %d\n%s", path, answer.Status, status, text)
	}
}

// ask sends bytes as they are and anything else as JSON, and reads the answer into out where
// there is one.
func (s *script) ask(method, path string, in any, status int, out any) string {
	s.t.Helper()
	body, raw := in.([]byte)
	if !raw && in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			s.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	if !raw && in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		s.t.Fatalf("%s %s: %s, want %d; %v\n%.1000s", method, path, answer.Status, status, err,
			text)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			s.t.Fatalf("%s %s: %v in %.1000s", method, path, err, text)
		}
	}
	return string(text)
}
