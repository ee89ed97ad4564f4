package ink

import "image"

// smallPrint marks components that were on the form before anybody wrote: ink
// that stands at the same place of its cell in most rows, such as a tiny label
// in the corner. What people write does not, or is larger than such print.
func (p *Page) smallPrint() []bool {
	const highest = 0.1 // inch: letters of small print; what people write is higher
	marked := make([]bool, len(p.ink.List))
	rows := p.table.Rows()
	if rows < 5 {
		return marked
	}
	same := make([]int, len(p.ink.List)) // pixels of each component that recur
	for column := range p.columns {
		p.recurring(column, rows, same)
	}
	for i, c := range p.ink.List {
		marked[i] = float64(c.Box.Dy()) <= p.dpi*highest && same[i]*10 >= c.Area*8
	}
	return marked
}

// recurring counts, for each component, its pixels in a column that have ink
// at the same place in four of five rows.
func (p *Page) recurring(column, rows int, same []int) {
	const reach = 1 // pixels by which a scan bends
	size := image.Point{}
	for row := range rows {
		cell := p.table.Cell(row, column)
		size.X, size.Y = max(size.X, cell.Dx()), max(size.Y, cell.Dy())
	}
	if size.X <= 0 || size.Y <= 0 {
		return
	}
	counts := make([]uint8, size.X*size.Y)
	seen := make([]uint8, size.X*size.Y) // the last row that counted here
	for row := range min(rows, 250) {
		p.inCell(row, column, func(x, y int, _ int32) {
			for ny := max(0, y-reach); ny <= min(size.Y-1, y+reach); ny++ {
				for nx := max(0, x-reach); nx <= min(size.X-1, x+reach); nx++ {
					if i := ny*size.X + nx; seen[i] != uint8(row+1) {
						seen[i] = uint8(row + 1)
						counts[i]++
					}
				}
			}
		})
	}
	least := uint8(min(rows, 250) * 4 / 5)
	for row := range rows {
		p.inCell(row, column, func(x, y int, label int32) {
			if counts[y*size.X+x] >= least {
				same[label-1]++
			}
		})
	}
}

// inCell calls f for the ink of a cell, with places from its top left corner.
func (p *Page) inCell(row, column int, f func(x, y int, label int32)) {
	cell := p.table.Cell(row, column)
	in := cell.Intersect(image.Rect(0, 0, p.ink.W, p.ink.H))
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for s := range p.ink.Spans(y, in.Min.X, in.Max.X) {
			for x := int(s.From); x < int(s.To); x++ {
				f(x-cell.Min.X, y-cell.Min.Y, s.Label)
			}
		}
	}
}
