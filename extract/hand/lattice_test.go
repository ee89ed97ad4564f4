package hand

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// drawn makes a lattice of random frames. peaked frames are mostly sure of one
// class, as a trained network's are.
func drawn(r *rand.Rand, alphabet string, frames int, peaked bool) Lattice {
	l := Lattice{alphabet: []rune(alphabet)}
	for range frames {
		f := make([]float32, l.classes())
		var sum float32
		for i := range f {
			f[i] = r.Float32() + 0.01
			if peaked {
				f[i] *= f[i] * f[i] * f[i]
			}
			sum += f[i]
		}
		for i := range f {
			f[i] /= sum
		}
		l.p = append(l.p, f...)
	}
	return l
}

// every lists all texts a lattice can say with their probabilities, by going
// through every path there is.
func every(l Lattice) map[string]float64 {
	all := map[string]float64{}
	path := make([]int, l.Frames())
	for {
		p, last, text := 1.0, 0, ""
		for t, c := range path {
			p *= float64(l.frame(t)[c])
			if c != 0 && c != last {
				text += string(l.alphabet[c-1])
			}
			last = c
		}
		all[text] += p
		t := 0
		for ; t < len(path); t++ {
			if path[t]++; path[t] < l.classes() {
				break
			}
			path[t] = 0
		}
		if t == len(path) {
			return all
		}
	}
}

func TestScoreIsTheSumOverAllPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for frames := 1; frames <= 6; frames++ {
		l := drawn(r, "ab-", frames, false)
		all, sum := every(l), 0.0
		for text, p := range all {
			sum += p
			if got := math.Exp(l.Score(text)); math.Abs(got-p) > 1e-6 {
				t.Errorf("%d frames, %q: %v, not %v", frames, text, got, p)
			}
		}
		if math.Abs(sum-1) > 1e-5 {
			t.Errorf("%d frames: all texts together have probability %v", frames, sum)
		}
	}
}

func TestScoreOfWhatCannotBe(t *testing.T) {
	l := drawn(rand.New(rand.NewPCG(3, 4)), "ab", 4, false)
	for _, text := range []string{"aaa", "abababab", "x", "a?"} {
		if s := l.Score(text); !math.IsInf(s, -1) {
			t.Errorf("%q scores %v", text, s)
		}
	}
	if s := l.Score("aba"); math.IsInf(s, -1) {
		t.Error("aba fits into four frames and is refused")
	}
}

func TestScoreLeavesAccentsOut(t *testing.T) {
	l := drawn(rand.New(rand.NewPCG(3, 4)), "Zoe ", 9, false)
	if a, b := l.Score("Zoë  o"), l.Score("Zoe o"); a != b {
		t.Errorf("with accent %v, without %v", a, b)
	}
}

func TestNBest(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		l := drawn(r, "abc", 6, true)
		readings := l.NBest(5)
		if len(readings) == 0 {
			t.Fatal("no reading")
		}
		best := 0.0
		for _, p := range every(l) {
			best = max(best, p)
		}
		if got := math.Exp(readings[0].Score); math.Abs(got-best) > 1e-6 {
			t.Errorf("the best has probability %v, not %v", got, best)
		}
		text, confidence := l.Best()
		if text != readings[0].Text || confidence != readings[0].Confidence {
			t.Errorf("Best is %q, NBest begins with %q", text, readings[0].Text)
		}
		seen := map[string]bool{}
		for i, x := range readings {
			if x.Score != l.Score(x.Text) {
				t.Errorf("%q: score %v, Score says %v", x.Text, x.Score, l.Score(x.Text))
			}
			if x.Confidence < 0 || x.Confidence > 1.000001 {
				t.Errorf("%q: confidence %v", x.Text, x.Confidence)
			}
			if i > 0 && x.Score > readings[i-1].Score {
				t.Errorf("%q stands behind the less likely %q", x.Text, readings[i-1].Text)
			}
			if seen[x.Text] {
				t.Errorf("%q twice", x.Text)
			}
			seen[x.Text] = true
		}
	}
}

