package hand

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Lattice is what the network says of one line: for every frame, 4 pixels of a
// prepared line, how probable each letter of the alphabet and the blank are
// (connectionist temporal classification, CTC). It answers which text is the
// likeliest and, what matters more for finding somebody in a list, how
// likely any given text is. The zero Lattice is that of an empty cell. A
// Lattice never changes.
type Lattice struct {
	alphabet []rune    // class i+1; class 0 is the blank
	p        []float32 // frames × classes, each frame sums to 1
	folded   bool
	printed  float64
	spelling *spelling // nil for none
	beams    *beams    // nil for none
}

// Reading is one way to read a line.
type Reading struct {
	Text       string
	Score      float64 // as of Lattice.Score
	Confidence float64 // 0 to 1: the probability of the text, as a geometric mean over its characters
}

// newLattice takes over log-probabilities, frame after frame.
func newLattice(alphabet []rune, logs []float32) Lattice {
	for i, v := range logs {
		logs[i] = exp(v)
	}
	return Lattice{alphabet: alphabet, p: logs}
}

// Frames is the number of frames, 0 for an empty cell.
func (l Lattice) Frames() int { return len(l.p) / l.classes() }

// Alphabet lists what the lattice can be read as.
func (l Lattice) Alphabet() []rune { return slices.Clone(l.alphabet) }

// LogProbability is the logarithm of how probable a letter is in a frame; the
// letter 0 stands for the blank. It is -Inf for what the alphabet lacks.
func (l Lattice) LogProbability(frame int, letter rune) float64 {
	class := 0
	if letter != 0 {
		if class = slices.Index(l.alphabet, letter) + 1; class == 0 {
			return math.Inf(-1)
		}
	}
	return math.Log(float64(l.frame(frame)[class]))
}

// Printed is the probability that the line is print and not handwriting, by its
// looks. Print is read better by an engine made for it. 0 for an empty cell.
func (l Lattice) Printed() float64 { return l.printed }

func (l Lattice) classes() int                { return len(l.alphabet) + 1 }
func (l Lattice) frame(t int) []float32       { return l.p[t*l.classes() : (t+1)*l.classes()] }
func (l Lattice) part(from, to int) []float32 { return l.p[from*l.classes() : to*l.classes()] }

// Best is the first of NBest with its confidence; "" and 1 for an empty cell.
func (l Lattice) Best() (text string, confidence float64) {
	if l.Frames() == 0 {
		return "", 1
	}
	best := l.NBest(1)[0]
	return best.Text, best.Confidence
}

// NBest lists up to n readings, the likeliest first. Of readings that the network
// finds about as likely, one that is spelled like a name or a word goes before one that
// is not; their scores are the network's alone. The search keeps a few dozen
// beginnings at a time, so a reading may escape it that is far from the best.
func (l Lattice) NBest(n int) []Reading {
	all := l.search(nil, max(n, spelled), max(24, 2*n))
	if l.spelling != nil {
		slices.SortStableFunc(all, func(a, b Reading) int {
			return cmp.Compare(b.Score+spellingWeight*l.spelling.gain(b.Text), a.Score+spellingWeight*l.spelling.gain(a.Text))
		})
	}
	return all[:min(n, len(all))]
}

// spelled is how many readings are looked at for their spelling, however few are
// asked for.
const spelled = 16

// Match lists up to n readings that obey the grammar, the likeliest first. None
// where no text of the grammar fits into the line.
func (l Lattice) Match(g *Grammar, n int) []Reading {
	return l.search(g, n, max(96, 4*n))
}

// Folded is the lattice for comparing with names and places: it takes upper and
// lower case as one letter, and spaces, hyphens, apostrophes, points and commas
// as nothing at all.
func (l Lattice) Folded() Lattice {
	if l.folded || l.Frames() == 0 {
		l.folded = true
		return l
	}
	var alphabet []rune
	class := make([]int, l.classes())
	for i, r := range l.alphabet {
		f := foldRune(r)
		if f < 0 {
			continue
		}
		at := slices.Index(alphabet, f)
		if at < 0 {
			alphabet = append(alphabet, f)
			at = len(alphabet) - 1
		}
		class[i+1] = at + 1
	}
	f := Lattice{alphabet: alphabet, folded: true, printed: l.printed, spelling: l.spelling, beams: l.beams}
	f.p = make([]float32, l.Frames()*f.classes())
	for t := range l.Frames() {
		to := f.frame(t)
		for i, p := range l.frame(t) {
			to[class[i]] += p
		}
	}
	return f
}

