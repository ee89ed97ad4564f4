package table

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// separators of cells, the usual one first.
var separators = []struct {
	mark byte
	name string
}{{',', "commas"}, {';', "semicolons"}, {'\t', "tabs"}, {'|', "bars"}, {'^', "carets"}, {'~', "tildes"}}

// openCSV reads text whose cells are separated by the separator that makes most of the
// beginning: first headings, then rows as wide as they.
func openCSV(text, encoding string, opts Options) *File {
	f := &File{DaysFrom: 1900, Text: true}
	if bare, ok := unwrapped(text, opts); ok {
		text = bare
		f.Notes = append(f.Notes, "every line stands in quotation marks, which were taken off")
	}
	from := 0
	sep, said := separatorSaid(text)
	if sep != 0 {
		from = said
	} else {
		sep = separator(text, opts)
	}
	name := fmt.Sprintf("%q", sep)
	for _, s := range separators {
		if s.mark == sep {
			name = s.name
		}
	}
	f.Form = "CSV separated by " + name + ", in " + encoding
	if strings.IndexByte(text, '\n') < 0 && strings.IndexByte(text, '\r') >= 0 {
		f.Form += ", with the line ends of old Macintoshes"
	}
	f.Sheets = []Sheet{{open: func() (Rows, error) { return newCSV(text, from, sep, opts), nil }}}
	return f
}

// unwrapped takes off the quotation marks in which a program put whole lines, and halves
// those within. They are whole lines where the first one is a single cell with headings in it.
func unwrapped(text string, opts Options) (string, bool) {
	first, err := newCSV(text, 0, ',', Options{}).Next()
	if err != nil || len(first.Cells) != 1 || !strings.HasPrefix(text, `"`) || len(first.Notes) > 0 {
		return "", false // one whose marks are not doubled has cells in quotation marks
	}
	inner, err := newCSV(first.Cells[0], 0, separator(first.Cells[0], opts), Options{}).Next()
	if err != nil || opts.headings(inner.Cells) < headingsSure {
		return "", false
	}
	var out strings.Builder
	for line := range lines([]byte(text)) {
		s := strings.TrimRight(string(line), "\r\n")
		end := string(line)[len(s):]
		if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
			s = strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
		}
		out.WriteString(s + end)
	}
	return out.String(), true
}

// separatorSaid reads a first line sep=; which spreadsheets heed and hide.
func separatorSaid(text string) (sep byte, from int) {
	start := strings.TrimLeft(text, "\ufeff\"")
	if len(start) < 5 || !strings.EqualFold(start[:4], "sep=") {
		return 0, 0
	}
	end := strings.IndexAny(start, "\r\n")
	if end < 5 || strings.Trim(start[5:end], "\"") != "" || start[4] >= 0x80 {
		return 0, 0
	}
	return start[4], len(text) - len(start) + end
}

// How much of a text is looked at to find its separator.
const (
	mostSampled  = 1 << 18 // bytes
	rowsSampled  = 300
	headingsSure = 2 // one word alone may be a title that happens to be a heading
)

// separator is the one with which the text has most headings, and most rows as wide as
// the row that has them.
func separator(text string, opts Options) byte {
	type found struct{ headings, even, width int }
	best, of := found{}, byte(',')
	for _, s := range separators {
		r := newCSV(text[:min(len(text), mostSampled)], 0, s.mark, Options{})
		var f found
		var widths []int
		for range rowsSampled {
			row, err := r.Next()
			if err != nil {
				break
			}
			if blank(row.Cells) {
				continue
			}
			widths = append(widths, len(row.Cells))
			if len(widths) > HeadingRows {
				continue
			}
			if n := opts.headings(row.Cells); n > f.headings {
				f.headings, f.width = n, len(row.Cells)
			}
		}
		if f.headings < headingsSure {
			f.headings, f.width = 0, usual(widths)
		}
		for _, w := range widths {
			if w == f.width && w > 1 {
				f.even++
			}
		}
		if f.headings > best.headings || f.headings == best.headings && (f.even > best.even || f.even == best.even && f.width > best.width) {
			best, of = f, s.mark
		}
	}
	return of
}

