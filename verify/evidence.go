package verify

import (
	"fmt"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// Agreement says how a field of a line agrees with a member.
type Agreement string

const (
	Agrees  Agreement = "agrees"
	Close   Agreement = "close" // a letter or a digit off, as misread
	Differs Agreement = "differs"
)

// Evidence is what one field of a line says for or against a member. City,
// state, ZIP, street and institution are one field, CityState: they go together.
type Evidence struct {
	Field     extract.Field
	Agreement Agreement
	Exact     bool    // equal as exported, letter by letter
	Words     string  // such as "number: two digits swapped"
	Against   string  // what is surely somebody else's, such as "the suffix is another"
	Share     float64 // of a name: of the people at large who bear it, as far as the roll cannot tell
	Stranger  bool    // of a name: it has no word in common with the member's
	Odds      float64 // how many times likelier the field is if this member wrote it than if nobody on the roll did
	Own       float64 // of a name: the probability that it is a form of the member's own, and not another name or beyond reading
}

// agrees says whether a field speaks for a candidate.
func (c *Candidate) agrees(f extract.Field) bool {
	return slices.ContainsFunc(c.Evidence, func(e Evidence) bool { return e.Field == f && e.Agreement != Differs })
}

func words(evidence []Evidence) []string {
	var out []string
	for _, e := range evidence {
		out = append(out, e.Words)
	}
	return out
}

// weigh compares a line, with its name taken apart and its number found, with a member
// field by field. Fields that the line or the export lacks say nothing. again says which
// fields may well be the member's, whatever was read.
func weigh(row extract.Row, written name.Name, number string, m *roll.Member, again seenAgain) []Evidence {
	var out []Evidence
	for _, e := range []Evidence{
		weighName(written, m), weighNumber(number, m, again), weighEmail(row, m, again), weighPlace(row, m, again), weighBirth(row, m), weighSecond(row, m), weighUnit(row, m),
	} {
		if e.Field != "" {
			out = append(out, e)
		}
	}
	return out
}

func personOf(m *roll.Member) name.Person {
	return name.Person{Given: m.Given, Middle: m.Middle, Family: m.Family, Suffix: m.Suffix, Informal: m.Informal, Former: m.Former}
}

func weighName(written name.Name, m *roll.Member) Evidence {
	if len(written.Family) == 0 {
		return Evidence{}
	}
	c := name.Compare(written, personOf(m))
	e := Evidence{Field: extract.Name, Agreement: Differs, Exact: c.Exact(), Words: c.Because(),
		Against: contradicted(c), Stranger: c.Given <= name.Different && c.Family == name.Different}
	switch {
	case c.Agrees() && c.GivenEdits+c.FamilyEdits == 0:
		e.Agreement = Agrees
	case c.Agrees():
		e.Agreement = Close
	}
	return e
}

// contradicted says which part of a name is another than the member's.
func contradicted(c name.Comparison) string {
	switch name.Different {
	case c.Given:
		return "the given name is another"
	case c.Family:
		return "the family name is another"
	case c.Suffix:
		return "the suffix is another"
	case c.Middle:
		return "the middle name is another"
	}
	return ""
}

// exact says whether a reading has the letters that were written, whatever they are:
// typed by the writer, or by a person who looked.
func exact(r extract.Reading) bool { return r.Engine == "text" || r.Engine == ByPerson }

func weighNumber(read string, m *roll.Member, again seenAgain) Evidence {
	own := strings.ToUpper(name.Joined(roll.NumberOf(m.ID)))
	if strings.HasPrefix(m.ID, "line-") {
		return Evidence{}
	}
	if len(read) < shortestNumber {
		e := Evidence{Field: extract.MemberID}
		switch {
		case again.number >= wellSeen:
			e.Agreement, e.Words = Close, "number: "+hardToRead
		case again.number >= hardlyRuled:
			e.Agreement, e.Words = Differs, "number: hard to read"
		default:
			return Evidence{}
		}
		return e
	}
	e := Evidence{Field: extract.MemberID, Agreement: Close}
	switch {
	case roll.NumberKey(read) == roll.NumberKey(own):
		e.Agreement, e.Exact, e.Words = Agrees, true, "number: equal"
	case name.Swap(read, own):
		e.Words = "number: two digits swapped"
	case len(read) == len(own) && differing(read, own) == 1:
		e.Words = "number: one digit differs"
	case len(read) == len(own)+1 && oneMore(read, own):
		e.Words = "number: one digit too many"
	case len(own) == len(read)+1 && oneMore(own, read):
		e.Words = "number: one digit missing"
	case again.number >= wellSeen:
		e.Words = "number: " + hardToRead
	default:
		e.Agreement, e.Words = Differs, "number: differs"
	}
	return e
}

func differing(a, b string) int {
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

func weighEmail(row extract.Row, m *roll.Member, again seenAgain) Evidence {
	read := strings.ToLower(strings.ReplaceAll(row.Fields[extract.Email].Text, " ", ""))
	if len(read) < 6 || len(m.Emails) == 0 {
		return Evidence{}
	}
	e := Evidence{Field: extract.Email, Agreement: Differs, Words: "e-mail: differs"}
	for _, own := range m.Emails {
		if own == read {
			return Evidence{Field: extract.Email, Agreement: Agrees, Exact: true, Words: "e-mail: equal"}
		}
		p := name.NewPattern(emailCodes(read))
		if edits := p.Distance(emailCodes(own)); edits*6 <= len(own) && onlyDigits(read) == onlyDigits(own) {
			e.Agreement, e.Words = Close, fmt.Sprintf("e-mail: %d off", edits)
		}
	}
	if e.Agreement == Differs && again.email {
		e.Agreement, e.Words = Close, "e-mail: "+hardToRead
	}
	return e
}

// hardToRead is said of a field that was read as another, and seen as the member's.
const hardToRead = "hard to read, and may well be the member's"

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// weighPlace says what the address and the institution say together. One that
// agrees is enough, since people move and change employers; both differing
// is a difference.
func weighPlace(row extract.Row, m *roll.Member, again seenAgain) Evidence {
	var parts []string
	agree, close, differ := 0, 0, 0
	note := func(words string, a Agreement) {
		parts = append(parts, words)
		switch a {
		case Agrees:
			agree++
		case Close:
			close++
		case Differs:
			differ++
		}
	}
	weighGeo(spotOf(row), m, again, note)
	if read, own := newStreet(row.Fields[extract.Street].Text), newStreet(m.Street); read.known() && own.known() {
		switch {
		case read.house == own.house && read.way == withCity(read.way, own.way, m.City):
			note("street equal", Agrees)
		case read.alike(own, m.City):
			note("street nearly equal", Close)
		case again.street:
			note("street "+hardToRead, Close)
		default:
			note("street differs", Differs)
		}
	}
	if written := row.Fields[extract.Institution].Text; m.Company != "" && len(roll.CompanyKey(written)) > 2 {
		read, own := roll.CompanyKey(written), roll.CompanyKey(m.Company)
		switch {
		case read == own:
			note("institution equal", Agrees)
		case name.Similar(read, own) >= 0.8, resembles(roll.CompanyWords(written), read, m.Company):
			note("institution nearly equal", Close)
		default:
			note("institution differs", Differs)
		}
	}
	if len(parts) == 0 {
		return Evidence{}
	}
	e := Evidence{Field: extract.CityState, Agreement: Differs, Exact: differ+close == 0, Words: "place: " + strings.Join(parts, ", ")}
	switch {
	case agree > 0:
		e.Agreement = Agrees
	case close > 0:
		e.Agreement = Close
	}
	return e
}

func weighGeo(at spot, m *roll.Member, again seenAgain, note func(string, Agreement)) {
	if zip := roll.ZIPKey(m.ZIP); at.zip != "" && zip != "" {
		switch {
		case at.zip == zip, roll.ZIPKey(at.zip) == zip:
			note("ZIP equal", Agrees)
		case len(at.zip) == len(zip) && differing(at.zip, zip) == 1, name.Swap(at.zip, zip), len(at.zip) == len(zip)+1 && oneMore(at.zip, zip), len(zip) == len(at.zip)+1 && oneMore(zip, at.zip):
			note("ZIP one digit off", Close)
		case again.zip:
			note("ZIP "+hardToRead, Close)
		default:
			note("ZIP differs", Differs)
		}
	}
	if at.city != "" && m.City != "" {
		city := name.Joined(m.City)
		otherState := at.state != "" && m.State != "" && at.state != stateCode(m.State)
		switch {
		case at.city == city && !otherState:
			note("city equal", Agrees)
		case name.Similar(at.city, city) >= 0.75 && !otherState:
			note("city nearly equal", Close)
		default:
			note("city differs", Differs)
		}
	}
	if at.city == "" && at.state != "" && m.State != "" && at.state != stateCode(m.State) {
		note("state differs", Differs)
	}
}
