package letter

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// WriteDOCX writes the letter for a word processor, so that an office can go on with
// it. The parts of such a file are written here by hand: a letter needs
// paragraphs and nothing else, and what libraries there are drag a model of all of
// Word along.
func (l Letter) WriteDOCX(w io.Writer) error {
	z, ofLogo := zip.NewWriter(w), ""
	if len(l.Head.Logo) > 0 {
		ofLogo = logoRelationship
	}
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", relationships},
		{"docProps/core.xml", fmt.Sprintf(properties, escaped(l.Subject),
			l.Date.UTC().Format("2006-01-02T15:04:05Z"))},
		{"word/styles.xml", styles},
		{"word/document.xml", l.document()},
		{"word/_rels/document.xml.rels", fmt.Sprintf(documentRelationships, ofLogo)},
		{"word/media/logo.png", string(l.Head.Logo)},
	} {
		if part.text == "" {
			continue // no logo
		}
		h := &zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: l.Date}
		f, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(f, part.text)
		}
		if err != nil {
			return fmt.Errorf("write the letter as DOCX: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the letter as DOCX: %w", err)
	}
	return nil
}

func (l Letter) document() string {
	var b strings.Builder
	b.WriteString(xml.Header +
		`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	group := func(texts []string) {
		for i, t := range texts {
			style := "Address"
			if i == len(texts)-1 {
				style = "AddressEnd"
			}
			paragraph(&b, style, t)
		}
	}
	l.Head.onDOCX(&b)
	group([]string{inWords(l.Date)})
	for _, to := range l.To {
		group(to.lines())
	}
	paragraph(&b, "Subject", l.Subject)
	paragraph(&b, "Normal", l.Salutation)
	for _, block := range l.Body {
		if block.Item {
			paragraph(&b, "Item", "–\t"+block.Text)
			continue
		}
		paragraph(&b, "Normal", block.Text)
	}
	paragraph(&b, "Closing", l.Closing)
	for i, from := range l.From {
		style := "Sender"
		if i == 0 {
			style = "Signature"
		}
		paragraph(&b, style, from)
	}
	for i, c := range l.Copies {
		head := "\t"
		if i == 0 {
			head = "Copy:\t"
		}
		paragraph(&b, "Copies", head+c.line())
	}
	b.WriteString(
		`<w:sectPr><w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`)
	return b.String()
}

// onDOCX writes the letterhead: the logo, then name and address, a rule below.
func (h Letterhead) onDOCX(b *strings.Builder) {
	const point = 12700 // in the units of drawings
	if w, height := h.size(); w > 0 {
		fmt.Fprintf(b, logo, int(w*point), int(height*point))
	}
	lines := present(append([]string{h.Name}, h.Lines...)...)
	for i, l := range lines {
		style := "HeadLine"
		if i == 0 {
			style = "Head"
		}
		paragraph(b, style, l)
	}
	paragraph(b, "HeadRule", "")
}

func paragraph(b *strings.Builder, style, text string) {
	fmt.Fprintf(b, `<w:p><w:pPr><w:pStyle w:val="%s"/></w:pPr><w:r>`, style)
	for i, piece := range strings.Split(text, "\t") {
		if i > 0 {
			b.WriteString("<w:tab/>")
		}
		fmt.Fprintf(b, `<w:t xml:space="preserve">%s</w:t>`, escaped(piece))
	}
	b.WriteString("</w:r></w:p>")
}

// escaped makes a text fit for XML; letters that XML cannot hold become �.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

const (
	contentTypes = xml.Header +
		`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

	relationships = xml.Header +
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="document" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="properties" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

	documentRelationships = xml.Header +
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="styles" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>%s</Relationships>`

	logoRelationship = `<Relationship Id="logo" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/logo.png"/>`

	// logo is a picture of a width and a height, in the line.
	logo = `<w:p><w:pPr><w:pStyle w:val="HeadLine"/></w:pPr><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><wp:extent cx="%[1]d" cy="%[2]d"/><wp:docPr id="1" name="Logo" descr="Logo"/>` +
		`<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="1" name="logo.png"/><pic:cNvPicPr/></pic:nvPicPr>` +
		`<pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="logo"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[2]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`

	properties = xml.Header +
		`<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>%s</dc:title><dc:creator>countersign</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created></cp:coreProperties>`

	styles = xml.Header +
		`<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/><w:lang w:val="en-US"/></w:rPr></w:rPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="160" w:line="276" w:lineRule="auto"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Address"><w:name w:val="Address"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="0"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="AddressEnd"><w:name w:val="Address End"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="240"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Subject"><w:name w:val="Subject"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="160"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Head"><w:name w:val="Letterhead"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="HeadLine"><w:name w:val="Letterhead Line"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="HeadRule"><w:name w:val="Letterhead Rule"/><w:basedOn w:val="HeadLine"/><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="808080"/></w:pBdr><w:spacing w:after="360" w:line="120" w:lineRule="exact"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Closing"><w:name w:val="Closing"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="800"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Sender"><w:name w:val="Sender"/><w:basedOn w:val="Normal"/><w:pPr><w:keepLines/><w:spacing w:after="0"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Signature"><w:name w:val="Signature"/><w:basedOn w:val="Sender"/><w:pPr><w:keepNext/><w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="000000"/></w:pBdr><w:ind w:right="5400"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Copies"><w:name w:val="Copies"/><w:basedOn w:val="Normal"/><w:pPr><w:tabs><w:tab w:val="left" w:pos="800"/></w:tabs><w:spacing w:before="240" w:after="0"/><w:ind w:left="800" w:hanging="800"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Item"><w:name w:val="Item"/><w:basedOn w:val="Normal"/><w:pPr><w:tabs><w:tab w:val="left" w:pos="360"/></w:tabs><w:spacing w:after="80"/><w:ind w:left="360" w:hanging="360"/></w:pPr></w:style></w:styles>`
)
