package office

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/roll"
)

// counted is a petition settled and counted, with all that it was made of, so
// that the next time only what changed is made again. Nothing of it is changed
// once it is made, and it may be read by several goroutines.
type counted struct {
	versions store.Versions
	day      string

	petition store.Petition
	rules    verify.Rules
	dates    verify.Dates
	matcher  *verify.Matcher // nil where the petition has no snapshot yet
	uploads  []store.Upload
	names    map[string]string // of files, by upload
	pages    []store.Page
	printed  []extract.Printed
	lines    []*caseLine
	at       map[string]int     // places in lines, by line ID
	refs     map[verify.Ref]int // the same
	repairs  []store.Repair
	findings []store.Finding
	found    [][]store.Finding // by line
	waiting  int               // open points that nobody settled
	purged   purged
	covers   map[string]extract.Cover
	cover    covered

	decisions []verify.Decision
	tally     verify.Tally
	signed    map[string][]string // IDs of lines that are decided to be a member's, by number
	shown     *Case
}

// caseLine is a line as it came from the store, taken out of its bytes once.
type caseLine struct {
	store.Line // without Row and Match
	hash       uint64
	ref        verify.Ref
	matched    bool // against the petition's snapshot
	read       verify.Match

	// What corrections make of it: read itself, where there are none.
	corrections string
	current     verify.Match
	fields      []Field
	candidates  []Candidate // of current, in its order
}

// covered is what the pages say of the petition.
type covered struct {
	report.Petition // Cover, CoverFile, CoverPage and Organizers only
}

// work brings a petition up to date. before is how it was, nil for never.
func (o *Office) recount(ctx context.Context, petitionID string, v store.Versions, day string, before *counted) (*counted, error) {
	w := &counted{covers: map[string]extract.Cover{}}
	if before != nil {
		*w = *before
	}
	w.petition.ID = petitionID
	terms := before == nil || before.versions.Terms != v.Terms || before.versions.Purged != v.Purged || before.day != day
	w.versions, w.day = v, day
	for _, step := range []struct {
		due bool
		do  func(context.Context, *Office) error
	}{
		{terms, w.readTerms},
		{terms || before.versions.Lines != v.Lines, w.readLines},
		{terms || before.versions.Lines != v.Lines, w.readCovers},
		{terms || before.versions != v, w.readFindings},
	} {
		if !step.due {
			continue
		}
		if err := step.do(ctx, o); err != nil {
			return nil, fmt.Errorf("work out petition %s: %w", petitionID, err)
		}
	}
	if err := w.correct(ctx, o); err != nil {
		return nil, fmt.Errorf("work out petition %s: %w", petitionID, err)
	}
	w.settle()
	w.signed = w.signers()
	w.shown = w.view()
	return w, nil
}

// readTerms reads what the lines are held to. Everything rests on it, so
// everything is read again.
func (w *counted) readTerms(ctx context.Context, o *Office) (err error) {
	if w.petition, err = o.Store.Petition(ctx, w.petition.ID); err != nil {
		return err
	}
	if w.rules, err = verify.ReadRules(strings.NewReader(w.petition.Rules), "of the petition"); err != nil {
		return err
	}
	verified, err := time.Parse(time.DateOnly, w.day)
	if err != nil {
		return err
	}
	w.dates = verify.Dates{Received: w.petition.ReceivedOn, Verified: verified}
	if w.purged, err = o.readPurged(ctx, w.petition.ID); err != nil {
		return err
	}
	w.matcher = nil
	if w.petition.SnapshotID != "" && !w.purged.frozen {
		if w.matcher, err = o.rolls.Matcher(ctx, w.petition.SnapshotID); err != nil {
			return err
		}
	}
	w.lines = nil
	return nil
}

