package extract

import (
	"context"
	"image"
	"math"
	"slices"
	"strings"

	"countersign/extract/heading"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// sureLabel is how surely the words of labels are read at least: what is left of writing
// where many people wrote looks like letters, too.
const sureLabel = 0.5

// labelled understands a table by the labels that the form prints in the cells of every
// line, instead of headings or beside some that say nothing.
func (x Extractor) labelled(
	ctx context.Context, v *view, t layout.Table,
) (f form, ok bool, err error) {
	if v.words != nil || t.Columns() == 0 || t.Rows() <= fewRows {
		return form{}, false, nil
	}
	// Where a line of signers takes two rows, nobody can tell which two: those stay open.
	f, err = x.labelledBy(ctx, v, t)
	return f, f.score >= sureHeadings && f.forSigners(), err
}

// labelledBy reads the labels that recur in the rows of a table.
func (x Extractor) labelledBy(ctx context.Context, v *view, t layout.Table) (form, error) {
	const (
		fewest = 3    // rows alike: of fewer, what they share may be what people wrote
		beside = 0.05 // inch: a label may begin at the very end of its line
	)
	rows := likeRows(t)
	if len(rows) < fewest {
		return form{}, nil
	}
	var boxes []image.Rectangle
	for _, row := range rows {
		row := t.Row(row)
		boxes = append(boxes, image.Rect(row.Min.X-v.inches(beside), row.Min.Y, row.Max.X+v.inches(beside), row.Max.Y))
	}
	words, err := x.recurringWords(ctx, v, boxes, inMostRows)
	if words == nil || err != nil {
		return form{}, err
	}
	words = slices.DeleteFunc(words, func(w tesseract.Word) bool {
		letters, _ := lettersAndDigits(w.Text)
		return letters < 2
	})
	first := boxes[0]
	for i := range words {
		words[i].Box = words[i].Box.Add(first.Min)
	}
	labels := labelsOf(t, words)
	if slices.ContainsFunc(labels, askTwice) {
		return form{}, nil // two lines of signers in one
	}
	texts := slices.Concat(labels...)
	meanings, score, weight := heading.Weigh(texts)
	f := form{table: t, first: rows[0], head: first, score: score, weight: weight}
	f.columns = make([]Column, t.Columns())
	for i, in := range labels {
		of := columnsOf(in, meanings[:len(in)])
		meanings = meanings[len(in):]
		for _, c := range of {
			if len(c.Fields) > 0 && len(f.columns[i].Fields) < 2 {
				f.columns[i].Fields = append(f.columns[i].Fields, c.Fields[0])
			}
			f.columns[i].Heading = strings.TrimSpace(f.columns[i].Heading + " " + c.Heading)
		}
	}
	return f, nil
}

// recurringWords reads the print that places of one size share, seen from their corners: at least
// the given share of them.
func (x Extractor) recurringWords(ctx context.Context, v *view, places []image.Rectangle, share float64) ([]tesseract.Word, error) {
	print, scale := v.recurring(places, share)
	if print == nil {
		return nil, nil
	}
	const (
		margin = 12      // pixels
		fine   = 300     // dpi at which small type is read best
		large  = 250_000 // pixels, of which reading twice as fine costs more than it brings
	)
	if v.dpi*scale < fine && print.Rect.Dx()*print.Rect.Dy() < large {
		print, scale = doubled(print), 2*scale
	}
	dpi := int(math.Round(v.dpi * scale))
	words, err := x.Print.Words(ctx, framed(print, margin), tesseract.Sparse, dpi)
	if err != nil {
		return nil, err
	}
	words = slices.DeleteFunc(words, func(w tesseract.Word) bool {
		letters, _ := lettersAndDigits(w.Text)
		return w.Confidence < sureLabel || letters == 0
	})
	for i, w := range words {
		at := func(v int) int { return int(float64(v-margin) / scale) }
		words[i].Box = image.Rect(at(w.Box.Min.X), at(w.Box.Min.Y), at(w.Box.Max.X), at(w.Box.Max.Y))
	}
	return words, nil
}

// likeRows are the rows of a table that are as high as most.
func likeRows(t layout.Table) []int {
	const unlike = 0.15 // of the height
	var heights []int
	for row := range t.Rows() {
		heights = append(heights, t.Row(row).Dy())
	}
	slices.Sort(heights)
	usual := float64(heights[len(heights)/2])
	var rows []int
	for row := range t.Rows() {
		if math.Abs(float64(t.Row(row).Dy())-usual) <= unlike*usual {
			rows = append(rows, row)
		}
	}
	return rows
}

// labelsOf is what the form prints in each column of a line, one above the other. A label
// of two lines is one.
func labelsOf(t layout.Table, words []tesseract.Word) [][]string {
	in := make([][]tesseract.Word, t.Columns())
	for _, w := range words {
		if column := columnAt(t, w.Box); column >= 0 {
			in[column] = append(in[column], w)
		}
	}
	labels := make([][]string, t.Columns())
	for column, words := range in {
		for _, text := range levelsOf(words) {
			n := len(labels[column])
			if n == 0 || asks(labels[column][n-1]) && asks(text) {
				labels[column] = append(labels[column], text)
				continue
			}
			labels[column][n-1] += " " + text
		}
	}
	return labels
}

// asks reports whether a text by itself asks for anything.
func asks(text string) bool { return len(heading.Of(text).Items) > 0 }

// levelsOf are the texts of words by height, top to bottom.
func levelsOf(words []tesseract.Word) (texts []string) {
	slices.SortFunc(words, func(a, b tesseract.Word) int { return a.Box.Min.Y - b.Box.Min.Y })
	for from := 0; from < len(words); {
		to, half := from+1, words[from].Box.Min.Y+words[from].Box.Dy()/2
		for to < len(words) && words[to].Box.Min.Y < half {
			to++
		}
		level := words[from:to]
		slices.SortFunc(level, func(a, b tesseract.Word) int { return a.Box.Min.X - b.Box.Min.X })
		var text []string
		for _, w := range level {
			text = append(text, w.Text)
		}
		texts, from = append(texts, strings.Join(text, " ")), to
	}
	return texts
}

// askTwice reports whether labels one above the other ask twice who signs, or to sign. A date that
// is asked for twice is one in two languages.
func askTwice(labels []string) bool {
	asked := map[string]bool{}
	for _, text := range labels {
		for _, item := range heading.Of(text).Items {
			if asked[item] && slices.Contains([]Field{Name, Given, Family, Signature}, Field(item)) {
				return true
			}
			asked[item] = true
		}
	}
	return false
}

// recurring is the print that places share, such as the rows of a table: at each point where a
// share of them is dark, the grey that every other one is darker than. What people write differs,
// and goes. It is nil where they share nothing; the scale is that of the picture to work.
func (v *view) recurring(places []image.Rectangle, share float64) (print *image.Gray, scale float64) {
	const (
		fewest = 150  // pixels of ink that a label has at least
		off    = 0.02 // inch by which a label is off from place to place
		apart  = 0.15 // inch between two labels in one line at least
		above  = 0.04 // inch between two lines at least
		faint  = 200  // grey of small print on a coarse scan; its paper is white
	)
	var pictures []*image.Gray
	var inks []*layout.Bitmap
	size := image.Pt(math.MaxInt, math.MaxInt)
	ground := v.besideRules()
	for _, place := range places {
		g, s := v.whitened(place, ground)
		pictures, inks, scale = append(pictures, g), append(inks, darker(g, faint).Grown()), s
		size = image.Pt(min(size.X, g.Rect.Dx()), min(size.Y, g.Rect.Dy()))
	}
	if len(places) == 0 || size.X < 1 || size.Y < 1 {
		return nil, scale
	}
	still := make([]image.Point, len(pictures))
	need := min(len(pictures), int(share*float64(len(pictures)))+1)
	anchors := inCommon(inks, still, image.Rectangle{Max: size}, need)
	if len(anchors) < fewest {
		return nil, scale
	}
	reach := int(math.Ceil(off * v.dpi * scale))
	print = white(image.Rectangle{Max: size})
	for _, part := range clumpsOf(print.Rect, anchors, int(above*v.dpi*scale), int(apart*v.dpi*scale)) {
		own := in(anchors, part)
		for i, g := range pictures {
			still[i] = bestShift(g, own, reach)
		}
		at := make([]uint8, len(pictures))
		for _, p := range inCommon(inks, still, part, need) {
			for i, g := range pictures {
				at[i] = greyAt(g, p.X+still[i].X, p.Y+still[i].Y)
			}
			slices.Sort(at)
			print.Pix[print.PixOffset(p.X, p.Y)] = at[len(at)/2]
		}
	}
	stretch(print)
	return print, scale
}

// doubled is a picture twice as wide and high, with the grey between its pixels between them.
func doubled(g *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, 2*g.Rect.Dx(), 2*g.Rect.Dy()))
	for y := range g.Rect.Dy() {
		row, next := g.Pix[y*g.Stride:], g.Pix[min(y+1, g.Rect.Dy()-1)*g.Stride:]
		upper, lower := out.Pix[2*y*out.Stride:], out.Pix[(2*y+1)*out.Stride:]
		for x := range g.Rect.Dx() {
			right := min(x+1, g.Rect.Dx()-1)
			a, b, c, d := int(row[x]), int(row[right]), int(next[x]), int(next[right])
			upper[2*x], upper[2*x+1] = uint8(a), uint8((a+b)/2)
			lower[2*x], lower[2*x+1] = uint8((a+c)/2), uint8((a+b+c+d)/4)
		}
	}
	return out
}

