package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
	"countersign/verify/name"
)

// The lines of a petition, or of all, as a table. A line in it takes some 500 bytes, so that
// those of many petitions stay ready when what was worked out of each is let go; what did not
// change since is not worked out again.

// TableLine is a line as a table shows it.
type TableLine struct {
	PetitionID, Petition string
	ID, PageID, Upload   string
	File                 string
	Page, Number         int
	Picture              string
	Read                 string // what was read, the fields after one another
	Name                 string // as read
	Verdict              string
	Reason, ReasonWord   string
	Because              string
	MemberID, Member     string // whom it was matched to; empty for nobody
	Probability          float64
	Decided              string // program or person
	Needs                string

	key string // folded, of all that is searched
}

// TableQuery says which lines, in which order. All conditions must hold; an empty one does.
type TableQuery struct {
	Petition string
	Preset   string // see Presets
	Verdict  string
	Reason   string
	Decided  string
	Upload   string
	Text     string // words that all stand in what was read, the member, the number or the file
	// place, name, member, verdict, reason or probability; with a minus before it the other way
	Sort   string
	Offset int
	Limit  int // at least 1
}

// TablePage is a part of a table.
type TablePage struct {
	Lines []TableLine
	From  int // place of the first of them among those that fit
	Found int // lines that fit
	All   int // lines of the petition, or of all

	Stale bool // something changed since, which is being worked out
}

// Preset is a question that is often asked of lines.
type Preset struct{ Key, Word string }

// Presets lists what is often asked.
func Presets() []Preset {
	return []Preset{{"", "All lines"}, {"uncertain", "Uncertain"}, {"automatic-valid",
		"Automatic valid"}, {"automatic-invalid", "Automatic invalid"},
		{"duplicates", "Duplicates"}, {"struck", "Struck"}, {"unsigned", "Unsigned"},
		{"not-found", "Not found"}, {"people", "Decided by people"}}
}

func (l *TableLine) fits(preset string) bool {
	switch preset {
	case "":
		return true
	case "uncertain":
		return l.Verdict == "uncertain"
	case "automatic-valid":
		return l.Verdict == "valid" && l.Decided == "program"
	case "automatic-invalid":
		return l.Verdict == "invalid" && l.Decided == "program"
	case "duplicates":
		return l.Verdict == "invalid" && l.Reason == "duplicate"
	case "struck", "unsigned", "not-found":
		return l.Verdict == "invalid" && l.Reason == preset
	case "people":
		return l.Decided == "person" && l.Verdict != "uncertain"
	}
	return false
}

// tables are those held ready, by petition.
type tables struct {
	mu   sync.Mutex
	held map[string]*heldTable
}

type heldTable struct {
	mu      sync.Mutex
	of      tableOf
	lines   []*TableLine
	working *tableWork // nil while nobody brings it up to date
}

// tableOf is the state of a petition that a table shows.
type tableOf struct {
	versions store.Versions
	day      string
}

// tableWork is a table being brought up to date, and what came of it.
type tableWork struct {
	done  chan struct{}
	lines []*TableLine
	err   error
}

// A large petition is settled as a whole when its files or its terms change, which takes
// seconds. A table of it that is only a little old is shown after a moment, and says so.
const (
	largeTable = 10_000 // lines
	mostWait   = 200 * time.Millisecond
)

// Table finds lines of the petitions that somebody sees.
func (o *Office) Table(ctx context.Context, sight Sight, q TableQuery) (TablePage, error) {
	var page TablePage
	petitions, err := o.tabled(ctx, q.Petition)
	if err != nil {
		return page, err
	}
	var found []*TableLine
	words := strings.Fields(name.Fold(q.Text))
	for _, p := range petitions {
		if !sight.Sees(p.ID) {
			continue
		}
		lines, stale, err := o.table(ctx, p)
		if err != nil {
			return page, err
		}
		page.Stale = page.Stale || stale
		page.All += len(lines)
		for _, l := range lines {
			if q.takes(l, words) {
				found = append(found, l)
			}
		}
	}
	if order := orderOf(strings.TrimPrefix(q.Sort, "-")); order != nil {
		slices.SortStableFunc(found, order)
	}
	if strings.HasPrefix(q.Sort, "-") {
		slices.Reverse(found)
	}
	page.Found = len(found)
	if page.From = max(q.Offset, 0); page.From >= len(found) {
		page.From = max(len(found)-1, 0) / q.Limit * q.Limit // the last page
	}
	for _, l := range found[page.From:min(page.From+q.Limit, len(found))] {
		page.Lines = append(page.Lines, *l)
	}
	return page, nil
}

func (o *Office) tabled(ctx context.Context, petitionID string) ([]store.Petition, error) {
	if petitionID != "" {
		p, err := o.Store.Petition(ctx, petitionID)
		return []store.Petition{p}, err
	}
	return o.Store.PetitionsAlone(ctx)
}

