package scan

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var roomy = Limits{Pages: 2000, Pixels: 100_000_000}

// letters are the pages of the files in testdata, 340 by 440 pixels: an F and
// an L, each unlike itself however it is turned.
func letters() [2]*image.Gray {
	bars := [2][]image.Rectangle{
		{image.Rect(40, 40, 91, 401), image.Rect(90, 40, 281, 91), image.Rect(90, 190, 221, 241)},
		{image.Rect(40, 40, 91, 401), image.Rect(90, 350, 281, 401)},
	}
	var pages [2]*image.Gray
	for i := range pages {
		pages[i] = image.NewGray(image.Rect(0, 0, 340, 440))
		draw.Draw(pages[i], pages[i].Rect, image.White, image.Point{}, draw.Src)
		for _, r := range bars[i] {
			draw.Draw(pages[i], r, image.Black, image.Point{}, draw.Src)
		}
	}
	return pages
}

// off is the share of pixels whose brightness differs by more than 64; edges
// of a lossy or anti-aliased picture stay below that.
func off(t *testing.T, got, want image.Image) float64 {
	t.Helper()
	if got.Bounds() != want.Bounds() {
		t.Fatalf("size %v, want %v", got.Bounds(), want.Bounds())
	}
	n := 0
	b := got.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			a := color.GrayModel.Convert(got.At(x, y)).(color.Gray).Y
			c := color.GrayModel.Convert(want.At(x, y)).(color.Gray).Y
			if d := int(a) - int(c); d > 64 || d < -64 {
				n++
			}
		}
	}
	return float64(n) / float64(b.Dx()*b.Dy())
}

func open(t *testing.T, data []byte) *File {
	t.Helper()
	f, err := Open(bytes.NewReader(data), int64(len(data)), roomy)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func page(t *testing.T, f *File, number int) Picture {
	t.Helper()
	p, err := f.Page(context.Background(), number)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTIFF(t *testing.T) {
	want := letters()
	for _, tt := range []struct {
		file  string
		pages int
	}{
		{"group4.tif", 2}, {"lzw.tif", 2}, {"deflate.tif", 2},
		{"packbits.tif", 2}, {"jpeg.tif", 2}, {"bigendian-cm.tif", 2},
	} {
		t.Run(tt.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			f := open(t, data)
			if f.Pages() != tt.pages {
				t.Fatalf("%d pages, want %d", f.Pages(), tt.pages)
			}
			for i := range tt.pages {
				p := page(t, f, i+1)
				if share := off(t, p.Image, want[i]); share > 0.01 {
					t.Errorf("page %d: %.1f %% of the pixels are wrong", i+1, 100*share)
				}
				if _, ok := p.Image.(*image.Gray); !ok {
					t.Errorf("page %d is %T", i+1, p.Image)
				}
				if p.DPI < 39.9 || p.DPI > 41 {
					t.Errorf("page %d: %v dpi, want 40", i+1, p.DPI)
				}
			}
		})
	}
}

func TestTIFFInColour(t *testing.T) {
	data, err := os.ReadFile("testdata/jpeg-colour.tif")
	if err != nil {
		t.Fatal(err)
	}
	p := page(t, open(t, data), 1)
	img, ok := p.Image.(*image.RGBA)
	if !ok {
		t.Fatalf("%T, want colour", p.Image)
	}
	c := img.RGBAAt(65, 200)
	if c.B < 170 || c.R > 60 || c.A != 255 {
		t.Errorf("the blue bar is %v", c)
	}
}

// TestFaxIsStretched: 204 by 98 dots an inch would make people half as tall.
func TestFaxIsStretched(t *testing.T) {
	data, err := os.ReadFile("testdata/fax-coarse.tif")
	if err != nil {
		t.Fatal(err)
	}
	p := page(t, open(t, data), 1)
	if want := image.Rect(0, 0, 340, 880); p.Image.Bounds() != want || p.DPI != 40 {
		t.Errorf("%v at %v dpi, want %v at 40", p.Image.Bounds(), p.DPI, want)
	}
}

// TestTurn says each turn twice: by moving pixels and by where EXIF says that
// the first row and column are to be seen.
func TestTurn(t *testing.T) {
	const w, h = 150, 70 // more than a tile and not a multiple of one
	grey := image.NewGray(image.Rect(0, 0, w, h))
	for i := range grey.Pix {
		grey.Pix[i] = byte(i*7 + i/w)
	}
	rgba := image.NewRGBA(grey.Rect)
	draw.Draw(rgba, rgba.Rect, grey, image.Point{}, draw.Src)
	for turn, place := range map[Turn]func(x, y int) (int, int){
		0:             func(x, y int) (int, int) { return x, y },
		AsStored:      func(x, y int) (int, int) { return x, y },
		MirrorX:       func(x, y int) (int, int) { return w - 1 - x, y },
		Half:          func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		MirrorY:       func(x, y int) (int, int) { return x, h - 1 - y },
		Transpose:     func(x, y int) (int, int) { return y, x },
		Clockwise:     func(x, y int) (int, int) { return h - 1 - y, x },
		AntiTranspose: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x },
		CounterClock:  func(x, y int) (int, int) { return y, w - 1 - x },
		9:             func(x, y int) (int, int) { return x, y },
	} {
		for _, src := range []image.Image{grey, rgba} {
			got := turn.Apply(src)
			wrong := 0
			for y := range h {
				for x := range w {
					x1, y1 := place(x, y)
					if got.At(x1, y1) != src.At(x, y) {
						wrong++
					}
				}
			}
			if wrong > 0 {
				t.Errorf("turn %d of %T: %d pixels in the wrong place", turn, src, wrong)
			}
		}
	}
}

