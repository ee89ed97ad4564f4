package store

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// Each kind of data goes in small steps, none twice; nothing brings it back,
// and what must stay is as it was.
func testPurge(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	id, page := v.petition.ID, v.pages[0]
	page.Sheet, page.Picture, page.Notes = sum("what was read"), sum("page"),
		[]string{"“Ada Byron” is written over the heading."}
	must(t, s.ReadPage(ctx, page, lines(5)))
	matches := map[string][]byte{}
	for n := range 5 {
		matches[LineID(page.ID, n+1)] = []byte(`{"m":"0482913"}`)
	}
	must(t, s.MatchLines(ctx, page.ID, v.snapshot.ID, matches))
	found := got(s.AddFinding(ctx, Finding{LineID: LineID(page.ID, 1), By: v.account.ID,
		Kind: "accept", MemberID: "0482913", Note: "She called.", Fields: map[string]string{
			"name": "Ada"}}))(t)

	// Another petition has one of the pictures, and the file.
	other := begin(t, s)
	must(t, s.ReadPage(ctx, other.pages[0], lines(1)))
	drain(t, s)

	must(t, s.Fail(ctx, Failure{PageID: v.pages[1].ID, Stage: Extract,
		Text: "Ada Byron.pdf, page 2, could not be read."}))
	missing := got(s.AddEvent(ctx, Event{Of: "petition", Subject: id, Kind: "deficiency", On: now(),
		By: v.account.ID, Words: map[string]string{"missing": "Ada Byron lacks an address",
			"by": "mail"}}, ""))(t)
	event := got(s.AddEvent(ctx, Event{Of: "petition", Subject: id, Kind: "close", On: now(),
		By: v.account.ID}, missing.ID))(t)
	before, version := got(s.Counts(ctx, id))(t), got(s.Versions(ctx, id))(t)
	purge := Purge{Of: PetitionData, Subject: id, Days: 365, Since: time.Date(2026, 1, 2, 0, 0, 0,
		0, time.UTC)}

	purge.Kind = Images
	if _, err := s.BeginPurge(ctx, purge, "an event before"); !errors.Is(err, ErrConflict) {
		t.Errorf("something happened meanwhile: %v", err)
	}
	if more := got(s.PurgeSome(ctx, purge, 2))(t); more {
		t.Error("what never began goes on")
	}
	begun := got(s.BeginPurge(ctx, purge, event.ID))(t)
	steps := 1
	for got(s.PurgeSome(ctx, purge, 2))(t) {
		steps++
		same(t, got(s.BeginPurge(ctx, purge, "whatever"))(t).BegunAt, begun.BegunAt)
	}
	same(t, steps, 3)
	dropped := map[string]bool{}
	for _, d := range got(s.Dropped(ctx, "", 100))(t) {
		dropped[d.SHA256] = d.Named
	}
	same(t, dropped, map[string]bool{sum("sheet"): true, sum("page"): false, sum("line", 0): true,
		sum("line", 1): false, sum("line", 2): false, sum("line", 3): false, sum("line", 4): false})
	list := got(s.Dropped(ctx, "", 100))(t)
	same(t, got(s.Dropped(ctx, list[3].SHA256, 2))(t), list[4:6])
	unnamed := slices.IndexFunc(list, func(d Dropped) bool { return !d.Named })
	list[unnamed].Named = true // it lost its other name since it was listed
	must(t, s.ForgetDropped(ctx, list))
	list[unnamed].Named = false
	same(t, got(s.Dropped(ctx, "", 100))(t), list[unnamed:unnamed+1])
	must(t, s.ForgetDropped(ctx, list[unnamed:unnamed+1]))
	same(t, len(got(s.Dropped(ctx, "", 100))(t)), 0)
	for range 2 {
		must(t, s.EndPurge(ctx, purge))
	}
	log := got(s.AuditOf(ctx, id, 10))(t)
	if len(log) != 1 || log[0].Action != "purge.images" ||
		log[0].Detail != "images of petition: 1 files, 1 pages, 5 lines, 0 findings; kept for "+
			"365 days from 2026-01-02" {
		t.Errorf("%+v", log)
	}

	// Nothing comes in any more.
	for what, err := range map[string]error{
		"a page read anew": s.ReadPage(ctx, page, lines(2)),
		"another match":    s.MatchLines(ctx, page.ID, v.snapshot.ID, matches),
		"more pages":       s.OpenedUpload(ctx, v.upload.ID, []Page{{Number: 3}}, ""),
		"excluding":        s.ExcludeUpload(ctx, v.upload.ID, true),
		"another rule": s.SetPetition(ctx, Petition{ID: id, Title: "x", Rules: "threshold: 1",
			SnapshotID: v.petition.SnapshotID, ReceivedOn: v.petition.ReceivedOn}),
	} {
		if !errors.Is(err, ErrPurged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.AddFinding(ctx, Finding{LineID: LineID(page.ID, 2), Kind: "nobody"}); !errors.Is(
		err, ErrPurged) {
		t.Errorf("a finding: %v", err)
	}
	if _, err := s.AddUpload(ctx, Upload{PetitionID: id, SHA256: sum("more")}); !errors.Is(err,
		ErrPurged) {
		t.Errorf("a file: %v", err)
	}
	for _, m := range got(s.Stale(ctx, -time.Hour))(t) {
		if m.Subject == v.pages[1].ID {
			t.Error("a page of a purged petition is announced again")
		}
	}

	renamed := v.petition
	renamed.Title = "Another title"
	must(t, s.SetPetition(ctx, renamed))

	purge.Kind = Text
	if _, err := s.BeginPurge(ctx, purge, event.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing is frozen: %v", err)
	}
	if err := s.Freeze(ctx, id, "0.0.0", Frozen{}); !errors.Is(err, ErrConflict) {
		t.Errorf("frozen at another version: %v", err)
	}
	kept := Frozen{At: now(), Data: []byte("{}"), Verdicts: []Verdict{{LineID: LineID(page.ID, 1),
		MemberID: "0482913", Data: []byte(`{"valid":1}`)}, {LineID: LineID(page.ID, 2),
		Data: []byte(`{}`)}}}
	for range 2 {
		must(t, s.Freeze(ctx, id, version.String(), kept))
	}
	personal := map[string][]string{"deficiency": {"missing"}}
	must(t, s.PurgeWords(ctx, purge, personal)) // which has not begun
	same(t, got(s.Events(ctx, "petition", id))(t)[0].Words, missing.Words)
	got(s.BeginPurge(ctx, purge, event.ID))(t)
	for got(s.PurgeSome(ctx, purge, 2))(t) {
	}
	for range 2 {
		must(t, s.PurgeWords(ctx, purge, personal))
	}
	must(t, s.EndPurge(ctx, purge))
	same(t, got(s.Events(ctx, "petition", id))(t)[0].Words, map[string]string{"missing": "purged",
		"by": "mail"})
	same(t, got(s.Failures(ctx, id))(t)[0].Text, "purged")
	same(t, got(s.Upload(ctx, v.upload.ID))(t).Name, "file 1")
	same(t, len(got(s.Page(ctx, page.ID))(t).Notes), 0)
	if u := got(s.Upload(ctx, other.upload.ID))(t); u.Name != other.upload.Name {
		t.Errorf("a file of an open petition is called %q", u.Name)
	}
	same(t, got(s.Frozen(ctx, id))(t), kept)
	same(t, got(s.Dropped(ctx, "", 100))(t), []Dropped{{SHA256: sum("what was read")}})
	must(t, s.Freeze(ctx, id, version.String(), Frozen{}))
	for _, l := range got(s.LinesOf(ctx, page.ID))(t) {
		if len(l.Row)+len(l.Match)+len(l.Picture) > 0 {
			t.Errorf("%+v", l)
		}
	}
	found.Note, found.Fields = "", nil
	same(t, got(s.Findings(ctx, id))(t), []Finding{found})

	purge.Kind = Rows
	got(s.BeginPurge(ctx, purge, event.ID))(t)
	for got(s.PurgeSome(ctx, purge, 2))(t) {
	}
	if more := got(s.UnfinishedPurges(ctx))(t); len(more) != 1 || more[0].Lines != 1 ||
		more[0].Findings != 1 {
		t.Errorf("%+v", more)
	}
	must(t, s.EndPurge(ctx, purge))
	same(t, len(got(s.UnfinishedPurges(ctx))(t)), 0)
	kept.Verdicts[0].MemberID, found.MemberID = "", ""
	same(t, got(s.Frozen(ctx, id))(t), kept)
	same(t, got(s.Findings(ctx, id))(t), []Finding{found})

	after := got(s.Versions(ctx, id))(t)
	same(t, after.String(), version.String())
	if after.Purged <= version.Purged {
		t.Errorf("%+v does not tell of the purge", after)
	}
	same(t, got(s.Counts(ctx, id))(t), before)
	same(t, got(s.VerifyAudit(ctx))(t), 3)
	same(t, len(got(s.Purges(ctx, PetitionData, id))(t)), 3)
	same(t, len(got(s.Purges(ctx, PetitionData, other.petition.ID))(t)), 0)
	same(t, got(s.LinesOf(ctx, other.pages[0].ID))(t)[0].Picture, sum("line", 0))
}

// An export goes once it is not the newest and no petition needs it, and no
// petition can be held against it then.
func testPurgedExports(t *testing.T, s *Store) {
	ctx := t.Context()
	v := begin(t, s)
	purge := Purge{Of: ExportData, Subject: v.snapshot.ID, Kind: Rows, Days: 1095}
	refused := func(why string) {
		t.Helper()
		same(t, len(got(s.UnneededSnapshots(ctx, now()))(t)), 0)
		if _, err := s.BeginPurge(ctx, purge, ""); !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", why, err)
		}
	}
	refused("it is the newest")
	newest := got(s.AddSnapshot(ctx, Snapshot{Name: "new.csv", SHA256: sum("members"),
		At: now().Add(time.Second)}))(t)
	refused("its petition has its rows")
	must(t, s.Freeze(ctx, v.petition.ID, got(s.Version(ctx, v.petition.ID))(t), Frozen{}))
	got(s.BeginPurge(ctx, Purge{Of: PetitionData, Subject: v.petition.ID, Kind: Rows}, ""))(t)
	must(t, s.EndPurge(ctx, Purge{Of: PetitionData, Subject: v.petition.ID, Kind: Rows}))

	same(t, len(got(s.UnneededSnapshots(ctx, v.snapshot.At.Add(-time.Hour)))(t)), 0)
	same(t, got(s.UnneededSnapshots(ctx, now()))(t), []Snapshot{v.snapshot})
	got(s.BeginPurge(ctx, purge, ""))(t)
	for got(s.PurgeSome(ctx, purge, 1))(t) {
	}
	must(t, s.EndPurge(ctx, purge))
	// by the newest
	same(t, got(s.Dropped(ctx, "", 9))(t), []Dropped{{SHA256: sum("members"), Named: true}})
	for range 2 {
		must(t, s.Drop(ctx, sum("looked at and never taken in")))
	}
	same(t, len(got(s.Dropped(ctx, "", 9))(t)), 2)
	same(t, got(s.Snapshot(ctx, v.snapshot.ID))(t).Purged, true)
	same(t, len(got(s.UnneededSnapshots(ctx, now()))(t)), 0)
	if log := got(s.AuditOf(ctx, v.snapshot.ID, 9))(t); len(log) != 1 ||
		log[0].Action != "purge.rows" {
		t.Errorf("%+v", log)
	}
	if _, err := s.AddPetition(ctx, Petition{SnapshotID: v.snapshot.ID}); !errors.Is(err,
		ErrPurged) {
		t.Errorf("a petition held against it: %v", err)
	}
	open := got(s.AddPetition(ctx, Petition{SnapshotID: newest.ID}))(t)
	open.SnapshotID = v.snapshot.ID
	if err := s.SetPetition(ctx, open); !errors.Is(err, ErrPurged) {
		t.Errorf("a petition held against it later: %v", err)
	}
}
