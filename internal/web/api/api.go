// Package api is the HTTP API: what pages offer to people, for programs.
package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/petition"
	"countersign/internal/web/site"
	"countersign/internal/web/upload"
)

// The HTTP API offers to programs what pages offer to people, in the same
// words. huma checks what is sent and describes it as OpenAPI; who may ask is
// decided by the table of routes as for pages.

// docs is the API with its description.
type docs struct {
	mux  *http.ServeMux
	spec *huma.OpenAPI
	json []byte
}

// What the API gives. Fields are named as on pages.
type (
	Petition struct {
		ID         string    `json:"id"`
		Title      string    `json:"title"`
		State      string    `json:"state" doc:"such as draft, submitted or tallied"`
		ReceivedOn string    `json:"received_on" format:"date"`
		SnapshotID string    `json:"snapshot_id" doc:"the membership export that it is verified against; empty for none"`
		Rules      string    `json:"rules" doc:"what differs from the built-in rule, as YAML"`
		CreatedAt  time.Time `json:"created_at"`
		Progress   struct {
			Uploads  int `json:"uploads"`
			Opened   int `json:"opened"`
			Pages    int `json:"pages"`
			Read     int `json:"read"`
			Lines    int `json:"lines"`
			Matched  int `json:"matched"`
			Failures int `json:"failures"`
		} `json:"progress" doc:"counted from what exists"`
		Count Count    `json:"count"`
		Waits []string `json:"waits" doc:"what has to be done, and for whom it waits"`
	}
	Count struct {
		Rows       int            `json:"rows"`
		Valid      int            `json:"valid"`
		Invalid    int            `json:"invalid"`
		Uncertain  int            `json:"uncertain"`
		Required   int            `json:"required"`
		Guaranteed int            `json:"guaranteed" doc:"lines that count whatever is found"`
		Possible   int            `json:"possible" doc:"lines that count if every doubt is settled for the petition"`
		Certain    bool           `json:"certain" doc:"no undecided line can change the outcome"`
		Outcome    string         `json:"outcome"`
		ByReason   map[string]int `json:"by_reason"`
	}
	Upload struct {
		ID       string    `json:"id"`
		Petition string    `json:"petition_id"`
		Name     string    `json:"name"`
		SHA256   string    `json:"sha256"`
		Size     int64     `json:"size" doc:"bytes"`
		At       time.Time `json:"at"`
		Pages    int       `json:"pages" doc:"0: not opened yet"`
		Error    string    `json:"error" doc:"why it cannot be opened"`
		Excluded bool      `json:"excluded"`
		Same     bool      `json:"same" doc:"the file was here already; nothing changed"`
		Note     string    `json:"note,omitempty" doc:"what to know and do where a file that was sent again is excluded"`
	}
	Page struct {
		ID       string     `json:"id"`
		Upload   string     `json:"upload_id"`
		Number   int        `json:"number"`
		Kind     string     `json:"kind" doc:"signers, cover, blank or other; empty where it was not read yet"`
		Source   string     `json:"source"`
		Rotation int        `json:"rotation" doc:"degrees clockwise that make it upright"`
		Error    string     `json:"error"`
		Notes    []string   `json:"notes"`
		ReadAt   *time.Time `json:"read_at" doc:"null: not read yet"`
	}
	Line struct {
		ID          string            `json:"id"`
		Upload      string            `json:"upload_id"`
		Page        string            `json:"page_id"`
		File        string            `json:"file"`
		PageNumber  int               `json:"page"`
		Number      int               `json:"row"`
		Box         [4]float64        `json:"box" doc:"x0, y0, x1, y1 as shares of the page as delivered"`
		Fields      map[string]string `json:"fields"`
		Signed      string            `json:"signed" enum:"yes,no,unsure"`
		Struck      bool              `json:"struck"`
		Verdict     string            `json:"verdict" enum:"valid,invalid,uncertain"`
		Reason      string            `json:"reason"`
		Because     string            `json:"because"`
		MemberID    string            `json:"member_id"`
		Probability float64           `json:"probability"`
		Candidates  []Candidate       `json:"candidates"`
		DuplicateOf string            `json:"duplicate_of" doc:"id of the other line of the same person"`
		Needs       string            `json:"needs" doc:"of an uncertain line: empty for a first look, second, third or chair"`
		Decided     string            `json:"decided" doc:"program or person"`
	}
	Candidate struct {
		MemberID    string   `json:"member_id"`
		Name        string   `json:"name"`
		Probability float64  `json:"probability"`
		Because     []string `json:"because"`
	}
	Finding struct {
		ID     string            `json:"id"`
		Line   string            `json:"line_id"`
		By     string            `json:"by" doc:"account"`
		At     time.Time         `json:"at"`
		Kind   string            `json:"kind"`
		Member string            `json:"member_id"`
		Note   string            `json:"note"`
		Fields map[string]string `json:"fields,omitempty"`
		Undone bool              `json:"undone"`
		Undoes string            `json:"undoes"`
	}
	Member struct {
		ID          string   `json:"id"`
		Name        string   `json:"name"`
		Institution string   `json:"institution"`
		City        string   `json:"city"`
		State       string   `json:"state"`
		Standing    string   `json:"standing"`
		Good        bool     `json:"good" doc:"in good standing on the day that the rule says"`
		Also        []string `json:"also" doc:"other numbers or names of the same person"`
	}
	Snapshot struct {
		ID      string    `json:"id"`
		Name    string    `json:"name"`
		SHA256  string    `json:"sha256"`
		AsOf    string    `json:"as_of" format:"date"`
		Rows    int       `json:"rows"`
		Members int       `json:"members"`
		Remarks []string  `json:"remarks"`
		At      time.Time `json:"at"`
	}
	Failure struct {
		ID     string    `json:"id"`
		Upload string    `json:"upload_id"`
		Page   string    `json:"page_id" doc:"empty where a whole file failed"`
		Stage  string    `json:"stage"`
		Text   string    `json:"text"`
		At     time.Time `json:"at"`
	}
	Entry struct {
		Seq     int64     `json:"seq"`
		At      time.Time `json:"at"`
		Actor   string    `json:"actor"`
		Action  string    `json:"action"`
		Subject string    `json:"subject"`
		Detail  string    `json:"detail"`
		Prev    string    `json:"prev"`
		Hash    string    `json:"hash"`
	}
	Account struct {
		ID    string   `json:"id"`
		Name  string   `json:"name"`
		Email string   `json:"email"`
		Roles []string `json:"roles"`
	}
	Change struct {
		Title      *string `json:"title,omitempty" maxLength:"300"`
		ReceivedOn *string `json:"received_on,omitempty" format:"date"`
		SnapshotID *string `json:"snapshot_id,omitempty"`
		Rules      *string `json:"rules,omitempty"`
	}
)

