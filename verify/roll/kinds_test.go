package roll

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// line is a member in one line: number, name, and what is known of the standing.
func line(m *Member) string {
	words := strings.Fields(strings.Join([]string{m.Given, m.Middle, m.Family, m.Suffix}, " "))
	out := m.ID + " " + strings.Join(words, " ")
	add := func(before, s string) {
		if s != "" {
			out += before + s
		}
	}
	add(" aka ", m.Informal)
	add(", ", m.Type)
	add(", ", m.Status)
	if !m.PaidThru.IsZero() {
		add(" until ", m.PaidThru.Format(time.DateOnly))
	}
	if !m.PaidOr.IsZero() {
		add(" or ", m.PaidOr.Format(time.DateOnly))
	}
	add(" until? ", m.Unread)
	return out
}

func imported(t *testing.T, data string, opts Options) *Roll {
	t.Helper()
	r, err := Import(strings.NewReader(data), "m.csv", opts)
	if err != nil {
		t.Fatal(err)
	}
	if r.Rows+r.Couples != r.Members.Len()+r.LeftOut+r.Merged {
		t.Errorf("%d rows are not %d members, %d left out and %d merged", r.Rows, r.Members.Len(), r.LeftOut, r.Merged)
	}
	return r
}

func lines(r *Roll) (out []string) {
	for _, m := range r.Members.All() {
		out = append(out, line(m))
	}
	return out
}

// said says whether some remark, or the line of sums, has these words.
func said(r *Roll, words string) bool {
	return strings.Contains(strings.Join(append(r.Remarks(100), r.Sums()), "\n"), words)
}