// usual is the width that most rows have.
func usual(widths []int) int {
	n := map[int]int{}
	best := 0
	for _, w := range widths {
		if n[w]++; n[w] > n[best] {
			best = w
		}
	}
	return best
}

// csvRows reads CSV as people and programs write it: quotation marks that are not
// doubled, or never closed, take no other row with them.
type csvRows struct {
	text  string
	sep   byte
	at    int // in text
	line  int // that begins there, 1-based
	width int // cells of the headings, or of the widest row so far
	opts  Options
	known int // headings of the row that gave the width
	rows  int
}

func newCSV(text string, from int, sep byte, opts Options) *csvRows {
	r := &csvRows{text: text, sep: sep, line: 1, opts: opts}
	if from > 0 {
		r.at = from
		r.endLine()
	}
	return r
}

func (r *csvRows) Close() {}

func (r *csvRows) Next() (Row, error) {
	if r.at >= len(r.text) {
		return Row{}, io.EOF
	}
	row := Row{Line: r.line}
	best := r.split(literalInside)
	if best.odd || r.width > 0 && best.quoted && len(best.cells) != r.width {
		for _, how := range []reading{endsAtOnce, noQuotes} {
			if other := r.split(how); better(other, best, r.width) {
				best = other
			}
		}
	}
	row.Cells = best.cells
	if best.odd {
		row.Notes = append(row.Notes, Note{Odd, "a quotation mark that is not doubled, or never closed, was read as a letter"})
	}
	end := best.end
	r.line += countLines(r.text[r.at:end])
	r.at = end
	r.endLine()
	cleanAll(row.Cells)
	r.learn(row.Cells)
	return row, nil
}

// learn takes the width of rows from the headings once they have come, and from the
// widest row before.
func (r *csvRows) learn(cells []string) {
	r.rows++
	if r.rows <= HeadingRows {
		if n := r.opts.headings(cells); n > r.known && n >= headingsSure {
			r.known, r.width = n, len(cells)
		}
	}
	if r.known == 0 {
		r.width = max(r.width, len(cells))
	}
}

// endLine goes past the end of a line.
func (r *csvRows) endLine() {
	switch {
	case r.at >= len(r.text):
		return
	case r.text[r.at] == '\r' && r.at+1 < len(r.text) && r.text[r.at+1] == '\n':
		r.at += 2
	default:
		r.at++
	}
	r.line++
}

func countLines(s string) int {
	if strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 {
		return 0
	}
	return strings.Count(s, "\n") + strings.Count(s, "\r") - strings.Count(s, "\r\n")
}

// reading is what a quotation mark means in a cell that begins with one.
type reading int

const (
	literalInside reading = iota // one that no separator follows is a letter of the cell
	endsAtOnce                   // it ends the quoted part, and the cell goes on
	noQuotes                     // all are letters
)

// record is one reading of the row that begins at a place.
type record struct {
	cells  []string
	end    int  // before the end of its line
	quoted bool // some cell began with a quotation mark
	odd    bool // some quotation mark was not written as CSV has it
}

// better prefers the width of the headings, then no odd marks, then the earlier reading.
func better(a, b record, width int) bool {
	if fits := len(a.cells) == width; fits != (len(b.cells) == width) {
		return fits
	}
	return !a.odd && b.odd && len(a.cells) == len(b.cells)
}

// Limits of one cell: what goes on beyond them is no cell but a quotation
// mark that was never closed.
const (
	longestCell = 32 << 10 // bytes
	cellLines   = 100
)

