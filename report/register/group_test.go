package register_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/report/register"
)

func rule() register.Rule {
	return register.Rule{Terms: register.Terms{Years: 3, Window: 180, Reminders: []int{180, 90,
		30}}, ReportMonth: time.August, ReportDay: 1, Answer: 30,
		Title: "Membership Initiative Group", Citation: "A.4.3.12", Required: 100,
		Conditions: []string{"The group may not speak for the association."}}
}

func founded(day string) *diary {
	d := &diary{}
	d.write(register.Establish, day, "name", "Seed Libraries", "purpose", "Lending seeds",
		"petition", "p1", "rule", rule().Text())
	return d
}

// group is as it was on a day; without one, on the last day that is written down.
func (d *diary) group(days ...string) register.Group {
	as := register.AsOf{}
	for _, day := range days {
		as.Day = on(day)
	}
	return register.ReadGroup("g", d.events, as)
}

// Terms follow each other without a gap, and each ends the day before its
// anniversary, leap years or not.
func TestTerms(t *testing.T) {
	d := founded("2024-02-29")
	d.write(register.Renew, "2026-11-01", "petition", "p2", "rule", rule().Text())
	g := d.group("2027-03-01")
	for i, want := range [][2]string{{"2024-02-29", "2027-02-28"}, {"2027-03-01", "2030-02-28"}} {
		if got := g.Terms[i]; !got.From.Equal(on(want[0])) || !got.To.Equal(on(want[1])) {
			t.Errorf("term %d runs from %s to %s, want %v", i+1, got.From.Format(time.DateOnly),
				got.To.Format(time.DateOnly), want)
		}
	}
	if got := g.Term().Number; got != 2 {
		t.Errorf("1 March 2027 lies in term %d", got)
	}
}

