package hand

import (
	"math"
	"testing"
)

func words(t testing.TB) *spelling {
	t.Helper()
	s, err := decodeSpelling(spellingFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSpellingPrefersWords(t *testing.T) {
	s := words(t)
	for _, c := range []struct{ word, other string }{
		{"Elizabeth", "Elizadeth"}, {"HUGO", "HVGO"}, {"Library", "Librarv"}, {"Johnson", "Jahnsom"}, {"Boston, MA", "Bostom, MA"},
	} {
		if a, b := s.gain(c.word), s.gain(c.other); a <= b {
			t.Errorf("%q has %.1f, %q has %.1f", c.word, a, c.other, b)
		}
	}
}

func TestSpellingOfOtherSignsIsNeutral(t *testing.T) {
	s := words(t)
	if v := s.gain("0482913 9/14/26 (#)"); v != 0 {
		t.Errorf("%v for digits", v)
	}
	if a, b := s.gain("Mary Ann"), s.gain("MARY - 12 ANN."); a != b {
		t.Errorf("%v and %v for the same words", a, b)
	}
}

func TestSpellingSettlesWhatTheNetworkLeavesOpen(t *testing.T) {
	l := saying("GHOUV", "HUGO", 0.9)
	// The second letter may as well be a V, even a little rather.
	u, v := l.frame(2)[4:5], l.frame(2)[5:6]
	u[0], v[0] = 0.45, 0.46
	if text, _ := l.Best(); text != "HVGO" {
		t.Fatalf("%q without spelling", text)
	}
	l.spelling = words(t)
	first := l.NBest(2)[0]
	if first.Text != "HUGO" {
		t.Errorf("%q with it", first.Text)
	}
	if first.Score != l.Score("HUGO") || first.Score >= l.Score("HVGO") {
		t.Errorf("score %v: the spelling got into it", first.Score)
	}
}

func TestSpellingIsAProbability(t *testing.T) {
	s := words(t)
	for _, before := range []int{0, 1, 27*13 + 1, 27*27*3 + 27*1 + 20} {
		sum := 0.0
		for _, v := range s.table[before*27 : before*27+27] {
			sum += math.Exp(-float64(v) / 16)
		}
		if math.Abs(sum-1) > 0.05 {
			t.Errorf("after %d all letters together have %v", before, sum)
		}
	}
}

func TestDamagedSpellingIsRefused(t *testing.T) {
	for _, f := range [][]byte{nil, []byte("no gzip"), spellingFile[:len(spellingFile)/2]} {
		if _, err := decodeSpelling(f); err == nil {
			t.Errorf("%d bytes are accepted", len(f))
		}
	}
}
