package name

import (
	"slices"
	"strings"
	"unicode"
)

// Name is a name as somebody wrote it, in parts, each word folded. A written
// name says little of its own order: Parse takes the usual one, and who
// compares tries the other.
type Name struct {
	Prefix  string   // "dr", without full stop
	Given   []string // given and middle names or initials, in order
	Family  []string // words of the family name; a hyphenated one is one word
	Suffix  string   // "jr", "iii", see Generation
	Flipped bool     // written family name first, and marked so: by a comma, a dash, capitals
}

// Parse takes a written name apart: "Lewis, Jonathan", "JONATHAN LEWIS",
// "Dr. J. Lewis Jr.", "Maria de la Cruz", and what is marked as family name first
// without a comma: "LEWIS Jonathan", "Lewis - Jonathan". Degrees after the name are
// dropped. A single word is taken as a family name.
func Parse(s string) Name {
	var n Name
	s = suffixLast(s)
	before, after, comma := strings.Cut(s, ",")
	if !comma {
		before, after, comma = familyFirst(s)
	}
	if given, end, more := strings.Cut(after, ","); more && isGeneration(fields(end)) {
		after, n.Suffix = given, Generation(end) // "Smith, John, Junior"
	}
	head, tail := fields(before), fields(after)
	if comma && isGeneration(tail) && len(bare(head)) > 1 {
		tail, n.Suffix = nil, Generation(after) // "John Smith, Junior"
	}
	tail = n.takeEnds(tail)
	if comma && len(tail) > 0 && len(head) > 0 {
		n.Flipped = true
		if n.Family = n.takeEnds(head); len(n.Family) == 0 {
			n.Family = head // "Ma, Wenli"
		}
		n.Given = tail
		n.takeInitials(before)
		return n
	}
	words := n.takeEnds(append(head, tail...))
	if len(words) == 1 && len(head) == 2 && words[0] == head[0] && alsoFamilies[head[1]] {
		words = head // "Wenli Ma"
	}
	if len(words) == 0 {
		return n
	}
	from := len(words) - 1
	for from > 1 && particles[words[from-1]] {
		if words[from-1] == "o" && strings.Contains(s, "O. ") {
			break // an initial
		}
		from--
	}
	n.Given, n.Family = words[:from], words[from:]
	return n
}

// suffixLast puts a suffix or degrees that stand between two commas at the end: "Holloway, Sr.,
// Erasmus" is Erasmus Holloway Sr.
func suffixLast(s string) string {
	family, rest, ok := strings.Cut(s, ",")
	if !ok {
		return s
	}
	between, given, ok := strings.Cut(rest, ",")
	words := fields(between)
	isEnd := func(w string) bool { return generations[w] != "" || degrees[w] }
	if !ok || len(words) == 0 || strings.TrimSpace(given) == "" || slices.ContainsFunc(words, func(w string) bool { return !isEnd(w) }) {
		return s
	}
	return family + "," + given + " " + between
}

// takeInitials moves initials that stand before the family name, in its column or before
// its comma, to the given names: "B. Holloway" of John. Letters that begin a family name as
// particles do are left, unless a full stop says what they are.
func (n *Name) takeInitials(family string) {
	written := strings.Fields(family)
	for len(n.Family) > 1 && len(n.Given) > 0 && len(written) > 1 && len(n.Family[0]) == 1 {
		dotted := strings.HasSuffix(written[0], ".")
		if Fold(written[0]) != n.Family[0] || !dotted && strings.Contains("delmoy", n.Family[0]) {
			return
		}
		n.Given = append(n.Given, n.Family[0])
		n.Family, written = n.Family[1:], written[1:]
	}
}

