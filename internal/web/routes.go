package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"countersign/internal/web/signin"
	"countersign/internal/web/site"
)

// routes is the one table of what may be asked by whom. Nothing is served
// that is not in it.
func (s *Server) routes() []site.Route {
	return slices.Concat([]site.Route{
		site.On("GET /{$}", site.SignedIn, s.home),
		site.On("GET /help", site.SignedIn, s.help),
		site.On("GET /settings", site.ByChair|site.ByAdmin, s.settingsPage),
		site.On("POST /settings", site.ByAdmin, s.setSettings),
		site.On("GET /settings/people", site.ByChair|site.ByAdmin, s.peoplePage),
		site.On("POST /settings/people", site.ByAdmin, s.addPerson),
		site.On("POST /settings/people/{id}", site.ByAdmin, s.setPerson),
		site.On("POST /settings/people/{id}/link", site.ByAdmin, s.newLink),
		site.On("GET /audit", site.ByChair|site.ByAdmin, s.auditPage),
		site.On("POST /audit/check", site.ByChair|site.ByAdmin, s.checkAudit),
		site.On("GET /healthz", site.Public, s.healthz),
		site.On("GET /readyz", site.Public, s.readyz),
		site.On("GET /metrics", site.ByAdmin, s.metrics),
		site.On("GET /static/{file...}", site.Public, s.Static),
	}, s.SignIn.Routes(), s.uploads.Routes(), s.petitions.Routes(), s.review.Routes(),
		s.register.Routes(), s.api.Routes())
}

// mount builds the handler from the table.
func (s *Server) mount() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		mux.Handle(rt.Pattern, s.serve(rt))
	}
	mux.Handle("/", s.serve(site.On("/", site.Public, func(http.ResponseWriter,
		*http.Request) error {
		return site.Problem(http.StatusNotFound, "There is no such page.")
	})))
	// What pages of the service send is known by its address, also where a proxy in front of it
	// changes the host that arrives here.
	cross := http.NewCrossOriginProtection()
	if err := cross.AddTrustedOrigin(site.Origin(s.Base)); err != nil {
		return nil, fmt.Errorf("the address of the service is %q: %w", s.URL, err)
	}
	cross.SetDenyHandler(s.serve(site.On("/", site.Public, s.fromElsewhere)))
	return cross.Handler(mux), nil
}

// fromElsewhere refuses what a page of another site seems to have sent.
func (s *Server) fromElsewhere(_ http.ResponseWriter, r *http.Request) error {
	from := r.Header.Get("Origin")
	if from == "" {
		from = "another site"
	}
	return site.Problem(http.StatusForbidden,
		fmt.Sprintf("This was sent from %s, and the service is at %s, "+
			"so it was not accepted: another site might have sent it in your name. If you reach "+
			"the "+
			"service "+
			"at the first of the two, whoever runs it starts it with that address: "+
			"--url, or COUNTERSIGN_URL in its environment.", from, site.Origin(s.Base)))
}

// serve answers one route: measured, logged, only for those who may.
func (s *Server) serve(rt site.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec, r := s.begin(w, r)
		defer s.end(rec, r, rt)
		headers(rec.Header())
		if s.Secure() { // browsers then never ask without
			rec.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		s.pace(rec, r)
		var err error
		if !strings.HasPrefix(rt.Pattern, "GET /static/") { // the same for all, and asked for often
			r, err = s.SignIn.Identify(r)
		}
		if err == nil {
			err = permit(rt, r)
		}
		if err == nil {
			err = signin.OutOfScope(r.Context(), rt.Pattern)
		}
		if err == nil {
			r, err = s.inSight(rt, r)
		}
		if err == nil {
			err = s.once(rt, rec, r)
		}
		if err != nil {
			s.Fail(rec, r, err)
		}
	})
}

// permit says why a request is refused.
func permit(rt site.Route, r *http.Request) error {
	if rt.Who&site.Public != 0 {
		return nil
	}
	a := site.AccountOf(r)
	if a.ID == "" {
		return site.ErrSignIn
	}
	if site.AccessOf(a.Roles)&rt.Who == 0 {
		return site.Problem(http.StatusForbidden,
			"Your account may not do this. It takes the role "+strings.ReplaceAll(rt.Who.String(),
				", ", " or ")+".")
	}
	return nil
}

// headers hold for every answer. Pages have no inline script or style and
// nothing from elsewhere, so what somebody smuggles in does nothing.
func headers(h http.Header) {
	h.Set("Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "+
			"'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store") // pictures and static files say otherwise
}
