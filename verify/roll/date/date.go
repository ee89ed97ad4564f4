// Package date reads the dates of exports, and those on sheets: what was written enters, the
// days that it may mean leave. Where the day or the month may come first, both are kept,
// until the dates beside it show which.
package date

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Days are what a written date may mean: two days where the day or the month may
// come first, else one.
type Days struct {
	Month, Day time.Time // with the month first, with the day first; zero if it cannot be
	dots       bool      // separated by dots, as those write it who begin with the day
}

// Dots says whether its figures are separated by dots.
func (d Days) Dots() bool { return d.dots }

// ByDots takes a date with dots at the word of its dots.
func (d Days) ByDots() Days {
	if d.dots && !d.Day.IsZero() {
		d.Month = d.Day
	}
	return d
}

// Either says whether the date may be of two days.
func (d Days) Either() bool { return !d.Month.IsZero() && !d.Day.IsZero() && !d.Month.Equal(d.Day) }

// Ordered is the day in one order, or in the only one that can be.
func (d Days) Ordered(dayFirst bool) (time.Time, bool) {
	if dayFirst && !d.Day.IsZero() || d.Month.IsZero() {
		return d.Day, !d.Day.IsZero()
	}
	return d.Month, true
}

func only(t time.Time) Days { return Days{Month: t, Day: t} }

// Written reads a date as somebody wrote it on an American sheet: month
// first and nothing else, or any form that has one meaning.
func Written(s string) (time.Time, bool) {
	d := Parse(s, false).ByDots()
	return d.Month, !d.Month.IsZero()
}

const longestDate = 70 // characters, with weekday and time zone in words

// leading words say nothing of the day.
var leading = []string{"expires", "expired", "exp", "paid", "valid", "good", "through", "thru", "until", "till", "to", "on"}

// Parse reads a date in all orders that it may have.
func Parse(s string, last bool) Days {
	s = strings.TrimSpace(s)
	if len(s) < 4 || len(s) > longestDate {
		return Days{}
	}
	s = withoutClock(withoutLead(s))
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return fromNumber(s, n, last)
	}
	if d, ok := slashed(s); ok {
		return d
	}
	if t, ok := yearFirst(s, last); ok {
		return only(t)
	}
	if t, ok := named(s, last); ok {
		return only(t)
	}
	return Days{}
}

func withoutLead(s string) string {
	for {
		word, rest, ok := strings.Cut(s, " ")
		word = strings.ToLower(strings.Trim(word, ".:"))
		known := false
		for _, l := range leading {
			known = known || l == word
		}
		if !ok || !known {
			return s
		}
		s = strings.TrimSpace(rest)
	}
}

// withoutClock drops the time of day that databases write after a date in figures.
func withoutClock(s string) string {
	at := strings.IndexAny(s, "T ")
	if at < 6 || strings.Trim(s[:at], "0123456789/.-") != "" {
		return s
	}
	rest := strings.ToUpper(s[at:])
	for _, zone := range []string{"UTC", "GMT", "AM", "PM"} {
		rest = strings.ReplaceAll(rest, zone, "")
	}
	if strings.ContainsAny(rest, "0123456789") && strings.Trim(rest, "T0123456789:.+-Z ") == "" {
		return s[:at]
	}
	return s
}

// Days beyond which a date is no day that somebody paid to.
const (
	firstYear = 1900
	lastYear  = 2100
)

// forever are years that stand for "without end".
func forever(year int) bool { return year == 2999 || year == 3000 || year == 9999 }

// plausible leaves out years that are a slip of the pen, and keeps those that mean "without end".
func plausible(t time.Time) bool {
	year, month, day := t.Date()
	end := month == time.December && day == 31 || month == time.January && day == 1
	return year >= firstYear && year <= lastYear || year > lastYear && (end || forever(year))
}

// dayOf makes a day of its parts, false for one that the calendar does not have.
func dayOf(year, month, day int) (time.Time, bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Month() == time.Month(month) && t.Day() == day && plausible(t)
}

// wholeYear and wholeMonth are the days that a year or a month alone stands for.
func wholeYear(year int, last bool) (time.Time, bool) {
	if last || forever(year) {
		return dayOf(year, 12, 31)
	}
	return dayOf(year, 1, 1)
}

func wholeMonth(year, month int, last bool) (time.Time, bool) {
	t, ok := dayOf(year, month, 1)
	if ok && last {
		t = t.AddDate(0, 1, -1)
	}
	return t, ok
}

