package drawn

import (
	"image"
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/font"
)

// signers draws a sheet of signers: what stands above the table, the table,
// and what people wrote in it.
func (d *drawing) signers() {
	x0, x1 := d.px(d.o.Margin), float64(d.img.Rect.Dx())-d.px(d.o.Margin)
	y := d.above(x0, x1)
	for _, t := range d.o.Before {
		y = d.lines(t, x0, x1, y) + d.px(.25)
	}
	edges := d.edges(x0, x1)
	foot := float64(d.img.Rect.Dy()) - d.px(.6)
	if d.o.After != "" {
		foot -= d.px(1.6)
	}

	headed := y + d.header(edges, y)
	height := d.px(d.o.RowHeight)
	n := max(1, min(d.o.Rows, int((foot-headed)/height)))
	bottom := headed + float64(n)*height

	d.sheet.Head.Flat = rect(x0, y, x1, headed)
	for i, c := range d.o.Columns {
		d.sheet.Columns = append(d.sheet.Columns, Column{c, Place{Flat: rect(edges[i], y, edges[i+1], bottom)}})
	}
	for i := range n {
		top := headed + float64(i)*height
		row := Row{Place: Place{Flat: rect(x0, top, x1, top+height)}, Texts: map[string]string{}}
		for j := range d.o.Columns {
			row.Cells = append(row.Cells, Place{Flat: rect(edges[j], top, edges[j+1], top+height)})
		}
		d.sheet.Rows = append(d.sheet.Rows, row)
	}
	d.rule(edges, y, headed, n, height)
	for i := range d.sheet.Rows {
		d.row(i, edges)
	}
	if d.o.After != "" {
		d.statement(x0, x1, bottom+d.px(.15))
	}
	if d.o.Footer != "" {
		d.print(d.face("regular", d.px(.11)), gray(60), x0, float64(d.img.Rect.Dy())-d.px(.35), d.o.Footer)
	}
	for range d.o.Marks {
		d.mark()
	}
}

// mark writes a name, or a scribble, at a free place outside of the table, if
// one is found.
func (d *drawing) mark() {
	const tries = 200
	text := strings.Fields(d.person()["name"])[0]
	typed := d.o.Typed
	d.o.Typed = false // whoever adds a word to a typed sheet takes a pen
	defer func() { d.o.Typed = typed }()
	p := d.pen()
	p.size = max(p.size, d.px(.2))
	edge := d.px(.3)
	for range tries {
		w, h := d.measure(d.face(p.font, p.size), text)+d.px(.1), d.px(.32)
		x := d.between(edge, float64(d.img.Rect.Dx())-edge-w)
		y := d.between(edge, float64(d.img.Rect.Dy())-edge-h)
		place := rect(x, y, x+w, y+h)
		if d.inked(place.Inset(-int(d.px(.04)))) || d.inTable(place) {
			continue
		}
		if d.chance(.7) {
			d.write(d.rng, d.face(p.font, p.size), p.ink, x, y+h*.75, d.between(-.03, .03), text)
		} else {
			d.sign(p, text, x, x+w, y, h)
		}
		d.sheet.Marks = append(d.sheet.Marks, Place{Flat: place})
		return
	}
}

// inked reports whether anything but paper is in r.
func (d *drawing) inked(r image.Rectangle) bool {
	r = r.Intersect(d.img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if d.img.RGBAAt(x, y).G < 250 {
				return true
			}
		}
	}
	return false
}

// inTable reports whether r touches the table.
func (d *drawing) inTable(r image.Rectangle) bool {
	table := d.sheet.Head.Flat
	for _, row := range d.sheet.Rows {
		table = table.Union(row.Flat)
	}
	return r.Overlaps(table)
}

