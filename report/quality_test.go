package report_test

import (
	"math"
	"testing"

	"countersign/report"
)

// The interval is Wilson's, to four places, and always holds what was found.
func TestInterval(t *testing.T) {
	for _, tt := range []struct {
		m         report.Measure
		low, high float64
	}{
		{report.Measure{}, 0, 1},
		{report.Measure{Wrong: 0, Of: 1}, 0, 0.7935},
		{report.Measure{Wrong: 0, Of: 50}, 0, 0.0713},
		{report.Measure{Wrong: 1, Of: 60}, 0.0029, 0.0886},
		{report.Measure{Wrong: 5, Of: 10}, 0.2366, 0.7634},
		{report.Measure{Wrong: 10, Of: 10}, 0.7225, 1},
		// the example of R. G. Newcombe (1998)
		{report.Measure{Wrong: 81, Of: 263}, 0.2553, 0.3662},
	} {
		low, high := tt.m.Interval()
		if math.Abs(low-tt.low) > 5e-5 || math.Abs(high-tt.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", tt.m.Wrong, tt.m.Of, low, high,
				tt.low, tt.high)
		}
	}
	for of := range 200 {
		for wrong := range of + 1 {
			m := report.Measure{Wrong: wrong, Of: of}
			low, high := m.Interval()
			if low < 0 || high > 1 || low > m.Share() || high < m.Share() {
				t.Fatalf("%d of %d: %g is not in %g to %g", wrong, of, m.Share(), low, high)
			}
		}
	}
}
