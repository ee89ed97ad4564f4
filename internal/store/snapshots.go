package store

import (
	"context"
	"time"
)

// Snapshot is a membership export as it was imported. Petitions are verified
// against the one they name, whatever comes later.
type Snapshot struct {
	ID      string
	Name    string // of the file
	SHA256  string // names the blob
	AsOf    time.Time
	Map     map[string]string // columns as a person assigned them
	Rows    int
	Members int
	Columns []string
	Remarks []string
	By      string // account
	At      time.Time
	Purged  bool // the export itself is gone
}

// AddSnapshot adds a snapshot and gives it back with its id and time. The same
// id again is the same snapshot: the first stays, and is given back.
func (s *Store) AddSnapshot(ctx context.Context, v Snapshot) (_ Snapshot, err error) {
	if v.ID == "" {
		v.ID = NewID()
	}
	defer saying(&err, "add snapshot %s", v.ID)
	v.At = or(v.At)
	n, err := write(ctx, s.writer, `INSERT INTO snapshots (id, name, sha256, as_of, map, rows, members, columns, remarks, by, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
		v.ID, v.Name, v.SHA256, v.AsOf, v.Map, v.Rows, v.Members, v.Columns, v.Remarks, v.By, v.At)
	if err == nil && n == 0 {
		return one(ctx, s.writer, scanSnapshot, selectSnapshots+` WHERE id = $1`, v.ID)
	}
	return v, err
}

// Snapshot finds a snapshot.
func (s *Store) Snapshot(ctx context.Context, id string) (_ Snapshot, err error) {
	defer saying(&err, "find snapshot %s", id)
	return one(ctx, s.reader, scanSnapshot, selectSnapshots+` WHERE id = $1`, id)
}

// Snapshots lists all snapshots, newest import first.
func (s *Store) Snapshots(ctx context.Context) (_ []Snapshot, err error) {
	defer saying(&err, "list snapshots")
	return all(ctx, s.reader, scanSnapshot, selectSnapshots+` ORDER BY at DESC, id`)
}

// CurrentSnapshot finds the newest import.
func (s *Store) CurrentSnapshot(ctx context.Context) (_ Snapshot, err error) {
	defer saying(&err, "find the newest snapshot")
	return one(ctx, s.reader, scanSnapshot, selectSnapshots+` ORDER BY at DESC, id LIMIT 1`)
}

const selectSnapshots = `SELECT id, name, sha256, as_of, map, rows, members, columns, remarks, by, at, purged FROM snapshots`

func scanSnapshot(r row) (v Snapshot, err error) {
	err = r.Scan(&v.ID, &v.Name, &v.SHA256, when{&v.AsOf}, listed{&v.Map}, &v.Rows, &v.Members, listed{&v.Columns}, listed{&v.Remarks}, &v.By, when{&v.At}, &v.Purged)
	return v, err
}
