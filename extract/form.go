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

// form is the signer table of a page: where it is and what it asks for.
type form struct {
	table   layout.Table // with columns
	first   int          // the first row below the headings
	columns []Column
	frame   []layout.Rule   // lying rules around an open table
	head    image.Rectangle // where the headings stand
	score   float64         // how surely the headings are headings, 0 to 1
	weight  float64         // of the headings, to compare readings of them
	exact   bool            // a printed sheet's, whose lines and borders are where they were printed
	combs   []bool          // of its columns, those with a box for each letter
	ticks   []layout.Rule   // the strokes between such boxes
	teaches []Learned       // what pages of the same form may be understood by
	told    bool            // a person says what its columns are
	byRoll  bool            // the roll says it
	inside  bool            // what it asks for is printed in the cells of every row
	twice   bool            // a second row of headings asks for another person
	print   print           // at its head, where the headings are not understood
}

// sureHeadings is the score from which on a row of words is taken for
// headings. Running text stays far below it.
const sureHeadings = 0.5

// clearHeading is the confidence from which on a heading says by itself what it asks
// for, whatever stands beside it.
const clearHeading = 0.9

// findForms looks for the signer tables of a page and their headings. It returns
// none where the page has none, and the printed words that it came across.
func (x Extractor) findForms(ctx context.Context, v *view) ([]form, []tesseract.Word, error) {
	engine := x.Print
	tables := drawnTables(v)
	largest, ruled := layout.Largest(tables)
	if !ruled {
		return some(openForm(ctx, v, engine))
	}
	// Above a table there is room for a title, a sentence and headings; the
	// headings may also be the first rows.
	seen := image.Rect(0, 0, v.bounds().Max.X, v.headFoot(largest))
	words, err := v.print(ctx, engine, seen, tesseract.Sparse)
	if err != nil {
		return nil, nil, err
	}
	var all []form
	for _, t := range tables {
		if t.Rows() < 2 || len(all) == mostTables {
			continue
		}
		if head := headBand(v, t); !head.In(seen) {
			more, err := v.print(ctx, engine, head, tesseract.Sparse)
			if err != nil {
				return nil, nil, err
			}
			words = append(slices.DeleteFunc(words, func(w tesseract.Word) bool { return middle(w.Box).In(head) }), more...)
		}
		forms, err := headed(ctx, v, engine, t, outside(words, tables, t))
		if err != nil {
			return nil, nil, err
		}
		all = append(all, forms...)
	}
	chosen := signerForms(all, v.dpi)
	if len(chosen) > 0 && chosen[0].score >= sureHeadings {
		if len(chosen) == 1 && chosen[0].framed(v) {
			if rows, ok := chosen[0].table.RowsByWriting(chosen[0].first, v.writing(v.bounds()), v.dpi); ok {
				chosen[0].frame, chosen[0].table = frameOf(chosen[0].table), rows
				chosen[0].numberRows(v)
				return chosen, words, nil
			}
			open, more, err := openForm(ctx, v, engine)
			if err != nil {
				return nil, nil, err
			}
			if open != nil && open.table.Rows() > chosen[0].table.Rows() {
				open.frame = frameOf(chosen[0].table)
				return []form{*open}, more, nil
			}
		}
		for i := range chosen {
			chosen[i].twice = chosen[i].headedTwice(words)
			chosen[i].partMerged(v, words)
			chosen[i].teaches = chosen[i].learned()
			chosen[i].numberRows(v)
		}
		return chosen, words, nil
	}
	if f, ok, err := x.recall(ctx, v, tables, words); ok || err != nil {
		f.numberRows(v)
		return []form{f}, words, err
	}
	if len(chosen) > 0 && chosen[0].table.Columns() >= 2 && chosen[0].table.Rows() >= 4 {
		if f, ok, err := x.labelled(ctx, v, chosen[0].table); ok || err != nil {
			f.numberRows(v)
			f.inside = true
			return []form{f}, words, err
		}
		f := chosen[0].partlyRead()
		f.print = printAt(v, f.table, words)
		f.numberRows(v)
		f = x.byRoll(f)
		f.twice = f.ofSomebody(words)
		return []form{f}, words, nil
	}
	// A frame around an open table, or lines that have nothing to do with it.
	f, more, err := openForm(ctx, v, engine)
	if f == nil {
		if t, ok := largest.ColumnsByWriting(v.writing(largest.Bounds()), v.dpi); ok && err == nil {
			return []form{{table: t, columns: make([]Column, t.Columns())}}, append(more, words...), nil
		}
		return nil, append(more, words...), err
	}
	f.frame = frameOf(largest)
	return []form{*f}, more, err
}

