package ingest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/ingest"
)

// A table of those who signed online has pages of fifty rows, each with the headings.
func TestListsSignedOnline(t *testing.T) {
	var b strings.Builder
	b.WriteString("Petition for maps\n\nName;E-mail;Signed on\n")
	for n := range 120 {
		fmt.Fprintf(&b, "Person %d;p%d@example.org;2026-10-12\n", n, n)
		if n == 60 {
			b.WriteString(";;\n")
		}
	}
	path := filepath.Join(t.TempDir(), "signed.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var r ingest.Reader
	d, err := r.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if d.Pages() != 3 {
		t.Fatalf("%d pages", d.Pages())
	}
	rows := 0
	for n := range d.Pages() {
		p, err := d.Page(t.Context(), n+1)
		if err != nil || p.Source != ingest.Online || p.Image != nil || len(p.List.Headings) != 3 {
			t.Fatalf("page %d: %+v, %v", n+1, p, err)
		}
		rows += len(p.List.Rows)
	}
	if rows != 120 {
		t.Errorf("%d rows", rows)
	}
}

func TestTablesThatAreNoLists(t *testing.T) {
	for name, text := range map[string]string{
		"letter.txt":  "Dear all,\n\nplease sign the petition.\n\nKind regards\n",
		"numbers.csv": "1,2,3\n4,5,6\n7,8,9\n",
		"one.csv":     "Name\nAda Lovelace\n",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var r ingest.Reader
		_, err := r.Open(t.Context(), path)
		var input *ingest.InputError
		if !errors.As(err, &input) || input.File != name || input.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
