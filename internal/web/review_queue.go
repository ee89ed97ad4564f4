package web

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
)

// A line that is shown to somebody, or loaded to be shown next, is theirs for
// a while, so that two people never look at the same one. Their page prolongs
// that; a page that was closed or lost its connection frees them by silence.
const (
	leaseTime   = 2 * time.Minute
	presentTime = 75 * time.Second // without a sign, somebody is taken to have gone
)

// reviewing is what the running service knows of reviews and need not keep.
type reviewing struct {
	mu    sync.Mutex
	locks map[string]*sync.Mutex          // by petition: findings are taken one after the other
	where map[string]map[string]presentAt // petition, account
}

type presentAt struct {
	lineID string
	seen   time.Time
}

// lock keeps others from taking findings on a petition until it is undone.
func (r *reviewing) lock(petitionID string) (unlock func()) {
	r.mu.Lock()
	if r.locks == nil {
		r.locks = map[string]*sync.Mutex{}
	}
	l := r.locks[petitionID]
	if l == nil {
		l = new(sync.Mutex)
		r.locks[petitionID] = l
	}
	r.mu.Unlock()
	l.Lock()
	return l.Unlock
}

// at notes which line the account looks at; none when it leaves.
func (rv *review) at(lineID string) {
	r := &rv.Server.review
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.where == nil {
		r.where = map[string]map[string]presentAt{}
	}
	if r.where[rv.petition.ID] == nil {
		r.where[rv.petition.ID] = map[string]presentAt{}
	}
	if lineID == "" {
		delete(r.where[rv.petition.ID], rv.account.ID)
		return
	}
	r.where[rv.petition.ID][rv.account.ID] = presentAt{lineID, rv.Now()}
}

// others lists who else reviews, and where.
func (rv *review) others() ([]reviewOther, error) {
	present := rv.present()
	if len(present) == 0 {
		return nil, nil
	}
	names, err := rv.names(rv.ctx)
	if err != nil {
		return nil, err
	}
	var out []reviewOther
	for account, lineID := range present {
		o := reviewOther{Name: names[account], Where: "is here"}
		if i := rv.kase.Find(lineID); i >= 0 {
			o.Where = "is at " + place(&rv.kase.Lines[i])
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b reviewOther) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// present gives the line that each other reviewer looks at.
func (rv *review) present() map[string]string {
	r := &rv.Server.review
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]string{}
	for account, p := range r.where[rv.petition.ID] {
		switch {
		case rv.Now().Sub(p.seen) > presentTime:
			delete(r.where[rv.petition.ID], account)
		case account != rv.account.ID:
			out[account] = p.lineID
		}
	}
	return out
}

func (rv *review) head() (reviewHead, error) {
	h := newReviewHead(rv.kase, rv.account)
	var err error
	h.Others, err = rv.others()
	return h, err
}

// claim takes or prolongs a line for the account.
func (rv *review) claim(lineID string) (holder string, ok bool, err error) {
	holder, ok, err = rv.Store.Claim(rv.ctx, lineID, rv.account.ID, time.Now().Add(leaseTime))
	if err != nil {
		return "", false, fmt.Errorf("take line %s for review: %w", lineID, err)
	}
	return holder, ok, nil
}

// shown is the line at a place as the account sees it: blind where the queue
// gave it to them to look once more, as it stands where they came by a link.
func (rv *review) shown(i int) (*office.Line, error) {
	l := rv.kase.Shown(i, rv.account.ID, rv.chair())
	if l.Asked == "" || slices.ContainsFunc(rv.kase.Lines[i].Rulings, func(r office.Ruling) bool { return r.By == rv.account.ID && r.Kind != "undo" }) {
		return l, nil
	}
	if held, err := rv.holds(l.ID); err != nil || held {
		return l, err
	}
	return &rv.kase.Lines[i], nil
}

// holds says whether the account has a lease on a line.
func (rv *review) holds(lineID string) (bool, error) {
	all, err := rv.Store.Claims(rv.ctx, rv.petition.ID)
	if err != nil {
		return false, fmt.Errorf("look up who reviews what: %w", err)
	}
	return slices.ContainsFunc(all, func(c store.Claim) bool { return c.LineID == lineID && c.AccountID == rv.account.ID }), nil
}

// claims are the leases on the petition's lines that hold. The lines are
// looked at anew after them: who decides a line gives it up then, and in the
// other order it could seem both free and undecided.
func (rv *review) claims() (map[string]store.Claim, error) {
	all, err := rv.Store.Claims(rv.ctx, rv.petition.ID)
	if err != nil {
		return nil, fmt.Errorf("look up who reviews what: %w", err)
	}
	out := map[string]store.Claim{}
	for _, c := range all {
		out[c.LineID] = c
	}
	return out, rv.refresh()
}

// refresh looks at the lines anew.
func (rv *review) refresh() (err error) {
	if rv.kase, err = rv.Desk.Case(rv.ctx, rv.petition.ID); err != nil {
		return fmt.Errorf("look up the lines of petition %s: %w", rv.petition.ID, err)
	}
	return nil
}

// claimNext takes the next lines for the account: those it has already come
// out again, but for those named.
func (rv *review) claimNext(want int, but []string) ([]*office.Line, error) {
	if rv.closed() != "" || want <= 0 {
		return nil, nil
	}
	claims, err := rv.claims()
	if err != nil {
		return nil, err
	}
	var out []*office.Line
	for _, i := range rv.kase.Queue(rv.account.ID, rv.chair()) {
		l := rv.kase.Shown(i, rv.account.ID, rv.chair())
		if slices.Contains(but, l.ID) {
			continue
		}
		c, taken := claims[l.ID]
		if taken && c.AccountID != rv.account.ID {
			continue
		}
		ok := taken && fresh(c)
		if !ok {
			if _, ok, err = rv.claim(l.ID); err != nil {
				return nil, err
			}
		}
		if !ok {
			continue // somebody was quicker
		}
		if out = append(out, l); len(out) == want {
			break
		}
	}
	return out, nil
}

// fresh says whether a lease need not be prolonged yet: every prolonging is a
// write.
func fresh(c store.Claim) bool { return time.Until(c.Until) > leaseTime*2/3 }

// share is how many lines an account may hold, so that those who come for the
// last lines of a petition find some.
func (rv *review) share(want int) int {
	free, people := len(rv.kase.Queue(rv.account.ID, rv.chair())), len(rv.present())+1
	return min(want, max(1, free/(2*people)))
}
