package extract

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"maps"
	"slices"
	"strings"
	"unicode"

	"countersign/extract/ink"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// The account of a page: every piece of handwriting belongs to one filed row, to
// something that the page names, such as a blank beside a printed label, or to
// an open point. What is left once rows, rules, print and dirt are taken away becomes
// open points, each with its place.

// What an account leaves open. Those that ingest finds have kinds of their own.
const (
	WritingOutside OpenKind = "writing-outside" // handwriting that was filed as no line
	ColumnsUnknown OpenKind = "columns-unknown" // a table of which nobody could tell what its columns hold
	Unread         OpenKind = "unread"          // a page with handwriting on which no table was understood
)

// Lengths in inches, and shares.
const (
	smallestMark = 0.16 // longer side of a word of a few letters; ticks and specks are smaller
	paperEdge    = 0.12 // where shadows, holes and the scanner's bed are
	wordGap      = 0.1  // between the letters and words of one mark
	placeGap     = 0.3  // between marks that are one place to look at
	solid        = 0.5  // share of its box that a hole or a logo fills, and no handwriting
	thick        = 0.12 // the shorter side from which on such a piece is no letter
	longestTick  = 0.25 // beside a line
	beyondMark   = 0.05 // by which a printed line is longer than what is written on it
	longestBlank = 5    // a printed line to write on; folds and frames are longer
	mostOpen     = 12   // places of a page; with more, the page as a whole is to be looked at
)

// PrintLiker is what a Recognizer of cells may also be: one that says how
// probably each picture shows print and no handwriting.
type PrintLiker interface {
	PrintLike(cells []Cell) []float64
}

// mark is ink that stands together, such as a word.
type mark struct {
	box  image.Rectangle
	look float64 // how much it looks like print, 0 until asked
}

// account adds to the sheet what of the page's ink is in no filed row and is no
// print. The tables are those of signers, if the page has any.
func (x Extractor) account(ctx context.Context, sheet *Sheet, r reading, tables []*cells) error {
	v := r.view
	left := slices.DeleteFunc(v.marks(v.unfiled(tables, r.records)), func(m mark) bool {
		printed := func(r image.Rectangle) bool { return middle(m.box).In(r) }
		return slices.ContainsFunc(r.marks, printed) || r.readAsHeading(m.box, tables) ||
			anyTable(tables, func(c *cells) bool { return c.besides(m.box) })
	})
	left, err := x.withoutPrint(ctx, r, left)
	if err != nil {
		return err
	}
	left = slices.DeleteFunc(left, func(m mark) bool { return v.named(m, r, tables) })
	for _, c := range tables {
		within := func(m mark) bool { return middle(m.box).In(c.form.table.Bounds()) }
		if (c.form.score < sureHeadings && !c.form.byRoll || c.form.twice && !c.form.told) && (len(c.filed) > 0 || slices.ContainsFunc(left, within)) {
			sheet.open(ColumnsUnknown, v, c.form.table.Bounds(),
				"The headings of the table could not be read: see which column is which, and that each line is read as it should be.")
		}
	}
	if r.records != nil {
		for _, place := range r.records.strays {
			sheet.open(WritingOutside, v, place, "A label is printed here that belongs to none of the lines that were found: see whether somebody signed there.")
		}
	}
	sheet.Imprint = imprintOf(v, tables)
	places := joined(left, v.inches(placeGap))
	switch {
	case len(places) == 0:
	case len(tables) == 0 && r.records == nil && sheet.Kind != CoverOf && sheet.Kind != Blank, len(places) > mostOpen:
		var all image.Rectangle
		for _, p := range places {
			all = all.Union(p)
		}
		sheet.open(Unread, v, all, "The page has handwriting that was not understood: see whether it has lines to count, and add them.")
	default:
		for _, p := range places {
			sheet.open(WritingOutside, v, p, fmt.Sprintf("Handwriting %s was not filed as a line.", whereabouts(p, tables)))
		}
	}
	if slices.ContainsFunc(places, func(p image.Rectangle) bool {
		return anyTable(tables, func(c *cells) bool { return c.amongLines(p) })
	}) {
		sheet.doubtLines()
	}
	if r.records != nil {
		r.records.doubtBeside(places, sheet.Rows)
	}
	return nil
}

