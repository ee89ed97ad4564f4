package extract

import (
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// Labels stand as near to the next record's as to their own, and where one was read more often
// from the next, a name would be taken with somebody else's signature. So a record is the most
// compact constellation of its labels, and never reaches into the next.

// compact moves labels by a record up, down, left or right where that brings them nearer to
// the others. It is false where the labels of two records interlace all the same.
func (v *view) compact(atoms []atom, anchors []image.Point, parts []offset) ([]offset, bool) {
	const (
		gain  = 0.02 // by which a record gets smaller, as a share of the way to the next, for a label to be moved
		full  = 0.95 // of the way to the next record that its labels may take
		most  = 1e5  // constellations that are tried
		least = 0.3  // share of the records in which a label that is moved is seen

		tooLarge = 10 // added to the size of a constellation that reaches into the next record
	)
	across, down := v.ways(anchors)
	moves := waysOut(across, down)
	if len(moves) == 0 {
		return parts, true
	}
	var labels []int
	var waysOf [][]image.Point // of each label, where it may be moved to
	tries := 1
	for i, p := range parts {
		if !p.label {
			continue
		}
		labels = append(labels, i)
		var own []image.Point
		for _, m := range moves {
			if p.anchor {
				break
			}
			// What the record beside has is seen from fewer, since those at the side have none beside.
			seen := len(v.seenAt(atoms, anchors, p, p.by.Add(m)).seen)
			beside := m.X != 0 && seen < p.read
			if !beside && float64(seen) >= least*float64(len(anchors)) {
				own = append(own, m)
			}
		}
		waysOf = append(waysOf, own)
		if tries *= len(own) + 1; tries > most {
			return parts, false
		}
	}
	size := func(at []image.Point) float64 {
		var hull image.Rectangle // from the anchor, which is a label even where few of them were read
		for _, p := range at {
			hull.Min.X, hull.Min.Y = min(hull.Min.X, p.X), min(hull.Min.Y, p.Y)
			hull.Max.X, hull.Max.Y = max(hull.Max.X, p.X), max(hull.Max.Y, p.Y)
		}
		var wide, high float64
		if across > 0 {
			wide = float64(hull.Dx()) / float64(across)
		}
		if down > 0 {
			high = float64(hull.Dy()) / float64(down)
		}
		if wide > full || high > full {
			return wide + high + tooLarge // the smaller the better all the same
		}
		return wide + high
	}
	at := make([]image.Point, len(labels))
	for i, n := range labels {
		at[i] = parts[n].by
	}
	best, smallest := slices.Clone(at), size(at)
	var try func(i int, moved float64)
	try = func(i int, moved float64) {
		if i == len(labels) {
			if s := size(at); s+moved < smallest-1e-9 {
				best, smallest = slices.Clone(at), s+moved
			}
			return
		}
		try(i+1, moved)
		own := at[i]
		for _, m := range waysOf[i] {
			at[i] = own.Add(m)
			try(i+1, moved+gain)
		}
		at[i] = own
	}
	try(0, 0)
	out := slices.Clone(parts)
	for i, n := range labels {
		if best[i] == out[n].by {
			continue
		}
		out[n] = v.seenAt(atoms, anchors, out[n], best[i])
	}
	return out, size(best) < tooLarge
}

// withinLines moves labels into the records that the form draws lines between: lines that begin
// further left or end further right than those within records, one on the way from each record
// to the next. It is false where there are none.
func (v *view) withinLines(atoms []atom, anchors []image.Point, parts []offset) ([]offset, bool) {
	const (
		same   = 0.1 // inches by which the ends of such lines are off
		unlike = 0.1 // of the way to the next record
		most   = 0.8 // of the records
	)
	_, down := v.ways(anchors)
	if down == 0 {
		return nil, false
	}
	left, right := 0, 0 // of the labels, from the anchor
	for _, p := range parts {
		if p.label {
			left, right = min(left, p.by.X), max(right, p.by.X)
		}
	}
	around := func(r layout.Rule, a image.Point) bool { return r.From <= a.X+left && r.To >= a.X+right }
	alike := func(r, l layout.Rule) bool { // from the records that they are around
		return slices.ContainsFunc(anchors, func(a image.Point) bool {
			return around(r, a) && slices.ContainsFunc(anchors, func(b image.Point) bool {
				return around(l, b) && abs((r.From-a.X)-(l.From-b.X)) <= v.inches(same) &&
					abs((r.To-a.X)-(l.To-b.X)) <= v.inches(same)
			})
		})
	}
	// The longest that come as often as records. Longer ones are edges of the paper; lines to
	// write on begin beside a label.
	longest := slices.SortedFunc(slices.Values(v.lying), func(a, b layout.Rule) int {
		return (b.To - b.From) - (a.To - a.From)
	})
	longest = slices.DeleteFunc(longest, func(r layout.Rule) bool {
		return !slices.ContainsFunc(anchors, func(a image.Point) bool { return around(r, a) })
	})
	var lines []layout.Rule
	for _, l := range longest {
		lines = slices.DeleteFunc(slices.Clone(longest), func(r layout.Rule) bool { return !alike(r, l) })
		if float64(len(lines)) >= most*float64(len(anchors)) {
			break
		}
	}
	type span struct{ top, foot float64 }
	spans := map[int]span{} // of the records, by number
	for i, a := range anchors {
		s := span{math.Inf(-1), math.Inf(1)}
		for _, r := range lines {
			if !around(r, a) {
				continue
			}
			if y := r.At(a.X); y < float64(a.Y) {
				s.top = max(s.top, y)
			} else {
				s.foot = min(s.foot, y)
			}
		}
		if math.Abs(s.foot-s.top-float64(down)) <= unlike*float64(down) {
			spans[i] = s
		}
	}
	if float64(len(spans)) < most*float64(len(anchors)) {
		return nil, false
	}
	out := slices.Clone(parts)
	for n, p := range parts {
		if !p.label {
			continue
		}
		inside := func(by image.Point) bool {
			in := 0
			for i, s := range spans {
				if y := float64(anchors[i].Y + by.Y); y > s.top && y < s.foot {
					in++
				}
			}
			return float64(in) >= most*float64(len(spans))
		}
		ways := []image.Point{p.by, p.by.Add(image.Pt(0, down)), p.by.Sub(image.Pt(0, down))}
		at := slices.IndexFunc(ways, inside)
		if at < 0 {
			return nil, false
		}
		if at > 0 {
			out[n] = v.seenAt(atoms, anchors, p, ways[at])
		}
	}
	return out, true
}

// ways are the usual distances from one record to the next beside it and below it, 0 where there is
// none.
func (v *view) ways(anchors []image.Point) (across, down int) {
	const (
		apart = 1   // inch from a record to the next beside it, at least
		under = 0.2 // inch from a record to the next below it, at least
		off   = 0.5 // inch by which records in one row, or one column, are out of line
	)
	var beside, below []int // of each record, how far the next is
	for _, a := range anchors {
		nextBeside, nextBelow := 0, 0
		for _, b := range anchors {
			by := b.Sub(a)
			switch {
			case by.X > v.inches(apart) && abs(by.Y) < v.inches(off) && (nextBeside == 0 || by.X < nextBeside):
				nextBeside = by.X
			case by.Y > v.inches(under) && abs(by.X) < v.inches(off) && (nextBelow == 0 || by.Y < nextBelow):
				nextBelow = by.Y
			}
		}
		beside, below = append(beside, nextBeside), append(below, nextBelow)
	}
	return usualWay(beside), usualWay(below)
}

// usualWay is the middle of the distances that are there, without those to the record after one that
// was missed.
func usualWay(all []int) int {
	const missed = 1.5 // times the shortest
	all = slices.DeleteFunc(all, func(d int) bool { return d == 0 })
	if len(all) == 0 {
		return 0
	}
	shortest := slices.Min(all)
	return median(slices.DeleteFunc(all, func(d int) bool { return float64(d) > missed*float64(shortest) }))
}

// waysOut are the ways from a record to those around it, for the distances that there are.
func waysOut(across, down int) (ways []image.Point) {
	if down > 0 {
		ways = append(ways, image.Pt(0, -down), image.Pt(0, down))
	}
	if across > 0 {
		ways = append(ways, image.Pt(-across, 0), image.Pt(across, 0))
	}
	return ways
}

// seenAt is a label at another place, with the records in which it is read there.
func (v *view) seenAt(atoms []atom, anchors []image.Point, o offset, by image.Point) offset {
	out := offset{key: o.key, label: true, other: o.other, by: by, seen: map[int]int{}}
	for i, anchor := range anchors {
		for n, a := range atoms {
			if a.label && a.key == o.key && v.nearby(a.at().Sub(anchor), by) {
				out.seen[i] = n
			}
		}
	}
	out.read = len(out.seen)
	return out
}

// orphans are the kinds of labels that are read where those of the record before the first or
// after the last would be, on the given way.
func (v *view) orphans(atoms []atom, anchors []image.Point, parts []offset, way image.Point) (keys []string) {
	for _, anchor := range anchors {
		next := anchor.Add(way)
		if slices.ContainsFunc(anchors, func(a image.Point) bool { return v.nearby(a, next) }) {
			continue
		}
		for _, p := range parts {
			known := func(a atom) bool { return a.label && a.key == p.key && v.nearby(a.at(), next.Add(p.by)) }
			if p.label && !slices.Contains(keys, p.key) && slices.ContainsFunc(atoms, known) {
				keys = append(keys, p.key)
			}
		}
	}
	return keys
}

// unshifted lays the records anew where labels of a name or a signature belong to none: those
// that stand before the first record are the first one's, and so on. Where that leaves none,
// it is so; else the records are doubted, for they may be made of two signers each.
func (v *view) unshifted(atoms []atom, anchors []image.Point, parts []offset) *records {
	who := []string{string(Name), string(Family), string(Signature)}
	tells := func(keys []string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(who, key) })
	}
	ways := waysOut(v.ways(anchors))
	doubted := func(parts []offset) bool {
		return slices.ContainsFunc(ways, func(way image.Point) bool { return tells(v.orphans(atoms, anchors, parts, way)) })
	}
	if across, _ := v.ways(anchors); across == 0 && v.inOneLine(parts) { // which the next record has no part of
		return v.recordsOf(atoms, v.between(anchors), parts)
	}
	r := v.recordsOf(atoms, slices.Clone(anchors), parts)
	if r == nil || !doubted(parts) {
		return r
	}
	r.shifted = true
	for _, way := range ways {
		keys := v.orphans(atoms, anchors, parts, way)
		if !tells(keys) {
			continue
		}
		moved := slices.Clone(parts)
		for i, p := range moved {
			if p.label && slices.Contains(keys, p.key) {
				moved[i] = v.seenAt(atoms, anchors, p, p.by.Add(way))
			}
		}
		compact, ok := v.compact(atoms, anchors, moved)
		if !ok || doubted(compact) {
			continue
		}
		if other := v.recordsOf(atoms, slices.Clone(anchors), compact); other != nil {
			return other
		}
	}
	return r
}

// inOneLine reports whether the labels of a record stand side by side.
func (v *view) inOneLine(parts []offset) bool {
	return !slices.ContainsFunc(parts, func(p offset) bool { return p.label && abs(p.by.Y) > v.inches(labelOff) })
}

// between adds the records of one line that were not read between two others.
func (v *view) between(anchors []image.Point) []image.Point {
	_, down := v.ways(anchors)
	all := slices.Clone(anchors)
	for _, a := range anchors {
		for _, b := range anchors {
			next, mid := a.Add(image.Pt(0, down)), a.Add(b).Div(2)
			missed := b.Y > a.Y && v.nearby(next, mid) && v.nearby(a.Add(image.Pt(0, 2*down)), b)
			if missed && !slices.ContainsFunc(all, func(o image.Point) bool { return v.nearby(o, mid) }) {
				all = append(all, mid)
			}
		}
	}
	return all
}
