package verify

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/population"
	"countersign/verify/roll"
)

// Matcher finds the members who may have written a line. It is safe for use
// by several goroutines.
//
// It computes a posterior: for each member the prior that a signer is this
// member times the likelihood of what the line shows if this member wrote it,
// normalised over all members and the possibility that nobody on the roll
// wrote it. Common names, strangers and near-identical members so need no rules of
// their own: a Smith shares what speaks for him with the other Smiths, and a
// name that many have is one that a stranger may have as well.
//
// The posterior is not corrected afterwards. A temperature and the odds of nobody, fitted to 480 lines that
// the program wrote of its roll and misread as the recognizer does, came out between 0.6 and 1.2 from one set of
// lines to the next, and with them the calibration error of other lines doubled (0.012 to 0.023 without
// misreadings, 0.010 to 0.021 with 5 %): what is off is how many signers are strangers or have moved, and lines that
// assume it cannot show it. A petition's own lines do, see weighCustoms.
type Matcher struct {
	roll    *roll.Roll
	prior   float64
	channel *channel // letters
	digits  *channel
	powers  *powers
	homes   []int32  // of members, in places.homes
	own     []string // numbers of members as digitsOf has them, nil where they are as on the roll
	named   []person // by word of Roll.Families, those of a word by given name
	naming  []uint32 // of each word in named
	tokens  []token  // by word of Roll.Givens
	places  places
	// suffixes says that the export keeps them: who has none there has none.
	suffixes   bool
	population *population.Population
	seconds    bool   // members have second numbers
	units      int    // how many flats or lots members have
	domain     string // of the addresses that an institution gives to most members
	numbers    numbering
	ways       map[string]float64          // share of members, by the name of their street
	wayTexts   texts                       // those names, as they may be written
	learnWays  sync.Once                   // streets and ways, see setWays
	streets    []street                    // of members
	wayShares  []float64                   // of members, by place in wayTexts
	shares     map[*roll.Lexicon][]float64 // of people at large, by word of Families and Givens
	scratch    sync.Pool
	remembered remembered
}

// Options of a Matcher; the zero value is what petitions usually are.
type Options struct {
	// OnRoll is the share of signers who are on the roll, in good standing or
	// not. Zero means 0.85.
	OnRoll float64
}

// candidates kept of a line.
const kept = 10

// person is what most lines ask of a member, side by side: at two million members what it takes
// to score one is waiting for memory, not arithmetic.
type person struct {
	at            int32 // in Roll.Members
	family, given int32 // in Roll.FamilyNames and GivenNames
	home          int32 // in places.homes
}

// token is a given name with its short forms, as words of Roll.Givens.
type token struct {
	initial byte
	words   []roll.Written
}

// NewMatcher prepares a roll for matching.
func NewMatcher(r *roll.Roll, opts Options) *Matcher {
	m := &Matcher{
		roll: r, prior: cmp.Or(opts.OnRoll, 0.85),
		channel: newChannel(), digits: newDigitChannel(), powers: newPowers(),
		population: population.AtLarge(), numbers: newNumbering(r),
	}
	m.shares = map[*roll.Lexicon][]float64{
		r.Families: m.mixed(r.Families, m.population.Family),
		r.Givens:   m.mixed(r.Givens, m.population.Given),
	}
	var parts sync.WaitGroup
	parts.Go(m.setOwn)
	parts.Go(func() {
		m.tokens = make([]token, len(r.Givens.Words))
		for w, given := range r.Givens.Words {
			m.tokens[w] = newToken(r.Givens, int32(w), given)
		}
	})
	m.places, m.homes = newPlaces(r)
	m.setHolders()
	m.suffixes = r.Members.Has(roll.Suffix)
	m.seconds = anyMember(&r.Members, func(at int32) bool { return r.Members.Marks(at).SecondKey() != "" })
	m.domain, m.units = ownDomain(&r.Members), countUnits(&r.Members)
	parts.Wait()
	m.scratch.New = func() any { return newWork(m) }
	return m
}

// setOwn notes numbers that are not compared as they stand on the roll; most are of digits alone.
func (m *Matcher) setOwn() {
	members := &m.roll.Members
	if !anyMember(members, func(at int32) bool { return !allDigits(members.ID(at)) }) {
		return
	}
	m.own = make([]string, members.Len())
	for at := range int32(members.Len()) {
		m.own[at] = digitsOf(members.ID(at), m.roll.NumbersAreDigits())
	}
}