// readAsHeading reports whether a mark is of the print that was read where the headings are.
func (r reading) readAsHeading(box image.Rectangle, tables []*cells) bool {
	const (
		readable = 0.4  // confidence of a word
		around   = 0.03 // inch around the box of a word that is the word's as well
	)
	return anyTable(tables, func(c *cells) bool { return middle(box).In(c.form.head) }) &&
		slices.ContainsFunc(r.words, func(w tesseract.Word) bool {
			return w.Confidence >= readable && middle(box).In(w.Box.Inset(-r.view.inches(around)))
		})
}

// amongLines reports whether a place is between the first and the last filed line of a table,
// and not beside it.
func (c *cells) amongLines(place image.Rectangle) bool {
	if len(c.filed) == 0 {
		return false
	}
	rows := slices.Sorted(maps.Keys(c.filed))
	at, lines := middle(place), c.form.table.Lines
	inside := at.X > c.form.table.Left && at.X < c.form.table.Right
	below := float64(at.Y) > lines[rows[0]].At(at.X)
	return inside && below && float64(at.Y) < lines[rows[len(rows)-1]+1].At(at.X)
}

// doubtLines takes back who signed and who was struck out, where writing between the lines
// shows that the lines may not be where they were found.
func (s *Sheet) doubtLines() {
	for i := range s.Rows {
		s.Rows[i].doubt()
	}
}

// doubt takes back whether a line is signed and whether it is struck out.
func (r *Row) doubt() { r.Signed, r.Struck = SignedUnsure, false }

func anyTable(tables []*cells, is func(*cells) bool) bool { return slices.ContainsFunc(tables, is) }

// AddOpen adds an open point of the page as a whole, once.
func (s *Sheet) AddOpen(o Open) {
	if !slices.ContainsFunc(s.Open, func(known Open) bool { return known.Kind == o.Kind && known.Text == o.Text }) {
		s.Open = append(s.Open, o)
	}
	s.note(o.Text)
}

// open adds an open point at a place of the view.
func (s *Sheet) open(kind OpenKind, v *view, place image.Rectangle, text string) {
	const margin = 0.05 // inch shown around the place
	place = place.Inset(-v.inches(margin)).Intersect(v.bounds())
	s.Open = append(s.Open, Open{
		Kind: kind, Text: text,
		Box: v.turned.Delivered(v.full(place)), Upright: v.imprinted(place),
	})
	s.note(text) // pages and workbooks show the notes
}

// whereabouts says in words where a place is.
func whereabouts(p image.Rectangle, tables []*cells) string {
	if len(tables) == 0 {
		return "on the page"
	}
	var t image.Rectangle
	at := middle(p)
	for _, c := range tables {
		t = t.Union(c.form.table.Bounds()).Union(c.form.head)
	}
	switch {
	case at.Y < t.Min.Y:
		return "above the table"
	case at.Y > t.Max.Y:
		return "below the table"
	case at.X < t.Min.X || at.X > t.Max.X:
		return "beside the table"
	}
	return "in the table"
}