// foldRune folds one letter; -1 where nothing is left of it.
func foldRune(r rune) rune {
	switch r {
	case ' ', '-', '\'', '.', ',':
		return -1
	case 'ß':
		return 'S'
	}
	return unicode.ToUpper(r)
}

// Words cuts the lattice at the spaces of its likeliest path. The words of a
// Folded lattice cannot be told apart any more.
func (l Lattice) Words() []Lattice {
	space := slices.Index(l.alphabet, ' ') + 1
	var words []Lattice
	begin, written := 0, false
	end := func(t int) {
		if written {
			words = append(words, Lattice{l.alphabet, l.part(begin, t), l.folded, l.printed, l.spelling, l.beams})
		}
		begin, written = t, false
	}
	for t := range l.Frames() {
		switch top := highest(l.frame(t)); {
		case top == space && space > 0:
			end(t)
		case top != 0:
			written = true
		}
	}
	end(l.Frames())
	return words
}

func highest(p []float32) int {
	best := 0
	for i, v := range p {
		if v > p[best] {
			best = i
		}
	}
	return best
}

// Score is the logarithm of the probability that the line says text, over
// all ways to lay it out in the frames (the CTC forward algorithm, Graves and others
// 2006). Accents are left out; a Folded lattice folds text as it was
// folded itself. -Inf where the text has more letters than frames or one that
// the alphabet lacks. An empty cell says "" for sure.
func (l Lattice) Score(text string) float64 {
	word, ok := l.word(text)
	if !ok {
		return math.Inf(-1)
	}
	if l.Frames() == 0 {
		if len(word) == 0 {
			return 0
		}
		return math.Inf(-1)
	}
	// a[2k] ends in a blank after k letters, a[2k+1] in letter k.
	a := make([]float64, 2*len(word)+1)
	first := l.frame(0)
	a[0] = float64(first[0])
	if len(word) > 0 {
		a[1] = float64(first[word[0]])
	}
	log := 0.0
	for t := 1; t < l.Frames(); t++ {
		p, sum := l.frame(t), 0.0
		for s := len(a) - 1; s >= 0; s-- {
			v := a[s]
			if s > 0 {
				v += a[s-1]
			}
			if k := s / 2; s%2 == 1 {
				if k > 0 && word[k] != word[k-1] {
					v += a[s-2]
				}
				v *= float64(p[word[k]])
			} else {
				v *= float64(p[0])
			}
			a[s] = v
			sum += v
		}
		if sum == 0 {
			return math.Inf(-1)
		}
		for s := range a {
			a[s] /= sum
		}
		log += math.Log(sum)
	}
	end := a[len(a)-1]
	if len(a) > 1 {
		end += a[len(a)-2]
	}
	return log + math.Log(end)
}

// word spells a text in classes.
func (l Lattice) word(text string) (classes []int, ok bool) {
	for _, r := range plain(text) {
		if l.folded {
			if r = foldRune(r); r < 0 {
				continue
			}
		}
		class := slices.Index(l.alphabet, r) + 1
		if class == 0 {
			return nil, false
		}
		classes = append(classes, class)
	}
	return classes, true
}

// plain drops accents and brings spaces to single ones.
func plain(text string) string {
	ascii := true
	for i := range len(text) {
		ascii = ascii && text[i] < 128
	}
	if !ascii {
		text = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return r
		}, norm.NFD.String(text))
	}
	return strings.Join(strings.Fields(text), " ")
}

// prefix is the beginning of a reading in the search: a node of a tree.
type prefix struct {
	parent, class  int32
	child, sibling int32 // its first continuation, and its parent's next one; 0 for none
	state          int32 // of the grammar
	// Probability of all paths that say this so far and end in a blank, and of
	// those that end in its last letter; in the frame before and in this one.
	blank, letter         float64
	nextBlank, nextLetter float64
	queued                bool
	spelt                 float64 // what its spelling makes of its probability
	before                int32   // its last letters, on which the spelling of the next one depends
}

