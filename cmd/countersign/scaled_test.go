package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/fixtures"
	"countersign/internal/fixtures/linktest"
	"countersign/internal/fixtures/natstest"
	"countersign/internal/fixtures/postgrestest"
	"countersign/internal/queue"
	"countersign/internal/store"
	"countersign/internal/work"
)

// chaosRounds is the environment variable that says how many rounds of failures TestChaos makes.
const chaosRounds = "CHAOS_ROUNDS"

// serving opens a service as serve does and works with it, until stop is called.
func serving(t *testing.T, o work.Options) (s *work.Service, stop func()) {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Readers.Processes = 1
	s, err := work.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LayProbe(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.Work(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); all.Wait(); s.Close() })
	t.Cleanup(stop)
	return s, stop
}

// handIn hands a file in, again and again until it is taken, as people do.
func handIn(t *testing.T, s *work.Service, f namedFile) {
	t.Helper()
	o := officeOf(s, "")
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		_, _, err := o.AddFile(t.Context(), "p1", f.name, "ann", bytes.NewReader(f.data))
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not taken: %v", f.name, err)
		}
	}
}

// A service on PostgreSQL and NATS is backed up and brought back on new machines: every file,
// line and count is there, its log holds, and it goes on.
func TestRestoreScaled(t *testing.T) {
	t.Parallel()
	pg := postgrestest.Start(t)
	server := func() string {
		q, err := queue.Open(t.Context(), queue.Options{Dir: t.TempDir(), Name: "server",
			Listen: "127.0.0.1:0", Token: "word", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(q.Close)
		return "nats://word@" + q.Address()
	}
	o := work.Options{Data: t.TempDir(), DB: pg.Database(t, "before"), NATS: server(),
		BlobsNATS: true}
	s, stop := serving(t, o)
	fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t, members))
	fixtures.AddPetition(t, s.Store, "p1", "s1")
	handIn(t, s, typedCopy(t, 0))
	fixtures.Settled(t, s.Store, "p1")
	want := inventory(t, s.Store)

	dump, err := exec.Command(postgrestest.Program(t, "pg_dump"), "--format=custom", o.DB).Output()
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if r := countersign("backup", "--data", t.TempDir(), "--db", o.DB, "--nats", o.NATS, "--blobs",
		"nats", backup); r.code != exitOK {
		t.Fatalf("backup: exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
	stop()

	n := work.Options{Data: t.TempDir(), DB: pg.Database(t, "after"), NATS: server(),
		BlobsNATS: true}
	restore := exec.Command(postgrestest.Program(t, "pg_restore"), "--no-owner", "--dbname", n.DB)
	restore.Stdin = bytes.NewReader(dump)
	if said, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	where := []string{"--data", t.TempDir(), "--db", n.DB, "--nats", n.NATS, "--blobs", "nats"}
	if r := countersign(append([]string{"scrub"}, where...)...); r.code != exitUnread ||
		!strings.Contains(r.stdout, "is gone") {
		t.Errorf("scrub without the files: exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
	if r := countersign(append(append([]string{"restore"}, where...),
		backup)...); r.code != exitOK {
		t.Fatalf("restore: exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
	if r := countersign(append([]string{"scrub"}, where...)...); r.code != exitOK {
		t.Errorf("scrub: exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
	if r := countersign("scrub", "--data", t.TempDir(), "--db", n.DB, "--nats", o.NATS, "--blobs",
		"nats"); r.code != exitOK {
		t.Errorf("with the files before, which are the same: exit code %d, %s", r.code, r.stderr)
	}
	s, _ = serving(t, n)
	other, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "other.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.NameInstallation(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := sameInstallation(t.Context(), other, s.Queue); err == nil ||
		!strings.Contains(err.Error(), "another installation") {
		t.Errorf("files of another: %v", err)
	}
	if diff := cmp.Diff(want, inventory(t, s.Store)); diff != "" || len(want) < 6 {
		t.Errorf("lost (-) or doubled (+):\n%s", diff)
	}
	if _, err := s.Store.VerifyAudit(t.Context()); err != nil {
		t.Error(err)
	}
	handIn(t, s, typedCopy(t, 1))
	fixtures.Settled(t, s.Store, "p1")
	if _, _, lines := fixtures.Contents(t, s.Store, "p1"); len(lines) != 8 {
		t.Errorf("%d lines, want 8", len(lines))
	}
}

// worker is another process of the same program.
type worker struct {
	t    testing.TB
	args []string
	cmd  *exec.Cmd
}

func (w *worker) start() {
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	w.cmd = exec.Command(self, w.args...)
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := w.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *worker) kill() {
	_ = w.cmd.Process.Kill() // may have ended
	_ = w.cmd.Wait()
}

// On three NATS servers and PostgreSQL, in each round a server is lost with its disk or cut off
// from all others, a worker is killed, and the database crashes, or is cut off and a worker is
// stopped for a while, as files are handed in. In the end each file is there, read once, and no
// page waits for a person. CHAOS_ROUNDS=20 go test -run TestChaos -v ./cmd/countersign makes more
// rounds, in some of which the disk of a server is full, and says what they did.
func TestChaos(t *testing.T) {
	t.Parallel()
	on := natstest.Options{Servers: 3, Linked: true}
	rounds, err := strconv.Atoi(os.Getenv(chaosRounds))
	if err != nil {
		rounds = 2
	} else {
		on.Disk = 48
	}
	pg := postgrestest.Own(t)
	way := t.TempDir()
	toPG := linktest.New(t, pg.Socket(), linktest.Options{Network: "unix", At: filepath.Join(way,
		filepath.Base(pg.Socket()))})
	c := natstest.Start(t, on)
	o := work.Options{Data: t.TempDir(), DB: pg.Through(way, "public"), NATS: c.URLs(),
		BlobsNATS: true, Name: "chaos"}
	s, _ := serving(t, o)
	fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t, members))
	fixtures.AddPetition(t, s.Store, "p1", "s1")
	w := &worker{t: t, args: []string{"work", "--nats", o.NATS, "--db", o.DB, "--name", "chaos",
		"--workers", "1", "--log-level", "error"}}
	w.start()
	defer func() { w.kill() }()
	began, files := time.Now(), 0
	next := func() {
		handIn(t, s, typedCopy(t, files))
		files++
	}
	kinds := []func(int){c.Lose, c.Cut, c.Fill}
	ends := []func(int){c.Start, c.Mend, c.Clear}
	if on.Disk == 0 {
		kinds = kinds[:2]
	}
	for round := range rounds {
		kind, server := round%len(kinds), (round+round/3)%3
		next()
		// it may be the leader, and where it was cut off believe it still when it is joined again
		kinds[kind](server)
		next()
		w.kill()
		if round%2 == 0 {
			pg.Kill()
			time.Sleep(500 * time.Millisecond)
			if err := pg.Serve(); err != nil {
				t.Fatal(err)
			}
		} else {
			toPG.Cut()
			time.AfterFunc(2*time.Second, toPG.Mend)
		}
		next()
		ends[kind](server)
		w.start()
		if round%2 == 1 {
			_ = w.cmd.Process.Signal(syscall.SIGSTOP)
			// it was given up after 5
			time.AfterFunc(7*time.Second, func() { _ = w.cmd.Process.Signal(syscall.SIGCONT) })
		}
		c.Restored(t, "chaos")
	}
	fixtures.Settled(t, s.Store, "p1")
	chaosLeft(t, s, files)
	t.Logf("%d rounds in %v: %d files, none lost, doubled, stuck or given up", rounds,
		time.Since(began).Round(time.Second), files)
}

// chaosLeft says what chaos lost, doubled, or left to a person.
func chaosLeft(t *testing.T, s *work.Service, files int) {
	t.Helper()
	uploads, pages, lines := fixtures.Contents(t, s.Store, "p1")
	if len(uploads) != files || len(pages) != files || len(lines) != 4*files {
		t.Errorf("%d files, %d pages and %d lines of %d, %[4]d and %d", len(uploads), len(pages),
			len(lines), files, 4*files)
	}
	for _, p := range pages {
		if p.Error != "" || p.ReadAt.IsZero() {
			t.Errorf("page %s: %q", p.ID, p.Error)
		}
	}
	if failures, err := s.Store.Failures(t.Context(), "p1"); err != nil || len(failures) > 0 {
		t.Errorf("a person must retry %+v, %v", failures, err)
	}
	kept, err := s.Store.Kept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kept {
		if err := s.Blobs.Verify(t.Context(), k.SHA256); err != nil {
			t.Errorf("a %s: %v", k.What, err)
		}
	}
	if _, err := s.Store.VerifyAudit(t.Context()); err != nil {
		t.Error(err)
	}
	var subjects []string
	all, err := s.Store.AuditWhere(t.Context(), store.AuditFilter{Action: "upload.added"}, 0,
		10*files)
	for _, e := range all {
		subjects = append(subjects, e.Detail)
	}
	slices.Sort(subjects)
	if n := len(slices.Compact(subjects)); err != nil || n != files || len(all) != files {
		t.Errorf("%d of %d files entered the log once, %v", n, files, fmt.Sprint(err))
	}
}
