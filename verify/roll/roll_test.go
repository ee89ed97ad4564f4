package roll

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"countersign/verify/name"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

const plain = `ID,Prefix,First Name,Middle Name,Last Name,Suffix,Informal,Email,Company,Address 1,City,State,Zip,Member Type,Status,Join Date,Paid Thru
0482913,Ms.,Elizabeth,R.,Núñez,,Liz,LMarsh@example.org,"Duke University, Perkins",12 Elm St,Durham,NC,27701,Regular,Active,1994-01-26,2027-09-29
1210093,Dr.,Carolyn,,Carroll,Jr.,,,SMU,,Dallas,TX,75218,Life,,2013-01-11,
`

// membersOf makes all members of a roll.
func membersOf(r *Roll) (all []*Member) {
	for _, m := range r.Members.All() {
		all = append(all, m)
	}
	return all
}

var nunez = Member{
	ID: "0482913", Prefix: "Ms.", Given: "Elizabeth", Middle: "R.", Family: "Núñez", Informal: "Liz", Emails: []string{"lmarsh@example.org"}, Company: "Duke University, Perkins",
	Street: "12 Elm St", City: "Durham", State: "NC", ZIP: "27701", Type: "Regular", Status: "Active", Joined: day("1994-01-26"), PaidThru: day("2027-09-29"), Lines: []int{2},
}

