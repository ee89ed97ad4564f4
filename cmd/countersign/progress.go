package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"countersign/verify"
)

// progress is how far the work has come. The counts are provisional: a
// duplicate on another page is only seen at the end.
type progress struct {
	done, pages               int
	rows                      int
	valid, invalid, undecided int
}

// add counts one more page.
func (p *progress) add(t verify.Tally) {
	p.done++
	p.rows += t.Rows
	p.valid += t.Valid
	p.invalid += t.Invalid
	p.undecided += t.Uncertain
}

func (p progress) String() string {
	return fmt.Sprintf("pages %d of %d, lines %d: %d valid, %d invalid, %d uncertain so far",
		p.done, p.pages, p.rows, p.valid, p.invalid, p.undecided)
}

// teller returns what shows progress on w: a live bar on a terminal, a line
// every few seconds elsewhere. finish ends the bar.
func teller(w io.Writer, quiet bool) (tell func(progress), finish func()) {
	if quiet {
		return func(progress) {}, func() {}
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return func(p progress) {
			line := bar(p, 24) + " " + p.String()
			if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 &&
				len(line) >= width {
				line = line[:width-1] // a line that wraps could not be drawn over
			}
			fmt.Fprintf(w, "\r%s\x1b[K", line)
		}, func() { fmt.Fprintln(w) }
	}
	const every = 3 * time.Second
	var last time.Time
	return func(p progress) {
		if time.Since(last) >= every || p.done == p.pages {
			last = time.Now()
			fmt.Fprintln(w, p)
		}
	}, func() {}
}

func bar(p progress, width int) string {
	full := width
	if p.pages > 0 {
		full = width * p.done / p.pages
	}
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "]"
}
