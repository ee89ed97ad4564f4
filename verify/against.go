package verify

import (
	"regexp"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// contradict notes in the evidence for the likeliest member what of the line is surely
// somebody else's: such a line is never decided for the member, whatever else agrees. What
// may well be misread contradicts nothing.
func (m *Matcher) contradict(row extract.Row, written name.Name, at int32, evidence []Evidence) {
	member := m.roll.Members.At(at)
	for i := range evidence {
		e := &evidence[i]
		if e.Field == extract.Name {
			e.Share = m.bearers(written, member) * (1 - m.fromRoll())
			m.contradictName(e, row, written, member)
			if e.Against == "" && m.rival(written, at) {
				e.Against = "another member bears the name as it is written"
			}
		}
	}
}

// knownMiddle is which share of those who have a given and a family name have a middle name as
// well that is written the same: an initial is one of a dozen common ones.
const knownMiddle = 0.1

// bearers is about which share of the people at large bears a name as it is written.
func (m *Matcher) bearers(written name.Name, member *roll.Member) float64 {
	if len(written.Given) == 0 {
		return 1
	}
	share := m.population.Named(joined(written.Given[0]), written.FamilyJoined())
	if name.Compare(written, personOf(member)).Middle == name.Equal {
		share *= knownMiddle
	}
	return share
}

func (m *Matcher) contradictName(
	e *Evidence,
	row extract.Row,
	written name.Name,
	member *roll.Member,
) {
	typed := exact(nameReading(row))
	text := nameReading(row).Text
	switch {
	case twoPeople(text, typed):
		e.Against = "the line names two people"
	case otherTitle(text, member.Prefix):
		e.Against = "the title is another"
	case e.Against != "" && !typed && e.Own >= ownName && m.perhapsShort(row, written, member):
		// The letters read are others, and what was seen is the member's all the same.
		e.Against, e.Agreement = "", Close
		e.Words = "name: hard to read, and may well be as exported"
	case e.Against == "" && typed && e.Agreement == Close && m.otherGiven(written, member):
		e.Against = "the given name is another"
	}
	if e.Against == "" && written.Suffix != "" && m.suffixes &&
		name.Generation(member.Suffix) == "" {
		e.Against = "the export knows the member without the suffix"
	}
}

// together are words and signs between two given names, as in "Daniel and Danielle Roe".
var (
	together = regexp.MustCompile(`(?i)\pL\.?\s+(and|und|or|oder|&|\+)\s+\pL`)
	slashed  = regexp.MustCompile(`\pL\s*/\s*\pL`)
)

// twoPeople reports whether more than one person is named, of whom one number or signature
// says nothing. A slash is read into many a scrawl.
func twoPeople(text string, typed bool) bool {
	return together.MatchString(text) || typed && slashed.MatchString(text)
}

// otherTitle reports whether a name is written with a woman's title and exported with a man's,
// or the other way round: Mrs. Robert Roe is not Robert.
func otherTitle(text, exported string) bool {
	written, _, more := strings.Cut(strings.TrimSpace(text), " ")
	a, b := titles[name.Joined(written)], titles[name.Joined(exported)]
	return more && a != "" && b != "" && a != b
}

// titles say whether a woman or a man is spoken of.
var titles = map[string]string{
	"mr": "man", "herr": "man", "mrs": "woman", "ms": "woman", "miss": "woman", "frau": "woman",
}

// halfSeen is the share that the member's letter must have had in what was seen of a letter
// that was read as another, by the share of that: a third of it is a letter that could
// not be told, and less is another one.
const halfSeen = 1.0 / 3

// perhapsShort says whether the initials and the suffix that differ from the member's were
// hardly seen so. Of one letter nothing else tells that it was misread, as the other
// letters of a word do.
func (m *Matcher) perhapsShort(row extract.Row, written name.Name, member *roll.Member) bool {
	c := name.Compare(written, personOf(member))
	of := nameReadings(row)
	if c.Suffix == name.Different &&
		!m.perhaps(of, written.Suffix, []string{name.Generation(member.Suffix)}, suffixes) {
		return false
	}
	initialsOf := func(words []string) (out []string) {
		for _, w := range words {
			if letterOf(w[0]) >= 0 {
				out = append(out, w[:1])
			}
		}
		return out
	}
	for i, w := range written.Given {
		var own []string
		switch {
		case len(w) != 1:
			continue
		case i == 0 && (c.Given == name.Different || c.Given == name.MiddleName):
			// Who goes by the middle name may write the initial of the other before it.
			own = append(name.Words(member.Given), name.Words(member.Informal)...)
		case i > 0 && c.Middle == name.Different:
			own = name.Words(member.Middle + " " + member.Given + " " + member.Former)
		default:
			continue
		}
		if own = initialsOf(own); !slices.Contains(own, w) && !m.perhaps(of, w, own, letters) {
			return false
		}
	}
	return true
}

// perhaps says whether one of some words may be what was read as another, of all those that
// it can be.
func (m *Matcher) perhaps(of []extract.Reading, read string, own, all []string) bool {
	shares := m.seenShares(sightOf(of, read), all)
	at := slices.Index(all, read)
	if shares == nil || at < 0 {
		return false
	}
	for _, o := range own {
		if i := slices.Index(all, o); i >= 0 && shares[i] >= halfSeen*shares[at] {
			return true
		}
	}
	return false
}

// otherGiven says whether a given name that differs from the member's by a few letters
// is a name of its own: Joan is no misspelling of John.
func (m *Matcher) otherGiven(written name.Name, member *roll.Member) bool {
	for _, n := range []name.Name{written, written.Swapped()} {
		if c := name.Compare(n, personOf(member)); c.Given != name.Near || len(n.Given) == 0 {
			continue
		}
		if first := joined(n.Given[0]); m.roll.Givens.Find(first) >= 0 ||
			m.population.Given(first) > 0 {
			return true
		}
	}
	return false
}

// rival says whether another member bears a name as it is written, middle name and suffix
// included, and this member does not quite. Of one given name and a surname the likelihood
// says enough, but not of an initial and a surname.
func (m *Matcher) rival(written name.Name, at int32) bool {
	initial := len(written.Given) == 1 && len(joined(written.Given[0])) == 1
	if written.Suffix == "" && len(written.Given) < 2 && !initial {
		return false
	}
	own := name.Compare(written, m.roll.Members.Name(at))
	if fits(written, own) {
		return false
	}
	word := m.roll.Families.Find(written.FamilyJoined())
	if word < 0 {
		return false
	}
	return slices.ContainsFunc(m.holders(int32(word)), func(who person) bool {
		other := m.roll.Members.Name(who.at)
		if who.at == at || len(other.Given) == 0 ||
			slices.Contains(m.roll.SamePerson(who.at), at) {
			return false
		}
		c := name.Compare(written, other)
		return c.Given >= own.Given && c.Family >= own.Family && fits(written, c)
	})
}

// fits says whether all that is written of a name is known to be the member's.
func fits(written name.Name, c name.Comparison) bool {
	switch {
	case c.Contradicts(), c.Given <= name.Near, c.Family <= name.Near:
		return false
	case written.Suffix != "" && c.Suffix != name.Equal:
		return false
	}
	return len(written.Given) < 2 || c.Middle == name.Equal || c.Whole || c.Given == name.MiddleName
}

// strangers takes out candidates of whom nothing speaks: name and number are others in
// every word and no other field agrees. Who is only left because anybody may have been
// misread is nobody's line.
func (m *Match) strangers() {
	reading := nameReading(m.Line.Row)
	typed := exact(reading)
	if !typed && reading.Confidence < sure {
		return
	}
	kept := m.Candidates[:0]
	for _, c := range m.Candidates {
		if c.nobodys(typed) {
			m.Nobody += c.Probability
			continue
		}
		kept = append(kept, c)
	}
	m.Candidates = kept
}

func (c *Candidate) nobodys(typed bool) bool {
	other := false
	for _, e := range c.Evidence {
		switch {
		case e.Field == extract.Name:
			other = e.Stranger
		case e.Agreement == Agrees, e.Agreement == Close && !typed:
			return false
		}
	}
	return other
}
