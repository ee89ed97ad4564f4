package extract

import (
	"image"
	"math"
	"slices"

	"countersign/extract/ink"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
	"countersign/ingest"
)

// composed is a page of records laid out as a table: each record a row, its slots side by
// side. What reads tables reads it.
type composed struct {
	records
	of    *view // the page itself
	view  *view // the table
	form  form
	doubt []bool       // of the records: a stroke runs through several of its slots, or along one
	filed map[int]bool // the records that are lines of the sheet
}

// compose moves the ink of the slots into a table. Ink that crosses the border of two slots
// stays whole, with the one that has most of it.
func compose(v *view, r records) *composed {
	c := &composed{records: r, of: v, doubt: make([]bool, len(r.all))}
	bits := v.bits.Clone()
	bits.Erase(c.lyingRules(), c.standingRules(), v.dpi)
	pieces := layout.FindComponents(bits)
	owner := make([]int32, len(pieces.List)+1) // by the label of a piece, its slot, from 1
	c.doubtStruck()
	c.doubtCrossed()
	for i := range c.doubt {
		c.doubt[i] = c.doubt[i] || r.shifted
	}
	at := make([][]image.Rectangle, len(r.all))
	for i := range at {
		at[i] = slices.Clone(r.all[i].slots)
	}
	for n, p := range pieces.List {
		record, slot := c.slotOf(p.Box)
		if record < 0 || c.printed(p.Box) {
			continue
		}
		owner[n+1] = int32(record*len(r.columns) + slot + 1)
		at[record][slot] = at[record][slot].Union(p.Box)
	}
	c.layOut(v, pieces, owner, at)
	return c
}

// lyingRules are the lying lines that the form prints: dotted ones, and those that do not run
// through the middle of a slot, where they are strokes of a pen.
func (c *composed) lyingRules() []layout.Rule {
	const edge = 0.3 // of a slot's height, along which its own line may be
	return slices.DeleteFunc(slices.Clone(c.of.lying), func(r layout.Rule) bool {
		at := image.Pt((r.From+r.To)/2, int(r.At((r.From+r.To)/2)))
		return !r.Dotted() && (c.alone(r) || !c.recurs(r) && c.anySlot(func(s image.Rectangle) bool {
			s.Min.Y, s.Max.Y = s.Min.Y+int(edge*float64(s.Dy())), s.Max.Y-int(edge*float64(s.Dy()))
			return at.In(s)
		}))
	})
}

// recurs reports whether a lying line that runs along a slot does so at the same place of most
// records: it is the line to write on.
func (c *composed) recurs(r layout.Rule) bool {
	const (
		off  = 0.05 // inches
		most = 0.6  // of the records
		same = 0.8  // of the longer line that both take
	)
	at := image.Pt((r.From+r.To)/2, int(r.At((r.From+r.To)/2)))
	for _, own := range c.all {
		n := slices.IndexFunc(own.slots, func(s image.Rectangle) bool { return at.In(s) })
		if n < 0 {
			continue
		}
		from := own.slots[n].Min
		with := 0
		for _, one := range c.all {
			by := one.slots[n].Min.Sub(from)
			if slices.ContainsFunc(c.of.lying, func(o layout.Rule) bool {
				height := o.At(at.X+by.X) - float64(at.Y+by.Y)
				both := min(o.To, r.To+by.X) - max(o.From, r.From+by.X)
				return math.Abs(height) <= off*c.of.dpi && float64(both) >= same*float64(max(o.To-o.From, r.To-r.From))
			}) {
				with++
			}
		}
		return len(c.all) > 2 && float64(with) >= most*float64(len(c.all))
	}
	return false
}

