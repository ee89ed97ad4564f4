package register

import (
	"fmt"
	"slices"
	"time"
)

// State is how far a petition has come.
type State string

const (
	Draft      State = "draft"      // sheets are gathered, nothing is handed in
	Submitted  State = "submitted"  // the packet is handed in
	Incomplete State = "incomplete" // something is missing, and the organizers know
	// receipt is acknowledged; signatures are read and looked at
	Acknowledged State = "acknowledged"
	Tallied      State = "tallied" // the count is certified
	// it is too low, and the organizers know; more sheets may follow
	Insufficient State = "insufficient"
	OnAgenda     State = "agenda"
	Deferred     State = "deferred"
	Approved     State = "approved"
	Disapproved  State = "disapproved"
	Reported     State = "reported"
	Closed       State = "closed"
	Withdrawn    State = "withdrawn"
)

// What may happen to a petition.
const (
	Submit Kind = "submit" // the packet is handed in
	// a person has seen one item of the packet (item, from the checklist)
	Confirm      Kind = "confirm"
	FindMissing  Kind = "deficiency"  // the organizers are told what is missing (missing)
	Acknowledge  Kind = "acknowledge" // the chair acknowledges receipt (copy)
	Certify      Kind = "certify"     // the count is certified (tally)
	FallShort    Kind = "shortfall"   // the organizers are told that signatures are missing
	Schedule     Kind = "schedule"    // it goes on the committee's agenda (meeting)
	Defer        Kind = "defer"       // (rationale)
	Approve      Kind = "approve"     // (vote, rationale, overlap)
	Disapprove   Kind = "disapprove"  // (vote, rationale, overlap)
	Report       Kind = "report"      // it is reported to Council (conference, document)
	Notify       Kind = "notify"      // Conference Services is told (needs)
	NotifyAnswer Kind = "notify-ack"  // Conference Services acknowledges (note)
	Close        Kind = "close"       //
	Withdraw     Kind = "withdraw"    // by the organizers (rationale)
	// more sheets follow, or a certified count is superseded (rationale)
	Reopen  Kind = "more-sheets"
	Overlap Kind = "overlap-note" // units consulted and what they said (units, note)
	// the group that it wants to renew (group: its id, empty for a new one)
	Intend Kind = "renewal-of"
	// where the organizers are written to from that day on (emails, one a line, in their order)
	Reach Kind = "emails"
)

// Petition is what the events of a petition come to.
type Petition struct {
	ID        string
	State     State
	Since     time.Time // the day of the event that led to State
	Submitted time.Time // days; zero for what has not happened
	Received  time.Time // acknowledged
	Certified time.Time
	Tally     string // the certified count; empty for none
	Decision  Decision
	Decided   string   // the event of the decision; empty for none
	Renews    string   // the group that it wants to renew; empty for a new one
	Overlap   []Words  // units consulted, in the order noted
	Emails    []string // of the organizers
	Reported  Reporting
	// the conference whose report to Council has its action; empty until that is issued
	Told      string
	Notified  time.Time // Conference Services
	NotifyAck time.Time
	NotifyGot string // what Conference Services said to it
	Needs     string
	Confirmed map[Item]Event // items of the packet that a person has seen
	Events    []Event        // that stand, in order
}

// Decision is what the committee decided.
type Decision struct {
	Action    Kind // Approve, Disapprove or Defer; empty for none
	On        time.Time
	Vote      string
	Rationale string
	Overlap   string // units consulted
}

// Reporting is where Council was told.
type Reporting struct {
	On         time.Time
	Conference string
	Document   string // number of the document
}

// Role is who may do something, as accounts have it.
type Role string

const (
	Staff Role = "staff"
	Chair Role = "chair"
	Admin Role = "admin"
)

// move is one kind of event: from which states it may happen, where it leads, who
// may write it down, what it has to say, and what stands in its way.
type move struct {
	from  []State // empty: from any but closed and withdrawn ones
	to    State   // empty: the state stays
	by    []Role
	needs []string
	guard func(*Petition, Facts) string
}

// Facts are what the moves of a petition or a group depend on beside its events.
type Facts struct {
	Today      time.Time // zero where days to come are not looked for
	Received   time.Time // the day on which the petition was received; zero where that is not known
	Checklist  Checklist
	Undecided  int       // lines on which nobody has decided
	Valid      int       // of the certified count, or as counted so far
	Required   int       //
	Tally      string    // the newest certified count; empty for none
	Tallied    bool      // nothing has changed since that count
	Certified  time.Time // when that was
	Conference bool      // the conference named is in the table
	Issued     string    // the conference whose report to Council has the action; empty for none
}

