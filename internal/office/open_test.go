package office

import (
	"errors"
	"testing"

	"countersign/extract"
	"countersign/internal/store"
)

// What a page left open keeps the outcome uncertain until somebody settles it; each act is in
// the audit log.
func TestOpenPoints(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.snapshot(sampleExport(t))
	sheets := readSample(t)
	o.petition("p", "threshold: 1\n", s.ID, sheets)
	if c := o.look("p"); !c.Count.Certain {
		t.Fatalf("the sample alone: %+v", c.Count)
	}
	pages, err := o.Store.Pages(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	p := pages[len(pages)-1]
	sheet := sheets[len(sheets)-1]
	for _, box := range []extract.Box{{0.1, 0.8, 0.5, 0.85}, {0.1, 0.9, 0.5, 0.95}} {
		p.Open = append(p.Open, store.OpenPoint{Kind: string(extract.WritingOutside),
			Text: "Handwriting below the table was not filed as a line.", Box: box})
	}
	sheet.Notes = append(sheet.Notes, "Handwriting below the table was not filed as a line.")
	o.readPage(p, sheet)
	o.match(s.ID, p.ID, sheet)
	ann := store.Account{ID: "ann"}
	points, err := o.OpenPoints(t.Context(), "p")
	if err != nil || len(points) != 2 || points[0].File != o.scan {
		t.Fatalf("%v, %v", points, err)
	}
	before := o.look("p")
	if before.Count.Certain || before.Count.Open != 2 {
		t.Errorf("with open points: %+v", before.Count)
	}
	var refused *Refusal
	for _, wrong := range [][2]string{{"excluded", ""}, {"perhaps", ""}} {
		if _, err := o.SettleOpen(t.Context(), points[0].ID, wrong[0], wrong[1], ann); !errors.As(
			err, &refused) {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	if _, err := o.SettleOpen(t.Context(), points[0].ID, store.NotCounted,
		"signed after the meeting", ann); err != nil {
		t.Fatal(err)
	}
	added, err := o.SettleOpen(t.Context(), points[1].ID, store.LineAdded, "", ann)
	if err != nil {
		t.Fatal(err)
	}
	after := o.look("p")
	if after.Count.Open != 0 || after.Count.Rows != before.Count.Rows+1 {
		t.Errorf("settled: %+v, before %+v", after.Count, before.Count)
	}
	found := false
	for _, l := range linesOf(after) {
		if l.ID == added.LineID {
			found = l.Verdict == "uncertain" && l.Signed == "unsure" && len(l.Fields) > 0
		}
	}
	if !found {
		t.Errorf("no line %q waits for a person", added.LineID)
	}
	if _, err := o.SettleOpen(t.Context(), added.ID, "", "", ann); !errors.As(err, &refused) {
		t.Errorf("opened again though a line was added: %v", err)
	}
	if _, err := o.SettleOpen(t.Context(), points[0].ID, store.NothingHere, "", ann); !errors.As(
		err, &refused) || refused.Kind != Conflict {
		t.Errorf("settled twice: %v", err)
	}
	entries, err := o.Store.AuditOf(t.Context(), "p", 10)
	if err != nil {
		t.Fatal(err)
	}
	acts := map[string]int{}
	for _, e := range entries {
		acts[e.Action]++
	}
	if acts["open.excluded"] != 1 || acts["open.added"] != 1 || acts["open.nothing"] != 0 {
		t.Errorf("the audit log has %v", acts)
	}
}
