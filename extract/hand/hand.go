// Package hand reads handwriting. Pictures of cells enter, upright and dark on
// light, each a line of one to four words or digits; a Lattice leaves for
// each, which gives the likeliest text, other readings, readings that obey a
// Grammar, and the likelihood of any text somebody looks for. Next is extract, which
// makes readings of them, and the matcher, which scores the roll's names on
// them.
//
// It needs nothing but its own model, which is part of the program. The model
// is made by the programs in the folder train.
package hand

import (
	_ "embed"
	"image"
	"slices"
)

//go:embed model.bin
var modelFile []byte

// Recognizer reads cells. It never changes and may be used by several
// goroutines.
type Recognizer struct {
	network  *network
	spelling *spelling
	beams    *beams
}

// New unpacks the model, which takes some 10 ms and 15 MB. Make one and keep it.
func New() (*Recognizer, error) {
	n, err := decodeModel(modelFile)
	if err != nil {
		return nil, err
	}
	s, err := decodeSpelling(spellingFile)
	if err != nil {
		return nil, err
	}
	return &Recognizer{n, s, new(beams)}, nil
}

// Read gives a lattice for each cell, in their order; that of a blank cell is
// empty. Cells of a page are best read in one call.
func (r *Recognizer) Read(cells []*image.Gray) []Lattice {
	lines := make([]*image.Gray, len(cells))
	for i, c := range cells {
		lines[i] = Prepare(c)
	}
	return r.ReadPrepared(lines)
}

// Printed says of each cell what Lattice.Printed says, at half the cost of reading it.
func (r *Recognizer) Printed(cells []*image.Gray) []float64 {
	out := make([]float64, len(cells))
	for i, c := range cells {
		if l := Prepare(c); l != nil {
			out[i] = r.network.isPrint(r.network.featuresOf(l))
		}
	}
	return out
}

// Hands says of each cell how it was written, at half the cost of reading it.
func (r *Recognizer) Hands(cells []*image.Gray) []Hand {
	out := make([]Hand, len(cells))
	for i, c := range cells {
		if l := Prepare(c); l != nil {
			out[i] = r.network.handOf(r.network.featuresOf(l))
		}
	}
	return out
}

// ReadPrepared is Read for lines that Prepare made; nil is a blank cell.
func (r *Recognizer) ReadPrepared(lines []*image.Gray) []Lattice {
	out := make([]Lattice, len(lines))
	var order []int
	for i, l := range lines {
		if l != nil {
			order = append(order, i)
		}
	}
	// Lines of like width side by side: fewer steps with only some of them.
	slices.SortStableFunc(order, func(a, b int) int { return lines[a].Rect.Dx() - lines[b].Rect.Dx() })
	for batch := range slices.Chunk(order, batchSize) {
		some := make([]*image.Gray, len(batch))
		for k, i := range batch {
			some[k] = lines[i]
		}
		for k, o := range r.network.read(some) {
			l := newLattice(r.network.alphabet, o.frames)
			l.printed, l.spelling, l.beams = o.printed, r.spelling, r.beams
			out[batch[k]] = l
		}
	}
	return out
}

// batchSize bounds the memory of one batch; more lines at once gain nothing.
const batchSize = 24