// familyFirst parts a name before whose given names a dash stands, or that begins with
// words in capitals and goes on without.
func familyFirst(s string) (family, given string, ok bool) {
	words := strings.Fields(s)
	for i, w := range words {
		if strings.Trim(w, "-–—‐−") == "" && i > 0 && i+1 < len(words) {
			family, given = strings.Join(words[:i], " "), strings.Join(words[i+1:], " ")
			return family, given, len(bare(fields(family))) <= 2
		}
	}
	before := particlesInCapitals(words)
	n := before
	for n < len(words) && inCapitals(words[n]) {
		n++
	}
	if n == 0 || n > before+3 || n == len(words) || strings.ToLower(words[n]) == words[n] {
		return s, "", false // none, or all of it, or "MARY ANN smith" by a reader that sees no case
	}
	for _, w := range words[n:] {
		if inCapitals(w) {
			return s, "", false
		}
	}
	var rest Name
	if len(rest.takeEnds(fields(strings.Join(words[n:], " ")))) == 0 || prefixes[Fold(words[0])] {
		return s, "", false // "MARY SMITH Jr.", "DR Mary Smith"
	}
	return strings.Join(words[:n], " "), strings.Join(words[n:], " "), true
}

// particlesInCapitals is how many particles a name begins with that is written as "DE LA
// CRUZ Maria" is.
func particlesInCapitals(words []string) int {
	n := 0
	for n < len(words) && particles[Fold(words[n])] && strings.ToUpper(words[n]) == words[n] && len(words[n]) > 1 {
		n++
	}
	if n == len(words) || !inCapitals(words[n]) {
		return 0
	}
	return n
}

