// Package report is the fourth stage: what was decided becomes workbooks. A
// Petition of decided lines enters; files for the committee and the council
// leave. Nothing follows it.
package report

import (
	"time"

	"countersign/extract"
	"countersign/verify"
)

// Petition is all that the workbooks say, of all files together. What is
// known only to whoever keeps petitions over weeks, from Received on, may be
// left empty: the workbooks then say that nothing is recorded.
type Petition struct {
	// by which its printed sheets name it; empty where nothing keeps petitions
	ID    string
	Title string // that staff gave it; empty where nothing keeps petitions
	// its Group is the one name of the group, where something keeps petitions
	Cover      extract.Cover
	Headed     string // what the sheets call the group, where something keeps petitions
	CoverFile  string // where the purpose was found; empty if nowhere
	CoverPage  int
	Organizers []Organizer
	Files      []File
	Decisions  []verify.Decision // in the order of files, pages, rows
	Tally      verify.Tally
	Rules      verify.Rules
	Members    Snapshot
	Made       time.Time
	Program    string // name and version of the program, for the record
	Pictures   Pictures

	Received    time.Time // the day on which the packet was handed in
	State       string    // in words, such as "on the COO agenda"
	RuleVersion string    // of the rule as it was applied; a fingerprint of it if empty
	Overlap     Overlap
	Findings    []Finding // in the order in which people made them
	Quality     *Quality  // nil where nobody looked twice
	Deadlines   []Deadline
	Certificate *Certificate // nil until the tally is certified
	Action      *Action      // what the committee decided; nil until then
	Audit       Audit
	Links       Links // nil where no service keeps the pages
}

// Organizer is a designated organizer with the member it was matched to.
type Organizer struct {
	extract.Organizer
	MemberID    string // empty if no member was certain
	ConfirmedBy string // who held name, address and signature against the page; empty for nobody
	ConfirmedAt time.Time
}

// File is one file that was handed in.
type File struct {
	Name   string
	SHA256 string
	Error  string // why it could not be read, else empty
	Pages  []Page
}

// Page is what became of one page of a file.
type Page struct {
	Number   int
	Kind     extract.Kind
	Rotation int
	Source   string // scan or text
	Rows     int    // lines in which somebody wrote
	Form     extract.Form
	Error    string
	Notes    []string
	Open     []OpenPoint
}

// OpenPoint is something on a page that may be a signature nobody filed, or a reason why the
// page may say more than was read.
type OpenPoint struct {
	Text    string // what is the matter, and what to do
	Settled string // what a person found; empty while it waits
	Note    string
	By      string // the name of who settled it
	At      time.Time
	Picture []byte // JPEG of the place, nil for none
}

// Waiting is how many open points of a petition nobody has settled.
func (p Petition) Waiting() int {
	n := 0
	for _, f := range p.Files {
		for _, page := range f.Pages {
			for _, o := range page.Open {
				if o.Settled == "" {
					n++
				}
			}
		}
	}
	return n
}

// Snapshot names the membership export a petition was verified against.
type Snapshot struct {
	Name     string
	SHA256   string
	Rows     int    // rows of the export
	Members  int    // people in it
	LeftOut  int    // rows that could not be used
	Merged   int    // rows of a person who has another
	Sums     string // in one line what the import read, how, and what came of it
	AsOf     time.Time
	Findings []string // what the import remarked, such as rows it could not use
}

// Pictures gives the JPEG of a line, as extract made it. It is asked once for
// each line, so that pictures need not all lie in memory.
type Pictures interface {
	Picture(verify.Ref) ([]byte, error)
}

// Links gives the addresses at which a service shows a line with its page and
// its decisions, and a page; empty where there is none.
type Links interface {
	Line(verify.Ref) string
	Page(file string, page int) string
}

// Finding is what a person found of a line. Findings are only ever added; one
// that was taken back is Undone and stays in the log.
type Finding struct {
	Line     verify.Ref
	At       time.Time
	By       string // who, as colleagues know them
	Found    string // such as accept, nobody, illegible, override, correct, flag
	MemberID string // of the member accepted, else empty
	Note     string
	Undone   bool
}

// Overlap is how the purpose was held against what other units do already.
type Overlap struct {
	Note      string
	Consulted []Consulted
}

// Consulted is a division, round table or office that was asked.
type Consulted struct {
	Unit   string
	On     time.Time
	Answer string
}

// Deadline is a day by which somebody has to do something.
type Deadline struct {
	Due  time.Time
	What string
	Who  string
	Done time.Time // zero while it is not done
	Note string
}

// Certificate is who froze the counts, and when.
type Certificate struct {
	ID         string
	By         string
	At         time.Time
	Supersedes string // the certificate that it replaces, and Reason says why
	Reason     string
}

// Audit is the head of the audit chain when the report was made: with it the
// chain up to then cannot change unnoticed.
type Audit struct {
	Entries int64
	Head    string // hash of the last entry
}
