// Package letter writes the letters that a petition and a group give rise to, from
// templates that an office can edit: receipt, acknowledgement, what is missing,
// a shortfall, the decision, the notices to Conference Services and to the Executive
// Director, reminders. Facts enter; a Letter leaves, as PDF, DOCX or a draft of an
// e-mail. Nothing is sent from here, and no letter names a signer.
package letter

import (
	"regexp"
	"strings"
	"time"
)

// Kind is what a letter is for.
type Kind string

const (
	Receipt         Kind = "receipt"
	Acknowledgement Kind = "acknowledgement"
	Deficiency      Kind = "deficiency"
	Shortfall       Kind = "shortfall"
	Approval        Kind = "approval"
	Disapproval     Kind = "disapproval"
	Deferral        Kind = "deferral"
	Conference      Kind = "conference-services"
	Designation     Kind = "designation"
	ReportReminder  Kind = "report-reminder"
	RenewalReminder Kind = "renewal-reminder"
	Disbanding      Kind = "disbanding"
	Conversion      Kind = "conversion"
)

// Kinds lists all kinds in the order in which they are written.
func Kinds() []Kind {
	return []Kind{Receipt, Acknowledgement, Deficiency, Shortfall, Approval, Disapproval, Deferral,
		Conference, Designation, ReportReminder, RenewalReminder, Disbanding, Conversion}
}

// Letter is a letter ready to be printed or sent.
type Letter struct {
	Kind       Kind
	Date       time.Time
	Head       Letterhead
	To         []Person // each an inside address
	Subject    string
	Salutation string
	Body       []Block
	Closing    string
	From       []string // who signs, line by line, below the place for the signature
	Copies     []Person // named at the foot
}

// Letterhead is what stands at the top of each letter: the office's own, or its name alone.
type Letterhead struct {
	Name  string   // association
	Lines []string // committee and address
	Logo  []byte   // PNG; none without
}

// Block is a paragraph, or an item of a list where Item is set.
type Block struct {
	Text string
	Item bool
}

// Facts are what templates can speak of. Fields that do not apply are empty.
type Facts struct {
	Association string
	Committee   string // such as Committee on Organization
	Address     string // of the office, for the letterhead
	Logo        []byte // PNG
	Sender      Person // who signs
	Addressees  []Person
	Copies      []Person
	Date        time.Time

	Petition   string // title
	Renews     string // group for which the petition asks another term; empty for a new one
	Group      string
	Purpose    string
	Rule       string // title, such as Membership Initiative Group
	Citation   string
	Received   time.Time
	Missing    []string // what the packet lacks, in words
	Filed      int      // lines
	Valid      int
	Required   int
	Reasons    []Reason // why lines do not count, in aggregate
	Vote       string
	Rationale  string
	Units      string // consulted about overlap
	Decided    time.Time
	Term       int       // number of the term that the letter is about
	TermFrom   time.Time //
	TermTo     time.Time
	TermYears  int      // of the rule under which the term was approved
	ReportsBy  string   // the day of each year by which the group reports, such as August 1
	Conditions []string // conditions of an approval
	Meeting    string   // conference at which Council is told
	Told       bool     // Council was told there
	Needs      string   // space, time and place
	NeedList   []string // the same, one by one
	Contact    string   // at Headquarters
	Due        time.Time
	What       string // is due, or why a group ends, or what it is converted to
	Deadlines  []string
}

// Short is how many valid signatures are missing, 0 for none.
func (f Facts) Short() int { return max(0, f.Required-f.Valid) }

// Renewal says whether the letter is about another term of a group.
func (f Facts) Renewal() bool { return f.Term > 1 }

// Named is the petition as a sentence names it.
func (f Facts) Named() string {
	if f.Renews != "" {
		return `petition for another term of "` + f.Renews + `"`
	}
	return `petition "` + f.Petition + `"`
}

// Person is somebody to write to, with the office.
type Person struct {
	Name, Office, Email string
	Address             string // lines
	Unnamed             bool   // Name stands for people whose names were not read
}

// Reason is why some of the lines do not count.
type Reason struct {
	Words string
	Lines int
}

// lines are a person as an address.
func (p Person) lines() []string {
	return append(present(p.Name, p.Office), addressLines(p.Address)...)
}

// AddressLines are the address as envelopes have it.
func (p Person) AddressLines() []string { return addressLines(p.Address) }

// town is the end of an address written in one line: town, state and ZIP code.
var town = regexp.MustCompile(`^(.+\S)\s*,\s*([^,]+,?\s+[A-Z]{2}\.?\s+\d{5}(?:-\d{4})?)$`)

// addressLines parts an address as envelopes have it, the town on a line of its own.
func addressLines(text string) []string {
	lines := present(strings.Split(text, "\n")...)
	if len(lines) == 1 {
		if m := town.FindStringSubmatch(lines[0]); m != nil {
			return m[1:]
		}
	}
	return lines
}

// line names a person on one line.
func (p Person) line() string { return strings.Join(present(p.Name, p.Office), ", ") }

// mostNamed is how many people a salutation names.
const mostNamed = 3

// salutation greets those a letter goes to by their names. Names alone say nothing of who
// is a Ms. or a Mr.
func salutation(to []Person) string {
	var names []string
	for _, p := range to {
		if p.Unnamed {
			return "Dear organizers:"
		}
		names = append(names, present(p.Name, p.Office)[:1]...)
	}
	switch n := len(names); {
	case n == 0:
		return "Dear colleagues:"
	case n > mostNamed:
		return "Dear organizers:"
	case n == 1:
		return "Dear " + names[0] + ":"
	default:
		return "Dear " + strings.Join(names[:n-1], ", ") + " and " + names[n-1] + ":"
	}
}
