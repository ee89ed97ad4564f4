package office

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"countersign/internal/fixtures"
	"countersign/internal/store"
	"countersign/report/workbook"
)

// A report on the petitions of a month is checked petition by petition: as it was
// written, with a figure that somebody changed, with a petition that went on since,
// and by a service that has none of them.
func TestVerifyPeriodReport(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx := t.Context()
	r.certified("p1")
	_, err := r.office.Store.AddPetition(ctx, store.Petition{ID: "p2", Title: "Bookmobiles",
		ReceivedOn: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)})
	r.must(err)
	r.certified("p3")
	r.must(r.step("p1", "submit", "2026-11-20"))
	var book bytes.Buffer
	r.must(r.Period(ctx, Everything(), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026,
		11, 30, 0, 0, 0, 0, time.UTC), &book))
	whole := fixtures.Write(t, "period.xlsx", book.Bytes())

	said := func(r *registry, path string, differ bool, want ...string) {
		t.Helper()
		f, err := os.Open(path)
		r.must(err)
		defer f.Close()
		book, err := workbook.Check(f)
		r.must(err)
		var got bytes.Buffer
		TellChanges(&got, book.Changes)
		if differs, err := r.CheckReport(ctx, book, "", &got); err != nil || differs != differ {
			t.Errorf("differs: %v, %v; want %v", differs, err, differ)
		}
		for _, w := range want {
			if !regexp.MustCompile("(?m)^" + w).MatchString(got.String()) {
				t.Errorf("it did not say %q but:\n%s", w, got.String())
			}
		}
		if _, err := r.CheckReport(ctx, book, "p1", &got); err == nil ||
			!strings.Contains(err.Error(), "is on 3 petitions") {
			t.Errorf("of one petition: %v", err)
		}
	}
	agree := []string{`1\. Petition for A petition: agrees with petition p1 on record\.$`,
		`2\. Petition for Bookmobiles: agrees with petition p2`,
		`3\. Petition for A petition: agrees with petition p3`}
	said(r, whole, false, agree...)
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
	said(r, changed, true, agree[0], agree[1], "Summary: something in it was changed",
		`3\. Petition for A petition: differs from petition p3 at 1 place\.$`, `Summary, row `+
			cell[1:]+`: column B says "100", on record is "1"$`)

	r.office.find(store.Finding{LineID: r.office.look("p1").Line(0).ID, By: "cho", Chair: true,
		Kind: "illegible"})
	said(r, whole, true, agree[1], agree[2],
		`1\. Petition for A petition: differs from petition p1 at \d+ places\. The workbook is as it was written, so the petition has changed since\.$`,
		`Signatures, row 2: .*column K says "valid", on record is "invalid"`)

	said(newRegistry(t), whole, true, `3\. Petition for A petition: no petition here has the files`)
}
