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

func BenchmarkMultiply(b *testing.B) {
	b.ReportAllocs()
	p := packed(288, 96, func(i, j int) float32 { return float32(i-j) / 100 })
	a, c := make([]float32, 48*96+288), make([]float32, 48*96)
	for b.Loop() {
		p.addTo(c, 96, a, 96, 48)
	}
	b.ReportMetric(2*48*288*96*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
}
