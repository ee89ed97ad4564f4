package layout

import (
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
		share   = 0.6   // of the deviation
		shallow = 0.065 // the least darkness of ink, as a share of the paper's level
		grains  = 3.5   // the same in standard deviations of the grain
		strong  = 0.125 // darkness that every stroke reaches somewhere
	)
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	b := NewBitmap(w, h)
	if w == 0 || h == 0 {
		return b
	}
	least := grains * grain(g)
	radius := max(7, int(dpi*0.075))
	columns := make([]uint32, w) // sums over the window's rows, one for each column
	squares := make([]uint64, w)
	add := func(y int, sign int) {
		if y < 0 || y >= h {
			return
		}
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		if sign > 0 {
			for x, v := range row {
				columns[x] += uint32(v)
				squares[x] += uint64(v) * uint64(v)
			}
			return
		}
		for x, v := range row {
			columns[x] -= uint32(v)
			squares[x] -= uint64(v) * uint64(v)
		}
	}
	for y := range min(radius, h) {
		add(y, 1)
	}
	for y := range h {
		add(y+radius, 1)
		add(y-radius-1, -1)
		rows := min(y+radius, h-1) - max(y-radius, 0) + 1
		var sum uint32
		var square uint64
		for x := range min(radius, w) {
			sum += columns[x]
			square += squares[x]
		}
		in, out := g.Pix[y*g.Stride:], b.Pix[y*w:(y+1)*w]
		for x := range w {
			if x+radius < w {
				sum += columns[x+radius]
				square += squares[x+radius]
			}
			if x-radius-1 >= 0 {
				sum -= columns[x-radius-1]
				square -= squares[x-radius-1]
			}
			n := float64(rows * (min(x+radius, w-1) - max(x-radius, 0) + 1))
			mean := float64(sum) / n
			depth := mean - float64(in[x])
			if depth < least || depth < shallow*mean {
				continue
			}
			deviation := math.Sqrt(max(0, float64(square)/n-mean*mean))
			if depth > share*deviation {
				out[x] = 1
				if depth >= strong*mean {
					out[x] = 2
				}
			}
		}
	}
	b.dropFaint()
	return b
}

// dropFaint clears strokes that have no pixel of 2, and leaves 1 for the rest.
func (b *Bitmap) dropFaint() {
	strokes := FindComponents(b)
	dark := make([]bool, len(strokes.List)+1)
	for i, v := range b.Pix {
		if v == 2 {
			dark[strokes.Labels[i]] = true
		}
	}
	for i, v := range b.Pix {
		if v != 0 {
			b.Pix[i] = 0
			if dark[strokes.Labels[i]] {
				b.Pix[i] = 1
			}
		}
	}
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
	out := b.Clone()
	for y := range b.H {
		for x := range b.W {
			if b.Pix[y*b.W+x] == 0 {
				continue
			}
			for ny := max(0, y-1); ny <= min(b.H-1, y+1); ny++ {
				for nx := max(0, x-1); nx <= min(b.W-1, x+1); nx++ {
					out.Pix[ny*b.W+nx] = 1
				}
			}
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
			for y := y0; y < min(y0+tile, b.H); y++ {
				for x := x0; x < min(x0+tile, b.W); x++ {
					t.Pix[x*b.H+y] = b.Pix[y*b.W+x]
				}
			}
		}
	}
	return t
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
	sums := make([]int, nw)
	for y := range nh {
		top, bottom := y*h/nh, max((y+1)*h/nh, y*h/nh+1)
		clear(sums)
		for sy := top; sy < bottom; sy++ {
			row := g.Pix[sy*g.Stride : sy*g.Stride+w]
			for x := range nw {
				s := 0
				for _, v := range row[edges[x]:edges[x+1]] {
					s += int(v)
				}
				sums[x] += s
			}
		}
		for x, s := range sums {
			out.Pix[y*out.Stride+x] = uint8(s / ((bottom - top) * (edges[x+1] - edges[x])))
		}
	}
	return out
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
