package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/name"
)

// The contact sheet: lines with one likely member each, some at a time, that are accepted
// together after the exceptions were marked. Among them are wrong names that are like the right
// ones. Who accepts one gets the same lines again, and how many each person caught is printed
// in the COO report: the speed is bought with a measured risk.

const (
	contactLines  = 10   // on a screen: more are not looked at one by one
	contactLikely = 0.9  // probability from which a member is likely
	contactOther  = 0.05 // from which another member might be meant as well
	seedShare     = 0.05 // of lines that are shown with a wrong name

	// With fewer lines than this between the count and another outcome each line may decide it,
	// and is looked at by itself.
	contactClose = 2 * contactLines
)

// Contact is a contact sheet as it is shown.
type Contact struct {
	ID    string
	Items []ContactItem
	Left  int    // lines that could stand on further ones
	Why   string // there is none
	Again bool   // the sheet before held a wrong name that was accepted, and nothing of it was
}

// ContactItem is a line beside the member who may have written it.
type ContactItem struct {
	Line   *Line
	Member Member
}

// contactItem is what is kept of one: no more than ids.
type contactItem struct {
	Line   string `json:"line"`
	Member string `json:"member"`
	Seed   bool   `json:"seed,omitempty"`
	Marked bool   `json:"marked,omitempty"`
}

// Contact takes the next lines of a person's contact sheet; but are sheets that lie before them
// already.
func (rv *Review) Contact(ctx context.Context, but ...string) (Contact, error) {
	var out Contact
	if out.Why = rv.Closed(); out.Why != "" {
		return out, nil
	}
	claims, err := rv.Claims(ctx)
	if err != nil {
		return out, err
	}
	c := rv.Case.Count
	if short, spare := c.Required-c.Guaranteed, c.Possible-c.Required+1; !c.Certain &&
		(short <= contactClose || spare <= contactClose) {
		out.Why = "The count is close: each line may decide it, and is looked at by itself."
		return out, nil
	}
	passed, err := rv.passed(ctx, but)
	if err != nil {
		return out, err
	}
	var lines []*Line
	for _, i := range rv.Queue() {
		v := rv.Case.views[i]
		if held, taken := claims[v.of.ID]; !v.contactable() || passed[v.of.ID] || taken &&
			held.AccountID != rv.Account.ID {
			continue
		}
		if out.Left++; len(lines) < contactLines {
			lines = append(lines, v.made())
		}
	}
	out.Left -= len(lines)
	if len(lines) == 0 {
		out.Why = "No line is left with one likely member: look at the others one by one."
		return out, nil
	}
	return out, rv.lay(ctx, &out, lines)
}

// lay puts lines on a sheet, each beside its member or a wrong one, and takes them for the
// person.
func (rv *Review) lay(ctx context.Context, out *Contact, lines []*Line) error {
	var items []contactItem
	sheet := store.ContactSheet{PetitionID: rv.Petition.ID, By: rv.Account.ID,
		MadeAt: rv.office.now()}
	for _, l := range lines {
		shown := l.Candidates[0].Member
		item := contactItem{Line: l.ID}
		if rv.office.luck() < seedShare {
			other, err := rv.nearName(ctx, l)
			if err != nil {
				return err
			}
			if other.ID != "" {
				item.Seed, shown = true, other
				sheet.Seeds++
			}
		}
		item.Member = shown.ID
		items = append(items, item)
		out.Items = append(out.Items, ContactItem{l, shown})
	}
	data, err := json.Marshal(items)
	if err != nil {
		return err
	}
	sheet.Items = string(data)
	err = rv.office.Store.Do(ctx, func(tx store.Tx) (err error) {
		for _, l := range lines {
			// One that somebody took this moment is theirs too: whoever answers first decides.
			if _, _, err := tx.Claim(ctx, l.ID, rv.Account.ID,
				time.Now().Add(leaseTime)); err != nil {
				return err
			}
		}
		sheet, err = tx.AddContactSheet(ctx, sheet)
		return err
	})
	out.ID = sheet.ID
	return err
}

