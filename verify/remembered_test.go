package verify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/verify/roll"
)

// A line says the same whether its words were heard before, are heard for the first time, or
// were forgotten.
func TestRememberedWordsSayTheSame(t *testing.T) {
	const export = "ID,First,Last,Email,City,State,Zip,Status\n4829131,Ada,Lovelace,ada@example.org,Durham,NC,27701,Active\n" +
		"4829132,Adam,Lovelace,adam@example.org,Durham,NC,27702,Active\n4829133,Ada,Lovett,lovett@example.org,Boston,MA,02134,Active\n"
	matcher := func() *Matcher {
		r, err := roll.Import(strings.NewReader(export), "m.csv", roll.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return NewMatcher(r, Options{})
	}
	line := func(given, city string) Line {
		row := extract.Row{Fields: map[extract.Field]extract.Reading{}}
		for f, text := range map[extract.Field]string{extract.Given: given, extract.Family: "Lovelace", extract.Name: given + " Lovelace", extract.MemberID: "4829131",
			extract.Email: "ada@example.org", extract.City: city, extract.State: "NC", extract.ZIP: "27701"} {
			row.Fields[f] = extract.Reading{Text: text, Confidence: 1, Engine: "text"}
		}
		return Line{Row: row}
	}
	chances := func(m Match) map[string]float64 {
		out := map[string]float64{"nobody": m.Nobody}
		for _, c := range m.Candidates {
			out[c.Member.ID] = c.Probability
			for _, e := range c.Evidence {
				out[c.Member.ID+" "+e.Words] = e.Odds
			}
		}
		return out
	}
	for _, l := range []Line{line("Ada", "Durham"), line("Adam", "Durham"), line("Ada", "Bostn")} {
		m := matcher()
		first := chances(m.Match(l))
		if len(first) < 3 {
			t.Fatal(first)
		}
		m.Match(line("Adah", "Boston"))
		if diff := cmp.Diff(first, chances(m.Match(l))); diff != "" {
			t.Errorf("heard before: %s", diff)
		}
		m.remembered.held = mostHeld
		m.Match(line("Adah", "Bosto"))
		if n := len(m.remembered.words); n > 4 {
			t.Errorf("%d words are kept", n)
		}
		if diff := cmp.Diff(first, chances(m.Match(l))); diff != "" {
			t.Errorf("forgotten: %s", diff)
		}
	}
}

// A word of handwriting is kept from the second time on: most are never asked again.
func TestHandwritingIsRememberedOnceItComesAgain(t *testing.T) {
	r, err := roll.Import(strings.NewReader("ID,First,Last\n4829131,Ada,Lovelace\n"), "m.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	for i, want := range []int{0, 1, 1} {
		m.hearText(newWork(m), m.roll.Families, "LOVELACE", 2, 0.1, true)
		if n := len(m.remembered.words); n != want {
			t.Errorf("heard %d times: %d words are kept", i+1, n)
		}
	}
}
