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

	Sheet       string    // of a workbook, where a person chose one
	WithdrawnAt time.Time // zero: it is in use; see WithdrawSnapshot
	WithdrawnBy string    // account
}

// AddSnapshot adds a snapshot and gives it back with its id and time. The same
// id again is the same snapshot: the first stays, and is given back.
func (s *Store) AddSnapshot(ctx context.Context, v Snapshot) (_ Snapshot, err error) {
	if v.ID == "" {
		v.ID = NewID()
	}
	defer saying(&err, "add snapshot %s", v.ID)
	v.At = or(v.At)
	n, err := write(ctx, s.writer,
		`INSERT INTO snapshots (id, name, sha256, as_of, map, rows, members, columns, remarks, by, at, sheet)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING`,
		v.ID, v.Name, v.SHA256, v.AsOf, v.Map, v.Rows, v.Members, v.Columns, v.Remarks, v.By, v.At,
		v.Sheet)
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

// CurrentSnapshot finds the newest import that nobody withdrew.
func (s *Store) CurrentSnapshot(ctx context.Context) (_ Snapshot, err error) {
	defer saying(&err, "find the newest snapshot")
	return one(ctx, s.reader, scanSnapshot, selectSnapshots+
		` WHERE withdrawn_at = 0 ORDER BY at DESC, id LIMIT 1`)
}

// WithdrawSnapshot takes a snapshot out of use: it is no petition's to choose any more. With a
// zero time it is in use again.
func (s *Store) WithdrawSnapshot(ctx context.Context, id string, at time.Time,
	by string) (err error) {
	defer saying(&err, "withdraw snapshot %s", id)
	return touched(write(ctx, s.writer,
		`UPDATE snapshots SET withdrawn_at = $2, withdrawn_by = $3 WHERE id = $1`, id, at, by))
}

// SnapshotBefore finds the snapshot that a petition was verified against before its present
// one, leaving out those that were withdrawn or purged. Where there is none it is ErrNotFound.
func (s *Store) SnapshotBefore(ctx context.Context, petitionID string) (_ Snapshot, err error) {
	defer saying(&err, "find the snapshot before of petition %s", petitionID)
	return one(ctx, s.reader, scanSnapshot, selectSnapshots+` WHERE id = (SELECT h.snapshot_id
		FROM petition_snapshots h JOIN snapshots s ON s.id = h.snapshot_id JOIN petitions p ON p.id = h.petition_id
		WHERE h.petition_id = $1 AND s.withdrawn_at = 0 AND s.purged = 0 AND s.id <> COALESCE(p.snapshot_id, '')
		AND h.seq < (SELECT COALESCE(MAX(n.seq), 0) FROM petition_snapshots n WHERE n.petition_id = p.id AND n.snapshot_id = p.snapshot_id)
		ORDER BY h.seq DESC LIMIT 1)`, petitionID)
}

// chooseSnapshot remembers that a petition is verified against a snapshot from now on. One that
// it was verified against before stays where it was: going back is no new choice, so that
// going back again goes further.
func chooseSnapshot(ctx context.Context, tx conn, petitionID, snapshotID string) error {
	if snapshotID == "" {
		return nil
	}
	_, err := write(ctx, tx, `INSERT INTO petition_snapshots (petition_id, seq, snapshot_id)
		SELECT $1, COALESCE((SELECT MAX(seq) FROM petition_snapshots WHERE petition_id = $1), 0) + 1, $2
		ON CONFLICT (petition_id, snapshot_id) DO NOTHING`, petitionID, snapshotID)
	return err
}

const selectSnapshots = `SELECT id, name, sha256, as_of, map, rows, members, columns, remarks, by, at, purged, sheet, withdrawn_at, withdrawn_by FROM snapshots`

func scanSnapshot(r row) (v Snapshot, err error) {
	err = r.Scan(&v.ID, &v.Name, &v.SHA256, when{&v.AsOf}, listed{&v.Map}, &v.Rows, &v.Members,
		listed{&v.Columns}, listed{&v.Remarks}, &v.By, when{&v.At}, &v.Purged, &v.Sheet,
		when{&v.WithdrawnAt}, &v.WithdrawnBy)
	return v, err
}
