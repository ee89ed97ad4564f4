package extract

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"countersign/extract/heading"
	"countersign/extract/ink"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
	"countersign/ingest"
)

// fill reads the rows of the signer tables into the sheet, and gives the tables
// with their ink.
func (x Extractor) fill(ctx context.Context, sheet *Sheet, r reading) ([]*cells, error) {
	if r.records != nil {
		sheet.Columns = r.records.form.columns
		c, err := x.fillFrom(ctx, sheet, reading{view: r.records.view}, &r.records.form, 0)
		if err == nil {
			err = r.records.place(sheet.Rows)
		}
		r.records.filed = c.filed
		return nil, err
	}
	var filled []*cells
	number := 0 // of the last row, written in or not
	for i := range r.forms {
		f := &r.forms[i]
		c, err := x.fillFrom(ctx, sheet, r, f, number)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			sheet.Columns, sheet.Head = f.shown(r.view)
		}
		filled = append(filled, c)
		sheet.Learned = append(sheet.Learned, f.teaches...)
		number += f.table.Rows() - f.first
	}
	return filled, nil
}

// fillFrom adds what one form of the page says; number is that of the row before
// its first.
func (x Extractor) fillFrom(ctx context.Context, sheet *Sheet, r reading, f *form, number int) (*cells, error) {
	v := r.view
	cells := newCells(v, f)
	if !f.told && !f.byRoll {
		known := slices.Clone(f.columns)
		named, err := x.nameByShape(ctx, cells)
		if err != nil {
			return nil, err
		}
		if named {
			cells = newCells(v, f) // what a column holds bears on how its ink is taken
		}
		if f.score < sureHeadings {
			if slices.Equal(f.columns[0].Fields, []Field{Number}) {
				known[0] = f.columns[0]
			}
			if sheet.Unheaded, err = x.unheaded(ctx, cells, known); err != nil {
				return nil, err
			}
			sheet.note("The headings could not be read; the columns were named by what is written in them.")
		}
	}
	if f.byRoll {
		sheet.note("The headings could not be read; the columns were named by the members that are found in them.")
	}
	heads, err := x.printedFirst(ctx, r, cells)
	if err != nil {
		return nil, err
	}
	before, blanks := len(sheet.Rows), cells.printedBlanks()
	cells.merged = cells.mergedRows()
	for row := f.first; row < f.table.Rows(); row++ {
		if cells.heads[row] = blanks[row]; blanks[row] || !cells.written(row) || row == f.first && heads {
			continue
		}
		if footer, err := x.footer(ctx, r, cells, row); footer || err != nil {
			if err != nil {
				return nil, err
			}
			continue
		}
		picture, err := cells.picture(row)
		if err != nil {
			return nil, err
		}
		cells.filed[row] = true
		sheet.Rows = append(sheet.Rows, Row{
			Number:  number + row - f.first + 1,
			Box:     v.turned.Delivered(v.full(f.table.Row(row))),
			Fields:  map[Field]Reading{},
			Struck:  cells.ink.Struck(row),
			Picture: picture,
		})
	}
	rows := sheet.Rows[before:]
	if err := x.readFields(ctx, cells, rows, number); err != nil {
		return nil, err
	}
	if rows, err = x.withoutHeadings(ctx, r, cells, rows, number); err != nil {
		return nil, err
	}
	sheet.Rows = append(sheet.Rows[:before], rows...)
	if err := x.signatures(ctx, cells, rows, number); err != nil {
		return nil, err
	}
	if f.noPlaceToSign() {
		cells.signedByWriting(rows, number)
		sheet.note(signInSheet)
	}
	if f.score < sureHeadings && !f.told {
		doubtStruck(rows) // also where the roll names the columns, which does not say whose a stroke is
	}
	for i := range rows {
		if !rows[i].Struck && cells.ink.MayBeStruck(f.rowOf(rows[i], number)) {
			rows[i].doubt()
		}
	}
	if f.twice && !f.told {
		for i := range rows {
			rows[i].doubt()
		}
	}
	for i := range rows {
		if cells.merged[f.rowOf(rows[i], number)] && rows[i].Signed == SignedNo {
			rows[i].doubt() // whoever wrote across the row may have signed there
		}
	}
	return cells, nil
}