// The shapes of requests and answers, as huma takes them.
type (
	byID struct {
		ID string `path:"id"`
	}
	answerOf[T any] struct{ Body T }
	linesOf         struct {
		ID      string `path:"id"`
		Verdict string `query:"verdict" enum:"valid,invalid,uncertain" doc:"only such lines"`
		Upload  string `query:"upload" doc:"only lines of this file"`
		Offset  int    `query:"offset" minimum:"0"`
		Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
	}
)

// Server answers programs.
type Server struct {
	*site.Site
	cases  *petition.Pages
	intake *upload.Pages
	docs   *docs
	Who    map[string]string // may ask what, by the pattern of its route
}

func New(on *site.Site, petitions *petition.Pages, uploads *upload.Pages) *Server {
	s := &Server{Site: on, cases: petitions, intake: uploads}
	s.docs = s.describe()
	return s
}

// Routes are those of the API.
func (s *Server) Routes() []site.Route {
	return slices.Concat([]site.Route{
		site.On("GET /api/openapi.json", site.Public, s.openAPI),
		site.On("GET /api/docs", site.SignedIn, s.page),
		site.On("GET /api/me", site.SignedIn, s.api),
		site.On("GET /api/petitions", site.SignedIn, s.api),
		site.On("POST /api/petitions", site.ByStaff|site.ByAdmin, s.api),
		site.On("GET /api/petitions/{id}", site.SignedIn, s.api),
		site.On("PATCH /api/petitions/{id}", site.ByStaff|site.ByAdmin, s.api),
		site.On("GET /api/petitions/{id}/people", site.ByStaff|site.ByChair|site.ByAdmin, s.api),
		site.On("PUT /api/petitions/{id}/people/{account}", site.ByStaff|site.ByAdmin, s.api),
		site.On("GET /api/petitions/{id}/uploads", site.SignedIn, s.api),
		site.On("PUT /api/petitions/{id}/files/{name}", site.ByStaff|site.ByAdmin, s.putFile),
		site.On("POST /api/petitions/{id}/files", site.ByStaff|site.ByAdmin, s.postFiles),
		site.On("GET /api/uploads/{id}", site.SignedIn, s.api),
		site.On("PATCH /api/uploads/{id}", site.ByStaff|site.ByAdmin, s.api),
		site.On("GET /api/petitions/{id}/pages", site.SignedIn, s.api),
		site.On("GET /api/petitions/{id}/open", site.SignedIn, s.api),
		site.On("POST /api/open/{id}", site.SignedIn, s.api),
		site.On("GET /api/petitions/{id}/lines", site.SignedIn, s.api),
		site.On("GET /api/petitions/{id}/lines/{line}", site.SignedIn, s.api),
		site.On("GET /api/petitions/{id}/findings", site.Reviewers, s.api),
		site.On("POST /api/petitions/{id}/findings", site.Reviewers, s.addFinding),
		site.On("GET /api/petitions/{id}/failures", site.SignedIn, s.api),
		site.On("POST /api/petitions/{id}/failures/{failure}/retry", site.ByStaff|site.ByAdmin,
			s.api),
		site.On("GET /api/members", site.SignedIn, s.api),
		site.On("GET /api/snapshots", site.ByStaff|site.ByChair|site.ByAdmin, s.api),
		site.On("PUT /api/snapshots/{name}", site.ByStaff|site.ByAdmin, s.putSnapshot),
		site.On("GET /api/audit", site.ByChair|site.ByAdmin, s.api),
	}, s.registerRoutes(), s.repairRoutes(), s.formRoutes())
}