// fromNumber reads a year, a day counted from 1899-12-30 as spreadsheets do, or figures
// that are written without anything between them.
func fromNumber(s string, n float64, last bool) Days {
	whole := n == float64(int(n)) && strings.Trim(s, "0123456789") == ""
	sure := func(t time.Time, ok bool) Days {
		if !ok {
			return Days{}
		}
		return only(t)
	}
	part := func(from, to int) int { v, _ := strconv.Atoi(s[from:to]); return v }
	switch {
	case whole && len(s) == 4 && (n >= firstYear && n <= 2200 || forever(int(n))):
		return sure(wholeYear(int(n), last))
	case whole && len(s) == 6:
		return sure(wholeMonth(part(0, 4), part(4, 6), last))
	case whole && (len(s) == 8 || len(s) == 14):
		if t, ok := dayOf(part(0, 4), part(4, 6), part(6, 8)); ok || len(s) == 14 {
			return sure(t, ok)
		}
		d, _ := inOrders(part(0, 2), part(2, 4), part(4, 8))
		return d
	case n >= FirstSerial && n < LastSerial, n >= 2958465 && n < 2958466: // the last day that spreadsheets have
		return only(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n)))
	}
	return Days{}
}

// Serial numbers of days that a membership may speak of: 1927 to 2100.
const FirstSerial, LastSerial = 10000, 73415

// inOrders reads two figures as month and day, in both orders.
func inOrders(a, b, year int) (Days, bool) {
	var d Days
	month, asMonth := dayOf(year, a, b)
	day, asDay := dayOf(year, b, a)
	if asMonth {
		d.Month = month
	}
	if asDay {
		d.Day = day
	}
	return d, asMonth || asDay
}

// slashed reads 9/8/26, 09-08-2026 and 8.9.2026, and 9/2026.
func slashed(s string) (Days, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' || r == ' ' })
	n := make([]int, len(parts))
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 {
			return Days{}, false
		}
		n[i] = v
	}
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) != 2 && len(parts[2]) != 4 {
		return Days{}, false
	}
	year := n[2]
	if len(parts[2]) == 2 {
		if year == 99 && max(n[0], n[1]) == 31 && min(n[0], n[1]) == 12 {
			return Days{}, false // "without end", or long ago
		}
		year += 2000
		if year >= 2070 {
			year -= 100
		}
	}
	d, ok := inOrders(n[0], n[1], year)
	d.dots = strings.Contains(s, ".")
	return d, ok
}

// yearFirst reads 2027-06-30, 2027/6/30, 2027-06 and 6/2027.
func yearFirst(s string, last bool) (time.Time, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(strings.TrimSuffix(p, "Z"))
		if err != nil || i > 2 || len(p) > 5 {
			return time.Time{}, false
		}
		n[i] = v
	}
	switch {
	case len(parts) == 3 && len(parts[0]) == 4:
		return dayOf(n[0], n[1], n[2])
	case len(parts) == 2 && len(parts[0]) == 4 && len(parts[1]) <= 2:
		return wholeMonth(n[0], n[1], last)
	case len(parts) == 2 && len(parts[1]) == 4 && len(parts[0]) <= 2:
		return wholeMonth(n[1], n[0], last)
	}
	return time.Time{}, false
}

var monthNames = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// monthOf is the month that a word names, 0 for none: Jun, June, Sept.
func monthOf(word string) int {
	for i, m := range monthNames {
		if len(word) >= 3 && strings.HasPrefix(m, word) {
			return i + 1
		}
	}
	return 0
}

// passed are words within a date that say nothing of the day.
var passed = map[string]bool{"of": true, "the": true, "at": true, "am": true, "pm": true, "mon": true, "tue": true, "tues": true, "wed": true, "thu": true, "thur": true, "thurs": true, "fri": true, "sat": true, "sun": true,
	"monday": true, "tuesday": true, "wednesday": true, "thursday": true, "friday": true, "saturday": true, "sunday": true,
	"utc": true, "gmt": true, "est": true, "edt": true, "cst": true, "cdt": true, "mst": true, "mdt": true, "pst": true, "pdt": true, "z": true}

