// Package signin finds out who asks, by session or token, and is where people sign in and look
// after their own account. What it finds is noted in the context of the request, see
// site.AccountOf.
package signin

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
	"countersign/internal/web/site"
)

// How long one-time links hold.
const invitationLife = 7 * 24 * time.Hour

// Pages are where people sign in, and what they set of their own account.
type Pages struct {
	*site.Site
	limits  limits
	hashing chan struct{} // argon2id takes 19 MiB each time
}

func New(on *site.Site) *Pages {
	return &Pages{Site: on, limits: newLimits(), hashing: make(chan struct{}, 4)}
}

// Routes are those of signing in and of the own account.
func (s *Pages) Routes() []site.Route {
	return []site.Route{
		site.On("GET /login", site.Public, s.loginPage),
		site.On("POST /login", site.Public, s.login),
		site.On("POST /logout", site.Public, s.logout),
		site.On("GET /login/oidc", site.Public, s.oidcStart),
		site.On("GET /login/oidc/callback", site.Public, s.oidcCallback),
		site.On("GET /welcome/{token}", site.Public, s.welcomePage),
		site.On("POST /welcome/{token}", site.Public, s.welcome),
		site.On("GET /account", site.SignedIn, s.accountPage),
		site.On("POST /account/password", site.SignedIn, s.setPassword),
		site.On("POST /account/tokens", site.SignedIn, s.addToken),
		site.On("POST /account/tokens/{token}/revoke", site.SignedIn, s.revokeToken),
		site.On("POST /account/sessions/end", site.SignedIn, s.endSessions),
	}
}

type loginView struct {
	Email, Next, Problem string
	OIDC                 string       // name of the provider, "" for none
	Guests               []site.Guest // of a demonstration
}

func (s *Pages) loginPage(w http.ResponseWriter, r *http.Request) error {
	if site.AccountOf(r).ID != "" {
		http.Redirect(w, r, local(r.URL.Query().Get("next")), http.StatusSeeOther)
		return nil
	}
	v := loginView{Next: local(r.URL.Query().Get("next"))}
	if r.URL.Query().Has("lost") {
		v.Problem = "You were signed out, and what you sent last was not kept. Sign in, go back " +
			"to it and send it again."
	}
	return s.showLogin(w, r, http.StatusOK, v)
}

func (s *Pages) showLogin(w http.ResponseWriter, r *http.Request, status int, v loginView) error {
	set, err := s.oidcSettings(r.Context())
	if err != nil {
		return err
	}
	v.OIDC, v.Guests = set.Name, s.Guests
	return s.Render(w, r, status, "login", v)
}

func (s *Pages) login(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	v := loginView{Email: strings.TrimSpace(r.PostFormValue("email")),
		Next: local(r.PostFormValue("next"))}
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
	if err := s.SignIn(w, r, a, "password"); err != nil {
		return err
	}
	http.Redirect(w, r, v.Next, http.StatusSeeOther)
	return nil
}

