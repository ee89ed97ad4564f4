package web

import (
	"strings"
	"testing"
)

// A page that tells of trouble leads back to where one was, on this service alone.
func TestWayBack(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	c := sv.client("staff")
	for from, want := range map[string]string{
		sv.url + "/petitions/" + p.ID + "?a=1": `href="/petitions/` + p.ID + `?a=1"`,
		"https://elsewhere.example/petitions":  "",
		sv.url + "//elsewhere.example":         "",
		"":                                     "",
	} {
		body := c.do("GET", "/petitions/"+p.ID+"/letters/nothing.eml", nil, "Referer", from).body
		if has := strings.Contains(body, "Back to the page before"); has != (want != "") ||
			!strings.Contains(body, want) {
			t.Errorf("from %q: the way back is offered: %v", from, has)
		}
	}
}
