package pdf

import (
	"fmt"
	"image"
	"math"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"

	"countersign/ingest/damage"
	"countersign/ingest/scan"
)

const (
	// leastDPI is what a page too large for the pixel limit may be lowered
	// to; print below it cannot be read.
	leastDPI = 72
	// mostObjects is how many things on a page are looked at in order to
	// decide how to draw it.
	mostObjects = 20_000
	// mostlyPicture is the share of a page that pictures cover on a scan.
	mostlyPicture = 0.5
)

// sheet is a page that PDFium has loaded.
type sheet struct {
	*seat
	page          requests.Page
	box           rect    // what is shown, in the page's own points, before rotation
	width, height float64 // as shown, in points

	// What is on it.
	seen      int
	pictures  float64 // share of the page under pictures
	dpi       float64 // of the finest picture of some size
	largest   image.Point
	broken    bool // the data of a picture are
	visible   bool // text is
	invisible bool // some text is not
}

// page draws one page, 0-based.
func (s *seat) page(index int, limits Limits, more beside) (Page, error) {
	loaded, err := s.load(index)
	if err != nil {
		return Page{}, err
	}
	defer func() { s.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded}) }()
	sh := &sheet{seat: s, page: requests.Page{ByReference: &loaded}}
	if err := sh.write(more.fields); err != nil {
		return Page{}, err
	}
	if err := sh.survey(); err != nil {
		return Page{}, err
	}
	w, h, dpi, err := sh.pixels(limits)
	if err != nil {
		return Page{}, err
	}
	img, err := sh.draw(w, h)
	if err != nil {
		return Page{}, err
	}
	page := Page{Image: img, DPI: dpi, Broken: sh.broken}
	if sh.visible && sh.pictures < mostlyPicture {
		if err := sh.words(&page); err != nil {
			return Page{}, err
		}
	}
	page.empty = sh.seen == 0
	if page.Remarks, err = sh.remarks(more.notes, img.Bounds()); placeholder(page.Words) {
		page.Remarks = append(page.Remarks, waits())
	}
	return page, err
}

// load opens a page with its annotations and filled form fields made part of
// it: drawn as they are, fields would be left out of picture and text.
func (s *seat) load(index int) (references.FPDF_PAGE, error) {
	loaded, err := s.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: s.document, Index: index})
	if err != nil {
		return "", err
	}
	ref := requests.Page{ByReference: &loaded.Page}
	n, err := s.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: ref})
	if err != nil || n.Count == 0 {
		return loaded.Page, err
	}
	done, err := s.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: ref, Usage: requests.FPDFPage_FlattenUsageNormalDisplay})
	if err != nil || done.Result != responses.FPDFPage_FlattenResultSuccess {
		return loaded.Page, nil // drawn without fields
	}
	if _, err := s.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page}); err != nil {
		return "", err
	}
	loaded, err = s.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: s.document, Index: index})
	if err != nil {
		return "", err
	}
	return loaded.Page, nil
}

