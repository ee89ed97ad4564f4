// Package store keeps what the service knows: accounts, petitions, what was
// uploaded and read, what people found, and the log of who did what. Other
// packages hand it finished values; rows and matches are opaque bytes to it.
// It is the truth of the service. The queue only rings: whatever asks for work
// is written here first, in the same transaction (see outbox.go).
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

var (
	// ErrNotFound says that what was named is not there, or no longer.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that something else is there already, or has changed
	// since it was looked at.
	ErrConflict = errors.New("already there")
)

// Store is one database, shared by whoever asks. All methods may be called at
// the same time; times are kept in UTC milliseconds, text as valid UTF-8.
type Store struct {
	writer conn // SQLite: a single connection, because it has a single writer
	reader conn
	pools  []*sql.DB // of both: the writer's and the reader's; none within a transaction

	shared bool          // other programs may be at work on the same database
	turn   chan struct{} // see Turn
	wrote  atomic.Int64  // when Ready last did, in milliseconds
}

// Open opens sqlite:///path/of/file.db, which is made where it is missing, or
// postgres://…, and brings its tables up to date.
func Open(ctx context.Context, url string) (*Store, error) {
	return openAs(ctx, url, bringUpToDate)
}

// Join opens the database of a service that runs elsewhere. Its tables are left as they are;
// those of another version than this program's are refused.
func Join(ctx context.Context, url string) (*Store, error) {
	return openAs(ctx, url, refuseOthers)
}

func openAs(ctx context.Context, url string, tables tablesOf) (*Store, error) {
	switch kind, rest, _ := strings.Cut(url, "://"); kind {
	case "sqlite":
		return openSQLite(ctx, rest, tables)
	case "postgres", "postgresql":
		return openPostgres(ctx, url, tables)
	}
	return nil,
		errors.New("store: the database must be sqlite:///path/of/file.db or " +
			"postgres://user@host/name")
}

// newStore is a store on what writes and what reads, which may be the same.
func newStore(writer, reader *sql.DB) *Store {
	return &Store{writer: writer, reader: reader, pools: slices.Compact([]*sql.DB{writer, reader}),
		turn: make(chan struct{}, 1)}
}

// Close lets go of the database.
func (s *Store) Close() error {
	var errs []error
	for _, db := range s.pools {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}

// Backup writes the database as it is now into a new file, while others go on reading and
// writing. It is for SQLite; PostgreSQL has pg_dump.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	defer saying(&err, "back the database up to %s", path)
	if s.shared {
		return errors.New("PostgreSQL is backed up by its own pg_dump")
	}
	_, err = s.writer.ExecContext(ctx, `VACUUM INTO $1`, path)
	return err
}

// Ready tries whether the database takes what is written: one whose disk is full answers all the
// same. It writes at most once in a while, however often it is asked.
func (s *Store) Ready(ctx context.Context) error {
	const enough = 5 * time.Second
	if last := s.wrote.Load(); last > 0 && time.Since(time.UnixMilli(last)) < enough {
		return s.Ping(ctx)
	}
	at := now()
	if err := s.SetSetting(ctx, "ready", at.Format(time.RFC3339), ""); err != nil {
		return err
	}
	s.wrote.Store(millis(at))
	return nil
}

// Ping tries whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	for _, db := range s.pools {
		if err := db.PingContext(ctx); err != nil {
			return fmt.Errorf("store: reach the database: %w", err)
		}
	}
	return nil
}
