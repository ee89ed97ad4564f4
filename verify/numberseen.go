package verify

import (
	"slices"
	"strings"
	"unicode"

	"countersign/extract"
)

// numberSeen is a member number as a recognizer saw it, so that every member's own number
// can be asked for: what reads KAGRE may well be KA6RE.
type numberSeen struct {
	*cellSeen
	numbers float64 // probability of all numbers that look like the roll's
}

// seen makes what the matcher asks of a reading's lattice; nil where it has none.
func (n numbering) seen(reading extract.Reading) *numberSeen {
	s := &numberSeen{cellSeen: cellSeenIn(reading)}
	if s.cellSeen == nil {
		return nil
	}
	for _, shape := range n.shapes {
		s.numbers += s.anyOf(shape.of)
	}
	return s
}

// anyOf is the probability of all numbers of a shape together, such as "AA9AAA".
func (s *numberSeen) anyOf(shape string) float64 {
	blank := make([]float64, len(shape)+1)
	sign := make([][signs]float64, len(shape)+1)
	sum := make([]float64, len(shape)+1) // of sign
	blank[0] = 1
	for _, f := range s.frames {
		for k := len(shape); k > 0; k-- {
			blank[k] = f[0] * (blank[k] + sum[k])
			from, to := 1, firstDigit
			if shape[k-1] == '9' {
				from, to = firstDigit, signs
			}
			sum[k] = 0
			for c := from; c < to; c++ {
				in := blankBefore(blank[k-1], sum[k-1], sign[k-1][c])
				sign[k][c] = f[c] * (sign[k][c] + in)
				sum[k] += sign[k][c]
			}
		}
		blank[0] *= f[0]
	}
	return blank[len(shape)] + sum[len(shape)]
}

// blankBefore is what leads to a new sign: a blank, or any other sign.
func blankBefore(blank, any, same float64) float64 { return blank + max(0, any-same) }

// share is a number's share of all numbers that may have been seen.
func (s *numberSeen) share(number string) float64 {
	if s == nil || s.numbers == 0 {
		return 0
	}
	return min(1, s.whole(number)/s.numbers)
}

// noNumber is how often the place for the number holds something else: "on file", a
// neighbour's writing.
const noNumber = 0.03

// odds are a number's against those of any number that looks like the roll's, or of none.
func (s *numberSeen) odds(n numbering, number string) float64 {
	any := s.anything()
	if any == 0 {
		return 0
	}
	p := s.whole(number)
	if short := strings.TrimLeft(number, "0"); short != number && short != "" {
		p += zerosLeft * s.whole(short)
	}
	return p / n.chance(number) / any
}

// anything is the probability of any number that looks like the roll's, or of none.
func (s *numberSeen) anything() float64 {
	return (1-noNumber)*s.numbers + noNumber*max(0, 1-s.numbers)
}

// nothing is the share of that of a cell that holds no number, which a member leaves as
// often as anybody.
func (s *numberSeen) nothing() float64 {
	if s.numbers >= 1 {
		return 0
	}
	return noNumber * (1 - s.numbers) / s.anything()
}

// Shares of the numbers that may have been seen, from which on a number other than the one
// read may well be the member's, and from which on it cannot be ruled out.
const (
	wellSeen    = 0.1
	hardlyRuled = 0.001
)

// contradictNumber looks at a number that is not the member's once more, as it was seen and
// not as it was read, and notes where it is surely somebody else's. One that speaks for the
// member all the same, being seen much like theirs, is none of nobody's.
func (m *Matcher) contradictNumber(s *numberSeen, row extract.Row, at int32, evidence []Evidence) {
	reading := row.Fields[extract.MemberID]
	for i := range evidence {
		e := &evidence[i]
		if e.Field != extract.MemberID {
			continue
		}
		if m.numbers.doubted(reading) {
			e.Against = "the cell for the number says more than a number"
			continue
		}
		if e.Agreement == Agrees {
			continue
		}
		share := s.share(m.numberOf(at))
		surely := reading.Confidence >= sure && share < hardlyRuled
		switch {
		case exact(reading), e.Agreement == Differs && surely && e.Odds < speaks:
			e.Against = "the number is not the member's"
		case surely && len(m.roll.ByNumber(m.numbers.in(reading))) > 0:
			e.Against = "the number is another member's"
		}
	}
}

// takesBack are words that take a number back or say whose it is.
var takesBack = strings.Fields(`not longer or oder lapsed expired cancelled canceled former formerly
	old ex wrong invalid void pending unknown spouse wife wifes husband husbands deceased terminated resigned`)

// doubted reports whether the cell for the number holds a second one, or words that take it
// back: "7730011 or 7730028", "expired 7730011", "7730011?".
func (n numbering) doubted(reading extract.Reading) bool {
	if !exact(reading) {
		return false // a reader sees such words where there are none
	}
	numbers := map[string]bool{}
	for _, group := range groupsOf(reading.Text, true) {
		if run := strings.Join(group, ""); n.digits && len(run) > 3 && n.off(run) == 0 {
			numbers[strings.TrimLeft(run, "0")] = true
		}
	}
	words := strings.Fields(strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return ' '
	}, reading.Text)))
	back := func(w string) bool { return slices.Contains(takesBack, w) }
	return len(numbers) > 1 || strings.Contains(reading.Text, "?") && len(numbers) > 0 ||
		len(numbers) > 0 && slices.ContainsFunc(words, back)
}
