package hand

import "math"

// Hand is how a line was written, apart from what it says: 64 numbers that point the same way
// for lines of one writer, and are the larger the longer the line. One word says little, ten
// words much; see Alike. That of a blank cell is zero.
type Hand [handSize]float32

const handSize = 64

// Alike says how much alike the hands of two heaps of lines are, by the cosine between their
// sums: 1 for the same, 0 or less for nothing in common, as with a heap of blank cells.
func Alike(a, b []Hand) float64 {
	x, y := sum(a), sum(b)
	dot, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		dot, xx, yy = dot+x[i]*y[i], xx+x[i]*x[i], yy+y[i]*y[i]
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return dot / math.Sqrt(xx*yy)
}

func sum(hands []Hand) (all [handSize]float64) {
	for _, h := range hands {
		for i, v := range h {
			all[i] += float64(v)
		}
	}
	return all
}

// leastVariance keeps features that never change from counting as much as others.
const leastVariance = 1e-6

// handOf makes a hand of features: of how large each is on average, and how much it varies.
func (n *network) handOf(features []float32) (h Hand) {
	steps := float64(len(features) / n.features)
	x := make([]float64, 2*n.features)
	mean, square := x[:n.features], x[n.features:]
	for i, v := range features {
		mean[i%n.features] += float64(v) / steps
		square[i%n.features] += float64(v) * float64(v) / steps
	}
	for i, m := range mean {
		square[i] = math.Sqrt(max(square[i]-m*m, leastVariance))
	}
	for k := range h {
		sum := float64(n.handBias[k])
		for i, v := range x {
			sum += v * float64(n.hand[k*len(x)+i])
		}
		h[k] = float32(sum * steps)
	}
	return h
}