// anyMember says whether something is true of a member, by place.
func anyMember(members *roll.Members, is func(int32) bool) bool {
	for at := range int32(members.Len()) {
		if is(at) {
			return true
		}
	}
	return false
}

// numberOf is a member's number as digitsOf has it.
func (m *Matcher) numberOf(at int32) string {
	if m.own == nil {
		return m.roll.Members.ID(at)
	}
	return m.own[at]
}

func (m *Matcher) person(at int32) person {
	return person{at, m.roll.FamilyNames.Of(at), m.roll.GivenNames.Of(at), m.homes[at]}
}

// setHolders lists who may write each family name. Those of one given name stand together,
// so that what a line says of a whole name is worked out once for all who have it.
func (m *Matcher) setHolders() {
	families, givens := m.roll.FamilyNames, m.roll.GivenNames
	m.naming = make([]uint32, len(m.roll.Families.Words)+1)
	from := make([]uint32, givens.Len()+1)
	for at := range int32(m.roll.Members.Len()) {
		for _, f := range families.Forms(families.Of(at)) {
			m.naming[f.Word+1]++
		}
		from[givens.Of(at)+1]++
	}
	for w := range m.naming[1:] {
		m.naming[w+1] += m.naming[w]
	}
	for g := range from[1:] {
		from[g+1] += from[g]
	}
	byGiven := make([]int32, m.roll.Members.Len())
	for at := range int32(m.roll.Members.Len()) {
		next := &from[givens.Of(at)]
		byGiven[*next] = at
		*next++
	}
	m.named = make([]person, m.naming[len(m.naming)-1])
	next := slices.Clone(m.naming)
	for _, at := range byGiven {
		who := m.person(at)
		for _, f := range families.Forms(who.family) {
			m.named[next[f.Word]] = who
			next[f.Word]++
		}
	}
}

// holders are the members who may write a word of Roll.Families.
func (m *Matcher) holders(word int32) []person { return m.named[m.naming[word]:m.naming[word+1]] }

// ownNames is the size of a roll whose own frequencies of names count as much as those
// of people at large.
const ownNames = 5000

// fromRoll is how far a roll's own frequencies of names are believed.
func (m *Matcher) fromRoll() float64 {
	n := float64(m.roll.Members.Len())
	return n / (n + ownNames)
}

// mixed are the shares of a lexicon's words among people like those of the roll: its own
// shares and those of people at large.
func (m *Matcher) mixed(of *roll.Lexicon, atLarge func(string) float64) []float64 {
	own := m.fromRoll()
	out := make([]float64, len(of.Words))
	for i, w := range of.Words {
		out[i] = own*of.Share[i] + (1-own)*atLarge(w)
	}
	return out
}

func newToken(givens *roll.Lexicon, word int32, given string) token {
	t := token{initial: given[0]}
	rest := 1.0
	for _, s := range roll.ShortForms(given) {
		if w := givens.Find(s.Word); w >= 0 {
			t.words = append(t.words, roll.Written{Word: int32(w), Share: float32(s.Share)})
			rest -= s.Share
		}
	}
	t.words = append(t.words, roll.Written{Word: word, Share: float32(rest)})
	return t
}

// Roll is what the matcher searches.
func (m *Matcher) Roll() *roll.Roll { return m.roll }

// Match finds the members who may have written a line, best first. Equal
// chances are ordered by member number.
func (m *Matcher) Match(line Line) Match {
	found := m.match(line)
	for _, other := range m.otherNumbers(line.Row, found) {
		again := m.match(Line{Row: other})
		if again.numbered(extract.SecondID, extract.Email) {
			again.Line = line
			return again
		}
		m.contradictOther(other, &found)
	}
	return found
}

