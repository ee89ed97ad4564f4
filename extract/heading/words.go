package heading

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// token is one word of a heading, or what stands between words.
type token struct {
	word    string  // of the vocabulary where quality is above 0
	quality float64 // 1 as printed, less where misread, 0 for an unknown word
}

// separator says whether the token divides what a heading asks for.
func (t token) separator() bool {
	switch t.word {
	case "/", "and", "und", "et", "y", "or", "oder", "ou":
		return true
	}
	return false
}

// parts splits a heading into its words outside and inside of parentheses. A
// parenthesis that OCR left open runs to the end.
func parts(text string) (outside, inside []token) {
	var out, in strings.Builder
	depth := 0
	for _, r := range fold(text) {
		switch r {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		default:
			if depth > 0 {
				in.WriteRune(r)
			} else {
				out.WriteRune(r)
			}
			continue
		}
		out.WriteByte(' ')
		in.WriteByte(' ')
	}
	return tokens(out.String()), tokens(in.String())
}

// Key is a heading in small letters without accents and punctuation, one blank between words;
// "StartDate" and start_date are "start date".
func Key(text string) string {
	var parted strings.Builder
	var last rune
	for _, r := range text {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			parted.WriteByte(' ')
		}
		parted.WriteRune(r)
		last = r
	}
	return strings.Join(strings.FieldsFunc(fold(parted.String()), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '#'
	}), " ")
}

var (
	folds   = strings.NewReplacer("-\r\n", "", "-\n", "", "№", "#", "°", "o", "º", "o", "’", "", "'", "")
	parting = strings.NewReplacer("ß", "ss", "#", " # ", "&", " and ", "+", " and ",
		"/", " / ", "|", " / ", ",", " / ", ";", " / ")
)

// fold lowers case, takes accents and apostrophes away and undoes the hyphen
// at the end of a line.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(folds.Replace(text)))
}

// tokens cuts folded text into words and separators.
func tokens(text string) []token {
	const misread = .7 // quality of a short word that between two known ones can only be "of"
	text = strings.ReplaceAll(rehyphened(parting.Replace(text)), "-", "")
	var list []token
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '#' && r != '/'
	}) {
		if !articles[w] {
			list = append(list, spell(w)...)
		}
	}
	for i := 1; i+1 < len(list); i++ { // "name oi member"
		if t := list[i]; t.quality == 0 && len(t.word) <= 2 && list[i-1].quality > 0 && list[i+1].quality > 0 {
			list[i] = token{"of", misread}
		}
	}
	return list
}

