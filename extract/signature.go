package extract

import (
	"context"
	"image"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/extract/heading"
	"countersign/extract/ink"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// signatures says of every row whether it carries a signature: ink that looks
// like one in the place for it, or the signer's own name typed there. Words
// such as "refused" or a date are none, whoever wrote them. Where the place is
// not known for certain, nobody can tell. The number of the row before the first is
// before.
func (x Extractor) signatures(ctx context.Context, c *cells, rows []Row, before int) error {
	column, number, ok := c.signaturePlace()
	guessed := false // by what is written in the columns
	if !ok {
		column, number, guessed = c.signatureByShape()
		ok = guessed
	}
	var words []int
	if guessed {
		words = c.wordColumns()
	}
	var wanted []Cell
	var at []int
	for i := range rows {
		rows[i].Signed = SignedUnsure
		if !ok {
			continue
		}
		row := c.form.rowOf(rows[i], before)
		rows[i].Signed = c.signed(row, column, number, nameOf(rows[i]))
		if guessed && (rows[i].Signed == SignedNo || !c.writtenIn(row, words)) {
			rows[i].Signed = SignedUnsure
			continue
		}
		if rows[i].Signed == SignedUnsure {
			rows[i].SignedAs = otherName(c.text(row, column, number))
		}
		if rows[i].Signed == SignedYes && c.pen.Written(row, column, number) {
			g := c.pen.Picture(c.view.turned.Image, row, column, number)
			wanted, at = append(wanted, Cell{g, Signature}), append(at, i)
		}
	}
	if len(wanted) > 0 {
		read, err := x.Cells.Recognize(ctx, wanted)
		if err != nil {
			return err
		}
		doubted := holdsNumbers(read)
		if guessed && !c.form.byRoll {
			names := make([]string, len(at))
			for n := range at {
				names[n] = nameOf(rows[at[n]])
			}
			doubted = doubted || !likeSignatures(read, names)
		}
		for n, r := range read {
			name := nameOf(rows[at[n]])
			// A form that rules its cells in two prints labels in them, which look signed
			// where they were not told from writing.
			row := c.form.rowOf(rows[at[n]], before)
			labelled := c.pen.Ruled(row, column) && !c.pen.Labelled(row, column, number) && !isName(r.Text, name)
			denied := deniesSignature(r, name) && !flourish(r.Text, c.pen.Box(row, column, number))
			if doubted || labelled || denied {
				rows[at[n]].Signed = SignedUnsure
			}
		}
	}
	if !c.form.exact {
		doubtEmptyColumn(rows)
	}
	return nil
}

// signatureByShape is the column that is the signature's by what is written in it, where the
// headings could not be read.
func (c *cells) signatureByShape() (column, number int, ok bool) {
	if c.form.score >= sureHeadings || c.form.exact {
		return 0, 0, false
	}
	for i, asked := range c.form.columns {
		if slices.Equal(asked.Fields, []Field{Signature}) {
			return i, 0, true
		}
	}
	return 0, 0, false
}

// wordColumns are the columns that may be the signature's after all: those of words and those
// of which nobody knows what they hold, but for an office's own, in which hardly anybody wrote.
func (c *cells) wordColumns() (columns []int) {
	rows := c.form.table.Rows() - c.form.first
	filed, written := 0, make([]int, len(c.form.columns))
	for row := c.form.first; row < c.form.first+rows; row++ {
		if !c.filed[row] {
			continue
		}
		filed++
		for column := range written {
			if c.writtenIn(row, []int{column}) {
				written[column]++
			}
		}
	}
	for column, asked := range c.form.columns {
		may := len(asked.Fields) == 0
		for _, f := range asked.Fields {
			may = may || slices.Contains([]Field{Name, Given, Family, Signature, City, Institution}, f)
		}
		if may && float64(written[column]) >= fewWritten*float64(filed) {
			columns = append(columns, column)
		}
	}
	return columns
}

// writtenIn reports whether something is written in each of some columns of a row.
func (c *cells) writtenIn(row int, columns []int) bool {
	return !slices.ContainsFunc(columns, func(column int) bool {
		return !c.pen.Written(row, column, 0) && c.text(row, column, 0) == ""
	})
}

// likeSignatures reports whether what was read in a column is mostly what signatures are:
// scrawls, and the signers' own names.
func likeSignatures(read []Reading, names []string) bool {
	const (
		fewest = 3   // cells
		clear  = 0.6 // confidence of a word that is no scrawl
	)
	n := 0
	for i, r := range read {
		if r.Confidence < clear || lookOf(r) == lookScrawl || isName(r.Text, names[i]) {
			n++
		}
	}
	return len(read) >= fewest && 2*n >= len(read)
}

// holdsNumbers reports whether the cells of a column hold dates or numbers, however
// poorly they were read: then it is not the signature, whatever its heading seems to say.
func holdsNumbers(read []Reading) bool {
	const fewest = 3 // cells
	n := 0
	for _, r := range read {
		letters, digits := lettersAndDigits(r.Text)
		if digits >= 2 && digits > letters {
			n++
		}
	}
	return n >= fewest && 2*n >= len(read)
}

// lettersAndDigits counts those of a text.
func lettersAndDigits(text string) (letters, digits int) {
	for _, c := range text {
		switch {
		case unicode.IsLetter(c):
			letters++
		case unicode.IsDigit(c):
			digits++
		}
	}
	return letters, digits
}

// doubtEmptyColumn takes back that nobody signed where that would hold for
// nearly every row: then the column is more likely something else, or signed
// elsewhere.
func doubtEmptyColumn(rows []Row) {
	const nearlyAll = 0.8
	unsigned := 0
	for _, r := range rows {
		if r.Signed == SignedNo {
			unsigned++
		}
	}
	if float64(unsigned) <= nearlyAll*float64(len(rows)) {
		return
	}
	for i := range rows {
		if rows[i].Signed == SignedNo {
			rows[i].Signed = SignedUnsure
		}
	}
}

// signaturePlace is the column and the item of it that hold the signature. It
// is false where headings do not say so for certain.
func (c *cells) signaturePlace() (column, number int, ok bool) {
	if c.form.score < sureHeadings {
		return 0, 0, false
	}
	for i, asked := range c.form.columns {
		if n := slices.Index(asked.Fields, Signature); n >= 0 {
			return i, n, true
		}
	}
	return 0, 0, false
}

// signed says whether an item of a row holds a signature, as far as that can
// be told without reading ink.
func (c *cells) signed(row, column, number int, name string) Signed {
	typed := c.text(row, column, number)
	likeness := c.pen.Signed(row, column, number)
	switch {
	case isName(typed, name), likeness >= 1 && !c.asSmallAsLabel(row, column, number):
		return SignedYes
	case likeness > 0, typed != "", c.printsMark(row, column, number):
		return SignedUnsure
	case len(c.form.columns[column].Fields) > 1 && c.form.table.Style == layout.Open:
		return SignedUnsure // two items that nothing drawn tells apart
	}
	return SignedNo
}

// asSmallAsLabel reports whether the ink of an item is no larger than a printed label, such as the
// "Signature" under the line above: it signs nothing for certain.
func (c *cells) asSmallAsLabel(row, column, number int) bool {
	// Inches. Labels in print of 6 points were 0.07 high and 0.31 wide, the smallest signatures of
	// two hundred 0.15 high.
	const low, short = 0.1, 0.6
	box := c.pen.Box(row, column, number)
	return !c.form.exact && float64(box.Dy()) < low*c.view.dpi && float64(box.Dx()) < short*c.view.dpi
}

// printsMark reports whether the form itself prints a short mark in the item,
// such as an X: who put it there cannot be seen.
func (c *cells) printsMark(row, column, number int) bool {
	const longest = 3 // letters; more are a label
	printed := []rune(strings.ReplaceAll(c.textOf(c.view.words, row, column, number), " ", ""))
	return len(printed) > 0 && len(printed) <= longest
}

// signedFrom puts the likeness of ink to a signature in words.
func signedFrom(likeness float64) Signed {
	switch {
	case likeness >= 1:
		return SignedYes
	case likeness > 0:
		return SignedUnsure
	}
	return SignedNo
}

// nameOf is the name that was read in a row.
func nameOf(r Row) string {
	return r.Fields[Name].Text + " " + r.Fields[Given].Text + " " + r.Fields[Family].Text
}

// isName reports whether a text that stands in the signature's place is the
// signer's own name, as in "/s/ Ada Lovelace": it has a word of the name, and
// no other word that contradicts it.
func isName(text, name string) bool {
	words, own := wordsOf(text), wordsOf(name)
	var rest []string
	shares := false
	for _, w := range words {
		i := slices.IndexFunc(own, func(o string) bool { return sameWord(w, o) })
		switch {
		case i < 0 && slices.Contains(denials, w):
			return false
		case i < 0:
			rest = append(rest, w)
		default:
			shares = true
			own = slices.Delete(own, i, i+1)
		}
	}
	other := func(w string) bool { return slices.Contains(generations, w) }
	onBehalf := len(rest) > 1 && rest[0] == "p" && rest[1] == "p" // p.p. Ada Lovelace
	if !shares || onBehalf || slices.ContainsFunc(rest, other) {
		return false
	}
	initial := func(w string) bool {
		return slices.ContainsFunc(own, func(o string) bool { return o[0] == w[0] })
	}
	return len(rest) == 0 || len(own) == 0 || slices.ContainsFunc(rest, initial)
}

// flourish reports whether what was read as three digits is a stroke drawn from side to side:
// three digits are about twice as wide as they are high.
func flourish(text string, box image.Rectangle) bool {
	const wide = 3.5 // times its height
	letters, digits := lettersAndDigits(text)
	return letters == 0 && digits <= 3 && float64(box.Dx()) >= wide*float64(box.Dy())
}

// otherName is a full name that stands in the signature's place, as in "/s/ Edward Tuttle",
// and is not the row's own as written there; empty for anything else.
func otherName(text string) string {
	words := wordsOf(text)
	denies := slices.ContainsFunc(words, func(w string) bool { return slices.Contains(denials, w) })
	if _, digits := lettersAndDigits(text); digits > 0 || denies || len(words) < 2 || len(words) > 5 {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(text, "/s/", " "))
}

// sameWord reports whether two words of names are the same, or one is cut off.
func sameWord(a, b string) bool {
	const cut = 4 // letters that a word has at least where its end is missing
	return len(a) > 1 && (a == b || min(len(a), len(b)) >= cut && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)))
}

