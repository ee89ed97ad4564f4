package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// Dates are the days that a line does not say itself. Zero means unknown.
type Dates struct {
	Received time.Time // the petition
	Verified time.Time

	order dateOrder // of the dates on the lines, once they are known
}

// Decide gives every line of a petition its verdict; all lines together,
// because a person counts once. Lines come in the order of files, pages and
// rows, and so do the decisions.
//
// A line is valid or invalid only where nobody need look: what is doubted is
// Uncertain, with the reason that makes it so.
func Decide(rules Rules, dates Dates, lines []Match) []Decision {
	return Settle(rules, dates, lines, nil)
}

// sure is the confidence from which a reading is taken at its word: a date
// out of the window, a cell that is empty.
const sure = 0.85

// legible is the confidence from which a reading can agree with a member in
// its letters alone.
const legible = 0.35

func (r Rules) judge(dates Dates, m Match) Decision {
	d := Decision{Match: m, Verdict: Uncertain}
	if len(m.Candidates) > 0 {
		d.Probability = m.Candidates[0].Probability
		if d.Probability >= 0.5 {
			d.MemberID = m.Candidates[0].Member.ID
		}
	}
	for _, check := range []func(Dates, *Decision) bool{r.struck, r.unsigned, r.incomplete, r.outOfWindow, r.unidentified, r.sharing} {
		if check(dates, &d) {
			return d
		}
	}
	r.stand(dates, &d)
	return d
}

// person is who the best candidate is, "" for none.
func (d *Decision) person() string {
	if len(d.Candidates) == 0 {
		return ""
	}
	return d.Candidates[0].person()
}

func (d *Decision) say(v Verdict, why Reason, format string, args ...any) bool {
	d.Verdict, d.Reason, d.Because = v, why, fmt.Sprintf(format, args...)
	return true
}

func (r Rules) struck(_ Dates, d *Decision) bool {
	return d.Line.Struck && d.say(Invalid, Struck, "The line is struck out.")
}

func (r Rules) unsigned(_ Dates, d *Decision) bool {
	switch {
	case !r.SignatureRequired || d.Line.Signed == extract.SignedYes:
		return false
	case d.Line.Signed == extract.SignedNo:
		return d.say(Invalid, Unsigned, "The line has no signature.")
	case d.signedBySelf():
		return false
	}
	return d.say(Uncertain, Unsigned, "It cannot be told whether the line is signed.")
}

// signedBySelf reports whether the name typed in the signature's place is the likeliest
// member's, who goes by another elsewhere on the line: "/s/ Edward Tuttle" for Ted.
func (d *Decision) signedBySelf() bool {
	if d.Line.SignedAs == "" || len(d.Candidates) == 0 {
		return false
	}
	as, member := name.Parse(d.Line.SignedAs), d.Candidates[0].Member
	if as.Suffix != name.Generation(member.Suffix) && as.Suffix != "" {
		return false // signed by Jr., who may be another
	}
	c := name.Compare(as, personOf(member))
	return c.Agrees() && c.Given > name.Near && c.Family > name.Near
}

func (r Rules) incomplete(dates Dates, d *Decision) bool {
	for _, f := range r.requires() {
		reading, asked := d.Line.Fields[f]
		if f == extract.Name && !asked {
			_, asked = d.Line.Fields[extract.Family]
			reading = extract.Reading{Text: d.Line.Fields[extract.Given].Text + d.Line.Fields[extract.Family].Text}
		}
		switch {
		case unanswered(f, reading):
			return d.say(Uncertain, Incomplete,
				"Where the line should have its %s it says %q.", fieldWords(f), reading.Text)
		case f == extract.Date && reading.Text != "" && len(readDate(dates, reading.Text)) == 0:
			return d.say(Uncertain, Incomplete,
				"The date %q cannot be read, and the rule requires one.", reading.Text)
		case name.Fold(reading.Text) != "":
		case asked && reading.Confidence >= sure && strings.TrimSpace(reading.Text) == "":
			return d.say(Invalid, Incomplete, "The line has no %s, which the rule requires.", fieldWords(f))
		default:
			return d.say(Uncertain, Incomplete, "No %s could be read, which the rule requires.", fieldWords(f))
		}
	}
	return false
}

