package workbook

import (
	"fmt"

	"countersign/report"
)

// placeColumn shows where on the page an open point is.
const placeColumn = "Picture of the place"

// openPoints writes what on the pages no line accounts for, with its picture and with what a
// person found there.
func openPoints(b *book, p *plan) {
	columns := p.columns(column{"State", 14}, column{"File", 24}, column{"Page", 7},
		column{placeColumn, 44}, column{"What it is and what to do", 52}, column{"Found", 20},
		column{"Note", 30}, column{"By whom", 20}, column{"When (UTC)", 17})
	s := b.table(openSheet, columns)
	l := lister{sheet: s, plan: p, columns: columns, pictures: columnOf(columns, placeColumn)}
	for i, petition := range p.Petitions {
		for _, f := range petition.Files {
			for _, page := range f.Pages {
				for _, o := range page.Open {
					l.openPoint(i, f.Name, page, o)
				}
			}
		}
	}
	if l.drawn != nil {
		l.drawn.done()
	}
	if s.row == 1 {
		s.sentence(len(columns), 200, "Every page is accounted for: there is no open point.")
	}
	s.filter(1, len(columns))
	s.done()
}

func (s *lister) openPoint(i int, file string, page report.Page, o report.OpenPoint) {
	l, state := cellLook, cellLook
	said := "settled"
	if o.Settled == "" {
		state.format, state.fill, said = asOpen, amber, "waits"
	}
	high := max(lines(file, 22), lines(o.Text, 50), lines(o.Note, 28))
	shown, tall := s.put(o.Picture, height(high), placed{
		name: fmt.Sprintf("Picture of row %d of open points", s.row+1),
		alt:  fmt.Sprintf("A place on page %d", page.Number),
	})
	s.add(tall, append(s.numbered(s.plan, i), s.text(state, said), s.text(l, file),
		s.number(countLook, page.Number), s.text(l, shown), s.text(l, o.Text),
		s.text(l, o.Settled), s.text(l, o.Note), s.text(l, o.By), s.moment(l, o.At))...)
}
