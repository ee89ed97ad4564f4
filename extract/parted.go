package extract

import (
	"context"
	"image"
	"slices"

	"countersign/extract/layout"
)

// parted understands a table in which one column has two cells a row, one above the other: the
// name of a signer under the signature, beside one cell each for the rest. What the form prints
// in one of the two says which is which. It gives nil where no column is parted, and reports
// false where one is and nobody can tell what its halves are.
func (x Extractor) parted(ctx context.Context, v *view, f form) (found *records, ok bool, err error) {
	column := f.columnOf(Name, Signature)
	if column < 0 || f.inside || f.table.Style != layout.Grid {
		return nil, true, nil
	}
	cuts := v.cutsOf(f.table, f.first, column)
	if cuts == nil {
		return nil, true, nil
	}
	var halves [][2]image.Rectangle
	for i, y := range cuts {
		upper := f.table.Cell(f.first+i, column)
		lower := upper
		upper.Max.Y, lower.Min.Y = y, y
		halves = append(halves, [2]image.Rectangle{upper, lower})
	}
	r := &records{score: f.score}
	items, labels, err := x.halfItems(ctx, v, halves)
	if items == nil || err != nil {
		return nil, false, err
	}
	r.print = labels
	for i, c := range f.columns {
		switch {
		case i == column:
			for _, item := range items {
				r.columns = append(r.columns, Column{Heading: c.Heading, Fields: []Field{item}})
			}
		case !slices.Equal(c.Fields, []Field{Number}):
			r.columns = append(r.columns, c)
		}
	}
	if !(form{columns: r.columns}).forSigners() {
		return nil, false, nil
	}
	for n, half := range halves {
		one := record{box: f.table.Row(f.first + n)}
		for i, c := range f.columns {
			switch {
			case i == column:
				one.slots = append(one.slots, half[0], half[1])
			case !slices.Equal(c.Fields, []Field{Number}):
				one.slots = append(one.slots, f.table.Cell(f.first+n, i))
			}
		}
		r.all = append(r.all, one)
	}
	return r, true, nil
}

// columnOf is the first column that asks for one of some fields and for nothing else, −1 where
// none does.
func (f form) columnOf(fields ...Field) int {
	return slices.IndexFunc(f.columns, func(c Column) bool { return len(c.Fields) == 1 && c.asks(fields...) })
}

// cutsOf are the heights of the lines that part the cells of a column from a row on, nil where
// most are not parted. In a row without one it is where it is in the others.
func (v *view) cutsOf(t layout.Table, from, column int) []int {
	const (
		along = 0.8 // of the width of the cell
		most  = 0.7 // of the rows
		edge  = 0.2 // of the height of the cell, in which there is none
	)
	rows := t.Rows() - from
	cuts := make([]int, max(0, rows))
	var shares []int // per thousand of the height
	for i := range cuts {
		cell := t.Cell(from+i, column)
		covered, height, longest := 0, 0, 0
		for _, r := range v.lying {
			from, to := max(r.From, cell.Min.X), min(r.To, cell.Max.X)
			if to <= from {
				continue
			}
			y := int(r.At((from + to) / 2))
			if in := float64(y - cell.Min.Y); in < edge*float64(cell.Dy()) || in > (1-edge)*float64(cell.Dy()) {
				continue
			}
			covered += to - from
			if to-from > longest {
				longest, height = to-from, y
			}
		}
		if float64(covered) >= along*float64(cell.Dx()) {
			cuts[i] = height
			shares = append(shares, 1000*(height-cell.Min.Y)/cell.Dy())
		}
	}
	if len(shares) < 2 || float64(len(shares)) < most*float64(rows) {
		return nil
	}
	usual := median(shares)
	for i, y := range cuts {
		if cell := t.Cell(from+i, column); y == 0 {
			cuts[i] = cell.Min.Y + usual*cell.Dy()/1000
		}
	}
	return cuts
}

// halfItems is what the upper and the lower halves of cells ask for by the label that most of
// one half have, and the places of labels in all cells. Where one half is the name, the other
// is the signature. It gives nil where no label says so.
func (x Extractor) halfItems(ctx context.Context, v *view, halves [][2]image.Rectangle) (items []Field, labels []image.Rectangle, err error) {
	var asked [2][]Field
	for half := range asked {
		var places []image.Rectangle
		for _, pair := range halves {
			places = append(places, pair[half])
		}
		words, err := x.recurringWords(ctx, v, places, inMostRows)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range atomsOf(words) {
			if item := Field(a.key); a.label && (item == Name || item == Signature) {
				asked[half] = append(asked[half], item)
			}
			for _, place := range places {
				labels = append(labels, a.box.Add(place.Min))
			}
		}
	}
	only := func(half int, item Field) bool {
		return slices.Equal(asked[half], []Field{item}) && !slices.Contains(asked[1-half], item)
	}
	switch {
	case only(1, Name), only(0, Signature):
		return []Field{Signature, Name}, labels, nil
	case only(0, Name), only(1, Signature):
		return []Field{Name, Signature}, labels, nil
	}
	return nil, nil, nil
}
