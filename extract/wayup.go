package extract

import (
	"context"
	"math"
)

// upright reads the page held in turn by each of the given quarters, likeliest
// first, until its print makes sense; that is nearly always at once. Where it makes none
// either way, what people wrote shows which way is up.
func (x Extractor) upright(ctx context.Context, asIs *view, quarters []int) (reading, error) {
	const plainly = 0.1 // by which handwriting reads better the right way up
	var best reading
	leans := map[int]float64{0: asIs.turned.Lean} // of the page as it is and on its side, once known
	for _, q := range quarters {
		v := asIs
		if lean, known := leans[q%2]; q != 0 && known {
			v = leaningView(asIs.page, q, lean)
		} else if q != 0 {
			v = newView(asIs.page, q)
			leans[q%2] = v.turned.Lean
		}
		r, err := x.read(ctx, v)
		if err != nil {
			return reading{}, err
		}
		better := best.view == nil || r.sense > best.sense
		if best.view != nil && best.unheaded() && r.unheaded() {
			if err := x.legible(ctx, &best); err != nil {
				return reading{}, err
			}
			if err := x.legible(ctx, &r); err != nil {
				return reading{}, err
			}
			if by := r.clear - best.clear; math.Abs(by) >= plainly {
				better = by > 0
			}
		}
		if better {
			best = r
		}
		if best.sense >= plain {
			break
		}
	}
	return best, nil
}

// plain is the sense from which on nobody looks whether the page would read
// better the other way up: some five words of print, or a row of headings.
const plain = 5.0

// unheaded reports whether the page has a table whose headings could not be read.
func (r reading) unheaded() bool {
	return r.sense < plain && len(r.forms) > 0 && r.forms[0].score < sureHeadings && r.forms[0].table.Columns() > 0
}

// legible finds out how well what people wrote in the table reads: the mean confidence of
// some of its cells. What stands on its head reads poorly.
func (x Extractor) legible(ctx context.Context, r *reading) error {
	const (
		rows   = 5
		word   = 3 // letters and digits; less says nothing
		fewest = 6 // cells
	)
	if r.clear > 0 {
		return nil
	}
	f := r.forms[0]
	f.columns = make([]Column, f.table.Columns())
	c := newCells(r.view, &f)
	written := c.sampleRows()
	var sum float64
	n := 0
	for column := range f.columns {
		readings, err := x.sample(ctx, c, column, written[:min(len(written), rows)])
		if err != nil {
			return err
		}
		for _, one := range readings {
			if letters, digits := lettersAndDigits(one.Text); letters+digits >= word {
				sum, n = sum+one.Confidence, n+1
			}
		}
	}
	if n >= fewest {
		r.clear = sum / float64(n)
	}
	return nil
}
