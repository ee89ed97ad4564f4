package store

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

func testFindings(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	must(t, s.ReadPage(ctx, v.pages[0], lines(2)))
	one, two := LineID(v.pages[0].ID, 1), LineID(v.pages[0].ID, 2)
	at := now()
	a := got(s.AddFinding(ctx, Finding{LineID: one, By: v.account.ID, At: at, Kind: "correct",
		Fields: map[string]string{"last": "Ørsted"}, Note: "clear", Searches: 3}))(t)
	b := got(s.AddFinding(ctx, Finding{LineID: two, By: v.account.ID, At: at.Add(time.Second),
		Kind: "accept", MemberID: "31"}))(t)
	c := got(s.AddFinding(ctx, Finding{LineID: one, By: v.account.ID, At: at.Add(2 * time.Second),
		Kind: "undo", Undoes: a.ID}))(t)
	if a.ID == "" || a.PetitionID != v.petition.ID {
		t.Errorf("added as %+v", a)
	}
	same(t, got(s.Findings(ctx, v.petition.ID))(t), []Finding{a, b, c})
	same(t, got(s.FindingsOf(ctx, one))(t), []Finding{a, c})

	// What comes later is later, even from a machine whose clock is behind.
	behind := got(s.AddFinding(ctx, Finding{LineID: two, By: v.account.ID, At: at.Add(-time.Hour),
		Kind: "flag"}))(t)
	same(t, behind.At, c.At.Add(time.Millisecond))
	same(t, got(s.FindingsOf(ctx, two))(t), []Finding{b, behind})

	// The same one again, as after a lost answer.
	same(t, got(s.AddFinding(ctx, a))(t), a)
	same(t, len(got(s.Findings(ctx, v.petition.ID))(t)), 4)
	if _, err := s.AddFinding(ctx, Finding{LineID: one, Kind: "undo", Undoes: a.ID}); !errors.Is(
		err, ErrConflict) {
		t.Errorf("undone twice: %v", err)
	}
	for what, f := range map[string]Finding{"line": {LineID: "never"},
		"finding to undo": {LineID: one, Undoes: "never"}} {
		if _, err := s.AddFinding(ctx, f); !errors.Is(err, ErrNotFound) {
			t.Errorf("no such %s: %v", what, err)
		}
	}
}

func testClaims(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	must(t, s.ReadPage(ctx, v.pages[0], lines(2)))
	line := LineID(v.pages[0].ID, 1)
	accounts := make([]string, 10)
	for i := range accounts {
		accounts[i] = got(s.AddAccount(ctx, Account{Email: NewID()}))(t).ID
	}
	until := now().Add(time.Hour)
	var winners atomic.Int32
	var winner atomic.Value
	race(10, func(i int) {
		holder, ok, err := s.Claim(ctx, line, accounts[i], until)
		if err != nil {
			t.Error(err)
		}
		if ok {
			winners.Add(1)
			winner.Store(accounts[i])
		}
		if ok != (holder == accounts[i]) {
			t.Errorf("%s holds it, and %s has it: %t", holder, accounts[i], ok)
		}
	})
	if winners.Load() != 1 {
		t.Fatalf("%d have it", winners.Load())
	}
	by := winner.Load().(string)
	same(t, got(s.Claims(ctx, v.petition.ID))(t), []Claim{{v.petition.ID, line, by, until}})

	// Its holder may stay longer, nobody else gets it until it is released.
	later := until.Add(time.Hour)
	if holder, ok, err := s.Claim(ctx, line, by, later); err != nil || !ok || holder != by {
		t.Errorf("%s, %t, %v", holder, ok, err)
	}
	if holder, ok, err := s.Claim(ctx, line, v.account.ID, until); err != nil || ok ||
		holder != by {
		t.Errorf("%s, %t, %v", holder, ok, err)
	}
	must(t, s.Release(ctx, line, v.account.ID))
	same(t, got(s.Claims(ctx, v.petition.ID))(t), []Claim{{v.petition.ID, line, by, later}})
	must(t, s.Release(ctx, line, by))
	same(t, len(got(s.Claims(ctx, v.petition.ID))(t)), 0)

	// One whose time is over is anybody's, and lists nowhere.
	if _, ok, err := s.Claim(ctx, line, by, now().Add(-time.Second)); err != nil || !ok {
		t.Error(ok, err)
	}
	same(t, len(got(s.Claims(ctx, v.petition.ID))(t)), 0)
	if holder, ok, err := s.Claim(ctx, line, v.account.ID, until); err != nil || !ok {
		t.Error(holder, ok, err)
	}
	if _, _, err := s.Claim(ctx, "never", v.account.ID, until); !errors.Is(err, ErrNotFound) {
		t.Errorf("a line that is not there: %v", err)
	}
}

