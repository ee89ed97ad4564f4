package workbook_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"countersign/ingest/pdf"
	"countersign/report"
	"countersign/report/workbook"
)

// wordsOf prints a report to Council and reads it with another program's eyes.
func wordsOf(t *testing.T, c report.Council) (string, int) {
	t.Helper()
	var out bytes.Buffer
	if err := workbook.CouncilPDF(&out, c); err != nil {
		t.Fatal(err)
	}
	engine := pdf.NewEngine(pdf.Limits{Pages: 100, Pixels: 1 << 24, PageTime: time.Minute, DPI: 72},
		"")
	defer engine.Close()
	file, err := pdf.Open(t.Context(), engine, bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var words []string
	for n := range file.Pages() {
		page, err := file.Page(t.Context(), n+1)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range page.Words {
			words = append(words, w.Text)
		}
	}
	return strings.Join(words, " "), file.Pages()
}

// The printed report says what the workbook says.
func TestCouncilPDF(t *testing.T) {
	t.Parallel()
	c := council()
	said, pages := wordsOf(t, c)
	for _, want := range []string{"Report to Council", "CD#27.1", "2026-2027", "January 25, 2027",
		"Action items", "Seed Libraries & Gardens: approved", "7-0-1",
		"102 of 100", "November 30, 2029", "Information items", "disbanded on request",
		"Zines in Libraries", "Board Games in Libraries, Play",
		"Priya Raman, Tom Ashdown", "overdue; reminded on September 1",
		"nobody on the membership export fits what is written", "Handbook text",
		"The term of Games and Gaming ends on December 31, 2026, not 2025.", "Page 1 of " +
			string(rune('0'+pages))} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	said, _ = wordsOf(t, report.Council{})
	for _, want := range []string{"There is no action item", "There is no information item",
		"Nothing is pending", "not part of this report", "No annual report was due",
		"No petition falls", "no new text for the Handbook", "No earlier report is corrected"} {
		if !strings.Contains(said, want) {
			t.Errorf("with nothing to tell, it does not say %q", want)
		}
	}
}

// Long and foreign texts, many groups: every page has its headings and
// nothing breaks.
func TestCouncilPDFOfManyGroups(t *testing.T) {
	t.Parallel()
	c := council()
	c.Pending[0].Purpose = strings.Repeat("seed library & garden ", 1500)
	c.Pending[0].Group = strings.Repeat("Longname", 60)
	c.Handbook = append(c.Handbook, report.Entry{Group: "Βιβλιοθήκη, библиотека, Łódź, 図書館 and 📚",
		Text: "\tAll\x00 of them.\r\nAnd more."})
	for n := range 120 {
		c.Annual = append(c.Annual, report.AnnualReport{Group: "Group " + strings.Repeat("x", n%50),
			Year: "2026", Due: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)})
	}
	said, pages := wordsOf(t, c)
	if heads := strings.Count(said, "Year Due Received State"); pages < 10 || heads < 4 {
		t.Errorf("%d pages, the headings of the annual reports stand %d times", pages, heads)
	}
	for _, want := range []string{"Βιβλιοθήκη, библиотека, Łódź, ??? and ?", "All of them."} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	var one, two bytes.Buffer
	for _, w := range []io.Writer{&one, &two} {
		if err := workbook.CouncilPDF(w, c); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two prints of one report differ")
	}
	if err := workbook.CouncilPDF(&full{100}, c); err == nil {
		t.Error("a writer that fails is no error")
	}
}

// Print, too, holds nothing of any signer.
func TestCouncilPDFHoldsNoSigner(t *testing.T) {
	t.Parallel()
	p := complete(60)
	p.Files[0].Name = "Marshgrove7-signed.pdf"
	c := council()
	c.Add(p)
	said, _ := wordsOf(t, c)
	for _, s := range secretsOf(p) {
		if strings.Contains(said, s) {
			t.Errorf("it holds %q", s)
		}
	}
}
