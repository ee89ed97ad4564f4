package hand

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"math"
	"unicode"
)

//go:embed spelling.gz
var spellingFile []byte

// spelling says how likely a letter is after three others, in names, places and
// common words. It settles what the network leaves open, such as U and V in
// block letters. The table holds -16 times the logarithm of the
// probability; train/spelling.py counts it.
type spelling struct {
	table   []uint8      // 27⁴: three letters before, then the letter; 0 stands for no letter
	factors [256]float64 // what an entry of the table makes of a reading's probability
}

// spellingWeight is how much the spelling counts beside the network. A fifth
// more or less makes little difference.
const spellingWeight = 0.5

// usual is minus the logarithm of the probability of a letter as words have
// them on average. Less than that speaks for a reading, so that longer readings are
// not at a disadvantage.
const usual = 2

func decodeSpelling(file []byte) (*spelling, error) {
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("the spelling table is damaged: build the program again: %w", err)
	}
	const size = 27 * 27 * 27 * 27
	table, err := io.ReadAll(io.LimitReader(z, size+1))
	if err != nil || len(table) != size {
		return nil, fmt.Errorf("the spelling table is damaged: build the program again: %d entries, %w", len(table), err)
	}
	s := &spelling{table: table}
	for v := range s.factors {
		s.factors[v] = math.Exp(spellingWeight * gainOf(uint8(v)))
	}
	return s, nil
}

// gainOf is what an entry of the table says.
func gainOf(entry uint8) float64 { return usual - float64(entry)/16 }

// gain is the logarithm of how much likelier the words of a text are than as
// many usual letters. What is no letter only ends words.
func (s *spelling) gain(text string) float64 {
	before, sum := int32(0), 0.0
	for _, r := range text + " " {
		gain, now := s.after(before, r)
		sum, before = sum+gain, now
	}
	return sum
}

// after is the gain of a letter after those that are before it, and what is before the
// next one; 0 at the beginning of a word.
func (s *spelling) after(before int32, r rune) (gain float64, now int32) {
	at, now := place(before, r)
	if at == 0 {
		return 0, 0
	}
	return gainOf(s.table[at]), now
}

// factorAfter is the factor of a letter's gain, and what is before the next one.
func (s *spelling) factorAfter(before int32, r rune) (factor float64, now int32) {
	at, now := place(before, r)
	if at == 0 {
		return 1, 0
	}
	return s.factors[s.table[at]], now
}

// place is where in the table a letter is after those before it, 0 for what is between words.
func place(before int32, r rune) (at, now int32) {
	letter := int32(0)
	switch {
	case r >= 'A' && r <= 'Z':
		letter = r - 'A' + 1
	case r >= 'a' && r <= 'z':
		letter = r - 'a' + 1
	case r == 'ß':
		letter = 'S' - 'A' + 1
	case r > unicode.MaxASCII: // the Kelvin sign and the like
		if r = unicode.ToUpper(r); r >= 'A' && r <= 'Z' {
			letter = r - 'A' + 1
		}
	}
	at = before*27 + letter
	if letter == 0 {
		return at, 0
	}
	return at, at % (27 * 27 * 27)
}
