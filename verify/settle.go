package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// Settle decides a petition like Decide and lays over it what people found:
// found[i] of lines[i]. What people say of a line stands above what the program
// makes of it; the rules stand above both, since a member who lapsed does not
// count and a person counts once. A line that one person settled is not asked
// again, whatever becomes of others, unless somebody flags it or takes a
// finding back. See Settlement for petitions that stay and change.
//
// The order in which findings on different lines were made does not matter.
// Lines whose text was corrected have to be matched anew before (see Corrected).
func Settle(rules Rules, dates Dates, lines []Match, found [][]Finding) []Decision {
	s := NewSettlement(rules, dates, lines, found)
	s.Settle()
	out := make([]Decision, len(lines))
	for i, d := range s.whole.final {
		out[i] = *d
	}
	return out
}

// ruling is what the people who looked at a line make of it together. The zero
// value is of a line at which nobody looked.
type ruling struct {
	word  *Finding // that settles the line, nil for none
	by    []string // those who found so, in the order of time
	at    time.Time
	needs Needs // whom the line waits for, if nothing settles it
	flag  *Finding
	again *Finding    // that says otherwise than the program
	among []Candidate // of OneOf: those of whom one wrote the line
}

// vote is the last word of one person on a line.
type vote struct {
	Finding
	final bool // the chair's, above all others
}

// rule goes through what was found of a line, in the order of time.
func (r Rules) rule(dates Dates, m *Match, found []Finding) ruling {
	var out ruling
	var votes []vote
	again := false
	for _, f := range InForce(found) {
		again = again || f.Check == Again && f.Kind != Correct
		if !f.judges() || (f.Kind == Accept || f.Kind == OneOf) && f.Member == nil {
			continue // who chose a member that the roll does not have has not chosen
		}
		v := vote{Finding: f}
		v.final = f.Kind == Override || f.Kind == NotStanding || f.Chair && f.Kind != Flag && (out.word != nil || out.needs == NeedsChair || again)
		if v.final {
			votes = nil
		}
		votes = slices.DeleteFunc(votes, func(old vote) bool { return old.By == f.By })
		votes = append(votes, v)
		out = r.weigh(dates, m, votes, out)
	}
	if out.word != nil && out.word.Kind == OneOf {
		out.among = m.namesakes(out.word.Member)
	}
	return out
}

// weigh says what the last words of all who looked come to. What settled the
// line before goes on to settle it unless more people say otherwise.
func (r Rules) weigh(dates Dates, m *Match, votes []vote, before ruling) ruling {
	for i := range slices.Backward(votes) {
		if v := &votes[i]; v.Kind == Flag {
			return ruling{needs: NeedsChair, flag: &v.Finding}
		}
	}
	for i := range slices.Backward(votes) {
		if votes[i].final {
			return ruling{word: &votes[i].Finding, by: []string{votes[i].By}, at: votes[i].At}
		}
	}
	last := &votes[len(votes)-1]
	if !r.anyNeedsTwo(dates, m, votes) {
		return settledBy(votes, last)
	}
	var leader *vote
	most, tie := 0, false
	for i := range votes {
		n := 0
		for k := range votes {
			if votes[k].agrees(&votes[i]) {
				n++
			}
		}
		if n > most {
			leader, most, tie = &votes[i], n, false
		} else if n == most && !votes[i].agrees(leader) {
			tie = true
		}
	}
	switch {
	case !tie && (most >= 2 || !r.needsTwo(dates, m, leader)):
		return settledBy(votes, leader)
	case before.word != nil && slices.ContainsFunc(votes, func(v vote) bool { return v.ID == before.word.ID }):
		return before
	case len(votes) == 1:
		return ruling{needs: NeedsSecond}
	case len(votes) == 2:
		return ruling{needs: NeedsThird}
	}
	return ruling{needs: NeedsChair}
}

// settledBy is the ruling of all who agree with one of them.
func settledBy(votes []vote, with *vote) ruling {
	out := ruling{word: &with.Finding}
	for i := range votes {
		if votes[i].agrees(with) {
			out.by = append(out.by, votes[i].By)
			out.at = votes[i].At
		}
	}
	return out
}

