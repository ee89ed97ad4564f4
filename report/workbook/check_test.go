package workbook_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"countersign/report"
	"countersign/report/workbook"
	"countersign/verify"
)

// copyOf checks a workbook after somebody worked on it with a spreadsheet
// program.
func copyOf(t *testing.T, data []byte, edit func(*excelize.File) error) workbook.Copy {
	t.Helper()
	if edit != nil {
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := edit(f); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := f.Write(&out); err != nil {
			t.Fatal(err)
		}
		data = out.Bytes()
	}
	c, err := workbook.Check(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := c.Pack() // as it comes from the process that reads it
	if err == nil {
		c, err = workbook.Unpack(packed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What another process says of a workbook is not believed where it is no whole.
func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	for _, packed := range []string{"", "[]",
		`{"shown":{"3":{"width":16,"height":16,"squares":"AAA="}}}`,
		`{"shown":{"3":{"width":-8,"height":-8,"squares":"AA=="}}}`} {
		if c, err := workbook.Unpack([]byte(packed)); err == nil {
			t.Errorf("%s was unpacked as %+v", packed, c)
		}
	}
}

func told(changes []workbook.Change) string {
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	return strings.Join(lines, "\n")
}

// A workbook that nobody changed says what it is, what it counts and what it
// rests on, and agrees with itself and with the petitions on record.
func TestCheckOfAnUnchangedWorkbook(t *testing.T) {
	t.Parallel()
	for _, lines := range []int{0, 1, 40, 131} {
		p := complete(lines)
		_, data := write(t, workbook.COO, p)
		for name, edit := range map[string]func(*excelize.File) error{
			"as written": nil,
			"saved again, coloured, filtered": func(f *excelize.File) error {
				f.SetActiveSheet(1)
				if err := f.SetColWidth("Signatures", "A", "A", 40); err != nil {
					return err
				}
				return f.SetRowVisible("Signatures", 2, false)
			},
		} {
			c := copyOf(t, data, edit)
			if len(c.Changes) > 0 {
				t.Errorf("%d lines, %s: %s", lines, name, told(c.Changes))
			}
			against, err := c.Against(report.PeriodOf(p))
			if err != nil || len(against) > 0 {
				t.Errorf("%d lines, %s, against the petition: %v\n%s", lines, name, err,
					told(against))
			}
		}
		c := copyOf(t, data, nil)
		if c.Kind != "COO report" || c.Program != p.Program || !c.Made.Equal(p.Made) ||
			len(c.Figures) != 1 {
			t.Errorf("%d lines: %s of %s by %s with %d petitions", lines, c.Kind, c.Made, c.Program,
				len(c.Figures))
		}
		want := workbook.Figures{"Signatures required": 100, "Lines filed": lines,
			"Valid": p.Tally.Valid, "Invalid": p.Tally.Invalid,
			"Undecided": p.Tally.Uncertain, "Margin": p.Tally.Valid - 100,
			"Sure valid":     p.Tally.Outlook.Guaranteed,
			"Expected valid": int(p.Tally.Outlook.Expected + 0.5),
			"Possible valid": p.Tally.Outlook.Possible}
		for _, r := range report.Reasons() {
			want[report.ReasonWord(r)] = p.Tally.ByReason[r]
		}
		if diff := cmp.Diff(want, c.Figures[0]); diff != "" {
			t.Error(diff)
		}
		sources := []workbook.Source{{"Petition file", "packet.pdf", p.Files[0].SHA256},
			{"Petition file", "torn.pdf", p.Files[1].SHA256},
			{"Membership export", "members.csv", p.Members.SHA256}, {"Rule", p.Rules.Title,
				p.RuleVersion},
			{"Certified counts", "by Odile Grant on November 20, 2026", "tally-2"}, {"Audit record",
				"up to entry 4,821", p.Audit.Head}}
		if diff := cmp.Diff(sources, c.Sources); diff != "" {
			t.Error(diff)
		}
	}
	c := council()
	_, data := write(t, workbook.CouncilReport, c)
	got := copyOf(t, data, nil)
	against, err := got.AgainstCouncil(c)
	if err != nil || got.Kind != "Report to Council" || len(got.Changes)+len(against) > 0 {
		t.Errorf("report to Council: %v, %s\n%s\n%s", err, got.Kind, told(got.Changes),
			told(against))
	}
}

// Every kind of change is noticed, and said where it is.
func TestCheckNoticesChanges(t *testing.T) {
	t.Parallel()
	p := complete(40)
	_, data := write(t, workbook.COO, p)
	for _, tt := range []struct {
		name    string
		edit    func(*excelize.File) error
		want    string // of the workbook by itself
		against string // of the workbook against the petition
	}{
		{"a verdict", func(f *excelize.File) error {
			return f.SetCellStr("Signatures", "J5", "valid")
		},
			"Signatures, row 5: a cell of it was changed",
			`Signatures, row 5: column J says "valid", on record is "invalid"`},
		{"a name", func(f *excelize.File) error {
			return f.SetCellStr("Signatures", "I2", "Somebody Else")
		},
			"Signatures, row 2: a cell of it was changed",
			`Signatures, row 2: column I says "Somebody Else", on record is "Elizabeth (Lizbet) Marshgrove0"`},
		{"a probability", func(f *excelize.File) error {
			return f.SetCellFloat("Signatures", "O2", 0.9981, -1, 64)
		},
			"Signatures, row 2: a cell of it was changed",
			`Signatures, row 2: column O says "0.9981", on record is "0.998"`},
		{"a figure", func(f *excelize.File) error { return f.SetCellInt("Summary", "B9", 101) },
			"Summary: something in it was changed", "Summary, row 9: column B says \"101\""},
		{"a formula replaced by a number", func(f *excelize.File) error {
			return f.SetCellInt("Summary", "C11", 101)
		},
			"Summary: something in it was changed", "Summary, row 11: column C says \"101\""},
		{"a cell emptied", func(f *excelize.File) error {
			return f.SetCellStr("Review log", "B2", "")
		},
			"Review log: something in it was changed", "Review log, row 2: column B says \"\""},
		{"a note beside", func(f *excelize.File) error {
			return f.SetCellStr("Deadlines", "K9", "call them")
		},
			"Deadlines: something in it was changed: it has 5 rows with something in them, it " +
				"had 4", "Deadlines, row 9: is not on record"},
		{"a line taken out", func(f *excelize.File) error { return f.RemoveRow("Signatures", 7) },
			"Signatures: rows were added or taken out: it has 40 rows with something in them, it " +
				"had 41", "Signatures, row 41: is missing"},
		{"a sheet taken out", func(f *excelize.File) error {
			return f.DeleteSheet("Duplicates")
		}, "Duplicates: is missing", "Duplicates: is missing"},
		{"a sheet put in", func(f *excelize.File) error {
			_, err := f.NewSheet("Mine")
			return err
		}, "Mine: was added", ""},
		{"a fingerprint", func(f *excelize.File) error {
			return f.SetCellStr("Provenance", "C9", strings.Repeat("0", 64))
		},
			"Provenance, row 30: this sheet was changed",
			"Provenance: Petition file: packet.pdf with 0000"},
		{"a picture taken out", func(f *excelize.File) error {
			return f.DeletePicture("Signatures", "D4")
		},
			"Pictures on Signatures: pictures were changed, moved or taken out: there are 39, 40 " +
				"were put in", "Signatures, row 4: the picture is another one, or is missing"},
		{"lines sorted", func(f *excelize.File) error {
			rows, err := f.GetRows("Signatures", excelize.Options{RawCellValue: true})
			if err != nil {
				return err
			}
			for at, from := range map[string]int{"A2": 3, "A3": 2} {
				var cells []any
				for _, c := range rows[from-1] {
					cells = append(cells, c)
				}
				if err := f.SetSheetRow("Signatures", at, &cells); err != nil {
					return err
				}
			}
			return nil
		}, "Signatures: rows stand in another order",
			"Signatures, row 2: column C says \"2\", on record is \"1\""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := copyOf(t, data, tt.edit)
			if !strings.Contains(told(c.Changes), tt.want) {
				t.Errorf("by itself:\n%s\nwant %s", told(c.Changes), tt.want)
			}
			against, err := c.Against(report.PeriodOf(p))
			if err != nil || !strings.Contains(told(against), tt.against) {
				t.Errorf("against the petition: %v\n%s\nwant %s", err, told(against), tt.against)
			}
		})
	}
}

// A whole workbook that says something else than the petition on record is
// noticed, though it agrees with itself; a petition whose pictures were purged
// still agrees.
func TestAgainstAnotherPetition(t *testing.T) {
	t.Parallel()
	p := complete(20)
	_, data := write(t, workbook.COO, p)
	c := copyOf(t, data, nil)

	purged := complete(20)
	purged.Pictures = nil
	if changes, err := c.Against(report.PeriodOf(purged)); err != nil || len(changes) > 0 {
		t.Errorf("without pictures: %v\n%s", err, told(changes))
	}
	other := complete(20)
	other.Decisions[3].Verdict, other.Decisions[3].Reason = verify.Valid, verify.IsMember
	other.Members.SHA256 = strings.Repeat("00", 32)
	other.Pictures = pictures{width: 900, height: 60}
	changes, err := c.Against(report.PeriodOf(other))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`Signatures, row 5: column J says "invalid", on record is "valid"`,
		"Provenance: Membership export: members.csv with 5e5e",
		"Rule and snapshot, row", "Signatures, row 2: the picture is another one"} {
		if !strings.Contains(told(changes), want) {
			t.Errorf("not told: %s\n%s", want, told(changes))
		}
	}
	if _, err := c.AgainstCouncil(council()); err == nil || !strings.Contains(err.Error(),
		"is a COO report") {
		t.Errorf("a COO report against a report to Council: %v", err)
	}
	later := complete(20)
	later.Made, later.Audit = p.Made.Add(90*24*time.Hour), report.Audit{Entries: 9000,
		Head: strings.Repeat("ab", 32)}
	if changes, err := c.Against(report.PeriodOf(later)); err != nil || len(changes) > 0 {
		t.Errorf("months later: %v\n%s", err, told(changes))
	}
}

// toThe leads from every line into a service.
type toThe string

func (l toThe) Line(verify.Ref) string      { return string(l) + "/lines" }
func (l toThe) Page(_ string, n int) string { return string(l) + "/pages" }

// A workbook with links into the service agrees with its petition, wherever the
// service is now.
func TestAgainstWithLinks(t *testing.T) {
	t.Parallel()
	p := complete(10)
	p.Links = toThe("https://petitions.example.org")
	_, data := write(t, workbook.COO, p)
	c := copyOf(t, data, nil)
	for _, links := range []report.Links{nil, toThe("https://elsewhere.example.org")} {
		p.Links = links
		if changes, err := c.Against(report.PeriodOf(p)); err != nil || len(changes) > 0 {
			t.Errorf("%v: %v\n%s", links, err, told(changes))
		}
	}
}

// A report on several petitions is compared with each by itself: what was changed
// is named with its place, and a petition that has more lines by now does not
// make those after it differ.
func TestAgainstEach(t *testing.T) {
	t.Parallel()
	made := func() []*workbook.OnRecord {
		var list []*workbook.OnRecord
		for i, group := range []string{"Seed Libraries", "Bookmobiles", "Tool Lending"} {
			p := complete(12 + i)
			p.Cover.Group = group
			list = append(list, &workbook.OnRecord{Petition: p})
		}
		return list
	}
	period := report.Period{Title: "Fall 2026", From: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
		To: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Made: made()[0].Made,
		Program: made()[0].Program}
	for _, p := range made() {
		period.Petitions = append(period.Petitions, p.Petition)
	}
	_, data := write(t, workbook.COOPeriod, period)
	whole := copyOf(t, data, nil)
	if diff := cmp.Diff([]string{"Petition for Seed Libraries", "Petition for Bookmobiles",
		"Petition for Tool Lending"}, whole.Titles); diff != "" || len(whole.Changes) > 0 {
		t.Error(diff, told(whole.Changes))
	}
	if diff := cmp.Diff([]string{made()[1].Petition.Files[0].SHA256,
		made()[1].Petition.Files[1].SHA256}, whole.Files(2)); diff != "" {
		t.Error(diff)
	}
	figure := "" // the cell of the second petition's valid lines
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Summary")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for i, row := range rows {
		if len(row) > 1 && row[0] == "Valid" {
			if seen++; seen == 2 {
				figure = "B" + strconv.Itoa(i+1)
			}
		}
	}

	for _, tt := range []struct {
		name   string
		edit   func(*excelize.File) error
		record func([]*workbook.OnRecord)
		want   [3]string // "" for no change
	}{
		{name: "untouched"},
		{"pictures purged", nil, func(l []*workbook.OnRecord) { l[1].Pictures = nil }, [3]string{}},
		{"a changed figure", func(f *excelize.File) error {
			return f.SetCellInt("Summary", figure, 999)
		}, nil,
			[3]string{"", "Summary, row " + figure[1:] + `: column B says "999", on record is `,
				""}},
		{"a changed line", func(f *excelize.File) error {
			return f.SetCellStr("Signatures", "J16", "Somebody Else")
		}, nil,
			[3]string{"", `Signatures, row 16: column J says "Somebody Else", on record is "`, ""}},
		{"one has another verdict by now", nil, func(l []*workbook.OnRecord) {
			l[0].Decisions[3].Verdict, l[0].Decisions[3].Reason = verify.Valid, verify.IsMember
		}, [3]string{`Signatures, row 5: column K says "invalid", on record is "valid"`, "", ""}},
		{"one has more lines by now", nil, func(l []*workbook.OnRecord) {
			l[0].Petition = complete(14)
			l[0].Cover.Group = "Seed Libraries"
		}, [3]string{"Signatures: has 12 rows about petition 1, on record are 14", "", ""}},
		{"one is not on record", nil, func(l []*workbook.OnRecord) { l[1] = nil }, [3]string{}},
		{"one is purged", nil, func(l []*workbook.OnRecord) { purge(l[1]) }, [3]string{}},
		{"one is purged and a verdict changed", func(f *excelize.File) error {
			return f.SetCellStr("Signatures", "K16", "valid?")
		},
			func(l []*workbook.OnRecord) {
				purge(l[1])
			}, [3]string{"", `Signatures, row 16: column K says "valid?"`, ""}},
		{"a picture taken out", func(f *excelize.File) error {
			return f.DeletePicture("Signatures", "E15")
		}, nil,
			[3]string{"", "Signatures, row 15: the picture is another one, or is missing", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			record := made()
			if tt.record != nil {
				tt.record(record)
			}
			each, err := copyOf(t, data, tt.edit).AgainstEach(record)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range tt.want {
				if got := told(each[i]); want == "" && got != "" || !strings.Contains(got, want) {
					t.Errorf("petition %d:\n%s\nwant %q", i+1, got, want)
				}
			}
		})
	}
	if _, err := whole.AgainstEach(made()[:2]); err == nil || !strings.Contains(err.Error(),
		"on 3 petitions") {
		t.Errorf("two petitions for three: %v", err)
	}
}

