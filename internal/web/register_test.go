package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/report/register"
)

// fakeRegister is a small register of the tests: one kind of step that needs a vote, one
// that is blocked, one group.
type fakeRegister struct {
	mu    sync.Mutex
	steps []office.NewStep
	sent  []string
	text  string // of letters
}

func (f *fakeRegister) Life(_ context.Context, _ string, roles []store.Role, as register.AsOf) (office.Life, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := office.Life{Day: cmp.Or(as.Day, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)), Known: as.Known, State: "agenda", Since: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), Checklist: []office.Required{{Item: "purpose", Title: "Statement of purpose", Says: "found", Found: true}, {Item: "organizers", Title: "Organizers", Says: "no organizer was found"}},
		Letters: []office.LetterChoice{{Kind: "approval", Title: "Approval", Advised: true}, {Kind: "receipt", Title: "Receipt", Advised: false}}}
	if accessOf(roles)&(byChair|byAdmin) != 0 {
		l.Steps = []office.Step{
			{Kind: "approve", Title: "Approved", Says: "The group is made.", Asks: []office.Ask{{Key: "vote", Label: "Vote"}, {Key: "rationale", Label: "Rationale", Long: true, Optional: true}, {Key: "conference", Label: "Conference", Choices: []string{"Annual", "Online"}, Usual: "Online"}}},
			{Kind: "report", Title: "Reported to Council", Blocked: "Nothing was decided yet."},
			{Kind: "withdraw", Title: "Withdrawn", Grave: true},
		}
	}
	for i, s := range f.steps {
		h := office.Happening{ID: fmt.Sprint("e", i), Kind: s.Kind, Title: s.Kind, On: s.On, At: s.On, By: "account-chair"}
		for k, v := range s.Words {
			h.Words = append(h.Words, office.Word{Key: k, Label: k, Text: v})
		}
		l.Happened, l.Undo = append(l.Happened, h), h.ID
	}
	return l, nil
}

func (f *fakeRegister) AddToLife(_ context.Context, _ string, s office.NewStep, _ store.Account) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.Kind == "approve" && s.Words["vote"] == "" {
		return &office.RegisterError{Text: "Fill in the vote."}
	}
	f.steps = append(f.steps, s)
	return nil
}

func (f *fakeRegister) group() office.Group {
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	return office.Group{ID: "g1", Day: day, Name: "Seed Libraries", Former: []string{"Seeds"}, Status: "active", Active: true, Terms: []office.GroupTerm{{Number: 1, From: day, To: day.AddDate(3, 0, -1), Petition: "p1", Now: true}}, End: day.AddDate(3, 0, -1),
		Liaisons: []string{"Ann"}, Link: "https://example.org/seeds", Reports: []office.Word{{Label: "2027", Text: "handed in"}}, Tasks: f.tasks(), Steps: []office.Step{{Kind: "rename", Title: "Renamed", Asks: []office.Ask{{Key: "name", Label: "New name"}}}},
		Letters: []office.LetterChoice{{Kind: "renewal-reminder", Title: "Reminder of renewal", Advised: true}}}
}

func (f *fakeRegister) Groups(context.Context, register.AsOf) ([]office.Group, error) {
	return []office.Group{f.group()}, nil
}

func (f *fakeRegister) Group(_ context.Context, id string, _ []store.Role, _ register.AsOf) (office.Group, error) {
	if id != "g1" {
		return office.Group{}, store.ErrNotFound
	}
	return f.group(), nil
}

func (f *fakeRegister) AddToGroup(_ context.Context, _ string, s office.NewStep, _ store.Account) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps = append(f.steps, s)
	return nil
}

func (f *fakeRegister) tasks() []office.Task {
	return []office.Task{{Due: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), What: "Annual report for 2026", About: "Seed Libraries", Link: "/groups/g1", Who: "organizers", Tell: "chair", Overdue: true, Remind: true, Of: "group", Subject: "g1", Key: "report-2026"}}
}

func (f *fakeRegister) Tasks(context.Context) ([]office.Task, error) { return f.tasks(), nil }