// wordsOf is the words of a text in small letters without accents; "/s/" is none.
func wordsOf(text string) []string {
	text = strings.ReplaceAll(text, "/s/", " ")
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
			return -1
		case unicode.IsLetter(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFD.String(text))
	return strings.Fields(plain)
}

// denials are words that stand for a signature that is not there, or was given
// by somebody else.
var denials = strings.Fields(`no non nein nee not none nil void never
	yes oui ja si ok x xx xxx na
	refused refuse refuses declined declines unable unsigned absent unavailable deceased moved
	died dead ill sick away home town out left present hospital retired rip wont cant cannot agreed agree
	verstorben verzogen krank abwesend verweigert verweigerte unbekannt nicht decede malade absente refuse fallecido fallecida enfermo ausente
	did didnt sign signed signature
	phone telephone telefon telefonisch tel call called email mail verbal verbally orally online
	by per via proxy behalf file same ditto see attached above pending later
	pp poa for name withdrawn withdraws withdrew withdraw revoked removed cancelled canceled
	received recieved filed copy draft rejected duplicate approved certified`)

// refusals begin a sentence that says why nobody signed.
var refusals = strings.Fields("not no cannot cant wont didnt nicht kein non nee does did out")

// generations are words that tell father and son apart, which stand in a name or do not.
var generations = []string{"jr", "sr", "ii", "iii", "iv"}

