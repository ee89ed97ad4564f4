package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/internal/store"
)

// ExportUse says what depends on a membership export.
type ExportUse struct {
	store.Snapshot
	Open      []UsedBy // petitions that go back to another one once it is withdrawn
	Certified []store.Petition
	Unseen    int // petitions that use it and that whoever asks does not see
}

// UsedBy is a petition with the export that it goes back to; Before has no id where there is
// none.
type UsedBy struct {
	store.Petition
	Before store.Snapshot
}

// ExportUse says what withdrawing an export would change.
func (o *Office) ExportUse(ctx context.Context, sight Sight, snapshotID string) (u ExportUse,
	err error) {
	if u.Snapshot, err = o.Store.Snapshot(ctx, snapshotID); err != nil {
		return u, err
	}
	open, err := o.OpenPetitions(ctx, sight)
	if err != nil {
		return u, err
	}
	movable := map[string]bool{}
	for _, p := range open {
		movable[p.ID] = true
	}
	all, err := o.Store.Petitions(ctx)
	if err != nil {
		return u, err
	}
	for _, p := range all {
		if p.SnapshotID != snapshotID {
			continue
		}
		if !sight.Sees(p.ID) {
			u.Unseen++
			continue
		}
		if !movable[p.ID] {
			u.Certified = append(u.Certified, p.Petition)
			continue
		}
		before, err := o.Store.SnapshotBefore(ctx, p.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return u, err
		}
		u.Open = append(u.Open, UsedBy{p.Petition, before})
	}
	return u, nil
}

// WithdrawExport takes a membership export out of use. Each petition that is not certified goes
// back to the one before; one that has none waits for another. What was certified with it
// stays. It gives how many went back.
func (o *Office) WithdrawExport(ctx context.Context, sight Sight, snapshotID, by string) (int,
	error) {
	u, err := o.ExportUse(ctx, sight, snapshotID)
	if err != nil {
		return 0, err
	}
	if u.Unseen > 0 {
		return 0, refuse(Forbidden,
			"Petitions that are not assigned to you are verified against this export, so that an "+
				"administrator has to withdraw it.")
	}
	if !u.WithdrawnAt.IsZero() {
		return 0, refuse(Conflict, "This export is withdrawn already.")
	}
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		for _, p := range u.Open {
			p.SnapshotID = p.Before.ID
			if err := tx.SetPetition(ctx, p.Petition); err != nil {
				return err
			}
		}
		if err := tx.WithdrawSnapshot(ctx, snapshotID, o.now(), by); err != nil {
			return err
		}
		for _, p := range u.Open {
			if err := o.record(ctx, tx, by, "petition.changed", p.ID, "snapshot "+
				p.Before.ID); err != nil {
				return err
			}
		}
		return o.record(ctx, tx, by, "members.withdrawn", snapshotID, fmt.Sprintf("%d petitions",
			len(u.Open)))
	})
	if err != nil {
		return 0, fmt.Errorf("withdraw the export: %w", err)
	}
	for _, p := range u.Open {
		o.tell(p.ID)
	}
	return len(u.Open), nil
}

// RestoreExport puts an export that was withdrawn into use again. Petitions stay where they
// are.
func (o *Office) RestoreExport(ctx context.Context, snapshotID, by string) error {
	s, err := o.Store.Snapshot(ctx, snapshotID)
	if err != nil || s.WithdrawnAt.IsZero() {
		return err
	}
	return o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.WithdrawSnapshot(ctx, snapshotID, time.Time{}, ""); err != nil {
			return err
		}
		return o.record(ctx, tx, by, "members.restored", snapshotID, "")
	})
}

// UseExportBefore has a petition verified against the export before its present one.
func (o *Office) UseExportBefore(ctx context.Context, petitionID, by string) (store.Snapshot,
	error) {
	p, err := o.Store.Petition(ctx, petitionID)
	if err != nil {
		return store.Snapshot{}, err
	}
	before, err := o.Store.SnapshotBefore(ctx, petitionID)
	if errors.Is(err, store.ErrNotFound) {
		return before, refuse(Conflict,
			"There is no membership export before this one to go back to.")
	}
	if err != nil {
		return before, err
	}
	after := p
	after.SnapshotID = before.ID
	return before, o.ChangePetition(ctx, p, after, by)
}
