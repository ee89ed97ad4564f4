package roll

import (
	"strconv"
	"strings"

	"countersign/verify/name"
)

// index finds members by what a sheet may show of them. Members are named by
// their places in Roll.Members, ascending.
type index struct {
	Families  *Lexicon // family names joined, halves of double ones, former ones
	Givens    *Lexicon // given, preferred and middle names, and the short forms of the first two
	Cities    *Lexicon
	Companies *Lexicon

	byNumber finder
	byEmail  finder
	byZIP    map[string][]int32
	same     map[int32][]int32
	largest  float64
	digits   bool
}

// Shares of the forms a name is written in: what members do, estimated from
// signed petitions; they need not be exact to be useful.
const (
	wholeDouble = 0.6  // both halves of a double family name
	oneHalf     = 0.2  // either half
	formerName  = 0.05 // a former name that the export knows
	shortForm   = 0.15 // all short forms of a given name together
	informal    = 0.45 // the preferred name that the export knows
	middleName  = 0.02
)

// Form is a way to write a name and how likely a person writes it so.
type Form struct {
	Word  string
	Share float64
}

// FamilyForms returns the ways a member may write the family name.
func FamilyForms(m *Member) []Form {
	full := name.Joined(m.Family)
	forms := []Form{{full, 1}}
	if halves := name.Halves(m.Family); len(halves) > 1 {
		forms[0].Share = wholeDouble
		for _, h := range halves {
			forms = append(forms, Form{h, oneHalf * 2 / float64(len(halves))})
		}
	}
	for _, f := range name.FormerFamilies(m.Former) {
		if f != full {
			forms = append(forms, Form{f, formerName})
		}
	}
	return forms
}

// GivenForms returns the ways a member may write the given name, short forms
// and initials left out.
func GivenForms(m *Member) []Form {
	given, known, middle := name.Joined(m.Given), name.Joined(m.Informal), name.Joined(m.Middle)
	forms := []Form{{given, 1}}
	if known != "" && known != given {
		forms[0].Share = 1 - informal
		forms = append(forms, Form{known, informal})
	}
	if first := name.Words(m.Given); len(first) > 1 && len(first[0]) > 1 {
		forms = append(forms, Form{first[0], 0.3})
	}
	if len(middle) > 1 && middle != given {
		forms = append(forms, Form{middle, middleName})
	}
	return forms
}

// ShortForms returns the nicknames of a folded given name, sharing what is
// left to them.
func ShortForms(given string) []Form {
	nicks := name.Nicknames(given)
	forms := make([]Form, len(nicks))
	for i, n := range nicks {
		forms[i] = Form{n, shortForm / float64(len(nicks))}
	}
	return forms
}

func newIndex(members []*Member) index {
	x := index{byNumber: newFinder(len(members)), byEmail: newFinder(len(members)), byZIP: map[string][]int32{}, digits: true}
	var families, givens, cities, companies lexiconMaker
	for i, m := range members {
		at := int32(i)
		for _, f := range FamilyForms(m) {
			families.add(f.Word, at, f.Share)
		}
		for _, f := range GivenForms(m) {
			givens.add(f.Word, at, f.Share*(1-shortForm))
			if f.Share > middleName {
				for _, s := range ShortForms(f.Word) {
					givens.add(s.Word, at, f.Share*s.Share)
				}
			}
		}
		cities.add(name.Joined(m.City), at, 1)
		companies.add(CompanyKey(m.Company), at, 1)
		key := NumberKey(m.ID)
		x.byNumber.add(key, at)
		if n, err := strconv.ParseFloat(key, 64); err == nil {
			x.largest = max(x.largest, n)
		} else {
			x.digits = false
		}
		for _, e := range m.Emails {
			x.byEmail.add(e, at)
		}
		if z := ZIPKey(m.ZIP); z != "" {
			x.byZIP[z] = append(x.byZIP[z], at)
		}
	}
	x.same = samePeople(members)
	n := len(members)
	x.Families, x.Givens, x.Cities, x.Companies = families.lexicon(n), givens.lexicon(n), cities.lexicon(n), companies.lexicon(n)
	return x
}

// finder finds members by a value that mostly one member has, in half the room
// of a map of slices.
type finder struct {
	first map[string]int32
	more  map[string][]int32 // all of them, where there are several
}

func newFinder(members int) finder {
	return finder{first: make(map[string]int32, members), more: map[string][]int32{}}
}

func (f *finder) add(key string, at int32) {
	first, ok := f.first[key]
	switch {
	case !ok:
		f.first[key] = at
	case f.more[key] == nil:
		f.more[key] = []int32{first, at}
	default:
		f.more[key] = append(f.more[key], at)
	}
}

func (f *finder) of(key string) []int32 {
	if more := f.more[key]; more != nil {
		return more
	}
	if at, ok := f.first[key]; ok {
		return []int32{at}
	}
	return nil
}

// NumberKey reduces a member number to what has to agree: letters and digits,
// capitals, no leading zeros, since exports drop them and members do too.
func NumberKey(s string) string {
	s = strings.ToUpper(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s))
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return s
}

// ZIPKey is the first five digits of a ZIP code, with the leading zeros that
// spreadsheets drop; postal codes of other countries are joined and folded.
func ZIPKey(s string) string {
	s, _, _ = strings.Cut(s, "-")
	s = name.Joined(s)
	if _, err := strconv.Atoi(s); err != nil || s == "" {
		return s
	}
	if len(s) == 9 || len(s) == 8 {
		s = s[:len(s)-4]
	}
	for len(s) < 5 {
		s = "0" + s
	}
	return s
}

// NumbersAreDigits says whether every member number consists of digits.
func (x *index) NumbersAreDigits() bool { return x.digits }

// LargestNumber is the largest member number, where numbers are digits.
func (x *index) LargestNumber() float64 { return x.largest }

// ByNumber returns the members of this number, leading zeros aside.
func (x *index) ByNumber(number string) []int32 { return x.byNumber.of(NumberKey(number)) }

// ByEmail returns the members who have this address.
func (x *index) ByEmail(email string) []int32 {
	return x.byEmail.of(strings.ToLower(strings.TrimSpace(email)))
}

// ByZIP returns the members of this ZIP code.
func (x *index) ByZIP(zip string) []int32 { return x.byZIP[ZIPKey(zip)] }

// NearNumbers returns the members whose numbers differ from this one by one
// digit changed, dropped or added, or by two neighbours that changed places.
func (x *index) NearNumbers(number string) []int32 {
	key := strings.ToUpper(name.Joined(number))
	var found []int32
	seen := map[string]bool{NumberKey(key): true}
	try := func(s []byte) {
		k := NumberKey(string(s))
		if !seen[k] {
			seen[k] = true
			found = append(found, x.byNumber.of(k)...)
		}
	}
	b := []byte(key)
	if len(b) > 24 {
		return nil
	}
	for i := range b {
		was := b[i]
		for c := byte('0'); c <= '9'; c++ {
			b[i] = c
			try(b)
		}
		b[i] = was
		if i+1 < len(b) {
			b[i], b[i+1] = b[i+1], b[i]
			try(b)
			b[i], b[i+1] = b[i+1], b[i]
		}
		try(append(append([]byte{}, b[:i]...), b[i+1:]...))
	}
	for i := 0; i <= len(b); i++ {
		longer := append(append(append([]byte{}, b[:i]...), '0'), b[i:]...)
		for c := byte('0'); c <= '9'; c++ {
			longer[i] = c
			try(longer)
		}
	}
	return found
}