// alone reports whether a line runs along a slot of one record at a height at which most others
// have none: people strike out along the line to write on, too.
func (c *composed) alone(r layout.Rule) bool {
	const (
		off  = 0.05 // inches
		most = 0.5  // of the other records
		long = 0.5  // of the slot
	)
	x := (r.From + r.To) / 2
	at := image.Pt(x, int(r.At(x)))
	for i, own := range c.all {
		n := slices.IndexFunc(own.slots, func(s image.Rectangle) bool { return at.In(s) })
		if n < 0 {
			continue
		}
		with := 0
		for k, one := range c.all {
			by := one.slots[n].Min.Sub(own.slots[n].Min)
			if k != i && slices.ContainsFunc(c.of.lying, func(o layout.Rule) bool {
				x := at.X + by.X
				return o.From <= x && o.To >= x && math.Abs(o.At(x)-float64(at.Y+by.Y)) <= off*c.of.dpi
			}) {
				with++
			}
		}
		others := float64(len(c.all) - 1)
		return others > 2 && float64(with) < most*others && float64(r.To-r.From) > long*float64(own.slots[n].Dx())
	}
	return false
}

// doubtStruck doubts the records in which a stroke as long as writing runs along a slot: it may
// strike out what it does not run through. Signatures have such strokes of their own. A dotted
// line is no stroke unless it is the only one at its place: then it may be a faint one.
func (c *composed) doubtStruck() {
	const (
		long  = 0.5 // of the slot
		least = 0.6 // inches: the feet of bold figures may look like a shorter one
	)
	own := c.lyingRules()
	for _, r := range c.of.lying {
		if slices.Contains(own, r) && !(r.Dotted() && c.alone(r)) {
			continue
		}
		at := image.Pt((r.From+r.To)/2, int(r.At((r.From+r.To)/2)))
		for i, one := range c.all {
			for n, s := range one.slots {
				asked := c.columns[n].Fields
				signature := len(asked) > 0 && asked[0] == Signature
				if at.In(s) && !signature && r.To-r.From > max(int(long*float64(s.Dx())), c.of.inches(least)) {
					c.doubt[i] = true
				}
			}
		}
	}
}

// doubtCrossed doubts the records through which a straight stroke runs at a slant, over three of
// their lines or all: it strikes them out, though the form's lines cut it into pieces.
func (c *composed) doubtCrossed() {
	const (
		window = 3   // lines of slots
		slant  = 0.3 // of the height by which the stroke goes aside at least; frames stand upright
		most   = 4   // of the height, at most
	)
	near := c.of.bits.Grown().Grown()
	for i, one := range c.all {
		var heights []int // the middles of lines of slots
		var all image.Rectangle
		for _, s := range one.slots {
			all = all.Union(s)
			if y := middle(s).Y; len(heights) == 0 || y-heights[len(heights)-1] > s.Dy()/2 {
				heights = append(heights, y)
			}
		}
		all = all.Intersect(image.Rect(0, 0, near.W, near.H))
		for n := 0; n == 0 || n+window <= len(heights); n++ {
			to := min(n+window, len(heights)) - 1
			if to == n {
				break
			}
			top, foot := heights[n], heights[to]
			if top < 0 || foot >= near.H {
				continue
			}
			high := float64(foot - top)
			for x := all.Min.X; x < all.Max.X && !c.doubt[i]; x += 2 {
				if near.Pix[top*near.W+x] == 0 {
					continue
				}
				for end := all.Min.X; end < all.Max.X; end += 2 {
					aside := float64(abs(end - x))
					if near.Pix[foot*near.W+end] != 0 && aside > slant*high && aside < most*high && inkAlong(near, image.Pt(x, top), image.Pt(end, foot)) {
						c.doubt[i] = true
						break
					}
				}
			}
		}
	}
}

// inkAlong reports whether ink runs all the way from one point to another below it.
func inkAlong(b *layout.Bitmap, from, to image.Point) bool {
	const gaps = 0.05 // of the way
	high := to.Y - from.Y
	missed, most := 0, int(gaps*float64(high))
	for y := range high {
		if x := from.X + (to.X-from.X)*y/high; b.Pix[(from.Y+y)*b.W+x] == 0 {
			if missed++; missed > most {
				return false
			}
		}
	}
	return high > 0
}

// standingRules are the standing lines that the form prints: those outside of slots, and
// those higher than the slot.
func (c *composed) standingRules() []layout.Rule {
	const inside = 0.05 // inch from a slot's sides: a line closer to them is the slot's own border
	return slices.DeleteFunc(slices.Clone(c.of.standing), func(r layout.Rule) bool {
		at := image.Pt(int(r.At((r.From+r.To)/2)), (r.From+r.To)/2)
		return c.anySlot(func(s image.Rectangle) bool {
			return at.In(s.Inset(c.of.inches(inside))) && r.To-r.From < s.Dy()*6/5
		})
	})
}

