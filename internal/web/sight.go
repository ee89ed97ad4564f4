package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// Which petitions somebody sees is for the office to say. Here each request is held to it: one
// whose address names something of a petition is refused before anything else is looked at, and
// what lists or takes in several petitions asks sightIn.

// inSight notes what whoever asks sees, and refuses what they do not.
func (s *Server) inSight(rt site.Route, r *http.Request) (*http.Request, error) {
	if site.AccountOf(r).ID == "" {
		return r, nil
	}
	sight, err := s.Office.Sight(r.Context(), site.AccountOf(r))
	if err != nil {
		return r, err
	}
	r = r.WithContext(site.WithSight(r.Context(), sight))
	return r, s.seen(r, rt.Pattern)
}

// seen refuses an address that names something of a petition which whoever asks does not see.
func (s *Server) seen(r *http.Request, pattern string) error {
	sight := site.SightIn(r.Context())
	kind, key := named(pattern)
	if sight.All() || key == "" {
		return nil
	}
	see, known := s.sights()[kind]
	if !known {
		return fmt.Errorf("nobody said of which petition %s is", pattern)
	}
	if see == nil {
		return nil
	}
	ok, err := see(r.Context(), r.PathValue(key))
	if errors.Is(err, store.ErrNotFound) || err == nil && !ok {
		return site.ErrUnseen
	}
	return err
}

// named is what kind of thing the address of a route names first, and by which part of it;
// none where it names nothing.
func named(pattern string) (kind, key string) {
	_, path, _ := strings.Cut(pattern, " ")
	kind, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, "/api"), "/"), "/")
	_, rest, ok := strings.Cut(rest, "{")
	key, _, _ = strings.Cut(rest, "}")
	if !ok || key == "$" {
		return kind, ""
	}
	return kind, strings.TrimSuffix(key, "...")
}

// sights says for each kind of thing that an address can name whether one is seen; nil of what is
// no petition's. A kind that is missing here is refused.
func (s *Server) sights() map[string]func(ctx context.Context, id string) (bool, error) {
	return map[string]func(ctx context.Context, id string) (bool, error){
		"petitions": func(ctx context.Context, id string) (bool, error) {
			return site.SightIn(ctx).Sees(id), nil
		},
		"uploads": petitionOf(s.Store.Upload, func(u store.Upload) string {
			return u.PetitionID
		}),
		"pages": petitionOf(s.Store.Page, func(p store.Page) string { return p.PetitionID }),
		"lines": petitionOf(s.Store.Line, func(l store.Line) string { return l.PetitionID }),
		"open": petitionOf(s.Store.OpenPoint, func(p store.OpenPoint) string {
			return p.PetitionID
		}),
		"repairs": petitionOf(s.Store.Repair, func(v store.Repair) string {
			return v.PetitionID
		}),
		"groups": func(ctx context.Context, id string) (bool, error) {
			return s.Office.SeesGroup(ctx, site.SightIn(ctx), id)
		},
		"tus": s.seesUnfinished,

		"members": nil, "snapshots": nil, "forms": nil, // the association's
		"settings": nil, "account": nil, "welcome": nil, "static": nil,
		"calendar": nil, // narrowed by its token
	}
}

// petitionOf says whether a thing is seen by the petition that it is of.
func petitionOf[T any](find func(context.Context, string) (T, error),
	of func(T) string) func(context.Context, string) (bool, error) {
	return func(ctx context.Context, id string) (bool, error) {
		v, err := find(ctx, id)
		return err == nil && site.SightIn(ctx).Sees(of(v)), err
	}
}

// seesUnfinished says whether an upload that is arriving is for a petition that is seen. Of one
// that has arrived only its size is told.
func (s *Server) seesUnfinished(ctx context.Context, id string) (bool, error) {
	info, err := s.uploads.TusInfo(ctx, id)
	petition := info.MetaData["petition"]
	return err == nil && (petition == "" || site.SightIn(ctx).Sees(petition)), err
}
