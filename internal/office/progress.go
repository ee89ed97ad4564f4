package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/report"
	"countersign/report/letter"
	"countersign/report/register"
	"countersign/verify"
)

// progress is all that the next step of a petition depends on.
type progress struct {
	petition store.Petition
	shown    *Case
	tally    store.Tally // that holds; zero for none
	stored   []store.Event
	events   []register.Event
	book     *register.Book
	life     register.Petition
	facts    register.Facts
	offices  []register.Office
	groups   []register.Group
	rule     register.Rule // under which it would be approved today
	rules    verify.Rules
	sent     sent
	today    time.Time
}

func (o *Office) progress(ctx context.Context, petitionID string) (*progress, error) {
	c := &progress{today: o.now()}
	var err error
	if c.petition, err = o.Store.Petition(ctx, petitionID); err != nil {
		return nil, err
	}
	if c.shown, err = o.Case(ctx, petitionID); err != nil {
		return nil, err
	}
	if c.stored, err = o.Store.Events(ctx, ofPetition, petitionID); err != nil {
		return nil, err
	}
	tallies, err := o.Store.Tallies(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	if c.book, err = o.ledger(ctx); err != nil {
		return nil, err
	}
	if c.offices, err = o.Offices(ctx); err != nil {
		return nil, err
	}
	association, err := o.Store.Setting(ctx, "rules")
	if err != nil {
		return nil, err
	}
	c.rules = rulesOver(association, c.petition.Rules)
	c.rule = ruleOf(c.rules)
	if c.sent, err = o.sentLetters(ctx); err != nil {
		return nil, err
	}
	c.groups = c.book.All(register.AsOf{Day: o.day()})
	c.events = events(c.stored)
	c.life = c.book.Petition(petitionID, register.AsOf{})
	count := c.shown.Count
	c.facts = register.Facts{Today: o.day(), Received: c.petition.ReceivedOn,
		Undecided: count.Uncertain, Valid: count.Valid, Required: count.Required, Conference: true,
		Issued: c.life.Told}
	if len(tallies) > 0 {
		c.tally = tallies[0]
		c.facts.Tally, c.facts.Tallied, c.facts.Certified = c.tally.ID,
			c.tally.Version == c.shown.Version, c.tally.At.UTC()
	}
	c.facts.Checklist = c.packet().Check(c.life.Confirmed)
	return c, nil
}

func (c *progress) packet() register.Packet {
	p := register.Packet{Purpose: c.shown.Purpose, Lines: c.shown.Count.Rows,
		Required: c.shown.Count.Required}
	for _, o := range c.shown.Organizers {
		p.Organizers = append(p.Organizers, register.Organizer{Name: o.Name, Address: o.Address,
			Signed: o.Signed == "yes"})
	}
	return p
}

// title is what the petition's group is called where its approval gives no other name.
func (c *progress) title() string { return c.petition.Title }

const newGroup = "a new group"

// chosenGroup is the id of the group that a step speaks of by name: the one that the
// petition wants to renew where it names none, and that of the petition for a new group.
func (c *progress) chosenGroup(name string) (string, error) {
	switch name {
	case "":
		return cmp.Or(c.life.Renews, c.petition.ID), nil
	case newGroup:
		return c.petition.ID, nil
	}
	for _, x := range c.groups {
		if x.Name == name && !x.Over() {
			return x.ID, nil
		}
	}
	return "", refuse(Invalid, "There is no group %q that could be renewed.", name)
}

// decision is what the committee decided, in words.
func decision(p register.Petition) string {
	d := p.Decision
	var what string
	switch d.Action {
	case register.Approve:
		what = "Approved"
	case register.Disapprove:
		what = "Disapproved"
	case register.Defer:
		what = "Deferred"
	default:
		return ""
	}
	what += " on " + d.On.Format("January 2, 2006")
	if d.Vote != "" {
		what += ", " + d.Vote
	}
	return what
}

// step puts a step into words, with what there is to choose from.
func (c *progress) step(s register.Step) Step {
	out := stepOf(s.Kind)
	out.Blocked = s.Blocked
	for i := range out.Asks {
		a := &out.Asks[i]
		switch {
		case a.Key == "conference":
			a.Choices, a.Usual = []string{c.life.Told}, c.life.Told
		case a.Key == "renews":
			a.Choices, a.Usual = []string{newGroup}, newGroup
			for _, x := range c.groups {
				if !x.Over() {
					a.Choices = append(a.Choices, x.Name)
				}
				if x.ID == c.life.Renews {
					a.Usual = x.Name
				}
			}
		case a.Key == "item":
			a.Choices = []string{string(register.Purpose), string(register.Signatures),
				string(register.Organizers)}
		case a.Key == "missing":
			a.Usual = strings.Join(c.facts.Checklist.Missing(), "\n")
		case a.Key == "name" && c.life.Renews == "":
			a.Label = fmt.Sprintf("Name, if it is another than “%s”", c.title())
		case a.Key == "name":
			a.Label = "Name, if it changes"
		case a.Key == "purpose":
			a.Usual = c.shown.Purpose
		case a.Key == "copy":
			a.Usual = c.office("programs", "Member Programs and Services").Name
		}
	}
	return out
}

// office is who holds an office today, or a name for it.
func (c *progress) office(key, name string) register.Office {
	o := register.OfficeOn(c.offices, key, c.today)
	if o.Name == key {
		o.Name = name
	}
	return o
}

// letters are those that can be written of a petition, the ones that its state asks for
// first.
func (c *progress) letters() []LetterChoice {
	advised := map[register.State][]letter.Kind{
		register.Submitted: {letter.Receipt}, register.Incomplete: {letter.Deficiency},
		register.Acknowledged: {letter.Acknowledgement},
		register.Tallied:      {letter.Shortfall}, register.Insufficient: {letter.Shortfall},
		register.Deferred: {letter.Deferral}, register.Disapproved: {letter.Disapproval},
		register.Approved: {letter.Approval}, register.Reported: {letter.Approval},
	}[c.life.State]
	if c.life.State == register.Approved || c.life.State == register.Reported {
		advised = append(advised, c.toOffices(c.group(groupOf(c.life)))...)
	}
	if c.life.State == register.Reported && c.life.Decision.Action == register.Disapprove {
		advised = []letter.Kind{letter.Disapproval}
	}
	may := []letter.Kind{letter.Receipt, letter.Acknowledgement}
	if len(c.facts.Checklist.Missing()) > 0 {
		may = append(may, letter.Deficiency)
	}
	if c.facts.Valid < c.facts.Required {
		may = append(may, letter.Shortfall)
	}
	switch c.life.Decision.Action {
	case register.Approve:
		may = append(may, letter.Approval, letter.Designation)
		if !c.life.Notified.IsZero() {
			may = append(may, letter.Conference)
		}
	case register.Disapprove:
		may = append(may, letter.Disapproval)
	case register.Defer:
		may = append(may, letter.Deferral)
	}
	return choices(may, c.sent.without(advised, ofPetition, c.petition.ID, c.life.Since))
}

// sent is when each letter was sent last, by whom it is about and its kind.
type sent map[string]time.Time

// sentLetters reads what was sent from here.
func (o *Office) sentLetters(ctx context.Context) (sent, error) {
	all, err := o.Store.EventsOfAll(ctx, "letter")
	if err != nil {
		return nil, err
	}
	out := sent{}
	for subject, events := range all {
		for _, e := range events {
			if e.Kind == "sent" {
				out[subject] = e.At
			}
		}
	}
	return out, nil
}

// without leaves out letters that were sent since the day that asked for them.
func (s sent) without(advised []letter.Kind, of, id string, since time.Time) []letter.Kind {
	return slices.DeleteFunc(advised, func(k letter.Kind) bool {
		at, ok := s[of+" "+id+" "+string(k)]
		return ok && !at.Before(since)
	})
}

// toOffices are the letters to offices that an approval asks for and that were not answered.
func (c *progress) toOffices(x register.Group) []letter.Kind {
	var out []letter.Kind
	if !c.life.Notified.IsZero() && c.life.NotifyAck.IsZero() {
		out = append(out, letter.Conference)
	}
	if x.Contact == "" {
		out = append(out, letter.Designation)
	}
	return out
}

// group is one of the groups as they are today.
func (c *progress) group(id string) register.Group {
	for _, x := range c.groups {
		if x.ID == id {
			return x
		}
	}
	return register.Group{ID: id}
}

func choices(may, advised []letter.Kind) []LetterChoice {
	var out, rest []LetterChoice
	for _, k := range may {
		c := LetterChoice{Kind: string(k), Title: letterTitles[k]}
		for _, a := range advised {
			c.Advised = c.Advised || a == k
		}
		if c.Advised {
			out = append(out, c)
		} else {
			rest = append(rest, c)
		}
	}
	return append(out, rest...)
}

// Sent notes that a group was reminded, where the letter was that.
func (o *Office) Sent(ctx context.Context, of, subject, kind string, by store.Account) error {
	about := map[letter.Kind][]register.TaskKind{letter.ReportReminder: {register.YearlyReport,
		register.AskedReport}, letter.RenewalReminder: {register.Renewal}}[letter.Kind(kind)]
	if of != ofGroup || about == nil {
		return nil
	}
	b, err := o.ledger(ctx)
	if err != nil {
		return err
	}
	for _, t := range register.DueOfGroup(b.Group(subject, register.AsOf{Day: o.day()}),
		register.Conference{}) {
		if slices.Contains(about, t.Kind) {
			return o.AddToGroup(ctx, subject, NewStep{Kind: string(register.Remind), On: o.day(),
				Words: map[string]string{"about": t.Key}}, by)
		}
	}
	return nil
}

// reportDue is the first report that a group has to hand in.
func reportDue(x register.Group) (register.Task, bool) {
	for _, t := range register.DueOfGroup(x, register.Conference{}) {
		if t.Kind == register.YearlyReport || t.Kind == register.AskedReport {
			return t, true
		}
	}
	return register.Task{}, false
}

// mayWrite refuses a letter that would tell what has not happened, such as an approval
// that nobody decided; what is no letter at all is refused where it would be written.
func (c *progress) mayWrite(of string, x register.Group, kind letter.Kind) error {
	may := c.letters()
	if of == ofGroup {
		may = groupLetters(x, c.life, c.sent)
	}
	if !slices.Contains(letter.Kinds(), kind) || slices.ContainsFunc(may,
		func(l LetterChoice) bool { return l.Kind == string(kind) }) {
		return nil
	}
	return refuse(Invalid,
		"The letter %q cannot be written now, since what it tells has not happened: write that "+
			"down first.", letterTitles[kind])
}

func (c *progress) letterFacts(x register.Group, by store.Account) letter.Facts {
	count, d := c.shown.Count, c.life.Decision
	f := letter.Facts{
		Association: c.office("association", "American Library Association").Name,
		Committee:   c.office("committee", "Committee on Organization").Name,
		Sender:      letter.Person{Name: by.Name, Email: by.Email}, Date: c.today,
		Petition: c.petition.Title, Renews: c.group(c.life.Renews).Name, Group: cmp.Or(x.Name,
			c.title()), Purpose: cmp.Or(x.Purpose, c.shown.Purpose),
		Rule: c.rules.Title, Citation: c.rules.Citation, Received: c.petition.ReceivedOn,
		Missing: c.facts.Checklist.Missing(),
		Filed:   count.Rows, Valid: count.Valid, Required: count.Required,
		Vote: d.Vote, Rationale: d.Rationale, Units: d.Overlap, Decided: d.On,
		Needs: c.life.Needs, NeedList: listed(c.life.Needs), Contact: x.Contact,
	}
	f.Meeting, f.Told = c.book.ConferenceOf(cmp.Or(c.life.Reported.Conference, c.life.Told),
		cmp.Or(d.On, c.facts.Today)).Name, !c.life.Reported.On.IsZero()
	term := register.Term{Rule: c.rule}
	if i := slices.IndexFunc(x.Terms, func(t register.Term) bool {
		return t.Petition == c.petition.ID
	}); i >= 0 {
		term = x.Terms[i]
		f.Rule, f.Citation, f.Required = term.Rule.Title, term.Rule.Citation, term.Rule.Required
	}
	f.Term, f.TermFrom, f.TermTo, f.TermYears = term.Number, term.From, term.To, term.Rule.Years
	f.ReportsBy, f.Conditions = term.Rule.Reports(), term.Rule.Conditions
	if chair := c.office("chair", ""); chair.Name != "" {
		f.Sender = person(chair)
		f.Sender.Office = "Chair"
	}
	for _, r := range report.Reasons() {
		if n := count.ByReason[string(r)]; n > 0 {
			f.Reasons = append(f.Reasons, letter.Reason{Words: report.ReasonWord(r), Lines: n})
		}
	}
	f.Addressees = c.organizers()
	return f
}

// organizers are those that letters go to, each with the e-mail address noted in its place.
func (c *progress) organizers() []letter.Person {
	var out []letter.Person
	for _, o := range c.shown.Organizers {
		out = append(out, letter.Person{Name: o.Name, Address: o.Address})
	}
	if len(out) == 0 {
		out = []letter.Person{{Name: "The organizers of " + c.petition.Title, Unnamed: true}}
	}
	for i, email := range c.life.Emails {
		if i == len(out) {
			out = append(out, letter.Person{Name: "Organizer", Unnamed: true})
		}
		out[i].Email = email
	}
	return out
}

func person(o register.Office) letter.Person { return letter.Person{Name: o.Name, Email: o.Email} }

// listed parts a text into its lines.
func listed(text string) []string {
	var out []string
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func taskView(t register.Task, of string) Task {
	link := "/petitions/" + t.Subject + "/life"
	switch of {
	case ofGroup:
		link = "/groups/" + t.Subject
	case ofCouncil:
		link = "/reports"
	}
	return Task{Due: t.Due, What: t.What, About: t.About, Link: link, Who: t.Who, Tell: t.Tell,
		Overdue: t.Overdue, Remind: t.Remind, Told: t.Told, Of: of, Subject: t.Subject, Key: t.Key}
}
