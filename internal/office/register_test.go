package office

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/report"
	"countersign/report/letter"
	"countersign/report/register"
	"countersign/report/workbook"
)

// registry is an office that keeps the register.
type registry struct {
	*office
}

func newRegistry(t testing.TB) *registry { return newRegistryIn(t, t.TempDir()) }

func newRegistryIn(t testing.TB, data string) *registry {
	o := newOfficeIn(t, data)
	o.Office.now = func() time.Time { return o.now } // it stands still while the register is asked
	return &registry{o}
}

// step writes a step down and says what the register answers.
func (r *registry) step(petitionID, kind, day string, words ...string) error {
	r.office.t.Helper()
	s := NewStep{Kind: kind, Words: map[string]string{}}
	s.On, _ = time.Parse(time.DateOnly, day)
	for i := 0; i+1 < len(words); i += 2 {
		s.Words[words[i]] = words[i+1]
	}
	return r.AddToLife(r.office.t.Context(), petitionID, s, chairOf(r))
}

// letter is a letter as the chair gets it.
func (r *registry) letter(q LetterAsked, format string, w io.Writer) (string, error) {
	r.office.t.Helper()
	d, err := r.Draft(r.office.t.Context(), q, chairOf(r))
	if err != nil {
		return "", err
	}
	return d.WriteAs(format, w)
}

func chairOf(r *registry) store.Account {
	return must(r.office.t)(r.office.Store.Account(r.office.t.Context(), "cho"))
}

