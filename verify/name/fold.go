// Package name folds, parses and compares the names of people. Names as
// written on a sheet or as kept in an export enter; folded words, parsed
// Names and Comparisons leave, for roll to index by and for verify to match
// with. Everything here is a pure function of its arguments.
package name

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces a name to what survives handwriting, capitals and keyboards:
// lower case, no accents, no apostrophes, no full stops; words parted by one
// blank, parts of a hyphenated word by "-". Letters of other scripts stay.
// Folding twice is folding once.
func Fold(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return foldUnicode(s)
		}
	}
	return foldASCII(s)
}

// Words returns the words of a folded name, hyphenated words parted.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool { return r == ' ' || r == '-' })
}

// Joined is a folded name without blanks and hyphens: "De la Cruz" and
// "delacruz", "Reid-Snyder" and "Reid Snyder" are the same name.
func Joined(s string) string {
	return join(Fold(s))
}

func join(folded string) string {
	if strings.IndexByte(folded, ' ') < 0 && strings.IndexByte(folded, '-') < 0 {
		return folded
	}
	out := make([]byte, 0, len(folded))
	for i := range len(folded) {
		if c := folded[i]; c != ' ' && c != '-' {
			out = append(out, c)
		}
	}
	return string(out)
}

func foldASCII(s string) string {
	var f folder
	f.out.Grow(len(s))
	for i := 0; i < len(s); i++ {
		f.add(rune(s[i]))
	}
	return f.out.String()
}

// foldUnicode decomposes compatibility forms (ligatures, full width letters)
// before it drops the marks, and once more afterwards, because the lower case
// of a letter may be decomposable where the capital was not.
func foldUnicode(s string) string {
	s = norm.NFKD.String(strings.ToLower(norm.NFKD.String(s)))
	var f folder
	f.out.Grow(len(s))
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if two, ok := spelledOut[r]; ok {
			for _, x := range two {
				f.add(x)
			}
			continue
		}
		f.add(r)
	}
	return f.out.String()
}

// spelledOut are letters that Unicode does not decompose and that Americans
// write with plain ones.
var spelledOut = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n", 'ŧ': "t", 'ĸ': "k",
}

// folder writes a folded name rune by rune; a blank or a hyphen waits until a
// letter follows, so none leads, trails or doubles.
type folder struct {
	out     strings.Builder
	pending byte
}

func (f *folder) add(r rune) {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
	case r >= 'A' && r <= 'Z':
		r += 'a' - 'A'
	case r == '\'' || r == '`' || r == '’' || r == '‘' || r == 'ʼ' || r == 'ʻ' || r == '´' || r == '′':
		return // O'Smith is written Osmith as often as not
	case r == '-' || unicode.Is(unicode.Pd, r) || r == '−' || r == '\u00ad':
		f.pending = '-'
		return
	case r >= 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
	default:
		if f.pending == 0 {
			f.pending = ' '
		}
		return
	}
	if f.pending != 0 && f.out.Len() > 0 {
		f.out.WriteByte(f.pending)
	}
	f.pending = 0
	f.out.WriteRune(r)
}
