package workbook

import (
	"fmt"
	"strings"
	"time"

	"countersign/extract"
	"countersign/report"
	"countersign/verify"
)

// files writes the files that were handed in, each followed by its pages.
func files(b *book, p *plan) {
	columns := p.columns(column{"What", 9}, column{"File", 28}, column{"Page", 9}, column{"Kind",
		11}, column{"Lines", 9}, column{"Turned", 9},
		column{"Source", 9}, column{"SHA-256 fingerprint", 36}, column{"Notes", 44}, column{"Error",
			40})
	s := b.table(sheetsSheet, columns)
	for i, petition := range p.Petitions {
		first := firstLines(petition)
		for _, f := range petition.Files {
			s.fileRow(p, i, f)
			for _, page := range f.Pages {
				line := first[verify.Ref{File: f.Name, Page: page.Number}]
				s.pageRow(p, i, petition, f, page, p.signatures[place{i, line}])
			}
		}
	}
	if s.row == 1 {
		s.sentence(len(columns), 200, "No file was handed in.")
	}
	s.filter(1, len(columns))
	s.done()
}

// firstLines gives the first line of every page.
func firstLines(p report.Petition) map[verify.Ref]verify.Ref {
	first := map[verify.Ref]verify.Ref{}
	for _, d := range p.Decisions {
		page := verify.Ref{File: d.Line.File, Page: d.Line.Page}
		if _, ok := first[page]; !ok {
			first[page] = d.Line.Ref
		}
	}
	return first
}

func (s *sheet) fileRow(p *plan, i int, f report.File) {
	l := cellLook
	l.bold, l.fill = true, shade
	count := countLook
	count.bold, count.fill = true, shade
	small := l
	small.size, small.bold, small.mono = 8, false, true
	sum := f.SHA256
	if len(sum) == 64 {
		sum = sum[:32] + "\n" + sum[32:] // so that a column half as wide will do
	}
	fault := in("► ", f.Error)
	if fault == "" && !f.ReadWhole() {
		fault = "► not read to the end: see its pages"
	}
	number := s.numbered(p, i)
	s.add(height(max(2, lines(f.Name, 26), lines(fault, 38))), append(number, s.text(l, "file"),
		s.text(l, f.Name), s.text(center(l), counts(len(f.Pages), "page")),
		s.text(l, ""), s.number(count, f.Rows()), s.text(l, ""), s.text(l, ""), s.text(small, sum),
		s.text(l, ""), s.text(l, fault))...)
}

func (s *sheet) pageRow(p *plan, i int, petition report.Petition, f report.File, page report.Page,
	firstLine int) {
	said := page.Notes
	if page.Form.Page > 0 {
		said = append([]string{fmt.Sprintf("printed as page %d of %d", page.Form.Page,
			page.Form.Of)}, said...)
	}
	notes := strings.Join(said, "\n")
	cells := s.numbered(p, i)
	rows, number := countLook, countLook
	if firstLine > 0 {
		s.link(len(cells)+5, signaturesSheet, firstLine)
		rows.link = true
	}
	if petition.Links != nil {
		if address := petition.Links.Page(f.Name, page.Number); address != "" {
			s.leads(len(cells)+3, address, "External")
			number.link = true
		}
	}
	s.add(height(max(lines(f.Name, 26), lines(notes, 42), lines(page.Error, 38))),
		append(cells, s.text(cellLook, "page"), s.text(cellLook, f.Name),
			s.number(number, page.Number), s.text(cellLook, string(page.Kind)), s.number(rows,
				page.Rows),
			s.number(look{rule: "box", center: true, format: `0"°";;"no"`}, page.Rotation),
			s.text(cellLook, page.Source), s.text(cellLook, ""),
			s.text(cellLook, notes), s.text(cellLook, in("► ", page.Error)))...)
}

