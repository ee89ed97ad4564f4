package verify

import (
	"fmt"
	"testing"

	"countersign/extract"
)

// What holds for all lines of a page or a file is the form's fault, and one line in many
// is the signer's.
func TestFormsFault(t *testing.T) {
	w := newWorld(t, 400, 51)
	lines := func(n int, change func(i int, l *Line)) []Line {
		var out []Line
		for i := range n {
			m := w.members[i]
			l := typed(
				i+1,
				fields{
					extract.Name:     m["First Name"] + " " + m["Last Name"],
					extract.MemberID: m["ID"],
					extract.Date:     "10/2/2026",
				},
			)
			change(i, &l)
			out = append(out, l)
		}
		return out
	}
	rules := MIG()
	rules.RequiredFields = []string{"name", "date"}
	rules.WindowFrom, rules.WindowTo = day("2026-09-01"), day("2026-10-31")
	for _, c := range []struct {
		name   string
		change func(i int, l *Line)
		reason Reason
		some   bool // decided when only two lines of the twenty have it
	}{
		{"unsigned", func(_ int, l *Line) { l.Signed = extract.SignedNo }, Unsigned, true},
		{"struck", func(_ int, l *Line) { l.Struck = true }, Struck, true},
		{"no date", func(_ int, l *Line) { l.Fields[extract.Date] = extract.Reading{Confidence: 1} }, Incomplete, true},
		{"out of window", func(_ int, l *Line) {
			l.Fields[extract.Date] = extract.Reading{Text: "8/30/2026", Confidence: 1, Engine: "text"}
		}, OutOfWindow, true},
		{"still to come", func(_ int, l *Line) {
			l.Fields[extract.Date] = extract.Reading{Text: "12/30/2026", Confidence: 1, Engine: "text"}
		}, OutOfWindow, false},
		{"no date to read", func(_ int, l *Line) {
			l.Fields[extract.Date] = extract.Reading{Text: "n/a", Confidence: 1, Engine: "text"}
		}, Incomplete, false},
		{"scribbled date", func(_ int, l *Line) {
			l.Fields[extract.Date] = extract.Reading{Text: "//", Confidence: 1, Engine: "text"}
		}, Incomplete, false},
	} {
		for _, page := range []bool{true, false} { // all on one page, or one line a page
			t.Run(fmt.Sprint(c.name, page), func(t *testing.T) {
				all := lines(20, func(i int, l *Line) {
					c.change(i, l)
					if !page {
						l.Page = i + 1
					}
				})
				for _, d := range decide(w.matcher, rules, all...) {
					if d.Verdict != Uncertain || d.Reason != c.reason {
						t.Fatalf("all lines: %s %s, %s", d.Verdict, d.Reason, d.Because)
					}
				}
				want := Uncertain
				if c.some {
					want = Invalid
				}
				d := decide(w.matcher, rules, lines(20, func(i int, l *Line) {
					if i == 3 || i == 11 {
						c.change(i, l)
					}
				})...)
				if d[3].Verdict != want || d[11].Verdict != want || d[3].Reason != c.reason {
					t.Errorf("two lines: %s %s, %s", d[3].Verdict, d[3].Reason, d[3].Because)
				}
			})
		}
	}
}

// A date decides nothing where it is not known which of its numbers is the month.
func TestOrderOfDates(t *testing.T) {
	m := theMatcher(t)
	rules := MIG()
	rules.WindowFrom, rules.WindowTo = day("2026-09-01"), day("2026-10-31")
	line := func(row int, name, number, date string) Line {
		return typed(
			row,
			fields{extract.Name: name, extract.MemberID: number, extract.Date: date},
		)
	}
	lewis := func(date string) Line { return line(1, "Jonathan Lewis", "0482914", date) }
	other := func(date string) Line { return line(2, "Greta Thorvaldsen", "0700007", date) }
	for _, c := range []struct {
		lines []Line
		want  Verdict
	}{
		{[]Line{lewis("10/2/2026")}, Valid},                           // as Americans write
		{[]Line{lewis("2/10/2026")}, Uncertain},                       // February 2 or October 2
		{[]Line{lewis("2/10/2026"), other("25/10/2026")}, Valid},      // day first, as the other line shows
		{[]Line{lewis("2/10/2026"), other("9/25/2026")}, Invalid},     // month first
		{[]Line{lewis("2/3/2026")}, Invalid},                          // out of the window either way
		{[]Line{lewis("11/30/2026")}, Uncertain},                      // still to come
		{[]Line{lewis("10/2/1926")}, Uncertain},                       // no year in which anybody signed
		{[]Line{lewis("Oct 2")}, Uncertain},                           // cannot be read
		{[]Line{lewis("2026-10-02")}, Valid},                          //
		{[]Line{lewis("10/9/2026"), other("25/10/2026")}, Valid},      // September 10
		{[]Line{lewis("10/12/2026"), other("25/10/2026")}, Uncertain}, // December 10 is still to come
	} {
		if d := decide(m, rules, c.lines...)[0]; d.Verdict != c.want {
			t.Errorf(
				"%q beside %d others: %s, %s",
				c.lines[0].Fields[extract.Date].Text,
				len(c.lines)-1,
				d.Verdict,
				d.Because,
			)
		}
	}
}
