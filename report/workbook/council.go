package workbook

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/report"
	"countersign/verify"
)

// Sheets of the Council's workbook.
const (
	coverSheet      = "Cover"
	actionsSheet    = "Actions"
	pendingSheet    = "Pending"
	registerSheet   = "Register of groups"
	annualSheet     = "Annual reports"
	statisticsSheet = "Statistics"
	handbookSheet   = "Handbook text"
	notesSheet      = "Notes and corrections"
)

// Council writes the report to Council on one petition: the group, its purpose
// and the counts.
func Council(w io.Writer, p report.Petition) error { return CouncilReport(w, report.CouncilOf(p)) }

// CouncilReport writes the report to Council. It holds no signer's data: no
// names, numbers, pictures or addresses, and no names of files or notes on
// pages either, since those can hold a name.
func CouncilReport(w io.Writer, c report.Council) error {
	_, err := writeCouncil(w, c, false)
	return err
}

// writeCouncil also returns the records of what the sheets say, in words if
// keep.
func writeCouncil(w io.Writer, c report.Council, keep bool) ([]*record, error) {
	subject := councilTitle(c)
	b := newBook(w, about{title: "Report to Council: " + subject, subject: subject,
		footer: committee(c), program: c.Program, made: c.Made, keep: keep},
		coverSheet, actionsSheet, pendingSheet, registerSheet, annualSheet, statisticsSheet,
		handbookSheet, notesSheet, provenanceSheet)
	for _, write := range []func(*book, report.Council){cover, actions, pending, register, annual,
		statistics, handbook, notes} {
		write(b, c)
	}
	provenance(b, councilKind, c.Made, c.Program, councilSources(c))
	return b.records, b.finish()
}

func committee(c report.Council) string { return cmp.Or(c.Committee, "Committee on Organization") }

func councilTitle(c report.Council) string {
	switch {
	case c.Document != "":
		return "Council document " + c.Document
	case len(c.Counts) == 1 && c.Counts[0].Group == report.NoGroup:
		return petitionTitle(report.Petition{})
	case len(c.Counts) == 1:
		return "Petition for " + c.Counts[0].Group
	}
	return "Membership Initiative Groups"
}

const conferenceLabel = "Conference"

// toFill is what a line says that the committee has to complete.
const toFill = "to be filled in: ____________________"

func cover(b *book, c report.Council) {
	s := b.sheet(coverSheet, layout{widths: []float64{30, 78}})
	s.add(34, b.text(look{size: 20, bold: true, oneLine: true}, "Report to Council"))
	s.add(20, b.text(underLook, committee(c)))
	s.skip(1)
	date := toFill
	if !c.Date.IsZero() {
		date = report.Day(c.Date)
	}
	for _, of := range []report.Clause{
		{Name: "Document number", Text: cmp.Or(c.Document, toFill)}, {Name: "Council year",
			Text: cmp.Or(c.Year, toFill)},
		{Name: conferenceLabel, Text: cmp.Or(c.Conference, toFill)}, {Name: "Date of the report",
			Text: date},
		{Name: "Time covered", Text: covered(c.From, c.To)}, {Name: "State", Text: c.State},
	} {
		if of.Text != "" {
			s.clause(2, of, 78)
		}
	}
	s.skip(1)
	s.part(2, "In short")
	information, action := split(c.Actions)
	for _, item := range []struct {
		name, sheet, text string
	}{
		{"Action items", actionsSheet, named(action, func(a report.Action) string {
			return a.Group + ": " + a.What
		})},
		{"Information items", actionsSheet, named(information, func(a report.Action) string {
			return a.Group + ": " + a.What
		})},
		{"Pending", pendingSheet, named(c.Pending, func(p report.Pending) string {
			return p.Group + ": " + p.Outcome
		})},
		{"Register of groups", registerSheet, inRegister(c.Groups)},
		{"Annual reports", annualSheet, inReports(c.Annual, c.Day())},
	} {
		lead := labelLook
		lead.link = true
		s.link(1, item.sheet, 1)
		s.add(height(lines(item.text, 78)), s.text(lead, item.name), s.text(valueLook, item.text))
	}
	s.skip(1)
	s.sentence(2, 104,
		"This report holds no data of any signer. The lines, with the pictures and the members "+
			"they were matched to, are in the report to the Committee on Organization.")
	s.done()
}

func covered(from, to time.Time) string {
	switch {
	case to.IsZero():
		return ""
	case from.IsZero():
		return "up to " + report.Day(to)
	}
	return report.Day(from) + " to " + report.Day(to)
}

// named counts a list and names what is in it, one a line.
func named[T any](list []T, say func(T) string) string {
	if len(list) == 0 {
		return "none"
	}
	said := make([]string, len(list))
	for i, of := range list {
		said[i] = say(of)
	}
	return strings.Join(said, "\n")
}

