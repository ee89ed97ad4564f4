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
	Former // a former family name
	Half   // one half of a double family name
	Equal
)

// Comparison says how a written name agrees with a person's.
type Comparison struct {
	Given, Middle, Family Level
	GivenEdits            int  // letters off, where Given is Near
	FamilyEdits           int  // letters off, where Family is Near
	Swapped               bool // family name written first, without a comma
	Similarity            float64
	formal                string // whose nickname was written
}

// Compare finds the reading of a written name that fits the person best: as
// written, with two family names and no hyphen, or with the family name first. Similarity is 1 for the name as
// exported and falls to 0.
func Compare(written Name, p Person) Comparison {
	c := compare(written, p)
	if c.Given == Equal && c.Family == Equal {
		return c
	}
	if s := compare(written.Double(), p); s.Similarity > c.Similarity {
		c = s
	}
	s := compare(written.Swapped(), p)
	s.Swapped = !written.Flipped
	s.Similarity *= 0.98
	if s.Similarity > c.Similarity {
		return s
	}
	return c
}

// Exact says that the name is written as exported, nothing against it.
func (c Comparison) Exact() bool {
	return c.Given == Equal && c.Family == Equal && c.Middle != Different && !c.Swapped
}

// Agrees says that the name is one this person may well sign with: as
// exported, or in a form known for it, or with a letter or two misread.
func (c Comparison) Agrees() bool {
	switch {
	case c.Family < Near || c.Given < Near || c.Middle == Different:
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
	}
	if c.Middle == Different {
		add("middle name differs")
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
var weight = map[Level]float64{Missing: 0, Different: 0, Initial: 0.6, MiddleName: 0.9, Nickname: 0.95, Former: 0.9, Half: 0.95, Equal: 1}

func compare(w Name, p Person) Comparison {
	var c Comparison
	family, given := 0.0, 0.0
	c.Family, c.FamilyEdits, family = compareFamily(w, p)
	given = c.compareGiven(w, p)
	c.Similarity = 0.6*family + 0.4*given
	if c.Middle == Different {
		c.Similarity -= 0.05
	}
	if s := Fold(p.Suffix); s != w.Suffix && s != "" && w.Suffix != "" {
		c.Similarity -= 0.05
	}
	c.Similarity = max(c.Similarity, 0)
	return c
}

func compareFamily(w Name, p Person) (Level, int, float64) {
	written, full := w.FamilyJoined(), Joined(p.Family)
	switch {
	case written == "" || full == "":
		return Missing, 0, 0
	case written == full:
		return Equal, 0, 1
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
	given, middle, informal := Joined(p.Given), Joined(p.Middle), Joined(p.Informal)
	if len(w.Given) == 0 || given == "" && informal == "" {
		return 0
	}
	first := join(w.Given[0])
	rest := join(strings.Join(w.Given[1:], ""))
	c.Middle = compareMiddle(rest, middle, FormerFamilies(p.Former))
	firstOf, _, _ := strings.Cut(strings.ReplaceAll(Fold(p.Given), "-", " "), " ")
	switch {
	case first == given, first == informal:
		c.Given = Equal
	case first+rest == given:
		c.Given, c.Middle = Equal, Missing
	case len(first) > 1 && first == firstOf:
		c.Given = Equal
	case AreNicknames(given, first):
		c.Given, c.formal = Nickname, given
	case informal != "" && AreNicknames(informal, first):
		c.Given, c.formal = Nickname, informal
	case len(first) == 1 && (strings.HasPrefix(given, first) || strings.HasPrefix(informal, first)):
		c.Given = Initial
		if len(rest) > 1 && len(middle) > 1 && rest == middle {
			c.Given, c.Middle = MiddleName, Equal
		}
	case len(first) > 1 && first == middle:
		c.Given = MiddleName
	}
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

func compareMiddle(written, middle string, former []string) Level {
	switch {
	case written == "" || middle == "" && !slices.Contains(former, written):
		return Missing
	case slices.Contains(former, written), written == middle:
		return Equal
	case len(written) == 1 || len(middle) == 1:
		if written[0] == middle[0] {
			return Equal
		}
		return Different
	case Similar(written, middle) >= nearEnough:
		return Near
	}
	return Different
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
		if particles[w] || suffixes[w] {
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
