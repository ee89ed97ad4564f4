package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/verify/name"
	"countersign/verify/roll"
)

// Standing is whether a member counts on a day.
type Standing struct {
	Reason Reason // IsMember, Lapsed or Ineligible; empty where the export does not say
	Words  string // such as "status is Lapsed"
}

// Standing judges a member as the rules ask. A status decides first; without
// one the date paid through and the grace days do, and without a date only
// life members are in good standing.
func (r Rules) Standing(m *roll.Member, on time.Time) Standing {
	for _, of := range []string{m.Class, m.Type} {
		if of != "" && listed(r.RefusedClasses, of) {
			return Standing{Ineligible, "member class is " + of}
		}
	}
	statuses := m.Statuses
	if len(statuses) == 0 && m.Status != "" {
		statuses = []string{m.Status}
	}
	for _, s := range statuses {
		if listed(r.RefusedStatuses, s) {
			return Standing{Ineligible, "status is " + s}
		}
	}
	for _, s := range statuses {
		if !listed(r.AcceptedStatuses, s) {
			continue
		}
		if r.longUnpaid(m, on) {
			return Standing{"", fmt.Sprintf("the status is %s, and the dues were paid through %s only", s, m.PaidThru.Format(time.DateOnly))}
		}
		return r.joinedBefore(m, on, "status is "+s)
	}
	for _, s := range statuses {
		if listed(r.LapsedStatuses, s) {
			return Standing{Lapsed, "status is " + s}
		}
	}
	if len(statuses) > 0 {
		return Standing{"", fmt.Sprintf("the rules do not say whether status %s counts", statuses[0])}
	}
	return r.paid(m, on)
}

// longUnpaid says whether a member has several rows, one for each term it seems, of which the
// last ended so long before a day that the status of one of them cannot be relied on. Dues are
// asked for once a year, and no grace is longer.
func (r Rules) longUnpaid(m *roll.Member, on time.Time) bool {
	if len(m.Lines) < 2 || on.IsZero() || m.PaidThru.Year() < 1901 || r.forLife(m) {
		return false
	}
	last := m.PaidThru
	if m.PaidOr.After(last) {
		last = m.PaidOr
	}
	return midnight(on).After(last.AddDate(1, 0, r.GraceDays))
}

// forLife reports whether a member needs no date paid through.
func (r Rules) forLife(m *roll.Member) bool {
	return listed(r.LifeTypes, m.Type) || listed(r.LifeTypes, m.Class)
}

func (r Rules) paid(m *roll.Member, on time.Time) Standing {
	switch {
	case m.Unread != "":
		return Standing{"", fmt.Sprintf("the date paid through, %s, cannot be read", m.Unread)}
	case m.PaidThru.IsZero() && r.forLife(m):
		return r.joinedBefore(m, on, "member for life")
	case m.PaidThru.IsZero() && r.RollCounts:
		return r.joinedBefore(m, on, "on the roll, which is enough by the rule")
	case m.PaidThru.IsZero():
		return Standing{"", "the export has neither a status nor a date paid through"}
	case m.PaidThru.Year() < 1901:
		return Standing{"", "the date paid through cannot be read in the export"}
	case on.IsZero():
		return Standing{"", "the day that decides on standing is not known"}
	}
	lapsed := func(paid time.Time) bool { return midnight(on).After(paid.AddDate(0, 0, r.GraceDays)) }
	words := "paid through " + m.PaidThru.Format(time.DateOnly)
	if !m.PaidOr.IsZero() {
		words += " or " + m.PaidOr.Format(time.DateOnly) + ", as day or month come first"
		if lapsed(m.PaidThru) != lapsed(m.PaidOr) {
			return Standing{"", "it is " + words}
		}
	}
	if lapsed(m.PaidThru) {
		return Standing{Lapsed, words}
	}
	return r.joinedBefore(m, on, words)
}

// joinedBefore holds a member in good standing to the date of joining. A
// later date may be a renewal after a lapse, which only a person can tell.
func (r Rules) joinedBefore(m *roll.Member, on time.Time, words string) Standing {
	joined := m.Joined
	if m.JoinedOr.After(joined) {
		joined = m.JoinedOr // of two days that it may be, the one that raises the question
	}
	if !on.IsZero() && joined.After(midnight(on)) {
		return Standing{"", "joined on " + joined.Format(time.DateOnly) + ", after signing"}
	}
	return Standing{IsMember, words}
}

// Unstated is of how many members the export says nothing that the rules judge standing by: lines
// of theirs wait for a person.
func (r Rules) Unstated(members *roll.Members) (n int) {
	if r.RollCounts {
		return 0
	}
	for _, m := range members.All() {
		if m.Status == "" && len(m.Statuses) == 0 && m.PaidThru.IsZero() && m.Unread == "" && !r.forLife(m) {
			n++
		}
	}
	return n
}

// StatusCount is how many members have a status.
type StatusCount struct {
	Status  string
	Members int
}

// UnknownStatuses are those of a roll that are in no list of the rules, most frequent first:
// whether their members count is left to a person.
func (r Rules) UnknownStatuses(members *roll.Members) []StatusCount {
	var out []StatusCount
	for status, n := range members.Count(roll.Status) {
		if status != "" && !listed(r.AcceptedStatuses, status) && !listed(r.RefusedStatuses, status) &&
			!listed(r.LapsedStatuses, status) {
			out = append(out, StatusCount{status, n})
		}
	}
	slices.SortFunc(out, func(a, b StatusCount) int {
		return cmp.Or(cmp.Compare(b.Members, a.Members), cmp.Compare(a.Status, b.Status))
	})
	return out
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// listed compares without case and punctuation; "Life Member" is listed by Life.
func listed(list []string, s string) bool {
	if s == "" {
		return false
	}
	key := ""
	for _, l := range list {
		if strings.EqualFold(l, s) {
			return true
		}
		if l == "" || isLetter(l[0]) && isLetter(s[0]) && l[0]|0x20 != s[0]|0x20 {
			continue // most are not, and folding takes longest
		}
		if key == "" {
			if key = name.Joined(s); key == "" {
				return false
			}
		}
		if l = name.Joined(l); key == l || key == l+"member" || key == l+"membership" {
			return true
		}
	}
	return false
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