// unfiled is the ink that belongs to none of the filed rows, less dirt, rules and the
// words of a text layer.
func (v *view) unfiled(tables []*cells, records *composed) (left []image.Rectangle) {
	const (
		speck     = 0.04 // inch: the longer side of dirt
		rulePiece = 0.12 // inch: the longer side of a piece of a rule; shorter ones may be hyphens
		ruleThin  = 0.02 // inch: its shorter side
	)
	paper := v.bounds().Inset(v.inches(paperEdge))
	for i, p := range v.components().List {
		w, h := p.Box.Dx(), p.Box.Dy()
		switch {
		case p.Area <= 6, max(w, h) < v.inches(speck):
		case !middle(p.Box).In(paper), max(w, h) > v.inches(4):
		case !p.Box.In(paper) && max(w, h) > v.inches(1): // a shadow along the edge
		case !p.Box.In(v.bounds().Inset(1)) && max(w, h) > 4*min(w, h): // of a tear, that runs off the page
		case min(w, h) >= v.inches(thick) && float64(p.Area) > solid*float64(w*h) && !v.ragged(i):
		case max(w, h) > v.inches(rulePiece) && (min(w, h) <= v.inches(ruleThin) || max(w, h) > 15*min(w, h)):
		case v.frames(i):
		case v.dark(p.Box) && !v.ragged(i), v.typed(p.Box):
		case records != nil && (records.printed(p.Box) || records.holds(p.Box)):
		case anyTable(tables, func(c *cells) bool { return c.accounts(p.Box) }):
		default:
			left = append(left, p.Box)
		}
	}
	for _, c := range tables {
		for row := c.form.first; row < c.form.table.Rows(); row++ {
			if !c.filed[row] && !c.heads[row] {
				left = append(left, c.unknownInk(row)...)
			}
		}
	}
	return left
}

// frames reports whether a piece is a frame or a box to tick: nearly all its ink
// is along its sides.
func (v *view) frames(piece int) bool {
	const (
		side     = 0.02 // inch along the outline that its sides take
		smallest = 0.1  // inch: the shorter side of a box to tick
	)
	all := v.components()
	box := all.List[piece].Box
	along := max(2, v.inches(side)) + max(box.Dx(), box.Dy())/30
	inside := box.Inset(along)
	if inside.Empty() || min(box.Dx(), box.Dy()) < v.inches(smallest) {
		return false
	}
	n := 0
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		for s := range all.Spans(y, inside.Min.X, inside.Max.X) {
			if s.Label == int32(piece+1) {
				n += int(s.To - s.From)
			}
		}
	}
	return 20*n < all.List[piece].Area
}

// ragged reports whether the outline of a small piece goes up and down as that of a dense scribble
// does: of a hole or a seal it goes up once and down once.
func (v *view) ragged(piece int) bool {
	const (
		longest = 0.8 // inches: logos are larger
		// Of the way up and down that a shape without dents takes. Of holes and bold letters it
		// was 0.6 at most, of scribbles 0.9 and more.
		often = 0.75
	)
	all := v.components()
	box := all.List[piece].Box
	if max(box.Dx(), box.Dy()) > v.inches(longest) {
		return false
	}
	tops, feet := make([]int, box.Dx()), make([]int, box.Dx()) // of its columns of pixels
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for s := range all.Spans(y, box.Min.X, box.Max.X) {
			for x := int(s.From) - box.Min.X; s.Label == int32(piece+1) && x < int(s.To)-box.Min.X; x++ {
				if feet[x] == 0 {
					tops[x] = y
				}
				feet[x] = y + 1
			}
		}
	}
	way := 0
	for x := 1; x < len(tops); x++ {
		way += max(0, abs(tops[x]-tops[x-1])-1) + max(0, abs(feet[x]-feet[x-1])-1) // the scan's own steps
	}
	return float64(way) > often*2*float64(box.Dy())
}

// dark reports whether a piece is the edge of something that is dark inside: a
// hole or a seal, of which only the edge is ink to the view. A dense scribble is as
// dark inside, with strokes of ink there.
func (v *view) dark(box image.Rectangle) bool {
	// Of the inside of drawn holes 5 to 8 % was ink, of dense writing 16 % and more.
	const mostInk = 0.12
	const mostPaper = 0.02 // share of the inside as bright as paper; between strokes there is more
	const rim = 0.1        // inch around the piece in which the paper's level is looked for
	if min(box.Dx(), box.Dy()) < v.inches(thick) {
		return false
	}
	inside := box.Inset(min(box.Dx(), box.Dy()) / 4)
	around := box.Inset(-v.inches(rim)).Intersect(v.bounds())
	bright := ink.PaperLevel(v.work, around) * 3 / 4
	if bright < v.paper()/2 {
		return true // within a dark picture
	}
	if ink.PaperLevel(v.work, inside) >= bright {
		return false
	}
	size := float64(inside.Dx() * inside.Dy())
	return float64(v.withoutRules().Ink(inside)) <= mostInk*size ||
		float64(v.brighter(inside, bright)) <= mostPaper*size
}

