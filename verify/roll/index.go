package roll

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"countersign/verify/name"
)

// index finds members by what a sheet may show of them. Members are named by
// their places in Roll.Members, ascending.
type index struct {
	Families    *Lexicon // family names joined, halves of double ones, former ones
	Givens      *Lexicon // given, preferred and middle names, and the short forms of the first two
	Cities      *Lexicon
	Companies   *Lexicon
	FamilyNames *Spellings // in words of Families
	GivenNames  *Spellings // in words of Givens, short forms left out

	cityOf, companyOf []int32 // by text
	members           *Members
	keys
	zips    groups
	same    map[int32][]int32
	largest float64
	digits  bool
}

// Shares of the forms a name is written in: what members do, estimated from
// signed petitions; they need not be exact to be useful.
const (
	wholeDouble   = 0.6  // both halves of a double family name
	oneHalf       = 0.2  // either half
	formerName    = 0.05 // a former name that the export knows
	particlesLeft = 0.08 // the family name without its particles
	shortForm     = 0.15 // all short forms of a given name together
	informal      = 0.45 // the preferred name that the export knows
	middleName    = 0.02
	secondGiven   = 0.1 // Teresa of Maria Teresa
)

// Form is a way to write a name and how likely a person writes it so.
type Form struct {
	Word  string
	Share float64
}

