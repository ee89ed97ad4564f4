package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// CouncilReport is a report to Council as it was issued. It is never edited, and stays
// whatever is purged.
type CouncilReport struct {
	ID          string
	Conference  string
	Document    string    // its number
	On          time.Time // its date
	CutOff      time.Time // the last day that it covers
	At          time.Time // when it was issued
	By          string    // account
	Actions     []string  // events that it tells of
	Corrections []string  // events
	SHA256      string    // of the workbook
	Contents    []byte    // all that the workbook says, as JSON; only from CouncilReport
	Workbook    []byte    // the same
}

// AddCouncilReport keeps a report with its entry in the audit log, and gives it back with
// its id, time and hash. Known is how many reports the caller knew: where there is another
// meanwhile, or one for the same conference, it is ErrConflict.
func (s *Store) AddCouncilReport(ctx context.Context, r CouncilReport, known int) (_ CouncilReport,
	err error) {
	if r.ID == "" {
		r.ID = NewID()
	}
	defer saying(&err, "issue report %s to Council", r.ID)
	r.At = or(r.At)
	sum := sha256.Sum256(r.Workbook)
	r.SHA256 = hex.EncodeToString(sum[:])
	err = s.change(ctx, func(tx conn) error {
		n, err := one(ctx, tx, scanNumber, `SELECT COUNT(*) FROM council_reports`)
		if err != nil {
			return err
		}
		if int(n) != known {
			return ErrConflict
		}
		if _, err := write(ctx, tx,
			`INSERT INTO council_reports (id, seq, conference, document, on_day, cut_off, at, by, actions, corrections, sha256, contents, workbook)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			r.ID, known+1, r.Conference, r.Document, r.On, r.CutOff, r.At, r.By, r.Actions,
			r.Corrections, r.SHA256, r.Contents, r.Workbook); err != nil {
			return err
		}
		_, err = record(ctx, tx, AuditEntry{At: r.At, Actor: r.By, Action: "council.issued",
			Subject: r.ID, Detail: "workbook " + r.SHA256})
		return err
	})
	return r, err
}

// CouncilReports lists the reports that were issued, in that order, without what they say.
func (s *Store) CouncilReports(ctx context.Context) (_ []CouncilReport, err error) {
	defer saying(&err, "list the reports to Council")
	return all(ctx, s.reader, scanCouncilReport, `SELECT `+councilColumns+
		` FROM council_reports ORDER BY seq`)
}

// CouncilReport gives the report of a conference with what it says.
func (s *Store) CouncilReport(ctx context.Context, conference string) (_ CouncilReport, err error) {
	defer saying(&err, "read a report to Council")
	return one(ctx, s.reader, func(r row) (v CouncilReport, err error) {
		err = r.Scan(append(v.columns(), &v.Contents, &v.Workbook)...)
		return v, err
	}, `SELECT `+councilColumns+`, contents, workbook FROM council_reports WHERE conference = $1`,
		conference)
}

const councilColumns = `id, conference, document, on_day, cut_off, at, by, actions, corrections, sha256`

func (v *CouncilReport) columns() []any {
	return []any{&v.ID, &v.Conference, &v.Document, when{&v.On}, when{&v.CutOff}, when{&v.At},
		&v.By, listed{&v.Actions}, listed{&v.Corrections}, &v.SHA256}
}

func scanCouncilReport(r row) (v CouncilReport, err error) {
	err = r.Scan(v.columns()...)
	return v, err
}