// paper is the grey of most of the page.
func (v *view) paper() int {
	if v.level == 0 {
		v.level = ink.PaperLevel(v.work, v.bounds())
	}
	return v.level
}

// brighter counts the pixels of a place that are at least so bright.
func (v *view) brighter(place image.Rectangle, level int) (n int) {
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			if int(v.work.GrayAt(x, y).Y) >= level {
				n++
			}
		}
	}
	return n
}

// accounts reports whether ink in the table is a matter of its rows: of one that
// is filed, or of one in which nobody wrote.
func (c *cells) accounts(box image.Rectangle) bool {
	t, at := c.form.table, middle(box)
	row := slices.IndexFunc(t.Lines[1:], func(l layout.Rule) bool { return float64(at.Y) < l.At(at.X) })
	if row < c.form.first || float64(at.Y) < t.Lines[0].At(at.X) {
		return false
	}
	return at.X >= t.Left && at.X <= t.Right // rows that are not filed are looked at cell by cell
}

// besides reports whether a mark at the side of the table belongs to a filed
// line: a tick, or the end of what is written in it.
func (c *cells) besides(box image.Rectangle) bool {
	t, at := c.form.table, middle(box)
	row := slices.IndexFunc(t.Lines[1:], func(l layout.Rule) bool { return float64(at.Y) < l.At(at.X) })
	if !c.filed[row] || float64(at.Y) < t.Lines[0].At(at.X) {
		return false
	}
	near := box.Inset(-c.view.inches(wordGap))
	for _, column := range []int{0, t.Columns() - 1} {
		for number := range 2 {
			if c.pen.Box(row, column, number).Overlaps(near) {
				return true
			}
		}
	}
	return max(box.Dx(), box.Dy()) < c.view.inches(longestTick)
}

// unknownInk is what is written in a row that was not filed: in columns of which
// nobody knows what they hold, or where the row was taken for print.
func (c *cells) unknownInk(row int) []image.Rectangle {
	var out []image.Rectangle
	for column := range c.form.columns {
		out = append(out, c.inkIn(row, column)...)
	}
	return out
}

// inkIn is what is written in a cell, unless it is a row's number.
func (c *cells) inkIn(row, column int) []image.Rectangle {
	asked := c.form.columns[column].Fields
	if len(asked) > 0 && asked[0] == Number {
		return nil
	}
	var out []image.Rectangle
	for number := range max(1, len(asked)) {
		if c.penned(row, column, number) {
			out = append(out, c.pen.Box(row, column, number))
		}
	}
	return out
}

// marks groups ink into marks and drops those too small to be a word.
func (v *view) marks(ink []image.Rectangle) []mark {
	var out []mark
	for _, group := range layout.Words(ink, v.inches(wordGap)) {
		var m mark
		for _, i := range group {
			m.box = m.box.Union(ink[i])
		}
		if max(m.box.Dx(), m.box.Dy()) >= v.inches(smallestMark) {
			out = append(out, m)
		}
	}
	return out
}

