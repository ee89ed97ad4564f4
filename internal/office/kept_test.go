package office

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/extract"
	"countersign/internal/fixtures"
	"countersign/internal/office/kept"
	"countersign/verify"
	"countersign/verify/roll"
)

// A row matched from the sheet as stored finds the same members, with the same
// probabilities to the last bit, as the row fresh from its page; and what the store
// keeps of row and match is what it was given.
func TestStoredLinesAreTheFreshOnes(t *testing.T) {
	t.Parallel()
	sheets, err := fixtures.Sheets()
	if err != nil {
		t.Fatal(err)
	}
	members, err := fixtures.Roll()
	if err != nil {
		t.Fatal(err)
	}
	m := verify.NewMatcher(members, verify.Options{})
	exactly := cmp.Options{cmpopts.IgnoreFields(extract.Row{}, "Picture"),
		cmpopts.IgnoreFields(extract.Reading{}, "Words")}
	rows, seen := 0, 0
	for _, s := range sheets {
		data, err := extract.EncodeSheet(s)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("a sheet of %d rows takes %d KB", len(s.Rows), len(data)/1000)
		stored, err := extract.DecodeSheet(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, stored, exactly); diff != "" {
			t.Fatal(diff)
		}
		for i, row := range s.Rows {
			rows++
			for _, r := range row.Fields {
				seen += len(r.Words)
			}
			fresh, again := m.Match(verify.Line{Row: row}),
				m.Match(verify.Line{Row: stored.Rows[i]})
			if diff := cmp.Diff(fresh, again, exactly); diff != "" {
				t.Errorf("row %d is matched otherwise:\n%s", row.Number, diff)
			}
			sameRow(t, row, exactly)
			sameMatch(t, fresh, members)
		}
	}
	if rows == 0 || seen == 0 {
		t.Errorf("%d rows with %d lattices: nothing was tried", rows, seen)
	}
}

func sameRow(t *testing.T, want extract.Row, opts cmp.Option) {
	t.Helper()
	data, err := kept.EncodeRow(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := kept.DecodeRow(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("another row came back:\n%s", diff)
	}
}

func sameMatch(t *testing.T, want verify.Match, members *roll.Roll) {
	t.Helper()
	data, err := kept.EncodeMatch(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := kept.DecodeMatch(data, members)
	if err != nil {
		t.Fatal(err)
	}
	want.Line = verify.Line{}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("another match came back:\n%s", diff)
	}
}

func TestNumbersThatAreNotFinite(t *testing.T) {
	t.Parallel()
	members, err := fixtures.Roll()
	if err != nil {
		t.Fatal(err)
	}
	sameMatch(t, verify.Match{
		Nobody: math.Inf(-1), Prior: math.SmallestNonzeroFloat64,
		Candidates: []verify.Candidate{{Member: members.Members.At(0),
			Because: []string{"name: equal"}, Evidence: []verify.Evidence{{Field: extract.Name,
				Words: "name: equal", Odds: math.Inf(1)}}}},
	}, members)
}

// A match made against another snapshot is refused, not half read.
func TestMatchOfAnotherSnapshot(t *testing.T) {
	t.Parallel()
	members, err := fixtures.Roll()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kept.DecodeMatch([]byte(`{"found":[{"m":"no such member"}]}`), members); err == nil {
		t.Error("a member was found whom nobody knows")
	}
}
