package layout

import "math"

// maxSkew is the largest lean that is looked for, in degrees. Feeders and
// careless hands stay within it; more is a page turned on purpose.
const maxSkew = 6.0

// Skew estimates by how many degrees the page's lines of writing and rules fall to
// the right (positive: clockwise), and how sharply they stand out: the larger
// sharpness, the more the page looks like lines that lie. It is the angle at
// which the ink's projection onto the vertical changes most from row to row
// (Postl, Detection of linear oblique structures, 1986).
func Skew(b *Bitmap) (degrees, sharpness float64) {
	const (
		rough  = 0.25 // degrees from angle to angle, over the whole range
		fine   = 0.1  // degrees, around the best of these
		finest = 0.01 // degrees, at which the search ends
		finer  = 2.5  // times, from each search around the best to the next
		beside = 3.0  // angles tried on each side of the best
	)
	points := inkSample(b, 120_000)
	if len(points) < 50 {
		return 0, 0
	}
	some := thinned(points, 4)              // enough to know the angle roughly
	rows := newProfile(b.W, b.H, maxSkew+1) // what is tried around the best of them goes beyond
	best, at := 0.0, 0.0
	try := func(points []point, angle float64) {
		if s := rows.sharpness(points, angle); s > best*(1+1e-9) {
			best, at = s, angle
		}
	}
	for a := -maxSkew; a <= maxSkew; a += rough {
		try(some, a)
	}
	best = rows.sharpness(points, at)
	for step := fine; step > finest; step /= finer {
		around := at
		for i := -beside; i <= beside; i++ {
			try(points, around+i*step)
		}
	}
	return at, best
}

type point struct{ x, y int32 }

// inkSample returns about n ink pixels, evenly spread in reading order.
func inkSample(b *Bitmap, n int) []point {
	total := 0
	for _, v := range b.Pix {
		total += int(v)
	}
	step := max(1, total/n)
	points := make([]point, 0, total/step+1)
	wait := 0
	for y := range b.H {
		row := b.Pix[y*b.W : (y+1)*b.W]
		for x := nextInk(row, 0); x < len(row); x = nextInk(row, x+1) {
			if wait == 0 {
				points = append(points, point{int32(x), int32(y)})
				wait = step
			}
			wait--
		}
	}
	return points
}

// thinned is one in so many points.
func thinned(points []point, step int) []point {
	some := make([]point, 0, len(points)/step+1)
	for i := 0; i < len(points); i += step {
		some = append(some, points[i])
	}
	return some
}

// profile is the ink of a page projected onto its side, along lines that lean.
type profile struct {
	rows         []uint32
	left, beyond int // of the page's middle, and what rows begin above it
}

// newProfile is one for a page of w by h pixels and angles up to the given degrees.
func newProfile(w, h int, most float64) profile {
	beyond := int(float64(w)/2*math.Tan(most*math.Pi/180)) + 2
	return profile{make([]uint32, h+2*beyond), w / 2, beyond}
}

// sharpness is by how much the ink changes from row to row.
func (p profile) sharpness(points []point, degrees float64) float64 {
	const bits = 24
	clear(p.rows)
	slope := int(math.Round(math.Tan(degrees*math.Pi/180) * (1 << bits)))
	for _, at := range points {
		p.rows[int(at.y)+p.beyond-(slope*(int(at.x)-p.left)+1<<(bits-1))>>bits]++
	}
	var sum float64
	for i := 1; i < len(p.rows); i++ {
		d := float64(p.rows[i]) - float64(p.rows[i-1])
		sum += d * d
	}
	return sum / float64(len(points))
}
