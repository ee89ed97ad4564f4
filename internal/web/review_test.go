package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"countersign/internal/office"
	"countersign/internal/store"
)

// A verifier goes through a whole petition without touching the mouse: one
// key where the first member is right, a search where nobody fits.
func TestReviewByKeyboard(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 30)
	s.undecided(t)
	open, likely := map[string]office.Line{}, 0
	for _, l := range s.lines(t) {
		if l.Verdict == "uncertain" {
			open[l.ID] = l
			if l.Look != "search" {
				likely++
			}
		}
	}
	p := s.come(t, "Vera Okafor")
	seen := map[string]string{} // line, what was found
	keys, certain := 0, false
	for range 200 {
		p.until("a line, a question or the end is shown",
			`document.querySelector("#rv-stage .rv-line, #rv-stage .rv-rest, dialog[open]")`)
		if ask[bool](p, `Boolean(document.querySelector("#rv-certain[open]"))`) {
			certain = true
			line := p.line()
			p.press("g")
			if p.line() == line {
				delete(seen, line) // the question came before the key
			}
			continue
		}
		line := p.line()
		if line == "" {
			break
		}
		if seen[line] != "" {
			t.Fatalf("line %s is shown a second time", line)
		}
		answered := fmt.Sprintf(`document.querySelector("dialog[open]") || `+
			`document.querySelector(".rv-line")?.dataset.line !== %q`, line)
		if ask[string](p, `document.querySelector(".rv-line").dataset.look`) == "search" {
			seen[line] = "nobody"
			p.until("what was found of the name, or a question, is shown",
				`document.querySelector("#rv-results [data-query], dialog[open]")`)
			if ask[bool](p, `Boolean(document.querySelector("dialog[open]"))`) {
				delete(seen, line) // the question came before the key
				continue
			}
			p.press("n")
			p.until("the key is answered", answered)
		} else {
			seen[line] = "accept"
			p.press(enter)
			keys++
			p.until("the key is answered", answered)
			if p.line() == line {
				keys--
			}
		}
	}
	p.until("the end is shown", `document.querySelector(".rv-rest")`)
	p.saved()
	if !certain {
		t.Error("nothing was said when the outcome became certain")
	}
	if len(seen) != len(open) || keys != likely {
		t.Errorf("%d lines were seen, %d keys accepted the first member; want %d and %d", len(seen),
			keys, len(open), likely)
	}
	found := s.findings(t)
	if len(found) != len(open) {
		t.Errorf("%d findings were stored, want %d", len(found), len(open))
	}
	for _, f := range found {
		l := open[f.LineID]
		if f.Kind != seen[f.LineID] {
			t.Errorf("line %s: %q is stored, %q was found", f.LineID, f.Kind, seen[f.LineID])
		}
		if f.Kind == "accept" && f.MemberID != l.Candidates[0].Member.ID {
			t.Errorf("line %s: member %s was accepted, want the first, %s", f.LineID, f.MemberID,
				l.Candidates[0].Member.ID)
		}
		if f.Kind == "nobody" && f.Searches != 1 {
			t.Errorf("line %s: %d searches are stored, want 1", f.LineID, f.Searches)
		}
	}
	if _, err := s.store.VerifyAudit(context.Background()); err != nil {
		t.Error(err)
	}
}

