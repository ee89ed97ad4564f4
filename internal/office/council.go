package office

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"countersign/internal/store"
	"countersign/report"
	"countersign/report/register"
	"countersign/report/workbook"
	"countersign/verify"
)

// IssuedReport is a report to Council: one that was issued, or what the one for a conference
// would be today.
type IssuedReport struct {
	Conference  string
	Document    string    // its number; empty while it is not issued
	On          time.Time // its date
	CutOff      time.Time // the last day that it covers
	At          time.Time // when it was issued; zero for not yet
	By          string    // account
	Actions     int
	SHA256      string
	Corrections []Correction // of it
}

// Correction sets right what a report said that was issued.
type Correction struct {
	ID      string
	On      time.Time
	Text    string
	ToldAt  string // the conference whose report has it; empty for none yet
	MayUndo bool
}

// NewCouncilReport is a report that somebody issues.
type NewCouncilReport struct {
	Conference string
	Document   string
	On         time.Time // zero for today
	CutOff     time.Time // zero for today, or the last day of a conference that is over
}

// CouncilReports lists the reports that were issued, the newest first, and whether somebody
// with these roles may issue another.
func (o *Office) CouncilReports(ctx context.Context, sight Sight, roles []store.Role) (
	list []IssuedReport, may bool, err error) {
	if err := sight.wholeOnly(); err != nil {
		return nil, false, err
	}
	b, err := o.ledger(ctx)
	if err != nil {
		return nil, false, err
	}
	may = register.MayIssue(rolesOf(roles))
	corrections := b.StandingCorrections()
	for _, r := range slices.Backward(b.Issued) {
		v := councilView(r)
		for _, e := range corrections {
			if e.Words["report"] == r.Conference {
				undo := b.CheckCorrection(register.Event{Kind: register.Undo, Undoes: e.ID},
					rolesOf(roles), o.day()) == nil
				v.Corrections = append(v.Corrections, Correction{e.ID, e.On, e.Words["text"],
					b.CorrectedIn(e.ID), undo})
			}
		}
		list = append(list, v)
	}
	return list, may, nil
}

func councilView(r register.Issued) IssuedReport {
	return IssuedReport{Conference: r.Conference, Document: r.Document, On: r.On, CutOff: r.CutOff,
		At: r.At, By: r.By, Actions: len(r.Actions), SHA256: r.SHA256}
}

func issuedOf(r store.CouncilReport) register.Issued {
	return register.Issued{ID: r.ID, Conference: r.Conference, Document: r.Document, On: r.On,
		CutOff: r.CutOff, At: r.At, By: r.By, Actions: r.Actions, Corrections: r.Corrections,
		SHA256: r.SHA256}
}

// Council writes the report to Council for a conference: as it was issued, else a draft of
// what it would be today. No conference means all that no report has told of yet.
func (o *Office) Council(ctx context.Context, sight Sight, conference, format string,
	w io.Writer) error {
	if err := sight.wholeOnly(); err != nil {
		return err
	}
	issued, err := o.Store.CouncilReport(ctx, conference)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return o.draftCouncil(ctx, conference, format, w)
	case err != nil:
		return err
	case format != "pdf":
		_, err := w.Write(issued.Workbook)
		return err
	}
	var c report.Council
	if err := json.Unmarshal(issued.Contents, &c); err != nil {
		return fmt.Errorf("read the report to Council %s: %w", issued.ID, err)
	}
	return workbook.CouncilPDF(w, c)
}

func (o *Office) draftCouncil(ctx context.Context, conference, format string, w io.Writer) error {
	b, err := o.ledger(ctx)
	if err != nil {
		return err
	}
	c, err := o.council(ctx, b, edition{conference: conference, cutOff: b.CutOff(conference,
		o.day()), shown: o.now()})
	if err != nil {
		return err
	}
	if format == "pdf" {
		return workbook.CouncilPDF(w, c)
	}
	return workbook.CouncilReport(w, c)
}