func (p prefix) total() float64 { return p.blank + p.letter }

// search is the prefix beam search of CTC (Hannun and others 2014), inside a
// grammar if there is one, or else along what is spelled like words.
func (l Lattice) search(g *Grammar, n, width int) []Reading {
	if l.Frames() == 0 {
		return nil
	}
	s := l.beams.get()
	defer l.beams.put(s)
	s.begin(g, l)
	for t := range l.Frames() {
		s.frame(l.frame(t), l.alphabet)
		s.prune(width)
	}
	s.sort()
	var out []Reading
	for _, i := range s.live { // the likeliest first, as far as the search saw
		if g != nil && !g.accepts(s.tree[i].state) {
			continue
		}
		text := strings.Join(strings.Fields(s.text(i, l.alphabet)), " ")
		if slices.ContainsFunc(out, func(r Reading) bool { return r.Text == text }) {
			continue
		}
		if out = append(out, l.reading(text)); len(out) == n+spare {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b Reading) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(n, len(out))]
}

// spare is how many more readings than asked for get their exact score: the
// search loses paths, so its own order is only nearly right.
const spare = 4

func (l Lattice) reading(text string) Reading {
	score := l.Score(text)
	return Reading{text, score, math.Exp(score / float64(max(1, len([]rune(text)))))}
}

// beams are those of searches that have ended, whose memory others take: a page's searches need
// thirty megabytes. The zero value has none.
type beams struct{ pool sync.Pool } // of *beam

func (b *beams) get() *beam {
	if b != nil {
		if s, ok := b.pool.Get().(*beam); ok {
			return s
		}
	}
	return new(beam)
}

func (b *beams) put(s *beam) {
	if b != nil {
		b.pool.Put(s)
	}
}

// beam is the state of one search.
type beam struct {
	tree     []prefix
	live     []int32
	next     []int32
	classes  []int32  // what may come in this frame
	letters  []int    // for each class its index in the grammar
	kids     []int32  // of one prefix, by class; 0 for none
	ranks    []ranked // of next
	grammar  *Grammar
	spelling *spelling // nil for none
}

// Below unlikely a letter of a frame begins no new reading, and below hopeless,
// compared with the likeliest of all, a new reading is not begun. Within a grammar
// everything goes on that can be told from nothing, for the grammar may need it.
const (
	unlikely          = 1e-3
	hopeless          = 1e-4
	hopelessInGrammar = 1e-14
)

// begin prepares for a search inside a grammar, or along what is spelled like words.
func (s *beam) begin(g *Grammar, l Lattice) {
	s.tree = append(s.tree[:0], prefix{parent: -1, blank: 1, spelt: 1})
	s.live, s.classes = append(s.live[:0], 0), s.classes[:0]
	s.kids = slices.Grow(s.kids[:0], l.classes())[:l.classes()]
	clear(s.kids)
	s.grammar, s.spelling = g, nil
	if g == nil {
		s.spelling = l.spelling
	} else {
		s.obey(l.alphabet)
	}
}

// obey prepares for the letters of the grammar, any of which may come in any frame.
func (s *beam) obey(alphabet []rune) {
	s.letters = append(s.letters[:0], 0) // of the blank
	for i, r := range alphabet {
		letter := s.grammar.index(r)
		s.letters = append(s.letters, letter)
		if letter >= 0 {
			s.classes = append(s.classes, int32(i+1))
		}
	}
}

func (s *beam) frame(p []float32, alphabet []rune) {
	s.next = s.next[:0]
	least := hopelessInGrammar
	if s.grammar == nil {
		least = hopeless
		s.classes = s.classes[:0]
		for c := int32(1); int(c) < len(p); c++ {
			if p[c] >= unlikely {
				s.classes = append(s.classes, c)
			}
		}
	}
	for _, i := range s.live {
		at := s.tree[i]
		s.queue(i)
		s.tree[i].nextBlank += at.total() * float64(p[0])
		if at.class != 0 {
			s.tree[i].nextLetter += at.letter * float64(p[at.class])
		}
		for c := at.child; c != 0; c = s.tree[c].sibling {
			s.kids[s.tree[c].class] = c
		}
		for _, c := range s.classes {
			from := at.total()
			if c == at.class {
				from -= at.letter
			}
			if from *= float64(p[c]); from < least {
				continue
			}
			child := s.kids[c]
			if child == 0 {
				if child = s.grow(i, c, alphabet[c-1]); child == 0 {
					continue
				}
			}
			s.queue(child)
			s.tree[child].nextLetter += from
		}
		for c := at.child; c != 0; c = s.tree[c].sibling {
			s.kids[s.tree[c].class] = 0
		}
	}
}

