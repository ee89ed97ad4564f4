package hand

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"unicode"
)

//go:embed spelling.gz
var spellingFile []byte

// spelling says how likely a letter is after three others, in names, places and
// common words. It settles what the network leaves open, such as U and V in
// block letters. The table holds -16 times the logarithm of the
// probability; train/spelling.py counts it.
type spelling struct {
	table []uint8 // 27⁴: three letters before, then the letter; 0 stands for no letter
}

// spellingWeight is how much the spelling counts beside the network. Twice as
// much or half as much make little difference.
const spellingWeight = 0.35

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
	return &spelling{table}, nil
}

// logarithm is that of the probability of the words of a text. What is no
// letter only ends words.
func (s *spelling) logarithm(text string) float64 {
	before, sum := 0, 0
	for _, r := range text + " " {
		if r == 'ß' {
			r = 'S'
		}
		letter := 0
		if r = unicode.ToUpper(r); r >= 'A' && r <= 'Z' {
			letter = int(r-'A') + 1
		}
		if letter == 0 && before == 0 {
			continue
		}
		sum += int(s.table[before*27+letter])
		before = (before*27 + letter) % (27 * 27 * 27)
		if letter == 0 {
			before = 0
		}
	}
	return -float64(sum) / 16
}