// IssueCouncil gives Council the report for a conference. From then on it is what it is.
func (o *Office) IssueCouncil(ctx context.Context, n NewCouncilReport, by store.Account) (
	IssuedReport, error) {
	done, err := o.Store.Turn(ctx)
	if err != nil {
		return IssuedReport{}, err
	}
	defer done()
	b, err := o.ledger(ctx)
	if err != nil {
		return IssuedReport{}, err
	}
	made := o.now()
	r := register.Issued{Conference: n.Conference, Document: n.Document, On: cmp.Or(n.On, o.day()),
		CutOff: cmp.Or(n.CutOff, b.CutOff(n.Conference, o.day())), At: made, By: by.ID}
	if done, ok := b.Report(n.Conference); ok && done.By == by.ID && done.Document == n.Document &&
		made.Sub(done.At) < twice {
		return councilView(done), nil // clicked twice
	}
	if err := b.CheckIssue(r, rolesOf(by.Roles), o.day()); err != nil {
		return IssuedReport{}, refused(err)
	}
	e := edition{conference: r.Conference, cutOff: r.CutOff, shown: made, document: r.Document,
		on: r.On}
	c, err := o.council(ctx, b, e)
	if err != nil {
		return IssuedReport{}, err
	}
	contents, err := json.Marshal(c)
	if err != nil {
		return IssuedReport{}, fmt.Errorf("keep the report to Council: %w", err)
	}
	var book bytes.Buffer
	if err := workbook.CouncilReport(&book, c); err != nil {
		return IssuedReport{}, fmt.Errorf("write the report to Council: %w", err)
	}
	kept := store.CouncilReport{Conference: r.Conference, Document: r.Document, On: r.On,
		CutOff: r.CutOff, At: made, By: by.ID, Actions: []string{}, Corrections: []string{},
		Contents: contents, Workbook: book.Bytes()}
	for _, a := range b.ActionsFor(r.Conference, r.CutOff, made) {
		kept.Actions = append(kept.Actions, a.Event)
	}
	for _, x := range b.CorrectionsFor(r.Conference, r.CutOff, made) {
		kept.Corrections = append(kept.Corrections, x.ID)
	}
	kept, err = o.Store.AddCouncilReport(ctx, kept, len(b.Issued))
	if errors.Is(err, store.ErrConflict) {
		return IssuedReport{}, refuse(Invalid,
			"Somebody else issued a report meanwhile. Look at it and try again.")
	}
	return councilView(issuedOf(kept)), err
}

// CorrectCouncil writes down what was wrong in a report that was issued, or takes that back.
func (o *Office) CorrectCouncil(ctx context.Context, s NewStep, by store.Account) error {
	if again, err := o.again(ctx, ofCouncil, ofCouncil, s, by); again || err != nil {
		return err
	}
	b, err := o.ledger(ctx)
	if err != nil {
		return err
	}
	e := eventOf(s)
	if err := b.CheckCorrection(e, rolesOf(by.Roles), o.day()); err != nil {
		return refused(err)
	}
	last := ""
	if n := len(b.Corrections); n > 0 {
		last = b.Corrections[n-1].ID
	}
	return o.add(ctx, ofCouncil, ofCouncil, e, by, last)
}

// edition is one report to Council: for which conference, up to which day, by what was known
// when it was made.
type edition struct {
	conference string
	cutOff     time.Time
	shown      time.Time
	document   string // empty for a draft
	on         time.Time
}

func (e edition) asOf() register.AsOf { return register.AsOf{Day: e.cutOff, Known: e.shown} }

