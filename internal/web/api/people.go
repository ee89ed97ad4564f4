package api

import (
	"context"

	"countersign/internal/office"
	"countersign/internal/web/site"
)

type Onlooker struct {
	Account  string `json:"account" doc:"id"`
	Name     string `json:"name"`
	Added    bool   `json:"added" doc:"they added the petition, and see it for good"`
	Assigned bool   `json:"assigned"`
}

type People struct {
	Decides bool       `json:"decides" doc:"staff and verifiers see only what they added or what is assigned to them; else this is kept for then"`
	People  []Onlooker `json:"people" doc:"whom it can be assigned to; the chair and administrators see all petitions"`
}

func (s *Server) people(ctx context.Context, in *byID) (*answerOf[People], error) {
	list, decides, err := s.Office.Onlookers(ctx, in.ID)
	return &answerOf[People]{People{decides, each(list, func(o office.Onlooker) Onlooker {
		return Onlooker{o.ID, o.Name, o.Added, o.Assigned}
	})}}, err
}

func (s *Server) assign(ctx context.Context, in *struct {
	ID      string `path:"id"`
	Account string `path:"account" doc:"id"`
	Body    struct {
		Assigned bool `json:"assigned"`
	}
}) (*answerOf[People], error) {
	if err := s.Office.Assign(ctx, in.ID, in.Account, in.Body.Assigned,
		site.AccountIn(ctx).ID); err != nil {
		return nil, err
	}
	return s.people(ctx, &byID{in.ID})
}
