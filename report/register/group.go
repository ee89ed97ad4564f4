package register

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// What may happen to a group. Petitions that make, renew or convert one are named
// in the word "petition".
const (
	Establish Kind = "establish" // by an approved petition (name, purpose, petition)
	// for another term, by an approved petition (petition; name and purpose where they change)
	Renew    Kind = "renew"
	Convert  Kind = "convert" // into another unit (unit)
	Disband  Kind = "disband" // on request or for want of renewal (reason)
	Rename   Kind = "rename"  // (name)
	Purposed Kind = "purpose" // the purpose was worded anew (purpose)
	Liaison  Kind = "liaison" // the staff liaisons from that day on (liaisons, one a line)
	// a contact at Headquarters, designated by the Executive Director (contact)
	Contact  Kind = "contact"
	Handbook Kind = "handbook" // the entry in the Handbook of Organization (text)
	Link     Kind = "link"     // address of the group's page (link)
	// space, schedule, small items, budgetary request (of: which of these, what, answer)
	Support   Kind = "support"
	Answer    Kind = "answer" // to a Support (support: its id, answer)
	AskReport Kind = "ask-report"
	GotReport Kind = "annual-report" // handed in (year, or the id of an AskReport in asked)
	Remind    Kind = "reminder"      // somebody was reminded (about)
)

// Group is a Membership Initiative Group, or whatever the rule makes, as it was on a day
// by what was known then.
type Group struct {
	ID      string
	Day     time.Time // on which all of this holds
	Name    string
	Former  []string // earlier names, oldest first
	Purpose string
	Terms   []Term
	// its last day is the one before; zero while none is written down. It may be to come
	Ended    time.Time
	How      Kind      // Convert or Disband
	Why      string    // unit or reason
	Ending   string    // the event that ended it
	Reported Reporting // of its end; zero until Council was told
	Liaisons []string
	Contact  string
	Handbook string
	// when the purpose changed after the entry in the Handbook; zero where it did not
	Reworded time.Time
	Link     string
	Reports  []AnnualReport // handed in
	Asked    []Event        // reports that were asked for beside the yearly ones
	Support  []Request
	Reminded map[string]time.Time // by what about
	Renewing string               // a petition for another term that is under way; empty for none
	// whose report to Council tells of its end; empty until that is issued
	Conference string
	Events     []Event // that took effect by then, in that order
	Ahead      []Event // that take effect later
	Written    []Event // both, in the order in which they were written down
}

// Term is one of a group's terms, both days included.
type Term struct {
	Number   int
	From, To time.Time
	Petition string
	Rule     Rule      // under which it was approved
	Approved time.Time // the day on which it was
}

// AnnualReport is an annual report that was handed in.
type AnnualReport struct {
	Year  int
	Asked string // event; empty for the yearly one
	On    time.Time
	Due   time.Time
	Note  string // what was noted of it, and why one beside the yearly ones was asked for
}

// Request is something that a group asked for, with the answer to it.
type Request struct {
	Event
	Answer   string
	Answered time.Time // zero while there is no answer of its own
}

// Status is where a group stands on a day.
type Status string

const (
	Coming   Status = "to begin"
	Active   Status = "active"
	Window   Status = "renewal due"
	Renewing Status = "renewal under way"
	Overdue  Status = "term ended, not renewed"
	Ended    Status = "disbanded"
	Conveyed Status = "converted"
)

