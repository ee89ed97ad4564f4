package extract

import (
	"context"
	"math"
	"slices"

	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// Learned is what is known of a form of which one page was understood for certain: where its
// columns are and what they ask for. Pages of the same form whose headings cannot be read are
// understood by it.
type Learned struct {
	Columns []Column
	Borders []float64 // of the columns, as shares of the table's width: from 0 to 1
	Rows    int       // that people sign in; none ByRoll
	ByRoll  bool      // the headings say nothing: see Unheaded
}

// Same reports whether two pages taught the same.
func (l Learned) Same(other Learned) bool {
	alike := func(a, b Column) bool { return slices.Equal(a.Fields, b.Fields) }
	return l.fits(other.Borders) && slices.EqualFunc(l.Columns, other.Columns, alike)
}

// Learn adds to what is known what it does not have yet.
func Learn(known, more []Learned) []Learned {
	for _, l := range more {
		if !slices.ContainsFunc(known, l.Same) {
			known = append(known, l)
		}
	}
	return known
}

// Understood reports whether it is certain what the columns of all tables of the page hold.
func (s Sheet) Understood() bool {
	return !slices.ContainsFunc(s.Open, func(o Open) bool { return o.Kind == ColumnsUnknown })
}

// learned is what a form teaches; nothing where its columns are not drawn.
func (f form) learned() []Learned {
	rows := f.table.Rows() - f.first
	if f.score < sureHeadings || f.table.Style != layout.Grid || rows <= fewRows || !f.forSigners() {
		return nil
	}
	return []Learned{{Columns: slices.Clone(f.columns), Borders: shares(f.table), Rows: rows}}
}

// shares are where the borders of a table are, as shares of its width.
func shares(t layout.Table) []float64 {
	if t.Columns() == 0 {
		return nil
	}
	y := middle(t.Bounds()).Y
	from, to := t.Borders[0].At(y), t.Borders[t.Columns()].At(y)
	out := make([]float64, len(t.Borders))
	for i, b := range t.Borders {
		out[i] = (b.At(y) - from) / (to - from)
	}
	return out
}

func (l Learned) fits(borders []float64) bool {
	const off = 0.012 // share of the width by which scans of one form differ
	return len(borders) > 2 && slices.EqualFunc(l.Borders, borders, func(a, b float64) bool { return math.Abs(a-b) <= off })
}

// recall understands one of some tables by what pages of the same form taught.
func (x Extractor) recall(ctx context.Context, v *view, tables []layout.Table, words []tesseract.Word) (f form, ok bool, err error) {
	for _, t := range tables {
		borders := shares(t)
		at := slices.IndexFunc(x.Known, func(l Learned) bool { return !l.ByRoll && l.fits(borders) })
		if at < 0 || t.Rows() <= fewRows || ok && t.Rows() <= f.table.Rows() {
			continue
		}
		known := x.Known[at]
		first, head, err := x.headRows(ctx, v, t, known, words)
		if err != nil {
			return form{}, false, err
		}
		f, ok = form{table: t, first: first, columns: slices.Clone(known.Columns), score: sureHeadings}, true
		f.head = headBand(v, t)
		if head >= 0 {
			f.head = t.Row(head)
		}
	}
	return f, ok, nil
}

// byRoll gives a form whose headings say nothing the meaning that the roll gave its columns.
func (x Extractor) byRoll(f form) form {
	borders := shares(f.table)
	at := slices.IndexFunc(x.Known, func(l Learned) bool { return l.ByRoll && l.fits(borders) })
	if at >= 0 {
		f.columns, f.byRoll = slices.Clone(x.Known[at].Columns), true
		f.teaches = []Learned{x.Known[at]}
	}
	return f
}

// headRows finds the headings of a form among the first rows of a table. Where none of them
// has the words of the headings, all are taken for lines: one too many is seen, one too few is lost.
func (x Extractor) headRows(ctx context.Context, v *view, t layout.Table, known Learned, words []tesseract.Word) (first, head int, err error) {
	const (
		likeHeadings = 0.5 // share of the headings' letter pairs
		mostHeads    = 3   // rows
	)
	best, head := likeHeadings, -1
	for row := range min(mostHeads, max(0, t.Rows()-known.Rows)) {
		in := wordsIn(words, t.Row(row))
		again, err := v.print(ctx, x.Print, t.Row(row), tesseract.Block)
		if err != nil {
			return 0, -1, err
		}
		for _, read := range [][]tesseract.Word{in, again} {
			if s := known.likeness(byColumn(t, lines(read))); s >= best {
				best, head = s, row
			}
		}
	}
	return head + 1, head, nil
}

// likeness is the share of the pairs of letters in the headings that texts have in their columns.
func (l Learned) likeness(texts []string) float64 {
	found, all := 0, 0
	for i, c := range l.Columns {
		both, own, _ := pairsIn(c.Heading, texts[i])
		found, all = found+both, all+own
	}
	return float64(found) / float64(max(1, all))
}

// pairsIn counts the pairs of letters that two texts have both, and that each of them has.
func pairsIn(a, b string) (both, inA, inB int) {
	pairs, others := pairsOf(a), pairsOf(b)
	for pair := range pairs {
		if others[pair] {
			both++
		}
	}
	return both, len(pairs), len(others)
}

func pairsOf(text string) map[string]bool {
	pairs := map[string]bool{}
	for _, w := range wordsOf(text) {
		for i := range len(w) - 1 {
			pairs[w[i:i+2]] = true
		}
	}
	return pairs
}
