// Package ingest is the first stage: a file somebody sent becomes a Document
// of page images. PDF, TIFF, JPEG and PNG enter, and tables of those who signed online;
// Pages leave, turned as a viewer would show them and with their true resolution. The next stage,
// extract, turns a Page into rows.
package ingest

import "image"

// Source says where a page's words can be had.
type Source string

const (
	// Scan is a picture of paper: words must be read from pixels.
	Scan Source = "scan"
	// Online is a part of a list that people signed online: a table, without a picture.
	Online Source = "list"
	// Text is a page with a text layer of its own that covers what is seen.
	Text Source = "text"
)

// Page is one page as delivered: what a viewer shows, with the file's own
// rotation applied. Pages that lie upside down on the scanner are still
// upside down here; extract turns them. What a person must know of the file as
// a whole comes with its first page.
type Page struct {
	Number   int         // 1-based place in its document
	Image    image.Image // never nil on a page without an error, but of a list; *image.Gray or *image.RGBA
	DPI      float64     // pixels per inch of Image, both ways
	Source   Source
	Words    []Word    // what the text layer prints on the page, in the file's order, mostly that of reading; empty unless Source is Text
	Hidden   []Word    // what the text layer says where nothing is to be seen: never evidence of print
	Upright  int       // clockwise degrees that make most Words upright: 0, 90, 180 or 270
	Findings []Finding // mostly none
	List     List      // empty unless Source is Online
}

// List is a part of the table of those who signed online.
type List struct {
	Headings []string
	Rows     [][]string   // as long as the headings, or shorter; none is empty
	Doubtful map[int]bool // rows that may not count, such as those crossed out or commented on, by index
	First    [][]string   // those of the list's first page, by which its columns are judged on all
	Apart    string       // the sheet or title under which rows stand that may not count: "Withdrawn"; else empty
}

// Word is one word of a page's text layer.
type Word struct {
	Text string
	Box  image.Rectangle // in pixels of the page's Image
}

// Finding is what a person must look at because the page's picture and words
// may not be all that the sheet says.
type Finding struct {
	Kind FindingKind
	Text string          // sentences: what is the matter and what to do
	Box  image.Rectangle // in pixels of the page's Image; empty for the page as a whole
}

// FindingKind is what kind of thing a finding is about.
type FindingKind string

const (
	// Damaged is a picture or a file of which part is lost or altered. It
	// counts as input that could be read only in part.
	Damaged FindingKind = "damaged"
	// NotDrawn is something on the page that its picture leaves out.
	NotDrawn FindingKind = "not-drawn"
	// Placeholder is a page that stands for another that a viewer would show.
	Placeholder FindingKind = "placeholder"
	// Attached is other files inside this one, which were not read.
	Attached FindingKind = "attached"
	// Blurred is a photo too blurred to be read.
	Blurred FindingKind = "blurred"
)