// describe builds the API. Each operation has a row in the table of routes.
func (s *Server) describe() *docs {
	config := huma.DefaultConfig("Countersign", cmpWord(s.Program, "unversioned"))
	config.Info.Description = "What Countersign's pages offer, for programs. Make a token on " +
		"your account's page and send it as Authorization: Bearer …; a token may do what it was " +
		"made for, and no more than its owner. A change that is sent as JSON with an " +
		"Idempotency-Key, a word of your own such as a UUID, is made once however often it is sent."
	// served by routes of our own, without anything from elsewhere
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.Servers = []*huma.Server{{URL: s.Base.String()}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http",
		Scheme: "bearer"}}
	config.Security = []map[string][]string{{"token": {}}}
	d := &docs{mux: http.NewServeMux()}
	api := humago.New(d.mux, config)
	d.spec = api.OpenAPI()

	add(s, api, "GET", "/api/me", "me", "Accounts", "Who the token belongs to", s.me)
	add(s, api, "GET", "/api/petitions", "list-petitions", "Petitions",
		"All petitions with their counts", s.petitions)
	add(s, api, "POST", "/api/petitions", "add-petition", "Petitions", "Add a petition",
		s.addPetition)
	add(s, api, "GET", "/api/petitions/{id}", "get-petition", "Petitions",
		"One petition with its count", s.petition)
	add(s, api, "PATCH", "/api/petitions/{id}", "change-petition", "Petitions",
		"Change what is sent of a petition", s.changePetition)
	add(s, api, "GET", "/api/petitions/{id}/people", "list-people", "Petitions",
		"To whom a petition is assigned or can be", s.people)
	add(s, api, "PUT", "/api/petitions/{id}/people/{account}", "assign-petition", "Petitions",
		"Assign a petition to somebody, or take it from them", s.assign)
	add(s, api, "GET", "/api/petitions/{id}/uploads", "list-uploads", "Files",
		"The files of a petition", s.uploads)
	add(s, api, "GET", "/api/uploads/{id}", "get-upload", "Files", "One file", s.upload)
	add(s, api, "PATCH", "/api/uploads/{id}", "change-upload", "Files",
		"Exclude a file, so that none of its lines counts, or include it again", s.changeUpload)
	add(s, api, "GET", "/api/petitions/{id}/pages", "list-pages", "Pages and lines",
		"The pages of a petition", s.pages)
	add(s, api, "GET", "/api/petitions/{id}/open", "list-open-points", "Pages and lines",
		"What pages left open, settled or not", s.openPoints)
	add(s, api, "POST", "/api/open/{id}", "settle-open-point", "Pages and lines",
		"Settle an open point, or open it again", s.settleOpen)
	add(s, api, "GET", "/api/petitions/{id}/lines", "list-lines", "Pages and lines",
		"The lines of a petition with their verdicts", s.lines)
	add(s, api, "GET", "/api/petitions/{id}/lines/{line}", "get-line", "Pages and lines",
		"One line", s.line)
	add(s, api, "GET", "/api/petitions/{id}/findings", "list-findings", "Review",
		"What people found, as far as you may see it: second looks are blind", s.findings)
	add(s, api, "GET", "/api/petitions/{id}/failures", "list-failures", "Failures",
		"What could not be done and waits for a person", s.failures)
	add(s, api, "POST", "/api/petitions/{id}/failures/{failure}/retry", "retry-failure", "Failures",
		"Try again a page or a file", s.retry)
	add(s, api, "GET", "/api/members", "search-members", "Members",
		"Search the newest membership export, or a petition's", s.members)
	add(s, api, "GET", "/api/snapshots", "list-snapshots", "Members",
		"The membership exports that were taken in, newest first", s.snapshots)
	add(s, api, "GET", "/api/audit", "list-audit", "Audit",
		"Entries of the audit log after a place in it", s.audit)

	s.describeRepair(api)
	s.describeForms(api)
	s.describeRegister(api)
	streams{d.spec}.describe()
	var err error
	if d.json, err = json.MarshalIndent(d.spec, "", " "); err != nil {
		panic("the description of the API cannot be written: " + err.Error()) // a test reads it
	}
	return d
}

