package name

import "math/bits"

// MaxWord is the longest word, in bytes, that distances tell apart; what is
// longer is cut. The longest family name of the 1990 US census has 13 letters.
const MaxWord = 64

// Codes maps a folded word to the small alphabet that distances work on:
// 1 to 26 for letters. Digits become the letters they are taken for, since
// names have none and readers of handwriting see them; bytes of other scripts
// share the codes 27 to 31. Blanks and hyphens are dropped.
func Codes(word string) []byte {
	if len(word) > 2*MaxWord {
		word = word[:2*MaxWord]
	}
	out := make([]byte, 0, len(word))
	for i := 0; i < len(word) && len(out) < MaxWord; i++ {
		switch c := word[i]; {
		case c >= 'a' && c <= 'z':
			out = append(out, c-'a'+1)
		case c >= '0' && c <= '9':
			out = append(out, "olzeasgtbg"[c-'0']-'a'+1)
		case c >= 0x80:
			out = append(out, 27+c%5)
		}
	}
	return out
}

// Pattern is a word prepared for many distances: for each code, the places
// where it stands.
type Pattern struct {
	at     [32]uint64
	length int
}

// NewPattern prepares a word given as Codes.
func NewPattern(codes []byte) Pattern {
	var p Pattern
	codes = codes[:min(len(codes), MaxWord)]
	p.length = len(codes)
	for i, c := range codes {
		p.at[c&31] |= 1 << i
	}
	return p
}

// Distance counts the single-letter edits between the pattern and a word
// given as Codes. Bit-parallel after Myers (1999) in Hyyrö's form (2003): one
// step a letter whatever the pattern's length.
func (p *Pattern) Distance(word []byte) int { return p.from(0, word, ^uint64(0), 0) }

// Distances are those of two words. Each step waits for the one before, so that two words take
// little longer than one.
func (p *Pattern) Distances(a, b []byte) (int, int) {
	upA, downA, upB, downB := ^uint64(0), uint64(0), ^uint64(0), uint64(0)
	n := min(len(a), len(b))
	b0 := b[:n]
	for i, c := range a[:n] {
		eqA, eqB := p.at[c&31], p.at[b0[i]&31]
		verticalA, verticalB := eqA|downA, eqB|downB
		horizontalA, horizontalB := (((eqA&upA)+upA)^upA)|eqA, (((eqB&upB)+upB)^upB)|eqB
		riseA, riseB := (downA|^(horizontalA|upA))<<1|1, (downB|^(horizontalB|upB))<<1|1
		fallA, fallB := (upA&horizontalA)<<1, (upB&horizontalB)<<1
		upA, downA = fallA|^(verticalA|riseA), riseA&verticalA
		upB, downB = fallB|^(verticalB|riseB), riseB&verticalB
	}
	return p.from(n, a, upA, downA), p.from(n, b, upB, downB)
}

// from goes on from a letter of the word.
func (p *Pattern) from(at int, word []byte, up, down uint64) int {
	for _, c := range word[at:] {
		eq := p.at[c&31]
		vertical := eq | down
		horizontal := (((eq & up) + up) ^ up) | eq
		rise := (down|^(horizontal|up))<<1 | 1
		fall := (up & horizontal) << 1
		up, down = fall|^(vertical|rise), rise&vertical
	}
	// The bits are the places of the pattern at which the edits grow and shrink by one.
	mask := uint64(1)<<p.length - 1 // all of them for a shift by 64
	return len(word) + bits.OnesCount64(up&mask) - bits.OnesCount64(down&mask)
}

// Bag holds which codes a word has, those that it has twice or more twice. What
// one bag has over the other bounds the distance of two words from below, for a tenth of
// what the distance costs.
type Bag uint64

// NewBag fills a bag from Codes.
func NewBag(codes []byte) Bag {
	var once, twice uint64
	for _, c := range codes {
		bit := uint64(1) << (c & 31)
		twice |= once & bit
		once |= bit
	}
	return Bag(once | twice<<32)
}

// Apart is the least number of edits that turn a word with one bag into a word with the
// other: an edit takes one letter out and puts one in.
func (b Bag) Apart(c Bag) int {
	return max(bits.OnesCount64(uint64(b&^c)), bits.OnesCount64(uint64(c&^b)))
}

// Pairs holds which pairs of neighbouring codes a word has, its ends included, folded to 64
// bits: who has the same letters in another order has other pairs.
type Pairs uint64

// NewPairs fills pairs from Codes.
func NewPairs(codes []byte) Pairs {
	var p Pairs
	last := byte(0)
	for _, c := range codes {
		p |= pairBit(last, c)
		last = c
	}
	return p | pairBit(last, 0)
}

func pairBit(a, b byte) Pairs { return 1 << ((uint(a)*11 + uint(b)*7 + uint(a)*uint(b)) & 63) }

// Apart is the least number of edits that turn a word with these pairs into a word with the
// others: an edit takes two pairs out at most, and puts two in.
func (p Pairs) Apart(q Pairs) int {
	return (max(bits.OnesCount64(uint64(p&^q)), bits.OnesCount64(uint64(q&^p))) + 1) / 2
}

// Distance counts the single-letter edits between two folded words.
func Distance(a, b string) int {
	p := NewPattern(Codes(a))
	return p.Distance(Codes(b))
}

// Similar is 1 for equal words and 0 for words that share nothing: one minus
// the edits over the longer length. Similar(a, b) == Similar(b, a).
func Similar(a, b string) float64 {
	x, y := Codes(a), Codes(b)
	longest := max(len(x), len(y))
	if longest == 0 {
		return 0
	}
	p := NewPattern(x)
	return 1 - float64(p.Distance(y))/float64(longest)
}

// Swap says whether two words differ by two neighbouring letters that changed
// places, and nothing else.
func Swap(a, b string) bool {
	if len(a) != len(b) || a == b {
		return false
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
