package office

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/report/letter"
	"countersign/report/register"
)

// Groups lists the groups of the register that somebody sees, as of a time, those that exist
// first, by name.
func (o *Office) Groups(ctx context.Context, sight Sight, as register.AsOf) ([]Group, error) {
	b, err := o.ledger(ctx)
	if err != nil {
		return nil, err
	}
	var out []Group
	for _, x := range b.All(o.asOf(as)) {
		if sight.seesGroup(x) {
			out = append(out, groupView(b, x, as, nil))
		}
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

// Group is one group as of a time, with what may be written down of it where that is now.
func (o *Office) Group(ctx context.Context, id string, roles []store.Role, as register.AsOf) (Group,
	error) {
	b, err := o.ledger(ctx)
	if err != nil {
		return Group{}, err
	}
	x := b.Group(id, o.asOf(as))
	if len(x.Terms) == 0 {
		return Group{}, fmt.Errorf("find group %s: %w", id, store.ErrNotFound)
	}
	sent, err := o.sentLetters(ctx)
	if err != nil {
		return Group{}, err
	}
	out := groupView(b, x, as, sent)
	facts := register.Facts{Today: o.day(), Issued: x.Conference}
	var own []register.Event
	for _, e := range b.Groups[id] {
		if as.Knows(e) {
			own = append(own, e)
		}
	}
	out.Happened = happenings(own)
	if as != (register.AsOf{}) {
		return out, nil
	}
	c, err := o.progress(ctx, x.Terms[len(x.Terms)-1].Petition)
	if err != nil {
		return Group{}, err
	}
	if out.Letters, err = o.offered(ctx, c, ofGroup, id, out.Letters); err != nil {
		return Group{}, err
	}
	for _, s := range x.Next(rolesOf(roles), facts) {
		out.Steps = append(out.Steps, groupStep(x, s))
	}
	out.Undo = x.Undoable(rolesOf(roles), facts)
	retractable := x.Retractable(rolesOf(roles), facts)
	for i := range out.Happened {
		h := &out.Happened[i]
		h.Coming = h.On.After(o.day()) && !h.Undone && h.Kind != string(register.Undo)
		h.MayUndo = slices.Contains(retractable, h.ID)
	}
	due := register.DueOfGroup(x, b.ConferenceOf(x.Conference, x.Ended))
	slices.SortStableFunc(due, register.Order)
	for _, t := range due {
		out.Tasks = append(out.Tasks, taskView(t, ofGroup))
	}
	return out, nil
}

// GroupName is what a group is called today.
func (o *Office) GroupName(ctx context.Context, id string) (string, error) {
	b, err := o.ledger(ctx)
	if err != nil {
		return "", err
	}
	x := b.Group(id, register.AsOf{Day: o.day()})
	if len(x.Terms) == 0 {
		return "", fmt.Errorf("find group %s: %w", id, store.ErrNotFound)
	}
	return x.Name, nil
}

// groupStep puts a step into words, with what there is to choose from.
func groupStep(x register.Group, s register.GroupStep) Step {
	out := stepOf(s.Kind)
	out.Blocked = s.Blocked
	for i := range out.Asks {
		a := &out.Asks[i]
		switch {
		case s.Kind == register.GotReport && a.Key == "for":
			for _, o := range s.Owed {
				a.Choices = append(a.Choices, owedName(o))
			}
		case s.Kind == register.Answer && a.Key == "support":
			for _, r := range s.Requests {
				a.Choices = append(a.Choices, requestName(r))
			}
		case s.Kind == register.Report && x.Conference != "" && a.Key == "conference":
			a.Choices, a.Usual = []string{x.Conference}, x.Conference
		case s.Kind == register.Purposed && a.Key == "purpose":
			a.Usual = x.Purpose
		case s.Kind == register.Handbook && a.Key == "text":
			a.Usual = cmp.Or(x.Handbook, x.Purpose)
		case s.Kind == register.Liaison && a.Key == "liaisons":
			a.Usual = strings.Join(x.Liaisons, "\n")
		}
	}
	return out
}

func requestName(r register.Request) string {
	return r.On.Format(time.DateOnly) + ": " + r.Words["what"]
}

func owedName(o register.Owed) string {
	if o.Year != 0 {
		return fmt.Sprint(o.Year)
	}
	return askedName(o.Asked)
}

func askedName(a register.Event) string {
	return "the one asked for on " + a.On.Format(time.DateOnly) + ", due " + a.Words["due"]
}

// reportOf is what a choice of a report to hand in means: a year, or a report that was asked for.
func reportOf(x register.Group, choice string) (year, asked string) {
	for _, a := range x.Asked {
		if _, ok := x.Answers(a.ID); !ok && askedName(a) == choice {
			return "", a.ID
		}
	}
	return choice, ""
}

// AddToGroup writes something down of a group, if the register allows it.
func (o *Office) AddToGroup(ctx context.Context, id string, s NewStep, by store.Account) error {
	done, err := o.Store.Turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	if again, err := o.again(ctx, ofGroup, id, s, by); again || err != nil {
		return err
	}
	b, err := o.ledger(ctx)
	if err != nil {
		return err
	}
	e := eventOf(s)
	e.ID = s.id(ofGroup, id, by)
	x := b.Group(id, register.AsOf{Day: o.day()})
	switch e.Kind {
	case register.GotReport:
		if choice := e.Words["for"]; choice != "" {
			e.Words["year"], e.Words["asked"] = reportOf(x, choice)
		}
	case register.Answer:
		for _, r := range x.Unanswered() {
			if requestName(r) == e.Words["support"] {
				e.Words["support"] = r.ID
			}
		}
	}
	if err := b.CheckGroup(id, e, rolesOf(by.Roles), register.Facts{Today: o.day()}); err != nil {
		return refused(err)
	}
	stored, err := o.Store.Events(ctx, ofGroup, id)
	if err != nil {
		return err
	}
	return o.add(ctx, ofGroup, id, e, by, lastOf(stored))
}

// PublicList writes the groups that exist today.
func (o *Office) PublicList(ctx context.Context, format string, w io.Writer) error {
	b, err := o.ledger(ctx)
	if err != nil {
		return err
	}
	list := register.Public(b.All(register.AsOf{Day: o.day()}))
	if format == "csv" {
		return register.WriteCSV(w, list)
	}
	return register.WriteHTML(w, list, o.day())
}

// groupView is a group as pages show it.
func groupView(b *register.Book, x register.Group, as register.AsOf, letters sent) Group {
	status := x.Status()
	out := Group{
		ID: x.ID, Name: x.Name, Former: x.Former, Purpose: x.Purpose, Status: string(status),
		Active: !x.Over(),
		End:    x.End(), Ended: x.Ended, Why: x.Why, Liaisons: x.Liaisons, Contact: x.Contact,
		Handbook: x.Handbook, Link: x.Link, Renewing: x.Renewing,
		Day: x.Day, Known: as.Known,
	}
	if !x.Reported.On.IsZero() {
		out.Reported = "reported to Council at " + x.Reported.Conference + " on " +
			x.Reported.On.Format(time.DateOnly)
	}
	if !register.WebAddress(x.Link) {
		out.Link = ""
	}
	now := x.Term().Number
	for _, t := range x.Terms {
		term := GroupTerm{Number: t.Number, From: t.From, To: t.To, Petition: t.Petition,
			Now:  t.Number == now && status != register.Overdue && !x.Over(),
			Rule: ruleWords(t.Rule)}
		if t.Number == now {
			out.Term = term
		}
		out.Terms = append(out.Terms, term)
		out.Petitions = append(out.Petitions, t.Petition)
		if p := b.Petition(t.Petition, register.AsOf{Day: x.Day,
			Known: as.Known}); !p.Notified.IsZero() {
			out.Notices = append(out.Notices, Notice{Term: t.Number, Told: p.Notified,
				Needs: listed(p.Needs), Answered: p.NotifyAck, Answer: p.NotifyGot})
		}
	}
	for _, r := range x.Reports {
		w := Word{Label: fmt.Sprint(r.Year), Text: "handed in on " + r.On.Format(time.DateOnly)}
		if r.Asked != "" {
			w.Label = "asked for"
		}
		if !r.Due.IsZero() && r.On.After(r.Due) {
			w.Text += ", late: it was due on " + r.Due.Format(time.DateOnly)
		}
		out.Reports = append(out.Reports, w)
	}
	for _, r := range x.Support {
		out.Support = append(out.Support, requestView(r))
	}
	out.Letters = groupLetters(x, b.Petition(x.Terms[len(x.Terms)-1].Petition,
		register.AsOf{Day: x.Day, Known: as.Known}), letters)
	return out
}

// requestView is something that a group asked for, with its answer in the same row.
func requestView(r register.Request) Word {
	text := r.Words["what"]
	if of := r.Words["of"]; of != "" {
		text = of + ": " + text
	}
	switch {
	case r.Answer == "":
		text += " — not answered yet"
	case r.Answered.IsZero():
		text += " — " + r.Answer
	default:
		text += " — " + r.Answer + " (" + r.Answered.Format(time.DateOnly) + ")"
	}
	return Word{Label: r.On.Format(time.DateOnly), Text: text}
}

// ruleWords is the rule of a term in words.
func ruleWords(r register.Rule) string {
	years := fmt.Sprintf("%d years", r.Years)
	if r.Years == 1 {
		years = "1 year"
	}
	return fmt.Sprintf("%s, to be renewed from %d days before the end; reports by %s; %s", years,
		r.Window, r.Reports(), r.Citation)
}

// groupLetters are those that can be written of a group, the ones that its state asks for
// first. Its end is told once it is written down, with the day that stands there.
func groupLetters(x register.Group, newest register.Petition, letters sent) []LetterChoice {
	may := []letter.Kind{letter.Approval}
	if !x.Over() {
		may = append(may, letter.Designation)
	}
	if !x.Over() && !newest.Notified.IsZero() {
		may = append(may, letter.Conference)
	}
	var advised []letter.Kind
	if _, ok := reportDue(x); ok {
		may = append(may, letter.ReportReminder)
	}
	switch {
	case !x.Ended.IsZero():
		end := letter.Disbanding
		if x.How == register.Convert {
			end = letter.Conversion
		}
		may = append(may, end)
		if x.Reported.On.IsZero() {
			advised = letters.without(append(advised, end), ofGroup, x.ID, time.Time{})
		}
	case x.Renewing == "":
		may = append(may, letter.RenewalReminder)
		if x.Status() == register.Window {
			advised = append(advised, letter.RenewalReminder)
		}
	}
	return choices(may, advised)
}

// happenings are events as pages tell them, each with what it says.
func happenings(list []register.Event) []Happening {
	undone, asked := map[string]bool{}, map[string]register.Event{}
	for _, e := range list {
		if e.Kind == register.Undo {
			undone[e.Undoes] = true
		}
		asked[e.ID] = e
	}
	var out []Happening
	for _, e := range list {
		h := Happening{ID: e.ID, Kind: string(e.Kind), Title: stepOf(e.Kind).Title, On: e.On,
			At: e.At, By: e.By, Undone: undone[e.ID]}
		for _, a := range said(e.Kind) {
			v := e.Words[a.Key]
			switch of := asked[v]; {
			case v == "":
				continue
			case of.Kind == register.AskReport:
				v = askedName(of)
			case of.Kind == register.Support:
				v = requestName(register.Request{Event: of})
			}
			h.Words = append(h.Words, Word{Key: a.Key, Label: a.Label, Text: v})
		}
		if e.Kind == register.Approve && register.HasRule(e) {
			h.Words = append(h.Words, Word{Label: "Rule", Text: ruleWords(register.RuleOf(e))})
		}
		out = append(out, h)
	}
	return out
}
