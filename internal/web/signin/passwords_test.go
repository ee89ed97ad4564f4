package signin

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"net/url"
	"strings"
	"testing"

	"countersign/internal/web/site"
)

func TestLocal(t *testing.T) {
	for next, want := range map[string]string{
		"/petitions/1?a=b": "/petitions/1?a=b", "": "/", "//evil.example.org": "/",
		"https://evil.example.org": "/", `/\evil.example.org`: "/",
		"/login": "/", "javascript:alert(1)": "/", "petitions": "/",
	} {
		if got := local(next); got != want {
			t.Errorf("local(%q) = %q, want %q", next, got, want)
		}
	}
}

// With https the cookie is for this host and for https alone.
func TestSecureCookie(t *testing.T) {
	t.Parallel()
	c := New(&site.Site{Base: &url.URL{Scheme: "https"}}).cookie("secret", 1)
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %+v", c)
	}
}

func TestWeakPasswords(t *testing.T) {
	for _, password := range []string{"short", "aaaaaaaaaaaaaa", "abcabcabcabc", "Password1234!",
		"passwordpassword", "123456789012", "qwertyuiop12", "1q2w3e4r5t6y",
		"Welcome2026!!", "iloveyou12345", "administrator1", "leavemealone", "SonyEricsson",
		"finalfantasy", "p@$$w0rd-2026", "(chocolate)99", "Michelle-2026", "ann@example.org"} {
		if weak(password, "ann@example.org") == "" {
			t.Errorf("%q is taken", password)
		}
	}
	for _, password := range []string{"correct horse battery", "the lantern was blue",
		"the second lantern", "7391648205173", "password of my late aunt", "chocolate7391648205",
		"leave me be alone", "Zürich im Regen"} {
		if why := weak(password, "ann@example.org"); why != "" {
			t.Errorf("%q is refused: %s", password, why)
		}
	}
}

// The list is what it is said to be: the ten thousand, and those of the others that are long
// enough.
func TestPasswordsThatLeak(t *testing.T) {
	list, err := gzip.NewReader(bytes.NewReader(passwords))
	if err != nil {
		t.Fatal(err)
	}
	short, before := 0, ""
	lines := bufio.NewScanner(list)
	n := 0
	for ; lines.Scan(); n++ {
		p := lines.Text()
		if p <= before {
			t.Fatalf("%q comes after %q", p, before)
		}
		if before = p; len(p) < 12 {
			short++
		} else if weak(p, "ann@example.org") == "" {
			t.Errorf("%q is taken", p)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if n < 10_000 || short < 9_900 {
		t.Errorf("%d passwords, of which %d are short", n, short)
	}
}
