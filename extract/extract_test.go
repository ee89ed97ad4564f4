package extract_test

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"math"
	"slices"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/extract/tesseract"
	"countersign/ingest"
)

// blind reads nothing: most tests here are about where things are.
type blind struct{}

func (blind) Recognize(_ context.Context, cells []extract.Cell) ([]extract.Reading, error) {
	return make([]extract.Reading, len(cells)), nil
}

func engine(tb testing.TB) *tesseract.Engine {
	tb.Helper()
	e, err := tesseract.Open(1)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(e.Close)
	return e
}

func page(s drawn.Sheet) ingest.Page {
	return ingest.Page{Number: 1, Image: s.Image, DPI: float64(s.Options.DPI), Source: ingest.Scan}
}

// signerSheet draws a sheet with the given ruling as offices scan them, at a
// moderate resolution so that the tests stay quick. Nobody prints cells of two
// items without a line between the cells.
func signerSheet(seed uint64, rules drawn.Rules) drawn.Sheet {
	o := drawn.Random(seed)
	stacked := func(a drawn.Asked) bool { return len(a.Items) > 1 }
	for open := rules == drawn.Outer || rules == drawn.None; open && slices.ContainsFunc(o.Columns, stacked); {
		seed += 1000
		o = drawn.Random(seed)
	}
	o.Rules, o.DPI, o.Rows = rules, 200, min(max(o.Rows, 6), 12)
	if rules == drawn.Stripes || rules == drawn.None || rules == drawn.Outer {
		o.Scan.Fax = false
	}
	return drawn.Draw(o)
}

func TestRowsAreFoundSignedStruckAndBlank(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	for _, c := range []struct {
		rules drawn.Rules
		least float64 // share of rows that must come out right
	}{
		{drawn.Grid, 0.95}, {drawn.Horizontal, 0.95}, {drawn.Underlines, 0.95}, {drawn.Dotted, 0.95},
		{drawn.Stripes, 0.9}, {drawn.Outer, 0.8}, {drawn.None, 0.6},
	} {
		t.Run(string(c.rules), func(t *testing.T) {
			var rows, right, extra int
			for seed := uint64(101); seed <= 103; seed++ {
				s := signerSheet(seed, c.rules)
				sheet, err := x.Sheet(t.Context(), page(s))
				if err != nil {
					t.Fatal(err)
				}
				if sheet.Rotation != s.Options.Rotation {
					t.Errorf("seed %d: turned by %d, want %d", seed, sheet.Rotation, s.Options.Rotation)
				}
				n, ok, more := compare(s, sheet)
				rows, right, extra = rows+n, right+ok, extra+more
			}
			t.Logf("%d of %d rows right, %d extra", right, rows, extra)
			if float64(right) < c.least*float64(rows) || float64(extra) > (1-c.least)*float64(rows)+1 {
				t.Errorf("%d of %d rows right, %d extra; want at least %.0f %% right", right, rows, extra, 100*c.least)
			}
		})
	}
}

// TestRowsAreFoundInPhotos promises of photos on a desk what scans are promised,
// with boxes that are shares of the photo.
func TestRowsAreFoundInPhotos(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	for name, photo := range map[string]drawn.Photo{
		"wood, from below": {Desk: drawn.Wood, Corners: [4][2]float64{{.17, .12}, {.85, .1}, {.93, .91}, {.07, .9}}, Lamp: .3, Noise: 2},
		"cloth, bent":      {Desk: drawn.Cloth, Corners: [4][2]float64{{.1, .08}, {.9, .12}, {.88, .88}, {.08, .92}}, Curl: .008, Shadow: .4},
	} {
		t.Run(name, func(t *testing.T) {
			o := drawn.Random(101)
			o.Rules, o.DPI, o.Rows = drawn.Grid, 200, 12
			o.Skew, o.Rotation, o.Scan, o.Width, o.Height = 0, 0, drawn.Scan{}, 8.5, 11
			photo.Seed, photo.Portrait = 5, image.Pt(2100, 2800)
			s := drawn.Taken(drawn.Draw(o), photo)
			sheet, err := x.Sheet(t.Context(), ingest.Page{Number: 1, Image: s.Image, DPI: 2100 / 8.5, Source: ingest.Scan})
			if err != nil {
				t.Fatal(err)
			}
			if rows, right, extra := compare(s, sheet); right < rows || extra > 0 {
				t.Errorf("%d of %d rows right, %d extra", right, rows, extra)
			}
		})
	}
}

