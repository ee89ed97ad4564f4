package extract

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"countersign/extract/heading"
)

// look is what a piece of writing looks like, whatever it says.
type look int

const (
	lookScrawl    look = iota // a few letters, or what can hardly be read
	lookWord                  // one word of letters
	lookWords                 // two words or more
	lookSmall                 // a number of up to three digits
	lookCode                  // four or five digits
	lookNumber                // six digits or more, with letters before them at most
	lookPhone                 // ten digits or more with blanks and dashes
	lookDated                 // digits parted by points, dashes or slashes
	lookMail                  // with an @
	lookAddress               // words and a number
	lookPlace                 // words, then two capitals or a code
	lookWorkplace             // words of which one is "library" or the like
	lookState                 // the two capitals of a state
	looks
)

// library is the words of places that people work at.
var library = regexp.MustCompile(`(?i)\b(librar|univ|college|school|public|bibliothe|institut|schule)`)

var lookLike = []struct {
	look look
	like *regexp.Regexp
}{
	{lookState, regexp.MustCompile(`^(A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])$`)},
	{lookMail, regexp.MustCompile(`\S@\S|\S\.(com|org|edu|net|gov|de|fr|be|at)$`)},
	{lookDated, regexp.MustCompile(`^\d{1,4} ?[-/.] ?\d{1,2} ?([-/.] ?\d{2,4})?\.?$`)},
	{lookPhone, regexp.MustCompile(`^[+(]?\d[\d() .-]{8,}\d$`)},
	{lookSmall, regexp.MustCompile(`^\D?\d{1,3}\D?$`)},
	{lookCode, regexp.MustCompile(`^\d{4,5}(-\d{4})?$`)},
	{lookNumber, regexp.MustCompile(`^[A-Za-z]{0,3}-?\d{6,}$`)},
	{lookPlace, regexp.MustCompile(`^\d{5} +\pL{4,}$|^[\pL. ]+[,.] *[A-Z]{2}( +\d{5})?$|^[\pL. ]{3,} \d{5}$`)},
	{lookAddress, regexp.MustCompile(`\d.* \pL{2}|\pL{2}.* \d`)},
}

func lookOf(r Reading) look {
	text := strings.TrimSpace(r.Text)
	for _, l := range lookLike {
		if l.like.MatchString(text) {
			return l.look
		}
	}
	letters, long := 0, 0 // and words of two letters
	for w := range strings.FieldsSeq(text) {
		n := 0
		for _, c := range w {
			if unicode.IsLetter(c) {
				n++
			}
		}
		letters += n
		if n >= 2 {
			long++
		}
	}
	switch {
	case letters < 4 || r.Confidence < hardlyRead:
		return lookScrawl
	case library.MatchString(text):
		return lookWorkplace
	case long >= 2:
		return lookWords
	}
	return lookWord
}

// hardlyRead is the confidence below which a reading says only that something
// was written.
const hardlyRead = 0.25

type looksOfField struct {
	field Field
	often map[look]float64
}

// looksOf says how often each kind of writing is met, in hundredths, in the
// cells of each meaning, misread ones included. What is left out is met once.
var looksOf = []looksOfField{
	{Name, map[look]float64{lookWords: 80, lookWord: 12, lookScrawl: 5}},
	{Given, map[look]float64{lookWord: 75, lookScrawl: 17, lookWords: 6}},
	{Family, map[look]float64{lookWord: 80, lookScrawl: 10, lookWords: 8}},
	{Signature, map[look]float64{lookScrawl: 40, lookWords: 27, lookWord: 25}},
	{MemberID, map[look]float64{lookNumber: 80, lookCode: 6, lookPhone: 3, lookSmall: 2}},
	{Institution, map[look]float64{lookWorkplace: 50, lookWords: 30, lookWord: 10}},
	{Street, map[look]float64{lookAddress: 82, lookWords: 8, lookPlace: 3}},
	{CityState, map[look]float64{lookPlace: 60, lookWords: 18, lookAddress: 8, lookWord: 5}},
	{City, map[look]float64{lookWord: 65, lookWords: 25, lookScrawl: 4}},
	{State, map[look]float64{lookState: 80, lookScrawl: 12, lookWord: 3}},
	{ZIP, map[look]float64{lookCode: 85, lookSmall: 4, lookNumber: 3}},
	{Email, map[look]float64{lookMail: 75, lookWords: 8, lookWord: 8, lookScrawl: 3}},
	{Phone, map[look]float64{lookPhone: 70, lookNumber: 20, lookDated: 3}},
	{Date, map[look]float64{lookDated: 80, lookNumber: 5, lookCode: 5, lookSmall: 4, lookPhone: 1}},
}

const (
	// shapeSample is how many rows are looked at to name a column.
	shapeSample = 12
	// oneWriter is how much of the evidence of each cell counts: misreadings of one
	// kind come together.
	oneWriter = 0.6
	// unknownMeaning is the log likelihood of a cell under no meaning we know:
	// that of a look of which there are some ten.
	unknownMeaning = -2.0
	// sureMeaning is by how much, as a logarithm, a meaning must be likelier than
	// any other to be taken.
	sureMeaning = 2.5
	// fewWritten is the share of written rows in which a column is written at
	// least, if people were asked to write there. An office's own columns stay empty.
	fewWritten = 0.34
)

