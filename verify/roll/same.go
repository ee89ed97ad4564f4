package roll

import (
	"cmp"
	"slices"

	"countersign/verify/name"
)

// samePeople finds members who are one person under several numbers: the same
// name, and the same e-mail address or the same street and ZIP code. It returns
// for each such member, by place, all places of the person, ascending.
func samePeople(members *Members, families, givens *Spellings) map[int32][]int32 {
	type named struct {
		name uint64 // the first words of family and given name
		at   int32
	}
	all := make([]named, 0, members.Len())
	for at := range int32(members.Len()) {
		family, given := first(families, at), first(givens, at)
		if family >= 0 || given >= 0 {
			all = append(all, named{uint64(uint32(family))<<32 | uint64(uint32(given)), at})
		}
	}
	slices.SortFunc(all, func(a, b named) int {
		if a.name != b.name {
			return cmp.Compare(a.name, b.name)
		}
		return cmp.Compare(a.at, b.at)
	})
	same := map[int32][]int32{}
	var room []Member // those of one name
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].name == all[0].name {
			n++
		}
		of := all[:n]
		all = all[n:]
		if n == 1 {
			continue
		}
		room = slices.Grow(room[:0], n)[:n]
		for i, a := range of {
			members.fill(&room[i], a.at)
		}
		for i, a := range of {
			if same[a.at] != nil {
				continue
			}
			group := []int32{a.at}
			for j, b := range of[i+1:] {
				if onePerson(&room[i], &room[i+1+j]) {
					group = append(group, b.at)
				}
			}
			if len(group) > 1 {
				for _, at := range group {
					same[at] = group
				}
			}
		}
	}
	return same
}

// first is the most usual word of a member's name, -1 for none.
func first(s *Spellings, member int32) int32 {
	if forms := s.Forms(s.Of(member)); len(forms) > 0 {
		return forms[0].Word
	}
	return -1
}

// onePerson judges two members of the same name. A father and a son at one
// address differ in suffix or middle name.
func onePerson(a, b *Member) bool {
	if !slices.ContainsFunc(a.Emails, func(e string) bool { return slices.Contains(b.Emails, e) }) && !oneHome(a, b) {
		return false
	}
	if name.Joined(a.Suffix) != name.Joined(b.Suffix) {
		return false
	}
	x, y := name.Joined(a.Middle), name.Joined(b.Middle)
	return x == "" || y == "" || x[0] == y[0]
}

// sameRow says whether two rows of one number are of one person: both parts of the name
// agree, and nothing of it disagrees. Households, twins and siblings have one number
// and are several.
func sameRow(a, b *Member) bool {
	x, y := name.Joined(a.Middle), name.Joined(b.Middle)
	switch {
	case name.Joined(a.Suffix) != name.Joined(b.Suffix), name.Joined(a.Family) != name.Joined(b.Family):
		return false
	case x != "" && y != "" && x != y && (len(x) > 1 && len(y) > 1 || x[0] != y[0]):
		return false
	}
	x, y = name.Joined(a.Given), name.Joined(b.Given)
	return x == y || x != "" && y != "" && name.AreNicknames(x, y)
}

func oneHome(a, b *Member) bool {
	if len(a.Street) < 5 || len(b.Street) < 5 {
		return false
	}
	street := name.Joined(a.Street)
	return len(street) > 4 && street == name.Joined(b.Street) && ZIPKey(a.ZIP) == ZIPKey(b.ZIP)
}

// SamePerson returns the places in Roll.Members of all records of the person
// who has the record at a place, ascending; nil where it is the only one.
func (x *index) SamePerson(at int32) []int32 { return x.same[at] }
