package hand

import (
	"image"
	"math"
	"slices"
)

const (
	// Height is the height in pixels of a prepared line.
	Height = 40
	// maxWidth bounds a prepared line, and with it the time one cell can cost.
	maxWidth = 1600

	margin     = 3   // blank pixels around the ink of a prepared line
	tallest    = 160 // cells are shrunk to this height first: more pixels only cost time
	widestGap  = 0.8 // blank runs are shortened to this share of the ink's height
	leastInk   = 28  // grey levels between ink and paper below which a cell is blank
	highestCut = 220 // lightest grey that still counts as ink after flattening
)

// Prepare makes the picture of a cell what the network was trained on: the ink
// alone, cropped to a margin, wide gaps shortened, paper white, ink black,
// Height pixels high. Ruled lines that were left over, what hangs in from the
// neighbours, and specks are taken out. The cell is upright, dark on light, of
// any size and resolution. A cell without writing gives nil.
//
// Training lines go through this same function, so that the network never
// sees a difference between what it learned and what it reads.
func Prepare(cell *image.Gray) *image.Gray {
	p := flatten(shrink(planeOf(cell)))
	if p.w == 0 || p.h == 0 {
		return nil
	}
	p.whitenBars()
	ink := p.ink()
	if ink == nil {
		return nil
	}
	if ink.dropRules() {
		// The rules were in the way of seeing how dark the writing is.
		p.whiten(ink.rule)
		if ink = p.ink(); ink == nil {
			return nil
		}
		ink.dropRules()
	}
	blobs := ink.blobs()
	if !blobs.dropForeign() {
		return nil
	}
	box := blobs.box()
	p.erase(blobs)
	return p.line(box, blobs)
}

// plane is a grey picture without stride or origin.
type plane struct {
	w, h int
	pix  []uint8
}

func planeOf(g *image.Gray) plane {
	r := g.Bounds()
	p := plane{r.Dx(), r.Dy(), make([]uint8, max(0, r.Dx()*r.Dy()))}
	for y := range p.h {
		copy(p.pix[y*p.w:(y+1)*p.w], g.Pix[y*g.Stride:])
	}
	return p
}

func shrink(p plane) plane {
	if p.h <= tallest {
		return p
	}
	return p.resize(max(1, p.w*tallest/p.h), tallest)
}

// flatten divides by the paper's own brightness, taken in upright strips, so
// that shadows and grey paper become white.
func flatten(p plane) plane {
	const (
		strip   = 48  // pixels
		dimmest = 0.6 // of the whole cell's paper: a strip may be all ink
	)
	if p.w == 0 || p.h == 0 {
		return p
	}
	whole := brightest(p, 0, p.w)
	n := max(1, p.w/strip)
	paper := make([]float64, n)
	for i := range paper {
		paper[i] = max(1, whole*dimmest, brightest(p, i*p.w/n, (i+1)*p.w/n))
	}
	out := plane{p.w, p.h, make([]uint8, len(p.pix))}
	for x := range p.w {
		at := (float64(x)+0.5)*float64(n)/float64(p.w) - 0.5
		i := min(max(int(math.Floor(at)), 0), n-1)
		j := min(i+1, n-1)
		t := min(max(at-float64(i), 0), 1)
		scale := 255 / (paper[i]*(1-t) + paper[j]*t)
		for y := range p.h {
			out.pix[y*p.w+x] = uint8(min(255, float64(p.pix[y*p.w+x])*scale))
		}
	}
	return out
}

// whitenBars paints bars along the upper and lower edge white, which are the
// scanner's lid or a thick frame: rows that are dark nearly all the way.
func (p plane) whitenBars() {
	bar := func(y int) bool {
		n := 0
		for _, v := range p.pix[y*p.w : (y+1)*p.w] {
			if v < 150 {
				n++
			}
		}
		return n*10 >= p.w*7
	}
	whiten := func(y int) {
		for x := range p.w {
			p.pix[y*p.w+x] = 255
		}
	}
	for y := 0; y < p.h && bar(y); y++ {
		whiten(y)
	}
	for y := p.h - 1; y >= 0 && bar(y); y-- {
		whiten(y)
	}
}

