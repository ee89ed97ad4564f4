package ingest

import (
	"archive/zip"
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
)

// TestOtherPictures: kinds that phones, screens and archives write become pages.
func TestOtherPictures(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 200, 260), color.Palette{color.White, color.Black})
	draw.Draw(img, image.Rect(20, 30, 60, 200), image.Black, image.Point{}, draw.Src)
	var g, b bytes.Buffer
	if err := gif.Encode(&g, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := bmp.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"a.gif": g.Bytes(), "a.bmp": b.Bytes()} {
		page := firstPage(t, data)
		if page.Image.Bounds() != img.Bounds() || blackIn(t, page.Image, img.Bounds()) != 40*170 {
			t.Errorf("%s: %v with %d black pixels", name, page.Image.Bounds(), blackIn(t, page.Image, img.Bounds()))
		}
	}
	fromFile := func(name string) Page {
		page, err := open(t, reader, "testdata/"+name).Page(context.Background(), 1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return page
	}
	if looksOther(fromFile("doc.webp").Image, fromFile("doc.png").Image) {
		t.Error("WebP and PNG of one picture differ")
	}
	if looksOther(fromFile("doc.heic").Image, fromFile("doc.png").Image) {
		t.Error("HEIC and PNG of one picture differ")
	}
	if grey := fromFile("grey.jp2"); len(grey.Findings) > 0 || grey.Image.Bounds().Dx() < 100 {
		t.Errorf("JPEG 2000: %v, found %v", grey.Image.Bounds(), grey.Findings)
	}
	for _, name := range []string{"grey.jp2", "doc.heic"} {
		whole, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, reader, write(t, "cut"+name, whole[:len(whole)/2])).Page(context.Background(), 1); err == nil {
			t.Errorf("half of %s passes for a page", name)
		}
	}
}

// TestPacked: files in a ZIP coat are refused by what they are.
func TestPacked(t *testing.T) {
	for name, says := range map[string]string{
		"word/document.xml": "a Word document", "xl/workbook.xml": "cannot be opened as XLSX",
		"sheet.pdf": "a ZIP file of 1 files, which is not read: unpack it",
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		path := write(t, "list.docx", b.Bytes())
		_, err := reader.Open(context.Background(), path)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", name, err, says)
			continue
		}
		checkSentence(t, path, err)
	}
}
