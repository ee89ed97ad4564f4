package name

import (
	"fmt"
	"slices"
	"strings"
)

// Person is a name as an export keeps it, in columns.
type Person struct {
	Given, Middle, Family, Suffix string
	Informal                      string // preferred given name
	Former                        string // former family name, or the whole former name
}

// Level says how one part of a written name agrees with a person's.
type Level int

const (
	Missing   Level = iota // not written, or not in the export
	Different              // written and something else
	Near                   // a few letters off, as misread or misspelt
	Initial                // only the first letter is written, and it fits
	MiddleName
	Nickname
	Former   // a former family name
	Half     // one half of a double family name
	Particle // the family name without its particles, or with them
	Equal
)

// Comparison says how a written name agrees with a person's.
type Comparison struct {
	Given, Middle, Family Level
	Suffix                Level // Missing, Different or Equal
	GivenEdits            int   // letters off, where Given is Near
	FamilyEdits           int   // letters off, where Family is Near
	Swapped               bool  // family name written first, without a comma
	Whole                 bool  // all words of the name are written, in whatever order
	Similarity            float64
	formal                string // whose nickname was written
}

// Compare finds the reading of a written name that fits the person best: as
// written, with two family names and no hyphen, with the family name first, or with the
// same words in any order. Similarity is 1 for the name as exported and falls to 0.
func Compare(written Name, p Person) Comparison {
	c := compare(written, p)
	whole := sameWords(written, p)
	if c.Given == Equal && c.Family == Equal && c.Middle != Different {
		c.Whole = whole
		return c
	}
	if s := compare(written.Double(), p); s.Similarity > c.Similarity {
		c = s
	}
	if initial, ok := written.InitialO(); ok {
		if s := compare(initial, p); s.Similarity > c.Similarity {
			c = s
		}
	}
	other := func(n Name) {
		s := compare(n, p)
		s.Swapped = !written.Flipped
		s.Similarity *= 0.98
		if s.Similarity > c.Similarity {
			c = s
		}
	}
	other(written.Swapped())
	if first, ok := written.FamilyFirst(); ok {
		other(first)
	}
	if whole {
		c.Given, c.Family, c.Middle, c.Whole = Equal, Equal, Equal, true
		c.Swapped = !written.Flipped
		c.Similarity = max(c.Similarity, 0.97)
	}
	return c
}

// sameWords says whether a name has the words of a person's given, middle and family
// names, each once, three of them at least.
func sameWords(written Name, p Person) bool {
	words := Words(written.String())
	own := append(append(Words(p.Given), Words(p.Middle)...), Words(p.Family)...)
	if len(words) != len(own) || len(words) < 3 {
		return false
	}
	slices.Sort(words)
	slices.Sort(own)
	return slices.Equal(words, own)
}

// Exact says that the name is written as exported, nothing against it.
func (c Comparison) Exact() bool {
	return c.Given == Equal && c.Family == Equal && !c.Contradicts() && (!c.Swapped || c.Whole)
}

// Contradicts says that a part of the name is another than the person's: of a name that
// was surely read so, somebody else's. A part that is not written, or not known, is none.
func (c Comparison) Contradicts() bool {
	return slices.Contains([]Level{c.Given, c.Middle, c.Family, c.Suffix}, Different)
}

// Agrees says that the name is one this person may well sign with: as
// exported, or in a form known for it, or with a letter or two misread.
func (c Comparison) Agrees() bool {
	switch {
	case c.Family < Near || c.Given < Near || c.Contradicts():
		return false
	case c.Family == Near && c.Given == Near:
		return c.Similarity >= 0.8
	case c.Family == Near:
		return c.Given > Initial && c.Similarity >= 0.8
	}
	return true
}