// headedTwice reports whether the first row below the headings has headings, too, and asks for
// a name or a signature again: every other row is then somebody else's, such as a witness's.
func (f form) headedTwice(words []tesseract.Word) bool {
	const read = 0.7 // confidence of the words
	if f.first == 0 || f.first >= f.table.Rows() || f.table.Columns() == 0 {
		return false
	}
	in := slices.DeleteFunc(wordsIn(words, f.table.Row(f.first)), func(w tesseract.Word) bool { return w.Confidence < read })
	known, person := 0, false
	for _, text := range byColumn(f.table, lines(in)) {
		if heading.Of(text).Confidence >= clearHeading {
			known++
			person = person || heading.Mentions(text, string(Name)) || heading.Mentions(text, string(Signature))
		}
	}
	return known >= 2 && person
}

// ofSomebody reports whether one of the first rows asks for a person who is no signer: lines
// may then be that person's.
func (f form) ofSomebody(words []tesseract.Word) bool {
	const heads = 3 // rows
	for row := range min(heads, f.table.Rows()) {
		for _, text := range byColumn(f.table, lines(wordsIn(words, f.table.Row(row)))) {
			if heading.OfSomebody(text) {
				return true
			}
		}
	}
	return false
}

// outside leaves out the words that stand in the cells of another table: they
// are no headings of the table below it.
func outside(words []tesseract.Word, tables []layout.Table, t layout.Table) []tesseract.Word {
	return slices.DeleteFunc(slices.Clone(words), func(w tesseract.Word) bool {
		return slices.ContainsFunc(tables, func(o layout.Table) bool {
			own := o.Bounds() == t.Bounds() || t.Bounds().In(o.Bounds())
			return !own && o.Columns() > 1 && middle(w.Box).In(o.Bounds()) && !middle(w.Box).In(t.Bounds())
		})
	})
}

// partlyRead keeps, of headings that are not surely headings as a whole, those
// that are by themselves, if the row has any chance to be one of headings.
func (f form) partlyRead() form {
	if f.score < hopefulHeadings {
		return form{table: f.table, columns: make([]Column, f.table.Columns()), ticks: f.ticks}
	}
	for i, c := range f.columns {
		if heading.Of(c.Heading).Confidence < clearHeading {
			f.columns[i] = Column{Heading: c.Heading}
		}
	}
	return f
}

// mostTables is how many tables of a page are looked at. Real forms have up to
// five; reading the heads of more costs time and finds nothing.
const mostTables = 6

func some(f *form, words []tesseract.Word, err error) ([]form, []tesseract.Word, error) {
	if f == nil {
		return nil, words, err
	}
	return []form{*f}, words, err
}

// headRows is in how many of its first rows a table may have its headings. Above lines alone
// there may be a title between lines, too, and the row that nobody drew. Rows in which most
// borders are missing are titles, or say what a petition asks, and come before the headings.
func (v *view) headRows(t layout.Table) int {
	const most = 6 // such rows
	if t.Columns() == 0 {
		return 3
	}
	titles := 0
	for titles < min(most, t.Rows()-1) && t.Columns() > 2 && 2*v.bordersIn(t, titles) < t.Columns()-1 {
		titles++
	}
	if titles == most {
		titles = 0 // borders that a scan lost
	}
	return titles + 2
}

