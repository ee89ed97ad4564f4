package pdf

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"countersign/ingest/scan"
)

// covers finds pages that are covered by one picture, so that the scan can be
// taken as the scanner made it. Whatever it is not sure of it leaves to
// PDFium, so its rules are a short list of what is allowed.
type covers struct {
	pages  int
	limits Limits

	mu  sync.Mutex // pdfcpu changes its tables while it looks things up
	pdf *model.Context
}

var (
	// errNotCovered says that a page is more, or something else, than one
	// picture.
	errNotCovered = errors.New("not one picture")
	// errBroken says that it is one, and that its data are damaged.
	errBroken = errors.New("broken picture")
)

// cover is a picture that is a page.
type cover struct {
	picture
	crop image.Rectangle // the page in the picture's pixels; may reach beyond them
	turn scan.Turn
	dpi  float64
}

// openCovers reads the file with pdfcpu. It runs beside the caller, who goes
// on without it if it takes longer than a page may or fails in any way.
func openCovers(ctx context.Context, data io.ReaderAt, size int64, limits Limits) (*covers, error) {
	ctx, cancel := context.WithTimeout(ctx, limits.PageTime)
	defer cancel()
	type answer struct {
		pdf *model.Context
		err error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a = answer{nil, fmt.Errorf("pdfcpu: %v", p)}
			}
			done <- a
		}()
		src := &patient{ctx, io.NewSectionReader(data, 0, size)}
		a.pdf, a.err = api.ReadAndValidate(src, configuration(size))
	}()
	select {
	case a := <-done:
		if a.err != nil {
			return nil, a.err
		}
		return &covers{pages: a.pdf.PageCount, limits: limits, pdf: a.pdf}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// patient fails when its context has ended, which stops a pdfcpu that goes
// round in circles through the file.
type patient struct {
	ctx context.Context
	io.ReadSeeker
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.ReadSeeker.Read(b)
}

// configuration is written out because pdfcpu's own default reads, or makes, a
// folder in the user's home. The limits are far above any honest file.
func configuration(size int64) *model.Configuration {
	limits := model.DefaultResourceLimits()
	limits.MaxStreamBytes = size
	limits.MaxDecodeBytes = 64 << 20
	limits.MaxObjectCount = 1_000_000
	limits.MaxXRefEntries = 1_000_000
	return &model.Configuration{
		Reader15:                  true,
		ValidationMode:            model.ValidationRelaxed,
		UnsupportedResourcePolicy: model.UnsupportedResourceSkip,
		Offline:                   true,
		Limits:                    limits,
	}
}

// page takes out the picture that is the page, or answers errNotCovered.
func (c *covers) page(ctx context.Context, number int) (Page, error) {
	cover, err := c.find(number)
	if err != nil {
		return Page{}, err
	}
	if err := scan.Fits(cover.width, cover.height, c.limits.Pixels); err != nil {
		return Page{}, err
	}
	if int64(cover.crop.Dx())*int64(cover.crop.Dy()) > c.limits.Pixels {
		return Page{}, errNotCovered
	}
	if err := ctx.Err(); err != nil {
		return Page{}, err
	}
	img, err := cover.decode(c.limits.Pixels)
	if err != nil {
		return Page{}, err
	}
	return Page{
		Image:  cover.turn.Apply(scan.Crop(img, cover.crop)),
		DPI:    cover.dpi,
		Broken: !cover.whole(),
	}, nil
}

// find looks at a page's dictionaries and content, not at its pixels.
func (c *covers) find(number int) (_ cover, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			err = errNotCovered
		}
	}()
	dict, _, attrs, err := c.pdf.PageDict(number, false)
	if err != nil {
		return cover{}, err
	}
	if attrs.MediaBox == nil || dict.HasEntry("UserUnit") || c.annotated(dict) {
		return cover{}, errNotCovered
	}
	box := rectOf(attrs.MediaBox)
	if attrs.CropBox != nil {
		box = box.meet(rectOf(attrs.CropBox))
	}
	content, err := c.pdf.PageContent(dict, number)
	if err != nil {
		return cover{}, err
	}
	in := interpreter{covers: c}
	if err := in.run(content, attrs.Resources, graphics{ctm: unit, clip: everywhere, black: true}, 0); err != nil {
		return cover{}, err
	}
	if in.found == nil {
		return cover{}, errNotCovered
	}
	return in.found.over(box, attrs.Rotate)
}