func wide(s string, mark bool) string {
	var out []byte
	for i, u := range utf16.Encode([]rune("\ufeff" + s)) {
		if i > 0 || mark {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

func mac(t *testing.T, s string) string {
	out, err := charmap.Macintosh.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Exports as programs and people leave them: each row is kept or named.
func TestExportsAsTheyCome(t *testing.T) {
	const heads = "Member No.,First Name,Last Name,Member Type,Status,Paid Thru\n"
	two := []string{"0482913 Liz Marsh, Regular, Active until 2027-06-30", "0482931 Jo Núñez, Life"}
	body := heads + "0482913,Liz,Marsh,Regular,Active,2027-06-30\n0482931,Jo,Núñez,Life,,\n"
	cr := strings.ReplaceAll(body, "\n", "\r")
	for _, c := range []struct {
		name, data string
		want       []string
		said       string // a remark, or part of the sums
	}{
		{"CR", cr, two, "line ends of old Macintoshes"},
		{"CR in Mac OS Roman", mac(t, cr), two, "Mac OS Roman"},
		{"CR and LF mixed", strings.Replace(body, "Active,2027-06-30\n", "Active,2027-06-30\r", 1), two, "2 rows in, 2 members out"},
		{"UTF-16 without mark", wide(body, false), two, "UTF-16"},
		{"UTF-16", wide(body, true), two, "UTF-16"},
		{"two encodings", body + "0482999,Ana,Mu\xf1oz,Life,,\n", append(two[:2:2], "0482999 Ana Muñoz, Life"), "1 lines are in UTF-8 and 1 in another encoding"},
		{"sep=", "sep=;\n" + strings.ReplaceAll(body, ",", ";"), two, "separated by semicolons"},
		{"more commas than semicolons", "Member No.;First Name;Last Name;Address\n1;Liz;Marsh;1 Elm St, Apt 2, Box 3, Floor 4, Erie\n2;Jo;Lim;2 Elm St, Apt 2, Box 3, Floor 4, Erie\n", []string{"1 Liz Marsh", "2 Jo Lim"}, "semicolons"},
		{"names with commas under bars", "ID|Name\n1|Marsh, Liz\n2|Lim, Jo\n", []string{"1 Liz Marsh", "2 Jo Lim"}, "bars"},
		{"carets", strings.ReplaceAll(body, ",", "^"), two, "separated by carets"},
		{"whole lines in quotation marks", "\"" + strings.ReplaceAll(strings.TrimSpace(body), "\n", "\"\n\"") + "\"\n", two, "every line stands in quotation marks"},
		{"MS-DOS", strings.Replace(body, "Núñez", "N\xa3\xa4ez\x82", 1), []string{two[0], "0482931 Jo N£¤ez‚, Life"}, "1 letters are none in Windows-1252"},
		{"Windows-1252 with its apostrophe", strings.Replace(strings.Replace(body, "Núñez", "N\xfa\xf1ez", 1), "Marsh", "O\x92Brien", 1), []string{"0482913 Liz O’Brien, Regular, Active until 2027-06-30", two[1]}, "in Windows-1252; dates"},
		{"titles above", "Membership Report\nAs of November 1, 2026\n\n" + body, two, ""},
		{"headings in brackets", "Member No. (7 digits),First Name (legal),Last Name (legal)\n1,Liz,Marsh\n", []string{"1 Liz Marsh"}, ""},
		{"headings again, a line, blank rows, a sum", strings.Replace(body, "0482931", heads+"-------,-----,----,---,----,---\n,,,,,\n\n0482931", 1) + "Total,2,,,,\nEnd of report\n", two, "headings stand again, first on line 3"},
		{"a sum", body + "Total members: 2\n", two, "what is no member's row, such as a sum at the end, was passed over (1 row, first line 4)"},
		{"rows affected", body + "\n(2 rows affected)\n", two, "passed over"},
		{"separators that trail", strings.ReplaceAll(body, "\n", ",,\n"), two, ""},
		{"cells cut", strings.Replace(body, "Life,,", "Life", 1), two, "cells that are missing at the end of rows are taken for empty (1 row, first line 3)"},
		{"line break in a cell", "Member No.,First Name,Last Name,Address,Status,City\n0482913,Liz,Marsh,12 Elm St\nApt 4,Active,Erie\n0482931,Jo,Lim,1 Oak,Active,Erie\n", []string{"0482913 Liz Marsh, Active", "0482931 Jo Lim, Active"}, "line 2: the row goes on on the next line"},
		{"marks that cannot be seen", strings.NewReplacer("0482913", "\u202d0482913\u202c", "Liz", "\ufeffLiz", "Marsh", "Mar\u00adsh\u200b", "0482931", "0482931\u00a0").Replace(body), two, ""},
		{"BOM in the middle", strings.Replace(body, "0482931", "\ufeff0482931", 1), two, ""},
		{"ALA before the number", strings.NewReplacer("0482913", "ALA 0482913", "0482931", "ALA-0482931").Replace(body), two, ""},
		{"apostrophes", strings.NewReplacer("0482913", "'0482913", "0482931", "'0482931").Replace(body), two, ""},
		{"floats", strings.NewReplacer("0482913", "0482913.0", "0482931", "0482931.0").Replace(body), two, ""},
		{"thousands", strings.NewReplacer("0482913", `"482,913"`, "0482931", `"1,482,931"`).Replace(body), []string{"1482931 Jo Núñez, Life", "482913 Liz Marsh, Regular, Active until 2027-06-30"}, ""},
		{"scientific, all digits there", strings.NewReplacer("0482913", "4.829130E+06", "0482931", "4.82931e+5").Replace(body), []string{"4829130 Liz Marsh, Regular, Active until 2027-06-30", "482931 Jo Núñez, Life"}, ""},
		{"lost zeros", "ID,Last\n1482913,Marsh\n1482914,Lim\n482915,Roe\n", []string{"1482913 Marsh", "1482914 Lim", "482915 Roe"}, "1 of 3 member numbers have fewer than 7 digits"},
		{"one name", "ID,First Name,Last Name\n1,Sukarmawati,\n2,,Kertanegara\n3,FNU,Thondrup\n4,.,Wijayanti\n5,Ayu,LNU\n", []string{"1 Sukarmawati", "2 Kertanegara", "3 Thondrup", "4 Wijayanti", "5 Ayu"}, ""},
		{"surnames like degrees", "ID,Name\n1,\"MA, WENLI\"\n2,Wenli Ma\n3,\"Ba, Amadou\"\n4,\"Jd, Rosa M.\"\n5,\"Marsh, Liz, Jr.\"\n6,\"Marsh, Liz Ann, MLS\"\n7,\"VAN DER HEIJDEN, PIETER (PIET)\"\n", []string{"1 WENLI MA", "2 Wenli Ma", "3 Amadou Ba", "4 Rosa M. Jd", "5 Liz Marsh Jr.", "6 Liz Ann Marsh", "7 PIETER VAN DER HEIJDEN aka PIET"}, ""},
		{"surnames like degrees, in columns", "ID,First Name,Last Name\n1,Wenli,Ma\n2,Ann,\"Smith, PhD\"\n3,Bob,\"Smith, Jr.\"\n4,Bo,Smith III\n5,Robert (Bob),Lee\n", []string{"1 Wenli Ma", "2 Ann Smith", "3 Bob Smith Jr.", "4 Bo Smith III", "5 Robert Lee aka Bob"}, ""},
		{"quotation marks", "ID,First Name,Last Name,Informal,Status\n1,Margarethe \"Greta\",Lindqvist,\"Greta\" Lindqvist,Active\n2,Tobias,Wetherington,5'10\" Toby,Active\n3,\"Philippa \"\"Pip\"\"\",Abernathy,,Active\n4,\"Cornelius,Vandersloot,,Active\n5,Rosalind,Featherstone,,Active\n6,Ignatius,\"Pemberly,,Active\n",
			[]string{"1 Margarethe Lindqvist aka Greta, Active", "2 Tobias Wetherington aka 5'10\" Toby, Active", "3 Philippa Abernathy aka Pip, Active", "4 Cornelius Vandersloot, Active", "5 Rosalind Featherstone, Active", "6 Ignatius Pemberly, Active"},
			"line 5: a quotation mark that is not doubled, or never closed, was read as a letter"},
		{"a quoted cell of two lines", "ID,First Name,Last Name,Address\n1,Liz,Marsh,\"12 Elm St\nApt 4\"\n2,Jo,Lim,\n", []string{"1 Liz Marsh", "2 Jo Lim"}, "2 rows in, 2 members out, 0 left out"},
		{"encoded twice", strings.NewReplacer("Núñez", "NÃºÃ±ez", "Marsh", "O&#39;Brien").Replace(body), []string{"0482913 Liz O'Brien, Regular, Active until 2027-06-30", two[1]}, "2 cells were encoded twice"},
		{"lost letters", strings.Replace(body, "Núñez", "N??ez", 1), []string{two[0], "0482931 Jo N??ez, Life"}, "names have a question mark where a letter was lost (1 row, first line 3)"},
		{"two columns of one heading", "ID,First Name,Last Name,ID\n1,Liz,Marsh,1\n2,Jo,Lim,2\n", []string{"1 Liz Marsh", "2 Jo Lim"}, `two columns are headed "ID"`},
		{"one person in two rows", body + "0482913,Liz,Marsh,Regular,Active,2028-06-30\n", []string{"0482913 Liz Marsh, Regular, Active until 2028-06-30", two[1]}, "3 rows in, 2 members out, 0 left out, 1 merged"},
		{"a household", body + "0482913,Bob,Marsh,Regular,Active,2027-06-30\n0482931,Ana,Núñez,Life,,\n", []string{"0482913 (Bob Marsh) Bob Marsh, Regular, Active until 2027-06-30", "0482913 (Liz Marsh) Liz Marsh, Regular, Active until 2027-06-30", "0482931 (Ana Núñez) Ana Núñez, Life", "0482931 (Jo Núñez) Jo Núñez, Life"}, "line 4: same member number as line 2 under another name: both are kept"},
		{"father and son", "ID,First Name,Last Name,Suffix\n1,John,Roe,Sr.\n1,John,Roe,Jr.\n", []string{"1 (John Roe Jr.) John Roe Jr.", "1 (John Roe Sr.) John Roe Sr."}, "same member number"},
		{"another name after a wedding", "ID,First Name,Last Name\n1,Liz,Marsh\n1,Liz,Kovacs\n", []string{"1 (Liz Kovacs) Liz Kovacs", "1 (Liz Marsh) Liz Marsh"}, "same member number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := imported(t, c.data, Options{})
			if diff := cmp.Diff(c.want, lines(r)); diff != "" {
				t.Error(diff)
			}
			if !said(r, c.said) {
				t.Errorf("%q is not said in %q and %q", c.said, r.Sums(), r.Remarks(100))
			}
		})
	}
}

// A word for an empty cell is one, unless somebody is called so.
func TestWordsForNothing(t *testing.T) {
	for _, c := range []struct{ name, data, want, said string }{
		{"NULL", "ID,First Name,Middle Name,Last Name,Member Type,Paid Thru\n1,Liz,NULL,Marsh,Life,NULL\n2,Jo,NULL,Lim,Regular,2027-06-30\n", "1 Liz Marsh, Life|2 Jo Lim, Regular until 2027-06-30", "NULL in 3"},
		{"others", "ID,First Name,Last Name,Suffix,Member Type,Paid Thru\n1,Liz,Marsh,\\N,Life,\\N\n2,Jo,Lim,-,Life,(null)\n3,Al,Roe,--,Life,N/A\n4,Bo,Poe,None,Life,0000-00-00\n5,Di,Doe,#N/A,Life,1900-01-01\n6,Ed,Coe,nan,Life,NaT\n", "1 Liz Marsh, Life|2 Jo Lim, Life|3 Al Roe, Life|4 Bo Poe, Life|5 Di Doe, Life|6 Ed Coe, Life", "taken for empty"},
		{"surname Null", "ID,First Name,Last Name,Status\n1,Liz,Null,Active\n2,Na,Lim,Active\n3,Nan,Roe,Active\n4,Nat,Poe,Active\n5,N.A.,Blank,Active\n", "1 Liz Null, Active|2 Na Lim, Active|3 Nan Roe, Active|4 Nat Poe, Active|5 N.A. Blank, Active", "Null, as it stands under the last name, is taken for a name"},
		{"surname Null among NULL", "ID,First Name,Middle Name,Last Name,City\n1,Liz,NULL,Null,NULL\n2,Jo,NULL,Lim,NULL\n3,Ayu,NULL,NULL,NULL\n", "1 Liz Null|2 Jo Lim|3 Ayu", "NULL in 7"},
		{"status None alone", "ID,Last Name,Status,Paid Thru\n1,Marsh,None,2027-06-30\n2,Lim,Active,2027-06-30\n", "1 Marsh, None until 2027-06-30|2 Lim, Active until 2027-06-30", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := imported(t, c.data, Options{})
			if diff := cmp.Diff(strings.Split(c.want, "|"), lines(r)); diff != "" {
				t.Error(diff)
			}
			if !said(r, c.said) {
				t.Errorf("%q is not said in %q", c.said, r.Remarks(100))
			}
		})
	}
}

// Which comes first, day or month, is what the export shows, and else stays open.
func TestOrderOfDates(t *testing.T) {
	const heads = "ID,Last,Joined,Paid Thru\n"
	for _, c := range []struct{ name, rows, want, said string }{
		{"month", "1,Marsh,,5/6/2027\n2,Lim,,12/31/2026\n", "1 Marsh until 2027-05-06|2 Lim until 2026-12-31", "month first (1 rows show it)"},
		{"day", "1,Marsh,,5/6/2027\n2,Lim,,31/12/2026\n", "1 Marsh until 2027-06-05|2 Lim until 2026-12-31", "day first (1 rows show it)"},
		{"by the other column", "1,Marsh,31/1/2001,5/6/2027\n2,Lim,30/1/2002,1/12/2026\n", "1 Marsh until 2027-06-05|2 Lim until 2026-12-01", "day first, as in the other column"},
		{"nothing shows it", "1,Marsh,,5/6/2027\n2,Lim,,7/7/2026\n", "1 Marsh until 2027-05-06 or 2027-06-05|2 Lim until 2026-07-07", "may have the month or the day first, and nothing shows which"},
		{"both", "1,Marsh,,5/6/2027\n2,Lim,,31/12/2026\n3,Roe,,12/31/2026\n", "1 Marsh until 2027-05-06 or 2027-06-05|2 Lim until 2026-12-31|3 Roe until 2026-12-31", "have the month first in 1 rows and the day first in 1"},
		{"dots", "1,Marsh,,5.6.2027\n2,Lim,,30.06.2027\n3,Roe,,6/30/2027\n", "1 Marsh until 2027-06-05|2 Lim until 2027-06-30|3 Roe until 2027-06-30", "month first (1 rows show it)"},
		{"one way only", "1,Marsh,,2027-06-05\n2,Lim,,June 5th 2027\n", "1 Marsh until 2027-06-05|2 Lim until 2027-06-05", "can be read in one way only"},
		{"unread", "1,Marsh,,soon\n2,Lim,,2027\n", "1 Marsh until? soon|2 Lim until 2027-12-31", `line 2: the date under "Paid Thru" cannot be read`},
		{"rows of one person", "1,Marsh,,5/6/2027\n1,Marsh,,7/5/2027\n", "1 Marsh until 2027-07-05 or 2027-06-05", "nothing shows which"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := imported(t, heads+c.rows, Options{})
			if diff := cmp.Diff(strings.Split(c.want, "|"), lines(r)); diff != "" {
				t.Error(diff)
			}
			if !said(r, c.said) {
				t.Errorf("%q is not said in %q and %q", c.said, r.Sums(), r.Remarks(100))
			}
		})
	}
}

// What would lose much is refused, and taken where the caller says so.
func TestLosses(t *testing.T) {
	var many strings.Builder
	many.WriteString("ID,First Name,Last Name\n")
	for i := range 97 {
		fmt.Fprintf(&many, "%d,Liz,Marsh%c\n", 1000+i, 'a'+i%26)
	}
	hidden := excelize.NewFile()
	defer hidden.Close()
	put(t, hidden, "Sheet1", [][]any{{"ID", "Last Name"}, {1, "Marsh"}})
	put(t, hidden, "Cover", [][]any{{"See the other sheet"}})
	hidden.SetActiveSheet(1)
	if err := hidden.SetSheetVisible("Sheet1", false); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, data, want string }{
		{"two in a hundred", many.String() + ",Jo,Lim\n1999,Jo\n", ""},
		{"three in a hundred", many.String() + ",Jo,Lim\n,Al,Roe\n,Bo,Poe\n", "membership export m.csv would lose 3 of 100 rows (3.0 %), the first on line 99: no member number: mend the export, or take it as it is with --accept-losses"},
		{"rounded", "ID,Last Name\n4.83E+06,Marsh\n4829131,Lim\n", "membership export m.csv has 1 member numbers that were rounded, such as 4.83E+06, so that their digits are lost: mend the export, or take it as it is with --accept-losses"},
		{"hidden", saved(t, hidden), `membership export m.csv has members on the hidden sheet "Sheet1" alone: mend the export, or take it as it is with --accept-losses`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Import(strings.NewReader(c.data), "m.csv", Options{})
			var lost *LossError
			if c.want != "" && (!errors.As(err, &lost) || err.Error() != c.want) || c.want == "" && err != nil {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if r := imported(t, c.data, Options{AcceptLosses: true}); len(r.Losses) > 0 != (c.want != "") || r.Members.Len() == 0 {
				t.Errorf("accepted: %d members, losses %q", r.Members.Len(), r.Losses)
			}
		})
	}
}