// compare counts the rows somebody wrote in, those that were found and told
// signed from unsigned and struck from not, and rows found where nobody wrote.
func compare(drew drawn.Sheet, got extract.Sheet) (rows, right, extra int) {
	b := drew.Image.Bounds()
	asked := slices.ContainsFunc(drew.Columns, func(c drawn.Column) bool { return slices.Contains(c.Items, "signature") })
	left := slices.Clone(got.Rows)
	for _, row := range drew.Rows {
		if !row.Written {
			continue
		}
		rows++
		i := slices.IndexFunc(left, func(r extract.Row) bool {
			y0, y1 := r.Box[1]*float64(b.Dy()), r.Box[3]*float64(b.Dy())
			x0, x1 := r.Box[0]*float64(b.Dx()), r.Box[2]*float64(b.Dx())
			return shared(y0, y1, row.Box.Min.Y, row.Box.Max.Y) > 0.5 && shared(x0, x1, row.Box.Min.X, row.Box.Max.X) > 0.5
		})
		if i < 0 {
			continue
		}
		signed := left[i].Signed == extract.SignedYes
		if left[i].Struck == row.Struck && (row.Struck || !asked || signed == row.Signed) {
			right++
		}
		left = slices.Delete(left, i, i+1)
	}
	return rows, right, len(left)
}

// shared is the overlap of two stretches as a share of the shorter one.
func shared(a0, a1 float64, b0, b1 int) float64 {
	return (min(a1, float64(b1)) - max(a0, float64(b0))) / max(1, min(a1-a0, float64(b1-b0)))
}

func TestHeadingsNameTheColumns(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	columns, right := 0, 0
	for seed := uint64(201); seed <= 206; seed++ {
		s := signerSheet(seed, drawn.Grid)
		sheet, err := x.Sheet(t.Context(), page(s))
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range s.Columns {
			columns++
			if i < len(sheet.Columns) && len(sheet.Columns) == len(s.Columns) && fmt.Sprint(sheet.Columns[i].Fields) == fmt.Sprint(c.Items) {
				right++
			}
		}
	}
	t.Logf("%d of %d columns named", right, columns)
	if float64(right) < 0.9*float64(columns) {
		t.Errorf("%d of %d columns were named rightly", right, columns)
	}
}

// officialSheet draws a form as election offices print them.
func officialSheet(seed uint64) drawn.Sheet {
	o := drawn.Random(seed)
	o.Title, o.Preamble, o.Footer = "Nomination paper", "", ""
	o.Rules, o.DPI, o.Rows, o.Filled, o.Skipped, o.Struck, o.Unsigned, o.Rotation = drawn.Grid, 200, 8, 6, 0, 0, 0, 0
	o.Width, o.Height, o.Margin, o.RowHeight, o.Stray = 8.5, 11, 0.5, 0.4, 0
	o.Scan.Fax, o.Labels = false, false
	o.Columns = []drawn.Asked{
		{Heading: "SIGNATURE OF ELECTOR", Items: []string{"signature"}},
		{Heading: "PRINTED NAME OF ELECTOR", Items: []string{"name"}},
		{Heading: "PLACE OF RESIDENCE", Items: []string{"street"}},
		{Heading: "DATE OF SIGNING", Items: []string{"date"}},
	}
	o.Before = []drawn.Lines{
		{Headings: []string{"NAME OF CANDIDATE", "RESIDENCE", "OFFICE"}, Rows: 3},
		{Headings: []string{"NAME OF COMMITTEE MEMBER", "RESIDENCE"}, Rows: 3},
	}
	o.After = "STATEMENT OF CIRCULATOR. I state that the signers of this paper signed it with full knowledge of its contents, that their residences are correctly stated, and that I am a qualified elector."
	return drawn.Draw(o)
}

func TestOtherTablesAndStatementsAreNoRows(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	for seed := uint64(301); seed <= 302; seed++ {
		s := officialSheet(seed)
		sheet, err := x.Sheet(t.Context(), page(s))
		if err != nil {
			t.Fatal(err)
		}
		if rows, right, extra := compare(s, sheet); rows != 6 || right != 6 || extra != 0 {
			t.Errorf("seed %d: %d of %d rows right, %d extra", seed, right, rows, extra)
		}
		if got := fmt.Sprint(fieldsOf(sheet)); got != "[[signature] [name] [street] [date]]" {
			t.Errorf("seed %d: the columns ask for %s", seed, got)
		}
	}
}

