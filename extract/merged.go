package extract

import (
	"image"
	"math"
	"slices"

	"countersign/extract/heading"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// partMerged parts columns between which a scan lost the border: two headings side by side
// in one, each of which plainly asks for one thing.
func (f *form) partMerged(v *view, words []tesseract.Word) {
	if f.table.Columns() == 0 || len(f.columns) != f.table.Columns() {
		return
	}
	in := wordsIn(words, f.head)
	for i := len(f.columns) - 1; i >= 0; i-- {
		if len(f.columns[i].Fields) == 0 {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(in), func(w tesseract.Word) bool {
			return columnAt(f.table, w.Box) != i
		})
		side := sideBySide(own)
		if len(side) < 2 {
			continue
		}
		var columns []Column
		left := f.table.Borders[i].At(f.head.Max.Y)
		for n, p := range side {
			asked := Field(heading.Of(p.text).Items[0])
			columns = append(columns, Column{Heading: p.text, Fields: []Field{asked}})
			if n > 0 {
				f.table = f.table.WithBorder(i+n, f.lostBorder(v, side[n-1].box, p.box)-left)
				left = f.table.Borders[i+n].At(f.head.Max.Y)
			}
		}
		f.columns = slices.Replace(f.columns, i, i+1, columns...)
	}
}

// sideBySide are the headings in one column that stand beside one another; none where they
// may be one.
func sideBySide(words []tesseract.Word) phrases {
	const apart = 2.0 // of the height of the words: much wider than a blank
	rows := lines(words)
	if len(rows) != 1 {
		return nil
	}
	all := phrasesOf(rows[0], apart)
	asked := map[string]bool{}
	for _, p := range all {
		m := heading.Of(p.text)
		if m.Confidence < clearHeading || len(m.Items) != 1 || asked[m.Items[0]] || m.Items[0] == string(Number) {
			return nil
		}
		asked[m.Items[0]] = true
	}
	return all
}

// lostBorder is where the border between two headings runs: along what is left of it, or
// where the least is written below.
func (f *form) lostBorder(v *view, left, right image.Rectangle) float64 {
	const (
		few = 0.5  // rows: shorter strokes are writing
		off = 0.04 // inch by which pieces of one border are out of line
	)
	bounds := f.table.Bounds()
	from, to := middle(left).X, middle(right).X
	best, longest := 0.0, few*float64(bounds.Dy())/float64(f.table.Rows())
	for _, r := range v.standing {
		at := (max(r.From, bounds.Min.Y) + min(r.To, bounds.Max.Y)) / 2
		x := r.At(at)
		if x <= float64(from) || x >= float64(to) || r.From > bounds.Max.Y || r.To < bounds.Min.Y {
			continue
		}
		length := 0.0 // of all that stands along it
		for _, o := range v.standing {
			if math.Abs(o.At(at)-x) < v.dpi*off {
				length += float64(max(0, min(o.To, bounds.Max.Y)-max(o.From, bounds.Min.Y)))
			}
		}
		if length > longest {
			best, longest = x, length
		}
	}
	if best > 0 {
		return best
	}
	under := layout.BordersUnder([]image.Rectangle{left, right}, v.writing(bounds), bounds)
	return under[1].At(f.head.Max.Y)
}
