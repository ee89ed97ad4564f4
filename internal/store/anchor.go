package store

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"
)

// Anchors are heads of the audit log, noted in a file outside of the database: the chain says by
// itself whether an entry was changed or taken out of its midst, and nothing of entries that are
// gone from its end, with the head that told of them.
//
// Each line is a time, the number of the entry, its hash, and the beginning of the hash of these
// three, so that a line that a damaged disk changed is not taken for another head.
type Anchors struct{ Path string }

// anchor is one line.
type anchor struct {
	at   time.Time
	seq  int64
	hash string
}

func (a anchor) text() string {
	said := fmt.Sprintf("%s %d %s", a.at.UTC().Format(time.RFC3339), a.seq, a.hash)
	return said + " " + lineSum(said)
}

func readAnchor(line string) (a anchor, ok bool) {
	said, sum, _ := cutLast(line, " ")
	parts := strings.Split(said, " ")
	if len(parts) != 3 || lineSum(said) != sum {
		return a, false
	}
	var err, bad error
	a.at, err = time.Parse(time.RFC3339, parts[0])
	a.seq, bad = strconv.ParseInt(parts[1], 10, 64)
	a.hash = parts[2]
	return a, err == nil && bad == nil
}

// lineSum is enough of a hash to tell a line that is as it was written.
func lineSum(said string) string {
	sum := sha256.Sum256([]byte(said))
	return hex.EncodeToString(sum[:4])
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// mostAnchors is how many lines a file has before the older ones are thinned out: one of ten stays.
const mostAnchors = 20_000

// Note adds the head as it is now, and says which that is. It is on disk when Note returns.
func (f Anchors) Note(ctx context.Context, s *Store) (seq int64, hash string, err error) {
	if seq, hash, err = s.AuditHead(ctx); err != nil || seq == 0 {
		return seq, hash, err
	}
	file, err := os.OpenFile(f.Path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, "", fmt.Errorf("note the head of the log: %w", err)
	}
	_, err = fmt.Fprintln(file, anchor{now(), seq, hash}.text())
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return 0, "", fmt.Errorf("note the head of the log in %s: %w", f.Path, err)
	}
	return seq, hash, nil
}

// Tidy thins out the file where it is long.
func (f Anchors) Tidy() error {
	text, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the heads of the log: %w", err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	if len(lines) < mostAnchors {
		return nil
	}
	var kept strings.Builder
	for i, line := range lines {
		if i%10 == 0 || i > len(lines)-mostAnchors/10 {
			kept.WriteString(line)
		}
	}
	next := f.Path + ".new"
	if err := os.WriteFile(next, []byte(kept.String()), 0o600); err != nil {
		return fmt.Errorf("thin out the heads of the log: %w", err)
	}
	return os.Rename(next, f.Path)
}

// Check holds the log against every head that was noted, and says how many there were. A file that
// is not there has none.
func (f Anchors) Check(ctx context.Context, s *Store) (noted int, err error) {
	file, err := os.Open(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the heads of the log: %w", err)
	}
	defer file.Close()
	last, _, err := s.AuditHead(ctx)
	if err != nil {
		return 0, err
	}
	broken := 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		a, ok := readAnchor(lines.Text())
		if !ok {
			// the last of them, where a loss of power cut it off, and more where the disk is
			// damaged
			broken++
			continue
		}
		if a.seq > last {
			return noted, &LostTail{Path: f.Path, Ends: last, Noted: a.seq, At: a.at}
		}
		has, err := one(ctx, s.reader, scanText, `SELECT hash FROM audit WHERE seq = $1`, a.seq)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return noted, fmt.Errorf("find entry %d: %w", a.seq, err)
		}
		if has != a.hash {
			return noted, fmt.Errorf("%w: entry %d is not the one that %s has noted on %s: "+
				"the log from there on was written anew", ErrTampered, a.seq, f.Path,
				a.at.Format("January 2, 2006, 15:04 UTC"))
		}
		noted++
	}
	if err := lines.Err(); err != nil {
		return noted, fmt.Errorf("read the heads of the log: %w", err)
	}
	if broken > 1 {
		return noted, &DamagedAnchors{f.Path, broken}
	}
	return noted, nil
}

// LostTail says that entries at the end of the log are gone.
type LostTail struct {
	Path        string
	Ends, Noted int64
	At          time.Time
}

func (e *LostTail) Error() string {
	return fmt.Sprintf("the log ends with entry %d, and %s noted entry %d on %s: the last %d "+
		"entries are gone, and what they tell of may be, too. "+
		"The database lost its end, or an older copy was put in its place: bring back the newest "+
		"backup, or, if an older one was brought back on purpose, move %s away",
		e.Ends, e.Path, e.Noted, e.At.Format("January 2, 2006, 15:04 UTC"), e.Noted-e.Ends,
		filepath.Base(e.Path))
}

// DamagedAnchors says that the file of heads is damaged; that says nothing of the log.
type DamagedAnchors struct {
	Path  string
	Lines int
}

func (e *DamagedAnchors) Error() string {
	return fmt.Sprintf("%d lines of %s cannot be read: the file is damaged, which says nothing "+
		"of the log itself; its disk should be looked at", e.Lines, e.Path)
}

// ErrTampered says that the log is not as it was written though its database is whole.
var ErrTampered = errors.New("the log was changed")

// Damaged says whether an error tells of a database whose bytes are not those that it wrote.
func Damaged(err error) bool {
	pg := (*pgconn.PgError)(nil)
	return errors.As(err, &pg) && strings.HasPrefix(pg.Code, "XX00") ||
		sqliteIs(err, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
}

// Whole asks the database whether its own structures hold, and says what it finds. PostgreSQL looks
// at checksums of what it reads, and has tools of its own for the rest.
func (s *Store) Whole(ctx context.Context) (err error) {
	defer saying(&err, "look whether the database is whole")
	if s.shared {
		return nil
	}
	found, err := all(ctx, s.reader, scanText, `PRAGMA integrity_check(5)`)
	if err != nil {
		return err
	}
	if len(found) == 1 && found[0] == "ok" {
		return nil
	}
	return &Corrupt{found}
}

// Corrupt is what SQLite says of a database that is damaged.
type Corrupt struct{ Found []string }

func (e *Corrupt) Error() string { return strings.Join(e.Found, "; ") }