// brightest is the grey that 80 in 100 pixels of the columns stay below: paper
// wherever less than a fifth of it is covered.
func brightest(p plane, x0, x1 int) float64 {
	var count [256]int
	for y := range p.h {
		for _, v := range p.pix[y*p.w+x0 : y*p.w+x1] {
			count[v]++
		}
	}
	left := p.h * (x1 - x0) / 5
	for v := 255; v > 0; v-- {
		if left -= count[v]; left < 0 {
			return float64(v)
		}
	}
	return 1
}

func (p plane) whiten(where []bool) {
	for i, w := range where {
		if w {
			p.pix[i] = 255
		}
	}
}

// mask marks the ink of a plane, and apart from it the ruled lines.
type mask struct {
	w, h     int
	on, rule []bool
}

// ink separates ink from paper by Otsu's threshold; nil where there is too
// little between the two to call anything ink.
func (p plane) ink() *mask {
	cut, between := otsu(p.pix)
	if between < leastInk {
		return nil
	}
	// A dark rule beside pale writing draws the threshold down to itself, so it
	// is moved towards the paper: what is too much can be dropped later.
	cut = min(cut+uint8(between/5), highestCut)
	m := &mask{p.w, p.h, make([]bool, len(p.pix)), make([]bool, len(p.pix))}
	for i, v := range p.pix {
		m.on[i] = v <= cut
	}
	return m
}

// otsu returns the threshold that separates the two greys of a picture best
// (Otsu 1979), and the distance between their means.
func otsu(pix []uint8) (cut uint8, between float64) {
	var count [256]int
	for _, v := range pix {
		count[v]++
	}
	sum := 0.0
	for v, c := range count {
		sum += float64(v * c)
	}
	var below, sumBelow, best float64
	for v, c := range count {
		below += float64(c)
		sumBelow += float64(v * c)
		above := float64(len(pix)) - below
		if below == 0 || above == 0 {
			continue
		}
		d := (sum-sumBelow)/above - sumBelow/below
		if s := below * above * d * d; s > best {
			best, cut, between = s, uint8(v), d
		}
	}
	return cut, between
}

// dropRules clears what is left of ruled lines: long and thin level runs, and
// upright ones along the cell's sides. Strokes that cross them stay. It says
// whether there were any.
func (m *mask) dropRules() (any bool) {
	long, thin := max(m.h*5/2, 60), max(3, m.h/14)
	for y := range m.h {
		for x := 0; x < m.w; x++ {
			x0 := x
			for x < m.w && m.on[y*m.w+x] {
				x++
			}
			if x-x0 >= long {
				m.clearLevel(x0, x, y, thin)
				any = true
			}
		}
	}
	tall := m.h * 4 / 5
	side := max(3, m.h/12)
	for x := range m.w {
		if x >= side && x < m.w-side {
			continue
		}
		n := 0
		for y := range m.h {
			if m.on[y*m.w+x] {
				n++
			}
		}
		if n >= tall {
			for y := range m.h {
				m.toRule(y*m.w + x)
			}
			any = true
		}
	}
	return any
}

// clearLevel clears the run x0..x1 of row y wherever it is no part of a stroke
// thicker than thin.
func (m *mask) clearLevel(x0, x1, y, thin int) {
	for x := x0; x < x1; x++ {
		a, b := y, y
		for a > 0 && m.on[(a-1)*m.w+x] && y-a <= thin {
			a--
		}
		for b < m.h-1 && m.on[(b+1)*m.w+x] && b-y <= thin {
			b++
		}
		if b-a+1 > thin {
			continue
		}
		for ; a <= b; a++ {
			m.toRule(a*m.w + x)
		}
	}
}

func (m *mask) toRule(i int) { m.rule[i], m.on[i] = m.rule[i] || m.on[i], false }

// blob is one connected piece of ink.
type blob struct {
	extent
	drop  bool
	group int // of blobs.groups
}

