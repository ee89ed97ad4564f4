package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// conn is a database or a transaction on it.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// row is one row of an answer.
type row interface{ Scan(dest ...any) error }

// Tx is the store within one transaction. What its methods write is there together, or
// nothing of it is, and they read what was written before in it.
type Tx struct{ *Store }

// Do runs an act in one transaction: a change with its entry in the audit log. Within it only
// tx may be written to: SQLite has one writer, for which the store itself would wait forever.
// An act that locks several things takes the petition first and the log last.
func (s *Store) Do(ctx context.Context, do func(tx Tx) error) error {
	return s.change(ctx, func(tx conn) error { return do(Tx{&Store{writer: tx, reader: tx}}) })
}

// change runs what writes: all of it is there afterwards, or none.
func (s *Store) change(ctx context.Context, do func(tx conn) error) error {
	if len(s.pools) == 0 {
		return do(s.writer)
	}
	return transact(ctx, s.pools[0], nil, do)
}

// look runs what reads several times and must see one state of the database.
func (s *Store) look(ctx context.Context, do func(tx conn) error) error {
	if len(s.pools) == 0 {
		return do(s.reader)
	}
	return transact(ctx, s.pools[len(s.pools)-1], &sql.TxOptions{Isolation: sql.LevelRepeatableRead,
		ReadOnly: true}, do)
}

func transact(ctx context.Context, db *sql.DB, options *sql.TxOptions,
	do func(tx conn) error) error {
	tx, err := db.BeginTx(ctx, options)
	if err != nil {
		return noteAway(err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing once committed
	if err := do(tx); err != nil {
		return err
	}
	return noteAway(tx.Commit())
}

// write runs a statement and says how many rows it touched.
func write(ctx context.Context, c conn, query string, args ...any) (int64, error) {
	result, err := c.ExecContext(ctx, query, plain(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// one reads the only row of an answer.
func one[T any](ctx context.Context, c conn, scan func(row) (T, error), query string,
	args ...any) (T, error) {
	return scan(c.QueryRowContext(ctx, query, plain(args)...))
}

// all reads every row of an answer.
func all[T any](ctx context.Context, c conn, scan func(row) (T, error), query string,
	args ...any) ([]T, error) {
	rows, err := c.QueryContext(ctx, query, plain(args)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// plain turns arguments into what both databases take: times into
// milliseconds, lists and maps into JSON, and text into text that PostgreSQL
// does not refuse.
func plain(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case string:
			args[i] = clean(v)
		case time.Time:
			args[i] = millis(v)
		case Role:
			args[i] = clean(string(v))
		case []byte:
			if v == nil {
				args[i] = []byte{}
			}
		case nil, bool, int, int64, float64:
		default:
			args[i] = inJSON(v)
		}
	}
	return args
}

// inJSON writes a list or a map. Its texts are cleaned first: in JSON a NUL
// is an escape, which would come back as one.
func inJSON(v any) string {
	switch list := v.(type) {
	case []string:
		v = cleanAll(list)
	case []Role:
		v = cleanAll(list)
	case map[string]string:
		v = cleanMap(list)
	}
	text, err := json.Marshal(v)
	if err != nil {
		// only types of this package come here
		panic(fmt.Sprintf("store: %T has no JSON: %v", v, err))
	}
	return string(text)
}

func cleanAll[T ~string](list []T) []T {
	list = slices.Clone(list)
	for i, text := range list {
		list[i] = T(clean(string(text)))
	}
	return list
}

func cleanMap(of map[string]string) map[string]string {
	if of == nil {
		return nil
	}
	cleaned := make(map[string]string, len(of))
	for k, v := range of {
		cleaned[clean(k)] = clean(v)
	}
	return cleaned
}

// clean leaves out NUL, which PostgreSQL has no place for, and marks what is
// no UTF-8.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// when reads a column of milliseconds.
type when struct{ t *time.Time }

func (w when) Scan(v any) error {
	ms, ok := v.(int64)
	if !ok {
		return fmt.Errorf("%T where milliseconds belong", v)
	}
	*w.t = fromMillis(ms)
	return nil
}

// listed reads a column of JSON.
type listed struct{ into any }

func (l listed) Scan(v any) error {
	switch text := v.(type) {
	case string:
		return json.Unmarshal([]byte(text), l.into)
	case []byte:
		return json.Unmarshal(text, l.into)
	}
	return fmt.Errorf("%T where JSON belongs", v)
}

// now is the present as the store will give it back.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// or gives a time, or the present where none was given.
func or(t time.Time) time.Time {
	if t.IsZero() {
		return now()
	}
	return t.UTC().Truncate(time.Millisecond)
}

// saying wraps an error in what was attempted and turns the words of both
// databases into those of this package. Only ids belong in the words: they end
// up in logs.
func saying(err *error, format string, args ...any) {
	if *err == nil {
		return
	}
	cause := *err
	switch {
	case errors.Is(cause, sql.ErrNoRows):
		cause = ErrNotFound
	case isUnique(cause):
		cause = ErrConflict
	case isForeign(cause):
		cause = ErrNotFound // of what it belongs to
	}
	*err = fmt.Errorf("store: "+format+": %w", append(args, noteAway(cause))...)
}

func isUnique(err error) bool {
	a, _ := sqliteCode(err)
	b, _ := postgresCode(err)
	return a || b
}

func isForeign(err error) bool {
	_, a := sqliteCode(err)
	_, b := postgresCode(err)
	return a || b
}

// touched turns a count of rows into ErrNotFound where there was none.
func touched(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}
