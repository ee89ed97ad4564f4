package web

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/internal/office"
	"countersign/internal/store"
)

// A decided line comes up among the others and looks like them, whatever is done
// with it; what is found of it is kept as a second look, and can be taken back.
func TestReviewLooksAgain(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	line := s.again(t)
	c := s.client(t, "Vera Okafor")

	byLink := get(t, c, s.url()+"?line="+line.ID)
	if !strings.Contains(byLink, "This line is decided") {
		t.Error("who comes by a link before the queue gave the line does not see how it stands")
	}
	page := get(t, c, s.url())
	for range 60 {
		if value(t, page, shownLine) == line.ID {
			break
		}
		page = send(t, c, s.url(), url.Values{"line": {value(t, page, shownLine)},
			"id": {value(t, page, `name="id" value="([^"]+)"`)}, "do": {"illegible"}})
	}
	if value(t, page, shownLine) != line.ID {
		t.Fatal("the line never comes up")
	}
	if len(s.findings(t)) == 0 {
		t.Error("it comes up first")
	}
	article := regexp.MustCompile(`(?s)<article.*</article>`).FindString(page)
	for _, word := range []string{"looked", "decided", "valid", "known", "measure"} {
		if regexp.MustCompile(`(?i)\b` + word + `\b`).MatchString(article) {
			t.Errorf("the page says %q of it", word)
		}
	}
	if !strings.Contains(article, "data-open") || !strings.Contains(article, "not surely enough") {
		t.Error("it does not look like a line that is open")
	}

	id := value(t, page, `name="id" value="([^"]+)"`)
	corrected := send(t, c, s.url(), url.Values{"line": {line.ID}, "id": {id}, "do": {"correct"},
		"field-name": {"Anna Stern"}})
	if value(t, corrected, shownLine) != line.ID || !strings.Contains(corrected, "Anna Stern") ||
		s.now(t, line.ID).Fields[0].Text == "Anna Stern" {
		t.Error("a reading of one's own is not shown, or to everybody")
	}
	next := send(t, c, s.url(), url.Values{"line": {line.ID}, "id": {id + "n"}, "do": {"nobody"},
		"searched": {"stern"}})
	if f := last(s.findings(t)); f.Kind != "again:nobody" || f.LineID != line.ID {
		t.Errorf("%s was stored", f.Kind)
	}
	if !strings.Contains(next, "nobody on the roll") {
		t.Error("what can be undone is not named as ever")
	}
	back := send(t, c, s.url(), url.Values{"line": {line.ID}, "id": {id + "u"}, "do": {"undo"},
		"undoes": {id + "n"}})
	if value(t, back, shownLine) != line.ID || !strings.Contains(back, "data-open") {
		t.Error("undone, the line does not come again")
	}
	send(t, c, s.url(), url.Values{"line": {line.ID}, "id": {id + "a"},
		"do": {"accept " + line.MemberID}})
	if f := last(s.findings(t)); f.Kind != "again:accept" || f.MemberID != line.MemberID {
		t.Errorf("%s of %s was stored", f.Kind, f.MemberID)
	}
	entries, err := s.store.Audit(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(entries, func(e store.AuditEntry) bool {
		return e.Action == "finding.again:accept"
	})
	if at < 0 || entries[at].Subject != line.ID || entries[at].Detail != id+"a" {
		t.Errorf("the audit does not say by ids what was found: %v", at)
	}
}

// A question by somebody to whom the queue did not give the line is about its verdict.
func TestReviewFlagsDecided(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	line := s.again(t).ID
	c := s.client(t, "Vera Okafor")
	get(t, c, s.url()+"?line="+line)
	send(t, c, s.url(), url.Values{"line": {line}, "id": {s.accounts["Vera Okafor"].ID +
		".0123456789"}, "do": {"flag"}, "note": {"Two hands?"}})
	if f := last(s.findings(t)); f.Kind != "flag" {
		t.Errorf("%s was stored", f.Kind)
	}
}

// again has decided lines looked at once more, and gives the one that comes last.
func (s *reviewService) again(t testing.TB) office.Line {
	t.Helper()
	s.rules(t, "second-look-percent: 100\n")
	c, err := s.office.Case(t.Context(), s.petition.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Blind) == 0 {
		t.Fatal("no line is to be looked at once more")
	}
	return *c.Line(c.Blind[len(c.Blind)-1].At)
}

// now is a line as it stands.
func (s *reviewService) now(t testing.TB, id string) office.Line {
	t.Helper()
	c, err := s.office.Case(t.Context(), s.petition.ID)
	if err != nil {
		t.Fatal(err)
	}
	return *c.Line(c.Find(id))
}

// By keys a line to look at once more is like any other, and undoing brings it back.
func TestReviewLooksAgainByKeyboard(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 40, 36)
	line := s.again(t).ID
	p := s.come(t, "Vera Okafor")
	goOn := func() {
		if ask[bool](p, `Boolean(document.querySelector("#rv-certain[open]"))`) {
			p.press("g")
		}
	}
	for range 60 {
		p.until("a line is shown", `document.querySelector("#rv-stage .rv-line, dialog[open]")`)
		goOn()
		if p.line() == line {
			break
		}
		before := p.line()
		p.free()
		p.press("s")
		p.until("the next line is shown",
			fmt.Sprintf(
				`document.querySelector("dialog[open]") || document.querySelector(".rv-line")?.dataset.line !== %q`, before))
		goOn()
	}
	p.until("the line comes up",
		fmt.Sprintf(`document.querySelector(".rv-line[data-open]")?.dataset.line === %q`, line))
	p.saved() // only then is it known that the outcome is certain, and said
	goOn()
	p.press("i")
	p.until("the line is left",
		fmt.Sprintf(`document.querySelector(".rv-line")?.dataset.line !== %q`, line))
	p.saved()
	if f := last(s.findings(t)); f.Kind != "again:illegible" || f.LineID != line {
		t.Errorf("%s was stored", f.Kind)
	}
	goOn()
	p.free()
	p.press("u")
	p.until("the line is back",
		fmt.Sprintf(`document.querySelector(".rv-line[data-open]")?.dataset.line === %q`, line))
	p.saved()
	if f := last(s.findings(t)); f.Kind != "undo" {
		t.Errorf("%s was stored", f.Kind)
	}
}
