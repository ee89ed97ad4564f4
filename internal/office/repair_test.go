package office

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/internal/store"
)

// got is an answer that must come without an error.
func got[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// repairs is a petition of one page with four lines, and another petition.
type repairs struct {
	*office
	page store.Page
	ann  store.Account
}

func newRepairs(t *testing.T) *repairs {
	o := newOffice(t)
	s := o.snapshot([]byte("ID,First Name,Last Name,Status\n0482913,Elizabeth,Persechino,Active\n" +
		"0482914,Otis,Vandermeer,Active\n0482915,Priya,Raman,Active\n" +
		"0482916,Cora,Whitfield,Active\n"))
	sheet := extract.Sheet{Kind: extract.Signers, Columns: []extract.Column{{Heading: "Name",
		Fields: []extract.Field{extract.Name}}, {Heading: "No.", Fields: []extract.Field{
		extract.MemberID}}},
		Cover: extract.Cover{Group: "Seed Libraries", Purpose: "Lending seeds",
			Organizers: []extract.Organizer{{Name: "Ana Ruiz", Address: "615 VA 22021"}}}}
	for i, who := range []string{"Elizabeth Persechino 0482913", "Otis Vandermeer 0482914",
		"Priya Raman 0482915", "Cora Whitfield 0482916"} {
		words := strings.Fields(who)
		top := .2 + .1*float64(i)
		sheet.Rows = append(sheet.Rows, extract.Row{Number: i + 1, Box: extract.Box{.1, top, .9,
			top + .1}, Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{
			extract.Name:     {Text: words[0] + " " + words[1], Confidence: 1},
			extract.MemberID: {Text: words[2], Confidence: 1}}})
	}
	o.petition("p", "threshold: 2\n", s.ID, []extract.Sheet{sheet})
	o.petition("q", "", s.ID, []extract.Sheet{{Kind: extract.Blank}})
	pages, err := o.Store.Pages(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	if n := o.look("p").Count.Valid; n != 4 {
		t.Fatalf("%d valid lines, want 4", n)
	}
	return &repairs{o, pages[0], store.Account{ID: "ann"}}
}

// undone takes back what was put right last, of the page or of the petition as a whole, and
// sees that all is as it was.
func (r *repairs) undone(pageID string) {
	r.t.Helper()
	all, err := r.Repairs(r.t.Context(), "p", pageID)
	if err != nil || len(all) == 0 {
		r.t.Fatalf("nothing was put right: %v", err)
	}
	if _, err := r.UndoRepair(r.t.Context(), all[0].ID, r.ann); err != nil {
		r.t.Fatal(err)
	}
	var no *Refusal
	if _, err := r.UndoRepair(r.t.Context(), all[0].ID, r.ann); !errors.As(err, &no) {
		r.t.Errorf("undone twice: %v", err)
	}
	if c := r.look("p"); c.Count.Valid != 4 || c.Count.Rows != 4 || c.Purpose != "Lending seeds" {
		r.t.Errorf("undone, it counts %d of %d, purpose %q", c.Count.Valid, c.Count.Rows, c.Purpose)
	}
}

// numbers are those of the lines that count.
func (r *repairs) numbers() (out []int) {
	r.t.Helper()
	for _, l := range linesOf(r.look("p")) {
		out = append(out, l.Number)
	}
	return out
}

// Lines that are none, two or one are put right, each with who and why in the workbook, and back.
func TestRepairLines(t *testing.T) {
	t.Parallel()
	r := newRepairs(t)
	ctx := t.Context()
	lines := linesOf(r.look("p"))
	var no *Refusal
	if err := r.DropLine(ctx, lines[3].ID, " ", r.ann); !errors.As(err, &no) {
		t.Errorf("taken out without a reason: %v", err)
	}
	if err := r.DropLine(ctx, lines[3].ID, "a printed example", r.ann); err != nil {
		t.Fatal(err)
	}
	by := got(r.Repairs(ctx, "p", r.page.ID))(t)[0]
	if out := got(r.Store.Line(ctx, lines[3].ID))(t); out.Dropped != by.ID {
		t.Errorf("the line was taken out by repair %q, want %q", out.Dropped, by.ID)
	}
	if c := r.look("p"); c.Count.Valid != 3 || c.Count.Rows != 3 {
		t.Errorf("a line was taken out, and %d of %d count", c.Count.Valid, c.Count.Rows)
	}
	if n, err := r.Store.Counts(ctx, "p"); err != nil || n.Lines != 3 || n.Matched != 3 {
		t.Errorf("the store counts %+v, %v", n, err)
	}
	r.undone(r.page.ID)

	one, err := r.MergeLines(ctx, lines[1].PageID, []string{lines[1].ID, lines[0].ID}, "", r.ann)
	if err != nil {
		t.Fatal(err)
	}
	c := r.look("p")
	merged := *c.Line(c.Find(one.ID))
	if diff := cmp.Diff([]int{3, 4, 5}, r.numbers()); diff != "" ||
		merged.Fields[0].Text != "Elizabeth Persechino Otis Vandermeer" || merged.Box[1] != .2 ||
		merged.Box[3] < .39 {
		t.Errorf("merged: %s %+v", diff, merged)
	}
	if err := r.DropLine(ctx, lines[0].ID, "again", r.ann); !errors.As(err, &no) ||
		no.Kind != Conflict {
		t.Errorf("what was merged is taken out: %v", err)
	}
	r.undone(r.page.ID)

	halves, err := r.SplitLine(ctx, lines[2].ID, "two people on one line", r.ann)
	if err != nil || len(halves) != 2 || halves[0].Box[1] != .4 ||
		halves[0].Box[3] != halves[1].Box[1] {
		t.Fatalf("%v: %+v", err, halves)
	}
	if diff := cmp.Diff([]int{1, 2, 4, 6, 7}, r.numbers()); diff != "" {
		t.Error(diff)
	}
	r.undone(r.page.ID)

	added, err := r.AddLineAt(ctx, r.page.ID, [4]float64{.1, .8, .9, .9}, "", r.ann)
	if err != nil || added.Number != 8 {
		t.Fatalf("%v: %+v", err, added)
	}
	if _, err := r.AddLineAt(ctx, r.page.ID, [4]float64{.1, .8, .1, .9}, "", r.ann); !errors.As(err,
		&no) {
		t.Errorf("a line without a size: %v", err)
	}
	r.undone(r.page.ID)

	log, err := r.workbook("p", COOReport).GetRows("Review log")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, row := range log[1:] {
		said = append(said, strings.Join([]string{row[1], row[6], row[8], row[9]}, "|"))
	}
	want := []string{"Ann Lee|took a line out|a printed example|× taken back",
		"Ann Lee|merged lines||× taken back",
		"Ann Lee|split a line|two people on one line|× taken back",
		"Ann Lee|added a line||× taken back"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	entries, err := r.Store.AuditOf(ctx, "p", 20)
	if err != nil || !slices.ContainsFunc(entries, func(e store.AuditEntry) bool {
		return e.Action == "line.split"
	}) || entries[0].Action != "repair.undone" {
		t.Errorf("%v: %+v", err, entries)
	}
}

// A line that is decided is corrected, and the verdict of the program follows.
func TestRepairText(t *testing.T) {
	t.Parallel()
	r := newRepairs(t)
	line := *r.look("p").Line(0)
	fields := map[string]string{"name": "Somebody Unknown", "member_id": "9999999"}
	if err := r.CorrectLine(t.Context(), line.ID, fields, r.ann); err != nil {
		t.Fatal(err)
	}
	if l := *r.look("p").Line(0); l.Verdict == "valid" || l.Fields[0].Text != "Somebody Unknown" {
		t.Errorf("corrected, it is %s: %+v", l.Verdict, l.Fields)
	}
	var no *Refusal
	if err := r.CorrectLine(t.Context(), line.ID, map[string]string{"shoe": "44"},
		r.ann); !errors.As(err, &no) {
		t.Errorf("a field that there is not: %v", err)
	}
	// Taken back by whoever made it or by the chair, once, the newest first or any.
	if err := r.CorrectLine(t.Context(), line.ID, map[string]string{"name": "Elizabeth Persechino"},
		r.ann); err != nil {
		t.Fatal(err)
	}
	newest := r.look("p").Line(0).Correction().FindingID
	if err := r.UndoCorrection(t.Context(), line.ID, newest, store.Account{ID: "bob",
		Roles: []store.Role{store.Staff}}); !errors.As(err, &no) || no.Kind != Conflict {
		t.Errorf("somebody else takes it back: %v", err)
	}
	if err := r.UndoCorrection(t.Context(), line.ID, newest, r.ann); err != nil {
		t.Fatal(err)
	}
	if err := r.UndoCorrection(t.Context(), line.ID, newest, r.ann); !errors.As(err, &no) ||
		no.Kind != Conflict {
		t.Errorf("undone twice: %v", err)
	}
	if l := *r.look("p").Line(0); l.Fields[0].Text != "Somebody Unknown" {
		t.Errorf("the newest is undone, and it says %q", l.Fields[0].Text)
	}
	if err := r.UndoCorrection(t.Context(), line.ID, r.look("p").Line(0).Correction().FindingID,
		store.Account{ID: "bob", Roles: []store.Role{store.Chair}}); err != nil {
		t.Fatal(err)
	}
	if l := *r.look("p").Line(0); l.Verdict != "valid" ||
		l.Fields[0].Text != "Elizabeth Persechino" || l.Correction() != nil {
		t.Errorf("all is undone, and it is %s: %+v", l.Verdict, l.Fields)
	}
	r.find(store.Finding{LineID: line.ID, By: "ann", Kind: "illegible"})
	decided := r.look("p").Line(0).Rulings
	if err := r.UndoCorrection(t.Context(), line.ID, decided[len(decided)-1].FindingID,
		r.ann); !errors.As(err, &no) || no.Kind != Invalid {
		t.Errorf("a decision is taken back as if it were a correction: %v", err)
	}
	words := CoverWords{Purpose: "Lending and swapping seeds", Organizers: []Organizer{
		{Name: "Ana Ruiz", Address: "615 Elm St\nReston, VA 22021", Signed: "yes"}}}
	if err := r.CorrectCover(t.Context(), "p", words, r.ann); err != nil {
		t.Fatal(err)
	}
	if c := r.look("p"); c.Purpose != words.Purpose || len(c.Organizers) != 1 ||
		c.Organizers[0].Address != words.Organizers[0].Address || c.Group != "Seed Libraries" {
		t.Errorf("the cover says %q, %+v", c.Purpose, c.Organizers)
	}
	if err := r.CorrectCover(t.Context(), "p",
		CoverWords{Organizers: []Organizer{{Address: "nobody's"}}}, r.ann); !errors.As(err, &no) {
		t.Errorf("an organizer without a name: %v", err)
	}
	undo, err := r.Repairs(t.Context(), "p", "")
	if err == nil {
		_, err = r.UndoRepair(t.Context(), undo[0].ID, r.ann)
	}
	if c := r.look("p"); err != nil || c.Purpose != "Lending seeds" {
		t.Errorf("undone, the purpose is %q, %v", c.Purpose, err)
	}
}

// A page is excluded, moved, and read again as a person says; what people found of its lines
// stays with them.
func TestRepairPage(t *testing.T) {
	t.Parallel()
	r := newRepairs(t)
	ctx := t.Context()
	if err := r.ExcludePage(ctx, r.page.ID, "a copy of page 1", r.ann); err != nil {
		t.Fatal(err)
	}
	if c, n := r.look("p"), got(r.Store.Counts(ctx, "p"))(t); c.Count.Rows != 0 ||
		c.Purpose != "" || n.Pages != 0 || n.Lines != 0 {
		t.Errorf("excluded, %d lines count, %+v", c.Count.Rows, n)
	}
	r.undone(r.page.ID)

	if n, err := r.MovePages(ctx, r.page.ID, "q", true, "", r.ann); err != nil || n != 1 {
		t.Fatalf("%d moved, %v", n, err)
	}
	there := got(r.Store.Pages(ctx, "q"))(t)
	at := slices.IndexFunc(there, func(p store.Page) bool { return p.CountsUnder == "q" })
	if c := r.look("p"); c.Count.Rows != 0 || len(there) != 2 || at < 0 {
		t.Fatalf("moved, %d lines count here, there are %+v", c.Count.Rows, there)
	}
	r.readAgain() // once the move is taken back
	if there = got(r.Store.Pages(ctx, "q"))(t); !there[at].Excluded {
		t.Error("taken back, the page still counts there")
	}

	line := *r.look("p").Line(1)
	r.find(store.Finding{LineID: line.ID, By: "bob", Kind: "illegible"})
	if n, err := r.TellColumns(ctx, r.page.ID, []PageColumn{{Field: "member_id"}, {Field: "name"}},
		true, r.ann); err != nil || n != 1 {
		t.Fatalf("%d pages, %v", n, err)
	}
	p := got(r.Store.Page(ctx, r.page.ID))(t)
	told, err := DecodeTold(p.Told)
	if err != nil || !p.ReadAt.IsZero() || told.Columns[0][0] != extract.MemberID {
		t.Errorf("%v: %+v, %+v", err, told, p)
	}
	p.Sheet = "" // else it is what was read
	sheet := extract.Sheet{Kind: extract.Signers, Rows: []extract.Row{{Number: 2,
		Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{extract.Name: {
			Text: "Otis Vandermeer", Confidence: 1}}}}}
	r.readPage(p, sheet)
	c := r.look("p")
	if diff := cmp.Diff([]int{2}, r.numbers()); diff != "" || c.Line(0).ID != line.ID ||
		c.Line(0).Reason != "illegible" {
		t.Errorf("read again: %s, %+v", diff, linesOf(c))
	}
	var no *Refusal
	for _, wrong := range [][]PageColumn{{{Field: "name"}, {Field: "name"}}, {{Field: "city"}, {}},
		{{Field: "name"}, {Field: "shoe"}}, {{Field: "name"}}} {
		if _, err := r.TellColumns(ctx, r.page.ID, wrong, false, r.ann); !errors.As(err, &no) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if n, err := r.TurnPage(ctx, r.page.ID, 180, false, r.ann); err != nil || n != 1 {
		t.Errorf("%d turned, %v", n, err)
	}
	if _, err := r.TurnPage(ctx, r.page.ID, 45, false, r.ann); !errors.As(err, &no) {
		t.Errorf("turned by 45 degrees: %v", err)
	}
}

// readAgain takes the last repair of the page back, which has it read again, with the same
// result.
func (r *repairs) readAgain() {
	r.t.Helper()
	ctx := r.t.Context()
	all, err := r.Repairs(ctx, "p", r.page.ID)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.UndoRepair(ctx, all[0].ID, r.ann); err != nil {
		r.t.Fatal(err)
	}
	p := got(r.Store.Page(ctx, r.page.ID))(r.t)
	if !p.ReadAt.IsZero() || p.FiledUnder != "" {
		r.t.Errorf("taken back, it is not read again: %+v", p)
	}
	if c := r.look("p"); c.Count.Rows != 4 {
		r.t.Errorf("taken back, %d lines count", c.Count.Rows)
	}
}

// What is certified and counted is not put right behind the chair's back.
func TestRepairRefusedOnceCounted(t *testing.T) {
	t.Parallel()
	r := newRepairs(t)
	p := got(r.Store.Petition(t.Context(), "p"))(t)
	p.State = "tallied"
	if err := r.Store.SetPetition(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	line := *r.look("p").Line(0)
	var no *Refusal
	for what, err := range map[string]error{
		"delete":  r.DropLine(t.Context(), line.ID, "none", r.ann),
		"correct": r.CorrectLine(t.Context(), line.ID, map[string]string{"name": "X"}, r.ann),
		"exclude": r.ExcludePage(t.Context(), r.page.ID, "none", r.ann),
		"cover":   r.CorrectCover(t.Context(), "p", CoverWords{}, r.ann),
	} {
		if !errors.As(err, &no) || no.Kind != Conflict {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Sheets headed with another group's name are told from the petition's own.
func TestSameGroup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		title, group string
		same         bool
	}{
		{"Graphic Memoirs", "Rural Broadband", false}, {"Graphic Memoirs", "Seed Libraries", false},
		{"Libraries for Rural Broadband", "Rural Broadband Member Initiative Group", true},
		{"Seed Library MIG", "Seed Libraries", true},
		{"Graphic Memoir", "graphic memoirs", true}, {"Petition", "Seed Libraries", true},
		{"Seeds", "", true},
	} {
		if got := SameGroup(tt.title, tt.group); got != tt.same {
			t.Errorf("%q and %q: %v", tt.title, tt.group, got)
		}
	}
}
