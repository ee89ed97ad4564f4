package extract

import (
	"context"
	"math"
	"slices"

	"countersign/extract/heading"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// headedOnEnd reads headings that stand on end above narrow columns: the first row is higher
// than the others, and what is printed in its cells higher than wide. It returns a form
// without a score where that is not so, or where they make no sense either way up.
func headedOnEnd(ctx context.Context, v *view, engine Printer, t layout.Table) (form, error) {
	const (
		higher = 1.5 // than a usual row; the same for the ink of a cell against its width
		fewest = 2   // cells
	)
	none := form{table: t}
	t = v.withTallHead(t)
	if v.words != nil || t.Columns() < fewest || t.Rows() < 4 {
		return none, nil
	}
	var heights []int
	for i := range t.Rows() {
		heights = append(heights, t.Row(i).Dy())
	}
	slices.Sort(heights)
	if float64(t.Row(0).Dy()) < higher*float64(heights[len(heights)/2]) {
		return none, nil
	}
	f := form{table: t, first: 1, columns: make([]Column, t.Columns()), head: t.Row(0)}
	c := newCells(v, &f)
	var onEnd []int // columns
	for column := range f.columns {
		if box := c.ink.Box(0, column, 0); float64(box.Dy()) > higher*float64(box.Dx()) {
			onEnd = append(onEnd, column)
		}
	}
	if len(onEnd) < fewest {
		return none, nil
	}
	for _, quarters := range []int{1, 3} {
		texts := make([]string, t.Columns())
		for _, column := range onEnd {
			g := c.ink.Picture(v.turned.Image, 0, column, 0)
			if g == nil {
				continue
			}
			words, err := engine.Words(ctx, framed(layout.Turn(g, quarters, 0).Image, 12), tesseract.Block, int(v.page.DPI))
			if err != nil {
				return none, err
			}
			texts[column] = textOf(words)
		}
		meanings, score, weight := heading.Weigh(texts)
		if g := (form{score: score, weight: weight}); g.betterThan(f) {
			f.columns, f.score, f.weight = columnsOf(texts, meanings), score, weight
		}
	}
	if f.score < sureHeadings {
		return none, nil
	}
	return f, nil
}

// withTallHead is the table without the lines in its head that nobody drew: where a row of headings
// is as high as several others, lines were added as if they were missing.
func (v *view) withTallHead(t layout.Table) layout.Table {
	const (
		near = 0.05 // inches
		most = 0.2  // of the width, that is drawn of a line that was added: strokes of letters
	)
	drawn := func(line layout.Rule) bool {
		n := 0
		for _, r := range v.lying {
			from, to := max(r.From, t.Left), min(r.To, t.Right)
			if at := (from + to) / 2; to > from && math.Abs(r.At(at)-line.At(at)) <= near*v.dpi {
				n += to - from
			}
		}
		return float64(n) > most*float64(t.Right-t.Left)
	}
	head := 1
	for head+1 < len(t.Lines) && !drawn(t.Lines[head]) {
		head++
	}
	if head+1 == len(t.Lines) {
		return t
	}
	t.Lines = slices.Delete(slices.Clone(t.Lines), 1, head)
	return t
}
