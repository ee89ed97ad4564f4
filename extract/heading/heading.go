// Package heading gives meaning to the headings of a signer table. The text of
// a heading enters, as printed or as OCR misread it; what its column asks for
// leaves, named as in extract.Field. Extract asks it which line of a page is
// the header row and what each column holds.
package heading

import (
	"slices"
	"strings"
)

// Meaning is what a heading asks for.
type Meaning struct {
	// Items are keys of extract.Field in the order of the heading: none where
	// it asks for nothing we know, two or more where a column holds several.
	// City, state and ZIP of one heading are the one item citystate, and a ZIP
	// asked for with a street is the street's: people write them on one line.
	Items []string
	// Confidence runs from 0 to 1: 1 where every word is known and spelt
	// right. A heading we know but have no item for, such as Precinct, has no
	// items and a confidence above 0.
	Confidence float64
}

// Of gives the meaning of one heading by itself. Case, accents, punctuation
// and most OCR errors do not matter.
func Of(text string) Meaning {
	return meaning(parts(text)).addressed()
}

// addressed asks for the street where a house's number is asked for alone.
func (m Meaning) addressed() Meaning {
	if slices.Equal(m.Items, []string{house}) {
		m.Items = []string{"street"}
	}
	return m
}

func meaning(outside, inside []token) Meaning {
	m := read(outside)
	if len(m.found) == 0 && m.printed == 0 {
		m = read(inside)
	} else if in := read(inside); slices.Equal(m.found, []string{"name"}) && slices.Equal(in.found, []string{"signature"}) {
		m.found = in.found // "Name (sign here)"
	} else if slices.Equal(in.found, []string{"name"}) && ofPersons(outside) {
		m = in // "Owner (print name)"
	}
	if len(m.found) == 0 && m.printed > 0 && m.unknown == 0 {
		return Meaning{[]string{"name"}, .5} // "Please print", beside "Please sign"
	}
	if slices.Contains(m.found, somebody) || slices.Contains(read(inside).found, somebody) {
		return Meaning{nil, m.confidence()} // "Signature of witness"
	}
	const least = .2 // below, it is a sentence that happens to hold a term
	items, confidence := join(m.found), m.confidence()
	if len(m.found) == 0 || confidence < least {
		return Meaning{}
	}
	if m.unknown > 0 && slices.Equal(items, []string{"number"}) {
		return Meaning{} // a number of something we could not read
	}
	return Meaning{items, confidence}
}

// Mentions reports whether a heading asks for an item, be it as part of another, such
// as the ZIP of an address.
func Mentions(text, item string) bool {
	outside, inside := parts(text)
	return slices.Contains(read(append(outside, inside...)).found, item)
}

// OfSomebody reports whether a heading asks for a person who is no signer, such as a witness.
func OfSomebody(text string) bool {
	outside, inside := parts(text)
	return slices.Contains(read(append(outside, inside...)).found, somebody)
}

// Meanings gives the meaning of each heading of a header row, from left to
// right, in the light of the others. The score says how sure it is that this
// is a header row at all: above one half for nearly every real one, near zero
// for running text and for what people wrote.
func Meanings(headings []string) ([]Meaning, float64) {
	row, score, _ := Weigh(headings)
	return row, score
}

// Weigh does the same and also gives a weight, by which two readings of one row of
// headings compare, such as one line of a band of print and two: the larger, the more
// of the words are those of headings. It is a log likelihood ratio of headings to
// other text, roughly: a word of headings is e times likelier there, any other word
// as much less so. Words beyond the third of a heading say little more.
func Weigh(headings []string) (row []Meaning, score, weight float64) {
	row = make([]Meaning, len(headings))
	for i, h := range headings {
		outside, inside := parts(h)
		row[i] = meaning(outside, inside)
		r := read(append(outside, inside...))
		weight += min(r.quality, 3) - float64(r.unknown)
		if len(row[i].Items) > 0 {
			weight++
		}
	}
	people(headings, row)
	score = scoreOf(headings, row)
	company(headings, row)
	partsOfDates(headings, row)
	family(row)
	houses(headings, row)
	numbers(row)
	once(row)
	return row, score, weight
}