func (s *Pages) logout(w http.ResponseWriter, r *http.Request) error {
	if hash := SessionOf(r); hash != "" {
		err := s.Act(r.Context(), "account.signed-out", site.AccountOf(r).ID, "",
			func(tx store.Tx) error { return tx.EndSession(r.Context(), hash) })
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
	if err != nil || next == "" || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") ||
		strings.HasPrefix(next, "/log") {
		return "/"
	}
	return next
}

// FirstAdmin returns a one-time link with which the first administrator makes
// an account, or nothing where there is one already. The link before is dead.
func (s *Pages) FirstAdmin(ctx context.Context) (link string, err error) {
	link, err = s.Invite(ctx, s.Store, "", "", []store.Role{store.Admin})
	if errors.Is(err, store.ErrConflict) {
		return "", nil
	}
	return link, err
}

// Invite makes a one-time link. Only its hash is kept.
func (s *Pages) Invite(ctx context.Context, to *store.Store, email, name string,
	roles []store.Role) (link string, err error) {
	secret := NewSecret()
	err = to.AddInvitation(ctx, store.Invitation{Hash: HashSecret(secret), Email: email, Name: name,
		Roles: roles, ExpiresAt: s.Now().Add(invitationLife)})
	if err != nil {
		return "", fmt.Errorf("keep the invitation: %w", err)
	}
	return s.Base.JoinPath("welcome", secret).String(), nil
}

type welcomeView struct {
	Email, Name, Problem string
	Known                bool // the invitation names the person
}

// welcomePage does not use up the link: programs that look at links before
// people do must not spend it.
func (s *Pages) welcomePage(w http.ResponseWriter, r *http.Request) error {
	inv, err := s.Store.Invitation(r.Context(), HashSecret(r.PathValue("token")))
	if errors.Is(err, store.ErrNotFound) {
		return errLinkUsed
	}
	if err != nil {
		return fmt.Errorf("find the invitation: %w", err)
	}
	return s.Render(w, r, http.StatusOK, "welcome", welcomeView{Email: inv.Email, Name: inv.Name,
		Known: inv.Email != ""})
}

var errLinkUsed = site.Problem(http.StatusGone,
	"This link was used already, is too old, or a newer one was made. Ask an administrator for a "+
		"new one; the first administrator gets one by starting the service again.")

func (s *Pages) welcome(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	if !s.limits.address.Allow(s.address(r), s.Now()) {
		return site.Problem(http.StatusTooManyRequests,
			"Too many tries. Please wait a minute and try again.")
	}
	hash := HashSecret(r.PathValue("token"))
	inv, err := s.Store.Invitation(r.Context(), hash)
	if errors.Is(err, store.ErrNotFound) {
		return errLinkUsed
	}
	if err != nil {
		return fmt.Errorf("find the invitation: %w", err)
	}
	v := welcomeView{Email: inv.Email, Name: strings.TrimSpace(r.PostFormValue("name")),
		Known: inv.Email != ""}
	if !v.Known {
		v.Email = strings.ToLower(strings.TrimSpace(r.PostFormValue("email")))
	}
	password := r.PostFormValue("password")
	switch {
	case !IsAddress(v.Email):
		v.Problem = "Write an e-mail address such as chair@example.org."
	case v.Name == "" || len(v.Name) > 200:
		v.Problem = "Write your name, as others should see it."
	case password != r.PostFormValue("again"):
		v.Problem = "The two passwords differ."
	default:
		v.Problem = weak(password, v.Email)
	}
	if v.Problem != "" {
		return s.Render(w, r, http.StatusUnprocessableEntity, "welcome", v)
	}
	secret, err := s.HashPassword(r.Context(), password)
	if err != nil {
		return err
	}
	a := store.Account{ID: site.NewID(), Email: v.Email, Name: v.Name, PasswordHash: secret,
		CreatedAt: s.Now()}
	err = s.Store.Do(r.Context(), func(tx store.Tx) (err error) {
		if a, err = tx.Join(r.Context(), hash, a); err != nil {
			return err
		}
		_, err = tx.Record(r.Context(), store.AuditEntry{At: s.Now(), Actor: a.ID,
			Action: "account.joined", Subject: a.ID, Detail: site.RoleWords(a.Roles)})
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return errLinkUsed
	case errors.Is(err, store.ErrConflict):
		v.Problem = "There is an account with this e-mail address already: write another."
		return s.Render(w, r, http.StatusConflict, "welcome", v)
	case err != nil:
		return fmt.Errorf("make the account: %w", err)
	}
	if err := s.SignIn(w, r, a, "invitation"); err != nil {
		return err
	}
	return s.Done(w, r, "/", "Welcome, "+a.Name+".")
}

func IsAddress(email string) bool {
	a, err := mail.ParseAddress(email)
	return err == nil && a.Address == email && len(email) <= 254
}
