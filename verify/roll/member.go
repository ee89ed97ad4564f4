// Package roll holds the membership export: its import, its snapshot and its
// index. A CSV or XLSX file somebody exported enters; a Roll of Members leaves
// for verify to match against.
package roll

import "time"

// Member is one person of the roll. Several rows of an export with the same
// number are one Member.
type Member struct {
	ID       string // the number as exported; leading zeros matter
	Prefix   string
	Given    string
	Middle   string
	Family   string
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
	Joined   time.Time // zero if unknown
	PaidThru time.Time // zero if empty, as for life members, or where the export has no such column
	Lines    []int     // 1-based line (CSV) or row (XLSX) numbers this member came from
}
