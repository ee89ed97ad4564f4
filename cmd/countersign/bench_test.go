package main

import "testing"

// BenchmarkCheck is the whole journey of a petition, set-up included, as a
// user meets it.
func BenchmarkCheck(b *testing.B) {
	for _, bb := range []struct {
		name, path string
		workers    string
		pages      int
	}{
		{"scanned", sample, "1", 3},
		{"scanned, two at a time", sample, "2", 3},
		{"typed", online, "1", 3},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			dir := b.TempDir()
			for b.Loop() {
				check(b, exitOK, "--quiet", "--workers", bb.workers, "--out", dir, bb.path)
			}
			b.ReportMetric(float64(bb.pages*b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}
