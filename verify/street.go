package verify

import (
	"math"
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
// streets that are as common on the roll, and the number of the house digit by digit.
func (m *Matcher) seeStreet(_ *work, s *sight, row extract.Row) {
	read := newStreet(row.Fields[extract.Street].Text)
	if !read.known() {
		return
	}
	codes := name.Codes(read.way)
	pattern, unknown := name.NewPattern(codes), strange(len(codes))
	s.fields = append(s.fields, seen{extract.CityState, func(member int32) byLevel {
		own := m.members[member].street
		if !own.known() {
			return same(1)
		}
		written := name.Codes(withCity(read.way, own.way, m.roll.Members[member].City))
		if pattern.Distance(written)*2 > max(len(codes), len(written)) {
			return same(otherStreet)
		}
		odds := m.powers.likelihood(m.channel.fit(codes, written))
		house := m.houseOdds(read.house, own.house)
		for j := range odds {
			odds[j] /= unknown + m.ways[own.way]*odds[j]
			odds[j] = min(sameStreet, otherStreet+(1-otherStreet-unreadable[j])*odds[j]*house[j])
		}
		return odds
	}, same(1)})
}

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

var streetWords = map[string]string{
	"street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct", "boulevard": "blvd", "place": "pl", "circle": "cir", "terrace": "ter",
	"highway": "hwy", "parkway": "pkwy", "north": "n", "south": "s", "east": "e", "west": "w", "apartment": "apt", "suite": "ste",
}
