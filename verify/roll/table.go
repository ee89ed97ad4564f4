package roll

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// open tells the format from the bytes; the file's name is not trusted.
func open(data []byte, opts Options) (table, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("is empty: export the members again")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return openWorkbook(data, opts)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, errors.New("is an old or a password-protected Excel workbook: save it as XLSX or CSV without a password")
	case bytes.HasPrefix(data, []byte("%PDF")):
		return nil, errors.New("is a PDF: export the members as CSV or XLSX")
	}
	text, err := decode(data)
	if err != nil {
		return nil, err
	}
	return newSheetOfText(text), nil
}

// decode turns the bytes of a text file into UTF-8. What is neither marked nor
// valid UTF-8 is taken for Windows-1252, which is what spreadsheets write.
func decode(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
		text, _, err := transform.Bytes(utf16.NewDecoder(), data)
		if err != nil {
			return nil, fmt.Errorf("is marked as UTF-16 and cannot be read as such: save it as CSV in UTF-8")
		}
		return text, nil
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("is no text file: export the members as CSV or XLSX")
	}
	if utf8.Valid(data) {
		return data, nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return nil, errors.New("is in an encoding that is neither UTF-8 nor Windows-1252: save it as CSV in UTF-8")
	}
	return text, nil
}

// textTable reads CSV.
type textTable struct {
	csv   *csv.Reader
	last  int
	width int // cells of the widest row so far
}

func newSheetOfText(text []byte) *textTable {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	r.TrimLeadingSpace = r.Comma != '\t'
	return &textTable{csv: r}
}

// separator is the one that parts the first lines into most cells.
func separator(text []byte) rune {
	best, most := ',', 0
	for _, sep := range []rune{',', ';', '\t', '|'} {
		r := csv.NewReader(bufio.NewReader(bytes.NewReader(text[:min(len(text), 1<<16)])))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = sep, -1, true
		cells := 0
		for range 5 {
			record, err := r.Read()
			if err != nil {
				break
			}
			cells += len(record) - 1
		}
		if cells > most {
			best, most = sep, cells
		}
	}
	return best
}

// maxCell is longer than any cell of a membership export: a cell beyond it is
// a quotation mark that was opened and never closed.
const maxCell = 32 << 10

func (t *textTable) next() (int, []string, error) {
	cells, err := t.csv.Read()
	if err == io.EOF {
		return 0, nil, err
	}
	if err != nil {
		return 0, nil, fmt.Errorf("cannot be read as CSV after line %d (%w): save it again from a spreadsheet", t.last, err)
	}
	line, _ := t.csv.FieldPos(0)
	t.last = line
	for i, c := range cells {
		if len(c) > maxCell || t.swallows(c) {
			return 0, nil, fmt.Errorf("has a quotation mark on line %d that is never closed: close it or take it out", line)
		}
		cells[i] = clean(c)
	}
	t.width = max(t.width, len(cells))
	return line, cells, nil
}

// swallows says whether a cell holds rows of the export: several lines parted into as
// many cells as the rows have. They are what follows a quotation mark that was never closed;
// an address of two lines has fewer.
func (t *textTable) swallows(cell string) bool {
	if strings.IndexByte(cell, '\n') < 0 {
		return false // nearly every cell
	}
	rows := 0
	for line := range strings.Lines(cell) {
		if strings.Count(line, string(t.csv.Comma)) >= max(3, t.width-1) {
			rows++
		}
	}
	return rows > 1
}

func (t *textTable) trims() bool { return false }
func (t *textTable) close()      {}

// workbookTable reads one sheet of an XLSX workbook.
type workbookTable struct {
	file *excelize.File
	rows *excelize.Rows
	line int
}

func openWorkbook(data []byte, opts Options) (table, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit:    256 << 20,
		UnzipXMLSizeLimit: 16 << 20, // beyond it a sheet is read from a temporary file
		ShortDatePattern:  "yyyy-mm-dd",
		LongDatePattern:   "yyyy-mm-dd",
	})
	if err != nil {
		return nil, errors.New("looks like a workbook and cannot be opened as XLSX: open it in a spreadsheet and save it as XLSX or CSV without a password")
	}
	sheet, err := chooseSheet(f, opts)
	if err != nil {
		f.Close()
		return nil, err
	}
	rows, err := f.Rows(sheet)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("has a sheet %q that cannot be read: save the workbook again", sheet)
	}
	return &workbookTable{file: f, rows: rows}, nil
}

// chooseSheet takes the sheet asked for, or the one whose first rows have the
// most headings.
func chooseSheet(f *excelize.File, opts Options) (string, error) {
	sheets := f.GetSheetList()
	if opts.Sheet != "" {
		for _, s := range sheets {
			if strings.EqualFold(s, opts.Sheet) {
				return s, nil
			}
		}
		return "", fmt.Errorf("has no sheet %q: its sheets are %s", opts.Sheet, quoted(sheets))
	}
	if len(sheets) == 0 {
		return "", errors.New("has no sheets: export the members again")
	}
	best, most := sheets[0], 0
	for _, s := range sheets {
		rows, err := f.Rows(s)
		if err != nil {
			continue
		}
		for i := 0; i < headingRows && rows.Next(); i++ {
			cells, err := rows.Columns()
			if err != nil {
				break
			}
			if n := recognised(cells, opts.Map); n > most {
				best, most = s, n
			}
		}
		rows.Close()
	}
	return best, nil
}

func (t *workbookTable) next() (int, []string, error) {
	if !t.rows.Next() {
		if err := t.rows.Error(); err != nil {
			return 0, nil, fmt.Errorf("cannot be read after row %d: save the workbook again", t.line)
		}
		return 0, nil, io.EOF
	}
	t.line++
	cells, err := t.rows.Columns()
	if err != nil {
		return 0, nil, fmt.Errorf("cannot be read at row %d: save the workbook again", t.line)
	}
	for i, c := range cells {
		cells[i] = clean(c)
	}
	return t.line, cells, nil
}

func (t *workbookTable) trims() bool { return true }

func (t *workbookTable) close() {
	t.rows.Close()
	t.file.Close()
}

// clean takes off the blanks around a cell and the ="…" that keeps leading
// zeros in CSV files meant for spreadsheets.
func clean(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) && len(s) > 3 {
		s = s[2 : len(s)-1]
	}
	return strings.ReplaceAll(s, "\x00", "")
}
