package roll

import (
	"bytes"
	"iter"
	"slices"

	"countersign/verify/name"
)

// Lexicon is a set of distinct words of the roll (family names, given names,
// cities). A word that was misread is looked for by comparing it with all of them,
// which misses none, as any index of letter groups would.
type Lexicon struct {
	Words  []string  // sorted
	Share  []float64 // of the members; a word that members may also write counts by how likely they do
	codes  []byte
	start  []uint32 // of each word in codes
	bags   []name.Bag
	pairs  []name.Pairs
	shared []uint8 // letters that each word has in common with the one before it
}

// Near is a word of a Lexicon and its distance from what was looked for.
type Near struct {
	Word  int
	Edits int
}

// lexiconMaker collects words; the zero value is ready.
type lexiconMaker struct {
	at    map[string]int32
	words []string
	share []float64
}

// add notes a word and how many members write it, and returns its place in the
// maker; -1 for the empty word.
func (m *lexiconMaker) add(word string, weight float64) int32 {
	if word == "" {
		return -1
	}
	if m.at == nil {
		m.at = map[string]int32{}
	}
	i, ok := m.at[word]
	if !ok {
		i = int32(len(m.words))
		m.at[word] = i
		m.words = append(m.words, word)
		m.share = append(m.share, 0)
	}
	m.share[i] += weight
	return i
}

// lexicon sorts the words. It also returns where those of the maker have gone.
func (m *lexiconMaker) lexicon(members int) (l *Lexicon, places []int32) {
	order := make([]int32, len(m.words))
	letters := 0
	for i, w := range m.words {
		order[i] = int32(i)
		letters += len(w)
	}
	slices.SortFunc(order, func(a, b int32) int {
		if m.words[a] < m.words[b] {
			return -1
		}
		return 1
	})
	n := len(order)
	places = make([]int32, n)
	l = &Lexicon{Words: make([]string, n), Share: make([]float64, n), codes: make([]byte, 0, letters), start: make([]uint32, 1, n+1), bags: make([]name.Bag, n), pairs: make([]name.Pairs, n), shared: make([]uint8, n)}
	for to, from := range order {
		places[from] = int32(to)
		l.Words[to] = m.words[from]
		l.Share[to] = m.share[from] / float64(max(members, 1))
		codes := name.Codes(m.words[from])
		l.bags[to], l.pairs[to], l.shared[to] = name.NewBag(codes), name.NewPairs(codes), common(l.lastCodes(), codes)
		l.codes = append(l.codes, codes...)
		l.start = append(l.start, uint32(len(l.codes)))
	}
	return l, places
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
//
// The words' bags say of most that they are too far, and their pairs of many more, so that few
// are compared letter by letter; what is found is what comparing all of them finds.
func (l *Lexicon) Nearest(codes []byte, k int, edits []uint8) ([]Near, []uint8) {
	const most = 63
	if len(codes) == 0 || len(l.Words) == 0 {
		return nil, edits
	}
	pattern, bag, pairs := name.NewPattern(codes), name.NewBag(codes), name.NewPairs(codes)
	edits = slices.Grow(edits[:0], len(l.Words))[:len(l.Words)]
	for i, b := range l.bags {
		edits[i] = uint8(bag.Apart(b)) | unsure
	}
	var at [most + 1]int
	limit, n := 0, 0
	for ; ; limit++ {
		first := -1 // of two words that are compared together
		for i := range having(edits, uint8(limit)|unsure) {
			if apart := min(pairs.Apart(l.pairs[i]), most); apart > limit {
				edits[i] = uint8(apart) | unsure
				continue
			}
			if first < 0 {
				first = i
				continue
			}
			a, b := pattern.Distances(l.Codes(first), l.Codes(i))
			edits[first], edits[i] = uint8(min(a, most)), uint8(min(b, most))
			at[edits[first]]++
			at[edits[i]]++
			first = -1
		}
		if first >= 0 {
			edits[first] = uint8(min(pattern.Distance(l.Codes(first)), most))
			at[edits[first]]++
		}
		if n += at[limit]; n >= min(k, len(edits)) || limit == most {
			break
		}
	}
	out := make([]Near, 0, n)
	for d := range limit + 1 {
		if at[d] == 0 {
			continue
		}
		for i := range having(edits, uint8(d)) {
			out = append(out, Near{i, d})
		}
	}
	return out, edits
}

// having are the places at which a distance stands.
func having(edits []uint8, d uint8) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < len(edits); i++ {
			next := bytes.IndexByte(edits[i:], d)
			if next < 0 {
				return
			}
			if i += next; !yield(i) {
				return
			}
		}
	}
}

// unsure marks a distance that is at least so much.
const unsure = 1 << 7
