package api

import (
	"context"
	"fmt"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

type OpenPoint struct {
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

func newOpenPoint(p office.OpenPoint) OpenPoint {
	return OpenPoint{ID: p.ID, Page: p.PageID, File: p.File, Number: p.Page.Number, Kind: p.Kind,
		Text: p.Text, Box: p.Box,
		Settled: p.Settled, Line: p.LineID, Note: p.Note, By: p.By}
}

func (s *Server) openPoints(ctx context.Context, in *byID) (*answerOf[[]OpenPoint], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Office.OpenPoints(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("list the open points: %w", err)
	}
	out := make([]OpenPoint, 0, len(list))
	for _, p := range list {
		out = append(out, newOpenPoint(p))
	}
	return &answerOf[[]OpenPoint]{out}, nil
}

func (s *Server) settleOpen(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Settled string `json:"settled" enum:"nothing,added,excluded," doc:"empty opens it again"`
		Note    string `json:"note,omitempty" maxLength:"2000" doc:"needed where something is not counted"`
	}
}) (*answerOf[OpenPoint], error) {
	p, err := s.Office.SettleOpen(ctx, in.ID, in.Body.Settled, in.Body.Note, site.AccountIn(ctx))
	if err != nil {
		return nil, err
	}
	list, err := s.Office.OpenPoints(ctx, p.PetitionID)
	if err != nil {
		return nil, fmt.Errorf("list the open points: %w", err)
	}
	for _, o := range list {
		if o.ID == p.ID {
			return &answerOf[OpenPoint]{newOpenPoint(o)}, nil
		}
	}
	return nil, store.ErrNotFound // its file was excluded meanwhile
}