// Every key does what its button says, and the words beside it are right.
func TestReviewKeys(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 20)
	s.undecided(t)
	p := s.come(t, "Clara Stone")
	for key, kind := range map[string]string{"i": "illegible", "s": "unsigned", "k": "struck",
		"d": "duplicate", "1": "accept"} {
		line := p.line()
		p.free()
		p.press(key)
		p.until("the next line is shown",
			fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`,
				line))
		p.saved()
		if f := last(s.findings(t)); f.Kind != kind || f.LineID != line {
			t.Errorf("key %s: %s of line %s was stored, want %s of %s", key, f.Kind, f.LineID, kind,
				line)
		}
	}
	line := p.line()
	p.free()
	p.press("x")
	p.run(chromedp.Click(chromedp.CSS(`#rv-reasons button[value="out-of-window"]`)))
	p.until("the next line is shown",
		fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`, line))
	p.saved()
	if f := last(s.findings(t)); f.Kind != "out-of-window" || f.LineID != line {
		t.Errorf("other reasons: %s of line %s was stored", f.Kind, f.LineID)
	}
	// One is left for later, and the one before is shown again.
	line = p.line()
	p.press(kb.ArrowRight)
	p.until("another line is shown",
		fmt.Sprintf(`document.querySelector(".rv-line")?.dataset.line !== %q`, line))
	p.press(kb.ArrowLeft)
	p.until("the line is shown again",
		fmt.Sprintf(`document.querySelector(".rv-line")?.dataset.line === %q`, line))
	p.free()
	p.press("f", "I", "s", " ", "i", "t", "?", enter)
	p.until("the next line is shown",
		fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`, line))
	p.saved()
	if f := last(s.findings(t)); f.Kind != "flag" || f.Note != "Is it?" {
		t.Errorf("flag: %s %q was stored", f.Kind, f.Note)
	}
	for p.free() { // of somebody, not of nobody
		line = p.line()
		p.press("i")
		p.until("the next line is shown",
			fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`,
				line))
	}
	line = p.line()
	p.press("o")
	// nobody is chosen before
	ask[int](p, `document.querySelector("#rv-override select").selectedIndex = 1`)
	p.run(chromedp.SendKeys(chromedp.CSS(`#rv-override input[name=note]`), "paid at the door"+
		enter))
	p.until("the next line is shown",
		fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`, line))
	p.saved()
	if f := last(s.findings(t)); f.Kind != "override" || f.Note != "paid at the door" || !f.Chair ||
		f.MemberID == "" {
		t.Errorf("override: %+v was stored", f)
	}
	p.press("z")
	if !ask[bool](p, `document.getElementById("rv-picture").classList.contains("rv-zoomed")`) {
		t.Error("z does not enlarge the picture")
	}
	p.press("?")
	if !ask[bool](p, `document.getElementById("rv-help").open`) {
		t.Error("? does not open the help")
	}
}

func last(found []store.Finding) store.Finding {
	if len(found) == 0 {
		return store.Finding{}
	}
	return found[len(found)-1]
}

// Text that is corrected is compared with the roll again, on the same line.
func TestReviewCorrects(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	p := s.signedIn(t, "Vera Okafor")
	line := s.lines(t)[14] // nobody fits "Jennifer Aquino"
	p.open(s.url() + "?line=" + line.ID)
	p.press("\x1b", "c")
	p.run(chromedp.SetValue(chromedp.CSS(`#rv-correct input[name=field-name]`), "Lea Loic"),
		chromedp.SendKeys(chromedp.CSS(`#rv-correct input[name=field-name]`), enter))
	p.until("the member is offered",
		`document.querySelector(".rv-line").dataset.first === "1086620"`)
	if p.line() != line.ID || !strings.Contains(p.text(".rv-read"), "corrected") {
		t.Errorf("line %s is shown, as read: %s", p.line(), p.text(".rv-read"))
	}
	p.press(enter)
	p.saved()
	if f := last(s.findings(t)); f.Kind != "accept" || f.MemberID != "1086620" ||
		f.LineID != line.ID {
		t.Errorf("%s %s was stored of line %s", f.Kind, f.MemberID, f.LineID)
	}

	// Two members have the name that stands here, both in good standing: e counts one.
	line = s.lines(t)[15]
	fields := map[string]string{}
	for _, f := range line.Fields {
		fields[f.Key] = ""
	}
	fields["name"] = "Dawn Smith"
	if _, err := s.store.AddFinding(t.Context(), store.Finding{LineID: line.ID,
		By: s.accounts["Vera Okafor"].ID, Kind: "correct", Fields: fields}); err != nil {
		t.Fatal(err)
	}
	p.open(s.url() + "?line=" + line.ID)
	p.free()
	p.press("e")
	p.saved()
	if f := last(s.findings(t)); f.Kind != "one-of" || f.MemberID != "1616398" &&
		f.MemberID != "1117341" || f.LineID != line.ID {
		t.Errorf("%s %s was stored of line %s", f.Kind, f.MemberID, f.LineID)
	}
	for _, l := range s.lines(t) {
		if l.ID == line.ID && l.Verdict != "valid" {
			t.Errorf("one of two was counted, and the line is %s: %s", l.Verdict, l.Because)
		}
	}
}

