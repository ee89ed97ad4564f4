package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/internal/office/kept"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/roll"
)

// counted is a petition settled and counted, with all that it was made of, so
// that the next time only what changed is made again. Nothing of it is changed
// once it is made, and it may be read by several goroutines.
type counted struct {
	*terms
	versions store.Versions

	uploads  []store.Upload
	pages    []store.Page
	printed  []extract.Printed
	repairs  []store.Repair
	covers   map[string]extract.Cover
	cover    covered
	lines    []*caseLine
	findings []store.Finding
	found    [][]store.Finding // by line
	waiting  int               // open points that nobody settled

	decisions []*verify.Decision
	tally     verify.Tally
	open      []int // undecided lines that somebody may look at, by place
	blind     []BlindLine
	checked   int // findings of those who looked once more
	views     []*lineView
	shown     *Case

	// settled is the one part that changes: who brings a petition up to date goes on with it.
	settled *verify.Settlement
}

// terms are what the lines of a petition are held to, and which there are. They are the same
// as long as people only find something of lines.
type terms struct {
	day      string
	petition store.Petition
	rules    verify.Rules
	dates    verify.Dates
	matcher  *verify.Matcher    // nil where the petition has no snapshot yet
	names    map[string]string  // of files, by upload
	at       map[string]int     // places in lines, by line ID
	refs     map[verify.Ref]int // the same
	byPage   map[string]pageLines
	remarks  []string // on printed sheets
	purged   purged
	signed   *signed
}

// pageLines are the places of the lines on a page, from one to before another.
type pageLines struct{ from, to int }

// caseLine is a line as it came from the store, taken out of its bytes once.
type caseLine struct {
	store.Line // without Row and Match
	hash       uint64
	ref        verify.Ref
	read       verify.Match

	// What corrections make of it: read itself, where there are none.
	corrections string
	current     verify.Match
}

// covered is what the pages say of the petition.
type covered struct {
	report.Petition // Cover, CoverFile, CoverPage and Organizers only
}

// recount brings a petition up to date. before is how it was, nil for never.
func (o *Office) recount(ctx context.Context, petitionID string, v store.Versions, day string,
	before *counted) (w *counted, err error) {
	if before != nil && before.day == day && before.versions.Terms == v.Terms &&
		before.versions.Purged == v.Purged && before.versions.Lines == v.Lines &&
		!before.purged.frozen {
		w, err = before.goOn(ctx, o)
	} else {
		w, err = o.begin(ctx, petitionID, v, day, before)
	}
	if err != nil {
		return nil, fmt.Errorf("work out petition %s: %w", petitionID, err)
	}
	w.versions = v
	w.shown = w.view()
	return w, nil
}

// begin reads and settles all of a petition.
func (o *Office) begin(ctx context.Context, petitionID string, v store.Versions, day string,
	before *counted) (*counted, error) {
	w := &counted{terms: &terms{day: day}, covers: map[string]extract.Cover{}}
	w.petition.ID = petitionID
	if before != nil {
		*w = *before
		same := *before.terms
		w.terms = &same
	}
	if before == nil || before.versions.Terms != v.Terms || before.versions.Purged != v.Purged ||
		before.day != day {
		w.day = day
		if err := w.readTerms(ctx, o); err != nil {
			return nil, err
		}
	}
	for _, step := range []func(context.Context, *Office) error{w.readLines, w.readCovers,
		w.readFindings, w.correct} {
		if err := step(ctx, o); err != nil {
			return nil, err
		}
	}
	w.settle()
	return w, nil
}

