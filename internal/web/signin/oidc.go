package signin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// OIDCSettings say at which OpenID Connect provider people may sign in. Who
// signs in there must have an account here, found by e-mail address the first
// time and by the provider's subject from then on.
type OIDCSettings struct {
	Name   string // on the button; "" where signing in so is off
	Issuer string
	Client string
	Secret string
}

func (s *Pages) oidcSettings(ctx context.Context) (OIDCSettings, error) {
	all, err := s.Settings(ctx)
	if err != nil {
		return OIDCSettings{}, err
	}
	set := OIDCSettings{all["oidc-name"], all["oidc-issuer"], all["oidc-client"],
		all["oidc-secret"]}
	if set.Issuer == "" || set.Client == "" {
		return OIDCSettings{}, nil
	}
	if set.Name == "" {
		set.Name = "single sign-on"
	}
	return set, nil
}

// oidcTrip is what must be the same when somebody comes back from the
// provider as when they went. It travels in a cookie that no script reads.
type oidcTrip struct{ State, Nonce, Verifier, Next string }

const tripCookie = "trip"

func (s *Pages) oidcStart(w http.ResponseWriter, r *http.Request) error {
	_, config, err := s.oidcProvider(r.Context())
	if err != nil {
		return err
	}
	trip := oidcTrip{State: NewSecret(), Nonce: NewSecret(), Verifier: oauth2.GenerateVerifier(),
		Next: local(r.URL.Query().Get("next"))}
	value, err := json.Marshal(trip)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.trip(base64.RawURLEncoding.EncodeToString(value), 600))
	http.Redirect(w, r, config.AuthCodeURL(trip.State, oidc.Nonce(trip.Nonce),
		oauth2.S256ChallengeOption(trip.Verifier)), http.StatusSeeOther)
	return nil
}

func (s *Pages) trip(value string, age int) *http.Cookie {
	return &http.Cookie{Name: tripCookie, Value: value, Path: "/login/oidc", MaxAge: age,
		HttpOnly: true, Secure: s.Secure(), SameSite: http.SameSiteLaxMode}
}

func (s *Pages) oidcProvider(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	set, err := s.oidcSettings(ctx)
	if err != nil {
		return nil, nil, err
	}
	if set.Name == "" {
		return nil, nil, site.Problem(http.StatusNotFound,
			"Signing in through a provider is not set up.")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	provider, err := oidc.NewProvider(ctx, set.Issuer)
	if err != nil {
		s.Log.WarnContext(ctx, "the OpenID Connect provider does not answer", "error", err)
		return nil, nil, site.Problem(http.StatusBadGateway,
			"The provider for signing in does not answer. Please try again, or sign in with your "+
				"password.")
	}
	// Trying both ways to show the secret would spend the code on the first.
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&says); err != nil {
		return nil, nil, fmt.Errorf("read what the provider offers: %w", err)
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if len(says.Methods) > 0 && !slices.Contains(says.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return provider, &oauth2.Config{
		ClientID: set.Client, ClientSecret: set.Secret, Endpoint: endpoint,
		RedirectURL: s.Base.JoinPath("login/oidc/callback").String(),
		Scopes:      []string{oidc.ScopeOpenID, "email", "profile"},
	}, nil
}

func (s *Pages) oidcCallback(w http.ResponseWriter, r *http.Request) error {
	refused := func(text string) error {
		return s.showLogin(w, r, http.StatusForbidden, loginView{Next: "/", Problem: text})
	}
	var trip oidcTrip
	c, err := r.Cookie(tripCookie)
	if err == nil {
		var value []byte
		if value, err = base64.RawURLEncoding.DecodeString(c.Value); err == nil {
			err = json.Unmarshal(value, &trip)
		}
	}
	http.SetCookie(w, s.trip("", -1))
	q := r.URL.Query()
	switch {
	case err != nil || trip.State == "":
		return refused("Signing in took too long, or cookies are blocked. Please try again.")
	case subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(trip.State)) != 1:
		return refused("The answer was not for this browser. Please try again.")
	case q.Get("error") != "":
		return refused("The provider did not sign you in.")
	}
	if !s.limits.address.Allow(s.address(r), s.Now()) {
		return refused("Too many tries. Please wait a minute and try again.")
	}
	provider, config, err := s.oidcProvider(r.Context())
	if err != nil {
		return err
	}
	who, err := s.oidcWho(r.Context(), provider, config, trip, q.Get("code"))
	if err != nil {
		s.Log.WarnContext(r.Context(), "signing in through the provider failed", "request",
			site.RequestID(r), "error", err)
		return refused("The provider's answer could not be verified. Please try again; if it " +
			"stays so, tell an administrator.")
	}
	a, err := s.oidcAccount(r.Context(), who)
	if errors.Is(err, store.ErrNotFound) {
		return refused("There is no account here for you yet. Ask an administrator to invite you " +
			"under the e-mail address that the provider knows.")
	}
	if err != nil {
		return err
	}
	if err := s.SignIn(w, r, a, "oidc"); err != nil {
		return err
	}
	http.Redirect(w, r, local(trip.Next), http.StatusSeeOther)
	return nil
}

// oidcPerson is what the provider vouches for.
type oidcPerson struct {
	Subject  string // issuer and subject: subjects are unique only with their issuer
	Email    string
	Verified bool
}

func (s *Pages) oidcWho(ctx context.Context, provider *oidc.Provider, config *oauth2.Config,
	trip oidcTrip, code string) (oidcPerson, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(trip.Verifier))
	if err != nil {
		// the cause may hold what the provider wrote about a person
		return oidcPerson{}, errors.New("the code was not taken")
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return oidcPerson{}, errors.New("no ID token was sent")
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID, Now: s.Now}).Verify(ctx,
		raw)
	if err != nil {
		return oidcPerson{}, fmt.Errorf("verify the ID token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(trip.Nonce)) != 1 {
		return oidcPerson{}, errors.New("the ID token is for another signing in")
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := id.Claims(&claims); err != nil {
		return oidcPerson{}, errors.New("the claims of the ID token could not be read")
	}
	return oidcPerson{id.Issuer + "|" + id.Subject, strings.ToLower(claims.Email), claims.Verified},
		nil
}

// oidcAccount finds the account. An e-mail address is believed once, and only
// where the provider has verified it; afterwards the subject counts, since
// addresses are given to other people.
func (s *Pages) oidcAccount(ctx context.Context, who oidcPerson) (store.Account, error) {
	a, err := s.Store.AccountBySubject(ctx, who.Subject)
	if errors.Is(err, store.ErrNotFound) && who.Verified && who.Email != "" {
		a, err = s.Store.AccountByEmail(ctx, who.Email)
		if err == nil && a.Subject != "" {
			return a, store.ErrNotFound // it is somebody else's by now
		}
		if err == nil && !a.Disabled {
			a.Subject = who.Subject
			err = s.Store.SetAccount(ctx, a)
		}
	}
	if err == nil && a.Disabled {
		err = store.ErrNotFound
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("find the account: %w", err)
	}
	return a, err
}
