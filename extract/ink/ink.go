// Package ink says what is written in the cells of a table without reading
// it: which ink belongs to which cell, whether a cell is empty, signed or
// struck out. An upright page without its ruled lines and a layout.Table
// enter; Slots of ink leave for extract to read.
package ink

import (
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// Page is the ink of one page, each piece given to the item it belongs to.
type Page struct {
	dpi     float64
	table   layout.Table
	columns []Column
	ink     layout.Components
	printed []layout.Rule // lying rules that recur in most rows
	owner   []int32       // for each component a slot, or one of the below
	struck  []bool        // for each row
	doubted []bool        // for each row: it may be
	slots   []slot
	faint   []int  // for each slot, the specks of its cell that are no part of writing
	print   []int  // for each slot, the pieces of its cell that the form prints
	near    []bool // for each pixel whether there is ink at it or beside it, while ink is assigned
	labels  []int  // for each slot, the pieces of small print and labels in the item
	vague   []bool // for each slot: its cell has one line of writing, which may be either item
}

func (s *slot) add(box image.Rectangle, area int) {
	s.addShared(box, area)
	s.own.add(box, area)
}

// addShared adds what other rows share.
func (s *slot) addShared(box image.Rectangle, area int) {
	s.amount.add(box, area)
	if !flat(box) {
		s.curved.add(box, area)
	}
}

// flat reports whether a piece of ink is as straight as a ruled line, lying or standing, of which
// a faint or dotted one leaves pieces in cells.
func flat(box image.Rectangle) bool {
	long, thick := max(box.Dx(), box.Dy()), min(box.Dx(), box.Dy())
	return long >= 10*thick && thick <= long/40+3
}

// signed is the likeness of the ink to a signature. A straight line by itself is none for
// certain, whoever drew it, nor is ink that other rows share, such as a stamp.
func (s slot) signed(dpi float64) float64 {
	likeness := s.amount.signed(dpi)
	if likeness >= 1 && (s.curved.signed(dpi) < 1 || s.own.signed(dpi) < 1) {
		return 0.5
	}
	return likeness
}

func (s *amount) add(box image.Rectangle, area int) {
	s.box = s.box.Union(box)
	s.area += area
	s.pieces++
	s.widest = max(s.widest, box.Dx(), box.Dy())
}

func (s amount) written(dpi float64) bool {
	const (
		long = 0.085  // inch: a piece of ink that is more than a speck
		much = 0.0025 // square inch of ink, in however many pieces
	)
	return s.area > 0 && (float64(s.widest) >= dpi*long || float64(s.area) > dpi*dpi*much)
}

func (s amount) signed(dpi float64) float64 {
	const (
		remains   = 0.1  // inch along which a faint pen leaves pieces
		mark      = 0.05 // inch: a piece that is more than dust
		signature = 0.25 // inch: the shortest, on its longer side
		stroke    = 0.1  // inch: the longest piece of a signature at least, if pieces are few
		unsure    = 0.9  // likeness of ink that is shorter or has no such piece, at most
	)
	long := float64(max(s.box.Dx(), s.box.Dy())) / dpi
	switch {
	case !s.written(dpi) && (s.pieces >= 3 && long >= remains || float64(s.widest) >= dpi*mark):
		return 0.5
	case !s.written(dpi):
		return 0
	case long >= signature && (float64(s.widest) >= dpi*stroke || s.pieces >= 6):
		return 1
	}
	return min(1, long/signature) * unsure
}

// Column says what the cells of a column are for.
type Column struct {
	Items int  // one, or two above each other
	Comb  bool // a box for each letter, so that round letters stand alone
	Data  bool // a date, a place or the like: what all rows share may be what people wrote
	Print bool // a name, a number or the like: a line through it strikes it out
}

const (
	nobody int32 = -1 // outside the table, or a speck
	parted int32 = -2 // each pixel belongs to the cell it lies in
)

// slot is one item of one cell.
type slot struct {
	amount
	curved amount // less the pieces that may be what is left of a ruled line
	own    amount // less what lies across rows, and what lies among it
}

// amount is how much ink there is, and where.
type amount struct {
	box    image.Rectangle // of its ink
	area   int             // pixels
	widest int             // the longer side of its largest piece, in pixels
	pieces int             // a faint pen leaves many
}

// Assign gives each piece of ink to the row and column in which most of it
// lies, so that a tall letter stays with its word and a neighbour's tail does
// not count as writing. Pieces that lie in two cells alike are parted at the
// border. The bitmap is of the upright page at the given resolution, without
// the table's rules and folds; rest are the lying rules that are neither. Of
// these, the ones that recur in most rows are taken out of the bitmap.
func Assign(b *layout.Bitmap, t layout.Table, rest []layout.Rule, columns []Column, dpi float64) *Page {
	p := &Page{dpi: dpi, table: t, columns: columns}
	var strokes []layout.Rule
	for i, recurs := range Recurring(rest, t, dpi) {
		if recurs {
			p.printed = append(p.printed, rest[i])
		} else {
			strokes = append(strokes, rest[i])
		}
	}
	b.Erase(p.printed, nil, dpi)
	p.ink = layout.FindComponents(b)
	p.owner = make([]int32, len(p.ink.List))
	lone, small := p.specks(), p.smallPrint()
	for i, c := range p.ink.List {
		p.owner[i] = nobody
		if !lone[i] && c.Area > 3 && !p.bandEnd(c) {
			p.owner[i] = p.place(i, c)
		}
	}
	p.print = make([]int, t.Rows()*t.Columns()*2)
	for i, print := range p.formPrint(p.periodic(), small) {
		if print && !small[i] {
			p.print[p.owner[i]]++
			small[i] = true
		}
		if small[i] {
			p.owner[i] = nobody
		}
	}
	p.findLabels(small)
	p.keepWordsWhole()
	p.partItems()
	p.findStruck(strokes)
	p.measure()
	p.countFaint(lone)
	p.near = nil
	return p
}

// Written reports whether anything but specks is in an item of a cell.
func (p *Page) Written(row, column, item int) bool {
	return p.slots[p.slot(row, column, item)].written(p.dpi)
}

// Flat reports whether the ink of an item is but a straight lying line, such as what is left
// of a ruled one.
func (p *Page) Flat(row, column, item int) bool {
	s := p.slots[p.slot(row, column, item)]
	return s.amount.written(p.dpi) && !s.curved.written(p.dpi)
}

// Signed says how much like a signature the ink of an item is: 1 where
// somebody surely signed, 0 where surely nobody did, between where it may be
// a stray mark.
func (p *Page) Signed(row, column, item int) float64 {
	id := p.slot(row, column, item)
	likeness := p.slots[id].signed(p.dpi)
	switch other := p.slots[p.slot(row, column, 1-item)]; {
	case p.vague[id], likeness > 0 && p.columns[column].Items < 2 && p.divided(row, column):
		return 0.5
	case likeness == 0 && other.box.Dy()*5 > p.table.Cell(row, column).Dy()*3:
		return 0.5 // the cell's two items could not be told apart
	case likeness == 0 && (p.faintInk(row, column) || p.printsMark(row, column) || p.reachedInto(row, column)):
		return 0.5
	}
	return likeness
}

// reachedInto reports whether ink of a cell beside reaches well into a cell: whoever began to sign too
// far left signed all the same.
func (p *Page) reachedInto(row, column int) bool {
	const far = 0.15 // inch behind the border
	cell := p.table.Cell(row, column)
	for _, beside := range []int{column - 1, column + 1} {
		if beside < 0 || beside >= p.table.Columns() {
			continue
		}
		for _, i := range p.pieces(row, beside) {
			if float64(p.ink.List[i].Box.Intersect(cell).Dx()) >= far*p.dpi {
				return true
			}
		}
	}
	return false
}

// printsMark reports whether the form prints a mark in a cell, such as an X,
// and no label. Who put it there cannot be seen.
func (p *Page) printsMark(row, column int) bool {
	const fewest = 4 // pieces of a label
	n := p.print[p.slot(row, column, 0)]
	return n > 0 && n < fewest
}

// faintInk reports whether a cell holds specks in such number that they may be
// what is left of a pen that hardly wrote: many more than the cells of the page do.
func (p *Page) faintInk(row, column int) bool {
	const fewest = 4
	n := p.faint[p.slot(row, column, 0)]
	if n < fewest {
		return false
	}
	size := func(row, column int) int {
		cell := p.table.Cell(row, column)
		return max(1, cell.Dx()*cell.Dy())
	}
	var density []float64
	for r := range p.table.Rows() {
		for c := range p.table.Columns() {
			density = append(density, float64(p.faint[p.slot(r, c, 0)])/float64(size(r, c)))
		}
	}
	slices.Sort(density)
	return float64(n)/float64(size(row, column)) > 3*density[len(density)*3/4]
}

// countFaint counts, for each cell, the specks in it that are no part of writing.
func (p *Page) countFaint(lone []bool) {
	p.faint = make([]int, len(p.slots))
	const speck = 6 // pixels
	for i, c := range p.ink.List {
		if !lone[i] && (c.Area > speck || p.owner[i] != nobody) {
			continue
		}
		if row, column := p.cellOf(c); row >= 0 && column >= 0 {
			p.faint[p.slot(row, column, 0)]++
		}
	}
}

// SignedIn says the same of a place on a page outside any table. The pieces are
// of the page without ruled lines.
func SignedIn(pieces layout.Components, place image.Rectangle, dpi float64) float64 {
	var s slot
	for _, c := range pieces.List {
		if in := c.Box.Intersect(place); in.Dx()*in.Dy()*2 > c.Box.Dx()*c.Box.Dy() && c.Area > 3 {
			s.add(c.Box, c.Area)
		}
	}
	return s.signed(dpi)
}

// Struck reports whether a stroke runs through the row.
func (p *Page) Struck(row int) bool { return p.struck[row] }

// MayBeStruck reports whether a line runs through a word of the row, which may also be how the
// word is written.
func (p *Page) MayBeStruck(row int) bool { return p.doubted[row] }

// Box is where the ink of an item is, in pixels of the bitmap; empty where
// there is none.
func (p *Page) Box(row, column, item int) image.Rectangle {
	return p.slots[p.slot(row, column, item)].box
}

// Picture cuts an item out of the upright page, which may have a higher
// resolution than the bitmap: only the item's own ink, on white, with a small
// margin. It is nil where there is no ink.
func (p *Page) Picture(page *image.Gray, row, column, item int) *image.Gray {
	id := p.slot(row, column, item)
	box := p.slots[id].box
	if box.Empty() {
		return nil
	}
	const (
		margin = 0.03  // inch of white around the ink
		edge   = 0.008 // inch around the ink that is copied with it, for strokes end softly
	)
	box = box.Inset(-int(math.Ceil(p.dpi * margin))).Intersect(image.Rect(0, 0, p.ink.W, p.ink.H))
	mask := p.mask(int32(id), box, max(1, int(p.dpi*edge)))
	scale := float64(page.Bounds().Dx()) / float64(p.ink.W)
	full := func(v int) int { return int(float64(v) * scale) }
	out := image.NewGray(image.Rect(0, 0, full(box.Max.X)-full(box.Min.X), min(full(box.Max.Y), page.Bounds().Dy())-full(box.Min.Y)))
	paper := PaperLevel(page, image.Rect(full(box.Min.X), full(box.Min.Y), full(box.Max.X), full(box.Max.Y)))
	for y := range out.Rect.Dy() {
		my := min(box.Dy()-1, int(float64(full(box.Min.Y)+y)/scale)-box.Min.Y)
		in := page.Pix[(full(box.Min.Y)+y)*page.Stride+full(box.Min.X):]
		to := out.Pix[y*out.Stride:]
		for x := range out.Rect.Dx() {
			mx := min(box.Dx()-1, int(float64(full(box.Min.X)+x)/scale)-box.Min.X)
			to[x] = 255
			if mask[max(0, my)*box.Dx()+max(0, mx)] {
				to[x] = uint8(min(255, int(in[x])*255/paper))
			}
		}
	}
	return out
}

// slot is the number of an item; columns of one item leave every second
// number unused.
func (p *Page) slot(row, column, item int) int {
	return (row*p.table.Columns()+column)*2 + item
}

// cellAt returns the row and column a pixel lies in, −1 outside.
func (p *Page) cellAt(x, y int) (row, column int) {
	row = slices.IndexFunc(p.table.Lines[1:], func(l layout.Rule) bool { return float64(y) < l.At(x) })
	if row < 0 || float64(y) < p.table.Lines[0].At(x) {
		return -1, -1
	}
	column = slices.IndexFunc(p.table.Borders[1:], func(b layout.Rule) bool { return float64(x) < b.At(y) })
	if column < 0 || float64(x) < p.table.Borders[0].At(y) {
		return row, -1
	}
	return row, column
}

// cellOf returns the row and column that the middle of a component lies in, −1 outside.
func (p *Page) cellOf(c layout.Component) (row, column int) {
	at := center(c.Box)
	return p.cellAt(at.X, at.Y)
}

func center(box image.Rectangle) image.Point {
	return image.Pt((box.Min.X+box.Max.X)/2, (box.Min.Y+box.Max.Y)/2)
}

// place finds the cell of a component: the row that holds three fifths of it,
// then the column that does.
func (p *Page) place(i int, c layout.Component) int32 {
	r0, c0 := p.cellAt(c.Box.Min.X, c.Box.Min.Y)
	r1, c1 := p.cellAt(c.Box.Max.X-1, c.Box.Max.Y-1)
	if r0 >= 0 && c0 >= 0 && r0 == r1 && c0 == c1 {
		return int32(p.slot(r0, c0, 0))
	}
	rows, columns := map[int]int{}, map[int]int{}
	p.each(i, func(x, y int) {
		r, c := p.cellAt(x, y)
		rows[r]++
		columns[c]++
	})
	row, inRow := most(rows)
	column, inColumn := most(columns)
	switch {
	case row < 0 && inRow > c.Area*3/5 || column < 0 && inColumn > c.Area*3/5:
		return nobody
	case inRow < c.Area*3/5 || inColumn < c.Area*2/3 || row < 0 || column < 0:
		return parted
	}
	return int32(p.slot(row, column, 0))
}

// bandEnd reports whether a component is what is left of the end of a grey
// band: ink at the very side of a shaded table.
func (p *Page) bandEnd(c layout.Component) bool {
	const end = 0.12 // inch from the table's side
	near := int(p.dpi * end)
	return p.table.Style == layout.Shaded && (c.Box.Max.X < p.table.Left+near || c.Box.Min.X > p.table.Right-near)
}

// each calls f for every pixel of a component.
func (p *Page) each(i int, f func(x, y int)) {
	box := p.ink.List[i].Box
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for s := range p.ink.Spans(y, box.Min.X, box.Max.X) {
			for x := int(s.From); s.Label == int32(i+1) && x < int(s.To); x++ {
				f(x, y)
			}
		}
	}
}

