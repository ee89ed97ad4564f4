package extract_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
)

func TestMissingPagesAreNoticed(t *testing.T) {
	for name, tt := range map[string]struct {
		seen []extract.Form
		want []extract.Printed
	}{
		"nothing printed by us": {[]extract.Form{{}, {}}, nil},
		"all there":             {[]extract.Form{{"A", 2, 2}, {}, {"A", 1, 2}}, []extract.Printed{{Petition: "A", Of: 2}}},
		"one missing, one twice": {
			[]extract.Form{{"A", 4, 4}, {"A", 1, 4}, {"A", 4, 4}, {"A", 3, 4}},
			[]extract.Printed{{Petition: "A", Of: 4, Missing: []int{2}, Repeated: []int{4}}},
		},
		"two petitions, and more sheets printed later": {
			[]extract.Form{{"B", 1, 1}, {"A", 1, 3}, {"A", 1, 2}, {"A", 2, 2}},
			[]extract.Printed{{Petition: "A", Of: 2}, {Petition: "A", Of: 3, Missing: []int{2, 3}}, {Petition: "B", Of: 1}},
		},
		"what cannot be": {[]extract.Form{{"A", 5, 4}, {"A", -1, 4}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, extract.Account(tt.seen)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
