// Package table reads tables out of the files that people export: CSV in its
// dialects, XLSX and OpenDocument workbooks, web pages and XML that are named .xls.
// The bytes of a file enter; its sheets leave, as rows of text, for roll to
// find headings and members in. A cell is what is stored, not what is displayed: a day is
// written 2026-12-01, a number with all its digits.
package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// File is what a file holds.
type File struct {
	Form     string  // what it is, in words, such as "CSV separated by semicolons, in UTF-8"
	Sheets   []Sheet // in their order; one without a name for CSV
	Notes    []string
	DaysFrom int  // year from which days are counted: 1900, or 1904 as old Macintoshes did
	Text     bool // cells at the end of a row may be missing, and a row may be broken
	closer   io.Closer
}

// Sheet is one table of a file.
type Sheet struct {
	Name   string
	Hidden bool
	open   func() (Rows, error)
}

// Rows reads a table from its first row on.
type Rows interface {
	Next() (Row, error) // io.EOF after the last; the row is the caller's
	Close()
}

// Row is one row of a table.
type Row struct {
	Line     int // 1-based: of text the line on which it begins, of a workbook the row
	Cells    []string
	Hidden   bool
	Struck   bool     // a cell of it is crossed out
	Fill     string   // the colour of the first cell that has one
	Comments []string // that people put on its cells
	Notes    []Note   // what a person should know of it
}

// Note is what a person should know of a row.
type Note struct {
	Kind NoteKind
	Text string
}

// NoteKind says what is the matter.
type NoteKind int

const (
	Odd      NoteKind = iota // it is not written as it should be, and was read
	NoText                   // a cell names a text that the file does not have
	NoResult                 // a cell is a formula without its result, as all of a column mostly are
)

// OtherColour says which colour most rows have, by how many there are of each, and how many have
// another. Where those are more than a few, colours go by turns or tell kinds apart: then it is none.
func OtherColour(rows map[string]int) (usual string, others int) {
	const few = 4 // one row in so many
	all := 0
	for fill, n := range rows {
		all += n
		if n > rows[usual] {
			usual = fill
		}
	}
	if others = all - rows[usual]; others*few > all {
		return usual, 0
	}
	return usual, others
}

// Unreadable stands for a cell that cannot be read, which is not an empty one.
const Unreadable = "\uFFFD"

// Open opens the sheet. Its error is the rest of a sentence that begins with the file's name.
func (s Sheet) Open() (Rows, error) { return s.open() }

// Close gives back what the file holds.
func (f *File) Close() {
	if f.closer != nil {
		f.closer.Close()
	}
}

// Options say how to tell headings, by which the separator of a text is found.
type Options struct {
	// Headings counts the headings that a row has; nil for none.
	Headings func(cells []string) int
}

func (o Options) headings(cells []string) int {
	if o.Headings == nil {
		return 0
	}
	return o.Headings(cells)
}

// HeadingRows is how many rows may stand above the headings: titles, dates,
// filters of a report.
const HeadingRows = 40

// Open tells the format from the bytes; the file's name is not trusted. Its
// error is the rest of a sentence that begins with the file's name.
func Open(data []byte, opts Options) (*File, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("is empty: export the members again")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return openZip(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, oldOffice(data)
	}
	for _, k := range kinds {
		if bytes.HasPrefix(data, []byte(k.begins)) {
			return nil, errors.New(k.says)
		}
	}
	text, encoding, notes, err := decode(data)
	if err != nil {
		return nil, err
	}
	f, err := openText(text, encoding, opts)
	if err != nil {
		return nil, err
	}
	f.Notes = append(notes, f.Notes...)
	return f, nil
}

func openText(text, encoding string, opts Options) (*File, error) {
	start := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || Invisible(r) })
	head := strings.ToLower(start[:min(len(start), 4096)])
	switch {
	case strings.HasPrefix(head, "mime-version:") || strings.HasPrefix(head, "from:") && strings.Contains(head, "multipart"):
		return nil, errors.New("is a web page in one file (MHTML): open it in a spreadsheet and save it as XLSX or CSV")
	case strings.HasPrefix(head, "{\\rtf"):
		return nil, errors.New("is a text document (RTF): export the members as CSV or XLSX")
	case strings.HasPrefix(head, "{"), strings.HasPrefix(head, "[{"), strings.HasPrefix(head, "[\n"):
		return nil, errors.New("is JSON: export the members as CSV or XLSX")
	case strings.HasPrefix(head, "<"):
		return openMarkup(start, head, opts)
	}
	return openCSV(text, encoding, opts), nil
}

