package work

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
	"countersign/internal/office/kept"
	"countersign/internal/reader"
	"countersign/internal/store"
	"countersign/verify"
	"countersign/verify/roll"
)

func TestMain(m *testing.M) {
	fixtures.LimitTesseract()
	if len(os.Args) > 2 && os.Args[1] == reader.Command { // the tests start themselves as readers
		if err := reader.Serve(os.Args[2], os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// openTestService opens a service in a folder of the test's own, or in one given.
func openTestService(t testing.TB, o Options) *Service {
	t.Helper()
	if o.Data == "" {
		o.Data = t.TempDir()
	}
	if o.Readers.Processes == 0 {
		o.Readers.Processes = 1 // each takes a second of CPU to start
	}
	o.Log = slog.New(slog.NewTextHandler(writerOf(t), &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// writerOf writes to the test's log.
func writerOf(t testing.TB) testWriter { return testWriter{t} }

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func upload(t testing.TB, s *Service, petitionID, name string, data []byte) store.Upload {
	t.Helper()
	sum, size, err := s.Blobs.Put(t.Context(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.Store.AddUpload(t.Context(), store.Upload{PetitionID: petitionID, SHA256: sum,
		Name: name, Size: size})
	if err != nil {
		t.Fatal(err)
	}
	s.Queue.Tell(petitionID)
	return u
}

// working runs the workers until the test ends or stop is called.
func working(t testing.TB, s *Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.Work(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); all.Wait() })
	t.Cleanup(stop)
	return stop
}

// An upload ends as the pages, lines and matches that the stages make of the same file.
func TestUploadBecomesMatches(t *testing.T) {
	t.Parallel()
	s := openTestService(t, Options{})
	snapshot := fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t, fixtures.Members))
	fixtures.AddPetition(t, s.Store, "p1", snapshot.ID)
	working(t, s)
	few := fixtures.FewLines(t)
	turned := fixtures.ScannedPage(t, fixtures.Write(t, "few.pdf", fixtures.PDF(1, few.JPEG,
		few.Width, few.Height)), 1)
	upload(t, s, "p1", "turned.jpg", fixtures.Read(t, turned))
	fixtures.Settled(t, s.Store, "p1")

	want, err := fixtures.SheetsOf(turned)
	if err != nil {
		t.Fatal(err)
	}
	uploads, pages, lines := fixtures.Contents(t, s.Store, "p1")
	if len(uploads) != 1 || uploads[0].Pages != len(want) || len(pages) != uploads[0].Pages {
		t.Fatalf("%d uploads, %d pages", len(uploads), len(pages))
	}
	matcher, err := s.Rolls.Matcher(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for i, sheet := range want {
		if p := pages[i]; p.Kind != string(sheet.Kind) || p.Rotation != sheet.Rotation ||
			p.Picture == "" || p.Width == 0 {
			t.Errorf("page %d: %+v", i+1, p)
		}
		for _, r := range sheet.Rows {
			sameLineAs(t, lines[at], matcher.Match(verify.Line{Row: r}), matcher.Roll())
			at++
		}
	}
	if at != len(lines) || at == 0 || pages[0].Rotation == 0 {
		t.Errorf("%d lines, want %d; turned by %d", len(lines), at, pages[0].Rotation)
	}
	if failures, err := s.Store.Failures(t.Context(), "p1"); len(failures) > 0 || err != nil {
		t.Errorf("failures: %v, %v", failures, err)
	}
}

func sameLineAs(t *testing.T, l store.Line, want verify.Match, members *roll.Roll) {
	t.Helper()
	row, err := kept.DecodeRow(l.Row)
	if err != nil {
		t.Fatal(err)
	}
	m, err := kept.DecodeMatch(l.Match, members)
	if err != nil {
		t.Fatal(err)
	}
	w := want.Line.Row
	if l.Number != w.Number || l.Box != w.Box || row.Signed != w.Signed || l.Picture == "" {
		t.Errorf("line %s is %+v, want %+v", l.ID, row, w)
	}
	for f, reading := range row.Fields {
		if reading.Text != w.Fields[f].Text {
			t.Errorf("line %s: %s %q, want %q", l.ID, f, reading.Text, w.Fields[f].Text)
		}
	}
	if len(want.Candidates) > 0 && (len(m.Candidates) == 0 ||
		m.Candidates[0].Member.ID != want.Candidates[0].Member.ID) {
		t.Errorf("line %s: another member than %s", l.ID, want.Candidates[0].Member.ID)
	}
}

// What cannot be read is said of the file or the page, and the rest goes on.
func TestBadUploads(t *testing.T) {
	t.Parallel()
	s := openTestService(t, Options{})
	fixtures.AddPetition(t, s.Store, "p1", "")
	working(t, s)
	upload(t, s, "p1", "notes.docx", []byte("PK\x03\x04 and so on"))
	upload(t, s, "p1", "good.pdf", fixtures.Typed(t, 1, 5, 0))
	fixtures.Settled(t, s.Store, "p1")
	uploads, pages, lines := fixtures.Contents(t, s.Store, "p1")
	for _, u := range uploads {
		if want := u.Name == "notes.docx"; strings.Contains(u.Error,
			"notes.docx is a Word, Excel or ZIP file") != want {
			t.Errorf("%s: %q", u.Name, u.Error)
		}
	}
	if len(pages) == 0 || len(lines) == 0 {
		t.Errorf("of the good file there are %d pages and %d lines", len(pages), len(lines))
	}
}

// Another snapshot has the lines matched anew, from the sheets as stored.
func TestAnotherSnapshot(t *testing.T) {
	t.Parallel()
	s := openTestService(t, Options{})
	data := fixtures.Read(t, fixtures.Members)
	fixtures.AddMembers(t, s.Store, s.Blobs, "all", data)
	half := data[:bytes.LastIndexByte(data[:len(data)/2], '\n')+1]
	fixtures.AddMembers(t, s.Store, s.Blobs, "half", half)
	p := fixtures.AddPetition(t, s.Store, "p1", "all")
	working(t, s)
	upload(t, s, "p1", "good.pdf", fixtures.Typed(t, 1, 5, 0))
	fixtures.Settled(t, s.Store, "p1")
	_, _, before := fixtures.Contents(t, s.Store, "p1")
	p.SnapshotID = "half"
	if err := s.Store.SetPetition(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	fixtures.Settled(t, s.Store, "p1")
	_, _, after := fixtures.Contents(t, s.Store, "p1")
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
	t.Parallel()
	s := openTestService(t, Options{})
	p := fixtures.AddPetition(t, s.Store, "p1", "")
	working(t, s)
	upload(t, s, "p1", "good.pdf", fixtures.Typed(t, 1, 5, 0))
	fixtures.Settled(t, s.Store, "p1")
	_, pages, lines := fixtures.Contents(t, s.Store, "p1")
	for _, page := range pages {
		path, done, err := s.Blobs.Path(t.Context(), page.Sheet)
		if err != nil {
			t.Fatal(err)
		}
		done()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	p.SnapshotID = fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t,
		fixtures.Members)).ID
	if err := s.Store.SetPetition(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, page := range pages { // what SetPetition announces for lines that had no snapshot either
		if err := s.Store.Announce(t.Context(), store.Verify, page.ID); err != nil {
			t.Fatal(err)
		}
	}
	fixtures.Settled(t, s.Store, "p1")
	_, _, again := fixtures.Contents(t, s.Store, "p1")
	if diff := cmp.Diff(lines, again, cmpopts.IgnoreFields(store.Line{}, "Match",
		"SnapshotID")); diff != "" {
		t.Error(diff)
	}
}

// Every message delivered three times leaves the store as if it had come once.
func TestThreeDeliveries(t *testing.T) {
	t.Parallel()
	once, thrice := openTestService(t, Options{}), openTestService(t,
		Options{Readers: reader.Options{Processes: 2}})
	for _, s := range []*Service{once, thrice} {
		fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t, fixtures.Members))
		fixtures.AddPetition(t, s.Store, "p1", "s1")
	}
	upload(t, once, "p1", "a.pdf", fixtures.Typed(t, 2, 5, 0))
	stop := working(t, once)
	fixtures.Settled(t, once.Store, "p1")
	stop()

	upload(t, thrice, "p1", "a.pdf", fixtures.Typed(t, 2, 5, 0))
	for _, stage := range []struct {
		name   string
		handle func(context.Context, string) error
	}{{store.Ingest, thrice.workers.ingest}, {store.Extract, thrice.workers.extract}, {store.Verify,
		thrice.workers.verify}} {
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
func taken(t testing.TB, s *Service, stage string) []store.Message {
	t.Helper()
	all, err := s.Store.Unsent(t.Context(), 1000)
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
	if err := s.Store.Sent(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	return all
}

// dump is all that the store has of a petition, but when.
func dump(t testing.TB, s *Service, petitionID string) []string {
	t.Helper()
	uploads, pages, lines := fixtures.Contents(t, s.Store, petitionID)
	failures, err := s.Store.Failures(t.Context(), petitionID)
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
		out = append(out, fmt.Sprintf("%v %v %v %s %s %s", l.ID, l.Box, l.Picture, l.Row, l.Match,
			l.SnapshotID))
	}
	for _, f := range failures {
		out = append(out, fmt.Sprintf("%s %s %s", f.Stage, f.Subject(), f.Text))
	}
	return out
}

// A file that breaks its reader is refused by name, and the others go on.
func TestPoisonousUpload(t *testing.T) {
	t.Parallel()
	s := openTestService(t, Options{Readers: reader.Options{Processes: 2, Memory: 600,
		Limits: ingest.Limits{PagePixels: 1000_000_000, PageTime: 5 * time.Minute}}})
	fixtures.AddPetition(t, s.Store, "p1", "")
	working(t, s)
	upload(t, s, "p1", "huge.png", fixtures.PNG(30_000, 30_000))
	upload(t, s, "p1", "good.pdf", fixtures.Typed(t, 1, 5, 0))
	fixtures.Settled(t, s.Store, "p1")
	_, pages, _ := fixtures.Contents(t, s.Store, "p1")
	for _, p := range pages {
		u, err := s.Store.Upload(t.Context(), p.UploadID)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case u.Name == "huge.png" && !strings.Contains(p.Error,
			"huge.png, page 1, needs more than 600 MB of memory"):
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
	t.Parallel()
	s := openTestService(t, Options{})
	fixtures.AddPetition(t, s.Store, "p1", "")
	u := upload(t, s, "p1", "good.pdf", fixtures.Typed(t, 1, 5, 0))
	path, done, err := s.Blobs.Path(t.Context(), u.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	done()
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	s.workers.gaveUp(t.Context(), store.Ingest, u.ID, s.workers.ingest(t.Context(), u.ID))
	failures, err := s.Store.Failures(t.Context(), "p1")
	if err != nil || len(failures) != 1 || !strings.HasPrefix(failures[0].Text,
		"good.pdf could not be opened: ") {
		t.Fatalf("%+v, %v", failures, err)
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if err := s.Store.Retry(t.Context(), store.Ingest, u.ID); err != nil {
		t.Fatal(err)
	}
	working(t, s)
	fixtures.Settled(t, s.Store, "p1")
	if failures, err := s.Store.Failures(t.Context(), "p1"); len(failures) != 0 || err != nil {
		t.Errorf("%+v, %v", failures, err)
	}
}

func TestOneProcessToAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTestService(t, Options{Data: dir})
	if _, err := Open(t.Context(), Options{Data: dir}); err == nil || !strings.Contains(err.Error(),
		"another countersign has the data folder") {
		t.Errorf("got %v", err)
	}
	s.Close()
	openTestService(t, Options{Data: dir})
}