func must(t testing.TB) func(a store.Account, err error) store.Account {
	return func(a store.Account, err error) store.Account {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
}

// certified makes a petition whose count of one valid line is certified and enough.
func (r *registry) certified(id string) {
	r.office.t.Helper()
	ctx := r.office.t.Context()
	const member = "ID,First Name,Last Name,City,State,Status\n" +
		"0482913,Elizabeth,Persechino,Durham,NC,Active\n"
	snapshot := r.office.snapshot([]byte(member))
	row := extract.Row{Number: 1, Signed: extract.SignedYes,
		Fields: map[extract.Field]extract.Reading{}}
	for f, text := range map[extract.Field]string{extract.Name: "Elizabeth Persechino",
		extract.MemberID: "0482913"} {
		row.Fields[f] = extract.Reading{Text: text, Confidence: 1, Engine: "text"}
	}
	cover := extract.Cover{Group: "Seed Libraries", Purpose: "Lending seeds",
		Organizers: []extract.Organizer{{Name: "Ana Ruiz", Address: "1 Elm St",
			Signed: extract.SignedYes}}}
	r.office.petition(id, "threshold: 1\n", snapshot.ID, []extract.Sheet{{Kind: extract.CoverOf,
		Cover: cover}, {Kind: extract.Signers, Rows: []extract.Row{row}}})
	r.office.find(store.Finding{LineID: r.office.look(id).Line(0).ID, By: "ann", Kind: "accept",
		MemberID: "0482913"})
	c := r.office.look(id)
	if c.Count.Valid != 1 {
		r.office.t.Fatalf("%+v", c.Count)
	}
	counts, err := EncodeCertified(c.Count)
	r.must(err)
	if _, err := r.office.Store.AddTally(ctx, store.Tally{PetitionID: id, Version: c.Version,
		Counts: counts, SnapshotID: snapshot.ID, By: "cho", At: r.office.now}); err != nil {
		r.office.t.Fatal(err)
	}
}

func (r *registry) must(err error) {
	r.office.t.Helper()
	if err != nil {
		r.office.t.Fatal(err)
	}
}

// A packet becomes a group, the group a second term, and both are in the list, the
// worklist, the calendar and the letters.
func TestRegisterStory(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx := t.Context()
	r.must(r.office.Store.SetSetting(ctx, "conferences",
		`[{"name":"Annual 2027","from":"2027-06-24T00:00:00Z","to":"2027-06-29T00:00:00Z"}]`,
		"cho"))
	r.must(r.office.Store.SetSetting(ctx, "offices",
		`[{"key":"chair","from":"2020-01-01T00:00:00Z","name":"Dana Whitlock","email":"dana@example.org"}]`, "cho"))
	r.certified("p1")

	if err := r.step("p1", "approve", "2026-12-10", "vote", "7 to 0", "rationale", "x", "overlap",
		"x"); err == nil || !strings.Contains(err.Error(), "cannot follow") {
		t.Errorf("a decision before anything was acknowledged: %v", err)
	}
	var untrue bytes.Buffer
	if _, err := r.letter(LetterAsked{Of: ofPetition, Subject: "p1", Kind: "approval"}, "pdf",
		&untrue); err == nil || !strings.Contains(err.Error(),
		`The letter "Approval" cannot be written now`) || untrue.Len() > 0 {
		t.Errorf("an approval that nobody decided: %v", err)
	}
	r.office.now = time.Date(2026, 12, 12, 9, 0, 0, 0, time.UTC)
	for _, s := range [][]string{
		{"submit", "2026-11-02"}, {"acknowledge", "2026-11-05", "copy",
			"Member Programs and Services"}, {"certify", "2026-11-20"},
		{"schedule", "2026-11-21", "meeting", "December"}, {"approve", "2026-12-10", "vote",
			"7 to 0", "rationale", "None is like it.", "overlap", "RUSA", "renews", newGroup,
			"name", "Seed Libraries", "purpose", "Lending seeds"},
	} {
		r.must(r.step("p1", s[0], s[1], s[2:]...))
	}
	life, err := r.Life(ctx, "p1", []store.Role{store.Chair}, register.AsOf{})
	r.must(err)
	if life.State != "approved" || life.Group != "Seed Libraries" ||
		life.Decision != "Approved on December 10, 2026, 7 to 0" || life.Undo == "" {
		t.Errorf("%+v", life)
	}
	if !slices.ContainsFunc(life.Letters, func(l LetterChoice) bool {
		return l.Kind == "approval" && l.Advised
	}) {
		t.Errorf("the approval is not among %+v", life.Letters)
	}
	var pdf, eml bytes.Buffer
	name, err := r.letter(LetterAsked{Of: ofPetition, Subject: "p1", Kind: "approval"}, "pdf", &pdf)
	r.must(err)
	if !strings.HasSuffix(name, "-approval.pdf") || !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-")) {
		t.Errorf("%s of %d bytes", name, pdf.Len())
	}
	if _, err = r.letter(LetterAsked{Of: ofPetition, Subject: "p1", Kind: "conference-services"},
		"eml", &untrue); err == nil || !strings.Contains(err.Error(), "write that down first") {
		t.Errorf("a notice of needs that nobody wrote down: %v", err)
	}
	r.must(r.step("p1", "notify", "2026-12-11", "needs", "A room for 40\nNot on Sunday"))
	_, err = r.letter(LetterAsked{Of: ofPetition, Subject: "p1", Kind: "conference-services"},
		"eml", &eml)
	if want := (&Refusal{}); !errors.As(err, &want) || !strings.Contains(want.Text,
		"e-mail address") {
		t.Errorf("a draft to nobody: %v", err)
	}

	if _, err = r.letter(LetterAsked{Of: ofGroup, Subject: "p1", Kind: "disbanding"}, "pdf",
		&untrue); err == nil || untrue.Len() > 0 {
		t.Errorf("a group that exists is told that it was disbanded: %v", err)
	}

	// Organizers are written to by e-mail once it is known where.
	if err := r.step("p1", "emails", "2026-12-11", "emails",
		"ana@example.org\nno address"); err == nil || !strings.Contains(err.Error(),
		"Line 2 is no e-mail address") {
		t.Errorf("something that is no address: %v", err)
	}
	r.must(r.step("p1", "emails", "2026-12-11", "emails", "ana@example.org\nsecond@example.org\n"))
	eml.Reset()
	_, err = r.letter(LetterAsked{Of: ofPetition, Subject: "p1", Kind: "approval"}, "eml", &eml)
	r.must(err)
	if !strings.Contains(eml.String(), "To: <ana@example.org>, <second@example.org>") {
		t.Errorf("the draft goes to\n%.600s", eml.String())
	}

	// Council is told of it, on paper and in a workbook that can be checked.
	var council, sheet, coo bytes.Buffer
	r.must(r.Council(ctx, Everything(), "Annual 2027", "xlsx", &council))
	r.must(r.Council(ctx, Everything(), "Annual 2027", "pdf", &sheet))
	book, err := workbook.Check(bytes.NewReader(council.Bytes()))
	r.must(err)
	if len(book.Changes) > 0 || !bytes.HasPrefix(sheet.Bytes(), []byte("%PDF-")) {
		t.Errorf("%v", book.Changes)
	}
	told := book
	if recorded, err := r.verified(ctx, told, ""); err != nil || len(recorded) > 0 ||
		book.At != "Annual 2027" {
		t.Errorf("the report to Council at %q: %v, %v", book.At, recorded, err)
	}
	r.must(r.Period(ctx, Everything(), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026,
		11, 30, 0, 0, 0, 0, time.UTC), &coo))
	if err := r.Period(ctx, Everything(), time.Date(2020, 11, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2020, 11, 30, 0, 0, 0, 0, time.UTC), &coo); err == nil {
		t.Error("a period without petitions has a report")
	}
	coo.Reset()
	r.must(r.Workbook(ctx, "p1", COOReport, &coo))
	book, err = workbook.Check(bytes.NewReader(coo.Bytes()))
	r.must(err)
	recorded, err := r.verified(ctx, book, "")
	r.must(err)
	known, err := r.auditKnows(ctx, book)
	r.must(err)
	if len(book.Changes)+len(recorded) > 0 || !known {
		t.Errorf("%v\n%v\nthe audit log knows it: %v", book.Changes, recorded, known)
	}
	r.office.find(store.Finding{LineID: r.office.look("p1").Line(0).ID, By: "cho", Chair: true,
		Kind: "illegible"})
	if recorded, err = r.verified(ctx, book, ""); err != nil || len(recorded) == 0 {
		t.Errorf("the record has changed, and the workbook agrees with it; %v", err)
	}

	// Much later the group begins another term.
	r.office.now = time.Date(2029, 9, 1, 9, 0, 0, 0, time.UTC)
	tasks, err := r.Tasks(ctx, Everything())
	r.must(err)
	if !slices.ContainsFunc(tasks, func(x Task) bool {
		return strings.HasPrefix(x.What, "Petition for another term") && x.Link == "/groups/p1"
	}) {
		t.Errorf("renewal is not among %+v", tasks)
	}
	r.must(r.Sent(ctx, ofGroup, "p1", "renewal-reminder", chairOf(r)))
	// which means nothing beside itself
	r.must(r.Sent(ctx, ofPetition, "p1", "approval", chairOf(r)))
	if tasks, err = r.Tasks(ctx, Everything()); err != nil || !slices.ContainsFunc(tasks,
		func(x Task) bool {
			return strings.HasPrefix(x.Key, "renew-") &&
				x.Told.Format(time.DateOnly) == "2029-09-01"
		}) {
		t.Errorf("the reminder that was sent is not noted in %+v, %v", tasks, err)
	}
	r.office.now = time.Date(2029, 8, 20, 9, 0, 0, 0, time.UTC)
	r.certified("p2")
	r.office.now = time.Date(2029, 9, 1, 9, 0, 0, 0, time.UTC)
	for _, s := range [][]string{{"submit", "2029-08-01"}, {"acknowledge", "2029-08-05", "copy",
		"x"}, {"certify", "2029-08-20"}, {"schedule", "2029-08-21", "meeting", "x"}} {
		r.must(r.step("p2", s[0], s[1], s[2:]...))
	}
	words := []string{"vote", "6 to 1", "rationale", "x", "overlap", "x", "renews",
		"Seed Libraries"}
	if err := r.step("p2", "approve", "2028-10-02", words...); err == nil ||
		!strings.Contains(err.Error(), "what follows cannot have happened before") {
		t.Errorf("renewed before it was on the agenda: %v", err)
	}
	r.must(r.step("p2", "approve", "2029-08-28", words...))
	group, err := r.Group(ctx, "p1", []store.Role{store.Staff}, register.AsOf{})
	r.must(err)
	if len(group.Terms) != 2 || group.Terms[1].From.Format(time.DateOnly) != "2029-12-10" ||
		!slices.Equal(group.Petitions, []string{"p1", "p2"}) {
		t.Errorf("%+v", group.Terms)
	}
	for _, s := range group.Steps {
		if s.Kind == "disband" {
			t.Error("staff are offered to disband a group")
		}
	}
	r.must(r.AddToGroup(ctx, "p1", NewStep{Kind: "rename", On: r.office.now,
		Words: map[string]string{"name": "Seed & Tool Libraries"}}, chairOf(r)))
	if recorded, err := r.verified(ctx, told, ""); err != nil || len(recorded) > 0 {
		t.Errorf("a draft differs from what was known when it was made: %v, %v", recorded, err)
	}
	var csv, ics bytes.Buffer
	r.must(r.PublicList(ctx, "csv", &csv))
	r.must(r.Calendar(ctx, Everything(), &ics))
	if !strings.Contains(csv.String(), "Seed & Tool Libraries,Seed Libraries,Lending seeds") ||
		!strings.Contains(ics.String(), "BEGIN:VEVENT") {
		t.Errorf("%s\n%s", &csv, &ics)
	}

	// An approval that is taken back takes its term with it.
	life, err = r.Life(ctx, "p2", []store.Role{store.Chair}, register.AsOf{})
	r.must(err)
	r.must(r.AddToLife(ctx, "p2", NewStep{Kind: "undo", On: r.office.now, Undoes: life.Undo},
		chairOf(r)))
	if group, err = r.Group(ctx, "p1", nil, register.AsOf{}); err != nil || len(group.Terms) != 1 {
		t.Errorf("%d terms, %v", len(group.Terms), err)
	}
	if n, err := r.office.Store.VerifyAudit(ctx); err != nil || n == 0 {
		t.Errorf("%d entries in the audit log, %v", n, err)
	}
}

