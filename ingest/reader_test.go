package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reader is one for all tests of the package, as PDFium takes a second to
// start. Its resolution is low, so that tests cost little, and its patience
// long, since the machine that tests may be slow.
var reader = &Reader{Limits: Limits{DrawnDPI: 100, PageTime: 2 * time.Minute}}

func TestMain(m *testing.M) {
	code := m.Run()
	reader.Close()
	os.Exit(code)
}

func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, r *Reader, path string) *Document {
	t.Helper()
	d, err := r.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestStrangersFiles: each of the files ends in pages or in one clear sentence,
// also with two at a time.
func TestStrangersFiles(t *testing.T) {
	var files []string
	err := filepath.WalkDir("../testdata/pdfs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".pdf" {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	work := make(chan string)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for path := range work {
				checkFile(t, path)
			}
		})
	}
	for _, path := range files {
		work <- path
	}
	close(work)
	wg.Wait()
}

// mustOpen are the kinds of file that nothing excuses from becoming pages.
var mustOpen = []string{"ccitt", "encrypted_opens_without_password", "jbig2", "jpeg2000", "rotated"}

func checkFile(t *testing.T, path string) {
	kind := filepath.Base(filepath.Dir(path))
	d, err := reader.Open(context.Background(), path)
	if err != nil {
		checkSentence(t, path, err)
		if slices.Contains(mustOpen, kind) {
			t.Errorf("%s: %v", path, err)
		}
		return
	}
	defer d.Close()
	if kind == "encrypted_needs_password" {
		t.Errorf("%s opened", path)
	}
	for n := 1; n <= d.Pages(); n++ {
		page, err := d.Page(context.Background(), n)
		if err != nil {
			checkSentence(t, path, err)
			if slices.Contains(mustOpen, kind) {
				t.Errorf("%s: %v", path, err)
			}
			continue
		}
		checkPage(t, path, page)
	}
}

func checkSentence(t *testing.T, path string, err error) {
	t.Helper()
	var in *InputError
	if !errors.As(err, &in) {
		t.Errorf("%s: %v is not for a person", path, err)
		return
	}
	if s := in.Error(); in.Problem == "" || in.Remedy == "" || strings.ContainsAny(s, "\n\t") || !strings.HasPrefix(s, filepath.Base(path)) {
		t.Errorf("no clear sentence: %q", s)
	}
}

func checkPage(t *testing.T, path string, p Page) {
	t.Helper()
	switch p.Image.(type) {
	case *image.Gray, *image.RGBA:
	default:
		t.Errorf("%s, page %d: %T", path, p.Number, p.Image)
	}
	if p.DPI < 10 || p.Image.Bounds().Dx() < 100 || p.Image.Bounds().Dy() < 100 || p.Image.Bounds().Min != (image.Point{}) {
		t.Errorf("%s, page %d: %v at %v dpi", path, p.Number, p.Image.Bounds(), p.DPI)
	}
	if (p.Source == Text) != (len(p.Words) > 0) {
		t.Errorf("%s, page %d: %q with %d words", path, p.Number, p.Source, len(p.Words))
	}
	for _, w := range p.Words {
		if w.Text == "" || w.Box.Empty() || !w.Box.In(p.Image.Bounds()) {
			t.Errorf("%s, page %d: word %q at %v", path, p.Number, w.Text, w.Box)
		}
	}
}

// TestTypedPetition: the words of a petition filled in online are exact, and
// lie in their rows.
func TestTypedPetition(t *testing.T) {
	var truth struct {
		Pages []struct {
			Rows []struct {
				Box    [4]float64
				Fields map[string]string
			}
		}
	}
	raw, err := os.ReadFile("testdata/typed.truth.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &truth); err != nil {
		t.Fatal(err)
	}
	d := open(t, reader, "testdata/typed.pdf")
	if d.Pages() != len(truth.Pages) {
		t.Fatalf("%d pages, want %d", d.Pages(), len(truth.Pages))
	}
	for i, want := range truth.Pages {
		page, err := d.Page(context.Background(), i+1)
		if err != nil {
			t.Fatal(err)
		}
		if page.Source != Text || page.Number != i+1 {
			t.Errorf("page %d is a %s numbered %d", i+1, page.Source, page.Number)
		}
		size := page.Image.Bounds().Size()
		for _, row := range want.Rows {
			box := image.Rect(int(row.Box[0]*float64(size.X)), int(row.Box[1]*float64(size.Y)), int(row.Box[2]*float64(size.X)), int(row.Box[3]*float64(size.Y)))
			var here []string
			for _, w := range page.Words {
				if mid := w.Box.Min.Add(w.Box.Max).Div(2); mid.In(box) {
					here = append(here, w.Text)
				}
			}
			line := strings.Join(here, " ")
			for field, text := range row.Fields {
				if field != "signature" && !strings.Contains(line, strings.Join(strings.Fields(text), " ")) {
					t.Errorf("page %d: %s %q is not in %q", i+1, field, text, line)
				}
			}
		}
	}
}

