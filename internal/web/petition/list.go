package petition

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/blob"
	"countersign/internal/office"
	"countersign/internal/office/rule"
	"countersign/internal/store"
	"countersign/internal/web/site"
	"countersign/verify/name"
)

// Standing is a petition as lists and its own page show it: what it comes to
// and what waits for whom.
type Standing struct {
	store.Overview
	Case  *office.Case // nil where it could not be counted
	Count office.Count
	Bar   bar
	Waits []wait
	Tally *store.Tally  // the one that holds
	Moved *office.Moved // nil where the count is the certified one
}

// wait is something that somebody has to do before the petition goes on.
type wait struct {
	For   string // whom it waits for
	Text  string
	Link  string // "" where there is nothing to go to
	Alarm bool
}

type petitionsView struct {
	Guide  []guideStep // to the first count
	List   []Standing
	All    int
	Query  string
	State  string
	States []string // that petitions are in
}

func (s *Pages) petitionsPage(w http.ResponseWriter, r *http.Request) error {
	all, err := s.overviews(r.Context())
	if err != nil {
		return err
	}
	v := petitionsView{All: len(all), Query: strings.TrimSpace(r.URL.Query().Get("q")),
		State: r.URL.Query().Get("state")}
	words := strings.Fields(name.Fold(v.Query))
	var list []store.Overview
	for _, p := range all {
		if !slices.Contains(v.States, p.State) {
			v.States = append(v.States, p.State)
		}
		title := name.Fold(p.Title)
		lacks := slices.ContainsFunc(words, func(w string) bool {
			return !strings.Contains(title, w)
		})
		if !lacks && (v.State == "" || p.State == v.State) {
			list = append(list, p)
		}
	}
	if v.List, err = s.standingsOf(r.Context(), list); err != nil {
		return err
	}
	if site.May(site.AccountOf(r), site.ByStaff|site.ByAdmin) && site.SightIn(r.Context()).All() {
		// others may not see how far the service is
		first, err := s.Office.FirstSteps(r.Context(), all)
		if err != nil {
			return fmt.Errorf("see what a new service needs: %w", err)
		}
		v.Guide = guide(first)
	}
	return s.Render(w, r, http.StatusOK, "petitions", v)
}

// overviews lists the petitions that whoever asks sees.
func (s *Pages) overviews(ctx context.Context) ([]store.Overview, error) {
	list, err := s.Store.Petitions(ctx)
	if err != nil {
		return nil, fmt.Errorf("list petitions: %w", err)
	}
	sight := site.SightIn(ctx)
	return slices.DeleteFunc(list, func(p store.Overview) bool { return !sight.Sees(p.ID) }), nil
}

func (s *Pages) Standings(ctx context.Context) ([]Standing, error) {
	list, err := s.overviews(ctx)
	if err != nil {
		return nil, err
	}
	return s.standingsOf(ctx, list)
}

func (s *Pages) standingsOf(ctx context.Context, list []store.Overview) ([]Standing, error) {
	out := make([]Standing, 0, len(list))
	for _, p := range list {
		st, err := s.Standing(ctx, p)
		if errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrDamaged) {
			// of one petition; the others go on
			s.Log.ErrorContext(ctx, "a file is missing from the data folder", "petition", p.ID,
				"error", err)
			st, err = Standing{Overview: p, Bar: newBar(office.Count{}),
				Waits: []wait{{"staff", "cannot be counted: a file is missing", "/petitions/" +
					p.ID, true}}}, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, st)
	}
	return out, nil
}

func (s *Pages) Standing(ctx context.Context, p store.Overview) (Standing, error) {
	st := Standing{Overview: p}
	c, err := s.Office.Case(ctx, p.ID)
	if err != nil {
		return st, fmt.Errorf("count the petition %s: %w", p.ID, err)
	}
	tallies, err := s.Store.Tallies(ctx, p.ID)
	if err != nil {
		return st, fmt.Errorf("list the tallies of %s: %w", p.ID, err)
	}
	if len(tallies) > 0 {
		st.Tally = &tallies[0]
	}
	if st.Moved, err = s.Office.Moved(ctx, p.ID); err != nil {
		return st, fmt.Errorf("compare %s with its certificate: %w", p.ID, err)
	}
	st.Case, st.Count = c, c.Count
	st.Bar = newBar(c.Count)
	st.Waits = waits(&st)
	return st, nil
}

