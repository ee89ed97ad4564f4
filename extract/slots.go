package extract

import (
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// recordSheet is a page of records while their slots are laid out.
type recordSheet struct {
	v       *view
	anchors []image.Point
	printed []printedPart
	labels  []printedPart
	pitch   int               // from one line of labels to the next
	ink     *layout.Bitmap    // without rules and without the print of the records
	strays  []image.Rectangle // labels of names and signatures in no record
}

// pitchOfLabels is the least distance between lines of labels: where there is more, a line has
// no label. Other print that begins below a label is one that nobody understood, for something
// else that is asked. Where a record has one line, it is somewhat less than that to the next
// record.
func pitchOfLabels(labels, printed []printedPart, anchors []image.Point, off, most int) int {
	var lines []printedPart
	for _, p := range printed {
		under := func(l printedPart) bool { return l.box.Min.Y < p.box.Min.Y && abs(l.box.Min.X-p.box.Min.X) <= off }
		if p.label || slices.ContainsFunc(labels, under) {
			lines = append(lines, p)
		}
	}
	var gaps []int
	for i := 1; i < len(lines); i++ {
		if gap := middle(lines[i].box).Y - middle(lines[i-1].box).Y; gap > lines[i].box.Dy() {
			gaps = append(gaps, gap)
		}
	}
	if len(gaps) > 0 {
		return slices.Min(gaps)
	}
	for i := range anchors {
		for j := range anchors {
			if gap := anchors[j].Y - anchors[i].Y; gap > labels[0].box.Dy() {
				most = min(most, gap*4/5)
			}
		}
	}
	return most
}

// labelSide is where people write, seen from a label.
type labelSide int

const (
	right labelSide = iota
	above
	below
)

// side says where people wrote: to the right of the labels, at their height, or else above or
// below them. Above is told from below at the ends of a column of records: nobody wrote above
// its first line of labels if people write below, and nobody below its last if they write
// above. Lines to write on say so more plainly than ink, which may be that of a title or missing.
// It reports false where neither is plain, as where a label was not found.
func (s recordSheet) side() (side labelSide, ok bool) {
	const (
		most        = 0.6
		few         = 0.3
		beforeTitle = 0.15 // inches above a label, where writing on its line is and no title
	)
	written := slices.DeleteFunc(slices.Clone(s.anchors), func(anchor image.Point) bool {
		return !slices.ContainsFunc(s.labels, func(l printedPart) bool {
			up, beside, down := s.around(anchor, l)
			return s.wrote(up) || s.wrote(beside) || s.wrote(down)
		})
	})
	first, last := s.labels[0].box, s.labels[len(s.labels)-1].box
	var n, level, firsts, titled, lasts, underLast float64
	for _, anchor := range written {
		top, foot := s.ends(anchor, written)
		for _, l := range s.labels {
			up, beside, down := s.around(anchor, l)
			if s.wrote(up.Union(down)) || s.wrote(beside) {
				n, level = n+1, level+share(s.wrote(beside))
			}
			if top && abs(middle(l.box).Y-middle(first).Y) < first.Dy() {
				near := up
				near.Min.Y = max(up.Min.Y, up.Max.Y-s.v.inches(beforeTitle))
				firsts, titled = firsts+1, titled+share(s.wrote(near))
			}
			if foot && abs(middle(l.box).Y-middle(last).Y) < last.Dy() {
				lasts, underLast = lasts+1, underLast+share(s.wrote(down))
			}
		}
	}
	switch {
	case level >= most*n:
		return right, true
	case s.inCorners():
		return below, true
	}
	switch over, under := s.linesAtEnds(); {
	case over <= few && under >= most:
		return below, true
	case over >= most && under <= few:
		return above, true
	}
	switch {
	case underLast > few*lasts: // where the last did not sign, nothing is below
		return below, titled <= few*firsts
	case titled >= most*firsts:
		return above, true
	}
	return right, false
}

// linesAtEnds is the share of labels at the top of columns of records with a line to write on close
// above, and of those at their foot with one below, as far away as writing takes.
func (s recordSheet) linesAtEnds() (over, under float64) {
	const (
		near = 0.5 // of the pitch: the line that a label stands under
		far  = 1.1 // of the pitch: the one that people write on below it
	)
	line := func(box image.Rectangle, from, to float64) float64 {
		return share(slices.ContainsFunc(s.v.lying, func(r layout.Rule) bool {
			y := r.At(middle(box).X)
			return r.From <= middle(box).X && r.To >= middle(box).X && y >= from && y <= to
		}))
	}
	pitch := float64(s.pitch)
	first, last := s.labels[0].box, s.labels[len(s.labels)-1].box
	var firsts, lasts float64
	for _, anchor := range s.anchors {
		top, foot := s.ends(anchor, s.anchors)
		for _, l := range s.labels {
			box := l.box.Add(anchor)
			if top && abs(middle(l.box).Y-middle(first).Y) < first.Dy() {
				y := float64(box.Min.Y)
				firsts, over = firsts+1, over+line(box, y-near*pitch, y)
			}
			if foot && abs(middle(l.box).Y-middle(last).Y) < last.Dy() {
				y := float64(box.Max.Y)
				lasts, under = lasts+1, under+line(box, y+near*pitch, y+far*pitch)
			}
		}
	}
	return over / max(1, firsts), under / max(1, lasts)
}

// inCorners reports whether labels stand in the upper left corners of boxes: with a line close
// above and one at their left that runs on below, where the first begins. The frame of a card
// is at the left, too, and lines to write on begin well within it.
func (s recordSheet) inCorners() bool {
	const (
		most  = 0.6
		above = 0.15 // inches
		left  = 0.4  // inches: a number may stand before the label
		meet  = 0.06 // inches
	)
	n := 0
	for _, anchor := range s.anchors {
		for _, l := range s.labels {
			box := l.box.Add(anchor)
			corner := func(side, lid layout.Rule) bool {
				gap := float64(box.Min.Y) - lid.At(box.Min.X)
				begins := float64(lid.From) <= side.At(box.Min.Y)+meet*s.v.dpi
				return begins && lid.From <= box.Min.X && lid.To >= box.Max.X && gap >= -2 && gap < above*s.v.dpi
			}
			boxed := slices.ContainsFunc(s.v.standing, func(r layout.Rule) bool {
				gap := float64(box.Min.X) - r.At(middle(box).Y)
				beside := r.From <= box.Min.Y && r.To >= box.Max.Y+2*box.Dy() && gap >= -2 && gap < left*s.v.dpi
				return beside && slices.ContainsFunc(s.v.lying, func(l layout.Rule) bool { return corner(r, l) })
			})
			if boxed {
				n++
			}
		}
	}
	return float64(n) >= most*float64(len(s.anchors)*len(s.labels))
}

// around are the places above a label, beside it and below it, as far as the next one.
func (s recordSheet) around(anchor image.Point, l printedPart) (up, beside, down image.Rectangle) {
	box := l.box.Add(anchor)
	to := s.slot(anchor, l, right).Max.X
	up = image.Rect(box.Min.X, box.Min.Y-s.pitch*7/10, to, box.Min.Y-2)
	beside = image.Rect(box.Max.X+2, box.Min.Y, to, box.Max.Y)
	down = image.Rect(box.Min.X, box.Max.Y+2, to, box.Max.Y+s.pitch*7/10)
	return up, beside, down
}

// ends reports whether a record is the first and whether it is the last of those in its
// column.
func (s recordSheet) ends(anchor image.Point, all []image.Point) (top, foot bool) {
	top, foot = true, true
	for _, o := range all {
		if abs(o.X-anchor.X) < s.v.inches(0.5) {
			top, foot = top && o.Y >= anchor.Y, foot && o.Y <= anchor.Y
		}
	}
	return top, foot
}

func share(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// slot is where people write what a label asks for.
func (s recordSheet) slot(anchor image.Point, l printedPart, side labelSide) image.Rectangle {
	const (
		under = 0.15 // of the pitch: how far below its line writing hangs
		rim   = 0.03 // inch around print that is the print's
		left  = 0.05 // inch left of a label where writing on its line begins
	)
	box := l.box.Add(anchor)
	next, limit := s.v.bounds().Max.X, s.rightOf(anchor)
	for _, p := range s.printed {
		if b := p.box.Add(anchor); abs(middle(b).Y-middle(box).Y) < max(b.Dy(), box.Dy()) && b.Min.X >= box.Max.X {
			next = min(next, b.Min.X)
		}
	}
	slot := image.Rect(box.Min.X, 0, min(next-s.v.inches(rim), limit), 0)
	switch side {
	case above:
		slot.Min.X -= s.v.inches(left)
		slot.Min.Y, slot.Max.Y = box.Min.Y-s.pitch, box.Max.Y
	case below:
		slot.Min.X -= s.v.inches(left)
		slot.Min.Y, slot.Max.Y = box.Min.Y-s.v.inches(rim), box.Min.Y+s.pitch
	default:
		slot.Min.X = box.Max.X
		slot.Max.Y = box.Max.Y + int(under*float64(s.pitch))
		slot.Min.Y = slot.Max.Y - s.pitch
	}
	if from, to, ok := s.lineOf(l, side); ok {
		slot.Min.X, slot.Max.X = min(slot.Min.X, from+anchor.X), to+anchor.X
	}
	for _, p := range s.printed { // other print above or below ends it
		b := p.box.Add(anchor)
		switch {
		case b == box || (side != right || middle(b).Y > box.Max.Y) && b.Max.X <= slot.Min.X || b.Min.X >= slot.Max.X:
		case middle(b).Y < box.Min.Y && b.Max.Y > slot.Min.Y:
			slot.Min.Y = b.Max.Y
		case middle(b).Y > box.Max.Y && b.Min.Y < slot.Max.Y:
			slot.Max.Y = b.Min.Y
		}
	}
	for _, y := range s.linesIn(l, slot.Sub(anchor), side) {
		if y := anchor.Y + y; side == below {
			slot.Max.Y = min(slot.Max.Y, y)
		} else {
			slot.Min.Y = max(slot.Min.Y, y)
		}
	}
	from, to := s.cell(l, slot.Sub(anchor))
	slot.Min.X, slot.Max.X = max(slot.Min.X, from+anchor.X), min(slot.Max.X, to+anchor.X)
	return slot.Intersect(s.v.bounds())
}

// lineOf are the ends, from the anchor, of the line to write on that a label stands under, or
// above, in the middle perhaps. It is false where most records have none, or where the line is
// that of another label, too.
func (s recordSheet) lineOf(l printedPart, side labelSide) (from, to int, ok bool) {
	const (
		near = 0.5  // of the pitch: from the label up to the line above it
		far  = 1.1  // of the pitch: from the label down to the line below it
		meet = 0.05 // inch by which the line runs into the label, or ends short of its sides
	)
	if side == right {
		return 0, 0, false
	}
	off := s.v.inches(meet)
	var froms, tos []int
	for _, anchor := range s.anchors {
		box := l.box.Add(anchor)
		top, foot := box.Min.Y-int(near*float64(s.pitch)), box.Min.Y+off
		if side == below {
			top, foot = box.Max.Y, box.Max.Y+int(far*float64(s.pitch))
		}
		for _, r := range s.v.lying {
			y := int(r.At(middle(box).X))
			if y < top || y > foot || r.From > box.Min.X+off || r.To < box.Max.X-off {
				continue
			}
			shared := slices.ContainsFunc(s.labels, func(o printedPart) bool {
				at := middle(o.box.Add(anchor))
				return o.box != l.box && abs(at.Y-middle(box).Y) < box.Dy() && at.X > r.From && at.X < r.To
			})
			if !shared {
				froms, tos = append(froms, r.From-anchor.X), append(tos, r.To-anchor.X)
				break
			}
		}
	}
	if float64(len(froms)) < labelSeen*float64(len(s.anchors)) {
		return 0, 0, false
	}
	return median(froms), median(tos), true
}

// cell is the part of a place beside a label between two standing lines of the form, from the
// anchor: the first in which people write.
func (s recordSheet) cell(l printedPart, place image.Rectangle) (from, to int) {
	const (
		through = 0.7  // of the height that a line runs through
		wrote   = 0.3  // share of the records with ink in the part
		near    = 0.05 // inch by which such a line is off its place
		beside  = 0.03 // inch beside a line where ink is the line's
	)
	type border struct{ x, records int }
	var found []border
	for _, anchor := range s.anchors {
		in := place.Add(anchor)
		seen := map[int]bool{}
		for _, r := range s.v.standing {
			x := int(math.Round(r.At(middle(in).Y))) - anchor.X
			over := min(r.To, in.Max.Y) - max(r.From, in.Min.Y)
			if float64(over) < through*float64(in.Dy()) || x <= l.box.Max.X || x >= place.Max.X {
				continue
			}
			at := slices.IndexFunc(found, func(b border) bool { return abs(b.x-x) <= s.v.inches(near) })
			if at < 0 {
				found, at = append(found, border{x: x}), len(found)
			}
			if !seen[at] {
				seen[at] = true
				found[at].records++
			}
		}
	}
	xs := []int{place.Min.X}
	slices.SortFunc(found, func(a, b border) int { return a.x - b.x })
	for _, b := range found {
		if float64(b.records) >= labelSeen*float64(len(s.anchors)) {
			xs = append(xs, b.x)
		}
	}
	xs = append(xs, place.Max.X)
	for i := 1; i < len(xs); i++ {
		n := 0
		for _, anchor := range s.anchors {
			part := image.Rect(xs[i-1], place.Min.Y, xs[i], place.Max.Y).Add(anchor).Inset(s.v.inches(beside))
			if s.wrote(part) {
				n++
			}
		}
		if float64(n) >= wrote*float64(len(s.anchors)) {
			return xs[i-1], xs[i]
		}
	}
	return place.Min.X, place.Max.X
}

// wrote reports whether there is ink in a place besides the print of the records.
func (s recordSheet) wrote(place image.Rectangle) bool { return hasInk(s.ink, place) }

func hasInk(b *layout.Bitmap, place image.Rectangle) bool {
	const fewer = 30 // pixels that are no writing
	return b.Ink(place.Intersect(image.Rect(0, 0, b.W, b.H))) >= fewer
}

// linesIn are the heights, from the anchor, of lines that the form prints through a place in
// most records: they part the label's own line from another's. Along the line to write on
// there is none.
func (s recordSheet) linesIn(l printedPart, place image.Rectangle, side labelSide) (heights []int) {
	const (
		edge = 0.06 // inch along the place's sides, where lines are those around it
		off  = 0.04 // inch by which such a line is off its place
	)
	own := place.Inset(s.v.inches(edge)) // beside the label, or between it and the far end
	switch side {
	case above:
		own.Max.Y = min(own.Max.Y, l.box.Min.Y-s.pitch/4)
	case below:
		own.Min.Y = max(own.Min.Y, l.box.Max.Y+s.pitch/4)
	default:
		own.Max.Y = min(own.Max.Y, middle(l.box).Y-s.pitch/4)
	}
	type height struct{ y, records int }
	var found []height
	for _, anchor := range s.anchors {
		seen := map[int]bool{}
		for _, r := range s.v.lying {
			in := min(r.To, own.Max.X+anchor.X) - max(r.From, own.Min.X+anchor.X)
			y := int(math.Round(r.At(middle(own).X+anchor.X))) - anchor.Y
			if 2*in < own.Dx() || y < own.Min.Y || y > own.Max.Y {
				continue
			}
			at := slices.IndexFunc(found, func(h height) bool { return abs(h.y-y) <= s.v.inches(off) })
			if at < 0 {
				found, at = append(found, height{y: y}), len(found)
			}
			if !seen[at] {
				seen[at] = true
				found[at].records++
			}
		}
	}
	for _, h := range found {
		if float64(h.records) >= labelSeen*float64(len(s.anchors)) {
			heights = append(heights, h.y)
		}
	}
	return heights
}

// rightOf is where the next record to the right begins, or the paper ends.
func (s recordSheet) rightOf(anchor image.Point) int {
	const (
		apart = 0.5  // inch to the right, from which on it is another record's
		gap   = 0.05 // inch between the end of one and what the next prints
	)
	left := 0 // of the print of a record, from its anchor
	for _, p := range s.printed {
		left = min(left, p.box.Min.X)
	}
	limit := s.v.bounds().Max.X - s.v.inches(paperEdge)
	own := func(o image.Rectangle) bool { // of a record above or below that was not found
		return slices.ContainsFunc(s.labels, func(l printedPart) bool {
			return abs(anchor.X+l.box.Min.X-o.Min.X) <= s.v.inches(labelOff) && abs(anchor.Y+middle(l.box).Y-middle(o).Y) > o.Dy()
		})
	}
	for _, o := range s.strays {
		if !own(o) && o.Min.X > anchor.X+s.v.inches(apart) && abs(middle(o).Y-anchor.Y) < s.v.inches(2) {
			limit = min(limit, o.Min.X-s.v.inches(gap))
		}
	}
	for _, o := range s.anchors {
		if o.X > anchor.X+s.v.inches(apart) && abs(o.Y-anchor.Y) < s.v.inches(1) {
			limit = min(limit, o.X+left-s.v.inches(gap))
		}
	}
	return limit
}
