// Package scan reads pictures of paper: TIFF of one or many pages, JPEG, PNG,
// GIF, BMP, WebP, HEIC and JPEG 2000. Bytes enter; pictures leave, turned as their own marks ask, without
// transparency, with square pixels and a resolution. Package ingest makes
// them into pages; package pdf uses the pixel work for what it takes out of a
// PDF.
package scan

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
)

// MinSide is the least width and height in pixels of a picture that can be a
// page: a letter sheet at 12 dpi, far below anything readable.
const MinSide = 100

// Limits bound what one file may cost. Zero values refuse everything.
type Limits struct {
	Pages  int
	Pixels int64 // of one page
}

// Picture is one page of a file.
type Picture struct {
	Image image.Image // *image.Gray or *image.RGBA
	DPI   float64     // pixels per inch, both ways
	Fault string      // what is wrong with the data though they could be decoded, "" if nothing
}

// Refusal tells a person why a file or a page cannot be read and what to do.
// Problem continues a sentence that begins with the name of the thing, such
// as "needs a password"; Remedy is a request, such as "save a copy without one".
type Refusal struct {
	Problem string
	Remedy  string
}

func (r *Refusal) Error() string { return r.Problem + ": " + r.Remedy }

// ErrBroken is what Page answers for JPEG data that Go's decoder
// refuses, most often because they end early. What there is can be had from a
// more forgiving one; see File.Strips.
var ErrBroken = errors.New("the picture is broken")

// ErrElsewhere is what Page answers for what is decoded elsewhere by nature; see
// File.Strips.
var ErrElsewhere = errors.New("decoded elsewhere")

// Strip is a full-width part of a picture, still coded as JPEG or JPEG 2000.
type Strip struct {
	Data          []byte
	Width, Height int
	JPEG2000      bool
}

// File is an open picture file.
type File struct {
	data   io.ReaderAt
	size   int64
	limits Limits
	frames []frame
}

// frame is one page before its pixels are read.
type frame struct {
	header
	decode decoder
	strips func(io.ReaderAt) ([]Strip, error) // set where decode may answer ErrBroken
}

// decoder gives a picture, and what is wrong with it where part of it is lost.
// The reader is an io.ReaderAt too.
type decoder func(io.Reader) (img image.Image, fault string, err error)

// header is what a file says of a picture ahead of its pixels.
type header struct {
	width, height int
	xdpi, ydpi    float64 // as stated; 0 where the file is silent
	turn          Turn
}

