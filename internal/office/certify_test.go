package office

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A certified count is read as it was written, by this version and by earlier ones; what holds
// no count is an error, so that a purge that compares with it stops.
func TestCertifiedCount(t *testing.T) {
	count := Count{Rows: 40, Valid: 29, Invalid: 3, Uncertain: 8, Required: 20, Guaranteed: 29, Possible: 37, Certain: true, Outcome: "29 of 20 required", ByReason: map[string]int{"lapsed": 2}}
	data, err := EncodeCertified(count)
	if err != nil {
		t.Fatal(err)
	}
	want, err := DecodeCertified(data)
	if err != nil || want.Version != certifiedVersion || want.Rows != 40 || want.ByReason["lapsed"] != 2 {
		t.Errorf("%+v, %v", want, err)
	}
	earlier := `{"Rows":40,"Valid":29,"Invalid":3,"Uncertain":8,"Required":20,"Guaranteed":29,"Possible":37,"Expected":31.5,"Enough":1,"Certain":true,"Outcome":"29 of 20 required","ByReason":{"lapsed":2},"Doubts":{},"Needs":{},"ByPerson":0,"Checked":0,"Next":null}`
	got, err := DecodeCertified([]byte(earlier))
	want.Version = 0
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if !agrees(data, count) || !agrees([]byte(earlier), count) {
		t.Error("a count does not agree with its own certificate")
	}
	for _, none := range []string{`{}`, `{"valid":0}`, `{"version":2,"rows":0}`, `null`, ``} {
		if _, err := DecodeCertified([]byte(none)); err == nil {
			t.Errorf("%q holds a count", none)
		}
		if agrees([]byte(none), Count{}) {
			t.Errorf("%q agrees with no lines at all", none)
		}
	}
}
