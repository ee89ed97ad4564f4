package office

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/internal/blob"
	"countersign/internal/store"
	"countersign/report"
	"countersign/report/register"
	"countersign/report/workbook"
)

// archive is an office whose petitions grow old.
type archive struct {
	*registry
	*Purger
	rules string // of petitions
	log   *bytes.Buffer
}

func newArchive(t *testing.T) *archive { return newArchiveIn(t, t.TempDir()) }

func newArchiveIn(t *testing.T, data string) *archive {
	a := &archive{registry: newRegistryIn(t, data), log: &bytes.Buffer{}}
	o := a.registry.office
	o.scan = "Ana Ruiz.pdf"
	a.Purger = &Purger{store: o.Store, blobs: o.files, office: o.Office, now: func() time.Time {
		return o.now
	}, log: slog.New(slog.NewTextHandler(a.log, nil))}
	return a
}

// closed hands the sample in, decides a line of it, certifies and closes it.
func (a *archive) closed(id string) *Case {
	o := a.registry.office
	o.t.Helper()
	ctx := o.t.Context()
	s, err := o.Store.CurrentSnapshot(ctx)
	if errors.Is(err, store.ErrNotFound) {
		s = o.snapshot(sampleExport(o.t))
	}
	o.petition(id, a.rules, s.ID, readSample(o.t))
	line, member := undecided(o.t, o.look(id))
	o.find(store.Finding{LineID: line.ID, By: "ann", Kind: "correct", Fields: map[string]string{
		"name": member.Name}, Note: "She told me on the telephone."})
	o.find(store.Finding{LineID: line.ID, By: "ann", Kind: "accept", MemberID: member.ID})
	c := o.look(id)
	counts, err := EncodeCertified(c.Count)
	a.must(err)
	_, err = o.Store.AddTally(ctx, store.Tally{PetitionID: id, Version: c.Version, Counts: counts,
		SnapshotID: s.ID, By: "cho", At: o.now})
	a.must(err)
	today := o.now.Format(time.DateOnly)
	a.must(a.step(id, "submit", today))
	a.must(a.step(id, "withdraw", today, "rationale", "The organizers asked."))
	return o.look(id)
}

// named puts a person's name wherever people write one: into what the packet lacked,
// why it was withdrawn, what could not be read.
func (a *archive) named(id string) *Case {
	o := a.registry.office
	o.t.Helper()
	ctx := o.t.Context()
	pages, err := o.Store.Pages(ctx, id)
	a.must(err)
	a.must(o.Store.Fail(ctx, store.Failure{PageID: pages[0].ID, Stage: store.Extract,
		Text: "Ana Ruiz.pdf, page 1, could not be read."}))
	life, err := a.Life(ctx, id, []store.Role{store.Chair}, register.AsOf{})
	a.must(err)
	a.must(a.AddToLife(ctx, id, NewStep{Kind: "undo", On: o.now, Undoes: life.Undo},
		chairOf(a.registry)))
	a.must(a.step(id, "deficiency", "2026-11-20", "missing", "Ana Ruiz lacks an address"))
	a.must(a.step(id, "withdraw", "2026-11-20", "rationale", "Ana Ruiz asked for it"))
	return o.look(id)
}

// keptText is what the store still says in words of a petition.
func (a *archive) keptText(id string) map[string]string {
	o := a.registry.office
	o.t.Helper()
	ctx, out := o.t.Context(), map[string]string{}
	uploads, err := o.Store.Uploads(ctx, id)
	a.must(err)
	pages, err := o.Store.Pages(ctx, id)
	a.must(err)
	failures, err := o.Store.Failures(ctx, id)
	a.must(err)
	events, err := o.Store.Events(ctx, ofPetition, id)
	a.must(err)
	audit, err := o.Store.Audit(ctx, 0, 1000)
	a.must(err)
	frozen, err := o.Store.Frozen(ctx, id)
	a.must(err)
	for what, of := range map[string]any{"a file": uploads, "a page": pages, "a failure": failures,
		"an event": events, "the audit log": audit, "what is frozen": frozen.Data} {
		out[what] = fmt.Sprintf("%s", of)
	}
	return out
}

