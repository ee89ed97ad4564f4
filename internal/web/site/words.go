package site

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"
	"unicode"

	"countersign/internal/store"
	"countersign/report/register"
)

// funcs are what templates may call: figures, days and words as people write
// them. Times are shown in UTC and marked up so that the script can show them
// in the reader's own.
func funcs(version map[string]string) template.FuncMap {
	return template.FuncMap{
		"static":  func(name string) string { return "/static/" + name + "?v=" + version[name] },
		"n":       Number,
		"day":     day,
		"moment":  moment,
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"ago":     func(t time.Time) string { return ago(time.Since(t)) },
		"bytes":   BytesWord,
		"percent": percent,
		"plural":  Plural,
		"join":    strings.Join,
		"title":   UpperFirst,
		"roles":   RoleWords,
		"short":   func(s string, n int) string { return s[:min(n, len(s))] },
		"add":     func(a, b int) int { return a + b },
		"list":    func(v ...any) []any { return v },
		"state":   StateWord,

		"councilYear": register.CouncilYear,
	}
}

// Number writes 12345 as 12,345.
func Number(v any) string {
	var n int64
	switch v := v.(type) {
	case int:
		n = int64(v)
	case int64:
		n = v
	case float64:
		n = int64(math.Round(v))
	default:
		return fmt.Sprint(v)
	}
	if n < 0 {
		return "−" + Number(-n)
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func day(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format("2 January 2006")
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// ago is a time that has passed, in one unit.
func ago(d time.Duration) string {
	days := int(d.Hours() / 24)
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return Plural(int(d.Minutes()), "minute", "minutes") + " ago"
	case d < 24*time.Hour:
		return Plural(int(d.Hours()), "hour", "hours") + " ago"
	case days < 60:
		return Plural(days, "day", "days") + " ago"
	case days < 730:
		return Plural(days/30, "month", "months") + " ago"
	}
	return Plural(days/365, "year", "years") + " ago"
}

func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

func BytesWord(n int64) string {
	switch f := float64(n); {
	case n < 1000:
		return Plural(int(n), "byte", "bytes")
	case f < 1e6:
		return fmt.Sprintf("%.0f KB", f/1e3)
	case f < 1e9:
		return fmt.Sprintf("%.1f MB", f/1e6)
	default:
		return fmt.Sprintf("%.1f GB", f/1e9)
	}
}

// percent writes a share so that only what is certain is 0 or 100 %.
func percent(share float64) string {
	switch p := share * 100; {
	case p <= 0:
		return "0 %"
	case p >= 100:
		return "100 %"
	case p < 1:
		return "under 1 %"
	case p > 99:
		return "over 99 %"
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

func UpperFirst(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}

func RoleWords(roles []store.Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, string(r))
	}
	return strings.Join(words, ", ")
}

// StateWord is the state of a petition as people say it.
func StateWord(state string) string {
	switch state {
	case "", "draft":
		return "Collecting sheets"
	case "submitted":
		return "Packet handed in"
	case "acknowledged":
		return "Receipt acknowledged"
	case "incomplete":
		return "Something is missing"
	case "tallied":
		return "Counted and certified"
	case "agenda":
		return "On the COO agenda"
	case "reported":
		return "Reported to Council"
	}
	return UpperFirst(state)
}
