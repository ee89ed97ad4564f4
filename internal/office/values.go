package office

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"countersign/internal/office/exports"
	"countersign/internal/store"
	"countersign/verify"
)

// Kinds of workbooks.
const (
	COOReport     = "coo"     // holds personal data
	CouncilReport = "council" // holds none
)

// Case is a petition as it stands, its lines by file, page and row.
type Case struct {
	PetitionID string
	Version    string
	SnapshotID string
	Count      Count

	// What the sheets say of the petition themselves; empty where nothing was found.
	Purpose     string
	PurposeFile string
	PurposePage int
	Group       string // as the cover says; the name of the group is nameOf the petition
	Organizers  []Organizer

	Printed []string // what to know of the printed sheets: which are missing, which came twice
	Sheets  bool     // some of the pages are printed sheets

	SecondReviewer string // never, sample or rejections
	Blind          []BlindLine

	views []*lineView
	terms *terms
}

// Len is how many lines there are.
func (c *Case) Len() int { return len(c.views) }

// Line is the line at a place. It is made when it is asked for.
func (c *Case) Line(i int) *Line { return c.views[i].made() }

// Looked are the lines of which somebody found something, with their places.
func (c *Case) Looked(yield func(int, *Line) bool) {
	for i, v := range c.views {
		if len(v.found) > 0 && !yield(i, c.Line(i)) {
			return
		}
	}
}

// Verdict is that of the line at a place, and UploadID the file it is in.
func (c *Case) Verdict(i int) string { return string(c.views[i].decision.Verdict) }

// UploadID is the file that the line at a place is in.
func (c *Case) UploadID(i int) string { return c.views[i].of.UploadID }

// RowsOn is how many lines stand on a page, and OnPage which; none of a nil Case.
func (c *Case) RowsOn(pageID string) int {
	if c == nil {
		return 0
	}
	on := c.terms.byPage[pageID]
	return on.to - on.from
}

// OnPage lists the lines on a page.
func (c *Case) OnPage(pageID string) (out []Line) {
	if c == nil {
		return nil
	}
	for i := c.terms.byPage[pageID].from; i < c.terms.byPage[pageID].to; i++ {
		out = append(out, *c.Line(i))
	}
	return out
}

// BlindLine is a decided line that somebody is to look at once more, to measure
// how well lines are decided: Line shows it as if nobody had, and what is found is
// kept under Line.Asked and a colon, as in "again:accept".
type BlindLine struct {
	At int // its place among the lines

	draw [sha256.Size]byte
	view *lineView
}

// Line is the line as it is shown.
func (b *BlindLine) Line() *Line { return b.view.made() }

// Count is what the lines come to.
type Count struct {
	Rows, Valid, Invalid, Uncertain int
	Required                        int
	Guaranteed                      int // lines that count whatever is found
	// lines that count if every doubt is settled for the petition
	Possible int
	Expected float64 // lines that will count, on average
	Enough   float64 // probability that the petition succeeds
	// open points that nobody settled: what they hide may count
	Open int
	// no undecided line and no open point can change the outcome
	Certain bool
	// one line, such as "90 of 100 required, 17 undecided: …"
	Outcome  string
	ByReason map[string]int
	Doubts   map[string]int // undecided lines by reason
	Needs    map[string]int // undecided lines by Line.Needs
	ByPerson int            // lines that people decided
	// findings of those who looked once more at decided lines
	Checked int
	// undecided lines, as places, in the order to look at them; all of them, even once the outcome
	// is certain
	Next []int
}