// inMostRows is the share of the rows of a table that are dark where all of them have print: two
// people may well write at one place.
const inMostRows = 0.8

// clumpsOf cuts a picture between lines of places, and each line where they are further apart than a
// gap: paper is never quite flat, so each label is off its place by something else.
func clumpsOf(r image.Rectangle, places []image.Point, line, gap int) (parts []image.Rectangle) {
	top := r.Min.Y
	for _, foot := range append(cuts(places, line, func(p image.Point) int { return p.Y }), r.Max.Y) {
		within := image.Rect(r.Min.X, top, r.Max.X, foot)
		left := r.Min.X
		for _, right := range append(cuts(in(places, within), gap, func(p image.Point) int { return p.X }), r.Max.X) {
			parts = append(parts, image.Rect(left, top, right, foot))
			left = right
		}
		top = foot
	}
	return parts
}

// cuts are the middles of gaps between places along one way.
func cuts(places []image.Point, gap int, along func(image.Point) int) (at []int) {
	var taken []int
	for _, p := range places {
		taken = append(taken, along(p))
	}
	slices.Sort(taken)
	for i := 1; i < len(taken); i++ {
		if taken[i]-taken[i-1] > gap {
			at = append(at, (taken[i]+taken[i-1])/2)
		}
	}
	return at
}

