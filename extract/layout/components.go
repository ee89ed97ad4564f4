package layout

import "image"

// Component is one connected piece of ink.
type Component struct {
	Box  image.Rectangle
	Area int // pixels of ink
}

// Components is the ink of a page in connected pieces.
type Components struct {
	W, H   int
	Labels []int32     // for each pixel the index in List plus one, 0 for paper
	List   []Component // in reading order of their first pixel
}

// FindComponents parts the ink into pieces that touch, corners included.
func FindComponents(b *Bitmap) Components {
	labels := make([]int32, b.W*b.H)
	parent := []int32{0}
	find := func(i int32) int32 {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for y := range b.H {
		row, above := labels[y*b.W:(y+1)*b.W], []int32(nil)
		if y > 0 {
			above = labels[(y-1)*b.W : y*b.W]
		}
		for x, v := range b.Pix[y*b.W : (y+1)*b.W] {
			if v == 0 {
				continue
			}
			var label int32
			if x > 0 {
				label = row[x-1]
			}
			if above != nil {
				for _, up := range above[max(0, x-1):min(b.W, x+2)] {
					switch {
					case up == 0 || up == label:
					case label == 0:
						label = up
					default:
						a, b := find(label), find(up)
						parent[max(a, b)] = min(a, b)
					}
				}
			}
			if label == 0 {
				label = int32(len(parent))
				parent = append(parent, label)
			}
			row[x] = label
		}
	}
	return gather(b, labels, parent, find)
}

// gather renumbers the provisional labels and measures each piece.
func gather(b *Bitmap, labels, parent []int32, find func(int32) int32) Components {
	number := make([]int32, len(parent))
	c := Components{W: b.W, H: b.H, Labels: labels}
	for i := range labels {
		if labels[i] == 0 {
			continue
		}
		root := find(labels[i])
		if number[root] == 0 {
			c.List = append(c.List, Component{Box: image.Rectangle{Min: image.Pt(b.W, b.H)}})
			number[root] = int32(len(c.List))
		}
		labels[i] = number[root]
		x, y := i%b.W, i/b.W
		p := &c.List[labels[i]-1]
		p.Area++
		p.Box.Min.X, p.Box.Min.Y = min(p.Box.Min.X, x), min(p.Box.Min.Y, y)
		p.Box.Max.X, p.Box.Max.Y = max(p.Box.Max.X, x+1), max(p.Box.Max.Y, y+1)
	}
	return c
}

// Erase removes the given rules from the page, lying or standing, but leaves
// the strokes that cross them: ink goes only where it is hardly thicker than
// the rule itself.
func (b *Bitmap) Erase(lying, standing []Rule, dpi float64) {
	for _, r := range lying {
		b.erase(r, dpi, func(along, across int) int { return across*b.W + along }, b.W, b.H)
	}
	for _, r := range standing {
		b.erase(r, dpi, func(along, across int) int { return along*b.W + across }, b.H, b.W)
	}
}

func (b *Bitmap) erase(r Rule, dpi float64, index func(along, across int) int, length, width int) {
	reach := int(r.thickness/2) + max(3, int(dpi*0.02)) // how far off the straight line its ink may lie
	thickest := int(r.thickness*1.5) + max(3, int(dpi*0.012))
	for along := max(0, r.From-reach); along < min(length, r.To+reach); along++ {
		middle := int(r.At(along) + 0.5)
		for across := max(0, middle-reach); across <= min(width-1, middle+reach); across++ {
			if b.Pix[index(along, across)] == 0 {
				continue
			}
			end := across
			for end < width && b.Pix[index(along, end)] != 0 {
				end++
			}
			start := across
			for start > 0 && b.Pix[index(along, start-1)] != 0 {
				start--
			}
			if end-start <= thickest {
				for i := start; i < end; i++ {
					b.Pix[index(along, i)] = 0
				}
			}
			across = end
		}
	}
}
