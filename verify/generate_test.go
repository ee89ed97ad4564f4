package verify

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// people draws invented people with the name frequencies of the 1990 US census.
type people struct {
	rand            *rand.Rand
	family, given   []string
	familyC, givenC []float64
	towns           []town // where they live; without any they work at workplaces
	townC           []float64
}

// town is a ZIP code.
type town struct{ city, state, zip string }

func newPeople(t testing.TB, seed uint64) *people {
	p := &people{rand: rand.New(rand.NewPCG(seed, 58000))}
	p.family, p.familyC = shares(t, "testdata/surnames.txt.gz")
	p.given, p.givenC = shares(t, "testdata/given.txt")
	return p
}

// found founds towns with up to four ZIP codes each, 20,000 in all, some of them
// as large as cities are.
func (p *people) found() {
	states := []string{"CA", "TX", "FL", "NY", "PA", "IL", "OH", "GA", "NC", "MI", "NJ", "VA", "WA", "AZ", "MA", "TN", "IN", "MO", "MD", "WI", "CO", "MN", "SC", "AL", "LA", "KY", "OR", "OK", "CT", "UT",
		"IA", "NV", "AR", "MS", "KS", "NM", "NE", "ID", "WV", "HI", "NH", "ME", "MT", "RI", "DE", "SD", "ND", "AK", "VT", "WY"}
	endings := []string{"ville", "ton", "", "burg", " City", "ford", " Springs", ""}
	sum := 0.0
	for n := 0; len(p.towns) < 20000; n++ {
		city := p.family[p.rand.IntN(8000)] + endings[p.rand.IntN(len(endings))]
		state := states[p.rand.IntN(len(states))]
		for i := range 1 + p.rand.IntN(4) {
			p.towns = append(p.towns, town{city, state, fmt.Sprintf("%05d", 1000+4*n+i)})
			sum += math.Pow(float64(1+p.rand.IntN(2000)), -0.7)
			p.townC = append(p.townC, sum)
		}
	}
}

func shares(t testing.TB, path string) (names []string, sums []float64) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	sum := 0.0
	for line := range strings.Lines(string(data)) {
		var n string
		var share float64
		if _, err := fmt.Sscan(line, &n, &share); err != nil {
			t.Fatalf("%s: %q: %v", path, line, err)
		}
		sum += max(share, 0.0003)
		names, sums = append(names, n), append(sums, sum)
	}
	return names, sums
}

func (p *people) draw(names []string, sums []float64) string {
	return names[sort.SearchFloat64s(sums, p.rand.Float64()*sums[len(sums)-1])]
}

// reseed makes what is drawn next depend on nothing drawn before.
func (p *people) reseed(seed uint64) { p.rand = rand.New(rand.NewPCG(seed, 2)) }

func (p *people) chance(share float64) bool { return p.rand.Float64() < share }

var workplaces = [][]string{
	{"Duke University", "Durham", "NC", "277"}, {"NC State", "Raleigh", "NC", "276"}, {"Univ. of Iowa", "Iowa City", "IA", "522"}, {"Drake University", "Des Moines", "IA", "503"},
	{"UCLA", "Los Angeles", "CA", "900"}, {"San Diego Public Library", "San Diego", "CA", "921"}, {"San Francisco Public Library", "San Francisco", "CA", "941"}, {"Yale University", "New Haven", "CT", "065"},
	{"Trinity College", "Hartford", "CT", "061"}, {"Multnomah County Library", "Portland", "OR", "972"}, {"Portland Public Library", "Portland", "ME", "041"}, {"Brooklyn Public Library", "Brooklyn", "NY", "112"},
	{"New York Public Library", "New York", "NY", "100"}, {"Univ. of Colorado", "Boulder", "CO", "803"}, {"Denver Public Library", "Denver", "CO", "802"}, {"Boston Public Library", "Boston", "MA", "021"},
	{"Widener Library", "Cambridge", "MA", "021"}, {"Library of Congress", "Washington", "DC", "200"}, {"Free Library of Philadelphia", "Philadelphia", "PA", "191"}, {"University of Michigan", "Ann Arbor", "MI", "481"},
}

