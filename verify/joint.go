package verify

import (
	"slices"

	"countersign/extract"
)

// signTwice is the share of lines by somebody who has signed another line
// of the petition.
const signTwice = 0.014

// The lines of a petition are taken together: whoever signed one line is
// likelier or less likely to have signed another than the members at
// large. Of 100 lines, one or two repeat a signer, which a member drawn from 60,000
// would do once in a thousand petitions; but where half of a small roll has signed, two
// lines that fit two members of one name are by both of them.
//
// Each line's chances are weighed by the others' until they settle, which two rounds do
// (mean field; exact for two lines with one member in common).

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
	before, now := customsOf(lines)
	if before == now {
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

// customsOf are what was believed of all petitions, and what the lines of this one show: the
// same where that is nearly so.
func customsOf(lines []Match) (before, now customs) {
	for i := range lines {
		if m := &lines[i]; m.OnRoll > 0 && m.OnRoll < 1 {
			before = customs{m.OnRoll, 1 - samePlace}
		}
	}
	if before.onRoll == 0 {
		return before, before
	}
	seen := make([]custom, 0, len(lines))
	for i := range lines {
		if m := &lines[i]; m.OnRoll > 0 && m.OnRoll < 1 {
			seen = append(seen, m.custom())
		}
	}
	now = before
	for range 10 {
		on, moved, n, placed := 0.0, 0.0, 0.0, 0.0
		for i := range seen {
			home, away := seen[i].membersAt(before, now)
			on, n = on+home+away, n+1
			if seen[i].placed {
				moved, placed = moved+away, placed+home+away
			}
		}
		now.onRoll = min(before.onRoll, (usual*before.onRoll+on)/(usual+n))
		now.moved = min(before.moved, (usual*before.moved+moved)/(usual+placed))
	}
	if now.onRoll > 0.99*before.onRoll && now.moved > 0.99*before.moved {
		return before, before
	}
	return before, now
}

// custom is what a line says of the customs: the chances that nobody on the roll wrote it, a
// member who lives where it says, one who lives elsewhere, and one who is no candidate.
type custom struct {
	nobody, home, away, rest float64
	placed                   bool
}

func (m *Match) custom() custom {
	c := custom{nobody: m.Nobody, rest: 1 - m.Nobody, placed: m.showsPlace()}
	for k := range m.Candidates {
		p := m.Candidates[k].Probability
		if c.rest -= p; m.Candidates[k].elsewhere() {
			c.away += p
		} else {
			c.home += p
		}
	}
	c.rest = max(c.rest, 0)
	return c
}

// membersAt are the chances that a member wrote the line, one where the export says and
// one elsewhere, if customs are others than was believed.
func (c *custom) membersAt(before, now customs) (home, away float64) {
	factor := now.onRoll / before.onRoll
	home = (c.home + c.rest) * factor
	away = c.away * factor * now.moved / before.moved
	sum := c.nobody*now.ofStranger(before) + home + away
	if !(sum > 0) {
		return 0, 0
	}
	return home / sum, away / sum
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
func (r *round) weighAgain(i int32, others []chances) chances {
	m, own := &r.s.lines[i], r.before[i]
	if m.Prior <= 0 || m.Line.Struck {
		return own
	}
	again := signTwice / float64(len(others)) / m.Prior
	var room [kept + 1]float64
	factors, changed, rest := room[:0], false, 1.0
	for k := range own.of {
		factor := 1.0
		rest -= own.of[k].Probability
		for _, j := range r.who[i][k].lines {
			if j != i && !r.s.lines[j].Line.Struck {
				factor *= 1 + (again-1)*others[j].chance(r.who[i][k].id)
				changed = true
			}
		}
		factors = append(factors, factor)
	}
	if !changed {
		return own
	}
	sum := max(rest, 0) // nobody on the roll, and members who are no candidates
	for k := range own.of {
		sum += own.of[k].Probability * factors[k]
	}
	if !(sum > 0) {
		return own
	}
	out := chances{slices.Clone(own.of), own.nobody / sum}
	for k := range out.of {
		c := &out.of[k]
		c.Probability = min(c.Probability*factors[k]/sum, max(c.Probability, byCompany))
	}
	slices.SortStableFunc(out.of, byChance)
	return out
}
