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

// group parts members by a value, folded; those without one are in none.
func group(members []*Member, value func(*Member) string, fold func(string) string) groups {
	g := groups{at: map[string]int32{}}
	raw := map[string]int32{}
	of := make([]int32, len(members))
	var sizes []uint32
	for i, m := range members {
		v := value(m)
		n, ok := raw[v]
		if !ok {
			key := fold(v)
			if n, ok = g.at[key]; !ok {
				n = -1
				if key != "" {
					n = int32(len(sizes))
					g.at[key] = n
					sizes = append(sizes, 0)
				}
			}
			raw[v] = n
		}
		if of[i] = n; n >= 0 {
			sizes[n]++
		}
	}
	g.from = make([]uint32, len(sizes)+1)
	for n, size := range sizes {
		g.from[n+1] = g.from[n] + size
	}
	g.who = make([]int32, g.from[len(sizes)])
	next := slices.Clone(g.from)
	for i, n := range of {
		if n >= 0 {
			g.who[next[n]] = int32(i)
			next[n]++
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
