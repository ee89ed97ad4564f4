package register

import (
	"fmt"
	"slices"
	"time"
)

// What may happen to a group. Petitions that make, renew or convert one are named
// in the word "petition".
const (
	Establish Kind = "establish" // by an approved petition (name, purpose, petition)
	Renew     Kind = "renew"     // for another term, by an approved petition (petition)
	Convert   Kind = "convert"   // into another unit (unit)
	Disband   Kind = "disband"   // on request or for want of renewal (reason)
	Rename    Kind = "rename"    // (name)
	Purposed  Kind = "purpose"   // the purpose was worded anew (purpose)
	Liaison   Kind = "liaison"   // the staff liaisons from that day on (liaisons, one a line)
	Contact   Kind = "contact"   // a contact at Headquarters, designated by the Executive Director (contact)
	Handbook  Kind = "handbook"  // the entry in the Handbook of Organization (text)
	Link      Kind = "link"      // address of the group's page (link)
	Support   Kind = "support"   // space, schedule, small items, budgetary request (of: which of these, what, answer)
	AskReport Kind = "ask-report"
	GotReport Kind = "annual-report" // handed in (year, or the id of an AskReport in asked)
	Remind    Kind = "reminder"      // somebody was reminded (about)
)

// Group is a Membership Initiative Group, or whatever the rule makes.
type Group struct {
	ID       string
	Name     string
	Former   []string // earlier names, oldest first
	Purpose  string
	Terms    []Term
	Ended    time.Time // zero while it exists
	How      Kind      // Convert or Disband
	Why      string    // unit or reason
	Liaisons []string
	Contact  string
	Handbook string
	Link     string
	Reports  []AnnualReport // handed in
	Asked    []Event        // reports that were asked for beside the yearly ones
	Support  []Event
	Reminded map[string]time.Time // by what about
	Events   []Event
}

// Term is one of a group's terms, both days included.
type Term struct {
	Number   int
	From, To time.Time
	Petition string
}

// AnnualReport is an annual report that was handed in.
type AnnualReport struct {
	Year  int
	Asked string // event; empty for the yearly one
	On    time.Time
}

// Terms is what a rule says of a group's terms.
type Terms struct {
	Years     int   // of a term
	Window    int   // days before its end in which to petition for another
	Reminders []int // days before its end
}

// Status is where a group stands on a day.
type Status string

const (
	Coming   Status = "to begin"
	Active   Status = "active"
	Window   Status = "renewal due"
	Overdue  Status = "term ended, not renewed"
	Ended    Status = "disbanded"
	Conveyed Status = "converted"
)

// ReadGroup makes a group of its events.
func ReadGroup(id string, events []Event, t Terms) Group {
	g := Group{ID: id, Reminded: map[string]time.Time{}}
	for _, e := range standing(events) {
		g.take(e, t)
		g.Events = append(g.Events, e)
	}
	return g
}

func (g *Group) take(e Event, t Terms) {
	on := day(e.On)
	switch e.Kind {
	case Establish:
		g.Name, g.Purpose = e.Words["name"], e.Words["purpose"]
		g.add(on, e.Words["petition"], t)
	case Renew:
		g.add(on, e.Words["petition"], t)
		g.Ended, g.How, g.Why = time.Time{}, "", ""
	case Convert:
		g.Ended, g.How, g.Why = on, Convert, e.Words["unit"]
	case Disband:
		g.Ended, g.How, g.Why = on, Disband, e.Words["reason"]
	case Rename:
		g.Former, g.Name = append(g.Former, g.Name), e.Words["name"]
	case Purposed:
		g.Purpose = e.Words["purpose"]
	case Liaison:
		g.Liaisons = lines(e.Words["liaisons"])
	case Contact:
		g.Contact = e.Words["contact"]
	case Handbook:
		g.Handbook = e.Words["text"]
	case Link:
		g.Link = e.Words["link"]
	case Support:
		g.Support = append(g.Support, e)
	case AskReport:
		g.Asked = append(g.Asked, e)
	case GotReport:
		g.Reports = append(g.Reports, AnnualReport{yearOf(e), e.Words["asked"], on})
	case Remind:
		g.Reminded[e.Words["about"]] = on
	}
}

