package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"countersign/internal/fixtures/postgrestest"
)

// conformance is what both databases must do.
var conformance = []struct {
	name string
	run  func(t *testing.T, s *Store)
}{
	{"accounts", testAccounts},
	{"assignments", testAssignments},
	{"text that databases refuse", testText},
	{"sessions", testSessions},
	{"tokens", testTokens},
	{"a newer invitation ends the older", testInvitations},
	{"joining takes the invitation with the account, once", testJoin},
	{"a reset shuts out who was in", testReset},
	{"one link makes the first administrator", testFirstAdmin},
	{"settings", testSettings},
	{"forms that have a name", testKnownForms},
	{"acts are whole", testDo},
	{"snapshots", testSnapshots},
	{"petitions and counts", testPetitions},
	{"the same file at once", testSameFile},
	{"pages that belong to another petition", testRefer},
	{"opening a file", testOpenedUpload},
	{"reading a page again", testReadPage},
	{"a page with findings stays", testReadPageFound},
	{"nothing is half written", testHalfWritten},
	{"matches", testMatches},
	{"order of lines", testOrder},
	{"findings", testFindings},
	{"claims", testClaims},
	{"failures", testFailures},
	{"open points", testOpenPoints},
	{"a line that a person added", testAddLine},
	{"what people say of pages and lines", testRepairs},
	{"contact sheets", testContactSheets},
	{"outbox", testOutbox},
	{"stale work", testStale},
	{"version", testVersion},
	{"readers and writers at once", testAtOnce},
	{"audit", testAudit},
	{"audit under many writers", testAuditAtOnce},
	{"audit that was tampered with", testAuditTampered},
	{"tallies", testTallies},
	{"events", testEvents},
	{"reports to Council", testCouncilReports},
	{"what a setting was", testSettingHistory},
	{"purge", testPurge},
	{"purged exports", testPurgedExports},
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	for _, c := range conformance {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t, sqliteURL(t))) })
	}
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	pg := postgrestest.Start(t)
	for i, c := range conformance {
		t.Run(c.name, func(t *testing.T) {
			c.run(t, open(t, pg.Create(t, "conformance"+strconv.Itoa(i))))
		})
	}
}

// Opening again what was opened before, and by two at the same time, migrates
// once and loses nothing.
func TestMigrationsTwice(t *testing.T) {
	t.Parallel()
	pg := postgrestest.Start(t)
	for name, url := range map[string]string{"SQLite": sqliteURL(t), "PostgreSQL": pg.Create(t,
		"twice")} {
		t.Run(name, func(t *testing.T) {
			var both sync.WaitGroup
			for range 2 {
				both.Go(func() {
					s, err := Open(t.Context(), url)
					if err != nil {
						t.Error(err)
						return
					}
					s.Close()
				})
			}
			both.Wait()
			first := open(t, url)
			must(t, first.SetSetting(t.Context(), "office", "Philadelphia", ""))
			second := open(t, url)
			got, err := second.Setting(t.Context(), "office")
			must(t, err)
			if got != "Philadelphia" {
				t.Errorf("setting %q after the second start", got)
			}
			must(t, second.Ping(t.Context()))
		})
	}
}

// Two programs work on one database: none fails because the other is writing,
// and both see what either wrote.
func TestTwoPrograms(t *testing.T) {
	t.Parallel()
	pg := postgrestest.Start(t)
	for name, url := range map[string]string{"SQLite": sqliteURL(t), "PostgreSQL": pg.Create(t,
		"two")} {
		t.Run(name, func(t *testing.T) {
			programs := []*Store{open(t, url), open(t, url)}
			v := begin(t, programs[0])
			race(20, func(i int) {
				s, p := programs[i%2], v.pages[i/2%2]
				if err := s.ReadPage(t.Context(), p, lines(3)); err != nil {
					t.Error(err)
				}
				if _, err := s.AddFinding(t.Context(), Finding{LineID: LineID(p.ID, 1),
					Kind: "accept"}); err != nil {
					t.Error(err)
				}
				if _, err := s.Record(t.Context(), AuditEntry{Action: "accept"}); err != nil {
					t.Error(err)
				}
			})
			for _, s := range programs {
				same(t, got(s.Counts(t.Context(), v.petition.ID))(t), Counts{Uploads: 1, Opened: 1,
					Pages: 2, Read: 2, Lines: 6, Findings: 20})
				same(t, got(s.VerifyAudit(t.Context()))(t), 20)
			}
		})
	}
}

