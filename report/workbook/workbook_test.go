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
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
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
	return &roll.Member{ID: fmt.Sprintf("%07d", 482913+n*37), Given: given, Informal: "Lizbet",
		Family: fmt.Sprintf("Marshgrove%d", n),
		Emails: []string{fmt.Sprintf("signer%d@example.org", n)},
		Street: fmt.Sprintf("%d Quillfeather Lane", 9000+n), Company: "Thistledown Library",
		Class: "Personal", Type: "Regular", Status: "Active", PaidThru: time.Date(2027, 3, 31, 0, 0,
			0, 0, time.UTC)}
}

// petition makes a petition of so many lines on pages of fifteen, with
// verdicts of every kind and a tally that agrees with them.
func petition(lines int) report.Petition {
	p := report.Petition{
		Cover: extract.Cover{Group: "Seed Libraries & Gardens",
			Purpose: "To share what is known about lending seeds through libraries."},
		CoverFile: "packet.pdf", CoverPage: 1,
		Organizers: []report.Organizer{{Organizer: extract.Organizer{Name: "Nicolette Stubbsworth",
			Address: "8134 Jeffersonia Dr", Signed: extract.SignedYes}, MemberID: "7712345"}},
		Rules: verify.Rules{Title: "Membership Initiative Group",
			Citation: "ALA Policy Manual A.4.3.12", Threshold: 100,
			AcceptedStatuses: []string{"Active", "Grace"}, RefusedStatuses: []string{"Suspended",
				"Deceased"}, RefusedClasses: []string{"Organization"},
			StandingAsOf: "verified", RequiredFields: []string{"name"}, SignatureRequired: true,
			Duplicates: "first", OrganizersCount: true, TermYears: 3},
		Members: report.Snapshot{Name: "members.csv", SHA256: strings.Repeat("5e", 32), Rows: 58000,
			Members:  57320,
			AsOf:     time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
			Findings: []string{"line 17: no member number"}},
		Made:     time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC),
		Program:  "countersign 0.1.0",
		Pictures: pictures{width: 1400, height: 90},
		Tally:    verify.Tally{Required: 100, ByReason: map[verify.Reason]int{}},
	}
	file := report.File{Name: "packet.pdf", SHA256: strings.Repeat("a7", 32),
		Pages: []report.Page{{Number: 1, Kind: extract.CoverOf, Source: "scan"}}}
	for i := range lines {
		p.Decisions = append(p.Decisions, decision(i))
		d := &p.Decisions[i]
		page := d.Line.Page
		if len(file.Pages) < page {
			file.Pages = append(file.Pages, report.Page{Number: page, Kind: extract.Signers,
				Rotation: page % 2 * 180, Source: "scan"})
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
	t := &p.Tally
	t.Outlook = verify.Outlook{Guaranteed: t.Valid, Expected: float64(t.Valid) +
		0.6*float64(t.Uncertain), Possible: t.Valid + t.Uncertain, Enough: 0.4}
	t.Looks = map[verify.Look]int{verify.Choose: t.Uncertain}
	p.Files = []report.File{file, {Name: "torn.pdf", SHA256: strings.Repeat("0c", 32),
		Error: "page 3: the file ends too early; scan it again"}}
	return p
}

// complete is petition with all that is known of one which was kept over
// weeks: who looked, what was certified and decided, what is due.
func complete(lines int) report.Petition {
	p := petition(lines)
	day := func(month time.Month, day int) time.Time {
		return time.Date(2026, month, day, 14, 20, 0, 0, time.UTC)
	}
	place, _ := pictures{width: 600, height: 80}.Picture(verify.Ref{Page: 1})
	p.Files[0].Pages[0].Open = []report.OpenPoint{
		{Text: "Handwriting below the table was not filed as a line.", Picture: place},
		{Text: "Handwriting beside the table was not filed as a line.", Settled: "not counted",
			Note: "a greeting", By: "Amara Chen", At: day(11, 3)},
	}
	p.Received, p.State, p.RuleVersion = day(10, 12), "on the COO agenda", "mig.yaml, "+
		strings.Repeat("4d", 32)
	p.Overlap = report.Overlap{Note: "The units see no overlap.", Consulted: []report.Consulted{
		{Unit: "Public Library Association", On: day(10, 20),
			Answer: "No objection; its committee on programs does not cover seeds."},
		{Unit: "Sustainability Round Table", On: day(10, 22), Answer: "Welcomes the group."}}}
	for i := range p.Decisions {
		d := &p.Decisions[i]
		by := []string{"Amara Chen", "Benedict Ortiz"}[i%2]
		switch {
		case d.Verdict == verify.Uncertain:
			d.Needs = verify.NeedsChair
			p.Findings = append(p.Findings, report.Finding{Line: d.Line.Ref, At: day(11, 2+i%20),
				By: by, Found: "flag", Note: "Two members of one name in one town."})
		case i%9 == 4 && d.Verdict == verify.Valid:
			d.By, d.At = []string{by}, day(11, 3+i%20)
			p.Findings = append(p.Findings, report.Finding{Line: d.Line.Ref, At: day(11, 2+i%20),
				By: by, Found: "nobody", Undone: true},
				report.Finding{Line: d.Line.Ref, At: d.At, By: by, Found: "accept",
					MemberID: d.MemberID, Note: "The address agrees."})
		case i%9 == 5 && d.Verdict == verify.Valid:
			d.By, d.At, d.Overridden = []string{"Odile Grant"}, day(11, 2+i%20), true
			p.Findings = append(p.Findings, report.Finding{Line: d.Line.Ref, At: d.At,
				By: "Odile Grant", Found: "override", MemberID: d.MemberID,
				Note: "Paid on the day, says Member Services."})
		}
	}
	p.Quality = &report.Quality{KnownAccepted: report.Measure{Wrong: 0, Of: 40},
		KnownRejected: report.Measure{Wrong: 1, Of: 60},
		AgainAccepted: report.Measure{Wrong: 1, Of: 120}}
	p.Deadlines = []report.Deadline{
		{Due: day(10, 19), What: "Acknowledge receipt, with a copy to Member Programs and Services",
			Who: "COO chair", Done: day(10, 15)},
		{Due: day(11, 9), What: "Ask the Executive Director for a contact at Headquarters",
			Who: "COO chair", Note: "asked by telephone"},
		{Due: day(12, 18), What: "Report to Council", Who: "COO chair"}}
	p.Certificate = &report.Certificate{ID: "tally-2", By: "Odile Grant", At: day(11, 20),
		Supersedes: "tally-1", Reason: "a late sheet was handed in"}
	p.Action = &report.Action{What: "approved", Date: day(11, 21), Vote: "7-0-1", Effective: day(12,
		1), TermEnd: time.Date(2029, 11, 30, 0, 0, 0, 0, time.UTC),
		Rationale: "The concern falls outside the responsibility of any one unit."}
	p.Audit = report.Audit{Entries: 4821, Head: strings.Repeat("9b", 32)}
	p.Organizers[0].ConfirmedBy, p.Organizers[0].ConfirmedAt = "Amara Chen", day(10, 13)
	p.Links = links{}
	return p
}

// links are the addresses of a service.
type links struct{}

func (links) Line(r verify.Ref) string {
	return fmt.Sprintf("https://petitions.example.org/line/%d/%d", r.Page, r.Row)
}
func (links) Page(file string, page int) string {
	return fmt.Sprintf("https://petitions.example.org/page/%d?a=1&b=2", page)
}

// council is a report to Council with all of its parts.
func council() report.Council {
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	pending := petition(60)
	pending.Cover.Group = "Zines in Libraries"
	c := report.CouncilOf(complete(131), pending)
	c.Document, c.Year, c.Conference, c.Date = "CD#27.1", "2026-2027",
		"Council online, winter meeting", day(2027, 1, 25)
	c.From, c.To = day(2026, 7, 1), day(2026, 12, 31)
	c.Actions = append(c.Actions, report.Action{Group: "Games and Gaming", What: "renewed",
		Information: true, Date: day(2026, 11, 21), Vote: "8-0-0",
		Effective: day(2027, 1, 1), TermEnd: day(2029, 12, 31), Valid: 112, Required: 100,
		Rationale: "Second renewal."},
		report.Action{Group: "Microform Futures", What: "disbanded on request", Information: true,
			Date: day(2026, 11, 21), Vote: "8-0-0", Effective: day(2026, 12, 31)})
	c.Groups = []report.Group{
		{Name: "Games and Gaming", Former: []string{"Board Games in Libraries", "Play"},
			Purpose: "To exchange what libraries learn from lending and playing games.",
			State:   "active",
			Term:    3, TermStart: day(2027, 1, 1), TermEnd: day(2029, 12, 31),
			Liaisons: []string{"Priya Raman", "Tom Ashdown"},
			Link:     "https://games.example.org/?a=1&b=2"},
		{Name: "Microform Futures", Purpose: "To keep microform readable.", State: "disbanded",
			Term: 1, TermStart: day(2024, 1, 1), TermEnd: day(2026, 12, 31)}}
	c.Annual = []report.AnnualReport{
		{Group: "Games and Gaming", Year: "2026", Due: day(2026, 8, 1), Received: day(2026, 7, 20)},
		{Group: "Microform Futures", Year: "2026", Due: day(2026, 8, 1),
			Note: "reminded on September 1"},
		{Group: "Games and Gaming", Year: "2027", Due: day(2027, 8, 1)}}
	c.Corrections = []report.Correction{{Document: "CD#27 (2025-2026)", Date: day(2026, 6, 28),
		Text: "The term of Games and Gaming ends on December 31, 2026, not 2025."}}
	return c
}

// decision is the verdict on the nth line.
func decision(n int) verify.Decision {
	m := person(n)
	d := verify.Decision{Verdict: verify.Valid, Reason: verify.IsMember, MemberID: m.ID,
		Probability: 0.998, Because: "The name and the number agree."}
	d.Line.Ref = verify.Ref{File: "packet.pdf", Page: 2 + n/15, Row: 1 + n%15}
	d.Line.Row = extract.Row{Number: 1 + n%15, Signed: extract.SignedYes,
		Fields: map[extract.Field]extract.Reading{
			extract.Name: {Text: "Lizbet " + m.Family, Confidence: 0.9},
			extract.MemberID: {Text: m.ID,
				Confidence: 0.9},
			extract.Street: {Text: m.Street, Confidence: 0.8}, extract.Email: {Text: m.Emails[0],
				Confidence: 0.8}}}
	d.Candidates = []verify.Candidate{{Member: m, Probability: 0.998,
		Because: []string{"number: equal"}}}
	reasons := report.Reasons()
	switch {
	case n%7 == 3:
		d.Verdict, d.Reason, d.Because = verify.Invalid, reasons[n/7%len(reasons)],
			"The line does not count."
		if d.Reason == verify.Duplicate {
			d.DuplicateOf = &verify.Ref{File: "packet.pdf", Page: 2, Row: 1}
		}
	case n%11 == 5:
		d.Verdict, d.Reason, d.Probability, d.MemberID = verify.Uncertain, verify.Ambiguous, 0.61,
			""
		d.Because = "Two members fit the name, and no number is written."
	}
	return d
}

// write makes a workbook and opens it.
func write[T any](t *testing.T, build func(io.Writer, T) error, p T) (*excelize.File, []byte) {
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
// every size, the empty one included, and every formula gives what the
// workbook was saved with.
func TestFormulasAgreeWithTheTally(t *testing.T) {
	t.Parallel()
	for _, lines := range []int{0, 1, 14, 131} {
		t.Run(fmt.Sprint(lines, " lines"), func(t *testing.T) {
			p := complete(lines)
			f, _ := write(t, workbook.COO, p)
			saved, calculated := calculate(t, f, "Summary")
			if diff := cmp.Diff(saved, calculated); diff != "" {
				t.Errorf("-saved +calculated\n%s", diff)
			}
			got := map[string]int{}
			for i, row := range rows(t, f, "Summary") {
				value, ok := calculated[fmt.Sprintf("C%d", i+1)]
				if !ok || strings.ContainsAny(row[0], "✓×►") {
					continue
				}
				n, err := strconv.Atoi(value)
				if err != nil {
					t.Fatalf("%s gives %q", row[0], value)
				}
				got[strings.TrimSpace(row[0])] = n
			}
			want := map[string]int{"Lines filed": lines, "Valid": p.Tally.Valid,
				"Invalid": p.Tally.Invalid, "Undecided": p.Tally.Uncertain,
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

// calculate gives the values of all formulas of a sheet, as saved and as they
// are calculated.
func calculate(t *testing.T, f *excelize.File, sheet string) (saved, calculated map[string]string) {
	t.Helper()
	saved, calculated = map[string]string{}, map[string]string{}
	for i, row := range rows(t, f, sheet) {
		for j := range row {
			cell, _ := excelize.CoordinatesToCellName(j+1, i+1)
			formula, err := f.GetCellFormula(sheet, cell)
			if err != nil {
				t.Fatal(err)
			}
			if formula == "" {
				continue
			}
			value, err := f.CalcCellValue(sheet, cell, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatalf("%s: %v", formula, err)
			}
			if f, err := strconv.ParseFloat(value, 64); err == nil {
				value = strconv.FormatFloat(math.Round(f*1e9)/1e9, 'f', -1, 64)
			}
			saved[cell], calculated[cell] = row[j], value
		}
	}
	return saved, calculated
}

// A period of several petitions is one workbook: each petition has its
// figures, which count its own lines only, and its number on every table.
func TestPeriod(t *testing.T) {
	t.Parallel()
	one, two, empty := complete(40), petition(25), petition(0)
	two.Cover.Group, empty.Cover.Group = "Zines in Libraries", "Nobody Signed"
	period := report.Period{Title: "Fall 2026", From: one.Received, To: one.Made,
		Petitions: []report.Petition{one, two, empty}, Made: one.Made, Program: one.Program}
	f, _ := write(t, workbook.COOPeriod, period)
	saved, calculated := calculate(t, f, "Summary")
	if diff := cmp.Diff(saved, calculated); diff != "" {
		t.Errorf("-saved +calculated\n%s", diff)
	}
	var valid []string
	agree := 0
	for _, row := range rows(t, f, "Summary") {
		if len(row) > 3 && row[0] == "Valid" {
			valid = append(valid, row[1], row[2])
		}
		if len(row) > 3 && strings.HasPrefix(row[0], "All figures") && row[3] == "agrees" {
			agree++
		}
	}
	want := []string{fmt.Sprint(one.Tally.Valid), fmt.Sprint(one.Tally.Valid),
		fmt.Sprint(two.Tally.Valid), fmt.Sprint(two.Tally.Valid), "0", "0"}
	if diff := cmp.Diff(want, valid); diff != "" || agree != 4 {
		t.Errorf("%d agree; valid lines: %s", agree, diff)
	}
	numbers := map[string]int{}
	for _, row := range rows(t, f, "Signatures")[1:] {
		numbers[row[0]]++
	}
	if diff := cmp.Diff(map[string]int{"1": 40, "2": 25}, numbers); diff != "" {
		t.Error(diff)
	}
	if found, to, err := f.GetCellHyperLink("Signatures", "C42"); err != nil || !found ||
		!strings.HasPrefix(to, "'Sheets'!A") {
		t.Errorf("the first line of the second petition leads to %q, %v", to, err)
	}
	f, _ = write(t, workbook.COOPeriod, report.Period{Title: "Spring 2027", Made: one.Made,
		Program: one.Program})
	for _, sheet := range f.GetSheetList() {
		if all := rows(t, f, sheet); len(all) < 3 && !strings.HasSuffix(all[len(all)-1][0], ".") {
			t.Errorf("%s of a period without a petition says nothing", sheet)
		}
	}
}

// A tally that is not that of the lines is shown to differ, whether the
// workbook is calculated anew or not.
func TestCheckCellsNoticeAWrongTally(t *testing.T) {
	t.Parallel()
	right, wrong := petition(40), petition(40)
	wrong.Tally.Valid++
	for _, tt := range []struct {
		name string
		p    report.Petition
		want map[string]string
	}{
		{"right", right, map[string]string{"Valid": "agrees", "Margin": "agrees",
			"Invalid": "agrees", "All figures": "agrees"}},
		{"wrong", wrong, map[string]string{"Valid": "DIFFERS", "Margin": "DIFFERS",
			"Invalid": "agrees", "All figures": "DIFFERS"}},
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
// whom it was matched to, who decided and its picture.
func TestEveryLineCanBeTraced(t *testing.T) {
	t.Parallel()
	p := complete(47)
	f, data := write(t, workbook.COO, p)
	table := rows(t, f, "Signatures")
	if got, want := len(table), len(p.Decisions)+1; got != want {
		t.Fatalf("%d rows, want %d", got, want)
	}
	prints, drawn := map[string]bool{}, map[string]bool{}
	for i, d := range p.Decisions {
		row := table[i+1]
		how, by := "by the program", strings.Join(d.By, ", ")
		switch {
		case d.Verdict == verify.Uncertain:
			how = "needs the chair"
		case d.Overridden:
			how = "by override"
		case by != "":
			how = "by a person"
		}
		m := d.Candidates[0].Member
		want := []string{d.Line.File, fmt.Sprint(d.Line.Page), fmt.Sprint(d.Line.Ref.Row), "",
			d.Line.Fields[extract.Name].Text,
			d.Line.Fields[extract.MemberID].Text, string(d.Line.Signed), m.ID,
			m.Given + " (Lizbet) " + m.Family, string(d.Verdict), report.ReasonWord(d.Reason),
			d.Because, m.Street + "; " + m.Emails[0],
			"Active, Personal, Regular, paid through 2027-03-31", fmt.Sprint(d.Probability), how,
			by}
		if diff := cmp.Diff(want, row[:17]); diff != "" {
			t.Errorf("line %d: %s", i+1, diff)
		}
		if (row[17] == "") != (by == "") || len(row[18]) != 12 || prints[row[18]] {
			t.Errorf("line %d: when and fingerprint are %q", i+1, row[17:])
		}
		prints[row[18]] = true
		cell := fmt.Sprintf("D%d", i+2)
		found, err := f.GetPictures("Signatures", cell)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 || drawn[string(found[0].File)] {
			t.Errorf("%s: not the one picture of its line", cell)
			continue
		}
		drawn[string(found[0].File)] = true
	}
	if changes, err := copyOf(t, data, nil).Against(report.PeriodOf(p)); err != nil ||
		len(changes) > 0 {
		t.Errorf("pictures are others than those kept: %v\n%s", err, told(changes))
	}
	if n := strings.Count(part(t, data, "xl/drawings/drawing2.xml"), "hlinkClick"); n != len(
		p.Decisions) {
		t.Errorf("%d of %d pictures open their line in the program", n, len(p.Decisions))
	}
}

// From a figure to the lines behind it, from there to the line, from the line
// to its page and to what people found: each one click.
func TestEvidenceInTwoClicks(t *testing.T) {
	t.Parallel()
	p := complete(131)
	f, _ := write(t, workbook.COO, p)
	follow := func(sheet, cell string) (string, int) {
		t.Helper()
		found, to, err := f.GetCellHyperLink(sheet, cell)
		if err != nil || !found {
			t.Fatalf("%s!%s leads nowhere: %v", sheet, cell, err)
		}
		m := regexp.MustCompile(`^'(.+)'!A(\d+)$`).FindStringSubmatch(to)
		if m == nil {
			t.Fatalf("%s!%s leads to %s", sheet, cell, to)
		}
		row, _ := strconv.Atoi(m[2])
		return m[1], row
	}
	for i, row := range rows(t, f, "Summary") {
		label := ""
		if len(row) > 1 {
			label = strings.TrimSpace(row[0])
		}
		verdict := map[string]string{"Valid": "valid", "Invalid": "invalid",
			"Undecided": "uncertain"}[label]
		reason := ""
		if slices.ContainsFunc(report.Reasons(), func(r verify.Reason) bool {
			return report.ReasonWord(r) == label
		}) {
			verdict, reason = "invalid", label
		}
		if verdict == "" || row[1] == "0" {
			continue
		}
		n, _ := strconv.Atoi(row[1])
		sheet, first := follow("Summary", fmt.Sprintf("B%d", i+1))
		for at := first; at < first+n; at++ {
			to, line := follow(sheet, fmt.Sprintf("E%d", at))
			got, _ := f.GetCellValue(to, fmt.Sprintf("J%d", line),
				excelize.Options{RawCellValue: true})
			why, _ := f.GetCellValue(to, fmt.Sprintf("K%d", line))
			if to != "Signatures" || got != verdict || reason != "" && why != reason {
				t.Errorf("%s, %d. line: %s row %d is %s, %s", label, at-first+1, to, line, got, why)
			}
		}
	}
	looked := map[verify.Ref]bool{}
	for _, found := range p.Findings {
		looked[found.Line] = true
	}
	table := rows(t, f, "Signatures")
	for i, d := range p.Decisions {
		to, row := follow("Signatures", fmt.Sprintf("B%d", i+2))
		if got := rows(t, f, to)[row-1]; to != "Sheets" || got[0] != "page" ||
			got[1] != d.Line.File || got[2] != fmt.Sprint(d.Line.Page) {
			t.Errorf("line %d: its page is %s %v", i+1, to, got)
		}
		if _, to, _ := f.GetCellHyperLink("Signatures", fmt.Sprintf("C%d",
			i+2)); to != p.Links.Line(d.Line.Ref) {
			t.Errorf("line %d: leads to %s in the program", i+1, to)
		}
		if d.Reason == verify.Duplicate {
			if to, row := follow("Signatures", fmt.Sprintf("K%d", i+2)); to != "Duplicates" ||
				rows(t, f, to)[row-1][2] != table[i+1][2] {
				t.Errorf("line %d: its duplicate is %s row %d", i+1, to, row)
			}
		}
		if looked[d.Line.Ref] {
			to, row := follow("Signatures", fmt.Sprintf("P%d", i+2))
			if back, line := follow(to, fmt.Sprintf("E%d", row)); to != "Review log" ||
				back != "Signatures" || line != i+2 {
				t.Errorf("line %d: its finding is %s row %d, and leads back to row %d", i+1, to,
					row, line)
			}
		}
	}
}

// A line that needs a person is told from the others without colour: by a mark
// before the word and by a thick edge.
func TestUndecidedLinesAreMarkedWithoutColour(t *testing.T) {
	t.Parallel()
	p := petition(12)
	f, _ := write(t, workbook.COO, p)
	for i, d := range p.Decisions {
		shown, err := f.GetCellValue("Signatures", fmt.Sprintf("J%d", i+2))
		if err != nil {
			t.Fatal(err)
		}
		want := map[verify.Verdict]string{verify.Valid: "✓ valid", verify.Invalid: "× invalid",
			verify.Uncertain: "► uncertain"}[d.Verdict]
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
	t.Parallel()
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
			for _, field := range []extract.Field{extract.Name, extract.MemberID,
				extract.Institution} {
				d.Line.Fields[field] = extract.Reading{Text: tt.read}
			}
			d.Because = tt.read
			d.Candidates[0].Member.Family = tt.read
			p.Cover = extract.Cover{Group: tt.read, Purpose: tt.read}
			p.Organizers[0].Name, p.Organizers[0].Address = tt.read, tt.read
			p.Files[0].Pages[0].Notes = []string{tt.read}
			p.Members.Findings = []string{tt.read}
			f, _ := write(t, workbook.COO, p)
			for _, cell := range []string{"E2", "F2", "L2"} {
				if got, err := f.GetCellValue("Signatures", cell); err != nil || got != tt.want {
					t.Errorf("%s holds %q, %v; want %q", cell, got, err, tt.want)
				}
				if kind, err := f.GetCellType("Signatures", cell); err != nil ||
					kind != excelize.CellTypeInlineString {
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
						ours := sheet == "Summary" && j >= 1 && j <= 3
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
// TestOpenPoints: what no line accounts for stands in a sheet of its own, with its picture
// and with what was found there.
func TestOpenPoints(t *testing.T) {
	t.Parallel()
	f, _ := write(t, workbook.COO, complete(12))
	got := rows(t, f, "Open points")
	if len(got) != 3 {
		t.Fatalf("%d rows: %q", len(got), got)
	}
	for i, want := range [][]string{
		{"waits", "packet.pdf", "1", "Handwriting below the table was not filed as a line.", ""},
		{"settled", "packet.pdf", "1", "Handwriting beside the table was not filed as a line.",
			"not counted"},
	} {
		row := append(got[i+1], make([]string, 9)...) // empty cells at the end are left out
		if said := []string{row[0], row[1], row[2], row[4], row[5]}; !slices.Equal(said, want) {
			t.Errorf("row %d says %q, want %q", i+2, said, want)
		}
	}
	for cell, want := range map[string]int{"D2": 1, "D3": 0} {
		if found, err := f.GetPictures("Open points", cell); err != nil || len(found) != want {
			t.Errorf("%d pictures at %s, %v", len(found), cell, err)
		}
	}
	f, _ = write(t, workbook.COO, petition(3))
	if none := rows(t, f, "Open points"); len(none) != 2 || !strings.Contains(none[1][0],
		"no open point") {
		t.Errorf("without open points: %q", none)
	}
}

func TestMissingPictures(t *testing.T) {
	t.Parallel()
	p := petition(5)
	ref := func(i int) map[verify.Ref]bool {
		return map[verify.Ref]bool{p.Decisions[i].Line.Ref: true}
	}
	p.Pictures = pictures{width: 1400, height: 90, missing: ref(0), damaged: ref(1),
		failing: ref(2)}
	f, _ := write(t, workbook.COO, p)
	var got []string
	for _, row := range rows(t, f, "Signatures")[1:] {
		got = append(got, row[3])
	}
	want := []string{"no picture", "the picture is damaged", "the picture could not be read", "",
		""}
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
	t.Parallel()
	anchors := regexp.MustCompile(
		`<xdr:twoCellAnchor editAs="(\w+)"><xdr:from><xdr:col>(\d+)</xdr:col><xdr:colOff>(\d+)</xdr:colOff><xdr:row>(\d+)</xdr:row><xdr:rowOff>(\d+)</xdr:rowOff></xdr:from>` +
			`<xdr:to><xdr:col>(\d+)</xdr:col><xdr:colOff>(\d+)</xdr:colOff><xdr:row>(\d+)</xdr:row><xdr:rowOff>(\d+)</xdr:rowOff></xdr:to>`)
	for _, tt := range []struct{ width, height int }{{1400, 90}, {2550, 140}, {1200, 400}, {80, 30},
		{300, 1200}, {2000, 20}} {
		t.Run(fmt.Sprintf("%dx%d", tt.width, tt.height), func(t *testing.T) {
			p := petition(3)
			p.Pictures = pictures{width: tt.width, height: tt.height}
			_, data := write(t, workbook.COO, p)
			found := anchors.FindAllStringSubmatch(part(t, data, "xl/drawings/drawing2.xml"), -1)
			if len(found) != len(p.Decisions) {
				t.Fatalf("%d pictures, want %d", len(found), len(p.Decisions))
			}
			for i, m := range found {
				n := make([]float64, len(m))
				for j := 2; j < len(m); j++ {
					n[j], _ = strconv.ParseFloat(m[j], 64)
				}
				if m[1] != "twoCell" || n[2] != 3 || n[6] != 3 || n[4] != float64(i+1) ||
					n[8] != float64(i+1) {
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

// The Council's report holds nothing of any signer, whether of one petition or
// of a period, as a workbook or in print: not a name, number, address or other
// text of a line or of its member, no name of a file or a reviewer, and nothing
// of an organizer.
func TestCouncilHoldsNoSigner(t *testing.T) {
	t.Parallel()
	p := complete(60)
	p.Files[0].Name = "Marshgrove7-signed.pdf"
	p.Files[0].Pages[1].Notes = []string{"the heading was read as Lizbet"}
	said := secretsOf(p)
	reports := map[string]func(io.Writer) error{
		"one petition": func(w io.Writer) error { return workbook.Council(w, p) },
		"a period": func(w io.Writer) error {
			c := council()
			c.Add(p)
			return workbook.CouncilReport(w, c)
		},
	}
	for name, build := range reports {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := build(&out); err != nil {
				t.Fatal(err)
			}
			for file, text := range parts(t, out.Bytes()) {
				if strings.Contains(file, "media") {
					t.Errorf("it holds the picture %s", file)
				}
				for _, s := range said {
					if strings.Contains(text, s) {
						t.Errorf("%s holds %q", file, s)
					}
				}
			}
		})
	}
	// Searching must be able to find something.
	_, coo := write(t, workbook.COO, p)
	everything := ""
	for _, text := range parts(t, coo) {
		everything += text
	}
	for _, s := range []string{"Lizbet", "Marshgrove", "Quillfeather", "example.org", "Stubbsworth",
		"Jeffersonia", "7712345", "Amara Chen", p.Decisions[3].MemberID} {
		if !slices.Contains(said, s) && !slices.ContainsFunc(said, func(text string) bool {
			return strings.Contains(text, s)
		}) {
			t.Errorf("%q is not looked for", s)
		}
		if !strings.Contains(everything, s) {
			t.Errorf("the COO's workbook lacks %q, so this test would not notice it", s)
		}
	}
}

// secretsOf is every text of a petition's lines, members, organizers, files and
// reviewers: whole, and the words that identify.
func secretsOf(p report.Petition) []string {
	said := []string{"Lizbet", "Marshgrove", "Quillfeather", "Thistledown", "Stubbsworth",
		"Jeffersonia", "@example.org"}
	for _, d := range p.Decisions {
		for _, r := range d.Line.Fields {
			said = append(said, r.Text)
		}
		for _, c := range d.Candidates {
			m := c.Member
			said = append(said, m.ID, m.Family, m.Street, m.Company)
			said = append(said, m.Emails...)
		}
		said = append(said, d.Because, d.MemberID)
	}
	for _, o := range p.Organizers {
		said = append(said, o.Name, o.Address, o.MemberID)
	}
	for _, f := range p.Files {
		said = append(said, f.Name, f.SHA256, f.Error)
		for _, page := range f.Pages {
			said = append(said, page.Notes...)
		}
	}
	for _, f := range p.Findings {
		said = append(said, f.By, f.Note)
	}
	slices.Sort(said)
	said = slices.Compact(said)
	return slices.DeleteFunc(said, func(s string) bool { return s == "" })
}

// The Council's workbook gives the counts and the purpose, and sets action
// items apart from information items.
func TestCouncilGivesTheCounts(t *testing.T) {
	t.Parallel()
	p := petition(131)
	f, _ := write(t, workbook.Council, p)
	got := map[string]string{}
	for _, row := range rows(t, f, "Statistics") {
		if len(row) > 1 {
			got[strings.TrimSpace(row[0])] = row[1]
		}
	}
	for key, want := range map[string]string{"Lines filed": "131",
		"Valid": fmt.Sprint(p.Tally.Valid), "Undecided": fmt.Sprint(p.Tally.Uncertain),
		"Files": "2"} {
		if got[key] != want {
			t.Errorf("%s: %q, want %q", key, got[key], want)
		}
	}
	if diff := cmp.Diff([]string{p.Cover.Group, p.Cover.Purpose,
		"Membership Initiative Group (ALA Policy Manual A.4.3.12)", "",
		report.StateInWords(p), fmt.Sprintf("%d of 100", p.Tally.Valid), report.Outcome(p.Tally)},
		rows(t, f, "Pending")[1]); diff != "" {
		t.Error(diff)
	}

	f, _ = write(t, workbook.CouncilReport, council())
	var items []string
	for _, row := range rows(t, f, "Actions") {
		if len(row) > 0 && row[0] != "Group" {
			items = append(items, row[0])
		}
	}
	if diff := cmp.Diff([]string{"Action items", p.Cover.Group, "Information items",
		"Games and Gaming", "Microform Futures"}, items); diff != "" {
		t.Error(diff)
	}
	var states []string
	for _, row := range rows(t, f, "Annual reports")[1:] {
		states = append(states, row[4])
	}
	if diff := cmp.Diff([]string{"✓ received", "► overdue", "not due yet"}, states); diff != "" {
		t.Error(diff)
	}
	saved, calculated := calculate(t, f, "Statistics")
	if diff := cmp.Diff(saved, calculated); diff != "" || len(saved) == 0 {
		t.Errorf("%d formulas, -saved +calculated\n%s", len(saved), diff)
	}
}

// A sheet with nothing to tell says so.
func TestNoSheetIsBlank(t *testing.T) {
	t.Parallel()
	bare := report.Petition{Made: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)}
	for name, build := range map[string]func(io.Writer) error{
		"coo":     func(w io.Writer) error { return workbook.COO(w, bare) },
		"council": func(w io.Writer) error { return workbook.Council(w, bare) },
		"council period": func(w io.Writer) error {
			return workbook.CouncilReport(w, report.Council{})
		},
	} {
		var out bytes.Buffer
		if err := build(&out); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, sheet := range f.GetSheetList() {
			all := rows(t, f, sheet)
			if last := all[len(all)-1]; len(last) < 2 && !strings.HasSuffix(strings.Join(last, ""),
				".") {
				t.Errorf("%s: %s says nothing but %q", name, sheet, all)
			}
		}
	}
}

// The same petition gives the same bytes.
func TestSameBytesForTheSamePetition(t *testing.T) {
	t.Parallel()
	for name, build := range map[string]func(io.Writer, report.Petition) error{"coo": workbook.COO,
		"council": workbook.Council} {
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
	t.Parallel()
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
	cell, err := f.GetCellValue("Purpose and overlap", "B4")
	if err != nil || !strings.HasPrefix(cell, long[:32000]) || !strings.HasSuffix(cell, "(cut)") ||
		len([]rune(cell)) > excelize.TotalCellChars ||
		len([]rune(cell)) < excelize.TotalCellChars-2 {
		t.Errorf("the purpose holds %d characters, %v", len(cell), err)
	}
	write(t, workbook.Council, p)
}

// legible sees that so many columns of Signatures, with one before them that numbers petitions,
// become no smaller than 8 points on Letter paper held across: programs print in whole percent.
func legible(t *testing.T, f *excelize.File, columns int) {
	t.Helper()
	const paper, margins, pixel, written, number = 11 * 72, 2 * .4 * 72, .75, 11, 9
	wide := (number*7 + 5.) * pixel
	for i := range columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			t.Fatal(err)
		}
		w, err := f.GetColWidth("Signatures", letter)
		if err != nil {
			t.Fatal(err)
		}
		wide += (w*7 + 5) * pixel
	}
	if size := written * math.Floor(100*(paper-margins)/wide) / 100; size < 8 {
		t.Errorf("Signatures is printed in %.2f points: %.0f points wide", size, wide)
	}
}

// Excel calls a workbook damaged whose columns are described out of order,
// though other programs read it.
func TestColumnsRise(t *testing.T) {
	t.Parallel()
	column := regexp.MustCompile(`<col min="(\d+)"`)
	for name, build := range map[string]func(io.Writer, report.Petition) error{"coo": workbook.COO,
		"council": workbook.Council} {
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

// Printed pages are one page wide, with page numbers; a table repeats its
// headings on every page, and on screen they stay and can filter.
func TestSheetsAreSetForScreenAndPaper(t *testing.T) {
	t.Parallel()
	for name, build := range map[string]func(io.Writer) error{
		"coo":     func(w io.Writer) error { return workbook.COO(w, complete(131)) },
		"council": func(w io.Writer) error { return workbook.CouncilReport(w, council()) },
	} {
		var out bytes.Buffer
		if err := build(&out); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		titles, areas := map[string]string{}, map[string]string{}
		for _, n := range f.GetDefinedName() {
			switch n.Name {
			case "_xlnm.Print_Titles":
				titles[n.Scope] = n.RefersTo
			case "_xlnm.Print_Area":
				areas[n.Scope] = n.RefersTo
			}
		}
		tables := map[string]string{"Signatures": "$A$1:$S$132",
			"Behind the figures": "$A$1:$I$132", "Duplicates": "$A$2:$K$4",
			"Review log": "$A$1:$J$",
			"Sheets":     "$A$1:$J$13", "Deadlines": "$A$1:$F$4", "Pending": "$A$1:$G$2",
			"Register of groups": "$A$1:$J$3", "Annual reports": "$A$1:$G$4"}
		for i, sheet := range f.GetSheetList() {
			page, err := f.GetPageLayout(sheet)
			if err != nil {
				t.Fatal(err)
			}
			if *page.FitToWidth != 1 || *page.FitToHeight != 0 {
				t.Errorf("%s: set on paper %d wide, %d high", sheet, *page.FitToWidth,
					*page.FitToHeight)
			}
			if foot, err := f.GetHeaderFooter(sheet); err != nil ||
				!strings.Contains(foot.OddFooter, "Page &P of &N") {
				t.Errorf("%s: no page number at the foot, %v", sheet, err)
			}
			filter, ok := tables[sheet]
			if !ok {
				continue
			}
			head := 1
			if sheet == "Duplicates" {
				head = 2
			}
			if got, want := titles[sheet], fmt.Sprintf("'%s'!$1:$%d", sheet, head); got != want ||
				*page.Orientation != "landscape" {
				t.Errorf("%s: printed in %s, pages repeat %q, want %q", sheet, *page.Orientation,
					got, want)
			}
			if panes, err := f.GetPanes(sheet); err != nil || !panes.Freeze ||
				panes.YSplit != head {
				t.Errorf("%s: panes %+v, %v", sheet, panes, err)
			}
			if xml := part(t, out.Bytes(), fmt.Sprintf("xl/worksheets/sheet%d.xml",
				i+1)); !strings.Contains(xml, `<autoFilter ref="`+filter) {
				t.Errorf("%s: no filter over all lines and columns", sheet)
			}
		}
		if name == "coo" && areas["Signatures"] != "'Signatures'!$A$1:$L$132" {
			t.Errorf("of Signatures, %q is printed", areas["Signatures"])
		}
		if name == "coo" {
			legible(t, f, 12)
		}
	}
}

// Pictures and charts say in words what they show, and times of day are those
// that were given.
func TestNamesForThoseWhoDoNotSee(t *testing.T) {
	t.Parallel()
	p := complete(40)
	f, data := write(t, workbook.COO, p)
	if n := strings.Count(part(t, data, "xl/drawings/drawing2.xml"), `descr="Line `); n != 40 {
		t.Errorf("%d of 40 pictures say which line they show", n)
	}
	if chart := part(t, data, "xl/drawings/drawing1.xml"); !strings.Contains(chart,
		`descr="Lines by verdict: a bar chart`) {
		t.Error("the chart does not say what it shows")
	}
	shown, err := f.GetCellValue("Review log", "A2")
	if want := p.Findings[0].At.Format("2006-01-02 15:04"); err != nil || shown != want {
		t.Errorf("the first finding was made at %q, %v; want %q", shown, err, want)
	}
}

// Duplicates stand beside the line that counts.
func TestDuplicatesNameTheLineThatCounts(t *testing.T) {
	t.Parallel()
	p := petition(120)
	f, _ := write(t, workbook.COO, p)
	var got, want [][]string
	for _, row := range rows(t, f, "Duplicates")[2:] {
		got = append(got, []string{row[0], row[1], row[2], row[6], row[7], row[8], row[9], row[10]})
	}
	for _, d := range p.Decisions {
		if d.Reason == verify.Duplicate {
			want = append(want, []string{d.Line.File, fmt.Sprint(d.Line.Page),
				fmt.Sprint(d.Line.Ref.Row), "packet.pdf", "2", "1", "Lizbet Marshgrove0", "valid"})
		}
	}
	if len(want) == 0 {
		t.Fatal("the petition has no duplicates to look for")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for cell, want := range map[string]string{"C3": "'Signatures'!A", "I3": "'Signatures'!A2"} {
		if found, to, err := f.GetCellHyperLink("Duplicates", cell); err != nil || !found ||
			!strings.HasPrefix(to, want) {
			t.Errorf("%s leads to %q, %v", cell, to, err)
		}
	}
}

// Both files appear whole under their names, for their owner only; a failure
// leaves what was there, and nothing beside it.
func TestWriteFiles(t *testing.T) {
	t.Parallel()
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
	if _, err := workbook.WriteFiles(taken, petition(1)); err == nil ||
		!strings.Contains(err.Error(), workbook.COOFile) {
		t.Errorf("a folder in the place of the workbook: %v", err)
	}
	left, err := os.ReadDir(taken)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A writer that fails is an error, not half a workbook taken for a whole one.
func TestWriterThatFails(t *testing.T) {
	t.Parallel()
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

// BenchmarkCOO makes workbooks with pictures of 20 kB, as scans give, and
// reports the most memory that the program took from the system on the way.
func BenchmarkCOO(b *testing.B) {
	for _, lines := range []int{130, 10000} {
		b.Run(fmt.Sprint(lines, " lines"), func(b *testing.B) {
			p := complete(lines)
			p.Pictures = newReady(b)
			b.ReportAllocs()
			peak := watch()
			var n counter
			for b.Loop() {
				n = 0
				if err := workbook.COO(&n, p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(peak())/1e6, "MB-peak")
			b.ReportMetric(float64(n)/1e6, "MB-file")
		})
	}
}

// BenchmarkCheck reads a workbook back and compares it with its petition.
func BenchmarkCheck(b *testing.B) {
	for _, lines := range []int{130, 10000} {
		b.Run(fmt.Sprint(lines, " lines"), func(b *testing.B) {
			p := complete(lines)
			p.Pictures = newReady(b)
			out, err := os.Create(filepath.Join(b.TempDir(), "coo.xlsx"))
			if err != nil {
				b.Fatal(err)
			}
			defer out.Close()
			if err := workbook.COO(out, p); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			peak := watch()
			for b.Loop() {
				c, err := workbook.Check(out)
				if err != nil || len(c.Changes) > 0 {
					b.Fatal(err, c.Changes)
				}
				if changes, err := c.Against(report.PeriodOf(p)); err != nil || len(changes) > 0 {
					b.Fatal(err, changes)
				}
			}
			b.ReportMetric(float64(peak())/1e6, "MB-peak")
		})
	}
}

// watch follows the memory that is taken from the system, in bytes, until the
// function it returns is called for the most there was.
func watch() func() uint64 {
	runtime.GC()
	debug.FreeOSMemory()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"},
			{Name: "/memory/classes/heap/released:bytes"}}
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		peak := uint64(0)
		for {
			metrics.Read(samples)
			peak = max(peak, samples[0].Value.Uint64()-samples[1].Value.Uint64())
			select {
			case <-stop:
				most <- peak
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

// ready is pictures that are drawn already, with the grain of a scan.
type ready [][]byte

func newReady(b *testing.B) ready {
	b.Helper()
	var list ready
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 16 {
		img := image.NewGray(image.Rect(0, 0, 1400, 90))
		for i := range img.Pix {
			img.Pix[i] = uint8(240 + random.IntN(8))
		}
		y := 45.0
		for x := range 1400 {
			y = math.Max(2, math.Min(y+random.Float64()*6-3, 86))
			for d := range 4 {
				img.SetGray(x, int(y)+d, color.Gray{uint8(20 + n)})
			}
		}
		var out bytes.Buffer
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 80}); err != nil {
			b.Fatal(err)
		}
		list = append(list, out.Bytes())
	}
	return list
}

func (r ready) Picture(ref verify.Ref) ([]byte, error) {
	return r[(ref.Page*31+ref.Row)%len(r)], nil
}

type counter int

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }
