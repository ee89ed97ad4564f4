package web

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// seenAtOnce sees that on a phone, on a tablet held upright and at twice the size the picture of
// the line and its best candidate are on the first screen, clear of the actions, and that
// nothing is wider than the window. Each is left for check to look at.
func (p *person) seenAtOnce(t *testing.T, check func(what string)) {
	t.Helper()
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"a tablet", 768, 1024}, {"1280 by 900 at 200 %", 640, 450}, {"a phone", 390, 844}} {
		p.run(chromedp.EmulateViewport(size.width, size.height), chromedp.Evaluate[chromedp.Void](
			`scrollTo(0, 0)`))
		p.until("the picture is there", `document.querySelector(".rv-picture img").complete`)
		if wrong := ask[[]string](p, `(() => {
			const at = (q) => document.querySelector(q).getBoundingClientRect(), acts = at(".rv-actions").top, wrong = [];
			for (const q of [".rv-picture", ".rv-first"]) {
				const box = at(q);
				if (scrollY || box.top < 0 || box.left < 0 || Math.floor(box.bottom) > acts || Math.floor(box.right) > innerWidth)
					wrong.push(q + " reaches " + Math.round(box.right) + ", " + Math.round(box.bottom) + " of " + innerWidth + ", " + Math.round(acts));
			}
			if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page is " + document.documentElement.scrollWidth + " px wide");
			return wrong;
		})()`); len(wrong) > 0 {
			t.Errorf("%s: %v", size.name, wrong)
		}
		if size.width != 768 {
			check(size.name)
		}
	}
	p.run(chromedp.EmulateViewport(1280, 900))
}
