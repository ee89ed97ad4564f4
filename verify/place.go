package verify

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// How places on a line relate to the export's. City, state and ZIP code are
// one comparison, for they go together; where somebody works goes with them
// too, so its weight is what it adds to the city.
const (
	samePlace   = 0.91 // else moved, or the other of home and work
	sameCompany = 0.80 // else another employer, or other words for it
	sameState   = 0.985
	otherWords  = 6 // what an institution in other words says, against none in particular
)

// places is what the roll says of how common places are, for the likelihood
// of a line that nobody on the roll wrote.
type places struct {
	homes     []home             // where members live, each place once
	sites     []site             // the same, of each home
	nowhere   int32              // the home of members of whom the export says nothing of the kind, -1 if there are none
	zips      map[string][]int32 // homes of a ZIP code
	zipList   []string           // those codes
	zipTexts  texts              // as they may be written, by place in zipList
	towns     [][]int32          // homes by city
	states    map[string]float64 // share of members
	stateList []string           // in order, for sums differ in the last bit with it
	cities    []int32            // members by city
	pairs     map[uint64]int32   // members by city and company
	staff     [][]int32          // members by company
	domains   []roll.Form        // providers of e-mail addresses, the commonest first
	initials  [256]float64
}

// home is a place where members live.
type home struct {
	address
	share  float64 // of the members
	digits []byte  // digitCodes of the ZIP code
}

// site is what most lines ask of a home, side by side: what takes time is to wait for memory.
type site struct {
	city   int32 // in Roll.Cities, -1 for none
	state  int32 // in stateList
	length uint8 // of the ZIP code
	digits [7]byte
}

// zip is digitCodes of the ZIP code.
func (p *places) zip(home int32) []byte {
	s := &p.sites[home]
	if int(s.length) > len(s.digits) {
		return p.homes[home].digits
	}
	return s.digits[:s.length]
}

type address struct {
	zip   string
	city  int32 // in Roll.Cities, -1 for none
	state string
}

// newPlaces also returns the home of each member.
func newPlaces(r *roll.Roll) (p places, homes []int32) {
	p = places{nowhere: -1, zips: map[string][]int32{}, states: map[string]float64{}, pairs: map[uint64]int32{}}
	domains := map[string]float64{}
	p.cities = make([]int32, len(r.Cities.Words))
	p.towns = make([][]int32, len(r.Cities.Words))
	p.staff = make([][]int32, len(r.Companies.Words))
	homes = make([]int32, r.Members.Len())
	at := map[address]int32{} // with ZIP codes and states as exported
	of := map[address]int32{}
	each := 1 / float64(r.Members.Len())
	for i := range int32(r.Members.Len()) {
		city := r.CityOf(i)
		state, zip := r.Members.Area(i)
		exported := address{zip: zip, city: city, state: state}
		k, ok := at[exported]
		if !ok {
			k = p.add(address{zip: roll.ZIPKey(zip), city: city, state: stateCode(state)}, of)
			at[exported] = k
		}
		homes[i] = k
		p.homes[k].share += each
		company := r.CompanyOf(i)
		if company >= 0 {
			p.staff[company] = append(p.staff[company], i)
		}
		if city >= 0 {
			p.cities[city]++
			if company >= 0 {
				p.pairs[pair(city, company)]++
			}
		}
		for _, e := range r.Members.Emails(i) {
			if _, domain, ok := strings.Cut(e, "@"); ok {
				domains[domain] += each
			}
		}
		if forms := r.GivenNames.Forms(r.GivenNames.Of(i)); len(forms) > 0 {
			p.initials[r.Givens.Words[forms[0].Word][0]] += each
		}
	}
	for _, h := range p.homes {
		p.states[h.state] += h.share
	}
	p.stateList = slices.Sorted(maps.Keys(p.states))
	p.sites = make([]site, len(p.homes))
	for k, h := range p.homes {
		state, _ := slices.BinarySearch(p.stateList, h.state)
		p.sites[k] = site{city: h.city, state: int32(state), length: uint8(len(h.digits))}
		copy(p.sites[k].digits[:], h.digits)
	}
	p.zipList = slices.Sorted(maps.Keys(p.zips))
	var forms []string
	var codes []int
	for i, zip := range p.zipList {
		for _, f := range zipForms(zip) {
			forms, codes = append(forms, f), append(codes, i)
		}
	}
	p.zipTexts = newTexts(forms, codes)
	for d, share := range domains {
		p.domains = append(p.domains, roll.Form{Word: d, Share: share})
	}
	slices.SortFunc(p.domains, func(a, b roll.Form) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Word, b.Word))
	})
	return p, homes
}

