package hand

import (
	"fmt"
	"slices"
	"strings"
)

// Grammar says what a cell may hold, so that a nought is never read as an O
// where only digits can stand. It is a finite automaton, made once and used
// by many goroutines.
type Grammar struct {
	nodes   []grammarNode
	letters string // all it uses
}

type grammarNode struct {
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
func Date() *Grammar {
	var patterns []string
	for _, month := range []string{"[1-9]", "0[1-9]", "1[012]"} {
		for _, day := range []string{"[1-9]", "0[1-9]", "[12]#", "3[01]"} {
			for _, mark := range []string{"/", "-", "."} {
				for _, year := range []string{"", mark + "##", mark + "19##", mark + "20##"} {
					patterns = append(patterns, month+mark+day+year)
				}
			}
		}
	}
	return MustGrammar(patterns...)
}

// NewGrammar makes a grammar of patterns, any of which may hold. In a pattern #
// stands for a digit, [abc] for any of these, [0-9] for a range, and everything
// else for itself.
func NewGrammar(patterns ...string) (*Grammar, error) {
	g := &Grammar{nodes: make([]grammarNode, 1)}
	for _, p := range patterns {
		sets, err := letterSets(p)
		if err != nil {
			return nil, err
		}
		at := int32(0)
		for _, set := range sets {
			at = g.child(at, set)
			for _, r := range set {
				if !g.uses(r) {
					g.letters += string(r)
				}
			}
		}
		g.nodes[at].end = true
	}
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

// child is the node after at for a set of letters, shared by all patterns that
// begin alike.
func (g *Grammar) child(at int32, set string) int32 {
	for _, n := range g.nodes[at].next {
		if g.nodes[n].letters == set {
			return n
		}
	}
	n := int32(len(g.nodes))
	g.nodes = append(g.nodes, grammarNode{letters: set})
	g.nodes[at].next = append(g.nodes[at].next, n)
	return n
}

func (g *Grammar) uses(letter rune) bool { return strings.ContainsRune(g.letters, letter) }

func (g *Grammar) start() []int32 { return []int32{0} }

// step is where a letter leads from any of some nodes; nothing where it may not
// stand.
func (g *Grammar) step(from []int32, letter rune) []int32 {
	var to []int32
	for _, i := range from {
		for _, n := range g.nodes[i].next {
			if strings.ContainsRune(g.nodes[n].letters, letter) {
				to = append(to, n)
			}
		}
	}
	return to
}

func (g *Grammar) accepts(state []int32) bool {
	return slices.ContainsFunc(state, func(i int32) bool { return g.nodes[i].end })
}

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
