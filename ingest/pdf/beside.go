package pdf

import (
	"fmt"
	"image"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Remark is something that the picture of a page leaves out.
type Remark struct {
	Kind RemarkKind
	Text string          // sentences: what is the matter and what to do
	Box  image.Rectangle // in pixels of the page's image; empty for the page as a whole
}

// RemarkKind is what kind of thing a remark is about.
type RemarkKind int

const (
	NotDrawn    RemarkKind = iota // something on the page that is not in its picture
	Placeholder                   // the page stands for another that some viewers show
	Attached                      // other files inside this one
)

// beside is what a file says of a page beside its content: fields of forms and
// notes that have no appearance of their own, so that nothing draws them.
type beside struct {
	fields []field
	notes  []rect
}

// field is what was typed into a form.
type field struct {
	box  rect
	text string
}

const (
	mostNotes     = 2000   // on a page
	mostFieldText = 10_000 // bytes of one field
)

// beside reads the annotations of a page. What it cannot make out it leaves out.
func (c *covers) beside(number int) (b beside) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { recover() }() // pdfcpu, on a stranger's bytes
	page, _, _, err := c.pdf.PageDict(number, false)
	if err != nil {
		return b
	}
	o, _ := page.Find("Annots")
	annots, err := c.pdf.DereferenceArray(o)
	if err != nil {
		return b
	}
	for _, a := range annots[:min(len(annots), mostNotes)] {
		if d, err := c.pdf.DereferenceDict(a); err == nil && d != nil {
			c.note(d, &b)
		}
	}
	return b
}

// shows tells whether the content of a page asks for a picture.
func (c *covers) shows(number int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { recover() }() // pdfcpu, on a stranger's bytes
	page, _, _, err := c.pdf.PageDict(number, false)
	if err != nil {
		return false
	}
	content, err := c.pdf.PageContent(page, number)
	if err != nil {
		return false
	}
	l := lexer{b: content}
	for range mostSteps {
		op, ok := l.next()
		if !ok {
			return false
		}
		if op.operator == "Do" || op.operator == "BI" {
			return true
		}
	}
	return false
}

// note adds an annotation that has no appearance and is not hidden.
func (c *covers) note(d types.Dict, b *beside) {
	const hidden, noView = 1 << 1, 1 << 5
	if f := d.IntEntry("F"); f != nil && *f&(hidden|noView) != 0 || c.appears(d) {
		return
	}
	o, _ := d.Find("Rect")
	n, err := c.numbers(o, 4)
	kind := d.Subtype()
	if err != nil || kind == nil {
		return
	}
	box := rect{min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3])}
	switch *kind {
	case "Widget":
		if text := c.typed(d); text != "" && box.area() > 0 {
			b.fields = append(b.fields, field{box, text})
		}
	case "FreeText", "Stamp", "Ink", "Line", "PolyLine", "Polygon":
		b.notes = append(b.notes, box)
	}
}

// appears tells whether an annotation brings a picture of itself.
func (c *covers) appears(d types.Dict) bool {
	o, ok := d.Find("AP")
	if !ok {
		return false
	}
	ap, err := c.pdf.DereferenceDict(o)
	if err != nil || ap == nil {
		return false
	}
	_, ok = ap.Find("N")
	return ok
}

// typed is the value of a field of text or choice, which may stand with the
// field's parents.
func (c *covers) typed(d types.Dict) string {
	kind, value := "", ""
	const deepest = 8
	for range deepest {
		if o, ok := d.Find("FT"); ok && kind == "" {
			if name, err := c.pdf.DereferenceName(o, 0, nil); err == nil {
				kind = string(name)
			}
		}
		if o, ok := d.Find("V"); ok && value == "" {
			value, _ = c.pdf.DereferenceText(o)
		}
		o, ok := d.Find("Parent")
		if !ok {
			break
		}
		parent, err := c.pdf.DereferenceDict(o)
		if err != nil || parent == nil {
			break
		}
		d = parent
	}
	if kind != "Tx" && kind != "Ch" || len(value) > mostFieldText {
		return ""
	}
	return strings.TrimSpace(value)
}