// nameByShape gives columns whose headings could not be read a meaning by what
// is written in them: the likeliest assignment of meanings to all of them, each
// meaning once. A column for which another meaning is nearly as likely keeps
// none. Headings that were read stay. Row numbers are the column that counts up
// from row to row, or a narrow one at the left.
func (x Extractor) nameByShape(ctx context.Context, c *cells) (named bool, err error) {
	columns := c.form.columns
	taken := map[Field]bool{}
	for _, column := range columns {
		for _, f := range column.Fields {
			taken[f] = true
		}
	}
	var open []int
	var likely [][]float64  // of each open column, by meaning as in looksOf
	var written [][]Reading // of each open column, by row
	rows := c.sampleRows()
	for i := range columns {
		if len(columns[i].Fields) > 0 || heading.Of(columns[i].Heading).Confidence > 0.5 {
			continue
		}
		may := c.form.mayMean(i, taken)
		if len(may) == 0 {
			continue
		}
		all, err := x.column(ctx, c, i, rows)
		if err != nil {
			return named, err
		}
		readings := withWriting(all)
		if i == 0 && !taken[Number] && (countsUp(readings) || c.narrow(i)) {
			columns[i].Fields, named = []Field{Number}, true
			continue
		}
		if float64(len(readings)) < fewWritten*float64(len(rows)) || len(readings) == 0 {
			continue
		}
		open, likely = append(open, i), append(likely, meaningsOf(readings, may))
		written = append(written, all)
	}
	for n := range likely {
		again := 0.0
		for m := range likely {
			if n != m {
				again = max(again, sharesNames(written[n], written[m]))
			}
		}
		likely[n][signatureLook] += ofSignature * again * float64(len(withWriting(written[n])))
	}
	for n, m := range assigned(likely, taken) {
		if m >= 0 {
			columns[open[n]].Fields, named = []Field{looksOf[m].field}, true
		}
	}
	return named, nil
}

// answered reports whether a column holds answers to a question, such as "Yes" and "No", which
// look like short signatures.
func answered(readings []Reading) bool {
	n := 0
	for _, r := range readings {
		if slices.Contains(answerWords, strings.ToLower(strings.Trim(r.Text, ".,- "))) {
			n++
		}
	}
	return 2*n > len(readings)
}

var answerWords = strings.Fields("yes no y n yeah yep ves ye nope ja nein j oui non o si sí s")

// mayMean are the meanings that a column without one may have. Where the headings
// of the table are known, a heading that could not be read may be that of what
// every list asks for, and one that was read and is not known may be that of an
// identifier.
func (f *form) mayMean(column int, taken map[Field]bool) []Field {
	var all []Field
	switch {
	case f.score < sureHeadings:
		for _, m := range looksOf {
			all = append(all, m.field)
		}
	case strings.ContainsFunc(f.columns[column].Heading, unicode.IsLetter):
		all = []Field{MemberID}
		if !taken[Name] && !taken[Given] && !taken[Family] {
			all = append(all, Name, Given, Family) // every list asks who signs
		}
	case taken[Name] || taken[Given] || taken[Family]:
		all = []Field{Signature}
	default:
		all = []Field{Name, Given, Family, Signature}
	}
	return slices.DeleteFunc(all, func(f Field) bool { return taken[f] })
}

// sampleRows are the first rows in which anything is written.
func (c *cells) sampleRows() []int {
	var rows []int
	for row := c.form.first; row < c.form.table.Rows() && len(rows) < shapeSample; row++ {
		for column := range c.form.columns {
			if c.pen.Written(row, column, 0) || c.text(row, column, 0) != "" {
				rows = append(rows, row)
				break
			}
		}
	}
	return rows
}

// sample reads the written cells of a column in the given rows.
func (x Extractor) sample(ctx context.Context, c *cells, column int, rows []int) ([]Reading, error) {
	readings, err := x.column(ctx, c, column, rows)
	return withWriting(readings), err
}

// column reads a column in the given rows.
func (x Extractor) column(ctx context.Context, c *cells, column int, rows []int) ([]Reading, error) {
	var wanted []item
	for _, row := range rows {
		wanted = append(wanted, item{row, column, 0, Name})
	}
	return x.items(ctx, c, wanted)
}

// withWriting leaves out the cells in which nothing is written.
func withWriting(readings []Reading) []Reading {
	return slices.DeleteFunc(slices.Clone(readings), func(r Reading) bool { return r.Text == "" && r.Engine != "hand" })
}

// ofSignature is how much a cell with the name that stands in another column says for the
// signature: two signatures of five can be read as the name, and hardly any other word. Natural
// logarithm.
const ofSignature = 2.2

// signatureLook is the place of the signature in looksOf.
var signatureLook = slices.IndexFunc(looksOf, func(l looksOfField) bool { return l.field == Signature })

