package office

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/internal/store"
	"countersign/report/register"
)

// AccessSetting is the setting that says which petitions staff and verifiers see: AccessAll,
// which is usual, or AccessAssigned.
const (
	AccessSetting  = "access"
	AccessAll      = "all"
	AccessAssigned = "assigned" // those that they added, and those that are assigned to them
)

// Sight is which petitions somebody sees. The zero value sees none.
type Sight struct {
	all bool
	of  map[string]bool
}

// Everything sees all petitions: the chair, administrators, and the program itself.
func Everything() Sight { return Sight{all: true} }

// All says whether nothing is hidden.
func (s Sight) All() bool { return s.all }

// Sees says whether a petition is seen, with all that is of it.
func (s Sight) Sees(petitionID string) bool { return s.all || s.of[petitionID] }

// Sight is which petitions an account sees at this moment.
func (o *Office) Sight(ctx context.Context, a store.Account) (Sight, error) {
	if seesAll(a) {
		return Everything(), nil
	}
	access, err := o.Store.Setting(ctx, AccessSetting)
	if err != nil {
		return Sight{}, fmt.Errorf("read who sees which petitions: %w", err)
	}
	if access != AccessAssigned {
		return Everything(), nil
	}
	ids, err := o.Store.PetitionsFor(ctx, a.ID)
	if err != nil {
		return Sight{}, err
	}
	s := Sight{of: map[string]bool{}}
	for _, id := range ids {
		s.of[id] = true
	}
	return s, nil
}

// seesAll says whether an account sees all petitions by its roles.
func seesAll(a store.Account) bool {
	return slices.Contains(a.Roles, store.Chair) || slices.Contains(a.Roles, store.Admin)
}

// SeesGroup says whether a group is seen, which is whoever sees one of its petitions. One that
// is not here is not seen.
func (o *Office) SeesGroup(ctx context.Context, s Sight, id string) (bool, error) {
	if s.all {
		return true, nil
	}
	b, err := o.ledger(ctx)
	if err != nil {
		return false, err
	}
	return s.seesGroup(b.Group(id, register.AsOf{Day: o.day()})), nil
}

func (s Sight) seesGroup(x register.Group) bool {
	return s.all || x.Renewing != "" && s.of[x.Renewing] || slices.ContainsFunc(x.Terms,
		func(t register.Term) bool { return s.of[t.Petition] })
}

// wholeOnly refuses what tells of all petitions to those who see some.
func (s Sight) wholeOnly() error {
	if s.all {
		return nil
	}
	return refuse(Forbidden,
		"This tells of all petitions, and you see those that are assigned to you: ask the chair "+
			"or an administrator for it.")
}

// Onlooker is somebody who sees only what is assigned, where that is the setting.
type Onlooker struct {
	store.Account
	Added    bool // the petition, which they see for good
	Assigned bool
}

// Onlookers lists whom a petition can be assigned to, by name, and says whether that decides who
// sees it.
func (o *Office) Onlookers(ctx context.Context, petitionID string) (list []Onlooker, decides bool,
	err error) {
	p, err := o.Store.Petition(ctx, petitionID)
	if err != nil {
		return nil, false, err
	}
	assigned, err := o.Store.Assignments(ctx, petitionID)
	if err != nil {
		return nil, false, err
	}
	accounts, err := o.Store.Accounts(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, a := range accounts {
		given := slices.ContainsFunc(assigned, func(x store.Assignment) bool {
			return x.AccountID == a.ID
		})
		if !seesAll(a) && (given || !a.Disabled) {
			list = append(list, Onlooker{Account: a, Added: p.By == a.ID, Assigned: given})
		}
	}
	access, err := o.Store.Setting(ctx, AccessSetting)
	return list, access == AccessAssigned, err
}

// Assign assigns a petition to somebody, or takes it from them. Done again it changes nothing.
func (o *Office) Assign(ctx context.Context, petitionID, accountID string, assigned bool,
	by string) error {
	if _, err := o.Store.Petition(ctx, petitionID); err != nil {
		return err
	}
	a, err := o.Store.Account(ctx, accountID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return refuse(Invalid, "There is no such account: choose somebody of the list.")
	case err != nil:
		return err
	case assigned && a.Disabled:
		return refuse(Invalid, "The account of %s is closed: choose somebody else.", a.Name)
	case assigned && seesAll(a):
		return refuse(Invalid, "%s sees all petitions already.", a.Name)
	}
	changed := false
	err = o.Store.Do(ctx, func(tx store.Tx) (err error) {
		action := "petition.unassigned"
		if assigned {
			action = "petition.assigned"
			changed, err = tx.Assign(ctx, store.Assignment{PetitionID: petitionID,
				AccountID: accountID, By: by, At: o.now()})
		} else {
			changed, err = tx.Unassign(ctx, petitionID, accountID)
		}
		if err != nil || !changed {
			return err
		}
		return o.record(ctx, tx, by, action, petitionID, "account "+accountID)
	})
	if err != nil {
		return fmt.Errorf("say who sees the petition %s: %w", petitionID, err)
	}
	if changed {
		o.tell(petitionID)
	}
	return nil
}
