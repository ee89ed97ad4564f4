package store

import (
	"context"
	"time"
)

// Assignment says that a petition is assigned to somebody.
type Assignment struct {
	PetitionID string
	AccountID  string
	By         string // account
	At         time.Time
}

// Assign assigns a petition to somebody, and says whether it was not before.
func (s *Store) Assign(ctx context.Context, a Assignment) (added bool, err error) {
	defer saying(&err, "assign petition %s", a.PetitionID)
	n, err := write(ctx, s.writer,
		`INSERT INTO assignments (petition_id, account_id, by, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (petition_id, account_id) DO NOTHING`, a.PetitionID, a.AccountID, a.By, or(a.At))
	return n > 0, err
}

// Unassign takes a petition from somebody, and says whether it was assigned before.
func (s *Store) Unassign(ctx context.Context, petitionID, accountID string) (removed bool,
	err error) {
	defer saying(&err, "take petition %s from an account", petitionID)
	n, err := write(ctx, s.writer,
		`DELETE FROM assignments WHERE petition_id = $1 AND account_id = $2`, petitionID, accountID)
	return n > 0, err
}

// Assignments lists to whom a petition is assigned, by account.
func (s *Store) Assignments(ctx context.Context, petitionID string) (_ []Assignment, err error) {
	defer saying(&err, "list to whom petition %s is assigned", petitionID)
	return all(ctx, s.reader, scanAssignment,
		`SELECT petition_id, account_id, by, at FROM assignments WHERE petition_id = $1 ORDER BY account_id`, petitionID)
}

// PetitionsFor lists the ids of the petitions that somebody added, or that are assigned to them.
func (s *Store) PetitionsFor(ctx context.Context, accountID string) (_ []string, err error) {
	defer saying(&err, "list the petitions for account %s", accountID)
	return all(ctx, s.reader, scanText,
		`SELECT id FROM petitions WHERE by = $1 UNION SELECT petition_id FROM assignments WHERE account_id = $1 ORDER BY 1`, accountID)
}

func scanAssignment(r row) (a Assignment, err error) {
	err = r.Scan(&a.PetitionID, &a.AccountID, &a.By, when{&a.At})
	return a, err
}
