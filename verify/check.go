package verify

import (
	"slices"
	"strings"
)

// Check says what a look measures at a line that is decided already. Who looks
// is shown the line as if nobody had decided it (see AsOpen), and cannot
// tell it from others. What they find counts for no verdict by itself: a second
// look that differs from the program's verdict hands the line to the chair.
type Check string

const (
	Again Check = "again" // the program, where it decided alone
	Known Check = "known" // the person who looks, where two people or the chair settled the line
)

// CheckOf splits the kind of a finding as it is kept, such as "again:accept",
// into what was measured and what was found; of other findings the former is empty.
func CheckOf(kind string) (Check, Kind) {
	if c, k, ok := strings.Cut(kind, ":"); ok {
		return Check(c), Kind(k)
	}
	return "", Kind(kind)
}

// Asks says whether a decided line is to be looked at once more, and what that
// measures; empty for most lines. One person looks, who found nothing of the
// line before. Lines are drawn by what names them, so that nobody chooses them.
func (r Rules) Asks(line string, d *Decision, found []Finding) Check {
	var asks Check
	switch {
	case d.Verdict == Uncertain:
		return ""
	case !d.ByPeople() && aboutPerson(d) && drawn("second look", line, r.SecondLookPercent):
		asks = Again
	case d.ByPeople() && drawn("known answer", line, r.KnownAnswerPercent):
		asks = Known
	default:
		return ""
	}
	found = InForce(found)
	if slices.ContainsFunc(found, func(f Finding) bool {
		return f.Kind == Correct && f.Check == "" || f.Kind != Correct && f.Check == asks
	}) {
		return "" // people have read it for the program, or looked
	}
	if asks == Known && !surely(d, found) {
		return ""
	}
	return asks
}

// aboutPerson says whether a verdict rests on who wrote the line, and not on
// its ink or date alone.
func aboutPerson(d *Decision) bool {
	return slices.Contains([]Reason{IsMember, NotFound, Lapsed, Ineligible, Duplicate}, d.Reason)
}

// surely says whether people know what a line is: two who looked found the
// same and nobody otherwise, or the chair did. What the chair decides against the rules
// cannot be found on the page.
func surely(d *Decision, found []Finding) bool {
	last := map[string]Finding{}
	for _, f := range found {
		if f.judges() {
			last[f.By] = f
		}
	}
	chair, others := false, 0
	for by, f := range last {
		switch {
		case !slices.Contains(d.By, by):
			others++
		case f.Kind == Override || f.Kind == NotStanding:
			return false
		default:
			chair = chair || f.Chair
		}
	}
	return chair || len(d.By) >= 2 && others == 0
}

// AsOpen is a decided line as somebody sees it who is to look at it without
// knowing the verdict: as it looked, or would have looked, before it was decided.
func (r Rules) AsOpen(dates Dates, d *Decision, m Match) Decision {
	r.DecideNotFound = false
	open := r.judge(dates, m)
	if open.Verdict != Uncertain {
		open.Verdict = Uncertain
		switch {
		case d.Reason == Duplicate && d.DuplicateOf != nil:
			open.DuplicateOf = d.DuplicateOf
			open.say(Uncertain, Duplicate, "It may be the same person as on %s.", d.DuplicateOf)
		case open.Probability >= 0.5:
			open.say(Uncertain, Ambiguous, "One member fits (%s), but not surely enough to decide without a person.", percent(min(open.Probability, 0.999)))
		default:
			r.doubt(&open)
		}
	}
	open.Look = open.look()
	return open
}

// contested hands to the chair a line that the program decided and somebody who looked
// again found otherwise.
func (r Rules) contested(dates Dates, d *Decision, w *ruling, found []Finding) (ruling, bool) {
	if w.word != nil || w.needs != "" || d.Verdict == Uncertain {
		return ruling{}, false
	}
	for _, f := range InForce(found) {
		if f.looks(Again) && !r.same(dates, d, &f) {
			return ruling{needs: NeedsChair, again: &f}, true
		}
	}
	return ruling{}, false
}

// looks says whether a finding is what somebody found who looked once more.
func (f *Finding) looks(what Check) bool {
	return f.Check == what && f.Kind != Correct && (f.Kind != Accept && f.Kind != OneOf || f.Member != nil)
}

