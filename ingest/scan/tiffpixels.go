package scan

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/bits"

	"golang.org/x/image/tiff/lzw"

	"countersign/ingest/damage"
	"countersign/ingest/fax"
)

// Codings of TIFF pixels.
const (
	plain      = 1
	faxRows    = 2
	fax3       = 3
	fax4       = 4
	lzwCoded   = 5
	oldJPEG    = 6
	jpegCoded  = 7
	deflated   = 8
	oldDeflate = 32946
	packBits   = 32773
)

// Meanings of TIFF pixels.
const (
	whiteIsZero = 0
	blackIsZero = 1
	rgb         = 2
	palette     = 3
	cmyk        = 5
	yCbCr       = 6
)

// pixels is how the pixels of a directory are laid down: in chunks, which are
// strips or tiles, of samples.
type pixels struct {
	directory
	width, height  int
	coding         int
	meaning        int
	samples, depth int // of a pixel; bits of a sample
	planar         bool
	chunkW, chunkH int
	across, down   int // chunks
	tiled          bool
	offsets, sizes []float64
}

// pixels reads the lay-out, and refuses what is not read by its name.
func (d directory) pixels() (pixels, error) {
	or := func(tag uint16, absent int) int {
		if len(d.tags[tag]) == 0 {
			return absent
		}
		return int(d.number(tag))
	}
	h := d.header()
	p := pixels{
		directory: d, width: h.width, height: h.height,
		coding: or(tagCompression, plain), meaning: or(tagPhotometric, whiteIsZero),
		samples: or(tagSamples, 1), depth: or(tagBits, 1), planar: or(tagPlanar, 1) == 2,
		chunkW: h.width, chunkH: or(tagStripRows, h.height),
		offsets: d.tags[tagStrips], sizes: d.tags[tagStripBytes],
	}
	if len(d.tags[tagTiles]) > 0 {
		p.tiled, p.offsets, p.sizes = true, d.tags[tagTiles], d.tags[tagTileBytes]
		p.chunkW, p.chunkH = or(tagTileWidth, 0), or(tagTileHeight, 0)
	}
	if !p.tiled && (p.chunkH <= 0 || p.chunkH > p.height) {
		p.chunkH = p.height
	}
	if kind := p.strange(); kind != "" {
		return p, &Refusal{"is a TIFF picture of a kind that is not read (" + kind + ")", "save it as PDF and hand that in"}
	}
	const widest = 1 << 16
	if p.chunkW <= 0 || p.chunkH <= 0 || p.chunkW > widest || p.chunkH > widest {
		return p, damaged()
	}
	// A tile is filled up at the edges of its page, so that it may be larger than a small one.
	const fill = 4 << 20 // pixels
	if p.chunkW*p.chunkH > fill+4*p.width*p.height {
		return p, damaged()
	}
	p.across, p.down = (p.width+p.chunkW-1)/p.chunkW, (p.height+p.chunkH-1)/p.chunkH
	if len(p.offsets) < p.across*p.down*p.planes() {
		return p, damaged()
	}
	return p, nil
}

func (p pixels) planes() int {
	if p.planar {
		return p.samples
	}
	return 1
}