// readLines takes lines out of the store, those that did not change as they are.
func (w *counted) readLines(ctx context.Context, o *Office) (err error) {
	if w.uploads, err = o.Store.Uploads(ctx, w.petition.ID); err != nil {
		return err
	}
	var names []string
	for _, u := range w.uploads {
		names = append(names, u.Name)
	}
	w.names = map[string]string{}
	for i, name := range report.FileNames(names) {
		w.names[w.uploads[i].ID] = name
	}
	if w.pages, err = o.Store.Pages(ctx, w.petition.ID); err != nil {
		return err
	}
	w.printed = account(w.pages)
	if w.repairs, err = o.Store.Repairs(ctx, w.petition.ID); err != nil {
		return err
	}
	kept, err := o.Store.Lines(ctx, w.petition.ID)
	if err != nil {
		return err
	}
	before := make(map[string]*caseLine, len(w.lines))
	for _, l := range w.lines {
		before[l.ID] = l
	}
	lines := make([]*caseLine, len(kept))
	w.at, w.refs = make(map[string]int, len(kept)), make(map[verify.Ref]int, len(kept))
	for i, k := range kept {
		ref := verify.Ref{File: w.names[k.UploadID], Page: k.Page, Row: k.Number}
		hash := o.hash(k)
		if old := before[k.ID]; old != nil && old.hash == hash && old.ref == ref {
			lines[i] = old
		} else if lines[i], err = w.open(k, ref, hash); err != nil {
			return err
		}
		w.at[k.ID], w.refs[ref] = i, i
	}
	w.lines = lines
	return nil
}

func (o *Office) hash(l store.Line) uint64 {
	var h maphash.Hash
	h.SetSeed(o.seed)
	h.Write(l.Row)
	h.WriteByte(0)
	h.Write(l.Match)
	h.WriteByte(0)
	h.WriteString(l.SnapshotID)
	h.WriteByte(0)
	h.WriteString(l.Picture)
	return h.Sum64()
}

// open takes a line out of its bytes. One that is not matched with the
// petition's snapshot has no candidates yet.
func (w *counted) open(kept store.Line, ref verify.Ref, hash uint64) (*caseLine, error) {
	if v, ok := w.purged.verdicts[kept.ID]; ok {
		return v.line(kept, ref, hash), nil
	}
	row, err := DecodeRow(kept.Row)
	if err != nil {
		return nil, fmt.Errorf("line %s: %w", kept.ID, err)
	}
	l := &caseLine{hash: hash, ref: ref, read: verify.Match{Nobody: 1}}
	l.matched = w.matcher != nil && len(kept.Match) > 0 && kept.SnapshotID == w.petition.SnapshotID
	if l.matched {
		if l.read, err = DecodeMatch(kept.Match, w.matcher.Roll()); err != nil {
			return nil, fmt.Errorf("line %s: %w", kept.ID, err)
		}
	}
	if l.read.Guess != nil {
		row.Fields = l.read.Guess.Apply(row.Fields)
	}
	kept.Row, kept.Match = nil, nil
	l.Line = kept
	l.read.Line = verify.Line{Ref: ref, Row: row}
	l.show(w, l.read)
	return l, nil
}

// show makes a match the one that counts and puts it into the words of pages.
func (l *caseLine) show(w *counted, m verify.Match) {
	l.current = m
	l.fields = fieldsOf(m.Line.Row)
	l.candidates = nil
	for _, c := range m.Candidates {
		l.candidates = append(l.candidates, w.candidate(m.Line.Row, c))
	}
}

// readFindings sorts what people found by line.
func (w *counted) readFindings(ctx context.Context, o *Office) (err error) {
	if w.findings, err = o.Store.Findings(ctx, w.petition.ID); err != nil {
		return err
	}
	w.found = make([][]store.Finding, len(w.lines))
	for _, f := range w.findings {
		if i, ok := w.at[f.LineID]; ok { // not of an excluded file
			w.found[i] = append(w.found[i], f)
		}
	}
	points, err := o.Store.OpenPoints(ctx, w.petition.ID)
	if err != nil {
		return err
	}
	w.waiting = 0
	for _, p := range points {
		if p.Settled == "" {
			w.waiting++
		}
	}
	return nil
}