// rehyphened joins what a hyphen at the end of a printed line parted, where the
// whole is a word of headings: "geburts- datum", but not "e- mail".
func rehyphened(text string) string {
	before, after, found := strings.Cut(text, "- ")
	if !found {
		return text
	}
	after = rehyphened(strings.TrimLeft(after, " "))
	head := before[strings.LastIndexFunc(before, notLetter)+1:]
	tail := after
	if end := strings.IndexFunc(after, notLetter); end >= 0 {
		tail = after[:end]
	}
	if head != "" && isKnown(head+tail) {
		return before + after
	}
	return before + "- " + after
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// spell gives the word that was meant: itself if known, else the closest known
// word, else two known words run together.
func spell(w string) []token {
	switch w {
	case "no", "nr", "num", "number", "nummer", "numero", "nro", "#", "n0":
		return []token{{"#", 1}}
	}
	t := token{word: w, quality: 1}
	if isKnown(w) || t.separator() {
		return []token{t}
	}
	if plainWords[w] || !strings.ContainsFunc(w, unicode.IsLetter) {
		return []token{{word: w}}
	}
	if two := split(w); two != nil {
		return two
	}
	return []token{closest(w)}
}

// split parts two known words that were run together, such as "memberno".
// Short halves are too often chance.
func split(w string) []token {
	const together = .9 // quality of words without the blank between them
	whole := func(s string) bool { return isKnown(s) && (len(s) > 2 && !fillers[s] || s == "id" || s == "of") }
	for i := 2; i <= len(w)-2; i++ {
		a, b := w[:i], w[i:]
		if b == "no" || b == "number" || b == "nummer" {
			b = "#"
		}
		if len(w) >= 5 && whole(a) && (b == "#" || whole(b)) {
			return []token{{a, together}, {b, together}}
		}
	}
	return nil
}

func isKnown(w string) bool {
	_, term := phrases[w]
	if term || fillers[w] {
		return true
	}
	return inner[w]
}

// inner are words that only occur within phrases.
var inner = func() map[string]bool {
	m := map[string]bool{}
	for _, k := range vocabulary {
		m[k.word] = true
	}
	return m
}()

// closest gives the known word with the fewest differences in shape, if they
// are few for its length. Of words that are equally close and mean different
// things, it is the one with the same first letter, or none.
func closest(w string) token {
	const (
		lookalike = .95 // quality of a word that differs by letters which OCR takes for each other
		letters   = .8  // less, times the share of letters that differ beyond that
	)
	if len(w) > longestWord {
		return token{word: w}
	}
	shape, wideShape := patternOf(shapes.Replace(w)), patternOf(wide.Replace(w))
	var near []known
	fewest := 99
	for _, v := range misreadable {
		if apart(len(w), len(v.word)) > 4 {
			continue
		}
		most := min(fewest, allowed(min(len(w), len(v.word))))
		d := most + 1
		if apart(shape.length, len(v.shape)) <= most { // each letter more is a difference
			d = shape.distance(v.shape)
		}
		if apart(wideShape.length, len(v.wide)) <= most {
			d = min(d, wideShape.distance(v.wide))
		}
		if d > most {
			continue
		}
		if d < fewest {
			near, fewest = nil, d
		}
		near = append(near, v)
	}
	if one := alike(near); one == nil {
		near = slices.DeleteFunc(near, func(v known) bool { return v.word[0] != w[0] })
	}
	best := alike(near)
	if best == nil {
		return token{word: w}
	}
	word := best.word
	if word == "number" {
		word = "#"
	}
	return token{word, lookalike - letters*float64(fewest)/float64(len(best.word))}
}

func apart(a, b int) int { return max(a-b, b-a) }

// alike gives the first word if all have one sense, or nil.
func alike(words []known) *known {
	for _, v := range words {
		if v.sense != words[0].sense {
			return nil
		}
	}
	if len(words) == 0 {
		return nil
	}
	return &words[0]
}

// longestWord is more letters than any term has, rn for m included.
const longestWord = 24

// allowed is how many differences a word of so many letters may have. Short
// words must look right: "date" and "state" are two letters apart.
func allowed(letters int) int {
	switch {
	case letters <= 3:
		return 0
	case letters <= 5:
		return 1
	case letters <= 8:
		return 2
	}
	return 3
}

// shapes makes letters equal that OCR takes for each other; wide does so for
// pairs that look like one letter, too. Either may hide what the other shows:
// "clty" is "city", "clate" is "date".
var (
	shapes = strings.NewReplacer("1", "i", "l", "i", "!", "i", "j", "i", "0", "o", "5", "s", "8", "b", "2", "z", "6", "g", "q", "g")
	wide   = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d", "1", "i", "l", "i", "!", "i", "j", "i", "0", "o", "5", "s", "8", "b", "2", "z", "6", "g", "q", "g")
)

// pattern is a word of at most 64 bytes from which the distance to many is asked.
type pattern struct {
	length int
	at     [256]uint64 // for each byte, the places that it has in the word
}

func patternOf(word string) *pattern {
	p := &pattern{length: len(word)}
	for i := range len(word) {
		p.at[word[i]] |= 1 << i
	}
	return p
}

// distance is Levenshtein's, in bytes, for all of the pattern at once (Myers, A fast bit-vector
// algorithm for approximate string matching, 1999; Hyyrö's form of it).
func (p *pattern) distance(word string) int {
	if p.length == 0 {
		return len(word)
	}
	more, less := ^uint64(0), uint64(0) // where a column of the table grows or shrinks by one downwards
	last, d := uint64(1)<<(p.length-1), p.length
	for i := range len(word) {
		same := p.at[word[i]]
		diagonal := (((same & more) + more) ^ more) | same | less
		up, down := less|^(diagonal|more), more&diagonal // the same to the right
		if up&last != 0 {
			d++
		}
		if down&last != 0 {
			d--
		}
		up, down = up<<1|1, down<<1
		more, less = down|^(diagonal|up), up&diagonal
	}
	return d
}

// Misread says whether OCR may have made the word of the term: a term of five
// letters may have one wrong, a longer one up to three. A word of headings is
// no misreading of another. Both are in lower case.
func Misread(word, term string) bool {
	if len(word) > len(term)+4 || len(word) < len(term)-4 || plainWords[word] || isKnown(word) {
		return false
	}
	// The term is the pattern: the word may have any length, no term has 64 letters.
	d := min(patternOf(shapes.Replace(term)).distance(shapes.Replace(word)), patternOf(wide.Replace(term)).distance(wide.Replace(word)))
	return d <= allowed(len(term))
}