// strange names what makes a picture one of a kind that is not read.
func (p pixels) strange() string {
	switch p.coding {
	case plain, faxRows, fax3, fax4, lzwCoded, jpegCoded, deflated, oldDeflate, packBits:
	case oldJPEG:
		return "JPEG in its old form"
	default:
		name := map[int]string{34712: "JPEG 2000", 34661: "JBIG", 34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL"}[p.coding]
		if name == "" {
			name = fmt.Sprintf("coding %d", p.coding)
		}
		return name
	}
	for _, b := range p.tags[tagBits] {
		if int(b) != p.depth {
			return "channels of unequal depth"
		}
	}
	if f := p.number(tagSampleFormat); f > 1 && f != 4 {
		return "floating-point or signed pixels"
	}
	if !map[int]bool{1: true, 2: true, 4: true, 8: true, 16: true}[p.depth] {
		return fmt.Sprintf("%d bits a channel", p.depth)
	}
	least := map[int]int{whiteIsZero: 1, blackIsZero: 1, rgb: 3, palette: 1, cmyk: 4, yCbCr: 3}[p.meaning]
	sub := p.tags[tagSubsampling]
	switch {
	case least == 0:
		return fmt.Sprintf("colors of kind %d", p.meaning)
	case p.samples < least || p.samples > 8:
		return fmt.Sprintf("%d channels", p.samples)
	case p.meaning == yCbCr && p.coding != jpegCoded && (len(sub) != 2 || sub[0] != 1 || sub[1] != 1 || p.depth != 8):
		return "colors of reduced resolution"
	case p.meaning == palette && (p.depth > 8 || len(p.tags[tagColors]) < 3<<p.depth):
		return "a palette that is incomplete"
	case p.fax() && (p.samples != 1 || p.depth != 1):
		return "a fax with shades"
	case p.coding == jpegCoded && (p.depth != 8 || p.planar):
		return "JPEG in parts"
	case p.number(tagPredictor) > 2 || p.number(tagPredictor) == 2 && p.depth < 8:
		return "an unusual predictor"
	}
	return ""
}

// fax tells whether the page is in one of the codings of fax machines.
func (p pixels) fax() bool { return p.coding >= faxRows && p.coding <= fax4 }

// decode gives the picture, and what is wrong with it where part of it is lost.
func (d directory) decode(r io.Reader) (image.Image, string, error) {
	p, err := d.pixels()
	if err != nil {
		return nil, "", err
	}
	var page canvas
	fault := ""
	for i := range p.across * p.down {
		at := image.Rect(0, 0, p.chunkW, p.chunkH).Add(image.Pt(i%p.across*p.chunkW, i/p.across*p.chunkH))
		if !p.tiled {
			at = at.Intersect(image.Rect(0, 0, p.width, p.height))
		}
		if page.rect.Empty() {
			page = newCanvas(p.width, p.height, p.grey())
		}
		f, err := p.chunk(r.(io.ReaderAt), i, at, page)
		if err != nil {
			return nil, "", err
		}
		if fault == "" {
			fault = f
		}
	}
	return page.image(), fault, nil
}

func (p pixels) grey() bool {
	return p.meaning <= blackIsZero
}

// chunk decodes one strip or tile and puts it on the page. An error is for what
// makes the page unreadable, a fault for what may be missing from it.
func (p pixels) chunk(r io.ReaderAt, i int, at image.Rectangle, page canvas) (fault string, err error) {
	if p.coding == jpegCoded {
		data, f, err := p.raw(r, i)
		if err != nil {
			return "", err
		}
		return p.jpegChunk(data, f, at, page)
	}
	planes := make([][]byte, p.planes())
	for n := range planes {
		data, f, err := p.raw(r, n*p.across*p.down+i)
		if err != nil {
			return "", err
		}
		samples := p.samples
		if p.planar {
			samples = 1
		}
		var g string
		planes[n], g, err = p.unpack(data, at, samples)
		if err != nil {
			return "", err
		}
		if fault == "" {
			fault = f
		}
		if fault == "" {
			fault = g
		}
	}
	p.paint(interleaved(planes), at, page)
	return fault, nil
}

// raw reads the coded data of a chunk.
func (p pixels) raw(r io.ReaderAt, i int) (data []byte, fault string, err error) {
	size := p.mostCoded()
	if i < len(p.sizes) && p.sizes[i] > 0 {
		size = min(size, int64(p.sizes[i]))
	}
	data, err = io.ReadAll(io.NewSectionReader(r, int64(p.offsets[i]), size))
	if err != nil {
		return nil, "", err
	}
	if i < len(p.sizes) && int64(len(data)) < min(size, int64(p.sizes[i])) {
		fault = "it is cut off"
	}
	if p.number(tagFillOrder) == 2 && p.coding != jpegCoded {
		for i, b := range data {
			data[i] = bits.Reverse8(b)
		}
	}
	return data, fault, nil
}

// mostCoded is how many bytes of the file belong to a chunk: all of the file can be said to be that of each
// of a million strips. No coding makes as much more of pixels than they are.
func (p pixels) mostCoded() int64 {
	beside := int64(4 << 10)
	if p.coding == jpegCoded {
		beside = 256 << 10 // headers, with thumbnails and profiles
	}
	return 16*int64((p.chunkW*p.samples*p.depth+7)/8)*int64(p.chunkH) + beside
}

// unpack gives the samples of a chunk with eight bits each.
func (p pixels) unpack(data []byte, at image.Rectangle, samples int) (out []byte, fault string, err error) {
	w, h := at.Dx(), at.Dy()
	if p.fax() {
		o := fax.Options{Width: w, Height: h, K: -1, Inverted: p.meaning == blackIsZero}
		switch p.coding {
		case faxRows:
			o.K, o.Aligned = 0, true
		case fax3:
			o.K = int(p.number(tagT4Options)) & 1
		}
		img, fault := fax.Decode(data, o)
		if p.meaning == whiteIsZero { // paint turns it over again
			for i, v := range img.Pix {
				img.Pix[i] = ^v
			}
		}
		return img.Pix, fault, nil
	}
	stride := (w*samples*p.depth + 7) / 8
	if p.coding != plain || len(data) < stride*h {
		if data, fault, err = p.expand(data, stride*h, at); err != nil {
			return nil, "", err
		}
	}
	if p.number(tagPredictor) == 2 && p.coding != plain && p.coding != packBits {
		p.integrate(data, stride, samples)
	}
	return p.eightBits(data, stride, w*samples, h), fault, nil
}

// expand undoes the coding of a chunk. What is missing of the bytes wanted is
// filled up to white.
func (p pixels) expand(data []byte, want int, at image.Rectangle) (out []byte, fault string, err error) {
	switch p.coding {
	case plain:
		out, fault = data, "part of it is missing"
	case packBits:
		out, fault = unpackBits(data, want)
	case lzwCoded:
		if len(data) > 1 && data[0] == 0 && data[1]&1 == 1 {
			return nil, "", &Refusal{"is a TIFF picture of a kind that is not read (LZW in its old form)", "save it as PDF and hand that in"}
		}
		out, fault = inflated(lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8), want)
	default:
		r, err := zlib.NewReader(bytes.NewReader(data)) // which holds the data to their checksum
		if err != nil {
			fault = "its data are damaged"
			break
		}
		out, fault = inflated(r, want)
	}
	const long = "it has more than its pixels"
	if len(out) > want {
		// The coder of a last strip may have filled it up to its full height.
		if filled := at.Dy() < p.chunkH; fault == "" && !filled {
			fault = long
		}
		out = out[:want]
	}
	if len(out) < want {
		if fault == "" {
			fault = "part of it is missing"
		}
		white := byte(0xff)
		if p.meaning == whiteIsZero || p.meaning == cmyk {
			white = 0
		}
		out = append(out, bytes.Repeat([]byte{white}, want-len(out))...)
	}
	return out, fault, nil
}

