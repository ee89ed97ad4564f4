package extract

import (
	"cmp"
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// wraps are the fields that people write in two lines where a cell is high enough.
var wraps = []Field{Name, Institution, Street, CityState, City, ZIP}

// waysToRead are the ways in which the picture of a cell may be meant: as one line of
// writing, as two, one above the other, or either.
func waysToRead(g *image.Gray, field Field, dpi float64) [][]*image.Gray {
	const lowest = 0.3 // inches: less is one line
	whole := []*image.Gray{g}
	if float64(g.Rect.Dy()) < lowest*dpi || !slices.Contains(wraps, field) {
		return [][]*image.Gray{whole}
	}
	two, sure := partLines(g, dpi)
	switch {
	case two == nil:
		return [][]*image.Gray{whole}
	case sure:
		return [][]*image.Gray{two}
	}
	return [][]*image.Gray{whole, two}
}

// partLines parts a cell into two lines of writing, nil where there is only one. It is
// sure where nothing reaches from one to the other and neither is short.
func partLines(g *image.Gray, dpi float64) (two []*image.Gray, sure bool) {
	const (
		reaching = 0.12 // share of the ink that may reach from one line into the other
		hardly   = 0.01 // and where it is sure that there are two
		over     = 0.5  // share of the shorter line that stands below or above the other
		long     = 0.35 // share of the width of a line that is not short
		low      = 0.45 // of the higher line's height that the other has at least
		flat     = 0.06 // inches: lower than that is a stroke
		narrow   = 0.07 // inches: narrower than that is a dot
		apart    = 1.4  // heights of the higher line that both have together
	)
	pieces := layout.FindComponents(inkOf(g))
	cut, reach := emptiest(pieces)
	if reach > reaching {
		return nil, false
	}
	upper, lower := halves(g, pieces, cut)
	a, b := inkBox(upper), inkBox(lower)
	if a.Empty() || b.Empty() {
		return nil, false
	}
	covered := float64(min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X))
	shorter, lowest := float64(min(a.Dx(), b.Dx())), float64(min(a.Dy(), b.Dy()))
	highest := float64(max(a.Dy(), b.Dy()))
	switch {
	case covered < over*shorter, shorter < narrow*dpi, lowest < flat*dpi, lowest < low*highest,
		float64(b.Max.Y-a.Min.Y) < apart*highest:
		return nil, false
	}
	sure = reach <= hardly && shorter > long*float64(g.Rect.Dx())
	return []*image.Gray{trimmed(upper), trimmed(lower)}, sure
}

// emptiest is the height, not near the edges of a cell, at which the least ink reaches
// across, in the middle of several such, and what share of the ink that is.
func emptiest(pieces layout.Components) (cut int, reach float64) {
	const part = 0.25 // share of the height that a line has at least
	above := make([]int, len(pieces.List))
	least, last, all := math.MaxInt, 0, 0
	for _, c := range pieces.List {
		all += c.Area
	}
	for y := range int((1 - part) * float64(pieces.H)) {
		across := 0
		if y >= int(part*float64(pieces.H)) {
			for i, c := range pieces.List {
				across += min(above[i], c.Area-above[i])
			}
			switch {
			case across < least:
				least, cut, last = across, y, y
			case across == least && last == y-1:
				last = y
			}
		}
		for s := range pieces.Spans(y, 0, pieces.W) {
			above[s.Label-1] += int(s.To - s.From)
		}
	}
	return (cut + last) / 2, float64(least) / float64(max(1, all))
}

// halves are the pictures of what stands above a height of a cell and below. A piece of
// ink is on the side where most of it is; one that is on both is cut.
func halves(g *image.Gray, pieces layout.Components, cut int) (upper, lower *image.Gray) {
	const both = 0.3 // share of a piece on its lesser side
	above := make([]int, len(pieces.List))
	for y := range cut {
		for s := range pieces.Spans(y, 0, pieces.W) {
			above[s.Label-1] += int(s.To - s.From)
		}
	}
	labels := pieces.Labels()
	sides := [2]*image.Gray{white(g.Rect), white(g.Rect)}
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			side := 0
			if y >= cut {
				side = 1
			}
			if l := nearby(labels, pieces.W, x, y); l > 0 {
				share := float64(above[l-1]) / float64(pieces.List[l-1].Area)
				if share > 1-both {
					side = 0
				} else if share < both {
					side = 1
				}
			}
			sides[side].Pix[y*sides[side].Stride+x] = g.Pix[y*g.Stride+x]
		}
	}
	return sides[0], sides[1]
}

// nearby is the piece that a pixel or one beside it belongs to, for the grey edge of ink
// goes with it; 0 for none.
func nearby(labels []int32, w, x, y int) int32 {
	for _, at := range [...]image.Point{{x, y}, {x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}} {
		if at.In(image.Rect(0, 0, w, len(labels)/w)) {
			if l := labels[at.Y*w+at.X]; l > 0 {
				return l
			}
		}
	}
	return 0
}

func white(r image.Rectangle) *image.Gray {
	g := image.NewGray(r)
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	return g
}

// trimmed is a picture less the rows above and below its ink, but for a few.
func trimmed(g *image.Gray) *image.Gray {
	const margin = 4 // pixels
	box := inkBox(g)
	if box.Empty() {
		return g
	}
	from, to := max(0, box.Min.Y-margin), min(g.Rect.Dy(), box.Max.Y+margin)
	rows := image.Rect(0, 0, g.Rect.Dx(), to-from)
	return &image.Gray{Pix: g.Pix[from*g.Stride:], Stride: g.Stride, Rect: rows}
}

// inky is the grey below which a pixel of a cell is ink; its paper is white.
const inky = 160

// inkOf is the ink of a cell.
func inkOf(g *image.Gray) *layout.Bitmap {
	b := layout.NewBitmap(g.Rect.Dx(), g.Rect.Dy())
	for y := range b.H {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+b.W] {
			if v < inky {
				b.Pix[y*b.W+x] = 1
			}
		}
	}
	return b
}

// inkBox is the rectangle of the ink of a cell.
func inkBox(g *image.Gray) (box image.Rectangle) {
	for y := range g.Rect.Dy() {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+g.Rect.Dx()] {
			if v < inky {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// bothLines is what two lines of one cell say together.
func bothLines(upper, lower Reading) Reading {
	if upper.Text == "" || lower.Text == "" {
		if upper.Text == "" {
			return lower
		}
		return upper
	}
	r := Reading{Text: upper.Text + " " + lower.Text, Confidence: min(upper.Confidence, lower.Confidence), Engine: upper.Engine}
	if upper.Engine != lower.Engine {
		return r
	}
	if upper.Words != nil && lower.Words != nil {
		r.Words = slices.Concat(upper.Words, lower.Words)
	}
	for _, a := range upper.Alternatives {
		r.Alternatives = append(r.Alternatives, Alternative{a.Text + " " + lower.Text, min(a.Confidence, lower.Confidence)})
	}
	for _, a := range lower.Alternatives {
		r.Alternatives = append(r.Alternatives, Alternative{upper.Text + " " + a.Text, min(upper.Confidence, a.Confidence)})
	}
	slices.SortStableFunc(r.Alternatives, func(a, b Alternative) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return r
}
