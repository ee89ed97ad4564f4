package verify

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/extract"
	"countersign/verify/roll"
)

// Lines drawn from a roll as large as the association's, misread at growing
// rates: nothing is accepted that should not be, and what can be read is decided.
func TestGeneratedLines(t *testing.T) {
	w := newWorld(t, 58000, 2026)
	spoken := func(layout []extract.Field, l signed) bool {
		for _, f := range []extract.Field{extract.MemberID, extract.Email, extract.Street} {
			if l.Fields[f].Text != "" {
				return true
			}
		}
		return false
	}
	for _, c := range []struct {
		wrong         float64
		top1, decided float64
	}{{0, 0.98, 0.85}, {0.05, 0.98, 0.80}, {0.10, 0.97, 0.70}, {0.20, 0.94, 0.55}} {
		t.Run(fmt.Sprintf("%.0f percent", 100*c.wrong), func(t *testing.T) {
			f := w.run(200, c.wrong, spoken)
			t.Log(&f)
			if f.falseValid > 0 || f.falseInvalid > 0 {
				t.Errorf("%d false valid, %d false invalid", f.falseValid, f.falseInvalid)
			}
			if got := f.share(f.top1, f.members); got < c.top1 {
				t.Errorf("top-1 is %.3f, want %.3f", got, c.top1)
			}
			if got := f.share(f.decided, len(f.lines)); got < c.decided {
				t.Errorf("decided are %.3f, want %.3f", got, c.decided)
			}
			if _, got := f.calibration(); got > 0.08 {
				t.Errorf("calibration error is %.3f", got)
			}
		})
	}
}

// On a typed petition with number and e-mail the program needs no person for
// most lines.
func TestTypedLines(t *testing.T) {
	w := newWorld(t, 20000, 3)
	var f judged
	for i := range 300 {
		l := w.sign(i, []extract.Field{extract.MemberID, extract.Email, extract.Date}, 0)
		for k, r := range l.Fields {
			l.Fields[k] = extract.Reading{Text: r.Text, Confidence: 1, Engine: "text"}
		}
		f.add(l, Decide(MIG(), Dates{}, []Match{w.matcher.Match(l.Line)})[0])
	}
	t.Log(&f)
	if f.falseValid > 0 || f.falseInvalid > 0 || f.share(f.top1, f.members) < 0.98 || f.share(f.decided, len(f.lines)) < 0.85 {
		t.Errorf("typed lines: %v", &f)
	}
}