// member is a row of the export, in the order of header.
type member map[string]string

var header = []string{"ID", "First Name", "Middle Name", "Last Name", "Suffix", "Informal", "Email", "Company", "Address 1", "City", "State", "Zip", "Member Type", "Status", "Join Date", "Paid Thru"}

func (p *people) member(id int) member {
	m := member{"ID": fmt.Sprintf("%07d", id), "First Name": p.draw(p.given, p.givenC), "Last Name": p.draw(p.family, p.familyC), "Member Type": "Regular", "Join Date": "2010-03-04"}
	if p.chance(0.05) {
		m["Last Name"] += "-" + p.draw(p.family, p.familyC)
	}
	if p.chance(0.45) {
		m["Middle Name"] = string(rune('A'+p.rand.IntN(20))) + "."
	}
	if nicks := name.Nicknames(strings.ToLower(m["First Name"])); len(nicks) > 0 && p.chance(0.1) {
		n := nicks[p.rand.IntN(len(nicks))]
		m["Informal"] = strings.ToUpper(n[:1]) + n[1:]
	}
	m["Email"] = fmt.Sprintf("%s%s%d@example.org", strings.ToLower(m["First Name"][:1]), strings.ToLower(m["Last Name"]), p.rand.IntN(100))
	p.settle(m)
	m["Status"], m["Paid Thru"] = "Active", "2027-02-21"
	switch x := p.rand.Float64(); {
	case x < 0.10:
		m["Status"], m["Paid Thru"] = "Lapsed", "2024-01-27"
	case x < 0.11:
		m["Status"] = "Suspended"
	case x < 0.13:
		m["Status"] = "Grace"
	}
	return m
}

func (p *people) settle(m member) {
	if len(p.towns) > 0 {
		t := p.towns[sort.SearchFloat64s(p.townC, p.rand.Float64()*p.townC[len(p.townC)-1])]
		m["City"], m["State"], m["Zip"] = t.city, t.state, t.zip
		return
	}
	w := workplaces[p.rand.IntN(len(workplaces))]
	m["Company"], m["City"], m["State"], m["Zip"] = w[0], w[1], w[2], fmt.Sprintf("%s%02d", w[3], p.rand.IntN(60))
	m["Address 1"] = fmt.Sprintf("%d %s St", 100+p.rand.IntN(9000), p.draw(p.family, p.familyC))
}

// export writes members as an association's system would.
func export(members []member) []byte { return exportOf(members, header) }

