package work

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/ingest"
	"countersign/internal/fixtures"
	"countersign/internal/office"
	"countersign/internal/store"
	printed "countersign/report/sheet"
)

// A pile of printed sheets sorts itself: each page counts for the petition that it was
// printed for, whatever it was uploaded with, and what is missing is said.
func TestPrintedSheetsFileThemselves(t *testing.T) {
	t.Parallel()
	s := openTestService(t, Options{})
	snapshot := fixtures.AddMembers(t, s.Store, s.Blobs, "s1", fixtures.Read(t, fixtures.Members))
	for _, id := range []string{"maps", "atlases", "closed"} {
		fixtures.AddPetition(t, s.Store, id, snapshot.ID)
	}
	done, err := s.Store.Petition(t.Context(), "closed")
	if err != nil {
		t.Fatal(err)
	}
	done.State = "disapproved"
	if err := s.Store.SetPetition(t.Context(), done); err != nil {
		t.Fatal(err)
	}
	maps := printed.Set{Petition: "maps", Purpose: "To read maps.", Group: "Maps", Pages: 2,
		Portrait: true, Height: 0.6}
	atlases, over, foreign := maps, maps, maps
	atlases.Petition, atlases.Group, atlases.Pages = "atlases", "Atlases", 3
	over.Petition, foreign.Petition = "closed", "elsewhere"
	pile := fixtures.PDFOfScans([]fixtures.Scan{signedSheet(t, maps, 1, 3), signedSheet(t, atlases,
		1, 2), signedSheet(t, atlases, 3, 4), signedSheet(t, over, 1, 5), signedSheet(t, foreign, 1,
		1)}, []int{0, 1, 2, 3, 4})

	working(t, s)
	upload(t, s, "maps", "pile.pdf", pile)
	fixtures.Settled(t, s.Store, "maps")
	fixtures.Settled(t, s.Store, "atlases", "closed")

	if got := linesOf(t, s, "maps"); !cmp.Equal(got, map[int]int{1: 3, 5: 1}) {
		t.Errorf("lines of maps by page: %v", got)
	}
	if got := linesOf(t, s, "atlases"); !cmp.Equal(got, map[int]int{2: 2, 3: 4}) {
		t.Errorf("lines of atlases by page: %v", got)
	}
	if uploads, pages, lines := fixtures.Contents(t, s.Store, "closed"); len(uploads)+len(pages)+
		len(lines) > 0 {
		t.Errorf("a petition that is decided got %v, %v", uploads, pages)
	}
	uploads, pages, _ := fixtures.Contents(t, s.Store, "atlases")
	if len(uploads) != 1 || !uploads[0].Referred || uploads[0].Name != "pile.pdf" ||
		len(pages) != 2 || pages[1].Form != (store.Form{Petition: "atlases", Page: 3, Of: 3}) {
		t.Errorf("%+v, %+v", uploads, pages)
	}
	_, pages, _ = fixtures.Contents(t, s.Store, "maps")
	for i, want := range []string{"", "filed there, and counts there",
		"filed there, and counts there", "takes no more sheets",
		"petition elsewhere, which is not known here"} {
		if got := strings.Join(pages[i].Notes, " "); !strings.Contains(got, want) {
			t.Errorf("page %d says %q, want %q", i+1, got, want)
		}
	}

	d := office.New(office.Options{Store: s.Store, Blobs: s.Blobs, Rolls: s.Rolls})
	got := caseOf(t, d, "atlases")
	if want := []string{
		"Of the 3 sheets printed for this petition, page 2 is not among the files: see whether " +
			"they were signed."}; !cmp.Equal(got.Printed, want) || !got.Sheets {
		t.Errorf("atlases: %q", got.Printed)
	}
	if got.Group != "Atlases" {
		t.Errorf("the group of atlases is %q", got.Group)
	}
	if got := caseOf(t, d, "maps"); got.Group != "Maps" || len(got.Printed) != 2+1 {
		// one sheet is missing of each printing, and there are two
		t.Errorf("maps: group %q, %q", got.Group, got.Printed)
	}

	// The same pile uploaded with the other petition: nothing counts twice.
	upload(t, s, "atlases", "pile again.pdf", pile)
	fixtures.Settled(t, s.Store, "atlases", "maps")
	if got := linesOf(t, s, "atlases"); !cmp.Equal(got, map[int]int{2: 2, 3: 4, 5: 1}) {
		t.Errorf("lines of atlases by page: %v", got)
	}
	if got := linesOf(t, s, "maps"); !cmp.Equal(got, map[int]int{1: 3, 5: 1}) {
		t.Errorf("lines of maps by page: %v", got)
	}
	if entries, err := s.Store.AuditOf(t.Context(), "atlases", 10); err != nil ||
		len(entries) != 1 || entries[0].Action != "upload.filed" {
		t.Errorf("the record of atlases: %+v, %v", entries, err)
	}
}

func caseOf(t *testing.T, d *office.Office, petitionID string) *office.Case {
	t.Helper()
	c, err := d.Case(t.Context(), petitionID)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// linesOf counts the lines of a petition by page; there is one file.
func linesOf(t *testing.T, s *Service, petitionID string) map[int]int {
	t.Helper()
	n := map[int]int{}
	_, _, lines := fixtures.Contents(t, s.Store, petitionID)
	for _, l := range lines {
		n[l.Page]++
	}
	return n
}

// signedSheet is a page of a set with scrawls in its first lines.
func signedSheet(t *testing.T, set printed.Set, page, lines int) fixtures.Scan {
	t.Helper()
	var pdf bytes.Buffer
	if err := set.Write(&pdf); err != nil {
		t.Fatal(err)
	}
	codes, err := set.Codes()
	if err != nil {
		t.Fatal(err)
	}
	const dpi = 150
	reader := ingest.Reader{Limits: ingest.Limits{DrawnDPI: dpi}}
	defer reader.Close()
	d, err := reader.Open(t.Context(), fixtures.Write(t, filepath.Base(set.Petition)+".pdf",
		pdf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p, err := d.Page(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	g := image.NewGray(p.Image.Bounds())
	draw.Draw(g, g.Rect, p.Image, g.Rect.Min, draw.Src)
	l := codes[page-1].Layout
	rows, borders := l.Lines(), l.Borders()
	for i := range lines {
		for j, c := range l.Columns {
			if c.Field != string(extract.Name) && c.Field != string(extract.Signature) {
				continue
			}
			scrawl(g, image.Rect(borders[j], rows[i+1], borders[j+1], rows[i+2]), dpi)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return fixtures.Scan{JPEG: b.Bytes(), Width: g.Rect.Dx(), Height: g.Rect.Dy()}
}

// scrawl draws a zigzag into a cell given in hundredths of an inch.
func scrawl(g *image.Gray, cell image.Rectangle, dpi int) {
	left, right := cell.Min.X*dpi/100+12, min(cell.Max.X, cell.Min.X+150)*dpi/100-12
	top, tall := cell.Min.Y*dpi/100+18, cell.Dy()*dpi/100-36
	for x := left; x < right; x++ {
		up := (x - left) % (2 * tall)
		y := top + min(up, 2*tall-up)
		for dy := range 4 {
			for dx := range 3 {
				g.SetGray(x+dx, y+dy, color.Gray{Y: 30})
			}
		}
	}
}
