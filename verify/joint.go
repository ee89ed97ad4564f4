package verify

import (
	"slices"

	"countersign/extract"
)

// signTwice is the share of lines by somebody who has signed another line
// of the petition.
const signTwice = 0.014

// assignTogether takes the lines of a petition together: whoever signed one line is
// likelier or less likely to have signed another than the members at
// large. Of 100 lines, one or two repeat a signer, which a member drawn from 60,000
// would do once in a thousand petitions; but where half of a small roll has signed, two
// lines that fit two members of one name are by both of them.
//
// Each line's chances are weighed by the others' until they settle, which two rounds do
// (mean field; exact for two lines with one member in common).
func assignTogether(lines []Match) []Match {
	if len(lines) < 2 {
		return lines
	}
	lines = weighCustoms(lines)
	of := map[string][]int{} // lines by member
	for i, m := range lines {
		for _, c := range m.Candidates {
			of[c.person()] = append(of[c.person()], i)
		}
	}
	out := slices.Clone(lines)
	for range 2 {
		before := slices.Clone(out)
		for i := range out {
			out[i] = weighAgain(lines[i], i, before, of)
		}
	}
	return out
}

// usual is for how many lines the usual shares stand, against what the lines at hand
// show.
const usual = 30

// customs are what the lines of a petition have in common: which share of the signers is
// on the roll, and of those, which share gives another place than the export.
type customs struct{ onRoll, moved float64 }

// weighCustoms takes a petition that many strangers signed as one, and one whose signers have
// seldom moved: both shares are estimated from all lines (by expectation and maximisation).
// It never makes a candidate likelier.
func weighCustoms(lines []Match) []Match {
	var before customs
	for i := range lines {
		if m := &lines[i]; m.OnRoll > 0 && m.OnRoll < 1 {
			before = customs{m.OnRoll, 1 - samePlace}
		}
	}
	if before.onRoll == 0 {
		return lines
	}
	now := before
	for range 10 {
		on, moved, n, placed := 0.0, 0.0, 0.0, 0.0
		for i := range lines {
			m := &lines[i]
			if m.OnRoll <= 0 || m.OnRoll >= 1 {
				continue
			}
			home, away := m.membersAt(before, now)
			on, n = on+home+away, n+1
			if m.showsPlace() {
				moved, placed = moved+away, placed+home+away
			}
		}
		now.onRoll = min(before.onRoll, (usual*before.onRoll+on)/(usual+n))
		now.moved = min(before.moved, (usual*before.moved+moved)/(usual+placed))
	}
	if now.onRoll > 0.99*before.onRoll && now.moved > 0.99*before.moved {
		return lines
	}
	out := slices.Clone(lines)
	for i := range out {
		if out[i].OnRoll > 0 {
			out[i].weigh(before, now)
		}
	}
	return out
}

// membersAt are the chances that a member wrote the line, one where the export says and
// one elsewhere, if customs are others than was believed.
func (m *Match) membersAt(before, now customs) (home, away float64) {
	rest, sum := 1-m.Nobody, m.Nobody*now.ofStranger(before)
	for k := range m.Candidates {
		c := &m.Candidates[k]
		rest -= c.Probability
		p := c.Probability * now.of(before, c)
		sum += p
		if c.elsewhere() {
			away += p
		} else {
			home += p
		}
	}
	others := max(rest, 0) * now.onRoll / before.onRoll
	if sum += others; !(sum > 0) {
		return 0, 0
	}
	return (home + others) / sum, away / sum
}

// weigh corrects the chances of a line.
func (m *Match) weigh(before, now customs) {
	sum := m.Nobody * now.ofStranger(before)
	rest := 1 - m.Nobody
	for k := range m.Candidates {
		rest -= m.Candidates[k].Probability
		sum += m.Candidates[k].Probability * now.of(before, &m.Candidates[k])
	}
	if sum += max(rest, 0) * now.onRoll / before.onRoll; !(sum > 0) {
		return
	}
	m.Nobody *= now.ofStranger(before) / sum
	m.Candidates = slices.Clone(m.Candidates)
	for k := range m.Candidates {
		c := &m.Candidates[k]
		c.Probability = min(c.Probability, c.Probability*now.of(before, c)/sum)
	}
	slices.SortStableFunc(m.Candidates, byChance)
}

func (now customs) ofStranger(before customs) float64 {
	return (1 - now.onRoll) / (1 - before.onRoll)
}

func (now customs) of(before customs, c *Candidate) float64 {
	factor := now.onRoll / before.onRoll
	if c.elsewhere() {
		factor *= now.moved / before.moved
	}
	return factor
}

// elsewhere says whether the line gives another place than the export.
func (c *Candidate) elsewhere() bool {
	return slices.ContainsFunc(c.Evidence, func(e Evidence) bool { return e.Field == extract.CityState && e.Odds < contradicts })
}

func (m *Match) showsPlace() bool {
	return len(m.Candidates) > 0 && slices.ContainsFunc(m.Candidates[0].Evidence, func(e Evidence) bool { return e.Field == extract.CityState })
}

// byCompany is how far other lines alone can raise a candidate: far enough to ask a
// person whether it is the same signer, not far enough to decide.
const byCompany = 0.95

// weighAgain multiplies the chance of each candidate by what the other lines
// say, and makes the chances add up again.
func weighAgain(m Match, i int, all []Match, of map[string][]int) Match {
	if m.Prior <= 0 || m.Line.Struck {
		return m
	}
	again := signTwice / float64(len(all)) / m.Prior
	factors := make([]float64, len(m.Candidates))
	changed := false
	rest := 1.0
	for k, c := range m.Candidates {
		factors[k] = 1
		rest -= c.Probability
		for _, j := range of[c.person()] {
			if j != i && !all[j].Line.Struck {
				factors[k] *= 1 + (again-1)*all[j].chance(c.person())
				changed = true
			}
		}
	}
	if !changed {
		return m
	}
	sum := max(rest, 0) // nobody on the roll, and members who are no candidates
	for k, c := range m.Candidates {
		sum += c.Probability * factors[k]
	}
	if !(sum > 0) {
		return m
	}
	m.Candidates = slices.Clone(m.Candidates)
	for k := range m.Candidates {
		c := &m.Candidates[k]
		c.Probability = min(c.Probability*factors[k]/sum, max(c.Probability, byCompany))
	}
	m.Nobody /= sum
	slices.SortStableFunc(m.Candidates, byChance)
	return m
}

func (m *Match) chance(person string) float64 {
	for _, c := range m.Candidates {
		if c.person() == person {
			return c.Probability
		}
	}
	return 0
}
