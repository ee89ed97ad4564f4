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
		if x := f.table.Borders[1].At(300); name == "all" && x != 400 {
			t.Errorf("the gap at 400 was moved to %v", x)
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
