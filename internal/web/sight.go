package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
)

// Which petitions somebody sees is for the office to say. Here each request is held to it: one whose
// address names something of a petition is refused before anything else is looked at, and
// what lists or takes in several petitions asks sightIn.

// sightIn is which petitions whoever asks sees.
func sightIn(ctx context.Context) office.Sight {
	sight, _ := ctx.Value(sightKey).(office.Sight)
	return sight
}

// errUnseen does not tell what is not there from what is not seen.
var errUnseen = problem(http.StatusNotFound, "There is no such thing here, or it is of a petition that is not assigned to you: ask staff or an administrator to assign the petition.")

// inSight notes what whoever asks sees, and refuses what they do not.
func (s *Server) inSight(rt route, r *http.Request) (*http.Request, error) {
	if accountOf(r).ID == "" {
		return r, nil
	}
	sight, err := s.Office.Sight(r.Context(), accountOf(r))
	if err != nil {
		return r, err
	}
	r = r.WithContext(context.WithValue(r.Context(), sightKey, sight))
	return r, s.seen(r, rt.pattern)
}

// seen refuses an address that names something of a petition which whoever asks does not see.
func (s *Server) seen(r *http.Request, pattern string) error {
	sight := sightIn(r.Context())
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
		return errUnseen
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

// sights says for each kind of thing that an address can name whether one is seen; nil of what is no
// petition's. A kind that is missing here is refused.
func (s *Server) sights() map[string]func(ctx context.Context, id string) (bool, error) {
	return map[string]func(ctx context.Context, id string) (bool, error){
		"petitions": func(ctx context.Context, id string) (bool, error) { return sightIn(ctx).Sees(id), nil },
		"uploads":   petitionOf(s.Store.Upload, func(u store.Upload) string { return u.PetitionID }),
		"pages":     petitionOf(s.Store.Page, func(p store.Page) string { return p.PetitionID }),
		"lines":     petitionOf(s.Store.Line, func(l store.Line) string { return l.PetitionID }),
		"open":      petitionOf(s.Store.OpenPoint, func(p store.OpenPoint) string { return p.PetitionID }),
		"repairs":   petitionOf(s.Store.Repair, func(v store.Repair) string { return v.PetitionID }),
		"groups":    func(ctx context.Context, id string) (bool, error) { return s.Office.SeesGroup(ctx, sightIn(ctx), id) },
		"tus":       s.seesUnfinished,

		"members": nil, "snapshots": nil, // the association's
		"settings": nil, "account": nil, "welcome": nil, "static": nil,
		"calendar": nil, // narrowed by its token
	}
}

// petitionOf says whether a thing is seen by the petition that it is of.
func petitionOf[T any](find func(context.Context, string) (T, error), of func(T) string) func(context.Context, string) (bool, error) {
	return func(ctx context.Context, id string) (bool, error) {
		v, err := find(ctx, id)
		return err == nil && sightIn(ctx).Sees(of(v)), err
	}
}

// seesUnfinished says whether an upload that is arriving is for a petition that is seen. Of one that
// has arrived only its size is told.
func (s *Server) seesUnfinished(ctx context.Context, id string) (bool, error) {
	info, err := s.tusInfo(ctx, id)
	petition := info.MetaData["petition"]
	return err == nil && (petition == "" || sightIn(ctx).Sees(petition)), err
}

// peopleOf is to whom a petition is assigned, and to whom it can be.
type peopleOf struct {
	ID       string // of the petition
	Decides  bool   // this decides who sees it
	Assigned []office.Onlooker
	Others   []office.Onlooker
}

func (s *Server) peopleOf(ctx context.Context, petitionID string) (v peopleOf, err error) {
	v.ID = petitionID
	list, decides, err := s.Office.Onlookers(ctx, petitionID)
	if err != nil {
		return v, fmt.Errorf("list to whom the petition is assigned: %w", err)
	}
	v.Decides = decides
	for _, o := range list {
		if o.Added || o.Assigned {
			v.Assigned = append(v.Assigned, o)
		} else {
			v.Others = append(v.Others, o)
		}
	}
	return v, nil
}

// assign assigns a petition to somebody, or takes it from them.
func (s *Server) assign(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	id, assigned := r.PathValue("id"), r.PostFormValue("take") == ""
	if err := s.Office.Assign(r.Context(), id, r.PostFormValue("account"), assigned, accountOf(r).ID); err != nil {
		return err
	}
	said := "The petition was assigned."
	if !assigned {
		said = "The petition is not assigned to them any more."
	}
	return s.done(w, r, "/petitions/"+id+"#people", said)
}

type apiOnlooker struct {
	Account  string `json:"account" doc:"id"`
	Name     string `json:"name"`
	Added    bool   `json:"added" doc:"they added the petition, and see it for good"`
	Assigned bool   `json:"assigned"`
}

type apiPeople struct {
	Decides bool          `json:"decides" doc:"staff and verifiers see only what they added or what is assigned to them; else this is kept for then"`
	People  []apiOnlooker `json:"people" doc:"whom it can be assigned to; the chair and administrators see all petitions"`
}

func (s *Server) apiPeople(ctx context.Context, in *byID) (*answerOf[apiPeople], error) {
	list, decides, err := s.Office.Onlookers(ctx, in.ID)
	return &answerOf[apiPeople]{apiPeople{decides, each(list, func(o office.Onlooker) apiOnlooker {
		return apiOnlooker{o.ID, o.Name, o.Added, o.Assigned}
	})}}, err
}

func (s *Server) apiAssign(ctx context.Context, in *struct {
	ID      string `path:"id"`
	Account string `path:"account" doc:"id"`
	Body    struct {
		Assigned bool `json:"assigned"`
	}
}) (*answerOf[apiPeople], error) {
	if err := s.Office.Assign(ctx, in.ID, in.Account, in.Body.Assigned, accountIn(ctx).ID); err != nil {
		return nil, err
	}
	return s.apiPeople(ctx, &byID{in.ID})
}
