package work

import (
	"context"
	"fmt"
	"slices"

	"countersign/extract"
	"countersign/internal/store"
)

// mostNeighbours is how many pages of a petition a page is compared with.
const mostNeighbours = 8

// beside is a page and those around it, each with what was read of it.
type beside struct {
	pages  []store.Page // the page itself first
	sheets []extract.Sheet
	order  []store.Page // all pages of the petition, as people see them
}

// compare looks at a page just read beside those around it that were read before, for what one
// page does not tell: see closePrinted and openRepeated. Where the program stops before that,
// a person settles a point too many, or one too few about lines that nobody counts twice.
func (w *workers) compare(ctx context.Context, p store.Page, s extract.Sheet) error {
	if s.Kind != extract.Signers {
		return nil
	}
	order, err := w.store.Pages(ctx, p.PetitionID)
	if err != nil {
		return err
	}
	b := beside{pages: []store.Page{p}, sheets: []extract.Sheet{s}, order: order}
	for _, other := range nearest(order, p.ID) {
		t, err := w.storedSheet(ctx, other.Sheet)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil { // whoever needs the lines of a lost one has it read again
			b.pages, b.sheets = append(b.pages, other), append(b.sheets, t)
		}
	}
	if err := w.closePrinted(ctx, b); err != nil {
		return err
	}
	return w.openRepeated(ctx, b)
}

// closePrinted takes back the open points about marks that several pages of a form have at
// the same place: those of a page just read and, by it, those of pages read before.
func (w *workers) closePrinted(ctx context.Context, b beside) error {
	for i := range b.sheets {
		others := slices.Concat(b.sheets[:i], b.sheets[i+1:])
		printed := b.sheets[i].Printed(others)
		if err := w.closeOpen(ctx, b.pages[i], b.sheets[i], printed); err != nil {
			return err
		}
	}
	return nil
}

// openRepeated adds an open point to the later of two pages that show the same lines.
func (w *workers) openRepeated(ctx context.Context, b beside) error {
	at := func(p store.Page) int {
		return slices.IndexFunc(b.order, func(o store.Page) bool { return o.ID == p.ID })
	}
	for i := 1; i < len(b.pages); i++ {
		if !b.sheets[0].Repeats(b.sheets[i]) {
			continue
		}
		later, earlier := 0, i
		if at(b.pages[i]) > at(b.pages[0]) {
			later, earlier = i, 0
		}
		u, err := w.store.Upload(ctx, b.pages[earlier].UploadID)
		if err != nil {
			return err
		}
		o := extract.RepeatedPoint(fmt.Sprintf("page %d of %s", b.pages[earlier].Number, u.Name))
		point := store.OpenPoint{Kind: string(o.Kind), Text: o.Text}
		if err := w.store.AddOpen(ctx, b.pages[later].ID, point); err != nil {
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
