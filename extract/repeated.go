package extract

import (
	"context"
	"image"
	"regexp"
	"slices"
	"strings"

	"countersign/extract/heading"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// Rows of print in a table are no lines: headings that nobody understood, headings that the
// form repeats half way down, and the title above those. They are left unfiled, so that the
// account of the page looks at them again: what is not print there is an open point.

// printedFirst reports whether the first row is the form's: headings in words that nobody
// listed, or an example of how to fill in the others. The signature of an example may look
// like one by hand; it is left to the account of the page. Where the row after it is printed,
// too, the list was typed, and its first row is a line like the others.
func (x Extractor) printedFirst(ctx context.Context, r reading, c *cells) (bool, error) {
	const (
		handwritten = 0.5  // share of print up to which a row is filled in by hand
		printed     = 0.75 // share of print of long headings, whose small letters do not all look like it
	)
	first := c.form.first
	if c.form.told || first+1 >= c.form.table.Rows() {
		return false, nil
	}
	var but []Field
	if first > 0 || c.form.score >= sureHeadings {
		if !saysExample(wordsIn(r.words, c.form.table.Row(first))) {
			return false, nil
		}
		but = []Field{Signature}
	}
	share, err := x.printIn(ctx, r, c, first, but)
	if err != nil || share < 1 && (but != nil || share < printed) {
		return false, err
	}
	share, err = x.printIn(ctx, r, c, first+1, but)
	return share < handwritten, err
}

// saysExample reports whether print says that it is an example.
func saysExample(words []tesseract.Word) bool {
	return slices.ContainsFunc(words, func(w tesseract.Word) bool {
		return slices.ContainsFunc(wordsOf(w.Text), func(text string) bool { return slices.Contains(examples, text) })
	})
}

var examples = strings.Fields("example sample specimen beispiel muster mustermann musterfrau exemple ejemplo muestra voorbeeld esempio exemplo")

// printIn is the share of the marks in a row that are print, leaving out the columns that ask for
// certain fields only; 0 for an empty row.
func (x Extractor) printIn(ctx context.Context, r reading, c *cells, row int, but []Field) (float64, error) {
	var ink []image.Rectangle
	for column, asked := range c.form.columns {
		if but == nil || !slices.Equal(asked.Fields, but) {
			ink = append(ink, c.inkIn(row, column)...)
		}
	}
	marks := c.view.marks(ink)
	n := len(marks)
	if n == 0 || len(r.forms) == 0 {
		return 0, nil
	}
	left, err := x.withoutPrint(ctx, r, marks)
	return 1 - float64(len(left))/float64(n), err
}

// withoutHeadings leaves out the rows that say what their columns ask for, the row above each
// where it is a title, titles that take a row of their own, and a line of print right below
// an open table. number is that of the row before the first.
func (x Extractor) withoutHeadings(ctx context.Context, r reading, c *cells, rows []Row, number int) ([]Row, error) {
	drop := map[int]bool{}
	for n, line := range rows {
		row := c.form.rowOf(line, number)
		footer := n == len(rows)-1 && c.form.table.Style == layout.Open && c.runsAcross(row)
		if (c.merged[row] || footer) && !c.ofSigner(r, line, row) {
			share, err := x.printIn(ctx, r, c, row, nil)
			if err != nil {
				return nil, err
			}
			drop[row] = share == 1
		}
		if !c.repeatsHeadings(line) {
			continue
		}
		drop[row], c.heads[row] = true, true
		if above := row - 1; c.filed[above] && c.runsAcross(above) {
			share, err := x.printIn(ctx, r, c, above, nil)
			if err != nil {
				return nil, err
			}
			drop[above] = share == 1
			if i := n - 1; share < 1 && i >= 0 {
				rows[i].doubt()
			}
		}
	}
	return slices.DeleteFunc(rows, func(line Row) bool {
		row := c.form.rowOf(line, number)
		if drop[row] {
			delete(c.filed, row)
		}
		return drop[row]
	}), nil
}

// ofSigner reports whether what stands in a row says more than a title does: it has a number, as
// of a member, or a signature that was typed.
func (c *cells) ofSigner(r reading, line Row, row int) bool {
	all := textOf(wordsIn(r.words, c.form.table.Row(row)))
	for _, f := range line.Fields {
		all += " " + f.Text
	}
	return longNumber.MatchString(all) || strings.Contains(all, "/s/")
}

var longNumber = regexp.MustCompile(`\d{4}`)

// mergedRows are the rows that are one cell, without a border, in a table whose other rows
// have their borders drawn: titles of the lines below them, such as a department's name.
func (c *cells) mergedRows() map[int]bool {
	const most = 0.7 // of the rows and of their borders
	t := c.form.table
	if t.Columns() < 3 {
		return nil
	}
	merged := map[int]bool{}
	drawn := 0
	for row := c.form.first; row < t.Rows(); row++ {
		n := c.view.bordersIn(t, row)
		if float64(n) >= most*float64(t.Columns()-1) {
			drawn++
		}
		merged[row] = n == 0
	}
	if float64(drawn) < most*float64(t.Rows()-c.form.first) {
		return nil
	}
	return merged
}

// borderOff is by how many inches a border is drawn off its place in a row at most.
const borderOff = 0.05

// repeatsHeadings reports whether at least two cells of a row are headings of just what their
// columns ask for. A member's name may be a word of headings; two are not.
func (c *cells) repeatsHeadings(r Row) bool {
	const alike = 0.8 // confidence, for handwriting's network reads print as well as it can
	n := 0
	for _, asked := range c.form.columns {
		if len(asked.Fields) != 1 {
			continue
		}
		m := heading.Of(r.Fields[asked.Fields[0]].Text)
		if m.Confidence >= alike && slices.Equal(m.Items, []string{string(asked.Fields[0])}) {
			n++
		}
	}
	return n >= 2
}

// printedBlanks are the rows in which nobody wrote: all they hold, and nothing where a person would
// be named or sign, is what most rows have at the same place, such as a town or the blanks of a
// date, or what two of them at least have at the same place of one column, such as its slashes.
// Where others wrote over those, they do not recur in most rows.
func (c *cells) printedBlanks() map[int]bool {
	const off = 0.06 // inch by which the same print is off its place in another row
	type lone struct {
		row, column int
		box         image.Rectangle // in the row
	}
	blank := map[int]bool{}
	var all []lone
	for row := c.form.first; row < c.form.table.Rows(); row++ {
		var in []lone
		for column := range c.form.columns {
			if ink := c.inkIn(row, column); len(ink) > 0 {
				in = append(in, lone{row, column, ink[0].Sub(c.form.table.Row(row).Min)})
			}
		}
		asked := func(l lone) Column { return c.form.columns[l.column] }
		named := slices.ContainsFunc(in, func(l lone) bool {
			unknown := len(asked(l).Fields) == 0 && c.form.score < sureHeadings
			return unknown || asked(l).asks(Name, Given, Family, MemberID, Signature)
		})
		if named || len(in) == 0 {
			continue
		}
		blank[row] = !slices.ContainsFunc(in, func(l lone) bool { return !c.pen.FormOnly(row, l.column) })
		if len(in) == 1 && len(asked(in[0]).Fields) > 0 {
			all = append(all, in[0])
		}
	}
	near := func(a, b int) bool { return max(a-b, b-a) <= c.view.inches(off) }
	for i, a := range all {
		blank[a.row] = blank[a.row] || slices.ContainsFunc(slices.Concat(all[:i], all[i+1:]), func(b lone) bool {
			return a.column == b.column && near(a.box.Min.X, b.box.Min.X) && near(a.box.Min.Y, b.box.Min.Y) &&
				near(a.box.Max.X, b.box.Max.X) && near(a.box.Max.Y, b.box.Max.Y)
		})
	}
	return blank
}
