package workbook

import (
	"fmt"
	"io"

	"countersign/extract"
	"countersign/report"
)

// Council writes the report to Council: the group, its purpose and the counts.
// It holds no signer's data: no names, numbers, pictures or addresses, and no
// names of files or notes on pages either, since those can hold a name.
func Council(w io.Writer, p report.Petition) error {
	b := newBook("Report to Council: "+petitionTitle(p), "", p, "Cover", "Action pending", "Statistics", "Notes")
	cover(b, p)
	pending(b, p)
	statistics(b, p)
	notes(b, p)
	return b.writeTo(w)
}

func cover(b *book, p report.Petition) {
	s := b.sheet("Cover", layout{widths: []float64{28, 72}})
	s.add(34, b.text(look{size: 20, bold: true, oneLine: true}, "Report to Council"))
	s.add(20, b.text(underLook, "Committee on Organization"))
	s.skip(1)
	for _, c := range []report.Clause{
		{Name: "Subject", Text: petitionTitle(p)},
		{Name: "Outcome of verification", Text: report.Outcome(p.Tally)},
		{Name: "State", Text: state(p)},
		{Name: "Document number"}, {Name: "Council year"}, {Name: "Conference"}, {Name: "Date of the report"},
	} {
		s.clause(2, c, 72)
	}
	s.skip(1)
	s.add(height(1), b.text(noteLook, "Empty lines are for the committee to fill in."), b.text(noteLook, ""))
	s.span(1, 2)
	s.done()
}

// pending writes the action item: no committee has decided yet when a petition
// has just been checked.
func pending(b *book, p report.Petition) {
	s := b.sheet("Action pending", layout{widths: []float64{28, 72}})
	s.part(2, "Action item")
	for _, c := range []report.Clause{
		{Name: "Group", Text: orNone(p.Cover.Group)},
		{Name: "Purpose", Text: orNone(p.Cover.Purpose)},
		{Name: "Rule", Text: p.Rules.Title},
		{Name: "Where it is written down", Text: p.Rules.Citation},
		{Name: "Valid of required", Text: fmt.Sprintf("%d of %d", p.Tally.Valid, p.Tally.Required)},
		{Name: "Outcome of verification", Text: report.Outcome(p.Tally)},
		{Name: "State", Text: state(p)},
		{Name: "Action of the committee"}, {Name: "Date and vote"}, {Name: "Effective"}, {Name: "End of term"},
	} {
		s.clause(2, c, 72)
	}
	s.done()
}

func statistics(b *book, p report.Petition) {
	s := b.sheet("Statistics", layout{widths: []float64{34, 12, 62}})
	s.part(3, "Signatures")
	s.heads("Figure", "Count", "What it means")
	for _, f := range figures(p) {
		name, count := f.looks()
		s.add(height(lines(f.means, 62)), b.text(name, f.label()), b.number(count, f.stored), b.text(cellLook, f.means))
	}
	s.skip(1)
	s.part(3, "Sheets")
	s.heads("Figure", "Count", "What it means")
	kinds := map[extract.Kind]int{}
	pages, unread := 0, 0
	for _, f := range p.Files {
		if !readWhole(f) {
			unread++
		}
		for _, page := range f.Pages {
			pages++
			kinds[page.Kind]++
		}
	}
	for _, f := range []figure{
		{name: "Files", stored: len(p.Files), means: "handed in"},
		{name: "Files not read to the end", stored: unread, means: "see the report to the committee"},
		{name: "Pages", stored: pages},
		{name: "Pages with signers", stored: kinds[extract.Signers]},
		{name: "Cover pages", stored: kinds[extract.CoverOf]},
		{name: "Members on the export", stored: p.Members.Members, means: "people of the membership export as of " + report.Day(p.Members.AsOf)},
	} {
		s.add(height(lines(f.means, 62)), b.text(cellLook, f.name), b.number(countLook, f.stored), b.text(cellLook, f.means))
	}
	s.done()
}

func notes(b *book, p report.Petition) {
	s := b.sheet("Notes", layout{widths: []float64{28, 72}})
	s.part(2, "Notes and corrections")
	for _, c := range []report.Clause{
		{Name: "Privacy", Text: "This report holds no data of any signer. The lines, with the pictures and the members they were matched to, are in the report to the Committee on Organization."},
		{Name: "How it was counted", Text: "Each line was compared with a dated snapshot of the membership. A line counts when a member in good standing wrote and signed it, each member once; a line that is not certain is undecided until a person has looked at it."},
		{Name: "Fingerprint of the export", Text: p.Members.SHA256},
		{Name: "Made", Text: report.Day(p.Made) + " by " + p.Program},
		{Name: "Corrections"},
	} {
		s.clause(2, c, 72)
	}
	s.done()
}

// state says what has to happen next.
func state(p report.Petition) string {
	if n := p.Tally.Uncertain; n > 0 {
		return fmt.Sprintf("verification under way: %d lines are undecided", n)
	}
	return "verified; action of the committee is pending"
}