// organizers writes who is responsible for each petition, and what the packet
// lacks.
func organizers(b *book, p *plan) {
	s := b.sheet(organizersSheet, layout{widths: []float64{30, 46, 12, 16, 26}})
	for i, petition := range p.Petitions {
		s.petitionPart(p, i, 5)
		s.part(5, "Designated organizers")
		s.heads("Name", "Address", "Signed", "Member number", "Confirmed")
		for _, o := range petition.Organizers {
			confirmed := "by nobody yet"
			if o.ConfirmedBy != "" {
				confirmed = o.ConfirmedBy + in(", ", dayOf(o.ConfirmedAt))
			}
			s.add(height(max(lines(o.Name, 28), lines(o.Address, 44), lines(confirmed, 24))),
				s.text(cellLook, o.Name), s.text(cellLook, o.Address),
				s.text(center(cellLook), string(o.Signed)), s.text(center(cellLook), o.MemberID),
				s.text(cellLook, confirmed))
		}
		if len(petition.Organizers) == 0 {
			s.sentence(5, 120, "No designated organizer was found on a cover page.")
		}
		s.skip(1)
		s.part(5, "Is the packet complete?")
		for _, c := range completeness(petition) {
			s.clause(5, c, 96)
		}
		s.skip(1)
	}
	s.nothing(p, 5)
	s.done()
}

// petitionPart tells the petitions of a period apart on a sheet that goes
// through them one by one.
func (s *sheet) petitionPart(p *plan, i, columns int) {
	if p.several {
		s.add(24, s.text(look{size: 14, bold: true, oneLine: true}, fmt.Sprintf("%d. %s", i+1,
			petitionTitle(p.Petitions[i]))))
	}
}

// nothing says that there is no petition to go through.
func (s *sheet) nothing(p *plan, columns int) {
	if len(p.Petitions) == 0 {
		s.sentence(columns, 100, "No petition falls into the time of this report.")
	}
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return report.Day(t)
}

// completeness holds the packet against what the guideline asks for.
func completeness(p report.Petition) []report.Clause {
	purpose := "✓ found"
	if strings.TrimSpace(p.Cover.Purpose) == "" {
		purpose = "× MISSING: no statement of purpose was found"
	}
	var lacking []string
	for i, o := range p.Organizers {
		for _, item := range []struct {
			what    string
			missing bool
		}{{"name", o.Name == ""}, {"address", o.Address == ""},
			{"signature", o.Signed != extract.SignedYes}} {
			if item.missing {
				lacking = append(lacking, fmt.Sprintf("%s of organizer %d", item.what, i+1))
			}
		}
	}
	people := fmt.Sprintf("✓ %d found, each with name, address and signature", len(p.Organizers))
	switch {
	case len(p.Organizers) == 0:
		people = "× MISSING: no designated organizer was found"
	case len(lacking) > 0:
		people = "► TO CHECK: no sure " + strings.Join(lacking, ", ")
	}
	clauses := []report.Clause{
		{Name: "Statement of purpose", Text: purpose},
		{Name: "Signatures", Text: report.Outcome(p.Tally)},
		{Name: "Designated organizers", Text: people},
	}
	printed := p.Printed()
	said := report.PrintedRemarks(printed, p.ID)
	for _, remark := range said {
		clauses = append(clauses, report.Clause{Name: "Printed sheets", Text: "► TO CHECK: " +
			remark})
	}
	if len(printed) > 0 && len(said) == 0 {
		clauses = append(clauses, report.Clause{Name: "Printed sheets",
			Text: fmt.Sprintf("✓ all %d are here", printed[0].Of)})
	}
	return clauses
}

// purpose writes what the group wants, and who was asked whether that is
// somebody's responsibility already.
func purpose(b *book, p *plan) {
	s := b.sheet(purposeSheet, layout{widths: []float64{30, 20, 66}})
	for i, petition := range p.Petitions {
		s.petitionPart(p, i, 3)
		s.part(3, "Petition")
		s.cover(p, i, petition)
		s.clause(3, report.Clause{Name: "Group", Text: orNone(petition.Cover.Group)}, 82)
		if petition.Headed != "" && petition.Headed != petition.Cover.Group {
			s.clause(3, report.Clause{Name: "As the cover says", Text: petition.Headed}, 82)
		}
		s.clause(3, report.Clause{Name: "Purpose", Text: orNone(petition.Cover.Purpose)}, 82)
		s.clause(3, report.Clause{Name: "Handed in", Text: report.Day(petition.Received)}, 82)
		s.skip(1)
		s.part(3, "Overlap with other units")
		if petition.Overlap.Note != "" {
			s.clause(3, report.Clause{Name: "Note", Text: petition.Overlap.Note}, 82)
		}
		if len(petition.Overlap.Consulted) > 0 {
			s.heads("Unit consulted", "On", "Answer")
		}
		for _, c := range petition.Overlap.Consulted {
			s.add(height(max(lines(c.Unit, 28), lines(c.Answer, 64))), s.text(cellLook, c.Unit),
				s.day(center(cellLook), c.On), s.text(cellLook, c.Answer))
		}
		if petition.Overlap.Note == "" && len(petition.Overlap.Consulted) == 0 {
			s.sentence(3, 110, "No unit was consulted on overlap, as far as is recorded.")
		}
		s.skip(1)
	}
	s.nothing(p, 3)
	s.done()
}