func inRegister(groups []report.Group) string {
	if len(groups) == 0 {
		return "not part of this report"
	}
	states, order := map[string]int{}, []string{}
	for _, g := range groups {
		if states[g.State] == 0 {
			order = append(order, g.State)
		}
		states[g.State]++
	}
	said := make([]string, len(order))
	for i, state := range order {
		said[i] = fmt.Sprintf("%d %s", states[state], state)
	}
	return counts(len(groups), "group") + ": " + strings.Join(said, ", ")
}

func inReports(list []report.AnnualReport, on time.Time) string {
	if len(list) == 0 {
		return "none was due"
	}
	states := map[string]int{}
	for _, r := range list {
		states[annualState(r, on)]++
	}
	var said []string
	for _, state := range []string{annualReceived, annualLate, annualOverdue, annualDue} {
		if n := states[state]; n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, strings.TrimLeft(state, "✓► ")))
		}
	}
	return counts(len(list), "report") + ": " + strings.Join(said, ", ")
}

// split parts information items from action items, each in their order.
func split(all []report.Action) (information, action []report.Action) {
	for _, a := range all {
		if a.Information {
			information = append(information, a)
		} else {
			action = append(action, a)
		}
	}
	return information, action
}

// actions writes what the committee decided, action items and information
// items apart as in the committee's reports.
func actions(b *book, c report.Council) {
	columns := []column{{"Group", 34}, {"Action", 20}, {"Date", 15}, {"Vote", 12},
		{"Effective", 15}, {"Term ends", 15}, {"Valid of required", 18}, {"Rationale", 56}}
	s := b.sheet(actionsSheet, layout{widths: widths(columns), landscape: true})
	information, action := split(c.Actions)
	for _, of := range []struct {
		title, none string
		list        []report.Action
	}{
		{"Action items", "There is no action item in this report.", action},
		{"Information items", "There is no information item in this report.", information},
	} {
		s.part(len(columns), of.title)
		if len(of.list) == 0 {
			s.sentence(len(columns), 180, of.none)
			s.skip(1)
			continue
		}
		s.heads(heads(columns)...)
		for _, a := range of.list {
			share := "no signatures needed"
			if a.Required > 0 {
				share = fmt.Sprintf("%d of %d", a.Valid, a.Required)
			}
			s.add(height(max(lines(a.Group, 32), lines(a.What, 18), lines(share, 16),
				lines(a.Rationale, 54))), s.text(cellLook, a.Group), s.text(cellLook, a.What),
				s.day(center(cellLook), a.Date), s.text(center(cellLook), a.Vote),
				s.day(center(cellLook), a.Effective), s.day(center(cellLook), a.TermEnd),
				s.text(center(cellLook), share), s.text(cellLook, a.Rationale))
		}
		s.skip(1)
	}
	s.done()
}

func heads(columns []column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.head
	}
	return list
}

// pending writes the petitions on which nobody has decided.
func pending(b *book, c report.Council) {
	columns := []column{{"Group", 30}, {"Purpose", 52}, {"Rule", 26}, {"Handed in", 15},
		{"State", 26}, {"Valid of required", 12}, {"Outcome of verification", 34}}
	s := b.table(pendingSheet, columns)
	for _, p := range c.Pending {
		s.add(height(max(lines(p.Group, 28), lines(p.Purpose, 50), lines(p.Rule, 24), lines(p.State,
			24), lines(p.Outcome, 32))),
			s.text(cellLook, p.Group), s.text(cellLook, orNone(p.Purpose)), s.text(cellLook,
				p.Rule), s.day(center(cellLook), p.Received), s.text(cellLook, p.State),
			s.text(center(cellLook), fmt.Sprintf("%d of %d", p.Valid, p.Required)), s.text(cellLook,
				p.Outcome))
	}
	if len(c.Pending) == 0 {
		s.sentence(len(columns), 190,
			"Nothing is pending: every petition of this report was decided.")
	}
	s.filter(1, len(columns))
	s.done()
}