// In a text field a key is a letter, and keys can be turned off for good.
func TestReviewKeysRest(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	p := s.come(t, "Vera Okafor")
	line := p.line()
	p.press("/", "n", "i", "s", "k", "d", "u", "1")
	if got := ask[string](p, `document.getElementById("rv-q").value`); got != "niskdu1" {
		t.Errorf("the search box holds %q, want what was typed, niskdu1", got)
	}
	p.press("\x1b")
	p.run(chromedp.Click(chromedp.CSS("#rv-toggle")))
	p.run(chromedp.Evaluate[chromedp.Void](`document.getElementById("rv-place").focus()`))
	p.press("i", "s", "k", "d", enter)
	p.open(s.url())
	p.press("i", enter)
	p.saved()
	if p.line() != line || len(s.findings(t)) != 0 {
		t.Errorf("keys that are turned off found something: %v", s.findings(t))
	}
	p.run(chromedp.Click(chromedp.CSS("#rv-toggle")))
	p.run(chromedp.Evaluate[chromedp.Void](`document.getElementById("rv-place").focus()`))
	p.press("i")
	p.until("the next line is shown",
		fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`, line))
}

// What was found can be taken back, one after the other, also after the page
// was loaded again, until a tally counts it.
func TestReviewUndoes(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 33)
	p := s.come(t, "Vera Okafor")
	first := p.line()
	p.press(enter)
	p.until("the next line is shown",
		fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`, first))
	p.free()
	p.press("s")
	p.until("two are found", `document.getElementById("rv-done").textContent === "2"`)
	second := s.findings(t)
	p.free()
	p.press("u")
	p.saved()
	p.open(s.url())
	p.free()
	p.press("u")
	p.until("the first line is shown again",
		fmt.Sprintf(`document.querySelector(".rv-line")?.dataset.line === %q`, first))
	p.saved()
	var kinds []string
	for _, f := range s.findings(t) {
		kinds = append(kinds, f.Kind)
	}
	if want := []string{"accept", "unsigned", "undo", "undo"}; !slices.Equal(kinds, want) {
		t.Errorf("%v were stored, want %v (%d before)", kinds, want, len(second))
	}
	p.press(enter)
	p.saved()
	if _, err := s.store.AddTally(context.Background(), store.Tally{PetitionID: s.petition.ID,
		Counts: []byte("{}"), By: s.accounts["Clara Stone"].ID}); err != nil {
		t.Fatal(err)
	}
	p.free()
	p.press("u")
	p.until("the refusal is shown",
		`document.querySelector("#rv-notices")?.innerText.includes("certified tally")`)
	p.saved()
	if got := last(s.findings(t)).Kind; got != "accept" {
		t.Errorf("after the tally %q was stored", got)
	}
}