func (r Rules) outOfWindow(dates Dates, d *Decision) bool {
	if r.WindowFrom.IsZero() && r.WindowTo.IsZero() {
		return false
	}
	reading := d.Line.Fields[extract.Date]
	likely, possible := dates.days(reading.Text)
	if len(likely) == 0 {
		return reading.Text != "" && d.say(Uncertain, OutOfWindow, "The date cannot be read, and the rule has a window for it.")
	}
	likely = slices.DeleteFunc(likely, dates.toCome)
	possible = slices.DeleteFunc(possible, dates.toCome)
	if all := append(slices.Clone(likely), possible...); len(all) == 0 {
		return d.say(Uncertain, OutOfWindow,
			"The line is dated %q, a day that is still to come.", reading.Text)
	} else if len(likely) == 0 {
		likely, possible = possible, nil
	}
	if !slices.ContainsFunc(likely, r.outside) {
		return false
	}
	day := likely[0]
	switch in := func(t time.Time) bool { return !r.outside(t) }; {
	case slices.ContainsFunc(append(likely, possible...), in):
		return d.say(Uncertain, OutOfWindow, "The date %q is inside the window of the rule or "+
			"outside, as the day or the month is written first.", reading.Text)
	case reading.Confidence >= sure && plausible(day, dates):
		return d.say(Invalid, OutOfWindow, "The line is dated %s, outside the window of the rule.", day.Format(time.DateOnly))
	}
	return d.say(Uncertain, OutOfWindow, "The line seems to be dated %s, outside the window of the rule.", day.Format(time.DateOnly))
}

// outside says whether a day is not in the window of the rule.
func (r Rules) outside(day time.Time) bool {
	return day.Before(r.WindowFrom) || !r.WindowTo.IsZero() && day.After(r.WindowTo)
}

// unidentified says so where it is not certain which member wrote the line.
func (r Rules) unidentified(_ Dates, d *Decision) bool {
	return !r.certain(&d.Match) && r.doubt(d)
}

// sharing leaves to a person which of several people of one member number signed.
func (r Rules) sharing(_ Dates, d *Decision) bool {
	m := d.Candidates[0].Member
	return m.Sharing > 1 && d.say(Uncertain, Ambiguous, "%d people have the member number %s in the export, and whether each is a member of their own is not known.", m.Sharing, roll.NumberOf(m.ID))
}

// doubt says why it is not certain which member wrote the line.
func (r Rules) doubt(d *Decision) bool {
	reading := nameReading(d.Line.Row)
	switch {
	case name.Fold(reading.Text) == "":
		return d.say(Uncertain, Illegible, "No name could be read.")
	case reading.Confidence < legible && d.Probability < 0.5:
		return d.say(Uncertain, Illegible, "The name is hard to read, and no member surely fits what was read.")
	case len(d.Candidates) == 0 || d.Nobody >= 0.5:
		if r.DecideNotFound && d.Nobody >= 1-r.ErrorBound && reading.Confidence >= sure {
			return d.say(Invalid, NotFound, "Nobody on the roll fits the line.")
		}
		return d.say(Uncertain, NotFound, "Nobody on the roll fits the line well.")
	case d.Candidates[0].against() != "":
		return d.say(Uncertain, Ambiguous, "One member fits best (%s), but %s.",
			percent(min(d.Probability, 0.999)), d.Candidates[0].against())
	case d.Probability >= 1-r.ErrorBound && d.commonName():
		return d.say(Uncertain, Ambiguous,
			"One member has this name, but so have many people, and no other field agrees.")
	case d.Probability >= 1-r.ErrorBound:
		return d.say(Uncertain, Ambiguous, "One member fits, but name and a second field do not both agree: %s.", strings.Join(d.Candidates[0].Because, "; "))
	case d.Probability >= 0.5:
		return d.say(Uncertain, Ambiguous, "One member fits (%s), but not surely enough to decide without a person.", percent(d.Probability))
	}
	return d.say(Uncertain, Ambiguous, "Several members may have written the line; the best fits with %s.", percent(d.Probability))
}

// certain says whether the best candidate surely wrote the line: the chance
// of an error is within the rule's bound, and either two independent fields
// speak for the member, the name among them, or the name is written exactly,
// nobody else resembles it and nothing speaks against it.
func (r Rules) certain(m *Match) bool {
	if len(m.Candidates) == 0 || m.Candidates[0].Probability < 1-r.ErrorBound {
		return false
	}
	best := &m.Candidates[0]
	reading := nameReading(m.Line.Row)
	named, others, against, whole := false, 0, 0, false
	for _, e := range best.Evidence {
		switch {
		case e.Against != "":
			return false
		case e.Field == extract.Name:
			named = e.Own >= ownName && e.Odds >= speaks && (e.Agreement == Agrees || reading.Confidence >= legible)
			whole = e.Exact && e.Share <= rareName
		case e.Odds < contradicts:
			against++
		case e.Field == extract.CityState && !m.legiblePlace():
		case e.Odds >= speaks:
			others++
		}
	}
	if !named {
		return false
	}
	return others > 0 || whole && against == 0 && reading.Confidence >= sure && !r.crowded(m)
}

