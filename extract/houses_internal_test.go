package extract

import "testing"

// The number of a house and the street become one address, in the order of their columns.
func TestHousesAndStreets(t *testing.T) {
	for _, c := range []struct {
		columns []Column
		want    string
	}{
		{[]Column{{Fields: []Field{Name}}, {Fields: []Field{House}}, {Fields: []Field{Street}}}, "246 Mill Ln"},
		{[]Column{{Fields: []Field{Street}}, {Fields: []Field{House}}, {Fields: []Field{Name}}}, "Mill Ln 246"},
	} {
		rows := []Row{
			{Fields: map[Field]Reading{House: {Text: "246", Confidence: 0.9}, Street: {Text: "Mill Ln", Confidence: 0.7}}},
			{Fields: map[Field]Reading{House: {}, Street: {Text: "Oak Ave", Confidence: 0.8}}},
		}
		form{columns: c.columns}.joinHouses(rows)
		if got := rows[0].Fields[Street]; got.Text != c.want || got.Confidence != 0.7 {
			t.Errorf("%+v, want %s", got, c.want)
		}
		if _, has := rows[0].Fields[House]; has || rows[1].Fields[Street].Text != "Oak Ave" {
			t.Errorf("%+v", rows)
		}
	}
}
