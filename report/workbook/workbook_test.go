package workbook_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"countersign/extract"
	"countersign/report"
	"countersign/report/workbook"
	"countersign/verify"
	"countersign/verify/roll"
)

// pictures draws the picture of a line when it is asked for: a scrawl that is
// different for every line. Those listed are missing, damaged or unreadable.
type pictures struct {
	width, height int
	missing       map[verify.Ref]bool
	damaged       map[verify.Ref]bool
	failing       map[verify.Ref]bool
}

func (p pictures) Picture(ref verify.Ref) ([]byte, error) {
	switch {
	case p.missing[ref]:
		return nil, nil
	case p.damaged[ref]:
		return []byte("not a picture"), nil
	case p.failing[ref]:
		return nil, errors.New("the picture went away")
	}
	img := image.NewGray(image.Rect(0, 0, p.width, p.height))
	for i := range img.Pix {
		img.Pix[i] = 250
	}
	random := rand.New(rand.NewPCG(uint64(ref.Page), uint64(ref.Row)))
	y := float64(p.height) / 2
	for x := range p.width {
		y += random.Float64()*4 - 2
		y = math.Max(2, math.Min(y, float64(p.height-3)))
		for d := range 3 {
			img.SetGray(x, int(y)+d, color.Gray{30})
		}
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 60})
	return out.Bytes(), err
}

// person is the nth invented member.
func person(n int) *roll.Member {
	given := []string{"Elizabeth", "Zoë", "Óscar", "Beatrix", "Ng"}[n%5]
	return &roll.Member{ID: fmt.Sprintf("%07d", 482913+n*37), Given: given, Informal: "Lizbet", Family: fmt.Sprintf("Marshgrove%d", n),
		Emails: []string{fmt.Sprintf("signer%d@example.org", n)}, Street: fmt.Sprintf("%d Quillfeather Lane", 9000+n), Company: "Thistledown Library",
		Class: "Personal", Type: "Regular", Status: "Active", PaidThru: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)}
}

// petition makes a petition of so many lines on pages of fifteen, with
// verdicts of every kind and a tally that agrees with them.
func petition(lines int) report.Petition {
	p := report.Petition{
		Cover:     extract.Cover{Group: "Seed Libraries & Gardens", Purpose: "To share what is known about lending seeds through libraries."},
		CoverFile: "packet.pdf", CoverPage: 1,
		Organizers: []report.Organizer{{Organizer: extract.Organizer{Name: "Nicolette Stubbsworth", Address: "8134 Jeffersonia Dr", Signed: extract.SignedYes}, MemberID: "7712345"}},
		Rules: verify.Rules{Title: "Membership Initiative Group", Citation: "ALA Policy Manual A.4.3.12", Threshold: 100,
			AcceptedStatuses: []string{"Active", "Grace"}, RefusedStatuses: []string{"Suspended", "Deceased"}, RefusedClasses: []string{"Organization"},
			StandingAsOf: "verified", RequiredFields: []string{"name"}, SignatureRequired: true, Duplicates: "first", OrganizersCount: true, TermYears: 3},
		Members: report.Snapshot{Name: "members.csv", SHA256: strings.Repeat("5e", 32), Rows: 58000, Members: 57320,
			AsOf: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Findings: []string{"line 17: no member number"}},
		Made:     time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC),
		Program:  "countersign 0.1.0",
		Pictures: pictures{width: 1400, height: 90},
		Tally:    verify.Tally{Required: 100, ByReason: map[verify.Reason]int{}},
	}
	file := report.File{Name: "packet.pdf", SHA256: strings.Repeat("a7", 32), Pages: []report.Page{{Number: 1, Kind: extract.CoverOf, Source: "scan"}}}
	for i := range lines {
		p.Decisions = append(p.Decisions, decision(i))
		d := &p.Decisions[i]
		page := d.Line.Page
		if len(file.Pages) < page {
			file.Pages = append(file.Pages, report.Page{Number: page, Kind: extract.Signers, Rotation: page % 2 * 180, Source: "scan"})
		}
		file.Pages[page-1].Rows++
		p.Tally.Rows++
		switch d.Verdict {
		case verify.Valid:
			p.Tally.Valid++
		case verify.Uncertain:
			p.Tally.Uncertain++
		default:
			p.Tally.Invalid++
			p.Tally.ByReason[d.Reason]++
		}
	}
	p.Files = []report.File{file, {Name: "torn.pdf", SHA256: strings.Repeat("0c", 32), Error: "page 3: the file ends too early; scan it again"}}
	return p
}

