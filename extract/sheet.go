// Package extract is the second stage: an ingest.Page becomes a Sheet of Rows
// of Fields. It turns the page upright, finds the signer table, reads the
// headings, and says of every row what is written in it, whether it is signed
// and whether it was struck out. The next stage, verify, meets the rows with
// the roll.
package extract

import (
	"context"
	"image"
	"slices"

	"countersign/ingest"
)

// Field names what a cell holds. The values are the keys in JSON.
type Field string

const (
	Name        Field = "name"
	Given       Field = "given"
	Family      Field = "family"
	MemberID    Field = "member_id"
	Institution Field = "institution"
	Street      Field = "street"
	CityState   Field = "citystate"
	City        Field = "city"
	State       Field = "state"
	ZIP         Field = "zip"
	Email       Field = "email"
	Phone       Field = "phone"
	Date        Field = "date"
	Birth       Field = "birth"     // day of birth
	SecondID    Field = "second_id" // another number than the member's, such as an employee's
	Unit        Field = "unit"      // the number of a flat or lot
	Signature   Field = "signature" // looked at for ink, never read
	Number      Field = "number"    // the printed row number; says nothing about the signer
	House       Field = "house"     // the number of a house, which becomes part of the street
)

// fields are all that a column can hold.
var fields = []Field{Name, Given, Family, MemberID, Institution, Unit, Street, CityState, City, State, ZIP,
	Email, Phone, Date, Birth, SecondID, Signature, Number, House}

// Kind says what a page is for.
type Kind string

const (
	Signers Kind = "signers"
	CoverOf Kind = "cover"
	Blank   Kind = "blank"
	Other   Kind = "other"
)

// Signed says whether a row carries a signature.
type Signed string

const (
	SignedYes    Signed = "yes"
	SignedNo     Signed = "no"
	SignedUnsure Signed = "unsure"
)

// Sheet is what was found on one page.
type Sheet struct {
	Kind     Kind
	Rotation int // clockwise degrees that make the page upright: 0, 90, 180, 270
	Source   ingest.Source
	Columns  []Column   // left to right; empty unless the page has signers
	Head     Box        // where their headings stand, and nothing else; zero where that cannot be told
	Open     []Open     // what a person must look at before the sheet can be called complete
	Notes    []string   // what a reader of the result should know, such as headings that could not be read
	Rows     []Row      // in reading order, only those in which somebody wrote
	Learned  []Learned  // what other pages of the same form may be understood by
	Unheaded []Unheaded // what the roll may tell of its columns; none where headings leave no doubt
	Form     Form       // which page of a petition a printed sheet is; zero where the page does not say
	Imprint  Imprint    // by which pages of one form are compared
	Cover    Cover      // empty where the page says nothing of purpose, group or organizers
}

// Open is an open point: something on a page that may be a signature nobody filed, or a
// reason why the page may say more than was read.
type Open struct {
	Kind OpenKind
	Text string // sentences: what is the matter and what to do
	Box  Box    // zero for the page as a whole
	// Upright is the place on the page's imprint; empty for the page as a whole.
	Upright image.Rectangle
	Picture []byte `json:"-"` // JPEG of the place, for people to look at; never kept
}

// OpenKind is what an open point is about. Those that ingest finds are ingest.FindingKinds.
type OpenKind string

// Damaged reports whether part of the page could not be read because its picture is damaged.
func (s Sheet) Damaged() bool {
	return slices.ContainsFunc(s.Open, func(o Open) bool { return o.Kind == OpenKind(ingest.Damaged) })
}

// Column is one column of a signer table and what its heading means.
type Column struct {
	Heading string  // as read, understood or not; empty where nothing could be read
	Fields  []Field // one, or two for a box that holds two items, top to bottom
}

// Row is one line of a signer table in which somebody wrote.
type Row struct {
	Number int               // 1-based place on the sheet, blank rows counted: where rows are numbered in print, that number
	Box    Box               // where it is on the page as delivered
	Fields map[Field]Reading // what the sheet asks for, empty readings included; no Signature, no Number
	Signed Signed
	// SignedAs is a name typed in the signature's place that is not the row's own as it is
	// written: whether it is the signer's, only the roll knows. Signed is then unsure.
	SignedAs string
	Struck   bool
	Picture  []byte // JPEG of the line, upright, for people to look at
}

// Forget drops what was seen of the row's words, which takes a hundred times the
// room of their text, once nobody will ask for it any more.
func (r Row) Forget() {
	for f, reading := range r.Fields {
		reading.Words = nil
		r.Fields[f] = reading
	}
}

// Box is a place on a page in shares of its width and height: x0, y0, x1, y1,
// from the top left corner of the page as delivered.
type Box [4]float64

// Reading is what was read in one cell.
type Reading struct {
	Text         string        `json:"text"`
	Confidence   float64       `json:"confidence"`             // 0 to 1; 1 where nothing is written and the cell is surely empty
	Engine       string        `json:"engine,omitempty"`       // "text", "tesseract", …
	Alternatives []Alternative `json:"alternatives,omitempty"` // other readings, best first, for people to see; the matcher scores names on Words, which has them all
	Words        []Lattice     `json:"-"`                      // what was seen of each blank-separated word of Text, in order, or of the whole cell as one where SeenWhole; nil from engines that give text alone
}

// Lattice is what a recognizer saw of a word: for every frame, how probable each
// letter is (connectionist temporal classification, CTC). Upper case stands for both
// cases; blanks and signs between letters have no place in it.
type Lattice interface {
	Frames() int
	// LogProbability of a letter from A to Z or of a digit in a frame, or of the blank,
	// which is letter 0. -Inf for what cannot be. Digits are kept where SeenWhole.
	LogProbability(frame int, letter rune) float64
}

// SeenWhole says of which fields the lattice is one of all that stands in the cell, letters and
// digits: which blanks and signs part them is no matter there.
func SeenWhole(f Field) bool {
	return f == MemberID || f == Street || f == ZIP || f == Email
}

// Alternative is another reading of the same cell.
type Alternative struct {
	Text       string  `json:"text"`
	Confidence float64 `json:"confidence"`
}

// Cell is the picture of one item of a cell: upright, dark ink on white,
// without ruled lines and without what spilled over from its neighbours.
type Cell struct {
	Image *image.Gray
	Field Field // what the sheet asks for there
}

// Recognizer reads cells, all of a page at once, since some engines are faster
// that way. It returns one Reading for each, in their order. Implementations
// are safe for use by several goroutines.
type Recognizer interface {
	Recognize(ctx context.Context, cells []Cell) ([]Reading, error)
}

// Cover is what a cover page says of the petition.
type Cover struct {
	Group      string
	Purpose    string
	Organizers []Organizer
}

// Organizer is a person named on the cover page.
type Organizer struct {
	Name    string
	Address string
	Signed  Signed
}