// Because says in words how the name agrees, for a person who checks it.
func (c Comparison) Because() string {
	if c.Exact() {
		return "name: equal"
	}
	var words []string
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	switch c.Given {
	case Missing:
		add("no given name")
	case Different:
		add("given name differs")
	case Near:
		add("given name %s off", letters(c.GivenEdits))
	case Initial:
		add("initial fits")
	case MiddleName:
		add("middle name written as given name")
	case Nickname:
		add("nickname of %s", strings.ToUpper(c.formal[:1])+c.formal[1:])
	}
	switch c.Family {
	case Missing:
		add("no family name")
	case Different:
		add("family name differs")
	case Near:
		add("family name %s off", letters(c.FamilyEdits))
	case Former:
		add("former family name")
	case Half:
		add("half of the double family name")
	case Particle:
		add("family name but for its particles")
	}
	if c.Middle == Different {
		add("middle name differs")
	}
	if c.Suffix == Different {
		add("suffix differs")
	}
	if c.Swapped {
		add("family name first")
	}
	return "name: " + strings.Join(words, ", ")
}

func letters(n int) string {
	if n == 1 {
		return "one letter"
	}
	return fmt.Sprintf("%d letters", n)
}

// The weights say how much of a person's name a form shows; they order
// readings and candidates' words, while the matcher has a model of its own.
var weight = map[Level]float64{
	Missing: 0, Different: 0, Initial: 0.6, MiddleName: 0.9, Nickname: 0.95, Former: 0.9, Half: 0.95,
	Particle: 0.96, Equal: 1,
}

func compare(w Name, p Person) Comparison {
	var c Comparison
	family, given := 0.0, 0.0
	c.Family, c.FamilyEdits, family = compareFamily(w, p)
	given = c.compareGiven(w, p)
	c.Similarity = 0.6*family + 0.4*given
	if of := Generation(p.Suffix); of != "" && w.Suffix != "" {
		c.Suffix = Different
		if of == w.Suffix {
			c.Suffix = Equal
		}
	}
	for _, l := range []Level{c.Middle, c.Suffix} {
		if l == Different {
			c.Similarity -= 0.05
		}
	}
	c.Similarity = max(c.Similarity, 0)
	return c
}

func compareFamily(w Name, p Person) (Level, int, float64) {
	written, full := w.FamilyJoined(), FamilyKey(p.Family)
	switch {
	case written == "" || full == "":
		return Missing, 0, 0
	case written == full:
		return Equal, 0, 1
	}
	short := BareFamily(p.Family)
	if short != "" && (short == written || short == w.Bare()) || w.Bare() == full {
		return Particle, 0, weight[Particle]
	}
	halves := Halves(p.Family)
	former := FormerFamilies(p.Former)
	switch {
	case slices.Contains(halves, written):
		return Half, 0, weight[Half]
	case slices.Contains(former, written):
		return Former, 0, weight[Former]
	}
	// A double name of which the export has one half, or the former name as well.
	if own := Halves(strings.Join(w.Family, " ")); slices.Contains(own, full) {
		return Half, 0, weight[Half]
	}
	best := Similar(written, full)
	edits := Distance(written, full)
	for _, other := range append(halves, former...) {
		if s := weight[Half] * Similar(written, other); s > best {
			best, edits = s, Distance(written, other)
		}
	}
	if best < nearEnough {
		return Different, 0, best / 2
	}
	return Near, edits, best * 0.95
}

// nearEnough parts a misread word from another word: up to two letters of six.
const nearEnough = 0.66

func (c *Comparison) compareGiven(w Name, p Person) float64 {
	given, informal := Joined(p.Given), Joined(p.Informal)
	var written []string
	for _, word := range w.Given {
		written = append(written, join(word))
	}
	if len(written) == 0 || given == "" && informal == "" {
		return 0
	}
	c.Given, written = c.leading(written, p)
	switch {
	case len(written) > 1 && len(written[0]) == 1 && c.Given < MiddleName:
		// "J. Robert Smith", who is Robert in the export or James Robert.
		second := Comparison{}
		rest := append(slices.Clone(written[1:]), written[0])
		if second.Given, rest = second.leading(rest, p); second.Given > Initial {
			c.Given, c.formal = second.Given, second.formal
			c.Middle = compareMiddle(rest[1:], rest[0], second.Given, p)
			return weight[c.Given]
		}
	}
	first := written[0]
	c.Middle = compareMiddle(written[1:], first, c.Given, p)
	if c.Given != Missing {
		return weight[c.Given]
	}
	best, edits := 0.0, 0
	for _, form := range append([]string{given, informal}, Nicknames(given)...) {
		if s := Similar(first, form); len(form) > 1 && s > best {
			best, edits = s, Distance(first, form)
		}
	}
	if len(first) == 1 || best < nearEnough-0.06 {
		c.Given = Different
		return best / 2
	}
	c.Given, c.GivenEdits = Near, edits
	return best * 0.95
}

