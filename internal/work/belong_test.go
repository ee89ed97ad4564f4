package work

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/fixtures"
	"countersign/internal/queue"
	"countersign/internal/store"
)

// A worker that cannot reach the files of the service says so before it takes a page.
func TestProbe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{Data: dir, Log: slog.New(slog.DiscardHandler)}
	with := func(nats bool, do func(s *Service)) {
		t.Helper()
		o.BlobsNATS = nats
		s, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		do(s)
	}
	look := func(s *Service, want string) {
		t.Helper()
		err := s.LookForProbe(t.Context())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(),
			want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	lay := func(s *Service) {
		t.Helper()
		for range 2 { // at each start
			if err := s.LayProbe(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	with(true, func(s *Service) { look(s, "") }) // nobody serves yet
	with(false, func(s *Service) { lay(s); look(s, "") })
	with(true, func(s *Service) { look(s, "--blobs nats") })
	with(true, func(s *Service) {
		if err := s.LayProbe(t.Context()); err == nil || !strings.Contains(err.Error(),
			"not where this one looks") {
			t.Errorf("it serves without its files: %v", err)
		}
	})
	o.Adopt = true // they are lost
	with(true, func(s *Service) { lay(s); look(s, "") })
}

// shared is a NATS server that several installations use.
func shared(t *testing.T) (url string) {
	t.Helper()
	q, err := queue.Open(t.Context(), queue.Options{Dir: t.TempDir(), Name: "server",
		Listen: "127.0.0.1:0", Token: "word", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return "nats://word@" + q.Address()
}

// refused says whether a service is refused with these words; one that opens is closed.
func refused(t *testing.T, o Options, want string) {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s, err := Open(t.Context(), o)
	if err == nil {
		s.Close()
	}
	if err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(),
		want)) {
		t.Errorf("%v, want %q", err, want)
	}
}

// Two installations on one NATS server hear nothing of each other once each has a name, and
// without one the second does not start.
func TestInstallationsOnOneServer(t *testing.T) {
	t.Parallel()
	url := shared(t)
	dir := t.TempDir()
	first := openTestService(t, Options{Data: filepath.Join(dir, "first"), NATS: url,
		BlobsNATS: true})
	if err := first.LayProbe(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Data: filepath.Join(dir, "second"), NATS: url, BlobsNATS: true},
		"give each a --name")
	refused(t, Options{Data: filepath.Join(dir, "second"), NATS: url, Name: "No name"}, "--name")
	second := openTestService(t, Options{Data: filepath.Join(dir, "second"), NATS: url,
		Name: "second", BlobsNATS: true})
	if err := first.Queue.Announce(t.Context(), store.Extract, "a page", "1"); err != nil {
		t.Fatal(err)
	}
	// A stream counts for its consumers a moment after it took a message.
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		depth, err := first.Queue.Depth(t.Context())
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("of the first installation %v wait, want 1 (%v)", depth, err)
		}
		if depth[store.Extract] == 1 {
			break
		}
	}
	if depth, err := second.Queue.Depth(t.Context()); err != nil || depth[store.Extract] != 0 {
		t.Errorf("of the second installation %v wait, want none (%v)", depth, err)
	}
	sum, _, err := first.Blobs.Put(t.Context(), strings.NewReader("a scan"))
	if err != nil {
		t.Fatal(err)
	}
	if gone, err := second.Blobs.DeleteOlder(t.Context(), sum,
		time.Now().Add(time.Hour)); err != nil || !gone {
		t.Errorf("%v, %v", gone, err)
	}
	if err := first.Blobs.Verify(t.Context(), sum); err != nil {
		t.Errorf("the second installation took a file of the first: %v", err)
	}

	// Workers of one with the database of the other take nothing.
	db := "sqlite://" + filepath.Join(dir, "second", "countersign.db")
	refused(t, Options{Data: t.TempDir(), DB: db, NATS: url, Join: true, BlobsNATS: true},
		"queue of another installation")
	refused(t, Options{Data: t.TempDir(), DB: db, NATS: url, Name: "second", Join: true,
		BlobsNATS: true}, "")
}

