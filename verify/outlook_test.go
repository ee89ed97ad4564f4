package verify

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/extract"
	"countersign/verify/roll"
)

func open(odds float64, look Look) Decision {
	return Decision{Verdict: Uncertain, Odds: odds, Look: look}
}

func TestOutlook(t *testing.T) {
	valid := Decision{Verdict: Valid, Odds: 1}
	for _, c := range []struct {
		name     string
		required int
		lines    []Decision
		want     Outlook
	}{
		{"nothing filed", 1, nil, Outlook{}},
		{"enough already", 1, []Decision{valid, open(0.5, Search)}, Outlook{Guaranteed: 1, Expected: 1.5, Possible: 2, Enough: 1}},
		{"never enough", 3, []Decision{valid, open(0.5, Search)}, Outlook{Guaranteed: 1, Expected: 1.5, Possible: 2}},
		{"likely enough: what speaks for it first", 2, []Decision{valid, open(0.5, Choose), open(0.9, Confirm), open(0.9, Search)},
			Outlook{Guaranteed: 1, Expected: 3.3, Possible: 4, Enough: 0.995, Next: []int{2, 1, 3}}},
		{"likely short: what speaks against it first", 3, []Decision{valid, open(0.5, Choose), open(0.1, Choose), open(0.1, Search)},
			Outlook{Guaranteed: 1, Expected: 1.7, Possible: 4, Enough: 0.1, Next: []int{2, 1, 3}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, outlookOf(c.lines, c.required), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// chance is that of a person to have written a line.
func (m *Match) chance(person string) float64 {
	c := chances{of: m.Candidates}
	return c.chance(person)
}

// outlookOf is the outlook of decided lines.
func outlookOf(lines []Decision, required int) Outlook {
	return Count(lines, Rules{Threshold: required}).Outlook
}

// The probability of enough lines is what many trials give.
func TestEnoughByTrial(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var lines []Decision
	for range 40 {
		lines = append(lines, open(r.Float64(), Search))
	}
	const required, trials = 22, 40000
	hits := 0
	for range trials {
		n := 0
		for _, d := range lines {
			if r.Float64() < d.Odds {
				n++
			}
		}
		if n >= required {
			hits++
		}
	}
	if got, want := outlookOf(lines, required).Enough, float64(hits)/trials; math.Abs(got-want) > 0.02 {
		t.Errorf("enough with %.3f, by trial %.3f", got, want)
	}
}

func TestLooks(t *testing.T) {
	m := theMatcher(t)
	for _, c := range []struct {
		name string
		line Line
		want Look
	}{
		{"decided", typed(1, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913"}), ""},
		{"one member, signature in doubt", with(typed(1, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913"}), func(l *Line) { l.Signed = extract.SignedUnsure }), Confirm},
		{"one of two", typed(1, fields{extract.Name: "Mary Smith", extract.Institution: "UCLA"}), Choose},
		{"stranger", typed(1, fields{extract.Name: "Wilhelmina Fotheringham", extract.MemberID: "5550001"}), Search},
		{"scrawl", read(1, 0.1, fields{extract.Name: "Xqv Wzzp", extract.MemberID: "99"}), Unreadable},
	} {
		if got := decide(m, MIG(), c.line)[0]; got.Look != c.want {
			t.Errorf("%s: %q, want %q (%s %s)", c.name, got.Look, c.want, got.Verdict, got.Reason)
		}
	}
}

// A person with two records is one person: found once, in standing by the
// better record, counted once.
func TestTwoNumbers(t *testing.T) {
	r, err := roll.Import(strings.NewReader(members+`0811234,Greta,,Ostrander,,,,go@example.org,SMU,8 Fir St,Dallas,TX,75219,Regular,Lapsed,2001-01-01,2024-01-01
0925678,Greta,M.,Ostrander,,,,greta@example.org,SMU,8 Fir St,Dallas,TX,75219,Regular,Active,2001-01-01,2027-01-01
0755555,Greta,M.,Ostrander,Jr.,,,gj@example.org,UCLA,8 Fir St,Los Angeles,CA,75219,Regular,Active,2001-01-01,2027-01-01
`), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	lapsed := typed(1, fields{extract.Name: "Greta Ostrander", extract.MemberID: "0811234"})
	active := typed(2, fields{extract.Name: "Greta Ostrander", extract.MemberID: "0925678"})
	got := decide(m, MIG(), lapsed, active)
	if got[0].Verdict != Valid || got[0].MemberID != "0925678" {
		t.Errorf("first line: %s, %s, %s", got[0].Verdict, got[0].MemberID, got[0].Because)
	}
	if got[1].Verdict != Invalid || got[1].Reason != Duplicate {
		t.Errorf("second line: %s, %s, %s", got[1].Verdict, got[1].Reason, got[1].Because)
	}
	if also := got[0].Candidates[0].Also; len(also) != 1 || also[0].ID != "0925678" {
		t.Errorf("other records: %v", also)
	}
}

// Two lines of one name, which two members have: where most of the roll has signed,
// the line without a number is by the other one.
func TestAssignedTogether(t *testing.T) {
	m := theMatcher(t)
	first := typed(1, fields{extract.Name: "Mary Smith", extract.MemberID: "0700001"})
	second := typed(2, fields{extract.Name: "Mary Smith", extract.Institution: "UCLA"})
	alone := m.Match(second)
	got := decide(m, MIG(), first, second)[1]
	if p := (&got.Match).chance("0700002"); p <= (&alone).chance("0700002") || p < 0.8 {
		t.Errorf("the other Mary Smith: %.3f alone, %.3f together", (&alone).chance("0700002"), p)
	}
	sum := got.Nobody
	for _, c := range got.Candidates {
		sum += c.Probability
	}
	if sum > 1+1e-9 {
		t.Errorf("probabilities add up to %v", sum)
	}
}

// A petition that strangers signed makes every line more doubtful. One of members who live
// where the export says makes those lines more doubtful that give another place, and leaves the
// others as they are.
func TestCustoms(t *testing.T) {
	w := newWorld(t, 3000, 41)
	petition := func(away float64) (before, after []Match) {
		w.away = away
		for i := range 80 {
			before = append(before, w.matcher.Match(w.sign(i, layouts[1], 0.05).Line))
		}
		return before, weighCustoms(before)
	}
	before, after := petition(0)
	for i := range before {
		for k := range after[i].Candidates {
			c := &after[i].Candidates[k]
			b, a := before[i].chance(c.person()), c.Probability
			if a > b || !c.elsewhere() && b > 0.5 && a < 0.99*b || c.elsewhere() && b > 0.1 && b < 0.9 && a > 0.95*b {
				t.Errorf("line %d: %.4f alone, %.4f among members who live where they should", i, b, a)
			}
		}
	}
	before, after = petition(0.7)
	for i := range before {
		if len(before[i].Candidates) == 0 {
			continue
		}
		b, a := before[i].Candidates[0].Probability, after[i].chance(before[i].Candidates[0].person())
		if a > b || b > 0.1 && b < 0.9 && a > 0.95*b || !(after[i].Nobody <= 1) {
			t.Errorf("line %d: %.4f alone, %.4f among strangers", i, b, a)
		}
	}
}

// Looking at lines in the order given brings certainty sooner than looking at
// them as they come.
func TestOrderOfLooks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	looks := []Look{Confirm, Choose, Search, Unreadable}
	ordered, plain := 0.0, 0.0
	for range 200 {
		var lines []Decision
		for range 60 {
			l := looks[r.IntN(4)]
			p := r.Float64()
			if l == Confirm {
				p = 0.9 + p/10
			}
			lines = append(lines, open(p, l))
		}
		truth := make([]bool, len(lines))
		for i := range truth {
			truth[i] = r.Float64() < lines[i].Odds
		}
		const required = 25
		ordered += effort(lines, truth, outlookOf(lines, required).Next, required)
		asTheyCome := make([]int, len(lines))
		for i := range asTheyCome {
			asTheyCome[i] = i
		}
		plain += effort(lines, truth, asTheyCome, required)
	}
	if ordered > 0.7*plain {
		t.Errorf("%.0f seconds in the order given, %.0f as they come", ordered/200, plain/200)
	}
}

// effort is how long a person looks until the outcome is certain.
func effort(lines []Decision, truth []bool, order []int, required int) float64 {
	valid, left, seconds := 0, len(lines), 0.0
	for _, i := range order {
		if valid >= required || valid+left < required {
			break
		}
		seconds += lines[i].Look.seconds()
		left--
		if truth[i] {
			valid++
		}
	}
	return seconds
}
