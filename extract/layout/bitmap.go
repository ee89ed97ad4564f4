package layout

import (
	"bytes"
	"encoding/binary"
	"image"
	"math"
	"slices"
)

// Bitmap is a black-and-white page: Pix[y*W+x] is 1 where there is ink.
type Bitmap struct {
	W, H int
	Pix  []uint8
}

// NewBitmap returns an empty bitmap of w by h pixels.
func NewBitmap(w, h int) *Bitmap { return &Bitmap{W: w, H: h, Pix: make([]uint8, w*h)} }

// Binarize tells ink from paper. A pixel is ink where it is darker than the
// mean of the window around it, 0.15 inch wide, by a share of the window's
// deviation (Niblack's threshold, An introduction to digital image processing,
// 1986) and by a floor above the page's own grain; and where the stroke it
// belongs to is somewhere darker than what shines through from the back of the
// sheet. So shadows and grey paper stay paper and pencil stays ink. Dark areas wider than the window, such as a scanner's border, keep only
// their edges.
func Binarize(g *image.Gray, dpi float64) *Bitmap {
	const (
		grains = 3.5   // the least darkness of ink, in standard deviations of the grain
		around = 0.075 // inch: half the width of the window
	)
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	b := NewBitmap(w, h)
	if w == 0 || h == 0 {
		return b
	}
	least := depth(grains * grain(g))
	radius := min(max(7, int(dpi*around)), widestWindow)
	var of [256]levels // one pixel
	for v := range of {
		of[v] = levels(v*v)<<32 | levels(v)
	}
	// Sums over the window's rows, one for each column, with as many empty columns
	// beside the page as the window reaches beyond it.
	columns := make([]levels, radius+1+w+radius)
	page := columns[radius+1:][:w]
	for y := range min(radius, h) {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+w] {
			page[x] += of[v]
		}
	}
	var blank []uint8
	rowAt := func(y int) []uint8 {
		if y >= 0 && y < h {
			return g.Pix[y*g.Stride : y*g.Stride+w]
		}
		if blank == nil {
			blank = make([]uint8, w)
		}
		return blank
	}
	for y := range h {
		enter, leave := rowAt(y + radius)[:len(page)], rowAt(y - radius - 1)[:len(page)]
		for x := range page {
			page[x] += of[enter[x]] - of[leave[x]]
		}
		rows := min(y+radius, h-1) - max(y-radius, 0) + 1
		var sum levels
		for _, c := range columns[:2*radius+1] {
			sum += c
		}
		in, out := g.Pix[y*g.Stride:][:w], b.Pix[y*w:][:w]
		first, last := columns[:w], columns[2*radius+1:][:w]
		for x := 0; x < w; {
			end := x + 1
			if x >= radius {
				end = max(end, w-radius) // all those between have a whole window
			}
			count := rows * (min(x+radius, w-1) - max(x-radius, 0) + 1)
			sum = least.mark(out[x:end], in[x:end], window{first[x:end], last[x:end], sum, count})
			x = end
		}
	}
	b.dropFaint()
	return b
}

// depth is the least darkness of ink.
type depth float64

// window is what is known of the pixels around one: the columns that leave and enter on the way
// along a row, the sum before, and how many pixels there are.
type window struct {
	leave, enter []levels
	sum          levels
	count        int
}

// mark marks ink along a row with 1, and with 2 where it is dark. It gives the sum of the last
// window.
func (least depth) mark(out, in []uint8, w window) levels {
	const (
		share   = 0.6   // of the deviation
		shallow = 0.065 // the least darkness of ink, as a share of the paper's level
		paler   = 64    // a little less than shallow, in thousandths
		strong  = 0.125 // darkness that every stroke reaches somewhere
	)
	out, leave, enter, sum := out[:len(in)], w.leave[:len(in)], w.enter[:len(in)], w.sum
	n, thousand := float64(w.count), w.count*1000
	for x, v := range in {
		sum += enter[x] - leave[x]
		total := int(uint32(sum))
		if int(v)*thousand >= total*(1000-paler) {
			continue // most pixels: paper without a doubt
		}
		mean := float64(total) / n
		dark := mean - float64(v)
		if dark < float64(least) || dark < shallow*mean {
			continue
		}
		deviation := math.Sqrt(max(0, float64(sum>>32)/n-mean*mean))
		if dark > share*deviation {
			out[x] = 1
			if dark >= strong*mean {
				out[x] = 2
			}
		}
	}
	return sum
}

// levels is a sum of grey levels and, from the 32nd bit on, of their squares.
type levels uint64

// widestWindow is the radius of the largest window whose sum of squares has 32 bits.
const widestWindow = 128

