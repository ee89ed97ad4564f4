// Package roll holds the membership export: its import, its snapshot and its
// index. A file somebody exported enters, read as a table by ingest/table; a Roll of
// Members leaves for verify to match against.
package roll

import (
	"strings"
	"time"
)

// Member is one person of the roll. Several rows of an export with the same
// number and name are one Member.
type Member struct {
	ID       string // the number as exported; leading zeros matter. See NumberOf where several people have one.
	Prefix   string
	Given    string
	Middle   string
	Family   string // or the only name
	Suffix   string
	Informal string   // informal or preferred given name
	Former   string   // former family name or full former name
	Emails   []string // lower case
	Company  string   // organization or institution
	Street   string
	City     string
	State    string
	ZIP      string
	Country  string
	Class    string    // member class: personal, organization, …
	Type     string    // member type: Regular, Student, …
	Status   string    // Active, Grace, Lapsed, Suspended, …; empty where the export has none
	Statuses []string  // all of them, where several rows of one person were merged; else empty
	Joined   time.Time // a day, at midnight UTC; zero if unknown
	JoinedOr time.Time // the other day that Joined may be, where nothing says whether day or month comes first; else zero
	PaidThru time.Time // zero if empty, as for life members, or where the export has no such column
	PaidOr   time.Time // the other day that PaidThru may be
	Unread   string    // what stands for PaidThru where it cannot be read; PaidThru is zero then
	Sharing  int       // how many people have this number; zero for one alone
	Marks    *Marks    // what else tells the person from others; nil where the export has none of it
	Lines    []int     // 1-based line (CSV) or row (XLSX) numbers this member came from
}

// Marks tell a person from others of the same name. Few exports have them.
type Marks struct {
	Born   string // as exported
	Second string // another number than the member's
	Unit   string // the number of a flat or lot, which many may have
}

// part is a text of a member that others have, too.
type part int

const (
	partPrefix part = iota
	partGiven
	partMiddle
	partFamily
	partSuffix
	partInformal
	partFormer
	partCompany
	partCity
	partState
	partZIP
	partCountry
	partClass
	partType
	partStatus
	parts // how many there are
)

var partMeanings = [parts]Meaning{
	Prefix, Given, Middle, Family, Suffix, Informal, Former, Company, City, State, ZIP, Country, Class, Type, Status,
}

// shared are the texts of a member by part.
func (m *Member) shared() [parts]*string {
	return [...]*string{
		&m.Prefix, &m.Given, &m.Middle, &m.Family, &m.Suffix, &m.Informal, &m.Former, &m.Company,
		&m.City, &m.State, &m.ZIP, &m.Country, &m.Class, &m.Type, &m.Status,
	}
}

// FullName is a member's name as people say it, the preferred one in brackets.
func (m *Member) FullName() string {
	informal := ""
	if m.Informal != "" && !strings.EqualFold(m.Informal, m.Given) {
		informal = "(" + m.Informal + ")"
	}
	return strings.Join(strings.Fields(strings.Join([]string{m.Given, informal, m.Middle, m.Family, m.Suffix}, " ")), " ")
}

// BornKey is the day of birth as year, month and day, or the digits of what is no day; empty
// where the export has none.
func (m *Marks) BornKey() string {
	if m == nil {
		return ""
	}
	return DayKey(m.Born)
}

// SecondKey is the second number in letters and digits; empty where the export has none.
func (m *Marks) SecondKey() string {
	if m == nil {
		return ""
	}
	return NumberKey(m.Second)
}

// UnitKey is the number of the flat or lot in letters and digits; empty where the export has none.
func (m *Marks) UnitKey() string {
	if m == nil {
		return ""
	}
	return NumberKey(m.Unit)
}

// DayKey reduces a day to its digits, year, month and day where it can be read.
func DayKey(s string) string {
	if day, ok := ParseDate(s); ok {
		return day.Format("20060102")
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// sharer begins the name that tells apart the people of one number in their IDs:
// "0482913 (Ann Marsh)".
const sharer = " ("

// NumberOf is the member number in an ID, without what tells apart those who share it.
func NumberOf(id string) string {
	if at := strings.Index(id, sharer); at > 0 && strings.HasSuffix(id, ")") {
		return id[:at]
	}
	return id
}