// evidence is what there is of each line: what was read, and what people found.
func (w *counted) evidence() ([]verify.Match, [][]verify.Finding) {
	matches, found := make([]verify.Match, len(w.lines)), make([][]verify.Finding, len(w.lines))
	for i, l := range w.lines {
		matches[i], found[i] = l.current, w.findingsOf(i)
	}
	return matches, found
}

// settle decides and counts. Lines that wait for the export count as open.
func (w *counted) settle() {
	matches, found := w.evidence()
	w.decisions = verify.Settle(w.rules, w.dates, matches, found)
	w.settleFrozen()
	for i := range w.decisions {
		d := &w.decisions[i]
		if l := w.lines[i]; l.matched || d.ByPeople() || d.Verdict != verify.Uncertain {
			continue
		}
		d.Because, d.Look, d.Needs, d.Odds = "Not compared with the membership export yet.", "", needsMatch, unmatchedOdds
	}
	w.tally = verify.Count(w.decisions, w.rules)
	if w.purged.frozen {
		w.tally.Outlook = w.purged.kept.Outlook // it needs the candidates
	}
	w.tally.Outlook.Next = slices.DeleteFunc(w.tally.Outlook.Next, func(i int) bool { return w.decisions[i].Needs == needsMatch })
}

// needsMatch is of lines that wait for the membership export. How many of them
// will count nobody can know; most do.
const (
	needsMatch    verify.Needs = "match"
	unmatchedOdds              = 0.8
)

// view puts all of it into the words of pages.
func (w *counted) view() *Case {
	c := &Case{
		PetitionID: w.petition.ID, Version: w.versions.String(), SnapshotID: w.petition.SnapshotID,
		Lines: make([]Line, len(w.lines)), Count: w.count(),
		Purpose: w.cover.Cover.Purpose, PurposeFile: w.cover.CoverFile, PurposePage: w.cover.CoverPage, Group: w.cover.Cover.Group,
		SecondReviewer: w.rules.SecondReviewer,
	}
	for _, o := range w.cover.Organizers {
		c.Organizers = append(c.Organizers, Organizer{Name: o.Name, Address: o.Address, Signed: string(o.Signed), MemberID: o.MemberID})
	}
	c.Printed, c.Sheets = report.PrintedRemarks(w.printed, w.petition.ID), len(w.printed) > 0
	w.checks(c)
	for i := range w.lines {
		c.Lines[i] = w.line(i)
		if n := len(c.Pages); n > 0 && c.Pages[n-1].PageID == w.lines[i].PageID {
			c.Pages[n-1].To = i + 1
		} else {
			c.Pages = append(c.Pages, PageLines{PageID: w.lines[i].PageID, From: i, To: i + 1})
		}
	}
	return c
}

// count is the tally in the words of pages.
func (w *counted) count() Count {
	t, o := w.tally, w.tally.Outlook
	c := Count{
		Rows: t.Rows, Valid: t.Valid, Invalid: t.Invalid, Uncertain: t.Uncertain, Required: t.Required,
		Guaranteed: o.Guaranteed, Possible: o.Possible, Expected: o.Expected, Enough: o.Enough, Certain: o.Certain(t.Required) && w.waiting == 0,
		Open: w.waiting, Outcome: report.Outcome(t), ByReason: map[string]int{}, Doubts: map[string]int{}, Needs: map[string]int{}, Next: o.Next,
	}
	for r, n := range t.ByReason {
		c.ByReason[string(r)] = n
	}
	for r, n := range t.Doubts {
		c.Doubts[string(r)] = n
	}
	var open []int
	for i := range w.decisions {
		d := &w.decisions[i]
		if d.Verdict == verify.Uncertain {
			c.Needs[string(d.Needs)]++
			if d.Needs != verify.NeedsOther && d.Needs != needsMatch {
				open = append(open, i)
			}
		}
		if d.ByPeople() && d.Verdict != verify.Uncertain {
			c.ByPerson++
		}
	}
	if len(c.Next) == 0 {
		c.Next = open // the outcome is certain, but whoever wants may look on
	}
	return c
}

