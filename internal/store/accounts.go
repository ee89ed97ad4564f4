package store

import (
	"context"
	"strings"
	"time"
)

// Role is what an account may do; it may have several.
type Role string

const (
	Staff    Role = "staff"
	Verifier Role = "verifier"
	Chair    Role = "chair"
	Admin    Role = "admin"
)

// Roles are all of them, in the order in which they are offered.
func Roles() []Role { return []Role{Staff, Verifier, Chair, Admin} }

// Account is a person who uses the service.
type Account struct {
	ID           string
	Email        string // kept in small letters, unique
	Name         string
	Roles        []Role
	PasswordHash string // argon2id, in its own notation; empty where none is set
	Subject      string // who the identity provider says it is; empty without one, unique otherwise
	Disabled     bool
	CreatedAt    time.Time
}

// AddAccount adds an account and gives it back with its id and time. An
// address or a subject that another account has is ErrConflict.
func (s *Store) AddAccount(ctx context.Context, a Account) (_ Account, err error) {
	if a.ID == "" {
		a.ID = NewID()
	}
	defer saying(&err, "add account %s", a.ID)
	return addAccount(ctx, s.writer, a)
}

func addAccount(ctx context.Context, c conn, a Account) (Account, error) {
	a.Email, a.CreatedAt = folded(a.Email), or(a.CreatedAt)
	_, err := write(ctx, c,
		`INSERT INTO accounts (id, email, name, roles, password_hash, subject, disabled, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Email, a.Name, a.Roles, a.PasswordHash, orNull(a.Subject), a.Disabled, a.CreatedAt)
	return a, err
}

// SetAccount writes all of an account but its id and when it was made.
func (s *Store) SetAccount(ctx context.Context, a Account) (err error) {
	defer saying(&err, "change account %s", a.ID)
	return touched(write(ctx, s.writer,
		`UPDATE accounts SET email = $2, name = $3, roles = $4, password_hash = $5, subject = $6, disabled = $7
		WHERE id = $1`, a.ID, folded(a.Email), a.Name, a.Roles, a.PasswordHash, orNull(a.Subject), a.Disabled))
}

// SetPassword gives an account another password, unless it was changed meanwhile: that is
// ErrNotFound of the one before.
func (s *Store) SetPassword(ctx context.Context, id, before, hash string) (err error) {
	defer saying(&err, "set the password of account %s", id)
	return touched(write(ctx, s.writer, `UPDATE accounts SET password_hash = $3
		WHERE id = $1 AND password_hash = $2`, id, before, hash))
}

// Account finds an account by its id.
func (s *Store) Account(ctx context.Context, id string) (_ Account, err error) {
	defer saying(&err, "find account %s", id)
	return one(ctx, s.reader, scanAccount, selectAccounts+` WHERE id = $1`, id)
}

// AccountByEmail finds an account by its address, however it is capitalised.
func (s *Store) AccountByEmail(ctx context.Context, email string) (_ Account, err error) {
	defer saying(&err, "find an account by its address")
	return one(ctx, s.reader, scanAccount, selectAccounts+` WHERE email = $1`, folded(email))
}

// AccountBySubject finds an account by what the identity provider calls it.
func (s *Store) AccountBySubject(ctx context.Context, subject string) (_ Account, err error) {
	defer saying(&err, "find an account by its subject")
	return one(ctx, s.reader, scanAccount, selectAccounts+` WHERE subject = $1`, subject)
}

// Accounts lists all accounts by their addresses.
func (s *Store) Accounts(ctx context.Context) (_ []Account, err error) {
	defer saying(&err, "list accounts")
	return all(ctx, s.reader, scanAccount, selectAccounts+` ORDER BY email`)
}

const selectAccounts = `SELECT id, email, name, roles, password_hash, COALESCE(subject, ''), disabled, created_at FROM accounts`

func scanAccount(r row) (a Account, err error) {
	err = r.Scan(&a.ID, &a.Email, &a.Name, listed{&a.Roles}, &a.PasswordHash, &a.Subject,
		&a.Disabled, when{&a.CreatedAt})
	return a, err
}

func folded(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// orNull makes nothing of an empty text, so that it may stand in a unique
// column many times.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
