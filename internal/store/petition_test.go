package store

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// story is a petition with a snapshot, one upload of two pages and an account.
type story struct {
	petition Petition
	snapshot Snapshot
	upload   Upload
	pages    []Page
	account  Account
}

// begin adds a petition whose pages are known and not read, and empties the
// outbox.
func begin(t testing.TB, s *Store) story {
	t.Helper()
	ctx := t.Context()
	var v story
	v.account = got(s.AddAccount(ctx, Account{Email: NewID() + "@example.org"}))(t)
	v.snapshot = got(s.AddSnapshot(ctx, Snapshot{Name: "members.csv", SHA256: sum("members")}))(t)
	v.petition = got(s.AddPetition(ctx, Petition{Title: "Chemistry", State: "received",
		SnapshotID: v.snapshot.ID, By: v.account.ID}))(t)
	v.upload = got(s.AddUpload(ctx, Upload{PetitionID: v.petition.ID, SHA256: sum("sheet"),
		Name: "sheet.pdf", Size: 7}))(t)
	must(t, s.OpenedUpload(ctx, v.upload.ID, []Page{{Number: 1}, {Number: 2}}, ""))
	v.upload = got(s.Upload(ctx, v.upload.ID))(t)
	v.pages = got(s.Pages(ctx, v.petition.ID))(t)
	drain(t, s)
	return v
}

// lines are n lines as reading a page gives them.
func lines(n int) []Line {
	list := make([]Line, n)
	for i := range list {
		list[i] = Line{Number: i + 1, Box: [4]float64{0.1, float64(i) / 3, 0.9, 0.3},
			Picture: sum("line", i), Row: fmt.Appendf(nil, `{"row":%d}`, i+1)}
	}
	return list
}

func sum(parts ...any) string {
	return strings.Repeat("0", 40) + UploadID("", fmt.Sprint(parts...))
}

// drain takes all messages out of the outbox and says what they asked for.
func drain(t testing.TB, s *Store) []string {
	t.Helper()
	var asked, ids []string
	for _, m := range got(s.Unsent(t.Context(), 1000))(t) {
		asked, ids = append(asked, m.Stage+" "+m.Subject), append(ids, m.ID)
	}
	must(t, s.Sent(t.Context(), ids))
	return asked
}

func testSnapshots(t *testing.T, s *Store) {
	ctx := t.Context()
	if _, err := s.CurrentSnapshot(ctx); !errors.Is(err, ErrNotFound) {
		t.Errorf("without any: %v", err)
	}
	old := got(s.AddSnapshot(ctx, Snapshot{ID: "s1", Name: "2025.csv", SHA256: "aa",
		AsOf: time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC), Map: map[string]string{
			"Member #": "number"},
		Rows: 10, Members: 9, Columns: []string{"Member #"}, Remarks: []string{"line 3"}, By: "ann",
		At: now().Add(-time.Hour)}))(t)
	current := got(s.AddSnapshot(ctx, Snapshot{ID: "s2"}))(t)
	same(t, got(s.Snapshot(ctx, "s1"))(t), old)
	same(t, got(s.Snapshots(ctx))(t), []Snapshot{current, old})
	same(t, got(s.CurrentSnapshot(ctx))(t), current)
	same(t, got(s.AddSnapshot(ctx, Snapshot{ID: "s1", Name: "other.csv"}))(t), old)

	// A petition goes back, but not to one that was withdrawn.
	got(s.AddSnapshot(ctx, Snapshot{ID: "s3"}))(t)
	p := got(s.AddPetition(ctx, Petition{ID: "p", SnapshotID: "s1"}))(t)
	if _, err := s.SnapshotBefore(ctx, "p"); !errors.Is(err, ErrNotFound) {
		t.Errorf("before the first: %v", err)
	}
	for _, id := range []string{"s2", "s3"} {
		p.SnapshotID = id
		must(t, s.SetPetition(ctx, p))
	}
	same(t, got(s.SnapshotBefore(ctx, "p"))(t).ID, "s2")
	must(t, s.WithdrawSnapshot(ctx, "s2", now(), "ann"))
	must(t, s.WithdrawSnapshot(ctx, "s3", now(), "ann"))
	same(t, got(s.SnapshotBefore(ctx, "p"))(t).ID, "s1")
	same(t, got(s.CurrentSnapshot(ctx))(t), old)
	must(t, s.WithdrawSnapshot(ctx, "s2", time.Time{}, ""))
	same(t, got(s.CurrentSnapshot(ctx))(t), current)
}

