package workbook

import (
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"countersign/report"
)

// book is a workbook being written. Its first error stays and makes every
// later step do nothing, so that a sheet can be written line by line; close
// returns it.
type book struct {
	file     *excelize.File
	archive  *archive
	styles   map[look]int
	title    string // printed at the top of every page
	footer   string // printed at the foot of every page
	records  []*record
	keep     bool   // the words of every row in the records
	pictures record // of the pictures of lines
	drawings int    // parts with charts or pictures
	err      error
}

// sheet is one sheet of a book, written from top to bottom.
type sheet struct {
	*book
	name   string
	stream *excelize.StreamWriter
	row    int // the row written last
	links  int
	record *record
	counts map[int]int // what formulas in column C give, by row
}

// about is what a workbook says of itself as a file.
type about struct {
	title, subject, footer string
	program                string
	made                   time.Time
	keep                   bool // what every row says, besides its fingerprint
}

// layout is how a sheet is set on screen and paper.
type layout struct {
	widths    []float64 // of the columns, in characters
	landscape bool
	// rows from the top that stay on screen and are repeated on every printed page; 0 for none
	head int
}

// newBook starts a workbook that goes to w, with empty sheets of the given
// names.
func newBook(w io.Writer, a about, sheets ...string) *book {
	b := &book{file: excelize.NewFile(), archive: newArchive(w), styles: map[look]int{},
		title: a.subject, footer: a.footer,
		keep: a.keep, pictures: *newRecord(picturesName)}
	b.try(b.file.SetSheetName("Sheet1", sheets[0]))
	for _, name := range sheets[1:] {
		_, err := b.file.NewSheet(name)
		b.try(err)
	}
	made := a.made.UTC().Format(time.RFC3339)
	b.try(b.file.SetDocProps(&excelize.DocProperties{Title: clean(a.title),
		Subject: clean(a.subject), Creator: clean(a.program),
		LastModifiedBy: clean(a.program), Created: made, Modified: made, Language: "en-US"}))
	whole := true // the formulas are counted anew when the workbook is opened
	b.try(b.file.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &whole}))
	return b
}

// finish ends the workbook and lets go of it.
func (b *book) finish() error {
	defer b.file.Close()
	if b.err != nil {
		return b.err
	}
	if types := b.file.ContentTypes; types != nil { // in the order of a map so far
		sort.Slice(types.Defaults, func(i, j int) bool {
			return types.Defaults[i].Extension < types.Defaults[j].Extension
		})
	}
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return b.archive })
	return b.file.Write(io.Discard) // the archive has written already
}

// try keeps the first error.
func (b *book) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

// sheet starts a sheet. Page set-up, panes and widths must be known before the
// first row.
func (b *book) sheet(name string, l layout) *sheet {
	s := &sheet{book: b, name: name, record: newRecord(name), counts: map[int]int{}}
	s.record.keep = b.keep
	b.records = append(b.records, s.record)
	if b.err != nil {
		return s
	}
	yes, no, one, free, letter := true, false, 1, 0, 1
	orientation := "portrait"
	if l.landscape {
		orientation = "landscape"
	}
	b.try(b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}))
	b.try(b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &letter,
		Orientation: &orientation, FitToWidth: &one, FitToHeight: &free}))
	side, top, band := 0.4, 0.75, 0.35
	b.try(b.file.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side,
		Top: &top, Bottom: &top, Header: &band, Footer: &band}))
	b.try(b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{
		ScaleWithDoc: &no,
		OddHeader:    `&L&9` + printed(b.title) + `&R&9` + printed(name),
		OddFooter:    `&L&9` + printed(b.footer) + `&R&9Page &P of &N`,
	}))
	b.try(b.file.SetSheetView(name, 0, &excelize.ViewOptions{ShowGridLines: &no}))
	if l.head > 0 {
		b.try(b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name,
			RefersTo: fmt.Sprintf("'%s'!$1:$%d", name, l.head)}))
	}
	// or it would say A1 of any sheet, and some readers believe it
	b.try(b.file.SetSheetDimension(name, ""))
	var err error
	s.stream, err = b.file.NewStreamWriter(name)
	if b.try(err); b.err != nil {
		return s
	}
	// From right to left: the stream writes the last one first, and Excel wants
	// them to rise.
	for i, w := range slices.Backward(l.widths) {
		b.try(s.stream.SetColWidth(i+1, i+1, w))
	}
	if l.head > 0 {
		below := cellName(1, l.head+1)
		b.try(s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: l.head, TopLeftCell: below,
			ActivePane: "bottomLeft",
			Selection: []excelize.Selection{{SQRef: below, ActiveCell: below,
				Pane: "bottomLeft"}}}))
	}
	return s
}

