package verify

import (
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/roll"
)

// The number that a form asks for may be another than that of the export's records: it decides
// as well, and one that is nobody's still speaks against the member.
func TestNumbersThatPeopleKnow(t *testing.T) {
	const export = "Record ID,Employee Number,First Name,Last Name,Email,Status\n" +
		"900017,40127,Mary,Smith,msmith07@college.example,Active\n" +
		"900018,51963,Peter,Jones,pjones2@college.example,Active\n" +
		"900019,60011,Ann,Marsh,xq4410@college.example,Active\n"
	r, err := roll.Import(strings.NewReader(export), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	for _, c := range []struct {
		name, number string
		valid        bool
		says         string
	}{
		{"Mary Smith", "900017", true, "number: equal"},
		{"Mary Smith", "40127", true, "second number: equal"},
		{"Mary Smith", "51963", false, "number: another member's"},
		{"Mary Smith", "77310", false, "number: differs"},
		{"Ann Marsh", "XQ4410", true, "e-mail: equal"},
		{"Ann Marsh", "pjones2", false, "number: another member's"},
	} {
		line := Line{Row: extract.Row{Number: 1, Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{
			extract.Name: {Text: c.name, Confidence: 0.95}, extract.MemberID: {Text: c.number, Confidence: 0.95}}}}
		got := m.Match(line)
		if got.Line.Fields[extract.MemberID].Text != c.number {
			t.Errorf("%s, %s: the line itself was changed: %v", c.name, c.number, got.Line)
		}
		said := ""
		if len(got.Candidates) > 0 {
			said = strings.Join(got.Candidates[0].Because, "; ")
		}
		if !strings.Contains(said, c.says) {
			t.Errorf("%s, %s: %q, want %q", c.name, c.number, said, c.says)
		}
		decided := Decide(Rules{Threshold: 1, AcceptedStatuses: []string{"Active"}, ErrorBound: 0.001}, Dates{Verified: day("2026-11-20")}, []Match{got})[0]
		if (decided.Verdict == Valid) != c.valid {
			t.Errorf("%s, %s: %s, %s", c.name, c.number, decided.Verdict, decided.Because)
		}
	}
}
