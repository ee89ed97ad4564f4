package office

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/extract"
	"countersign/internal/store"
)

// contacts is a petition of lines that one member very likely wrote, under a rule by which a
// person has to look at each.
func contacts(t *testing.T) (*office, *Review) {
	t.Helper()
	o := newOffice(t)
	export := "ID,First Name,Last Name,City,State,Status\n"
	var sheet extract.Sheet
	sheet.Kind = extract.Signers
	family := strings.Fields(
		"Persechino Vandermeer Lindqvist Whitfield Thornton Castellano Fairbanks Steinbeck " +
			"Kowalczyk Caballero Nkemelu Ahlgren Prescott Ullmann Moreau Raman")
	for i, f := range family {
		number := fmt.Sprintf("04829%02d", i)
		export += number + ",Elizabeth," + f + ",Durham,NC,Active\n9" + number + ",Elisabeth," + f +
			"s,Dublin,OH,Active\n"
		sheet.Rows = append(sheet.Rows, pictured(i, f, number))
	}
	return o, o.reviewed(export, sheet, "threshold: 100\nerror-bound: 1e-15\n")
}

// pictured is a signed line with a picture.
func pictured(i int, family, number string) extract.Row {
	return extract.Row{Number: i + 1, Box: extract.Box{.1, .05 * float64(i), .9, .05*float64(i) +
		.04}, Signed: extract.SignedYes, Picture: fmt.Appendf(nil, "picture %d of %s", i, family),
		Fields: map[extract.Field]extract.Reading{extract.Name: {Text: "Elizabeth " + family,
			Confidence: .9}, extract.MemberID: {Text: number, Confidence: .9}}}
}

// reviewed is Bob's review of a petition of one sheet.
func (o *office) reviewed(export string, sheet extract.Sheet, rules string) *Review {
	o.t.Helper()
	o.petition("p", rules, o.snapshot([]byte(export)).ID, []extract.Sheet{sheet})
	bob, err := o.Store.Account(o.t.Context(), "bob")
	if err != nil {
		o.t.Fatal(err)
	}
	rv, err := o.Review(o.t.Context(), "p", bob)
	if err != nil {
		o.t.Fatal(err)
	}
	return rv
}

// Lines are accepted together but for those that were marked; where a wrong name is accepted
// nothing is, the lines come again, and the report says how often that was.
func TestContactSheet(t *testing.T) {
	t.Parallel()
	o, rv := contacts(t)
	ctx := t.Context()
	draws := []float64{1, 0} // the second line is shown with a wrong name
	o.luck = func() float64 {
		if len(draws) == 0 {
			return 1
		}
		d := draws[0]
		draws = draws[1:]
		return d
	}
	first, err := rv.Contact(ctx)
	if err != nil || len(first.Items) != contactLines || first.Left == 0 {
		t.Fatalf("%v: %d lines, %d left, %s", err, len(first.Items), first.Left, first.Why)
	}
	seed := first.Items[1]
	if right := seed.Line.Candidates[0].Member; seed.Member.ID == right.ID ||
		seed.Member.Family[:4] != right.Family[:4] {
		t.Errorf("for %s stands %s", right.Name, seed.Member.Name)
	}
	again, n, err := o.Contacted(ctx, rv.Petition.ID, first.ID, nil, rv.Account)
	if err != nil || !again || n != 0 || o.look("p").Count.ByPerson != 0 {
		t.Errorf("a wrong name was accepted: %v, again %v, %d accepted", err, again, n)
	}
	if again, n, err = o.Contacted(ctx, rv.Petition.ID, first.ID, nil, rv.Account); err != nil ||
		again || n != 0 {
		t.Errorf("sent twice: %v, again %v, %d accepted", err, again, n)
	}

	draws = []float64{1, 1, 0}
	second, err := rv.Contact(ctx)
	if err != nil || second.Items[0].Line.ID != first.Items[0].Line.ID {
		t.Fatalf("the lines do not come again: %v", err)
	}
	// the wrong name, and a doubt
	marked := []string{second.Items[2].Line.ID, second.Items[5].Line.ID}
	if again, n, err = o.Contacted(ctx, rv.Petition.ID, second.ID, marked,
		rv.Account); err != nil || again || n != contactLines-2 {
		t.Errorf("%v, again %v, %d accepted", err, again, n)
	}
	c := o.look("p")
	if l := *c.Line(c.Find(second.Items[0].Line.ID)); l.Verdict != "valid" ||
		l.Decided != "person" || l.MemberID != second.Items[0].Member.ID ||
		c.Count.ByPerson != contactLines-2 {
		t.Errorf("accepted, it is %s, and people decided %d", l.Verdict, c.Count.ByPerson)
	}
	ahead, err := rv.Contact(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if after, err := rv.Contact(ctx, ahead.ID); err != nil || len(after.Items) > 0 &&
		after.Items[0].Line.ID == ahead.Items[0].Line.ID {
		t.Errorf("a line lies on two sheets: %v", err)
	}
	third, err := rv.Contact(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range third.Items {
		if item.Line.ID == marked[1] {
			t.Error("a line that was marked comes on a contact sheet again")
		}
	}
	var no *Refusal
	ann, err := o.Review(ctx, "p", store.Account{ID: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.Contacted(ctx, rv.Petition.ID, third.ID, nil, ann.Account); !errors.As(err,
		&no) {
		t.Errorf("somebody else's sheet: %v", err)
	}
	if theirs, err := ann.Contact(ctx); err != nil || len(theirs.Items) > 0 &&
		theirs.Items[0].Line.ID == third.Items[0].Line.ID {
		t.Errorf("two look at one line: %v", err)
	}
	rows, err := o.workbook("p", COOReport).GetRows("Summary")
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, row := range rows {
		if len(row) > 3 && row[0] == "Contact sheets, bob@example.org" {
			said = strings.Join(row[1:3], " of ")
		}
	}
	if said != "1 of 2" {
		t.Errorf("the summary says %q of wrong names accepted", said)
	}
}

// Where a few lines decide the outcome each is looked at by itself.
func TestNoContactSheetWhereTheCountIsClose(t *testing.T) {
	t.Parallel()
	o, rv := contacts(t)
	p := rv.Petition
	p.Rules = "threshold: 8\nerror-bound: 1e-15\n"
	if err := o.Store.SetPetition(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	sheet, err := rv.Contact(t.Context())
	if err != nil || len(sheet.Items) > 0 || !strings.Contains(sheet.Why, "The count is close") {
		t.Errorf("%v: %+v", err, sheet)
	}
}