// lines draws an empty table and gives the y of its foot.
func (d *drawing) lines(t Lines, x0, x1, y float64) float64 {
	f, height, ink := d.face("bold", d.px(.11)), d.px(.25), gray(d.o.LineGray)
	foot := y + float64(t.Rows+1)*height
	for i := range t.Rows + 2 {
		d.fill(x0, y+float64(i)*height-1, x1, y+float64(i)*height+1, ink)
	}
	for i := range len(t.Headings) + 1 {
		x := x0 + (x1-x0)*float64(i)/float64(len(t.Headings))
		d.fill(x-1, y, x+1, foot, ink)
		if i < len(t.Headings) {
			d.print(f, gray(0), x+d.px(.05), y+height*.7, t.Headings[i])
		}
	}
	return foot
}

// statement prints what somebody is to sign below the table.
func (d *drawing) statement(x0, x1, y float64) {
	f, ink := d.face("regular", d.px(.12)), gray(d.o.LineGray)
	foot := y + d.px(1.25)
	for _, at := range []float64{y, foot} {
		d.fill(x0, at-1, x1, at+1, ink)
	}
	for _, at := range []float64{x0, x1} {
		d.fill(at-1, y, at+1, foot, ink)
	}
	base := y + d.px(.2)
	for _, line := range d.wrap(f, d.o.After, x1-x0-d.px(.2)) {
		d.print(f, gray(0), x0+d.px(.1), base, line)
		base += d.px(.17)
	}
	for i, label := range []string{"Signature:", "Address:"} {
		base := foot - d.px(.15+.3*float64(i))
		d.print(f, gray(0), x0+d.px(.1), base, label)
		d.fill(x0+d.px(.9), base+1, x0+(x1-x0)*.6, base+3, ink)
	}
}

// above prints title and preamble and gives the y where the table begins.
func (d *drawing) above(x0, x1 float64) float64 {
	y := d.px(max(.5, d.o.Margin))
	if d.o.Title != "" {
		f := d.face("bold", d.px(.2))
		for _, line := range d.wrap(f, d.o.Title, x1-x0) {
			d.print(f, gray(0), x0, y, line)
			y += d.px(.26)
		}
	}
	if d.o.Preamble != "" {
		f := d.face("regular", d.px(.14))
		for _, line := range d.wrap(f, d.o.Preamble, x1-x0) {
			d.print(f, gray(0), x0, y, line)
			y += d.px(.19)
		}
	}
	return y + d.px(.08)
}

// edges shares the width among the columns by what they ask for.
func (d *drawing) edges(x0, x1 float64) []float64 {
	var sum float64
	wide := make([]float64, len(d.o.Columns))
	for i, c := range d.o.Columns {
		for _, item := range c.Items {
			wide[i] = max(wide[i], widths[item])
		}
		if len(c.Items) == 0 {
			wide[i] = 1 // somebody else's, to stay empty
		}
		wide[i] *= d.between(.9, 1.15)
		sum += wide[i]
	}
	edges := []float64{x0}
	for _, w := range wide {
		edges = append(edges, edges[len(edges)-1]+w/sum*(x1-x0))
	}
	edges[len(wide)] = x1
	return edges
}

// widths of the columns, in relation to each other.
var widths = map[string]float64{
	"name": 2.2, "given": 1.5, "family": 1.5, "member_id": 1.2, "institution": 2, "street": 2.2,
	"citystate": 1.8, "city": 1.4, "state": .7, "zip": .9, "email": 2.2, "phone": 1.4, "date": 1,
	"signature": 2, "number": .45,
}

// header prints the headings and gives the header's height.
func (d *drawing) header(edges []float64, y float64) float64 {
	f := d.face([]string{"bold", "bold", "regular", "italic"}[d.rng.IntN(4)], d.px(d.between(.1, .14)))
	if d.o.OnEnd {
		return d.headerOnEnd(f, edges, y)
	}
	line := float64(f.Metrics().Height) / 64
	lines := make([][]string, len(d.o.Columns))
	most := 1
	for i, c := range d.o.Columns {
		lines[i] = d.wrap(f, c.Heading, edges[i+1]-edges[i]-d.px(.1))
		most = max(most, len(lines[i]))
	}
	height := float64(most)*line + d.px(.1)
	if d.o.Shaded {
		d.fill(edges[0], y, edges[len(edges)-1], y+height, gray(uint8(190+d.rng.IntN(45))))
	}
	centred := d.chance(.3)
	for i := range lines {
		top := y + (height-float64(len(lines[i]))*line)/2 + line*.8
		for j, text := range lines[i] {
			x := edges[i] + d.px(.05)
			if centred {
				x = (edges[i] + edges[i+1] - d.measure(f, text)) / 2
			}
			d.print(f, gray(0), x, top+float64(j)*line, text)
		}
	}
	return height
}

