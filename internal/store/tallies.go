package store

import (
	"context"
	"time"
)

// Tally is a count that somebody certified. It is never edited; a later one
// supersedes it and says why.
type Tally struct {
	ID         string
	PetitionID string
	Version    string // of the petition, as it was counted
	Counts     []byte // JSON
	SnapshotID string
	RulesHash  string
	Program    string // its version
	By         string // account
	At         time.Time
	Reason     string
	Supersedes string // tally; empty for the first
}

// AddTally adds a tally and gives it back with its id and time. Where the
// petition is no longer at the version that was counted, or where a tally was
// superseded already, it is ErrConflict. An empty version is not compared.
func (s *Store) AddTally(ctx context.Context, t Tally) (_ Tally, err error) {
	if t.ID == "" {
		t.ID = NewID()
	}
	defer saying(&err, "add tally %s of petition %s", t.ID, t.PetitionID)
	t.At = or(t.At)
	err = s.change(ctx, func(tx conn) error {
		if err := lock(ctx, tx, t.PetitionID); err != nil {
			return err
		}
		v, err := versions(ctx, tx, t.PetitionID)
		if err != nil {
			return err
		}
		if t.Version != "" && t.Version != v.String() {
			return ErrConflict
		}
		_, err = write(ctx, tx,
			`INSERT INTO tallies (id, petition_id, version, counts, snapshot_id, rules_hash, program, by, at, reason, supersedes)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			t.ID, t.PetitionID, t.Version, t.Counts, orNull(t.SnapshotID), t.RulesHash, t.Program,
			t.By, t.At, t.Reason, orNull(t.Supersedes))
		return err
	})
	return t, err
}

// Tallies lists the tallies of a petition, newest first.
func (s *Store) Tallies(ctx context.Context, petitionID string) (_ []Tally, err error) {
	defer saying(&err, "list tallies of petition %s", petitionID)
	return all(ctx, s.reader, func(r row) (t Tally, err error) {
		err = r.Scan(&t.ID, &t.PetitionID, &t.Version, &t.Counts, &t.SnapshotID, &t.RulesHash,
			&t.Program, &t.By, when{&t.At}, &t.Reason, &t.Supersedes)
		return t, err
	},
		`SELECT id, petition_id, version, counts, COALESCE(snapshot_id, ''), rules_hash, program, by, at, reason, COALESCE(supersedes, '') FROM tallies
		WHERE petition_id = $1 ORDER BY at DESC, id`, petitionID)
}