func (c *composed) anySlot(is func(image.Rectangle) bool) bool {
	return slices.ContainsFunc(c.all, func(r record) bool { return slices.ContainsFunc(r.slots, is) })
}

// slotOf is the record and the slot that hold most of a piece of ink, −1 where none does.
// Shadows and frames are larger than what they would be in.
func (c *composed) slotOf(box image.Rectangle) (record, slot int) {
	const around = 0.2 // inch around a record into which its writing runs
	record, slot = -1, -1
	most := 0
	for i, one := range c.all {
		if in := one.box.Inset(-c.of.inches(around)).Intersect(box); 2*in.Dx()*in.Dy() < box.Dx()*box.Dy() {
			continue
		}
		crossed := 0
		for n, s := range one.slots {
			in := s.Intersect(box)
			if in.Empty() {
				continue
			}
			if 2*in.Dy() > s.Dy() {
				crossed++
			}
			if size := in.Dx() * in.Dy(); size > most {
				most, record, slot = size, i, n
			}
		}
		if crossed > 2 {
			c.doubt[i] = true
		}
	}
	return record, slot
}

// printed reports whether a piece of ink is print of a record.
func (c *composed) printed(box image.Rectangle) bool {
	return slices.ContainsFunc(c.print, func(p image.Rectangle) bool {
		return middle(box).In(p.Inset(-c.of.inches(printEdge))) && box.Dy() < 2*p.Dy()
	})
}

// layOut paints the table.
func (c *composed) layOut(v *view, pieces layout.Components, owner []int32, at [][]image.Rectangle) {
	const pad, around = 0.06, 0.5 // inches
	margin, border := v.inches(pad), v.inches(around)
	n := len(c.columns)
	lefts, tops := []int{border}, []int{border}
	for slot := range n {
		widest := 0
		for _, slots := range at {
			widest = max(widest, slots[slot].Dx())
		}
		lefts = append(lefts, lefts[slot]+widest+2*margin)
	}
	for i, slots := range at {
		highest := 0
		for _, s := range slots {
			highest = max(highest, s.Dy())
		}
		tops = append(tops, tops[i]+highest+2*margin)
	}
	full := func(x int) int { return int(float64(x) / v.scale) }
	out := image.NewGray(image.Rect(0, 0, full(lefts[n]+border), full(tops[len(at)]+border)))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	page, labels := v.turned.Image, pieces.Labels()
	var words []ingest.Word
	for i, slots := range at {
		for slot, s := range slots {
			if s.Empty() {
				continue
			}
			to := image.Pt(full(lefts[slot]+margin), full(tops[i]+margin))
			from := image.Rect(full(s.Min.X), full(s.Min.Y), full(s.Max.X), full(s.Max.Y)).Intersect(page.Bounds())
			level := ink.PaperLevel(page, from)
			own := int32(i*n + slot + 1)
			for y := range from.Dy() {
				wy := min(pieces.H-1, int(float64(from.Min.Y+y)*v.scale))
				for x := range from.Dx() {
					wx := min(pieces.W-1, int(float64(from.Min.X+x)*v.scale))
					if ownedBy(labels, pieces.W, owner, wx, wy, own) {
						out.Pix[(to.Y+y)*out.Stride+to.X+x] = uint8(min(255, int(page.GrayAt(from.Min.X+x, from.Min.Y+y).Y)*255/level))
					}
				}
			}
			for _, w := range v.words {
				if mid := middle(w.Box); mid.In(c.all[i].slots[slot]) && !c.printed(w.Box) {
					box := image.Rect(full(w.Box.Min.X), full(w.Box.Min.Y), full(w.Box.Max.X), full(w.Box.Max.Y))
					words = append(words, ingest.Word{Text: w.Text, Box: box.Sub(from.Min).Add(to)})
				}
			}
		}
	}
	c.view = leaningView(v.page.showing(out, words), 0, 0)
	t := layout.Table{Style: layout.Grid, Left: lefts[0], Right: lefts[n]}
	for _, y := range tops {
		t.Lines = append(t.Lines, layout.Through(float64(t.Left), float64(y), float64(t.Right), float64(y), 1))
	}
	for _, x := range lefts {
		t.Borders = append(t.Borders, layout.Through(float64(tops[0]), float64(x), float64(tops[len(at)]), float64(x), 1))
	}
	c.form = form{table: t, columns: c.columns, score: c.score, combs: make([]bool, n)}
}

