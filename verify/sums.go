package verify

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// sums are what the decisions of a petition come to. They are the same in whatever order the
// decisions were added, replaced and taken out, to the last bit.
type sums struct {
	required int
	Tally    // but for the outlook
	expected fixed
	variance fixed // of the number of undecided lines that count
	skew     fixed // its third central moment

	sure   map[string]int // undecided lines that are certainly a person's
	second int            // those beyond the first of each person

	open    []int32 // undecided lines, ascending
	ranked  []ranked
	against bool // ranked by what speaks against the petition
	changes []change
}

// ranked is an undecided line and what a look at it is worth, the most first.
type ranked struct {
	worth float64
	at    int32
}

type change struct {
	at          int32
	before, now *Decision
}

// fixed is a number in whole steps, so that sums do not hang on their order.
type fixed int64

const fixedOne = 1 << 40 // a million lines stay far below what an int64 holds

func newFixed(x float64) fixed { return fixed(math.Round(x * fixedOne)) }
func (f fixed) float() float64 { return float64(f) / fixedOne }
func newSums(required int) sums {
	return sums{required: required, sure: map[string]int{}, Tally: Tally{Required: required,
		ByReason: map[Reason]int{}, Doubts: map[Reason]int{}, Looks: map[Look]int{}, Needs: map[Needs]int{}}}
}

// replace counts another decision of a line, nil before for none yet.
func (s *sums) replace(at int32, before, now *Decision) {
	if before != nil {
		s.add(before, -1)
	}
	s.add(now, 1)
	s.changes = append(s.changes, change{at, before, now})
}

func (s *sums) add(d *Decision, by int) {
	s.Rows += by
	if d.ByPeople() && d.Verdict != Uncertain {
		s.ByPeople += by
	}
	s.expected += fixed(by) * newFixed(d.Odds)
	switch d.Verdict {
	case Valid:
		s.Valid += by
		return
	case Invalid:
		s.Invalid += by
		addTo(s.ByReason, d.Reason, by)
		return
	}
	s.Uncertain += by
	addTo(s.Doubts, d.Reason, by)
	addTo(s.Looks, d.Look, by)
	addTo(s.Needs, d.Needs, by)
	p := d.Odds
	s.variance += fixed(by) * newFixed(p*(1-p))
	s.skew += fixed(by) * newFixed(p*(1-p)*(1-2*p))
	if who := d.surely(); who != "" {
		s.second -= max(s.sure[who]-1, 0)
		addTo(s.sure, who, by)
		s.second += max(s.sure[who]-1, 0)
	}
}

func addTo[K comparable](counts map[K]int, key K, by int) {
	if counts[key] += by; counts[key] == 0 {
		delete(counts, key)
	}
}

// surely is who certainly wrote a line, empty where that is not certain.
func (d *Decision) surely() string {
	if d.Probability < 1-1e-6 {
		return ""
	}
	return d.person()
}

// tally gives the sums. all are the decisions that were counted.
func (s *sums) tally(all []*Decision) Tally {
	t := s.Tally
	t.ByReason, t.Doubts, t.Looks, t.Needs = maps.Clone(t.ByReason), maps.Clone(t.Doubts), maps.Clone(t.Looks), maps.Clone(t.Needs)
	s.listOpen(all)
	// Undecided lines may all count together, but for those that are certainly one person's.
	o := Outlook{Guaranteed: t.Valid, Expected: s.expected.float(), Possible: t.Valid + len(s.open) - s.second}
	o.Enough = s.atLeast(all, s.required-t.Valid)
	s.rank(all, o.Enough < 0.5)
	if !o.Certain(s.required) {
		o.Next = make([]int, 0, len(s.ranked))
		for _, r := range s.ranked {
			o.Next = append(o.Next, int(r.at))
		}
	}
	t.Outlook = o
	return t
}

// mostChanges are put into the list of undecided lines one by one; with more it is made anew.
const mostChanges = 200

func (s *sums) listOpen(all []*Decision) {
	if len(s.changes) <= mostChanges {
		for _, c := range s.changes {
			if c.before != nil && c.before.Verdict == Uncertain {
				s.open = withoutLine(s.open, c.at)
			}
			if c.now.Verdict == Uncertain {
				s.open = withLine(s.open, c.at)
			}
		}
		return
	}
	s.open = s.open[:0]
	for i, d := range all {
		if d.Verdict == Uncertain {
			s.open = append(s.open, int32(i))
		}
	}
}

// rank keeps the undecided lines that somebody may look at in order. The outcome is certain
// soonest if lines come first that speak for the likelier one, by the time they take.
func (s *sums) rank(all []*Decision, against bool) {
	defer func() { s.changes, s.against = s.changes[:0], against }()
	if against == s.against && len(s.changes) <= mostChanges {
		for _, c := range s.changes {
			if at, ok := s.place(c.at, c.before); ok {
				s.ranked = slices.Delete(s.ranked, at, at+1)
			}
			if c.now.MayLook() {
				at, _ := s.place(c.at, c.now)
				s.ranked = slices.Insert(s.ranked, at, ranked{c.now.worth(against), c.at})
			}
		}
		return
	}
	s.ranked = s.ranked[:0]
	for _, i := range s.open {
		if all[i].MayLook() {
			s.ranked = append(s.ranked, ranked{all[i].worth(against), i})
		}
	}
	slices.SortFunc(s.ranked, byWorth)
}

// place is where a line stands among those ranked, or would.
func (s *sums) place(i int32, d *Decision) (int, bool) {
	if d == nil || !d.MayLook() {
		return 0, false
	}
	return slices.BinarySearchFunc(s.ranked, ranked{d.worth(s.against), i}, byWorth)
}

func byWorth(a, b ranked) int {
	return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.at, b.at))
}

// MayLook says whether somebody can do something about an undecided line.
func (d *Decision) MayLook() bool {
	return d.Verdict == Uncertain && d.Needs != NeedsOther && d.Needs != NeedsMatch
}

func (d *Decision) worth(against bool) float64 {
	p := d.Odds
	if against {
		p = 1 - p
	}
	return p / d.Look.seconds()
}

// mostExact is how many steps the exact probability of enough lines may take, some
// milliseconds. Beyond it there are thousands of lines, and the normal distribution with its
// first correction for skewness is right to a thousandth.
const mostExact = 2_000_000

// atLeast is the probability that k or more of the undecided lines count, each by its own chance.
func (s *sums) atLeast(all []*Decision, k int) float64 {
	if k <= 0 {
		return 1
	}
	if k > len(s.open) {
		return 0
	}
	mean := (s.expected - fixed(s.Valid)*fixedOne).float()
	if variance := s.variance.float(); k*len(s.open) > mostExact && variance > 0 {
		z := (float64(k) - 0.5 - mean) / math.Sqrt(variance)
		skew := s.skew.float() / (variance * math.Sqrt(variance))
		more := math.Erfc(z/math.Sqrt2)/2 + skew/6*(z*z-1)*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)
		return math.Min(1, math.Max(0, more))
	}
	exactly := make([]float64, k) // by number so far; k and more are the rest
	exactly[0] = 1
	for done, i := range s.open {
		p := all[i].Odds
		for n := min(k-1, done+1); n > 0; n-- {
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
