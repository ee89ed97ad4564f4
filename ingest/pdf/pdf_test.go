package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/ingest/scan"
)

var roomy = Limits{Pages: 100, Pixels: 20_000_000, PageTime: time.Minute, DPI: 100}

// engine is one for all tests of the package, as each costs seconds to start.
var engine = NewEngine(roomy, "")

func TestMain(m *testing.M) {
	code := m.Run()
	engine.Close()
	os.Exit(code)
}

// sample is one page to be written: its dictionary entries besides the usual,
// its content, and the objects that both refer to, the first as 4 0 R.
type sample struct {
	box       string
	page      string
	resources string
	content   string
	objects   []string
}

func (s sample) write() []byte {
	var b bytes.Buffer
	offsets := []int{}
	b.WriteString("%PDF-1.7\n")
	objects := append([]string{
		"<</Type/Catalog/Pages 2 0 R>>",
		fmt.Sprintf("<</Type/Pages/Count 1/Kids[<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 3 0 R/Resources<<%s>>%s>>]>>", s.box, s.resources, s.page),
		stream("", []byte(s.content)),
	}, s.objects...)
	// A page must be an object of its own for pdfcpu.
	objects[1] = strings.Replace(objects[1], "[<</Type/Page", fmt.Sprintf("[%d 0 R]>>", len(objects)+1)+"<</Type/Page", 1)
	kids, page, _ := strings.Cut(objects[1], "]>><<")
	objects[1] = kids + "]>>"
	objects = append(objects, "<<"+strings.TrimSuffix(page, "]>>"))
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

func stream(entries string, data []byte) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", entries, len(data), data)
}

// letter is an F on paper that darkens to one side, 340 by 440 pixels; 100 dpi
// on a page of 244.8 by 316.8 points.
func letter(colour bool) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 340, 440))
	for y := range 440 {
		for x := range 340 {
			img.SetRGBA(x, y, color.RGBA{byte(255 - x/8), byte(255 - x/8), byte(255 - x/8), 255})
		}
	}
	ink := color.RGBA{0, 0, 0, 255}
	if colour {
		ink = color.RGBA{0, 40, 200, 255}
	}
	for _, r := range []image.Rectangle{image.Rect(40, 40, 91, 401), image.Rect(90, 40, 281, 91), image.Rect(90, 190, 221, 241)} {
		draw.Draw(img, r, image.NewUniform(ink), image.Point{}, draw.Src)
	}
	return img
}

const (
	pictureEntries = "/Type/XObject/Subtype/Image/Width 340/Height 440"
	upright        = "244.8 0 0 316.8 0 0 cm /P Do"
	box            = "0 0 244.8 316.8"
	xobject        = "/XObject<</P 4 0 R>>"
)

// coded gives the letter as an image object in each coding that is taken out.
func coded(t testing.TB, coding string) string {
	t.Helper()
	grey, _ := scan.Gray(letter(false))
	var b bytes.Buffer
	switch coding {
	case "JPEG", "colour JPEG":
		var img image.Image = grey
		space := "/DeviceGray"
		if coding == "colour JPEG" {
			img, space = letter(true), "/DeviceRGB"
		}
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
			t.Fatal(err)
		}
		return stream(pictureEntries+"/BitsPerComponent 8/Filter/DCTDecode/ColorSpace"+space, b.Bytes())
	case "deflated":
		return stream(pictureEntries+"/BitsPerComponent 8/Filter/FlateDecode/ColorSpace/DeviceGray", deflate(t, grey.Pix))
	case "deflated colour":
		pix := []byte{}
		for i, p := range letter(true).Pix {
			if i%4 != 3 {
				pix = append(pix, p)
			}
		}
		return stream(pictureEntries+"/BitsPerComponent 8/Filter/FlateDecode/ColorSpace/DeviceRGB", deflate(t, pix))
	case "one bit", "one bit inverted":
		rows := make([]byte, 43*440)
		for i, p := range grey.Pix {
			if (p > 128) == (coding == "one bit") {
				rows[i/340*43+i%340/8] |= 0x80 >> (i % 340 % 8)
			}
		}
		entries := ""
		if coding == "one bit inverted" {
			entries = "/Decode[1 0]"
		}
		return stream(pictureEntries+"/BitsPerComponent 1/Filter/FlateDecode/ColorSpace/DeviceGray"+entries, deflate(t, rows))
	}
	data, err := os.ReadFile("../scan/testdata/group4.tif")
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]string{
		"fax":          "/ColorSpace/DeviceGray/DecodeParms<</K -1/Columns 340>>",
		"fax, swapped": "/ColorSpace/DeviceGray/DecodeParms<</K -1/Columns 340/BlackIs1 true>>",
		"fax, twice":   "/ColorSpace/DeviceGray/DecodeParms<</K -1/Columns 340/BlackIs1 true>>/Decode[1 0]",
		"stencil":      "/ImageMask true/DecodeParms<</K -1/Columns 340>>",
	}[coding]
	if entries == "" {
		t.Fatal("no coding", coding)
	}
	return stream(pictureEntries+"/BitsPerComponent 1/Filter/CCITTFaxDecode"+entries, firstStrip(data))
}

