package ink

// keepWordsWhole gives a word that was written across a column border to the
// cell that holds most of it. A word is left parted where its cell is not
// plain, and where the other cell would be left empty: better half a name than
// a signature lost.
func (p *Page) keepWordsWhole() {
	cells := p.bySlot()
	for row := range p.table.Rows() {
		for column := range p.table.Columns() - 1 {
			left, right := int32(p.slot(row, column, 0)), int32(p.slot(row, column+1, 0))
			border := int(p.table.Borders[column+1].At(int(middleOf(p.table.Row(row)))))
			p.rejoin(cells, left, right, border)
		}
	}
}

// rejoin looks at the words that pass a border between two cells.
func (p *Page) rejoin(cells map[int32][]int, left, right int32, border int) {
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
		for _, i := range word {
			p.owner[i] = to
		}
	}
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