// extent is a place and the ink in it.
type extent struct {
	x0, y0, x1, y1 int // inclusive
	n              int // pixels
}

func (b extent) width() int  { return b.x1 - b.x0 + 1 }
func (b extent) height() int { return b.y1 - b.y0 + 1 }

// nowhere is the extent of nothing.
var nowhere = extent{x0: math.MaxInt32, y0: math.MaxInt32, x1: -1, y1: -1}

func (b extent) union(o extent) extent {
	return extent{min(b.x0, o.x0), min(b.y0, o.y0), max(b.x1, o.x1), max(b.y1, o.y1), b.n + o.n}
}

// apart is how many blank pixels lie between two pieces, along the axis that has
// more of them.
func (b extent) apart(o extent) int {
	return max(o.x0-b.x1, b.x0-o.x1, o.y0-b.y1, b.y0-o.y1) - 1
}

// blobs are the connected pieces of a mask. label says which piece a pixel
// belongs to, counted from 1; 0 is paper. The first piece is what was ruled.
type blobs struct {
	w, h  int
	label []int32
	all   []blob
	// groups are pieces close together, as a thin pen leaves them in a fax: what
	// is too small to be writing by itself may be part of a broken stroke.
	groups []extent
}

func (m *mask) blobs() *blobs {
	b := &blobs{w: m.w, h: m.h, label: make([]int32, len(m.on)), all: []blob{{extent: nowhere, drop: true}}}
	for i, rule := range m.rule {
		if rule {
			b.label[i] = 1
		}
	}
	var stack []int32
	for i, on := range m.on {
		if !on || b.label[i] != 0 {
			continue
		}
		id := int32(len(b.all) + 1)
		c := blob{extent: nowhere}
		b.label[i] = id
		stack = append(stack[:0], int32(i))
		for len(stack) > 0 {
			at := int(stack[len(stack)-1])
			stack = stack[:len(stack)-1]
			x, y := at%m.w, at/m.w
			c.x0, c.x1 = min(c.x0, x), max(c.x1, x)
			c.y0, c.y1 = min(c.y0, y), max(c.y1, y)
			c.n++
			for v := max(0, y-1); v <= min(m.h-1, y+1); v++ {
				for u := max(0, x-1); u <= min(m.w-1, x+1); u++ {
					if q := v*m.w + u; m.on[q] && b.label[q] == 0 {
						b.label[q] = id
						stack = append(stack, int32(q))
					}
				}
			}
		}
		b.all = append(b.all, c)
	}
	return b
}

// dropForeign marks what is no writing of this cell: specks, pieces cut off by
// the cell's edges, leftovers of rules, and small dots far from everything. It
// says whether anything is left.
func (b *blobs) dropForeign() bool {
	b.groupClose()
	speck := max(3, b.h*b.h/700)
	for i := range b.all {
		b.all[i].drop = b.all[i].drop || b.groups[b.all[i].group].n < speck
	}
	b.dropOtherLines()
	top, bottom := b.band()
	for i := range b.all {
		b.all[i].drop = b.all[i].drop || b.foreign(b.all[i], top, bottom)
	}
	b.dropLone()
	for _, c := range b.all {
		if !c.drop {
			return true
		}
	}
	return false
}

// groupClose puts pieces into one group whose boxes are hardly apart.
func (b *blobs) groupClose() {
	reach := max(2, b.h/24)
	order := make([]int, len(b.all))
	parent := make([]int, len(b.all))
	for i := range order {
		order[i], parent[i] = i, i
	}
	slices.SortFunc(order, func(i, j int) int { return b.all[i].x0 - b.all[j].x0 })
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for at, i := range order {
		for _, j := range order[at+1:] {
			if b.all[j].x0-b.all[i].x1-1 > reach {
				break
			}
			if !b.all[i].drop && !b.all[j].drop && b.all[i].apart(b.all[j].extent) <= reach {
				parent[root(i)] = root(j)
			}
		}
	}
	b.groups = make([]extent, len(b.all))
	for i := range b.groups {
		b.groups[i] = nowhere
	}
	for i := range b.all {
		g := root(i)
		b.all[i].group = g
		b.groups[g] = b.groups[g].union(b.all[i].extent)
	}
}