// agrees says whether two people found the same: the same person, or that the
// line does not count, for whatever reason.
func (v *vote) agrees(other *vote) bool {
	if v.rejects() || other.rejects() {
		return v.rejects() && other.rejects()
	}
	return (v.Kind == OneOf) == (other.Kind == OneOf) && v.person() == other.person()
}

func (r Rules) anyNeedsTwo(dates Dates, m *Match, votes []vote) bool {
	return slices.ContainsFunc(votes, func(v vote) bool { return r.needsTwo(dates, m, &v) })
}

// needsTwo says whether somebody's word settles a line only when a second
// person finds the same.
func (r Rules) needsTwo(dates Dates, m *Match, v *vote) bool {
	switch r.SecondReviewer {
	case "sample":
		return sampled(v.LineID, r.SamplePercent)
	case "rejections":
		if v.rejects() {
			return true
		}
		s, _ := r.standingOf(dates, m.Line, Candidate{Member: v.Member, Also: v.Also})
		return s.Reason == Lapsed || s.Reason == Ineligible
	}
	return false
}

// known is a match of which it is certain which member wrote the line, or that
// none did. The other candidates stay, without any chance.
func known(m Match, member *roll.Member, also []*roll.Member) Match {
	of := m.Candidates
	m.Candidates = make([]Candidate, 0, len(of)+1)
	m.Nobody = 1
	if member != nil {
		m.Nobody = 0
		c := Candidate{Member: member, Also: also}
		if i := slices.IndexFunc(of, func(o Candidate) bool { return o.Member.ID == member.ID || o.person() == c.person() }); i >= 0 {
			c = of[i]
		} else {
			written, _ := writtenName(m.Line.Row)
			number := numberOf(m.Line.Fields[extract.MemberID], member)
			c.Evidence = weigh(m.Line.Row, written, number, member, seenAgain{})
			c.Because = words(c.Evidence)
		}
		c.Probability = 1
		m.Candidates = append(m.Candidates, c)
	}
	for _, o := range of {
		if member != nil && o.person() == m.Candidates[0].person() {
			continue
		}
		o.Probability = 0
		m.Candidates = append(m.Candidates, o)
	}
	return m
}

// lay gives a decision what people say of its line.
func (r Rules) lay(dates Dates, d *Decision, w *ruling) {
	d.Needs = w.needs
	switch w.needs {
	case NeedsSecond:
		d.say(Uncertain, doubtOf(d), "One person has looked at the line; a second looks without knowing what the first one found.")
	case NeedsThird:
		d.say(Uncertain, doubtOf(d), "Two people found different things of the line; a third decides.")
	case NeedsChair:
		d.say(Uncertain, doubtOf(d), "Three people found different things of the line; the chair decides.")
		if w.flag != nil {
			d.say(Uncertain, doubtOf(d), "Flagged for the chair: %s", strings.TrimSpace(w.flag.Note))
		}
		if w.again != nil {
			d.Contested = true
			d.say(Uncertain, doubtOf(d), "The program decided: %s Somebody who looked again %s; the chair decides.", d.Because, w.again.words())
		}
	}
	if w.word == nil {
		return
	}
	d.By, d.At, d.Note = w.by, w.at, strings.TrimSpace(w.word.Note)
	switch m := w.word.Member; {
	case m != nil:
		d.MemberID, d.Probability = m.ID, 1
	case w.word.Kind == NobodyFits, w.word.Kind == CannotRead, w.word.Kind == NotTold:
		d.MemberID, d.Probability = "", 0
	}
	who := "A reviewer"
	if len(w.by) > 1 {
		who = fmt.Sprintf("%d reviewers", len(w.by))
	}
	switch w.word.Kind {
	case Accept:
		r.accept(dates, d, who)
	case OneOf:
		r.acceptOne(dates, d, w.among, who)
	case Override:
		d.say(Valid, IsMember, "Counts by decision of the chair: %s", d.Note)
		d.Overridden = true
	case NotStanding:
		d.say(Invalid, Lapsed, "Does not count by decision of the chair: %s", d.Note)
	case NobodyFits:
		d.say(Invalid, NotFound, "%s found nobody on the roll who fits the line.", who)
	case CannotRead:
		d.say(Invalid, Illegible, "%s could not make out what is written.", who)
	case NotSigned:
		d.say(Invalid, Unsigned, "%s found the line without a signature.", who)
	case StruckOut:
		d.say(Invalid, Struck, "%s found the line struck out.", who)
	case SignedBefore:
		d.say(Invalid, Duplicate, "%s found that the same person signed on another line.", who)
	case NotComplete:
		d.say(Invalid, Incomplete, "%s found that something required is not written.", who)
	case NotInWindow:
		d.say(Invalid, OutOfWindow, "%s found that it was signed outside the time allowed.", who)
	case NotEligible:
		d.say(Invalid, Ineligible, "%s found the signer to be of a class that does not count.", who)
	case NotTold:
		d.say(Invalid, Ambiguous, "%s found that several members may have written the line, and that nobody can tell which.", who)
	}
}

