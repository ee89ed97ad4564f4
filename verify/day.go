package verify

import (
	"strings"
	"time"

	"countersign/extract"
	"countersign/verify/roll"
)

// dateOrder is how the dates of a petition are written, as far as the dates themselves
// show it.
type dateOrder int

const (
	eitherOrder dateOrder = iota // nothing shows it
	monthFirst
	dayFirst
	bothOrders
)

// dayCount is how many dates can only be written one way: a number above twelve can be no
// month.
type dayCount struct{ days, months int }

// add counts the date of a line, by -1 no longer.
func (n *dayCount) add(m *Match, by int) {
	reading := m.Line.Fields[extract.Date]
	if reading.Confidence < sure {
		return
	}
	turned, other := turnedDate(reading.Text)
	if !other {
		return
	}
	_, asMonth := roll.ParseDate(reading.Text)
	_, asDay := roll.ParseDate(turned)
	switch {
	case asMonth && !asDay:
		n.months += by
	case asDay && !asMonth:
		n.days += by
	}
}

// order is the one in which the lines have their dates.
func (n *dayCount) order() dateOrder {
	switch {
	case n.days > 0 && n.months > 0:
		return bothOrders
	case n.days > 0:
		return dayFirst
	case n.months > 0:
		return monthFirst
	}
	return eitherOrder
}

// turnedDate is a date with its first two numbers in each other's place, where it is one of
// three numbers that may be meant so.
func turnedDate(s string) (string, bool) {
	s = strings.TrimSpace(s)
	at := strings.IndexAny(s, "/-") // full stops are written where the day comes first
	if at < 1 || at > 2 {
		return "", false
	}
	sign := s[at : at+1]
	parts := strings.Split(s, sign)
	if len(parts) != 3 || len(parts[1]) < 1 || len(parts[1]) > 2 ||
		onlyDigits(parts[0]+parts[1]) != parts[0]+parts[1] {
		return "", false
	}
	return strings.Join([]string{parts[1], parts[0], parts[2]}, sign), true
}

// days are those that a date may mean: likely ones, and those that are possible beside them.
// Where nothing shows the order, an American sheet has the month first, and the other order
// is possible; where both orders are seen on the petition, both are likely. None where the
// date cannot be read.
func (d Dates) days(text string) (likely, possible []time.Time) {
	first, asMonth := roll.ParseDate(text)
	turned, ok := turnedDate(text)
	second, asDay := time.Time{}, false
	if ok {
		second, asDay = roll.ParseDate(turned)
	}
	switch {
	case asMonth && asDay && !first.Equal(second):
		switch d.order {
		case monthFirst:
			return []time.Time{first}, nil
		case dayFirst:
			return []time.Time{second}, nil
		case bothOrders:
			return []time.Time{first, second}, nil
		}
		return []time.Time{first}, []time.Time{second}
	case asMonth:
		return []time.Time{first}, nil
	case asDay:
		return []time.Time{second}, nil
	}
	return nil, nil
}

// last is the last day on which anybody can have signed; zero if it is not known. Clocks
// differ by a day.
func (d Dates) last() time.Time {
	last := d.Received
	if last.IsZero() {
		last = d.Verified
	}
	if last.IsZero() {
		return last
	}
	return last.AddDate(0, 0, 1)
}

// toCome says whether a day is one on which nobody can have signed yet.
func (d Dates) toCome(day time.Time) bool {
	last := d.last()
	return !last.IsZero() && day.After(last)
}

// readDate are the days that a date may mean, whichever order it is written in.
func readDate(d Dates, text string) []time.Time {
	likely, possible := d.days(text)
	return append(likely, possible...)
}