func TestFlatten(t *testing.T) {
	r := image.Rect(3, 5, 23, 15)
	fill := func(img draw.Image, c color.Color) image.Image {
		draw.Draw(img, img.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
		return img
	}
	ycc := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	for i := range ycc.Y {
		ycc.Y[i] = 90
	}
	for i := range ycc.Cb {
		ycc.Cb[i], ycc.Cr[i] = 129, 127
	}
	tinted := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	for i := range tinted.Cb {
		tinted.Cb[i], tinted.Cr[i] = 200, 100
	}
	for _, tt := range []struct {
		name string
		img  image.Image
		want color.Color // color.Gray means a grey picture
	}{
		{"grey", fill(image.NewGray(r), color.Gray{77}), color.Gray{77}},
		{"16 bit", fill(image.NewGray16(r), color.Gray16{0x4d99}), color.Gray{0x4d}},
		{"JPEG noise", ycc, color.Gray{90}},
		{"grey in colour", fill(image.NewRGBA(r), color.RGBA{50, 50, 50, 255}), color.Gray{50}},
		{"colour", fill(image.NewRGBA(r), color.RGBA{200, 50, 50, 255}), color.RGBA{200, 50, 50, 255}},
		{"deep colour", fill(image.NewRGBA64(r), color.RGBA64{0xc8c8, 0x3232, 0x3232, 0xffff}), color.RGBA{200, 50, 50, 255}},
		{"transparent is white", fill(image.NewNRGBA(r), color.NRGBA{0, 0, 0, 0}), color.Gray{255}},
		{"half transparent", fill(image.NewNRGBA(r), color.NRGBA{0, 0, 0, 128}), color.Gray{127}},
		{"grey palette", fill(image.NewPaletted(r, color.Palette{color.White, color.Black}), color.Black), color.Gray{0}},
		{"colour palette", fill(image.NewPaletted(r, color.Palette{color.White, color.RGBA{0, 0, 255, 255}}), color.RGBA{0, 0, 255, 255}), color.RGBA{0, 0, 255, 255}},
	} {
		got := Flatten(tt.img)
		if want := image.Rect(0, 0, 20, 10); got.Bounds() != want {
			t.Errorf("%s: %v, want %v", tt.name, got.Bounds(), want)
		}
		if diff := cmp.Diff(tt.want, got.At(19, 9)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
	if _, ok := Flatten(tinted).(*image.RGBA); !ok {
		t.Errorf("a tinted JPEG became %T", Flatten(tinted))
	}
}

func TestCrop(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 10, 10))
	for _, tt := range []struct {
		r           image.Rectangle
		first, last byte
	}{
		{image.Rect(2, 2, 8, 8), 0, 0},
		{image.Rect(-5, -5, 10, 10), 255, 0},
		{image.Rect(0, 0, 15, 12), 0, 255},
	} {
		got := Crop(img, tt.r).(*image.Gray)
		if got.Rect != image.Rect(0, 0, tt.r.Dx(), tt.r.Dy()) {
			t.Errorf("crop to %v is %v", tt.r, got.Rect)
		}
		if a, b := got.GrayAt(0, 0).Y, got.GrayAt(got.Rect.Dx()-1, got.Rect.Dy()-1).Y; a != tt.first || b != tt.last {
			t.Errorf("crop to %v: corners %d and %d, want %d and %d", tt.r, a, b, tt.first, tt.last)
		}
	}
}

// jpegOf gives a JPEG with segments of our own after the start mark.
func jpegOf(t *testing.T, img image.Image, segments ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return slicesJoin(b.Bytes()[:2], append(segments, b.Bytes()[2:])...)
}

func slicesJoin(first []byte, rest ...[]byte) []byte {
	return append(bytes.Clone(first), bytes.Join(rest, nil)...)
}

func jfif(unit byte, x, y uint16) []byte {
	b := []byte("\xff\xe0\x00\x10JFIF\x00\x01\x02")
	b = append(b, unit)
	b = binary.BigEndian.AppendUint16(b, x)
	b = binary.BigEndian.AppendUint16(b, y)
	return append(b, 0, 0)
}

// exif writes orientation and resolution as a camera does.
func exif(turn uint16, dpi uint32) []byte {
	o := binary.LittleEndian
	b := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x03\x00")
	entry := func(tag, kind uint16, count, value uint32) {
		b = o.AppendUint16(o.AppendUint16(b, tag), kind)
		b = o.AppendUint32(o.AppendUint32(b, count), value)
	}
	entry(tagOrientation, 3, 1, uint32(turn))
	entry(tagXRes, 5, 1, 50)
	entry(tagYRes, 5, 1, 50)
	b = o.AppendUint32(b, 0)
	b = o.AppendUint32(o.AppendUint32(b, dpi), 1)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(b)+2))
	return append(head, b...)
}

