package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/verify"
	"countersign/verify/roll"
)

// beside is an export beside the one that is in use.
type beside struct {
	snapshot store.Snapshot
	now, new *roll.Roll
	compared roll.Changes
	had, has int // in good standing by either
}

// beside sets an export beside the one that is in use, nil where there is none.
func (o *Office) beside(ctx context.Context, r *roll.Roll) (*beside, error) {
	s, err := o.Store.CurrentSnapshot(ctx)
	if errors.Is(err, store.ErrNotFound) || err == nil && s.Purged {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := o.rolls.Matcher(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	now := m.Roll()
	return &beside{s, now, r, roll.Compare(now, r), inGoodStanding(now), inGoodStanding(r)}, nil
}

// largeLoss is the share of members, or of those in good standing, that an export may lack
// beside the one in use without a question. A year's lapses are under it; a file that was cut
// off, or exported with a filter left on, is over it.
const largeLoss = 0.10

// questions are what a person has to answer before the export is taken in.
func (b *beside) questions() (out []string) {
	if b == nil {
		return nil
	}
	if b.manyLeft() {
		out = append(out,
			fmt.Sprintf("%d of the %d members of the export in use are not in this one: did so "+
				"many leave?", len(b.compared.Left), len(b.now.Members)))
	}
	before, after := columnsOf(b.now), columnsOf(b.new)
	for _, m := range []roll.Meaning{roll.Status, roll.PaidThru} {
		if before[m] != "" && after[m] == "" {
			out = append(out, fmt.Sprintf(
				"It has no column for %s, and the export in use has one, %s: is it left out on "+
					"purpose?", meaningWord(m), before[m]))
		}
	}
	if b.fewerStand() {
		out = append(out,
			fmt.Sprintf("%d members are in good standing by it, and %d by the export in use: can "+
				"that be?", b.has, b.had))
	}
	return out
}

func (b *beside) manyLeft() bool {
	return float64(len(b.compared.Left)) > largeLoss*float64(len(b.now.Members))
}

func (b *beside) fewerStand() bool { return float64(b.has) < (1-largeLoss)*float64(b.had) }

// columnsOf gives the heading of the column that was taken for each meaning.
func columnsOf(r *roll.Roll) map[roll.Meaning]string {
	out := map[roll.Meaning]string{}
	for _, c := range r.Columns {
		meaning, heading, _ := strings.Cut(c, ": ")
		out[roll.Meaning(meaning)] = heading
	}
	return out
}

// inGoodStanding counts members by the built-in rule, as of the day of their export.
func inGoodStanding(r *roll.Roll) (n int) {
	rules, day := verify.MIG(), r.AsOf
	if day.IsZero() {
		day = time.Now()
	}
	for _, m := range r.Members {
		if rules.Standing(m, day).Reason == verify.IsMember {
			n++
		}
	}
	return n
}

// figures are what both exports hold, side by side.
func (b *beside) figures() (out []ExportFigure) {
	add := func(name string, now, new int, worse bool) {
		out = append(out, ExportFigure{name, fmt.Sprint(now), fmt.Sprint(new), worse})
	}
	add("Members", len(b.now.Members), len(b.new.Members), b.manyLeft())
	add("In good standing", b.had, b.has, b.fewerStand())
	add("Rows read", b.now.Rows, b.new.Rows, false)
	add("Rows left out", b.now.LeftOut, b.new.LeftOut, b.new.LeftOut > b.now.LeftOut)
	if len(b.now.Sheets)+len(b.new.Sheets) > 0 {
		out = append(out, ExportFigure{"Sheets read", strings.Join(b.now.Sheets, ", "),
			strings.Join(b.new.Sheets, ", "), false})
	}
	before, after := columnsOf(b.now), columnsOf(b.new)
	for _, word := range roll.Meanings() {
		m := roll.Meaning(word)
		if before[m] != after[m] {
			out = append(out, ExportFigure{"Column for " + meaningWord(m), cmp.Or(before[m],
				"none"), cmp.Or(after[m], "none"), after[m] == ""})
		}
	}
	count := func(r *roll.Roll) map[string]int {
		n := map[string]int{}
		for _, m := range r.Members {
			n[m.Status]++
		}
		return n
	}
	now, new := count(b.now), count(b.new)
	statuses := slices.Sorted(maps.Keys(now))
	for status := range new {
		if _, ok := now[status]; !ok {
			statuses = append(statuses, status)
		}
	}
	for _, status := range statuses[:min(mostStatuses, len(statuses))] {
		if now[status] != new[status] {
			add("Status “"+cmp.Or(status, "(empty)")+"”", now[status], new[status], false)
		}
	}
	return out
}

// changes are the members that differ, with examples.
func (b *beside) changes() *ImportChanges {
	c := b.compared
	out := &ImportChanges{
		SnapshotID: b.snapshot.ID, Name: b.snapshot.Name, AsOf: b.snapshot.AsOf, Same: c.Same,
		Joined: len(c.Joined), Left: len(c.Left), Status: len(c.Status), Renamed: len(c.Renamed),
		Renumbered: len(c.Renumbered),
	}
	one := func(kind string, members []*roll.Member) {
		for _, m := range members[:min(mostExamples, len(members))] {
			out.Examples = append(out.Examples, ImportChange{Kind: kind, MemberID: m.ID,
				Name: memberName(m)})
		}
	}
	two := func(kind string, pairs [][2]*roll.Member, words func(*roll.Member) string) {
		for _, p := range pairs[:min(mostExamples, len(pairs))] {
			out.Examples = append(out.Examples, ImportChange{Kind: kind, MemberID: p[1].ID,
				Name: memberName(p[1]), Before: words(p[0]), After: words(p[1])})
		}
	}
	one("joined", c.Joined)
	one("left", c.Left)
	two("renumbered", c.Renumbered, func(m *roll.Member) string { return m.ID })
	two("status", c.Status, standingWords)
	two("renamed", c.Renamed, memberName)
	return out
}
