package extract

import (
	"regexp"
	"slices"
	"strings"

	"countersign/extract/heading"
	"countersign/ingest"
)

// Headings of lists that people signed online: when each signed, and whether the system says so.
// A day of another kind, such as that of joining, is no evidence of signing.
var (
	stampHeadings = strings.Split("timestamp,time stamp,date,date time,datetime,time,signed,signed on,signed at,signed date,date signed,"+
		"signature date,date of signature,signing date,signing time,submitted,submitted on,submitted at,submission date,submission time,"+
		"created,created at,created on,created date,date created,entry date,completed,completed at,completion time,zeitstempel,"+
		"horodateur,marca temporal,tijdstempel", ",")
	stateHeadings = strings.Split("signed,signed?,confirmed,confirmed?,verified,verified?,status,state of signature,signature status,"+
		"email confirmed,e-mail confirmed,email verified,validated,valid,signature", ",")
	yesWords = strings.Fields("yes y true 1 x signed confirmed verified valid validated ok complete completed active ja oui si")
	noWords  = strings.Fields("no n false 0 unsigned unconfirmed unverified pending removed withdrawn deleted invalid incomplete partial nein non bounced spam")

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
func online(p ingest.Page, told Told) Sheet {
	headings := p.List.Headings
	meanings, _ := heading.Meanings(headings)
	s := Sheet{Kind: Signers, Source: p.Source, Columns: columnsOf(headings, meanings)}
	stamp, state := -1, -1
	for i, h := range headings {
		switch key := headingKey(h); {
		case stamp < 0 && slices.Contains(stampHeadings, key) && key != "signed":
			stamp = i
			s.Columns[i].Fields = []Field{Date}
		case state < 0 && slices.Contains(stateHeadings, key):
			state = i
			s.Columns[i].Fields = nil
		}
	}
	told.nameColumns(s.Columns)
	if stamp < 0 && state >= 0 && headingKey(headings[state]) == "signed" {
		stamp = state // holds the day in some systems, and yes or no in others
	}
	roll := slices.ContainsFunc(headings, func(h string) bool { return slices.Contains(rollHeadings, headingKey(h)) })
	for i, cells := range p.List.Rows {
		row := Row{Number: i + 1, Fields: map[Field]Reading{}}
		for c, asked := range s.Columns {
			if len(asked.Fields) != 1 || asked.Fields[0] == Signature || asked.Fields[0] == Number {
				continue
			}
			text := strings.TrimSpace(cellAt(cells, c))
			if asked.Fields[0] == Date {
				text = withoutTime(text)
			}
			if old, has := row.Fields[asked.Fields[0]]; !has || old.Text == "" {
				row.Fields[asked.Fields[0]] = Reading{Text: text, Confidence: 1, Engine: "text"}
			}
		}
		joinName(row.Fields)
		row.Signed = signedOnline(cellAt(cells, stamp), cellAt(cells, state), nameOf(row))
		if roll {
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
	named := slices.ContainsFunc(s.Columns, func(c Column) bool {
		return slices.ContainsFunc(c.Fields, func(f Field) bool { return f == Name || f == Family || f == MemberID })
	})
	switch {
	case roll:
		open(ColumnsUnknown, looksLikeRoll)
	case !named:
		open(ColumnsUnknown, "No column of the list holds names: see which column is which.")
	case stamp < 0 && state < 0:
		open(ColumnsUnknown, saysNotSigned)
	}
	return s
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

// signedOnline says whether a system recorded a signature: by what it says of it, or else
// by when it was given.
func signedOnline(stamp, state, name string) Signed {
	said := strings.ToLower(strings.TrimSpace(state))
	switch {
	case slices.Contains(noWords, said):
		return SignedNo
	case slices.Contains(yesWords, said), isName(said, name):
		return SignedYes
	case said != "" && strings.TrimSpace(stamp) != said && !hasDay(said):
		return SignedUnsure
	case hasDay(stamp):
		return SignedYes
	}
	return SignedUnsure
}

var (
	aDay      = regexp.MustCompile(`(?i)\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.? +[a-z]{3,9}\.?,? +\d{4}|[a-z]{3,9}\.? +\d{1,2}(st|nd|rd|th)?,? +\d{4}`)
	timeOfDay = regexp.MustCompile(`(?i)[ T,]*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( *[ap]\.?m\.?)?( *(Z|UTC|GMT|[A-Z]{2,4}T|[+-]\d{2}:?\d{2}))?.*$`)
)

func hasDay(text string) bool { return aDay.MatchString(text) }

// withoutTime is the day of a time stamp.
func withoutTime(text string) string {
	if !hasDay(text) {
		return text
	}
	return strings.TrimSpace(timeOfDay.ReplaceAllString(text, ""))
}
