package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"countersign/internal/store"
)

// route is one thing that can be asked of the service, with who may ask it.
type route struct {
	pattern string // as of http.ServeMux
	who     access
	handle  func(http.ResponseWriter, *http.Request) error // an error is shown by s.fail
}

// access is a set of roles.
type access uint8

// Each role of store.Roles has a bit, in their order.
const (
	byStaff access = 1 << iota
	byVerifier
	byChair
	byAdmin
	public // signed in or not

	signedIn = byStaff | byVerifier | byChair | byAdmin
)

func accessOf(roles []store.Role) (a access) {
	for i, role := range store.Roles() {
		if slices.Contains(roles, role) {
			a |= 1 << i
		}
	}
	return a
}

// roles of which each has access, in words.
func (a access) String() string {
	if a&public != 0 {
		return "anyone"
	}
	if a == signedIn {
		return "signed in"
	}
	var words []string
	for i, role := range store.Roles() {
		if a&(1<<i) != 0 {
			words = append(words, string(role))
		}
	}
	return strings.Join(words, ", ")
}

// routes is the one table of what may be asked by whom. Nothing is served
// that is not in it.
func (s *Server) routes() []route {
	return slices.Concat([]route{
		{"GET /{$}", signedIn, s.home},
		{"GET /static/{file...}", public, s.static},
		{"GET /help", signedIn, s.help},

		{"GET /petitions", signedIn, s.petitionsPage},
		{"GET /petitions/new", byStaff | byAdmin, s.newPetitionPage},
		{"POST /petitions", byStaff | byAdmin, s.addPetition},
		{"GET /petitions/{id}", signedIn, s.petitionPage},
		{"GET /petitions/{id}/events", signedIn, s.petitionEvents},
		{"GET /petitions/{id}/rule.yaml", signedIn, s.petitionRule},
		{"GET /petitions/{id}/edit", byStaff | byAdmin, s.editPetitionPage},
		{"POST /petitions/{id}/edit", byStaff | byAdmin, s.editPetition},
		{"POST /petitions/{id}/people", byStaff | byAdmin, s.assign},
		{"GET /petitions/{id}/sheets", byStaff | byChair | byAdmin, s.sheetsPage},
		{"POST /petitions/{id}/sheets", byStaff | byAdmin, s.setSheets},
		{"GET /petitions/{id}/sheets.pdf", byStaff | byChair | byAdmin, s.sheetsPDF},
		{"POST /petitions/{id}/files", byStaff | byAdmin, s.takeForm},
		{"POST /petitions/{id}/failures/{failure}/retry", byStaff | byAdmin, s.retryFailure},
		{"POST /petitions/{id}/retry", byStaff | byAdmin, s.retryAll},
		{"GET /petitions/{id}/open", signedIn, s.openPage},
		{"GET /petitions/{id}/lines", signedIn, s.linesPage},
		{"GET /lines", signedIn, s.linesPage},
		{"POST /open/{id}", signedIn, s.settleOpen},
		{"GET /uploads/{id}", signedIn, s.uploadPage},
		{"GET /uploads/{id}/file", byStaff | byChair | byAdmin, s.downloadUpload},
		{"POST /uploads/{id}/exclude", byStaff | byAdmin, s.excludeUpload},
		{"POST /uploads/{id}/include", byStaff | byAdmin, s.includeUpload},
		{"GET /pages/{id}", signedIn, s.pagePage},
		{"GET /pages/{id}/picture", signedIn, s.pagePicture},
		{"GET /pages/{id}/thumb", signedIn, s.pageThumb},
		{"GET /lines/{id}/picture", signedIn, s.linePicture},

		{"GET /members", byStaff | byChair | byAdmin, s.membersPage},
		{"POST /members/import", byStaff | byAdmin, s.uploadMembers},
		{"GET /members/import/{blob}", byStaff | byAdmin, s.importPage},
		{"POST /members/import/{blob}", byStaff | byAdmin, s.importMembers},

		{"GET /members/exports/{id}/withdraw", byStaff | byAdmin, s.withdrawPage},
		{"POST /members/exports/{id}/withdraw", byStaff | byAdmin, s.withdraw},
		{"POST /members/exports/{id}/restore", byStaff | byAdmin, s.restoreExport},
		{"POST /petitions/{id}/export-before", byStaff | byAdmin, s.exportBefore},

		{"GET /reports", byStaff | byChair | byAdmin, s.reportsPage},
		{"GET /petitions/{id}/reports/{kind}", byStaff | byChair | byAdmin, s.report},

		{"GET /settings", byChair | byAdmin, s.settingsPage},
		{"GET /settings/rule.yaml", byChair | byAdmin, s.usualRule},
		{"POST /settings", byAdmin, s.setSettings},
		{"GET /settings/people", byChair | byAdmin, s.peoplePage},
		{"POST /settings/people", byAdmin, s.addPerson},
		{"POST /settings/people/{id}", byAdmin, s.setPerson},
		{"POST /settings/people/{id}/link", byAdmin, s.newLink},
		{"GET /audit", byChair | byAdmin, s.auditPage},
		{"POST /audit/check", byChair | byAdmin, s.checkAudit},

		{"POST /tus/{$}", byStaff | byAdmin, s.tusPost},
		{"HEAD /tus/{upload}", byStaff | byAdmin, s.tusHead},
		{"PATCH /tus/{upload}", byStaff | byAdmin, s.tusPatch},
		{"DELETE /tus/{upload}", byStaff | byAdmin, s.tusDelete},

		{"GET /login", public, s.loginPage},
		{"POST /login", public, s.login},
		{"POST /logout", public, s.logout},
		{"GET /login/oidc", public, s.oidcStart},
		{"GET /login/oidc/callback", public, s.oidcCallback},
		{"GET /welcome/{token}", public, s.welcomePage},
		{"POST /welcome/{token}", public, s.welcome},
		{"GET /account", signedIn, s.accountPage},
		{"POST /account/password", signedIn, s.setPassword},
		{"POST /account/tokens", signedIn, s.addToken},
		{"POST /account/tokens/{token}/revoke", signedIn, s.revokeToken},
		{"POST /account/sessions/end", signedIn, s.endSessions},

		{"GET /api/openapi.json", public, s.openAPI},
		{"GET /api/docs", signedIn, s.apiPage},
		{"GET /api/me", signedIn, s.api},
		{"GET /api/petitions", signedIn, s.api},
		{"POST /api/petitions", byStaff | byAdmin, s.api},
		{"GET /api/petitions/{id}", signedIn, s.api},
		{"PATCH /api/petitions/{id}", byStaff | byAdmin, s.api},
		{"GET /api/petitions/{id}/people", byStaff | byChair | byAdmin, s.api},
		{"PUT /api/petitions/{id}/people/{account}", byStaff | byAdmin, s.api},
		{"GET /api/petitions/{id}/uploads", signedIn, s.api},
		{"PUT /api/petitions/{id}/files/{name}", byStaff | byAdmin, s.apiPutFile},
		{"POST /api/petitions/{id}/files", byStaff | byAdmin, s.apiPostFiles},
		{"GET /api/uploads/{id}", signedIn, s.api},
		{"PATCH /api/uploads/{id}", byStaff | byAdmin, s.api},
		{"GET /api/petitions/{id}/pages", signedIn, s.api},
		{"GET /api/petitions/{id}/open", signedIn, s.api},
		{"POST /api/open/{id}", signedIn, s.api},
		{"GET /api/petitions/{id}/lines", signedIn, s.api},
		{"GET /api/petitions/{id}/lines/{line}", signedIn, s.api},
		{"GET /api/petitions/{id}/findings", reviewers, s.api},
		{"POST /api/petitions/{id}/findings", reviewers, s.apiAddFinding},
		{"GET /api/petitions/{id}/failures", signedIn, s.api},
		{"POST /api/petitions/{id}/failures/{failure}/retry", byStaff | byAdmin, s.api},
		{"GET /api/petitions/{id}/reports/{kind}", byStaff | byChair | byAdmin, s.report},
		{"GET /api/members", signedIn, s.api},
		{"GET /api/snapshots", byStaff | byChair | byAdmin, s.api},
		{"PUT /api/snapshots/{name}", byStaff | byAdmin, s.apiPutSnapshot},
		{"GET /api/audit", byChair | byAdmin, s.api},

		{"GET /healthz", public, s.healthz},
		{"GET /readyz", public, s.readyz},
		{"GET /metrics", byAdmin, s.metrics},
	}, s.certifyRoutes(), s.repairRoutes(), s.contactRoutes(), s.reviewRoutes(), s.registerRoutes(), s.registerRoutesOfAPI(), s.repairRoutesOfAPI())
}