// Repeats says where a row of headings begins anew, as where two records stand
// side by side: the first column of the second, 0 if there is none. Each
// half asks for the same two things at least, in the same order.
func Repeats(headings []string) int {
	items := make([]string, len(headings))
	for i, h := range headings {
		items[i] = strings.Join(Of(h).Items, " ")
	}
	asked := func(half []string) []string {
		return slices.DeleteFunc(slices.Clone(half), func(s string) bool { return s == "" })
	}
	for at := 2; at+2 <= len(items); at++ {
		left, right := asked(items[:at]), asked(items[at:])
		if items[at] != "" && len(left) >= 2 && slices.Equal(left, right) {
			return at
		}
	}
	return 0
}

// people reads a heading such as "Member" or "Tenant" as that of names where no other asks for
// them.
func people(headings []string, row []Meaning) {
	only := -1
	for i, m := range row {
		switch {
		case slices.ContainsFunc(m.Items, func(item string) bool { return item == "name" || item == "given" || item == "family" }):
			return
		case !person(headings[i]):
		case only >= 0:
			return
		default:
			only = i
		}
	}
	if only >= 0 {
		row[only] = Meaning{[]string{"name"}, 1}
	}
}

// person reports whether a heading is a word for those who sign, and what may come with it, as
// in "Owner (print)".
func person(heading string) bool {
	outside, inside := parts(heading)
	var words []string
	for _, t := range append(outside, inside...) {
		if !t.separator() && !(fillers[t.word] && !persons[t.word]) {
			words = append(words, t.word)
		}
	}
	return len(words) == 1 && persons[words[0]]
}

// ofPersons reports whether all words are such as stand for those who sign.
func ofPersons(words []token) bool {
	return len(words) > 0 && !slices.ContainsFunc(words, func(t token) bool { return !persons[t.word] })
}

// partsOfDates takes the meaning from columns for the day alone, beside one for the month.
func partsOfDates(headings []string, row []Meaning) {
	is := func(h string, words ...string) bool {
		return slices.Contains(words, strings.Trim(fold(h), " ."))
	}
	if !slices.ContainsFunc(headings, func(h string) bool { return is(h, "month", "mo", "monat", "mois", "mes", "maand") }) {
		return
	}
	for i, h := range headings {
		if is(h, "day", "tag", "jour", "dia", "dag") {
			row[i].Items = nil
		}
	}
}

// company reads the German "Firma" as a company where another column asks for
// the signature; in Spanish it is the signature.
func company(headings []string, row []Meaning) {
	for i, h := range headings {
		if strings.TrimSpace(fold(h)) != "firma" {
			continue
		}
		for j, m := range row {
			if j != i && slices.Contains(m.Items, "signature") {
				row[i].Items = []string{"institution"}
			}
		}
	}
}

// scoreOf judges a row of meanings before conflicts are resolved: as a mean over
// the headings, lower where they ask for fewer than three things or for
// neither name nor signature. Empty headings count for little: a column of row
// numbers often has none.
func scoreOf(headings []string, row []Meaning) float64 {
	const (
		blank     = .2       // weight of an empty heading
		one, two  = .35, .85 // times the mean, where a row asks for so many things
		noSigner  = .6       // times it, where neither name nor signature is asked for
		surelyOne = .6       // at least, of a row that plainly asks to sign
	)
	var sum, sure, weight float64
	seen := map[string]bool{}
	for i, m := range row {
		w := 1.0
		if strings.TrimSpace(headings[i]) == "" {
			w = blank
		}
		sum += m.Confidence * w
		weight += w
		if m.Confidence > .5 {
			sure += w
		}
		for _, item := range m.Items {
			seen[item] = true
		}
	}
	if weight == 0 || len(seen) == 0 {
		return 0
	}
	s := sum / weight * (1 + sure/weight) / 2 * []float64{one, two, 1}[min(len(seen), 3)-1]
	if !seen["name"] && !seen["given"] && !seen["family"] && !seen["signature"] {
		s *= noSigner
	}
	if asksToSign(row) {
		s = max(s, surelyOne)
	}
	return s
}

