package queue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"countersign/internal/queue"
)

// quick are options under which tests do not wait.
func quick(dir string) queue.Options {
	return queue.Options{Dir: dir, AckWait: 500 * time.Millisecond, Delay: 5 * time.Millisecond,
		Deliver: 3, Grace: time.Second}
}

func open(t testing.TB, o queue.Options) *queue.Queue {
	t.Helper()
	q, err := queue.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func announce(t testing.TB, q *queue.Queue, subjects ...string) {
	t.Helper()
	for _, s := range subjects {
		if err := q.Announce(t.Context(), "extract", s, "id of "+s); err != nil {
			t.Fatal(err)
		}
	}
}

// log is what handlers were called with, in order.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *log) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// until works on a stage until so many lines were written down, and a little longer in
// which no more may come.
func until(t testing.TB, q *queue.Queue, l *log, n int, handle func(context.Context,
	string) error) []string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var hands sync.WaitGroup
	hands.Go(func() {
		err := q.Work(ctx, "extract", 2, handle, func(_ context.Context, subject string,
			err error) {
			l.add("gave up %s: %v", subject, err)
		})
		if err != nil {
			t.Error(err)
		}
	})
	settled := func() bool {
		depth, err := q.Depth(t.Context())
		return err == nil && depth["extract"] == 0
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(
		5 * time.Millisecond) {
		if len(l.all()) >= n && settled() {
			break
		}
	}
	stop()
	hands.Wait()
	return l.all()
}

func TestEachAnnouncementIsHandledOnce(t *testing.T) {
	t.Parallel()
	q := open(t, quick(t.TempDir()))
	defer q.Close()
	announce(t, q, "a", "b", "c")
	announce(t, q, "b") // the same id again
	var l log
	got := until(t, q, &l, 3, func(_ context.Context, s string) error {
		l.add("%s", s)
		return nil
	})
	slices.Sort(got)
	if diff := cmp.Diff([]string{"a", "b", "c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsAreTriedAgain(t *testing.T) {
	t.Parallel()
	q := open(t, quick(t.TempDir()))
	defer q.Close()
	announce(t, q, "a")
	var l log
	got := until(t, q, &l, 2, func(_ context.Context, s string) error {
		l.add("%s", s)
		if len(l.all()) == 1 {
			return errors.New("not now")
		}
		return nil
	})
	if diff := cmp.Diff([]string{"a", "a"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestGivingUp(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		handle func() error
		want   []string
	}{
		"after the last try": {func() error {
			return errors.New("never")
		}, []string{"a", "a", "a", "gave up a: never"}},
		"at once": {func() error {
			return queue.GiveUp(errors.New("hopeless"))
		}, []string{"a", "gave up a: hopeless"}},
		"a fault": {func() error {
			panic("oh")
		}, []string{"a", "a", "a", "gave up a: a fault in countersign: oh"}},
	} {
		t.Run(name, func(t *testing.T) {
			q := open(t, quick(t.TempDir()))
			defer q.Close()
			announce(t, q, "a")
			var l log
			got := until(t, q, &l, len(tt.want), func(_ context.Context, s string) error {
				l.add("%s", s)
				return tt.handle()
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// While what the work needs is away no try is used up, however long that is; failures of its own
// count as before.
func TestWaiting(t *testing.T) {
	t.Parallel()
	q := open(t, quick(t.TempDir()))
	defer q.Close()
	announce(t, q, "a")
	var l log
	var want []string
	for i := range 12 {
		want = append(want, fmt.Sprint("away ", i))
	}
	want = append(want, "failed", "failed", "done")
	got := until(t, q, &l, len(want), func(context.Context, string) error {
		switch n := len(l.all()); {
		case n < 12:
			l.add("away %d", n)
			return queue.Wait(errors.New("the database is away"))
		case n < 14:
			l.add("failed")
			return errors.New("not now")
		}
		l.add("done")
		return nil
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Who waits for what is away stops at once when told to, and the work is there for the next.
func TestStoppingWhileWaiting(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Delay = time.Hour
	q := open(t, o)
	defer q.Close()
	announce(t, q, "a")
	ctx, stop := context.WithCancel(t.Context())
	err := q.Work(ctx, "extract", 1, func(context.Context, string) error {
		stop()
		return queue.Wait(errors.New("away"))
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var l log
	got := until(t, q, &l, 1, func(_ context.Context, s string) error {
		l.add("%s", s)
		return nil
	})
	if diff := cmp.Diff([]string{"a"}, got); diff != "" {
		t.Error(diff)
	}
}

// Work that takes longer than a silent worker is waited for is not given to another.
func TestLongWorkIsLeftAlone(t *testing.T) {
	t.Parallel()
	q := open(t, quick(t.TempDir()))
	defer q.Close()
	announce(t, q, "a")
	var l log
	got := until(t, q, &l, 1, func(_ context.Context, s string) error {
		time.Sleep(1500 * time.Millisecond)
		l.add("%s", s)
		return nil
	})
	if diff := cmp.Diff([]string{"a"}, got); diff != "" {
		t.Error(diff)
	}
}

// Who is told to stop finishes what it has begun.
func TestStopping(t *testing.T) {
	t.Parallel()
	q := open(t, quick(t.TempDir()))
	defer q.Close()
	announce(t, q, "a", "b")
	ctx, stop := context.WithCancel(t.Context())
	var l log
	err := q.Work(ctx, "extract", 1, func(ctx context.Context, s string) error {
		stop()
		time.Sleep(100 * time.Millisecond)
		l.add("%s %v", s, ctx.Err())
		return nil
	}, nil)
	if diff := cmp.Diff([]string{"a <nil>"}, l.all()); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// Work that does not end within the grace is cancelled, and is there for the next.
func TestGraceEnds(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Grace = 50 * time.Millisecond
	q := open(t, o)
	defer q.Close()
	announce(t, q, "a")
	ctx, stop := context.WithCancel(t.Context())
	err := q.Work(ctx, "extract", 1, func(ctx context.Context, s string) error {
		stop()
		<-ctx.Done()
		return ctx.Err()
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var l log
	got := until(t, q, &l, 1, func(_ context.Context, s string) error {
		l.add("%s", s)
		return nil
	})
	if diff := cmp.Diff([]string{"a"}, got); diff != "" {
		t.Error(diff)
	}
}

// A stopped server has kept what was announced.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	q := open(t, quick(dir))
	announce(t, q, "a", "b")
	q.Close()
	q = open(t, quick(dir))
	defer q.Close()
	announce(t, q, "a") // known still
	var l log
	got := until(t, q, &l, 2, func(_ context.Context, s string) error {
		l.add("%s", s)
		return nil
	})
	slices.Sort(got)
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" {
		t.Error(diff)
	}
}

// A full queue says so, keeps what it has, and takes more once there is room.
func TestFull(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.MaxBytes = 1000
	q := open(t, o)
	defer q.Close()
	var taken []string
	for i := range 100 {
		s := fmt.Sprint("page ", i)
		if err := q.Announce(t.Context(), "extract", s, s); err != nil {
			break
		}
		taken = append(taken, s)
	}
	if len(taken) == 0 || len(taken) == 100 {
		t.Fatalf("%d of 100 were taken", len(taken))
	}
	var l log
	got := until(t, q, &l, len(taken), func(_ context.Context, s string) error {
		l.add("%s", s)
		return nil
	})
	slices.Sort(got)
	slices.Sort(taken)
	if diff := cmp.Diff(taken, got); diff != "" {
		t.Error(diff)
	}
	announce(t, q, "more")
}

func TestTell(t *testing.T) {
	t.Parallel()
	q := open(t, quick(t.TempDir()))
	defer q.Close()
	changed, stop := q.Listen(t.Context(), "p1")
	defer stop()
	q.Tell("p2")
	q.Tell("p1")
	select {
	case <-changed:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was heard")
	}
	stop()
	q.Tell("p1")
	if err := q.Check(t.Context()); err != nil {
		// by then the server has passed on what was told before
		t.Fatal(err)
	}
	select {
	case <-changed:
		t.Error("something was heard after the end")
	default:
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]queue.Options{
		"no folder is named":   {},
		"the port is no":       {Dir: t.TempDir(), Listen: "127.0.0.1:x", Token: "t"},
		"set a token":          {Dir: t.TempDir(), Listen: "127.0.0.1:0"},
		"has no room for":      {Dir: t.TempDir(), MaxBytes: 1 << 50},
		"connect to the queue": {URL: "nats://127.0.0.1:1"},
	} {
		if _, err := queue.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(),
			want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

// child is the environment variable that makes the test binary a worker of another
// process: it holds the URL.
const child = "COUNTERSIGN_QUEUE_TEST"

func TestMain(m *testing.M) {
	if url := os.Getenv(child); url != "" {
		workElsewhere(url)
		return
	}
	os.Exit(m.Run())
}

// workElsewhere takes one announcement, says so, and never ends it.
func workElsewhere(url string) {
	o := quick("")
	o.URL = url
	q, err := queue.Open(context.Background(), o)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_ = q.Work(context.Background(), "extract", 1, func(_ context.Context, s string) error {
		fmt.Println("took", s)
		select {}
	}, nil)
}

// What a worker in another process had in hand when it was killed comes to one that lives.
func TestKilledWorker(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Listen, o.Token = "127.0.0.1:0", "secret"
	q := open(t, o)
	defer q.Close()
	if _, err := queue.Open(t.Context(), queue.Options{URL: "nats://" + q.Address()}); err == nil {
		t.Error("somebody got in without the token")
	}
	announce(t, q, "a")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), child+"=nats://secret@"+q.Address())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	n, _ := out.Read(said)
	if !bytes.HasPrefix(said[:n], []byte("took a")) {
		t.Errorf("the worker said %q", said[:n])
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	var l log
	got := until(t, q, &l, 1, func(_ context.Context, s string) error {
		l.add("%s", s)
		return nil
	})
	if diff := cmp.Diff([]string{"a"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	q := open(t, quick(t.TempDir()))
	defer q.Close()
	for range 2 { // made, then found
		js, bucket, err := q.Objects(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		o, err := js.ObjectStore(t.Context(), bucket)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.PutString(t.Context(), "name", "what"); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkAnnounce(b *testing.B) {
	q := open(b, quick(b.TempDir()))
	defer q.Close()
	i := 0
	for b.Loop() {
		i++
		if err := q.Announce(b.Context(), "verify", "x", fmt.Sprint(i)); err != nil {
			b.Fatal(err)
		}
	}
}

// A consumer that somebody deleted, or that was lost with a server, is made again.
func TestLostConsumer(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Listen, o.Token = "127.0.0.1:0", "secret"
	q := open(t, o)
	defer q.Close()
	conn, err := nats.Connect("nats://secret@" + q.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var l log
	var hands sync.WaitGroup
	hands.Go(func() {
		if err := q.Work(ctx, "extract", 1, func(_ context.Context, s string) error {
			l.add("%s", s)
			return nil
		}, nil); err != nil {
			t.Error(err)
		}
	})
	for _, s := range []string{"a", "b"} {
		announce(t, q, s)
		for deadline := time.Now().Add(time.Minute); !slices.Contains(l.all(),
			s); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s did not come", s)
			}
		}
		if err := js.DeleteConsumer(t.Context(), "COUNTERSIGN", "extract"); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	hands.Wait()
}
