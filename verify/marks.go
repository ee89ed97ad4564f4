package verify

import (
	"math"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// Voter files, rolls of unions and of employers have a day of birth and a second number,
// and so have some sheets. Both are compared digit by digit, as member numbers are.

// How they are written down.
const (
	ownBirth    = 0.99 // of lines of members: nobody forgets it, some write the day on which they sign
	dayForMonth = 0.01 // of these: written in the other order of day and month
	ownSecond   = 0.93
)

// scrawledDay is how often a cell that shows nothing of what was written is read as a day that
// there is.
const scrawledDay = 0.02

// birthdays is how many days of birth signers have: some ninety years.
const birthdays = 90 * 365

func (m *Matcher) seeBirth(_ *work, s *sight, row extract.Row) {
	read := roll.DayKey(row.Fields[extract.Birth].Text)
	if len(read) < 6 {
		return
	}
	// Who is born on a day is many: they are pointed to where that is few enough to look at.
	if born := m.roll.ByBirth(read); len(born) <= mostBorn {
		s.routed = append(s.routed, born...)
	}
	scrawled := 1.0
	if _, ok := roll.ParseDate(row.Fields[extract.Birth].Text); ok {
		scrawled = scrawledDay
	}
	s.fields = append(s.fields, seen{extract.Birth, func(who *person) byLevel {
		own := m.roll.Members.Marks(who.at).BornKey()
		if own == "" {
			return same(1)
		}
		l := m.powers.number(read, own)
		if turned := otherOrder(own); turned != own {
			p := m.powers.digits(read, turned)
			l.plus(dayForMonth, &p)
		}
		return marked(l, birthdays, ownBirth, scrawled)
	}, same(1), byLevel{}, byLevel{}})
}

// mostBorn is how many members may be pointed to by their day of birth.
const mostBorn = 200

// otherOrder is a day as year, month and day with the last two in each other's place.
func otherOrder(day string) string {
	if len(day) != 8 {
		return day
	}
	return day[:4] + day[6:] + day[4:6]
}

func (m *Matcher) seeSecond(_ *work, s *sight, row extract.Row) {
	read := roll.NumberKey(row.Fields[extract.SecondID].Text)
	if len(read) < 3 {
		return
	}
	if having := m.roll.BySecond(read); len(having) <= mostBorn {
		s.routed = append(s.routed, having...)
	}
	values := math.Pow(10, float64(min(len(read), 12)))
	s.fields = append(s.fields, seen{extract.SecondID, func(who *person) byLevel {
		own := m.roll.Members.Marks(who.at).SecondKey()
		if own == "" {
			return same(1)
		}
		return marked(m.powers.number(read, own), values, ownSecond, 1)
	}, same(1), byLevel{}, byLevel{}})
}

// A roll of tenants or owners has units for its second number, and they are compared with units alone.

func (m *Matcher) seeUnit(_ *work, s *sight, row extract.Row) {
	read := unitKey(row.Fields[extract.Unit].Text)
	if read == "" || m.units == 0 {
		return
	}
	s.fields = append(s.fields, seen{extract.Unit, func(who *person) byLevel {
		own := m.roll.Members.Marks(who.at).UnitKey()
		if own == "" {
			return same(1)
		}
		return marked(m.powers.number(read, own), float64(m.units), ownSecond, 1)
	}, same(1), byLevel{}, byLevel{}})
}

// unitKey is the number of a unit as it is compared: "Apt. 4-B" is 4B.
func unitKey(text string) string {
	key := roll.NumberKey(text)
	for _, word := range []string{"UNIT", "APARTMENT", "APT", "LOT", "FLAT", "NO"} {
		if rest, ok := strings.CutPrefix(key, word); ok && strings.ContainsAny(rest, "0123456789") {
			return strings.TrimLeft(rest, "0")
		}
	}
	return key
}

// countUnits is how many units members have.
func countUnits(members *roll.Members) int {
	all := map[string]bool{}
	for at := range int32(members.Len()) {
		if key := members.Marks(at).UnitKey(); key != "" {
			all[key] = true
		}
	}
	return len(all)
}

func weighUnit(row extract.Row, m *roll.Member) Evidence {
	read, own := unitKey(row.Fields[extract.Unit].Text), m.Marks.UnitKey()
	switch {
	case read == "" || own == "":
		return Evidence{}
	case read == own:
		return Evidence{Field: extract.Unit, Agreement: Agrees, Exact: true, Words: "unit: equal"}
	}
	return Evidence{Field: extract.Unit, Agreement: Differs, Words: "unit: differs"}
}

// marked are the odds of what was read if it is a member's own, against one of so many values
// that anybody may have, where members write their own so often. scrawled is the share of
// unreadable cells that may be read so.
func marked(l byLevel, values, own, scrawled float64) byLevel {
	for j := range l {
		l[j] = own*(1-unreadable[j])*l[j]*values + (1-own)*(1-unreadable[j]) + scrawled*unreadable[j]
	}
	return l
}

func weighBirth(row extract.Row, m *roll.Member) Evidence {
	return weighDigits(extract.Birth, "date of birth", roll.DayKey(row.Fields[extract.Birth].Text), m.Marks.BornKey(), 6)
}

func weighSecond(row extract.Row, m *roll.Member) Evidence {
	return weighDigits(extract.SecondID, "second number", roll.NumberKey(row.Fields[extract.SecondID].Text), m.Marks.SecondKey(), 3)
}

func weighDigits(f extract.Field, what, read, own string, least int) Evidence {
	if len(read) < least || own == "" {
		return Evidence{}
	}
	e := Evidence{Field: f, Agreement: Close}
	switch {
	case read == own:
		e.Agreement, e.Exact, e.Words = Agrees, true, what+": equal"
	case name.Swap(read, own):
		e.Words = what + ": two digits swapped"
	case f == extract.Birth && read == otherOrder(own):
		e.Words = what + ": day and month in the other order"
	case len(read) == len(own) && differing(read, own) == 1:
		e.Words = what + ": one digit differs"
	default:
		e.Agreement, e.Words = Differs, what+": differs"
	}
	return e
}
