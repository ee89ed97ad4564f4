package verify

import (
	"maps"
	"math"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
)

// street is a member's street: the number of the house and the rest, as streetKey has them.
type street struct{ house, way string }

func newStreet(s string) street {
	key := streetKey(s)
	return street{onlyDigits(key), withoutDigits(key)}
}

func (s street) known() bool { return len(s.house)+len(s.way) >= shortestStreet }

// shortestStreet is how many letters and digits a street has at least.
const shortestStreet = 5

// What a street says for a member, against nobody in particular. A household
// shares it, so it never speaks louder than sameStreet.
const (
	sameStreet  = 1000
	otherStreet = 0.3 // of the lines of members: they moved, or give another address
)

// seeStreet compares the letters of a street as they may have been misread, against those of
// streets that are as common on the roll, and the number of the house digit by digit; and
// where there is a lattice, it asks that for the member's street.
func (m *Matcher) seeStreet(_ *work, s *sight, row extract.Row) {
	reading := row.Fields[extract.Street]
	read := newStreet(reading.Text)
	if !read.known() {
		return
	}
	m.learnWays.Do(m.setWays)
	codes := name.Codes(read.way)
	pattern, unknown := name.NewPattern(codes), strange(len(codes))
	house := math.Pow(10, -float64(len(read.house))) // of which houseOdds are free
	s.street = m.streetSeenIn(reading, unknown*house)
	s.fields = append(s.fields, seen{extract.CityState, func(who *person) byLevel {
		own := m.streets[who.at]
		if !own.known() {
			return same(1)
		}
		var odds byLevel
		any := same(unknown)
		written := name.Codes(withCity(read.way, own.way, m.roll.Members.City(who.at)))
		if pattern.Distance(written)*2 <= max(len(codes), len(written)) {
			odds = m.powers.likelihood(m.channel.fit(codes, written))
			any.plus(m.ways[own.way], &odds)
			house := m.houseOdds(read.house, own.house)
			odds.times(&house)
		}
		if s.street != nil {
			lattice, all := same((1-cellByText)*s.street.of(m.roll.Members.Street(who.at))), same((1-cellByText)*s.street.any)
			odds.scale(cellByText * house)
			odds.plus(1, &lattice)
			any.scale(cellByText * house)
			any.plus(1, &all)
		}
		odds.over(&any)
		for j := range odds {
			odds[j] = min(sameStreet, otherStreet+(1-otherStreet-unreadable[j])*odds[j])
		}
		return odds
	}, same(1), same(max(1, sameStreet)), byLevel{}})
}

// streetSeen is the cell for a street as a recognizer saw it.
type streetSeen struct {
	*cellSeen
	any float64 // probability of what was seen if nobody on the roll wrote it
}

// Of a street and what is seen of it.
const (
	unlisted   = 0.3  // of streets of people outside the roll: none where a member lives
	beside     = 0.1  // of cells with something before the street, and after it: a ZIP code, a city
	leastOfAny = 1e-3 // of the probability of any text, below which a street was not seen
)

func (m *Matcher) streetSeenIn(reading extract.Reading, unknown float64) *streetSeen {
	cell := cellSeenIn(reading).in(unknown)
	if cell == nil {
		return nil
	}
	s := &streetSeen{cell, unlisted * unknown}
	cell.each(m.wayTexts, leastOfAny*cell.any, func(way int, p float64) {
		s.any += (1 - unlisted) * m.wayShares[way] * p * cell.unit
	})
	return s
}

// of is the probability of what was seen if a street was written.
func (s *streetSeen) of(street string) float64 {
	forms := streetForms(street)
	sum := 0.0
	for _, f := range forms {
		sum += s.within(f, beside, beside) * s.unit / float64(len(forms))
	}
	return sum
}