func put(t *testing.T, f *excelize.File, sheet string, rows [][]any) {
	t.Helper()
	if _, err := f.NewSheet(sheet); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
}

func saved(t *testing.T, f *excelize.File) string {
	t.Helper()
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Of several sheets, those that can be seen and have the same headings are read, and the
// others named.
func TestSheets(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	put(t, f, "Sheet1", [][]any{{"Notes of the office"}, {"ask Jo"}})
	put(t, f, "A-L", [][]any{{"ID", "First Name", "Last Name", "Status"}, {1, "Jo", "Lim", "Active"}})
	put(t, f, "M-Z", [][]any{{"All from M on"}, {"ID", "Last Name", "First Name", "Status"}, {2, "Marsh", "Liz", "Active"}, {"", "Roe", "Al", "Active"}})
	put(t, f, "Archive", [][]any{{"ID", "First Name", "Last Name", "Status", "Paid Thru"}, {2, "Liz", "Marsh", "Lapsed", "2019-01-01"}})
	put(t, f, "Staff", [][]any{{"Name", "Phone"}, {"Ann Lee", "555"}})
	if err := f.SetSheetVisible("Archive", false); err != nil {
		t.Fatal(err)
	}
	if err := f.SetRowVisible("A-L", 2, false); err != nil {
		t.Fatal(err)
	}
	r := imported(t, saved(t, f), Options{AcceptLosses: true})
	if diff := cmp.Diff([]string{"1 Jo Lim, Active", "2 Liz Marsh, Active"}, lines(r)); diff != "" {
		t.Error(diff)
	}
	for _, words := range []string{
		`sheets "A-L", "M-Z"`, `hidden sheet "Archive" (2 rows) was not read: it is hidden`, `sheet "Staff" (2 rows) was not read: its headings are others`,
		`sheet "Sheet1" (2 rows) was not read: it has no headings of members`, `sheet "M-Z", line 4: no member number; left out`, "rows that are hidden in the workbook were read (1 row, first row 2)",
	} {
		if !said(r, words) {
			t.Errorf("%q is not said in %q and %q", words, r.Sums(), r.Remarks(100))
		}
	}
	if r := imported(t, saved(t, f), Options{Sheet: "archive"}); r.Members.Len() != 1 || r.Members.At(0).Status != "Lapsed" {
		t.Errorf("the sheet asked for gives %q", lines(r))
	}
}

// A day is the serial number of its cell, however it is displayed, and a number has all its digits.
func TestStoredValues(t *testing.T) {
	for _, system1904 := range []bool{false, true} {
		f := excelize.NewFile()
		defer f.Close()
		if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &system1904}); err != nil {
			t.Fatal(err)
		}
		rows := [][]any{{"ID", "Last Name", "Paid Thru", "ZIP"}}
		codes := []string{"dd/mm/yyyy", "m/d/yy", "mm/yy", "d mmm", "dddd", `[$-F800]dddd\,\ mmmm\ dd\,\ yyyy`, `yyyy"年"m"月"d"日"`, "[$-407]d. mmmm yyyy", "yyyy-mm-dd hh:mm", `"until" d.m.yyyy;@`}
		for i := range codes {
			rows = append(rows, []any{4829131 + i, fmt.Sprintf("Marsh%c", 'a'+i), 46357 - map[bool]int{true: 1462}[system1904], 6528})
		}
		put(t, f, "Sheet1", rows)
		for i, code := range codes {
			style := func(code string) int {
				s, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			for column, code := range map[string]string{"A": []string{"#,##0", "0.00E+00", "0"}[i%3], "C": code, "D": "00000"} {
				at := fmt.Sprintf("%s%d", column, i+2)
				if err := f.SetCellStyle("Sheet1", at, at, style(code)); err != nil {
					t.Fatal(err)
				}
			}
		}
		r := imported(t, saved(t, f), Options{})
		for i, m := range r.Members.All() {
			if want := fmt.Sprintf("%d Marsh%c until 2026-12-01", 4829131+i, 'a'+i); line(m) != want || m.ZIP != "06528" {
				t.Errorf("%s, 1904 %v: %s, ZIP %s, want %s", codes[i], system1904, line(m), m.ZIP, want)
			}
		}
	}
}

