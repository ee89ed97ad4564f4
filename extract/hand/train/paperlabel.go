package main

import (
	"image"
	"math/rand/v2"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

var printFont = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil
	}
	return f
})

// label prints a small word of the form above the writing, where there is room for it. The
// reader is told nothing of it: what it should write is the handwriting alone.
func (c inked) label(top, left int, r *rand.Rand) {
	words := []string{"Name", "First name", "Last name", "Address", "City", "Date", "ZIP", "Phone",
		"Member no.", "1.", "E-mail", "State"}
	size := float64(top) * .8
	if size < 5 || printFont() == nil {
		return
	}
	options := opentype.FaceOptions{Size: min(size, c.dpi*9/72), DPI: 72}
	face, err := opentype.NewFace(printFont(), &options)
	if err != nil {
		return
	}
	m := image.NewGray(image.Rect(0, 0, c.w, top))
	d := font.Drawer{Dst: m, Src: image.White, Face: face, Dot: fixed.P(r.IntN(left+1), top-top/6)}
	d.DrawString(words[r.IntN(len(words))])
	dark := float32(.4 + .6*r.Float64())
	for i, v := range m.Pix {
		c.ink[i] = max(c.ink[i], dark*float32(v)/255)
	}
}
