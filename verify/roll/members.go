package roll

import (
	"iter"
	"slices"
	"sort"
	"strings"

	"countersign/verify/name"
)

// Members are the people of a roll, by number. They are kept packed: of what several may have, such
// as names, cities and statuses, each text stands once; what is one member's own, such as number,
// street and days, stands in records one after another. A Member is made of both when somebody asks
// for it. Two million take some 200 MB so, and a gigabyte as Member values.
type Members struct {
	texts  []string        // each once, the first one empty
	shared [parts][]uint32 // the text of each member, in texts; nil where nobody has one
	lots   []string        // records, so many in each
	from   []uint32        // where the record of each member begins in its lot
}

// lot is how many members have their records in one piece of memory: some 60 KB, which no
// growing copies.
const lot = 1000

// Len is how many there are.
func (s *Members) Len() int { return len(s.from) }

// At makes the member at a place.
func (s *Members) At(at int32) *Member {
	m := &Member{}
	s.fill(m, at)
	return m
}

// All makes all members, one after another.
func (s *Members) All() iter.Seq2[int32, *Member] {
	return func(yield func(int32, *Member) bool) {
		for at := range int32(s.Len()) {
			if !yield(at, s.At(at)) {
				return
			}
		}
	}
}

// Find is the place of the member with this ID.
func (s *Members) Find(id string) (at int32, ok bool) {
	n, ok := sort.Find(s.Len(), func(i int) int { return strings.Compare(id, s.ID(int32(i))) })
	return int32(n), ok
}

// fill makes a member in a room that may hold another one.
func (s *Members) fill(m *Member, at int32) {
	for p, text := range m.shared() {
		*text = s.text(part(p), at)
	}
	r := s.record(at)
	r.member(m)
}

func (s *Members) record(at int32) reader {
	return reader{in: s.lots[at/lot][s.from[at]:], texts: s.texts}
}

// text is what a member shares with others.
func (s *Members) text(p part, at int32) string {
	if s.shared[p] == nil {
		return ""
	}
	return s.texts[s.shared[p][at]]
}

// key is the same as its place in texts: members who share it have one.
func (s *Members) key(p part, at int32) uint32 {
	if s.shared[p] == nil {
		return 0
	}
	return s.shared[p][at]
}

// What is asked of many members is read without making them.

// ID is the number of a member.
func (s *Members) ID(at int32) string {
	r := s.record(at)
	return r.id()
}

// Street of a member.
func (s *Members) Street(at int32) string {
	r := s.record(at)
	r.id()
	return r.own()
}

// Emails of a member.
func (s *Members) Emails(at int32) []string {
	r := s.record(at)
	r.id()
	r.own()
	return r.list(nil, r.own)
}

// Marks of a member, nil for none.
func (s *Members) Marks(at int32) *Marks {
	r := s.record(at)
	if has(r.in[0])&hasMarks == 0 {
		return nil
	}
	r.id()
	r.own()
	for range r.count() {
		r.own()
	}
	return r.marks()
}

// City of a member.
func (s *Members) City(at int32) string { return s.text(partCity, at) }

// Company of a member.
func (s *Members) Company(at int32) string { return s.text(partCompany, at) }

// Area is the state and the ZIP code of a member.
func (s *Members) Area(at int32) (state, zip string) {
	return s.text(partState, at), s.text(partZIP, at)
}

// Name is a member's name.
func (s *Members) Name(at int32) name.Person {
	return name.Person{
		Given: s.text(partGiven, at), Middle: s.text(partMiddle, at), Family: s.text(partFamily, at),
		Suffix: s.text(partSuffix, at), Informal: s.text(partInformal, at), Former: s.text(partFormer, at),
	}
}

// Count is how many members have each text of a meaning that members share; those who have none count
// as the empty text.
func (s *Members) Count(m Meaning) map[string]int {
	count := map[string]int{}
	p := slices.Index(partMeanings[:], m)
	if p < 0 {
		return count
	}
	each := make([]int, len(s.texts))
	for at := range int32(s.Len()) {
		each[s.key(part(p), at)]++
	}
	for key, n := range each {
		if n > 0 {
			count[s.texts[key]] = n
		}
	}
	return count
}

// Has says whether any member has a text of a meaning that members share.
func (s *Members) Has(m Meaning) bool {
	p := slices.Index(partMeanings[:], m)
	return p >= 0 && s.shared[p] != nil
}