// kinds of files that are no table, by their first bytes, and what to do with each.
var kinds = []struct{ begins, says string }{
	{"%PDF", "is a PDF: export the members as CSV or XLSX"},
	{"\x1f\x8b", "is compressed (gzip): unpack it and give the file in it"},
	{"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive: unpack it and give the file in it"},
	{"Rar!", "is a RAR archive: unpack it and give the file in it"},
	{"SQLite format 3", "is a database (SQLite): export its table of members as CSV"},
	{"\x00\x01\x00\x00Standard", "is an Access database: export its table of members as CSV or XLSX"},
	{"\x89PNG", "is a picture: export the members as CSV or XLSX"},
	{"\xff\xd8\xff", "is a picture: export the members as CSV or XLSX"},
	{"PAR1", "is a Parquet file: export the members as CSV or XLSX"},
	{"\x09\x08\x10\x00", "is an old Excel workbook (.xls, before 1997): open it in a spreadsheet and save it as XLSX or CSV"},
	{"\x09\x04\x06\x00", "is an old Excel workbook (.xls, before 1997): open it in a spreadsheet and save it as XLSX or CSV"},
	{"\x09\x00\x04\x00", "is an old Excel workbook (.xls, before 1997): open it in a spreadsheet and save it as XLSX or CSV"},
}

// oldOffice names a file in the container of Microsoft Office before 2007, in
// which new workbooks with a password lie as well.
func oldOffice(data []byte) error {
	has := func(stream string) bool {
		var wide []byte
		for _, c := range []byte(stream) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(data, wide)
	}
	switch {
	case has("EncryptedPackage"):
		return errors.New("is a workbook with a password: save it as XLSX or CSV without one")
	case has("WordDocument"):
		return errors.New("is an old Word document: export the members as CSV or XLSX")
	case has("Workbook"), has("Book"):
		return errors.New("is an old Excel workbook (.xls): open it in a spreadsheet and save it as XLSX or CSV")
	}
	return errors.New("is an old Office file: open it in a spreadsheet and save it as XLSX or CSV, without a password")
}

// What a packed workbook may unpack to, as report's workbooks are held to.
const (
	mostUnpacked = 256 << 20 // bytes, of all parts
	mostStrings  = 64 << 20  // bytes of XML in a part that is held in memory: styles, texts
)

// openZip tells what is packed: a workbook of either kind, or something else.
func openZip(data []byte) (*File, error) {
	broken := errors.New("looks like a workbook and cannot be opened as XLSX: open it in a spreadsheet and save it as XLSX or CSV without a password")
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, broken
	}
	parts := map[string]*zip.File{}
	var size uint64
	for _, f := range r.File {
		parts[partName(f.Name)] = f
		size += f.UncompressedSize64
	}
	has := func(name string) bool { return parts[name] != nil }
	switch {
	case size > mostUnpacked:
		return nil, fmt.Errorf("unpacks to more than %d MiB: export members only, without history", mostUnpacked>>20)
	case has("xl/workbook.bin"):
		return nil, errors.New("is a binary Excel workbook (.xlsb): open it in a spreadsheet and save it as XLSX or CSV")
	case has("word/document.xml"):
		return nil, errors.New("is a Word document: export the members as CSV or XLSX")
	case has("index.zip"), has("index/document.iwa"):
		return nil, errors.New("is a Numbers document: export it as Excel or CSV")
	case has("content.xml"):
		f, err := openODS(parts)
		if err != nil {
			return nil, broken
		}
		return f, nil
	}
	f, err := openXLSX(parts)
	if err != nil {
		for name := range parts {
			if strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".xlsx") || strings.HasSuffix(name, ".txt") {
				return nil, errors.New("is a ZIP archive: unpack it and give the file in it")
			}
		}
		return nil, broken
	}
	return f, nil
}

// partName is a part's name as parts are looked up: some writers part folders
// with backslashes, begin with one, or use capitals.
func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(s, `\`, "/"), "/"))
}

// Invisible says whether a character cannot be seen and stands in exports all the same:
// marks of direction, of joining and breaking, byte order marks.
func Invisible(r rune) bool {
	switch {
	case r == '\u00ad', r == '\u034f', r == '\u061c', r == '\u180e', r == '\ufeff':
		return true
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u206f', r >= '\ufe00' && r <= '\ufe0f':
		return true
	}
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f
}

// clean takes what cannot be seen out of a cell, the blanks around it, and the ="…" that
// keeps leading zeros in CSV files meant for spreadsheets.
func clean(s string) string {
	if plain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case Invisible(r):
			return -1
		case r == '\u0085', r == '\u2028', r == '\u2029':
			return '\n'
		case unicode.IsSpace(r) && r != '\n' && r != '\t' && r != '\r', r == '\u3000':
			return ' '
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) && len(s) > 3 {
		s = s[2 : len(s)-1]
	}
	return s
}

// plain says whether nothing need be cleaned, as in nearly every cell.
func plain(s string) bool {
	if s == "" {
		return true
	}
	if s[0] <= ' ' || s[len(s)-1] <= ' ' || s[0] == '=' {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func cleanAll(cells []string) {
	for i, c := range cells {
		cells[i] = clean(c)
	}
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
