package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite opens the file twice: one connection that writes, taking the
// lock when a transaction begins rather than in its midst, where waiting for
// it would fail; and several that read beside it.
func openSQLite(ctx context.Context, path string, tables tablesOf) (*Store, error) {
	if path == "" || path == "/" {
		return nil,
			errors.New("store: sqlite:// lacks the path of a file, as in " +
				"sqlite:///var/lib/countersign/countersign.db")
	}
	if _, err := os.Stat(path); err != nil && !tables {
		return nil,
			fmt.Errorf("store: there is no database of a service at %s: check the path (%w)", path,
				err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("store: make the folder of the database: %w", err)
	}
	writer, err := sql.Open("sqlite", sqliteName(path, "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	if err := migrate(ctx, goose.DialectSQLite3, writer, "migrations/sqlite", tables); err != nil {
		writer.Close()
		return nil, fmt.Errorf("store: bring the tables of %s up to date: %w", path, err)
	}
	reader, err := sql.Open("sqlite", sqliteName(path, "_pragma=query_only(1)"))
	if err != nil {
		writer.Close()
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	reader.SetMaxOpenConns(8)
	reader.SetMaxIdleConns(8)
	return newStore(writer, reader), nil
}

// sqliteName says how each connection is to behave. FULL, unlike NORMAL, keeps
// what was committed through a loss of power.
func sqliteName(path, more string) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path}).String() +
		"?_pragma=busy_timeout(15000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&" +
		"_pragma=foreign_keys(1)&" + more
}

func sqliteCode(err error) (unique, foreign bool) {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false, false
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return true, false
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return false, true
	}
	return false, false
}
