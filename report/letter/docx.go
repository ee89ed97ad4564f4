package letter

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// WriteDOCX writes the letter for a word processor, so that an office can go on with
// it. The five parts of such a file are written here by hand: a letter needs
// paragraphs and nothing else, and what libraries there are drag a model of all of
// Word along.
func (l Letter) WriteDOCX(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", relationships},
		{"docProps/core.xml", fmt.Sprintf(properties, escaped(l.Subject), l.Date.UTC().Format("2006-01-02T15:04:05Z"))},
		{"word/styles.xml", styles},
		{"word/document.xml", l.document()},
	} {
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
	b.WriteString(xml.Header + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	group := func(texts []string) {
		for i, t := range texts {
			style := "Address"
			if i == len(texts)-1 {
				style = "AddressEnd"
			}
			paragraph(&b, style, t)
		}
	}
	group(l.From)
	group([]string{inWords(l.Date)})
	group(l.To)
	paragraph(&b, "Subject", l.Subject)
	for _, block := range l.Body {
		if block.Item {
			paragraph(&b, "Item", "–\t"+block.Text)
			continue
		}
		paragraph(&b, "Normal", block.Text)
	}
	for _, c := range l.Copies {
		paragraph(&b, "Address", "Copy: "+c)
	}
	b.WriteString(`<w:sectPr><w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`)
	return b.String()
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
	contentTypes = xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

	relationships = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="document" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="properties" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

	properties = xml.Header + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>%s</dc:title><dc:creator>countersign</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created></cp:coreProperties>`

	styles = xml.Header + `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/><w:lang w:val="en-US"/></w:rPr></w:rPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="160" w:line="276" w:lineRule="auto"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Address"><w:name w:val="Address"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="0"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="AddressEnd"><w:name w:val="Address End"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="320"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Subject"><w:name w:val="Subject"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="160"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="26"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Item"><w:name w:val="Item"/><w:basedOn w:val="Normal"/><w:pPr><w:tabs><w:tab w:val="left" w:pos="360"/></w:tabs><w:spacing w:after="80"/><w:ind w:left="360" w:hanging="360"/></w:pPr></w:style></w:styles>`
)
