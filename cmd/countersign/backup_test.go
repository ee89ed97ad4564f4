package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/fixtures"
	"countersign/internal/store"
)

// A backup of a service at work, served elsewhere, is what was backed up: lines, counts, files
// and the log; and what was not read yet is read there.
func TestBackup(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.start()
	d.ready()
	d.upload(t.Context(), 1)
	d.settled()
	before := inventory(t, d.db)
	d.upload(t.Context(), 0) // being read

	to := filepath.Join(t.TempDir(), "backup")
	if r := countersign("backup", "--data", d.dir, to); r.code != exitOK ||
		!strings.Contains(r.stdout, "files are in") {
		t.Fatalf("exit code %d, it says %s%s", r.code, r.stdout, r.stderr)
	}
	if r := countersign("backup", "--data", d.dir, to); r.code != exitUnusable ||
		!strings.Contains(r.stderr, "name a new folder") {
		t.Errorf("over the first: exit code %d, %s", r.code, r.stderr)
	}
	d.kill()
	if err := os.RemoveAll(d.dir); err != nil { // the machine is gone
		t.Fatal(err)
	}
	d.db.Close()

	if r := countersign("scrub", "--data", to); r.code != exitOK {
		t.Errorf("scrub: exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
	d.dir = to
	for i, a := range d.args {
		if a == "--data" {
			d.args[i+1] = to
		}
	}
	var err error
	if d.db, err = store.Open(t.Context(), "sqlite://"+filepath.Join(to,
		"countersign.db")); err != nil {
		t.Fatal(err)
	}
	have := inventory(t, d.db)
	for _, line := range before {
		if !strings.Contains(strings.Join(have, "\n"), line) {
			t.Errorf("the backup lacks %s", line)
		}
	}
	d.start()
	d.ready()
	d.settled()
	uploads, _, lines := fixtures.Contents(t, d.db, "p1")
	if len(uploads) != 2 || len(lines) != 4+3 {
		t.Errorf("%d files with %d lines were restored", len(uploads), len(lines))
	}
	if _, err := d.db.VerifyAudit(t.Context()); err != nil {
		t.Error(err)
	}
	d.stop()
}
