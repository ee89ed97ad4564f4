package name

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"O'Smith":               "osmith",
		"O’Brien":               "obrien",
		"  JOSÉ  Ñúñez ":        "jose nunez",
		"Strauß":                "strauss",
		"Łukasz Bjørn Œuvrard":  "lukasz bjorn oeuvrard",
		"Reid – Snyder":         "reid-snyder",
		"Reid‐Snyder":           "reid-snyder",
		"St. John, Jr.":         "st john jr",
		"-Anne-":                "anne",
		"ﬁelds":                 "fields",
		"İlker":                 "ilker",
		"王小明":                   "王小明",
		"Ｆｕｌｌ Width":            "full width",
		"":                      "",
		"./-,":                  "",
		"Nguyễn Thị Minh Khai":  "nguyen thi minh khai",
		"d'Artagnan--La\tTour ": "dartagnan-la tour",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]Name{
		"Jonathan Lewis":                {Given: []string{"jonathan"}, Family: []string{"lewis"}},
		"Lewis, Jonathan":               {Given: []string{"jonathan"}, Family: []string{"lewis"}, Flipped: true},
		"LEWIS, JONATHAN P.":            {Given: []string{"jonathan", "p"}, Family: []string{"lewis"}, Flipped: true},
		"Dr. A. Robert Smith Jr.":       {Prefix: "dr", Given: []string{"a", "robert"}, Family: []string{"smith"}, Suffix: "jr"},
		"John Smith, Jr.":               {Given: []string{"john"}, Family: []string{"smith"}, Suffix: "jr"},
		"MA, WENLI":                     {Given: []string{"wenli"}, Family: []string{"ma"}, Flipped: true},
		"Wenli Ma":                      {Given: []string{"wenli"}, Family: []string{"ma"}},
		"Amadou Ba":                     {Given: []string{"amadou"}, Family: []string{"ba"}},
		"Ann Smith MA":                  {Given: []string{"ann"}, Family: []string{"smith"}},
		"Ann Smith, MA":                 {Given: []string{"ann"}, Family: []string{"smith"}},
		"John Smith, MLS":               {Given: []string{"john"}, Family: []string{"smith"}},
		"Smith, John, III":              {Given: []string{"john"}, Family: []string{"smith"}, Suffix: "iii", Flipped: true},
		"Smith, John, Junior":           {Given: []string{"john"}, Family: []string{"smith"}, Suffix: "jr", Flipped: true},
		"John Smith, junior":            {Given: []string{"john"}, Family: []string{"smith"}, Suffix: "jr"},
		"Smith, Junior":                 {Given: []string{"junior"}, Family: []string{"smith"}, Flipped: true},
		"De la Cruz, Junior":            {Given: []string{"junior"}, Family: []string{"de", "la", "cruz"}, Flipped: true},
		"Holloway, Sr., Erasmus":        {Given: []string{"erasmus"}, Family: []string{"holloway"}, Suffix: "sr", Flipped: true},
		"Holloway, MLIS, Ada J.":        {Given: []string{"ada", "j"}, Family: []string{"holloway"}, Flipped: true},
		"DE LA CRUZ Maria":              {Given: []string{"maria"}, Family: []string{"de", "la", "cruz"}, Flipped: true},
		"B. Holloway, John":             {Given: []string{"john", "b"}, Family: []string{"holloway"}, Flipped: true},
		"D Angelo, Maria":               {Given: []string{"maria"}, Family: []string{"d", "angelo"}, Flipped: true},
		"Maria de la Cruz":              {Given: []string{"maria"}, Family: []string{"de", "la", "cruz"}},
		"Van Morrison":                  {Given: []string{"van"}, Family: []string{"morrison"}},
		"Ludwig van Beethoven":          {Given: []string{"ludwig"}, Family: []string{"van", "beethoven"}},
		"Amber H. Reid-Snyder":          {Given: []string{"amber", "h"}, Family: []string{"reid-snyder"}},
		"Klein-Vassallo, Joellen":       {Given: []string{"joellen"}, Family: []string{"klein-vassallo"}, Flipped: true},
		"Mc Kay, William":               {Given: []string{"william"}, Family: []string{"mc", "kay"}, Flipped: true},
		"William Mc Kay":                {Given: []string{"william"}, Family: []string{"mc", "kay"}},
		"Cher":                          {Family: []string{"cher"}},
		"J.R. Smith":                    {Given: []string{"j", "r"}, Family: []string{"smith"}},
		"Ms. Jr":                        {Prefix: "ms", Suffix: "jr"},
		"":                              {},
		"Smith,":                        {Family: []string{"smith"}},
		", John":                        {Family: []string{"john"}},
		"Santos , L.":                   {Given: []string{"l"}, Family: []string{"santos"}, Flipped: true},
		"Mrs. Mary Ann O'Neil-Díaz PhD": {Prefix: "mrs", Given: []string{"mary", "ann"}, Family: []string{"oneil-diaz"}},
	} {
		got := Parse(in)
		if len(got.Given) == 0 {
			got.Given = nil
		}
		if len(got.Family) == 0 {
			got.Family = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", in, diff)
		}
	}
}

