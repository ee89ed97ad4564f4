package hand

import (
	"math"
	"math/rand/v2"
	"testing"
)

func obeys(g *Grammar, text string) bool {
	at := int32(0)
	for _, r := range text {
		letter := g.index(r)
		if letter < 0 {
			return false
		}
		if at = g.step(at, letter); at < 0 {
			return false
		}
	}
	return g.accepts(at)
}

func TestGrammars(t *testing.T) {
	for _, c := range []struct {
		name string
		g    *Grammar
		yes  []string
		no   []string
	}{
		{"digits", Digits(3, 7), []string{"123", "0482913"}, []string{"", "12", "12345678", "12O", "1 23"}},
		{"zip", ZIP(), []string{"20020", "20020-1234"}, []string{"2002", "2002O", "20020-", "20020-123"}},
		{"date", Date(), []string{"9/14/26", "09/14/2026", "9-14", "12.31.99", "10/09/1999"}, []string{"13/1/26", "9/32/26", "9/14-26", "0/1/26", "9/14/2126", "91426"}},
		{"day first", DayFirst(), []string{"23.9.26", "15.10.2026", "31/12/99", "9-1"}, []string{"9/14/26", "32.9.26", "0.1.26"}},
		{"postcode", Postcode(), []string{"TN4 7PH", "SW1A1AA", "M1 1AE", "K1A 0B1", "1234 AB", "D02 X285", "TN4", "7PH"}, []string{"95432", "TN4 7P", "T", "4 7PH"}},
		{"phone", Phone(), []string{"312-555-0100", "(312) 555-0100", "3125550100"}, []string{"312-555-010", "312555010"}},
		{"own", MustGrammar("A[x-z0]#", "B"), []string{"Ax1", "A09", "B"}, []string{"A", "Aw1", "AB", "Axx"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range c.yes {
				if !obeys(c.g, s) {
					t.Errorf("%q is refused", s)
				}
			}
			for _, s := range c.no {
				if obeys(c.g, s) {
					t.Errorf("%q is accepted", s)
				}
			}
		})
	}
}

func TestGrammarRefusesBrokenPatterns(t *testing.T) {
	for _, p := range []string{"[", "a[]", "[12"} {
		if _, err := NewGrammar("##", p); err == nil {
			t.Errorf("%q is accepted", p)
		}
	}
}

func TestMatchFindsTheLikeliestThatObeys(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	g := MustGrammar("1", "12", "1/2", "2/[12]")
	for range 40 {
		l := drawn(r, "12/O", 6, true)
		want := math.Inf(-1)
		for text := range every(l) {
			if obeys(g, text) {
				want = max(want, l.Score(text))
			}
		}
		got := l.Match(g, 4)
		if len(got) != 4 {
			t.Fatalf("%d readings, not 4", len(got))
		}
		if math.Abs(got[0].Score-want) > 1e-6 {
			t.Errorf("%q with %v, the likeliest has %v", got[0].Text, got[0].Score, want)
		}
		for _, x := range got {
			if !obeys(g, x.Text) {
				t.Errorf("%q disobeys", x.Text)
			}
		}
	}
}

func TestLettersNeverStandForDigits(t *testing.T) {
	l := saying("0123456789Ol", "O4829l3", 0.8)
	if text, _ := l.Best(); text != "O4829l3" {
		t.Fatalf("without a grammar %q", text)
	}
	got := l.Match(Digits(7, 7), 1)
	if len(got) != 1 || !obeys(Digits(7, 7), got[0].Text) || got[0].Text[1:5] != "4829" {
		t.Errorf("%v", got)
	}
}

func TestMatchGivesNothingWhereNothingFits(t *testing.T) {
	if got := saying("01", "01", 0.9).Match(Digits(7, 7), 1); len(got) != 0 {
		t.Errorf("%v from four frames", got)
	}
}
