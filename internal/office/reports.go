package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/report"
	"countersign/report/register"
	"countersign/report/workbook"
	"countersign/verify"
)

// enrich adds to the report of a petition what only the register knows: what became of
// it, who certified what, by when something is to be done, and where the audit log stood.
func (o *Office) enrich(ctx context.Context, w *counted, r *report.Petition) error {
	c, err := o.progress(ctx, w.petition.ID)
	if err != nil {
		return err
	}
	people, err := o.people(ctx)
	if err != nil {
		return err
	}
	r.Headed, r.Cover.Group = r.Cover.Group, nameOf(c.book, c.life, c.petition.Title,
		register.AsOf{Day: c.life.Decision.On})
	r.Received, r.State = w.petition.ReceivedOn, stateWords(c.life)
	for _, o := range c.life.Overlap {
		r.Overlap.Consulted = append(r.Overlap.Consulted, report.Consulted{Unit: o["units"],
			Answer: o["note"]})
	}
	r.Overlap.Note = c.life.Decision.Overlap
	if e, ok := c.life.Confirmed[register.Organizers]; ok {
		for i := range r.Organizers {
			r.Organizers[i].ConfirmedBy, r.Organizers[i].ConfirmedAt = people.name(e.By), e.At
		}
	}
	if c.tally.ID != "" {
		r.Certificate = &report.Certificate{ID: c.tally.ID, By: people.name(c.tally.By),
			At: c.tally.At, Supersedes: c.tally.Supersedes, Reason: c.tally.Reason}
	}
	if a, ok := c.action(); ok {
		r.Action = &a
	}
	for _, t := range register.DueOfPetition(waiting(c.book, c.life, c.petition.Title, c.rule,
		o.day()), o.day()) {
		r.Deadlines = append(r.Deadlines, report.Deadline{Due: t.Due, What: t.What, Who: t.Who})
	}
	r.Audit, err = o.audit(ctx)
	return err
}

func (o *Office) audit(ctx context.Context) (report.Audit, error) {
	seq, hash, err := o.Store.AuditHead(ctx)
	return report.Audit{Entries: seq, Head: hash}, err
}

// nameOf is the one name of the group that a petition is for, on pages, in workbooks and letters:
// that under which it was approved, and until then the title of the petition. What its sheets
// are headed with is only what was read there.
func nameOf(b *register.Book, p register.Petition, title string, as register.AsOf) string {
	if id := groupOf(p); id != "" && p.Decision.Action == register.Approve {
		return cmp.Or(b.Group(id, as).Name, title)
	}
	return title
}

// action is what the committee decided, as Council is told of it: the group by the name under
// which it was approved, a petition that was not approved by its title.
func (c *progress) action() (report.Action, bool) {
	return actionOf(c.book, c.life, c.petition.Title, register.AsOf{})
}

func actionOf(b *register.Book, p register.Petition, title string, as register.AsOf) (report.Action,
	bool) {
	d := p.Decision
	if d.Action != register.Approve && d.Action != register.Disapprove {
		return report.Action{}, false
	}
	as.Day = d.On
	a := report.Action{Group: nameOf(b, p, title, as), What: "approved", Information: true,
		Date: d.On, Vote: d.Vote, Rationale: d.Rationale}
	if d.Action == register.Disapprove {
		a.What = "disapproved"
		return a, true
	}
	x := b.Group(groupOf(p), as)
	for _, t := range x.Terms {
		if t.Petition == p.ID {
			a.Effective, a.TermEnd = t.From, t.To
			if t.Number > 1 {
				a.What = fmt.Sprintf("renewed for term %d", t.Number)
			}
		}
	}
	return a, true
}

func stateWords(p register.Petition) string {
	if p.State == register.Draft {
		return ""
	}
	return p.State.Words()
}

// Period writes the COO report of all petitions, of what somebody sees, received from one day
// to another.
func (o *Office) Period(ctx context.Context, sight Sight, from, to time.Time, w io.Writer) error {
	petitions, err := o.Store.Petitions(ctx)
	if err != nil {
		return err
	}
	p := report.Period{Title: from.Format("January 2, 2006") + " to " +
		to.Format("January 2, 2006"), From: from, To: to, Made: o.now(), Program: o.Program}
	if !sight.All() {
		p.Title += ", assigned petitions only"
	}
	inOrderReceived(petitions)
	for _, one := range petitions {
		if one.ReceivedOn.Before(from) || one.ReceivedOn.After(to) || !sight.Sees(one.ID) {
			continue
		}
		r, err := o.petitionReport(ctx, one.ID)
		if err != nil {
			return err
		}
		p.Petitions = append(p.Petitions, r)
	}
	if len(p.Petitions) == 0 {
		return refuse(Invalid, "No petition that you see was received in that time.")
	}
	return workbook.COOPeriod(w, p)
}

// verified compares a workbook with the store: with the petitions whose files it names,
// or with the report to Council as it was issued.
func (o *Office) verified(ctx context.Context, c workbook.Copy, petitionID string) (
	[]workbook.Change, error) {
	if c.At != "" && petitionID == "" {
		return o.verifiedCouncil(ctx, c)
	}
	if petitionID == "" {
		var err error
		if petitionID, err = o.petitionOf(ctx, c); err != nil {
			return nil, err
		}
	}
	p, err := o.petitionReport(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	if c.Kind == "COO report" {
		w, err := o.current(ctx, petitionID)
		if err != nil {
			return nil, err
		}
		if w.purged.frozen {
			return c.AgainstPurged(report.PeriodOf(p))
		}
		return c.Against(report.PeriodOf(p))
	}
	return c.AgainstCouncil(report.CouncilOf(p))
}

// auditKnows says whether the log has the entry at which it stood when the workbook was
// written.
func (o *Office) auditKnows(ctx context.Context, c workbook.Copy) (bool, error) {
	heads := map[string]bool{}
	for _, s := range c.Sources {
		if strings.HasPrefix(s.What, "Audit record") && len(s.Mark) == 64 {
			heads[s.Mark] = true
		}
	}
	for after := int64(0); len(heads) > 0; {
		const many = 1000
		list, err := o.Store.Audit(ctx, after, many)
		if err != nil {
			return false, err
		}
		for _, e := range list {
			delete(heads, e.Hash)
			after = e.Seq
		}
		if len(list) < many {
			break
		}
	}
	return len(heads) == 0, nil
}

// petitionOf finds the petition whose files a workbook names.
func (o *Office) petitionOf(ctx context.Context, c workbook.Copy) (string, error) {
	marks := map[string]bool{}
	for _, s := range c.Sources {
		marks[s.Mark] = true
	}
	petitions, err := o.Store.Petitions(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range petitions {
		uploads, err := o.Store.Uploads(ctx, p.ID)
		if err != nil {
			return "", err
		}
		if len(uploads) > 0 && !slices.ContainsFunc(uploads, func(u store.Upload) bool {
			return !marks[u.SHA256]
		}) {
			return p.ID, nil
		}
	}
	return "",
		errors.New("no petition here has the files that the workbook names: name the petition " +
			"with --petition")
}

// lineLinks are the addresses at which the service shows lines and pages.
type lineLinks struct {
	url string
	*counted
}

func (l lineLinks) Line(ref verify.Ref) string {
	i, ok := l.refs[ref]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s/pages/%s#line-%d", l.url, l.lines[i].PageID, ref.Row)
}

func (l lineLinks) Page(file string, page int) string {
	for _, p := range l.pages {
		if l.names[p.UploadID] == file && p.Number == page {
			return l.url + "/pages/" + p.ID
		}
	}
	return ""
}
