package workbook

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
)

// Sheets of the COO's workbook.
const (
	summarySheet    = "Summary"
	signaturesSheet = "Signatures"
	duplicatesSheet = "Duplicates"
	sheetsSheet     = "Sheets"
	organizersSheet = "Organizers and purpose"
	ruleSheet       = "Rule and snapshot"
)

// COO writes the report for the Committee on Organization: the count with
// formulas that count again, every line with its picture, its member and its
// verdict, and what the count rests on. It holds personal data.
func COO(w io.Writer, p report.Petition) error {
	names := []string{summarySheet, signaturesSheet, duplicatesSheet, sheetsSheet, organizersSheet, ruleSheet}
	if len(p.Findings) > 0 {
		names = slices.Insert(names, 3, reviewSheet)
	}
	b := newBook("COO report: "+petitionTitle(p), "Holds personal data: for the committee and its staff only", p, names...)
	summary(b, p)
	signatures(b, p)
	repeated(b, p)
	reviewLog(b, p)
	sheets(b, p)
	organizers(b, p)
	rule(b, p)
	return b.writeTo(w)
}

// repeated writes the lines of people who signed more than once.
func repeated(b *book, p report.Petition) {
	s := b.sheet(duplicatesSheet, layout{widths: []float64{22, 7, 7, 24, 16, 24, 22, 7, 7, 24, 12}, landscape: true, head: 2})
	over := look{bold: true, rule: "box", center: true}
	s.add(height(1), b.text(over, "This line"), b.text(over, ""), b.text(over, ""), b.text(over, ""), b.text(over, ""), b.text(over, ""),
		b.text(over, "repeats the line that counts"), b.text(over, ""), b.text(over, ""), b.text(over, ""), b.text(over, ""))
	s.span(1, 6)
	s.span(7, 11)
	s.heads("File", "Page", "Line", "Name as written", "Member number", "Member", "File", "Page", "Line", "Name as written", "Verdict")
	at := map[verify.Ref]int{}
	for i, d := range p.Decisions {
		at[d.Line.Ref] = i
	}
	for i, d := range p.Decisions {
		if d.Reason != verify.Duplicate {
			continue
		}
		m := memberOf(d)
		cells := []any{b.text(cellLook, d.Line.File), b.number(countLook, d.Line.Page), b.number(linkLook, d.Line.Ref.Row),
			b.text(cellLook, written(d, extract.Name)), b.text(cellLook, m.id), b.text(cellLook, m.name)}
		s.link(3, signaturesSheet, i+2)
		cells = append(cells, s.counting(d, at, p.Decisions)...)
		s.add(height(max(lines(d.Line.File, 22), lines(written(d, extract.Name), 24), lines(m.name, 24))), cells...)
	}
	if s.row == 2 {
		s.skip(1)
		s.add(height(1), b.text(noteLook, "Nobody signed more than once, as far as is decided."))
	}
	s.done()
}

// counting gives the cells for the line that counts instead of a duplicate.
func (s *sheet) counting(d verify.Decision, at map[verify.Ref]int, all []verify.Decision) []any {
	if d.DuplicateOf == nil {
		return []any{s.text(cellLook, "not recorded"), s.text(cellLook, ""), s.text(cellLook, ""), s.text(cellLook, ""), s.text(cellLook, "")}
	}
	name, verdict, line := "", "", countLook
	if i, ok := at[*d.DuplicateOf]; ok {
		line = linkLook
		name, verdict = written(all[i], extract.Name), string(all[i].Verdict)
		s.link(9, signaturesSheet, i+2)
	}
	return []any{s.text(cellLook, d.DuplicateOf.File), s.number(countLook, d.DuplicateOf.Page), s.number(line, d.DuplicateOf.Row),
		s.text(cellLook, name), s.text(cellLook, verdict)}
}

// sheets writes the files that were handed in and what became of their pages.
func sheets(b *book, p report.Petition) {
	s := b.sheet(sheetsSheet, layout{widths: []float64{30, 7, 11, 8, 10, 9, 60, 50}, landscape: true})
	s.part(8, "Files")
	s.heads("File", "Pages", "Lines", "Read to the end", "", "", "SHA-256 fingerprint", "Error")
	s.span(4, 6)
	small := cellLook
	small.size = 9
	for _, f := range p.Files {
		rows := 0
		for _, page := range f.Pages {
			rows += page.Rows
		}
		s.add(height(max(lines(f.Name, 30), lines(f.SHA256, 65), lines(f.Error, 50))), b.text(cellLook, f.Name),
			b.number(countLook, len(f.Pages)), b.number(countLook, rows), b.text(center(cellLook), yesNo(readWhole(f))), b.text(cellLook, ""), b.text(cellLook, ""),
			b.text(small, f.SHA256), b.text(cellLook, f.Error))
		s.span(4, 6)
	}
	s.skip(1)
	s.part(8, "Pages")
	s.heads("File", "Page", "Kind", "Lines", "Turned", "Source", "Notes", "Error")
	for _, f := range p.Files {
		for _, page := range f.Pages {
			notes := strings.Join(page.Notes, "\n")
			s.add(height(max(lines(f.Name, 30), lines(notes, 60), lines(page.Error, 50))), b.text(cellLook, f.Name), b.number(countLook, page.Number),
				b.text(cellLook, string(page.Kind)), b.number(countLook, page.Rows), b.number(look{rule: "box", center: true, format: `0"°";;"no"`}, page.Rotation),
				b.text(cellLook, page.Source), b.text(cellLook, notes), b.text(cellLook, page.Error))
		}
	}
	s.done()
}

