package marks

import (
	"image"
	"math"

	"countersign/extract/layout"
)

// Point is a place on a scan, in its pixels.
type Point struct{ X, Y float64 }

// Corners are the marks found on a scan, clockwise from any of them. One may
// be missing: where it should be follows from the others.
type Corners struct {
	At      [4]Point
	Missing int // which was not found, −1 if all were
}

// Find looks for corner marks among a page's pieces of ink, whichever way the
// page is turned. Pages without marks cost it a walk along the list.
func Find(c layout.Components, dpi float64) (Corners, bool) {
	marks := targets(c, dpi)
	if len(marks) < 3 {
		return Corners{}, false
	}
	return square(marks, dpi)
}

// target is a ring with a dot in its middle.
type target struct {
	at    Point
	width float64 // of the ring
}

// targets lists the pieces that are rings with a dot in the middle. Sizes are
// taken loosely, for a page may have been printed to fit and its resolution
// may be a guess; the ratio of ring to dot is not. The finder patterns of QR
// codes have another.
func targets(c layout.Components, dpi float64) []target {
	const (
		smallest, largest  = 0.17, 0.45 // inch across a ring; ours has 0.28 where nothing was scaled
		oblong             = 1.25       // times its height, or width, that a mark is wide, or high
		ringFull           = 0.25       // of a ring's box that is ink, at least; of ours it is 0.46
		dotFull            = 0.6        // of a dot's, likewise; of ours it is 0.79
		offMiddle          = 0.05       // of the ring's width, by which the dot is off its middle
		smallDot, largeDot = 0.7, 1.35  // times the dot that the ring should have; the dot of a finder pattern is 1.5
	)
	least, most := dpi*smallest, dpi*largest
	var dots, rings []layout.Component
	for _, p := range c.List {
		w, h := float64(p.Box.Dx()), float64(p.Box.Dy())
		if max(w, h) > oblong*min(w, h)+1 {
			continue
		}
		fill := float64(p.Area) / (w * h)
		switch {
		case w > least && w < most && fill > ringFull && fill < dotFull:
			rings = append(rings, p)
		case w > least*Dot/Radius-1 && w < most*Dot/Radius+2 && fill > dotFull:
			dots = append(dots, p)
		}
	}
	var found []target
	for _, r := range rings {
		for _, d := range dots {
			off := middle(r.Box)
			off.X, off.Y = off.X-middle(d.Box).X, off.Y-middle(d.Box).Y
			w := float64(r.Box.Dx()+r.Box.Dy()) / 2
			ratio := float64(d.Box.Dx()+d.Box.Dy()) / 2 / w * Radius / Dot
			if math.Hypot(off.X, off.Y) < 1+w*offMiddle && ratio > smallDot && ratio < largeDot {
				found = append(found, target{middle(r.Box), w})
				break
			}
		}
	}
	return found
}

func middle(r image.Rectangle) Point {
	return Point{float64(r.Min.X+r.Max.X) / 2, float64(r.Min.Y+r.Max.Y) / 2}
}

// square picks the marks that stand at the corners of a sheet: three at a right
// angle, as far apart as on one of our papers, and the fourth where they say.
func square(marks []target, dpi float64) (Corners, bool) {
	const (
		crowd = 12   // a page of rings and dots is none of ours
		off   = 0.03 // of the diagonal: the paper may be bent, or photographed at an angle
	)
	if len(marks) > crowd {
		return Corners{}, false
	}
	best, score := Corners{}, 0.0
	for i, a := range marks {
		for j, b := range marks {
			for k, c := range marks {
				if i == j || j == k || i == k {
					continue
				}
				s := fits(a, b, c)
				if s <= 0 {
					continue
				}
				q := Corners{At: [4]Point{a.at, b.at, c.at, {a.at.X + c.at.X - b.at.X, a.at.Y + c.at.Y - b.at.Y}}, Missing: 3}
				for l, d := range marks {
					reach := off * math.Hypot(a.at.X-c.at.X, a.at.Y-c.at.Y)
					if off := math.Hypot(d.at.X-q.At[3].X, d.at.Y-q.At[3].Y); l != i && l != j && l != k && off < reach && alike(a, b, d) {
						q.At[3], q.Missing = d.at, -1
						s += 1 - off/reach
						break
					}
				}
				if s > score {
					best, score = q, s
				}
			}
		}
	}
	return best, score > 0
}

// alike reports whether three marks are as large as each other: the patterns
// in the corners of our codes look like marks, but are smaller.
func alike(a, b, c target) bool {
	const larger = 1.2 // times the smallest, and a pixel
	return max(a.width, b.width, c.width) < larger*min(a.width, b.width, c.width)+1
}

// fits says how well three marks make a clockwise corner of a sheet at the
// second of them, 0 where they do not.
func fits(a, b, c target) float64 {
	const (
		square   = 0.99 // the least sine of the angle: 82 to 98 degrees
		offShape = 0.04 // by which the ratio of the sides differs from the paper's
		offSize  = 0.6  // by which their length does from what the marks' width promises
	)
	ux, uy := a.at.X-b.at.X, a.at.Y-b.at.Y
	vx, vy := c.at.X-b.at.X, c.at.Y-b.at.Y
	u, v := math.Hypot(ux, uy), math.Hypot(vx, vy)
	cross := (vx*uy - vy*ux) / (u * v) // the sine of the angle at b; y grows downward
	if cross < square || !alike(a, b, c) {
		return 0
	}
	long, short := max(u, v), min(u, v)
	inches := (a.width + b.width + c.width) / 3 / (2 * Radius) // pixels for a hundredth of an inch
	best := 0.0
	for _, p := range []Paper{Letter, A4} {
		w, h := Layout{Paper: p}.Size()
		w, h = w-2*inset, h-2*inset
		shape := math.Abs(long/short*float64(w)/float64(h) - 1)
		scale := math.Abs(long/inches/float64(h) - 1)
		best = max(best, 1-shape/offShape-scale/offSize)
	}
	return best
}