var open = []State{Draft, Submitted, Incomplete, Acknowledged, Tallied, Insufficient, OnAgenda,
	Deferred}

// Words are those of people, after "the petition is".
func (s State) Words() string {
	switch s {
	case Draft:
		return "still being gathered"
	case Submitted:
		return "handed in"
	case Tallied:
		return "counted and certified"
	case OnAgenda:
		return "on the committee's agenda"
	case Reported:
		return "reported to Council"
	}
	return string(s)
}

// Open says whether the petition is still to be decided, so that sheets that come in count.
func (s State) Open() bool {
	return !slices.Contains([]State{Approved, Disapproved, Reported, Closed, Withdrawn}, s)
}

// Counted says whether a certified count stands, so that what was found of the lines can no
// longer change.
func (s State) Counted() bool {
	return slices.Contains([]State{Tallied, OnAgenda, Deferred, Approved, Disapproved, Reported,
		Closed}, s)
}

// moves is the life of a petition. The guideline's order is in its guards: no
// decision before the signatures are verified, and nothing is reported that was
// not decided.
func moves() map[Kind]move {
	decided := func(p *Petition, f Facts) string {
		switch {
		case p.Tally == "":
			return "The count is not certified yet: certify it first."
		case f.Tally != p.Tally:
			return "The certified count was superseded: put the petition on the agenda with the " +
				"new one."
		}
		return ""
	}
	approved := func(p *Petition, f Facts) string {
		if why := decided(p, f); why != "" {
			return why
		}
		if f.Valid < f.Required {
			return fmt.Sprintf("The certified count is %d of %d required: a petition with too "+
				"few signatures cannot be approved.", f.Valid, f.Required)
		}
		return ""
	}
	return map[Kind]move{
		Submit: {from: []State{Draft, Incomplete, Insufficient}, to: Submitted,
			by: []Role{Staff, Chair}},
		Confirm: {from: open, by: []Role{Staff, Chair}, needs: []string{"item"}},
		Overlap: {from: open, by: []Role{Staff, Chair}, needs: []string{"units", "note"}},
		Intend:  {from: open, by: []Role{Staff, Chair}},
		Reach: {from: append([]State{Approved, Disapproved, Reported}, open...),
			by: []Role{Staff, Chair}, needs: []string{"emails"}},
		FindMissing: {from: []State{Submitted, Acknowledged}, to: Incomplete, by: []Role{Staff,
			Chair}, needs: []string{"missing"}},
		Acknowledge: {from: []State{Submitted, Incomplete}, to: Acknowledged, by: []Role{Chair},
			needs: []string{"copy"},
			guard: func(p *Petition, f Facts) string {
				if missing := f.Checklist.Missing(); len(missing) > 0 {
					return "The packet is not complete: " + list(missing) +
						". Tell the organizers, or confirm what is there."
				}
				return ""
			}},
		Certify: {from: []State{Acknowledged, Insufficient}, to: Tallied, by: []Role{Chair},
			needs: []string{"tally"},
			guard: func(p *Petition, f Facts) string {
				switch {
				case f.Tally == "" || !f.Tallied:
					return "The count as it stands is not certified: certify it on the " +
						"petition's page."
				}
				return ""
			}},
		FallShort: {from: []State{Tallied}, to: Insufficient, by: []Role{Chair, Staff},
			guard: func(p *Petition, f Facts) string {
				if f.Valid >= f.Required {
					return fmt.Sprintf("The certified count is %d of %d required: there is no "+
						"shortfall.", f.Valid, f.Required)
				}
				return ""
			}},
		Reopen: {from: []State{Tallied, Insufficient, OnAgenda, Deferred}, to: Acknowledged,
			by: []Role{Staff, Chair}, needs: []string{"rationale"}},
		Schedule: {from: []State{Tallied, Deferred}, to: OnAgenda, by: []Role{Chair},
			needs: []string{"meeting"}, guard: approved},
		Defer: {from: []State{OnAgenda}, to: Deferred, by: []Role{Chair},
			needs: []string{"rationale"}, guard: decided},
		Approve: {from: []State{OnAgenda, Deferred}, to: Approved, by: []Role{Chair},
			needs: []string{"vote", "rationale", "overlap"}, guard: approved},
		Disapprove: {from: []State{OnAgenda, Deferred}, to: Disapproved, by: []Role{Chair},
			needs: []string{"vote", "rationale"}, guard: decided},
		Notify: {from: []State{Approved, Reported}, by: []Role{Chair, Staff},
			needs: []string{"needs"}},
		NotifyAnswer: {from: []State{Approved, Reported, Closed}, by: []Role{Staff, Chair},
			guard: func(p *Petition, f Facts) string {
				if p.Notified.IsZero() {
					return "Conference Services has not been told yet: send the notice first."
				}
				if !p.NotifyAck.IsZero() {
					return "Conference Services has acknowledged the notice already."
				}
				return ""
			}},
		Report: {from: []State{Approved, Disapproved}, to: Reported, by: []Role{Chair},
			needs: []string{"conference"},
			guard: func(p *Petition, f Facts) string {
				switch {
				case f.Issued != "":
					return ""
				case !f.Conference:
					return unknownConference
				}
				return notIssued
			}},
		Close: {from: []State{Reported, Insufficient}, to: Closed, by: []Role{Chair, Staff}},
		Withdraw: {from: open, to: Withdrawn, by: []Role{Staff, Chair},
			needs: []string{"rationale"}},
	}
}