// most is the key with the largest count; of equals the smallest.
func most(counts map[int]int) (key, count int) {
	first := true
	for k, n := range counts {
		if first || n > count || n == count && k < key {
			key, count, first = k, n, false
		}
	}
	return key, count
}

// specks marks round dots that stand alone: dust, not writing. A dot of an i
// or a full stop has other ink near it.
func (p *Page) specks() []bool {
	const (
		alone   = 0.1  // inch to the nearest other ink: the dot of an i is closer to its stroke
		largest = 0.09 // inch: the longer side of a speck
		filled  = 0.5  // of its box that is ink, at least
		letter  = 0.05 // inch: in a comb, a dot as large may be an o
	)
	lone := make([]bool, len(p.ink.List))
	near := int(p.dpi * alone)
	for i, c := range p.ink.List {
		w, h := c.Box.Dx(), c.Box.Dy()
		long := max(w, h)
		if float64(long) > p.dpi*largest || long > 2*min(w, h)+1 || float64(c.Area) < filled*float64(w*h) {
			continue
		}
		lone[i] = !p.touches(c.Box.Inset(-near), int32(i+1)) && !(float64(long) > p.dpi*letter && p.inComb(c))
	}
	return lone
}

// inComb reports whether a component is in a column of combs.
func (p *Page) inComb(c layout.Component) bool {
	row, column := p.cellOf(c)
	return row >= 0 && column >= 0 && p.columns[column].Comb
}

