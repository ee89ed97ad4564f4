package verify

import (
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// Settlement is a petition settled, and kept so: after a finding only what it touches is
// worked out again, which is the line, those that may be of the same people, and the
// sums. What comes of it is what Settle makes of the same lines at once. It is for one
// goroutine at a time; the decisions that it gives out are replaced, never changed.
type Settlement struct {
	rules Rules
	dates Dates
	lines []Match // weighed by what all have in common
	found [][]Finding
	words []ruling
	again map[int32]bool // lines at which somebody looked once more
	days  dayCount       // how dates are written

	before, now customs
	changed     lineSet
	everything  bool

	alone     *round           // without what second looks contest
	contested map[int32]ruling // lines at which a second look found otherwise
	whole     *round           // with that; alone where nothing is contested
}

// NewSettlement begins with the lines as they were read and what was found of each. What the
// lines have in common is estimated from these, so that what people find or correct on one
// line shakes no other with which it has nobody in common.
func NewSettlement(rules Rules, dates Dates, lines []Match, found [][]Finding) *Settlement {
	n := len(lines)
	s := &Settlement{rules: rules, dates: dates, lines: slices.Clone(lines), found: make([][]Finding, n), words: make([]ruling, n),
		again: map[int32]bool{}, everything: true}
	copy(s.found, found)
	if n > 1 {
		s.before, s.now = customsOf(lines)
	}
	Each(n, func(i int) {
		s.lines[i] = s.weighed(lines[i])
		s.words[i] = rules.rule(dates, &lines[i], s.found[i])
	})
	for i := range lines {
		s.days.add(&lines[i], 1)
		s.noteAgain(int32(i))
	}
	s.dates.order = s.days.order()
	return s
}

func (s *Settlement) weighed(m Match) Match {
	if s.before != s.now && m.OnRoll > 0 {
		m.weigh(s.before, s.now)
	}
	return m
}

// Change puts another match in the place of a line, as one that was corrected has, and all
// that was found of it. It counts when Settle is called.
func (s *Settlement) Change(i int, line Match, found []Finding) {
	s.days.add(&s.lines[i], -1)
	s.days.add(&line, 1)
	plain := s.dates
	plain.order = eitherOrder
	s.lines[i], s.found[i], s.words[i] = s.weighed(line), found, s.rules.rule(plain, &line, found)
	if s.changed == nil {
		s.changed = newLineSet(len(s.lines))
	}
	s.changed.add(int32(i))
	s.noteAgain(int32(i))
}

func (s *Settlement) noteAgain(i int32) {
	if slices.ContainsFunc(s.found[i], func(f Finding) bool { return f.Check == Again }) {
		s.again[i] = true
	}
}

// Settle works out what changed, and lists the lines whose decisions are others.
func (s *Settlement) Settle() []int32 {
	if order := s.days.order(); order != s.dates.order {
		s.dates.order, s.everything = order, true
	}
	old := s.whole
	if s.everything {
		s.alone, s.whole, s.contested, s.changed = nil, nil, nil, newLineSet(len(s.lines))
		s.changed.fill(len(s.lines))
	}
	if s.alone == nil {
		s.alone = newRound(s)
	}
	touched := s.changed
	if touched == nil {
		touched = newLineSet(len(s.lines))
	}
	changed := s.alone.update(touched, func(i int32) *ruling { return &s.words[i] })
	changed = s.contest(touched, changed)
	if s.whole != old {
		changed = newLineSet(len(s.lines))
		changed.fill(len(s.lines))
	}
	s.changed, s.everything = nil, false
	return changed.list()
}

// contest settles once more where somebody who looked again found otherwise than the program.
func (s *Settlement) contest(touched, changed lineSet) lineSet {
	again := map[int32]ruling{}
	plain := s.dates
	plain.order = eitherOrder
	for i := range s.again {
		w, now := s.rules.contested(plain, s.alone.final[i], &s.words[i], s.found[i])
		if now {
			again[i] = w
		}
		if _, before := s.contested[i]; before != now {
			touched.add(i)
		}
	}
	s.contested = again
	if len(again) == 0 {
		s.whole = s.alone
		return changed
	}
	if s.whole == nil || s.whole == s.alone || s.everything {
		s.whole = newRound(s)
		touched.fill(len(s.lines))
	}
	return s.whole.update(touched, func(i int32) *ruling {
		if w, ok := again[i]; ok {
			return &w
		}
		return &s.words[i]
	})
}

// Decisions are those of all lines.
func (s *Settlement) Decisions() []*Decision { return slices.Clone(s.whole.final) }

// Decision is that of one line.
func (s *Settlement) Decision(i int) *Decision { return s.whole.final[i] }

// Tally counts them.
func (s *Settlement) Tally() Tally { return s.whole.sums.tally(s.whole.final) }

// Open lists the undecided lines that somebody may look at, by place.
func (s *Settlement) Open() (out []int) {
	for _, i := range s.whole.sums.open {
		if s.whole.final[i].MayLook() {
			out = append(out, int(i))
		}
	}
	return out
}

// Near lists the lines that may be of the same people as one, which is among them.
func (s *Settlement) Near(i int) []int32 {
	near := newLineSet(len(s.lines))
	s.whole.neighbours(int32(i), near)
	near.add(int32(i))
	return near.list()
}

// once settles all lines with other words of people than those found.
func (s *Settlement) once(words []ruling) []*Decision {
	r := newRound(s)
	all := newLineSet(len(words))
	all.fill(len(words))
	r.update(all, func(i int32) *ruling { return &words[i] })
	return r.final
}

// round is all lines settled with what people say of each.
type round struct {
	s     *Settlement
	words []ruling

	before, once, twice []chances // each line by itself; after the others were heard once, twice
	who                 [][]*signer
	signers             map[string]*signer

	judged, laid, apart, final []*Decision // see judge, lay, apartFrom, finish

	forms  forms
	active lineSet // lines that were undecided when their turn came, see doubts
	sums   sums
}

// chances are who may have written a line.
type chances struct {
	of     []Candidate
	nobody float64
}

// signer is a person who may have written lines.
type signer struct {
	id      string
	lines   []int32 // of which the person is a candidate, ascending
	valid   []int32 // that would be valid and are the person's, ascending
	keep    int32   // the one of these that counts; noneCounts or noLine
	counted int     // lines that are valid and the person's
}

const (
	noneCounts = -1
	noLine     = -2
)

func newRound(s *Settlement) *round {
	n := len(s.lines)
	return &round{
		s: s, words: make([]ruling, n), before: make([]chances, n), once: make([]chances, n), twice: make([]chances, n), who: make([][]*signer, n),
		signers: make(map[string]*signer, n), judged: make([]*Decision, n), laid: make([]*Decision, n), apart: make([]*Decision, n), final: make([]*Decision, n),
		forms: newForms(s.lines), active: newLineSet(n), sums: newSums(s.rules.Required()),
	}
}

// update settles some lines anew, and what hangs on them.
func (r *round) update(at lineSet, word func(int32) *ruling) lineSet {
	for i := range at.each {
		r.words[i] = *word(i)
	}
	told := r.together(at)
	told.join(at)
	judged := make([]*Decision, len(r.judged))
	told.parallel(func(i int32) {
		m := r.s.lines[i]
		m.Candidates, m.Nobody = r.twice[i].of, r.twice[i].nobody
		d := r.s.rules.judge(r.s.dates, m)
		judged[i] = &d
	})
	for i := range told.each {
		r.forms.replace(i, r.judged[i], judged[i])
		r.judged[i] = judged[i]
	}
	told.join(r.forms.doubted(len(r.judged)))
	laid := judged
	told.parallel(func(i int32) { laid[i] = r.lay(i) })
	return r.finish(told, r.doubts(told, laid))
}

// together weighs the chances of lines by those of the others, see weighAgain, and gives the
// lines for which something came out otherwise.
func (r *round) together(at lineSet) lineSet {
	n := len(r.before)
	own, near := newLineSet(n), newLineSet(n)
	said := make([]chances, n)
	at.parallel(func(i int32) { said[i] = r.said(i) })
	for i := range at.each {
		if r.who[i] != nil && said[i].same(r.before[i]) {
			continue
		}
		r.neighbours(i, near)
		r.meet(i, said[i])
		r.neighbours(i, near)
		own.add(i)
		near.add(i)
	}
	once := r.weigh(near, r.before, r.once)
	next := own
	for i := range once.each {
		r.neighbours(i, next)
	}
	return r.weigh(next, r.once, r.twice)
}

// said are the chances of a line with what people say of it.
func (r *round) said(i int32) chances {
	m := r.s.lines[i]
	if w := r.words[i].word; w != nil && (w.Member != nil || w.Kind == NobodyFits || w.Kind == Override) {
		m = known(m, w.Member, w.Also)
		if w.Kind == Override && w.Member == nil {
			m.Candidates = nil // somebody whom the roll does not have
		}
		if w.Kind == OneOf {
			m.Candidates[0].Among = nameOf(r.words[i].among)
		}
	}
	return chances{m.Candidates, m.Nobody}
}

// meet notes who may have written a line.
func (r *round) meet(i int32, c chances) {
	for _, of := range r.who[i] {
		of.lines = withoutLine(of.lines, i)
	}
	who := make([]*signer, len(c.of))
	for k := range c.of {
		id := c.of[k].person()
		of := r.signer(id)
		of.lines = withLine(of.lines, i)
		who[k] = of
	}
	for k := range r.words[i].among { // whose lines bear on this one
		of := r.signer(r.words[i].among[k].person())
		of.lines = withLine(of.lines, i)
		who = append(who, of)
	}
	r.who[i], r.before[i] = who, c
}

// signer is the person of an id.
func (r *round) signer(id string) *signer {
	of := r.signers[id]
	if of == nil {
		of = &signer{id: id, keep: noLine}
		r.signers[id] = of
	}
	return of
}

// neighbours adds the lines that have a candidate in common with one.
func (r *round) neighbours(i int32, to lineSet) {
	for _, of := range r.who[i] {
		for _, j := range of.lines {
			to.add(j)
		}
	}
}

// weigh makes out what the others say of each line, and gives those for which that changed.
func (r *round) weigh(at lineSet, others, out []chances) lineSet {
	fresh := make([]chances, len(out))
	at.parallel(func(i int32) { fresh[i] = r.weighAgain(i, others) })
	changed := newLineSet(len(out))
	for i := range at.each {
		if r.judged[i] == nil || !fresh[i].same(out[i]) {
			changed.add(i)
		}
		out[i] = fresh[i]
	}
	return changed
}

func (c chances) same(d chances) bool {
	return c.nobody == d.nobody && slices.EqualFunc(c.of, d.of, func(a, b Candidate) bool {
		return a.Member == b.Member && a.Probability == b.Probability && a.Among == b.Among
	})
}

// chance is that of a person.
func (c *chances) chance(person string) float64 {
	for k := range c.of {
		if c.of[k].person() == person {
			return c.of[k].Probability
		}
	}
	return 0
}

// lay lays what the forms and people say over what the program judged.
func (r *round) lay(i int32) *Decision {
	d := r.judged[i]
	k, n, where := r.forms.fault(d)
	if k == 0 && r.words[i].word == nil && r.words[i].needs == "" {
		return d
	}
	laid := *d
	if k > 0 {
		laid.doubtForm(k, n, where)
	}
	r.s.rules.lay(r.s.dates, &laid, &r.words[i])
	return &laid
}

// person is the signer who is the best candidate of a decision.
func (r *round) person(d *Decision) *signer {
	if d == nil {
		return nil
	}
	return r.signers[d.person()] // nil for nobody
}

// doubts lets one line of each person count and doubts those of which another may be the
// same person's, see Rules.apart and doubter. It gives the lines that have to be looked
// at anew.
func (r *round) doubts(told lineSet, laid []*Decision) lineSet {
	n := len(laid)
	due, look := newLineSet(n), newLineSet(n)
	people := map[*signer]bool{}
	for i := range told.each {
		old := r.laid[i]
		r.laid[i] = laid[i]
		r.suspects(i, old, look)
		due.add(i)
		for _, d := range []*Decision{old, laid[i]} {
			if p := r.person(d); p != nil && (d.Verdict == Valid || d.ByPeople()) {
				people[p] = true
				p.valid = withoutLine(p.valid, i)
			}
		}
		if p := r.person(laid[i]); p != nil && laid[i].Verdict == Valid {
			p.valid = withLine(p.valid, i)
		}
	}
	for p := range people {
		r.choose(p)
		for _, i := range p.lines {
			if d := r.laid[i]; d.Verdict == Valid || d.ByPeople() {
				due.add(i)
			}
			look.add(i)
		}
	}
	due.parallel(func(i int32) { r.apart[i] = r.apartFrom(r.laid[i], i) })
	for i := range told.each {
		r.suspects(i, r.laid[i], look)
	}
	look.join(due)
	turn := slices.Clone(look)
	for i := range turn.each { // those that are added come later
		active := r.apart[i].Verdict == Uncertain || r.doubter(i, 0, i) >= 0
		if active != r.active.has(i) {
			r.active.set(i, active)
			look.add(i)
			for _, j := range r.targets(i, r.laid[i]) {
				if look.add(j); j > i {
					turn.add(j)
				}
			}
		}
	}
	return look
}

// choose says which line of a person counts.
func (r *round) choose(p *signer) {
	p.keep = noLine
	if len(p.valid) > 0 {
		p.keep = r.s.rules.keep(r.laid, p.valid)
	}
}

// suspects adds the lines that count of those who may have written a line.
func (r *round) suspects(i int32, d *Decision, to lineSet) {
	for _, j := range r.targets(i, d) {
		to.add(j)
	}
}

// targets are the lines that count of those who may have written a line.
func (r *round) targets(i int32, d *Decision) (out []int32) {
	if d == nil {
		return nil
	}
	for k := range d.Candidates {
		if c := &d.Candidates[k]; c.Probability >= maybeSame {
			if p := r.signers[c.person()]; p != nil && p.keep >= 0 && p.keep != i {
				out = append(out, p.keep)
			}
		}
	}
	return out
}

// apartFrom is a decision once one line of its person counts.
func (r *round) apartFrom(d *Decision, i int32) *Decision {
	p := r.person(d)
	if p == nil || p.keep == noLine {
		return d
	}
	return r.s.rules.apart(d, p.keep == i, len(p.valid), func() *Decision {
		if p.keep < 0 {
			return nil
		}
		return r.laid[p.keep]
	})
}

// doubter is the last undecided line of some, from one place to before another, that makes one
// that counts undecided; -1 for none.
func (r *round) doubter(i, from, to int32) int32 {
	d := r.laid[i]
	p := r.person(d)
	if p == nil || p.keep != i || d.ByPeople() && (r.s.rules.Duplicates != "none" || d.Overridden) {
		return -1
	}
	for _, j := range slices.Backward(p.lines) {
		if j >= from && j < to && j != i && r.active.has(j) && r.twice[j].chance(p.id) >= maybeSame {
			return j
		}
	}
	return -1
}

// doubted is a decision with what undecided lines of the same person make of it.
func (r *round) doubted(i int32) Decision {
	d := *r.apart[i]
	if j := r.doubter(i, 0, i); j >= 0 {
		d.doubtFor(r.laid[j].Line.Ref)
	}
	r.oneTaken(i, &d)
	if d.Verdict != Uncertain && r.s.rules.Duplicates == "first" {
		return d
	}
	if d.Verdict == Uncertain {
		for k := range d.Candidates {
			c := &d.Candidates[k]
			if c.Probability < maybeSame {
				continue
			}
			if p := r.signers[c.person()]; p != nil && p.keep >= 0 && p.keep != i {
				d.maySame(c, r.laid[p.keep].Line.Ref)
			}
		}
	}
	if r.s.rules.Duplicates != "first" {
		if j := r.doubter(i, i+1, int32(len(r.laid))); j >= 0 {
			d.doubtFor(r.laid[j].Line.Ref)
		}
	}
	return d
}

// finish gives the decisions of some lines their last words and counts them, and with them
// those whose chances hang on who has signed.
func (r *round) finish(told, look lineSet) lineSet {
	look.join(told)
	fresh := make([]*Decision, len(r.final))
	look.parallel(func(i int32) {
		d := r.doubted(i)
		d.Look = d.look()
		fresh[i] = &d
	})
	var flipped []*signer
	count := func(d *Decision, by int) {
		if p := r.person(d); p != nil && d.Verdict == Valid {
			before := p.counted > 0
			if p.counted += by; before != (p.counted > 0) {
				flipped = append(flipped, p)
			}
		}
	}
	for i := range look.each {
		count(r.final[i], -1)
		count(fresh[i], 1)
	}
	for _, p := range flipped {
		for _, i := range p.lines {
			if fresh[i] == nil {
				d := *r.final[i]
				fresh[i] = &d
				look.add(i)
			}
		}
	}
	look.parallel(func(i int32) { r.s.rules.weighOdds(r.s.dates, fresh[i], r.s.lines[i].Waits, r.counts) })
	for i := range look.each {
		r.sums.replace(i, r.final[i], fresh[i])
		r.final[i] = fresh[i]
	}
	return look
}

// counts says whether a line counts as a person's.
func (r *round) counts(person string) bool {
	p := r.signers[person]
	return p != nil && p.counted > 0
}

// lineSet is some of the lines of a petition, in their order.
type lineSet []uint64

func newLineSet(n int) lineSet { return make(lineSet, (n+63)/64) }

func (p lineSet) has(i int32) bool { return p[i/64]>>(i%64)&1 != 0 }
func (p lineSet) add(i int32)      { p[i/64] |= 1 << (i % 64) }

func (p lineSet) set(i int32, in bool) {
	if p[i/64] &^= 1 << (i % 64); in {
		p.add(i)
	}
}

func (p lineSet) fill(n int) {
	for i := range n {
		p.add(int32(i))
	}
}

func (p lineSet) join(q lineSet) {
	for k := range p {
		p[k] |= q[k]
	}
}

// each goes through them; those that are added further on meanwhile come too.
func (p lineSet) each(yield func(int32) bool) {
	for k := range p {
		for done := uint64(0); ; {
			left := p[k] &^ done
			if left == 0 {
				break
			}
			bit := bits.TrailingZeros64(left)
			done |= 1<<bit | (1<<bit - 1)
			if !yield(int32(64*k + bit)) {
				return
			}
		}
	}
}

func (p lineSet) list() (out []int32) {
	for i := range p.each {
		out = append(out, i)
	}
	return out
}

// parallel calls f once for each place, for many on all processors.
func (p lineSet) parallel(f func(int32)) {
	list := p.list()
	Each(len(list), func(k int) { f(list[k]) })
}

// Each calls f for 0 to n-1, for many on all processors.
func Each(n int, f func(int)) {
	const few = 500 // some microseconds each: not worth the start of a goroutine
	parts := 1
	if n > few {
		parts = runtime.GOMAXPROCS(0)
	}
	var all sync.WaitGroup
	for part := range parts {
		run := func() {
			for i := n * part / parts; i < n*(part+1)/parts; i++ {
				f(i)
			}
		}
		if part == parts-1 {
			run()
		} else {
			all.Go(run)
		}
	}
	all.Wait()
}

// withLine and withoutLine put a place into an ascending list, once, and take it out.
func withLine(list []int32, i int32) []int32 {
	at, ok := slices.BinarySearch(list, i)
	if ok {
		return list
	}
	return slices.Insert(list, at, i)
}

func withoutLine(list []int32, i int32) []int32 {
	if at, ok := slices.BinarySearch(list, i); ok {
		return slices.Delete(list, at, at+1)
	}
	return list
}
