package roll

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"countersign/ingest/table"
	"countersign/verify/name"
)

// memberNumber is a number without what programs add to it: the association's letters, a
// sign for "number", the apostrophe that makes it text, .0 and commas of thousands.
// Rounded says that digits are missing, as in 4.83E+06.
func memberNumber(s string) (number string, rounded bool) {
	if s == "" || isDigits(s) {
		return s, false
	}
	s = strings.TrimSpace(strings.TrimLeft(s, "'’‘`#"))
	if m := association.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	switch {
	case pointZero.MatchString(s):
		s, _, _ = strings.Cut(s, ".")
	case thousands.MatchString(s):
		s = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, s)
	}
	if m := scientific.FindStringSubmatch(s); m != nil {
		return unfold(m[1], m[2], m[3], s)
	}
	return s, false
}

var (
	association = regexp.MustCompile(`^(?i:ALA)[ #:._-]*(?i:no\.? ?|id ?)?([0-9].*)$`)
	pointZero   = regexp.MustCompile(`^[0-9]+\.0*$`)
	thousands   = regexp.MustCompile(`^[0-9]{1,3}(,[0-9]{3})+(\.0+)?$|^[0-9]{1,3}( [0-9]{3})+$`)
	scientific  = regexp.MustCompile(`^([0-9])(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,2})$`)
)

// unfold writes 4.829131E+06 as 4829131. Where it has fewer digits than it says, the
// rest was rounded away.
func unfold(first, rest, power, as string) (string, bool) {
	places := 0
	for _, c := range power {
		places = places*10 + int(c-'0')
	}
	if places > len(rest) || strings.Trim(rest[places:], "0") != "" {
		return as, true
	}
	return strings.TrimLeft(first+rest[:places], "0"), false
}

// emptyWord says how surely a word stands for an empty cell.
type emptyWord int

const (
	word     emptyWord = iota // it is no such word
	maybe                     // a name may be spelled so
	always                    // nobody is called so
	nameless                  // it says that a name is not known
)

// emptyWordOf judges a word. Nearly all cells are told from them by their length and first letter.
func emptyWordOf(s string) emptyWord {
	if len(s) > 16 || s == "" {
		return word
	}
	switch s[0] | 0x20 {
	case 'n', 'u', 'b', 'e', 'f', 'l', '\\' | 0x20, '(' | 0x20, '[' | 0x20, '<' | 0x20, '#' | 0x20, '-' | 0x20, '.' | 0x20, '?' | 0x20, 0xe2 | 0x20:
		return emptyWords[s]
	}
	return word
}

// emptyWords in small letters, in capitals and with one.
var emptyWords = func() map[string]emptyWord {
	all := map[string]emptyWord{}
	for w, kind := range smallWords {
		all[w], all[strings.ToUpper(w)], all[strings.ToUpper(w[:1])+w[1:]] = kind, kind, kind
	}
	all["NaN"], all["NaT"] = maybe, always // Nan and Nat are Nancy and Nathan
	return all
}()

var smallWords = map[string]emptyWord{
	`\n`: always, "(null)": always, "[null]": always, "<null>": always, "n/a": always, "#n/a": always, "(none)": always, "[none]": always, "(blank)": always, "(empty)": always,
	"-": always, "--": always, "---": always, "—": always, "–": always, ".": always, "?": always, "#null!": always, "#ref!": always, "#value!": always, "#name?": always, "#div/0!": always, "#num!": always,
	"not available": always, "not applicable": always, "undefined": always,
	"null": maybe, "none": maybe, "nil": maybe, "nan": maybe, "na": maybe, "n.a.": maybe, "blank": maybe, "empty": maybe, "unknown": maybe,
	"fnu": nameless, "lnu": nameless, "nmn": nameless, "nmi": nameless, "nln": nameless, "nfn": nameless,
}

// ofName are the columns in which a word for an empty cell may be somebody's name.
var ofName = map[Meaning]bool{Given: true, Family: true, FullName: true, Middle: true, Informal: true, Former: true}

// ofStanding are those of which an empty cell lets another column decide.
var ofStanding = map[Meaning]bool{Status: true, Type: true, Class: true}

// emptied are the words that stand for an empty cell in an export.
type emptied struct {
	in      map[Meaning]map[string]bool // words that are so in this column
	count   map[string]int              // cells of each word, for the record
	spelled map[string]string           // name that was left as it stands → where
}

