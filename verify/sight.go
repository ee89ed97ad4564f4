package verify

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// sight is one line as the matcher sees it: what may be written in it, and how
// likely that is for a member and for nobody on the roll. Text and lattices both come in
// through hear: all that follows asks only for the likelihood of a word at each
// level of noise.
type sight struct {
	names      []hypothesis
	garbled    float64 // probability of the name cell's letters if they show nothing
	nameScale  float64 // takes the size out of probabilities of long names
	fields     []seen
	number     *numberSeen // nil where its letters alone are known; so are these
	street     *streetSeen
	zip        *cellSeen
	email      *emailSeen
	nameAny    byLevel // likelihood of the name cell if nobody on the roll wrote it
	routed     []int32
	colleagues []int32 // members at the institution that was read
	weights    byLevel // prior of each level of noise
	typed      bool    // all of the line was
	nobody     float64 // likelihood of the line if nobody on the roll wrote it
	garble     float64 // the same if the name cell shows nothing of what was written
}

// seen is a field of a line, apart from the name.
type seen struct {
	field extract.Field
	of    func(who *person) byLevel // likelihood if this member wrote it
	any   byLevel                   // if nobody on the roll did
	most  byLevel                   // the most that it is for any member; zero where that is not known
	far   byLevel                   // the same of those to whom it does not point; zero where that is not less
}

func (s *sight) any() bool { return len(s.names) > 0 || len(s.fields) > 0 }

// hypothesis is one way to take a written name apart.
type hypothesis struct {
	name     name.Name
	weight   float64
	family   *heard
	given    *heard    // nil for an initial or none
	initial  *initials // nil for a whole name or none
	alone    *heard    // of one word: as a given name
	further  []further // names after the first given name
	suffix   *heardSuffix
	families *memo
	givens   *memo
}

// short says whether there are short parts that tell namesakes apart.
func (h *hypothesis) short() bool { return len(h.further) > 0 || h.suffix != nil }

// heard is a word that was read, compared with the words of a lexicon: those it
// may be, with the likelihood of the reading.
type heard struct {
	of    *roll.Lexicon
	words []int32
	fits  []fit
	p     []byLevel
	close []bool  // whether it is worth scoring all who have the word
	slot  []int32 // by word: 1 + place in p, 0 if too far away
	all   byLevel // the reading's likelihood if anybody at all wrote the word
	seen  bool    // on a lattice
}

// memo keeps likelihoods that many members share, each worked out once a line.
type memo struct {
	slot []int32 // by what they share: 1 + place in p, 0 if not yet worked out
	used []int32
	p    []byLevel
	near []bool
	pool *[]*memo
	last struct{ of, at int32 } // what was asked for last: slot, and where it says; at is 0 for nothing
}

func (c *memo) keep(of int32, p byLevel, near bool) (at int32) {
	c.used, c.p, c.near = append(c.used, of), append(c.p, p), append(c.near, near)
	c.slot[of] = int32(len(c.p))
	return int32(len(c.p)) - 1
}

// find is where in p the likelihood is. Neighbours share it, and to look at the place of the last
// one is not to wait for memory.
func (c *memo) find(of int32) (at int32, ok bool) {
	if c.last.of == of && c.last.at != 0 {
		return c.last.at - 1, true
	}
	c.last.of, c.last.at = of, c.slot[of]
	return c.last.at - 1, c.last.at != 0
}

// work is room for one line, kept between lines.
type work struct {
	edits []uint8
	seen  []uint64 // a bit a member: taken
	found []person
	used  []*heard
	spare []*heard

	scored                  []scored
	memos                   []*memo // in use
	families, givens, homes []*memo // spare ones
	sizes                   [3]int  // of them
}

func newWork(m *Matcher) *work {
	return &work{seen: make([]uint64, m.roll.Members.Len()/64+1), sizes: [3]int{m.roll.FamilyNames.Len(), m.roll.GivenNames.Len(), len(m.places.homes)}}
}

