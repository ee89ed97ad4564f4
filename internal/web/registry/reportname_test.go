package registry

import (
	"testing"
	"time"
)

// What a workbook is called after a title of signs alone has no hole in it.
func TestReportName(t *testing.T) {
	day := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	for title, want := range map[string]string{
		"Seed Libraries!": "council-report-seed-libraries-2026-11-29.xlsx",
		"—":               "council-report-2026-11-29.xlsx"} {
		if got := reportName(title, "council", day); got != want {
			t.Errorf("%q: %s", title, got)
		}
	}
}