func utf16le(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

func swapBytes(b []byte) []byte {
	out := slices.Clone(b)
	for i := 0; i+1 < len(out); i += 2 {
		out[i], out[i+1] = out[i+1], out[i]
	}
	return out
}

func windows(t *testing.T, s string) []byte {
	b, err := charmap.Windows1252.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func workbook(t testing.TB, rows ...[]any) []byte { return changedWorkbook(t, rows, nil) }

// changedWorkbook has rows in its one sheet, and what change makes of it; nil for nothing.
func changedWorkbook(t testing.TB, rows [][]any, change func(*excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
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
	return b.Bytes()
}

// The same export in every form it may come in is the same member.
func TestImportForms(t *testing.T) {
	other := func(sep string) string {
		return strings.ReplaceAll(strings.ReplaceAll(plain, `"Duke University, Perkins"`, "Duke University# Perkins"), ",", sep)
	}
	for name, data := range map[string][]byte{
		"UTF-8":        []byte(plain),
		"BOM":          []byte("\xef\xbb\xbf" + plain),
		"CRLF":         []byte(strings.ReplaceAll(plain, "\n", "\r\n")),
		"UTF-16 LE":    utf16le(plain),
		"UTF-16 BE":    swapBytes(utf16le(plain)),
		"Windows-1252": windows(t, plain),
		"semicolons":   []byte(strings.ReplaceAll(other(";"), "#", ",")),
		"tabs":         []byte(strings.ReplaceAll(other("\t"), "#", ",")),
		"bars":         []byte(strings.ReplaceAll(other("|"), "#", ",")),
		"blank rows":   []byte(strings.Replace(plain, "0482913", `="0482913"`, 1) + "\n\n,,,\n"),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Import(bytes.NewReader(data), "members.csv", Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Members.Len() != 2 || r.Rows != 2 || r.Remarked != 0 {
				t.Fatalf("%d members of %d rows, remarks %v", r.Members.Len(), r.Rows, r.Findings)
			}
			if diff := cmp.Diff(nunez, *r.Members.At(0)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestImportWorkbook(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	if _, err := f.NewSheet("Members"); err != nil {
		t.Fatal(err)
	}
	zeros, err := f.NewStyle(&excelize.Style{CustomNumFmt: ptr("0000000")})
	if err != nil {
		t.Fatal(err)
	}
	for at, v := range map[string]any{
		"A1": "Membership report as of November", "A3": "Member #", "B3": "Name", "C3": "Paid Thru", "D3": "Status",
		"A4": 482913, "B4": "Núñez, Elizabeth R.", "C4": day("2027-09-29"), "D4": "Active",
		"A5": 1210093, "B5": "Carolyn Carroll Jr.", "C5": 46000,
	} {
		if err := f.SetCellValue("Members", at, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellStyle("Members", "A4", "A5", zeros); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Import(b, "members.xlsx", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []*Member{
		{ID: "0482913", Given: "Elizabeth", Middle: "R.", Family: "Núñez", Status: "Active", PaidThru: day("2027-09-29"), Lines: []int{4}},
		{ID: "1210093", Given: "Carolyn", Family: "Carroll", Suffix: "Jr.", PaidThru: day("2025-12-09"), Lines: []int{5}},
	}
	if diff := cmp.Diff(want, membersOf(r)); diff != "" {
		t.Error(diff)
	}
}

func ptr(s string) *string { return &s }

func TestHeadings(t *testing.T) {
	for line, want := range map[string]string{
		"Member No.;First;Last":                      `number: "Member No."|first: "First"|last: "Last"`,
		"MEMBER_ID;GIVEN_NAME;SURNAME;PAID_THRU":     `number: "MEMBER_ID"|first: "GIVEN_NAME"|last: "SURNAME"|paid: "PAID_THRU"`,
		"Constituent ID;FirstName;LastName;Expires":  `number: "Constituent ID"|first: "FirstName"|last: "LastName"|paid: "Expires"`,
		"iMIS ID;Full Name;E-mail;E-mail 2":          `number: "iMIS ID"|name: "Full Name"|email: "E-mail"|email: "E-mail 2"`,
		"Member #;Name;Institution":                  `number: "Member #"|name: "Name"|company: "Institution"`,
		"Full Name;First Name;Last Name;ID":          `number: "ID"|name: "Full Name"|first: "First Name"|last: "Last Name"`,
		"ID;Last;Maiden Name;Goes By;Postal Code":    `number: "ID"|last: "Last"|informal: "Goes By"|former: "Maiden Name"|zip: "Postal Code"`,
		"ID;Last;Home City;Work City;Mailing City":   `number: "ID"|last: "Last"|city: "Mailing City"`,
		"ID;Last;Home City;Work City":                `number: "ID"|last: "Last"|city: "Home City"`,
		"ID;Last;Address 1;Address 2;City":           `number: "ID"|last: "Last"|street: "Address 1"|street: "Address 2"|city: "City"`,
		"ID;Last;Work Address;Home Address":          `number: "ID"|last: "Last"|street: "Home Address"`,
		"Id;LastName;Dues_Paid_Through__c;Status__c": `number: "Id"|last: "LastName"|status: "Status__c"|paid: "Dues_Paid_Through__c"`,
	} {
		r, err := Import(strings.NewReader(line+"\n"+strings.Repeat("x y;", strings.Count(line, ";"))+"z\n"), "members.csv", Options{})
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := strings.Join(r.Columns, "|"); got != want {
			t.Errorf("%s\n got %s\nwant %s", line, got, want)
		}
	}
}

// No wording may stand for two meanings.
func TestHeadingsAreUnambiguous(t *testing.T) {
	seen := map[string]Meaning{}
	for _, h := range headings {
		for w := range strings.SplitSeq(h.words, ";") {
			key := headingKey(w)
			if key == "" {
				t.Errorf("an empty wording of %s", h.Meaning)
			}
			if other, ok := seen[key]; ok && other != h.Meaning {
				t.Errorf("%q stands for %s and for %s", w, other, h.Meaning)
			}
			seen[key] = h.Meaning
		}
	}
}

func TestMap(t *testing.T) {
	data := "Cust #,ID,Who\n17,99,\"Marsh, Liz\"\n"
	r, err := Import(strings.NewReader(data), "m.csv", Options{Map: map[string]string{"number": "cust #", "name": "WHO"}})
	if err != nil {
		t.Fatal(err)
	}
	if m := r.Members.At(0); m.ID != "17" || m.Family != "Marsh" || m.Given != "Liz" {
		t.Errorf("read as %+v", *m)
	}
}

func TestBadExports(t *testing.T) {
	for _, c := range []struct {
		name, data string
		opts       Options
		want       string
	}{
		{"empty", "", Options{}, "membership export m.csv is empty: export the members again"},
		{"blank", " \n\n", Options{}, "membership export m.csv is empty: export the members again"},
		{"headings only", "ID,First Name,Last Name\n", Options{}, "membership export m.csv has headings and no rows below them: export the members again"},
		{"no name", "ID,City,Zip\n1,Durham,27701\n", Options{}, `membership export m.csv has no column for last names or whole names: its columns are "ID", "City", "Zip"; say which it is with --map last="Heading" or --map name="Heading"`},
		{"two numbers", "ID,Cust No.,Last Name\n1,2,Marsh\n", Options{}, `membership export m.csv has two columns that could be number, "ID" and "Cust No.": say which with --map number="ID" or --map number="Cust No."`},
		{"one heading twice", "ID,ID,Last Name\n1,2,Marsh\n", Options{}, `membership export m.csv has two columns headed "ID", columns 1 and 2, and one must be number: rename the other in the export`},
		{"no headings", "1,Liz,Marsh\n", Options{}, `membership export m.csv has no row of headings such as "Member No.", "First Name", "Last Name": add one as the first row, or name the columns with --map, such as --map last="Heading"`},
		{"no headings, and a state that could be one", "1,Liz,Marsh,MI,liz@example.org\n2,Ann,Lee,NC,ann@example.org\n", Options{}, `membership export m.csv has no row of headings such as "Member No.", "First Name", "Last Name": add one as the first row, or name the columns with --map, such as --map last="Heading"`},
		{"PDF", "%PDF-1.7\n", Options{}, "membership export m.csv is a PDF: export the members as CSV or XLSX"},
		{"old Excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Options{}, "membership export m.csv is an old Office file: open it in a spreadsheet and save it as XLSX or CSV, without a password"},
		{"no workbook", "PK\x03\x04rubbish", Options{}, "membership export m.csv looks like a workbook and cannot be opened as XLSX: open it in a spreadsheet and save it as XLSX or CSV without a password"},
		{"binary", "ID,Name\x00\x01\n", Options{}, "membership export m.csv holds zero bytes, as a file does that is no text or was not saved whole: export the members again as CSV or XLSX"},
		{"wrong map", "ID,Last\n1,Marsh\n", Options{Map: map[string]string{"last": "Surname"}}, `membership export m.csv has no column "Surname", which --map last="Surname" names: its columns are "ID", "Last"`},
		{"unknown meaning", "ID,Last\n1,Marsh\n", Options{Map: map[string]string{"surname": "Last"}}, "membership export m.csv cannot be read with --map surname=\"Last\": the word before = is one of " + strings.Join(Meanings(), ", ")},
		{"nothing usable", "ID,Last Name\n,Marsh\n", Options{}, "membership export m.csv has 1 rows and none that can be used (line 2: no member number; left out): check that the columns stand under their headings"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Import(strings.NewReader(c.data), "m.csv", c.opts)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir:                            "is a folder: name the CSV or XLSX file in it",
		filepath.Join(dir, "none.csv"): "does not exist: check the path",
	} {
		if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s): %v, want ... %s", path, err, want)
		}
	}
	path := filepath.Join(dir, "m.csv")
	if err := os.WriteFile(path, []byte(plain), 0o600); err != nil {
		t.Fatal(err)
	}
	changed := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, changed, changed); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.AsOf.Equal(changed) || r.Name != "m.csv" || len(r.SHA256) != 64 {
		t.Errorf("snapshot %s %s as of %v", r.Name, r.SHA256, r.AsOf)
	}
}

func TestFindings(t *testing.T) {
	data := `ID,First Name,Last Name,Status,Paid Thru,Email
1,Liz,Marsh,Active,2027-01-01,a@example.org
2,Ann,,Active,2027-01-01,
,Bob,Lewis,Active,2027-01-01,
4,,,Active,2027-01-01,
5,Cy,Young,Active
6,Di,Vine,Active,2027-01-01,,stray,comma
7,Ed,Wood,Active,soon,
1,Liz,Marsh,Grace,2028-01-01,b@example.org
1,Olaf,Kovacs,Active,2027-01-01,
`
	r, err := Import(strings.NewReader(data), "m.csv", Options{AcceptLosses: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"cells that are missing at the end of rows are taken for empty (1 row, first line 6)",
		"the export would lose 3 of 9 rows (33.3 %), the first on line 4: no member number",
		"line 4: no member number; left out", "line 5: no name; left out", "line 7: 8 cells under 6 headings; left out",
		`line 8: the date under "Paid Thru" cannot be read`, "line 10: same member number as line 2 under another name: both are kept, and lines of either wait for a person",
	}
	if diff := cmp.Diff(want, r.Remarks(100)); diff != "" {
		t.Error(diff)
	}
	if got := r.Remarks(2); len(got) != 3 || got[2] != "and 5 more remarks like these" {
		t.Errorf("shortened to %q", got)
	}
	merged := Member{ID: "1 (Liz Marsh)", Sharing: 2, Given: "Liz", Family: "Marsh", Status: "Grace", Statuses: []string{"Active", "Grace"}, Emails: []string{"a@example.org", "b@example.org"}, PaidThru: day("2028-01-01"), Lines: []int{2, 9}}
	if diff := cmp.Diff(merged, *r.Members.At(0)); diff != "" {
		t.Error(diff)
	}
	got := []int{r.Rows, r.Members.Len(), r.LeftOut, r.Merged}
	if diff := cmp.Diff([]int{9, 5, 3, 1}, got); diff != "" {
		t.Errorf("rows, members, left out, merged: %s", diff)
	}
	if wood := r.Members.At(4); wood.ID != "7" || !wood.PaidThru.IsZero() || wood.Unread != "soon" {
		t.Errorf("an unreadable date paid through became %+v", *wood)
	}
}

func TestNoNumbers(t *testing.T) {
	r, err := Import(strings.NewReader("Last Name,First Name\nMarsh,Liz\nLewis,Jo\n"), "m.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Members.At(0).ID != "line-2" || r.Members.At(1).ID != "line-3" {
		t.Errorf("members are %s and %s", r.Members.At(0).ID, r.Members.At(1).ID)
	}
}

// An export that writes the day first shows it somewhere.
func TestDayFirst(t *testing.T) {
	r, err := Import(strings.NewReader("ID,Last,Paid Thru\n1,Marsh,5/6/2027\n2,Lewis,31/12/2026\n"), "m.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Members.At(0).PaidThru; !got.Equal(day("2027-06-05")) {
		t.Errorf("5/6/2027 was read as %v", got)
	}
}

func TestNumbers(t *testing.T) {
	r, err := Import(strings.NewReader("ID,Last\n0482913,Marsh\n0482931,Lewis\n1482913,Young\n0099999,Vine\nA-77,Wood\n"), "m.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	names := func(at []int32) string {
		var out []string
		for _, i := range at {
			out = append(out, r.Members.At(i).Family)
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	for written, want := range map[string]string{"0482913": "Marsh", "482913": "Marsh", " 0482913 ": "Marsh", "a77": "Wood", "7": "", "": ""} {
		if got := names(r.ByNumber(written)); got != want {
			t.Errorf("ByNumber(%q): %s, want %s", written, got, want)
		}
	}
	for written, want := range map[string]string{"0482913": "Lewis Young", "048291": "Lewis Marsh", "4082913": "Marsh", "04829131": "Lewis Marsh", "99998": "Vine", "5555555": ""} {
		if got := names(r.NearNumbers(written)); got != want {
			t.Errorf("NearNumbers(%q): %s, want %s", written, got, want)
		}
	}
}

func TestCompanies(t *testing.T) {
	for _, pair := range []string{"Univ. of Colorado|University of Colorado", "Boston Pub. Lib.|Boston Public Library", "St. Louis County Library|Saint Louis Co Lib"} {
		a, b, _ := strings.Cut(pair, "|")
		if CompanyKey(a) != CompanyKey(b) {
			t.Errorf("%q and %q are told apart", a, b)
		}
	}
	if got := CompanyAcronym("University of California, Los Angeles"); got != "ucla" {
		t.Errorf("acronym %q", got)
	}
}

func TestNearest(t *testing.T) {
	var m lexiconMaker
	for _, w := range []string{"smith", "smyth", "smit", "jones", "schmidt", "smith"} {
		m.add(w, 1)
	}
	l, _ := m.lexicon(6)
	near, _ := l.Nearest([]byte{19, 13, 9, 20, 8}, 2, nil) // smith
	var got []string
	for _, n := range near {
		got = append(got, fmt.Sprintf("%s %d", l.Words[n.Word], n.Edits))
	}
	if diff := cmp.Diff([]string{"smith 0", "smit 1", "smyth 1"}, got); diff != "" {
		t.Error(diff)
	}
	if got := l.Share[l.Find("smith")]; got != 2.0/6 {
		t.Errorf("the share of smith is %v", got)
	}
}

// What the bags leave out is farther away than what is found.
func TestNearestIsExhaustive(t *testing.T) {
	r, err := Import(bytes.NewReader(exported(5000)), "members.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := r.Families
	for _, read := range []string{"marsh", "marsh1234", "rsham", "x", "elizabethmarshall"} {
		codes := name.Codes(read)
		near, _ := l.Nearest(codes, 150, nil)
		found := map[int]int{}
		for _, n := range near {
			found[n.Word] = n.Edits
		}
		last := near[len(near)-1].Edits
		p := name.NewPattern(codes)
		for w := range l.Words {
			d := p.Distance(l.Codes(w))
			if edits, ok := found[w]; ok != (d <= last) || ok && edits != d {
				t.Errorf("%s: %s is %d edits away, found %v with %d, the last of them %d away", read, l.Words[w], d, ok, edits, last)
			}
		}
	}
}

func TestSpellings(t *testing.T) {
	r, err := Import(strings.NewReader("ID,First,Last\n1,Liz,Lynd-Nelson\n2,Ann,Nelson\n3,Liz,Nelson\n4,Liz,Lynd-Nelson\n"), "m.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := r.FamilyNames.Of(0), r.FamilyNames.Of(3); a != b || a == r.FamilyNames.Of(1) || len(r.FamilyNames.Forms(a)) != 3 {
		t.Errorf("spellings %d and %d with forms %v", a, b, r.FamilyNames.Forms(a))
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(plain))
	f.Add(utf16le(plain))
	f.Add([]byte("Name\tID\n\"x\"y\t1\n"))
	f.Add([]byte("ID;Last;Paid Thru\n1;\xe9;31/12/26\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Import(bytes.NewReader(data), "m.csv", Options{})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		for _, m := range r.Members.All() {
			if m.ID == "" || m.Family == "" {
				t.Errorf("a member without number or name: %+v", *m)
			}
		}
		if r.Members.Len() > r.Rows+r.Couples {
			t.Errorf("%d members of %d rows", r.Members.Len(), r.Rows)
		}
	})
}

// export of n rows as an association's system writes it.
func exported(n int) []byte {
	var b bytes.Buffer
	b.WriteString(plain[:strings.Index(plain, "\n")+1])
	for i := range n {
		fmt.Fprintf(&b, "%07d,Ms.,Elizabeth%d,R.,Marsh%d,,Liz,lmarsh%d@example.org,Duke University,%d Elm St,Durham,NC,277%02d,Regular,Active,1994-01-26,2027-09-29\n", i, i%2000, i%20000, i, i, i%100)
	}
	return b.Bytes()
}

func BenchmarkImport(b *testing.B) {
	data := exported(58000)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Import(bytes.NewReader(data), "members.csv", Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImportWorkbook(b *testing.B) {
	rows := [][]any{{"ID", "First Name", "Last Name", "Status", "Paid Thru"}}
	for i := range 10000 {
		rows = append(rows, []any{fmt.Sprintf("%07d", i), fmt.Sprintf("Liz%d", i%2000), fmt.Sprintf("Marsh%d", i), "Active", "2027-09-29"})
	}
	data := workbook(b, rows...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Import(bytes.NewReader(data), "members.xlsx", Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNearest(b *testing.B) {
	r, err := Import(bytes.NewReader(exported(58000)), "members.csv", Options{})
	if err != nil {
		b.Fatal(err)
	}
	var edits []uint8
	b.ReportAllocs()
	for b.Loop() {
		_, edits = r.Families.Nearest([]byte{13, 1, 18, 19, 8}, 150, edits)
	}
}