// council gathers what a report to Council says: what was done since the one before, what is
// pending, and the register, all as of its cut-off.
func (o *Office) council(ctx context.Context, b *register.Book, e edition) (report.Council, error) {
	c := report.Council{Conference: e.conference, Document: e.document, Date: cmp.Or(e.on,
		register.DayOf(e.shown.UTC())), To: e.cutOff, State: "draft, not issued", Made: e.shown,
		Program: o.Program}
	if e.document != "" {
		c.State = "issued on " + e.shown.UTC().Format("January 2, 2006")
	}
	if before, ok := b.Before(e.conference); ok {
		c.From = before.CutOff.AddDate(0, 0, 1)
	}
	if err := o.aboutCouncil(ctx, b, &c); err != nil {
		return c, err
	}
	petitions, err := o.Store.Petitions(ctx)
	if err != nil {
		return c, err
	}
	titles := map[string]string{}
	for _, p := range petitions {
		titles[p.ID] = p.Title
	}
	for _, a := range b.ActionsFor(e.conference, e.cutOff, e.shown) {
		if a.Petition == "" {
			c.Actions = append(c.Actions, endOf(b.Group(a.Group, register.AsOf{Day: a.On,
				Known: e.shown}), a))
			continue
		}
		if err := o.addPetition(ctx, b, &c, e, a.Petition, titles[a.Petition]); err != nil {
			return c, err
		}
	}
	for _, p := range petitions {
		if slices.Contains(pending, b.Petition(p.ID, e.asOf()).State) {
			if err := o.addPetition(ctx, b, &c, e, p.ID, p.Title); err != nil {
				return c, err
			}
		}
	}
	for _, x := range b.All(e.asOf()) {
		c.Groups = append(c.Groups, registered(x))
		c.Annual = append(c.Annual, annual(x, c.From)...)
	}
	for _, x := range b.RewordedFor(e.conference, e.cutOff, e.shown) {
		g := b.Group(x.Subject, e.asOf())
		c.Handbook = append(slices.DeleteFunc(c.Handbook, func(t report.Entry) bool {
			return t.Group == g.Name || slices.Contains(g.Former, t.Group)
		}), report.Entry{Group: g.Name, Text: g.Purpose}) // as it is by now, once
	}
	for _, x := range b.CorrectionsFor(e.conference, e.cutOff, e.shown) {
		of, _ := b.Report(x.Words["report"])
		c.Corrections = append(c.Corrections, report.Correction{Document: of.Document, Date: x.On,
			Text: x.Words["text"]})
	}
	c.Audit, err = o.audit(ctx)
	return c, err
}

// aboutCouncil adds who reports and to which Council.
func (o *Office) aboutCouncil(ctx context.Context, b *register.Book, c *report.Council) error {
	offices, err := o.Offices(ctx)
	if err != nil {
		return err
	}
	if held := register.OfficeOn(offices, "committee", c.Made); held.Name != "committee" {
		c.Committee = held.Name
	}
	at := slices.IndexFunc(b.Conferences, func(x register.Conference) bool {
		return x.Name == c.Conference
	})
	switch {
	case at >= 0:
		c.Year = b.Conferences[at].Year()
	case c.Conference != "":
		return refuse(Invalid,
			"There is no conference %q in the table: add it under Settings, or choose another.",
			c.Conference)
	}
	return nil
}

// pending are the states in which a petition waits for a decision: handed in and not closed.
var pending = []register.State{register.Submitted, register.Incomplete, register.Acknowledged,
	register.Tallied, register.Insufficient, register.OnAgenda, register.Deferred}

// addPetition puts a petition into the report by its title, or the name under which its group
// was approved, whatever its cover says.
func (o *Office) addPetition(ctx context.Context, b *register.Book, c *report.Council, e edition,
	id, title string) error {
	p, err := o.petitionReport(ctx, id)
	if err != nil {
		return err
	}
	life := b.Petition(id, e.asOf())
	if err := o.certified(ctx, id, life.Tally, &p.Tally); err != nil {
		return err
	}
	p.Cover.Group = nameOf(b, life, title, register.AsOf{Day: life.Decision.On, Known: e.shown})
	p.Made, p.Audit, p.Action, p.State = c.Made, report.Audit{}, nil, stateWords(life)
	if life.State == register.Deferred {
		p.State = "deferred on " + report.Day(life.Decision.On) + ": " + life.Decision.Rationale
	}
	if a, ok := actionOf(b, life, title, register.AsOf{Known: e.shown}); ok {
		p.Action = &a
		if x := b.Group(groupOf(life), register.AsOf{Day: a.Date,
			Known: e.shown}); life.Decision.Action == register.Approve {
			p.Cover.Purpose = x.Purpose
		}
	}
	c.Add(p)
	// Add takes the text of a new group; one that is renewed may have been given another.
	if i := slices.IndexFunc(life.Events, func(e register.Event) bool {
		return e.ID == life.Decided
	}); i >= 0 && groupOf(life) != id && life.Events[i].Words["purpose"] != "" {
		c.Handbook = append(c.Handbook, report.Entry{Group: p.Cover.Group,
			Text: life.Events[i].Words["purpose"]})
	}
	return nil
}