// doubtStruck takes back that lines were struck out where it is not known what the columns
// hold: what looks like a stroke may be what people wrote.
func doubtStruck(rows []Row) {
	for i := range rows {
		if rows[i].Struck {
			rows[i].doubt()
		}
	}
}

// note adds a sentence once.
func (s *Sheet) note(text string) {
	if !slices.Contains(s.Notes, text) {
		s.Notes = append(s.Notes, text)
	}
}

// readFields reads what the rows say for each thing the sheet asks.
func (x Extractor) readFields(ctx context.Context, c *cells, rows []Row, number int) error {
	var wanted []item
	var into []int // for each of them, its row
	for i, row := range rows {
		for column, asked := range c.form.columns {
			for n, field := range asked.Fields {
				if field != Signature && field != Number {
					wanted = append(wanted, item{c.form.rowOf(row, number), column, n, field})
					into = append(into, i)
				}
			}
		}
	}
	readings, err := x.items(ctx, c, wanted)
	if err != nil {
		return err
	}
	for i, r := range readings {
		rows[into[i]].Fields[wanted[i].field] = r
	}
	c.form.joinHouses(rows)
	takeDittos(rows)
	c.form.partZIPs(rows)
	c.form.partMemberIDs(rows)
	c.form.townsForStreets(rows)
	dropRowNumbers(rows)
	for _, row := range rows {
		joinName(row.Fields)
	}
	return nil
}

// joinHouses makes one address of the street and the number of the house where each has a column,
// in their order.
func (f form) joinHouses(rows []Row) {
	at, street := f.columnOf(House), f.columnOf(Street)
	if at < 0 {
		return
	}
	for _, row := range rows {
		house, way := row.Fields[House], row.Fields[Street]
		delete(row.Fields, House)
		if house.Text == "" || way.Text == "" {
			continue
		}
		text := house.Text + " " + way.Text
		if at > street {
			text = way.Text + " " + house.Text
		}
		row.Fields[Street] = Reading{Text: text, Confidence: min(house.Confidence, way.Confidence), Engine: way.Engine}
	}
}

// partZIPs takes ZIP codes off the front of places and streets. Where most streets have one,
// others have one too whose house has no number that could be read.
func (f form) partZIPs(rows []Row) {
	most, ofStreet := zipsBeforeStreets(rows), zipOfStreet
	if most {
		ofStreet = zipOfPlace
	}
	for _, row := range rows {
		for _, asked := range f.columns {
			switch {
			case slices.Contains(asked.Fields, CityState):
				partZIP(row.Fields, CityState, zipOfPlace)
			case slices.Contains(asked.Fields, Street) &&
				(most && f.score < sureHeadings || heading.Mentions(asked.Heading, string(ZIP))):
				partZIP(row.Fields, Street, ofStreet)
			}
		}
	}
}

// zipsBeforeStreets reports whether most streets have a ZIP code before them, whatever the
// heading says.
func zipsBeforeStreets(rows []Row) bool {
	const fewest = 3 // rows
	n, with := 0, 0
	for _, row := range rows {
		if street := row.Fields[Street].Text; street != "" {
			n++
			if zipOfStreet.MatchString(street) {
				with++
			}
		}
	}
	return with >= fewest && 2*with > n
}

// townsForStreets takes what most people wrote without any number for their town, where a heading
// such as "Place of residence" may mean either: streets have numbers.
func (f form) townsForStreets(rows []Row) {
	const (
		fewest = 4   // lines
		few    = 0.2 // of the lines, with a number
	)
	may := func(c Column) bool { return c.asks(Street) && ofResidence.MatchString(c.Heading) }
	if !slices.ContainsFunc(f.columns, may) || f.asks(City, CityState, ZIP) {
		return
	}
	n, with := 0, 0
	for _, row := range rows {
		if street := row.Fields[Street]; street.Text != "" && street.Confidence >= hardlyRead {
			n++
			if _, digits := lettersAndDigits(street.Text); digits > 0 {
				with++
			}
		}
	}
	if n < fewest || float64(with) > few*float64(n) {
		return
	}
	for i, column := range f.columns {
		for k, field := range column.Fields {
			if field == Street {
				f.columns[i].Fields[k] = City
			}
		}
	}
	for _, row := range rows {
		if town, read := row.Fields[Street]; read {
			town.Words = nil // a town is not sought in what was seen of the whole cell
			row.Fields[City] = town
			delete(row.Fields, Street)
		}
	}
}

