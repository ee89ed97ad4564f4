package petition

import (
	"fmt"
	"net/http"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
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

func (s *Pages) openPage(w http.ResponseWriter, r *http.Request) error {
	v := openView{}
	var err error
	if v.Petition, err = s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	if v.Names, err = s.Names(r.Context()); err != nil {
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
	return s.Render(w, r, http.StatusOK, "open", v)
}

func (s *Pages) settleOpen(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	p, err := s.Office.SettleOpen(r.Context(), r.PathValue("id"), r.PostFormValue("how"),
		r.PostFormValue("note"), site.AccountOf(r))
	if err != nil {
		return err
	}
	said := map[string]string{
		"":                "The point is open again.",
		store.NothingHere: "Settled: there is nothing to count.",
		store.NotCounted:  "Settled: what stands there is not counted.",
		store.LineAdded:   "A line was added; say under “Review lines” whose it is.",
	}[p.Settled]
	return s.Done(w, r, "/petitions/"+p.PetitionID+"/open", said)
}