// Two people never see the same line, see where the other is, and lose from
// view what the other decides.
func TestReviewTogether(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 10)
	s.undecided(t)
	vera, viktor := s.come(t, "Vera Okafor"), s.come(t, "Viktor Lind")
	by := map[string]string{}
	for range 10 {
		for name, p := range map[string]*person{"Vera": vera, "Viktor": viktor} {
			p.until("a line is shown", `document.querySelector(".rv-line")`)
			line := p.line()
			if other := by[line]; other != "" {
				t.Fatalf("%s sees line %s, which %s has had", name, line, other)
			}
			by[line] = name
			if ask[string](p, `document.querySelector(".rv-line").dataset.look`) == "search" {
				p.press("\x1b")
			}
			p.press("i")
			p.until("the next line is shown",
				fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`,
					line))
		}
	}
	vera.saved()
	viktor.saved()
	if got := len(s.findings(t)); got != 20 {
		t.Errorf("%d findings were stored, want 20", got)
	}
	vera.until("Vera sees where Viktor is",
		`document.querySelector(".rv-others")?.innerText.includes("Viktor Lind is at page")`)
	line := viktor.line()
	s.post(t, "Clara Stone", url.Values{"line": {line}, "do": {"struck"},
		"id": {s.accounts["Clara Stone"].ID + ".0123456789"}})
	viktor.until("Viktor is told and goes on",
		fmt.Sprintf(
			`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q && document.querySelector("#rv-notices").innerText.includes("was decided by Clara Stone")`, line))
}

// What is found while the connection is down is kept, shown as not saved, and
// stored once when it is back: also where only the answer was lost, and where
// the page was closed in between.
func TestReviewConnectionLost(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 20)
	s.undecided(t)
	p := s.come(t, "Vera Okafor")
	p.until("lines are loaded ahead",
		`performance.getEntriesByType("resource").filter((e) => e.name.includes("/lines/")).length >= 5`)
	lost := map[string]int{}
	find := func(n int) {
		for range n {
			line := p.line()
			lost[line]++
			if p.free() {
				p.press("i")
			} else {
				p.press(enter)
			}
			p.until("the next line is shown",
				fmt.Sprintf(`document.querySelector(".rv-line")?.dataset.line !== %q`, line))
		}
	}
	s.line.Store(answerLost)
	find(2)
	p.until("it is said that nothing is saved",
		`document.getElementById("rv-saved").innerText.includes("2 findings could not be saved")`)
	s.line.Store(broken)
	find(2)
	p.until("it is said that nothing is saved",
		`document.getElementById("rv-saved").innerText.includes("4 findings could not be saved")`)
	s.line.Store(connected)
	p.saved()
	find(1)
	p.saved()
	s.line.Store(broken)
	find(1)
	p.until("it is said that nothing is saved",
		`document.getElementById("rv-saved").innerText.includes("1 finding could not be saved")`)
	warned := p.leave()
	s.line.Store(connected)
	p.open(s.url())
	p.saved()
	if !warned {
		t.Error("the page was left without a warning that something is not saved")
	}
	stored := map[string]int{}
	for _, f := range s.findings(t) {
		stored[f.LineID]++
	}
	for line, n := range lost {
		if n != 1 || stored[line] != 1 {
			t.Errorf("line %s: decided %d times, stored %d times", line, n, stored[line])
		}
	}
	if len(stored) != 6 || len(lost) != 6 {
		t.Errorf("%d lines were decided and %d stored, want 6", len(lost), len(stored))
	}
}

// The second person does not learn what the first one found, neither may they
// be the same; a third settles a disagreement.
func TestReviewBlind(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	s.rules(t, "second-reviewer: sample\nsample-percent: 100\n")
	line := s.lines(t)[2]
	vera, viktor, vicky := s.signedIn(t, "Vera Okafor"), s.signedIn(t, "Viktor Lind"),
		s.signedIn(t, "Vicky Alvarez")
	at := s.url() + "?line=" + line.ID
	vera.open(at)
	vera.press(enter)
	vera.saved()
	vera.open(at)
	if got := vera.text(".rv-closed"); !strings.Contains(got, "You have judged this line") {
		t.Errorf("the first person may look a second time: %q", got)
	}
	viktor.open(at)
	page := ask[string](viktor, `document.getElementById("rv-stage").innerHTML`)
	if strings.Contains(page, "Vera") || strings.Contains(page, "accepted") ||
		!strings.Contains(unbroken([]byte(page)), "on their own") {
		t.Error("the second person sees what the first one found")
	}
	viktor.press("i")
	viktor.saved()
	vicky.open(at)
	if page := ask[string](vicky,
		`document.getElementById("rv-stage").innerHTML`); strings.Contains(page, "Vera") ||
		!strings.Contains(page, "Two people disagree") {
		t.Error("the third person is told who found what, or not what to settle")
	}
	vicky.press(enter)
	vicky.saved()
	c, err := s.office.Case(context.Background(), s.petition.ID)
	if err != nil {
		t.Fatal(err)
	}
	if l := *c.Line(c.Find(line.ID)); l.Verdict != "valid" ||
		l.MemberID != line.Candidates[0].Member.ID {
		t.Errorf("two of three accepted the first member, and the line is %s, %s", l.Verdict,
			l.MemberID)
	}
}

// Nobody can be said only after the roll was searched, as often as the office
// asks for; the service sees to it, whatever the page does.
func TestReviewSearchBeforeNobody(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	ctx := context.Background()
	line := s.lines(t)[9].ID
	form := url.Values{"line": {line}, "do": {"nobody"}, "id": {s.accounts["Vera Okafor"].ID +
		".0123456789"}}
	if status, page := s.post(t, "Vera Okafor", form); status != http.StatusUnprocessableEntity ||
		!strings.Contains(page, "Search the roll first") {
		t.Errorf("nobody without a search: status %d", status)
	}
	if err := s.store.SetSetting(ctx, "searches-before-nobody", "3", ""); err != nil {
		t.Fatal(err)
	}
	form["searched"] = []string{"Cambo", "cambo ", "Chantel"}
	if status, _ := s.post(t, "Vera Okafor", form); status != http.StatusUnprocessableEntity {
		t.Errorf("two different searches of three: status %d", status)
	}
	p := s.signedIn(t, "Vera Okafor")
	p.open(s.url() + "?line=" + line)
	p.press("\x1b", "n") // puts the person into the search box
	for _, query := range []string{"", "cambo", "chantel"} {
		p.press("\x1b", "/")
		if query != "" {
			p.run(chromedp.SetValue(chromedp.CSS("#rv-q"), query))
		}
		p.press(enter)
		p.until("the search is answered", `document.activeElement.id === "rv-results"`)
		if query != "chantel" {
			p.press("n")
			if p.line() != line {
				t.Fatal("the line was given to nobody too early")
			}
		}
	}
	p.press("n")
	p.until("the next line is shown",
		fmt.Sprintf(`(document.querySelector(".rv-line")?.dataset.line ?? %[1]q) !== %[1]q`, line))
	p.saved()
	if f := last(s.findings(t)); f.Kind != "nobody" || f.Searches != 3 {
		t.Errorf("%s after %d searches was stored, want nobody after 3", f.Kind, f.Searches)
	}
}

const shownLine = `<article class="rv-line" data-line="([^"]+)"`

// Without a script the page is forms that lead from line to line.
func TestReviewForms(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	c := s.client(t, "Vera Okafor")
	page := get(t, c, s.url())
	line, id := value(t, page, shownLine), value(t, page, `name="id" value="([^"]+)"`)
	member := value(t, page, `value="accept (\d+)"`)
	accept := url.Values{"line": {line}, "id": {id}, "do": {"accept " + member}}
	next := send(t, c, s.url(), accept)
	if value(t, next, shownLine) == line {
		t.Error("the form does not lead to the next line")
	}
	send(t, c, s.url(), accept) // sent twice by an impatient finger
	if got := len(s.findings(t)); got != 1 {
		t.Errorf("%d findings were stored, want 1", got)
	}
	undoes := value(t, next, `name="undoes" value="([^"]+)"`)
	back := send(t, c, s.url(), url.Values{"line": {line}, "id": {id + "u"}, "do": {"undo"},
		"undoes": {undoes}})
	if value(t, back, shownLine) != line {
		t.Error("undoing does not lead back to the line")
	}
	found := get(t, c, s.url()+"?line="+line+"&q=baca")
	if !strings.Contains(found, "Maria") || !strings.Contains(found,
		`name="searched" value="baca"`) {
		t.Error("the search finds nobody, or is forgotten")
	}
	send(t, c, s.url(), url.Values{"line": {line}, "id": {id + "n"}, "do": {"nobody"},
		"searched": {"baca"}})
	if f := last(s.findings(t)); f.Kind != "nobody" || f.Searches != 1 {
		t.Errorf("%s after %d searches was stored", f.Kind, f.Searches)
	}
	flagged := s.lines(t)[14].ID
	send(t, c, s.url(), url.Values{"line": {flagged}, "id": {id + "f"}, "do": {"flag"},
		"note": {"Two hands?"}})
	chair := get(t, s.client(t, "Clara Stone"), s.url()+"?line="+flagged)
	if !strings.Contains(chair, "Two hands?") || !strings.Contains(chair, "waits for the chair") {
		t.Error("the chair does not see the flag and its note")
	}
	if strings.Contains(get(t, c, s.url()+"?line="+flagged), "what Vera Okafor found") {
		t.Error("a verifier is offered to take back as the chair may")
	}
	clara := s.client(t, "Clara Stone")
	fields := url.Values{"line": {flagged}, "do": {"undo"},
		"undoes": {value(t, chair, `name="undoes" value="([^"]+)"`)},
		"id":     {value(t, chair, `name="id" value="([^"]+r0)"`)}}
	send(t, clara, s.url(), fields)
	if f := last(s.findings(t)); f.Kind != "undo" || f.By != s.accounts["Clara Stone"].ID {
		t.Errorf("%+v was stored, where the chair took a flag back", f)
	}
}

// Only who may review does, with findings of their own only.
// Lines that nobody compared with a membership export wait for it, not for a person.
func TestReviewWaitsForExport(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	s.petition.SnapshotID = ""
	s.rules(t, "")
	page := get(t, s.client(t, "Vera Okafor"), s.url())
	if !strings.Contains(page, "still to be compared with the membership export") ||
		strings.Contains(page, "a second reviewer or the chair") {
		t.Errorf("a verifier is told\n%s", page)
	}
}

func TestReviewRefusals(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	ctx := context.Background()
	staff, err := s.store.AddAccount(ctx, store.Account{Email: "staff@example.org",
		Name: "Stan Mills", Roles: []store.Role{store.Staff}})
	if err != nil {
		t.Fatal(err)
	}
	s.accounts["Stan Mills"] = staff
	line := s.lines(t)[2].ID
	id := func(name, tail string) []string { return []string{s.accounts[name].ID + "." + tail} }
	for _, tt := range []struct {
		name, who string
		form      url.Values
		status    int
	}{
		{"staff", "Stan Mills", url.Values{"line": {line}, "do": {"struck"}, "id": id("Stan Mills",
			"0123456789")}, http.StatusForbidden},
		{"somebody else's id", "Vera Okafor", url.Values{"line": {line}, "do": {"struck"},
			"id": id("Viktor Lind", "0123456789")}, http.StatusBadRequest},
		{"no id", "Vera Okafor", url.Values{"line": {line}, "do": {"struck"}},
			http.StatusBadRequest},
		{"a member who is not on the roll", "Vera Okafor", url.Values{"line": {line},
			"do": {"accept 7"}, "id": id("Vera Okafor", "0123456780")},
			http.StatusUnprocessableEntity},
		{"a line of nothing", "Vera Okafor", url.Values{"line": {"x"}, "do": {"struck"},
			"id": id("Vera Okafor", "0123456781")}, http.StatusNotFound},
		{"a decided line", "Vera Okafor", url.Values{"line": {s.lines(t)[0].ID}, "do": {"struck"},
			"id": id("Vera Okafor", "0123456782")}, http.StatusConflict},
		{"a flag without a note", "Vera Okafor", url.Values{"line": {line}, "do": {"flag"},
			"id": id("Vera Okafor", "0123456783")}, http.StatusUnprocessableEntity},
		{"a note without end", "Vera Okafor", url.Values{"line": {line}, "do": {"flag"},
			"note": {strings.Repeat("é", 2001)}, "id": id("Vera Okafor", "0123456785")},
			http.StatusUnprocessableEntity},
		{"a correction without end", "Vera Okafor", url.Values{"line": {line}, "do": {"correct"},
			"field-name": {strings.Repeat("x", 501)}, "id": id("Vera Okafor", "0123456786")},
			http.StatusUnprocessableEntity},
		{"undoing nothing", "Vera Okafor", url.Values{"line": {line}, "do": {"undo"},
			"undoes": {"x"}, "id": id("Vera Okafor", "0123456784")}, http.StatusConflict},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, page := s.post(t, tt.who, tt.form); status != tt.status {
				t.Errorf("status %d, want %d: %s", status, tt.status, page)
			}
		})
	}
	if got := s.findings(t); len(got) != 0 {
		t.Errorf("refused findings were stored: %v", got)
	}
}

