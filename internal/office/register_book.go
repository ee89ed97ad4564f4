package office

import (
	"context"
	"slices"
	"time"

	"countersign/internal/store"
	"countersign/report/register"
	"countersign/verify"
)

// ofCouncil is the subject of events about reports to Council, which all have the same.
const ofCouncil = "council"

// ledger is all that is written down, with the rule of each approval.
func (o *Office) ledger(ctx context.Context) (*register.Book, error) {
	b := &register.Book{Petitions: map[string][]register.Event{},
		Groups: map[string][]register.Event{}}
	petitions, err := o.Store.EventsOfAll(ctx, ofPetition)
	if err != nil {
		return nil, err
	}
	rules, err := o.Store.SettingHistory(ctx, "rules")
	if err != nil {
		return nil, err
	}
	for id, list := range petitions {
		b.Petitions[id] = underRules(events(list), rules)
	}
	groups, err := o.Store.EventsOfAll(ctx, ofGroup)
	if err != nil {
		return nil, err
	}
	for id, list := range groups {
		b.Groups[id] = events(list)
	}
	if b.Conferences, err = o.Conferences(ctx); err != nil {
		return nil, err
	}
	issued, err := o.Store.CouncilReports(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range issued {
		b.Issued = append(b.Issued, issuedOf(r))
	}
	corrections, err := o.Store.Events(ctx, ofCouncil, ofCouncil)
	b.Corrections = events(corrections)
	return b, err
}

// underRules gives approvals of earlier versions, which carry no rule, the one that the
// association had on their day.
func underRules(list []register.Event, history []store.Setting) []register.Event {
	for i, e := range list {
		if e.Kind != register.Approve || register.HasRule(e) {
			continue
		}
		text := ""
		for _, s := range history {
			if !s.At.After(e.At) {
				text = s.Value
			}
		}
		list[i] = register.Under(e, ruleOf(rulesOver(text, "")))
	}
	return list
}

// rulesOver is the rule of a petition: what its own text says, else what the association's
// does, else what is built in.
func rulesOver(association, petition string) verify.Rules {
	base, err := verify.ReadRulesOver(verify.MIG(), association, "rule")
	if err != nil {
		base = verify.MIG() // settings take none that cannot be read
	}
	rules, err := verify.ReadRulesOver(base, petition, "rule of the petition")
	if err != nil {
		return base // the petition's page says what is wrong with its rule
	}
	return rules
}

func ruleOf(r verify.Rules) register.Rule {
	month, day := r.ReportsDue()
	return register.Rule{
		Terms: register.Terms{Years: r.TermYears, Window: r.RenewalWindowDays,
			Reminders: r.ReminderDays},
		ReportMonth: month, ReportDay: day, Answer: r.AnswerDays, Required: r.Required(),
		Title: r.Title, Citation: r.Citation, Conditions: r.Conditions,
	}
}

// asOf is the time that a question is about: today where it names no day.
func (o *Office) asOf(as register.AsOf) register.AsOf {
	if as.Day.IsZero() {
		as.Day = register.DayOf(o.now().UTC())
	}
	return as
}

// day is the one that it is.
func (o *Office) day() time.Time { return register.DayOf(o.now().UTC()) }

// waiting is a petition with what its tasks depend on.
func waiting(b *register.Book, p register.Petition, title string, rule register.Rule,
	today time.Time) register.Waiting {
	w := register.Waiting{Petition: p, Title: title, Rule: rule, Next: b.ConferenceOf(p.Told,
		p.Since)}
	if id := groupOf(p); id != "" {
		g := b.Group(id, register.AsOf{Day: today})
		w.Over = g.Over()
	}
	return w
}

// groupOf is the group that a petition made or renewed; empty for none.
func groupOf(p register.Petition) string {
	for _, e := range slices.Backward(p.Events) {
		if e.Kind == register.Approve {
			return e.Words["group"]
		}
	}
	return ""
}
