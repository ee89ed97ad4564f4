package office

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/internal/office/rule"
	"countersign/internal/store"
	"countersign/report/register"
)

// Terms are what people say of a petition.
type Terms struct {
	Title    string
	Received string // such as 2026-11-01
	Snapshot string // empty for none yet
	Rules    string // YAML
}

// ReadTerms takes what people say of a petition into it, or refuses it. What was said is in
// the petition also where it is refused.
func (o *Office) ReadTerms(ctx context.Context, p store.Petition, t Terms) (store.Petition, error) {
	p.Title, p.Rules = strings.TrimSpace(t.Title), strings.TrimSpace(strings.ReplaceAll(t.Rules,
		"\r\n", "\n"))
	switch {
	case p.Title == "":
		return p, refuse(Invalid, "Write a title, such as the name of the proposed group.")
	case utf8.RuneCountInString(p.Title) > 300:
		return p, refuse(Invalid, "The title is too long: use at most 300 characters.")
	}
	received, err := time.Parse(time.DateOnly, t.Received)
	p.ReceivedOn = received
	if err != nil {
		return p, refuse(Invalid,
			"%q is no date: write the day that the petition was received, such as 2026-11-01.",
			t.Received)
	}
	if p.ReceivedOn.Year() < 1900 {
		return p, refuse(Invalid,
			"The year of %s cannot be right: write the day that the petition was received, such "+
				"as 2026-11-01.", received.Format("2 January 2006"))
	}
	if ahead := o.now().UTC().Add(farthestEast); p.ReceivedOn.After(ahead) {
		return p, refuse(Invalid,
			"%s is still to come: write the day that the petition was received, today or before.",
			received.Format("2 January 2006"))
	}
	if t.Snapshot != "" {
		x, err := o.Store.Snapshot(ctx, t.Snapshot)
		if errors.Is(err, store.ErrNotFound) || err == nil &&
			(x.Purged || !x.WithdrawnAt.IsZero()) && t.Snapshot != p.SnapshotID {
			return p, refuse(Invalid,
				"The membership export that was chosen is not there any more: choose another.")
		}
		if err != nil {
			return p, fmt.Errorf("find the snapshot: %w", err)
		}
	}
	p.SnapshotID = t.Snapshot
	view, err := rule.InWords(p.Rules)
	if err != nil {
		return p, fmt.Errorf("explain the rule: %w", err)
	}
	if why := view.Refusal(); why != "" {
		return p, refuse(Invalid, "%s", why)
	}
	return p, nil
}

// farthestEast is how far clocks are ahead at most: a day that it is nowhere yet is no day of
// receipt.
const farthestEast = 14 * time.Hour

// AddPetition adds a petition. One with an id that is there already is store.ErrConflict.
func (o *Office) AddPetition(ctx context.Context, p store.Petition, by string) (store.Petition,
	error) {
	p.State, p.By = "draft", by
	err := o.Store.Do(ctx, func(tx store.Tx) (err error) {
		if p, err = tx.AddPetition(ctx, p); err != nil {
			return err
		}
		return o.record(ctx, tx, by, "petition.added", p.ID, "")
	})
	if err != nil {
		return p, fmt.Errorf("add the petition: %w", err)
	}
	return p, nil
}

// ChangePetition writes changed terms. A certified count stands on its rule, export and day
// of receipt, which are refused to change.
func (o *Office) ChangePetition(ctx context.Context, before, after store.Petition,
	by string) error {
	what, err := o.changedTerms(ctx, before, after)
	if err != nil || len(what) == 0 {
		return err
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.SetPetition(ctx, after); err != nil {
			return err
		}
		return o.record(ctx, tx, by, "petition.changed", after.ID, strings.Join(what, ", "))
	})
	if err != nil {
		return fmt.Errorf("change the petition: %w", err)
	}
	o.tell(after.ID)
	return nil
}

// changedTerms names what is to change, or refuses it.
func (o *Office) changedTerms(ctx context.Context, before, after store.Petition) (what []string,
	err error) {
	counted := false
	for _, c := range []struct {
		name   string
		counts bool
		same   bool
	}{
		{"title", false, before.Title == after.Title},
		{"received", true, before.ReceivedOn.Equal(after.ReceivedOn)},
		{"snapshot " + after.SnapshotID, true, before.SnapshotID == after.SnapshotID},
		{"rule", true, before.Rules == after.Rules},
	} {
		if !c.same {
			what, counted = append(what, c.name), counted || c.counts
		}
	}
	if !counted {
		return what, nil
	}
	tallies, err := o.Store.Tallies(ctx, before.ID)
	if err != nil {
		return nil, fmt.Errorf("list the tallies: %w", err)
	}
	if len(tallies) > 0 {
		return nil, refuse(Invalid,
			"The count was certified, so its rule, export and day of receipt stay as they were.")
	}
	if before.ReceivedOn.Equal(after.ReceivedOn) {
		return what, nil
	}
	stored, err := o.Store.Events(ctx, ofPetition, before.ID)
	if err != nil {
		return nil, err
	}
	life := register.Read(before.ID, events(stored))
	return what, refused(life.CheckReceived(after.ReceivedOn))
}

// OpenPetitions are those, of what somebody sees, for which another export can still be chosen.
func (o *Office) OpenPetitions(ctx context.Context, sight Sight) ([]store.Petition, error) {
	all, err := o.Store.Petitions(ctx)
	if err != nil {
		return nil, fmt.Errorf("list petitions: %w", err)
	}
	var out []store.Petition
	for _, p := range all {
		if !sight.Sees(p.ID) {
			continue
		}
		tallies, err := o.Store.Tallies(ctx, p.ID)
		if err != nil {
			return nil, fmt.Errorf("list the tallies: %w", err)
		}
		if Decided(p.Petition) == "" && len(tallies) == 0 {
			out = append(out, p.Petition)
		}
	}
	return out, nil
}

// UseExport chooses an export for all petitions, of what somebody sees, for which one can
// still be chosen, and says how many they are.
func (o *Office) UseExport(ctx context.Context, sight Sight, snapshotID, by string) (int, error) {
	list, err := o.OpenPetitions(ctx, sight)
	if err != nil {
		return 0, err
	}
	for _, p := range list {
		after := p
		after.SnapshotID = snapshotID
		if err := o.ChangePetition(ctx, p, after, by); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
