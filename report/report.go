// Package report is the fourth stage: what was decided becomes workbooks. A
// Petition of decided lines enters; files for the committee and the council
// leave. Nothing follows it.
package report

import (
	"time"

	"countersign/extract"
	"countersign/verify"
)

// Petition is all that the workbooks say, of all files together.
type Petition struct {
	Cover      extract.Cover
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
	Findings   []Finding // in the order in which people made them
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

// Organizer is a designated organizer with the member it was matched to.
type Organizer struct {
	extract.Organizer
	MemberID string // empty if no member was certain
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
	Error    string
	Notes    []string
}

// Snapshot names the membership export a petition was verified against.
type Snapshot struct {
	Name     string
	SHA256   string
	Rows     int // rows of the export
	Members  int // people in it
	AsOf     time.Time
	Findings []string // what the import remarked, such as rows it could not use
}

// Pictures gives the JPEG of a line, as extract made it. It is asked once for
// each line, so that pictures need not all lie in memory.
type Pictures interface {
	Picture(verify.Ref) ([]byte, error)
}
