// Package review is the pages on which people look at lines: one by one, several on a contact
// sheet, or on a walk through what was refused. What somebody finds is taken by the office.
package review

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// The review page shows one undecided line at a time, takes what a person
// finds of it, and goes on to the next. It works with plain forms; the script
// makes it fast, through the exchange in sync.go.
//
//	page.go   the page and its forms
//	queue.go  who else looks, and where
//	sync.go   what the script asks
//	view.go   what is shown

// Routes are those of the review page, of contact sheets and of walks.
func (s *Pages) Routes() []site.Route {
	return append(s.contactRoutes(), []site.Route{
		site.On("GET /petitions/{petition}/review", site.Reviewers, s.page),
		site.On("POST /petitions/{petition}/review", site.Reviewers, s.form),
		site.On("POST /petitions/{petition}/review/sync", site.Reviewers, s.sync),
		site.On("GET /petitions/{petition}/review/line", site.Reviewers, s.one),
		site.On("GET /petitions/{petition}/review/search", site.Reviewers, s.search),
		site.On("GET /petitions/{petition}/review/events", site.Reviewers, s.events),
	}...)
}

// Pages are those on which people look at lines.
type Pages struct{ *site.Site }

// New makes the pages.
func New(on *site.Site) *Pages { return &Pages{on} }

// review is one request about a petition's review.
type review struct {
	*Pages
	*office.Review
	ctx   context.Context
	pages map[string]store.Page // of the lines that are shown
}

func (s *Pages) newReview(r *http.Request) (*review, error) {
	rv, err := s.Office.Review(r.Context(), r.PathValue("petition"), site.AccountOf(r))
	if err != nil {
		return nil, err
	}
	return &review{Pages: s, Review: rv, ctx: r.Context(), pages: map[string]store.Page{}}, nil
}

func (s *Pages) page(w http.ResponseWriter, r *http.Request) error {
	rv, err := s.newReview(r)
	if err != nil {
		return err
	}
	return rv.show(w, r, http.StatusOK, r.URL.Query(), "")
}

// show writes the page: the line that is asked for, or the next one.
func (rv *review) show(w http.ResponseWriter, r *http.Request, status int, asked url.Values,
	notice string) error {
	page := pageView{Petition: rv.Petition, Account: rv.Account, Notice: notice,
		Closed: rv.Closed(), NewID: office.NewFindingID(rv.Account),
		Events: address(rv.Petition.ID) + "/events"}
	line, err := rv.asked(asked.Get("line"))
	if err != nil {
		return err
	}
	if line != nil {
		if page.Line, err = rv.line(line, office.Distinct(asked["searched"]),
			asked.Get("q")); err != nil {
			return err
		}
		page.Line.NewID = page.NewID
		plain, err := rv.encode(line)
		if err != nil {
			return err
		}
		page.Hash = plain.Hash
		rv.At(line.ID)
	}
	if page.Head, err = rv.head(); err != nil {
		return err
	}
	mine, err := rv.mine(20)
	if err != nil {
		return err
	}
	if len(mine) > 0 {
		page.Undo = &mine[0]
	}
	page.Mine = asJSON(mine)
	return rv.Render(w, r, status, "review", page)
}

