package name

import "strings"

// Name is a name as somebody wrote it, in parts, each word folded. A written
// name says little of its own order: Parse takes the usual one, and who
// compares tries the other.
type Name struct {
	Prefix  string   // "dr", without full stop
	Given   []string // given and middle names or initials, in order
	Family  []string // words of the family name; a hyphenated one is one word
	Suffix  string   // "jr", "iii"
	Flipped bool     // written family name first, with a comma
}

// Parse takes a written name apart: "Lewis, Jonathan", "JONATHAN LEWIS",
// "Dr. J. Lewis Jr.", "Maria de la Cruz". Degrees after the name are dropped.
// A single word is taken as a family name.
func Parse(s string) Name {
	var n Name
	before, after, comma := strings.Cut(s, ",")
	head, tail := fields(before), fields(after)
	tail = n.takeEnds(tail)
	if comma && len(tail) > 0 && len(head) > 0 {
		n.Flipped = true
		n.Family = n.takeEnds(head)
		n.Given = tail
		return n
	}
	words := n.takeEnds(append(head, tail...))
	if len(words) == 0 {
		return n
	}
	from := len(words) - 1
	for from > 1 && particles[words[from-1]] {
		from--
	}
	n.Given, n.Family = words[:from], words[from:]
	return n
}

// Of joins the separate columns of a sheet or an export into a Name.
func Of(given, middle, family, suffix string) Name {
	var n Name
	n.Given = n.takeEnds(append(fields(given), fields(middle)...))
	n.Family = n.takeEnds(fields(family))
	if s := Fold(suffix); s != "" {
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

// FamilyJoined is the family name as one word.
func (n Name) FamilyJoined() string { return join(strings.Join(n.Family, "")) }

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
		case suffixes[last] && n.Suffix == "":
			n.Suffix = strings.NewReplacer("2nd", "ii", "3rd", "iii", "4th", "iv").Replace(last)
		case degrees[last]:
		default:
			return words
		}
		words = words[:len(words)-1]
	}
	return words
}

func fields(s string) []string { return strings.Fields(Fold(s)) }

var (
	prefixes = set("mr mrs ms miss mx dr prof professor rev fr sir hon")
	suffixes = set("jr sr ii iii iv 2nd 3rd 4th")
	degrees  = set("mls mlis mlib msls phd edd md jd esq cpa ma ms mba ba bs mfa")
	// particles belong to the family name that follows them.
	particles = set("de la las los del della dela delos di da das do dos du des le van von vander der den ter ten zu zum zur al el bin ibn ben abu st ste saint san santa mc mac o")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
