package workbook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"image"
	"image/jpeg"
	"strings"

	"github.com/xuri/excelize/v2"
)

// drawing is the pictures of one sheet, each in a cell of its own. It is
// written beside the sheet, part by part, and takes the place of the drawing
// that excelize believes to write.
type drawing struct {
	*book
	anchors *packed
	rels    *packed
	part    int     // its number
	of      *record // keeps their fingerprints, nil where nobody compares them
	count   int     // pictures
	links   int     // of them that lead somewhere
}

// placed is a picture with its place: the cell, where in the cell it begins
// and how large it is shown, in pixels.
type placed struct {
	column, row         int // 1-based
	left, top           int
	width, height       int
	name, alt, external string // external: the address it leads to, or empty
}

const (
	drawingHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">`
	relsHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	officeRels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	emu        = 9525 // English metric units of a pixel
)

// drawing begins the pictures of a sheet. A picture of one dot makes excelize
// join a drawing to the sheet; dot and drawing are left out of the file.
func (s *sheet) drawing() *drawing {
	d := &drawing{book: s.book, anchors: newPacked(), rels: newPacked()}
	var dot bytes.Buffer
	s.try(jpeg.Encode(&dot, image.NewGray(image.Rect(0, 0, 1, 1)), nil))
	if s.err != nil {
		return d
	}
	s.drawings++
	s.try(s.file.AddPictureFromBytes(s.name, "A1", &excelize.Picture{Extension: ".jpg",
		File: dot.Bytes()}))
	d.part = s.drawings
	part := fmt.Sprintf("drawing%d.xml", d.part)
	s.archive.own["xl/drawings/"+part] = d.anchors
	s.archive.own["xl/drawings/_rels/"+part+".rels"] = d.rels
	fmt.Fprint(d.anchors, drawingHead)
	fmt.Fprint(d.rels, relsHead)
	return d
}

// add puts a picture, which is a JPEG or a PNG, into its cell.
func (d *drawing) add(data []byte, kind string, p placed) {
	if d.err != nil {
		return
	}
	d.count++
	if d.of != nil {
		d.of.add(p.row, []string{pictureSum(data)})
	}
	media := fmt.Sprintf("picture%d-%d.%s", d.part, d.count, kind)
	d.try(d.archive.picture("xl/media/"+media, data))
	fmt.Fprintf(d.rels, `<Relationship Id="rId%d" Type="%s/image" Target="../media/%s"/>`, d.count,
		officeRels, media)
	click := ""
	if p.external != "" {
		d.links++
		fmt.Fprintf(d.rels,
			`<Relationship Id="rLink%d" Type="%s/hyperlink" Target="%s" TargetMode="External"/>`,
			d.links, officeRels, escaped(p.external))
		click = fmt.Sprintf(`<a:hlinkClick xmlns:r="%s" r:id="rLink%d"/>`, officeRels, d.links)
	}
	fmt.Fprintf(d.anchors, `<xdr:twoCellAnchor editAs="twoCell">`+
		`<xdr:from><xdr:col>%d</xdr:col><xdr:colOff>%d</xdr:colOff><xdr:row>%d</xdr:row><xdr:rowOff>%d</xdr:rowOff></xdr:from>`+
		`<xdr:to><xdr:col>%d</xdr:col><xdr:colOff>%d</xdr:colOff><xdr:row>%d</xdr:row><xdr:rowOff>%d</xdr:rowOff></xdr:to>`+
		`<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="%d" name="%s" descr="%s">%s</xdr:cNvPr><xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>`+
		`<xdr:blipFill><a:blip xmlns:r="%s" r:embed="rId%d"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>`+
		`<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>`+
		`<xdr:clientData/></xdr:twoCellAnchor>`,
		p.column-1, p.left*emu, p.row-1, p.top*emu, p.column-1, (p.left+p.width)*emu, p.row-1,
		(p.top+p.height)*emu,
		d.count+1, escaped(p.name), escaped(p.alt), click, officeRels, d.count, p.width*emu,
		p.height*emu)
}

// picturesName stands for the pictures of lines among the sheets.
const picturesName = "Pictures on Signatures"

// pictureSum is the fingerprint of a picture.
func pictureSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// done ends the pictures.
func (d *drawing) done() {
	fmt.Fprint(d.anchors, `</xdr:wsDr>`)
	fmt.Fprint(d.rels, `</Relationships>`)
}

// escaped makes a text fit for an attribute.
func escaped(s string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(clean(s))) // a strings.Builder does not fail
	return out.String()
}