// bordersIn is how many of the borders between the columns of a table are drawn in a row.
func (v *view) bordersIn(t layout.Table, row int) int {
	const through = 0.5 // of the height of a row, which a border is drawn along
	box, n := t.Row(row), 0
	for _, border := range t.Borders[1 : len(t.Borders)-1] {
		if slices.ContainsFunc(v.standing, func(r layout.Rule) bool {
			over := min(r.To, box.Max.Y) - max(r.From, box.Min.Y)
			off := math.Abs(r.At(middle(box).Y) - border.At(middle(box).Y))
			return float64(over) > through*float64(box.Dy()) && off <= borderOff*v.dpi
		}) {
			n++
		}
	}
	return n
}

// headFoot is where the last row ends in which a table may have its headings.
func (v *view) headFoot(t layout.Table) int {
	return int(t.Lines[min(v.headRows(t), t.Rows())].At((t.Left + t.Right) / 2))
}

// headBand is where the headings of a table may stand.
func headBand(v *view, t layout.Table) image.Rectangle {
	const over = 0.6 // inch over the table
	return image.Rect(t.Left, t.Bounds().Min.Y-v.inches(over), t.Right, v.headFoot(t)).Intersect(v.bounds())
}

// aboveTable is where headings stand right above a table.
func aboveTable(v *view, t layout.Table) image.Rectangle {
	const (
		over = 0.55 // inch over the table
		into = 0.03 // inch of the table: print may touch its first line
	)
	return image.Rect(t.Left, t.Bounds().Min.Y-v.inches(over), t.Right, t.Bounds().Min.Y+v.inches(into))
}

// headed tries what stands above a table and in its first rows as its headings.
// Two records side by side give two forms; a table without headings gives one
// that asks for nothing.
func headed(ctx context.Context, v *view, engine Printer, t layout.Table, words []tesseract.Word) ([]form, error) {
	best := form{table: t}
	for row := -1; row < min(v.headRows(t), t.Rows()-1); row++ {
		f, err := headedBy(ctx, v, engine, t, row, words)
		if err != nil {
			return nil, err
		}
		if f.betterThan(best) {
			best = f
		}
	}
	best, err := readAgain(ctx, v, engine, best)
	if err != nil {
		return nil, err
	}
	if best.score < sureHeadings {
		f, err := headedOnEnd(ctx, v, engine, t)
		if err != nil {
			return nil, err
		}
		if f.score >= sureHeadings {
			best = f
		}
	}
	if v.words == nil {
		best.ticks = v.combsOf(best.table, best.first)
	}
	at := heading.Repeats(best.headings())
	if at == 0 {
		return []form{best}, nil
	}
	return []form{best.part(0, at), best.part(at, len(best.columns))}, nil
}

// betterThan compares two readings of the headings of a table: those that
// surely are headings come first, then those with more of the words of headings.
func (f form) betterThan(other form) bool {
	if sure := f.score >= sureHeadings; sure != (other.score >= sureHeadings) {
		return sure
	}
	return f.weight > other.weight || f.weight == other.weight && f.score > other.score
}

func (f form) headings() []string {
	texts := make([]string, len(f.columns))
	for i, c := range f.columns {
		texts[i] = c.Heading
	}
	return texts
}

// part is the form of some neighbouring columns.
func (f form) part(from, to int) form {
	texts := f.headings()[from:to]
	meanings, score, weight := heading.Weigh(texts)
	f.columns, f.score, f.weight = columnsOf(texts, meanings), score, weight
	f.table = f.table.Part(from, to)
	return f
}

// asks reports whether a column asks for any of the fields.
func (f form) asks(fields ...Field) bool {
	return slices.ContainsFunc(f.columns, func(c Column) bool { return c.asks(fields...) })
}

// asks reports whether the column asks for any of the fields.
func (c Column) asks(fields ...Field) bool {
	return slices.ContainsFunc(c.Fields, func(f Field) bool { return slices.Contains(fields, f) })
}

// rowOf is the row of the table that a line of the sheet is; before is the number of the line
// before the table's first.
func (f form) rowOf(line Row, before int) int { return f.first + line.Number - before - 1 }

