package verify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
)

// A petition that is kept up to date finding by finding is the one that is settled at once.
func TestSettlementIsSettle(t *testing.T) {
	w := newWorld(t, 300, 11)
	dates := Dates{Received: day("2026-11-01")}
	for seed, duplicates := range []string{"first", "last", "none", "first"} {
		t.Run(fmt.Sprint(seed, " ", duplicates), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 5))
			rules := MIG()
			rules.Threshold, rules.Duplicates, rules.SecondLookPercent = 60, duplicates, 50
			rules.WindowFrom = day("2026-01-01")
			if seed == 3 {
				rules.SecondReviewer, rules.SamplePercent = "sample", 40
			}
			lines := w.crowded(r, 120)
			found := make([][]Finding, len(lines))
			live := NewSettlement(rules, dates, lines, found)
			live.Settle()
			for step := range 60 {
				for range 1 + r.IntN(3) {
					i := r.IntN(len(lines))
					found[i] = append(slices.Clone(found[i]), anyFinding(r, live, found[i], i, step))
					live.Change(i, lines[i], found[i])
				}
				before := live.Decisions()
				changed := live.Settle()
				again := NewSettlement(rules, dates, lines, found)
				again.Settle()
				for i, want := range again.Decisions() {
					if diff := cmp.Diff(want, live.Decision(i)); diff != "" {
						t.Fatalf("step %d, line %d: %s", step, i, diff)
					}
					if before[i] != live.Decision(i) && !slices.Contains(changed, int32(i)) {
						t.Fatalf("step %d: line %d changed and is not said to", step, i)
					}
				}
				if diff := cmp.Diff(again.Tally(), live.Tally()); diff != "" {
					t.Fatalf("step %d: %s", step, diff)
				}
			}
		})
	}
}

// crowded are lines of few people, who sign often, with all that a line may lack.
func (w *world) crowded(r *rand.Rand, n int) []Match {
	var lines []Match
	for i := range n {
		line := w.sign(i%40+1, layouts[r.IntN(len(layouts))], 0.1).Line
		if i > 0 && r.IntN(2) == 0 {
			line.Row = lines[r.IntN(i)].Line.Row // somebody signs twice
		}
		line.Ref = Ref{"petition.pdf", i/12 + 1, i%12 + 1}
		switch r.IntN(8) {
		case 0:
			line.Signed = extract.SignedNo
		case 1:
			line.Struck = r.IntN(2) == 0
		default:
			line.Signed = extract.SignedYes
		}
		m := w.matcher.Match(line)
		for k := range m.Candidates { // several may be the person
			if r.IntN(4) == 0 {
				m.Candidates[k].Probability *= r.Float64()
			}
		}
		slices.SortStableFunc(m.Candidates, byChance)
		lines = append(lines, m)
	}
	return lines
}

func anyFinding(r *rand.Rand, s *Settlement, before []Finding, i, step int) Finding {
	f := Finding{ID: fmt.Sprint(i, ".", step, ".", len(before)), LineID: fmt.Sprint(i), By: []string{"ann", "bob", "cho"}[r.IntN(3)], At: day("2026-11-10").AddDate(0, 0, step)}
	if len(before) > 0 && r.IntN(3) == 0 {
		f.Kind, f.Undoes = Undo, before[r.IntN(len(before))].ID
		return f
	}
	kinds := []Kind{Accept, Accept, Accept, OneOf, OneOf, NobodyFits, CannotRead, NotSigned, StruckOut, SignedBefore, Flag, Override, NotStanding}
	f.Kind = kinds[r.IntN(len(kinds))]
	f.Chair = f.Kind == Override || f.Kind == NotStanding || r.IntN(5) == 0
	f.Note = "seen"
	if c := s.Decision(i).Candidates; len(c) > 0 && (f.Kind == Accept || f.Kind == OneOf || f.Kind == Override && r.IntN(2) == 0) {
		of := c[r.IntN(len(c))]
		f.Member, f.Also = of.Member, of.Also
	}
	if (f.Kind == Accept || f.Kind == OneOf) && f.Member == nil {
		f.Kind = CannotRead
	}
	if f.Kind != Override && f.Kind != NotStanding && r.IntN(6) == 0 {
		f.Check = Again
	}
	return f
}
