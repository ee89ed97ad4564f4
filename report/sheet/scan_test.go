package sheet_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/extract/marks"
	"countersign/extract/tesseract"
	"countersign/ingest"
	"countersign/report/sheet"
)

var many = flag.Int("scans", 10, "how many sheets to fill, scan and read")

// blind reads nothing: these tests are about where things are.
type blind struct{}

func (blind) Recognize(_ context.Context, cells []extract.Cell) ([]extract.Reading, error) {
	return make([]extract.Reading, len(cells)), nil
}

func extractor(tb testing.TB) extract.Extractor {
	tb.Helper()
	e, err := tesseract.Open(1)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(e.Close)
	return extract.Extractor{Print: e, Cells: blind{}}
}

// Sheets that were filled, scanned askew and any way up, faxed, punched and
// compressed are known again, and every line that somebody wrote in is found.
func TestScansOfPrintedSheets(t *testing.T) {
	x := extractor(t)
	var press press
	defer press.close()
	var rows, found, extra, signed int
	for seed := range uint64(*many) {
		s, code := press.scanned(t, seed)
		got, err := x.Sheet(t.Context(), ingest.Page{Number: 1, Image: s.Image, DPI: float64(s.Options.DPI), Source: ingest.Scan})
		if err != nil {
			t.Fatal(err)
		}
		if want := (extract.Form{Petition: code.Petition, Page: code.Page, Of: code.Of}); got.Form != want {
			t.Errorf("seed %d: the page is %+v, want %+v; %s", seed, got.Form, want, describe(s.Options))
			keep(t, seed, s.Image)
		}
		if got.Rotation != s.Options.Rotation {
			t.Errorf("seed %d: turned by %d, want %d; %s", seed, got.Rotation, s.Options.Rotation, describe(s.Options))
		}
		if len(got.Columns) != len(code.Layout.Columns) {
			t.Errorf("seed %d: %d columns, want %d", seed, len(got.Columns), len(code.Layout.Columns))
		}
		written := map[int]bool{}
		for _, r := range got.Rows {
			written[r.Number] = true
			if !s.Rows[r.Number-1].Written {
				extra++
				t.Errorf("seed %d: nobody wrote in line %d; %s", seed, r.Number, describe(s.Options))
			} else if (r.Signed == extract.SignedYes) == s.Rows[r.Number-1].Signed || r.Signed == extract.SignedUnsure {
				signed++
			}
		}
		for i, r := range s.Rows {
			if !r.Written {
				continue
			}
			rows++
			if written[i+1] {
				found++
			} else {
				t.Errorf("seed %d: line %d was not found; %s", seed, i+1, describe(s.Options))
				keep(t, seed, s.Image)
			}
		}
	}
	t.Logf("%d sheets: %d of %d lines found, %d extra, %d of them told signed or not", *many, found, rows, extra, signed)
}

func describe(o drawn.Options) string {
	return fmt.Sprintf("%d dpi, leaning %.1f, turned %d, %+v", o.DPI, o.Skew, o.Rotation, o.Scan)
}

// keep writes a scan for people to look at, where COUNTERSIGN_KEEP names a
// folder.
func keep(t *testing.T, seed uint64, img image.Image) {
	dir := os.Getenv("COUNTERSIGN_KEEP")
	if dir == "" {
		return
	}
	if err := writePNG(filepath.Join(dir, fmt.Sprintf("scan-%d.png", seed)), img); err != nil {
		t.Error(err)
	}
}

// press prints sheets and takes them to pictures.
type press struct {
	reader map[int]*ingest.Reader // by resolution
	made   map[string]image.Image
}

func (p *press) close() {
	for _, r := range p.reader {
		r.Close()
	}
}

