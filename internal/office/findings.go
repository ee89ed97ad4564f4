package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/roll"
)

// refuseFinding says what a finding lacks, as a *Refusal, or nil. before is what was found of
// the line.
func (o *Office) refuseFinding(ctx context.Context, f store.Finding, before []store.Finding) error {
	l, err := o.Store.Line(ctx, f.LineID)
	if err != nil {
		return err
	}
	w, err := o.current(ctx, l.PetitionID)
	if err != nil {
		return err
	}
	if w.purged.frozen {
		return refuse(Conflict,
			"The text of the line was purged, and what was decided of it stays.")
	}
	var found []verify.Finding
	for _, b := range before {
		found = append(found, w.finding(b))
	}
	adding := w.finding(f)
	if i := w.shown.Find(l.ID); i >= 0 && adding.Kind == verify.OneOf && adding.Member != nil {
		if err := w.rules.RefuseOne(w.dates, w.lines[i].current, adding.Member); err != nil {
			return refuse(Invalid, "%s.", upperFirst(err.Error()))
		}
	}
	for key := range f.Fields {
		if !slices.ContainsFunc(report.Fields(), func(f report.Field) bool {
			return string(f.Key) == key
		}) {
			return refuse(Invalid, "%q is no field of a line.", key)
		}
	}
	if err := adding.Refuse(found); err != nil {
		kind, text := Invalid, err.Error()
		if adding.Kind == verify.Undo {
			kind = Conflict
		}
		return refuse(kind, "%s", upperFirst(text))
	}
	return nil
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// finding is a kept finding with its member, who is nil where the petition's
// snapshot does not have them.
func (w *counted) finding(f store.Finding) verify.Finding {
	out := verify.Finding{ID: f.ID, LineID: f.LineID, By: f.By, Chair: f.Chair, At: f.At,
		Note: f.Note, Undoes: f.Undoes}
	out.Check, out.Kind = verify.CheckOf(f.Kind)
	if f.MemberID != "" {
		out.Member, out.Also = personOf(w.roll(), f.MemberID)
	}
	for key, text := range f.Fields {
		if out.Fields == nil {
			out.Fields = map[extract.Field]string{}
		}
		out.Fields[extract.Field(key)] = text
	}
	return out
}

// findingsOf are the findings on the line at a place.
func (w *counted) findingsOf(i int) []verify.Finding {
	var out []verify.Finding
	for _, f := range w.found[i] {
		out = append(out, w.finding(f))
	}
	return out
}

// personOf finds a member by number with the other records of the same person.
func personOf(r *roll.Roll, id string) (m *roll.Member, also []*roll.Member) {
	if r == nil {
		return nil, nil
	}
	at, ok := r.Members.Find(id)
	if !ok {
		return nil, nil
	}
	for _, other := range r.SamePerson(at) {
		if other != at {
			also = append(also, r.Members.At(other))
		}
	}
	return r.Members.At(at), also
}

// correct matches anew the lines whose text people corrected, and those that
// are no longer corrected.
func (w *counted) correct(ctx context.Context, o *Office) error {
	if w.purged.frozen {
		return nil // their texts are gone
	}
	var all []int
	for i, l := range w.lines {
		if len(w.found[i]) > 0 || l.corrections != "" {
			all = append(all, i)
		}
	}
	return w.correctThese(ctx, o, all)
}

func (w *counted) correctThese(ctx context.Context, o *Office, these []int) error {
	shared := true // with an earlier result, whose readers keep it
	for _, i := range these {
		l := w.lines[i]
		corrections := correctionsOf(w.found[i])
		if corrections == l.corrections {
			continue
		}
		changed := *l
		changed.corrections = corrections
		m, err := w.matchCorrected(ctx, o, &changed, w.findingsOf(i))
		if err != nil {
			return fmt.Errorf("line %s: %w", l.ID, err)
		}
		changed.current = m
		if shared {
			w.lines, shared = slices.Clone(w.lines), false
		}
		w.lines[i] = &changed
	}
	return nil
}

// correctionsOf names the corrections of a line that stand; "" for none.
func correctionsOf(found []store.Finding) string {
	var ids []string
	for _, f := range found {
		if f.Kind == string(verify.Correct) && !takenBack(found, f.ID) {
			ids = append(ids, f.ID)
		}
	}
	return strings.Join(ids, " ")
}

func takenBack(found []store.Finding, id string) bool {
	return slices.ContainsFunc(found, func(f store.Finding) bool {
		return f.Kind == string(verify.Undo) && f.Undoes == id
	})
}

// matchCorrected matches a line as corrected, with what was seen of the fields
// that nobody corrected.
func (w *counted) matchCorrected(ctx context.Context, o *Office, l *caseLine,
	found []verify.Finding) (verify.Match, error) {
	row := l.read.Line.Row
	if l.corrections == "" || l.read.Waits {
		corrected, _ := verify.Corrected(row, found)
		m := l.read
		m.Line.Row = corrected
		return m, nil
	}
	seen, err := o.seen(ctx, l)
	if err != nil {
		return verify.Match{}, err
	}
	if seen != nil {
		row = *seen
	}
	row, _ = verify.Corrected(row, found)
	m := w.matcher.Match(verify.Line{Ref: l.ref, Row: row})
	row.Forget()
	return m, nil
}

// seen is the row of a line with its lattices, nil where its page has none.
func (o *Office) seen(ctx context.Context, l *caseLine) (*extract.Row, error) {
	kept, err := o.Store.Line(ctx, l.ID)
	if err != nil || kept.AddedBy != "" {
		return nil, err
	}
	p, err := o.Store.Page(ctx, l.PageID)
	if errors.Is(err, store.ErrNotFound) || err == nil && p.Sheet == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := o.sheet(ctx, p.Sheet)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.Rows, func(r extract.Row) bool {
		return r.Number == l.read.Line.Row.Number
	})
	if i < 0 {
		return nil, nil
	}
	return &s.Rows[i], nil
}
