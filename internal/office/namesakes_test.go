package office

import (
	"errors"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/internal/store"
)

// Of two members of one name, both in good standing, a reviewer counts one: it stands in the
// review log. Where one of them has lapsed the line has to be given to somebody.
func TestReviewCountsOneOfNamesakes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	s := o.snapshot([]byte("ID,First Name,Last Name,Status\n0482913,Priya,Raman,Active\n" +
		"0482914,Priya,Raman,Active\n0482915,Otis,Vandermeer,Active\n" +
		"0482916,Otis,Vandermeer,Lapsed\n"))
	sheet := extract.Sheet{Kind: extract.Signers, Columns: []extract.Column{{Heading: "Name",
		Fields: []extract.Field{extract.Name}}}}
	for i, who := range []string{"Priya Raman", "Otis Vandermeer"} {
		sheet.Rows = append(sheet.Rows, extract.Row{Number: i + 1, Signed: extract.SignedYes,
			Fields: map[extract.Field]extract.Reading{extract.Name: {Text: who, Confidence: 1}}})
	}
	o.petition("p", "threshold: 1\n", s.ID, []extract.Sheet{sheet})
	either, lapsed := *o.look("p").Line(0), *o.look("p").Line(1)
	if either.Verdict != "uncertain" || either.OneOf == "" || lapsed.OneOf != "" {
		t.Fatalf("offered for %q (%s) and %q", either.OneOf, either.Verdict, lapsed.OneOf)
	}
	bob := store.Account{ID: "bob", Roles: []store.Role{store.Verifier}}
	find := func(l Line, member string) error {
		rv, err := o.Review(ctx, "p", bob)
		if err != nil {
			t.Fatal(err)
		}
		return rv.Find(ctx, Found{ID: NewFindingID(bob), Line: l.ID, Kind: "one-of",
			Member: member})
	}
	var no *Refusal
	for _, member := range []string{"0482915", "0482913", "9999999", ""} {
		if err := find(lapsed, member); !errors.As(err, &no) || no.Kind != Invalid {
			t.Errorf("one of %q: %v", member, err)
		}
	}
	if err := find(either, either.OneOf); err != nil {
		t.Fatal(err)
	}
	if l := *o.look("p").Line(0); l.Verdict != "valid" || l.Decided != "person" ||
		!strings.Contains(l.Because, "one of 2 members") {
		t.Errorf("it is %s by %s: %s", l.Verdict, l.Decided, l.Because)
	}
	log, err := o.workbook("p", COOReport).GetRows("Review log")
	if err != nil || len(log) != 2 || log[1][6] != "one of several members of this name" {
		t.Errorf("%v: %q", err, log)
	}
}