func (w *work) take(who person) {
	if at := &w.seen[who.at/64]; *at>>(who.at%64)&1 == 0 {
		*at |= 1 << (who.at % 64)
		w.found = append(w.found, who)
	}
}

// reset makes room for the next line once the sight of this one is done with.
func (w *work) reset() {
	for _, who := range w.found {
		w.seen[who.at/64] = 0
	}
	w.found = w.found[:0]
	for _, h := range w.used {
		for _, word := range h.words {
			h.slot[word] = 0
		}
		h.words, h.fits, h.p, h.close, h.all = h.words[:0], h.fits[:0], h.p[:0], h.close[:0], byLevel{}
		h.seen = false
	}
	w.spare = append(w.spare, w.used...)
	w.used = w.used[:0]
	for _, c := range w.memos {
		for _, at := range c.used {
			c.slot[at] = 0
		}
		c.used, c.p, c.near, c.last.at = c.used[:0], c.p[:0], c.near[:0], 0
		*c.pool = append(*c.pool, c)
	}
	w.memos = w.memos[:0]
}

func (w *work) familyMemo() *memo { return w.memo(&w.families, w.sizes[0]) }
func (w *work) givenMemo() *memo  { return w.memo(&w.givens, w.sizes[1]) }
func (w *work) homeMemo() *memo   { return w.memo(&w.homes, w.sizes[2]) }

func (w *work) memo(pool *[]*memo, size int) *memo {
	var c *memo
	if n := len(*pool); n > 0 {
		c, *pool = (*pool)[n-1], (*pool)[:n-1]
	} else {
		c = &memo{slot: make([]int32, size), pool: pool}
	}
	w.memos = append(w.memos, c)
	return c
}

func (w *work) heard(of *roll.Lexicon) *heard {
	i := slices.IndexFunc(w.spare, func(h *heard) bool { return h.of == of })
	if i < 0 {
		h := &heard{of: of, slot: make([]int32, len(of.Words))}
		w.used = append(w.used, h)
		return h
	}
	h := w.spare[i]
	w.spare = slices.Delete(w.spare, i, i+1)
	w.used = append(w.used, h)
	return h
}

// best returns the n words that the reading most likely is, by a fair reader.
func (h *heard) best(n int) []int32 {
	var out []int32
	for range n {
		top, at := 0.0, int32(-1)
		for i, word := range h.words {
			if p := h.p[i][2] * h.of.Share[word]; p > top && !slices.Contains(out, word) {
				top, at = p, word
			}
		}
		if at >= 0 {
			out = append(out, at)
		}
	}
	return out
}

// tooMany words at one distance say that the reading is too short to be
// searched so far out.
const tooMany = 900

// keep adds a word and returns its slot.
func (h *heard) keep(word int, f fit, p byLevel) int32 {
	h.words = append(h.words, int32(word))
	h.fits = append(h.fits, f)
	h.p = append(h.p, p)
	h.close = append(h.close, f.errors <= 1 || f.errors == 2 && f.rights >= 5)
	h.slot[word] = int32(len(h.p))
	return h.slot[word]
}

// hear compares a reading with a lexicon: on the lattices of its words, if
// there are any. Unseen is the share of people outside the roll whose word is
// not in the lexicon at all.
func (m *Matcher) hear(w *work, of *roll.Lexicon, read string, seen []extract.Lattice, k int, unseen float64) *heard {
	if v := visionOf(seen); v != nil {
		return m.hearLattice(w, of, v, read, k, unseen)
	}
	return m.hearText(w, of, read, k, unseen, false)
}

// hearText does so by the text alone, of handwriting or of print.
func (m *Matcher) hearText(w *work, of *roll.Lexicon, read string, k int, unseen float64,
	handwritten bool) *heard {
	codes := name.Codes(read)
	h := w.heard(of)
	asked := wordAsked{of, read, k, unseen}
	if m.remembered.recall(asked, h) {
		return h
	}
	var near []roll.Near
	near, w.edits = of.Nearest(codes, k, w.edits)
	for len(near) > tooMany && near[len(near)-1].Edits > near[0].Edits {
		last := near[len(near)-1].Edits
		near = near[:slices.IndexFunc(near, func(n roll.Near) bool { return n.Edits == last })]
	}
	for _, n := range near {
		f := m.channel.fit(codes, of.Codes(n.Word))
		p := m.powers.likelihood(f)
		h.keep(n.Word, f, p)
	}
	h.all = m.byAnybody(h, of, read, unseen)
	if !handwritten || m.remembered.again(asked) {
		m.remembered.keep(asked, h)
	}
	return h
}