// pixels decides the resolution: that of the scan where pictures make the
// page, the setting's elsewhere, less where the page is too large for it.
func (sh *sheet) pixels(limits Limits) (w, h int, dpi float64, err error) {
	dpi = limits.DPI
	if sh.pictures >= mostlyPicture {
		size := sh.largest
		if sh.seen > 1 { // small pieces may make a page together
			size = image.Pt(max(size.X, scan.MinSide), max(size.Y, scan.MinSide))
		}
		if err := scan.Fits(size.X, size.Y, limits.Pixels); err != nil {
			return 0, 0, 0, err
		}
		if sh.dpi >= leastDPI && !(sh.visible && sh.dpi < limits.DPI/2) {
			dpi = sh.dpi
		}
	}
	if !(sh.width > 0 && sh.height > 0) {
		return 0, 0, 0, &scan.Refusal{Problem: "has a page without a size", Remedy: "save or scan it again and hand that in"}
	}
	inches := sh.width / 72 * sh.height / 72
	dpi = min(dpi, math.Sqrt(float64(limits.Pixels)/inches))
	if dpi < leastDPI {
		return 0, 0, 0, &scan.Refusal{
			Problem: fmt.Sprintf("measures %.0f by %.0f inches, too large for a sheet", sh.width/72, sh.height/72),
			Remedy:  "print it on letter paper, scan the print, and hand that in"}
	}
	w, h = int(math.Round(sh.width*dpi/72)), int(math.Round(sh.height*dpi/72))
	if w < scan.MinSide || h < scan.MinSide {
		return 0, 0, 0, &scan.Refusal{
			Problem: fmt.Sprintf("measures %.2f by %.2f inches, too small to be a page", sh.width/72, sh.height/72),
			Remedy:  "scan the sheet at 200 to 300 dpi and hand that in"}
	}
	return w, h, dpi, nil
}

// draw gives the page with its annotations on white paper. The size is set
// here rather than by a DPI, whose rounding would resample a scan.
func (sh *sheet) draw(w, h int) (image.Image, error) {
	if w*h > wornOut {
		sh.worn = true
	}
	made, err := sh.FPDFBitmap_Create(&requests.FPDFBitmap_Create{Width: w, Height: h, Alpha: 0})
	if err != nil {
		return nil, err
	}
	defer sh.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: made.Bitmap})
	if _, err := sh.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{Bitmap: made.Bitmap, Width: w, Height: h, Color: 0xffffffff}); err != nil {
		return nil, err
	}
	if _, err := sh.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{
		Bitmap: made.Bitmap, Page: sh.page, SizeX: w, SizeY: h,
		Flags: enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_REVERSE_BYTE_ORDER,
	}); err != nil {
		return nil, err
	}
	buffer, err := sh.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: made.Bitmap})
	if err != nil {
		return nil, err
	}
	return copied(buffer.Buffer, w, h), nil
}

// copied takes the pixels out of PDFium's memory, grey where they have no
// colour. The fourth byte of each is undefined there.
func copied(pix []byte, w, h int) image.Image {
	stride := len(pix) / h
	view := &image.RGBA{Pix: pix, Stride: stride, Rect: image.Rect(0, 0, w, h)}
	if g, ok := scan.Gray(view); ok {
		return g
	}
	img := image.NewRGBA(view.Rect)
	for y := range h {
		copy(img.Pix[y*img.Stride:][:4*w], pix[y*stride:])
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 0xff
	}
	return img
}

// survey looks at what is on the page.
func (sh *sheet) survey() error {
	w, err := sh.FPDF_GetPageWidth(&requests.FPDF_GetPageWidth{Page: sh.page})
	if err != nil {
		return err
	}
	h, err := sh.FPDF_GetPageHeight(&requests.FPDF_GetPageHeight{Page: sh.page})
	if err != nil {
		return err
	}
	b, err := sh.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: sh.page})
	if err != nil {
		return err
	}
	sh.width, sh.height = w.Width, h.Height
	sh.box = rect{float64(b.Rect.Left), float64(b.Rect.Bottom), float64(b.Rect.Right), float64(b.Rect.Top)}
	n, err := sh.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: sh.page})
	if err != nil {
		return err
	}
	for i := range n.Count {
		o, err := sh.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: sh.page, Index: i})
		if err != nil {
			return err
		}
		if err := sh.look(o.PageObject, unit, 0); err != nil {
			return err
		}
	}
	return nil
}