// bare withdraws a petition of which nothing came.
func (a *archive) bare(id string) error {
	o := a.registry.office
	e, err := o.Store.AddEvent(o.t.Context(), store.Event{Of: ofPetition, Subject: id,
		Kind: "submit", On: o.now, At: o.now, By: "cho"}, "")
	if err == nil {
		_, err = o.Store.AddEvent(o.t.Context(), store.Event{Of: ofPetition, Subject: id,
			Kind: "withdraw", On: o.now, At: o.now, By: "cho"}, e.ID)
	}
	return err
}

func (a *archive) book(id, kind string) []byte {
	a.registry.office.t.Helper()
	var b bytes.Buffer
	a.must(a.registry.office.Workbook(a.registry.office.t.Context(), id, kind, &b))
	return b.Bytes()
}

func (a *archive) have(sum string) bool {
	_, err := a.registry.office.files.Size(context.Background(), sum)
	return !errors.Is(err, blob.ErrNotFound)
}

// figures of a line that stay for good.
type stays struct{ id, verdict, reason, duplicateOf, decided string }

func staying(c *Case) (out []stays) {
	for _, l := range linesOf(c) {
		out = append(out, stays{l.ID, l.Verdict, l.Reason, l.DuplicateOf, l.Decided})
	}
	return out
}