// Spec is the description of the API.
func (s *Server) Spec() *huma.OpenAPI { return s.docs.spec }

// add registers an operation. Errors are answered as everywhere.
func add[I, O any](s *Server, api huma.API, method, path, id, tag, summary string,
	do func(context.Context, *I) (*O, error)) {
	op := huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary,
		Tags: []string{tag}, MaxBodyBytes: 1 << 20}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err == nil {
			return out, nil
		}
		if f := site.Told(err); f != nil {
			return nil, huma.NewError(f.Status, f.Text)
		}
		s.Log.ErrorContext(ctx, "request failed", "operation", id, "error", err)
		return nil, huma.NewError(http.StatusInternalServerError,
			"This could not be done because of a fault of the service, which was logged. Please "+
				"try again.")
	})
}

// api hands a request to huma.
func (s *Server) api(w http.ResponseWriter, r *http.Request) error {
	s.docs.mux.ServeHTTP(w, r)
	return nil
}

func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(s.docs.json)
	return nil
}

func (s *Server) me(ctx context.Context, _ *struct{}) (*answerOf[Account], error) {
	a := site.AccountIn(ctx)
	out := Account{ID: a.ID, Name: a.Name, Email: a.Email}
	for _, r := range a.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	return &answerOf[Account]{out}, nil
}

