package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Answer is what was answered to a change that somebody sent under a key.
type Answer struct {
	AccountID, Key string
	Asked          string // a hash of what was sent
	Status         int    // of HTTP; 0 while the change is being made
	Kind           string // of the body
	Body           []byte
	At             time.Time
}

// How long answers are kept, and after which time a change whose maker did not end it may be made
// again.
const (
	answerLife  = 24 * time.Hour
	answerStale = time.Minute
)

// BeginAnswer notes that a change is being made under a key, and says true. Where one was made, or
// is being made, it gives that.
func (s *Store) BeginAnswer(ctx context.Context, a Answer) (_ Answer, begun bool, err error) {
	defer saying(&err, "begin an answer")
	a.At = now()
	err = s.change(ctx, func(tx conn) error {
		n, err := write(ctx, tx,
			`INSERT INTO answers (account_id, key, asked, status, kind, body, at) VALUES ($1, $2, $3, 0, '', $4, $5)
			ON CONFLICT (account_id, key) DO UPDATE SET asked = excluded.asked, at = excluded.at, status = 0
			WHERE answers.at < $6 OR answers.status = 0 AND answers.asked = excluded.asked AND answers.at < $7`,
			a.AccountID, a.Key, a.Asked, []byte{}, a.At, a.At.Add(-answerLife),
			a.At.Add(-answerStale))
		if begun = n > 0; err != nil || begun {
			return err
		}
		a, err = one(ctx, tx, func(r row) (got Answer, err error) {
			err = r.Scan(&got.AccountID, &got.Key, &got.Asked, &got.Status, &got.Kind, &got.Body,
				when{&got.At})
			return got, err
		},
			`SELECT account_id, key, asked, status, kind, body, at FROM answers WHERE account_id = $1 AND key = $2`, a.AccountID, a.Key)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrConflict // forgotten at this moment
		}
		return err
	})
	return a, begun, err
}

// EndAnswer keeps the answer to a change; one with the status 0 is forgotten, for the change was
// not made.
func (s *Store) EndAnswer(ctx context.Context, a Answer) (err error) {
	defer saying(&err, "keep an answer")
	if a.Status == 0 {
		_, err = write(ctx, s.writer,
			`DELETE FROM answers WHERE account_id = $1 AND key = $2 AND status = 0`, a.AccountID,
			a.Key)
		return err
	}
	_, err = write(ctx, s.writer,
		`UPDATE answers SET status = $3, kind = $4, body = $5 WHERE account_id = $1 AND key = $2`,
		a.AccountID, a.Key, a.Status, a.Kind, a.Body)
	return err
}