// touches reports whether ink of another component larger than a speck lies
// in r.
func (p *Page) touches(r image.Rectangle, but int32) bool {
	r = r.Intersect(image.Rect(0, 0, p.ink.W, p.ink.H))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for s := range p.ink.Spans(y, r.Min.X, r.Max.X) {
			if s.Label != but && p.ink.List[s.Label-1].Area > 6 {
				return true
			}
		}
	}
	return false
}

// How much of a cell's width a line in it takes that the form draws.
const (
	itemLine = 0.5  // between two items: lines to sign on end before the border
	fullLine = 0.93 // from border to border
)

// partItems gives the ink of cells with two items to the upper or the lower
// one.
func (p *Page) partItems() {
	pieces := p.bySlot()
	p.vague = make([]bool, p.table.Rows()*p.table.Columns()*2)
	for row := range p.table.Rows() {
		for column, c := range p.columns {
			if c.Items < 2 {
				continue
			}
			id := int32(p.slot(row, column, 0))
			cell := p.table.Cell(row, column)
			limit, sure := p.ruleIn(cell, itemLine)
			if !sure {
				limit, sure = p.partAt(pieces[id], cell)
			}
			p.vague[id], p.vague[id+1] = !sure, !sure
			for _, group := range p.words(pieces[id]) {
				if middleOf(p.boxOf(group)) > limit {
					for _, i := range group {
						p.owner[i] = id + 1
					}
				}
			}
		}
	}
}