func newPetition(st petition.Standing) Petition {
	p := Petition{ID: st.ID, Title: st.Title, State: st.State, SnapshotID: st.SnapshotID,
		Rules: st.Petition.Rules, CreatedAt: st.CreatedAt, ReceivedOn: dayOf(st.ReceivedOn),
		Waits: []string{},
		Count: newCount(st.Count)}
	p.Progress.Uploads, p.Progress.Opened, p.Progress.Pages, p.Progress.Read = st.Uploads,
		st.Opened, st.Pages, st.Read
	p.Progress.Lines, p.Progress.Matched, p.Progress.Failures = st.Lines, st.Matched, st.Failures
	for _, w := range st.Waits {
		text := w.Text
		if w.For != "" {
			text += " for " + w.For
		}
		p.Waits = append(p.Waits, text)
	}
	return p
}

func newCount(c office.Count) Count {
	by := map[string]int{}
	maps.Copy(by, c.ByReason)
	return Count{c.Rows, c.Valid, c.Invalid, c.Uncertain, c.Required, c.Guaranteed, c.Possible,
		c.Certain, c.Outcome, by}
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func (s *Server) petitions(ctx context.Context, _ *struct{}) (*answerOf[[]Petition], error) {
	list, err := s.cases.Standings(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Petition, 0, len(list))
	for _, st := range list {
		out = append(out, newPetition(st))
	}
	return &answerOf[[]Petition]{out}, nil
}

func (s *Server) petition(ctx context.Context, in *byID) (*answerOf[Petition], error) {
	o, err := s.cases.Overview(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	st, err := s.cases.Standing(ctx, o)
	return &answerOf[Petition]{newPetition(st)}, err
}

// petitionKey is the id of the petition that an account adds under a key of its own, so that
// sending it again finds the one that was added.
func petitionKey(account, key string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "petition %d %s %s", len(account), account, key))
	return hex.EncodeToString(sum[:12])
}

