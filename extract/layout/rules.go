package layout

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// Rule is a ruled line, or the part of one between gaps. A lying rule runs
// from X=From to X=To and is at Y=At(x); for a standing one the axes are
// swapped.
type Rule struct {
	From, To  int
	thickness float64
	solid     float64 // share of its length that has ink
	at, slope float64 // position at From, and its change for each pixel along
}

// At is the rule's position across at the given place along it.
func (r Rule) At(along int) float64 { return r.at + r.slope*float64(along-r.From) }

// Thickness is how thick the rule is, in pixels.
func (r Rule) Thickness() float64 { return r.thickness }

// middle is the rule's position half way.
func (r Rule) middle() float64 { return r.At((r.From + r.To) / 2) }

func (r Rule) length() int { return r.To - r.From }

// Through is the lying rule from one place to another further right; for a
// standing one the axes are to be swapped.
func Through(x0, y0, x1, y1, thickness float64) Rule {
	r := Rule{From: int(math.Round(x0)), To: int(math.Round(x1)), thickness: thickness, solid: 1, slope: (y1 - y0) / (x1 - x0)}
	r.at = y0 + r.slope*(float64(r.From)-x0)
	return r
}

// Drawn reports whether the rule is solid and thin enough to have been drawn
// in one go, and no run through the letters of a word. Resolution is in pixels
// per inch.
func (r Rule) Drawn(dpi float64) bool {
	const (
		long     = 0.5  // inch
		unbroken = 0.9  // share of its length that has ink; runs through letters have less than 0.8
		thin     = 0.03 // inch
	)
	return float64(r.length()) > dpi*long && r.solid >= unbroken && r.thickness <= max(2, dpi*thin)
}

// Dotted reports whether the rule is a row of dots or short dashes, as forms print them to write
// on: of leaders in scans at most 0.82 was ink. A pen draws no such line.
func (r Rule) Dotted() bool { return r.solid < 0.85 }

// FindRules returns the lying and the standing rules of a page, each sorted
// by position. A rule is straight, thin and at least 0.35 inch long; dots and
// dashes up to 0.03 inch apart count as drawn through.
func FindRules(b *Bitmap, dpi float64) (lying, standing []Rule) {
	return rulesAlong(b, dpi), rulesAlong(b.Transposed(), dpi)
}

// run is a stretch of ink in one row of pixels.
type run struct {
	y, x0, x1 int
	ink       int
	next      int // union-find: parent
}

// longRule is the length in inches of a rule that may be dotted. Shorter ones are solid, or part
// of a dotted one.
const longRule = 1.2

func rulesAlong(b *Bitmap, dpi float64) []Rule {
	const (
		gap      = 0.03 // inch between dots and dashes of one rule
		piece    = 0.25 // inch: the shortest run that may belong to a rule
		shortest = 0.35 // inch: the shortest rule
		solid    = 0.85 // share of its length that has ink; of runs through letters it is less than 0.8
	)
	runs := longRuns(b, max(3, int(dpi*gap)), int(dpi*piece))
	groups := joinRuns(runs)
	var rules []Rule
	for _, g := range groups {
		if r, ok := fit(runs, g, dpi); ok {
			rules = append(rules, r)
		}
	}
	rules = joinCollinear(rules, dpi)
	for i := range rules {
		rules[i].solid = solidity(b, rules[i])
	}
	all := slices.Clone(rules)
	rules = slices.DeleteFunc(rules, func(r Rule) bool {
		length := float64(r.length())
		return length < dpi*shortest || length < dpi*longRule && r.solid < solid && !r.goesOn(all, dpi)
	})
	slices.SortFunc(rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.middle(), b.middle()), cmp.Compare(a.From, b.From))
	})
	return rules
}

// goesOn reports whether a short dotted line is part of one: a longer rule as dotted lies in
// line with it.
func (r Rule) goesOn(rules []Rule, dpi float64) bool {
	const (
		dotted = 0.9 // solid is less
		alike  = 0.2
		inLine = 0.01 // inch across
	)
	return slices.ContainsFunc(rules, func(o Rule) bool {
		return float64(o.length()) >= dpi*longRule && o.solid < dotted && math.Abs(o.solid-r.solid) < alike &&
			math.Abs(o.At((r.From+r.To)/2)-r.middle()) <= max(2, dpi*inLine)
	})
}

