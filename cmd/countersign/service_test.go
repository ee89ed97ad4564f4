package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/ingest"
	"countersign/internal/fixtures"
	"countersign/internal/reader"
	"countersign/internal/store"
	"countersign/verify/roll"
)

// openTestService opens a service in a folder of the test's own, or in one given.
func openTestService(t testing.TB, o serviceOptions) *service {
	t.Helper()
	if o.Data == "" {
		o.Data = t.TempDir()
	}
	o.Log = slog.New(slog.NewTextHandler(writerOf(t), &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := openService(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// writerOf writes to the test's log.
func writerOf(t testing.TB) testWriter { return testWriter{t} }

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// addMembers makes the sample's export a snapshot.
func addMembers(t testing.TB, s *service, id string, data []byte) store.Snapshot {
	t.Helper()
	sum, _, err := s.blobs.Put(t.Context(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.store.AddSnapshot(t.Context(), store.Snapshot{ID: id, Name: "members.csv", SHA256: sum, AsOf: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func addPetition(t testing.TB, s *service, id, snapshotID string) store.Petition {
	t.Helper()
	p, err := s.store.AddPetition(t.Context(), store.Petition{ID: id, Title: id, SnapshotID: snapshotID})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func upload(t testing.TB, s *service, petitionID, name string, data []byte) store.Upload {
	t.Helper()
	sum, size, err := s.blobs.Put(t.Context(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.store.AddUpload(t.Context(), store.Upload{PetitionID: petitionID, SHA256: sum, Name: name, Size: size})
	if err != nil {
		t.Fatal(err)
	}
	s.queue.Tell(petitionID)
	return u
}

// working runs the workers until the test ends or stop is called.
func working(t testing.TB, s *service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.work(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); all.Wait() })
	t.Cleanup(stop)
	return stop
}

// settled waits until every upload of a petition is opened and all its pages are read and
// matched, or have an error.
func settled(t testing.TB, s *service, petitionIDs ...string) {
	t.Helper()
	for deadline := time.Now().Add(8 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var open []string
		for _, id := range petitionIDs {
			open = append(open, stillToDo(t, s, id)...)
		}
		if len(open) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still to do: %v", open)
		}
	}
}

// stillToDo names what of a petition is still to do. What failed for good is not.
func stillToDo(t testing.TB, s *service, petitionID string) (open []string) {
	t.Helper()
	p, err := s.store.Petition(t.Context(), petitionID)
	if err != nil {
		t.Fatal(err)
	}
	uploads, pages, lines := contents(t, s, petitionID)
	failures, err := s.store.Failures(t.Context(), petitionID)
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]bool{}
	for _, f := range failures {
		failed[f.Stage+f.Subject()] = true
	}
	for _, u := range uploads {
		if u.Pages == 0 && u.Error == "" && !failed[store.Ingest+u.ID] {
			open = append(open, "upload "+u.ID)
		}
	}
	for _, p := range pages {
		if p.ReadAt.IsZero() && !failed[store.Extract+p.ID] {
			open = append(open, "page "+p.ID)
		}
	}
	for _, l := range lines {
		if l.SnapshotID != p.SnapshotID && !failed[store.Verify+l.PageID] {
			open = append(open, "line "+l.ID)
		}
	}
	return open
}

func contents(t testing.TB, s *service, petitionID string) ([]store.Upload, []store.Page, []store.Line) {
	t.Helper()
	uploads, err := s.store.Uploads(t.Context(), petitionID)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := s.store.Pages(t.Context(), petitionID)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := s.store.Lines(t.Context(), petitionID)
	if err != nil {
		t.Fatal(err)
	}
	return uploads, pages, lines
}

// An upload ends as the pages, lines and matches that check makes of the same file.
func TestUploadBecomesMatches(t *testing.T) {
	s := openTestService(t, serviceOptions{})
	snapshot := addMembers(t, s, "s1", fixtures.Read(t, members))
	addPetition(t, s, "p1", snapshot.ID)
	working(t, s)
	upload(t, s, "p1", "petition.pdf", fixtures.Read(t, sample))
	settled(t, s, "p1")

	want := decode(t, sampleAlone().stdout)
	uploads, pages, lines := contents(t, s, "p1")
	if len(uploads) != 1 || uploads[0].Pages != len(want.Files[0].Pages) || len(pages) != uploads[0].Pages {
		t.Fatalf("%d uploads, %d pages", len(uploads), len(pages))
	}
	matcher, err := s.rolls.matcher(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for i, p := range want.Files[0].Pages {
		if pages[i].Kind != p.Kind || pages[i].Rotation != p.Rotation || pages[i].Picture == "" || pages[i].Width == 0 {
			t.Errorf("page %d: %+v", i+1, pages[i])
		}
		for _, r := range p.Rows {
			sameLineAs(t, lines[at], r, matcher.Roll())
			at++
		}
	}
	if at != len(lines) {
		t.Errorf("%d lines, want %d", len(lines), at)
	}
	if failures, err := s.store.Failures(t.Context(), "p1"); len(failures) > 0 || err != nil {
		t.Errorf("failures: %v, %v", failures, err)
	}
}

func sameLineAs(t *testing.T, l store.Line, want row, members *roll.Roll) {
	t.Helper()
	row, err := decodeRow(l.Row)
	if err != nil {
		t.Fatal(err)
	}
	m, err := decodeMatch(l.Match, members)
	if err != nil {
		t.Fatal(err)
	}
	if l.Number != want.Row || l.Box != want.Box || string(row.Signed) != want.Signed || l.Picture == "" {
		t.Errorf("line %s is %+v, want %+v", l.ID, row, want)
	}
	for f, reading := range row.Fields {
		if reading.Text != want.Fields[string(f)].Text {
			t.Errorf("line %s: %s %q, want %q", l.ID, f, reading.Text, want.Fields[string(f)].Text)
		}
	}
	// Decisions weigh all lines of a petition together, so only who is meant compares.
	if want.MemberID != "" && (len(m.Candidates) == 0 || m.Candidates[0].Member.ID != want.MemberID) {
		t.Errorf("line %s: another member than %s", l.ID, want.MemberID)
	}
}

// What cannot be read is said of the file or the page, and the rest goes on.
func TestBadUploads(t *testing.T) {
	s := openTestService(t, serviceOptions{})
	addPetition(t, s, "p1", "")
	working(t, s)
	upload(t, s, "p1", "notes.docx", []byte("PK\x03\x04 and so on"))
	upload(t, s, "p1", "good.pdf", fixtures.Read(t, online))
	settled(t, s, "p1")
	uploads, pages, lines := contents(t, s, "p1")
	for _, u := range uploads {
		if want := u.Name == "notes.docx"; strings.Contains(u.Error, "notes.docx is a Word, Excel or ZIP file") != want {
			t.Errorf("%s: %q", u.Name, u.Error)
		}
	}
	if len(pages) == 0 || len(lines) == 0 {
		t.Errorf("of the good file there are %d pages and %d lines", len(pages), len(lines))
	}
}

// Another snapshot has the lines matched anew, from the sheets as stored.
func TestAnotherSnapshot(t *testing.T) {
	s := openTestService(t, serviceOptions{})
	data := fixtures.Read(t, members)
	addMembers(t, s, "all", data)
	half := data[:bytes.LastIndexByte(data[:len(data)/2], '\n')+1]
	addMembers(t, s, "half", half)
	p := addPetition(t, s, "p1", "all")
	working(t, s)
	upload(t, s, "p1", "good.pdf", fixtures.Read(t, online))
	settled(t, s, "p1")
	_, _, before := contents(t, s, "p1")
	p.SnapshotID = "half"
	if err := s.store.SetPetition(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	settled(t, s, "p1")
	_, _, after := contents(t, s, "p1")
	changed := 0
	for i := range after {
		if after[i].SnapshotID != "half" {
			t.Errorf("line %s is matched against %s", after[i].ID, after[i].SnapshotID)
		}
		if !bytes.Equal(before[i].Match, after[i].Match) {
			changed++
		}
	}
	if changed == 0 {
		t.Error("no match changed with the members")
	}
}

// A sheet that was damaged on disk is read again from its page.
func TestDamagedSheetIsReadAgain(t *testing.T) {
	s := openTestService(t, serviceOptions{})
	p := addPetition(t, s, "p1", "")
	working(t, s)
	upload(t, s, "p1", "good.pdf", fixtures.Read(t, online))
	settled(t, s, "p1")
	_, pages, lines := contents(t, s, "p1")
	for _, page := range pages {
		path, done, err := s.blobs.Path(t.Context(), page.Sheet)
		if err != nil {
			t.Fatal(err)
		}
		done()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	p.SnapshotID = addMembers(t, s, "s1", fixtures.Read(t, members)).ID
	if err := s.store.SetPetition(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, page := range pages { // what SetPetition announces for lines that had no snapshot either
		if err := s.store.Announce(t.Context(), store.Verify, page.ID); err != nil {
			t.Fatal(err)
		}
	}
	settled(t, s, "p1")
	_, _, again := contents(t, s, "p1")
	if diff := cmp.Diff(lines, again, cmpopts.IgnoreFields(store.Line{}, "Match", "SnapshotID")); diff != "" {
		t.Error(diff)
	}
}

// Every message delivered three times leaves the store as if it had come once.
func TestThreeDeliveries(t *testing.T) {
	once, thrice := openTestService(t, serviceOptions{}), openTestService(t, serviceOptions{})
	for _, s := range []*service{once, thrice} {
		addMembers(t, s, "s1", fixtures.Read(t, members))
		addPetition(t, s, "p1", "s1")
	}
	upload(t, once, "p1", "a.pdf", fixtures.Read(t, online))
	stop := working(t, once)
	settled(t, once, "p1")
	stop()

	upload(t, thrice, "p1", "a.pdf", fixtures.Read(t, online))
	for _, stage := range []struct {
		name   string
		handle func(context.Context, string) error
	}{{store.Ingest, thrice.workers.ingest}, {store.Extract, thrice.workers.extract}, {store.Verify, thrice.workers.verify}} {
		for _, m := range taken(t, thrice, stage.name) {
			var deliveries sync.WaitGroup
			for range 2 { // two at the same time, and one after
				deliveries.Go(func() {
					if err := stage.handle(t.Context(), m.Subject); err != nil {
						t.Errorf("%s: %v", stage.name, err)
					}
				})
			}
			deliveries.Wait()
			if err := stage.handle(t.Context(), m.Subject); err != nil {
				t.Errorf("%s again: %v", stage.name, err)
			}
		}
	}
	if diff := cmp.Diff(dump(t, once, "p1"), dump(t, thrice, "p1")); diff != "" {
		t.Error(diff)
	}
}

// taken empties the outbox of messages to a stage.
func taken(t testing.TB, s *service, stage string) []store.Message {
	t.Helper()
	all, err := s.store.Unsent(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(m store.Message) bool { return m.Stage != stage })
	if len(all) == 0 {
		t.Fatalf("nothing is announced to %s", stage)
	}
	var ids []string
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	if err := s.store.Sent(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	return all
}

// dump is all that the store has of a petition, but when.
func dump(t testing.TB, s *service, petitionID string) []string {
	t.Helper()
	uploads, pages, lines := contents(t, s, petitionID)
	failures, err := s.store.Failures(t.Context(), petitionID)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, u := range uploads {
		u.At = time.Time{}
		out = append(out, fmt.Sprintf("%+v", u))
	}
	for _, p := range pages {
		p.ReadAt = time.Time{}
		out = append(out, fmt.Sprintf("%+v", p))
	}
	for _, l := range lines {
		out = append(out, fmt.Sprintf("%v %v %v %s %s %s", l.ID, l.Box, l.Picture, l.Row, l.Match, l.SnapshotID))
	}
	for _, f := range failures {
		out = append(out, fmt.Sprintf("%s %s %s", f.Stage, f.Subject(), f.Text))
	}
	return out
}

// A file that breaks its reader is refused by name, and the others go on.
func TestPoisonousUpload(t *testing.T) {
	s := openTestService(t, serviceOptions{Readers: reader.Options{Processes: 2, Memory: 600, Limits: ingest.Limits{PagePixels: 1000_000_000}}})
	addPetition(t, s, "p1", "")
	working(t, s)
	upload(t, s, "p1", "huge.png", fixtures.PNG(30_000, 30_000))
	upload(t, s, "p1", "good.pdf", fixtures.Read(t, online))
	settled(t, s, "p1")
	_, pages, _ := contents(t, s, "p1")
	for _, p := range pages {
		u, err := s.store.Upload(t.Context(), p.UploadID)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case u.Name == "huge.png" && !strings.Contains(p.Error, "huge.png, page 1, needs more than 600 MB of memory"):
			t.Errorf("of the huge one it says %q", p.Error)
		case u.Name == "good.pdf" && (p.Error != "" || p.Sheet == ""):
			t.Errorf("page %d of the good one: %q", p.Number, p.Error)
		}
	}
	if len(pages) < 2 {
		t.Errorf("%d pages", len(pages))
	}
}

// What was tried in vain is a failure that names the page, and Retry mends it.
func TestFailureAndRetry(t *testing.T) {
	s := openTestService(t, serviceOptions{})
	addPetition(t, s, "p1", "")
	u := upload(t, s, "p1", "good.pdf", fixtures.Read(t, online))
	path, done, err := s.blobs.Path(t.Context(), u.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	done()
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	s.workers.gaveUp(t.Context(), store.Ingest, u.ID, s.workers.ingest(t.Context(), u.ID))
	failures, err := s.store.Failures(t.Context(), "p1")
	if err != nil || len(failures) != 1 || !strings.HasPrefix(failures[0].Text, "good.pdf could not be opened: ") {
		t.Fatalf("%+v, %v", failures, err)
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Retry(t.Context(), store.Ingest, u.ID); err != nil {
		t.Fatal(err)
	}
	working(t, s)
	settled(t, s, "p1")
	if failures, err := s.store.Failures(t.Context(), "p1"); len(failures) != 0 || err != nil {
		t.Errorf("%+v, %v", failures, err)
	}
}

func TestOneProcessToAFolder(t *testing.T) {
	dir := t.TempDir()
	s := openTestService(t, serviceOptions{Data: dir})
	if _, err := openService(t.Context(), serviceOptions{Data: dir}); err == nil || !strings.Contains(err.Error(), "another countersign has the data folder") {
		t.Errorf("got %v", err)
	}
	s.close()
	openTestService(t, serviceOptions{Data: dir})
}
