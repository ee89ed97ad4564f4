package store

import (
	"context"
	"time"
)

// Petition is a packet handed in for one group.
type Petition struct {
	ID         string
	Title      string
	State      string // in the words of whoever moves it
	Rules      string // YAML laid over the built-in rules; empty: those
	SnapshotID string // what its lines are verified against; empty: nothing yet
	ReceivedOn time.Time
	By         string // account
	CreatedAt  time.Time
}

// AddPetition adds a petition and gives it back with its id and time. Entries of the log about it
// are written down with it.
func (s *Store) AddPetition(
	ctx context.Context, p Petition, log ...AuditEntry,
) (_ Petition, err error) {
	if p.ID == "" {
		p.ID = NewID()
	}
	defer saying(&err, "add petition %s", p.ID)
	p.CreatedAt = or(p.CreatedAt)
	err = s.change(ctx, func(tx conn) error {
		if err := useSnapshot(ctx, tx, p.SnapshotID); err != nil {
			return err
		}
		_, err := write(ctx, tx,
			`INSERT INTO petitions (id, title, state, rules, snapshot_id, received_on, by, created_at, lines_version, findings_version, terms_version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0)`,
			p.ID, p.Title, p.State, p.Rules, orNull(p.SnapshotID), p.ReceivedOn, p.By, p.CreatedAt)
		if err == nil {
			err = chooseSnapshot(ctx, tx, p.ID, p.SnapshotID)
		}
		if err != nil {
			return err
		}
		for _, e := range log {
			e.Subject = p.ID
			if _, err := record(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// SetPetition writes all of a petition but who made it and when. Another
// snapshot asks for all its pages to be verified again. Of a petition that is
// purged only title and state may change, else it is ErrPurged.
func (s *Store) SetPetition(ctx context.Context, p Petition) (err error) {
	defer saying(&err, "change petition %s", p.ID)
	return s.change(ctx, func(tx conn) error {
		if err := lock(ctx, tx, p.ID); err != nil {
			return err
		}
		old, err := petition(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		turn := 0
		if old.Rules != clean(p.Rules) || old.SnapshotID != p.SnapshotID ||
			millis(old.ReceivedOn) != millis(p.ReceivedOn) {
			turn = 1
			// What stays of a purged petition was worked out by these, and cannot be anew.
			if err := refusePurged(ctx, tx, p.ID); err != nil {
				return err
			}
		}
		if p.SnapshotID != old.SnapshotID {
			if err := useSnapshot(ctx, tx, p.SnapshotID); err != nil {
				return err
			}
			if err := chooseSnapshot(ctx, tx, p.ID, p.SnapshotID); err != nil {
				return err
			}
		}
		if _, err := write(ctx, tx,
			`UPDATE petitions SET title = $2, state = $3, rules = $4, snapshot_id = $5, received_on = $6, terms_version = terms_version + $7
			WHERE id = $1`, p.ID, p.Title, p.State, p.Rules, orNull(p.SnapshotID), p.ReceivedOn, turn); err != nil {
			return err
		}
		if p.SnapshotID == old.SnapshotID || p.SnapshotID == "" {
			return nil
		}
		pages, err := all(ctx, tx, scanText,
			`SELECT p.id FROM pages p JOIN uploads u ON u.id = p.upload_id
			WHERE p.petition_id = $1 AND EXISTS (SELECT 1 FROM lines l WHERE l.page_id = p.id AND l.snapshot_id <> $2) ORDER BY u.at, u.id, p.number`, p.ID, p.SnapshotID)
		if err != nil {
			return err
		}
		return announce(ctx, tx, Verify, pages...)
	})
}

// Petition finds a petition.
func (s *Store) Petition(ctx context.Context, id string) (_ Petition, err error) {
	defer saying(&err, "find petition %s", id)
	return petition(ctx, s.reader, id)
}

// PetitionsAlone lists all petitions without their counts, newest first.
func (s *Store) PetitionsAlone(ctx context.Context) (_ []Petition, err error) {
	defer saying(&err, "list petitions without counts")
	return all(ctx, s.reader, scanPetition, selectPetitions+` ORDER BY created_at DESC, id`)
}

func petition(ctx context.Context, c conn, id string) (Petition, error) {
	return one(ctx, c, scanPetition, selectPetitions+` WHERE id = $1`, id)
}

const selectPetitions = `SELECT id, title, state, rules, COALESCE(snapshot_id, ''), received_on, by, created_at FROM petitions`

func scanPetition(r row) (p Petition, err error) {
	err = r.Scan(&p.ID, &p.Title, &p.State, &p.Rules, &p.SnapshotID, when{&p.ReceivedOn}, &p.By,
		when{&p.CreatedAt})
	return p, err
}

func scanText(r row) (v string, err error) {
	err = r.Scan(&v)
	return v, err
}
