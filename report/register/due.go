package register

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Task is one thing that somebody has to do by a day.
type Task struct {
	Due     time.Time
	What    string // such as "Annual report for 2026"
	About   string // group or petition, by name
	Subject string // its id
	Who     string // office that does it
	Tell    string // office that is told
	Kind    TaskKind
	Key     string // the same task is the same key
	Overdue bool
	Remind  bool      // a reminder is to be sent now
	Told    time.Time // day of the last reminder
}

// TaskKind is what a task of a group is about where a letter reminds of it; empty for others.
type TaskKind string

// What letters remind of.
const (
	YearlyReport TaskKind = "yearly report"
	AskedReport  TaskKind = "report that was asked for"
	Renewal      TaskKind = "renewal"
)

// soonReport is how many days before its day a yearly report is in the worklist.
const soonReport = 60

// DueOfGroup lists what is due for a group from its day on, and what is overdue. Next is
// the conference at which Council will be told of its end, without a name for none.
func DueOfGroup(g Group, next Conference) []Task {
	if len(g.Terms) == 0 {
		return nil
	}
	var out []Task
	add := func(t Task) {
		t.About, t.Subject = g.Name, g.ID
		t.Overdue = t.Due.Before(g.Day)
		t.Told = g.Reminded[t.Key]
		out = append(out, t)
	}
	if g.Over() {
		if g.Reported.On.IsZero() {
			add(reportTask(g.Ended, next, g.Rule().Answer))
		}
		return out
	}
	for _, t := range reports(g) {
		add(t)
	}
	end, rule := g.End(), g.Rule()
	switch status := g.Status(); {
	case !g.Ended.IsZero() || g.Renewing != "":
		// Its end, or another term, is under way.
	case status == Overdue:
		add(Task{Due: end, What: "Disband the group: its term ended and no petition renewed it",
			Who: "chair", Tell: "organizers", Key: "disband-" + end.Format(time.DateOnly)})
	default:
		t := Task{Due: end, What: fmt.Sprintf(
			"Petition for another term, convert or disband (term %d ends)", len(g.Terms)),
			Who: "organizers", Tell: "staff liaisons", Kind: Renewal, Key: "renew-" +
				end.Format(time.DateOnly)}
		t.Told = g.Reminded[t.Key]
		t.Remind = rule.reminds(end, g.Day, t.Told)
		if status == Window || t.Remind {
			add(t)
		}
	}
	if g.Contact == "" {
		add(Task{Due: g.First().AddDate(0, 0, rule.Answer),
			What: "Designate a contact at Headquarters", Who: "Executive Director",
			Tell: "organizers", Key: "contact"})
	}
	switch {
	case g.Handbook == "":
		add(Task{Due: g.First().AddDate(0, 0, rule.Answer),
			What: "Entry in the Handbook of Organization", Who: "staff", Key: "handbook"})
	case !g.Reworded.IsZero():
		add(Task{Due: g.Reworded.AddDate(0, 0, rule.Answer), Who: "staff", Key: "handbook",
			What: "Entry in the Handbook of Organization: the purpose was worded anew"})
	}
	return out
}

// reportTask is that Council is told of something that was done on a day.
func reportTask(on time.Time, next Conference, answer int) Task {
	t := Task{Due: on.AddDate(0, 0, answer),
		What: "Report to Council: no coming conference is in the table", Who: "chair",
		Tell: "Council", Key: "report"}
	if next.Name != "" {
		t.Due, t.What = next.From, "Report to Council at "+next.Name
	}
	return t
}

// reports are the annual reports that are due: the yearly ones, and those that were
// asked for.
func reports(g Group) []Task {
	var out []Task
	for _, y := range g.Years() {
		if _, got := g.Got(y.Year); !got && !g.Day.Before(y.Due.AddDate(0, 0, -soonReport)) {
			out = append(out, Task{Due: y.Due, What: fmt.Sprintf("Annual report for %d", y.Year),
				Who: "organizers", Tell: "chair", Kind: YearlyReport, Key: fmt.Sprintf("report-%d",
					y.Year), Remind: true})
		}
	}
	for _, a := range g.Asked {
		due := dueOf(a)
		if _, got := g.Answers(a.ID); !got && !due.IsZero() {
			out = append(out, Task{Due: due, What: "Report that was asked for on " +
				a.On.Format(time.DateOnly), Who: "organizers", Tell: "chair", Kind: AskedReport,
				Key: "asked-" + a.ID, Remind: true})
		}
	}
	return out
}

// reminds says whether a reminder is due of what ends on a day, since the last one
// was sent.
func (t Terms) reminds(end, today, told time.Time) bool {
	for _, before := range t.Reminders {
		if at := end.AddDate(0, 0, -before); !today.Before(at) && told.Before(at) &&
			!today.After(end) {
			return true
		}
	}
	return false
}

// Waiting is a petition with what its tasks depend on.
type Waiting struct {
	Petition
	Title string
	Rule  Rule       // that it is held to
	Next  Conference // at which Council is told of what is decided; without a name for none
	Over  bool       // its group has ended
}

// DueOfPetition lists what waits to be done for a petition.
func DueOfPetition(p Waiting, today time.Time) []Task {
	today = day(today)
	var out []Task
	add := func(t Task) {
		t.About, t.Subject = p.Title, p.ID
		t.Overdue = t.Due.Before(today)
		out = append(out, t)
	}
	waits := func(since time.Time, what, who, tell, key string) {
		add(Task{Due: since.AddDate(0, 0, p.Rule.Answer), What: what, Who: who, Tell: tell,
			Key: key})
	}
	switch p.State {
	case Submitted:
		waits(p.Since, "Acknowledge receipt, or tell the organizers what is missing", "chair",
			"organizers", "acknowledge")
	case Tallied:
		waits(p.Since, "Put the petition on the agenda, or tell the organizers of the shortfall",
			"chair", "organizers", "agenda")
	case OnAgenda, Deferred:
		waits(p.Since, "Approve or disapprove", "chair", "organizers", "decide")
	case Approved, Disapproved:
		add(reportTask(p.Since, p.Next, p.Rule.Answer))
	}
	if p.Decision.Action == Approve && !p.Over {
		switch {
		case !p.Notified.IsZero() && p.NotifyAck.IsZero():
			waits(p.Notified, "Acknowledge receipt of the notice", "Conference Services", "chair",
				"notify-ack")
		case p.Notified.IsZero() && p.State != Closed:
			waits(p.Decision.On, "Tell Conference Services of the group's needs", "chair",
				"Conference Services", "notify")
		}
	}
	return out
}

// Order puts tasks in the order of their days.
func Order(a, b Task) int {
	return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.About, b.About), cmp.Compare(a.Key, b.Key))
}

func yearOf(e Event) int {
	n, _ := strconv.Atoi(e.Words["year"])
	return n
}

func lines(text string) []string {
	var out []string
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}