func (m *Matcher) match(line Line) Match {
	w := m.scratch.Get().(*work)
	defer m.scratch.Put(w)
	s := m.see(w, line.Row)
	defer w.reset()
	out := Match{Line: line, Nobody: 1, Prior: m.prior / float64(max(1, m.roll.Members.Len()))}
	if !s.any() {
		return out
	}
	out.OnRoll = m.prior
	scored, nobody := m.normalise(s, m.score(w, s))
	out.Nobody = nobody
	scored = m.mergeRecords(scored)
	for _, c := range scored[:min(kept, len(scored))] {
		if c.p < 1e-4 && len(out.Candidates) > 0 {
			break
		}
		member := m.roll.Members.At(c.at)
		written := m.nameFor(s, c.at)
		number := m.numbers.in(line.Row.Fields[extract.MemberID])
		evidence := weigh(line.Row, written, number, member, m.seenAgain(s, c.at))
		m.measure(s, c.at, evidence)
		m.contradict(line.Row, written, c.at, evidence)
		m.contradictNumber(s.number, line.Row, c.at, evidence)
		found := Candidate{Member: member, Probability: c.p, Evidence: evidence, Because: words(evidence)}
		for _, other := range m.roll.SamePerson(c.at) {
			if other != c.at {
				found.Also = append(found.Also, m.roll.Members.At(other))
			}
		}
		out.Candidates = append(out.Candidates, found)
	}
	out.strangers()
	return out
}

// MatchOrganizer finds the member whom a cover page names, by name and
// address, or returns "" where none is certain enough.
func (m *Matcher) MatchOrganizer(written, address string) string {
	row := extract.Row{Fields: map[extract.Field]extract.Reading{
		extract.Name: {Text: written, Confidence: 0.9},
	}}
	for f, text := range splitAddress(address) {
		row.Fields[f] = extract.Reading{Text: text, Confidence: 0.9}
	}
	found := m.Match(Line{Row: row})
	if len(found.Candidates) == 0 || found.Candidates[0].Probability < 0.95 || !found.Candidates[0].agrees(extract.Name) {
		return ""
	}
	return found.Candidates[0].Member.ID
}

// scored is a member with the likelihood of a line, then its posterior.
type scored struct {
	at         int32
	likelihood float64
	p          float64
}

// normalise turns likelihoods into posteriors and returns the members worth a thought,
// the likeliest first, and what is left for nobody on the roll.
func (m *Matcher) normalise(s *sight, found []scored) ([]scored, float64) {
	each := m.prior / float64(m.roll.Members.Len())
	nobody := (1 - m.prior) * s.nobody
	// Whose name cannot be read is not looked for by name, but may be any member.
	sum := nobody + m.prior*s.garble
	for i := range found {
		sum += each * found[i].likelihood
	}
	if !(sum > 0) || math.IsInf(sum, 1) {
		return found[:0], 1 // nothing explains the line: no candidate has any chance
	}
	best := 0
	for i := range found {
		found[i].p = each * found[i].likelihood / sum
		if better(found[i], found[best]) < 0 {
			best = i
		}
	}
	// Most of those found have next to no chance, and their order is nothing to anybody.
	worth := found[:0]
	for i, c := range found {
		if i == best || c.p > negligible {
			worth = append(worth, c)
		}
	}
	slices.SortFunc(worth, better)
	return worth, nobody / sum
}

// negligible is a probability below which a member is no candidate of any kind.
const negligible = 1e-9

// mergeRecords joins the records of one person into the likeliest, since which of
// them was meant is no doubt about who signed.
func (m *Matcher) mergeRecords(found []scored) []scored {
	merged := false
	kept := found[:0]
	several := map[int32]int{} // place in kept of those who have other records
	for _, c := range found {
		if of := m.roll.SamePerson(c.at); of != nil {
			first := len(kept)
			for _, other := range of {
				if at, ok := several[other]; ok {
					first = min(first, at)
				}
			}
			if first < len(kept) {
				kept[first].p += c.p
				merged = true
				continue
			}
			several[c.at] = first
		}
		kept = append(kept, c)
	}
	if merged {
		slices.SortFunc(kept, better)
	}
	return kept
}

func better(a, b scored) int { return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(a.at, b.at)) }

// hopeless is how little a name may speak for a member, against nobody in
// particular, before the other fields are not worth a look: places and streets
// together are worth a million at most, against odds of one in a hundred thousand.
const hopeless = 1e-7

// score computes the likelihood of a line for every member it can point to.
func (m *Matcher) score(w *work, s *sight) []scored {
	pointed := m.route(w, s)
	out := w.scored[:0]
	rest, far := s.rest(false), s.rest(true)
	best := 0.0
	alike := !slices.ContainsFunc(s.names, func(h hypothesis) bool { return h.short() })
	var name byLevel
	for i := range w.found {
		who := &w.found[i]
		if before := &w.found[max(0, i-1)]; i == 0 || !alike || who.given != before.given || who.family != before.family {
			name = m.nameLikelihood(s, who)
		}
		p := name
		if i >= pointed && !s.hope(&p) {
			continue
		}
		left := true
		if i >= pointed {
			rest = far
		}
		for k := range s.fields {
			if left = rest == nil || s.reach(&p, &rest[k]) >= best*beneath; !left {
				break
			}
			l := s.fields[k].of(who)
			p.times(&l)
		}
		if !left {
			continue
		}
		likelihood := s.weights.sum(&p)
		best = max(best, likelihood)
		out = append(out, scored{at: who.at, likelihood: likelihood})
	}
	w.scored = out
	return out
}

