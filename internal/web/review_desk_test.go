package web

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"os"
	"testing"

	"countersign/internal/web/petition"
)

// sample is the petition in testdata, as it was read.
type sample struct {
	Lines []struct {
		Page, Row int
		Box       [4]float64
		Signed    string
		Struck    bool
		Fields    []struct {
			Key, Text  string
			Confidence float64
		}
	}
}

func readSample(t testing.TB) sample {
	t.Helper()
	data, err := os.ReadFile("testdata/review.json")
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// samplePages are the pages of the sample petition: its PDF holds them as JPEG.
func samplePages(t testing.TB) []image.Image {
	t.Helper()
	pdf, err := os.ReadFile("../../testdata/sample/petition.pdf")
	if err != nil {
		t.Fatal(err)
	}
	var out []image.Image
	for _, stream := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		if bytes.HasPrefix(stream, []byte("\xff\xd8\xff")) {
			page, err := jpeg.Decode(bytes.NewReader(stream))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, page)
		}
	}
	if len(out) != 3 {
		t.Fatalf("the sample petition has %d pages as JPEG, want 3", len(out))
	}
	return out
}

// cut is the part of a page that a line takes, with a little around it, as
// wide as the program keeps it.
func cut(page image.Image, box [4]float64) image.Image {
	b := page.Bounds()
	at := func(share float64, size int) int { return int(min(max(share, 0), 1) * float64(size)) }
	r := image.Rect(at(box[0]-0.005, b.Dx()), at(box[1]-0.004, b.Dy()), at(box[2]+0.005, b.Dx()),
		at(box[3]+0.004, b.Dy()))
	return petition.Smaller(page.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(r), 1300)
}

func encodeJPEG(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