// newEmptied looks at the first rows. A word that is a name elsewhere stands for an empty
// cell where it recurs in columns that are no names, or in one part of the name more often
// than a name would.
func newEmptied(cols *columns, rows []row) *emptied {
	e := &emptied{in: map[Meaning]map[string]bool{}, count: map[string]int{}, spelled: map[string]string{}}
	seen := map[Meaning]map[string]int{}
	capitals := map[Meaning]int{}
	elsewhere := map[string]int{}
	for m, at := range cols.at {
		seen[m] = map[string]int{}
		for _, r := range rows {
			for _, i := range at {
				c := cell(r.Cells, i)
				if emptyWordOf(c) == maybe {
					seen[m][c]++
					if !ofName[m] || m == Middle || m == Informal || m == Former {
						elsewhere[c]++
					}
				}
				if c != "" && strings.ToUpper(c) == c {
					capitals[m]++
				}
			}
		}
	}
	const recurs, share = 2, 100 // a middle name that one member in a hundred has is no rare one
	for m, words := range seen {
		e.in[m] = map[string]bool{}
		for w, n := range words {
			switch {
			case m == Middle, m == Informal, m == Former:
				e.in[m][w] = n >= recurs && n*share >= len(rows) || elsewhere[w]-n >= recurs
			case ofName[m]:
				shouted := w == strings.ToUpper(w)
				asName := w[0] >= 'A' && w[0] <= 'Z' && !shouted && w != "None"
				e.in[m][w] = elsewhere[w] > recurs && !asName && !(shouted && capitals[m]*2 > len(rows))
			case ofStanding[m]:
				e.in[m][w] = strings.EqualFold(w, "null") || strings.EqualFold(w, "nan") || elsewhere[w]-n >= recurs
			default:
				e.in[m][w] = true
			}
		}
	}
	return e
}

// empty says whether a cell is empty, in whatever word.
func (e *emptied) empty(s string, m Meaning) bool {
	kind := emptyWordOf(s)
	if kind == word {
		return false
	}
	switch {
	case kind == always, kind == nameless && (m == Given || m == Family || m == Middle) && s == strings.ToUpper(s):
	case kind == nameless:
		return false
	case ofName[m] || ofStanding[m]:
		if !e.in[m][s] {
			if ofName[m] && !strings.EqualFold(s, "na") && len(e.spelled) < 5 {
				e.spelled[s] = string(m)
			}
			return false
		}
	}
	e.count[s]++
	return true
}

// remarks say which words were read so, and which were not.
func (e *emptied) remarks() []string {
	var out, words []string
	for _, w := range slices.Sorted(maps.Keys(e.count)) {
		words = append(words, fmt.Sprintf("%s in %d", w, e.count[w]))
	}
	if len(words) > 0 {
		out = append(out, "cells with a word for nothing are taken for empty: "+strings.Join(words, ", "))
	}
	for _, w := range slices.Sorted(maps.Keys(e.spelled)) {
		if e.count[w] > 0 || strings.EqualFold(w, "null") || strings.EqualFold(w, "none") {
			out = append(out, fmt.Sprintf("%s, as it stands under the %s name, is taken for a name", w, e.spelled[w]))
		}
	}
	return out
}

// odd says whether a cell may need plainText.
func odd(s string) bool {
	return strings.IndexByte(s, '&') >= 0 || strings.IndexByte(s, 0xc3) >= 0 || strings.IndexByte(s, 0xe2) >= 0
}

// plainText undoes what web pages and double encoding do to a cell: O&#39;Brien, NÃºÃ±ez.
func plainText(s string) string {
	if strings.IndexByte(s, '&') >= 0 && strings.IndexByte(s, ';') > 0 {
		s = strings.TrimSpace(html.UnescapeString(s))
	}
	if strings.Contains(s, "Ã") || strings.Contains(s, "Â") || strings.Contains(s, "â€") {
		if once, err := charmap.Windows1252.NewEncoder().String(s); err == nil && once != s && utf8.ValidString(once) {
			return once
		}
	}
	return s
}

// emails are the addresses in a cell, in small letters.
func emails(s string) []string {
	if !strings.ContainsAny(s, "; ,\n<>|\"':") {
		return []string{strings.ToLower(s)}
	}
	var out []string
	for _, e := range strings.FieldsFunc(s, func(r rune) bool {
		return r == ';' || r == ',' || r == ' ' || r == '\n' || r == '<' || r == '>' || r == '|'
	}) {
		e = strings.TrimPrefix(strings.ToLower(strings.Trim(e, `"'`)), "mailto:")
		if strings.Contains(e, "@") || !strings.ContainsAny(s, "@") {
			out = append(out, e)
		}
	}
	return out
}

