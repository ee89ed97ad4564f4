package verify

import (
	"bytes"
	"flag"
	"fmt"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/name"
	"countersign/verify/roll"
)

// How many lines TestChangedParts changes, and on which roll: the figure that is published
// comes from 20,000 lines on a roll of 58,000.
var (
	changedLines = flag.Int("changed", 250, "lines that TestChangedParts changes")
	changedRoll  = flag.String(
		"changed-roll",
		"",
		"membership export for it; empty for one drawn",
	)
)

// Whoever changes one short part of a line that counts (suffix, middle initial, given
// initial, number) has a line that does not count by itself any more.
func TestChangedParts(t *testing.T) {
	w := newWorld(t, 3000, 19)
	for i, m := range w.members {
		if i%6 == 0 {
			m["Suffix"] = []string{"Jr.", "Sr.", "II", "III", "Jr", "IV"}[i/6%6]
		}
		if i%4 == 0 {
			m["Middle Name"] = w.draw(w.given, w.givenC)
		}
	}
	r, err := roll.Import(bytes.NewReader(export(w.members)), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	if *changedRoll != "" {
		r, err := roll.Open(*changedRoll, roll.Options{})
		if err != nil {
			t.Fatal(err)
		}
		m = NewMatcher(r, Options{})
	}
	tried, counted := map[string]int{}, map[string]int{}
	for tries := 0; tries < *changedLines; tries++ {
		member := m.roll.Members.At(int32(w.rand.IntN(m.roll.Members.Len())))
		if s := MIG().Standing; s(member, day("2026-11-01")).Reason != IsMember ||
			len(name.Words(member.Given)) == 0 {
			continue
		}
		p := partsOf(w, member)
		engine := []string{"text", "tesseract", "hand"}[w.rand.IntN(3)]
		p.place = w.chance(0.3)
		if decide(m, MIG(), p.line(w, member, engine))[0].Verdict == Valid {
			counted[engine]++
		}
		tried[engine]++
		changed, what := p.change(w, m.roll, member, engine)
		d := decide(m, MIG(), changed.line(w, member, engine))[0]
		if d.Verdict == Valid {
			t.Errorf(
				"%s, with another %s: %q %s, is decided for %s %s %s %s (%s): %s",
				engine,
				what,
				changed.name(),
				changed.number,
				member.Given,
				member.Middle,
				member.Family,
				member.Suffix,
				member.ID,
				d.Because,
			)
		}
	}
	t.Log("lines that counted before they were changed:", counted, "of", tried)
	for engine, n := range tried {
		if counted[engine]*2 < n {
			t.Errorf(
				"%s: only %d of %d lines counted before they were changed",
				engine,
				counted[engine],
				n,
			)
		}
	}
}

// parts are a line as a member writes it.
type parts struct {
	given, middle, family, suffix, number string
	flipped, apart, place                 bool
}

func partsOf(w *world, m *roll.Member) parts {
	p := parts{
		given:   m.Given,
		family:  m.Family,
		suffix:  m.Suffix,
		number:  m.ID,
		flipped: w.chance(0.2),
		apart:   w.chance(0.2),
	}
	if m.Middle != "" && w.chance(0.7) {
		p.middle = m.Middle
		if w.chance(0.5) {
			p.middle = m.Middle[:1] + "."
		}
	}
	if w.chance(0.3) {
		p.given = p.given[:1] + "."
	}
	return p
}

func (p parts) name() string {
	given := strings.Join(strings.Fields(p.given+" "+p.middle), " ")
	switch {
	case p.flipped && p.suffix != "":
		return fmt.Sprintf("%s, %s, %s", p.family, given, p.suffix)
	case p.flipped:
		return p.family + ", " + given
	}
	return strings.TrimSpace(given + " " + p.family + " " + p.suffix)
}

func (p parts) line(w *world, m *roll.Member, engine string) Line {
	f := fields{extract.Name: p.name(), extract.MemberID: p.number}
	if p.apart {
		f = fields{
			extract.Given:    strings.TrimSpace(p.given + " " + p.middle),
			extract.Family:   strings.TrimSpace(p.family + " " + p.suffix),
			extract.MemberID: p.number,
		}
	}
	if p.place {
		f[extract.City], f[extract.State], f[extract.ZIP] = m.City, m.State, m.ZIP
	}
	l := typed(1, f)
	for k, r := range l.Fields {
		switch {
		case engine == "text":
		case engine == "hand" && k != extract.MemberID && k != extract.ZIP:
			l.Fields[k] = w.seenText(r.Text, 0, 0.9)
		default:
			l.Fields[k] = extract.Reading{Text: r.Text, Confidence: 0.93, Engine: engine}
		}
	}
	return l
}

// change puts another value in the place of one part.
func (p parts) change(
	w *world,
	r *roll.Roll,
	m *roll.Member,
	engine string,
) (changed parts, what string) {
	other := func(not byte) string {
		for {
			c := byte('A' + w.rand.IntN(26))
			if c|32 != not|32 {
				return string(c) + "."
			}
		}
	}
	initialOf := map[byte]bool{}
	for _, n := range append(name.Words(m.Given+" "+m.Middle+" "+m.Informal+" "+m.Former), name.Nicknames(name.Joined(m.Given))...) {
		initialOf[n[0]] = true
	}
	for {
		changed = p
		switch what = []string{"suffix", "middle initial", "given initial", "number"}[w.rand.IntN(4)]; what {
		case "suffix":
			changed.suffix = []string{"Jr.", "Sr.", "II", "III", "junior", "2nd", "IV"}[w.rand.IntN(7)]
			if m.Suffix == "" || name.Generation(changed.suffix) == name.Generation(m.Suffix) {
				continue
			}
			if engine == "hand" && changed.suffix == "2nd" {
				continue // lattices that are drawn have no digits
			}
		case "middle initial":
			if changed.middle = other(' '); m.Middle == "" || initialOf[changed.middle[0]|32] {
				continue
			}
		case "given initial":
			if changed.given = other(' '); initialOf[changed.given[0]|32] {
				continue
			}
		default:
			if changed.number = r.Members.ID(int32(w.rand.IntN(r.Members.Len()))); engine == "text" &&
				w.chance(0.5) {
				// Of what a reader gives, a single digit may well be misread.
				b := []byte(m.ID)
				b[w.rand.IntN(len(b))] = byte('0' + w.rand.IntN(10))
				changed.number = string(b)
			}
			if changed.number == m.ID || fitsNumber(r, changed) {
				continue // of the other member's number and name alike, the line is theirs
			}
		}
		return changed, what
	}
}

// fitsNumber says whether the member who has the number of a line may bear its name.
func fitsNumber(r *roll.Roll, p parts) bool {
	for _, at := range r.ByNumber(p.number) {
		if name.Compare(name.Parse(p.name()), r.Members.Name(at)).Agrees() {
			return true
		}
	}
	return false
}

// TestInitialOfAnother: an initial and a surname that another member bears as they are written
// are not this member's, whose surname is one letter off, though the number is.
func TestInitialOfAnother(t *testing.T) {
	const export = `ID,First Name,Last Name,Status,Paid Thru
0521756,Benjamin,Gonzales,Active,2027-09-12
%s
`
	for other, want := range map[string]Verdict{
		"2164723,Barbara,Gonzalas,Active,2027-05-30": Uncertain,
		"2164723,Barbara,Hutchins,Active,2027-05-30": Valid,
	} {
		r, err := roll.Import(strings.NewReader(fmt.Sprintf(export, other)), "members.csv", roll.Options{})
		if err != nil {
			t.Fatal(err)
		}
		line := read(1, 0.9, fields{extract.Name: "B. Gonzalas", extract.MemberID: "0521756"})
		if d := decide(NewMatcher(r, Options{}), MIG(), line)[0]; d.Verdict != want {
			t.Errorf("beside %s the line is %s: %s", other, d.Verdict, d.Because)
		}
	}
}

// TestInitialBeforeMiddleName: who goes by the middle name may write the initial of the first
// before it, and no other.
func TestInitialBeforeMiddleName(t *testing.T) {
	r, err := roll.Import(strings.NewReader(`ID,First Name,Middle Name,Last Name,Status,Paid Thru
0841217,Heather,Earnest,Miller,Active,2027-09-12
`), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for written, want := range map[string]Verdict{
		"H. Earnest Miller": Valid,
		"Earnest Miller":    Valid,
		"T. Earnest Miller": Uncertain,
	} {
		line := read(1, 0.93, fields{extract.Name: written, extract.MemberID: "0841217"})
		for f, reading := range line.Fields {
			reading.Engine = "tesseract"
			line.Fields[f] = reading
		}
		if d := decide(NewMatcher(r, Options{}), MIG(), line)[0]; d.Verdict != want {
			t.Errorf("%q is %s, want %s: %s", written, d.Verdict, want, d.Because)
		}
	}
}
