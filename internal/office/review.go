package office

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"countersign/internal/store"
	"countersign/report/register"
	"countersign/verify"
)

// Review is one person's look at the review of a petition: which lines they are given, and
// what they find of them.
//
// A line that is shown to somebody, or loaded to be shown next, is theirs for a while, so
// that two people never look at the same one. Their page prolongs that; a page that was closed
// or lost its connection frees them by silence.
type Review struct {
	Account  store.Account
	Petition store.Petition
	Case     *Case

	office *Office
}

const (
	leaseTime   = 2 * time.Minute
	presentTime = 75 * time.Second // without a sign, somebody is taken to have gone
)

// reviews is what a running service knows of reviews and need not keep.
type reviews struct {
	mu    sync.Mutex
	locks map[string]*sync.Mutex          // by petition: findings are taken one after the other
	where map[string]map[string]presentAt // petition, account
}

type presentAt struct {
	lineID string
	seen   time.Time
}

// Review begins a person's look at the review of a petition.
func (o *Office) Review(ctx context.Context, petitionID string, who store.Account) (*Review,
	error) {
	p, err := o.Store.Petition(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	rv := &Review{Account: who, Petition: p, office: o}
	return rv, rv.refresh(ctx)
}

// Chair says whether the person looks as the chair, whose word settles what others' cannot.
func (rv *Review) Chair() bool { return slices.Contains(rv.Account.Roles, store.Chair) }

// refresh looks at the lines anew.
func (rv *Review) refresh(ctx context.Context) (err error) {
	if rv.Case, err = rv.office.Case(ctx, rv.Petition.ID); err != nil {
		return fmt.Errorf("look up the lines of petition %s: %w", rv.Petition.ID, err)
	}
	return nil
}

// lock keeps others from taking findings on a petition until it is undone.
func (r *reviews) lock(petitionID string) (unlock func()) {
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

// At notes which line the person looks at; none when they leave.
func (rv *Review) At(lineID string) {
	r := rv.office.reviews
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.where == nil {
		r.where = map[string]map[string]presentAt{}
	}
	if r.where[rv.Petition.ID] == nil {
		r.where[rv.Petition.ID] = map[string]presentAt{}
	}
	if lineID == "" {
		delete(r.where[rv.Petition.ID], rv.Account.ID)
		return
	}
	r.where[rv.Petition.ID][rv.Account.ID] = presentAt{lineID, rv.office.now()}
}

// Present gives the line that each other reviewer looks at, by account.
func (rv *Review) Present() map[string]string {
	r := rv.office.reviews
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]string{}
	for account, p := range r.where[rv.Petition.ID] {
		switch {
		case rv.office.now().Sub(p.seen) > presentTime:
			delete(r.where[rv.Petition.ID], account)
		case account != rv.Account.ID:
			out[account] = p.lineID
		}
	}
	return out
}

// Claim takes or prolongs a line for the person. It is false where somebody else has it.
func (rv *Review) Claim(ctx context.Context, lineID string) (bool, error) {
	_, ok, err := rv.office.Store.Claim(ctx, lineID, rv.Account.ID, time.Now().Add(leaseTime))
	if err != nil {
		return false, fmt.Errorf("take line %s for review: %w", lineID, err)
	}
	return ok, nil
}

// Leave gives up lines.
func (rv *Review) Leave(ctx context.Context, lineIDs ...string) error {
	rv.At("")
	for _, id := range lineIDs {
		if err := rv.office.Store.Release(ctx, id, rv.Account.ID); err != nil {
			return err
		}
	}
	if len(lineIDs) > 0 {
		rv.office.tell(rv.Petition.ID)
	}
	return nil
}

// Shown is the line at a place as the person sees it: blind where the queue gave it to them
// to look once more, as it stands where they came by a link.
func (rv *Review) Shown(ctx context.Context, i int) (*Line, error) {
	l := rv.Case.Shown(i, rv.Account.ID, rv.Chair())
	if l.Asked == "" || slices.ContainsFunc(rv.Case.Line(i).Rulings,
		func(r Ruling) bool { return r.By == rv.Account.ID && r.Kind != "undo" }) {
		return l, nil
	}
	if held, err := rv.holds(ctx, l.ID); err != nil || held {
		return l, err
	}
	return rv.Case.Line(i), nil
}

// holds says whether the person has a lease on a line.
func (rv *Review) holds(ctx context.Context, lineID string) (bool, error) {
	all, err := rv.office.Store.Claims(ctx, rv.Petition.ID)
	if err != nil {
		return false, fmt.Errorf("look up who reviews what: %w", err)
	}
	return slices.ContainsFunc(all, func(c store.Claim) bool {
		return c.LineID == lineID && c.AccountID == rv.Account.ID
	}), nil
}

// Claims are the leases on the petition's lines that hold. The lines are
// looked at anew after them: who decides a line gives it up then, and in the
// other order it could seem both free and undecided.
func (rv *Review) Claims(ctx context.Context) (map[string]store.Claim, error) {
	all, err := rv.office.Store.Claims(ctx, rv.Petition.ID)
	if err != nil {
		return nil, fmt.Errorf("look up who reviews what: %w", err)
	}
	out := map[string]store.Claim{}
	for _, c := range all {
		out[c.LineID] = c
	}
	return out, rv.refresh(ctx)
}

// Mine says whether the person has a lease on a line that need not be prolonged yet: every
// prolonging is a write.
func (rv *Review) Mine(c store.Claim) bool {
	return c.AccountID == rv.Account.ID && time.Until(c.Until) > leaseTime*2/3
}

// Queue is which lines wait for the person, as places.
func (rv *Review) Queue() []int { return rv.Case.Queue(rv.Account.ID, rv.Chair()) }

// Next takes the next lines for the person: those that they have already come
// out again, but for those named.
func (rv *Review) Next(ctx context.Context, want int, but []string) ([]*Line, error) {
	if rv.Closed() != "" || want <= 0 {
		return nil, nil
	}
	claims, err := rv.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var out []*Line
	for _, i := range rv.Queue() {
		l := rv.Case.Shown(i, rv.Account.ID, rv.Chair())
		if slices.Contains(but, l.ID) {
			continue
		}
		c, taken := claims[l.ID]
		if taken && c.AccountID != rv.Account.ID {
			continue
		}
		ok := taken && rv.Mine(c)
		if !ok {
			if ok, err = rv.Claim(ctx, l.ID); err != nil {
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

// Share is how many lines the person may hold, so that those who come for the
// last lines of a petition find some.
func (rv *Review) Share(want int) int {
	free, people := len(rv.Queue()), len(rv.Present())+1
	return min(want, max(1, free/(2*people)))
}

// Closed says why the petition takes no findings, empty where it does.
func (rv *Review) Closed() string {
	switch state := register.State(rv.Petition.State); {
	case state == register.Withdrawn:
		return "This petition was withdrawn. Its lines need not be decided."
	case state.Counted():
		return "The tally of this petition is certified. What was found of its lines can no " +
			"longer change."
	}
	return ""
}

// Open says why the person can find nothing of a line, empty where they can.
func (rv *Review) Open(l *Line) string {
	if why := rv.Closed(); why != "" || rv.Chair() {
		return why
	}
	switch {
	case l.Verdict != "uncertain" && l.Decided == "person":
		return "Somebody decided this line: " + l.DecidedWord() +
			". If that is wrong, flag it for the chair."
	case l.Verdict != "uncertain":
		return "This line is decided: " + l.DecidedWord() +
			". If that is wrong, flag it for the chair."
	case l.Needs == "chair":
		return "This line waits for the chair."
	case l.Ruled(rv.Account.ID):
		return "You have judged this line already; somebody else has to look at it too."
	}
	return ""
}

// DecidedWord is the verdict of a decided line, with its reason where it is invalid.
func (l *Line) DecidedWord() string {
	if l.Verdict == "invalid" && l.ReasonWord != "" {
		return "invalid, " + l.ReasonWord
	}
	return l.Verdict
}

// Found is a finding as a page or a program sends it. Its id is made by the page, so that
// what is sent again after a broken connection counts once.
type Found struct {
	ID       string            `json:"id"` // account, full stop, letters and digits
	Line     string            `json:"line"`
	Kind     string            `json:"kind"`
	Member   string            `json:"member,omitempty"`
	Note     string            `json:"note,omitempty"`
	Fields   map[string]string `json:"fields,omitempty"`
	Searched []string          `json:"searched,omitempty"` // queries tried for this line
	Undoes   string            `json:"undoes,omitempty"`
}

var findingTail = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// NewFindingID is an id for a finding of a person.
func NewFindingID(a store.Account) string { return a.ID + "." + store.NewID() }

// Find adds a finding, or says in a *Refusal why it cannot be added.
func (rv *Review) Find(ctx context.Context, f Found) error {
	if tail, ok := strings.CutPrefix(f.ID, rv.Account.ID+"."); !ok ||
		!findingTail.MatchString(tail) {
		return refuse(Malformed,
			"The finding has no proper id. Load the page again and decide the line once more.")
	}
	if why := tooLong(f); why != "" {
		return refuse(Invalid, "%s", why)
	}
	defer rv.office.reviews.lock(rv.Petition.ID)()
	before, err := rv.office.Store.FindingsOf(ctx, f.Line)
	if err != nil {
		return fmt.Errorf("look up what was found of line %s: %w", f.Line, err)
	}
	if slices.ContainsFunc(before, func(b store.Finding) bool { return b.ID == f.ID }) {
		return nil // sent again, taken already
	}
	// Somebody may have decided the line since this request began.
	if err := rv.refresh(ctx); err != nil {
		return err
	}
	i := rv.Case.Find(f.Line)
	if i < 0 {
		return refuse(Missing,
			"There is no such line in this petition any more. Its file may have been excluded or "+
				"read anew.")
	}
	line := rv.Case.Line(i)
	if f.Kind == "duplicate" && f.Member == "" {
		f.Member = line.MemberID
	}
	searched := Distinct(f.Searched)
	adding := store.Finding{
		ID: f.ID, PetitionID: rv.Petition.ID, LineID: f.Line, By: rv.Account.ID, Chair: rv.Chair(),
		At: rv.office.now(), Kind: f.Kind, MemberID: f.Member,
		Note: strings.TrimSpace(f.Note), Fields: f.Fields, Searches: len(searched),
		Undoes: f.Undoes,
	}
	if line, err = rv.checking(ctx, &adding, i); err != nil {
		return err
	}
	if err := rv.refuse(ctx, adding, searched, line, before); err != nil {
		return err
	}
	err = rv.office.Store.Do(ctx, func(tx store.Tx) error {
		if _, err := tx.AddFinding(ctx, adding); err != nil {
			return err
		}
		if f.Kind != "correct" && f.Kind != "undo" {
			if err := tx.Release(ctx, f.Line, rv.Account.ID); err != nil {
				return err
			}
		}
		return rv.office.record(ctx, tx, rv.Account.ID, "finding."+adding.Kind, f.Line, f.ID)
	})
	if errors.Is(err, store.ErrConflict) {
		return refuse(Conflict, "This was taken back already.")
	}
	if err != nil {
		return err
	}
	rv.office.tell(rv.Petition.ID)
	return nil
}

// How much a finding may say, in characters: far more than a line of a sheet holds, and
// than forms let people write.
const (
	maxNote = 2000
	maxText = 200 // of a field that is corrected
)

// tooLong says what of a finding is too long, empty for nothing.
func tooLong(f Found) string {
	if utf8.RuneCountInString(f.Note) > maxNote {
		return "The note is too long: use at most 2,000 characters."
	}
	for _, text := range f.Fields {
		if utf8.RuneCountInString(text) > maxText {
			return "What was corrected is too long: use at most 200 characters for each part of " +
				"a line."
		}
	}
	return ""
}

// checking makes a finding on a line that was shown blind one that measures,
// and gives the line as it was shown. A question to the chair by somebody to whom the
// queue did not give the line is about its verdict, and stays one.
func (rv *Review) checking(ctx context.Context, f *store.Finding, i int) (*Line, error) {
	line := rv.Case.Line(i)
	shown := rv.Case.Shown(i, rv.Account.ID, rv.Chair())
	if shown.Asked == "" || f.Kind == "undo" || f.Kind == "override" || f.Kind == "not-standing" {
		return line, nil
	}
	if f.Kind == "flag" {
		if held, err := rv.holds(ctx, f.LineID); err != nil || !held {
			return line, err
		}
	}
	f.Kind = shown.Asked + ":" + f.Kind
	return shown, nil
}

// refuse says why a finding cannot be added, nil where it can. What each kind of finding
// needs is verify's to say.
func (rv *Review) refuse(ctx context.Context, f store.Finding, searched []string, line *Line,
	before []store.Finding) error {
	_, plain := verify.CheckOf(f.Kind)
	var err error
	switch why := rv.Open(line); {
	case f.Kind == "undo":
		err = rv.refuseUndo(ctx, f, before)
	case f.Kind == "flag" && rv.Closed() == "": // of decided lines too
	case why != "":
		err = refuse(Conflict, "%s", why)
	case plain == verify.NobodyFits:
		err = rv.refuseUnsearched(ctx, searched)
	}
	if err != nil {
		return err
	}
	return rv.office.refuseFinding(ctx, f, before)
}

func (rv *Review) refuseUnsearched(ctx context.Context, searched []string) error {
	needed, err := rv.office.SearchesNeeded(ctx)
	if err != nil || len(searched) >= needed {
		return err
	}
	are := "search is"
	if needed != 1 {
		are = "different searches are"
	}
	return refuse(Invalid,
		"Search the roll first: %d %s needed before a line is given to nobody, and you made %d.",
		needed, are, len(searched))
}

// refuseUndo refuses to take back what a certificate counts. Who may take back what, verify
// says.
func (rv *Review) refuseUndo(ctx context.Context, f store.Finding, before []store.Finding) error {
	i := slices.IndexFunc(before, func(b store.Finding) bool { return b.ID == f.Undoes })
	if i < 0 {
		return nil
	}
	why, err := rv.Settled(ctx, before[i])
	if err != nil || why == "" {
		return err
	}
	return refuse(Conflict, "%s", why)
}

// Settled says why a finding cannot be taken back any more, empty where it can.
func (rv *Review) Settled(ctx context.Context, f store.Finding) (string, error) {
	if why := rv.Closed(); why != "" {
		return why, nil
	}
	tallies, err := rv.office.Store.Tallies(ctx, rv.Petition.ID)
	if err != nil {
		return "", fmt.Errorf("look up the tallies of petition %s: %w", rv.Petition.ID, err)
	}
	if len(tallies) > 0 && !f.At.After(tallies[0].At) {
		return "A certified tally counts this already, so it can no longer be undone.", nil
	}
	return "", nil
}

// UsualSearches is how many different searches are asked for before a line is given to nobody,
// where the settings do not say. One keeps people from giving up at the first glance; some
// offices ask for three.
const UsualSearches = 1

// SearchesSetting is the setting that says otherwise.
const SearchesSetting = "searches-before-nobody"

// SearchesNeeded is how many searches are asked for.
func (o *Office) SearchesNeeded(ctx context.Context) (int, error) {
	text, err := o.Store.Setting(ctx, SearchesSetting)
	if err != nil {
		return 0, fmt.Errorf("look up the searches asked for: %w", err)
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return n, nil
	}
	return UsualSearches, nil
}

// Distinct keeps queries that differ in more than case and spaces.
func Distinct(queries []string) []string {
	var out, seen []string
	for _, q := range queries {
		q = strings.Join(strings.Fields(q), " ")
		if key := strings.ToLower(q); len([]rune(key)) >= 2 && !slices.Contains(seen, key) {
			seen, out = append(seen, key), append(out, q)
		}
	}
	return out
}
