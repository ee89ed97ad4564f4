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

// words reads the text layer of a page that was drawn. It gives none where the
// layer cannot be what is seen: letters without a meaning.
func (sh *sheet) words(page *Page) error {
	list, err := sh.text(page.Image.Bounds())
	if err != nil || float64(list.unknown) > mostUnknown*float64(list.letters) {
		return err
	}
	for _, w := range list.words {
		if seen(page.Image, w.Box) {
			page.Words = append(page.Words, w)
		} else {
			page.Hidden = append(page.Hidden, w)
		}
	}
	page.Hidden = append(page.Hidden, list.unseen...)
	page.Upright = list.upright()
	return nil
}

// text gathers the characters of a page that is drawn with the given bounds.
func (sh *sheet) text(bounds image.Rectangle) (list wordList, err error) {
	w, h := bounds.Dx(), bounds.Dy()
	list.bounds = bounds
	text, err := sh.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: sh.page})
	if err != nil {
		return list, err
	}
	defer sh.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	toPixels, err := sh.toPixels(w, h)
	if err != nil {
		return list, err
	}
	n, err := sh.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil {
		return list, err
	}
	for i := range n.Count {
		letter, err := sh.letter(text.TextPage, i)
		if err != nil {
			return list, err
		}
		if letter == 0 || unicode.IsSpace(letter) {
			list.end()
			continue
		}
		list.hide(sh.invisible && sh.hidden(text.TextPage, i))
		box, err := sh.FPDFText_GetCharBox(&requests.FPDFText_GetCharBox{TextPage: text.TextPage, Index: i})
		if err != nil {
			list.end()
			continue
		}
		list.add(letter, toPixels.bounds(rect{box.Left, box.Bottom, box.Right, box.Top}))
	}
	list.end()
	return list, nil
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
	unseen           []Word // in invisible mode
	text             strings.Builder
	box              image.Rectangle
	last             rect // box of the last character
	hidden           bool // so is the word that is being put together
	letters, unknown int
	ways             [4]int // characters that follow their neighbor rightwards, downwards, leftwards, upwards
}

func (l *wordList) add(letter rune, r rect) {
	l.letters++
	if letter == unicode.ReplacementChar || unicode.In(letter, unicode.Co, unicode.Cc) {
		l.unknown++
	}
	if l.text.Len() > 0 {
		l.ways[way(l.last, r)]++
	}
	l.last = r
	box := image.Rect(int(math.Floor(r.x0)), int(math.Floor(r.y0)), int(math.Ceil(r.x1)), int(math.Ceil(r.y1)))
	l.text.WriteRune(letter)
	l.box = l.box.Union(box)
}

// hide says whether the characters that follow are invisible. Seen and unseen
// ones are never one word.
func (l *wordList) hide(hidden bool) {
	if hidden != l.hidden {
		l.end()
		l.hidden = hidden
	}
}

// end finishes a word. What lies outside of the page is not seen.
func (l *wordList) end() {
	if box := l.box.Intersect(l.bounds); l.text.Len() > 0 && !box.Empty() {
		to := &l.words
		if l.hidden {
			to = &l.unseen
		}
		*to = append(*to, Word{Text: l.text.String(), Box: box})
	}
	l.text.Reset()
	l.box = image.Rectangle{}
}

// way is the quarter turn, clockwise from rightwards, by which one character
// follows another, y downwards.
func way(from, to rect) int {
	dx, dy := to.x0+to.x1-from.x0-from.x1, to.y0+to.y1-from.y0-from.y1
	switch {
	case math.Abs(dx) >= math.Abs(dy) && dx >= 0:
		return 0
	case math.Abs(dx) >= math.Abs(dy):
		return 2
	case dy > 0:
		return 1
	}
	return 3
}

// upright is the clockwise turn in degrees that makes most words run rightwards.
func (l *wordList) upright() int {
	most := 0
	for i, n := range l.ways {
		if n > l.ways[most] {
			most = i
		}
	}
	return (360 - 90*most) % 360
}

// faintest is the least difference in brightness, of 255, between a word and
// its paper at which it is seen; print in 10 % grey has 25.
const faintest = 24

// seen tells whether anything is drawn where a word is said to be. A white
// word, or one that is clipped or painted over, leaves its paper of one color.
func seen(img image.Image, box image.Rectangle) bool {
	const margin = 2 // pixels; an l or a full stop fills its own box
	box = box.Inset(-margin).Intersect(img.Bounds())
	least, most := [3]uint8{255, 255, 255}, [3]uint8{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			for i, v := range channels(img, x, y) {
				least[i], most[i] = min(least[i], v), max(most[i], v)
				if int(most[i])-int(least[i]) >= faintest {
					return true
				}
			}
		}
	}
	return false
}

func channels(img image.Image, x, y int) [3]uint8 {
	switch img := img.(type) {
	case *image.Gray:
		v := img.Pix[y*img.Stride+x]
		return [3]uint8{v, v, v}
	case *image.RGBA:
		return [3]uint8(img.Pix[y*img.Stride+4*x:])
	}
	return [3]uint8{}
}
