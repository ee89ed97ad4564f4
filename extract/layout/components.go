package layout

import (
	"encoding/binary"
	"image"
	"math/bits"
)

// Component is one connected piece of ink.
type Component struct {
	Box  image.Rectangle
	Area int // pixels of ink
}

// Components is the ink of a page in connected pieces.
type Components struct {
	W, H   int
	Labels []int32     // for each pixel the index in List plus one, 0 for paper
	List   []Component // in reading order of their first pixel
}

// FindComponents parts the ink into pieces that touch, corners included.
func FindComponents(b *Bitmap) Components {
	spans := spansOf(b)
	c := Components{W: b.W, H: b.H, Labels: make([]int32, b.W*b.H)}
	labels := c.list(spans)
	for i, s := range spans {
		row := c.Labels[int(s.y)*b.W+int(s.from) : int(s.y)*b.W+int(s.to)]
		for x := range row {
			row[x] = labels[i]
		}
	}
	return c
}

// FindPieces does the same without labels, which take four times the room of the page.
func FindPieces(b *Bitmap) Components {
	c := Components{W: b.W, H: b.H}
	c.list(spansOf(b))
	return c
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
	reach := int(r.thickness/2) + max(3, int(dpi*0.02)) // how far off the straight line its ink may lie
	thickest := int(r.thickness*1.5) + max(3, int(dpi*0.012))
	for along := max(0, r.From-reach); along < min(length, r.To+reach); along++ {
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
				for i := start; i < end; i++ {
					b.Pix[index(along, i)] = 0
				}
			}
			across = end
		}
	}
}
