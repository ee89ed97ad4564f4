package extract

import (
	"image"
	"testing"

	"countersign/extract/layout"
	"countersign/extract/tesseract"
)

// TestHeadingsWithoutGaps: where the lines of a table have a gap after its first column alone, the
// headings say where the others begin; with a gap between all, the gaps do.
func TestHeadingsWithoutGaps(t *testing.T) {
	heads := []string{"Member ID", "Last name", "First name", "Signature"}
	for name, borders := range map[string][]int{"one gap": {100, 400, 1500}, "all": {100, 400, 760, 1060, 1500}} {
		table := layout.Table{Style: layout.Underlined, Left: 100, Right: 1500}
		for i := range 8 {
			y := float64(300 + 80*i)
			table.Lines = append(table.Lines, layout.Through(100, y, 1500, y, 1))
		}
		for _, x := range borders {
			table.Borders = append(table.Borders, layout.Through(300, float64(x), 860, float64(x), 1))
		}
		bits := layout.NewBitmap(1700, 1000)
		v := &view{dpi: 200, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H)), bits: bits}
		var words []tesseract.Word
		for i, text := range heads {
			x := []int{110, 420, 780, 1080}[i]
			words = append(words, tesseract.Word{Text: text, Confidence: 1, Box: image.Rect(x, 270, x+90, 290)})
		}
		v.words = words
		f, err := headedBy(t.Context(), v, nil, table, -1, words)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.headings(); f.score < sureHeadings || len(got) != 4 || got[1] != heads[1] || got[3] != heads[3] {
			t.Errorf("%s: read %q, score %.2f", name, got, f.score)
		}
		if x := f.table.Borders[1].At(300); x != 400 {
			t.Errorf("%s: the gap at 400 was moved to %v", name, x)
		}
	}
}

// TestTallHead: lines that were added in a high row of headings, and that nobody drew, part
// nothing; those of rows below stay, drawn or not.
func TestTallHead(t *testing.T) {
	table := layout.Table{Style: layout.Grid, Left: 100, Right: 1500}
	v := &view{dpi: 200}
	for i := range 10 {
		line := layout.Through(100, float64(300+70*i), 1500, float64(300+70*i), 1)
		table.Lines = append(table.Lines, line)
		if i != 1 && i != 2 && i != 6 {
			v.lying = append(v.lying, line)
		}
	}
	v.lying = append(v.lying, layout.Through(400, 371, 500, 371, 1)) // of letters
	got := v.withTallHead(table)
	if got.Rows() != 7 || got.Row(0).Dy() != 210 || got.Row(4).Dy() != 70 {
		t.Errorf("%d rows, the first %v", got.Rows(), got.Row(0))
	}
	v.lying = append(v.lying, table.Lines[1], table.Lines[2])
	if got := v.withTallHead(table); got.Rows() != 9 {
		t.Errorf("%d rows where all lines are drawn, want nine", got.Rows())
	}
}

// TestCombs: strokes that stand at the same places of most rows are those between boxes for single
// letters; figures and borders are not.
func TestCombs(t *testing.T) {
	bits := layout.NewBitmap(800, 700)
	v := &view{dpi: 200, bits: bits, work: image.NewGray(image.Rect(0, 0, bits.W, bits.H))}
	stroke := func(x, from, to int) {
		for y := from; y < to; y++ {
			bits.Pix[y*bits.W+x] = 1
		}
	}
	table := layout.Table{Style: layout.Underlined, Left: 50, Right: 750}
	table.Borders = []layout.Rule{layout.Through(50, 50, 650, 50, 1), layout.Through(50, 750, 650, 750, 1)}
	v.standing = []layout.Rule{layout.Through(50, 400, 650, 400, 1)}
	for i := range 9 {
		y := 50 + 70*i
		table.Lines = append(table.Lines, layout.Through(50, float64(y), 750, float64(y), 1))
		if i == 8 {
			break
		}
		for k := range 8 {
			if k%2 == 0 {
				stroke(60+40*k, y+10, y+60)
				continue
			}
			for dot := y + 10; dot < y+60; dot += 5 {
				stroke(60+40*k, dot, dot+2)
			}
		}
		stroke(400, y, y+70)
		stroke(450+23*i, y+15, y+60) // a figure
	}
	if got := v.combsOf(table, 0); len(got) != 8*8 {
		t.Errorf("%d strokes, want eight in each of eight rows", len(got))
	}
	bits.Clear(image.Rect(150, 0, 350, 700))
	if got := v.combsOf(table, 0); len(got) != 0 {
		t.Errorf("%d strokes of three lines, want none", len(got))
	}
}

// TestHeadingsBelowTitleRows: rows without the borders of the others are titles, or say what a
// petition asks, and the headings may stand below them; of lost borders throughout nothing is known.
func TestHeadingsBelowTitleRows(t *testing.T) {
	table := layout.Table{Style: layout.Grid, Left: 100, Right: 900}
	for i := range 13 {
		table.Lines = append(table.Lines, layout.Through(100, float64(100+50*i), 900, float64(100+50*i), 1))
	}
	for _, x := range []int{100, 300, 500, 700, 900} {
		table.Borders = append(table.Borders, layout.Through(100, float64(x), 700, float64(x), 1))
	}
	for name, test := range map[string]struct{ from, want int }{"no title": {100, 2}, "three rows": {250, 5}, "all of it": {700, 2}} {
		v := &view{dpi: 200}
		for _, b := range table.Borders {
			x := b.At(400)
			v.standing = append(v.standing, layout.Through(float64(test.from), x, 701, x, 1))
		}
		if got := v.headRows(table); got != test.want {
			t.Errorf("%s: headings in %d rows, want %d", name, got, test.want)
		}
	}
}
