package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/roll"
)

// scrawl is a reading of a few frames in which any sign of "AB1" may stand.
func scrawl(r *rand.Rand, frames int) extract.Reading {
	var g glimpses
	for range frames {
		f := map[rune]float64{}
		for _, c := range "AB1" {
			f[c] = 0.3 * r.Float64()
		}
		g = append(g, f)
	}
	return extract.Reading{Text: "?", Engine: "hand", Words: []extract.Lattice{g}}
}

// paths calls use with every way to read the frames, as text and probability: what a frame
// shows twice in a row counts once, and blanks part signs.
func paths(s *cellSeen, use func(text string, p float64)) {
	const alphabet = " AB1"
	var visit func(t int, text string, last byte, p float64)
	visit = func(t int, text string, last byte, p float64) {
		if t == len(s.frames) {
			use(text, p)
			return
		}
		for i := range len(alphabet) {
			c := alphabet[i]
			longer := text
			if c != ' ' && c != last {
				longer += string(c)
			}
			visit(t+1, longer, c, p*s.frames[t][signOf(c)])
		}
	}
	visit(0, "", ' ', 1)
}

// TestTextsInCells holds the forward algorithm against all paths one by one.
func TestTextsInCells(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := cellSeenIn(scrawl(r, 6))
	for _, f := range s.frames { // the paths below are of three signs only
		sum := f[0]
		for c := 1; c < signs; c++ {
			if c != signOf('A') && c != signOf('B') && c != signOf('1') {
				sum += f[c]
			}
		}
		if sum-f[0] > 2*blind {
			t.Fatalf("signs that were not drawn have %v of a frame", sum-f[0])
		}
	}
	whole, any := map[string]float64{}, 0.0
	paths(s, func(text string, p float64) {
		whole[text] += p
		for i := range len(text) {
			p *= strangeSign[signOf(text[i])]
		}
		any += p
	})
	near := func(got, want float64) bool { return math.Abs(got-want) < 0.01*want+1e-9 }
	for _, text := range []string{"A", "AB", "AA", "1B1", "B1AB"} {
		if got := s.whole(text); !near(got, whole[text]) {
			t.Errorf("whole %q: %v, by all paths %v", text, got, whole[text])
		}
	}
	if s.any < any || s.any > 1.05*any {
		t.Errorf("any text: %v, by all paths %v", s.any, any)
	}
	x := newTexts([]string{"AB", "A", "B1", "ABA", "a b"}, []int{0, 1, 2, 3, 4})
	found := map[int]float64{}
	s.each(x, 0, func(of int, p float64) { found[of] = p })
	for i, text := range []string{"AB", "A", "B1", "ABA", "AB"} {
		if want := s.within(text, 1, 1); !near(found[i], want) {
			t.Errorf("each %q: %v, alone %v", text, found[i], want)
		}
	}
}

// TestTextBesideOthers: a street is found behind a ZIP code, and costs no more than the
// code about which nothing is known.
func TestTextBesideOthers(t *testing.T) {
	seen := func(text string) *cellSeen { return cellSeenIn(numberRead(text, 0.9, nil)) }
	alone, behind := seen("ELMST12"), seen("48104ELMST12")
	if p := alone.whole("Elm St 12"); p < 0.5 {
		t.Errorf("alone: %v", p)
	}
	if p := behind.whole("Elm St 12"); p > 1e-6 {
		t.Errorf("the whole of a cell that says more: %v", p)
	}
	p, zip := behind.within("Elm St 12", beside, beside), beside*1e-5
	if p < zip/3 || p > 3*zip {
		t.Errorf("behind a ZIP code: %v, not about %v", p, zip)
	}
}

func TestStreetForms(t *testing.T) {
	for in, want := range map[string][]string{
		"12 Elm Street":      {"12elmst", "12elmstreet"},
		"4 St. Louis Ave":    {"4stlouisave", "4streetlouisavenue"},
		"Goethestr. 50":      {"goethestr50", "goethestrasse50"},
		"Dorpstraat 25":      {"dorpstraat25"},
		"Mozartstraße 7 bis": {"mozartstr7bis", "mozartstrasse7bis"},
	} {
		got := streetForms(in)
		if len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

// TestFieldsAsTheyWereSeen: a common name and a second field that was misread are the
// member's where the lattice shows the member's own, and nobody's for certain where it does not.
func TestFieldsAsTheyWereSeen(t *testing.T) {
	var b strings.Builder
	b.WriteString("Member No.,First Name,Last Name,Street,City,State,Zip,Email,Status\n")
	for i, street := range strings.Split("2 Elm St,14 Harbor Rd,9 Hill St,31 Orchard Ln,7 Quarry Dr,18 Prospect Ave", ",") {
		fmt.Fprintf(&b, "10%d,Person%c,Stranger%c,%s,Northfield,MN,5505%d,p%d@mail.net,Active\n", i, 'a'+i, 'a'+i, street, i, i)
	}
	b.WriteString("2000,Maria,Lopez,25 Harbor Rd,Duluth,MN,55804,mlopez25@gmail.com,Active\n")
	b.WriteString("2001,Maria,Lopes,4 Hill St,Northfield,MN,55059,lopes@mail.net,Active\n")
	r, err := roll.Import(strings.NewReader(b.String()), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	type others = map[int]map[rune]float64
	for name, c := range map[string]struct {
		field extract.Field
		read  string
		seen  others
		want  Verdict
	}{
		"a street, as exported":        {extract.Street, "25HARBORRD", nil, Valid},
		"a street, misread":            {extract.Street, "75MAKBONRD", others{0: {'2': .3}, 2: {'H': .3}, 4: {'R': .2}, 7: {'R': .3}}, Valid},
		"the house is another":         {extract.Street, "75HARBORRD", nil, Uncertain},
		"the street is another":        {extract.Street, "25ORCHARDLN", nil, Uncertain},
		"a street beside its ZIP code": {extract.Street, "5580425HAKBORRD", others{9: {'R': .3}}, Valid},
		"a ZIP code, misread":          {extract.ZIP, "53864", others{1: {'5': .2}, 3: {'0': .3}}, Valid},
		"a ZIP code that is another":   {extract.ZIP, "53864", nil, Uncertain},
		"an address, misread":          {extract.Email, "mlcpez75gmcilcom", others{2: {'O': .3}, 6: {'2': .3}, 10: {'A': .3}}, Valid},
		"an address that is another":   {extract.Email, "morchard9gmailcom", nil, Uncertain},
	} {
		line := read(1, 0.9, fields{extract.Name: "Maria Lopez"})
		seen := numberRead(strings.ToUpper(c.read), 0.6, c.seen)
		seen.Text = c.read
		if c.field == extract.Email {
			seen.Text = strings.Replace(strings.Replace(c.read, "gm", "@gm", 1), "com", ".com", 1)
		}
		line.Fields[c.field] = seen
		if d := decide(m, MIG(), line)[0]; d.Verdict != c.want {
			t.Errorf("%s: %s, %s; %+v", name, d.Verdict, d.Because, d.Candidates)
		}
	}
}
