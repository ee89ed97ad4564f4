package web

import (
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"http://localhost:8080":             "http://localhost:8080",
		"https://petitions.example.org":     "https://petitions.example.org",
		"https://Petitions.Example.org/":    "https://petitions.example.org",
		"https://petitions.example.org:443": "https://petitions.example.org",
		"http://[::1]:80":                   "http://[::1]",
	} {
		base, err := address(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := origin(base); got != want || strings.HasSuffix(base.String(), "/") {
			t.Errorf("%s is %s, of pages %s, want %s", text, base, got, want)
		}
	}
	for text, want := range map[string]string{
		"petitions.example.org":              "write one such as https://petitions.example.org",
		"ftp://example.org":                  "write one such as",
		"http://:8080":                       "write one such as",
		"https://example.org/petitions":      "write https://example.org alone",
		"https://example.org/?a":             "write https://example.org alone",
		"https://example.org?":               "write https://example.org alone",
		"https://example.org/#top":           "write https://example.org alone",
		"https://ann:secret@petitions.local": "leave out what ends with @",
	} {
		if _, err := New(Options{URL: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// A proxy that changes the host does not shut people out, and other sites stay out.
func TestOrigin(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	c := sv.client("staff")
	post := func(origin string, header ...string) answer {
		header = append(header, "Content-Type", "application/x-www-form-urlencoded", "Origin", origin)
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
