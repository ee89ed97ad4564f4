package office

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"countersign/internal/store"
)

// Life is what became of a petition after its sheets came in.
type Life struct {
	State     string
	Since     time.Time
	Steps     []Step // that may follow, for whoever looks
	Happened  []Happening
	Checklist []Required
	Decision  string // in words; empty before there is one
	Renews    string // name of the group that it wants to renew; empty for a new one
	GroupID   string // that it made or renews
	Group     string
	Letters   []LetterChoice
	Undo      string    // id of the event that may be taken back; empty for none
	Day       time.Time // on which all of this held
	Known     time.Time // by what was written down until then; zero for now
}

// Step is something that may be written down next.
type Step struct {
	Kind    string
	Title   string // such as "Approve"
	Says    string // what it means, one sentence
	Asks    []Ask
	Blocked string // why not yet
	Grave   bool   // it ends something

	Recommended bool // it is what usually comes next
}

// Ask is one thing that a step has to say.
type Ask struct {
	Key, Label string
	Long       bool     // several lines
	Optional   bool     //
	Date       bool     // a day
	Choices    []string // where there are only some
	Usual      string
}

// NewStep is a step as somebody wrote it down.
type NewStep struct {
	Kind   string
	On     time.Time
	Words  map[string]string
	Undoes string
	Key    string // a word of the caller's: sent again with it, nothing is written down twice
}

// id is that of the event that a step with a key becomes; empty without one.
func (s NewStep) id(of, subject string, by store.Account) string {
	if s.Key == "" {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "step %q %q %q %q", of, subject, by.ID, s.Key))
	return hex.EncodeToString(sum[:12])
}

// Happening is a step that was taken.
type Happening struct {
	ID      string
	Kind    string // of the step
	Title   string
	On, At  time.Time
	By      string // account
	Words   []Word
	Undone  bool
	Coming  bool // it takes effect on a day to come
	MayUndo bool // whoever looks may take it back
}

// Word is one thing that a step says.
type Word struct {
	Key         string // of the ask; empty where nothing asked for it
	Label, Text string
}

// Required is one item of a packet.
type Required struct {
	Item, Title, Says string
	Found, Confirmed  bool
}

// LetterChoice is a letter that can be written now.
type LetterChoice struct {
	Kind, Title string
	Advised     bool     // by where the petition or group stands
	Lacks       []string // what has to be filled in before it goes out
	Mail        bool     // somebody that it goes to has an e-mail address
}

// Group is a group of the register.
type Group struct {
	ID        string
	Name      string
	Former    []string
	Purpose   string
	Status    string
	Active    bool
	Term      GroupTerm // the present one, or the last
	Terms     []GroupTerm
	End       time.Time // of the last term
	Ended     time.Time // the first day on which it is no more; it may be to come
	Why       string
	Reported  string // that its end was reported to Council; empty for not
	Renewing  string // the petition for another term that is under way
	Liaisons  []string
	Contact   string
	Handbook  string
	Link      string
	Reports   []Word
	Support   []Word
	Notices   []Notice // to Conference Services
	Petitions []string // ids, in the order of terms
	Steps     []Step
	Happened  []Happening
	Tasks     []Task
	Letters   []LetterChoice
	Undo      string
	Day       time.Time // on which all of this held
	Known     time.Time // by what was written down until then; zero for now
}

// Notice is what Conference Services was told of a group.
type Notice struct {
	Term     int
	Told     time.Time
	Needs    []string
	Answered time.Time // zero while they have not acknowledged it
	Answer   string
}

// GroupTerm is one term of a group.
type GroupTerm struct {
	Number   int
	From, To time.Time
	Petition string // id
	Now      bool
	Rule     string // under which it was approved, in words
}

// Task is one entry of the worklist.
type Task struct {
	Due     time.Time
	What    string
	About   string
	Link    string
	Who     string
	Tell    string
	Overdue bool
	Remind  bool
	Told    time.Time
	Of      string // petition, group or council
	Subject string
	Key     string
}

// Recommended says whether one of the steps is what usually comes next.
func (l Life) Recommended() bool { return len(l.OtherSteps()) < len(l.Steps) }

// OtherSteps are those that may be written down as well.
func (l Life) OtherSteps() []Step {
	return slices.DeleteFunc(slices.Clone(l.Steps), func(s Step) bool { return s.Recommended })
}

// Recommended says that no step of a group is what usually comes next.
func (g Group) Recommended() bool { return false }

// OtherSteps are all.
func (g Group) OtherSteps() []Step { return g.Steps }