// byAnybody is the likelihood of a reading if anybody at all wrote the word: one of the
// lexicon, as common as it is among people like those of the roll; one that people at large
// have and nobody on the roll; or one of which nothing is known.
func (m *Matcher) byAnybody(h *heard, of *roll.Lexicon, read string, unseen float64) byLevel {
	shares, ok := m.shares[of]
	if !ok {
		shares = of.Share
	}
	n := len(name.Codes(read))
	all := same(unseen * strange(n))
	for i, word := range h.words {
		all.plus((1-unseen)*shares[word], &h.p[i])
	}
	if ok && of.Find(read) < 0 {
		atLarge := m.population.Family(read)
		if of == m.roll.Givens {
			atLarge = m.population.Given(read)
		}
		p := m.powers.likelihood(fit{odds: 1, rights: n})
		all.plus((1-unseen)*(1-m.fromRoll())*atLarge, &p)
	}
	return all
}

// see looks at a line: every field becomes a likelihood for members, and one
// for nobody on the roll.
func (m *Matcher) see(w *work, row extract.Row) *sight {
	s := &sight{weights: noiseOf(row)}
	s.typed = s.weights == typedNoise
	nobody := s.weights
	s.nameAny = m.seeName(w, s, row)
	nobody.times(&s.nameAny)
	for _, see := range []func(*work, *sight, extract.Row){m.seeNumber, m.seeEmail, m.seePlace, m.seeStreet, m.seeBirth, m.seeSecond, m.seeUnit} {
		see(w, s, row)
	}
	for i := range s.fields {
		nobody.times(&s.fields[i].any)
	}
	for j, p := range nobody {
		s.nobody += p
		if len(s.names) > 0 && s.nameAny[j] > 0 {
			s.garble += p / s.nameAny[j] * unreadable[j] * s.garbled / s.nameScale
		}
	}
	return s
}

// typedNoise is the prior of each level of noise where all of a line was typed.
var typedNoise = byLevel{0.95, 0.04, 0.006, 0.002, 0.001, 0.001}

// noiseOf is the prior of each level of noise, from what the readers say of
// their own confidence.
func noiseOf(row extract.Row) byLevel {
	sum, n, typed := 0.0, 0.0, true
	for _, f := range slices.Sorted(maps.Keys(row.Fields)) { // sums differ in the last bit with the order
		if r := row.Fields[f]; r.Text != "" {
			sum += r.Confidence * float64(len(r.Text))
			n += float64(len(r.Text))
			typed = typed && r.Engine == "text"
		}
	}
	if typed {
		return typedNoise
	}
	steps := []byLevel{
		{0.01, 0.04, 0.10, 0.20, 0.30, 0.35},
		{0.03, 0.08, 0.16, 0.25, 0.26, 0.22},
		{0.08, 0.17, 0.25, 0.25, 0.16, 0.09},
		{0.15, 0.25, 0.26, 0.20, 0.10, 0.04},
		{0.30, 0.30, 0.22, 0.12, 0.05, 0.01},
	}
	at := min(max(sum/max(n, 1), 0), 1) * float64(len(steps)-1)
	low := min(int(at), len(steps)-2)
	var p byLevel
	p.plus(1-(at-float64(low)), &steps[low])
	p.plus(at-float64(low), &steps[low+1])
	return p
}

// The ways in which a name is written: rarely family name first without a
// comma, rarely with a comma and given name first.
const (
	flipped      = 0.02
	doubleFamily = 0.05 // "Maria Garcia Lopez": two family names, no hyphen
	middleFirst  = 0.05 // "J. Robert Smith", who is Robert in the export
	markedFirst  = 0.85 // family name first by a dash or capitals, and so meant

	oneOfTwo = 0.3 // of double family names, those of which the export has the first

	withoutParticles = 0.1 // "van der Heijden", who is Heijden in the export
)

