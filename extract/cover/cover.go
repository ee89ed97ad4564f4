// Package cover reads what a page says about the petition itself: the group,
// its purpose and its organizers. The lines of a page enter, from OCR or from
// a text layer; a Content leaves. Extract keeps it as the Cover of its Sheet
// and looks for ink where the organizers should have signed.
package cover

import (
	"image"
	"slices"
	"strings"
)

// Line is one line of printed text. OCR may have cut what people see as one
// line into several.
type Line struct {
	Words []Word
}

// Word is one word with its place in pixels of the upright page.
type Word struct {
	Text string
	Box  image.Rectangle
}

// Content is what a page says. Fields are empty where it says nothing.
type Content struct {
	// Score runs from 0 to 1 and says how much this looks like a cover page.
	// Above one half it surely is one, unless the page has a signer table as
	// well: that outweighs a title and a purpose above it.
	Score      float64
	Group      string
	Purpose    string
	Organizers []Organizer
}

// Organizer is a person named on the page.
type Organizer struct {
	Name    string
	Address string
	// Signature is where to look for ink: beside the label, to the end of its
	// line, as high as people write and free of the printed line above; a ruled
	// line lies in it. Empty where the page has no place to sign.
	Signature image.Rectangle
}

// Read reads the lines of a page of the given size, in any order.
func Read(lines []Line, size image.Point) Content {
	r := reader{rows: arrange(lines), size: size}
	r.height = usual(r.rows)
	for i := range r.rows {
		for j := range r.rows[i].segments {
			s := &r.rows[i].segments[j]
			s.label = labelOf(s.words)
		}
	}
	c := Content{Group: r.group(), Purpose: r.purpose(), Organizers: r.organizers()}
	c.Score = r.score(c)
	return c
}

// reader holds a page while it is read.
type reader struct {
	rows   []row
	size   image.Point
	height int // of usual letters
}

// score adds up what only cover pages have.
func (r reader) score(c Content) float64 {
	const ( // what each adds to the score
		purpose    = .35
		group      = .2
		title      = .1
		organizers = .2  // the heading above them
		organizer  = .15 // each of two
	)
	var s float64
	if r.first(purposeLabel) >= 0 && c.Purpose != "" {
		s += purpose
	}
	if r.first(groupLabel) >= 0 && c.Group != "" {
		s += group
	}
	if r.first(titleLabel) >= 0 || len(r.rows) > 0 && strings.Contains(strings.ToLower(r.rows[0].text()), "petition") {
		s += title
	}
	if r.first(organizersLabel) >= 0 {
		s += organizers
	}
	for _, o := range c.Organizers[:min(2, len(c.Organizers))] {
		if o.Name != "" && (o.Address != "" || !o.Signature.Empty()) {
			s += organizer
		}
	}
	return min(s, 1)
}

// first gives the first row that has a segment with the label, or -1.
func (r reader) first(l kind) int {
	return slices.IndexFunc(r.rows, func(w row) bool {
		return slices.ContainsFunc(w.segments, func(s segment) bool { return s.label.kind == l })
	})
}

// group gives the labelled name of the group, else what the title says.
func (r reader) group() string {
	const nameGap = .8 // letter heights between two lines of one name
	for _, l := range []kind{groupLabel, titleLabel} {
		i := r.first(l)
		if i < 0 {
			continue
		}
		for _, s := range r.rows[i].segments {
			if s.label.kind != l {
				continue
			}
			text := s.rest()
			if text == "" && i+1 < len(r.rows) && !r.rows[i+1].labelled() {
				i++
				text = r.rows[i].text()
			}
			// A name too long for its line goes on, if that line was full.
			if i+1 < len(r.rows) && text != "" && r.full(i) && !r.rows[i+1].labelled() && r.gap(i+1) < nameGap {
				text += " " + r.rows[i+1].text()
			}
			if text = tidy(text); text != "" {
				return text
			}
		}
	}
	for _, w := range r.rows[:min(4, len(r.rows))] {
		if name := established(w.text()); name != "" {
			return name
		}
	}
	return ""
}

// established takes the name out of a title such as "Petition to establish the
// Library Data Stewards Membership Initiative Group".
func established(title string) string {
	lower := strings.ToLower(title)
	if !strings.Contains(lower, "petition") || len(lower) != len(title) {
		return ""
	}
	for _, verb := range []string{"to establish the ", "to form the ", "to create the ", "to found the ", "to renew the "} {
		_, after, ok := strings.Cut(lower, verb)
		if !ok {
			continue
		}
		name := title[len(title)-len(after):]
		for _, end := range []string{"membership initiative group", "group"} {
			if n := len(name) - len(end); n > 0 && strings.EqualFold(name[n:], end) {
				return strings.TrimSpace(name[:n])
			}
		}
		return name
	}
	return ""
}

