package verify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/verify/roll"
)

// memberOf finds a member of the tests' roll.
func memberOf(m *Matcher, id string) *roll.Member {
	for _, one := range m.Roll().Members.All() {
		if one.ID == id {
			return one
		}
	}
	return nil
}

// clock gives findings their ids and times, one minute apart.
type clock struct{ n int }

func (c *clock) found(by string, kind Kind, change ...func(*Finding)) Finding {
	c.n++
	f := Finding{ID: fmt.Sprint("f", c.n), LineID: "line", By: by, Kind: kind, At: day("2026-11-10").Add(time.Duration(c.n) * time.Minute)}
	for _, ch := range change {
		ch(&f)
	}
	return f
}

func of(m *roll.Member) func(*Finding) { return func(f *Finding) { f.Member = m } }
func noting(note string) func(*Finding) {
	return func(f *Finding) { f.Note = note }
}
func undoing(id string) func(*Finding) { return func(f *Finding) { f.Undoes = id } }
func byChair(f *Finding)               { f.Chair = true }

// What people found of one line, and what becomes of it.
func TestSettleOneLine(t *testing.T) {
	m := theMatcher(t)
	liz, lucinda, frank, olaf, mary := memberOf(m, "0482913"), memberOf(m, "0700003"), memberOf(m, "0700004"), memberOf(m, "0700006"), memberOf(m, "0700001")
	unsure := read(1, 0.5, fields{extract.Name: "Mary Smith"}) // there are two
	sure := typed(1, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913"})
	late := func() Line {
		return typed(1, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913", extract.Date: "2025-01-02"})
	}
	second := func(kind string) func(*Rules) {
		return func(r *Rules) { r.SecondReviewer, r.SamplePercent = kind, 100 }
	}
	for _, c := range []struct {
		name    string
		line    Line
		rules   func(*Rules)
		found   func(c *clock) []Finding
		verdict Verdict
		reason  Reason
		member  string
		by      string
		needs   Needs
	}{
		{"nothing", unsure, nil, func(c *clock) []Finding { return nil }, Uncertain, Ambiguous, "", "", ""},
		{"accepted", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary))} }, Valid, IsMember, "0700001", "ann", ""},
		{"accepted though no candidate", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(liz))} }, Valid, IsMember, "0482913", "ann", ""},
		{"accepted is signed", with(unsure, func(l *Line) { l.Signed = extract.SignedNo }), nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary))} }, Valid, IsMember, "0700001", "ann", ""},
		{"accepted is not struck", with(unsure, func(l *Line) { l.Struck = true }), nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary))} }, Valid, IsMember, "0700001", "ann", ""},
		{"accepted without a word read", typed(1, fields{extract.Name: ""}), nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary))} }, Valid, IsMember, "0700001", "ann", ""},
		{"accepted, lapsed", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(lucinda))} }, Invalid, Lapsed, "0700003", "ann", ""},
		{"accepted, deceased", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(frank))} }, Invalid, Ineligible, "0700004", "ann", ""},
		{"accepted, standing unknown", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(olaf))} }, Uncertain, Lapsed, "0700006", "ann", NeedsChair},
		{"standing decided for", unsure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(olaf)), c.found("cho", Override, of(olaf), byChair, noting("renewed by telephone"))}
		}, Valid, IsMember, "0700006", "cho", ""},
		{"standing decided against", unsure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(olaf)), c.found("cho", NotStanding, of(olaf), byChair, noting("never paid"))}
		}, Invalid, Lapsed, "0700006", "cho", ""},
		{"accepted, out of the window", late(), func(r *Rules) { r.WindowFrom = day("2026-01-01") }, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(liz))} }, Invalid, OutOfWindow, "0482913", "ann", ""},
		{"accepted, whatever the date may be", with(late(), func(l *Line) { l.Fields[extract.Date] = extract.Reading{Text: "1/?/25", Confidence: 0.3} }), func(r *Rules) { r.WindowFrom = day("2026-01-01") },
			func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(liz))} }, Valid, IsMember, "0482913", "ann", ""},
		{"nobody", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", NobodyFits)} }, Invalid, NotFound, "", "ann", ""},
		{"nobody, though the program was sure", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", NobodyFits)} }, Invalid, NotFound, "", "ann", ""},
		{"illegible", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", CannotRead)} }, Invalid, Illegible, "", "ann", ""},
		{"unsigned", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", NotSigned)} }, Invalid, Unsigned, "0482913", "ann", ""},
		{"struck", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", StruckOut)} }, Invalid, Struck, "0482913", "ann", ""},
		{"incomplete", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", NotComplete)} }, Invalid, Incomplete, "0482913", "ann", ""},
		{"out of window", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", NotInWindow)} }, Invalid, OutOfWindow, "0482913", "ann", ""},
		{"ineligible", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", NotEligible)} }, Invalid, Ineligible, "0482913", "ann", ""},
		{"ambiguous", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", NotTold)} }, Invalid, Ambiguous, "", "ann", ""},
		{"duplicate", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", SignedBefore)} }, Invalid, Duplicate, "0482913", "ann", ""},
		{"overridden", unsure, nil, func(c *clock) []Finding {
			return []Finding{c.found("cho", Override, of(lucinda), byChair, noting("paid at the desk"))}
		}, Valid, IsMember, "0700003", "cho", ""},
		{"overridden for nobody on the roll", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("cho", Override, byChair, noting("joined today"))} }, Valid, IsMember, "", "cho", ""},
		{"flagged", sure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", Flag, noting("two hands?"))} }, Uncertain, Ambiguous, "0482913", "", NeedsChair},
		{"flagged, then accepted by another verifier", sure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Flag, noting("?")), c.found("bob", Accept, of(liz))}
		}, Uncertain, Ambiguous, "0482913", "", NeedsChair},
		{"flagged, then settled by the chair", sure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Flag, noting("?")), c.found("cho", NotSigned, byChair)}
		}, Invalid, Unsigned, "0482913", "cho", ""},
		{"the chair's word stands", sure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Flag, noting("?")), c.found("cho", NotSigned, byChair), c.found("bob", Accept, of(liz))}
		}, Invalid, Unsigned, "0482913", "cho", ""},
		{"flagged and thought better of", sure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Flag, noting("?")), c.found("ann", Accept, of(liz))}
		}, Valid, IsMember, "0482913", "ann", ""},
		{"the last word of one counts", unsure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", NobodyFits), c.found("ann", Accept, of(mary))}
		}, Valid, IsMember, "0700001", "ann", ""},
		{"without second looks the last word counts", unsure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", NobodyFits), c.found("bob", Accept, of(mary))}
		}, Valid, IsMember, "0700001", "bob", ""},
		{"undone", unsure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("ann", Undo, undoing("f1"))}
		}, Uncertain, Ambiguous, "", "", ""},
		{"an undoing cannot be undone", unsure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("ann", Undo, undoing("f1")), c.found("ann", Undo, undoing("f2"))}
		}, Uncertain, Ambiguous, "", "", ""},
		{"undone to what was before", unsure, nil, func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("ann", NobodyFits), c.found("ann", Undo, undoing("f2"))}
		}, Valid, IsMember, "0700001", "ann", ""},
		{"a member whom the roll no longer has", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", Accept)} }, Uncertain, Ambiguous, "", "", ""},
		{"a correction is no verdict", unsure, nil, func(c *clock) []Finding { return []Finding{c.found("ann", Correct)} }, Uncertain, Ambiguous, "", "", ""},

		{"second: one look", unsure, second("sample"), func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary))} }, Uncertain, Ambiguous, "", "", NeedsSecond},
		{"second: the same person twice is one look", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("ann", Accept, of(mary))}
		}, Uncertain, Ambiguous, "", "", NeedsSecond},
		{"second: two agree", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", Accept, of(mary))}
		}, Valid, IsMember, "0700001", "ann bob", ""},
		{"second: two name different members", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", Accept, of(liz))}
		}, Uncertain, Ambiguous, "", "", NeedsThird},
		{"second: two refuse for different reasons", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", NobodyFits), c.found("bob", CannotRead)}
		}, Invalid, NotFound, "", "ann bob", ""},
		{"second: the third decides", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", NobodyFits), c.found("cid", Accept, of(mary))}
		}, Valid, IsMember, "0700001", "ann cid", ""},
		{"second: three differ", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", NobodyFits), c.found("cid", Accept, of(liz))}
		}, Uncertain, Ambiguous, "", "", NeedsChair},
		{"second: the chair settles three", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", NobodyFits), c.found("cid", Accept, of(liz)), c.found("cho", Accept, of(liz), byChair)}
		}, Valid, IsMember, "0482913", "cho", ""},
		{"second: the chair is a verifier among others at first", unsure, second("sample"), func(c *clock) []Finding { return []Finding{c.found("cho", Accept, of(mary), byChair)} }, Uncertain, Ambiguous, "", "", NeedsSecond},
		{"second: what two settled, a third alone does not unsettle", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", Accept, of(mary)), c.found("cid", NobodyFits)}
		}, Valid, IsMember, "0700001", "ann bob", ""},
		{"second: one of two takes it back", unsure, second("sample"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", Accept, of(mary)), c.found("bob", Undo, undoing("f2"))}
		}, Uncertain, Ambiguous, "", "", NeedsSecond},
		{"sample of none", unsure, func(r *Rules) { r.SecondReviewer = "sample" }, func(c *clock) []Finding { return []Finding{c.found("ann", NobodyFits)} }, Invalid, NotFound, "", "ann", ""},

		{"rejections: accepted at once", unsure, second("rejections"), func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary))} }, Valid, IsMember, "0700001", "ann", ""},
		{"rejections: refused once", unsure, second("rejections"), func(c *clock) []Finding { return []Finding{c.found("ann", NobodyFits)} }, Uncertain, Ambiguous, "", "", NeedsSecond},
		{"rejections: whose member lapsed is refused", unsure, second("rejections"), func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(lucinda))} }, Uncertain, Ambiguous, "", "", NeedsSecond},
		{"rejections: refused twice", unsure, second("rejections"), func(c *clock) []Finding {
			return []Finding{c.found("ann", NobodyFits), c.found("bob", NotSigned)}
		}, Invalid, NotFound, "", "ann bob", ""},
		{"rejections: refused and accepted", unsure, second("rejections"), func(c *clock) []Finding {
			return []Finding{c.found("ann", NobodyFits), c.found("bob", Accept, of(mary))}
		}, Uncertain, Ambiguous, "", "", NeedsThird},
		{"rejections: one refusal does not unsettle", unsure, second("rejections"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", NobodyFits)}
		}, Valid, IsMember, "0700001", "ann", ""},
		{"rejections: two refusals do", unsure, second("rejections"), func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", NobodyFits), c.found("cid", NobodyFits)}
		}, Invalid, NotFound, "", "bob cid", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := MIG()
			if c.rules != nil {
				c.rules(&rules)
			}
			found := c.found(&clock{})
			matches := []Match{m.Match(c.line)}
			d := Settle(rules, Dates{Received: day("2026-11-01"), Verified: day("2026-11-20")}, matches, [][]Finding{found})[0]
			got := []any{d.Verdict, d.Reason, d.MemberID, strings.Join(d.By, " "), d.Needs}
			want := []any{c.verdict, c.reason, c.member, c.by, c.needs}
			if c.member == "" && !d.ByPeople() {
				got[2] = "" // whom the program thinks likeliest is not the point
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", d.Because, diff)
			}
			if d.Because == "" || d.ByPeople() != !d.At.IsZero() {
				t.Errorf("because %q, by %v at %v", d.Because, d.By, d.At)
			}
			slices.Reverse(found)
			again := Settle(rules, Dates{Received: day("2026-11-01"), Verified: day("2026-11-20")}, matches, [][]Finding{found})[0]
			if diff := cmp.Diff(d, again); diff != "" {
				t.Errorf("in another order: %s", diff)
			}
		})
	}
}

