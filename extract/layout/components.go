package layout

import (
	"encoding/binary"
	"image"
	"iter"
	"math"
	"math/bits"
	"slices"
)

// Component is one connected piece of ink.
type Component struct {
	Box  image.Rectangle
	Area int // pixels of ink
}

// Components is the ink of a page in connected pieces. Which pixel belongs to which is kept in
// spans: a number for each pixel would take four times the room of the page.
type Components struct {
	W, H int
	List []Component // in reading order of their first pixel
	ink  []Span      // in reading order
	rows []int32     // for each row, and the one after the last, where its ink begins
}

// Span is a stretch of ink in one row of pixels.
type Span struct {
	From, To int32
	Label    int32 // the index of its piece in List plus one
}

// FindComponents parts the ink into pieces that touch, corners included.
func FindComponents(b *Bitmap) Components {
	spans := spansOf(b)
	c := Components{W: b.W, H: b.H, ink: make([]Span, len(spans)), rows: make([]int32, b.H+1)}
	labels := c.list(spans)
	y := 0
	for i, s := range spans {
		c.ink[i] = Span{s.from, s.to, labels[i]}
		for ; y <= int(s.y); y++ {
			c.rows[y] = int32(i)
		}
	}
	for ; y <= b.H; y++ {
		c.rows[y] = int32(len(spans))
	}
	return c
}

// Spans gives the ink of a row between two places, from left to right.
func (c Components) Spans(y, from, to int) iter.Seq[Span] {
	row := c.ink[c.rows[y]:c.rows[y+1]]
	first := 0
	for n := len(row); n > 0; { // the first that ends beyond the place where we begin
		if half := n / 2; int(row[first+half].To) <= from {
			first, n = first+half+1, n-half-1
		} else {
			n = half
		}
	}
	row = row[first:]
	return func(yield func(Span) bool) {
		for _, s := range row {
			if int(s.From) >= to {
				return
			}
			s.From, s.To = max(s.From, int32(from)), min(s.To, int32(to))
			if !yield(s) {
				return
			}
		}
	}
}

// Labels gives the label of each pixel, 0 for paper, for who asks for many in no order.
func (c Components) Labels() []int32 {
	labels := make([]int32, c.W*c.H)
	for y := range c.H {
		for s := range c.Spans(y, 0, c.W) {
			row := labels[y*c.W+int(s.From) : y*c.W+int(s.To)]
			for x := range row {
				row[x] = s.Label
			}
		}
	}
	return labels
}

// list fills List from the spans of ink, and gives the label of each.
func (c *Components) list(all spans) []int32 {
	labels, number := make([]int32, len(all)), make([]int32, len(all))
	for i, s := range all {
		root := all.root(int32(i))
		if number[root] == 0 {
			c.List = append(c.List, Component{Box: image.Rectangle{Min: image.Pt(c.W, c.H)}})
			number[root] = int32(len(c.List))
		}
		labels[i] = number[root]
		p := &c.List[labels[i]-1]
		from, to, y := int(s.from), int(s.to), int(s.y)
		p.Area += to - from
		p.Box.Min.X, p.Box.Min.Y = min(p.Box.Min.X, from), min(p.Box.Min.Y, y)
		p.Box.Max.X, p.Box.Max.Y = max(p.Box.Max.X, to), max(p.Box.Max.Y, y+1)
	}
	return labels
}

// span is a stretch of ink in one row of pixels.
type span struct {
	y, from, to int32
	parent      int32 // an earlier span of the same piece; itself for the first one
}

// spans are those of a page in reading order.
type spans []span

// root is the first span of a piece.
func (s spans) root(i int32) int32 {
	for s[i].parent != i {
		s[i].parent = s[s[i].parent].parent
		i = s[i].parent
	}
	return i
}