// dropOtherLines drops lines that an edge of the cell cuts through, where blank
// rows part them from a line that is half as high again.
func (b *blobs) dropOtherLines() {
	var lines []image.Point // first and last row
	for y, ink := range b.inkOfRows(func(c blob) bool { return !c.drop }) {
		switch last := len(lines) - 1; {
		case ink == 0:
		case last >= 0 && lines[last].Y == y-1:
			lines[last].Y = y
		default:
			lines = append(lines, image.Pt(y, y))
		}
	}
	height := func(l image.Point) int { return l.Y - l.X + 1 }
	tallest := 0
	for _, l := range lines {
		tallest = max(tallest, height(l))
	}
	for _, l := range lines {
		if l.X > 0 && l.Y < b.h-1 || 3*height(l) > 2*tallest {
			continue
		}
		for i, c := range b.all {
			if c.y0 >= l.X && c.y1 <= l.Y {
				b.all[i].drop = true
			}
		}
	}
}

// band is where the line of writing runs: the rows around the middle of the
// ink. Pieces that touch the upper or lower edge count only where there is
// hardly anything else, for then the cell was cut too small.
func (b *blobs) band() (top, bottom float64) {
	const reach = 1.6 // deviations of the ink's rows, up and down from their mean
	inside := func(c blob) bool {
		return !c.drop && !b.level(c) && (c.y0 > 0 && c.y1 < b.h-1 || c.height() >= b.h/2)
	}
	total, rest := 0, 0
	for _, c := range b.all {
		if !c.drop {
			total += c.n
		}
		if inside(c) {
			rest += c.n
		}
	}
	if rest*5 < total {
		inside = func(c blob) bool { return !c.drop }
	}
	mid, spread := b.rows(inside)
	return mid - reach*spread, mid + reach*spread
}

// foreign says whether a piece hangs in from a neighbour, which touches an edge
// and hardly reaches the band of the writing, or is what is left of a rule.
func (b *blobs) foreign(c blob, top, bottom float64) bool {
	const (
		hardly = 0.35 // of the band's height, that a neighbour's piece reaches into it
		edge   = 0.25 // of it, above and below, where a rule lies and no dash
	)
	thin := max(3, b.h/12)
	within := min(float64(c.y1+1), bottom) - max(float64(c.y0), top)
	middle := float64(c.y0+c.y1) / 2
	switch {
	case c.y0 == 0 && c.y1 == b.h-1 && b.h > 12:
		return c.width() <= thin // an upright rule
	case c.y0 == 0 || c.y1 == b.h-1:
		return c.height() < b.h/2 && within < hardly*(bottom-top)
	case b.level(c):
		return middle < top+edge*(bottom-top) || middle > top+(1-edge)*(bottom-top)
	case c.x0 == 0 || c.x1 == b.w-1:
		return c.width() <= thin
	}
	return false
}

// level says whether a piece is as long and thin as a rule.
func (b *blobs) level(c blob) bool {
	return c.height() <= max(3, b.h/12) && c.width() > 6*c.height() && c.width() > b.h/2
}

// rows is the mean row of the ink of some pieces, and the spread around it.
func (b *blobs) rows(of func(blob) bool) (mid, spread float64) {
	var n, sum, sq float64
	for y, ink := range b.inkOfRows(of) {
		k, v := float64(ink), float64(y)
		n, sum, sq = n+k, sum+k*v, sq+k*v*v
	}
	if n == 0 {
		return float64(b.h) / 2, float64(b.h) / 2
	}
	mid = sum / n
	return mid, math.Sqrt(max(0, sq/n-mid*mid)) + 0.5
}

