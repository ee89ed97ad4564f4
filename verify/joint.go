package verify

import "slices"

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
	lines = weighStrangers(lines)
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

// usual is for how many lines the usual share of signers on the roll stands, against
// what the lines at hand show.
const usual = 30

// weighStrangers takes a petition that many strangers signed as one: the share of
// signers on the roll is estimated from all lines (by expectation and maximisation) and where it is
// lower than usual every candidate becomes less likely. It never makes one likelier.
func weighStrangers(lines []Match) []Match {
	share, before := 0.0, 0.0
	for range 10 {
		on, n := 0.0, 0.0
		for _, m := range lines {
			if m.OnRoll <= 0 || m.OnRoll >= 1 {
				continue
			}
			if before == 0 {
				before, share = m.OnRoll, m.OnRoll
			}
			stranger := m.Nobody * (1 - share) / (1 - before)
			on += 1 - stranger/(stranger+(1-m.Nobody)*share/before)
			n++
		}
		if n == 0 {
			return lines
		}
		share = min(before, (usual*before+on)/(usual+n))
	}
	if share > 0.99*before {
		return lines
	}
	out := slices.Clone(lines)
	for i := range out {
		m := &out[i]
		if m.OnRoll <= 0 {
			continue
		}
		stranger, member := (1-share)/(1-before), share/before
		sum := m.Nobody*stranger + (1-m.Nobody)*member
		m.Nobody *= stranger / sum
		m.Candidates = slices.Clone(m.Candidates)
		for k := range m.Candidates {
			m.Candidates[k].Probability *= member / sum
		}
	}
	return out
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
