package extract

import (
	"image"
	"testing"

	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// TestRecordsInPitch: where the next record would be, one label is enough to tell it; a label
// between records is none of one.
func TestRecordsInPitch(t *testing.T) {
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, 1600, 2200))}
	var anchors []image.Point
	for i := range 5 {
		anchors = append(anchors, image.Pt(100, 300+160*i))
	}
	parts := []offset{
		{key: "name", label: true, anchor: true},
		{key: "signature", label: true, by: image.Pt(600, 80)},
	}
	sign := func(y int) atom {
		return atom{key: "signature", label: true, box: image.Rect(700, y-10, 800, y+10)}
	}
	atoms := []atom{sign(300 + 160*5 + 80), sign(300 + 160*6 + 80), sign(300 + 160*2), sign(2000)}
	got := v.inPitch(atoms, parts, anchors)
	if len(got) != 7 || got[5] != image.Pt(100, 1100) || got[6] != image.Pt(100, 1260) {
		t.Errorf("records at %v, want those at 1100 and 1260 besides", got)
	}
	if few := v.inPitch(atoms, parts, anchors[:2]); len(few) != 2 {
		t.Errorf("two records tell where others are: %v", few)
	}
}

// TestLabelsOfMissedRecords: the label of a record above that was not found does not end the
// slots of this one; that of a card beside it does.
func TestLabelsOfMissedRecords(t *testing.T) {
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, 1600, 2200))}
	sheet := recordSheet{v: v, anchors: []image.Point{{100, 500}}}
	sheet.labels = []printedPart{
		{"Name", true, image.Rect(0, -10, 60, 10)},
		{"Signature", true, image.Rect(600, 70, 700, 90)},
	}
	sheet.printed = sheet.labels
	for name, test := range map[string]struct {
		stray image.Rectangle
		ends  bool
	}{
		"above":  {image.Rect(702, 410, 800, 430), false},
		"beside": {image.Rect(900, 490, 960, 510), true},
	} {
		sheet.strays = []image.Rectangle{test.stray}
		if ends := sheet.rightOf(sheet.anchors[0]) < 1000; ends != test.ends {
			t.Errorf("a label %s ends the record: %v", name, ends)
		}
	}
}

// TestRowsWithARecordOnTheirBorder: a record whose label stands on the border of two rows is not
// added to the other one again.
func TestRowsWithARecordOnTheirBorder(t *testing.T) {
	table := layout.Table{Style: layout.Lined, Left: 100, Right: 1500}
	for i := range 7 {
		table.Lines = append(table.Lines, layout.Through(100, float64(200+150*i), 1500, float64(200+150*i), 1))
	}
	anchors := []image.Point{{120, 210}, {120, 360}, {120, 510}, {120, 658}, {120, 960}} // of six rows
	got := inEachRow(table, anchors, 20)
	if len(got) != 6 || got[5] != image.Pt(120, 810) {
		t.Errorf("records at %v, want the one at 810 besides", got)
	}
}

// TestWritingBesideRecords: what a record lacks is in doubt where writing beside it was not filed.
func TestWritingBesideRecords(t *testing.T) {
	c := &composed{of: &view{dpi: 200}}
	var rows []Row
	for i := range 3 {
		c.all = append(c.all, record{box: image.Rect(100, 200+200*i, 1500, 360+200*i)})
		rows = append(rows, Row{Number: i + 1, Signed: SignedNo, Fields: map[Field]Reading{Name: {Confidence: 1}}})
	}
	c.doubtBeside([]image.Rectangle{image.Rect(300, 420, 500, 450)}, rows)
	for i, r := range rows {
		doubted := r.Signed == SignedUnsure && r.Fields[Name].Confidence < 1
		if doubted != (i == 1) {
			t.Errorf("line %d: signed %s, name empty with %v", r.Number, r.Signed, r.Fields[Name].Confidence)
		}
	}
	if overlapping(c.all) {
		t.Error("records one below the other overlap")
	}
	if !overlapping(append(c.all, record{box: image.Rect(100, 280, 1500, 440)})) {
		t.Error("a record in the middle of another does not overlap it")
	}
}

// TestLabelsOfTwoWordsAndOneLetter: "Cognome e nome" is one label, and its "e" alone is nothing.
func TestLabelsOfTwoWordsAndOneLetter(t *testing.T) {
	var words []tesseract.Word
	for i, text := range []string{"Cognome", "e", "nome"} {
		x := []int{100, 182, 200}[i]
		words = append(words, tesseract.Word{Text: text, Confidence: 1, Box: image.Rect(x, 100, x+[]int{74, 10, 50}[i], 118)})
	}
	if got := atomsOf(words); len(got) != 1 || !got[0].label || got[0].key != string(Name) {
		t.Errorf("read %+v, want one label of a name", got)
	}
	if got := atomsOf(words[1:2]); len(got) != 0 {
		t.Errorf("one letter is read as %+v", got)
	}
}

// TestDottedLinesStrikeNothing: a dotted leader that the scan kept in few records is no stroke
// through them; it leaves them in doubt at most.
func TestDottedLinesStrikeNothing(t *testing.T) {
	bits := layout.NewBitmap(800, 700)
	for x := 50; x < 400; x++ {
		if x%8 < 5 {
			bits.Pix[230*bits.W+x] = 1
		}
	}
	lying, _ := layout.FindRules(bits, 200)
	if len(lying) != 1 || !lying[0].Dotted() || layout.Through(50, 230, 400, 230, 1).Dotted() {
		t.Fatalf("rules %v, want a dotted one", lying)
	}
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits, lying: lying}
	r := records{columns: []Column{{Fields: []Field{Name}}, {Fields: []Field{Signature}}}}
	for i := range 5 {
		y := 100 + 100*i
		slots := []image.Rectangle{image.Rect(50, y, 400, y+80), image.Rect(400, y, 750, y+80)}
		r.all = append(r.all, record{box: slots[0].Union(slots[1]), slots: slots})
	}
	c := &composed{records: r, of: v, doubt: make([]bool, len(r.all))}
	if own := c.lyingRules(); len(own) != 1 {
		t.Error("the dotted line is a stroke")
	}
	c.doubtStruck()
	for i, doubted := range c.doubt {
		if doubted != (i == 1) {
			t.Errorf("record %d: doubted %v", i, doubted)
		}
	}
}
