package scan

import (
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"math"
)

// Tags of TIFF 6.0 that matter here.
const (
	tagSubfile      = 254
	tagWidth        = 256
	tagHeight       = 257
	tagBits         = 258
	tagCompression  = 259
	tagPhotometric  = 262
	tagFillOrder    = 266
	tagStrips       = 273
	tagOrientation  = 274
	tagSamples      = 277
	tagStripRows    = 278
	tagStripBytes   = 279
	tagXRes         = 282
	tagYRes         = 283
	tagPlanar       = 284
	tagT4Options    = 292
	tagUnit         = 296
	tagPredictor    = 317
	tagColors       = 320
	tagTileWidth    = 322
	tagTileHeight   = 323
	tagTiles        = 324
	tagTileBytes    = 325
	tagExtra        = 338
	tagSampleFormat = 339
	tagJPEGTables   = 347
	tagSubsampling  = 530
)

// How many numbers a directory may have.
const (
	mostValues = 1 << 21 // in all: places and sizes of the strips of the largest page, and JPEG tables, stay far below
	longest    = 1 << 20 // of a tag
	stated     = 100     // of a tag that says something of the page as a whole
)

// directory is one image file directory: the numbers of each tag.
type directory struct {
	order binary.ByteOrder
	at    int64
	next  int64
	tags  map[uint16][]float64
}

// openTIFF walks the chain of directories. Each is a page, except those that
// mark themselves as a preview or a mask.
func (f *File) openTIFF() error {
	seen := map[int64]bool{}
	const previews = 4 // of a page, and of the file beside; cameras write two
	for at := int64(0); ; {
		d, err := readDirectory(f.data, at, stated)
		if err != nil {
			if len(f.frames) > 0 {
				return &Refusal{fmt.Sprintf("is cut off or damaged after page %d", len(f.frames)), "scan or save it again and hand that in"}
			}
			return damaged()
		}
		if seen[d.at] {
			return &Refusal{"is damaged: its pages form a circle", "scan or save it again and hand that in"}
		}
		seen[d.at] = true
		if int(d.number(tagSubfile))&0b101 == 0 {
			f.frames = append(f.frames, f.frameAt(d))
		}
		if len(seen) > previews*(f.limits.Pages+1) {
			return &Refusal{"has more previews than pages can have", "save it as PDF and hand that in"}
		}
		if len(f.frames) > f.limits.Pages {
			return TooManyPages(f.limits.Pages)
		}
		if d.next == 0 {
			break
		}
		at = d.next
	}
	if len(f.frames) == 0 {
		return &Refusal{"has no pages", "scan it again and hand that in"}
	}
	return nil
}

// frameAt is the page of a directory, which is read anew with the page: all those of a file may be larger
// than memory.
func (f *File) frameAt(d directory) frame {
	at := d.at
	again := func() (directory, error) {
		d, err := readDirectory(f.data, at, longest)
		if err != nil {
			return d, damaged()
		}
		return d, nil
	}
	return frame{
		header: d.header(),
		decode: func(r io.Reader) (image.Image, string, error) {
			d, err := again()
			if err != nil {
				return nil, "", err
			}
			return d.decode(r)
		},
		strips: func(r io.ReaderAt) ([]Strip, error) {
			d, err := again()
			if err != nil {
				return nil, err
			}
			return d.jpegStrips(r)
		},
	}
}

// TooManyPages refuses a file of more pages than the limit.
func TooManyPages(limit int) *Refusal {
	return &Refusal{fmt.Sprintf("has more than %d pages", limit), "split it and hand in the parts"}
}

// shape is how wide the numbers of a file are: those of a BigTIFF have 64 bits.
type shape struct {
	binary.ByteOrder
	big bool
}

// offset reads one place in the file.
func (s shape) offset(b []byte) int64 {
	if s.big {
		return int64(s.Uint64(b))
	}
	return int64(s.Uint32(b))
}

// sizes are those of the count of entries, of an entry, and of an offset.
func (s shape) sizes() (count, entry, offset int) {
	if s.big {
		return 8, 20, 8
	}
	return 2, 12, 4
}

