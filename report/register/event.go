// Package register keeps what becomes of a petition once its signatures are
// counted, and of the group that it makes: from the packet handed in to a group's
// last day. Events enter, dated and signed by whoever wrote them down; a Petition
// or a Group is what its events come to. What is due, the public list and the
// calendar are made of those. Pages, letters and the workbook for Council are
// next.
//
// Nothing here is edited: an event that was a mistake is taken back by
// another one, and both stay on record.
package register

import (
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

// standing leaves out events that were taken back, and sorts the others by the
// time they were written down; those of one moment stay in their order.
func standing(events []Event) []Event {
	undone := map[string]bool{}
	for _, e := range events {
		if e.Kind == Undo {
			undone[e.Undoes] = true
		}
	}
	var out []Event
	for _, e := range events {
		if e.Kind != Undo && !undone[e.ID] {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return a.At.Compare(b.At) })
	return out
}

// day drops the time of day, so that days compare as days.
func day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