// A petition is closed and its data goes in turn: pictures, text, whose the
// lines were. The counts, the reports and the audit log stay as they were, a
// petition that is open keeps everything, and so does what both have in common.
func TestPurgeStory(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	o, ctx := a.registry.office, t.Context()
	a.closed("p")
	u, err := o.Store.Uploads(ctx, "p")
	a.must(err)
	before := a.named("p")
	o.petition("open", "", before.SnapshotID, readSample(t))
	openBefore := o.look("open")
	openLines := linesOf(openBefore)
	coo, council := a.book("p", COOReport), a.book("p", CouncilReport)
	old, err := workbook.Check(bytes.NewReader(coo))
	a.must(err)
	oldCouncil, err := workbook.Check(bytes.NewReader(council))
	a.must(err)

	check := func(what string) *Case {
		t.Helper()
		c := o.look("p")
		if diff := cmp.Diff(before.Count, c.Count); diff != "" {
			t.Errorf("%s: the counts changed: %s", what, diff)
		}
		if diff := cmp.Diff(staying(before), staying(c), cmp.AllowUnexported(stays{})); diff != "" {
			t.Errorf("%s: verdicts changed: %s", what, diff)
		}
		if c.Version != before.Version || c.Group != before.Group || c.Purpose != before.Purpose {
			t.Errorf("%s: %s, group %q", what, c.Version, c.Group)
		}
		for name, data := range map[string][]byte{COOReport: coo, CouncilReport: council} {
			now, err := workbook.Check(bytes.NewReader(a.book("p", name)))
			a.must(err)
			then, err := workbook.Check(bytes.NewReader(data))
			a.must(err)
			if diff := cmp.Diff(then.Figures, now.Figures); diff != "" || len(now.Changes) > 0 {
				t.Errorf("%s: the %s report: %s %v", what, name, diff, now.Changes)
			}
		}
		for _, b := range []workbook.Copy{old, oldCouncil} {
			if changes, err := a.verified(ctx, b, "p"); err != nil || len(changes) > 0 {
				t.Errorf("%s: the old %s: %v %v", what, b.Kind, changes[:min(3, len(changes))], err)
			}
		}
		if _, err := o.Store.VerifyAudit(ctx); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		now := o.look("open")
		if diff := cmp.Diff(openBefore, now, cmpopts.IgnoreUnexported(Case{}, BlindLine{})) +
			cmp.Diff(openLines, linesOf(now)); diff != "" {
			t.Errorf("%s: the open petition changed: %s", what, diff)
		}
		return c
	}
	purgeOn := func(days int) {
		t.Helper()
		o.now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC).AddDate(0, 0, days)
		a.must(a.Run(ctx))
	}
	kinds := func() (out []string) {
		purges, err := o.Store.Purges(ctx, store.PetitionData, "p")
		a.must(err)
		for _, p := range purges {
			out = append(out, p.Kind)
		}
		return out
	}
	a.must(o.Store.SetSetting(ctx, "retention-images", "30", "cho"))
	a.must(o.Store.SetSetting(ctx, "retention-text", "60", "cho"))
	a.must(o.Store.SetSetting(ctx, "retention-rows", "90", "cho"))

	purgeOn(29)
	if k := kinds(); len(k) > 0 || !a.have(u[0].SHA256) {
		t.Errorf("purged before its time: %v", k)
	}
	var said bytes.Buffer
	o.now = o.now.AddDate(0, 0, 2)
	a.must(a.Tell(ctx, &said))
	if !strings.Contains(said.String(), "petition p: files and pictures, kept for 30 days") ||
		len(kinds()) > 0 {
		t.Errorf("%s %v", &said, kinds())
	}

	purgeOn(31)
	c := check("without pictures")
	if !slices.Equal(kinds(), []string{store.Images}) || a.have(u[0].SHA256) {
		t.Errorf("%v", kinds())
	}
	if slices.ContainsFunc(linesOf(c), func(l Line) bool { return l.Picture != "" }) {
		t.Error("a line has a picture")
	}
	for i, l := range linesOf(o.look("open")) {
		if l.Picture != "" && !a.have(l.Picture) {
			t.Errorf("the picture of open line %d is gone", i)
		}
	}
	if changes, err := old.Against(periodOf(t, a, "p")); err != nil || len(changes) > 0 {
		t.Errorf("without pictures the words of the old workbook: %v %v", changes, err)
	}

	pages, err := o.Store.Pages(ctx, "open")
	a.must(err)
	purgeOn(61)
	c = check("without text")
	for _, l := range linesOf(c) {
		if len(l.Fields) != 1 || l.Fields[0].Text != "purged" || len(l.Candidates) > 0 ||
			strings.Contains(l.Note, "telephone") {
			t.Errorf("%+v", l)
		}
	}
	for _, p := range pages {
		if p.Sheet != "" && !a.have(p.Sheet) {
			t.Error("what was read of the open petition is gone")
		}
	}
	err = o.refused(store.Finding{LineID: c.Line(0).ID, By: "ann", Kind: "illegible"})
	if why := (*Refusal)(nil); !errors.As(err, &why) {
		t.Errorf("a finding on what is purged: %v", err)
	}
	life, err := a.Life(ctx, "p", []store.Role{store.Chair}, register.AsOf{})
	a.must(err)
	err = a.AddToLife(ctx, "p", NewStep{Kind: "undo", On: o.now, Undoes: life.Undo},
		chairOf(a.registry))
	if why := (*Refusal)(nil); !errors.As(err, &why) || !strings.Contains(why.Text, "purged") {
		t.Errorf("taking it up again: %v", err)
	}

	for what, text := range a.keptText("p") {
		if strings.Contains(text, "Ruiz") {
			t.Errorf("%s says %q", what, text)
		}
	}

	purgeOn(91)
	c = check("without rows")
	if slices.ContainsFunc(linesOf(c), func(l Line) bool { return l.MemberID != "" }) {
		t.Error("a line has a member number")
	}
	if !slices.Equal(kinds(), []string{store.Images, store.Text, store.Rows}) {
		t.Errorf("%v", kinds())
	}
	purgeOn(500)
	log, err := o.Store.AuditOf(ctx, "p", 3)
	a.must(err)
	for i, action := range []string{"purge.rows", "purge.text", "purge.images"} {
		if log[i].Action != action || !strings.Contains(log[i].Detail, "lines") {
			t.Errorf("%+v", log[i])
		}
	}

	// The export goes when the last petition that needs it has gone and another came.
	s, err := o.Store.Snapshot(ctx, before.SnapshotID)
	a.must(err)
	if !a.have(s.SHA256) {
		t.Error("the export of an open petition is gone")
	}
	today := o.now.Format(time.DateOnly)
	a.must(a.step("open", "submit", today))
	a.must(a.step("open", "withdraw", today, "rationale", "x"))
	o.snapshot([]byte("ID,First Name,Last Name\n1,Ada,Lovelace\n"))
	purgeOn(900)
	purgeOn(901)
	if a.have(s.SHA256) {
		t.Error("an export that nobody needs is kept")
	}
	if got := o.look("open").Count; got.Rows != openBefore.Count.Rows ||
		got.Valid != openBefore.Count.Valid || got.Possible != openBefore.Count.Possible {
		t.Errorf("%+v", got)
	}
	for _, l := range linesOf(openBefore) {
		for _, f := range l.Fields {
			if len(f.Text) > 5 && strings.Contains(a.log.String(), f.Text) {
				t.Errorf("the log says %q", f.Text)
			}
		}
	}
}

