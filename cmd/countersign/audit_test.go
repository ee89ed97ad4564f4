package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/store"
)

// logged is a service's folder with a log of so many entries, its head noted after all but the
// last few. The database is still open, as a crash leaves it: the newest of it is in its WAL.
func logged(t *testing.T, entries int) (dir string, db *store.Store) {
	t.Helper()
	dir = t.TempDir()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "countersign.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	heads := store.Anchors{Path: filepath.Join(dir, "audit-heads")}
	for i := range entries {
		if _, err := db.Record(t.Context(), store.AuditEntry{Actor: "x", Action: "petition.added",
			Subject: fmt.Sprint("petition ", i)}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := heads.Note(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	return dir, db
}

// copied is a copy of a folder as it lies there.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func change(t *testing.T, path string, do func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, do(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func execute(t *testing.T, dir, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "countersign.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// Each of what can happen to a log is told apart from the others.
func TestAuditVerify(t *testing.T) {
	t.Parallel()
	if r := countersign("audit", "verify", "--data", t.TempDir()); r.code != exitUnusable ||
		!strings.Contains(r.stderr, "holds no data") {
		t.Errorf("of an empty folder: %+v", r)
	}
	running, db := logged(t, 20)
	crashed := copied(t, running)
	db.Close()
	heads := "audit-heads"
	for name, tt := range map[string]struct {
		from string
		do   func(dir string)
		code int
		want string
	}{
		"whole": {running, func(string) {}, exitOK,
			"All 20 entries of the log are as they were written, and none is missing: 20 heads"},
		"crashed": {crashed, func(string) {}, exitOK, "All 20 entries"},
		"no heads": {running, func(dir string) { os.Remove(filepath.Join(dir, heads)) }, exitOK,
			"Whether entries are gone from its end is not known"},
		"a flipped byte in the WAL": {crashed, func(dir string) {
			change(t, filepath.Join(dir, "countersign.db-wal"), func(b []byte) []byte {
				b[len(b)*9/10] ^= 4
				return b
			})
		}, exitUnusable, "entries are gone"},
		"the WAL is lost": {crashed, func(dir string) {
			os.Remove(filepath.Join(dir, "countersign.db-wal"))
		}, exitUnusable, ""},
		"an end taken out with its head": {running, func(dir string) {
			execute(t, dir,
				`DELETE FROM audit WHERE seq > 15; UPDATE audit_head SET seq = 15, hash = (SELECT hash FROM audit WHERE seq = 15)`)
		}, exitUnusable, "ends with entry 15, and"},
		"a damaged page": {running, func(dir string) {
			change(t, filepath.Join(dir, "countersign.db"), func(b []byte) []byte {
				at := bytes.LastIndex(b, []byte("petition 3")) &^ 4095
				return append(append(b[:at:at], bytes.Repeat([]byte{0xA5}, 512)...), b[at+512:]...)
			})
		}, exitUnusable, "the database is damaged"},
		"a flipped bit": {running, func(dir string) {
			change(t, filepath.Join(dir, "countersign.db"), func(b []byte) []byte {
				return bytes.ReplaceAll(b, []byte("petition 3"), []byte("petition 2"))
			})
		}, exitUnusable, "the database is damaged"},
		"a changed entry": {running, func(dir string) {
			execute(t, dir, `UPDATE audit SET subject = 'petition 17' WHERE seq = 4`)
		}, exitUnusable, "somebody changed it"},
		"damaged heads": {running, func(dir string) {
			change(t, filepath.Join(dir, heads), func(b []byte) []byte {
				return append(bytes.ReplaceAll(b[:400], []byte("Z "), []byte("z ")), b[400:]...)
			})
		}, exitUnread, "says nothing of the log itself"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copied(t, tt.from)
			tt.do(dir)
			r := countersign("audit", "verify", "--data", dir)
			if r.code != tt.code || !strings.Contains(r.stdout+r.stderr, tt.want) {
				t.Errorf("exit code %d, %s%s; want %d, %q", r.code, r.stdout, r.stderr, tt.code,
					tt.want)
			}
		})
	}
}

// A service notes heads by itself, and says at its next start that the end of its log is gone.
func TestServeNotesHeads(t *testing.T) {
	t.Parallel()
	own := filepath.Join(t.TempDir(), "heads")
	d := newDaemon(t, "--audit-heads", own)
	d.start()
	d.ready()
	d.upload(t.Context(), 1)
	d.stop()
	text, err := os.ReadFile(own)
	if err != nil || !strings.Contains(d.said.String(), "head of the audit log") {
		t.Fatalf("%v; it said %s", err, d.said)
	}
	seq, hash, err := d.db.AuditHead(t.Context())
	if err != nil || seq == 0 || !strings.Contains(string(text), fmt.Sprintf(" %d %s", seq, hash)) {
		t.Errorf("the head is %d %s, noted %s, %v", seq, hash, text, err)
	}
	execute(t, d.dir,
		`DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit); UPDATE audit_head SET seq = seq - 1, hash = COALESCE((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '')`)
	d.start()
	d.ready()
	d.stop()
	if !strings.Contains(d.said.String(), "is not the one that was noted") {
		t.Errorf("it said %s", d.said)
	}
}
