package store

import (
	"context"
	"time"
)

// Repair is something that a person put right on a page, or on a petition as a whole. Repairs
// are only ever added, and marked as undone.
type Repair struct {
	ID         string
	PetitionID string
	UploadID   string // empty where it is of the petition as a whole
	PageID     string // the same
	Kind       string // in the words of whoever makes it
	By         string // account
	At         time.Time
	Note       string
	Data       string // JSON: what it did, so that it can be undone
	UndoneBy   string
	UndoneAt   time.Time // zero: it stands
}

// AddRepair adds a repair and gives it back with its id and time.
func (s *Store) AddRepair(ctx context.Context, r Repair) (_ Repair, err error) {
	if r.ID == "" {
		r.ID = NewID()
	}
	defer saying(&err, "add repair %s of page %s", r.ID, r.PageID)
	r.At = or(r.At)
	err = s.change(ctx, func(tx conn) error {
		if err := lockUnpurged(ctx, tx, r.PetitionID); err != nil {
			return err
		}
		// Their order is the one they came in, even where clocks differ: the newest is undone
		// first.
		last, err := one(ctx, tx, scanNumber,
			`SELECT COALESCE(MAX(at), 0) FROM repairs WHERE petition_id = $1`, r.PetitionID)
		if err != nil {
			return err
		}
		if millis(r.At) <= last {
			r.At = fromMillis(last + 1)
		}
		if _, err := write(ctx, tx,
			`INSERT INTO repairs (id, petition_id, upload_id, page_id, kind, by, at, note, data, undone_by, undone_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0)`, r.ID, r.PetitionID, r.UploadID, r.PageID, r.Kind, r.By, r.At, r.Note, r.Data); err != nil {
			return err
		}
		return linesChanged(ctx, tx, r.PetitionID)
	})
	return r, err
}

// UndoRepair marks a repair as undone. One that is undone already is ErrConflict.
func (s *Store) UndoRepair(ctx context.Context, id, by string, at time.Time) (err error) {
	defer saying(&err, "undo repair %s", id)
	return s.change(ctx, func(tx conn) error {
		r, err := one(ctx, tx, scanRepair, selectRepairs+` WHERE id = $1`, id)
		if err != nil {
			return err
		}
		if err := lockUnpurged(ctx, tx, r.PetitionID); err != nil {
			return err
		}
		n, err := write(ctx, tx,
			`UPDATE repairs SET undone_by = $2, undone_at = $3 WHERE id = $1 AND undone_at = 0`, id,
			by, or(at))
		if err == nil && n == 0 {
			return ErrConflict
		}
		if err != nil {
			return err
		}
		return linesChanged(ctx, tx, r.PetitionID)
	})
}

// Repair finds a repair.
func (s *Store) Repair(ctx context.Context, id string) (_ Repair, err error) {
	defer saying(&err, "find repair %s", id)
	return one(ctx, s.reader, scanRepair, selectRepairs+` WHERE id = $1`, id)
}

// Repairs lists all repairs of a petition in the order they were made, undone ones too.
func (s *Store) Repairs(ctx context.Context, petitionID string) (_ []Repair, err error) {
	defer saying(&err, "list repairs of petition %s", petitionID)
	return all(ctx, s.reader, scanRepair, selectRepairs+` WHERE petition_id = $1 ORDER BY at, id`,
		petitionID)
}

const selectRepairs = `SELECT id, petition_id, upload_id, page_id, kind, by, at, note, data, undone_by, undone_at FROM repairs`

func scanRepair(r row) (v Repair, err error) {
	err = r.Scan(&v.ID, &v.PetitionID, &v.UploadID, &v.PageID, &v.Kind, &v.By, when{&v.At}, &v.Note,
		&v.Data, &v.UndoneBy, when{&v.UndoneAt})
	return v, err
}

// TellPage writes what a person says of a page: that it is excluded, the petition under which
// it counts (empty for what its code says), and how it is read. Other words on how it is read
// have it read again, and what is read then stands whatever was found before.
func (s *Store) TellPage(ctx context.Context, p Page) (err error) {
	defer saying(&err, "note what is said of page %s", p.ID)
	return s.change(ctx, func(tx conn) error {
		old, err := page(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if err := lockUnpurged(ctx, tx, old.PetitionID); err != nil {
			return err
		}
		under := old.FiledUnder // by its code
		if p.CountsUnder != old.CountsUnder {
			if under = p.CountsUnder; under == old.PetitionID {
				under = ""
			}
		}
		// its lines may not have been kept
		again := old.Told != p.Told || old.FiledUnder != "" && under == ""
		if _, err := write(ctx, tx,
			`UPDATE pages SET excluded = $2, counts_under = $3, filed_under = $4, told = $5 WHERE id = $1`,
			p.ID, p.Excluded, p.CountsUnder, under, p.Told); err != nil {
			return err
		}
		if again {
			if _, err := write(ctx, tx,
				`UPDATE pages SET read_at = 0, error = '', again = $2 WHERE id = $1`, p.ID,
				true); err != nil {
				return err
			}
			if err := announce(ctx, tx, Extract, p.ID); err != nil {
				return err
			}
		}
		if err := setAside(ctx, tx, p.ID); err != nil {
			return err
		}
		return linesChanged(ctx, tx, old.PetitionID)
	})
}

// DropLines takes lines out by a repair, or with an empty one puts them back.
func (s *Store) DropLines(ctx context.Context, repairID string, ids ...string) (err error) {
	defer saying(&err, "take out lines by repair %s", repairID)
	return s.change(ctx, func(tx conn) error {
		for _, id := range ids {
			l, err := one(ctx, tx, scanLine, selectLines+` WHERE l.id = $1`, id)
			if err != nil {
				return err
			}
			if err := lock(ctx, tx, l.PetitionID); err != nil {
				return err
			}
			if _, err := write(ctx, tx, `UPDATE lines SET dropped = $2 WHERE id = $1`, id,
				repairID); err != nil {
				return err
			}
			if err := setAside(ctx, tx, l.PageID); err != nil {
				return err
			}
			if err := linesChanged(ctx, tx, l.PetitionID); err != nil {
				return err
			}
		}
		return nil
	})
}

// setAside marks the lines of a page that count for nothing here.
func setAside(ctx context.Context, tx conn, pageID string) error {
	_, err := write(ctx, tx,
		`UPDATE lines SET aside = (dropped <> '' OR (SELECT p.excluded OR p.filed_under <> '' FROM pages p WHERE p.id = $1)) WHERE page_id = $1`, pageID)
	return err
}