func TestJPEG(t *testing.T) {
	f := letters()[0]
	for _, tt := range []struct {
		name     string
		segments [][]byte
		dpi      float64
		turn     Turn
	}{
		{"silent", nil, 40, AsStored}, // 340 pixels are taken for 8.5 inches
		{"inches", [][]byte{jfif(1, 50, 50)}, 50, AsStored},
		{"centimetres", [][]byte{jfif(2, 20, 20)}, 50.8, AsStored},
		{"no unit", [][]byte{jfif(0, 1, 1)}, 40, AsStored},
		{"nonsense", [][]byte{jfif(1, 1, 1)}, 40, AsStored},
		{"camera on its side", [][]byte{exif(6, 60)}, 60, Clockwise},
		{"mirrored", [][]byte{jfif(1, 72, 72), exif(2, 50)}, 50, MirrorX},
		{"no such turn", [][]byte{exif(77, 60)}, 60, AsStored},
	} {
		p := page(t, open(t, jpegOf(t, f, tt.segments...)), 1)
		if d := p.DPI - tt.dpi; d > 0.01 || d < -0.01 {
			t.Errorf("%s: %v dpi, want %v", tt.name, p.DPI, tt.dpi)
		}
		if share := off(t, p.Image, tt.turn.Apply(f)); share > 0.01 {
			t.Errorf("%s: %.1f %% of the pixels are wrong", tt.name, 100*share)
		}
	}
}

func TestPNG(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, letters()[1]); err != nil {
		t.Fatal(err)
	}
	silent := b.Bytes()
	phys := binary.BigEndian.AppendUint32([]byte("pHYs"), 1969) // 50.01 dpi
	phys = append(binary.BigEndian.AppendUint32(phys, 1969), 1)
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	chunk = binary.BigEndian.AppendUint32(append(chunk, phys...), crc32.ChecksumIEEE(phys))
	for _, tt := range []struct {
		data []byte
		dpi  float64
	}{
		{silent, 40},
		{slicesJoin(silent[:33], chunk, silent[33:]), 1969 * 0.0254},
	} {
		p := page(t, open(t, tt.data), 1)
		if p.DPI != tt.dpi {
			t.Errorf("%v dpi, want %v", p.DPI, tt.dpi)
		}
		if share := off(t, p.Image, letters()[1]); share > 0 {
			t.Errorf("%.1f %% of the pixels are wrong", 100*share)
		}
	}
}