// contactable says whether a line may stand on a contact sheet: a first look, and one likely
// member in good standing who signed nowhere else.
func (v *lineView) contactable() bool {
	d := v.decision
	if d.Needs != "" || d.Look != verify.Confirm || len(d.Candidates) == 0 ||
		d.Line.Signed != extract.SignedYes || d.Line.Struck || v.of.Picture == "" {
		return false
	}
	first := d.Candidates[0]
	if first.Probability < contactLikely || len(d.Candidates) > 1 &&
		d.Candidates[1].Probability >= contactOther || len(v.signed.by(first.Member.ID)) > 0 {
		return false
	}
	s, _ := v.rules.StandingOf(v.dates, d.Line.Row, first)
	return s.Reason == verify.IsMember
}

// passed are the lines that a person marked on earlier sheets, which are looked at one by one,
// and those of sheets that lie before them already.
func (rv *Review) passed(ctx context.Context, but []string) (map[string]bool, error) {
	sheets, err := rv.office.Store.ContactSheets(ctx, rv.Petition.ID)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, s := range sheets {
		lies := slices.Contains(but, s.ID)
		if s.By != rv.Account.ID || !lies && (s.DoneAt.IsZero() || s.Missed > 0) {
			continue
		}
		items, err := contactItems(s)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			out[i.Line] = out[i.Line] || lies || i.Marked && !i.Seed
		}
	}
	return out, nil
}

func contactItems(s store.ContactSheet) (items []contactItem, err error) {
	if s.Items == "" {
		return nil, nil // purged
	}
	if err := json.Unmarshal([]byte(s.Items), &items); err != nil {
		return nil, fmt.Errorf("read contact sheet %s: %w", s.ID, err)
	}
	return items, nil
}

// nearName is a member who is not who wrote a line and has a name like theirs; without an id
// where the roll has none.
func (rv *Review) nearName(ctx context.Context, l *Line) (Member, error) {
	right := l.Candidates[0].Member
	const asked = 30 // with that family name, and as many with that given name
	found, err := rv.office.Search(ctx, rv.Petition.ID, right.Family, asked)
	if err != nil {
		return Member{}, err
	}
	others, err := rv.office.Search(ctx, rv.Petition.ID, right.Given, asked)
	if err != nil {
		return Member{}, err
	}
	found = append(found, others...)
	var best Member
	like := 0.0
	for _, m := range found {
		same := m.ID == right.ID || slices.Contains(m.Also, right.ID) ||
			name.Fold(m.Name) == name.Fold(right.Name)
		may := slices.ContainsFunc(l.Candidates, func(c Candidate) bool {
			return c.Member.ID == m.ID && c.Probability >= contactOther
		})
		if near := name.Similar(name.Fold(m.Name), name.Fold(right.Name)); !same && !may &&
			near > like {
			best, like = m, near
		}
	}
	return best, nil
}

// Contacted takes what a person says of a contact sheet: the lines that they marked are left for
// one by one, the others are accepted. Where a wrong name was accepted none is, and the lines
// come again.
func (o *Office) Contacted(ctx context.Context, petitionID, sheetID string, marked []string,
	by store.Account) (again bool, accepted int, err error) {
	rv, sheet, items, err := o.asked(ctx, petitionID, sheetID, by)
	switch {
	case err != nil:
		return false, 0, err
	case sheet.Reason != "":
		return false, 0, errNoSheet
	}
	for i := range items {
		if items[i].Marked = slices.Contains(marked, items[i].Line); items[i].Seed &&
			!items[i].Marked {
			sheet.Missed++
		}
	}
	done, err := rv.answer(ctx, sheet, items, func(tx store.Tx) error {
		for _, item := range items {
			if err := tx.Release(ctx, item.Line, by.ID); err != nil {
				return err
			}
			if item.Marked || item.Seed || sheet.Missed > 0 {
				continue
			}
			done, err := rv.acceptOnSheet(ctx, tx, item)
			if err != nil {
				return err
			}
			if done {
				accepted++
			}
		}
		return o.record(ctx, tx, by.ID, "contact.answered", rv.Petition.ID,
			fmt.Sprintf("sheet %s, %d accepted", sheet.ID, accepted))
	})
	if err != nil {
		return false, 0, fmt.Errorf("take a contact sheet: %w", err)
	}
	return done && sheet.Missed > 0, accepted, nil
}