func (f *fakeRegister) Calendar(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
	return err
}

func (f *fakeRegister) PublicList(_ context.Context, format string, w io.Writer) error {
	_, err := io.WriteString(w, format+": Seed Libraries")
	return err
}

func (f *fakeRegister) Council(_ context.Context, conference, format string, w io.Writer) error {
	_, err := io.WriteString(w, conference+" "+format)
	return err
}

func (f *fakeRegister) CouncilReports(context.Context, []store.Role) ([]office.IssuedReport, bool, error) {
	return nil, true, nil
}

func (f *fakeRegister) IssueCouncil(_ context.Context, n office.NewCouncilReport, _ store.Account) (office.IssuedReport, error) {
	return office.IssuedReport{Conference: n.Conference, Document: n.Document, CutOff: n.CutOff}, nil
}

func (f *fakeRegister) CorrectCouncil(context.Context, office.NewStep, store.Account) error {
	return nil
}

func (f *fakeRegister) Period(_ context.Context, from, to time.Time, w io.Writer) error {
	if to.Year() < 2026 {
		return &office.RegisterError{Text: "No petition was received in that time."}
	}
	_, err := io.WriteString(w, from.Format(time.DateOnly)+" "+to.Format(time.DateOnly))
	return err
}

func (f *fakeRegister) Letter(_ context.Context, of, subject, kind, format string, _ store.Account, w io.Writer) (string, error) {
	if format == "eml" && kind == "approval" {
		return "", &office.RegisterError{Text: "nobody has an e-mail address"}
	}
	if format == "eml" {
		f.mu.Lock()
		defer f.mu.Unlock()
		_, err := fmt.Fprintf(w, "From: dana@example.org\r\nTo: ana@example.org\r\nCc: programs@example.org\r\nSubject: Of %s\r\nX-Unsent: 1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDear Ana Ruiz,\r\n\r\n%s\r\n", subject, f.text)
		return kind + ".eml", err
	}
	_, err := fmt.Fprint(w, of, subject, kind)
	return kind + "." + format, err
}

func (f *fakeRegister) Sent(_ context.Context, of, subject, kind string, _ store.Account) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, of+" "+subject+" "+kind)
	return nil
}

func (f *fakeRegister) Letters() []office.LetterChoice {
	return []office.LetterChoice{{Kind: "receipt", Title: "Receipt", Advised: false}, {Kind: "approval", Title: "Approval", Advised: false}, {Kind: "renewal-reminder", Title: "Reminder of renewal", Advised: false}}
}

func (f *fakeRegister) CheckTemplate(_, text string) error {
	if strings.Contains(text, "{{.Nothing}}") {
		return &office.RegisterError{Text: "template of the letter, line 3: there is no Nothing"}
	}
	return nil
}

func (f *fakeRegister) Template(kind string) (string, error) {
	return "Subject of " + kind + "\n\nText.\n", nil
}