// beneath is a share of the best member's likelihood: all members together below it are
// no matter.
const beneath = 1e-16

// rest is, for each field, the most that it and those after it can say for a member; nil where
// some field does not say it. Far is for members to whom no field but the name points.
func (s *sight) rest(far bool) []byLevel {
	out := make([]byLevel, len(s.fields))
	most := same(1)
	for k := len(s.fields) - 1; k >= 0; k-- {
		f := &s.fields[k]
		switch {
		case far && f.far != (byLevel{}):
			most.times(&f.far)
		case f.most == (byLevel{}):
			return nil
		default:
			most.times(&f.most)
		}
		out[k] = most
	}
	return out
}

// reach is the most that the likelihood of a line can become.
func (s *sight) reach(p, rest *byLevel) float64 {
	weights := s.weights
	weights.times(p)
	return weights.sum(rest)
}

// hope says whether a name speaks enough for a member: of a scrawl at the level of noise at which it
// says most, of what was typed at all of them, for there nearly nothing is noise.
func (s *sight) hope(p *byLevel) bool {
	if !s.typed {
		return !p.below(hopeless)
	}
	return !(s.weights.sum(p) < hopeless)
}

// route collects the members that are worth scoring: by number, e-mail and
// ZIP code, by names near to what is written, in either order, and by the given name
// within an institution, for who has another family name than the export knows. The
// first of them, as many as it returns, something else than the name points to.
func (m *Matcher) route(w *work, s *sight) int {
	for _, at := range s.routed {
		w.take(m.person(at))
	}
	pointed := len(w.found)
	for i := range s.names {
		h := &s.names[i]
		for k, word := range h.family.words {
			wide := h.family.close[k]
			given, fits := int32(-1), false
			for _, who := range m.holders(word) {
				if who.given != given {
					given, fits = who.given, wide || m.givenFits(h, who.given)
				}
				if fits {
					w.take(who)
				}
			}
		}
		for _, at := range s.colleagues {
			if who := m.person(at); m.givenFits(h, who.given) {
				w.take(who)
			}
		}
	}
	return pointed
}

// givenFits says whether the given name read may be one of a spelling's.
func (m *Matcher) givenFits(h *hypothesis, given int32) bool {
	if h.given == nil && h.initial == nil {
		return false
	}
	_, near := m.ofGiven(h, given)
	return near
}

// How often a signer's family name is one that the export does not know, and
// how given names are written.
const (
	otherFamily = 0.015
	ownGiven    = 0.96
	otherGiven  = 0.005
	asInitial   = 0.03
	middleShare = 0.02 // of a form: up to it, a middle name
)

func (m *Matcher) nameLikelihood(s *sight, who *person) byLevel {
	if len(s.names) == 0 {
		return same(1)
	}
	sum := m.ownName(s, who)
	for j := range sum {
		sum[j] = ((1-unreadable[j])*sum[j] + unreadable[j]*s.garbled) / s.nameScale
	}
	return sum
}

// ownName is the likelihood of the name cell if it can be read.
func (m *Matcher) ownName(s *sight, who *person) byLevel {
	var sum byLevel
	for i := range s.names {
		h := &s.names[i]
		l := *m.ofFamily(h, who.family)
		g, _ := m.ofGiven(h, who.given)
		l.times(g)
		if h.short() {
			_, odds := m.furtherOdds(h, m.roll.Members.Name(who.at))
			l.times(&odds)
		}
		sum.plus(h.weight, &l)
	}
	return sum
}

// exportedName is ownName if the member writes no other names and no other suffix than
// the export has.
func (m *Matcher) exportedName(s *sight, at int32) byLevel {
	var sum byLevel
	for i := range s.names {
		h := &s.names[i]
		l := m.familyLikelihood(h, m.roll.FamilyNames.Of(at), 0)
		g, _ := m.givenLikelihood(h, m.roll.GivenNames.Of(at), 0)
		l.times(&g)
		if h.short() {
			own, _ := m.furtherOdds(h, m.roll.Members.Name(at))
			l.times(&own)
		}
		sum.plus(h.weight, &l)
	}
	return sum
}