// A person counts once, whoever decided their lines.
func TestSettleDuplicates(t *testing.T) {
	m := theMatcher(t)
	liz, lewis := memberOf(m, "0482913"), memberOf(m, "0482914")
	program := func(row int, date string) Line {
		return typed(row, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913", extract.Date: date})
	}
	unread := func(row int, date string) Line {
		l := read(row, 0.2, fields{extract.Name: "Xqzv Wkjh"})
		l.Fields[extract.Date] = extract.Reading{Text: date, Confidence: 1}
		return l
	}
	accept := func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(liz))} }
	for _, c := range []struct {
		name  string
		keep  string
		lines []Line
		found func(c *clock) [][]Finding
		want  string // verdict and, of duplicates, the row that counts
	}{
		{"first: a person's line before the program's", "first", []Line{unread(1, "2026-10-01"), program(2, "2026-10-02")}, func(c *clock) [][]Finding { return [][]Finding{accept(c), nil} }, "valid, invalid duplicate of 1"},
		{"first: a person's line after the program's", "first", []Line{program(1, "2026-10-01"), unread(2, "2026-10-02")}, func(c *clock) [][]Finding { return [][]Finding{nil, accept(c)} }, "valid, invalid duplicate of 1"},
		{"first: two people's lines", "first", []Line{unread(1, "2026-10-01"), unread(2, "2026-10-02")}, func(c *clock) [][]Finding { return [][]Finding{accept(c), accept(c)} }, "valid, invalid duplicate of 1"},
		{"latest", "latest", []Line{unread(1, "2026-10-03"), program(2, "2026-10-02")}, func(c *clock) [][]Finding { return [][]Finding{accept(c), nil} }, "valid, invalid duplicate of 1"},
		{"none", "none", []Line{unread(1, "2026-10-03"), program(2, "2026-10-02")}, func(c *clock) [][]Finding { return [][]Finding{accept(c), nil} }, "invalid duplicate, invalid duplicate"},
		{"first: the first one refused", "first", []Line{program(1, "2026-10-01"), program(2, "2026-10-02")}, func(c *clock) [][]Finding { return [][]Finding{{c.found("ann", NotSigned)}, nil} }, "invalid unsigned, valid"},
		{"the chair's line counts", "first", []Line{program(1, "2026-10-01"), program(2, "2026-10-02")}, func(c *clock) [][]Finding {
			return [][]Finding{nil, {c.found("cho", Override, of(liz), byChair, noting("the first is not hers"))}}
		}, "invalid duplicate of 2, valid"},
		{"the chair's line counts where none would", "none", []Line{program(1, "2026-10-01"), program(2, "2026-10-02")}, func(c *clock) [][]Finding {
			return [][]Finding{nil, {c.found("cho", Override, of(liz), byChair, noting("the first is not hers"))}}
		}, "invalid duplicate of 2, valid"},
		{"two whom the roll does not have are two", "first", []Line{unread(1, ""), unread(2, "")}, func(c *clock) [][]Finding {
			return [][]Finding{{c.found("cho", Override, byChair, noting("joined"))}, {c.found("cho", Override, byChair, noting("joined"))}}
		}, "valid, valid"},
		{"a duplicate by a person's word", "first", []Line{program(1, ""), unread(2, "")}, func(c *clock) [][]Finding { return [][]Finding{nil, {c.found("ann", SignedBefore, of(liz))}} }, "valid, invalid duplicate of 1"},
		{"a duplicate of no line that counts", "first", []Line{program(1, ""), unread(2, "")}, func(c *clock) [][]Finding { return [][]Finding{nil, {c.found("ann", SignedBefore, of(lewis))}} }, "valid, invalid duplicate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := MIG()
			rules.Duplicates = c.keep
			var matches []Match
			for _, l := range c.lines {
				matches = append(matches, m.Match(l))
			}
			var got []string
			for _, d := range Settle(rules, Dates{Received: day("2026-11-01")}, matches, c.found(&clock{})) {
				s := string(d.Verdict)
				if d.Verdict == Invalid {
					s += " " + string(d.Reason)
				}
				if d.DuplicateOf != nil {
					s += fmt.Sprint(" of ", d.DuplicateOf.Row)
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Of two members of one name, both in good standing, one is counted, whichever it was. Neither
// is taken to have signed: a line that is surely one's counts beside it, and the other one is
// the chair's to tell.
func TestSettleNamesakes(t *testing.T) {
	m := theMatcher(t)
	mary := memberOf(m, "0700001")
	either := func(row int) Line { return read(row, 0.9, fields{extract.Name: "Mary Smith"}) }
	surely := func(row int, number string) Line {
		return typed(row, fields{extract.Name: "Mary Smith", extract.MemberID: number})
	}
	one := func(c *clock, change ...func(*Finding)) []Finding {
		return []Finding{c.found("ann", OneOf, append(change, of(mary))...)}
	}
	for _, c := range []struct {
		name  string
		keep  string
		lines []Line
		found func(c *clock) [][]Finding
		want  string
	}{
		{"one counts", "first", []Line{either(1)}, func(c *clock) [][]Finding { return [][]Finding{one(c)} }, "valid"},
		{"twice", "first", []Line{either(1), either(2)}, func(c *clock) [][]Finding { return [][]Finding{one(c), one(c)} }, "valid, uncertain of 1 chair"},
		{"beside the one", "first", []Line{either(1), surely(2, "0700001")}, func(c *clock) [][]Finding { return [][]Finding{one(c), nil} }, "uncertain of 2 chair, valid"},
		{"beside the other", "first", []Line{either(1), surely(2, "0700002")}, func(c *clock) [][]Finding { return [][]Finding{one(c), nil} }, "uncertain of 2 chair, valid"},
		{"after the other, where a second line voids both", "none", []Line{surely(1, "0700002"), either(2)}, func(c *clock) [][]Finding { return [][]Finding{nil, one(c)} }, "valid, uncertain of 1 chair"},
		{"the chair tells", "first", []Line{either(1), surely(2, "0700002")}, func(c *clock) [][]Finding {
			return [][]Finding{append(one(c), c.found("cho", Accept, of(mary), byChair)), nil}
		}, "valid, valid"},
		{"taken back", "first", []Line{either(1)}, func(c *clock) [][]Finding { return [][]Finding{append(one(c), c.found("ann", Undo, undoing("f1")))} }, "uncertain"},
		{"no namesakes", "first", []Line{typed(1, fields{extract.Name: "Liz Persechino"})}, func(c *clock) [][]Finding { return [][]Finding{one(c)} }, "uncertain chair"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := MIG()
			rules.Duplicates = c.keep
			var matches []Match
			for _, l := range c.lines {
				matches = append(matches, m.Match(l))
			}
			var got []string
			for _, d := range Settle(rules, Dates{Received: day("2026-11-01")}, matches, c.found(&clock{})) {
				s := string(d.Verdict)
				if d.DuplicateOf != nil {
					s += fmt.Sprint(" of ", d.DuplicateOf.Row)
				}
				if d.Needs != "" {
					s += " " + string(d.Needs)
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
	match := m.Match(either(1))
	if best := MIG().OneOf(Dates{Received: day("2026-11-01")}, match); best == nil || !namesake(best, mary) {
		t.Errorf("one of two is %v", best)
	}
	strict := MIG()
	strict.AcceptedStatuses = []string{"Honorary"}
	if best := strict.OneOf(Dates{Received: day("2026-11-01")}, match); best != nil {
		t.Errorf("neither is in good standing, and one of them may count: %v", best.ID)
	}
	if best := MIG().OneOf(Dates{}, m.Match(typed(1, fields{extract.Name: "Liz Persechino"}))); best != nil {
		t.Errorf("one of one: %v", best.ID)
	}
}

// Whose line is settled is not asked again because of a line that comes before
// it and is undecided; where none of two lines would count, the line waits for
// the other one.
func TestSettledBesideUndecided(t *testing.T) {
	m := theMatcher(t)
	mary := memberOf(m, "0700001")
	lines := []Match{m.Match(read(1, 0.5, fields{extract.Name: "Mary Smith"})), m.Match(read(2, 0.5, fields{extract.Name: "Mary Smith"}))}
	c := &clock{}
	found := [][]Finding{nil, {c.found("ann", Accept, of(mary))}}
	for keep, want := range map[string]Verdict{"first": Valid, "latest": Valid, "none": Uncertain} {
		rules := MIG()
		rules.Threshold, rules.Duplicates = 1, keep
		out := Settle(rules, Dates{Received: day("2026-11-01")}, lines, found)
		if out[0].Verdict != Uncertain || out[1].Verdict != want {
			t.Errorf("%s: %s and %s (%s)", keep, out[0].Verdict, out[1].Verdict, out[1].Because)
		}
		if keep == "none" && (out[1].Needs != NeedsOther || slices.Contains(Count(out, rules).Outlook.Next, 1)) {
			t.Errorf("the settled line is asked again: needs %q, next %v", out[1].Needs, Count(out, rules).Outlook.Next)
		}
	}
}

func TestRefuse(t *testing.T) {
	m := theMatcher(t)
	c := &clock{}
	accepted := c.found("ann", Accept, of(memberOf(m, "0482913")))
	undo := c.found("ann", Undo, undoing("f1"))
	for _, tt := range []struct {
		name   string
		f      Finding
		before []Finding
		want   string
	}{
		{"accept", accepted, nil, ""},
		{"accept nobody", Finding{Kind: Accept}, nil, "this member is not on the membership export: choose one that is"},
		{"override by a verifier", Finding{Kind: Override, Note: "x"}, nil, "only the chair can decide this: flag the line for the chair"},
		{"override without a reason", Finding{Kind: Override, Chair: true, Note: " "}, nil, "the chair's decision needs its reason: write it as a note"},
		{"override", Finding{Kind: Override, Chair: true, Note: "x"}, nil, ""},
		{"flag without a word", Finding{Kind: Flag}, nil, "the chair needs to know what the question is: write it as a note"},
		{"correct nothing", Finding{Kind: Correct}, nil, "nothing is corrected: write what stands on the line in one of its fields"},
		{"correct", Finding{Kind: Correct, Fields: fields{extract.Name: "Ann"}}, nil, ""},
		{"undo", undo, []Finding{accepted}, ""},
		{"undo what is not there", undo, nil, "there is no such finding on this line: load the page again"},
		{"undo twice", Finding{Kind: Undo, By: "ann", Undoes: "f1"}, []Finding{accepted, undo}, "this is undone already"},
		{"undo an undoing", Finding{Kind: Undo, By: "ann", Undoes: "f2"}, []Finding{accepted, undo}, "what was undone cannot be undone again: decide the line anew"},
		{"undo another's", Finding{Kind: Undo, By: "bob", Undoes: "f1"}, []Finding{accepted}, "somebody else found this: only they and the chair can undo it"},
		{"the chair undoes another's", Finding{Kind: Undo, By: "cho", Chair: true, Undoes: "f1"}, []Finding{accepted}, ""},
		{"what nobody can find", Finding{Kind: "approve"}, nil, `"approve" is nothing that can be found of a line`},
	} {
		got := ""
		if err := tt.f.Refuse(tt.before); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCorrected(t *testing.T) {
	c := &clock{}
	row := typed(1, fields{extract.Name: "Lix Persechimo", extract.City: "Durham"}).Row
	found := []Finding{
		c.found("ann", Correct, func(f *Finding) { f.Fields = fields{extract.Name: "Liz Persechimo"} }),
		c.found("bob", Correct, func(f *Finding) { f.Fields = fields{extract.Name: " Liz Persechino "} }),
		c.found("bob", Correct, func(f *Finding) { f.Fields = fields{extract.City: "Dunham"} }),
		c.found("bob", Undo, undoing("f3")),
	}
	got, changed := Corrected(row, found)
	if want := (extract.Reading{Text: "Liz Persechino", Confidence: 1, Engine: ByPerson}); !changed || got.Fields[extract.Name].Text != want.Text || got.Fields[extract.Name].Engine != ByPerson || got.Fields[extract.City].Text != "Durham" {
		t.Errorf("%v, %v", changed, got.Fields)
	}
	if row.Fields[extract.Name].Text != "Lix Persechimo" {
		t.Error("the row that was read has changed")
	}
	if _, changed := Corrected(row, found[2:]); changed {
		t.Error("what was taken back changed the row")
	}
	if d := decide(theMatcher(t), MIG(), Line{Row: got}); d[0].MemberID != "0482913" {
		t.Errorf("matched with %q", d[0].MemberID)
	}
}

// sampled lines are about the share asked for, and always the same ones.
func TestSampled(t *testing.T) {
	n := 0
	for i := range 10000 {
		id := fmt.Sprint("upload-1-", i)
		if sampled(id, 10) {
			n++
		}
		if sampled(id, 10) && !sampled(id, 20) || sampled(id, 0) || !sampled(id, 100) {
			t.Fatal(id)
		}
	}
	if n < 900 || n > 1100 {
		t.Errorf("%d of 10000 are sampled, want about 1000", n)
	}
}

// trial is a petition of random lines with random findings.
func trial(w *world, r *rand.Rand, keep, second string) (Rules, Dates, []Match, [][]Finding) {
	rules := MIG()
	rules.Duplicates, rules.SecondReviewer, rules.SamplePercent = keep, second, 50
	var lines []Match
	var found [][]Finding
	kinds := []Kind{Accept, Accept, Accept, NobodyFits, CannotRead, NotSigned, StruckOut, SignedBefore, NotComplete, NotTold, Flag, Override, NotStanding, Undo}
	for row := range 30 {
		l := w.sign(row+1, layouts[r.IntN(len(layouts))], r.Float64()*0.4)
		if row > 5 && r.IntN(6) == 0 {
			l.Line.Fields = lines[r.IntN(row)].Line.Fields // somebody again
		}
		lines = append(lines, w.matcher.Match(l.Line))
		var of []Finding
		for range max(0, r.IntN(7)-3) {
			f := Finding{ID: fmt.Sprint(row, "-", len(of)), LineID: fmt.Sprint("line-", row), By: []string{"ann", "bob", "cid"}[r.IntN(3)],
				Kind: kinds[r.IntN(len(kinds))], At: day("2026-11-10").Add(time.Duration(r.IntN(1000)) * time.Second), Note: "why"}
			f.Chair = f.Kind == Override || f.Kind == NotStanding || r.IntN(8) == 0
			if c := lines[row].Candidates; len(c) > 0 && r.IntN(4) > 0 {
				f.Member, f.Also = c[r.IntN(min(2, len(c)))].Member, nil
			} else if r.IntN(3) > 0 {
				f.Member = w.matcher.Roll().Members.At(int32(r.IntN(w.matcher.Roll().Members.Len())))
			}
			if f.Kind == Undo && len(of) > 0 {
				f.Undoes = of[r.IntN(len(of))].ID
			}
			of = append(of, f)
		}
		found = append(found, of)
	}
	return rules, Dates{Received: day("2026-11-01"), Verified: day("2026-11-20")}, lines, found
}

// Whatever people find: nothing found is what Decide says; a person counts once;
// the order of findings does not matter; a line that is settled is in no queue,
// and stays settled whatever else is found of other lines.
func TestSettleLaws(t *testing.T) {
	w := newWorld(t, 400, 7)
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 9))
		keep := []string{"first", "latest", "none"}[seed%3]
		second := []string{"never", "sample", "rejections"}[seed/3%3]
		rules, dates, lines, found := trial(w, r, keep, second)
		if diff := cmp.Diff(Decide(rules, dates, lines), Settle(rules, dates, lines, make([][]Finding, len(lines)))); diff != "" {
			t.Fatalf("seed %d: with nothing found it is not what the program decides: %s", seed, diff)
		}
		out := Settle(rules, dates, lines, found)
		shuffled := make([][]Finding, len(found))
		for i, of := range found {
			shuffled[i] = slices.Clone(of)
			r.Shuffle(len(of), func(a, b int) { shuffled[i][a], shuffled[i][b] = shuffled[i][b], shuffled[i][a] })
		}
		if diff := cmp.Diff(out, Settle(rules, dates, lines, shuffled)); diff != "" {
			t.Fatalf("seed %d: in another order: %s", seed, diff)
		}
		counts := map[string]int{}
		tally := Count(out, rules)
		for i, d := range out {
			if d.Verdict == Valid && d.MemberID != "" {
				c := d.Candidates[0]
				if before, ok := counts[c.person()]; ok {
					t.Errorf("seed %d: lines %d and %d count for one person", seed, before, i)
				}
				counts[c.person()] = i
			}
			if d.ByPeople() && d.Needs == "" && d.Verdict == Uncertain {
				t.Errorf("seed %d: line %d is settled and uncertain: %s", seed, i, d.Because)
			}
			if d.ByPeople() && d.Needs != NeedsChair && slices.Contains(tally.Outlook.Next, i) {
				t.Errorf("seed %d: line %d is settled and asked again: %s", seed, i, d.Because)
			}
			if d.Verdict == Uncertain && d.Because == "" || d.Verdict != Uncertain && d.Needs != "" {
				t.Errorf("seed %d: line %d is %s, needs %q: %q", seed, i, d.Verdict, d.Needs, d.Because)
			}
		}
		if tally.Valid+tally.Invalid+tally.Uncertain != len(out) {
			t.Errorf("seed %d: the count does not add up: %+v", seed, tally)
		}
		// One more finding, on a line that nobody has looked at.
		for i := range found {
			if len(found[i]) > 0 || len(lines[i].Candidates) == 0 {
				continue
			}
			more := slices.Clone(found)
			more[i] = []Finding{{ID: "more", LineID: "more", By: "dan", Kind: Accept, Member: lines[i].Candidates[0].Member, Also: lines[i].Candidates[0].Also, At: day("2026-11-11")}}
			for k, d := range Settle(rules, dates, lines, more) {
				if before := out[k]; before.ByPeople() && before.Needs == "" && (d.Verdict == Uncertain && d.Needs != NeedsOther) {
					t.Errorf("seed %d: line %d was settled and is asked again after line %d: %s", seed, k, i, d.Because)
				}
			}
			break
		}
	}
}

func BenchmarkSettle5000(b *testing.B) {
	w := newWorld(b, 20000, 3)
	rules := MIG()
	var lines []Match
	for row := range 5000 {
		lines = append(lines, w.matcher.Match(w.sign(row+1, layouts[row%len(layouts)], 0.1).Line))
	}
	found := make([][]Finding, len(lines))
	for i := 0; i < len(found); i += 10 {
		if c := lines[i].Candidates; len(c) > 0 {
			found[i] = []Finding{{ID: fmt.Sprint(i), LineID: fmt.Sprint(i), By: "ann", Kind: Accept, Member: c[0].Member, At: day("2026-11-10")}}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		Count(Settle(rules, Dates{Received: day("2026-11-01")}, lines, found), rules)
	}
}
