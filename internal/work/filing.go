package work

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/extract"
	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/report/register"
)

// A printed sheet counts for the petition whose purpose stands on it, which its
// signers have read, whatever it was uploaded with: its code says which that is.

// file says under which other petition a page counts, empty for none, and what people
// should know of that. A page that is to be read there too is announced there.
func (w *workers) file(ctx context.Context, p store.Page, form extract.Form) (under, note string,
	err error) {
	switch p.CountsUnder { // a person's word
	case "":
	case p.PetitionID:
		return "", "A person says that it counts here.", nil
	default:
		return p.CountsUnder, "A person moved it to another petition.", nil
	}
	if form.Petition == "" || form.Petition == p.PetitionID {
		return "", "", nil
	}
	other, err := w.store.Petition(ctx, form.Petition)
	if errors.Is(err, store.ErrNotFound) {
		return "",
			fmt.Sprintf("It was printed for petition %s, which is not known here: its lines "+
				"count with this petition.", form.Petition), nil
	}
	if err != nil {
		return "", "", err
	}
	full := fmt.Sprintf(
		"It was printed for “%s”, which takes no more sheets: its lines count for nothing.",
		other.Title)
	if !register.State(other.State).Open() {
		return other.ID, full, nil
	}
	_, _, err = w.store.Refer(ctx, p.ID, other.ID)
	if errors.Is(err, store.ErrPurged) {
		return other.ID, full, nil
	}
	if err != nil {
		return "", "", err
	}
	w.queue.Tell(other.ID)
	return other.ID,
		fmt.Sprintf("It was printed for “%s”: by its code it was filed there, and counts there.",
			other.Title), nil
}

// place notes on a page where it counts. Of one that counts elsewhere no line is kept here.
func (w *workers) place(ctx context.Context, u store.Upload, p *store.Page,
	s *extract.Sheet) error {
	under, note, err := w.file(ctx, *p, s.Form)
	if err != nil {
		return err
	}
	if u.Referred && under == "" && p.CountsUnder == "" {
		note = "It was handed in with another petition and filed here by its code."
	}
	if note != "" {
		p.Notes = append(slices.Clone(p.Notes), note)
	}
	if p.FiledUnder = under; under != "" {
		s.Rows = nil
	}
	return nil
}

// purged says whether the data of a petition is purged, so that nothing is left
// to do with it.
func (w *workers) purged(ctx context.Context, petitionID string) (bool, error) {
	purges, err := w.store.Purges(ctx, store.PetitionData, petitionID)
	return len(purges) > 0, err
}

// unlessPurged forgives work that failed because the data went meanwhile.
func unlessPurged(err error) error {
	if errors.Is(err, store.ErrPurged) {
		return nil
	}
	return err
}

// doubtGroup leaves a page open that is headed with the name of another group than its
// petition's, until a person says where it counts.
func (w *workers) doubtGroup(ctx context.Context, p *store.Page, group string) error {
	if group == "" || p.FiledUnder != "" || p.CountsUnder != "" {
		return nil
	}
	petition, err := w.store.Petition(ctx, p.PetitionID)
	if err != nil || office.SameGroup(petition.Title, group) {
		return err
	}
	p.Open = append(p.Open, store.OpenPoint{Kind: office.HeadedOtherwise,
		Text: fmt.Sprintf("It is headed “%s”, and this petition is called “%s”: does it count "+
			"here?", group, petition.Title)})
	return nil
}
