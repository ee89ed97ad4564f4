package roll

import (
	"slices"

	"countersign/verify/name"
)

// samePeople finds members who are one person under several numbers: the same
// name, and the same e-mail address or the same street and ZIP code. It returns
// for each such member, by place, all places of the person, ascending.
func samePeople(members []*Member) map[int32][]int32 {
	names := map[string][]int32{}
	for i, m := range members {
		if key := name.Joined(m.Given) + " " + name.Joined(m.Family); len(key) > 1 {
			names[key] = append(names[key], int32(i))
		}
	}
	same := map[int32][]int32{}
	for _, of := range names {
		for i, a := range of {
			if same[a] != nil {
				continue
			}
			group := []int32{a}
			for _, b := range of[i+1:] {
				if onePerson(members[a], members[b]) {
					group = append(group, b)
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

// onePerson judges two members of the same name. A father and a son at one
// address differ in suffix or middle name.
func onePerson(a, b *Member) bool {
	if name.Joined(a.Suffix) != name.Joined(b.Suffix) {
		return false
	}
	if x, y := name.Joined(a.Middle), name.Joined(b.Middle); x != "" && y != "" && x[0] != y[0] {
		return false
	}
	if slices.ContainsFunc(a.Emails, func(e string) bool { return slices.Contains(b.Emails, e) }) {
		return true
	}
	street := name.Joined(a.Street)
	return len(street) > 4 && street == name.Joined(b.Street) && ZIPKey(a.ZIP) == ZIPKey(b.ZIP)
}

// SamePerson returns the places in Roll.Members of all records of the person
// who has the record at a place, ascending; nil where it is the only one.
func (x *index) SamePerson(at int32) []int32 { return x.same[at] }
