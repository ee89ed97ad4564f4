package extract

import (
	"context"
	"image"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"countersign/extract/heading"
	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// headings are phrases that may be the headings of a table.
type headings struct {
	phrases
	meanings []heading.Meaning
	score    float64
	weight   float64
}

// headingsOf weighs phrases as headings.
func headingsOf(p phrases) headings {
	meanings, score, weight := heading.Weigh(p.texts())
	return headings{p, meanings, score, weight}
}

// hopefulHeadings is the score from which on it is worth a second look at
// what else stands in the line.
const hopefulHeadings = 0.3

// bestHeadings finds the line of words, or two lines, that makes the best
// headings.
func bestHeadings(words []tesseract.Word) (headings, bool) {
	const better = 0.02 // of the score, by which another line must be better
	var best headings
	for _, p := range phrased(words) {
		if h := headingsOf(p); len(p) > 1 && h.score > best.score+better {
			best = h
		}
	}
	return best, best.score > 0
}

func (h headings) columns() []Column { return columnsOf(h.texts(), h.meanings) }

// completed reads what stands in the line of the headings and was missed: on a
// whole page Tesseract passes over short words such as "No." and "ZIP".
func (v *view) completed(ctx context.Context, engine Printer, h headings) (headings, error) {
	const (
		off    = 0.05 // inch by which a word sticks out above or below the line of headings
		margin = 0.02 // inch of paper around it for Tesseract
		worse  = 0.2  // of the score, that may be lost where more headings are known
	)
	if v.words != nil {
		return h, nil
	}
	strip := headOf(v, h.boxes())
	var missed []image.Rectangle
	for _, box := range v.writing(image.Rect(0, strip.Min.Y, v.bounds().Max.X, strip.Max.Y)) {
		read := slices.ContainsFunc(h.phrases, func(p phrase) bool {
			return box.Intersect(p.box).Dx()*2 > box.Dx()
		})
		if !read && box.Min.Y >= strip.Min.Y-v.inches(off) && box.Max.Y <= strip.Max.Y+v.inches(off) {
			missed = append(missed, box)
		}
	}
	more := slices.Clone(h.phrases)
	for _, box := range missed {
		g, scale := v.unruled(box.Inset(-v.inches(margin)))
		words, err := engine.Words(ctx, framed(g, 12), tesseract.Block, int(v.dpi*scale))
		if err != nil {
			return h, err
		}
		if text := textOf(words); text != "" {
			more = append(more, phrase{text, box, []tesseract.Word{{Text: text, Box: box}}})
		}
	}
	slices.SortFunc(more, func(a, b phrase) int { return a.box.Min.X - b.box.Min.X })
	more = rejoined(more)
	if all := headingsOf(more); known(all.meanings) > known(h.meanings) && all.score > h.score-worse {
		return all, nil
	}
	return h, nil
}

// rejoined joins phrases of one line that are no further apart than a space.
func rejoined(ps phrases) phrases {
	var out phrases
	for _, p := range ps {
		if n := len(out); n > 0 && float64(p.box.Min.X-out[n-1].box.Max.X) < wordSpace*float64(min(p.box.Dy(), out[n-1].box.Dy())) {
			out[n-1] = out[n-1].with(p)
			continue
		}
		out = append(out, p)
	}
	return out
}

// known counts the headings that ask for something.
func known(meanings []heading.Meaning) int {
	n := 0
	for _, m := range meanings {
		if len(m.Items) > 0 {
			n++
		}
	}
	return n
}

func columnsOf(texts []string, meanings []heading.Meaning) []Column {
	columns := make([]Column, len(texts))
	for i, m := range meanings {
		columns[i].Heading = texts[i]
		for _, item := range m.Items {
			columns[i].Fields = append(columns[i].Fields, Field(item))
		}
		if len(columns[i].Fields) > 2 { // a cell is parted in two at most
			columns[i].Fields = columns[i].Fields[:2]
		}
	}
	return columns
}

// phrase is words that belong together, such as a heading of several words.
type phrase struct {
	text  string
	box   image.Rectangle
	words []tesseract.Word // left to right; of two lines, line by line
}

type phrases []phrase

func (p phrases) texts() []string {
	var t []string
	for _, x := range p {
		t = append(t, x.text)
	}
	return t
}

func (p phrases) boxes() []image.Rectangle {
	var b []image.Rectangle
	for _, x := range p {
		b = append(b, x.box)
	}
	return b
}

// phrased parts words into lines and lines into phrases, at narrower and at
// wider gaps. Since headings may take two lines, each two neighbouring lines
// are also given as one.
func phrased(words []tesseract.Word) []phrases {
	const wide, wider = 0.8, 1.3 // of the height of the words, as wordSpace
	rows := lines(slices.DeleteFunc(slices.Clone(words), func(w tesseract.Word) bool { return !legible(w.Text) }))
	var all []phrases
	for _, gap := range []float64{wordSpace, wide, wider} {
		var single []phrases
		for _, line := range rows {
			single = append(single, phrasesOf(line, gap))
		}
		all = append(all, single...)
		for i := 1; i < len(single); i++ {
			if two, ok := stacked(single[i-1], single[i]); ok {
				all = append(all, two)
			}
		}
	}
	return all
}

// wordSpace is the widest space between two words of a phrase, as a share of
// their height.
const wordSpace = 0.55

// phrasesOf joins the words of a line that are no further apart than gap, as a
// share of their height.
func phrasesOf(line []tesseract.Word, gap float64) phrases {
	var ps phrases
	for _, w := range line {
		if n := len(ps); n > 0 && float64(w.Box.Min.X-ps[n-1].box.Max.X) < gap*float64(max(w.Box.Dy(), ps[n-1].box.Dy())) {
			ps[n-1] = ps[n-1].with(phrase{w.Text, w.Box, []tesseract.Word{w}})
			continue
		}
		ps = append(ps, phrase{w.Text, w.Box, []tesseract.Word{w}})
	}
	return regrouped(ps)
}

// with is a phrase and what follows it.
func (p phrase) with(next phrase) phrase {
	return phrase{p.text + " " + next.text, p.box.Union(next.box), slices.Concat(p.words, next.words)}
}

// parted cuts a phrase before the given word.
func (p phrase) parted(at int) (before, after phrase) {
	join := func(words []tesseract.Word) phrase {
		whole := phrase{words[0].Text, words[0].Box, words[:1]}
		for _, w := range words[1:] {
			whole = whole.with(phrase{w.Text, w.Box, []tesseract.Word{w}})
		}
		return whole
	}
	return join(p.words[:at]), join(p.words[at:])
}

// regrouped mends what spaces alone get wrong: the two words of "Given name"
// in wide print are one heading; a row number's heading belongs to no other;
// and two things asked for without an "and" between them are two headings.
func regrouped(ps phrases) phrases {
	var out phrases
	for _, p := range ps {
		for {
			at := p.partsAt()
			if at == 0 {
				break
			}
			var before phrase
			before, p = p.parted(at)
			out = append(out, before)
		}
		if n := len(out); n > 0 && float64(p.box.Min.X-out[n-1].box.Max.X) < float64(p.box.Dy()) {
			if heading.OfSomebody(out[n-1].text) && heading.Of(p.text).Confidence > clearHeading {
				out[n-1] = out[n-1].with(p) // "Child's" before "Name"
				continue
			}
			m := heading.Of(out[n-1].text + " " + p.text)
			if m.Confidence > clearHeading && len(m.Items) == 1 && m.Items[0] != string(Number) {
				out[n-1] = out[n-1].with(p)
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// partsAt is the word before which a phrase falls into two headings that both
// make sense, 0 if it does not: after a row number's heading, or at its widest
// space where it asks for two things and nothing joins them.
func (p phrase) partsAt() int {
	items := heading.Of(p.text).Items
	if len(items) < 2 || len(p.words) < 2 {
		return 0
	}
	if items[0] == string(Number) {
		return 1
	}
	if joiner.MatchString(p.text) {
		return 0
	}
	at, widest := 0, 0
	for i := 1; i < len(p.words); i++ {
		if gap := p.words[i].Box.Min.X - p.words[i-1].Box.Max.X; gap > widest {
			at, widest = i, gap
		}
	}
	if at == 0 {
		return 0
	}
	before, after := p.parted(at)
	if heading.Of(before.text).Confidence < clearHeading || heading.Of(after.text).Confidence < clearHeading {
		return 0
	}
	return at
}

// joiner is what stands between two things that one column asks for.
var joiner = regexp.MustCompile(`(?i)[/&+]|\b(and|or|with|et|und|y)\b`)

// stacked lays a line of phrases above another where they are one above the
// other and close.
func stacked(above, below phrases) (phrases, bool) {
	both := slices.Clone(above)
	for _, b := range below {
		i := slices.IndexFunc(both, func(a phrase) bool {
			return a.box.Min.X < b.box.Max.X && b.box.Min.X < a.box.Max.X
		})
		if i < 0 {
			both = append(both, b)
			continue
		}
		if b.box.Min.Y-both[i].box.Max.Y > 2*max(b.box.Dy(), both[i].box.Dy()) {
			return nil, false
		}
		both[i] = both[i].with(b)
	}
	slices.SortFunc(both, func(a, b phrase) int { return a.box.Min.X - b.box.Min.X })
	return both, true
}

// lines groups words into lines, top to bottom and left to right.
func lines(words []tesseract.Word) [][]tesseract.Word {
	var out [][]tesseract.Word
	for _, line := range layout.TextLines(boxesOf(words)) {
		var ws []tesseract.Word
		for _, i := range line {
			ws = append(ws, words[i])
		}
		out = append(out, ws)
	}
	return out
}

func boxesOf(words []tesseract.Word) []image.Rectangle {
	boxes := make([]image.Rectangle, len(words))
	for i, w := range words {
		boxes[i] = w.Box
	}
	return boxes
}

// textOf is words as text, line by line.
func textOf(words []tesseract.Word) string {
	var texts []string
	for _, line := range lines(words) {
		for _, w := range line {
			if legible(w.Text) {
				texts = append(texts, w.Text)
			}
		}
	}
	return strings.Join(texts, " ")
}

// legible reports whether a word is more than the trace of a rule. Marks that
// join two items of a heading are.
func legible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("#/&+", r) })
}
