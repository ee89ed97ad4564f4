package web

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/store"
	"countersign/internal/web/api"
	"countersign/internal/web/signin"
	"countersign/report/register"
)

// Steps are written down as they were said, and what is refused stays in the form.
func TestLifePage(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	check0(t, sv.Store.SetSetting(t.Context(), "conferences",
		`[{"name":"Online","from":"2099-01-20T00:00:00Z","to":"2099-01-20T00:00:00Z"}]`,
		"account-admin"))
	p := sv.onAgenda()
	chair, to := sv.client("chair"), "/petitions/"+p.ID+"/life"
	page := chair.get(to).want(t, 200).body
	for _, want := range []string{"On the COO agenda", "Approved", "a new group"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	today := sv.Today().Format(time.DateOnly)
	refused := chair.post(to, "kind", "approve", "on", today, "word-rationale", "Because.",
		"word-overlap", "none").want(t, 422).body
	if !strings.Contains(refused, "Fill in") || !strings.Contains(refused, ">Because.</textarea>") {
		t.Error("what was refused is lost")
	}
	chair.post(to, "kind", "approve", "on", "20.11.2026").want(t, 422)
	if a := chair.get(to+"?on=2026-11-10&known=2026-11-15").want(t, 200); !strings.Contains(a.body,
		`href="?"`) || strings.Contains(a.body, "What may follow") {
		t.Error("what was so then is shown as if it were now")
	}
	chair.get(to+"?on=soon").want(t, 422)
	chair.get("/petitions/"+p.ID+"/letters/approval.pdf").want(t, 422) // it is not approved yet
	chair.post(to, "kind", "approve", "on", today, "word-vote", "7 to 0", "word-rationale",
		"Because.", "word-overlap", "none").want(t, 303)
	happened := must(sv.Office.Life(t.Context(), p.ID, nil, register.AsOf{})).Happened
	if got := happened[len(happened)-1]; got.Kind != "approve" || got.By != "account-chair" ||
		got.On.Format(time.DateOnly) != today {
		t.Errorf("%+v", got)
	}
	page = chair.get(to).body
	if !strings.Contains(page, "Take back") {
		t.Error("the last step cannot be taken back")
	}
	sv.client("verifier").get(to).want(t, 403)
	if got := chair.get("/petitions/"+p.ID+"/letters/approval.pdf").want(t,
		200).body; !strings.HasPrefix(got, "%PDF-") {
		t.Errorf("the letter is %.20q", got)
	}
	chair.get("/petitions/"+p.ID+"/letters/approval.eml").want(t, 422) // nobody has an address
	chair.get("/petitions/"+p.ID+"/letters/approval.exe").want(t, 404)
	for path, want := range map[string]string{"/reports/council.xlsx?conference=Online": "PK",
		"/reports/council.pdf": "%PDF-", "/reports/coo.xlsx?from=2026-01-01&to=2026-12-30": "PK"} {
		if got := chair.get(path).want(t, 200).body; !strings.HasPrefix(got, want) {
			t.Errorf("%s begins %.20q", path, got)
		}
	}
	chair.get("/reports/coo.xlsx?from=2020-01-01&to=2020-06-30").want(t, 422)
	chair.get("/reports/coo.xlsx?from=2026-06-30&to=2026-01-01").want(t, 422)
}

// The calendar opens with a token in its address, and with nothing else.
func TestCalendarFeed(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	secret := signin.NewSecret()
	_, err := sv.Store.AddToken(t.Context(), store.Token{AccountID: "account-staff",
		Name: "calendar", Hash: signin.HashSecret(secret)})
	check0(t, err)
	sv.established()
	sv.client("").get("/calendar/wrong.ics").want(t, 401)
	if got := sv.client("").get("/calendar/"+secret+".ics").want(t, 200).body; !strings.HasPrefix(
		got, "BEGIN:VCALENDAR") {
		t.Errorf("%q", got)
	}
	if logs := sv.logs.String(); strings.Contains(logs, secret) {
		t.Error("the token is in the log")
	}
	if got := sv.client("").get("/public/groups").want(t, 200).body; !strings.Contains(got,
		"<h3>Seed Libraries</h3>") || !strings.Contains(got, "style.css") {
		t.Errorf("the public page is\n%s", got)
	}
	if got := sv.client("").get("/public/groups?piece").want(t, 200).body; !strings.HasPrefix(got,
		"<section>") {
		t.Errorf("the piece for another site is\n%s", got)
	}
	if got := sv.client("").get("/public/groups.csv").want(t, 200).body; !strings.Contains(got,
		"Seed Libraries") {
		t.Errorf("%q", got)
	}
}

// Conferences and offices are tables, saved whole or not at all.
func TestCalendarSettings(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	admin := sv.client("admin")
	rows := func(last string) []string {
		return []string{"table", "conferences", "name", "Annual 2027", "from", "2027-06-24", "to",
			last, "place", "Chicago", "name", "", "from", "", "to", "", "place", ""}
	}
	admin.post("/settings/calendar", rows("2027-06-29")...).want(t, 303)
	if !strings.Contains(admin.get("/settings/calendar").body, `value="Annual 2027"`) {
		t.Error("the conference is not in the table")
	}
	if got := admin.post("/settings/calendar", rows("2027-06-01")...).want(t,
		422).body; !strings.Contains(got, "Row 1: write the last day") {
		t.Error("a conference that ends before it begins")
	}
	admin.post("/settings/calendar", "table", "offices", "key", "chair", "holder", "Dana", "since",
		"2026-07-01", "email", "no address").want(t, 422)
	admin.post("/settings/calendar", "table", "offices", "key", "chair", "holder", "Dana", "since",
		"2026-07-01", "email", "dana@example.org").want(t, 303)
	sv.tellsCouncil()
	const stays = "The report to Council for Annual Conference was issued: leave that conference " +
		"in the table, under this name."
	if got := admin.post("/settings/calendar", rows("2027-06-29")...).want(t,
		422).body; !strings.Contains(got, stays) {
		t.Error("a conference goes of which Council was given a report")
	}
	if got := admin.ask("PUT", "/api/conferences", []api.Conference{conference("Annual 2027",
		"2027-06-24", "2027-06-29", "", "")}, nil, 422).body; !strings.Contains(got, stays) {
		t.Errorf("the API answers %s", got)
	}
	sv.setsLetterhead(admin)
	admin.post("/settings/letters/receipt", "text", "Subject\n\n{{.Nothing}}").want(t, 422)
	admin.post("/settings/letters/receipt", "text", "Subject\n\nOurs.").want(t, 303)
	if !strings.Contains(admin.get("/settings/letters").body, "Ours.") {
		t.Error("the letter is not kept")
	}
	usual, err := sv.Office.Template("receipt")
	check0(t, err)
	admin.post("/settings/letters/receipt", "text", usual).want(t, 303)
	if text, err := sv.Store.Setting(t.Context(), "letter-receipt"); err != nil || text != "" {
		t.Errorf("the built-in text was kept as an edited one: %q, %v", text, err)
	}
}
