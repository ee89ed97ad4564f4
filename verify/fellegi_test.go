package verify

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
)

// fellegiSunter is the model of Fellegi and Sunter (1969) as Splink has it: levels
// of agreement for each field, the odds of a level among matches against those
// among others, and for equal values how common the value is. It gets more than a
// user would have: the shares among matches are counted on labelled lines of
// the very kind it is measured on, and it looks at the members that the matcher has
// found.
type fellegiSunter struct {
	w      *world
	place  map[string]int
	common [4]map[string]float64 // by field: how common a value is
	m, u   [4][levelsOf]float64
}

// The fields compared, and the levels of agreement: equal, close, alike, neither.
// One is missing where a side has no value.
const (
	givenField = iota
	familyField
	placeField // ZIP code, city and state, for they go together
	middleField

	levelsOf = 4
	missing  = levelsOf
)

func newFellegiSunter(w *world, wrong float64) *fellegiSunter {
	f := &fellegiSunter{w: w, place: map[string]int{}}
	for k := range f.common {
		f.common[k] = map[string]float64{}
	}
	each := 1 / float64(len(w.members))
	for i, m := range w.members {
		f.place[m["ID"]] = i
		f.common[givenField][name.Joined(m["First Name"])] += each
		f.common[familyField][name.Joined(m["Last Name"])] += each
		f.common[placeField][m["Zip"]] += each
	}
	for k := range f.m {
		for l := range f.m[k] {
			f.m[k][l], f.u[k][l] = 0.5, 0.5
		}
	}
	for i := range 1000 {
		l := w.sign(i, plainLayout, wrong)
		if at, ok := f.place[l.person]; ok {
			f.count(&f.m, l.Line, w.members[at])
		}
		for range 20 {
			f.count(&f.u, l.Line, w.members[w.rand.IntN(len(w.members))])
		}
	}
	for k := range f.m {
		for _, shares := range []*[levelsOf]float64{&f.m[k], &f.u[k]} {
			sum := 0.0
			for _, n := range shares {
				sum += n
			}
			for l := range shares {
				shares[l] /= sum
			}
		}
	}
	return f
}

func (f *fellegiSunter) count(into *[4][levelsOf]float64, l Line, m member) {
	for k, level := range f.compare(l, m) {
		if level != missing {
			into[k][level]++
		}
	}
}

func (f *fellegiSunter) compare(l Line, m member) (levels [4]int) {
	n, _ := writtenName(l.Row)
	given, middle := "", ""
	if len(n.Given) > 0 {
		given, middle = joined(n.Given[0]), joined(n.Given[1:]...)
	}
	own := name.Joined(m["First Name"])
	levels[givenField] = alike(given, own)
	for _, nick := range name.Nicknames(own) {
		if levels[givenField] > 1 && levels[givenField] != missing && winkler(given, nick) >= 0.92 {
			levels[givenField] = 1
		}
	}
	family := n.FamilyJoined()
	levels[familyField] = alike(family, name.Joined(m["Last Name"]))
	for _, half := range name.Halves(m["Last Name"]) {
		levels[familyField] = min(levels[familyField], max(1, alike(family, half)))
	}
	city := winkler(name.Joined(l.Fields[extract.City].Text), name.Joined(m["City"]))
	zip := l.Fields[extract.ZIP].Text
	off := 9
	if len(zip) == len(m["Zip"]) {
		off = differing(zip, m["Zip"])
	}
	switch {
	case off == 0:
	case off <= 2 && city >= 0.8:
		levels[placeField] = 1
	case city >= 0.9 && strings.EqualFold(l.Fields[extract.State].Text, m["State"]), off == 1:
		levels[placeField] = 2
	default:
		levels[placeField] = 3
	}
	switch initial := name.Joined(m["Middle Name"]); {
	case middle == "" || initial == "":
		levels[middleField] = missing
	case middle[0] != initial[0]:
		levels[middleField] = 3
	}
	return levels
}

func alike(a, b string) int {
	switch s := winkler(a, b); {
	case a == "" || b == "":
		return missing
	case a == b:
		return 0
	case s >= 0.92:
		return 1
	case s >= 0.80:
		return 2
	}
	return 3
}

func (f *fellegiSunter) score(l Line) (ids []string, score float64) {
	type found struct {
		id     string
		weight float64
	}
	var all []found
	m := f.w.matcher
	work := m.scratch.Get().(*work)
	defer m.scratch.Put(work)
	sight := m.see(work, l.Row)
	defer work.reset()
	m.route(work, sight)
	for _, who := range work.found {
		at := who.at
		id := m.roll.Members.ID(at)
		own := f.w.members[f.place[id]]
		weight := 0.0
		for k, level := range f.compare(l, own) {
			if level == missing {
				continue
			}
			u := f.u[k][level]
			if level == 0 {
				switch k {
				case givenField:
					u = f.common[k][name.Joined(own["First Name"])]
				case familyField:
					u = f.common[k][name.Joined(own["Last Name"])]
				case placeField:
					u = f.common[k][own["Zip"]]
				}
			}
			weight += math.Log(f.m[k][level] / u)
		}
		all = append(all, found{id, weight})
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.id, b.id))
	})
	for _, c := range all[:min(10, len(all))] {
		ids = append(ids, c.id)
	}
	if len(all) == 0 {
		return nil, math.Inf(-1)
	}
	return ids, all[0].weight
}

// winkler is the similarity of Jaro and Winkler.
func winkler(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	window := max(len(a), len(b))/2 - 1
	var taken [128]bool
	var x, y []byte
	var matched [128]bool
	for i := range min(len(a), 128) {
		for j := max(0, i-window); j < min(len(b), i+window+1, 128); j++ {
			if !taken[j] && a[i] == b[j] {
				taken[j], matched[i] = true, true
				x = append(x, a[i])
				break
			}
		}
	}
	for j := range min(len(b), 128) {
		if taken[j] {
			y = append(y, b[j])
		}
	}
	if len(x) == 0 {
		return 0
	}
	swapped := 0
	for i := range x {
		if x[i] != y[i] {
			swapped++
		}
	}
	n := float64(len(x))
	s := (n/float64(len(a)) + n/float64(len(b)) + (n-float64(swapped/2))/n) / 3
	start := 0
	for start < min(4, len(a), len(b)) && a[start] == b[start] {
		start++
	}
	if s > 0.7 {
		s += 0.1 * float64(start) * (1 - s)
	}
	return s
}
