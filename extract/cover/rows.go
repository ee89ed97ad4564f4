package cover

import (
	"image"
	"slices"
	"strings"
	"unicode"

	"countersign/extract/heading"
)

// row is what people see as one line, left to right.
type row struct {
	segments []segment
	words    []Word
	height   int // of its letters
	mid      int // of its letters, from the top of the page
}

// segment is a part of a row that stands apart: a cell of a table, a label
// with its text, or the whole row.
type segment struct {
	words []Word
	label label
}

func (s segment) box() image.Rectangle { return boxOf(s.words) }

// rest is the text after the label.
func (s segment) rest() string { return s.label.rest }

func (w row) text() string         { return textOf(w.words) }
func (w row) box() image.Rectangle { return boxOf(w.words) }

// rest is the text after the label of the first segment and all segments
// after that.
func (w row) rest() string {
	text := w.segments[0].rest()
	for _, s := range w.segments[1:] {
		text += " " + textOf(s.words)
	}
	return strings.TrimSpace(text)
}

// labelled says whether any segment of the row has a label.
func (w row) labelled() bool {
	return slices.ContainsFunc(w.segments, func(s segment) bool { return s.label.kind != noLabel })
}

func rowOf(segments []segment) row {
	w := row{segments: segments}
	for _, s := range segments {
		w.words = append(w.words, s.words...)
	}
	w.height, w.mid = middle(w.words)
	return w
}

// arrange makes rows of lines: top to bottom, each cut where a gap is wide.
func arrange(lines []Line) []row {
	var rows []row
	for _, l := range lines {
		words := slices.DeleteFunc(slices.Clone(l.Words), func(w Word) bool {
			return strings.TrimSpace(w.Text) == "" || w.Box.Empty()
		})
		if len(words) > 0 && slices.ContainsFunc(words, func(w Word) bool { return wordy(w.Text) }) {
			w := row{words: words}
			w.height, w.mid = middle(words)
			rows = append(rows, w)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return a.mid - b.mid })
	rows = merge(rows)
	for i := range rows {
		rows[i].segments = cut(rows[i])
	}
	return rows
}

// merge joins lines at one height that do not cover each other.
func merge(rows []row) []row {
	var out []row
	for _, w := range rows {
		joined := false
		for k := len(out) - 1; k >= 0 && k >= len(out)-3 && !joined; k-- {
			o := &out[k]
			apart := w.box().Min.X >= o.box().Max.X-o.height/2 || o.box().Min.X >= w.box().Max.X-o.height/2
			if apart && abs(w.mid-o.mid)*5 < 2*min(w.height, o.height) {
				o.words = append(o.words, w.words...)
				joined = true
			}
		}
		if !joined {
			out = append(out, w)
		}
	}
	for i := range out {
		slices.SortStableFunc(out[i].words, func(a, b Word) int { return a.Box.Min.X - b.Box.Min.X })
		out[i].height, out[i].mid = middle(out[i].words)
	}
	return out
}

// cut parts a row where the space is much wider than between words, and before
// a label that follows a smaller gap.
func cut(w row) []segment {
	var list []segment
	for i, word := range w.words {
		if i > 0 {
			space := word.Box.Min.X - w.words[i-1].Box.Max.X
			if space*10 < w.height*18 {
				last := &list[len(list)-1]
				last.words = append(last.words, word)
				continue
			}
		}
		list = append(list, segment{words: []Word{word}})
	}
	return list
}

// gap is the free height between row i and the row above, in letter heights.
func (r reader) gap(i int) float64 {
	if i == 0 {
		return 0
	}
	return float64(r.rows[i].mid-r.rows[i-1].mid)/float64(r.height) - 1
}

// usual gives the usual letter height of the page: that of a single row varies
// with the letters it happens to have.
func usual(rows []row) int {
	var heights []int
	for _, w := range rows {
		heights = append(heights, w.height)
	}
	slices.Sort(heights)
	if len(heights) == 0 {
		return 1
	}
	return max(1, heights[len(heights)/2])
}

// full says whether row i reaches as far right as text on the page does.
func (r reader) full(i int) bool {
	right := 0
	for _, w := range r.rows {
		right = max(right, w.box().Max.X)
	}
	return r.rows[i].box().Max.X > right*17/20 && r.rows[i].box().Max.X > r.size.X*7/10
}

// table says whether row i is the header row of a table.
func (r reader) table(i int) bool {
	_, score := heading.Meanings(r.rows[i].texts())
	return len(r.rows[i].segments) > 1 && score > .5
}

func (w row) texts() []string {
	var texts []string
	for _, s := range w.segments {
		texts = append(texts, textOf(s.words))
	}
	return texts
}

// middle gives the usual height of the words and the usual middle: medians,
// since a pen stroke may make a box much higher.
func middle(words []Word) (height, mid int) {
	var heights, mids []int
	for _, w := range words {
		if len(w.Text) > 1 || len(words) == 1 {
			heights = append(heights, w.Box.Dy())
			mids = append(mids, (w.Box.Min.Y+w.Box.Max.Y)/2)
		}
	}
	if len(heights) == 0 {
		b := boxOf(words)
		return b.Dy(), (b.Min.Y + b.Max.Y) / 2
	}
	slices.Sort(heights)
	slices.Sort(mids)
	return heights[len(heights)/2], mids[len(mids)/2]
}

func boxOf(words []Word) image.Rectangle {
	var b image.Rectangle
	for _, w := range words {
		b = b.Union(w.Box)
	}
	return b
}

// textOf joins words, leaving out single signs that are no part of a text.
func textOf(words []Word) string {
	var parts []string
	for _, w := range words {
		t := strings.TrimSpace(w.Text)
		if wordy(t) || t == "&" || t == "-" || t == "–" || t == "—" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, " ")
}

// wordy says whether a text has a letter or a digit in it.
func wordy(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

func abs(n int) int { return max(n, -n) }
