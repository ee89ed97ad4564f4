package report

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify"
	"countersign/verify/roll"
)

// AddCover adds what a page says of the petition and no page before it said.
func (r *Petition) AddCover(c extract.Cover, file string, page int) {
	if r.Cover.Purpose == "" && c.Purpose != "" {
		r.Cover.Purpose, r.CoverFile, r.CoverPage = c.Purpose, file, page
	}
	if r.Cover.Group == "" {
		r.Cover.Group = c.Group
	}
	if len(r.Cover.Organizers) == 0 {
		r.Cover.Organizers = c.Organizers
	}
}

// SnapshotOf names the export for the record, with what its import says and which of its
// statuses the rules do not know.
func SnapshotOf(r *roll.Roll, rules verify.Rules) Snapshot {
	const remarks = 200 // more would bury the rest of the page
	return Snapshot{
		Name: r.Name, SHA256: r.SHA256, Rows: r.Rows, Members: r.Members.Len(), LeftOut: r.LeftOut,
		Merged: r.Merged, AsOf: r.AsOf,
		Sums: r.Sums(), Findings: slices.Concat(noStanding(r, rules), unknownStatuses(r, rules),
			r.Remarks(remarks)),
	}
}

// noStanding is a remark on an export that does not say who is in good standing.
func noStanding(r *roll.Roll, rules verify.Rules) []string {
	n := rules.Unstated(&r.Members)
	if 2*n <= r.Members.Len() {
		return nil
	}
	return []string{fmt.Sprintf("of %d of %d members there is neither a status nor a date paid "+
		"through: their lines wait for a person. If a column has it, name it (--map "+
		"status=HEADING); if being on this roll is enough, say so in the rule (roll-counts: true)",
		n, r.Members.Len())}
}

// unknownStatuses is one remark on the statuses whose members are left to people; none where
// the rules know all.
func unknownStatuses(r *roll.Roll, rules verify.Rules) []string {
	const most = 12 // more are no statuses, but another column's texts
	unknown := rules.UnknownStatuses(&r.Members)
	if len(unknown) == 0 {
		return nil
	}
	var each []string
	for _, s := range unknown[:min(most, len(unknown))] {
		members := "members"
		if s.Members == 1 {
			members = "member"
		}
		each = append(each, fmt.Sprintf("%s of %d %s", s.Status, s.Members, members))
	}
	if more := len(unknown) - len(each); more > 0 {
		each = append(each, fmt.Sprintf("and %d more", more))
	}
	are := "is"
	if len(each) > 1 {
		are = "are"
	}
	return []string{fmt.Sprintf("status %s %s in no list of the rule: lines of these members "+
		"wait for a person", strings.Join(each, ", "), are)}
}

// FileNames gives each file a name of its own, since lines are traced by
// it: the base name, or as much more of the path as it takes.
func FileNames(paths []string) []string {
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
		same := func(other string) bool { return other != path && filepath.Base(other) == names[i] }
		if slices.ContainsFunc(paths, same) {
			names[i] = filepath.ToSlash(filepath.Clean(path))
		}
	}
	for i, name := range names { // the very same path twice
		for n := 2; slices.Contains(names[:i], names[i]); n++ {
			names[i] = fmt.Sprintf("%s (%d)", name, n)
		}
	}
	return names
}