// headerOnEnd prints the headings from the foot of their cells upwards.
func (d *drawing) headerOnEnd(f face, edges []float64, y float64) float64 {
	long, line := 0.0, float64(f.Metrics().Height)/64
	for _, c := range d.o.Columns {
		long = max(long, d.measure(f, c.Heading))
	}
	height := long + d.px(.1)
	for i, c := range d.o.Columns {
		lying := newCanvas(int(height), int(line))
		lying.print(f, gray(0), d.px(.05), line*.8, c.Heading)
		x := int((edges[i] + edges[i+1] - line) / 2)
		for ly := range lying.img.Rect.Dy() {
			for lx := range lying.img.Rect.Dx() {
				d.img.Set(x+ly, int(y+height)-lx, lying.img.At(lx, ly))
			}
		}
	}
	return height
}

// rule draws the lines of the table, or whatever stands for them.
func (d *drawing) rule(edges []float64, top, headed float64, n int, height float64) {
	ink, w := gray(d.o.LineGray), max(1, math.Round(d.o.LineWidth*float64(d.o.DPI)/200))
	x0, x1, bottom := edges[0], edges[len(edges)-1], headed+float64(n)*height
	across := func(x0, x1, y float64) { d.fill(x0, y-w/2, x1, y+w-w/2, ink) }
	down := func(x float64) { d.fill(x-w/2, top-w/2, x+w-w/2, bottom+w-w/2, ink) }
	frame := func() { across(x0, x1, top); across(x0, x1, bottom); down(x0); down(x1) }
	each := func(do func(y float64)) {
		for i := range n + 1 {
			do(headed + float64(i)*height)
		}
	}
	switch d.o.Rules {
	case Grid:
		each(func(y float64) { across(x0, x1, y) })
		across(x0, x1, top)
		for _, x := range edges {
			down(x)
		}
	case Horizontal:
		each(func(y float64) { across(x0, x1, y) })
		across(x0, x1, top)
	case Underlines:
		gap := d.px(.08)
		for i := range n {
			for j := range len(edges) - 1 {
				across(edges[j]+gap/2, edges[j+1]-gap/2, headed+float64(i+1)*height)
			}
		}
	case Stripes:
		shade := gray(uint8(205 + d.rng.IntN(35)))
		for i := d.rng.IntN(2); i < n; i += 2 {
			d.fill(x0, headed+float64(i)*height, x1, headed+float64(i+1)*height, shade)
		}
	case Dotted:
		step := max(w+2, d.px(.025))
		each(func(y float64) {
			for x := x0; x < x1; x += step {
				across(x, x+max(w, step*.35), y)
			}
		})
	case Outer, Standing:
		frame()
		across(x0, x1, headed)
		for _, x := range edges {
			if d.o.Rules == Standing {
				down(x)
			}
		}
	}
}

