package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"
)

// pdfOf writes a PDF of as many pages, letter-sized, that all show one JPEG.
func pdfOf(pages int, jpeg []byte, width, height int) []byte {
	return pdfOfScans([]scan{{jpeg, width, height}}, make([]int, pages))
}

// scan is a grey JPEG with its size in pixels.
type scan struct {
	jpeg          []byte
	width, height int
}

// pdfOfScans writes a PDF whose pages, letter-sized, show scans by their numbers.
func pdfOfScans(scans []scan, pages []int) []byte {
	var b bytes.Buffer
	var at []int
	object := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(at))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	stream := func(dict string, data []byte) {
		object("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
	}
	b.WriteString("%PDF-1.4\n")
	object("<</Type /Catalog /Pages 2 0 R>>")
	var kids bytes.Buffer
	for i := range pages {
		fmt.Fprintf(&kids, " %d 0 R", 4+len(scans)+i)
	}
	object("<</Type /Pages /Count %d /Kids [%s]>>", len(pages), kids.String())
	stream("", []byte("612 0 0 792 0 0 cm /I Do"))
	for _, s := range scans {
		stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", s.width, s.height), s.jpeg)
	}
	for _, n := range pages {
		object("<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources <</XObject <</I %d 0 R>>>> /Contents 3 0 R>>", 4+n)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

// pngOf writes a white PNG of one bit a pixel, row by row, so that a huge one
// needs no huge memory.
func pngOf(width, height int) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		body := append([]byte(kind), data...)
		binary.Write(&b, binary.BigEndian, uint32(len(data)))
		b.Write(body)
		binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(width))
	head = binary.BigEndian.AppendUint32(head, uint32(height))
	chunk("IHDR", append(head, 1, 0, 0, 0, 0))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	line := append([]byte{0}, bytes.Repeat([]byte{0xff}, (width+7)/8)...)
	for range height {
		z.Write(line)
	}
	z.Close()
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return b.Bytes()
}

// blankPNG is a sheet on which nothing stands.
func blankPNG(t testing.TB) string { return write(t, "blank.png", pngOf(850, 1100)) }
