package register_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/report/register"
)

// ledger is a book into which the chair writes, day by day.
type ledger struct {
	t    *testing.T
	book register.Book
	now  time.Time
	rule register.Rule
	ids  int
}

func newLedger(t *testing.T, conferences ...string) *ledger {
	l := &ledger{t: t, rule: rule(), now: on("2024-01-02").Add(9 * time.Hour),
		book: register.Book{Petitions: map[string][]register.Event{},
			Groups: map[string][]register.Event{}}}
	for _, name := range conferences { // such as "Annual 2026-06-24"
		kind, day, _ := strings.Cut(name, " ")
		l.book.Conferences = append(l.book.Conferences, register.Conference{Name: kind + " " +
			day[:4], From: on(day), To: on(day).AddDate(0, 0, 4)})
	}
	return l
}

func (l *ledger) event(subject string, kind register.Kind, day string,
	words []string) register.Event {
	l.ids++
	l.now = l.now.Add(time.Minute)
	e := register.Event{ID: fmt.Sprint("e", l.ids), Subject: subject, Kind: kind, At: l.now,
		Words: register.Words{}}
	if day != "" {
		e.On = on(day)
	}
	for i := 0; i+1 < len(words); i += 2 {
		e.Words[words[i]] = words[i+1]
	}
	if kind == register.Undo {
		e.Undoes = e.Words["undoes"]
	}
	return e
}

func (l *ledger) facts() register.Facts {
	f := complete()
	f.Today, f.Issued, f.Conference = register.DayOf(l.now), "", false
	return f
}

func (l *ledger) until(day string) { l.now = on(day).Add(9 * time.Hour) }

func (l *ledger) petition(id string, kind register.Kind, day string, words ...string) error {
	e := l.event(id, kind, day, words)
	if kind == register.Approve {
		e = register.Under(e, l.rule)
	}
	err := l.book.CheckPetition(id, e, []register.Role{register.Chair}, l.facts())
	if err == nil {
		l.book.Petitions[id] = append(l.book.Petitions[id], e)
	}
	return err
}

func (l *ledger) group(id string, kind register.Kind, day string, words ...string) error {
	e := l.event(id, kind, day, words)
	err := l.book.CheckGroup(id, e, []register.Role{register.Chair}, l.facts())
	if err == nil {
		l.book.Groups[id] = append(l.book.Groups[id], e)
	}
	return err
}

func (l *ledger) last(of map[string][]register.Event, id string) string {
	return of[id][len(of[id])-1].ID
}

func (l *ledger) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *ledger) refused(err error, want string) {
	l.t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		l.t.Errorf("%v, want something with %q", err, want)
	}
}

// approved takes a petition from its packet to its approval, all on one day.
func (l *ledger) approved(id, day string, words ...string) {
	l.t.Helper()
	l.until(day)
	l.toAgenda(id, day)
	l.must(l.petition(id, register.Approve, day, append([]string{"vote", "7 to 0", "rationale", "x",
		"overlap", "none"}, words...)...))
}

func (l *ledger) toAgenda(id, day string) {
	l.t.Helper()
	l.must(l.petition(id, register.Submit, day))
	l.must(l.petition(id, register.Acknowledge, day, "copy", "x"))
	l.must(l.petition(id, register.Certify, day, "tally", "t1"))
	l.must(l.petition(id, register.Schedule, day, "meeting", "x"))
}

func (l *ledger) issue(conference, cutOff string) (register.Issued, error) {
	l.now = l.now.Add(time.Minute)
	r := register.Issued{ID: "r " + conference, Conference: conference, Document: "CD " +
		conference, On: register.DayOf(l.now), CutOff: on(cutOff), At: l.now}
	if err := l.book.CheckIssue(r, []register.Role{register.Chair}, l.now); err != nil {
		return r, err
	}
	for _, a := range l.book.ActionsFor(conference, r.CutOff, l.now) {
		r.Actions = append(r.Actions, a.Event)
	}
	for _, c := range l.book.CorrectionsFor(conference, r.CutOff, l.now) {
		r.Corrections = append(r.Corrections, c.ID)
	}
	l.book.Issued = append(l.book.Issued, r)
	l.now = l.now.Add(time.Minute)
	return r, nil
}