// in are the places that lie in a rectangle.
func in(places []image.Point, r image.Rectangle) []image.Point {
	return slices.DeleteFunc(slices.Clone(places), func(p image.Point) bool { return !p.In(r) })
}

// darker is where a picture is darker than a grey.
func darker(g *image.Gray, than uint8) *layout.Bitmap {
	b := layout.NewBitmap(g.Rect.Dx(), g.Rect.Dy())
	for y := range b.H {
		for x, grey := range g.Pix[y*g.Stride:][:b.W] {
			if grey < than {
				b.Pix[y*b.W+x] = 1
			}
		}
	}
	return b
}

// inCommon are the places where at least some of the bitmaps, each moved by its way, have ink.
func inCommon(inks []*layout.Bitmap, moved []image.Point, where image.Rectangle, need int) (places []image.Point) {
	counts := make([]int, where.Dx())
	for y := where.Min.Y; y < where.Max.Y; y++ {
		clear(counts)
		for i, b := range inks {
			by := moved[i]
			if y+by.Y < 0 || y+by.Y >= b.H {
				continue
			}
			row := b.Pix[(y+by.Y)*b.W:][:b.W]
			for x := max(where.Min.X, -by.X); x < min(where.Max.X, b.W-by.X); x++ {
				counts[x-where.Min.X] += int(row[x+by.X])
			}
		}
		for x, n := range counts {
			if n >= need {
				places = append(places, image.Pt(where.Min.X+x, y))
			}
		}
	}
	return places
}

// stretch makes the darkest of a picture black.
func stretch(g *image.Gray) {
	darkest := 254
	for _, p := range g.Pix {
		darkest = min(darkest, int(p))
	}
	for i, p := range g.Pix {
		g.Pix[i] = uint8((int(p) - darkest) * 255 / (255 - darkest))
	}
}

// bestShift is by how much a picture is moved from where its anchors should be dark.
func bestShift(g *image.Gray, anchors []image.Point, reach int) (best image.Point) {
	const most = 1500 // anchors that are asked
	step := max(1, len(anchors)/most)
	least := math.MaxInt
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach; dx <= reach; dx++ {
			sum := 0
			for i := 0; i < len(anchors); i += step {
				sum += int(greyAt(g, anchors[i].X+dx, anchors[i].Y+dy))
			}
			if nearer := sum == least && dx*dx+dy*dy < best.X*best.X+best.Y*best.Y; sum < least || nearer {
				least, best = sum, image.Pt(dx, dy)
			}
		}
	}
	return best
}

// greyAt is the grey of a pixel, white outside of the picture.
func greyAt(g *image.Gray, x, y int) uint8 {
	if x < 0 || y < 0 || x >= g.Rect.Dx() || y >= g.Rect.Dy() {
		return 255
	}
	return g.Pix[y*g.Stride+x]
}
