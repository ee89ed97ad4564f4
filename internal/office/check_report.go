package office

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"countersign/internal/store"
	"countersign/report/workbook"
)

// CheckReport compares a workbook with what is on record, with one petition where it is named,
// and tells w where it differs.
func (o *Office) CheckReport(ctx context.Context, book workbook.Copy, petitionID string,
	w io.Writer) (differ bool, err error) {
	if found, err := o.auditKnows(ctx, book); err != nil {
		return false, err
	} else if !found {
		fmt.Fprintln(w,
			"The audit log of this service has no entry by the workbook's head: it was written "+
				"by another one, or the log was changed.")
	}
	if n := len(book.Figures); book.Kind == "COO report" && n != 1 {
		if petitionID != "" {
			return false, fmt.Errorf("the workbook is on %d petitions: leave --petition out", n)
		}
		return o.verifiedPeriod(ctx, book, w)
	}
	if petitionID == "" && book.At == "" {
		if petitionID, err = o.petitionOf(ctx, book); err != nil {
			return false, err
		}
	}
	if petitionID != "" {
		if err := o.tellPurged(ctx, petitionID, w); err != nil {
			return false, err
		}
	}
	recorded, err := o.verified(ctx, book, petitionID)
	if err != nil {
		return false, err
	}
	if len(recorded) == 0 {
		fmt.Fprintln(w, "It agrees with what is on record.")
	}
	TellChanges(w, recorded)
	return len(recorded) > 0, nil
}

// mostChanges is how many changes are told; a workbook with more was made anew.
const mostChanges = 50

// TellChanges lists what changed in a workbook.
func TellChanges(w io.Writer, changes []workbook.Change) {
	for i, change := range changes {
		if i == mostChanges {
			fmt.Fprintf(w, "and %d more\n", len(changes)-i)
			return
		}
		fmt.Fprintln(w, change)
	}
}

// verifiedPeriod compares a COO report on several petitions with the store, petition by
// petition, and tells of each. Differ says whether any does, or is not on record.
func (o *Office) verifiedPeriod(ctx context.Context, c workbook.Copy, w io.Writer) (differ bool,
	err error) {
	ids, err := o.petitionsOf(ctx, c)
	if err != nil {
		return false, err
	}
	petitions := make([]*workbook.OnRecord, len(ids))
	for i, id := range ids {
		if id == "" {
			continue
		}
		p, err := o.petitionReport(ctx, id)
		if err != nil {
			return false, err
		}
		now, err := o.current(ctx, id)
		if err != nil {
			return false, err
		}
		petitions[i] = &workbook.OnRecord{Petition: p, Purged: now.purged.frozen}
	}
	each, err := c.AgainstEach(petitions)
	if err != nil {
		return false, err
	}
	for i, id := range ids {
		name := fmt.Sprintf("%d. ", i+1)
		if i < len(c.Titles) {
			name += c.Titles[i]
		}
		switch n := len(each[i]); {
		case id == "":
			differ = true
			fmt.Fprintf(w,
				"%s: no petition here has the files that the workbook names, so it was not "+
					"compared.\n", name)
			continue
		case n == 0:
			fmt.Fprintf(w, "%s: agrees with petition %s on record.\n", name, id)
		case len(c.Changes) == 0:
			differ = true
			fmt.Fprintf(w,
				"%s: differs from petition %s at %s. The workbook is as it was written, so the "+
					"petition has changed since.\n", name, id, places(n))
		default:
			differ = true
			fmt.Fprintf(w, "%s: differs from petition %s at %s.\n", name, id, places(n))
		}
		if err := o.tellPurged(ctx, id, w); err != nil {
			return differ, err
		}
		TellChanges(w, each[i])
	}
	return differ, nil
}

func places(n int) string {
	if n == 1 {
		return "1 place"
	}
	return fmt.Sprintf("%d places", n)
}

// petitionsOf finds the petitions of a report on several, in its order: for each the one
// that has most of its files. One without files is the next without in the order of
// such reports. Where there is none the id is empty.
func (o *Office) petitionsOf(ctx context.Context, c workbook.Copy) ([]string, error) {
	petitions, err := o.Store.Petitions(ctx)
	if err != nil {
		return nil, err
	}
	inOrderReceived(petitions)
	having, without := map[string][]int{}, map[int]bool{} // places in petitions
	for at, p := range petitions {
		uploads, err := o.Store.Uploads(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, u := range uploads {
			having[u.SHA256] = append(having[u.SHA256], at)
		}
		without[at] = !slices.ContainsFunc(uploads, func(u store.Upload) bool {
			return u.At.Before(c.Made)
		})
	}
	ids, last := make([]string, len(c.Figures)), -1
	for i := range ids {
		found := mostOften(c.Files(i+1), having)
		for at := last + 1; found < 0 && len(c.Files(i+1)) == 0 && at < len(petitions); at++ {
			if without[at] {
				found = at
			}
		}
		if found >= 0 && !slices.Contains(ids, petitions[found].ID) {
			ids[i], last = petitions[found].ID, found
		}
	}
	return ids, nil
}

// mostOften is the place that has most of the marks, the first of several; -1 for none.
func mostOften(marks []string, having map[string][]int) int {
	times := map[int]int{}
	for _, m := range marks {
		for _, at := range having[m] {
			times[at]++
		}
	}
	best := -1
	for at, n := range times {
		if best < 0 || n > times[best] || n == times[best] && at < best {
			best = at
		}
	}
	return best
}

// inOrderReceived is the order in which a report on several petitions goes through them.
func inOrderReceived(petitions []store.Overview) {
	slices.SortFunc(petitions, func(a, b store.Overview) int {
		return cmp.Or(a.ReceivedOn.Compare(b.ReceivedOn), cmp.Compare(a.ID, b.ID))
	})
}
