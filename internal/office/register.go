package office

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/report/register"
)

// The register: what becomes of petitions after their count, and the groups they make. Events
// come out of the store, the register says what they come to, and what it allows is written
// down.
//
// A group's terms are not written down a second time: they follow from the approvals of
// the petitions that made and renewed it, so the two can never disagree.

// Subjects of events.
const (
	ofPetition = "petition"
	ofGroup    = "group"
)

// Life is what became of a petition, and what may come next.
func (o *Office) Life(ctx context.Context, petitionID string, roles []store.Role) (Life, error) {
	c, err := o.course(ctx, petitionID)
	if err != nil {
		return Life{}, err
	}
	out := Life{State: string(c.life.State), Since: c.life.Since, Happened: happenings(c.events), Decision: decision(c.life), Letters: c.letters()}
	for _, s := range c.life.Next(rolesOf(roles), c.facts) {
		out.Steps = append(out.Steps, c.step(s))
	}
	for _, e := range c.facts.Checklist {
		out.Checklist = append(out.Checklist, Required{Item: string(e.Item), Title: itemTitle(e.Item), Says: e.Says, Found: e.Found, Confirmed: e.Confirmed})
	}
	if id := c.groupID(); id != "" {
		gr, err := o.group(ctx, id)
		if err != nil {
			return out, err
		}
		out.GroupID, out.Group = id, gr.Name
	}
	if n := len(c.life.Events); n > 0 {
		last := c.life.Events[n-1]
		if c.life.Check(register.Event{Kind: register.Undo, Undoes: last.ID}, rolesOf(roles), c.facts) == nil {
			out.Undo = last.ID
		}
	}
	return out, nil
}

// AddToLife writes a step of a petition down, if the register allows it.
func (o *Office) AddToLife(ctx context.Context, petitionID string, s NewStep, by store.Account) error {
	if again, err := o.again(ctx, ofPetition, petitionID, s, by); again || err != nil {
		return err
	}
	c, err := o.course(ctx, petitionID)
	if err != nil {
		return err
	}
	e := eventOf(s)
	if item := register.Item(e.Words["item"]); e.Kind == register.Confirm && item != "" && !slices.Contains([]register.Item{register.Purpose, register.Signatures, register.Organizers}, item) {
		return &RegisterError{Text: fmt.Sprintf("%q is no item of the packet: choose purpose, signatures or organizers.", item)}
	}
	switch e.Kind {
	case register.Undo:
		if err := o.mayUndo(ctx, petitionID); err != nil {
			return err
		}
	case register.Certify:
		e.Words["tally"] = c.facts.Tally
	case register.Approve:
		if e.Words["group"], err = c.chosenGroup(e.Words["renews"]); err != nil {
			return err
		}
		e.Words["name"] = cmp.Or(e.Words["name"], c.title())
	case register.Reach:
		if err := mailAddresses(e.Words["emails"]); err != nil {
			return err
		}
	case register.Report:
		c.facts.Conference = slices.ContainsFunc(c.conferences, func(x register.Conference) bool { return x.Name == e.Words["conference"] })
	}
	if err := c.life.Check(e, rolesOf(by.Roles), c.facts); err != nil {
		return refused(err)
	}
	if e.Kind == register.Approve {
		if err := o.mayJoin(ctx, c, e, by); err != nil {
			return err
		}
	}
	if err := o.add(ctx, ofPetition, petitionID, e, by, lastOf(c.stored)); err != nil {
		return err
	}
	return o.state(ctx, petitionID)
}

// mailAddresses refuses a list, one a line, in which something is no e-mail address.
func mailAddresses(list string) error {
	for i, line := range strings.Split(list, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if a, err := mail.ParseAddress(line); err != nil || a.Address != line {
			return &RegisterError{Text: fmt.Sprintf("Line %d is no e-mail address: write one such as ann@example.org on each line.", i+1)}
		}
	}
	return nil
}

// twice is how soon the same step by the same person is an impatient second click.
const twice = time.Minute

// again says whether a step is the one that this person wrote down last, a moment ago: it
// stands already, and is neither refused nor written down a second time.
func (o *Office) again(ctx context.Context, of, subject string, s NewStep, by store.Account) (bool, error) {
	stored, err := o.Store.Events(ctx, of, subject)
	if err != nil || len(stored) == 0 {
		return false, err
	}
	last := stored[len(stored)-1]
	if last.Kind != s.Kind || last.Undoes != s.Undoes || last.By != by.ID || o.today().Sub(last.At) > twice || s.Undoes == "" && !last.On.Equal(s.On) {
		return false, nil
	}
	for k, w := range s.Words {
		if last.Words[k] != w {
			return false, nil
		}
	}
	return true, nil
}

// state keeps a petition's state, as its events have it, where lists find it without
// reading them. Written again it is the same, so the next step mends what a crash
// left out.
func (o *Office) state(ctx context.Context, petitionID string) error {
	stored, err := o.Store.Events(ctx, ofPetition, petitionID)
	if err != nil {
		return err
	}
	p, err := o.Store.Petition(ctx, petitionID)
	if err != nil {
		return err
	}
	p.State = string(register.Read(petitionID, events(stored)).State)
	return o.Store.SetPetition(ctx, p)
}

