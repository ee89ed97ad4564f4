package verify

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/verify/roll"
)

// typist is a record of FEBRL.
type typist struct {
	person string
	id     string // a number of its own
	fields map[string]string
}

func febrl(t testing.TB, file string) []typist {
	data, err := os.ReadFile("testdata/febrl/" + file + ".csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []typist
	for i, row := range rows[1:] {
		r := typist{person: strings.Split(row[0], "-")[1], id: fmt.Sprintf("R%06d", i), fields: map[string]string{}}
		for k, v := range row {
			r.fields[strings.TrimSpace(rows[0][k])] = strings.TrimSpace(v)
		}
		out = append(out, r)
	}
	return out
}

// member gives the record as an export would. Whose family name is missing goes by the
// given name.
func (r typist) member() member {
	f := r.fields
	m := member{"ID": r.id, "First Name": f["given_name"], "Last Name": f["surname"], "Date of Birth": f["date_of_birth"], "SSN": f["soc_sec_id"],
		"Address 1": f["street_number"] + " " + f["address_1"], "City": f["suburb"], "State": f["state"], "Zip": f["postcode"], "Status": "Active"}
	switch {
	case m["Last Name"] == "" && m["First Name"] == "":
		m["Last Name"] = "unknown"
	case m["Last Name"] == "":
		m["First Name"], m["Last Name"] = "", m["First Name"]
	}
	return m
}

func (r typist) line() Line {
	m := r.member()
	return Line{Row: extract.Row{Fields: map[extract.Field]extract.Reading{
		extract.Given: {Text: m["First Name"], Confidence: 0.9}, extract.Family: {Text: m["Last Name"], Confidence: 0.9},
		extract.Name:     {Text: strings.TrimSpace(m["First Name"] + " " + m["Last Name"]), Confidence: 0.9},
		extract.SecondID: {Text: m["SSN"], Confidence: 0.9}, extract.Street: {Text: m["Address 1"], Confidence: 0.9}, extract.Birth: {Text: m["Date of Birth"], Confidence: 0.9},
		extract.City: {Text: m["City"], Confidence: 0.9}, extract.State: {Text: m["State"], Confidence: 0.9}, extract.ZIP: {Text: m["Zip"], Confidence: 0.9},
	}}}
}

func febrlMatcher(t testing.TB, records []typist) *Matcher {
	var members []member
	for _, r := range records {
		members = append(members, r.member())
	}
	r, err := roll.Import(bytes.NewReader(exportOf(members, append(slices.Clone(header), "Date of Birth", "SSN"))), "febrl.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return NewMatcher(r, Options{})
}

// links are pairs of records found to be of one person, and the truth.
type links struct{ found, right, true int }

func (l links) f1() float64 { return 2 * float64(l.right) / float64(l.found+l.true) }

// linkOne finds for each record of one file the one of another file.
func linkOne(t testing.TB, from, to []typist) links {
	m := febrlMatcher(t, to)
	of := map[string]string{}
	for _, r := range to {
		of[r.id] = r.person
	}
	l := links{true: len(from)}
	for _, r := range from {
		got := m.Match(r.line())
		if len(got.Candidates) == 0 || got.Candidates[0].Probability < 0.5 {
			continue
		}
		l.found++
		if of[got.Candidates[0].Member.ID] == r.person {
			l.right++
		}
	}
	return l
}

// linkAll finds the records of a file that are one person's: whoever is
// likelier to have written a record than nobody.
func linkAll(t testing.TB, records []typist) links {
	m := febrlMatcher(t, records)
	at := map[string]int{}
	for i, r := range records {
		at[r.id] = i
	}
	group := make([]int, len(records))
	for i := range group {
		group[i] = i
	}
	var root func(int) int
	root = func(i int) int {
		if group[i] != i {
			group[i] = root(group[i])
		}
		return group[i]
	}
	for i, r := range records {
		w := m.scratch.Get().(*work)
		s := m.see(w, r.line().Row)
		for _, c := range m.score(w, s) {
			member, nobody := m.prior*c.likelihood/float64(len(records)), (1-m.prior)*s.nobody
			if j := at[m.roll.Members.ID(c.at)]; j != i && member > nobody {
				group[root(i)] = root(j)
			}
		}
		w.reset()
		m.scratch.Put(w)
	}
	pairs := func(key func(i int) string) int {
		n := map[string]int{}
		for i := range records {
			n[key(i)]++
		}
		sum := 0
		for _, k := range n {
			sum += k * (k - 1) / 2
		}
		return sum
	}
	return links{
		found: pairs(func(i int) string { return fmt.Sprint(root(i)) }),
		right: pairs(func(i int) string { return fmt.Sprint(root(i), records[i].person) }),
		true:  pairs(func(i int) string { return records[i].person }),
	}
}

// The matcher was made for petitions; on records of typists it does as well as what
// was made for those.
func TestFEBRL(t *testing.T) {
	a, b := febrl(t, "dataset4a"), febrl(t, "dataset4b")
	slices.SortFunc(b, func(x, y typist) int { return strings.Compare(x.person, y.person) })
	four := linkOne(t, b[:600], a)
	t.Logf("FEBRL 4, of 600: %+v F1 %.4f", four, four.f1())
	if four.f1() < 0.9999 {
		t.Errorf("FEBRL 4: F1 %.4f", four.f1())
	}
	three := linkAll(t, febrl(t, "dataset3")[:1500])
	t.Logf("FEBRL 3, of 1,500 records: %+v F1 %.4f", three, three.f1())
	if three.f1() < 0.998 {
		t.Errorf("FEBRL 3: F1 %.4f", three.f1())
	}
}

func BenchmarkFEBRL(b *testing.B) {
	for b.Loop() {
		four := linkOne(b, febrl(b, "dataset4b"), febrl(b, "dataset4a"))
		three := linkAll(b, febrl(b, "dataset3"))
		b.ReportMetric(four.f1(), "FEBRL4-F1")
		b.ReportMetric(three.f1(), "FEBRL3-F1")
		b.Logf("FEBRL 4 %+v, FEBRL 3 %+v", four, three)
		b.ReportMetric(0, "ns/op")
	}
}