// doubtOf is the reason of a line that is in doubt again.
func doubtOf(d *Decision) Reason {
	if d.Reason == IsMember {
		return Ambiguous
	}
	return d.Reason
}

// accept judges a line of which people have said who wrote it: by the date, if
// that is certain, and by the member's standing.
func (r Rules) accept(dates Dates, d *Decision, who string) {
	if r.outOfWindow(dates, d) && d.Verdict == Invalid {
		return
	}
	s, member := r.standingOf(dates, d.Line, d.Candidates[0])
	d.MemberID = member.ID
	switch s.Reason {
	case IsMember:
		d.say(Valid, IsMember, "%s confirmed the member; %s.", who, s.Words)
	case "":
		d.Needs = NeedsChair
		d.say(Uncertain, Lapsed, "%s confirmed the member, but %s: the chair decides.", who, s.Words)
	default:
		d.say(Invalid, s.Reason, "%s confirmed the member; %s.", who, s.Words)
	}
}

// StandingOf judges a person for a line, by the record that speaks best for
// them, and says which that is.
func (r Rules) StandingOf(dates Dates, row extract.Row, c Candidate) (Standing, *roll.Member) {
	return r.standingOf(dates, Line{Row: row}, c)
}

// ByPeople says whether people settled the line, and not the program alone.
func (d *Decision) ByPeople() bool { return len(d.By) > 0 }

// Compare says how each field of a row agrees with a member, for marking what
// differs. Fields that the row or the export lacks are left out.
func Compare(row extract.Row, m *roll.Member) map[extract.Field]Agreement {
	out := map[extract.Field]Agreement{}
	if written, ok := writtenName(row); ok {
		e := weighName(written, m)
		for _, f := range []extract.Field{extract.Name, extract.Given, extract.Family} {
			if name.Fold(row.Fields[f].Text) != "" && e.Field != "" {
				out[f] = e.Agreement
			}
		}
		compareApart(out, row, m)
	}
	number := numberOf(row.Fields[extract.MemberID], m)
	for _, e := range []Evidence{weighNumber(number, m, seenAgain{}), weighEmail(row, m, seenAgain{}), weighBirth(row, m), weighSecond(row, m)} {
		if e.Field != "" {
			out[e.Field] = e.Agreement
		}
	}
	for _, f := range []extract.Field{extract.CityState, extract.City, extract.State, extract.ZIP, extract.Street, extract.Institution} {
		reading := row.Fields[f]
		if name.Fold(reading.Text) == "" {
			continue
		}
		one := extract.Row{Fields: map[extract.Field]extract.Reading{f: reading}}
		if e := weighPlace(one, m, seenAgain{}); e.Field != "" {
			out[f] = e.Agreement
		} else if f == extract.State && m.State != "" {
			out[f] = Differs
			if stateCode(reading.Text) == stateCode(m.State) {
				out[f] = Agrees
			}
		}
	}
	return out
}

// compareApart looks at given and family names that stand in columns of their
// own by themselves.
func compareApart(out map[extract.Field]Agreement, row extract.Row, m *roll.Member) {
	given, family := row.Fields[extract.Given].Text, row.Fields[extract.Family].Text
	if name.Fold(given) == "" || name.Fold(family) == "" {
		return
	}
	c := name.Compare(name.Of(given, "", family, ""), personOf(m))
	level := func(l name.Level) Agreement {
		switch l {
		case name.Missing, name.Different:
			return Differs
		case name.Near:
			return Close
		}
		return Agrees
	}
	out[extract.Given], out[extract.Family] = level(c.Given), level(c.Family)
}