// Overview finds a petition with its counts.
func (s *Pages) Overview(ctx context.Context, id string) (store.Overview, error) {
	p, err := s.Store.Petition(ctx, id)
	if err != nil {
		return store.Overview{}, err
	}
	counts, err := s.Store.Counts(ctx, id)
	if err != nil {
		return store.Overview{}, fmt.Errorf("count what there is of %s: %w", id, err)
	}
	return store.Overview{Petition: p, Counts: counts}, nil
}

func waits(st *Standing) []wait {
	p, c := st.Overview, st.Count
	page, review := "/petitions/"+p.ID, "/petitions/"+p.ID+"/review"
	var out []wait
	add := func(n int, who, one, many, link string) {
		if n > 0 {
			out = append(out, wait{For: who, Text: site.Plural(n, one, many), Link: link})
		}
	}
	if office.Decided(p.Petition) != "" {
		return nil
	}
	if p.Failures > 0 {
		out = append(out, wait{"staff", site.Plural(p.Failures, "failure", "failures"),
			page + "#failures", true})
	}
	if p.SnapshotID == "" {
		out = append(out, wait{"staff", "no membership export chosen", page + "/edit", true})
	}
	if p.Unreadable > 0 {
		out = append(out, wait{"staff", site.Plural(p.Unreadable,
			"file or page that cannot be read", "files or pages that cannot be read"), page, true})
	}
	if p.Uploads == 0 {
		out = append(out, wait{"staff", "sheets to be uploaded", page, false})
	}
	if n := p.Uploads - p.Opened - p.Failures; n > 0 { // what failed is not being opened
		out = append(out, wait{"", "opening " + site.Plural(n, "file", "files"), page, false})
	}
	if p.Read < p.Pages {
		out = append(out, wait{"", fmt.Sprintf("reading page %s of %s", site.Number(p.Read+1),
			site.Number(p.Pages)), page, false})
	} else if p.Matched < p.Lines && p.SnapshotID != "" {
		out = append(out, wait{"", "looking up " + site.Plural(p.Lines-p.Matched, "line", "lines"),
			page, false})
	}
	if p.Open > 0 {
		out = append(out, wait{"staff", site.Plural(p.Open, "open point", "open points"),
			page + "/open", true})
	}
	if st.Moved != nil {
		out = append(out, wait{"chair", "the count is not the certified one any more",
			page + "#moved", true})
	}
	if st.Tally != nil {
		return out
	}
	add(c.Uncertain-c.Needs["match"]-c.Needs["second"]-c.Needs["third"]-c.Needs["chair"],
		"verifiers", "line to look at", "lines to look at", review)
	add(c.Needs["second"], "verifiers", "second look", "second looks", review)
	add(c.Needs["third"], "verifiers", "disagreement", "disagreements", review)
	add(c.Needs["chair"], "chair", "line to settle", "lines to settle", review)
	// else more sheets come
	gathered := p.State != "" && p.State != "draft" || c.Valid >= c.Required
	if c.Rows > 0 && c.Certain && p.Open == 0 && office.AllRead(p) && gathered {
		out = append(out, wait{"chair", "count to certify", page + "/certify", false})
	}
	return out
}

// bar is a count drawn against the threshold, in units of a thousand across.
// Invalid lines stand apart at the right, so that they never seem to fill the
// way to the threshold.
type bar struct {
	Track               float64 // how far the scale of the threshold goes
	Valid, Uncertain    float64 // widths
	InvalidAt, Invalid  float64
	Goal                float64
	Hatch, InvalidHatch []float64
	Needed              int
	Over                int
	Label               string
}

