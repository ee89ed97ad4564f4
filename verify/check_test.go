package verify

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
)

func measuring(check Check) func(*Finding) { return func(f *Finding) { f.Check = check } }

// Which decided lines are looked at once more, and what that measures.
func TestAsks(t *testing.T) {
	m := theMatcher(t)
	liz, mary := memberOf(m, "0482913"), memberOf(m, "0700001")
	sure := typed(1, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913"})
	unsure := read(1, 0.5, fields{extract.Name: "Mary Smith"})
	for _, c := range []struct {
		name  string
		line  Line
		found func(c *clock) []Finding
		want  Check
	}{
		{"decided by the program", sure, func(c *clock) []Finding { return nil }, Again},
		{"looked at again", sure, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(liz), measuring(Again))} }, ""},
		{"looked at and taken back", sure, func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(liz), measuring(Again)), c.found("ann", Undo, undoing("f1"))}
		}, Again},
		{"only read again so far", sure, func(c *clock) []Finding {
			return []Finding{c.found("ann", Correct, measuring(Again), func(f *Finding) { f.Fields = fields{extract.Name: "Liz P"} })}
		}, Again},
		{"in doubt after a second look", sure, func(c *clock) []Finding { return []Finding{c.found("ann", NobodyFits, measuring(Again))} }, ""},
		{"unsigned is about ink", with(sure, func(l *Line) { l.Signed = extract.SignedNo }), func(c *clock) []Finding { return nil }, ""},
		{"undecided", unsure, func(c *clock) []Finding { return nil }, ""},
		{"settled by one", unsure, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary))} }, ""},
		{"settled by two", unsure, func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(mary)), c.found("bob", Accept, of(mary))}
		}, Known},
		{"settled by two against one", unsure, func(c *clock) []Finding {
			return []Finding{c.found("ann", Accept, of(liz)), c.found("bob", Accept, of(mary)), c.found("dan", Accept, of(mary))}
		}, ""},
		{"settled by the chair", unsure, func(c *clock) []Finding { return []Finding{c.found("cho", Accept, of(mary), byChair)} }, Known},
		{"overridden", unsure, func(c *clock) []Finding {
			return []Finding{c.found("cho", Override, of(mary), byChair, noting("known to us"))}
		}, ""},
		{"settled and shown", unsure, func(c *clock) []Finding {
			return []Finding{c.found("cho", Accept, of(mary), byChair), c.found("ann", NobodyFits, measuring(Known))}
		}, ""},
	} {
		rules := MIG()
		rules.SecondReviewer, rules.SamplePercent = "sample", 100
		if c.name == "settled by one" || c.name == "settled by the chair" {
			rules.SecondReviewer = "never"
		}
		lines, found := []Match{m.Match(c.line)}, [][]Finding{c.found(&clock{})}
		d := Settle(rules, Dates{}, lines, found)
		if got := rules.Asks("line", &d[0], found[0]); got != "" {
			t.Errorf("%s: %s without a share to look at", c.name, got)
		}
		rules.SecondLookPercent, rules.KnownAnswerPercent = 100, 100
		if got := rules.Asks("line", &d[0], found[0]); got != c.want {
			t.Errorf("%s: %q, want %q; it is %s by %v", c.name, got, c.want, d[0].Verdict, d[0].By)
		}
	}
}

