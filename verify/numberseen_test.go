package verify

import (
	"fmt"
	"math"
	"testing"

	"countersign/extract"
)

// glimpses is a lattice drawn by hand: for each frame, how probable some signs are; what is
// left is the blank's.
type glimpses []map[rune]float64

func (g glimpses) Frames() int { return len(g) }

func (g glimpses) LogProbability(frame int, sign rune) float64 {
	if sign != 0 {
		return math.Log(g[frame][sign])
	}
	blank := 1.0
	for _, p := range g[frame] {
		blank -= p
	}
	return math.Log(blank)
}

// numberRead is a reading of a number whose signs each stand in one frame between blanks;
// others says what else a sign may be.
func numberRead(text string, confidence float64, others map[int]map[rune]float64) extract.Reading {
	g := glimpses{{}}
	for i, c := range text {
		frame := map[rune]float64{c: 0.98}
		for other, p := range others[i] {
			frame[other] = p
			frame[c] -= p
		}
		g = append(g, frame, map[rune]float64{})
	}
	return extract.Reading{
		Text: text, Confidence: confidence, Engine: "hand", Words: []extract.Lattice{g},
	}
}

func TestNumbersTogether(t *testing.T) {
	n := numbering{shapes: []shape{{"9A9", 1}}}
	s := n.seen(numberRead("7T1", 0.9, map[int]map[rune]float64{0: {'1': 0.3, 'T': 0.2}}))
	each := 0.0
	for i := range 10 {
		for letter := 'A'; letter <= 'Z'; letter++ {
			for j := range 10 {
				each += s.whole(fmt.Sprintf("%d%c%d", i, letter, j))
			}
		}
	}
	if math.Abs(each-s.numbers) > 1e-12 || each < 0.5 {
		t.Errorf("all numbers one by one: %v; together: %v", each, s.numbers)
	}
}

// TestNumberAsItWasSeen: what the letters read are not, the lattice may still be: a number
// with a G for its 6 is the member's where the 6 was seen too, and somebody else's where
// it was not.
func TestNumberAsItWasSeen(t *testing.T) {
	m := oneFamily(t, 0, `
		KA6RE,Margarethe,,Lindqvist,,
		KB7QX,Philippa,,Abernathy,,
		K4GRE,Ignatius,,Pemberly,,
		K4GXE,Rosalind,,Thackeray,,
		N6EF,Ottoline,,Vandersloot,,`)
	for _, c := range []struct {
		name    string
		number  extract.Reading
		verdict Verdict
	}{
		{"Margarethe Lindqvist", numberRead("KAGRE", 0.98, map[int]map[rune]float64{2: {'6': 0.3}}), Valid},
		{"Margarethe Lindqvist", numberRead("KAGRE", 0.98, map[int]map[rune]float64{2: {'6': 0.02}}), Valid},
		{"Margarethe Lindqvist", numberRead("KB7QX", 0.98, nil), Uncertain},
		{"Margarethe Lindqvist", numberRead("KA8RE", 0.98, nil), Valid},
		{"Rosalind Thackeray", numberRead("K4GRE", 0.98, nil), Uncertain},
		{"Ottoline Vandersloot", numberRead("NGEF", 0.98, map[int]map[rune]float64{1: {'6': 0.1}}), Valid},
	} {
		line := read(1, 0.9, fields{extract.Name: c.name})
		line.Fields[extract.MemberID] = c.number
		d := decide(m, MIG(), line)[0]
		if d.Verdict != c.verdict {
			t.Errorf("%s with %s: %s, %s", c.name, c.number.Text, d.Verdict, d.Because)
		}
	}
}

// TestNumberThatFitsTwo: of father and son of one name, neither is certain where the sign
// that tells their numbers apart was hardly seen.
func TestNumberThatFitsTwo(t *testing.T) {
	m := oneFamily(t, 0, `
		4829131,Ignatius,,Pemberly,,
		4829137,Ignatius,,Pemberly,,
		4710026,Philippa,,Abernathy,,`)
	for share, want := range map[float64]Verdict{0.3: Uncertain, 1e-6: Valid} {
		line := read(1, 0.9, fields{extract.Name: "Ignatius Pemberly"})
		line.Fields[extract.MemberID] = numberRead("4829131", 0.9, map[int]map[rune]float64{6: {'7': share}})
		if d := decide(m, MIG(), line)[0]; d.Verdict != want {
			t.Errorf("a 7 seen with %v: %s, %s", share, d.Verdict, d.Because)
		}
	}
}

// TestNumberThatSpeaksForTheMember: a number with three signs other than the member's is not
// surely somebody else's where theirs were seen too, which no chance number would be.
func TestNumberThatSpeaksForTheMember(t *testing.T) {
	m := oneFamily(t, 0, `
		2345199,Margarethe,,Lindqvist,,
		4710026,Philippa,,Abernathy,,`)
	for share, want := range map[float64]Verdict{0.05: Valid, 1e-6: Uncertain} {
		line := read(1, 0.9, fields{extract.Name: "Margarethe Lindqvist"})
		line.Fields[extract.MemberID] = numberRead("2343144", 0.9, map[int]map[rune]float64{3: {'5': share}, 5: {'9': share}, 6: {'9': share}})
		if d := decide(m, MIG(), line)[0]; d.Verdict != want {
			t.Errorf("the member's digits seen with %v: %s, %s", share, d.Verdict, d.Because)
		}
	}
}

// TestCellWithoutNumber: words in the cell for the number say nothing for or against anybody;
// scrawl in which a member's number was seen says it is theirs.
func TestCellWithoutNumber(t *testing.T) {
	m := oneFamily(t, 0, `
		KA6RE,Margarethe,,Lindqvist,,
		KB7QX,Philippa,,Abernathy,,
		N6EF,Ottoline,,Vandersloot,,`)
	alone := m.Match(read(1, 0.9, fields{extract.Name: "Margarethe Lindqvist"})).Candidates[0].Probability
	for text, c := range map[string]struct {
		others map[int]map[rune]float64
		seen   bool
	}{
		"ONFILE":  {nil, false},
		"KIABERE": {map[int]map[rune]float64{1: {' ': 0.5}, 3: {'6': 0.4}, 4: {' ': 0.3}}, true},
	} {
		line := read(1, 0.9, fields{extract.Name: "Margarethe Lindqvist"})
		line.Fields[extract.MemberID] = numberRead(text, 0.5, c.others)
		got := m.Match(line).Candidates[0]
		if got.Probability < alone-0.001 {
			t.Errorf("%s makes %v of %v", text, got.Probability, alone)
		}
		if got.agrees(extract.MemberID) != c.seen {
			t.Errorf("%s: %v", text, got.Because)
		}
	}
}
