package scan

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"

	"countersign/ingest/damage"
)

// headBytes is how far into a JPEG its marks are looked for. EXIF with a
// preview fits; profiles that come later are of no interest.
const headBytes = 1 << 20

func (f *File) openJPEG() error {
	head := make([]byte, min(f.size, headBytes))
	n, err := f.data.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	h := jpegHeader(head[:n])
	if h.width == 0 || h.height == 0 {
		return damaged()
	}
	f.frames = []frame{{
		header: h,
		decode: f.decodeJPEG,
		strips: func(r io.ReaderAt) ([]Strip, error) {
			data, err := f.all(r)
			return []Strip{{Data: data, Width: h.width, Height: h.height}}, err
		},
	}}
	return nil
}

func (f *File) all(r io.ReaderAt) ([]byte, error) {
	data := make([]byte, f.size)
	if _, err := r.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, err
	}
	return data, nil
}

// decodeJPEG sends whatever Go's decoder refuses on to one that forgives.
func (f *File) decodeJPEG(r io.Reader) (image.Image, string, error) {
	data, err := f.all(r.(io.ReaderAt))
	if err != nil {
		return nil, "", err
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "", ErrBroken
	}
	return img, damage.JPEG(data), nil
}

// jpegHeader walks the segments ahead of the pixels: JFIF density (JFIF 1.02),
// EXIF resolution and orientation (CIPA DC-008), and the size in the start of
// frame. EXIF wins over JFIF, which cameras fill with 72.
func jpegHeader(b []byte) header {
	var h header
	var exif header
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xff {
			break
		}
		marker := b[i+1]
		if marker == 0xff { // fill byte
			i++
			continue
		}
		if marker == 0x01 || marker >= 0xd0 && marker <= 0xd8 {
			i += 2
			continue
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if n < 2 || marker == 0xda {
			break
		}
		seg := b[i+4 : min(i+2+n, len(b))]
		switch {
		case marker == 0xe0 && len(seg) >= 12 && bytes.HasPrefix(seg, []byte("JFIF\x00")):
			h.xdpi, h.ydpi = density(seg[7], seg[8:12])
		case marker == 0xe1 && bytes.HasPrefix(seg, []byte("Exif\x00\x00")):
			exif = exifHeader(seg[6:])
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && len(seg) >= 5:
			h.height, h.width = int(binary.BigEndian.Uint16(seg[1:])), int(binary.BigEndian.Uint16(seg[3:]))
		}
		i += 2 + n
	}
	h.turn = exif.turn
	if exif.xdpi > 0 {
		h.xdpi, h.ydpi = exif.xdpi, exif.ydpi
	}
	return h
}

func density(unit byte, xy []byte) (x, y float64) {
	x, y = float64(binary.BigEndian.Uint16(xy)), float64(binary.BigEndian.Uint16(xy[2:]))
	switch unit {
	case 1:
		return x, y
	case 2:
		return x * 2.54, y * 2.54
	}
	return 0, 0
}

// exifHeader reads the first directory of an EXIF block, which is a small TIFF.
func exifHeader(b []byte) header {
	d, err := readDirectory(bytes.NewReader(b), 0, stated)
	if err != nil {
		return header{}
	}
	return d.header()
}
