package damage

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"strings"
	"testing"
)

// sheet draws lines of scrawls on paper, the same every time.
func sheet(w, h int, in color.Model) image.Image {
	r := rand.New(rand.NewPCG(7, 7))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(244 + r.IntN(8))
	}
	for y := 20; y < h-20; y += 24 {
		x, up := 16, y
		for x < w-16 {
			x, up = x+1, max(y-8, min(y+8, up+r.IntN(5)-2))
			for d := range 3 {
				img.Set(x, up+d, color.RGBA{20, 20, 120, 255})
			}
		}
	}
	if in == color.GrayModel {
		g := image.NewGray(img.Rect)
		for i := range g.Pix {
			g.Pix[i] = img.Pix[4*i]
		}
		return g
	}
	return img
}

func jpegOf(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWholeJPEG(t *testing.T) {
	for _, quality := range []int{5, 40, 75, 95, 100} {
		for _, model := range []color.Model{color.GrayModel, color.RGBAModel} {
			data := jpegOf(t, sheet(300, 203, model), quality)
			if fault := JPEG(data); fault != "" {
				t.Errorf("quality %d, %v: %s", quality, model, fault)
			}
			if fault := JPEG(append(data, "what a camera adds"...)); fault != "" {
				t.Errorf("quality %d, with something behind it: %s", quality, fault)
			}
		}
	}
}

// TestDamagedJPEG: of each kind of damage at any place, what moves the picture,
// or more of it than a few blocks, is said. Go's decoder is the judge.
func TestDamagedJPEG(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, model := range []color.Model{color.GrayModel, color.RGBAModel} {
		whole := jpegOf(t, sheet(400, 400, model), 75)
		want := pixels(t, whole)
		pixels0 := bytes.Index(whole, []byte{0xff, 0xda})
		for n := range 240 {
			bad, at := bytes.Clone(whole), pixels0+20+r.IntN(len(whole)-pixels0-600)
			switch n % 4 {
			case 0:
				bad[at] ^= 1 << r.IntN(8)
			case 1:
				clear(bad[at : at+500])
			case 2:
				copy(bad[at:at+500], whole[pixels0+20+r.IntN(len(whole)-pixels0-600):])
			case 3:
				bad = bad[:at]
			}
			if fault := JPEG(bad); fault != "" || bytes.Equal(bad, whole) {
				continue
			}
			img, err := jpeg.Decode(bytes.NewReader(bad))
			if err != nil {
				t.Errorf("damage %d passes, and no decoder takes it: %v", n, err)
				continue
			}
			const blocks = 6 * 64 // pixels; a unit of color has four blocks and their seams
			if off := differing(want, img); off > blocks {
				t.Errorf("damage %d passes, and %d pixels changed", n, off)
			}
		}
	}
}

func pixels(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// differing counts the pixels that are seen to be others: off by 40 of 255.
func differing(a, b image.Image) int {
	n := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray).Y, color.GrayModel.Convert(b.At(x, y)).(color.Gray).Y
			if abs(int(p)-int(q)) > 40 {
				n++
			}
		}
	}
	return n
}

func TestFlate(t *testing.T) {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	fmt.Fprint(z, strings.Repeat("0 0 m 10 20 l S\n", 200), "unlike the rest")
	z.Close()
	whole := b.Bytes()
	for _, good := range [][]byte{whole, append(bytes.Clone(whole), '\n'), whole[:len(whole)-4]} {
		if fault := Flate(good); fault != "" {
			t.Errorf("%d of %d bytes: %s", len(good), len(whole), fault)
		}
	}
	for i := range len(whole) - 10 {
		bad := bytes.Clone(whole)
		bad[i] ^= 4
		if Flate(bad) == "" || Flate(whole[:i]) == "" {
			t.Errorf("byte %d changed, or what follows cut off, and nothing said", i)
		}
	}
}

// pdfOf is a file of three objects with its index, in which an object may have
// been moved.
func pdfOf(moved int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i := range 5 {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n<<>>\nendobj\n", i+1)
	}
	start := b.Len()
	b.WriteString("xref\n0 6\n0000000000 65535 f \n")
	for i, a := range at {
		if i+1 == moved {
			a += 3
		}
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer<</Size 6>>\nstartxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}

func TestPDF(t *testing.T) {
	whole := pdfOf(0)
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"whole":               {whole, ""},
		"behind something":    {append([]byte("from a mail server\n"), whole...), ""},
		"cut off":             {whole[:len(whole)/2], "no end"},
		"an object elsewhere": {pdfOf(3), "not where its index says"},
		"index lost":          {bytes.Replace(whole, []byte("xref\n0"), []byte("zref\n0"), 1), "index cannot be found"},
	} {
		got := PDF(bytes.NewReader(tt.data), int64(len(tt.data)))
		if got != tt.want && (tt.want == "" || !strings.Contains(got, tt.want)) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func FuzzJPEG(f *testing.F) {
	f.Add(jpegOf(f, sheet(64, 48, color.RGBAModel), 50))
	f.Fuzz(func(t *testing.T, data []byte) {
		if JPEG(data) != JPEG(bytes.Clone(data)) {
			t.Error("two answers")
		}
	})
}

// TestSheetOnADesk: the end of a sheet in a photo, and bands of a table in a shadow, are no
// damage, whichever way they lean.
func TestSheetOnADesk(t *testing.T) {
	const w, h = 1000, 1250
	for _, lean := range []int{-90, -60, -30, 30, 60, 90} {
		random := rand.New(rand.NewPCG(1, uint64(lean+100)))
		img := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				v := 45 + random.IntN(20)
				end := 1170 + lean*(x-w/2)/w
				if x > 60+y/20 && x < 940-y/30 && y > 50 && y < end {
					v = 235 - y/30 + random.IntN(8)
					if x > 120 && x < 860 && y > 200 && y < 1000 && (y-lean*x/w)/44%2 == 0 {
						v -= 14
					}
					if x%9 < 2 && y%40 < 18 && x > 130 && x < 800 {
						v = 40
					}
				}
				img.SetRGBA(x, y, color.RGBA{uint8(v), uint8(v), uint8(min(255, v+6)), 255})
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
			t.Fatal(err)
		}
		if fault := JPEG(b.Bytes()); fault != "" {
			t.Errorf("a sheet that leans by %d: %s", lean, fault)
		}
	}
}