// register writes the groups with their terms.
func register(b *book, c report.Council) {
	columns := []column{{"Group", 32}, {"Formerly", 26}, {"State", 22}, {"Term", 7}, {"Begins", 15},
		{"Ends", 15}, {"Ended", 15}, {"Staff liaisons", 26}, {"Purpose", 54}, {"Link", 26}}
	s := b.table(registerSheet, columns)
	for _, g := range c.Groups {
		former, liaisons := strings.Join(g.Former, "\n"), strings.Join(g.Liaisons, "\n")
		link := cellLook
		if strings.HasPrefix(g.Link, "https://") || strings.HasPrefix(g.Link, "http://") {
			link.link = true
			s.leads(10, g.Link, "External")
		}
		var term any = s.text(cellLook, "")
		if g.Term > 0 {
			term = s.number(countLook, g.Term)
		}
		s.add(height(max(lines(g.Name, 30), lines(former, 24), lines(stateOf(g), 20),
			lines(liaisons, 24), lines(g.Purpose, 52), lines(g.Link, 24))),
			s.text(cellLook, g.Name), s.text(cellLook, former), s.text(cellLook, stateOf(g)), term,
			s.day(center(cellLook), g.TermStart),
			s.day(center(cellLook), g.TermEnd), s.day(center(cellLook), g.Ended), s.text(cellLook,
				liaisons), s.text(cellLook, g.Purpose), s.text(link, g.Link))
	}
	if len(c.Groups) == 0 {
		s.sentence(len(columns), 200, "The register of groups is not part of this report.")
	}
	s.filter(1, len(columns))
	s.done()
}

// stateOf is the state of a group with why it ended.
func stateOf(g report.Group) string {
	if g.Why == "" {
		return g.State
	}
	return g.State + ": " + g.Why
}

// States of an annual report.
const (
	annualReceived = "✓ received"
	annualLate     = "✓ received late"
	annualOverdue  = "► overdue"
	annualDue      = "not due yet"
)

// annualState says what became of an annual report by a day.
func annualState(r report.AnnualReport, on time.Time) string {
	end := r.Due.AddDate(0, 0, 1)
	switch {
	case !r.Received.IsZero() && r.Received.Before(end), !r.Received.IsZero() && r.Due.IsZero():
		return annualReceived
	case !r.Received.IsZero():
		return annualLate
	case !r.Due.IsZero() && !on.Before(end):
		return annualOverdue
	}
	return annualDue
}

// annual writes which groups reported on their activities.
func annual(b *book, c report.Council) {
	columns := []column{{"Group", 40}, {"Year", 12}, {"Due", 16}, {"Received", 16}, {"State", 18},
		{"Asked for", 16}, {"Note", 56}}
	s := b.table(annualSheet, columns)
	for _, r := range c.Annual {
		l := cellLook
		state := annualState(r, c.Day())
		if state == annualOverdue {
			l.fill = amber
		}
		asked := "every year"
		if r.Requested {
			asked = "on request"
		}
		s.add(height(max(lines(r.Group, 38), lines(r.Note, 54))), s.text(l, r.Group),
			s.text(center(l), r.Year), s.day(center(l), r.Due), s.day(center(l), r.Received),
			s.text(l, state), s.text(l, asked), s.text(l, r.Note))
	}
	if len(c.Annual) == 0 {
		s.sentence(len(columns), 170,
			"No annual report was due in the time of this report, as far as is recorded.")
	}
	s.filter(1, len(columns))
	s.done()
}

// statisticsColumns are those of the Statistics sheet: the name, three counts,
// and what they mean.
const statisticsColumns = 5

func statistics(b *book, c report.Council) {
	s := b.sheet(statisticsSheet, layout{widths: []float64{36, 12, 12, 14, 56}})
	s.part(statisticsColumns, "Signatures by petition")
	if len(c.Counts) == 0 {
		s.sentence(statisticsColumns, 120, "No petition falls into the time of this report.")
		s.done()
		return
	}
	s.verdictHeads()
	head := s.row
	for _, n := range c.Counts {
		outcome := report.Outcome(n.Tally)
		s.add(height(max(lines(n.Group, 34), lines(outcome, 54))), s.text(cellLook, n.Group),
			s.number(countLook, n.Tally.Valid), s.number(countLook, n.Tally.Invalid),
			s.number(countLook, n.Tally.Uncertain), s.text(cellLook, outcome))
	}
	last := s.row
	if len(c.Counts) > 1 {
		s.sums(c, head+1, last)
	}
	s.skip(1)
	s.chart("Lines of each petition by verdict", head, head+1, last, true)
	s.skip(1)
	for _, n := range c.Counts {
		s.countsOf(n)
	}
	s.done()
}

// sums adds up all petitions in formulas.
func (s *sheet) sums(c report.Council, first, last int) {
	strong, count := cellLook, countLook
	strong.bold, count.bold = true, true
	valid, invalid, undecided := 0, 0, 0
	for _, n := range c.Counts {
		valid, invalid, undecided = valid+n.Tally.Valid, invalid+n.Tally.Invalid, undecided+
			n.Tally.Uncertain
	}
	sum := func(letter string, now int) any {
		return s.formula(count, fmt.Sprintf("SUM(%s%d:%s%d)", letter, first, letter, last), now)
	}
	s.add(height(1), s.text(strong, "All petitions"), sum("B", valid), sum("C", invalid),
		sum("D", undecided), s.text(cellLook, ""))
}