// ofResidence is a heading that may ask for the street or for the town.
var ofResidence = regexp.MustCompile(`(?i)residen|domicil|wohn`)

// seenByWord reports whether what was seen of a reading is known for each of its words.
func (r Reading) seenByWord() bool {
	return len(r.Words) > 0 && len(r.Words) == len(strings.Fields(r.Text))
}

// partMemberIDs takes the number off the end of names where most are written with one and no
// column asks for it: the heading of its column was not read, or there is none.
func (f form) partMemberIDs(rows []Row) {
	const fewest = 3 // rows
	n, with := 0, 0
	for _, row := range rows {
		if name := row.Fields[Name].Text; name != "" {
			n++
			if numberAfterName.MatchString(name) {
				with++
			}
		}
	}
	if f.asks(MemberID) || with < fewest || 2*with <= n {
		return
	}
	for _, row := range rows {
		name := row.Fields[Name]
		found := numberAfterName.FindStringSubmatch(name.Text)
		if found == nil {
			continue
		}
		id := Reading{Text: found[2], Confidence: name.Confidence, Engine: name.Engine}
		if last := len(name.Words) - 1; name.seenByWord() {
			id.Words, name.Words = name.Words[last:], name.Words[:last]
		}
		name.Text, name.Alternatives = found[1], nil
		row.Fields[Name], row.Fields[MemberID] = name, id
	}
}

// numberAfterName is a name with a member number after it: "Ada Lovelace 1308943".
var numberAfterName = regexp.MustCompile(`^(\pL.*\pL\.?)[,;:]? +#?(\d{6,9})$`)

// dropRowNumbers takes printed row numbers off the front of names, where they were not told
// from writing: numbers that count with the rows, in several of them.
func dropRowNumbers(rows []Row) {
	const fewest = 3 // rows that are counted alike
	counted := map[int]int{}
	for _, row := range rows {
		for _, f := range []Field{Name, Given, Family} {
			if m := numberBeforeName.FindStringSubmatch(row.Fields[f].Text); m != nil {
				n, _ := strconv.Atoi(m[1]) // three figures at most
				counted[n-row.Number]++
			}
		}
	}
	most := 0
	for _, n := range counted {
		most = max(most, n)
	}
	if most < fewest {
		return
	}
	for _, row := range rows {
		for _, f := range []Field{Name, Given, Family} {
			name := row.Fields[f]
			m := numberBeforeName.FindStringSubmatch(name.Text)
			if m == nil {
				continue
			}
			if name.seenByWord() {
				name.Words = name.Words[1:]
			}
			name.Text, name.Alternatives = m[2], nil
			row.Fields[f] = name
		}
	}
}

// numberBeforeName is a name with a row number before it: "13. Ada Lovelace".
var numberBeforeName = regexp.MustCompile(`^(\d{1,3})[.)]? +(\pL.*)$`)

// partZIP takes a ZIP code off the front of what was read for a place, unless the sheet
// asks for it elsewhere: "25746 Heide".
func partZIP(fields map[Field]Reading, from Field, first *regexp.Regexp) {
	place := fields[from]
	found := first.FindStringSubmatch(place.Text)
	if _, has := fields[ZIP]; has || found == nil {
		return
	}
	zip := Reading{Text: found[1], Confidence: place.Confidence, Engine: place.Engine}
	switch {
	case SeenWhole(from):
		zip.Words = place.Words
	case place.seenByWord():
		zip.Words, place.Words = place.Words[:1], place.Words[1:]
	}
	place.Text, place.Alternatives = found[2], nil
	fields[from], fields[ZIP] = place, zip
}

