package site

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
		} else if got := Origin(base); got != want || strings.HasSuffix(base.String(), "/") {
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
