package hand

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
)

// Lexicon is a list of names or places to rank on lattices. It holds them as a
// tree, so that what begins alike is computed once, and is used by many
// goroutines.
type Lexicon struct {
	nodes []lexiconNode
	words int
}

type lexiconNode struct {
	letter   rune
	children []int32
	entries  []int32 // which words end here, as they were given
}

// NewLexicon makes a lexicon of words, each known later by its place in the list.
// They are folded like a Folded lattice; what nothing is left of is never ranked.
func NewLexicon(words []string) *Lexicon {
	x := &Lexicon{nodes: make([]lexiconNode, 1), words: len(words)}
	type key struct {
		node   int32
		letter rune
	}
	children := make(map[key]int32)
	for i, w := range words {
		at := int32(0)
		for _, r := range plain(w) {
			if r = foldRune(r); r < 0 {
				continue
			}
			next, ok := children[key{at, r}]
			if !ok {
				next = int32(len(x.nodes))
				children[key{at, r}] = next
				x.nodes = append(x.nodes, lexiconNode{letter: r})
				x.nodes[at].children = append(x.nodes[at].children, next)
			}
			at = next
		}
		if at > 0 {
			x.nodes[at].entries = append(x.nodes[at].entries, int32(i))
		}
	}
	return x
}

// Ranked is a word of a lexicon and how well it fits.
type Ranked struct {
	Word  int     // its place in the list the lexicon was made of
	Score float64 // as of Lattice.Score on the Folded lattice
}

// Rank lists the n words that fit the lattice best, the best first, words that
// fold alike in their own order. It is exact: the probability that a line begins
// like a branch of the tree bounds all words of the branch, and only
// branches are left out that can hold none of the n. Fewer than n come
// back where the rest is less probable than 1e-300.
func (x *Lexicon) Rank(l Lattice, n int) []Ranked {
	l = l.Folded()
	if l.Frames() == 0 || n <= 0 {
		return nil
	}
	r := &ranking{lexicon: x, n: n, frames: l.Frames(), classes: l.classes()}
	r.class = make(map[rune]int, len(l.alphabet))
	for i, a := range l.alphabet {
		r.class[a] = i + 1
	}
	r.scale(l)
	root := r.level(0)
	// Before the first letter there are only blanks.
	root.blank[0] = 1
	for t := range r.frames {
		root.blank[t+1] = root.blank[t] * r.p[t*r.classes]
	}
	r.visit(0, 0, 0)
	return r.sorted()
}

// ranking is one search through a lexicon.
type ranking struct {
	lexicon         *Lexicon
	n               int
	frames, classes int
	class           map[rune]int
	p               []float64 // frames × classes, the highest of each frame 1
	log             float64   // what that took out of every score
	rest            []float64 // the most that the frames from one on can add to any path
	levels          []*level
	best            worstFirst
}

// level holds, after every frame, the probability of having said the letters on
// the way to a node and ending in a blank, or in the last of them.
type level struct {
	blank, letter []float64
	order         []branch
}

type branch struct {
	node int32
	p    float64
}

func (r *ranking) scale(l Lattice) {
	r.p = make([]float64, len(l.p))
	r.rest = make([]float64, r.frames+1)
	r.rest[r.frames] = 1
	for t := r.frames - 1; t >= 0; t-- {
		f := l.frame(t)
		top, sum := float64(f[highest(f)]), 0.0
		for i, v := range f {
			r.p[t*r.classes+i] = float64(v) / top
			sum += float64(v) / top
		}
		r.log += math.Log(top)
		r.rest[t] = r.rest[t+1] * sum
	}
}

func (r *ranking) level(depth int) *level {
	for len(r.levels) <= depth {
		r.levels = append(r.levels, &level{blank: make([]float64, r.frames+1), letter: make([]float64, r.frames+1)})
	}
	return r.levels[depth]
}

// visit takes the words of a node and goes on to its branches, the likeliest
// first. last is the class that led here.
func (r *ranking) visit(node int32, depth, last int) {
	at := r.level(depth)
	here := r.lexicon.nodes[node]
	if p := at.blank[r.frames] + at.letter[r.frames]; len(here.entries) > 0 && p > 0 {
		for _, w := range here.entries {
			r.add(Ranked{int(w), math.Log(p) + r.log})
		}
	}
	at.order = at.order[:0]
	for _, c := range here.children {
		class := r.class[r.lexicon.nodes[c].letter]
		if class == 0 {
			continue
		}
		if p := r.begins(at, class, last); p > 0 {
			at.order = append(at.order, branch{c, p})
		}
	}
	slices.SortFunc(at.order, func(a, b branch) int {
		return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(a.node, b.node))
	})
	for _, b := range at.order {
		if len(r.best) == r.n && math.Log(b.p)+r.log < r.best[0].Score {
			return
		}
		class := r.class[r.lexicon.nodes[b.node].letter]
		r.goOn(at, r.level(depth+1), class, last)
		r.visit(b.node, depth+1, class)
	}
}

// begins is the probability that the line goes on with a letter, whatever
// follows: no word of the branch can be likelier.
func (r *ranking) begins(from *level, class, last int) float64 {
	sum := 0.0
	for t := range r.frames {
		before := from.blank[t]
		if class != last {
			before += from.letter[t]
		}
		sum += before * r.p[t*r.classes+class] * r.rest[t+1]
	}
	return sum
}

func (r *ranking) goOn(from, to *level, class, last int) {
	to.blank[0], to.letter[0] = 0, 0
	for t := range r.frames {
		before := from.blank[t]
		if class != last {
			before += from.letter[t]
		}
		p := r.p[t*r.classes:]
		to.letter[t+1] = p[class] * (before + to.letter[t])
		to.blank[t+1] = p[0] * (to.blank[t] + to.letter[t])
	}
}

// add keeps the n best.
func (r *ranking) add(w Ranked) {
	if len(r.best) < r.n {
		heap.Push(&r.best, w)
		return
	}
	if better(w, r.best[0]) {
		r.best[0] = w
		heap.Fix(&r.best, 0)
	}
}

func (r *ranking) sorted() []Ranked {
	out := slices.Clone([]Ranked(r.best))
	slices.SortFunc(out, func(a, b Ranked) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Word, b.Word)) })
	return out
}

func better(a, b Ranked) bool {
	return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(b.Word, a.Word)) > 0
}

// worstFirst is a heap.
type worstFirst []Ranked

func (w worstFirst) Len() int           { return len(w) }
func (w worstFirst) Less(i, j int) bool { return better(w[j], w[i]) }
func (w worstFirst) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *worstFirst) Push(x any)        { *w = append(*w, x.(Ranked)) }
func (w *worstFirst) Pop() any {
	last := len(*w) - 1
	x := (*w)[last]
	*w = (*w)[:last]
	return x
}
