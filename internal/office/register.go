package office

import (
	"cmp"
	"context"
	"errors"
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

// Life is what became of a petition as of a time, and what may come next where that is now.
func (o *Office) Life(ctx context.Context, petitionID string, roles []store.Role,
	as register.AsOf) (Life, error) {
	c, err := o.progress(ctx, petitionID)
	if err != nil {
		return Life{}, err
	}
	now := as == (register.AsOf{})
	life := c.life
	if !now {
		life = c.book.Petition(petitionID, as)
	}
	out := Life{State: string(life.State), Since: life.Since, Decision: decision(life),
		Renews: c.group(life.Renews).Name, Day: o.asOf(as).Day, Known: as.Known}
	var known []register.Event
	for _, e := range c.events {
		if as.Knows(e) && as.Reached(e.On) {
			known = append(known, e)
		}
	}
	out.Happened = happenings(known)
	if id := groupOf(life); id != "" {
		out.GroupID, out.Group = id, c.book.Group(id, o.asOf(as)).Name
	}
	for _, e := range c.packet().Check(life.Confirmed) {
		out.Checklist = append(out.Checklist, Required{Item: string(e.Item),
			Title: itemTitle(e.Item), Says: e.Says, Found: e.Found, Confirmed: e.Confirmed})
	}
	if !now {
		return out, nil
	}
	if out.Letters, err = o.offered(ctx, c, ofPetition, petitionID, c.letters()); err != nil {
		return Life{}, err
	}
	next := life.Next(rolesOf(roles), c.facts)
	usual := recommended(next)
	for i, s := range next {
		step := c.step(s)
		if step.Recommended = usual == &next[i]; step.Recommended {
			out.Steps = slices.Insert(out.Steps, 0, step)
		} else {
			out.Steps = append(out.Steps, step)
		}
	}
	if n := len(life.Events); n > 0 {
		last := life.Events[n-1]
		if c.book.CheckPetition(petitionID, register.Event{Kind: register.Undo, Undoes: last.ID},
			rolesOf(roles), c.facts) == nil {
			out.Undo = last.ID
		}
	}
	return out, nil
}

// NextStep is the title of the step that somebody may write down next in the life of a
// petition: the first that moves it on and that nothing blocks; empty for none.
func (o *Office) NextStep(ctx context.Context, petitionID string, roles []store.Role) (string,
	error) {
	c, err := o.progress(ctx, petitionID)
	if err != nil {
		return "", err
	}
	if s := recommended(c.life.Next(rolesOf(roles), c.facts)); s != nil {
		return c.step(*s).Title, nil
	}
	return "", nil
}

// recommended is the step to take next of those that are possible, nil for none. Steps that
// end a petition or take it back are nobody's recommendation.
func recommended(steps []register.Step) *register.Step {
	never := []register.Kind{register.FindMissing, register.Reopen, register.Withdraw,
		register.Disapprove, register.Defer}
	for i, s := range steps {
		if s.To != "" && s.Blocked == "" && !slices.Contains(never, s.Kind) {
			return &steps[i]
		}
	}
	return nil
}

// AddToLife writes a step of a petition down, if the register allows it.
func (o *Office) AddToLife(ctx context.Context, petitionID string, s NewStep,
	by store.Account) error {
	done, err := o.Store.Turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	if again, err := o.again(ctx, ofPetition, petitionID, s, by); again || err != nil {
		return err
	}
	c, err := o.progress(ctx, petitionID)
	if err != nil {
		return err
	}
	e := eventOf(s)
	e.ID = s.id(ofPetition, petitionID, by)
	if item := register.Item(e.Words["item"]); e.Kind == register.Confirm && item != "" &&
		!slices.Contains([]register.Item{register.Purpose, register.Signatures,
			register.Organizers}, item) {
		return refuse(Invalid,
			"%q is no item of the packet: choose purpose, signatures or organizers.", item)
	}
	switch e.Kind {
	case register.Undo:
		if err := o.mayUndo(ctx, petitionID); err != nil {
			return err
		}
	case register.Certify:
		e.Words["tally"] = c.facts.Tally
	case register.Intend:
		if e.Words["group"], err = c.chosenGroup(e.Words["renews"]); err != nil {
			return err
		}
		if e.Words["group"] == petitionID {
			e.Words["group"] = "" // a new one
		}
	case register.Approve:
		if e.Words["group"], err = c.chosenGroup(e.Words["renews"]); err != nil {
			return err
		}
		if e.Words["group"] == petitionID {
			e.Words["name"], e.Words["purpose"] = cmp.Or(e.Words["name"], c.title()),
				cmp.Or(e.Words["purpose"], c.shown.Purpose)
		}
		rule := c.rule
		// of its count: the association's rule may ask for more by now
		rule.Required = c.facts.Required
		e = register.Under(e, rule)
	case register.Reach:
		if err := mailAddresses(e.Words["emails"]); err != nil {
			return err
		}
	}
	if err := c.book.CheckPetition(petitionID, e, rolesOf(by.Roles), c.facts); err != nil {
		return refused(err)
	}
	return o.add(ctx, ofPetition, petitionID, e, by, lastOf(c.stored))
}

// mailAddresses refuses a list, one a line, in which something is no e-mail address.
func mailAddresses(list string) error {
	for i, line := range strings.Split(list, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if a, err := mail.ParseAddress(line); err != nil || a.Address != line {
			return refuse(Invalid,
				"Line %d is no e-mail address: write one such as ann@example.org on each line.",
				i+1)
		}
	}
	return nil
}

// twice is how soon the same step by the same person is an impatient second click.
const twice = time.Minute

// again says whether a step is the one that this person wrote down last, a moment ago: it
// stands already, and is neither refused nor written down a second time.
func (o *Office) again(ctx context.Context, of, subject string, s NewStep, by store.Account) (bool,
	error) {
	stored, err := o.Store.Events(ctx, of, subject)
	if err != nil || len(stored) == 0 {
		return false, err
	}
	if id := s.id(of, subject, by); id != "" {
		i := slices.IndexFunc(stored, func(e store.Event) bool { return e.ID == id })
		if i >= 0 && (stored[i].Kind != s.Kind || stored[i].Undoes != s.Undoes || s.Undoes == "" &&
			!stored[i].On.Equal(s.On)) {
			return false, refuse(Conflict,
				"Something else was written down under this Idempotency-Key: use a new key.")
		}
		return i >= 0, nil
	}
	last := stored[len(stored)-1]
	if last.Kind != s.Kind || last.Undoes != s.Undoes || last.By != by.ID ||
		o.now().Sub(last.At) > twice || s.Undoes == "" && !last.On.Equal(s.On) {
		return false, nil
	}
	for k, w := range s.Words {
		if last.Words[k] != w {
			return false, nil
		}
	}
	return true, nil
}

// add writes an event down, with its entry in the log, and tells those who watch.
func (o *Office) add(ctx context.Context, of, subject string, e register.Event, by store.Account,
	last string) error {
	err := o.Store.Do(ctx, func(tx store.Tx) error {
		return o.writeStep(ctx, tx, of, subject, e, by, last)
	})
	if errors.Is(err, store.ErrConflict) {
		if again, err := o.again(ctx, of, subject, NewStep{Kind: string(e.Kind), On: e.On,
			Words: e.Words, Undoes: e.Undoes}, by); again || err != nil {
			return err
		}
		return refuse(Invalid,
			"Somebody else wrote something down meanwhile. Look at it and try again.")
	}
	if err == nil && of == ofPetition {
		o.tell(subject)
	}
	return err
}

// writeStep writes an event and its entry in the log. A petition's state is kept as its
// events have it, where lists find it without reading them.
func (o *Office) writeStep(ctx context.Context, tx store.Tx, of, subject string, e register.Event,
	by store.Account, last string) error {
	added, err := tx.AddEvent(ctx, store.Event{ID: e.ID, Of: of, Subject: subject,
		Kind: string(e.Kind), On: e.On, At: o.now(), By: by.ID, Words: e.Words, Undoes: e.Undoes},
		last)
	if err != nil {
		return err
	}
	if of == ofPetition {
		stored, err := tx.Events(ctx, of, subject)
		if err != nil {
			return err
		}
		p, err := tx.Petition(ctx, subject)
		if err != nil {
			return err
		}
		p.State = string(register.Read(subject, events(stored)).State)
		if err := tx.SetPetition(ctx, p); err != nil {
			return err
		}
	}
	return o.record(ctx, tx, by.ID, of+"."+string(e.Kind), subject, "event "+added.ID)
}

// Tasks is the worklist of the petitions and groups that somebody sees, by day.
func (o *Office) Tasks(ctx context.Context, sight Sight) ([]Task, error) {
	type task struct {
		register.Task
		of string
	}
	var all []task
	b, err := o.ledger(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range b.All(register.AsOf{Day: o.day()}) {
		if !sight.seesGroup(x) {
			continue
		}
		for _, t := range register.DueOfGroup(x, b.ConferenceOf(x.Conference, x.Ended)) {
			all = append(all, task{t, ofGroup})
		}
	}
	petitions, err := o.Store.Petitions(ctx)
	if err != nil {
		return nil, err
	}
	association, err := o.Store.Setting(ctx, "rules")
	if err != nil {
		return nil, err
	}
	for _, p := range petitions {
		if !sight.Sees(p.ID) {
			continue
		}
		life := b.Petition(p.ID, register.AsOf{})
		for _, t := range register.DueOfPetition(waiting(b, life, p.Title,
			ruleOf(rulesOver(association, p.Rules)), o.day()), o.day()) {
			all = append(all, task{t, ofPetition})
		}
	}
	if sight.All() {
		for _, t := range b.DueOfCouncil(o.day()) {
			all = append(all, task{t, ofCouncil})
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
func (o *Office) Calendar(ctx context.Context, sight Sight, w io.Writer) error {
	list, err := o.Tasks(ctx, sight)
	if err != nil {
		return err
	}
	var tasks []register.Task
	for _, t := range list {
		tasks = append(tasks, register.Task{Due: t.Due, What: t.What, About: t.About,
			Subject: t.Subject, Key: t.Key, Who: t.Who})
	}
	return register.WriteICS(w, "Petitions and groups", tasks, o.now())
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
		out = append(out, register.Event{ID: e.ID, Subject: e.Subject, Kind: register.Kind(e.Kind),
			On: e.On, At: e.At, By: e.By, Words: e.Words, Undoes: e.Undoes})
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
		return refuse(Invalid, "%s", r.Why)
	}
	return err
}