// What was true on a day, and what was known at a moment, are two questions.
func TestTwoTimes(t *testing.T) {
	l := newLedger(t)
	l.approved("g", "2024-01-10", "group", "g", "name", "Seeds")
	l.until("2024-05-20")
	l.must(l.group("g", register.Rename, "2024-06-01", "name", "Seeds & Tools"))
	l.until("2024-07-05")
	l.must(l.group("g", register.Liaison, "2024-03-01", "liaisons", "Ann"))
	l.until("2024-08-01")
	l.must(l.group("g", register.Undo, "", "undoes", l.last(l.book.Groups, "g")))
	for _, tt := range []struct{ on, known, name, liaisons string }{
		{"2024-05-31", "", "Seeds", ""},
		{"2024-06-01", "", "Seeds & Tools", ""},
		{"2024-06-01", "2024-05-19", "Seeds", ""}, // nobody knew of it yet
		{"2024-06-01", "2024-05-21", "Seeds & Tools", ""},
		{"2024-07-10", "2024-07-04", "Seeds & Tools", ""},
		{"2024-02-28", "2024-07-10", "Seeds", ""},
		{"2024-07-10", "2024-07-10", "Seeds & Tools", "Ann"}, // before it was taken back
		{"2024-07-10", "2024-08-02", "Seeds & Tools", ""},
	} {
		as := register.AsOf{Day: on(tt.on)}
		if tt.known != "" {
			as.Known = on(tt.known).Add(23 * time.Hour)
		}
		g := l.book.Group("g", as)
		if g.Name != tt.name || strings.Join(g.Liaisons, ",") != tt.liaisons {
			t.Errorf("on %s, as known on %s: %q with liaisons %q", tt.on, tt.known, g.Name,
				g.Liaisons)
		}
	}
	if g := l.book.Group("g", register.AsOf{Day: on("2024-01-10"), Known: on("2024-01-09")}); len(
		g.Terms) != 0 {
		t.Error("the group was known before it was approved")
	}
	p := l.book.Petition("g", register.AsOf{Known: on("2024-01-10").Add(9*time.Hour +
		2*time.Minute + 30*time.Second)})
	if p.State != register.Acknowledged {
		t.Errorf("two minutes into the day the petition was %s", p.State)
	}
}

// The days of a petition follow its story.
func TestDaysOfPetition(t *testing.T) {
	l := newLedger(t)
	l.until("2024-05-10")
	l.must(l.petition("p", register.Submit, "2024-03-01"))
	l.refused(l.petition("p", register.Acknowledge, "2024-02-29", "copy", "x"),
		"The petition is handed in since 1 March 2024: what follows cannot have happened before.")
	l.refused(l.petition("p", register.Acknowledge, "2024-05-11", "copy", "x"),
		"11 May 2024 is still to come: write it down once it has happened.")
	l.refused(l.petition("p", register.Acknowledge, "0224-03-02", "copy", "x"),
		"The year of 2 March 0224 cannot be right")
	l.refused(l.petition("p", register.Acknowledge, "", "copy", "x"),
		"Say on which day it happened.")
	l.must(l.petition("p", register.Acknowledge, "2024-03-02", "copy", "x"))

	certify := func(day string, received, certified string) error {
		f := l.facts()
		f.Received, f.Certified = on(received), on(certified).Add(15*time.Hour)
		e := l.event("p", register.Certify, day, []string{"tally", "t1"})
		err := l.book.CheckPetition("p", e, []register.Role{register.Chair}, f)
		if err == nil {
			l.book.Petitions["p"] = append(l.book.Petitions["p"], e)
		}
		return err
	}
	l.refused(certify("2024-03-05", "2024-03-06", "2024-03-01"),
		"The petition was received on 6 March 2024")
	l.refused(certify("2024-03-05", "2024-03-01", "2024-03-20"),
		"The count was certified on 20 March 2024")
	l.must(certify("2024-03-20", "2024-03-01", "2024-03-20"))
	l.refused(l.petition("p", register.Schedule, "2024-03-19", "meeting", "x"),
		"counted and certified since 20 March 2024")
	l.must(l.petition("p", register.Schedule, "2024-03-21", "meeting", "x"))
	approve := []string{"group", "p", "name", "Seeds", "vote", "7 to 0", "rationale", "x",
		"overlap", "x"}
	l.refused(l.petition("p", register.Approve, "2024-03-20", approve...),
		"on the committee's agenda since 21 March 2024")
	l.refused(l.petition("p", register.Approve, "2024-05-11", approve...), "is still to come")
	l.must(l.petition("p", register.Approve, "2024-04-02", approve...))
	l.refused(l.petition("p", register.Notify, "2024-04-01", "needs", "x"),
		"approved on 2 April 2024")
	l.must(l.petition("p", register.Notify, "2024-04-03", "needs", "x"))
	l.refused(l.petition("p", register.NotifyAnswer, "2024-04-02"), "told on 3 April 2024")
}

