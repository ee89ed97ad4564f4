package verify

import (
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/roll"
)

// Members of one name are told apart by the day of birth or a second number; one that is
// another's is said, and a digit off is still the member's.
func TestMarksTellNamesakesApart(t *testing.T) {
	const export = "Member ID,First Name,Last Name,City,State,Status,DOB,Employee ID\n" +
		"1000001,Mary,Smith,Akron,OH,Active,1961-03-12,E-40127\n" +
		"1000002,Mary,Smith,Akron,OH,Active,1984-11-02,E-51963\n" +
		"1000003,Mary,Smith,Akron,OH,Active,,\n" +
		"1000004,Peter,Jones,Akron,OH,Active,4/5/1970,E-60011\n"
	r, err := roll.Import(strings.NewReader(export), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	for _, c := range []struct{ name, born, second, member, says string }{
		{"Mary Smith", "03/12/1961", "", "1000001", "date of birth: equal"},
		{"Mary Smith", "11/02/1984", "", "1000002", "date of birth: equal"},
		{"Mary Smith", "1984-11-03", "", "1000002", "date of birth: one digit differs"},
		{"Mary Smith", "", "E 51963", "1000002", "second number: equal"},
		{"Mary Smith", "", "E-51936", "1000002", "second number: two digits swapped"},
		{"Peter Jones", "1970-04-05", "", "1000004", "date of birth: equal"},
		{"Peter Jones", "1970-05-04", "", "1000004", "date of birth: day and month in the other order"},
		{"Peter Jones", "1949-12-30", "", "1000004", "date of birth: differs"},
	} {
		line := Line{Row: extract.Row{Number: 1, Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{
			extract.Name: {Text: c.name, Confidence: 0.9}, extract.Birth: {Text: c.born, Confidence: 0.9}, extract.SecondID: {Text: c.second, Confidence: 0.9}}}}
		got := m.Match(line)
		if len(got.Candidates) == 0 || got.Candidates[0].Member.ID != c.member || !strings.Contains(strings.Join(got.Candidates[0].Because, "; "), c.says) {
			t.Errorf("%s, born %q, number %q: %+v", c.name, c.born, c.second, got.Candidates)
			continue
		}
		decided := Decide(Rules{Threshold: 1, AcceptedStatuses: []string{"Active"}, ErrorBound: 0.001}, Dates{Verified: day("2026-11-20")}, []Match{got})[0]
		if sure := strings.HasSuffix(c.says, "equal"); sure != (decided.Verdict == Valid) && sure {
			t.Errorf("%s, born %q, number %q is %s: %s", c.name, c.born, c.second, decided.Verdict, decided.Because)
		}
		if strings.HasSuffix(c.says, "differs") && !strings.HasSuffix(c.says, "digit differs") && decided.Verdict == Valid {
			t.Errorf("%s, born %q, counts although that is somebody else's day", c.name, c.born)
		}
	}
}
