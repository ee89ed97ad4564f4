package ink

import (
	"math"
	"slices"
)

// keepWordsWhole gives a word that was written across a column border to the
// cell that holds most of it. A word is left parted where its cell is not
// plain, and where the other cell would be left empty: better half a name than
// a signature lost.
func (p *Page) keepWordsWhole() {
	cells := p.bySlot()
	for column := range p.table.Columns() - 1 {
		begins := p.usualBegin(cells, column+1)
		for row := range p.table.Rows() {
			left, right := int32(p.slot(row, column, 0)), int32(p.slot(row, column+1, 0))
			p.rejoin(cells, left, right, p.borderOf(row, column+1), begins)
		}
	}
}

// borderOf is where a column begins in a row.
func (p *Page) borderOf(row, column int) int {
	return int(p.table.Borders[column].At(int(middleOf(p.table.Row(row)))))
}

// usualBegin is how far behind its border the writing of a column begins in most rows, -1 where
// too few are written.
func (p *Page) usualBegin(cells map[int32][]int, column int) int {
	const fewest = 4 // rows
	var begins []int
	for row := range p.table.Rows() {
		if pieces := cells[int32(p.slot(row, column, 0))]; len(pieces) > 0 {
			begins = append(begins, max(0, p.boxOf(pieces).Min.X-p.borderOf(row, column)))
		}
	}
	if len(begins) < fewest {
		return -1
	}
	slices.Sort(begins)
	return begins[len(begins)/2]
}

// rejoin looks at the words that pass a border between two cells, behind which writing begins at a
// usual place.
func (p *Page) rejoin(cells map[int32][]int, left, right int32, border, begins int) {
	const (
		gap  = 0.045 // inch between letters of a word
		most = 0.6   // of the word's width, on one side of the border
	)
	both := append(append([]int(nil), cells[left]...), cells[right]...)
	for _, word := range p.wordsWithin(both, int(p.dpi*gap)) {
		box := p.boxOf(word)
		before, after := border-box.Min.X, box.Max.X-border
		if before <= 0 || after <= 0 || len(word) < 2 {
			continue
		}
		to, from := left, right
		if after > before {
			to, from = right, left
		}
		if float64(max(before, after)) < most*float64(box.Dx()) || !p.staysWritten(cells[from], word) {
			continue
		}
		if from == right && p.beginsCell(cells[right], word, border, begins) {
			continue
		}
		for _, i := range word {
			p.owner[i] = to
		}
	}
}

// beginsCell reports whether the part of a word behind the border is rather the beginning of what is
// written there, such as a house number that a signature runs into: it begins where writing in that
// column does, and without it the cell's would begin far from there.
func (p *Page) beginsCell(cell, word []int, border, begins int) bool {
	const (
		off = 0.06 // inch from the usual beginning
		far = 0.15
	)
	own := func(i int) bool { return slices.Contains(word, i) && p.ink.List[i].Box.Min.X >= border }
	at := p.boxOf(slices.DeleteFunc(slices.Clone(cell), func(i int) bool { return !own(i) }))
	rest := p.boxOf(slices.DeleteFunc(slices.Clone(cell), own))
	if begins < 0 || at.Empty() || rest.Empty() {
		return false
	}
	near := math.Abs(float64(at.Min.X-border-begins)) <= off*p.dpi
	return near && float64(rest.Min.X-border-begins) > far*p.dpi
}

// staysWritten reports whether a cell holds more writing than the given word.
func (p *Page) staysWritten(cell, word []int) bool {
	in := map[int]bool{}
	for _, i := range word {
		in[i] = true
	}
	var rest slot
	for _, i := range cell {
		if !in[i] {
			rest.add(p.ink.List[i].Box, p.ink.List[i].Area)
		}
	}
	return rest.signed(p.dpi) >= 1
}
