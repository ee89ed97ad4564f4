package report

import "math"

// Quality is how often verdicts were wrong where somebody could tell. It
// measures the work of people and program together: known-answer lines are
// mixed blind into the review queue, and a random sample of automatic verdicts
// is looked at again.
type Quality struct {
	KnownAccepted Measure // of known-answer lines that do not count, those that were accepted
	// of known-answer lines that count, those that were rejected or taken for another person's
	KnownRejected Measure
	AgainAccepted Measure // of automatic acceptances looked at again, those found wrong
	AgainRejected Measure // of automatic rejections looked at again, those found wrong

	// of wrong names shown on contact sheets, those that were accepted; by person
	Seeds []PersonMeasure
}

// PersonMeasure is a measure of one person's work.
type PersonMeasure struct {
	By     string // as colleagues know them
	Sheets int    // contact sheets that they answered
	Measure
}

// Measure is how many of a sample were wrong.
type Measure struct{ Wrong, Of int }

// Share is the part that was wrong; zero for no sample.
func (m Measure) Share() float64 {
	if m.Of == 0 {
		return 0
	}
	return float64(m.Wrong) / float64(m.Of)
}

// Interval is the 95 % interval of the true share, after E. B. Wilson,
// Probable inference, the law of succession, and statistical inference (1927).
// It is honest where nothing was found wrong: nothing wrong in 50 still allows 7 %. No
// sample allows anything.
func (m Measure) Interval() (low, high float64) {
	if m.Of == 0 {
		return 0, 1
	}
	const z = 1.959963984540054 // of the normal distribution, 2.5 % on each side
	n, p := float64(m.Of), m.Share()
	middle := p + z*z/(2*n)
	reach := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	low, high = (middle-reach)/scale, (middle+reach)/scale
	// Exactly, the ends of what was found lie inside; rounding might miss them.
	return math.Max(0, math.Min(low, p)), math.Min(1, math.Max(high, p))
}
