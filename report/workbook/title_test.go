package workbook

import (
	"testing"

	"countersign/report"
)

// A title is a sentence's beginning that people can read, also where little is known.
func TestTitles(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]report.Council{
		"Petition for Seeds": {Counts: []report.Counts{
			{Group: "Seeds"}}},
		"Petition (no group is named on the cover page)": {Counts: []report.Counts{
			{Group: report.NoGroup}}},
		"Council document CD#27":       {Document: "CD#27"},
		"Membership Initiative Groups": {},
	} {
		if got := councilTitle(c); got != want {
			t.Errorf("titled %q, want %q", got, want)
		}
	}
	if people(1) != "1 person" || people(6405) != "6,405 people" {
		t.Errorf("%s and %s", people(1), people(6405))
	}
}