// row writes what one person wrote.
func (d *drawing) row(i int, edges []float64) {
	row := &d.sheet.Rows[i]
	top, height := float64(row.Flat.Min.Y), d.px(d.o.RowHeight)
	if i > 0 && i == d.o.Again || i == 0 && len(d.o.Example) > 0 {
		f := d.face("regular", d.px(.12))
		for j, c := range d.o.Columns {
			text := c.Heading
			if i == 0 {
				text = d.o.Example[j]
			}
			d.print(f, gray(0), edges[j]+d.px(.05), top+height*.6, text)
		}
		return
	}
	row.Written = i < d.o.Filled && !d.chance(d.o.Skipped)
	row.Struck = row.Written && d.chance(d.o.Struck)
	unsigned := !row.Written || d.chance(d.o.Unsigned)
	who := d.person()
	pen := d.pen()
	for j, c := range d.o.Columns {
		x0, x1 := edges[j]+d.px(.04), edges[j+1]-d.px(.02)
		if j == 0 && d.o.Numbered {
			f := d.face("regular", d.px(.11))
			label := number(i+1) + "."
			d.print(f, gray(40), x0+d.px(.22)-d.measure(f, label), top+height*.7, label)
			x0 += d.px(.27)
		}
		d.print(d.face("regular", d.px(.16)), gray(0), x0+d.px(.15), top+height*.65, c.Print)
		part := height / float64(max(1, len(c.Items)))
		for k, item := range c.Items {
			y0 := top + float64(k)*part
			if d.o.Labels && len(c.Items) > 1 {
				d.print(d.face("regular", d.px(.07)), gray(70), edges[j]+d.px(.02), y0+d.px(.075), labels[item])
			}
			switch {
			case item == "number" && d.boxes != nil: // it is printed
			case item == "number":
				d.print(d.face("regular", min(d.px(.12), part*.6)), gray(40), x0, y0+part*.65, number(i+1))
			case !row.Written:
			case item == "signature":
				if !unsigned {
					row.Signed = true
					row.Texts[item] = who["name"]
					d.sign(pen, who["name"], x0, x1, y0, part)
				}
			case d.chance(pen.leaves[item]):
			case j < len(d.boxes) && d.boxes[j] > 0 && len(who[item]) <= d.boxes[j]:
				row.Texts[item] = who[item]
				d.comb(pen, who[item], d.boxes[j], edges[j], edges[j+1], y0, part)
			default:
				row.Texts[item] = who[item]
				d.enter(pen, who[item], x0, x1, y0, part)
			}
		}
	}
	if row.Struck {
		d.strike(pen, edges[0], edges[len(edges)-1], top, height)
	}
}

// pen is how one person writes.
type pen struct {
	font    string
	script  string
	ink     color.Color
	width   float64 // of a stroke, pixels
	size    float64 // of the writing, pixels per em
	capital bool
	leaves  map[string]float64 // how likely an item is left out
}

func (d *drawing) pen() pen {
	p := pen{
		font:    hands[d.rng.IntN(len(hands))],
		script:  scripts[d.rng.IntN(len(scripts))],
		width:   d.px(d.between(.008, .018)),
		capital: d.chance(.2),
		leaves:  map[string]float64{"member_id": .3, "email": .1, "phone": .1, "institution": .05, "date": .05},
	}
	p.size = min(d.px(d.between(.2, .3)), d.px(d.o.RowHeight)*d.between(.55, .8))
	dark := uint8(d.rng.IntN(80))
	switch d.rng.IntN(10) {
	case 0: // pencil
		dark = uint8(110 + d.rng.IntN(50))
		if d.o.Scan.Fax {
			dark -= 40
		}
		p.ink = gray(dark)
	case 1: // marker
		p.ink, p.width = gray(uint8(d.rng.IntN(40))), d.px(.025)
	case 2, 3, 4, 5:
		p.ink = color.RGBA{dark / 2, dark, 130 + dark, 255}
	case 6:
		p.ink = color.RGBA{150 + dark, dark / 2, dark / 2, 255}
	default:
		p.ink = gray(dark)
	}
	if d.o.Typed {
		p.font, p.ink, p.size = []string{"regular", "mono"}[d.o.Seed%2], gray(0), min(d.px(.14), d.px(d.o.RowHeight)*.6)
		p.capital = false
	}
	return p
}

