package store

import (
	"context"
	"time"
)

// Finding is what a person found of a line. Findings are only ever added.
type Finding struct {
	ID         string
	PetitionID string
	LineID     string
	By         string // account
	Chair      bool   // made as the chair, whose word stands above the verifiers'
	At         time.Time
	// accept one-of nobody illegible unsigned struck duplicate correct flag override undo; of looks
	// that measure after what they do, such as again:accept, known:nobody
	Kind     string
	MemberID string
	Note     string
	Fields   map[string]string // what a correction says, by field
	Searches int               // distinct ones tried before
	Undoes   string            // the finding that this one takes back
}

// AddFinding adds a finding and gives it back with its id, petition and time.
// The same id again is the same finding, and changes nothing. Taking back what
// was taken back already is ErrConflict.
func (s *Store) AddFinding(ctx context.Context, f Finding) (_ Finding, err error) {
	if f.ID == "" {
		f.ID = NewID()
	}
	defer saying(&err, "add finding %s of line %s", f.ID, f.LineID)
	f.At = or(f.At)
	err = s.change(ctx, func(tx conn) error {
		f.PetitionID, err = one(ctx, tx, scanText, `SELECT petition_id FROM lines WHERE id = $1`,
			f.LineID)
		if err != nil {
			return err
		}
		if err := lockUnpurged(ctx, tx, f.PetitionID); err != nil {
			return err
		}
		if f.At, err = after(ctx, tx, f); err != nil {
			return err
		}
		n, err := write(ctx, tx,
			`INSERT INTO findings (id, petition_id, line_id, by, at, kind, member_id, note, fields, searches, undoes, chair)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING`,
			f.ID, f.PetitionID, f.LineID, f.By, f.At, f.Kind, f.MemberID, f.Note, f.Fields,
			f.Searches, orNull(f.Undoes), f.Chair)
		if err != nil {
			return err
		}
		if n == 0 {
			f, err = one(ctx, tx, scanFinding, selectFindings+` WHERE id = $1`, f.ID)
			return err
		}
		return findingsChanged(ctx, tx, f.PetitionID)
	})
	return f, err
}

// after gives the time of a finding: its own, or the next millisecond after the
// petition's last finding, so that their order is the one they came in even
// where clocks differ.
func after(ctx context.Context, tx conn, f Finding) (time.Time, error) {
	last, err := one(ctx, tx, scanNumber,
		`SELECT COALESCE(MAX(at), 0) FROM findings WHERE petition_id = $1`, f.PetitionID)
	if millis(f.At) > last {
		return f.At, err
	}
	return fromMillis(last + 1), err
}

// Findings lists all findings of a petition in the order they were made.
func (s *Store) Findings(ctx context.Context, petitionID string) (_ []Finding, err error) {
	defer saying(&err, "list findings of petition %s", petitionID)
	return all(ctx, s.reader, scanFinding, selectFindings+` WHERE petition_id = $1 ORDER BY at, id`,
		petitionID)
}

// FindingsAfter lists the findings of a petition that were made after a time, which is that of
// one of them: each is later than those before it.
func (s *Store) FindingsAfter(ctx context.Context, petitionID string, at time.Time) (_ []Finding,
	err error) {
	defer saying(&err, "list new findings of petition %s", petitionID)
	return all(ctx, s.reader, scanFinding, selectFindings+
		` WHERE petition_id = $1 AND at > $2 ORDER BY at, id`, petitionID, at)
}

// FindingsOf lists the findings of a line in the order they were made.
func (s *Store) FindingsOf(ctx context.Context, lineID string) (_ []Finding, err error) {
	defer saying(&err, "list findings of line %s", lineID)
	return all(ctx, s.reader, scanFinding, selectFindings+` WHERE line_id = $1 ORDER BY at, id`,
		lineID)
}

const selectFindings = `SELECT id, petition_id, line_id, by, at, kind, member_id, note, fields, searches, COALESCE(undoes, ''), chair FROM findings`

func scanFinding(r row) (f Finding, err error) {
	err = r.Scan(&f.ID, &f.PetitionID, &f.LineID, &f.By, when{&f.At}, &f.Kind, &f.MemberID, &f.Note,
		listed{&f.Fields}, &f.Searches, &f.Undoes, &f.Chair)
	return f, err
}
