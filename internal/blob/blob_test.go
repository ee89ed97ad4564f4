package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"countersign/internal/blob"
)

// store is what callers need of either.
type store interface {
	Put(ctx context.Context, r io.Reader) (sum string, size int64, err error)
	Open(ctx context.Context, sum string) (io.ReadSeekCloser, error)
	Path(ctx context.Context, sum string) (path string, done func(), err error)
	Size(ctx context.Context, sum string) (int64, error)
	Verify(ctx context.Context, sum string) error
	DeleteOlder(ctx context.Context, sum string, before time.Time) (gone bool, err error)
	Check(ctx context.Context) error
}

// conformance is what both must do.
var conformance = []struct {
	name string
	run  func(t *testing.T, s store)
}{
	{"what was put is there", testPut},
	{"the same bytes at once", testAtOnce},
	{"a blob larger than a message", testLarge},
	{"a path for parsers", testPath},
	{"what is not there", testMissing},
	{"names that are no sums", testNames},
	{"whole", testVerify},
	{"removing", testDelete},
	{"what was put again is not removed", testDeleteOlder},
	{"put and removed at once", testRemovedAtOnce},
	{"a reader that breaks off", testBrokenReader},
	{"called off", testCalledOff},
	{"ready", testCheck},
}

func TestFiles(t *testing.T) {
	for _, c := range conformance {
		t.Run(c.name, func(t *testing.T) { c.run(t, files(t, t.TempDir())) })
	}
}

func TestObjects(t *testing.T) {
	js := startNATS(t)
	for i, c := range conformance {
		t.Run(c.name, func(t *testing.T) {
			bucket := fmt.Sprint("blobs", i)
			if _, err := js.CreateObjectStore(t.Context(), jetstream.ObjectStoreConfig{
				Bucket: bucket}); err != nil {
				t.Fatal(err)
			}
			o, err := blob.OpenObjects(t.Context(), js, bucket, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			// What waits for a name lies in the folder for temporary files.
			tmp := t.TempDir()
			t.Setenv("TMPDIR", tmp)
			c.run(t, o)
			if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
				t.Errorf("%d temporary files are left, %v", len(left), err)
			}
		})
	}
}

func testPut(t *testing.T, s store) {
	for _, want := range [][]byte{{}, []byte("a"), bytes.Repeat([]byte("petition"), 1000)} {
		sum, size, err := s.Put(t.Context(), iotest.OneByteReader(bytes.NewReader(want)))
		if err != nil {
			t.Fatal(err)
		}
		if sum != sumOf(want) || size != int64(len(want)) {
			t.Errorf("%s of %d bytes", sum, size)
		}
		if again, _, err := s.Put(t.Context(), bytes.NewReader(want)); err != nil || again != sum {
			t.Errorf("again: %s, %v", again, err)
		}
		file, err := s.Open(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(file, want); err != nil {
			t.Error(err)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
		if size, err := s.Size(t.Context(), sum); err != nil || size != int64(len(want)) {
			t.Errorf("size %d, %v", size, err)
		}
	}
}

func testVerify(t *testing.T, s store) {
	sum, _, err := s.Put(t.Context(), bytes.NewReader([]byte("petition")))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context(), sum); err != nil {
		t.Error(err)
	}
	for _, none := range []string{sumOf([]byte("other")), "../../etc/passwd"} {
		if err := s.Verify(t.Context(), none); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s: %v", none, err)
		}
	}
}

func testAtOnce(t *testing.T, s store) {
	want := bytes.Repeat([]byte("petition"), 10_000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			sum, _, err := s.Put(t.Context(), bytes.NewReader(want))
			if err != nil || sum != sumOf(want) {
				t.Errorf("%s, %v", sum, err)
			}
		})
	}
	all.Wait()
	same(t, s, want)
}