// enter writes one item into its place.
func (d *drawing) enter(p pen, text string, x0, x1, y0, height float64) {
	if p.capital {
		text = strings.ToUpper(text)
	}
	size := min(p.size, height*.85)
	width := x1 - x0 - d.px(.03)
	f := d.face(p.font, size)
	if w := d.measure(f, text); w > width {
		size *= width / w * (1 + d.o.Stray*.1)
		f = d.face(p.font, max(size, d.px(.07)))
	}
	rise := xHeight(f)
	base := y0 + height/2 + rise*.6
	if d.o.Typed {
		d.print(f, p.ink, x0, base, text)
		return
	}
	base += d.between(-.35, 1) * d.o.Stray * height
	x := x0 + d.between(-.1, .5)*d.o.Stray*d.px(.2) + max(0, width-d.measure(f, text))*d.rng.Float64()*.25
	d.write(d.rng, f, p.ink, x, base, d.between(-.012, .012), text)
}

// sign puts a signature into its place: the name in a script, or a scribble.
func (d *drawing) sign(p pen, name string, x0, x1, y0, height float64) {
	if d.o.Typed {
		d.enter(p, "/s/ "+name, x0, x1, y0, height)
		return
	}
	if d.chance(.55) {
		p.font, p.capital = p.script, false
		d.enter(p, name, x0, x1, y0, height)
		return
	}
	tall := min(height, d.px(.45)) * d.between(.25, .4+d.o.Stray*.5)
	width := min(x1-x0, d.px(2.2)) * d.between(.4, .9)
	x, mid := x0+(x1-x0-width)*d.rng.Float64()*.6, y0+height*d.between(.5, .6)
	loops, back := 3+d.rng.IntN(7), d.between(0, 1.6)
	var points []point
	for i := range loops { // up, back over itself, down, on: letters nobody can read
		left, step := x+width*float64(i)/float64(loops), width/float64(loops)
		high := tall * d.between(.2, .6)
		if i == 0 || d.chance(.2) {
			high = tall
		}
		points = append(points,
			point{left, mid + tall*.2*d.between(-1, 1)},
			point{left + step*d.between(.4, .8), mid - high},
			point{left + step*(.7-back*d.between(.2, .7)), mid - high*d.between(.5, 1)},
			point{left + step*d.between(.3, .9), mid + high*d.between(.2, .6)})
	}
	points = append(points, point{x + width, mid + tall*d.between(-.6, .4)})
	if d.chance(.4) { // a flourish below
		points = append(points, point{x + width*.3, mid + tall*.9}, point{x + width*.95, mid + tall*.8})
	}
	d.stroke(spline(points), p.width, p.ink)
}

// strike crosses a row out: one stroke, two, or a zigzag.
func (d *drawing) strike(p pen, x0, x1, top, height float64) {
	x0, x1 = x0+d.px(d.between(.02, .3)), x1-d.px(d.between(.02, .4))
	wave := func(y0, y1, swing float64, n int) {
		points := []point{{x0, y0}}
		for i := range n {
			t := float64(i+1) / float64(n)
			dy := d.between(-swing, swing)
			points = append(points, point{x0 + (x1-x0)*t, y0 + (y1-y0)*t + dy})
		}
		d.stroke(spline(points), p.width*1.2, p.ink)
	}
	y := top + height*d.between(.4, .65)
	switch d.rng.IntN(4) {
	case 0:
		wave(y-height*.1, y-height*.1+d.between(-.1, .1)*height, height*.04, 6)
		wave(y+height*.1, y+height*.1+d.between(-.1, .1)*height, height*.04, 6)
	case 1:
		n := 12 + d.rng.IntN(12)
		points := make([]point, n)
		for i := range points {
			points[i] = point{x0 + (x1-x0)*float64(i)/float64(n-1), y + height*.28*float64(1-i%2*2)*d.between(.7, 1)}
		}
		d.stroke(points, p.width*1.2, p.ink)
	default:
		wave(y, y+d.between(-.12, .12)*height, height*.05, 4+d.rng.IntN(10))
	}
}

func rect(x0, y0, x1, y1 float64) image.Rectangle {
	return image.Rect(round(x0), round(y0), round(x1), round(y1))
}

func xHeight(f font.Face) float64 { return float64(f.Metrics().XHeight) / 64 }
