package roll

import (
	"fmt"
	"time"

	"countersign/verify/roll/date"
)

// ParseDate reads a date as somebody wrote it on an American sheet: month
// first and nothing else, or any form that has one meaning.
func ParseDate(s string) (time.Time, bool) { return date.Written(s) }

// orders of the dates of an export, by meaning.
type orders map[Meaning]*date.Order

// dayFirst decides for one column, by itself or else by the other one: they
// come from one program.
func (all orders) dayFirst(m Meaning) (dayFirst, ok bool) {
	own := all[m]
	if dayFirst, ok = own.Decided(); ok || own.Month > 0 || own.Day > 0 {
		return dayFirst, ok
	}
	for _, other := range []Meaning{Joined, PaidThru} {
		if o := all[other]; other != m && o != nil {
			if dayFirst, ok = o.Decided(); ok {
				return dayFirst, ok
			}
		}
	}
	return false, false
}

// words say how the dates of a column were read, and how sure that is.
func (all orders) words(m Meaning, heading string) string {
	o := all[m]
	dayFirst, ok := all.dayFirst(m)
	first, n, other := "month", o.Month, o.Day
	if dayFirst {
		first, n, other = "day", o.Day, o.Month
	}
	switch {
	case !ok && o.Month+o.Day == 0:
		return fmt.Sprintf("dates under %q may have the month or the day first, and nothing shows which", heading)
	case !ok:
		return fmt.Sprintf("dates under %q have the month first in %d rows and the day first in %d", heading, o.Month, o.Day)
	case n == 0:
		return fmt.Sprintf("dates under %q with the %s first, as in the other column of dates", heading, first)
	case other > 0:
		return fmt.Sprintf("dates under %q with the %s first (%d rows show it, %d the contrary)", heading, first, n, other)
	}
	return fmt.Sprintf("dates under %q with the %s first (%d rows show it)", heading, first, n)
}
