// Package office is what people and the clock do with a petition: it takes rows, matches and
// findings out of the store, has the stages settle and count them, and says what came of it
// in plain values. Verdicts are worked out, never stored.
//
//	store ─rows, matches→ verify.Settlement ←findings─ store
//	                           └─decisions→ Case, report.Petition
//
// Pages, the API and the commands ask it; internal/work feeds the store that it reads.
//
//	office, case, lines, findings, checks   a petition as it stands
//	upload, petition, certify, refusal      acts on files, terms and counts; refusals
//	contact                                 several lines at a time
//	review, walk, open, table               who looks at which line; open points; lines as a table
//	repair                                  what people put right on pages, and its undoing
//	members                                 membership exports, taken in and searched
//	sight                                   which petitions who sees
//	sheets, workbook, reports               sheets to print; workbooks
//	register…, progress, groups, council    the life of petitions and groups; letters; Council
//	purge, purged                           what goes when its time is over, and what stays
//
//	office/exports   membership exports as they are read, held, and set beside each other
//	office/kept      rows and matches as the store keeps them
//	office/rule      a rule in words and as a form
//
// Every act has one shape: the rule is checked, one transaction of the store writes the change
// with its entry in the audit log and its outbox row, and those who watch are told.
package office

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"countersign/internal/office/exports"
	"countersign/internal/store"
)

// Office answers from a store and its blobs. It is safe for use by several goroutines.
type Office struct {
	Options
	rolls *exports.Rolls
	now   func() time.Time
	luck  func() float64 // from 0 to 1: which lines of contact sheets measure
	seed  maphash.Seed   // of the hashes by which lines are known again
	held  *held

	reviews *reviews
	tables  tables
}

// Options are what an office stands on. All fields without a remark are needed.
type Options struct {
	Store   *store.Store
	Blobs   Blobs
	Bell    Bell             // nil where nobody watches
	Rolls   *exports.Rolls   // nil for exports of its own
	Exports exports.Reader   // nil to read them in this process
	URL     string           // of the service, for links out of workbooks; empty for none
	Program string           // name and version, as workbooks and certificates record it
	Now     func() time.Time // nil for the clock
}

// Blobs keeps and opens files by their hash.
type Blobs interface {
	Open(ctx context.Context, sum string) (io.ReadSeekCloser, error)
	Path(ctx context.Context, sum string) (path string, done func(), err error)
	Put(ctx context.Context, r io.Reader) (sum string, size int64, err error)
}

// Bell tells those who watch a petition that it changed. The topic is its id.
type Bell interface{ Tell(topic string) }

// New opens an office.
func New(o Options) *Office {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Exports == nil {
		o.Exports = exports.InProcess{}
	}
	if o.Rolls == nil {
		o.Rolls = exports.NewRolls(o.Store, o.Blobs, o.Exports)
	}
	return &Office{Options: o, rolls: o.Rolls, now: o.Now, luck: rand.Float64,
		seed: maphash.MakeSeed(), held: &held{}, reviews: &reviews{}}
}

// held is what is kept ready of petitions.
type held struct {
	mu    sync.Mutex
	cases []*heldCase // the one asked for last comes first
}

// tell tells those who watch a petition that it changed.
func (o *Office) tell(petitionID string) {
	if o.Bell != nil {
		o.Bell.Tell(petitionID)
	}
}

// record writes into the audit log what an act did, in its transaction. Subjects and details
// are ids and counts, never what belongs to a person.
func (o *Office) record(ctx context.Context, tx store.Tx, by, action, subject,
	detail string) error {
	_, err := tx.Record(ctx, store.AuditEntry{At: o.now(), Actor: by, Action: action,
		Subject: subject, Detail: detail})
	return err
}

// mostLines is how many lines of petitions are held ready, all together: some
// 300 MB. The petition asked for last is held whatever it takes.
const mostLines = 30_000

// Case is a petition as it stands now. What did not change since it was last
// asked for is not worked out again.
func (o *Office) Case(ctx context.Context, petitionID string) (*Case, error) {
	w, err := o.current(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	return w.shown, nil
}

// current is the work on a petition, up to date. What it holds is replaced, not
// changed, when something of the petition changes.
func (o *Office) current(ctx context.Context, petitionID string) (*counted, error) {
	v, err := o.Store.Versions(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	c := o.hold(petitionID)
	c.mu.Lock()
	defer c.mu.Unlock()
	today := o.today()
	if c.counted == nil || c.counted.versions != v || c.day != today {
		day, _, err := o.judgedOn(ctx, petitionID, v, o.now())
		if err != nil {
			return nil, err
		}
		next, err := o.recount(ctx, petitionID, v, day, c.counted)
		if err != nil {
			return nil, err
		}
		c.counted, c.day = next, today
		o.forget(c)
	}
	return c.counted, nil
}

func (o *Office) today() string { return o.now().UTC().Format(time.DateOnly) }

// judgedOn is the day as of which standing may be judged: today, or that of the certificate
// which speaks of what there is now. A rule may ask for standing on the day of verification,
// and what was certified would change by itself as memberships run out.
func (o *Office) judgedOn(ctx context.Context, petitionID string, v store.Versions, now time.Time) (
	day string, certified *store.Tally, err error) {
	tallies, err := o.Store.Tallies(ctx, petitionID)
	if err != nil {
		return "", nil, fmt.Errorf("list the tallies: %w", err)
	}
	if len(tallies) > 0 && tallies[0].Version == v.String() {
		certified, now = &tallies[0], tallies[0].At
	}
	return now.UTC().Format(time.DateOnly), certified, nil
}

// heldCase is the place of one petition among those held.
type heldCase struct {
	petitionID string
	mu         sync.Mutex // held by who brings it up to date; the others wait for the result
	counted    *counted
	day        string // on which it was counted
	lines      int    // guarded by held.mu
}

func (o *Office) hold(petitionID string) *heldCase {
	o.held.mu.Lock()
	defer o.held.mu.Unlock()
	i := slices.IndexFunc(o.held.cases, func(c *heldCase) bool {
		return c.petitionID == petitionID
	})
	c := &heldCase{petitionID: petitionID}
	if i >= 0 {
		c = o.held.cases[i]
		o.held.cases = slices.Delete(o.held.cases, i, i+1)
	}
	o.held.cases = slices.Insert(o.held.cases, 0, c)
	return c
}

// forget lets go of the petitions that nobody asked for lately, to make room
// for one that has grown.
func (o *Office) forget(grown *heldCase) {
	o.held.mu.Lock()
	defer o.held.mu.Unlock()
	grown.lines = len(grown.counted.lines)
	lines := 0
	for i, c := range o.held.cases {
		if lines += c.lines; lines > mostLines && i > 0 {
			clear(o.held.cases[i:])
			o.held.cases = o.held.cases[:i]
			return
		}
	}
}
