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
	points := inkSample(b, 120_000)
	if len(points) < 50 {
		return 0, 0
	}
	rows := make([]float64, b.H+2*int(float64(b.W)*math.Tan(maxSkew*math.Pi/180))+4)
	best, at := 0.0, 0.0
	try := func(angle float64) {
		if s := sharpnessAt(points, rows, b, angle); s > best*(1+1e-9) {
			best, at = s, angle
		}
	}
	for a := -maxSkew; a <= maxSkew; a += 0.25 {
		try(a)
	}
	for step := 0.1; step > 0.01; step /= 2.5 {
		around := at
		for i := -3.0; i <= 3; i++ {
			try(around + i*step)
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
	seen := 0
	for y := range b.H {
		for x, v := range b.Pix[y*b.W : (y+1)*b.W] {
			if v == 0 {
				continue
			}
			if seen%step == 0 {
				points = append(points, point{int32(x), int32(y)})
			}
			seen++
		}
	}
	return points
}

func sharpnessAt(points []point, rows []float64, b *Bitmap, degrees float64) float64 {
	clear(rows)
	slope := math.Tan(degrees * math.Pi / 180)
	offset := float64(len(rows)-b.H) / 2
	middle := float64(b.W) / 2
	for _, p := range points {
		rows[int(float64(p.y)-slope*(float64(p.x)-middle)+offset+0.5)]++
	}
	var sum float64
	for i := 1; i < len(rows); i++ {
		d := rows[i] - rows[i-1]
		sum += d * d
	}
	return sum / float64(len(points))
}
