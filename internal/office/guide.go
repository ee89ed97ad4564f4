package office

import (
	"context"
	"fmt"
	"slices"

	"countersign/internal/store"
	"countersign/report/register"
)

// FirstSteps says how far a new service is on its way to the first count.
type FirstSteps struct {
	Members, Petition, Sheets, Counted bool   // what is there
	Newest                             string // petition; empty for none
}

// FirstSteps looks at what there is beside all petitions, newest first.
func (o *Office) FirstSteps(ctx context.Context, petitions []store.Overview) (f FirstSteps,
	err error) {
	exports, err := o.Store.Snapshots(ctx)
	if err != nil {
		return f, fmt.Errorf("list the membership exports: %w", err)
	}
	before := []string{string(register.Draft), string(register.Submitted),
		string(register.Incomplete), string(register.Acknowledged), string(register.Withdrawn)}
	f.Members, f.Petition = len(exports) > 0, len(petitions) > 0
	f.Sheets = slices.ContainsFunc(petitions, func(p store.Overview) bool { return p.Uploads > 0 })
	f.Counted = slices.ContainsFunc(petitions, func(p store.Overview) bool {
		return !slices.Contains(before, p.State)
	})
	if f.Petition {
		f.Newest = petitions[0].ID
	}
	return f, nil
}