// spansOf lists the ink of a page, each span joined to those that it touches in the row
// above. Pages are mostly paper, so this is several times as fast as labelling pixels.
func spansOf(b *Bitmap) spans {
	var all spans
	above := 0 // where the row above begins
	for y := range b.H {
		row := b.Pix[y*b.W : (y+1)*b.W]
		begin := len(all)
		near := above
		for from := nextInk(row, 0); from < len(row); {
			to := from + 1
			for to < len(row) && row[to] != 0 {
				to++
			}
			this := int32(len(all))
			all = append(all, span{int32(y), int32(from), int32(to), this})
			for near < begin && int(all[near].to) < from {
				near++
			}
			for other := near; other < begin && int(all[other].from) <= to; other++ {
				p, q := all.root(this), all.root(int32(other))
				all[max(p, q)].parent = min(p, q)
			}
			from = nextInk(row, to)
		}
		above = begin
	}
	return all
}

// nextInk is the first pixel of ink from x on, or the length of the row.
func nextInk(row []uint8, x int) int {
	for ; x+8 <= len(row); x += 8 {
		if v := binary.LittleEndian.Uint64(row[x:]); v != 0 {
			return x + bits.TrailingZeros64(v)/8
		}
	}
	for x < len(row) && row[x] == 0 {
		x++
	}
	return x
}

// Erase removes the given rules from the page, lying or standing, but leaves
// the strokes that cross them: ink goes only where it is hardly thicker than
// the rule itself.
func (b *Bitmap) Erase(lying, standing []Rule, dpi float64) {
	for _, r := range lying {
		b.erase(r, dpi, func(along, across int) int { return across*b.W + along }, b.W, b.H)
	}
	for _, r := range standing {
		b.erase(r, dpi, func(along, across int) int { return along*b.W + across }, b.H, b.W)
	}
}

func (b *Bitmap) erase(r Rule, dpi float64, index func(along, across int) int, length, width int) {
	const (
		off     = 0.02  // inch: how far from the straight line the rule's ink may lie
		thicker = 1.5   // times the rule: its ink; what is thicker is a stroke that crosses it
		rough   = 0.012 // inch, added to that: of a thin rule the edges are what counts
		near    = 0.5   // inch along the rule, each way, in which it runs where it runs here
		runs    = 0.6   // of that, the share with ink, where a line runs: also the second of a double one
		dotted  = 0.8   // of the share with ink of the whole rule, which is less where it is dotted
	)
	reach := int(r.thickness/2) + max(3, int(dpi*off))
	thickest := int(r.thickness*thicker) + max(3, int(dpi*rough))
	from, to := max(0, r.From-reach), min(length, r.To+reach)
	if from >= to {
		return
	}
	// Of each place along, the thin ink around the straight line.
	type run struct{ along, start, end, middle int }
	var thin []run
	wide := 2*reach + 1
	sums := make([]int32, (to-from+1)*wide) // by place along and distance, how often there was ink so far
	for along := from; along < to; along++ {
		now := sums[(along-from+1)*wide:][:wide]
		copy(now, sums[(along-from)*wide:][:wide])
		middle := int(r.At(along) + 0.5)
		for across := max(0, middle-reach); across <= min(width-1, middle+reach); across++ {
			if b.Pix[index(along, across)] == 0 {
				continue
			}
			end := across
			for end < width && b.Pix[index(along, end)] != 0 {
				end++
			}
			start := across
			for start > 0 && b.Pix[index(along, start-1)] != 0 {
				start--
			}
			if end-start <= thickest {
				thin = append(thin, run{along, start, end, middle})
				for i := max(start, middle-reach); i < min(end, middle+reach+1); i++ {
					now[i-middle+reach]++
				}
			}
			across = end
		}
	}
	// Strokes of letters that stand on the line or hang below it are thin, too: what goes is ink where
	// a line runs.
	window := int(near * dpi)
	solid := float64(slices.Max(sums[(to-from)*wide:])) / float64(to-from)
	for _, t := range thin {
		a, z := max(from, t.along-window), min(to, t.along+window+1)
		first, last := sums[(a-from)*wide:][:wide], sums[(z-from)*wide:][:wide]
		most := int32(0)
		for k := range wide {
			most = max(most, last[k]-first[k])
		}
		least := min(most, int32(math.Ceil(min(runs, dotted*solid)*float64(z-a))))
		for i := max(t.start-1, t.middle-reach); i < min(t.end+1, t.middle+reach+1); i++ {
			if k := i - t.middle + reach; last[k]-first[k] >= least {
				for i := t.start; i < t.end; i++ {
					b.Pix[index(t.along, i)] = 0
				}
				break
			}
		}
	}
}
