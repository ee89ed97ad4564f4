package web

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"countersign/internal/office"
)

// BenchmarkKeystrokes is a verifier who knows the truth and has 25 lines of the sample's two
// sheets to decide, none of which the program decides alone: members with a number and without,
// lapsed ones, one who did not sign, strangers. The contact sheet first, then one by one; each key
// counts, also those that mark the wrong names.
func BenchmarkKeystrokes(b *testing.B) {
	truth := truthOfSample(b)
	for range b.N {
		s := newReviewService(b, 25, 10_000)
		s.undecided(b)
		p := s.signedIn(b, "Vera Okafor")
		keys, sheets := 0, 0
		press := func(list ...string) {
			p.press(list...)
			keys += len(list)
		}
		lines := map[string]office.Line{}
		for _, l := range s.lines(b) {
			lines[l.ID] = l
		}
		p.run(chromedp.Navigate(s.URL + "/petitions/" + s.petition.ID + "/contact"))
		for {
			p.until("a sheet is there",
				`document.querySelector("#contact .empty, #contact form") && (document.querySelector("#contact .empty") || document.getElementById("contact").dataset.painted > (window.before ?? 0))`)
			id := ask[string](p, `document.querySelector("input[name=sheet]")?.value ?? ""`)
			if id == "" {
				break
			}
			kept, err := s.store.ContactSheet(b.Context(), id)
			if err != nil {
				b.Fatal(err)
			}
			var items []struct{ Line, Member string }
			if err := json.Unmarshal([]byte(kept.Items), &items); err != nil {
				b.Fatal(err)
			}
			for i, item := range items {
				if l := lines[item.Line]; truth[lineAt{l.Page, l.Number}].Person != item.Member {
					press(fmt.Sprint((i + 1) % 10))
				}
			}
			ask[float64](p, `window.before = performance.now()`)
			press(enter)
			sheets++
			p.until("the next is there", `document.querySelector("input[name=sheet]")?.value !== "`+
				id+`"`)
		}
		p.until("the sheets are saved", `!document.querySelector("#contact-notices p")`)
		byOne := 0
		p.open(s.url())
		for {
			p.until("a line is there, or none is left",
				`document.querySelector("#rv-stage .rv-line") || document.body.innerText.includes("Every line is decided")`)
			id := p.line()
			if id == "" {
				break
			}
			l, t := lines[id], truth[lineAt{lines[id].Page, lines[id].Number}]
			at := slices.IndexFunc(l.Candidates, func(c office.Candidate) bool {
				return c.Member.ID == t.Person
			})
			switch {
			case t.Reason == "unsigned":
				press("s")
			case t.Person != "" && at == 0:
				press(enter)
			case t.Person != "" && at > 0:
				press(fmt.Sprint(at + 1))
			default:
				const found = `document.querySelector("#rv-results [data-query], #rv-results .rv-none, #rv-results p")`
				if !ask[bool](p, "!!"+found) { // a search before nobody
					press("/", enter)
					p.until("the search is answered", found)
					press("\x1b")
				}
				press("n")
			}
			byOne++
			p.until("the next line is shown",
				`document.querySelector("#rv-stage .rv-line")?.dataset.line !== "`+id+`"`)
		}
		p.saved()
		waiting := 0
		for _, l := range s.lines(b) {
			if l.Verdict == "uncertain" {
				waiting++
			}
		}
		if waiting > 0 {
			b.Fatalf("%d of %d lines are left after %d keys", waiting, len(lines), keys)
		}
		b.ReportMetric(float64(keys), "keys/25-lines")
		b.ReportMetric(float64(sheets), "contact-sheets")
		b.ReportMetric(float64(byOne), "lines-one-by-one")
	}
	b.ReportMetric(0, "ns/op")
}

type lineAt struct{ page, row int }

type trueLine struct{ Person, Verdict, Reason string }

// truthOfSample is what a careful clerk with all the facts says of each line of the sample.
func truthOfSample(t testing.TB) map[lineAt]trueLine {
	t.Helper()
	data, err := os.ReadFile("../../testdata/sample/truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Pages []struct {
			Page int
			Rows []struct {
				Row int
				trueLine
			}
		}
	}
	if err := json.Unmarshal(data, &truth); err != nil {
		t.Fatal(err)
	}
	out := map[lineAt]trueLine{}
	for _, p := range truth.Pages { // the first is the cover, which the review is without
		for _, r := range p.Rows {
			out[lineAt{p.Page - 1, r.Row + 1}] = r.trueLine
		}
	}
	return out
}
