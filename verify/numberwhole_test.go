package verify_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify"
	"countersign/verify/roll"
)

// People write the digits of a number without the letters and parts that the export has around
// them. They are the member's where no other has them.
func TestNumbersWrittenWithoutWhatStandsAround(t *testing.T) {
	var export strings.Builder
	export.WriteString("ID,First Name,Last Name,Status\n")
	for i := range 30 {
		fmt.Fprintf(&export, "M-48291%02d-%c,Ann%c,Quillfeather%c,Active\n", i, 'A'+rune(i%7), 'a'+rune(i%26), 'a'+rune(i/2))
	}
	export.WriteString("M-5000001-A,Bo,Wetherington,Active\nM-5000001-B,Cy,Drinkwater,Active\n")
	r, err := roll.Import(strings.NewReader(export.String()), "m.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := verify.NewMatcher(r, verify.Options{})
	for _, c := range []struct{ name, number, words string }{
		{"Annc Quillfeatherb", "4829102", "number: equal"},
		{"Annc Quillfeatherb", "M4829102", "number: equal"},
		{"Annc Quillfeatherb", "M-4829102-C", "number: equal"},
		{"Annc Quillfeatherb", "X-4829102", "number: differs"},
		{"Bo Wetherington", "5000001", "number: differs"}, // which of the two?
	} {
		row := extract.Row{Fields: map[extract.Field]extract.Reading{
			extract.Name:     {Text: c.name, Confidence: 1, Engine: "text"},
			extract.MemberID: {Text: c.number, Confidence: 1, Engine: "text"},
		}}
		got := m.Match(verify.Line{Row: row})
		if len(got.Candidates) == 0 || !strings.Contains(strings.Join(got.Candidates[0].Because, "; "), c.words) {
			t.Errorf("%s %s: %+v", c.name, c.number, got.Candidates)
		}
	}
}
