package extract

import (
	"image"
	"testing"

	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// twoLines is a page of four signers with two lines to write on each, 100 pixels apart, the labels
// close below the lines or, where above is false, close below the line before. The last did not
// fill in the second line, and a title stands above the first.
func twoLines(above bool) (*view, []tesseract.Word) {
	bits := layout.NewBitmap(1400, 1100)
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits}
	var words []tesseract.Word
	write := func(x, y int) {
		for i := range 60 {
			bits.Pix[y*bits.W+x+i] = 1
		}
	}
	write(100, 150)
	for i := range 8 {
		line := 200 + 100*i
		if i < 7 {
			write(130, line-25)
		}
		label := line + 8
		if !above {
			label = line - 92
		}
		v.lying = append(v.lying, layout.Through(100, float64(line), 1300, float64(line), 1))
		texts := []string{"Name", "Signature"}
		if i%2 == 1 {
			texts = []string{"Address"}
		}
		for j, text := range texts {
			x := 100 + 600*j
			words = append(words, tesseract.Word{Text: text, Confidence: 1, Box: image.Rect(x, label, x+90, label+16)})
		}
	}
	return v, words
}

// TestLinesSayWherePeopleWrite: at the ends of a column of labels there is a line to write on
// above the first, or below the last.
func TestLinesSayWherePeopleWrite(t *testing.T) {
	for name, above := range map[string]bool{"above the labels": true, "below them": false} {
		v, words := twoLines(above)
		r, _ := Extractor{}.findRecords(t.Context(), v, layout.Table{}, words)
		if r == nil || len(r.all) != 4 {
			t.Fatalf("%s: found %+v, want four records", name, r)
		}
		for i, one := range r.all {
			if at := image.Pt(150, 175+200*i); !at.In(one.slots[0]) {
				t.Errorf("%s: the name of record %d, at %v, is not in its slot %v", name, i, at, one.slots[0])
			}
		}
	}
}

// TestRecordsOfSeveralRows: where the lines to write on are rows of a table, a record takes two
// of them; where a record is one row, rows without labels that were read have one, too.
func TestRecordsOfSeveralRows(t *testing.T) {
	v, words := twoLines(true)
	table := layout.Table{Style: layout.Lined, Left: 100, Right: 1300}
	for i := range 9 {
		table.Lines = append(table.Lines, layout.Through(100, float64(115+105*i), 1300, float64(115+105*i), 1))
	}
	if r, _ := (Extractor{}).findRecords(t.Context(), v, table, words); r == nil || len(r.all) != 4 {
		t.Errorf("found %+v, want four records", r)
	}
	for _, test := range []struct {
		tall, down int
		want       bool
	}{{90, 105, true}, {90, 200, false}, {40, 210, true}, {90, 0, false}, {110, 105, false}} {
		if got := withinRows(table, test.tall, test.down); got != test.want {
			t.Errorf("records of %d pixels, %d apart, in rows of 105: %v", test.tall, test.down, got)
		}
	}
}

// TestMisreadLabels: a word of a label is no label of its own, and where another record has a
// label, there is no print of this one.
func TestMisreadLabels(t *testing.T) {
	v := &view{dpi: 200}
	box := func(x, y, w int) image.Rectangle { return image.Rect(x, y-8, x+w, y+8) }
	atoms := []atom{
		{key: "name", label: true, text: "Name", box: box(100, 100, 60)}, {key: "name", label: true, text: "Name", box: box(100, 300, 60)},
		{key: "citystate", label: true, text: "City, State", box: box(400, 100, 100)}, {key: "state", label: true, text: "State", box: box(450, 300, 50)},
		{key: "staie", label: false, text: "Staie", box: box(400, 300, 100)},
	}
	anchors := []image.Point{{100, 100}, {100, 300}}
	own := []offset{
		{key: "name", label: true, seen: map[int]int{0: 0, 1: 1}, anchor: true},
		{key: "citystate", label: true, by: image.Pt(300, 0), seen: map[int]int{0: 2}},
	}
	parts := append([]offset{
		{key: "state", label: true, by: image.Pt(350, 0), seen: map[int]int{1: 3}},
		{key: "staie", by: image.Pt(300, 200), seen: map[int]int{0: 4}},
	}, own...)
	if got := v.withoutMisread(atoms, anchors, parts); len(got) != 2 || got[0].key != "name" || got[1].key != "citystate" {
		t.Errorf("kept %+v", got)
	}
}

