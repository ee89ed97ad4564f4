// Package ingest is the first stage: a file somebody sent becomes a Document
// of page images. PDF, TIFF, JPEG and PNG enter; Pages leave, turned as a
// viewer would show them and with their true resolution. The next stage,
// extract, turns a Page into rows.
package ingest

import "image"

// Source says where a page's words can be had.
type Source string

const (
	// Scan is a picture of paper: words must be read from pixels.
	Scan Source = "scan"
	// Text is a page with a text layer of its own that covers what is seen.
	Text Source = "text"
)

// Page is one page as delivered: what a viewer shows, with the file's own
// rotation applied. Pages that lie upside down on the scanner are still
// upside down here; extract turns them.
type Page struct {
	Number int         // 1-based place in its document
	Image  image.Image // never nil on a page without an error; *image.Gray or *image.RGBA
	DPI    float64     // pixels per inch of Image, both ways
	Source Source
	Words  []Word // the text layer in the file's order, mostly that of reading; empty unless Source is Text
	Note   string // what a person must know of the page, such as that part of it is missing; mostly empty
}

// Word is one word of a page's text layer.
type Word struct {
	Text string
	Box  image.Rectangle // in pixels of the page's Image
}
