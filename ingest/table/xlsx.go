package table

import (
	"archive/zip"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf16"
)

// workbook is an XLSX file, of which rows are read one after another. Excelize, which
// writes our reports, gives a cell as it is displayed and does not say whether it is a
// number, a day or text, and hides texts that are not there.
type workbook struct {
	texts    []text
	formats  []format // by style of a cell
	days1904 bool
}

func openXLSX(parts map[string]*zip.File) (*File, error) {
	w := &workbook{}
	main := "xl/workbook.xml"
	for _, target := range relations(parts, "_rels/.rels", "") {
		if strings.HasSuffix(target.kind, "/officeDocument") {
			main = target.to
		}
	}
	links := relations(parts, path.Join(path.Dir(main), "_rels", path.Base(main)+".rels"), path.Dir(main))
	f := &File{Form: "XLSX workbook", DaysFrom: 1900}
	err := walk(parts[main], func(e xml.StartElement, _ *xml.Decoder) error {
		switch e.Name.Local {
		case "workbookPr":
			w.days1904 = isTrue(attr(e, "date1904"))
		case "sheet":
			s := Sheet{Name: attr(e, "name"), Hidden: strings.Contains(strings.ToLower(attr(e, "state")), "hidden")}
			part := parts[links[attr(e, "id")].to]
			if strings.HasSuffix(links[attr(e, "id")].kind, "/chartsheet") {
				return nil
			}
			s.open = func() (Rows, error) {
				rows, err := w.open(part, s.Name)
				if err != nil {
					return nil, err
				}
				rows.comments = commentsOn(parts, links[attr(e, "id")].to)
				return rows, nil
			}
			f.Sheets = append(f.Sheets, s)
		}
		return nil
	})
	if len(f.Sheets) == 0 {
		return nil, cmp.Or(err, errors.New("no sheets"))
	}
	const damaged = "a part of the workbook is damaged: open it in a spreadsheet and save it again"
	if err != nil {
		f.Notes = append(f.Notes, damaged)
	}
	if w.days1904 {
		f.DaysFrom = 1904
	}
	for _, target := range links {
		switch {
		case strings.HasSuffix(target.kind, "/sharedStrings"):
			err = w.readTexts(parts[target.to])
		case strings.HasSuffix(target.kind, "/styles"):
			err = w.readFormats(parts[target.to])
		}
		if err != nil {
			f.Notes = append(f.Notes, damaged)
		}
	}
	return f, nil
}

