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
func (o *Office) enrich(ctx context.Context, w *worked, r *report.Petition) error {
	c, err := o.course(ctx, w.petition.ID)
	if err != nil {
		return err
	}
	people, err := o.people(ctx)
	if err != nil {
		return err
	}
	r.Received, r.State = w.petition.ReceivedOn, stateWords(c.life)
	for _, o := range c.life.Overlap {
		r.Overlap.Consulted = append(r.Overlap.Consulted, report.Consulted{Unit: o["units"], Answer: o["note"]})
	}
	r.Overlap.Note = c.life.Decision.Overlap
	if e, ok := c.life.Confirmed[register.Organizers]; ok {
		for i := range r.Organizers {
			r.Organizers[i].ConfirmedBy, r.Organizers[i].ConfirmedAt = people.name(e.By), e.At
		}
	}
	if c.tally.ID != "" {
		r.Certificate = &report.Certificate{ID: c.tally.ID, By: people.name(c.tally.By), At: c.tally.At, Supersedes: c.tally.Supersedes, Reason: c.tally.Reason}
	}
	if a, ok := c.action(); ok {
		r.Action = &a
	}
	for _, t := range c.rule.DueOfPetition(c.life, c.petition.Title, c.conferences, c.today) {
		r.Deadlines = append(r.Deadlines, report.Deadline{Due: t.Due, What: t.What, Who: t.Who})
	}
	r.Audit, err = o.audit(ctx)
	return err
}

func (o *Office) audit(ctx context.Context) (report.Audit, error) {
	seq, hash, err := o.Store.AuditHead(ctx)
	return report.Audit{Entries: seq, Head: hash}, err
}

