package exports

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"countersign/internal/store"
	"countersign/verify"
	"countersign/verify/roll"
)

// Rolls holds the membership snapshots that are in use, ready for matching. Each is read
// and indexed once, however many ask at the same time. It is safe for use by several
// goroutines.
type Rolls struct {
	snapshots Snapshots
	files     Files
	reader    Reader

	mu   sync.Mutex
	held []*heldRoll // the one asked for last comes first

	searchers []*heldSearcher
}

// heldRoll is one snapshot, or being made one.
type heldRoll struct {
	id      string
	ready   chan struct{} // closed once the rest is there
	matcher *verify.Matcher
	err     error
}

// mostRolls is how many snapshots are held: those of petitions that are worked on now.
// One of a hundred thousand members takes some twenty megabytes, ready to match.
const mostRolls = 3

// Snapshots finds snapshots by their id.
type Snapshots interface {
	Snapshot(ctx context.Context, id string) (store.Snapshot, error)
}

// Files finds files by their hash.
type Files interface {
	Path(ctx context.Context, sum string) (path string, done func(), err error)
}

// NewRolls holds snapshots, which a reader reads; nil to read them in this process.
func NewRolls(s Snapshots, f Files, r Reader) *Rolls {
	if r == nil {
		r = InProcess{}
	}
	return &Rolls{snapshots: s, files: f, reader: r}
}

// Matcher is the matcher of a snapshot, made now or before. Its Roll holds the members.
func (r *Rolls) Matcher(ctx context.Context, snapshotID string) (*verify.Matcher, error) {
	h, mine := r.hold(snapshotID)
	if mine {
		// Others may wait for it, so it is not ended with the first who asked.
		h.matcher, h.err = r.read(context.WithoutCancel(ctx), snapshotID)
		if h.err != nil {
			r.drop(h) // the next may have more luck
		}
		close(h.ready)
	}
	select {
	case <-h.ready:
		return h.matcher, h.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hold finds a snapshot, or makes room for one that the caller must read.
func (r *Rolls) hold(id string) (h *heldRoll, mine bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.held, func(h *heldRoll) bool { return h.id == id })
	if i >= 0 {
		h = r.held[i]
		r.held = slices.Delete(r.held, i, i+1)
	} else {
		h, mine = &heldRoll{id: id, ready: make(chan struct{})}, true
	}
	r.held = slices.Insert(r.held, 0, h)
	if len(r.held) > mostRolls {
		r.held = slices.Delete(r.held, mostRolls, len(r.held)) // whoever uses it keeps it
	}
	return h, mine
}

func (r *Rolls) drop(h *heldRoll) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = slices.DeleteFunc(r.held, func(other *heldRoll) bool { return other == h })
}

func (r *Rolls) read(ctx context.Context, id string) (*verify.Matcher, error) {
	s, err := r.snapshots.Snapshot(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("find membership snapshot %s: %w", id, err)
	}
	path, done, err := r.files.Path(ctx, s.SHA256)
	if err != nil {
		return nil, fmt.Errorf("open membership snapshot %s: %w", id, err)
	}
	defer done()
	// Whoever took the export in accepted what it lost.
	members, err := r.reader.Export(ctx, path, s.Name, roll.Options{Map: s.Map, Sheet: s.Sheet,
		AsOf: s.AsOf, AcceptLosses: true})
	if err != nil {
		return nil, fmt.Errorf("read membership snapshot %s: %w", id, err)
	}
	return verify.NewMatcher(members, verify.Options{}), nil
}

// heldSearcher is a roll ready to be searched.
type heldSearcher struct {
	roll  *roll.Roll
	ready sync.Once
	*roll.Searcher
}

// Searcher makes a roll ready for searching, once.
func (r *Rolls) Searcher(of *roll.Roll) *roll.Searcher {
	r.mu.Lock()
	i := slices.IndexFunc(r.searchers, func(h *heldSearcher) bool { return h.roll == of })
	if i < 0 {
		r.searchers = slices.Insert(r.searchers, 0, &heldSearcher{roll: of})
		r.searchers = r.searchers[:min(len(r.searchers), mostRolls)]
		i = 0
	}
	h := r.searchers[i]
	r.mu.Unlock()
	h.ready.Do(func() { h.Searcher = roll.NewSearcher(of) })
	return h.Searcher
}
