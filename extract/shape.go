package extract

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// shapes are what a column's writing looks like, likeliest meaning first.
var shapes = []struct {
	field Field
	like  *regexp.Regexp
}{
	{Email, regexp.MustCompile(`\S@\S`)},
	{Date, regexp.MustCompile(`^\d{1,4}[-/.]\d{1,2}([-/.]\d{2,4})?$`)},
	{Phone, regexp.MustCompile(`^\(?\d{3}\)?[-. ]*\d{3}[-. ]*\d{4}$`)},
	{ZIP, regexp.MustCompile(`^\d{5}(-\d{4})?$`)},
	{MemberID, regexp.MustCompile(`^[A-Z]{0,3}\d{6,10}$`)},
	{CityState, regexp.MustCompile(`^[\pL. ]+[,.] *[A-Z]{2}\b`)},
	{Street, regexp.MustCompile(`^\d+ +\pL`)},
}

// shapeSample is how many rows are looked at to name a column.
const shapeSample = 12

// nameByShape gives columns whose headings could not be read a meaning by what
// is written in them: numbers and places by their looks, then the first column
// of words as the name and the last as the signature. Row numbers are the
// column that counts up from row to row, or a narrow one at the left.
func (x Extractor) nameByShape(ctx context.Context, c *cells) error {
	columns := c.form.columns
	seen := map[Field]bool{}
	var rest []int
	for i := range columns {
		texts, err := x.sample(ctx, c, i)
		if err != nil {
			return err
		}
		if i == 0 && (countsUp(texts) || c.narrow(i)) {
			columns[i].Fields = []Field{Number}
			continue
		}
		if field := shapeOf(texts); field != "" && !seen[field] {
			seen[field] = true
			columns[i].Fields = []Field{field}
			continue
		}
		rest = append(rest, i)
	}
	for n, i := range rest {
		switch {
		case n == 0:
			columns[i].Fields = []Field{Name}
		case n == len(rest)-1:
			columns[i].Fields = []Field{Signature}
		}
	}
	return nil
}

// sample reads the first written cells of a column.
func (x Extractor) sample(ctx context.Context, c *cells, column int) ([]string, error) {
	var wanted []item
	for row := c.form.first; row < min(c.form.first+shapeSample, c.form.table.Rows()); row++ {
		wanted = append(wanted, item{row, column, 0, Name})
	}
	readings, err := x.items(ctx, c, wanted)
	var texts []string
	for _, r := range readings {
		if r.Text != "" {
			texts = append(texts, r.Text)
		}
	}
	return texts, err
}

// shapeOf is the meaning that at least half of the texts look like.
func shapeOf(texts []string) Field {
	for _, s := range shapes {
		n := 0
		for _, t := range texts {
			if s.like.MatchString(strings.TrimSpace(t)) {
				n++
			}
		}
		if n > 0 && n*2 >= len(texts) {
			return s.field
		}
	}
	return ""
}

var small = regexp.MustCompile(`^\D?(\d{1,3})\D?$`)

// countsUp reports whether the texts are small numbers that grow.
func countsUp(texts []string) bool {
	var numbers []string
	for _, t := range texts {
		if m := small.FindStringSubmatch(t); m != nil {
			numbers = append(numbers, strings.Repeat("0", 3-len(m[1]))+m[1])
		}
	}
	return len(numbers) >= 3 && len(numbers)*2 >= len(texts) && slices.IsSorted(numbers)
}

// narrow reports whether a column has no room for a word.
func (c *cells) narrow(column int) bool {
	b := c.form.table.Borders
	return b[column+1].At(c.form.table.Bounds().Min.Y)-b[column].At(c.form.table.Bounds().Min.Y) < c.view.dpi*0.5
}
