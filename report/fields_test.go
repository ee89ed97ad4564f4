package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/verify"
)

// What a rule may ask for is what a line has, in its order, without what only those see who
// settle it.
func TestFields(t *testing.T) {
	var public []string
	for _, f := range Fields() {
		if f.Label == "" {
			t.Errorf("%s has no label", f.Key)
		}
		if !f.Private {
			public = append(public, string(f.Key))
		}
	}
	if diff := cmp.Diff(verify.RequirableFields(), public); diff != "" {
		t.Errorf("(-rules +report)\n%s", diff)
	}
}