// inflated reads all that a decoder gives, a little more than wanted at most.
func inflated(r io.ReadCloser, want int) (out []byte, fault string) {
	defer r.Close()
	out, err := io.ReadAll(io.LimitReader(r, int64(want)+1))
	if err != nil {
		return out, "its data are damaged"
	}
	return out, ""
}

// unpackBits undoes PackBits (TIFF 6.0, section 9).
func unpackBits(data []byte, want int) (out []byte, fault string) {
	for len(data) > 0 && len(out) < want {
		n := int(int8(data[0]))
		data = data[1:]
		switch {
		case n >= 0:
			if len(data) < n+1 {
				return append(out, data...), "part of it is missing"
			}
			out = append(out, data[:n+1]...)
			data = data[n+1:]
		case n != -128:
			if len(data) == 0 {
				return out, "part of it is missing"
			}
			out = append(out, bytes.Repeat(data[:1], 1-n)...)
			data = data[1:]
		}
	}
	const padding = 1
	if len(data) > padding {
		return out, "it has more than its pixels"
	}
	return out, ""
}

// integrate undoes horizontal differencing.
func (p pixels) integrate(data []byte, stride, samples int) {
	for row := data; len(row) >= stride; row = row[stride:] {
		if p.depth == 8 {
			for i := samples; i < stride; i++ {
				row[i] += row[i-samples]
			}
			continue
		}
		for i := 2 * samples; i+1 < stride; i += 2 {
			p.order.PutUint16(row[i:], p.order.Uint16(row[i:])+p.order.Uint16(row[i-2*samples:]))
		}
	}
}