// Groups approved by an earlier version, whose approvals carry no rule, have the one of their
// day, whatever the association's rule is later.
func TestRuleOfEarlierApprovals(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx := t.Context()
	r.certified("p1")
	day := time.Date(2024, 3, 10, 0, 0, 0, 0, time.UTC)
	if _, err := r.office.Store.AddEvent(ctx, store.Event{Of: ofPetition, Subject: "p1",
		Kind: "approve", On: day, At: day, By: "cho", Words: map[string]string{"group": "p1",
			"name": "Seed Libraries"}}, ""); err != nil {
		t.Fatal(err)
	}
	end := func() string {
		g, err := r.Group(ctx, "p1", nil, register.AsOf{})
		r.must(err)
		return g.End.Format(time.DateOnly)
	}
	if got := end(); got != "2027-03-09" {
		t.Errorf("the term ends on %s", got)
	}
	r.must(r.office.Store.SetSetting(ctx, "rules", "term-years: 5\n", "cho"))
	if got := end(); got != "2027-03-09" {
		t.Errorf("a setting moved the end of the term to %s", got)
	}
}

// The day of receipt moves no further than the first step of the committee.
func TestReceivedBeforeAcknowledged(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx := t.Context()
	r.office.petition("p", "", "", nil)
	r.must(r.step("p", "submit", "2026-11-02"))
	r.must(r.step("p", "confirm", "2026-11-03", "item", "purpose"))
	r.must(r.step("p", "confirm", "2026-11-03", "item", "signatures"))
	r.must(r.step("p", "confirm", "2026-11-03", "item", "organizers"))
	r.must(r.step("p", "acknowledge", "2026-11-05", "copy", "x"))
	before, err := r.office.Store.Petition(ctx, "p")
	r.must(err)
	after := before
	after.ReceivedOn = day("2026-11-06")
	if err := r.ChangePetition(ctx, before, after, "cho"); err == nil ||
		!strings.Contains(err.Error(),
			"is written down for 5 November 2026: the petition cannot have been received after "+
				"it") {
		t.Errorf("acknowledged on the 5th, received on the 6th: %v", err)
	}
	after.ReceivedOn = day("2026-11-05")
	r.must(r.ChangePetition(ctx, before, after, "cho"))
}