// withoutPrint drops the marks that are print: that look like it to the network
// or, where it is in doubt, that Tesseract reads for certain. The network sees
// little of long lines and takes longest for them, so it is asked about those only that
// Tesseract does not read as a sentence.
func (x Extractor) withoutPrint(ctx context.Context, r reading, marks []mark) ([]mark, error) {
	words := r.words
	marks = r.view.endsApart(marks, words)
	print := func(m mark) bool { return m.printed(words) }
	x.look(r.view, marks, func(m mark) bool { return !m.long() && !m.sentence(words) })
	marks = slices.DeleteFunc(marks, print)
	// Of short lines that were read well the network knows soon what they are.
	x.look(r.view, marks, func(m mark) bool { return m.long() && m.readWell(words) })
	marks = slices.DeleteFunc(marks, print)
	if x.Print != nil {
		// Of other marks no reading makes print.
		unsure := slices.DeleteFunc(slices.Clone(marks), func(m mark) bool { return !m.long() && m.look < perhapsPrint })
		for _, zone := range zones(unsure, r.forms, r.view.inches(1)) {
			more, err := r.view.print(ctx, x.Print, zone.Intersect(r.view.bounds()), tesseract.Sparse)
			if err != nil {
				return nil, err
			}
			words = append(slices.Clone(words), more...)
		}
	}
	marks = r.view.endsApart(marks, words)
	x.look(r.view, marks, func(m mark) bool { return m.long() && m.look == 0 && !m.sentence(words) })
	return slices.DeleteFunc(marks, print), nil
}

// endsApart parts from printed sentences what stands before or after them: a word that
// somebody wrote at the end of the line is no print because the line is.
func (v *view) endsApart(marks []mark, words []tesseract.Word) []mark {
	var out []mark
	for _, m := range marks {
		if !m.sentence(words) {
			out = append(out, m)
			continue
		}
		var in []image.Rectangle
		for _, w := range words {
			if at := w.Box.Intersect(m.box); !at.Empty() && w.Confidence > readWord {
				in = append(in, at)
			}
		}
		read := image.Rectangle{Min: m.box.Max, Max: m.box.Min}
		for _, at := range inLine(in) {
			read.Min.X, read.Max.X = min(read.Min.X, at.Min.X), max(read.Max.X, at.Max.X)
		}
		before, after := m, m
		before.box.Max.X, after.box.Min.X = read.Min.X, read.Max.X
		m.box.Min.X, m.box.Max.X = read.Min.X, read.Max.X
		out = append(out, m)
		for _, end := range []mark{before, after} {
			if end.box.Dx() >= v.inches(smallestMark) {
				end.look = 0
				out = append(out, end)
			}
		}
	}
	return out
}

// inLine is the words of a line less those at its ends that stand higher or lower than the others:
// somebody wrote them, though Tesseract reads them as well.
func inLine(words []image.Rectangle) []image.Rectangle {
	const off = 0.35 // of the line's height, more than a capital or a tail takes
	words = slices.Clone(words)
	slices.SortFunc(words, func(a, b image.Rectangle) int { return a.Min.X - b.Min.X })
	standsOff := func(w image.Rectangle, others []image.Rectangle) bool {
		line := others[0]
		for _, o := range others {
			line = line.Union(o)
		}
		most := off * float64(line.Dy())
		return float64(line.Min.Y-w.Min.Y) > most || float64(w.Max.Y-line.Max.Y) > most
	}
	for len(words) > sentence && standsOff(words[len(words)-1], words[:len(words)-1]) {
		words = words[:len(words)-1]
	}
	for len(words) > sentence && standsOff(words[0], words[1:]) {
		words = words[1:]
	}
	return words
}

// readWord is the confidence from which on Tesseract did read a word.
const readWord = 0.6

// long reports whether a mark is as long as a line of several words.
func (m mark) long() bool { return m.box.Dx() > 8*m.box.Dy() }

// readWell reports whether a mark was read from end to end, be it two words.
func (m mark) readWell(words []tesseract.Word) bool {
	const well = 0.85
	read, _ := confidence(m.box, words)
	return read >= well
}

// sentence reports whether a mark was read as a line of words, whatever it looks like.
func (m mark) sentence(words []tesseract.Word) bool {
	const likely = 0.7 // confidence over the mark's length: some of its words may be misread
	if !m.long() {
		return false
	}
	read, n := confidence(m.box, words)
	return n >= sentence && read >= likely
}

