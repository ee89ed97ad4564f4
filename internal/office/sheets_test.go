package office

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/internal/fixtures"
	"countersign/internal/store"
	printed "countersign/report/sheet"
)

// The sheets that a page offers carry the petition's own code, and the next printing is like the
// last.
func TestSheetsOfAPetition(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	if _, err := d.Store.AddPetition(t.Context(), store.Petition{ID: "maps",
		Title: "maps"}); err != nil {
		t.Fatal(err)
	}
	set, err := d.SheetSet(t.Context(), "maps")
	if err != nil || set.Group != "maps" || set.Lines != 0 || len(set.Columns) == 0 ||
		len(set.Choices) != len(printed.Choices()) {
		t.Fatalf("%+v, %v", set, err)
	}
	var wrong *Refusal
	if err := d.Sheets(t.Context(), "maps", &bytes.Buffer{}); !errors.As(err, &wrong) {
		t.Errorf("before anybody said what to print: %v", err)
	}
	for name, tt := range map[string]struct {
		change func(*SheetSet)
		want   string
	}{
		"no purpose": {func(s *SheetSet) { s.Purpose = " " }, "no purpose"},
		"no columns": {func(s *SheetSet) { s.Columns = nil }, "what each line asks for"},
		"no name": {func(s *SheetSet) {
			s.Columns = []string{"signature"}
		}, "asks for the name"},
		"unknown": {func(s *SheetSet) {
			s.Columns = []string{"name", "shoe", "signature"}
		}, `"shoe"`},
		"pages":       {func(s *SheetSet) { s.Pages = 4000 }, "1 to 1000"},
		"no pages":    {func(s *SheetSet) { s.Pages = 0 }, "how many pages"},
		"tall lines":  {func(s *SheetSet) { s.Height = 4 }, "0.3 to 1.5"},
		"odd letters": {func(s *SheetSet) { s.Group = "図書館" }, "cannot be printed"},
	} {
		t.Run(name, func(t *testing.T) {
			odd := set
			odd.Purpose, odd.Pages = "To read maps.", 4
			tt.change(&odd)
			if err := d.SetSheets(t.Context(), "maps", odd, "ann"); !errors.As(err, &wrong) ||
				!strings.Contains(wrong.Text, tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	set.Purpose, set.Pages, set.A4, set.Columns = "To read maps.", 4, true, []string{"name",
		"citystate", "signature"}
	if err := d.SetSheets(t.Context(), "maps", set, "ann"); err != nil {
		t.Fatal(err)
	}
	again, err := d.SheetSet(t.Context(), "maps")
	if err != nil || again.Lines < 5 || again.Purpose != set.Purpose || !again.A4 ||
		again.Pages != 4 || len(again.Columns) != 3 {
		t.Errorf("%+v, %v", again, err)
	}
	var pdf bytes.Buffer
	if err := d.Sheets(t.Context(), "maps", &pdf); err != nil {
		t.Fatal(err)
	}
	got, err := fixtures.SheetsOf(fixtures.ScannedPage(t, fixtures.Write(t, "sheets.pdf",
		pdf.Bytes()), 4))
	if want := (extract.Form{Petition: "maps", Page: 4, Of: 4}); err != nil || len(got) != 1 ||
		got[0].Form != want {
		t.Errorf("the page is %+v, %v", got, err)
	}
}