func TestStatus(t *testing.T) {
	renewed, ended, converted := founded("2024-01-10"), founded("2024-01-10"), founded("2024-01-10")
	renewed.write(register.Renew, "2026-12-01", "petition", "p2", "rule", rule().Text())
	ended.write(register.Disband, "2025-05-01", "reason", "on request")
	converted.write(register.Convert, "2025-05-01", "unit", "a round table")
	for _, tt := range []struct {
		name string
		d    *diary
		on   string
		want register.Status
	}{
		{"before it begins", founded("2024-01-10"), "2024-01-09", register.Coming},
		{"its first day", founded("2024-01-10"), "2024-01-10", register.Active},
		{"the window opens", founded("2024-01-10"), "2026-07-13", register.Window},
		{"the day before", founded("2024-01-10"), "2026-07-12", register.Active},
		{"its last day", founded("2024-01-10"), "2027-01-09", register.Window},
		{"not renewed", founded("2024-01-10"), "2027-01-10", register.Overdue},
		{"renewed", renewed, "2027-01-10", register.Active},
		{"disbanded", ended, "2025-05-01", register.Ended},
		{"the day before it was", ended, "2025-04-30", register.Active},
		{"converted", converted, "2026-01-01", register.Conveyed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := tt.d.group(tt.on)
			if got := g.Status(); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestGroupRefuses(t *testing.T) {
	ended := founded("2024-01-10")
	ended.write(register.Disband, "2025-05-01", "reason", "on request")
	chair := []register.Role{register.Chair}
	for _, tt := range []struct {
		name  string
		d     *diary
		kind  register.Kind
		words register.Words
		roles []register.Role
		want  string
	}{
		{"renewal years ahead", founded("2024-01-10"), register.Renew,
			register.Words{"petition": "p2"}, chair, "can be renewed from 13 July 2026"},
		{"a group that has ended", ended, register.Rename, register.Words{"name": "x"}, chair,
			"has ended"},
		{"renewal of a group that has ended", ended, register.Renew,
			register.Words{"petition": "p2"}, chair, "new petition makes a new group"},
		{"a group that is not there", &diary{}, register.Rename, register.Words{"name": "x"}, chair,
			"does not exist"},
		{"twice", founded("2024-01-10"), register.Establish, register.Words{"name": "x",
			"petition": "p"}, chair, "exists already"},
		{"staff disband nothing", founded("2024-01-10"), register.Disband,
			register.Words{"reason": "x"}, nil, "to write down"},
		{"a report for no year", founded("2024-01-10"), register.GotReport, nil, chair,
			"which year"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := tt.d.group("2025-06-01")
			err := g.Check(register.Event{Kind: tt.kind, On: on("2025-06-01"), Words: tt.words},
				tt.roles, register.Facts{Today: on("2025-06-01")})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want something with %q", err, tt.want)
			}
		})
	}
}

// keys of what is due for a group on a day, overdue ones marked.
func due(d *diary, today string) string {
	tasks := register.DueOfGroup(d.group(today), register.Conference{})
	slices.SortStableFunc(tasks, register.Order)
	var out []string
	for _, t := range tasks {
		key := t.Key
		if t.Overdue {
			key += "!"
		}
		out = append(out, key)
	}
	return strings.Join(out, " ")
}

func TestWorklist(t *testing.T) {
	settled := func(day string) *diary {
		d := founded(day)
		d.write(register.Contact, day, "contact", "Ms. X")
		d.write(register.Handbook, day, "text", "…")
		return d
	}
	reported := settled("2024-01-10")
	reported.write(register.GotReport, "2024-07-30", "year", "2024")
	asked := settled("2024-09-01")
	extra := asked.write(register.AskReport, "2025-01-10", "due", "2025-03-01")
	answered := settled("2024-09-01")
	extra = answered.write(register.AskReport, "2025-01-10", "due", "2025-03-01")
	answered.write(register.GotReport, "2025-02-10", "asked", extra.ID)
	ended := settled("2024-01-10")
	ended.write(register.Disband, "2024-05-01", "reason", "on request")
	reminded := settled("2024-09-01")
	reminded.write(register.Remind, "2027-03-05", "about", "renew-2027-08-31")
	for _, tt := range []struct {
		name, today, want string
		d                 *diary
	}{
		{"new", "2024-02-01", "contact handbook", founded("2024-01-10")},
		{"new and late", "2024-03-01", "contact! handbook!", founded("2024-01-10")},
		{"a report comes due", "2024-06-10", "report-2024", settled("2024-01-10")},
		{"a report is late", "2024-08-02", "report-2024!", settled("2024-01-10")},
		{"it was handed in", "2024-08-02", "", reported},
		{"none is due in the weeks before it began", "2024-09-02", "", settled("2024-09-01")},
		{"one that was asked for", "2025-01-11", "asked-" + extra.ID, asked},
		{"one that was answered", "2025-02-11", "", answered},
		{"renewal", "2026-08-10", "report-2025! report-2026! renew-2027-01-09", reported},
		{"the term has ended", "2027-01-10", "report-2025! report-2026! disband-2027-01-09!",
			reported},
		{"the group has ended", "2024-06-10", "report!", ended},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := due(tt.d, tt.today); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	for today, want := range map[string]bool{"2027-03-05": false, "2027-06-01": false,
		"2027-06-02": true} {
		for _, task := range register.DueOfGroup(reminded.group(today), register.Conference{}) {
			if strings.HasPrefix(task.Key, "renew") && task.Remind != want {
				t.Errorf("reminder of renewal on %s: %v", today, task.Remind)
			}
		}
	}
}

func TestPetitionWaits(t *testing.T) {
	conferences := []register.Conference{{Name: "Annual 2027", From: on("2027-06-24")},
		{Name: "Council online", From: on("2026-10-01")}, {Name: "Annual 2026",
			From: on("2026-06-25")}}
	d := &diary{}
	d.write(register.Submit, "2026-03-01")
	d.write(register.Acknowledge, "2026-03-03")
	d.write(register.Certify, "2026-03-20", "tally", "t1")
	d.write(register.Schedule, "2026-03-21")
	d.write(register.Approve, "2026-07-02", "vote", "7 to 0")
	book := register.Book{Conferences: conferences}
	tasks := register.DueOfPetition(register.Waiting{Petition: register.Read("p", d.events),
		Title: "Seed Libraries", Rule: rule(), Next: book.Next(on("2026-07-02"))}, on("2026-07-10"))
	if len(tasks) != 2 || tasks[0].What != "Report to Council at Council online" ||
		!tasks[0].Due.Equal(on("2026-10-01")) || tasks[1].Who != "chair" || tasks[1].Overdue {
		t.Errorf("%+v", tasks)
	}

	// Closing a petition makes nobody forget a notice that was sent and not acknowledged.
	d.write(register.Notify, "2026-07-11", "needs", "a room")
	d.write(register.Report, "2026-10-02", "conference", "Council online")
	d.write(register.Close, "2026-10-03")
	waiting := func() []register.Task {
		return register.DueOfPetition(register.Waiting{Petition: register.Read("p", d.events),
			Title: "Seed Libraries", Rule: rule()}, on("2026-10-10"))
	}
	if tasks := waiting(); len(tasks) != 1 || tasks[0].Key != "notify-ack" || !tasks[0].Overdue {
		t.Errorf("closed without an answer: %+v", tasks)
	}
	d.write(register.NotifyAnswer, "2026-10-10")
	if tasks := waiting(); len(tasks) != 0 {
		t.Errorf("closed and answered: %+v", tasks)
	}
}

func TestOfficeOn(t *testing.T) {
	offices := []register.Office{{Key: "chair", From: on("2024-07-01"), Name: "A"}, {Key: "chair",
		From: on("2026-07-01"), Name: "B"}}
	for day, want := range map[string]string{"2024-06-30": "chair", "2024-07-01": "A",
		"2026-06-30": "A", "2027-01-01": "B"} {
		if got := register.OfficeOn(offices, "chair", on(day)).Name; got != want {
			t.Errorf("on %s %q, want %q", day, got, want)
		}
	}
}

func TestPublicList(t *testing.T) {
	d := founded("2024-01-10")
	d.write(register.Rename, "2024-05-01", "name", "=Seeds & Co")
	d.write(register.Liaison, "2024-05-01", "liaisons", "Ann\nBea")
	gone := founded("2024-01-10")
	gone.write(register.Disband, "2024-05-01", "reason", "x")
	groups := register.Public([]register.Group{gone.group("2025-01-01"), d.group("2025-01-01")})
	var csv, html bytes.Buffer
	if err := register.WriteCSV(&csv, groups); err != nil {
		t.Fatal(err)
	}
	if err := register.WriteHTML(&html, groups, on("2025-01-01")); err != nil {
		t.Fatal(err)
	}
	if want := "Name,Formerly,Purpose,Staff liaisons,Link,Term ends\n'=Seeds & Co,Seed " +
		"Libraries,Lending seeds,Ann; Bea,,2027-01-09\n"; csv.String() != want {
		t.Errorf("%q, want %q", csv.String(), want)
	}
	for _, want := range []string{"<h3>=Seeds &amp; Co</h3>", "Formerly Seed Libraries.",
		"liaisons: Ann, Bea.", "As of January 1, 2025."} {
		if !strings.Contains(html.String(), want) {
			t.Errorf("%q is not in %s", want, &html)
		}
	}
}

func TestWriteICS(t *testing.T) {
	var b bytes.Buffer
	tasks := []register.Task{{Due: on("2026-08-01"), What: "Annual report; 2026, " +
		strings.Repeat("é", 60), About: "Seeds", Subject: "g", Key: "report-2026",
		Who: "organizers"}}
	if err := register.WriteICS(&b, "Worklist", tasks, on("2026-01-01")); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	whole := strings.ReplaceAll(b.String(), "\r\n ", "")
	for _, want := range []string{"DTSTART;VALUE=DATE:20260801", "DTEND;VALUE=DATE:20260802",
		`SUMMARY:Seeds: Annual report\; 2026\, ` + strings.Repeat("é", 60),
		"UID:g-report-2026@countersign"} {
		if !strings.Contains(whole, want) {
			t.Errorf("%q is not in %q", want, whole)
		}
	}
}

// What may be written down next follows from where the group stands, and says which of its
// reports and requests are meant.
func TestGroupNext(t *testing.T) {
	plain, x := founded("2024-01-10"), founded("2024-01-10")
	x.write(register.Rename, "2024-02-01", "name", "x")
	wants := founded("2024-01-10")
	first := wants.write(register.Support, "2024-02-01", "what", "a room")
	wants.write(register.Support, "2024-02-02", "what", "a screen")
	wants.write(register.Answer, "2024-02-03", "support", first.ID, "answer", "yes")
	asked := founded("2024-01-10")
	asked.write(register.AskReport, "2024-03-01", "due", "2024-06-01")
	asked.write(register.GotReport, "2024-03-02", "year", "2024")
	ended := founded("2024-01-10")
	ended.write(register.Disband, "2024-05-01", "reason", "on request")
	all := "annual-report ask-report liaison contact handbook support rename purpose link " +
		"reminder convert disband"
	for _, tt := range []struct {
		name, on, want string
		d              *diary
		role           register.Role
	}{
		{"a group", "2024-06-01", all + " | 2024", plain, register.Chair},
		{"for staff", "2024-06-01", strings.TrimSuffix(all, " convert disband") + " | 2024", plain,
			register.Staff},
		{"for nobody", "2024-06-01", " | ", plain, "verifier"},
		{"a name of one letter", "2024-06-01", all + " | 2024", x, register.Chair},
		{"a request", "2024-06-01", strings.Replace(all, "support", "support answer", 1) +
			" | 2024 a screen", wants, register.Chair},
		{"a report that was asked for", "2025-01-01", all + " | 2024-03-01 2025", asked,
			register.Chair},
		{"nothing owed", "2024-03-02", strings.TrimPrefix(all, "annual-report ") + " | ",
			func() *diary {
				d := founded("2024-01-10")
				d.write(register.GotReport, "2024-03-01", "year", "2024")
				return d
			}(), register.Chair},
		{"in the year after its term", "2028-02-01", all + " | 2027 2026 2025 2024", plain,
			register.Chair},
		{"ended", "2024-06-01", "annual-report report (blocked) | 2024", ended, register.Chair},
		{"before its end", "2024-04-30", all + " | 2024", plain, register.Chair},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := tt.d.group(tt.on)
			var kinds, more []string
			for _, s := range g.Next([]register.Role{tt.role}, register.Facts{Today: on(tt.on)}) {
				kinds = append(kinds, string(s.Kind))
				if s.Blocked != "" {
					kinds = append(kinds, "(blocked)")
				}
				for _, o := range s.Owed {
					if o.Year != 0 {
						more = append(more, strconv.Itoa(o.Year))
					} else {
						more = append(more, o.Asked.On.Format(time.DateOnly))
					}
				}
				for _, r := range s.Requests {
					more = append(more, r.Words["what"])
				}
			}
			if got := strings.Join(kinds, " ") + " | " + strings.Join(more, " "); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
