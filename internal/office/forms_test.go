package office

import (
	"errors"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/internal/store"
)

// A form is kept with what a person said of its columns, goes to another office in a file, and is
// forgotten; what could not be recognised, or is there already, is refused.
func TestForms(t *testing.T) {
	t.Parallel()
	o, other := newOffice(t), newOffice(t)
	ctx, ann := t.Context(), store.Account{ID: "ann"}
	s := o.snapshot([]byte("ID,First Name,Last Name,Status\n0482913,Ada,Lovelace,Active\n"))
	sheet := func(headings ...string) extract.Sheet {
		s := extract.Sheet{Kind: extract.Signers}
		for _, h := range headings {
			s.Columns = append(s.Columns, extract.Column{Heading: h})
		}
		return s
	}
	o.petition("p", "threshold: 2\n", s.ID, []extract.Sheet{
		sheet("Nimen selvennys", "Allekirjoitus"), sheet("", ""), {Kind: extract.Blank}})
	pages := got(o.Store.Pages(ctx, "p"))(t)
	refused := func(err error, want string) {
		t.Helper()
		if no := (*Refusal)(nil); !errors.As(err, &no) || !strings.Contains(no.Text, want) {
			t.Errorf("%v, want a refusal that says %q", err, want)
		}
	}
	columns := []PageColumn{{Field: "name"}, {Field: "signature"}}
	refused(o.KeepForm(ctx, pages[0].ID, "Nimilista", ann), "none of its columns is the name")
	for _, p := range pages[:2] {
		got(o.TellColumns(ctx, p.ID, columns, false, ann))(t)
	}
	refused(o.KeepForm(ctx, pages[0].ID, " ", ann), "give it a name")
	refused(o.KeepForm(ctx, pages[1].ID, "Nameless", ann), "too few headings")
	refused(o.KeepForm(ctx, pages[2].ID, "Blank", ann), "none of its columns")
	if err := o.KeepForm(ctx, pages[0].ID, " Nimilista ", ann); err != nil {
		t.Fatal(err)
	}
	refused(o.KeepForm(ctx, pages[0].ID, "Nimilista", ann), "already")

	for _, f := range ColumnFields() { // whatever a person can say of a column can be kept
		k := extract.KnownForm{Name: "Any", Columns: []extract.Column{
			{Heading: "Member number", Fields: []extract.Field{extract.MemberID}},
			{Heading: "Anything", Fields: []extract.Field{extract.Field(f.Key)}}}}
		if f.Key == string(extract.MemberID) {
			k.Columns[0].Fields = nil
		}
		if err := k.Check(); err != nil {
			t.Errorf("a column that is %q: %v", f.Word, err)
		}
	}

	file := got(o.ExportForms(ctx))(t)
	for _, want := range []int{0, 1} { // how many replace another
		if n, replaced, err := other.ImportForms(ctx, file, ann); n != 1 || replaced != want ||
			err != nil {
			t.Errorf("%d forms taken in, %d replaced, want %d: %v", n, replaced, want, err)
		}
	}
	_, _, err := other.ImportForms(ctx, []byte("ID,Name\n"), ann)
	refused(err, "no file of forms")
	forms := got(other.Forms(ctx))(t)
	if len(forms) != 1 || forms[0].Name != "Nimilista" || forms[0].By != "ann" ||
		forms[0].Columns[0] != (PageColumn{Heading: "Nimen selvennys", Field: "name"}) {
		t.Fatalf("the other office has %+v", forms)
	}
	if known := got(KnownForms(ctx, other.Store))(t); len(known) != 1 ||
		known[0].Columns[1].Fields[0] != extract.Signature {
		t.Errorf("pages are read by %+v", known)
	}

	if err := other.RenameForm(ctx, forms[0].ID, "Finnish list", ann); err != nil {
		t.Error(err)
	}
	if _, replaced, err := other.ImportForms(ctx, file, ann); replaced != 0 || err != nil {
		t.Errorf("beside the renamed one: %d replaced, %v", replaced, err)
	}
	refused(other.RenameForm(ctx, forms[0].ID, "Nimilista", ann), "already")
	if err := other.RemoveForm(ctx, forms[0].ID, ann); err != nil {
		t.Error(err)
	}
	if err := other.RemoveForm(ctx, forms[0].ID, ann); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
}
