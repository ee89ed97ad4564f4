package letter

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"time"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// WritePDF writes the letter on US letter paper. The Go fonts are embedded, which
// know the letters of the languages of Europe.
func (l Letter) WritePDF(w io.Writer) error {
	const margin, size, line = 72, 11, 15.5 // points
	p := fpdf.New("P", "pt", "Letter", "")
	p.AddUTF8FontFromBytes("Go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("Go", "B", gobold.TTF)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin)
	p.SetCellMargin(0) // texts begin where the rules do
	p.SetTitle(l.Subject, true)
	p.SetCreator("countersign", true)
	p.SetCreationDate(l.Date)
	p.SetModificationDate(l.Date)
	p.SetLang("en-US")
	p.SetCatalogSort(true) // the same letter is the same file
	p.SetFooterFunc(func() {
		if p.PageNo() == 1 {
			return
		}
		p.SetY(-margin / 2)
		p.SetFont("Go", "", 9)
		p.CellFormat(0, 10, fmt.Sprintf("Page %d", p.PageNo()), "", 0, "C", false, 0, "")
	})
	p.AddPage()
	p.SetFont("Go", "", size)
	block := func(texts []string) {
		for _, t := range texts {
			p.MultiCell(0, line, t, "", "L", false)
		}
	}
	l.Head.onPDF(p, margin)
	p.SetFont("Go", "", size)
	block([]string{inWords(l.Date)})
	p.Ln(line)
	for _, to := range l.To {
		block(to.lines())
		p.Ln(line)
	}
	p.SetFont("Go", "B", size)
	p.MultiCell(0, line, l.Subject, "", "L", false)
	p.SetFont("Go", "", size)
	p.Ln(line / 2)
	block([]string{l.Salutation})
	p.Ln(line / 2)
	for i, b := range l.Body {
		if b.Item {
			x := p.GetX()
			p.CellFormat(16, line, "–", "", 0, "L", false, 0, "")
			p.SetLeftMargin(x + 16)
			p.MultiCell(0, line, b.Text, "", "L", false)
			p.SetLeftMargin(margin)
			p.SetX(margin)
			if i+1 < len(l.Body) && l.Body[i+1].Item {
				p.Ln(3)
				continue
			}
		} else {
			p.MultiCell(0, line, b.Text, "", "L", false)
		}
		p.Ln(line / 2)
	}
	_, height := p.GetPageSize()
	if p.GetY()+signature+float64(len(l.From)+2)*line > height-margin {
		// never a signature apart from its closing
		p.AddPage()
	}
	p.Ln(line / 2)
	block([]string{l.Closing})
	p.Ln(signature)
	p.Line(margin, p.GetY(), margin+signatureLine, p.GetY())
	p.Ln(4)
	block(l.From)
	if len(l.Copies) > 0 {
		p.Ln(line)
		for i, c := range l.Copies {
			head := ""
			if i == 0 {
				head = "Copy:"
			}
			p.CellFormat(44, line, head, "", 0, "L", false, 0, "")
			p.MultiCell(0, line, c.line(), "", "L", false)
		}
	}
	if err := p.Output(w); err != nil {
		return fmt.Errorf("write the letter as PDF: %w", err)
	}
	return nil
}

// In points: the place for a signature and the line under it, and how large a logo may be.
const (
	signature     = 40
	signatureLine = 200
	logoHeight    = 48
	logoWidth     = 160
)

// size is that of the logo in points, as large as it may be; 0 without one.
func (h Letterhead) size() (width, height float64) {
	c, err := png.DecodeConfig(bytes.NewReader(h.Logo))
	if err != nil || c.Width == 0 || c.Height == 0 {
		return 0, 0
	}
	scale := min(logoHeight/float64(c.Height), logoWidth/float64(c.Width))
	return float64(c.Width) * scale, float64(c.Height) * scale
}

// onPDF writes the letterhead: the logo, name and address beside it, a rule below.
func (h Letterhead) onPDF(p *fpdf.Fpdf, margin float64) {
	const gap, small = 12, 12
	top, left, bottom := margin*.6, margin, margin*.6
	if w, height := h.size(); w > 0 {
		p.RegisterImageOptionsReader("logo", fpdf.ImageOptions{ImageType: "PNG"},
			bytes.NewReader(h.Logo))
		p.ImageOptions("logo", margin, top, w, height, false, fpdf.ImageOptions{ImageType: "PNG"},
			0, "")
		left, bottom = margin+w+gap, top+height
	}
	p.SetLeftMargin(left)
	p.SetXY(left, top)
	p.SetFont("Go", "B", 13)
	p.MultiCell(0, 17, h.Name, "", "L", false)
	p.SetFont("Go", "", 9)
	for _, l := range h.Lines {
		p.MultiCell(0, small, l, "", "L", false)
	}
	p.SetLeftMargin(margin)
	bottom = max(bottom, p.GetY()) + 6
	width, _ := p.GetPageSize()
	p.SetLineWidth(.5)
	p.Line(margin, bottom, width-margin, bottom)
	p.SetXY(margin, bottom+24)
}

// day of a letter as file names have it.
func (l Letter) day() string { return l.Date.Format(time.DateOnly) }

// FileName is a name for the letter as a file, with an ending such as "pdf".
func (l Letter) FileName(ending string) string {
	return l.day() + "-" + string(l.Kind) + "." + ending
}
