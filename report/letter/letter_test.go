package letter_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/report/letter"
)

var update = flag.Bool("update", false, "write what the tests expect")

func on(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func facts() letter.Facts {
	return letter.Facts{
		Association: "American Library Association", Committee: "Committee on Organization",
		Date: on("2026-05-03"),
		Sender: letter.Person{Name: "Dana Whitlock", Office: "Chair",
			Email: "chair@example.org"},
		Addressees: []letter.Person{{Name: "Åsa Łuczak",
			Address: "12 Elm St\nSpringfield, IL 62701", Email: "asa@example.org"},
			{Name: "No Mail"}},
		Copies: []letter.Person{{Office: "Member Programs and Services",
			Email: "mps@example.org"}},
		Petition: "Seed Libraries", Group: "Seed Libraries", Purpose: "Lending seeds & tools",
		Rule: "Membership Initiative Group", Citation: "ALA Policy Manual A.4.3.12",
		Received: on("2026-03-01"), Missing: []string{"organizers (Ann lacks address)", "purpose"},
		Filed: 130, Valid: 96, Required: 100,
		Reasons: []letter.Reason{{"lapsed", 12}, {"unsigned", 1}}, Vote: "7 to 0",
		Rationale: "The concern is that of a round table.", Units: "RUSA",
		Decided: on("2026-05-02"), TermFrom: on("2026-05-02"), TermTo: on("2029-05-01"),
		TermYears: 3, Meeting: "Annual 2026", Needs: "A room for 40 people.\nNot on Sunday",
		NeedList: []string{"A room for 40 people.", "Not on Sunday"},
		Term:     1, ReportsBy: "August 1",
		Conditions: []string{"The group may not speak for the association."},
		Due:        on("2026-08-01"), What: "The annual report for 2026",
	}
}

// Every built-in letter, as it goes out; those that speak of a term also for a second one.
func TestBuiltIn(t *testing.T) {
	var all strings.Builder
	first, second := facts(), facts()
	first.Needs = "" // Conference Services was not told yet
	second.Term, second.TermYears, second.ReportsBy, second.Told = 2, 4, "October 15", true
	asking := facts()
	asking.Petition, asking.Renews = "Petition to renew Seed Libraries", "Seed Libraries"
	for _, of := range []struct {
		kinds []letter.Kind
		facts letter.Facts
		after string
	}{
		{letter.Kinds(), first, ""},
		{[]letter.Kind{letter.Approval, letter.Conference, letter.Designation,
			letter.RenewalReminder, letter.Disbanding, letter.Conversion}, second,
			" of a renewed group"},
		{[]letter.Kind{letter.Receipt, letter.Acknowledgement, letter.Deficiency, letter.Shortfall,
			letter.Disapproval, letter.Deferral}, asking, " of a petition for another term"},
	} {
		for _, k := range of.kinds {
			writeOut(t, &all, k, of.facts, of.after)
		}
	}
	golden := filepath.Join("testdata", "letters.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), all.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func writeOut(t *testing.T, all *strings.Builder, k letter.Kind, f letter.Facts, after string) {
	t.Helper()
	switch k {
	case letter.Disbanding:
		f.What = "on request"
	case letter.Conversion:
		f.What = "the Sustainability Round Table"
	}
	l, err := letter.Write(k, "", f)
	if err != nil {
		t.Fatal(err)
	}
	all.WriteString("== " + string(k) + after + "\n" + l.Subject + "\n\n")
	if want := "Dear Åsa Łuczak and No Mail:"; l.Salutation != want || l.Closing != "Sincerely," ||
		l.From[0] != "Dana Whitlock" {
		t.Errorf("%s: %q, %q, %q", k, l.Salutation, l.Closing, l.From)
	}
	for _, b := range l.Body {
		if b.Item {
			all.WriteString("- ")
		}
		all.WriteString(b.Text + "\n")
	}
	all.WriteString("\n")
}

// What a letter needs beyond fields can be written.
func TestWriteFillsIn(t *testing.T) {
	const text = `{{with .Vote}}Vote {{.}}{{else}}None{{end}}

{{range $i, $x := .Missing}}{{if and (gt $i 0) (eq (len $x) 7)}}- {{$x}}
{{end}}{{end}}{{range .Reasons}}- {{.Words}}: {{.Lines | lines}}, {{day $.Due}}
{{else}}no reason{{end}}`
	l, err := letter.Write(letter.Receipt, text, facts())
	if err != nil {
		t.Fatal(err)
	}
	want := []letter.Block{{"purpose", true}, {"lapsed: 12 lines, August 1, 2026", true},
		{"unsigned: 1 line, August 1, 2026", true}}
	if diff := cmp.Diff(want, l.Body); diff != "" || l.Subject != "Vote 7 to 0" {
		t.Error(l.Subject, diff)
	}
}

// Whoever edits a template is told the line and what is wrong.
func TestWriteTellsWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a field that is none", "Subject\n\n{{.Signer}}",
			`line 3: <.Signer>: can't evaluate field Signer`},
		{"an open brace", "Subject\n\n{{.Group", "line 3: unclosed action"},
		{"no text", "Subject\n", "is empty"},
		{"one that calls itself", `S

{{define "a"}}x{{template "a"}}{{end}}{{template "a"}}`, "has a {{define}}"},
		{"one that calls the letter", "S\n\nx {{template \"receipt\"}}",
			"line 3: {{template}} is not known"},
		{"a loop without end", "S\n\n{{range 1000000000000}}{{end}}x",
			"through its lists more than"},
		{"a loop in a loop", "S\n\n{{range 1000000}}{{range 1000000}}{{end}}{{end}}x", "more than"},
		{"a loop that goes on", "S\n\n{{range 1000000000000}}{{continue}}{{end}}x", "more than"},
		{"much text", "S\n\n{{range 49999}}words{{end}}", "longer than"},
		{"text doubled", `S

{{$x := "x"}}{{range 40}}{{$x = printf "%s%s" $x $x}}{{end}}`, "line 3: printf is not known: there are day"},
		{"text made wide", `S

{{printf "%1000000d" 1 | len}}`, "printf is not known"},
		{"text made code", "S\n\n{{range $i, $x := .Missing}}{{if eq (js $x) `x`}}{{end}}{{end}}",
			"js is not known"},
		{"a date doubled", "S\n\n{{$x := `1`}}{{range 40}}{{$x = $.Date.Format $x}}{{end}}",
			"line 3: $.Date.Format takes nothing"},
		{"a date doubled by a pipe", "S\n\n{{`1` | .Date.Format | .Date.Format}}",
			".Date.Format takes nothing"},
		{"a date of its own doubled", "S\n\n{{((.Date).Format `1`)}}", "Format takes nothing"},
		{"parentheses to the end", "S\n\n{{" + strings.Repeat("(", 60_000), "line 3: "},
		{"deep", "S\n\n" + strings.Repeat("{{if .Vote}}", 30) + "x" + strings.Repeat("{{end}}", 30),
			"within each other"},
		{"deep in parentheses", "S\n\n{{" + strings.Repeat("(", 30) + "1" + strings.Repeat(")",
			30) + "}}", "within each other"},
		{"endless", "S\n\n" + strings.Repeat("{{/**/}}", 10_000), "longer than 64 KiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := letter.Write(letter.Receipt, tt.text, facts())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want something with %q", err, tt.want)
			}
		})
	}
	if _, err := letter.Write("love", "", facts()); err == nil {
		t.Error("a letter of an unknown kind was written")
	}
}