// eightBits spreads or cuts samples to eight bits each; numbers of a palette stay
// as they are.
func (p pixels) eightBits(data []byte, stride, n, h int) []byte {
	if p.depth == 8 {
		return data
	}
	out := make([]byte, n*h)
	scale := byte(1)
	if p.meaning != palette {
		scale = byte(255 / (1<<min(p.depth, 8) - 1))
	}
	for y := range h {
		row, to := data[y*stride:(y+1)*stride], out[y*n:(y+1)*n]
		for i := range to {
			if p.depth == 16 {
				to[i] = byte(p.order.Uint16(row[2*i:]) >> 8)
				continue
			}
			at := i * p.depth
			to[i] = row[at/8] >> (8 - p.depth - at%8) & (1<<p.depth - 1) * scale
		}
	}
	return out
}

func interleaved(planes [][]byte) []byte {
	if len(planes) == 1 {
		return planes[0]
	}
	out := make([]byte, len(planes)*len(planes[0]))
	for n, plane := range planes {
		for i, v := range plane {
			out[i*len(planes)+n] = v
		}
	}
	return out
}

// canvas is the page that chunks are put on.
type canvas struct {
	rect image.Rectangle
	g    *image.Gray
	c    *image.RGBA
}

func newCanvas(w, h int, grey bool) canvas {
	r := image.Rect(0, 0, w, h)
	if grey {
		return canvas{rect: r, g: image.NewGray(r)}
	}
	return canvas{rect: r, c: image.NewRGBA(r)}
}

func (c canvas) image() image.Image {
	if c.g != nil {
		return c.g
	}
	return c.c
}

// paint puts the samples of a chunk on the page, on white where they are
// transparent.
func (p pixels) paint(data []byte, at image.Rectangle, page canvas) {
	colors := p.tags[tagColors]
	own := map[int]int{rgb: 3, cmyk: 4, yCbCr: 3}[p.meaning]
	if own == 0 {
		own = 1
	}
	alpha := p.transparency(data, own)
	for y := at.Min.Y; y < min(at.Max.Y, page.rect.Max.Y); y++ {
		row := data[(y-at.Min.Y)*at.Dx()*p.samples:]
		for x := at.Min.X; x < min(at.Max.X, page.rect.Max.X); x++ {
			s := row[(x-at.Min.X)*p.samples:]
			var r, g, b byte
			switch p.meaning {
			case whiteIsZero:
				r = ^s[0]
			case blackIsZero:
				r = s[0]
			case rgb:
				r, g, b = s[0], s[1], s[2]
			case palette:
				n, i := len(colors)/3, int(s[0])
				r, g, b = byte(int(colors[i])>>8), byte(int(colors[n+i])>>8), byte(int(colors[2*n+i])>>8)
			case cmyk:
				r, g, b = color.CMYKToRGB(s[0], s[1], s[2], s[3])
			case yCbCr:
				r, g, b = color.YCbCrToRGB(s[0], s[1], s[2])
			}
			if alpha != opaque {
				a := s[own]
				r, g, b = over(r, a, alpha), over(g, a, alpha), over(b, a, alpha)
			}
			if page.g != nil {
				page.g.Pix[y*page.g.Stride+x] = r
			} else {
				copy(page.c.Pix[y*page.c.Stride+4*x:], []byte{r, g, b, 0xff})
			}
		}
	}
}

