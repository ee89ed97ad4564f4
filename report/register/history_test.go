package register_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/report/register"
)

var histories = flag.Int("histories", 150,
	"how many random histories are played; 10000 in a long run")

// Whatever people write down, in whatever order and with whatever dates, what the register
// promises holds.
func TestRandomHistories(t *testing.T) {
	written, refusals, reports := 0, 0, 0
	kinds := map[register.Kind]int{}
	for seed := range *histories {
		h := newHistory(uint64(seed))
		for range 120 {
			h.step()
		}
		h.issueTheRest()
		h.look()
		for i, broken := range h.broken {
			if i < 5 {
				t.Errorf("history %d: %s", seed, broken)
			}
		}
		if t.Failed() {
			t.Fatalf("history %d breaks %d properties:\n%s", seed, len(h.broken),
				strings.Join(h.told, "\n"))
		}
		written, refusals, reports = written+h.written, refusals+h.refused,
			reports+len(h.book.Issued)
		for k, n := range h.kinds {
			kinds[k] += n
		}
	}
	t.Logf("%d histories: %d entries, %d refused, %d reports to Council, 0 properties broken\n%v",
		*histories, written, refusals, reports, kinds)
	if refusals < *histories || reports < *histories {
		t.Error("the histories are too quiet to show anything")
	}
	for _, k := range []register.Kind{register.Approve, register.Disapprove, register.Renew,
		register.Disband, register.Convert, register.Rename, register.GotReport, register.Answer,
		register.Report, register.Correct, register.Intend, "undo " + register.Approve,
		"undo " + register.Disband, "undo " + register.Rename} {
		if kinds[k]*50 < *histories {
			t.Errorf("%s happens %d times in %d histories, which shows little of it", k, kinds[k],
				*histories)
		}
	}
}

// history is people who write into a register at random.
type history struct {
	r       *rand.Rand
	now     time.Time
	book    register.Book
	rule    register.Rule
	ids     int
	frozen  []string // what each report that was issued said
	told    []string
	broken  []string
	written int
	refused int
	kinds   map[register.Kind]int // how often each was written down
}

func newHistory(seed uint64) *history {
	h := &history{r: rand.New(rand.NewPCG(seed, 12)), now: on("2024-01-10").Add(9 * time.Hour),
		rule: rule(), kinds: map[register.Kind]int{},
		book: register.Book{Petitions: map[string][]register.Event{},
			Groups: map[string][]register.Event{}}}
	for year := 2024; year < 2044; year++ {
		for _, c := range []struct{ name, from, to string }{{"Winter", "01-20", "01-24"},
			{"Annual", "06-24", "06-29"}} {
			h.book.Conferences = append(h.book.Conferences,
				register.Conference{Name: fmt.Sprint(c.name, " ", year),
					From: on(fmt.Sprint(year, "-", c.from)), To: on(fmt.Sprint(year, "-", c.to))})
		}
	}
	return h
}

func pick[T any](h *history, list ...T) T { return list[h.r.IntN(len(list))] }

func (h *history) id() string { h.ids++; return fmt.Sprint("e", h.ids) }

func (h *history) today() time.Time { return register.DayOf(h.now) }

func (h *history) breaks(format string, args ...any) {
	h.broken = append(h.broken, fmt.Sprintf(format, args...))
}

// day is today more often than not, else some day before or after it.
func (h *history) day() time.Time {
	switch h.r.IntN(8) {
	case 0:
		return h.today().AddDate(0, 0, -h.r.IntN(500))
	case 1:
		return h.today().AddDate(0, 0, h.r.IntN(300))
	}
	return h.today()
}

func (h *history) roles() []register.Role {
	if h.r.IntN(20) == 0 {
		return nil
	}
	return pick(h, []register.Role{register.Staff}, []register.Role{register.Chair},
		[]register.Role{register.Chair}, []register.Role{register.Admin})
}

func (h *history) step() {
	h.now = h.now.Add(time.Duration(h.r.IntN(30*24)) * time.Hour)
	switch n := h.r.IntN(20); {
	case n == 0 && len(h.book.Petitions) < 6 || len(h.book.Petitions) == 0:
		h.book.Petitions[fmt.Sprint("p", len(h.book.Petitions))] = nil
	case n < 11:
		h.petition()
	case n < 17:
		h.group()
	case n < 18:
		h.issue()
	case n < 19:
		h.correct()
	default:
		h.setting()
	}
}

func (h *history) facts() register.Facts {
	f := complete()
	f.Today, f.Issued, f.Conference = h.today(), "", false
	if h.r.IntN(6) == 0 {
		f.Valid = 99
	}
	return f
}

func names(h *history) string {
	return pick(h, "Seeds", "Maps", "Zines", "Games", "seeds ", "Tools", "Archives")
}