// TestStruckAlongTheLine: a stroke close above the line to write on is no line of the form.
func TestStruckAlongTheLine(t *testing.T) {
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, 800, 600))}
	r := records{columns: []Column{{Fields: []Field{Name}}, {Fields: []Field{Signature}}}}
	for i := range 5 {
		y := 50 + 100*i
		slots := []image.Rectangle{image.Rect(50, y, 400, y+80), image.Rect(400, y, 750, y+80)}
		r.all = append(r.all, record{box: slots[0].Union(slots[1]), slots: slots})
		v.lying = append(v.lying, layout.Through(50, float64(y+78), 380, float64(y+78), 1))
	}
	stroke := layout.Through(60, 212, 390, 212, 2)
	v.lying = append(v.lying, stroke)
	c := &composed{records: r, of: v, doubt: make([]bool, len(r.all))}
	if own := c.lyingRules(); len(own) != 5 {
		t.Errorf("%d lines of the form, want five", len(own))
	}
	c.doubtStruck()
	for i, doubted := range c.doubt {
		if doubted != (i == 1) {
			t.Errorf("record %d: doubted %v", i, doubted)
		}
	}
}

// TestCardsOfManyLabels: two columns of cards with more labels than can be tried with each other
// everywhere; what stands close to the card beside is still the card's own.
func TestCardsOfManyLabels(t *testing.T) {
	bits := layout.NewBitmap(1700, 2200)
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits}
	var words []tesseract.Word
	for i := range 8 {
		x, y := 100+790*(i%2), 100+500*(i/2)
		for _, l := range []struct {
			text string
			at   image.Point
		}{
			{"Name", image.Pt(0, 0)}, {"Address", image.Pt(0, 70)}, {"City", image.Pt(0, 140)}, {"ZIP", image.Pt(460, 140)},
			{"E-mail", image.Pt(0, 210)}, {"Signature", image.Pt(0, 280)}, {"Date", image.Pt(500, 280)},
		} {
			at := l.at.Add(image.Pt(x, y))
			words = append(words, tesseract.Word{Text: l.text, Confidence: 1, Box: image.Rect(at.X, at.Y, at.X+70, at.Y+18)})
			for i := range 60 { // of ink
				bits.Pix[(at.Y+10)*bits.W+at.X+100+i] = 1
			}
		}
	}
	r, _ := Extractor{}.findRecords(t.Context(), v, layout.Table{}, words)
	if r == nil || len(r.all) != 8 || len(r.columns) != 7 || r.shifted {
		t.Fatalf("found %+v, want eight cards of seven labels", r)
	}
	for i, one := range r.all {
		own := image.Rect(100+790*(i%2), 50+500*(i/2), 890+790*(i%2), 500+500*(i/2))
		for j, slot := range one.slots {
			if !middle(slot).In(own) {
				t.Errorf("card %d: %q is written at %v, in another card", i, r.columns[j].Heading, slot)
			}
		}
	}
}

// TestDashesAroundRecords: the dashes of a frame are the form's; what stands beside it is not.
func TestDashesAroundRecords(t *testing.T) {
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, 800, 600))}
	v.lying = []layout.Rule{layout.Through(20, 30, 780, 30, 1)}
	v.standing = []layout.Rule{layout.Through(30, 20, 580, 20, 1)}
	slot := image.Rect(100, 100, 600, 180)
	c := &composed{of: v, records: records{all: []record{{box: slot, slots: []image.Rectangle{slot}}}}}
	for box, want := range map[image.Rectangle]bool{
		image.Rect(200, 29, 216, 32):   true,
		image.Rect(19, 300, 22, 316):   true,
		image.Rect(200, 40, 216, 43):   false,
		image.Rect(200, 20, 216, 40):   false,
		image.Rect(200, 130, 216, 133): false,
	} {
		if got := c.holds(box); got != want {
			t.Errorf("ink at %v: %v", box, got)
		}
	}
}

// TestCrossedOutRecord: a stroke from corner to corner of a record strikes it out, though it is
// no longer in one piece where the form's lines are taken away; writing in each line does not.
func TestCrossedOutRecord(t *testing.T) {
	bits := layout.NewBitmap(1000, 800)
	v := &view{dpi: 200, bits: bits, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H))}
	c := &composed{of: v, doubt: make([]bool, 2)}
	for i := range 2 {
		var one record
		for line := range 5 {
			s := image.Rect(50+450*i, 50+70*line, 450+450*i, 115+70*line)
			one.slots = append(one.slots, s)
			for x := s.Min.X + 20; x < s.Max.X-20; x++ { // writing, and frames
				y := s.Max.Y - 15 - x*7%25
				bits.Pix[y*bits.W+x] = 1
			}
		}
		for y := range 400 {
			bits.Pix[(30+y)*bits.W+60+450*i] = 1
		}
		c.all = append(c.all, one)
	}
	for y := 60; y < 380; y++ {
		if y%70 > 2 {
			bits.Pix[y*bits.W+500+y] = 1
		}
	}
	if c.doubtCrossed(); c.doubt[0] || !c.doubt[1] {
		t.Errorf("doubted %v, want the second alone", c.doubt)
	}
}