// What the sample behind the colors is.
const (
	opaque     = iota // nothing that is seen
	associated        // how much covers, and the colors are lessened by it
	separate          // how much covers
)

// transparency reads the tag. Where it does not say, the one channel that follows
// the colors is taken for what libtiff takes it for, unless nothing would be seen.
func (p pixels) transparency(data []byte, own int) int {
	extra := p.tags[tagExtra]
	switch {
	case p.samples <= own:
		return opaque
	case len(extra) > 0 && extra[0] == 1:
		return associated
	case len(extra) > 0 && extra[0] == 2:
		return separate
	case p.samples != own+1:
		return opaque
	}
	for i := own; i < len(data); i += p.samples {
		if data[i] != 0 {
			return associated
		}
	}
	return opaque
}

// over lays a color on white.
func over(v, a byte, alpha int) byte {
	if alpha == associated {
		return byte(min(255, int(v)+255-int(a)))
	}
	return byte((int(v)*int(a) + 255*(255-int(a))) / 255)
}

// jpegChunk decodes a strip or tile of JPEG (TIFF Technical Note 2).
func (p pixels) jpegChunk(data []byte, fault string, at image.Rectangle, page canvas) (string, error) {
	data = p.wholeJPEG(data)
	if f := damage.JPEG(data); f != "" {
		fault = f
	}
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(data))
	// Its own header could claim gigabytes.
	if err == nil && (cfg.Width > at.Dx()+16 || cfg.Height > at.Dy()+16) {
		err = errors.New("larger than its place")
	}
	var img image.Image
	if err == nil {
		img, err = jpeg.Decode(bytes.NewReader(data))
	}
	switch {
	case err != nil && !p.tiled && p.across*p.down == 1:
		return "", ErrBroken
	case err != nil:
		page.blank(at)
		return "its data are damaged", nil
	}
	page.put(p.unmixed(img), at)
	return fault, nil
}

// wholeJPEG puts the tables that chunks share before the data of one.
func (p pixels) wholeJPEG(data []byte) []byte {
	const most = 64 << 10 // bytes of tables
	if len(p.tags[tagJPEGTables]) > most {
		return data
	}
	tables := make([]byte, 0, len(p.tags[tagJPEGTables])+len(data))
	for _, v := range p.tags[tagJPEGTables] {
		tables = append(tables, byte(v))
	}
	tables = bytes.TrimSuffix(tables, []byte{0xff, 0xd9})
	if len(tables) <= 2 || len(data) < 2 {
		return data
	}
	return append(tables, data[2:]...) // the tables bring the start-of-image mark
}

// unmixed takes colors for what the tag says: Go's decoder takes any three
// channels for luminance and chrominance.
func (p pixels) unmixed(img image.Image) image.Image {
	mixed, ok := img.(*image.YCbCr)
	if !ok || p.meaning != rgb || mixed.SubsampleRatio != image.YCbCrSubsampleRatio444 {
		return img
	}
	b := mixed.Bounds()
	out := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			i, j := mixed.YOffset(x, y), mixed.COffset(x, y)
			copy(out.Pix[out.PixOffset(x, y):], []byte{mixed.Y[i], mixed.Cb[j], mixed.Cr[j], 0xff})
		}
	}
	return out
}

// jpegStrips hands the one strip of a JPEG page on undecoded.
func (d directory) jpegStrips(r io.ReaderAt) ([]Strip, error) {
	p, err := d.pixels()
	if err != nil {
		return nil, err
	}
	data, _, err := p.raw(r, 0)
	return []Strip{{Data: p.wholeJPEG(data), Width: p.width, Height: p.height}}, err
}
