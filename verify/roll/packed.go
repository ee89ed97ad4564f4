package roll

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Packed is a roll on its way between two processes: what is said of the export, and its members
// in lots, so that neither side holds all of them twice.
type Packed struct {
	Head []byte
	Lots [][]byte
}

// lot is how many members are packed together: some half a megabyte.
const lot = 1000

// told is a roll without its members.
type told struct {
	Name, SHA256                    string
	Rows, LeftOut, Merged, Remarked int
	Roll                            struct {
		Columns, Sheets, Dates, Losses []string
		Form                           string
		Findings                       []Finding
	}
	Lots int
}

// Pack packs a roll.
func (r *Roll) Pack() (p Packed, err error) {
	s := told{Name: r.Name, SHA256: r.SHA256, Rows: r.Rows, LeftOut: r.LeftOut, Merged: r.Merged, Remarked: r.Remarked}
	s.Roll.Columns, s.Roll.Sheets, s.Roll.Dates, s.Roll.Losses = r.Columns, r.Sheets, r.Dates, r.Losses
	s.Roll.Form, s.Roll.Findings = r.Form, r.Findings
	for left := r.Members; len(left) > 0; left = left[min(lot, len(left)):] {
		text, err := json.Marshal(left[:min(lot, len(left))])
		if err != nil {
			return p, fmt.Errorf("pack members: %w", err)
		}
		p.Lots = append(p.Lots, text)
	}
	s.Lots = len(p.Lots)
	p.Head, err = json.Marshal(s)
	return p, err
}

// Unpack makes the roll again. The words of the other process are not trusted: what is no roll is
// an error. Of what day the export speaks is the caller's to say, as with Import.
func Unpack(p Packed, opts Options) (*Roll, error) {
	var s told
	if err := json.Unmarshal(p.Head, &s); err != nil {
		return nil, fmt.Errorf("unpack members: %w", err)
	}
	if s.Lots != len(p.Lots) || s.Lots == 0 {
		return nil, errors.New("unpack members: some are missing")
	}
	r := &Roll{Name: s.Name, SHA256: s.SHA256, Rows: s.Rows, LeftOut: s.LeftOut, Merged: s.Merged, Remarked: s.Remarked, AsOf: opts.AsOf,
		Columns: s.Roll.Columns, Sheets: s.Roll.Sheets, Dates: s.Roll.Dates, Losses: s.Roll.Losses, Form: s.Roll.Form, Findings: s.Roll.Findings}
	for i, text := range p.Lots {
		var members []*Member
		if err := json.Unmarshal(text, &members); err != nil {
			return nil, fmt.Errorf("unpack members: %w", err)
		}
		for _, m := range members {
			if m == nil {
				return nil, errors.New("unpack members: one is none")
			}
		}
		r.Members = append(r.Members, members...)
		p.Lots[i] = nil // it takes as much as its members
	}
	r.index = newIndex(r.Members)
	return r, nil
}
