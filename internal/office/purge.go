package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"countersign/internal/store"
	"countersign/report/register"
	"countersign/verify"
)

// Deleter opens files by their hash, and deletes them.
type Deleter interface {
	Blobs
	DeleteOlder(ctx context.Context, sum string, before time.Time) (gone bool, err error)
}

// Purger takes away what the association no longer may keep:
//
//	freeze   verdicts without anything personal are written beside the lines
//	begin    from here on nothing new comes in
//	some     names of blobs and texts are cleared, a few at a time
//	words    so is what the register says of people
//	sweep    blobs that nothing names any more are deleted
//	end      the purge is recorded in the audit log
//
// Each step done again does nothing more, so a purge that broke off is taken up
// where it was.
type Purger struct {
	store  *store.Store
	blobs  Deleter
	office *Office
	grace  time.Duration // see sweepGrace
	now    func() time.Time
	log    *slog.Logger
}

// NewPurger purges what an office and its blobs hold.
func NewPurger(o *Office, blobs Deleter, log *slog.Logger) *Purger {
	return &Purger{store: o.Store, blobs: blobs, office: o, grace: sweepGrace, now: o.now, log: log}
}

// How many lines go in one transaction, and how many blobs are looked at once.
const (
	purgeMost = 200
	sweepMost = 500
)

// sweepGrace is how long a blob that was put is left though nothing names it: a
// file has its name a moment after it was put, a page once its lines are read, an
// export when a person has looked at it and said what its columns are.
const sweepGrace = 24 * time.Hour

// duePurge is something whose time is over.
type duePurge struct {
	store.Purge
	last    string // newest event of the petition
	on      time.Time
	own     bool  // by the petition's own rule, not by the settings
	trouble error // why it cannot be purged before a person has looked
}

// due lists what is to be purged now, unfinished purges first.
func (p *Purger) due(ctx context.Context) ([]duePurge, error) {
	unfinished, err := p.store.UnfinishedPurges(ctx)
	if err != nil {
		return nil, err
	}
	var out []duePurge
	begun := map[[3]string]bool{}
	for _, u := range unfinished {
		begun[[3]string{u.Of, u.Subject, u.Kind}] = true
		out = append(out, duePurge{Purge: u})
	}
	days, err := p.days(ctx)
	if err != nil {
		return nil, err
	}
	petitions, err := p.store.Petitions(ctx)
	if err != nil {
		return nil, err
	}
	stored, err := p.store.EventsOfAll(ctx, ofPetition)
	if err != nil {
		return nil, err
	}
	for _, o := range petitions {
		since, over := closedSince(o.ID, stored[o.ID])
		if !over {
			continue
		}
		done, err := p.store.Purges(ctx, store.PetitionData, o.ID)
		if err != nil {
			return nil, err
		}
		for _, d := range done {
			begun[[3]string{d.Of, d.Subject, d.Kind}] = true
		}
		said, unread := verify.ReadRetention(o.Rules)
		if unread != nil { // nobody knows how long the data are to be kept
			out = append(out, duePurge{Purge: store.Purge{Of: store.PetitionData, Subject: o.ID},
				trouble: fmt.Errorf("read the rule of petition %s: %w", o.ID, unread)})
			continue
		}
		kept := kinds(said)
		for _, kind := range []string{store.Images, store.Text, store.Rows} {
			d := duePurge{Purge: store.Purge{Of: store.PetitionData, Subject: o.ID, Kind: kind,
				Days: days[kind], Since: since}, last: lastOf(stored[o.ID])}
			if kept[kind] > 0 {
				d.Days, d.own = kept[kind], true
			}
			d.on = since.AddDate(0, 0, d.Days)
			if !p.now().Before(d.on) && !begun[[3]string{store.PetitionData, o.ID, kind}] {
				out = append(out, d)
			}
		}
	}
	// Exports are many petitions', so that none of their rules says how long they are
	// kept; one whose rows are kept longer still needs its export.
	exports, err := p.store.UnneededSnapshots(ctx, p.now().AddDate(0, 0, -days[store.Rows]))
	for _, s := range exports {
		if !begun[[3]string{store.ExportData, s.ID, store.Rows}] {
			out = append(out, duePurge{Purge: store.Purge{Of: store.ExportData, Subject: s.ID,
				Kind: store.Rows, Days: days[store.Rows], Since: s.At}, on: s.At.AddDate(0, 0,
				days[store.Rows])})
		}
	}
	return out, err
}