// firstStrip is the coded data of the first page of a little-endian TIFF with one strip a page.
func firstStrip(tiff []byte) []byte {
	o := binary.LittleEndian
	at := o.Uint32(tiff[4:])
	tags := map[uint16]uint32{}
	for e := tiff[at+2 : at+2+12*uint32(o.Uint16(tiff[at:]))]; len(e) > 0; e = e[12:] {
		tags[o.Uint16(e)] = o.Uint32(e[8:])
		if o.Uint16(e[2:]) == 3 {
			tags[o.Uint16(e)] = uint32(o.Uint16(e[8:]))
		}
	}
	return tiff[tags[273]:][:tags[279]]
}

func deflate(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Open(context.Background(), engine, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	if f.covers == nil {
		t.Fatalf("pdfcpu refuses the sample\n%.1000s", data)
	}
	return f
}

// drawn has PDFium draw a page whatever is on it.
func drawn(t testing.TB, f *File) Page {
	t.Helper()
	var page Page
	if err := engine.use(context.Background(), f, func(s *seat) (err error) {
		page, err = s.page(0, roomy, beside{})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return page
}

// apart is the share of pixels in which two pictures differ by more than 64.
// The sizes may differ by a pixel, as page sizes are rounded.
func apart(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	size, other := a.Bounds().Size(), b.Bounds().Size()
	if d := size.Sub(other); d.X*d.X > 1 || d.Y*d.Y > 1 {
		t.Fatalf("sizes %v and %v", size, other)
	}
	n, all := 0, 0
	for y := range min(size.Y, other.Y) {
		for x := range min(size.X, other.X) {
			r, g, b0, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			all++
			for _, d := range []int{int(r>>8) - int(r2>>8), int(g>>8) - int(g2>>8), int(b0>>8) - int(b2>>8)} {
				if d > 64 || d < -64 {
					n++
					break
				}
			}
		}
	}
	return float64(n) / float64(all)
}

// TestTakenOutIsWhatIsDrawn: both ways to a page must show the same, however
// the picture lies on the page and whatever of it is shown.
func TestTakenOutIsWhatIsDrawn(t *testing.T) {
	type lie struct{ name, box, matrix string }
	lies := []lie{
		{"upright", box, "244.8 0 0 316.8 0 0"},
		{"mirrored", box, "-244.8 0 0 316.8 244.8 0"},
		{"upside down", box, "-244.8 0 0 -316.8 244.8 316.8"},
		{"flipped", box, "244.8 0 0 -316.8 0 316.8"},
		{"lying a", "0 0 316.8 244.8", "0 244.8 316.8 0 0 0"},
		{"lying b", "0 0 316.8 244.8", "0 -244.8 316.8 0 0 244.8"},
		{"lying c", "0 0 316.8 244.8", "0 244.8 -316.8 0 316.8 0"},
		{"lying d", "0 0 316.8 244.8", "0 -244.8 -316.8 0 316.8 244.8"},
		{"off the origin", "-100 50 144.8 366.8", "244.8 0 0 316.8 -100 50"},
		{"larger than the page", "0 0 200 250", "244.8 0 0 316.8 -20 -40"},
		{"with a margin", "0 0 280 360", "244.8 0 0 316.8 18 22"},
		{"finer than the page", "0 0 122.4 158.4", "122.4 0 0 158.4 0 0"},
	}
	check := func(t *testing.T, s sample) {
		f := open(t, s.write())
		taken, err := f.covers.page(context.Background(), 1)
		if err != nil {
			t.Fatalf("not taken out: %v", err)
		}
		page := drawn(t, f)
		if share := apart(t, taken.Image, page.Image); share > 0.015 {
			t.Errorf("%.1f %% of the pixels differ", 100*share)
		}
		if d := taken.DPI - page.DPI; d > 0.5 || d < -0.5 {
			t.Errorf("%v dpi taken out, %v drawn", taken.DPI, page.DPI)
		}
	}
	picture := coded(t, "JPEG")
	for _, l := range lies {
		for _, rotate := range []int{0, 90, 180, 270, -90} {
			t.Run(fmt.Sprintf("%s, turned by %d", l.name, rotate), func(t *testing.T) {
				check(t, sample{box: l.box, page: fmt.Sprintf("/Rotate %d", rotate), resources: xobject,
					content: "q " + l.matrix + " cm /P Do Q", objects: []string{picture}})
			})
		}
	}
	for _, rotate := range []int{0, 90, 180, 270} {
		t.Run(fmt.Sprintf("cropped, turned by %d", rotate), func(t *testing.T) {
			check(t, sample{box: box, page: fmt.Sprintf("/CropBox[20 30 230 300]/Rotate %d", rotate), resources: xobject,
				content: upright, objects: []string{picture}})
		})
	}
	for _, coding := range []string{"JPEG", "colour JPEG", "deflated", "deflated colour", "one bit", "one bit inverted",
		"fax", "fax, swapped", "fax, twice", "stencil"} {
		t.Run(coding, func(t *testing.T) {
			check(t, sample{box: box, resources: xobject, content: upright, objects: []string{coded(t, coding)}})
		})
	}
}

// TestCovered: what may stand beside the picture, and what may not.
func TestCovered(t *testing.T) {
	picture := coded(t, "JPEG")
	font := "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
	for _, tt := range []struct {
		name    string
		covered bool
		s       sample
	}{
		{"state and marks", true, sample{content: "% scan\n/Artifact <</Type (a \\) b)>> BDC q 1 w [3 2] 0 d 0 g 1 i " + upright + " Q EMC"}},
		{"invisible text", true, sample{resources: font, content: "q " + upright + " Q BT /F 12 Tf 3 Tr 20 20 Td (Anna) Tj [(Sm) -20 <6974>] TJ ET"}},
		{"plain state dictionary", true, sample{resources: "/ExtGState<</G<</Type/ExtGState/BM/Normal/ca 1/SMask/None>>>>", content: "/G gs " + upright}},
		{"clipped to the page", true, sample{content: "0 0 245 317 re W n " + upright}},
		{"in a form", true, sample{resources: "/XObject<</P 5 0 R>>", content: "2 0 0 2 0 0 cm /P Do",
			objects: []string{picture, stream("/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Matrix[0.5 0 0 0.5 0 0]/Resources<<"+xobject+">>", []byte(upright))}}},
		{"a link", true, sample{content: upright, page: "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 50 50]/Border[0 0 0]>>]"}},

		{"visible text", false, sample{resources: font, content: "q " + upright + " Q BT /F 12 Tf 20 20 Td (Anna) Tj ET"}},
		{"text seen again after Q", false, sample{resources: font, content: "q 3 Tr " + upright + " Q BT /F 12 Tf 20 20 Td (Anna) Tj ET"}},
		{"a line", false, sample{content: "q " + upright + " Q 0 0 m 100 100 l S"}},
		{"a box", false, sample{content: "q " + upright + " Q 10 10 20 20 re f"}},
		{"the picture twice", false, sample{content: "q " + upright + " Q 0.1 0 0 0.1 0 0 cm " + upright}},
		{"an inline picture", false, sample{content: "q " + upright + " Q BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"}},
		{"faded", false, sample{resources: "/ExtGState<</G<</ca 0.5>>>>", content: "/G gs " + upright}},
		{"masked by state", false, sample{resources: "/ExtGState<</G<</SMask<</Type/Mask/S/Luminosity/G 5 0 R>>>>>>", content: "/G gs " + upright,
			objects: []string{picture, stream("/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Group<</S/Transparency/CS/DeviceGray>>", []byte("1 g 0 0 500 500 re f"))}}},
		{"optional", false, sample{content: "/OC /X BDC " + upright + " EMC"}},
		{"a note", false, sample{content: upright, page: "/Annots[<</Type/Annot/Subtype/Square/Rect[0 0 50 50]>>]"}},
		{"leaning", false, sample{content: "244.8 5 -5 316.8 0 0 cm /P Do"}},
		{"stretched", false, sample{content: "244.8 0 0 200 0 0 cm /P Do"}},
		{"small", false, sample{content: "100 0 0 129.4 0 0 cm /P Do"}},
		{"clipped", false, sample{content: "0 0 100 100 re W n " + upright}},
		{"clipped to a circle", false, sample{content: "0 0 m 50 0 100 50 100 100 c W n " + upright}},
		{"nothing", false, sample{content: ""}},
		{"an unknown step", false, sample{content: "foo " + upright}},
		{"a soft mask", false, sample{content: upright, objects: []string{strings.Replace(picture, "/Filter", "/SMask 4 0 R/Filter", 1)}}},
		{"odd levels", false, sample{content: upright, objects: []string{strings.Replace(picture, "/Filter", "/Decode[1 0]/Filter", 1)}}},
		{"ink as a colour", false, sample{content: upright, objects: []string{strings.Replace(picture, "/DeviceGray", "[/Separation/Black/DeviceGray<</FunctionType 2/Domain[0 1]/N 1/C0[1]/C1[0]>>]", 1)}}},
		{"a red stencil", false, sample{content: "1 0 0 rg " + upright, objects: []string{coded(t, "stencil")}}},
	} {
		s := tt.s
		s.box = box
		if !strings.Contains(s.resources, "/XObject") {
			s.resources += xobject
		}
		if s.objects == nil {
			s.objects = []string{picture}
		}
		f := open(t, s.write())
		_, err := f.covers.find(1)
		if tt.covered && err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if !tt.covered && err == nil {
			t.Errorf("%s: passes for one picture", tt.name)
		}
		page, err := f.Page(context.Background(), 1)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if len(page.Words) > 0 {
			t.Errorf("%s: %d words for a scan", tt.name, len(page.Words))
		}
	}
}

// TestWordsLieOnTheirInk however the page is turned and cropped.
func TestWordsLieOnTheirInk(t *testing.T) {
	for _, rotate := range []int{0, 90, 180, 270} {
		for _, crop := range []string{"", "/CropBox[20 30 230 300]"} {
			f := open(t, sample{box: box, page: fmt.Sprintf("/Rotate %d%s", rotate, crop),
				resources: "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>",
				content: "BT /F 14 Tf 40 200 Td (Anna  Smith-Jones) Tj 0 -40 Td (/s/ 0042) Tj ET " +
					"BT /F 14 Tf 3 Tr 40 100 Td (unseen) Tj ET BT /F 14 Tf 0 Tr 400 400 Td (outside) Tj ET"}.write())
			page, err := f.Page(context.Background(), 1)
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			inside := image.NewGray(page.Image.Bounds())
			for _, w := range page.Words {
				texts = append(texts, w.Text)
				draw.Draw(inside, w.Box, image.White, image.Point{}, draw.Src)
			}
			slices.Sort(texts) // PDFium follows the lines of the page as stored
			if got, want := strings.Join(texts, " "), "/s/ 0042 Anna Smith-Jones"; got != want {
				t.Errorf("turned by %d%s: %q, want %q", rotate, crop, got, want)
			}
			ink, covered, boxed := 0, 0, 0
			for i, p := range page.Image.(*image.Gray).Pix {
				if inside.Pix[i] > 0 {
					boxed++
				}
				if p < 128 {
					ink++
					if inside.Pix[i] > 0 {
						covered++
					}
				}
			}
			if ink == 0 || covered < ink*98/100 || boxed > ink*6 {
				t.Errorf("turned by %d%s: %d of %d dark pixels lie in boxes of %d pixels", rotate, crop, covered, ink, boxed)
			}
		}
	}
}

// TestFilledForm: what is typed into a form's fields is part of the page.
func TestFilledForm(t *testing.T) {
	look := stream("/Type/XObject/Subtype/Form/BBox[0 0 150 20]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
		[]byte("BT /F 12 Tf 2 5 Td (Zanele) Tj ET"))
	s := sample{box: box, content: " ",
		page:    "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/V(Zanele)/F 4/Rect[40 200 190 220]/AP<</N 4 0 R>>>>]",
		objects: []string{look}}
	page, err := open(t, s.write()).Page(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Words) != 1 || page.Words[0].Text != "Zanele" {
		t.Errorf("words %v, want Zanele", page.Words)
	}
}

// TestResolution: a scan keeps its own, the rest gets the setting's, lowered to
// what fits.
func TestResolution(t *testing.T) {
	picture := coded(t, "JPEG")
	for _, tt := range []struct {
		name, box, content string
		want               float64
	}{
		{"drawn", "0 0 612 792", "10 10 20 20 re f", 100},
		{"scan beside a line", box, "q " + upright + " Q 0 0 m 9 9 l S", 100},
		{"fine scan beside a line", "0 0 122.4 158.4", "q 122.4 0 0 158.4 0 0 cm /P Do Q 0 0 m 9 9 l S", 200},
		{"logo", "0 0 612 792", "q 60 0 0 78 0 0 cm /P Do Q 0 0 m 9 9 l S", 100},
		{"poster", "0 0 4320 4320", "0 0 m 9 9 l S", 74.5},
	} {
		f := open(t, sample{box: tt.box, resources: xobject, content: tt.content, objects: []string{picture}}.write())
		page, err := f.Page(context.Background(), 1)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if d := page.DPI - tt.want; d > 0.1 || d < -0.1 {
			t.Errorf("%s: %v dpi, want %v", tt.name, page.DPI, tt.want)
		}
	}
}

// TestRefusals: pages that cannot be had, each for its reason.
func TestRefusals(t *testing.T) {
	vast := strings.Replace(strings.Replace(coded(t, "deflated"), "340", "20000", 1), "440", "10000", 1)
	dot := stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode", deflate(t, []byte{9}))
	for _, tt := range []struct {
		name string
		s    sample
		want string
	}{
		{"vast picture", sample{box: box, content: upright, objects: []string{vast}}, "200 megapixels, and at most 20"},
		{"vast picture, drawn", sample{box: box, content: "q " + upright + " Q 0 0 m 9 9 l S", objects: []string{vast}}, "200 megapixels, and at most 20"},
		{"one pixel", sample{box: box, content: upright, objects: []string{dot}}, "1 by 1 pixels, too small"},
		{"one pixel, drawn", sample{box: "0 0 300 100", content: "300 10 0 100 0 0 cm /P Do", objects: []string{dot}}, "1 by 1 pixels, too small"},
		{"vast page", sample{box: "0 0 14400 14400", content: "0 0 m 9 9 l S", objects: []string{dot}}, "200 by 200 inches, too large"},
		{"tiny page", sample{box: "0 0 9 9", content: "0 0 m 9 9 l S", objects: []string{dot}}, "0.12 by 0.12 inches, too small"},
	} {
		tt.s.resources = xobject
		_, err := open(t, tt.s.write()).Page(context.Background(), 1)
		var r *scan.Refusal
		if !errors.As(err, &r) || !strings.Contains(r.Problem, tt.want) {
			t.Errorf("%s: %v, want a refusal that says %q", tt.name, err, tt.want)
		}
	}
}

// TestBrokenJPEG: what there is of a picture, with word that some is missing;
// nothing at all is no blank sheet.
func TestBrokenJPEG(t *testing.T) {
	whole := coded(t, "JPEG")
	head, data, _ := strings.Cut(whole, "stream\n")
	data = strings.TrimSuffix(data, "\nendstream")
	entries := head[2:strings.LastIndex(head, "/Length")]
	cut := func(n int) *File {
		return open(t, sample{box: box, resources: xobject, content: upright, objects: []string{stream(entries, []byte(data[:n]))}}.write())
	}
	page, err := cut(len(data)*2/3).Page(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	grey := page.Image.(*image.Gray)
	if !page.Broken || grey.GrayAt(60, 60).Y > 60 || grey.GrayAt(10, 60).Y < 200 {
		t.Errorf("broken %t, ink %d, paper %d", page.Broken, grey.GrayAt(60, 60).Y, grey.GrayAt(10, 60).Y)
	}
	start := strings.Index(data, "\xff\xda")
	if _, err := cut(start+14).Page(context.Background(), 1); err == nil {
		t.Error("a JPEG without pixels became a page")
	}
}

// FuzzLexer: any content comes to an end.
func FuzzLexer(f *testing.F) {
	for _, s := range []string{upright, "BT (a(b)c\\)) Tj <41> [1 2 (x)] TJ ET", "/A <</B [/C 1]>> BDC", "((((", "<<<<", "[[[", "%", "(\\"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l := lexer{b: b}
		for n := 0; ; n++ {
			op, ok := l.next()
			if !ok {
				break
			}
			if op.operator == "" || n > len(b) {
				t.Fatalf("operation %d is %+v", n, op)
			}
		}
	})
}

func BenchmarkPage(b *testing.B) {
	typed, err := os.ReadFile("../testdata/typed.pdf")
	if err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct {
		name string
		data []byte
	}{
		{"taken out", sample{box: box, resources: xobject, content: upright, objects: []string{coded(b, "JPEG")}}.write()},
		{"drawn", sample{box: box, resources: xobject, content: upright + " 0 0 m 9 9 l S", objects: []string{coded(b, "JPEG")}}.write()},
		{"text", typed},
	} {
		b.Run(bb.name, func(b *testing.B) {
			f := open(b, bb.data)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Page(context.Background(), 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
