package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/internal/office/exports"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/roll"
)

// Search finds members of the petition's snapshot, or of the newest one.
func (o *Office) Search(ctx context.Context, petitionID, query string, limit int) ([]Member,
	error) {
	b, err := o.book(ctx, petitionID)
	if err != nil || b.roll == nil {
		return nil, err
	}
	var out []Member
	for _, m := range o.rolls.Searcher(b.roll).Search(query, limit) {
		out = append(out, b.member(m))
	}
	return out, nil
}

// Member finds a member by number.
func (o *Office) Member(ctx context.Context, petitionID, memberID string) (Member, error) {
	b, err := o.book(ctx, petitionID)
	if err != nil {
		return Member{}, err
	}
	m, _ := personOf(b.roll, memberID)
	if m == nil {
		return Member{}, fmt.Errorf("find a member: %w", store.ErrNotFound)
	}
	return b.member(m), nil
}

// memberBook is a roll with what members are held to.
type memberBook struct {
	roll   *roll.Roll // nil where no export was imported yet
	rules  verify.Rules
	dates  verify.Dates
	signed *signed // nil for no petition
}

func (o *Office) book(ctx context.Context, petitionID string) (memberBook, error) {
	b := memberBook{rules: verify.MIG(), dates: verify.Dates{Verified: o.now()}}
	if petitionID != "" {
		w, err := o.current(ctx, petitionID)
		if err != nil {
			return b, err
		}
		b.rules, b.dates, b.signed, b.roll = w.rules, w.dates, w.signed, w.roll()
		if b.roll != nil {
			return b, nil
		}
	}
	s, err := o.Store.CurrentSnapshot(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return b, nil
	}
	if err != nil {
		return b, err
	}
	m, err := o.rolls.Matcher(ctx, s.ID)
	if err != nil {
		return b, err
	}
	b.roll = m.Roll()
	return b, nil
}

func (b *memberBook) member(m *roll.Member) Member {
	_, also := personOf(b.roll, m.ID)
	c := verify.Candidate{Member: m, Also: also}
	s, _ := b.rules.StandingOf(b.dates, extract.Row{}, c)
	out := memberView(s, c)
	if b.signed != nil {
		out.Signed = b.signed.by(m.ID)
	}
	return out
}

const mostProblems = 100 // of an export, that a preview shows