// signers lists the lines that are decided to be a member's, by number.
func (w *counted) signers() map[string][]string {
	out := map[string][]string{}
	for i := range w.decisions {
		if d := &w.decisions[i]; d.MemberID != "" && (d.Verdict == verify.Valid || d.Reason == verify.Duplicate) {
			out[d.MemberID] = append(out[d.MemberID], w.lines[i].ID)
		}
	}
	return out
}

// readCovers looks for what the pages say of the petition as a whole.
func (w *counted) readCovers(ctx context.Context, o *Office) error {
	excluded := map[string]bool{}
	for _, u := range w.uploads {
		excluded[u.ID] = u.Excluded
	}
	covers := map[string]extract.Cover{}
	w.cover = covered{}
	if w.purged.frozen {
		w.cover.Petition = w.keptCover()
		return nil
	}
	for _, p := range w.pages {
		if p.Sheet == "" || p.Kind == string(extract.Blank) || excluded[p.UploadID] || p.Excluded || p.FiledUnder != "" {
			continue
		}
		if c := &w.cover.Petition; c.Cover.Group != "" && c.Cover.Purpose != "" && len(c.Cover.Organizers) > 0 {
			break // nothing more can be added
		}
		cover, ok := w.covers[p.Sheet]
		if !ok {
			s, err := o.sheet(ctx, p.Sheet)
			if err != nil {
				return fmt.Errorf("page %s: %w", p.ID, err)
			}
			cover = s.Cover
		}
		covers[p.Sheet] = cover
		w.cover.Petition.AddCover(cover, w.names[p.UploadID], p.Number)
	}
	w.covers = covers
	if err := w.correctCover(); err != nil {
		return err
	}
	for _, o := range w.cover.Cover.Organizers {
		found := report.Organizer{Organizer: o}
		if w.matcher != nil {
			found.MemberID = w.matcher.MatchOrganizer(o.Name, o.Address)
		}
		w.cover.Organizers = append(w.cover.Organizers, found)
	}
	return nil
}

// correctCover puts what a person last said of purpose and organizers in the place of what was
// read.
func (w *counted) correctCover() error {
	for _, r := range slices.Backward(w.repairs) {
		if r.Kind != RepairCover || !r.UndoneAt.IsZero() || r.Data == "" {
			continue
		}
		var data repairData
		if err := json.Unmarshal([]byte(r.Data), &data); err != nil {
			return fmt.Errorf("read repair %s: %w", r.ID, err)
		}
		c := &w.cover.Petition
		c.Cover.Purpose, c.Cover.Organizers = data.Cover.Purpose, nil
		for _, o := range data.Cover.Organizers {
			c.Cover.Organizers = append(c.Cover.Organizers, extract.Organizer{Name: o.Name, Address: o.Address, Signed: extract.Signed(o.Signed)})
		}
		return nil
	}
	return nil
}

// sheet is what was read on a page, lattices and all.
func (o *Office) sheet(ctx context.Context, sum string) (extract.Sheet, error) {
	data, err := o.blob(ctx, sum)
	if err != nil {
		return extract.Sheet{}, err
	}
	return extract.DecodeSheet(data)
}

func (o *Office) blob(ctx context.Context, sum string) ([]byte, error) {
	f, err := o.Blobs.Open(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// roll is the petition's, nil where it has none yet.
func (w *counted) roll() *roll.Roll {
	if w.matcher == nil {
		return nil
	}
	return w.matcher.Roll()
}
