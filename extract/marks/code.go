package marks

import (
	"errors"
	"fmt"
	"hash/crc32"
	"regexp"
	"strconv"
	"strings"
)

// letters stand for fields in a code. Printed sheets carry them for years:
// letters are added, none changes.
var letters = map[string]string{
	"number": "N", "name": "F", "given": "G", "family": "L", "member_id": "M", "institution": "I", "street": "T",
	"citystate": "P", "city": "C", "state": "A", "zip": "Z", "email": "E", "phone": "H", "date": "D", "signature": "X",
}

// headings are what stands above the columns.
var headings = map[string]string{
	"number": "No.", "name": "Printed name", "given": "First name", "family": "Last name", "member_id": "Member number",
	"institution": "Institution", "street": "Street address", "citystate": "City, state, ZIP", "city": "City", "state": "State", "zip": "ZIP",
	"email": "E-mail", "phone": "Phone", "date": "Date", "signature": "Signature",
}

// Heading is what stands above a column that asks for a field; empty for what
// no column may ask.
func Heading(field string) string { return headings[field] }

// String writes the code: its format, petition, page and number of pages, the
// layout, and four check digits, the low half of the CRC-32 of all before. It
// keeps to the signs that QR codes pack tightly, since a coarse code survives
// where a fine one is lost: a petition without capitals is written in capitals
// after a "%", and "_" as "*".
//
//	CS1.%MIG*2026-014.3.12.LL12-178-26-42-N35F265M160/7P220X230D110.5B0E
func (c Code) String() string {
	l := c.Layout
	var b strings.Builder
	fmt.Fprintf(&b, "%s.%s.%d.%d.%s%s%d-%d-%d-%d-", format, packed(c.Petition), c.Page, c.Of, papers[l.Paper], turns[l.Landscape], l.Rows, l.Top, l.Head, l.Pitch)
	for _, col := range l.Columns {
		fmt.Fprintf(&b, "%s%d", letters[col.Field], col.Width)
		if col.Boxes > 0 {
			fmt.Fprintf(&b, "/%d", col.Boxes)
		}
	}
	return b.String() + "." + check(b.String())
}

const format = "CS1"

func packed(petition string) string {
	if upper := strings.ToUpper(petition); strings.ToLower(petition) == petition && upper != petition {
		petition = "%" + upper
	}
	return strings.ReplaceAll(petition, "_", "*")
}

func unpacked(text string) string {
	petition := strings.ReplaceAll(text, "*", "_")
	if lower, ok := strings.CutPrefix(petition, "%"); ok {
		return strings.ToLower(lower)
	}
	return petition
}

var (
	papers = map[Paper]string{Letter: "L", A4: "A"}
	turns  = map[bool]string{false: "P", true: "L"}
)

func check(s string) string { return fmt.Sprintf("%04X", crc32.ChecksumIEEE([]byte(s))&0xffff) }

// ErrForeign says that a code is none of ours, or one misread.
var ErrForeign = errors.New("no code of a petition sheet")

var (
	coded   = regexp.MustCompile(`^` + format + `\.(%?[A-Za-z0-9*-]{1,40})\.(\d{1,4})\.(\d{1,4})\.([LA])([PL])(\d{1,2})-(\d{1,4})-(\d{1,3})-(\d{1,3})-((?:[A-Z]\d{1,4}(?:/\d{1,2})?){1,20})\.[0-9A-F]{4}$`)
	columns = regexp.MustCompile(`([A-Z])(\d+)(?:/(\d+))?`)
)

// Parse reads what String wrote.
func Parse(s string) (Code, error) {
	m := coded.FindStringSubmatch(s)
	if m == nil || check(s[:len(s)-5]) != s[len(s)-4:] {
		return Code{}, ErrForeign
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n } // digits by the pattern
	c := Code{Petition: unpacked(m[1]), Page: number(m[2]), Of: number(m[3]), Layout: Layout{
		Paper: keyOf(papers, m[4]), Landscape: keyOf(turns, m[5]), Rows: number(m[6]), Top: number(m[7]), Head: number(m[8]), Pitch: number(m[9]),
	}}
	for _, col := range columns.FindAllStringSubmatch(m[10], -1) {
		c.Layout.Columns = append(c.Layout.Columns, Column{keyOf(letters, col[1]), number(col[2]), number(col[3])})
	}
	if err := c.Valid(); err != nil {
		return Code{}, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	return c, nil
}

func keyOf[K comparable](m map[K]string, value string) (key K) {
	for k, v := range m {
		if v == value {
			return k
		}
	}
	return key
}

var petition = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// Valid reports what is wrong with a code, such as a table that leaves the
// paper.
func (c Code) Valid() error {
	l := c.Layout
	w, h := l.Size()
	switch {
	case !petition.MatchString(c.Petition):
		return fmt.Errorf("petition %q: write 1 to 40 letters, digits, - and _", c.Petition)
	case c.Page < 1 || c.Page > c.Of || c.Of > 9999:
		return fmt.Errorf("page %d of %d: number pages from 1, and at most 9999", c.Page, c.Of)
	case l.Rows < 1 || l.Rows > 99 || l.Pitch < 20 || l.Head < 1 || l.Top < Margin:
		return fmt.Errorf("%d lines of %d/100 inch below a head of %d/100: no such table can be written in", l.Rows, l.Pitch, l.Head)
	case l.Lines()[l.Rows+1] > h-Margin-Foot:
		return fmt.Errorf("the table ends %d/100 inch from the top of a page of %d/100", l.Lines()[l.Rows+1], h)
	case len(l.Columns) == 0 || l.Borders()[len(l.Columns)] > w-Margin:
		return fmt.Errorf("the columns do not fit a page %d/100 inch wide", w)
	}
	for _, col := range l.Columns {
		if letters[col.Field] == "" || col.Width < 1 || col.Boxes > 20 {
			return fmt.Errorf("a column of %s, %d/100 inch wide with %d boxes: no such column can be printed", col.Field, col.Width, col.Boxes)
		}
	}
	return nil
}
