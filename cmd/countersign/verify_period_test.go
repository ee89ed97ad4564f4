package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"countersign/internal/fixtures"
	"countersign/internal/store"
)

// A report on the petitions of a month is checked petition by petition: as it was
// written, with a figure that somebody changed, with a petition that went on since,
// and by a service that has none of them.
func TestVerifyPeriodReport(t *testing.T) {
	data := t.TempDir()
	r := newRegistryIn(t, data)
	ctx := t.Context()
	r.certified("p1")
	_, err := r.office.store.AddPetition(ctx, store.Petition{ID: "p2", Title: "Bookmobiles", ReceivedOn: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)})
	r.must(err)
	r.certified("p3")
	r.must(r.step("p1", "submit", "2026-11-20"))
	var book bytes.Buffer
	r.must(r.Period(ctx, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), &book))
	whole := fixtures.Write(t, "period.xlsx", book.Bytes())

	said := func(code int, file, data string, want ...string) {
		t.Helper()
		got := countersign("verify-report", file, "--data", data)
		if got.code != code {
			t.Errorf("exit code %d, want %d", got.code, code)
		}
		for _, w := range want {
			if !regexp.MustCompile("(?m)^" + w).MatchString(got.stdout) {
				t.Errorf("it did not say %q but:\n%s%s", w, got.stdout, got.stderr)
			}
		}
	}
	agree := []string{`1\. Petition for Seed Libraries: agrees with petition p1 on record\.$`, `2\. Petition for Bookmobiles: agrees with petition p2`, `3\. Petition for Seed Libraries: agrees with petition p3`}
	said(exitOK, whole, data, append(agree, "It says what it said when it was written")...)
	if got := countersign("verify-report", whole, "--data", data, "--petition", "p1"); got.code != exitUnusable || !strings.Contains(got.stderr, "is on 3 petitions") {
		t.Errorf("of one petition: %+v", got)
	}

	f, err := excelize.OpenReader(bytes.NewReader(book.Bytes()))
	r.must(err)
	defer f.Close()
	rows, err := f.GetRows("Summary")
	r.must(err)
	cell := ""
	for i, row := range rows { // the last is the third petition's
		if len(row) > 1 && row[0] == "Valid" {
			cell, err = excelize.CoordinatesToCellName(2, i+1)
			r.must(err)
		}
	}
	r.must(f.SetCellInt("Summary", cell, 100))
	changed := filepath.Join(t.TempDir(), "changed.xlsx")
	r.must(f.SaveAs(changed))
	said(exitUnread, changed, data, agree[0], agree[1], "Summary: something in it was changed",
		`3\. Petition for Seed Libraries: differs from petition p3 at 1 place\.$`, `Summary, row `+cell[1:]+`: column B says "100", on record is "1"$`)

	r.office.find(store.Finding{LineID: r.office.look("p1").Lines[0].ID, By: "cho", Chair: true, Kind: "illegible"})
	said(exitUnread, whole, data, "It says what it said", agree[1], agree[2],
		`1\. Petition for Seed Libraries: differs from petition p1 at \d+ places\. The workbook is as it was written, so the petition has changed since\.$`,
		`Signatures, row 2: .*column N says "valid", on record is "invalid"`)

	other := t.TempDir()
	newRegistryIn(t, other)
	said(exitUnread, whole, other, "The audit log of this service has no entry by the workbook's head", `3\. Petition for Seed Libraries: no petition here has the files`)
}