// dropFaint clears strokes that have no pixel of 2, and leaves 1 for the rest.
func (b *Bitmap) dropFaint() {
	all := spansOf(b)
	dark := make([]bool, len(all))
	for i, s := range all {
		if bytes.IndexByte(b.span(s), 2) >= 0 {
			dark[all.root(int32(i))] = true
		}
	}
	for i, s := range all {
		ink := uint8(0)
		if dark[all.root(int32(i))] {
			ink = 1
		}
		row := b.span(s)
		for x := range row {
			row[x] = ink
		}
	}
}

// span is the pixels of a span.
func (b *Bitmap) span(s span) []uint8 {
	return b.Pix[int(s.y)*b.W+int(s.from) : int(s.y)*b.W+int(s.to)]
}

// grain estimates the standard deviation of a page's noise from the
// differences between neighbours, most of which are paper: the median absolute
// difference of normal noise is 0.954 standard deviations.
func grain(g *image.Gray) float64 {
	var histogram [256]int
	n := 0
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	for y := 0; y < h; y += 4 {
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		for x := 2; x < w; x += 2 {
			histogram[abs(int(row[x])-int(row[x-2]))]++
			n++
		}
	}
	seen := 0
	for d, c := range histogram {
		if seen += c; seen*2 >= n {
			return float64(d) / 0.954
		}
	}
	return 0
}

// Ink counts the ink in r.
func (b *Bitmap) Ink(r image.Rectangle) int {
	r = r.Intersect(image.Rect(0, 0, b.W, b.H))
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, v := range b.Pix[y*b.W+r.Min.X : y*b.W+r.Max.X] {
			n += int(v)
		}
	}
	return n
}

// Clear takes the ink out of r.
func (b *Bitmap) Clear(r image.Rectangle) {
	r = r.Intersect(image.Rect(0, 0, b.W, b.H))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		clear(b.Pix[y*b.W+r.Min.X : y*b.W+r.Max.X])
	}
}

// Clone returns a copy.
func (b *Bitmap) Clone() *Bitmap { return &Bitmap{W: b.W, H: b.H, Pix: slices.Clone(b.Pix)} }

// Grown returns b with every pixel beside ink turned to ink.
func (b *Bitmap) Grown() *Bitmap {
	out := NewBitmap(b.W, b.H)
	for y := range b.H {
		row := b.Pix[y*b.W : (y+1)*b.W]
		for from := nextInk(row, 0); from < len(row); {
			to := from + 1
			for to < len(row) && row[to] != 0 {
				to++
			}
			for ny := max(0, y-1); ny <= min(b.H-1, y+1); ny++ {
				grown := out.Pix[ny*b.W:][max(0, from-1):min(b.W, to+1)]
				for x := range grown {
					grown[x] = 1
				}
			}
			from = nextInk(row, to)
		}
	}
	return out
}

// Transposed returns b mirrored at its main diagonal, so that what looks for
// lines that lie can look for lines that stand.
func (b *Bitmap) Transposed() *Bitmap {
	const tile = 64 // keeps both sides of the copy in the cache
	t := NewBitmap(b.H, b.W)
	for y0 := 0; y0 < b.H; y0 += tile {
		for x0 := 0; x0 < b.W; x0 += tile {
			transposeTile(t, b, x0, y0, min(x0+tile, b.W), min(y0+tile, b.H))
		}
	}
	return t
}

// transposeTile copies a part of b into t. What has no ink, and that is most of a page,
// needs no copying.
func transposeTile(t, b *Bitmap, x0, y0, x1, y1 int) {
	for y := y0; y < y1; y++ {
		row := b.Pix[y*b.W+x0 : y*b.W+x1]
		for x := nextInk(row, 0); x < len(row); x = nextInk(row, x+1) {
			t.Pix[(x0+x)*b.H+y] = row[x]
		}
	}
}

// Shrink returns g at the given scale, 0 < scale ≤ 1, each pixel the mean of
// those it stands for.
func Shrink(g *image.Gray, scale float64) *image.Gray {
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	if scale >= 1 {
		return g
	}
	nw, nh := max(1, int(math.Round(float64(w)*scale))), max(1, int(math.Round(float64(h)*scale)))
	out := image.NewGray(image.Rect(0, 0, nw, nh))
	edges := make([]int, nw+1)
	for x := range edges {
		edges[x] = x * w / nw
	}
	columns := make([]lanes, (w+7)/8)        // sums over rows
	sums := make([]uint16, 8*len(columns)+1) // the same, one after another
	for y := range nh {
		top, bottom := y*h/nh, max((y+1)*h/nh, y*h/nh+1)
		to := out.Pix[y*out.Stride:][:nw]
		if bottom-top > mostRows || (bottom-top)*(w/nw+1) >= 4096 {
			shrinkRows(to, g, top, bottom, edges)
			continue
		}
		clear(columns)
		for sy := top; sy < bottom; sy++ {
			addRow(columns, g.Pix[sy*g.Stride:sy*g.Stride+w])
		}
		least := w / nw // pixels across that one stands for; some stand for one more
		shares := [2]uint64{shareOf((bottom - top) * least), shareOf((bottom - top) * (least + 1))}
		for i, c := range columns {
			c.into((*[8]uint16)(sums[8*i:]))
		}
		from := 0
		for x, end := range edges[1:] {
			s := uint64(sums[from])
			for _, v := range sums[from+1 : end] {
				s += uint64(v)
			}
			to[x] = uint8(s * shares[end-from-least] >> 32)
			from = end
		}
	}
	return out
}

