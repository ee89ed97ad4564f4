package store

import (
	"context"
	"time"
)

// Session is a browser that somebody signed in with.
type Session struct {
	Hash      string // hex SHA-256 of the opaque cookie, which is kept nowhere
	AccountID string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// AddSession begins a session.
func (s *Store) AddSession(ctx context.Context, v Session) (err error) {
	defer saying(&err, "begin a session of account %s", v.AccountID)
	v.CreatedAt = or(v.CreatedAt)
	if v.SeenAt.IsZero() {
		v.SeenAt = v.CreatedAt
	}
	_, err = write(ctx, s.writer,
		`INSERT INTO sessions (hash, account_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		v.Hash, v.AccountID, v.CreatedAt, v.SeenAt, v.ExpiresAt)
	return err
}

// Session finds a session that has not expired.
func (s *Store) Session(ctx context.Context, hash string) (_ Session, err error) {
	defer saying(&err, "find a session")
	return one(ctx, s.reader, scanSession,
		`SELECT hash, account_id, created_at, seen_at, expires_at FROM sessions
		WHERE hash = $1 AND expires_at > $2`, hash, now())
}

// TouchSession notes that a session was used and until when it now lasts.
func (s *Store) TouchSession(ctx context.Context, hash string, seen, expires time.Time) (
	err error) {
	defer saying(&err, "touch a session")
	return touched(write(ctx, s.writer,
		`UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE hash = $1`, hash, seen, expires))
}

// EndSession ends a session; one that is not there is ended already.
func (s *Store) EndSession(ctx context.Context, hash string) (err error) {
	defer saying(&err, "end a session")
	_, err = write(ctx, s.writer, `DELETE FROM sessions WHERE hash = $1`, hash)
	return err
}

// EndSessionsOf ends all sessions of an account.
func (s *Store) EndSessionsOf(ctx context.Context, accountID string) (err error) {
	defer saying(&err, "end the sessions of account %s", accountID)
	_, err = write(ctx, s.writer, `DELETE FROM sessions WHERE account_id = $1`, accountID)
	return err
}

// Expire forgets the sessions, claims and invitations whose time is over.
func (s *Store) Expire(ctx context.Context) (err error) {
	defer saying(&err, "forget what expired")
	return s.change(ctx, func(tx conn) error {
		for _, query := range []string{
			`DELETE FROM sessions WHERE expires_at <= $1`,
			`DELETE FROM claims WHERE until <= $1`,
			`DELETE FROM invitations WHERE expires_at <= $1`,
		} {
			if _, err := write(ctx, tx, query, now()); err != nil {
				return err
			}
		}
		_, err := write(ctx, tx, `DELETE FROM answers WHERE at <= $1`, now().Add(-answerLife))
		return err
	})
}

func scanSession(r row) (v Session, err error) {
	err = r.Scan(&v.Hash, &v.AccountID, when{&v.CreatedAt}, when{&v.SeenAt}, when{&v.ExpiresAt})
	return v, err
}
