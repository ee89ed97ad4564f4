package office

import (
	"crypto/sha256"
	"slices"

	"countersign/report"
	"countersign/verify"
)

// checks adds to a case the decided lines that are to be looked at once more,
// as if nobody had decided them, in an order that says nothing of them.
func (w *counted) checks(c *Case) {
	for i, l := range w.lines {
		if check := w.rules.Asks(l.ID, &w.decisions[i], w.findingsOf(i)); check != "" && l.matched {
			c.Blind = append(c.Blind, BlindLine{At: i, Line: w.asOpen(i, check)})
		}
		for _, f := range w.found[i] {
			if check, kind := verify.CheckOf(f.Kind); check != "" && kind != verify.Correct && !takenBack(w.found[i], f.ID) {
				c.Count.Checked++
			}
		}
	}
	slices.SortFunc(c.Blind, func(a, b BlindLine) int {
		x, y := sha256.Sum256([]byte(a.Line.ID)), sha256.Sum256([]byte(b.Line.ID))
		return slices.Compare(x[:], y[:])
	})
}

// asOpen is a decided line in the words of pages as it looks before anybody
// decides it, with what was found by looking blind and nothing else.
func (w *counted) asOpen(i int, check verify.Check) Line {
	l := w.lines[i]
	d := w.rules.AsOpen(w.dates, &w.decisions[i], l.current)
	out := w.show(i, &d)
	out.Asked, out.Findings = string(check), 0
	out.Rulings = slices.DeleteFunc(out.Rulings, func(r Ruling) bool {
		of, _ := verify.CheckOf(r.Kind)
		return of != check
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
	q := report.Quality{KnownAccepted: report.Measure(m.KnownAccepted), KnownRejected: report.Measure(m.KnownRejected),
		AgainAccepted: report.Measure(m.AgainAccepted), AgainRejected: report.Measure(m.AgainRejected)}
	return &q
}