const (
	unknownConference = "That conference is not in the table: add it under Settings, or choose " +
		"another."
	notIssued = "It is in no report to Council yet: issue the report for the conference " +
		"first."
)

// checkReported refuses that an action was reported elsewhere than in the report that has it.
func checkReported(e Event, f Facts) error {
	switch {
	case f.Issued == "" && !f.Conference:
		return &Refusal{unknownConference}
	case f.Issued == "":
		return &Refusal{notIssued}
	case e.Words["conference"] != f.Issued:
		return refuse("It stands in the report to Council for %s.", f.Issued)
	}
	return nil
}

// lasting are the kinds that lead to something outside the program (a letter, a
// report), which cannot be undone, only followed by something else.
var lasting = []Kind{Report}

// Read makes a petition of all its events.
func Read(id string, events []Event) Petition { return ReadAsOf(id, events, AsOf{}) }

// ReadAsOf makes a petition of its events as of a time.
func ReadAsOf(id string, events []Event, as AsOf) Petition {
	p := Petition{ID: id, State: Draft, Confirmed: map[Item]Event{}}
	all := moves()
	for _, e := range standing(events, as) {
		m, ok := all[e.Kind]
		if !ok || !as.Reached(e.On) {
			continue
		}
		p.take(e)
		if m.to != "" {
			p.State, p.Since = m.to, day(e.On)
		}
		p.Events = append(p.Events, e)
	}
	return p
}

func (p *Petition) take(e Event) {
	on := day(e.On)
	switch e.Kind {
	case Submit:
		p.Submitted = on
	case Acknowledge:
		p.Received = on
	case Certify:
		p.Tally, p.Certified = e.Words["tally"], on
	case Reopen:
		p.Tally, p.Certified, p.Decision, p.Decided = "", time.Time{}, Decision{}, ""
	case Intend:
		p.Renews = e.Words["group"]
	case Defer, Approve, Disapprove:
		p.Decided = e.ID
		p.Decision = Decision{e.Kind, on, e.Words["vote"], e.Words["rationale"], e.Words["overlap"]}
	case Overlap:
		p.Overlap = append(p.Overlap, e.Words)
	case Reach:
		p.Emails = lines(e.Words["emails"])
	case Report:
		p.Reported = Reporting{on, e.Words["conference"], e.Words["document"]}
	case Notify:
		p.Notified, p.Needs = on, e.Words["needs"]
	case NotifyAnswer:
		p.NotifyAck, p.NotifyGot = on, e.Words["note"]
	case Confirm:
		p.Confirmed[Item(e.Words["item"])] = e
	}
}