// The days of a group lie in its life, and what is to come takes effect on its day.
func TestDaysOfGroup(t *testing.T) {
	l := newLedger(t)
	l.approved("g", "2024-01-10", "group", "g", "name", "Seeds")
	l.until("2025-01-10")
	l.refused(l.group("g", register.Liaison, "2024-01-09", "liaisons", "Ann"),
		"The group begins on 10 January 2024")
	l.refused(l.group("g", register.GotReport, "2025-01-11", "year", "2024"), "is still to come")
	l.must(l.group("g", register.Disband, "2025-07-01", "reason", "on request"))
	g := l.book.Group("g", register.AsOf{Day: l.now})
	if g.Status() != register.Active || !g.Ended.Equal(on("2025-07-01")) {
		t.Errorf("half a year before its end the group is %s", g.Status())
	}
	l.must(l.group("g", register.Support, "2025-01-10", "what", "a room")) // it goes on meanwhile
	l.refused(l.group("g", register.Liaison, "2025-07-02", "liaisons", "Ann"),
		"The group has ended: it is disbanded from 1 July 2025 on.")
	l.refused(l.group("g", register.Disband, "2025-08-01", "reason", "x"),
		"It is written down already that the group is disbanded from 1 July 2025 on.")
	l.until("2025-06-30")
	if s := l.book.Group("g", register.AsOf{Day: l.now}); s.Status() != register.Active {
		t.Errorf("the day before its end it is %s", s.Status())
	}
	l.until("2025-07-01")
	if s := l.book.Group("g", register.AsOf{Day: l.now}); s.Status() != register.Ended {
		t.Errorf("on its last day it is %s", s.Status())
	}
	l.must(l.group("g", register.GotReport, "2025-07-01", "year", "2024")) // it was overdue
	l.refused(l.group("g", register.GotReport, "2025-07-01", "year", "2024"),
		"handed in on 1 July 2025 already")
	l.refused(l.group("g", register.GotReport, "2025-07-01", "year", "2026"),
		"existed from 2024 to 2025")

	l.approved("h", "2025-08-01", "group", "h", "name", "Maps")
	l.until("2025-10-01")
	l.must(l.group("h", register.Liaison, "2025-10-01", "liaisons", "Ann"))
	l.refused(l.group("h", register.Convert, "2025-09-30", "unit", "a round table"),
		"Something is written down of the group for 1 October 2025")
}

// What is still to come can be taken back whatever was written since, by whoever may write it.
func TestTakenBackBeforeItsDay(t *testing.T) {
	l := newLedger(t)
	l.approved("g", "2024-01-10", "group", "g", "name", "Seeds")
	l.must(l.group("g", register.Disband, "2024-07-01", "reason", "on request"))
	disband := l.last(l.book.Groups, "g")
	l.must(l.group("g", register.Contact, "2024-01-10", "contact", "Lee"))
	undo := register.Event{ID: "u", Subject: "g", Kind: register.Undo, Undoes: disband, At: l.now}
	l.refused(l.book.CheckGroup("g", undo, []register.Role{register.Staff}, l.facts()),
		"for the chair to take back")
	l.must(l.group("g", register.Undo, "", "undoes", disband))
	if g := l.book.Group("g",
		register.AsOf{Day: on("2024-08-01")}); g.Status() != register.Active || g.Contact != "Lee" {
		t.Errorf("%s with contact %q", g.Status(), g.Contact)
	}
	l.must(l.group("g", register.Rename, "2024-01-10", "name", "Seeds & Tools"))
	rename := l.last(l.book.Groups, "g")
	l.must(l.group("g", register.Contact, "2024-01-10", "contact", "Kim"))
	l.refused(l.group("g", register.Undo, "", "undoes", rename),
		"Only what was written down last, or is still to come")
}

