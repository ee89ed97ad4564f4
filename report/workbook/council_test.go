package workbook_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"countersign/report"
	"countersign/report/workbook"
)

// What the cover says in short is what the sheets say at length.
func TestCoverAgreesWithSheets(t *testing.T) {
	t.Parallel()
	c := council()
	day := c.Annual[0].Due
	c.Annual = append(c.Annual, report.AnnualReport{Group: "Games and Gaming", Year: "2025",
		Due: day, Received: day.AddDate(0, 0, 9)},
		report.AnnualReport{Group: "Microform Futures", Due: day.AddDate(0, 1, 0), Received: day,
			Requested: true})
	c.Groups[1].Ended, c.Groups[1].Why = day, "on request"
	var out bytes.Buffer
	if err := workbook.CouncilReport(&out, c); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	cover := map[string]string{}
	for _, r := range rows(t, book, "Cover") {
		if len(r) > 1 {
			cover[r[0]] = r[1]
		}
	}
	// column is what a column of a sheet says below its heading, in rows that have as many cells.
	column := func(sheet, head string) []string {
		var said []string
		at := -1
		for _, r := range rows(t, book, sheet) {
			switch i := slices.Index(r, head); {
			case i >= 0:
				at = i
			case at >= 0 && at < len(r) && r[at] != "" && len(r) > 2:
				said = append(said, r[at])
			}
		}
		return said
	}
	var told []string
	for i, group := range column("Actions", "Group") {
		told = append(told, group+": "+column("Actions", "Action")[i])
	}
	if got := strings.Split(cover["Action items"]+"\n"+cover["Information items"],
		"\n"); !slices.Equal(got, told) {
		t.Errorf("the cover tells of %q, the sheet of %q", got, told)
	}
	pending := column("Pending", "Group")
	if got := strings.Split(cover["Pending"], "\n"); len(got) != len(pending) ||
		!strings.HasPrefix(got[0], pending[0]+": ") {
		t.Errorf("the cover has %q pending, the sheet %q", got, pending)
	}
	for _, of := range []struct{ label, sheet, head, noun string }{
		{"Annual reports", "Annual reports", "State", "reports"}, {"Register of groups",
			"Register of groups", "State", "groups"},
	} {
		states, order := map[string]int{}, column(of.sheet, of.head)
		for _, s := range order {
			s, _, _ = strings.Cut(strings.TrimLeft(s, "✓► "), ":")
			states[s]++
		}
		said := regexp.MustCompile(`(\d+) ([a-z ]+)`).FindAllStringSubmatch(cover[of.label], -1)
		if len(said) != len(states)+1 || said[0][0] != fmt.Sprint(len(order), " ", of.noun) {
			t.Errorf("%s: the cover says %q, the sheet has %d of %v", of.label, cover[of.label],
				len(order), states)
			continue
		}
		for _, s := range said[1:] {
			if fmt.Sprint(states[s[2]]) != s[1] {
				t.Errorf("%s: the cover says %q, the sheet has %v", of.label, cover[of.label],
					states)
			}
		}
	}
}
