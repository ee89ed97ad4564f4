package web

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A verifier walks through what the program refused, by the keys of the contact sheet: what is
// marked waits for the chair, and the next sheet is there at once.
func TestWalkInBrowser(t *testing.T) {
	t.Parallel()
	s := newReviewService(t, 80, 10_000)
	p := s.signedIn(t, "Vera Okafor")
	p.run(chromedp.Navigate(s.URL+"/petitions/"+s.petition.ID+"/walk"),
		chromedp.WaitReady("#contact form"))
	p.until("the sheet is painted", `document.getElementById("contact").dataset.painted`)
	first := ask[string](p, `document.querySelector("input[name=sheet]").value`)
	line := ask[string](p, `document.querySelector("input[name=marked]").value`)
	if said := ask[string](p,
		`document.querySelector("#contact form").innerText`); !strings.Contains(said,
		"Refused as unsigned") {
		t.Errorf("the first sheet says %s", said)
	}
	p.press("1")
	p.press(enter)
	p.until("the next sheet is there", `document.querySelector("input[name=sheet]").value !== "`+
		first+`" && document.querySelectorAll(".contacts li").length === 10`)
	p.until("it is saved",
		`document.getElementById("contact-say").textContent.includes("waits for the chair")`)
	if said := ask[string](p,
		`document.querySelector("#contact form").innerText`); !strings.Contains(said,
		"signed before") || !strings.Contains(said, "counts:") {
		t.Errorf("the second sheet says %s", said)
	}
	if found := s.findings(t); len(found) != 1 || found[0].LineID != line ||
		found[0].Kind != "flag" {
		t.Errorf("%+v", found)
	}
}