// decision is the verdict on the nth line.
func decision(n int) verify.Decision {
	m := person(n)
	d := verify.Decision{Verdict: verify.Valid, Reason: verify.IsMember, MemberID: m.ID, Probability: 0.998, Because: "The name and the number agree."}
	d.Line.Ref = verify.Ref{File: "packet.pdf", Page: 2 + n/15, Row: 1 + n%15}
	d.Line.Row = extract.Row{Number: 1 + n%15, Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{
		extract.Name: {Text: "Lizbet " + m.Family, Confidence: 0.9}, extract.MemberID: {Text: m.ID, Confidence: 0.9},
		extract.Street: {Text: m.Street, Confidence: 0.8}, extract.Email: {Text: m.Emails[0], Confidence: 0.8}}}
	d.Candidates = []verify.Candidate{{Member: m, Probability: 0.998, Because: []string{"number: equal"}}}
	reasons := report.Reasons()
	switch {
	case n%7 == 3:
		d.Verdict, d.Reason, d.Because = verify.Invalid, reasons[n/7%len(reasons)], "The line does not count."
		if d.Reason == verify.Duplicate {
			d.DuplicateOf = &verify.Ref{File: "packet.pdf", Page: 2, Row: 1}
		}
	case n%11 == 5:
		d.Verdict, d.Reason, d.Probability, d.MemberID = verify.Uncertain, verify.Ambiguous, 0.61, ""
		d.Because = "Two members fit the name, and no number is written."
	}
	return d
}

// write makes a workbook and opens it.
func write(t *testing.T, build func(io.Writer, report.Petition) error, p report.Petition) (*excelize.File, []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := build(&out, p); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, out.Bytes()
}