// approvedAs takes a certified petition to its approval, as a group of a name.
func (r *registry) approvedAs(id, name string) {
	r.t.Helper()
	for _, s := range [][]string{
		{"submit"}, {"acknowledge", "copy", "x"}, {"certify"}, {"schedule", "meeting", "x"},
		{"approve", "vote", "7 to 0", "rationale", "x", "overlap", "x", "name", name},
	} {
		r.must(r.step(id, s[0], "2026-11-20", s[1:]...))
	}
}

// group writes something down of a group, as the chair.
func (r *registry) group(id, kind, on string, words ...string) {
	r.t.Helper()
	s := NewStep{Kind: kind, On: day(on), Words: map[string]string{}}
	for i := 0; i < len(words); i += 2 {
		s.Words[words[i]] = words[i+1]
	}
	r.must(r.AddToGroup(r.t.Context(), id, s, chairOf(r)))
}

// councilNow is what Council would be told for a conference by now.
func (r *registry) councilNow(conference string) report.Council {
	r.t.Helper()
	b, err := r.ledger(r.t.Context())
	r.must(err)
	c, err := r.council(r.t.Context(), b, edition{conference: conference, cutOff: r.office.now,
		shown: r.office.now})
	r.must(err)
	return c
}

// The Handbook has one text of a group, its purpose by the cut-off, whatever came of its name;
// reports that are missing of a group that ended go to Council with its end and not after.
func TestCouncilOfOneGroup(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx := t.Context()
	r.must(r.office.Store.SetSetting(ctx, "conferences",
		`[{"name":"Annual 2028","from":"2028-06-24T00:00:00Z","to":"2028-06-29T00:00:00Z"},
		{"name":"Annual 2029","from":"2029-06-24T00:00:00Z","to":"2029-06-29T00:00:00Z"}]`, "cho"))
	r.certified("p1")
	r.approvedAs("p1", "Seeds")
	r.office.now = day("2028-06-10")
	r.group("p1", "purpose", "2027-03-01", "purpose", "Lending seeds and tools")
	r.group("p1", "rename", "2027-04-01", "name", "Seeds and Tools")
	r.group("p1", "purpose", "2027-05-01", "purpose", "Lending what grows")
	r.group("p1", "disband", "2028-06-01", "reason", "its organizers asked")
	c := r.councilNow("Annual 2028")
	if len(c.Handbook) != 1 || c.Handbook[0] != (report.Entry{Group: "Seeds and Tools",
		Text: "Lending what grows"}) {
		t.Errorf("%+v", c.Handbook)
	}
	if len(c.Annual) != 1 || c.Annual[0].Year != "2027" {
		t.Errorf("with its end: %+v", c.Annual)
	}
	_, err := r.IssueCouncil(ctx, NewCouncilReport{Conference: "Annual 2028", Document: "CD 1"},
		chairOf(r))
	r.must(err)
	r.office.now = day("2029-06-10")
	if c = r.councilNow("Annual 2029"); len(c.Annual) != 0 || len(c.Groups) != 1 {
		t.Errorf("a year later: %+v", c.Annual)
	}
}