func testFailures(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	at := now()
	must(t, s.Fail(ctx, Failure{UploadID: v.upload.ID, Stage: Ingest, Text: "first", At: at}))
	must(t, s.Fail(ctx, Failure{UploadID: v.upload.ID, Stage: Ingest, Text: "second",
		At: at.Add(time.Second)}))
	must(t, s.Fail(ctx, Failure{PageID: v.pages[1].ID, Stage: Extract, Text: "torn",
		At: at.Add(2 * time.Second)}))
	list := got(s.Failures(ctx, v.petition.ID))(t)
	same(t, list, []Failure{
		{ID: "ingest-" + v.upload.ID, PetitionID: v.petition.ID, UploadID: v.upload.ID,
			Stage: Ingest, Text: "second", At: at.Add(time.Second)},
		{ID: "extract-" + v.pages[1].ID, PetitionID: v.petition.ID, UploadID: v.upload.ID,
			PageID: v.pages[1].ID, Stage: Extract, Text: "torn", At: at.Add(2 * time.Second)},
	})
	must(t, s.Resolve(ctx, Ingest, v.upload.ID))
	must(t, s.Resolve(ctx, Ingest, v.upload.ID))
	same(t, len(drain(t, s)), 0)
	must(t, s.Retry(ctx, list[1].Stage, list[1].Subject()))
	same(t, len(got(s.Failures(ctx, v.petition.ID))(t)), 0)
	same(t, drain(t, s), []string{"extract " + v.pages[1].ID})

	// What goes well in the end is no failure.
	must(t, s.Fail(ctx, Failure{PageID: v.pages[1].ID, Stage: Extract, Text: "torn"}))
	must(t, s.ReadPage(ctx, v.pages[1], nil))
	same(t, len(got(s.Failures(ctx, v.petition.ID))(t)), 0)
	if err := s.Fail(ctx, Failure{PageID: "never", Stage: Extract}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a page that is not there: %v", err)
	}
}

func testOutbox(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	for _, p := range v.pages {
		must(t, s.Announce(ctx, Extract, p.ID))
	}
	before := got(s.Unsent(ctx, 10))(t)
	if len(before) != 2 || before[0].CreatedAt.IsZero() || before[0].ID == before[1].ID {
		t.Fatalf("%+v", before)
	}
	same(t, len(got(s.Unsent(ctx, 1))(t)), 1)

	// Announced again while the first is being sent: that one is not forgotten.
	must(t, s.Announce(ctx, Extract, v.pages[0].ID))
	must(t, s.Sent(ctx, []string{before[0].ID, before[1].ID}))
	same(t, drain(t, s), []string{"extract " + v.pages[0].ID})
	for stage, subject := range map[string]string{Ingest: "never", Extract: "never",
		Verify: v.upload.ID} {
		if err := s.Announce(ctx, stage, subject); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s of %s: %v", stage, subject, err)
		}
	}
	same(t, len(drain(t, s)), 0)
}

