package workbook

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"countersign/report"
)

// Sheets of the COO's workbook.
const (
	summarySheet    = "Summary"
	signaturesSheet = "Signatures"
	behindSheet     = "Behind the figures"
	duplicatesSheet = "Duplicates"
	reviewSheet     = "Review log"
	openSheet       = "Open points"
	sheetsSheet     = "Sheets"
	organizersSheet = "Organizers"
	purposeSheet    = "Purpose and overlap"
	ruleSheet       = "Rule and snapshot"
	deadlinesSheet  = "Deadlines"
	provenanceSheet = "Provenance"
)

// COO writes the report for the Committee on Organization on one petition: the
// count with formulas that count again, every line with its picture, its
// member and its verdict, and what the count rests on. It holds personal data.
// What was written to w when an error comes is of no use.
func COO(w io.Writer, p report.Petition) error { return COOPeriod(w, report.PeriodOf(p)) }

// COOPeriod writes the same report on several petitions. Every table then
// begins with the number of the petition on the Summary.
func COOPeriod(w io.Writer, period report.Period) error {
	_, err := writeCOO(w, period, false)
	return err
}

// writeCOO also returns the records of what the sheets say, in words if keep.
func writeCOO(w io.Writer, period report.Period, keep bool) ([]*record, error) {
	title := periodTitle(period)
	b := newBook(w, about{title: "COO report: " + title, subject: title,
		footer:  "Holds personal data: for the committee and its staff only",
		program: period.Program, made: period.Made, keep: keep},
		summarySheet, signaturesSheet, behindSheet, duplicatesSheet, reviewSheet, openSheet,
		sheetsSheet, organizersSheet, purposeSheet,
		ruleSheet, deadlinesSheet, provenanceSheet)
	p := newPlan(period)
	for _, write := range []func(*book, *plan){summary, signatures, behind, repeated, reviews,
		openPoints, files, organizers, purpose, rule, deadlines} {
		write(b, p)
	}
	provenance(b, cooKind, period.Made, period.Program, cooSources(p))
	return b.records, b.finish()
}

func periodTitle(p report.Period) string {
	if len(p.Petitions) == 1 {
		return petitionTitle(p.Petitions[0])
	}
	title := counts(len(p.Petitions), "petition")
	if p.Title != "" {
		title = p.Title + ": " + title
	}
	if !p.From.IsZero() && !p.To.IsZero() {
		title += ", " + report.Day(p.From) + " to " + report.Day(p.To)
	}
	return title
}

func petitionTitle(p report.Petition) string {
	if group := strings.TrimSpace(p.Cover.Group); group != "" {
		return "Petition for " + group
	}
	return "Petition (no group is named on the cover page)"
}

func made(p report.Petition) string {
	return fmt.Sprintf("Made on %s by %s. Verified against a membership export of %s as of %s.",
		report.Day(p.Made), p.Program, people(p.Members.Members), report.Day(p.Members.AsOf))
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return grouped(n) + " people"
}

// grouped writes a count as the number format of the cells does: 57,320.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counts writes how many there are of something: 1 line, 2 lines.
func counts(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

func orNone(s string) string {
	if strings.TrimSpace(s) == "" {
		return "none"
	}
	return s
}