// inCapitals says whether a word has at least three letters, all of them capitals, and is
// no suffix: two may be initials.
func inCapitals(w string) bool {
	letters := 0
	for _, r := range w {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters >= 3 && Generation(w) == "" && !degrees[Fold(w)]
}

// Of joins the separate columns of a sheet or an export into a Name.
func Of(given, middle, family, suffix string) Name {
	var n Name
	n.Given = n.takeEnds(append(fields(given), fields(middle)...))
	if n.Family = n.takeEnds(fields(family)); len(n.Family) == 0 {
		n.Family = fields(family) // Ma in a column of its own is no degree
	}
	n.takeInitials(family)
	if s := Generation(suffix); s != "" {
		n.Suffix = s
	}
	return n
}

// Swapped is the same name with its first and its last word in each other's
// role: "Lewis Jonathan" read as Jonathan Lewis.
func (n Name) Swapped() Name {
	if len(n.Given) == 0 || len(n.Family) == 0 {
		return n
	}
	n.Given, n.Family = n.Family, n.Given
	n.Flipped = !n.Flipped
	return n
}

// Double is the same name with its last given name taken for the first half of a
// double family name: "Maria Garcia Lopez".
func (n Name) Double() Name {
	k := len(n.Given)
	if k < 2 || n.Flipped || len(n.Given[k-1]) < 3 {
		return n
	}
	n.Given, n.Family = n.Given[:k-1], append([]string{n.Given[k-1]}, n.Family...)
	return n
}

// InitialO is the same name with an O before the family name taken for an initial: "Sean
// O Shaughnessy" is mostly O'Shaughnessy, and may be Sean Oscar.
func (n Name) InitialO() (Name, bool) {
	if len(n.Family) < 2 || n.Family[0] != "o" || len(n.Given) == 0 {
		return n, false
	}
	n.Given, n.Family = append(append([]string{}, n.Given...), "o"), n.Family[1:]
	return n, true
}

// FamilyFirst is a name of three words or more with the first one taken for the family
// name, together with the particles before it: "Nguyen Thi Minh". Two words are Swapped.
func (n Name) FamilyFirst() (Name, bool) {
	words := append(append([]string{}, n.Given...), n.Family...)
	k := 0
	for k < len(words) && particles[words[k]] {
		k++
	}
	if n.Flipped || len(n.Given) == 0 || len(words) < 3 || k+1 >= len(words) || len(words[k]) < 2 {
		return n, false
	}
	n.Family, n.Given, n.Flipped = words[:k+1], words[k+1:], true
	return n, true
}

// FamilyJoined is the family name as one word.
func (n Name) FamilyJoined() string { return FamilyKey(strings.Join(n.Family, " ")) }

// FamilyKey is a family name as one word, with what is spelled in two ways spelled in
// one: "St. Cyr" and "Saint-Cyr" are the same name.
func FamilyKey(family string) string {
	words := Words(family)
	for i, w := range words {
		if long, ok := saints[w]; ok && i+1 < len(words) {
			words[i] = long
		}
	}
	return strings.Join(words, "")
}

// Bare is the family name without its particles, empty where it has none:
// people leave them off.
func (n Name) Bare() string { return BareFamily(strings.Join(n.Family, " ")) }

// BareFamily is the same of a family name as it is kept: of "van der Heijden" heijden.
func BareFamily(family string) string {
	words := Words(family)
	if short := bare(words); len(short) < len(words) {
		return FamilyKey(strings.Join(short, " "))
	}
	return ""
}

func bare(words []string) []string {
	for len(words) > 1 && droppable[words[0]] {
		words = words[1:]
	}
	return words
}

// Generation is what tells a father from a son of one name, however it is written: "jr"
// of "Jr.", "Junior"; "ii" of "2nd". Empty for degrees and whatever else stands among
// suffixes.
func Generation(suffix string) string {
	for _, w := range Words(suffix) {
		if g, ok := generations[w]; ok {
			return g
		}
	}
	return ""
}

// isGeneration reports whether words are nothing but a generation.
func isGeneration(words []string) bool { return len(words) == 1 && generations[words[0]] != "" }

// String is the name as it would be printed in a list, folded.
func (n Name) String() string {
	return strings.Join(append(append([]string{}, n.Given...), n.Family...), " ")
}

// takeEnds takes prefix, suffix and degrees off a run of words, as long as a
// word is left.
func (n *Name) takeEnds(words []string) []string {
	for len(words) > 1 && prefixes[words[0]] {
		if n.Prefix == "" {
			n.Prefix = words[0]
		}
		words = words[1:]
	}
	for len(words) > 0 {
		last := words[len(words)-1]
		switch {
		case generations[last] != "" && n.Suffix == "" && (!alsoNames[last] || len(words) > 2):
			n.Suffix = generations[last]
		case degrees[last]:
		default:
			return words
		}
		words = words[:len(words)-1]
	}
	return words
}

// fields are the words of a name, "J.-P." two of them.
func fields(s string) []string {
	words := strings.Fields(Fold(s))
	for i := 0; i < len(words); i++ {
		parts := strings.Split(words[i], "-")
		name := slices.ContainsFunc(parts, func(p string) bool { return len(p) > 1 })
		if len(parts) > 1 && !name {
			words = slices.Replace(words, i, i+1, parts...)
		}
	}
	return words
}

var (
	prefixes = set("mr mrs ms miss mx dr prof professor rev fr sir hon")
	// generations by how they are written.
	generations = map[string]string{
		"jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr",
		"ii": "ii", "2nd": "ii", "2d": "ii", "iii": "iii", "3rd": "iii", "3d": "iii",
		"iv": "iv", "4th": "iv", "v": "v", "5th": "v",
	}
	// alsoNames are family names and initials as well: suffixes only after two other words.
	alsoNames = set("junior senior v")
	// alsoFamilies are degrees that are family names as well.
	alsoFamilies = set("ma ba ms bs md jd")
	degrees      = set("mls mlis mlib msls phd edd md jd esq cpa ma ms mba ba bs mfa")
	// particles belong to the family name that follows them.
	particles = set(`de la las los del della dela delos di da das do dos du des le van von vander
		der den ter ten zu zum zur al el bin ibn ben abu st ste saint sainte san santa mc mac o`)
	// droppable are those that people leave off.
	droppable = set(`de la las los del della dela delos di da das do dos du des le van von vander
		der den ter ten zu zum zur al el bin ibn`)
	saints = map[string]string{"st": "saint", "ste": "sainte"}
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