func exportOf(members []member, header []string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(header)
	for _, m := range members {
		var row []string
		for _, h := range header {
			row = append(row, m[h])
		}
		w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}

// world is a roll and people who are not on it.
type world struct {
	*people
	matcher   *Matcher
	members   []member
	strangers []member
	away      float64 // share of signers who are not on the roll
	lattices  bool    // names and cities are seen, not only read
}

func newWorld(t testing.TB, size int, seed uint64) *world {
	return populate(t, &world{people: newPeople(t, seed), away: 0.1}, size)
}

// newCountry is a roll of people spread over towns, for lines with a name and a
// place and nothing else.
func newCountry(t testing.TB, size int, seed uint64) *world {
	w := &world{people: newPeople(t, seed), away: 0.2}
	w.found()
	return populate(t, w, size)
}

func populate(t testing.TB, w *world, size int) *world {
	ids := w.rand.Perm(2_300_000)
	for i := range size + size/8 {
		m := w.member(100_000 + ids[i])
		if i < size {
			w.members = append(w.members, m)
		} else {
			w.strangers = append(w.strangers, m)
		}
	}
	r, err := roll.Import(bytes.NewReader(export(w.members)), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.matcher = NewMatcher(r, Options{})
	return w
}

// signed is a line with who wrote it.
type signed struct {
	Line
	person string // member number, empty for a stranger
	good   bool   // in good standing
}

// layouts of sheets: the fields beside the name.
var layouts = [][]extract.Field{
	{extract.MemberID, extract.Date},
	{extract.Institution, extract.CityState},
	{extract.MemberID, extract.Email, extract.Date},
	{extract.MemberID, extract.ZIP},
	{extract.Street, extract.City, extract.State, extract.ZIP},
}

// sign writes a line as people do, with nicknames, wrong numbers and new
// addresses, and reads it with a share of wrong characters.
func (w *world) sign(row int, layout []extract.Field, wrong float64) signed {
	var m member
	s := signed{Line: Line{Ref: Ref{"a.pdf", 1 + row/20, 1 + row%20}}}
	if w.chance(w.away) {
		m = w.strangers[w.rand.IntN(len(w.strangers))]
	} else {
		m = w.members[w.rand.IntN(len(w.members))]
		s.person, s.good = m["ID"], m["Status"] == "Active" || m["Status"] == "Grace"
	}
	moved := member{}
	for k, v := range m {
		moved[k] = v
	}
	if w.chance(0.05) {
		w.settle(moved)
		if w.chance(0.5) {
			moved["Company"] = m["Company"]
		}
	}
	texts := map[extract.Field]string{
		extract.Institution: moved["Company"], extract.City: moved["City"], extract.State: moved["State"], extract.ZIP: moved["Zip"], extract.Street: moved["Address 1"],
		extract.CityState: moved["City"] + ", " + moved["State"], extract.Email: m["Email"], extract.Date: "9/8/26",
	}
	if s.person != "" && !w.chance(0.3) || s.person == "" && w.chance(0.6) {
		texts[extract.MemberID] = w.number(m["ID"], s.person == "")
	}
	s.Row = extract.Row{Number: row, Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{}}
	confidence := 0.9 - 2*wrong
	texts[extract.Name] = w.write(m)
	for _, f := range append([]extract.Field{extract.Name}, layout...) {
		if w.lattices && (f == extract.Name || f == extract.City) {
			s.Row.Fields[f] = w.seenText(texts[f], wrong, confidence)
			continue
		}
		s.Row.Fields[f] = extract.Reading{Text: w.misread(texts[f], wrong), Confidence: confidence}
	}
	return s
}

func (w *world) number(own string, invented bool) string {
	switch {
	case invented:
		return fmt.Sprintf("%07d", 100_000+w.rand.IntN(2_300_000))
	case w.chance(0.03):
		i := w.rand.IntN(len(own) - 1)
		return own[:i] + own[i+1:i+2] + own[i:i+1] + own[i+2:]
	case w.chance(0.01):
		return w.members[w.rand.IntN(len(w.members))]["ID"]
	}
	return own
}

func (w *world) write(m member) string {
	given, middle, family := m["First Name"], m["Middle Name"], m["Last Name"]
	nicks := name.Nicknames(strings.ToLower(given))
	switch x := w.rand.Float64(); {
	case m["Informal"] != "" && x < 0.5:
		given = m["Informal"]
	case len(nicks) > 0 && x < 0.05:
		given = nicks[w.rand.IntN(len(nicks))]
	case x < 0.08:
		given = given[:1] + "."
	}
	if first, _, double := strings.Cut(family, "-"); double && w.chance(0.2) {
		family = first
	}
	if middle != "" && w.chance(0.2) {
		given += " " + middle
	}
	written := given + " " + family
	if w.chance(0.12) {
		written = family + ", " + given
	}
	if w.chance(0.2) {
		written = strings.ToUpper(written)
	}
	return written
}

// misread changes characters at the rate given: four in ten into one that the recognizer
// takes for it, three into any, and loses or adds the rest. It is not the error model
// of the matcher, no more than a reader of handwriting is.
func (w *world) misread(s string, wrong float64) string { return misread(w.rand, s, wrong) }

func misread(r *rand.Rand, s string, wrong float64) string {
	var out []byte
	for i := range len(s) {
		c := s[i]
		if c == ' ' || r.Float64() >= wrong {
			out = append(out, c)
			continue
		}
		switch x := r.Float64(); {
		case x < 0.4 && c|32 >= 'a' && c|32 <= 'z':
			out = append(out, lookalike(r, c|32))
		case x < 0.7 && c >= '0' && c <= '9':
			out = append(out, byte('0'+r.IntN(10)))
		case x < 0.7:
			out = append(out, byte('a'+r.IntN(26)))
		case x < 0.85:
		default:
			out = append(out, c, byte('a'+r.IntN(26)))
		}
	}
	return string(out)
}

var lookalikes = sync.OnceValue(func() *misreadings {
	m, err := newMisreadings(misreadFile)
	if err != nil {
		panic(err)
	}
	return m
})

// lookalike draws a letter that the recognizer reads for another.
func lookalike(r *rand.Rand, c byte) byte {
	shares := &lookalikes().read[c-'a'+1]
	sum := 0.0
	for _, p := range shares {
		sum += p
	}
	x := r.Float64() * sum
	for to, p := range shares {
		if x -= p; x < 0 {
			return byte('a' + to - 1)
		}
	}
	return c
}

// run signs, matches and decides lines one by one, so that chance duplicates
// do not blur what is measured.
func (w *world) run(n int, wrong float64, pick func(layout []extract.Field, l signed) bool) judged {
	var f judged
	for i := 0; len(f.lines) < n; i++ {
		layout := layouts[i%len(layouts)]
		l := w.sign(i, layout, wrong)
		if pick != nil && !pick(layout, l) {
			continue
		}
		f.add(l, Decide(MIG(), Dates{}, []Match{w.matcher.Match(l.Line)})[0])
	}
	return f
}

// judged are the lines of a run, judged.
type judged struct {
	lines                    []judgedLine
	members, top1, top5      int
	decided                  int
	falseValid, falseInvalid int
	ruled, falsely           int // whose writer was taken to be certain; those of whom another wrote the line
	seconds                  float64
}

type judgedLine struct {
	score float64 // a probability, or whatever a matcher ranks by
	right bool    // the best candidate wrote the line
}

// rank judges the candidates for a line, best first.
func (f *judged) rank(l signed, ids []string, score float64) (right bool) {
	at := slices.Index(ids, l.person)
	right = at == 0 && l.person != ""
	f.lines = append(f.lines, judgedLine{score, right})
	if l.person != "" {
		f.members++
		if at == 0 {
			f.top1++
		}
		if at >= 0 && at < 5 {
			f.top5++
		}
	}
	return right
}

// add judges a decision.
func (f *judged) add(l signed, d Decision) {
	var ids []string
	for _, c := range d.Candidates {
		ids = append(ids, c.Member.ID)
	}
	right := f.rank(l, ids, d.Probability)
	if d.Verdict != Uncertain {
		f.decided++
	}
	if d.Verdict == Valid && (d.MemberID != l.person || !l.good) {
		f.falseValid++
	}
	if d.Verdict == Invalid && l.good && d.Reason != Duplicate {
		f.falseInvalid++
	}
	if d.Verdict != Uncertain && (d.Reason == IsMember || d.Reason == Lapsed || d.Reason == Ineligible || d.Reason == Duplicate) {
		f.ruled++
		if !right {
			f.falsely++
		}
	}
}

func (f *judged) share(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

// calibration is the Brier score and the expected calibration error, in bins
// of equal size.
func (f *judged) calibration() (brier, off float64) {
	lines := slices.Clone(f.lines)
	slices.SortFunc(lines, func(a, b judgedLine) int { return cmp.Compare(a.score, b.score) })
	n := float64(len(lines))
	for bin := range slices.Chunk(lines, max(1, len(lines)/20)) {
		diff := 0.0
		for _, l := range bin {
			y := 0.0
			if l.right {
				y = 1
			}
			brier += (l.score - y) * (l.score - y) / n
			diff += l.score - y
		}
		off += math.Abs(diff) / n
	}
	return brier, off
}

func (f *judged) String() string {
	brier, off := f.calibration()
	return fmt.Sprintf("%d lines: top-1 %.4f top-5 %.4f decided %.3f false valid %d false invalid %d Brier %.4f calibration error %.4f",
		len(f.lines), f.share(f.top1, f.members), f.share(f.top5, f.members), f.share(f.decided, len(f.lines)), f.falseValid, f.falseInvalid, brier, off)
}