// purge takes from a petition what a purge of its text takes.
func purge(of *workbook.OnRecord) {
	of.Purged, of.Pictures, of.Organizers, of.Findings = true, nil, nil, nil
	calls := map[string]string{}
	for i := range of.Files {
		calls[of.Files[i].Name] = "file " + strconv.Itoa(i+1)
		of.Files[i].Name = calls[of.Files[i].Name]
	}
	for i := range of.Decisions {
		d := &of.Decisions[i]
		d.Line.File, d.Line.Fields, d.Candidates, d.Because = calls[d.Line.File], nil, nil, "purged"
	}
}

// What is no workbook of this program is refused in a sentence.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	other := excelize.NewFile()
	defer other.Close()
	var foreign bytes.Buffer
	if err := other.Write(&foreign); err != nil {
		t.Fatal(err)
	}
	_, whole := write(t, workbook.COO, petition(3))
	emptied := excelize.NewFile()
	defer emptied.Close()
	if _, err := emptied.NewSheet("Provenance"); err != nil {
		t.Fatal(err)
	}
	var bare bytes.Buffer
	if err := emptied.Write(&bare); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":           {nil, "no XLSX file"},
		"a text":            {[]byte("name,number\n"), "no XLSX file"},
		"half a workbook":   {whole[:len(whole)/2], "no XLSX file"},
		"another workbook":  {foreign.Bytes(), "it has no sheet Provenance"},
		"an emptied record": {bare.Bytes(), "does not say what kind of report it is"},
	} {
		if _, err := workbook.Check(bytes.NewReader(tt.data)); err == nil ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if _, err := workbook.Check(io.LimitReader(neverEnding{}, 1000)); err == nil {
		t.Error("noise was read")
	}
}

