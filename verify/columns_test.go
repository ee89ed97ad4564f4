package verify

import (
	"slices"
	"testing"

	"countersign/extract"
)

// What the columns of a form are is found out by the roll where its headings say nothing: names
// from cities, member numbers from telephone numbers, and the place to sign from what is left.
func TestColumnsByTheRoll(t *testing.T) {
	w := newWorld(t, 2000, 41)
	scrawls := []string{"-", "Ula", "cuv", "", "Mmu", "-", "could", "Ae", "nu", "-"}
	// pages have a line each for some members, with what two columns of names say.
	pages := func(n, lines int, columns func(i int, l signed) []extract.Reading) (all []extract.Unheaded) {
		for page := range n {
			u := extract.Unheaded{Borders: []float64{0, 0.2, 0.4, 0.6, 0.8, 1}, Columns: make([]extract.Column, 5)}
			for i := range lines {
				at := page*lines + i
				l := w.sign(at, []extract.Field{extract.MemberID, extract.City}, 0.05)
				for f, r := range l.Fields {
					r.Words, r.Alternatives = nil, nil
					l.Fields[f] = r
				}
				u.Lines = append(u.Lines, columns(at, l))
			}
			all = append(all, u)
		}
		return all
	}
	phone := extract.Reading{Text: "312-555-0142", Confidence: 0.9, Engine: "hand"}
	scrawl := func(i int) extract.Reading {
		return extract.Reading{Text: scrawls[i%len(scrawls)], Confidence: 0.3, Engine: "hand"}
	}
	usual := func(i int, l signed) []extract.Reading {
		return []extract.Reading{l.Fields[extract.City], l.Fields[extract.Name], phone, l.Fields[extract.MemberID], scrawl(i)}
	}
	fields := func(l extract.Learned) (fields []extract.Field) {
		for _, c := range l.Columns {
			fields = append(fields, append(c.Fields, "")[0])
		}
		return fields
	}
	for _, n := range []int{1, 3} {
		l, ok := w.matcher.Columns(pages(n, 10, usual))
		got := fields(l)
		if !ok || got[1] != extract.Name || got[3] != extract.MemberID || got[4] != extract.Signature || !l.ByRoll {
			t.Errorf("%d pages: %v, %v", n, got, ok)
		}
	}
	halves := func(i int, l signed) []extract.Reading {
		member := w.members[i]
		read := func(s string) extract.Reading {
			return extract.Reading{Text: s, Confidence: 0.9, Engine: "hand"}
		}
		return []extract.Reading{read(member["Last Name"]), read(member["First Name"]), phone, read(member["ID"]), scrawl(i)}
	}
	if l, ok := w.matcher.Columns(pages(1, 10, halves)); !ok ||
		!slices.Equal(fields(l)[:2], []extract.Field{extract.Family, extract.Given}) {
		t.Errorf("the halves of names: %v, %v", fields(l), ok)
	}
	witnessed := func(i int, l signed) []extract.Reading {
		witness := w.sign(1000+i, nil, 0)
		return []extract.Reading{l.Fields[extract.Name], witness.Fields[extract.Name], phone, phone, scrawl(i)}
	}
	if l, ok := w.matcher.Columns(pages(1, 10, witnessed)); ok {
		t.Errorf("two columns find members, and the signer's is said to be known: %v", fields(l))
	}
	strangers := func(i int, l signed) []extract.Reading {
		word := extract.Reading{Text: "Qxv Zzyk", Confidence: 0.9, Engine: "hand"}
		return []extract.Reading{word, word, phone, phone, scrawl(i)}
	}
	if l, ok := w.matcher.Columns(pages(1, 10, strangers)); ok {
		t.Errorf("nobody is found, and yet columns are known: %v", fields(l))
	}
}
