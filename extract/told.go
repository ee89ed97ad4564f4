package extract

import "slices"

// Told is what a person says of a page that was read wrongly. It stands above what the page
// seems to say.
type Told struct {
	Turned  *int      `json:"turned,omitempty"`  // clockwise degrees that make it upright; nil where nobody said
	Columns [][]Field `json:"columns,omitempty"` // of its table, left to right; none of a column that is not used
}

// Zero reports whether nothing was said.
func (t Told) Zero() bool { return t.Turned == nil && len(t.Columns) == 0 }

// quarters are the ways up in which a page is tried: the one that a person says, or those given.
func (t Told) quarters(likely []int) []int {
	if t.Turned == nil {
		return likely
	}
	return []int{*t.Turned / 90}
}

// name gives the columns of forms the meaning that a person says.
func (t Told) name(forms []form) {
	for i := range forms {
		f := &forms[i]
		f.columns = slices.Clone(f.columns)
		if t.NameColumns(f.columns) {
			f.told, f.teaches, f.score = true, nil, 1
		}
	}
}

// NameColumns gives columns the meaning that a person says, and reports whether they are those of
// which the person spoke. Where they are more or fewer the table was found anew, and they keep what they seem to mean.
func (t Told) NameColumns(columns []Column) bool {
	if len(t.Columns) == 0 || len(columns) != len(t.Columns) {
		return false
	}
	for i := range columns {
		columns[i].Fields = slices.Clone(t.Columns[i])
	}
	return true
}
