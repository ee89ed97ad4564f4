package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDamage: whatever 4 KB overwritten, a bit or a cut do to a scan, either its
// page is seen as before or its damage is said. COUNTERSIGN_DAMAGE names other
// scans, separated by blanks, to be damaged 200 times, with the outcome logged:
//
//	COUNTERSIGN_DAMAGE="/scans/a.pdf /scans/b.tif" go test ./ingest -run TestDamage -v
func TestDamage(t *testing.T) {
	files, times := smallScans(t), 60
	if named := strings.Fields(os.Getenv("COUNTERSIGN_DAMAGE")); len(named) > 0 {
		files, times = named, 200
	}
	random := rand.New(rand.NewPCG(11, 12))
	outcomes := map[string]int{}
	for n := range times {
		file := files[n%len(files)]
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bad, how := damaged(random, whole, n/len(files))
		outcome := compared(t, file, bad)
		outcomes[outcome]++
		if outcome == silent {
			t.Errorf("%s, %s: pages differ, and nothing is said", filepath.Base(file), how)
		}
	}
	t.Logf("of %d damages: %v", times, outcomes)
}

// smallScans are the codings that scanners write, a page each.
func smallScans(t *testing.T) []string {
	img := image.NewGray(image.Rect(0, 0, 400, 520))
	for i := range img.Pix {
		img.Pix[i] = 0xf4
	}
	for y := 30; y < 500; y += 20 {
		for x := 20; x < 380; x++ {
			img.SetGray(x, y+(x*x/7+y)%9, color.Gray{30})
			img.SetGray(x, y+(x*x/7+y)%9+1, color.Gray{30})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	files := []string{
		write(t, "scan.jpg", b.Bytes()),
		write(t, "scan.pdf", onePicture(b.Bytes(), 400, 520)),
	}
	for _, name := range []string{"bw-g4", "bw-g31d", "gray-zip2", "rgb-jpeg"} {
		files = append(files, filepath.Join("scan", "testdata", "kinds", name+".tif"))
	}
	return files
}

// TestLostPicture: a page whose picture cannot be found is not a blank one.
func TestLostPicture(t *testing.T) {
	whole := onePicture(jpegOf(t), 850, 1100)
	at := bytes.Index(whole, []byte("5 0 obj\n")) + 8
	copy(whole[at:], bytes.Repeat([]byte{0x9c}, 60))
	d := open(t, reader, write(t, "lost.pdf", whole))
	page, err := d.Page(context.Background(), 1)
	if err == nil && !slices.ContainsFunc(page.Findings, func(f Finding) bool { return f.Kind == Damaged }) {
		t.Errorf("a page of %v without a word", page.Image.Bounds())
	}
}

// onePicture is a PDF of one page that a JPEG covers.
func onePicture(data []byte, w, h int) []byte {
	var b bytes.Buffer
	var at []int
	object := func(entries string, stream []byte) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n<<%s", len(at), entries)
		if stream != nil {
			fmt.Fprintf(&b, "/Length %d>>stream\n%s\nendstream\nendobj\n", len(stream), stream)
			return
		}
		b.WriteString(">>\nendobj\n")
	}
	b.WriteString("%PDF-1.4\n")
	object("/Type/Catalog/Pages 2 0 R", nil)
	object("/Type/Pages/Count 1/Kids[3 0 R]", nil)
	object("/Type/Page/Parent 2 0 R/MediaBox[0 0 288 374]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>", nil)
	object("", []byte("q 288 0 0 374 0 0 cm /I Do Q"))
	object(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode", w, h), data)
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

func damaged(r *rand.Rand, whole []byte, n int) (bad []byte, how string) {
	bad = bytes.Clone(whole)
	size := min(4096, len(bad)/8)
	at := r.IntN(len(bad) - size)
	switch n % 5 {
	case 0:
		bad[at] ^= 1 << r.IntN(8)
		return bad, fmt.Sprintf("a bit of byte %d of %d", at, len(bad))
	case 1:
		for i := range size {
			bad[at+i] = byte(r.Uint32())
		}
		return bad, fmt.Sprintf("%d bytes of noise at %d of %d", size, at, len(bad))
	case 2:
		clear(bad[at : at+size])
		return bad, fmt.Sprintf("%d bytes of zeros at %d of %d", size, at, len(bad))
	case 3:
		copy(bad[at:at+size], whole[r.IntN(len(bad)-size):])
		return bad, fmt.Sprintf("%d bytes from elsewhere at %d of %d", size, at, len(bad))
	}
	return bad[:at], fmt.Sprintf("cut at %d of %d", at, len(bad))
}

// What may become of a damaged file.
const (
	refusedWhole = "refused"
	marked       = "marked as damaged"
	unseen       = "nothing to be seen"
	silent       = "SILENT"
)

func compared(t *testing.T, file string, bad []byte) string {
	path := write(t, filepath.Base(file), bad)
	d, err := reader.Open(context.Background(), path)
	if err != nil {
		checkSentence(t, path, err)
		return refusedWhole
	}
	defer d.Close()
	good := open(t, reader, file)
	outcome := unseen
	if d.Pages() != good.Pages() {
		outcome = silent
	}
	for n := 1; n <= d.Pages(); n++ {
		page, err := d.Page(context.Background(), n)
		if err != nil {
			var input *InputError
			if !errors.As(err, &input) {
				t.Errorf("%s: %v", path, err)
			}
			return marked
		}
		for _, f := range page.Findings {
			if f.Kind == Damaged {
				return marked
			}
		}
		if n <= good.Pages() && outcome == unseen {
			as, err := good.Page(context.Background(), n)
			if err != nil {
				t.Fatal(err)
			}
			if looksOther(as.Image, page.Image) {
				outcome = silent
			}
		}
	}
	return outcome
}

// looksOther tells whether more than a speck of two blocks is seen to differ.
func looksOther(a, b image.Image) bool {
	const most = 6 * 64
	if a.Bounds() != b.Bounds() {
		return true
	}
	n := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray).Y, color.GrayModel.Convert(b.At(x, y)).(color.Gray).Y
			if d := int(p) - int(q); d > 40 || d < -40 {
				n++
			}
		}
	}
	return n > most
}