// worth says how likely a table is that of signers: by its rows, and by whether it
// asks for a name and a signature. Candidates, committees and witnesses have
// tables, too, but shorter ones or without a place to sign.
func (f form) worth() float64 {
	// What a row counts against one of a table that surely asks for both.
	const (
		unsure   = 0.3 // the headings may be none
		oneAsked = 0.5 // for a name or a signature
		unasked  = 0.1 // for neither
	)
	rows := float64(f.table.Rows() - f.first)
	switch {
	case f.score < sureHeadings:
		return unsure * rows
	case f.forSigners():
		return rows
	case f.asks(Name, Given, Family, MemberID, Signature):
		return oneAsked * rows
	}
	return unasked * rows
}

// forSigners reports whether a table asks who signs and to sign.
func (f form) forSigners() bool { return f.asks(Name, Given, Family, MemberID) && f.asks(Signature) }

// signerForms are the tables of a page that are of signers, in their order: the
// one that is so most likely, those that ask for the same, longer ones with a name and
// a signature, and those without headings that go on with its columns.
func signerForms(all []form, dpi float64) []form {
	if len(all) == 0 {
		return nil
	}
	best := all[0]
	for _, f := range all[1:] {
		if f.worth() > best.worth() {
			best = f
		}
	}
	if best.score < sureHeadings {
		return []form{best}
	}
	var chosen []form
	for _, f := range all {
		common, own := f.table.Bounds().Intersect(best.table.Bounds()), best.table.Bounds()
		frame := f.table.Bounds() != own && 5*common.Dx()*common.Dy() > own.Dx()*own.Dy()
		switch {
		case frame: // around the table, or the edge of the paper
		case f.score >= sureHeadings && (sameFields(f, best) || f.forSigners() && f.table.Rows()-f.first > fewRows):
			chosen = append(chosen, f)
		case f.score < sureHeadings && f.table.SameBorders(best.table, dpi):
			f.columns, f.first, f.score, f.weight = slices.Clone(best.columns), 0, best.score, best.weight
			chosen = append(chosen, f)
		}
	}
	return chosen
}

// sameFields reports whether two forms ask for the same things, in whatever order.
func sameFields(a, b form) bool {
	in := func(f form, other form) bool {
		return !slices.ContainsFunc(f.columns, func(c Column) bool {
			return slices.ContainsFunc(c.Fields, func(g Field) bool { return g != Number && !other.asks(g) })
		})
	}
	return in(a, b) && in(b, a)
}

// readAgain reads headings that were not understood for certain once more,
// each by itself: specks, rules and neighbours lead Tesseract astray on a whole
// region.
func readAgain(ctx context.Context, v *view, engine Printer, f form) (form, error) {
	if v.words != nil || f.head.Empty() {
		return f, nil
	}
	texts := make([]string, len(f.columns))
	again := false
	var c *cells
	for i, column := range f.columns {
		texts[i] = column.Heading
		before := heading.Of(column.Heading).Confidence
		if before > clearHeading {
			continue
		}
		if c == nil {
			c = newCells(v, &f)
		}
		text, err := c.heading(ctx, engine, i)
		if err != nil {
			return f, err
		}
		if heading.Of(text).Confidence > before {
			texts[i], again = text, true
		}
	}
	if again {
		meanings, score, weight := heading.Weigh(texts)
		if g := (form{score: score, weight: weight}); g.betterThan(f) {
			f.columns, f.score, f.weight = columnsOf(texts, meanings), g.score, g.weight
		}
	}
	return f, nil
}

// framed reports whether what was found is but a frame around a table in which
// nothing is drawn: it has rows as high as several lines of writing.
func (f *form) framed(v *view) bool {
	const (
		high      = 1.3 // inch: several lines of writing
		highOfTwo = 1   // inch: the same where there are no more than two rows
	)
	rows := f.table.Rows() - f.first
	for row := f.first; row < f.table.Rows(); row++ {
		if height := f.table.Row(row).Dy(); height > v.inches(high) || rows <= 2 && height > v.inches(highOfTwo) {
			return true
		}
	}
	return false
}

// frameOf is the lines of a frame: the top, the one below the headings and the
// bottom. Others are strokes through rows.
func frameOf(t layout.Table) []layout.Rule {
	return []layout.Rule{t.Lines[0], t.Lines[1], t.Lines[len(t.Lines)-1]}
}

