package paper

import (
	"cmp"
	"encoding/binary"
	"image"
	"math"
	"slices"

	"countersign/extract/layout"
)

// What a sheet's outline must be to be believed. Lengths are in pixels of a
// picture whose longer side has outlinePixels: about 0.025 inch each.
const (
	outlinePixels = 480
	strokes       = 3    // half the width of what counts as written on the sheet or grown in the wood
	faintest      = 0.04 // least step in the logarithm of light from desk to sheet
	plenty        = 0.15 // a step as good as any larger one
	steepest      = 0.2  // how far a side may lean: 5 degrees of turn, and a keystone of 15 %
	leastSpan     = 0.4  // of the picture's width or height, from side to side and along a side
	leastSupport  = 0.55 // share of each side where such a step is seen; shadows and fingers hide some
	meanSupport   = 0.7  // the same of all four
	leastArea     = 0.25 // of the picture
	mostArea      = 0.97
	inside        = 0.002 // of the picture's size between a corner and its edge
)

// outline is the corners of a sheet, and which of its sides is none: 0 to 3
// for top, right, bottom and left where the photo's edge cuts the sheet off
// there, −1 where all of it is seen.
type outline struct {
	corners quad
	cut     int
}

// find finds the sides of a sheet that is lighter than what it lies on. Of all
// that are seen for most of their length it takes the longest. One side may be
// outside the picture.
func find(g *image.Gray) (outline, bool) {
	small := layout.Shrink(g, min(1, outlinePixels/float64(max(g.Rect.Dx(), g.Rect.Dy()))))
	levels := logarithms(closed(small, strokes))
	lying := levels.transposed()
	left, right := levels.sides()
	top, bottom := lying.sides()
	w, h := float64(levels.w), float64(levels.h)
	left, right = append(left, side{edge: true}), append(right, side{edge: true, x: w})
	top, bottom = append(top, side{edge: true}), append(bottom, side{edge: true, x: h})
	best, bestScore := outline{}, 0.0
	for _, l := range left {
		for _, r := range right {
			if r.at(h/2)-l.at(h/2) < w*leastSpan || l.edge && r.edge {
				continue
			}
			for _, t := range top {
				for _, b := range bottom {
					if b.at(w/2)-t.at(w/2) < h*leastSpan {
						continue
					}
					o, ok := outlineOf([4]side{t, r, b, l}, w, h)
					if !ok {
						continue
					}
					if s := score(levels, lying, o); s > bestScore {
						best, bestScore = o, s
					}
				}
			}
		}
	}
	return best, bestScore > 0
}

// outlineOf makes an outline of four sides, one of which may be the picture's
// edge. There the sheet is taken to end beyond the picture, along a line
// parallel to the opposite side, so that nothing of what is seen is left out.
func outlineOf(s [4]side, w, h float64) (outline, bool) {
	o := outline{cut: -1}
	for i := range s {
		if !s[i].edge {
			continue
		}
		if o.cut >= 0 {
			return o, false
		}
		o.cut = i
		before, after := s[(i+3)%4], s[(i+1)%4]
		lean, middle, at := s[(i+2)%4].lean, s[(i+2)%4].middle, s[i].x
		p, q := lean*(before.at(at)-middle), lean*(after.at(at)-middle)
		if s[i].x == 0 {
			s[i].x -= max(p, q)
		} else {
			s[i].x -= min(p, q)
		}
		s[i].lean, s[i].middle = lean, middle
	}
	o.corners = quad{crossing(s[3], s[0], w, h), crossing(s[1], s[0], w, h), crossing(s[1], s[2], w, h), crossing(s[3], s[2], w, h)}
	return o, o.whole()
}

// whole reports whether the corners lie in the picture, but for those of a
// side that is cut off, and leave some of it.
func (o outline) whole() bool {
	const beyond = 0.2 // how far a side that is cut off may be outside the picture
	for i, c := range o.corners {
		least := inside
		if o.cut >= 0 && (i == o.cut || i == (o.cut+1)%4) {
			least = -beyond
		}
		if c.x < least || c.y < least || c.x > 1-least || c.y > 1-least {
			return false
		}
	}
	a := o.corners.area()
	return a > leastArea && (a < mostArea || o.cut >= 0)
}

