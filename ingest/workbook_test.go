package ingest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// What a workbook says of signers beside their rows makes the rows doubtful, and is told.
func TestSignersBesideTheirRows(t *testing.T) {
	heads := []any{"Name", "E-mail", "Signed on"}
	row := func(name string) []any { return []any{name, strings.ToLower(name[:2]) + "@example.org", "2026-10-12"} }
	list := [][]any{heads, row("Ada Lovelace"), row("Bo Lee"), row("Cy Lee"), row("Di Lee"), row("Ed Lee")}
	fill := func(f *excelize.File, colour string, cells ...string) error {
		pattern := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
		style, err := f.NewStyle(&excelize.Style{Fill: pattern})
		for _, cell := range cells {
			if err == nil {
				err = f.SetCellStyle("Sheet1", cell, cell, style)
			}
		}
		return err
	}
	for is, c := range map[string]struct {
		rows   [][]any
		change func(*excelize.File) error
		want   map[int]bool
		said   string
	}{
		"nothing": {rows: list},
		"a comment": {rows: list, change: func(f *excelize.File) error {
			return f.AddComment("Sheet1", excelize.Comment{Cell: "A3", Text: "asked to be taken off"})
		}, want: map[int]bool{1: true},
			said: `Rows have comments on their cells (1, the first "asked to be taken off")`},
		"a colour": {rows: list, change: func(f *excelize.File) error {
			return fill(f, "FF0000", "A4", "B4", "C4")
		}, want: map[int]bool{2: true}, said: "Rows have another colour than most, whole or in part (1)"},
		"colours by turns": {rows: list, change: func(f *excelize.File) error {
			return fill(f, "EEEEEE", "A2", "A4", "A6")
		}},
		"a formula without a result": {rows: list,
			change: func(f *excelize.File) error { return f.SetCellFormula("Sheet1", "D3", "VLOOKUP(B3,Off!A:B,2,0)") },
			said:   "Cells could not be read: cell D3 is a formula whose result is not in the file"},
		"a sheet of withdrawals": {rows: list, change: func(f *excelize.File) error {
			return withdrawals(f, true)
		}, want: map[int]bool{2: true}, said: "rows of the same people stand elsewhere (1)"},
		"a hidden one": {rows: list, change: func(f *excelize.File) error {
			return withdrawals(f, false)
		}, want: map[int]bool{2: true}, said: "rows of the same people stand elsewhere (1)"},
		"a table of withdrawals beside": {rows: [][]any{{"Signed", nil, nil, nil, "Withdrawn"},
			append(append(heads[:3:3], nil), heads...),
			append(append(row("Ada Lovelace"), nil), row("Bo Lee")...), row("Cy Lee")}, want: map[int]bool{1: true}},
	} {
		t.Run(is, func(t *testing.T) {
			p := firstPage(t, workbook(t, c.rows, c.change))
			if diff := cmp.Diff(c.want, p.List.Doubtful); diff != "" {
				t.Error(diff)
			}
			said := ""
			for _, f := range p.Findings {
				said += f.Text + "\n"
			}
			if !strings.Contains(said, c.said) || (c.said == "") != (said == "") {
				t.Errorf("findings %q", said)
			}
		})
	}
}

// workbook has rows in its one sheet, and what change makes of it; nil for nothing.
func workbook(t *testing.T, rows [][]any, change func(*excelize.File) error) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		if err := change(f); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withdrawals adds a sheet that names Cy Lee.
func withdrawals(f *excelize.File, visible bool) error {
	if _, err := f.NewSheet("Withdrawals"); err != nil {
		return err
	}
	for i, row := range [][]any{{"Name", "Withdrawn on"}, {"Cy Lee", "2026-10-20"}} {
		if err := f.SetSheetRow("Withdrawals", fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	return f.SetSheetVisible("Withdrawals", visible)
}

// Tables that stand side by side are one list.
func TestTablesOfSignersSideBySide(t *testing.T) {
	p := firstPage(t, "Name,Date,,Name,Date\nAda Lovelace,2026-10-12,,Bo Lee,2026-10-13\nCy Lee,2026-10-14,,,\n")
	want := [][]string{{"Ada Lovelace", "2026-10-12"}, {"Bo Lee", "2026-10-13"}, {"Cy Lee", "2026-10-14"}}
	if diff := cmp.Diff(want, p.List.Rows); diff != "" {
		t.Error(diff)
	}
}

// Of a web page a row is crossed out by its markup.
func TestRowsCrossedOutInWebPages(t *testing.T) {
	p := firstPage(t, `<html><table><tr><th>Name</th><th>Date signed</th></tr>`+
		`<tr><td><s>Ada Lovelace</s></td><td>2026-10-12</td></tr><tr><td>Bo Lee</td><td>2026-10-12</td></tr>`+
		`<tr><td style="text-decoration:line-through">Cy Lee</td><td>2026-10-12</td></tr></table></html>`)
	if diff := cmp.Diff(map[int]bool{0: true, 2: true}, p.List.Doubtful); diff != "" {
		t.Error(diff)
	}
}