// ReadGroup makes a group of its events as of a day. Without a day it is read as of the
// last one that its events speak of.
func ReadGroup(id string, events []Event, as AsOf) Group {
	g := Group{ID: id, Day: day(as.Day), Reminded: map[string]time.Time{}, Written: standing(events,
		as)}
	inOrder := slices.Clone(g.Written)
	first := firstDay(inOrder)
	effective := func(e Event) time.Time {
		if on := day(e.On); on.After(first) {
			return on
		}
		return first
	}
	slices.SortStableFunc(inOrder, func(a, b Event) int {
		if a.Kind == Establish || b.Kind == Establish {
			return order(b.Kind == Establish, a.Kind == Establish)
		}
		return effective(a).Compare(effective(b))
	})
	for _, e := range inOrder {
		if !as.Reached(effective(e)) {
			g.Ahead = append(g.Ahead, e)
			g.foresee(e)
			continue
		}
		if as.Day.IsZero() && g.Day.Before(effective(e)) {
			g.Day = effective(e)
		}
		g.take(e)
		g.Events = append(g.Events, e)
	}
	return g
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// firstDay is the one on which the group was approved.
func firstDay(events []Event) time.Time {
	for _, e := range events {
		if e.Kind == Establish {
			return day(e.On)
		}
	}
	return time.Time{}
}

func (g *Group) take(e Event) {
	on := day(e.On)
	switch e.Kind {
	case Establish:
		g.Name, g.Purpose = e.Words["name"], e.Words["purpose"]
		g.add(e)
	case Renew:
		g.add(e)
		g.rename(e.Words["name"])
		if p := e.Words["purpose"]; p != "" {
			g.reword(p, on)
		}
	case Convert, Disband:
		g.end(e)
	case Rename:
		g.rename(e.Words["name"])
	case Purposed:
		g.reword(e.Words["purpose"], on)
	case Liaison:
		g.Liaisons = lines(e.Words["liaisons"])
	case Contact:
		g.Contact = e.Words["contact"]
	case Handbook:
		g.Handbook, g.Reworded = e.Words["text"], time.Time{}
	case Link:
		g.Link = e.Words["link"]
	case Support:
		g.Support = append(g.Support, Request{Event: e, Answer: e.Words["answer"]})
	case Answer:
		for i := range g.Support {
			if g.Support[i].ID == e.Words["support"] {
				g.Support[i].Answer, g.Support[i].Answered = e.Words["answer"], on
			}
		}
	case AskReport:
		g.Asked = append(g.Asked, e)
	case GotReport:
		g.Reports = append(g.Reports, g.report(e))
	case Remind:
		g.Reminded[e.Words["about"]] = on
	case Report:
		g.Reported = Reporting{on, e.Words["conference"], e.Words["document"]}
	}
}

// reword gives the group another purpose, of which the Handbook does not know yet.
func (g *Group) reword(purpose string, on time.Time) {
	if purpose != g.Purpose && g.Handbook != "" {
		g.Reworded = on
	}
	g.Purpose = purpose
}

// foresee takes what is known of what is to come: that the group will end.
func (g *Group) foresee(e Event) {
	if e.Kind == Convert || e.Kind == Disband {
		g.end(e)
	}
}

func (g *Group) end(e Event) {
	g.Ended, g.How, g.Why, g.Ending = day(e.On), e.Kind, e.Words["reason"], e.ID
	if e.Kind == Convert {
		g.Why = e.Words["unit"]
	}
}

func (g *Group) rename(to string) {
	if to != "" && to != g.Name {
		g.Former, g.Name = append(g.Former, g.Name), to
	}
}

func (g *Group) report(e Event) AnnualReport {
	r := AnnualReport{Year: yearOf(e), Asked: e.Words["asked"], On: day(e.On),
		Note: e.Words["note"]}
	if r.Asked == "" {
		r.Due = g.ReportDue(r.Year)
		return r
	}
	r.Year = 0
	for _, a := range g.Asked {
		if a.ID == r.Asked {
			r.Due, r.Note = dueOf(a), noted(a.Words["note"], r.Note)
		}
	}
	return r
}

// noted joins two notes, of which either may be missing.
func noted(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// add begins a term: the first on the day of approval, each other one on the day after
// the one before, whenever it was approved, so that there is neither a gap nor an overlap.
func (g *Group) add(e Event) {
	from := day(e.On)
	if n := len(g.Terms); n > 0 {
		from = g.Terms[n-1].To.AddDate(0, 0, 1)
	}
	rule := RuleOf(e)
	g.Terms = append(g.Terms, Term{len(g.Terms) + 1, from, from.AddDate(rule.Years, 0, -1),
		e.Words["petition"], rule, day(e.On)})
}

// First is the first day of the group.
func (g *Group) First() time.Time {
	if len(g.Terms) == 0 {
		return time.Time{}
	}
	return g.Terms[0].From
}

// End is the last day of the last term.
func (g *Group) End() time.Time {
	if len(g.Terms) == 0 {
		return time.Time{}
	}
	return g.Terms[len(g.Terms)-1].To
}

// Over says whether the group has ended by its day.
func (g *Group) Over() bool { return !g.Ended.IsZero() && !g.Day.Before(g.Ended) }

// Rule is the one of the newest term.
func (g *Group) Rule() Rule {
	if len(g.Terms) == 0 {
		return Rule{}
	}
	return g.Terms[len(g.Terms)-1].Rule
}

// Status is where the group stands on its day.
func (g *Group) Status() Status {
	switch {
	case g.Over():
		if g.How == Convert {
			return Conveyed
		}
		return Ended
	case len(g.Terms) == 0 || g.Day.Before(g.First()):
		return Coming
	case g.Renewing != "" && !g.Day.Before(g.windowOpens()):
		return Renewing
	case g.Day.After(g.End()):
		return Overdue
	case !g.Day.Before(g.windowOpens()) && g.Ended.IsZero():
		return Window
	}
	return Active
}

// Exists says whether the group is there on its day.
func (g *Group) Exists() bool { return len(g.Terms) > 0 && !g.Day.Before(g.First()) && !g.Over() }

// windowOpens is the first day on which the group can be renewed.
func (g *Group) windowOpens() time.Time { return g.End().AddDate(0, 0, -g.Rule().Window) }

// Term is the one that the group's day lies in; the last one where that is over.
func (g *Group) Term() Term {
	for _, t := range g.Terms {
		if !g.Day.After(t.To) {
			return t
		}
	}
	if len(g.Terms) == 0 {
		return Term{}
	}
	return g.Terms[len(g.Terms)-1]
}

// Year is a year for which a report is due.
type Year struct {
	Year int
	Due  time.Time
}

// Years are those for which the group has to report, from its first day to its last: the
// day of its own rule lies in each of its terms, and each year has one.
func (g *Group) Years() []Year {
	var out []Year
	for _, t := range g.Terms {
		for year := t.From.Year(); year <= t.To.Year(); year++ {
			due := time.Date(year, t.Rule.ReportMonth, t.Rule.ReportDay, 0, 0, 0, 0, time.UTC)
			if due.Before(t.From) || due.After(t.To) || !due.After(g.First()) ||
				!g.Ended.IsZero() && !due.Before(g.Ended) {
				continue
			}
			if n := len(out); n == 0 || out[n-1].Year < year {
				out = append(out, Year{year, due})
			}
		}
	}
	return out
}

// ReportDue is the day on which the report for a year is due; zero for none.
func (g *Group) ReportDue(year int) time.Time {
	for _, y := range g.Years() {
		if y.Year == year {
			return y.Due
		}
	}
	return time.Time{}
}

// Got is the report for a year, where it was handed in.
func (g *Group) Got(year int) (AnnualReport, bool) {
	for _, r := range g.Reports {
		if r.Asked == "" && r.Year == year {
			return r, true
		}
	}
	return AnnualReport{}, false
}

// Answers is what answered a report that was asked for.
func (g *Group) Answers(asked string) (AnnualReport, bool) {
	for _, r := range g.Reports {
		if r.Asked == asked {
			return r, true
		}
	}
	return AnnualReport{}, false
}

func dueOf(asked Event) time.Time {
	// zero where it is none: an earlier version let that through
	due, _ := time.Parse(time.DateOnly, asked.Words["due"])
	return due
}

// GroupStep is something that may be written down of a group next.
type GroupStep struct {
	Kind     Kind
	Owed     []Owed    // reports that may be handed in, where it is GotReport
	Requests []Request // that may be answered, where it is Answer
	Blocked  string    // why not yet
}

// Owed is a report that a group may hand in: one that was asked for, or that for a year.
type Owed struct {
	Asked Event // zero for that of a year
	Year  int
}

// groupInOrder are the kinds that a group's page offers, in its order. What makes and renews a
// group is written down of its petition.
var groupInOrder = []Kind{GotReport, AskReport, Liaison, Contact, Handbook, Support, Answer, Rename,
	Purposed, Link, Remind, Convert, Disband, Report}

// Next lists what somebody with these roles may write down of the group for today.
func (g *Group) Next(roles []Role, f Facts) []GroupStep {
	var out []GroupStep
	for _, k := range groupInOrder {
		if g.checkKind(k, f.Today, roles, f) != nil {
			continue
		}
		s := GroupStep{Kind: k}
		switch k {
		case GotReport:
			if s.Owed = g.owed(f.Today); len(s.Owed) == 0 {
				continue
			}
		case Answer:
			if s.Requests = g.Unanswered(); len(s.Requests) == 0 {
				continue
			}
		case Report:
			if g.checkEndTold(f.Today) != nil {
				continue
			}
			if g.Conference == "" {
				s.Blocked = notIssued
			}
		}
		out = append(out, s)
	}
	return out
}

// Unanswered are the requests of the group that nobody answered.
func (g *Group) Unanswered() []Request {
	return slices.DeleteFunc(slices.Clone(g.Support), func(r Request) bool {
		return r.Answer != ""
	})
}

// owed are the reports that the group may hand in on a day: those asked for, then those for years,
// the newest first.
func (g *Group) owed(on time.Time) []Owed {
	var out []Owed
	for _, a := range g.Asked {
		if g.checkAsked(a.ID, on) == nil {
			out = append(out, Owed{Asked: a})
		}
	}
	for year := on.Year(); year >= g.First().Year(); year-- {
		if g.checkYear(year, on) == nil {
			out = append(out, Owed{Year: year})
		}
	}
	return out
}

// Undoable is the id of the event that somebody with these roles may take back: what was
// written down last of the group. Empty for none.
func (g *Group) Undoable(roles []Role, f Facts) string {
	if n := len(g.Written); n > 0 && g.checkUndo(Event{Kind: Undo, Undoes: g.Written[n-1].ID},
		roles, f) == nil {
		return g.Written[n-1].ID
	}
	return ""
}

// Retractable are the events that somebody with these roles may take back: what was written
// down last of the group, and what is still to come.
func (g *Group) Retractable(roles []Role, f Facts) []string {
	var out []string
	for _, e := range g.Written {
		if g.checkUndo(Event{Kind: Undo, Undoes: e.ID}, roles, f) == nil {
			out = append(out, e.ID)
		}
	}
	return out
}

// MayWriteOfGroup says whether somebody with these roles may write an event of a kind down.
func MayWriteOfGroup(k Kind, roles []Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool {
		return r == Admin || slices.Contains(writersOfGroup(k), r)
	})
}

func writersOfGroup(k Kind) []Role {
	if slices.Contains(chairs, k) {
		return []Role{Chair}
	}
	return []Role{Staff, Chair}
}

// Check says whether an event may be added to a group as it stands today; nil, or a
// *Refusal.
func (g *Group) Check(e Event, roles []Role, f Facts) error {
	if e.Kind == Undo {
		return g.checkUndo(e, roles, f)
	}
	if err := g.checkKind(e.Kind, e.On, roles, f); err != nil {
		return err
	}
	for _, a := range groupAsks[e.Kind] {
		if strings.TrimSpace(e.Words[a]) == "" {
			return refuse("Fill in %q.", a)
		}
	}
	return g.checkWords(e, f)
}

// checkKind is Check of an event whose words are not known yet.
func (g *Group) checkKind(k Kind, on time.Time, roles []Role, f Facts) error {
	_, ok := groupAsks[k]
	switch {
	case !ok:
		return refuse("There is no event %q of a group.", k)
	case !MayWriteOfGroup(k, roles):
		return refuse("That is for %s to write down.", words(writersOfGroup(k)))
	case len(g.Terms) == 0 && k != Establish:
		return refuse("The group does not exist yet: establish it by an approved petition.")
	case len(g.Terms) > 0 && k == Establish:
		return refuse("The group exists already.")
	}
	if why := checkDay(on, f.Today, slices.Contains(ahead, k)); why != "" {
		return &Refusal{why}
	}
	return g.checkStory(k, day(on))
}

// checkStory holds the day of an event against what is written down of the group.
func (g *Group) checkStory(k Kind, on time.Time) error {
	if len(g.Terms) > 0 && on.Before(g.First()) {
		return refuse("The group begins on %s: nothing can have happened to it before.",
			inWords(g.First()))
	}
	if slices.Contains(afterwards, k) {
		return nil
	}
	ends := k == Disband || k == Convert
	if !g.Ended.IsZero() {
		how := "is disbanded"
		if g.How == Convert {
			how = "is converted"
		}
		switch {
		case k == Renew:
			return refuse("The group %s from %s on: a new petition makes a new group.", how,
				inWords(g.Ended))
		case ends:
			return refuse("It is written down already that the group %s from %s on.", how,
				inWords(g.Ended))
		case !on.Before(g.Ended):
			return refuse("The group has ended: it %s from %s on.", how, inWords(g.Ended))
		}
	}
	if ends {
		for _, w := range g.Written {
			if !slices.Contains(afterwards, w.Kind) && day(w.On).After(on) {
				return refuse("Something is written down of the group for %s: it cannot have "+
					"ended before.", inWords(w.On))
			}
		}
	}
	return nil
}

// checkWords holds what an event says against what is written down of the group.
func (g *Group) checkWords(e Event, f Facts) error {
	switch e.Kind {
	case Renew:
		if early := g.windowOpens(); day(e.On).Before(early) {
			return refuse("The term ends on %s; it can be renewed from %s on.", inWords(g.End()),
				inWords(early))
		}
		if over := g.End().AddDate(RuleOf(e).Years, 0, 0); day(e.On).After(over) {
			return refuse("The term ended on %s, and another one would have ended before %s: a "+
				"new petition makes a new group.", inWords(g.End()), inWords(e.On))
		}
		if n := len(g.Terms); day(e.On).Before(g.Terms[n-1].Approved) {
			return refuse("Term %d was approved on %s: the next one cannot be before.", n,
				inWords(g.Terms[n-1].Approved))
		}
	case Rename:
		if e.Words["name"] == g.Name && len(g.Ahead) == 0 {
			return refuse("That is the group's name already.")
		}
	case Link:
		if !WebAddress(e.Words["link"]) {
			return refuse("A link begins with https:// or http://, such as " +
				"https://example.org/groups.")
		}
	case AskReport:
		due, err := time.Parse(time.DateOnly, e.Words["due"])
		if err != nil {
			return refuse("%q is no day: write the day on which the report is due as one such as "+
				"2027-03-01.", e.Words["due"])
		}
		if due.Before(day(e.On)) || !g.Ended.IsZero() && !due.Before(g.Ended) ||
			due.After(day(e.On).AddDate(mostAhead, 0, 0)) {
			return refuse("The report cannot be due on %s: choose a day from the one on which it "+
				"is asked for on, while the group exists.", inWords(due))
		}
	case GotReport:
		return g.checkReport(e)
	case Answer:
		i := slices.IndexFunc(g.Support, func(r Request) bool { return r.ID == e.Words["support"] })
		switch {
		case i < 0:
			return refuse("There is no request %q of the group.", e.Words["support"])
		case g.Support[i].Answer != "":
			return refuse("That request was answered already.")
		case day(e.On).Before(day(g.Support[i].On)):
			return refuse("The group asked on %s: the answer cannot be before.",
				inWords(g.Support[i].On))
		}
	case Report:
		if err := g.checkEndTold(e.On); err != nil {
			return err
		}
		return checkReported(e, f)
	}
	return nil
}

// checkEndTold says whether Council can have been told on a day that the group ended.
func (g *Group) checkEndTold(on time.Time) error {
	switch {
	case g.Ended.IsZero():
		return refuse("The group exists: only its end is reported to Council from here, its " +
			"petitions on their own pages.")
	case !g.Reported.On.IsZero():
		return refuse("The end of the group was reported to Council already.")
	case day(on).Before(g.Ended):
		return refuse("The group ends on %s: that cannot have been reported before.",
			inWords(g.Ended))
	}
	return nil
}

func (g *Group) checkReport(e Event) error {
	if asked := e.Words["asked"]; asked != "" {
		return g.checkAsked(asked, e.On)
	}
	return g.checkYear(yearOf(e), e.On)
}

// checkAsked says whether a report that was asked for can have come on a day.
func (g *Group) checkAsked(asked string, on time.Time) error {
	i := slices.IndexFunc(g.Asked, func(a Event) bool { return a.ID == asked })
	switch {
	case i < 0:
		return refuse("No such report was asked for.")
	case day(on).Before(day(g.Asked[i].On)):
		return refuse("The report was asked for on %s: it cannot have come before.",
			inWords(g.Asked[i].On))
	}
	if got, ok := g.Answers(asked); ok {
		return refuse("That report was handed in on %s already.", inWords(got.On))
	}
	return nil
}

// checkYear says whether the report for a year can have come on a day.
func (g *Group) checkYear(year int, on time.Time) error {
	if year == 0 {
		return refuse("Say for which year the report is.")
	}
	last := g.End()
	if !g.Ended.IsZero() && g.Ended.Before(last) {
		last = g.Ended
	}
	switch {
	case year < g.First().Year() || year > last.Year():
		return refuse("The group existed from %d to %d: there is no report for %d.",
			g.First().Year(), last.Year(), year)
	case year > on.Year():
		return refuse("A report that came on %s is not for %d.", inWords(on), year)
	}
	if got, ok := g.Got(year); ok {
		return refuse("The report for %d was handed in on %s already.", year, inWords(got.On))
	}
	return nil
}

// checkUndo lets the newest event be taken back by whoever may write it, and any that is
// still to come.
func (g *Group) checkUndo(e Event, roles []Role, f Facts) error {
	i := slices.IndexFunc(g.Written, func(w Event) bool { return w.ID == e.Undoes })
	if i < 0 {
		return refuse("There is nothing like it to take back.")
	}
	w := g.Written[i]
	coming := slices.ContainsFunc(g.Ahead, func(a Event) bool { return a.ID == w.ID })
	switch {
	case !MayWriteOfGroup(w.Kind, roles):
		return refuse("That is for %s to take back.", words(writersOfGroup(w.Kind)))
	case i != len(g.Written)-1 && !coming:
		return refuse("Only what was written down last, or is still to come, can be taken back.")
	case w.Kind == Establish || w.Kind == Renew:
		return refuse("The approval is taken back on the page of its petition.")
	case w.Kind == Report, f.Issued != "" && w.ID == g.Ending:
		return &Refusal{toldCouncil}
	}
	return nil
}

const toldCouncil = "What was reported to Council cannot be taken back: write down a correction, " +
	"which the next report tells of."

// WebAddress says whether a text is an address that a page can link to.
func WebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// chairs are what only the committee's chair writes down of a group.
var chairs = []Kind{Establish, Renew, Convert, Disband, Report}

// ahead are the kinds that may take effect on a day to come.
var ahead = []Kind{Convert, Disband, Rename, Purposed, Liaison, Contact, Handbook, Link}

// afterwards are those that may be written down of a group after its end.
var afterwards = []Kind{GotReport, Report, Answer}

var groupAsks = map[Kind][]string{
	Establish: {"name", "petition"}, Renew: {"petition"}, Convert: {"unit"}, Disband: {"reason"},
	Rename: {"name"}, Purposed: {"purpose"},
	Liaison: {"liaisons"}, Contact: {"contact"}, Handbook: {"text"}, Link: {"link"},
	Support: {"what"}, Answer: {"support", "answer"}, AskReport: {"due"}, GotReport: nil,
	Remind: {"about"},
	Report: {"conference"},
}