// TestSheetsSideBySide: two sheets on one scan are read one after the other, each row with
// its own signature.
func TestSheetsSideBySide(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: penned{}}
	o := signerSheet(9, drawn.Grid).Options
	o.Scan = drawn.Scan{} // both lie alike
	s := drawn.Draw(o)
	one := s.Image.Bounds()
	both := image.NewRGBA(image.Rect(0, 0, 2*one.Dx(), one.Dy()))
	for i := range 2 {
		draw.Draw(both, one.Sub(one.Min).Add(image.Pt(i*one.Dx(), 0)), s.Image, one.Min, draw.Src)
	}
	alone, err := x.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	got, err := x.Sheet(t.Context(), ingest.Page{Number: 1, Image: both, DPI: page(s).DPI, Source: ingest.Scan})
	if err != nil {
		t.Fatal(err)
	}
	if len(alone.Rows) < 4 || len(got.Rows) != 2*len(alone.Rows) {
		t.Fatalf("%d rows on two sheets, %d on one", len(got.Rows), len(alone.Rows))
	}
	for i, r := range got.Rows {
		if want := alone.Rows[i%len(alone.Rows)].Signed; r.Signed != want {
			t.Errorf("row %d: signed %s, on a sheet alone %s", r.Number, r.Signed, want)
		}
	}
}

// TestPagesOfOneFormHelpEachOther: where headings cannot be read, another page of the form says
// what the columns are.
func TestPagesOfOneFormHelpEachOther(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	o := signerSheet(9, drawn.Grid).Options
	o.Scan, o.Shaded, o.Skew, o.Rotation = drawn.Scan{}, false, 0, 0
	s := drawn.Draw(o)
	clear, err := x.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if len(clear.Learned) != 1 || !clear.Understood() {
		t.Fatalf("a page with clear headings taught %v", clear.Learned)
	}
	s.HideHeadings()
	alone, err := x.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if alone.Understood() {
		t.Errorf("columns are known without headings: %v, %v, %d rows, %v", alone.Columns, alone.Open, len(alone.Rows), alone.Kind)
	}
	x.Known = clear.Learned
	taught, err := x.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if len(taught.Rows) != len(clear.Rows) || !taught.Understood() {
		t.Fatalf("%d rows, with headings %d; open %v", len(taught.Rows), len(clear.Rows), taught.Open)
	}
	for i, r := range taught.Rows {
		if r.Signed != clear.Rows[i].Signed || len(r.Fields) != len(clear.Rows[i].Fields) {
			t.Errorf("row %d: signed %s with %d fields, with headings %s with %d", r.Number,
				r.Signed, len(r.Fields), clear.Rows[i].Signed, len(clear.Rows[i].Fields))
		}
	}
}

// What a person says of columns and of the way up stands above what the page seems to say.
func TestToldByAPerson(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	o := signerSheet(9, drawn.Grid).Options
	o.Scan, o.Shaded, o.Skew, o.Rotation = drawn.Scan{}, false, 0, 0
	s := drawn.Draw(o)
	read, err := x.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	told := make([][]extract.Field, len(read.Columns))
	told[1] = []extract.Field{extract.Family}
	x.Told.Columns = told
	as, err := x.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if len(as.Rows) != len(read.Rows) || !as.Understood() || len(as.Learned) > 0 {
		t.Errorf("%d rows, by itself %d; open %v; it teaches %v", len(as.Rows), len(read.Rows), as.Open, as.Learned)
	}
	for _, r := range as.Rows {
		if _, ok := r.Fields[extract.Family]; !ok || len(r.Fields) != 2 { // and the name that is made of it
			t.Errorf("row %d has %v", r.Number, r.Fields)
		}
	}
	upside := 180
	x.Told = extract.Told{Turned: &upside}
	turned, err := x.Sheet(t.Context(), page(s))
	if err != nil || turned.Rotation != 180 {
		t.Errorf("said to stand on its head, it is turned by %d, %v", turned.Rotation, err)
	}
}

func TestRowNumbersWithinAColumnAreNoWriting(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	o := officialSheet(303).Options
	o.Numbered, o.Before, o.After = true, nil, ""
	s := drawn.Draw(o)
	sheet, err := x.Sheet(t.Context(), page(s))
	if err != nil {
		t.Fatal(err)
	}
	if rows, right, extra := compare(s, sheet); right != rows || extra != 0 {
		t.Errorf("%d of %d rows right, %d extra", right, rows, extra)
	}
}

// penned reads everything as written by hand.
type penned struct{}

func (penned) Recognize(_ context.Context, cells []extract.Cell) ([]extract.Reading, error) {
	readings := make([]extract.Reading, len(cells))
	for i := range readings {
		readings[i] = extract.Reading{Text: "Ada", Confidence: 0.9, Engine: "hand"}
	}
	return readings, nil
}

