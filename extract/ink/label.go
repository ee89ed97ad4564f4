package ink

import (
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// label reports whether a word is one that the form prints in most rows. A coarse scan
// breaks its letters differently in each, and rows of real forms differ in height, so
// the word is laid on the other rows as a whole, a little to all sides.
func (p *Page) label(word []int) bool {
	const (
		fewestPieces = 3
		narrowest    = 0.25 // inch; less is a short word that several people may have written
		highest      = 0.16 // inch
	)
	box := p.boxOf(word)
	if len(word) < fewestPieces || float64(box.Dx()) < p.dpi*narrowest || float64(box.Dy()) > p.dpi*highest {
		return false
	}
	middle := center(box)
	own, _ := p.cellAt(middle.X, middle.Y)
	return own >= 0 && p.recurs(word, own, samePlace)
}

// recurs reports whether most of the other rows have pieces of ink at the same place, give or take
// so many inches to the sides.
func (p *Page) recurs(pieces []int, own int, aside float64) bool {
	box := p.boxOf(pieces)
	pixels := p.pixelsOf(pieces, box)
	rows, like := p.table.Rows(), rowsLike(p.table, own)
	n := 0
	for row := range rows {
		if row != own && p.laidOn(pixels, p.between(own, row, center(box)), own, int(p.dpi*aside)) {
			n++
		}
		if mostOf(n, like) {
			return true
		}
		if !mostOf(n+rows-1-row, like) {
			return false // nor would they if they recurred in all rows to come
		}
	}
	return false
}

// FormOnly reports whether all that stands in a cell is what the form, or whoever printed it,
// put in most rows at the same place, whether people wrote beside it there or not: a town, or
// the blanks of a date, which the number of the row may precede.
func (p *Page) FormOnly(row, column int) bool {
	const digit = 0.1 // inches: a longer number before it moves what is printed by so much
	cell := slices.DeleteFunc(p.pieces(row, column), func(i int) bool { return p.dash(p.ink.List[i].Box) })
	if len(cell) == 0 || p.recurs(cell, row, digit) {
		return true
	}
	words := p.wordsWithin(cell, int(p.dpi*wordOfLabel))
	first := slices.MinFunc(words, func(a, b []int) int { return p.boxOf(a).Min.X - p.boxOf(b).Min.X })
	rest := slices.DeleteFunc(cell, func(i int) bool { return slices.Contains(first, i) })
	return p.asRowNumber(p.boxOf(first), row, column) && (len(rest) == 0 || p.recurs(rest, row, digit))
}

// wordOfLabel is how many inches letters of a word are apart at most.
const wordOfLabel = 0.06

// dash reports whether a piece is as low as what is left of a line to write on.
func (p *Page) dash(box image.Rectangle) bool {
	const low = 0.025 // inches
	return float64(box.Dy()) <= low*p.dpi && box.Dx() >= 3*box.Dy()
}

// asRowNumber reports whether a word stands where most rows have a figure as small at the left of
// their cell.
func (p *Page) asRowNumber(word image.Rectangle, row, column int) bool {
	if !p.figure(word) {
		return false
	}
	at := func(box image.Rectangle, row int) (x, foot float64) {
		cell := p.table.Cell(row, column)
		return float64(box.Min.X - cell.Min.X), float64(box.Max.Y - cell.Max.Y)
	}
	x, foot := at(word, row)
	rows := map[int]bool{}
	for _, c := range p.ink.List {
		if other, in := p.cellOf(c); in == column && other >= 0 && p.figure(c.Box) {
			left, low := at(c.Box, other)
			rows[other] = rows[other] || math.Abs(left-x) <= 2*p.dpi*samePlace && math.Abs(low-foot) <= p.dpi*samePlace
		}
	}
	same := 0
	for other, has := range rows {
		if has && other != row {
			same++
		}
	}
	return mostOf(same, rowsLike(p.table, row))
}

// pixels are those of a word.
type pixels struct {
	box image.Rectangle
	at  []int32 // row by row of the page
}

func (p *Page) pixelsOf(word []int, box image.Rectangle) pixels {
	out := pixels{box: box}
	for _, i := range word {
		p.each(i, func(x, y int) { out.at = append(out.at, int32(y*p.ink.W+x)) })
	}
	return out
}

// between is the way from a place in one row to the same place in another.
func (p *Page) between(from, to int, at image.Point) image.Point {
	down := p.table.Lines[to].At(at.X) - p.table.Lines[from].At(at.X)
	across := 0.0
	if len(p.table.Borders) > 0 {
		left := p.table.Borders[0]
		across = left.At(at.Y+int(down)) - left.At(at.Y)
	}
	return image.Pt(int(math.Round(across)), int(math.Round(down)))
}

// laidOn reports whether pixels of a row, moved to another and perhaps so far aside, fall on ink there.
func (p *Page) laidOn(word pixels, by image.Point, row, aside int) bool {
	const (
		coarse = 2   // pixels from one try to the next
		thin   = 5   // of so many pixels one is tried first
		hope   = 0.7 // share of those that promises more
	)
	down := int(sameShare * float64(p.table.Row(row).Dy()))
	best, at := math.Nextafter(hope, 0), image.Point{}
	found := false
	for dy := -down; dy <= down; dy += coarse {
		for dx := -aside; dx <= aside; dx += coarse {
			try := by.Add(image.Pt(dx, dy))
			if share := p.share(word, try, thin, best); share > best {
				best, at, found = share, try, true
			}
		}
	}
	if !found {
		return false
	}
	for dy := 1 - coarse; dy < coarse; dy++ {
		for dx := 1 - coarse; dx < coarse; dx++ {
			if p.share(word, at.Add(image.Pt(dx, dy)), 1, sameShape) >= sameShape {
				return true
			}
		}
	}
	return false
}

// share is the share of every n-th pixel that falls on ink, give or take one, when it
// is moved; it gives up, with 0, once the share must be less than least.
func (p *Page) share(word pixels, by image.Point, n int, least float64) float64 {
	if p.near == nil {
		p.near = nearInk(p.ink)
	}
	on, off := 0, 0
	most := int((1 - least) * float64(len(word.at)/n+1))
	if !word.box.Add(by).In(image.Rect(0, 0, p.ink.W, p.ink.H)) {
		return p.shareInside(word, by, n)
	}
	move := by.Y*p.ink.W + by.X
	for i := 0; i < len(word.at); i += n {
		if p.near[int(word.at[i])+move] {
			on++
		} else if off++; off > most {
			return 0
		}
	}
	return float64(on) / float64(on+off)
}

// shareInside does the same for a word that is moved over the edge of the page, where there
// is no ink.
func (p *Page) shareInside(word pixels, by image.Point, n int) float64 {
	on, all := 0, 0
	for i := 0; i < len(word.at); i += n {
		x, y := int(word.at[i])%p.ink.W+by.X, int(word.at[i])/p.ink.W+by.Y
		all++
		if x >= 0 && x < p.ink.W && y >= 0 && y < p.ink.H && p.near[y*p.ink.W+x] {
			on++
		}
	}
	return float64(on) / float64(all)
}

// nearInk says of each pixel whether there is ink at it or next to it; not of those at the
// edge of the page.
func nearInk(ink layout.Components) []bool {
	near := make([]bool, ink.W*ink.H)
	for y := range ink.H {
		for s := range ink.Spans(y, 0, ink.W) {
			from, to := max(1, int(s.From)-1), min(ink.W-1, int(s.To)+1)
			for ny := max(1, y-1); from < to && ny <= min(ink.H-2, y+1); ny++ {
				row := near[ny*ink.W+from : ny*ink.W+to]
				for x := range row {
					row[x] = true
				}
			}
		}
	}
	return near
}

// findLabels counts the pieces of print in each item of a cell.
func (p *Page) findLabels(printed []bool) {
	p.labels = make([]int, p.table.Rows()*p.table.Columns()*2)
	for i, c := range p.ink.List {
		if !printed[i] {
			continue
		}
		row, column := p.cellOf(c)
		if row < 0 || column < 0 {
			continue
		}
		item := 0
		if at, ok := p.ruleIn(p.table.Cell(row, column), 0.5); ok && middleOf(c.Box) > at {
			item = 1
		}
		p.labels[p.slot(row, column, item)]++
	}
}

// Labelled reports whether the form prints a label in an item, which was told from
// what people wrote there.
func (p *Page) Labelled(row, column, item int) bool {
	const fewest = 4 // pieces
	return p.labels[p.slot(row, column, item)] >= fewest
}