// leading says what the first of the given names that were written is to the person. A
// name of several words, such as Mary Ann, becomes the first one of those returned.
// Missing is for one that is none of the person's, letter by letter.
func (c *Comparison) leading(written []string, p Person) (Level, []string) {
	given, informal := Joined(p.Given), Joined(p.Informal)
	for k := len(written); k > 0; k-- {
		if run := strings.Join(written[:k], ""); run == given || run == informal {
			return Equal, append([]string{run}, written[k:]...)
		}
	}
	first := written[0]
	words := Words(p.Given)
	switch {
	case len(first) > 1 && len(words) > 0 && first == words[0]:
		return Equal, written
	case AreNicknames(given, first):
		c.formal = given
		return Nickname, written
	case len(words) > 1 && AreNicknames(words[0], first):
		c.formal = words[0]
		return Nickname, written
	case informal != "" && AreNicknames(informal, first):
		c.formal = informal
		return Nickname, written
	case len(first) == 1 && (strings.HasPrefix(given, first) || strings.HasPrefix(informal, first)):
		if len(written) > 1 && len(written[1]) > 1 && slices.Contains(Words(p.Middle), written[1]) {
			return MiddleName, written
		}
		return Initial, written
	case len(first) > 1 && (first == Joined(p.Middle) || slices.Contains(Words(p.Middle), first)),
		len(first) > 1 && slices.Contains(words, first):
		return MiddleName, written
	}
	return Missing, written
}

// compareMiddle compares what is written after the first given name with the other
// names that the person is known to have: each has to be one of them. Where none is known,
// nothing is said.
func compareMiddle(written []string, first string, as Level, p Person) Level {
	if len(written) == 0 {
		return Missing
	}
	given, middle := Words(p.Given), Words(p.Middle)
	former := FormerFamilies(p.Former)
	run := strings.Join(written, "")
	if slices.Contains(former, run) || run == Joined(p.Middle) {
		return Equal
	}
	known := slices.Clone(middle)
	if len(given) > 1 && first != Joined(p.Given) {
		known = append(known, given[1:]...)
	}
	if len(known) == 0 {
		if slices.ContainsFunc(written, func(w string) bool { return slices.Contains(former, w) }) {
			return Equal
		}
		return Missing
	}
	if as == MiddleName && len(given) > 0 {
		known = append(known, given[0])
	}
	known = append(known, former...)
	level := Equal
	for _, w := range written {
		level = min(level, bestOf(w, known))
	}
	return level
}

// bestOf says how a name that was written fits the best of some that are known.
func bestOf(written string, known []string) Level {
	best := Different
	for _, k := range known {
		switch {
		case written == k, (len(written) == 1 || len(k) == 1) && written[0] == k[0]:
			return Equal
		case len(written) > 1 && len(k) > 1 && Similar(written, k) >= nearEnough:
			best = Near
		}
	}
	return best
}

// Halves returns the joined parts of a double family name that somebody may
// sign with alone, and nothing for a single one: of "Lynd-Nelson" lynd and
// nelson, of "de la Cruz Santos" delacruz and santos, of "Van Dyke" nothing.
func Halves(family string) []string {
	words := Words(family)
	var halves []string
	part := ""
	for _, w := range words {
		part += w
		if particles[w] || generations[w] != "" {
			continue
		}
		halves = append(halves, part)
		part = ""
	}
	if len(halves) < 2 {
		return nil
	}
	return halves
}

// FormerFamilies returns the joined family names in a column of former names,
// which holds a family name or a whole name.
func FormerFamilies(former string) []string {
	n := Parse(former)
	if len(n.Family) == 0 {
		return nil
	}
	out := []string{n.FamilyJoined()}
	if !n.Flipped && len(n.Given) > 0 {
		out = append(out, Joined(former))
	}
	return out
}
