package store

import (
	"context"
	"time"
)

// Claim is a line that somebody is looking at, so that others look elsewhere.
type Claim struct {
	PetitionID string
	LineID     string
	AccountID  string
	Until      time.Time
}

// Claim takes a line for an account until a time, or longer if it has it. It
// says who has the line now, and whether that is the account.
func (s *Store) Claim(ctx context.Context, lineID, accountID string, until time.Time) (
	holder string, ok bool, err error) {
	defer saying(&err, "claim line %s", lineID)
	err = s.change(ctx, func(tx conn) error {
		if _, err := write(ctx, tx, `INSERT INTO claims (line_id, account_id, until)
			SELECT id, CAST($2 AS TEXT), CAST($3 AS BIGINT) FROM lines WHERE id = $1
			ON CONFLICT (line_id) DO UPDATE SET account_id = excluded.account_id, until = excluded.until
			WHERE claims.account_id = excluded.account_id OR claims.until <= $4`, lineID, accountID, until, now()); err != nil {
			return err
		}
		holder, err = one(ctx, tx, scanText, `SELECT account_id FROM claims WHERE line_id = $1`,
			lineID)
		return err
	})
	return holder, err == nil && holder == accountID, err
}

// Release gives up a claim; one that somebody else has is left.
func (s *Store) Release(ctx context.Context, lineID, accountID string) (err error) {
	defer saying(&err, "release line %s", lineID)
	_, err = write(ctx, s.writer, `DELETE FROM claims WHERE line_id = $1 AND account_id = $2`,
		lineID, accountID)
	return err
}

// Claims lists the claims on lines of a petition that hold.
func (s *Store) Claims(ctx context.Context, petitionID string) (_ []Claim, err error) {
	defer saying(&err, "list claims of petition %s", petitionID)
	return all(ctx, s.reader, func(r row) (c Claim, err error) {
		err = r.Scan(&c.PetitionID, &c.LineID, &c.AccountID, when{&c.Until})
		return c, err
	},
		`SELECT l.petition_id, c.line_id, c.account_id, c.until FROM claims c JOIN lines l ON l.id = c.line_id
		WHERE l.petition_id = $1 AND c.until > $2 ORDER BY c.line_id`, petitionID, now())
}
