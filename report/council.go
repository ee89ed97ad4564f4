package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/verify"
)

// Period is several petitions that one report to the committee covers.
type Period struct {
	Title     string // such as "Fall 2026"
	From, To  time.Time
	Petitions []Petition
	Made      time.Time
	Program   string
}

// PeriodOf is the period of one petition.
func PeriodOf(p Petition) Period {
	return Period{Petitions: []Petition{p}, Made: p.Made, Program: p.Program}
}

// NoGroup stands in the Council report for the name of a group where no cover page has one.
const NoGroup = "not named on the cover page"

// Council is all that the report to Council says. It has no place for data of
// a signer, so that none can slip in: petitions enter as Counts.
type Council struct {
	Committee  string // that reports; "Committee on Organization" if empty
	Document   string // number of the document, such as "CD#27"
	Year       string // Council year, such as "2026-2027"
	Conference string
	Date       time.Time // of the report
	From, To   time.Time // what it covers, up to its cut-off; zero for one petition
	State      string    // such as "issued" or "draft"; empty for one petition

	Actions     []Action
	Pending     []Pending
	Groups      []Group
	Annual      []AnnualReport
	Counts      []Counts
	Handbook    []Entry
	Corrections []Correction

	Made    time.Time
	Program string
	Audit   Audit
}

// Action is what the committee decided of a group.
type Action struct {
	Group       string
	What        string // such as approved, disapproved, renewed, disbanded, converted to …
	Information bool   // for Council's information, without an action of Council
	Date        time.Time
	Vote        string // such as "7-0-1"
	Effective   time.Time
	TermEnd     time.Time
	Valid       int // signatures; Required zero where none were needed
	Required    int
	Rationale   string
}

// Pending is a petition or a question on which nothing was decided yet.
type Pending struct {
	Group    string
	Purpose  string
	Rule     string
	Received time.Time
	State    string
	Valid    int
	Required int
	Outcome  string
}

// Group is one entry of the register of groups.
type Group struct {
	Name      string
	Former    []string
	Purpose   string
	State     string // such as active, renewal window, disbanded, converted
	Term      int    // number of the present term
	TermStart time.Time
	TermEnd   time.Time
	Ended     time.Time // the day from which on it is no more; zero while it exists
	Why       string    // it ended
	Liaisons  []string  // of the staff, never signers
	Link      string
}

// AnnualReport is a group's report of activities that was due.
type AnnualReport struct {
	Group     string
	Year      string
	Due       time.Time
	Received  time.Time // zero while it has not come
	Requested bool      // asked for besides the yearly one
	Note      string
}

// Counts are the figures of one petition.
type Counts struct {
	Group      string
	Tally      verify.Tally
	Files      int
	Unread     int // files not read to the end
	Pages      int
	Signers    int // pages with signers
	Covers     int // cover pages
	Members    int // people of the membership export
	MembersAt  time.Time
	ExportHash string
}

// Entry is the text for a group in the Handbook of Organization.
type Entry struct {
	Group string
	Text  string
}

// Correction sets right what an earlier report said.
type Correction struct {
	Document string // the report that is corrected
	Date     time.Time
	Text     string
}

// Day is the one on which the report says how things stand: its cut-off, or the day on which
// it was made.
func (c Council) Day() time.Time {
	if c.To.IsZero() {
		return c.Made
	}
	return c.To
}

// CouncilOf is the report to Council on petitions alone, without a register of
// groups. What the committee decided is an action, the rest is pending.
func CouncilOf(petitions ...Petition) Council {
	var c Council
	for _, p := range petitions {
		c.Add(p)
	}
	return c
}

// Add puts a petition into the report: its action or else its pending state,
// its figures, and the Handbook text of a group that was approved.
func (c *Council) Add(p Petition) {
	if c.Made.Before(p.Made) {
		c.Made, c.Program = p.Made, p.Program
	}
	if p.Audit.Entries > c.Audit.Entries {
		c.Audit = p.Audit
	}
	group := cmp.Or(strings.TrimSpace(p.Cover.Group), NoGroup)
	c.Counts = append(c.Counts, countsOf(group, p))
	if p.Action == nil {
		c.Pending = append(c.Pending, Pending{Group: group,
			Purpose: strings.TrimSpace(p.Cover.Purpose), Rule: joined(p.Rules.Title,
				p.Rules.Citation),
			Received: p.Received, State: StateInWords(p), Valid: p.Tally.Valid,
			Required: p.Tally.Required, Outcome: Outcome(p.Tally)})
		return
	}
	a := *p.Action
	a.Group = cmp.Or(a.Group, group)
	a.Valid, a.Required = p.Tally.Valid, p.Tally.Required
	c.Actions = append(c.Actions, a)
	if strings.EqualFold(a.What, "approved") && strings.TrimSpace(p.Cover.Purpose) != "" {
		c.Handbook = append(c.Handbook, Entry{Group: a.Group,
			Text: strings.TrimSpace(p.Cover.Purpose)})
	}
}

func countsOf(group string, p Petition) Counts {
	n := Counts{Group: group, Tally: p.Tally, Files: len(p.Files), Members: p.Members.Members,
		MembersAt: p.Members.AsOf, ExportHash: p.Members.SHA256}
	for _, f := range p.Files {
		if !f.ReadWhole() {
			n.Unread++
		}
		n.Pages += len(f.Pages)
		for _, page := range f.Pages {
			switch page.Kind {
			case extract.Signers:
				n.Signers++
			case extract.CoverOf:
				n.Covers++
			}
		}
	}
	return n
}

// ReadWhole says whether nothing of a file was left out.
func (f File) ReadWhole() bool {
	return f.Error == "" && !slices.ContainsFunc(f.Pages,
		func(p Page) bool { return p.Error != "" })
}

// Rows is how many lines of a file somebody wrote in.
func (f File) Rows() int {
	rows := 0
	for _, p := range f.Pages {
		rows += p.Rows
	}
	return rows
}

// StateInWords says what has become of a petition, and else what has to happen
// next.
func StateInWords(p Petition) string {
	switch n := p.Tally.Uncertain; {
	case p.State != "":
		return p.State
	case n == 1:
		return "verification under way: 1 line is undecided"
	case n > 1:
		return fmt.Sprintf("verification under way: %d lines are undecided", n)
	}
	return "verified; action of the committee is pending"
}