func testStale(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s) // both pages wait to be read
	add := func(name string) Upload {
		t.Helper()
		return got(s.AddUpload(ctx, Upload{PetitionID: v.petition.ID, SHA256: sum(name)}))(t)
	}
	open := func(name string, pages ...Page) []Page {
		t.Helper()
		u := add(name)
		must(t, s.OpenedUpload(ctx, u.ID, pages, ""))
		return got(s.PagesOf(ctx, u.ID))(t)
	}
	waiting := add("waiting")
	must(t, s.OpenedUpload(ctx, add("no PDF").ID, nil, "This is not a PDF."))
	must(t, s.ExcludeUpload(ctx, add("excluded").ID, true))
	failed := add("failed")
	must(t, s.Fail(ctx, Failure{UploadID: failed.ID, Stage: Ingest, Text: "The disk is full."}))
	out := open("pages excluded", Page{Number: 1})
	must(t, s.ExcludeUpload(ctx, out[0].UploadID, true))
	open("pages that cannot be read", Page{Number: 1, Error: "This page is empty."})
	torn := open("pages torn", Page{Number: 1})
	must(t, s.Fail(ctx, Failure{PageID: torn[0].ID, Stage: Extract, Text: "torn"}))
	blank := open("blank", Page{Number: 1})
	must(t, s.ReadPage(ctx, blank[0], nil))
	read := open("read", Page{Number: 1}, Page{Number: 2}, Page{Number: 3})
	for _, p := range read {
		must(t, s.ReadPage(ctx, p, lines(2)))
	}
	match := func(p Page, lines ...int) {
		t.Helper()
		matches := map[string][]byte{}
		for _, n := range lines {
			matches[LineID(p.ID, n)] = []byte("{}")
		}
		must(t, s.MatchLines(ctx, p.ID, v.snapshot.ID, matches))
	}
	match(read[0], 1, 2)
	match(read[1], 1)
	must(t, s.Fail(ctx, Failure{PageID: read[2].ID, Stage: Verify,
		Text: "The roll could not be read."}))

	// Nothing is stale while it waits to be sent, or was announced just now.
	stale := func(olderThan time.Duration) []string {
		t.Helper()
		var list []string
		for _, m := range got(s.Stale(ctx, olderThan))(t) {
			list = append(list, m.Stage+" "+m.Subject)
		}
		return list
	}
	same(t, len(got(s.Unsent(ctx, 1000))(t)) > 0, true)
	must(t, s.Announce(ctx, Extract, v.pages[0].ID)) // and not sent
	sent := got(s.Unsent(ctx, 1000))(t)
	for _, m := range sent {
		if m.Subject != v.pages[0].ID {
			must(t, s.Sent(ctx, []string{m.ID}))
		}
	}
	same(t, len(stale(time.Hour)), 0)
	want := []string{"ingest " + waiting.ID, "extract " + v.pages[1].ID, "verify " + read[1].ID}
	same(t, stale(-time.Second), want)

	// What is announced is fresh again, and what is done is done.
	if _, err := write(ctx, s.writer, `UPDATE pages SET announced_at = 1`); err != nil {
		t.Fatal(err)
	}
	drain(t, s)
	same(t, stale(time.Hour), []string{"extract " + v.pages[0].ID, "extract " + v.pages[1].ID,
		"verify " + read[1].ID})
	must(t, s.Announce(ctx, Extract, v.pages[0].ID))
	drain(t, s)
	must(t, s.ReadPage(ctx, v.pages[1], nil))
	match(read[1], 2)
	same(t, len(stale(time.Hour)), 0)

	// Another snapshot leaves all lines to verify.
	v.petition.SnapshotID = got(s.AddSnapshot(ctx, Snapshot{}))(t).ID
	must(t, s.SetPetition(ctx, v.petition))
	drain(t, s)
	same(t, stale(-time.Second), []string{"ingest " + waiting.ID, "extract " + v.pages[0].ID,
		"verify " + read[0].ID, "verify " + read[1].ID})
}

// The version rises with what bears on verdicts, and with nothing else.
func testVersion(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	other := begin(t, s)
	p, q := v.pages[0], v.pages[1]
	one := LineID(p.ID, 1)
	var found Finding
	newer := got(s.AddSnapshot(ctx, Snapshot{}))(t)
	for _, step := range []struct {
		name    string
		changes bool
		do      func() error
	}{
		{"add a file", true, func() error {
			return second(s.AddUpload(ctx, Upload{PetitionID: v.petition.ID, SHA256: sum("more")}))
		}},
		{"add it again", false, func() error {
			_, err := s.AddUpload(ctx, Upload{PetitionID: v.petition.ID, SHA256: sum("more")})
			if !errors.Is(err, ErrConflict) {
				return errors.New("no conflict")
			}
			return nil
		}},
		{"open it", true, func() error {
			return s.OpenedUpload(ctx, UploadID(v.petition.ID, sum("more")), []Page{{Number: 1}},
				"")
		}},
		{"open it again", false, func() error {
			return s.OpenedUpload(ctx, UploadID(v.petition.ID, sum("more")), []Page{{Number: 1}},
				"")
		}},
		{"exclude it", true, func() error {
			return s.ExcludeUpload(ctx, UploadID(v.petition.ID, sum("more")), true)
		}},
		{"exclude it again", false, func() error {
			return s.ExcludeUpload(ctx, UploadID(v.petition.ID, sum("more")), true)
		}},
		{"read a page", true, func() error { return s.ReadPage(ctx, p, lines(2)) }},
		{"read it again", false, func() error { return s.ReadPage(ctx, p, lines(2)) }},
		{"read it otherwise", true, func() error { return s.ReadPage(ctx, p, lines(3)) }},
		{"read a page without lines", true, func() error { return s.ReadPage(ctx, q, nil) }},
		{"match a line", true, func() error {
			return s.MatchLines(ctx, p.ID, v.snapshot.ID, map[string][]byte{one: []byte("{}")})
		}},
		{"match it again", false, func() error {
			return s.MatchLines(ctx, p.ID, v.snapshot.ID, map[string][]byte{one: []byte("{}")})
		}},
		{"match it otherwise", true, func() error {
			return s.MatchLines(ctx, p.ID, v.snapshot.ID, map[string][]byte{one: []byte("[]")})
		}},
		{"find something", true, func() (err error) {
			found, err = s.AddFinding(ctx, Finding{LineID: one, Kind: "illegible"})
			return err
		}},
		{"find the same again", false, func() error { return second(s.AddFinding(ctx, found)) }},
		{"claim", false, func() error {
			_, _, err := s.Claim(ctx, one, v.account.ID, now().Add(time.Hour))
			return err
		}},
		{"release", false, func() error { return s.Release(ctx, one, v.account.ID) }},
		{"fail", false, func() error {
			return s.Fail(ctx, Failure{PageID: p.ID, Stage: Verify, Text: "slow"})
		}},
		{"retry", false, func() error { return s.Retry(ctx, Verify, p.ID) }},
		{"certify", false, func() error {
			return second(s.AddTally(ctx, Tally{PetitionID: v.petition.ID}))
		}},
		{"another petition", false, func() error {
			return s.ReadPage(ctx, other.pages[0], lines(4))
		}},
		{"title and state", false, func() error {
			v.petition.Title, v.petition.State = "Organic Chemistry", "review"
			return s.SetPetition(ctx, v.petition)
		}},
		{"rules", true, func() error {
			v.petition.Rules = "required: 50\n"
			return s.SetPetition(ctx, v.petition)
		}},
		{"the same rules", false, func() error { return s.SetPetition(ctx, v.petition) }},
		{"snapshot", true, func() error {
			v.petition.SnapshotID = newer.ID
			return s.SetPetition(ctx, v.petition)
		}},
		{"day of receipt", true, func() error {
			v.petition.ReceivedOn = time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
			return s.SetPetition(ctx, v.petition)
		}},
	} {
		before := got(s.Version(ctx, v.petition.ID))(t)
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if after := got(s.Version(ctx, v.petition.ID))(t); (after != before) != step.changes {
			t.Errorf("%s: from %s to %s", step.name, before, after)
		}
	}
	if _, err := s.Version(ctx, "never"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a petition that is not there: %v", err)
	}
}

