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
			if got := rules.Standing(r.Members.At(0), day("2026-11-01")); got.Reason != c.want || got.Words != c.words {
				t.Errorf("got %q: %s", got.Reason, got.Words)
			}
		})
	}
}

// What an export says beside the status leaves the standing to a person: where a status is
// Active, a note may say that the member died.
func TestStandingWhereTheExportContradictsItself(t *testing.T) {
	for _, c := range []struct {
		heads, cells string
		want         Reason
	}{
		{"Notes", "DECEASED 3/2026", ""},
		{"Remarks", "resigned 2025; do not count", ""},
		{"Notes", "sends us her news every year", IsMember},
		{"Notes", "was president of the chapter until it was merged with another one", IsMember},
		{"Title", "Former Director", IsMember},
		{"Email Status", "Inactive", IsMember},
		{"Payment Status", "Unpaid", ""},
		{"Membership Level", "Non-member", ""},
		{"Contact Type", "Prospect", ""},
		{"Cancelled At", "2025-01-05 10:11", ""},
		{"Drop Date", "", IsMember},
		{"Drop Date", "2025-01-31", ""},
		{"Reason for Leaving", "moved abroad", ""},
		{"Merged Into", "0482913", ""},
		{"Do Not Count", "x", ""},
		{"Suffix", "(dec.)", ""},
		{"Company", "DECEASED", ""},
		{"Company", "Expired Film Archive of the City of Salem", IsMember},
	} {
		r, err := roll.Import(strings.NewReader("ID,Last Name,Status,"+c.heads+"\n1,Marsh,Active,"+c.cells+"\n2,Yarrow,Active,\n"), "m.csv", roll.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := MIG().Standing(r.Members.At(0), day("2026-11-01")); got.Reason != c.want {
			t.Errorf("%s %q: %q, %s; want %q", c.heads, c.cells, got.Reason, got.Words, c.want)
		}
	}
}

// A heading that is only guessed at makes nobody lapsed.
func TestStandingByAGuessedHeading(t *testing.T) {
	r, err := roll.Import(strings.NewReader("ID,Last Name,Drop Code\n1,Marsh,Y\n"), "m.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := MIG().Standing(r.Members.At(0), day("2026-11-01")); got.Reason != "" {
		t.Errorf("%q: %s", got.Reason, got.Words)
	}
}

// The same holds for what stands with a name.
func TestStandingOfMarkedNames(t *testing.T) {
	for whole, want := range map[string]Reason{
		"Ada Marsh": IsMember, "Ada Marsh (Robinson)": IsMember, "Marsh, Ada": IsMember, "Zzyzx Marsh": IsMember,
		"Ada Marsh (deceased)": "", "Ada Marsh - DECEASED": "", "Ada Marsh (DO NOT USE)": "", "Ada Marsh †": "", "Ada Marsh (non-member)": "",
		"Ada Marsh (spouse)": "", "Ada Marsh (lapsed 2024)": "", "Ada Marsh – dup": "", "Ada Marsh*": "", "ZZ Ada Marsh": "",
	} {
		r, err := roll.Import(strings.NewReader("ID,Name,Status\n1,\""+whole+"\",Active\n2,Bea Yarrow,Active\n"), "m.csv", roll.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := MIG().Standing(r.Members.At(0), day("2026-11-01")); got.Reason != want {
			t.Errorf("%s: %q, %s; want %q", whole, got.Reason, got.Words, want)
		}
	}
}

// A date of something else is no date paid through, and of a row for each term the last counts.
func TestStandingByTheRightDate(t *testing.T) {
	for _, c := range []struct {
		export string
		want   Reason
	}{
		{"ID,Last Name,Valid Thru (card)\n1,Marsh,2028-01-31\n", ""},
		{"ID,Last Name,Valid Thru (membership)\n1,Marsh,2028-01-31\n", IsMember},
		{"ID,Last Name,Status,End Date\n1,Marsh,Active,2023-12-31\n1,Marsh,Active,2024-12-31\n", ""},
		{"ID,Last Name,Status,End Date\n1,Marsh,Active,2023-12-31\n1,Marsh,Active,2026-12-31\n", IsMember},
	} {
		r, err := roll.Import(strings.NewReader(c.export), "m.csv", roll.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := MIG().Standing(r.Members.At(0), day("2026-11-01")); got.Reason != c.want {
			t.Errorf("%s: %q, %s; want %q", c.export, got.Reason, got.Words, c.want)
		}
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
	if n := rules.Unstated(&r.Members); n != 2 {
		t.Errorf("nothing is said of %d members, want 2", n)
	}
	for _, counts := range []bool{false, true} {
		rules.RollCounts = counts
		want := []Reason{"", Ineligible, Lapsed, "", ""}
		if counts {
			want[0] = IsMember
		}
		for i, m := range r.Members.All() {
			if got := rules.Standing(m, day("2026-11-01")); got.Reason != want[i] {
				t.Errorf("roll counts %v, member %s: %q (%s), want %q", counts, m.ID, got.Reason, got.Words, want[i])
			}
		}
	}
	if n := rules.Unstated(&r.Members); n != 0 {
		t.Errorf("with the rule, %d members wait for a person", n)
	}
}