// heading reads one heading by itself: the ink of its cell, or what stands
// above its column.
func (c *cells) heading(ctx context.Context, engine Printer, column int) (string, error) {
	v, f := c.view, c.form
	var g *image.Gray
	dpi := v.page.DPI
	if f.first > 0 {
		g = c.ink.Picture(v.turned.Image, f.first-1, column, 0)
	} else {
		left, right := f.table.Borders[column].At(f.head.Min.Y), f.table.Borders[column+1].At(f.head.Min.Y)
		var scale float64
		g, scale = v.unruled(image.Rect(int(left), f.head.Min.Y, int(right), f.head.Max.Y))
		dpi = v.dpi * scale
	}
	if g == nil {
		return "", nil
	}
	words, err := engine.Words(ctx, framed(g, 12), tesseract.Block, int(dpi))
	return textOf(words), err
}

// drawnTables are the tables that lines or shading show; shading where it shows a
// table with more rows than lines do.
func drawnTables(v *view) []layout.Table {
	ruled := layout.RuledTables(v.lying, v.standing, v.dpi)
	for i, t := range ruled {
		ruled[i] = v.besideMargin(t)
	}
	largest, _ := layout.Largest(ruled)
	if largest.Style == layout.Grid {
		return ruled
	}
	shaded, bands := layout.ShadedTable(v.work, v.dpi)
	if bands && shaded.Rows() > largest.Rows() {
		return []layout.Table{shaded}
	}
	return ruled
}

// besideMargin is a table of lines alone where the one border of a sheet is that of its margin,
// as on a writing pad: nobody writes left of it.
func (v *view) besideMargin(t layout.Table) layout.Table {
	const (
		few    = 0.1  // share of the rows that may have a mark there
		border = 0.04 // inch beside the lines around a cell that is theirs
	)
	if t.Columns() != 2 || 3*t.Cell(0, 0).Dx() > t.Row(0).Dx() {
		return t
	}
	marked := 0
	for row := range t.Rows() {
		if len(v.writing(t.Cell(row, 0).Inset(v.inches(border)))) > 0 {
			marked++
		}
	}
	if float64(marked) > few*float64(t.Rows()) {
		return t
	}
	return t.Part(1, 2).WithoutBorders()
}

// headedBy tries the words of a row of a table as its headings: each line of
// them, two and three lines together, and all, with those of the row above it, too.
// Row −1 is the band above the table.
func headedBy(ctx context.Context, v *view, engine Printer, t layout.Table, row int, words []tesseract.Word) (form, error) {
	band := aboveTable(v, t)
	if row >= 0 {
		band = t.Row(row)
	}
	in := wordsIn(words, band)
	best := form{table: t}
	try := func(texts []string, head image.Rectangle) {
		if len(texts) < 2 {
			return
		}
		meanings, score, weight := heading.Weigh(texts)
		f := form{table: t, first: row + 1, columns: columnsOf(texts, meanings), head: head, score: score, weight: weight}
		if f.betterThan(best) {
			best = f
		}
	}
	if t.Columns() == 0 {
		f, _, err := headedFreely(ctx, v, engine, t, row, in)
		return f, err
	}
	rows := lines(in)
	if row >= 0 {
		try(byColumn(t, rows), band)
		if row > 0 {
			above := t.Row(row - 1)
			try(byColumn(t, slices.Concat(lines(wordsIn(words, above)), rows)), above.Union(band))
		}
		return best.orFreely(ctx, v, engine, row, in)
	}
	for i := range rows {
		for from := max(0, i-2); from <= i; from++ {
			if slices.ContainsFunc(rows[from:i+1], func(line []tesseract.Word) bool { return runsOn(line, t) }) {
				continue
			}
			try(byColumn(t, rows[from:i+1]), headOf(v, boxesOf(slices.Concat(rows[from:i+1]...))))
		}
	}
	return best.orFreely(ctx, v, engine, row, in)
}

