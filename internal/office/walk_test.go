package office

import (
	"errors"
	"fmt"
	"testing"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/verify"
)

// refusals is a petition with lines that the program refuses for what is seen on them: two struck
// out, one unsigned, one by somebody who signed before; one line of a list without a picture.
func refusals(t *testing.T) (*office, *Review) {
	t.Helper()
	o := newOffice(t)
	var sheet extract.Sheet
	sheet.Kind = extract.Signers
	export := "ID,First Name,Last Name,City,State,Status\n"
	for i, name := range []string{"Persechino", "Vandermeer", "Lindqvist", "Whitfield", "Thornton",
		"Persechino", "Castellano"} {
		number := fmt.Sprintf("04829%02d", i)
		if i != 5 {
			export += number + ",Elizabeth," + name + ",Durham,NC,Active\n"
		} else {
			number = "0482900"
		}
		row := pictured(i, name, number)
		switch i {
		case 1, 2:
			row.Struck = true
		case 3:
			row.Signed = extract.SignedNo
		case 6:
			row.Signed, row.Picture = extract.SignedNo, nil
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	return o, o.reviewed(export, sheet, "threshold: 100\n")
}

// What the program refused for what is seen on a line is walked through once, reason by reason.
// A marked line waits for the chair; the others stay as they are and do not come again.
func TestWalk(t *testing.T) {
	t.Parallel()
	o, rv := refusals(t)
	ctx := t.Context()
	struck, err := rv.Walk(ctx)
	if err != nil || struck.Reason != "struck" || len(struck.Items) != 2 || struck.Left != 2 {
		t.Fatalf("%v: %+v", err, struck)
	}
	next, err := rv.Walk(ctx, struck.ID)
	if err != nil || next.Reason != "unsigned" || len(next.Items) != 1 || next.Left != 1 {
		t.Fatalf("%v: ahead lies %+v", err, next)
	}
	twice, err := rv.Walk(ctx, struck.ID, next.ID)
	if err != nil || twice.Reason != "duplicate" || len(twice.Items) != 1 ||
		twice.Items[0].Other == nil || twice.Items[0].Line.Number != 6 ||
		twice.Items[0].Other.Number != 1 {
		t.Fatalf("%v: %+v", err, twice)
	}
	wrong := struck.Items[1].Line.ID
	for i, want := range []int{1, 0} { // the second time it was sent again
		if n, err := o.Walked(ctx, "p", struck.ID, []string{wrong}, rv.Account); err != nil ||
			n != want {
			t.Fatalf("answered for the %d. time: %d flagged, %v", i+1, n, err)
		}
	}
	c := o.look("p")
	if l := c.Line(c.Find(wrong)); l.Verdict != "uncertain" || l.Needs != "chair" {
		t.Errorf("a line that was marked is %s and waits for %q", l.Verdict, l.Needs)
	}
	if l := c.Line(c.Find(struck.Items[0].Line.ID)); l.Verdict != "invalid" ||
		l.Reason != "struck" || l.Decided != "program" {
		t.Errorf("a line that was not marked is %s, %s, by the %s", l.Verdict, l.Reason, l.Decided)
	}
	ann, err := o.Review(ctx, "p", store.Account{ID: "ann", Roles: []store.Role{store.Verifier}})
	if err != nil {
		t.Fatal(err)
	}
	if theirs, err := ann.Walk(ctx); err != nil || theirs.Reason != "unsigned" {
		t.Errorf("%v: what one person looked at comes to another: %+v", err, theirs)
	}
	var no *Refusal
	if _, err := o.Walked(ctx, "p", next.ID, nil, ann.Account); !errors.As(err, &no) {
		t.Errorf("somebody else's sheet: %v", err)
	}
	if _, _, err := o.Contacted(ctx, "p", next.ID, nil, rv.Account); !errors.As(err, &no) {
		t.Errorf("a sheet of a walk is answered as a contact sheet: %v", err)
	}
	for _, id := range []string{next.ID, twice.ID} {
		if _, err := o.Walked(ctx, "p", id, nil, rv.Account); err != nil {
			t.Fatal(err)
		}
	}
	if err := rv.refresh(ctx); err != nil {
		t.Fatal(err)
	}
	if end, err := rv.Walk(ctx); err != nil || len(end.Items) > 0 || end.Why == "" {
		t.Errorf("%v: after the last comes %+v", err, end)
	}
	if measured, err := o.seeds(ctx, "p", people{}); err != nil || len(measured) > 0 {
		t.Errorf("%v: walks are counted as contact sheets: %+v", err, measured)
	}
}

// A line that somebody judged while it lay before another is left to them.
func TestWalkLeavesWhatWasJudged(t *testing.T) {
	t.Parallel()
	o, rv := refusals(t)
	sheet, err := rv.Walk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	line := sheet.Items[0].Line.ID
	o.find(store.Finding{PetitionID: "p", LineID: line, By: "cho", Chair: true,
		Kind: string(verify.StruckOut)})
	if n, err := o.Walked(t.Context(), "p", sheet.ID, []string{line}, rv.Account); err != nil ||
		n != 0 {
		t.Errorf("%d flagged, %v", n, err)
	}
}
