// Package pdf makes page images out of PDF files. A file enters; Pages leave,
// as a viewer would show them. A page that is nothing but one scanned picture
// is taken out as it is (pdfcpu, cover.go); everything else is drawn by PDFium
// (render.go), which also gives the text layer. Package ingest is next.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"
	"time"

	pdfium "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/requests"

	"countersign/ingest/scan"
)

// Limits bound what one file may cost. Zero values refuse everything.
type Limits struct {
	Pages    int
	Pixels   int64         // of one page
	PageTime time.Duration // for one page
	DPI      float64       // of drawn pages that have no resolution of their own
}

// Page is one page as a viewer shows it.
type Page struct {
	Image   image.Image // *image.Gray or *image.RGBA
	DPI     float64
	Words   []Word // of a text layer that says what is seen; else none
	Hidden  []Word // those of which nothing is seen
	Upright int    // clockwise degrees that make most of Words upright

	Remarks []Remark // on what the picture leaves out

	Broken bool // the picture's data are damaged, and some of it is missing
	empty  bool // nothing was found on it
}

// Word is one word of the text layer, its box in pixels of the page's image.
type Word struct {
	Text string
	Box  image.Rectangle
}

// File is an open PDF.
type File struct {
	engine *Engine
	data   io.ReaderAt
	size   int64
	pages  int
	covers *covers // nil where pdfcpu could not read the file

	mu     sync.Mutex
	closed bool
}

// Open counts the pages. pdfcpu is asked first; a file that it refuses still
// goes to PDFium, which mends more than it. The answer is a *scan.Refusal where
// neither can.
func Open(ctx context.Context, e *Engine, data io.ReaderAt, size int64) (*File, error) {
	f := &File{engine: e, data: data, size: size}
	covers, err := openCovers(ctx, data, size, e.limits)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil && covers.pages > 0 {
		f.covers, f.pages = covers, covers.pages
	} else if err := f.count(ctx); err != nil {
		return nil, err
	}
	switch {
	case f.pages == 0:
		return nil, &scan.Refusal{Problem: "has no pages", Remedy: "save or scan it again and hand that in"}
	case f.pages > e.limits.Pages:
		return nil, scan.TooManyPages(e.limits.Pages)
	}
	return f, nil
}

// Pages is the number of pages.
func (f *File) Pages() int { return f.pages }

// Close lets go of the file's data. No page may be in flight.
func (f *File) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.engine.forget(f)
}

func (f *File) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// Page makes one page, 1-based. Calls may run at the same time. What is to be said
// of the file as a whole is a remark on its first page.
func (f *File) Page(ctx context.Context, number int) (Page, error) {
	page, err := f.made(ctx, number)
	if err == nil && number == 1 && f.covers != nil {
		if names := f.covers.attached(); len(names) > 0 {
			page.Remarks = append(page.Remarks, holds(names))
		}
	}
	return page, err
}

func (f *File) made(ctx context.Context, number int) (Page, error) {
	err := errNotCovered
	if f.covers != nil {
		var page Page
		page, err = f.covers.page(ctx, number)
		var refusal *scan.Refusal
		if err == nil || errors.As(err, &refusal) {
			return page, err
		}
	}
	page := Page{}
	broken := errors.Is(err, errBroken)
	var more beside
	if f.covers != nil {
		more = f.covers.beside(number)
	}
	err = f.engine.use(ctx, f, func(s *seat) (err error) {
		page, err = s.page(number-1, f.engine.limits, more)
		return err
	})
	if err == nil && (broken || page.Broken) {
		if page.Broken = true; uniform(page.Image) {
			err = errNothing
		}
	}
	// What an empty page was to show is lost where its content asks for a picture.
	page.Broken = page.Broken || page.empty && (f.covers == nil || f.covers.shows(number))
	return page, f.explain(ctx, err)
}

func (f *File) count(ctx context.Context) error {
	err := f.engine.use(ctx, f, func(s *seat) error {
		n, err := s.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: s.document})
		if err != nil {
			return err
		}
		f.pages = n.PageCount
		return nil
	})
	return f.explain(ctx, err)
}

// explain turns PDFium's answers into what a person can act on.
func (f *File) explain(ctx context.Context, err error) error {
	var refusal *scan.Refusal
	switch {
	case err == nil, ctx.Err() != nil, errors.As(err, &refusal), errors.Is(err, errStart):
		return err
	case errors.Is(err, errTooSlow):
		return &scan.Refusal{
			Problem: fmt.Sprintf("takes longer than %v to draw", f.engine.limits.PageTime),
			Remedy:  "print it, scan the print, and hand that in"}
	case errors.Is(err, pdfium.ErrPassword):
		return &scan.Refusal{Problem: "needs a password", Remedy: "save a copy without one and hand that in"}
	case errors.Is(err, pdfium.ErrSecurity):
		return &scan.Refusal{Problem: "is encrypted, and not with an empty password", Remedy: "save a copy without a password and hand that in"}
	default:
		return damaged()
	}
}
