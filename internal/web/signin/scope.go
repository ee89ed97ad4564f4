package signin

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// tokenScope is what a token may be used for. It narrows what its owner may, and never widens it.
type tokenScope struct {
	Key, Label string
	allows     func(pattern string) bool
}

// tokenScopes are those that a person chooses from. A token of none was made before there was a
// choice, and is good for everything.
var tokenScopes = []tokenScope{
	{"upload", "Hand in files, and see what became of them", func(p string) bool {
		return slices.Contains([]string{
			"GET /api/me", "GET /api/petitions", "GET /api/petitions/{id}",
			"GET /api/petitions/{id}/uploads", "GET /api/uploads/{id}",
			"GET /api/petitions/{id}/failures", "PUT /api/petitions/{id}/files/{name}",
			"POST /api/petitions/{id}/files",
		}, p)
	}},
	{"read", "Read, and change nothing", func(p string) bool {
		return strings.HasPrefix(p, "GET ") && p != CalendarRoute
	}},
	{"calendar", "Subscribe to the calendar of the worklist, and nothing else",
		func(p string) bool { return p == CalendarRoute }},
	{"full", "All that you may, but for other tokens and passwords",
		func(p string) bool { return p != CalendarRoute }},
}

const CalendarRoute = "GET /calendar/{file}"

// tokenLives are how long a new token holds.
var tokenLives = []struct {
	Key, Label string
	life       time.Duration // 0 for until it is revoked
}{
	{"90", "90 days", 90 * 24 * time.Hour},
	{"365", "a year", 365 * 24 * time.Hour},
	{"", "until it is revoked", 0},
}

func scopeOf(key string) (tokenScope, bool) {
	i := slices.IndexFunc(tokenScopes, func(s tokenScope) bool { return s.Key == key })
	if i < 0 {
		return tokenScope{}, false
	}
	return tokenScopes[i], true
}

// withToken notes by which token somebody asks.
func withToken(ctx context.Context, t store.Token) context.Context {
	return context.WithValue(ctx, tokenKey, t)
}

// TokenIn is the token by which somebody asks, where it is one.
func TokenIn(ctx context.Context) (store.Token, bool) {
	t, ok := ctx.Value(tokenKey).(store.Token)
	return t, ok
}

// OutOfScope says why a token is refused at a route.
func OutOfScope(ctx context.Context, pattern string) error {
	t, ok := TokenIn(ctx)
	if !ok || t.Scope == "" {
		return nil
	}
	if s, known := scopeOf(t.Scope); known && s.allows(pattern) {
		return nil
	}
	return site.Problem(http.StatusForbidden,
		"The token was not made for this: make one on your account's page that is.")
}
