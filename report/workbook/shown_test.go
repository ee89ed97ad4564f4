package workbook

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// A scan of a line takes a fraction of its room in a workbook and still shows what it
// showed; one with another stroke is told from it.
func TestSmallerPictures(t *testing.T) {
	t.Parallel()
	line := scanned(t, image.Rect(300, 40, 420, 46))
	small, kind := new(painter).smaller(line, 780)
	if kind != "png" || len(small)*3 > len(line) {
		t.Errorf("%d bytes became %d of %s", len(line), len(small), kind)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(small))
	if err != nil || config.Width != 780 || config.Height != 54 {
		t.Errorf("%d by %d pixels, %v", config.Width, config.Height, err)
	}
	held := seen{pictureSum(small), sightOf(small, mostPixels)}
	if !held.shows(line) {
		t.Error("the picture made of a line is not known for it")
	}
	for what, other := range map[string][]byte{
		"a stroke elsewhere": scanned(t, image.Rect(700, 40, 820, 46)), "no stroke": scanned(t,
			image.Rectangle{}), "no picture": []byte("x"),
	} {
		if held.shows(other) {
			t.Errorf("%s is taken for the line", what)
		}
	}
	if same, kind := new(painter).smaller([]byte("not a picture"), 780); kind != "jpeg" ||
		string(same) != "not a picture" {
		t.Errorf("what is no picture became %q", same)
	}
}

// scanned is a line on grainy grey paper with a stroke.
func scanned(t *testing.T, stroke image.Rectangle) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	g := image.NewGray(image.Rect(0, 0, 1300, 90))
	for i := range g.Pix {
		g.Pix[i] = uint8(225 + r.NormFloat64()*5)
	}
	for y := stroke.Min.Y; y < stroke.Max.Y; y++ {
		for x := stroke.Min.X; x < stroke.Max.X; x++ {
			g.Pix[y*g.Stride+x] = 60
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: 75}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