// mayJoin asks the register whether an approval can make or renew its group.
func (o *Office) mayJoin(ctx context.Context, c *course, e register.Event, by store.Account) error {
	group, err := o.group(ctx, e.Words["group"])
	if err != nil {
		return err
	}
	if err := group.Check(groupEvent(c.petition.ID, e, group.ID), rolesOf(by.Roles), o.today(), c.rule.Terms); err != nil {
		return refused(err)
	}
	return nil
}

func (o *Office) add(ctx context.Context, of, subject string, e register.Event, by store.Account, last string) error {
	added, err := o.Store.AddEvent(ctx, store.Event{Of: of, Subject: subject, Kind: string(e.Kind), On: e.On, At: o.today(), By: by.ID, Words: e.Words, Undoes: e.Undoes}, last)
	if errors.Is(err, store.ErrConflict) {
		if again, err := o.again(ctx, of, subject, NewStep{Kind: string(e.Kind), On: e.On, Words: e.Words, Undoes: e.Undoes}, by); again || err != nil {
			return err
		}
		return &RegisterError{Text: "Somebody else wrote something down meanwhile. Look at it and try again."}
	}
	if err != nil {
		return err
	}
	_, err = o.Store.Record(ctx, store.AuditEntry{At: o.today(), Actor: by.ID, Action: of + "." + string(e.Kind), Subject: subject, Detail: "event " + added.ID})
	return err
}

