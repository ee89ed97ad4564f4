package extract

import (
	"image"
	"math/bits"
	"slices"
)

// What a form prints stands on each of its pages at the same place, and no hand writes
// twice alike. So pages are compared with each other: of the marks outside the rows that
// look like handwriting, those that another page has as well are a logo, a picture or an
// odd typeface.

// Imprint is the ink of an upright page, without rules, small enough to keep with its sheet.
type Imprint struct {
	Width, Height int               // pixels, imprintDPI to the inch
	Ink           []byte            // rows of bits, each begun with a new byte, the first pixel highest
	Rows          []image.Rectangle // that were filed
}

// imprintDPI is the resolution of an imprint: a stroke of print is half a pixel or one.
const imprintDPI = 50

// imprintOf makes the imprint of a page.
func imprintOf(v *view, tables []*cells) Imprint {
	const inked = 0.2 // share of a pixel that is ink, from which on it is taken for it
	scale := v.dpi / imprintDPI
	letters := v.withoutRules()
	m := Imprint{Width: int(float64(letters.W) / scale), Height: int(float64(letters.H) / scale)}
	stride := (m.Width + 7) / 8
	m.Ink = make([]byte, stride*m.Height)
	at := func(i int) int { return int(float64(i) * scale) }
	for y := range m.Height {
		for x := range m.Width {
			r := image.Rect(at(x), at(y), at(x+1), at(y+1))
			if float64(letters.Ink(r)) >= inked*float64(r.Dx()*r.Dy()) {
				m.Ink[y*stride+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	for _, c := range tables {
		for row := c.form.first; row < c.form.table.Rows(); row++ {
			if c.filed[row] {
				m.Rows = append(m.Rows, v.imprinted(c.form.table.Row(row)))
			}
		}
	}
	return m
}

// imprinted is a place of a view in pixels of its imprint.
func (v *view) imprinted(r image.Rectangle) image.Rectangle {
	at := func(n int) int { return int(float64(n) * imprintDPI / v.dpi) }
	return image.Rect(at(r.Min.X), at(r.Min.Y), at(r.Max.X)+1, at(r.Max.Y)+1)
}

func (m Imprint) at(x, y int) bool {
	if x < 0 || y < 0 || x >= m.Width || y >= m.Height {
		return false
	}
	return m.Ink[y*((m.Width+7)/8)+x/8]&(0x80>>(x%8)) != 0
}

// patch is a part of an imprint: rows of bits, 64 to a word.
type patch struct {
	w, h int
	rows [][]uint64
}

func (m Imprint) patch(r image.Rectangle) patch {
	p := patch{w: r.Dx(), h: r.Dy()}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := make([]uint64, (p.w+63)/64)
		for x := range p.w {
			if m.at(r.Min.X+x, y) {
				row[x/64] |= 1 << (x % 64)
			}
		}
		p.rows = append(p.rows, row)
	}
	return p
}

// grown is a patch with every pixel beside its ink.
func (p patch) grown() patch {
	out := patch{w: p.w, h: p.h}
	for range p.h {
		out.rows = append(out.rows, make([]uint64, (p.w+63)/64))
	}
	for y, row := range p.rows {
		for i, word := range row {
			wide := word | word<<1 | word>>1
			if i > 0 {
				wide |= row[i-1] >> 63
			}
			if i+1 < len(row) {
				wide |= row[i+1] << 63
			}
			for _, to := range []int{y - 1, y, y + 1} {
				if to >= 0 && to < p.h {
					out.rows[to][i] |= wide
				}
			}
		}
	}
	return out
}

func (p patch) ink() (n int) {
	for _, row := range p.rows {
		for _, word := range row {
			n += bits.OnesCount64(word)
		}
	}
	return n
}

// under is how much of the ink of p is where other, moved by dx and dy, has ink.
func (p patch) under(other patch, dx, dy int) (n int) {
	for y, row := range p.rows {
		for i, word := range row {
			n += bits.OnesCount64(word & other.word(i*64+dx, y+dy))
		}
	}
	return n
}

// word is the 64 pixels of a row from x on.
func (p patch) word(x, y int) uint64 {
	if y < 0 || y >= p.h || x < 0 {
		return 0
	}
	row, i, shift := p.rows[y], x/64, uint(x%64)
	if i >= len(row) {
		return 0
	}
	w := row[i] >> shift
	if shift > 0 && i+1 < len(row) {
		w |= row[i+1] << (64 - shift)
	}
	return w
}

// Lengths in pixels of an imprint, and shares.
const (
	astray   = 15   // by how far scans of one form lie apart: 0.3 inch
	warp     = 4    // by how far places of them do, once the pages lie on each other
	sameForm = 0.5  // share of the ink outside the rows that pages of one form have in common
	fewInk   = 12   // pixels of which nothing can be told
	alike    = 0.9  // share of the ink of a place that the other page has beside it at most
	exactly  = 0.76 // Dice coefficient: of logos on scans 0.78 to 0.97, of words in two hands up to 0.73
	inParts  = 0.5  // the same of any part of a place
	all      = 0.98 // share of the ink of a place that the other page has where the coefficient is
	mostly   = 0.4  // at least this: of a dark place, into which any ink falls, it is lower
	nearly   = 0.67 // what such a page counts against one that has it pixel for pixel
	large    = 250  // pixels of ink, some ten words, which no two hands place alike even once
	part     = 16   // side of such a part
	remnant  = 8    // side of a square, as large as the smallest mark
	mostLeft = 4    // pixels of ink in such a square that the other page lacks
	sameRows = 0.25 // share of the filed rows from which on two scans are of one sheet
)

// overlay is two pages of one form laid on each other.
type overlay struct {
	page, other Imprint
	wide        patch // all of the other, grown
	at          image.Point
}

// over lays a page on another by what stands outside the rows of both; false where that is
// not the same.
func (m Imprint) over(other Imprint) (overlay, bool) {
	p := m.printed(m.Rows, other.Rows)
	wide := other.patch(image.Rect(-astray, -astray, other.Width+astray, other.Height+astray)).grown()
	best, at := 0, image.Point{}
	for y := range 2*astray + 1 {
		for x := range 2*astray + 1 {
			if n := p.under(wide, x, y); n > best {
				best, at = n, image.Pt(x-astray, y-astray)
			}
		}
	}
	return overlay{m, other, wide, at}, float64(best) >= sameForm*float64(p.ink()) && best > 0
}

// printed is a page without what stands in rows.
func (m Imprint) printed(rows ...[]image.Rectangle) patch {
	p := m.patch(image.Rect(0, 0, m.Width, m.Height))
	for _, r := range slices.Concat(rows...) {
		r = r.Intersect(image.Rect(0, 0, m.Width, m.Height))
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				p.rows[y][x/64] &^= 1 << (x % 64)
			}
		}
	}
	return p
}

// recurs reports whether all ink of a place is on the other page as well. A word that
// somebody wrote beside a logo is not.
func (o overlay) recurs(place image.Rectangle) bool { return o.likeness(place) == 1 }

// likeness says how surely the ink of a place is on the other page as well: 1, nearly where
// all of it is there but not pixel for pixel, as where a scan cuts a picture off, or 0.
func (o overlay) likeness(place image.Rectangle) float64 {
	p := o.page.patch(place)
	ink := p.ink()
	if ink < fewInk {
		return 0
	}
	best, by := 0, image.Point{}
	for y := -warp; y <= warp; y++ {
		for x := -warp; x <= warp; x++ {
			to := place.Min.Add(o.at).Add(image.Pt(x+astray, y+astray))
			if to.X < 0 || to.Y < 0 {
				continue
			}
			if n := p.under(o.wide, to.X, to.Y); n > best {
				best, by = n, to
			}
		}
	}
	if float64(best) < alike*float64(ink) || p.leftOver(o.wide, by.X, by.Y) > mostLeft {
		return 0
	}
	there := place.Sub(place.Min).Add(by).Sub(image.Pt(astray, astray))
	switch {
	case o.overlaps(p, place, there):
		return 1
	case float64(best) >= all*float64(ink) && dice(p, o.other.patch(there)) >= mostly:
		return nearly
	}
	return 0
}

// overlaps reports whether the ink of a place and of the other page's lies on each other
// pixel for pixel, as a whole and in each of its parts, or does so a pixel off.
func (o overlay) overlaps(p patch, place, there image.Rectangle) bool {
	for y := -1; y <= 1; y++ {
		for x := -1; x <= 1; x++ {
			off := image.Pt(x, y)
			if dice(p, o.other.patch(there.Add(off))) >= exactly && o.partsOverlap(place, there.Min.Add(off)) {
				return true
			}
		}
	}
	return false
}

// partsOverlap looks at every part of a place that has enough ink to be told.
func (o overlay) partsOverlap(place image.Rectangle, there image.Point) bool {
	for y := place.Min.Y; y < place.Max.Y; y += part / 2 {
		for x := place.Min.X; x < place.Max.X; x += part / 2 {
			r := image.Rect(x, y, x+part, y+part).Intersect(place)
			p := o.page.patch(r)
			if p.ink() >= fewInk && dice(p, o.other.patch(r.Sub(place.Min).Add(there))) < inParts {
				return false
			}
		}
	}
	return true
}

// dice is how much of the ink of two patches they have in common (Dice, 1945): 0 to 1.
func dice(a, b patch) float64 {
	return 2 * float64(a.under(b, 0, 0)) / float64(max(1, a.ink()+b.ink()))
}

// leftOver is the most ink in any square that other, moved by dx and dy, lacks.
func (p patch) leftOver(other patch, dx, dy int) (most int) {
	left := patch{w: p.w, h: p.h}
	for y, row := range p.rows {
		var rest []uint64
		for i, word := range row {
			rest = append(rest, word&^other.word(i*64+dx, y+dy))
		}
		left.rows = append(left.rows, rest)
	}
	for y := 0; y < p.h; y += remnant / 2 {
		for x := 0; x < p.w; x += remnant / 2 {
			n := 0
			for row := y; row < min(p.h, y+remnant); row++ {
				n += bits.OnesCount64(left.word(x, row) & (1<<remnant - 1))
			}
			most = max(most, n)
		}
	}
	return most
}

// sameSheet reports whether two pages are scans of one sheet: what is written in their rows
// recurs, so that handwriting outside would as well.
func (o overlay) sameSheet() bool {
	const asked = 8 // rows
	n, same := 0, 0
	for _, row := range o.page.Rows[:min(asked, len(o.page.Rows))] {
		n++
		if o.recurs(row) {
			same++
		}
	}
	return n == 0 || float64(same) >= sameRows*float64(n)
}

// mostCompared is how many other pages a page is compared with.
const mostCompared = 6

// Printed are the places in Open of marks that most of the other sheets have as well: print,
// whatever it looked like. Sheets of other forms and second scans of the same sheet tell nothing.
func (s Sheet) Printed(others []Sheet) (at []int) {
	for i, o := range s.Open {
		if !o.Upright.Empty() && (o.Kind == WritingOutside || o.Kind == Unread) {
			at = append(at, i)
		}
	}
	compared, hits, surely := 0, make([]float64, len(s.Open)), make([]int, len(s.Open))
	for _, other := range others {
		if compared == mostCompared || len(at) == 0 {
			break
		}
		if other.Kind != s.Kind || !s.Imprint.like(other.Imprint) {
			continue
		}
		on, ok := s.Imprint.over(other.Imprint)
		if !ok || on.sameSheet() {
			continue
		}
		compared++
		for _, i := range at {
			likeness := on.likeness(s.Open[i].Upright)
			if hits[i] += likeness; likeness == 1 {
				surely[i]++
			}
		}
	}
	// Two words may look alike now and then; print is on all pages. A large picture that
	// other scans cut off or distort is told by those that do not.
	return slices.DeleteFunc(at, func(i int) bool {
		often := 2*hits[i] > float64(compared) && (surely[i] > 0 || compared >= 3)
		picture := 3*surely[i] >= compared && surely[i] > 0 && s.Imprint.patch(s.Open[i].Upright).ink() >= large
		return !often && !picture
	})
}

// Close takes open points away, by their places in Open, with what the notes say of them.
func (s *Sheet) Close(at []int) {
	var left []Open
	for i, o := range s.Open {
		if !slices.Contains(at, i) {
			left = append(left, o)
		}
	}
	for _, i := range at {
		text := s.Open[i].Text
		if !slices.ContainsFunc(left, func(o Open) bool { return o.Text == text }) {
			s.Notes = slices.DeleteFunc(slices.Clone(s.Notes), func(n string) bool { return n == text })
		}
	}
	s.Open = left
}

// like reports whether two pages have about the same size.
func (m Imprint) like(on Imprint) bool {
	near := func(a, b int) bool { return max(a-b, b-a) <= 2*astray }
	return m.Width > 0 && near(m.Width, on.Width) && near(m.Height, on.Height)
}
