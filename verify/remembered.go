package verify

import (
	"sync"

	"countersign/verify/roll"
)

// remembered is what words and places were found to mean, for lists of ten thousand lines in
// which most names, cities and ZIP codes come again and again. What is forgotten is worked out
// anew, and comes out the same.
type remembered struct {
	mu     sync.Mutex
	words  map[wordAsked]wordHeard
	held   int                    // near words of all words
	once   map[wordAsked]struct{} // words of handwriting that were asked
	places map[spot]byLevel
}

// Bounds of what is remembered: some 30 MB of words, 5 MB of words that were asked, and 2 MB of
// places.
const (
	mostHeld   = 400_000
	mostOnce   = 50_000
	mostPlaces = 20_000
)

// wordAsked is a word that was read, and what is asked of it.
type wordAsked struct {
	of     *roll.Lexicon
	read   string
	k      int
	unseen float64
}

// wordHeard is what heard says of it.
type wordHeard struct {
	words []int32
	fits  []fit
	p     []byLevel
	close []bool
	all   byLevel
}

// recall fills h with what was heard of a word before, and reports whether it was.
func (r *remembered) recall(asked wordAsked, h *heard) bool {
	r.mu.Lock()
	was, ok := r.words[asked]
	r.mu.Unlock()
	if !ok {
		return false
	}
	h.words, h.fits, h.p, h.close = append(h.words, was.words...), append(h.fits, was.fits...), append(h.p, was.p...), append(h.close, was.close...)
	h.all = was.all
	for i, word := range h.words {
		h.slot[word] = int32(i + 1)
	}
	return true
}

func (r *remembered) keep(asked wordAsked, h *heard) {
	now := wordHeard{append([]int32(nil), h.words...), append([]fit(nil), h.fits...), append([]byLevel(nil), h.p...), append([]bool(nil), h.close...), h.all}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held += len(h.words) + 1; r.held > mostHeld || r.words == nil {
		r.words, r.held = map[wordAsked]wordHeard{}, len(h.words)+1
	}
	r.words[asked] = now
}

// again reports whether a word of handwriting was asked before: most are never asked again, and to
// remember all would take a megabyte a page.
func (r *remembered) again(asked wordAsked) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, was := r.once[asked]; was {
		return true
	}
	if r.once == nil || len(r.once) >= mostOnce {
		r.once = map[wordAsked]struct{}{}
	}
	r.once[asked] = struct{}{}
	return false
}

// place is what anybody may have meant by a place, worked out where it is not remembered.
func (r *remembered) place(of spot, work func() byLevel) byLevel {
	r.mu.Lock()
	was, ok := r.places[of]
	r.mu.Unlock()
	if ok {
		return was
	}
	now := work()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.places == nil || len(r.places) >= mostPlaces {
		r.places = map[spot]byLevel{}
	}
	r.places[of] = now
	return now
}