// Pages are read, matched and looked at by several at once; in the end all of
// it is there and none waits for another for good.
func testAtOnce(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	u := got(s.AddUpload(ctx, Upload{PetitionID: v.petition.ID, SHA256: sum("many")}))(t)
	var pages []Page
	for n := range 8 {
		pages = append(pages, Page{Number: n + 1})
	}
	must(t, s.OpenedUpload(ctx, u.ID, pages, ""))
	known := got(s.PagesOf(ctx, u.ID))(t)
	race(24, func(i int) { // each page by three
		p := known[i%8]
		if err := s.ReadPage(ctx, p, lines(5)); err != nil {
			t.Error(err)
			return
		}
		matches := map[string][]byte{}
		for n := range 5 {
			matches[LineID(p.ID, n+1)] = []byte("{}")
		}
		if err := s.MatchLines(ctx, p.ID, v.snapshot.ID, matches); err != nil {
			t.Error(err)
		}
		if _, err := s.AddFinding(ctx, Finding{LineID: LineID(p.ID, 1+i%5),
			Kind: "accept"}); err != nil {
			t.Error(err)
		}
		if _, err := s.Lines(ctx, v.petition.ID); err != nil {
			t.Error(err)
		}
		if _, err := s.Petitions(ctx); err != nil {
			t.Error(err)
		}
	})
	same(t, got(s.Counts(ctx, v.petition.ID))(t), Counts{Uploads: 2, Opened: 2, Pages: 10, Read: 8,
		Lines: 40, Matched: 40, Findings: 24})
}

func testTallies(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	must(t, s.ReadPage(ctx, v.pages[0], lines(1)))
	version := got(s.Version(ctx, v.petition.ID))(t)
	first := got(s.AddTally(ctx, Tally{PetitionID: v.petition.ID, Version: version,
		Counts: []byte(`{"valid":1}`), SnapshotID: v.snapshot.ID,
		RulesHash: "aa", Program: "1.0", By: v.account.ID, At: now().Add(-time.Minute)}))(t)
	got(s.AddFinding(ctx, Finding{LineID: LineID(v.pages[0].ID, 1), Kind: "nobody"}))(t)
	if _, err := s.AddTally(ctx, Tally{PetitionID: v.petition.ID, Version: version}); !errors.Is(
		err, ErrConflict) {
		t.Errorf("counted before it changed: %v", err)
	}
	next := Tally{PetitionID: v.petition.ID, Version: got(s.Version(ctx, v.petition.ID))(t),
		Counts: []byte(`{}`), Reason: "a line was struck", Supersedes: first.ID}
	later := got(s.AddTally(ctx, next))(t)
	same(t, got(s.Tallies(ctx, v.petition.ID))(t), []Tally{later, first})
	if _, err := s.AddTally(ctx, next); !errors.Is(err, ErrConflict) {
		t.Errorf("superseded twice: %v", err)
	}
	if _, err := s.AddTally(ctx, Tally{PetitionID: "never"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a petition that is not there: %v", err)
	}
}
