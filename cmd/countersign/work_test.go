package main

import (
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// asked is what an address answers.
func asked(t testing.TB, url string) (status int, text string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return answer.StatusCode, string(body)
}

// What a killed worker left of scans is removed by the next; folders in use and those of others
// stay.
func TestSweepTemporary(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"countersign-work-dead", "countersign-work-alive",
		"countersign-work-other", "another"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Join(path, "fetched"), 0o700); err != nil {
			t.Fatal(err)
		}
		if name != "countersign-work-other" {
			if err := os.WriteFile(filepath.Join(path, "lock"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	held, err := os.OpenFile(filepath.Join(dir, "countersign-work-alive", "lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := unix.Flock(int(held.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	sweepTemporary(dir, slog.New(slog.DiscardHandler))
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 3 || strings.Contains(strings.Join(left, " "), "dead") {
		t.Errorf("%v, %v", left, err)
	}
}
