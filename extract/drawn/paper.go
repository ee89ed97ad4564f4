package drawn

import (
	"image"
	"image/draw"
	"math/rand/v2"
)

// Paper is a printed sheet before anybody wrote on it, upright and straight.
type Paper struct {
	Image image.Image
	Cells [][]image.Rectangle // row by row: the lines to write on, left to right
	Boxes []int               // of each column's comb; 0 for none
	Gap   float64             // pixels between a comb and the sides of its cell
}

// Fill lets people write on a printed sheet and scans it. Of the options those
// count that say how people write, what the scanner does, and Columns, which
// say what the cells ask for.
func Fill(p Paper, o Options) Sheet {
	b := p.Image.Bounds()
	d := &drawing{
		canvas: newCanvas(b.Dx(), b.Dy()),
		rng:    rand.New(rand.NewPCG(o.Seed, 0xf111)),
		o:      o,
		boxes:  p.Boxes,
		gap:    p.Gap,
	}
	draw.Draw(d.img, d.img.Rect, p.Image, b.Min, draw.Src)
	for i, cells := range p.Cells {
		first, last := cells[0], cells[len(cells)-1]
		row := Row{Place: Place{Flat: first.Union(last)}, Texts: map[string]string{}}
		edges := []float64{float64(first.Min.X)}
		for _, c := range cells {
			row.Cells = append(row.Cells, Place{Flat: c})
			edges = append(edges, float64(c.Max.X))
		}
		d.o.RowHeight = float64(first.Dy()) / float64(o.DPI)
		d.sheet.Rows = append(d.sheet.Rows, row)
		d.row(i, edges)
	}
	d.o.RowHeight = o.RowHeight
	for i, c := range o.Columns {
		d.sheet.Columns = append(d.sheet.Columns, Column{c, Place{Flat: p.Cells[0][i].Union(p.Cells[len(p.Cells)-1][i])}})
	}
	d.sheet.Options = o
	d.locate()
	d.sheet.Image = d.scan()
	return d.sheet
}

// comb writes one letter into each box.
func (d *drawing) comb(p pen, text string, n int, x0, x1, y0, height float64) {
	x0, x1 = x0+d.gap, x1-d.gap
	step := (x1 - x0) / float64(n)
	f := d.face(p.font, min(p.size, height*.8))
	base := y0 + height/2 + xHeight(f)*.6 + d.between(-.3, .6)*d.o.Stray*height
	for i, r := range []rune(text) {
		letter := string(r)
		x := x0 + (float64(i)+.5+d.rng.NormFloat64()*.1)*step - d.measure(f, letter)/2
		d.write(d.rng, f, p.ink, x, base+d.rng.NormFloat64()*height*.03, 0, letter)
	}
}
