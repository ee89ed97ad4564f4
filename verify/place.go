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
	zips      map[string]int32 // members
	zipCity   map[string]int32 // a city of the ZIP code
	zipState  map[string]string
	cityState []string         // by city: the state most of its members live in
	cities    []int32          // members by city
	pairs     map[uint64]int32 // members by city and company
	domains   []roll.Form      // providers of e-mail addresses, the commonest first
	initials  [256]float64
}

func newPlaces(r *roll.Roll, members []person) places {
	p := places{zips: map[string]int32{}, zipCity: map[string]int32{}, zipState: map[string]string{}, pairs: map[uint64]int32{}}
	domains := map[string]float64{}
	p.cities = make([]int32, len(r.Cities.Words))
	p.cityState = make([]string, len(r.Cities.Words))
	states := map[uint64]int{}
	n := float64(len(members))
	for i, m := range members {
		if m.zip != "" {
			p.zips[m.zip]++
			p.zipCity[m.zip], p.zipState[m.zip] = m.city, m.state
		}
		if m.city >= 0 {
			p.cities[m.city]++
			p.pairs[pair(m.city, m.company)]++
			if len(m.state) == 2 {
				k := pair(m.city, int32(m.state[0])<<8|int32(m.state[1]))
				states[k]++
				if old := p.cityState[m.city]; len(old) != 2 || states[k] > states[pair(m.city, int32(old[0])<<8|int32(old[1]))] {
					p.cityState[m.city] = m.state
				}
			}
		}
		for _, e := range r.Members[i].Emails {
			if _, domain, ok := strings.Cut(e, "@"); ok {
				domains[domain] += 1 / n
			}
		}
		if g := name.Joined(r.Members[i].Given); g != "" {
			p.initials[g[0]] += 1 / n
		}
	}
	for d, share := range domains {
		p.domains = append(p.domains, roll.Form{Word: d, Share: share})
	}
	slices.SortFunc(p.domains, func(a, b roll.Form) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Word, b.Word))
	})
	return p
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

func zipOf(s string) string {
	if z := digitsOf(s, true); len(z) == 9 {
		return z[:5]
	} else if len(z) >= 4 {
		return roll.ZIPKey(z)
	}
	return ""
}

func (m *Matcher) seePlace(w *work, s *sight, row extract.Row) (byLevel, bool) {
	at := spotOf(row)
	any, ok := same(1), false
	home := int32(-1)
	if at != (spot{}) {
		geo := m.seeGeo(w, s, at)
		any.times(&geo.any)
		home, ok = geo.home, true
	}
	if c := row.Fields[extract.Institution].Text; len(roll.CompanyKey(c)) > 2 {
		p := m.seeCompany(w, s, c, home)
		any.times(&p)
		ok = true
	}
	return any, ok
}

// geography is a place that was read.
type geography struct {
	any  byLevel // if nobody on the roll wrote it
	home int32   // the city it most likely is, -1 if none
}

func (m *Matcher) seeGeo(w *work, s *sight, at spot) geography {
	g := geography{home: -1}
	var city *heard
	if at.city != "" {
		city = m.hear(w, m.roll.Cities, at.city, 20, unseenCity)
		g.home = city.most(m.roll.Cities)
	}
	if at.zip != "" {
		for _, i := range m.roll.ByZIP(at.zip) {
			s.routed = append(s.routed, i)
		}
		if c, ok := m.places.zipCity[at.zip]; ok && g.home < 0 {
			g.home = c
		}
	}
	g.any = m.anyPlace(at, city, g.home)
	scale := slices.Max(g.any[:])
	for j := range g.any {
		g.any[j] /= scale
	}
	s.fields = append(s.fields, func(p *person, _ *roll.Member) byLevel {
		l := same(1)
		if at.zip != "" {
			z := zipLikelihood(at.zip, p.zip)
			l.times(&z)
		}
		if city != nil {
			c := byLevel{}
			if p.city >= 0 && city.slot[p.city] != 0 {
				c = city.p[city.slot[p.city]-1]
			}
			l.times(&c)
		}
		if at.state != "" {
			l = stateLikelihood(l, at.state, p.state)
		}
		if p.zip == "" && p.city < 0 && p.state == "" {
			return g.any // the export says nothing of where this member lives
		}
		for j := range l {
			l[j] = samePlace*l[j]/scale + (1-samePlace)*g.any[j]
		}
		return l
	})
	return g
}

// anyPlace is the likelihood of a place if nobody on the roll wrote it: the
// ZIP code as common as it is on the roll, the city given the ZIP code, the
// state given the city.
func (m *Matcher) anyPlace(at spot, city *heard, home int32) byLevel {
	l := same(1)
	if at.zip != "" {
		share := float64(m.places.zips[at.zip]) / float64(len(m.members))
		for j := range l {
			right := math.Pow(1-noise[j]*0.7, 5)
			l[j] *= 0.95*right*share + (1-0.95*right)*1e-5
		}
	}
	if city != nil {
		c := city.all
		if of, ok := m.places.zipCity[at.zip]; ok && of >= 0 && at.zip != "" {
			for j := range c {
				c[j] *= 0.1
			}
			if slot := city.slot[of]; slot != 0 {
				c.plus(0.9, &city.p[slot-1])
			}
		}
		l.times(&c)
	}
	if at.state != "" {
		of := m.places.zipState[at.zip]
		if of == "" && home >= 0 {
			of = m.places.cityState[home]
		}
		l = stateLikelihood(l, at.state, of)
	}
	return l
}

func zipLikelihood(read, meant string) byLevel {
	var l byLevel
	if len(read) == len(meant) {
		l = digitsLikelihood(read, meant)
	}
	return l
}

func stateLikelihood(l byLevel, read, meant string) byLevel {
	for j := range l {
		if read == meant {
			l[j] *= sameState - noise[j]/4
		} else {
			l[j] *= (1 - sameState + noise[j]/4) / 50
		}
	}
	return l
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
func (m *Matcher) seeCompany(w *work, s *sight, written string, home int32) byLevel {
	key := roll.CompanyKey(written)
	h := m.hear(w, m.roll.Companies, key, 20, unseenWork)
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
	s.fields = append(s.fields, func(p *person, member *roll.Member) byLevel {
		if p.company < 0 {
			return any
		}
		var own byLevel
		if slot := h.slot[p.company]; slot != 0 {
			own = h.p[slot-1]
		}
		loose, ok := known[p.company]
		if !ok {
			loose = 1
			if resembles(words, key, member.Company) {
				loose = otherWords
			}
			known[p.company] = loose
		}
		for j := range own {
			own[j] = sameCompany*own[j]/scale + (1-sameCompany)*any[j]*loose
		}
		return own
	})
	return any
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