// bySlot lists the components of each slot that has any.
func (p *Page) bySlot() map[int32][]int {
	slots := map[int32][]int{}
	for i, o := range p.owner {
		if o >= 0 {
			slots[o] = append(slots[o], i)
		}
	}
	return slots
}

// divided reports whether the form parts a cell by a line from border to border:
// where only one item is known, nobody can tell in which half it belongs.
func (p *Page) divided(row, column int) bool {
	_, ok := p.ruleIn(p.table.Cell(row, column), fullLine)
	return ok
}

// Ruled reports whether the form draws a line between two items of a cell.
func (p *Page) Ruled(row, column int) bool {
	_, ok := p.ruleIn(p.table.Cell(row, column), itemLine)
	return ok && p.columns[column].Items > 1
}

// ruleIn is the height of the line that the form draws between the two items
// of a cell, if it draws one over at least the given share of its width.
func (p *Page) ruleIn(cell image.Rectangle, least float64) (at float64, ok bool) {
	const edge = 0.25 // of the cell's height, above and below: a line there is no line between items
	middle := (cell.Min.X + cell.Max.X) / 2
	for _, r := range p.printed {
		y := r.At(middle)
		share := (y - float64(cell.Min.Y)) / float64(max(1, cell.Dy()))
		if share > edge && share < 1-edge &&
			float64(min(r.To, cell.Max.X)-max(r.From, cell.Min.X)) > least*float64(cell.Dx()) {
			return y, true
		}
	}
	return 0, false
}

