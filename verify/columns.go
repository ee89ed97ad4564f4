package verify

import (
	"math"
	"slices"

	"countersign/extract"
)

// Understood is how the columns of a page are best understood, of the ways that its headings
// and the shape of what is written leave open.
type Understood struct {
	Guess  *extract.Guess // nil for the page's own way
	Margin float64        // how much likelier it is than the next best way: natural logarithm, infinite without one
}

// Sure says whether the best way is far enough ahead of the others. If it is not, a person
// has to say what the columns are.
func (u Understood) Sure() bool { return u.Margin >= sureColumns }

// One way to understand columns has to be a thousand times likelier than the next: one line
// found by name and number says that, or two by name on a large roll.
const sureColumns = 7.0

// No line says more than mostOfLine for a way to understand the columns, since one
// line may be found by chance, nor more than leastOfLine against it, since signers may be
// strangers. Both are natural logarithms.
const (
	mostOfLine  = 20.0
	leastOfLine = -2.0
)

// fewLines of a page say what its columns are as well as all of them do.
const fewLines = 25

// Understand finds out by the roll what the columns of pages are that have the same guesses,
// such as the pages of one form: a column whose words find members is the name, and one of
// whose numbers are those of the same members is their number.
func (m *Matcher) Understand(pages ...extract.Sheet) Understood {
	out := Understood{Margin: math.Inf(1)}
	if len(pages) == 0 || len(pages[0].Guesses) == 0 {
		return out
	}
	best, next := m.explains(pages, nil), math.Inf(-1)
	for i := range pages[0].Guesses {
		g := &pages[0].Guesses[i]
		switch log := g.Log + m.explains(pages, g); {
		case log > best:
			best, next, out.Guess = log, best, g
		case log > next:
			next = log
		}
	}
	out.Margin = best - next
	return out
}

// explains is how well the members explain the lines of pages, against nobody in particular.
func (m *Matcher) explains(pages []extract.Sheet, g *extract.Guess) float64 {
	sum := 0.0
	for _, page := range pages {
		for _, row := range page.Rows[:min(len(page.Rows), fewLines)] {
			if g != nil {
				row.Fields = g.Apply(row.Fields)
			}
			found := m.Match(Line{Row: row})
			if found.OnRoll == 0 {
				sum += leastOfLine / 2 // nothing to look for: neither a name nor a number
				continue
			}
			log := math.Log((1 - found.OnRoll) / max(found.Nobody, 1e-12))
			sum += min(max(log, leastOfLine), mostOfLine)
		}
	}
	return sum
}

// As is a page as it is best understood. If that is not sure, the page has an open point.
func (u Understood) As(s extract.Sheet) extract.Sheet {
	if !u.Sure() {
		s.Open = append(slices.Clone(s.Open), extract.Open{
			Kind: extract.ColumnsUnknown,
			Text: "It is not certain what the columns of this page are. See whether its lines " +
				"were read under the right headings.",
		})
	}
	if u.Guess == nil {
		return s
	}
	rows := make([]extract.Row, len(s.Rows))
	for i, row := range s.Rows {
		row.Fields = u.Guess.Apply(row.Fields)
		rows[i] = row
	}
	s.Rows = rows
	return s
}
