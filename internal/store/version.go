package store

import (
	"context"
	"fmt"
)

// Versions count what changed in a petition, so that whoever keeps something
// computed from it knows what to read again. Each rises when, and only when,
// something of its kind became different.
type Versions struct {
	Lines    int64 // uploads, pages, lines and their matches
	Findings int64 // what people found
	Terms    int64 // rules, snapshot, day of receipt

	// What was purged of it. It bears on no verdict, and is not in String.
	Purged int64
}

func (v Versions) String() string { return fmt.Sprintf("%d.%d.%d", v.Lines, v.Findings, v.Terms) }

// Version names the present state of everything that bears on the verdicts of
// a petition.
func (s *Store) Version(ctx context.Context, petitionID string) (string, error) {
	v, err := s.Versions(ctx, petitionID)
	if err != nil {
		return "", err
	}
	return v.String(), nil
}

// Versions gives the parts of Version.
func (s *Store) Versions(ctx context.Context, petitionID string) (_ Versions, err error) {
	defer saying(&err, "find the version of petition %s", petitionID)
	return versions(ctx, s.reader, petitionID)
}

func versions(ctx context.Context, c conn, petitionID string) (Versions, error) {
	return one(ctx, c, func(r row) (v Versions, err error) {
		err = r.Scan(&v.Lines, &v.Findings, &v.Terms, &v.Purged)
		return v, err
	}, `SELECT lines_version, findings_version, terms_version,
		(SELECT COALESCE(SUM(1 + files + pages + lines + findings + CASE WHEN done_at > 0 THEN 1 ELSE 0 END), 0) FROM purges WHERE of = 'petition' AND subject = $1)
		FROM petitions WHERE id = $1`, petitionID)
}

// lock makes writers to a petition wait for each other, on PostgreSQL too: the
// update is for its lock. Every transaction that writes below a petition locks
// it first, and so in the same order.
func lock(ctx context.Context, tx conn, petitionID string) error {
	return touched(write(ctx, tx, `UPDATE petitions SET title = title WHERE id = $1`, petitionID))
}

func linesChanged(ctx context.Context, tx conn, petitionID string) error {
	return touched(write(ctx, tx,
		`UPDATE petitions SET lines_version = lines_version + 1 WHERE id = $1`, petitionID))
}

func findingsChanged(ctx context.Context, tx conn, petitionID string) error {
	return touched(write(ctx, tx,
		`UPDATE petitions SET findings_version = findings_version + 1 WHERE id = $1`, petitionID))
}
