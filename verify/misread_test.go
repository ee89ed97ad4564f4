package verify

import (
	"math"
	"strings"
	"testing"
)

// What a wrong letter may have become adds up to one, and what was counted often is
// likelier than what never was.
func TestMisreadings(t *testing.T) {
	m, err := newMisreadings(misreadFile)
	if err != nil {
		t.Fatal(err)
	}
	added := 0.0
	for w := 1; w <= 26; w++ {
		added += m.added[w]
	}
	for w := 1; w <= 26; w++ {
		sum := m.lost[w] + added
		for r := 1; r <= 26; r++ {
			if w != r && !(m.read[w][r] > 0) {
				t.Errorf("%c is never read as %c", 'a'+w-1, 'a'+r-1)
			}
			if w != r {
				sum += m.read[w][r]
			}
		}
		if math.Abs(sum-1) > 0.02 { // of letters that are seldom read for another, the other's own share is left out
			t.Errorf("what becomes of a wrong %c adds up to %v", 'a'+w-1, sum)
		}
	}
	if m.read['g'-'a'+1]['q'-'a'+1] < 10*m.read['g'-'a'+1]['t'-'a'+1] {
		t.Error("g is read as t about as often as as q")
	}
	for _, bad := range []string{"a\tb", "a\tb:x", "ab\tc:1"} {
		if _, err := newMisreadings(bad); err == nil || !strings.Contains(err.Error(), "no letter") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
