package office

import (
	"strings"
	"testing"

	"countersign/report/register"
)

// A group has one name on pages, in both workbooks and in letters: the title of its petition until
// it is approved, then that of the approval; what its cover says is shown as that.
func TestOneNameOfAGroup(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.certified("p1")
	names := func(want string) {
		t.Helper()
		p, err := r.petitionReport(t.Context(), "p1")
		r.must(err)
		if p.Cover.Group != want || p.Headed != "Seed Libraries" {
			t.Errorf("the COO workbook says %q, and that the cover says %q, want %q", p.Cover.Group,
				p.Headed, want)
		}
		if p.Action != nil && p.Action.Group != want {
			t.Errorf("Council reads %q, want %q", p.Action.Group, want)
		}
		d, err := r.Draft(t.Context(), LetterAsked{Of: ofPetition, Subject: "p1",
			Kind: "acknowledgement"}, chairOf(r))
		r.must(err)
		c, x, err := r.about(t.Context(), LetterAsked{Of: ofPetition, Subject: "p1"})
		r.must(err)
		if f := c.lettersOwn("approval", x, chairOf(r)); f.Group != want ||
			strings.Contains(d.Words.Text, "Seed Libraries") {
			t.Errorf("letters say %q, want %q: %s", f.Group, want, d.Words.Text)
		}
		coo := r.workbook("p1", COOReport)
		if title, err := coo.GetCellValue("Summary", "A2"); err != nil || title != "Petition for "+
			want {
			t.Errorf("the workbook is headed %q, %v", title, err)
		}
	}
	names("A petition")
	if set, err := r.SheetSet(t.Context(), "p1"); err != nil || set.Group != "A petition" {
		t.Errorf("sheets are printed for %q, %v", set.Group, err)
	}
	for _, s := range [][]string{
		{"submit"}, {"acknowledge", "copy", "x"}, {"certify"}, {"schedule", "meeting", "x"},
		{"approve", "vote", "7 to 0", "rationale", "x", "overlap", "x", "renews", newGroup, "name",
			"Seeds and Libraries"},
	} {
		r.must(r.step("p1", s[0], "2026-11-20", s[1:]...))
	}
	names("Seeds and Libraries")
	if life, err := r.Life(t.Context(), "p1", nil, register.AsOf{}); err != nil ||
		life.Group != "Seeds and Libraries" {
		t.Errorf("the page says %q, %v", life.Group, err)
	}
}