func periodOf(t *testing.T, a *archive, id string) report.Period {
	t.Helper()
	r, err := a.registry.office.petitionReport(t.Context(), id)
	a.must(err)
	return report.PeriodOf(r)
}

// failing is a place of blobs whose deletions break off after a while.
type failing struct {
	*blob.Files
	left int
}

var errBroken = errors.New("the machine went down")

func (f *failing) DeleteOlder(ctx context.Context, sum string, before time.Time) (bool, error) {
	if f.left--; f.left < 0 {
		return false, errBroken
	}
	return f.Files.DeleteOlder(ctx, sum, before)
}

// A purge that breaks off anywhere loses nothing that must stay, and the next
// run finishes it with one record.
func TestPurgeBrokenOff(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	o, ctx := a.registry.office, t.Context()
	before := a.closed("p")
	o.now = o.now.AddDate(0, 0, 400)
	broken := 0
	for left := 0; ; left++ {
		p := *a.Purger
		p.blobs, p.log = &failing{o.files, left}, slog.New(slog.NewTextHandler(io.Discard, nil))
		err := p.Run(ctx)
		if diff := cmp.Diff(before.Count, o.look("p").Count); diff != "" {
			t.Fatalf("after %d breaks: %s", broken, diff)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		broken++
	}
	if broken == 0 {
		t.Error("nothing broke off")
	}
	entries, err := o.Store.AuditOf(ctx, "p", 100)
	a.must(err)
	n := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Action, "purge.") {
			n++
		}
	}
	unfinished, err := o.Store.UnfinishedPurges(ctx)
	a.must(err)
	if n != 2 || len(unfinished) > 0 {
		t.Errorf("%d records, unfinished %v", n, unfinished)
	}
}

// meeting is a place of blobs in which somebody puts bytes just before they are
// removed, and names them when that is over.
type meeting struct {
	*blob.Files
	sum           string
	before, after func()
}

func (m *meeting) DeleteOlder(ctx context.Context, sum string, before time.Time) (bool, error) {
	if sum != m.sum {
		return m.Files.DeleteOlder(ctx, sum, before)
	}
	m.before()
	gone, err := m.Files.DeleteOlder(ctx, sum, before)
	m.after()
	return gone, err
}

// A file that comes again in the moment in which a purge removes it is kept, and
// the purge is over once that file has its name.
func TestPurgeMeetsUpload(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	o, ctx := a.registry.office, t.Context()
	a.closed("p")
	u, err := o.Store.Uploads(ctx, "p")
	a.must(err)
	_, err = o.Store.AddPetition(ctx, store.Petition{ID: "again", Title: "The same file once more"})
	a.must(err)
	m := &meeting{Files: o.files, sum: u[0].SHA256, after: func() {}}
	m.before = func() {
		if sum := o.keep([]byte("the file of p")); sum != u[0].SHA256 {
			t.Fatalf("%s", sum)
		}
	}
	p := *a.Purger
	p.blobs = m
	imagesOver := func() bool {
		purges, err := o.Store.Purges(ctx, store.PetitionData, "p")
		a.must(err)
		return len(purges) > 0 && purges[0].Kind == store.Images && !purges[0].DoneAt.IsZero()
	}

	o.now = o.now.AddDate(0, 0, 400)
	a.must(p.Run(ctx))
	if !a.have(m.sum) || imagesOver() {
		t.Error("what was put a moment ago is gone, or the purge says so")
	}

	// The next time the one who put it names it just after it was looked at.
	m.after = func() {
		_, err := o.Store.AddUpload(ctx, store.Upload{PetitionID: "again", SHA256: m.sum,
			Name: "petition.pdf", By: "ann"})
		if !errors.Is(err, store.ErrConflict) {
			a.must(err)
		}
	}
	a.must(p.Run(ctx))
	if !a.have(m.sum) {
		t.Error("a file is lost")
	}
	a.must(a.Run(ctx))
	if !a.have(m.sum) || !imagesOver() {
		t.Error("the file has a name, and the purge is not over")
	}
}

