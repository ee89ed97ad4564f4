package web

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/office"
	"countersign/internal/store"
)

// found is a finding as a page sends it. Its id is made by the page, so that
// what is sent again after a broken connection counts once.
type found struct {
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

func newFindingID(a store.Account) string { return a.ID + "." + newID() }

// take adds a finding, or says in a *failure why it cannot be added.
func (rv *review) take(r *http.Request, f found) error {
	if tail, ok := strings.CutPrefix(f.ID, rv.account.ID+"."); !ok || !findingTail.MatchString(tail) {
		return problem(http.StatusBadRequest, "The finding has no proper id. Load the page again and decide the line once more.")
	}
	if why := tooLong(f); why != "" {
		return problem(http.StatusUnprocessableEntity, why)
	}
	defer rv.Server.review.lock(rv.petition.ID)()
	before, err := rv.Store.FindingsOf(rv.ctx, f.Line)
	if err != nil {
		return fmt.Errorf("look up what was found of line %s: %w", f.Line, err)
	}
	if slices.ContainsFunc(before, func(b store.Finding) bool { return b.ID == f.ID }) {
		return nil // sent again, taken already
	}
	// Somebody may have decided the line since this request began.
	if err := rv.refresh(); err != nil {
		return err
	}
	i := rv.kase.Find(f.Line)
	if i < 0 {
		return problem(http.StatusNotFound, "There is no such line in this petition any more. Its file may have been excluded or read anew.")
	}
	line := &rv.kase.Lines[i]
	if f.Kind == "duplicate" && f.Member == "" {
		f.Member = line.MemberID
	}
	searched := distinct(f.Searched)
	adding := store.Finding{
		ID: f.ID, PetitionID: rv.petition.ID, LineID: f.Line, By: rv.account.ID, Chair: rv.chair(), At: rv.Now(), Kind: f.Kind, MemberID: f.Member,
		Note: strings.TrimSpace(f.Note), Fields: f.Fields, Searches: len(searched), Undoes: f.Undoes,
	}
	if line, err = rv.checking(&adding, i); err != nil {
		return err
	}
	if err := rv.refuse(adding, searched, line, before); err != nil {
		return err
	}
	if _, err := rv.Store.AddFinding(rv.ctx, adding); errors.Is(err, store.ErrConflict) {
		return problem(http.StatusConflict, "This was taken back already.")
	} else if err != nil {
		return err
	}
	if err := rv.record(r, "finding."+adding.Kind, f.Line, f.ID); err != nil {
		return err
	}
	if f.Kind != "correct" && f.Kind != "undo" {
		if err := rv.Store.Release(rv.ctx, f.Line, rv.account.ID); err != nil {
			return err
		}
	}
	rv.Bell.Tell(Topic(rv.petition.ID))
	return nil
}

// How much a finding may say, in characters: far more than a line of a sheet holds, and
// than forms let people write.
const (
	maxNote = 2000
	maxText = 500 // of a field that is corrected
)

// tooLong says what of a finding is too long, empty for nothing.
func tooLong(f found) string {
	if utf8.RuneCountInString(f.Note) > maxNote {
		return "The note is too long: use at most 2,000 characters."
	}
	for _, text := range f.Fields {
		if utf8.RuneCountInString(text) > maxText {
			return "What was corrected is too long: use at most 500 characters for each part of a line."
		}
	}
	return ""
}

// checking makes a finding on a line that was shown blind one that measures,
// and gives the line as it was shown. A question to the chair by somebody to whom the
// queue did not give the line is about its verdict, and stays one.
func (rv *review) checking(f *store.Finding, i int) (*office.Line, error) {
	line := &rv.kase.Lines[i]
	shown := rv.kase.Shown(i, rv.account.ID, rv.chair())
	if shown.Asked == "" || f.Kind == "undo" || f.Kind == "override" || f.Kind == "not-standing" {
		return line, nil
	}
	if f.Kind == "flag" {
		if held, err := rv.holds(f.LineID); err != nil || !held {
			return line, err
		}
	}
	f.Kind = shown.Asked + ":" + f.Kind
	return shown, nil
}

// refuse says why a finding cannot be added, nil where it can. What findings
// mean, and so what each needs, the desk knows.
func (rv *review) refuse(f store.Finding, searched []string, line *office.Line, before []store.Finding) error {
	var err error
	switch why := rv.open(line); {
	case f.Kind == "undo":
		err = rv.refuseUndo(f, before)
	case f.Kind == "flag" && rv.closed() == "": // of decided lines too
	case why != "":
		err = problem(http.StatusConflict, why)
	case plainKind(f.Kind) == "nobody":
		err = rv.refuseUnsearched(searched)
	}
	if err != nil {
		return err
	}
	err = rv.Desk.Refuse(rv.ctx, f)
	var said *office.FindingError
	if errors.As(err, &said) {
		return problem(http.StatusUnprocessableEntity, upperFirst(said.Text))
	}
	if err != nil {
		return fmt.Errorf("check a finding on line %s: %w", f.LineID, err)
	}
	return nil
}

func (rv *review) refuseUnsearched(searched []string) error {
	needed, err := rv.searchesNeeded()
	if err != nil || len(searched) >= needed {
		return err
	}
	return problem(http.StatusUnprocessableEntity, fmt.Sprintf("Search the roll first: %s needed before a line is given to nobody, and you made %d.", plural(needed, "search is", "different searches are"), len(searched)))
}

func (rv *review) refuseUndo(f store.Finding, before []store.Finding) error {
	i := slices.IndexFunc(before, func(b store.Finding) bool { return b.ID == f.Undoes })
	if i < 0 {
		return problem(http.StatusConflict, "What should be undone is not there. Load the page again.")
	}
	if before[i].By != rv.account.ID && !rv.chair() {
		return problem(http.StatusForbidden, "Somebody else found this; only they and the chair can take it back.")
	}
	return rv.settled(before[i])
}

// settled says why a finding cannot be taken back any more.
func (rv *review) settled(f store.Finding) error {
	if why := rv.closed(); why != "" {
		return problem(http.StatusConflict, why)
	}
	tallies, err := rv.Store.Tallies(rv.ctx, rv.petition.ID)
	if err != nil {
		return fmt.Errorf("look up the tallies of petition %s: %w", rv.petition.ID, err)
	}
	if len(tallies) > 0 && !f.At.After(tallies[0].At) {
		return problem(http.StatusConflict, "A certified tally counts this already, so it can no longer be undone.")
	}
	return nil
}

// closed says why the petition takes no findings, empty where it does.
func (rv *review) closed() string {
	switch rv.petition.State {
	case "tallied", "sufficient", "agenda", "deferred", "approved", "disapproved", "reported", "closed":
		return "The tally of this petition is certified. What was found of its lines can no longer change."
	case "withdrawn":
		return "This petition was withdrawn. Its lines need not be decided."
	}
	return ""
}

// open says why the account can find nothing of a line, empty where it can.
func (rv *review) open(l *office.Line) string {
	if why := rv.closed(); why != "" || rv.chair() {
		return why
	}
	switch {
	case l.Verdict != "uncertain" && l.Decided == "person":
		return "Somebody decided this line: " + decidedWord(l) + ". If that is wrong, flag it for the chair."
	case l.Verdict != "uncertain":
		return "This line is decided: " + decidedWord(l) + ". If that is wrong, flag it for the chair."
	case l.Needs == "chair":
		return "This line waits for the chair."
	case l.Ruled(rv.account.ID):
		return "You have judged this line already; somebody else has to look at it too."
	}
	return ""
}

func decidedWord(l *office.Line) string {
	if l.Verdict == "invalid" && l.ReasonWord != "" {
		return "invalid, " + l.ReasonWord
	}
	return l.Verdict
}

// searchesNeeded is how many different searches are asked for before a line is
// given to nobody. One keeps people from giving up at the first glance; some
// offices ask for three.
func (rv *review) searchesNeeded() (int, error) {
	text, err := rv.Store.Setting(rv.ctx, "searches-before-nobody")
	if err != nil {
		return 0, fmt.Errorf("look up the searches asked for: %w", err)
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return n, nil
	}
	return 1, nil
}

// distinct keeps queries that differ in more than case and spaces.
func distinct(queries []string) []string {
	var out, seen []string
	for _, q := range queries {
		q = strings.Join(strings.Fields(q), " ")
		if key := strings.ToLower(q); len([]rune(key)) >= 2 && !slices.Contains(seen, key) {
			seen, out = append(seen, key), append(out, q)
		}
	}
	return out
}
