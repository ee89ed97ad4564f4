package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/extract"
	"countersign/ingest"
	"countersign/internal/fixtures"
)

func TestMain(m *testing.M) {
	fixtures.LimitTesseract()
	if len(os.Args) > 2 && os.Args[1] == Command { // the tests start themselves as readers
		if err := Serve(os.Args[2], os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func open(t testing.TB, o Options) *Pool {
	t.Helper()
	o.Temp = t.TempDir()
	o.Waited = true // else the tests of other packages take the processor from the readers
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Read = append(o.Read, fixtures.Folder)
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// What comes out of a reader process is what the stages make of the page here.
func TestReadWhatTheStagesRead(t *testing.T) {
	want, err := fixtures.Sheets()
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, Options{})
	file, err := r.Open(t.Context(), fixtures.Scanned, "sheets.pdf")
	if err != nil || file.Pages != len(want) {
		t.Fatalf("%+v, %v; want %d pages", file, err, len(want))
	}
	for n := range file.Pages {
		got, err := r.Page(t.Context(), fixtures.Scanned, "sheets.pdf", n+1, How{Picture: true})
		if err != nil {
			t.Fatal(err)
		}
		s, err := got.Sheet()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[n], s, cmpopts.IgnoreFields(extract.Reading{},
			"Words")); diff != "" {
			t.Errorf("page %d:\n%s", n+1, diff)
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(got.Picture))
		if err != nil || c.Width != got.Width || c.Height != got.Height ||
			max(c.Width, c.Height) > longestPicture {
			t.Errorf("the picture of page %d has %d × %d pixels, said to be %d × %d: %v", n+1,
				c.Width, c.Height, got.Width, got.Height, err)
		}
	}
}

// Files of every kind are read inside the confinement as they are outside of it.
func TestOpenEveryKind(t *testing.T) {
	files, err := filepath.Glob(fixtures.Folder + "pdfs/*/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	files = append(files, fixtures.Online, fixtures.BlankPNG(t))
	r := open(t, Options{Processes: 2, Read: []string{filepath.Dir(files[len(files)-1])}})
	var outside ingest.Reader
	defer outside.Close()
	for _, path := range files {
		want := 0
		d, outsideErr := outside.Open(t.Context(), path)
		if outsideErr == nil {
			want = d.Pages()
			d.Close()
		}
		file, err := r.Open(t.Context(), path, filepath.Base(path))
		if file.Pages != want || fmt.Sprint(err) != fmt.Sprint(outsideErr) {
			t.Errorf("%s: %d pages, %v; outside %d, %v", path, file.Pages, err, want, outsideErr)
		}
	}
}

// A file that needs more than it may have is refused under its name, and the reader
// after it reads on.
func TestRefuseWhatBreaksThem(t *testing.T) {
	huge := fixtures.Write(t, "huge.png", fixtures.PNG(30_000, 30_000))
	typed := fixtures.Write(t, "typed.pdf", fixtures.Typed(t, 1, 5, 0))
	r := open(t, Options{Memory: 600, Limits: ingest.Limits{PagePixels: 1000_000_000},
		Read: []string{filepath.Dir(huge), filepath.Dir(typed)}})
	if _, err := r.Page(t.Context(), typed, "typed.pdf", 1, How{}); err != nil {
		t.Fatal(err)
	}
	_, err := r.Page(t.Context(), huge, "Huge one.png", 1, How{})
	var input *ingest.InputError
	if !errors.As(err, &input) || input.File != "Huge one.png" || input.Page != 1 ||
		!strings.Contains(input.Problem, "memory") {
		t.Errorf("got %v", err)
	}
	if _, err := r.Page(t.Context(), typed, "typed.pdf", 1, How{}); err != nil {
		t.Error("after it:", err)
	}
}

func TestRefuseWhatTakesTooLong(t *testing.T) {
	r := open(t, Options{PageTime: 50 * time.Millisecond})
	_, err := r.Page(t.Context(), fixtures.Scanned, "slow.pdf", 2, How{})
	var input *ingest.InputError
	if !errors.As(err, &input) || input.File != "slow.pdf" || input.Page != 2 ||
		!strings.Contains(input.Problem, "longer than 50ms") {
		t.Errorf("got %v", err)
	}
	if _, err := r.Open(t.Context(), fixtures.Scanned, "slow.pdf"); err != nil {
		t.Error("after it:", err)
	}
}

// A reader that is killed while nobody looks is replaced without a word.
func TestAreReplaced(t *testing.T) {
	r := open(t, Options{Renew: 2})
	for range 5 {
		if _, err := r.Open(t.Context(), fixtures.Online, "a.pdf"); err != nil {
			t.Fatal(err)
		}
		for _, p := range r.idle {
			p.kill()
		}
	}
}

func TestEndWithTheContext(t *testing.T) {
	r := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	for {
		if _, err := r.Page(ctx, fixtures.Scanned, "a.pdf", 2, How{Picture: true}); err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			return
		}
	}
}

func TestAtOnce(t *testing.T) {
	r := open(t, Options{Processes: 2})
	var asking sync.WaitGroup
	for range 6 {
		asking.Go(func() {
			if f, err := r.Open(t.Context(), fixtures.Online, "a.pdf"); f.Pages == 0 || err != nil {
				t.Errorf("%+v, %v", f, err)
			}
		})
	}
	asking.Wait()
}

// A reader opens nothing but what it is given, where the kernel can see to that.
func TestAreConfined(t *testing.T) {
	elsewhere := fixtures.Write(t, "elsewhere.pdf", fixtures.Read(t, fixtures.Online))
	var said bytes.Buffer
	r := open(t, Options{Log: slog.New(slog.NewTextHandler(&said, nil))})
	_, err := r.Open(t.Context(), elsewhere, "elsewhere.pdf")
	switch open := strings.Contains(said.String(), "no Landlock"); {
	case open && err != nil:
		t.Errorf("without Landlock: %v", err)
	case !open && (err == nil || !strings.Contains(err.Error(), "may not be read")):
		t.Errorf("a file outside of what it may read: %v", err)
	}
}

// What a reader leaves behind is gone with it.
func TestLeaveNothing(t *testing.T) {
	typed := fixtures.Write(t, "typed.pdf", fixtures.Typed(t, 1, 5, 0))
	r := open(t, Options{Read: []string{filepath.Dir(typed)}})
	if _, err := r.Page(t.Context(), typed, "a.pdf", 1, How{Picture: true}); err != nil {
		t.Fatal(err)
	}
	r.Close()
	left, err := os.ReadDir(r.options.Temp)
	if err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func FuzzReceive(f *testing.F) {
	var b bytes.Buffer
	if err := send(&b, answered{Pages: 3}, []byte("sheet"), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte{0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var head answered
		parts, err := receive(bytes.NewReader(data), &head, mostParts)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := send(&again, head, parts...); err != nil {
			t.Error(err)
		}
	})
}