// An export that somebody looked at and did not take in goes, as does one that was
// refused; one that was taken in stays.
func TestPurgeSweepsExportsNotTakenIn(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	o, ctx := a.registry.office, t.Context()
	taken := o.snapshot(sampleExport(t))
	looked, refused := o.keep([]byte("ID,First Name,Last Name\n1,Ada,Lovelace\n")),
		o.keep([]byte("no export"))
	_, err := o.Preview(ctx, looked, "members.csv", ImportOptions{})
	a.must(err)
	if _, err := o.Import(ctx, refused, "members.csv", ImportOptions{}, "ann"); err == nil {
		t.Error("it was taken in")
	}
	young := *a.Purger
	young.grace = sweepGrace
	a.must(young.Run(ctx))
	if !a.have(looked) || !a.have(refused) {
		t.Error("an export is gone while somebody may be looking at it")
	}
	a.must(a.Run(ctx))
	if a.have(looked) || a.have(refused) || !a.have(taken.SHA256) {
		t.Errorf("looked at: %v, refused: %v, taken in: %v", a.have(looked), a.have(refused),
			a.have(taken.SHA256))
	}
}

// Nothing is purged of a petition whose count is not the certified one.
func TestPurgeNeedsTheCertifiedCount(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	o, ctx := a.registry.office, t.Context()
	c := a.closed("p")
	c.Count.Valid++
	counts, err := EncodeCertified(c.Count)
	a.must(err)
	_, err = o.Store.AddTally(ctx, store.Tally{PetitionID: "p", Version: c.Version, Counts: counts,
		By: "cho", At: o.now.Add(time.Hour)})
	a.must(err)
	o.now = o.now.AddDate(0, 0, 400)
	if err := a.Run(ctx); err == nil || !strings.Contains(err.Error(), "certified") {
		t.Errorf("%v", err)
	}
	lines, err := o.Store.Lines(ctx, "p")
	a.must(err)
	if len(lines) == 0 || len(lines[0].Row) == 0 {
		t.Error("its text is gone")
	}
}

// The daily run finds what falls due from one day to the next, by the settings and by
// a petition's own rule; what failed on a day is done on the next.
func TestPurgeDaily(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	o := a.registry.office
	a.closed("usual")
	a.rules = "retention-days: {images: 10, text: 1000, rows: 1000}\n"
	a.closed("own")
	a.must(o.Store.SetSetting(t.Context(), "retention-images", "20", "cho"))
	start := o.now

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	p := *a.Purger
	broken := &failing{Files: o.files, left: 1 << 30}
	p.blobs = broken
	purged := func() (out []string) {
		for _, id := range []string{"own", "usual"} {
			list, err := o.Store.Purges(t.Context(), store.PetitionData, id)
			a.must(err)
			for _, x := range list {
				out = append(out, fmt.Sprintf("%s %s after %d, done %v", id, x.Kind, x.Days,
					!x.DoneAt.IsZero()))
			}
		}
		return out
	}
	own, usual := "own images after 10, done true", "usual images after 20, done true"
	days := []struct {
		day    int
		broken bool // when the run of that day comes to blobs
		want   []string
	}{
		{9, false, nil}, {10, true, []string{"own images after 10, done false"}},
		{11, false, []string{own}},
		{19, false, []string{own}}, {21, false, []string{own, usual}},
		{22, false, []string{own, usual}},
	}
	waits, at := []time.Duration{}, -1
	p.Daily(ctx, func(_ context.Context, d time.Duration) {
		waits = append(waits, d)
		if at >= 0 {
			if diff := cmp.Diff(days[at].want, purged()); diff != "" {
				t.Errorf("after day %d: %s", days[at].day, diff)
			}
		}
		if at++; at == len(days) {
			stop()
			return
		}
		o.now, broken.left = start.AddDate(0, 0, days[at].day), 1<<30
		if days[at].broken {
			broken.left = 0
		}
	})
	want := []time.Duration{time.Minute}
	for range days {
		want = append(want, 24*time.Hour)
	}
	if diff := cmp.Diff(want, waits); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(a.log.String(), errBroken.Error()) {
		t.Errorf("the log does not tell what broke: %s", a.log)
	}
	for _, id := range []string{"own", "usual"} {
		if lines, err := o.Store.Lines(t.Context(), id); err != nil || len(lines) == 0 ||
			len(lines[0].Row) == 0 || lines[0].Picture != "" {
			t.Errorf("%s: %d lines, %v", id, len(lines), err)
		}
	}
}

