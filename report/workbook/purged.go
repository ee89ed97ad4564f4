package workbook

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"countersign/report"
)

// keptColumns are those of the Signatures sheet that say nothing personal and so
// outlast a purge.
func keptColumns() []string {
	return []string{"File", "Page", lineColumn, verdictColumn, reasonColumn}
}

// AgainstPurged compares the copy of a COO report with petitions of which the
// text was purged: the figures, what they rest on, and the verdict of every
// line. Names, notes and pictures can no longer be compared.
func (c Copy) AgainstPurged(period report.Period) ([]Change, error) {
	if err := c.comparable(cooKind); err != nil {
		return nil, err
	}
	period.Made, period.Program = c.Made, c.Program
	period.Petitions = slices.Clone(period.Petitions)
	for i := range period.Petitions {
		p := &period.Petitions[i]
		p.Made, p.Program, p.Pictures = c.Made, c.Program, nil
	}
	records, err := writeCOO(io.Discard, period, true)
	if err != nil {
		return nil, fmt.Errorf("make the report on record: %w", err)
	}
	fresh := Copy{Kind: cooKind, records: records}
	fresh.summary()
	var list []Change
	for i := range max(len(c.Figures), len(fresh.Figures)) {
		if i >= len(c.Figures) || i >= len(fresh.Figures) {
			list = append(list, Change{summarySheet, 0, "has the figures of another number of petitions than are on record"})
			break
		}
		list = append(list, otherFigures(c.Figures[i], fresh.Figures[i])...)
	}
	for _, r := range records {
		switch r.name {
		case provenanceSheet:
			list = append(list, c.otherSources(r)...)
		case signaturesSheet:
			list = append(list, rowDifferences(verdictsOf(c.sheet(r.name)), verdictsOf(r))...)
		}
	}
	return list, nil
}

func otherFigures(got, want Figures) []Change {
	var list []Change
	names := maps.Clone(got)
	maps.Copy(names, want)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if got[name] != want[name] {
			list = append(list, Change{summarySheet, 0, fmt.Sprintf("%s is %d, on record is %d", name, got[name], want[name])})
		}
	}
	return list
}

// verdictsOf is a Signatures sheet without all that is purged.
func verdictsOf(r *record) *record {
	out := newRecord(signaturesSheet)
	out.keep = true
	if r == nil || len(r.rows) == 0 {
		return out
	}
	var keep []int
	for _, head := range keptColumns() {
		keep = append(keep, slices.Index(r.rows[0].cells(), head))
	}
	for _, row := range r.rows[1:] {
		cells, kept := row.cells(), []string{}
		for _, i := range keep {
			if i >= 0 {
				kept = append(kept, at(cells, i))
			}
		}
		out.add(row.row, kept)
	}
	return out
}
