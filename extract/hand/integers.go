package hand

import "math"

// integers is a matrix of k rows and n columns whose numbers are whole: sixteen bits, times a
// factor for each column. Processors multiply two pairs of such numbers in the time of one of
// floats, and sums of them are the same on all processors. It may have several parts that are
// added up, such as the rows of a convolution.
type integers struct {
	k, n  int
	parts [][]int16 // panels of 16 columns, of which two rows at a time lie side by side
	by    []float32 // the factor of each column
	most  float32   // the largest factor of a weight with which sums stay within 32 bits
	speed speed
}

// speed says what the processor has.
type speed int

const (
	scalar  speed = iota
	pairs         // AVX2, which multiplies and adds pairs
	pairsUp       // AVX-512 VNNI, which adds them up, too
)

// finest is the largest weight: twelve bits with a sign. Weights are halves, of eleven.
const finest = 2047

// whole makes a matrix of whole numbers of one given by its columns: column fills in the k numbers
// of a part's. k is even.
func whole(parts, k, n int, column func(to []float32, part, j int)) integers {
	p := integers{k: k, n: n, by: make([]float32, n), speed: speedOf()}
	columns := (n + panelWidth - 1) / panelWidth * panelWidth
	p.parts = make([][]int16, parts)
	for part := range p.parts {
		p.parts[part] = make([]int16, columns*k)
	}
	weights := make([]float32, parts*k) // of a column
	heaviest := 1                       // column: the sum of its weights without their signs
	for j := range n {
		top := float32(0)
		for part := range parts {
			column(weights[part*k:][:k], part, j)
		}
		for _, w := range weights {
			top = max(top, abs32(w))
		}
		if top == 0 {
			continue
		}
		p.by[j] = top / finest
		sum, times := 0, finest/top
		for part, data := range p.parts {
			to := data[j/panelWidth*panelWidth*k+j%panelWidth*2:]
			for i, w := range weights[part*k:][:k] {
				v := int16(math.RoundToEven(float64(w * times)))
				to[i/2*2*panelWidth+i%2] = v
				sum += max(int(v), -int(v))
			}
		}
		heaviest = max(heaviest, sum)
	}
	p.most = float32(min(math.MaxInt16, math.MaxInt32/heaviest))
	return p
}

func abs32(v float32) float32 { return max(v, -v) }

// width is the number of columns a result has: n, filled up to whole panels.
func (p integers) width() int { return len(p.parts[0]) / p.k }

// addTo adds a·p to c, for one part of p and m rows of a and c, which begin lda and ldc numbers
// apart. Those of a may overlap.
func (p integers) addTo(part int, c []int32, ldc int, a []int16, lda, m int) {
	if m == 0 {
		return
	}
	_, _ = a[(m-1)*lda+p.k-1], c[(m-1)*ldc+p.width()-1] // the assembly does not look
	for j := 0; j < p.width(); j += panelWidth {
		b := p.parts[part][j*p.k : (j+panelWidth)*p.k]
		i := 0
		if p.speed == pairsUp {
			for ; i+12 <= m; i += 12 {
				tile12vnni(p.k/2, &a[i*lda], lda, &b[0], &c[i*ldc+j], ldc)
			}
			for ; i+4 <= m; i += 4 {
				tile4vnni(p.k/2, &a[i*lda], lda, &b[0], &c[i*ldc+j], ldc)
			}
		}
		if p.speed >= pairs {
			for ; i+4 <= m; i += 4 {
				tile4pairs(p.k/2, &a[i*lda], lda, &b[0], &c[i*ldc+j], ldc)
			}
			for ; i < m; i++ {
				tile1pairs(p.k/2, &a[i*lda], &b[0], &c[i*ldc+j])
			}
		}
		for ; i < m; i++ {
			tile1whole(a[i*lda:i*lda+p.k], b, (*[panelWidth]int32)(c[i*ldc+j:]))
		}
	}
}

// tile1whole is tile1pairs for processors without it.
func tile1whole(a, b []int16, c *[panelWidth]int32) {
	for i := 0; i < len(a); i += 2 {
		row := (*[2 * panelWidth]int16)(b[i*panelWidth:])
		for j := range c {
			c[j] += int32(a[i])*int32(row[2*j]) + int32(a[i+1])*int32(row[2*j+1])
		}
	}
}

// rounded makes whole numbers of floats, as large as they may be, and gives what each unit of
// theirs is. Their count is a multiple of 16.
func (p integers) rounded(to []int16, v []float32) (unit float32) {
	if len(v) == 0 {
		return 0
	}
	top := float32(0)
	if p.speed >= pairs {
		top = topavx(len(v), &v[0])
	} else {
		for _, x := range v {
			top = max(top, abs32(x))
		}
	}
	if top == 0 {
		clear(to[:len(v)])
		return 0
	}
	p.round(to, v, p.most/top)
	return top / p.most
}

// round makes whole numbers of floats times a factor.
func (p integers) round(to []int16, v []float32, times float32) {
	to = to[:len(v)]
	if p.speed >= pairs {
		roundavx(len(v), times, &v[0], &to[0])
		return
	}
	for i, x := range v {
		to[i] = int16(math.RoundToEven(float64(x * times)))
	}
}

// factors are those of the columns for sums of numbers of the given unit.
func (p integers) factors(unit float32) []float32 {
	out := make([]float32, p.n)
	for j, f := range p.by {
		out[j] = f * unit
	}
	return out
}

// finish turns rows of sums into floats: times the factors of their columns, plus the numbers of
// more, whose rows begin so far apart, and no less than the floor. Columns are whole panels.
func (p integers) finish(to []float32, sums []int32, factors, more []float32, apart int, floor float32) {
	m := len(sums) / p.n
	if m == 0 {
		return
	}
	_, _ = to[m*p.n-1], more[(m-1)*apart+p.n-1] // the assembly does not look
	if p.speed >= pairs {
		finishavx(m, p.n, &sums[0], &factors[0], &more[0], apart, &to[0], floor)
		return
	}
	for i := range m {
		row, add, out := sums[i*p.n:(i+1)*p.n], more[i*apart:][:p.n], to[i*p.n:][:p.n]
		for j, s := range row {
			out[j] = max(float32(float32(s)*factors[j])+add[j], floor) // never fused
		}
	}
}
