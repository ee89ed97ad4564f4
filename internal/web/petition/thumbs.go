package petition

import (
	"bytes"
	"container/list"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"sync"

	"countersign/internal/office"
	"countersign/internal/web/site"
)

// Small pictures of pages are made when they are first asked for and kept in
// memory: 300 pixels wide, some 12 KB each.
const (
	thumbWidth  = 300
	thumbsBytes = 24 << 20
)

type thumbs struct {
	mu     sync.Mutex
	bytes  int
	order  *list.List // of *thumb, most recently used first
	bySum  map[string]*list.Element
	making chan struct{} // a page takes some 12 MB while it is made smaller
}

type thumb struct {
	sum  string
	data []byte
}

func newThumbs() *thumbs {
	return &thumbs{order: list.New(), bySum: map[string]*list.Element{}, making: make(chan struct{},
		1)}
}

func (s *Pages) pageThumb(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Page(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if p.Picture == "" {
		return site.Problem(http.StatusNotFound, "There is no picture.")
	}
	etag := fmt.Sprintf(`"%s-%d"`, p.Picture, p.Rotation)
	w.Header().Set("ETag", etag)
	w.Header().Set("Cache-Control", "private, max-age=86400")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	data, err := s.thumb(r.Context(), p.Picture, p.Rotation)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(data)
	return nil
}

func (s *Pages) thumb(ctx context.Context, sum string, rotation int) ([]byte, error) {
	key := fmt.Sprint(sum, rotation)
	if data := s.thumbs.get(key); data != nil {
		return data, nil
	}
	select {
	case s.thumbs.making <- struct{}{}:
		defer func() { <-s.thumbs.making }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if data := s.thumbs.get(key); data != nil {
		return data, nil
	}
	f, err := s.Blobs.Open(ctx, sum)
	if err != nil {
		return nil, fmt.Errorf("open the picture of a page: %w", err)
	}
	defer f.Close()
	picture, err := jpeg.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("decode the picture of a page: %w", err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, office.Turned(Smaller(picture, thumbWidth), rotation),
		&jpeg.Options{Quality: 72}); err != nil {
		return nil, fmt.Errorf("make a small picture of a page: %w", err)
	}
	s.thumbs.put(key, b.Bytes())
	return b.Bytes(), nil
}

func (t *thumbs) get(sum string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.bySum[sum]
	if e == nil {
		return nil
	}
	t.order.MoveToFront(e)
	return e.Value.(*thumb).data
}

func (t *thumbs) put(sum string, data []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bySum[sum] = t.order.PushFront(&thumb{sum, data})
	t.bytes += len(data)
	for t.bytes > thumbsBytes {
		last := t.order.Back()
		old := t.order.Remove(last).(*thumb)
		delete(t.bySum, old.sum)
		t.bytes -= len(old.data)
	}
}

// Smaller averages the pixels of a picture down to a width. Brightness is
// looked up directly, since asking an image for colours one by one takes ten
// times as long.
func Smaller(src image.Image, width int) image.Image {
	b := src.Bounds()
	if b.Dx() <= width {
		return src
	}
	height := max(b.Dy()*width/b.Dx(), 1)
	switch src := src.(type) {
	case *image.Gray:
		dst := image.NewGray(image.Rect(0, 0, width, height))
		average(dst.Pix, dst.Stride, width, height, src.Pix, src.Stride, b.Dx(), b.Dy())
		return dst
	case *image.YCbCr:
		dst := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio444)
		average(dst.Y, dst.YStride, width, height, src.Y, src.YStride, b.Dx(), b.Dy())
		cw, ch := chroma(src)
		average(dst.Cb, dst.CStride, width, height, src.Cb, src.CStride, cw, ch)
		average(dst.Cr, dst.CStride, width, height, src.Cr, src.CStride, cw, ch)
		return dst
	}
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			dst.Set(x, y, color.RGBAModel.Convert(src.At(b.Min.X+x*b.Dx()/width,
				b.Min.Y+y*b.Dy()/height)))
		}
	}
	return dst
}

func chroma(p *image.YCbCr) (w, h int) {
	w, h = p.Rect.Dx(), p.Rect.Dy()
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		return (w + 3) / 4, h
	case image.YCbCrSubsampleRatio410:
		return (w + 3) / 4, (h + 1) / 2
	}
	return w, h
}

// average fills dst with the means of the pixels of src that fall on each of its own.
func average(dst []byte, dstStride, dw, dh int, src []byte, srcStride, sw, sh int) {
	for y := range dh {
		y0 := y * sh / dh
		y1 := max((y+1)*sh/dh, y0+1)
		for x := range dw {
			x0 := x * sw / dw
			x1 := max((x+1)*sw/dw, x0+1)
			sum := 0
			for yy := y0; yy < y1; yy++ {
				for _, v := range src[yy*srcStride+x0 : yy*srcStride+x1] {
					sum += int(v)
				}
			}
			dst[y*dstStride+x] = byte(sum / ((x1 - x0) * (y1 - y0)))
		}
	}
}
