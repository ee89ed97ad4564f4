package ink

import (
	"math"
	"slices"

	"countersign/extract/layout"
)

// findStruck looks for strokes through rows: a straight line or one long piece
// of ink that crosses columns inside a row, or lines through the whole of what is
// written in several cells. A line through one word may be the word itself, whose letters are
// joined at mid-height: such a row is in doubt.
func (p *Page) findStruck(rest []layout.Rule) {
	t := p.table
	p.struck, p.doubted = make([]bool, t.Rows()), make([]bool, t.Rows())
	words := make([]map[int]bool, t.Rows()) // the columns with a line through what is written
	lines := make([]bool, t.Rows())         // with strokes that may be lines of the table
	strike := func(row, from, to int) {
		asWide := p.asWideAsTable(from, to)
		p.struck[row], lines[row] = p.struck[row] || !asWide, lines[row] || asWide
	}
	width := t.Right - t.Left
	for _, r := range rest {
		middle := (max(r.From, t.Left) + min(r.To, t.Right)) / 2
		row, _ := p.cellAt(middle, int(r.At(middle)))
		if row < 0 || !p.inside(row, middle, r.At(middle)) {
			continue
		}
		if p.crosses(r.From, r.To, int(r.At(middle)), width) {
			strike(row, r.From, r.To)
		}
		if r.Drawn(p.dpi) && p.through(row, r) {
			if words[row] == nil {
				words[row] = map[int]bool{}
			}
			_, column := p.cellAt(middle, int(r.At(middle)))
			words[row][column] = true
			p.struck[row], p.doubted[row] = p.struck[row] || len(words[row]) > 1, true
		}
	}
	for i, c := range p.ink.List {
		if c.Box.Dx() < width*2/5 || p.owner[i] == nobody {
			continue
		}
		x, y := (c.Box.Min.X+c.Box.Max.X)/2, (c.Box.Min.Y+c.Box.Max.Y)/2
		row, _ := p.cellAt(x, y)
		if row >= 0 && p.inside(row, x, float64(y)) && c.Box.Dy() < t.Row(row).Dy()*3/2 && p.crosses(c.Box.Min.X, c.Box.Max.X, y, width) && !p.alongLine(i, row) {
			strike(row, c.Box.Min.X, c.Box.Max.X)
		}
	}
	for row := range p.struck {
		p.struck[row] = p.struck[row] || !lines[row] && p.spanned(row)
		p.doubted[row] = p.doubted[row] || lines[row]
	}
}

// asWideAsTable reports whether a stroke ends where the table does, on both sides: it may be a line
// of the table that was not found, with writing on it.
func (p *Page) asWideAsTable(from, to int) bool {
	const off = 0.04 // inch
	near := func(a, b int) bool { return math.Abs(float64(a-b)) <= off*p.dpi }
	return near(from, p.table.Left) && near(to, p.table.Right)
}

// alongLine reports whether a long piece of ink is writing that touches what is left of the
// row's own line: where it is as thin as a line, it lies on the row's edge.
func (p *Page) alongLine(piece, row int) bool {
	const (
		thin = 0.03 // inches
		few  = 0.2  // share of its length, below which it is no line anywhere, as a zigzag
	)
	box := p.ink.List[piece].Box
	tops, feet := make([]int, box.Dx()), make([]int, box.Dx())
	for x := range tops {
		tops[x] = box.Max.Y
	}
	p.each(piece, func(x, y int) {
		tops[x-box.Min.X], feet[x-box.Min.X] = min(tops[x-box.Min.X], y), max(feet[x-box.Min.X], y)
	})
	lines, edge := 0, 0
	for i := range tops {
		if height := feet[i] - tops[i]; height < 0 || float64(height) > thin*p.dpi {
			continue
		}
		lines++
		if !p.inside(row, box.Min.X+i, float64(tops[i]+feet[i])/2) {
			edge++
		}
	}
	return float64(lines) >= few*float64(box.Dx()) && 2*edge > lines
}

// spanned reports whether most cells of a row of a ruled grid hold a piece of
// ink from border to border: a zigzag through the row, cut where the borders
// were taken out.
func (p *Page) spanned(row int) bool {
	if p.table.Style != layout.Grid {
		return false
	}
	const (
		reach  = 0.06 // inch from a border, to which the piece comes
		narrow = 0.6  // inch: in narrower cells a word does so too
	)
	near, wide, spans := int(p.dpi*reach), 0, 0
	for column := range p.columns {
		cell := p.table.Cell(row, column)
		if cell.Dx() < int(p.dpi*narrow) {
			continue
		}
		wide++
		for i, c := range p.ink.List {
			middle := (c.Box.Min.Y + c.Box.Max.Y) / 2
			if p.owner[i] != nobody && middle > cell.Min.Y && middle < cell.Max.Y && c.Box.Dy() < cell.Dy()*3/2 &&
				c.Box.Min.X < cell.Min.X+near && c.Box.Max.X > cell.Max.X-near {
				spans++
				break
			}
		}
	}
	return spans >= 2 && spans*4 >= wide*3
}

// inside reports whether a place is well between the lines of a row.
func (p *Page) inside(row, x int, y float64) bool {
	const (
		share = 0.16 // of the row's height, from its lines
		most  = 0.08 // inch, in high rows
	)
	top, bottom := p.table.Lines[row].At(x), p.table.Lines[row+1].At(x)
	margin := min(share*(bottom-top), p.dpi*most)
	return y > top+margin && y < bottom-margin
}

// crosses reports whether a stroke from x0 to x1 at height y passes a column
// border with room on both sides and covers a good part of the table.
func (p *Page) crosses(x0, x1, y, width int) bool {
	const beyond = 0.3 // inch on each side of a border; writing runs over it by less
	room := p.dpi * beyond
	return x1-x0 >= width*3/10 && slices.ContainsFunc(p.table.Borders, func(b layout.Rule) bool {
		return b.At(y)-float64(x0) > room && float64(x1)-b.At(y) > room
	})
}

// through reports whether a rule runs through all the writing of some cell,
// at mid-height.
func (p *Page) through(row int, r layout.Rule) bool {
	const (
		wide, high  = 0.5, 0.1  // inch: writing, of which less may be a stray mark
		upper, foot = 0.25, 0.7 // of its height, from its top: between these a line strikes out, below it underlines
	)
	x := (r.From + r.To) / 2
	_, column := p.cellAt(x, int(r.At(x)))
	if column < 0 || !p.columns[column].Print {
		return false
	}
	box := p.boxOf(p.pieces(row, column))
	height := (r.At(x) - float64(box.Min.Y)) / float64(max(1, box.Dy()))
	return float64(box.Dx()) > p.dpi*wide && float64(box.Dy()) > p.dpi*high && (r.To-r.From) > box.Dx()*9/10 &&
		height > upper && height < foot
}

// pieces lists the components of a cell.
func (p *Page) pieces(row, column int) []int {
	id := int32(p.slot(row, column, 0))
	var list []int
	for i, o := range p.owner {
		if o == id || o == id+1 {
			list = append(list, i)
		}
	}
	return list
}
