package roll

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// What headings alone do not say is found in what stands beside and below them, and said.
func TestHintsOfColumns(t *testing.T) {
	for _, c := range []struct {
		is, data string
		want     []string
		says     string
	}{
		{"cells in quotation marks, parted by tabs", "\"ID\"\t\"First Name\"\t\"Last Name\"\n\"7\"\t\"Ann\"\t\"Lee\"\n", []string{"7 Ann Lee"}, "CSV separated by tabs"},
		{"the number of the member beside that of the account", "Member No.,Account ID,First,Last\n7,1,Ann,Lee\n8,1,Bo,Lee\n", []string{"7 Ann Lee", "8 Bo Lee"}, `"Member No." is taken for the member number, and "Account ID" is not used`},
		{"a number nobody listed", "Lodge Roll Number,First,Last\n7,Ann,Lee\n8,Bo,Lee\n", []string{"7 Ann Lee", "8 Bo Lee"}, `"Lodge Roll Number" is taken for the member number`},
		{"the number of students beside the name that they log in with", "NetID,Student Number,First,Last\nab1,7001,Ann,Lee\ncd2,7002,Bo,Lee\n", []string{"ab1 Ann Lee", "cd2 Bo Lee"}, `"NetID" is taken for the member number`},
		{"the numbers of employees alone", "Employee ID,First,Last,SSN\n7001,Ann,Lee,1\n7002,Bo,Lee,2\n", []string{"7001 Ann Lee", "7002 Bo Lee"}, `"Employee ID" is taken for the member number`},
		{"what a state gave is no member's number", "DNI,First,Last\n7001,Ann,Lee\n7002,Bo,Lee\n", []string{"line-2 Ann Lee", "line-3 Bo Lee"}, "no column is known to hold member numbers"},
		{"headings that say whose they are", "Account,Owner First,Owner Last Name,Property Address\n7,Ann,Lee,1 Oak St\n8,Bo,Lee,2 Oak St\n", []string{"7 Ann Lee", "8 Bo Lee"}, `"Account" is taken for the member number`},
		{"a reference", "Ref,Forename,Surname\n7,Ann,Lee\n8,Bo,Lee\n", []string{"7 Ann Lee", "8 Bo Lee"}, `"Ref" is taken for the member number`},
		{"a number that several share is none", "Ward Code,First,Last\n7,Ann,Lee\n7,Bo,Lee\n", []string{"line-2 Ann Lee", "line-3 Bo Lee"}, "no column is known to hold member numbers"},
		{"German", "Mitgliedsnummer;Vorname;Name;Mitgliedsstatus;Gültig bis\n7;Ann;Lee;Active;30.06.2027\n8;Bo;Ruiz;Active;30.06.2027\n", []string{"7 Ann Lee, Active until 2027-06-30", "8 Bo Ruiz, Active until 2027-06-30"}, "semicolons"},
		{"Spanish", "N° de socio;Nombre;Apellidos;Estado\n7;Ann;Lee;Active\n", []string{"7 Ann Lee, Active"}, ""},
		{"a whole name in one column in Portuguese", "Matrícula;Nome;Situação\n7;Ann Lee;Active\n", []string{"7 Ann Lee, Active"}, ""},
		{"whole names beside first names", "ID,Name,First Name\n7,Ann Lee,Ann\n8,Bo Ruiz,Bo\n", []string{"7 Ann Lee", "8 Bo Ruiz"}, ""},
		{"family names first", "ID,Name (Last First)\n7,de la Cruz Maria\n8,Lee Ann\n", []string{"7 Maria de la Cruz", "8 Ann Lee"}, ""},
		{"a suffix between commas", "ID,Name\n7,\"Holloway, Sr., Erasmus\"\n", []string{"7 Erasmus Holloway Sr."}, ""},
		{"who died, and who is said to be active and died", "ID,First,Last,Status,Deceased\n7,Ann,Lee,Active,no\n8,Bo,Lee,,2024-02-03\n9,Cy,Lee,Active,TRUE\n",
			[]string{"7 Ann Lee, Active", "8 Bo Lee, Deceased", "9 Cy Lee, Active and Deceased"}, `under "Deceased" 2 members are Deceased`},
		{"a day of resigning, which may be long ago", "ID,First,Last,Paid Thru,Resigned On,Cancelled\n7,Ann,Lee,2027-01-02,2026-03-04,\n8,Bo,Lee,2027-01-02,,yes\n",
			[]string{"7 Ann Lee, Resigned on 2026-03-04 until 2027-01-02", "8 Bo Lee, Cancelled until 2027-01-02"}, `under "Resigned On" 1 member is Resigned`},
		{"a suffix in the column of first names", "ID,First,Last\n7,\"Ann, Jr.\",Lee\n8,Bo III,Lee\n", []string{"7 Ann Lee Jr.", "8 Bo Lee III"}, ""},
		{"whole names under Member", "ID,Member,Status\n7,\"Lee, Ann (Annie), MLIS\",Active\n", []string{"7 Ann Lee aka Annie, Active"}, ""},
		{"a second person in columns of their own", "ID,First,Last,Spouse First\n7,Ann,Lee,Bo\n", []string{"7 Ann Lee"}, `"Spouse First" names a second person`},
		{"yes and no for active", "ID,First,Last,Active\n7,Ann,Lee,Y\n8,Bo,Lee,N\n9,Cy,Lee,\n", []string{"7 Ann Lee, Active", "8 Bo Lee, Inactive", "9 Cy Lee"}, `under "Active" 1 member is Inactive`},
		{"two people in one cell", "ID,Name\n7,Anna & Bob Lee\n8,\"Ruiz, Cy and Dee\"\n9,Fay Zorn / Gus Zorn\n10,Mr. & Mrs. Hal Ives\n11,Mary Ann + Jo Poe\n",
			[]string{"10 Hal Ives", "11 (Jo Poe) Jo Poe", "11 (Mary Ann Poe) Mary Ann Poe", "7 (Anna Lee) Anna Lee", "7 (Bob Lee) Bob Lee",
				"8 (Cy Ruiz) Cy Ruiz", "8 (Dee Ruiz) Dee Ruiz", "9 (Fay Zorn) Fay Zorn", "9 (Gus Zorn) Gus Zorn"}, "4 rows of two people"},
		{"two people in the column of first names", "ID,First,Last\n7,Anna & Bob,Lee\n8,Robert/Bob,Ruiz\n", []string{"7 (Anna Lee) Anna Lee", "7 (Bob Lee) Bob Lee", "8 Robert Ruiz aka Bob"}, "1 row of two people"},
	} {
		t.Run(c.is, func(t *testing.T) {
			r := imported(t, c.data, Options{AcceptLosses: true})
			got := lines(r)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if !said(r, c.says) {
				t.Errorf("%q is not said: %v %s", c.says, r.Findings, r.Sums())
			}
		})
	}
}

// The name of a sheet is the standing of its members where no column says it; whoever is on
// another as well waits for a person.
func TestSheetsNamedByStanding(t *testing.T) {
	f := excelize.NewFile()
	put(t, f, "Active", [][]any{{"ID", "First", "Last"}, {"7", "Ann", "Lee"}, {"8", "Bo", "Ruiz"}})
	put(t, f, "Lapsed Members", [][]any{{"ID", "First", "Last"}, {"8", "Bo", "Ruiz"}, {"9", "Cy", "Poe"}})
	r := imported(t, saved(t, f), Options{})
	var got []string
	for _, m := range r.Members.All() {
		status := m.Status
		if len(m.Statuses) > 0 {
			status = m.Statuses[0]
		}
		got = append(got, m.ID+" "+status)
	}
	if diff := cmp.Diff([]string{"7 ", "8 Lapsed on one sheet, and not on another", "9 Lapsed"}, got); diff != "" {
		t.Error(diff)
	}
	if !said(r, "the name of their sheet") {
		t.Error(r.Findings)
	}
}