func (r *csvRows) split(how reading) record {
	rec := record{cells: make([]string, 0, max(r.width, 4))}
	s, at := r.text, r.at
	for {
		start := at
		for r.sep != '\t' && start < len(s) && s[start] == ' ' {
			start++
		}
		if start < len(s) && s[start] == '"' && how != noQuotes {
			if cell, end, odd, ok := r.quoted(start, how); ok {
				rec.quoted, rec.odd = true, rec.odd || odd
				rec.cells = append(rec.cells, cell)
				at = end
				goto next
			}
			rec.quoted, rec.odd = true, true
		}
		at = r.bare(at)
		rec.cells = append(rec.cells, loose(s[start:max(start, at)], &rec.odd, how))
	next:
		if at >= len(s) || s[at] == '\n' || s[at] == '\r' {
			rec.end = at
			return rec
		}
		at++
	}
}

// loose is a cell outside quotation marks. One that begins with a mark that is never
// closed loses it.
func loose(s string, odd *bool, how reading) string {
	if len(s) == 0 || s[0] != '"' {
		return s
	}
	*odd = true
	if strings.Count(s, `"`)%2 == 1 {
		return s[1:]
	}
	return s
}

// bare finds the end of a cell that is not quoted.
func (r *csvRows) bare(at int) int {
	for at < len(r.text) && r.text[at] != r.sep && r.text[at] != '\n' && r.text[at] != '\r' {
		at++
	}
	return at
}

// quoted reads a cell that begins with a quotation mark. It is none where the mark is
// never closed, or where what follows on other lines are rows.
func (r *csvRows) quoted(start int, how reading) (cell string, end int, odd, ok bool) {
	s, doubled := r.text, false
	lineFrom, lineCount := 0, 0
	for at := start + 1; at < len(s) && at-start < longestCell; at++ {
		switch s[at] {
		case '\n', '\r':
			if lineFrom > 0 && r.isRow(s[lineFrom:at]) {
				return "", 0, false, false
			}
			if lineCount++; lineCount > cellLines {
				return "", 0, false, false
			}
			if s[at] == '\r' && at+1 < len(s) && s[at+1] == '\n' {
				at++
			}
			lineFrom = at + 1
			continue
		case '"':
		default:
			continue
		}
		after := at + 1
		if after < len(s) && s[after] == '"' {
			doubled, at = true, after
			continue
		}
		for r.sep != '\t' && after < len(s) && s[after] == ' ' {
			after++
		}
		closed := after >= len(s) || s[after] == r.sep || s[after] == '\n' || s[after] == '\r'
		switch {
		case closed && lineFrom > 0 && r.isRow(s[lineFrom:r.lineEnd(at)]):
			return "", 0, false, false
		case closed:
			return undouble(s[start+1:at], doubled), after, odd, true
		case how == endsAtOnce:
			end = r.bare(at)
			return strings.ReplaceAll(s[start:end], `""`, `"`), end, true, true
		}
		odd = true
	}
	return "", 0, false, false
}

func undouble(s string, doubled bool) string {
	if !doubled {
		return s
	}
	return strings.ReplaceAll(s, `""`, `"`)
}

func (r *csvRows) lineEnd(at int) int {
	if n := strings.IndexAny(r.text[at:], "\r\n"); n >= 0 {
		return at + n
	}
	return len(r.text)
}

// isRow says whether a line inside a quoted cell is a row of its own: it has as many
// cells as the headings. An address of two lines has fewer.
func (r *csvRows) isRow(line string) bool {
	n := strings.Count(line, string(r.sep))
	if r.width == 0 {
		return n >= 3
	}
	return n > 0 && n >= r.width-1
}

// sheetOf makes a sheet of rows that were read already.
func sheetOf(name string, hidden bool, rows []Row) Sheet {
	return Sheet{Name: name, Hidden: hidden, open: func() (Rows, error) { return &heldRows{rows: rows}, nil }}
}

// heldRows are rows that lie in memory.
type heldRows struct {
	rows []Row
	at   int
}

func (h *heldRows) Next() (Row, error) {
	if h.at >= len(h.rows) {
		return Row{}, io.EOF
	}
	row := h.rows[h.at]
	row.Cells = slices.Clone(row.Cells)
	h.at++
	return row, nil
}

func (h *heldRows) Close() {}
