package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"testing"
)

// The list is what it is said to be: the ten thousand, and those of the others that are long enough.
func TestPasswordsThatLeak(t *testing.T) {
	list, err := gzip.NewReader(bytes.NewReader(passwords))
	check0(t, err)
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
	check0(t, lines.Err())
	if n < 10_000 || short < 9_900 {
		t.Errorf("%d passwords, of which %d are short", n, short)
	}
}
