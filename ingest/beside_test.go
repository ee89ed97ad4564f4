package ingest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"strings"
	"testing"
)

// pdfOf numbers objects from 1, the first being the catalog, and adds the index.
func pdfOf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

func stream(content string) string {
	return fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content)
}

// printed is a page of a letter sheet with text drawn by content, in Helvetica as F.
func printed(catalog, page, content string, more ...string) []byte {
	return pdfOf(append([]string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>" + page + ">>",
		stream(content),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}, more...)...)
}

func firstPage(t *testing.T, data []byte) Page {
	t.Helper()
	page, err := open(t, reader, write(t, "printed.pdf", data)).Page(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func texts(words []Word) string {
	var all []string
	for _, w := range words {
		all = append(all, w.Text)
	}
	return strings.Join(all, " ")
}

func blackIn(t *testing.T, img image.Image, r image.Rectangle) int {
	t.Helper()
	g, ok := img.(*image.Gray)
	if !ok {
		t.Fatalf("%T", img)
	}
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if g.GrayAt(x, y).Y < 128 {
				n++
			}
		}
	}
	return n
}

// TestFieldsWithoutAppearance: what was typed into a form is on the picture and
// among the words, where the field is, though the file says nothing of its looks.
func TestFieldsWithoutAppearance(t *testing.T) {
	page := firstPage(t, printed("/AcroForm<</Fields[6 0 R 7 0 R]/DA(/F 12 Tf 0 g)>>", "/Annots[6 0 R 8 0 R]",
		"BT /F 12 Tf 72 720 Td (Name of the member) Tj ET",
		"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Rosa Winter)/Rect[72 600 300 620]/P 3 0 R>>",
		"<</FT/Tx/T(number)/V(0471123)/Kids[8 0 R]>>",
		"<</Type/Annot/Subtype/Widget/Parent 7 0 R/Rect[320 600 500 620]/P 3 0 R>>"))
	if got := texts(page.Words); got != "Name of the member Rosa Winter 0471123" {
		t.Errorf("words %q", got)
	}
	scale := page.DPI / 72
	for _, w := range page.Words[4:] {
		middle := float64(w.Box.Min.Y+w.Box.Max.Y) / 2
		if want := (792 - 610) * scale; middle < want-8*scale || middle > want+8*scale {
			t.Errorf("%s is at %v", w.Text, w.Box)
		}
		if blackIn(t, page.Image, w.Box) == 0 {
			t.Errorf("%s is not drawn", w.Text)
		}
	}
}

// TestUnseenWords: white words, words outside a clip and words in invisible mode
// are not what is printed.
func TestUnseenWords(t *testing.T) {
	page := firstPage(t, printed("", "", "BT /F 12 Tf 72 720 Td (printed) Tj ET "+
		"BT 1 g /F 12 Tf 72 680 Td (white) Tj ET 0 g "+
		"BT 3 Tr /F 12 Tf 72 640 Td (unseen) Tj ET "+
		"q 0 0 10 10 re W n BT 0 Tr /F 12 Tf 72 600 Td (clipped) Tj ET Q "+
		"0 0 1 rg 60 540 200 40 re f BT 0 Tr 1 g /F 12 Tf 72 555 Td (reversed) Tj ET"))
	if got := texts(page.Words); got != "printed reversed" {
		t.Errorf("words %q", got)
	}
	if got := texts(page.Hidden); !strings.Contains(got, "white") || !strings.Contains(got, "unseen") {
		t.Errorf("hidden %q", got)
	}
}

// TestTurnedWords: a page says how its words are turned.
func TestTurnedWords(t *testing.T) {
	for turn, want := range map[int]int{0: 0, 90: 270, 180: 180, 270: 90} {
		page := firstPage(t, printed("", fmt.Sprintf("/Rotate %d", turn), "BT /F 12 Tf 72 720 Td (Name of the member) Tj ET"))
		if page.Upright != want || len(page.Words) != 4 {
			t.Errorf("turned by %d: %d words, upright by %d, want %d", turn, len(page.Words), page.Upright, want)
		}
	}
}

// TestRemarks: what the picture of a page leaves out is found.
func TestRemarks(t *testing.T) {
	for name, tt := range map[string]struct {
		data []byte
		kind FindingKind
		says string
	}{
		"portfolio": {printed("/Names<</EmbeddedFiles<</Names[(a)6 0 R(b)8 0 R]>>>>/Collection<</Type/Collection>>", "",
			"BT /F 12 Tf 72 720 Td (Open this portfolio in a viewer) Tj ET",
			"<</Type/Filespec/F(sheet 1.pdf)/UF(sheet 1.pdf)/EF<</F 7 0 R>>>>", stream("%PDF-1.4"),
			"<</Type/Filespec/F(sheet 2.pdf)/UF(sheet 2.pdf)/EF<</F 7 0 R>>>>"), Attached, "sheet 1.pdf, sheet 2.pdf"},
		"placeholder": {printed("", "", "BT /F 12 Tf 72 720 Td (Please wait... If this message is not replaced, your PDF viewer may not show it) Tj ET"), Placeholder, "print it to a new PDF"},
		"note": {printed("", "/Annots[6 0 R]", "BT /F 12 Tf 72 720 Td (Name) Tj ET",
			"<</Type/Annot/Subtype/FreeText/Contents(signed by proxy)/Rect[100 100 200 140]/DA(/F 12 Tf)>>"), NotDrawn, "print the page"},
	} {
		page := firstPage(t, tt.data)
		if len(page.Findings) != 1 || page.Findings[0].Kind != tt.kind || !strings.Contains(page.Findings[0].Text, tt.says) {
			t.Errorf("%s: %+v", name, page.Findings)
		}
	}
}