// streetForms are the ways to write a street: its words shortened, and in full.
func streetForms(s string) []string {
	short, full := name.Words(s), name.Words(s)
	for i, w := range short {
		if to, ok := streetWords[w]; ok {
			short[i] = to
		}
		if i > 0 && fullWords[short[i]] != "" { // "St. Louis Ave" is no street called Street
			full[i] = fullWords[short[i]]
		}
		short[i] = strings.Replace(short[i], "strasse", "str", 1)
		if strings.HasSuffix(short[i], "str") {
			full[i] = short[i] + "asse"
		}
	}
	a, b := strings.Join(short, ""), strings.Join(full, "")
	if a == b {
		return []string{a}
	}
	return []string{a, b}
}

// setWays notes the streets on which members live, and how many of them. Most sheets ask for
// none, so that it waits for the first that does.
func (m *Matcher) setWays() {
	m.streets = make([]street, m.roll.Members.Len())
	for i := range m.streets {
		m.streets[i] = newStreet(m.roll.Members.Street(int32(i)))
	}
	m.ways = map[string]float64{}
	exported := map[string]string{} // by way, as one member has it
	for i, s := range m.streets {
		m.ways[s.way] += 1 / float64(len(m.streets))
		exported[s.way] = m.roll.Members.Street(int32(i))
	}
	var forms []string
	var of []int
	for i, way := range slices.Sorted(maps.Keys(m.ways)) {
		m.wayShares = append(m.wayShares, m.ways[way])
		if len(way) < shortestWay {
			continue
		}
		all := streetForms(withoutDigits(exported[way]))
		for _, f := range all {
			forms, of = append(forms, f), append(of, i)
		}
		m.wayShares[i] /= float64(len(all))
	}
	m.wayTexts = newTexts(forms, of)
}

// shortestWay is how many letters the name of a street has at least.
const shortestWay = 3

// houseOdds is what the number of a house says if it is a member's, against any other.
func (m *Matcher) houseOdds(read, own string) byLevel {
	if read == "" || own == "" {
		return same(1)
	}
	odds := m.powers.number(read, own)
	odds.scale(math.Pow(10, float64(len(read))))
	return odds
}

// alike reports whether a street that was read may well be another that is known.
func (s street) alike(own street, city string) bool {
	read, written := name.Codes(s.way), name.Codes(withCity(s.way, own.way, city))
	p := name.NewPattern(read)
	if p.Distance(written)*5 > 2*max(len(read), len(written)) {
		return false
	}
	a, b := s.house, own.house
	switch {
	case a == b, name.Swap(a, b), len(a) == len(b) && 2*differing(a, b) <= len(a):
		return true
	}
	return len(a) == len(b)+1 && oneMore(a, b) || len(b) == len(a)+1 && oneMore(b, a)
}

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}

// withCity is a member's street with the city, where what was read is long enough to
// hold both: forms that ask for an address get "2067 Cedar Ln, Duluth".
func withCity(read, street, city string) string {
	const short = 2 // letters that a reading may have lost
	city = name.Joined(city)
	if city != "" && len(read) >= len(street)+len(city)-short {
		return street + city
	}
	return street
}

func streetKey(s string) string {
	words := name.Words(s)
	for i, w := range words {
		if short, ok := streetWords[w]; ok {
			words[i] = short
		}
		words[i] = strings.Replace(words[i], "strasse", "str", 1) // "Mozartstraße"
	}
	return strings.Join(words, "")
}

// fullWords are what the short words of streets stand for.
var fullWords = func() map[string]string {
	full := map[string]string{}
	for long, short := range streetWords {
		if len(long) > len(full[short]) {
			full[short] = long
		}
	}
	return full
}()

var streetWords = map[string]string{
	"street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct", "boulevard": "blvd", "place": "pl", "circle": "cir", "terrace": "ter",
	"highway": "hwy", "parkway": "pkwy", "north": "n", "south": "s", "east": "e", "west": "w", "apartment": "apt", "suite": "ste",
}
