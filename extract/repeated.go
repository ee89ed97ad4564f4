package extract

import (
	"context"
	"slices"

	"countersign/extract/heading"
)

// Rows of print in a table are no lines: headings that nobody understood, headings that the
// form repeats half way down, and the title above those. They are left unfiled, so that the
// account of the page looks at them again: what is not print there is an open point.

// printedFirst reports whether the first row of a table without known headings is print
// throughout, such as headings in words that nobody listed.
func (x Extractor) printedFirst(ctx context.Context, r reading, c *cells) (bool, error) {
	if c.form.first > 0 || c.form.score >= sureHeadings || c.form.told {
		return false, nil
	}
	return x.printed(ctx, r, c, 0)
}

// printed reports whether a row holds print and nothing else.
func (x Extractor) printed(ctx context.Context, r reading, c *cells, row int) (bool, error) {
	marks := c.view.marks(c.unknownInk(row))
	if len(marks) == 0 || len(r.forms) == 0 {
		return false, nil
	}
	left, err := x.withoutPrint(ctx, r, marks)
	return len(left) == 0, err
}

// withoutHeadings leaves out the rows that say what their columns ask for, and the row above
// each where it is a title. number is that of the row before the first.
func (x Extractor) withoutHeadings(ctx context.Context, r reading, c *cells, rows []Row, number int) ([]Row, error) {
	drop := map[int]bool{}
	for n, line := range rows {
		row := c.form.first + line.Number - number - 1
		if !c.repeatsHeadings(line) {
			continue
		}
		drop[row], c.heads[row] = true, true
		if above := row - 1; c.filed[above] && c.runsAcross(above) {
			title, err := x.printed(ctx, r, c, above)
			if err != nil {
				return nil, err
			}
			drop[above] = title
			if i := n - 1; !title && i >= 0 {
				rows[i].doubt()
			}
		}
	}
	return slices.DeleteFunc(rows, func(line Row) bool {
		row := c.form.first + line.Number - number - 1
		if drop[row] {
			delete(c.filed, row)
		}
		return drop[row]
	}), nil
}

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
