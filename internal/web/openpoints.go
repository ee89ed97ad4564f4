package web

import (
	"context"
	"fmt"
	"net/http"

	"countersign/internal/office"
	"countersign/internal/store"
)

type openView struct {
	Petition store.Petition
	Open     []pointView
	Settled  []pointView
	Names    map[string]string
}

// pointView is an open point with the part of its page that it is about.
type pointView struct {
	office.OpenPoint
	ViewBox       string // of the upright page, in its pixels
	Width, Height int    // of the page's picture
	Turn          string
}

func newPoint(p office.OpenPoint) pointView {
	v := pointView{OpenPoint: p, Width: p.Page.Width, Height: p.Page.Height}
	width, height, turn := upright(p.Page)
	v.Turn = turn
	box := uprightBox(p.Page, p.Box)
	if p.Box == ([4]float64{}) {
		box = [4]float64{0, 0, 1, 1}
	}
	// A word alone says little: show a third of the page around it.
	const leastWide, leastHigh = 0.35, 0.12
	grow := func(from, to, least float64) (float64, float64) {
		if more := (least - (to - from)) / 2; more > 0 {
			from, to = from-more, to+more
		}
		return max(0, from), min(1, to)
	}
	x0, x1 := grow(box[0], box[2], leastWide)
	y0, y1 := grow(box[1], box[3], leastHigh)
	w, h := float64(width), float64(height)
	v.ViewBox = fmt.Sprintf("%.0f %.0f %.0f %.0f", x0*w, y0*h, (x1-x0)*w, (y1-y0)*h)
	return v
}

func (s *Server) openPage(w http.ResponseWriter, r *http.Request) error {
	v := openView{}
	var err error
	if v.Petition, err = s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	if v.Names, err = s.names(r.Context()); err != nil {
		return err
	}
	points, err := s.Office.OpenPoints(r.Context(), v.Petition.ID)
	if err != nil {
		return fmt.Errorf("list the open points: %w", err)
	}
	for _, p := range points {
		if p.Settled == "" {
			v.Open = append(v.Open, newPoint(p))
		} else {
			v.Settled = append(v.Settled, newPoint(p))
		}
	}
	return s.render(w, r, http.StatusOK, "open", v)
}

func (s *Server) settleOpen(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	p, err := s.Office.SettleOpen(r.Context(), r.PathValue("id"), r.PostFormValue("how"), r.PostFormValue("note"), accountOf(r))
	if err != nil {
		return err
	}
	said := map[string]string{
		"":                "The point is open again.",
		store.NothingHere: "Settled: there is nothing to count.",
		store.NotCounted:  "Settled: what stands there is not counted.",
		store.LineAdded:   "A line was added; say under “Review lines” whose it is.",
	}[p.Settled]
	return s.done(w, r, "/petitions/"+p.PetitionID+"/open", said)
}

type apiOpenPoint struct {
	ID      string     `json:"id"`
	Page    string     `json:"page" doc:"ID of the page"`
	File    string     `json:"file"`
	Number  int        `json:"number" doc:"of the page, counted from 1"`
	Kind    string     `json:"kind" doc:"such as writing-outside, columns-unknown, damaged"`
	Text    string     `json:"text"`
	Box     [4]float64 `json:"box" doc:"on the page as delivered, as shares: x0, y0, x1, y1; zeros for the whole page"`
	Settled string     `json:"settled" doc:"nothing, added or excluded; empty while it waits"`
	Line    string     `json:"line" doc:"ID of the line that was added"`
	Note    string     `json:"note"`
	By      string     `json:"by"`
}

func newAPIOpenPoint(p office.OpenPoint) apiOpenPoint {
	return apiOpenPoint{ID: p.ID, Page: p.PageID, File: p.File, Number: p.Page.Number, Kind: p.Kind, Text: p.Text, Box: p.Box,
		Settled: p.Settled, Line: p.LineID, Note: p.Note, By: p.By}
}

func (s *Server) apiOpenPoints(ctx context.Context, in *byID) (*answerOf[[]apiOpenPoint], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Office.OpenPoints(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("list the open points: %w", err)
	}
	out := make([]apiOpenPoint, 0, len(list))
	for _, p := range list {
		out = append(out, newAPIOpenPoint(p))
	}
	return &answerOf[[]apiOpenPoint]{out}, nil
}

func (s *Server) apiSettleOpen(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Settled string `json:"settled" enum:"nothing,added,excluded," doc:"empty opens it again"`
		Note    string `json:"note,omitempty" maxLength:"2000" doc:"needed where something is not counted"`
	}
}) (*answerOf[apiOpenPoint], error) {
	p, err := s.Office.SettleOpen(ctx, in.ID, in.Body.Settled, in.Body.Note, accountIn(ctx))
	if err != nil {
		return nil, err
	}
	list, err := s.Office.OpenPoints(ctx, p.PetitionID)
	if err != nil {
		return nil, fmt.Errorf("list the open points: %w", err)
	}
	for _, o := range list {
		if o.ID == p.ID {
			return &answerOf[apiOpenPoint]{newAPIOpenPoint(o)}, nil
		}
	}
	return nil, store.ErrNotFound // its file was excluded meanwhile
}
