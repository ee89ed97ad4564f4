package store

import (
	"context"
	"time"
)

// Invitation is a link that makes one account, once.
type Invitation struct {
	Hash      string // hex SHA-256 of the secret in the link
	Email     string
	Name      string
	Roles     []Role
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not yet
}

// AddInvitation adds an invitation.
func (s *Store) AddInvitation(ctx context.Context, v Invitation) (err error) {
	defer saying(&err, "add an invitation")
	_, err = write(ctx, s.writer, `INSERT INTO invitations (hash, email, name, roles, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, 0)`,
		v.Hash, folded(v.Email), v.Name, v.Roles, v.ExpiresAt)
	return err
}

// Invitation finds an invitation that can still be taken, and leaves it.
func (s *Store) Invitation(ctx context.Context, hash string) (_ Invitation, err error) {
	defer saying(&err, "find an invitation")
	return one(ctx, s.reader, scanInvitation, selectInvitations+` WHERE hash = $1 AND used_at = 0 AND expires_at > $2`, hash, now())
}

// Invitations lists those that can still be taken, by address.
func (s *Store) Invitations(ctx context.Context) (_ []Invitation, err error) {
	defer saying(&err, "list invitations")
	return all(ctx, s.reader, scanInvitation, selectInvitations+` WHERE used_at = 0 AND expires_at > $1 ORDER BY email, hash`, now())
}

// TakeInvitation takes an invitation. One that was taken before, has expired
// or was never made is ErrNotFound: of several who ask at once, one gets it.
func (s *Store) TakeInvitation(ctx context.Context, hash string) (_ Invitation, err error) {
	defer saying(&err, "take an invitation")
	return takeInvitation(ctx, s.writer, hash)
}

// Join takes an invitation and adds the account that it is for in one step, so
// that a crash leaves neither without the other. The address of the
// invitation and its roles hold, whatever the account says.
func (s *Store) Join(ctx context.Context, hash string, a Account) (_ Account, err error) {
	if a.ID == "" {
		a.ID = NewID()
	}
	defer saying(&err, "add account %s by invitation", a.ID)
	err = s.change(ctx, func(tx conn) error {
		v, err := takeInvitation(ctx, tx, hash)
		if err != nil {
			return err
		}
		a.Email, a.Roles = v.Email, v.Roles
		if a.Name == "" {
			a.Name = v.Name
		}
		a, err = addAccount(ctx, tx, a)
		return err
	})
	return a, err
}

func takeInvitation(ctx context.Context, c conn, hash string) (Invitation, error) {
	return one(ctx, c, scanInvitation, `UPDATE invitations SET used_at = $2 WHERE hash = $1 AND used_at = 0 AND expires_at > $2
		RETURNING hash, email, name, roles, expires_at, used_at`, hash, now())
}

const selectInvitations = `SELECT hash, email, name, roles, expires_at, used_at FROM invitations`

func scanInvitation(r row) (v Invitation, err error) {
	err = r.Scan(&v.Hash, &v.Email, &v.Name, listed{&v.Roles}, when{&v.ExpiresAt}, when{&v.UsedAt})
	return v, err
}
