package roll

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"countersign/ingest/table"
)

// look is what the beginning of a sheet shows.
type look struct {
	sheet table.Sheet
	top   top
	err   error
}

// choose takes the sheets that are read: the one asked for, or else, of those that can be
// seen, the one with most headings and all others with the same ones. A hidden sheet is
// taken only where no other has members.
func choose(f *table.File, opts Options) (take []table.Sheet, remarks []string, hidden bool, err error) {
	if opts.Sheet != "" {
		var names []string
		for _, s := range f.Sheets {
			if strings.EqualFold(s.Name, opts.Sheet) {
				return []table.Sheet{s}, nil, false, nil
			}
			names = append(names, s.Name)
		}
		return nil, nil, false, fmt.Errorf("has no sheet %q: its sheets are %s", opts.Sheet, quoted(names))
	}
	if len(f.Sheets) == 1 && !f.Sheets[0].Hidden {
		return f.Sheets, nil, false, nil
	}
	var looks []look
	best := -1
	for i, s := range f.Sheets {
		l := lookAt(s, opts)
		looks = append(looks, l)
		if l.err == nil && (best < 0 || betterLook(l, looks[best])) {
			best = i
		}
	}
	if best < 0 {
		return nil, nil, false, whyNone(looks)
	}
	for _, l := range looks {
		if l.err == nil && l.sheet.Hidden == looks[best].sheet.Hidden && (l.sheet.Name == looks[best].sheet.Name || sameHeadings(l.top.columns, looks[best].top.columns)) {
			take = append(take, l.sheet)
			continue
		}
		if r := notRead(l); r != "" {
			remarks = append(remarks, r)
		}
	}
	return take, remarks, looks[best].sheet.Hidden, nil
}

func betterLook(a, b look) bool {
	if a.sheet.Hidden != b.sheet.Hidden {
		return b.sheet.Hidden
	}
	if over := sheetStatus(a.sheet.Name) != ""; over != (sheetStatus(b.sheet.Name) != "") {
		return !over // of those who are no members any more
	}
	return a.top.known > b.top.known
}

func lookAt(s table.Sheet, opts Options) look {
	rows, err := s.Open()
	if err != nil {
		return look{sheet: s, err: err}
	}
	defer rows.Close()
	t, err := readTop(rows, opts)
	if err == nil && len(t.rows) == 0 {
		err = errEmpty
	}
	return look{s, t, err}
}

// whyNone is the error of the sheet that came nearest.
func whyNone(looks []look) error {
	if len(looks) == 0 {
		return errors.New("has no sheets: export the members again")
	}
	rank := func(l look) int {
		switch {
		case errors.Is(l.err, errEmpty):
			return 0
		case l.sheet.Hidden:
			return 1
		case errors.Is(l.err, errNoHeadings):
			return 2
		}
		return 3
	}
	return slices.MaxFunc(looks, func(a, b look) int { return rank(a) - rank(b) }).err
}

// sameHeadings says whether two sheets have columns of the same meanings.
func sameHeadings(a, b columns) bool {
	if len(a.at) != len(b.at) {
		return false
	}
	for m := range a.at {
		if b.at[m] == nil {
			return false
		}
	}
	return true
}

// notRead says of a sheet that it was not read, and why; nothing of one that is empty.
func notRead(l look) string {
	n := countRows(l.sheet)
	if n == 0 {
		return ""
	}
	which := fmt.Sprintf("sheet %q", l.sheet.Name)
	if l.sheet.Hidden {
		which = "hidden " + which
	}
	why := "its headings are others"
	switch {
	case l.sheet.Hidden && l.err == nil:
		why = "it is hidden"
	case l.err != nil:
		why = "it has no headings of members"
	}
	return fmt.Sprintf("%s (%d rows) was not read: %s", which, n, why)
}

// countRows counts the rows in which something stands.
func countRows(s table.Sheet) int {
	rows, err := s.Open()
	if err != nil {
		return 0
	}
	defer rows.Close()
	n := 0
	for {
		r, err := rows.Next()
		if err == io.EOF || err != nil {
			return n
		}
		if !blank(r.Cells) {
			n++
		}
	}
}
