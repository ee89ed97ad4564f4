package roll

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
// the key, from which forms makes the words.
func spell(members []*Member, lexicon *lexiconMaker, key func(*Member) [3]string, forms func(*Member) []Form) (s *Spellings, holders []int) {
	s = &Spellings{of: make([]int32, len(members)), from: []uint32{0}}
	at := map[[3]string]int32{}
	simple := map[string]int32{} // most say one thing only, which is found in half the time
	for i, m := range members {
		k := key(m)
		alone := k[1] == "" && k[2] == ""
		n, ok := int32(0), false
		if alone {
			n, ok = simple[k[0]]
		} else {
			n, ok = at[k]
		}
		if !ok {
			n = int32(s.Len())
			if alone {
				simple[k[0]] = n
			} else {
				at[k] = n
			}
			for _, f := range forms(m) {
				if w := lexicon.add(f.Word, 0); w >= 0 {
					s.forms = append(s.forms, Written{w, float32(f.Share)})
				}
			}
			s.from = append(s.from, uint32(len(s.forms)))
			holders = append(holders, 0)
		}
		s.of[i] = n
		holders[n]++
	}
	return s, holders
}

// move gives the words the places that the lexicon has given them.
func (s *Spellings) move(places []int32) {
	for i := range s.forms {
		s.forms[i].Word = places[s.forms[i].Word]
	}
}
