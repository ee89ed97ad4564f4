package layout_test

import (
	"image"
	"testing"

	"countersign/extract/layout"
)

// lineOf fills a lying stroke of ink.
func lineOf(b *layout.Bitmap, x0, x1, y, thick int) {
	for x := x0; x < x1; x++ {
		for dy := range thick {
			b.Pix[(y+dy)*b.W+x] = 1
		}
	}
}

// TestEraseOnlyRules: with a rule goes its ink, be it double or bowed, and a stroke of letters
// close beside it stays.
func TestEraseOnlyRules(t *testing.T) {
	const y, dpi = 50, 200
	rule := layout.Through(20, y, 980, y, 2)
	ruled := func(draw func(b *layout.Bitmap)) *layout.Bitmap {
		b := layout.NewBitmap(1000, 100)
		draw(b)
		b.Erase([]layout.Rule{rule}, nil, dpi)
		return b
	}
	t.Run("bars of letters above it", func(t *testing.T) {
		b := ruled(func(b *layout.Bitmap) {
			lineOf(b, 20, 980, y-1, 2)
			for x := 100; x < 900; x += 60 {
				lineOf(b, x, x+20, y-5, 3)
			}
		})
		if left, want := b.Ink(image.Rect(0, 0, 1000, 100)), 14*20*3; left != want {
			t.Errorf("%d pixels are left, want the %d of the bars", left, want)
		}
	})
	t.Run("double", func(t *testing.T) {
		b := ruled(func(b *layout.Bitmap) {
			lineOf(b, 20, 980, y-3, 2)
			lineOf(b, 20, 980, y+2, 2)
		})
		if left := b.Ink(image.Rect(0, 0, 1000, 100)); left > 0 {
			t.Errorf("%d pixels are left of a double rule", left)
		}
	})
	t.Run("bowed", func(t *testing.T) {
		b := ruled(func(b *layout.Bitmap) {
			for x := 20; x < 980; x++ {
				lineOf(b, x, x+1, y-1+(x-500)*(x-500)/60000, 2)
			}
		})
		if left := b.Ink(image.Rect(0, 0, 1000, 100)); left > 0 {
			t.Errorf("%d pixels are left of a bowed rule", left)
		}
	})
}