// arrange puts the parts of a name in their places: a whole name in one column, or in that
// of last names; a suffix that stands with the last name; an only name.
func (b *builder) arrange(m *Member, whole string) {
	if whole != "" && m.Family == "" {
		if b.cols.familyFirst() {
			whole = commaAfterFamily(whole)
		}
		p := splitName(whole)
		m.Prefix, m.Given, m.Middle, m.Family, m.Suffix = b.keep(p.Prefix), b.keep(p.Given), b.keep(p.Middle), b.keep(p.Family), b.keep(p.Suffix)
		if m.Informal == "" {
			m.Informal = b.keep(p.Informal)
		}
	}
	if before, after, ok := strings.Cut(m.Family, ","); ok {
		b.familyWithComma(m, strings.TrimSpace(before), strings.TrimSpace(after))
	}
	if in := nickname(m.Given); in != "" { // Robert (Bob)
		m.Informal = b.keep(cmp.Or(m.Informal, in))
		m.Given = b.keep(withoutNickname(m.Given))
	}
	if in := nickname(m.Informal); in != "" {
		m.Informal = b.keep(in)
	}
	if m.Suffix == "" {
		if at := strings.LastIndexByte(m.Family, ' '); at > 0 && isSuffix(m.Family[at+1:]) {
			m.Family, m.Suffix = b.keep(strings.TrimRight(m.Family[:at], " ,")), b.keep(m.Family[at+1:])
		}
	}
	for _, part := range []*string{&m.Given, &m.Middle} { // "Erasmus, Sr." in the column of first names
		at := strings.LastIndexAny(*part, " ,")
		if m.Suffix != "" || at < 0 && (part == &m.Given || len(*part) < 2) || len(*part)-at > longestSuffix ||
			at+1 >= len(*part) || strings.IndexByte("jJsSiI234", (*part)[at+1]) < 0 {
			continue // as nearly always, and folding takes longest
		}
		if isSuffix((*part)[at+1:]) {
			m.Suffix = b.keep((*part)[at+1:])
			*part = b.keep(strings.TrimRight((*part)[:max(at, 0)], " ,"))
		}
	}
	if m.Family == "" {
		m.Family, m.Given = m.Given, "" // the only name is the whole name
	}
}

// couple is two people in one cell, such as "Anna & Bob Winterbottom".
var couple = regexp.MustCompile(`^(\pL[\pL.'’ -]*?)\s*(?:\s(?i:and|und|et)\s|[&+/])\s*(\pL[\pL.'’ -]*)$`)

// joins says whether a cell may name two people.
func joins(s string) bool {
	if strings.IndexByte(s, '&') >= 0 || strings.IndexByte(s, '+') >= 0 || strings.IndexByte(s, '/') >= 0 {
		return true
	}
	for i := 0; i+4 < len(s); i++ {
		if s[i] == ' ' && (s[i+4] == ' ' || s[i+3] == ' ') {
			switch strings.ToLower(strings.TrimSpace(s[i : i+5])) {
			case "and", "und":
				return true
			}
			if strings.EqualFold(s[i:i+4], " et ") {
				return true
			}
		}
	}
	return false
}

// secondPerson parts a member whose row names two people, and returns the second; nil
// where it names one.
func (b *builder) secondPerson(m *Member, whole string) *Member {
	if !joins(whole) && !joins(m.Given) && !joins(m.Middle) {
		return nil
	}
	given, family := strings.TrimSpace(m.Given+" "+m.Middle), m.Family
	if whole != "" && !b.cols.has(Family) {
		given, family = whole, ""
		if before, after, ok := strings.Cut(whole, ","); ok {
			given, family = strings.TrimSpace(after), strings.TrimSpace(before)
		}
	}
	in := couple.FindStringSubmatch(given)
	if in == nil || !givenNames(in[1]) || !givenNames(in[2]) {
		return nil
	}
	if name.AreNicknames(name.Joined(in[1]), name.Joined(in[2])) { // Robert/Bob is one person
		m.Given, m.Middle, m.Informal = b.keep(in[1]), "", b.keep(cmp.Or(m.Informal, in[2]))
		return nil
	}
	second := *m
	second.Informal, second.Suffix, second.Marks, second.Lines = "", "", nil, slices.Clone(m.Lines)
	if family == "" {
		p := splitName(in[2])
		if p.Given == "" {
			return nil
		}
		second.Given, second.Middle, second.Family = b.keep(p.Given), b.keep(p.Middle), b.keep(p.Family)
	} else {
		second.Given, second.Middle, second.Family = b.keep(in[2]), "", b.keep(family)
	}
	words := strings.Fields(in[1])
	last := words[len(words)-1]
	m.Given, m.Middle, m.Family, m.Informal = b.keep(words[0]), "", second.Family, ""
	switch {
	case len(words) > 1 && strings.EqualFold(last, m.Family):
		m.Middle = b.keep(strings.Join(words[1:len(words)-1], " "))
	case len(words) > 1:
		m.Middle = b.keep(strings.Join(words[1:], " "))
		m.Former = b.keep(cmp.Or(m.Former, last)) // Mary Ann & Bob Smith, or Hilde Uxbridge & Bob Smith
	}
	return &second
}

