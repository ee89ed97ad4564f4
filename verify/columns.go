package verify

import (
	"math"
	"slices"

	"countersign/extract"
	"countersign/verify/name"
)

// One way to understand a column has to be a thousand times likelier than the next: one line
// found by name and number says that, or two by name on a large roll. Natural logarithm.
const sureColumns = 7.0

// The roll says nothing of signatures, and where the columns are guessed nothing but a line in which
// all words are written counts as signed. Natural logarithm.
const sureShape = 2.5

// No line says more than mostOfLine for a way to understand the columns, since one
// line may be found by chance, nor more than leastOfLine against it, since signers may be
// strangers. Both are natural logarithms.
const (
	mostOfLine  = 20.0
	leastOfLine = -2.0
)

// fewLines of a form say what its columns are as well as all of them do.
const fewLines = 24

// Learn is what can be found out so of each form that some tables are of: see Columns.
func (m *Matcher) Learn(tables []extract.Unheaded) (all []extract.Learned) {
	for len(tables) > 0 {
		first := tables[0]
		var one, rest []extract.Unheaded
		for _, t := range tables {
			if t.OfOneForm(first) {
				one = append(one, t)
			} else {
				rest = append(rest, t)
			}
		}
		if l, ok := m.Columns(one); ok {
			all = append(all, l)
		}
		tables = rest
	}
	return all
}

// Columns finds out by the roll, and by the shape of what is written, what the columns of tables
// of one form hold whose headings say nothing: a column whose words find members is the name, and
// one of whose numbers are those of the same members is their number. A column of which
// that is not certain has no meaning then. It is false where nothing tells who signs, or where
// two columns find members: which of them signs cannot be told.
func (m *Matcher) Columns(tables []extract.Unheaded) (extract.Learned, bool) {
	c := columns{matcher: m, shapes: extract.ShapesOf(tables), known: map[string]float64{}}
	c.lines = sampleLines(tables)
	best := c.likeliest(c.shapes.Likeliest())
	top := c.log(best)
	meant := slices.Clone(best)
	for _, i := range c.shapes.Open() {
		margin := sureColumns
		if best[i] == extract.Signature {
			margin = sureShape
		}
		if best[i] != "" && top-c.without(best, i) < margin {
			meant[i] = ""
		}
	}
	if !c.tellsWho(meant) || c.rivals(meant) {
		return extract.Learned{}, false
	}
	c.order(meant)
	l := extract.Learned{Borders: tables[0].Borders, ByRoll: true}
	l.Columns = slices.Clone(tables[0].Columns)
	for _, i := range c.shapes.Open() {
		if meant[i] != "" {
			l.Columns[i].Fields = []extract.Field{meant[i]}
		}
	}
	return l, true
}

// columns is the search for what the columns of tables hold.
type columns struct {
	matcher *Matcher
	shapes  extract.Shapes
	lines   []sampleLine
	known   map[string]float64 // what the roll says, by meaning
}

// sampleLine is a line of a table.
type sampleLine struct {
	table extract.Unheaded
	at    int
}

// sampleLines are the first lines of each table in turn, so that each page has its say.
func sampleLines(tables []extract.Unheaded) (lines []sampleLine) {
	for at, more := 0, true; more && len(lines) < fewLines; at++ {
		more = false
		for _, t := range tables {
			if at < len(t.Lines) && len(lines) < fewLines {
				lines, more = append(lines, sampleLine{t, at}), true
			}
		}
	}
	return lines
}

// log is the log likelihood of some meanings of the columns.
func (c *columns) log(meant []extract.Field) float64 {
	return c.shapes.Log(meant) + c.roll(meant)
}

// roll is how well the members explain the lines, against nobody in particular.
func (c *columns) roll(meant []extract.Field) float64 {
	key := ""
	for _, f := range meant {
		key += string(f) + "|"
	}
	if sum, ok := c.known[key]; ok {
		return sum
	}
	sum := 0.0
	for _, l := range c.lines {
		found := c.matcher.Match(Line{Row: l.table.Line(l.at, meant)})
		if found.OnRoll == 0 {
			sum += leastOfLine / 2 // nothing to look for: neither a name nor a number
			continue
		}
		log := math.Log((1 - found.OnRoll) / max(found.Nobody, 1e-12))
		sum += min(max(log, leastOfLine), mostOfLine)
	}
	c.known[key] = sum
	return sum
}

