package office

import (
	"cmp"
	"strings"
	"time"

	"countersign/report/register"
)

// SaidStep is a step as a form or a program says it.
type SaidStep struct {
	Kind   string
	On     string // such as 2026-11-01
	Words  map[string]string
	Undoes string
}

// ReadStep reads what was said of a step. Whether it may be written down is for the register to
// say; taking something back needs no day of its own.
func (o *Office) ReadStep(said SaidStep) (NewStep, error) {
	n := NewStep{Kind: said.Kind, Undoes: said.Undoes, Words: map[string]string{}}
	if n.Undoes != "" {
		n.Kind, n.On = cmp.Or(n.Kind, string(register.Undo)), o.day()
	}
	if err := readDay(said.On, &n.On); err != nil {
		return n, err
	}
	for key, word := range said.Words {
		text := strings.TrimSpace(strings.ReplaceAll(word, "\r\n", "\n"))
		if len(text) > 20_000 {
			return n, refuse(Invalid, "That is too long: use at most 20,000 letters.")
		}
		n.Words[key] = text
	}
	return n, nil
}

// SaidCorrection is a step that corrects a report to Council, or takes a correction back.
func SaidCorrection(report, text, on, undoes string) SaidStep {
	if undoes != "" {
		return SaidStep{Undoes: undoes}
	}
	return SaidStep{Kind: string(register.Correct), On: on, Words: map[string]string{
		"report": report, "text": text}}
}

// ReadCouncilReport reads what was said of a report to be issued.
func ReadCouncilReport(conference, document, cutOff, on string) (NewCouncilReport, error) {
	n := NewCouncilReport{Conference: conference, Document: strings.TrimSpace(document)}
	if err := readDay(cutOff, &n.CutOff); err != nil {
		return n, err
	}
	return n, readDay(on, &n.On)
}

// ReadAsOf reads the time that a page or the API is asked for: the day on which something was
// true, and the one at whose end it was known. Neither means now.
func (o *Office) ReadAsOf(on, known string) (register.AsOf, error) {
	var as register.AsOf
	if err := readDay(on, &as.Day); err != nil {
		return as, err
	}
	if err := readDay(known, &as.Known); err != nil {
		return as, err
	}
	switch {
	case as.Known.IsZero() && as.Day.Equal(o.day()):
		return register.AsOf{}, nil
	case !as.Known.IsZero():
		as.Day = cmp.Or(as.Day, as.Known)
		as.Known = as.Known.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	return as, nil
}

// readDay reads a day, and leaves what stands there where none was said.
func readDay(text string, into *time.Time) error {
	if text == "" {
		return nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return refuse(Invalid, "%q is no day: write one such as 2026-11-01.", text)
	}
	*into = day
	return nil
}
