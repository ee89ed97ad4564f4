package hand

// panelWidth is how many columns of a matrix the inner loop takes at once: two
// AVX registers of eight floats.
const panelWidth = 16

// panels is a matrix of k rows and n columns, packed for multiplying: panels of
// 16 columns, each row after row. Columns beyond n are zero.
type panels struct {
	k, n int
	data []float32
	fast bool // the processor has what the assembly needs
}

// packed packs a matrix given by its elements.
func packed(k, n int, at func(row, column int) float32) panels {
	p := panels{k, n, make([]float32, (n+panelWidth-1)/panelWidth*panelWidth*k), hasFMA()}
	for j := range n {
		panel := p.data[j/panelWidth*panelWidth*k:]
		for i := range k {
			panel[i*panelWidth+j%panelWidth] = at(i, j)
		}
	}
	return p
}

// width is the number of columns a result has: n, filled up to whole panels.
func (p panels) width() int { return len(p.data) / p.k }

// addTo adds a·p to c, m rows of each. Rows of a begin lda floats apart and may
// overlap, which makes a convolution a plain product; rows of c begin ldc apart
// and are p.width() long.
func (p panels) addTo(c []float32, ldc int, a []float32, lda, m int) {
	if m == 0 {
		return
	}
	_, _ = a[(m-1)*lda+p.k-1], c[(m-1)*ldc+p.width()-1] // the assembly does not look
	for j := 0; j < p.width(); j += panelWidth {
		b := p.data[j*p.k : (j+panelWidth)*p.k]
		i := 0
		if p.fast {
			for ; i+6 <= m; i += 6 {
				tile6fma(p.k, &a[i*lda], lda, &b[0], &c[i*ldc+j], ldc)
			}
			for ; i < m; i++ {
				tile1fma(p.k, &a[i*lda], &b[0], &c[i*ldc+j])
			}
		}
		for ; i < m; i++ {
			tile1(a[i*lda:i*lda+p.k], b, (*[panelWidth]float32)(c[i*ldc+j:]))
		}
	}
}

// tile1 is tile1fma for processors without it.
func tile1(a, b []float32, c *[panelWidth]float32) {
	sum := *c
	for i, v := range a {
		row := (*[panelWidth]float32)(b[i*panelWidth:])
		for j := range sum {
			sum[j] += v * row[j]
		}
	}
	*c = sum
}
