package extract

import (
	"image"
	"testing"

	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// blocks is a page of so many records of three labelled lines, evenly spaced all over, and what
// is written in them.
func blocks(n int) (*view, []tesseract.Word) {
	bits := layout.NewBitmap(1000, 1400)
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits}
	var words []tesseract.Word
	for i := range n {
		for j, label := range []string{"Name", "Address", "Signature"} {
			y := 100 + 100*(3*i+j)
			words = append(words, tesseract.Word{Text: label, Confidence: 1, Box: image.Rect(100, y, 190, y+20)})
			for x := range 60 { // of ink
				bits.Pix[(y+10)*bits.W+300+x] = 1
			}
		}
	}
	return v, words
}

// TestLabelsOfOneRecord: labels that are as near to the next record's as to their own belong to
// the record in which one more was read; where that is not so, to none.
func TestLabelsOfOneRecord(t *testing.T) {
	v, words := blocks(4)
	r, _ := Extractor{}.findRecords(t.Context(), v, layout.Table{}, words)
	if r == nil || len(r.all) != 4 || len(r.columns) != 3 {
		t.Fatalf("found %+v, want four records of three labels", r)
	}
	for i, one := range r.all {
		for j, slot := range one.slots {
			if at := image.Pt(330, 110+100*(3*i+j)); !at.In(slot) {
				t.Errorf("record %d: what is written at %v is not in its slot %v", i, at, slot)
			}
		}
	}
	for name, missing := range map[string]int{"the last signature": len(words) - 1, "the first name": 0} {
		fewer := append(append([]tesseract.Word{}, words[:missing]...), words[missing+1:]...)
		if r, _ := (Extractor{}).findRecords(t.Context(), v, layout.Table{}, fewer); r != nil {
			for _, one := range r.all {
				if signed, named := one.slots[len(one.slots)-1], one.slots[0]; signed.Min.Y < named.Min.Y {
					t.Errorf("without the label of %s, a signature above the name was taken for its own", name)
				}
			}
		}
	}
}

// TestRecordsBetweenLines: lines that reach further than those within records say where a
// record ends, even where its last label is missing.
func TestRecordsBetweenLines(t *testing.T) {
	v, words := blocks(4)
	for i := range 13 {
		left := 180
		if i%3 == 0 {
			left = 100
		}
		v.lying = append(v.lying, layout.Through(float64(left), float64(60+100*i), 800, float64(60+100*i), 1))
	}
	r, _ := Extractor{}.findRecords(t.Context(), v, layout.Table{}, words[1:])
	if r == nil || r.shifted || len(r.all) < 3 {
		t.Fatalf("found %+v, want records that nobody doubts", r)
	}
	for i, one := range r.all {
		if first, last := one.slots[0], one.slots[len(one.slots)-1]; first.Min.Y > last.Min.Y || last.Min.Y-first.Min.Y > 250 {
			t.Errorf("record %d reaches from %v to %v", i, first, last)
		}
	}
}

// TestPairsOfRows: two rows of headings make pairs of rows, unless one of them would do alone or
// the rows have labels of their own.
func TestPairsOfRows(t *testing.T) {
	table := layout.Table{Style: layout.Grid, Left: 100, Right: 900}
	for i := range 11 {
		y := float64(100 + 60*i)
		table.Lines = append(table.Lines, layout.Through(100, y, 900, y, 1))
	}
	border := layout.Through(100, 500, 700, 500, 1)
	table.Borders = []layout.Rule{layout.Through(100, 100, 700, 100, 1), border, layout.Through(100, 900, 700, 900, 1)}
	v := &view{dpi: 200, standing: []layout.Rule{border}}
	at := func(text string, row, column int) tesseract.Word {
		x, y := 150+400*column, 120+60*row
		return tesseract.Word{Text: text, Confidence: 1, Box: image.Rect(x, y, x+100, y+20)}
	}
	pairs := []tesseract.Word{at("Name", 0, 0), at("Phone", 0, 1), at("Signature", 1, 0), at("E-mail", 1, 1)}
	r := pairedRows(v, table, pairs)
	if r == nil || len(r.all) != 4 {
		t.Fatalf("got %+v, want four signers", r)
	}
	if got, want := r.all[1].slots[2], image.Rect(100, 400, 500, 460); got != want {
		t.Errorf("the second signer signs at %v, want %v", got, want)
	}
	// Both rows of headings may be no higher than one of the others.
	split := &view{dpi: 200, standing: []layout.Rule{border}, lying: []layout.Rule{layout.Through(100, 130, 900, 130, 1)}}
	odd := table
	odd.Lines = odd.Lines[:10]
	low := []tesseract.Word{at("Name", 0, 0), at("Phone", 0, 1), at("Signature", 0, 0), at("E-mail", 0, 1)}
	for i := range low {
		low[i].Box = low[i].Box.Add(image.Pt(0, []int{-15, -15, 12, 12}[i]))
	}
	f := form{table: odd, first: 1, columns: []Column{{Fields: []Field{Name, Signature}}, {Fields: []Field{Phone, Email}}}}
	if r := split.pairedForm(f, low); r == nil || len(r.all) != 4 {
		t.Errorf("headings in one row: got %+v, want four signers", r)
	}
	for name, words := range map[string][]tesseract.Word{
		"groups of headings": {at("Signer", 0, 0), at("Contact", 0, 1), at("Name", 1, 0), at("Signature", 1, 1)},
		"labels in all rows": append(pairs, at("Name", 2, 0), at("Signature", 3, 0), at("Name", 4, 0), at("Signature", 5, 0)),
		"one row of them":    {at("Name", 0, 0), at("Signature", 0, 1)},
	} {
		if r := pairedRows(v, table, words); r != nil {
			t.Errorf("%s: taken for %d signers of two rows", name, len(r.all))
		}
	}
}

