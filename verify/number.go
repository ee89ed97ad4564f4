package verify

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// numbering is what the member numbers of a roll look like.
type numbering struct {
	digits   bool // and nothing else
	lengths  []int
	shortest int
	longest  int
	shapes   []shape           // that are common, the commonest first
	whole    map[string]string // numbers by their digits, where something stands around these that people leave out; else nil
}

// shape is what numbers look like: A for each letter, 9 for each digit, as in "AA9AAA".
type shape struct {
	of    string
	share float64 // of the members
}

// otherKind is how many digits a number is longer or shorter than any of the roll that is
// of another kind: a telephone number, a year.
const otherKind = 3

// rareLength is the share of members from which on a length is one that numbers have.
const rareLength = 0.01

func newNumbering(r *roll.Roll) numbering {
	n := numbering{digits: r.NumbersAreDigits()}
	count := map[int]int{}
	for at := range int32(r.Members.Len()) {
		id := r.Members.ID(at)
		if allDigits(id) { // most are, and folding takes longest
			count[len(id)]++
			continue
		}
		count[len(name.Joined(roll.NumberOf(id)))]++
	}
	for length, members := range count {
		if float64(members) >= rareLength*float64(r.Members.Len()) {
			n.lengths = append(n.lengths, length)
		}
	}
	slices.Sort(n.lengths)
	n.shapes, n.whole = shapesOf(r), wholeNumbers(r)
	if len(n.lengths) > 0 {
		n.shortest, n.longest = n.lengths[0], n.lengths[len(n.lengths)-1]
	}
	return n
}

// mostWhole is up to how many members it is worth the memory to know numbers by their digits alone.
const mostWhole = 300_000

// wholeNumbers are the numbers of a roll by their digits, where nearly all have letters before
// or after them, or a part of their own such as "-01", and the digits are nobody else's.
func wholeNumbers(r *roll.Roll) map[string]string {
	if r.Members.Len() > mostWhole {
		return nil
	}
	whole := map[string]string{}
	plain, around := 0, 0
	for at := range int32(r.Members.Len()) {
		id := r.Members.ID(at)
		switch {
		case allDigits(id):
			if plain++; plain*10 > r.Members.Len() {
				return nil
			}
			continue
		case strings.HasPrefix(id, "line-"):
			return nil
		}
		core := mainDigits(roll.NumberOf(id))
		if len(core) < leastMain {
			continue
		}
		around++
		if _, taken := whole[core]; taken {
			whole[core] = "" // two members have it
			continue
		}
		whole[core] = digitsOf(id, r.NumbersAreDigits())
	}
	if around*10 < r.Members.Len()*9 {
		return nil
	}
	return whole
}

// leastMain is how many digits a number has at least that may be written without what
// stands around them.
const leastMain = 4

// mainDigits is the longest run of digits in a number, without zeros at its beginning.
func mainDigits(number string) string {
	longest := ""
	for _, run := range strings.FieldsFunc(number, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return strings.TrimLeft(longest, "0")
}

// completed is the member's number of which only the digits were written, or they with a part
// of what stands around them; empty where no other has these digits alone.
func (n numbering) completed(text string) string {
	number := n.whole[mainDigits(text)]
	if written := strings.ToUpper(name.Joined(text)); number == "" || !strings.Contains(number, strings.TrimLeft(written, "0")) {
		return ""
	}
	return number
}

func shapesOf(r *roll.Roll) []shape {
	count := map[string]int{}
	var digits [64]int // numbers of digits alone, by how many
	for at := range int32(r.Members.Len()) {
		id := r.Members.ID(at)
		if len(id) < len(digits) && allDigits(id) {
			digits[len(id)]++
			continue
		}
		count[patternOf(digitsOf(id, r.NumbersAreDigits()))]++
	}
	for length, members := range digits {
		if members > 0 {
			count[strings.Repeat("9", length)] += members
		}
	}
	var out []shape
	for of, members := range count {
		if s := float64(members) / float64(r.Members.Len()); s >= rareLength && of != "" {
			out = append(out, shape{of, s})
		}
	}
	slices.SortFunc(out, func(a, b shape) int {
		return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.of, b.of))
	})
	return out
}

// allDigits says whether a number has digits alone, and some.
func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func patternOf(number string) string { return strings.Map(shapeOf, number) }

