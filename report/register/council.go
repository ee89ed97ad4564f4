package register

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Action is something that Council is told of: a petition that was approved or
// disapproved, a group that was disbanded or converted.
type Action struct {
	Event    string // its id
	Kind     Kind   // Approve, Disapprove, Disband, Convert
	On       time.Time
	At       time.Time
	Petition string // empty for the end of a group
	Group    string // empty where none was made
	Told     string // the conference whose report has it; empty until that is issued
	Reported Reporting
}

// Issued is a report that was given to Council. It stays what it was.
type Issued struct {
	ID          string
	Conference  string
	Document    string    // its number
	On          time.Time // its date
	CutOff      time.Time // the last day that it covers
	At          time.Time // when it was issued
	By          string    // account
	Actions     []string  // events
	Corrections []string  // events
	SHA256      string    // of the workbook
}

// Correct sets right what a report said that was issued (report: its conference, text).
const Correct Kind = "correction"

// Actions are all that stand by what is known at a time, in the order of their days.
func (b *Book) Actions(as AsOf) []Action {
	var out []Action
	for id := range b.Petitions {
		p := b.Petition(id, as)
		if d := p.Decision; d.Action == Approve || d.Action == Disapprove {
			a := Action{Event: p.Decided, Kind: d.Action, On: d.On, Petition: id, Told: p.Told,
				Reported: p.Reported}
			for _, e := range p.Events {
				if e.ID == p.Decided {
					a.Group, a.At = e.Words["group"], e.At
				}
			}
			out = append(out, a)
		}
	}
	for id := range b.Groups {
		g := b.Group(id, as)
		if g.Ending == "" || !as.Reached(g.Ended) {
			continue
		}
		a := Action{Event: g.Ending, Kind: g.How, On: g.Ended, Group: id, Told: g.Conference,
			Reported: g.Reported}
		for _, e := range g.Written {
			if e.ID == g.Ending {
				a.At = e.At
			}
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Action) int {
		return cmp.Or(a.On.Compare(b.On), a.At.Compare(b.At), cmp.Compare(a.Event, b.Event))
	})
	return out
}

// ActionsFor are those that the report for a conference tells of: all up to its cut-off
// that no report before it has. What was written down late is told late, and nothing
// twice.
func (b *Book) ActionsFor(conference string, cutOff, known time.Time) []Action {
	return slices.DeleteFunc(b.Actions(AsOf{Day: cutOff, Known: known}), func(a Action) bool {
		// An earlier version of the program noted where an action was reported without
		// keeping the report.
		elsewhere := a.Reported.Conference != "" && a.Reported.Conference != conference
		return a.Told != "" && a.Told != conference || elsewhere
	})
}

// CorrectionsFor are those that the report for a conference has.
func (b *Book) CorrectionsFor(conference string, cutOff, known time.Time) []Event {
	as := AsOf{Day: cutOff, Known: known}
	return slices.DeleteFunc(standing(b.Corrections, as), func(e Event) bool {
		told := b.correctedIn(e.ID, as)
		return !as.Reached(e.On) || told != "" && told != conference ||
			e.Words["report"] == conference
	})
}

// RewordedFor are the purposes that were worded anew, of which the report for a conference tells
// in its text for the Handbook: those up to its cut-off that no report before it could have.
func (b *Book) RewordedFor(conference string, cutOff, known time.Time) []Event {
	var out []Event
	for _, g := range b.All(AsOf{Day: cutOff, Known: known}) {
		for _, e := range g.Events {
			if e.Kind == Purposed && !slices.ContainsFunc(b.Issued, func(r Issued) bool {
				before := known.IsZero() || !r.At.After(known)
				return before && r.Conference != conference && !r.At.Before(e.At) &&
					!r.CutOff.Before(day(e.On))
			}) {
				out = append(out, e)
			}
		}
	}
	return out
}

// StandingCorrections are those that were not taken back.
func (b *Book) StandingCorrections() []Event { return standing(b.Corrections, AsOf{}) }

// CorrectedIn is the conference whose report has a correction; empty for none yet.
func (b *Book) CorrectedIn(event string) string { return b.correctedIn(event, AsOf{}) }

func (b *Book) correctedIn(event string, as AsOf) string {
	for _, r := range b.Issued {
		if (as.Known.IsZero() || !r.At.After(as.Known)) && slices.Contains(r.Corrections, event) {
			return r.Conference
		}
	}
	return ""
}

// told is the conference whose report has an event, by what is known at a time.
func (b *Book) told(event string, as AsOf) string {
	if event == "" {
		return ""
	}
	for _, r := range b.Issued {
		if (as.Known.IsZero() || !r.At.After(as.Known)) && slices.Contains(r.Actions, event) {
			return r.Conference
		}
	}
	return ""
}

// Report is the one that was issued for a conference.
func (b *Book) Report(conference string) (Issued, bool) {
	for _, r := range b.Issued {
		if r.Conference == conference {
			return r, true
		}
	}
	return Issued{}, false
}

// Before is the report before the one for a conference: the last that was issued, or the
// one that was issued before it.
func (b *Book) Before(conference string) (Issued, bool) {
	var last Issued
	for _, r := range b.Issued {
		if r.Conference == conference {
			break
		}
		last = r
	}
	return last, last.ID != ""
}

// CutOff is the last day that a report covers where nobody says another: today, or the
// last day of its conference where that is over.
func (b *Book) CutOff(conference string, today time.Time) time.Time {
	if c := b.conference(conference); c.Name != "" && day(c.To).Before(day(today)) {
		return day(c.To)
	}
	return day(today)
}