// One act has the turn, whichever program it runs in.
func TestTurn(t *testing.T) {
	t.Parallel()
	url := postgrestest.Start(t).Create(t, "turns")
	for name, programs := range map[string][]*Store{
		"one program":  {open(t, sqliteURL(t))},
		"two programs": {open(t, url), open(t, url)},
	} {
		t.Run(name, func(t *testing.T) {
			has := 0 // nothing but the turn guards it
			race(20, func(i int) {
				done, err := programs[i%len(programs)].Turn(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				defer done()
				if has++; has != 1 {
					t.Errorf("%d acts have the turn", has)
				}
				time.Sleep(time.Millisecond)
				has--
			})
			first, last := programs[0], programs[len(programs)-1]
			held, err := first.Turn(t.Context())
			must(t, err)
			short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer stop()
			if _, err := last.Turn(short); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a second act had the turn: %v", err)
			}
			held()
			held() // twice is once
			done, err := last.Turn(t.Context())
			must(t, err)
			done()
		})
	}
}

// Who joins a service leaves its tables as they are, and refuses those of another version.
func TestJoin(t *testing.T) {
	t.Parallel()
	pg := postgrestest.Start(t)
	for name, at := range map[string]struct{ url, fresh string }{
		"SQLite":     {sqliteURL(t), sqliteURL(t)},
		"PostgreSQL": {pg.Create(t, "joined"), pg.Create(t, "fresh")},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := Join(t.Context(), at.fresh); err == nil {
				s.Close()
				t.Error("a database that no service made was joined")
			}
			s := open(t, at.url)
			must(t, s.SetSetting(t.Context(), "office", "Philadelphia", ""))
			joined, err := Join(t.Context(), at.url)
			must(t, err)
			same(t, got(joined.Setting(t.Context(), "office"))(t), "Philadelphia")
			must(t, joined.Close())
			_, err = s.writer.ExecContext(t.Context(),
				`DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)`)
			must(t, err)
			if _, err := Join(t.Context(), at.url); err == nil || !strings.Contains(err.Error(),
				"install the same version") {
				t.Errorf("tables of an older version: %v", err)
			}
		})
	}
}

// The folders hold the same tables with the same columns.
func TestMigrationsAlike(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"00001_service.sql", "00002_events.sql", "00003_purge.sql",
		"00006_register.sql"} {
		read := func(folder string) string {
			text, err := migrations.ReadFile("migrations/" + folder + "/" + name)
			must(t, err)
			return string(text)
		}
		postgres := strings.NewReplacer(` COLLATE "C"`, "", "BIGINT", "INTEGER", "BYTEA", "BLOB",
			"-- Text is compared by its bytes, as SQLite does.\n", "").Replace(read("postgres"))
		if diff := cmp.Diff(read("sqlite"), postgres); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The rule that an office had set before its history was kept is the one that held from the
// beginning, as far as anybody knows.
func TestSettingsOfAnOlderDatabase(t *testing.T) {
	t.Parallel()
	pg := postgrestest.Start(t)
	for name, at := range map[string]struct {
		url, driver, folder string
		dialect             goose.Dialect
	}{
		"SQLite":     {sqliteURL(t), "sqlite", "sqlite", goose.DialectSQLite3},
		"PostgreSQL": {pg.Create(t, "older"), "pgx", "postgres", goose.DialectPostgres},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := at.url
			if path, ok := strings.CutPrefix(at.url, "sqlite://"); ok {
				must(t, os.MkdirAll(filepath.Dir(path), 0o700))
				dsn = sqliteName(path, "")
			}
			db, err := sql.Open(at.driver, dsn)
			must(t, err)
			files, err := fs.Sub(migrations, "migrations/"+at.folder)
			must(t, err)
			older, err := goose.NewProvider(at.dialect, db, files, goose.WithDisableGlobalRegistry(
				true))
			must(t, err)
			_, err = older.UpTo(t.Context(), 5)
			must(t, err)
			_, err = db.Exec(
				`INSERT INTO settings (key, value, by, at) VALUES ('rules', 'term-years: 4', 'a', 1700000000000), ('oidc-secret', 'x', 'a', 1700000000000)`)
			must(t, err)
			must(t, db.Close())
			list := got(open(t, at.url).SettingHistory(t.Context(), "rules"))(t)
			same(t, list, []Setting{{Key: "rules", Value: "term-years: 4", By: "a"}})
		})
	}
}

// A database that a newer program has changed is left alone.
func TestNewerDatabase(t *testing.T) {
	t.Parallel()
	url := "sqlite://" + filepath.Join(t.TempDir(), "a.db")
	s, err := Open(t.Context(), url)
	must(t, err)
	_, err = s.writer.ExecContext(t.Context(),
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
	must(t, err)
	must(t, s.Close())
	if _, err := Open(t.Context(), url); err == nil || !strings.Contains(err.Error(),
		"version 999, and this program knows") {
		t.Errorf("a newer database: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "countersign.db", "mysql://host/name", "sqlite://",
		"sqlite:///"} {
		if _, err := Open(t.Context(), url); err == nil {
			t.Errorf("%q was opened", url)
		}
	}
}

func sqliteURL(t testing.TB) string {
	return "sqlite://" + filepath.Join(t.TempDir(), "a folder", "50% ?#.db")
}

func open(t testing.TB, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// got gives a value where there was no error.
func got[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func same(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
