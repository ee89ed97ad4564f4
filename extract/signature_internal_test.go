package extract

import "testing"

func TestIsName(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       bool
	}{
		{"/s/ Ada Lovelace", "Ada Lovelace", true},
		{"/s/ Terry Jackson", "JACKSON, TERRY", true},
		{"/s/ Mary Nelson", "Marie Nelson", true},
		{"/s/ Jennifer Pergande-Gon", "JENNIFER PERGANDE-GONZALEZ", true},
		{"/s/ John Smith", "Anna Smith", false},
		{"/s/", "Ada Lovelace", false},
		{"x", "Ada Lovelace", false},
		{"Ada Lovelace by phone", "Ada Lovelace", false},
		{"10/12/26", "Ada Lovelace", false},
		{"refused", "Ada Lovelace", false},
		{"p.p. Ada Lovelace", "Ada Lovelace", false},
		{"/s/ Ada Lovelace - withdrawn", "Ada Lovelace", false},
		{"Name: Ada Lovelace", "Ada Lovelace", false},
		{"/s/ Daniel Smith Jr.", "Daniel Smith", false},
		{"/s/ Daniel Smith Jr.", "Daniel Smith Jr.", true},
		{"/s/ P. Lovelace", "Priscilla Lovelace", true},
	} {
		if got := isName(c.text, c.name); got != c.want {
			t.Errorf("%q on the line of %q: %v, want %v", c.text, c.name, got, c.want)
		}
	}
}

func TestDeniesSignature(t *testing.T) {
	for _, c := range []struct {
		text, engine string
		confidence   float64
		want         bool
	}{
		{"refused", "hand", 0.9, true},
		{"N/A", "hand", 0.8, true},
		{"NIA", "hand", 0.9, true},
		{"did not sign", "hand", 0.8, true},
		{"10/12/26", "hand", 0.8, true},
		{"deceased", "tesseract", 0.9, true},
		{"see attached", "tesseract", 0.9, true},
		{"Ada Lovelace", "tesseract", 0.9, false},
		{"Ada Lovelace", "hand", 0.9, false},
		{"Mmlne", "hand", 0.7, false}, // a signature that nobody can read
		{"RECEIVED", "hand", 0.8, true},
		{"refused", "hand", 0.3, false},
		{"deceaoed", "hand", 0.8, true},
		{"decea oed", "hand", 0.8, true},
		{"not present", "hand", 0.8, true},
		{"cannot sign", "hand", 0.8, true},
		{"DIED", "hand", 0.8, true},
		{"refuned", "hand", 0.9, true},
		{"refuned", "hand", 0.7, false},
		{"moved", "hand", 0.8, true},
		{"Movea", "hand", 0.8, false},
		{"mored", "hand", 0.95, true},
		{"VID", "hand", 0.95, true},
		{"Vida", "hand", 0.95, false},
		{"x", "hand", 0.9, true},
		{"na", "hand", 0.55, false},  // a flourish
		{"622", "hand", 0.75, false}, // another
	} {
		if got := deniesSignature(Reading{Text: c.text, Engine: c.engine, Confidence: c.confidence}, "Ada Lovelace"); got != c.want {
			t.Errorf("%q by %s at %.1f: %v, want %v", c.text, c.engine, c.confidence, got, c.want)
		}
	}
}

func TestColumnThatIsAlwaysEmptyProvesNothing(t *testing.T) {
	rows := make([]Row, 6)
	for i := range rows {
		rows[i].Signed = SignedNo
	}
	doubtEmptyColumn(rows)
	if rows[0].Signed != SignedUnsure {
		t.Errorf("all are unsigned, and the first is %s", rows[0].Signed)
	}
	for i := range rows {
		rows[i].Signed = SignedYes
	}
	rows[2].Signed = SignedNo
	if doubtEmptyColumn(rows); rows[2].Signed != SignedNo {
		t.Errorf("one of six is unsigned, and is %s", rows[2].Signed)
	}
}

func TestColumnOfDatesIsNoSignature(t *testing.T) {
	read := []Reading{{Text: "10/16/26"}, {Text: "9122726"}, {Text: "l0/17/26"}, {Text: "CIRC"}}
	if !holdsNumbers(read) {
		t.Error("three dates of four cells are taken for signatures")
	}
	if holdsNumbers([]Reading{{Text: "Ada"}, {Text: "M111"}, {Text: "Bo"}, {Text: "Eve"}}) {
		t.Error("one misread signature makes a column of numbers")
	}
}

func TestDamageProvesNothingMissing(t *testing.T) {
	s := Sheet{Rows: []Row{{Signed: SignedNo, Struck: true, Fields: map[Field]Reading{
		Name: {Confidence: 1}, MemberID: {Text: "4829131", Confidence: 0.9},
	}}}}
	s.doubtEmpty()
	r := s.Rows[0]
	if r.Signed != SignedUnsure || r.Struck || r.Fields[Name].Confidence > 0.5 || r.Fields[MemberID].Confidence != 0.9 {
		t.Errorf("%+v", r)
	}
}
