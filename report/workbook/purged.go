package workbook

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/report"
)

// keptColumns are those of the Signatures sheet that say nothing personal and so
// outlast a purge.
func keptColumns() []string {
	return []string{fileColumn, "Page", lineColumn, verdictColumn, reasonColumn}
}

// AgainstPurged compares the copy of a COO report with petitions of which the
// text was purged: the figures, what they rest on, and the verdict of every
// line. Names, notes and pictures can no longer be compared. What the copy
// calls a file is purged too; it is known by its fingerprint.
func (c Copy) AgainstPurged(period report.Period) ([]Change, error) {
	if err := c.comparable(cooKind); err != nil {
		return nil, err
	}
	period.Made, period.Program = c.Made, c.Program
	period.Petitions = slices.Clone(period.Petitions)
	for i := range period.Petitions {
		p := &period.Petitions[i]
		p.Made, p.Program, p.Pictures, p.Links = c.Made, c.Program, nil, c.links()
	}
	fresh, err := madeAnew(period)
	if err != nil {
		return nil, err
	}
	names := c.renamed(fresh)
	c.Sources = names.sources(c.Sources)
	var list []Change
	for i := range max(len(c.Figures), len(fresh.Figures)) {
		if i >= len(c.Figures) || i >= len(fresh.Figures) {
			list = append(list, Change{summarySheet, 0,
				"has the figures of another number of petitions than are on record"})
			break
		}
		list = append(list, otherFigures(c.Figures[i], fresh.Figures[i])...)
	}
	for _, r := range fresh.records {
		switch r.name {
		case provenanceSheet:
			list = append(list, c.otherSources(r)...)
		case signaturesSheet:
			list = append(list, rowDifferences(verdictsOf(c.sheet(r.name), names),
				verdictsOf(r, nil))...)
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
			list = append(list, Change{summarySheet, 0, fmt.Sprintf("%s is %d, on record is %d",
				name, got[name], want[name])})
		}
	}
	return list
}

// fileNames are what files are called now, by the sources that a copy names.
type fileNames map[Source]string

// renamed finds the files of a copy among those on record.
func (c Copy) renamed(fresh Copy) fileNames {
	now := map[Source]string{}
	for _, s := range fresh.Sources {
		now[Source{What: s.What, Mark: s.Mark}] = s.Name
	}
	names := fileNames{}
	for _, s := range c.Sources {
		name, ok := now[Source{What: s.What, Mark: s.Mark}]
		if ok && strings.HasPrefix(s.What, fileSource) {
			names[Source{What: s.What, Name: s.Name}] = name
		}
	}
	return names
}

func (n fileNames) sources(list []Source) []Source {
	list = slices.Clone(list)
	for i, s := range list {
		list[i].Name = cmp.Or(n[Source{What: s.What, Name: s.Name}], s.Name)
	}
	return list
}

// verdictsOf is a Signatures sheet without all that is purged, with the files
// as they are called now.
func verdictsOf(r *record, names fileNames) *record {
	out := newRecord(signaturesSheet)
	out.keep = true
	if r == nil || len(r.rows) == 0 {
		return out
	}
	heads := r.rows[0].cells()
	for _, row := range r.rows[1:] {
		cells, kept := row.cells(), make([]string, len(heads)) // each in its column, which is told
		for _, head := range keptColumns() {
			if i := slices.Index(heads, head); i >= 0 {
				kept[i] = at(cells, i)
			}
		}
		of := ""
		if heads[0] == petitionColumn {
			of = ofPetition(cells[0])
		}
		if i := slices.Index(heads, fileColumn); i >= 0 {
			kept[i] = cmp.Or(names[Source{What: fileSource + of, Name: kept[i]}], kept[i])
		}
		out.add(row.row, kept)
	}
	return out
}