func TestFoldedAddsUpWhatFoldsAlike(t *testing.T) {
	l := drawn(rand.New(rand.NewPCG(7, 8)), "aAb '", 5, false)
	f := l.Folded()
	for text, p := range every(f) {
		if got := math.Exp(f.Score(strings.ToLower(text))); math.Abs(got-p) > 1e-6 {
			t.Errorf("%q: %v, not %v", text, got, p)
		}
	}
	if got := string(f.alphabet); got != "AB" {
		t.Errorf("alphabet %q", got)
	}
	for i := range f.Frames() {
		var sum float32
		for _, p := range f.frame(i) {
			sum += p
		}
		if math.Abs(float64(sum)-1) > 1e-5 {
			t.Errorf("frame %d sums to %v", i, sum)
		}
	}
}

func TestEmptyCell(t *testing.T) {
	var l Lattice
	if text, confidence := l.Best(); text != "" || confidence != 1 {
		t.Errorf("%q with %v", text, confidence)
	}
	if l.Score("") != 0 || !math.IsInf(l.Score("a"), -1) {
		t.Errorf("scores %v and %v", l.Score(""), l.Score("a"))
	}
	if n := len(l.NBest(3)) + len(l.Match(ZIP(), 3)) + len(l.Words()) + l.Folded().Frames(); n != 0 {
		t.Errorf("%d things in an empty cell", n)
	}
}

// saying makes a lattice that is nearly sure of a text: for every letter a frame,
// and one between letters.
func saying(alphabet, text string, sure float32) Lattice {
	l := Lattice{alphabet: []rune(alphabet)}
	add := func(class int) {
		f := make([]float32, l.classes())
		for i := range f {
			f[i] = (1 - sure) / float32(len(f)-1)
		}
		f[class] = sure
		l.p = append(l.p, f...)
	}
	for _, r := range text {
		add(slices.Index(l.alphabet, r) + 1)
		add(0)
	}
	return l
}

func TestWords(t *testing.T) {
	l := saying("aBc .", " Ba c. aa ", 0.9)
	var got []string
	for _, w := range l.Words() {
		text, _ := w.Best()
		got = append(got, text)
	}
	if d := cmp.Diff([]string{"Ba", "c.", "aa"}, got); d != "" {
		t.Error(d)
	}
}

func TestLexiconRanksAsScoreDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	var words []string
	for range 300 {
		w := make([]byte, 1+r.IntN(5))
		for i := range w {
			w[i] = "abC '"[r.IntN(5)]
		}
		words = append(words, string(w))
	}
	x := NewLexicon(words)
	for range 30 {
		l := drawn(r, "aAbBcC -'", 7+r.IntN(5), r.IntN(2) == 0)
		var want []Ranked
		for i, w := range words {
			if f := l.Folded(); strings.Trim(w, " '") != "" && !math.IsInf(f.Score(w), -1) {
				want = append(want, Ranked{i, f.Score(w)})
			}
		}
		slices.SortStableFunc(want, func(a, b Ranked) int {
			switch {
			case a.Score > b.Score+1e-9:
				return -1
			case b.Score > a.Score+1e-9:
				return 1
			}
			return 0
		})
		for _, n := range []int{1, 7, len(words)} {
			got := x.Rank(l, n)
			if len(got) != min(n, len(want)) {
				t.Fatalf("%d of %d ranked", len(got), min(n, len(want)))
			}
			for i, g := range got {
				if math.Abs(g.Score-want[i].Score) > 1e-6 || math.Abs(l.Folded().Score(words[g.Word])-g.Score) > 1e-6 {
					t.Errorf("place %d: %q with %v, not %q with %v", i, words[g.Word], g.Score, words[want[i].Word], want[i].Score)
				}
			}
		}
	}
}

func BenchmarkBest(b *testing.B) {
	n := embedded(b)
	l := newLattice(n.alphabet, parityLines(b)[0].frames)
	b.ReportAllocs()
	for b.Loop() {
		l.Best()
	}
}

func BenchmarkMatch(b *testing.B) {
	n := embedded(b)
	l := newLattice(n.alphabet, parityLines(b)[0].frames)
	g := Date()
	b.ReportAllocs()
	for b.Loop() {
		l.Match(g, 1)
	}
}

func BenchmarkScore(b *testing.B) {
	n := embedded(b)
	l := newLattice(n.alphabet, parityLines(b)[0].frames).Folded()
	b.ReportAllocs()
	for b.Loop() {
		l.Score("Elizabeth Marsh")
	}
}
