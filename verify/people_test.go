package verify

import (
	"fmt"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/roll"
)

// oneFamily is a small roll of people who are told apart by little, among a few hundred
// others.
func oneFamily(t *testing.T, others int, people string) *Matcher {
	t.Helper()
	var b strings.Builder
	b.WriteString(
		"Member No.,First Name,Middle Name,Last Name,Suffix,Informal,City,State,Zip,Status\n",
	)
	p := newPeople(t, 7)
	for i := range others {
		m := p.member(1_000_000 + 13*i)
		fmt.Fprintf(
			&b,
			"%s,%s,%s,%s,,,%s,%s,%s,Active\n",
			m["ID"],
			m["First Name"],
			m["Middle Name"],
			m["Last Name"],
			m["City"],
			m["State"],
			m["Zip"],
		)
	}
	for line := range strings.Lines(people) {
		if line = strings.TrimSpace(line); line != "" {
			fmt.Fprintf(&b, "%s,Northfield,MN,55057,Active\n", line)
		}
	}
	r, err := roll.Import(strings.NewReader(b.String()), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return NewMatcher(r, Options{})
}

// A short part of a name that is another than the member's contradicts, whatever else agrees;
// and words in any order, particles and the spelling of Saint do not.
func TestShortParts(t *testing.T) {
	m := oneFamily(t, 300, `
		7330012,Erasmus,,Holloway,Sr.,
		7330029,Erasmus,,Holloway,Jr.,
		7330036,Clara,Ruth,Whitcombe,,
		7330043,Leopold,,Quimby,II,
		7330050,John,Arthur,Ellsworthy,,
		7330067,John,Benedict,Ellsworthy,,
		7330074,Gwendolyn,,Hollingberry,,
		7330081,Anneliese,,Vantongeren,,
		7330098,Robert Jane,,Applequist,,
		7330104,James,Robert,Fenstermaker,,
		7330111,Anne-Marie,,Saint-Cyr,,
		7330128,Pieter,,van der Heijden,,
		7330135,Mai Anh,Thi,Nguyen,,
		7330142,Louis Andre,,Testard,,
		7330159,Beatriz,,Quintanilla,,
		7330166,Ferenc,,Szathmary,,
		7330173,Jean-Pierre,,Delacroixe,,
		7330180,Joan,,Ravensworth,,
		7330197,Tobias,,Okerlund,,
		7330203,Tobias,,Okerlund,III,`)
	for row := range strings.Lines(`
		Erasmus Holloway Jr.|7330029|valid
		Erasmus Holloway, Jr|7330029|valid
		Erasmus Holloway junior|7330029|valid
		Erasmus Holloway|7330012|valid
		Holloway, Erasmus Sr.|7330012|valid
		HOLLOWAY Erasmus|7330012|valid
		Erasmus Holloway Jr.|7330012|uncertain
		Holloway Jr., Erasmus|7330012|uncertain
		E. Holloway Junior|7330012|uncertain
		Erasmus Holloway II|7330029|uncertain
		Erasmus Holloway||uncertain
		Leopold Quimby 2nd|7330043|valid
		Leopold Quimby III|7330043|uncertain
		Leopold Quimby Jr.|7330043|uncertain
		Tobias Okerlund|7330197|valid
		Tobias Okerlund III|7330203|valid
		Tobias Okerlund III|7330197|uncertain
		Clara R. Whitcombe|7330036|valid
		Clara M. Whitcombe|7330036|uncertain
		Clara Maud Whitcombe|7330036|uncertain
		Whitcombe, C. M.|7330036|uncertain
		C. R. Whitcombe|7330036|valid
		M. Ruth Whitcombe|7330036|uncertain
		John A. Ellsworthy|7330050|valid
		John B. Ellsworthy|7330050|uncertain
		J. B. Ellsworthy|7330050|uncertain
		J. Benedict Ellsworthy|7330067|valid
		Benedict Ellsworthy|7330050|uncertain
		G. Hollingberry|7330074|valid
		M. Hollingberry|7330074|uncertain
		M. Gwendolyn Hollingberry|7330074|valid
		R. Vantongeren|7330081|uncertain
		A. Vantongeren|7330081|valid
		Q. Vantongeren|7330081|uncertain
		R. Jane Applequist|7330098|valid
		Robert J. Applequist|7330098|valid
		T. Jane Applequist|7330098|uncertain
		R. Kate Applequist|7330098|uncertain
		J. Robert Fenstermaker|7330104|valid
		K. Robert Fenstermaker|7330104|uncertain
		Robert Fenstermaker|7330104|valid
		Annemarie St. Cyr|7330111|valid
		Anne Marie Saint Cyr|7330111|valid
		A.-M. Saint-Cyr|7330111|valid
		A.-L. Saint-Cyr|7330111|uncertain
		Pieter Heijden|7330128|valid
		van der Heijden Pieter|7330128|valid
		P. v. d. Heijden|7330128|valid
		Q. Heijden|7330128|uncertain
		Nguyen Thi Mai Anh|7330135|valid
		Mai Anh Nguyen|7330135|valid
		NGUYEN Mai Anh|7330135|valid
		Testard - Louis Andre|7330142|valid
		TESTARD Louis Andre|7330142|valid
		Testard Louis Andre|7330142|valid
		Testard Louis Andre||valid
		Testard R. Andre|7330142|uncertain
		Beatriz Quintanilla Robles|7330159|valid
		Szathmary Ferenc|7330166|valid
		Szathmary G.|7330166|uncertain
		J.-P. Delacroixe|7330173|valid
		J. P. Delacroixe|7330173|valid
		J. M. Delacroixe|7330173|uncertain
		John Ravensworth|7330180|uncertain
		Louise Testard|7330142|uncertain
		Andre Testard|7330142|valid
		Jane Applequist|7330098|valid
		Joan Ravensworht|7330180|valid
	`) {
		cells := strings.Split(strings.TrimSpace(row), "|")
		if len(cells) != 3 {
			continue
		}
		written, number, want := cells[0], cells[1], Verdict(cells[2])
		line := typed(1, fields{extract.Name: written, extract.MemberID: number})
		d := decide(m, MIG(), line)[0]
		if d.Verdict != want {
			t.Errorf(
				"%q %s: %s %s, want %s: %s",
				written,
				number,
				d.Verdict,
				d.Reason,
				want,
				d.Because,
			)
		}
		if d.Verdict == Valid && strings.Contains(d.Because, "differs") {
			t.Errorf("%q %s is valid, and it says: %s", written, number, d.Because)
		}
	}
}

// Under one number two people of a household are not one person twice.
func TestHousehold(t *testing.T) {
	m := oneFamily(
		t,
		100,
		"7330012,Emma,,Wrightson-Delaney,,\n7330029,Anna,,Wrightson-Delaney,,\n7330036,Marius,,Fenwickson,,",
	)
	line := func(row int, name, number string) Line {
		return typed(row, fields{extract.Name: name, extract.MemberID: number})
	}
	for _, c := range []struct {
		first, second Line
		want          Verdict
	}{
		{line(1, "Emma Wrightson-Delaney", "7330012"), line(2, "Anna Wrightson-Delaney", "7330012"), Uncertain},
		{line(1, "Emma Wrightson-Delaney", "7330012"), line(2, "E. Delaney", "7330012"), Invalid},
		{line(1, "Marius Fenwickson Sr.", "7330036"), line(2, "Marius Fenwickson Jr.", "7330036"), Uncertain},
		{line(1, "Marius A. Fenwickson", "7330036"), line(2, "Marius B. Fenwickson", "7330036"), Uncertain},
		{line(1, "Marius A. Fenwickson", "7330036"), line(2, "M. Fenwickson", "7330036"), Invalid},
	} {
		d := decide(m, MIG(), c.first, c.second)
		if d[0].Verdict != Valid || d[1].Verdict != c.want {
			t.Errorf(
				"%q and %q: %s, %s %s",
				c.first.Fields[extract.Name].Text,
				c.second.Fields[extract.Name].Text,
				d[0].Verdict,
				d[1].Verdict,
				d[1].Because,
			)
		}
	}
}

// On a small roll every name is rare, and yet a common one decides nothing by itself.
func TestCommonNameOnSmallRoll(t *testing.T) {
	m := oneFamily(t, 250, `
		9000011,Maria,,Garcia,,
		9000028,Wei,,Chen,,
		9000035,Mohammed,,Ali,,
		9000042,Min-jun,,Kim,,
		9000059,Olga,,Petrova,,
		9000066,Ignatius,,Pemberley,,`)
	for name, want := range map[string]Verdict{
		"Maria Garcia": Uncertain, "Wei Chen": Uncertain, "Mohammed Ali": Uncertain,
		"Min-jun Kim": Uncertain, "Olga Petrova": Uncertain, "Ignatius Pemberley": Valid,
	} {
		if d := decide(m, MIG(), typed(1, fields{extract.Name: name}))[0]; d.Verdict != want {
			t.Errorf("%s: %s, %s", name, d.Verdict, d.Because)
		}
	}
	if d := decide(m, MIG(), typed(1, fields{extract.Name: "Wei Chen", extract.MemberID: "9000028"}))[0]; d.Verdict != Valid {
		t.Errorf("with the number: %s", d.Because)
	}
}

// What stands in the cell for the number and is none says nothing, and what stands around
// the number is no part of it.
func TestNumberCells(t *testing.T) {
	m := oneFamily(
		t,
		200,
		"0829131,Margarethe,,Lindqvist-Oberholtz,,\n4829148,Tobias,,Wetherington,,",
	)
	for _, c := range []struct {
		name, cell string
		number     string
	}{
		{"Margarethe Lindqvist-Oberholtz", "ALA 0829131", "0829131"},
		{"Margarethe Lindqvist-Oberholtz", "829131", "829131"},
		{"Margarethe Lindqvist-Oberholtz", "#829-131", "829131"},
		{"Tobias Wetherington", "ALA4829148", "4829148"},
		{"Tobias Wetherington", "482 9148", "4829148"},
		{"Tobias Wetherington", "4,829,148", "4829148"},
		{"Tobias Wetherington", "4829148-01", "4829148"},
		{"Tobias Wetherington", "4829148.0", "4829148"},
		{"Tobias Wetherington", "04829148", "04829148"},
		{"Tobias Wetherington", "\u202d4829\u200b148\u202c", "4829148"},
		{"Tobias Wetherington", "No. 4829148 (since 1998)", "4829148"},
		{"Tobias Wetherington", "see email", ""},
		{"Tobias Wetherington", "don't know", ""},
		{"Tobias Wetherington", "312-555-0142", ""},
		{"Tobias Wetherington", "(312) 555 0142", ""},
		{"Tobias Wetherington", "member since 1998", ""},
		{"Tobias Wetherington", "life", ""},
		{"Tobias Wetherington", "?", ""},
		{"Tobias Wetherington", "\u200b", ""},
	} {
		if got := m.numbers.in(extract.Reading{Text: c.cell, Engine: "text"}); got != c.number {
			t.Errorf("%q holds the number %q, want %q", c.cell, got, c.number)
		}
		if d := decide(m, MIG(), typed(1, fields{extract.Name: c.name, extract.MemberID: c.cell}))[0]; d.Verdict != Valid {
			t.Errorf("%q: %s, %s", c.cell, d.Verdict, d.Because)
		}
	}
	for read, want := range map[string]string{"O829l31": "0829131", "48Z 9I48": "4829148", "see email": "", "4829148": "4829148"} {
		if got := m.numbers.in(extract.Reading{Text: read, Engine: "hand", Confidence: 0.9}); got != want {
			t.Errorf("handwritten %q holds the number %q, want %q", read, got, want)
		}
	}
}

// Of a line whose name and number are nobody's, nobody is the candidate, and it makes no
// other line doubtful.
func TestNobodysLine(t *testing.T) {
	m := oneFamily(
		t,
		380,
		"4829131,Margarethe,,Lindqvist,,\n4829155,Philippa,,Abernathy,,\n4829186,Ignatius,,Pemberly,,",
	)
	d := decide(m, MIG(),
		typed(1, fields{extract.Name: "Tobias Wetherington", extract.MemberID: "4829185"}),
		typed(2, fields{extract.Name: "Rosalind Featherstone", extract.MemberID: "4829130"}),
		typed(3, fields{extract.Name: "Margarethe Lindqvist", extract.MemberID: "4829131"}),
		typed(4, fields{extract.Name: "Ignatius Pemberly", extract.MemberID: "4829186"}))
	for i, want := range []Verdict{Uncertain, Uncertain, Valid, Valid} {
		if d[i].Verdict != want ||
			want == Uncertain &&
				(d[i].MemberID != "" || len(d[i].Candidates) > 0 && d[i].Probability > 0.01) {
			t.Errorf(
				"line %d: %s %s %.3f, %s",
				i+1,
				d[i].Verdict,
				d[i].MemberID,
				d[i].Probability,
				d[i].Because,
			)
		}
	}
}

// People who share a number in the export have it all the same.
func TestSharedNumberAgrees(t *testing.T) {
	m := oneFamily(t, 50, "4829131,Annika,,Marshburn,,\n4829131,Tobias,,Wetherington,,")
	line := typed(1, fields{extract.Name: "Annika Marshburn", extract.MemberID: "ALA 4829131"})
	d := decide(m, MIG(), line)[0]
	if d.Verdict != Uncertain || len(d.Candidates) == 0 || d.Candidates[0].Member.Given != "Annika" {
		t.Fatalf("%s: %s", d.Verdict, d.Because)
	}
	if because := strings.Join(d.Candidates[0].Because, "; "); !strings.Contains(because, "number: equal") {
		t.Errorf("it says %q", because)
	}
	if against := d.Candidates[0].against(); against != "" {
		t.Errorf("against the member: %s", against)
	}
}

// TestWhatAPersonCannotSign: two names on a line, another title, and a number that its own
// cell takes back, are never counted for a member.
func TestWhatAPersonCannotSign(t *testing.T) {
	r, err := roll.Import(strings.NewReader(`Member No.,Prefix,First Name,Last Name,City,State,Zip,Status
4829131,,Margarethe,Lindqvist,Northfield,MN,55057,Active
4829155,,Daniel,Fotheringay,Northfield,MN,55057,Active
4829163,,Danielle,Fotheringay,Northfield,MN,55057,Active
4829186,Mr.,Ignatius,Pemberly,Northfield,MN,55057,Active
`), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMatcher(r, Options{})
	for _, c := range []struct {
		name, number string
		want         Verdict
	}{
		{"Margarethe Lindqvist", "4829131", Valid},
		{"Ignatius Pemberly", "4829186", Valid},
		{"Mr. Ignatius Pemberly", "4829186", Valid},
		{"Mrs. Ignatius Pemberly", "4829186", Uncertain},
		{"Daniel and Danielle Fotheringay", "4829155", Uncertain},
		{"Daniel/Danielle Fotheringay", "4829163", Uncertain},
		{"Margarethe Lindqvist", "4829131 or 4829186", Uncertain},
		{"Margarethe Lindqvist", "not 4829131", Uncertain},
		{"Margarethe Lindqvist", "4829131 / lapsed", Uncertain},
		{"Margarethe Lindqvist", "4829131?", Uncertain},
		{"Margarethe Lindqvist", "No. 4829131 (since 1998)", Valid},
	} {
		line := typed(1, fields{extract.Name: c.name, extract.MemberID: c.number})
		if d := decide(m, MIG(), line)[0]; d.Verdict != c.want {
			t.Errorf("%s, %s: %s, %s", c.name, c.number, d.Verdict, d.Because)
		}
	}
}
