package pdf

import (
	"image"
	"math"
	"strings"
	"unicode"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

const (
	// mostUnknown is the share of characters without a known meaning up to
	// which a text layer is believed.
	mostUnknown = 0.1
	// fine is how many steps a pixel is divided into when PDFium, which
	// answers in whole numbers, is asked where a place of the page is shown.
	fine = 64
)

// words reads the text layer of a page that is drawn w by h pixels. It gives
// none where the layer cannot be what is seen: letters without a meaning.
func (sh *sheet) words(w, h int) ([]Word, error) {
	text, err := sh.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: sh.page})
	if err != nil {
		return nil, err
	}
	defer sh.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	toPixels, err := sh.toPixels(w, h)
	if err != nil {
		return nil, err
	}
	n, err := sh.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil {
		return nil, err
	}
	list := wordList{bounds: image.Rect(0, 0, w, h)}
	for i := range n.Count {
		letter, err := sh.letter(text.TextPage, i)
		if err != nil {
			return nil, err
		}
		if letter == 0 || unicode.IsSpace(letter) {
			list.end()
			continue
		}
		if sh.invisible && sh.hidden(text.TextPage, i) {
			continue
		}
		box, err := sh.FPDFText_GetCharBox(&requests.FPDFText_GetCharBox{TextPage: text.TextPage, Index: i})
		if err != nil {
			list.end()
			continue
		}
		list.add(letter, toPixels.bounds(rect{box.Left, box.Bottom, box.Right, box.Top}))
	}
	list.end()
	if float64(list.unknown) > mostUnknown*float64(list.letters) {
		return nil, nil
	}
	return list.words, nil
}

// letter is the character at i. PDFium has U+FFFE for a hyphen at the end of
// a line.
func (sh *sheet) letter(text references.FPDF_TEXTPAGE, i int) (rune, error) {
	u, err := sh.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: text, Index: i})
	if err != nil {
		return 0, err
	}
	switch r := rune(u.Unicode); r {
	case 0xfffe, 0x02:
		return '-', nil
	default:
		return r, nil
	}
}

// hidden asks for one character what survey asked for all; it is slow, and
// only for pages that mix seen and unseen text.
func (sh *sheet) hidden(text references.FPDF_TEXTPAGE, i int) bool {
	o, err := sh.FPDFText_GetTextObject(&requests.FPDFText_GetTextObject{TextPage: text, Index: i})
	if err != nil {
		return false
	}
	mode, err := sh.FPDFTextObj_GetTextRenderMode(&requests.FPDFTextObj_GetTextRenderMode{PageObject: o.TextObject})
	return err == nil && (mode.TextRenderMode == 3 || mode.TextRenderMode == 7)
}

// toPixels asks PDFium where three places are shown and so learns rotation,
// crop and scale from the one that draws.
func (sh *sheet) toPixels(w, h int) (matrix, error) {
	const far = 100
	var at [3][2]float64
	for i, p := range [][2]float64{{0, 0}, {far, 0}, {0, far}} {
		d, err := sh.FPDF_PageToDevice(&requests.FPDF_PageToDevice{
			Page: sh.page, SizeX: w * fine, SizeY: h * fine, PageX: p[0], PageY: p[1]})
		if err != nil {
			return unit, err
		}
		at[i] = [2]float64{float64(d.DeviceX) / fine, float64(d.DeviceY) / fine}
	}
	return matrix{
		(at[1][0] - at[0][0]) / far, (at[1][1] - at[0][1]) / far,
		(at[2][0] - at[0][0]) / far, (at[2][1] - at[0][1]) / far,
		at[0][0], at[0][1],
	}, nil
}

// wordList puts characters together to words.
type wordList struct {
	bounds           image.Rectangle
	words            []Word
	text             strings.Builder
	box              image.Rectangle
	letters, unknown int
}

func (l *wordList) add(letter rune, r rect) {
	l.letters++
	if letter == unicode.ReplacementChar || unicode.In(letter, unicode.Co, unicode.Cc) {
		l.unknown++
	}
	box := image.Rect(int(math.Floor(r.x0)), int(math.Floor(r.y0)), int(math.Ceil(r.x1)), int(math.Ceil(r.y1)))
	l.text.WriteRune(letter)
	l.box = l.box.Union(box)
}

// end finishes a word. What lies outside of the page is not seen.
func (l *wordList) end() {
	if box := l.box.Intersect(l.bounds); l.text.Len() > 0 && !box.Empty() {
		l.words = append(l.words, Word{Text: l.text.String(), Box: box})
	}
	l.text.Reset()
	l.box = image.Rectangle{}
}
