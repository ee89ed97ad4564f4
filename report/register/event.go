// Package register keeps what becomes of a petition once its signatures are
// counted, and of the group that it makes: from the packet handed in to a group's
// last day. Events enter, dated and signed by whoever wrote them down; a Petition
// or a Group is what its events come to, and a Book is all of them together, with
// the reports that Council was given. What is due, the public list and the
// calendar are made of those. Pages, letters and the workbook for Council are
// next.
//
// Nothing here is edited: an event that was a mistake is taken back by
// another one, and both stay on record. Every event has two times, the day on
// which it takes effect and the moment at which it was written down, so that two
// questions have an answer that stays: what was true on a day, and what was known
// at a moment (AsOf).
package register

import (
	"fmt"
	"slices"
	"time"
)

// Event is something that happened to a petition or a group.
type Event struct {
	ID      string
	Subject string    // petition or group
	Kind    Kind      //
	On      time.Time // the day on which it happened or takes effect, without a time of day
	At      time.Time // when it was written down
	By      string    // account
	Words   Words     // what it says, by the names that its kind knows
	Undoes  string    // event; only where Kind is Undo
}

// Words are what an event says: a vote, a rationale, the name of a conference.
type Words map[string]string

// Kind says what happened.
type Kind string

// Undo takes another event of the same subject back.
const Undo Kind = "undo"

// AsOf is the time that a question is about.
type AsOf struct {
	Day   time.Time // what was true on it; zero for the last day that is written down
	Known time.Time // by what was written down until that moment; zero for all that is
}

// Knows says whether an event was written down by then.
func (a AsOf) Knows(e Event) bool { return a.Known.IsZero() || !e.At.After(a.Known) }

// Reached says whether a day has come by then.
func (a AsOf) Reached(on time.Time) bool { return a.Day.IsZero() || !day(on).After(day(a.Day)) }

// standing leaves out events that nobody knew of and those that were taken back, and
// sorts the others by the time they were written down; those of one moment stay in
// their order.
func standing(events []Event, as AsOf) []Event {
	undone := map[string]bool{}
	for _, e := range events {
		if e.Kind == Undo && as.Knows(e) {
			undone[e.Undoes] = true
		}
	}
	var out []Event
	for _, e := range events {
		if e.Kind != Undo && as.Knows(e) && !undone[e.ID] {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return a.At.Compare(b.At) })
	return out
}

// DayOf drops the time of day, so that days compare as days.
func DayOf(t time.Time) time.Time { return day(t) }

func day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// inWords is a day as refusals write it.
func inWords(t time.Time) string { return t.Format("2 January 2006") }

// mostAhead is how far ahead something may take effect, in years. A slip in a year would
// move every term and deadline that is counted from it.
const mostAhead = 10

// checkDay refuses a day that cannot be right, whatever it is about. Something may take
// effect later only where ahead is set. No today means that only the year is looked at.
func checkDay(on, today time.Time, ahead bool) string {
	on, today = day(on), day(today)
	switch {
	case on.IsZero():
		return "Say on which day it happened."
	case on.Year() < 1900, !today.IsZero() && on.After(today.AddDate(mostAhead, 0, 0)):
		return fmt.Sprintf("The year of %s cannot be right: write a day from 1900 on and at most "+
			"ten years ahead.", inWords(on))
	case !today.IsZero() && on.After(today) && !ahead:
		return fmt.Sprintf("%s is still to come: write it down once it has happened.", inWords(on))
	}
	return ""
}

// Refusal says why an event may not be written down, in a sentence for the
// person who tried.
type Refusal struct{ Why string }

func (r *Refusal) Error() string { return r.Why }

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }
