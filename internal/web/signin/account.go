package signin

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// Scopes and Lives are what a new token may be chosen to be.
func (accountView) Scopes() []tokenScope { return tokenScopes }

func (accountView) Lives() any { return tokenLives }

// ScopeOf says in words what a token is for.
func (accountView) ScopeOf(t store.Token) string {
	s, _ := scopeOf(cmp.Or(t.Scope, "full"))
	return s.Label
}

type accountView struct {
	Tokens   []store.Token
	Secret   string // of a token that was just made: shown once
	Problem  string
	HasOIDC  bool
	Password bool // one is set
	Now      time.Time
}

func (s *Pages) accountPage(w http.ResponseWriter, r *http.Request) error {
	return s.showAccount(w, r, http.StatusOK, accountView{})
}

func (s *Pages) showAccount(w http.ResponseWriter, r *http.Request, status int,
	v accountView) error {
	tokens, err := s.Store.Tokens(r.Context(), site.AccountOf(r).ID)
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	for _, t := range tokens {
		if t.RevokedAt.IsZero() {
			v.Tokens = append(v.Tokens, t)
		}
	}
	v.Now = s.Now()
	v.HasOIDC, v.Password = site.AccountOf(r).Subject != "", site.AccountOf(r).PasswordHash != ""
	return s.Render(w, r, status, "account", v)
}

func (s *Pages) setPassword(w http.ResponseWriter, r *http.Request) error {
	if err := inPerson(r); err != nil {
		return err
	}
	if err := site.Form(w, r); err != nil {
		return err
	}
	a := site.AccountOf(r)
	if !s.limits.email.Allow(a.Email, s.Now()) {
		return site.Problem(http.StatusTooManyRequests,
			"Too many tries. Please wait a minute and try again.")
	}
	if a.PasswordHash != "" {
		ok, err := s.checkPassword(r.Context(), a.PasswordHash, r.PostFormValue("old"))
		if err != nil {
			return err
		}
		if !ok {
			return s.showAccount(w, r, http.StatusUnprocessableEntity,
				accountView{Problem: "The present password is not right."})
		}
	}
	password := r.PostFormValue("password")
	wrong := weak(password, a.Email)
	if password != r.PostFormValue("again") {
		wrong = "The two passwords differ."
	}
	if wrong != "" {
		return s.showAccount(w, r, http.StatusUnprocessableEntity, accountView{Problem: wrong})
	}
	hash, err := s.HashPassword(r.Context(), password)
	if err != nil {
		return err
	}
	err = s.Act(r.Context(), "account.password", a.ID, "", func(tx store.Tx) error {
		if err := tx.SetPassword(r.Context(), a.ID, a.PasswordHash, hash); err != nil {
			return err
		}
		return tx.DropInvitations(r.Context(), a.Email) // who asked for a link may be another
	})
	if errors.Is(err, store.ErrNotFound) {
		// by a link for a new password, say, to shut out whoever asks here
		return site.ErrSignIn
	}
	if err != nil {
		return fmt.Errorf("set the password: %w", err)
	}
	a.PasswordHash = hash
	return s.restart(w, r, a, "Your password was changed. Other browsers were signed out.")
}

func (s *Pages) endSessions(w http.ResponseWriter, r *http.Request) error {
	if err := inPerson(r); err != nil {
		return err
	}
	id := site.AccountOf(r).ID
	err := s.Act(r.Context(), "account.sessions-ended", id, "", func(tx store.Tx) error {
		return tx.EndSessionsOf(r.Context(), id)
	})
	if err != nil {
		return fmt.Errorf("end the sessions: %w", err)
	}
	return s.restart(w, r, site.AccountOf(r), "All other browsers were signed out.")
}

// restart ends all sessions of an account but gives this browser a new one.
func (s *Pages) restart(w http.ResponseWriter, r *http.Request, a store.Account,
	said string) error {
	if err := s.Store.EndSessionsOf(r.Context(), a.ID); err != nil {
		return fmt.Errorf("end the sessions: %w", err)
	}
	if err := s.SignIn(w, r, a, "again"); err != nil {
		return err
	}
	return s.Done(w, r, "/account", said)
}

// inPerson refuses a token what would make more of it: another token, a password, a session.
func inPerson(r *http.Request) error {
	if SessionOf(r) == "" {
		return site.Problem(http.StatusForbidden, "A token cannot do this: sign in.")
	}
	return nil
}

func (s *Pages) addToken(w http.ResponseWriter, r *http.Request) error {
	if err := inPerson(r); err != nil {
		return err
	}
	if err := site.Form(w, r); err != nil {
		return err
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	if name == "" || len(name) > 100 {
		return s.showAccount(w, r, http.StatusUnprocessableEntity,
			accountView{Problem: "Give the token a name, such as the scanner that uses it."})
	}
	secret := "cs_" + NewSecret()
	t := store.Token{ID: site.NewID(), AccountID: site.AccountOf(r).ID, Name: name,
		Hash: HashSecret(secret), CreatedAt: s.Now(), Scope: cmp.Or(r.PostFormValue("scope"),
			"full")}
	if _, ok := scopeOf(t.Scope); !ok {
		return s.showAccount(w, r, http.StatusUnprocessableEntity,
			accountView{Problem: "Choose what the token is for."})
	}
	for _, l := range tokenLives {
		if l.Key == r.PostFormValue("days") && l.life > 0 {
			t.ExpiresAt = t.CreatedAt.Add(l.life)
		}
	}
	err := s.Act(r.Context(), "token.made", t.ID, t.Scope, func(tx store.Tx) error {
		_, err := tx.AddToken(r.Context(), t)
		return err
	})
	if err != nil {
		return fmt.Errorf("add a token: %w", err)
	}
	// A reset revokes the tokens that it sees. One that it came before is seen here.
	if _, err := s.Store.Session(r.Context(), SessionOf(r)); err != nil {
		err := s.Act(r.Context(), "token.revoked", t.ID, "", func(tx store.Tx) error {
			return tx.RevokeToken(r.Context(), t.ID)
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("revoke a token of a session that ended: %w", err)
		}
		return site.ErrSignIn
	}
	return s.showAccount(w, r, http.StatusCreated, accountView{Secret: secret})
}

// revokeToken: everybody their own, administrators also those of others.
func (s *Pages) revokeToken(w http.ResponseWriter, r *http.Request) error {
	owner := site.AccountOf(r).ID
	if site.May(site.AccountOf(r), site.ByAdmin) {
		owner = ""
	}
	tokens, err := s.Store.Tokens(r.Context(), owner)
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	for _, t := range tokens {
		if t.ID != r.PathValue("token") {
			continue
		}
		err := s.Act(r.Context(), "token.revoked", t.ID, "", func(tx store.Tx) error {
			return tx.RevokeToken(r.Context(), t.ID)
		})
		if err != nil {
			return fmt.Errorf("revoke a token: %w", err)
		}
		back := "/account"
		if t.AccountID != site.AccountOf(r).ID {
			back = "/settings/people"
		}
		return s.Done(w, r, back, "The token was revoked.")
	}
	return store.ErrNotFound
}
