package main

import (
	"image"
	"image/draw"
	"slices"
)

// withoutLabel cuts the printed word "NOM" or "PRENOM" out of a crop of the
// names set. Two of its forms carry one: crops of 388 pixels left of the name,
// closed by a colon, and crops of 284 pixels above the name. In a petition the
// printed words are known from their own reading and never reach the
// recognizer.
func withoutLabel(g *image.Gray) *image.Gray {
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	switch w {
	case 388:
		pieces := dark(g)
		y := under(pieces, h)
		pieces = slices.DeleteFunc(pieces, func(p image.Rectangle) bool { return p.Min.Y < y })
		return g.SubImage(image.Rect(left(pieces), y, w, h)).(*image.Gray)
	case 284:
		for _, p := range above(dark(g), h) {
			draw.Draw(g, p.Inset(-1), image.White, image.Point{}, draw.Src)
		}
	}
	return g
}

// under finds the row from which on only the name's own line is left, where the
// form's line above it ("CODE RNE / UAI : …") was cut into the crop: below the
// last print that the upper edge cuts, if another word of print begins the next
// line. 0 where there is no such line.
func under(pieces []image.Rectangle, h int) int {
	cut, letters, begins := 0, 0, 0
	for _, p := range pieces {
		if p.Min.Y == 0 && p.Max.X < 110 && p.Max.Y < h/2 {
			cut, letters = max(cut, p.Max.Y), letters+1
		}
	}
	for _, p := range pieces {
		if cut > 0 && p.Min.Y > cut && p.Min.X < 25 && p.Dy() >= 8 && p.Dy() <= 13 {
			begins++
		}
	}
	if begins == 0 || letters < 4 {
		return 0
	}
	return cut + 1
}

// left finds the end of a printed word and its colon at the left edge; 0 where
// there is none.
func left(pieces []image.Rectangle) int {
	slices.SortFunc(pieces, func(a, b image.Rectangle) int { return a.Min.X - b.Min.X })
	end, letters := 0, 0
	for _, p := range pieces {
		if p.Dy() < 8 || p.Dy() > 13 || p.Dx() < 4 {
			continue
		}
		if letters == 0 && p.Min.X < 25 || letters > 0 && p.Min.X-end <= 6 && p.Max.X < 75 {
			end, letters = p.Max.X, letters+1
		}
	}
	if letters < 2 {
		return 0
	}
	return end + 9
}

// above finds the letters of a printed word in the upper half: three or more
// that share their top and bottom to the pixel.
func above(pieces []image.Rectangle, h int) []image.Rectangle {
	var best []image.Rectangle
	for _, a := range pieces {
		if a.Max.Y > h*6/10 || a.Dy() > 14 || a.Dy() < 5 || a.Max.X > 150 {
			continue
		}
		var same []image.Rectangle
		for _, b := range pieces {
			if max(a.Min.Y, b.Min.Y)-min(a.Min.Y, b.Min.Y) <= 1 && max(a.Max.Y, b.Max.Y)-min(a.Max.Y, b.Max.Y) <= 1 && b.Max.X < 150 {
				same = append(same, b)
			}
		}
		if len(same) >= 3 && len(same) > len(best) && writingBelow(pieces, a.Max.Y, h) {
			best = same
		}
	}
	return best
}

// writingBelow says whether there is a line of pieces under row y that the lower
// edge does not cut.
func writingBelow(pieces []image.Rectangle, y, h int) bool {
	width := 0
	for _, p := range pieces {
		if p.Min.Y >= y-2 && p.Max.Y < h && p.Dy() > 4 {
			width += p.Dx()
		}
	}
	return width >= 12
}

// dark lists the boxes of the connected dark pieces.
func dark(g *image.Gray) []image.Rectangle {
	w, h := g.Bounds().Dx(), g.Bounds().Dy()
	seen := make([]bool, w*h)
	var all []image.Rectangle
	for i := range seen {
		if seen[i] || g.Pix[i/w*g.Stride+i%w] > 150 {
			continue
		}
		seen[i] = true
		box, stack := image.Rectangle{}, []int{i}
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := at%w, at/w
			box = box.Union(image.Rect(x, y, x+1, y+1))
			for v := max(0, y-1); v <= min(h-1, y+1); v++ {
				for u := max(0, x-1); u <= min(w-1, x+1); u++ {
					if q := v*w + u; !seen[q] && g.Pix[v*g.Stride+u] <= 150 {
						seen[q] = true
						stack = append(stack, q)
					}
				}
			}
		}
		all = append(all, box)
	}
	return all
}