// TestLabelsInTheMiddleOfLines: what is written on a line belongs to the label in its middle, also
// where it begins left of the label; the line of two labels says nothing.
func TestLabelsInTheMiddleOfLines(t *testing.T) {
	for name, lines := range map[string][][2]int{"a line each": {{100, 480}, {560, 940}}, "one for both": {{100, 940}}} {
		bits := layout.NewBitmap(1100, 1200)
		v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits}
		var words []tesseract.Word
		for i := range 6 {
			y := 250 + 150*i
			for _, l := range lines {
				v.lying = append(v.lying, layout.Through(float64(l[0]), float64(y-15), float64(l[1]), float64(y-15), 1))
			}
			for x, text := range map[int]string{250: "Name", 710: "Signature"} {
				words = append(words, tesseract.Word{Text: text, Confidence: 1, Box: image.Rect(x, y-8, x+80, y+8)})
				for dx := range 60 { // of ink
					bits.Pix[(y-40)*bits.W+x-100+dx] = 1
				}
			}
		}
		r, _ := Extractor{}.findRecords(t.Context(), v, layout.Table{}, words)
		if r == nil || len(r.all) != 6 {
			t.Fatalf("%s: found %+v, want six records", name, r)
		}
		for i, one := range r.all {
			written := image.Pt(155, 250+150*i-40)
			if has := written.In(one.slots[0]); has != (len(lines) == 2) {
				t.Errorf("%s: what is written at %v is in the slot %v: %v", name, written, one.slots[0], has)
			}
		}
	}
}

// TestFramesOfCards: labels in the corners of boxes have what is written below them; the frame of a
// card beside labels that stand under their lines makes no such boxes.
func TestFramesOfCards(t *testing.T) {
	for name, test := range map[string]struct {
		from    int // where the line above the label begins
		corners bool
	}{"boxes": {100, true}, "a card": {140, false}} {
		v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, 1000, 1000))}
		v.standing = []layout.Rule{layout.Through(50, 100, 900, 100, 1)}
		sheet := recordSheet{v: v, labels: []printedPart{{"Name", true, image.Rect(0, -8, 60, 8)}}}
		for i := range 3 {
			y := float64(200 + 200*i)
			v.lying = append(v.lying, layout.Through(float64(test.from), y, 600, y, 1))
			sheet.anchors = append(sheet.anchors, image.Pt(142, int(y)+14))
		}
		if got := sheet.inCorners(); got != test.corners {
			t.Errorf("%s: labels in corners %v", name, got)
		}
	}
}

// TestParagraphsHaveNoLabels: a word of a paragraph asks for nothing where it begins a line, and
// the lines of one above the first label are none to write on.
func TestParagraphsHaveNoLabels(t *testing.T) {
	var atoms []atom
	line := func(y int, label bool, texts ...string) {
		for i, text := range texts {
			box := image.Rect(100+90*i, y, 184+90*i, y+18+i%2*4)
			atoms = append(atoms, atom{key: text, text: text, label: label && i == 0, box: box})
		}
	}
	line(100, false, "represent", "me", "for", "bargaining")
	line(126, true, "employer", "and", "to", "call")
	line(300, true, "Name", "please", "print")
	got := withoutParagraphs(atoms)
	if got[4].label || !got[8].label {
		t.Errorf("in a paragraph a label: %v; by itself: %v", got[4].label, got[8].label)
	}
	labels := []printedPart{{"Name", true, image.Rect(0, 200, 60, 216)}, {"Signature", true, image.Rect(0, 300, 60, 316)}}
	printed := append([]printedPart{{"represent", false, image.Rect(0, 0, 60, 18)}, {"employer", false, image.Rect(0, 26, 60, 44)}}, labels...)
	if pitch := pitchOfLabels(labels, printed, nil, 20, 500); pitch != 100 {
		t.Errorf("labels are %d apart, want 100", pitch)
	}
}

// TestSentencesAreNoLabels: a word that begins a sentence asks for nothing, one by itself does.
func TestSentencesAreNoLabels(t *testing.T) {
	word := func(text string, x, width int) atom {
		return atom{key: text, text: text, box: image.Rect(x, 100, x+width, 120)}
	}
	sentence := []atom{word("Undersigned", 100, 110), word("owners", 216, 70), word("petition", 292, 80)}
	if !leads(sentence, 0) {
		t.Error("the beginning of a sentence is taken for a label")
	}
	apart := []atom{word("Name", 100, 60), word("Ada", 300, 40), word("Lovelace", 346, 90)}
	if leads(apart, 0) || leads(apart[:1], 0) {
		t.Error("a label by itself is taken for the beginning of a sentence")
	}
}
