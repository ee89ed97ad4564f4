package extract

import (
	"context"
	"image"
	"math"
	"slices"

	"countersign/extract/ink"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// workDPI is the resolution at which geometry is done; finer scans are shrunk.
const workDPI = 200.0

// view is a page held one way up and straightened, with what geometry needs.
// Boxes are in pixels of work unless they say otherwise.
type view struct {
	page     page
	turned   layout.Turned // at the page's own resolution
	work     *image.Gray
	scale    float64 // pixels of work for one of the page
	dpi      float64 // of work
	bits     *layout.Bitmap
	lying    []layout.Rule
	standing []layout.Rule
	letters  *layout.Bitmap     // bits without rules, once somebody asked
	pieces   *layout.Components // of letters, once somebody asked
	near     *layout.Bitmap     // letters and the pixels around them, once somebody asked
	beside   *layout.Bitmap     // the page without its ruled lines, once somebody asked
	level    int                // of the paper, 0 until asked
	words    []tesseract.Word   // the page's own text layer, nil for a scan
}

func newView(p page, quarters int) *view {
	lean := 0.0
	if scale := min(1, workDPI/p.DPI); p.Source != "text" {
		rough := layout.Shrink(layout.Turn(p.grey, quarters, 0).Image, scale)
		lean, _ = layout.Skew(layout.Binarize(rough, p.DPI*scale))
	}
	return leaningView(p, quarters, lean)
}

// leaningView is a view of a page of which it is known how much it leans.
func leaningView(p page, quarters int, lean float64) *view {
	v := &view{page: p, scale: min(1, workDPI/p.DPI)}
	v.dpi = p.DPI * v.scale
	v.turned = layout.Turn(p.grey, quarters, lean)
	if p.sheet != nil {
		v.turned.Photo = p.sheet
	}
	v.work = layout.Shrink(v.turned.Image, v.scale)
	v.bits = layout.Binarize(v.work, v.dpi)
	v.lying, v.standing = layout.PageRules(v.work, v.bits, v.dpi)
	for _, w := range p.Words {
		v.words = append(v.words, tesseract.Word{Text: w.Text, Confidence: 1, Box: v.shrunk(v.held(w.Box))})
	}
	return v
}

// held maps a box of the page as delivered to the page as it is held.
func (v *view) held(r image.Rectangle) image.Rectangle {
	size := v.page.grey.Bounds().Size()
	at := func(p image.Point) image.Point {
		x, y := v.turned.From(float64(p.X)/float64(size.X), float64(p.Y)/float64(size.Y))
		return image.Pt(int(math.Round(x)), int(math.Round(y)))
	}
	return image.Rectangle{Min: at(r.Min), Max: at(r.Max)}.Canon()
}

// empty reports whether nothing is on the page but specks and what shines
// through: less ink than one short line of writing.
func (v *view) empty(strokes layout.Components) bool {
	const (
		edge            = 0.3     // inch along the sides of the page that is not looked at
		shorter, longer = 0.06, 3 // inch: the longer side of a letter, or of a word whose letters touch
		full            = 0.6     // of the square on that side that is ink, at most
	)
	letters := 0
	frame := image.Rect(0, 0, v.bits.W, v.bits.H).Inset(int(v.dpi * edge))
	for _, c := range strokes.List {
		long := float64(max(c.Box.Dx(), c.Box.Dy()))
		if c.Box.In(frame) && long > v.dpi*shorter && long < v.dpi*longer && float64(c.Area) < full*long*long {
			letters++
		}
	}
	return letters < 8 && len(v.lying) < 4
}

// likeliest is the order in which to try quarter turns.
func (v *view) likeliest(strokes layout.Components) []int {
	const (
		shorter, longer = 0.03, 0.3 // inch: the longer side of a letter
		reach           = 0.4       // inch from a letter to its neighbours in line
	)
	var letters []image.Rectangle
	small, large := v.inches(shorter), v.inches(longer)
	for _, c := range strokes.List {
		if long := max(c.Box.Dx(), c.Box.Dy()); long >= small && long <= large {
			letters = append(letters, c.Box)
		}
	}
	return layout.Quarters(letters, v.inches(reach))
}

// withoutRules is the page's ink less all ruled lines. It is shared: nobody
// may change it.
func (v *view) withoutRules() *layout.Bitmap {
	if v.letters == nil {
		v.letters = v.bits.Clone()
		v.letters.Erase(v.drawn(v.lying), v.drawn(v.standing), v.dpi)
	}
	return v.letters
}

// drawn are those of some rules that are long, and surely no strokes or words.
func (v *view) drawn(rules []layout.Rule) []layout.Rule {
	loose := func(r layout.Rule) bool { return !r.Drawn(v.dpi) || r.To-r.From < v.inches(1) }
	return slices.DeleteFunc(slices.Clone(rules), loose)
}

// print reads the printed words in a part of the page.
func (v *view) print(ctx context.Context, engine Printer, r image.Rectangle, mode tesseract.Mode) ([]tesseract.Word, error) {
	if v.words != nil {
		var in []tesseract.Word
		for _, w := range v.words {
			if middle(w.Box).In(r) {
				in = append(in, w)
			}
		}
		return in, nil
	}
	g, scale := v.unruled(r)
	words, err := engine.Words(ctx, g, mode, int(math.Round(v.dpi*scale)))
	for i, w := range words {
		f := func(x int) int { return int(math.Round(float64(x) / scale)) }
		words[i].Box = image.Rect(f(w.Box.Min.X), f(w.Box.Min.Y), f(w.Box.Max.X), f(w.Box.Max.Y)).Add(r.Min)
	}
	return lyingWords(words), err
}

// lyingWords are words less those that stand on end, where those are the most: Tesseract
// reads them as well, but the page is then held wrongly, and they are no line of headings.
func lyingWords(words []tesseract.Word) []tesseract.Word {
	onEnd := func(w tesseract.Word) bool { return wordLike(w.Text) && w.Box.Dy() > w.Box.Dx() }
	standing, lying := 0, 0
	for _, w := range words {
		switch {
		case onEnd(w):
			standing++
		case wordLike(w.Text):
			lying++
		}
	}
	if standing <= lying {
		return words
	}
	return slices.DeleteFunc(words, onEnd)
}

// printDPI is the finest resolution at which print is read; small type needs
// no more, and time and memory grow with it.
const printDPI = 320

// unruled cuts a part out of the page for Tesseract: its ink without the ruled
// lines, which Tesseract takes for letters or loses words at, on paper made
// white, for it passes over what stands on grey. The scale is that of the
// picture to work.
func (v *view) unruled(r image.Rectangle) (g *image.Gray, scale float64) {
	return v.whitened(r, v.nearInk())
}

// whitened cuts a part out of the page with the paper made white, and all that lies beside a ground.
func (v *view) whitened(r image.Rectangle, ground *layout.Bitmap) (g *image.Gray, scale float64) {
	const patch = 0.08 // inch: the side of a block for which the level of the paper is found
	page, scale := v.turned.Image, 1/v.scale
	if v.page.DPI > printDPI {
		page, scale = v.work, 1
	}
	r = r.Intersect(v.bounds())
	full := image.Rect(int(float64(r.Min.X)*scale), int(float64(r.Min.Y)*scale), int(float64(r.Max.X)*scale), int(float64(r.Max.Y)*scale)).Intersect(page.Bounds())
	in := crop(page, full)
	out := image.NewGray(image.Rect(0, 0, full.Dx(), full.Dy()))
	columns := make([]int, full.Dx()) // of work, for each of out
	for x := range columns {
		columns[x] = min(v.bits.W-1, int(float64(full.Min.X+x)/scale))
	}
	block := v.inches(patch)
	levels := make([]int, (v.bits.W+block-1)/block) // of the paper, for one row of blocks; 0 until asked
	row := -1
	for y := range full.Dy() {
		wy := min(v.bits.H-1, int(float64(full.Min.Y+y)/scale))
		if wy/block != row {
			row = wy / block
			clear(levels)
		}
		to := out.Pix[y*out.Stride : (y+1)*out.Stride]
		for x, wx := range columns {
			to[x] = 255
			if ground.Pix[wy*ground.W+wx] == 0 {
				continue
			}
			level := &levels[wx/block]
			if *level == 0 {
				*level = ink.PaperLevel(v.work, image.Rect(wx/block*block, row*block, (wx/block+1)*block, (row+1)*block).Inset(-block/2))
			}
			to[x] = uint8(min(255, int(in.Pix[y*in.Stride+x])*255 / *level))
		}
	}
	return out, scale
}

// components is the page's ink without rules in connected pieces.
func (v *view) components() layout.Components {
	if v.pieces == nil {
		pieces := layout.FindComponents(v.withoutRules())
		v.pieces = &pieces
	}
	return *v.pieces
}

// nearInk is the ink without rules and the pixels around it.
func (v *view) nearInk() *layout.Bitmap {
	if v.near == nil {
		v.near = v.withoutRules().Grown()
	}
	return v.near
}

// besideRules is all of the page but its ruled lines: print that stands right below one, of which
// withoutRules takes the tops, and print too pale to be ink.
func (v *view) besideRules() *layout.Bitmap {
	const edge = 0.007 // inch: the grey one of a line
	if v.beside != nil {
		return v.beside
	}
	v.beside = layout.NewBitmap(v.bits.W, v.bits.H)
	for i := range v.beside.Pix {
		v.beside.Pix[i] = 1
	}
	half := func(r layout.Rule) int { return int(math.Ceil(r.Thickness()/2 + edge*v.dpi)) }
	for _, r := range v.drawn(v.lying) {
		for x := r.From; x < r.To; x++ {
			y := int(math.Round(r.At(x)))
			v.beside.Clear(image.Rect(x, y-half(r), x+1, y+half(r)+1))
		}
	}
	for _, r := range v.drawn(v.standing) {
		for y := r.From; y < r.To; y++ {
			x := int(math.Round(r.At(y)))
			v.beside.Clear(image.Rect(x-half(r), y, x+half(r)+1, y+1))
		}
	}
	return v.beside
}

// full maps a box of work to the page's own resolution.
func (v *view) full(r image.Rectangle) image.Rectangle {
	f := func(x int) int { return int(math.Round(float64(x) / v.scale)) }
	return image.Rect(f(r.Min.X), f(r.Min.Y), f(r.Max.X), f(r.Max.Y)).Intersect(v.turned.Image.Bounds())
}

// shrunk maps a box of the page's own resolution to work.
func (v *view) shrunk(r image.Rectangle) image.Rectangle {
	f := func(x int) int { return int(math.Round(float64(x) * v.scale)) }
	return image.Rect(f(r.Min.X), f(r.Min.Y), f(r.Max.X), f(r.Max.Y))
}

// bounds is the whole page.
func (v *view) bounds() image.Rectangle { return v.work.Bounds() }

// inches is a length in pixels of work.
func (v *view) inches(length float64) int { return int(length * v.dpi) }

func crop(g *image.Gray, r image.Rectangle) *image.Gray { return g.SubImage(r).(*image.Gray) }

func middle(r image.Rectangle) image.Point { return r.Min.Add(r.Max).Div(2) }