// inkOfRows counts the pixels of some pieces in each row.
func (b *blobs) inkOfRows(of func(blob) bool) []int {
	use := make([]bool, len(b.all))
	for i, c := range b.all {
		use[i] = of(c)
	}
	rows := make([]int, b.h)
	for y := range rows {
		for _, l := range b.label[y*b.w : (y+1)*b.w] {
			if l != 0 && use[l-1] {
				rows[y]++
			}
		}
	}
	return rows
}

// dropLone drops dots further from any larger piece than a letter is high.
func (b *blobs) dropLone() {
	dot := b.h / 10
	small := func(c blob) bool { return b.groups[c.group].width() <= dot && b.groups[c.group].height() <= dot }
	for i := range b.all {
		c := &b.all[i]
		if c.drop || !small(*c) {
			continue
		}
		lone := true
		for _, o := range b.all {
			if o.drop || small(o) {
				continue
			}
			if o.x0-c.x1 < b.h/2 && c.x0-o.x1 < b.h/2 && o.y0-c.y1 < b.h/3 && c.y0-o.y1 < b.h/3 {
				lone = false
				break
			}
		}
		c.drop = lone
	}
	for _, c := range b.all {
		if !c.drop {
			return
		}
	}
	// Nothing but dots: a line of dots is still ink somebody may want to see.
	for i := range b.all {
		b.all[i].drop = b.all[i].n < 3
	}
}

// box bounds the kept ink. Single flourishes that reach far above or below the
// rest do not count, for they would make everything else too small to read.
func (b *blobs) box() image.Rectangle {
	r := image.Rectangle{Min: image.Pt(b.w, b.h)}
	for _, c := range b.all {
		if !c.drop {
			r.Min.X, r.Max.X = min(r.Min.X, c.x0), max(r.Max.X, c.x1+1)
			r.Min.Y, r.Max.Y = min(r.Min.Y, c.y0), max(r.Max.Y, c.y1+1)
		}
	}
	mid, spread := b.rows(func(c blob) bool { return !c.drop })
	r.Min.Y = max(r.Min.Y, int(mid-3*spread))
	r.Max.Y = min(r.Max.Y, int(mid+3*spread)+2)
	return r
}

// erase paints dropped pieces, and the soft edge around them, white.
func (p plane) erase(b *blobs) {
	for i, l := range b.label {
		if l == 0 || !b.all[l-1].drop {
			continue
		}
		x, y := i%p.w, i/p.w
		for v := max(0, y-1); v <= min(p.h-1, y+1); v++ {
			for u := max(0, x-1); u <= min(p.w-1, x+1); u++ {
				if o := b.label[v*p.w+u]; o == 0 || b.all[o-1].drop {
					p.pix[v*p.w+u] = 255
				}
			}
		}
	}
}

// line cuts the box out, shortens its gaps, and brings it to Height and to
// full contrast.
func (p plane) line(box image.Rectangle, b *blobs) *image.Gray {
	columns := keptColumns(box, b)
	pad := max(1, int(math.Round(float64(box.Dy())*margin/(Height-2*margin))))
	cut := plane{len(columns) + 2*pad, box.Dy() + 2*pad, nil}
	cut.pix = make([]uint8, cut.w*cut.h)
	for i := range cut.pix {
		cut.pix[i] = 255
	}
	for i, x := range columns {
		for y := box.Min.Y; y < box.Max.Y; y++ {
			cut.pix[(y-box.Min.Y+pad)*cut.w+pad+i] = p.pix[y*p.w+x]
		}
	}
	w := int(math.Round(float64(cut.w) * Height / float64(cut.h)))
	line := cut.resize(min(max(w, 8), maxWidth), Height)
	line.stretch()
	if wider := int(float64(line.w) * line.crowded()); wider > line.w {
		line = cut.resize(min(wider, maxWidth), Height)
		line.stretch()
	}
	return &image.Gray{Pix: line.pix, Stride: line.w, Rect: image.Rect(0, 0, line.w, line.h)}
}

const (
	airy     = 6.5 // strokes in 100 pixels of a row, up to which letters have room
	broadest = 1.8 // times as wide as it was is the most that a line becomes
)

