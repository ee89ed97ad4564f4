package web

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkReviewNextLine is a verifier on a petition of 5,000 lines who takes
// a third of a second for each: how long it takes from the key until the next
// line is painted with its pictures, and how many keys a line takes where the
// first member is right.
func BenchmarkReviewNextLine(b *testing.B) {
	s := newReviewService(b, 5000, 4900)
	s.undecided()
	p := s.come(b, newBrowser(b), "Vera Okafor")
	p.until("lines are loaded ahead", `performance.getEntriesByType("resource").filter((e) => e.name.includes("/lines/")).length >= 5`)
	lines, keys := 0, 0
	b.ResetTimer()
	for range max(b.N, 100) {
		time.Sleep(330 * time.Millisecond)
		line := p.line()
		p.press(enter)
		keys++
		p.until("the next line is shown", `document.querySelector(".rv-line")?.dataset.line !== "`+line+`"`)
		lines++
	}
	b.StopTimer()
	p.saved()
	took := ask[[]float64](p, `performance.getEntriesByName("review: next line").map((e) => e.duration)`)
	if len(s.findings(b)) != lines || len(took) == 0 {
		b.Fatalf("%d lines were decided, %d findings stored, %d times measured", lines, len(s.findings(b)), len(took))
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "ms/next-line-median")
	b.ReportMetric(took[len(took)*95/100], "ms/next-line-p95")
	b.ReportMetric(float64(keys)/float64(lines), "keys/line")
	b.ReportMetric(0, "ns/op")
}