// shareOf is what a sum of n bytes is to be multiplied with, instead of being divided by n,
// before 32 bits are cut off. It is exact as long as n is below 4096.
func shareOf(n int) uint64 { return 1<<32/uint64(n) + 1 }

// lanes are eight sums of 16 bits: of the even pixels and of the odd ones.
type lanes struct{ even, odd uint64 }

// mostRows is how many bytes a sum of 16 bits has room for.
const mostRows = 257

// into lays the sums out in the order of the pixels.
func (l lanes) into(to *[8]uint16) {
	to[0], to[2], to[4], to[6] = uint16(l.even), uint16(l.even>>16), uint16(l.even>>32), uint16(l.even>>48)
	to[1], to[3], to[5], to[7] = uint16(l.odd), uint16(l.odd>>16), uint16(l.odd>>32), uint16(l.odd>>48)
}

// addRow adds a row of pixels, eight at a time.
func addRow(columns []lanes, row []uint8) {
	const every = 0x00ff00ff00ff00ff
	i := 0
	for ; i+8 <= len(row); i += 8 {
		v := binary.LittleEndian.Uint64(row[i:])
		columns[i>>3].even += v & every
		columns[i>>3].odd += v >> 8 & every
	}
	if i < len(row) {
		var last [8]uint8
		copy(last[:], row[i:])
		v := binary.LittleEndian.Uint64(last[:])
		columns[i>>3].even += v & every
		columns[i>>3].odd += v >> 8 & every
	}
}

// shrinkRows makes one row of many, of a picture that becomes very small.
func shrinkRows(to []uint8, g *image.Gray, top, bottom int, edges []int) {
	for x := range to {
		s := 0
		for y := top; y < bottom; y++ {
			for _, v := range g.Pix[y*g.Stride+edges[x] : y*g.Stride+edges[x+1]] {
				s += int(v)
			}
		}
		to[x] = uint8(s / ((bottom - top) * (edges[x+1] - edges[x])))
	}
}

// Enlarge returns g at the given scale above 1, with pixels between its own by
// Catmull and Rom's cubic, which keeps strokes sharp.
func Enlarge(g *image.Gray, scale float64) *image.Gray {
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	nw, nh := int(math.Round(float64(w)*scale)), int(math.Round(float64(h)*scale))
	across, down := cubics(w, nw), cubics(h, nh)
	wide := make([]int16, nw*h) // enlarged across; may run over black and white
	for y := range h {
		row, out := g.Pix[y*g.Stride:y*g.Stride+w], wide[y*nw:(y+1)*nw]
		for x, c := range across {
			sum := 0
			for k, at := range c.at {
				sum += int(row[at]) * c.share[k]
			}
			out[x] = int16(sum >> cubicBits)
		}
	}
	out := image.NewGray(image.Rect(0, 0, nw, nh))
	for y, c := range down {
		a, b := wide[c.at[0]*nw:][:nw], wide[c.at[1]*nw:][:nw]
		d, e := wide[c.at[2]*nw:][:nw], wide[c.at[3]*nw:][:nw]
		to := out.Pix[y*out.Stride:][:nw]
		for x := range to {
			v := int(a[x])*c.share[0] + int(b[x])*c.share[1] + int(d[x])*c.share[2] + int(e[x])*c.share[3]
			to[x] = uint8(min(255, max(0, v>>cubicBits)))
		}
	}
	return out
}

const cubicBits = 10

// cubic is the four pixels that one between them is mixed of.
type cubic struct{ at, share [4]int }

func cubics(from, to int) []cubic {
	all := make([]cubic, to)
	for i := range all {
		x := (float64(i)+0.5)*float64(from)/float64(to) - 0.5
		first := math.Floor(x)
		t := x - first
		shares := [4]float64{
			((2-t)*t - 1) * t / 2, ((3*t-5)*t*t + 2) / 2, ((4-3*t)*t + 1) * t / 2, (t - 1) * t * t / 2,
		}
		for k, s := range shares {
			all[i].at[k] = min(from-1, max(0, int(first)+k-1))
			all[i].share[k] = int(math.Round(s * (1 << cubicBits)))
		}
	}
	return all
}
