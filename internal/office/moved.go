package office

import (
	"context"
	"fmt"
	"slices"

	"countersign/internal/office/rule"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
)

// Moved says that a petition counts otherwise now than its certificate says.
type Moved struct {
	Certificate *Certificate
	Now         CertifiedCount // figures only
	Verdicts    []Figure       // that differ: valid, invalid, uncertain, and invalid by reason
	What        []string       // happened since, one sentence each
}

// Figure is one figure of a count, as it was certified and as it is.
type Figure struct {
	Name      string
	Then, Now int
}

// Moved compares a petition with its certificate, and is nil where there is none or where the
// figures are the same.
func (o *Office) Moved(ctx context.Context, petitionID string) (*Moved, error) {
	tallies, err := o.Store.Tallies(ctx, petitionID)
	if err != nil || len(tallies) == 0 {
		return nil, err
	}
	w, err := o.current(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	if agrees(tallies[0].Counts, w.shown.Count) || w.purged.frozen {
		return nil, nil
	}
	m := &Moved{Now: figures(w.shown.Count)}
	if m.Certificate, err = certificate(tallies[0]); err != nil {
		return nil, err
	}
	m.Verdicts = m.figures()
	entries, err := o.Store.AuditOf(ctx, petitionID, mostEntries)
	if err != nil {
		return nil, fmt.Errorf("look up what happened to petition %s: %w", petitionID, err)
	}
	m.What = w.since(tallies[0], entries)
	return m, nil
}

// mostEntries is how far back the log is asked what changed since a certificate.
const mostEntries = 500

func (m *Moved) figures() []Figure {
	then, now := m.Certificate.CertifiedCount, m.Now
	all := []Figure{{"lines", then.Rows, now.Rows}, {"valid", then.Valid, now.Valid},
		{"invalid", then.Invalid, now.Invalid},
		{"uncertain", then.Uncertain, now.Uncertain}}
	for _, r := range report.Reasons() {
		all = append(all, Figure{report.ReasonWord(r), then.ByReason[string(r)],
			now.ByReason[string(r)]})
	}
	return slices.DeleteFunc(all, func(f Figure) bool { return f.Then == f.Now })
}

// since says what happened to a petition after a certificate that bears on its count.
func (w *counted) since(t store.Tally, entries []store.AuditEntry) (out []string) {
	n := map[string]int{}
	for _, e := range entries {
		if e.At.After(t.At) {
			n[e.Action]++
		}
	}
	decided, corrected := 0, 0
	for _, f := range w.findings {
		switch {
		case !f.At.After(t.At):
		case f.Kind == string(verify.Correct):
			corrected++
		default:
			decided++
		}
	}
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			out = append(out, one)
		case n > 1:
			out = append(out, fmt.Sprintf(many, n))
		}
	}
	add(n["upload.added"]+n["upload.filed"], "A file was added.", "%d files were added.")
	add(n["upload.excluded"], "A file was excluded.", "%d times a file was excluded.")
	add(n["upload.included"], "A file was included again.", "%d times a file was included again.")
	add(n["open.added"], "A line was added.", "%d lines were added.")
	add(decided, "A person found something of a line.", "People found something of lines %d times.")
	add(corrected, "What a line says was corrected.", "What lines say was corrected %d times.")
	if w.petition.SnapshotID != t.SnapshotID {
		out = append(out, "Another membership export was chosen.")
	}
	if hash, err := rule.Hash(w.rules); err == nil && hash != t.RulesHash {
		out = append(out, "The rule was changed.")
	}
	if len(out) == 0 {
		out = append(out,
			"Nobody changed anything: pages were read again, or the rule judges good standing by "+
				"the day of the count.")
	}
	return out
}
