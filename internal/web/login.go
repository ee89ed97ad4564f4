package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"countersign/internal/store"
)

// How long one-time links hold.
const invitationLife = 7 * 24 * time.Hour

type loginView struct {
	Email, Next, Problem string
	OIDC                 string  // name of the provider, "" for none
	Guests               []Guest // of a demonstration
}

// Guest is somebody as whom anybody may sign in, at a service that shows itself.
type Guest struct {
	Name, Email, Password string
	Does                  string // what there is to see as that person
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) error {
	if accountOf(r).ID != "" {
		http.Redirect(w, r, local(r.URL.Query().Get("next")), http.StatusSeeOther)
		return nil
	}
	v := loginView{Next: local(r.URL.Query().Get("next"))}
	if r.URL.Query().Has("lost") {
		v.Problem = "You were signed out, and what you sent last was not kept. Sign in, go back to it and send it again."
	}
	return s.showLogin(w, r, http.StatusOK, v)
}

func (s *Server) showLogin(w http.ResponseWriter, r *http.Request, status int, v loginView) error {
	set, err := s.oidcSettings(r.Context())
	if err != nil {
		return err
	}
	v.OIDC, v.Guests = set.Name, s.Guests
	return s.render(w, r, status, "login", v)
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	v := loginView{Email: strings.TrimSpace(r.PostFormValue("email")), Next: local(r.PostFormValue("next"))}
	a, err := s.Store.AccountByEmail(r.Context(), strings.ToLower(v.Email))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("find the account: %w", err)
	}
	if !s.mayTry(r, v.Email, a) {
		w.Header().Set("Retry-After", "60")
		v.Problem = "Too many tries. Please wait a minute and try again."
		return s.showLogin(w, r, http.StatusTooManyRequests, v)
	}
	ok, err := s.checkPassword(r.Context(), a.PasswordHash, r.PostFormValue("password"))
	if err != nil {
		return err
	}
	if !ok || a.Disabled {
		v.Problem = "The e-mail address or the password is not right."
		return s.showLogin(w, r, http.StatusUnauthorized, v)
	}
	if err := s.signIn(w, r, a, "password"); err != nil {
		return err
	}
	http.Redirect(w, r, v.Next, http.StatusSeeOther)
	return nil
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	if hash := sessionOf(r); hash != "" {
		err := s.act(r.Context(), "account.signed-out", accountOf(r).ID, "", func(tx store.Tx) error { return tx.EndSession(r.Context(), hash) })
		if err != nil {
			return fmt.Errorf("end the session: %w", err)
		}
	}
	http.SetCookie(w, s.cookie("", -1))
	w.Header().Set("Clear-Site-Data", `"cache"`) // pictures of sheets stay on no shared computer
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

// local keeps people on this service: only paths of it are followed.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || next == "" || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") || strings.HasPrefix(next, "/log") {
		return "/"
	}
	return next
}

// FirstAdmin returns a one-time link with which the first administrator makes
// an account, or nothing where there is one already. The link before is dead.
func (s *Server) FirstAdmin(ctx context.Context) (link string, err error) {
	link, err = s.invite(ctx, s.Store, "", "", []store.Role{store.Admin})
	if errors.Is(err, store.ErrConflict) {
		return "", nil
	}
	return link, err
}

// invite makes a one-time link. Only its hash is kept.
func (s *Server) invite(ctx context.Context, to *store.Store, email, name string, roles []store.Role) (link string, err error) {
	secret := newSecret()
	err = to.AddInvitation(ctx, store.Invitation{Hash: hashSecret(secret), Email: email, Name: name, Roles: roles, ExpiresAt: s.Now().Add(invitationLife)})
	if err != nil {
		return "", fmt.Errorf("keep the invitation: %w", err)
	}
	return s.base.JoinPath("welcome", secret).String(), nil
}

type welcomeView struct {
	Email, Name, Problem string
	Known                bool // the invitation names the person
}

// welcomePage does not use up the link: programs that look at links before
// people do must not spend it.
func (s *Server) welcomePage(w http.ResponseWriter, r *http.Request) error {
	inv, err := s.Store.Invitation(r.Context(), hashSecret(r.PathValue("token")))
	if errors.Is(err, store.ErrNotFound) {
		return errLinkUsed
	}
	if err != nil {
		return fmt.Errorf("find the invitation: %w", err)
	}
	return s.render(w, r, http.StatusOK, "welcome", welcomeView{Email: inv.Email, Name: inv.Name, Known: inv.Email != ""})
}

var errLinkUsed = problem(http.StatusGone, "This link was used already, is too old, or a newer one was made. Ask an administrator for a new one; the first administrator gets one by starting the service again.")

func (s *Server) welcome(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	if !s.limits.address.allow(s.address(r), s.Now()) {
		return problem(http.StatusTooManyRequests, "Too many tries. Please wait a minute and try again.")
	}
	hash := hashSecret(r.PathValue("token"))
	inv, err := s.Store.Invitation(r.Context(), hash)
	if errors.Is(err, store.ErrNotFound) {
		return errLinkUsed
	}
	if err != nil {
		return fmt.Errorf("find the invitation: %w", err)
	}
	v := welcomeView{Email: inv.Email, Name: strings.TrimSpace(r.PostFormValue("name")), Known: inv.Email != ""}
	if !v.Known {
		v.Email = strings.ToLower(strings.TrimSpace(r.PostFormValue("email")))
	}
	password := r.PostFormValue("password")
	switch {
	case !isAddress(v.Email):
		v.Problem = "Write an e-mail address such as chair@example.org."
	case v.Name == "" || len(v.Name) > 200:
		v.Problem = "Write your name, as others should see it."
	case password != r.PostFormValue("again"):
		v.Problem = "The two passwords differ."
	default:
		v.Problem = weak(password, v.Email)
	}
	if v.Problem != "" {
		return s.render(w, r, http.StatusUnprocessableEntity, "welcome", v)
	}
	secret, err := s.hashPassword(r.Context(), password)
	if err != nil {
		return err
	}
	a := store.Account{ID: newID(), Email: v.Email, Name: v.Name, PasswordHash: secret, CreatedAt: s.Now()}
	err = s.Store.Do(r.Context(), func(tx store.Tx) (err error) {
		if a, err = tx.Join(r.Context(), hash, a); err != nil {
			return err
		}
		_, err = tx.Record(r.Context(), store.AuditEntry{At: s.Now(), Actor: a.ID, Action: "account.joined", Subject: a.ID, Detail: roleWords(a.Roles)})
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return errLinkUsed
	case errors.Is(err, store.ErrConflict):
		v.Problem = "There is an account with this e-mail address already: write another."
		return s.render(w, r, http.StatusConflict, "welcome", v)
	case err != nil:
		return fmt.Errorf("make the account: %w", err)
	}
	if err := s.signIn(w, r, a, "invitation"); err != nil {
		return err
	}
	return s.done(w, r, "/", "Welcome, "+a.Name+".")
}

func isAddress(email string) bool {
	a, err := mail.ParseAddress(email)
	return err == nil && a.Address == email && len(email) <= 254
}
