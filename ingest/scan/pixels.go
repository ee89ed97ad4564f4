package scan

import (
	"image"
	"image/color"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// Turn is how stored pixels must be turned to be seen as meant, numbered as
// EXIF and TIFF number their Orientation tag. The zero value and 1 leave them.
type Turn int

const (
	AsStored      Turn = 1
	MirrorX       Turn = 2 // left becomes right
	Half          Turn = 3
	MirrorY       Turn = 4 // top becomes bottom
	Transpose     Turn = 5 // mirrored over the falling diagonal
	Clockwise     Turn = 6 // by 90 degrees
	AntiTranspose Turn = 7 // mirrored over the rising diagonal
	CounterClock  Turn = 8 // by 90 degrees
)

// Swaps tells whether width and height change places.
func (t Turn) Swaps() bool { return t >= Transpose && t <= CounterClock }

// Apply turns a *image.Gray or *image.RGBA; others come back unturned.
func (t Turn) Apply(img image.Image) image.Image {
	if t <= AsStored || t > CounterClock {
		return img
	}
	r := img.Bounds()
	if t.Swaps() {
		r = image.Rect(0, 0, r.Dy(), r.Dx())
	} else {
		r = image.Rect(0, 0, r.Dx(), r.Dy())
	}
	switch src := img.(type) {
	case *image.Gray:
		dst := image.NewGray(r)
		t.move(dst.Pix, dst.Stride, src.Pix, src.Stride, r.Dx(), r.Dy(), 1)
		return dst
	case *image.RGBA:
		dst := image.NewRGBA(r)
		t.move(dst.Pix, dst.Stride, src.Pix, src.Stride, r.Dx(), r.Dy(), 4)
		return dst
	}
	return img
}

// move fills w by h pixels of dst. It walks in tiles, as a transposition that
// runs along whole rows misses the cache at every pixel.
func (t Turn) move(dst []byte, dstStride int, src []byte, srcStride, w, h, size int) {
	const tile = 64
	// Source place of destination pixel x, y: start + x*dx + y*dy.
	var start, dx, dy int
	right, down := (w-1)*size, (h-1)*srcStride
	if t.Swaps() {
		right, down = (h-1)*size, (w-1)*srcStride
	}
	switch t {
	case MirrorX:
		start, dx, dy = right, -size, srcStride
	case Half:
		start, dx, dy = right+down, -size, -srcStride
	case MirrorY:
		start, dx, dy = down, size, -srcStride
	case Transpose:
		start, dx, dy = 0, srcStride, size
	case Clockwise:
		start, dx, dy = down, -srcStride, size
	case AntiTranspose:
		start, dx, dy = right+down, -srcStride, -size
	case CounterClock:
		start, dx, dy = right, srcStride, -size
	}
	for x0 := 0; x0 < w; x0 += tile {
		x1 := min(x0+tile, w)
		for y := range h {
			s, d := start+x0*dx+y*dy, y*dstStride+x0*size
			for range x1 - x0 {
				if size == 1 {
					dst[d] = src[s]
				} else {
					copy(dst[d:d+4], src[s:s+4])
				}
				s, d = s+dx, d+size
			}
		}
	}
}

// Flatten gives the picture as *image.Gray where it has no colour and as
// opaque *image.RGBA else, white under what is transparent, its corner at the
// origin. The result may share pixels with img.
func Flatten(img image.Image) image.Image {
	switch src := img.(type) {
	case *image.Gray:
		return originGray(src.Pix, src.Stride, src.Rect)
	case *image.YCbCr:
		if colourless(src) {
			return originGray(src.Y, src.YStride, src.Rect)
		}
	case *image.Gray16:
		return highBytes(src)
	case *image.Paletted:
		if g, ok := paletteGray(src); ok {
			return g
		}
	}
	b := img.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	op := draw.Src
	if o, ok := img.(interface{ Opaque() bool }); !ok || !o.Opaque() {
		op = draw.Over
		for i := range dst.Pix {
			dst.Pix[i] = 0xff
		}
	}
	draw.Draw(dst, dst.Rect, img, b.Min, op)
	if g, ok := Gray(dst); ok {
		return g
	}
	return dst
}

// Crop is Flatten of the part of a picture inside r, in its pixels; white
// where r reaches beyond them.
func Crop(img image.Image, r image.Rectangle) image.Image {
	if r.In(img.Bounds()) {
		if part, ok := img.(interface {
			SubImage(image.Rectangle) image.Image
		}); ok {
			return Flatten(part.SubImage(r))
		}
	}
	at := img.Bounds().Min.Sub(r.Min)
	img = Flatten(img)
	size := image.Rect(0, 0, r.Dx(), r.Dy())
	var dst draw.Image = image.NewGray(size)
	if _, ok := img.(*image.RGBA); ok {
		dst = image.NewRGBA(size)
	}
	draw.Draw(dst, size, image.White, image.Point{}, draw.Src)
	draw.Draw(dst, img.Bounds().Add(at), img, image.Point{}, draw.Src)
	return dst
}

// tint is the difference between channels up to which a pixel counts as grey;
// JPEG leaves that much on grey paper.
const tint = 8

// Gray gives the picture in grey if no pixel has colour.
func Gray(src *image.RGBA) (*image.Gray, bool) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		row, out := src.Pix[y*src.Stride:][:4*w], dst.Pix[y*dst.Stride:][:w]
		for x := range out {
			p := row[4*x : 4*x+4 : 4*x+4]
			r, g, b := p[0], p[1], p[2]
			if r == g && g == b {
				out[x] = g
				continue
			}
			if max(r, g, b)-min(r, g, b) > tint {
				return nil, false
			}
			out[x] = byte((299*int(r) + 587*int(g) + 114*int(b) + 500) / 1000)
		}
	}
	return dst, true
}

