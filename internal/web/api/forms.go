package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/office"
	"countersign/internal/web/site"
)

// Form is a form that people gave a name to.
type Form struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Columns []Column  `json:"columns" doc:"left to right; pages with these headings are read so"`
	By      string    `json:"by" doc:"account"`
	At      time.Time `json:"at" doc:"when it was kept"`
}

func (s *Server) formRoutes() []site.Route {
	const keepers = site.ByStaff | site.ByChair | site.ByAdmin
	return []site.Route{
		site.On("GET /api/forms", keepers, s.api),
		site.On("POST /api/pages/{id}/form", keepers, s.api),
		site.On("DELETE /api/forms/{id}", keepers, s.api),
	}
}

func (s *Server) describeForms(api huma.API) {
	const tag = "Forms"
	add(s, api, "GET", "/api/forms", "list-forms", tag,
		"The forms by which pages with the same headings are read", s.forms)
	add(s, api, "POST", "/api/pages/{id}/form", "keep-form", tag,
		"Keep the form of a page under a name, with what its columns are taken for", s.keepForm)
	add(s, api, "DELETE", "/api/forms/{id}", "remove-form", tag,
		"Remove a form; what was read by it stays", s.removeForm)
}

func (s *Server) forms(ctx context.Context, _ *struct{}) (*answerOf[[]Form], error) {
	list, err := s.Office.Forms(ctx)
	return &answerOf[[]Form]{each(list, func(f office.Form) Form {
		return Form{f.ID, f.Name, each(f.Columns, func(c office.PageColumn) Column {
			return Column(c)
		}), f.By, f.At}
	})}, err
}

func (s *Server) keepForm(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
	}
}) (*struct{}, error) {
	return nil, s.Office.KeepForm(ctx, in.ID, in.Body.Name, site.AccountIn(ctx))
}

func (s *Server) removeForm(ctx context.Context, in *byID) (*struct{}, error) {
	return nil, s.Office.RemoveForm(ctx, in.ID, site.AccountIn(ctx))
}
