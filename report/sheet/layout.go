package sheet

import (
	"fmt"

	"countersign/extract"
	"countersign/extract/marks"
)

// widths are the hundredths of an inch that each column needs at least, and
// its share of what is left.
var widths = []struct {
	field       extract.Field
	least, more int
}{
	{extract.Name, 195, 5}, {extract.Given, 130, 4}, {extract.Family, 150, 4}, {extract.MemberID,
		110, 2}, {extract.Institution, 170, 4},
	{extract.Street, 170, 4}, {extract.CityState, 165, 4}, {extract.City, 110, 3}, {extract.State,
		45, 1}, {extract.ZIP, 70, 1},
	{extract.Email, 180, 5}, {extract.Phone, 110, 2}, {extract.Date, 62, 2}, {extract.Signature,
		165, 5},
}

const (
	numberWidth = 30
	boxWidth    = 16 // least, of a letter in a comb
	headHeight  = 24
	zipBoxes    = 5
)

// codes plans the pages: all alike but for their number.
func (s Set) codes(p *printer) ([]marks.Code, error) {
	l := marks.Layout{Paper: s.Paper, Landscape: !s.Portrait, Head: headHeight}
	w, h := l.Size()
	var err error
	if l.Columns, err = s.columns(w - 2*marks.Margin); err != nil {
		return nil, err
	}
	l.Top = p.headOf(s, l).bottom
	room := h - marks.Margin - marks.Foot - l.Top - headHeight
	l.Rows = min(60, int(float64(room)/(s.Height*100)))
	const fewest = 4
	if l.Rows < fewest {
		return nil,
			fmt.Errorf("the text leaves room for %d lines %g inches high: shorten the purpose, "+
				"or turn the page", max(0, l.Rows), s.Height)
	}
	l.Pitch = room / l.Rows
	var codes []marks.Code
	for page := range s.Pages {
		codes = append(codes, marks.Code{Petition: s.Petition, Page: page + 1, Of: s.Pages,
			Layout: l})
	}
	return codes, codes[0].Valid()
}

// columns shares the width among the columns, line numbers first.
func (s Set) columns(width int) ([]marks.Column, error) {
	columns := []marks.Column{{Field: string(extract.Number), Width: numberWidth}}
	need, shares := numberWidth, 0
	var more []int
	for _, f := range s.Columns {
		for _, c := range widths {
			if c.field != f {
				continue
			}
			column := marks.Column{Field: string(f), Width: c.least}
			switch {
			case s.Plain:
			case f == extract.MemberID:
				column.Boxes, column.Width = s.Boxes, s.Boxes*boxWidth+2*marks.CombGap
			case f == extract.ZIP:
				column.Boxes, column.Width = zipBoxes, zipBoxes*boxWidth+2*marks.CombGap
			}
			columns = append(columns, column)
			need, shares, more = need+column.Width, shares+c.more, append(more, c.more)
		}
	}
	if need > width {
		return nil,
			fmt.Errorf("the columns need %.1f inches of the %.1f that the page has: leave some "+
				"out, or turn the page", float64(need)/100, float64(width)/100)
	}
	rest := width - need
	for i := range more {
		share := rest * more[i] / shares
		columns[i+1].Width += share
		rest, shares = rest-share, shares-more[i]
	}
	return columns, nil
}
