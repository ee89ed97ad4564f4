package work

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/fixtures"
)

// heard is a log that somebody looks at.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(p)
}

func (h *heard) await(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(
		5 * time.Millisecond) {
		h.mu.Lock()
		found := strings.Contains(h.text.String(), text)
		h.mu.Unlock()
		if found {
			return
		}
	}
	t.Fatalf("nobody said %q", text)
}

// A folder of files that is not mounted for a while costs no page a try: work waits for it and
// goes on by itself.
func TestFilesAwayForAWhile(t *testing.T) {
	t.Parallel()
	said := &heard{}
	data := t.TempDir()
	s, err := Open(t.Context(), Options{Data: data, Log: slog.New(slog.NewTextHandler(said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.LayProbe(t.Context()); err != nil {
		t.Fatal(err)
	}
	fixtures.AddPetition(t, s.Store, "p1", "")
	u := upload(t, s, "p1", "no.pdf", []byte("no PDF"))
	files := filepath.Join(data, "blobs")
	if err := os.Rename(files, files+" away"); err != nil {
		t.Fatal(err)
	}
	working(t, s)
	said.await(t, "work waits")
	if u, err := s.Store.Upload(t.Context(), u.ID); err != nil || u.Error != "" {
		t.Errorf("%+v, %v", u, err)
	}
	if err := os.Rename(files+" away", files); err != nil {
		t.Fatal(err)
	}
	fixtures.Settled(t, s.Store, "p1")
	if u, err := s.Store.Upload(t.Context(), u.ID); err != nil || !strings.Contains(u.Error,
		"no.pdf") {
		t.Errorf("it was not opened: %+v, %v", u, err)
	}
	if failures, err := s.Store.Failures(t.Context(), "p1"); len(failures) > 0 || err != nil {
		t.Errorf("failures: %v, %v", failures, err)
	}
}
