package register

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Book is all that is written down: of petitions, of groups, and for Council. What was
// true and what was known on a day is asked of it.
type Book struct {
	// by petition, in the order in which they were written down; each approval carries its rule
	Petitions map[string][]Event
	// what was written down of groups themselves, without the approvals that made them
	Groups      map[string][]Event
	Issued      []Issued // reports to Council, in the order in which they were issued
	Corrections []Event  // of them
	Conferences []Conference
}

// Petition is one petition as of a time.
func (b *Book) Petition(id string, as AsOf) Petition {
	p := ReadAsOf(id, b.Petitions[id], as)
	p.Told = b.told(p.Decided, as)
	return p
}

// Group is one group as of a time; without terms where there was none.
func (b *Book) Group(id string, as AsOf) Group {
	return b.group(id, b.eventsOf(id), as)
}

// All are the groups that there were as of a time, by name.
func (b *Book) All(as AsOf) []Group {
	var out []Group
	for id, events := range b.byGroup() {
		if g := b.group(id, events, as); len(g.Terms) > 0 {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func (b *Book) group(id string, events []Event, as AsOf) Group {
	g := ReadGroup(id, events, as)
	g.Conference = b.told(g.Ending, as)
	g.Renewing = b.renewing(id, as)
	return g
}

// renewing is the petition that wants to renew a group and is neither decided nor given up.
func (b *Book) renewing(id string, as AsOf) string {
	for _, petition := range slices.Sorted(maps.Keys(b.Petitions)) {
		if !slices.ContainsFunc(b.Petitions[petition],
			func(e Event) bool { return e.Kind == Intend && e.Words["group"] == id }) {
			continue
		}
		if p := ReadAsOf(petition, b.Petitions[petition], as); p.Renews == id && p.State.Open() {
			return petition
		}
	}
	return ""
}

// byGroup joins what was written down of groups with the approvals that made and renewed
// them: a group's terms are not written down a second time, so that the two cannot
// disagree.
func (b *Book) byGroup() map[string][]Event {
	out := map[string][]Event{}
	for id, list := range b.Groups {
		out[id] = slices.Clone(list)
	}
	for _, id := range slices.Sorted(maps.Keys(b.Petitions)) {
		for group, list := range approvals(id, b.Petitions[id]) {
			out[group] = append(out[group], list...)
		}
	}
	return out
}

func (b *Book) eventsOf(group string) []Event {
	out := slices.Clone(b.Groups[group])
	for _, id := range slices.Sorted(maps.Keys(b.Petitions)) {
		out = append(out, approvals(id, b.Petitions[id])[group]...)
	}
	return out
}

// approvals are those of a petition by group, and what took them back.
func approvals(petition string, events []Event) map[string][]Event {
	var out map[string][]Event
	of := map[string]string{}
	for _, e := range events {
		group := e.Words["group"]
		switch {
		case e.Kind == Approve && group != "":
			of[e.ID] = group
			e = AsGroup(petition, e)
		case e.Kind == Undo && of[e.Undoes] != "":
			group = of[e.Undoes]
		default:
			continue
		}
		if out == nil {
			out = map[string][]Event{}
		}
		out[group] = append(out[group], e)
	}
	return out
}

// AsGroup is an approval as its group knows it.
func AsGroup(petition string, e Event) Event {
	group := e.Words["group"]
	e.Subject, e.Kind = group, Renew
	if group == petition {
		e.Kind = Establish
	}
	e.Words = Words{"petition": petition, "name": e.Words["name"], "purpose": e.Words["purpose"],
		ruleWord: e.Words[ruleWord]}
	return e
}

// CheckPetition says whether an event may be added to a petition: what its own life allows,
// and what its group does. The petition's action, where Council was given it, is looked up.
func (b *Book) CheckPetition(id string, e Event, roles []Role, f Facts) error {
	p := b.Petition(id, AsOf{})
	f.Issued = p.Told
	if e.Kind == Report {
		f.Conference = b.conference(e.Words["conference"]).Name != ""
	}
	if err := p.Check(e, roles, f); err != nil {
		return err
	}
	switch e.Kind {
	case Intend:
		return b.checkIntend(e, f)
	case Approve:
		return b.checkApproval(p, e, roles, f)
	case Report:
		return b.checkTold(e)
	case Undo:
		return b.checkUndoApproval(p, e, f)
	}
	return nil
}

func (b *Book) checkIntend(e Event, f Facts) error {
	if e.Words["group"] == "" {
		return nil
	}
	g := b.Group(e.Words["group"], AsOf{Day: f.Today})
	if len(g.Terms) == 0 || g.Over() {
		return refuse("There is no such group that could be renewed.")
	}
	return nil
}

func (b *Book) checkApproval(p Petition, e Event, roles []Role, f Facts) error {
	group := e.Words["group"]
	if p.Renews != "" && group != p.Renews {
		return refuse("The petition wants to renew “%s”: approve it for that group, or write "+
			"down first that it is for another.", b.Group(p.Renews, AsOf{Day: f.Today}).Name)
	}
	g := b.Group(group, AsOf{Day: f.Today})
	if err := g.Check(AsGroup(p.ID, e), roles, f); err != nil {
		return err
	}
	return b.checkName(e.Words["name"], group, f.Today)
}

// checkUndoApproval keeps an approval on which more was built.
func (b *Book) checkUndoApproval(p Petition, e Event, f Facts) error {
	if e.Undoes != p.Decided || p.Decision.Action != Approve {
		return nil
	}
	for id, events := range b.byGroup() {
		g := b.group(id, events, AsOf{})
		i := slices.IndexFunc(g.Terms, func(t Term) bool { return t.Petition == p.ID })
		switch {
		case i < 0:
		case i < len(g.Terms)-1:
			return refuse("Term %d of “%s” follows from it: take that approval back first.", i+2,
				g.Name)
		case i == 0 && len(g.Written) > 1:
			return refuse("Something was written down of “%s” since: take that back first.", g.Name)
		default:
			return b.checkAgain(id, append(slices.Clone(events), Event{Kind: Undo,
				Undoes: e.Undoes}), f.Today)
		}
	}
	return nil
}

// checkAgain refuses to take back what would give a group a name that another one has by
// now.
func (b *Book) checkAgain(id string, events []Event, today time.Time) error {
	g := ReadGroup(id, events, AsOf{Day: today})
	if len(g.Terms) == 0 || g.Over() {
		return nil
	}
	for _, name := range g.names() {
		if err := b.checkName(name, id, today); err != nil {
			return err
		}
	}
	return nil
}

// CheckGroup says whether an event may be added to a group.
func (b *Book) CheckGroup(id string, e Event, roles []Role, f Facts) error {
	g := b.Group(id, AsOf{Day: f.Today})
	f.Issued = g.Conference
	if e.Kind == Report {
		f.Conference = b.conference(e.Words["conference"]).Name != ""
	}
	if e.Kind == Establish || e.Kind == Renew {
		return refuse("A group is made and renewed by approving its petition.")
	}
	if err := g.Check(e, roles, f); err != nil {
		return err
	}
	switch e.Kind {
	case Rename:
		return b.checkName(e.Words["name"], id, f.Today)
	case Report:
		return b.checkTold(e)
	case Undo:
		return b.checkAgain(id, append(b.eventsOf(id), e), f.Today)
	}
	return nil
}

// checkTold refuses that Council was told of something before the report that tells of it.
func (b *Book) checkTold(e Event) error {
	if r, ok := b.Report(e.Words["conference"]); ok && day(e.On).Before(day(r.On)) {
		return refuse("The report to Council for %s has the date %s: Council cannot have been "+
			"told before.", r.Conference, inWords(r.On))
	}
	return nil
}

// checkName refuses the name of a group that exists, or that one will bear.
func (b *Book) checkName(name, except string, today time.Time) error {
	name = foldName(name)
	if name == "" {
		return nil
	}
	for _, g := range b.All(AsOf{Day: today}) {
		if g.ID == except || g.Over() {
			continue
		}
		for _, n := range g.names() {
			if foldName(n) == name {
				return refuse("There is a group of the name “%s” already.", n)
			}
		}
	}
	return nil
}

// names are those that a group has and will have.
func (g *Group) names() []string {
	out := []string{g.Name}
	for _, e := range g.Ahead {
		if e.Kind == Rename {
			out = append(out, e.Words["name"])
		}
	}
	return out
}

func foldName(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

func (b *Book) conference(name string) Conference {
	for _, c := range b.Conferences {
		if c.Name == name {
			return c
		}
	}
	return Conference{}
}
