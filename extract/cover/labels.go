package cover

import (
	"slices"
	"strings"

	"countersign/extract/heading"
)

// kind says what follows a label.
type kind int

const (
	noLabel kind = iota
	groupLabel
	titleLabel // names the group in a title, which a label outranks
	purposeLabel
	organizersLabel // heads the section
	organizerLabel  // heads one organizer
	nameLabel
	addressLabel
	signatureLabel
	otherLabel // ends what came before, nothing more
)

// label is the label a segment begins with.
type label struct {
	kind  kind
	words int    // how many words of the segment it takes
	rest  string // the text after it
	colon bool   // a colon ends it
}

// labels of cover pages, in lower case. Words in brackets may be missing;
// "*" stands for up to three words of any kind.
var labels = compile([]labelled{
	{purposeLabel, "[statement] [of] purpose [of] [the] [*] [group], purpose statement, [statement] [of] purposes, mission [statement], " +
		"aim, aims [and] [purpose], objectives, object, goals, zweck, objet, proposito"},
	{groupLabel, "[proposed] name [of] [the] [*] group, [proposed] group name, [proposed] name [of] [the] [*] mig, name of * initiative, " +
		"proposed name, [proposed] group, title of group, membership initiative group"},
	{titleLabel, "[*] petition, petition for, petition to *, petition to establish [*] group"},
	{organizersLabel, "[*] organizers, [*] organisers, organizers and addresses, names and addresses of [the] [designated] organizers, " +
		"contacts, contact persons, conveners, coconveners, sponsors"},
	{organizerLabel, "[*] organizer, organizer #, [*] organiser, organiser #, [*] contact, contact #, contact person, convener, convener #, sponsor, sponsor #"},
	{otherLabel, "to, from, date, re, subject, overlap, [*] units consulted, staff liaison, submitted [by], page, sheet, instructions, term, website, affiliation"},
})

type labelled struct {
	kind    kind
	phrases string
}

// pattern is one phrase of the table, word by word.
type pattern struct {
	kind  kind
	words []string
}

func compile(table []labelled) []pattern {
	var list []pattern
	for _, l := range table {
		for p := range strings.SplitSeq(l.phrases, ", ") {
			list = append(list, pattern{l.kind, strings.Fields(p)})
		}
	}
	return list
}

// labelOf finds the label at the beginning of words. It is followed by a
// colon, or it is all there is; a signature's may stand before a line.
func labelOf(words []Word) label {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = strings.TrimSpace(w.Text)
	}
	start := 0
	if len(texts) > 1 && numbering(texts[0]) {
		start = 1
	}
	const longest = 9
	for i := start; i < len(texts) && i < start+longest; i++ {
		before, after, colon := cutColon(texts[i])
		if !colon {
			continue
		}
		phrase := strings.Join(append(slices.Clone(texts[start:i]), before), " ")
		if k := kindOf(phrase, true); k != noLabel {
			rest := textOf(words[i+1:])
			if wordy(after) {
				rest = strings.TrimSpace(after + " " + rest)
			}
			return label{k, i + 1, rest, true}
		}
		return label{}
	}
	return bare(texts, words, start)
}

// bare finds a label without a colon.
func bare(texts []string, words []Word, start int) label {
	if n := len(texts) - start; n <= 7 && !strings.HasSuffix(texts[len(texts)-1], ".") {
		if k := kindOf(strings.Join(texts[start:], " "), false); k != noLabel && k != titleLabel {
			return label{kind: k, words: len(texts)}
		}
	}
	first := strings.Trim(texts[start], "_.-—|")
	if k := kindOf(first, false); k == signatureLabel && start+1 < len(texts) {
		return label{k, start + 1, textOf(words[start+1:]), false}
	}
	return label{}
}

// numbering says whether a word is "1.", "(2)", "a)" and the like.
func numbering(s string) bool {
	t := strings.Trim(s, "().:")
	return len(t) == 1 && t != s && (t[0] >= '0' && t[0] <= '9' || t[0] >= 'a' && t[0] <= 'f' || t[0] >= 'A' && t[0] <= 'F')
}

// cutColon cuts a word at its colon, or at a semicolon that ends it: OCR mixes
// them up.
func cutColon(s string) (before, after string, ok bool) {
	if before, after, ok = strings.Cut(s, ":"); ok {
		return before, strings.TrimLeft(after, "_"), true
	}
	if s, ok := strings.CutSuffix(s, ";"); ok {
		return s, "", true
	}
	return s, "", false
}

// kindOf tells what a phrase labels. What labels a person's name, address and
// so on are the same words as head a signer table.
func kindOf(phrase string, colon bool) kind {
	words := fold(phrase)
	if len(words) > 1 && strings.Trim(words[0], "0123456789") == "" { // "2.Name"
		words = words[1:]
	}
	if len(words) == 0 {
		return noLabel
	}
	if k := lookup(words); k != noLabel && (colon || k != otherLabel && !(k == groupLabel && len(words) == 1)) {
		return k
	}
	const (
		likely  = .55 // confidence that a phrase before a colon is a label
		certain = .8  // that one without a colon is, which may be text
	)
	m := heading.Of(strings.Join(words, " "))
	if m.Confidence < likely || !colon && (len(words) > 3 || m.Confidence < certain || len(m.Items) == 0) {
		return noLabel
	}
	if len(m.Items) == 0 {
		return otherLabel
	}
	switch m.Items[0] {
	case "name":
		return nameLabel
	case "street", "citystate":
		return addressLabel
	case "signature":
		return signatureLabel
	}
	if !colon {
		return noLabel // "Library" on a line by itself may be part of a text
	}
	return otherLabel
}

// lookup finds words in the table of labels, as they are if it can: only then
// "organizer" is not taken for a misread "organizers".
func lookup(words []string) kind {
	for _, same := range []func(term, word string) bool{exactly, nearly} {
		for _, p := range labels {
			if fits(p.words, words, same) {
				return p.kind
			}
		}
	}
	return noLabel
}

// fits says whether words are the pattern.
func fits(pattern, words []string, same func(term, word string) bool) bool {
	if len(pattern) == 0 {
		return len(words) == 0
	}
	p, optional := strings.CutPrefix(pattern[0], "[")
	p = strings.TrimSuffix(p, "]")
	if optional && fits(pattern[1:], words, same) {
		return true
	}
	if p == "*" {
		for n := 1; n <= min(3, len(words)); n++ {
			if fits(pattern[1:], words[n:], same) {
				return true
			}
		}
		return false
	}
	return len(words) > 0 && same(p, words[0]) && fits(pattern[1:], words[1:], same)
}

func exactly(term, word string) bool {
	if term == "#" {
		return strings.Trim(word, "0123456789i") == "" || word == "one" || word == "two"
	}
	return term == word
}

// nearly says whether OCR may have made the word of the term.
func nearly(term, word string) bool {
	return exactly(term, word) || heading.Misread(word, term)
}

// fold gives the words of a phrase in lower case without signs, and without
// what stands in parentheses.
func fold(phrase string) []string {
	if at := strings.IndexAny(phrase, "(["); at > 0 {
		phrase = phrase[:at]
	}
	return strings.FieldsFunc(strings.ToLower(phrase), func(r rune) bool {
		return strings.ContainsRune(" .,;:()[]{}_-—–|/*'’\"", r)
	})
}