// crowded says how many times wider a line should be, at least 1, to give narrow
// letters as much room as others have: the network sees only so many columns
// of a letter. The measure is the strokes that a row crosses where the writing is.
func (p plane) crowded() float64 {
	strokes, ink := make([]int, p.h), make([]int, p.h)
	most := 0
	for y := range p.h {
		before := false
		for _, v := range p.pix[y*p.w : (y+1)*p.w] {
			on := v < 128
			if on {
				ink[y]++
			}
			if on && !before {
				strokes[y]++
			}
			before = on
		}
		most = max(most, ink[y])
	}
	sum, rows := 0, 0
	for y := range p.h {
		if ink[y] > 0 && 4*ink[y] > most {
			sum, rows = sum+strokes[y], rows+1
		}
	}
	if rows == 0 {
		return 1
	}
	density := 100 * float64(sum) / float64(rows*p.w)
	return min(max(density/airy, 1), broadest)
}

// keptColumns lists the columns of the box but those in the rest of a gap that
// is wide enough already.
func keptColumns(box image.Rectangle, b *blobs) []int {
	var columns []int
	widest, gap := max(4, int(widestGap*float64(box.Dy()))), 0
	for x := box.Min.X; x < box.Max.X; x++ {
		gap++
		for y := box.Min.Y; y < box.Max.Y; y++ {
			if l := b.label[y*b.w+x]; l != 0 && !b.all[l-1].drop {
				gap = 0
				break
			}
		}
		if gap <= widest {
			columns = append(columns, x)
		}
	}
	return columns
}

// stretch makes the darkest ink black and the paper white.
func (p plane) stretch() {
	cut, _ := otsu(p.pix)
	var count [256]int
	ink := 0
	for _, v := range p.pix {
		if v <= cut {
			count[v]++
			ink++
		}
	}
	dark, left := 0, ink/4
	for ; dark < int(cut) && left >= count[dark]; dark++ {
		left -= count[dark]
	}
	const white = 245
	scale := 255 / float64(max(white-dark, 20))
	for i, v := range p.pix {
		p.pix[i] = uint8(min(max((float64(v)-float64(dark))*scale, 0), 255))
	}
}

// resize scales by area where it shrinks and linearly where it grows, first
// across, then down.
func (p plane) resize(w, h int) plane {
	across := taps(p.w, w)
	mid := make([]float32, w*p.h)
	for y := range p.h {
		row := p.pix[y*p.w : (y+1)*p.w]
		for x, t := range across {
			var s float32
			for i, k := range t.weights {
				s += k * float32(row[t.from+i])
			}
			mid[y*w+x] = s
		}
	}
	out := plane{w, h, make([]uint8, w*h)}
	sum := make([]float32, w)
	for y, t := range taps(p.h, h) {
		clear(sum)
		for i, k := range t.weights {
			for x, v := range mid[(t.from+i)*w : (t.from+i+1)*w] {
				sum[x] += k * v
			}
		}
		for x, v := range sum {
			out.pix[y*w+x] = uint8(min(max(v+0.5, 0), 255))
		}
	}
	return out
}

// tap is which source pixels make one target pixel.
type tap struct {
	from    int
	weights []float32
}

// taps is a triangle filter as wide as the step from pixel to pixel, at least
// one source pixel to either side.
func taps(from, to int) []tap {
	step := float64(from) / float64(to)
	reach := max(1, step)
	all := make([]tap, to)
	room := make([]float32, to*(2*int(reach)+3))
	for i := range all {
		centre := (float64(i)+0.5)*step - 0.5
		a := max(0, int(math.Ceil(centre-reach)))
		b := min(from-1, int(math.Floor(centre+reach)))
		weights := room[:b-a+1]
		room = room[b-a+1:]
		var sum float32
		for j := range weights {
			weights[j] = float32(1 - math.Abs(float64(a+j)-centre)/reach)
			sum += weights[j]
		}
		if sum == 0 {
			weights[0], sum = 1, 1
		}
		for j := range weights {
			weights[j] /= sum
		}
		all[i] = tap{a, weights}
	}
	return all
}
