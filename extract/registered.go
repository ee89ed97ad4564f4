package extract

import (
	"context"
	"image"
	"math"

	"countersign/extract/cover"
	"countersign/extract/layout"
	"countersign/extract/marks"
	"countersign/extract/tesseract"
)

// registered reads a sheet that we printed by its corner marks and codes. It
// reports the quarter turn that makes the page upright where marks were found,
// else −1; the reading has a form only if a code could be read, for it says
// where the cells are.
func (x Extractor) registered(ctx context.Context, asIs *view, strokes layout.Components) (r reading, quarters int, err error) {
	corners, ok := marks.Find(strokes, asIs.dpi)
	if !ok {
		return reading{}, -1, nil
	}
	onPage := corners
	for i, at := range corners.At {
		onPage.At[i] = asIs.delivered(at)
	}
	found := marks.Read(asIs.page.grey, onPage)
	quarters, lean := turnOf(found.At)
	if !found.Known() {
		return reading{}, quarters, nil
	}
	v := asIs
	const steady = 0.05 // degrees that rules may lean all the same
	if quarters != 0 || math.Abs(lean-asIs.turned.Lean) > steady {
		v = leaningView(asIs.page, quarters, lean)
	}
	c := found.Code
	place := c.Layout.Place(v.of(found.At))
	r = reading{view: v, forms: []form{*printedForm(v, c.Layout, place)}, printed: Form{c.Petition, c.Page, c.Of}, marks: marksOf(c.Layout, place)}
	// The head of every page says the same; reading one will do.
	if c.Page == 1 {
		text := c.Layout.Text()
		a, b := place.At(float64(text.Min.X), float64(text.Min.Y)), place.At(float64(text.Max.X), float64(text.Max.Y))
		words, err := v.print(ctx, x.Print, image.Rect(int(a.X), int(a.Y), int(b.X), int(b.Y)), tesseract.Block)
		if err != nil {
			return reading{}, quarters, err
		}
		r.cover = cover.Read(printedLines(words, nil), v.bounds().Size())
	}
	return r, quarters, nil
}

// marksOf is where a sheet that we printed has its codes and corner marks.
func marksOf(l marks.Layout, place marks.Place) []image.Rectangle {
	const around = 8 // hundredths of an inch, for toner that spread
	codes := l.Codes()
	all := append(codes[:], l.Sign())
	for _, c := range l.Corners() {
		all = append(all, image.Rect(c.X, c.Y, c.X, c.Y).Inset(-marks.Radius))
	}
	for i, r := range all {
		r = r.Inset(-around)
		a, b := place.At(float64(r.Min.X), float64(r.Min.Y)), place.At(float64(r.Max.X), float64(r.Max.Y))
		all[i] = image.Rect(int(a.X), int(a.Y), int(b.X), int(b.Y))
	}
	return all
}

// turnOf is the quarter turn that makes a page upright, and the degrees by
// which it then leans, from its corners.
func turnOf(at [4]marks.Point) (quarters int, lean float64) {
	dx, dy := at[1].X-at[0].X+at[2].X-at[3].X, at[1].Y-at[0].Y+at[2].Y-at[3].Y
	angle := math.Atan2(dy, dx) * 180 / math.Pi
	turns := math.Round(angle / 90)
	return (4 - int(turns)) % 4, angle - 90*turns
}

// delivered takes a place on a view to pixels of the page as delivered.
func (v *view) delivered(p marks.Point) marks.Point {
	x, y := v.turned.Back(p.X/v.scale, p.Y/v.scale)
	size := v.page.grey.Rect.Size()
	return marks.Point{X: x * float64(size.X), Y: y * float64(size.Y)}
}

// of takes corners on the page as delivered to a view.
func (v *view) of(at [4]marks.Point) [4]marks.Point {
	size := v.page.grey.Rect.Size()
	for i, p := range at {
		x, y := v.turned.From(p.X/float64(size.X), p.Y/float64(size.Y))
		at[i] = marks.Point{X: x * v.scale, Y: y * v.scale}
	}
	return at
}

// printedForm is the table of a sheet that we printed.
func printedForm(v *view, l marks.Layout, place marks.Place) *form {
	lines, borders := l.Lines(), l.Borders()
	top, foot := float64(lines[0]), float64(lines[len(lines)-1])
	left, right := float64(borders[0]), float64(borders[len(borders)-1])
	standing := func(x, y0, y1 float64) layout.Rule {
		a, b := place.At(x, y0), place.At(x, y1)
		return layout.Through(a.Y-0.5, a.X-0.5, b.Y-0.5, b.X-0.5, ruleWidth*v.dpi)
	}
	f := &form{first: 1, score: 1, exact: true, table: layout.Table{Style: layout.Grid}}
	for _, y := range lines {
		a, b := place.At(left, float64(y)), place.At(right, float64(y))
		f.table.Lines = append(f.table.Lines, layout.Through(a.X-0.5, a.Y-0.5, b.X-0.5, b.Y-0.5, ruleWidth*v.dpi))
	}
	for _, x := range borders {
		f.table.Borders = append(f.table.Borders, standing(float64(x), top, foot))
	}
	half := (top + foot) / 2
	f.table.Left, f.table.Right = int(math.Round(place.At(left, half).X)), int(math.Round(place.At(right, half).X))
	f.head = f.table.Row(0)
	for i, c := range l.Columns {
		f.columns = append(f.columns, Column{Heading: marks.Heading(c.Field), Fields: []Field{Field(c.Field)}})
		f.combs = append(f.combs, c.Boxes > 0)
		for _, x := range l.Ticks(i) {
			for _, y := range lines[2:] {
				f.ticks = append(f.ticks, standing(x, float64(y-marks.Tick), float64(y)))
			}
		}
	}
	return f
}

// ruleWidth is how thick the rules of printed sheets come out, in inches.
const ruleWidth = 0.01