// score is the length of the sides that is seen less what is not, and more
// where the faintest of them is strong: a stripe of cloth beside the sheet is
// fainter than the sheet. It is 0 where some side is hardly seen. A side that
// is cut off counts for nothing.
func score(levels, lying plane, o outline) float64 {
	p := o.corners.pixels(image.Pt(levels.w, levels.h))
	flip := func(c point) point { return point{c.y, c.x} }
	sum, length, seen, faint := 0.0, 0.0, 0.0, 1.0
	for i, s := range [4]struct {
		from, to point
		on       plane
		sign     float32
	}{
		{flip(p[0]), flip(p[1]), lying, 1}, {p[1], p[2], levels, -1},
		{flip(p[3]), flip(p[2]), lying, -1}, {p[0], p[3], levels, 1},
	} {
		if i == o.cut {
			continue
		}
		support, strength := s.on.support(s.from, s.to, s.sign)
		if support < leastSupport || s.on.goesOn(s.from, s.to, s.sign, support*strength) {
			return 0
		}
		faint = min(faint, strength)
		d := distance(s.from, s.to)
		sum += d * (2*support - 1)
		seen += d * support
		length += d
	}
	if seen < meanSupport*length {
		return 0
	}
	return sum * math.Sqrt(faint)
}

// plane is a picture of logarithms of light.
type plane struct {
	w, h int
	v    []float32
}

func logarithms(g *image.Gray) plane {
	var table [256]float32
	for i := range table {
		table[i] = float32(math.Log(float64(i + 8))) // noise in the dark must not count as much as light
	}
	p := plane{g.Rect.Dx(), g.Rect.Dy(), make([]float32, g.Rect.Dx()*g.Rect.Dy())}
	for y := range p.h {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+p.w] {
			p.v[y*p.w+x] = table[v]
		}
	}
	return p
}

func (p plane) transposed() plane {
	t := plane{p.h, p.w, make([]float32, len(p.v))}
	for y := range p.h {
		for x := range p.w {
			t.v[x*p.h+y] = p.v[y*p.w+x]
		}
	}
	return t
}

// step is how much lighter it is right of a place than left of it.
func (p plane) step(x, y int) float32 {
	if x < 2 || x >= p.w-2 {
		return 0
	}
	row := p.v[y*p.w:]
	return (row[x+1] + row[x+2] - row[x-1] - row[x-2]) / 2
}

// support is the share of the line from one place to another below it where
// the light steps up (or, for sign −1, down) on the way to the right, and how
// strongly it does so there, from 0 to 1.
func (p plane) support(from, to point, sign float32) (share, strength float64) {
	const (
		reach  = 3   // sheets bend
		strong = 0.4 // white paper on a desk of medium brown
	)
	n, seen := 0, 0
	var sum float32
	for y := max(0, int(from.y)+1); y < min(p.h, int(to.y)); y += 2 {
		x := int(from.x + (to.x-from.x)*(float64(y)-from.y)/(to.y-from.y))
		var most float32
		for d := -reach; d <= reach; d++ {
			most = max(most, p.step(x+d, y)*sign)
		}
		if most >= faintest {
			seen++
			sum += min(most, strong) / strong
		}
		n++
	}
	return float64(seen) / float64(max(1, n)), float64(sum) / float64(max(1, seen))
}

// goesOn reports whether a side of the given strength is as plain beyond one of its
// ends. A sheet's side ends at its corners. One that does not is the side of a larger
// sheet, of which a grey band or a dark heading was taken for the desk.
func (p plane) goesOn(from, to point, sign float32, strength float64) bool {
	const (
		corner = 6    // pixels that a bent or worn corner may be off
		look   = 40   // pixels: an inch
		least  = 12   // pixels, below which the picture ends too soon to tell
		alike  = 0.75 // share of the strength; of 30 drawn sheets on desks it was 0.51 and less
	)
	lean := (to.x - from.x) / (to.y - from.y)
	along := func(end point, dy float64) point { return point{end.x + lean*dy, end.y + dy} }
	for _, ends := range [2][2]point{
		{along(from, -corner-min(look, max(0, from.y-corner))), along(from, -corner)},
		{along(to, corner), along(to, corner+min(look, max(0, float64(p.h)-to.y-corner)))},
	} {
		if ends[1].y-ends[0].y < least {
			continue
		}
		if share, strong := p.support(ends[0], ends[1], sign); share*strong >= alike*strength {
			return true
		}
	}
	return false
}

// side is a line that stands: its place at half the height and its lean to
// the right on the way down.
type side struct {
	x, lean, middle float64
	weight          float32
	edge            bool // no side but where the picture ends
}

func (s side) at(y float64) float64 { return s.x + s.lean*(y-s.middle) }

// crossing is where a standing side meets a lying one, in shares of w and h.
func crossing(standing, lying side, w, h float64) point {
	x := standing.x
	for range 8 {
		x = standing.at(lying.at(x))
	}
	return point{x / w, lying.at(x) / h}
}