func TestOpen(t *testing.T) {
	d := open(t, reader, write(t, "misnamed.txt", jpegOf(t)))
	if d.Name() != "misnamed.txt" || d.Pages() != 1 || len(d.SHA256()) != 64 {
		t.Errorf("%q with %d pages, hash %q", d.Name(), d.Pages(), d.SHA256())
	}
	if _, err := d.Page(context.Background(), 2); err == nil {
		t.Error("page 2 of 1")
	}
	empty := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	f, err := os.Open(write(t, "empty", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := hash(context.Background(), f); err != nil || got != empty {
		t.Errorf("hash of nothing: %s, %v", got, err)
	}
}

func jpegOf(t testing.TB) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 850, 1100))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(100, 100, 200, 1000), image.Black, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pngOf states a size without having the pixels.
func pngOf(t testing.TB, w, h uint32) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	for i, v := range []uint32{w, h} {
		copy(data[16+4*i:], []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
	}
	sum := crc32.ChecksumIEEE(data[12:29])
	copy(data[29:], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return data
}

// TestBadInput: each sentence as the person reads it.
func TestBadInput(t *testing.T) {
	typed, err := os.ReadFile("testdata/typed.pdf")
	if err != nil {
		t.Fatal(err)
	}
	locked := "../testdata/pdfs/encrypted_needs_password/unstructured__password.pdf"
	noPages := "../testdata/pdfs/broken_unopenable/qpdf__c-empty.pdf"
	pipe := filepath.Join(t.TempDir(), "pipe.pdf")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	const again = ": save or scan it again and hand that in"
	for _, tt := range []struct {
		path   string
		limits Limits
		want   string
	}{
		{filepath.Join(t.TempDir(), "gone.pdf"), Limits{}, "gone.pdf is not there: check its name, or whether it was moved"},
		{"testdata", Limits{}, "testdata is a folder: name the files in it"},
		{pipe, Limits{}, "pipe.pdf is not a file: hand in a PDF, TIFF, JPEG or PNG file"},
		{write(t, "empty.pdf", nil), Limits{}, "empty.pdf is empty" + again},
		{write(t, "letter.pdf", []byte("Dear committee,")), Limits{}, "letter.pdf is not a PDF, TIFF, JPEG or PNG file: save it as PDF and hand that in; a list of those who signed online as CSV or XLSX with a row of headings"},
		{write(t, "sheets.pdf", []byte("PK\x03\x04 a.pdf %PDF-1.4\n")), Limits{}, "sheets.pdf is a Word, Excel or ZIP file, which is not read: save it as PDF and hand that in"},
		{write(t, "letter.docx", []byte("PK\x03\x04")), Limits{}, "letter.docx is a Word, Excel or ZIP file, which is not read: save it as PDF and hand that in"},
		{write(t, "photo.avif", []byte("\x00\x00\x00\x18ftypavif")), Limits{}, "photo.avif is an AVIF picture, which is not read: save it as PDF and hand that in"},
		{write(t, "cut.pdf", typed[:600]), Limits{}, "cut.pdf is damaged or cut off" + again},
		{locked, Limits{}, "unstructured__password.pdf needs a password: save a copy without one and hand that in"},
		{noPages, Limits{}, "qpdf__c-empty.pdf has no pages" + again},
		{"testdata/typed.pdf", Limits{FileBytes: 5_000}, "typed.pdf has 1 MB, and at most 0 are read: split it and hand in the parts"},
		{"testdata/typed.pdf", Limits{Pages: 2}, "typed.pdf has more than 2 pages: split it and hand in the parts"},
		{write(t, "dot.png", pngOf(t, 1, 1)), Limits{}, "dot.png, page 1, is a picture of 1 by 1 pixels, too small to be a page: scan the sheet at 200 to 300 dpi and hand that in"},
		{write(t, "wall.png", pngOf(t, 20_000, 10_000)), Limits{}, "wall.png, page 1, is a picture of 200 megapixels, and at most 100 are read: scan the sheet at 200 to 300 dpi and hand that in"},
		{write(t, "cut.png", pngOf(t, 200, 200)), Limits{}, "cut.png, page 1, is damaged or cut off" + again},
		{write(t, "cut.jpg", jpegOf(t)[:12]), Limits{}, "cut.jpg is damaged or cut off" + again},
	} {
		r := reader
		if tt.limits != (Limits{}) {
			r = &Reader{Limits: tt.limits}
			defer r.Close()
		}
		d, err := r.Open(context.Background(), tt.path)
		if err == nil {
			_, err = d.Page(context.Background(), 1)
			d.Close()
		}
		var in *InputError
		if !errors.As(err, &in) {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		if diff := cmp.Diff(tt.want, in.Error()); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.path, diff)
		}
	}
}