// longRuns lists runs of at least length pixels, bridging gaps of up to gap
// pixels. Ink one row above or below counts as in the row, or a line that
// leans by less than a degree would fall into pieces.
func longRuns(b *Bitmap, gap, length int) []run {
	const inked = 0.4 // least share of a run's length that has ink
	var runs []run
	row := make([]uint8, b.W)
	for y := range b.H {
		copy(row, b.Pix[y*b.W:(y+1)*b.W])
		if y > 0 {
			over(row, b.Pix[(y-1)*b.W:y*b.W])
		}
		start, last, ink := -1, -1, 0
		finish := func() {
			if start >= 0 && last-start+1 >= length && float64(ink) > inked*float64(last-start+1) {
				runs = append(runs, run{y: y, x0: start, x1: last + 1, ink: ink, next: len(runs)})
			}
			start, ink = -1, 0
		}
		for x := nextInk(row, 0); x < len(row); x = nextInk(row, x) {
			if start >= 0 && x-last > gap {
				finish()
			}
			if start < 0 {
				start = x
			}
			for ; x < len(row) && row[x] != 0; x++ {
				last = x
				ink++
			}
		}
		finish()
	}
	return runs
}

// over lays the ink of one row over another.
func over(row, ink []uint8) {
	x := 0
	for ; x+8 <= len(row); x += 8 {
		binary.LittleEndian.PutUint64(row[x:], binary.LittleEndian.Uint64(row[x:])|binary.LittleEndian.Uint64(ink[x:]))
	}
	for ; x < len(row); x++ {
		row[x] |= ink[x]
	}
}

// joinRuns groups runs of neighbouring rows that overlap, and returns the
// groups as lists of indexes.
func joinRuns(runs []run) [][]int {
	find := func(i int) int {
		for runs[i].next != i {
			runs[i].next = runs[runs[i].next].next
			i = runs[i].next
		}
		return i
	}
	above := 0
	for i := range runs {
		for above < i && runs[above].y < runs[i].y-1 {
			above++
		}
		for j := above; j < i && runs[j].y < runs[i].y; j++ {
			if runs[j].x0 < runs[i].x1 && runs[i].x0 < runs[j].x1 {
				runs[find(i)].next = find(j)
			}
		}
	}
	byRoot := map[int]int{}
	var groups [][]int
	for i := range runs {
		root := find(i)
		g, ok := byRoot[root]
		if !ok {
			g = len(groups)
			byRoot[root] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// fit lays a straight line through a group of runs. It refuses what is as
// thick as writing.
func fit(runs []run, group []int, dpi float64) (Rule, bool) {
	const (
		thick = 0.045 // inch: writing and bars; rules are thinner
		steep = 0.05  // pixels across for each along, three degrees: no rule of an upright page
	)
	var n, sx, sy, sxx, sxy, ink float64
	from, to := math.MaxInt, 0
	for _, i := range group {
		r := runs[i]
		from, to = min(from, r.x0), max(to, r.x1)
		w := float64(r.x1 - r.x0)
		x, y := float64(r.x0+r.x1)/2, float64(r.y)-0.5
		n, sx, sy, sxx, sxy = n+w, sx+w*x, sy+w*y, sxx+w*(x*x+w*w/12), sxy+w*x*y
		ink += w
	}
	thickness := ink/float64(to-from) - 1 // the row above was counted in
	if thickness > max(4, dpi*thick) {
		return Rule{}, false
	}
	slope := 0.0
	if d := n*sxx - sx*sx; d > 0 {
		slope = (n*sxy - sx*sy) / d
	}
	if math.Abs(slope) > steep {
		return Rule{}, false
	}
	mean := (sy - slope*sx) / n
	return Rule{From: from, To: to, thickness: max(1, thickness), at: mean + slope*float64(from), slope: slope}, true
}

// solidity is the share of a rule's length that has ink, give or take a pixel.
// Runs through the letters of a printed word stay under 0.8.
func solidity(b *Bitmap, r Rule) float64 {
	n := 0
	for x := r.From; x < r.To; x++ {
		y := int(math.Round(r.At(x)))
		for d := -1; d <= 1; d++ {
			if y+d >= 0 && y+d < b.H && b.Pix[(y+d)*b.W+x] != 0 {
				n++
				break
			}
		}
	}
	return float64(n) / float64(max(1, r.length()))
}

// joinCollinear joins pieces of one line that a crossing stroke or a faint
// stretch parted. Gaps of more than 0.06 inch stay: underlines of two columns
// are two rules.
func joinCollinear(rules []Rule, dpi float64) []Rule {
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.at, b.at)) })
	const (
		apart  = 0.06  // inch from piece to piece along the line
		inLine = 0.015 // inch across it
	)
	gap, across := int(dpi*apart), max(2, dpi*inLine)
	var joined []Rule
next:
	for _, r := range rules {
		for i := len(joined) - 1; i >= 0; i-- {
			j := &joined[i]
			if r.From-j.To > gap || r.To <= j.To && r.From >= j.From && math.Abs(j.At(r.From)-r.at) > across {
				continue
			}
			if math.Abs(j.At(r.From)-r.at) <= across && r.From >= j.From {
				if r.To > j.To {
					end := r.At(r.To)
					*j = Rule{From: j.From, To: r.To, thickness: max(j.thickness, r.thickness), at: j.at,
						slope: (end - j.at) / float64(r.To-j.From)}
				}
				continue next
			}
		}
		joined = append(joined, r)
	}
	return joined
}