// Open reads the headers of a JPEG, PNG or TIFF file, recognised by its
// content. It answers a *Refusal for what cannot become pages.
func Open(data io.ReaderAt, size int64, limits Limits) (*File, error) {
	f := &File{data: data, size: size, limits: limits}
	head := make([]byte, 16)
	n, _ := data.ReadAt(head, 0)
	var err error
	switch Sniff(head[:n]) {
	case "JPEG":
		err = f.openJPEG()
	case "PNG":
		err = f.openPNG()
	case "TIFF":
		err = f.openTIFF()
	case "JPEG 2000":
		err = f.openJPEG2000()
	case "GIF", "BMP", "WebP", "HEIC":
		err = f.openRaster(Sniff(head[:n]))
	default:
		err = &Refusal{"is not a TIFF, JPEG or PNG file", "save it as one of these"}
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Sniff names the kind of picture that begins with head, 16 bytes or more: "JPEG", "PNG",
// "TIFF", "GIF", "BMP", "WebP", "HEIC", "JPEG 2000" or "".
func Sniff(head []byte) string {
	for _, k := range []struct{ magic, name string }{
		{"\xff\xd8\xff", "JPEG"},
		{"\x89PNG\r\n\x1a\n", "PNG"},
		{"II*\x00", "TIFF"}, {"MM\x00*", "TIFF"},
		{"II+\x00", "TIFF"}, {"MM\x00+", "TIFF"}, // BigTIFF
		{"GIF87a", "GIF"}, {"GIF89a", "GIF"},
		{"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"}, {"\xff\x4f\xff\x51", "JPEG 2000"},
	} {
		if len(head) >= len(k.magic) && string(head[:len(k.magic)]) == k.magic {
			return k.name
		}
	}
	switch {
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "WebP"
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && slices.Contains(heics, string(head[8:12])):
		return "HEIC"
	case len(head) >= 10 && string(head[:2]) == "BM" && string(head[6:10]) == "\x00\x00\x00\x00":
		return "BMP"
	}
	return ""
}

// Pages is the number of pages, at least 1.
func (f *File) Pages() int { return len(f.frames) }

// Page decodes one page, 1-based. Calls may run at the same time; nothing is
// kept between them.
func (f *File) Page(ctx context.Context, number int) (Picture, error) {
	if number < 1 || number > len(f.frames) {
		return Picture{}, fmt.Errorf("page %d of %d", number, len(f.frames))
	}
	fr := f.frames[number-1]
	if err := Fits(fr.width, fr.height, f.limits.Pixels); err != nil {
		return Picture{}, err
	}
	img, fault, err := decode(fr.decode, &patient{ctx, io.NewSectionReader(f.data, 0, f.size)})
	if ctx.Err() != nil {
		return Picture{}, ctx.Err()
	}
	if err != nil {
		return Picture{}, err
	}
	p := finish(img, fr.header)
	p.Fault = fault
	return p, nil
}

// Strips gives the undecoded parts of a page, top to bottom, and the finishing
// of what they decode to. It is for pages that answer ErrBroken.
func (f *File) Strips(number int) ([]Strip, func(image.Image) Picture, error) {
	fr := f.frames[number-1]
	strips, err := fr.strips(f.data)
	return strips, func(img image.Image) Picture { return finish(img, fr.header) }, err
}

// thinnest is how often the shorter side of a page may fit into its longer one: no till roll.
const thinnest = 30

// Fits refuses pictures that are too small to be a page, too thin, or too large to be
// held.
func Fits(width, height int, pixels int64) error {
	if width < MinSide || height < MinSide {
		return &Refusal{
			fmt.Sprintf("is a picture of %d by %d pixels, too small to be a page", width, height),
			"scan the sheet at 200 to 300 dpi and hand that in"}
	}
	if max(width, height)/min(width, height) > thinnest {
		return &Refusal{
			fmt.Sprintf("is a picture of %d by %d pixels, which is no sheet of paper", width, height),
			"scan the sheet at 200 to 300 dpi and hand that in"}
	}
	if int64(width) > pixels/int64(height) { // the product may be beyond what a number holds
		return &Refusal{
			fmt.Sprintf("is a picture of %s megapixels, and at most %s are read", mega(float64(width)*float64(height)), mega(float64(pixels))),
			"scan the sheet at 200 to 300 dpi and hand that in"}
	}
	return nil
}

func mega(pixels float64) string { return fmt.Sprintf("%.4g", pixels/1e6) }

// finish does to raw pixels what the header asks.
func finish(img image.Image, h header) Picture {
	img = Flatten(img)
	x, y := h.xdpi, h.ydpi
	if !plausible(h.width, h.height, x, y) {
		x = guessDPI(h.width, h.height)
		y = x
	}
	img, dpi := squarePixels(img, x, y)
	return Picture{Image: h.turn.Apply(img), DPI: dpi}
}

// plausible doubts what a header states when the sheet would be narrower than
// 2 inches or longer than 40: cameras write 72 dpi into everything.
func plausible(width, height int, xdpi, ydpi float64) bool {
	if !(xdpi > 0 && ydpi > 0) {
		return false
	}
	x, y := float64(width)/xdpi, float64(height)/ydpi
	return min(x, y) >= 2 && max(x, y) <= 40
}

// guessDPI takes the short side for the 8.5 inches of a letter sheet, which is
// within 3 % for A4 too. It is what is left where a file does not say.
func guessDPI(width, height int) float64 { return float64(min(width, height)) / 8.5 }

// decode runs a decoder over a stranger's bytes. The image libraries are not
// above panicking on those.
func decode(do decoder, r io.Reader) (img image.Image, fault string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = damaged()
		}
	}()
	return do(r)
}

func damaged() *Refusal {
	return &Refusal{"is damaged or cut off", "save or scan it again and hand that in"}
}

// patient reads in small pieces and stops when its context ends, so that a
// picture which takes decoding time out of all proportion can be given up on.
type patient struct {
	ctx context.Context
	io.ReadSeeker
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.ReadSeeker.Read(b[:min(len(b), 1024)])
}

// ReadAt lets the TIFF decoder read in place instead of buffering the file.
func (p *patient) ReadAt(b []byte, off int64) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.ReadSeeker.(io.ReaderAt).ReadAt(b, off)
}

// heics are the brands of photos in HEVC (ISO 23008-12, B.4), and that of any such picture.
var heics = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"}
