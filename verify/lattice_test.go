package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/name"
)

// frames is a lattice that is drawn instead of read: a few frames for each
// letter, in most of which the letter stands out, in some another.
type frames [][27]float64

func (f frames) Frames() int { return len(f) }

func (f frames) LogProbability(frame int, letter rune) float64 {
	switch {
	case letter == 0:
		return math.Log(f[frame][0])
	case letter >= 'A' && letter <= 'Z':
		return math.Log(f[frame][letter-'A'+1])
	}
	return math.Inf(-1)
}

// seen draws what a recognizer sees of a word of letters. Where it mistakes a
// letter for another, the right one keeps a share.
func (w *world) seen(word string, wrong float64) frames {
	var f frames
	add := func(shares map[byte]float64) {
		var p [27]float64
		sum := 0.0
		for c := range p {
			p[c] = 1e-4
			sum += p[c]
		}
		for _, c := range slices.Sorted(keysOf(shares)) {
			p[c] += shares[c]
			sum += shares[c]
		}
		for c := range p {
			p[c] /= sum
		}
		f = append(f, p)
	}
	blank := map[byte]float64{0: 1}
	add(blank)
	for _, c := range []byte(strings.ToLower(word)) {
		if c < 'a' || c > 'z' {
			continue
		}
		code := c - 'a' + 1
		other := lookalike(w.rand, c) - 'a' + 1
		p := map[byte]float64{}
		if w.chance(wrong * 0.8) {
			kept := 0.05 + 0.4*w.rand.Float64()
			p[other] = 1 - kept
			p[code] += kept
		} else {
			p[code] = 0.7 + 0.3*w.rand.Float64()
			p[other] += 0.25 * w.rand.Float64()
		}
		if w.chance(wrong * 0.2) {
			p[0] += 1.5
		}
		add(blank)
		add(p)
		for k := range p {
			p[k] /= 2
		}
		p[0] += 0.5
		add(p)
		add(blank)
	}
	return f
}

func keysOf(m map[byte]float64) func(func(byte) bool) {
	return func(yield func(byte) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// text is the likeliest path.
func (f frames) text() string {
	var out []byte
	last := 0
	for _, p := range f {
		top := 0
		for c := range p {
			if p[c] > p[top] {
				top = c
			}
		}
		if top != last && top != 0 {
			out = append(out, byte('a'+top-1))
		}
		last = top
	}
	return string(out)
}

// seenText is a reading with lattices of words that are drawn; words of
// which nothing was seen are left out.
func (w *world) seenText(text string, wrong, confidence float64) extract.Reading {
	r := extract.Reading{Confidence: confidence, Engine: "hand"}
	var words []string
	for _, word := range strings.Fields(text) {
		f := w.seen(word, wrong)
		t := f.text()
		if t == "" {
			continue
		}
		if strings.HasSuffix(word, ",") {
			t += ","
		}
		words, r.Words = append(words, t), append(r.Words, f)
	}
	r.Text = strings.Join(words, " ")
	return r
}

// surnames counts how often the family name of a member is the likeliest for
// what was seen of it: by edits, by the error model, and on the lattice, each
// with how common names are.
func surnames(w *world, n int, wrong float64) (edits, model, lattice int, mistaken float64) {
	of := w.matcher.roll.Families
	letters, errors := 0, 0
	for range n {
		truth := name.Joined(w.members[w.rand.IntN(len(w.members))]["Last Name"])
		f := w.seen(truth, wrong)
		read := name.Codes(f.text())
		at := of.Find(truth)
		letters += len(truth)
		own := name.NewPattern(name.Codes(truth))
		errors += own.Distance(read)
		best := func(score func(word int) float64, words []int) bool {
			top, word := math.Inf(-1), -1
			for _, i := range words {
				if s := score(i) + math.Log(of.Share[i]); s > top {
					top, word = s, i
				}
			}
			return word == at
		}
		near, _ := of.Nearest(read, 300, nil)
		var words []int
		for _, x := range near {
			words = append(words, x.Word)
		}
		pattern := name.NewPattern(read)
		if best(func(i int) float64 { return -2.4 * float64(pattern.Distance(of.Codes(i))) }, words) {
			edits++
		}
		if best(func(i int) float64 {
			return math.Log(w.matcher.powers.likelihood(w.matcher.channel.fit(read, of.Codes(i)))[3])
		}, words) {
			model++
		}
		logs := map[int]float64{}
		words = words[:0]
		for _, s := range visionOf([]extract.Lattice{f}).rank(of, read) {
			logs[s.word] = s.log
			words = append(words, s.word)
		}
		if best(func(i int) float64 { return logs[i] }, words) {
			lattice++
		}
	}
	return edits, model, lattice, float64(errors) / float64(letters)
}

func BenchmarkSurnames(b *testing.B) {
	for _, wrong := range []float64{0.12, 0.24} {
		b.Run(fmt.Sprintf("wrong=%.0f%%", 100*wrong), func(b *testing.B) {
			w := theCountry(b, *figureSize, 1)
			w.reseed(9)
			for b.Loop() {
				n := max(500, *figureLines/4)
				edits, model, lattice, mistaken := surnames(w, n, wrong)
				share := func(k int) float64 { return 100 * float64(k) / float64(n) }
				b.ReportMetric(100*mistaken, "letter-errors-%")
				b.ReportMetric(share(edits), "edits-%")
				b.ReportMetric(share(model), "model-%")
				b.ReportMetric(share(lattice), "lattice-%")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// On lattices more family names are found than by edits.
func TestSurnames(t *testing.T) {
	w := newWorld(t, 5000, 21)
	edits, _, lattice, mistaken := surnames(w, 300, 0.24)
	if mistaken < 0.15 || lattice <= edits || lattice < 280 {
		t.Errorf("of 300 names with %.0f %% wrong letters %d are found by edits, %d on lattices", 100*mistaken, edits, lattice)
	}
}

// The search through a lexicon finds the words that scoring each of them finds.
func TestRankIsExhaustive(t *testing.T) {
	w := newWorld(t, 3000, 22)
	of := w.matcher.roll.Families
	for range 30 {
		f := w.seen(w.members[w.rand.IntN(len(w.members))]["Last Name"], 0.2)
		v := visionOf([]extract.Lattice{f})
		found := v.rank(of, name.Codes(f.text()))
		logs := make([]float64, len(of.Words))
		top := math.Inf(-1)
		for i := range of.Words {
			logs[i] = v.score(of.Codes(i))
			top = max(top, logs[i])
		}
		got := map[int]float64{}
		for _, s := range found {
			got[s.word] = s.log
		}
		for i, l := range logs {
			g, ok := got[i]
			if ok && math.Abs(g-l) > 1e-6 {
				t.Errorf("%s scores %.4f in the search, %.4f alone", of.Words[i], g, l)
			}
			if !ok && l > top-tooFar+0.1 && len(found) < mostSpoken && l > v.score(name.Codes(f.text()))-tooFar {
				t.Errorf("%s, %.2f below the best, was not found", of.Words[i], top-l)
			}
		}
	}
}
