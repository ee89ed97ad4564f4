package verify

import (
	"errors"
	"slices"
	"strings"

	"countersign/verify/name"
	"countersign/verify/roll"
)

// Two members of one name, both in good standing: whichever of them wrote a line, it counts.
// People may say so without telling them apart (OneOf). What they say decides nothing else:
// neither member is taken to have signed, and once a line of either counts, or a second line
// of one of them, which is which is for the chair.

// namesake says whether two members have the same first and last name.
func namesake(a, b *roll.Member) bool {
	return name.Fold(a.Given) == name.Fold(b.Given) && name.Fold(a.Family) == name.Fold(b.Family)
}

// namesakes are the candidates of a member's name who may have written the line, the member
// among them.
func (m *Match) namesakes(of *roll.Member) (out []Candidate) {
	for _, c := range m.Candidates {
		if c.Probability >= maybeSame && namesake(c.Member, of) {
			out = append(out, c)
		}
	}
	return out
}

// nameOf names several people as if they were one.
func nameOf(among []Candidate) string {
	ids := make([]string, len(among))
	for k := range among {
		ids[k] = among[k].person()
	}
	slices.Sort(ids)
	return "one of " + strings.Join(ids, ", ")
}

// OneOf is the likeliest of several namesakes who may have written a line, all in good
// standing, so that people may count one of them; nil where they may not.
func (r Rules) OneOf(dates Dates, m Match) *roll.Member {
	if len(m.Candidates) == 0 || r.RefuseOne(dates, m, m.Candidates[0].Member) != nil {
		return nil
	}
	return m.Candidates[0].Member
}

// RefuseOne says in one sentence why it cannot be said of a line that a member or one of
// their namesakes wrote it, or nil.
func (r Rules) RefuseOne(dates Dates, m Match, of *roll.Member) error {
	among := m.namesakes(of)
	switch {
	case len(among) < 2:
		return errors.New("there are not several members of this name who fit the line: accept one, or search")
	case len(among) == kept:
		return errors.New("more members of this name may fit than can be shown: search with the town or the number")
	}
	for _, c := range among {
		if s, _ := r.standingOf(dates, m.Line, c); s.Reason != IsMember {
			return errors.New("not every member of this name who fits the line is in good standing: choose the one who wrote it")
		}
	}
	return nil
}

// acceptOne judges a line of which people have said that one of several wrote it.
func (r Rules) acceptOne(dates Dates, d *Decision, among []Candidate, who string) {
	if r.outOfWindow(dates, d) && d.Verdict == Invalid {
		return
	}
	m := d.Match
	m.Candidates = among
	if err := r.RefuseOne(dates, m, d.Candidates[0].Member); err != nil {
		d.Needs = NeedsChair
		d.say(Uncertain, Ambiguous, "%s found that one of several members of this name wrote the line, but by now %s: the chair decides.", who, err)
		return
	}
	d.say(Valid, IsMember, "%s found that one of %d members of this name wrote the line, all in good standing: it counts once.", who, len(among))
}

// oneTaken hands to the chair a line of one of several members once a line of either of them
// counts, since both may be the same person's.
func (r *round) oneTaken(i int32, d *Decision) {
	w := &r.words[i]
	if w.word == nil || w.word.Kind != OneOf || d.Verdict == Uncertain {
		return
	}
	taken := d.Reason == Duplicate
	for k := range w.among {
		if p := r.signers[w.among[k].person()]; !taken && p != nil && p.keep >= 0 && p.keep != i {
			ref := r.laid[p.keep].Line.Ref
			d.DuplicateOf, taken = &ref, true
		}
	}
	if !taken {
		return
	}
	d.Needs = NeedsChair
	on := "another line"
	if d.DuplicateOf != nil {
		on = d.DuplicateOf.String()
	}
	d.say(Uncertain, Duplicate, "One of several members of this name wrote the line, and one of them has signed on %s: the chair says which of them this is.", on)
}