// rows reads a sheet as raw values.
func rows(t *testing.T, f *excelize.File, sheet string) [][]string {
	t.Helper()
	all, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The formulas, calculated anew, give the figures on record for petitions of
// every size, the empty one included.
func TestFormulasAgreeWithTheTally(t *testing.T) {
	for _, lines := range []int{0, 1, 14, 131} {
		t.Run(fmt.Sprint(lines, " lines"), func(t *testing.T) {
			p := petition(lines)
			f, _ := write(t, workbook.COO, p)
			got := map[string]int{}
			for i, row := range rows(t, f, "Summary") {
				cell := fmt.Sprintf("C%d", i+1)
				formula, err := f.GetCellFormula("Summary", cell)
				if err != nil {
					t.Fatal(err)
				}
				if formula == "" {
					continue
				}
				value, err := f.CalcCellValue("Summary", cell, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatalf("%s: %v", formula, err)
				}
				n, err := strconv.Atoi(value)
				if err != nil {
					t.Fatalf("%s gives %q", formula, value)
				}
				if row[2] != value {
					t.Errorf("%s: the workbook was saved with %s, the formula gives %s", row[0], row[2], value)
				}
				got[strings.TrimSpace(row[0])] = n
			}
			want := map[string]int{"Lines filed": lines, "Valid": p.Tally.Valid, "Invalid": p.Tally.Invalid, "Undecided": p.Tally.Uncertain,
				"Margin": p.Tally.Valid - p.Tally.Required, "Lines now shown on Signatures": lines}
			for _, r := range report.Reasons() {
				want[report.ReasonWord(r)] = p.Tally.ByReason[r]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A tally that is not that of the lines is shown to differ, whether the
// workbook is calculated anew or not.
func TestCheckCellsNoticeAWrongTally(t *testing.T) {
	right, wrong := petition(40), petition(40)
	wrong.Tally.Valid++
	for _, tt := range []struct {
		name string
		p    report.Petition
		want map[string]string
	}{
		{"right", right, map[string]string{"Valid": "agrees", "Margin": "agrees", "Invalid": "agrees", "All figures": "agrees"}},
		{"wrong", wrong, map[string]string{"Valid": "DIFFERS", "Margin": "DIFFERS", "Invalid": "agrees", "All figures": "DIFFERS"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := write(t, workbook.COO, tt.p)
			saved, calculated := map[string]string{}, map[string]string{}
			for i, row := range rows(t, f, "Summary") {
				if len(row) < 4 || tt.want[row[0]] == "" {
					continue
				}
				value, err := f.CalcCellValue("Summary", fmt.Sprintf("D%d", i+1))
				if err != nil {
					t.Fatal(err)
				}
				saved[row[0]], calculated[row[0]] = row[3], value
			}
			if diff := cmp.Diff(tt.want, saved); diff != "" {
				t.Errorf("as saved: %s", diff)
			}
			if diff := cmp.Diff(tt.want, calculated); diff != "" {
				t.Errorf("calculated: %s", diff)
			}
		})
	}
}

// Every line is on the Signatures sheet with where it stands, what is written,
// whom it was matched to and its picture.
func TestEveryLineCanBeTraced(t *testing.T) {
	p := petition(47)
	f, _ := write(t, workbook.COO, p)
	table := rows(t, f, "Signatures")
	if got, want := len(table), len(p.Decisions)+1; got != want {
		t.Fatalf("%d rows, want %d", got, want)
	}
	for i, d := range p.Decisions {
		row := table[i+1]
		how := map[verify.Verdict]string{verify.Uncertain: "needs a person"}[d.Verdict]
		if how == "" {
			how = "by the program"
		}
		m := d.Candidates[0].Member
		want := []string{d.Line.File, fmt.Sprint(d.Line.Page), fmt.Sprint(d.Line.Ref.Row), "", d.Line.Fields[extract.Name].Text,
			d.Line.Fields[extract.MemberID].Text, m.Street + "; " + m.Emails[0], string(d.Line.Signed), m.ID,
			m.Given + " (Lizbet) " + m.Family, "Active, Personal, Regular, paid through 2027-03-31", fmt.Sprint(d.Probability),
			string(d.Verdict), report.ReasonWord(d.Reason), how, "", d.Because}
		if diff := cmp.Diff(want, row); diff != "" {
			t.Errorf("line %d: %s", i+1, diff)
		}
		cell := fmt.Sprintf("D%d", i+2)
		found, err := f.GetPictures("Signatures", cell)
		if err != nil {
			t.Fatal(err)
		}
		drawn, _ := p.Pictures.Picture(d.Line.Ref)
		if len(found) != 1 || !bytes.Equal(found[0].File, drawn) {
			t.Errorf("%s: not the one picture of its line", cell)
		}
	}
}

// A line that needs a person is told from the others without colour: by a mark
// before the word and by a thick edge.
func TestUndecidedLinesAreMarkedWithoutColour(t *testing.T) {
	p := petition(12)
	f, _ := write(t, workbook.COO, p)
	for i, d := range p.Decisions {
		shown, err := f.GetCellValue("Signatures", fmt.Sprintf("M%d", i+2))
		if err != nil {
			t.Fatal(err)
		}
		want := map[verify.Verdict]string{verify.Valid: "valid", verify.Invalid: "× invalid", verify.Uncertain: "► uncertain"}[d.Verdict]
		if shown != want {
			t.Errorf("line %d is shown as %q, want %q", i+1, shown, want)
		}
		id, err := f.GetCellStyle("Signatures", fmt.Sprintf("A%d", i+2))
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		thick := false
		for _, b := range style.Border {
			thick = thick || b.Type == "left" && b.Style == 5
		}
		if thick != (d.Verdict == verify.Uncertain) {
			t.Errorf("line %d, %s: thick edge %v", i+1, d.Verdict, thick)
		}
	}
}

// What was read on a sheet is text and nothing else, whatever it begins with.
func TestDataNeverBecomesAFormula(t *testing.T) {
	for _, tt := range []struct{ read, want string }{
		{`=HYPERLINK("http://example.org","x")`, `=HYPERLINK("http://example.org","x")`},
		{"=1+1", "=1+1"},
		{"+1", "+1"},
		{"-1+cmd|' /C calc'!A0", "-1+cmd|' /C calc'!A0"},
		{"@SUM(A1)", "@SUM(A1)"},
		{"0482913", "0482913"},
		{"1E5", "1E5"},
		{"TRUE", "TRUE"},
		{"Ann\x00 \x0bMarsh\x1f\ufffe", "Ann Marsh"},
		{"<b>&amp;</b>", "<b>&amp;</b>"},
		{"_x0041_", "_x0041_"},
		{"caf\xe9", "caf"},
	} {
		t.Run(tt.read, func(t *testing.T) {
			p := petition(4)
			d := &p.Decisions[0]
			for _, field := range []extract.Field{extract.Name, extract.MemberID, extract.Institution} {
				d.Line.Fields[field] = extract.Reading{Text: tt.read}
			}
			d.Because = tt.read
			d.Candidates[0].Member.Family = tt.read
			p.Cover = extract.Cover{Group: tt.read, Purpose: tt.read}
			p.Organizers[0].Name, p.Organizers[0].Address = tt.read, tt.read
			p.Files[0].Pages[0].Notes = []string{tt.read}
			p.Members.Findings = []string{tt.read}
			f, _ := write(t, workbook.COO, p)
			for _, cell := range []string{"E2", "F2", "Q2"} {
				if got, err := f.GetCellValue("Signatures", cell); err != nil || got != tt.want {
					t.Errorf("%s holds %q, %v; want %q", cell, got, err, tt.want)
				}
				if kind, err := f.GetCellType("Signatures", cell); err != nil || kind != excelize.CellTypeInlineString {
					t.Errorf("%s is of type %v, %v; want text", cell, kind, err)
				}
			}
			for _, sheet := range f.GetSheetList() {
				for i, row := range rows(t, f, sheet) {
					for j := range row {
						cell, _ := excelize.CoordinatesToCellName(j+1, i+1)
						formula, err := f.GetCellFormula(sheet, cell)
						if err != nil {
							t.Fatal(err)
						}
						ours := sheet == "Summary" && (j == 2 || j == 3)
						if formula != "" && !ours {
							t.Errorf("%s!%s is the formula %s", sheet, cell, formula)
						}
					}
				}
			}
		})
	}
}

// A line without a picture says so and keeps everything else.
func TestMissingPictures(t *testing.T) {
	p := petition(5)
	ref := func(i int) map[verify.Ref]bool { return map[verify.Ref]bool{p.Decisions[i].Line.Ref: true} }
	p.Pictures = pictures{width: 1400, height: 90, missing: ref(0), damaged: ref(1), failing: ref(2)}
	f, _ := write(t, workbook.COO, p)
	var got []string
	for _, row := range rows(t, f, "Signatures")[1:] {
		got = append(got, row[3])
	}
	want := []string{"no picture", "the picture is damaged", "the picture could not be read", "", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	p.Pictures = nil
	f, _ = write(t, workbook.COO, p)
	if got := rows(t, f, "Signatures")[5][3]; got != "no picture" {
		t.Errorf("without any pictures the cell says %q", got)
	}
}

// Pictures of any shape keep it, stay inside their own cell and move and are
// sized with it.
func TestPicturesKeepTheirShape(t *testing.T) {
	anchors := regexp.MustCompile(`<xdr:twoCellAnchor editAs="(\w+)"><xdr:from><xdr:col>(\d+)</xdr:col><xdr:colOff>(\d+)</xdr:colOff><xdr:row>(\d+)</xdr:row><xdr:rowOff>(\d+)</xdr:rowOff></xdr:from>` +
		`<xdr:to><xdr:col>(\d+)</xdr:col><xdr:colOff>(\d+)</xdr:colOff><xdr:row>(\d+)</xdr:row><xdr:rowOff>(\d+)</xdr:rowOff></xdr:to>`)
	for _, tt := range []struct{ width, height int }{{1400, 90}, {2550, 140}, {1200, 400}, {80, 30}, {300, 1200}, {2000, 20}} {
		t.Run(fmt.Sprintf("%dx%d", tt.width, tt.height), func(t *testing.T) {
			p := petition(3)
			p.Pictures = pictures{width: tt.width, height: tt.height}
			_, data := write(t, workbook.COO, p)
			found := anchors.FindAllStringSubmatch(part(t, data, "xl/drawings/drawing1.xml"), -1)
			if len(found) != len(p.Decisions) {
				t.Fatalf("%d pictures, want %d", len(found), len(p.Decisions))
			}
			for i, m := range found {
				n := make([]float64, len(m))
				for j := 2; j < len(m); j++ {
					n[j], _ = strconv.ParseFloat(m[j], 64)
				}
				if m[1] != "twoCell" || n[2] != 3 || n[6] != 3 || n[4] != float64(i+1) || n[8] != float64(i+1) {
					t.Errorf("picture %d is not in its cell: %v", i, m[1:])
				}
				const pixel = 9525
				w, h := (n[7]-n[3])/pixel, (n[9]-n[5])/pixel
				if exact := w * float64(tt.height) / float64(tt.width); math.Abs(h-exact) > 1 {
					t.Errorf("shown %gx%g, its height should be %.1f", w, h, exact)
				}
			}
		})
	}
}

// The Council's workbook holds nothing of any signer.
func TestCouncilHoldsNoSigner(t *testing.T) {
	p := petition(60)
	p.Files[0].Name = "Marshgrove7-signed.pdf"
	p.Files[0].Pages[1].Notes = []string{"the heading was read as Lizbet"}
	_, data := write(t, workbook.Council, p)
	secrets := []string{"Lizbet", "Marshgrove", "Quillfeather", "Thistledown", "example.org", "Stubbsworth", "Jeffersonia", "7712345"}
	for i, d := range p.Decisions {
		m := d.Candidates[0].Member
		secrets = append(secrets, m.ID, m.Family, m.Street, m.Emails[0], p.Decisions[i].Line.Fields[extract.Name].Text)
	}
	all := parts(t, data)
	for name, text := range all {
		if strings.Contains(name, "media") || strings.Contains(name, "drawing") {
			t.Errorf("it holds the picture %s", name)
		}
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s holds %q", name, s)
			}
		}
	}
	// Searching must be able to find something.
	_, coo := write(t, workbook.COO, p)
	everything := ""
	for _, text := range parts(t, coo) {
		everything += text
	}
	for _, s := range secrets {
		if s != "Thistledown" && !strings.Contains(everything, s) {
			t.Errorf("the COO's workbook lacks %q, so this test would not notice it", s)
		}
	}
}

// The Council's workbook gives the counts and the purpose.
func TestCouncilGivesTheCounts(t *testing.T) {
	p := petition(131)
	f, _ := write(t, workbook.Council, p)
	got := map[string]string{}
	for _, sheet := range []string{"Action pending", "Statistics"} {
		for _, row := range rows(t, f, sheet) {
			if len(row) > 1 {
				got[strings.TrimSpace(row[0])] = row[1]
			}
		}
	}
	for key, want := range map[string]string{
		"Group": p.Cover.Group, "Purpose": p.Cover.Purpose, "Valid of required": fmt.Sprintf("%d of 100", p.Tally.Valid),
		"Outcome of verification": report.Outcome(p.Tally), "Lines filed": "131", "Undecided": fmt.Sprint(p.Tally.Uncertain), "Files": "2",
	} {
		if got[key] != want {
			t.Errorf("%s: %q, want %q", key, got[key], want)
		}
	}
}

// The same petition gives the same bytes.
func TestSameBytesForTheSamePetition(t *testing.T) {
	for name, build := range map[string]func(io.Writer, report.Petition) error{"coo": workbook.COO, "council": workbook.Council} {
		_, first := write(t, build, petition(20))
		for range 4 {
			if _, again := write(t, build, petition(20)); !bytes.Equal(first, again) {
				t.Errorf("%s: two workbooks of one petition differ", name)
			}
		}
		_, other := write(t, build, petition(21))
		if bytes.Equal(first, other) {
			t.Errorf("%s: workbooks of two petitions are equal", name)
		}
	}
}

// Texts of any length fit into a workbook that can be opened.
func TestLongTexts(t *testing.T) {
	long := strings.Repeat("seed library & garden ", 3000)
	p := petition(2)
	p.Cover = extract.Cover{Group: long, Purpose: long}
	p.Files[0].Pages[0].Notes = []string{long}
	p.Members.Findings = []string{long, long}
	p.Decisions[0].Because = long
	p.Decisions[0].Line.Fields[extract.Name] = extract.Reading{Text: strings.Repeat("x", 400)}
	f, _ := write(t, workbook.COO, p)
	height, err := f.GetRowHeight("Signatures", 2)
	if err != nil || height != excelize.MaxRowHeight {
		t.Errorf("the row is %g points high, %v", height, err)
	}
	cell, err := f.GetCellValue("Organizers and purpose", "B3")
	if err != nil || !strings.HasPrefix(long, cell) || len(cell) != excelize.TotalCellChars {
		t.Errorf("the purpose holds %d characters, %v", len(cell), err)
	}
	write(t, workbook.Council, p)
}

// Excel calls a workbook damaged whose columns are described out of order,
// though other programs read it.
func TestColumnsRise(t *testing.T) {
	column := regexp.MustCompile(`<col min="(\d+)"`)
	for name, build := range map[string]func(io.Writer, report.Petition) error{"coo": workbook.COO, "council": workbook.Council} {
		_, data := write(t, build, petition(3))
		for file, text := range parts(t, data) {
			if !strings.HasPrefix(file, "xl/worksheets/sheet") {
				continue
			}
			found := column.FindAllStringSubmatch(text, -1)
			if len(found) < 2 {
				t.Errorf("%s, %s: %d columns have a width", name, file, len(found))
			}
			for i, m := range found {
				if m[1] != strconv.Itoa(i+1) {
					t.Errorf("%s, %s: column %s stands at place %d", name, file, m[1], i+1)
				}
			}
		}
	}
}

// Printed pages repeat the headings, lie on their side and are one page wide;
// on screen the headings stay and can filter.
func TestSignaturesAreSetForScreenAndPaper(t *testing.T) {
	f, data := write(t, workbook.COO, petition(9))
	page, err := f.GetPageLayout("Signatures")
	if err != nil {
		t.Fatal(err)
	}
	if *page.Orientation != "landscape" || *page.FitToWidth != 1 || *page.FitToHeight != 0 {
		t.Errorf("set on paper as %s, %d wide, %d high", *page.Orientation, *page.FitToWidth, *page.FitToHeight)
	}
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		names[n.Scope+" "+n.Name] = n.RefersTo
	}
	if got := names["Signatures _xlnm.Print_Titles"]; got != "'Signatures'!$1:$1" {
		t.Errorf("printed pages repeat %q", got)
	}
	panes, err := f.GetPanes("Signatures")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if xml := part(t, data, "xl/worksheets/sheet2.xml"); !strings.Contains(xml, `<autoFilter ref="$A$1:$Q$10"`) {
		t.Error("no filter over all lines and columns")
	}
}

// Duplicates stand beside the line that counts.
func TestDuplicatesNameTheLineThatCounts(t *testing.T) {
	p := petition(120)
	f, _ := write(t, workbook.COO, p)
	var got, want [][]string
	for _, row := range rows(t, f, "Duplicates")[2:] {
		got = append(got, []string{row[0], row[1], row[2], row[6], row[7], row[8], row[9], row[10]})
	}
	for _, d := range p.Decisions {
		if d.Reason == verify.Duplicate {
			want = append(want, []string{d.Line.File, fmt.Sprint(d.Line.Page), fmt.Sprint(d.Line.Ref.Row), "packet.pdf", "2", "1", "Lizbet Marshgrove0", "valid"})
		}
	}
	if len(want) == 0 {
		t.Fatal("the petition has no duplicates to look for")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for cell, want := range map[string]string{"C3": "'Signatures'!A", "I3": "'Signatures'!A2"} {
		if found, to, err := f.GetCellHyperLink("Duplicates", cell); err != nil || !found || !strings.HasPrefix(to, want) {
			t.Errorf("%s leads to %q, %v", cell, to, err)
		}
	}
}

// Both files appear whole under their names, for their owner only; a failure
// leaves what was there, and nothing beside it.
func TestWriteFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	paths, err := workbook.WriteFiles(dir, petition(3))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, workbook.COOFile), filepath.Join(dir, workbook.CouncilFile)}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
	for _, path := range paths {
		f, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
	}

	taken := t.TempDir()
	if err := os.MkdirAll(filepath.Join(taken, workbook.COOFile, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := workbook.WriteFiles(taken, petition(1)); err == nil || !strings.Contains(err.Error(), workbook.COOFile) {
		t.Errorf("a folder in the place of the workbook: %v", err)
	}
	left, err := os.ReadDir(taken)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A writer that fails is an error, not half a workbook taken for a whole one.
func TestWriterThatFails(t *testing.T) {
	for _, room := range []int{0, 100, 5000} {
		if err := workbook.COO(&full{room}, petition(10)); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
}

var errFull = errors.New("disk full")

type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.room {
		return f.room, errFull
	}
	f.room -= len(b)
	return len(b), nil
}

// parts unzips a workbook.
func parts(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
	}
	return all
}

func part(t *testing.T, data []byte, name string) string {
	t.Helper()
	text, ok := parts(t, data)[name]
	if !ok {
		t.Fatalf("the workbook lacks %s", name)
	}
	return text
}

func BenchmarkCOO(b *testing.B) {
	for _, lines := range []int{150, 5000} {
		b.Run(fmt.Sprint(lines, " lines"), func(b *testing.B) {
			p := petition(lines)
			drawn := ready{}
			for _, d := range p.Decisions {
				drawn[d.Line.Ref], _ = p.Pictures.Picture(d.Line.Ref)
			}
			p.Pictures = drawn
			b.ReportAllocs()
			for b.Loop() {
				var n counter
				if err := workbook.COO(&n, p); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n)/1e6, "MB-file")
			}
		})
	}
}

// ready is pictures that are drawn already.
type ready map[verify.Ref][]byte

func (r ready) Picture(ref verify.Ref) ([]byte, error) { return r[ref], nil }

type counter int

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }
