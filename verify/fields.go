package verify

import (
	"math"
	"slices"
	"strings"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// How member numbers are written down, where they are at all.
const (
	ownNumber     = 0.93
	twoSwapped    = 0.03  // two neighbouring digits changed places
	digitDropped  = 0.008 // or added
	otherNumber   = 0.03  // somebody else's, a customer number, a telephone number
	zerosLeft     = 0.05  // of numbers that begin with zeros: written without
	digitMistaken = 0.32  // of misread digits: one of the three that look alike
)

// shortestNumber is how many signs a member number has at least.
const shortestNumber = 3

// digitLooks lists for each digit those that readers take it for.
var digitLooks = [10]string{"689", "742", "731", "852", "971", "386", "058", "142", "369", "470"}

func (m *Matcher) seeNumber(_ *work, s *sight, row extract.Row) {
	reading := row.Fields[extract.MemberID]
	written := m.numbers.in(reading)
	s.number = m.numbers.seen(reading)
	if len(written) < shortestNumber && s.number == nil {
		return
	}
	if len(written) >= shortestNumber {
		s.routed = append(s.routed, m.roll.ByNumber(written)...)
		s.routed = append(s.routed, m.roll.NearNumbers(written)...)
	}
	var most, far byLevel
	any := 1 / max(m.roll.LargestNumber(), math.Pow(10, float64(min(len(written), 12))-0.5), 1e4)
	if s.number == nil {
		most = same(2/any + 1)
		if n := len(written); n >= shortestNumber && n <= name.MaxWord {
			for j := range far { // numbers a digit off are pointed to, so two at least are wrong
				far[j] = 1 + digitMistaken*digitMistaken*m.powers.ofDigits.wrong[j][2]*m.powers.ofDigits.right[j][n-2]/any
			}
		}
	}
	s.fields = append(s.fields, seen{extract.MemberID, func(who *person) byLevel {
		own := m.numberOf(who.at)
		var l byLevel
		if len(written) >= shortestNumber {
			l = m.powers.number(written, own)
			l.scale(1 / any)
		}
		if s.number != nil && own != "" {
			odds := same((1 - byText) * s.number.odds(m.numbers, own))
			if len(written) < shortestNumber {
				odds = same(s.number.odds(m.numbers, own) + s.number.nothing())
			}
			l.scale(byText)
			l.plus(1, &odds)
		}
		for j := range l {
			l[j] = (1-unreadable[j]-otherNumber)*l[j] + unreadable[j] + otherNumber
		}
		return l
	}, same(1), most, far})
}

// number is the likelihood of a number read if this one was meant.
func (t *powers) number(read, meant string) byLevel {
	var l byLevel
	if meant == "" {
		return l
	}
	if short := strings.TrimLeft(meant, "0"); short != meant && len(read) == len(short) {
		p := t.digits(read, short)
		l.plus(zerosLeft, &p)
	}
	switch {
	case len(read) == len(meant):
		p := t.digits(read, meant)
		l.plus(ownNumber, &p)
		if name.Swap(read, meant) {
			p = t.digits(read, read)
			l.plus(twoSwapped/float64(len(read)-1), &p)
		}
	case len(read) == len(meant)+1 && oneMore(read, meant) || len(meant) == len(read)+1 && oneMore(meant, read):
		p := t.digits(meant, meant)
		l.plus(digitDropped/float64(10*len(read)), &p)
		for j := range l {
			l[j] *= 1 + 10*noise[j]
		}
	}
	return l
}

// digits is the likelihood of digits read if others, as many, were meant; none
// where the lengths differ or hardly a digit fits.
func (t *powers) digits(read, meant string) byLevel {
	var l byLevel
	if len(read) != len(meant) || len(read) > name.MaxWord {
		return l
	}
	wrong := 0
	odds := 1.0
	for i := range len(read) {
		a, b := read[i], meant[i]
		if a == b {
			continue
		}
		if wrong++; wrong > 4 {
			return l
		}
		if b >= '0' && b <= '9' && strings.IndexByte(digitLooks[b-'0'], a) >= 0 {
			odds *= digitMistaken * 0.75
		} else {
			odds *= 0.045
		}
	}
	for j := range l {
		l[j] = odds * t.ofDigits.wrong[j][wrong] * t.ofDigits.right[j][len(read)-wrong]
	}
	return l
}

// oneMore says whether long is short with one character put in.
func oneMore(long, short string) bool {
	i := 0
	for i < len(short) && long[i] == short[i] {
		i++
	}
	return long[i+1:] == short[i:]
}

// digitsOf reduces a number to letters and digits; where all numbers of the
// roll are digits, letters become the digits they are misread from.
func digitsOf(s string, digits bool) string {
	if allDigits(s) {
		return s
	}
	s = strings.ToUpper(name.Joined(roll.NumberOf(s)))
	if !digits {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		if i := strings.IndexRune("OQDILJZSBGTA", r); i >= 0 {
			return rune("000111258674"[i])
		}
		return -1
	}, s)
}

// How e-mail addresses relate to the export's.
const (
	ownEmail = 0.85
	named    = 0.7 // of addresses: made from the name written beside them

	unseenDomain = 0.1 // of addresses outside the roll: at a provider that nobody on it has
)

func (m *Matcher) seeEmail(_ *work, s *sight, row extract.Row) {
	read := strings.ToLower(strings.ReplaceAll(row.Fields[extract.Email].Text, " ", ""))
	if len(read) < 6 || len(read) > 100 {
		return
	}
	exact := m.roll.ByEmail(read)
	s.routed = append(s.routed, exact...)
	any := m.anyEmail(s, read, row, len(exact) > 0)
	s.email = m.emailSeenIn(s, row, read)
	if s.email != nil {
		lattice := same((1 - cellByText) * s.email.any)
		any.scale(cellByText)
		any.plus(1, &lattice)
	}
	codes := emailCodes(read)
	pattern := name.NewPattern(codes)
	scale := slices.Max(any[:])
	for j := range any {
		any[j] /= scale
	}
	var most byLevel
	if s.email == nil {
		most = m.powers.likelihood(fit{odds: 1, rights: len(codes)})
		for j := range most {
			most[j] = most[j]/scale + any[j]
		}
	}
	s.fields = append(s.fields, seen{extract.Email, func(who *person) byLevel {
		var own byLevel
		emails := m.roll.Members.Emails(who.at)
		for _, e := range emails {
			var p byLevel
			if len(e) > len(read)+6 || len(read) > len(e)+6 {
				// far too long or too short
			} else if e == read {
				p = m.powers.likelihood(fit{odds: 1, rights: len(codes)})
			} else if own := emailCodes(e); pattern.Distance(own)*3 <= len(codes) {
				f := m.channel.fit(codes, own)
				p = m.powers.likelihood(f)
				if f.errors == 0 { // differs in a digit or a sign only
					p.times(&noiseShare)
				}
			}
			if s.email != nil {
				lattice := same((1 - cellByText) * s.email.of(e))
				p.scale(cellByText)
				p.plus(1, &lattice)
			}
			own.plus(1/float64(len(emails)), &p)
		}
		for j := range own {
			mine := ownEmail * (1 - unreadable[j])
			own[j] = mine*own[j]/scale + (1-mine)*any[j]
		}
		return own
	}, any, most, byLevel{}})
}

// noiseShare is the likelihood of one wrong digit beside right letters.
var noiseShare = func() byLevel {
	var p byLevel
	for j := range p {
		p[j] = noise[j] / 10
	}
	return p
}()

// emailCodes keep digits apart from letters, since in an address they tell
// one J. Smith from the other.
func emailCodes(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s) && len(out) < name.MaxWord; i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			out = append(out, c-'a'+1)
		case c >= '0' && c <= '9':
			out = append(out, 27+(c-'0')%5)
		}
	}
	return out
}

// anyEmail is the likelihood of an address if nobody on the roll wrote it:
// one made from the writer's name with some digits, at a provider as common as on the
// roll, misread as anything is; or one of which nothing can be said. One that
// a member has is nobody else's, so it can only have been misread.
func (m *Matcher) anyEmail(s *sight, read string, row extract.Row, onRoll bool) byLevel {
	codes := emailCodes(read)
	var all byLevel
	local, _, _ := strings.Cut(read, "@")
	digits := onlyDigits(local)
	chance := named * math.Pow(10, -float64(len(digits))) / 2
	stems := m.stems(s, row, read[0])
	near := m.places.nearDomains(codes)
	for _, d := range near {
		// Of the name before a provider's nothing can be said, of the provider much.
		domain := emailCodes(d.Word)
		letters := max(0, len(codes)-len(domain))
		p := m.powers.likelihood(m.channel.fit(codes[letters:], domain))
		all.plus((1-named)*(1-unseenDomain)*strange(letters)*d.Share, &p)
	}
	other := same((1 - named) * unseenDomain * strange(len(codes)))
	all.plus(1, &other)
	for _, d := range near {
		for _, stem := range stems {
			p := m.powers.likelihood(m.channel.fit(codes, emailCodes(stem.Word+digits+d.Word)))
			all.plus(chance*stem.Share*d.Share, &p)
		}
	}
	for j := range all {
		if onRoll {
			all[j] *= min(1, 0.002+noise[j]/2)
		}
	}
	return all
}

// emailSeen is the cell for an address as a recognizer saw it.
type emailSeen struct {
	*cellSeen
	any float64 // probability of what was seen if nobody on the roll wrote it
}

// emailSeenIn says the same of what was seen as anyEmail of what was read.
func (m *Matcher) emailSeenIn(s *sight, row extract.Row, read string) *emailSeen {
	unknown := strange(len(emailCodes(read)))
	cell := cellSeenIn(row.Fields[extract.Email]).in(unknown)
	if cell == nil {
		return nil
	}
	out := &emailSeen{cell, (1 - named) * unseenDomain * unknown}
	local, _, _ := strings.Cut(read, "@")
	digits := onlyDigits(local)
	stems := m.stems(s, row, read[0])
	for _, d := range m.places.nearDomains(emailCodes(read)) {
		out.any += (1 - named) * (1 - unseenDomain) * d.Share * cell.within(d.Word, 1, 0) * cell.unit
		for _, stem := range stems {
			share := named * stem.Share * d.Share / 2 * cell.unit
			out.any += share * cell.whole(stem.Word+d.Word)
			if digits != "" {
				out.any += share * math.Pow(10, -float64(len(digits))) * cell.whole(stem.Word+digits+d.Word)
			}
		}
	}
	return out
}

// of is the probability of what was seen if an address was written.
func (s *emailSeen) of(address string) float64 { return s.within(address, beside, beside) * s.unit }

// stems are what people make their address of. The family name is the one
// read or one of those it may be.
func (m *Matcher) stems(s *sight, row extract.Row, first byte) []roll.Form {
	n, ok := writtenName(row)
	if !ok || len(s.names) == 0 {
		return nil
	}
	families := []string{n.FamilyJoined()}
	for _, w := range s.names[0].family.best(3) {
		families = append(families, m.roll.Families.Words[w])
	}
	given := joined(n.Given...)
	var out []roll.Form
	for _, f := range families {
		share := 1 / float64(len(families))
		out = append(out, roll.Form{Word: f, Share: 0.1 * share}, roll.Form{Word: string(first) + f, Share: 0.05 * share})
		if given != "" {
			out = append(out, roll.Form{Word: given[:1] + f, Share: 0.45 * share}, roll.Form{Word: given + f, Share: 0.3 * share}, roll.Form{Word: f + given[:1], Share: 0.1 * share})
		}
	}
	return out
}
