package web

import (
	"context"
	"io"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/report/register"
)

// The desk answers what pages ask of the stages. It is the only place where
// stages and pages meet, and these are the words they meet in: what a page
// shows, ready to be shown, in plain values that pages must not change.
type (
	// Cases gives a petition as it stands now: its lines with their verdicts,
	// what people found included, and what they come to. A case is shared
	// between all who ask until something of the petition changes, so asking
	// again costs next to nothing.
	Cases interface {
		Case(ctx context.Context, petitionID string) (*office.Case, error)
		// Refuse says why a finding cannot be recorded: a *FindingError for the
		// person who made it. Whoever adds findings asks first, with Chair set where the
		// account has that role: the chair's word settles what others' cannot.
		Refuse(ctx context.Context, f store.Finding) error
	}

	// Members searches the membership export and takes in new ones.
	Members interface {
		// Search finds members by name, with misspellings and nicknames, by
		// number, e-mail address or city, best first. It searches the snapshot
		// of the petition, or the newest one where petitionID is empty.
		Search(ctx context.Context, petitionID, query string, limit int) ([]office.Member, error)
		// Member returns store.ErrNotFound for a number that the snapshot does not have.
		Member(ctx context.Context, petitionID, memberID string) (office.Member, error)
		// Preview reads an export, kept under its hash as blob, without taking it in. What
		// is wrong with the export is said in the preview, not in the error.
		Preview(ctx context.Context, blob, name string, opts office.ImportOptions) (office.ImportPreview, error)
		// Import records the export as a snapshot. An *ImportError is for
		// whoever made the export.
		Import(ctx context.Context, blob, name string, opts office.ImportOptions, by string) (store.Snapshot, error)
	}

	// Workbooks writes the reports.
	Workbooks interface {
		// Workbook writes one of COOReport and CouncilReport.
		Workbook(ctx context.Context, petitionID, kind string, w io.Writer) error
	}

	// Rulebook explains rules files. The empty text is the built-in rule.
	Rulebook interface {
		Rules(yaml string) (office.RulesView, error)
	}
)

// Registry gives what becomes of petitions after their count, and of the groups
// they make. It is implemented beside the desk. A *RegisterError is a sentence for
// the person who asked.
type Registry interface {
	// Life, Groups and Group answer as of a time; the zero AsOf is now, and only then do they
	// say what may be written down.
	Life(ctx context.Context, petitionID string, roles []store.Role, as register.AsOf) (office.Life, error)
	AddToLife(ctx context.Context, petitionID string, s office.NewStep, by store.Account) error
	Groups(ctx context.Context, as register.AsOf) ([]office.Group, error)
	Group(ctx context.Context, id string, roles []store.Role, as register.AsOf) (office.Group, error)
	AddToGroup(ctx context.Context, id string, s office.NewStep, by store.Account) error
	Tasks(ctx context.Context) ([]office.Task, error)
	// Calendar writes the tasks as iCalendar.
	Calendar(ctx context.Context, w io.Writer) error
	// PublicList writes the groups that exist, as html or csv.
	PublicList(ctx context.Context, format string, w io.Writer) error
	// Council writes the report to Council for a conference, as xlsx or pdf: as it was issued,
	// else a draft.
	Council(ctx context.Context, conference, format string, w io.Writer) error
	// CouncilReports lists those that were issued, newest first, and whether another may be.
	CouncilReports(ctx context.Context, roles []store.Role) ([]office.IssuedReport, bool, error)
	IssueCouncil(ctx context.Context, n office.NewCouncilReport, by store.Account) (office.IssuedReport, error)
	// CorrectCouncil writes down what was wrong in one of them, or takes that back.
	CorrectCouncil(ctx context.Context, s office.NewStep, by store.Account) error
	// Period writes the COO report of the petitions received from one day to another.
	Period(ctx context.Context, from, to time.Time, w io.Writer) error
	// Letter writes a letter about a petition or a group, as pdf, docx or eml.
	Letter(ctx context.Context, of, subject, kind, format string, by store.Account, w io.Writer) (fileName string, err error)
	// Sent is told of a letter that was sent, and writes down what that means: that a group was
	// reminded. Nothing for most letters.
	Sent(ctx context.Context, of, subject, kind string, by store.Account) error
	// Letters are all kinds, in the order in which they are written.
	Letters() []office.LetterChoice
	// CheckTemplate says what is wrong with the text of a letter, as a *RegisterError.
	CheckTemplate(kind, text string) error
	Template(kind string) (string, error)
}

// Printing prints the sheets that signatures are gathered on.
type Printing interface {
	// SheetSet is what was said of a petition's sheets last, or what its pages suggest.
	SheetSet(ctx context.Context, petitionID string) (office.SheetSet, error)
	// SetSheets keeps what a person says of them; a *SheetError says what cannot be printed.
	SetSheets(ctx context.Context, petitionID string, set office.SheetSet, by string) error
	// Sheets writes them as PDF. The same set gives the same bytes.
	Sheets(ctx context.Context, petitionID string, w io.Writer) error
}