// sets are the sheets that tests print.
func sets() []sheet.Set {
	const purpose = "To bring together those who care for maps, atlases and globes in libraries of every type; to share methods of description and storage; " +
		"to plan programs at conferences; and to advise the units of the Association on the needs of map collections."
	base := sheet.Set{Petition: "K7QF-3XMN", Title: "Petition to establish a Membership Initiative Group", Group: "Maps in Libraries", Purpose: purpose,
		Contact: "Zoë Núñez, Public Library, 210 Division Street, Northfield, MN 55057", Pages: 3}
	a4, portrait, wide := base, base, base
	a4.Paper, a4.Petition = marks.A4, "0192f3ab-77c1-7d3e-9a55-0c2d1e8b4f60"
	portrait.Portrait, portrait.Petition = true, "mig_2026-014"
	wide.Plain, wide.Columns = true, []extract.Field{extract.Given, extract.Family, extract.Institution, extract.ZIP, extract.Signature}
	both := a4
	both.Portrait, both.Columns, both.Height = true, []extract.Field{extract.Name, extract.Signature, extract.Email}, 0.32
	return []sheet.Set{base, portrait, a4, wide, both}
}

// picture is a printed page before anybody wrote on it.
func (p *press) picture(tb testing.TB, s sheet.Set, page, dpi int) image.Image {
	tb.Helper()
	key := fmt.Sprint(s, page, dpi)
	if img, ok := p.made[key]; ok {
		return img
	}
	if p.reader == nil {
		p.reader, p.made = map[int]*ingest.Reader{}, map[string]image.Image{}
	}
	if p.reader[dpi] == nil {
		p.reader[dpi] = &ingest.Reader{Limits: ingest.Limits{DrawnDPI: float64(dpi)}}
	}
	var pdf bytes.Buffer
	if err := s.Write(&pdf); err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "sheets.pdf")
	if err := os.WriteFile(path, pdf.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	d, err := p.reader[dpi].Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	defer d.Close()
	read, err := d.Page(tb.Context(), page)
	if err != nil {
		tb.Fatal(err)
	}
	p.made[key] = read.Image
	return read.Image
}

// scanned is a sheet that people filled and an office scanned.
func (p *press) scanned(tb testing.TB, seed uint64) (drawn.Sheet, marks.Code) {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 0x9a9e))
	o := drawn.Random(seed)
	o.DPI = []int{150, 150, 200, 300}[rng.IntN(4)]
	o.Skew, o.Rotation = rng.Float64()*6-3, 90*rng.IntN(4)
	if rng.IntN(3) == 0 {
		o.Rotation = 180
	}
	s := sets()[rng.IntN(len(sets()))]
	codes, err := s.Codes()
	if err != nil {
		tb.Fatal(err)
	}
	code := codes[1+rng.IntN(2)]
	o.Columns = nil
	paper := drawn.Paper{Image: p.picture(tb, s, code.Page, o.DPI)}
	for _, c := range code.Layout.Columns {
		o.Columns = append(o.Columns, drawn.Asked{Heading: marks.Heading(c.Field), Items: []string{c.Field}})
		paper.Boxes = append(paper.Boxes, c.Boxes)
	}
	lines, borders := code.Layout.Lines(), code.Layout.Borders()
	px := func(v int) int { return (v*o.DPI + 50) / 100 }
	for i := range code.Layout.Rows {
		var cells []image.Rectangle
		for j := range code.Layout.Columns {
			cells = append(cells, image.Rect(px(borders[j]), px(lines[i+1]), px(borders[j+1]), px(lines[i+2])))
		}
		paper.Cells = append(paper.Cells, cells)
	}
	o.Filled = code.Layout.Rows
	if rng.IntN(3) == 0 {
		o.Filled = 1 + rng.IntN(code.Layout.Rows)
	}
	return drawn.Fill(paper, o), code
}

func writePNG(path string, img image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// BenchmarkSheet reads a scan of a printed sheet, all but the writing.
func BenchmarkSheet(b *testing.B) {
	x := extractor(b)
	var press press
	defer press.close()
	s, _ := press.scanned(b, 5)
	page := ingest.Page{Number: 1, Image: s.Image, DPI: float64(s.Options.DPI), Source: ingest.Scan}
	b.Log(describe(s.Options))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Sheet(b.Context(), page); err != nil {
			b.Fatal(err)
		}
	}
}
