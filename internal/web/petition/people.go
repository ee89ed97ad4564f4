package petition

import (
	"context"
	"fmt"
	"net/http"

	"countersign/internal/office"
	"countersign/internal/web/site"
)

// peopleOf is to whom a petition is assigned, and to whom it can be.
type peopleOf struct {
	ID       string // of the petition
	Decides  bool   // this decides who sees it
	Assigned []office.Onlooker
	Others   []office.Onlooker
}

func (s *Pages) peopleOf(ctx context.Context, petitionID string) (v peopleOf, err error) {
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
func (s *Pages) assign(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	id, assigned := r.PathValue("id"), r.PostFormValue("take") == ""
	if err := s.Office.Assign(r.Context(), id, r.PostFormValue("account"), assigned,
		site.AccountOf(r).ID); err != nil {
		return err
	}
	said := "The petition was assigned."
	if !assigned {
		said = "The petition is not assigned to them any more."
	}
	return s.Done(w, r, "/petitions/"+id+"#people", said)
}
