package workbook

import (
	"slices"
	"strconv"
	"time"

	"countersign/report"
	"countersign/verify"
)

// Kinds of workbooks, and the form in which this program writes them: another
// form says the same things in other cells.
const (
	cooKind     = "COO report"
	councilKind = "Report to Council"
	cooForm     = 3
	councilForm = 3
)

func formOf(kind string) int {
	if kind == councilKind {
		return councilForm
	}
	return cooForm
}

// Labels of the Provenance sheet that a reader looks for.
const (
	kindLabel    = "Kind"
	formLabel    = "Form"
	madeLabel    = "Made"
	programLabel = "Program"
	sumsHead     = "Sheets of this workbook"
	sourcesHead  = "What the figures rest on"
	wholeLabel   = "This workbook"
)

// fileSource is what the Provenance sheet calls a file that was handed in.
const fileSource = "Petition file"

// ofPetition follows what a source is, where a report is on several petitions.
func ofPetition(number string) string { return " of petition " + number }

// source is something a workbook rests on, with what tells it from any other.
type source struct {
	what, name, mark string
	sheet            string // where it is described, with row
	row              int
}

// provenance writes by what the workbook and its sources can be checked. It
// comes last: the fingerprints are those of all sheets before it.
func provenance(b *book, kind string, made time.Time, program string, sources []source) {
	s := b.sheet(provenanceSheet, layout{widths: []float64{28, 44, 68}})
	s.part(3, "This report")
	for _, c := range []report.Clause{
		{Name: kindLabel, Text: kind}, {Name: formLabel, Text: strconv.Itoa(formOf(kind))},
		{Name: madeLabel, Text: made.UTC().Format(time.RFC3339)}, {Name: programLabel,
			Text: program},
	} {
		s.clause(3, c, 108)
	}
	s.skip(1)
	s.part(3, sourcesHead)
	s.heads("What", "Name", "Fingerprint or number")
	mark := cellLook
	mark.size, mark.mono = 9, true
	for _, of := range sources {
		name := cellLook
		if of.row > 0 {
			s.link(2, of.sheet, of.row)
			name.link = true
		}
		s.add(height(max(lines(of.what, 26), lines(of.name, 42), lines(of.mark, 66))),
			s.text(cellLook, of.what), s.text(name, of.name), s.text(mark, of.mark))
	}
	if len(sources) == 0 {
		s.sentence(3, 130, "Nothing is recorded.")
	}
	s.skip(1)
	s.part(3, sumsHead)
	s.heads("Sheet", "Rows with something in them", "SHA-256 fingerprint of what its cells say")
	sums := b.records[:len(b.records)-1] // without this one
	if len(b.pictures.rows) > 0 {
		sums = append(slices.Clone(sums), &b.pictures)
	}
	for _, r := range sums {
		s.add(height(1), s.text(cellLook, r.name), s.number(countLook, len(r.rows)),
			s.text(mark, r.sum()))
	}
	strong := cellLook
	strong.bold = true
	s.add(height(1), s.text(strong, wholeLabel), s.text(strong, "all of the above"),
		s.text(mark, s.record.sum()))
	s.skip(1)
	s.sentence(3, 130,
		"A cell that is changed, added or emptied no longer agrees with these fingerprints; "+
			"colours, widths, filters and formulas that give the same are left out of account. "+
			"Whoever changes a cell can change a fingerprint too, so the program also compares "+
			"the "+
			"workbook with what it has on record itself.")
	s.done()
}

// cooSources lists what the figures of the petitions rest on.
func cooSources(p *plan) []source {
	var list []source
	for i, petition := range p.Petitions {
		of := ""
		if p.several {
			of = ofPetition(strconv.Itoa(i + 1))
		}
		for _, f := range petition.Files {
			list = append(list, source{fileSource + of, f.Name, orNot(f.SHA256), sheetsSheet,
				p.files[place{i, verify.Ref{File: f.Name}}]})
		}
		list = append(list,
			source{what: "Membership export" + of, name: petition.Members.Name,
				mark: orNot(petition.Members.SHA256)},
			source{what: "Rule" + of, name: petition.Rules.Title,
				mark: orNot(report.RuleVersion(petition))})
		if c := petition.Certificate; c != nil {
			list = append(list, source{what: "Certified counts" + of, name: "by " + c.By + " on " +
				report.Day(c.At), mark: orNot(c.ID)})
		}
		list = append(list, auditSource(petition.Audit, of))
	}
	return list
}

func auditSource(a report.Audit, of string) source {
	if a.Head == "" {
		return source{what: "Audit record" + of, name: "no entry", mark: "not recorded"}
	}
	return source{what: "Audit record" + of, name: "up to entry " + grouped(int(a.Entries)),
		mark: a.Head}
}