// deniesSignature reports whether what was read in the signature's place is
// something else than a signature: a date or number, or words that deny one.
// Print is none either unless it is the signer's name.
func deniesSignature(r Reading, name string) bool {
	const (
		legible = 0.5 // confidence from which on the words count
		short   = 0.8 // the same for two letters or three digits, as which flourishes are read
		print   = 0.6 // the same for print, of which a flourish makes poor words
	)
	words := wordsOf(r.Text)
	letters, digits := lettersAndDigits(r.Text)
	if r.Confidence < legible || letters+digits == 0 || isName(r.Text, name) {
		return false
	}
	if r.Confidence < short && letters <= 2 && digits <= 3 {
		return false
	}
	if digits >= 3 && digits > letters {
		return true
	}
	if r.Engine == "tesseract" && r.Confidence >= print && letters >= 3 {
		return true
	}
	denied := 0
	if len(words) > 1 && slices.Contains(refusals, words[0]) { // "not present", "cannot sign"
		denied = letters
	}
	for _, w := range words {
		if mayDeny(w, r.Confidence) {
			denied += len(w)
		}
	}
	if len(words) > 1 && mayDeny(strings.Join(words, ""), r.Confidence) { // "decea sed"
		denied = letters
	}
	// A slash is read as the letter or the figure that it resembles.
	slashed := slices.Contains([]string{"n/a", "nia", "nla", "n1a"}, strings.ToLower(strings.ReplaceAll(r.Text, " ", "")))
	return slashed || 2*denied > letters
}

