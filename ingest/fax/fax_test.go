package fax

import (
	"bytes"
	"image"
	"math/rand/v2"
	"strings"
	"testing"
)

// writer codes rows of group 3 in one dimension (T.4, 4.1).
type writer struct {
	out []byte
	n   int // bits
}

func (w *writer) put(code string) {
	for _, c := range code {
		if w.n%8 == 0 {
			w.out = append(w.out, 0)
		}
		if c == '1' {
			w.out[w.n/8] |= 0x80 >> (w.n % 8)
		}
		w.n++
	}
}

func (w *writer) row(pix []byte) {
	codes := [2][]string{strings.Fields(whiteCodes), strings.Fields(blackCodes)}
	for at, color := 0, byte(0xff); at < len(pix); color = ^color {
		n := 0
		for at+n < len(pix) && pix[at+n] == color {
			n++
		}
		at += n
		of := codes[1-color&1]
		if n >= 64 {
			w.put(of[63+n/64])
		}
		w.put(of[n%64])
	}
}

const lineEnd = "000000000001"

// page is a picture of blots, the same every time.
func page(w, h int) *image.Gray {
	r := rand.New(rand.NewPCG(1, 1))
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for range 40 {
		x, y, long := r.IntN(w), r.IntN(h), 1+r.IntN(w/2)
		for dy := range min(3, h-y) {
			clear(img.Pix[(y+dy)*w+x : (y+dy)*w+min(w, x+long)])
		}
	}
	return img
}

func coded(img *image.Gray, ends bool) []byte {
	var w writer
	for y := range img.Rect.Dy() {
		if ends {
			w.put(lineEnd)
		}
		w.row(img.Pix[y*img.Stride : (y+1)*img.Stride])
	}
	return w.out
}

func TestGroup3(t *testing.T) {
	want := page(300, 60)
	for _, ends := range []bool{false, true} {
		got, fault := Decode(coded(want, ends), Options{Width: 300, Height: 60})
		if fault != "" || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("with line ends %v: %q, equal %v", ends, fault, bytes.Equal(got.Pix, want.Pix))
		}
	}
}

// A row of a single group 4 code each, by hand from T.6: all white, then black
// from 3 to 7, the same again, and one pixel to the left.
func TestGroup4(t *testing.T) {
	var w writer
	w.put("1")                          // as above: white
	w.put("001" + "1000" + "011" + "1") // white 3, black 4, then as above
	w.put("1" + "1" + "1")              // as above
	w.put("010" + "011" + "1")          // one to the left, one to the right
	w.put(lineEnd + lineEnd)
	got, fault := Decode(w.out, Options{Width: 10, Height: 4, K: -1})
	want := []string{"..........", "...####...", "...####...", "..######.."}
	for y, line := range want {
		for x, c := range line {
			if black := got.GrayAt(x, y).Y == 0; black != (c == '#') {
				t.Errorf("row %d, pixel %d is black: %v", y, x, black)
			}
		}
	}
	if fault != "" {
		t.Error(fault)
	}
	if got, _ := Decode(w.out, Options{Width: 10, Height: 4, K: -1, Inverted: true}); got.GrayAt(0, 0).Y != 0 {
		t.Error("the paper of a negative is not black")
	}
	w.put(lineEnd + lineEnd)
	if _, fault := Decode(append(w.out, "\x17\x01 of a TIFF"...), Options{Width: 10, Height: 4, K: -1}); fault != "" {
		t.Errorf("behind the mark of its end something follows: %s", fault)
	}
}

// What is cut off, followed by more, or of another height is said. A changed
// bit is said unless the picture stays the same.
func TestFaults(t *testing.T) {
	img := page(300, 60)
	whole := coded(img, true)
	o := Options{Width: 300, Height: 60}
	for n := range len(whole) - 4 {
		if _, fault := Decode(whole[:n], o); fault == "" {
			t.Fatalf("the first %d of %d bytes pass for a picture", n, len(whole))
		}
	}
	if _, fault := Decode(append(bytes.Clone(whole), whole...), o); fault == "" {
		t.Error("a picture twice as long passes")
	}
	silent := 0
	for i := range 8 * len(whole) {
		bad := bytes.Clone(whole)
		bad[i/8] ^= 1 << (i % 8)
		if got, fault := Decode(bad, o); fault == "" && !bytes.Equal(got.Pix, img.Pix) {
			silent++
		}
	}
	if silent > len(whole)*8/100 {
		t.Errorf("%d of %d changed bits are passed over", silent, 8*len(whole))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(coded(page(300, 60), true), 300, 60, 0, false)
	f.Add([]byte("\x00\x10\x01"), 10, 4, -1, false)
	f.Fuzz(func(t *testing.T, data []byte, w, h, k int, aligned bool) {
		if w < 1 || h < 1 || w > 2000 || h > 2000 {
			return
		}
		img, _ := Decode(data, Options{Width: w, Height: h, K: k, Aligned: aligned})
		if img.Rect != image.Rect(0, 0, w, h) {
			t.Errorf("%v for %d by %d", img.Rect, w, h)
		}
	})
}