// mount builds the handler from the table.
func (s *Server) mount() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		mux.Handle(rt.pattern, s.serve(rt))
	}
	mux.Handle("/", s.serve(route{"/", public, func(http.ResponseWriter, *http.Request) error {
		return problem(http.StatusNotFound, "There is no such page.")
	}}))
	// What pages of the service send is known by its address, also where a proxy in front of it
	// changes the host that arrives here.
	cross := http.NewCrossOriginProtection()
	if err := cross.AddTrustedOrigin(origin(s.base)); err != nil {
		return nil, fmt.Errorf("the address of the service is %q: %w", s.URL, err)
	}
	cross.SetDenyHandler(s.serve(route{"/", public, s.fromElsewhere}))
	return cross.Handler(mux), nil
}

// fromElsewhere refuses what a page of another site seems to have sent.
func (s *Server) fromElsewhere(_ http.ResponseWriter, r *http.Request) error {
	from := r.Header.Get("Origin")
	if from == "" {
		from = "another site"
	}
	return problem(http.StatusForbidden, fmt.Sprintf("This was sent from %s, and the service is at %s, "+
		"so it was not accepted: another site might have sent it in your name. If you reach the service "+
		"at the first of the two, whoever runs it starts it with that address: "+
		"--url, or COUNTERSIGN_URL in its environment.", from, origin(s.base)))
}

