package letter

import (
	"fmt"
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
	block(l.From)
	p.Ln(line)
	block([]string{inWords(l.Date)})
	p.Ln(line)
	block(l.To)
	p.Ln(2 * line)
	p.SetFont("Go", "B", 13)
	p.MultiCell(0, 18, l.Subject, "", "L", false)
	p.SetFont("Go", "", size)
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
	if len(l.Copies) > 0 {
		p.Ln(line)
		for i, c := range l.Copies {
			head := ""
			if i == 0 {
				head = "Copy:"
			}
			p.CellFormat(44, line, head, "", 0, "L", false, 0, "")
			p.MultiCell(0, line, c, "", "L", false)
		}
	}
	if err := p.Output(w); err != nil {
		return fmt.Errorf("write the letter as PDF: %w", err)
	}
	return nil
}

// day of a letter as file names have it.
func (l Letter) day() string { return l.Date.Format(time.DateOnly) }

// FileName is a name for the letter as a file, with an ending such as "pdf".
func (l Letter) FileName(ending string) string {
	return l.day() + "-" + string(l.Kind) + "." + ending
}