// givenNames says whether words may be those of one person: three at most, and no title alone.
func givenNames(s string) bool {
	words := name.Words(s)
	return len(words) > 0 && len(words) <= 3 && name.Parse(s).Prefix != words[0] && !slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"library", "libraries", "museum", "archives", "university", "college", "school", "society", "the", "of", "mr", "mrs", "ms", "dr"}, w)
	})
}

// commaAfterFamily marks the family name of a name that begins with it.
func commaAfterFamily(whole string) string {
	n := name.Parse(whole)
	words := strings.Fields(whole)
	if strings.Contains(whole, ",") || n.Flipped || n.Prefix != "" || len(words) < 2 {
		return whole
	}
	k := 1
	if first, ok := n.FamilyFirst(); ok {
		k = min(len(first.Family), len(words)-1)
	}
	return strings.Join(words[:k], " ") + ", " + strings.Join(words[k:], " ")
}

func (b *builder) familyWithComma(m *Member, before, after string) {
	switch {
	case before == "" || after == "":
		m.Family = b.keep(before + after)
	case isSuffix(after):
		m.Family, m.Suffix = b.keep(before), b.keep(cmp.Or(m.Suffix, after))
	case isDegree(after):
		m.Family = b.keep(before)
	case m.Given == "":
		p := splitName(m.Family)
		m.Given, m.Middle, m.Family, m.Suffix = b.keep(p.Given), b.keep(cmp.Or(m.Middle, p.Middle)), b.keep(p.Family), b.keep(cmp.Or(m.Suffix, p.Suffix))
	}
}

// longestSuffix is how many letters a suffix has with what stands before it: " Jnr.".
const longestSuffix = 6

// isSuffix and isDegree judge what stands after a last name.
func isSuffix(s string) bool { return suffixes[name.Joined(s)] }

func isDegree(s string) bool {
	return !slices.ContainsFunc(name.Words(s), func(w string) bool { return !degrees[w] })
}

var (
	suffixes = map[string]bool{"jr": true, "sr": true, "ii": true, "iii": true, "iv": true, "2nd": true, "3rd": true, "4th": true}
	degrees  = map[string]bool{"mls": true, "mlis": true, "mlib": true, "msls": true, "phd": true, "edd": true, "md": true, "jd": true, "esq": true, "cpa": true, "ma": true, "ms": true, "mba": true, "ba": true, "bs": true, "mfa": true}
)

// nicknamed is a nickname in brackets or quotation marks within a name.
var nicknamed = regexp.MustCompile(`\(([^()]*)\)|["“]([^"“”]*)["”]`)

// nickname is what stands in brackets or quotation marks in a name, empty for none.
func nickname(s string) string {
	if !strings.ContainsAny(s, "(\"“") {
		return ""
	}
	in := nicknamed.FindStringSubmatch(s)
	if in == nil {
		return ""
	}
	return strings.TrimSpace(cmp.Or(in[1], in[2]))
}

func withoutNickname(s string) string {
	return strings.Join(strings.Fields(nicknamed.ReplaceAllString(s, " ")), " ")
}

// splitName parts a whole name in one column, keeping its capitals.
func splitName(whole string) (m Member) {
	if in := nickname(whole); in != "" {
		m.Informal = in
		whole = withoutNickname(whole)
	}
	n := name.Parse(whole)
	words := strings.FieldsFunc(whole, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' })
	written := func(folded string) string {
		for _, w := range words {
			if name.Fold(w) == folded {
				return w
			}
		}
		return folded
	}
	all := func(folded []string) string {
		var out []string
		for _, f := range folded {
			out = append(out, written(f))
		}
		return strings.Join(out, " ")
	}
	if n.Prefix != "" {
		m.Prefix = written(n.Prefix)
	}
	if n.Suffix != "" {
		m.Suffix = written(n.Suffix)
	}
	if len(n.Given) > 0 {
		m.Given, m.Middle = written(n.Given[0]), all(n.Given[1:])
	}
	m.Family = all(n.Family)
	return m
}

// lostLetters says whether letters of a name were replaced when it was exported.
func lostLetters(s string) bool {
	if i := strings.IndexByte(s, '?'); i > 0 && i+1 < len(s) {
		return true
	}
	return len(s) > len(table.Unreadable) && strings.Contains(s, table.Unreadable)
}