// purpose gives the text after the purpose's label up to the next label or
// gap, else the sentence that states the purpose without a label.
func (r reader) purpose() string {
	i := r.first(purposeLabel)
	if i < 0 {
		return r.stated()
	}
	j := slices.IndexFunc(r.rows[i].segments, func(s segment) bool { return s.label.kind == purposeLabel })
	var lines []string
	if first := rowOf(r.rows[i].segments[j:]).rest(); first != "" {
		lines = append(lines, first)
	}
	return r.paragraph(lines, i+1)
}

// stated finds "The purpose of the group is …" and "for the purpose of …" in
// running text.
func (r reader) stated() string {
	for i, w := range r.rows {
		text := w.text()
		lower := strings.ToLower(text)
		at := -1
		if k := strings.Index(lower, "purpose of "); k >= 0 {
			for _, verb := range []string{" is ", " shall be ", " will be "} {
				if v := strings.Index(lower[k:], verb); v >= 0 && at < 0 {
					at = k + v + len(verb)
				}
			}
			if at < 0 && strings.Contains(lower, "for the purpose of ") {
				at = k + len("purpose of ")
			}
		}
		if k := strings.Index(lower, "whose purpose is "); k >= 0 {
			at = k + len("whose purpose is ")
		}
		if at >= 0 && len(lower) == len(text) {
			return r.paragraph([]string{text[at:]}, i+1)
		}
	}
	return ""
}

// paragraphGap is how many letter heights lines that belong together are apart at most.
const paragraphGap = 2.2

// paragraph goes on from the lines it has with row i and what follows until a
// label, a table or a gap. A sentence that goes on in lower case bridges a gap.
func (r reader) paragraph(lines []string, i int) string {
	const (
		wider = 1.35 // times the narrowest gap so far, that the next one may be
		slack = .3   // letter heights more: boxes of letters are not exact
	)
	limit := paragraphGap
	for ; i < len(r.rows); i++ {
		if r.rows[i].labelled() || r.table(i) {
			break
		}
		text := r.rows[i].text()
		gap := r.gap(i)
		if len(lines) > 0 && gap > limit && !goesOn(lines[len(lines)-1], text) {
			break
		}
		if len(lines) > 0 {
			limit = min(limit, gap*wider+slack)
		}
		if strings.HasPrefix(strings.ToLower(text), "we, the undersigned") {
			break
		}
		lines = append(lines, text)
	}
	return tidy(flow(lines))
}

// goesOn says whether a sentence continues from one line to the next.
func goesOn(line, next string) bool {
	ended := strings.HasSuffix(line, ".") || strings.HasSuffix(line, "!") || strings.HasSuffix(line, ":")
	return !ended && next != "" && next[0] >= 'a' && next[0] <= 'z'
}

// flow joins lines into running text and undoes hyphens at line ends. A hyphen
// before a capital stays: it belongs to the word.
func flow(lines []string) string {
	var text string
	for _, line := range lines {
		n := len(text)
		switch {
		case text == "":
			text = line
		case n > 1 && text[n-1] == '-' && lower(text[n-2]) && line != "" && lower(line[0]) && !compound(text[:n-1]):
			text = text[:n-1] + line
		case n > 1 && text[n-1] == '-' && text[n-2] != ' ':
			text += line
		default:
			text += " " + line
		}
	}
	return text
}

// compound says whether the last word is a prefix that keeps its hyphen.
func compound(text string) bool {
	last := text[strings.LastIndexAny(text, " (")+1:]
	switch strings.ToLower(last) {
	case "self", "non", "well", "co", "cross", "long", "short", "open", "high", "low", "user", "evidence", "community", "sensory":
		return true
	}
	return strings.Contains(last, "-")
}

func lower(b byte) bool { return 'a' <= b && b <= 'z' }

// tidy drops what is no word from both ends: specks and pen strokes that OCR
// took for signs.
func tidy(text string) string {
	words := strings.Fields(text)
	for len(words) > 0 && !wordy(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	for len(words) > 0 && !wordy(words[0]) {
		words = words[1:]
	}
	return strings.Trim(strings.Join(words, " "), "-–—_|~ ")
}
