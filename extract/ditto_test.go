package extract

import "testing"

// A ditto mark takes the value above it, is marked, and is never sure.
func TestDittos(t *testing.T) {
	text := func(s string) Reading { return Reading{Text: s, Confidence: 1, Engine: "text"} }
	rows := []Row{
		{
			Fields: map[Field]Reading{
				Name: text("Ann Lee"),
				City: text(`"`),
				Date: text("10/2/26"),
			},
		},
		{
			Fields: map[Field]Reading{
				Name:     text(`"`),
				City:     text("Reno"),
				Date:     text("〃"),
				MemberID: text(`"`),
			},
		},
		{
			Fields: map[Field]Reading{
				Name: text("Bo Day"),
				City: text("- ” -"),
				Date: text("ditto"),
			},
		},
		{Fields: map[Field]Reading{Name: text("Cy Fox"), City: text("''"), Date: text("do.")}},
		{Fields: map[Field]Reading{Name: text("Di Gay"), City: text("Doe"), Date: text(",,")}},
		{Fields: map[Field]Reading{Name: text("Ed Hay"), City: text("-"), Date: text("")}},
	}
	takeDittos(rows)
	for i, want := range []struct{ city, date, date2 string }{
		{`"`, "10/2/26", "text"}, {"Reno", "10/2/26", Ditto}, {"Reno", "10/2/26", Ditto}, {"Reno", "10/2/26", Ditto}, {"Doe", "10/2/26", Ditto}, {"-", "", "text"},
	} {
		f := rows[i].Fields
		if f[City].Text != want.city || f[Date].Text != want.date ||
			f[Date].Engine != want.date2 {
			t.Errorf(
				"row %d: %q, %q by %s, want %v",
				i+1,
				f[City].Text,
				f[Date].Text,
				f[Date].Engine,
				want,
			)
		}
		if f[Date].Engine == Ditto && f[Date].Confidence > dittoSure {
			t.Errorf("row %d: a ditto mark is %.2f sure", i+1, f[Date].Confidence)
		}
	}
	if rows[1].Fields[Name].Text != `"` || rows[1].Fields[MemberID].Text != `"` {
		t.Error("a ditto mark for a name or a number has a value")
	}
}