// Shares of people outside the roll whose names nobody on it has.
const (
	unseenFamily = 0.15
	unseenGiven  = 0.03
	unseenCity   = 0.10
	unseenWork   = 0.30
)

func (m *Matcher) seeName(w *work, s *sight, row extract.Row) byLevel {
	n, ok := writtenName(row)
	if !ok {
		return same(1)
	}
	of := nameReadings(row)
	if len(n.Given) == 0 {
		m.supposeSplit(w, s, n, of)
		return m.anyName(s, n)
	}
	straight, turned := 1-flipped, flipped
	if n.Flipped && !strings.Contains(row.Fields[extract.Name].Text, ",") {
		straight, turned = markedFirst, 1-markedFirst // read from capitals or a dash
	}
	m.suppose(w, s, n, of, straight, 150)
	m.suppose(w, s, n.Swapped(), of, turned, 60)
	if double := n.Double(); len(double.Given) < len(n.Given) {
		m.suppose(w, s, double, of, doubleFamily, 100)
		first := double
		first.Family = double.Family[:1]
		m.suppose(w, s, first, of, doubleFamily*oneOfTwo, 60)
	}
	if short := n.Bare(); short != "" {
		other := n
		other.Family = []string{short}
		m.suppose(w, s, other, of, withoutParticles, 60)
	}
	if other, ok := n.InitialO(); ok {
		m.suppose(w, s, other, of, withoutParticles, 60)
	}
	if first, ok := n.FamilyFirst(); ok {
		m.suppose(w, s, first, of, flipped, 60)
		m.suppose(w, s, secondFirst(first), of, flipped*middleFirst, 60)
	}
	if len(n.Given) > 1 && len(n.Given[0]) == 1 && len(n.Given[1]) > 1 {
		m.suppose(w, s, secondFirst(n), of, middleFirst, 150)
	}
	return m.anyName(s, n)
}

// secondFirst is a name whose owner goes by the second given name.
func secondFirst(n name.Name) name.Name {
	if len(n.Given) > 1 {
		n.Given = append(slices.Clone(n.Given[1:]), n.Given[0])
	}
	return n
}

// runTogether is how often a name that was read as one word is given and family name
// written side by side, and not a family name alone.
const runTogether = 0.8

// supposeSplit takes a name that was read as one word to be two, parted where
// the roll's names make it likeliest.
func (m *Matcher) supposeSplit(w *work, s *sight, n name.Name, of []extract.Reading) {
	splits := m.splits(n.FamilyJoined())
	alone := 1.0
	if len(splits) > 0 {
		alone = 1 - runTogether
	}
	m.suppose(w, s, n, of, alone, 150)
	for _, split := range splits {
		split.Suffix = n.Suffix
		m.suppose(w, s, split, of, runTogether/float64(len(splits)), 60)
	}
}

// splits are up to four ways to part a word into a given and a family name, in
// either order, the likeliest first: names that the roll has at both sides, then at one.
func (m *Matcher) splits(word string) []name.Name {
	const shortest, most = 2, 4
	type split struct {
		name.Name
		share float64
	}
	var all []split
	share := func(of *roll.Lexicon, part string) float64 {
		if at := of.Find(part); at >= 0 && len(part) > 2 {
			return of.Share[at] + 1e-6
		}
		return 1e-9 * math.Exp(float64(len(part))/2) // of two parts nobody has, cut the shorter one off
	}
	for i := shortest; i <= len(word)-shortest; i++ {
		a, b := word[:i], word[i:]
		all = append(all, split{name.Name{Given: []string{a}, Family: []string{b}}, share(m.roll.Givens, a) * share(m.roll.Families, b)},
			split{name.Name{Given: []string{b}, Family: []string{a}, Flipped: true}, 0.2 * share(m.roll.Givens, b) * share(m.roll.Families, a)})
	}
	slices.SortStableFunc(all, func(a, b split) int { return cmp.Compare(b.share, a.share) })
	var out []name.Name
	for _, x := range all[:min(most, len(all))] {
		out = append(out, x.Name)
	}
	return out
}

