package drawn

import (
	"image"
	"math/rand/v2"
)

// Side is where people write, seen from the label of a line.
type Side int

const (
	Right Side = iota
	Above      // on a line that has its label below
	Below      // in a box that has its label in the corner
)

// Records draws a sheet on which each person fills in a block of lines, one for each of
// the options' columns, with its heading as the label. So many stand side by side. Options that say
// how a table is ruled do not count.
func Records(o Options, across int, side Side) Sheet {
	d := &drawing{
		canvas: newCanvas(int(o.Width*float64(o.DPI)+.5), int(o.Height*float64(o.DPI)+.5)),
		rng:    rand.New(rand.NewPCG(o.Seed, 0xca2d)),
		o:      o,
	}
	gap, line := d.px(.25), d.px(o.RowHeight)
	width := (d.px(o.Width-2*o.Margin) - float64(across-1)*gap) / float64(across)
	for i := range o.Rows {
		x := d.px(o.Margin) + float64(i%across)*(width+gap)
		y := d.px(1.2) + float64(i/across)*(line*float64(len(o.Columns))+gap)
		d.sheet.Rows = append(d.sheet.Rows, d.record(i, x, y, width, side))
	}
	d.sheet.Options = o
	d.locate()
	d.sheet.Image = d.scan()
	return d.sheet
}

func (d *drawing) record(i int, x, y, width float64, side Side) Row {
	line, thin := d.px(d.o.RowHeight), max(1, d.px(.007))
	row := Row{
		Place:   Place{Flat: rect(x, y, x+width, y+line*float64(len(d.o.Columns)))},
		Texts:   map[string]string{},
		Written: i < d.o.Filled,
	}
	row.Signed = row.Written && !d.chance(d.o.Unsigned)
	who, pen := d.person(), d.pen()
	pen.size = min(pen.size, line*.5)
	print := d.face("regular", d.px(.12))
	for j, c := range d.o.Columns {
		top := y + float64(j)*line
		from, label, base := x, top+line-d.px(.06), top+line
		height := line
		switch side {
		case Right:
			from = x + d.px(1.1)
		case Above:
			base, height = base-d.px(.16), line-d.px(.16)
			label = top + line - d.px(.03)
		case Below:
			label = top + d.px(.12)
			top, height = top+d.px(.13), line-d.px(.13)
			d.fill(x, y+float64(j)*line, x+thin, base, gray(0))
			d.fill(x+width-thin, y+float64(j)*line, x+width, base, gray(0))
			if j == 0 {
				d.fill(x, y, x+width, y+thin, gray(0))
			}
		}
		d.print(print, gray(0), x+d.px(.03), label, c.Heading)
		d.fill(from, base, x+width, base+thin, gray(0))
		row.Cells = append(row.Cells, Place{Flat: image.Rect(round(from), round(top), round(x+width), round(base))})
		switch item := c.Items[0]; {
		case !row.Written:
		case item == "signature" && row.Signed:
			d.sign(pen, who["name"], from+d.px(.05), x+width-d.px(.1), top, height)
		case item != "signature":
			row.Texts[item] = who[item]
			d.enter(pen, who[item], from+d.px(.05), x+width-d.px(.1), top, height)
		}
	}
	return row
}