func testPetitions(t *testing.T, s *Store) {
	ctx := t.Context()
	same(t, len(got(s.Petitions(ctx))(t)), 0)
	v := begin(t, s)
	same(t, got(s.Petition(ctx, v.petition.ID))(t), v.petition)
	empty := got(s.AddPetition(ctx, Petition{Title: "Physics", Rules: "required: 50\n",
		ReceivedOn: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), CreatedAt: now().Add(time.Hour)}))(
		t)
	if _, err := s.AddPetition(ctx, Petition{SnapshotID: "never"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a snapshot that is not there: %v", err)
	}

	must(t, s.ReadPage(ctx, v.pages[0], lines(3)))
	must(t, s.MatchLines(ctx, v.pages[0].ID, v.snapshot.ID, map[string][]byte{LineID(v.pages[0].ID,
		1): []byte("{}")}))
	got(s.AddFinding(ctx, Finding{LineID: LineID(v.pages[0].ID, 2), Kind: "nobody"}))(t)
	must(t, s.Fail(ctx, Failure{PageID: v.pages[1].ID, Stage: Extract, Text: "This page is torn."}))
	other := got(s.AddUpload(ctx, Upload{PetitionID: v.petition.ID, SHA256: sum("other")}))(t)
	counts := Counts{Uploads: 2, Opened: 1, Pages: 2, Read: 1, Lines: 3, Matched: 1, Failures: 1,
		Findings: 1}
	same(t, got(s.Petitions(ctx))(t), []Overview{{empty, Counts{}}, {v.petition, counts}})
	same(t, got(s.Counts(ctx, v.petition.ID))(t), counts)
	same(t, got(s.Counts(ctx, empty.ID))(t), Counts{})

	must(t, s.OpenedUpload(ctx, other.ID, nil, "This is not a PDF."))
	must(t, s.ExcludeUpload(ctx, v.upload.ID, true))
	same(t, got(s.Counts(ctx, v.petition.ID))(t), Counts{Uploads: 1, Opened: 1, Findings: 1,
		Unreadable: 1})
	must(t, s.ExcludeUpload(ctx, v.upload.ID, false))
	counts.Opened, counts.Unreadable = 2, 1
	same(t, got(s.Counts(ctx, v.petition.ID))(t), counts)

	// Another snapshot makes the matches old, and asks for them anew.
	drain(t, s)
	newer := got(s.AddSnapshot(ctx, Snapshot{}))(t)
	v.petition.SnapshotID, v.petition.State = newer.ID, "review"
	must(t, s.SetPetition(ctx, v.petition))
	same(t, got(s.Petition(ctx, v.petition.ID))(t), v.petition)
	same(t, drain(t, s), []string{"verify " + v.pages[0].ID})
	counts.Matched = 0
	same(t, got(s.Counts(ctx, v.petition.ID))(t), counts)
	if err := s.SetPetition(ctx, Petition{ID: "never"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a petition that is not there: %v", err)
	}
}

func testSameFile(t *testing.T, s *Store) {
	ctx := t.Context()
	p := got(s.AddPetition(ctx, Petition{Title: "Chemistry"}))(t)
	q := got(s.AddPetition(ctx, Petition{Title: "Physics"}))(t)
	var added, there atomic.Int32
	race(10, func(i int) {
		u, err := s.AddUpload(ctx, Upload{PetitionID: p.ID, SHA256: sum("sheet"),
			Name: fmt.Sprint("sheet", i, ".pdf"), Size: 7})
		switch {
		case u.ID != UploadID(p.ID, sum("sheet")) || u.Size != 7:
			t.Errorf("%+v", u)
		case err == nil:
			added.Add(1)
		case errors.Is(err, ErrConflict):
			there.Add(1)
		default:
			t.Error(err)
		}
	})
	if added.Load() != 1 || there.Load() != 9 {
		t.Errorf("added %d times, there %d times", added.Load(), there.Load())
	}
	list := got(s.Uploads(ctx, p.ID))(t)
	if len(list) != 1 {
		t.Fatalf("%d uploads", len(list))
	}
	again, err := s.AddUpload(ctx, Upload{PetitionID: p.ID, SHA256: sum("sheet"),
		Name: "again.pdf"})
	if !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
	same(t, again, list[0])
	same(t, drain(t, s), []string{"ingest " + list[0].ID})
	if other := got(s.AddUpload(ctx, Upload{PetitionID: q.ID, SHA256: sum("sheet")}))(
		t); other.ID == list[0].ID {
		t.Error("the same file has one id in two petitions")
	}
	if _, err := s.AddUpload(ctx, Upload{PetitionID: "never", SHA256: sum("sheet")}); !errors.Is(
		err, ErrNotFound) {
		t.Errorf("a petition that is not there: %v", err)
	}
}

func testOpenedUpload(t *testing.T, s *Store) {
	ctx := t.Context()
	p := got(s.AddPetition(ctx, Petition{}))(t)
	u := got(s.AddUpload(ctx, Upload{PetitionID: p.ID, SHA256: sum("sheet")}))(t)
	drain(t, s)
	must(t, s.Fail(ctx, Failure{UploadID: u.ID, Stage: Ingest, Text: "The disk is full."}))
	pages := []Page{{Number: 1, Kind: "scan", Width: 10, Height: 20, Rotation: 90, Source: "image"},
		{Number: 2, Error: "This page is empty."}, {Number: 3}}
	must(t, s.OpenedUpload(ctx, u.ID, pages, ""))
	asked := []string{"extract " + u.ID + "-1", "extract " + u.ID + "-3"}
	same(t, drain(t, s), asked)
	same(t, len(got(s.Failures(ctx, p.ID))(t)), 0)
	known := got(s.PagesOf(ctx, u.ID))(t)
	want := pages[0]
	want.ID, want.PetitionID, want.UploadID = u.ID+"-1", p.ID, u.ID
	same(t, known[0], want)
	same(t, got(s.Upload(ctx, u.ID))(t).Pages, 3)

	// Opened again, as after a crash: what is read is not asked for.
	must(t, s.ReadPage(ctx, known[0], nil))
	version := got(s.Version(ctx, p.ID))(t)
	must(t, s.OpenedUpload(ctx, u.ID, pages, ""))
	same(t, drain(t, s), asked[1:])
	same(t, len(got(s.PagesOf(ctx, u.ID))(t)), 3)
	same(t, got(s.Version(ctx, p.ID))(t), version)

	// A late attempt that fails takes nothing back.
	must(t, s.OpenedUpload(ctx, u.ID, nil, "The disk is full."))
	same(t, got(s.Upload(ctx, u.ID))(t).Pages, 3)
	same(t, got(s.Upload(ctx, u.ID))(t).Error, "")
	same(t, got(s.Version(ctx, p.ID))(t), version)
	if err := s.OpenedUpload(ctx, "never", nil, ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("an upload that is not there: %v", err)
	}
}

func testReadPage(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	p := v.pages[0]
	p.Kind, p.Source, p.Rotation, p.Width, p.Height, p.Notes = "scan", "ruled", 180, 1700, 2200,
		[]string{"It leans."}
	p.Sheet, p.Picture = sum("page"), sum("picture")
	must(t, s.ReadPage(ctx, p, lines(3)))
	same(t, drain(t, s), []string{"verify " + p.ID})
	first, read := got(s.LinesOf(ctx, p.ID))(t), got(s.Page(ctx, p.ID))(t)
	if len(first) != 3 || read.ReadAt.IsZero() {
		t.Fatalf("%d lines, read at %v", len(first), read.ReadAt)
	}
	p.ReadAt = read.ReadAt
	same(t, read, p)
	same(t, first[1], Line{ID: p.ID + "-2", PetitionID: v.petition.ID, UploadID: v.upload.ID,
		PageID: p.ID, Page: 1, Number: 2,
		Box: [4]float64{0.1, 1.0 / 3, 0.9, 0.3}, Picture: sum("line", 1), Row: []byte(`{"row":2}`)})
	must(t, s.MatchLines(ctx, p.ID, v.snapshot.ID, map[string][]byte{first[0].ID: []byte("1"),
		first[1].ID: []byte("2"), first[2].ID: []byte("3")}))
	matched, version := got(s.LinesOf(ctx, p.ID))(t), got(s.Version(ctx, v.petition.ID))(t)

	// The same again, by several at once: nothing changes, matches stay.
	race(5, func(int) {
		again := p
		again.ReadAt = time.Time{}
		if err := s.ReadPage(ctx, again, lines(3)); err != nil {
			t.Error(err)
		}
	})
	same(t, got(s.LinesOf(ctx, p.ID))(t), matched)
	same(t, got(s.Page(ctx, p.ID))(t), read)
	same(t, got(s.Version(ctx, v.petition.ID))(t), version)
	same(t, len(drain(t, s)), 0)

	// A page that shows something else with the same lines keeps the matches.
	p.Notes = nil
	must(t, s.ReadPage(ctx, p, lines(3)))
	same(t, got(s.LinesOf(ctx, p.ID))(t), matched)
	same(t, len(got(s.Page(ctx, p.ID))(t).Notes), 0)

	// Other lines take their place.
	must(t, s.ReadPage(ctx, p, lines(2)))
	other := got(s.LinesOf(ctx, p.ID))(t)
	same(t, other, first[:2])
	same(t, drain(t, s), []string{"verify " + p.ID})
	if err := s.ReadPage(ctx, Page{ID: "never"}, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("a page that is not there: %v", err)
	}
}

func testReadPageFound(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	p := v.pages[0]
	p.Sheet = sum("page")
	must(t, s.ReadPage(ctx, p, lines(3)))
	must(t, s.MatchLines(ctx, p.ID, v.snapshot.ID, map[string][]byte{LineID(p.ID, 1): []byte("1"),
		LineID(p.ID, 2): []byte("2"), LineID(p.ID, 3): []byte("3")}))
	found := got(s.AddFinding(ctx, Finding{LineID: LineID(p.ID, 2), By: v.account.ID,
		Kind: "accept", MemberID: "7"}))(t)
	before, page, version := got(s.LinesOf(ctx, p.ID))(t), got(s.Page(ctx, p.ID))(t),
		got(s.Version(ctx, v.petition.ID))(t)
	drain(t, s)

	p.Sheet = sum("otherwise")
	must(t, s.ReadPage(ctx, p, lines(1)))
	same(t, got(s.LinesOf(ctx, p.ID))(t), before)
	same(t, got(s.Page(ctx, p.ID))(t), page)
	same(t, got(s.FindingsOf(ctx, found.LineID))(t), []Finding{found})
	same(t, got(s.Version(ctx, v.petition.ID))(t), version)
	same(t, len(drain(t, s)), 0)
}

// A transaction that fails in its midst leaves nothing: no page, no line, no
// message.
func testHalfWritten(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	p := v.pages[0]
	p.Sheet = sum("page")
	twice := lines(3)
	twice[2].Number = 1
	version := got(s.Version(ctx, v.petition.ID))(t)
	if err := s.ReadPage(ctx, p, twice); !errors.Is(err, ErrConflict) {
		t.Errorf("two lines of one number: %v", err)
	}
	trouble := errors.New("the power is gone")
	err := s.change(ctx, func(tx conn) error {
		if err := announce(ctx, tx, Extract, p.ID); err != nil {
			return err
		}
		return trouble
	})
	if !errors.Is(err, trouble) {
		t.Error(err)
	}
	same(t, got(s.Page(ctx, p.ID))(t), v.pages[0])
	same(t, len(got(s.LinesOf(ctx, p.ID))(t)), 0)
	same(t, got(s.Version(ctx, v.petition.ID))(t), version)
	same(t, len(drain(t, s)), 0)
}

func testMatches(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	p := v.pages[0].ID
	must(t, s.ReadPage(ctx, v.pages[0], lines(2)))
	must(t, s.Fail(ctx, Failure{PageID: p, Stage: Verify, Text: "The roll could not be read."}))
	matches := map[string][]byte{LineID(p, 1): {0, 1, 0xff}, LineID(p, 2): []byte("{}"),
		LineID(p, 9): []byte("{}")}
	must(t, s.MatchLines(ctx, p, v.snapshot.ID, matches))
	same(t, len(got(s.Failures(ctx, v.petition.ID))(t)), 0)
	line := got(s.Line(ctx, LineID(p, 1)))(t)
	same(t, line.Match, []byte{0, 1, 0xff})
	same(t, line.SnapshotID, v.snapshot.ID)
	same(t, len(got(s.LinesOf(ctx, p))(t)), 2)

	other := got(s.AddSnapshot(ctx, Snapshot{}))(t)
	for what, id := range map[string]string{"a snapshot of another petition": other.ID,
		"no snapshot": ""} {
		if err := s.MatchLines(ctx, p, id,
			map[string][]byte{LineID(p, 1): []byte("late")}); !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	same(t, got(s.Line(ctx, LineID(p, 1)))(t), line)
	if err := s.MatchLines(ctx, "never", v.snapshot.ID, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("a page that is not there: %v", err)
	}
	if _, err := s.Line(ctx, "never"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a line that is not there: %v", err)
	}
}

// Lines come by upload as it came in, then page, then number, both as numbers.
func testOrder(t *testing.T, s *Store) {
	ctx := t.Context()
	p := got(s.AddPetition(ctx, Petition{}))(t)
	other := begin(t, s)
	must(t, s.ReadPage(ctx, other.pages[0], lines(1)))
	var want []Line
	at := now()
	for i, name := range []string{"zebra", "aardvark", "excluded", "middle"} {
		u := got(s.AddUpload(ctx, Upload{PetitionID: p.ID, SHA256: sum(name),
			At: at.Add(time.Duration(i) * time.Second)}))(t)
		var pages []Page
		for n := range 11 {
			pages = append(pages, Page{Number: n + 1})
		}
		must(t, s.OpenedUpload(ctx, u.ID, pages, ""))
		for _, page := range got(s.PagesOf(ctx, u.ID))(t) {
			must(t, s.ReadPage(ctx, page, lines(11)))
			if name != "excluded" {
				want = append(want, got(s.LinesOf(ctx, page.ID))(t)...)
			}
		}
		if name == "excluded" {
			must(t, s.ExcludeUpload(ctx, u.ID, true))
		}
	}
	same(t, len(want), 3*11*11)
	same(t, want[11*9+10].ID, LineID(want[11*9].PageID, 11))
	same(t, got(s.Lines(ctx, p.ID))(t), want)
	same(t, len(got(s.Pages(ctx, p.ID))(t)), 44)
}