// named reads a date with a month's name: "June 30th, 2027", "Wed Jun 30 2027", "30-Jun-27", "Jun 2027".
func named(s string, last bool) (time.Time, bool) {
	s, _, _ = strings.Cut(s, "(") // the name of a time zone
	month := 0
	var figures []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool {
		return r == ' ' || r == ',' || r == '/' || r == '.' || r == '-' && !strings.Contains(s, ":")
	}) {
		switch bare := strings.TrimRight(w, "stndrh"); {
		case strings.Contains(w, ":"), passed[w], strings.HasPrefix(w, "gmt"), strings.HasPrefix(w, "utc"), w[0] == '+':
		case strings.Trim(w, "0123456789") == "":
			figures = append(figures, w)
		case bare != "" && strings.Trim(bare, "0123456789") == "" && len(w)-len(bare) == 2:
			figures = append(figures, bare)
		case month == 0 && monthOf(w) > 0:
			month = monthOf(w)
		default:
			if parts := strings.Split(w, "-"); len(parts) == 3 && month == 0 && monthOf(parts[1]) > 0 { // 30-jun-2027 0:00
				month = monthOf(parts[1])
				figures = append(figures, parts[0], parts[2])
				continue
			}
			return time.Time{}, false
		}
	}
	if month == 0 || len(figures) == 0 || len(figures) > 2 {
		return time.Time{}, false
	}
	year, err := strconv.Atoi(figures[len(figures)-1])
	if err != nil {
		return time.Time{}, false
	}
	dayText := ""
	if len(figures) == 2 {
		if dayText = figures[0]; len(dayText) == 4 { // 2027 Jun 30
			dayText = figures[1]
			year, _ = strconv.Atoi(figures[0])
		}
	}
	if year < 100 {
		if year += 2000; year >= 2070 {
			year -= 100
		}
	}
	if dayText == "" {
		return wholeMonth(year, month, last)
	}
	day, err := strconv.Atoi(dayText)
	if err != nil {
		return time.Time{}, false
	}
	return dayOf(year, month, day)
}

// neverDays is what programs write for day zero of their calendars.
var neverDays = []string{"1/0/1900", "00-Jan-00", "1899-12-30", "1899-12-31", "12/30/1899", "12/31/1899", "30/12/1899"}

// None says whether what stands in a date cell means that there is no date: nothing but
// zeros, or the day on which some program's calendar begins.
func None(s string) bool {
	if strings.Contains(s, "0") && strings.Trim(s, "0/.-: T") == "" {
		return true
	}
	s = withoutClock(strings.TrimSpace(s))
	if strings.HasPrefix(s, "0001-01-01") || strings.HasPrefix(s, "1/1/0001") || strings.HasPrefix(s, "01/01/0001") || slices.Contains(neverDays, s) {
		return true
	}
	for _, begins := range []string{"1601-01-01", "1753-01-01", "1800-01-01"} {
		if s == begins || s == "1/1/"+begins[:4] || s == "01/01/"+begins[:4] {
			return true
		}
	}
	d := Parse(s, false)
	if d.Month.IsZero() || len(s) == 4 {
		return false
	}
	switch d.Month.Format(time.DateOnly) {
	case "1900-01-01", "1970-01-01", "1904-01-01":
		return true
	}
	return false
}

// Order is what the dates of a column show of day and month.
type Order struct {
	Month, Day int // dates that can only be read so
	Either     int // dates that can be read both ways and differ
	Sure       int // dates that can be read in one way only, whatever the others
}

// Count takes a date into account.
func (o *Order) Count(d Days) {
	switch {
	case d.Either():
		o.Either++
	case d.Day.IsZero() && !d.Month.IsZero():
		o.Month++
	case d.Month.IsZero() && !d.Day.IsZero():
		o.Day++
	default:
		o.Sure++
	}
}

// stray is the share of dates in the other order that a column may have and still be of
// one order: typing errors, not a second source.
const stray = 0.01

// Decided says which comes first, and false where nothing does or both do.
func (o Order) Decided() (dayFirst, ok bool) {
	few, many := min(o.Month, o.Day), max(o.Month, o.Day)
	return o.Day > o.Month, many > 0 && float64(few) <= stray*float64(many)
}

// ForLife says whether the words under paid-through mean that no dues are
// owed any more.
func ForLife(s string) bool {
	switch strings.ToLower(strings.Trim(s, " .")) {
	case "life", "lifetime", "life member", "life membership", "never", "never expires", "no expiration", "does not expire", "honorary", "continuing", "permanent", "perpetual", "forever":
		return true
	}
	return false
}