// Nothing starts on a database, a queue and files that do not belong together.
func TestBelongTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{Data: filepath.Join(dir, "data"), Log: slog.New(slog.DiscardHandler)}
	s := openTestService(t, o)
	if err := s.LayProbe(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Close()

	other := o
	other.DB = "sqlite://" + filepath.Join(dir, "new.db")
	refused(t, other, "the database belongs to installation")
	other.Adopt = true
	refused(t, other, "")
	refused(t, o, "the database belongs to installation") // as it was taken away
	o.Adopt = true
	refused(t, o, "")

	// Another that serves the same database from a folder of its own.
	db := "sqlite://" + filepath.Join(o.Data, "countersign.db")
	elsewhere := openTestService(t, Options{Data: filepath.Join(dir, "elsewhere"), DB: db})
	if err := elsewhere.LayProbe(t.Context()); err == nil || !strings.Contains(err.Error(),
		"one folder that they share") {
		t.Errorf("it serves: %v", err)
	}
	elsewhere.Close()

	// Workers reach the files over a disk that they share, or are refused.
	url := shared(t)
	serve := openTestService(t, Options{Data: filepath.Join(dir, "elsewhere"), DB: db, NATS: url,
		Files: filepath.Join(o.Data, "blobs")})
	if err := serve.LayProbe(t.Context()); err != nil {
		t.Error(err)
	}
	refused(t, Options{Data: t.TempDir(), DB: db, NATS: url, Join: true, Files: t.TempDir()},
		"with --files")
	refused(t, Options{Data: t.TempDir(), DB: db, NATS: url, Join: true, BlobsNATS: true},
		"--blobs nats")
	refused(t, Options{Data: t.TempDir(), DB: db, NATS: url, Join: true,
		Files: filepath.Join(o.Data, "blobs")}, "")
}

// A queue that is damaged says what to do, and what was waiting is announced again.
func TestRebuildQueue(t *testing.T) {
	t.Parallel()
	o := Options{Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	s := openTestService(t, o)
	sum, _, err := s.Blobs.Put(t.Context(), strings.NewReader("no PDF"))
	if err != nil {
		t.Fatal(err)
	}
	fixtures.AddPetition(t, s.Store, "p1", "")
	if _, err := s.Store.AddUpload(t.Context(), store.Upload{PetitionID: "p1", SHA256: sum,
		Name: "a.pdf", Size: 6}); err != nil {
		t.Fatal(err)
	}
	if err := s.workers.send(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	stream := filepath.Join(o.Data, "queue", "jetstream", "$G", "streams", "COUNTERSIGN")
	if err := os.RemoveAll(stream); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stream, []byte("what a damaged disk left"), 0o600); err != nil {
		t.Fatal(err)
	}
	copied := o // a server that failed tidies up behind itself for a moment
	copied.Data = filepath.Join(t.TempDir(), "copied")
	if err := os.CopyFS(copied.Data, os.DirFS(o.Data)); err != nil {
		t.Fatal(err)
	}
	refused(t, copied, "--rebuild-queue")
	o.Rebuild = true
	s = openTestService(t, o)
	working(t, s)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		uploads, err := s.Store.Uploads(t.Context(), "p1")
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%+v, %v", uploads, err)
		}
		if uploads[0].Error != "" { // it was opened, and is no PDF
			return
		}
	}
}

// Workers of another version than the service are refused before they take a page.
func TestSameProgram(t *testing.T) {
	t.Parallel()
	s := openTestService(t, Options{})
	same := func(name string) error { return s.SameProgram(t.Context(), name) }
	if err := same("countersign 1"); err != nil { // nobody served yet
		t.Error(err)
	}
	for _, name := range []string{"countersign 1", "countersign 1", "countersign 2"} {
		if err := s.NameProgram(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if err := same("countersign 2"); err != nil {
		t.Error(err)
	}
	if err := same("countersign 1"); err == nil || !strings.Contains(err.Error(),
		"install the same version") {
		t.Errorf("got %v", err)
	}
}