// write puts what was typed into fields on the page, where drawing and the text
// layer take it from.
func (sh *sheet) write(fields []field) error {
	for _, f := range fields {
		lines := strings.FieldsFunc(f.text, func(r rune) bool { return r == '\n' || r == '\r' })
		height := (f.box.y1 - f.box.y0) / float64(max(1, len(lines)))
		for i, line := range lines {
			if err := sh.line(line, f.box, f.box.y1-float64(i+1)*height, height); err != nil {
				return err
			}
		}
	}
	return nil
}

// line writes one line of a field into a strip of its box, as large as fits.
func (sh *sheet) line(text string, box rect, bottom, height float64) error {
	const (
		largest = 12.0 // points, as forms are mostly filled in
		letter  = 0.55 // of the size: a letter of Helvetica, widely taken
	)
	size := min(largest, 0.75*height, (box.x1-box.x0)/(letter*float64(max(1, len([]rune(text))))))
	made, err := sh.FPDFPageObj_NewTextObj(&requests.FPDFPageObj_NewTextObj{Document: sh.document, Font: "Helvetica", FontSize: float32(size)})
	if err != nil {
		return err
	}
	if _, err := sh.FPDFText_SetText(&requests.FPDFText_SetText{PageObject: made.PageObject, Text: text}); err != nil {
		return err
	}
	if _, err := sh.FPDFPageObj_Transform(&requests.FPDFPageObj_Transform{PageObject: made.PageObject, Transform: structs.FPDF_FS_MATRIX{
		A: 1, D: 1, E: float32(box.x0 + 2), F: float32(bottom + (height-0.7*size)/2)}}); err != nil {
		return err
	}
	_, err = sh.FPDFPage_InsertObject(&requests.FPDFPage_InsertObject{Page: sh.page, PageObject: made.PageObject})
	return err
}

// remarks says which notes of a page are not in its picture.
func (sh *sheet) remarks(notes []rect, bounds image.Rectangle) ([]Remark, error) {
	if len(notes) == 0 {
		return nil, nil
	}
	m, err := sh.toPixels(bounds.Dx(), bounds.Dy())
	if err != nil {
		return nil, err
	}
	var out []Remark
	for _, n := range notes {
		b := m.bounds(n)
		out = append(out, Remark{Kind: NotDrawn,
			Text: "A note, stamp or drawing on the page brings no picture of itself and may be missing here: print the page to a new PDF and hand that in.",
			Box:  image.Rect(int(b.x0), int(b.y0), int(math.Ceil(b.x1)), int(math.Ceil(b.y1))).Intersect(bounds)})
	}
	return out, nil
}

// placeholder tells whether a page asks to wait for another, as forms do that
// only Adobe's programs can show (XFA).
func placeholder(words []Word) bool {
	const most = 150 // words; such a page says little more
	if len(words) < 2 || len(words) > most {
		return false
	}
	var all []string
	for _, w := range words {
		all = append(all, strings.ToLower(w.Text))
	}
	text := strings.Join(all, " ")
	return strings.Contains(text, "please wait") && (strings.Contains(text, "adobe") || strings.Contains(text, "viewer"))
}

// waits is the remark on a placeholder.
func waits() Remark {
	return Remark{Kind: Placeholder,
		Text: "The page only asks to wait: its form is made by Adobe's programs when it is opened. Open it there, print it to a new PDF, and hand that in."}
}

// attached names the files inside a file that may be sheets.
func (c *covers) attached() (names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { recover() }() // pdfcpu, on a stranger's bytes
	files, err := c.pdf.ListAttachments()
	if err != nil {
		return nil
	}
	for _, f := range files {
		switch strings.ToLower(filepath.Ext(f.FileName)) {
		case ".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".heic", ".webp", ".gif", ".bmp", ".jp2", ".doc", ".docx", ".xls", ".xlsx":
			names = append(names, f.FileName[strings.LastIndexAny(f.FileName, `/\`)+1:])
		}
	}
	slices.Sort(names)
	return names
}

// holds is the remark on files inside a file.
func holds(names []string) Remark {
	const few = 5
	shown := strings.Join(names[:min(few, len(names))], ", ")
	if len(names) > few {
		shown += fmt.Sprintf(" and %d more", len(names)-few)
	}
	files, those := "another file", "it apart and hand that"
	if len(names) > 1 {
		files, those = fmt.Sprintf("%d other files", len(names)), "them apart and hand those"
	}
	return Remark{Kind: Attached, Text: fmt.Sprintf("The file holds %s (%s), not read: save %s in.", files, shown, those)}
}
