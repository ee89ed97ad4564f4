package verify

import (
	"slices"
	"strings"
	"unicode"

	"countersign/extract"
	"countersign/verify/roll"
)

// A form asks for a number and means what its people know: a number of students, of employees, a
// name that they log in with. The roll may have it as its second number, or before the @ of the
// addresses that its institution gives.

// otherNumbers are a line with its number taken for another that the roll has of members; none
// where it is the number of a member that was found.
func (m *Matcher) otherNumbers(row extract.Row, found Match) (rows []extract.Row) {
	reading := row.Fields[extract.MemberID]
	_, second := row.Fields[extract.SecondID]
	_, email := row.Fields[extract.Email]
	text := strings.TrimSpace(reading.Text)
	if len(text) < shortestNumber || found.numbered(extract.MemberID) {
		return nil
	}
	as := func(f extract.Field, text string) {
		other := row
		other.Fields = map[extract.Field]extract.Reading{}
		for of, r := range row.Fields {
			if of != extract.MemberID {
				other.Fields[of] = r
			}
		}
		other.Fields[f] = extract.Reading{Text: text, Confidence: reading.Confidence, Engine: reading.Engine}
		rows = append(rows, other)
	}
	if !second && m.seconds {
		as(extract.SecondID, text)
	}
	if login := strings.ToLower(strings.ReplaceAll(text, " ", "")); !email && m.domain != "" && isLogin(login) {
		as(extract.Email, login+"@"+m.domain)
	}
	return rows
}

// contradictOther notes at the likeliest member that the number of a line, taken for another one
// of members, is somebody else's.
func (m *Matcher) contradictOther(row extract.Row, found *Match) {
	second, email := row.Fields[extract.SecondID], row.Fields[extract.Email]
	having := m.roll.BySecond(roll.NumberKey(second.Text))
	if second.Text == "" {
		having = m.roll.ByEmail(email.Text)
	}
	if len(found.Candidates) == 0 || len(having) == 0 || max(second.Confidence, email.Confidence) < sure {
		return
	}
	best := &found.Candidates[0]
	e := Evidence{Field: extract.MemberID, Agreement: Differs, Words: "number: another member's",
		Against: "the number is another member's"}
	best.Evidence, best.Because = append(best.Evidence, e), append(best.Because, e.Words)
}

// isLogin reports whether a text may be a name that somebody logs in with: letters first, then
// letters, digits and what joins them.
func isLogin(text string) bool {
	return unicode.IsLetter([]rune(text)[0]) && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	})
}

// numbered reports whether a line agrees with the likeliest member in one of some fields. A
// digit that was misread among them is no matter.
func (m Match) numbered(fields ...extract.Field) bool {
	return len(m.Candidates) > 0 && slices.ContainsFunc(m.Candidates[0].Evidence, func(e Evidence) bool {
		return slices.Contains(fields, e.Field) && e.Agreement != Differs
	})
}

// ownDomain is the part after the @ that most members' addresses have, where the institution
// gives them: empty for one at which anybody has an address.
func ownDomain(members *roll.Members) string {
	const most = 0.6 // of the members
	count := map[string]int{}
	for at := range int32(members.Len()) {
		for _, e := range members.Emails(at) {
			_, domain, _ := strings.Cut(e, "@")
			count[domain]++
		}
	}
	for domain, n := range count {
		if float64(n) > most*float64(members.Len()) {
			return domain
		}
	}
	return ""
}
