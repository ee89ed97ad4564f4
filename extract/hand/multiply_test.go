package hand

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestMultiplyAgreesWithTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = r.Float32() - 0.5
		}
		return v
	}
	for _, c := range []struct{ m, k, n, lda int }{
		{1, 1, 1, 1}, {5, 3, 16, 3}, {6, 4, 17, 2}, {7, 9, 33, 9}, {13, 288, 96, 96}, {24, 128, 512, 128},
	} {
		for _, fast := range []bool{false, hasFMA()} {
			t.Run(fmt.Sprintf("%dx%dx%d fast %v", c.m, c.k, c.n, fast), func(t *testing.T) {
				a, b := random((c.m-1)*c.lda+c.k), random(c.k*c.n)
				p := packed(c.k, c.n, func(i, j int) float32 { return b[i*c.n+j] })
				p.fast = fast
				ldc := p.width() + 3
				got := random(c.m * ldc)
				before := append([]float32(nil), got...)
				p.addTo(got, ldc, a, c.lda, c.m)
				for i := range c.m {
					for j := range c.n {
						want := float64(before[i*ldc+j])
						for k := range c.k {
							want += float64(a[i*c.lda+k]) * float64(b[k*c.n+j])
						}
						if math.Abs(want-float64(got[i*ldc+j])) > 1e-4 {
							t.Fatalf("row %d column %d: %v, not %v", i, j, got[i*ldc+j], want)
						}
					}
					for j := p.width(); j < ldc; j++ {
						if got[i*ldc+j] != before[i*ldc+j] {
							t.Fatalf("row %d column %d lies outside and was changed", i, j)
						}
					}
				}
			})
		}
	}
}

// Whole numbers are multiplied exactly, whatever the processor has, and as large as they may be.
func TestWholeNumbersAgreeWithTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ m, k, n, lda, parts int }{
		{1, 2, 16, 2, 1}, {3, 4, 32, 2, 3}, {5, 6, 48, 9, 1}, {16, 96, 32, 32, 3}, {29, 384, 128, 128, 3}, {24, 192, 768, 192, 1},
	} {
		for _, s := range []speed{scalar, min(pairs, speedOf()), speedOf()} {
			t.Run(fmt.Sprintf("%dx%dx%dx%d at speed %d", c.parts, c.m, c.k, c.n, s), func(t *testing.T) {
				weights := make([]float32, c.parts*c.k*c.n)
				for i := range weights {
					weights[i] = r.Float32() - 0.5
				}
				at := func(part, i, j int) float32 { return weights[(part*c.k+i)*c.n+j] }
				p := whole(c.parts, c.k, c.n, func(to []float32, part, j int) {
					for i := range to {
						to[i] = at(part, i, j)
					}
				})
				p.speed = s
				size := ((c.m-1)*c.lda + c.k + 15) / 16 * 16
				a, rounded := make([]float32, size), make([]int16, size)
				for i := range a {
					a[i] = 3 * (r.Float32() - 0.3)
				}
				unit := p.rounded(rounded, a)
				sums := make([]int32, c.m*c.n)
				for part := range c.parts {
					p.addTo(part, sums, c.n, rounded, c.lda, c.m)
				}
				got, more := make([]float32, len(sums)), make([]float32, c.n)
				more[c.n-1] = 7
				p.finish(got, sums, p.factors(unit), more, 0, float32(math.Inf(-1)))
				for i := range c.m {
					for j := range c.n {
						exact, sum := float64(more[j]), int64(0)
						for part := range c.parts {
							for k := range c.k {
								x := i*c.lda + k
								exact += float64(a[x]) * float64(at(part, k, j))
								sum += int64(rounded[x]) * int64(p.parts[part][j/16*16*c.k+k/2*32+j%16*2+k%2])
							}
						}
						if sum != int64(sums[i*c.n+j]) {
							t.Fatalf("row %d column %d: the sum is %d, not %d", i, j, sums[i*c.n+j], sum)
						}
						if off := math.Abs(exact - float64(got[i*c.n+j])); off > 2e-4*math.Sqrt(float64(c.k*c.parts))*3 {
							t.Fatalf("row %d column %d: %v, not %v", i, j, got[i*c.n+j], exact)
						}
					}
				}
			})
		}
	}
}

// No sum of products leaves 32 bits: all factors as large as they may be, with the signs of a
// column's weights.
func TestLargestSums(t *testing.T) {
	p := whole(3, 384, 16, func(to []float32, _, j int) {
		for i := range to {
			to[i] = float32(1-2*(i%2)) * float32(j+1)
		}
	})
	a := make([]float32, 384)
	for i := range a {
		a[i] = float32(1 - 2*(i%2))
	}
	rounded, sums := make([]int16, len(a)), make([]int32, 16)
	p.rounded(rounded, a)
	for part := range p.parts {
		p.addTo(part, sums, 16, rounded, 384, 1)
	}
	for j, s := range sums {
		if want := 3 * 384 * int(p.most) * finest; int(s) != want {
			t.Errorf("column %d: %d, not %d", j, s, want)
		}
	}
}

func BenchmarkMultiply(b *testing.B) {
	b.ReportAllocs()
	p := packed(288, 96, func(i, j int) float32 { return float32(i-j) / 100 })
	a, c := make([]float32, 48*96+288), make([]float32, 48*96)
	for b.Loop() {
		p.addTo(c, 96, a, 96, 48)
	}
	b.ReportMetric(2*48*288*96*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
}

func BenchmarkMultiplyWhole(b *testing.B) {
	for _, s := range []speed{scalar, min(pairs, speedOf()), speedOf()} {
		b.Run(fmt.Sprintf("speed %d", s), func(b *testing.B) {
			p := whole(1, 288, 96, func(to []float32, _, j int) {
				for i := range to {
					to[i] = float32(i-j) / 100
				}
			})
			p.speed = s
			a, c := make([]int16, 48*96+288), make([]int32, 48*96)
			for b.Loop() {
				p.addTo(0, c, 96, a, 96, 48)
			}
			b.ReportMetric(2*48*288*96*float64(b.N)/b.Elapsed().Seconds()/1e9, "GOPS")
		})
	}
}