// suppose adds one way to take the name apart.
func (m *Matcher) suppose(
	w *work, s *sight, n name.Name, of []extract.Reading, weight float64, near int,
) {
	h := hypothesis{name: n, weight: weight, families: w.familyMemo(), givens: w.givenMemo()}
	h.suffix = m.hearSuffix(n.Suffix, sightOf(of, n.Suffix))
	seen := sightOf(of, joined(n.Family...))
	h.family = m.hear(w, m.roll.Families, n.FamilyJoined(), seen, near, unseenFamily)
	if len(n.Given) == 0 {
		// Who writes one word alone may well write a given name, which many have.
		h.alone = m.hear(w, m.roll.Givens, n.FamilyJoined(), seen, near/2, unseenGiven)
	} else {
		first := joined(n.Given[0])
		h.further = m.hearFurther(n.Given[1:], of)
		if len(first) == 1 {
			h.initial = m.hearInitial(first[0], sightOf(of, first))
		} else {
			h.given = m.hear(w, m.roll.Givens, first, sightOf(of, first), near, unseenGiven)
		}
	}
	s.names = append(s.names, h)
	for k := 2; k <= min(len(n.Given), mostGiven) && h.given != nil; k++ { // Mary Ann
		if len(n.Given[k-1]) < 2 {
			break
		}
		both := h
		both.further, both.weight = m.hearFurther(n.Given[k:], of), weight*0.2
		run := joined(n.Given[:k]...)
		both.name.Given = append([]string{run}, n.Given[k:]...)
		both.givens = w.givenMemo()
		both.given = m.hear(w, m.roll.Givens, run, sightOf(of, run), near/2, unseenGiven)
		s.names = append(s.names, both)
	}
}

// mostGiven words are tried as one given name.
const mostGiven = 3

// anyName is the likelihood of the name cell if nobody on the roll wrote it:
// a name of the kind that is on the roll, or one that is not.
func (m *Matcher) anyName(s *sight, n name.Name) byLevel {
	letters := len(n.FamilyJoined()) + len(joined(n.Given...))
	s.garbled = strange(letters) / 2
	var sum byLevel
	for i := range s.names {
		h := &s.names[i]
		l := h.family.all
		switch {
		case h.alone != nil:
			for j := range l {
				l[j] = max(l[j], h.alone.all[j])
			}
		case h.initial != nil:
			l.times(&h.initial.all)
			l.scale(asInitial)
		case h.given != nil:
			l.times(&h.given.all)
		}
		sum.plus(h.weight, &l)
	}
	for j := range sum {
		sum[j] = (1-unreadable[j])*sum[j] + unreadable[j]*s.garbled
		s.nameScale = max(s.nameScale, sum[j])
	}
	s.nameScale = max(s.nameScale, math.SmallestNonzeroFloat64)
	for j := range sum {
		sum[j] /= s.nameScale
	}
	return sum
}

// nameReadings are the cells in which a name is written.
func nameReadings(row extract.Row) []extract.Reading {
	return []extract.Reading{
		row.Fields[extract.Name], row.Fields[extract.Given], row.Fields[extract.Family],
	}
}

// writtenName takes the name from one column, or from two.
func writtenName(row extract.Row) (name.Name, bool) {
	given, family := row.Fields[extract.Given].Text, row.Fields[extract.Family].Text
	if name.Fold(family) != "" && name.Fold(given) != "" {
		return name.Of(given, "", family, ""), true
	}
	n := name.Parse(row.Fields[extract.Name].Text)
	if len(n.Family) == 0 {
		n = name.Parse(strings.TrimSpace(given + " " + family))
	}
	return n, len(n.Family) > 0 && n.FamilyJoined() != ""
}

func joined(words ...string) string {
	return strings.ReplaceAll(strings.Join(words, ""), "-", "")
}