// sharesNames is the share of the names in one column that stand in another one, too.
func sharesNames(column, names []Reading) float64 {
	again, n := 0, 0
	for i := range min(len(column), len(names)) {
		if names[i].Text == "" {
			continue
		}
		if n++; isName(column[i].Text, names[i].Text) {
			again++
		}
	}
	return float64(again) / float64(max(1, n))
}

// meaningsOf is the log likelihood of what a column holds under each meaning,
// less that under none.
func meaningsOf(readings []Reading, may []Field) []float64 {
	const common = 0.6 // of the readings: where fewer are distinct, signers have them in common
	var seen [looks]float64
	distinct := map[string]bool{}
	for _, r := range readings {
		seen[lookOf(r)]++
		distinct[strings.ToLower(r.Text)] = true
	}
	few := float64(len(distinct)) < common*float64(len(readings))
	answers := answered(readings)
	out := make([]float64, len(looksOf))
	for m, meaning := range looksOf {
		if !slices.Contains(may, meaning.field) || answers {
			out[m] = math.Inf(-1)
			continue
		}
		for l, n := range seen {
			often := max(1, meaning.often[look(l)])
			out[m] += oneWriter * n * (math.Log(often/100) - unknownMeaning)
		}
		switch meaning.field { // many signers come from few places, and have names of their own
		case City, State:
			if !few {
				out[m] -= 2
			}
		case Name, Given, Family, Signature, Email, Phone:
			if few {
				out[m] -= 2
			}
		}
	}
	return out
}

// twins are meanings that may change places without harm: a name and its signature
// are both asked of a line, and names are known in either order.
var twins = map[Field]Field{Name: Signature, Signature: Name, Given: Family, Family: Given}

// assigned gives each column the number of a meaning in looksOf, or −1 for none:
// the likeliest of all assignments, less what is not sure.
func assigned(likely [][]float64, taken map[Field]bool) []int {
	best, top := assignment(likely, taken)
	for i, m := range slices.Clone(best) {
		if m < 0 {
			continue
		}
		others := slices.Clone(likely)
		others[i] = slices.Clone(likely[i])
		for n, l := range looksOf {
			if n == m || l.field == twins[looksOf[m].field] {
				others[i][n] = math.Inf(-1)
			}
		}
		if _, other := assignment(others, taken); top-other < sureMeaning {
			best[i] = -1
		}
	}
	return best
}

// assignment is the likeliest assignment and its logarithm.
func assignment(likely [][]float64, taken map[Field]bool) (best []int, top float64) {
	n := len(likely)
	type state struct {
		total float64
		from  int // the meaning the last column has
	}
	layers := make([]map[int]state, n+1) // by the set of meanings used
	layers[0] = map[int]state{0: {}}
	for i := range n {
		layers[i+1] = map[int]state{}
		put := func(set int, s state) {
			if old, ok := layers[i+1][set]; !ok || s.total > old.total {
				layers[i+1][set] = s
			}
		}
		for set, s := range layers[i] {
			put(set, state{s.total, -1})
			for m, l := range likely[i] {
				if set>>m&1 == 0 && l > 0 {
					put(set|1<<m, state{s.total + l, m})
				}
			}
		}
	}
	end := 0
	top = math.Inf(-1)
	for set, s := range layers[n] {
		if t := s.total + plausible(set, taken); t > top || t == top && set < end {
			end, top = set, t
		}
	}
	best = make([]int, n)
	for i := n; i > 0; i-- {
		s := layers[i][end]
		best[i-1] = s.from
		if s.from >= 0 {
			end &^= 1 << s.from
		}
	}
	return best, top
}

// plausible is the log likelihood that a list asks for a set of meanings: for a
// name in one column or in two, and mostly for a signature.
func plausible(set int, taken map[Field]bool) float64 {
	has := func(f Field) bool {
		return taken[f] || set>>slices.IndexFunc(looksOf, func(l looksOfField) bool { return l.field == f })&1 == 1
	}
	sum := 0.0
	if !has(Signature) {
		sum -= 2
	}
	switch whole, given, family := has(Name), has(Given), has(Family); {
	case whole && (given || family):
		sum -= 6
	case whole, given && family:
	case given || family:
		sum -= 4
	default:
		sum -= 6
	}
	return sum
}

var smallNumber = regexp.MustCompile(`^\D?(\d{1,3})\D?$`)

// countsUp reports whether the readings are small numbers that grow.
func countsUp(readings []Reading) bool {
	var numbers []string
	for _, r := range readings {
		if m := smallNumber.FindStringSubmatch(r.Text); m != nil {
			numbers = append(numbers, strings.Repeat("0", 3-len(m[1]))+m[1])
		}
	}
	return len(numbers) >= 3 && len(numbers)*2 >= len(readings) && slices.IsSorted(numbers)
}

// narrow reports whether a column has no room for a word.
func (c *cells) narrow(column int) bool {
	b := c.form.table.Borders
	return b[column+1].At(c.form.table.Bounds().Min.Y)-b[column].At(c.form.table.Bounds().Min.Y) < c.view.dpi*0.5
}