func originGray(pix []byte, stride int, r image.Rectangle) *image.Gray {
	return &image.Gray{Pix: pix, Stride: stride, Rect: image.Rect(0, 0, r.Dx(), r.Dy())}
}

// colourless tells whether the chroma planes stay within tint of grey. A step
// of Cb moves blue by 1.77, a step of Cr moves red by 1.40.
func colourless(img *image.YCbCr) bool {
	for _, plane := range [][]byte{img.Cb, img.Cr} {
		for _, c := range plane {
			if c < 128-tint/2 || c > 128+tint/2 {
				return false
			}
		}
	}
	return true
}

func highBytes(src *image.Gray16) *image.Gray {
	dst := image.NewGray(image.Rect(0, 0, src.Rect.Dx(), src.Rect.Dy()))
	for y := range dst.Rect.Dy() {
		row := src.Pix[y*src.Stride:]
		for x := range dst.Rect.Dx() {
			dst.Pix[y*dst.Stride+x] = row[2*x]
		}
	}
	return dst
}

// paletteGray maps a palette of opaque greys, which is what one-bit PNG has.
func paletteGray(src *image.Paletted) (*image.Gray, bool) {
	var grey [256]byte
	for i, c := range src.Palette {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		if n.R != n.G || n.G != n.B || n.A != 0xff {
			return nil, false
		}
		grey[i&0xff] = n.G
	}
	dst := image.NewGray(image.Rect(0, 0, src.Rect.Dx(), src.Rect.Dy()))
	for y := range dst.Rect.Dy() {
		row := src.Pix[y*src.Stride:]
		for x := range dst.Rect.Dx() {
			dst.Pix[y*dst.Stride+x] = grey[row[x]]
		}
	}
	return dst, true
}

// squarePixels stretches the coarser direction until both have the same
// resolution; fax machines send 204 by 98 dots an inch. Up to 2 % is taken for
// rounding.
func squarePixels(img image.Image, x, y float64) (image.Image, float64) {
	if r := x / y; r > 0.98 && r < 1.02 {
		return img, (x + y) / 2
	}
	dpi := max(x, y)
	b := img.Bounds()
	r := image.Rect(0, 0, int(float64(b.Dx())*dpi/x+0.5), int(float64(b.Dy())*dpi/y+0.5))
	var dst draw.Image = image.NewGray(r)
	if _, ok := img.(*image.RGBA); ok {
		dst = image.NewRGBA(r)
	}
	xdraw.ApproxBiLinear.Scale(dst, r, img, b, xdraw.Src, nil)
	return dst, dpi
}

// put lays a picture on the page; what reaches beyond its place or the page is
// left out.
func (c canvas) put(img image.Image, at image.Rectangle) {
	r := at.Intersect(c.rect)
	if c.g != nil {
		draw.Draw(c.g, r, img, img.Bounds().Min, draw.Src)
		return
	}
	draw.Draw(c.c, r, img, img.Bounds().Min, draw.Src)
}

// blank leaves a part of the page white.
func (c canvas) blank(at image.Rectangle) { c.put(image.White, at) }