func (s *beam) queue(i int32) {
	if !s.tree[i].queued {
		s.tree[i].queued = true
		s.next = append(s.next, i)
	}
}

// grow makes the reading that goes on with a letter; 0 where the grammar forbids it.
func (s *beam) grow(i, class int32, letter rune) int32 {
	p := prefix{parent: i, class: class, sibling: s.tree[i].child, spelt: s.tree[i].spelt}
	if s.spelling != nil {
		factor, before := s.spelling.factorAfter(s.tree[i].before, letter)
		p.spelt, p.before = p.spelt*factor, before
	}
	if s.grammar != nil {
		if p.state = s.grammar.step(s.tree[i].state, s.letters[class]); p.state < 0 {
			return 0
		}
	}
	c := int32(len(s.tree))
	s.tree = append(s.tree, p)
	s.tree[i].child = c
	return c
}

// ranked is a prefix and what it is worth.
type ranked struct {
	worth float64
	at    int32
}

// compareRanked puts the likeliest first.
func compareRanked(a, b ranked) int {
	switch {
	case a.worth > b.worth:
		return -1
	case a.worth < b.worth:
		return 1
	}
	return cmp.Compare(a.at, b.at)
}

// prune moves on to the next frame with the likeliest beginnings only, in no order.
func (s *beam) prune(width int) {
	for _, i := range s.live {
		s.tree[i].blank, s.tree[i].letter = 0, 0
	}
	top := 0.0
	s.ranks = s.ranks[:0]
	for _, i := range s.next {
		p := &s.tree[i]
		p.blank, p.letter, p.nextBlank, p.nextLetter, p.queued = p.nextBlank, p.nextLetter, 0, 0, false
		top = max(top, p.total())
		s.ranks = append(s.ranks, ranked{p.total() * p.spelt, i})
	}
	if top == 0 {
		top = 1 // nothing of the grammar fits any more
	}
	width = min(width, len(s.ranks))
	firstOf(s.ranks, width)
	for _, r := range s.ranks[width:] {
		s.tree[r.at].blank, s.tree[r.at].letter = 0, 0
	}
	s.live = s.live[:0]
	for _, r := range s.ranks[:width] {
		s.live = append(s.live, r.at)
		s.tree[r.at].blank /= top
		s.tree[r.at].letter /= top
	}
}

// sort puts the likeliest prefix first.
func (s *beam) sort() {
	worth := func(i int32) ranked { return ranked{s.tree[i].total() * s.tree[i].spelt, i} }
	slices.SortFunc(s.live, func(a, b int32) int { return compareRanked(worth(a), worth(b)) })
}

// firstOf puts the n that come first before the others, neither in order (Hoare's
// quickselect).
func firstOf(r []ranked, n int) {
	for len(r) > 1 && n > 0 && n < len(r) {
		pivot := median(r[0], r[len(r)/2], r[len(r)-1])
		i, j := 0, len(r)-1
		for i <= j {
			for compareRanked(r[i], pivot) < 0 {
				i++
			}
			for compareRanked(r[j], pivot) > 0 {
				j--
			}
			if i <= j {
				r[i], r[j] = r[j], r[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j+1:
			r = r[:j+1]
		case n > i:
			r, n = r[i:], n-i
		default:
			return
		}
	}
}

func median(a, b, c ranked) ranked {
	if compareRanked(a, b) > 0 {
		a, b = b, a
	}
	switch {
	case compareRanked(c, a) <= 0:
		return a
	case compareRanked(c, b) >= 0:
		return b
	}
	return c
}

func (s *beam) text(i int32, alphabet []rune) string {
	var r []rune
	for ; i > 0; i = s.tree[i].parent {
		r = append(r, alphabet[s.tree[i].class-1])
	}
	slices.Reverse(r)
	return string(r)
}
