// Package web is what people see of the service: pages, the HTTP API, and
// what machines ask of it. Uploads enter here and are stored and announced;
// what the stages made of them, and what people may do with it, is asked of the office
// (internal/office) and shown.
//
// Each part of it has its own package: site is what all of them stand on; signin, upload, petition,
// registry and review are pages, api is what programs ask. The routes with the roles that may use
// them are one table, in routes.go, which each part adds to.
package web

import (
	"context"
	"net/http"
	"time"

	"countersign/internal/web/api"
	"countersign/internal/web/petition"
	"countersign/internal/web/registry"
	"countersign/internal/web/review"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
	"countersign/internal/web/upload"
)

// Server answers requests. It is an http.Handler.
type Server struct {
	*site.Site
	SignIn    *signin.Pages
	uploads   *upload.Pages
	petitions *petition.Pages
	review    *review.Pages
	register  *registry.Pages
	api       *api.Server

	counts   counts
	handler  http.Handler
	bodyTime time.Duration
}

// What a service is made of is said where its pages stand on it.
type (
	Options = site.Options
	Guest   = site.Guest
)

// New makes a Server.
func New(o Options) (*Server, error) {
	on, err := site.New(o)
	if err != nil {
		return nil, err
	}
	s := &Server{Site: on, SignIn: signin.New(on), petitions: petition.New(on),
		review: review.New(on), counts: newCounts(on.Options), bodyTime: bodyTime}
	on.Still = s.still
	if s.uploads, err = upload.New(on); err != nil {
		return nil, err
	}
	s.register = registry.New(on, s.SignIn, s.petitions)
	s.api = api.New(on, s.petitions, s.uploads)
	s.api.Who = map[string]string{}
	for _, rt := range s.routes() {
		s.api.Who[rt.Pattern] = rt.Who.String()
	}
	if s.handler, err = s.mount(); err != nil {
		return nil, err
	}
	return s, nil
}

// Run tidies up what uploads left behind until the context ends.
func (s *Server) Run(ctx context.Context) { s.uploads.Run(ctx) }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// home is where each begins.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/petitions", http.StatusSeeOther)
	return nil
}

func (s *Server) help(w http.ResponseWriter, r *http.Request) error {
	return s.Render(w, r, http.StatusOK, "help", nil)
}
