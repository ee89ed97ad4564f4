package office

import (
	"crypto/sha256"
	"slices"

	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
)

// asked says that a decided line is to be looked at once more, as if nobody had decided it;
// nil for most.
func (w *counted) asked(i int) *BlindLine {
	l := w.lines[i]
	check := w.rules.Asks(l.ID, w.decisions[i], w.findingsOf(i))
	if check == "" || l.read.Waits {
		return nil
	}
	v := w.newView(i)
	v.asked = check
	return &BlindLine{At: i, draw: sha256.Sum256([]byte(l.ID)), view: v}
}

// byDraw is an order that says nothing of the lines.
func byDraw(a, b BlindLine) int { return slices.Compare(a.draw[:], b.draw[:]) }

// checks is how many findings are of somebody who looked once more.
func checks(found []store.Finding) (n int) {
	for _, f := range found {
		if check, kind := verify.CheckOf(f.Kind); check != "" && kind != verify.Correct &&
			!takenBack(found, f.ID) {
			n++
		}
	}
	return n
}

// asOpen is a decided line in the words of pages as it looks before anybody
// decides it, with what was found by looking blind and nothing else.
func (v *lineView) asOpen() Line {
	d := v.rules.AsOpen(v.dates, v.decision, v.of.current)
	out := v.show(&d)
	out.Asked, out.Findings = string(v.asked), 0
	out.Rulings = slices.DeleteFunc(out.Rulings, func(r Ruling) bool {
		of, _ := verify.CheckOf(r.Kind)
		return of != v.asked
	})
	return out
}

// quality is how often verdicts were wrong of those that were looked at once
// more, nil where none was.
func (w *counted) quality() *report.Quality {
	if w.shown.Count.Checked == 0 {
		return nil
	}
	matches, found := w.evidence()
	m := verify.Measure(w.rules, w.dates, matches, found)
	q := report.Quality{KnownAccepted: report.Measure(m.KnownAccepted),
		KnownRejected: report.Measure(m.KnownRejected),
		AgainAccepted: report.Measure(m.AgainAccepted), AgainRejected: report.Measure(
			m.AgainRejected)}
	return &q
}
