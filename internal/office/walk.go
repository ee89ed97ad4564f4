package office

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
)

// The walk: lines that the program alone refused for what can be seen on them, some at a time, so
// that a person sees each of its pictures once. Marked ones are flagged for the chair, as is
// whatever was decided already and seems wrong; the others stay as they are, and that somebody
// looked is kept.

// walkReasons are why the program refuses a line by what is seen on it, in the order of a walk.
var walkReasons = []verify.Reason{verify.Struck, verify.Unsigned, verify.Duplicate}

// Walk is a sheet of lines that were refused for one reason.
type Walk struct {
	ID     string
	Reason string
	Items  []WalkItem
	Left   int    // lines that stand on further ones, for whatever reason
	Why    string // there is none
}

// WalkItem is a line, and of a duplicate the one that counts instead.
type WalkItem struct {
	Line, Other *Line // Other is nil where there is none
}

// Walk takes the next lines for a person; but are sheets that lie before them already.
func (rv *Review) Walk(ctx context.Context, but ...string) (Walk, error) {
	var out Walk
	if out.Why = rv.Closed(); out.Why != "" {
		return out, nil
	}
	walked, err := rv.walked(ctx, but)
	if err != nil {
		return out, err
	}
	lines := map[verify.Reason][]*lineView{}
	for i, v := range rv.Case.views {
		// Who is to look at a line blind must not see here what became of it.
		if v.walkable() && !walked[v.of.ID] && rv.Case.Shown(i, rv.Account.ID,
			rv.Chair()).Asked == "" {
			lines[v.decision.Reason] = append(lines[v.decision.Reason], v)
			out.Left++
		}
	}
	for _, reason := range walkReasons {
		if len(lines[reason]) == 0 {
			continue
		}
		out.Reason = string(reason)
		these := lines[reason][:min(len(lines[reason]), contactLines)]
		out.Left -= len(these)
		return out, rv.layWalk(ctx, &out, these)
	}
	out.Why = "Every line that the program refused for what is seen on it was looked at."
	if len(walked) == 0 {
		out.Why = "The program refused no line for what is seen on it."
	}
	return out, nil
}

// walkable says whether a line may stand on a walk: refused by the program alone, for what its
// picture shows.
func (v *lineView) walkable() bool {
	d := v.decision
	return d.Verdict == verify.Invalid && !d.ByPeople() && slices.Contains(walkReasons, d.Reason) &&
		v.of.Picture != ""
}

func (rv *Review) layWalk(ctx context.Context, out *Walk, lines []*lineView) error {
	var items []contactItem
	for _, v := range lines {
		item := WalkItem{Line: v.made()}
		if i := rv.Case.Find(item.Line.DuplicateOf); i >= 0 {
			item.Other = rv.Case.Line(i)
		}
		out.Items = append(out.Items, item)
		items = append(items, contactItem{Line: v.of.ID})
	}
	data, err := json.Marshal(items)
	if err != nil {
		return err
	}
	sheet, err := rv.office.Store.AddContactSheet(ctx,
		store.ContactSheet{PetitionID: rv.Petition.ID, By: rv.Account.ID, MadeAt: rv.office.now(),
			Reason: out.Reason, Items: string(data)})
	out.ID = sheet.ID
	return err
}

// walked are the lines that somebody looked at on a walk, and those of sheets that lie before the
// person already.
func (rv *Review) walked(ctx context.Context, but []string) (map[string]bool, error) {
	sheets, err := rv.office.Store.ContactSheets(ctx, rv.Petition.ID)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, s := range sheets {
		if s.Reason == "" || s.DoneAt.IsZero() && (s.By != rv.Account.ID || !slices.Contains(but,
			s.ID)) {
			continue
		}
		items, err := contactItems(s)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			out[i.Line] = true
		}
	}
	return out, nil
}

// Walked takes what a person says of a walk's sheet: the lines that they marked are flagged for
// the chair. flagged is how many; those that somebody judged meanwhile are left to them.
func (o *Office) Walked(ctx context.Context, petitionID, sheetID string, marked []string,
	by store.Account) (flagged int, err error) {
	rv, sheet, items, err := o.asked(ctx, petitionID, sheetID, by)
	switch {
	case err != nil:
		return 0, err
	case sheet.Reason == "":
		return 0, errNoSheet
	}
	for i := range items {
		items[i].Marked = slices.Contains(marked, items[i].Line)
	}
	_, err = rv.answer(ctx, sheet, items, func(tx store.Tx) error {
		for _, item := range items {
			if !item.Marked {
				continue
			}
			found, err := tx.FindingsOf(ctx, item.Line)
			if err != nil {
				return err
			}
			if stands(found, verify.Correct) {
				continue
			}
			f := store.Finding{ID: NewFindingID(by), PetitionID: petitionID, LineID: item.Line,
				By: by.ID, Chair: rv.Chair(), At: o.now(),
				Kind: string(verify.Flag),
				Note: fmt.Sprintf("Marked on a walk through lines refused as %s.",
					report.ReasonWord(verify.Reason(sheet.Reason)))}
			if _, err := tx.AddFinding(ctx, f); err != nil {
				return err
			}
			if err := o.record(ctx, tx, by.ID, "finding."+f.Kind, item.Line, f.ID); err != nil {
				return err
			}
			flagged++
		}
		return o.record(ctx, tx, by.ID, "walk.answered", petitionID,
			fmt.Sprintf("sheet %s, %d of %d flagged", sheet.ID, flagged, len(items)))
	})
	if err != nil {
		return 0, fmt.Errorf("take a sheet of a walk: %w", err)
	}
	return flagged, nil
}

// stands says whether something that people found of a line stands, but for findings of a kind.
func stands(found []store.Finding, but ...verify.Kind) bool {
	return slices.ContainsFunc(found, func(f store.Finding) bool {
		return f.Kind != string(verify.Undo) && !slices.Contains(but, verify.Kind(f.Kind)) &&
			!takenBack(found, f.ID)
	})
}