// beside sets an export beside the one that is in use, nil where there is none.
func (o *Office) beside(ctx context.Context, r *roll.Roll) (*exports.Beside, error) {
	s, err := o.Store.CurrentSnapshot(ctx)
	if errors.Is(err, store.ErrNotFound) || err == nil && s.Purged {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := o.rolls.Matcher(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	return exports.Compare(r, s, m.Roll()), nil
}

// Preview reads an export without taking it in. It is swept where nobody does, for
// it is everybody's data.
func (o *Office) Preview(ctx context.Context, blob, name string, opts ImportOptions) (ImportPreview,
	error) {
	p := ImportPreview{Name: name, SHA256: blob, Meanings: meanings()}
	path, done, err := o.Blobs.Path(ctx, blob)
	if err != nil {
		return p, err
	}
	defer done()
	if err := o.Store.Drop(ctx, blob); err != nil { // unless it is taken in
		return p, err
	}
	peek, err := o.Exports.PeekAtExport(ctx, path, name, rollOptions(opts))
	if err != nil {
		return p, err
	}
	for _, c := range peek.Columns {
		p.Columns = append(p.Columns, ImportColumn{Heading: c.Heading, Meaning: string(c.Meaning),
			Samples: c.Samples})
	}
	for _, sheet := range peek.Sheets {
		p.Sheets = append(p.Sheets, ImportSheet(sheet))
	}
	if peek.Problem != nil {
		p.Error = onPage(peek.Problem)
		return p, nil
	}
	look := rollOptions(opts)
	look.AcceptLosses = true // to show them
	r, err := o.Exports.Export(ctx, path, name, look)
	if err != nil {
		if ctx.Err() != nil {
			return p, ctx.Err()
		}
		p.Error = onPage(err)
		return p, nil
	}
	p.Rows, p.Members, p.ProblemCount, p.Sums, p.Losses = r.Rows, r.Members.Len(), r.Remarked,
		r.Sums(), r.Losses
	for _, f := range r.Findings[:min(mostProblems, len(r.Findings))] {
		if f.Sheet != "" {
			f.Text = fmt.Sprintf("sheet %q: %s", f.Sheet, f.Text)
		}
		p.Problems = append(p.Problems, ImportProblem{Line: f.Line, Text: f.Text})
	}
	p.Statuses = statuses(r)
	b, err := o.beside(ctx, r)
	if err != nil || b == nil {
		return p, err
	}
	p.Beside, p.Questions, p.Changes = b.Figures(), b.Questions(), b.Changes()
	return p, nil
}

// Import takes an export in. Taking in the newest one again changes nothing.
func (o *Office) Import(ctx context.Context, blob, name string, opts ImportOptions,
	by string) (store.Snapshot, error) {
	if opts.AsOf.IsZero() {
		opts.AsOf = o.now().UTC().Truncate(24 * time.Hour)
	}
	path, done, err := o.Blobs.Path(ctx, blob)
	if err != nil {
		return store.Snapshot{}, err
	}
	defer done()
	if err := o.Store.Drop(ctx, blob); err != nil { // unless it is taken in
		return store.Snapshot{}, err
	}
	r, err := o.Exports.Export(ctx, path, name, rollOptions(opts))
	if ctx.Err() != nil {
		return store.Snapshot{}, ctx.Err()
	}
	if err != nil {
		return store.Snapshot{}, refuse(Invalid, "%s", onPage(err))
	}
	newest, err := o.Store.CurrentSnapshot(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Snapshot{}, err
	}
	if err == nil && newest.SHA256 == blob && newest.AsOf.Equal(opts.AsOf) &&
		newest.Sheet == opts.Sheet && maps.Equal(newest.Map, opts.Map) {
		return newest, nil
	}
	if !opts.AcceptLosses {
		b, err := o.beside(ctx, r)
		if err != nil {
			return store.Snapshot{}, err
		}
		if q := b.Questions(); len(q) > 0 {
			return store.Snapshot{}, refuse(Invalid, "%s", strings.Join(q, " ")+
				" Nothing was taken in.")
		}
	}
	said := report.SnapshotOf(r, verify.MIG())
	remarks := append([]string{said.Sums}, said.Findings...)
	taken := store.Snapshot{Name: name, SHA256: blob, AsOf: opts.AsOf, Map: opts.Map, Rows: r.Rows,
		Members: r.Members.Len(),
		Columns: r.Columns, Remarks: remarks, By: by, At: o.now(), Sheet: opts.Sheet}
	err = o.Store.Do(ctx, func(tx store.Tx) (err error) {
		if taken, err = tx.AddSnapshot(ctx, taken); err != nil {
			return err
		}
		return o.record(ctx, tx, by, "members.imported", taken.ID, fmt.Sprintf("%d members",
			taken.Members))
	})
	return taken, err
}

func rollOptions(o ImportOptions) roll.Options {
	return roll.Options{Map: o.Map, Sheet: o.Sheet, AsOf: o.AsOf, AcceptLosses: o.AcceptLosses}
}

// onPage is an error of the import for those who see the columns before them
// and have no command line.
func onPage(err error) string {
	return commandLine.ReplaceAllString(strings.Replace(err.Error(), " with --accept-losses", "",
		1), "$1 below")
}

var commandLine = regexp.MustCompile(`(say which(?: it is)?|name the columns) with --map.*$`)

// meanings that a column may have, in words.
func meanings() []Meaning {
	var out []Meaning
	for _, m := range roll.Meanings() {
		out = append(out, Meaning{Key: m, Label: exports.MeaningWord(roll.Meaning(m))})
	}
	return out
}

// statuses counts members by status, most frequent first.
func statuses(r *roll.Roll) []StatusCount {
	rules := verify.MIG()
	var out []StatusCount
	for status, count := range r.Members.Count(roll.Status) {
		c := StatusCount{Status: status, Count: count, Counts: "unknown"}
		switch s := rules.Standing(&roll.Member{Status: status}, time.Time{}); s.Reason {
		case verify.IsMember:
			c.Counts = "yes"
		case verify.Lapsed, verify.Ineligible:
			c.Counts = "no"
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b StatusCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Status, b.Status))
	})
	return out[:min(exports.MostStatuses, len(out))]
}