// likeliest changes meanings as long as that makes them likelier.
func (c *columns) likeliest(meant []extract.Field) []extract.Field {
	top := c.log(meant)
	for {
		better := meant
		for _, i := range c.shapes.Open() {
			for _, other := range c.changed(meant, i) {
				if log := c.log(other); log > top {
					better, top = other, log
				}
			}
		}
		if slices.Equal(better, meant) {
			return meant
		}
		meant = better
	}
}

// without is the log likelihood of the best change that gives a column another meaning. Those
// that may change places without harm count as one.
func (c *columns) without(meant []extract.Field, column int) float64 {
	log := math.Inf(-1)
	for _, other := range c.changed(meant, column) {
		if f := other[column]; f != meant[column].Twin() {
			log = max(log, c.log(other))
		}
	}
	return log
}

// changed are meanings in which a column has another than it has: one that no column has, or
// another column's, which has then this one's or none; none; or, with another column,
// one of the two halves of a name.
func (c *columns) changed(meant []extract.Field, column int) (all [][]extract.Field) {
	add := func(set map[int]extract.Field) {
		other := slices.Clone(meant)
		for i, f := range set {
			other[i] = f
		}
		if !slices.Equal(other, meant) {
			all = append(all, other)
		}
	}
	add(map[int]extract.Field{column: ""})
	for _, f := range c.shapes.May(column) {
		has := slices.Index(meant, f)
		if has < 0 {
			add(map[int]extract.Field{column: f})
		} else if has != column && slices.Contains(c.shapes.Open(), has) {
			add(map[int]extract.Field{column: f, has: ""})
			add(map[int]extract.Field{column: f, has: meant[column]})
		}
		if f != extract.Given && f != extract.Family {
			continue
		}
		for _, i := range c.shapes.Open() {
			if i != column && slices.Contains(c.shapes.May(i), f.Twin()) {
				set := map[int]extract.Field{}
				for at, was := range meant {
					if was == extract.Name || was == f || was == f.Twin() {
						set[at] = ""
					}
				}
				set[column], set[i] = f, f.Twin()
				add(set)
			}
		}
	}
	return all
}

// tellsWho reports whether some meanings say who signs.
func (c *columns) tellsWho(meant []extract.Field) bool {
	has := func(f extract.Field) bool { return slices.Contains(meant, f) }
	return (has(extract.Name) || has(extract.Given) && has(extract.Family) ||
		has(extract.MemberID)) && c.roll(meant) >= sureColumns
}

// order puts the halves of the name in the order in which the members that are found have them.
func (c *columns) order(meant []extract.Field) {
	given, family := slices.Index(meant, extract.Given), slices.Index(meant, extract.Family)
	if given < 0 || family < 0 {
		return
	}
	asWritten, swapped := 0.0, 0.0
	for _, l := range c.lines {
		row := l.table.Line(l.at, meant)
		first := name.Joined(row.Fields[extract.Given].Text)
		last := name.Joined(row.Fields[extract.Family].Text)
		found := c.matcher.Match(Line{Row: row})
		if len(found.Candidates) == 0 || found.Nobody > 0.5 {
			continue
		}
		m := found.Candidates[0].Member
		g, f := name.Joined(m.Given), name.Joined(m.Family)
		asWritten += name.Similar(first, g) + name.Similar(last, f)
		swapped += name.Similar(first, f) + name.Similar(last, g)
	}
	if swapped > asWritten {
		meant[given], meant[family] = extract.Family, extract.Given
	}
}

// rivals reports whether another column than the name finds members, too, and not the same.
func (c *columns) rivals(meant []extract.Field) bool {
	const rival = 0.5 // of what the name says
	alone := func(column int) float64 {
		other := make([]extract.Field, len(meant))
		other[column] = extract.Name
		return c.roll(other)
	}
	at := slices.Index(meant, extract.Name)
	if at < 0 {
		return false
	}
	own := alone(at)
	for _, i := range c.shapes.Open() {
		same := meant[i] == extract.Signature || c.shapes.Again(i, at)
		if i != at && !same && own > 0 && alone(i) > rival*own {
			return true
		}
	}
	return false
}
