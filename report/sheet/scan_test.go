package sheet_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	xdraw "golang.org/x/image/draw"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/extract/hand"
	"countersign/extract/layout"
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
	t.Parallel()
	x := extractor(t)
	var press press
	defer press.close()
	var rows, found, extra, signed int
	for seed := range uint64(*many) {
		s, code := press.scanned(t, seed)
		got, err := x.Sheet(t.Context(), ingest.Page{Number: 1, Image: s.Image,
			DPI: float64(s.Options.DPI), Source: ingest.Scan})
		if err != nil {
			t.Fatal(err)
		}
		if want := (extract.Form{Petition: code.Petition, Page: code.Page,
			Of: code.Of}); got.Form != want {
			t.Errorf("seed %d: the page is %+v, want %+v; %s", seed, got.Form, want,
				describe(s.Options))
			keep(t, seed, s.Image)
		}
		if got.Rotation != s.Options.Rotation {
			t.Errorf("seed %d: turned by %d, want %d; %s", seed, got.Rotation, s.Options.Rotation,
				describe(s.Options))
		}
		if len(got.Columns) != len(code.Layout.Columns) {
			t.Errorf("seed %d: %d columns, want %d", seed, len(got.Columns),
				len(code.Layout.Columns))
		}
		written := map[int]bool{}
		for _, r := range got.Rows {
			written[r.Number] = true
			if !s.Rows[r.Number-1].Written {
				extra++
				t.Errorf("seed %d: nobody wrote in line %d; %s", seed, r.Number,
					describe(s.Options))
			} else if (r.Signed == extract.SignedYes) == s.Rows[r.Number-1].Signed ||
				r.Signed == extract.SignedUnsure {
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
	t.Logf("%d sheets: %d of %d lines found, %d extra, %d of them told signed or not", *many, found,
		rows, extra, signed)
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
	made   map[string]ingest.Page
}

func (p *press) close() {
	for _, r := range p.reader {
		r.Close()
	}
}

// sets are the sheets that tests print.
func sets() []sheet.Set {
	const purpose = "To bring together those who care for maps, atlases and globes in libraries " +
		"of every type; to share methods of description and storage; " +
		"to plan programs at conferences; and to advise the units of the Association on the " +
		"needs of map collections."
	base := sheet.Set{Petition: "K7QF-3XMN",
		Title: "Petition to establish a Membership Initiative Group", Group: "Maps in Libraries",
		Purpose: purpose,
		Contact: "Zoë Núñez, Public Library, 210 Division Street, Northfield, MN 55057", Pages: 3}
	a4, portrait, wide := base, base, base
	a4.Paper, a4.Petition = marks.A4, "0192f3ab-77c1-7d3e-9a55-0c2d1e8b4f60"
	portrait.Portrait, portrait.Petition = true, "mig_2026-014"
	wide.Plain, wide.Columns = true, []extract.Field{extract.Given, extract.Family,
		extract.Institution, extract.ZIP, extract.Signature}
	both := a4
	both.Portrait, both.Columns, both.Height = true, []extract.Field{extract.Name,
		extract.Signature, extract.Email}, 0.32
	return []sheet.Set{base, portrait, a4, wide, both}
}

// picture is a printed page before anybody wrote on it.
func (p *press) picture(tb testing.TB, s sheet.Set, page, dpi int) image.Image {
	return p.page(tb, s, page, dpi).Image
}

// page is the same as ingest gives it.
func (p *press) page(tb testing.TB, s sheet.Set, page, dpi int) ingest.Page {
	tb.Helper()
	key := fmt.Sprint(s, page, dpi)
	if made, ok := p.made[key]; ok {
		return made
	}
	if p.reader == nil {
		p.reader, p.made = map[int]*ingest.Reader{}, map[string]ingest.Page{}
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
	p.made[key] = read
	return read
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
	set := sets()[rng.IntN(len(sets()))]
	filled := 60
	if rng.IntN(3) == 0 {
		filled = 1 + rng.IntN(10)
	}
	o.Filled = filled
	return p.filled(tb, set, 2+rng.IntN(2), o)
}

// filled is a page that people filled and an office scanned as o says.
func (p *press) filled(tb testing.TB, set sheet.Set, page int, o drawn.Options) (drawn.Sheet,
	marks.Code) {
	tb.Helper()
	codes, err := set.Codes()
	if err != nil {
		tb.Fatal(err)
	}
	code := codes[page-1]
	paper := drawn.Paper{Image: p.picture(tb, set, page, o.DPI),
		Gap: marks.CombGap * float64(o.DPI) / 100}
	o.Columns = nil
	for _, c := range code.Layout.Columns {
		o.Columns = append(o.Columns, drawn.Asked{Heading: marks.Heading(c.Field),
			Items: []string{c.Field}})
		paper.Boxes = append(paper.Boxes, c.Boxes)
	}
	lines, borders := code.Layout.Lines(), code.Layout.Borders()
	px := func(v int) int { return (v*o.DPI + 50) / 100 }
	for i := range code.Layout.Rows {
		var cells []image.Rectangle
		for j := range code.Layout.Columns {
			cells = append(cells, image.Rect(px(borders[j]), px(lines[i+1]), px(borders[j+1]),
				px(lines[i+2])))
		}
		paper.Cells = append(paper.Cells, cells)
	}
	crops := crops(tb)
	real := map[int]bool{}
	paper.Image = copied(paper.Image)
	for i := o.Filled; i < len(paper.Cells); i += 2 {
		pasted(paper.Image.(*image.RGBA), crops[(int(o.Seed)*7+i)%len(crops)], paper.Cells[i][1])
		real[i] = true
	}
	s := drawn.Fill(paper, o)
	for i := range real {
		s.Rows[i].Written = true
	}
	return s, code
}

// crops are what real people wrote into cells.
func crops(tb testing.TB) []image.Image {
	tb.Helper()
	var crops []image.Image
	for _, pattern := range []string{"dhsd-*", "lyon-*"} {
		paths, err := filepath.Glob("../../extract/hand/testdata/cells/" + pattern)
		if err != nil || len(paths) == 0 {
			tb.Fatalf("no handwriting %s: %v", pattern, err)
		}
		for _, path := range paths {
			f, err := os.Open(path)
			if err != nil {
				tb.Fatal(err)
			}
			img, _, err := image.Decode(f)
			f.Close()
			if err != nil {
				tb.Fatalf("read %s: %v", path, err)
			}
			crops = append(crops, img)
		}
	}
	return crops
}

func copied(img image.Image) *image.RGBA {
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, img, out.Rect.Min, draw.Src)
	return out
}

// pasted lays writing over a cell, as large as it fits; its paper does not show.
func pasted(on *image.RGBA, writing image.Image, cell image.Rectangle) {
	b := writing.Bounds()
	scale := min(float64(cell.Dx())*0.9/float64(b.Dx()), float64(cell.Dy())*0.8/float64(b.Dy()))
	r := image.Rect(0, 0, int(float64(b.Dx())*scale), int(float64(b.Dy())*scale)).Add(cell.Min).Add(
		image.Pt(cell.Dx()/20, cell.Dy()/10))
	small := image.NewGray(r)
	xdraw.ApproxBiLinear.Scale(small, r, writing, b, xdraw.Src, nil)
	dark, light := 255, 0
	for _, v := range small.Pix {
		dark, light = min(dark, int(v)), max(light, int(v))
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			// what is lighter is paper
			ink := (int(small.GrayAt(x, y).Y) - dark) * 255 / max(1, (light-dark)*7/10)
			if ink < 255 {
				on.Set(x, y, color.Gray{Y: uint8(ink / 2)}) // a pen that a fax shows
			}
		}
	}
}

// plain is how a careful person fills and scans a sheet.
func plain(dpi int) drawn.Options {
	o := drawn.Random(11)
	o.DPI, o.Skew, o.Rotation, o.Filled, o.Skipped, o.Struck, o.Unsigned = dpi, 0.7, 0, 60, 0, 0, 0
	o.Scan = drawn.Scan{Noise: 2, Quality: 80}
	return o
}

// A page stays known when a corner is torn off, a stamp or a staple takes one
// of the codes, or the copier cut an edge. Without either code it is still
// known which way up it is and that it is one of ours.
func TestDamagedSheets(t *testing.T) {
	t.Parallel()
	x := extractor(t)
	var press press
	defer press.close()
	s, code := press.filled(t, sets()[0], 2, plain(150))
	corners, codes := code.Layout.Corners(), code.Layout.Codes()
	tornOff := func(n int) []image.Rectangle {
		return []image.Rectangle{{Min: corners[n].Sub(image.Pt(60, 60)),
			Max: corners[n].Add(image.Pt(25, 25))}}
	}
	for name, tt := range map[string]struct {
		gone []image.Rectangle // hundredths of an inch
		turn int
		lost bool // both codes
	}{
		"whole":                 {},
		"top left torn off":     {gone: tornOff(0)},
		"top right torn off":    {gone: tornOff(1), turn: 1},
		"bottom right torn off": {gone: tornOff(2), turn: 2},
		"bottom left torn off":  {gone: tornOff(3), turn: 3},
		"stamp on the upper":    {gone: codes[:1], turn: 2},
		"hole in the lower":     {gone: codes[1:], turn: 2},
		"part of the upper": {gone: append([]image.Rectangle{{Min: codes[0].Min,
			Max: codes[0].Min.Add(image.Pt(20, 18))}}, codes[1])},
		"both codes":             {gone: codes[:], turn: 2, lost: true},
		"both codes, a corner":   {gone: append(tornOff(0), codes[:]...), turn: 2, lost: true},
		"both codes, on a side":  {gone: codes[:], turn: 1, lost: true},
		"upper and its corner":   {gone: append(tornOff(1), codes[0]), turn: 2},
		"lower and its corner":   {gone: append(tornOff(3), codes[1])},
		"corner across the code": {gone: append(tornOff(0), codes[0])},
	} {
		t.Run(name, func(t *testing.T) {
			g := image.NewGray(s.Image.Bounds())
			draw.Draw(g, g.Rect, s.Image, image.Point{}, draw.Src)
			for _, r := range tt.gone {
				r = image.Rect(r.Min.X*3/2, r.Min.Y*3/2, r.Max.X*3/2, r.Max.Y*3/2).Inset(-6)
				draw.Draw(g, r, image.NewUniform(color.Gray{Y: 90}), image.Point{}, draw.Src)
			}
			page := ingest.Page{Number: 1, Image: layout.Turn(g, tt.turn, 0).Image, DPI: 150,
				Source: ingest.Scan}
			got, err := x.Sheet(t.Context(), page)
			if err != nil {
				t.Fatal(err)
			}
			want := extract.Form{Petition: code.Petition, Page: 2, Of: 3}
			if tt.lost {
				want = extract.Form{}
			}
			if got.Form != want || got.Rotation != (4-tt.turn)%4*90 ||
				len(got.Rows) != code.Layout.Rows || len(got.Columns) != len(code.Layout.Columns) {
				t.Errorf("%+v turned by %d, %d columns, %d rows; want %+v, %d, %d, %d", got.Form,
					got.Rotation, len(got.Columns), len(got.Rows),
					want, (4-tt.turn)%4*90, len(code.Layout.Columns), code.Layout.Rows)
			}
			if tt.lost != (len(got.Notes) > 0) {
				t.Errorf("the notes are %q", got.Notes)
			}
		})
	}
}

// Numbers are read in combs, where nobody writes one digit into another, and in plain cells. A
// share needs some fifty numbers to mean anything.
func TestNumbersInCombs(t *testing.T) {
	t.Parallel()
	x := extractor(t)
	pen, err := hand.New()
	if err != nil {
		t.Fatal(err)
	}
	x.Cells = extract.NewHandwritten(pen, extract.Typed{Print: x.Print})
	var press press
	defer press.close()
	all, exact := 0, 0
	for _, plainCells := range []bool{false, true} {
		set := sets()[0]
		set.Plain = plainCells
		numbers, right := 0, 0
		for seed := range uint64(1 + max(*many, 50)/10) {
			o := plain(200)
			o.Seed, o.Scan.Fax = 30+seed, seed%3 == 0
			s, _ := press.filled(t, set, 2, o)
			got, err := x.Sheet(t.Context(), ingest.Page{Number: 1, Image: s.Image, DPI: 200,
				Source: ingest.Scan})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range got.Rows {
				want := s.Rows[r.Number-1].Texts["member_id"]
				if want == "" {
					continue
				}
				if numbers++; r.Fields[extract.MemberID].Text == want {
					right++
				}
			}
		}
		t.Logf("plain cells %v: %d of %d numbers exact", plainCells, right, numbers)
		if 10*right < 9*numbers {
			t.Errorf("plain cells %v: only %d of %d numbers exact", plainCells, right, numbers)
		}
		all, exact = all+numbers, exact+right
	}
	if 100*exact < 95*all {
		t.Errorf("%d of %d numbers exact, want 95 in 100", exact, all)
	}
}

// Page 1 says what the petition is for.
func TestPurposeIsRead(t *testing.T) {
	t.Parallel()
	x := extractor(t)
	var press press
	defer press.close()
	for i, set := range sets()[:2] {
		s, _ := press.filled(t, set, 1, plain([]int{150, 200}[i%2]))
		got, err := x.Sheet(t.Context(), ingest.Page{Number: 1, Image: s.Image,
			DPI: float64(s.Options.DPI), Source: ingest.Scan})
		if err != nil {
			t.Fatal(err)
		}
		if got.Cover.Group != set.Group || got.Cover.Purpose != set.Purpose {
			t.Errorf("set %d: group %q, purpose %q", i, got.Cover.Group, got.Cover.Purpose)
		}
	}
}

// A sheet that was never printed but sent back as the PDF it came in is known
// as well.
func TestSheetAsItWasMade(t *testing.T) {
	t.Parallel()
	x := extractor(t)
	var press press
	defer press.close()
	for i, set := range sets()[:3] {
		page := press.page(t, set, 2, 150)
		got, err := x.Sheet(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		if page.Source != ingest.Text || got.Form.Petition != set.Petition || got.Form.Page != 2 ||
			len(got.Rows) != 0 {
			t.Errorf("set %d: a page of %s, %+v with %d rows", i, page.Source, got.Form,
				len(got.Rows))
		}
	}
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