func keys(of map[string][]register.Event) []string {
	var out []string
	for k := range of {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// forward is how a petition goes on where nothing is in its way.
var forward = map[register.State][]register.Kind{
	register.Draft: {register.Submit}, register.Submitted: {register.Acknowledge},
	register.Incomplete: {register.Acknowledge}, register.Acknowledged: {register.Certify},
	register.Tallied: {register.Schedule}, register.OnAgenda: {register.Approve, register.Approve,
		register.Approve, register.Defer, register.Disapprove},
	register.Deferred:    {register.Approve},
	register.Approved:    {register.Report, register.Notify, register.NotifyAnswer},
	register.Disapproved: {register.Report}, register.Reported: {register.Close},
}

func (h *history) petition() {
	id := pick(h, keys(h.book.Petitions)...)
	p := h.book.Petition(id, register.AsOf{})
	f := h.facts()
	f.Issued = p.Told
	steps := p.Next([]register.Role{register.Admin}, f)
	e := register.Event{ID: h.id(), Subject: id, On: h.day(), At: h.now, Words: register.Words{}}
	roles := h.roles()
	if len(steps) == 0 || h.r.IntN(9) == 0 {
		if len(p.Events) == 0 {
			return
		}
		w := p.Events[len(p.Events)-1]
		e.Kind, e.Undoes = register.Undo, w.ID
		err := h.book.CheckPetition(id, e, roles, f)
		if err == nil && !register.MayWrite(w.Kind, roles) {
			h.breaks("%v may take back the step %s and may not write it", roles, w.Kind)
		}
		h.add(h.book.Petitions, e, err)
		return
	}
	e.Kind = steps[h.r.IntN(len(steps))].Kind
	if way := forward[p.State]; len(way) > 0 && h.r.IntN(5) > 0 {
		e.Kind, roles = way[h.r.IntN(len(way))], []register.Role{register.Chair}
	}
	if e.Kind == register.Withdraw && h.r.IntN(4) > 0 {
		return
	}
	group := id
	if ids := keys(h.book.Groups); len(ids) > 0 && h.r.IntN(2) == 0 {
		group = pick(h, ids...)
	}
	if p.Renews != "" && h.r.IntN(4) > 0 {
		group = p.Renews
	}
	for _, w := range []string{"item", "copy", "tally", "missing", "rationale", "units", "note",
		"meeting", "vote", "overlap", "needs", "emails"} {
		e.Words[w] = "x"
	}
	e.Words["tally"], e.Words["conference"] = "t1", p.Told
	switch e.Kind {
	case register.Approve:
		e.Words["group"] = group
		if group == id || h.r.IntN(3) == 0 {
			e.Words["name"] = names(h)
		}
		e = register.Under(e, h.rule)
	case register.Intend:
		e.Words["group"] = pick(h, group, "")
		if e.Words["group"] == id {
			return
		}
	}
	err := h.book.CheckPetition(id, e, roles, f)
	if h.add(h.book.Petitions, e, err) && e.Kind == register.Approve &&
		h.book.Groups[group] == nil {
		h.book.Groups[group] = []register.Event{}
	}
}

func (h *history) group() {
	ids := keys(h.book.Groups)
	if len(ids) == 0 {
		return
	}
	id := pick(h, ids...)
	g := h.book.Group(id, register.AsOf{Day: h.today()})
	e := register.Event{ID: h.id(), Subject: id, On: h.day(), At: h.now, Words: register.Words{}}
	roles := h.roles()
	if h.r.IntN(6) == 0 && len(g.Written) > 0 {
		w := g.Written[h.r.IntN(len(g.Written))]
		e.Kind, e.Undoes = register.Undo, w.ID
		err := h.book.CheckGroup(id, e, roles, h.facts())
		if err == nil && !register.MayWriteOfGroup(w.Kind, roles) {
			h.breaks("%v may take back %s of a group and may not write it", roles, w.Kind)
		}
		h.add(h.book.Groups, e, err)
		return
	}
	e.Kind = pick(h, register.GotReport, register.GotReport, register.AskReport, register.Liaison,
		register.Contact, register.Handbook, register.Support, register.Answer,
		register.Rename, register.Purposed, register.Link, register.Remind, register.Convert,
		register.Disband, register.Report, register.Renew)
	if (e.Kind == register.Convert || e.Kind == register.Disband) && h.r.IntN(3) > 0 {
		return
	}
	e.Words = register.Words{"name": names(h), "purpose": "P", "liaisons": names(h), "contact": "C",
		"text": "T", "link": pick(h, "https://example.org", "javascript:x"), "what": "W",
		"due": pick(h, e.On.AddDate(0, 2, 0).Format(time.DateOnly), "soon"), "about": "x",
		"unit": "U", "reason": "R", "year": fmt.Sprint(e.On.Year() - h.r.IntN(3)),
		"conference": g.Conference}
	if n := len(g.Asked); n > 0 && h.r.IntN(2) == 0 {
		e.Words["asked"] = g.Asked[h.r.IntN(n)].ID
	}
	if n := len(g.Support); n > 0 {
		e.Words["support"], e.Words["answer"] = g.Support[h.r.IntN(n)].ID, "yes"
	}
	h.add(h.book.Groups, e, h.book.CheckGroup(id, e, roles, h.facts()))
}

func (h *history) add(to map[string][]register.Event, e register.Event, err error) bool {
	if err != nil {
		h.refused++
		return false
	}
	h.told = append(h.told, fmt.Sprintf("%s  %s %s on %s, %s %v", h.now.Format(time.DateOnly),
		e.Subject, e.Kind, e.On.Format(time.DateOnly), e.ID, e.Undoes))
	kind := e.Kind
	for _, w := range to[e.Subject] {
		if w.ID == e.Undoes {
			kind = "undo " + w.Kind
		}
	}
	if group := e.Words["group"]; kind == register.Approve && group != e.Subject {
		h.kinds[register.Renew]++
	}
	h.kinds[kind]++
	to[e.Subject] = append(to[e.Subject], e)
	h.written++
	return true
}

func (h *history) issue() {
	r := register.Issued{Conference: pick(h, h.book.Conferences...).Name, Document: h.id(),
		On: h.today(), CutOff: h.day()}
	if h.r.IntN(4) > 0 {
		c := h.book.Next(h.today())
		r.Conference, r.CutOff = c.Name, h.today()
	}
	h.issueOf(r, h.roles())
}

func (h *history) issueOf(r register.Issued, roles []register.Role) {
	if err := h.book.CheckIssue(r, roles, h.today()); err != nil {
		h.refused++
		return
	}
	h.ids++
	r.ID, r.At = fmt.Sprint("r", h.ids), h.now
	for _, a := range h.book.ActionsFor(r.Conference, r.CutOff, h.now) {
		r.Actions = append(r.Actions, a.Event)
	}
	for _, c := range h.book.CorrectionsFor(r.Conference, r.CutOff, h.now) {
		r.Corrections = append(r.Corrections, c.ID)
	}
	h.book.Issued = append(h.book.Issued, r)
	h.frozen = append(h.frozen, h.says(r))
	h.told = append(h.told, fmt.Sprintf("%s  report for %s up to %s: %v",
		h.now.Format(time.DateOnly), r.Conference, r.CutOff.Format(time.DateOnly), r.Actions))
	h.now = h.now.Add(time.Second)
}

// says is all that a report tells of petitions and groups.
func (h *history) says(r register.Issued) string {
	as := register.AsOf{Day: r.CutOff, Known: r.At}
	said := struct {
		Actions     []register.Action
		Corrections []register.Event
		Groups      []register.Group
		Petitions   []register.Petition
	}{Actions: h.book.ActionsFor(r.Conference, r.CutOff, r.At), Corrections: h.book.CorrectionsFor(
		r.Conference, r.CutOff, r.At), Groups: h.book.All(as)}
	for i := range said.Actions {
		said.Actions[i].Told = "" // it is told by this report once it is issued
	}
	for i := range said.Groups {
		said.Groups[i].Conference = ""
	}
	for _, id := range keys(h.book.Petitions) {
		p := h.book.Petition(id, as)
		p.Told = ""
		if len(p.Events) > 0 { // one that was not there then has none
			said.Petitions = append(said.Petitions, p)
		}
	}
	text, err := json.Marshal(said)
	if err != nil {
		h.breaks("%v", err)
	}
	return string(text)
}

func (h *history) correct() {
	e := register.Event{ID: h.id(), Kind: register.Correct, On: h.day(), At: h.now,
		Words: register.Words{"text": "It was 7 to 1."}}
	if n := len(h.book.Issued); n > 0 {
		e.Words["report"] = h.book.Issued[h.r.IntN(n)].Conference
	}
	if n := len(h.book.Corrections); n > 0 && h.r.IntN(4) == 0 {
		e.Kind, e.Undoes = register.Undo, h.book.Corrections[n-1].ID
	}
	if err := h.book.CheckCorrection(e, h.roles(), h.today()); err != nil {
		h.refused++
		return
	}
	h.book.Corrections = append(h.book.Corrections, e)
	h.kinds[e.Kind]++
	h.written++
}

// setting changes the rule of the association, which changes nothing that is written down.
func (h *history) setting() {
	before := h.everything()
	h.rule.Years, h.rule.Window = 1+h.r.IntN(5), 30*(1+h.r.IntN(9))
	h.rule.ReportMonth, h.rule.ReportDay = time.Month(1+h.r.IntN(12)), 1+h.r.IntN(28)
	if h.everything() != before {
		h.breaks("a setting changed what was there before")
	}
}

func (h *history) everything() string {
	text, err := json.Marshal(h.book.All(register.AsOf{Day: h.today()}))
	if err != nil {
		h.breaks("%v", err)
	}
	return string(text)
}

// issueTheRest gives Council all that is left at the conference after the last day.
func (h *history) issueTheRest() {
	h.now = h.now.AddDate(1, 0, 0)
	c := h.book.Next(h.today())
	h.issueOf(register.Issued{Conference: c.Name, Document: h.id(), On: h.today(),
		CutOff: h.today()}, []register.Role{register.Chair})
}

// look holds the register against what it promises.
func (h *history) look() {
	for i, r := range h.book.Issued {
		if now := h.says(r); now != h.frozen[i] {
			h.breaks("the report for %s changed after it was issued:\n%s\n%s", r.Conference,
				h.frozen[i], now)
		}
	}
	h.lookAtActions()
	groups := h.book.All(register.AsOf{Day: h.today()})
	for _, g := range groups {
		h.lookAtGroup(g)
		for _, other := range groups {
			if other.ID < g.ID && g.Exists() && other.Exists() &&
				strings.EqualFold(strings.TrimSpace(g.Name), strings.TrimSpace(other.Name)) {
				h.breaks("%s and %s have one name, %s", g.ID, other.ID, g.Name)
			}
		}
	}
}

func (h *history) lookAtActions() {
	in := map[string]int{}
	for _, r := range h.book.Issued {
		for _, a := range r.Actions {
			in[a]++
		}
	}
	for _, a := range h.book.Actions(register.AsOf{Day: h.today()}) {
		if in[a.Event] != 1 {
			h.breaks("%s of %s%s is in %d reports", a.Kind, a.Petition, a.Group, in[a.Event])
		}
		if r, _ := h.book.Report(a.Told); !a.Reported.On.IsZero() && a.Reported.On.Before(r.On) {
			h.breaks("Council was told of %s of %s%s before the report had its date", a.Kind,
				a.Petition, a.Group)
		}
		delete(in, a.Event)
	}
	if len(in) > 0 {
		h.breaks("reports tell of what does not stand: %v", in)
	}
}

func (h *history) lookAtGroup(g register.Group) {
	for i, t := range g.Terms {
		if t.Number != i+1 || i > 0 && !t.From.Equal(g.Terms[i-1].To.AddDate(0, 0, 1)) ||
			!t.To.Equal(t.From.AddDate(t.Rule.Years, 0, -1)) {
			h.breaks("terms of %s: %v", g.ID, g.Terms)
		}
	}
	years := map[int]bool{}
	for _, r := range g.Reports {
		if r.Asked == "" && years[r.Year] || r.On.Before(g.First()) {
			h.breaks("reports of %s: %v", g.ID, g.Reports)
		}
		years[r.Year] = r.Asked == ""
	}
	ended := slices.IndexFunc(g.Written, func(e register.Event) bool { return e.ID == g.Ending })
	for i, e := range g.Written {
		// What happened on the last morning was written down before the end was.
		late := i < ended && e.On.Equal(g.Ended) ||
			slices.Contains([]register.Kind{register.GotReport, register.Report, register.Remind,
				register.Answer}, e.Kind) || e.ID == g.Ending
		if e.On.Before(g.First()) || !late && !g.Ended.IsZero() && !e.On.Before(g.Ended) {
			h.breaks("%s happened to %s on %s, which lived from %s to %s", e.Kind, g.ID,
				e.On.Format(time.DateOnly), g.First().Format(time.DateOnly),
				g.Ended.Format(time.DateOnly))
		}
		// What takes effect on a day does so on that day and not before.
		was, is := h.book.Group(g.ID, register.AsOf{Day: e.On.AddDate(0, 0, -1)}),
			h.book.Group(g.ID, register.AsOf{Day: e.On})
		has := func(g register.Group) bool {
			return slices.ContainsFunc(g.Events, func(x register.Event) bool {
				return x.ID == e.ID
			})
		}
		if has(was) || !has(is) {
			h.breaks("%s of %s takes effect on another day than %s", e.Kind, g.ID,
				e.On.Format(time.DateOnly))
		}
	}
	if g.Over() {
		for _, t := range register.DueOfGroup(g, register.Conference{}) {
			if t.Key != "report" {
				h.breaks("%s has ended, and is to %s", g.ID, t.What)
			}
		}
	}
}