// Check says whether an event may be added to a petition by somebody with these
// roles; nil, or a *Refusal.
func (p *Petition) Check(e Event, roles []Role, f Facts) error {
	if e.Kind == Undo {
		return p.checkUndo(e, roles, f)
	}
	m, ok := moves()[e.Kind]
	if !ok {
		return &Refusal{fmt.Sprintf("There is no event %q of a petition.", e.Kind)}
	}
	if !m.allows(roles) {
		return &Refusal{"That is for " + words(m.by) + " to write down."}
	}
	if !slices.Contains(m.from, p.State) {
		return &Refusal{fmt.Sprintf("The petition is %s, and from there that cannot follow.",
			p.State.Words())}
	}
	if why := checkDay(e.On, f.Today, false); why != "" {
		return &Refusal{why}
	}
	if why := p.checkStory(e, m, f); why != "" {
		return &Refusal{why}
	}
	for _, n := range m.needs {
		if e.Words[n] == "" {
			return &Refusal{fmt.Sprintf("Fill in %q.", n)}
		}
	}
	if m.guard != nil {
		if why := m.guard(p, f); why != "" {
			return &Refusal{why}
		}
	}
	if e.Kind == Report {
		return checkReported(e, f)
	}
	return nil
}

// checkStory holds the day of an event against what is written down of the petition: a step
// is not before the one that it follows, and what the committee does not before the
// petition was there.
func (p *Petition) checkStory(e Event, m move, f Facts) string {
	on := day(e.On)
	switch {
	case slices.Contains(handled, e.Kind) && on.Before(day(f.Received)):
		return fmt.Sprintf("The petition was received on %s: that cannot have happened before.",
			inWords(f.Received))
	case e.Kind == Certify && on.Before(day(f.Certified)):
		return fmt.Sprintf("The count was certified on %s: that cannot have happened before.",
			inWords(f.Certified))
	case m.to != "" && on.Before(p.Since):
		return fmt.Sprintf("The petition is %s since %s: what follows cannot have happened before.",
			p.State.Words(), inWords(p.Since))
	case e.Kind == Notify && on.Before(p.Decision.On):
		return fmt.Sprintf("The petition was approved on %s: the notice cannot be before.",
			inWords(p.Decision.On))
	case e.Kind == NotifyAnswer && on.Before(p.Notified):
		return fmt.Sprintf("Conference Services was told on %s: the answer cannot be before.",
			inWords(p.Notified))
	}
	return ""
}

// CheckReceived says whether a petition can have been received on a day, by what is written
// down of it; nil, or a *Refusal.
func (p *Petition) CheckReceived(on time.Time) error {
	for _, e := range p.Events {
		if slices.Contains(handled, e.Kind) && day(e.On).Before(day(on)) {
			return refuse("A step of the committee is written down for %s: the petition cannot "+
				"have been received after it.", inWords(e.On))
		}
	}
	return nil
}

// handled are the steps of the committee.
var handled = []Kind{Acknowledge, Certify, Schedule, Defer, Approve, Disapprove}

func (p *Petition) checkUndo(e Event, roles []Role, f Facts) error {
	if len(p.Events) == 0 {
		return &Refusal{"Nothing has happened that could be taken back."}
	}
	last := p.Events[len(p.Events)-1]
	switch {
	case e.Undoes != last.ID:
		return &Refusal{"Only the last step can be taken back."}
	case slices.Contains(lasting, last.Kind), f.Issued != "" && last.ID == p.Decided:
		return &Refusal{toldCouncil}
	case !moves()[last.Kind].allows(roles):
		return &Refusal{"That is for " + words(moves()[last.Kind].by) + " to take back."}
	}
	return nil
}

// MayWrite says whether somebody with these roles may write a step of a kind down.
func MayWrite(k Kind, roles []Role) bool { return moves()[k].allows(roles) }

func (m move) allows(roles []Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool {
		return r == Admin || slices.Contains(m.by, r)
	})
}

// Next lists the kinds of event that somebody with these roles may write down
// now, in the order of a petition's life, each with what stands in its way, empty
// for nothing.
func (p *Petition) Next(roles []Role, f Facts) []Step {
	var out []Step
	for _, k := range inOrder {
		m := moves()[k]
		if !m.allows(roles) || !slices.Contains(m.from, p.State) {
			continue
		}
		s := Step{Kind: k, To: m.to, Asks: m.needs}
		if m.guard != nil {
			s.Blocked = m.guard(p, f)
		}
		out = append(out, s)
	}
	return out
}

// Step is something that may happen next.
type Step struct {
	Kind    Kind
	To      State    // empty where the state stays
	Asks    []string // names of Event.Words that have to be filled in
	Blocked string   // why not yet
}

var inOrder = []Kind{Submit, Confirm, Intend, Reach, Overlap, FindMissing, Acknowledge, Certify,
	FallShort, Reopen, Schedule, Defer, Approve, Disapprove,
	Report, Notify, NotifyAnswer, Close, Withdraw}
