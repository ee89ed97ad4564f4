package office

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/report"
	"countersign/report/letter"
	"countersign/report/register"
	"countersign/verify"
)

// course is all that the next step of a petition depends on.
type course struct {
	petition    store.Petition
	made        *Case
	tally       store.Tally // that holds; zero for none
	stored      []store.Event
	events      []register.Event
	life        register.Petition
	facts       register.Facts
	conferences []register.Conference
	offices     []register.Office
	groups      []register.Group
	rule        register.Rule
	rules       verify.Rules
	today       time.Time
}

func (o *Office) course(ctx context.Context, petitionID string) (*course, error) {
	c := &course{today: o.today()}
	var err error
	if c.petition, err = o.Store.Petition(ctx, petitionID); err != nil {
		return nil, err
	}
	if c.made, err = o.Case(ctx, petitionID); err != nil {
		return nil, err
	}
	if c.stored, err = o.Store.Events(ctx, ofPetition, petitionID); err != nil {
		return nil, err
	}
	tallies, err := o.Store.Tallies(ctx, petitionID)
	if err != nil {
		return nil, err
	}
	if c.conferences, err = o.conferences(ctx); err != nil {
		return nil, err
	}
	if c.offices, err = o.offices(ctx); err != nil {
		return nil, err
	}
	if c.groups, c.rule, err = o.groups(ctx); err != nil {
		return nil, err
	}
	if c.rules, err = verify.ReadRules(strings.NewReader(c.petition.Rules), "rule of the petition"); err != nil {
		c.rules = verify.MIG() // the petition's page says what is wrong with its rule
	}
	c.events = events(c.stored)
	c.life = register.Read(petitionID, c.events)
	count := c.made.Count
	c.facts = register.Facts{Undecided: count.Uncertain, Valid: count.Valid, Required: count.Required, Conference: true}
	if len(tallies) > 0 {
		c.tally = tallies[0]
		c.facts.Tally, c.facts.Tallied = c.tally.ID, c.tally.Version == c.made.Version
	}
	c.facts.Checklist = c.packet().Check(c.life.Confirmed)
	return c, nil
}

func (c *course) packet() register.Packet {
	p := register.Packet{Purpose: c.made.Purpose, Lines: c.made.Count.Rows, Required: c.made.Count.Required}
	for _, o := range c.made.Organizers {
		p.Organizers = append(p.Organizers, register.Organizer{Name: o.Name, Address: o.Address, Signed: o.Signed == "yes"})
	}
	return p
}

// title is what the petition's group is called.
func (c *course) title() string { return cmp.Or(c.made.Group, c.petition.Title) }

// groupID is the group that the petition made or renewed; empty for none.
func (c *course) groupID() string {
	id := ""
	for _, e := range c.life.Events {
		if e.Kind == register.Approve {
			id = e.Words["group"]
		}
	}
	return id
}

const newGroup = "a new group"

// chosenGroup is the id of the group that an approval speaks of by name.
func (c *course) chosenGroup(name string) (string, error) {
	if name == "" || name == newGroup {
		return c.petition.ID, nil
	}
	for _, x := range c.groups {
		if x.Name == name && x.Ended.IsZero() {
			return x.ID, nil
		}
	}
	return "", &RegisterError{Text: fmt.Sprintf("There is no group %q that could be renewed.", name)}
}

