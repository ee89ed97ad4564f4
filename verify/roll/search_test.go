package roll

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const searched = `ID,First Name,Middle,Last Name,Informal,Former Name,Email,Company,City,State
0100001,Jonathan,,Lewis,,,jlewis@example.org,Boston Public Library,Boston,MA
0100002,Jonathan,,Lewis,,,jl2@example.org,Reed College,Portland,OR
0100003,Elizabeth,Rose,Lynd-Nelson,Biz,Marsh,biz@example.org,Yale University,New Haven,CT
0100004,William,,Mc Kay,,,wm@example.org,UCLA,Los Angeles,CA
0100005,Maria,,de la Cruz,,,mdlc@example.org,SMU,Dallas,TX
0200006,Mary,,Smith,,,ms@example.org,OCLC,Dublin,OH
0200007,John,,Smith,,,js@example.org,OCLC,Dublin,OH
0200008,José,,Ñúñez,,,jn@example.org,OCLC,Durham,NC
0200009,王,,小明,,,wx@example.org,OCLC,Durham,NC
`

func TestSearch(t *testing.T) {
	r, err := Import(strings.NewReader(searched), "members.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := NewSearcher(r)
	for query, want := range map[string]string{
		"Jonathan Lewis":         "0100001 0100002",
		"lewis, jonathan":        "0100001 0100002",
		"Jon Lewis":              "0100001 0100002",
		"Jonathon Lewes":         "0100001 0100002 0200007",
		"lewis portland":         "0100002 0100001",
		"Lewis Boston Public":    "0100001 0100002",
		"J. Smith":               "0200007 0200006",
		"Liz Nelson":             "0100003",
		"Biz Lynd Nelson":        "0100003",
		"Betsy Marsh":            "0100003",
		"McKay":                  "0100004",
		"Bill Mc Kay":            "0100004",
		"los angeles":            "0100004",
		"Cruz":                   "0100005",
		"Maria de la Cruz":       "0100005",
		"nunez":                  "0200008",
		"小明":                     "0200009",
		"0200006":                "0200006 0200007 0200008 0200009",
		"02000":                  "0200006 0200007 0200008 0200009",
		"#0100004":               "0100004",
		"js@example.org":         "0200007",
		"smit":                   "0200007 0200006",
		"":                       "",
		"   ":                    "",
		"x":                      "",
		"Zyx Qwertz":             "",
		strings.Repeat("a ", 99): "",
	} {
		var got []string
		for _, m := range s.Search(query, 4) {
			got = append(got, m.ID)
		}
		have := strings.Join(got, " ")
		if strings.HasPrefix(have, want) && want != "" && len(want) == 7 {
			have = want // those after the only one looked for do not matter
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
	if got := s.Search("Lewis", 1); len(got) != 1 {
		t.Errorf("%d members, want 1", len(got))
	}
}

func TestPeek(t *testing.T) {
	p := PeekAt(strings.NewReader("Members as of today\nCust Ref,First Name,Surname,Weight\n7,Ann,Lee,60\n8,Bo,Lee,\n"), "m.csv", Options{Map: map[string]string{"number": "cust ref"}})
	want := []Column{{"Cust Ref", Number, []string{"7", "8"}}, {"First Name", Given, []string{"Ann", "Bo"}}, {"Surname", Family, []string{"Lee"}}, {"Weight", "", []string{"60"}}}
	if diff := cmp.Diff(want, p.Columns); diff != "" || p.Problem != nil {
		t.Errorf("%v, %s", p.Problem, diff)
	}
	p = PeekAt(strings.NewReader("ID,Last Name,Home,Mail A,Mail B\n7,Lee,x@x.org,a@x.org,b@x.org\n"), "m.csv", Options{Map: map[string]string{"email": "Mail B\nHome"}})
	if p.Problem != nil || p.Columns[2].Meaning != Email || p.Columns[3].Meaning != "" || p.Columns[4].Meaning != Email {
		t.Errorf("%v, %+v", p.Problem, p.Columns)
	}
	p = PeekAt(strings.NewReader("aa,bb\n7,Ann\n"), "m.csv", Options{})
	if diff := cmp.Diff([]Column{{"aa", "", []string{"7"}}, {"bb", "", []string{"Ann"}}}, p.Columns); diff != "" || p.Problem == nil {
		t.Errorf("%v, %s", p.Problem, diff)
	}
	p = PeekAt(strings.NewReader("ID,Cust No.,Last Name\n7,8,Lee\n"), "m.csv", Options{})
	if len(p.Columns) != 3 || p.Columns[0].Heading != "ID" || p.Problem == nil || !strings.Contains(p.Problem.Error(), "two columns") {
		t.Errorf("%v, %v", p.Problem, p.Columns)
	}
	if p = PeekAt(strings.NewReader("%PDF-1.7"), "m.pdf", Options{}); p.Problem == nil || p.Columns != nil {
		t.Errorf("%+v", p)
	}
}

func TestCompareSnapshots(t *testing.T) {
	read := func(rows ...string) *Roll {
		t.Helper()
		r, err := Import(strings.NewReader("ID,First Name,Last Name,Email,Status\n"+strings.Join(rows, "\n")), "m.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	c := Compare(
		read("1,Ann,Lee,ann@x.org,Active", "2,Bo,Ray,bo@x.org,Active", "3,Cy,Fox,cy@x.org,Active", "4,Di,Orr,di@x.org,Lapsed", "5,Ed,Poe,ed@x.org,Active"),
		read("1,Ann,Lee,ann@x.org,Active", "2,Bo,Ray-Lee,bo@x.org,Lapsed", "33,Cy,Fox,cy@x.org,Active", "4,Di,Orr,di@x.org,Active", "6,Flo,Quy,flo@x.org,Active"))
	ids := func(pairs [][2]*Member) (out []string) {
		for _, p := range pairs {
			out = append(out, p[0].ID+">"+p[1].ID)
		}
		return out
	}
	got := fmt.Sprintln(len(c.Joined), c.Joined[0].ID, len(c.Left), c.Left[0].ID, ids(c.Renumbered), ids(c.Status), ids(c.Renamed), c.Same)
	if want := "1 6 1 5 [3>33] [2>2 4>4] [2>2] 1\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// big is a roll of so many members with names of a large association's variety.
func big(t testing.TB, members int) *Roll {
	t.Helper()
	syllables := strings.Fields("ka lo mi ren tas bel dor wick ham son ley ford ma ru ti no ste vel gar hol ber qui zan pol der ing ton wood man ber lin")
	word := func(n int) string {
		w := ""
		for range 3 {
			w += syllables[n%len(syllables)]
			n /= len(syllables) - 3
		}
		return strings.ToUpper(w[:1]) + w[1:]
	}
	given := strings.Fields("Mary John Elizabeth William Susan Robert Linda James Patricia Michael Barbara David Jennifer Richard Margaret Thomas")
	var b strings.Builder
	b.WriteString("ID,First Name,Last Name,Email,Company,City,State,Status\n")
	for i := range members {
		fmt.Fprintf(&b, "%07d,%s,%s,m%d@example.org,%s Library,%s,OH,Active\n", i+1, given[i%len(given)], word(i*7919%24000), i, word(i%3000), word(i%900))
	}
	r, err := Import(strings.NewReader(b.String()), "members.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func BenchmarkSearch60000(b *testing.B) {
	s := NewSearcher(big(b, 60000))
	for _, query := range []string{"Mary", "Liz Kalomi", "Tonberlin, William", "mary tasbel library renlo oh"} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Search(query, 20)
			}
		})
	}
}

func BenchmarkNewSearcher60000(b *testing.B) {
	r := big(b, 60000)
	b.ReportAllocs()
	for b.Loop() {
		NewSearcher(r)
	}
}