// A ZIP code before a street is told from the house's number by another number after it:
// "12809, Feldweg 91".
var (
	zipOfPlace  = regexp.MustCompile(`^(\d{4,5})[.,;:]? +(\pL.*)$`)
	zipOfStreet = regexp.MustCompile(`^(\d{4,5})[.,;:]? +(\pL.*\d.*)$`)
)

// item is one item of one cell, to be read as a field.
type item struct {
	row, column, number int
	field               Field
}

// items reads items of cells, all at once.
func (x Extractor) items(ctx context.Context, c *cells, wanted []item) ([]Reading, error) {
	readings := make([]Reading, len(wanted))
	var pictures []Cell
	var at []place
	for i, w := range wanted {
		text, penned := c.text(w.row, w.column, w.number), c.pen.Written(w.row, w.column, w.number)
		switch {
		case text != "" && !penned:
			readings[i] = Reading{Text: text, Confidence: 1, Engine: "text"}
		case !penned:
			readings[i] = Reading{Confidence: 1}
			if c.view.page.Source == ingest.Text {
				readings[i].Engine = "text"
			}
		default: // of what is typed and written in one cell, the picture shows both
			of := c.pen
			if text != "" {
				of = c.ink
			}
			g := of.Picture(c.view.turned.Image, w.row, w.column, w.number)
			for way, lines := range waysToRead(g, w.field, c.view.page.DPI) {
				for _, line := range lines {
					pictures, at = append(pictures, Cell{line, w.field}), append(at, place{i, way})
				}
			}
		}
	}
	if len(pictures) == 0 {
		return readings, nil
	}
	read, err := x.Cells.Recognize(ctx, pictures)
	for i := 0; i < len(read); i++ {
		r, of := read[i], at[i]
		for ; i+1 < len(read) && at[i+1] == of; i++ {
			r = bothLines(r, read[i+1])
		}
		if of.way == 0 || r.Text != "" && r.Confidence > readings[of.item].Confidence {
			readings[of.item] = r
		}
	}
	return readings, err
}

// place is what a picture shows: an item, read in one of several ways.
type place struct{ item, way int }

// joinName makes one name of first and last names that stand apart.
func joinName(fields map[Field]Reading) {
	given, hasGiven := fields[Given]
	family, hasFamily := fields[Family]
	if _, has := fields[Name]; has || !hasGiven && !hasFamily {
		return
	}
	fields[Name] = Reading{
		Text:       strings.TrimSpace(given.Text + " " + family.Text),
		Confidence: min(given.Confidence, family.Confidence),
		Engine:     family.Engine,
	}
}

// cells is a signer table with the ink in it.
type cells struct {
	view   *view
	form   *form
	ink    *ink.Page
	pen    *ink.Page        // ink less the words of the page's own text layer; of a scan the same
	words  []tesseract.Word // of the text layer, less what the form prints in every row
	filed  map[int]bool     // the rows that are lines of the sheet
	heads  map[int]bool     // the rows below the first that hold headings, or nothing but what the form prints
	merged map[int]bool     // the rows that are one cell where others are several
}

func newCells(v *view, f *form) *cells {
	bits := v.bits.Clone()
	own, folds, rest := partRules(v, f)
	bits.Erase(append(own, folds...), append(v.standingOf(f.table), f.ticks...), v.dpi)
	columns := make([]ink.Column, len(f.columns))
	for i, c := range f.columns {
		columns[i] = ink.Column{
			Items: max(1, len(c.Fields)), Comb: f.exact && f.combs[i],
			Print: len(c.Fields) > 0 && c.Fields[0] != Signature && c.Fields[0] != Number,
			Data:  len(c.Fields) > 0 && slices.Contains(shared, c.Fields[0]),
		}
	}
	c := &cells{view: v, form: f, filed: map[int]bool{}, heads: map[int]bool{}, words: formless(v.words, f.table, columns, v.dpi)}
	if len(v.words) == 0 {
		c.ink = ink.Assign(bits, f.table, rest, columns, v.dpi)
		c.pen = c.ink
		return c
	}
	pen := bits.Clone()
	for _, w := range v.words {
		pen.Clear(w.Box.Inset(-v.inches(wordEdge)))
	}
	c.ink = ink.Assign(bits, f.table, rest, columns, v.dpi)
	c.pen = ink.Assign(pen, f.table, rest, columns, v.dpi)
	return c
}

