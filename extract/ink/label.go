package ink

import (
	"image"
	"math"
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
	middle := image.Pt((box.Min.X+box.Max.X)/2, (box.Min.Y+box.Max.Y)/2)
	own, _ := p.cellAt(middle.X, middle.Y)
	if own < 0 {
		return false
	}
	var pixels []image.Point
	for _, i := range word {
		p.each(i, func(x, y int) { pixels = append(pixels, image.Pt(x, y)) })
	}
	like := rowsLike(p.table, own)
	recurs := 0
	for row := range p.table.Rows() {
		if row != own && p.laidOn(pixels, p.between(own, row, middle), own) {
			recurs++
		}
	}
	return mostOf(recurs, like)
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

// laidOn reports whether pixels of a row, moved to another, fall on ink there.
func (p *Page) laidOn(pixels []image.Point, by image.Point, row int) bool {
	const (
		coarse = 2   // pixels from one try to the next
		thin   = 5   // of so many pixels one is tried first
		hope   = 0.7 // share of those that promises more
	)
	aside, down := int(p.dpi*samePlace), int(sameShare*float64(p.table.Row(row).Dy()))
	best, at := 0.0, by
	for dy := -down; dy <= down; dy += coarse {
		for dx := -aside; dx <= aside; dx += coarse {
			try := by.Add(image.Pt(dx, dy))
			if share := p.share(pixels, try, thin, best); share > best {
				best, at = share, try
			}
		}
	}
	if best < hope {
		return false
	}
	for dy := 1 - coarse; dy < coarse; dy++ {
		for dx := 1 - coarse; dx < coarse; dx++ {
			if p.share(pixels, at.Add(image.Pt(dx, dy)), 1, 0) >= sameShape {
				return true
			}
		}
	}
	return false
}

// share is the share of every n-th pixel that falls on ink, give or take one, when it
// is moved; it gives up, with 0, once the share cannot be more than best.
func (p *Page) share(pixels []image.Point, by image.Point, n int, best float64) float64 {
	on, off := 0, 0
	most := int((1 - best) * float64(len(pixels)/n+1))
	for i := 0; i < len(pixels); i += n {
		if p.inkNear(pixels[i].Add(by)) {
			on++
		} else if off++; off > most {
			return 0
		}
	}
	return float64(on) / float64(on+off)
}

// inkNear reports whether there is ink at a pixel or next to it.
func (p *Page) inkNear(at image.Point) bool {
	if !at.In(image.Rect(1, 1, p.ink.W-1, p.ink.H-1)) {
		return false
	}
	for y := at.Y - 1; y <= at.Y+1; y++ {
		row := p.ink.Labels[y*p.ink.W+at.X-1 : y*p.ink.W+at.X+2]
		if row[0] != 0 || row[1] != 0 || row[2] != 0 {
			return true
		}
	}
	return false
}

// findLabels counts the pieces of print in each item of a cell.
func (p *Page) findLabels(printed []bool) {
	p.labels = make([]int, p.table.Rows()*p.table.Columns()*2)
	for i, c := range p.ink.List {
		if !printed[i] {
			continue
		}
		row, column := p.cellAt((c.Box.Min.X+c.Box.Max.X)/2, (c.Box.Min.Y+c.Box.Max.Y)/2)
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