// organizers writes what the cover page says, and what the packet lacks.
func organizers(b *book, p report.Petition) {
	s := b.sheet(organizersSheet, layout{widths: []float64{28, 44, 12, 16}})
	s.part(4, "Petition")
	found := "on no page"
	if p.CoverFile != "" {
		found = fmt.Sprintf("%s, page %d", p.CoverFile, p.CoverPage)
	}
	for _, c := range []report.Clause{
		{Name: "Group", Text: orNone(p.Cover.Group)},
		{Name: "Purpose", Text: orNone(p.Cover.Purpose)},
		{Name: "Found", Text: found},
	} {
		s.clause(4, c, 72)
	}
	s.skip(1)
	s.part(4, "Organizers")
	s.heads("Name", "Address", "Signed", "Member number")
	for _, o := range p.Organizers {
		s.add(height(max(lines(o.Name, 28), lines(o.Address, 44))), b.text(cellLook, o.Name), b.text(cellLook, o.Address),
			b.text(center(cellLook), string(o.Signed)), b.text(cellLook, o.MemberID))
	}
	if len(p.Organizers) == 0 {
		s.add(height(1), b.text(noteLook, "No organizer was found."))
	}
	s.skip(1)
	s.part(4, "Is the packet complete?")
	for _, c := range completeness(p) {
		s.clause(4, c, 72)
	}
	s.done()
}

// completeness holds the packet against what the guideline asks for.
func completeness(p report.Petition) []report.Clause {
	purpose := "found"
	if strings.TrimSpace(p.Cover.Purpose) == "" {
		purpose = "MISSING: no statement of purpose was found"
	}
	var lacking []string
	for i, o := range p.Organizers {
		for _, item := range []struct {
			what    string
			missing bool
		}{{"name", o.Name == ""}, {"address", o.Address == ""}, {"signature", o.Signed != extract.SignedYes}} {
			if item.missing {
				lacking = append(lacking, fmt.Sprintf("%s of organizer %d", item.what, i+1))
			}
		}
	}
	people := fmt.Sprintf("%d found, each with name, address and signature", len(p.Organizers))
	switch {
	case len(p.Organizers) == 0:
		people = "MISSING: no designated organizer was found"
	case len(lacking) > 0:
		people = "TO CHECK: no sure " + strings.Join(lacking, ", ")
	}
	return []report.Clause{
		{Name: "Statement of purpose", Text: purpose},
		{Name: "Signatures", Text: report.Outcome(p.Tally)},
		{Name: "Designated organizers", Text: people},
	}
}

// rule writes what the count rests on.
func rule(b *book, p report.Petition) {
	s := b.sheet(ruleSheet, layout{widths: []float64{28, 72}})
	s.part(2, "Rule")
	for _, c := range report.RuleInWords(p.Rules) {
		s.clause(2, c, 72)
	}
	s.skip(1)
	s.part(2, "Membership export")
	for _, c := range []report.Clause{
		{Name: "File", Text: p.Members.Name},
		{Name: "SHA-256 fingerprint", Text: p.Members.SHA256},
		{Name: "Rows", Text: grouped(p.Members.Rows)},
		{Name: "Members", Text: grouped(p.Members.Members)},
		{Name: "As of", Text: report.Day(p.Members.AsOf)},
		{Name: "Remarks of the import", Text: remarks(len(p.Members.Findings))},
	} {
		s.clause(2, c, 72)
	}
	for _, f := range p.Members.Findings {
		s.clause(2, report.Clause{Text: f}, 72)
	}
	s.skip(1)
	s.part(2, "This report")
	for _, c := range []report.Clause{{Name: "Made", Text: p.Made.Format("January 2, 2006, 15:04 MST")}, {Name: "Program", Text: p.Program}} {
		s.clause(2, c, 72)
	}
	s.done()
}

func remarks(n int) string {
	if n == 0 {
		return "none"
	}
	return grouped(n) + ", as follows"
}

func petitionTitle(p report.Petition) string {
	if group := strings.TrimSpace(p.Cover.Group); group != "" {
		return "Petition for " + group
	}
	return "Petition (no group is named on the cover page)"
}

func made(p report.Petition) string {
	return fmt.Sprintf("Made on %s by %s. Verified against a membership export of %s people as of %s.",
		report.Day(p.Made), p.Program, grouped(p.Members.Members), report.Day(p.Members.AsOf))
}

// grouped writes a count as the number format of the cells does: 57,320.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// readWhole says whether nothing of a file was left out.
func readWhole(f report.File) bool {
	return f.Error == "" && !slices.ContainsFunc(f.Pages, func(p report.Page) bool { return p.Error != "" })
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func orNone(s string) string {
	if strings.TrimSpace(s) == "" {
		return "none"
	}
	return s
}
