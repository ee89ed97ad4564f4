package office

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"countersign/extract"
	"countersign/internal/blob"
	"countersign/internal/fixtures"
	"countersign/internal/office/exports"
	"countersign/internal/office/kept"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
)

// office is an Office with a store of its own, and what tests do at it.
type office struct {
	*Office
	t     testing.TB
	files *blob.Files
	now   time.Time
	scan  string // what the files of petitions are called
}

func newOffice(t testing.TB) *office { return newOfficeIn(t, t.TempDir()) }

// newOfficeIn keeps all in a folder as the service does, so that commands find it.
func newOfficeIn(t testing.TB, data string) *office {
	t.Helper()
	files, err := blob.OpenFiles(filepath.Join(data, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(data, "countersign.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	o := &office{t: t, files: files, scan: "petition.pdf", now: time.Date(2026, 11, 20, 9, 0, 0, 0,
		time.UTC)}
	o.Office = New(Options{Store: s, Blobs: files, Program: "countersign test"})
	var ticks sync.Mutex // several may look at the clock at once
	o.Office.now = func() time.Time {
		ticks.Lock()
		defer ticks.Unlock()
		o.now = o.now.Add(time.Second)
		return o.now
	}
	for _, a := range []store.Account{{ID: "ann", Email: "ann@example.org", Name: "Ann Lee"},
		{ID: "bob", Email: "bob@example.org"}, {ID: "cho", Email: "cho@example.org", Name: "Cho Im",
			Roles: []store.Role{store.Chair}}} {
		if _, err := s.AddAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func (o *office) keep(data []byte) string {
	o.t.Helper()
	sum, _, err := o.files.Put(o.t.Context(), bytes.NewReader(data))
	if err != nil {
		o.t.Fatal(err)
	}
	return sum
}

// snapshot takes in an export.
func (o *office) snapshot(data []byte) store.Snapshot {
	o.t.Helper()
	s, err := o.Import(o.t.Context(), o.keep(data), "members.csv",
		ImportOptions{AsOf: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), AcceptLosses: true},
		"ann")
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// petition hands in sheets that were read, matched against a snapshot if there is one.
func (o *office) petition(id, rules, snapshotID string, sheets []extract.Sheet) {
	o.t.Helper()
	ctx := o.t.Context()
	if _, err := o.Store.AddPetition(ctx, store.Petition{ID: id, Title: "A petition", Rules: rules,
		SnapshotID: snapshotID, ReceivedOn: time.Date(2026, 11, 2, 0, 0, 0, 0,
			time.UTC)}); err != nil {
		o.t.Fatal(err)
	}
	u, err := o.Store.AddUpload(ctx, store.Upload{PetitionID: id,
		SHA256: o.keep([]byte("the file of " + id)), Name: o.scan, By: "ann"})
	if err != nil {
		o.t.Fatal(err)
	}
	var pages []store.Page
	for n := range sheets {
		pages = append(pages, store.Page{ID: store.PageID(u.ID, n+1), Number: n + 1})
	}
	if err := o.Store.OpenedUpload(ctx, u.ID, pages, ""); err != nil {
		o.t.Fatal(err)
	}
	for n, s := range sheets {
		o.readPage(pages[n], s)
		o.match(snapshotID, pages[n].ID, s)
	}
}

func (o *office) readPage(p store.Page, s extract.Sheet) {
	o.t.Helper()
	packed, err := extract.EncodeSheet(s)
	if err != nil {
		o.t.Fatal(err)
	}
	p.Kind, p.Source, p.Rotation, p.Notes, p.Sheet = string(s.Kind), string(s.Source), s.Rotation,
		s.Notes, o.keep(packed)
	var lines []store.Line
	for _, r := range s.Rows {
		row, err := kept.EncodeRow(r)
		if err != nil {
			o.t.Fatal(err)
		}
		l := store.Line{Number: r.Number, Box: r.Box, Row: row}
		if len(r.Picture) > 0 {
			l.Picture = o.keep(r.Picture)
		}
		lines = append(lines, l)
	}
	if err := o.Store.ReadPage(o.t.Context(), p, lines); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) match(snapshotID, pageID string, s extract.Sheet) {
	o.t.Helper()
	if snapshotID == "" || len(s.Rows) == 0 {
		return
	}
	m, err := o.rolls.Matcher(o.t.Context(), snapshotID)
	if err != nil {
		o.t.Fatal(err)
	}
	matches := map[string][]byte{}
	for _, r := range s.Rows {
		data, err := kept.EncodeMatch(m.Match(verify.Line{Row: r}))
		if err != nil {
			o.t.Fatal(err)
		}
		matches[store.LineID(pageID, r.Number)] = data
	}
	if err := o.Store.MatchLines(o.t.Context(), pageID, snapshotID, matches); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) look(id string) *Case {
	o.t.Helper()
	c, err := o.Case(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// linesOf are all lines of a petition.
func linesOf(c *Case) (out []Line) {
	for i := range c.Len() {
		out = append(out, *c.Line(i))
	}
	return out
}

// find adds a finding as a page does: it asks first.
func (o *office) find(f store.Finding) store.Finding {
	o.t.Helper()
	f.At = o.Office.now()
	if err := o.refused(f); err != nil {
		o.t.Fatal(err)
	}
	f, err := o.Store.AddFinding(o.t.Context(), f)
	if err != nil {
		o.t.Fatal(err)
	}
	return f
}

// refused asks whether a finding may be added.
func (o *office) refused(f store.Finding) error {
	before, err := o.Store.FindingsOf(o.t.Context(), f.LineID)
	if err != nil {
		return err
	}
	return o.refuseFinding(o.t.Context(), f, before)
}

// workbook writes a report and opens it.
func (o *office) workbook(id, kind string) *excelize.File {
	o.t.Helper()
	var b bytes.Buffer
	if err := o.Workbook(o.t.Context(), id, kind, &b); err != nil {
		o.t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { f.Close() })
	return f
}

func sampleExport(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(fixtures.Members)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readSample(t testing.TB) []extract.Sheet {
	t.Helper()
	sheets, err := fixtures.Sheets()
	if err != nil {
		t.Fatal(err)
	}
	return sheets
}

// undecided is a line that waits for a person, of which one candidate counts and
// has signed nowhere else.
func undecided(t testing.TB, c *Case) (Line, Member) {
	t.Helper()
	for _, i := range c.Count.Next {
		for _, cand := range c.Line(i).Candidates {
			if cand.Member.Good && len(cand.Member.Signed) == 0 {
				return *c.Line(i), cand.Member
			}
		}
	}
	t.Fatal("no line of the sample waits for a person")
	return Line{}, Member{}
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// What the office makes of the store is what the stages make of the file.
func TestOfficeShowsWhatCheckDecides(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.snapshot(sampleExport(t))
	o.petition("p", "", s.ID, readSample(t))
	c := o.look("p")
	matcher, err := o.rolls.Matcher(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	var matches []verify.Match
	var want report.Petition
	for n, sheet := range readSample(t) {
		for _, r := range sheet.Rows {
			matches = append(matches,
				matcher.Match(verify.Line{Ref: verify.Ref{File: "petition.pdf", Page: n + 1,
					Row: r.Number}, Row: r}))
		}
		want.AddCover(sheet.Cover, "petition.pdf", n+1)
	}
	rules := verify.MIG()
	decisions := verify.Decide(rules, verify.Dates{Received: day("2026-11-02"),
		Verified: day("2026-11-20")}, matches)
	if len(decisions) != c.Len() {
		t.Fatalf("%d lines, want %d", c.Len(), len(decisions))
	}
	for i, d := range decisions {
		l := *c.Line(i)
		got := []any{l.Page, l.Number, l.Verdict, l.Reason, l.MemberID, l.Probability, l.Struck}
		if diff := cmp.Diff([]any{d.Line.Page, d.Line.Ref.Row, string(d.Verdict), string(d.Reason),
			d.MemberID, d.Probability, d.Line.Struck}, got); diff != "" {
			t.Errorf("line %d: %s", i, diff)
		}
		if len(l.Candidates) != len(d.Candidates) || l.Picture == "" || l.Decided != "program" ||
			l.Findings != 0 {
			t.Errorf("line %d: %d candidates, picture %q, decided by %s", i, len(l.Candidates),
				l.Picture, l.Decided)
		}
	}
	if tally := verify.Count(decisions, rules); c.Count.Valid != tally.Valid ||
		c.Count.Uncertain != tally.Uncertain || c.Count.Required != tally.Required {
		t.Errorf("count %+v, want %+v", c.Count, tally)
	}
	if c.Purpose != want.Cover.Purpose || c.Group != want.Cover.Group ||
		len(c.Organizers) != len(want.Cover.Organizers) || c.PurposePage != want.CoverPage {
		t.Errorf("purpose %q of page %d, group %q, organizers %v", c.Purpose, c.PurposePage,
			c.Group, c.Organizers)
	}
	for i := range c.Len() {
		on := c.OnPage(c.Line(i).PageID)
		if n := c.Line(i).Number; len(on) < n || on[n-1].ID != c.Line(i).ID ||
			c.RowsOn(c.Line(i).PageID) != len(on) {
			t.Errorf("line %d is not among the %d lines of its page", i, len(on))
		}
	}
	if len(c.Count.Next) != c.Count.Uncertain {
		t.Errorf("%d lines to look at, %d uncertain", len(c.Count.Next), c.Count.Uncertain)
	}
}

// From what was read to the workbook: a verifier accepts, takes it back, corrects
// and refuses, and the workbook says who decided what, and when.
func TestOfficeReview(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.snapshot(sampleExport(t))
	o.petition("p", "", s.ID, readSample(t))
	first := o.look("p")
	if again := o.look("p"); again != first {
		t.Error("nothing changed, and the case was made again")
	}

	line, member := undecided(t, first)
	accepted := o.find(store.Finding{LineID: line.ID, By: "ann", Kind: "accept",
		MemberID: member.ID})
	c := o.look("p")
	got := *c.Line(c.Find(line.ID))
	if got.Verdict != "valid" || got.MemberID != member.ID || got.Decided != "person" ||
		!slices.Equal(got.By, []string{"ann"}) || !got.At.Equal(accepted.At) || got.Findings != 1 ||
		c.Count.ByPerson != 1 {
		t.Errorf("accepted, it is %s for %s, by %v at %v, %d findings: %s", got.Verdict,
			got.MemberID, got.By, got.At, got.Findings, got.Because)
	}
	if c.Count.Valid != first.Count.Valid+1 || slices.Contains(c.Count.Next, c.Find(line.ID)) ||
		c.Version == first.Version {
		t.Errorf("count %+v, before %+v", c.Count, first.Count)
	}
	if first.Line(first.Find(line.ID)).Verdict != "uncertain" {
		t.Error("what was shown before has changed")
	}
	if m, err := o.Member(t.Context(), "p", member.ID); err != nil || !slices.Equal(m.Signed,
		[]string{line.ID}) || !m.Good {
		t.Errorf("%+v, %v", m, err)
	}

	o.find(store.Finding{LineID: line.ID, By: "ann", Kind: "undo", Undoes: accepted.ID})
	c = o.look("p")
	if got = *c.Line(c.Find(line.ID)); got.Verdict != "uncertain" || got.Findings != 0 ||
		len(got.Rulings) != 2 || !got.Rulings[0].Undone || c.Count.Valid != first.Count.Valid {
		t.Errorf("taken back, it is %s with %+v", got.Verdict, got.Rulings)
	}

	o.find(store.Finding{LineID: line.ID, By: "bob", Kind: "correct", Fields: map[string]string{
		"name": member.Given + " " + member.Family, "member_id": member.ID}})
	c = o.look("p")
	got = *c.Line(c.Find(line.ID))
	at := slices.IndexFunc(got.Fields, func(f Field) bool { return f.Key == "name" })
	if len(got.Candidates) == 0 || got.Candidates[0].Member.ID != member.ID || at < 0 ||
		!got.Fields[at].Corrected || got.Candidates[0].Agrees["name"] != "agrees" {
		t.Errorf("corrected, it reads %+v and fits %+v", got.Fields, got.Candidates)
	}
	o.find(store.Finding{LineID: line.ID, By: "bob", Kind: "nobody", Searches: 3})
	c = o.look("p")
	if got = *c.Line(c.Find(line.ID)); got.Verdict != "invalid" || got.Reason != "not-found" ||
		got.MemberID != "" {
		t.Errorf("refused, it is %s, %s", got.Verdict, got.Reason)
	}

	f := o.workbook("p", COOReport)
	rows, err := f.GetRows("Signatures")
	if err != nil {
		t.Fatal(err)
	}
	row := rows[c.Find(line.ID)+1]
	if how, who := row[15], row[16]; how != "by a person" || who != "bob@example.org" {
		t.Errorf("decided %q, by %q", how, who)
	}
	if how := rows[1][15]; how != "by the program" && how != "needs a person" {
		t.Errorf("the first line is decided %q", how)
	}
	log, err := f.GetRows("Review log")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, r := range log[1:] {
		found = append(found, strings.Join([]string{r[1], r[6], r[9]}, "|"))
	}
	if diff := cmp.Diff([]string{"Ann Lee|this member|× taken back",
		"Ann Lee|took a finding back|stands", "bob@example.org|reads differently|stands",
		"bob@example.org|nobody on the roll|stands"}, found); diff != "" {
		t.Error(diff)
	}
	pictures, err := f.GetPictures("Signatures", "D2")
	if err != nil || len(pictures) != 1 {
		t.Errorf("%d pictures on the first line, %v", len(pictures), err)
	}
	council := o.workbook("p", CouncilReport)
	for _, sheet := range council.GetSheetList() {
		all, err := council.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(all); strings.Contains(text, member.Name) || strings.Contains(text,
			"bob@example.org") {
			t.Errorf("the sheet %s of the council's workbook names people", sheet)
		}
	}
}

// A second reviewer by rule, blind, and the chair.
func TestOfficeSecondReviewer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.snapshot(sampleExport(t))
	o.petition("p", "second-reviewer: rejections", s.ID, readSample(t))
	line, member := undecided(t, o.look("p"))
	see := func() (Line, *Case) {
		c := o.look("p")
		return *c.Line(c.Find(line.ID)), c
	}
	o.find(store.Finding{LineID: line.ID, By: "ann", Kind: "illegible"})
	l, c := see()
	if l.Verdict != "uncertain" || l.Needs != "second" || c.Count.Needs["second"] != 1 ||
		len(l.RulingsFor("bob")) != 0 || len(l.RulingsFor("ann")) != 1 {
		t.Errorf("refused once, it is %s and needs %q", l.Verdict, l.Needs)
	}
	if slices.Contains(c.Queue("ann", false), c.Find(line.ID)) ||
		!slices.Contains(c.Queue("bob", false), c.Find(line.ID)) {
		t.Error("the second look is not for another person")
	}
	o.find(store.Finding{LineID: line.ID, By: "bob", Kind: "accept", MemberID: member.ID})
	if l, _ = see(); l.Needs != "third" {
		t.Errorf("two disagree, and it needs %q", l.Needs)
	}
	o.find(store.Finding{LineID: line.ID, By: "bob", Kind: "flag", Note: "whose hand is it?"})
	l, c = see()
	if l.Needs != "chair" || !strings.Contains(l.Because, "whose hand is it?") ||
		slices.Contains(c.Queue("dan", false), c.Find(line.ID)) ||
		!slices.Contains(c.Queue("cho", true), c.Find(line.ID)) {
		t.Errorf("flagged, it needs %q: %s", l.Needs, l.Because)
	}
	o.find(store.Finding{LineID: line.ID, By: "cho", Chair: true, Kind: "override",
		MemberID: member.ID, Note: "known to the office"})
	if l, _ = see(); l.Verdict != "valid" || !slices.Equal(l.By, []string{"cho"}) ||
		l.Note != "known to the office" {
		t.Errorf("overridden, it is %s by %v", l.Verdict, l.By)
	}
}

// Findings that make no sense are refused in a sentence.
func TestOfficeRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.snapshot(sampleExport(t))
	o.petition("p", "", s.ID, readSample(t))
	line, member := undecided(t, o.look("p"))
	made := o.find(store.Finding{LineID: line.ID, By: "ann", Kind: "accept", MemberID: member.ID})
	for _, tt := range []struct {
		f    store.Finding
		want string
	}{
		{store.Finding{Kind: "accept", MemberID: "no such number"},
			"This member is not on the membership export: choose one that is"},
		{store.Finding{Kind: "override", Note: "x"},
			"Only the chair can decide this: flag the line for the chair"},
		{store.Finding{Kind: "correct", Fields: map[string]string{"hat": "red"}},
			`"hat" is no field of a line.`},
		{store.Finding{Kind: "undo", By: "bob", Undoes: made.ID},
			"Somebody else found this: only they and the chair can undo it"},
		{store.Finding{Kind: "sign"}, `"sign" is nothing that can be found of a line`},
	} {
		tt.f.LineID = line.ID
		var refused *Refusal
		if err := o.refused(tt.f); !errors.As(err, &refused) || refused.Text != tt.want {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
	if err := o.refused(store.Finding{LineID: "no such line", Kind: "nobody"}); !errors.Is(err,
		store.ErrNotFound) {
		t.Error(err)
	}
}

// A petition without an export shows its lines and waits; with one, it is
// worked out; another file, left out, counts for nothing.
func TestOfficeWaitsForMembers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	sheets := readSample(t)
	o.petition("p", "threshold: 10", "", sheets)
	c := o.look("p")
	if c.Len() == 0 || len(c.Count.Next) != 0 || c.Count.Certain || c.Count.Valid != 0 ||
		c.Line(0).Needs != "match" && c.Line(0).Verdict != "invalid" {
		t.Errorf("count %+v", c.Count)
	}
	if found, err := o.Search(t.Context(), "p", "smith", 5); err != nil || found != nil {
		t.Errorf("%v, %v", found, err)
	}
	o.workbook("p", COOReport)

	s := o.snapshot(sampleExport(t))
	p, err := o.Store.Petition(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	p.SnapshotID = s.ID
	if err := o.Store.SetPetition(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for n, sheet := range sheets {
		o.match(s.ID, store.PageID(store.UploadID("p", o.keep([]byte("the file of p"))), n+1),
			sheet)
	}
	c = o.look("p")
	if c.Count.Valid == 0 || c.Count.Needs["match"] != 0 {
		t.Errorf("count %+v", c.Count)
	}
	if err := o.Store.ExcludeUpload(t.Context(), c.Line(0).UploadID, true); err != nil {
		t.Fatal(err)
	}
	if c = o.look("p"); c.Len() != 0 || c.Count.Rows != 0 || c.Purpose != "" {
		t.Errorf("left out, %d lines count, purpose %q", c.Len(), c.Purpose)
	}
	rows, err := o.workbook("p", COOReport).GetRows("Sheets")
	if err != nil || !strings.Contains(fmt.Sprint(rows), "Excluded: none of its lines counts.") {
		t.Errorf("%v: %v", err, rows)
	}
}

func TestOfficeSearch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if found, err := o.Search(t.Context(), "", "lee", 5); err != nil || found != nil {
		t.Errorf("with no export: %v, %v", found, err)
	}
	o.snapshot([]byte("ID,First Name,Last Name,Informal,Email,Company,City,State,Status\n" +
		"007,Elizabeth,Marsh,Biz,em@x.org,Yale,Durham,NC,Active\n" +
		"008,Bo,Marsh,,bm@x.org,OCLC,Dublin,OH,Lapsed\n"))
	found, err := o.Search(t.Context(), "", "marsch", 5)
	if err != nil || len(found) != 2 {
		t.Fatalf("%v, %v", found, err)
	}
	want := Member{ID: "007", Name: "Elizabeth (Biz) Marsh", Given: "Elizabeth", Family: "Marsh",
		Institution: "Yale", City: "Durham", State: "NC", Email: "em@x.org",
		Standing: "status is Active", Good: true}
	if diff := cmp.Diff(want, found[1]); diff != "" {
		t.Error(diff)
	}
	if found[0].Good || found[0].Standing != "status is Lapsed" {
		t.Errorf("%+v", found[0])
	}
	if found, err = o.Search(t.Context(), "", "liz marsch", 5); err != nil || len(found) == 0 ||
		found[0].ID != "007" {
		t.Errorf("%v, %v", found, err)
	}
	if _, err := o.Member(t.Context(), "", "009"); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

func TestOfficeImport(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const first = "Ref,First Name,Surname,Status\n1,Ann,Lee,Active\n2,Bo,Ray,Active\n" +
		"3,Cy,Fox,Odd\n,Di,Orr,Lapsed\n"
	p, err := o.Preview(t.Context(), o.keep([]byte(first)), "m.csv", ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Columns) != 4 || p.Columns[0].Meaning != "" || p.Changes != nil || p.Members != 4 {
		t.Errorf("%+v", p)
	}
	opts := ImportOptions{Map: map[string]string{"number": "Ref"}, AsOf: time.Date(2026, 10, 1, 0,
		0, 0, 0, time.UTC)}
	if p, err = o.Preview(t.Context(), p.SHA256, "m.csv", opts); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]ImportColumn{{Heading: "Ref", Meaning: "number", Samples: []string{"1",
		"2", "3"}}, {Heading: "First Name", Meaning: "first", Samples: []string{"Ann", "Bo", "Cy",
		"Di"}},
		{Heading: "Surname", Meaning: "last", Samples: []string{"Lee", "Ray", "Fox", "Orr"}},
		{Heading: "Status", Meaning: "status", Samples: []string{"Active", "Odd", "Lapsed"}}},
		p.Columns); diff != "" {
		t.Error(diff)
	}
	const lost = "would lose 1 of 4 rows (25.0 %), the first on line 5: no member number"
	if diff := cmp.Diff([]ImportProblem{{Text: "the export " + lost},
		{Line: 5, Text: "no member number; left out"}}, p.Problems); diff != "" || p.Rows != 4 ||
		p.Members != 3 {
		t.Errorf("%d rows, %d members: %s", p.Rows, p.Members, diff)
	}
	if diff := cmp.Diff([]StatusCount{{Status: "Active", Count: 2, Counts: "yes"}, {Status: "Odd",
		Count: 1, Counts: "unknown"}}, p.Statuses); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{lost}, p.Losses); diff != "" || !strings.HasPrefix(p.Sums,
		"4 rows in, 3 members out, 1 left out, 0 merged; CSV separated by commas") {
		t.Errorf("%s %s", p.Sums, diff)
	}
	var lossy *Refusal
	if _, err := o.Import(t.Context(), p.SHA256, "m.csv", opts, "ann"); !errors.As(err, &lossy) ||
		lossy.Text != "membership export m.csv "+lost+": mend the export, or take it as it is" {
		t.Errorf("an export that loses much: %v", err)
	}
	opts.AcceptLosses = true
	s, err := o.Import(t.Context(), p.SHA256, "m.csv", opts, "ann")
	if err == nil && (len(s.Remarks) == 0 || s.Remarks[0] != p.Sums) {
		t.Errorf("recorded %q", s.Remarks)
	}
	if err != nil || s.Members != 3 || s.SHA256 != p.SHA256 || s.By != "ann" {
		t.Fatalf("%+v, %v", s, err)
	}
	if again, err := o.Import(t.Context(), p.SHA256, "m.csv", opts, "bob"); err != nil ||
		again.ID != s.ID {
		t.Errorf("%+v, %v", again, err)
	}

	const second = "Ref,First Name,Surname,Status\n1,Ann,Lee-Orr,Active\n2,Bo,Ray,Lapsed\n" +
		"4,Ed,Poe,Active\n"
	if p, err = o.Preview(t.Context(), o.keep([]byte(second)), "m2.csv", opts); err != nil {
		t.Fatal(err)
	}
	want := &exports.Changes{SnapshotID: s.ID, Name: "m.csv", AsOf: opts.AsOf, Joined: 1, Left: 1,
		Status: 1, Renamed: 1, Examples: []exports.Change{
			{Kind: "joined", MemberID: "4", Name: "Ed Poe"}, {Kind: "left", MemberID: "3",
				Name: "Cy Fox"},
			{Kind: "status", MemberID: "2", Name: "Bo Ray", Before: "Active", After: "Lapsed"},
			{Kind: "renamed", MemberID: "1", Name: "Ann Lee-Orr", Before: "Ann Lee",
				After: "Ann Lee-Orr"}}}
	if diff := cmp.Diff(want, p.Changes); diff != "" {
		t.Error(diff)
	}

	for export, want := range map[string]string{
		"ID,Cust No.,Last Name\n7,8,Lee\n": `membership export m.csv has two columns that could be number, "ID" and "Cust No.": say which below`,
		"aa,bb\n1,2\n":                     `membership export m.csv has no row of headings such as "Member No.", "First Name", "Last Name": add one as the first row, or name the columns below`,
		"ID,City\n1,Durham\n":              `membership export m.csv has no column for last names or whole names: its columns are "ID", "City"; say which it is below`,
		"%PDF-1.7": "membership export m.csv is a PDF: export the " +
			"members as CSV or XLSX",
		"ID,Last Name\n": "membership export m.csv has headings and no rows " +
			"below them: export the members again",
	} {
		sum := o.keep([]byte(export))
		p, err := o.Preview(t.Context(), sum, "m.csv", ImportOptions{})
		if err != nil || p.Error != want {
			t.Errorf("%v, %q, want %q", err, p.Error, want)
		}
		var refused *Refusal
		if _, err := o.Import(t.Context(), sum, "m.csv", ImportOptions{}, "ann"); !errors.As(err,
			&refused) || refused.Text != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Files of the same name are told apart in every line.
func TestOfficeNamesFiles(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.snapshot([]byte("ID,First Name,Last Name,Status\n007,Elizabeth,Marsh,Active\n"))
	sheet := extract.Sheet{Kind: extract.Signers, Rows: []extract.Row{{Number: 1,
		Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{
			extract.Name: {Text: "Elizabeth Marsh", Confidence: 1}, extract.MemberID: {Text: "007",
				Confidence: 1}}}}}
	o.petition("p", "", s.ID, []extract.Sheet{sheet})
	u, err := o.Store.AddUpload(t.Context(), store.Upload{PetitionID: "p",
		SHA256: o.keep([]byte("another file")), Name: "petition.pdf",
		At: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	page := store.Page{ID: store.PageID(u.ID, 1), Number: 1}
	if err := o.Store.OpenedUpload(t.Context(), u.ID, []store.Page{page}, ""); err != nil {
		t.Fatal(err)
	}
	o.readPage(page, sheet)
	o.match(s.ID, page.ID, sheet)
	c := o.look("p")
	for _, l := range linesOf(c) { // on a roll of one the program is not sure
		o.find(store.Finding{LineID: l.ID, By: "ann", Kind: "accept", MemberID: "007"})
	}
	c = o.look("p")
	if c.Len() != 2 || c.Line(0).File != "petition.pdf" || c.Line(1).File != "petition.pdf (2)" ||
		c.Line(1).DuplicateOf != c.Line(0).ID {
		t.Errorf("%+v", linesOf(c))
	}
}

// Many look at a petition while others decide its lines: everybody sees a count
// that adds up, and in the end all findings.
func TestOfficeManyAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.many("p", "threshold: 30", 60)
	lines := linesOf(o.look("p"))
	var all sync.WaitGroup
	for k := range 6 {
		all.Go(func() {
			for i := k; i < len(lines); i += 6 {
				f := store.Finding{LineID: lines[i].ID, By: "ann", Kind: []string{"nobody",
					"unsigned"}[i%2]}
				if err := o.refused(f); err != nil {
					t.Error(err)
				}
				if _, err := o.Store.AddFinding(t.Context(), f); err != nil {
					t.Error(err)
				}
				c, err := o.Case(t.Context(), "p")
				if err != nil {
					t.Error(err)
					return
				}
				if n := c.Count; n.Valid+n.Invalid+n.Uncertain != len(lines) ||
					c.Line(i).Verdict != "invalid" {
					t.Errorf("line %d is %s; %+v", i, c.Line(i).Verdict, n)
				}
				if _, err := o.Search(t.Context(), "p", "smith", 5); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := o.look("p").Count; n.Invalid != len(lines) || n.ByPerson != len(lines) {
		t.Errorf("%+v", n)
	}
}

// BenchmarkCase5000 is a petition of 5,000 lines, of which people looked at 500
// or at every one: after one more finding, which is what the page after a key costs;
// and when the service has just started.
// What a finding costs whoever looks next, and what a petition costs whoever looks first.
func BenchmarkCase(b *testing.B) {
	for _, size := range []struct{ lines, looked, members int }{{5000, 500, 6000},
		{5000, 5000, 6000}, {50_000, 5000, 58_000}} {
		o := newOffice(b)
		o.manyOf("p", fmt.Sprintf("threshold: %d", size.lines*4/5), size.lines,
			largeExport(size.members))
		c := o.look("p")
		for i := range size.looked {
			l := *c.Line(i * c.Len() / size.looked)
			if _, err := o.Store.AddFinding(b.Context(), store.Finding{LineID: l.ID, By: "ann",
				Kind: "accept", MemberID: l.Candidates[0].Member.ID}); err != nil {
				b.Fatal(err)
			}
		}
		o.look("p")
		of := fmt.Sprintf("%d lines, %d findings", size.lines, size.looked)
		b.Run("one more finding on "+of, func(b *testing.B) {
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				n++
				if _, err := o.Store.AddFinding(b.Context(),
					store.Finding{LineID: c.Line(n * 7 % c.Len()).ID, By: "ann",
						Kind: "illegible"}); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				o.look("p")
			}
		})
		b.Run("first look at "+of, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				o.held.cases = nil
				o.look("p")
			}
		})
	}
}

// largeExport is an export of so many members.
func largeExport(members int) []byte {
	given := []string{"Mary", "James", "Linda", "Robert", "Susan", "Thomas", "Carol", "Daniel",
		"Ruth", "Peter", "Alice", "Henry", "Joan"}
	var b bytes.Buffer
	b.WriteString("Member ID,First Name,Last Name,Institution,City,State,ZIP,Status,Paid Thru\n")
	for i := range members {
		fmt.Fprintf(&b, "%07d,%s,%s,Public Library %d,Town%s,OH,4%04d,Active,2027-06-30\n",
			1000000+i, given[i%len(given)], letters(i*7919+1_000_000), i%900, letters(i%400), i%400)
	}
	return b.Bytes()
}

// letters writes a number as a word.
func letters(n int) string {
	word := []byte{byte('A' + n%26)}
	for n /= 26; n > 0; n /= 26 {
		word = append(word, byte('a'+n%26))
	}
	return string(word)
}

// many hands in so many lines that members of the sample's export signed, with
// matches as they mostly are: one member for nearly certain and three others.
func (o *office) many(id, rules string, lines int) {
	o.t.Helper()
	o.manyOf(id, rules, lines, sampleExport(o.t))
}

func (o *office) manyOf(id, rules string, lines int, export []byte) {
	o.t.Helper()
	s := o.snapshot(export)
	m, err := o.rolls.Matcher(o.t.Context(), s.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	all := &m.Roll().Members
	var sheets []extract.Sheet
	for i := range lines {
		if i%20 == 0 {
			sheets = append(sheets, extract.Sheet{Kind: extract.Signers})
		}
		m := all.At(int32(i % all.Len()))
		sheet := &sheets[len(sheets)-1]
		sheet.Rows = append(sheet.Rows, extract.Row{Number: i%20 + 1, Signed: extract.SignedYes,
			Fields: map[extract.Field]extract.Reading{
				extract.Name:        {Text: m.Given + " " + m.Family, Confidence: 0.9},
				extract.MemberID:    {Text: m.ID, Confidence: 0.9},
				extract.CityState:   {Text: m.City + ", " + m.State, Confidence: 0.9},
				extract.Institution: {Text: m.Company, Confidence: 0.9}}})
	}
	o.petition(id, rules, "", sheets)
	p, err := o.Store.Petition(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	p.SnapshotID = s.ID
	if err := o.Store.SetPetition(o.t.Context(), p); err != nil {
		o.t.Fatal(err)
	}
	u, err := o.Store.Uploads(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	for n, sheet := range sheets {
		matches := map[string][]byte{}
		for _, r := range sheet.Rows {
			i := n*20 + r.Number - 1
			found := verify.Match{Nobody: 0.0002, Prior: 1e-5, OnRoll: 0.85}
			for k, p := range []float64{0.9995, 0.0001, 0.0001, 0.0001} {
				c := verify.Candidate{Member: all.At(int32((i + k) % all.Len())), Probability: p}
				if i%3 == 0 {
					c.Probability = []float64{0.6, 0.2, 0.1, 0.05}[k]
				}
				c.Evidence = []verify.Evidence{{Field: extract.Name, Agreement: verify.Agrees,
					Exact: k == 0, Words: "name: equal", Odds: 1000, Own: 1},
					{Field: extract.MemberID, Agreement: verify.Agrees, Exact: k == 0,
						Words: "number: equal", Odds: 1000}, {Field: extract.CityState,
						Agreement: verify.Agrees, Words: "place: city equal", Odds: 20}}
				found.Candidates = append(found.Candidates, c)
			}
			if matches[store.LineID(store.PageID(u[0].ID, n+1), r.Number)], err = kept.EncodeMatch(
				found); err != nil {
				o.t.Fatal(err)
			}
		}
		if err := o.Store.MatchLines(o.t.Context(), store.PageID(u[0].ID, n+1), s.ID,
			matches); err != nil {
			o.t.Fatal(err)
		}
	}
}
