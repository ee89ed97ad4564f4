package table

import (
	"archive/zip"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// openMarkup reads web pages and XML that are named .xls or .ods.
func openMarkup(text, head string, opts Options) (*File, error) {
	switch {
	case strings.Contains(head, "urn:schemas-microsoft-com:office:spreadsheet") && strings.Contains(head, "<?xml"):
		return openXML2003(text)
	case strings.Contains(head, "urn:oasis:names:tc:opendocument"):
		f := &File{Form: "OpenDocument spreadsheet (flat XML)", DaysFrom: 1900}
		err := f.readODS(strings.NewReader(text))
		return f, err
	case strings.Contains(head, "<table") || strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") || strings.Contains(strings.ToLower(text), "<table"):
		return openHTML(text, opts)
	}
	return nil, errors.New("is XML that is no spreadsheet: export the members as CSV or XLSX")
}

// widest is how many columns one cell of a web page may span.
const widest = 100

// openHTML reads the tables of a web page.
func openHTML(text string, opts Options) (*File, error) {
	f := &File{Form: "web page", DaysFrom: 1900}
	z := html.NewTokenizer(strings.NewReader(text))
	var stack []*[]Row // tables that are open
	var cell *strings.Builder
	wide := 1
	put := func() {
		if cell == nil || len(stack) == 0 {
			return
		}
		rows := stack[len(stack)-1]
		if len(*rows) == 0 {
			*rows = append(*rows, Row{Line: 1})
		}
		row := &(*rows)[len(*rows)-1]
		row.Cells = append(row.Cells, clean(strings.Join(strings.Fields(cell.String()), " ")))
		for ; wide > 1; wide-- {
			row.Cells = append(row.Cells, "")
		}
		cell = nil
	}
	skip := ""
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		t := z.Token()
		switch {
		case skip != "":
			if kind == html.EndTagToken && t.Data == skip {
				skip = ""
			}
		case kind == html.TextToken:
			if cell != nil {
				cell.WriteString(t.Data)
			}
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken:
			switch t.Data {
			case "style", "script":
				skip = t.Data
			case "table":
				put()
				stack = append(stack, &[]Row{})
			case "tr":
				put()
				if len(stack) > 0 {
					rows := stack[len(stack)-1]
					*rows = append(*rows, Row{Line: len(*rows) + 1})
				}
			case "td", "th":
				put()
				cell, wide = &strings.Builder{}, 1
				for _, a := range t.Attr {
					if n, err := strconv.Atoi(a.Val); a.Key == "colspan" && err == nil && n > 1 && n <= widest {
						wide = n
					}
				}
			case "br", "p", "div":
				if cell != nil {
					cell.WriteByte(' ')
				}
			}
			if n := len(stack); n > 0 && len(*stack[n-1]) > 0 && crossedOut(t) {
				rows := *stack[n-1]
				rows[len(rows)-1].Struck = true
			}
		case kind == html.EndTagToken:
			switch t.Data {
			case "td", "th", "tr":
				put()
			case "table":
				put()
				if n := len(stack); n > 0 {
					f.addTable(*stack[n-1])
					stack = stack[:n-1]
				}
			}
		}
	}
	put()
	for _, rows := range stack { // tables that were never closed
		f.addTable(*rows)
	}
	if len(f.Sheets) == 0 {
		return nil, errors.New("is a web page, not a spreadsheet: open it in Excel and save it as XLSX or CSV")
	}
	return f, nil
}

// crossedOut says whether an element of a web page draws a line through what is in it.
func crossedOut(t html.Token) bool {
	switch t.Data {
	case "s", "strike", "del":
		return true
	}
	return slices.ContainsFunc(t.Attr, func(a html.Attribute) bool {
		return a.Key == "style" && strings.Contains(a.Val, "line-through")
	})
}

func (f *File) addTable(rows []Row) {
	f.Sheets = append(f.Sheets, sheetOf(fmt.Sprintf("table %d", len(f.Sheets)+1), false, rows))
}

