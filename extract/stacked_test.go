package extract

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// strokes draws a cell at 100 dpi with upright strokes in the given boxes.
func strokes(boxes ...image.Rectangle) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, 200, 60))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	for _, b := range boxes {
		for x := b.Min.X; x < b.Max.X; x++ {
			for y := b.Min.Y; y < b.Max.Y && x%6 < 2; y++ {
				g.Pix[y*g.Stride+x] = 0
			}
		}
	}
	return g
}

func TestTwoLinesOfACellAreReadApart(t *testing.T) {
	above, below := image.Rect(10, 3, 180, 25), image.Rect(10, 33, 150, 57)
	for _, test := range []struct {
		name  string
		g     *image.Gray
		field Field
		want  []int // lines of each way to read the cell
	}{
		{"two lines", strokes(above, below), CityState, []int{2}},
		{"the number of the house below", strokes(above, image.Rect(10, 35, 34, 57)), Street, []int{1, 2}},
		{"a tail that reaches into the line below", strokes(above, below, image.Rect(60, 20, 62, 40)), Street, []int{1, 2}},
		{"one line", strokes(image.Rect(10, 10, 180, 50)), CityState, []int{1}},
		{"side by side", strokes(image.Rect(5, 3, 90, 25), image.Rect(100, 33, 190, 57)), Street, []int{1}},
		{"a dot above", strokes(image.Rect(60, 3, 66, 9), image.Rect(10, 20, 180, 57)), Street, []int{1}},
		{"an underline", strokes(image.Rect(10, 3, 180, 40), image.Rect(10, 52, 150, 55)), Street, []int{1}},
		{"a number", strokes(above, below), MemberID, []int{1}},
		{"a postal code", strokes(above, below), ZIP, []int{2}},
	} {
		var got []int
		for _, lines := range waysToRead(test.g, test.field, 100) {
			got = append(got, len(lines))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestZIPBeforeAPlace(t *testing.T) {
	for _, test := range []struct {
		text      string
		of        Field
		zip, rest string
	}{
		{"25746 Heide", CityState, "25746", "Heide"},
		{"Gary, IN", CityState, "", "Gary, IN"},
		{"12809, Feldweg 91", Street, "12809", "Feldweg 91"},
		{"12308. UFERWEG 29", Street, "12308", "UFERWEG 29"},
		{"8368 River Rd", Street, "", "8368 River Rd"},
	} {
		fields := map[Field]Reading{test.of: {Text: test.text}}
		first := zipOfPlace
		if test.of == Street {
			first = zipOfStreet
		}
		partZIP(fields, test.of, first)
		if fields[ZIP].Text != test.zip || fields[test.of].Text != test.rest {
			t.Errorf("%q: ZIP %q, rest %q", test.text, fields[ZIP].Text, fields[test.of].Text)
		}
	}
}

// TestZIPsBeforeMostStreets: a number before a street is a ZIP code, and not a house's, where
// most streets of the sheet have both.
func TestZIPsBeforeMostStreets(t *testing.T) {
	f := form{score: 1, columns: []Column{{Heading: "PLZ, Straße, Hausnummer", Fields: []Field{Street}}}}
	few := []string{"12200. SCHULSTR. T", "12809, Feldweg 91", "8368 River Rd"}
	for _, test := range []struct {
		streets []string
		want    string
	}{
		{append(few, "12308. UFERWEG 29", "13942 Mozartstr. 8"), "12200"},
		{few, ""},
	} {
		var rows []Row
		for _, s := range test.streets {
			rows = append(rows, Row{Fields: map[Field]Reading{Street: {Text: s}}})
		}
		f.partZIPs(rows)
		if got := rows[0].Fields[ZIP].Text; got != test.want {
			t.Errorf("%q: ZIP %q of the first, not %q", test.streets, got, test.want)
		}
		if got := rows[1].Fields[ZIP].Text; got != "12809" {
			t.Errorf("%q: ZIP %q of the second", test.streets, got)
		}
	}
}