func newBar(c office.Count) bar {
	scale := float64(max(c.Required, c.Valid+c.Uncertain, 1))
	gap := 0.0
	if c.Invalid > 0 {
		gap = 12
	}
	unit := (1000 - gap) / (scale + float64(c.Invalid))
	b := bar{
		Track: scale * unit, Valid: float64(c.Valid) * unit, Uncertain: float64(c.Uncertain) * unit,
		InvalidAt: scale*unit + gap, Invalid: float64(c.Invalid) * unit,
		Goal:   float64(c.Required) * unit,
		Needed: max(c.Required-c.Valid, 0), Over: max(c.Valid-c.Required, 0),
	}
	for x := b.Valid + 9; x < b.Valid+b.Uncertain; x += 9 {
		b.Hatch = append(b.Hatch, x)
	}
	for x := b.InvalidAt + 6; x < b.InvalidAt+b.Invalid; x += 6 {
		b.InvalidHatch = append(b.InvalidHatch, x)
	}
	b.Label = fmt.Sprintf("%s valid, %s uncertain, %s invalid; %s required, %s still needed",
		site.Number(c.Valid), site.Number(c.Uncertain), site.Number(c.Invalid),
		site.Number(c.Required), site.Number(b.Needed))
	return b
}

type editView struct {
	Petition  store.Petition
	New       bool
	Problem   string
	Snapshots []store.Snapshot
	Rules     rule.View
	Received  string
	Was       string // what the petition said when the form was opened
	Form      rule.Form
}

func (s *Pages) newPetitionPage(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	p := store.Petition{ID: site.NewID(), State: "draft", Rules: all["rules"], ReceivedOn: s.Now()}
	if now, err := s.Store.CurrentSnapshot(r.Context()); err == nil {
		p.SnapshotID = now.ID
	} else if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("find the newest snapshot: %w", err)
	}
	return s.showEdit(w, r, http.StatusOK, editView{Petition: p, New: true})
}

func (s *Pages) editPetitionPage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showEdit(w, r, http.StatusOK, editView{Petition: p, Was: said(p)})
}

// said is a mark of what the form of a petition says.
func said(p store.Petition) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{p.Title,
		p.ReceivedOn.UTC().Format(time.DateOnly), p.SnapshotID, p.Rules}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func (s *Pages) showEdit(w http.ResponseWriter, r *http.Request, status int,
	v editView) (err error) {
	if v.Snapshots, err = s.Store.Snapshots(r.Context()); err != nil {
		return fmt.Errorf("list snapshots: %w", err)
	}
	v.Snapshots = slices.DeleteFunc(v.Snapshots, func(x store.Snapshot) bool {
		return (x.Purged || !x.WithdrawnAt.IsZero()) && x.ID != v.Petition.SnapshotID
	})
	if v.Rules, err = rule.InWords(v.Petition.Rules); err != nil {
		return fmt.Errorf("explain the rule: %w", err)
	}
	if v.Form == nil {
		v.Form = rule.FormOf(v.Petition.Rules)
	} else if why := v.Form.Refusal(v.Rules); why != "" {
		v.Problem = why // by the field, not by a line of what nobody saw
	}
	if v.Petition.State == "" {
		v.Petition.State = "draft"
	}
	if !v.Petition.ReceivedOn.IsZero() {
		v.Received = v.Petition.ReceivedOn.UTC().Format(time.DateOnly)
	}
	return s.Render(w, r, status, "edit", v)
}

func (s *Pages) addPetition(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	p := store.Petition{State: "draft"}
	if id := r.PostFormValue("id"); site.FormID.MatchString(id) {
		p.ID = id
	}
	all, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	filled := s.RuleIn(r, all["rules"])
	p, err = s.Office.ReadTerms(r.Context(), p, termsIn(r))
	if no := (*office.Refusal)(nil); errors.As(err, &no) {
		return s.showEdit(w, r, http.StatusUnprocessableEntity, editView{Petition: p, New: true,
			Problem: no.Text, Form: filled})
	}
	if err != nil {
		return err
	}
	id := p.ID
	if p, err = s.Office.AddPetition(r.Context(), p, site.AccountOf(r).ID); errors.Is(err,
		store.ErrConflict) {
		if first, err := s.Store.Petition(r.Context(), id); err != nil ||
			first.By != site.AccountOf(r).ID {
			return site.Problem(http.StatusConflict, "This form was used already. Open a new one.")
		}
		// clicked twice
		return s.Done(w, r, "/petitions/"+id, "The petition was added. Now drop its sheets here.")
	}
	if err != nil {
		return fmt.Errorf("add the petition: %w", err)
	}
	return s.Done(w, r, "/petitions/"+p.ID, "The petition was added. Now drop its sheets here.")
}