// closedSince says from when the days of a petition count: from the day on which
// it was closed or withdrawn, and not before that was written down.
func closedSince(id string, stored []store.Event) (time.Time, bool) {
	life := register.Read(id, events(stored))
	if life.State != register.Closed && life.State != register.Withdrawn {
		return time.Time{}, false
	}
	since := life.Since
	for _, e := range life.Events {
		if e.At.After(since) {
			since = e.At
		}
	}
	return since, true
}

func kinds(r verify.Retention) map[string]int {
	return map[string]int{store.Images: r.Images, store.Text: r.Text, store.Rows: r.Rows}
}

// days are how long each kind is kept where a petition's own rule does not say: as the
// settings do, else as the built-in rule does.
func (p *Purger) days(ctx context.Context) (map[string]int, error) {
	out := kinds(verify.MIG().Retention)
	for kind := range out {
		text, err := p.store.Setting(ctx, "retention-"+kind)
		if err != nil {
			return nil, err
		}
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil,
				fmt.Errorf("the setting retention-%s is no number of days: set it anew under "+
					"Settings", kind)
		}
		out[kind] = n
	}
	return out, nil
}

// Run purges what is due. What cannot be purged is logged and keeps nothing
// else waiting; it is tried again the next time.
func (p *Purger) Run(ctx context.Context) error {
	due, err := p.due(ctx)
	if err != nil {
		return fmt.Errorf("look for what is to be purged: %w", err)
	}
	var failed error
	for _, d := range due {
		done, err := p.purge(ctx, d)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case err != nil:
			p.log.Error("purge", "kind", d.Kind, "of", d.Of, "subject", d.Subject, "error", err)
			failed = errors.Join(failed, fmt.Errorf("purge %s of %s %s: %w", d.Kind, d.Of,
				d.Subject, err))
		case !done:
			p.log.Info("purge goes on the next time", "kind", d.Kind, "of", d.Of, "subject",
				d.Subject)
		default:
			p.log.Info("purged", "kind", d.Kind, "of", d.Of, "subject", d.Subject)
		}
	}
	_, err = p.sweep(ctx)
	return errors.Join(failed, err)
}

// purge says false where a blob had to be left for now: then the purge is not
// over, and not recorded.
func (p *Purger) purge(ctx context.Context, d duePurge) (done bool, err error) {
	if d.trouble != nil {
		return false, d.trouble
	}
	if d.BegunAt.IsZero() {
		if d.Of == store.PetitionData && d.Kind != store.Images {
			if err := p.freeze(ctx, d.Subject); err != nil {
				return false, err
			}
		}
		d.BegunAt = p.now()
		if _, err := p.store.BeginPurge(ctx, d.Purge, d.last); err != nil {
			return false, err
		}
	}
	for more := true; more; {
		if more, err = p.store.PurgeSome(ctx, d.Purge, purgeMost); err != nil {
			return false, err
		}
	}
	if d.Of == store.PetitionData && d.Kind == store.Text {
		words := map[string][]string{}
		for kind, names := range register.Personal() {
			words[string(kind)] = names
		}
		if err := p.store.PurgeWords(ctx, d.Purge, words); err != nil {
			return false, err
		}
	}
	if left, err := p.sweep(ctx); err != nil || left > 0 {
		return false, err
	}
	return true, p.store.EndPurge(ctx, d.Purge)
}