// action is what the committee decided, as Council is told of it.
func (c *course) action() (report.Action, bool) {
	d := c.life.Decision
	if d.Action != register.Approve && d.Action != register.Disapprove {
		return report.Action{}, false
	}
	a := report.Action{Group: c.title(), What: "approved", Information: true, Date: d.On, Vote: d.Vote, Rationale: d.Rationale}
	if d.Action == register.Disapprove {
		a.What = "disapproved"
		return a, true
	}
	for _, x := range c.groups {
		for _, t := range x.Terms {
			if t.Petition == c.petition.ID {
				a.Group, a.Effective, a.TermEnd = x.Name, t.From, t.To
				if t.Number > 1 {
					a.What = fmt.Sprintf("renewed for term %d", t.Number)
				}
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

// Council writes the report to Council for a conference: what was decided since the one
// before and not reported elsewhere, what is pending, and the register. No conference
// means all actions that no report has told of yet.
func (o *Office) Council(ctx context.Context, conference, format string, w io.Writer) error {
	c, err := o.council(ctx, conference)
	if err != nil {
		return err
	}
	if format == "pdf" {
		return workbook.CouncilPDF(w, c)
	}
	return workbook.CouncilReport(w, c)
}

func (o *Office) council(ctx context.Context, conference string) (report.Council, error) {
	var c report.Council
	petitions, err := o.Store.Petitions(ctx)
	if err != nil {
		return c, err
	}
	for _, p := range petitions {
		course, err := o.course(ctx, p.ID)
		if err != nil {
			return c, err
		}
		if at := course.life.Reported.Conference; course.life.State == register.Withdrawn || at != "" && at != conference {
			continue
		}
		r, err := o.petitionReport(ctx, p.ID)
		if err != nil {
			return c, err
		}
		c.Add(r)
		if at := course.life.Reported; at.Conference == conference {
			c.Document, c.Date = cmp.Or(c.Document, at.Document), cmp.Or(c.Date, at.On)
		}
	}
	groups, rule, err := o.groups(ctx)
	if err != nil {
		return c, err
	}
	for _, x := range groups {
		c.Groups = append(c.Groups, o.registered(x, rule))
		c.Annual = append(c.Annual, o.annual(x, rule)...)
		if x.Handbook != "" {
			c.Handbook = append(c.Handbook, report.Entry{Group: x.Name, Text: x.Handbook})
		}
		if !x.Ended.IsZero() {
			what := "disbanded"
			if x.How == register.Convert {
				what = "converted to " + x.Why
			}
			c.Actions = append(c.Actions, report.Action{Group: x.Name, What: what, Information: true, Date: x.Ended, Effective: x.Ended, Rationale: x.Why})
		}
	}
	offices, err := o.offices(ctx)
	if err != nil {
		return c, err
	}
	if o := register.OfficeOn(offices, "committee", o.today()); o.Name != "committee" {
		c.Committee = o.Name
	}
	conferences, err := o.conferences(ctx)
	if err != nil {
		return c, err
	}
	c.Conference, c.Date = conference, cmp.Or(c.Date, o.today())
	at := slices.IndexFunc(conferences, func(x register.Conference) bool { return x.Name == conference })
	switch {
	case at >= 0:
		c.Year = councilYear(conferences[at].From)
	case conference != "":
		return c, &RegisterError{Text: fmt.Sprintf("There is no conference %q in the table: add it under Settings, or choose another.", conference)}
	}
	c.Made, c.Program = o.today(), o.Program
	c.Audit, err = o.audit(ctx)
	return c, err
}

// councilYear runs from summer to summer.
func councilYear(day time.Time) string {
	year := day.Year()
	if day.Month() < time.July {
		year--
	}
	return fmt.Sprintf("%d-%d", year, year+1)
}

func (o *Office) registered(x register.Group, rule register.Rule) report.Group {
	out := report.Group{Name: x.Name, Former: x.Former, Purpose: x.Purpose, State: string(x.Status(o.today(), rule.Terms)), Term: len(x.Terms), TermEnd: x.End(), Liaisons: x.Liaisons, Link: x.Link}
	out.TermStart = x.Terms[len(x.Terms)-1].From
	return out
}

// annual are the reports of a group that came, and those that are due.
func (o *Office) annual(x register.Group, rule register.Rule) []report.AnnualReport {
	var out []report.AnnualReport
	for _, r := range x.Reports {
		a := report.AnnualReport{Group: x.Name, Received: r.On, Requested: r.Asked != ""}
		if r.Year > 0 {
			a.Year, a.Due = fmt.Sprint(r.Year), time.Date(r.Year, rule.ReportMonth, rule.ReportDay, 0, 0, 0, 0, time.UTC)
		}
		out = append(out, a)
	}
	for _, t := range rule.DueOfGroup(x, o.today()) {
		year, yearly := strings.CutPrefix(t.Key, "report-")
		if asked := strings.HasPrefix(t.Key, "asked-"); yearly || asked {
			if asked {
				year = ""
			}
			out = append(out, report.AnnualReport{Group: x.Name, Year: year, Due: t.Due, Requested: asked})
		}
	}
	return out
}

// Period writes the COO report of all petitions received from one day to another.
func (o *Office) Period(ctx context.Context, from, to time.Time, w io.Writer) error {
	petitions, err := o.Store.Petitions(ctx)
	if err != nil {
		return err
	}
	p := report.Period{Title: from.Format("January 2, 2006") + " to " + to.Format("January 2, 2006"), From: from, To: to, Made: o.today(), Program: o.Program}
	inOrderReceived(petitions)
	for _, one := range petitions {
		if one.ReceivedOn.Before(from) || one.ReceivedOn.After(to) {
			continue
		}
		r, err := o.petitionReport(ctx, one.ID)
		if err != nil {
			return err
		}
		p.Petitions = append(p.Petitions, r)
	}
	if len(p.Petitions) == 0 {
		return &RegisterError{Text: "No petition was received in that time."}
	}
	return workbook.COOPeriod(w, p)
}

// verified compares a workbook with the store: with the petitions whose files it names,
// or with the report to Council as it would be written now.
func (o *Office) verified(ctx context.Context, c workbook.Copy, petitionID string) ([]workbook.Change, error) {
	if c.At != "" && petitionID == "" {
		then := *o
		then.then = func() time.Time { return c.Made } // what was due on that day
		council, err := then.council(ctx, c.At)
		if err != nil {
			return nil, err
		}
		return c.AgainstCouncil(council)
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
		if len(uploads) > 0 && !slices.ContainsFunc(uploads, func(u store.Upload) bool { return !marks[u.SHA256] }) {
			return p.ID, nil
		}
	}
	return "", errors.New("no petition here has the files that the workbook names: name the petition with --petition")
}

// lineLinks are the addresses at which the service shows lines and pages.
type lineLinks struct {
	url string
	*worked
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
