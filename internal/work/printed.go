package work

import (
	"context"
	"slices"

	"countersign/extract"
	"countersign/internal/store"
)

// mostNeighbours is how many pages of a petition a page is compared with.
const mostNeighbours = 8

// closePrinted takes back the open points about marks that several pages of a form have at
// the same place: those of a page just read and, by it, those of pages read before. Where
// the program stops before that, a person settles a point too many.
func (w *workers) closePrinted(ctx context.Context, p store.Page, s extract.Sheet) error {
	if s.Kind != extract.Signers {
		return nil
	}
	pages, err := w.store.Pages(ctx, p.PetitionID)
	if err != nil {
		return err
	}
	near, sheets := []store.Page{p}, []extract.Sheet{s}
	for _, other := range nearest(pages, p.ID) {
		t, err := w.storedSheet(ctx, other.Sheet)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil { // whoever needs the lines of a lost one has it read again
			near, sheets = append(near, other), append(sheets, t)
		}
	}
	for i := range sheets {
		others := slices.Concat(sheets[:i], sheets[i+1:])
		if err := w.closeOpen(ctx, near[i], sheets[i], sheets[i].Printed(others)); err != nil {
			return err
		}
	}
	return nil
}

// nearest are the pages with lines around one, the nearest first.
func nearest(pages []store.Page, id string) []store.Page {
	var before, after, out []store.Page
	seen := false
	for _, p := range pages {
		switch {
		case p.ID == id:
			seen = true
		case p.Kind != string(extract.Signers) || p.Sheet == "":
		case seen:
			after = append(after, p)
		default:
			before = append(before, p)
		}
	}
	for len(out) < mostNeighbours && len(before)+len(after) > 0 {
		if n := len(before); n > 0 {
			out, before = append(out, before[n-1]), before[:n-1]
		}
		if len(after) > 0 {
			out, after = append(out, after[0]), after[1:]
		}
	}
	return out
}

// closeOpen takes open points of a page back, by their places in the sheet's.
func (w *workers) closeOpen(ctx context.Context, p store.Page, s extract.Sheet, at []int) error {
	if len(at) == 0 {
		return nil
	}
	var points []store.OpenPoint
	for _, i := range at {
		o := s.Open[i]
		points = append(points, store.OpenPoint{
			PageID: p.ID, Kind: string(o.Kind), Text: o.Text, Box: o.Box,
		})
	}
	s.Close(at)
	return w.store.CloseOpen(ctx, p.ID, points, s.Notes)
}
