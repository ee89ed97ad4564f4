package extract

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/ingest"
)

var (
	// rollHeadings are of membership exports, and of no list of signers.
	rollHeadings = strings.Split("paid thru,paid through,expires,expiration,expiration date,expiry,renewal date,join date,joined,date joined,"+
		"member since,member type,membership type,membership status,dues", ",")
)

// The sentences of open points on lists.
const (
	looksLikeRoll = "The list looks like a membership export and not like a list of those who signed: see which it is, and exclude it if it is one."
	saysNotSigned = "The list does not say when or whether each person signed: see whether all of them did."
)

// online reads a part of a list of those who signed online. Its words are exact, so nothing is
// read; a line is signed if the list says when, or that it is.
func (x Extractor) online(p ingest.Page) Sheet {
	headings := p.List.Headings
	list := listOf(p.List)
	s := Sheet{Kind: Signers, Source: p.Source, Columns: list.columns}
	if name, ok := x.readAs(s.Columns, headings); ok {
		s.note(readAsForm(name))
	}
	x.Told.NameColumns(s.Columns)
	roll := slices.ContainsFunc(headings, func(h string) bool { return slices.Contains(rollHeadings, headingKey(h)) })
	for i, cells := range p.List.Rows {
		row := Row{Number: i + 1, Fields: map[Field]Reading{}}
		for c, asked := range s.Columns {
			if len(asked.Fields) != 1 || asked.Fields[0] == Signature || asked.Fields[0] == Number {
				continue
			}
			text := strings.TrimSpace(cellAt(cells, c))
			switch asked.Fields[0] {
			case Date:
				text = withoutTime(text)
			case MemberID:
				text = pointZero.ReplaceAllString(text, "$1")
			}
			if old, has := row.Fields[asked.Fields[0]]; !has || old.Text == "" {
				row.Fields[asked.Fields[0]] = Reading{Text: text, Confidence: 1, Engine: "text"}
			}
		}
		numberFromName(row.Fields)
		list.nameParts(cells, row.Fields)
		joinName(row.Fields)
		row.Signed = list.signed(cells, nameOf(row))
		if roll || (p.List.Apart != "" || p.List.Doubtful[i]) && row.Signed == SignedYes {
			row.Signed = SignedUnsure
		}
		s.Rows = append(s.Rows, row)
	}
	open := func(kind OpenKind, text string) {
		s.Open = append(s.Open, Open{Kind: kind, Text: text})
		s.note(text)
	}
	for _, f := range p.Findings {
		open(OpenKind(f.Kind), f.Text)
	}
	if p.List.Apart != "" {
		open(ColumnsUnknown, fmt.Sprintf("These lines stand under %q: see whether they count.", p.List.Apart))
	}
	named := slices.ContainsFunc(s.Columns, func(c Column) bool {
		return slices.ContainsFunc(c.Fields, func(f Field) bool { return f == Name || f == Family || f == MemberID })
	})
	switch {
	case roll:
		open(ColumnsUnknown, looksLikeRoll)
	case !named:
		open(ColumnsUnknown, "No column of the list holds names: see which column is which.")
	case list.silent():
		open(ColumnsUnknown, saysNotSigned)
	}
	return s
}

// numberInName is a number that stands beside the name in its cell: "Ada Lovelace (4829131)".
var numberInName = regexp.MustCompile(`^(.*?\pL.*?)[\s,(#:;-]+(?:(?i:ala|member|no|id)[\s.:#]*)*([0-9]{4,12})\)?$`)

// numberFromName takes a member number out of the cell of the name, where none stands in one of
// its own: it may be another's.
func numberFromName(fields map[Field]Reading) {
	r := fields[Name]
	in := numberInName.FindStringSubmatch(r.Text)
	if in == nil || fields[MemberID].Text != "" {
		return
	}
	r.Text = strings.TrimSpace(in[1])
	fields[Name] = r
	r.Text = in[2]
	fields[MemberID] = r
}

func cellAt(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	return cells[i]
}

// headingKey is a heading in small letters, with one blank between words.
func headingKey(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ' ' || r == '_' || r == '-' || r == ':' || r == '\t' }), " ")
}

var (
	aDay      = regexp.MustCompile(`(?i)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.? +(de +)?\pL{3,10}\.?,? +(de +)?\d{4}|\d{1,2}-\pL{3}-\d{2,4}|\pL{3,10}\.? +\d{1,2}(st|nd|rd|th)?,? +\d{4}`)
	timeOfDay = regexp.MustCompile(`(?i)[ T,]*(at +)?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( *[ap]\.?m\.?)?( *(Z|UTC|GMT|[A-Z]{2,4}T|[+-]\d{2}:?\d{2}))?.*$`)
	seconds   = regexp.MustCompile(`^1[0-9]{9}([0-9]{3})?$`) // since 1970, or thousandths of them
	serial    = regexp.MustCompile(`^4[0-9]{4}(\.[0-9]+)?$`) // days as spreadsheets count them
	pointZero = regexp.MustCompile(`^([0-9]+)\.0+$`)
)

func hasDay(text string) bool {
	text = strings.TrimSpace(text)
	return aDay.MatchString(text) || seconds.MatchString(text) || serial.MatchString(text)
}

// withoutTime is the day of a time stamp.
func withoutTime(text string) string {
	if seconds.MatchString(text) {
		n, _ := strconv.ParseInt(text[:10], 10, 64)
		return time.Unix(n, 0).UTC().Format(time.DateOnly)
	}
	if !hasDay(text) {
		return text
	}
	return strings.TrimSpace(timeOfDay.ReplaceAllString(text, ""))
}