var elizabeth = Person{Given: "Elizabeth", Middle: "Rose", Family: "Lynd-Nelson", Former: "Marsh", Informal: "Biz"}

// An initial in the column of family names is one of the given names.
func TestInitialsBeforeFamilyNames(t *testing.T) {
	for in, want := range map[string]Name{
		"B Holloway":  {Given: []string{"john", "b"}, Family: []string{"holloway"}},
		"D. Holloway": {Given: []string{"john", "d"}, Family: []string{"holloway"}},
		"O Malley":    {Given: []string{"john"}, Family: []string{"o", "malley"}},
	} {
		if diff := cmp.Diff(want, Of("john", "", in, "")); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
}

func TestCompare(t *testing.T) {
	larry := Person{Given: "Larry", Family: "Freshour", Middle: "T."}
	for _, c := range []struct {
		written string
		person  Person
		because string
		agrees  bool
	}{
		{"Elizabeth Lynd-Nelson", elizabeth, "name: equal", true},
		{"ELIZABETH LYND NELSON", elizabeth, "name: equal", true},
		{"Lynd-Nelson, Elizabeth", elizabeth, "name: equal", true},
		{"Lynd-Nelson Elizabeth", elizabeth, "name: family name first", true},
		{"Biz Lynd-Nelson", elizabeth, "name: equal", true},
		{"Liz Nelson", elizabeth, "name: nickname of Elizabeth, half of the double family name", true},
		{"E. Marsh", elizabeth, "name: initial fits, former family name", true},
		{"Rose Lynd-Nelson", elizabeth, "name: middle name written as given name", true},
		{"E. Rose Lynd-Nelson", elizabeth, "name: middle name written as given name", true},
		{"Elizabeth Q. Lynd-Nelson", elizabeth, "name: middle name differs", false},
		{"Elisabeth Lynd-Nelsen", elizabeth, "name: given name one letter off, family name one letter off", true},
		{"L. FRESHOUR", larry, "name: initial fits", true},
		{"Larry T Freshour", larry, "name: equal", true},
		{"Lawrence Freshour", larry, "name: nickname of Larry", true},
		{"M. Freshour", larry, "name: given name differs", false},
		{"Larry Fishman", larry, "name: family name differs", false},
		{"Freshour", larry, "name: no given name", false},
		{"", larry, "name: no given name, no family name", false},
	} {
		got := Compare(Parse(c.written), c.person)
		if got.Because() != c.because || got.Agrees() != c.agrees {
			t.Errorf("%q with %s %s: %q, agrees %v, want %q, %v", c.written, c.person.Given, c.person.Family, got.Because(), got.Agrees(), c.because, c.agrees)
		}
	}
}

// The more of a name is written as exported, the more similar it is.
func TestCompareOrders(t *testing.T) {
	order := []string{"Elizabeth Lynd-Nelson", "Liz Lynd-Nelson", "Liz Nelson", "E. Nelson", "Elizabeth Kovacs", "Ramona Kovacs"}
	last := 2.0
	for _, written := range order {
		s := Compare(Parse(written), elizabeth).Similarity
		if s >= last {
			t.Errorf("%q is as similar as what stands before it: %.3f", written, s)
		}
		last = s
	}
}

func TestNicknames(t *testing.T) {
	for _, pair := range []string{"elizabeth liz", "liz elizabeth", "ricky dick", "edward ted", "catherine kittie", "susan susie"} {
		a, b, _ := strings.Cut(pair, " ")
		if !AreNicknames(a, b) {
			t.Errorf("%s is no form of %s", b, a)
		}
	}
	for _, pair := range []string{"elizabeth mary", "john john", "zzz yyy"} {
		a, b, _ := strings.Cut(pair, " ")
		if AreNicknames(a, b) {
			t.Errorf("%s is a form of %s", b, a)
		}
	}
	for given, forms := range nicknames() {
		for _, f := range forms {
			if !AreNicknames(f, given) {
				t.Fatalf("%s is a form of %s, but not the other way round", f, given)
			}
		}
	}
}

func TestHalves(t *testing.T) {
	for in, want := range map[string][]string{
		"Lynd-Nelson": {"lynd", "nelson"}, "de la Cruz Santos": {"delacruz", "santos"}, "Van Dyke": nil, "Smith": nil, "García López": {"garcia", "lopez"}, "": nil,
	} {
		if diff := cmp.Diff(want, Halves(in)); diff != "" {
			t.Errorf("Halves(%q): %s", in, diff)
		}
	}
}

func TestSwap(t *testing.T) {
	for pair, want := range map[string]bool{"0974333 0794333": true, "0974333 0974333": false, "1234 1324": true, "1234 1243": true, "2134 1234": true, "1234 4231": false, "123 1234": false, "12 34": false} {
		a, b, _ := strings.Cut(pair, " ")
		if Swap(a, b) != want {
			t.Errorf("Swap(%s) = %v", pair, !want)
		}
	}
}

// plainDistance is the textbook table that the bit-parallel distance must agree with.
func plainDistance(a, b []byte) int {
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range a {
		cur := make([]int, len(b)+1)
		cur[0] = i + 1
		for j := range b {
			cur[j+1] = min(prev[j+1]+1, cur[j]+1)
			if a[i] == b[j] {
				cur[j+1] = min(cur[j+1], prev[j])
			} else {
				cur[j+1] = min(cur[j+1], prev[j]+1)
			}
		}
		prev = cur
	}
	return prev[len(b)]
}

func FuzzDistance(f *testing.F) {
	f.Add("smith", "smyth")
	f.Add("", "x")
	f.Add(strings.Repeat("ab", 40), "abc")
	f.Add("6abrie1", "gabriel")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := Codes(a), Codes(b)
		p := NewPattern(x)
		if got, want := p.Distance(y), plainDistance(x, y); got != want {
			t.Errorf("distance of %q and %q is %d, want %d", a, b, got, want)
		}
		if there, back := Similar(a, b), Similar(b, a); there != back || !(there >= 0 && there <= 1) {
			t.Errorf("%q and %q are similar by %v, the other way round %v", a, b, there, back)
		}
		for _, other := range [][]byte{x, y, y[:len(y)/2], nil} {
			if a, b := p.Distances(y, other); a != plainDistance(x, y) || b != p.Distance(other) {
				t.Errorf("%v and %v beside each other: %d and %d edits from %v", y, other, a, b, x)
			}
		}
		if least, apart := NewPairs(x).Apart(NewPairs(y)), plainDistance(x, y); least > apart {
			t.Errorf("the pairs of %q and %q say %d edits at least, and %d do", a, b, least, apart)
		}
		if least, apart := NewBag(x).Apart(NewBag(y)), plainDistance(x, y); least > apart {
			t.Errorf("the bags of %q and %q say %d edits at least, and %d do", a, b, least, apart)
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"O'Smith", "Strauß-Nuñez", "İstanbul", "ẞ", "ǅ", "\u0345", "Ⅳ", "a\u0301\u00ad-", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q, and folded again %q", s, once, twice)
		}
		if strings.Trim(once, " -") != once {
			t.Errorf("Fold(%q) = %q has loose ends", s, once)
		}
	})
}

func FuzzCompare(f *testing.F) {
	f.Add("Liz Marsh", "Elizabeth", "Rose", "Lynd-Nelson", "Marsh")
	f.Add("A., ", "", "-", "de la", ",")
	f.Add("é. 王", "王", "é", "jr", "x y z")
	f.Fuzz(func(t *testing.T, written, given, middle, family, former string) {
		p := Person{Given: given, Middle: middle, Family: family, Former: former}
		c := Compare(Parse(written), p)
		if !(c.Similarity >= 0 && c.Similarity <= 1) {
			t.Errorf("similarity of %q is %v", written, c.Similarity)
		}
		if c.Because() == "" {
			t.Errorf("nothing is said of %q", written)
		}
		if a, b := Similar(Joined(written), Joined(family)), Similar(Joined(family), Joined(written)); a != b {
			t.Errorf("%q and %q are similar by %v and by %v", written, family, a, b)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for _, s := range []string{"Amber H. Reid-Snyder", "José Ñúñez-O’Brien"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(s)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	b.ReportAllocs()
	n := Parse("Nelson, Liz")
	for b.Loop() {
		Compare(n, elizabeth)
	}
}
