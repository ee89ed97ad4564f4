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

	zip, postcode, date, phone, number *hand.Grammar
}

// NewHandwritten joins the two.
func NewHandwritten(h *hand.Recognizer, print Recognizer) *Handwritten {
	return &Handwritten{
		Hand: h, Print: print,
		zip: hand.ZIP(), postcode: hand.Digits(4, 4), date: hand.Date(), phone: hand.Phone(), number: hand.Digits(3, 12),
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
	zip := h.zipOf(cells, seen)
	for i, l := range seen {
		if l.Printed() > bar {
			printed, at = append(printed, cells[i]), append(at, i)
			continue
		}
		readings[i] = h.reading(l, cells[i].Field, zip)
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

// zipOf is the grammar of the ZIP codes of a sheet: codes of five digits, or of four as in
// Austria, Belgium or Denmark, whichever all its cells together speak for. Most are of five.
func (h *Handwritten) zipOf(cells []Cell, seen []hand.Lattice) *hand.Grammar {
	const (
		fewest = 3   // cells
		most   = 12  // cells that are asked
		margin = 3.0 // log-likelihood
	)
	shorter, asked := 0.0, 0
	for i, l := range seen {
		if cells[i].Field != ZIP || l.Frames() == 0 || asked == most {
			continue
		}
		five, four := l.Match(h.zip, 1), l.Match(h.postcode, 1)
		if len(five) > 0 && len(four) > 0 {
			shorter += min(max(four[0].Score-five[0].Score, -margin), margin)
			asked++
		}
	}
	if asked >= fewest && shorter > margin {
		return h.postcode
	}
	return h.zip
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
		return 0.99
	}
	return 0.5
}

// reading makes the best text, and others, of what the network saw. Numbers,
// codes and dates are read as such unless that is far from what is written.
func (h *Handwritten) reading(l hand.Lattice, field Field, zip *hand.Grammar) Reading {
	const n = 5
	best := l.NBest(n)
	if g := h.grammar(field, zip); g != nil && len(best) > 0 {
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

func (h *Handwritten) grammar(field Field, zip *hand.Grammar) *hand.Grammar {
	switch field {
	case ZIP:
		return zip
	case Date:
		return h.date
	case Phone:
		return h.phone
	case MemberID:
		return h.number
	}
	return nil
}
