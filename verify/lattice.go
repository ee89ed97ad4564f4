package verify

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// vision is a run of words as a recognizer saw them, frame by frame, ready to
// score the words of a lexicon on.
type vision struct {
	frames int
	p      []float64 // frames × classes, the highest of each frame 1; class 0 is the blank
	rest   []float64 // the most that the frames from one on can add to any path
	log    float64   // what scaling took out of every score
	blank  [][]float64
	letter [][]float64 // by letters so far, after every frame: ending in a blank, in the last letter
}

const classes = 32

// blind is the share of a frame's probability that is spread over all letters: a
// recognizer is surer of itself than it should be.
const blind = 0.002

// visionOf joins the lattices of words. Nil where there are none.
func visionOf(words []extract.Lattice) *vision {
	v := &vision{}
	for _, w := range words {
		v.frames += w.Frames()
	}
	if v.frames == 0 {
		return nil
	}
	v.p = make([]float64, v.frames*classes)
	t := 0
	for _, w := range words {
		for i := range w.Frames() {
			v.take(t, w, i)
			t++
		}
	}
	v.rest = make([]float64, v.frames+1)
	v.rest[v.frames] = 1
	for t := v.frames - 1; t >= 0; t-- {
		sum := 0.0
		for _, p := range v.frame(t)[:alphabet] {
			sum += p
		}
		v.rest[t] = min(v.rest[t+1]*sum, math.MaxFloat64)
	}
	return v
}

func (v *vision) frame(t int) []float64 { return v.p[t*classes : (t+1)*classes] }

func (v *vision) take(t int, w extract.Lattice, i int) {
	f := v.frame(t)
	top := 0.0
	for c := range alphabet {
		f[c] = (1-blind)*math.Exp(w.LogProbability(i, extract.SignOf(c))) + blind/alphabet
		top = max(top, f[c])
	}
	for c := range f {
		f[c] /= top
		if c >= alphabet {
			f[c] = blind / alphabet // letters of other scripts
		}
	}
	v.log += math.Log(top)
}

// spoken is a word of a lexicon with the logarithm of its probability.
type spoken struct {
	word int
	log  float64
}

// Words that are less probable than the best one by so many nats are not
// looked for, and no more words than these.
const (
	tooFar     = 14
	mostSpoken = 400
)

// rank finds the words of a lexicon that may have been seen, the likeliest
// first. What words share at their beginnings is computed once, and a beginning that is
// too unlikely whatever follows is not gone on from.
func (v *vision) rank(of *roll.Lexicon, read []byte) []spoken {
	if len(of.Words) == 0 {
		return nil
	}
	v.begin()
	best := v.score(read) - v.log
	var out []spoken
	for i := 0; i < len(of.Words); {
		word := of.Codes(i)
		depth := of.Shared(i)
		for depth < len(word) && v.goOn(word, depth) >= math.Exp(best-tooFar) {
			depth++
		}
		if depth < len(word) {
			for i++; i < len(of.Words) && of.Shared(i) > depth; i++ { // these begin as badly
			}
			continue
		}
		if p := v.blank[depth][v.frames] + v.letter[depth][v.frames]; p > 0 {
			if l := math.Log(p); l >= best-tooFar {
				out = append(out, spoken{i, l + v.log})
				best = max(best, l)
			}
		}
		i++
	}
	slices.SortFunc(out, func(a, b spoken) int { return cmp.Or(cmp.Compare(b.log, a.log), cmp.Compare(a.word, b.word)) })
	out = out[:min(len(out), mostSpoken)]
	for n := len(out); n > 0 && out[n-1].log < out[0].log-tooFar; n-- {
		out = out[:n-1]
	}
	return out
}

// score is the logarithm of the probability that a word was seen.
func (v *vision) score(word []byte) float64 {
	v.begin()
	for depth := range word {
		v.goOn(word, depth)
	}
	return math.Log(v.blank[len(word)][v.frames]+v.letter[len(word)][v.frames]) + v.log
}

// begin computes the paths on which nothing but blanks came.
func (v *vision) begin() {
	v.level(0)
	b := v.blank[0]
	b[0] = 1
	for t := range v.frames {
		b[t+1] = b[t] * v.p[t*classes]
	}
}

func (v *vision) level(depth int) {
	for len(v.blank) <= depth {
		v.blank = append(v.blank, make([]float64, v.frames+1))
		v.letter = append(v.letter, make([]float64, v.frames+1))
	}
}

// goOn adds the letter at a depth to the paths of the letters before it, by
// the forward algorithm of CTC (Graves and others 2006), and returns a bound of
// the probability of all words that begin so.
func (v *vision) goOn(word []byte, depth int) (bound float64) {
	v.level(depth + 1)
	class := int(word[depth] & 31)
	fromBlank, fromLetter := v.blank[depth], v.letter[depth]
	blank, letter := v.blank[depth+1], v.letter[depth+1]
	twice := depth > 0 && word[depth] == word[depth-1]
	blank[0], letter[0] = 0, 0
	for t := range v.frames {
		before := fromBlank[t]
		if !twice {
			before += fromLetter[t]
		}
		f := v.p[t*classes : t*classes+classes]
		in := before * f[class]
		bound += in * v.rest[t+1]
		letter[t+1] = in + f[class]*letter[t]
		blank[t+1] = f[0] * (blank[t] + letter[t])
	}
	return bound
}

// sightOf finds the lattices of the words that make up a part of a reading,
// such as the family name; nil where there are none.
func sightOf(readings []extract.Reading, part string) []extract.Lattice {
	for _, r := range readings {
		words := strings.Fields(r.Text)
		if len(words) != len(r.Words) {
			continue
		}
		for i := range words {
			run := ""
			for j := i; j < len(words) && len(run) < len(part); j++ {
				if run += name.Joined(words[j]); run == part {
					return r.Words[i : j+1]
				}
			}
		}
	}
	return nil
}

// hearLattice compares what a recognizer saw with a lexicon. Its text counts too,
// for it may be surer of itself than it should be.
func (m *Matcher) hearLattice(w *work, of *roll.Lexicon, v *vision, read string, k int, unseen float64) *heard {
	h := m.hearText(w, of, read, k, unseen, true)
	h.seen = true
	codes := name.Codes(read)
	for i := range h.p {
		h.p[i].scale(byText)
	}
	spoken := v.rank(of, codes)
	for _, s := range spoken {
		slot := h.slot[s.word]
		if slot == 0 {
			f := m.channel.fit(codes, of.Codes(s.word))
			p := m.powers.likelihood(f)
			p.scale(byText)
			slot = h.keep(s.word, f, p)
		}
		seen := same((1 - byText) * math.Exp(s.log))
		h.p[slot-1].plus(1, &seen)
		h.close[slot-1] = h.close[slot-1] || s.log > spoken[0].log-nearly
	}
	h.all = m.byAnybody(h, of, read, unseen)
	return h
}

const (
	byText = 0.1 // weight of the text against the lattice it was read from
	nearly = 5   // nats within which a word is as good as read
)
