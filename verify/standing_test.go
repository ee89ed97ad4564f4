package verify

import (
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/roll"
)

// A date that cannot be relied on leaves the standing open, unless both days that it may be
// say the same.
func TestStandingOnUnreliableDates(t *testing.T) {
	const heads = "ID,Last Name,Member Type,Joined,Paid Thru\n"
	for _, c := range []struct {
		name, row string
		want      Reason
		words     string
	}{
		{"both after", "1,Marsh,Regular,,5/6/2028", IsMember, "paid through 2028-05-06 or 2028-06-05, as day or month come first"},
		{"both before", "1,Marsh,Regular,,5/6/2024", Lapsed, "paid through 2024-05-06 or 2024-06-05, as day or month come first"},
		{"one after", "1,Marsh,Regular,,11/10/2026", "", "it is paid through 2026-11-10 or 2026-10-11, as day or month come first"},
		{"unread", "1,Marsh,Regular,,soon", "", "the date paid through, soon, cannot be read"},
		{"unread of a life member", "1,Marsh,Life,,soon", "", "the date paid through, soon, cannot be read"},
		{"zeros of a life member", "1,Marsh,Life,,0000-00-00", IsMember, "member for life"},
		{"zeros", "1,Marsh,Regular,,0000-00-00", "", "the export has neither a status nor a date paid through"},
		{"without end", "1,Marsh,Regular,,12/31/9999", IsMember, "paid through 9999-12-31"},
		{"joined on one of two days", "1,Marsh,Regular,10/12/2026,2028-06-30", "", "joined on 2026-12-10, after signing"},
		{"joined before either", "1,Marsh,Regular,5/6/2026,2028-06-30", IsMember, "paid through 2028-06-30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := roll.Import(strings.NewReader(heads+c.row+"\n"), "m.csv", roll.Options{})
			if err != nil {
				t.Fatal(err)
			}
			rules := MIG()
			rules.GraceDays = 0
			if got := rules.Standing(r.Members[0], day("2026-11-01")); got.Reason != c.want || got.Words != c.words {
				t.Errorf("got %q: %s", got.Reason, got.Words)
			}
		})
	}
}

// People who have one member number are told apart, and their lines wait for a person.
func TestSharedNumber(t *testing.T) {
	r, err := roll.Import(strings.NewReader("ID,First Name,Last Name,City,State,Status\n0482913,Elizabeth,Marsh,Erie,PA,Active\n0482913,Robert,Marsh,Erie,PA,Active\n0482999,Olaf,Kovacs,Erie,PA,Active\n"), "m.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	var matches []Match
	for i, who := range [][2]string{{"Elizabeth Marsh", "0482913"}, {"Robert Marsh", "0482913"}, {"Olaf Kovacs", "0482999"}} {
		matches = append(matches, m.Match(typed(i+1, fields{extract.Name: who[0], extract.MemberID: who[1], extract.CityState: "Erie, PA"})))
	}
	for i, want := range []string{"uncertain ambiguous 0482913 (Elizabeth Marsh)", "uncertain ambiguous 0482913 (Robert Marsh)", "valid member 0482999"} {
		d := Decide(MIG(), Dates{Verified: day("2026-11-01")}, matches)[i]
		if got := strings.Join([]string{string(d.Verdict), string(d.Reason), d.MemberID}, " "); got != want {
			t.Errorf("line %d: %s, want %s (%s)", i+1, got, want, d.Because)
		}
	}
}

// Who is on a roll that says nothing of standing is in good standing only if the rule says that
// being on it is enough; what the roll does say stands all the same.
func TestRollThatSaysNothingOfStanding(t *testing.T) {
	const voters = "ID,Last Name,Status,Paid Thru,Joined\n1,Marsh,,,\n2,Kovacs,Deceased,,\n3,Ruiz,,2019-01-31,\n4,Lee,,soon,\n5,Hale,,,2026-12-24\n"
	r, err := roll.Import(strings.NewReader(voters), "voters.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rules := MIG()
	if n := rules.Unstated(r.Members); n != 2 {
		t.Errorf("nothing is said of %d members, want 2", n)
	}
	for _, counts := range []bool{false, true} {
		rules.RollCounts = counts
		want := []Reason{"", Ineligible, Lapsed, "", ""}
		if counts {
			want[0] = IsMember
		}
		for i, m := range r.Members {
			if got := rules.Standing(m, day("2026-11-01")); got.Reason != want[i] {
				t.Errorf("roll counts %v, member %s: %q (%s), want %q", counts, m.ID, got.Reason, got.Words, want[i])
			}
		}
	}
	if n := rules.Unstated(r.Members); n != 0 {
		t.Errorf("with the rule, %d members wait for a person", n)
	}
}