// A field speaks for a member from some odds on, and below others against. A name has to be,
// nearly surely, one that the member goes by: a wife's is not the husband's,
// whatever else agrees.
const (
	speaks      = 4
	contradicts = 0.5
	ownName     = 0.95
)

// rareName is the share of people at large up to which a name decides by itself: some 25
// in the United States. However few are on the roll, whoever bears a commoner name may be
// somebody else who signed. On a large roll the probability says so already.
const rareName = 1e-7

// commonName says whether the best candidate's name is written exactly, and is too common
// to decide by itself.
func (d *Decision) commonName() bool {
	return slices.ContainsFunc(d.Candidates[0].Evidence, func(e Evidence) bool {
		return e.Field == extract.Name && e.Exact && e.Share > rareName
	})
}

// against says what contradicts a candidate, empty where nothing does.
func (c *Candidate) against() string {
	for _, e := range c.Evidence {
		if e.Against != "" {
			return e.Against
		}
	}
	return ""
}

// crowded says whether another member resembles the best one.
func (r Rules) crowded(m *Match) bool {
	return slices.ContainsFunc(m.Candidates[1:], func(c Candidate) bool { return c.agrees(extract.Name) })
}

// legiblePlace says whether any field of the place was read well enough to
// agree with anything.
func (m *Match) legiblePlace() bool {
	for _, f := range []extract.Field{extract.Institution, extract.Street, extract.CityState, extract.City, extract.ZIP} {
		if reading := m.Line.Fields[f]; reading.Text != "" && reading.Confidence >= legible {
			return true
		}
	}
	return false
}

// stand gives a line whose writer is certain the verdict on the member.
func (r Rules) stand(dates Dates, d *Decision) {
	best := d.Candidates[0]
	s, member := r.standingOf(dates, d.Line, best)
	d.MemberID = member.ID
	switch s.Reason {
	case IsMember:
		d.say(Valid, IsMember, "%s; %s.", sentence(best.Because), s.Words)
	case "":
		d.say(Uncertain, Lapsed, "The member is certain, but %s.", s.Words)
	default:
		d.say(Invalid, s.Reason, "The member is certain; %s.", s.Words)
	}
}

// standingOf judges a person by the record that speaks best for them, and
// says which that is.
func (r Rules) standingOf(dates Dates, line Line, c Candidate) (Standing, *roll.Member) {
	on := r.asOf(dates, line.Row)
	s, member := r.Standing(c.Member, on), c.Member
	for _, other := range c.Also {
		if s.Reason == Ineligible {
			break // a suspended person is not in good standing under another number
		}
		if o := r.Standing(other, on); o.Reason == Ineligible || o.Reason == IsMember && s.Reason != IsMember {
			s, member = o, other
		}
	}
	return s, member
}

// asOf is the day on which a signer has to be in good standing.
func (r Rules) asOf(dates Dates, row extract.Row) time.Time {
	if day, ok := r.fixedDay(); ok {
		return day
	}
	if r.StandingAsOf == "signed" {
		reading := row.Fields[extract.Date]
		likely, _ := dates.days(reading.Text)
		if len(likely) == 1 && reading.Confidence >= sure && plausible(likely[0], dates) {
			return likely[0]
		}
	}
	if r.StandingAsOf == "verified" || dates.Received.IsZero() {
		return dates.Verified
	}
	return dates.Received
}

// plausible keeps a misread year from deciding.
func plausible(day time.Time, dates Dates) bool {
	last := dates.last()
	return last.IsZero() || !day.After(last) && day.After(last.AddDate(-3, 0, 0))
}

// maybeSame is the probability from which an undecided line may be another
// line of a person, known to have signed, so that neither is decided alone.
const maybeSame = 0.001

