package layout

import (
	"image"
	"math"
)

// Hair lines and lines printed in pale grey or in a pale colour are no darker than what shines
// through from the back of a sheet, so Binarize leaves them out, or keeps them in pieces. What
// tells them is that they go straight on.

// PageRules are the rules of a page: FindRules of its ink and, where that has no table in black, of
// pale lines between it.
func PageRules(g *image.Gray, b *Bitmap, dpi float64) (lying, standing []Rule) {
	lying, standing = FindRules(b, dpi)
	across := func(x, y int) uint8 { return g.Pix[y*g.Stride+x] }
	along := func(x, y int) uint8 { return g.Pix[x*g.Stride+y] }
	size := g.Rect.Size()
	if inBlack(across, size, lying, dpi) || inBlack(along, image.Pt(size.Y, size.X), standing, dpi) {
		return lying, standing
	}
	near := b.Grown().Grown()
	lying = rulesAlong(b.with(paleLines(g, near, dpi)), dpi)
	standing = rulesAlong(b.Transposed().with(paleLines(transposed(g), near.Transposed(), dpi)), dpi)
	return lying, standing
}

// inBlack reports whether a page has rules enough for a table that are much darker than pale
// ones. A form draws all its lines alike: pale ones beside them shine through from the back of the
// sheet. Where most are pale, or the dark ones begin and end anywhere, it is those that are none of
// the form's: strokes through lines of people who withdrew. A sentence is dark, and no rule: it has
// gaps.
// The grey at a place along and across is at's.
func inBlack(at func(x, y int) uint8, size image.Point, rules []Rule, dpi float64) bool {
	const (
		fewest = 3    // rules that begin and end alike
		long   = 2    // inches
		black  = 0.2  // share of the paper's level; grey lines of 0.4 points had 0.17 at most
		pale   = 0.05 // edges of bands had 0.03
		whole  = 0.9  // of the length is ink; of sentences three quarters were
	)
	var dark []Rule
	other := 0
	for _, r := range rules {
		if float64(r.length()) < long*dpi || r.solid < whole {
			continue
		}
		switch darkness := r.darkness(at, size, dpi); {
		case darkness >= black:
			dark = append(dark, r)
		case darkness >= pale:
			other++
		}
	}
	return len(heaviest(levelsOf(dark, dpi), dpi)) >= fewest && len(dark) >= other
}

// darkness is by how much a rule is darker than the paper beside it, as a share of the paper's
// level.
func (r Rule) darkness(at func(x, y int) uint8, size image.Point, dpi float64) float64 {
	const apart = 0.04 // inches to the paper
	by, sum, n := int(apart*dpi), 0.0, 0
	for x := max(0, r.From); x < min(r.To, size.X); x++ {
		y := int(math.Round(r.At(x)))
		if y < by || y >= size.Y-by {
			continue
		}
		paper := float64(max(1, min(at(x, y-by), at(x, y+by))))
		sum += max(0, paper-float64(min(at(x, y-1), at(x, y), at(x, y+1)))) / paper
		n++
	}
	return sum / float64(max(1, n))
}

// with is a bitmap with the ink of another one of its size.
func (b *Bitmap) with(other *Bitmap) *Bitmap {
	out := b.Clone()
	for y := range b.H {
		over(out.Pix[y*b.W:(y+1)*b.W], other.Pix[y*b.W:(y+1)*b.W])
	}
	return out
}

// paleLines marks the stretches of rows that are darker than the paper both above and below
// them, all along. Pixels near ink say nothing: between letters of a line of print there is paper.
func paleLines(g *image.Gray, near *Bitmap, dpi float64) *Bitmap {
	const (
		long  = 0.25  // inches along which the darkness is taken
		short = 0.06  // inches along which it is half as dark at least, where a line ends
		apart = 0.015 // inches to the paper above and below
		free  = 0.4   // of the length that is not near ink
		// The least darkness as a share of the paper's level: lines of 0.4 points in grey b7 had 0.06
		// to 0.08 in photos; anything else on thirty pages of other forms 0.02 at most.
		least = 0.03
	)
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	out := NewBitmap(w, h)
	by, half, end := max(2, int(math.Round(apart*dpi))), int(long/2*dpi), max(1, int(short/2*dpi))
	dark, seen, level := make([]int, w+1), make([]int, w+1), make([]int, w+1) // sums along the row
	for y := by; y < h-by; y++ {
		row, above, below := g.Pix[y*g.Stride:][:w], g.Pix[(y-by)*g.Stride:][:w], g.Pix[(y+by)*g.Stride:][:w]
		inky := near.Pix[y*w:][:w]
		for x, v := range row {
			d, n, p := 0, 0, 0
			if inky[x] == 0 {
				paper := int(min(above[x], below[x]))
				d, n, p = paper-int(v), 1, paper
			}
			dark[x+1], seen[x+1], level[x+1] = dark[x]+d, seen[x]+n, level[x]+p
		}
		to := out.Pix[y*w:][:w]
		for x := range to {
			from, upTo := max(0, x-half), min(w, x+half+1)
			n, p := seen[upTo]-seen[from], float64(level[upTo]-level[from])
			if float64(n) < free*float64(upTo-from) || float64(dark[upTo]-dark[from]) < least*p {
				continue
			}
			from, upTo = max(0, x-end), min(w, x+end+1)
			if 2*float64(dark[upTo]-dark[from]) >= least*float64(level[upTo]-level[from]) {
				to[x] = 1
			}
		}
	}
	return out
}

// transposed is a picture mirrored at its main diagonal.
func transposed(g *image.Gray) *image.Gray {
	const tile = 64 // keeps both sides of the copy in the cache
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	t := image.NewGray(image.Rect(0, 0, h, w))
	for y0 := 0; y0 < h; y0 += tile {
		for x0 := 0; x0 < w; x0 += tile {
			for y := y0; y < min(y0+tile, h); y++ {
				for x := x0; x < min(x0+tile, w); x++ {
					t.Pix[x*t.Stride+y] = g.Pix[y*g.Stride+x]
				}
			}
		}
	}
	return t
}