// add begins a term: the first on the day of approval, each other one where the
// one before ends, or on the day of approval if that is later.
func (g *Group) add(on time.Time, petition string, t Terms) {
	from := on
	if n := len(g.Terms); n > 0 {
		if next := g.Terms[n-1].To.AddDate(0, 0, 1); next.After(from) {
			from = next
		}
	}
	g.Terms = append(g.Terms, Term{len(g.Terms) + 1, from, from.AddDate(t.Years, 0, -1), petition})
}

// End is the last day of the last term.
func (g *Group) End() time.Time {
	if len(g.Terms) == 0 {
		return time.Time{}
	}
	return g.Terms[len(g.Terms)-1].To
}

// Status is where the group stands on a day.
func (g *Group) Status(on time.Time, t Terms) Status {
	on = day(on)
	switch {
	case !g.Ended.IsZero() && !on.Before(g.Ended):
		if g.How == Convert {
			return Conveyed
		}
		return Ended
	case len(g.Terms) == 0 || on.Before(g.Terms[0].From):
		return Coming
	case on.After(g.End()):
		return Overdue
	case !on.Before(g.End().AddDate(0, 0, -t.Window)):
		return Window
	}
	return Active
}

// Term is the one that a day lies in; the zero Term for none.
func (g *Group) Term(on time.Time) Term {
	on = day(on)
	for _, t := range g.Terms {
		if !on.Before(t.From) && !on.After(t.To) {
			return t
		}
	}
	return Term{}
}

// Check says whether an event may be added to a group; nil, or a *Refusal.
func (g *Group) Check(e Event, roles []Role, today time.Time, t Terms) error {
	if !slices.ContainsFunc(roles, func(r Role) bool { return r == Admin || r == Chair || r == Staff && !slices.Contains(chairs, e.Kind) }) {
		return &Refusal{"That is for " + words([]Role{Staff, Chair}) + " to write down."}
	}
	if e.Kind == Undo {
		if len(g.Events) == 0 || g.Events[len(g.Events)-1].ID != e.Undoes {
			return &Refusal{"Only what was written down last can be taken back."}
		}
		return nil
	}
	asks, ok := groupAsks[e.Kind]
	switch {
	case !ok:
		return &Refusal{fmt.Sprintf("There is no event %q of a group.", e.Kind)}
	case e.On.IsZero():
		return &Refusal{"Say on which day it happened."}
	case len(g.Terms) == 0 && e.Kind != Establish:
		return &Refusal{"The group does not exist yet: establish it by an approved petition."}
	case len(g.Terms) > 0 && e.Kind == Establish:
		return &Refusal{"The group exists already."}
	case !g.Ended.IsZero() && e.Kind != Renew && e.Kind != Link:
		return &Refusal{"The group has ended."}
	}
	for _, a := range asks {
		if e.Words[a] == "" {
			return &Refusal{fmt.Sprintf("Fill in %q.", a)}
		}
	}
	switch e.Kind {
	case Renew:
		if !g.Ended.IsZero() {
			return &Refusal{"The group was " + string(g.Status(today, t)) + ": a new petition makes a new group."}
		}
		if early := g.End().AddDate(0, 0, -t.Window); day(e.On).Before(early) {
			return &Refusal{"The term ends on " + g.End().Format(time.DateOnly) + "; it can be renewed from " + early.Format(time.DateOnly) + " on."}
		}
	case GotReport:
		if e.Words["asked"] == "" && yearOf(e) == 0 {
			return &Refusal{"Say for which year the report is."}
		}
	}
	return nil
}

// chairs are what only the committee's chair writes down of a group.
var chairs = []Kind{Establish, Renew, Convert, Disband}

var groupAsks = map[Kind][]string{
	Establish: {"name", "petition"}, Renew: {"petition"}, Convert: {"unit"}, Disband: {"reason"}, Rename: {"name"}, Purposed: {"purpose"},
	Liaison: {"liaisons"}, Contact: {"contact"}, Handbook: {"text"}, Link: {"link"}, Support: {"what"}, AskReport: {"due"}, GotReport: nil, Remind: {"about"},
}