// TestSheetsWithoutAPlaceToSign: who filled in a line of a sign-in sheet by hand signed it;
// a typed line is not signed, nor one whose unknown column is empty.
func TestSheetsWithoutAPlaceToSign(t *testing.T) {
	for _, test := range []struct {
		name    string
		cells   extract.Recognizer
		unknown []string // what people write in a column with an unknown heading
		want    extract.Signed
	}{
		{"by hand", penned{}, []string{"street"}, extract.SignedYes},
		{"typed", blind{}, []string{"street"}, extract.SignedUnsure},
		{"an empty column", penned{}, nil, extract.SignedUnsure},
	} {
		o := officialSheet(305).Options
		o.Before, o.After = nil, ""
		o.Columns = []drawn.Asked{{Heading: "First Name", Items: []string{"given"}}, {Heading: "Last Name", Items: []string{"family"}}, {Heading: "Cat or dog", Items: test.unknown}, {Heading: "City", Items: []string{"city"}}}
		sheet, err := extract.Extractor{Print: engine(t), Cells: test.cells}.Sheet(t.Context(), page(drawn.Draw(o)))
		if err != nil {
			t.Fatal(err)
		}
		signed := 0
		for _, r := range sheet.Rows {
			if r.Signed == test.want {
				signed++
			}
		}
		if len(sheet.Rows) != 6 || signed != 6 || len(sheet.Notes) != 1 {
			t.Errorf("%s: %d of %d rows are signed %q; columns %v, notes %q", test.name, signed, len(sheet.Rows), test.want, sheet.Columns, sheet.Notes)
		}
	}
}

func TestHeadingsInOtherLanguages(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	for _, columns := range [][]drawn.Asked{
		{{Heading: "Nr.", Items: []string{"number"}}, {Heading: "Familienname, Vorname", Items: []string{"name"}}, {Heading: "Geburts- Datum"}, {Heading: "PLZ, Wohnort", Items: []string{"citystate"}},
			{Heading: "Datum der Unterschrift", Items: []string{"date"}}, {Heading: "Unterschrift", Items: []string{"signature"}}, {Heading: "Vermerk"}},
		{{Heading: "Nom", Items: []string{"family"}}, {Heading: "Prénom", Items: []string{"given"}}, {Heading: "Code postal", Items: []string{"zip"}}, {Heading: "Signature", Items: []string{"signature"}}},
		{{Heading: "Naam", Items: []string{"family"}}, {Heading: "Voornaam", Items: []string{"given"}}, {Heading: "Gemeente", Items: []string{"city"}}, {Heading: "Handtekening", Items: []string{"signature"}}},
	} {
		o := officialSheet(304).Options
		o.Columns, o.Before, o.After = columns, nil, ""
		sheet, err := x.Sheet(t.Context(), page(drawn.Draw(o)))
		if err != nil {
			t.Fatal(err)
		}
		var want [][]string
		for _, c := range columns {
			want = append(want, c.Items)
		}
		if got := fmt.Sprint(fieldsOf(sheet)); got != fmt.Sprint(want) {
			t.Errorf("the columns ask for %s, want %v", got, want)
		}
	}
}

func fieldsOf(s extract.Sheet) (fields [][]extract.Field) {
	for _, c := range s.Columns {
		fields = append(fields, c.Fields)
	}
	return fields
}

func TestTurningTheSheetChangesNothing(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	o := drawn.Random(103)
	o.Rules, o.DPI, o.Rows = drawn.Grid, 200, 8
	var want extract.Sheet
	for i, rotation := range []int{0, 180, 90} {
		o.Rotation = rotation
		got, err := x.Sheet(t.Context(), page(drawn.Draw(o)))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = got
			continue
		}
		if got.Rotation != rotation || len(got.Rows) != len(want.Rows) || fmt.Sprint(got.Columns) != fmt.Sprint(want.Columns) {
			t.Fatalf("turned by %d: rotation %d, %d rows, columns %v; upright: %d rows, columns %v",
				rotation, got.Rotation, len(got.Rows), got.Columns, len(want.Rows), want.Columns)
		}
		for j, r := range got.Rows {
			if r.Signed != want.Rows[j].Signed || r.Struck != want.Rows[j].Struck || r.Number != want.Rows[j].Number {
				t.Errorf("turned by %d: row %d is %s %v, upright %s %v", rotation, r.Number, r.Signed, r.Struck, want.Rows[j].Signed, want.Rows[j].Struck)
			}
		}
	}
}

