package ingest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

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
	d := openList(t, b.String())
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

// Surveys have headings of several rows, reports have sums, and some lists several signers a row.
func TestRowsOfLists(t *testing.T) {
	for is, c := range map[string]struct {
		text string
		want [][]string
	}{
		"two rows of headings": {"Respondent ID,End Date,Name\n,,Open-Ended Response\n7,10/12/2026,Ada Lovelace\n", [][]string{{"7", "10/12/2026", "Ada Lovelace"}}},
		"three rows of headings": {"EndDate,Q1\nRecorded Date,Your name\n\"{\"\"ImportId\"\":\"\"endDate\"\"}\",\"{\"\"ImportId\"\":\"\"QID1\"\"}\"\n2026-10-12,Ada Lovelace\n",
			[][]string{{"2026-10-12", "Ada Lovelace"}}},
		"sums": {"Name,Member Number,Date\nAda Lovelace,7,2026-10-12\nTotal Lee,8,2026-10-12\n,,\nTotal signatures: 2,,\nTotal,2,\n", [][]string{{"Ada Lovelace", "7", "2026-10-12"}, {"Total Lee", "8", "2026-10-12"}}},
		"what reports put between rows": {"Name,Number,Date\nOhio (1 record),,\n" +
			"Ada Lovelace,7,2026-10-12\nSubtotal,1,\nBo Lee,8,2026-10-12\nPage 1 of 1,,\n",
			[][]string{{"Ada Lovelace", "7", "2026-10-12"}, {"Bo Lee", "8", "2026-10-12"}}},
		"two signers a row": {"Date,Name 1,Number 1,Name 2,Number 2\n2026-10-12,Ada Lovelace,7,Bo Lee,8\n2026-10-13,Cy Lee,9,,\n2026-10-14,,,,\n",
			[][]string{{"2026-10-12", "Ada Lovelace", "7"}, {"2026-10-12", "Bo Lee", "8"}, {"2026-10-13", "Cy Lee", "9"}, {"2026-10-14", "", "", "", ""}}},
		"addresses of two lines are one signer's": {"Name,Address 1,Address 2,Date\nAda Lovelace,9 Elm St,Apt 4,2026-10-12\n", [][]string{{"Ada Lovelace", "9 Elm St", "Apt 4", "2026-10-12"}}},
		"letters as web pages write them":         {"Name,Date\nSiobhan O&#039;Dea,2026-10-12\n", [][]string{{"Siobhan O'Dea", "2026-10-12"}}},
	} {
		t.Run(is, func(t *testing.T) {
			if diff := cmp.Diff(c.want, firstPage(t, c.text).List.Rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A row is crossed out by the font of a cell, or of a part of its text.
func TestRowsCrossedOut(t *testing.T) {
	rows := [][]any{{"Name", "Date signed"}, {"Ada Lovelace", "2026-10-12"}, {"Bo Lee", "2026-10-12"}, {"Cy Lee", "2026-10-12"}}
	p := firstPage(t, workbook(t, rows, func(f *excelize.File) error {
		line, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Strike: true}})
		if err != nil {
			return err
		}
		if err := f.SetCellStyle("Sheet1", "A2", "B2", line); err != nil {
			return err
		}
		moved := []excelize.RichTextRun{{Text: "Cy Lee", Font: &excelize.Font{Strike: true}}, {Text: " moved"}}
		return f.SetCellRichText("Sheet1", "A4", moved)
	}))
	if diff := cmp.Diff(map[int]bool{0: true, 2: true}, p.List.Doubtful); diff != "" {
		t.Error(diff)
	}
	if len(p.Findings) != 1 || p.Findings[0].Text != "Rows are crossed out in the workbook, whole or in part (2). See whether they count." {
		t.Errorf("findings %+v", p.Findings)
	}
}

// A quotation mark that was read as a letter leaves no cell unread.
func TestOddQuotationMarks(t *testing.T) {
	p := firstPage(t, "Name,Date\n\"Ada\" Lovelace,2026-10-12\nBo Lee,2026-10-12\n")
	if len(p.List.Rows) != 2 || len(p.Findings) > 0 {
		t.Errorf("rows %q, findings %+v", p.List.Rows, p.Findings)
	}
}

// openList opens a list, whatever its kind.
func openList(t *testing.T, data string) *ingest.Document {
	t.Helper()
	path := filepath.Join(t.TempDir(), "signed")
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	var r ingest.Reader
	d, err := r.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// firstPage is that of a list.
func firstPage(t *testing.T, data string) ingest.Page {
	t.Helper()
	p, err := openList(t, data).Page(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A heading over several columns gives way to those in the row below it, a question does not.
func TestHeadingsOverHeadings(t *testing.T) {
	for name, tt := range map[string]struct{ upper, lower, want string }{
		"details": {"End Date,Email Address,Your details,,,Library", ",,Name,City/Town,Email Address,Open-Ended Response", "End Date,Email Address,Name,City/Town,Email Address,Library"},
		"groups": {
			"Signer,,Address,,Signature", "Name,Email,City,State,Date", "Name,Email,City,State,Signature Date",
		},
		"a question":    {"End Date,Name,Do you support it?,", ",Open-Ended Response,Yes,No", "End Date,Name,Do you support it?,"},
		"two people":    {"Date,City,Signer,,Witness,", ",,Name,Email,Name,Email", "Date,City,Name,Email,Witness Name,Witness Email"},
		"longer below":  {"Date signed,City,Member", ",,First Name,Last Name", "Date signed,City,First Name,Last Name"},
		"nothing below": {"Date,Name,,", "Response,Open-Ended Response", "Date,Name,,"},
	} {
		t.Run(name, func(t *testing.T) {
			p := firstPage(t, tt.upper+"\n"+tt.lower+"\n10/12/2026,Ada Lovelace,Yes\n")
			if got := strings.Join(p.List.Headings, ","); got != tt.want || len(p.List.Rows) != 1 {
				t.Errorf("headings %q, want %q; %d rows", got, tt.want, len(p.List.Rows))
			}
		})
	}
}

func TestTablesThatAreNoLists(t *testing.T) {
	for name, text := range map[string]string{
		"letter.txt":  "Dear all,\n\nplease sign the petition.\n\nKind regards\n",
		"numbers.csv": "1,2,3\n4,5,6\n7,8,9\n",
		"one.csv":     "Name\nAda Lovelace\n",
		"nobody.csv":  "Name,Member No.,Date\n",
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
		if name == "nobody.csv" && !strings.Contains(err.Error(), "nobody below it") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Rows under a title that says that they do not count stand apart, and headings that stand
// again are nobody's.
func TestListsInParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signed.csv")
	if err := os.WriteFile(path, []byte("Name,Date\nAda Lovelace,2026-10-12\n,\nName,Date\nGrace Hopper,2026-10-12\nWithdrawn signatures,\nName,Date\nJoan Clarke,2026-10-12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var r ingest.Reader
	d, err := r.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var got []string
	for n := range d.Pages() {
		p, err := d.Page(t.Context(), n+1)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range p.List.Rows {
			got = append(got, p.List.Apart+": "+row[0])
		}
	}
	if diff := cmp.Diff([]string{": Ada Lovelace", ": Grace Hopper", "Withdrawn signatures: Joan Clarke"}, got); diff != "" {
		t.Error(diff)
	}
}
