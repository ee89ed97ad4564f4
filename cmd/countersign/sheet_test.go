package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/ingest"
	"countersign/internal/fixtures"
)

const petitionFile = `
petition: mig_2026-014
title: Petition to establish a Membership Initiative Group
group: Maps in Libraries
purpose: To bring together those who care for maps, atlases and globes in libraries of every type.
contact: Zoë Núñez, Public Library, Northfield, Minnesota
pages: 3
`

func TestSheetCommand(t *testing.T) {
	t.Parallel()
	from := fixtures.Write(t, "petition.yaml", []byte(petitionFile))
	one, two := filepath.Join(t.TempDir(), "one.pdf"), filepath.Join(t.TempDir(), "two.pdf")
	for _, out := range []string{one, two} {
		r := countersign("sheet", "--from", from, "--paper", "A4", "--portrait", "--out", out)
		if r.code != exitOK || !strings.Contains(r.stdout, "pages 1 to 3") {
			t.Fatalf("exit code %d; it said %s%s", r.code, r.stdout, r.stderr)
		}
	}
	pdf := fixtures.Read(t, one)
	if !bytes.Equal(pdf, fixtures.Read(t, two)) {
		t.Error("the same sheets are not the same bytes")
	}
	if streamed := countersign("sheet", "--from", from, "--paper", "a4", "--portrait", "--out",
		"-"); streamed.stdout != string(pdf) {
		t.Error("standard output got other bytes than the file")
	}
	var reader ingest.Reader
	defer reader.Close()
	d, err := reader.Open(context.Background(), one)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if d.Pages() != 3 {
		t.Errorf("%d pages, want 3", d.Pages())
	}
	p, err := d.Page(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, w := range p.Words {
		words = append(words, w.Text)
	}
	for _, want := range []string{"Purpose:", "atlases", "Privacy:", "Zoë Núñez,", "Page 3 of 3",
		"mig_2026-014"} {
		if !strings.Contains(strings.Join(words, " "), want) {
			t.Errorf("page 3 does not say %q: %s", want, words)
		}
	}
}

func TestSheetCommandSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := []string{"--petition", "A-1", "--purpose", "To read.", "--out", filepath.Join(dir,
		"x.pdf")}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no petition":  {[]string{"--purpose", "x", "--out", "-"}, "no identifier"},
		"no purpose":   {[]string{"--petition", "A", "--out", "-"}, "no purpose"},
		"odd petition": {append(good, "--petition", "A/1"), "letters, digits, - and _"},
		"unknown column": {append(good, "--columns", "name,shoe,signature"),
			`"shoe": choose among name, given`},
		"no signature": {append(good, "--columns", "name,date"), "add signature"},
		"column twice": {append(good, "--columns", "name,name,signature"),
			"two columns ask for name"},
		"too many columns": {append(good, "--portrait", "--columns",
			"name,email,street,institution,citystate,signature"), "turn the page"},
		"paper":   {append(good, "--paper", "legal"), "letter or a4"},
		"letters": {append(good, "--group", "図書館"), `the group holds '図' (U+56F3)`},
		"endless purpose": {append(good, "--purpose", strings.Repeat("To read and to write. ",
			200)), "shorten the purpose"},
		"endless privacy": {append(good, "--privacy", strings.Repeat("We keep nothing. ", 200)),
			"shorten them"},
		"lines": {append(good, "--line-height", "3"), "0.3 to 1.5"},
		"pages": {append(good, "--pages", "5000"), "1 to 1000"},
		"no such file": {append(good, "--from", filepath.Join(dir, "none.yaml")),
			"none.yaml could not be read"},
		"unknown setting": {append(good, "--from", fixtures.Write(t, "a.yaml",
			[]byte("colour: red"))), "a.yaml"},
		"memory taken whole": {append(good, "--from", fixtures.Write(t, "b.yaml",
			[]byte("group: &a x\ntitle: *a"))), "line 1: &a gives a name"},
		"file without end": {append(good, "--from", "/dev/zero"), "longer than 64 KiB"},
		"folder that is not": {append(good, "--out", filepath.Join(dir, "no", "x.pdf")),
			"no/x.pdf"},
	} {
		t.Run(name, func(t *testing.T) {
			r := countersign(append([]string{"sheet"}, tt.args...)...)
			if r.code != exitUnusable || !strings.Contains(r.stderr, tt.want) || r.stdout != "" {
				t.Errorf("exit code %d; it said %q, want %q", r.code, r.stderr+r.stdout, tt.want)
			}
		})
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("files were left behind: %v, %v", left, err)
	}
}

// Printed sheets file themselves: check says which page of which petition each
// scan is, and what is missing.
func TestPrintedSheetsAreAccountedFor(t *testing.T) {
	t.Parallel()
	from := fixtures.Write(t, "petition.yaml", []byte(petitionFile))
	pdf := filepath.Join(t.TempDir(), "sheets.pdf")
	if r := countersign("sheet", "--from", from, "--out", pdf); r.code != exitOK {
		t.Fatal(r.stderr)
	}
	third := fixtures.ScannedPage(t, pdf, 3)
	scan, err := os.ReadFile(third)
	if err != nil {
		t.Fatal(err)
	}
	// Scanned twice, a page is not the same file.
	again := fixtures.Write(t, "again"+filepath.Ext(third), append(scan, 0))
	got, ran := check(t, exitOK, fixtures.ScannedPage(t, pdf, 1), third, again)
	if diff := cmp.Diff([]printing{{"mig_2026-014", 3, []int{2}, []int{3}}},
		got.Printed); diff != "" {
		t.Error(diff)
	}
	for i, want := range []form{{"mig_2026-014", 1, 3}, {"mig_2026-014", 3, 3}, {"mig_2026-014", 3,
		3}} {
		p := got.Files[i].Pages[0]
		if p.Form == nil || *p.Form != want || p.Rotation != 180 || p.Kind != "signers" ||
			len(p.Rows) != 0 {
			t.Errorf("file %d: %+v, want %+v", i+1, p, want)
		}
	}
	if got.Group != "Maps in Libraries" || got.Purpose == nil {
		t.Errorf("group %q, purpose %+v", got.Group, got.Purpose)
	}
	const missing = "Of the 3 sheets printed for petition mig_2026-014, page 2 is not among the " +
		"files"
	if len(got.Notes) != 2 || !strings.HasPrefix(got.Notes[0], missing) ||
		!strings.Contains(ran.stderr, missing) {
		t.Errorf("the notes are %q; it said %s", got.Notes, ran.stderr)
	}
	if other := decode(t, sampleAlone().stdout); other.Printed != nil || other.Notes != nil {
		t.Errorf("sheets that we did not print: %v, %v", other.Printed, other.Notes)
	}
}