func TestRefusals(t *testing.T) {
	tif, err := os.ReadFile("testdata/group4.tif")
	if err != nil {
		t.Fatal(err)
	}
	circle := bytes.Clone(tif)
	first := binary.LittleEndian.Uint32(circle[4:])
	next := int(first) + 2 + 12*int(binary.LittleEndian.Uint16(circle[first:]))
	binary.LittleEndian.PutUint32(circle[next:], first)
	lost := bytes.Clone(tif)
	binary.LittleEndian.PutUint32(lost[next:], 1<<30)
	dot := jpegOf(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	whole := jpegOf(t, letters()[0])
	var p bytes.Buffer
	if err := png.Encode(&p, letters()[0]); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		data   []byte
		limits Limits
		want   string
	}{
		{"text", []byte("Dear committee"), roomy, "is not a TIFF, JPEG or PNG file"},
		{"circle", circle, roomy, "its pages form a circle"},
		{"second page lost", lost, roomy, "cut off or damaged after page 1"},
		{"TIFF header alone", tif[:8], roomy, "damaged or cut off"},
		{"JPEG header alone", whole[:20], roomy, "damaged or cut off"},
		{"PNG cut off", p.Bytes()[:p.Len()/2], roomy, "damaged or cut off"},
		{"1 by 1", dot, roomy, "1 by 1 pixels, too small to be a page"},
		{"too many pixels", whole, Limits{Pages: 1, Pixels: 100_000}, "0.1496 megapixels, and at most 0.1 are read"},
		{"too many pages", tif, Limits{Pages: 1, Pixels: 1e6}, "more than 1 pages"},
	} {
		f, err := Open(bytes.NewReader(tt.data), int64(len(tt.data)), tt.limits)
		if err == nil {
			_, err = f.Page(context.Background(), 1)
		}
		var r *Refusal
		if !errors.As(err, &r) || !strings.Contains(r.Problem, tt.want) || r.Remedy == "" {
			t.Errorf("%s: %v, want a refusal that says %q", tt.name, err, tt.want)
		}
	}
	f := open(t, whole[:len(whole)/2])
	if _, err := f.Page(context.Background(), 1); !errors.Is(err, ErrBroken) {
		t.Errorf("half a JPEG: %v, want %v", err, ErrBroken)
	}
}

// TestImpatience: decoding ends with its context.
func TestImpatience(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, name := range []string{"jpeg.tif", "group4.tif"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, data).Page(ctx, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %v", name, err, context.Canceled)
		}
	}
}

// FuzzOpen holds any bytes to the promise: pages or an error, within the
// limits, and no panic.
func FuzzOpen(f *testing.F) {
	files, err := filepath.Glob("testdata/*.tif")
	if err != nil || len(files) == 0 {
		f.Fatal("no testdata", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	limits := Limits{Pages: 3, Pixels: 1_000_000}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Open(bytes.NewReader(data), int64(len(data)), limits)
		if err != nil {
			return
		}
		for n := range doc.Pages() {
			p, err := doc.Page(context.Background(), n+1)
			if err == nil && (p.DPI <= 0 || p.Image.Bounds().Empty()) {
				t.Errorf("page %d: %v at %v dpi", n+1, p.Image.Bounds(), p.DPI)
			}
		}
	})
}

func BenchmarkFlattenColour(b *testing.B) {
	img := image.NewYCbCr(image.Rect(0, 0, 1700, 2200), image.YCbCrSubsampleRatio420)
	img.Cb[len(img.Cb)-1] = 90
	b.ReportAllocs()
	for b.Loop() {
		Flatten(img)
	}
}

func BenchmarkTurn(b *testing.B) {
	img := image.NewGray(image.Rect(0, 0, 2550, 3300))
	b.ReportAllocs()
	for b.Loop() {
		Clockwise.Apply(img)
	}
}
