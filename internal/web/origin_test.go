package web

import (
	"strings"
	"testing"
)

// A proxy that changes the host does not shut people out, and other sites stay out.
func TestOrigin(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	c := sv.client("staff")
	post := func(origin string, header ...string) answer {
		header = append(header, "Content-Type", "application/x-www-form-urlencoded", "Origin",
			origin)
		return c.do("POST", "/logout", nil, header...)
	}
	c.base = strings.Replace(sv.url, "127.0.0.1", "localhost", 1) // as the proxy calls it
	post(sv.url).want(t, 303)
	for _, from := range []string{"http://petitions.intranet", "http://127.0.0.1", "null"} {
		a := post(from, "Accept", "text/html").want(t, 403)
		for _, part := range []string{"<h1", from, sv.url, "--url"} {
			if !strings.Contains(a.body, part) {
				t.Errorf("from %s: no %q in %s", from, part, a.body)
			}
		}
	}
	post("https://evil.example", "Sec-Fetch-Site", "cross-site").want(t, 403)
}
