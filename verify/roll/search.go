package roll

import (
	"cmp"
	"slices"
	"strings"

	"countersign/verify/name"
)

// Searcher finds members by what a person types who looks for one: a name in
// any order and spelling, a nickname, a former name, part of a number, an e-mail
// address, a city or an institution, or several of them. It is for people to
// choose from, not to decide by, and safe for use by several goroutines.
type Searcher struct {
	roll  *Roll
	words []string // distinct, sorted
	codes [][]byte
	posts [][]post
}

// post is a member who has a word, and as what.
type post struct {
	at   int32
	role role
}

type role uint8

const (
	ofFamily role = iota
	ofGiven
	ofInformal
	ofFormer
	ofMiddle
	ofCity
	ofCompany
	ofState
)

// worth is how much a word speaks for a member whom somebody looks for.
var worth = [...]float32{ofFamily: 1.1, ofGiven: 0.9, ofInformal: 0.9, ofFormer: 0.8, ofMiddle: 0.4, ofCity: 0.6, ofCompany: 0.5, ofState: 0.3}

// NewSearcher indexes the words of a roll: half a second for 60,000 members.
func NewSearcher(r *Roll) *Searcher {
	s := &Searcher{roll: r}
	at := map[string]int{}
	add := func(word string, member int, role role) {
		if word == "" {
			return
		}
		i, ok := at[word]
		if !ok {
			i = len(s.words)
			at[word] = i
			s.words = append(s.words, word)
			s.posts = append(s.posts, nil)
		}
		s.posts[i] = append(s.posts[i], post{int32(member), role})
	}
	folded := map[string][]string{} // cities and companies recur
	wordsOf := func(text string) []string {
		w, ok := folded[text]
		if !ok {
			w = name.Words(text)
			if len(w) > 1 {
				w = append(w, name.Joined(text))
			}
			folded[text] = w
		}
		return w
	}
	for i := range r.Members.Len() {
		m := r.Members.Name(int32(i))
		add(name.Joined(m.Family), i, ofFamily)
		for _, h := range name.Halves(m.Family) {
			add(h, i, ofFamily)
		}
		if w := name.Words(m.Family); len(w) > 1 {
			add(w[len(w)-1], i, ofFamily) // Cruz, of de la Cruz
		}
		for _, f := range name.FormerFamilies(m.Former) {
			add(f, i, ofFormer)
		}
		for _, of := range []struct {
			text string
			role role
		}{{m.Given, ofGiven}, {m.Informal, ofInformal}, {m.Middle, ofMiddle},
			{r.Members.City(int32(i)), ofCity}, {r.Members.Company(int32(i)), ofCompany}, {r.Members.text(partState, int32(i)), ofState}} {
			for _, w := range wordsOf(of.text) {
				add(w, i, of.role)
			}
		}
	}
	s.sort()
	return s
}

func (s *Searcher) sort() {
	order := make([]int, len(s.words))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(s.words[a], s.words[b]) })
	words, posts := make([]string, len(order)), make([][]post, len(order))
	for i, from := range order {
		words[i], posts[i] = s.words[from], s.posts[from]
		s.codes = append(s.codes, name.Codes(words[i]))
	}
	s.words, s.posts = words, posts
}

// Search returns the members who fit what was typed, best first, at most limit.
func (s *Searcher) Search(query string, limit int) []*Member {
	query = strings.TrimSpace(query)
	if query == "" || limit <= 0 {
		return nil
	}
	var found []*Member
	seen := map[int32]bool{}
	take := func(all []int32) {
		for _, at := range all {
			if !seen[at] && len(found) < limit {
				seen[at] = true
				found = append(found, s.roll.Members.At(at))
			}
		}
	}
	for _, w := range strings.Fields(query) {
		if strings.Contains(w, "@") {
			take(s.roll.ByEmail(w))
		}
		if digits(w) {
			take(s.roll.ByNumber(w))
			take(s.numbered(w, limit))
			take(s.roll.NearNumbers(w))
		}
	}
	take(s.named(query, limit+len(found)))
	return found
}

