package exports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/verify"
	"countersign/verify/roll"
)

// Beside is an export beside the one that is in use.
type Beside struct {
	snapshot store.Snapshot
	now, new *roll.Roll
	compared roll.Changes
	had, has int // in good standing by either
}

// Compare sets an export beside the one that is in use.
func Compare(new *roll.Roll, used store.Snapshot, now *roll.Roll) *Beside {
	return &Beside{used, now, new, roll.Compare(now, new), inGoodStanding(now), inGoodStanding(new)}
}

// How much of an export is shown.
const (
	MostStatuses = 30
	mostExamples = 12 // of each kind of change
)

// largeLoss is the share of members, or of those in good standing, that an export may lack
// beside the one in use without a question. A year's lapses are under it; a file that was cut
// off, or exported with a filter left on, is over it.
const largeLoss = 0.10

// Questions are what a person has to answer before the export is taken in.
func (b *Beside) Questions() (out []string) {
	if b == nil {
		return nil
	}
	if b.manyLeft() {
		out = append(out,
			fmt.Sprintf("%d of the %d members of the export in use are not in this one: did so "+
				"many leave?", len(b.compared.Left), b.now.Members.Len()))
	}
	before, after := columnsOf(b.now), columnsOf(b.new)
	for _, m := range []roll.Meaning{roll.Status, roll.PaidThru} {
		if before[m] != "" && after[m] == "" {
			out = append(out, fmt.Sprintf(
				"It has no column for %s, and the export in use has one, %s: is it left out on "+
					"purpose?", MeaningWord(m), before[m]))
		}
	}
	if b.fewerStand() {
		out = append(out,
			fmt.Sprintf("%d members are in good standing by it, and %d by the export in use: can "+
				"that be?", b.has, b.had))
	}
	return out
}

func (b *Beside) manyLeft() bool {
	return float64(len(b.compared.Left)) > largeLoss*float64(b.now.Members.Len())
}

func (b *Beside) fewerStand() bool { return float64(b.has) < (1-largeLoss)*float64(b.had) }

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
	for _, m := range r.Members.All() {
		if rules.Standing(m, day).Reason == verify.IsMember {
			n++
		}
	}
	return n
}

// Figures are what both exports hold, side by side.
func (b *Beside) Figures() (out []Figure) {
	add := func(name string, now, new int, worse bool) {
		out = append(out, Figure{name, fmt.Sprint(now), fmt.Sprint(new), worse})
	}
	add("Members", b.now.Members.Len(), b.new.Members.Len(), b.manyLeft())
	add("In good standing", b.had, b.has, b.fewerStand())
	add("Rows read", b.now.Rows, b.new.Rows, false)
	add("Rows left out", b.now.LeftOut, b.new.LeftOut, b.new.LeftOut > b.now.LeftOut)
	if len(b.now.Sheets)+len(b.new.Sheets) > 0 {
		out = append(out, Figure{"Sheets read", strings.Join(b.now.Sheets, ", "),
			strings.Join(b.new.Sheets, ", "), false})
	}
	before, after := columnsOf(b.now), columnsOf(b.new)
	for _, word := range roll.Meanings() {
		m := roll.Meaning(word)
		if before[m] != after[m] {
			out = append(out, Figure{"Column for " + MeaningWord(m), cmp.Or(before[m],
				"none"), cmp.Or(after[m], "none"), after[m] == ""})
		}
	}
	now, new := b.now.Members.Count(roll.Status), b.new.Members.Count(roll.Status)
	statuses := slices.Sorted(maps.Keys(now))
	for status := range new {
		if _, ok := now[status]; !ok {
			statuses = append(statuses, status)
		}
	}
	for _, status := range statuses[:min(MostStatuses, len(statuses))] {
		if now[status] != new[status] {
			add("Status “"+cmp.Or(status, "(empty)")+"”", now[status], new[status], false)
		}
	}
	return out
}

// Changes are the members that differ, with examples.
func (b *Beside) Changes() *Changes {
	c := b.compared
	out := &Changes{
		SnapshotID: b.snapshot.ID, Name: b.snapshot.Name, AsOf: b.snapshot.AsOf, Same: c.Same,
		Joined: len(c.Joined), Left: len(c.Left), Status: len(c.Status), Renamed: len(c.Renamed),
		Renumbered: len(c.Renumbered),
	}
	one := func(kind string, members []*roll.Member) {
		for _, m := range members[:min(mostExamples, len(members))] {
			out.Examples = append(out.Examples, Change{Kind: kind, MemberID: m.ID,
				Name: m.FullName()})
		}
	}
	two := func(kind string, pairs [][2]*roll.Member, words func(*roll.Member) string) {
		for _, p := range pairs[:min(mostExamples, len(pairs))] {
			out.Examples = append(out.Examples, Change{Kind: kind, MemberID: p[1].ID,
				Name: p[1].FullName(), Before: words(p[0]), After: words(p[1])})
		}
	}
	one("joined", c.Joined)
	one("left", c.Left)
	two("renumbered", c.Renumbered, func(m *roll.Member) string { return m.ID })
	two("status", c.Status, standingWords)
	two("renamed", c.Renamed, (*roll.Member).FullName)
	return out
}

// Figure is one figure of two exports.
type Figure struct {
	Name     string
	Now, New string
	Worse    bool
}

// Changes compares an export with the newest snapshot.
type Changes struct {
	SnapshotID, Name string
	AsOf             time.Time
	Joined, Left     int
	Status           int // members whose status, class, type or date paid through differ
	Renamed          int // members whose name differs
	Renumbered       int // members who left under one number and joined under another
	Same             int
	Examples         []Change // some of each kind
}

// Change is one member who changed.
type Change struct {
	Kind          string // joined, left, status, renamed, renumbered
	MemberID      string
	Name          string
	Before, After string
}

// MeaningWord is what people call what a column says.
func MeaningWord(m roll.Meaning) string {
	words := map[roll.Meaning]string{
		roll.Number: "Member number", roll.FullName: "Whole name", roll.Prefix: "Prefix",
		roll.Given: "First name", roll.Middle: "Middle name", roll.Family: "Last name",
		roll.Suffix: "Suffix", roll.Informal: "Preferred name", roll.Former: "Former name",
		roll.Email: "E-mail address", roll.Company: "Institution", roll.Street: "Street",
		roll.City: "City", roll.State: "State", roll.ZIP: "ZIP code", roll.Country: "Country",
		roll.Class: "Member class", roll.Type: "Member type", roll.Status: "Status",
		roll.Born: "Date of birth", roll.Second: "Second number", roll.Joined: "Date joined",
		roll.PaidThru: "Paid through",
	}
	return cmp.Or(words[m], string(m))
}

// standingWords is what an export says of a member's standing.
func standingWords(m *roll.Member) string {
	words := ""
	for _, s := range []string{m.Status, m.Class, m.Type} {
		if s != "" && words != "" {
			words += ", "
		}
		words += s
	}
	if !m.PaidThru.IsZero() {
		if words != "" {
			words += ", "
		}
		words += "paid through " + m.PaidThru.Format(time.DateOnly)
	}
	return words
}