// Terms and days of reports stay those of the rule under which each term was approved.
func TestRuleOfItsDay(t *testing.T) {
	l := newLedger(t)
	l.approved("g", "2024-01-10", "group", "g", "name", "Seeds")
	l.rule.Years, l.rule.Window, l.rule.ReportMonth, l.rule.ReportDay = 2, 30, time.October, 15
	g := l.book.Group("g", register.AsOf{Day: on("2024-02-01")})
	if !g.End().Equal(on("2027-01-09")) || g.Rule().Reports() != "August 1" {
		t.Errorf("a rule that came later moved the term to %s, reports to %s",
			g.End().Format(time.DateOnly), g.Rule().Reports())
	}
	l.until("2026-08-01")
	l.refused(l.petition("p2", register.Intend, "2026-08-01", "group", "nobody"), "no such group")
	l.approved("p2", "2026-08-01", "group", "g") // in the window of the first rule
	g = l.book.Group("g", register.AsOf{Day: l.now})
	if g.Term().Number != 1 || len(g.Terms) != 2 || !g.Terms[1].From.Equal(on("2027-01-10")) ||
		!g.End().Equal(on("2029-01-09")) {
		t.Errorf("%+v", g.Terms)
	}
	var due []string
	for _, y := range g.Years() {
		due = append(due, y.Due.Format(time.DateOnly))
	}
	if want := []string{"2024-08-01", "2025-08-01", "2026-08-01", "2027-10-15",
		"2028-10-15"}; !slices.Equal(due, want) {
		t.Errorf("reports are due on %v, want %v", due, want)
	}
	l.until("2028-11-20") // more than the 30 days of the second rule before its end
	l.toAgenda("p3", "2028-11-20")
	l.refused(l.petition("p3", register.Approve, "2028-11-20", "group", "g", "vote", "x",
		"rationale", "x", "overlap", "x"), "can be renewed from 10 December 2028")
	l.until("2029-02-01") // the term is over, and the next one follows it without a gap
	l.must(l.petition("p3", register.Approve, "2029-02-01", "group", "g", "vote", "x", "rationale",
		"x", "overlap", "x"))
	if g = l.book.Group("g", register.AsOf{Day: l.now}); !g.Terms[2].From.Equal(on("2029-01-10")) {
		t.Errorf("%+v", g.Terms)
	}
}

// While a petition to renew a group is under way nobody is asked to renew or to disband it.
func TestRenewalUnderWay(t *testing.T) {
	l := newLedger(t)
	l.approved("g", "2024-01-10", "group", "g", "name", "Seeds", "purpose", "Lending seeds")
	keys := func() string {
		var out []string
		for _, task := range register.DueOfGroup(l.book.Group("g", register.AsOf{Day: l.now}),
			register.Conference{}) {
			if !strings.HasPrefix(task.Key, "report-") && task.Key != "contact" &&
				task.Key != "handbook" {
				out = append(out, task.Key)
			}
		}
		return strings.Join(out, " ")
	}
	status := func() register.Status {
		g := l.book.Group("g", register.AsOf{Day: l.now})
		return g.Status()
	}
	l.until("2026-12-01")
	if got := keys(); got != "renew-2027-01-09" {
		t.Errorf("due: %q", got)
	}
	// from its first day, as a draft
	l.must(l.petition("p2", register.Intend, "2026-12-01", "group", "g"))
	if got := keys(); got != "" || status() != register.Renewing {
		t.Errorf("due: %q, %s", got, status())
	}
	l.until("2027-02-01")
	if got := keys(); got != "" || status() != register.Renewing {
		t.Errorf("after the term: %q, %s", got, status())
	}
	l.must(l.petition("p2", register.Withdraw, "2027-02-01", "rationale", "x"))
	if got := keys(); got != "disband-2027-01-09" || status() != register.Overdue {
		t.Errorf("given up: %q, %s", got, status())
	}
	l.must(l.petition("p2", register.Undo, "", "undoes", l.last(l.book.Petitions, "p2")))
	l.toAgenda("p2", "2027-02-01")
	decision := []string{"vote", "x", "rationale", "x", "overlap", "x", "name", "Seeds & Tools",
		"purpose", "Lending seeds and tools"}
	l.refused(l.petition("p2", register.Approve, "2027-02-01", append(decision, "group", "p2")...),
		"The petition wants to renew “Seeds”")
	l.must(l.petition("p2", register.Approve, "2027-02-01", append(decision, "group", "g")...))
	g := l.book.Group("g", register.AsOf{Day: l.now})
	if g.Name != "Seeds & Tools" || g.Purpose != "Lending seeds and tools" ||
		!slices.Equal(g.Former, []string{"Seeds"}) || g.Status() != register.Active {
		t.Errorf("what the renewal said was dropped: %+v", g)
	}
}