// Next is the conference at which Council is told of something that was done on a day: the
// first from then on whose report is not issued yet.
func (b *Book) Next(on time.Time) Conference {
	open := slices.DeleteFunc(slices.Clone(b.Conferences), func(c Conference) bool {
		if _, ok := b.Report(c.Name); ok {
			return true
		}
		for _, r := range b.Issued {
			if b.conference(r.Conference).From.After(c.From) {
				return true
			}
		}
		return false
	})
	c, _ := Next(open, on)
	return c
}

// ConferenceOf is the one at which Council was told of an action, or will be.
func (b *Book) ConferenceOf(told string, on time.Time) Conference {
	if told != "" {
		if c := b.conference(told); c.Name != "" {
			return c
		}
		return Conference{Name: told, From: on}
	}
	return b.Next(on)
}

// CheckIssue says whether a report may be issued as it is; nil, or a *Refusal.
func (b *Book) CheckIssue(r Issued, roles []Role, today time.Time) error {
	if !MayIssue(roles) {
		return refuse("That is for %s to do.", words([]Role{Chair}))
	}
	c := b.conference(r.Conference)
	if c.Name == "" {
		return &Refusal{unknownConference}
	}
	if done, ok := b.Report(r.Conference); ok {
		return refuse("The report for %s was issued on %s already: what it says stays, and "+
			"corrections stand in the next one.", r.Conference, inWords(done.On))
	}
	if strings.TrimSpace(r.Document) == "" {
		return refuse("Write the number of the document.")
	}
	for _, d := range []time.Time{r.CutOff, r.On} {
		if why := checkDay(d, today, false); why != "" {
			return &Refusal{why}
		}
	}
	switch {
	case day(c.From).After(day(r.CutOff).AddDate(2, 0, 0)):
		return refuse("%s begins on %s, more than two years after the time that its report "+
			"covers: choose a conference before.", c.Name, inWords(c.From))
	case day(r.CutOff).After(day(c.To)):
		return refuse("%s ended on %s: its report covers no day after.", c.Name, inWords(c.To))
	case day(r.On).Before(day(r.CutOff)):
		return refuse("The report covers the time up to %s: its date cannot be before.",
			inWords(r.CutOff))
	}
	for _, before := range b.Issued {
		switch {
		case before.Document == r.Document:
			return refuse("The report for %s has that number already.", before.Conference)
		case day(r.CutOff).Before(day(before.CutOff)):
			return refuse("The report for %s covers the time up to %s: this one cannot end before.",
				before.Conference, inWords(before.CutOff))
		case b.conference(before.Conference).From.After(c.From):
			return refuse("The report for %s was issued already, which is later: choose a coming "+
				"conference.", before.Conference)
		}
	}
	return nil
}

// CheckConferences says whether a table of conferences may take the place of the one there is.
// A conference with a report keeps its name, by which the report is found, and its place in
// the order of reports; its days may move.
func (b *Book) CheckConferences(list []Conference) error {
	var before Conference
	for _, r := range b.Issued {
		i := slices.IndexFunc(list, func(c Conference) bool { return c.Name == r.Conference })
		switch {
		case i < 0 && b.conference(r.Conference).Name != "":
			return refuse("The report to Council for %s was issued: leave that conference in the "+
				"table, under this name.", r.Conference)
		case i < 0:
			continue // an earlier version let it go
		case list[i].From.Before(before.From):
			return refuse("The report for %s was issued after the one for %s: leave these "+
				"conferences in that order.", r.Conference, before.Name)
		case day(list[i].To).Before(day(r.CutOff)):
			return refuse("The report for %s covers the time up to %s: the conference cannot "+
				"have ended before.", r.Conference, inWords(r.CutOff))
		}
		before = list[i]
	}
	return nil
}

// MayIssue says who gives reports to Council and corrects them.
func MayIssue(roles []Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return r == Admin || r == Chair })
}

// CheckCorrection says whether a correction may be written down or taken back.
func (b *Book) CheckCorrection(e Event, roles []Role, today time.Time) error {
	if !MayIssue(roles) {
		return refuse("That is for %s to write down.", words([]Role{Chair}))
	}
	if e.Kind == Undo {
		list := standing(b.Corrections, AsOf{})
		switch {
		case len(list) == 0 || list[len(list)-1].ID != e.Undoes:
			return refuse("Only the last correction can be taken back.")
		case b.correctedIn(e.Undoes, AsOf{}) != "":
			return &Refusal{toldCouncil}
		}
		return nil
	}
	if e.Kind != Correct {
		return refuse("There is no event %q of a report to Council.", e.Kind)
	}
	if why := checkDay(e.On, today, false); why != "" {
		return &Refusal{why}
	}
	r, ok := b.Report(e.Words["report"])
	switch {
	case !ok:
		return refuse("No report to Council was issued for %q: only what was issued is corrected.",
			e.Words["report"])
	case day(e.On).Before(day(r.On)):
		return refuse("The report for %s has the date %s: it cannot be corrected before.",
			r.Conference, inWords(r.On))
	case strings.TrimSpace(e.Words["text"]) == "":
		return refuse("Write what is corrected.")
	}
	return nil
}

// DueOfCouncil lists the corrections that are in no report yet.
func (b *Book) DueOfCouncil(today time.Time) []Task {
	var out []Task
	for _, e := range standing(b.Corrections, AsOf{}) {
		if b.correctedIn(e.ID, AsOf{}) != "" {
			continue
		}
		r, _ := b.Report(e.Words["report"])
		t := reportTask(day(e.On), b.Next(e.On), 0)
		t.What, t.Key = "Correct the report "+r.Document+" in the next one to Council", "correct-"+
			e.ID
		t.About, t.Subject = r.Conference, e.Words["report"]
		t.Overdue = t.Due.Before(day(today))
		out = append(out, t)
	}
	return out
}