// add writes the next row with its height in points, as far as Excel allows;
// zero leaves the height to the program that opens the workbook.
func (s *sheet) add(height float64, cells ...any) {
	s.row++
	if s.err != nil {
		return
	}
	s.record.add(s.row, texts(cells))
	s.try(s.stream.SetRow(cellName(1, s.row), cells, excelize.RowOpts{Height: math.Min(height,
		excelize.MaxRowHeight)}))
}

// texts gives what cells say as somebody reads them back.
func texts(cells []any) []string {
	said := make([]string, len(cells))
	for i, c := range cells {
		if cell, ok := c.(excelize.Cell); ok {
			// no float here is so small that it would get an exponent
			said[i] = fmt.Sprint(cell.Value)
		}
	}
	return said
}

// skip leaves rows empty.
func (s *sheet) skip(rows int) { s.row += rows }

// span joins the cells of the row written last, from one column to another.
func (s *sheet) span(from, to int) {
	if s.err == nil {
		s.try(s.stream.MergeCell(cellName(from, s.row), cellName(to, s.row)))
	}
}

// done ends the sheet.
func (s *sheet) done() {
	if s.err == nil {
		s.try(s.stream.Flush())
	}
}

// part writes the heading of a part of a sheet, ruled over all its columns.
func (s *sheet) part(columns int, title string) {
	cells := []any{s.text(partLook, title)}
	for range columns - 1 {
		cells = append(cells, s.text(partLook, ""))
	}
	s.add(24, cells...)
}

// heads writes the headings of a table.
func (s *sheet) heads(titles ...string) {
	cells := make([]any, len(titles))
	for i, t := range titles {
		cells[i] = s.text(headLook, t)
	}
	s.add(height(1), cells...)
}

// clause writes a name and a text over the other columns, which are together
// so many characters wide.
func (s *sheet) clause(columns int, c report.Clause, width float64) {
	cells := []any{s.text(labelLook, c.Name), s.text(valueLook, c.Text)}
	for range columns - 2 {
		cells = append(cells, s.text(valueLook, ""))
	}
	s.add(height(lines(c.Text, width)), cells...)
	if columns > 2 {
		s.span(2, columns)
	}
}

// wide writes one text over so many columns of the summary; letters larger than usual
// leave room for fewer of them, which share says.
func (s *sheet) wide(columns int, l look, text string, share float64) {
	cells := []any{s.text(l, text)}
	for range columns - 1 {
		cells = append(cells, s.text(l, ""))
	}
	s.add(height(lines(text, 130*share))/share, cells...)
	s.span(1, columns)
}

// link leads from a cell of the row to be written next to a row of another
// sheet; row 0 is nowhere.
func (s *sheet) link(column int, sheet string, row int) {
	if row > 0 {
		s.leads(column, fmt.Sprintf("'%s'!A%d", sheet, row), "Location")
	}
}

// leads makes a cell of the row to be written next lead somewhere. A sheet of
// Excel has room for so many links; lines beyond that do without.
func (s *sheet) leads(column int, to, kind string) {
	if s.err != nil || to == "" || s.links >= excelize.TotalSheetHyperlinks {
		return
	}
	s.links++
	s.try(s.file.SetCellHyperLink(s.name, cellName(column, s.row+1), to, kind))
}

// filter lets the rows from a heading row to the last one be filtered, and
// takes numbers that are text, such as member numbers, for what they are.
func (s *sheet) filter(head, columns int) {
	if s.err != nil || s.row <= head {
		return
	}
	all := cellName(1, head) + ":" + cellName(columns, s.row)
	s.try(s.file.AutoFilter(s.name, all, nil))
	s.try(s.file.AddIgnoredErrors(s.name, all, excelize.IgnoredErrorsNumberStoredAsText))
}

// printed leaves the columns after so many out of print.
func (s *sheet) printed(columns int) {
	if s.err == nil {
		s.try(s.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: s.name,
			RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", s.name, strings.TrimSuffix(cellName(columns,
				1), "1"), s.row)}))
	}
}

