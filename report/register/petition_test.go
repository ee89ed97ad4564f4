package register_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/report/register"
)

func on(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// diary writes events down one after the other.
type diary struct {
	events []register.Event
}

func (d *diary) write(kind register.Kind, day string, words ...string) register.Event {
	e := register.Event{ID: fmt.Sprint("e", len(d.events)), Kind: kind,
		At:    on("2026-01-01").Add(time.Duration(len(d.events)) * time.Minute),
		Words: register.Words{}}
	if day != "" {
		e.On = on(day)
	}
	for i := 0; i+1 < len(words); i += 2 {
		e.Words[words[i]] = words[i+1]
	}
	if kind == register.Undo {
		e.Undoes = words[1]
	}
	d.events = append(d.events, e)
	return e
}

func complete() register.Facts {
	packet := register.Packet{Purpose: "Reading", Organizers: []register.Organizer{{Name: "A",
		Address: "B", Signed: true}}, Lines: 130, Required: 100}
	return register.Facts{Checklist: packet.Check(nil), Valid: 104, Required: 100, Tally: "t1",
		Tallied: true, Conference: true, Issued: "Annual 2026"}
}

// A petition from the packet to Council, each step checked as the page checks it.
func TestPetitionIsApproved(t *testing.T) {
	d := &diary{}
	f := complete()
	everyone := []register.Role{register.Staff, register.Chair}
	for _, step := range []struct {
		kind  register.Kind
		day   string
		words []string
		state register.State
	}{
		{register.Submit, "2026-03-01", nil, register.Submitted},
		{register.Acknowledge, "2026-03-03", []string{"copy", "Member Programs and Services"},
			register.Acknowledged},
		{register.Overlap, "2026-03-10", []string{"units", "RUSA", "note", "none seen"},
			register.Acknowledged},
		{register.Certify, "2026-03-20", []string{"tally", "t1"}, register.Tallied},
		{register.Schedule, "2026-03-21", []string{"meeting", "April meeting"}, register.OnAgenda},
		{register.Defer, "2026-04-02", []string{"rationale", "quorum"}, register.Deferred},
		{register.Approve, "2026-05-02", []string{"vote", "7 to 0", "rationale", "no overlap",
			"overlap", "RUSA"}, register.Approved},
		{register.Notify, "2026-05-03", []string{"needs", "a room for 40"}, register.Approved},
		{register.NotifyAnswer, "2026-05-09", nil, register.Approved},
		{register.Report, "2026-06-25", []string{"conference", "Annual 2026", "document",
			"CD 27.1"}, register.Reported},
		{register.Close, "2026-07-01", nil, register.Closed},
	} {
		p := register.Read("p", d.events)
		e := register.Event{Kind: step.kind, On: on(step.day), Words: register.Words{}}
		for i := 0; i+1 < len(step.words); i += 2 {
			e.Words[step.words[i]] = step.words[i+1]
		}
		if err := p.Check(e, everyone, f); err != nil {
			t.Fatalf("%s: %v", step.kind, err)
		}
		d.write(step.kind, step.day, step.words...)
		if p = register.Read("p", d.events); p.State != step.state {
			t.Fatalf("after %s the petition is %s, want %s", step.kind, p.State, step.state)
		}
	}
	p := register.Read("p", d.events)
	if p.Decision.Vote != "7 to 0" || p.Reported.Document != "CD 27.1" ||
		!p.NotifyAck.Equal(on("2026-05-09")) || len(p.Overlap) != 1 {
		t.Errorf("something was lost: %+v", p)
	}
}

// What the guideline forbids.
func TestPetitionRefuses(t *testing.T) {
	upTo := func(kinds ...register.Kind) []register.Event {
		d := &diary{}
		for _, k := range kinds {
			d.write(k, "2026-03-01", "tally", "t1", "vote", "7 to 0", "rationale", "r", "overlap",
				"none")
		}
		return d.events
	}
	chair, staff := []register.Role{register.Chair}, []register.Role{register.Staff}
	for _, tt := range []struct {
		name   string
		events []register.Event
		kind   register.Kind
		words  register.Words
		roles  []register.Role
		facts  func(*register.Facts)
		want   string
	}{
		{"a decision before the tally", upTo(register.Submit, register.Acknowledge),
			register.Approve, register.Words{"vote": "7", "rationale": "x", "overlap": "x"}, chair,
			nil, "from there that cannot follow"},
		{"approval with too few", upTo(register.Submit, register.Acknowledge, register.Certify),
			register.Schedule, register.Words{"meeting": "m"}, chair, func(f *register.Facts) {
				f.Valid = 99
			}, "99 of 100"},
		{"a superseded count", upTo(register.Submit, register.Acknowledge, register.Certify,
			register.Schedule), register.Approve, register.Words{
			"vote": "7", "rationale": "x", "overlap": "x"}, chair, func(f *register.Facts) {
			f.Tally = "t2"
		}, "superseded"},
		{"a count that is not certified", upTo(register.Submit, register.Acknowledge),
			register.Certify, register.Words{"tally": "t1"}, chair, func(f *register.Facts) {
				f.Tallied = false
			}, "not certified"},
		{"an incomplete packet", upTo(register.Submit), register.Acknowledge,
			register.Words{"copy": "x"}, chair, func(f *register.Facts) {
				f.Checklist = register.Packet{Required: 100}.Check(nil)
			}, "no statement of purpose"},
		{"staff decide nothing", upTo(register.Submit, register.Acknowledge, register.Certify,
			register.Schedule), register.Approve, nil, staff, nil, "for the chair"},
		{"a vote is needed", upTo(register.Submit, register.Acknowledge, register.Certify,
			register.Schedule), register.Approve, register.Words{"rationale": "x", "overlap": "x"},
			chair, nil, `"vote"`},
		{"no shortfall", upTo(register.Submit, register.Acknowledge, register.Certify),
			register.FallShort, nil, chair, nil, "no shortfall"},
		{"an answer to no notice", upTo(register.Submit, register.Acknowledge, register.Certify,
			register.Schedule, register.Approve), register.NotifyAnswer, nil, staff, nil,
			"not been told"},
		{"an unknown conference", upTo(register.Submit, register.Acknowledge, register.Certify,
			register.Schedule, register.Approve), register.Report, register.Words{
			"conference": "c"}, chair, func(f *register.Facts) {
			f.Conference, f.Issued = false, ""
		}, "not in the table"},
		{"a report that was not issued", upTo(register.Submit, register.Acknowledge,
			register.Certify, register.Schedule, register.Approve), register.Report, register.Words{
			"conference": "c"}, chair, func(f *register.Facts) {
			f.Issued = ""
		}, "in no report to Council yet"},
		{"another report", upTo(register.Submit, register.Acknowledge, register.Certify,
			register.Schedule, register.Approve), register.Report,
			register.Words{"conference": "c"}, chair, nil,
			"stands in the report to Council for Annual 2026"},
		{"a kind that is none", nil, "dance", nil, chair, nil, "no event"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := complete()
			if tt.facts != nil {
				tt.facts(&f)
			}
			p := register.Read("p", tt.events)
			err := p.Check(register.Event{Kind: tt.kind, On: on("2026-04-01"), Words: tt.words},
				tt.roles, f)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want something with %q", err, tt.want)
			}
		})
	}
}