// printed reports whether a mark is print by its looks and by what was read.
func (m mark) printed(words []tesseract.Word) bool {
	if m.look >= surelyPrint || m.sentence(words) {
		return true
	}
	read, _ := confidence(m.box, words)
	return m.look >= perhapsPrint && read >= readWord
}

// zones are the parts of a page in which marks are left that may be print after
// all: above the table and below it, and apart where there is much between them. Print is read
// better with what stands around it.
func zones(marks []mark, forms []form, around int) []image.Rectangle {
	var table image.Rectangle
	for _, f := range forms {
		table = table.Union(f.table.Bounds())
	}
	marks = slices.DeleteFunc(slices.Clone(marks), func(m mark) bool {
		at := middle(m.box).Y
		return !table.Empty() && at >= table.Min.Y && at <= table.Max.Y
	})
	slices.SortFunc(marks, func(a, b mark) int { return a.box.Min.Y - b.box.Min.Y })
	var out []image.Rectangle
	for _, m := range marks {
		if n := len(out) - 1; n >= 0 {
			far := m.box.Min.Y-out[n].Max.Y > around
			between := !table.Empty() && out[n].Max.Y < table.Min.Y && m.box.Min.Y > table.Max.Y
			if !far && !between {
				out[n] = out[n].Union(m.box)
				continue
			}
		}
		out = append(out, m.box)
	}
	for i := range out {
		out[i] = out[i].Inset(-around / 4)
	}
	return out
}

// What the network says of words in print and of words in a hand: on drawn
// sheets 0.48 and more, and 0.07 and less. Tesseract alone cannot tell, since it
// reads a neat hand with confidence.
const (
	surelyPrint  = 0.35
	perhapsPrint = 0.1 // where Tesseract read it as well
	sentence     = 3   // words that Tesseract reads in a row where they are print: of long lines the network sees little
)

// look asks the recognizer of cells how much each of some marks looks like print;
// without one that can tell, what Tesseract read is print.
func (x Extractor) look(v *view, marks []mark, asked func(mark) bool) {
	const margin = 0.03 // inch of paper around a piece
	judge, ok := x.Cells.(PrintLiker)
	var pictures []Cell
	var at []int // for each picture, its mark
	for i, m := range marks {
		switch {
		case !asked(m):
		case !ok:
			marks[i].look = perhapsPrint
		default:
			for _, piece := range m.pieces() {
				g, _ := v.unruled(piece.Inset(-v.inches(margin)))
				pictures, at = append(pictures, Cell{Image: g, Field: Name}), append(at, i)
			}
		}
	}
	if len(pictures) == 0 {
		return
	}
	looks := make([][]float64, len(marks)) // of the whole mark, then of its pieces
	for n, look := range judge.PrintLike(pictures) {
		looks[at[n]] = append(looks[at[n]], look)
	}
	for i, all := range looks {
		if len(all) > 0 {
			marks[i].look = lookOfPieces(all)
		}
	}
}

// pieces are the mark and, of a line, its pieces as long as a word or two, which the
// network sees best.
func (m mark) pieces() []image.Rectangle {
	out := []image.Rectangle{m.box}
	if !m.long() {
		return out
	}
	n := m.box.Dx() / (6 * max(1, m.box.Dy()))
	for i := range n {
		piece := m.box
		piece.Min.X, piece.Max.X = m.box.Min.X+m.box.Dx()*i/n, m.box.Min.X+m.box.Dx()*(i+1)/n
		out = append(out, piece)
	}
	return out
}

// lookOfPieces is how a mark looks as a whole or, if that is more like print, in pieces:
// as the least of them where any is surely no print, such as a name that was written
// into a line.
func lookOfPieces(looks []float64) float64 {
	whole, pieces := looks[0], looks[1:]
	if len(pieces) == 0 || slices.Min(pieces) < perhapsPrint {
		return whole
	}
	sum := 0.0
	for _, p := range pieces {
		sum += p
	}
	return max(whole, sum/float64(len(pieces)))
}

