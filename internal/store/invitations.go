package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
)

// Invitation is a one-time link with which somebody chooses a password. One with an address is
// for that account, and makes it where there is none; one without is the first administrator's.
type Invitation struct {
	Hash      string // hex SHA-256 of the secret in the link
	Email     string
	Name      string
	Roles     []Role
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not yet
}

// live says whether a link can be taken by more than its own row: the account is not closed, and
// nobody is an administrator yet where it would make the first.
func (v Invitation) live(ctx context.Context, c conn) (bool, error) {
	if v.Email == "" {
		there, err := administered(ctx, c)
		return !there, err
	}
	a, err := one(ctx, c, scanAccount, selectAccounts+` WHERE email = $1`, v.Email)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return !a.Disabled, err
}

// administered says whether there is an administrator who can sign in.
func administered(ctx context.Context, c conn) (bool, error) {
	list, err := all(ctx, c, scanAccount, selectAccounts)
	return slices.ContainsFunc(list, func(a Account) bool {
		return !a.Disabled && slices.Contains(a.Roles, Admin) &&
			(a.PasswordHash != "" || a.Subject != "")
	}), err
}

// AddInvitation adds a link in the place of the one that was made before for the same address,
// which is dead from then on. For the first administrator none is added once there is one, and
// one that was left is taken away: that is ErrConflict.
func (s *Store) AddInvitation(ctx context.Context, v Invitation) (err error) {
	defer saying(&err, "add an invitation")
	v.Email = folded(v.Email)
	late := false
	err = s.change(ctx, func(tx conn) error {
		_, err := write(ctx, tx,
			`INSERT INTO invitations (hash, email, name, roles, expires_at, used_at)
			VALUES ($1, $2, $3, $4, $5, 0)
			ON CONFLICT (email) WHERE used_at = 0 DO UPDATE SET
			hash = excluded.hash, name = excluded.name, roles = excluded.roles,
			expires_at = excluded.expires_at`,
			v.Hash, v.Email, v.Name, v.Roles, v.ExpiresAt)
		if err != nil || v.Email != "" {
			return err
		}
		// Looked for only now: who was being made by the link before is seen once it is replaced.
		if late, err = administered(ctx, tx); err != nil || !late {
			return err
		}
		return dropInvitations(ctx, tx, "")
	})
	if err == nil && late {
		return ErrConflict
	}
	return err
}

// DropInvitations ends the links of an address that were not used.
func (s *Store) DropInvitations(ctx context.Context, email string) (err error) {
	defer saying(&err, "end invitations")
	return dropInvitations(ctx, s.writer, folded(email))
}

func dropInvitations(ctx context.Context, c conn, email string) error {
	_, err := write(ctx, c, `DELETE FROM invitations WHERE email = $1 AND used_at = 0`, email)
	return err
}

// Invitation finds an invitation that can still be taken, and leaves it.
func (s *Store) Invitation(ctx context.Context, hash string) (v Invitation, err error) {
	defer saying(&err, "find an invitation")
	v, err = one(ctx, s.reader, scanInvitation,
		selectInvitations+` WHERE hash = $1 AND used_at = 0 AND expires_at > $2`, hash, now())
	if err != nil {
		return v, err
	}
	if live, err := v.live(ctx, s.reader); err != nil || !live {
		return Invitation{}, cmp.Or(err, ErrNotFound)
	}
	return v, nil
}

// Invitations lists those that can still be taken, by address.
func (s *Store) Invitations(ctx context.Context) (out []Invitation, err error) {
	defer saying(&err, "list invitations")
	list, err := all(ctx, s.reader, scanInvitation,
		selectInvitations+` WHERE used_at = 0 AND expires_at > $1 ORDER BY email, hash`, now())
	for _, v := range list {
		live, err := v.live(ctx, s.reader)
		if err != nil {
			return nil, err
		}
		if live {
			out = append(out, v)
		}
	}
	return out, err
}

// Join takes a link and does what it is for in one step, so that a crash leaves neither without
// the other, and of several who ask at once one gets it. A link that was taken before, has
// expired, is dead or was never made is ErrNotFound. Where there is an account with its address,
// the account gets the name and the password, and whoever used it before is shut out: sessions
// end and tokens are revoked. Otherwise the account is added; the address of the link and its
// roles hold, whatever the account says. An address that somebody else has is ErrConflict, and
// the link stays.
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
		if live, err := v.live(ctx, tx); err != nil || !live {
			return cmp.Or(err, ErrNotFound)
		}
		a.Roles, a.Name = v.Roles, cmp.Or(a.Name, v.Name)
		if v.Email == "" {
			a, err = addAccount(ctx, tx, a)
			return err
		}
		there, err := one(ctx, tx, scanAccount, selectAccounts+` WHERE email = $1`, v.Email)
		if errors.Is(err, sql.ErrNoRows) {
			a.Email = v.Email
			a, err = addAccount(ctx, tx, a)
			return err
		}
		if err != nil {
			return err
		}
		there.Name, there.PasswordHash = a.Name, a.PasswordHash
		a = there
		return reset(ctx, tx, a)
	})
	return a, err
}

// reset gives an account a name and a password, and shuts out whoever used it before.
func reset(ctx context.Context, tx conn, a Account) error {
	for _, change := range []struct {
		query string
		args  []any
	}{
		{`UPDATE accounts SET name = $2, password_hash = $3 WHERE id = $1`,
			[]any{a.ID, a.Name, a.PasswordHash}},
		{`DELETE FROM sessions WHERE account_id = $1`, []any{a.ID}},
		{`UPDATE tokens SET revoked_at = $2 WHERE account_id = $1 AND revoked_at = 0`,
			[]any{a.ID, now()}},
	} {
		if _, err := write(ctx, tx, change.query, change.args...); err != nil {
			return err
		}
	}
	return nil
}

func takeInvitation(ctx context.Context, c conn, hash string) (Invitation, error) {
	return one(ctx, c, scanInvitation, `UPDATE invitations SET used_at = $2
		WHERE hash = $1 AND used_at = 0 AND expires_at > $2
		RETURNING hash, email, name, roles, expires_at, used_at`, hash, now())
}

const selectInvitations = `SELECT hash, email, name, roles, expires_at, used_at FROM invitations`

func scanInvitation(r row) (v Invitation, err error) {
	err = r.Scan(&v.Hash, &v.Email, &v.Name, listed{&v.Roles}, when{&v.ExpiresAt}, when{&v.UsedAt})
	return v, err
}