// TestRecordsOfOneLine: "No." beside a line to write on asks for a member number, and a line of
// which one label was read between others is a record like them.
func TestRecordsOfOneLine(t *testing.T) {
	bits := layout.NewBitmap(1400, 1000)
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits}
	var words []tesseract.Word
	for i := range 6 {
		y := 100 + 100*i
		for _, label := range []struct {
			text string
			x    int
		}{{"Name", 100}, {"No.", 560}, {"Signature", 860}} {
			if i == 3 && label.text != "Signature" {
				continue
			}
			words = append(words, tesseract.Word{Text: label.text, Confidence: 1, Box: image.Rect(label.x, y, label.x+80, y+20)})
		}
		for _, from := range []int{200, 660, 960} {
			for x := range 60 { // of ink
				bits.Pix[(y+10)*bits.W+from+x] = 1
			}
		}
	}
	r, _ := Extractor{}.findRecords(t.Context(), v, layout.Table{}, words)
	if r == nil || len(r.all) != 6 || r.shifted {
		t.Fatalf("found %+v, want six records", r)
	}
	if got := r.columns[1].Fields; len(r.columns) != 3 || got[0] != MemberID {
		t.Errorf("the columns are %v", r.columns)
	}
}

// TestNumbersAfterNames: where most names are written with a number, it is the member's.
func TestNumbersAfterNames(t *testing.T) {
	var rows []Row
	for _, name := range []string{"Ada Lovelace 1308943", "Grace Hopper, #0048291", "Emmy Noether", "Ida Noddack 2390148"} {
		rows = append(rows, Row{Fields: map[Field]Reading{Name: {Text: name}}})
	}
	form{columns: []Column{{Fields: []Field{Name}}, {Fields: []Field{Signature}}}}.partMemberIDs(rows)
	for i, want := range [][2]string{{"Ada Lovelace", "1308943"}, {"Grace Hopper", "0048291"}, {"Emmy Noether", ""}, {"Ida Noddack", "2390148"}} {
		if got := [2]string{rows[i].Fields[Name].Text, rows[i].Fields[MemberID].Text}; got != want {
			t.Errorf("line %d reads %q, want %q", i, got, want)
		}
	}
}

// TestRowNumbersBeforeNames: what counts with the rows is no part of a name; a figure that does
// not may be a letter.
func TestRowNumbersBeforeNames(t *testing.T) {
	of := func(names ...string) (rows []Row) {
		for i, name := range names {
			rows = append(rows, Row{Number: i + 4, Fields: map[Field]Reading{Name: {Text: name}}})
		}
		dropRowNumbers(rows)
		return rows
	}
	for i, r := range of("4 Ada Lovelace", "Emmy Noether", "6. Grace Hopper", "7 Ida Noddack", "3 Lise Meitner") {
		if want := []string{"Ada Lovelace", "Emmy Noether", "Grace Hopper", "Ida Noddack", "Lise Meitner"}[i]; r.Fields[Name].Text != want {
			t.Errorf("line %d reads %q, want %q", r.Number, r.Fields[Name].Text, want)
		}
	}
	if got := of("4 Ada Lovelace", "Emmy Noether", "5 Robert Jones")[2].Fields[Name].Text; got != "5 Robert Jones" {
		t.Errorf("a letter may have been dropped: %q", got)
	}
}

