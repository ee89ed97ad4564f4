package verify

import (
	"testing"

	"countersign/extract"
)

// What the columns of a page are is found out by the roll where its headings say nothing:
// names from cities and institutions, numbers from telephone numbers and dates.
func TestUnderstand(t *testing.T) {
	w := newWorld(t, 2000, 41)
	const a, b, c, d extract.Field = "column 1", "column 2", "column 3", "column 4"
	page := func(n int, lattices bool) extract.Sheet {
		w.lattices = lattices
		var s extract.Sheet
		for i := range n {
			l := w.sign(i, []extract.Field{extract.MemberID, extract.City}, 0.05)
			s.Rows = append(
				s.Rows,
				extract.Row{Number: i + 1, Fields: map[extract.Field]extract.Reading{
					a: l.Fields[extract.City], b: l.Fields[extract.Name], c: {Text: "312-555-0142", Confidence: 0.9}, d: l.Fields[extract.MemberID],
				}},
			)
		}
		for _, meant := range [][4]extract.Field{
			{extract.Name, extract.City, extract.MemberID, extract.Phone}, {extract.Name, extract.City, extract.Phone, extract.MemberID},
			{extract.City, extract.Name, extract.MemberID, extract.Phone}, {extract.City, extract.Name, extract.Phone, extract.MemberID},
			{extract.Institution, extract.City, extract.Phone, extract.MemberID},
		} {
			s.Guesses = append(
				s.Guesses,
				extract.Guess{
					Meant: map[extract.Field]extract.Field{
						a: meant[0],
						b: meant[1],
						c: meant[2],
						d: meant[3],
					},
				},
			)
		}
		return s
	}
	for _, lattices := range []bool{false, true} {
		s := page(12, lattices)
		u := w.matcher.Understand(s)
		if u.Guess == nil || u.Guess.Meant[b] != extract.Name ||
			u.Guess.Meant[d] != extract.MemberID ||
			!u.Sure() {
			t.Fatalf("lattices %v: %+v", lattices, u)
		}
		as := u.As(s)
		if got, want := as.Rows[3].Fields[extract.Name].Text, s.Rows[3].Fields[b].Text; got != want {
			t.Errorf("the name is %q, want %q", got, want)
		}
	}
	if u := w.matcher.Understand(extract.Sheet{Guesses: page(0, false).Guesses}); u.Sure() {
		t.Error("a page without lines is understood")
	}
	if u := w.matcher.Understand(extract.Sheet{}); u.Guess != nil || !u.Sure() {
		t.Errorf("a page without guesses: %+v", u)
	}
}
