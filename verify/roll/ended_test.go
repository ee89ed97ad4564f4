package roll

import (
	"strings"
	"testing"
)

// Streets, firms and people may bear a word that elsewhere says that a membership has ended.
func TestNamesAreNoEndings(t *testing.T) {
	const export = "ID,Name,Company,Address 1,Status\n" +
		"1,Mary Prospect,Prospect Library,30 Prospect Ave,Active\n" +
		"2,Ann Test,Merged Media,12 Closed Loop,Active\n" +
		"3,Ann Marsh (inactive),,12 Elm St,Active\n" +
		"4,Olaf Kovacs,,DECEASED,Active\n"
	r, err := Import(strings.NewReader(export), "m.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"Active", "Active", `Active, and "inactive" under Name`, `Active, and "deceased" under Address 1`} {
		if m := r.Members.At(int32(i)); m.Status != want {
			t.Errorf("member %s: %s, want %s", m.ID, m.Status, want)
		}
	}
}

// A column of which somebody says that it means nothing marks nobody, and what marks members
// is told.
func TestEndedIsSaid(t *testing.T) {
	const export = "ID,Last Name,Status,Notes\n1,Marsh,Active,deceased 2025\n2,Yarrow,Active,\n"
	r, err := Import(strings.NewReader(export), "m.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Members.At(0).Status, `Active, and "deceased" under Notes`; got != want || r.Members.At(1).Status != "Active" {
		t.Errorf("%s and %s", got, r.Members.At(1).Status)
	}
	if len(r.Findings) != 1 || !strings.HasPrefix(r.Findings[0].Text, `under "Notes" "deceased" stands with 1 member, whose lines wait`) {
		t.Errorf("%v", r.Findings)
	}
	r, err = Import(strings.NewReader(export), "m.csv", Options{Map: map[string]string{"unused": "Notes"}})
	if err != nil || r.Members.At(0).Status != "Active" || len(r.Findings) != 0 {
		t.Errorf("%s, %v, %v", r.Members.At(0).Status, r.Findings, err)
	}
}

// No word that ends a membership is passed over before it is looked up.
func TestEveryEndingIsSeen(t *testing.T) {
	for _, words := range []map[string]bool{endings, briefEndings, endingPairs, set("not a member,do not count,do not use,do not include")} {
		for w := range words {
			for _, cell := range []string{w, strings.ToUpper(w), "(" + w + ")", w + " 3/2025"} {
				if got := ended(cell); got == "" {
					t.Errorf("%q says nothing", cell)
				}
			}
		}
	}
}