// readDirectory reads the directory at an offset; at 0, the one the header
// names. Tags with more numbers than asked for are left out.
func readDirectory(data io.ReaderAt, at int64, most int) (directory, error) {
	var b [16]byte
	if n, err := data.ReadAt(b[:], 0); err != nil && n < 8 {
		return directory{}, err
	}
	s := shape{binary.LittleEndian, b[2] == '+' || b[3] == '+'}
	if b[0] == 'M' {
		s.ByteOrder = binary.BigEndian
	}
	countSize, entrySize, offsetSize := s.sizes()
	if at == 0 {
		at = s.offset(b[8-4*(2-offsetSize/4):])
	}
	if n, err := data.ReadAt(b[:countSize], at); err != nil && n < countSize {
		return directory{}, err
	}
	n := int64(s.Uint16(b[:]))
	if s.big {
		n = int64(s.Uint64(b[:]))
	}
	const entriesMost = 4096 // honest directories have some twenty
	if n < 0 || n > entriesMost {
		return directory{}, io.ErrUnexpectedEOF
	}
	entries := make([]byte, entrySize*int(n)+offsetSize)
	// The last directory of a sloppy file may lack its pointer to the next.
	if got, err := data.ReadAt(entries, at+int64(countSize)); err != nil && got < len(entries)-offsetSize {
		return directory{}, err
	}
	d := directory{order: s.ByteOrder, at: at, tags: map[uint16][]float64{}}
	d.next = s.offset(entries[len(entries)-offsetSize:])
	left := mostValues
	for e := entries; len(e) >= entrySize; e = e[entrySize:] {
		v, err := values(data, s, e[:entrySize], most)
		if err != nil {
			return directory{}, err
		}
		if left -= len(v); left < 0 {
			return directory{}, io.ErrUnexpectedEOF
		}
		d.tags[s.Uint16(e)] = v
	}
	return d, nil
}

// values reads the numbers of one entry. Types without numbers have no meaning
// here and stay empty.
func values(data io.ReaderAt, s shape, e []byte, most int) ([]float64, error) {
	kind := s.Uint16(e[2:])
	size := map[uint16]int{1: 1, 3: 2, 4: 4, 5: 8, 7: 1, 11: 4, 12: 8, 13: 4, 16: 8, 18: 8}[kind]
	_, _, offsetSize := s.sizes()
	count := s.offset(e[4:])
	raw := e[4+offsetSize:]
	if size == 0 || count < 0 || count > int64(most) {
		return nil, nil
	}
	if n := size * int(count); n > offsetSize {
		at := s.offset(raw)
		raw = make([]byte, n)
		if _, err := data.ReadAt(raw, at); err != nil {
			return nil, err
		}
	}
	v := make([]float64, count)
	for i := range v {
		v[i] = s.value(kind, raw[i*size:])
	}
	return v, nil
}

func (s shape) value(kind uint16, b []byte) float64 {
	switch kind {
	case 3:
		return float64(s.Uint16(b))
	case 4, 13:
		return float64(s.Uint32(b))
	case 5:
		if den := s.Uint32(b[4:]); den != 0 {
			return float64(s.Uint32(b)) / float64(den)
		}
		return 0
	case 11:
		return float64(math.Float32frombits(s.Uint32(b)))
	case 12:
		return math.Float64frombits(s.Uint64(b))
	case 16, 18:
		return float64(s.Uint64(b))
	}
	return float64(b[0])
}

func (d directory) number(tag uint16) float64 {
	if v := d.tags[tag]; len(v) > 0 {
		return v[0]
	}
	return 0
}

// header says what the directory states. The unit is inches unless it says
// centimetres (3) or none (1).
func (d directory) header() header {
	h := header{
		width: int(d.number(tagWidth)), height: int(d.number(tagHeight)),
		xdpi: d.number(tagXRes), ydpi: d.number(tagYRes),
		turn: Turn(d.number(tagOrientation)),
	}
	switch d.number(tagUnit) {
	case 1:
		h.xdpi, h.ydpi = 0, 0
	case 3:
		h.xdpi, h.ydpi = h.xdpi*2.54, h.ydpi*2.54
	}
	return h
}