// sides lists the lines along which the light steps up most, and down most,
// from left to right.
func (p plane) sides() (up, down []side) {
	const turn = 0.005 // steps of lean: a pixel from end to end
	n := int(2*steepest/turn) + 1
	rises := make([]float32, n*p.w)
	falls := make([]float32, n*p.w)
	for y := 0; y < p.h; y += 2 {
		for x := 2; x < p.w-2; x++ {
			s := p.step(x, y)
			if s < faintest && s > -faintest {
				continue
			}
			into := rises
			if s < 0 {
				into, s = falls, -s
			}
			s = min(s, plenty)
			at := float64(x) + 0.5 + steepest*(float64(y)-float64(p.h)/2)
			for i := range n {
				if mid := int(at); mid >= 0 && mid < p.w {
					into[i*p.w+mid] += s
				}
				at -= turn * (float64(y) - float64(p.h)/2)
			}
		}
	}
	lean := func(i int) float64 { return float64(i)*turn - steepest }
	return p.peaks(rises, lean), p.peaks(falls, lean)
}

// peaks are the strongest lines that are no neighbours of a stronger one.
func (p plane) peaks(votes []float32, lean func(int) float64) []side {
	const (
		kept  = 8   // sides
		apart = 8.0 // pixels at either end
		weak  = 0.3 // of plenty: the mean step along the shortest of sides
	)
	least := float32(weak) * plenty * float32(p.h) / 2 * leastSpan
	var all []side
	for i, v := range votes {
		x := i % p.w
		if v < least || x > 0 && votes[i-1] > v || x < p.w-1 && votes[i+1] > v {
			continue
		}
		all = append(all, side{x: float64(x), lean: lean(i / p.w), middle: float64(p.h) / 2, weight: v})
	}
	slices.SortFunc(all, func(a, b side) int { return cmp.Compare(b.weight, a.weight) })
	var best []side
	for _, s := range all {
		if len(best) == kept {
			break
		}
		near := func(o side) bool {
			return math.Abs(o.at(0)-s.at(0)) < apart && math.Abs(o.at(2*s.middle)-s.at(2*s.middle)) < apart
		}
		if !slices.ContainsFunc(best, near) {
			best = append(best, s)
		}
	}
	return best
}

// closed is g without dark strokes up to twice the radius wide: first each
// pixel takes the lightest around it, then the darkest of those. Edges of what
// is wider stay where they are.
func closed(g *image.Gray, radius int) *image.Gray {
	return extreme(extreme(g, radius, true), radius, false)
}

// extreme gives each pixel the lightest, or darkest, of the square around it.
func extreme(g *image.Gray, radius int, lightest bool) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	flip := uint8(0)
	if !lightest {
		flip = 255
	}
	rows := make([][]uint8, h+2*radius)
	for y := range rows {
		rows[y] = make([]uint8, w)
	}
	line := make([]uint8, w+2*radius)
	for y := range h {
		clear(line)
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+w] {
			line[x+radius] = v ^ flip
		}
		reach := 1 // pixels that each of line is the largest of; it doubles
		for ; 2*reach <= 2*radius+1; reach *= 2 {
			larger(line, line, line[reach:])
		}
		larger(rows[y+radius], line, line[2*radius+1-reach:])
	}
	reach := 1
	for ; 2*reach <= 2*radius+1; reach *= 2 {
		for y := range len(rows) - reach {
			larger(rows[y], rows[y], rows[y+reach])
		}
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		to := out.Pix[y*out.Stride : y*out.Stride+w]
		larger(to, rows[y], rows[y+2*radius+1-reach])
		for x := range to {
			to[x] ^= flip
		}
	}
	return out
}

// larger fills out with the larger of each a and b, as far as all three reach; out may be a.
func larger(out, a, b []uint8) {
	n := min(len(out), len(a), len(b))
	out, a, b = out[:n], a[:n], b[:n]
	i := 0
	for ; i+8 <= n; i += 8 {
		binary.LittleEndian.PutUint64(out[i:], largerOf8(binary.LittleEndian.Uint64(a[i:]), binary.LittleEndian.Uint64(b[i:])))
	}
	for ; i < n; i++ {
		out[i] = max(a[i], b[i])
	}
}

// largerOf8 has the larger of each byte of a and b.
func largerOf8(a, b uint64) uint64 {
	const high = 0x8080808080808080
	less := (a | high) - (b &^ high)     // the high bit: the rest of a is at least that of b
	least := (a&^b | ^(a^b)&less) & high // the high bit: a is at least b
	all := least<<1 - least>>7           // 255 for these
	return a&all | b&^all
}
