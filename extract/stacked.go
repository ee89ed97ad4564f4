package extract

import (
	"cmp"
	"image"
	"slices"
)

// wraps are the fields that people write in two lines where a cell is high enough.
var wraps = []Field{Name, Institution, Street, CityState, City}

// linesOf parts the picture of a cell into two lines of writing, or gives it back
// whole: one line above the other, with hardly any ink between them.
func linesOf(g *image.Gray, field Field, dpi float64) []*image.Gray {
	const (
		lowest = 0.3  // inches: less is one line
		thin   = 0.06 // ink of the emptiest height, as a share of the fullest's
		part   = 0.28 // share of the height that a line has at least
		wide   = 0.35 // share of the width that both lines cover, one above the other
	)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if float64(h) < lowest*dpi || !slices.Contains(wraps, field) {
		return []*image.Gray{g}
	}
	rows := make([]int, h)
	for y := range h {
		for _, v := range g.Pix[y*g.Stride : y*g.Stride+w] {
			if v < inky {
				rows[y]++
			}
		}
	}
	cut := int(part * float64(h))
	for y := cut; y < int((1-part)*float64(h)); y++ {
		if rows[y] < rows[cut] {
			cut = y
		}
	}
	top, foot := slices.Max(rows[:cut]), slices.Max(rows[cut:])
	if float64(rows[cut]) > thin*float64(min(top, foot)) {
		return []*image.Gray{g}
	}
	a, b := inkSpan(g, 0, cut), inkSpan(g, cut, h)
	if float64(min(a[1], b[1])-max(a[0], b[0])) < wide*float64(w) {
		return []*image.Gray{g}
	}
	return []*image.Gray{band(g, 0, cut), band(g, cut, h)}
}

// band is the part of a picture between two heights.
func band(g *image.Gray, from, to int) *image.Gray {
	return &image.Gray{Pix: g.Pix[from*g.Stride:], Stride: g.Stride, Rect: image.Rect(0, 0, g.Rect.Dx(), to-from)}
}

// inky is the grey below which a pixel of a cell is ink; its paper is white.
const inky = 160

// inkSpan is where ink begins and ends between two heights.
func inkSpan(g *image.Gray, from, to int) (span [2]int) {
	span = [2]int{g.Rect.Dx(), 0}
	for y := from; y < to; y++ {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+g.Rect.Dx()] {
			if v < inky {
				span[0], span[1] = min(span[0], x), max(span[1], x+1)
			}
		}
	}
	return span
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