// partAt is the height that parts the two items of a cell: the widest step
// between the middles of its words. A single line of writing is the upper
// item unless it stands at the foot of the cell, for signatures are written
// at mid-height; at mid-height it may be either, and sure is false.
func (p *Page) partAt(pieces []int, cell image.Rectangle) (at float64, sure bool) {
	const (
		smallest = 0.06 // inch: what is smaller is no word, but a dot or a speck
		apart    = 0.14 // of the cell's height, between the middles of the two items at least
		upper    = 0.42 // of it, from the top: a single line above is surely the upper item
		lower    = 0.65 // likewise: a single line below is the lower one
	)
	var middles []float64
	for _, group := range p.words(pieces) {
		if box := p.boxOf(group); float64(max(box.Dx(), box.Dy())) >= p.dpi*smallest {
			middles = append(middles, middleOf(box))
		}
	}
	slices.Sort(middles)
	height := func(share float64) float64 { return float64(cell.Min.Y) + share*float64(cell.Dy()) }
	limit, step, sure := height(lower), apart*float64(cell.Dy()), false
	for i := 1; i < len(middles); i++ {
		if middles[i]-middles[i-1] > step {
			step = middles[i] - middles[i-1]
			limit, sure = (middles[i]+middles[i-1])/2, true
		}
	}
	if n := len(middles); !sure && n > 0 {
		sure = middles[n-1] < height(upper) || middles[0] > height(lower)
	}
	return limit, sure || len(middles) == 0
}

