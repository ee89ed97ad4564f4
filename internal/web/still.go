package web

import (
	"context"
	"net/http"
	"slices"

	"countersign/internal/web/signin"
	"countersign/internal/web/site"
)

// still says whether who asked would be let in now as then. Sessions end, accounts are closed and
// roles are taken away while a page is open.
func (s *Server) still(r *http.Request) bool {
	ctx := context.WithoutCancel(r.Context())
	if hash := signin.SessionOf(r); hash != "" {
		// Without prolonging it: a page that is open is not somebody who is there.
		ses, err := s.Store.Session(ctx, hash)
		if err != nil || s.Now().After(ses.ExpiresAt) {
			return false
		}
	}
	if t, ok := signin.TokenIn(ctx); ok {
		if _, err := s.Store.TokenByHash(ctx, t.Hash); err != nil {
			return false
		}
	}
	a, err := s.Store.Account(ctx, site.AccountOf(r).ID)
	if err != nil || a.Disabled || !slices.Equal(a.Roles, site.AccountOf(r).Roles) {
		return false
	}
	_, err = s.inSight(site.Route{Pattern: r.Pattern}, r.WithContext(ctx))
	return err == nil
}
