package hand

import (
	"fmt"
	"slices"
	"strings"
)

// Grammar says what a cell may hold, so that a nought is never read as an O
// where only digits can stand. It is a deterministic finite automaton, made once and
// used by many goroutines. State 0 is the beginning.
type Grammar struct {
	letters []rune  // all it uses
	steps   []int32 // for each state and each letter the state that follows, −1 for none
	ends    []bool  // the states in which a text may end
}

// pattern is a node of the tree of patterns that a grammar is made of.
type pattern struct {
	letters string // what leads into this node
	next    []int32
	end     bool
}

// Digits allows min to max digits and nothing else.
func Digits(min, max int) *Grammar {
	var patterns []string
	for n := min; n <= max; n++ {
		patterns = append(patterns, strings.Repeat("#", n))
	}
	return MustGrammar(patterns...)
}

// ZIP allows the two forms of an American ZIP code.
func ZIP() *Grammar { return MustGrammar("#####", "#####-####", "##### ####") }

// Phone allows ten digits as Americans group them.
func Phone() *Grammar {
	return MustGrammar("###-###-####", "(###) ###-####", "(###)###-####", "###.###.####", "### ### ####", "##########", "###-####")
}

// Date allows month, day and year in numbers, the month first, with one kind of
// mark between them; the year in two or four digits, or left out.
func Date() *Grammar { return date(months, days) }

// DayFirst is Date with the day before the month, as most of the world writes it.
func DayFirst() *Grammar { return date(days, months) }

var (
	months = []string{"[1-9]", "0[1-9]", "1[012]"}
	days   = []string{"[1-9]", "0[1-9]", "[12]#", "3[01]"}
)

func date(first, second []string) *Grammar {
	var patterns []string
	for _, one := range first {
		for _, other := range second {
			for _, mark := range []string{"/", "-", "."} {
				for _, year := range []string{"", mark + "##", mark + "19##", mark + "20##"} {
					patterns = append(patterns, one+mark+other+year)
				}
			}
		}
	}
	return MustGrammar(patterns...)
}

// Postcode is a postal code with letters, or half of one where it was written in two lines: of the
// United Kingdom, Canada, the Netherlands or Ireland.
func Postcode() *Grammar {
	var patterns []string
	for _, out := range []string{"A#", "A##", "AA#", "AA##", "A#A", "AA#A"} {
		patterns = append(patterns, out, out+" #AA", out+"#AA")
	}
	patterns = append(patterns, "#AA", "#A#", "A#A #A#", "A#A#A#", "#### AA", "####AA", "A## A@@@")
	sets := strings.NewReplacer("A", "[A-Z]", "@", "[0-9A-Z]")
	for i, p := range patterns {
		patterns[i] = sets.Replace(p)
	}
	return MustGrammar(patterns...)
}

// NewGrammar makes a grammar of patterns, any of which may hold. In a pattern #
// stands for a digit, [abc] for any of these, [0-9] for a range, and everything
// else for itself.
func NewGrammar(patterns ...string) (*Grammar, error) {
	tree := make([]pattern, 1)
	g := &Grammar{}
	for _, p := range patterns {
		sets, err := letterSets(p)
		if err != nil {
			return nil, err
		}
		at := int32(0)
		for _, set := range sets {
			tree, at = grown(tree, at, set)
			for _, r := range set {
				if g.index(r) < 0 {
					g.letters = append(g.letters, r)
				}
			}
		}
		tree[at].end = true
	}
	g.determine(tree)
	return g, nil
}

// MustGrammar is NewGrammar for patterns that stand in the program.
func MustGrammar(patterns ...string) *Grammar {
	g, err := NewGrammar(patterns...)
	if err != nil {
		panic(err)
	}
	return g
}

// grown is the tree with a node after at for a set of letters, shared by all patterns
// that begin alike.
func grown(tree []pattern, at int32, set string) ([]pattern, int32) {
	for _, n := range tree[at].next {
		if tree[n].letters == set {
			return tree, n
		}
	}
	n := int32(len(tree))
	tree = append(tree, pattern{letters: set})
	tree[at].next = append(tree[at].next, n)
	return tree, n
}

// determine makes the automaton of a tree of patterns: each of its states is the set of
// nodes in which a text may be (Rabin and Scott 1959).
func (g *Grammar) determine(tree []pattern) {
	known := map[string]int32{}
	var sets [][]int32
	state := func(set []int32) int32 {
		key := fmt.Sprint(set)
		s, ok := known[key]
		if !ok {
			s = int32(len(sets))
			known[key] = s
			sets = append(sets, set)
		}
		return s
	}
	state([]int32{0})
	for s := 0; s < len(sets); s++ {
		g.ends = append(g.ends, slices.ContainsFunc(sets[s], func(i int32) bool { return tree[i].end }))
		for _, letter := range g.letters {
			var to []int32
			for _, i := range sets[s] {
				for _, n := range tree[i].next {
					if strings.ContainsRune(tree[n].letters, letter) {
						to = append(to, n)
					}
				}
			}
			if len(to) == 0 {
				g.steps = append(g.steps, -1)
				continue
			}
			g.steps = append(g.steps, state(to))
		}
	}
}

// index is the place of a letter among those that the grammar uses, −1 for others.
func (g *Grammar) index(letter rune) int { return slices.Index(g.letters, letter) }

// step is where a letter leads, by its index; −1 where it may not stand.
func (g *Grammar) step(from int32, letter int) int32 { return g.steps[int(from)*len(g.letters)+letter] }

func (g *Grammar) accepts(state int32) bool { return g.ends[state] }

// letterSets splits a pattern into the letters allowed at each place.
func letterSets(pattern string) ([]string, error) {
	var sets []string
	rest := []rune(pattern)
	for len(rest) > 0 {
		r := rest[0]
		rest = rest[1:]
		switch r {
		case '#':
			sets = append(sets, "0123456789")
		case '[':
			end := slices.Index(rest, ']')
			if end < 1 {
				return nil, fmt.Errorf("pattern %q: [ without letters and ]", pattern)
			}
			sets = append(sets, spelledOut(rest[:end]))
			rest = rest[end+1:]
		default:
			sets = append(sets, string(r))
		}
	}
	return sets, nil
}

// spelledOut writes ranges out: 1-4 is 1234.
func spelledOut(set []rune) string {
	var out []rune
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' && set[i] <= set[i+2] {
			for r := set[i]; r <= set[i+2]; r++ {
				out = append(out, r)
			}
			i += 2
			continue
		}
		out = append(out, set[i])
	}
	return string(out)
}