// orFreely is the form, or one of more columns where its lines have one gap, which may part a
// column of boxes from the rest. Where each side of it has one heading, these are the columns.
func (f form) orFreely(
	ctx context.Context, v *view, engine Printer, row int, in []tesseract.Word,
) (form, error) {
	asksTwo := func(c Column) bool { return len(c.Fields) > 1 }
	parted := f.score >= sureHeadings && f.forSigners() && !slices.ContainsFunc(f.columns, asksTwo)
	if f.table.Style != layout.Underlined || f.table.Columns() != 2 || parted {
		return f, nil
	}
	free, ok, err := headedFreely(ctx, v, engine, f.table, row, in)
	if err != nil || !ok || free.score < sureHeadings || !free.forSigners() || free.table.Columns() <= f.table.Columns() {
		return f, err
	}
	borders := slices.Clone(free.table.Borders)
	gap := f.table.Borders[1]
	borders[nearestTo(borders, gap)] = gap
	free.table = free.table.WithBorders(borders)
	return free, nil
}

// nearestTo is which of the borders between columns is nearest to another one.
func nearestTo(borders []layout.Rule, other layout.Rule) int {
	off := func(b layout.Rule) float64 { return math.Abs(b.At(b.From) - other.At(b.From)) }
	best := 1
	for i, b := range borders[:len(borders)-1] {
		if i > 0 && off(b) < off(borders[best]) {
			best = i
		}
	}
	return best
}

// headedFreely takes words for the headings of columns that nobody drew, and places borders between
// them. It reports false where they are no headings.
func headedFreely(ctx context.Context, v *view, engine Printer, t layout.Table, row int, in []tesseract.Word) (form, bool, error) {
	none := form{table: t}
	h, ok := bestHeadings(in)
	if !ok || h.score < hopefulHeadings {
		return none, false, nil
	}
	h, err := v.completed(ctx, engine, h)
	if err != nil {
		return none, false, err
	}
	if row >= 0 {
		t = t.Beheaded(row, headOf(v, h.boxes()).Max.Y)
	}
	borders := layout.BordersUnder(h.boxes(), v.writing(t.Bounds()), t.Bounds())
	return form{
		table: t.WithBorders(borders), first: row + 1,
		columns: h.columns(), head: headOf(v, h.boxes()), score: h.score, weight: h.weight,
	}, true, nil
}

// runsOn reports whether a line is a sentence above the table and no headings: it runs on
// over the borders of columns with no more room between its words than a blank takes.
func runsOn(line []tesseract.Word, t layout.Table) bool {
	const (
		blank = 0.7 // of the height of the words
		most  = 2   // borders that two narrow headings may leave no room at
	)
	across := 0
	words := slices.Clone(line)
	slices.SortFunc(words, func(a, b tesseract.Word) int { return a.Box.Min.X - b.Box.Min.X })
	for i, w := range words[:max(0, len(words)-1)] {
		next := words[i+1]
		gap := float64(next.Box.Min.X - w.Box.Max.X)
		if gap < blank*float64(max(w.Box.Dy(), next.Box.Dy())) && columnAt(t, w.Box) != columnAt(t, next.Box) {
			across++
		}
	}
	return across > most || across > 0 && across == t.Columns()-1
}

// columnAt is the column of a table that the middle of a word is in, -1 for none.
func columnAt(t layout.Table, box image.Rectangle) int {
	at := middle(box)
	return slices.IndexFunc(t.Borders[1:], func(b layout.Rule) bool { return float64(at.X) < b.At(at.Y) })
}

// wordsIn are the words whose middle is in a band, but for traces of rules.
func wordsIn(words []tesseract.Word, band image.Rectangle) []tesseract.Word {
	return slices.DeleteFunc(slices.Clone(words), func(w tesseract.Word) bool { return !middle(w.Box).In(band) || !legible(w.Text) })
}

// headOf is the box around headings with the room a line of print needs.
func headOf(v *view, boxes []image.Rectangle) image.Rectangle {
	const room = 0.03 // inch around print
	var all image.Rectangle
	for _, b := range boxes {
		all = all.Union(b)
	}
	return all.Inset(-v.inches(room))
}

// byColumn joins the words of each column.
func byColumn(t layout.Table, rows [][]tesseract.Word) []string {
	texts := make([]string, t.Columns())
	for _, row := range rows {
		for _, w := range row {
			if column := columnAt(t, w.Box); column >= 0 {
				texts[column] = strings.TrimSpace(texts[column] + " " + w.Text)
			}
		}
	}
	return texts
}

