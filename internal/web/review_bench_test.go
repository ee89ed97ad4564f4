package web

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkReviewNextLine is a verifier on a petition of 5,000 lines who takes
// a third of a second for each. The browser itself says how long it took from
// a key until what it did was on the screen (Event Timing); the pictures have
// to be there by then. Said too is how many keys a line takes where the first
// member is right.
func BenchmarkReviewNextLine(b *testing.B) {
	s := newReviewService(b, 5000, 4900)
	s.undecided(b)
	p := s.come(b, "Vera Okafor")
	p.until("lines are loaded ahead",
		`performance.getEntriesByType("resource").filter((e) => e.name.includes("/lines/")).length >= 5`)
	ask[int](p,
		`window.took = [], new PerformanceObserver((list) => took.push(...list.getEntries().filter((e) => e.name === "keydown").map((e) => e.duration))).observe({ type: "event", durationThreshold: 16 }), 0`)
	lines, keys, bare := 0, 0, 0
	b.ResetTimer()
	for range max(b.N, 100) {
		time.Sleep(330 * time.Millisecond)
		line := p.line()
		p.press(enter)
		keys++
		p.until("the next line is shown", `document.querySelector(".rv-line")?.dataset.line !== "`+
			line+`"`)
		lines++
		if !ask[bool](p,
			`Array.from(document.querySelectorAll("#rv-stage .rv-picture img, #rv-stage .rv-sheet img")).every((i) => i.complete && i.naturalWidth > 0)`) {
			bare++
		}
	}
	b.StopTimer()
	p.saved()
	took := ask[[]float64](p, `took`)
	for len(took) < lines {
		took = append(took, 16) // what is quicker is not told
	}
	if got := len(s.findings(b)); got != lines {
		b.Fatalf("%d lines were decided, %d findings stored", lines, got)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "ms/next-line-median")
	b.ReportMetric(took[len(took)*95/100], "ms/next-line-p95")
	b.ReportMetric(float64(bare), "lines-without-picture")
	b.ReportMetric(float64(keys)/float64(lines), "keys/line")
	b.ReportMetric(0, "ns/op")
}