// words groups components that stand side by side.
func (p *Page) words(pieces []int) [][]int {
	const gap = 0.1 // inch within a word that a pen wrote
	return p.wordsWithin(pieces, int(p.dpi*gap))
}

func (p *Page) wordsWithin(pieces []int, gap int) [][]int {
	boxes := make([]image.Rectangle, len(pieces))
	for i, c := range pieces {
		boxes[i] = p.ink.List[c].Box
	}
	groups := layout.Words(boxes, gap)
	for _, group := range groups {
		for i, at := range group {
			group[i] = pieces[at]
		}
	}
	return groups
}

func (p *Page) boxOf(pieces []int) image.Rectangle {
	var box image.Rectangle
	for _, i := range pieces {
		box = box.Union(p.ink.List[i].Box)
	}
	return box
}

func middleOf(r image.Rectangle) float64 { return float64(r.Min.Y+r.Max.Y) / 2 }

// measure sums up the ink of each slot.
func (p *Page) measure() {
	p.slots = make([]slot, p.table.Rows()*p.table.Columns()*2)
	across := p.across()
	for i, c := range p.ink.List {
		at := center(c.Box)
		add := func(id int, box image.Rectangle, area int) { p.slots[id].add(box, area) }
		if slices.ContainsFunc(across, at.In) {
			add = func(id int, box image.Rectangle, area int) { p.slots[id].addShared(box, area) }
		}
		switch o := p.owner[i]; o {
		case nobody:
		case parted:
			parts := map[int]*layout.Component{}
			p.each(i, func(x, y int) {
				row, column := p.cellAt(x, y)
				if row < 0 || column < 0 {
					return
				}
				part := parts[p.slot(row, column, 0)]
				if part == nil {
					part = &layout.Component{}
					parts[p.slot(row, column, 0)] = part
				}
				part.Box = part.Box.Union(image.Rect(x, y, x+1, y+1))
				part.Area++
			})
			for id, part := range parts {
				add(id, part.Box, part.Area)
			}
		default:
			add(int(o), c.Box, c.Area)
		}
	}
}

// across is where shapes are that lie across rows and belong to none of them, such as the frame
// of a stamp, with all that touches them.
func (p *Page) across() (shapes []image.Rectangle) {
	const (
		rows   = 1.4  // the height of such a shape at least
		wide   = 0.4  // inches
		mostly = 0.92 // share of its ink from which on a row has it

		// Two folds that cross are thinner, and have no letters between them.
		line    = 0.018 // inches
		letters = 5
	)
	for i, c := range p.ink.List {
		if p.owner[i] == nobody || !p.asStamps(c.Box) {
			continue
		}
		row, _ := p.cellOf(c)
		if row < 0 || float64(c.Box.Dx()) < wide*p.dpi || float64(c.Box.Dy()) < rows*float64(p.table.Row(row).Dy()) {
			continue
		}
		in := map[int]int{}
		p.each(i, func(x, y int) {
			r, _ := p.cellAt(x, y)
			in[r]++
		})
		if _, n := most(in); float64(n) < mostly*float64(c.Area) && p.frames(i) {
			thick := float64(c.Area) >= line*p.dpi*float64(c.Box.Dx()+c.Box.Dy())
			if place, pieces := p.touching(c.Box); thick || pieces >= letters {
				shapes = append(shapes, place)
			}
		}
	}
	return shapes
}

