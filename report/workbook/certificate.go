package workbook

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"countersign/report"
)

// CertificatePDF writes a certified count for signing: one page, letter size.
func CertificatePDF(w io.Writer, c report.Certified) error {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return fmt.Errorf("prepare the certificate: %w", err)
	}
	p := &paper{pdf: fpdf.New("P", "mm", "Letter", ""), font: font}
	f := p.pdf
	f.AddUTF8FontFromBytes("Go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("Go", "B", gobold.TTF)
	f.AddUTF8FontFromBytes("Go", "I", goitalic.TTF)
	f.SetMargins(paperMargin, 20, paperMargin)
	f.SetAutoPageBreak(false, 0)
	f.SetCellMargin(0)
	f.SetCatalogSort(true) // the same certificate gives the same bytes
	f.SetCreationDate(c.At.UTC())
	f.SetModificationDate(c.At.UTC())
	f.SetTitle("Certified count: "+c.Title, true)
	f.SetAuthor(c.Committee, true)
	f.SetCreator(c.Program, true)
	f.SetLang("en-US")
	f.AddPage()
	p.certificate(c)
	if err := f.Output(w); err != nil {
		return fmt.Errorf("write the certificate: %w", err)
	}
	return nil
}

func (p *paper) certificate(c report.Certified) {
	p.letters("", 12, quietGrey)
	p.pdf.CellFormat(paperWidth, 7, p.shown(c.Committee), "", 1, "L", false, 0, "")
	p.letters("B", 20, inkGrey)
	p.pdf.CellFormat(paperWidth, 11, "Certified count of signatures", "", 1, "L", false, 0, "")
	if c.Superseded != "" {
		p.letters("B", 11, inkGrey)
		p.pdf.CellFormat(paperWidth, 7, p.shown("Superseded on "+c.Superseded+
			": it counts no more."), "", 1, "L", false, 0, "")
	}
	p.pdf.Ln(3)
	p.letters("B", 13, inkGrey)
	p.pdf.MultiCell(paperWidth, 6.5, p.shown(cut(c.Title, 180)), "", "L", false)
	p.pdf.Ln(2)
	p.line("Handed in", dayOf(c.Received))
	p.letters("B", 16, inkGrey)
	p.pdf.Ln(2)
	p.pdf.CellFormat(paperWidth, 9, fmt.Sprintf("%d valid of %d required", c.Valid, c.Required), "",
		1, "L", false, 0, "")
	p.pdf.Ln(1)
	p.line("Outcome", c.Outcome)
	p.line("Lines", fmt.Sprintf("%d: %d valid, %d invalid, %d uncertain", c.Rows, c.Valid,
		c.Invalid, c.Uncertain))
	var reasons []string
	for _, r := range c.Reasons {
		reasons = append(reasons, fmt.Sprintf("%d %s", r.Lines, r.Words))
	}
	p.line("Invalid, by reason", strings.Join(reasons, ", "))
	if c.Files > 0 {
		sheets := fmt.Sprintf("%d pages of %d files, all read", c.Pages, c.Files)
		if c.Excluded > 0 {
			sheets += fmt.Sprintf("; %d files excluded", c.Excluded)
		}
		p.line("Sheets", sheets)
		p.line("Open points", "none")
	}
	if c.Export != "" {
		p.line("Membership export", fmt.Sprintf("%s, as of %s, %d members", cut(c.Export, 90),
			dayOf(c.AsOf), c.Members))
	}
	rule := c.Rule
	if c.Citation != "" {
		rule += " (" + c.Citation + ")"
	}
	p.line("Rule", cut(rule, 240))
	p.line("Certified", fmt.Sprintf("by %s on %s", c.By,
		c.At.UTC().Format("January 2, 2006, 15:04 UTC")))
	if c.Supersedes != "" {
		p.line("Replaces", "an earlier certificate: "+cut(c.Reason, 600))
	}
	p.line("Certificate", c.ID)
	p.line("Petition", c.Petition)
	p.signature(c)
}

// signature is where the chair signs, at the foot of the page.
func (p *paper) signature(c report.Certified) {
	const up, gap = 48.0, 10.0
	_, height := p.pdf.GetPageSize()
	p.pdf.SetXY(paperMargin, max(p.pdf.GetY()+8, height-up))
	y, wide := p.pdf.GetY(), (paperWidth-gap)*2/3
	p.pdf.SetDrawColor(inkGrey, inkGrey, inkGrey)
	p.pdf.Line(paperMargin, y, paperMargin+wide, y)
	p.pdf.Line(paperMargin+wide+gap, y, paperMargin+paperWidth, y)
	p.letters("", 9, quietGrey)
	p.pdf.SetXY(paperMargin, y+1.5)
	p.pdf.CellFormat(wide+gap, lineHeight, p.shown("Signature: "+c.By), "", 0, "L", false, 0, "")
	p.pdf.CellFormat(paperWidth-wide-gap, lineHeight, "Date", "", 1, "L", false, 0, "")
	p.pdf.SetXY(paperMargin, height-16)
	p.pdf.CellFormat(paperWidth, lineHeight, p.shown(c.Program), "", 1, "L", false, 0, "")
}

// cut is a text short enough for its place on a page that must stay one.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
