package verify

import (
	"cmp"
	"math"
	"slices"
)

// Look says what an undecided line asks of a person.
type Look string

const (
	Confirm    Look = "confirm"    // one member fits; a key will do
	Choose     Look = "choose"     // the member is among the first five candidates
	Search     Look = "search"     // the roll has to be searched
	Unreadable Look = "unreadable" // the line has to be made out first
)

// seconds that a person takes for an undecided line, which is what the order
// in which to look at lines is after.
func (l Look) seconds() float64 {
	switch l {
	case Confirm:
		return 3
	case Choose:
		return 10
	case Search:
		return 40
	}
	return 60
}

// likely is the probability from which one key, or a choice among five, is
// worth offering.
const likely = 0.9

func (d *Decision) look() Look {
	five := 0.0
	for _, c := range d.Candidates[:min(5, len(d.Candidates))] {
		five += c.Probability
	}
	switch {
	case d.Verdict != Uncertain:
		return ""
	case d.Probability >= likely:
		return Confirm
	case five >= likely:
		return Choose
	case d.Reason == Illegible || d.Reason == Incomplete:
		return Unreadable
	}
	return Search
}

// How often a person who looks finds for the line.
const (
	signedAfterAll = 0.7 // where ink is there and nobody could tell whether it is a signature
	otherDoubts    = 0.5 // a date, a status that the rules do not know, the program against a person
)

// odds is the probability that a line counts once people have looked at it.
func (r Rules) odds(dates Dates, d *Decision, counted map[string]bool) float64 {
	switch d.Verdict {
	case Valid:
		return 1
	case Invalid:
		return 0
	}
	if d.Contested {
		return otherDoubts
	}
	p := 0.0
	for _, c := range d.Candidates {
		if counted[c.person()] {
			continue
		}
		if s, _ := r.standingOf(dates, d.Line, c); s.Reason == IsMember || s.Reason == "" {
			p += c.Probability
		}
	}
	switch d.Reason {
	case Unsigned:
		p *= signedAfterAll
	case OutOfWindow, Lapsed:
		p *= otherDoubts
	}
	return min(p, 1)
}

// Outlook is how the count may come out once people have looked at the
// undecided lines.
type Outlook struct {
	Guaranteed int     // lines that count whatever is found
	Expected   float64 // lines that will count, on average
	Possible   int     // lines that count if every doubt is settled for the petition
	Enough     float64 // probability that at least as many count as are required
	Next       []int   // places of undecided lines in the order in which to look at them; none once the outcome is certain
}

// Certain says whether no undecided line can change the outcome.
func (o Outlook) Certain(required int) bool { return o.Guaranteed >= required || o.Possible < required }

// outlookOf works out the outlook of decided lines.
func outlookOf(decisions []Decision, required int) Outlook {
	var o Outlook
	var open []int
	for i, d := range decisions {
		switch {
		case d.Verdict == Valid:
			o.Guaranteed++
		case d.Verdict == Uncertain:
			open = append(open, i)
		}
		o.Expected += d.Odds
	}
	o.Possible = o.Guaranteed + mayCount(decisions, open)
	o.Enough = atLeast(decisions, open, required-o.Guaranteed)
	if o.Certain(required) {
		return o
	}
	// The outcome is certain soonest if lines come first that speak for the likelier
	// one, by the time they take.
	worth := func(i int) float64 {
		p := decisions[i].Odds
		if o.Enough < 0.5 {
			p = 1 - p
		}
		return p / decisions[i].Look.seconds()
	}
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(worth(b), worth(a)) })
	o.Next = slices.DeleteFunc(open, func(i int) bool { return decisions[i].Needs == NeedsOther })
	return o
}

// mayCount is how many undecided lines may count together: all of them, but for
// those that are certainly one person's.
func mayCount(decisions []Decision, open []int) int {
	n := 0
	taken := map[string]bool{}
	for _, i := range open {
		d := &decisions[i]
		if len(d.Candidates) > 0 && d.Probability >= 1-1e-6 {
			if id := d.Candidates[0].person(); taken[id] {
				continue
			} else {
				taken[id] = true
			}
		}
		n++
	}
	return n
}

// atLeast is the probability that k or more of the open lines count, each by
// its own chance.
func atLeast(decisions []Decision, open []int, k int) float64 {
	if k <= 0 {
		return 1
	}
	if k > len(open) {
		return 0
	}
	exactly := make([]float64, k) // by number so far; k and more are the rest
	exactly[0] = 1
	for _, i := range open {
		p := decisions[i].Odds
		for n := k - 1; n > 0; n-- {
			exactly[n] = exactly[n]*(1-p) + exactly[n-1]*p
		}
		exactly[0] *= 1 - p
	}
	fewer := 0.0
	for _, p := range exactly {
		fewer += p
	}
	return math.Min(1, math.Max(0, 1-fewer))
}
