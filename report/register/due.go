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
	Key     string // the same task is the same key
	Overdue bool
	Remind  bool      // a reminder is to be sent now
	Told    time.Time // day of the last reminder
}

// Rule is what the worklist goes by.
type Rule struct {
	Terms
	ReportMonth time.Month // annual reports are due on this day of each year
	ReportDay   int
	Answer      int // days in which receipt should be acknowledged, a decision reported, a notice answered
}

// DueOfGroup lists what is due for a group from today on, and what is overdue.
func (r Rule) DueOfGroup(g Group, today time.Time) []Task {
	today = day(today)
	if len(g.Terms) == 0 || !g.Ended.IsZero() {
		return nil
	}
	var out []Task
	add := func(t Task) {
		t.About, t.Subject = g.Name, g.ID
		t.Overdue = t.Due.Before(today)
		t.Told = g.Reminded[t.Key]
		out = append(out, t)
	}
	for _, t := range r.reports(g, today) {
		add(t)
	}
	end := g.End()
	switch g.Status(today, r.Terms) {
	case Overdue:
		add(Task{Due: end, What: "Disband the group: its term ended and no petition renewed it", Who: "chair", Tell: "organizers", Key: "disband-" + end.Format(time.DateOnly)})
	default:
		t := Task{Due: end, What: fmt.Sprintf("Petition for another term, convert or disband (term %d ends)", len(g.Terms)), Who: "organizers", Tell: "staff liaisons", Key: "renew-" + end.Format(time.DateOnly)}
		t.Told = g.Reminded[t.Key]
		t.Remind = r.reminds(end, today, t.Told)
		if !today.Before(end.AddDate(0, 0, -r.Window)) || t.Remind {
			add(t)
		}
	}
	if g.Contact == "" {
		add(Task{Due: g.Terms[0].From.AddDate(0, 0, r.Answer), What: "Designate a contact at Headquarters", Who: "Executive Director", Tell: "organizers", Key: "contact"})
	}
	if g.Handbook == "" {
		add(Task{Due: g.Terms[0].From.AddDate(0, 0, r.Answer), What: "Entry in the Handbook of Organization", Who: "staff", Key: "handbook"})
	}
	return out
}

// reports are the annual reports that are due: the yearly one once the group has
// existed for a full due date, and those that were asked for.
func (r Rule) reports(g Group, today time.Time) []Task {
	var out []Task
	got := map[int]bool{}
	answered := map[string]bool{}
	for _, x := range g.Reports {
		if x.Asked == "" {
			got[x.Year] = true
		}
		answered[x.Asked] = true
	}
	for year := g.Terms[0].From.Year(); year <= today.Year()+1; year++ {
		due := time.Date(year, r.ReportMonth, r.ReportDay, 0, 0, 0, 0, time.UTC)
		soon := due.AddDate(0, 0, -60)
		if !due.After(g.Terms[0].From) || due.After(g.End()) || got[year] || today.Before(soon) {
			continue
		}
		out = append(out, Task{Due: due, What: fmt.Sprintf("Annual report for %d", year), Who: "organizers", Tell: "chair", Key: fmt.Sprintf("report-%d", year), Remind: true})
	}
	for _, a := range g.Asked {
		if due, err := time.Parse(time.DateOnly, a.Words["due"]); err == nil && !answered[a.ID] {
			out = append(out, Task{Due: due, What: "Report that was asked for on " + a.On.Format(time.DateOnly), Who: "organizers", Tell: "chair", Key: "asked-" + a.ID, Remind: true})
		}
	}
	return out
}

// reminds says whether a reminder is due of what ends on a day, since the last one
// was sent.
func (r Rule) reminds(end, today, told time.Time) bool {
	for _, before := range r.Reminders {
		if at := end.AddDate(0, 0, -before); !today.Before(at) && told.Before(at) && !today.After(end) {
			return true
		}
	}
	return false
}

// DueOfPetition lists what waits to be done for a petition.
func (r Rule) DueOfPetition(p Petition, title string, conferences []Conference, today time.Time) []Task {
	today = day(today)
	task := Task{About: title, Subject: p.ID, Due: p.Since.AddDate(0, 0, r.Answer)}
	var out []Task
	add := func(what, who, tell, key string) {
		t := task
		t.What, t.Who, t.Tell, t.Key = what, who, tell, key
		t.Overdue = t.Due.Before(today)
		out = append(out, t)
	}
	switch p.State {
	case Submitted:
		add("Acknowledge receipt, or tell the organizers what is missing", "chair", "organizers", "acknowledge")
	case Tallied:
		add("Put the petition on the agenda, or tell the organizers of the shortfall", "chair", "organizers", "agenda")
	case OnAgenda, Deferred:
		add("Approve or disapprove", "chair", "organizers", "decide")
	case Approved, Disapproved:
		if c, ok := Next(conferences, p.Since); ok {
			task.Due = c.From
			add("Report to Council at "+c.Name, "chair", "Council", "report")
		} else {
			add("Report to Council: no coming conference is in the table", "chair", "Council", "report")
		}
	}
	if p.Decision.Action == Approve && p.State != Closed {
		task.Due = p.Decision.On.AddDate(0, 0, r.Answer)
		if p.Notified.IsZero() {
			add("Tell Conference Services of the group's needs", "chair", "Conference Services", "notify")
		} else if p.NotifyAck.IsZero() {
			task.Due = p.Notified.AddDate(0, 0, r.Answer)
			add("Acknowledge receipt of the notice", "Conference Services", "chair", "notify-ack")
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
