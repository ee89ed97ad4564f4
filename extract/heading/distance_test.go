package heading

import (
	"math/rand/v2"
	"testing"
)

// The distance that is found for all letters at once is that of the table that Levenshtein fills
// letter by letter.
func TestDistance(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func(most int) string {
		w := make([]byte, random.IntN(most+1))
		for i := range w {
			w[i] = "abc"[random.IntN(3)]
		}
		return string(w)
	}
	for range 5000 {
		a, b := word(64), word(70)
		if got, want := patternOf(a).distance(b), byTable(a, b); got != want {
			t.Fatalf("%q and %q are %d apart, found %d", a, b, want, got)
		}
	}
}

func byTable(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