func testLarge(t *testing.T, s store) {
	want := make([]byte, 5<<20+1)
	rand.NewChaCha8([32]byte{}).Read(want)
	if _, _, err := s.Put(t.Context(), bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	same(t, s, want)
	file, err := s.Open(t.Context(), sumOf(want))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Seek(-3, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, want[len(want)-3:]) {
		t.Errorf("%x, %v", got, err)
	}
}

func testPath(t *testing.T, s store) {
	want := []byte("petition")
	sum, _, err := s.Put(t.Context(), bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	path, done, err := s.Path(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	done()
	same(t, s, want)
}

func testMissing(t *testing.T, s store) {
	refuses(t, s, sumOf([]byte("never put")))
}

// Names come from outside, and none of them may leave the folder.
func testNames(t *testing.T, s store) {
	for _, name := range []string{"", "ab", "../../../../etc/passwd", sumOf(nil)[:63] + "/",
		sumOf(nil)[:63] + "Z", "A" + sumOf(nil)[1:]} {
		refuses(t, s, name)
		if _, err := s.DeleteOlder(t.Context(), name, time.Now()); !errors.Is(err,
			blob.ErrNotFound) {
			t.Errorf("removing %q: %v", name, err)
		}
	}
}

func refuses(t *testing.T, s store, sum string) {
	t.Helper()
	_, opened := s.Open(t.Context(), sum)
	_, _, found := s.Path(t.Context(), sum)
	_, measured := s.Size(t.Context(), sum)
	for _, err := range []error{opened, found, measured} {
		if !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%q: %v", sum, err)
		}
	}
}

func testDelete(t *testing.T, s store) {
	sum, _, err := s.Put(t.Context(), bytes.NewReader([]byte("petition")))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if gone, err := s.DeleteOlder(t.Context(), sum, later()); err != nil || !gone {
			t.Error(gone, err)
		}
		refuses(t, s, sum)
	}
	if _, _, err := s.Put(t.Context(), bytes.NewReader([]byte("petition"))); err != nil {
		t.Error(err)
	}
	same(t, s, []byte("petition"))
}

// later is a time at which everything that was put is old.
func later() time.Time { return time.Now().Add(time.Hour) }

func testDeleteOlder(t *testing.T, s store) {
	want := []byte("petition")
	put := func() {
		t.Helper()
		if _, _, err := s.Put(t.Context(), bytes.NewReader(want)); err != nil {
			t.Fatal(err)
		}
	}
	put()
	listed := time.Now()
	put()
	if gone, err := s.DeleteOlder(t.Context(), sumOf(want), listed); err != nil || gone {
		t.Errorf("removed what was put again since: %v, %v", gone, err)
	}
	same(t, s, want)
	if gone, err := s.DeleteOlder(t.Context(), sumOf(want), later()); err != nil || !gone {
		t.Errorf("kept what is old: %v, %v", gone, err)
	}
	refuses(t, s, sumOf(want))
}

// Whatever comes first, what is put while it is removed as old is there
// afterwards, whole.
func testRemovedAtOnce(t *testing.T, s store) {
	for n := range 100 {
		want := bytes.Repeat([]byte{byte(n)}, 1000)
		if _, _, err := s.Put(t.Context(), bytes.NewReader(want)); err != nil {
			t.Fatal(err)
		}
		listed := time.Now()
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if _, err := s.DeleteOlder(t.Context(), sumOf(want), listed); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				if _, _, err := s.Put(t.Context(), bytes.NewReader(want)); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		same(t, s, want)
	}
}

func testBrokenReader(t *testing.T, s store) {
	broken := errors.New("the connection broke")
	_, _, err := s.Put(t.Context(), io.MultiReader(bytes.NewReader([]byte("half")),
		iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	refuses(t, s, sumOf([]byte("half")))
}

func testCalledOff(t *testing.T, s store) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := s.Put(ctx, bytes.NewReader([]byte("petition"))); !errors.Is(err,
		context.Canceled) {
		t.Errorf("error %v", err)
	}
	refuses(t, s, sumOf([]byte("petition")))
}

func testCheck(t *testing.T, s store) {
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func same(t *testing.T, s store, want []byte) {
	t.Helper()
	file, err := s.Open(t.Context(), sumOf(want))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes where %d were kept, %v", len(got), len(want), err)
	}
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// startNATS runs a server in this process, reached without a port.
func startNATS(t testing.TB) jetstream.JetStream {
	t.Helper()
	nc, err := server.NewServer(&server.Options{DontListen: true, JetStream: true,
		StoreDir: t.TempDir(), SyncAlways: true, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	nc.Start()
	t.Cleanup(func() {
		nc.Shutdown()
		nc.WaitForShutdown()
	})
	if !nc.ReadyForConnections(time.Minute) {
		t.Fatal("the server does not start")
	}
	conn, err := nats.Connect("", nats.InProcessServer(nc))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}