// add makes a place known and returns where it is in homes.
func (p *places) add(h address, of map[address]int32) int32 {
	if k, ok := of[h]; ok {
		return k
	}
	k := int32(len(p.homes))
	of[h] = k
	p.homes = append(p.homes, home{address: h, digits: digitCodes(h.zip)})
	if h == (address{city: -1}) {
		p.nowhere = k
	}
	if h.zip != "" {
		p.zips[h.zip] = append(p.zips[h.zip], k)
	}
	if h.city >= 0 {
		p.towns[h.city] = append(p.towns[h.city], k)
	}
	return k
}

// nearDomains are the two providers, of the common ones, that an address
// given as codes most likely ends with.
func (p *places) nearDomains(codes []byte) []roll.Form {
	near := slices.Clone(p.domains[:min(len(p.domains), 200)])
	edits := make(map[string]int, len(near))
	for _, d := range near {
		own := emailCodes(d.Word)
		pattern := name.NewPattern(own)
		edits[d.Word] = pattern.Distance(codes[max(0, len(codes)-len(own)):])
	}
	slices.SortStableFunc(near, func(a, b roll.Form) int { return cmp.Compare(edits[a.Word], edits[b.Word]) })
	return near[:min(2, len(near))]
}

func pair(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

// spot is where a line says its writer lives or works.
type spot struct{ city, state, zip string }

func spotOf(row extract.Row) spot {
	var s spot
	if both := row.Fields[extract.CityState].Text; both != "" {
		s = splitPlace(both)
	}
	if c := row.Fields[extract.City].Text; c != "" {
		s.city = name.Joined(c)
	}
	if st := row.Fields[extract.State].Text; st != "" {
		s.state = stateCode(st)
	}
	if z := row.Fields[extract.ZIP].Text; z != "" {
		s.zip = zipOf(z)
	}
	return s
}

// zipOf is the digits of a ZIP code as they were read, of nine the first five.
// A digit may be lost or added; fewer than four say nothing.
func zipOf(s string) string {
	switch z := digitsOf(s, true); {
	case len(z) >= 8 && len(z) <= 10:
		return z[:5]
	case len(z) >= 4 && len(z) <= 6:
		return z
	}
	return ""
}

// heardZIP is the likelihood of the ZIP code read if another was meant, given as digitCodes.
func (v *view) heardZIP(meant []byte) *byLevel {
	costs := zipCost{v.m.digits.cost(v.zip, meant), max(len(v.zip), len(meant))}
	if len(v.zip)+1 == len(meant) && meant[0] == 1 && slices.Equal(v.zip, meant[1:]) {
		costs = zipCost{} // as spreadsheets and some people write it
	}
	known := &v.zips[uint32(costs.cost)*0x9e3779b1>>(32-zipBits)]
	if known.zipCost != costs || known.p == (byLevel{}) {
		f := fitOf(costs.cost, costs.letters)
		if costs.letters == 0 {
			f = fit{odds: 1 + lost, errors: 1, rights: len(v.zip)}
		}
		known.zipCost, known.p = costs, v.m.powers.ofDigits.likelihood(f)
	}
	return &known.p
}

// zipCost is what a ZIP code costs that was meant; zero for one whose zero was left out.
type zipCost struct {
	cost    int32
	letters int
}

// zipBits is room for the costs of ZIP codes: of digits that are taken for two kinds of others, few differ.
const zipBits = 7

// zipForms are the ways to write a ZIP code: as it is, and without the zero that a code of
// four digits has on the roll.
func zipForms(zip string) []string {
	if len(zip) == 5 && zip[0] == '0' {
		return []string{zip, zip[1:]}
	}
	return []string{zip}
}

// zip is the probability of what was seen if a ZIP code was written.
func (s *cellSeen) zip(zip string) float64 {
	sum := 0.0
	for _, f := range zipForms(zip) {
		sum += s.within(f, beside, beside) * s.unit
	}
	return min(sum, 1)
}

func (m *Matcher) seePlace(w *work, s *sight, row extract.Row) {
	home := int32(-1)
	if at := spotOf(row); at != (spot{}) {
		home = m.seeGeo(w, s, row, at)
	}
	if c := row.Fields[extract.Institution].Text; len(roll.CompanyKey(c)) > 2 {
		m.seeCompany(w, s, c, home)
	}
}

// seeGeo returns the city that was most likely written, -1 if none.
func (m *Matcher) seeGeo(w *work, s *sight, row extract.Row, at spot) int32 {
	v := &view{m: m, spot: at, zip: digitCodes(at.zip), letters: name.Codes(at.city), known: w.homeMemo()}
	if at.zip != "" {
		s.zip = cellSeenIn(row.Fields[extract.ZIP]).in(strangeZIP)
		v.seen = s.zip
	}
	town := int32(-1)
	if at.city != "" {
		v.city = m.hear(w, m.roll.Cities, at.city, sightOf([]extract.Reading{row.Fields[extract.City], row.Fields[extract.CityState]}, at.city), 20, unseenCity)
		town = v.city.most(m.roll.Cities)
	}
	if at.state != "" {
		v.states = m.heardStates(at.state)
	}
	if at.zip != "" {
		s.routed = append(s.routed, m.roll.ByZIP(at.zip)...)
		if of := m.places.zips[roll.ZIPKey(at.zip)]; len(of) > 0 && town < 0 {
			town = m.places.homes[of[0]].city
		}
	}
	any := v.anybody()
	scale := slices.Max(any[:])
	for j := range any {
		any[j] /= scale
	}
	var most byLevel
	if s.zip == nil && (v.city == nil || !v.city.seen) {
		for j := range most {
			most[j] = 1/scale + any[j]
		}
	}
	s.fields = append(s.fields, seen{extract.CityState, func(who *person) byLevel {
		if who.home == m.places.nowhere {
			return any // the export says nothing of where this member lives
		}
		l := v.of(who.home)
		for j := range l {
			l[j] = samePlace*l[j]/scale + (1-samePlace)*any[j]
		}
		return l
	}, any, most, byLevel{}})
	return town
}

// view is what a line shows of a place.
type view struct {
	m       *Matcher
	spot    spot
	zip     []byte    // digitCodes
	seen    *cellSeen // of the ZIP code, nil where its digits alone are known
	letters []byte    // of the city, as name.Codes
	city    *heard
	states  []byLevel // by places.stateList
	known   *memo
	zips    [1 << zipBits]struct { // likelihoods of costs, by their hash
		zipCost
		p byLevel
	}
}

// of is the likelihood of what is shown of a place if it was this home.
func (v *view) of(k int32) byLevel {
	if known, ok := v.known.find(k); ok {
		return v.known.p[known]
	}
	at := &v.m.places.sites[k]
	l := same(1)
	if v.spot.zip != "" {
		z := *v.heardZIP(v.m.places.zip(k))
		if v.seen != nil {
			lattice := same((1 - cellByText) * v.seen.zip(v.m.places.homes[k].zip))
			z.scale(cellByText)
			z.plus(1, &lattice)
		}
		l.times(&z)
	}
	if v.spot.state != "" {
		l.times(&v.states[at.state])
	}
	if v.city != nil {
		c := v.ofCity(at.city, &l)
		l.times(&c)
	}
	v.known.keep(k, l, false)
	return l
}

// ofCity is the likelihood of the city read. One that is not near to what was read is
// compared with it all the same where the rest fits.
func (v *view) ofCity(city int32, rest *byLevel) byLevel {
	switch {
	case city < 0:
		return byLevel{}
	case v.city.slot[city] != 0:
		return v.city.p[v.city.slot[city]-1]
	case rest.below(hopeless):
		return byLevel{}
	}
	l := v.m.powers.likelihood(v.m.channel.fit(v.letters, v.m.roll.Cities.Codes(int(city))))
	if v.city.seen {
		l.scale(byText)
	}
	return l
}

// strangeZIP is the probability of a ZIP code about which nothing is known.
const strangeZIP = 1e-5

// elsewhere is the share of people outside the roll who live where no member does.
const elsewhere = 0.15

// anybody is any, remembered where nothing but the letters of the place are known.
func (v *view) anybody() byLevel {
	if v.seen != nil || v.city != nil && v.city.seen {
		return v.any()
	}
	return v.m.remembered.place(v.spot, v.any)
}

// any is the likelihood of a place if nobody on the roll wrote it: it is where some member
// lives, misread as members' places are, or elsewhere.
func (v *view) any() byLevel {
	p := &v.m.places
	var here byLevel
	add := func(homes []int32) {
		for _, k := range homes {
			if v.known.slot[k] != 0 {
				continue
			}
			l := v.of(k)
			here.plus((1-elsewhere)*p.homes[k].share, &l)
		}
	}
	if v.city != nil {
		for _, word := range v.city.words {
			add(p.towns[word])
		}
	}
	if v.spot.zip != "" {
		for _, zip := range nearZIPs(v.spot.zip) {
			add(p.zips[zip])
		}
		if v.seen != nil {
			v.seen.each(p.zipTexts, leastOfAny*v.seen.any, func(of int, _ float64) { add(p.zips[p.zipList[of]]) })
		}
	}
	if v.city == nil && v.spot.zip == "" {
		for i, state := range p.stateList {
			here.plus((1-elsewhere)*p.states[state], &v.states[i])
		}
	}
	away := same(elsewhere)
	if v.spot.zip != "" {
		away.scale(strangeZIP)
	}
	if v.city != nil {
		away.times(&v.city.all)
	}
	if v.spot.state != "" {
		away.scale(1.0 / 25)
	}
	here.plus(1, &away)
	return here
}

// nearZIPs are the ZIP codes that may have been meant by what was read: itself,
// or with a digit changed, or where one was lost or added, put right.
func nearZIPs(read string) []string {
	var out []string
	switch len(read) {
	case 5:
		out = append(out, read)
		for i := range read {
			for c := byte('0'); c <= '9'; c++ {
				if c != read[i] {
					out = append(out, read[:i]+string(c)+read[i+1:])
				}
			}
		}
	case 4:
		for i := 0; i <= len(read); i++ {
			for c := byte('0'); c <= '9'; c++ {
				out = append(out, read[:i]+string(c)+read[i:])
			}
		}
	case 6:
		for i := range read {
			out = append(out, read[:i]+read[i+1:])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// heardStates are the likelihoods of a state read, by the code that was meant, as stateList has
// them. A code has two letters, of which either is misread as any letter is.
func (m *Matcher) heardStates(read string) []byLevel {
	heard := make([]byLevel, len(m.places.stateList))
	codes := name.Codes(read)
	for i, meant := range m.places.stateList {
		l := m.powers.likelihood(m.channel.fit(codes, name.Codes(meant)))
		for j := range l {
			l[j] = sameState*l[j] + (1-sameState)/50
		}
		heard[i] = l
	}
	return heard
}

// most is the word that a reading most likely is, or -1 where none is near.
func (h *heard) most(of *roll.Lexicon) int32 {
	best, at := 0.0, int32(-1)
	for i, word := range h.words {
		f := h.fits[i]
		if f.errors*3 > f.rights+f.errors {
			continue
		}
		if p := h.p[i][2] * of.Share[word]; p > best {
			best, at = p, word
		}
	}
	return at
}

// seeCompany compares where somebody works. How common an institution is
// counts within the city that was read, if one was: of those in Iowa City,
// half are at the university.
func (m *Matcher) seeCompany(w *work, s *sight, written string, home int32) {
	key := roll.CompanyKey(written)
	h := m.hear(w, m.roll.Companies, key, nil, 20, unseenWork)
	if company := h.most(m.roll.Companies); company >= 0 {
		s.colleagues = m.places.staff[company]
	}
	if home >= 0 && m.places.cities[home] > 0 {
		var here byLevel
		for i, word := range h.words {
			if n := m.places.pairs[pair(home, word)]; n > 0 {
				here.plus(float64(n)/float64(m.places.cities[home]), &h.p[i])
			}
		}
		for j := range h.all {
			h.all[j] = 0.1*h.all[j] + 0.9*((1-unseenWork)*here[j]+unseenWork*strange(min(len(key), name.MaxWord)))
		}
	}
	any := h.all
	scale := slices.Max(any[:])
	for j := range any {
		any[j] /= scale
	}
	words := roll.CompanyWords(written)
	known := map[int32]float64{}
	s.fields = append(s.fields, seen{extract.CityState, func(who *person) byLevel {
		company := m.roll.CompanyOf(who.at)
		if company < 0 {
			return any
		}
		var own byLevel
		if slot := h.slot[company]; slot != 0 {
			own = h.p[slot-1]
		}
		loose, ok := known[company]
		if !ok {
			loose = 1
			if resembles(words, key, m.roll.Members.Company(who.at)) {
				loose = otherWords
			}
			known[company] = loose
		}
		for j := range own {
			own[j] = sameCompany*own[j]/scale + (1-sameCompany)*any[j]*loose
		}
		return own
	}, any, byLevel{}, byLevel{}})
}

// resembles says whether two names of an institution may well be the same in
// other words: one has all the words of the other, or is its first letters.
func resembles(words []string, key, company string) bool {
	other := roll.CompanyWords(company)
	short, long := words, other
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) > 1 && !slices.ContainsFunc(short, func(w string) bool { return !slices.Contains(long, w) }) {
		return true
	}
	return len(key) >= 3 && key == roll.CompanyAcronym(company) || len(words) > 2 && roll.CompanyAcronym(strings.Join(words, " ")) == roll.CompanyKey(company)
}

// splitAddress takes "12 Elm St, Ann Arbor, MI 48104" apart.
func splitAddress(s string) map[extract.Field]string {
	out := map[extract.Field]string{}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '\n' || r == ';' })
	if len(parts) == 0 {
		return out
	}
	words := strings.Fields(strings.Join(parts, " "))
	last := words[len(words)-1]
	if z := digitsOf(last, true); len(z) >= 5 && z[0] >= '0' && strings.ContainsAny(last, "0123456789") {
		out[extract.ZIP] = last
		tail := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(parts[len(parts)-1]), last))
		parts = parts[:len(parts)-1]
		if tail != "" {
			parts = append(parts, tail)
		}
	}
	if n := len(parts); n > 0 {
		place := splitPlace(parts[n-1])
		switch {
		case place.state != "" && place.city == "" && n > 1:
			out[extract.State], out[extract.City] = place.state, parts[n-2]
			parts = parts[:n-2]
		case place.state != "":
			out[extract.CityState] = parts[n-1]
			parts = parts[:n-1]
		}
	}
	if len(parts) > 0 && strings.ContainsAny(parts[0], "0123456789") {
		out[extract.Street] = parts[0]
	}
	return out
}