// Line is one line of a sheet with its verdict.
type Line struct {
	ID, UploadID, PageID string
	File                 string
	Page, Number         int
	// on the page as delivered, in shares of its width and height: x0, y0, x1, y1
	Box     [4]float64
	Picture string  // blob
	Fields  []Field // what the sheet asks for, in the order of the form
	Signed  string  // yes, no, unsure
	Struck  bool

	Verdict     string // valid, invalid, uncertain
	Reason      string // a key, such as not-found; ReasonWord is for people
	ReasonWord  string
	Because     string // one sentence
	MemberID    string // whom the line was matched to, "" if to nobody
	Probability float64
	// what an undecided line asks of a person: confirm, choose, search, unreadable
	Look       string
	Candidates []Candidate
	// of an undecided line that several members of one name may have written, all in good standing:
	// one of them
	OneOf       string
	Nobody      float64 // probability that nobody on the roll wrote it
	DuplicateOf string  // ID of the other line of the same person

	// of an undecided line: "" for a first look, second, third, chair; nobody need look at it where
	// it waits for another line (other) or for the membership export (match)
	Needs    string
	Decided  string    // program or person
	By       []string  // accounts whose findings settled it, where people did
	At       time.Time // when the last of them did
	Note     string    // what they wrote of it
	Asked    string    // of a BlindLine: again or known
	Findings int       // that stand; undone ones and undoings are not counted
	Rulings  []Ruling
}

// Ruling is one finding on a line, in the order in which they were made. Who
// shows rulings asks RulingsFor, since second looks are blind.
type Ruling struct {
	FindingID string
	By        string // account
	At        time.Time
	Kind      string
	MemberID  string
	Note      string
	Fields    map[string]string
	Undone    bool // by a later finding
	Undoes    string
	Stale     bool // names a member whom the petition's snapshot does not have, and so says nothing
}

// TextOf is what the line says in a field, by its key; empty where it has none.
func (l *Line) TextOf(key string) string {
	for _, f := range l.Fields {
		if f.Key == key {
			return f.Text
		}
	}
	return ""
}

// Correction is the newest correction of the line that stands, nil for none: the one to undo
// first.
func (l *Line) Correction() *Ruling {
	for i := len(l.Rulings) - 1; i >= 0; i-- {
		if r := &l.Rulings[i]; r.Kind == string(verify.Correct) && !r.Undone {
			return r
		}
	}
	return nil
}

// RulingsFor are the rulings that an account may see: all, but while the line
// waits for a second or third look only its own.
func (l *Line) RulingsFor(account string) []Ruling {
	if l.Needs != "second" && l.Needs != "third" {
		return l.Rulings
	}
	var own []Ruling
	for _, r := range l.Rulings {
		if r.By == account {
			own = append(own, r)
		}
	}
	return own
}

// Ruled says whether an account has already judged the line, and so cannot be
// the second pair of eyes.
func (l *Line) Ruled(account string) bool {
	return slices.ContainsFunc(l.Rulings, func(r Ruling) bool {
		return r.By == account && !r.Undone && !r.Stale && r.Kind != "undo" &&
			r.Kind != "correct" && !strings.Contains(r.Kind, ":")
	})
}

// Queue is the part of Count.Next that an account can do something about:
// nobody is asked twice for the same line, and what waits for the chair is
// asked of the chair only.
func (c *Case) Queue(account string, chair bool) []int {
	out := make([]int, 0, len(c.Count.Next))
	for _, i := range c.Count.Next {
		v := c.views[i]
		if needs := v.decision.Needs; needs == verify.NeedsChair && !chair ||
			needs != verify.NeedsChair && len(v.found) > 0 && v.made().Ruled(account) {
			continue
		}
		out = append(out, i)
	}
	if chair {
		return out
	}
	return c.mixed(out, account)
}

// mixed puts the lines that the account is to look at blind between others, as
// evenly as those and the lines decided so far allow. The chair, who settles
// what comes of them, gets none.
func (c *Case) mixed(open []int, account string) []int {
	of, lines := c.Count.Checked+len(c.Blind), c.Count.ByPerson+len(open)
	out := make([]int, 0, len(open)+len(c.Blind))
	k := 0
	for n, b := range c.Blind {
		if !c.mayCheck(&b, account) {
			continue
		}
		at := (2*(c.Count.Checked+n)+1)*lines/(2*of) - c.Count.ByPerson + k
		for next := max(at, k); len(out) < next && len(open) > 0; open = open[1:] {
			out = append(out, open[0])
		}
		out = append(out, b.At)
		k++
	}
	return append(out, open...)
}

// mayCheck says whether an account can look at a line blind: it has found
// nothing of it but what it took back of such a look, or read there.
func (c *Case) mayCheck(b *BlindLine, account string) bool {
	return !slices.ContainsFunc(c.views[b.At].found, func(f store.Finding) bool {
		return f.By == account && f.Kind != "undo" && !strings.HasPrefix(f.Kind,
			string(b.view.asked)+":")
	})
}