// Groups lists the groups of the register, those that exist first, by name.
func (o *Office) Groups(ctx context.Context) ([]Group, error) {
	all, rule, err := o.groups(ctx)
	if err != nil {
		return nil, err
	}
	var out []Group
	for _, x := range all {
		out = append(out, o.view(x, rule))
	}
	slices.SortStableFunc(out, func(a, b Group) int {
		if a.Active != b.Active {
			if a.Active {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	return out, nil
}

// Group is one group, with what may be written down of it.
func (o *Office) Group(ctx context.Context, id string, roles []store.Role) (Group, error) {
	x, err := o.group(ctx, id)
	if err != nil {
		return Group{}, err
	}
	if len(x.Terms) == 0 {
		return Group{}, fmt.Errorf("find group %s: %w", id, store.ErrNotFound)
	}
	rule, err := o.rule(ctx)
	if err != nil {
		return Group{}, err
	}
	out := o.view(x, rule)
	for _, k := range groupKinds {
		e := register.Event{Kind: k, On: o.today(), Words: register.Words{}}
		for _, a := range asksOf(k) {
			e.Words[a.Key] = "x"
		}
		if k == register.GotReport {
			e.Words["year"] = "2000"
		}
		if x.Check(e, rolesOf(roles), o.today(), rule.Terms) == nil {
			out.Steps = append(out.Steps, stepOf(k))
		}
	}
	stored, err := o.Store.Events(ctx, ofGroup, id)
	if err != nil {
		return out, err
	}
	own := events(stored)
	out.Happened = happenings(own)
	if n := len(x.Events); n > 0 && slices.ContainsFunc(own, func(e register.Event) bool { return e.ID == x.Events[n-1].ID }) {
		out.Undo = x.Events[n-1].ID
	}
	for _, t := range rule.DueOfGroup(x, o.today()) {
		out.Tasks = append(out.Tasks, taskView(t, ofGroup))
	}
	return out, nil
}

// AddToGroup writes something down of a group, if the register allows it.
func (o *Office) AddToGroup(ctx context.Context, id string, s NewStep, by store.Account) error {
	if again, err := o.again(ctx, ofGroup, id, s, by); again || err != nil {
		return err
	}
	x, err := o.group(ctx, id)
	if err != nil {
		return err
	}
	rule, err := o.rule(ctx)
	if err != nil {
		return err
	}
	e := eventOf(s)
	if e.Kind == register.Establish || e.Kind == register.Renew {
		return &RegisterError{Text: "A group is made and renewed by approving its petition."}
	}
	if err := x.Check(e, rolesOf(by.Roles), o.today(), rule.Terms); err != nil {
		return refused(err)
	}
	stored, err := o.Store.Events(ctx, ofGroup, id)
	if err != nil {
		return err
	}
	return o.add(ctx, ofGroup, id, e, by, lastOf(stored))
}

// Tasks is the worklist of all petitions and groups, by day.
func (o *Office) Tasks(ctx context.Context) ([]Task, error) {
	type task struct {
		register.Task
		of string
	}
	var all []task
	groups, rule, err := o.groups(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range groups {
		for _, t := range rule.DueOfGroup(x, o.today()) {
			all = append(all, task{t, ofGroup})
		}
	}
	conferences, err := o.conferences(ctx)
	if err != nil {
		return nil, err
	}
	petitions, err := o.Store.Petitions(ctx)
	if err != nil {
		return nil, err
	}
	stored, err := o.Store.EventsOfAll(ctx, ofPetition)
	if err != nil {
		return nil, err
	}
	for _, p := range petitions {
		for _, t := range rule.DueOfPetition(register.Read(p.ID, events(stored[p.ID])), p.Title, conferences, o.today()) {
			all = append(all, task{t, ofPetition})
		}
	}
	slices.SortStableFunc(all, func(a, b task) int { return register.Order(a.Task, b.Task) })
	var out []Task
	for _, t := range all {
		out = append(out, taskView(t.Task, t.of))
	}
	return out, nil
}

// Calendar writes the worklist for calendars that subscribe to it.
func (o *Office) Calendar(ctx context.Context, w io.Writer) error {
	list, err := o.Tasks(ctx)
	if err != nil {
		return err
	}
	var tasks []register.Task
	for _, t := range list {
		tasks = append(tasks, register.Task{Due: t.Due, What: t.What, About: t.About, Subject: t.Subject, Key: t.Key, Who: t.Who})
	}
	return register.WriteICS(w, "Petitions and groups", tasks, o.today())
}

// PublicList writes the groups that exist today.
func (o *Office) PublicList(ctx context.Context, format string, w io.Writer) error {
	all, rule, err := o.groups(ctx)
	if err != nil {
		return err
	}
	list := register.Public(all, o.today(), rule.Terms)
	if format == "csv" {
		return register.WriteCSV(w, list)
	}
	return register.WriteHTML(w, list)
}

// groups are all that petitions ever made.
func (o *Office) groups(ctx context.Context) ([]register.Group, register.Rule, error) {
	rule, err := o.rule(ctx)
	if err != nil {
		return nil, rule, err
	}
	by, err := o.eventsOfGroups(ctx)
	if err != nil {
		return nil, rule, err
	}
	var out []register.Group
	for id, list := range by {
		if x := register.ReadGroup(id, list, rule.Terms); len(x.Terms) > 0 {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b register.Group) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out, rule, nil
}

func (o *Office) group(ctx context.Context, id string) (register.Group, error) {
	rule, err := o.rule(ctx)
	if err != nil {
		return register.Group{}, err
	}
	by, err := o.eventsOfGroups(ctx)
	return register.ReadGroup(id, by[id], rule.Terms), err
}

// eventsOfGroups joins what was written down of groups with the approvals that
// made and renewed them.
func (o *Office) eventsOfGroups(ctx context.Context) (map[string][]register.Event, error) {
	own, err := o.Store.EventsOfAll(ctx, ofGroup)
	if err != nil {
		return nil, err
	}
	petitions, err := o.Store.EventsOfAll(ctx, ofPetition)
	if err != nil {
		return nil, err
	}
	out := map[string][]register.Event{}
	for id, list := range own {
		out[id] = events(list)
	}
	for id, list := range petitions {
		for _, e := range register.Read(id, events(list)).Events {
			if group := e.Words["group"]; e.Kind == register.Approve && group != "" {
				out[group] = append(out[group], groupEvent(id, e, group))
			}
		}
	}
	return out, nil
}

// groupEvent is an approval as the group knows it.
func groupEvent(petitionID string, e register.Event, group string) register.Event {
	e.Kind = register.Renew
	if group == petitionID {
		e.Kind = register.Establish
	}
	e.Words = register.Words{"petition": petitionID, "name": e.Words["name"], "purpose": e.Words["purpose"]}
	return e
}

func eventOf(s NewStep) register.Event {
	words := register.Words{}
	for k, v := range s.Words {
		words[k] = v
	}
	return register.Event{Kind: register.Kind(s.Kind), On: s.On, Words: words, Undoes: s.Undoes}
}

func events(list []store.Event) []register.Event {
	var out []register.Event
	for _, e := range list {
		out = append(out, register.Event{ID: e.ID, Subject: e.Subject, Kind: register.Kind(e.Kind), On: e.On, At: e.At, By: e.By, Words: e.Words, Undoes: e.Undoes})
	}
	return out
}

func lastOf(list []store.Event) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].ID
}

func rolesOf(roles []store.Role) []register.Role {
	var out []register.Role
	for _, r := range roles {
		out = append(out, register.Role(r))
	}
	return out
}

func refused(err error) error {
	var r *register.Refusal
	if errors.As(err, &r) {
		return &RegisterError{Text: r.Why}
	}
	return err
}

// setting reads a list that settings keep as JSON.
func setting[T any](ctx context.Context, s *store.Store, key string) ([]T, error) {
	text, err := s.Setting(ctx, key)
	if err != nil || text == "" {
		return nil, err
	}
	var out []T
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read the setting %s: %w", key, err)
	}
	return out, nil
}

func (o *Office) conferences(ctx context.Context) ([]register.Conference, error) {
	return setting[register.Conference](ctx, o.Store, "conferences")
}

func (o *Office) offices(ctx context.Context) ([]register.Office, error) {
	return setting[register.Office](ctx, o.Store, "offices")
}
