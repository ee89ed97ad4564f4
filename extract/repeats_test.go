package extract_test

import (
	"maps"
	"testing"

	"countersign/extract"
)

// TestSamePageTwice: a sheet that was photographed twice says the same in the same order, but
// for what was read otherwise or lost at an edge.
func TestSamePageTwice(t *testing.T) {
	page := func(names ...string) (s extract.Sheet) {
		for _, n := range names {
			s.Rows = append(s.Rows, extract.Row{Fields: map[extract.Field]extract.Reading{extract.Name: {Text: n}}})
		}
		return s
	}
	first := page("Ada Lovelace", "Grace Hopper", "Emmy Noether", "Lise Meitner", "Ida Noddack", "Rosalind Franklin")
	for name, test := range map[string]struct {
		again extract.Sheet
		want  bool
	}{
		"as it is":                  {first, true},
		"with letters misread":      {page("Ada Lovelaoe", "Grace Hooper", "Emmy Noether", "use Meitner", "Ida Noddack", "Rosalird Franklin"), true},
		"without its first line":    {page("Grace Hopper", "Emmy Noether", "Lise Meitner", "Ida Noddack", "Rosalind Franklin"), true},
		"the same people otherwise": {page("Lise Meitner", "Ada Lovelace", "Rosalind Franklin", "Grace Hopper", "Ida Noddack", "Emmy Noether"), false},
		"two lines":                 {page("Ada Lovelace", "Grace Hopper"), false},
		"others":                    {page("Mary Somerville", "Mary Jackson", "Chien Wu", "Barbara McClintock", "Dorothy Hodgkin", "Gerty Cori"), false},
		"nothing read":              {page("", "", "", "", "", ""), false},
	} {
		if got := test.again.Repeats(first); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
		if got := first.Repeats(test.again); got != test.want {
			t.Errorf("%s, the other way: %v", name, got)
		}
	}
	if empty := page("", "", "", "", ""); empty.Repeats(empty) {
		t.Error("pages on which nothing was read are the same")
	}
	street := extract.Reading{Text: "4079 Cedar Court Apartments, Building 7"}
	neighbours := func(names ...string) extract.Sheet {
		s := page(names...)
		for _, r := range s.Rows {
			r.Fields[extract.Street] = street
		}
		return s
	}
	if a := neighbours("Li Wu", "Ed Fox", "Al Roe", "Jo Kim"); a.Repeats(neighbours("Li Wu", "Vi Eby", "Al Ito", "Di Poe")) {
		t.Error("neighbours are taken for the same people")
	}
	others := page("Mary Somerville", "Mary Jackson", "Chien Wu", "Barbara McClintock")
	got := extract.Repeats([]extract.Sheet{first, others, page("Ada Lovelace", "Grace Hooper", "Emmy Noether", "Lise Meitner", "Ida Noddack", "Rosalind Franklin"), others})
	if want := map[int]int{2: 0, 3: 1}; !maps.Equal(got, want) {
		t.Errorf("repeated are %v, want %v", got, want)
	}
}