// shared are things that the signers of a sheet may all have in common, or the
// first part of them.
var shared = []Field{MemberID, Institution, Street, CityState, City, State, ZIP, Email, Phone, Date}

// partRules tells the table's own lines from folds of the paper, which run to
// its edge, and from the rest: strokes of a pen.
func partRules(v *view, f *form) (own, folds, rest []layout.Rule) {
	const off = 0.04 // inch from a line of the table, within which a rule is that line
	t, lines := f.table, f.table.Lines
	if t.Style == layout.Open {
		lines = f.frame
	}
	across := v.foldsAcross(t)
	for _, r := range v.lying {
		at := (max(r.From, t.Left) + min(r.To, t.Right)) / 2
		reach := v.dpi * off
		if t.Style == layout.Shaded {
			reach *= 2 // the edges of bands were found at a low resolution
		}
		near := slices.ContainsFunc(lines, func(l layout.Rule) bool { return math.Abs(l.At(at)-r.At(at)) < reach })
		fold := r.From < v.inches(foldEdge) || r.To > v.bounds().Max.X-v.inches(foldEdge)
		switch {
		case near:
			own = append(own, r)
		case fold && (r.From < t.Left || r.To > t.Right), slices.ContainsFunc(across, func(f layout.Rule) bool { return alongFold(r, f, v.inches(foldOff)) }):
			folds = append(folds, r)
		default:
			rest = append(rest, r)
		}
	}
	return own, folds, rest
}

// Of folds of the paper, in inches.
const (
	foldEdge = 0.3  // from the side of the paper, within which a fold ends
	foldOff  = 0.03 // by which a piece of a fold is off the line through all of it
)

// foldsAcross are folds of the paper from one side of it to the other, which writing cut into
// pieces: a piece that begins at the left edge, one that ends at the right, and others between
// them, in line, over most of the way.
func (v *view) foldsAcross(t layout.Table) (folds []layout.Rule) {
	const most = 0.6 // of the way
	edge, off := v.inches(foldEdge), v.inches(foldOff)
	for _, left := range v.lying {
		if left.From > edge || left.From >= t.Left {
			continue
		}
		for _, right := range v.lying {
			if right.To < v.bounds().Max.X-edge || right.To <= t.Right || right.From <= left.To {
				continue
			}
			fold := layout.Through(float64(left.From), left.At(left.From), float64(right.To), right.At(right.To), 1)
			if !alongFold(left, fold, off) || !alongFold(right, fold, off) {
				continue
			}
			drawn := 0
			for _, r := range v.lying {
				if alongFold(r, fold, off) {
					drawn += r.To - r.From
				}
			}
			if float64(drawn) >= most*float64(fold.To-fold.From) {
				folds = append(folds, fold)
			}
		}
	}
	return folds
}

// alongFold reports whether a rule lies on a fold, both ends of it.
func alongFold(r, fold layout.Rule, off int) bool {
	return r.From >= fold.From && r.To <= fold.To &&
		math.Abs(r.At(r.From)-fold.At(r.From)) <= float64(off) && math.Abs(r.At(r.To)-fold.At(r.To)) <= float64(off)
}

// standingOf is the standing rules on the table's borders or beyond it.
func (v *view) standingOf(t layout.Table) []layout.Rule {
	const off = 0.05 // inch from a border of the table, within which a rule is that border
	var own []layout.Rule
	for _, r := range v.standing {
		middle := (r.From + r.To) / 2
		near := slices.ContainsFunc(t.Borders, func(b layout.Rule) bool {
			return math.Abs(b.At(middle)-r.At(middle)) < v.dpi*off
		})
		if near || r.To-r.From > t.Bounds().Dy()*2/3 {
			own = append(own, r)
		}
	}
	return own
}

// written reports whether somebody wrote in the row, where the sheet asks for
// something we know; a printed row number is nobody.
func (c *cells) written(row int) bool {
	for column, asked := range c.form.columns {
		if len(asked.Fields) == 0 || asked.Fields[0] == Number {
			continue
		}
		for item := range asked.Fields {
			if c.text(row, column, item) != "" || c.penned(row, column, item) {
				return true
			}
		}
	}
	return false
}

