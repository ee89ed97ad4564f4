package roll

import "slices"

// finder finds members by a value that mostly one member has, such as a number, in a
// sixth of the room of a map: by the value's hash, and a look at who has it.
type finder struct {
	keys []uint64 // hash and place of member, sorted
}

func (f *finder) add(key string, at int32) {
	f.keys = append(f.keys, uint64(hash(key))<<32|uint64(uint32(at)))
}

func (f *finder) sort() { slices.Sort(f.keys) }

// find returns the members under a key of whom the key is true, ascending.
func (f *finder) find(key string, is func(at int32) bool) []int32 {
	var found []int32
	h := uint64(hash(key))
	i, _ := slices.BinarySearch(f.keys, h<<32)
	for ; i < len(f.keys) && f.keys[i]>>32 == h; i++ {
		at := int32(uint32(f.keys[i]))
		if is(at) && (len(found) == 0 || found[len(found)-1] != at) {
			found = append(found, at)
		}
	}
	return found
}

// hash is FNV-1a.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// groups finds members by a value that many share, such as a ZIP code.
type groups struct {
	at   map[string]int32
	from []uint32 // of each value in who
	who  []int32
}

// group groups members by a text, folded; those without one are in none.
func group(members *Members, p part, fold func(string) string) groups {
	g := groups{at: map[string]int32{}}
	of := make([]int32, len(members.texts)) // 1 + group of each text, 0 where it is not known yet
	const none = -1
	of[0] = none
	var sizes []uint32
	for at := range int32(members.Len()) {
		text := members.key(p, at)
		if of[text] == 0 {
			key := fold(members.texts[text])
			n, ok := g.at[key]
			switch {
			case key == "":
				of[text] = none
			case !ok:
				n = int32(len(sizes))
				g.at[key] = n
				sizes = append(sizes, 0)
				fallthrough
			default:
				of[text] = n + 1
			}
		}
		if n := of[text]; n > 0 {
			sizes[n-1]++
		}
	}
	g.from = make([]uint32, len(sizes)+1)
	for n, size := range sizes {
		g.from[n+1] = g.from[n] + size
	}
	g.who = make([]int32, g.from[len(sizes)])
	next := slices.Clone(g.from)
	for at := range int32(members.Len()) {
		if n := of[members.key(p, at)]; n > 0 {
			g.who[next[n-1]] = at
			next[n-1]++
		}
	}
	return g
}

func (g *groups) of(key string) []int32 {
	n, ok := g.at[key]
	if !ok {
		return nil
	}
	return g.who[g.from[n]:g.from[n+1]]
}