// What was noted of reports goes to Council with them, and a conference lies in the year of Council
// that somebody wrote down for it.
func TestCouncilOfReports(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx := t.Context()
	r.must(r.office.Store.SetSetting(ctx, "conferences",
		`[{"name":"Annual 2027","from":"2027-06-24T00:00:00Z","to":"2027-06-29T00:00:00Z"},
		{"name":"Annual 2028","from":"2028-07-02T00:00:00Z","to":"2028-07-06T00:00:00Z","council":"2027-2028"}]`, "cho"))
	r.certified("p1")
	r.approvedAs("p1", "Seeds")
	r.office.now = day("2027-06-10")
	r.group("p1", "ask-report", "2027-01-10", "due", "2027-03-01", "note", "the pilot")
	c := r.councilNow("Annual 2027")
	if len(c.Annual) != 2 || c.Annual[0].Note != "the pilot" || c.Year != "2026-2027" {
		t.Errorf("asked for: %s, %+v", c.Year, c.Annual)
	}
	r.group("p1", "annual-report", "2027-04-02", "for",
		"the one asked for on 2027-01-10, due 2027-03-01", "note", "by mail, in two parts")
	r.group("p1", "annual-report", "2027-06-01", "for", "2027")
	c = r.councilNow("Annual 2028")
	var notes []string
	for _, a := range c.Annual {
		notes = append(notes, a.Note)
	}
	if !slices.Equal(notes, []string{"the pilot; by mail, in two parts", ""}) ||
		c.Year != "2027-2028" {
		t.Errorf("handed in: %s, %q", c.Year, notes)
	}
}

// A petition was received on a day that it is by now somewhere.
func TestReceivedByNow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for at, want := range map[string]map[string]string{
		"2026-11-20T09:00:00Z": {"2026-11-20": "",
			"2026-11-21": "21 November 2026 is still to come", "1899-12-31": "cannot be right",
			"2226-11-02": "still to come"},
		// it is the 21st on Kiritimati
		"2026-11-20T11:00:00Z": {"2026-11-21": "", "2026-11-22": "still to come"},
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		o.Office.now = func() time.Time { return now }
		for received, want := range want {
			_, err := o.ReadTerms(t.Context(), store.Petition{}, Terms{Title: "Seeds",
				Received: received})
			if no := (*Refusal)(nil); (want == "") != (err == nil) || err != nil &&
				(!errors.As(err, &no) || !strings.Contains(no.Text, want)) {
				t.Errorf("%s at %s: %v, want %q", received, at, err, want)
			}
		}
	}
}