// openXML2003 reads the XML that Excel wrote in 2003 and that programs still write.
func openXML2003(text string) (*File, error) {
	f := &File{Form: "XML spreadsheet of Excel 2003", DaysFrom: 1900}
	bad := errors.New("is an XML spreadsheet (Excel 2003) that cannot be read: open it in Excel and save it as XLSX or CSV")
	d := decoder(strings.NewReader(text))
	var rows []Row
	name, hidden, kind := "", false, ""
	var cell *strings.Builder
	at, across := 0, 0
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, bad
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "Worksheet":
				name, hidden, rows = attr(t, "Name"), false, nil
			case "Row":
				line := 1
				if len(rows) > 0 {
					line = rows[len(rows)-1].Line + 1
				}
				if n, err := strconv.Atoi(attr(t, "Index")); err == nil && n > line {
					line = n
				}
				rows = append(rows, Row{Line: line, Hidden: isTrue(attr(t, "Hidden"))})
				at = 0
			case "Cell":
				if n, err := strconv.Atoi(attr(t, "Index")); err == nil && n > at && n <= mostColumns {
					at = n - 1
				}
				across = 0
				if n, err := strconv.Atoi(attr(t, "MergeAcross")); err == nil && n > 0 && n < mostColumns {
					across = n
				}
			case "Data":
				cell, kind = &strings.Builder{}, attr(t, "Type")
			case "Visible":
				s, err := textOf(d)
				if err != nil {
					return nil, bad
				}
				hidden = hidden || strings.Contains(s, "Hidden")
			}
		case xml.CharData:
			if cell != nil {
				cell.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "Data":
				if n := len(rows); n > 0 && cell != nil {
					rows[n-1].put(at, stored2003(kind, cell.String()))
				}
				cell = nil
			case "Cell":
				at += across + 1
			case "Worksheet":
				f.Sheets = append(f.Sheets, sheetOf(name, hidden, rows))
			}
		}
	}
	if len(f.Sheets) == 0 {
		return nil, bad
	}
	return f, nil
}

func stored2003(kind, s string) string {
	switch kind {
	case "DateTime":
		s, _, _ = strings.Cut(s, "T")
	case "Number":
		s = format{}.text(s, false)
	}
	return clean(s)
}

func (r *Row) put(at int, text string) {
	for len(r.Cells) <= at {
		r.Cells = append(r.Cells, "")
	}
	r.Cells[at] = text
}

func decoder(in io.Reader) *xml.Decoder {
	d := xml.NewDecoder(in)
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	return d
}

func openODS(parts map[string]*zip.File) (*File, error) {
	in, err := parts["content.xml"].Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	f := &File{Form: "OpenDocument spreadsheet", DaysFrom: 1900}
	return f, f.readODS(in)
}

// odsReader reads the tables of an OpenDocument spreadsheet.
type odsReader struct {
	file   *File
	hidden map[string]bool // styles of tables that are not displayed
	struck map[string]bool // styles that draw a line through the text
	fills  map[string]string
	style  string
	name   string
	table  string // its style
	rows   []Row
	line   int // of the row that is read
	same   int // how many rows are as it
	cells  int // so far
	row    *Row
	cell   odsCell
	dated  bool // within the day or the author of a comment
}

type odsCell struct {
	kind, value string
	style       string
	text        strings.Builder
	comment     strings.Builder
	in          bool // a paragraph
	note        int  // depth of remarks on the cell
	same        int
}

const (
	mostCells = 10 << 20 // of a file that is held in memory: ten times a large association's
	manySame  = 1000     // rows that repeat oftener fill the sheet up to its end
)

func (f *File) readODS(in io.Reader) error {
	bad := errors.New("is an OpenDocument spreadsheet that cannot be read: open it in a spreadsheet and save it as XLSX or CSV")
	d := decoder(in)
	r := odsReader{file: f, hidden: map[string]bool{}, struck: map[string]bool{}, fills: map[string]string{}}
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return bad
		}
		switch t := t.(type) {
		case xml.StartElement:
			r.start(t)
		case xml.CharData:
			switch {
			case !r.cell.in:
			case r.cell.note == 0:
				r.cell.text.Write(t)
			case !r.dated:
				r.cell.comment.Write(t)
			}
		case xml.EndElement:
			r.end(t.Name.Local)
		}
		if r.cells > mostCells {
			return fmt.Errorf("has more than %d cells: export members only, without history", mostCells)
		}
	}
	if len(f.Sheets) == 0 {
		return bad
	}
	return nil
}

