package work

import (
	"context"
	"slices"

	"countersign/extract"
	"countersign/internal/office"
	"countersign/internal/reader"
	"countersign/internal/store"
)

// readPage has a page read, and once more by what other pages of the petition taught, or the
// roll, where its columns are not known. It gives what was taught by then.
func (w *workers) readPage(ctx context.Context, path string, u store.Upload, p store.Page) (
	got reader.Page, s extract.Sheet, taught []extract.Learned, err error) {
	how := reader.How{Picture: true}
	if how.Told, err = office.DecodeTold(p.Told); err != nil {
		return got, s, nil, err
	}
	if how.Forms, err = office.KnownForms(ctx, w.store); err != nil {
		return got, s, nil, err
	}
	if got, err = w.readers.Page(ctx, path, u.Name, p.Number, how); err != nil {
		return got, s, nil, err
	}
	if s, err = got.Sheet(); err != nil || s.Understood() || len(how.Told.Columns) > 0 {
		return got, s, nil, err
	}
	byRoll, err := w.learnByRoll(ctx, p, s)
	if err != nil {
		return got, s, nil, err
	}
	if taught, err = w.taught(ctx, p, nil); err != nil {
		return got, s, nil, err
	}
	if how.Known = extract.Learn(slices.Clone(taught), byRoll); len(how.Known) == 0 {
		return got, s, taught, nil
	}
	again, err := w.readers.Page(ctx, path, u.Name, p.Number, how)
	if err != nil {
		return got, s, taught, err
	}
	if t, err := again.Sheet(); err == nil && t.Understood() {
		return again, t, taught, nil
	}
	if toldByRoll(s, byRoll) { // in vain: nobody need try it again
		s.Unheaded = nil
		got.Packed, err = extract.EncodeSheet(s)
	}
	return got, s, taught, err
}

// toldByRoll reports whether the roll told what the columns of a page hold.
func toldByRoll(s extract.Sheet, known []extract.Learned) bool {
	return slices.ContainsFunc(s.Unheaded, func(u extract.Unheaded) bool { return u.In(known) })
}

// learnByRoll is what the roll of a petition tells of the columns of a page, with all that is like
// it; nothing before there is a roll.
func (w *workers) learnByRoll(ctx context.Context, p store.Page, s extract.Sheet) (
	[]extract.Learned, error) {
	if len(s.Unheaded) == 0 {
		return nil, nil
	}
	petition, err := w.store.Petition(ctx, p.PetitionID)
	if err != nil || petition.SnapshotID == "" {
		return nil, err
	}
	matcher, err := w.rolls.Matcher(ctx, petition.SnapshotID)
	if err != nil {
		return nil, err
	}
	tables := s.Unheaded
	err = w.others(ctx, p, func(other extract.Sheet) bool {
		tables = append(tables[:len(tables):len(tables)], other.Unheaded...)
		return true
	})
	if err != nil {
		return nil, err
	}
	return matcher.Learn(tables), nil
}

// askRoll has a page read again whose columns the roll can tell: it was read before there was
// one.
func (w *workers) askRoll(ctx context.Context, p store.Page, s extract.Sheet) error {
	if s.Understood() || len(p.Told) > 0 { // a person's word stands
		return nil
	}
	known, err := w.learnByRoll(ctx, p, s)
	if err != nil || !toldByRoll(s, known) {
		return err
	}
	return w.store.ReadAgain(ctx, p.ID)
}

// learnLate has a page read again whose columns are not known, if another taught something since
// it was read: that one did not see it.
func (w *workers) learnLate(ctx context.Context, p store.Page, s extract.Sheet,
	before []extract.Learned) error {
	if s.Understood() || len(p.Told) > 0 { // a person's word stands
		return nil
	}
	now, err := w.taught(ctx, p, nil)
	if err != nil || knows(before, now) {
		return err
	}
	return w.store.ReadAgain(ctx, p.ID)
}

// mostTeachers is how many pages of a petition are asked what they taught.
const mostTeachers = 20

// taught is what pages of a petition, but one, taught of their forms: see extract.Learned. It
// stops at a page that taught the same as until; nil asks all.
func (w *workers) taught(ctx context.Context, p store.Page, until []extract.Learned) (
	known []extract.Learned, err error) {
	err = w.others(ctx, p, func(s extract.Sheet) bool {
		known = extract.Learn(known, s.Learned)
		return len(until) == 0 || !knows(known, until)
	})
	return known, err
}

// others gives the sheets of the first pages of a petition with lines, but one, until ask has
// enough.
func (w *workers) others(ctx context.Context, p store.Page, ask func(extract.Sheet) bool) error {
	pages, err := w.store.Pages(ctx, p.PetitionID)
	if err != nil {
		return err
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
				return err
			}
			continue // whoever needs that page's lines has it read again
		}
		if asked++; !ask(s) {
			break
		}
	}
	return nil
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
