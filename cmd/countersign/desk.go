package main

import (
	"context"
	"hash/maphash"
	"io"
	"slices"
	"sync"
	"time"

	"countersign/internal/store"
	"countersign/internal/web"
	"countersign/verify/roll"
)

// desk answers what pages ask of the stages: it takes rows, matches and
// findings out of the store, has them settled and counted, and puts what comes
// of it into the words of the pages. Verdicts are worked out, never stored.
//
//	store ─rows, matches→ verify.Settle ←findings─ store
//	                           └─decisions→ web.Case, report.Petition
type desk struct {
	store *store.Store
	blobs interface {
		Open(ctx context.Context, sum string) (io.ReadSeekCloser, error)
	}
	rolls *rolls
	now   func() time.Time
	url   string       // of the service, for links out of workbooks; empty for none
	seed  maphash.Seed // of the hashes by which lines are known again

	mu        sync.Mutex
	cases     []*casework // the one asked for last comes first
	searchers []*heldSearcher
}

var _ web.Desk = (*desk)(nil)

// newDesk answers from a store and its blobs.
func newDesk(s *store.Store, blobs interface {
	Open(ctx context.Context, sum string) (io.ReadSeekCloser, error)
}, r *rolls) *desk {
	return &desk{store: s, blobs: blobs, rolls: r, now: time.Now, seed: maphash.MakeSeed()}
}

// mostLines is how many lines of petitions are held ready, all together: some
// 300 MB. The petition asked for last is held whatever it takes.
const mostLines = 30_000

// Case is a petition as it stands now. What did not change since it was last
// asked for is not worked out again.
func (d *desk) Case(ctx context.Context, petitionID string) (*web.Case, error) {
	w, err := d.current(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	return w.made, nil
}

// current is the work on a petition, up to date. What it holds is replaced, not
// changed, when something of the petition changes.
func (d *desk) current(ctx context.Context, petitionID string) (*worked, error) {
	v, err := d.store.Versions(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	c := d.hold(petitionID)
	c.mu.Lock()
	defer c.mu.Unlock()
	day := d.now().UTC().Format(time.DateOnly) // standing may be judged as of today
	if c.worked == nil || c.worked.versions != v || c.worked.day != day {
		next, err := d.work(ctx, petitionID, v, day, c.worked)
		if err != nil {
			return nil, err
		}
		c.worked = next
		d.forget(c)
	}
	return c.worked, nil
}

// casework is the place of one petition among those held.
type casework struct {
	petitionID string
	mu         sync.Mutex // held by who brings it up to date; the others wait for the result
	worked     *worked
	lines      int // guarded by desk.mu
}

func (d *desk) hold(petitionID string) *casework {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.cases, func(c *casework) bool { return c.petitionID == petitionID })
	c := &casework{petitionID: petitionID}
	if i >= 0 {
		c = d.cases[i]
		d.cases = slices.Delete(d.cases, i, i+1)
	}
	d.cases = slices.Insert(d.cases, 0, c)
	return c
}

// forget lets go of the petitions that nobody asked for lately, to make room
// for one that has grown.
func (d *desk) forget(grown *casework) {
	d.mu.Lock()
	defer d.mu.Unlock()
	grown.lines = len(grown.worked.lines)
	lines := 0
	for i, c := range d.cases {
		if lines += c.lines; lines > mostLines && i > 0 {
			clear(d.cases[i:])
			d.cases = d.cases[:i]
			return
		}
	}
}

// heldSearcher is a roll ready to be searched.
type heldSearcher struct {
	roll  *roll.Roll
	ready sync.Once
	*roll.Searcher
}

// searcher makes a roll ready for searching, once.
func (d *desk) searcher(r *roll.Roll) *roll.Searcher {
	d.mu.Lock()
	i := slices.IndexFunc(d.searchers, func(h *heldSearcher) bool { return h.roll == r })
	if i < 0 {
		d.searchers = slices.Insert(d.searchers, 0, &heldSearcher{roll: r})
		d.searchers = d.searchers[:min(len(d.searchers), mostRolls)]
		i = 0
	}
	h := d.searchers[i]
	d.mu.Unlock()
	h.ready.Do(func() { h.Searcher = roll.NewSearcher(r) })
	return h.Searcher
}