func (s *Server) addPetition(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"a word of your own for this petition, such as a UUID: sent again with it, nothing is added twice"`
	Body struct {
		Title      string  `json:"title" minLength:"1" maxLength:"300"`
		ReceivedOn string  `json:"received_on,omitempty" format:"date" doc:"today where it is not said"`
		SnapshotID *string `json:"snapshot_id,omitempty" doc:"the newest where it is not said"`
		Rules      *string `json:"rules,omitempty" doc:"the rule for new petitions where it is not said"`
	}
}) (*answerOf[Petition], error) {
	snapshot, rules := "", ""
	if in.Body.SnapshotID != nil {
		snapshot = *in.Body.SnapshotID
	} else if now, err := s.Store.CurrentSnapshot(ctx); err == nil {
		snapshot = now.ID
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("find the newest snapshot: %w", err)
	}
	if in.Body.Rules != nil {
		rules = *in.Body.Rules
	} else {
		var err error
		if rules, err = s.Store.Setting(ctx, "rules"); err != nil {
			return nil, err
		}
	}
	by := site.AccountIn(ctx).ID
	p, err := s.Office.ReadTerms(ctx, store.Petition{}, office.Terms{
		Title: in.Body.Title, Received: cmpWord(in.Body.ReceivedOn, dayOf(s.Now())),
		Snapshot: snapshot, Rules: rules,
	})
	if err != nil {
		return nil, err
	}
	if in.Key != "" {
		p.ID = petitionKey(by, in.Key)
	}
	sent := p
	p, err = s.Office.AddPetition(ctx, p, by)
	if in.Key != "" && errors.Is(err, store.ErrConflict) {
		p, err = s.Store.Petition(ctx, sent.ID)
		if err == nil && (p.Title != sent.Title || p.Rules != sent.Rules ||
			!p.ReceivedOn.Equal(sent.ReceivedOn)) {
			return nil, site.Problem(http.StatusConflict,
				"Another petition was added under this Idempotency-Key, or it was changed since: "+
					"use a new key for a new petition.")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("add the petition: %w", err)
	}
	answer, err := s.petition(ctx, &byID{p.ID})
	if err != nil { // it is added: whoever hears otherwise adds it again
		s.Log.WarnContext(ctx, "a new petition is answered without its count", "petition", p.ID,
			"error", err)
		var st petition.Standing
		st.Petition = p
		return &answerOf[Petition]{newPetition(st)}, nil
	}
	return answer, nil
}

func (s *Server) changePetition(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body Change
}) (*answerOf[Petition], error) {
	before, err := s.Store.Petition(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	or := func(sent *string, now string) string {
		if sent != nil {
			return *sent
		}
		return now
	}
	c := in.Body
	after, err := s.Office.ReadTerms(ctx, before, office.Terms{
		Title: or(c.Title, before.Title), Received: or(c.ReceivedOn, dayOf(before.ReceivedOn)),
		Snapshot: or(c.SnapshotID, before.SnapshotID), Rules: or(c.Rules, before.Rules),
	})
	if err != nil {
		return nil, err
	}
	if err := s.Office.ChangePetition(ctx, before, after, site.AccountIn(ctx).ID); err != nil {
		return nil, err
	}
	return s.petition(ctx, &byID{in.ID})
}

func newUpload(u store.Upload, same bool) Upload {
	out := Upload{ID: u.ID, Petition: u.PetitionID, Name: u.Name, SHA256: u.SHA256, Size: u.Size,
		At:    u.At,
		Pages: u.Pages, Error: u.Error, Excluded: u.Excluded, Same: same}
	if same && u.Excluded {
		out.Note = `The file is here already, but excluded, so that none of its lines counts. PATCH /api/uploads/` +
			u.ID + ` with {"excluded": false} includes it again.`
	}
	return out
}

func (s *Server) uploads(ctx context.Context, in *byID) (*answerOf[[]Upload], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Store.Uploads(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("list the uploads: %w", err)
	}
	out := make([]Upload, 0, len(list))
	for _, u := range list {
		out = append(out, newUpload(u, false))
	}
	return &answerOf[[]Upload]{out}, nil
}

func (s *Server) upload(ctx context.Context, in *byID) (*answerOf[Upload], error) {
	u, err := s.Store.Upload(ctx, in.ID)
	return &answerOf[Upload]{newUpload(u, false)}, err
}

func (s *Server) changeUpload(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Excluded bool `json:"excluded"`
	}
}) (*answerOf[Upload], error) {
	u, err := s.Office.Exclude(ctx, in.ID, in.Body.Excluded, site.AccountIn(ctx).ID)
	return &answerOf[Upload]{newUpload(u, false)}, err
}

func (s *Server) pages(ctx context.Context, in *byID) (*answerOf[[]Page], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Store.Pages(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("list the pages: %w", err)
	}
	out := make([]Page, 0, len(list))
	for _, p := range list {
		a := Page{ID: p.ID, Upload: p.UploadID, Number: p.Number, Kind: p.Kind, Source: p.Source,
			Rotation: p.Rotation, Error: p.Error, Notes: append([]string{}, p.Notes...)}
		if !p.ReadAt.IsZero() {
			a.ReadAt = &p.ReadAt
		}
		out = append(out, a)
	}
	return &answerOf[[]Page]{out}, nil
}

type Lines struct {
	Total int    `json:"total" doc:"of those asked for, before offset and limit"`
	Lines []Line `json:"lines"`
}

func (s *Server) lines(ctx context.Context, in *linesOf) (*answerOf[Lines], error) {
	c, err := s.Office.Case(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := Lines{Lines: []Line{}}
	for i := range c.Len() {
		if in.Verdict != "" && c.Verdict(i) != in.Verdict || in.Upload != "" &&
			c.UploadID(i) != in.Upload {
			continue
		}
		if out.Total >= in.Offset && len(out.Lines) < in.Limit {
			out.Lines = append(out.Lines, newLine(c.Line(i)))
		}
		out.Total++
	}
	return &answerOf[Lines]{out}, nil
}

func newLine(l *office.Line) Line {
	a := Line{ID: l.ID, Upload: l.UploadID, Page: l.PageID, File: l.File, PageNumber: l.Page,
		Number: l.Number, Box: l.Box, Fields: map[string]string{}, Signed: l.Signed,
		Struck:  l.Struck,
		Verdict: l.Verdict, Reason: l.Reason, Because: l.Because, MemberID: l.MemberID,
		Probability: l.Probability, Candidates: []Candidate{}, DuplicateOf: l.DuplicateOf,
		Needs: l.Needs, Decided: l.Decided}
	for _, f := range l.Fields {
		if f.Text != "" {
			a.Fields[f.Key] = f.Text
		}
	}
	for _, c := range l.Candidates {
		a.Candidates = append(a.Candidates, Candidate{c.Member.ID, c.Member.Name, c.Probability,
			append([]string{}, c.Because...)})
	}
	return a
}

func (s *Server) line(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Line string `path:"line"`
}) (*answerOf[Line], error) {
	c, err := s.Office.Case(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	i := c.Find(in.Line)
	if i < 0 {
		return nil, store.ErrNotFound
	}
	return &answerOf[Line]{newLine(c.Line(i))}, nil
}

func (s *Server) findings(ctx context.Context, in *byID) (*answerOf[[]Finding], error) {
	c, err := s.Office.Case(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := []Finding{}
	for _, l := range c.Looked {
		for _, f := range l.RulingsFor(site.AccountIn(ctx).ID) {
			out = append(out, Finding{f.FindingID, l.ID, f.By, f.At, f.Kind, f.MemberID, f.Note,
				f.Fields, f.Undone, f.Undoes})
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return a.At.Compare(b.At) })
	return &answerOf[[]Finding]{out}, nil
}

func (s *Server) failures(ctx context.Context, in *byID) (*answerOf[[]Failure], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Store.Failures(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("list the failures: %w", err)
	}
	out := make([]Failure, 0, len(list))
	for _, f := range list {
		out = append(out, Failure{f.ID, f.UploadID, f.PageID, f.Stage, f.Text, f.At})
	}
	return &answerOf[[]Failure]{out}, nil
}

func (s *Server) retry(ctx context.Context, in *struct {
	ID      string `path:"id"`
	Failure string `path:"failure"`
}) (*struct{}, error) {
	return nil, s.Office.Retry(ctx, in.ID, in.Failure, site.AccountIn(ctx).ID)
}

func (s *Server) members(ctx context.Context, in *struct {
	Query    string `query:"q" required:"true" minLength:"1" maxLength:"200"`
	Petition string `query:"petition" doc:"search the export of this petition"`
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}) (*answerOf[[]Member], error) {
	if in.Petition != "" && !site.SightIn(ctx).Sees(in.Petition) {
		return nil, site.ErrUnseen
	}
	list, err := s.Office.Search(ctx, in.Petition, in.Query, in.Limit)
	if err != nil {
		return nil, err
	}
	out := make([]Member, 0, len(list))
	for _, m := range list {
		out = append(out, Member{m.ID, m.Name, m.Institution, m.City, m.State, m.Standing, m.Good,
			append([]string{}, m.Also...)})
	}
	return &answerOf[[]Member]{out}, nil
}

func newSnapshot(v store.Snapshot) Snapshot {
	return Snapshot{v.ID, v.Name, v.SHA256, dayOf(v.AsOf), v.Rows, v.Members, append([]string{},
		v.Remarks...), v.At}
}

func (s *Server) snapshots(ctx context.Context, _ *struct{}) (*answerOf[[]Snapshot], error) {
	list, err := s.Store.Snapshots(ctx)
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	out := make([]Snapshot, 0, len(list))
	for _, v := range list {
		out = append(out, newSnapshot(v))
	}
	return &answerOf[[]Snapshot]{out}, nil
}

func (s *Server) audit(ctx context.Context, in *struct {
	After int64 `query:"after" minimum:"0"`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}) (*answerOf[[]Entry], error) {
	list, err := s.Store.Audit(ctx, in.After, in.Limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	out := make([]Entry, 0, len(list))
	for _, e := range list {
		out = append(out, Entry{e.Seq, e.At, e.Actor, e.Action, e.Subject, e.Detail, e.Prev,
			e.Hash})
	}
	return &answerOf[[]Entry]{out}, nil
}

// cmpWord is the first of two words that is not empty.
func cmpWord(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}
