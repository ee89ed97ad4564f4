package roll

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"countersign/ingest/table"
)

// Peek is what the first rows of an export show, for a person who says what
// its columns mean.
type Peek struct {
	Columns []Column
	Sheets  []SheetSeen // of a workbook
	Problem error       // why it cannot be imported as it is; nil if it can
}

// SheetSeen is a sheet of a workbook, and whether its rows are taken for members.
type SheetSeen struct {
	Name string
	Read bool
}

// Column is one column of an export.
type Column struct {
	Heading string
	Meaning Meaning  // empty where it is not used
	Samples []string // its first different values, at most five
}

// PeekAt looks at the headings and the first rows of an export. Where no row
// looks like headings, the first one is taken for them.
func PeekAt(r io.Reader, file string, opts Options) Peek {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return Peek{Problem: fmt.Errorf("membership export %s could not be read: %w", file, err)}
	}
	f, err := open(data, opts)
	if err != nil {
		return Peek{Problem: fmt.Errorf("membership export %s %w", file, err)}
	}
	defer f.Close()
	p := Peek{Sheets: sheetsSeen(f, opts)}
	cols, rows, err := peekInto(f, opts)
	if err != nil {
		p.Problem = fmt.Errorf("membership export %s %w", file, err)
	}
	for i, heading := range cols.names {
		c := Column{Heading: heading, Samples: samples(rows, i)}
		for m, at := range cols.at {
			if slices.Contains(at, i) {
				c.Meaning = m
			}
		}
		p.Columns = append(p.Columns, c)
	}
	return p
}

func sheetsSeen(f *table.File, opts Options) (out []SheetSeen) {
	take, _, _, _ := choose(f, opts) // what is wrong is said with the columns
	for _, s := range f.Sheets {
		if s.Name != "" {
			out = append(out, SheetSeen{s.Name, slices.ContainsFunc(take, func(t table.Sheet) bool { return t.Name == s.Name })})
		}
	}
	return out
}

// peekInto gives the headings of the sheet that is read, and the rows below them. Where
// none has headings, the first row of the first sheet is taken for them.
func peekInto(f *table.File, opts Options) (columns, []row, error) {
	sheets, _, _, err := choose(f, opts)
	if err != nil {
		sheets = f.Sheets
	}
	for _, s := range sheets {
		rows, bad := s.Open()
		if bad != nil {
			return columns{}, nil, cmp.Or(err, bad)
		}
		t, bad := readTop(rows, opts)
		rows.Close()
		if bad == nil || t.names != nil {
			return t.columns, t.rows, cmp.Or(err, bad)
		}
		if len(t.rows) > 0 {
			return columns{names: t.rows[0].Cells}, t.rows[1:], cmp.Or(err, bad)
		}
		err = cmp.Or(err, bad)
	}
	return columns{}, nil, err
}

func samples(rows []row, column int) []string {
	const most, longest = 5, 60
	var out []string
	for _, r := range rows {
		s := cell(r.Cells, column)
		if runes := []rune(s); len(runes) > longest {
			s = string(runes[:longest]) + "…"
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
		if len(out) == most {
			break
		}
	}
	return out
}

// Changes say how one snapshot of a membership differs from an earlier one.
type Changes struct {
	Joined, Left []*Member
	Renumbered   [][2]*Member // before and after: left under one number and joined under another
	Status       [][2]*Member // before and after, by number: status, class, type or date paid through
	Renamed      [][2]*Member
	Same         int
}

// Compare lists what changed from one snapshot to another. A member may be
// both renamed and of another status.
func Compare(before, after *Roll) Changes {
	var c Changes
	was := make(map[string]int32, before.Members.Len())
	for at := range int32(before.Members.Len()) {
		was[before.Members.ID(at)] = at
	}
	for _, m := range after.Members.All() {
		at, ok := was[m.ID]
		if !ok {
			c.Joined = append(c.Joined, m)
			continue
		}
		delete(was, m.ID)
		old := before.Members.At(at)
		changed := false
		if old.Status != m.Status || old.Class != m.Class || old.Type != m.Type || !old.PaidThru.Equal(m.PaidThru) {
			c.Status = append(c.Status, [2]*Member{old, m})
			changed = true
		}
		if old.Given != m.Given || old.Middle != m.Middle || old.Family != m.Family || old.Suffix != m.Suffix || old.Informal != m.Informal || old.Former != m.Former {
			c.Renamed = append(c.Renamed, [2]*Member{old, m})
			changed = true
		}
		if !changed {
			c.Same++
		}
	}
	for _, at := range slices.Sorted(maps.Values(was)) {
		c.Left = append(c.Left, before.Members.At(at))
	}
	c.findRenumbered()
	return c
}

// findRenumbered pairs those who left with those who joined under the same
// name and address.
func (c *Changes) findRenumbered() {
	type key struct{ given, family string }
	of := func(m *Member) key { return key{m.Given, m.Family} }
	left := map[key][]*Member{}
	for _, m := range c.Left {
		left[of(m)] = append(left[of(m)], m)
	}
	gone := map[*Member]bool{}
	c.Joined = slices.DeleteFunc(c.Joined, func(m *Member) bool {
		for _, old := range left[of(m)] {
			if !gone[old] && onePerson(old, m) {
				gone[old] = true
				c.Renumbered = append(c.Renumbered, [2]*Member{old, m})
				return true
			}
		}
		return false
	})
	c.Left = slices.DeleteFunc(c.Left, func(m *Member) bool { return gone[m] })
}