// ofFamily is what a hypothesis says of a spelling of the family name, worked out once a line for
// all who have it.
func (m *Matcher) ofFamily(h *hypothesis, spelling int32) *byLevel {
	known, ok := h.families.find(spelling)
	if !ok {
		known = h.families.keep(spelling, m.familyLikelihood(h, spelling, otherFamily), false)
	}
	return &h.families.p[known]
}

// ofGiven is the same of the given name, and whether it is near to what was read.
func (m *Matcher) ofGiven(h *hypothesis, spelling int32) (l *byLevel, near bool) {
	known, ok := h.givens.find(spelling)
	if !ok {
		l, near := m.givenLikelihood(h, spelling, otherGiven)
		known = h.givens.keep(spelling, l, near)
	}
	return &h.givens.p[known], h.givens.near[known]
}

func (m *Matcher) familyLikelihood(h *hypothesis, spelling int32, otherFamily float64) byLevel {
	var l byLevel
	l.plus(otherFamily, &h.family.all)
	for _, f := range m.roll.FamilyNames.Forms(spelling) {
		if slot := h.family.slot[f.Word]; slot != 0 {
			l.plus((1-otherFamily)*float64(f.Share), &h.family.p[slot-1])
		}
	}
	return l
}

func (m *Matcher) givenLikelihood(h *hypothesis, spelling int32, otherGiven float64) (l byLevel, near bool) {
	forms := m.roll.GivenNames.Forms(spelling)
	switch {
	case h.initial != nil:
		l = h.initial.all
		l.scale(asInitial * otherGiven)
		var own byLevel
		for _, f := range forms {
			initial := m.tokens[f.Word].initial
			near = near || initial == h.initial.read
			if f.Share <= middleShare {
				continue
			}
			p := h.initial.of(initial)
			for j := range own {
				own[j] = max(own[j], p[j])
			}
		}
		l.plus(asInitial, &own)
		return l, near
	case h.given == nil:
		return same(1), false
	}
	l.plus(otherGiven, &h.given.all)
	for _, f := range forms {
		for _, t := range m.tokens[f.Word].words {
			if slot := h.given.slot[t.Word]; slot != 0 {
				near = true
				l.plus(ownGiven*float64(f.Share)*float64(t.Share), &h.given.p[slot-1])
			}
		}
	}
	return l, near
}

// nameFor is the written name, taken apart as it is likeliest if this member
// wrote it.
func (m *Matcher) nameFor(s *sight, at int32) name.Name {
	var found name.Name
	top := -1.0
	for i := range s.names {
		h := &s.names[i]
		l := m.ofFamily(h, m.roll.FamilyNames.Of(at))
		of, _ := m.ofGiven(h, m.roll.GivenNames.Of(at))
		g := *of
		if h.short() {
			_, odds := m.furtherOdds(h, m.roll.Members.Name(at))
			g.times(&odds)
		}
		if x := h.weight * l[2] * g[2]; x > top {
			top, found = x, h.name
		}
	}
	return found
}

// measure adds to the evidence how much likelier each field is if this member
// wrote it than if nobody on the roll did, at the noise that the whole line points to.
func (m *Matcher) measure(s *sight, at int32, evidence []Evidence) {
	weights := s.weights
	fields := make([]byLevel, len(s.fields))
	who := m.person(at)
	name := m.nameLikelihood(s, &who)
	weights.times(&name)
	for k := range s.fields {
		fields[k] = s.fields[k].of(&who)
		weights.times(&fields[k])
	}
	total := 0.0
	for _, w := range weights {
		total += w
	}
	if !(total > 0) {
		return
	}
	for i := range evidence {
		e := &evidence[i]
		odds := same(1)
		if e.Field == extract.Name {
			odds = name
			odds.over(&s.nameAny)
			own := m.exportedName(s, at)
			for j := range own {
				if name[j] > 0 {
					e.Own += weights[j] / total * own[j] * (1 - unreadable[j]) / s.nameScale / name[j]
				}
			}
		}
		for k := range fields {
			if s.fields[k].field == e.Field {
				odds.times(&fields[k])
				odds.over(&s.fields[k].any)
			}
		}
		for j := range odds {
			e.Odds += weights[j] / total * odds[j]
		}
	}
}
