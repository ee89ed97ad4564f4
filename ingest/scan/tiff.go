package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"math/bits"

	"github.com/hhrutter/tiff"
)

// Tags of TIFF 6.0 that matter here.
const (
	tagSubfile     = 254
	tagWidth       = 256
	tagHeight      = 257
	tagCompression = 259
	tagPhotometric = 262
	tagFillOrder   = 266
	tagStrips      = 273
	tagOrientation = 274
	tagStripRows   = 278
	tagStripBytes  = 279
	tagXRes        = 282
	tagYRes        = 283
	tagT4Options   = 292
	tagUnit        = 296
	tagJPEGTables  = 347
)

// directory is one image file directory: the numbers of each tag.
type directory struct {
	at   int64
	next int64
	tags map[uint16][]float64
}

// openTIFF walks the chain of directories. Each is a page, except those that
// mark themselves as a preview or a mask.
func (f *File) openTIFF() error {
	var head [8]byte
	if _, err := f.data.ReadAt(head[:], 0); err != nil {
		return damaged()
	}
	if head[2] == '+' || head[3] == '+' {
		return &Refusal{"is a BigTIFF file, which is not read", "save it as PDF or as an ordinary TIFF"}
	}
	seen := map[int64]bool{}
	for at := int64(0); ; {
		d, err := readDirectory(f.data, at)
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
			f.frames = append(f.frames, frame{d.header(), d.decode, d.fax(), d.faxStrips})
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

// TooManyPages refuses a file of more pages than the limit.
func TooManyPages(limit int) *Refusal {
	return &Refusal{fmt.Sprintf("has more than %d pages", limit), "split it and hand in the parts"}
}

// readDirectory reads the directory at an offset; at 0, the one the header
// names.
func readDirectory(data io.ReaderAt, at int64) (directory, error) {
	var b [12]byte
	if _, err := data.ReadAt(b[:8], 0); err != nil {
		return directory{}, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	if at == 0 {
		at = int64(order.Uint32(b[4:]))
	}
	if _, err := data.ReadAt(b[:2], at); err != nil {
		return directory{}, err
	}
	entries := make([]byte, 12*int(order.Uint16(b[:]))+4)
	// The last directory of a sloppy file may lack its pointer to the next.
	if n, err := data.ReadAt(entries, at+2); err != nil && n < len(entries)-4 {
		return directory{}, err
	}
	d := directory{at: at, tags: map[uint16][]float64{}}
	d.next = int64(order.Uint32(entries[len(entries)-4:]))
	for e := entries; len(e) >= 12; e = e[12:] {
		v, err := values(data, order, e)
		if err != nil {
			return directory{}, err
		}
		d.tags[order.Uint16(e)] = v
	}
	return d, nil
}

// values reads the numbers of one entry: bytes, shorts, longs and rationals.
// Other types have no meaning here and stay empty.
func values(data io.ReaderAt, order binary.ByteOrder, e []byte) ([]float64, error) {
	size := map[uint16]int{1: 1, 3: 2, 4: 4, 5: 8, 7: 1}[order.Uint16(e[2:])]
	count := order.Uint32(e[4:])
	const most = 1 << 20 // strips of the largest page, and JPEG tables, stay far below
	if size == 0 || count > most {
		return nil, nil
	}
	raw := e[8:12]
	if n := size * int(count); n > 4 {
		raw = make([]byte, n)
		if _, err := data.ReadAt(raw, int64(order.Uint32(e[8:]))); err != nil {
			return nil, err
		}
	}
	v := make([]float64, count)
	for i := range v {
		p := raw[i*size:]
		switch size {
		case 1:
			v[i] = float64(p[0])
		case 2:
			v[i] = float64(order.Uint16(p))
		case 4:
			v[i] = float64(order.Uint32(p))
		case 8:
			if den := order.Uint32(p[4:]); den != 0 {
				v[i] = float64(order.Uint32(p)) / float64(den)
			}
		}
	}
	return v, nil
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

func (d directory) decode(r io.Reader) (image.Image, error) {
	if d.number(tagCompression) == 7 && len(d.tags[tagStrips]) > 0 {
		return d.decodeJPEGStrips(r.(io.ReaderAt))
	}
	img, err := tiff.DecodeAt(r, d.at)
	var unsupported tiff.UnsupportedError
	switch {
	case err != nil && d.fax():
		return nil, ErrBroken
	case errors.As(err, &unsupported):
		return nil, &Refusal{"is a TIFF picture of a kind that is not read", "save it as PDF and hand that in"}
	case err != nil:
		return nil, damaged()
	}
	return img, nil
}

// fax tells whether the page is in one of the codings of fax machines: 2 and
// 3 are group 3 without and with line ends, 4 is group 4.
func (d directory) fax() bool {
	c := d.number(tagCompression)
	return c >= 2 && c <= 4
}

// faxStrips hands fax data on undecoded; the library cannot do group 3 in two
// dimensions or with padded line ends, which fax servers write.
func (d directory) faxStrips(r io.ReaderAt) ([]Strip, error) {
	h := d.header()
	offsets, sizes := d.tags[tagStrips], d.tags[tagStripBytes]
	rows := int(d.number(tagStripRows))
	if rows <= 0 || rows > h.height {
		rows = h.height
	}
	if len(sizes) != len(offsets) || len(offsets) != (h.height+rows-1)/rows {
		return nil, damaged()
	}
	var strips []Strip
	for i := range offsets {
		s := Strip{Width: h.width, Height: min(rows, h.height-i*rows), Fax: true, Inverted: d.number(tagPhotometric) == 1}
		switch d.number(tagCompression) {
		case 2:
			s.Aligned = true
		case 3:
			s.K = int(d.number(tagT4Options)) & 1
		case 4:
			s.K = -1
		}
		var err error
		s.Data, err = io.ReadAll(io.NewSectionReader(r, int64(offsets[i]), int64(sizes[i])))
		if err != nil {
			return nil, err
		}
		if d.number(tagFillOrder) == 2 {
			for i, b := range s.Data {
				s.Data[i] = bits.Reverse8(b)
			}
		}
		strips = append(strips, s)
	}
	return strips, nil
}

// decodeJPEGStrips puts a page together from JPEG strips (TIFF Technical Note
// 2). The library reads those only where the colours are plain RGB or grey;
// scanners write YCbCr.
func (d directory) decodeJPEGStrips(r io.ReaderAt) (image.Image, error) {
	tables := make([]byte, 0, len(d.tags[tagJPEGTables]))
	for _, v := range d.tags[tagJPEGTables] {
		tables = append(tables, byte(v))
	}
	tables = bytes.TrimSuffix(tables, []byte{0xff, 0xd9})
	offsets, sizes := d.tags[tagStrips], d.tags[tagStripBytes]
	if len(sizes) != len(offsets) {
		return nil, damaged()
	}
	h := d.header()
	var page draw.Image
	for i := range offsets {
		strip := io.NewSectionReader(r, int64(offsets[i]), int64(sizes[i]))
		var whole io.Reader = strip
		if len(tables) > 2 {
			strip.Seek(2, io.SeekStart) // the tables bring the start-of-image mark
			whole = io.MultiReader(bytes.NewReader(tables), strip)
		}
		img, err := decodeStrip(whole, h)
		if err != nil {
			return nil, damaged()
		}
		if len(offsets) == 1 {
			return img, nil
		}
		img = Flatten(img)
		if page == nil {
			page = image.NewRGBA(image.Rect(0, 0, h.width, h.height))
		}
		top := i * int(d.number(tagStripRows))
		draw.Draw(page, img.Bounds().Add(image.Pt(0, top)), img, image.Point{}, draw.Src)
	}
	return page, nil
}

// decodeStrip holds a strip to the size of its page before it is decoded: its
// own header could claim gigabytes.
func decodeStrip(r io.Reader, page header) (image.Image, error) {
	var head bytes.Buffer
	cfg, err := jpeg.DecodeConfig(io.TeeReader(r, &head))
	if err != nil {
		return nil, err
	}
	if cfg.Width > page.width+16 || cfg.Height > page.height+16 {
		return nil, errors.New("strip larger than its page")
	}
	return jpeg.Decode(io.MultiReader(&head, r))
}