func (r *odsReader) start(t xml.StartElement) {
	switch t.Name.Local {
	case "style":
		r.style = attr(t, "name")
	case "table-properties":
		r.hidden[r.style] = attr(t, "display") == "false"
	case "text-properties":
		if s := attr(t, "text-line-through-style"); s != "" && s != "none" {
			r.struck[r.style] = true
		}
	case "table-cell-properties":
		if c := attr(t, "background-color"); c != "transparent" && !strings.EqualFold(c, "#ffffff") {
			r.fills[r.style] = c
		}
	case "span":
		if r.row != nil && r.cell.in && r.cell.note == 0 && r.struck[attr(t, "style-name")] {
			r.row.Struck = true
		}
	case "date", "creator":
		r.dated = true
	case "table":
		r.name, r.table, r.rows, r.line = attr(t, "name"), attr(t, "style-name"), nil, 0
	case "table-row":
		r.same = repeats(t, "number-rows-repeated")
		v := attr(t, "visibility")
		r.row = &Row{Line: r.line + 1, Hidden: v == "collapse" || v == "filter"}
	case "table-cell", "covered-table-cell":
		r.cell = odsCell{kind: attr(t, "value-type"), style: attr(t, "style-name")}
		r.cell.same = repeats(t, "number-columns-repeated")
		r.cell.value = attr(t, "value")
		if r.cell.kind == "date" {
			r.cell.value, _, _ = strings.Cut(attr(t, "date-value"), "T")
		}
	case "annotation":
		r.cell.note++
	case "p":
		if r.cell.text.Len() > 0 && r.cell.note == 0 {
			r.cell.text.WriteByte(' ')
		}
		r.cell.in = true
	case "s", "tab", "line-break":
		if r.cell.in && r.cell.note == 0 {
			r.cell.text.WriteByte(' ')
		}
	}
}

func repeats(t xml.StartElement, name string) int {
	n, err := strconv.Atoi(attr(t, name))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func (r *odsReader) end(name string) {
	switch name {
	case "p":
		r.cell.in = false
		if r.cell.note > 0 && r.cell.comment.Len() > 0 {
			r.cell.comment.WriteByte(' ')
		}
	case "date", "creator":
		r.dated = false
	case "annotation":
		r.cell.note--
	case "table-cell", "covered-table-cell":
		if r.row != nil {
			r.putCell()
		}
	case "table-row":
		r.putRow()
	case "table":
		r.file.Sheets = append(r.file.Sheets, sheetOf(r.name, r.hidden[r.table], r.rows))
	}
}

func (r *odsReader) putCell() {
	text := r.cell.text.String()
	switch r.cell.kind {
	case "date":
		text = r.cell.value
	case "float":
		if shown := strings.TrimSpace(text); strings.Trim(shown, "0123456789") != "" || strings.TrimLeft(shown, "0") != r.cell.value {
			text = format{}.text(r.cell.value, false)
		}
	}
	text = clean(text)
	if text != "" {
		r.row.Struck = r.row.Struck || r.struck[r.cell.style]
		r.row.Fill = cmp.Or(r.row.Fill, r.fills[r.cell.style])
	}
	if said := strings.TrimSpace(r.cell.comment.String()); said != "" {
		r.row.Comments = append(r.row.Comments, said)
	}
	if text == "" && r.cell.same > manySame {
		return // empty up to the end of the row
	}
	same := min(r.cell.same, mostColumns-len(r.row.Cells))
	r.cells += same
	for range same {
		r.row.Cells = append(r.row.Cells, text)
	}
}

func (r *odsReader) putRow() {
	if r.row == nil {
		return
	}
	if !blank(r.row.Cells) && r.same <= manySame {
		for i := range r.same {
			row := *r.row
			row.Line += i
			r.rows = append(r.rows, row)
		}
	}
	r.line += r.same
	r.row = nil
}
