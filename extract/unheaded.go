package extract

import (
	"context"
	"math"
	"slices"
)

// Unheaded is a table whose headings do not say what its columns hold, with the first of its
// lines: whoever has several pages of the form, and the roll, can tell.
type Unheaded struct {
	Borders []float64   // of the columns, as in Learned
	Columns []Column    // left to right; without fields where nothing is known
	Lines   [][]Reading // by column; no text where nothing is written
}

// unheaded is the table of some cells, of whose columns so much is known; none where it has no
// columns.
func (x Extractor) unheaded(ctx context.Context, c *cells, known []Column) ([]Unheaded, error) {
	f := c.form
	if f.table.Columns() < 2 {
		return nil, nil
	}
	rows := c.sampleRows()
	u := Unheaded{Borders: shares(f.table), Columns: known}
	var wanted []item
	for _, row := range rows {
		for column, asked := range known {
			field := Name // of which any word may be read
			if len(asked.Fields) > 0 {
				field = asked.Fields[0]
			}
			wanted = append(wanted, item{row, column, 0, field})
		}
	}
	readings, err := x.items(ctx, c, wanted)
	if err != nil {
		return nil, err
	}
	for i := range readings {
		readings[i].Words, readings[i].Alternatives = nil, nil
	}
	for line := range slices.Chunk(readings, max(1, len(known))) {
		u.Lines = append(u.Lines, line)
	}
	return []Unheaded{u}, nil
}

// OfOneForm reports whether two tables are of the same form.
func (u Unheaded) OfOneForm(other Unheaded) bool {
	alike := func(a, b Column) bool { return slices.Equal(a.Fields, b.Fields) }
	return (Learned{Borders: u.Borders}).fits(other.Borders) &&
		slices.EqualFunc(u.Columns, other.Columns, alike)
}

// In reports whether the roll told what the columns of the table hold.
func (u Unheaded) In(known []Learned) bool {
	return slices.ContainsFunc(known, func(l Learned) bool { return l.ByRoll && l.fits(u.Borders) })
}

// Line is a line of the table with its columns understood as given: one field for each, none
// for a column that is not used.
func (u Unheaded) Line(i int, meant []Field) Row {
	row := Row{Number: i + 1, Fields: map[Field]Reading{}}
	for column, f := range meant {
		if f != "" && f != Number && f != Signature {
			row.Fields[f] = u.Lines[i][column]
		}
	}
	partZIP(row.Fields, Street, zipOfStreet)
	partZIP(row.Fields, CityState, zipOfPlace)
	joinName(row.Fields)
	return row
}

// Shapes says what the columns of tables of one form may hold, by what is written in them.
type Shapes struct {
	known  []Field     // of columns of which that is known
	open   []int       // the other columns in which people write
	cells  []int       // of each of those, how many are written in
	likely [][]float64 // of each of those, by meaning as in looksOf
	taken  map[Field]bool
	again  map[[2]int]float64 // share of the names in the second column that stand in the first, too
}

// ShapesOf compares what is written in the columns of tables of one form with what each kind of
// field looks like.
func ShapesOf(tables []Unheaded) Shapes {
	s := Shapes{known: make([]Field, len(tables[0].Columns)), taken: map[Field]bool{}, again: map[[2]int]float64{}}
	for i, c := range tables[0].Columns {
		if len(c.Fields) > 0 {
			s.known[i] = c.Fields[0]
		}
		for _, f := range c.Fields {
			s.taken[f] = true
		}
	}
	var may []Field
	for _, m := range looksOf {
		if !s.taken[m.field] {
			may = append(may, m.field)
		}
	}
	for i, f := range s.known {
		if f != "" {
			continue
		}
		var written []Reading
		lines := 0
		for _, t := range tables {
			for _, line := range t.Lines {
				if lines++; line[i].Text != "" || line[i].Engine == "hand" {
					written = append(written, line[i])
				}
			}
		}
		if len(written) > 0 && float64(len(written)) >= fewWritten*float64(lines) {
			// More cells than a page is judged by say hardly more: they are misread alike.
			cells, likely := min(len(written), shapeSample), meaningsOf(written, may)
			for m := range likely {
				likely[m] *= float64(cells) / float64(len(written))
			}
			s.open, s.cells, s.likely = append(s.open, i), append(s.cells, cells), append(s.likely, likely)
		}
	}
	s.setAgain(tables)
	return s
}

// setAgain finds the columns in which the names of others stand once more, as signatures do.
func (s *Shapes) setAgain(tables []Unheaded) {
	columns := make([][]Reading, len(s.known))
	for _, t := range tables {
		for _, line := range t.Lines {
			for i, r := range line {
				columns[i] = append(columns[i], r)
			}
		}
	}
	for _, i := range s.open {
		for _, j := range s.open {
			if i != j {
				s.again[[2]int{i, j}] = sharesNames(columns[i], columns[j])
			}
		}
	}
}

// Open are the columns in which people write and of which nothing is known.
func (s Shapes) Open() []int { return s.open }

// Likeliest is the likeliest meaning of each column by shape alone; none for those that
// nobody writes in.
func (s Shapes) Likeliest() []Field {
	meant := slices.Clone(s.known)
	best, _ := assignment(s.likely, s.taken)
	for n, m := range best {
		if m >= 0 {
			meant[s.open[n]] = looksOf[m].field
		}
	}
	return meant
}

// May are the meanings that an open column may have, whatever the other columns hold.
func (s Shapes) May(column int) (fields []Field) {
	const farthest = 2.5 // by which the mean cell speaks against a meaning, natural logarithm
	n := slices.Index(s.open, column)
	best := slices.Max(s.likely[n])
	for m, l := range s.likely[n] {
		if !math.IsInf(l, -1) && best-l < farthest*float64(s.cells[n]) {
			fields = append(fields, looksOf[m].field)
		}
	}
	return fields
}

// Log is the log likelihood of some meanings by shape, against others of the same columns.
func (s Shapes) Log(meant []Field) float64 {
	has := func(f Field) bool { return slices.Contains(meant, f) }
	if has(Name) && (has(Given) || has(Family)) {
		return math.Inf(-1) // nobody asks for both
	}
	set, sum := 0, 0.0
	for n, column := range s.open {
		m := slices.IndexFunc(looksOf, func(l looksOfField) bool { return l.field == meant[column] })
		if m >= 0 {
			sum += s.likely[n][m]
			set |= 1 << m
		}
	}
	return sum + plausible(set, s.taken) + s.signature(meant)
}

// signature is how much speaks for the signature's column because the names stand in it again.
func (s Shapes) signature(meant []Field) (most float64) {
	at := slices.Index(meant, Signature)
	for n, column := range s.open {
		for j, f := range meant {
			if column == at && (f == Name || f == Given || f == Family) {
				most = max(most, ofSignature*float64(s.cells[n])*s.again[[2]int{at, j}])
			}
		}
	}
	return most
}

// Again reports whether the names in a column stand in another one once more.
func (s Shapes) Again(column, names int) bool {
	const often = 0.3 // share of the names
	return s.again[[2]int{column, names}] > often
}

// Twin is the field that a column may as well hold without harm to a line, if any: see twins.
func (f Field) Twin() Field { return twins[f] }