// mayDeny reports whether a word denies a signature, or one that does was misread in a letter or
// two although it was read well: the shorter, the better. Scrawls come out as words, too, but
// hardly well.
func mayDeny(read string, confidence float64) bool {
	const (
		long, well      = 7, 0.8 // letters, and the confidence that they take
		short, veryWell = 4, 0.9
	)
	return slices.ContainsFunc(denials, func(d string) bool {
		if read == d {
			return true
		}
		plain := len(d) >= long && confidence >= well || len(d) >= short && confidence >= veryWell
		return plain && read[0] == d[0] && heading.Misread(read, d)
	})
}

// formless is the words of a text layer without those that the form prints:
// the same word at the same place of most rows.
func formless(words []tesseract.Word, t layout.Table, columns []ink.Column, dpi float64) []tesseract.Word {
	const (
		most   = 0.6 // share of the other rows
		fewest = 4   // rows
		reach  = 0.03
	)
	if len(words) == 0 || t.Rows()-1 < fewest {
		return words
	}
	type place struct{ row, column, x, y int }
	places := make([]place, len(words))
	for i, w := range words {
		at := middle(w.Box)
		row := slices.IndexFunc(t.Lines[1:], func(l layout.Rule) bool { return float64(at.Y) < l.At(at.X) })
		places[i] = place{row: -1}
		column := slices.IndexFunc(t.Borders[1:], func(b layout.Rule) bool { return float64(at.X) < b.At(at.Y) })
		if row >= 0 && column >= 0 && float64(at.Y) >= t.Lines[0].At(at.X) {
			places[i] = place{row, column, w.Box.Min.X, w.Box.Min.Y - int(t.Lines[row].At(at.X))}
		}
	}
	recurs := func(i int) bool {
		p, rows := places[i], map[int]bool{}
		for j, o := range places {
			near := math.Abs(float64(p.x-o.x)) <= dpi*reach && math.Abs(float64(p.y-o.y)) <= dpi*reach
			if o.row >= 0 && o.row != p.row && near && words[i].Text == words[j].Text {
				rows[o.row] = true
			}
		}
		return float64(len(rows)) >= most*float64(t.Rows()-2)
	}
	var out []tesseract.Word
	for i, w := range words {
		if p := places[i]; p.row < 0 || columns[p.column].Data || !recurs(i) {
			out = append(out, w)
		}
	}
	return out
}