// penned reports whether somebody wrote in an item, and more than a line.
func (c *cells) penned(row, column, item int) bool {
	return c.pen.Written(row, column, item) && !c.pen.Flat(row, column, item) && !c.remnant(row, column, item)
}

// remnant reports whether the ink of an item may be what the line above or a
// fold of the paper left in it: a tail at the top of the line, or a stroke
// that lies. Only of printed sheets it is known for certain where a line begins.
func (c *cells) remnant(row, column, item int) bool {
	const flat = 0.06 // inch: lower ink is a stroke that lies
	if !c.form.exact {
		return false
	}
	box, line := c.ink.Box(row, column, item), c.form.table.Row(row)
	return box.Dy() < c.view.inches(flat) || box.Max.Y < line.Min.Y+line.Dy()*3/10
}

// footer reports whether a row of an open table is a line of print below it: nobody wrote in
// the row above, its words run across column borders, and they are print. People leave lines
// out, too, and write over borders that nobody drew.
func (x Extractor) footer(ctx context.Context, r reading, c *cells, row int) (bool, error) {
	t := c.form.table
	if t.Style != layout.Open || row <= c.form.first || c.written(row-1) || !c.runsAcross(row) {
		return false, nil
	}
	share, err := x.printIn(ctx, r, c, row, nil)
	return share == 1, err
}

// runsAcross reports whether words of a row run on over a border, or with no more room at it
// than between the words of a sentence.
func (c *cells) runsAcross(row int) bool {
	const over = 0.2 // inch that a word has on either side of the border
	words := c.view.writing(c.form.table.Row(row))
	for _, line := range layout.TextLines(words) {
		for i, at := range line {
			w := words[at]
			overruns := slices.ContainsFunc(c.form.table.Borders, func(b layout.Rule) bool {
				x := int(b.At(w.Min.Y))
				return x-w.Min.X > c.view.inches(over) && w.Max.X-x > c.view.inches(over)
			})
			if overruns {
				return true
			}
			if i > 0 {
				before := words[line[i-1]]
				if c.columnOf(w) != c.columnOf(before) && w.Min.X-before.Max.X < w.Dy()*3/4 {
					return true
				}
			}
		}
	}
	return false
}

// columnOf is the column in which a word begins.
func (c *cells) columnOf(word image.Rectangle) int {
	const start = 0.08 // inch from the left: a word may begin a little before its column
	x := float64(word.Min.X + min(word.Dx()/2, c.view.inches(start)))
	return slices.IndexFunc(c.form.table.Borders[1:], func(b layout.Rule) bool { return x < b.At(word.Min.Y) })
}

// text is what the page's own text layer says in an item of a cell. Of two
// items the upper one is what stands in the upper half.
func (c *cells) text(row, column, item int) string {
	return c.textOf(c.words, row, column, item)
}

func (c *cells) textOf(words []tesseract.Word, row, column, item int) string {
	box := c.form.table.Row(row)
	two := len(c.form.columns[column].Fields) > 1
	var parts []string
	for _, w := range words {
		at := middle(w.Box)
		if at.Y < box.Min.Y || at.Y >= box.Max.Y || c.columnOf(w.Box) != column {
			continue
		}
		if lower := at.Y > middle(box).Y; two && lower != (item == 1) {
			continue
		}
		parts = append(parts, w.Text)
	}
	return strings.Join(parts, " ")
}

// picture is the line as people are shown it.
func (c *cells) picture(row int) ([]byte, error) { return c.view.picture(c.form.table.Row(row)) }

// picture is a place of the page as people are shown it.
func (v *view) picture(place image.Rectangle) ([]byte, error) {
	const (
		width  = 1300 // pixels: legible across a wide screen, some 20 KB
		margin = 0.04 // inch of the page around the place
	)
	g := crop(v.turned.Image, v.full(place.Inset(-v.inches(margin))))
	if g.Rect.Empty() {
		return nil, nil
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, layout.Shrink(g, min(1, width/float64(g.Rect.Dx()))), &jpeg.Options{Quality: 70})
	return b.Bytes(), err
}