// rule is what the register goes by: the association's rule, as the settings have it.
func (o *Office) rule(ctx context.Context) (register.Rule, error) {
	text, err := o.Store.Setting(ctx, "rules")
	if err != nil {
		return register.Rule{}, err
	}
	rules, err := verify.ReadRules(strings.NewReader(text), "rule")
	if err != nil {
		rules = verify.MIG()
	}
	month, day := rules.ReportsDue()
	return register.Rule{
		Terms:       register.Terms{Years: rules.TermYears, Window: rules.RenewalWindowDays, Reminders: rules.ReminderDays},
		ReportMonth: month, ReportDay: day, Answer: rules.AnswerDays,
	}, nil
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
func (c *course) step(s register.Step) Step {
	out := stepOf(s.Kind)
	out.Blocked = s.Blocked
	for i := range out.Asks {
		a := &out.Asks[i]
		switch {
		case a.Key == "conference":
			for _, x := range c.conferences {
				a.Choices = append(a.Choices, x.Name)
			}
			if x, ok := register.Next(c.conferences, c.today); ok {
				a.Usual = x.Name
			}
		case a.Key == "renews":
			a.Choices, a.Usual = []string{newGroup}, newGroup
			for _, x := range c.groups {
				if x.Ended.IsZero() {
					a.Choices = append(a.Choices, x.Name)
				}
			}
		case a.Key == "item":
			a.Choices = []string{string(register.Purpose), string(register.Signatures), string(register.Organizers)}
		case a.Key == "missing":
			a.Usual = strings.Join(c.facts.Checklist.Missing(), "\n")
		case a.Key == "name":
			a.Usual = c.title()
		case a.Key == "purpose":
			a.Usual = c.made.Purpose
		case a.Key == "copy":
			a.Usual = c.office("programs", "Member Programs and Services").Name
		}
	}
	return out
}

// office is who holds an office today, or a name for it.
func (c *course) office(key, name string) register.Office {
	o := register.OfficeOn(c.offices, key, c.today)
	if o.Name == key {
		o.Name = name
	}
	return o
}

// letters are those that can be written of a petition, the ones that its state asks for
// first.
func (c *course) letters() []LetterChoice {
	advised := map[register.State][]letter.Kind{
		register.Submitted: {letter.Receipt}, register.Incomplete: {letter.Deficiency}, register.Acknowledged: {letter.Acknowledgement},
		register.Tallied: {letter.Shortfall}, register.Insufficient: {letter.Shortfall}, register.Deferred: {letter.Deferral}, register.Disapproved: {letter.Disapproval},
		register.Approved: {letter.Approval, letter.Conference, letter.Designation}, register.Reported: {letter.Approval, letter.Conference, letter.Designation},
	}[c.life.State]
	if c.life.State == register.Reported && c.life.Decision.Action == register.Disapprove {
		advised = []letter.Kind{letter.Disapproval}
	}
	may := []letter.Kind{letter.Receipt, letter.Acknowledgement, letter.Deficiency}
	if c.facts.Valid < c.facts.Required {
		may = append(may, letter.Shortfall)
	}
	switch c.life.Decision.Action {
	case register.Approve:
		may = append(may, letter.Approval, letter.Conference, letter.Designation)
	case register.Disapprove:
		may = append(may, letter.Disapproval)
	case register.Defer:
		may = append(may, letter.Deferral)
	}
	return choices(may, advised)
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

// Letter writes a letter. Its facts are those of today.
func (o *Office) Letter(ctx context.Context, of, subject, kind, format string, by store.Account, w io.Writer) (string, error) {
	f, err := o.facts(ctx, of, subject, letter.Kind(kind), by)
	if err != nil {
		return "", err
	}
	text, err := o.Store.Setting(ctx, "letter-"+kind)
	if err != nil {
		return "", err
	}
	l, err := letter.Write(letter.Kind(kind), text, f)
	if err != nil {
		return "", &RegisterError{Text: err.Error()}
	}
	switch format {
	case "pdf":
		err = l.WritePDF(w)
	case "docx":
		err = l.WriteDOCX(w)
	case "eml":
		if err := l.WriteEML(w, f.Sender.Email); err != nil {
			return "", &RegisterError{Text: err.Error()}
		}
	default:
		return "", fmt.Errorf("write a letter as %s: %w", format, store.ErrNotFound)
	}
	return l.FileName(format), err
}

// Sent notes that a group was reminded, where the letter was that.
func (o *Office) Sent(ctx context.Context, of, subject, kind string, by store.Account) error {
	about := map[letter.Kind][]string{letter.ReportReminder: {"report-", "asked-"}, letter.RenewalReminder: {"renew-"}}[letter.Kind(kind)]
	if of != ofGroup || about == nil {
		return nil
	}
	x, err := o.group(ctx, subject)
	if err != nil {
		return err
	}
	rule, err := o.rule(ctx)
	if err != nil {
		return err
	}
	for _, t := range rule.DueOfGroup(x, o.today()) {
		if slices.ContainsFunc(about, func(p string) bool { return strings.HasPrefix(t.Key, p) }) {
			today := o.today().UTC().Truncate(24 * time.Hour)
			return o.AddToGroup(ctx, subject, NewStep{Kind: string(register.Remind), On: today, Words: map[string]string{"about": t.Key}}, by)
		}
	}
	return nil
}

// Letters are all kinds of letters.
func (o *Office) Letters() []LetterChoice { return choices(letter.Kinds(), nil) }

// Template is the built-in text of a letter.
func (o *Office) Template(kind string) (string, error) { return letter.Template(letter.Kind(kind)) }

// CheckTemplate fills a template in with an example, as far as a letter goes.
func (o *Office) CheckTemplate(kind, text string) error {
	day := o.today()
	example := letter.Facts{
		Association: "Association", Committee: "Committee", Sender: letter.Person{Name: "Chair"}, Addressees: []letter.Person{{Name: "Organizer"}}, Date: day,
		Petition: "Example", Group: "Example", Purpose: "Purpose", Received: day, Decided: day, TermFrom: day, TermTo: day, Due: day,
		Missing: []string{"purpose"}, Reasons: []letter.Reason{{Words: "lapsed", Lines: 2}}, Filed: 120, Valid: 98, Required: 100, TermYears: 3,
	}
	l, err := letter.Write(letter.Kind(kind), text, example)
	if err == nil {
		err = l.WritePDF(&bytes.Buffer{})
	}
	if err != nil {
		return &RegisterError{Text: err.Error()}
	}
	return nil
}

// facts are what a letter about a petition or a group can speak of.
func (o *Office) facts(ctx context.Context, of, subject string, kind letter.Kind, by store.Account) (letter.Facts, error) {
	var c *course
	var x register.Group
	var err error
	switch of {
	case ofPetition:
		if c, err = o.course(ctx, subject); err != nil {
			return letter.Facts{}, err
		}
		if id := c.groupID(); id != "" {
			x, err = o.group(ctx, id)
		}
	default:
		if x, err = o.group(ctx, subject); err == nil && len(x.Terms) == 0 {
			err = fmt.Errorf("find group %s: %w", subject, store.ErrNotFound)
		}
		if err == nil {
			c, err = o.course(ctx, x.Terms[len(x.Terms)-1].Petition)
		}
	}
	if err != nil {
		return letter.Facts{}, err
	}
	if err := c.mayWrite(of, x, kind); err != nil {
		return letter.Facts{}, err
	}
	f := c.letterFacts(x, by)
	if kind == letter.Conference || kind == letter.Designation {
		key, name := "conference", "Conference Services"
		if kind == letter.Designation {
			key, name = "director", "Executive Director"
		}
		f.Addressees = []letter.Person{person(c.office(key, name))}
	}
	if kind == letter.Acknowledgement {
		f.Copies = []letter.Person{person(c.office("programs", "Member Programs and Services"))}
	}
	if kind == letter.ReportReminder || kind == letter.Disbanding {
		for _, t := range c.rule.DueOfGroup(x, c.today) {
			if strings.HasPrefix(t.Key, "report-") || strings.HasPrefix(t.Key, "asked-") {
				f.What, f.Due = t.What, t.Due
				break
			}
		}
	}
	if kind == letter.Disbanding {
		f.Due, f.What = cmp.Or(x.Ended, c.today), cmp.Or(x.Why, "its term ended and it was not renewed")
	}
	return f, nil
}

// mayWrite refuses a letter that would tell what has not happened, such as an approval
// that nobody decided; what is no letter at all is refused where it would be written.
func (c *course) mayWrite(of string, x register.Group, kind letter.Kind) error {
	may := c.letters()
	if of == ofGroup {
		may = groupLetters(x, x.Status(c.today, c.rule.Terms))
	}
	if !slices.Contains(letter.Kinds(), kind) || slices.ContainsFunc(may, func(l LetterChoice) bool { return l.Kind == string(kind) }) {
		return nil
	}
	return &RegisterError{Text: fmt.Sprintf("The letter %q cannot be written now, since what it tells has not happened: write that down first.", letterTitles[kind])}
}

func (c *course) letterFacts(x register.Group, by store.Account) letter.Facts {
	count, d := c.made.Count, c.life.Decision
	f := letter.Facts{
		Association: c.office("association", "American Library Association").Name, Committee: c.office("committee", "Committee on Organization").Name,
		Sender: letter.Person{Name: by.Name, Email: by.Email}, Date: c.today,
		Petition: c.petition.Title, Group: cmp.Or(x.Name, c.title()), Purpose: cmp.Or(x.Purpose, c.made.Purpose),
		Rule: c.rules.Title, Citation: c.rules.Citation, Received: c.petition.ReceivedOn, Missing: c.facts.Checklist.Missing(),
		Filed: count.Rows, Valid: count.Valid, Required: count.Required,
		Vote: d.Vote, Rationale: d.Rationale, Units: d.Overlap, Decided: d.On, TermYears: c.rules.TermYears,
		Meeting: c.life.Reported.Conference, Needs: c.life.Needs, Contact: x.Contact, TermTo: x.End(),
	}
	if chair := c.office("chair", ""); chair.Name != "" {
		f.Sender = person(chair)
		f.Sender.Office = "Chair"
	}
	if n := len(x.Terms); n > 0 {
		f.TermFrom = x.Terms[n-1].From
	}
	if next, ok := register.Next(c.conferences, c.today); ok && f.Meeting == "" {
		f.Meeting = next.Name
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
func (c *course) organizers() []letter.Person {
	var out []letter.Person
	for _, o := range c.made.Organizers {
		out = append(out, letter.Person{Name: o.Name, Address: o.Address})
	}
	if len(out) == 0 {
		out = []letter.Person{{Name: "The organizers of " + c.petition.Title}}
	}
	for i, email := range c.life.Emails {
		if i == len(out) {
			out = append(out, letter.Person{Name: "Organizer"})
		}
		out[i].Email = email
	}
	return out
}

func person(o register.Office) letter.Person { return letter.Person{Name: o.Name, Email: o.Email} }

// view is a group as pages show it.
func (o *Office) view(x register.Group, rule register.Rule) Group {
	today := o.today()
	status := x.Status(today, rule.Terms)
	out := Group{
		ID: x.ID, Name: x.Name, Former: x.Former, Purpose: x.Purpose, Status: string(status),
		Active: status == register.Active || status == register.Window || status == register.Overdue || status == register.Coming,
		End:    x.End(), Ended: x.Ended, Why: x.Why, Liaisons: x.Liaisons, Contact: x.Contact, Handbook: x.Handbook, Link: x.Link,
	}
	now := x.Term(today).Number
	for _, t := range x.Terms {
		out.Terms = append(out.Terms, GroupTerm{Number: t.Number, From: t.From, To: t.To, Petition: t.Petition, Now: t.Number == now})
		out.Petitions = append(out.Petitions, t.Petition)
	}
	for _, r := range x.Reports {
		label := "On request"
		if r.Year > 0 {
			label = fmt.Sprint(r.Year)
		}
		out.Reports = append(out.Reports, Word{Label: label, Text: "handed in on " + r.On.Format(time.DateOnly)})
	}
	for _, e := range x.Support {
		text := e.Words["what"]
		if of := e.Words["of"]; of != "" {
			text = of + ": " + text
		}
		if a := e.Words["answer"]; a != "" {
			text += " (" + a + ")"
		}
		out.Support = append(out.Support, Word{Label: e.On.Format(time.DateOnly), Text: text})
	}
	out.Letters = groupLetters(x, status)
	return out
}

// groupLetters are those that can be written of a group, the ones that its state asks for
// first. Disbanding is told of groups that ended, or whose term is over.
func groupLetters(x register.Group, status register.Status) []LetterChoice {
	may := []letter.Kind{letter.Approval, letter.Conference, letter.Designation, letter.ReportReminder, letter.RenewalReminder}
	advised := []letter.Kind{}
	switch {
	case !x.Ended.IsZero():
		may, advised = append(may, letter.Disbanding), append(advised, letter.Disbanding)
	case status == register.Overdue:
		may = append(may, letter.Disbanding)
	case status == register.Window:
		advised = append(advised, letter.RenewalReminder)
	}
	return choices(may, advised)
}

func taskView(t register.Task, of string) Task {
	link := "/petitions/" + t.Subject + "/life"
	if of == ofGroup {
		link = "/groups/" + t.Subject
	}
	return Task{Due: t.Due, What: t.What, About: t.About, Link: link, Who: t.Who, Tell: t.Tell, Overdue: t.Overdue, Remind: t.Remind, Told: t.Told, Of: of, Subject: t.Subject, Key: t.Key}
}

func happenings(list []register.Event) []Happening {
	undone := map[string]bool{}
	for _, e := range list {
		if e.Kind == register.Undo {
			undone[e.Undoes] = true
		}
	}
	var out []Happening
	for _, e := range list {
		h := Happening{ID: e.ID, Kind: string(e.Kind), Title: stepOf(e.Kind).Title, On: e.On, At: e.At, By: e.By, Undone: undone[e.ID]}
		for _, a := range asksOf(e.Kind) {
			if v := e.Words[a.Key]; v != "" {
				h.Words = append(h.Words, Word{Key: a.Key, Label: a.Label, Text: v})
			}
		}
		out = append(out, h)
	}
	return out
}