// cover says on which page the purpose was found, and leads there.
func (s *sheet) cover(p *plan, i int, petition report.Petition) {
	found, l := "on no page", valueLook
	if petition.CoverFile != "" {
		found = fmt.Sprintf("%s, page %d", petition.CoverFile, petition.CoverPage)
		if row := p.pages[place{i, verify.Ref{File: petition.CoverFile,
			Page: petition.CoverPage}}]; row > 0 {
			s.link(2, sheetsSheet, row)
			l.link = true
		}
	}
	s.add(height(lines(found, 82)), s.text(labelLook, "Found"), s.text(l, found), s.text(valueLook,
		""))
	s.span(2, 3)
}

// rule writes what each count rests on.
func rule(b *book, p *plan) {
	s := b.sheet(ruleSheet, layout{widths: []float64{30, 80}})
	for i, petition := range p.Petitions {
		s.petitionPart(p, i, 2)
		s.part(2, "Rule")
		for _, c := range report.RuleInWords(petition.Rules) {
			s.clause(2, c, 80)
		}
		s.clause(2, report.Clause{Name: "Version of the rule",
			Text: orNot(report.RuleVersion(petition))}, 80)
		s.skip(1)
		s.part(2, "Membership export")
		for _, c := range []report.Clause{
			{Name: "File", Text: petition.Members.Name},
			{Name: "SHA-256 fingerprint", Text: petition.Members.SHA256},
			{Name: "Import", Text: orNot(petition.Members.Sums)},
			{Name: "Rows", Text: grouped(petition.Members.Rows)},
			{Name: "Members", Text: grouped(petition.Members.Members)},
			{Name: "As of", Text: report.Day(petition.Members.AsOf)},
			{Name: "Remarks of the import", Text: remarks(len(petition.Members.Findings))},
		} {
			s.clause(2, c, 80)
		}
		for _, f := range petition.Members.Findings {
			s.clause(2, report.Clause{Text: f}, 80)
		}
		s.skip(1)
	}
	s.nothing(p, 2)
	s.done()
}

func remarks(n int) string {
	if n == 0 {
		return "none"
	}
	return grouped(n) + ", as follows"
}

// orNot is a text, or that none is recorded.
func orNot(s string) string {
	if s == "" {
		return "not recorded"
	}
	return s
}

// deadlines writes what has to be done, as it was on the day of the report.
func deadlines(b *book, p *plan) {
	columns := p.columns(column{"Due", 16}, column{"What", 48}, column{"Who", 28}, column{"State",
		16}, column{"Done", 16}, column{"Note", 44})
	s := b.table(deadlinesSheet, columns)
	for i, petition := range p.Petitions {
		for _, d := range petition.Deadlines {
			l := cellLook
			state := "open"
			switch {
			case !d.Done.IsZero():
				state, l.color = "✓ done", quiet
			case !d.Due.IsZero() && petition.Made.After(d.Due.AddDate(0, 0, 1)):
				state, l.fill = "► overdue", amber
			}
			s.add(height(max(lines(d.What, 46), lines(d.Who, 26), lines(d.Note, 42))),
				append(s.numbered(p, i), s.day(center(l), d.Due), s.text(l, d.What),
					s.text(l, d.Who), s.text(l, state), s.day(center(l), d.Done),
					s.text(l, d.Note))...)
		}
	}
	if s.row == 1 {
		s.sentence(len(columns), 160, "No deadline is recorded.")
	}
	s.filter(1, len(columns))
	s.done()
}