// An active group's name is given once, however it is written.
func TestNamesOnce(t *testing.T) {
	l := newLedger(t)
	l.approved("g", "2024-01-10", "group", "g", "name", "Seed Libraries")
	l.toAgenda("h", "2024-01-10")
	decision := []string{"vote", "x", "rationale", "x", "overlap", "x", "group", "h"}
	l.refused(l.petition("h", register.Approve, "2024-01-10", append(decision, "name",
		" seed  libraries")...), "There is a group of the name “Seed Libraries” already.")
	l.must(l.petition("h", register.Approve, "2024-01-10", append(decision, "name", "Maps")...))
	l.refused(l.group("h", register.Rename, "2024-01-10", "name", "SEED LIBRARIES"), "already")
	l.must(l.group("g", register.Rename, "2024-06-01", "name", "Tools")) // to come
	l.refused(l.group("h", register.Rename, "2024-01-10", "name", "Tools"), "already")

	// A name that became free and was given again is not taken back.
	l.until("2024-06-02")
	l.must(l.group("h", register.Rename, "2024-06-02", "name", "Seed Libraries"))
	l.refused(l.group("g", register.Undo, "", "undoes", l.last(l.book.Groups, "g")),
		"There is a group of the name “Seed Libraries” already.")
}

// A report to Council is issued once, for its conference, and what it tells of stays.
func TestIssuedReports(t *testing.T) {
	l := newLedger(t, "Annual 2024-06-24", "Winter 2025-01-20", "Annual 2027-06-24")
	l.approved("g", "2024-01-10", "group", "g", "name", "Seeds")
	l.refused(l.petition("g", register.Report, "2024-01-10", "conference", "Annual 2024"),
		"issue the report for the conference first")
	l.until("2024-06-20")
	for name, tt := range map[string]struct {
		conference, cutOff, want string
	}{
		"no conference":      {"Spring 2024", "2024-06-10", "not in the table"},
		"a day to come":      {"Annual 2024", "2024-06-21", "is still to come"},
		"a far one":          {"Annual 2027", "2024-06-10", "more than two years after"},
		"no day":             {"Annual 2024", "0224-06-10", "cannot be right"},
		"as it ought to be ": {"Annual 2024", "2024-06-10", ""},
	} {
		r := register.Issued{Conference: tt.conference, Document: "CD 1", On: on("2024-06-20"),
			CutOff: on(tt.cutOff)}
		if err := l.book.CheckIssue(r, []register.Role{register.Chair}, l.now); tt.want == "" &&
			err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.refused(l.book.CheckIssue(register.Issued{Conference: "Annual 2024", Document: "CD 1",
		On: on("2024-06-20"), CutOff: on("2024-06-10")}, []register.Role{register.Staff}, l.now),
		"for the chair")
	first, err := l.issue("Annual 2024", "2024-06-10")
	l.must(err)
	if len(first.Actions) != 1 {
		t.Fatalf("it tells of %v", first.Actions)
	}
	_, err = l.issue("Annual 2024", "2024-06-20")
	l.refused(err, "was issued on 20 June 2024 already")
	l.refused(l.petition("g", register.Undo, "", "undoes", first.Actions[0]),
		"write down a correction")
	l.refused(l.petition("g", register.Report, "2024-06-20", "conference", "Winter 2025"),
		"stands in the report to Council for Annual 2024")
	l.until("2024-06-25")
	l.refused(l.petition("g", register.Report, "2024-06-19", "conference", "Annual 2024"),
		"has the date 20 June 2024: Council cannot have been told before")
	l.must(l.petition("g", register.Report, "2024-06-25", "conference", "Annual 2024"))

	// The table of conferences keeps what has a report.
	table := func(change func(*register.Conference)) error {
		list := slices.Clone(l.book.Conferences)
		change(&list[0])
		return l.book.CheckConferences(list)
	}
	l.must(table(func(c *register.Conference) {
		c.From, c.To = c.From.AddDate(0, 0, 2), c.To.AddDate(0, 0, 2)
	}))
	l.refused(table(func(c *register.Conference) {
		c.Name = "ALA Annual 2024"
	}), "leave that conference in the table, under this name")
	l.refused(table(func(c *register.Conference) {
		c.To = on("2024-06-09")
	}), "covers the time up to 10 June 2024")

	// A disbanding is told in the report that covers its day, once, and reported like any action.
	l.must(l.group("g", register.Disband, "2024-09-01", "reason", "on request"))
	if got := l.book.ActionsFor("Winter 2025", on("2024-08-31"), time.Time{}); len(got) != 0 {
		t.Errorf("told before its day: %v", got)
	}
	l.until("2024-09-02")
	tasks := register.DueOfGroup(l.book.Group("g", register.AsOf{Day: l.now}),
		l.book.Next(on("2024-09-01")))
	if len(tasks) != 1 || tasks[0].What != "Report to Council at Winter 2025" {
		t.Errorf("%+v", tasks)
	}
	e := l.event("", register.Correct, "2024-09-02", []string{"report", "Annual 2024", "text",
		"The vote was 7 to 1."})
	l.must(l.book.CheckCorrection(e, []register.Role{register.Chair}, l.now))
	l.book.Corrections = append(l.book.Corrections, e)
	if tasks := l.book.DueOfCouncil(l.now); len(tasks) != 1 || tasks[0].Due != on("2025-01-20") ||
		tasks[0].What != "Correct the report CD Annual 2024 in the next one to Council" {
		t.Errorf("%+v", tasks)
	}
	l.until("2025-01-10")
	second, err := l.issue("Winter 2025", "2025-01-10")
	l.must(err)
	if len(second.Actions) != 1 || !slices.Equal(second.Corrections, []string{e.ID}) ||
		len(l.book.DueOfCouncil(l.now)) != 0 {
		t.Errorf("%+v", second)
	}
	l.refused(l.group("g", register.Undo, "", "undoes", second.Actions[0]),
		"write down a correction")
	l.refused(table(func(c *register.Conference) {
		c.From, c.To = on("2026-06-24"), on("2026-06-28")
	}), "leave these conferences in that order")
	l.until("2025-01-21")
	l.refused(l.group("g", register.Report, "2025-01-09", "conference", "Winter 2025"),
		"has the date 10 January 2025")
	l.must(l.group("g", register.Report, "2025-01-21", "conference", "Winter 2025"))
}

// A report that was asked for is answered by itself, and its due day is a day.
func TestReportsAskedFor(t *testing.T) {
	l := newLedger(t)
	l.approved("g", "2024-01-10", "group", "g", "name", "Seeds")
	l.until("2025-03-01")
	l.refused(l.group("g", register.AskReport, "2025-03-01", "due", "in May"), `"in May" is no day`)
	l.refused(l.group("g", register.AskReport, "2025-03-01", "due", "2025-02-01"),
		"cannot be due on 1 February 2025")
	l.must(l.group("g", register.AskReport, "2025-03-01", "due", "2025-05-01"))
	asked := l.last(l.book.Groups, "g")
	l.refused(l.group("g", register.GotReport, "2025-03-01", "asked", "nothing"),
		"No such report was asked for")
	l.must(l.group("g", register.GotReport, "2025-03-01", "year", "2024")) // another one
	answers := func() bool {
		g := l.book.Group("g", register.AsOf{Day: l.now})
		_, ok := g.Answers(asked)
		return ok
	}
	if answers() {
		t.Error("the yearly report answered what was asked for")
	}
	l.must(l.group("g", register.GotReport, "2025-03-01", "asked", asked))
	l.refused(l.group("g", register.GotReport, "2025-03-01", "asked", asked),
		"handed in on 1 March 2025 already")
	if g := l.book.Group("g", register.AsOf{Day: l.now}); !answers() || len(g.Reports) != 2 ||
		!g.Reports[1].Due.Equal(on("2025-05-01")) {
		t.Errorf("%+v", g.Reports)
	}
	l.refused(l.group("g", register.Answer, "2025-03-01", "support", "nothing", "answer", "yes"),
		"no request")
	l.must(l.group("g", register.Support, "2025-03-01", "what", "a room"))
	room := l.last(l.book.Groups, "g")
	l.must(l.group("g", register.Answer, "2025-03-01", "support", room, "answer", "Room 12"))
	if g := l.book.Group("g", register.AsOf{Day: l.now}); len(g.Support) != 1 ||
		g.Support[0].Answer != "Room 12" {
		t.Errorf("%+v", g.Support)
	}
	l.refused(l.group("g", register.Link, "2025-03-01", "link", "javascript:alert(1)"),
		"begins with https://")
}