// answer writes down that a sheet was answered and, in the same transaction, what follows from it.
// Of an answer that was sent twice the second is none: it is not done.
func (rv *Review) answer(ctx context.Context, sheet store.ContactSheet, items []contactItem,
	follow func(store.Tx) error) (done bool, err error) {
	if !sheet.DoneAt.IsZero() {
		return false, nil
	}
	data, err := json.Marshal(items)
	if err != nil {
		return false, err
	}
	o := rv.office
	sheet.Items, sheet.DoneAt = string(data), o.now()
	defer o.reviews.lock(rv.Petition.ID)()
	err = o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.FinishContactSheet(ctx, sheet); err != nil {
			return err
		}
		return follow(tx)
	})
	switch {
	case errors.Is(err, store.ErrConflict): // both at once
		return false, nil
	case err != nil:
		return false, err
	}
	o.tell(rv.Petition.ID)
	return true, nil
}

var errNoSheet = refuse(Missing, "There is no such contact sheet of yours: load the page again.")

// asked is a sheet that its person answers, with what stands on it, at a petition that takes
// answers. The review is without the lines: counting 5,000 takes longer than an answer may.
func (o *Office) asked(ctx context.Context, petitionID, sheetID string, by store.Account) (*Review,
	store.ContactSheet, []contactItem, error) {
	sheet, err := o.Store.ContactSheet(ctx, sheetID)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && (sheet.By != by.ID ||
		sheet.PetitionID != petitionID):
		return nil, sheet, nil, errNoSheet
	case err != nil:
		return nil, sheet, nil, err
	}
	rv := &Review{Account: by, office: o}
	if rv.Petition, err = o.Store.Petition(ctx, sheet.PetitionID); err != nil {
		return nil, sheet, nil, err
	}
	if why := rv.Closed(); why != "" {
		return nil, sheet, nil, refuse(Conflict, "%s", why)
	}
	items, err := contactItems(sheet)
	return rv, sheet, items, err
}

// acceptOnSheet accepts a line of a sheet, unless somebody found something of it meanwhile.
func (rv *Review) acceptOnSheet(ctx context.Context, tx store.Tx, item contactItem) (bool, error) {
	found, err := tx.FindingsOf(ctx, item.Line)
	if err != nil {
		return false, err
	}
	if stands(found) {
		return false, nil
	}
	f := store.Finding{ID: NewFindingID(rv.Account), PetitionID: rv.Petition.ID, LineID: item.Line,
		By: rv.Account.ID, Chair: rv.Chair(), At: rv.office.now(),
		Kind: string(verify.Accept), MemberID: item.Member, Note: "on a contact sheet"}
	if _, err := tx.AddFinding(ctx, f); err != nil {
		return false, err
	}
	return true, rv.office.record(ctx, tx, rv.Account.ID, "finding.accept", item.Line, f.ID)
}

// seeds is how many wrong names each person was shown on contact sheets and accepted, in the
// order of names.
func (o *Office) seeds(ctx context.Context, petitionID string, p people) ([]report.PersonMeasure,
	error) {
	sheets, err := o.Store.ContactSheets(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	var out []report.PersonMeasure
	for _, s := range sheets {
		if s.DoneAt.IsZero() || s.Reason != "" {
			continue
		}
		by := p.name(s.By)
		at := slices.IndexFunc(out, func(m report.PersonMeasure) bool { return m.By == by })
		if at < 0 {
			at, out = len(out), append(out, report.PersonMeasure{By: by})
		}
		m := &out[at]
		m.Sheets, m.Of, m.Wrong = m.Sheets+1, m.Of+s.Seeds, m.Wrong+s.Missed
	}
	slices.SortFunc(out, func(a, b report.PersonMeasure) int { return strings.Compare(a.By, b.By) })
	return out, nil
}
