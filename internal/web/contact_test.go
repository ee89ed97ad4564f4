package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"countersign/internal/store"
)

// seedsOf are the places of the wrong names of a contact sheet.
func seedsOf(t testing.TB, sheet store.ContactSheet) (seeds []int) {
	t.Helper()
	var items []struct{ Seed bool }
	if err := json.Unmarshal([]byte(sheet.Items), &items); err != nil {
		t.Fatal(err)
	}
	for i, item := range items {
		if item.Seed {
			seeds = append(seeds, i)
		}
	}
	return seeds
}

// On a contact sheet digits mark, Enter accepts the rest and brings the next, and F2 opens a line.
func TestContactSheetInBrowser(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 80, 10_000)
	s.undecided(t)
	looks := newTab(t, s.URL, "countersign", s.session(t, "Viktor Lind"))
	looks.open("/petitions/" + s.petition.ID + "/contact")
	for _, found := range looks.finds(everything) {
		t.Error(found)
	}
	looks.picture("contact-sheet-light")
	p := s.signedIn(t, "Vera Okafor")
	p.run(chromedp.Navigate(s.URL+"/petitions/"+s.petition.ID+"/contact"),
		chromedp.WaitReady("#contact form"))
	painted := func() {
		p.until("the sheet is painted",
			`document.getElementById("contact").dataset.painted > (window.before ?? 0)`)
	}
	painted()
	first := ask[string](p, `document.querySelector("input[name=sheet]").value`)
	kept, err := s.store.ContactSheet(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	seeds := seedsOf(t, kept)
	marked := slices.Compact(slices.Sorted(slices.Values(append(seeds, 3))))
	for _, i := range marked {
		p.press(fmt.Sprint((i + 1) % 10))
	}
	if n := ask[int](p, `document.querySelectorAll("#contact :checked").length`); n != len(marked) {
		t.Errorf("%d lines are marked, want %d", n, len(marked))
	}
	ask[float64](p, `window.before = performance.now()`)
	p.press(enter)
	p.until("the next sheet is there", `document.querySelector("input[name=sheet]").value !== "`+
		first+`"`)
	painted()
	p.until("it is saved",
		`document.getElementById("contact-say").textContent.includes("accepted")`)
	if got := len(s.findings(t)); got != 10-len(marked) {
		t.Errorf("%d lines were accepted", got)
	}
	second := ask[string](p, `document.querySelector("input[name=sheet]").value`)
	held := true
	p.run(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Text: "\r",
			WindowsVirtualKeyCode: '\r', AutoRepeat: &held})
		return chromedp.Void{}, err
	})
	if now := ask[string](p, `document.querySelector("input[name=sheet]").value`); now != second {
		t.Error("a key that is held answers the next sheet, too")
	}
	p.press(kb.ArrowRight)
	p.press(kb.F2)
	p.until("the line is open", `document.querySelector(".rv-line")`)
}

// BenchmarkContactSheet is a verifier on a petition of 5,000 lines who thinks 250 ms on a
// screenful of ten, marks the wrong names among them and presses Enter. The time to the next
// screen is from that key until its pictures are painted.
func BenchmarkContactSheet(b *testing.B) {
	sv, p := newBench(b, 100, 50, "threshold: 1000000\nerror-bound: 1e-15")
	t := sv.tab("verifier")
	t.do(chromedp.Navigate(t.url+"/petitions/"+p.ID+"/contact"),
		chromedp.WaitReady("#contact form"))
	eval[bool](t,
		`window.took = [], addEventListener("keydown", (e) => { if (e.key === "Enter") window.pressed = performance.now(); }, true), true`)
	t.until("the sheet is painted", `document.getElementById("contact").dataset.painted`)
	began, shown := time.Now(), 0
	const sheets = 60
	for range sheets {
		id := eval[string](t, `document.querySelector("input[name=sheet]").value`)
		kept, err := sv.Store.ContactSheet(b.Context(), id)
		if err != nil {
			b.Fatal(err)
		}
		time.Sleep(250 * time.Millisecond)
		for _, i := range seedsOf(b, kept) {
			t.do(chromedp.KeyEvent(fmt.Sprint((i + 1) % 10)))
		}
		t.do(chromedp.KeyEvent(kb.Enter))
		t.until("the next sheet is painted",
			`(document.querySelector("input[name=sheet]")?.value ?? "`+id+`") !== "`+id+
				`" && Number(document.getElementById("contact").dataset.painted) > window.pressed`)
		eval[bool](t,
			`took.push(Number(document.getElementById("contact").dataset.painted) - window.pressed), true`)
		shown += kept.Seeds
	}
	elapsed := time.Since(began)
	t.until("all is saved",
		`document.getElementById("contact-say").textContent.includes("accepted")`)
	took := eval[[]float64](t, `took`)
	slices.Sort(took)
	b.ReportMetric(float64(10*sheets-shown)/elapsed.Hours(), "lines/hour")
	b.ReportMetric(took[len(took)/2], "ms/next-screen-median")
	b.ReportMetric(took[len(took)*95/100], "ms/next-screen-p95")
	b.ReportMetric(float64(shown), "seeds")
	b.ReportMetric(0, "ns/op")
}