// Shown is the line at a place as an account sees it in the review: blind
// where it is to look once more, with what it says itself that is written there.
func (c *Case) Shown(i int, account string, chair bool) *Line {
	at := slices.IndexFunc(c.Blind, func(b BlindLine) bool { return b.At == i })
	if at < 0 || chair || !c.mayCheck(&c.Blind[at], account) {
		return c.Line(i)
	}
	l := *c.Blind[at].Line()
	l.Fields = slices.Clone(l.Fields)
	for _, r := range l.Rulings {
		if r.By != account || r.Undone || !strings.HasSuffix(r.Kind, ":correct") {
			continue
		}
		for k, f := range l.Fields {
			if text, ok := r.Fields[f.Key]; ok {
				f.Text, f.Confidence = strings.TrimSpace(text), 1
				f.Alternatives, f.Corrected = nil, true
				l.Fields[k] = f
			}
		}
	}
	l.Rulings = nil
	return &l
}

// Find returns the place of a line, -1 for none.
func (c *Case) Find(lineID string) int {
	if i, ok := c.terms.at[lineID]; ok {
		return i
	}
	return -1
}

// Field is one field of a line as it was read.
type Field struct {
	Key          string // such as member_id; the keys of Candidate.Agrees
	Label        string // such as "Member number"
	Text         string
	Confidence   float64
	Alternatives []string
	Corrected    bool // by a person
}

// Candidate is a member who may have written a line.
type Candidate struct {
	Member      Member
	Probability float64
	Because     []string // in words, such as "number: two digits swapped"
	// field key → agrees, close, differs; none where one side is empty; nil where nobody compared
	Agrees map[string]string
}

// Member is a person of the membership export.
type Member struct {
	ID          string
	Name        string // given, informal, middle, family, suffix
	Given       string
	Family      string
	Institution string
	Street      string
	City        string
	State       string
	ZIP         string
	Email       string
	Standing    string // in words: "status is Active"
	Good        bool   // counts, on the day that the rule says
	Also        []string
	Signed      []string // IDs of lines of the petition that are decided to be this person's
}

// Organizer is a person whom the cover page designates.
type Organizer struct {
	Name, Address string
	Signed        string // yes, no, unsure
	MemberID      string // "" where no member was certain
}

// ImportOptions say what an export does not say itself.
type ImportOptions struct {
	// meaning → heading; of email and street several, each on a line of its own
	Map  map[string]string
	AsOf time.Time // the day that the export speaks of

	Sheet string // of a workbook; empty for those that look like members

	AcceptLosses bool // take it although much of it is left out or doubtful, or questions are open
}

// ImportPreview is what an export holds and what taking it in would change.
type ImportPreview struct {
	Name, SHA256 string
	// why it cannot be taken in as it is, and what to do; columns are shown nevertheless where they
	// can be
	Error         string
	Rows, Members int
	Sums          string   // in one line what was read, how, and what came of it
	Losses        []string // what a person has to accept before it is taken in
	// the same, of what it lacks beside the export that is in use; each ends in a question
	Questions []string
	// the export that is in use and this one; none where there is none in use
	Beside       []exports.Figure
	Sheets       []ImportSheet // of a workbook
	Columns      []ImportColumn
	Meanings     []Meaning // that a column may have, in the order to offer them
	Problems     []ImportProblem
	ProblemCount int // of all; Problems are the first
	Statuses     []StatusCount
	Changes      *exports.Changes // nil where there is no snapshot yet
}

// ImportSheet is a sheet of a workbook, and whether it is read.
type ImportSheet struct {
	Name string
	Read bool
}

// ImportColumn is one column of an export.
type ImportColumn struct {
	Heading string
	Meaning string   // "" where it is not used
	Samples []string // its first different values
}

// Meaning is what a column can say of a member.
type Meaning struct{ Key, Label string }

// ImportProblem is a row that cannot be used, or of which something is not clear.
type ImportProblem struct {
	Line int
	Text string
}

// StatusCount is how many members have a status, and what the built-in rule makes of it.
type StatusCount struct {
	Status string
	Count  int
	Counts string // yes, no, unknown
}
