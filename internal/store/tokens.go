package store

import (
	"context"
	"time"
)

// Token lets a program act for an account.
type Token struct {
	ID        string
	AccountID string
	Name      string // what its owner calls it
	Hash      string // hex SHA-256 of the secret, which is kept nowhere
	CreatedAt time.Time
	UsedAt    time.Time // zero: never
	RevokedAt time.Time // zero: it holds
	Scope     string    // what it may be used for; empty for everything
	ExpiresAt time.Time // zero: never
}

// AddToken adds a token and gives it back with its id and time.
func (s *Store) AddToken(ctx context.Context, t Token) (_ Token, err error) {
	if t.ID == "" {
		t.ID = NewID()
	}
	defer saying(&err, "add token %s", t.ID)
	t.CreatedAt = or(t.CreatedAt)
	_, err = write(ctx, s.writer,
		`INSERT INTO tokens (id, account_id, name, hash, created_at, used_at, revoked_at, scope, expires_at) VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7)`,
		t.ID, t.AccountID, t.Name, t.Hash, t.CreatedAt, t.Scope, t.ExpiresAt)
	return t, err
}

// TokenByHash finds a token that holds, and notes that it was used. The note
// is exact to a minute, so that a script does not cost a write each time.
func (s *Store) TokenByHash(ctx context.Context, hash string) (_ Token, err error) {
	defer saying(&err, "find a token")
	t, err := one(ctx, s.reader, scanToken, selectTokens+
		` WHERE hash = $1 AND revoked_at = 0 AND (expires_at = 0 OR expires_at > $2)`, hash, now())
	if err != nil {
		return t, err
	}
	at := now()
	if at.Sub(t.UsedAt) < time.Minute {
		return t, nil
	}
	t.UsedAt = at
	return t, touched(write(ctx, s.writer,
		`UPDATE tokens SET used_at = $2 WHERE id = $1 AND revoked_at = 0`, t.ID, at))
}

// Tokens lists the tokens of an account, or of all accounts for the id "",
// newest first.
func (s *Store) Tokens(ctx context.Context, accountID string) (_ []Token, err error) {
	defer saying(&err, "list tokens of account %s", accountID)
	return all(ctx, s.reader, scanToken, selectTokens+
		` WHERE account_id = $1 OR $1 = '' ORDER BY created_at DESC, id`, accountID)
}

// RevokeToken ends a token for good.
func (s *Store) RevokeToken(ctx context.Context, id string) (err error) {
	defer saying(&err, "revoke token %s", id)
	return touched(write(ctx, s.writer,
		`UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0`, id, now()))
}

const selectTokens = `SELECT id, account_id, name, hash, created_at, used_at, revoked_at, scope, expires_at FROM tokens`

func scanToken(r row) (t Token, err error) {
	err = r.Scan(&t.ID, &t.AccountID, &t.Name, &t.Hash, when{&t.CreatedAt}, when{&t.UsedAt},
		when{&t.RevokedAt}, &t.Scope, when{&t.ExpiresAt})
	return t, err
}