// look takes note of one object, and of what is inside it if it is a form.
func (sh *sheet) look(o references.FPDF_PAGEOBJECT, outer matrix, depth int) error {
	if sh.seen++; sh.seen > mostObjects || depth > 8 {
		return nil
	}
	kind, err := sh.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o})
	if err != nil {
		return err
	}
	switch kind.Type {
	case enums.FPDF_PAGEOBJ_TEXT:
		mode, err := sh.FPDFTextObj_GetTextRenderMode(&requests.FPDFTextObj_GetTextRenderMode{PageObject: o})
		if err != nil {
			return err
		}
		switch mode.TextRenderMode {
		case enums.FPDF_TEXTRENDERMODE_INVISIBLE, enums.FPDF_TEXTRENDERMODE_CLIP:
			sh.invisible = true
		default:
			sh.visible = true
		}
	case enums.FPDF_PAGEOBJ_IMAGE:
		return sh.picture(o, outer)
	case enums.FPDF_PAGEOBJ_FORM:
		inner, err := sh.place(o, outer)
		if err != nil {
			return err
		}
		n, err := sh.FPDFFormObj_CountObjects(&requests.FPDFFormObj_CountObjects{PageObject: o})
		if err != nil {
			return err
		}
		for i := range n.Count {
			child, err := sh.FPDFFormObj_GetObject(&requests.FPDFFormObj_GetObject{PageObject: o, Index: uint64(i)})
			if err != nil {
				return err
			}
			if err := sh.look(child.PageObject, inner, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// picture adds one picture to what is known of the page.
func (sh *sheet) picture(o references.FPDF_PAGEOBJECT, outer matrix) error {
	m, err := sh.place(o, outer)
	if err != nil {
		return err
	}
	size, err := sh.FPDFImageObj_GetImagePixelSize(&requests.FPDFImageObj_GetImagePixelSize{ImageObject: o})
	if err != nil {
		return nil // a picture without data shows nothing
	}
	sh.broken = sh.broken || sh.damaged(o)
	share := m.square().meet(sh.box).area() / sh.box.area()
	sh.pictures += share
	w, h := int(size.Width), int(size.Height)
	if w*h > sh.largest.X*sh.largest.Y {
		sh.largest = image.Pt(w, h)
	}
	if share > 0.05 { // below it, a logo says nothing about the page; above it may be one strip of a scan
		sh.dpi = max(sh.dpi, float64(w)*72/math.Hypot(m.a, m.b), float64(h)*72/math.Hypot(m.c, m.d))
	}
	return nil
}

// mostRaw is how large the coded data of a picture may be to be looked into.
const mostRaw = 100_000_000

// damaged tells whether the data of a picture, coded as JPEG or deflated, are not whole. PDFium
// draws what it can of those and says nothing.
func (sh *sheet) damaged(o references.FPDF_PAGEOBJECT) bool {
	n, err := sh.FPDFImageObj_GetImageFilterCount(&requests.FPDFImageObj_GetImageFilterCount{ImageObject: o})
	if err != nil || n.Count != 1 {
		return false
	}
	filter, err := sh.FPDFImageObj_GetImageFilter(&requests.FPDFImageObj_GetImageFilter{ImageObject: o})
	if err != nil || filter.ImageFilter != "DCTDecode" && filter.ImageFilter != "FlateDecode" {
		return false
	}
	raw, err := sh.FPDFImageObj_GetImageDataRaw(&requests.FPDFImageObj_GetImageDataRaw{ImageObject: o})
	if err != nil || len(raw.Data) == 0 || len(raw.Data) > mostRaw {
		return false
	}
	if filter.ImageFilter == "DCTDecode" {
		return damage.JPEG(raw.Data) != ""
	}
	return damage.Flate(raw.Data) != ""
}

func (sh *sheet) place(o references.FPDF_PAGEOBJECT, outer matrix) (matrix, error) {
	got, err := sh.FPDFPageObj_GetMatrix(&requests.FPDFPageObj_GetMatrix{PageObject: o})
	if err != nil {
		return unit, err
	}
	m := got.Matrix
	return matrix{float64(m.A), float64(m.B), float64(m.C), float64(m.D), float64(m.E), float64(m.F)}.then(outer), nil
}