// A group carries the number of signatures that its petition was held to, whatever the
// association asks of others by the day of the approval.
func TestApprovalCarriesWhatItWasHeldTo(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.certified("p1")
	r.must(r.office.Store.SetSetting(t.Context(), "rules",
		"percent: 10\nbase: 1500\nterm-years: 4\n", "cho"))
	for _, s := range [][]string{
		{"submit"}, {"acknowledge", "copy", "x"}, {"certify"}, {"schedule", "meeting", "x"},
		{"approve", "vote", "7 to 0", "rationale", "x", "overlap", "x"},
	} {
		r.must(r.step("p1", s[0], "2026-11-20", s[1:]...))
	}
	for _, of := range []struct {
		subject string
		kind    letter.Kind
	}{{ofPetition, letter.Approval}, {ofGroup, letter.RenewalReminder}} {
		c, x, err := r.about(t.Context(), LetterAsked{Of: of.subject, Subject: "p1",
			Kind: string(of.kind)})
		r.must(err)
		f := c.lettersOwn(of.kind, x, chairOf(r))
		if f.Required != 1 || f.Valid != 1 || f.TermYears != 4 {
			t.Errorf("%s: %d of %d required, for %d years", of.kind, f.Valid, f.Required,
				f.TermYears)
		}
	}
}

// An impatient finger writes nothing down twice, and is not told that it failed.
func TestStepTwice(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.certified("p1")
	note := []string{"overlap-note", "2026-11-02", "units", "RUSA", "note", "None is like it."}
	for range 2 {
		r.must(r.step("p1", "submit", "2026-11-02"))
	}
	for range 2 {
		r.must(r.step("p1", note[0], note[1], note[2:]...))
	}
	happened := func() int {
		life, err := r.Life(t.Context(), "p1", []store.Role{store.Chair}, register.AsOf{})
		r.must(err)
		return len(life.Happened)
	}
	if n := happened(); n != 2 {
		t.Errorf("%d steps are written down of 2", n)
	}
	r.office.now = r.office.now.Add(time.Hour)
	if r.must(r.step("p1", note[0], note[1], note[2:]...)); happened() != 3 {
		t.Error("the same, said again an hour later, is lost")
	}
	if err := r.step("p1", "confirm", "2026-11-02", "item", "everything"); err == nil ||
		!strings.Contains(err.Error(),
			`"everything" is no item of the packet: choose purpose, signatures or organizers.`) {
		t.Errorf("an item that there is not: %v", err)
	}
	r.must(r.AddToLife(t.Context(), "p1", NewStep{Kind: "undo", On: r.office.now,
		Undoes: r.last("p1")}, chairOf(r)))
	if happened() != 4 {
		t.Error("the last step was not taken back")
	}
}

// A step that is sent with a key is written down once, however much later it is sent again.
func TestStepWithAKey(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.certified("p1")
	r.must(r.step("p1", "submit", "2026-11-02"))
	on := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	send := func(key, kind string) error {
		return r.AddToLife(t.Context(), "p1", NewStep{Kind: kind, On: on, Key: key,
			Words: map[string]string{"units": "RUSA", "note": "None is like it."}}, chairOf(r))
	}
	happened := func() int {
		stored, err := r.office.Store.Events(t.Context(), "petition", "p1")
		r.must(err)
		return len(stored)
	}
	before := happened()
	for _, key := range []string{"a", "a", "b", "a", "b"} {
		r.must(send(key, "overlap-note"))
		r.office.now = r.office.now.Add(time.Hour)
	}
	if n := happened() - before; n != 2 {
		t.Errorf("two keys made %d steps", n)
	}
	var no *Refusal
	if err := send("a", "submit"); !errors.As(err, &no) || no.Kind != Conflict {
		t.Errorf("another step under a key: %v", err)
	}
}

func (r *registry) last(petitionID string) string {
	life, err := r.Life(r.office.t.Context(), petitionID, []store.Role{store.Chair},
		register.AsOf{})
	r.must(err)
	return life.Undo
}

// A template that an office edited is tried before it is kept.
func TestCheckTemplate(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	if err := r.checkTemplate("shortfall",
		"Short of {{.Short}}\n\nOf {{lines .Filed}}.\n"); err != nil {
		t.Error(err)
	}
	if err := r.checkTemplate("shortfall", "Short\n\n{{.Signers}}"); err == nil ||
		!strings.Contains(err.Error(), "line 3") {
		t.Errorf("%v", err)
	}
}
