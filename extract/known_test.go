package extract_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/extract/drawn"
	"countersign/extract/hand"
)

// TestKnownForm: what a person said of one page of a form holds on other pages with the same
// headings, whether these are understood or not, and on no other.
func TestKnownForm(t *testing.T) {
	pen, err := hand.New()
	if err != nil {
		t.Fatal(err)
	}
	print := engine(t)
	x := extract.Extractor{Print: print, Cells: extract.NewHandwritten(pen, extract.Typed{Print: print})}
	foreign := []string{"Nimen selvennys", "Kotiosoite", "Allekirjoitus"}
	understood := []string{"Print name", "Home address", "Signature"}
	read := func(seed uint64, headings []string, forms ...extract.KnownForm) (drawn.Sheet, extract.Sheet) {
		t.Helper()
		o := plainSheet(seed)
		o.Columns = slices.Clone(o.Columns)
		for i := range o.Columns {
			o.Columns[i].Heading = headings[i]
		}
		s := drawn.Draw(o)
		x.Forms = forms
		sheet, err := x.Sheet(t.Context(), page(s))
		if err != nil {
			t.Fatal(err)
		}
		return s, sheet
	}
	known := func(sheet extract.Sheet, name string, fields ...extract.Field) extract.KnownForm {
		t.Helper()
		if sheet.Head == (extract.Box{}) || len(sheet.Columns) != len(fields) {
			t.Fatalf("headings at %v, columns %v", sheet.Head, sheet.Columns)
		}
		k := extract.KnownForm{Name: name}
		for i, c := range sheet.Columns {
			k.Columns = append(k.Columns, extract.Column{Heading: c.Heading, Fields: []extract.Field{fields[i]}})
		}
		return k
	}

	_, first := read(303, foreign)
	if first.Understood() {
		t.Fatalf("understood without anybody's word: %v", first.Columns)
	}
	form := known(first, "Nimilista", extract.Name, extract.Street, extract.Signature)
	s, second := read(304, foreign, form)
	if got := fieldsOf(second); !second.Understood() || !slices.EqualFunc(got,
		[][]extract.Field{{extract.Name}, {extract.Street}, {extract.Signature}}, slices.Equal) {
		t.Errorf("with the form known, columns are %v, open %v", got, second.Open)
	}
	s.Rows = slices.DeleteFunc(s.Rows, func(r drawn.Row) bool { return !r.Written })
	if rows, right, extra := compare(s, second); right != rows || extra != 0 {
		t.Errorf("%d of %d rows right, %d extra", right, rows, extra)
	}
	if !slices.ContainsFunc(second.Notes, func(n string) bool { return strings.Contains(n, "Nimilista") }) {
		t.Errorf("no note names the form: %v", second.Notes)
	}

	_, third := read(303, understood)
	odd := known(third, "Odd", extract.Name, extract.Institution, extract.Signature)
	if _, other := read(304, understood, form); !slices.Equal(fieldsOf(other)[1], []extract.Field{extract.Street}) {
		t.Errorf("a form with other headings was taken for it: %v", other.Columns)
	}
	if _, told := read(304, understood, form, odd); !slices.Equal(fieldsOf(told)[1], []extract.Field{extract.Institution}) {
		t.Errorf("the person's word does not stand above the heading: %v", told.Columns)
	}
	rival := known(third, "Rival", extract.Name, extract.City, extract.Signature)
	if _, told := read(304, understood, rival, odd); !slices.Equal(fieldsOf(told)[1], []extract.Field{extract.Street}) {
		t.Errorf("of two forms with the same headings one was chosen: %v", told.Columns)
	}
}

// TestFileOfForms: forms that were exported are read back as they were, and what is no file of
// forms, or would not work as one, is refused with the reason.
func TestFileOfForms(t *testing.T) {
	form := extract.KnownForm{Name: "Nomination paper", Columns: []extract.Column{
		{Heading: "Printed name of elector", Fields: []extract.Field{extract.Name}},
		{Heading: "Ward", Fields: nil},
		{Heading: "Signature / date", Fields: []extract.Field{extract.Signature, extract.Date}},
	}}
	data, err := extract.EncodeForms([]extract.KnownForm{form})
	if err != nil {
		t.Fatal(err)
	}
	got, err := extract.DecodeForms(data)
	if err != nil || len(got) != 1 || got[0].Name != form.Name || len(got[0].Columns) != 3 ||
		!slices.Equal(got[0].Columns[2].Fields, form.Columns[2].Fields) {
		t.Fatalf("read back as %+v, %v", got, err)
	}
	for _, test := range []struct{ old, new, want string }{
		{`"version": 1`, `"version": 2`, "version 2"},
		{`"Nomination paper"`, `" "`, "name"},
		{`"name"`, `"surname"`, `"surname", which is nothing`},
		{`"date"`, `"name"`, "two of its columns"},
		{`"Printed name of elector"`, `"1"`, "too few headings"},
		{`{`, `[`, "no file of forms"},
	} {
		text := strings.Replace(string(data), test.old, test.new, 1)
		if test.want == "too few headings" {
			text = strings.Replace(text, `"Ward"`, `""`, 1)
		}
		if test.old == `"name"` {
			text = strings.Replace(string(data), "\"name\"\n", "\"surname\"\n", 1)
		}
		if _, err := extract.DecodeForms([]byte(text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("with %s: %v, want %q", test.new, err, test.want)
		}
	}
}