// sentence writes a note under so many columns, such as that there is nothing
// to tell.
func (s *sheet) sentence(columns int, width float64, text string) {
	// the other cells stay empty: formulas count what is in them
	s.add(height(lines(text, width)), s.text(noteLook, text))
	if columns > 1 {
		s.span(1, columns)
	}
}

// text is a cell of text that stays text, whatever it begins with.
func (b *book) text(l look, s string) excelize.Cell {
	return excelize.Cell{StyleID: b.style(l), Value: fitted(clean(s))}
}

// number is a cell with a number.
func (b *book) number(l look, v any) excelize.Cell {
	if l.format == "" {
		l.format = asCount
	}
	return excelize.Cell{StyleID: b.style(l), Value: v}
}

// day is a cell with a date that can be sorted and filtered; empty for none.
func (b *book) day(l look, t time.Time) excelize.Cell { return b.when(l, t, asDay) }

// moment is a cell with a date and a time of day, in UTC.
func (b *book) moment(l look, t time.Time) excelize.Cell { return b.when(l, t, asMoment) }

func (b *book) when(l look, t time.Time, format string) excelize.Cell {
	if t.IsZero() || t.Year() < 1901 { // before the calendar of spreadsheets
		return b.text(l, "")
	}
	l.format = format
	seconds := t.UTC().Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Seconds()
	serial := seconds / (24 * 60 * 60)
	if format != asMoment {
		return b.number(l, int(serial))
	}
	// a little more, since a little less would show the minute before
	return b.number(l, math.Ceil(serial*1e6)/1e6)
}

// formula is a cell that calculates, with the value it has now. Nothing that
// was read on a sheet may ever become part of a formula.
func (b *book) formula(l look, formula string, now any) excelize.Cell {
	c := b.number(l, now)
	c.Formula = formula
	return c
}

// clean drops what XML cannot hold or a cell cannot show: control characters
// other than line ends and tabs, and bytes that are not UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ', r >= 0x7f && r < 0xa0, r == utf8.RuneError, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, s)
}

// fitted cuts a text to what a cell can hold, 32,767 characters as Excel
// counts them, and says so.
func fitted(s string) string {
	const cut = " … (cut)"
	if len(s) <= excelize.TotalCellChars {
		return s
	}
	units := 0
	for i, r := range s {
		units += utf16.RuneLen(r)
		if units > excelize.TotalCellChars-len(cut) {
			return s[:i] + cut
		}
	}
	return s
}

// printed makes a text fit for a printed header, where & begins a code and all
// of it may take 255 characters.
func printed(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if r := []rune(s); len(r) > 80 {
		s = string(r[:79]) + "…"
	}
	s = strings.ReplaceAll(s, "&", "&&")
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		s = " " + s // or it would be taken for a part of the letter size before it
	}
	return s
}

// lines estimates on how many lines a text is set in a column, so that rows
// are made high enough: neither joined cells nor rows with pictures grow by
// themselves. A column is so many digits wide.
func lines(s string, width float64) int {
	room := math.Max(width, 1)
	n := 0
	for paragraph := range strings.SplitSeq(clean(s), "\n") {
		n++
		used := 0.0
		for word := range strings.FieldsSeq(paragraph) {
			long := breadth(word)
			switch {
			case used > 0 && used+blank+long > room:
				n, used = n+1, 0
			case used > 0:
				used += blank
			}
			// a word longer than a line is broken
			over := math.Max(0, math.Ceil((used+long)/room)-1)
			n += int(over)
			used += long - over*room
		}
	}
	return n
}

const blank = 0.5 // of a digit

// breadth is how wide a word is set in Calibri, in digits; a little more, for
// other fonts take its place.
func breadth(word string) float64 {
	sum := 0.0
	for _, r := range word {
		switch {
		case strings.ContainsRune("ijl.,;:'|!()[]/-", r):
			sum += 0.6
		case strings.ContainsRune("ftrs", r):
			sum += 0.8
		case strings.ContainsRune("mwMW@%", r):
			sum += 1.7
		case r >= 'A' && r <= 'Z':
			sum += 1.25
		case r >= 0x2e80: // Chinese, Japanese and Korean
			sum += 2.1
		default:
			sum += 1.05
		}
	}
	return sum
}

// height is the height in points of a row with so many lines of text of the
// usual size.
func height(lines int) float64 { return float64(lines)*13.5 + 6 }

// cellName is A1 for column 1, row 1. It cannot fail for the columns and rows
// that a sheet can have.
func cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return ""
	}
	return name
}
