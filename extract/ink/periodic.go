package ink

import (
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// A form prints the same in every row: what stands at the same place of most
// rows is the form's, and what differs is the people's. These bounds say what
// "the same" and "most" are.
const (
	mostRows    = 0.5  // share of the other rows; signatures run through what is printed in the rest
	fewestRows  = 4    // with fewer, two hands that are alike would be print
	samePlace   = 0.03 // inch by which print moves from row to row of a bent scan
	sameSize    = 0.02 // inch by which the edges of the same letter differ once scanned
	sameShare   = 0.13 // of a row's height by which a line moves that begins and ends alike; 0.12 was seen
	sameShape   = 0.85 // share of the pixels of a letter that fall on another print of it; of an 8 on a 3 it is three quarters
	printPrefix = 6    // letters of a label that writing touches; what people write rarely begins with as many that are the same
)

// Recurring tells which of some lying rules stand at the same place in most
// rows of a table: drawn by the form, between the two items of a cell or under
// a signature. What a pen strikes out it strikes out once.
func Recurring(rules []layout.Rule, t layout.Table, dpi float64) []bool {
	type place struct {
		row      int
		y        float64 // below the row's upper line
		from, to int     // from the table's left side
	}
	places := make([]place, len(rules))
	for i, r := range rules {
		middle := (r.From + r.To) / 2
		row := slices.IndexFunc(t.Lines[1:], func(l layout.Rule) bool { return r.At(middle) < l.At(middle) })
		places[i] = place{row: row}
		if row >= 0 {
			left := 0
			if len(t.Borders) > 0 {
				left = int(t.Borders[0].At(int(r.At(middle))))
			}
			places[i] = place{row, r.At(middle) - t.Lines[row].At(middle), r.From - left, r.To - left}
		}
	}
	recurs := make([]bool, len(rules))
	reach := dpi * samePlace
	for i, p := range places {
		rows := map[int]bool{}
		for _, o := range places {
			ends := max(math.Abs(float64(p.from-o.from)), math.Abs(float64(p.to-o.to)))
			near := math.Abs(p.y-o.y) <= reach && ends <= 4*reach
			if o.row >= 0 && p.row >= 0 && ends <= reach {
				// Rows of real forms differ in height, and the line in them moves along.
				near = math.Abs(p.y-o.y) <= sameShare*float64(t.Row(p.row).Dy())
			}
			if o.row != p.row && o.row >= 0 && near {
				rows[o.row] = true
			}
		}
		recurs[i] = p.row >= 0 && mostOf(len(rows), rowsLike(t, p.row))
	}
	return recurs
}

// mostOf reports whether a piece that recurs in so many of the other rows is
// the form's.
func mostOf(recurs, rows int) bool {
	return rows >= fewestRows && float64(recurs) >= mostRows*float64(rows-1)
}

// rowsLike counts the rows that are about as high as the given one, itself
// included: not headings, nor what stands below the lines to be signed.
func rowsLike(t layout.Table, row int) int {
	n := 0
	for i := range t.Rows() {
		if a, b := t.Row(i).Dy(), t.Row(row).Dy(); 4*min(a, b) >= 3*max(a, b) {
			n++
		}
	}
	return n
}

// periodic marks the pieces that stand at the same place of most rows and look
// the same there.
func (p *Page) periodic() []bool {
	marked := make([]bool, len(p.ink.List))
	rows := p.table.Rows()
	if rows < fewestRows {
		return marked
	}
	type at struct {
		piece, row int
		x, y       float64 // of its upper left corner, from that of the row
	}
	byRow := make([][]at, rows)
	for i, c := range p.ink.List {
		middle := (c.Box.Min.X + c.Box.Max.X) / 2
		row, _ := p.cellAt(middle, (c.Box.Min.Y+c.Box.Max.Y)/2)
		if row < 0 || c.Area <= 3 {
			continue
		}
		left := p.table.Left
		if len(p.table.Borders) > 0 {
			left = int(p.table.Borders[0].At(c.Box.Min.Y))
		}
		byRow[row] = append(byRow[row], at{i, row, float64(c.Box.Min.X - left), float64(c.Box.Min.Y) - p.table.Lines[row].At(middle)})
	}
	for _, row := range byRow {
		slices.SortFunc(row, func(a, b at) int { return int(a.x - b.x) })
	}
	like := make([]int, rows)
	for i := range like {
		like[i] = rowsLike(p.table, i)
	}
	near := p.dpi * samePlace
	for _, row := range byRow {
		for _, a := range row {
			recurs := 0
			for _, other := range byRow {
				if len(other) == 0 || other[0].row == a.row {
					continue
				}
				from, _ := slices.BinarySearchFunc(other, a.x-near, func(b at, x float64) int { return int(b.x - x) })
				for _, b := range other[from:] {
					if b.x > a.x+near {
						break
					}
					if math.Abs(b.y-a.y) <= near && p.alike(a.piece, b.piece) {
						recurs++
						break
					}
				}
			}
			marked[a.piece] = mostOf(recurs, like[a.row])
		}
	}
	return marked
}

// alike reports whether two pieces are prints of the same thing.
func (p *Page) alike(a, b int) bool {
	const larger = 0.02 // of the longer side, by which the edges of what is large differ as well
	ca, cb := p.ink.List[a], p.ink.List[b]
	size := p.dpi*sameSize + larger*float64(max(ca.Box.Dx(), ca.Box.Dy()))
	if math.Abs(float64(ca.Box.Dx()-cb.Box.Dx())) > size || math.Abs(float64(ca.Box.Dy()-cb.Box.Dy())) > size {
		return false
	}
	return p.covers(a, b) && p.covers(b, a)
}

// covers reports whether the pixels of one piece are those of another laid on
// it, give or take one, for the same letter comes out a little different each time.
func (p *Page) covers(a, b int) bool {
	box, other := p.ink.List[a].Box, p.ink.List[b].Box
	w, h := other.Dx()+2, other.Dy()+2
	near := make([]bool, w*h) // b and the pixels around it
	p.each(b, func(x, y int) {
		x, y = x-other.Min.X, y-other.Min.Y
		for row := y; row <= y+2; row++ {
			three := near[row*w+x:][:3]
			three[0], three[1], three[2] = true, true, true
		}
	})
	n := 0
	p.each(a, func(x, y int) {
		if x, y = x-box.Min.X+1, y-box.Min.Y+1; x < w && y < h && near[y*w+x] {
			n++
		}
	})
	return float64(n) >= sameShape*float64(p.ink.List[a].Area)
}

// formPrint marks what the form prints in the cells: of what recurs, whole
// words, and the first letters of a word that writing touches. So the "/26" of
// dates that somebody typed stays. In a column of data, what stands alone in
// its cells stays as well: such as a state, which all may have written. What is known to be
// small print is part of its words.
func (p *Page) formPrint(recurs, small []bool) []bool {
	const gap = 0.06 // inch between letters of a printed word
	print := make([]bool, len(recurs))
	cells := p.bySlot()
	columnOf := func(id int32) int { return int(id/2) % p.table.Columns() }
	alone, beside := make([]int, p.table.Columns()), make([]int, p.table.Columns()) // cells with print, without and with other ink
	for id, cell := range cells {
		n, all := 0, true
		for _, word := range p.wordsWithin(cell, int(p.dpi*gap)) {
			if !slices.ContainsFunc(word, func(i int) bool { return !small[i] }) {
				continue
			}
			slices.SortFunc(word, func(a, b int) int { return p.ink.List[a].Box.Min.X - p.ink.List[b].Box.Min.X })
			keepLetters(word, small)
			first := 0
			for first < len(word) && (recurs[word[first]] || small[word[first]]) {
				first++
			}
			if first < len(word) && p.label(word) {
				first = len(word)
			}
			if first == len(word) || first >= printPrefix && !p.columns[columnOf(id)].Data {
				n += first
				for _, i := range word[:first] {
					print[i] = true
				}
			}
			all = all && first == len(word)
		}
		switch {
		case n > 0 && all:
			alone[columnOf(id)]++
		case n > 0:
			beside[columnOf(id)]++
		}
	}
	for id, cell := range cells {
		cells[id] = slices.DeleteFunc(cell, func(i int) bool { return small[i] })
	}
	p.rowNumbers(cells, print)
	for i, id := range p.owner {
		if print[i] && p.columns[columnOf(id)].Data && beside[columnOf(id)] < alone[columnOf(id)] {
			print[i] = false
		}
	}
	return print
}

// keepLetters takes back that a few letters within a word are small print: of typed
// names that begin at the same place some letters fall on others by chance.
func keepLetters(word []int, small []bool) {
	const few = 4 // pieces of a label that writing comes close to
	for from := 0; from < len(word); {
		to := from
		for to < len(word) && small[word[to]] {
			to++
		}
		if to-from < few {
			for _, i := range word[from:to] {
				small[i] = false
			}
		}
		from = to + 1
	}
}

// Of a row's number, in inches.
const (
	widestNumber  = 0.32
	highestNumber = 0.16
)

// figure reports whether a piece of ink or a word is as small as a row's number.
func (p *Page) figure(box image.Rectangle) bool {
	return float64(box.Dx()) <= p.dpi*widestNumber && float64(box.Dy()) <= p.dpi*highestNumber
}

// rowNumbers marks the numbers that some forms print at the left of a cell that
// people write in: in nearly all rows the first word is short, as high as in the others, and
// begins at the same place.
func (p *Page) rowNumbers(cells map[int32][]int, print []bool) {
	const (
		nearlyAll = 0.8  // share of the rows
		gap       = 0.05 // inch between digits, less than from the number to what is written
	)
	type first struct {
		row  int
		word []int
		x, y float64
	}
	for column := range p.columns {
		if p.columns[column].Data || p.columns[column].Comb {
			continue
		}
		var all []first
		for row := range p.table.Rows() {
			words := p.wordsWithin(cells[int32(p.slot(row, column, 0))], int(p.dpi*gap))
			if len(words) == 0 {
				continue
			}
			word := slices.MinFunc(words, func(a, b []int) int { return p.boxOf(a).Min.X - p.boxOf(b).Min.X })
			box, cell := p.boxOf(word), p.table.Cell(row, column)
			if p.figure(box) {
				all = append(all, first{row, word, float64(box.Min.X - cell.Min.X), float64(box.Max.Y - cell.Min.Y)})
			}
		}
		for _, a := range all {
			same := 0
			for _, b := range all {
				if math.Abs(a.x-b.x) <= 2*p.dpi*samePlace && math.Abs(a.y-b.y) <= p.dpi*samePlace {
					same++
				}
			}
			if same > fewestRows && float64(same) >= nearlyAll*float64(rowsLike(p.table, a.row)) {
				for _, i := range a.word {
					print[i] = true
				}
			}
		}
	}
}
