package roll

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// What a workbook says of members beside their rows has their lines wait for a person.
func TestMembersBesideTheirRows(t *testing.T) {
	heads := []any{"ID", "First", "Last", "Paid Thru"}
	one, two := []any{"0000001", "Ada", "Lovelace", "2027-06-30"}, []any{"0000002", "Bo", "Lee", "2027-06-30"}
	standing := []any{"ID", "First", "Last", "Status", "Deceased"}
	ada, bo := []any{"0000001", "Ada", "Lovelace", "Active"}, []any{"0000002", "Bo", "Lee", "Active"}
	once := [][]any{append([]any{"Status"}, heads...), append([]any{"Active"}, one...)}
	var rest []string
	for n := range 8 {
		once = append(once, []any{nil, fmt.Sprintf("000001%d", n), "Cy", "Abcdefgh"[n:] + "son", "2027-06-30"})
		rest = append(rest, "perhaps that of a row above")
	}
	for is, c := range map[string]struct {
		rows   [][]any
		change func(*excelize.File) error
		want   []string // statuses
		said   string
	}{
		"a title says that they have lapsed": {
			rows: [][]any{heads, {"Active members"}, one, {"Status: Lapsed (1 record)"}, two},
			want: []string{"", `under the title "Status: Lapsed (1 record)"`},
			said: "titles above members were passed over (2 rows, first row 2)"},
		"a title above the headings": {rows: [][]any{{"Lapsed members"}, heads, one, {"Active members"}, two},
			want: []string{`under the title "Lapsed members"`, ""}, said: "under a title"},
		"a title below one that has ended": {rows: [][]any{heads, {"Deceased"}, {"Ohio"}, one, {"Regular"}, two},
			want: []string{`under the title "Deceased"`, ""}},
		"chapters": {rows: [][]any{heads, {"Ohio"}, one, {"Texas Chapter"}, two},
			want: []string{"", ""}, said: "titles above members were passed over (2 rows, first row 2)"},
		"a status once above many": {rows: once, want: append([]string{"Active"}, rest...),
			said: "a status stands once above many members"},
		"a sheet of former members": {rows: [][]any{heads, one},
			change: func(f *excelize.File) error { return f.SetSheetName("Sheet1", "Former members 2025") },
			want:   []string{"Former"}, said: "the name of their sheet"},
		"comments": {rows: [][]any{standing, ada, bo}, change: func(f *excelize.File) error {
			if err := f.AddComment("Sheet1", excelize.Comment{Cell: "C2", Text: "deceased 10/2026"}); err != nil {
				return err
			}
			return f.AddComment("Sheet1", excelize.Comment{Cell: "C3", Text: "new address"})
		}, want: []string{`Active, and "deceased" in a comment`, "Active"},
			said: "cells have comments (1 row, first row 3)"},
		"a status that failed": {rows: [][]any{{"ID", "First", "Last", "Status", "Paid Thru"},
			{"0000001", "Ada", "Lovelace", "#N/A", "2027-06-30"}},
			want: []string{"(unreadable)"}},
		"a flag that failed": {rows: [][]any{standing, append(slices.Clone(ada), "#REF!"), bo},
			want: []string{`Active, and a cell under "Deceased" that cannot be read`, "Active"},
			said: "hold a formula that failed"},
		"a formula without a result": {rows: [][]any{standing, ada, bo},
			change: func(f *excelize.File) error { return f.SetCellFormula("Sheet1", "E3", "VLOOKUP(A3,D!A:B,2,0)") },
			want:   []string{"Active", `Active, and a cell under "Deceased" that cannot be read`},
			said:   "formulas whose results are not in the file"},
		"crossed out": {rows: [][]any{standing, ada, bo}, change: func(f *excelize.File) error {
			return styled(f, &excelize.Style{Font: &excelize.Font{Strike: true}}, "A3", "C3")
		}, want: []string{"Active", "Active, and crossed out in the workbook"},
			said: "members are crossed out in the workbook, whole or in part, and their lines wait for a person " +
				"(1 row, first line 3)"},
		"headings over two rows": {rows: [][]any{{"ID", "Name", nil, "Status"}, {nil, "First", "Last"}, ada, bo},
			want: []string{"Active", "Active"}},
		"the status of a subscription": {rows: [][]any{{"ID", "Member", nil, nil, "Journal subscription"},
			{nil, "First", "Last", "Paid Thru", "Status"}, append(slices.Clone(one), "Active"),
			append(slices.Clone(two), "Active")}, want: []string{"", ""}},
	} {
		t.Run(is, func(t *testing.T) {
			r, err := Import(bytes.NewReader(changedWorkbook(t, c.rows, c.change)), "members.xlsx", Options{})
			if err != nil {
				t.Fatal(err)
			}
			var statuses []string
			for _, m := range membersOf(r) {
				statuses = append(statuses, m.Status)
				if m.ID == "" || strings.HasPrefix(m.ID, "line") {
					t.Errorf("%s has the number %q", m.Family, m.ID)
				}
			}
			if !slices.Equal(statuses, c.want) {
				t.Errorf("statuses %q, want %q", statuses, c.want)
			}
			if remarks := strings.Join(r.Remarks(10), "\n"); !strings.Contains(remarks, c.said) {
				t.Errorf("remarks %s", remarks)
			}
		})
	}
}

// styled gives cells of the first sheet a style.
func styled(f *excelize.File, style *excelize.Style, from, to string) error {
	of, err := f.NewStyle(style)
	if err != nil {
		return err
	}
	return f.SetCellStyle("Sheet1", from, to, of)
}

// Few rows of another colour are told; what it means nobody knows.
func TestMembersOfAnotherColour(t *testing.T) {
	rows := [][]any{{"ID", "Name", "Status"}}
	for n := range 6 {
		rows = append(rows, []any{fmt.Sprintf("000000%d", n), "Ada " + "Abcdefgh"[n:], "Active"})
	}
	data := changedWorkbook(t, rows, func(f *excelize.File) error {
		fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FF0000"}}
		return styled(f, &excelize.Style{Fill: fill}, "A4", "C4")
	})
	r, err := Import(bytes.NewReader(data), "members.xlsx", Options{})
	if err != nil {
		t.Fatal(err)
	}
	const said = "another colour than most, whole or in part (1 row, first row 4)"
	if remarks := strings.Join(r.Remarks(10), "\n"); !strings.Contains(remarks, said) {
		t.Errorf("remarks %s", remarks)
	}
}

// Of two tables beside each other an export is refused for what it is.
func TestTablesOfMembersSideBySide(t *testing.T) {
	const text = "ID,First,Last,,ID,First,Last\n1,Ada,Lovelace,,2,Bo,Lee\n"
	_, err := Import(strings.NewReader(text), "members.csv", Options{})
	if err == nil || !strings.Contains(err.Error(), `two tables side by side, the second from column 5 on ("ID")`) {
		t.Errorf("error %v", err)
	}
}
