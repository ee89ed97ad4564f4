package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
)

func TestPrintedRemarks(t *testing.T) {
	const missing, twice = "see whether they were signed.",
		"blank sheets were copied, or signed ones scanned twice."
	for name, tt := range map[string]struct {
		printed []extract.Printed
		own     string
		want    []string
	}{
		"none":      {nil, "a", nil},
		"all there": {[]extract.Printed{{Petition: "a", Of: 3}}, "a", nil},
		"one missing": {[]extract.Printed{{Petition: "a", Of: 3, Missing: []int{2}}}, "a",
			[]string{"Of the 3 sheets printed for this petition, page 2 is not among the files: " +
				missing}},
		"runs": {[]extract.Printed{{Petition: "a", Of: 12, Missing: []int{1, 3, 4, 7, 8, 9, 10, 12},
			Repeated: []int{5, 6}}}, "", []string{
			"Of the 12 sheets printed for petition a, pages 1, 3, 4, 7–10 and 12 are not among " +
				"the files: " + missing,
			"Of the 12 sheets printed for petition a, pages 5 and 6 are here more than once: " +
				twice}},
		"another's": {[]extract.Printed{{Petition: "b", Of: 2}}, "a",
			[]string{"The sheets were printed for petition b, which is not known here: their " +
				"lines count with this one."}},
		"several": {[]extract.Printed{{Petition: "a", Of: 2}, {Petition: "b", Of: 2}}, "a",
			[]string{"The files hold sheets of 2 petitions, a, b: all lines were counted " +
				"together."}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, PrintedRemarks(tt.printed, tt.own)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
