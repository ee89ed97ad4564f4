package extract

import (
	"context"
	"image"
	"math"
	"strings"

	"countersign/extract/hand"
)

// Handwritten reads handwriting with a network of our own and leaves cells
// that look printed to another Recognizer.
type Handwritten struct {
	Hand  *hand.Recognizer
	Print Recognizer

	zip, postcode, lettered, date, dayFirst, phone, number, house *hand.Grammar
}

// NewHandwritten joins the two.
func NewHandwritten(h *hand.Recognizer, print Recognizer) *Handwritten {
	return &Handwritten{
		Hand: h, Print: print,
		zip: hand.ZIP(), postcode: hand.Digits(4, 4), lettered: hand.Postcode(), date: hand.Date(), dayFirst: hand.DayFirst(), phone: hand.Phone(), number: hand.Digits(3, 12),
		house: hand.MustGrammar("#", "##", "###", "####", "#####", "#[A-Da-d]", "##[A-Da-d]", "###[A-Da-d]"),
	}
}

// Recognize reads each cell with the engine that suits its looks.
func (h *Handwritten) Recognize(ctx context.Context, cells []Cell) ([]Reading, error) {
	images := make([]*image.Gray, len(cells))
	for i, c := range cells {
		images[i] = c.Image
	}
	readings := make([]Reading, len(cells))
	var printed []Cell
	var at []int
	seen := h.Hand.Read(images)
	bar := printBar(seen)
	of := map[Field]*hand.Grammar{
		ZIP:      likelier(ZIP, cells, seen, h.zip, h.postcode, h.lettered),
		Date:     likelier(Date, cells, seen, h.date, h.dayFirst),
		Phone:    h.phone,
		MemberID: h.number,
		House:    h.house,
		Unit:     h.house,
	}
	for i, l := range seen {
		if l.Printed() > bar {
			printed, at = append(printed, cells[i]), append(at, i)
			continue
		}
		readings[i] = readingOf(l, cells[i].Field, of[cells[i].Field])
	}
	if err := ctx.Err(); err != nil || len(printed) == 0 {
		return readings, err
	}
	typed, err := h.Print.Recognize(ctx, printed)
	if err != nil {
		return nil, err
	}
	for i, r := range typed {
		readings[at[i]] = r
	}
	return readings, nil
}

// likelier is the grammar of a field that all its cells on a sheet together speak for, the usual
// one where they hardly speak for another: ZIP codes have five digits, or four as in Austria,
// Belgium or Denmark, or letters as in Britain, Canada or the Netherlands; dates have the month
// first, or the day.
func likelier(field Field, cells []Cell, seen []hand.Lattice, usual *hand.Grammar, others ...*hand.Grammar) *hand.Grammar {
	const (
		fewest = 3   // cells
		most   = 12  // cells that are asked
		margin = 3.0 // log-likelihood
	)
	ahead, asked := make([]float64, len(others)), 0
	for i, l := range seen {
		if cells[i].Field != field || l.Frames() == 0 || asked == most {
			continue
		}
		a := l.Match(usual, 1)
		if len(a) == 0 {
			continue
		}
		asked++
		for n, other := range others {
			if b := l.Match(other, 1); len(b) > 0 {
				ahead[n] += min(max(b[0].Score-a[0].Score, -margin), margin)
			}
		}
	}
	best, by := usual, margin
	for n, other := range others {
		if asked >= fewest && ahead[n] > by {
			best, by = other, ahead[n]
		}
	}
	return best
}

// PrintLike says how probably each picture shows print.
func (h *Handwritten) PrintLike(cells []Cell) []float64 {
	images := make([]*image.Gray, len(cells))
	for i, c := range cells {
		images[i] = c.Image
	}
	return h.Hand.Printed(images)
}

// printBar is how surely a cell must look printed to be read as print. A sheet is filled
// in by hand or typed: where few of its cells look printed, those few are mostly neat
// hands.
func printBar(cells []hand.Lattice) float64 {
	const surely = 0.99 // where few cells look printed
	printed, written := 0, 0
	for _, l := range cells {
		switch {
		case l.Frames() == 0:
		case l.Printed() > 0.5:
			printed++
		default:
			written++
		}
	}
	if 2*printed < written {
		return surely
	}
	return 0.5
}

// readingOf makes the best text, and others, of what the network saw. Numbers,
// codes and dates are read as such, by their grammar, unless that is far from what is written.
func readingOf(l hand.Lattice, field Field, g *hand.Grammar) Reading {
	const n = 5
	best := l.NBest(n)
	if g != nil && len(best) > 0 {
		obeying := l.Match(g, n)
		if len(obeying) > 0 && obeying[0].Score > best[0].Score-farFetched*math.Sqrt(float64(len(obeying[0].Text))) {
			best = obeying
		}
	}
	r := Reading{Engine: "hand", Confidence: 1}
	for i, b := range best {
		text := b.Text
		if field == Email {
			text = strings.ReplaceAll(text, " ", "")
		}
		if i == 0 {
			r.Text, r.Confidence = text, b.Confidence
			continue
		}
		r.Alternatives = append(r.Alternatives, Alternative{text, b.Confidence})
	}
	if SeenWhole(field) && l.Frames() > 0 {
		r.Words = []Lattice{l.Folded()}
	} else {
		r.Words = words(l, r.Text)
	}
	return r
}

// words are the lattices of the words of a text, nil where the likeliest path has
// other words.
func words(l hand.Lattice, text string) []Lattice {
	cut := l.Words()
	if len(cut) != len(strings.Fields(text)) {
		return nil
	}
	out := make([]Lattice, len(cut))
	for i, w := range cut {
		out[i] = w.Folded()
	}
	return out
}

// farFetched is by how much, in log-likelihood for the square root of its
// length, a reading that obeys its field's grammar may be worse than one that
// does not.
const farFetched = 4.0