// annotated tells whether anything but links lies on the page.
func (c *covers) annotated(page types.Dict) bool {
	o, ok := page.Find("Annots")
	if !ok {
		return false
	}
	annots, err := c.pdf.DereferenceArray(o)
	if err != nil {
		return true
	}
	const hidden, noView = 1 << 1, 1 << 5
	for _, a := range annots {
		d, err := c.pdf.DereferenceDict(a)
		if err != nil {
			return true
		}
		if d == nil {
			continue
		}
		if f := d.IntEntry("F"); f != nil && *f&(hidden|noView) != 0 {
			continue
		}
		kind := d.Subtype()
		if kind == nil || d.HasEntry("AP") || *kind != "Link" && *kind != "Popup" {
			return true
		}
	}
	return false
}

// placed is a picture where the content puts it.
type placed struct {
	dict  *types.StreamDict
	ctm   matrix
	clip  rect
	black bool // the fill colour, which a stencil is painted with
	c     *covers
}

// over works out how the picture covers the box of a page that is turned
// clockwise by rotate degrees. A margin around it is white paper; slanted,
// stretched, clipped or small pictures are left to PDFium.
func (p *placed) over(box rect, rotate int) (cover, error) {
	pic, err := p.c.picture(p.dict, p.black)
	if err != nil {
		return cover{}, err
	}
	place := p.ctm.square()
	const slack = 1 // clips are often rounded to whole points
	if rotate%90 != 0 || place.meet(box).area() < mostlyPicture*max(box.area(), 1) ||
		!p.clip.holds(place.meet(box), slack) {
		return cover{}, errNotCovered
	}
	turn, ok := turnOf(p.ctm, rotate)
	if !ok {
		return cover{}, errNotCovered
	}
	xdpi := float64(pic.width) * 72 / math.Hypot(p.ctm.a, p.ctm.b)
	ydpi := float64(pic.height) * 72 / math.Hypot(p.ctm.c, p.ctm.d)
	if r := xdpi / ydpi; r < 0.99 || r > 1.01 {
		return cover{}, errNotCovered
	}
	return cover{picture: pic, crop: p.crop(box, pic), turn: turn, dpi: (xdpi + ydpi) / 2}, nil
}

// crop is the box in the picture's pixels. Pictures lie in the unit square
// with their first row on top. Page sizes are often rounded to whole points,
// so that an edge of the page within a point of the picture's is the same.
func (p *placed) crop(box rect, pic picture) image.Rectangle {
	place := p.ctm.square()
	snap := func(v *float64, to float64) {
		if math.Abs(*v-to) < 1 {
			*v = to
		}
	}
	snap(&box.x0, place.x0)
	snap(&box.y0, place.y0)
	snap(&box.x1, place.x1)
	snap(&box.y1, place.y1)
	u := p.ctm.inverse().bounds(box)
	w, h := float64(pic.width), float64(pic.height)
	return image.Rect(
		int(math.Round(u.x0*w)), int(math.Round((1-u.y1)*h)),
		int(math.Round(u.x1*w)), int(math.Round((1-u.y0)*h)))
}

// turnOf follows the picture's rightward and downward edges to the screen. It
// fails for pictures that lean more than a pixel in a thousand.
func turnOf(m matrix, rotate int) (scan.Turn, bool) {
	right, ok := axis(m.a, -m.b) // screens count downwards
	down, ok2 := axis(-m.c, m.d)
	if !ok || !ok2 {
		return 0, false
	}
	for range ((rotate/90)%4 + 4) % 4 {
		right, down = image.Pt(-right.Y, right.X), image.Pt(-down.Y, down.X)
	}
	turns := map[[2]image.Point]scan.Turn{
		{{X: 1}, {Y: 1}}:   scan.AsStored,
		{{X: -1}, {Y: 1}}:  scan.MirrorX,
		{{X: -1}, {Y: -1}}: scan.Half,
		{{X: 1}, {Y: -1}}:  scan.MirrorY,
		{{Y: 1}, {X: 1}}:   scan.Transpose,
		{{Y: 1}, {X: -1}}:  scan.Clockwise,
		{{Y: -1}, {X: -1}}: scan.AntiTranspose,
		{{Y: -1}, {X: 1}}:  scan.CounterClock,
	}
	t, ok := turns[[2]image.Point{right, down}]
	return t, ok
}

func axis(x, y float64) (image.Point, bool) {
	switch {
	case math.Abs(y) < 0.001*math.Abs(x):
		return image.Pt(int(math.Copysign(1, x)), 0), true
	case math.Abs(x) < 0.001*math.Abs(y):
		return image.Pt(0, int(math.Copysign(1, y))), true
	}
	return image.Point{}, false
}

func rectOf(r *types.Rectangle) rect {
	return rect{min(r.LL.X, r.UR.X), min(r.LL.Y, r.UR.Y), max(r.LL.X, r.UR.X), max(r.LL.Y, r.UR.Y)}
}
