package table

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// format is what is kept of how a workbook displays a cell.
type format struct {
	day    bool     // its number is a day
	zeros  []string // patterns such as 0000000 or 00000-0000, which say how many digits a number has
	struck bool     // a line is drawn through it
	fill   string   // its colour; empty for none, or white
}

// newFormat reads the code of a format; the usual ones have an id alone.
func newFormat(id, code string) format {
	if n, err := strconv.Atoi(id); err == nil && code == "" {
		return format{day: n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58}
	}
	f := format{}
	for section := range strings.SplitSeq(code, ";") {
		marks := bareCode(section)
		switch {
		case strings.Contains(marks, "general"):
		case strings.ContainsAny(marks, "ydmhs"), strings.Contains(marks, "e") && !strings.ContainsAny(marks, "0#?"):
			f.day = true
		case strings.Contains(marks, "0") && strings.Trim(marks, "0- ") == "" && strings.Contains(marks, "00"):
			f.zeros = append(f.zeros, strings.TrimSpace(marks))
		}
	}
	return f
}

// bareCode is a format without what it displays as it stands, in small letters.
func bareCode(s string) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			n := strings.IndexByte(s[i+1:], '"')
			if n < 0 {
				return strings.ToLower(string(out))
			}
			i += n + 1
		case '[':
			n := strings.IndexByte(s[i:], ']')
			if n < 0 {
				return strings.ToLower(string(out))
			}
			if in := strings.ToLower(s[i+1 : i+n]); strings.Trim(in, "hms") == "" {
				out = append(out, in...) // hours beyond a day
			}
			i += n
		case '\\', '_', '*':
			if i++; i < len(s) && s[i] == '-' {
				out = append(out, '-')
			}
		default:
			out = append(out, c)
		}
	}
	return strings.ToLower(string(out))
}

// text is a stored number as an export in text would have it: a day as 2026-12-01, with its
// leading zeros where the format asks for them, and else with all its digits.
func (f format) text(value string, days1904 bool) string {
	value = strings.TrimSpace(value)
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return value
	}
	if f.day {
		if day, ok := Day(n, days1904); ok {
			return day
		}
	}
	s := digits(value, n)
	for _, pattern := range f.zeros {
		if places := strings.Count(pattern, "0"); strings.Trim(s, "0123456789") == "" && len(s) <= places {
			return fill(pattern, strings.Repeat("0", places-len(s))+s)
		}
	}
	return s
}

func fill(pattern, digits string) string {
	out := []byte(pattern)
	for i, c := range out {
		if c == '0' {
			out[i], digits = digits[0], digits[1:]
		}
	}
	return string(out)
}

// digits writes a number with the fifteen digits that spreadsheets keep, never as 4.8E+06.
func digits(value string, n float64) string {
	if strings.Trim(value, "0123456789") == "" {
		return value
	}
	if short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64); err == nil {
		n = short
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// Day is the day of a serial number, as 2026-12-01; empty for day zero, which is
// what an empty cell becomes.
func Day(n float64, days1904 bool) (string, bool) {
	const last = 2958465 // 9999-12-31
	if days1904 {
		n += 1462
	}
	if n < 0 || n >= last+1 {
		return "", false
	}
	if n < 1 {
		return "", true
	}
	if n < 61 {
		n++ // spreadsheets have a 29th of February 1900
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n)).Format(time.DateOnly), true
}
