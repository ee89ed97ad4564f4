package verify

import (
	"cmp"
	"time"

	"countersign/extract"
	"countersign/verify/roll"
)

// Verdict is what a line counts for.
type Verdict string

const (
	Valid     Verdict = "valid"
	Invalid   Verdict = "invalid"
	Uncertain Verdict = "uncertain" // a person must look
)

// Reason says why a line got its verdict.
type Reason string

const (
	IsMember    Reason = "member"
	NotFound    Reason = "not-found"
	Lapsed      Reason = "lapsed"
	Ineligible  Reason = "ineligible"
	Duplicate   Reason = "duplicate"
	Unsigned    Reason = "unsigned"
	Struck      Reason = "struck"
	Illegible   Reason = "illegible"
	Incomplete  Reason = "incomplete"
	OutOfWindow Reason = "out-of-window"
	Ambiguous   Reason = "ambiguous"
)

// Line is one row of a petition together with where it stands, so that every
// counted signature can be traced to its line on its page.
type Line struct {
	Ref
	extract.Row
}

// Ref names a line: file, page and row, the last two 1-based.
type Ref struct {
	File string
	Page int
	Row  int
}

// Candidate is a member who may have written a line.
type Candidate struct {
	Member      *roll.Member
	Probability float64  // that this member wrote the line
	Because     []string // in words a verifier understands, such as "number: equal"
	Evidence    []Evidence
	Also        []*roll.Member // other records of the same person, by number

	Among string // names those of whom one wrote the line, where people can tell no more
}

// person names who the candidate is, whatever records there are: by the first
// number.
func (c *Candidate) person() string {
	if c.Among != "" {
		return c.Among
	}
	id := c.Member.ID
	for _, m := range c.Also {
		id = min(id, m.ID)
	}
	return id
}

func byChance(a, b Candidate) int {
	return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.Member.ID, b.Member.ID))
}

// Match is a line with the members who may have written it, best first, at
// most ten.
type Match struct {
	Line       Line
	Candidates []Candidate
	Nobody     float64 // probability that nobody on the roll wrote it
	Prior      float64 // of each member, before the line was seen
	OnRoll     float64 // of any member; zero where the line shows nothing
	Waits      bool    // not compared with the export yet
}

// Decision is the verdict on one line.
type Decision struct {
	Match
	Verdict     Verdict
	Reason      Reason
	MemberID    string  // the member it was matched to, empty if none
	Probability float64 // that the best candidate wrote this line
	DuplicateOf *Ref    // the line that counts instead, where Reason is Duplicate
	Because     string  // one sentence for a person: why this verdict
	Look        Look    // what an undecided line asks of a person; empty for others
	Odds        float64 // probability that the line counts once people have looked at it

	// What people have to do with it. A decision of the program alone has none of these.
	By         []string  // whose findings settled the line
	At         time.Time // when the last of them did
	Note       string    // what they wrote of it
	Contested  bool      // somebody who looked again found otherwise than the program
	Overridden bool      // by the chair, whatever the member's standing
	Needs      Needs     // whom an undecided line waits for that people have begun to look at
}