// chance is about how probable a member's number is, of all that look like the roll's.
func (n numbering) chance(number string) float64 {
	of := patternOf(number)
	share := rareLength / 2 // of a shape that is none of the common ones
	for _, s := range n.shapes {
		if s.of == of {
			share = s.share
		}
	}
	letters := strings.Count(of, "A")
	return share / math.Pow(26, float64(letters)) / math.Pow(10, float64(len(of)-letters))
}

func shapeOf(r rune) rune {
	if r >= '0' && r <= '9' {
		return '9'
	}
	return 'A'
}

// Letters and digits that a reader who does not know which to expect takes for each other.
const (
	lettersLike = "OQDUILJZASGTYB"
	digitsThat  = "00001112456778"
	digitsLike  = "0123456789"
	lettersThat = "OIZBASGTBG"
)

// shaped turns letters to digits and digits to letters until a number read has the shape of
// one of the roll: K7XY for KTXY. It takes the shape that asks for least; false where none
// fits with at most two letters turned.
func (n numbering) shaped(read string) (number string, ok bool) {
	const most = 2
	best := most + 1
	for _, s := range n.shapes {
		shape := s.of
		if len(shape) != len(read) {
			continue
		}
		out, turned := []byte(read), 0
		for i := range out {
			if rune(shape[i]) == shapeOf(rune(out[i])) {
				continue
			}
			from, to := lettersLike, digitsThat
			if shape[i] == 'A' {
				from, to = digitsLike, lettersThat
			}
			at := strings.IndexByte(from, out[i])
			if at < 0 {
				turned = best
				break
			}
			out[i] = to[at]
			turned++
		}
		if turned < best {
			best, number = turned, string(out)
		}
	}
	return number, best <= most
}

// in is the member number in what was written in a cell, empty where there is none:
// "see e-mail", "on file" and a telephone number are none, and what stands around the
// number ("ALA", "#", "-01", ".0") is no part of it.
func (n numbering) in(reading extract.Reading) string {
	text := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1 // marks that cannot be seen
		}
		return r
	}, reading.Text)
	if n.whole != nil && exact(reading) {
		if number := n.completed(text); number != "" {
			return number
		}
	}
	if !n.digits && !exact(reading) {
		if number, ok := n.shaped(digitsOf(text, false)); ok {
			return number
		}
	}
	if !strings.ContainsAny(text, "0123456789") {
		return ""
	}
	if !n.digits {
		return digitsOf(text, false)
	}
	best, off := "", otherKind
	for _, group := range groupsOf(text, exact(reading)) {
		for _, run := range append(group, strings.Join(group, "")) {
			if d := n.off(run); d < off || d == off && d < otherKind && len(run) > len(best) {
				best, off = run, d
			}
		}
	}
	return best
}

// groupsOf are the runs of digits in a text, those together that only signs and blanks
// part. Words that are digits for the most part are taken for digits where the text is of a
// reader who takes digits for letters.
func groupsOf(text string, typed bool) [][]string {
	var groups [][]string
	var group []string
	end := func() {
		if len(group) > 0 {
			groups, group = append(groups, group), nil
		}
	}
	apart := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }
	for _, w := range strings.FieldsFunc(text, apart) {
		digits := onlyDigits(w)
		switch {
		case digits == w:
			group = append(group, w)
		case !typed && 2*len(digits) >= len(name.Joined(w)):
			group = append(group, digitsOf(w, true))
		default: // letters around digits, or none
			end()
			notDigit := func(r rune) bool { return r < '0' || r > '9' }
			for _, run := range strings.FieldsFunc(w, notDigit) {
				groups = append(groups, []string{run})
			}
		}
	}
	end()
	return groups
}

// off is how many digits a run is too long or too short; leading zeros are no matter.
func (n numbering) off(run string) int {
	short := len(strings.TrimLeft(run, "0"))
	off := max(n.shortest-len(run), short-n.longest, 0)
	for _, l := range n.lengths {
		if len(run) == l || short == l {
			return 0
		}
	}
	return max(off, 1)
}

// numberOf is the number in a reading, as one may be written that is like a member's.
func numberOf(reading extract.Reading, m *roll.Member) string {
	id := name.Joined(roll.NumberOf(m.ID))
	n := numbering{
		digits:   onlyDigits(id) == id,
		lengths:  []int{len(id)},
		shortest: len(id),
		longest:  len(id),
	}
	return n.in(reading)
}