// certified puts the counts by which the committee decided in place of those of today.
func (o *Office) certified(ctx context.Context, id, tally string, t *verify.Tally) error {
	tallies, err := o.Store.Tallies(ctx, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(tallies, func(t store.Tally) bool { return t.ID == tally })
	if i < 0 {
		return nil
	}
	c, err := DecodeCertified(tallies[i].Counts)
	if err != nil {
		return fmt.Errorf("read the counts of tally %s: %w", tally, err)
	}
	t.Rows, t.Valid, t.Invalid, t.Uncertain, t.Required, t.ByReason = c.Rows, c.Valid, c.Invalid,
		c.Uncertain, c.Required, map[verify.Reason]int{}
	for r, n := range c.ByReason {
		t.ByReason[verify.Reason(r)] = n
	}
	return nil
}

// endOf is the end of a group, as Council is told of it: with the day on which it was written
// down where it took effect later.
func endOf(x register.Group, end register.Action) report.Action {
	a := report.Action{Group: x.Name, What: "disbanded", Information: true, Date: x.Ended,
		Effective: x.Ended, Rationale: x.Why}
	if x.How == register.Convert {
		a.What, a.Rationale = "converted to "+x.Why, ""
	}
	if written := register.DayOf(end.At.UTC()); written.Before(a.Date) {
		a.Date = written
	}
	return a
}

func registered(x register.Group) report.Group {
	t := x.Term()
	out := report.Group{Name: x.Name, Former: x.Former, Purpose: x.Purpose,
		State: string(x.Status()), Term: t.Number, TermStart: t.From, TermEnd: t.To,
		Liaisons: x.Liaisons, Link: x.Link}
	if x.Over() {
		out.Ended, out.Why = x.Ended, x.Why
	}
	return out
}

// annual are the reports of a group that were due or came since a day, and those that are
// still missing; of one that had ended before that day Council knows what is missing.
func annual(x register.Group, since time.Time) []report.AnnualReport {
	var out []report.AnnualReport
	known := x.Over() && x.Ended.Before(since)
	for _, r := range x.Reports {
		if r.On.Before(since) {
			continue
		}
		a := report.AnnualReport{Group: x.Name, Received: r.On, Due: r.Due,
			Requested: r.Asked != "", Note: r.Note}
		if r.Year > 0 {
			a.Year = fmt.Sprint(r.Year)
		}
		out = append(out, a)
	}
	for _, y := range x.Years() {
		if _, ok := x.Got(y.Year); !ok && !known && !y.Due.After(x.Day.AddDate(0, 0, 60)) {
			out = append(out, report.AnnualReport{Group: x.Name, Year: fmt.Sprint(y.Year),
				Due: y.Due})
		}
	}
	for _, a := range x.Asked {
		if _, ok := x.Answers(a.ID); !ok && !known {
			// zero where an earlier version took no day
			due, _ := time.Parse(time.DateOnly, a.Words["due"])
			out = append(out, report.AnnualReport{Group: x.Name, Due: due, Requested: true,
				Note: a.Words["note"]})
		}
	}
	slices.SortStableFunc(out, func(a, b report.AnnualReport) int { return a.Due.Compare(b.Due) })
	return out
}

// verifiedCouncil compares a report to Council with the one that was issued, or a draft with
// what was known when it was made.
func (o *Office) verifiedCouncil(ctx context.Context, c workbook.Copy) ([]workbook.Change, error) {
	issued, err := o.Store.CouncilReport(ctx, c.At)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		kept, err := workbook.Check(bytes.NewReader(issued.Workbook))
		if err != nil {
			return nil, fmt.Errorf("read the report to Council as it was issued: %w", err)
		}
		if kept.Made.Equal(c.Made) {
			return c.AgainstIssued(kept)
		}
	}
	b, err := o.ledger(ctx)
	if err != nil {
		return nil, err
	}
	// A workbook says when it was made to the second.
	made := c.Made.Add(time.Second - time.Millisecond)
	b.Issued = slices.DeleteFunc(b.Issued, func(r register.Issued) bool { return r.At.After(made) })
	council, err := o.council(ctx, b, edition{conference: c.At, cutOff: b.CutOff(c.At,
		register.DayOf(c.Made.UTC())), shown: made})
	if err != nil {
		return nil, err
	}
	return c.AgainstCouncil(council)
}
