package extract

import (
	"maps"
	"slices"
)

// Guess is another way to understand the columns of a page than the one its rows are
// filled by: what stands under one field is meant as another. Whoever has the roll can
// tell which is right, for a column whose words are members' names is the name.
type Guess struct {
	Meant map[Field]Field // by field of the rows; a field that is not named is not asked for
	Log   float64         // how likely by headings and shape: natural logarithm, against the sheet's own way
}

// Apply is the fields of a row as the guess understands them.
func (g Guess) Apply(fields map[Field]Reading) map[Field]Reading {
	out := make(map[Field]Reading, len(g.Meant))
	for _, from := range slices.Sorted(maps.Keys(g.Meant)) {
		if r, ok := fields[from]; ok {
			out[g.Meant[from]] = r
		}
	}
	joinName(out)
	return out
}