// asksToSign reports whether one heading is plainly that of names and another plainly
// that of signatures, or one that of both: nothing else on a page is, whatever stands beside them.
func asksToSign(row []Meaning) bool {
	const plain = .9 // confidence: above, the words are known and nearly all as printed
	plainly := func(items ...string) bool {
		return slices.ContainsFunc(row, func(m Meaning) bool {
			return m.Confidence > plain && len(m.Items) == 1 && slices.Contains(items, m.Items[0])
		})
	}
	both := func(m Meaning) bool {
		return m.Confidence > plain && slices.Equal(m.Items, []string{"name", "signature"})
	}
	return plainly("name", "family") && plainly("signature") || slices.ContainsFunc(row, both)
}

// family makes a bare Name the other half of a lone Given name or Surname, as
// in "Name | Vorname" and "Surname | Name".
func family(row []Meaning) {
	given, last := find(row, "given"), find(row, "family")
	name := find(row, "name")
	switch {
	case name < 0 || len(row[name].Items) > 1:
	case given >= 0 && last < 0:
		row[name].Items = []string{"family"}
	case last >= 0 && given < 0:
		row[name].Items = []string{"given"}
	}
}

// houses finds the number of the house in a column of its own, just before or after that of the
// street; "No." is that only beside "Street", for after an address it may be the member's. A
// house's number without a street beside it stands for the address.
func houses(headings []string, row []Meaning) {
	for i := range row {
		bare := i > 0 && slices.Equal(row[i].Items, []string{"number"})
		if !bare && !slices.Equal(row[i].Items, []string{house}) {
			continue
		}
		beside := func(j int) bool {
			return j >= 0 && j < len(row) && slices.Contains(row[j].Items, "street") &&
				(!bare || ofStreet(headings[j]))
		}
		switch {
		case beside(i + 1), beside(i - 1):
			row[i].Items = []string{house}
		default:
			row[i] = row[i].addressed()
		}
	}
}

// ofStreet reports whether a heading asks for a street and nothing more.
func ofStreet(heading string) bool {
	outside, _ := parts(heading)
	return len(outside) > 0 && !slices.ContainsFunc(outside, func(t token) bool {
		return !slices.Contains(streets, t.word) && !fillers[t.word]
	})
}

var streets = strings.Fields("street strasse str rue calle straat via gatuadress ulica")

// numbers reads "No." as the row number in the first column, and as the
// member's number in a later one unless another column asks for that.
func numbers(row []Meaning) {
	const guessed = .7 // times the confidence of "No.", which may be a number of something else
	i := find(row, "number")
	if i <= 0 || find(row, "member_id") >= 0 || row[i].Confidence == 0 {
		return
	}
	if find(row[:i], "name") >= 0 || find(row[:i], "given") >= 0 || find(row[:i], "family") >= 0 {
		row[i] = Meaning{[]string{"member_id"}, row[i].Confidence * guessed}
	}
}

// misreadLetter is what one misread letter costs the confidence of a heading of
// two or more words, at most.
const misreadLetter = .1

// once leaves each item to the column that is surest of it; if as good as equally
// sure to one that asks for nothing else, so that "Date of signature" leaves the
// signature to "Signature"; else to the leftmost.
func once(row []Meaning) {
	best := map[string]int{}
	for i, m := range row {
		for _, item := range m.Items {
			j, ok := best[item]
			if !ok || row[i].surer(row[j]) {
				best[item] = i
			}
		}
	}
	for i, m := range row {
		row[i].Items = slices.DeleteFunc(slices.Clone(m.Items), func(item string) bool { return best[item] != i })
		if len(row[i].Items) < len(m.Items) {
			row[i].Confidence /= 2
		}
		if len(row[i].Items) == 0 {
			row[i].Items = nil
		}
	}
}

