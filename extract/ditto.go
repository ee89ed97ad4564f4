package extract

import "strings"

// Ditto is the Engine of a reading that a ditto mark stands for: the value above it. It is
// never surer than dittoSure, since who writes a mark may mean the line above or another.
const (
	Ditto     = "ditto"
	dittoSure = 0.8
)

// repeated are the fields that people write ditto marks for. Under a name, a number or an
// e-mail address, a mark is no value.
var repeated = []Field{Family, Institution, Street, CityState, City, State, ZIP, Date}

// takeDittos puts the value above in the place of ditto marks, marked as such. A mark with
// nothing above it stays what it is.
func takeDittos(rows []Row) {
	for i := 1; i < len(rows); i++ {
		for _, f := range repeated {
			mark, above := rows[i].Fields[f], rows[i-1].Fields[f]
			if !isDitto(mark.Text) || strings.TrimSpace(above.Text) == "" || isDitto(above.Text) {
				continue
			}
			rows[i].Fields[f] = Reading{
				Text: above.Text, Confidence: min(mark.Confidence, above.Confidence, dittoSure), Engine: Ditto, Words: above.Words,
			}
		}
	}
}

// isDitto says whether a text is a ditto mark: two strokes in any of the signs for
// quotes, with or without dashes beside them, or the words for it.
func isDitto(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	switch strings.Trim(s, ".") {
	case "do", "ditto", "idem", "same", "same as above", "as above":
		return true
	}
	marks := 0
	for _, r := range s {
		switch r {
		case '"', '“', '”', '„', '‟', '″', '〃', '〝', '〞', '＂':
			marks += 2
		case '\'', '’', '‘', '`', '´', '′', ',':
			marks++
		case ' ', '-', '–', '—', '_':
		default:
			return false
		}
	}
	return marks == 2 || marks == 4
}