// apart lets one line of each person count. Only lines that would be valid compete: one that
// is unsigned or struck out takes nothing away. of is how many compete, keeps whether this
// one counts, and kept gives the one that does, nil for none.
func (r Rules) apart(d *Decision, keeps bool, of int, kept func() *Decision) *Decision {
	out := *d
	other := kept()
	switch {
	case d.ByPeople() && d.Reason == Duplicate && other != nil:
		ref := other.Line.Ref
		out.DuplicateOf = &ref
		return &out
	case d.Verdict != Valid || keeps:
		return d
	case other == nil:
		out.say(Invalid, Duplicate, "The person signed %d lines, and by the rule none of them counts.", of)
		return &out
	}
	ref := other.Line.Ref
	out.DuplicateOf = &ref
	if !d.ByPeople() && otherWriter(d.Line.Row, other.Line.Row) {
		out.say(Uncertain, Duplicate,
			"The member is the one of %s, but the names written are not one person's.", ref)
		return &out
	}
	out.say(Invalid, Duplicate, "The same person signed on %s.", ref)
	return &out
}

// otherWriter says whether the names on two lines are those of two people, such as father
// and son under one number.
func otherWriter(a, b extract.Row) bool {
	if !exact(nameReading(a)) || !exact(nameReading(b)) {
		return false // one of them may be misread
	}
	one, ok := writtenName(a)
	two, too := writtenName(b)
	if !ok || !too || len(one.Given) == 0 || len(two.Given) == 0 {
		return false
	}
	if one.Suffix != "" && two.Suffix != "" && one.Suffix != two.Suffix {
		return true
	}
	c := name.Compare(one, name.Person{
		Given: two.Given[0], Middle: strings.Join(two.Given[1:], " "),
		Family: strings.Join(two.Family, " "),
	})
	return c.Given > name.Different && c.Middle == name.Different
}

// keep chooses which of a person's lines counts, noneCounts for none. One of which the
// chair says that it counts goes first.
func (r Rules) keep(all []*Decision, of []int32) int32 {
	if i := slices.IndexFunc(of, func(i int32) bool { return all[i].Overridden }); i >= 0 {
		return of[i]
	}
	switch {
	case len(of) == 1 || r.Duplicates == "first":
		return of[0]
	case r.Duplicates == "none":
		return noneCounts
	}
	return slices.MaxFunc(of, func(a, b int32) int {
		x, _ := roll.ParseDate(all[a].Line.Fields[extract.Date].Text)
		y, _ := roll.ParseDate(all[b].Line.Fields[extract.Date].Text)
		return cmp.Or(x.Compare(y), cmp.Compare(a, b))
	})
}

// An undecided line may be by a person whose other line counts. If it comes first, it may be
// the one that counts, so a person looks at both; but not again at one that people have
// settled, which either counts or is counted as the other line.

// maySame notes at an undecided line that a candidate has another line that counts.
func (d *Decision) maySame(c *Candidate, counts Ref) {
	if c.Probability >= 0.5 && d.Needs == "" && c.against() == "" {
		d.DuplicateOf = &counts
		d.say(Uncertain, Duplicate, "It may be the same person as on %s.", counts)
	}
}

// doubtFor makes a line that counts undecided because of an undecided one.
func (d *Decision) doubtFor(undecided Ref) {
	if d.ByPeople() {
		d.Needs = NeedsOther
	}
	d.DuplicateOf = &undecided
	d.say(Uncertain, Duplicate, "The member is certain, but the undecided line on %s may be the same person's.", undecided)
}

// String names a line for a person.
func (r Ref) String() string { return fmt.Sprintf("%s, page %d, line %d", r.File, r.Page, r.Row) }

func nameReading(row extract.Row) extract.Reading {
	if r := row.Fields[extract.Name]; name.Fold(r.Text) != "" {
		return r
	}
	g, f := row.Fields[extract.Given], row.Fields[extract.Family]
	joined := extract.Reading{
		Text: g.Text + " " + f.Text, Confidence: min(g.Confidence, f.Confidence),
	}
	if exact(g) && exact(f) {
		joined.Engine = f.Engine
	}
	return joined
}

func fieldWords(f extract.Field) string {
	switch f {
	case extract.MemberID:
		return "member number"
	case extract.CityState:
		return "city and state"
	case extract.ZIP:
		return "ZIP code"
	case extract.Birth:
		return "date of birth"
	case extract.SecondID:
		return "second number"
	case extract.Email:
		return "e-mail address"
	case extract.Given:
		return "first name"
	case extract.Family:
		return "last name"
	}
	return string(f)
}

func percent(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) }

func sentence(parts []string) string {
	s := strings.Join(parts, "; ")
	return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):]
}
