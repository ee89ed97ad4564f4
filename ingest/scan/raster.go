package scan

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"io"

	"github.com/gen2brain/heic"
	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

// raster is a kind of picture that a library reads and that has a single page.
type raster struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// rasterOf is the library for a kind that Sniff names.
func rasterOf(kind string) raster {
	switch kind {
	case "GIF":
		return raster{gif.DecodeConfig, gif.Decode}
	case "WebP":
		return raster{webp.DecodeConfig, webp.Decode}
	case "HEIC": // turned as the file asks by the decoder
		return raster{heic.DecodeConfig, heic.Decode}
	}
	return raster{bmp.DecodeConfig, bmp.Decode}
}

func (f *File) openRaster(kind string) error {
	r := rasterOf(kind)
	cfg, err := r.config(io.NewSectionReader(f.data, 0, f.size))
	if err != nil {
		return damaged()
	}
	h := header{width: cfg.Width, height: cfg.Height}
	if kind == "WebP" {
		h.turn = f.webpTurn()
	}
	f.frames = []frame{{header: h, decode: func(in io.Reader) (image.Image, string, error) {
		img, err := r.decode(in)
		if err != nil {
			return nil, "", damaged()
		}
		return img, "", nil
	}}}
	return nil
}

// webpTurn finds the EXIF chunk of a WebP file (RFC 9649, 2.7.1.5).
func (f *File) webpTurn() Turn {
	const most = 1 << 16
	var b [8]byte
	for at := int64(12); ; {
		if _, err := f.data.ReadAt(b[:], at); err != nil {
			return AsStored
		}
		size := int64(binary.LittleEndian.Uint32(b[4:]))
		if string(b[:4]) == "EXIF" && size <= most {
			chunk := make([]byte, size)
			if _, err := f.data.ReadAt(chunk, at+8); err != nil {
				return AsStored
			}
			return exifHeader(bytes.TrimPrefix(chunk, []byte("Exif\x00\x00"))).turn
		}
		at += 8 + size + size&1
	}
}

// openJPEG2000 reads the size of a JPEG 2000 picture, in its box or as a bare
// stream (ISO 15444-1, A.5.1 and I.5.3.1). Its pixels are decoded elsewhere.
func (f *File) openJPEG2000() error {
	head := make([]byte, 4096)
	n, _ := f.data.ReadAt(head, 0)
	head = head[:n]
	var h header
	if i := bytes.Index(head, []byte("ihdr")); i >= 0 && i+12 <= n {
		h.height, h.width = int(binary.BigEndian.Uint32(head[i+4:])), int(binary.BigEndian.Uint32(head[i+8:]))
	} else if i := bytes.Index(head, []byte("\xff\x4f\xff\x51")); i >= 0 && i+24 <= n {
		size := func(at int) int { return int(binary.BigEndian.Uint32(head[i+at:])) }
		h.width, h.height = size(8)-size(16), size(12)-size(20)
	}
	if h.width <= 0 || h.height <= 0 {
		return damaged()
	}
	f.frames = []frame{{
		header: h,
		decode: func(io.Reader) (image.Image, string, error) { return nil, "", ErrElsewhere },
		strips: func(r io.ReaderAt) ([]Strip, error) {
			data, err := f.all(r)
			if err == nil && !bytes.Contains(data[max(0, len(data)-64):], []byte{0xff, 0xd9}) {
				err = damaged() // decoders make do with any beginning
			}
			return []Strip{{Data: data, Width: h.width, Height: h.height, JPEG2000: true}}, err
		},
	}}
	return nil
}
