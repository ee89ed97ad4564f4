package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// How long a session lives: without being used, and at all.
const (
	sessionIdle = 12 * time.Hour
	sessionLife = 7 * 24 * time.Hour
)

type contextKey int

const (
	sessionKey contextKey = iota
	tokenKey
)

// SessionOf is the hash of the session's cookie, empty for tokens.
func SessionOf(r *http.Request) string {
	hash, _ := r.Context().Value(sessionKey).(string)
	return hash
}

// Identify finds out who asks: by token where one is sent, else by cookie.
func (s *Pages) Identify(r *http.Request) (*http.Request, error) {
	if secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.IdentifyToken(r, secret)
	}
	c, err := r.Cookie(s.CookieName())
	if err != nil {
		return r, nil
	}
	hash := HashSecret(c.Value)
	ses, err := s.Store.Session(r.Context(), hash)
	if errors.Is(err, store.ErrNotFound) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("find the session: %w", err)
	}
	now := s.Now()
	if now.After(ses.ExpiresAt) {
		return r, nil
	}
	a, err := s.Store.Account(r.Context(), ses.AccountID)
	if errors.Is(err, store.ErrNotFound) || err == nil && a.Disabled {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("find the account of the session: %w", err)
	}
	if now.Sub(ses.SeenAt) > time.Minute { // a write for every request would be too many
		if err := s.Store.TouchSession(r.Context(), hash, now, sessionEnd(ses.CreatedAt,
			now)); err != nil {
			return r, fmt.Errorf("prolong the session: %w", err)
		}
	}
	ctx := site.WithAccount(r.Context(), a)
	return r.WithContext(context.WithValue(ctx, sessionKey, hash)), nil
}

func (s *Pages) IdentifyToken(r *http.Request, secret string) (*http.Request, error) {
	refused := site.Problem(http.StatusUnauthorized,
		"The token is not known, was revoked, or its time is over. Make a new one on your "+
			"account's page.")
	t, err := s.Store.TokenByHash(r.Context(), HashSecret(secret))
	if errors.Is(err, store.ErrNotFound) || err == nil && !t.RevokedAt.IsZero() {
		return r, refused
	}
	if err != nil {
		return r, fmt.Errorf("find the token: %w", err)
	}
	a, err := s.Store.Account(r.Context(), t.AccountID)
	if errors.Is(err, store.ErrNotFound) || err == nil && a.Disabled {
		return r, refused
	}
	if err != nil {
		return r, fmt.Errorf("find the account of the token: %w", err)
	}
	return r.WithContext(site.WithAccount(withToken(r.Context(), t), a)), nil
}

// SignIn starts a session. The cookie says nothing; the store knows only its
// hash, so that a copy of the database opens no door.
func (s *Pages) SignIn(w http.ResponseWriter, r *http.Request, a store.Account, how string) error {
	secret := NewSecret()
	now := s.Now()
	begun := store.Session{Hash: HashSecret(secret), AccountID: a.ID, CreatedAt: now, SeenAt: now,
		ExpiresAt: sessionEnd(now, now)}
	if err := s.signed(r, a, "account.signed-in", how, func(tx store.Tx) error {
		return tx.AddSession(r.Context(), begun)
	}); err != nil {
		return fmt.Errorf("start a session: %w", err)
	}
	// A reset and the closing of an account end the sessions that they see. What they did while a
	// password was being checked is seen here.
	is, err := s.Store.Account(r.Context(), a.ID)
	if err == nil && (is.Disabled || is.PasswordHash != a.PasswordHash) {
		err = store.ErrNotFound
	}
	if err != nil {
		if ended := s.signed(r, a, "account.signed-out", "", func(tx store.Tx) error {
			return tx.EndSession(r.Context(), begun.Hash)
		}); ended != nil {
			return fmt.Errorf("end a session: %w", ended)
		}
		if errors.Is(err, store.ErrNotFound) {
			return site.Problem(http.StatusConflict,
				"The account was changed at this moment. Sign in again.")
		}
		return fmt.Errorf("look at the account again: %w", err)
	}
	if old := SessionOf(r); old != "" {
		if err := s.Store.EndSession(r.Context(), old); err != nil {
			return fmt.Errorf("end the session before: %w", err)
		}
	}
	http.SetCookie(w, s.cookie(secret, int(sessionLife/time.Second)))
	return s.know(w, r, a)
}

// signed begins or ends a session of an account, with its entry in the log.
func (s *Pages) signed(r *http.Request, a store.Account, action, how string,
	do func(tx store.Tx) error) error {
	return s.Store.Do(r.Context(), func(tx store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		_, err := tx.Record(r.Context(), store.AuditEntry{At: s.Now(), Actor: a.ID, Action: action,
			Subject: a.ID, Detail: how})
		return err
	})
}

// sessionEnd is until when a session holds that is used now.
func sessionEnd(began, now time.Time) time.Time {
	end := now.Add(sessionIdle)
	if life := began.Add(sessionLife); life.Before(end) {
		return life
	}
	return end
}

// CookieName: the prefix makes browsers insist on https and on this host.
func (s *Pages) CookieName() string {
	if s.Secure() {
		return "__Host-countersign"
	}
	return "countersign"
}

func (s *Pages) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{Name: s.CookieName(), Value: value, Path: "/", MaxAge: age, HttpOnly: true,
		Secure: s.Secure(), SameSite: http.SameSiteLaxMode}
}

// NewSecret is 256 random bits in letters that survive URLs and cookies.
func NewSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