// frames reports whether a component has two straight sides at a right angle, one of them long, as
// frames have. Writing that runs from row to row has one at most, the stroke under a name.
func (p *Page) frames(i int) bool {
	const (
		long  = 0.75 // inches
		short = 0.3
		steep = 0.35 // of a side, against the sheet's own direction
		step  = 0.01 // of the slope
		off   = 0.05 // from the right angle, as a slope
	)
	box := p.ink.List[i].Box
	var lying, standing []image.Point // pixels; of standing sides with the axes swapped
	p.each(i, func(x, y int) {
		lying = append(lying, image.Pt(x-box.Min.X, y-box.Min.Y))
		standing = append(standing, image.Pt(y-box.Min.Y, x-box.Min.X))
	})
	for slope := -steep; slope <= steep; slope += step {
		across, down := straight(lying, slope), 0
		for other := -slope - off; other <= -slope+off; other += step {
			down = max(down, straight(standing, other))
		}
		if float64(max(across, down)) >= long*p.dpi && float64(min(across, down)) >= short*p.dpi {
			return true
		}
	}
	return false
}

// straight is how long the longest straight side of some slope is: the most pixels along of a
// band a few pixels broad.
func straight(pixels []image.Point, slope float64) (longest int) {
	const breadth = 3
	seen := map[image.Point]bool{}
	along := map[int]int{}
	for _, q := range pixels {
		band := int(math.Floor((float64(q.Y) - slope*float64(q.X)) / breadth))
		if at := image.Pt(q.X, band); !seen[at] {
			seen[at] = true
			along[band]++
			longest = max(longest, along[band])
		}
	}
	return longest
}

// touching is a place with all ink that touches it, and what touches that, as far as stamps are
// large, and how many pieces these are.
func (p *Page) touching(place image.Rectangle) (all image.Rectangle, pieces int) {
	const near = 0.05 // inches
	for grown := true; grown; {
		grown = false
		around := place.Inset(-int(near * p.dpi))
		for i, c := range p.ink.List {
			more := place.Union(c.Box)
			if p.owner[i] == nobody || more == place || !c.Box.Overlaps(around) || !p.asStamps(more) {
				continue
			}
			place, grown = more, true
			around = place.Inset(-int(near * p.dpi))
		}
	}
	const speck = 20 // pixels
	for _, c := range p.ink.List {
		if c.Area > speck && c.Box.In(place) {
			pieces++
		}
	}
	return place, pieces
}

// asStamps reports whether something is no larger than stamps are.
func (p *Page) asStamps(box image.Rectangle) bool {
	const widest, tallest = 3.0, 1.6 // inches
	return float64(box.Dx()) <= widest*p.dpi && float64(box.Dy()) <= tallest*p.dpi
}

// mask marks the pixels of box within reach of the slot's ink.
func (p *Page) mask(id int32, box image.Rectangle, reach int) []bool {
	mask := make([]bool, box.Dx()*box.Dy())
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for s := range p.ink.Spans(y, box.Min.X, box.Max.X) {
			for x := int(s.From); x < int(s.To); x++ {
				if p.owner[s.Label-1] != id && !p.partHere(s.Label, id, x, y) {
					continue
				}
				for my := max(0, y-box.Min.Y-reach); my <= min(box.Dy()-1, y-box.Min.Y+reach); my++ {
					for mx := max(0, x-box.Min.X-reach); mx <= min(box.Dx()-1, x-box.Min.X+reach); mx++ {
						mask[my*box.Dx()+mx] = true
					}
				}
			}
		}
	}
	return mask
}

func (p *Page) partHere(label, id int32, x, y int) bool {
	if p.owner[label-1] != parted {
		return false
	}
	row, column := p.cellAt(x, y)
	return row >= 0 && column >= 0 && int32(p.slot(row, column, 0)) == id
}

// PaperLevel is the grey of the paper in a part of a page: the median of its
// pixels, for writing covers less than half.
func PaperLevel(g *image.Gray, r image.Rectangle) int {
	var histogram [256]int
	n := 0
	r = r.Intersect(g.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y += 2 {
		for _, v := range g.Pix[y*g.Stride+r.Min.X : y*g.Stride+r.Max.X] {
			histogram[v]++
			n++
		}
	}
	level, seen := 255, 0
	for ; level > 64; level-- {
		if seen += histogram[level]; seen*2 >= n {
			break
		}
	}
	return level
}