// A dry run tells what would go and by whose rule, and takes nothing; the run that
// follows takes just that, and then there is nothing left to tell.
func TestPurgeTells(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	a := newArchiveIn(t, data)
	o, ctx := a.registry.office, t.Context()
	o.now = time.Now().UTC().AddDate(0, 0, -400)
	usual := a.closed("usual")
	a.rules = "retention-days: {text: 2000}\n"
	a.closed("own")
	since := o.now.Format(time.DateOnly)
	_, err := o.Store.AddPetition(ctx, store.Petition{ID: "odd", Rules: "threshold: many\n"})
	a.must(err)
	a.must(a.bare("odd"))
	u, err := o.Store.Uploads(ctx, "usual")
	a.must(err)

	want := "petition odd: nothing is purged, for how long it is kept cannot be read: read the " +
		"rule of petition odd: line 1: "
	lines := []string{
		"petition usual: files and pictures, kept for 365 days from " + since + "\n",
		"petition usual: text and notes, kept for 365 days from " + since + "\n",
		"petition own: files and pictures, kept for 365 days from " + since + "\n",
	}
	today := New(Options{Store: o.Store, Blobs: o.files})
	told := func(want ...string) string {
		t.Helper()
		var said bytes.Buffer
		a.must(NewPurger(today, o.files, slog.New(slog.DiscardHandler)).Tell(ctx, &said))
		for _, w := range want {
			if !strings.Contains(said.String(), w) {
				t.Errorf("it did not say %q but:\n%s", w, said.String())
			}
		}
		return said.String()
	}
	for range 2 {
		said := told(append(lines, want, "3 purges are due.\n")...)
		if strings.Contains(said, "own: text") || strings.Contains(said, "member numbers") ||
			strings.Contains(said, "Ruiz") {
			t.Errorf("it said %s", said)
		}
	}
	if purges, err := o.Store.Purges(ctx, store.PetitionData, "usual"); err != nil ||
		len(purges) > 0 || !a.have(u[0].SHA256) {
		t.Errorf("a dry run purged: %v, %v", purges, err)
	}

	// All of this was written a moment ago, and blobs that young are left alone.
	before := time.Now().Add(-2 * sweepGrace)
	a.must(filepath.WalkDir(filepath.Join(data, "blobs"), func(name string, d fs.DirEntry,
		err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chtimes(name, before, before)
	}))
	told(lines...)
	if err := NewPurger(today, o.files, slog.New(slog.DiscardHandler)).Run(ctx); err == nil ||
		!strings.Contains(err.Error(), "odd") {
		t.Errorf("for the odd one a person is needed: %v", err)
	}
	if a.have(u[0].SHA256) {
		t.Error("a file is still there")
	}
	a.must(o.Store.SetPetition(ctx, store.Petition{ID: "odd", State: "draft"}))
	if said := told(); strings.Contains(said, "petition usual") || strings.Contains(said,
		"petition own") {
		t.Errorf("after the purge it said %s", said)
	}
	if diff := cmp.Diff(usual.Count, o.look("usual").Count); diff != "" {
		t.Errorf("the counts changed: %s", diff)
	}
}
