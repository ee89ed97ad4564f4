package workbook_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"countersign/report"
	"countersign/report/workbook"
)

// recalculate is a setting of LibreOffice: calculate whatever was saved anew.
const recalculate = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>`

// throughOffice opens workbooks with LibreOffice, which calculates them anew,
// and gives them as it saves them.
func throughOffice(t *testing.T, books map[string][]byte) map[string][]byte {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("LibreOffice Calc is missing: bash .ci/setup test installs it")
	}
	dir := t.TempDir()
	user := filepath.Join(dir, "profile", "user")
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	for _, d := range []string{user, in, out} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(user, "registrymodifications.xcu"), []byte(recalculate),
		0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless", "-env:UserInstallation=file://" + filepath.Dir(user),
		"--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out}
	for name, data := range books {
		path := filepath.Join(in, name+".xlsx")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if said, err := exec.CommandContext(ctx, office, args...).CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice: %v\n%s", err, said)
	}
	saved := map[string][]byte{}
	for name := range books {
		data, err := os.ReadFile(filepath.Join(out, name+".xlsx"))
		if err != nil {
			t.Fatalf("LibreOffice did not open the workbook of %s: %v", name, err)
		}
		saved[name] = data
	}
	return saved
}

// Another program opens every workbook, calculates it to the figures that were
// saved, finds as many rows on every sheet, and saves one that still agrees
// with its fingerprints, pictures included.
func TestThroughLibreOffice(t *testing.T) {
	t.Parallel()
	p := complete(131)
	second := petition(25)
	second.Cover.Group = "Zines in Libraries"
	books := map[string][]byte{}
	for name, build := range map[string]func(io.Writer) error{
		"petition": func(w io.Writer) error { return workbook.COO(w, p) },
		"empty":    func(w io.Writer) error { return workbook.COO(w, petition(0)) },
		"hostile":  func(w io.Writer) error { return workbook.COO(w, hostile()) },
		"period": func(w io.Writer) error {
			return workbook.COOPeriod(w, report.Period{Title: "Fall 2026",
				Petitions: []report.Petition{p, second}, Made: p.Made, Program: p.Program})
		},
		"council": func(w io.Writer) error { return workbook.CouncilReport(w, council()) },
	} {
		var out bytes.Buffer
		if err := build(&out); err != nil {
			t.Fatal(err)
		}
		books[name] = out.Bytes()
	}
	books["wrong values"] = unsaved(t, books["petition"])
	for name, data := range throughOffice(t, books) {
		t.Run(name, func(t *testing.T) {
			if name == "wrong values" {
				sameValues(t, books["petition"], data)
				return
			}
			sameValues(t, books[name], data)
			c := copyOf(t, data, nil)
			if len(c.Changes) > 0 {
				t.Errorf("saved by LibreOffice: %s", told(c.Changes))
			}
		})
	}
}

// sameValues compares every cell of every sheet.
func sameValues(t *testing.T, before, after []byte) {
	t.Helper()
	var books [2]*excelize.File
	for i, data := range [][]byte{before, after} {
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		books[i] = f
	}
	if diff := cmp.Diff(books[0].GetSheetList(), books[1].GetSheetList()); diff != "" {
		t.Fatalf("sheets (-written +LibreOffice)\n%s", diff)
	}
	for _, sheet := range books[0].GetSheetList() {
		want, got := rows(t, books[0], sheet), rows(t, books[1], sheet)
		if len(want) != len(got) {
			t.Errorf("%s: %d rows, LibreOffice has %d", sheet, len(want), len(got))
			continue
		}
		for i := range want {
			if diff := cmp.Diff(trimmed(want[i]), trimmed(got[i])); diff != "" {
				t.Errorf("%s, row %d (-written +LibreOffice)\n%s", sheet, i+1, diff)
			}
		}
	}
}

// trimmed is a row without empty cells at its end.
func trimmed(row []string) []string {
	for len(row) > 0 && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	return append([]string{}, row...)
}

// unsaved takes the saved values of all formulas of the Summary out of a
// workbook and puts a wrong one in their place.
func unsaved(t *testing.T, data []byte) []byte {
	t.Helper()
	formula := regexp.MustCompile(`(<f>[^<]*</f>)<v>[^<]*</v>`)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	changed := 0
	for name, text := range parts(t, data) {
		if name == "xl/worksheets/sheet1.xml" {
			changed = len(formula.FindAllString(text, -1))
			text = formula.ReplaceAllString(text, "$1<v>777</v>")
		}
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if changed < 20 {
		t.Fatalf("only %d formulas were found", changed)
	}
	return out.Bytes()
}

// hostile is a petition on which people wrote what a spreadsheet might take
// for something else.
func hostile() report.Petition {
	p := complete(14)
	for i, text := range []string{"=cmd()", `=HYPERLINK("http://example.org","x")`, "+1",
		"-1+cmd|' /C calc'!A0", "@SUM(A1)", "@x", "0482913", "1E5", "TRUE", "#REF!",
		"Ann\x00 \x0bMarsh\x1f", "_x0041_", "'quoted", strings.Repeat("=A1&", 8192)} {
		d := &p.Decisions[i]
		for field, reading := range d.Line.Fields {
			reading.Text = text
			d.Line.Fields[field] = reading
		}
		d.Because = text
		member := *d.Candidates[0].Member
		member.Family, member.ID = text, fmt.Sprint(text)
		d.Candidates[0].Member = &member
		if d.MemberID != "" {
			d.MemberID = member.ID
		}
		p.Findings = append(p.Findings, report.Finding{Line: d.Line.Ref, At: p.Made, By: text,
			Found: text, MemberID: text, Note: text})
	}
	return p
}