// Steps are written down as they were said, and what is refused stays in the form.
func TestLifePage(t *testing.T) {
	sv := newService(t)
	p := sv.sample()
	chair, to := sv.client("chair"), "/petitions/"+p.ID+"/life"
	page := chair.get(to).want(t, 200).body
	for _, want := range []string{"On the COO agenda", "Approved", "Nothing was decided yet.", `<option selected>Online</option>`, "Designated"} {
		if want != "Designated" && !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	refused := chair.post(to, "kind", "approve", "on", "2026-11-20", "word-rationale", "Because.").want(t, 422).body
	if !strings.Contains(refused, "Fill in the vote.") || !strings.Contains(refused, ">Because.</textarea>") {
		t.Error("what was refused is lost")
	}
	chair.post(to, "kind", "approve", "on", "20.11.2026").want(t, 422)
	if a := chair.get(to+"?on=2026-11-10&known=2026-11-15").want(t, 200); !strings.Contains(a.body, `href="?"`) || strings.Contains(a.body, "What may follow") {
		t.Error("what was so then is shown as if it were now")
	}
	chair.get(to+"?on=soon").want(t, 422)
	chair.post(to, "kind", "approve", "on", "2026-11-20", "word-vote", "7 to 0").want(t, 303)
	if got := sv.register.steps[0]; got.Words["vote"] != "7 to 0" || got.On.Format(time.DateOnly) != "2026-11-20" {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(chair.get(to).body, "Take back") {
		t.Error("the last step cannot be taken back")
	}
	sv.client("verifier").get(to).want(t, 403)
	if got := chair.get("/petitions/"+p.ID+"/letters/approval.pdf").want(t, 200).body; got != "petition"+p.ID+"approval" {
		t.Errorf("the letter is %q", got)
	}
	chair.get("/petitions/"+p.ID+"/letters/approval.eml").want(t, 422)
	chair.get("/petitions/"+p.ID+"/letters/approval.exe").want(t, 404)
	for path, want := range map[string]string{"/reports/council.xlsx?conference=Annual": "Annual xlsx", "/reports/council.pdf": " pdf", "/reports/coo.xlsx?from=2026-01-01&to=2026-06-30": "2026-01-01 2026-06-30"} {
		if got := chair.get(path).want(t, 200).body; got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	chair.get("/reports/coo.xlsx?from=2020-01-01&to=2020-06-30").want(t, 422)
	chair.get("/reports/coo.xlsx?from=2026-06-30&to=2026-01-01").want(t, 422)
}

// The calendar opens with a token in its address, and with nothing else.
func TestCalendarFeed(t *testing.T) {
	sv := newService(t)
	secret := newSecret()
	_, err := sv.Store.AddToken(t.Context(), store.Token{AccountID: "account-staff", Name: "calendar", Hash: hashSecret(secret)})
	check0(t, err)
	sv.client("").get("/calendar/wrong.ics").want(t, 401)
	if got := sv.client("").get("/calendar/"+secret+".ics").want(t, 200).body; !strings.HasPrefix(got, "BEGIN:VCALENDAR") {
		t.Errorf("%q", got)
	}
	if logs := sv.logs.String(); strings.Contains(logs, secret) {
		t.Error("the token is in the log")
	}
	if got := sv.client("").get("/public/groups.csv").want(t, 200).body; got != "csv: Seed Libraries" {
		t.Errorf("%q", got)
	}
}

// Conferences and offices are tables, saved whole or not at all.
func TestCalendarSettings(t *testing.T) {
	sv := newService(t)
	admin := sv.client("admin")
	rows := func(last string) []string {
		return []string{"table", "conferences", "name", "Annual 2027", "from", "2027-06-24", "to", last, "place", "Chicago", "name", "", "from", "", "to", "", "place", ""}
	}
	admin.post("/settings/calendar", rows("2027-06-29")...).want(t, 303)
	if !strings.Contains(admin.get("/settings/calendar").body, `value="Annual 2027"`) {
		t.Error("the conference is not in the table")
	}
	if got := admin.post("/settings/calendar", rows("2027-06-01")...).want(t, 422).body; !strings.Contains(got, "Row 1: write the last day") {
		t.Error("a conference that ends before it begins")
	}
	admin.post("/settings/calendar", "table", "offices", "key", "chair", "holder", "Dana", "since", "2026-07-01", "email", "no address").want(t, 422)
	admin.post("/settings/calendar", "table", "offices", "key", "chair", "holder", "Dana", "since", "2026-07-01", "email", "dana@example.org").want(t, 303)
	admin.post("/settings/letters/receipt", "text", "Subject\n\n{{.Nothing}}").want(t, 422)
	admin.post("/settings/letters/receipt", "text", "Subject\n\nOurs.").want(t, 303)
	if !strings.Contains(admin.get("/settings/letters").body, "Ours.") {
		t.Error("the letter is not kept")
	}
	admin.post("/settings/letters/receipt", "text", "Subject of receipt\n\nText.").want(t, 303)
	if text, err := sv.Store.Setting(t.Context(), "letter-receipt"); err != nil || text != "" {
		t.Errorf("the built-in text was kept as an edited one: %q, %v", text, err)
	}
}