// sweep deletes blobs that lost a name and have no other, and says how many are
// left for the next time. Who puts the same bytes again names them only a while
// later. So the time comes first, then the list: what was put before it has its
// name on the list, and what was put since is left.
func (p *Purger) sweep(ctx context.Context) (left int, err error) {
	for last := ""; ; {
		// not p.now: blobs have their times by the machine's clock
		before := time.Now().Add(-p.grace)
		dropped, err := p.store.Dropped(ctx, last, sweepMost)
		if err != nil || len(dropped) == 0 {
			return left, err
		}
		var over []store.Dropped
		for _, d := range dropped {
			gone := d.Named
			if !d.Named {
				if gone, err = p.blobs.DeleteOlder(ctx, d.SHA256, before); err != nil {
					return left, err
				}
			}
			if gone {
				over = append(over, d)
			} else {
				left++
			}
			last = d.SHA256
		}
		if err := p.store.ForgetDropped(ctx, over); err != nil {
			return left, err
		}
	}
}

// freeze keeps the verdicts of a petition. Where its certificate speaks of what
// is counted now, the two must agree: else nothing is purged before a person
// has looked.
func (p *Purger) freeze(ctx context.Context, petitionID string) error {
	v, err := p.store.Versions(ctx, petitionID)
	if err != nil {
		return err
	}
	day, certified, err := p.office.judgedOn(ctx, petitionID, v, p.now())
	if err != nil {
		return err
	}
	w, err := p.office.recount(ctx, petitionID, v, day, nil)
	if err != nil {
		return err
	}
	if w.purged.frozen {
		return nil
	}
	if certified != nil && !agrees(certified.Counts, w.shown.Count) {
		return errors.New("the count is not the certified one any more: nothing is purged; " +
			"certify it anew or look into it")
	}
	f, err := w.freeze()
	if err != nil {
		return err
	}
	return p.store.Freeze(ctx, petitionID, v.String(), f)
}

// agrees compares the figures of a certificate. One whose figures cannot be read agrees with
// nothing.
func agrees(certificate []byte, now Count) bool {
	then, err := DecodeCertified(certificate)
	return err == nil && then.Rows == now.Rows && then.Valid == now.Valid &&
		then.Invalid == now.Invalid && then.Uncertain == now.Uncertain
}

// Daily purges once a day until ctx ends, for the first time soon after the start. wait
// lets a time pass, or less where ctx ends.
func (p *Purger) Daily(ctx context.Context, wait func(context.Context, time.Duration)) {
	for wait(ctx, time.Minute); ctx.Err() == nil; wait(ctx, 24*time.Hour) {
		if err := p.Run(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("purge", "error", err)
		}
	}
}

// Tell lists what is due.
func (p *Purger) Tell(ctx context.Context, w io.Writer) error {
	due, err := p.due(ctx)
	if err != nil {
		return err
	}
	n := len(due)
	what := map[string]string{store.Images: "files and pictures", store.Text: "text and notes",
		store.Rows: "member numbers"}
	for _, d := range due {
		of, words := "petition "+d.Subject, what[d.Kind]
		if d.Of == store.ExportData {
			of, words = "membership export "+d.Subject, "the export"
		}
		by := ""
		switch {
		case d.trouble != nil:
			n--
			fmt.Fprintf(w, "%s: nothing is purged, for how long it is kept cannot be read: %v\n",
				of, d.trouble)
			continue
		case d.own:
			by = " by its own rule"
		}
		fmt.Fprintf(w, "%s: %s, kept for %d days from %s%s\n", of, words, d.Days,
			d.Since.Format(time.DateOnly), by)
	}
	_, err = fmt.Fprintln(w, cmp.Or(map[int]string{0: "Nothing is to be purged.",
		1: "1 purge is due."}[n], fmt.Sprintf("%d purges are due.", n)))
	return err
}