// countsOf writes the figures of one petition.
func (s *sheet) countsOf(n report.Counts) {
	s.part(statisticsColumns, n.Group)
	t := n.Tally
	list := []figure{
		{name: "Signatures required", stored: t.Required, means: "the threshold of the rule"},
		{name: "Lines filed", stored: t.Rows,
			means: "lines in which somebody wrote; blank lines are not counted"},
		{name: "Valid", stored: t.Valid,
			means: "signed by a member in good standing, each member once", bold: true},
		{name: "Invalid", stored: t.Invalid, means: "do not count, for the reasons below",
			bold: true},
	}
	for _, r := range reasonsIn(t) {
		list = append(list, figure{name: report.ReasonWord(r), stored: t.ByReason[r],
			means: report.ReasonMeaning(r), inset: true})
	}
	list = append(list,
		figure{name: "Undecided", stored: t.Uncertain, means: "a person must look at these",
			bold: true},
		figure{name: "Margin", stored: t.Valid - t.Required,
			means: "valid less required; below zero, so many are missing", format: asSigned,
			bold: true},
		figure{name: "Files", stored: n.Files, means: "handed in"},
		figure{name: "Files not read to the end", stored: n.Unread,
			means: "see the report to the committee"},
		figure{name: "Pages", stored: n.Pages},
		figure{name: "Pages with signers", stored: n.Signers, inset: true},
		figure{name: "Cover pages", stored: n.Covers, inset: true},
		figure{name: "Members on the export", stored: n.Members,
			means: "people of the membership export as of " + report.Day(n.MembersAt)})
	s.add(height(1), s.text(headLook, "Figure"), s.text(center(headLook), "Count"), s.text(headLook,
		"What it means"), s.text(headLook, ""), s.text(headLook, ""))
	s.span(3, statisticsColumns)
	for _, f := range list {
		name, count := f.looks()
		s.add(height(lines(f.means, 80)), s.text(name, f.label()), s.number(count, f.stored),
			s.text(cellLook, f.means), s.text(cellLook, ""), s.text(cellLook, ""))
		s.span(3, statisticsColumns)
	}
	s.skip(1)
}

// reasonsIn lists the reasons of a tally, those that nobody listed last.
func reasonsIn(t verify.Tally) []verify.Reason {
	list := report.Reasons()
	var more []verify.Reason
	for r := range t.ByReason {
		if !slices.Contains(list, r) {
			more = append(more, r)
		}
	}
	slices.Sort(more)
	return append(list, more...)
}

// handbook writes the texts for the Handbook of Organization.
func handbook(b *book, c report.Council) {
	s := b.sheet(handbookSheet, layout{widths: []float64{36, 78}})
	s.part(2, "Text for the Handbook of Organization")
	for _, e := range c.Handbook {
		s.clause(2, report.Clause{Name: e.Group, Text: e.Text}, 78)
	}
	if len(c.Handbook) == 0 {
		s.sentence(2, 104, "This report brings no new text for the Handbook.")
	}
	s.done()
}

func notes(b *book, c report.Council) {
	s := b.sheet(notesSheet, layout{widths: []float64{30, 78}})
	s.part(2, "Notes")
	for _, of := range privacyNotes(c) {
		s.clause(2, of, 78)
	}
	s.skip(1)
	s.part(2, "Corrections")
	for _, of := range c.Corrections {
		s.clause(2, report.Clause{Name: strings.Join(slices.DeleteFunc([]string{of.Document,
			dayOf(of.Date)}, func(s string) bool { return s == "" }), ", "), Text: of.Text}, 78)
	}
	if len(c.Corrections) == 0 {
		s.sentence(2, 104, "No earlier report is corrected.")
	}
	s.done()
}

func privacyNotes(c report.Council) []report.Clause {
	return []report.Clause{
		{Name: "Privacy",
			Text: "This report holds no data of any signer. The lines, with the pictures and the " +
				"members they were matched to, are in the report to the Committee on " +
				"Organization."},
		{Name: "How it was counted",
			Text: "Each line was compared with a dated snapshot of the membership. A line counts " +
				"when a member in good standing wrote and signed it, each member once; a line " +
				"that is not certain is undecided until a person has looked at it."},
		{Name: "As of", Text: "What is said of petitions and groups held on " +
			report.Day(c.Day()) + ", by what was known on " + report.Day(c.Made) + "."},
		{Name: "Made", Text: report.Day(c.Made) + " by " + c.Program},
	}
}

// councilSources lists what the figures rest on. Names of files stay out:
// they can hold a name.
func councilSources(c report.Council) []source {
	var list []source
	for _, n := range c.Counts {
		list = append(list, source{what: "Membership export", name: "for " + n.Group + ", as of " +
			report.Day(n.MembersAt), mark: orNot(n.ExportHash)})
	}
	return append(list, auditSource(c.Audit, ""))
}