// splitPlace takes "Ann Arbor, MI" apart; the state may be spelled out and
// the comma left out.
func splitPlace(s string) spot {
	words := name.Words(s)
	for n := min(3, len(words)); n > 0; n-- {
		if code, ok := states[strings.Join(words[len(words)-n:], "")]; ok {
			return spot{city: strings.Join(words[:len(words)-n], ""), state: code}
		}
	}
	if before, after, ok := strings.Cut(s, ","); ok && len(name.Joined(after)) == 2 {
		return spot{city: name.Joined(before), state: name.Joined(after)}
	}
	return spot{city: strings.Join(words, "")}
}

// stateCode is the two letters of a state, or the folded word if it is none.
func stateCode(s string) string {
	key := name.Joined(s)
	if code, ok := states[key]; ok {
		return code
	}
	return key
}

// states maps folded names and codes to codes.
var states = func() map[string]string {
	m := map[string]string{}
	for entry := range strings.SplitSeq(`al alabama;ak alaska;az arizona;ar arkansas;ca california calif;co colorado colo;ct connecticut conn;de delaware;dc districtofcolumbia washingtondc;fl florida fla;ga georgia;
		hi hawaii;id idaho;il illinois ill;in indiana ind;ia iowa;ks kansas;ky kentucky;la louisiana;me maine;md maryland;ma massachusetts mass;mi michigan mich;mn minnesota minn;ms mississippi miss;mo missouri;mt montana;
		ne nebraska neb;nv nevada nev;nh newhampshire;nj newjersey;nm newmexico;ny newyork;nc northcarolina;nd northdakota;oh ohio;ok oklahoma okla;or oregon ore;pa pennsylvania penn penna;pr puertorico;ri rhodeisland;sc southcarolina;
		sd southdakota;tn tennessee tenn;tx texas tex;ut utah;vt vermont;va virginia;wa washington wash;wv westvirginia;wi wisconsin wis wisc;wy wyoming;gu guam;vi virginislands;as americansamoa;
		on ontario;qc quebec;bc britishcolumbia;ab alberta;mb manitoba;sk saskatchewan;ns novascotia;nb newbrunswick;nl newfoundland;pe princeedwardisland`, ";") {
		words := strings.Fields(entry)
		for _, w := range words {
			m[w] = words[0]
		}
	}
	return m
}()
