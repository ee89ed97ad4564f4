package roll

import (
	"fmt"
	"strings"
)

// Sums say in one line what the import made of the export: rows in, members out, what was
// read and how.
func (r *Roll) Sums() string {
	said := fmt.Sprintf("%s in, %s out, %s left out, %s merged", amount(r.Rows, "row"), amount(r.Members.Len(), "member"), number(r.LeftOut), number(r.Merged))
	if r.Couples > 0 {
		said += ", " + amount(r.Couples, "row") + " of two people"
	}
	said += "; " + r.Form
	switch len(r.Sheets) {
	case 0:
	case 1:
		said += fmt.Sprintf(", sheet %q", r.Sheets[0])
	default:
		said += ", sheets " + quoted(r.Sheets)
	}
	for _, d := range r.Dates {
		said += "; " + d
	}
	return said + "."
}

// Sheet names the sheets that were read, empty for a file that has none.
func (r *Roll) Sheet() string { return strings.Join(r.Sheets, ", ") }

func amount(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}

// number writes 58000 as 58,000.
func number(n int) string {
	s := fmt.Sprint(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