// commentsOn are the comments on the cells of a sheet, by row. What cannot be read is no comment.
func commentsOn(parts map[string]*zip.File, sheet string) map[int][]string {
	out := map[int][]string{}
	links := path.Join(path.Dir(sheet), "_rels", path.Base(sheet)+".rels")
	for _, target := range relations(parts, links, path.Dir(sheet)) {
		part := parts[target.to]
		if !strings.HasSuffix(target.kind, "/comments") || part == nil || part.UncompressedSize64 > mostStrings {
			continue
		}
		_ = walk(part, func(e xml.StartElement, d *xml.Decoder) error {
			if e.Name.Local != "comment" {
				return nil
			}
			line, err := strconv.Atoi(strings.TrimLeft(attr(e, "ref"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ$"))
			said, bad := richText(d, "comment")
			if text := strings.TrimSpace(said.string); err == nil && text != "" {
				out[line] = append(out[line], text)
			}
			return bad
		})
	}
	return out
}

type relation struct{ kind, to string }

// relations are the parts that a part names, by id. What cannot be read names none.
func relations(parts map[string]*zip.File, of, folder string) map[string]relation {
	out := map[string]relation{}
	_ = walk(parts[partName(of)], func(e xml.StartElement, _ *xml.Decoder) error {
		to := strings.ReplaceAll(attr(e, "Target"), `\`, "/")
		if e.Name.Local == "Relationship" && !strings.EqualFold(attr(e, "TargetMode"), "external") {
			if !strings.HasPrefix(to, "/") {
				to = path.Join(folder, to)
			}
			out[attr(e, "Id")] = relation{attr(e, "Type"), partName(path.Clean(to))}
		}
		return nil
	})
	return out
}

// walk reads a part's elements. Prefixes of names are left off, so that the strict and
// the usual dialect are one.
func walk(part *zip.File, see func(xml.StartElement, *xml.Decoder) error) error {
	if part == nil {
		return errors.New("a part is missing")
	}
	in, err := part.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	d := xml.NewDecoder(in)
	d.Strict = false
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := see(e, d); err != nil {
				return err
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space != "xmlns" {
			return a.Value
		}
	}
	return ""
}

func isTrue(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

// readTexts reads the table of texts, without the reading aids of Asian names.
func (w *workbook) readTexts(part *zip.File) error {
	if part == nil || part.UncompressedSize64 > mostStrings {
		return errors.New("too many texts")
	}
	return walk(part, func(e xml.StartElement, d *xml.Decoder) error {
		if e.Name.Local != "si" {
			return nil
		}
		t, err := richText(d, "si")
		w.texts = append(w.texts, t)
		return err
	})
}

// text is what stands in a cell.
type text struct {
	string
	struck bool // some of it is crossed out
}

// richText joins the texts within an element, up to its end.
func richText(d *xml.Decoder, of string) (text, error) {
	var out strings.Builder
	in, aid, struck := false, false, false
	for {
		t, err := d.RawToken()
		if err != nil {
			return text{}, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			in = t.Name.Local == "t"
			aid = aid || t.Name.Local == "rPh"
			struck = struck || crossesOut(t)
		case xml.EndElement:
			in = false
			switch t.Name.Local {
			case "rPh":
				aid = false
			case of:
				return text{unescape(out.String()), struck}, nil
			}
		case xml.CharData:
			if in && !aid {
				out.Write(t)
			}
		}
	}
}

// crossesOut says whether an element of a font draws a line through the text.
func crossesOut(e xml.StartElement) bool {
	return e.Name.Local == "strike" && (attr(e, "val") == "" || isTrue(attr(e, "val")))
}

// unescape turns _x000D_ into the character of that code.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var out []uint16
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, u)
		if n := len(out); u == '_' && n >= 7 && out[n-7] == '_' && out[n-6] == 'x' {
			if code, err := strconv.ParseUint(string(utf16.Decode(out[n-5:n-1])), 16, 16); err == nil {
				out = append(out[:n-7], uint16(code))
			}
		}
	}
	return string(utf16.Decode(out))
}

func (w *workbook) readFormats(part *zip.File) error {
	if part == nil || part.UncompressedSize64 > mostStrings {
		return errors.New("too many styles")
	}
	codes := map[string]string{}
	var struck []bool  // by font
	var fills []string // their colours
	fonts, filled, styles := false, false, false
	return walk(part, func(e xml.StartElement, _ *xml.Decoder) error {
		switch e.Name.Local {
		case "fonts":
			fonts = true
		case "font":
			if fonts {
				struck = append(struck, false)
			}
		case "strike":
			if fonts && len(struck) > 0 {
				struck[len(struck)-1] = crossesOut(e)
			}
		case "fills":
			fonts, filled = false, true
		case "fill":
			if filled {
				fills = append(fills, "")
			}
		case "fgColor":
			if filled && len(fills) > 0 {
				fills[len(fills)-1] = colour(e)
			}
		case "borders":
			filled = false
		case "numFmt":
			codes[attr(e, "numFmtId")] = attr(e, "formatCode")
		case "cellXfs":
			styles = true
		case "cellStyles", "dxfs":
			styles = false
		case "xf":
			if styles {
				id := attr(e, "numFmtId")
				f := newFormat(id, codes[id])
				if n, err := strconv.Atoi(attr(e, "fontId")); err == nil && n >= 0 && n < len(struck) {
					f.struck = struck[n]
				}
				if n, err := strconv.Atoi(attr(e, "fillId")); err == nil && n > 1 && n < len(fills) {
					f.fill = fills[n] // the first two are of every workbook: none, and grey that nothing has
				}
				w.formats = append(w.formats, f)
			}
		}
		return nil
	})
}

// colour is a colour as the workbook names it; empty for white.
func colour(e xml.StartElement) string {
	rgb := strings.ToUpper(attr(e, "rgb"))
	whiteOfTheme := attr(e, "theme") == "0" && attr(e, "tint") == ""
	if strings.HasSuffix(rgb, "FFFFFF") || attr(e, "indexed") == "64" || whiteOfTheme {
		return ""
	}
	return strings.Join([]string{rgb, attr(e, "theme"), attr(e, "tint"), attr(e, "indexed")}, " ")
}

// sheetRows reads one worksheet.
type sheetRows struct {
	book     *workbook
	in       io.Closer
	xml      *xml.Decoder
	name     string
	line     int
	held     *Row
	comments map[int][]string // by row
}

func (w *workbook) open(part *zip.File, name string) (*sheetRows, error) {
	bad := func(why string) error {
		return fmt.Errorf("has a sheet %q that cannot be read%s: open the workbook in a spreadsheet and save it again", name, why)
	}
	if part == nil {
		return nil, bad("")
	}
	in, err := part.Open()
	if err != nil {
		return nil, bad("")
	}
	d := xml.NewDecoder(in)
	d.Strict = false
	r := &sheetRows{book: w, in: in, xml: d, name: name}
	for {
		t, err := d.RawToken()
		if err != nil {
			in.Close()
			return nil, bad(ifWide(part))
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local == "sheetData" {
				return r, nil
			}
		case xml.EndElement:
			if e.Name.Local == "worksheet" {
				return r, nil // it has no rows
			}
		}
	}
}

// ifWide says whether a part is in UTF-16, which workbooks may not be.
func ifWide(part *zip.File) string {
	in, err := part.Open()
	if err != nil {
		return ""
	}
	defer in.Close()
	var head [64]byte
	n, _ := io.ReadFull(in, head[:])
	if _, ok := wide(head[:n]); ok {
		return " (it is in UTF-16)"
	}
	return ""
}

func (r *sheetRows) Close() { r.in.Close() }

// Next gives rows that are left out of the file as rows without cells.
func (r *sheetRows) Next() (Row, error) {
	const mostFree = 1000 // some writers place a note in the last row of a million
	if r.held == nil {
		row, err := r.read()
		if err != nil {
			return Row{}, err
		}
		if row.Line <= r.line || row.Line-r.line > mostFree {
			r.line = row.Line - 1
		}
		r.held = &row
	}
	r.line++
	if r.line < r.held.Line {
		return Row{Line: r.line}, nil
	}
	row := *r.held
	r.held = nil
	return row, nil
}

func (r *sheetRows) read() (Row, error) {
	for {
		t, err := r.xml.RawToken()
		if err == io.EOF {
			return Row{}, io.EOF
		}
		if err != nil {
			return Row{}, fmt.Errorf("cannot be read after row %d of sheet %q: open the workbook in a spreadsheet and save it again", r.line, r.name)
		}
		switch e := t.(type) {
		case xml.EndElement:
			if e.Name.Local == "sheetData" {
				return Row{}, io.EOF
			}
		case xml.StartElement:
			if e.Name.Local != "row" {
				continue
			}
			row := Row{Line: r.line + 1, Hidden: isTrue(attr(e, "hidden"))}
			if n, err := strconv.Atoi(attr(e, "r")); err == nil && n > 0 {
				row.Line = n
			}
			if err := r.cells(&row); err != nil {
				return Row{}, fmt.Errorf("cannot be read at row %d of sheet %q: open the workbook in a spreadsheet and save it again", row.Line, r.name)
			}
			cleanAll(row.Cells)
			row.Comments = r.comments[row.Line]
			return row, nil
		}
	}
}

// mostColumns is how wide a table may be: exports have some hundred columns, and cells
// far to the right of them are stray.
const mostColumns = 2048

func (r *sheetRows) cells(row *Row) error {
	for {
		t, err := r.xml.RawToken()
		if err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			at := len(row.Cells)
			if n, ok := columnOf(attr(e, "r")); ok {
				at = n
			}
			text, err := r.cell(e, row, at)
			if err != nil {
				return err
			}
			if at >= mostColumns {
				continue
			}
			for len(row.Cells) <= at {
				row.Cells = append(row.Cells, "")
			}
			row.Cells[at] = text
		}
	}
}

// columnOf is the 0-based column of a reference such as AB12.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := 0; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1, n > 0
}

// columnName is the letters of a 0-based column.
func columnName(n int) string {
	s := ""
	for n++; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// stored is what a workbook keeps of a cell.
type stored struct {
	at          int
	kind, style string
	value       string
	inline      text
	formula     bool
	has, says   bool // a value, which is empty where it is text of no letters; a text in the cell itself
}

// cell reads a cell up to its end.
func (r *sheetRows) cell(e xml.StartElement, row *Row, at int) (string, error) {
	c := stored{at: at, kind: attr(e, "t"), style: attr(e, "s")}
	for {
		t, err := r.xml.RawToken()
		if err != nil {
			return "", err
		}
		switch e := t.(type) {
		case xml.EndElement:
			if e.Name.Local == "c" {
				return r.said(c, row), nil
			}
		case xml.StartElement:
			switch e.Name.Local {
			case "v":
				c.has = true
				c.value, err = textOf(r.xml)
			case "is":
				c.says = true
				c.inline, err = richText(r.xml, "is")
			case "f":
				c.formula = true
			}
			if err != nil {
				return "", err
			}
		}
	}
}

// said is the text of a cell. What else it says is noted of the row.
func (r *sheetRows) said(c stored, row *Row) string {
	f := r.format(c.style)
	said := c.inline
	missing := c.formula && c.value == "" && (c.kind != "str" || !c.has)
	if missing {
		const says = "cell %s%d is a formula whose result is not in the file: open the workbook in a spreadsheet and save it again"
		row.Notes = append(row.Notes, Note{NoResult, fmt.Sprintf(says, columnName(c.at), row.Line)})
	}
	switch {
	case c.says:
	case missing:
		said = text{string: Unreadable}
	default:
		said = r.value(c.kind, f, c.value, row, c.at)
	}
	if said.string != "" {
		row.Fill = cmp.Or(row.Fill, f.fill)
		row.Struck = row.Struck || said.struck || f.struck
	}
	return said.string
}

// textOf is the text up to the end of an element.
func textOf(d *xml.Decoder) (string, error) {
	s := ""
	for {
		t, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			s += string(t)
		case xml.EndElement:
			return s, nil
		}
	}
}

// format is that of a style, by its number.
func (r *sheetRows) format(style string) format {
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(r.book.formats) {
		return r.book.formats[i]
	}
	return format{}
}

func (r *sheetRows) value(kind string, f format, value string, row *Row, at int) text {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(r.book.texts) {
			const says = "cell %s%d names a text that the workbook does not have"
			row.Notes = append(row.Notes, Note{NoText, fmt.Sprintf(says, columnName(at), row.Line)})
			return text{string: Unreadable}
		}
		return r.book.texts[i]
	case "str", "inlineStr":
		return text{string: unescape(value)}
	case "b":
		return text{string: map[bool]string{true: "TRUE", false: "FALSE"}[isTrue(value)]}
	case "d":
		day, _, _ := strings.Cut(value, "T")
		return text{string: day}
	case "e":
		return text{string: value} // such as #N/A
	}
	return text{string: f.text(value, r.book.days1904)}
}
