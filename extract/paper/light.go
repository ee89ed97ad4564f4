package paper

import (
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// level is what white paper becomes.
const level = 240

// even lights a flat sheet evenly: each pixel becomes a share of the paper's
// level around it, so that shadows go, also those with an edge, which would
// pass for strokes.
func even(g *image.Gray, dpi float64) *image.Gray {
	const (
		coarse = 50.0 // dots per inch; shadows have no finer edge
		stroke = 6    // half the width of the widest stroke, at that resolution
		field  = 25   // half the width of the widest dark field
		dimmer = 0.5  // a field this much darker than paper is print, not shadow
	)
	small := layout.Shrink(g, min(1, coarse/dpi))
	near, wide := closed(small, stroke), closed(small, field)
	for i, v := range wide.Pix {
		near.Pix[i] = max(1, near.Pix[i], uint8(dimmer*float64(v)))
	}
	near = smoothed(smoothed(near))
	out := image.NewGray(g.Rect)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	columns := newTicks(w, near.Rect.Dx())
	rows := newTicks(h, near.Rect.Dy())
	light := make([]int, near.Rect.Dx())
	for y := range h {
		r := rows[y]
		for i := range light {
			light[i] = int(near.Pix[r.at*near.Stride+i])*(256-r.share) + int(near.Pix[r.next*near.Stride+i])*r.share
		}
		in, to := g.Pix[y*g.Stride:y*g.Stride+w], out.Pix[y*out.Stride:]
		for x, v := range in {
			c := columns[x]
			paper := (light[c.at]*(256-c.share) + light[c.next]*c.share) >> 8
			to[x] = uint8(min(255, int(v)*level<<8/max(256, paper)))
		}
	}
	return out
}

// tick is where a pixel lies between two of a coarser picture.
type tick struct{ at, next, share int }

func newTicks(fine, coarse int) []tick {
	ticks := make([]tick, fine)
	for i := range ticks {
		x := max(0, (float64(i)+0.5)*float64(coarse)/float64(fine)-0.5)
		at := min(int(x), coarse-1)
		ticks[i] = tick{at, min(at+1, coarse-1), int((x - float64(at)) * 256)}
	}
	return ticks
}

// smoothed mixes each pixel with its eight neighbours.
func smoothed(g *image.Gray) *image.Gray {
	out := image.NewGray(g.Rect)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for y := range h {
		for x := range w {
			sum, n := 0, 0
			for ny := max(0, y-1); ny <= min(h-1, y+1); ny++ {
				for nx := max(0, x-1); nx <= min(w-1, x+1); nx++ {
					sum += int(g.Pix[ny*g.Stride+nx])
					n++
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / n)
		}
	}
	return out
}

// What a dark band is. Lengths are in pixels of bandDPI.
const (
	bandDPI   = 100.0
	darker    = 0.62 // of the paper's level
	solid     = 2    // half the width of dark that no letter has
	letter    = 6    // half the height of white letters
	bandHigh  = 10   // least height of a band: a line of small print
	bandWide  = 20   // least width: a cell for a row number
	lighter   = 0.4  // of the way from a band's ground to the paper; above, it is print
	leastText = 0.01 // share of a band that is light, where something is printed on it
	mostText  = 0.35
)

// turnBands makes dark print on white of white print on dark bands, such as
// headings. It returns g itself where there is nothing to turn.
func turnBands(g *image.Gray, dpi float64) *image.Gray {
	small := layout.Shrink(g, min(1, bandDPI/dpi))
	ground := paperLevels(small)
	dark := layout.NewBitmap(small.Rect.Dx(), small.Rect.Dy())
	for y := range dark.H {
		for x := range dark.W {
			if float64(small.Pix[y*small.Stride+x]) < darker*float64(ground.Pix[y*ground.Stride+x]) {
				dark.Pix[y*dark.W+x] = 255
			}
		}
	}
	mask := extreme(asGray(dark), solid, false)
	if !slices.Contains(mask.Pix, 255) {
		return g // nothing is wider than a stroke
	}
	mask = closed(extreme(mask, solid, true), letter)
	out := g
	for _, b := range bandsOf(mask, small, ground) {
		if out == g {
			out = &image.Gray{Pix: slices.Clone(g.Pix), Stride: g.Stride, Rect: g.Rect}
		}
		b.turn(out, small.Rect.Size())
	}
	return out
}

// negative reports whether the page is light on dark: most of it is dark, and
// nothing light is wider than a letter.
func negative(g *image.Gray) bool {
	const (
		pixels = 800 // of the longer side
		letter = 8   // half the width of the widest stroke at that size
		dark   = 100
		light  = 140
	)
	small := layout.Shrink(g, min(1, pixels/float64(max(g.Rect.Dx(), g.Rect.Dy()))))
	n := 0
	for _, v := range small.Pix {
		if v < dark {
			n++
		}
	}
	if n*10 < len(small.Pix)*7 {
		return false
	}
	wide := 0
	for _, v := range extreme(small, letter, false).Pix {
		if v > light {
			wide++
		}
	}
	return wide*100 < len(small.Pix)
}

func inverted(g *image.Gray) *image.Gray {
	out := image.NewGray(g.Rect)
	for y := range g.Rect.Dy() {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+g.Rect.Dx()] {
			out.Pix[y*out.Stride+x] = 255 - v
		}
	}
	return out
}

// paperLevels is the level of the paper around each pixel, dark bands and
// all that is written closed over.
func paperLevels(small *image.Gray) *image.Gray {
	const quarter = 0.25
	coarse := closed(layout.Shrink(small, quarter), 12) // bands up to an inch
	out := image.NewGray(small.Rect)
	for y := range out.Rect.Dy() {
		cy := min(y/4, coarse.Rect.Dy()-1)
		for x := range out.Rect.Dx() {
			out.Pix[y*out.Stride+x] = coarse.Pix[cy*coarse.Stride+min(x/4, coarse.Rect.Dx()-1)]
		}
	}
	return out
}

func asGray(b *layout.Bitmap) *image.Gray {
	return &image.Gray{Pix: b.Pix, Stride: b.W, Rect: image.Rect(0, 0, b.W, b.H)}
}

// band is a dark field of the page at bandDPI.
type band struct {
	box        image.Rectangle
	top, end   []int // for each column of the box, where the band begins and ends
	ink, paper float64
}

// bandsOf lists the fields of the mask that are bands with light print.
func bandsOf(mask, small, ground *image.Gray) []band {
	bits := layout.NewBitmap(mask.Rect.Dx(), mask.Rect.Dy())
	for i, v := range mask.Pix {
		bits.Pix[i] = v & 1
	}
	pieces := layout.FindComponents(bits)
	var bands []band
	for i, c := range pieces.List {
		if c.Box.Dy() < bandHigh || c.Box.Dx() < bandWide || !c.Box.In(mask.Rect.Inset(1)) {
			continue
		}
		b := band{box: c.Box, top: make([]int, c.Box.Dx()), end: make([]int, c.Box.Dx())}
		for x := range b.top {
			b.top[x] = c.Box.Max.Y
		}
		for y := c.Box.Min.Y; y < c.Box.Max.Y; y++ {
			for s := range pieces.Spans(y, c.Box.Min.X, c.Box.Max.X) {
				for x := int(s.From) - c.Box.Min.X; s.Label == int32(i+1) && x < int(s.To)-c.Box.Min.X; x++ {
					b.top[x], b.end[x] = min(b.top[x], y), y+1
				}
			}
		}
		if straight(b.top) && straight(b.end) && b.printed(small, ground) {
			bands = append(bands, b)
		}
	}
	return bands
}

// straight reports whether nine in ten of the places lie on one line.
func straight(at []int) bool {
	const off = 2.0
	n := len(at)
	slopes := []float64{}
	for i := range n / 2 {
		slopes = append(slopes, float64(at[i+n/2]-at[i])/float64(n/2))
	}
	slices.Sort(slopes)
	slope := slopes[len(slopes)/2]
	rest := make([]float64, n)
	for i, y := range at {
		rest[i] = float64(y) - slope*float64(i)
	}
	middle := slices.Sorted(slices.Values(rest))[n/2]
	on := 0
	for _, r := range rest {
		if math.Abs(r-middle) <= off {
			on++
		}
	}
	return on*10 >= n*9
}

// printed reports whether there is light print on the band, and measures its
// ground and the paper around it.
func (b *band) printed(small, ground *image.Gray) bool {
	var levels []int
	paper := 0
	for x := range b.top {
		for y := b.top[x] + 1; y < b.end[x]-1; y++ {
			levels = append(levels, int(small.Pix[y*small.Stride+b.box.Min.X+x]))
			paper = max(paper, int(ground.Pix[y*ground.Stride+b.box.Min.X+x]))
		}
	}
	if len(levels) < bandHigh*bandWide/2 {
		return false
	}
	slices.Sort(levels)
	b.ink, b.paper = float64(levels[len(levels)*2/5]), float64(paper)
	limit := int(b.ink + lighter*(b.paper-b.ink))
	at, _ := slices.BinarySearch(levels, limit)
	light := float64(len(levels)-at) / float64(len(levels))
	return light > leastText && light < mostText
}

// turn turns the band's inside over on a page. Its outline stays dark, as a
// rule around the headings.
func (b band) turn(g *image.Gray, small image.Point) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	var table [256]uint8
	for v := range table {
		share := (float64(v) - b.ink) / (b.paper - b.ink)
		table[v] = uint8(min(255, max(0, b.paper*(1-share))))
	}
	sx, sy := float64(w)/float64(small.X), float64(h)/float64(small.Y)
	for x := int(float64(b.box.Min.X+1) * sx); x < int(float64(b.box.Max.X-1)*sx); x++ {
		i := min(int(float64(x)/sx)-b.box.Min.X, len(b.top)-1)
		for y := int(float64(b.top[i]+1) * sy); y < int(float64(b.end[i]-1)*sy); y++ {
			p := &g.Pix[y*g.Stride+x]
			*p = table[*p]
		}
	}
}