// openForm looks for headings anywhere on the page and takes the lines below
// them for rows.
func openForm(ctx context.Context, v *view, engine Printer) (*form, []tesseract.Word, error) {
	words, err := v.print(ctx, engine, v.bounds(), tesseract.Page)
	if err != nil {
		return nil, nil, err
	}
	h, _ := bestHeadings(words)
	if h.score < sureHeadings && v.words == nil && v.passedOver(words) {
		// Frames and grey bands make Tesseract skip what it takes for a picture.
		more, err := v.print(ctx, engine, v.bounds(), tesseract.Sparse)
		if err != nil {
			return nil, nil, err
		}
		if again, _ := bestHeadings(more); again.score > h.score {
			h = again
		}
	}
	if h.score < hopefulHeadings {
		return nil, words, nil
	}
	if h, err = v.completed(ctx, engine, h); err != nil || h.score < sureHeadings {
		return nil, words, err
	}
	t, ok := layout.OpenTable(h.boxes(), v.writing(v.bounds()), v.dpi)
	if !ok {
		return nil, words, nil
	}
	columns := h.columns()
	stacks := func(c Column) bool { return len(c.Fields) == 2 }
	if slices.ContainsFunc(columns, stacks) && !slices.ContainsFunc(columns, func(c Column) bool { return !stacks(c) }) {
		t = t.Paired(1) // each row takes two lines of writing
	}
	return &form{table: t, first: 1, columns: columns, head: headOf(v, h.boxes()), score: h.score}, words, nil
}

// passedOver reports whether reading a page left out what may be headings: writing side
// by side in one line, with no word where it stands.
func (v *view) passedOver(words []tesseract.Word) bool {
	const (
		fewest = 2   // pieces of writing side by side
		short  = 0.1 // inch: a shorter piece is no heading
	)
	missed := slices.DeleteFunc(v.writing(v.bounds()), func(box image.Rectangle) bool {
		read := 0 // of its length
		for _, w := range words {
			if in := box.Intersect(w.Box); legible(w.Text) && 3*in.Dy() > box.Dy() {
				read += in.Dx()
			}
		}
		return box.Dx() < v.inches(short) || 2*read > box.Dx()
	})
	return slices.ContainsFunc(layout.TextLines(missed), func(line []int) bool { return len(line) >= fewest })
}

// wordEdge is by how many inches ink reaches beyond the box of its word in a text layer.
const wordEdge = 0.015

// typed reports whether ink is that of a word of the page's own text layer.
func (v *view) typed(box image.Rectangle) bool {
	return slices.ContainsFunc(v.words, func(w tesseract.Word) bool {
		return middle(box).In(w.Box.Inset(-v.inches(wordEdge)))
	})
}

// writing is where words stand in a part of the page, printed or written.
func (v *view) writing(r image.Rectangle) []image.Rectangle {
	const (
		speck   = 0.03 // inch: shorter pieces of ink are none of writing
		longest = 4    // inch: longer pieces are rules and frames
		highest = 1    // inch: the same for their height
		gap     = 0.08 // inch within a word
		low     = 0.05 // inch: what is lower is a stroke and no word
	)
	var boxes []image.Rectangle
	for _, w := range v.words {
		if middle(w.Box).In(r) {
			boxes = append(boxes, w.Box)
		}
	}
	var pieces []image.Rectangle
	for _, c := range v.components().List {
		long := max(c.Box.Dx(), c.Box.Dy())
		if long >= v.inches(speck) && long < v.inches(longest) && middle(c.Box).In(r) &&
			c.Box.Dy() < v.inches(highest) && !v.typed(c.Box) {
			pieces = append(pieces, c.Box)
		}
	}
	for _, group := range layout.Words(pieces, v.inches(gap)) {
		var box image.Rectangle
		for _, i := range group {
			box = box.Union(pieces[i])
		}
		if box.Dy() >= v.inches(low) {
			boxes = append(boxes, box)
		}
	}
	return boxes
}
