package verify

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
func (r Rules) odds(dates Dates, d *Decision, counted func(person string) bool) float64 {
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
		if counted(c.person()) {
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

// unmatchedOdds is of lines that wait for the membership export. How many of them will count
// nobody can know; most do.
const unmatchedOdds = 0.8

// weighOdds says how likely a line counts in the end, and what it waits for.
func (r Rules) weighOdds(dates Dates, d *Decision, waits bool, counted func(person string) bool) {
	if waits && d.Verdict == Uncertain && !d.ByPeople() {
		d.Because, d.Look, d.Needs, d.Odds = "Not compared with the membership export yet.", "", NeedsMatch, unmatchedOdds
		return
	}
	d.Odds = r.odds(dates, d, counted)
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
