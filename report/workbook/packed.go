package workbook

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A workbook that somebody brings is read in a process of its own, and what was read goes from
// there to here packed.

// packedCopy is a Copy with what only this package sees.
type packedCopy struct {
	Kind     string             `json:"kind"`
	Form     int                `json:"form"`
	Made     time.Time          `json:"made"`
	Program  string             `json:"program"`
	Figures  []Figures          `json:"figures"`
	Titles   []string           `json:"titles"`
	Sources  []Source           `json:"sources"`
	At       string             `json:"at"`
	Changes  []Change           `json:"changes"`
	Records  []packedRecord     `json:"records"`
	Pictures packedRecord       `json:"pictures"`
	Shown    map[int]packedSeen `json:"shown"`
}

type packedRecord struct {
	Name string      `json:"name"`
	Rows []packedRow `json:"rows"`
	Sum  string      `json:"sum"`
}

type packedRow struct {
	Row   int    `json:"row"`
	Print string `json:"print"`
	Said  string `json:"said"`
}

type packedSeen struct {
	Sum     string `json:"sum"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Squares []byte `json:"squares"`
}

// Pack gives a Copy as bytes, for Unpack.
func (c Copy) Pack() ([]byte, error) {
	p := packedCopy{Kind: c.Kind, Form: c.Form, Made: c.Made, Program: c.Program,
		Figures: c.Figures, Titles: c.Titles, Sources: c.Sources,
		At: c.At, Changes: c.Changes, Pictures: c.pictures.packed(), Shown: map[int]packedSeen{}}
	for _, r := range c.records {
		p.Records = append(p.Records, r.packed())
	}
	for row, s := range c.shown {
		p.Shown[row] = packedSeen{s.sum, s.sight.width, s.sight.height, s.sight.squares}
	}
	data, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("pack what a workbook says: %w", err)
	}
	return data, nil
}

// Unpack gives back what was packed.
func Unpack(data []byte) (Copy, error) {
	var p packedCopy
	if err := json.Unmarshal(data, &p); err != nil {
		return Copy{}, fmt.Errorf("unpack what a workbook says: %w", err)
	}
	c := Copy{Kind: p.Kind, Form: p.Form, Made: p.Made, Program: p.Program, Figures: p.Figures,
		Titles: p.Titles, Sources: p.Sources,
		At: p.At, Changes: p.Changes, pictures: p.Pictures.record(), shown: map[int]seen{}}
	for _, r := range p.Records {
		c.records = append(c.records, r.record())
	}
	for row, s := range p.Shown {
		of := sight{s.Width, s.Height, s.Squares}
		if !of.whole() {
			return Copy{}, errors.New("unpack what a workbook says: a picture lacks a part")
		}
		c.shown[row] = seen{s.Sum, of}
	}
	return c, nil
}

func (r *record) packed() packedRecord {
	p := packedRecord{Name: r.name, Sum: r.sum()}
	for _, row := range r.rows {
		p.Rows = append(p.Rows, packedRow{row.row, row.print, row.said})
	}
	return p
}

func (p packedRecord) record() *record {
	r := &record{name: p.Name, read: p.Sum, keep: true}
	for _, row := range p.Rows {
		r.rows = append(r.rows, rowRecord{row.Row, row.Print, row.Said})
	}
	return r
}
