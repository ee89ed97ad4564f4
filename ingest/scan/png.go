package scan

import (
	"encoding/binary"
	"image"
	"image/png"
	"io"
)

func (f *File) openPNG() error {
	cfg, err := png.DecodeConfig(io.NewSectionReader(f.data, 0, f.size))
	if err != nil {
		return damaged()
	}
	h := header{width: cfg.Width, height: cfg.Height}
	h.xdpi, h.ydpi = f.physical()
	f.frames = []frame{{header: h, decode: func(r io.Reader) (image.Image, string, error) {
		img, err := png.Decode(r)
		if err != nil {
			return nil, "", damaged()
		}
		return img, "", nil
	}}}
	return nil
}

// physical finds the pHYs chunk (PNG, 11.3.4.3): pixels a metre, if the unit
// says so.
func (f *File) physical() (x, y float64) {
	var b [17]byte
	for at := int64(8); ; {
		if _, err := f.data.ReadAt(b[:8], at); err != nil {
			return 0, 0
		}
		size, kind := int64(binary.BigEndian.Uint32(b[:])), string(b[4:8])
		switch kind {
		case "IDAT", "IEND":
			return 0, 0
		case "pHYs":
			if _, err := f.data.ReadAt(b[:], at); err != nil || b[16] != 1 {
				return 0, 0
			}
			return float64(binary.BigEndian.Uint32(b[8:])) * 0.0254, float64(binary.BigEndian.Uint32(b[12:])) * 0.0254
		}
		at += 12 + size
	}
}