// TestFileVanishes: an open document does not mind its file's removal.
func TestFileVanishes(t *testing.T) {
	data, err := os.ReadFile("testdata/typed.pdf")
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "typed.pdf", data)
	d := open(t, reader, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	page, err := d.Page(context.Background(), 3)
	if err != nil || page.Source != Text {
		t.Errorf("%q, %v", page.Source, err)
	}
}

// TestCutOffJPEG: the upper part is read, and the page says what happened.
func TestCutOffJPEG(t *testing.T) {
	data := jpegOf(t)
	page, err := open(t, reader, write(t, "half.jpg", data[:len(data)*2/3])).Page(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	img := page.Image.(*image.Gray)
	if img.Rect != image.Rect(0, 0, 850, 1100) || img.GrayAt(150, 150).Y > 50 || img.GrayAt(300, 150).Y < 200 {
		t.Errorf("%v, ink %d, paper %d", img.Rect, img.GrayAt(150, 150).Y, img.GrayAt(300, 150).Y)
	}
	if !slices.Contains(page.Findings, partMissing()) {
		t.Errorf("found %v", page.Findings)
	}
}

// TestGroup3: fax data of group 3 in two dimensions give the picture that
// group 4 gives.
func TestGroup3(t *testing.T) {
	var pages [2][]Page
	for i, name := range []string{"group3.tif", "group4.tif"} {
		d := open(t, reader, filepath.Join("scan", "testdata", name))
		for n := range d.Pages() {
			page, err := d.Page(context.Background(), n+1)
			if err != nil {
				t.Fatal(err)
			}
			pages[i] = append(pages[i], page)
		}
	}
	if len(pages[0]) != 2 {
		t.Fatalf("%d pages", len(pages[0]))
	}
	for i := range pages[0] {
		if !same(pages[0][i], pages[1][i]) {
			t.Errorf("page %d: group 3 and group 4 differ", i+1)
		}
	}
}

// bomb is a page of forms that call forms: 10 to the power of 9 strokes, and
// an honest page after it.
func bomb() []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(entries, content string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n<<%s", len(offsets), entries)
		if content != "" {
			fmt.Fprintf(&b, "/Length %d>>stream\n%s\nendstream\nendobj\n", len(content), content)
		} else {
			b.WriteString(">>\nendobj\n")
		}
	}
	b.WriteString("%PDF-1.4\n")
	object("/Type/Catalog/Pages 2 0 R", "")
	object("/Type/Pages/Count 2/MediaBox[0 0 612 792]/Kids[3 0 R 4 0 R]", "")
	object("/Type/Page/Parent 2 0 R/Contents 6 0 R/Resources<</XObject<</F 7 0 R>>>>", "")
	object("/Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<<>>", "")
	object("", "100 100 200 200 re f")
	const ten = "/F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do"
	object("", ten)
	for i := range 8 {
		object(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</F %d 0 R>>>>", i+8), ten)
	}
	object("/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<<>>", "0 0 m 600 700 l S")
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

// TestSlowPage: a page that takes too long is given up on, and the next one
// does not suffer.
func TestSlowPage(t *testing.T) {
	r := &Reader{Limits: Limits{DrawnDPI: 72, PageTime: 2 * time.Second}}
	defer r.Close()
	d := open(t, r, write(t, "bomb.pdf", bomb()))
	_, err := d.Page(context.Background(), 1)
	if want := "bomb.pdf, page 1, takes longer than 2s to draw: print it, scan the print, and hand that in"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	page, err := d.Page(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if c := page.Image.(*image.Gray).GrayAt(200, 600).Y; c != 0 {
		t.Errorf("the box on the next page is %d", c)
	}
}

// TestCancelled: a cancelled caller gets the context's error, not a sentence.
func TestCancelled(t *testing.T) {
	d := open(t, reader, "testdata/typed.pdf")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var in *InputError
	if _, err := d.Page(ctx, 1); !errors.Is(err, context.Canceled) || errors.As(err, &in) {
		t.Errorf("page: %v", err)
	}
	if _, err := reader.Open(ctx, "testdata/typed.pdf"); !errors.Is(err, context.Canceled) || errors.As(err, &in) {
		t.Errorf("open: %v", err)
	}
}

// TestPagesAtOnce: pages asked for together are those asked for alone.
func TestPagesAtOnce(t *testing.T) {
	d := open(t, reader, "testdata/typed.pdf")
	alone, together := make([]Page, d.Pages()), make([]Page, d.Pages())
	for i := range alone {
		var err error
		if alone[i], err = d.Page(context.Background(), i+1); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for i := range together {
		wg.Go(func() {
			var err error
			if together[i], err = d.Page(context.Background(), i+1); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range alone {
		if !same(alone[i], together[i]) {
			t.Errorf("page %d differs", i+1)
		}
	}
}

// same compares grey pages; cmp would look at every pixel by itself.
func same(a, b Page) bool {
	x, y := a.Image.(*image.Gray), b.Image.(*image.Gray)
	a.Image, b.Image = nil, nil
	return cmp.Equal(a, b) && x.Rect == y.Rect && bytes.Equal(x.Pix, y.Pix)
}
