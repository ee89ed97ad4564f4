package main

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/extract"
	"countersign/extract/hand"
	"countersign/extract/tesseract"
	"countersign/ingest"
	"countersign/verify"
	"countersign/verify/roll"
)

// sampleSheets reads the pages of the sample once for all tests that ask.
var sampleSheets = sync.OnceValues(func() ([]extract.Sheet, error) {
	pen, err := hand.New()
	if err != nil {
		return nil, err
	}
	print, err := tesseract.Open(1)
	if err != nil {
		return nil, err
	}
	defer print.Close()
	var reader ingest.Reader
	defer reader.Close()
	d, err := reader.Open(context.Background(), sample)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	x := extract.Extractor{Print: print, Cells: extract.NewHandwritten(pen, extract.Typed{Print: print})}
	var sheets []extract.Sheet
	for n := range d.Pages() {
		page, err := d.Page(context.Background(), n+1)
		if err != nil {
			return nil, err
		}
		s, err := x.Sheet(context.Background(), page)
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, s)
	}
	return sheets, nil
})

var sampleRoll = sync.OnceValues(func() (*roll.Roll, error) {
	return roll.Open(members, roll.Options{AsOf: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)})
})

// A row matched from the sheet as stored finds the same members, with the same
// probabilities to the last bit, as the row fresh from its page; and what the store
// keeps of row and match is what it was given.
func TestStoredLinesAreTheFreshOnes(t *testing.T) {
	sheets, err := sampleSheets()
	if err != nil {
		t.Fatal(err)
	}
	members, err := sampleRoll()
	if err != nil {
		t.Fatal(err)
	}
	m := verify.NewMatcher(members, verify.Options{})
	exactly := cmp.Options{cmpopts.IgnoreFields(extract.Row{}, "Picture"), cmpopts.IgnoreFields(extract.Reading{}, "Words")}
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
			fresh, again := m.Match(verify.Line{Row: row}), m.Match(verify.Line{Row: stored.Rows[i]})
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
	data, err := encodeRow(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeRow(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("another row came back:\n%s", diff)
	}
}

func sameMatch(t *testing.T, want verify.Match, members *roll.Roll) {
	t.Helper()
	data, err := encodeMatch(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeMatch(data, members)
	if err != nil {
		t.Fatal(err)
	}
	want.Line = verify.Line{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("another match came back:\n%s", diff)
	}
}

func TestNumbersThatAreNotFinite(t *testing.T) {
	members, err := sampleRoll()
	if err != nil {
		t.Fatal(err)
	}
	sameMatch(t, verify.Match{
		Nobody: math.Inf(-1), Prior: math.SmallestNonzeroFloat64,
		Candidates: []verify.Candidate{{Member: members.Members[0], Because: []string{"name: equal"}, Evidence: []verify.Evidence{{Field: extract.Name, Words: "name: equal", Odds: math.Inf(1)}}}},
	}, members)
}

// A match made against another snapshot is refused, not half read.
func TestMatchOfAnotherSnapshot(t *testing.T) {
	members, err := sampleRoll()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decodeMatch([]byte(`{"found":[{"m":"no such member"}]}`), members); err == nil {
		t.Error("a member was found whom nobody knows")
	}
}