// axe-core finds nothing serious, in light and dark, whatever is shown.
func TestReviewAccessible(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 44, 36) // the last lines are written by the first signers again
	viktor := s.come(t, "Viktor Lind")
	viktor.saved()
	p := s.signedIn(t, "Clara Stone")
	check := func(what string) {
		t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia,
				emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
				t.Fatal(err)
			}
			if !ask[bool](p, `"axe" in window`) {
				p.run(chromedp.Evaluate[chromedp.Void](axe + ";0"))
			}
			options := `{resultTypes: ["violations"]}`
			if scheme == "dark" { // where nothing else can differ
				options = `{runOnly: ["color-contrast"]}`
			}
			found, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](`axe.run(document, `+
				options+
				`).then((r) => r.violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => v.id + ": " + v.help + " " + v.nodes.map((n) => n.html + " " + n.failureSummary).join(" ")))`, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				t.Errorf("%s, %s: %s", what, scheme, f)
			}
		}
	}
	for i, what := range map[int]string{3: "a line to confirm", 9: "a line to search for",
		0: "a decided line", 40: "a duplicate"} {
		p.open(s.url() + "?line=" + s.lines(t)[i].ID)
		p.saved()
		check(what)
	}
	p.open(s.url() + "?line=" + s.lines(t)[3].ID)
	p.saved()
	p.seenAtOnce(t, check)
	p.open(s.url() + "?line=" + s.lines(t)[9].ID)
	p.saved()
	p.press("/")
	p.run(chromedp.SetValue(chromedp.CSS("#rv-q"), "maria"))
	p.press(enter)
	p.until("the search is answered", `document.activeElement.id === "rv-results"`)
	check("results")
	p.press("o")
	check("an open box")
	p.press("\x1b", "?")
	check("the help")
	for _, l := range s.lines(t) {
		if l.Verdict == "uncertain" {
			if _, err := s.store.AddFinding(t.Context(), store.Finding{LineID: l.ID,
				By: s.accounts["Clara Stone"].ID, Chair: true, Kind: "illegible"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.open(s.url())
	check("the end")
}

// client is a browser without scripts, signed in.
func (s *reviewService) client(t testing.TB, name string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(at, []*http.Cookie{{Name: "countersign", Value: s.session(t, name)}})
	return &http.Client{Jar: jar, Timeout: 30 * time.Second}
}

// post sends a form of the review and gives what was answered, redirects not
// followed.
func (s *reviewService) post(t testing.TB, name string, form url.Values) (status int, page string) {
	t.Helper()
	c := s.client(t, name)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := c.PostForm(s.url(), form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

func get(t testing.TB, c *http.Client, url string) string {
	t.Helper()
	r, err := c.Get(url)
	return body(t, r, err)
}

func send(t testing.TB, c *http.Client, url string, form url.Values) string {
	t.Helper()
	r, err := c.PostForm(url, form)
	return body(t, r, err)
}

func body(t testing.TB, r *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: status %d: %s", r.Request.Method, r.Request.URL, r.StatusCode, text)
	}
	return unbroken(text)
}

func value(t testing.TB, page, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page has nothing like %s", pattern)
	}
	return m[1]
}