// surer reports whether an item is rather the column's than another's.
func (m Meaning) surer(other Meaning) bool {
	alone, otherAlone := len(m.Items) == 1, len(other.Items) == 1
	if alone != otherAlone && max(m.Confidence, other.Confidence)-min(m.Confidence, other.Confidence) <= misreadLetter {
		return alone
	}
	return m.Confidence > other.Confidence
}

func find(row []Meaning, item string) int {
	return slices.IndexFunc(row, func(m Meaning) bool { return slices.Contains(m.Items, item) })
}

// reading is what the words of a text amount to.
type reading struct {
	found   []string // items in order, each once
	quality float64  // sum over known words of how well they were spelt
	known   int      // words that are terms or fillers
	printed int      // of those, "print" and its kin
	unknown int      // words that are not, those of sentences thrice
	words   int
}

// confidence is the mean quality of the words, with unknown words counting
// twice, and less for what is too long to be a heading.
func (r reading) confidence() float64 {
	if r.known == 0 {
		return 0
	}
	c := r.quality / float64(r.known+2*r.unknown)
	const longest = 12
	if r.words > longest {
		c *= longest / float64(r.words)
	}
	return c
}

// read finds the longest known phrases from left to right.
func read(tokens []token) reading {
	var r reading
	or := false
	for i := 0; i < len(tokens); {
		t := tokens[i]
		if t.separator() {
			or = t.word == "or" || t.word == "oder" || t.word == "ou"
			i++
			continue
		}
		r.words++
		item, n := longest(tokens[i:])
		if n == 0 {
			switch {
			case plainWords[t.word]: // no heading has it: rather a sentence
				r.unknown += 3
			case t.quality == 0 || !fillers[t.word]:
				r.unknown++
			default:
				r.known++
				r.quality += t.quality
				if strings.HasPrefix(t.word, "print") {
					r.printed++
				}
			}
			i++
			continue
		}
		for _, t := range tokens[i : i+n] {
			r.quality += t.quality
			r.known++
		}
		if !or { // "phone or e-mail" asks for one thing; we take the first
			r.found = append(r.found, item)
		}
		or = false
		i += n
	}
	r.found = owned(r.found)
	return r
}

// owned drops repeats and finds out what a number belongs to: that of "Phone:
// No." is the phone's and goes, that of "Name and number" is a thing of its
// own.
func owned(found []string) []string {
	var out []string
	for _, item := range found {
		if item == hash && len(out) > 0 {
			if last := out[len(out)-1]; last != "name" && last != "signature" {
				continue
			}
			item = "member_id"
		}
		if !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	return out
}

// join makes one item of those that are written as one, and takes out what we
// know but have no item for.
func join(found []string) []string {
	has := func(item string) bool { return slices.Contains(found, item) }
	drop := map[string]bool{other: true, somebody: true}
	rename := map[string]string{hash: "number"}
	if has("given") && has("family") {
		rename["given"], rename["family"] = "name", "name"
	}
	if has("name") && (has("given") || has("family")) { // "Name: last, first"
		drop["given"], drop["family"] = true, true
	}
	if has("city") && has("state") {
		rename["city"], rename["state"] = "citystate", "citystate"
	}
	if has("zip") && has("city") && !has("street") { // "PLZ, Ort"
		rename["city"] = "citystate"
	}
	if has("citystate") || has("city") || has("street") {
		drop["zip"] = true
	}
	if has("street") { // "Street, house no."
		drop[house] = true
	}
	if slices.ContainsFunc(found, func(item string) bool { return item != unit && item != hash }) {
		drop[unit] = true // "Tenant and apt.": what people write beside it is not parted
	}
	var items []string
	for _, item := range found {
		if drop[item] {
			continue
		}
		if to, ok := rename[item]; ok {
			item = to
		}
		if !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	return items
}