// rewritten is a workbook with its parts changed.
func rewritten(t *testing.T, book string, change func(name, part string) (string, string)) string {
	t.Helper()
	in, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name, text := change(f.Name, string(part))
		to, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestDialectsOfWorkbooks(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	put(t, f, "Sheet1", [][]any{{"ID", "First Name", "Last Name", "Status"}, {1, "Jo", "Lim", "Active"}, {2, "Liz", "Marsh", "Grace"}})
	book := saved(t, f)
	sheet := func(pairs ...string) func(name, part string) (string, string) {
		return func(name, part string) (string, string) {
			if strings.Contains(name, "worksheets/sheet1.xml") {
				part = strings.NewReplacer(pairs...).Replace(part)
			}
			return name, part
		}
	}
	both := []string{"1 Jo Lim, Active", "2 Liz Marsh, Grace"}
	for _, c := range []struct {
		name   string
		change func(name, part string) (string, string)
		want   []string
		said   string
	}{
		{"as written", sheet(), both, `sheet "Sheet1"`},
		{"strict", func(name, part string) (string, string) {
			return name, strings.NewReplacer("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main", "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships").Replace(part)
		}, both, ""},
		{"backslashes", func(name, part string) (string, string) { return strings.ReplaceAll(name, "/", `\`), part }, both, ""},
		{"prefixes", sheet("<row", "<x:row", "</row", "</x:row", "<c ", "<x:c ", "</c>", "</x:c>", "<v>", "<x:v>", "</v>", "</x:v>", "<sheetData", "<x:sheetData", "</sheetData", "</x:sheetData"), both, ""},
		{"no references", sheet(` r="A1"`, "", ` r="B1"`, "", ` r="C1"`, "", ` r="D1"`, "", ` r="A2"`, "", ` r="B2"`, "", ` r="C2"`, "", ` r="D2"`, "", ` r="1"`, "", ` r="2"`, ""), both, ""},
		{"targets from the root", func(name, part string) (string, string) {
			return name, strings.ReplaceAll(part, `Target="worksheets`, `Target="/xl/worksheets`)
		}, both, ""},
		{"a text that is not there, in a status", sheet(`<c r="D2" t="s"><v>6</v>`, `<c r="D2" t="s"><v>-1</v>`), []string{"1 Jo Lim, (unreadable)", both[1]}, "line 2: cell D2 names a text that the workbook does not have"},
		{"a text that is not there, in a name", sheet(`<c r="C2" t="s"><v>5</v>`, `<c r="C2" t="s"><v>999</v>`), both[1:], `line 2: the cell under "Last Name" cannot be read; left out`},
		{"rich text", func(name, part string) (string, string) {
			return name, strings.Replace(part, "<t>Marsh</t>", "<r><t>Mar</t></r><r><t>sh_x000D_</t></r><rPh><t>x</t></rPh>", 1)
		}, both, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := rewritten(t, book, c.change)
			r := imported(t, changed, Options{AcceptLosses: true})
			if diff := cmp.Diff(c.want, lines(r)); diff != "" {
				t.Error(diff)
			}
			if !said(r, c.said) {
				t.Errorf("%q is not said in %q", c.said, r.Remarks(100))
			}
		})
	}
	utf16 := rewritten(t, book, func(name, part string) (string, string) {
		if strings.Contains(name, "worksheets/sheet1.xml") {
			part = wide(part, true)
		}
		return name, part
	})
	if _, err := Import(strings.NewReader(utf16), "m.xlsx", Options{}); err == nil || !strings.Contains(err.Error(), `membership export m.xlsx has a sheet "Sheet1" that cannot be read (it is in UTF-16): open the workbook`) {
		t.Errorf("a worksheet in UTF-16: %v", err)
	}
}

// Files that are named .xls or .ods and are something else.
func TestOtherFormats(t *testing.T) {
	const page = `<html><head><style>td{}</style></head><body><p>Members</p><table><tr><td>menu</td></tr></table>
<table border=1><tr><th>Member No.</th><th>First Name</th><th>Last Name</th></tr>
<tr><td>0482913</td><td>Liz</td><td>O&#39;Brien<br></td></tr><tr><td>0482931<td>Jo<td>Lim</table></body></html>`
	const xml2003 = `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Members"><Table>
<Row><Cell><Data ss:Type="String">Member No.</Data></Cell><Cell><Data ss:Type="String">First Name</Data></Cell><Cell><Data ss:Type="String">Last Name</Data></Cell><Cell><Data ss:Type="String">Paid Thru</Data></Cell></Row>
<Row ss:Index="4"><Cell><Data ss:Type="Number">482913</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">Marsh</Data></Cell><Cell><Data ss:Type="DateTime">2027-06-30T00:00:00.000</Data></Cell></Row>
</Table></Worksheet></Workbook>`
	const ods = `<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="Members">
<table:table-row><table:table-cell office:value-type="string"><text:p>Member No.</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Last Name</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Paid Thru</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="482913"><text:p>0482913</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Marsh</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2027-06-30"><text:p>06/30/27</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>`
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	part, err := w.Create("content.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, ods); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, data string
		want       []string
		form       string
	}{
		{"web page", page, []string{"0482913 Liz O'Brien", "0482931 Jo Lim"}, "web page"},
		{"XML of 2003", xml2003, []string{"482913 Marsh until 2027-06-30"}, "XML spreadsheet of Excel 2003"},
		{"flat OpenDocument", ods, []string{"0482913 Marsh until 2027-06-30"}, "OpenDocument spreadsheet (flat XML)"},
		{"OpenDocument", packed.String(), []string{"0482913 Marsh until 2027-06-30"}, "OpenDocument spreadsheet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := imported(t, c.data, Options{})
			if diff := cmp.Diff(c.want, lines(r)); diff != "" || r.Form != c.form {
				t.Errorf("read as %s: %s", r.Form, diff)
			}
		})
	}
}

// What is no table is named for what it is, with the step that helps.
func TestNoTables(t *testing.T) {
	ole := func(stream string) string {
		return "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600) + wide(stream, false)
	}
	archive := func(names ...string) string {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, n := range names {
			if _, err := w.Create(n); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for data, want := range map[string]string{
		ole("Workbook"):                            "is an old Excel workbook (.xls): open it in a spreadsheet and save it as XLSX or CSV",
		ole("EncryptedPackage"):                    "is a workbook with a password: save it as XLSX or CSV without one",
		ole("WordDocument"):                        "is an old Word document: export the members as CSV or XLSX",
		archive("xl/workbook.bin"):                 "is a binary Excel workbook (.xlsb): open it in a spreadsheet and save it as XLSX or CSV",
		archive("word/document.xml"):               "is a Word document: export the members as CSV or XLSX",
		archive("Index/Document.iwa"):              "is a Numbers document: export it as Excel or CSV",
		archive("members.csv"):                     "is a ZIP archive: unpack it and give the file in it",
		"\x1f\x8b\x08\x00":                         "is compressed (gzip): unpack it and give the file in it",
		"{\\rtf1 Members}":                         "is a text document (RTF): export the members as CSV or XLSX",
		"{\"members\": []}":                        "is JSON: export the members as CSV or XLSX",
		"<html><body>Please sign in</body></html>": "is a web page, not a spreadsheet: open it in Excel and save it as XLSX or CSV",
		"<?xml version=\"1.0\"?><members/>":        "is XML that is no spreadsheet: export the members as CSV or XLSX",
	} {
		if _, err := Import(strings.NewReader(data), "m.xls", Options{}); err == nil || err.Error() != "membership export m.xls "+want {
			t.Errorf("got  %v\nwant ... %s", err, want)
		}
	}
}
