package roll

import (
	"strconv"
	"strings"
	"time"
)

// layouts of dates with a month's name or in one order only.
var layouts = []string{
	"2006-01-02", "2006-1-2", "2006/01/02", "2006/1/2", "20060102", "2006.01.02",
	"02-Jan-2006", "2-Jan-2006", "02-Jan-06", "2-Jan-06", "2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006", "Jan 2 2006", "Jan-02-2006", "02/Jan/2006",
	"Monday, January 2, 2006", "Mon, 2 Jan 2006",
}

// clocks follow a date in exports of databases; the time of day is dropped.
var clocks = []string{"T15:04:05Z07:00", "T15:04:05.999999999Z07:00", "T15:04:05", " 15:04:05", " 15:04:05.999999999", " 15:04", " 3:04:05 PM", " 3:04 PM", "T15:04:05.000-0700", " 3:04:05PM"}

// months are layouts without a day: the first or the last day is meant.
var months = []string{"2006-01", "1/2006", "01/2006", "Jan 2006", "January 2006", "Jan-06", "Jan-2006", "2006/01"}

// parseDate reads a date of an export. Days are UTC midnights. A year or a
// month alone means its last day where last is set and its first otherwise.
func parseDate(s string, dayFirst, last bool) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 4 || len(s) > 40 {
		return time.Time{}, false
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && len(s) != 8 {
		return fromNumber(n, last)
	}
	if t, ok := slashed(s, dayFirst); ok {
		return t, ok
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	for _, layout := range months {
		if t, err := time.Parse(layout, s); err == nil {
			if last {
				t = t.AddDate(0, 1, -1)
			}
			return t, true
		}
	}
	return withClock(s, dayFirst)
}

// ParseDate reads a date as somebody wrote it on an American sheet: month
// first, or any form that an export may have.
func ParseDate(s string) (time.Time, bool) { return parseDate(s, false, false) }

// fromNumber reads a year, or a day counted from 1899-12-30 as spreadsheets do.
func fromNumber(n float64, last bool) (time.Time, bool) {
	switch {
	case n >= 1900 && n <= 2200 && n == float64(int(n)):
		if last {
			return time.Date(int(n), 12, 31, 0, 0, 0, 0, time.UTC), true
		}
		return time.Date(int(n), 1, 1, 0, 0, 0, 0, time.UTC), true
	case n > 2200 && n < 110000:
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n)), true
	}
	return time.Time{}, false
}

// slashed reads 9/8/26, 09-08-2026 and 8.9.2026.
func slashed(s string, dayFirst bool) (time.Time, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) != 2 && len(parts[2]) != 4 {
		return time.Time{}, false
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 {
			return time.Time{}, false
		}
		n[i] = v
	}
	month, day, year := n[0], n[1], n[2]
	if dayFirst || strings.Contains(s, ".") {
		month, day = day, month
	}
	if len(parts[2]) == 2 {
		year += 2000
		if year >= 2070 {
			year -= 100
		}
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Month() == time.Month(month) && t.Day() == day
}

func withClock(s string, dayFirst bool) (time.Time, bool) {
	at := strings.IndexAny(s, "T ")
	if at < 6 {
		return time.Time{}, false
	}
	for _, c := range clocks {
		if _, err := time.Parse(c, s[at:]); err == nil {
			return parseDate(s[:at], dayFirst, false)
		}
	}
	return time.Time{}, false
}

// dayFirst says whether an export writes 31/12/2026: where some first number
// can be no month and no second number says the contrary.
func dayFirst(rows []row, cols columns) bool {
	day, month := 0, 0
	for _, r := range rows {
		for _, m := range []Meaning{Joined, PaidThru} {
			s := cols.cell(r.cells, m)
			if s == "" || !strings.ContainsAny(s, "/-") {
				continue
			}
			_, asMonth := slashed(s, false)
			_, asDay := slashed(s, true)
			switch {
			case asDay && !asMonth:
				day++
			case asMonth && !asDay:
				month++
			}
		}
	}
	return day > month
}

// forLife says whether the words under paid-through mean that no dues are
// owed any more.
func forLife(s string) bool {
	switch strings.ToLower(strings.Trim(s, " .")) {
	case "life", "lifetime", "life member", "never", "never expires", "does not expire", "honorary", "continuing", "permanent":
		return true
	}
	return false
}