// showing is a page with another picture and the words in it.
func (p page) showing(g *image.Gray, words []ingest.Word) page {
	p.grey, p.sheet = g, nil
	p.Image, p.Words, p.Hidden, p.Findings = g, words, nil, nil
	if len(words) == 0 && p.Source == ingest.Text {
		p.Source = ingest.Scan
	}
	return p
}

// ownedBy reports whether a pixel is of a piece of ink in a slot, or beside one.
func ownedBy(labels []int32, w int, owner []int32, x, y int, slot int32) bool {
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			nx, ny := x+dx, y+dy
			if nx < 0 || ny < 0 || nx >= w || ny >= len(labels)/w {
				continue
			}
			if l := labels[ny*w+nx]; l > 0 && owner[l] == slot {
				return true
			}
		}
	}
	return false
}

// ofOrganizers reports whether records may be those of the organizers on a cover page: few, and
// typed.
func (c *composed) ofOrganizers(words []tesseract.Word) bool {
	const typed = 0.75 // mean confidence with which print is read; handwriting is not
	var sum, n float64
	for _, w := range words {
		if legible(w.Text) && !c.printed(w.Box) && c.anySlot(func(s image.Rectangle) bool { return middle(w.Box).In(s) }) {
			sum, n = sum+w.Confidence, n+1
		}
	}
	return len(c.all) <= fewRows && sum > typed*n
}

// doubtBeside takes back what is only missing of the lines in or right beside whose records
// there is writing that was not filed: it may be what their slots lack.
func (c *composed) doubtBeside(writing []image.Rectangle, rows []Row) {
	const beside = 0.1 // inches
	for i := range rows {
		near := c.all[rows[i].Number-1].box.Inset(-c.of.inches(beside))
		if slices.ContainsFunc(writing, near.Overlaps) {
			rows[i].doubtEmpty()
		}
	}
}

// place gives the lines of the table their places on the page itself.
func (c *composed) place(rows []Row) (err error) {
	for i := range rows {
		r := &rows[i]
		one := c.all[r.Number-1].box
		r.Box = c.of.turned.Delivered(c.of.full(one))
		if r.Picture, err = c.of.picture(one); err != nil {
			return err
		}
		if c.doubt[r.Number-1] && !r.Struck || len(c.strays) > 0 && r.Signed == SignedNo {
			r.doubt()
		}
	}
	return nil
}

// holds reports whether ink of the page is in a slot of a record that was filed, or of a frame
// around records.
func (c *composed) holds(box image.Rectangle) bool {
	record, _ := c.slotOf(box)
	return record >= 0 && c.filed[record] || record < 0 && c.dash(box)
}

// dash reports whether ink is a dash of a broken line.
func (c *composed) dash(box image.Rectangle) bool {
	const (
		thin  = 0.04 // inches
		short = 0.3  // inches
		long  = 1    // inches that a broken line takes at least
		off   = 0.03 // inches
	)
	if min(box.Dx(), box.Dy()) > c.of.inches(thin) || max(box.Dx(), box.Dy()) > c.of.inches(short) {
		return false
	}
	along := func(r layout.Rule, at, across int) bool {
		return r.To-r.From >= c.of.inches(long) && at >= r.From && at <= r.To &&
			math.Abs(r.At(at)-float64(across)) <= off*c.of.dpi
	}
	at := middle(box)
	return slices.ContainsFunc(c.of.lying, func(r layout.Rule) bool { return along(r, at.X, at.Y) }) ||
		slices.ContainsFunc(c.of.standing, func(r layout.Rule) bool { return along(r, at.Y, at.X) })
}
