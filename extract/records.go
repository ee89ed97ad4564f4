package extract

import (
	"cmp"
	"context"
	"image"
	"math"
	"slices"
	"strings"

	"countersign/extract/heading"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// record is the place that one signer fills in where the form takes several lines for it: a
// card, or a block of lines with a label each.
type record struct {
	box   image.Rectangle   // all of it, in the view
	slots []image.Rectangle // where people write, one for each label
}

// records are those of a page, and what their slots ask for.
type records struct {
	all     []record
	columns []Column
	score   float64           // how surely the labels are labels, 0 to 1
	print   []image.Rectangle // labels and whatever else each record prints
	strays  []image.Rectangle // labels of names and signatures that are in none of them
	shifted bool              // a stray is where one of the next record would be
}

// Of records, in inches and shares.
const (
	labelOff  = 0.1  // by which a label may be off its place in the record
	labelMost = 5    // between two labels of one record
	labelSeen = 0.6  // share of the records in which print is read at its place at least
	printEdge = 0.02 // around print as it was read, where ink is the print's as well
)

// records looks for records where no table of signers was understood for certain. The
// reading then has records instead of forms.
func (x Extractor) records(ctx context.Context, r *reading) (*composed, error) {
	drawn := len(r.forms) > 0 && r.forms[0].table.Style != layout.Open
	if drawn && r.forms[0].score >= sureHeadings && r.forms[0].asks(Signature) && !r.forms[0].headingsRecur(r.view, r.words) {
		found, labelled, err := x.signedForm(ctx, r)
		switch {
		case err != nil, found == nil && !labelled:
			return nil, err
		case found != nil:
			r.forms = nil
			return compose(r.view, *found), nil
		}
	}
	words := r.words
	if drawn { // only what stands above it was read
		var err error
		if words, err = r.view.print(ctx, x.Print, r.view.bounds(), tesseract.Sparse); err != nil {
			return nil, err
		}
		r.whole = words
	}
	var table layout.Table
	if drawn {
		table = r.forms[0].table
	}
	if drawn && r.forms[0].score >= sureHeadings {
		found, ok, err := x.parted(ctx, r.view, r.forms[0])
		if err != nil {
			return nil, err
		}
		if found != nil {
			r.forms, r.words = nil, words
			return compose(r.view, *found), nil
		}
		r.forms[0].twice = r.forms[0].twice || !ok
	}
	found, err := x.findRecords(ctx, r.view, table, words)
	if err != nil {
		return nil, err
	}
	if found == nil && drawn {
		found = pairedRows(r.view, table, words)
	}
	if found == nil {
		return nil, nil
	}
	r.forms, r.words = nil, words
	return compose(r.view, *found), nil
}

// signedForm looks for records in a table whose headings ask for a signature: pairs of rows, or
// cells with the name under the signature. A table in which both have two cells a row has two
// signers a row: it is doubted. What seemed to be pairs are labelled where their rows print
// labels of their own: the headings are then those of the first signer.
func (x Extractor) signedForm(ctx context.Context, r *reading) (found *records, labelled bool, err error) {
	f := &r.forms[0]
	if found := r.view.pairedForm(*f, r.words); found != nil {
		words, err := r.view.print(ctx, x.Print, f.table.Bounds(), tesseract.Sparse)
		if err != nil || r.view.labelsIn(f.table, f.first, words) {
			return nil, true, err
		}
		return found, false, nil
	}
	if !f.asks(Name, Given, Family) {
		found, ok, err := x.parted(ctx, r.view, *f)
		f.twice = f.twice || !ok
		return found, false, err
	}
	cut := func(field Field) bool {
		column := f.columnOf(field)
		return column >= 0 && !f.inside && r.view.cutsOf(f.table, f.first, column) != nil
	}
	f.twice = f.twice || cut(Name) && cut(Signature)
	return nil, false, nil
}

// findRecords looks for labels that recur on the page as a constellation, such as "Name:"
// over "Address:" over "Signature:". It gives nil where fewer than two recur, or where
// they do not ask for a name and a signature. The table is the one that is drawn around them,
// if any: then each of its rows has records.
func (x Extractor) findRecords(ctx context.Context, v *view, table layout.Table, words []tesseract.Word) (*records, error) {
	atoms := atomsOf(words)
	var best *records
	for _, item := range []Field{Name, Family, Signature, MemberID} {
		r, err := x.recordsAround(ctx, v, atoms, string(item), table)
		if err != nil {
			return nil, err
		}
		if r != nil && (best == nil || len(r.all)*len(r.columns) > len(best.all)*len(best.columns)) {
			best = r
		}
	}
	return best, nil
}

// atom is a printed label, or a word of other print or writing.
type atom struct {
	key   string // what a label asks for, or the word
	label bool
	text  string
	box   image.Rectangle
	other bool // a label that asks for what nobody compares, such as a birth date
}

// at is the place by which atoms are compared: labels begin and stand alike.
func (a atom) at() image.Point { return image.Pt(a.box.Min.X, middle(a.box).Y) }

// atomsOf finds the labels among words. Each is as long as it can be and still asks
// for one thing.
func atomsOf(words []tesseract.Word) []atom {
	const (
		readable = 0.4 // confidence of a word
		longest  = 5   // words of a label
		blank    = 1.2 // between them, as a share of their height
		plainly  = 0.9 // how surely a label asks for something
	)
	words = slices.DeleteFunc(slices.Clone(words), func(w tesseract.Word) bool {
		letters, _ := lettersAndDigits(w.Text)
		return w.Confidence < readable || letters < 2 && !joins(w.Text)
	})
	var atoms []atom
	for _, line := range lines(words) {
		for i := 0; i < len(line); {
			found, n := atom{key: strings.ToLower(line[i].Text), text: line[i].Text, box: line[i].Box}, 1
			run := found
			for j := i; j < min(len(line), i+longest); j++ {
				if j > i {
					if float64(line[j].Box.Min.X-run.box.Max.X) > blank*float64(run.box.Dy()) {
						break
					}
					run.text, run.box = run.text+" "+line[j].Text, run.box.Union(line[j].Box)
				}
				if followsPrint(line, i) {
					break // the last word of a title, or of "Witness name"
				}
				m := heading.Of(run.text)
				if heading.OfSomebody(run.text) {
					found, n = atom{key: strings.ToLower(run.text), text: run.text, box: run.box}, j-i+1
				}
				number := len(m.Items) == 1 && m.Items[0] == string(Number)
				if number && (!abbreviated(run.text) || answers(line)) {
					continue
				}
				if m.Confidence >= plainly && len(m.Items) == 1 {
					found, n = atom{key: m.Items[0], label: true, text: run.text, box: run.box}, j-i+1
				}
				if m.Confidence >= plainly && len(m.Items) == 0 && !heading.OfSomebody(run.text) {
					found, n = atom{key: strings.ToLower(run.text), label: true, text: run.text, box: run.box, other: true}, j-i+1
				}
			}
			if n > 1 || !joins(line[i].Text) {
				atoms = append(atoms, found)
			}
			i += n
		}
	}
	return withoutParagraphs(atoms)
}

// closeBy reports whether a word follows another as the next of a sentence.
func closeBy(a, b image.Rectangle) bool {
	high := max(a.Dy(), b.Dy())
	return b.Min.X >= a.Max.X && b.Min.X-a.Max.X <= high && abs(middle(a).Y-middle(b).Y) <= high/2
}

// withoutParagraphs takes labels for words that begin a line of running text: words follow close
// by, and so they do in the line above or below, which begins at the same place.
func withoutParagraphs(atoms []atom) []atom {
	runs := make([]bool, len(atoms))
	for i := range atoms {
		runs[i] = i+2 < len(atoms) && closeBy(atoms[i].box, atoms[i+1].box) && closeBy(atoms[i+1].box, atoms[i+2].box)
	}
	for i, a := range atoms {
		inText := func(j int) bool {
			b, high := atoms[j].box, a.box.Dy()
			step := abs(middle(b).Y - middle(a.box).Y)
			return runs[j] && abs(b.Min.X-a.box.Min.X) <= high && step > high/2 && step <= 2*high
		}
		for j := range atoms {
			atoms[i].label = atoms[i].label && !(runs[i] && inText(j))
		}
	}
	return atoms
}

// joins reports whether a word of one letter stands between two that a label asks for, as in
// "Cognome e nome".
func joins(word string) bool {
	return slices.Contains([]string{"e", "y", "i", "&", "/", "+"}, strings.ToLower(word))
}

// abbreviated reports whether a label asks for a number by a word that says nothing else.
func abbreviated(text string) bool {
	word := strings.TrimRight(strings.ToLower(text), ".:")
	return slices.Contains([]string{"no", "nr", "num", "number", "nummer"}, word)
}

// answers reports whether a line has both answers to tick, of which "No" is one.
func answers(line []tesseract.Word) bool {
	return slices.ContainsFunc(line, func(w tesseract.Word) bool {
		return slices.Contains([]string{"yes", "ja", "oui", "si", "sí"}, strings.Trim(strings.ToLower(w.Text), ".:,"))
	})
}

// followsPrint reports whether a word of a line follows close behind another as high.
func followsPrint(line []tesseract.Word, at int) bool {
	if at == 0 {
		return false
	}
	before, box := line[at-1].Box, line[at].Box
	high := max(before.Dy(), box.Dy())
	return box.Min.X-before.Max.X < high && 2*high < 3*min(before.Dy(), box.Dy()) && heading.Of(line[at-1].Text).Items == nil
}

// offset is a piece of print at its place in a record, seen from the label that the records
// were found by.
type offset struct {
	key    string
	label  bool
	other  bool // as of an atom
	by     image.Point
	seen   map[int]int // by the number of the record, its atom
	read   int         // records in which it was read as what it is
	anchor bool        // the label itself that the records were found by
}

// evidence is in how many records print stands at its place; where it was read as what it
// is counts twice.
func (o offset) evidence() int { return o.read + len(o.seen) }

// recordsAround tries the labels of one thing as those that each record has once.
func (x Extractor) recordsAround(ctx context.Context, v *view, atoms []atom, item string, table layout.Table) (*records, error) {
	var anchors []image.Point
	for _, a := range atoms {
		if a.label && a.key == item {
			anchors = append(anchors, a.at())
		}
	}
	parts, anchors, err := x.constellation(ctx, v, &atoms, item, anchors)
	if len(anchors) < 2 || err != nil {
		return nil, err
	}
	// A label that was read late may show that another one is that of the record before, and so
	// where records are that seemed to have none.
	if better := v.betterAnchors(atoms, parts, anchors); parts != nil && len(better) > len(anchors) {
		if parts, anchors, err = x.constellation(ctx, v, &atoms, item, better); err != nil {
			return nil, err
		}
	}
	if parts == nil {
		return nil, nil
	}
	anchors = v.inPitch(atoms, parts, anchors)
	labels := 0
	for _, p := range parts {
		if p.label && !p.other {
			labels++
		}
	}
	if labels < 2 || labels < 3 && len(anchors) < 3 {
		return nil, nil
	}
	tall := 0 // of a record, from its first label to its last
	for _, p := range parts {
		for _, o := range parts {
			if p.label && o.label {
				tall = max(tall, p.by.Y-o.by.Y)
			}
		}
	}
	if _, down := v.ways(anchors); table.Rows() > 0 && withinRows(table, tall, down) {
		anchors = inEachRow(table, anchors, v.inches(labelOff))
	}
	if within, ok := v.withinLines(atoms, anchors, parts); ok {
		return v.recordsOf(atoms, anchors, within), nil
	}
	return v.unshifted(atoms, anchors, parts), nil
}

// constellation is the print that the records around anchors have in common, and the anchors
// that have it. It is nil where the labels of two records interlace. The labels that it reads
// itself are added to the atoms.
func (x Extractor) constellation(
	ctx context.Context, v *view, atoms *[]atom, item string, anchors []image.Point,
) (parts []offset, better []image.Point, err error) {
	const rounds = 2 // the second with the records that the first one missed or made up
	for range rounds {
		if len(anchors) < 2 {
			return nil, nil, nil
		}
		parts, _ = v.compact(*atoms, anchors, v.recurringParts(*atoms, item, anchors))
		if within, ok := v.withinLines(*atoms, anchors, parts); ok {
			parts = within
		}
		anchors = v.betterAnchors(*atoms, parts, anchors)
	}
	if len(anchors) < 2 {
		return nil, nil, nil
	}
	parts, _ = v.compact(*atoms, anchors, v.recurringParts(*atoms, item, anchors))
	if *atoms, parts, err = x.commonLabels(ctx, v, *atoms, item, anchors, parts); err != nil {
		return nil, nil, err
	}
	parts, apart := v.compact(*atoms, anchors, v.withoutMisread(*atoms, anchors, parts))
	if !apart {
		return nil, anchors, nil
	}
	return parts, anchors, nil
}

// recurringParts are the labels and other words that stand at one place in most records.
func (v *view) recurringParts(atoms []atom, item string, anchors []image.Point) []offset {
	var all []offset
	reach := v.inches(labelMost)
	for i, anchor := range anchors {
		for n, a := range atoms {
			by := a.at().Sub(anchor)
			if abs(by.X) > reach || abs(by.Y) > reach {
				continue
			}
			at := slices.IndexFunc(all, func(o offset) bool {
				return o.key == a.key && o.label == a.label && v.nearby(o.by, by)
			})
			if at < 0 {
				at = len(all)
				all = append(all, offset{key: a.key, label: a.label, other: a.other, by: by, seen: map[int]int{}, anchor: a.label && a.key == item && by == image.Point{}})
			}
			all[at].seen[i] = n
		}
	}
	var periods []image.Point // from one record to others
	for _, o := range all {
		if o.label && o.key == item && !o.anchor {
			periods = append(periods, o.by)
		}
	}
	for i := range all {
		all[i].read = len(all[i].seen)
	}
	for _, o := range all { // a label that was misread in some records still is one
		for _, k := range all {
			if o.label && len(o.seen) > 1 && !k.label && v.nearby(o.by, k.by) {
				for i, n := range k.seen {
					if _, read := o.seen[i]; !read {
						o.seen[i] = n
					}
				}
			}
		}
	}
	least := max(2, int(math.Ceil(labelSeen*float64(len(anchors)))))
	all = slices.DeleteFunc(all, func(o offset) bool {
		return len(o.seen) < least || o.label && o.key == item && !o.anchor
	})
	// Print of the next record is no other print of this one. A label that belongs to
	// the record is read in one more than if it were the neighbour's.
	slices.SortStableFunc(all, func(a, b offset) int {
		return cmp.Compare(b.evidence(), a.evidence())
	})
	var own []offset
	var rivals [][2]offset // labels read as often in one record as in the next
	for _, o := range all {
		again := slices.IndexFunc(own, func(k offset) bool {
			return k.key == o.key && k.label == o.label && slices.ContainsFunc(periods, func(p image.Point) bool {
				return v.nearby(o.by.Sub(k.by), p)
			})
		})
		switch {
		case again < 0:
			own = append(own, o)
		case o.label && own[again].evidence() == o.evidence():
			rivals = append(rivals, [2]offset{own[again], o})
		}
	}
	return v.nearest(own, rivals)
}

// withoutMisread leaves out what was misread in some of the records: labels that are words of
// others, such as "State" for "City, State", and words where another record has a label.
func (v *view) withoutMisread(atoms []atom, anchors []image.Point, parts []offset) []offset {
	wordOf := func(o, p offset) bool {
		for i, n := range o.seen {
			if atoms[n].label && p.by.X > o.by.X && p.by.In(atoms[n].box.Sub(anchors[i])) {
				return true
			}
		}
		return false
	}
	ofNext := func(o, p offset) bool {
		by := p.by.Sub(o.by)
		return !v.nearby(by, image.Point{}) && slices.ContainsFunc(anchors, func(a image.Point) bool {
			return slices.ContainsFunc(anchors, func(b image.Point) bool { return v.nearby(b.Sub(a), by) })
		})
	}
	return slices.DeleteFunc(slices.Clone(parts), func(p offset) bool {
		return !p.anchor && slices.ContainsFunc(parts, func(o offset) bool {
			return o.label && (p.label && wordOf(o, p) || !p.label && ofNext(o, p))
		})
	})
}

// nearest settles to which of two records labels belong: to the one that they make smaller.
// Labels of which that is not plain are left out.
func (v *view) nearest(own []offset, rivals [][2]offset) []offset {
	const plainly = 0.1 // inches
	for _, pair := range rivals {
		var others image.Rectangle
		for _, o := range own {
			contested := slices.ContainsFunc(rivals, func(r [2]offset) bool { return r[0].key == o.key })
			if o.label && (o.anchor || !contested) {
				others = others.Union(image.Rectangle{Min: o.by, Max: o.by.Add(image.Pt(1, 1))})
			}
		}
		height := func(o offset) int {
			return others.Union(image.Rectangle{Min: o.by, Max: o.by.Add(image.Pt(1, 1))}).Dy()
		}
		at := slices.IndexFunc(own, func(o offset) bool { return o.label && o.key == pair[0].key && o.by == pair[0].by })
		switch less := height(pair[0]) - height(pair[1]); {
		case at < 0:
		case less > v.inches(plainly):
			own[at] = pair[1]
		case less > -v.inches(plainly):
			own = slices.Delete(own, at, at+1)
		}
	}
	return own
}

func (v *view) nearby(a, b image.Point) bool {
	off := v.inches(labelOff)
	return abs(a.X-b.X) <= off && abs(a.Y-b.Y) <= off
}

func abs(v int) int { return max(v, -v) }

// betterAnchors leaves out the labels around which there is no record, and adds the places
// where labels show a record whose own label was not read.
func (v *view) betterAnchors(atoms []atom, parts []offset, anchors []image.Point) []image.Point {
	labels := 0 // besides the anchor
	seen := map[int]int{}
	used := map[int]bool{}
	for _, p := range parts {
		for i, n := range p.seen {
			used[n] = true
			if p.label && !p.anchor {
				seen[i]++
			}
		}
		if p.label && !p.anchor {
			labels++
		}
	}
	var better []image.Point
	for i, a := range anchors {
		if 2*seen[i] >= labels && seen[i] > 0 {
			better = append(better, a)
		}
	}
	var missed []image.Point
	for n, a := range atoms {
		for _, p := range parts {
			if !a.label || used[n] || p.anchor || !p.label || p.key != a.key {
				continue
			}
			at := a.at().Sub(p.by)
			known := func(o image.Point) bool { return v.nearby(o, at) }
			switch {
			case !at.In(v.bounds()), slices.ContainsFunc(better, known):
			case slices.ContainsFunc(missed, known): // two labels agree
				better = append(better, at)
			default:
				missed = append(missed, at)
			}
		}
	}
	return better
}

// inPitch adds the records of which one label was read where the next one would be: a form's
// records are as far from one another all down the page.
func (v *view) inPitch(atoms []atom, parts []offset, anchors []image.Point) []image.Point {
	const (
		fewest = 3 // records that say how far
		most   = 2 // records from one that is known
	)
	_, down := v.ways(anchors)
	from := func(a, b image.Point, n int) bool { return v.nearby(b.Sub(a), image.Pt(0, n*down)) }
	alike := 0
	for _, a := range anchors {
		if slices.ContainsFunc(anchors, func(b image.Point) bool { return from(a, b, 1) }) {
			alike++
		}
	}
	if down == 0 || alike < fewest-1 || 2*alike < len(anchors) {
		return anchors
	}
	inPitch := func(at image.Point) bool {
		return slices.ContainsFunc(anchors, func(b image.Point) bool {
			n := int(math.Round(float64(at.Y-b.Y) / float64(down)))
			return n != 0 && abs(n) <= most && from(b, at, n)
		})
	}
	for grown := true; grown; {
		grown = false
		for _, a := range atoms {
			at := slices.IndexFunc(parts, func(p offset) bool { return a.label && p.label && p.key == a.key })
			if at < 0 {
				continue
			}
			anchor := a.at().Sub(parts[at].by)
			near := func(b image.Point) bool { return abs(b.X-anchor.X) < v.inches(0.5) && 2*abs(b.Y-anchor.Y) < down }
			outside := func(p offset) bool { return !anchor.Add(p.by).In(v.bounds()) }
			if !slices.ContainsFunc(parts, outside) && inPitch(anchor) && !slices.ContainsFunc(anchors, near) {
				anchors, grown = append(anchors, anchor), true
			}
		}
	}
	return anchors
}

// withinRows reports whether a record fits in one row of a table: from its first label to its last
// and as far as it is to the next record. Where lines are drawn to write on, it takes several.
func withinRows(t layout.Table, tall, down int) bool {
	const (
		small  = 0.5 // of a row's height: there is room for writing besides
		beside = 1.5 // rows to the next record, if no record was missed
	)
	row := float64(t.Row(t.Rows() / 2).Dy())
	return float64(tall) < small*row || float64(tall) < row && down > 0 && float64(down) < beside*row
}

// inEachRow adds records to rows of a table that have none, where the others are alike: in such
// a row no label could be read.
func inEachRow(t layout.Table, anchors []image.Point, off int) []image.Point {
	const unlike = 0.15 // of the height of a row
	rowOf := func(p image.Point) int {
		for row := range t.Rows() {
			if p.In(t.Row(row)) {
				return row
			}
		}
		return -1
	}
	var usual []image.Point // the records of a row, from its corner
	height := 0
	has := map[int]bool{}
	for _, a := range anchors {
		row := rowOf(a)
		if row < 0 {
			return anchors
		}
		has[row] = true
		in := a.Sub(t.Row(row).Min)
		height = max(height, t.Row(row).Dy())
		if !slices.ContainsFunc(usual, func(u image.Point) bool { return abs(u.X-in.X) <= 2*off && abs(u.Y-in.Y) <= off }) {
			usual = append(usual, in)
		}
	}
	if len(usual)*len(has) > 2*len(anchors) { // records that do not stand alike in the rows
		return anchors
	}
	for row := range t.Rows() {
		if r := t.Row(row); !has[row] && math.Abs(float64(r.Dy()-height)) <= unlike*float64(height) {
			for _, u := range usual {
				at := r.Min.Add(u)
				near := func(a image.Point) bool { return abs(a.X-at.X) <= 2*off && 2*abs(a.Y-at.Y) < height }
				if !slices.ContainsFunc(anchors, near) { // as that of a label on the border of two rows
					anchors = append(anchors, at)
				}
			}
		}
	}
	return anchors
}

// printedPart is print of a record: where it is from its anchor.
type printedPart struct {
	text  string
	label bool
	box   image.Rectangle
}

// recordsOf lays the slots of the records beside, above or below their labels.
func (v *view) recordsOf(atoms []atom, anchors []image.Point, parts []offset) *records {
	printed := partsOf(atoms, anchors, parts)
	var labels []printedPart
	var texts []string
	for _, p := range printed {
		if p.label {
			labels, texts = append(labels, p), append(texts, p.text)
		}
	}
	meanings, score, _ := heading.Weigh(texts)
	r := &records{columns: columnsOf(texts, meanings), score: score}
	for i := 1; i < len(r.columns); i++ {
		if abbreviated(texts[i]) && slices.Contains(r.columns[i-1].Fields, Street) {
			r.columns[i].Fields = nil // the number of the house
		}
	}
	if f := (form{columns: r.columns}); score < sureHeadings || !f.forSigners() {
		return nil
	}
	sheet := recordSheet{v: v, anchors: anchors, printed: printed, labels: labels,
		pitch: pitchOfLabels(labels, printed, anchors, v.inches(labelOff), v.inches(0.5))}
	slices.SortFunc(sheet.anchors, func(a, b image.Point) int {
		if abs(a.Y-b.Y) > v.inches(labelOff) {
			return cmp.Compare(a.Y, b.Y)
		}
		return cmp.Compare(a.X, b.X)
	})
	sheet.ink = v.withoutRules().Clone()
	for _, anchor := range anchors {
		for _, p := range printed {
			sheet.ink.Clear(p.box.Add(anchor).Inset(-v.inches(printEdge)))
		}
	}
	sheet.strays = straysOf(atoms, anchors, printed)
	r.strays = sheet.strays
	plain := sheet // what nobody compares is mostly dates, too short to say where people write
	plain.labels = slices.DeleteFunc(slices.Clone(labels), func(l printedPart) bool { return !asks(l.text) })
	side, ok := plain.side()
	if !ok {
		return nil
	}
	for _, anchor := range sheet.anchors {
		var one record
		for _, p := range printed {
			one.box = one.box.Union(p.box.Add(anchor))
			r.print = append(r.print, p.box.Add(anchor))
		}
		for _, l := range labels {
			slot := sheet.slot(anchor, l, side)
			one.slots = append(one.slots, slot)
			one.box = one.box.Union(slot)
		}
		r.all = append(r.all, one)
	}
	r.shifted = overlapping(r.all)
	return r
}

// overlapping reports whether two records share much of their height: one of them is none.
func overlapping(all []record) bool {
	const much = 0.4
	for i, a := range all {
		for _, b := range all[:i] {
			both := a.box.Intersect(b.box)
			if 2*both.Dx() > min(a.box.Dx(), b.box.Dx()) && float64(both.Dy()) > much*float64(min(a.box.Dy(), b.box.Dy())) {
				return true
			}
		}
	}
	return false
}

// straysOf are the labels of a name or a signature that stand by themselves and belong to no
// record: a record may be there that is unlike the others.
func straysOf(atoms []atom, anchors []image.Point, printed []printedPart) (strays []image.Rectangle) {
	const word = 4 // letters
	for i, a := range atoms {
		asked := Field(a.key)
		who := asked == Name || asked == Family || asked == Signature
		if letters, _ := lettersAndDigits(a.text); !a.label || !who || letters < word {
			continue
		}
		follows := i > 0 && abs(middle(atoms[i-1].box).Y-middle(a.box).Y) < a.box.Dy()/2 &&
			a.box.Min.X-atoms[i-1].box.Max.X < a.box.Dy()
		known := slices.ContainsFunc(anchors, func(anchor image.Point) bool {
			return slices.ContainsFunc(printed, func(p printedPart) bool { return p.box.Add(anchor).Overlaps(a.box) })
		})
		if !follows && !known && !leads(atoms, i) {
			strays = append(strays, a.box)
		}
	}
	return strays
}

// leads reports whether a label is the beginning of a sentence: two words as high follow it as
// close as words do.
func leads(atoms []atom, at int) bool {
	const words = 2
	for n := range words {
		if at+n+1 >= len(atoms) {
			return false
		}
		a, next := atoms[at+n].box, atoms[at+n+1].box
		high, low := max(a.Dy(), next.Dy()), min(a.Dy(), next.Dy())
		if next.Min.X < a.Max.X || next.Min.X-a.Max.X > low || 2*high > 3*low || abs(middle(a).Y-middle(next).Y) > low/2 {
			return false
		}
	}
	return true
}

// partsOf is the print of a record at its usual place, in reading order: labels with the words
// that follow close by.
func partsOf(atoms []atom, anchors []image.Point, offsets []offset) []printedPart {
	var parts []printedPart
	for _, o := range offsets {
		var xs, ys, ws, hs []int
		text := ""
		for i, n := range o.seen {
			box := atoms[n].box.Sub(anchors[i])
			xs, ys, ws, hs = append(xs, box.Min.X), append(ys, box.Min.Y), append(ws, box.Dx()), append(hs, box.Dy())
			if o.label && !atoms[n].label {
				continue // misread there
			}
			if len(atoms[n].text) > len(text) || len(atoms[n].text) == len(text) && atoms[n].text < text {
				text = atoms[n].text
			}
		}
		at := image.Pt(median(xs), median(ys))
		parts = append(parts, printedPart{text, o.label, image.Rectangle{Min: at, Max: at.Add(image.Pt(median(ws), median(hs)))}})
	}
	slices.SortFunc(parts, func(a, b printedPart) int {
		if dy := middle(a.box).Y - middle(b.box).Y; abs(dy) > max(a.box.Dy(), b.box.Dy())/2 {
			return dy
		}
		return a.box.Min.X - b.box.Min.X
	})
	var out []printedPart
	for _, p := range parts {
		if n := len(out); n > 0 && !p.label && out[n-1].label {
			last := &out[n-1]
			beside := abs(middle(last.box).Y-middle(p.box).Y) < last.box.Dy()/2
			if gap := p.box.Min.X - last.box.Max.X; beside && gap < last.box.Dy() {
				last.text, last.box = last.text+" "+p.text, last.box.Union(p.box)
				continue
			}
		}
		if n := len(out); n > 0 && p.label && !out[n-1].label {
			// The last word of a title or of a sentence asks for nothing.
			last := out[n-1].box
			beside := abs(middle(last).Y-middle(p.box).Y) < last.Dy()/2
			p.label = !beside || p.box.Min.X-last.Max.X > last.Dy()
		}
		out = append(out, p)
	}
	return out
}