// The order of the export changes nothing, not the last bit of a probability, whether lines are
// matched alone or decided together.
func TestOrderOfRoll(t *testing.T) {
	w := newWorld(t, 3000, 5)
	shuffled := slices.Clone(w.members)
	w.rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	r, err := roll.Import(bytes.NewReader(export(shuffled)), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	other := NewMatcher(r, Options{})
	var one, two []Match
	for i := range 60 {
		w.lattices = i%2 == 0
		l := w.sign(i, layouts[i%len(layouts)], 0.1)
		one, two = append(one, w.matcher.Match(l.Line)), append(two, other.Match(l.Line))
	}
	if diff := cmp.Diff(Decide(MIG(), Dates{}, one), Decide(MIG(), Dates{}, two), cmpopts.IgnoreFields(roll.Member{}, "Lines")); diff != "" {
		t.Fatal(diff)
	}
}

// A line matched again, after others, gives the same.
func TestMatchAgain(t *testing.T) {
	w := newWorld(t, 3000, 6)
	var lines []signed
	var first []Match
	for i := range 30 {
		l := w.sign(i, layouts[i%len(layouts)], 0.15)
		lines, first = append(lines, l), append(first, w.matcher.Match(l.Line))
	}
	for i := range lines {
		i = len(lines) - 1 - i
		if diff := cmp.Diff(first[i], w.matcher.Match(lines[i].Line)); diff != "" {
			t.Fatal(diff)
		}
	}
}

// A field that agrees never makes a member less likely.
func TestAgreeingFieldHelps(t *testing.T) {
	w := newWorld(t, 3000, 8)
	for i := range 60 {
		m := w.members[w.rand.IntN(len(w.members))]
		full := read(1, 0.7, fields{extract.Name: m["First Name"] + " " + m["Last Name"], extract.MemberID: m["ID"], extract.Email: m["Email"], extract.Institution: m["Company"], extract.CityState: m["City"] + ", " + m["State"], extract.ZIP: m["Zip"], extract.Street: m["Address 1"]})
		have := Line{Row: extract.Row{Fields: map[extract.Field]extract.Reading{extract.Name: full.Fields[extract.Name]}}}
		last := chance(w.matcher.Match(have), m["ID"])
		for _, f := range []extract.Field{extract.CityState, extract.ZIP, extract.Institution, extract.Street, extract.Email, extract.MemberID} {
			have.Fields[f] = full.Fields[f]
			p := chance(w.matcher.Match(have), m["ID"])
			if p < last*0.999 {
				t.Errorf("line %d: with %s the member went from %.6f to %.6f", i, f, last, p)
			}
			last = p
		}
	}
}

// Whatever a line says, a number or an address of the member's own never makes the member less
// likely.
func FuzzAgreeingField(f *testing.F) {
	m := theMatcher(f)
	f.Add("Liz Persechino", "Durham, NC", "27701", 0.5, uint8(0))
	f.Add("Mary Smith", "Los Angeles, CA", "9000", 0.8, uint8(2))
	f.Add("M. Smlth", "", "", 0.2, uint8(3))
	f.Fuzz(func(t *testing.T, name, place, zip string, confidence float64, which uint8) {
		member := m.roll.Members.At(int32(int(which) % m.roll.Members.Len()))
		have := fields{extract.Name: name, extract.CityState: place, extract.ZIP: zip}
		before := chance(m.Match(read(1, confidence, have)), member.ID)
		for field, own := range (fields{extract.MemberID: member.ID, extract.Email: member.Emails[0]}) {
			more := maps.Clone(have)
			more[field] = own
			if after := chance(m.Match(read(1, confidence, more)), member.ID); after < before*0.999 {
				t.Errorf("with %s the member went from %v to %v", field, before, after)
			}
		}
	})
}

func chance(m Match, id string) float64 {
	for _, c := range m.Candidates {
		if c.Member.ID == id {
			return c.Probability
		}
	}
	return 0
}

// Members who differ in nothing a line shows are never told apart.
func TestEqualMembers(t *testing.T) {
	m := theMatcher(t)
	got := m.Match(typed(1, fields{extract.Name: "Mary Smith", extract.Institution: "UCLA", extract.CityState: "Los Angeles, CA"}))
	if len(got.Candidates) < 2 || got.Candidates[0].Member.ID != "0700001" || got.Candidates[0].Probability != got.Candidates[1].Probability {
		t.Errorf("candidates %v", brief(got.Candidates))
	}
}

func FuzzMatch(f *testing.F) {
	m := theMatcher(f)
	f.Add("Liz Persechino", "0482913", "Duke", "Durham, NC", "27701", "liz@example.org", "12 Elm St", 0.5)
	f.Add("", "O482gl3", "univ", ",", "-", "@", "1", 0.0)
	f.Add("x, y z jr", "1", "", "Springfield", "999999999", "a@b.c.d.e", "#", 1.0)
	f.Fuzz(func(t *testing.T, name, number, work, place, zip, email, street string, confidence float64) {
		l := read(1, confidence, fields{extract.Name: name, extract.MemberID: number, extract.Institution: work, extract.CityState: place, extract.ZIP: zip, extract.Email: email, extract.Street: street})
		got := m.Match(l)
		sum, last := got.Nobody, 2.0
		for _, c := range got.Candidates {
			if !(c.Probability >= 0) || c.Probability > last {
				t.Errorf("probability %v after %v", c.Probability, last)
			}
			last = c.Probability
			sum += c.Probability
		}
		if math.IsNaN(sum) || sum > 1+1e-9 {
			t.Errorf("probabilities add up to %v", sum)
		}
		if d := Decide(MIG(), Dates{}, []Match{got})[0]; d.Reason == "" || d.Because == "" {
			t.Errorf("decided %s without a reason", d.Verdict)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	w := newWorld(b, 58000, 1)
	for _, layout := range layouts {
		var lines []signed
		for i := range 100 {
			lines = append(lines, w.sign(i, layout, 0.05))
		}
		b.Run(fmt.Sprint(layout), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				w.matcher.Match(lines[i%len(lines)].Line)
				i++
			}
		})
	}
}

func BenchmarkNewMatcher(b *testing.B) {
	w := newWorld(b, 58000, 1)
	b.ReportAllocs()
	for b.Loop() {
		NewMatcher(w.matcher.Roll(), Options{})
	}
}

func BenchmarkDecide(b *testing.B) {
	w := newWorld(b, 3000, 1)
	var matches []Match
	for i := range 500 {
		matches = append(matches, w.matcher.Match(w.sign(i, layouts[i%len(layouts)], 0.05).Line))
	}
	b.ReportAllocs()
	for b.Loop() {
		Decide(MIG(), Dates{}, matches)
	}
}

// Members whom nothing on the line tells apart get the same probability, and come
// in the order of their numbers.
func TestMembersAlike(t *testing.T) {
	w := newWorld(t, 500, 31)
	for i := range 40 {
		twin := member{}
		for k, v := range w.members[i] {
			twin[k] = v
		}
		// Another person of the same name at the same place, not one with two numbers.
		twin["ID"], twin["Email"], twin["Address 1"] = fmt.Sprintf("9%06d", i), "", ""
		w.members[i]["Email"], w.members[i]["Address 1"] = "", ""
		w.members = append(w.members, twin)
	}
	r, err := roll.Import(bytes.NewReader(export(w.members)), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	for i := range 40 {
		own := w.members[i]
		l := read(1, 0.7, fields{extract.Name: w.misread(own["First Name"]+" "+own["Last Name"], 0.1), extract.CityState: own["City"] + ", " + own["State"], extract.ZIP: own["Zip"]})
		got := m.Match(l)
		a, b := chance(got, own["ID"]), chance(got, fmt.Sprintf("9%06d", i))
		if a != b || a > 0.5 {
			t.Errorf("line %d: %v and %v", i, a, b)
		}
		if d := Decide(MIG(), Dates{}, []Match{got})[0]; d.Verdict == Valid {
			t.Errorf("line %d: valid, with two members alike", i)
		}
	}
}

// The search leaves nobody out who would come first if every member were
// scored. Members whose name cannot be read are many, and each unlikely, so what
// is left for nobody may differ a little.
func TestSearchAgainstAll(t *testing.T) {
	w := newWorld(t, 4000, 33)
	everybody := make([]int32, w.matcher.roll.Members.Len())
	for i := range everybody {
		everybody[i] = int32(i)
	}
	for i := range 60 {
		l := w.sign(i, layouts[i%len(layouts)], 0.15)
		got := w.matcher.Match(l.Line)
		room := w.matcher.scratch.New().(*work)
		s := w.matcher.see(room, l.Row)
		s.routed = everybody
		all, nobody := w.matcher.normalise(s, w.matcher.score(room, s))
		if math.Abs(nobody-got.Nobody) > 0.05 {
			t.Errorf("line %d: nobody with %.5f, against all members %.5f", i, got.Nobody, nobody)
		}
		if len(got.Candidates) > 0 && w.matcher.roll.Members.ID(all[0].at) != got.Candidates[0].Member.ID && all[0].p > got.Candidates[0].Probability+0.02 {
			t.Errorf("line %d: the search found one with %.4f, there is one with %.4f", i, got.Candidates[0].Probability, all[0].p)
		}
	}
}
