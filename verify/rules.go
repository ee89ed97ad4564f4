// Package verify is the third stage: Rows meet the Roll. Each line gets its
// candidates (Match), all lines of a petition together get their verdicts
// (Decide), and the verdicts are counted (Count). The next stage, report,
// turns what was decided into workbooks.
package verify

import "time"

// Rules are what a petition is held to. The zero value is not useful; start
// from MIG or read a file with ReadRules.
type Rules struct {
	Title             string   // such as "Membership Initiative Group"
	Citation          string   // where the rule is written down
	Threshold         int      // signatures required
	AcceptedStatuses  []string // of the export, compared without case
	RefusedStatuses   []string // never accepted, whatever is paid
	GraceDays         int      // after PaidThru, where the export has no status
	RefusedClasses    []string // member classes or types that do not count, such as organizations
	StandingAsOf      string   // signed, received, verified, or a date
	RequiredFields    []string // on a line
	SignatureRequired bool
	WindowFrom        time.Time // first day on which a signature counts; zero for none
	WindowTo          time.Time
	Duplicates        string // first, latest, none: which of a person's lines counts
	OrganizersCount   bool
	TermYears         int
}
