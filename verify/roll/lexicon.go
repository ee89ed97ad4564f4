package roll

import (
	"slices"

	"countersign/verify/name"
)

// Lexicon is a set of distinct words of the roll (family names, given names,
// cities) with the members that have them. A word that was misread is looked
// for by comparing it with all of them, which for 25,000 family names costs a
// third of a millisecond and misses none, as any index of letter groups would.
type Lexicon struct {
	Words  []string  // sorted
	Share  []float64 // of the members; a word that members may also write counts by how likely they do
	codes  []byte
	start  []uint32 // of each word in codes
	shared []uint8  // letters that each word has in common with the one before it
	who    []int32  // members by word, flat
	from   []uint32 // of each word in who
}

// Near is a word of a Lexicon and its distance from what was looked for.
type Near struct {
	Word  int
	Edits int
}

// lexiconMaker collects words; the zero value is ready.
type lexiconMaker struct {
	at    map[string]int
	words []string
	share []float64
	who   [][]int32
}

// add notes that a member may write a word, with what probability. Members
// come in order.
func (m *lexiconMaker) add(word string, member int32, weight float64) {
	if word == "" {
		return
	}
	if m.at == nil {
		m.at = map[string]int{}
	}
	i, ok := m.at[word]
	if !ok {
		i = len(m.words)
		m.at[word] = i
		m.words = append(m.words, word)
		m.share = append(m.share, 0)
		m.who = append(m.who, nil)
	}
	m.share[i] += weight
	if n := len(m.who[i]); n == 0 || m.who[i][n-1] != member {
		m.who[i] = append(m.who[i], member)
	}
}

func (m *lexiconMaker) lexicon(members int) *Lexicon {
	order := make([]int, len(m.words))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if m.words[a] < m.words[b] {
			return -1
		}
		return 1
	})
	l := &Lexicon{start: make([]uint32, 1, len(order)+1), from: make([]uint32, 1, len(order)+1)}
	for _, i := range order {
		l.Words = append(l.Words, m.words[i])
		l.Share = append(l.Share, m.share[i]/float64(max(members, 1)))
		codes := name.Codes(m.words[i])
		l.shared = append(l.shared, common(l.lastCodes(), codes))
		l.codes = append(l.codes, codes...)
		l.start = append(l.start, uint32(len(l.codes)))
		l.who = append(l.who, m.who[i]...)
		l.from = append(l.from, uint32(len(l.who)))
	}
	return l
}

func (l *Lexicon) lastCodes() []byte {
	if n := len(l.start); n > 1 {
		return l.codes[l.start[n-2]:]
	}
	return nil
}

func common(a, b []byte) uint8 {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return uint8(n)
}

// Codes of the word at place i, as name.Codes gives them.
func (l *Lexicon) Codes(i int) []byte { return l.codes[l.start[i]:l.start[i+1]] }

// Shared is how many codes the word at place i has in common, from the first
// one on, with the word before it.
func (l *Lexicon) Shared(i int) int { return int(l.shared[i]) }

// Members who have the word at place i, as places in Roll.Members, ascending.
func (l *Lexicon) Members(i int) []int32 { return l.who[l.from[i]:l.from[i+1]] }

// Find returns the place of a word, or -1.
func (l *Lexicon) Find(word string) int {
	if i, ok := slices.BinarySearch(l.Words, word); ok {
		return i
	}
	return -1
}

// Nearest returns at least k words (all that share the last distance, or the
// whole lexicon if it is smaller), nearest first, ties in order of the
// alphabet. The edits slice is room to work in and is returned for reuse.
func (l *Lexicon) Nearest(codes []byte, k int, edits []uint8) ([]Near, []uint8) {
	const most = 63
	if len(codes) == 0 || len(l.Words) == 0 {
		return nil, edits
	}
	walk := name.NewWalk(codes)
	var at [most + 1]int
	edits = edits[:0]
	for i := range l.Words {
		d := min(walk.Next(l.Codes(i), int(l.shared[i])), most)
		edits = append(edits, uint8(d))
		at[d]++
	}
	limit, n := 0, at[0]
	for n < k && limit < most {
		limit++
		n += at[limit]
	}
	// Place the words by counting, in one pass, nearest first.
	start := [most + 2]int{}
	for d := range limit {
		start[d+1] = start[d] + at[d]
	}
	out := make([]Near, n)
	for i, d := range edits {
		if int(d) <= limit {
			out[start[d]] = Near{i, int(d)}
			start[d]++
		}
	}
	return out, edits
}
