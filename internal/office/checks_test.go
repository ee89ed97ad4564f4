package office

import (
	"slices"
	"strings"
	"testing"

	"countersign/verify"

	"countersign/internal/store"
)

// Lines that the program decided are looked at again without knowing how, lines that
// the chair settled are shown to somebody else; the workbook says how many were wrong.
func TestOfficeMeasures(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.snapshot(sampleExport(t))
	o.petition("p", "second-look-percent: 100\nknown-answer-percent: 100\n", s.ID, readSample(t))
	o.petition("plain", "", s.ID, readSample(t))
	first, plain := o.look("p"), o.look("plain")
	if len(plain.Blind) != 0 || !slices.Equal(plain.Queue("ann", false), plain.Count.Next) ||
		first.Count.Valid != plain.Count.Valid || len(first.Blind) == 0 {
		t.Fatalf("%d lines to look at once more without a rule, %d with one; %+v and %+v",
			len(plain.Blind), len(first.Blind), plain.Count, first.Count)
	}
	queue := first.Queue("ann", false)
	if len(queue) != len(first.Count.Next)+len(first.Blind) ||
		slices.Equal(queue[:len(first.Count.Next)], first.Count.Next) ||
		!slices.Equal(first.Queue("cho", true), first.Count.Next) {
		t.Errorf("the queue %v does not mix %d lines into %v", queue, len(first.Blind),
			first.Count.Next)
	}
	var valid []int
	for _, b := range first.Blind {
		shown, real := first.Shown(b.At, "ann", false), *first.Line(b.At)
		if shown.Verdict != "uncertain" || shown.Decided != "program" || shown.Look == "" ||
			shown.Because == "" || shown.Because == real.Because || len(shown.Rulings) != 0 {
			t.Errorf("line %d is shown as %s, %q", b.At, shown.Verdict, shown.Because)
		}
		if first.Shown(b.At, "cho", true) != first.Line(b.At) {
			t.Error("the chair is shown a decided line blind")
		}
		if real.Verdict == "valid" {
			valid = append(valid, b.At)
		}
	}
	see := func(i int) Line { return *o.look("p").Line(i) }

	// Ann agrees with one verdict, and differs from another, which the chair settles.
	agreed, contested := *first.Line(valid[0]), *first.Line(valid[1])
	o.find(store.Finding{LineID: agreed.ID, By: "ann", Kind: "again:accept",
		MemberID: agreed.MemberID})
	differs := o.find(store.Finding{LineID: contested.ID, By: "ann", Kind: "again:nobody"})
	if l := see(valid[0]); l.Verdict != "valid" || l.Decided != "program" || l.Findings != 1 {
		t.Errorf("agreed with, it is %s by %s", l.Verdict, l.Decided)
	}
	l, c := see(valid[1]), o.look("p")
	if l.Verdict != "uncertain" || l.Needs != "chair" || c.Count.Valid != first.Count.Valid-1 ||
		c.Count.Checked != 2 || !slices.Contains(c.Queue("cho", true), valid[1]) ||
		slices.Contains(c.Queue("bob", false), valid[1]) {
		t.Errorf("contested, it is %s and needs %q: %s", l.Verdict, l.Needs, l.Because)
	}
	o.find(store.Finding{LineID: contested.ID, By: "ann", Kind: "undo", Undoes: differs.ID})
	if l, c = see(valid[1]), o.look("p"); l.Verdict != "valid" ||
		!slices.Contains(c.Queue("ann", false), valid[1]) {
		t.Errorf("taken back, it is %s", l.Verdict)
	}
	o.find(store.Finding{LineID: contested.ID, By: "ann", Kind: "again:nobody"})
	o.find(store.Finding{LineID: contested.ID, By: "cho", Chair: true, Kind: "accept",
		MemberID: contested.MemberID})
	if l, c = see(valid[1]), o.look("p"); l.Verdict != "valid" || l.Decided != "person" {
		t.Errorf("settled, it is %s by %s", l.Verdict, l.Decided)
	}

	// Its answer is known now. Bob has not seen it, and does not see who settled it.
	if slices.Contains(c.Queue("ann", false), valid[1]) || !slices.Contains(c.Queue("bob", false),
		valid[1]) {
		t.Error("the known answer is not for somebody who has not seen the line")
	}
	shown := c.Shown(valid[1], "bob", false)
	if shown.Asked != "known" || len(shown.By) != 0 || shown.Decided != "program" ||
		shown.Note != "" || shown.Candidates[0].Probability == 1 {
		t.Errorf("shown as %+v", shown)
	}
	o.find(store.Finding{LineID: contested.ID, By: "bob", Kind: "known:correct",
		Fields: map[string]string{"name": "Somebody Else"}})
	if shown = o.look("p").Shown(valid[1], "bob", false); shown.Asked != "known" ||
		!slices.ContainsFunc(shown.Fields, func(f Field) bool {
			return f.Text == "Somebody Else" && f.Corrected
		}) {
		t.Errorf("read by Bob, it is shown to him as %+v", shown.Fields)
	}
	o.find(store.Finding{LineID: contested.ID, By: "bob", Kind: "known:illegible"})
	if l, c = see(valid[1]), o.look("p"); l.Verdict != "valid" ||
		l.MemberID != contested.MemberID || slices.Contains(c.Queue("bob", false), valid[1]) ||
		c.Count.Valid != first.Count.Valid {
		t.Errorf("after a known answer it is %s; %+v", l.Verdict, c.Count)
	}

	rows, err := o.workbook("p", COOReport).GetRows("Summary")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range rows {
		if len(r) > 2 && strings.HasPrefix(r[0], "False ") {
			got[r[0]] = r[1] + " of " + r[2]
		}
	}
	for name, want := range map[string]string{"False accepts, known answers": "0 of 0",
		"False rejects, known answers": "1 of 1", "False accepts, looked at again": "0 of 2",
		"False rejects, looked at again": "0 of 0"} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	log, err := o.workbook("p", COOReport).GetRows("Review log")
	if err != nil {
		t.Fatal(err)
	}
	if log[1][6] != "this member, looking again" {
		t.Errorf("logged as %q", log[1][6])
	}
	o.workbook("plain", COOReport)
}

// Lines to look at once more lie evenly between the others, and come up in the
// end however many are decided meanwhile.
func TestQueueMixes(t *testing.T) {
	t.Parallel()
	c := &Case{}
	for i := range 50 {
		c.views = append(c.views, &lineView{decision: &verify.Decision{}})
		if i < 40 {
			c.Count.Next = append(c.Count.Next, i)
		} else {
			c.Blind = append(c.Blind, BlindLine{At: i, view: &lineView{asked: verify.Again}})
		}
	}
	var turns []int
	for n := 0; len(c.Count.Next)+len(c.Blind) > 0; n++ {
		at := c.Queue("ann", false)[0]
		if at < 40 {
			c.Count.Next, c.Count.ByPerson = slices.DeleteFunc(c.Count.Next,
				func(i int) bool { return i == at }), c.Count.ByPerson+1
			continue
		}
		turns = append(turns, n)
		c.Blind, c.Count.Checked = slices.DeleteFunc(c.Blind, func(b BlindLine) bool {
			return b.At == at
		}), c.Count.Checked+1
	}
	if want := []int{2, 7, 12, 17, 22, 27, 32, 37, 42, 47}; !slices.Equal(turns, want) {
		t.Errorf("they come up at %v, want %v", turns, want)
	}
}