// confidence is how surely a mark was read as words, and as how many: their
// confidence by the share of the mark that they cover. Words of one letter are often
// the traces of something else.
func confidence(box image.Rectangle, words []tesseract.Word) (sure float64, n int) {
	best := map[image.Rectangle]float64{}
	for _, w := range words {
		signs := 0
		for _, r := range w.Text {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				signs++
			}
		}
		in := w.Box.Intersect(box)
		if !in.Empty() && (signs > 1 || signs == 1 && w.Box.Dx() < 2*w.Box.Dy()) {
			best[in] = max(best[in], w.Confidence)
		}
	}
	sum := 0.0
	for in, c := range best {
		sum += c * float64(in.Dx())
		if c > readWord && in.Dx() > box.Dy() {
			n++
		}
	}
	return min(1, sum/float64(max(1, box.Dx()))), n
}

// named reports whether a mark fills in a blank that the page itself names: it
// stands on a printed line outside the table, or on the line of a label that ends in a colon,
// or where an organizer of a cover page signs.
func (v *view) named(m mark, r reading, tables []*cells) bool {
	const (
		around     = 0.2  // inch around the place where an organizer signs that is its as well
		over       = 0.12 // inch between the foot of writing and the line that it stands on
		tableEdge  = 0.1  // inch above and below a table within which lines are the table's
		intoLabel  = 0.05 // inch by which writing runs into the label before it
		afterLabel = 1    // inch from the label to what is written
	)
	for _, o := range r.cover.Organizers {
		if !m.box.Intersect(o.Signature.Inset(-v.inches(around))).Empty() {
			return true
		}
	}
	if anyTable(tables, func(c *cells) bool { return middle(m.box).In(c.form.table.Bounds()) }) {
		return false
	}
	for _, rule := range v.lying {
		at := rule.At(middle(m.box).X)
		under := at > float64(middle(m.box).Y) && at < float64(m.box.Max.Y)+v.dpi*over
		inTable := anyTable(tables, func(c *cells) bool {
			t := c.form.table.Bounds()
			return at > float64(t.Min.Y)-v.dpi*tableEdge && at < float64(t.Max.Y)+v.dpi*tableEdge
		})
		// The stroke under a signature ends with it.
		beyond := rule.From < m.box.Min.X-v.inches(beyondMark) || rule.To > m.box.Max.X+v.inches(beyondMark)
		if under && !inTable && beyond && rule.Drawn(v.dpi) && rule.To-rule.From < v.inches(longestBlank) && rule.From < m.box.Min.X+m.box.Dx()/3 && rule.To > m.box.Max.X-m.box.Dx()/3 {
			return true
		}
	}
	return slices.ContainsFunc(r.words, func(w tesseract.Word) bool {
		gap := m.box.Min.X - w.Box.Max.X
		beside := middle(w.Box).Y > m.box.Min.Y && middle(w.Box).Y < m.box.Max.Y &&
			gap > -v.inches(intoLabel) && gap < v.inches(afterLabel)
		return beside && strings.HasSuffix(w.Text, ":") && w.Confidence > readWord
	})
}

// joined puts marks that are close into one place.
func joined(marks []mark, gap int) []image.Rectangle {
	var places []image.Rectangle
	for _, m := range marks {
		box := m.box
		for i := 0; i < len(places); {
			if places[i].Inset(-gap).Overlaps(box) {
				box = box.Union(places[i])
				places = slices.Delete(places, i, i+1)
				i = 0
				continue
			}
			i++
		}
		places = append(places, box)
	}
	slices.SortFunc(places, func(a, b image.Rectangle) int {
		return cmp.Or(cmp.Compare(a.Min.Y, b.Min.Y), cmp.Compare(a.Min.X, b.Min.X))
	})
	return places
}