// goOn adds to a petition what people found since.
func (before *counted) goOn(ctx context.Context, o *Office) (*counted, error) {
	next := *before
	w := &next
	fresh, err := o.Store.FindingsAfter(ctx, w.petition.ID, before.lastFound())
	if err != nil {
		return nil, err
	}
	if w.waiting, err = o.Store.OpenWaiting(ctx, w.petition.ID); err != nil {
		return nil, err
	}
	if len(fresh) == 0 {
		return w, nil
	}
	w.findings = append(w.findings, fresh...)
	w.found = slices.Clone(w.found)
	var touched []int
	for _, f := range fresh {
		if i, ok := w.at[f.LineID]; ok { // not of an excluded file
			w.found[i] = append(slices.Clip(w.found[i]), f)
			touched = append(touched, i)
		}
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	if err := w.correctThese(ctx, o, touched); err != nil {
		return nil, err
	}
	w.settleThese(before, touched)
	return w, nil
}

// lastFound is when the last finding was made. Each is later than those before it.
func (w *counted) lastFound() time.Time {
	if len(w.findings) == 0 {
		return time.Time{}
	}
	return w.findings[len(w.findings)-1].At
}

// readTerms reads what the lines are held to. Everything rests on it, so
// everything is read again.
func (w *counted) readTerms(ctx context.Context, o *Office) (err error) {
	if w.petition, err = o.Store.Petition(ctx, w.petition.ID); err != nil {
		return err
	}
	if w.rules, err = verify.ReadRules(strings.NewReader(w.petition.Rules),
		"of the petition"); err != nil {
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
	w.at, w.refs, w.byPage = make(map[string]int, len(kept)), make(map[verify.Ref]int, len(kept)),
		map[string]pageLines{}
	for i, k := range kept {
		ref := verify.Ref{File: w.names[k.UploadID], Page: k.Page, Row: k.Number}
		w.at[k.ID], w.refs[ref] = i, i
		on, ok := w.byPage[k.PageID]
		if !ok {
			on.from = i
		}
		on.to = i + 1
		w.byPage[k.PageID] = on
	}
	errs := make([]error, len(kept))
	verify.Each(len(kept), func(i int) {
		k := kept[i]
		ref := verify.Ref{File: w.names[k.UploadID], Page: k.Page, Row: k.Number}
		hash := o.hash(k)
		if old := before[k.ID]; old != nil && old.hash == hash && old.ref == ref {
			lines[i] = old
		} else {
			lines[i], errs[i] = w.take(k, ref, hash)
		}
	})
	w.lines, w.remarks = lines, report.PrintedRemarks(w.printed, w.petition.ID)
	return errors.Join(errs...)
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

// take takes a line out of its bytes. One that is not matched with the
// petition's snapshot has no candidates yet.
func (w *counted) take(stored store.Line, ref verify.Ref, hash uint64) (*caseLine, error) {
	if v, ok := w.purged.verdicts[stored.ID]; ok {
		return v.line(stored, ref, hash), nil
	}
	row, err := kept.DecodeRow(stored.Row)
	if err != nil {
		return nil, fmt.Errorf("line %s: %w", stored.ID, err)
	}
	l := &caseLine{hash: hash, ref: ref, read: verify.Match{Nobody: 1, Waits: true}}
	if w.matcher != nil && len(stored.Match) > 0 && stored.SnapshotID == w.petition.SnapshotID {
		if l.read, err = kept.DecodeMatch(stored.Match, w.matcher.Roll()); err != nil {
			return nil, fmt.Errorf("line %s: %w", stored.ID, err)
		}
	}
	stored.Row, stored.Match = nil, nil
	l.Line = stored
	l.read.Line = verify.Line{Ref: ref, Row: row}
	l.current = l.read
	return l, nil
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
	w.waiting, err = o.Store.OpenWaiting(ctx, w.petition.ID)
	return err
}

// evidence is what there is of each line: what was read, and what people found.
func (w *counted) evidence() ([]verify.Match, [][]verify.Finding) {
	matches, found := make([]verify.Match, len(w.lines)), make([][]verify.Finding, len(w.lines))
	for i, l := range w.lines {
		matches[i], found[i] = l.current, w.findingsOf(i)
	}
	return matches, found
}

// settle decides and counts all lines. Those that wait for the export count as open.
func (w *counted) settle() {
	read, found := make([]verify.Match, len(w.lines)), make([][]verify.Finding, len(w.lines))
	for i, l := range w.lines {
		read[i], found[i] = l.read, w.findingsOf(i)
	}
	w.settled = verify.NewSettlement(w.rules, w.dates, read, found)
	for i, l := range w.lines {
		if l.corrections != "" {
			w.settled.Change(i, l.current, found[i])
		}
	}
	w.settled.Settle()
	w.decisions = w.settled.Decisions()
	w.tally, w.open = w.settled.Tally(), w.settled.Open()
	if w.purged.frozen {
		w.settleFrozen()
	}
	w.signed = newSigned(w)
	w.blind, w.checked = nil, 0
	blind := make([]*BlindLine, len(w.lines))
	verify.Each(len(w.lines), func(i int) { blind[i] = w.asked(i) })
	w.views = make([]*lineView, len(w.lines))
	for i := range w.lines {
		w.views[i] = w.newView(i)
		w.checked += checks(w.found[i])
		if blind[i] != nil {
			w.blind = append(w.blind, *blind[i])
		}
	}
	slices.SortFunc(w.blind, byDraw)
}

// settleThese decides and counts anew what findings on some lines touch.
func (w *counted) settleThese(before *counted, touched []int) {
	for _, i := range touched {
		w.settled.Change(i, w.lines[i].current, w.findingsOf(i))
		w.checked += checks(w.found[i]) - checks(before.found[i])
	}
	w.decisions, w.views, w.blind = slices.Clone(w.decisions), slices.Clone(w.views),
		slices.Clone(w.blind)
	shown := map[int32]bool{} // anew
	for _, i := range w.settled.Settle() {
		old := w.decisions[i]
		w.decisions[i] = w.settled.Decision(int(i))
		if shown[i] = true; w.signed.replace(int(i), old, w.decisions[i]) {
			for _, j := range w.settled.Near(int(i)) {
				shown[j] = true
			}
		}
		w.blind = slices.DeleteFunc(w.blind, func(b BlindLine) bool { return b.At == int(i) })
		if b := w.asked(int(i)); b != nil {
			at, _ := slices.BinarySearchFunc(w.blind, *b, byDraw)
			w.blind = slices.Insert(w.blind, at, *b)
		}
	}
	for i := range shown {
		w.views[i] = w.newView(int(i))
	}
	w.tally, w.open = w.settled.Tally(), w.settled.Open()
}

// view puts all of it into the words of pages, the lines as far as they are asked for.
func (w *counted) view() *Case {
	c := &Case{
		PetitionID: w.petition.ID, Version: w.versions.String(), SnapshotID: w.petition.SnapshotID,
		Count:   w.count(),
		Purpose: w.cover.Cover.Purpose, PurposeFile: w.cover.CoverFile,
		PurposePage: w.cover.CoverPage, Group: w.cover.Cover.Group,
		Printed: w.remarks, Sheets: len(w.printed) > 0, SecondReviewer: w.rules.SecondReviewer,
		Blind: w.blind, views: w.views, terms: w.terms,
	}
	for _, o := range w.cover.Organizers {
		c.Organizers = append(c.Organizers, Organizer{Name: o.Name, Address: o.Address,
			Signed: string(o.Signed), MemberID: o.MemberID})
	}
	return c
}

// count is the tally in the words of pages.
func (w *counted) count() Count {
	t, o := w.tally, w.tally.Outlook
	c := Count{
		Rows: t.Rows, Valid: t.Valid, Invalid: t.Invalid, Uncertain: t.Uncertain,
		Required:   t.Required,
		Guaranteed: o.Guaranteed, Possible: o.Possible, Expected: o.Expected, Enough: o.Enough,
		Certain: o.Certain(t.Required) && w.waiting == 0,
		Open:    w.waiting, Outcome: report.Outcome(t), ByReason: map[string]int{},
		Doubts: map[string]int{}, Needs: map[string]int{}, Next: o.Next,
	}
	for r, n := range t.ByReason {
		c.ByReason[string(r)] = n
	}
	for r, n := range t.Doubts {
		c.Doubts[string(r)] = n
	}
	for n, lines := range t.Needs {
		c.Needs[string(n)] = lines
	}
	c.ByPerson, c.Checked = t.ByPeople, w.checked
	if len(c.Next) == 0 {
		c.Next = w.open // the outcome is certain, but whoever wants may look on
	}
	return c
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
		if p.Sheet == "" || p.Kind == string(extract.Blank) || excluded[p.UploadID] || p.Excluded ||
			p.FiledUnder != "" {
			continue
		}
		if c := &w.cover.Petition; c.Cover.Group != "" && c.Cover.Purpose != "" &&
			len(c.Cover.Organizers) > 0 {
			break // nothing more can be added
		}
		cover, ok := w.covers[p.Sheet]
		if !ok {
			data, err := o.blob(ctx, p.Sheet)
			if err == nil {
				cover, err = extract.DecodeCover(data)
			}
			if err != nil {
				return fmt.Errorf("page %s: %w", p.ID, err)
			}
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
			c.Cover.Organizers = append(c.Cover.Organizers, extract.Organizer{Name: o.Name,
				Address: o.Address, Signed: extract.Signed(o.Signed)})
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
func (w *terms) roll() *roll.Roll {
	if w.matcher == nil {
		return nil
	}
	return w.matcher.Roll()
}