// serve answers one route: measured, logged, only for those who may.
func (s *Server) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec, r := s.begin(w, r)
		defer s.end(rec, r, rt)
		headers(rec.Header())
		if s.secure() { // browsers then never ask without
			rec.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		s.pace(rec, r)
		var err error
		if !strings.HasPrefix(rt.pattern, "GET /static/") { // the same for all, and asked for often
			r, err = s.identify(r)
		}
		if err == nil {
			err = permit(rt, r)
		}
		if err == nil {
			err = outOfScope(r.Context(), rt.pattern)
		}
		if err == nil {
			r, err = s.inSight(rt, r)
		}
		if err == nil {
			err = s.once(rt, rec, r)
		}
		if err != nil {
			s.fail(rec, r, err)
		}
	})
}

// permit says why a request is refused.
func permit(rt route, r *http.Request) error {
	if rt.who&public != 0 {
		return nil
	}
	a := accountOf(r)
	if a.ID == "" {
		return errSignIn
	}
	if accessOf(a.Roles)&rt.who == 0 {
		return problem(http.StatusForbidden, "Your account may not do this. It takes the role "+strings.ReplaceAll(rt.who.String(), ", ", " or ")+".")
	}
	return nil
}

// may says whether an account could ask something, so that pages offer only
// what is not refused.
func may(a store.Account, who access) bool { return accessOf(a.Roles)&who != 0 }

// headers hold for every answer. Pages have no inline script or style and
// nothing from elsewhere, so what somebody smuggles in does nothing.
func headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store") // pictures and static files say otherwise
}
