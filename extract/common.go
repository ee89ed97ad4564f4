package extract

import (
	"context"
	"image"
	"strings"

	"countersign/extract/heading"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// inManyRecords is the share of the records that are dark where all of them have print: of some,
// the print is struck or written over.
const inManyRecords = 0.6

// commonLabels adds the labels that were misread in most records, since handwriting touches
// them. Laid on each other, the records keep what they have in common, which is print.
func (x Extractor) commonLabels(ctx context.Context, v *view, atoms []atom, item string, anchors []image.Point, parts []offset) ([]atom, []offset, error) {
	const fewest = 3 // records: of fewer, what they share may be what people wrote
	if x.Print == nil || v.words != nil || len(anchors) < fewest {
		return atoms, parts, nil
	}
	own := image.Rectangle{Max: image.Pt(1, 1)} // of the labels that are known, the anchor's among them
	for _, p := range partsOf(atoms, anchors, parts) {
		if p.label {
			own = own.Union(p.box)
		}
	}
	place := v.around(own, anchors)
	for _, a := range anchors {
		place.Min.X = max(place.Min.X, v.bounds().Min.X-a.X)
		place.Max.X = min(place.Max.X, v.bounds().Max.X-a.X)
	}
	var places []image.Rectangle
	for _, a := range anchors {
		if at := place.Add(a); at.In(v.bounds()) {
			places = append(places, at)
		}
	}
	if len(places) < fewest {
		return atoms, parts, nil
	}
	words, err := x.recurringWords(ctx, v, places, inManyRecords)
	if err != nil {
		return nil, nil, err
	}
	for i := range words {
		words[i].Box = words[i].Box.Add(place.Min)
	}
	atoms, parts = v.prolonged(words, atoms, anchors, parts)
	for _, a := range atomsOf(words) {
		// What is read below the last label may be of the record before the next one's anchor.
		a.box = a.box.Add(v.nearestWay(own, a.at(), anchors))
		known := false
		for _, p := range parts {
			known = known || p.label && (p.key == a.key || v.nearby(p.by, a.at()))
		}
		if known || !a.label || heading.Of(a.text).Confidence < sureHeadings {
			continue
		}
		by := a.at()
		a.box = a.box.Add(anchors[0])
		atoms = append(atoms, a)
		parts = append(parts, offset{key: a.key, label: true, other: a.other, anchor: a.key == item && v.nearby(by, image.Point{}), by: by, seen: map[int]int{0: len(atoms) - 1}, read: len(anchors)})
	}
	return atoms, parts, nil
}

// prolonged adds the ends of labels that were read in few records, such as "no." after "Member":
// words of the print in common, from the anchors, that go on or follow where a label ends.
func (v *view) prolonged(words []tesseract.Word, atoms []atom, anchors []image.Point, parts []offset) ([]atom, []offset) {
	for _, p := range partsOf(atoms, anchors, parts) {
		if !p.label {
			continue
		}
		for _, w := range words {
			beside := abs(middle(w.Box).Y-middle(p.box).Y) < p.box.Dy()/2
			end := image.Rect(p.box.Max.X, w.Box.Min.Y, w.Box.Max.X, w.Box.Max.Y)
			if !beside || w.Box.Min.X-p.box.Max.X > p.box.Dy() || end.Dx() < p.box.Dy()/2 || w.Box.Max.X <= p.box.Max.X {
				continue
			}
			a := atom{key: strings.ToLower(w.Text), text: w.Text, box: end}
			by := a.at()
			a.box = a.box.Add(anchors[0])
			atoms = append(atoms, a)
			parts = append(parts, offset{key: a.key, by: by, seen: map[int]int{0: len(atoms) - 1}, read: len(anchors)})
		}
	}
	return atoms, parts
}

// nearestWay is the way by a record, or none, that brings a place nearest to the labels of one.
func (v *view) nearestWay(own image.Rectangle, at image.Point, anchors []image.Point) (way image.Point) {
	size := func(by image.Point) int {
		all := own.Union(image.Rectangle{Min: at.Add(by), Max: at.Add(by).Add(image.Pt(1, 1))})
		return all.Dx() + all.Dy()
	}
	for _, w := range waysOut(v.ways(anchors)) {
		if size(w) < size(way) {
			way = w
		}
	}
	return way
}

// around is the place of a record, from its anchor: its labels and the room up to those of the
// next.
func (v *view) around(labels image.Rectangle, anchors []image.Point) image.Rectangle {
	const room = 0.4 // inches left of the labels and above them
	across, down := v.ways(anchors)
	if across == 0 {
		across = v.bounds().Dx()
	}
	if down == 0 {
		down = v.bounds().Dy()
	}
	from := labels.Min.Sub(image.Pt(v.inches(room), v.inches(room)))
	return image.Rectangle{Min: from, Max: from.Add(image.Pt(across, down+v.inches(room)))}
}

// headingsRecur reports whether the headings of a table stand again in its rows, at one place in
// every row, every second or every third: then they are labels of records.
func (f form) headingsRecur(v *view, words []tesseract.Word) bool {
	const (
		readable = 0.7 // confidence of a word
		letters  = 3
		there    = 0.85 // share of a word's ink that is found again
		most     = 0.6  // share of the rows in which it is
	)
	if f.table.Style == layout.Grid {
		return false
	}
	if f.inside || f.first == 0 {
		return f.inside
	}
	var heads []image.Rectangle
	for _, w := range wordsIn(words, f.head) {
		if n, _ := lettersAndDigits(w.Text); n >= letters && w.Confidence >= readable {
			heads = append(heads, w.Box)
		}
	}
	if len(heads) < 2 {
		return false
	}
	recurs := make([]bool, f.table.Rows()) // in a row, most of them
	for row := f.first; row < len(recurs); row++ {
		n := 0
		for _, w := range heads {
			off := int(f.table.Lines[row+1].At(w.Min.X) - f.table.Lines[f.first].At(w.Min.X))
			if v.found(w, image.Pt(0, off)) >= there {
				n++
			}
		}
		recurs[row] = 2*n > len(heads)
	}
	for period := 1; period <= 3; period++ {
		rows, again := 0, 0
		for row := f.first - 1 + period; row < len(recurs); row += period {
			if rows++; recurs[row] {
				again++
			}
		}
		if again >= 2 && float64(again) >= most*float64(rows) {
			return true
		}
	}
	return false
}

// found is the share of a word's ink that stands at another place as well, give or take a
// little; 0 where much else stands there.
func (v *view) found(word image.Rectangle, off image.Point) float64 {
	const (
		own   = 0.6  // share of the ink there that is the word's
		shift = 0.03 // inch by which it may be off that place, each way
	)
	letters, near := v.withoutRules(), v.nearInk()
	best, by, give := 0.0, off, v.inches(shift)
	for dy := -give; dy <= give; dy += 2 {
		for dx := -give; dx <= give; dx += 2 {
			to := off.Add(image.Pt(dx, dy))
			if share := under(letters, near, word, to); share > best {
				best, by = share, to
			}
		}
	}
	if under(letters, near, word.Add(by), image.Point{}.Sub(by)) < own {
		return 0
	}
	return best
}

// under is the share of the ink of one bitmap in a place that another has, moved by some way.
func under(ink, other *layout.Bitmap, place image.Rectangle, by image.Point) float64 {
	n, all := 0, 0
	page := image.Rect(0, 0, ink.W, ink.H)
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			at := image.Pt(x, y)
			if !at.In(page) || ink.Pix[y*ink.W+x] == 0 {
				continue
			}
			all++
			if to := at.Add(by); to.In(page) && other.Pix[to.Y*other.W+to.X] != 0 {
				n++
			}
		}
	}
	return float64(n) / float64(max(1, all))
}