func (q *TableQuery) takes(l *TableLine, words []string) bool {
	if q.Verdict != "" && l.Verdict != q.Verdict || q.Reason != "" && l.Reason != q.Reason ||
		q.Decided != "" && l.Decided != q.Decided ||
		q.Upload != "" && l.Upload != q.Upload || !l.fits(q.Preset) {
		return false
	}
	for _, w := range words {
		if !strings.Contains(l.key, w) {
			return false
		}
	}
	return true
}

// orderOf compares lines; nil for the order of files, pages and rows, which they have.
func orderOf(key string) func(a, b *TableLine) int {
	switch key {
	case "name":
		return func(a, b *TableLine) int { return cmp.Compare(a.key, b.key) }
	case "member":
		return func(a, b *TableLine) int { return cmp.Compare(a.Member, b.Member) }
	case "verdict":
		return func(a, b *TableLine) int { return cmp.Compare(a.Verdict, b.Verdict) }
	case "reason":
		return func(a, b *TableLine) int { return cmp.Compare(a.Reason, b.Reason) }
	case "probability":
		return func(a, b *TableLine) int { return cmp.Compare(a.Probability, b.Probability) }
	}
	return nil
}

// table is the lines of a petition, and whether something changed since. What it holds is
// replaced, not changed.
func (o *Office) table(ctx context.Context, p store.Petition) (lines []*TableLine, stale bool,
	err error) {
	v, err := o.Store.Versions(ctx, p.ID)
	if err != nil {
		return nil, false, err
	}
	t := o.tables.of(p.ID)
	t.mu.Lock()
	if t.lines != nil && t.of == (tableOf{v, o.today()}) {
		defer t.mu.Unlock()
		return t.lines, false, nil
	}
	if t.working == nil {
		t.working = &tableWork{done: make(chan struct{})}
		// for all who wait, not for one
		go o.bringUp(context.WithoutCancel(ctx), t, t.working, p.ID)
	}
	work, old := t.working, t.lines
	t.mu.Unlock()
	var enough <-chan time.Time // never, where there is nothing to show
	if len(old) > largeTable {
		timer := time.NewTimer(mostWait)
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-work.done:
		return work.lines, false, work.err
	case <-enough:
		return old, true, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// bringUp brings a table up to date, and tells those who wait.
func (o *Office) bringUp(ctx context.Context, t *heldTable, work *tableWork, petitionID string) {
	today := o.today() // which may pass meanwhile
	w, err := o.current(ctx, petitionID)
	if err != nil {
		work.err = fmt.Errorf("list the lines of petition %s: %w", petitionID, err)
	} else {
		work.lines = w.table()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.working = nil; err == nil {
		t.of, t.lines = tableOf{w.versions, today}, work.lines
	}
	close(work.done)
}

func (ts *tables) of(petitionID string) *heldTable {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.held == nil {
		ts.held = map[string]*heldTable{}
	}
	t := ts.held[petitionID]
	if t == nil {
		t = &heldTable{}
		ts.held[petitionID] = t
	}
	return t
}

// table puts all lines into a table, those that did not change since an earlier one as they
// are there.
func (w *counted) table() []*TableLine {
	out := make([]*TableLine, len(w.views))
	verify.Each(len(out), func(i int) { out[i] = w.views[i].inTable() })
	return out
}

func (v *lineView) inTable() *TableLine {
	v.tabled.Do(func() { v.table = v.tableLine() })
	return v.table
}

func (v *lineView) tableLine() *TableLine {
	l, d := v.of, v.decision
	t := &TableLine{PetitionID: v.petition.ID, Petition: v.petition.Title, ID: l.ID,
		PageID: l.PageID, Upload: l.UploadID, File: l.ref.File, Page: l.ref.Page,
		Number: l.ref.Row, Picture: l.Picture, Verdict: string(d.Verdict), Reason: string(d.Reason),
		ReasonWord: report.ReasonWord(d.Reason), Because: d.Because,
		MemberID: d.MemberID, Probability: d.Probability, Decided: "program",
		Needs: string(d.Needs)}
	if d.ByPeople() {
		t.Decided = "person"
	}
	var read []string
	for _, f := range report.Fields() {
		if r := l.current.Line.Fields[f.Key]; r.Text != "" {
			read = append(read, r.Text)
		}
	}
	t.Name = l.current.Line.Fields[extract.Name].Text
	t.Read = strings.Join(read, " · ")
	for k := range d.Candidates {
		if m := d.Candidates[k].Member; m.ID == d.MemberID {
			t.Member = m.FullName()
		}
	}
	var key strings.Builder
	for _, part := range append(read, t.Member, t.MemberID, t.File) {
		key.WriteString(name.Fold(part))
		key.WriteByte(' ')
	}
	t.key = key.String()
	return t
}
