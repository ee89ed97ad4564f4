package verify

import (
	"fmt"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/roll"
)

// Owners are asked for their unit or lot, which the roll has too: it decides beside a name that
// many people bear, and another's does not.
func TestUnits(t *testing.T) {
	export := "Account,Lot/Unit,First,Last,Status\n" +
		"70021,12B,Mary,Smith,Active\n" +
		"70022,104,Peter,Jones,Active\n" +
		"70023,12,Ann,Jones,Active\n"
	for i := range 40 {
		export += fmt.Sprintf("%d,%d,Carla,Nguyen%c,Active\n", 80000+i, 200+i, 'a'+i%26)
	}
	r, err := roll.Import(strings.NewReader(export), "owners.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	for _, c := range []struct {
		name, unit string
		valid      bool
		says       string
	}{
		{"Mary Smith", "12B", true, "unit: equal"},
		{"Mary Smith", "Apt. 12-b", true, "unit: equal"},
		{"Peter Jones", "Lot 104", true, "unit: equal"},
		{"Peter Jones", "77", false, "unit: differs"},
		{"Peter Jones", "", false, "name: equal"},
	} {
		line := Line{Row: extract.Row{Number: 1, Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{
			extract.Name: {Text: c.name, Confidence: 0.95}, extract.Unit: {Text: c.unit, Confidence: 0.95}}}}
		got := m.Match(line)
		said := ""
		if len(got.Candidates) > 0 {
			said = strings.Join(got.Candidates[0].Because, "; ")
		}
		if !strings.Contains(said, c.says) {
			t.Errorf("%s, %s: %q, want %q", c.name, c.unit, said, c.says)
		}
		decided := Decide(Rules{Threshold: 1, AcceptedStatuses: []string{"Active"}, ErrorBound: 0.001}, Dates{Verified: day("2026-11-20")}, []Match{got})[0]
		if (decided.Verdict == Valid) != c.valid {
			t.Errorf("%s, %s: %s, %s", c.name, c.unit, decided.Verdict, decided.Because)
		}
	}
}