// digits says whether a word is meant as a number, letters in it or not.
func digits(word string) bool {
	n := 0
	for _, c := range word {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n >= 3 && 2*n >= len(word)
}

// numbered are the members whose number begins with what was typed.
func (s *Searcher) numbered(begin string, limit int) []int32 {
	members := &s.roll.Members
	var out []int32
	for at, _ := members.Find(begin); int(at) < members.Len() && len(out) < limit; at++ {
		if !strings.HasPrefix(members.ID(at), begin) {
			break
		}
		out = append(out, at)
	}
	return out
}

// mostWords of a query are looked at; nobody types more to find one person.
const mostWords = 8

// named are the members who fit the words of a query.
func (s *Searcher) named(query string, limit int) []int32 {
	words := name.Words(query)
	words = slices.DeleteFunc(words, func(w string) bool { return digits(w) || strings.Contains(w, "@") })
	words = words[:min(len(words), mostWords)]
	total := make([]float32, s.roll.Members.Len())
	best := make([]float32, s.roll.Members.Len())
	var touched []int32
	spoke := false
	for i, w := range words {
		if len(w) < 2 {
			continue // an initial; who has it is seen when names are compared
		}
		spoke = true
		var of []int32
		note := func(at int32, p float32) {
			if best[at] == 0 {
				of = append(of, at)
			}
			best[at] = max(best[at], p)
		}
		s.heard(w, note)
		if i+1 < len(words) {
			s.exactly(w+words[i+1], 1, note) // Mc Kay, Los Angeles
		}
		if i > 0 {
			s.exactly(words[i-1]+w, 1, note)
		}
		for _, nick := range name.Nicknames(w) {
			s.exactly(nick, 0.85, note)
		}
		for _, at := range of {
			if total[at] == 0 {
				touched = append(touched, at)
			}
			total[at] += best[at]
			best[at] = 0
		}
	}
	if !spoke {
		return nil
	}
	return s.rank(query, touched, total, limit)
}

// rank puts the likeliest first: by their words, and of those that are near by how
// the whole name fits.
func (s *Searcher) rank(query string, touched []int32, total []float32, limit int) []int32 {
	slices.SortFunc(touched, func(a, b int32) int { return cmp.Or(cmp.Compare(total[b], total[a]), cmp.Compare(a, b)) })
	if len(touched) == 0 {
		return nil
	}
	const most = 400 // whole names to compare, a microsecond or two each
	least := 0.5 * total[touched[0]]
	touched = touched[:min(len(touched), most)]
	written := name.Parse(query)
	for i, at := range touched {
		if total[at] < least {
			touched = touched[:i]
			break
		}
		c := name.Compare(written, s.roll.Members.Name(at))
		total[at] += float32(c.Similarity) / 2
	}
	slices.SortFunc(touched, func(a, b int32) int {
		x, y := s.roll.Members.Name(a), s.roll.Members.Name(b)
		return cmp.Or(cmp.Compare(total[b], total[a]), cmp.Compare(name.Joined(x.Family), name.Joined(y.Family)), cmp.Compare(name.Joined(x.Given), name.Joined(y.Given)), cmp.Compare(a, b))
	})
	return touched[:min(len(touched), limit)]
}

// heard notes who has a word like the one typed, or one that it begins.
func (s *Searcher) heard(word string, note func(int32, float32)) {
	codes := name.Codes(word)
	if len(codes) == 0 {
		s.exactly(word, 1, note)
		return
	}
	pattern := name.NewPattern(codes)
	for i, c := range s.codes {
		begins := len(word) >= 3 && strings.HasPrefix(s.words[i], word)
		if !begins && 3*max(len(c)-len(codes), len(codes)-len(c)) > max(len(c), len(codes)) {
			continue
		}
		edits := pattern.Distance(c)
		like := 1 - float32(edits)/float32(max(len(c), len(codes)))
		if begins {
			like = max(like, 0.75+0.25*float32(len(word))/float32(len(s.words[i])))
		}
		if edits > 0 && like < 0.66 {
			continue
		}
		for _, p := range s.posts[i] {
			if edits > 0 && (p.role == ofState || p.role == ofMiddle) {
				continue
			}
			note(p.at, like*like*worth[p.role])
		}
	}
}

func (s *Searcher) exactly(word string, share float32, note func(int32, float32)) {
	i, ok := slices.BinarySearch(s.words, word)
	if !ok {
		return
	}
	for _, p := range s.posts[i] {
		note(p.at, share*worth[p.role])
	}
}
