package plainyaml_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/verify/plainyaml"
)

type inner struct {
	A int    `yaml:"a"`
	S string `yaml:"s"`
}

type outer struct {
	Title string    `yaml:"title"`
	N     int       `yaml:"n"`
	F     float64   `yaml:"f"`
	B     bool      `yaml:"b"`
	List  []string  `yaml:"list"`
	Days  []int     `yaml:"days"`
	In    inner     `yaml:"in"`
	Many  []inner   `yaml:"many"`
	Day   time.Time `yaml:"day"`
}

func TestRead(t *testing.T) {
	for in, want := range map[string]outer{
		"":                            {N: 7},
		"# nothing\n":                 {N: 7},
		"---\n":                       {N: 7},
		"n: 5 # five":                 {N: 5},
		"n: \"50\"":                   {N: 50},
		"n: 1.0":                      {N: 1},
		"f: .5\nb: True":              {N: 7, F: .5, B: true},
		"title: 5.50":                 {N: 7, Title: "5.50"},
		"title: R&D * [draft] !":      {N: 7, Title: "R&D * [draft] !"},
		"title: \"&a *a [[[[{{{{\"":   {N: 7, Title: "&a *a [[[[{{{{"},
		"title: '*'\n":                {N: 7, Title: "*"},
		"title: |\n  *a\n  &b\n":      {N: 7, Title: "*a\n&b\n"},
		"title: x # *a &a [[[[":       {N: 7, Title: "x"},
		"title: 2026-01-01":           {N: 7, Title: "2026-01-01"},
		"list: [Past due, R&D, true]": {N: 7, List: []string{"Past due", "R&D", "true"}},
		"list: []":                    {N: 7, List: []string{}},
		"list:\n- a\n- b":             {N: 7, List: []string{"a", "b"}},
		"days: [3, 2]\nin: {a: 1}":    {N: 7, Days: []int{3, 2}, In: inner{A: 1}},
		"many:\n  - {a: 1}\n  - s: x": {N: 7, Many: []inner{{A: 1}, {S: "x"}}},
		"day: 2026-11-01":             {N: 7, Day: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
		"%YAML 1.2\n---\ntitle: x":    {N: 7, Title: "x"},
		"\ufefftitle: x\r\nn: 5\r\n":  {N: 5, Title: "x"},
		`{"title": "1\/2 \ud83d\ude00 \\/", "n": 5}`: {N: 5, Title: "1/2 😀 \\/"},
	} {
		got := outer{N: 7}
		if err := plainyaml.Read([]byte(in), &got, plainyaml.Options{}); err != nil {
			t.Errorf("%q: %v", in, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestReadTellsWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		"title: x\nlist: &a [b]":      "line 2: &a gives a name to what follows",
		"list: &a [b]\nmany: [*a]":    "line 1: &a gives a name",
		"n: 1\nlist: [*a]":            "line 2: *a stands for what is written elsewhere",
		"n: 1\ntitle: *Star*":         "line 2: a value begins with * or &: put such words in quotes",
		"title: !Important":           "line 1: !Important gives what follows a kind",
		"<<: {n: 1}":                  `line 1: unknown field "<<"`,
		"n: 1\nn: 2":                  "line 2: n is written twice",
		"n: 1\n---\nn: 2":             "line 2: a second text begins here",
		"n:":                          "line 1: n has no value",
		"list: [a, ~]":                "line 1: list has no value",
		"in: {a: 1.5}":                "line 1: in has a, which is 1.5: write a whole number",
		"in: {c: 1}":                  `line 1: unknown field "c": allowed are a, s`,
		"n: .inf":                     "line 1: the number is too large",
		"f: .nan":                     "line 1: f is written wrongly: write a number",
		"f: 1e999":                    "line 1: the number is too large",
		"title: [a]":                  "line 1: title is written wrongly: write words",
		"title: a: b":                 "line 1: a colon stands where none can",
		"n: 1\ntitle: \"x":            "line 2: a quotation mark is opened here and not closed",
		"n: 1\nlist: [a\n":            "line 2: a list that begins with [",
		"n: 1\n\ttitle: x":            "line 2: a tab, or",
		"? [a]\n: b":                  "line 1: a key and its value are expected here",
		"n: 1\ntitle: x\n y\n  z: 1":  "line 4: a colon stands",
		"title: \xff":                 "line 1: the text is no YAML: ",
		"day: tomorrow":               `line 1: "tomorrow" is no date`,
		strings.Repeat("#\n", 33<<10): "line 32769: the text is longer than 64 KiB",

		"list: " + strings.Repeat("[", 30) + strings.Repeat("]", 30)://
		"line 1: lists and keys lie more than 20 deep",
	} {
		var got outer
		err := plainyaml.Read([]byte(in), &got, plainyaml.Options{})
		wrong := (*plainyaml.Error)(nil)
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q:\n got %v\nwant %s", in, err, want)
		}
	}
}

func TestBlanks(t *testing.T) {
	got := outer{N: 7}
	err := plainyaml.Read([]byte("n:\ntitle: \nlist: [a]"), &got, plainyaml.Options{Blanks: true})
	if diff := cmp.Diff(outer{N: 7, List: []string{"a"}}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// most is what reading one text may allocate in all, what was given back included.
// The dearest below takes 10 MiB; a parser without limits takes gigabytes of some.
const most = 32 << 20

// Whatever a text is made of, it costs no more memory than its length allows.
func TestMemory(t *testing.T) {
	parts := []string{
		"[", "{", "- ", "? ", "a: ", "[a,", "{a: ", "!", "!a ", "!!map ", "&a ", "*a ", "\"", "'", "\n",
		"a\n", "- a\n", "a:\n", ":", "? a\n", ",", "|\n", ">\n", "#\n", "---\n", "---\na\n", "--- a\n",
		"%a\n", "\t", "...\n", "\\", "[]", "[],", "- []\n", "{}\n", "<<: ", "[{", "? - ", "a: |\n \n",
		"1", "1_", "0x", ".", "e", "é", "\u2028", "\xff", "a: b\n", "list: [a]\n", "\"\\u0000", "\x00",
	}
	texts := map[string]string{"aliases": aliases(), "keys": keys(), "set in": setIn(), "many": many()}
	for _, part := range parts {
		for _, before := range []string{"", "many: ["} {
			whole := before + strings.Repeat(part, (plainyaml.MaxBytes-len(before))/len(part))
			texts[fmt.Sprintf("%q and many %q", before, part)] = whole
		}
	}
	for name, text := range texts {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var got outer
		err := plainyaml.Read([]byte(text), &got, plainyaml.Options{})
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			t.Errorf("%s: %d MiB were taken", name, took>>20)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: %d bytes of error", name, len(err.Error()))
		}
	}
}

// aliases are nine levels, each nine times the one before.
func aliases() string {
	text := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		nine := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ",")
		text += fmt.Sprintf("%c: &%c [%s]\n", c, c, nine)
	}
	return text
}

func keys() string {
	var b strings.Builder
	for i := 0; b.Len() < plainyaml.MaxBytes-20; i++ {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

func setIn() string {
	var b strings.Builder
	for i := 0; b.Len()+i+3 < plainyaml.MaxBytes; i++ {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func many() string { return "many: [" + strings.Repeat("{},", plainyaml.MaxBytes/3-10) + "]" }

func FuzzRead(f *testing.F) {
	f.Add(aliases())
	f.Add("title: x\nlist: [a, b]\nin: {a: 1}\nday: 2026-01-01\n")
	f.Add("many:\n  - a: 1\n    s: >-\n      words\n")
	f.Add("%YAML 1.2\n--- # x\n\"title\": 'it''s'\n...\n")
	f.Add(`{"title": "\u00e9", "days": [1]}`)
	f.Fuzz(func(t *testing.T, in string) {
		var got, again outer
		err := plainyaml.Read([]byte(in), &got, plainyaml.Options{})
		if wrong := (*plainyaml.Error)(nil); err != nil && !errors.As(err, &wrong) {
			t.Fatalf("%v is no error of the text", err)
		} else if err != nil {
			end := strings.Count(in, "\n") + strings.Count(in, "\r") + strings.Count(in, "\u0085") +
				strings.Count(in, "\u2028") + strings.Count(in, "\u2029") + 1
			if wrong.Line < 1 || wrong.Line > end || strings.Contains(wrong.Text, "\n") {
				t.Errorf("a wrong place, or more than a line: %q", err)
			}
			return
		}
		err = plainyaml.Read([]byte(in), &again, plainyaml.Options{})
		if err != nil || !cmp.Equal(got, again) {
			t.Errorf("read twice it is %+v and %+v, %v", got, again, err)
		}
	})
}