func TestOtherPagesAreNotSigners(t *testing.T) {
	x := extract.Extractor{Print: engine(t), Cells: blind{}}
	for _, c := range []struct {
		drew drawn.Kind
		want extract.Kind
	}{{drawn.Cover, extract.CoverOf}, {drawn.Blank, extract.Blank}, {drawn.Other, extract.Other}} {
		for seed := uint64(1); seed <= 2; seed++ {
			o := drawn.Random(seed)
			o.Kind, o.DPI, o.Scan.ShowThrough = c.drew, 150, 0
			s := drawn.Draw(o)
			got, err := x.Sheet(t.Context(), page(s))
			if err != nil {
				t.Fatal(err)
			}
			if got.Kind != c.want {
				t.Errorf("seed %d: a page of kind %s was taken for %s", seed, c.drew, got.Kind)
			}
			if c.drew == drawn.Cover && got.Cover.Purpose == "" {
				t.Errorf("seed %d: no purpose on the cover page", seed)
			}
		}
	}
}

func TestTextLayerIsUsedAsItIs(t *testing.T) {
	words := func(y int, texts map[int]string) []ingest.Word {
		var out []ingest.Word
		for x, text := range texts {
			at := x
			for _, w := range strings.Fields(text) {
				out = append(out, ingest.Word{Text: w, Box: image.Rect(at, y, at+len(w)*9, y+14)})
				at += len(w)*9 + 5
			}
		}
		slices.SortFunc(out, func(a, b ingest.Word) int { return a.Box.Min.X - b.Box.Min.X })
		return out
	}
	p := ingest.Page{Number: 1, Image: white(1100, 850), DPI: 100, Source: ingest.Text, Words: slices.Concat(
		words(100, map[int]string{60: "Name", 400: "Member ID", 600: "Signed"}),
		words(130, map[int]string{60: "Ada Lovelace", 400: "0012345", 600: "/s/ Ada Lovelace"}),
		words(160, map[int]string{60: "Grace Brewster Hopper", 400: "0077001"}),
		words(190, map[int]string{60: "Mary Somerville", 600: "/s/ Mary Somerville"}),
	)}
	sheet, err := extract.Extractor{Cells: blind{}}.Sheet(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name, id string
		signed   extract.Signed
	}{
		{"Ada Lovelace", "0012345", extract.SignedYes},
		{"Grace Brewster Hopper", "0077001", extract.SignedNo},
		{"Mary Somerville", "", extract.SignedYes},
	}
	if sheet.Kind != extract.Signers || len(sheet.Rows) != len(want) {
		t.Fatalf("a page of kind %s with %d rows", sheet.Kind, len(sheet.Rows))
	}
	for i, w := range want {
		r := sheet.Rows[i]
		if r.Fields[extract.Name].Text != w.name || r.Fields[extract.MemberID].Text != w.id || r.Signed != w.signed {
			t.Errorf("row %d: read %q, %q, signed %s; want %q, %q, %s", i+1, r.Fields[extract.Name].Text, r.Fields[extract.MemberID].Text, r.Signed, w.name, w.id, w.signed)
		}
	}
}

func TestUnreadableHeadingsAreSaidSo(t *testing.T) {
	o := drawn.Random(5)
	o.Rules, o.DPI, o.Rows, o.Filled, o.Skipped, o.Rotation, o.Labels = drawn.Grid, 200, 8, 8, 0, 0, false
	o.Columns = []drawn.Asked{{Heading: "Xqzt", Items: []string{"name"}}, {Heading: "Wvvk", Items: []string{"member_id"}}, {Heading: "Zzgh", Items: []string{"signature"}}}
	e := engine(t)
	sheet, err := extract.Extractor{Print: e, Cells: extract.Typed{Print: e}}.Sheet(t.Context(), page(drawn.Draw(o)))
	if err != nil {
		t.Fatal(err)
	}
	if len(sheet.Notes) == 0 || !strings.Contains(sheet.Notes[0], "headings could not be read") {
		t.Errorf("the notes are %q", sheet.Notes)
	}
	// Names and signatures in handwriting that this recognizer cannot read may be
	// told from numbers, though not from each other.
	if len(sheet.Columns) != 3 || !slices.Contains(sheet.Columns[1].Fields, extract.MemberID) {
		t.Errorf("the columns are %v", sheet.Columns)
	}
}

func white(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = math.MaxUint8
	}
	return g
}

func BenchmarkSheet(b *testing.B) {
	x := extract.Extractor{Print: engine(b), Cells: blind{}}
	o := drawn.Random(101)
	o.Rules, o.DPI = drawn.Grid, 200
	p := page(drawn.Draw(o))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Sheet(b.Context(), p); err != nil {
			b.Fatal(err)
		}
	}
}