// TestTownsUnderPlaceOfResidence: what most people wrote without a number is their town.
func TestTownsUnderPlaceOfResidence(t *testing.T) {
	for name, test := range map[string]struct {
		written []string
		want    Field
	}{
		"towns":   {[]string{"Gary", "Salt Lake City", "Duluth", "Boise", "Gary"}, City},
		"streets": {[]string{"12 Elm St", "4 Oak Ct", "Duluth", "1259 Pine Rd", "77 Hill Ln"}, Street},
		"three":   {[]string{"Gary", "Duluth", "Boise"}, Street},

		"an address": {[]string{"Gary", "Salt Lake City", "Duluth", "Boise", "Gary"}, Street},
	} {
		var rows []Row
		for _, text := range test.written {
			rows = append(rows, Row{Fields: map[Field]Reading{Street: {Text: text, Confidence: 0.9}}})
		}
		heading := "Place of residence"
		if name == "an address" {
			heading = "Home address"
		}
		f := form{columns: []Column{{Fields: []Field{Name}}, {Heading: heading, Fields: []Field{Street}}}}
		f.townsForStreets(rows)
		if got := f.columns[1].Fields[0]; got != test.want || rows[0].Fields[test.want].Text != test.written[0] {
			t.Errorf("%s: the column is %s, want %s; %v", name, got, test.want, rows[0].Fields)
		}
	}
}

// TestCardsSideBySide: frames around cards in two columns say which signature is whose, though
// that of the card above is nearer to the name; a label that nobody understood ends the place of
// the one above it.
func TestCardsSideBySide(t *testing.T) {
	const across, down = 740, 630
	bits := layout.NewBitmap(1700, 2200)
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits}
	var words []tesseract.Word
	for i := range 6 {
		x, y := 150+across*(i%2), 360+down*(i/2)
		for _, top := range []int{-150, 440} {
			v.lying = append(v.lying, layout.Through(float64(x-30), float64(y+top), float64(x+680), float64(y+top), 1))
		}
		for _, l := range []struct {
			text string
			at   int
		}{{"Name", 0}, {"Motto", 85}, {"Signature", 365}} {
			words = append(words, tesseract.Word{Text: l.text, Confidence: 1, Box: image.Rect(x, y+l.at, x+80, y+l.at+20)})
			for dx := range 60 { // of ink
				bits.Pix[(y+l.at+10)*bits.W+x+150+dx] = 1
			}
		}
	}
	r, _ := Extractor{}.findRecords(t.Context(), v, layout.Table{}, words)
	if r == nil || len(r.all) != 6 || len(r.columns) != 2 || r.shifted {
		t.Fatalf("found %+v, want six cards of two labels", r)
	}
	for i, one := range r.all {
		x, y := 150+across*(i%2), 360+down*(i/2)
		if motto := y + 85; one.slots[0].Max.Y > motto {
			t.Errorf("card %d: the place for the name is %v, and reaches below %d", i, one.slots[0], motto)
		}
		if own := image.Rect(x, y+300, x+680, y+440); !middle(one.slots[1]).In(own) {
			t.Errorf("card %d: signed at %v, in another card", i, one.slots[1])
		}
	}
}

// TestFoldsInPieces: a fold that writing cut into pieces strikes out nothing; a stroke beside
// it does, and so do pieces that reach neither edge of the paper.
func TestFoldsInPieces(t *testing.T) {
	table := layout.Table{Style: layout.Grid, Left: 150, Right: 1550}
	for i := range 6 {
		table.Lines = append(table.Lines, layout.Through(150, float64(300+80*i), 1550, float64(300+80*i), 1))
	}
	piece := func(from, to, off int) layout.Rule {
		at := func(x int) float64 { return 490 + 0.01*float64(x) + float64(off) }
		return layout.Through(float64(from), at(from), float64(to), at(to), 2)
	}
	fold := []layout.Rule{piece(0, 290, 0), piece(380, 800, 0), piece(820, 1290, 0), piece(1480, 1700, 0)}
	stroke := piece(400, 1300, 15)
	v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, 1700, 2200))}
	for name, test := range map[string]struct {
		lying []layout.Rule
		rest  int
	}{
		"a fold and a stroke": {append([]layout.Rule{stroke}, fold...), 1},
		"a stroke in pieces":  {fold[1:3], 2},
	} {
		v.lying = test.lying
		if _, folds, rest := partRules(v, &form{table: table}); len(rest) != test.rest || len(folds) != len(test.lying)-test.rest {
			t.Errorf("%s: %d pieces of folds and %d strokes", name, len(folds), len(rest))
		}
	}
}