// termsIn are the terms that the form of a petition says.
func termsIn(r *http.Request) office.Terms {
	return office.Terms{Title: r.PostFormValue("title"), Received: r.PostFormValue("received"),
		Snapshot: r.PostFormValue("snapshot"), Rules: r.PostFormValue("rules")}
}

func (s *Pages) editPetition(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	before, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	filled := s.RuleIn(r, before.Rules)
	p, err := s.Office.ReadTerms(r.Context(), before, termsIn(r))
	if was := r.PostFormValue("was"); err == nil && was != "" && was != said(before) &&
		said(p) != said(before) {
		wrong := "Somebody changed the petition since you opened this page, and nothing of yours " +
			"was saved yet. Look at it in another window; saving again puts what stands here in " +
			"its place."
		return s.showEdit(w, r, http.StatusConflict, editView{Petition: p, Problem: wrong,
			Was: said(before), Form: filled})
	}
	if err == nil {
		err = s.Office.ChangePetition(r.Context(), before, p, site.AccountOf(r).ID)
	}
	if no := (*office.Refusal)(nil); errors.As(err, &no) {
		return s.showEdit(w, r, http.StatusUnprocessableEntity, editView{Petition: p,
			Problem: no.Text, Was: r.PostFormValue("was"), Form: filled})
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/petitions/"+p.ID, "The petition was changed.")
}

// float writes a coordinate short enough for thousands of them.
func float(b []byte, f float64) []byte { return strconv.AppendFloat(b, f, 'f', 1, 64) }

// drawing is the rows of a page, to lie over its picture: a frame with the
// colour of the verdict, a dash for uncertain, a cross for invalid, and a
// sign. The numbers are ours, so nothing is escaped.
func drawing(p store.Page, lines []office.Line, link bool) template.HTML {
	if len(lines) == 0 || p.Width <= 0 || p.Height <= 0 {
		return ""
	}
	width, height, _ := upright(p)
	w, h := 1000.0, 1000*float64(height)/float64(width)
	b := make([]byte, 0, 256*len(lines))
	b = append(b, `<svg class="rows" preserveAspectRatio="xMidYMid meet" viewBox="0 0 1000 `...)
	b = append(float(b, h), '"')
	if link {
		b = append(b, ` role="group" aria-label="Lines of this page">`...)
	} else {
		b = append(b, ` aria-hidden="true">`...)
	}
	for _, l := range lines {
		box := uprightBox(p, l.Box)
		x, y := box[0]*w, box[1]*h
		dx, dy := (box[2]-box[0])*w, (box[3]-box[1])*h
		if link {
			b = fmt.Appendf(b, `<a href="#line-%d" aria-label="Line %d, %s">`, l.Number, l.Number,
				template.HTMLEscapeString(l.Verdict))
		}
		b = append(b, `<g class="v-`...)
		b = append(b, template.HTMLEscapeString(l.Verdict)...)
		b = append(b, `"><rect x="`...)
		b = append(float(b, x), `" y="`...)
		b = append(float(b, y), `" width="`...)
		b = append(float(b, dx), `" height="`...)
		b = append(float(b, dy), `"/>`...)
		sign := "✓"
		switch l.Verdict {
		case "uncertain":
			sign = "?"
		case "invalid":
			sign = "✕"
			b = append(b, `<path class="cross" fill="none" d="M`...)
			b = append(float(b, x), ' ')
			b = append(float(b, y+dy), 'L')
			b = append(float(b, x+dx), ' ')
			b = append(float(b, y), `"/>`...)
		}
		size := max(min(dy*0.7, 36), 20)
		b = append(b, `<text x="`...)
		// in the margin, so that no writing lies under it
		b = append(float(b, min(x+dx+size*0.8, w-size*0.5)), `" y="`...)
		b = append(float(b, y+dy/2), `" font-size="`...)
		b = append(float(b, size), `">`...)
		b = append(b, sign...)
		b = append(b, `</text></g>`...)
		if link {
			b = append(b, `</a>`...)
		}
	}
	return template.HTML(append(b, `</svg>`...))
}