// familyForms returns the ways a member may write the family name.
func familyForms(m name.Person) []Form {
	full := name.FamilyKey(m.Family)
	forms := []Form{{full, 1}}
	if short := name.BareFamily(m.Family); short != "" {
		forms[0].Share = 1 - particlesLeft
		forms = append(forms, Form{short, particlesLeft})
	}
	if halves := name.Halves(m.Family); len(halves) > 1 {
		forms[0].Share *= wholeDouble
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

// givenForms returns the ways a member may write the given name, short forms
// and initials left out.
func givenForms(m name.Person) []Form {
	given, known, middle := name.Joined(m.Given), name.Joined(m.Informal), name.Joined(m.Middle)
	forms := []Form{{given, 1}}
	if known != "" && known != given {
		forms[0].Share = 1 - informal
		forms = append(forms, Form{known, informal})
	}
	if first := name.Words(m.Given); len(first) > 1 && len(first[0]) > 1 {
		forms = append(forms, Form{first[0], 0.3})
		for _, second := range first[1:] {
			if len(second) > 1 {
				forms = append(forms, Form{second, secondGiven})
			}
		}
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

// fill makes the parts of the index side by side. None looks at another before all
// are done, so the result does not depend on how many processors there are.
func (x *index) fill(members *Members) {
	x.members = members
	var parts sync.WaitGroup
	parts.Go(x.indexFamilies)
	parts.Go(x.indexGivens)
	parts.Go(x.indexPlaces)
	parts.Go(x.indexNumbers)
	parts.Wait()
	x.same = samePeople(members, x.FamilyNames, x.GivenNames)
}

func (x *index) indexFamilies() {
	var m lexiconMaker
	s, holders := spell(x.members, &m, func(at int32) [3]uint32 {
		return [3]uint32{x.members.key(partFamily, at), x.members.key(partFormer, at)}
	}, familyForms)
	for n, k := range holders {
		for _, f := range s.Forms(int32(n)) {
			m.share[f.Word] += float64(f.Share) * float64(k)
		}
	}
	l, places := m.lexicon(x.members.Len())
	s.move(places)
	x.Families, x.FamilyNames = l, s
}

func (x *index) indexGivens() {
	var m lexiconMaker
	s, holders := spell(x.members, &m, func(at int32) [3]uint32 {
		k := [3]uint32{x.members.key(partGiven, at), x.members.key(partInformal, at)}
		if !initial(x.members.text(partMiddle, at)) {
			k[2] = x.members.key(partMiddle, at)
		}
		return k
	}, givenForms)
	shortened := make([]float64, len(m.words)) // how many members write the word or a short form of it
	for n, k := range holders {
		for _, f := range s.Forms(int32(n)) {
			m.share[f.Word] += float64(f.Share) * float64(k) * (1 - shortForm)
			if f.Share > middleName {
				shortened[f.Word] += float64(f.Share) * float64(k)
			}
		}
	}
	for w, k := range shortened {
		if k == 0 {
			continue
		}
		for _, short := range ShortForms(m.words[w]) {
			m.add(short.Word, k*short.Share)
		}
	}
	l, places := m.lexicon(x.members.Len())
	s.move(places)
	x.Givens, x.GivenNames = l, s
}

// initial says whether a middle name is an initial, which is no form of a given name.
func initial(middle string) bool {
	return len(middle) == 1 || len(middle) == 2 && middle[1] == '.'
}

func (x *index) indexPlaces() {
	x.Cities, x.cityOf = x.indexWords(partCity, name.Joined)
	x.Companies, x.companyOf = x.indexWords(partCompany, CompanyKey)
	x.zips = group(x.members, partZIP, ZIPKey)
}

// indexWords makes a lexicon of what members have one of, and says which word each text is, -1 for none.
func (x *index) indexWords(p part, fold func(string) string) (*Lexicon, []int32) {
	var m lexiconMaker
	of := make([]int32, len(x.members.texts))
	const unknown = -2
	for i := range of {
		of[i] = unknown
	}
	of[0] = -1
	for at := range int32(x.members.Len()) {
		key := x.members.key(p, at)
		if of[key] == unknown {
			of[key] = m.add(fold(x.members.texts[key]), 0)
		}
		if w := of[key]; w >= 0 {
			m.share[w]++
		}
	}
	l, places := m.lexicon(x.members.Len())
	for i, w := range of {
		if w >= 0 {
			of[i] = places[w]
		}
	}
	return l, of
}

// indexNumbers notes what the numbers are like.
func (x *index) indexNumbers() {
	x.digits = true
	largest := "" // numbers of digits, without zeros before them, are compared as they stand
	for at := range int32(x.members.Len()) {
		switch key := NumberKey(x.members.ID(at)); {
		case key == "" || key[0] == '0': // zeros alone
		case !isDigits(key):
			x.digits = false
		case len(key) > len(largest) || len(key) == len(largest) && key > largest:
			largest = key
		}
	}
	if n, err := strconv.ParseFloat(largest, 64); err == nil {
		x.largest = n
	}
}

// keys finds members by what is mostly one member's own. Each finder is made when the first line
// asks for it, which few sheets do for all of them.
type keys struct {
	byNumber, byEmail, byMark sync.Once
	numbers, emails           finder
	births, seconds           finder
}

func (x *index) findNumber() *finder {
	x.byNumber.Do(func() {
		x.numbers.keys = make([]uint64, 0, x.members.Len())
		for at := range int32(x.members.Len()) {
			x.numbers.add(NumberKey(x.members.ID(at)), at)
		}
		x.numbers.sort()
	})
	return &x.numbers
}

func (x *index) findEmail() *finder {
	x.byEmail.Do(func() {
		for at := range int32(x.members.Len()) {
			for _, e := range x.members.Emails(at) {
				x.emails.add(e, at)
			}
		}
		x.emails.sort()
	})
	return &x.emails
}

func (x *index) findMarks() *keys {
	x.byMark.Do(func() {
		for at := range int32(x.members.Len()) {
			marks := x.members.Marks(at)
			if key := marks.BornKey(); key != "" {
				x.births.add(key, at)
			}
			if key := marks.SecondKey(); key != "" {
				x.seconds.add(key, at)
			}
		}
		x.births.sort()
		x.seconds.sort()
	})
	return &x.keys
}

// NumberKey reduces a member number to what has to agree: letters and digits,
// capitals, no leading zeros, since exports drop them and members do too.
func NumberKey(s string) string {
	if isDigits(s) {
		if t := strings.TrimLeft(s, "0"); t != "" {
			return t
		}
		return s
	}
	s = NumberOf(s)
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

// CityOf is a member's city as a word of Cities, -1 for none.
func (x *index) CityOf(member int32) int32 {
	return x.cityOf[x.members.key(partCity, member)]
}

// CompanyOf is a member's institution as a word of Companies, -1 for none.
func (x *index) CompanyOf(member int32) int32 {
	return x.companyOf[x.members.key(partCompany, member)]
}

// ByNumber returns the members of this number, leading zeros aside.
func (x *index) ByNumber(number string) []int32 {
	key := NumberKey(number)
	return x.findNumber().find(key, func(at int32) bool { return NumberKey(x.members.ID(at)) == key })
}

// ByEmail returns the members who have this address.
func (x *index) ByEmail(email string) []int32 {
	key := strings.ToLower(strings.TrimSpace(email))
	return x.findEmail().find(key, func(at int32) bool { return slices.Contains(x.members.Emails(at), key) })
}

// BySecond returns the members who have this second number, as Member.SecondKey has it.
func (x *index) BySecond(key string) []int32 {
	return x.findMarks().seconds.find(key, func(at int32) bool { return x.members.Marks(at).SecondKey() == key })
}

// ByBirth returns the members born on this day, as DayKey has it.
func (x *index) ByBirth(key string) []int32 {
	return x.findMarks().births.find(key, func(at int32) bool { return x.members.Marks(at).BornKey() == key })
}

// ByZIP returns the members of this ZIP code.
func (x *index) ByZIP(zip string) []int32 { return x.zips.of(ZIPKey(zip)) }

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
			found = append(found, x.ByNumber(k)...)
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
