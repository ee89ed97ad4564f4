package verify

import (
	"math"
	"slices"

	"countersign/extract"
	"countersign/verify/name"
)

// The short parts of a name (initials, middle names, a suffix) tell people of one family
// apart, and a letter is all that differs. So each of them is heard like a word: how likely
// it was read if another was meant, by this reader, against how likely it is that the
// writer is somebody else.

// How often what a member writes is not what the export has, beyond misreading.
const (
	otherMiddle = 0.03 // a maiden name, a name of confirmation
	otherSuffix = 0.02
	sayNothing  = 60 // the most that a middle name speaks for a member
	sameSuffix  = 20 // what a suffix says for a member, against nobody in particular
)

// initials is a letter that was read, and how likely the reading is by the letter meant.
type initials struct {
	read byte
	p    [26]byLevel
	all  byLevel // if anybody at all wrote it
}

// letterOf is the place of a folded letter, -1 for others.
func letterOf(c byte) int {
	if c < 'a' || c > 'z' {
		return -1
	}
	return int(c - 'a')
}

// hearInitial compares a letter that was read with all that may have been meant.
func (m *Matcher) hearInitial(read byte, seen []extract.Lattice) *initials {
	h := &initials{read: read}
	codes := name.Codes(string(read))
	shares := m.seenShares(seen, letters)
	for c := range h.p {
		h.p[c] = m.powers.likelihood(m.channel.fit(codes, name.Codes(letters[c])))
		if shares != nil {
			h.p[c].scale(byText)
			lattice := same((1 - byText) * shares[c])
			h.p[c].plus(1, &lattice)
		}
		h.all.plus((1-unseenGiven)*m.places.initials['a'+c]+unseenGiven/26, &h.p[c])
	}
	return h
}

// of is the likelihood of the reading if a name was meant that begins with a letter.
func (h *initials) of(c byte) byLevel {
	if at := letterOf(c); at >= 0 {
		return h.p[at]
	}
	if c == h.read {
		return same(1) // of another script
	}
	return byLevel{}
}

// letters are the words for seenShares that an initial may be.
var letters = func() []string {
	var out []string
	for c := 'a'; c <= 'z'; c++ {
		out = append(out, string(c))
	}
	return out
}()

// suffixes are those that Generation knows.
var suffixes = []string{"jr", "sr", "ii", "iii", "iv", "v"}

// seenShares says which of some short words was seen on lattices: shares that add up to
// one. Nil where there are no lattices.
func (m *Matcher) seenShares(seen []extract.Lattice, words []string) []float64 {
	v := visionOf(seen)
	if v == nil {
		return nil
	}
	logs := make([]float64, len(words))
	top := math.Inf(-1)
	for i, w := range words {
		logs[i] = v.score(name.Codes(w))
		top = max(top, logs[i])
	}
	if math.IsInf(top, -1) {
		return nil
	}
	sum := 0.0
	for i, l := range logs {
		logs[i] = math.Exp(l - top)
		sum += logs[i]
	}
	for i := range logs {
		logs[i] /= sum
	}
	return logs
}

// heardSuffix are the likelihoods of a suffix that was read, by the one meant.
type heardSuffix struct {
	read string
	p    []byLevel // as suffixes
}

func (m *Matcher) hearSuffix(read string, seen []extract.Lattice) *heardSuffix {
	if read == "" {
		return nil
	}
	h := &heardSuffix{read: read, p: make([]byLevel, len(suffixes))}
	shares := m.seenShares(seen, suffixes)
	for i, meant := range suffixes {
		h.p[i] = m.powers.likelihood(m.channel.fit(name.Codes(read), name.Codes(meant)))
		if shares != nil {
			h.p[i].scale(byText)
			lattice := same((1 - byText) * shares[i])
			h.p[i].plus(1, &lattice)
		}
	}
	return h
}

// further is a name that was written after the first given name.
type further struct {
	word    string
	codes   []byte
	initial *initials // of a word, its first letter
	any     byLevel   // likelihood of a word if anybody at all wrote it
}

func (m *Matcher) hearFurther(words []string, of []extract.Reading) []further {
	var out []further
	for _, w := range words {
		f := further{word: joined(w), codes: name.Codes(joined(w))}
		if len(f.word) == 0 {
			continue
		}
		var seen []extract.Lattice
		if len(f.word) == 1 {
			seen = sightOf(of, f.word)
		} else {
			share := 0.0
			if at := m.roll.Givens.Find(f.word); at >= 0 {
				share = m.roll.Givens.Share[at]
			}
			f.any = same(max(share, 1.0/sayNothing))
		}
		f.initial = m.hearInitial(f.word[0], seen)
		out = append(out, f)
	}
	return out
}

// furtherOdds is how much the names after the first one speak for a member, against
// nobody in particular: own if they are the member's, odds if the writer may also have
// others than the export knows.
func (m *Matcher) furtherOdds(h *hypothesis, of name.Person) (own, odds byLevel) {
	own, odds = same(1), same(1)
	if len(h.further) > 0 {
		known := otherNames(h.name, of)
		for i := range h.further {
			if len(known) == 0 {
				break
			}
			best := h.further[i].best(m, known)
			own.times(&best)
			best.scale(1 - otherMiddle)
			for j := range best {
				best[j] += otherMiddle
			}
			odds.times(&best)
		}
	}
	if h.suffix != nil {
		a, b := m.suffixOdds(h.suffix, name.Generation(of.Suffix))
		own.times(&a)
		odds.times(&b)
	}
	return own, odds
}

// otherNames are the names that a member is known to have beside the one that stands
// first in what was written.
func otherNames(written name.Name, m name.Person) []string {
	known := name.Words(m.Middle)
	given := name.Words(m.Given)
	first := joined(written.Given[:min(1, len(written.Given))]...)
	if len(given) > 1 && first != name.Joined(m.Given) {
		known = append(known, given[1:]...)
	}
	if len(known) == 0 {
		if m.Former == "" {
			return nil
		}
		former := name.FormerFamilies(m.Former)
		if run := joined(written.Given[min(1, len(written.Given)):]...); slices.Contains(
			former,
			run,
		) {
			return former
		}
		return nil
	}
	if len(given) > 0 && slices.Contains(known, first) {
		known = append(known, given[0])
	}
	return append(known, name.FormerFamilies(m.Former)...)
}

// best is the reading's likelihood if one of some names was meant, over that for anybody.
func (f *further) best(m *Matcher, known []string) byLevel {
	var best byLevel
	for _, k := range known {
		var p byLevel
		if len(f.word) == 1 || len(k) == 1 {
			p = f.initial.of(k[0])
			p.over(&f.initial.all)
		} else {
			p = m.powers.likelihood(m.channel.fit(f.codes, name.Codes(k)))
			p.over(&f.any)
		}
		for j := range p {
			best[j] = max(best[j], min(p[j], sayNothing))
		}
	}
	return best
}

func (m *Matcher) suffixOdds(read *heardSuffix, of string) (own, odds byLevel) {
	switch {
	case of != "":
		own = read.p[slices.Index(suffixes, of)]
		own.scale(sameSuffix * (1 - otherSuffix))
	case m.suffixes:
		own = same(0.5) // not known to the export, or the father of the one who has it
		return own, own
	default:
		return same(1), same(1)
	}
	odds = own
	for j := range odds {
		odds[j] += otherSuffix
	}
	return own, odds
}