type neverEnding struct{}

func (neverEnding) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(i * 7)
	}
	return len(b), nil
}

// No workbook makes Check panic, whichever of its parts is broken.
func FuzzCheck(f *testing.F) {
	p := complete(3)
	var whole bytes.Buffer
	if err := workbook.COO(&whole, p); err != nil {
		f.Fatal(err)
	}
	names := []string{"xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet11.xml",
		"xl/drawings/drawing2.xml", "xl/drawings/_rels/drawing2.xml.rels", "xl/styles.xml"}
	for i := range names {
		f.Add(i, 300, 10, "<row r=\"1048577\">")
		f.Add(i, 900, 4000, "")
		f.Add(i, 0, 1, "\xff")
	}
	f.Fuzz(func(t *testing.T, part, at, cut int, with string) {
		if part < 0 || at < 0 || cut < 0 {
			return
		}
		broken := names[part%len(names)]
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for name, text := range parts(t, whole.Bytes()) {
			if name == broken {
				at = min(at, len(text))
				text = text[:at] + with + text[min(at+min(cut, len(text)), len(text)):]
			}
			entry, err := w.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(entry, text); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		c, err := workbook.Check(&out)
		if err != nil {
			return
		}
		if _, err := c.Against(report.PeriodOf(p)); err != nil && c.Kind == "COO report" &&
			c.Form == 2 {
			t.Error(err)
		}
	})
}