func written(t *testing.T) letter.Letter {
	t.Helper()
	l, err := letter.Write(letter.Shortfall, "", facts())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestPDF(t *testing.T) {
	var one, two bytes.Buffer
	for _, b := range []*bytes.Buffer{&one, &two} {
		if err := written(t).WritePDF(b); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same letter became two different files")
	}
	if n := len(regexp.MustCompile(`/Type /Page\b`).FindAll(one.Bytes(), -1)); n != 1 {
		t.Errorf("%d pages", n)
	}
}

func TestDOCX(t *testing.T) {
	var b bytes.Buffer
	if err := written(t).WriteDOCX(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(text))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s is no XML: %v", f.Name, err)
			}
		}
		if f.Name == "word/document.xml" && (!strings.Contains(string(text), ">12 Elm St<") ||
			!strings.Contains(string(text), "lapsed: 12 lines")) {
			t.Errorf("something is missing in %s", text)
		}
	}
}

// The letterhead, inside addresses as envelopes have them, a salutation and the copies stand in
// the letter, the logo in either form of it.
func TestLetterhead(t *testing.T) {
	f := facts()
	f.Address, f.Logo = "225 N Michigan Ave, Suite 1300, Chicago, IL 60601", logo(t)
	f.Addressees[0].Address = "615 Elm St, Apt 2, Reston, VA 22021"
	l, err := letter.Write(letter.Shortfall, "", f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Committee on Organization", "225 N Michigan Ave, Suite 1300",
		"Chicago, IL 60601"}, l.Head.Lines); diff != "" {
		t.Error(diff)
	}
	var pdf, without, doc bytes.Buffer
	for _, err := range []error{l.WritePDF(&pdf), written(t).WritePDF(&without),
		l.WriteDOCX(&doc)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Contains(pdf.Bytes(), []byte("/Subtype /Image")) || bytes.Contains(without.Bytes(),
		[]byte("/Subtype /Image")) {
		t.Error("the PDF has no logo, or one that nobody gave it")
	}
	z, err := zip.NewReader(bytes.NewReader(doc.Bytes()), int64(doc.Len()))
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(z, "word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">615 Elm St, Apt 2<", ">Reston, VA 22021<",
		"Dear Åsa Łuczak and No Mail:", "Sincerely,", ">Member Programs and Services<",
		`r:embed="logo"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in the letter", want)
		}
	}
	// Without this line no program finds the styles, and the letter is one block of text.
	if links, err := fs.ReadFile(z, "word/_rels/document.xml.rels"); err != nil ||
		!strings.Contains(string(links), `Target="styles.xml"`) || !strings.Contains(string(links),
		`Id="logo"`) {
		t.Errorf("the letter does not lead to its styles and its logo: %v, %s", err, links)
	}
	if kept, err := fs.ReadFile(z, "word/media/logo.png"); err != nil || !bytes.Equal(kept,
		f.Logo) {
		t.Errorf("the logo is another one: %v", err)
	}
	for _, tt := range []struct {
		to   []letter.Person
		want string
	}{
		{nil, "Dear colleagues:"}, {[]letter.Person{{Office: "Conference Services"}},
			"Dear Conference Services:"},
		{[]letter.Person{{Name: "Ana Ruiz"}, {Name: "Lee Park"}, {Name: "Ida Berg"}},
			"Dear Ana Ruiz, Lee Park and Ida Berg:"},
		{[]letter.Person{{Name: "A"}, {Name: "B"}, {Name: "C"}, {Name: "D"}}, "Dear organizers:"},
		{[]letter.Person{{Name: "The organizers of Seeds", Unnamed: true}}, "Dear organizers:"},
	} {
		f.Addressees = tt.to
		if l, err := letter.Write(letter.Receipt, "", f); err != nil || l.Salutation != tt.want {
			t.Errorf("%q, want %q: %v", l.Salutation, tt.want, err)
		}
	}
}

func logo(t *testing.T) []byte {
	t.Helper()
	of := image.NewNRGBA(image.Rect(0, 0, 120, 60))
	draw.Draw(of, of.Bounds(), image.NewUniform(color.NRGBA{20, 80, 120, 255}), image.Point{},
		draw.Src)
	var out bytes.Buffer
	if err := png.Encode(&out, of); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEML(t *testing.T) {
	var b bytes.Buffer
	if err := written(t).WriteEML(&b, "chair@example.org"); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(&b)
	if err != nil {
		t.Fatal(err)
	}
	for head, want := range map[string]string{"To": "<asa@example.org>", "Cc": "<mps@example.org>",
		"From": "<chair@example.org>", "X-Unsent": "1"} {
		if got := m.Header.Get(head); got != want {
			t.Errorf("%s: %q, want %q", head, got, want)
		}
	}
	l := written(t)
	l.To = []letter.Person{{Name: "Nobody"}}
	if err := l.WriteEML(io.Discard, "chair@example.org"); err == nil ||
		!strings.Contains(err.Error(), "print it") {
		t.Errorf("%v", err)
	}
	if err := written(t).WriteEML(io.Discard, "chair"); err == nil || !strings.Contains(err.Error(),
		"settings") {
		t.Errorf("%v", err)
	}
}
