package roll

import "countersign/verify/name"

// Spellings are the ways in which members write one part of their name, the
// family name or the given name. Members of whom the export says the same share one, so
// that what a line says of a name is worked out once for all who have it.
type Spellings struct {
	of    []int32   // spelling by member
	from  []uint32  // of each spelling in forms
	forms []Written // most usual first
}

// Written is a word of a Lexicon and how likely a person writes it.
type Written struct {
	Word  int32
	Share float32
}

// Of is the spelling of a member, by place in Roll.Members.
func (s *Spellings) Of(member int32) int32 { return s.of[member] }

// Len is how many there are.
func (s *Spellings) Len() int { return len(s.from) - 1 }

// Forms are the words of a spelling.
func (s *Spellings) Forms(spelling int32) []Written {
	return s.forms[s.from[spelling]:s.from[spelling+1]]
}

// spell finds the spellings of all members. What the export says of a member is
// the key, in texts, from which forms makes the words.
func spell(members *Members, lexicon *lexiconMaker, key func(int32) [3]uint32,
	forms func(name.Person) []Form) (s *Spellings, holders []int) {
	s = &Spellings{of: make([]int32, members.Len()), from: []uint32{0}}
	simple := make([]int32, len(members.texts)) // 1 + spelling of those of whom one thing is said, as of most
	at := map[[3]uint32]int32{}
	for i := range s.of {
		k := key(int32(i))
		alone := k[1] == 0 && k[2] == 0
		var n int32
		if alone {
			n = simple[k[0]]
		} else {
			n = at[k]
		}
		if n == 0 {
			n = int32(len(s.from))
			if alone {
				simple[k[0]] = n
			} else {
				at[k] = n
			}
			for _, f := range forms(members.Name(int32(i))) {
				if w := lexicon.add(f.Word, 0); w >= 0 {
					s.forms = append(s.forms, Written{w, float32(f.Share)})
				}
			}
			s.from = append(s.from, uint32(len(s.forms)))
			holders = append(holders, 0)
		}
		s.of[i] = n - 1
		holders[n-1]++
	}
	return s, holders
}

// move gives the words the places that the lexicon has given them.
func (s *Spellings) move(places []int32) {
	for i := range s.forms {
		s.forms[i].Word = places[s.forms[i].Word]
	}
}
