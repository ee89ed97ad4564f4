package extract

import (
	"context"
	"image"
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
	exact   bool            // a printed sheet's, whose lines and borders are where they were printed
	combs   []bool          // of its columns, those with a box for each letter
	ticks   []layout.Rule   // the strokes between such boxes
}

// sureHeadings is the score from which on a row of words is taken for
// headings. Running text stays far below it.
const sureHeadings = 0.5

// findForm looks for the signer table and its headings. It returns nil where
// the page has none, and the printed words that it came across.
func findForm(ctx context.Context, v *view, engine Printer) (*form, []tesseract.Word, error) {
	t, ruled := drawnTable(v)
	if !ruled {
		return openForm(ctx, v, engine)
	}
	// Above the table there is room for a title, a sentence and headings; the
	// headings may also be the first rows.
	below := int(t.Lines[min(2, t.Rows())].At((t.Left + t.Right) / 2))
	words, err := v.print(ctx, engine, image.Rect(0, 0, v.bounds().Max.X, below), tesseract.Sparse)
	if err != nil {
		return nil, nil, err
	}
	best := form{table: t}
	for row := -1; row < min(2, t.Rows()-1); row++ {
		f, err := headedBy(ctx, v, engine, t, row, words)
		if err != nil {
			return nil, nil, err
		}
		if f.score > best.score {
			best = f
		}
	}
	if best, err = readAgain(ctx, v, engine, best); err != nil {
		return nil, nil, err
	}
	if best.score >= sureHeadings && best.framed(v) {
		open, all, err := openForm(ctx, v, engine)
		if err != nil {
			return nil, nil, err
		}
		if open != nil && open.table.Rows() > t.Rows() {
			open.frame = frameOf(t)
			return open, all, nil
		}
	}
	if best.score >= sureHeadings {
		best.numberRows(v)
		return &best, words, nil
	}
	if t.Columns() >= 2 && t.Rows() >= 4 {
		return &form{table: t, columns: make([]Column, t.Columns())}, words, nil
	}
	// A frame around an open table, or lines that have nothing to do with it.
	f, all, err := openForm(ctx, v, engine)
	if f == nil {
		return nil, append(all, words...), err
	}
	f.frame = frameOf(t)
	return f, all, err
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
		if before > 0.9 {
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
		if meanings, score := heading.Meanings(texts); score > f.score {
			f.columns, f.score = columnsOf(texts, meanings), score
		}
	}
	return f, nil
}

// framed reports whether what was found is but a frame around a table in which
// nothing is drawn: it has rows as high as several lines of writing.
func (f *form) framed(v *view) bool {
	rows := f.table.Rows() - f.first
	for row := f.first; row < f.table.Rows(); row++ {
		if height := f.table.Row(row).Dy(); height > v.inches(1.3) || rows <= 2 && height > v.inches(1) {
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

// numberRows takes a first column without a heading and without room for a
// word for printed row numbers.
func (f *form) numberRows(v *view) {
	b := f.table.Borders
	if len(f.columns) > 2 && len(f.columns[0].Fields) == 0 && b[1].At(f.head.Min.Y)-b[0].At(f.head.Min.Y) < v.dpi*0.6 {
		f.columns[0].Fields = []Field{Number}
	}
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

// drawnTable is the table that lines or shading show; the one with more rows
// where both show one.
func drawnTable(v *view) (layout.Table, bool) {
	ruled, ok := layout.RuledTable(v.lying, v.standing, v.dpi)
	if ok && ruled.Style == layout.Grid {
		return ruled, true
	}
	shaded, bands := layout.ShadedTable(v.work, v.dpi)
	if bands && shaded.Rows() > ruled.Rows() {
		return shaded, true
	}
	return ruled, ok
}

// headedBy tries the words of a row of a table as its headings: each line of
// them, each two lines, and all. Row −1 is the band above the table.
func headedBy(ctx context.Context, v *view, engine Printer, t layout.Table, row int, words []tesseract.Word) (form, error) {
	band := image.Rect(t.Left, t.Bounds().Min.Y-v.inches(0.55), t.Right, t.Bounds().Min.Y+v.inches(0.03))
	if row >= 0 {
		band = t.Row(row)
	}
	in := slices.DeleteFunc(slices.Clone(words), func(w tesseract.Word) bool { return !middle(w.Box).In(band) || !legible(w.Text) })
	best := form{table: t}
	try := func(texts []string, head image.Rectangle) {
		if meanings, score := heading.Meanings(texts); len(texts) > 1 && score > best.score {
			if row >= 0 {
				head = band // the whole cells
			}
			best = form{table: t, first: row + 1, columns: columnsOf(texts, meanings), head: head, score: score}
		}
	}
	if t.Columns() == 0 {
		h, ok := bestHeadings(in)
		if !ok || h.score < hopefulHeadings {
			return best, nil
		}
		h, err := v.completed(ctx, engine, h)
		if err != nil {
			return best, err
		}
		borders := layout.BordersUnder(h.boxes(), v.writing(t.Bounds()), t.Bounds())
		return form{table: t.WithBorders(borders), first: row + 1, columns: h.columns(), head: headOf(v, h.boxes()), score: h.score}, nil
	}
	rows := lines(in)
	for i := range rows {
		try(byColumn(t, rows[i:i+1]), headOf(v, boxesOf(rows[i])))
		if i > 0 {
			try(byColumn(t, rows[i-1:i+1]), headOf(v, boxesOf(slices.Concat(rows[i-1:i+1]...))))
		}
	}
	if row >= 0 {
		try(byColumn(t, rows), band)
	}
	return best, nil
}

// headOf is the box around headings with the room a line of print needs.
func headOf(v *view, boxes []image.Rectangle) image.Rectangle {
	var all image.Rectangle
	for _, b := range boxes {
		all = all.Union(b)
	}
	return all.Inset(-v.inches(0.03))
}

// byColumn joins the words of each column.
func byColumn(t layout.Table, rows [][]tesseract.Word) []string {
	texts := make([]string, t.Columns())
	for _, row := range rows {
		for _, w := range row {
			at := middle(w.Box)
			column := slices.IndexFunc(t.Borders[1:], func(b layout.Rule) bool { return float64(at.X) < b.At(at.Y) })
			if column >= 0 {
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
	if h.score < sureHeadings && v.words == nil {
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

// typed reports whether ink is that of a word of the page's own text layer.
func (v *view) typed(box image.Rectangle) bool {
	return slices.ContainsFunc(v.words, func(w tesseract.Word) bool {
		return middle(box).In(w.Box.Inset(-v.inches(0.015)))
	})
}

// writing is where words stand in a part of the page, printed or written.
func (v *view) writing(r image.Rectangle) []image.Rectangle {
	var boxes []image.Rectangle
	for _, w := range v.words {
		if middle(w.Box).In(r) {
			boxes = append(boxes, w.Box)
		}
	}
	var pieces []image.Rectangle
	for _, c := range v.components().List {
		long := max(c.Box.Dx(), c.Box.Dy())
		if long >= v.inches(0.03) && long < v.inches(4) && middle(c.Box).In(r) && c.Box.Dy() < v.inches(1) && !v.typed(c.Box) {
			pieces = append(pieces, c.Box)
		}
	}
	for _, group := range layout.Words(pieces, v.inches(0.08)) {
		var box image.Rectangle
		for _, i := range group {
			box = box.Union(pieces[i])
		}
		if box.Dy() >= v.inches(0.05) {
			boxes = append(boxes, box)
		}
	}
	return boxes
}
