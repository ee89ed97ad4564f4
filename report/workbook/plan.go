package workbook

import (
	"fmt"
	"slices"
	"strings"

	"countersign/report"
	"countersign/verify"
)

// plan knows the row of every line, page and finding before any sheet is
// written, so that each can lead to the others.
type plan struct {
	report.Period
	several    bool // petitions: tables then begin with a column that tells them apart
	lines      int  // of all petitions
	signatures map[place]int
	duplicates map[place]int
	reviews    map[place]int // the last finding
	behind     map[cause]int // the first line behind a figure
	files      map[place]int
	pages      map[place]int
}

// place is a line, or with Row zero a page, or with Page zero a file; of the
// petition at an index.
type place struct {
	petition int
	verify.Ref
}

// cause is a figure of the summary: a verdict, and for a part of the invalid
// lines their reason.
type cause struct {
	petition int
	verdict  verify.Verdict
	reason   verify.Reason
}

const firstRow = 2 // of every table, below its headings

func newPlan(period report.Period) *plan {
	p := &plan{Period: period, several: len(period.Petitions) != 1,
		signatures: map[place]int{}, duplicates: map[place]int{}, reviews: map[place]int{},
		behind: map[cause]int{}, files: map[place]int{}, pages: map[place]int{}}
	repeated, found, page, behind := 0, 0, 0, 0
	for i, petition := range period.Petitions {
		for _, d := range petition.Decisions {
			at := place{i, d.Line.Ref}
			p.signatures[at] = firstRow + p.lines
			p.lines++
			if d.Reason == verify.Duplicate {
				p.duplicates[at] = firstRow + 1 + repeated // two rows of headings
				repeated++
			}
		}
		for _, f := range petition.Findings {
			p.reviews[place{i, f.Line}] = firstRow + found
			found++
		}
		for _, f := range petition.Files {
			p.files[place{i, verify.Ref{File: f.Name}}] = firstRow + page
			page++
			for _, of := range f.Pages {
				p.pages[place{i, verify.Ref{File: f.Name, Page: of.Number}}] = firstRow + page
				page++
			}
		}
		for _, d := range ordered(petition) {
			for _, c := range []cause{{i, d.Verdict, ""}, {i, d.Verdict, d.Reason}} {
				if p.behind[c] == 0 {
					p.behind[c] = firstRow + behind
				}
			}
			behind++
		}
	}
	return p
}

// ordered gives the lines of a petition by the figures they are behind: the
// valid ones, the invalid ones by reason, the undecided ones.
func ordered(p report.Petition) []verify.Decision {
	rank := map[verify.Verdict]int{verify.Valid: 0, verify.Invalid: 1, verify.Uncertain: 2}
	reasons := reasonsOf(p)
	list := slices.Clone(p.Decisions)
	slices.SortStableFunc(list, func(a, b verify.Decision) int {
		if d := rank[a.Verdict] - rank[b.Verdict]; d != 0 {
			return d
		}
		return slices.Index(reasons, a.Reason) - slices.Index(reasons, b.Reason)
	})
	return list
}

// column is one column of a table.
type column struct {
	head  string
	width float64
}

// petitionColumn tells petitions apart where there are several.
const petitionColumn = "Petition"

// columns are those of a table, with the column of petitions where needed.
func (p *plan) columns(list ...column) []column {
	if p.several {
		return append([]column{{petitionColumn, 9}}, list...)
	}
	return list
}

// numbered is the cell that goes with columns.
func (s *sheet) numbered(p *plan, petition int) []any {
	if p.several {
		return []any{s.number(countLook, petition+1)}
	}
	return nil
}

// table begins a sheet that is one table, with its headings.
func (b *book) table(name string, columns []column) *sheet {
	s := b.sheet(name, layout{widths: widths(columns), landscape: true, head: 1})
	high := 1
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = b.text(headLook, c.head)
		high = max(high, lines(c.head, c.width-2))
	}
	s.add(height(high), cells...)
	return s
}

func widths(columns []column) []float64 {
	list := make([]float64, len(columns))
	for i, c := range columns {
		list[i] = c.width
	}
	return list
}

// columnOf is the place of a column, 1-based; zero if there is none.
func columnOf(columns []column, head string) int {
	return 1 + slices.IndexFunc(columns, func(c column) bool { return c.head == head })
}

// lineRange is a column over all lines of the Signatures sheet, for formulas; one
// empty row where there is no line.
func (p *plan) lineRange(head string) string {
	letter := strings.TrimSuffix(cellName(columnOf(p.signatureColumns(), head), 1), "1")
	return fmt.Sprintf("%s!$%s$%d:$%s$%d", signaturesSheet, letter, firstRow, letter,
		firstRow+max(p.lines, 1)-1)
}

// countIf is a formula for the lines of a petition with such texts in such
// columns, given in pairs.
func (p *plan) countIf(petition int, pairs ...string) string {
	formula := ""
	if p.several {
		formula = fmt.Sprintf(",%s,%d", p.lineRange(petitionColumn), petition+1)
	}
	for pair := range slices.Chunk(pairs, 2) {
		formula += "," + p.lineRange(pair[0]) + "," + quoted(pair[1])
	}
	return "COUNTIFS(" + formula[1:] + ")"
}
