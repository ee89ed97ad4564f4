package work

import (
	"context"

	"countersign/extract"
	"countersign/internal/office"
	"countersign/internal/reader"
	"countersign/internal/store"
)

// readPage has a page read, and once more by what other pages of the petition taught where its
// columns are not known.
func (w *workers) readPage(ctx context.Context, path string, u store.Upload,
	p store.Page) (got reader.Page, s extract.Sheet, err error) {
	how := reader.How{Picture: true}
	if how.Told, err = office.DecodeTold(p.Told); err != nil {
		return got, s, err
	}
	if got, err = w.readers.Page(ctx, path, u.Name, p.Number, how); err != nil {
		return got, s, err
	}
	if s, err = got.Sheet(); err != nil || s.Understood() || len(how.Told.Columns) > 0 {
		return got, s, err
	}
	known, err := w.taught(ctx, p, nil)
	if err != nil || len(known) == 0 {
		return got, s, err
	}
	how.Known = known
	again, err := w.readers.Page(ctx, path, u.Name, p.Number, how)
	if err != nil {
		return got, s, err
	}
	if t, err := again.Sheet(); err == nil && t.Understood() {
		return again, t, nil
	}
	return got, s, nil
}

// mostTeachers is how many pages of a petition are asked what they taught.
const mostTeachers = 20

// taught is what pages of a petition, but one, taught of their forms: see extract.Learned. It
// stops at a page that taught the same as until; nil asks all.
func (w *workers) taught(ctx context.Context, p store.Page, until []extract.Learned) (
	known []extract.Learned, err error) {
	pages, err := w.store.Pages(ctx, p.PetitionID)
	if err != nil {
		return nil, err
	}
	asked := 0
	for _, other := range pages {
		if other.ID == p.ID || other.Kind != string(extract.Signers) || other.Sheet == "" ||
			asked == mostTeachers {
			continue
		}
		s, err := w.storedSheet(ctx, other.Sheet)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			continue // whoever needs that page's lines has it read again
		}
		asked++
		known = extract.Learn(known, s.Learned)
		if len(until) > 0 && knows(known, until) {
			return known, nil
		}
	}
	return known, nil
}

// knows reports whether all that a page taught is known.
func knows(known, taught []extract.Learned) bool {
	return len(extract.Learn(known, taught)) == len(known)
}

// teach has the pages read again whose columns are not known, once a page of the petition
// taught what no other did.
func (w *workers) teach(ctx context.Context, p store.Page, s extract.Sheet) error {
	if len(s.Learned) == 0 {
		return nil
	}
	known, err := w.taught(ctx, p, s.Learned)
	if err != nil {
		return err
	}
	if knows(known, s.Learned) {
		return nil
	}
	points, err := w.store.OpenPoints(ctx, p.PetitionID)
	if err != nil {
		return err
	}
	for _, o := range points {
		if o.PageID == p.ID || o.Kind != string(extract.ColumnsUnknown) || o.Settled != "" {
			continue
		}
		if err := w.store.ReadAgain(ctx, o.PageID); err != nil {
			return err
		}
	}
	return nil
}
