package verify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/verify/roll"
)

// The rules of other bodies than the one the program was made for, each on lines
// that show what is its own.
func TestRulesOfOthers(t *testing.T) {
	const voters = `Voter ID,Last Name,First Name,Middle Name,Suffix,Residence Address,City,State,Zip,Voter Status,Registration Date
V100001,Abernathy,Ruth,Ann,,14 Mill Rd,Easton,MA,02334,Active,2001-05-01
V100002,Abernathy,Ruth,,,90 Bay Rd,Easton,MA,02334,Active,1999-05-01
V100003,Okonkwo,Daniel,,,3 Depot St,Easton,MA,02334,Inactive,2010-05-01
V100004,Szymanski,Teresa,,,7 Main St,Easton,MA,02334,Cancelled,2005-05-01
V100005,Lindqvist,Per,,,22 Elm St,Easton,MA,02334,Purged,2005-05-01
V100006,Ferraro,Gina,,,5 Oak St,Easton,MA,02334,Active,2026-10-15
V100007,Halvorsen,Britta,,,41 Pond St,Easton,MA,02334,Active,2012-05-01
`
	const roster = `Member No,First Name,Last Name,City,State,Member Type,Paid Through
10001,Ingrid,Vestergaard,Ames,IA,Regular,2026-09-05
10002,Tobias,Kettleman,Reno,NV,Regular,2026-08-20
10003,Marguerite,Dubreuil,Troy,NY,Life,
10004,Harold,Quintanilla,Waco,TX,Regular,2027-01-31
`
	type row struct {
		fields fields
		signed extract.Signed
		want   Verdict
		why    Reason
	}
	line := func(pairs ...string) fields {
		f := fields{}
		for i := 0; i+1 < len(pairs); i += 2 {
			f[extract.Field(pairs[i])] = pairs[i+1]
		}
		return f
	}
	for _, tt := range []struct {
		rules, members string
		required       int
		rows           []row
	}{
		{"bylaws-nomination.yaml", members, 25, []row{
			{line("name", "Elizabeth Persechino", "member_id", "0482913", "date", "10/2/2026"), "", Valid, IsMember},
			{line("name", "Jonathan Lewis", "member_id", "0482914", "date", "8/31/2026"), "", Invalid, OutOfWindow},
			{line("name", "Greta Thorvaldsen", "member_id", "0700007", "date", "12/15/2026"), "", Valid, IsMember},
			{line("name", "Greta Thorvaldsen", "member_id", "0700007", "date", "12/14/2026"), "", Invalid, Duplicate},
			{line("name", "Lucinda Lynd-Nelson", "member_id", "0700003", "date", "10/2/2026"), "", Invalid, Lapsed},
			{line("name", "Olaf Kovacs", "member_id", "0700006", "date", ""), "", Invalid, Incomplete},
			{line("name", "Mary Smith", "member_id", "0700001", "date", "10/2/2026"), extract.SignedNo, Invalid, Unsigned},
		}},
		{"member-referendum.yaml", roster, 1165, []row{
			{line("name", "Ingrid Vestergaard", "member_id", "10001"), "", Valid, IsMember},
			{line("name", "Tobias Kettleman", "member_id", "10002"), "", Invalid, Lapsed},
			{line("name", "Marguerite Dubreuil", "member_id", "10003"), "", Valid, IsMember},
			{line("name", "Harold Quintanilla", "member_id", "10004", "date", "9/1/2026"), "", Invalid, Duplicate},
			{line("name", "Harold Quintanilla", "member_id", "10004", "date", "9/9/2026"), "", Valid, IsMember},
		}},
		{"town-petition.yaml", voters, 300, []row{
			{line("name", "Ruth Abernathy", "street", "14 Mill Road", "date", "9/3/2026"), "", Valid, IsMember},
			{line("name", "Ruth Abernathy", "street", "90 Bay Rd", "date", "9/4/2026"), "", Valid, IsMember},
			{line("name", "Ruth Abernathy", "street", "1 New St", "date", "9/4/2026"), "", Uncertain, Ambiguous},
			{line("name", "Daniel Okonkwo", "street", "3 Depot St.", "date", "9/4/2026"), "", Valid, IsMember},
			{line("name", "Teresa Szymanski", "street", "7 Main St", "date", "9/4/2026"), "", Invalid, Ineligible},
			{line("name", "Per Lindqvist", "street", "22 Elm St", "date", "9/4/2026"), "", Invalid, Lapsed},
			{line("name", "Gina Ferraro", "street", "5 Oak St", "date", "9/4/2026"), "", Uncertain, Lapsed},
			{line("name", "Britta Halvorsen", "street", "41 Pond St", "date", "12/1/2026"), "", Invalid, OutOfWindow},
		}},
	} {
		t.Run(tt.rules, func(t *testing.T) {
			f, err := os.Open(filepath.Join("..", "testdata", "rules", tt.rules))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rules, err := ReadRules(f, tt.rules)
			if err != nil {
				t.Fatal(err)
			}
			if rules.Required() != tt.required {
				t.Errorf("%d signatures required, want %d", rules.Required(), tt.required)
			}
			r, err := roll.Import(strings.NewReader(tt.members), "members.csv", roll.Options{AsOf: day("2026-11-01")})
			if err != nil {
				t.Fatal(err)
			}
			m := NewMatcher(r, Options{})
			var matches []Match
			var want []string
			for i, row := range tt.rows {
				l := typed(i+1, row.fields)
				if row.signed != "" {
					l.Signed = row.signed
				}
				matches = append(matches, m.Match(l))
				want = append(want, string(row.want)+" "+string(row.why))
			}
			var got []string
			for _, d := range Decide(rules, Dates{Received: day("2026-12-20"), Verified: day("2026-12-21")}, matches) {
				got = append(got, string(d.Verdict)+" "+string(d.Reason))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