// asked is the line with an id, or the next one where none is named; nil
// where nothing is left.
func (rv *review) asked(id string) (*office.Line, error) {
	if id == "" {
		next, err := rv.Next(rv.ctx, 1, nil)
		if err != nil || len(next) == 0 {
			return nil, err
		}
		return next[0], nil
	}
	i := rv.Case.Find(id)
	if i < 0 {
		return nil, site.Problem(http.StatusNotFound,
			"There is no such line in this petition. Its file may have been excluded or read anew.")
	}
	l, err := rv.Shown(rv.ctx, i)
	if err != nil {
		return nil, err
	}
	if rv.Open(l) == "" {
		if _, err := rv.Claim(rv.ctx, l.ID); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// form takes a finding from a form, then goes on to the next line.
func (s *Pages) form(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	rv, err := s.newReview(r)
	if err != nil {
		return err
	}
	found := foundIn(r.PostForm, rv.Case)
	err = rv.Find(rv.ctx, found)
	var refused *office.Refusal
	if errors.As(err, &refused) {
		return rv.show(w, r, site.StatusOf(refused.Kind), url.Values{"line": {found.Line},
			"searched": found.Searched}, refused.Text)
	}
	if err != nil {
		return err
	}
	next := address(rv.Petition.ID)
	if found.Kind == "correct" || found.Kind == "undo" {
		next += "?line=" + url.QueryEscape(found.Line)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// foundIn is the finding in a form. The button pressed says what was found,
// and for a member which: "accept 0482913".
func foundIn(f url.Values, c *office.Case) office.Found {
	kind, member, _ := strings.Cut(f.Get("do"), " ")
	out := office.Found{ID: f.Get("id"), Line: f.Get("line"), Kind: kind, Member: member,
		Note: f.Get("note"), Searched: f["searched"], Undoes: f.Get("undoes")}
	if member == "" && f.Get("member") != "-" { // the chair's word for nobody on the roll
		out.Member = f.Get("member")
	}
	i := c.Find(out.Line)
	if kind != "correct" || i < 0 {
		return out
	}
	out.Fields = map[string]string{}
	for _, field := range c.Line(i).Fields {
		if text := strings.TrimSpace(f.Get("field-" + field.Key)); f.Has("field-"+field.Key) &&
			text != field.Text {
			out.Fields[field.Key] = text
		}
	}
	return out
}

// line lays a line out for the account, with results where it has to be
// searched for or a query is given.
func (rv *review) line(l *office.Line, searched []string, query string) (*lineView, error) {
	needed, err := rv.Office.SearchesNeeded(rv.ctx)
	if err != nil {
		return nil, err
	}
	if query != "" {
		searched = office.Distinct(append(searched, query))
	}
	v := newLineView(rv.Case, l, rv.Account, max(0, needed-len(searched)))
	v.Searched = searched
	v.Closed = rv.Open(l)
	v.Open = v.Closed == ""
	v.MayFlag = !v.Open && rv.Closed() == "" && l.Needs != "chair"
	if v.Sheet, err = rv.sheet(l); err != nil {
		return nil, err
	}
	if v.Rulings, err = rv.rulings(l); err != nil {
		return nil, err
	}
	if query != "" {
		v.Query = query
	}
	if v.Query != "" && (query != "" || v.Open && len(v.Likely) == 0) {
		v.Results, err = rv.results(v, v.Query)
	}
	return v, err
}

// results searches the roll and compares what is found with a line.
func (rv *review) results(v *lineView, query string) (*resultsView, error) {
	const most = 9 // one for each digit
	members, err := rv.Pages.Office.Search(rv.ctx, rv.Petition.ID, query, most+1)
	if err != nil {
		return nil, fmt.Errorf("search the roll: %w", err)
	}
	out := &resultsView{Query: query, Line: v, More: len(members) > most}
	for i, m := range members[:min(most, len(members))] {
		rc := v.candidate(rv.Case, office.Candidate{Member: m})
		rc.Key = fmt.Sprint(i + 1)
		out.Found = append(out.Found, rc)
	}
	return out, nil
}

// sheet is the page around a line. Pictures of pages are as delivered, and so
// are boxes on them; here they are turned to be read.
func (rv *review) sheet(l *office.Line) (sheetView, error) {
	p, ok := rv.pages[l.PageID]
	if !ok {
		var err error
		if p, err = rv.Store.Page(rv.ctx, l.PageID); err != nil {
			return sheetView{}, err
		}
		rv.pages[l.PageID] = p
	}
	if p.Picture == "" {
		return sheetView{}, nil
	}
	sheet := sheetView{Picture: "/pages/" + p.ID + "/picture", Width: p.Width, Height: p.Height}
	box := l.Box
	switch w, h := p.Width, p.Height; p.Rotation {
	case 90:
		box = [4]float64{1 - box[3], box[0], 1 - box[1], box[2]}
		sheet.Width, sheet.Height, sheet.Turn = h, w,
			fmt.Sprintf("translate(%d 0) rotate(90) scale(%d %d)", h, w, h)
	case 180:
		box = [4]float64{1 - box[2], 1 - box[3], 1 - box[0], 1 - box[1]}
		sheet.Turn = fmt.Sprintf("translate(%d %d) rotate(180) scale(%d %d)", w, h, w, h)
	case 270:
		box = [4]float64{box[1], 1 - box[2], box[3], 1 - box[0]}
		sheet.Width, sheet.Height, sheet.Turn = h, w,
			fmt.Sprintf("translate(0 %d) rotate(270) scale(%d %d)", w, w, h)
	}
	thousand := func(share float64) int { return int(min(max(share, 0), 1)*1000 + 0.5) }
	x0, y0, x1, y1 := thousand(box[0]), thousand(box[1]), thousand(box[2]), thousand(box[3])
	sheet.Row = boxView{x0, y0, x1 - x0, y1 - y0, y1}
	return sheet, nil
}

// rulings are what people found of a line, as far as the account may know:
// second looks are blind.
func (rv *review) rulings(l *office.Line) ([]rulingView, error) {
	seen := l.RulingsFor(rv.Account.ID)
	if len(seen) == 0 {
		return nil, nil
	}
	names, err := rv.Names(rv.ctx)
	if err != nil {
		return nil, err
	}
	var out []rulingView
	for _, r := range seen {
		if r.Kind == "undo" {
			continue
		}
		what := findingWord(r.Kind)
		if plainKind(r.Kind) != r.Kind {
			what = "looked without knowing the verdict: " + what
		}
		if r.MemberID != "" {
			what += " " + r.MemberID
		}
		said := rulingView{Who: names[r.By], What: what, Note: r.Note, Undone: r.Undone}
		if rv.Chair() && r.By != rv.Account.ID && !r.Undone {
			settled, err := rv.Settled(rv.ctx, store.Finding{At: r.At})
			if err != nil {
				return nil, err
			}
			if settled == "" {
				said.TakeBack = r.FindingID
			}
		}
		out = append(out, said)
	}
	return out, nil
}

// mine are the newest findings of the account that stand and can be taken
// back, the newest first.
func (rv *review) mine(limit int) ([]undoView, error) {
	all, err := rv.Store.Findings(rv.ctx, rv.Petition.ID)
	if err != nil {
		return nil, fmt.Errorf("look up what was found: %w", err)
	}
	undone := map[string]bool{}
	out := []undoView{}
	for _, f := range slices.Backward(all) {
		if len(out) == limit {
			break
		}
		i := rv.Case.Find(f.LineID)
		switch {
		case f.Kind == "undo":
			undone[f.Undoes] = true
		case f.By == rv.Account.ID && !undone[f.ID] && i >= 0:
			if settled, err := rv.Settled(rv.ctx, f); err != nil || settled != "" {
				return out, err // nothing older can be undone either
			}
			out = append(out, undoView{FindingID: f.ID, LineID: f.LineID,
				Place: place(rv.Case.Line(i)), What: findingWord(f.Kind)})
		}
	}
	return out, nil
}