// same says whether a finding comes to the verdict that a line has: that it
// does not count, for whatever reason, or that it is this person's. Who cannot
// tell and asks the chair says nothing of the kind.
func (r Rules) same(dates Dates, d *Decision, f *Finding) bool {
	switch {
	case f.Kind == Flag:
		return false
	case f.Kind == Override:
		return d.Verdict == Valid
	case f.rejects():
		return d.Verdict == Invalid
	case len(d.Candidates) > 0 && (f.Kind == OneOf || d.Candidates[0].Among != ""):
		return d.Verdict == Valid && namesake(d.Candidates[0].Member, f.Member)
	case d.Verdict == Valid || d.Reason == Duplicate:
		return d.MemberID != "" && d.person() == f.person()
	}
	alone := Decision{Match: known(d.Match, f.Member, f.Also)}
	r.accept(dates, &alone, "")
	return alone.Verdict != Valid
}

// words says what a look came to, after "who looked".
func (f *Finding) words() string {
	switch f.Kind {
	case Accept:
		return "found it to be member " + f.Member.ID
	case OneOf:
		return "found it to be one of several members of one name"
	case NobodyFits:
		return "found nobody on the roll who fits"
	case CannotRead:
		return "could not make it out"
	case NotSigned:
		return "found no signature"
	case StruckOut:
		return "found it struck out"
	case SignedBefore:
		return "found that the person signed on another line"
	case NotComplete:
		return "found something required missing"
	case NotInWindow:
		return "found it signed outside the time allowed"
	case NotEligible:
		return "found the signer not eligible"
	case NotTold:
		return "could not tell which of several members wrote it"
	}
	return "asks: " + strings.TrimSpace(f.Note)
}

// Measured is how often verdicts were wrong of those that were looked at once more.
type Measured struct {
	AgainAccepted, AgainRejected Share // of the program's verdicts valid and invalid
	KnownAccepted                Share // of showings of lines that do not count, those taken to count
	KnownRejected                Share // of showings of lines that count, those rejected or taken for another person's
}

// Share is how many of a sample were wrong.
type Share struct{ Wrong, Of int }

func (s *Share) add(right bool) {
	s.Of++
	if !right {
		s.Wrong++
	}
}

// Measure compares what people found who looked once more with the verdicts
// that they did not see. A verdict of the program is wrong if the chair says so, and as
// long as the chair has not spoken, if who looked does; a question to
// the chair is nothing until it is answered. Lines that are in doubt by now for
// another reason measure nothing.
func Measure(rules Rules, dates Dates, lines []Match, found [][]Finding) Measured {
	var out Measured
	var again, shown []int
	s := NewSettlement(rules, dates, lines, found)
	for i := range found {
		of := InForce(found[i])
		if slices.ContainsFunc(of, func(f Finding) bool { return f.looks(Again) }) {
			again = append(again, i)
		}
		if slices.ContainsFunc(of, func(f Finding) bool { return f.looks(Known) }) {
			shown = append(shown, i)
		}
	}
	if len(shown) > 0 {
		settled := s.once(s.words)
		for _, i := range shown {
			rules.measureKnown(dates, settled[i], found[i], &out)
		}
	}
	if len(again) > 0 {
		alone := slices.Clone(s.words)
		for _, i := range again {
			alone[i] = ruling{}
		}
		program := s.once(alone)
		for _, i := range again {
			rules.measureAgain(dates, program[i], &s.words[i], found[i], &out)
		}
	}
	return out
}

func (r Rules) measureKnown(dates Dates, d *Decision, found []Finding, out *Measured) {
	if !d.ByPeople() || d.Verdict == Uncertain {
		return
	}
	share := &out.KnownAccepted
	if d.Verdict == Valid {
		share = &out.KnownRejected
	}
	for _, f := range InForce(found) {
		if f.looks(Known) && f.Kind != Flag {
			share.add(r.same(dates, d, &f))
		}
	}
}

func (r Rules) measureAgain(dates Dates, program *Decision, w *ruling, found []Finding, out *Measured) {
	share := &out.AgainRejected
	switch program.Verdict {
	case Uncertain:
		return
	case Valid:
		share = &out.AgainAccepted
	}
	of := InForce(found)
	look := of[slices.IndexFunc(of, func(f Finding) bool { return f.looks(Again) })]
	switch {
	case w.word != nil:
		share.add(r.same(dates, program, w.word))
	case w.needs == "" && look.Kind != Flag:
		share.add(r.same(dates, program, &look))
	}
}