// What a second look does to a line that the program decided, and what is measured.
func TestSecondLook(t *testing.T) {
	m := theMatcher(t)
	liz, mary, lucinda := memberOf(m, "0482913"), memberOf(m, "0700001"), memberOf(m, "0700003")
	valid := typed(1, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913"})
	lapsed := typed(1, fields{extract.Name: lucinda.Given + " " + lucinda.Family, extract.MemberID: lucinda.ID})
	for _, c := range []struct {
		name    string
		line    Line
		found   func(c *clock) []Finding
		verdict Verdict
		needs   Needs
		want    Measured
	}{
		{"the same member", valid, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(liz), measuring(Again))} }, Valid, "", Measured{AgainAccepted: Share{0, 1}}},
		{"another", valid, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary), measuring(Again))} }, Uncertain, NeedsChair, Measured{AgainAccepted: Share{1, 1}}},
		{"nobody", valid, func(c *clock) []Finding { return []Finding{c.found("ann", NobodyFits, measuring(Again))} }, Uncertain, NeedsChair, Measured{AgainAccepted: Share{1, 1}}},
		{"taken back", valid, func(c *clock) []Finding {
			return []Finding{c.found("ann", NobodyFits, measuring(Again)), c.found("ann", Undo, undoing("f1"))}
		}, Valid, "", Measured{}},
		{"a question", valid, func(c *clock) []Finding {
			return []Finding{c.found("ann", Flag, measuring(Again), noting("two hands?"))}
		}, Uncertain, NeedsChair, Measured{}},
		{"answered", valid, func(c *clock) []Finding {
			return []Finding{c.found("ann", Flag, measuring(Again), noting("two hands?")), c.found("cho", NobodyFits, byChair)}
		}, Invalid, "", Measured{AgainAccepted: Share{1, 1}}},
		{"the chair is with the program", valid, func(c *clock) []Finding {
			return []Finding{c.found("ann", NobodyFits, measuring(Again)), c.found("cho", Accept, of(liz), byChair)}
		}, Valid, "", Measured{AgainAccepted: Share{0, 1}}},
		{"the chair is with the person", valid, func(c *clock) []Finding {
			return []Finding{c.found("ann", NobodyFits, measuring(Again)), c.found("cho", NobodyFits, byChair)}
		}, Invalid, "", Measured{AgainAccepted: Share{1, 1}}},
		{"lapsed, the same member", lapsed, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(lucinda), measuring(Again))} }, Invalid, "", Measured{AgainRejected: Share{0, 1}}},
		{"lapsed, illegible", lapsed, func(c *clock) []Finding { return []Finding{c.found("ann", CannotRead, measuring(Again))} }, Invalid, "", Measured{AgainRejected: Share{0, 1}}},
		{"lapsed, a member in good standing", lapsed, func(c *clock) []Finding { return []Finding{c.found("ann", Accept, of(mary), measuring(Again))} }, Uncertain, NeedsChair, Measured{AgainRejected: Share{1, 1}}},
		{"known, right", valid, func(c *clock) []Finding {
			return []Finding{c.found("cho", Accept, of(liz), byChair), c.found("ann", Accept, of(liz), measuring(Known))}
		}, Valid, "", Measured{KnownRejected: Share{0, 1}}},
		{"known, rejected", valid, func(c *clock) []Finding {
			return []Finding{c.found("cho", Accept, of(liz), byChair), c.found("ann", CannotRead, measuring(Known)), c.found("bob", Flag, measuring(Known), noting("?"))}
		}, Valid, "", Measured{KnownRejected: Share{1, 1}}},
		{"known not to be signed, accepted", valid, func(c *clock) []Finding {
			return []Finding{c.found("cho", NotSigned, byChair), c.found("ann", Accept, of(liz), measuring(Known))}
		}, Invalid, "", Measured{KnownAccepted: Share{1, 1}}},
	} {
		lines, found := []Match{m.Match(c.line)}, [][]Finding{c.found(&clock{})}
		dates := Dates{Received: day("2026-11-01"), Verified: day("2026-11-20")}
		d := Settle(MIG(), dates, lines, found)[0]
		if d.Verdict != c.verdict || d.Needs != c.needs || d.Contested != (c.needs != "") {
			t.Errorf("%s: %s, needs %q, want %s, %q: %s", c.name, d.Verdict, d.Needs, c.verdict, c.needs, d.Because)
		}
		if diff := cmp.Diff(c.want, Measure(MIG(), dates, lines, found)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		open := MIG().AsOpen(dates, &d, lines[0])
		if open.Verdict != Uncertain || open.Because == "" || open.Look == "" || len(open.By) > 0 {
			t.Errorf("%s: shown as %s, %q, %q", c.name, open.Verdict, open.Look, open.Because)
		}
	}
}

// A line that the program and a person see differently is open: it is not
// guaranteed, it is possible, and it keeps nothing from being certain that is so without it.
func TestContestedOutlook(t *testing.T) {
	m := theMatcher(t)
	rules := MIG()
	lines := []Match{m.Match(typed(1, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913"}))}
	found := [][]Finding{{(&clock{}).found("ann", NobodyFits, measuring(Again))}}
	for required, certain := range map[int]bool{0: true, 1: false, 2: true} {
		rules.Threshold = required
		o := Count(Settle(rules, Dates{}, lines, found), rules).Outlook
		if o.Guaranteed != 0 || o.Possible != 1 || o.Certain(required) != certain {
			t.Errorf("%d required: %+v", required, o)
		}
	}
}

// Measuring changes no verdict but through a second look that differs.
func TestMeasuringLaws(t *testing.T) {
	w := newWorld(t, 400, 7)
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 11))
		rules, dates, lines, found := trial(w, r, []string{"first", "latest", "none"}[seed%3], "never")
		before := Settle(rules, dates, lines, found)
		if diff := cmp.Diff(Measured{}, Measure(rules, dates, lines, found)); diff != "" {
			t.Fatalf("seed %d: measured though nobody looked: %s", seed, diff)
		}
		known, agreeing := slices.Clone(found), slices.Clone(found)
		for i := range lines {
			k := Finding{ID: "k", LineID: "l", By: "zoe", Check: Known, Kind: []Kind{NobodyFits, Flag, CannotRead}[r.IntN(3)], Note: "?", At: day("2026-11-12")}
			known[i] = append(slices.Clone(found[i]), k)
			if d := before[i]; !d.ByPeople() && d.Verdict == Valid && d.Needs == "" {
				a := Finding{ID: "a", LineID: "l", By: "zoe", Check: Again, Kind: Accept, Member: d.Candidates[0].Member, Also: d.Candidates[0].Also, At: day("2026-11-12")}
				agreeing[i] = append(slices.Clone(found[i]), a)
			}
		}
		for name, with := range map[string][][]Finding{"known answers": known, "agreeing looks": agreeing} {
			if diff := cmp.Diff(before, Settle(rules, dates, lines, with)); diff != "" {
				t.Errorf("seed %d: %s changed verdicts: %s", seed, name, diff)
			}
		}
		if got := Measure(rules, dates, lines, agreeing); got.AgainAccepted.Wrong != 0 || got.AgainRejected.Of != 0 {
			t.Errorf("seed %d: %+v", seed, got)
		}
	}
}