// What was taken back is as if it had never been, and only the last step can be.
func TestUndo(t *testing.T) {
	d := &diary{}
	first := d.write(register.Submit, "2026-03-01")
	second := d.write(register.Acknowledge, "2026-03-02", "copy", "x")
	p := register.Read("p", d.events)
	chair := []register.Role{register.Chair}
	if err := p.Check(register.Event{Kind: register.Undo, Undoes: first.ID}, chair,
		complete()); err == nil {
		t.Error("a step before the last was taken back")
	}
	if err := p.Check(register.Event{Kind: register.Undo, Undoes: second.ID},
		[]register.Role{register.Staff}, complete()); err == nil {
		t.Error("staff took back what only the chair may do")
	}
	if err := p.Check(register.Event{Kind: register.Undo, Undoes: second.ID}, chair,
		complete()); err != nil {
		t.Error(err)
	}
	d.write(register.Undo, "2026-03-03", "", second.ID)
	if p = register.Read("p", d.events); p.State != register.Submitted || !p.Received.IsZero() {
		t.Errorf("the petition is %s, received %v", p.State, p.Received)
	}
}

// What may come next is exactly what Check lets through.
func TestNextAgreesWithCheck(t *testing.T) {
	d := &diary{}
	for _, k := range []register.Kind{register.Submit, register.Acknowledge, register.Certify,
		register.Schedule, register.Approve, register.Report} {
		p := register.Read("p", d.events)
		for _, roles := range [][]register.Role{{register.Staff}, {register.Chair},
			{register.Admin}, nil} {
			offered := map[register.Kind]string{}
			for _, s := range p.Next(roles, complete()) {
				offered[s.Kind] = s.Blocked
			}
			for _, kind := range []register.Kind{register.Submit, register.Acknowledge,
				register.Certify, register.Schedule, register.Approve, register.Disapprove,
				register.Report, register.Close, register.Withdraw, register.FallShort} {
				all := register.Words{"copy": "x", "tally": "t1", "meeting": "x", "vote": "x",
					"rationale": "x", "overlap": "x", "conference": "Annual 2026", "missing": "x"}
				err := p.Check(register.Event{Kind: kind, On: on("2026-03-01"), Words: all}, roles,
					complete())
				why, ok := offered[kind]
				if (err == nil) != (ok && why == "") {
					t.Errorf("%s by %v when %s: offered %v (%q), checked %v", kind, roles, p.State,
						ok, why, err)
				}
			}
		}
		d.write(k, "2026-03-01", "tally", "t1")
	}
}

func TestChecklist(t *testing.T) {
	packet := register.Packet{Organizers: []register.Organizer{{Name: "Ann", Signed: true},
		{Name: "Bea", Address: "x", Signed: true}}, Lines: 99, Required: 100}
	got := packet.Check(nil).Missing()
	want := []string{"purpose (no statement of purpose was found)",
		"signatures (99 lines filled in; 100 valid signatures are required)",
		"organizers (Ann lacks address)"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	confirmed := map[register.Item]register.Event{register.Purpose: {}, register.Signatures: {},
		register.Organizers: {}}
	if left := packet.Check(confirmed).Missing(); len(left) > 0 {
		t.Errorf("a person confirmed everything, and %q is missing", left)
	}
}

// What was written down in one moment stays in its order, whatever it is called.
func TestEventsOfOneMoment(t *testing.T) {
	at := on("2026-11-02")
	for _, ids := range [][2]string{{"a", "b"}, {"b", "a"}} {
		p := register.Read("p", []register.Event{{ID: ids[0], Kind: register.Submit, On: at,
			At: at}, {ID: ids[1], Kind: register.Withdraw, On: at, At: at}})
		if p.State != register.Withdrawn {
			t.Errorf("submitted as %s, withdrawn as %s: %s", ids[0], ids[1], p.State)
		}
	}
}
