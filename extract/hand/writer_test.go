package hand

import (
	"image"
	"testing"
)

// TestHandsOfACollection: lines of one register are more alike than lines of registers and of
// other hands, and a blank cell is like nothing.
func TestHandsOfACollection(t *testing.T) {
	cells := readables(t)
	blank := image.NewGray(image.Rect(0, 0, 200, 60))
	for i := range blank.Pix {
		blank.Pix[i] = 255
	}
	hands := recognizer(t).Hands(append(pictures(cells), blank))
	heaps := map[string][2][]Hand{}
	for i, c := range cells {
		h := heaps[c.set]
		h[i%2] = append(h[i%2], hands[i])
		heaps[c.set] = h
	}
	for _, set := range []string{"lyon", "copiste", "print"} {
		own := Alike(heaps[set][0], heaps[set][1])
		for other, h := range heaps {
			if other == set {
				continue
			}
			if got := Alike(heaps[set][0], h[1]); got >= own {
				t.Errorf("%s is more like %s (%.2f) than like itself (%.2f)", set, other, got, own)
			}
		}
	}
	some, empty := heaps["lyon"][0], hands[len(cells)]
	if got := Alike(some, []Hand{empty}); got != 0 {
		t.Errorf("a blank cell is like %v", got)
	}
	if got := Alike(some, append([]Hand{empty}, some...)); got < 0.9999 {
		t.Errorf("a blank cell changes a hand: %v", got)
	}
}
