package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strconv"
	"strings"
)

// point is a place on paper, y downwards.
type point struct{ x, y float64 }

// writing is ink as a pen left it: strokes of points, with what they say.
type writing struct {
	writer, contributor string
	kind                string // word, text or char
	text                string
	strokes             [][]point
}

// writers says whose ink is wanted of a file of pen strokes.
type writers int

const (
	trained writers = iota // those that training may see
	watched                // a part of those, kept out to watch over the progress
	tested                 // those the file keeps for tests
)

// watchedShare is one in how many writers of the training split is kept out: 22 of 527.
const watchedShare = 26

// readInk reads pen strokes: rows of writer, contributor, kind, split, label and strokes,
// tab-separated. Strokes are separated by semicolons, their points by spaces, and a point is
// its distance from the one before.
func readInk(path string, want writers) ([]writing, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<22)
	var all []writing
	for n := 1; lines.Scan(); n++ {
		c := strings.Split(lines.Text(), "\t")
		if len(c) != 6 {
			return nil, fmt.Errorf("%s: row %d has %d columns, not 6", path, n, len(c))
		}
		if c[0] == "writer" || groupOf(c[0], c[3]) != want {
			continue
		}
		strokes, err := strokesOf(c[5])
		if err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", path, n, err)
		}
		all = append(all, writing{c[0], c[1], c[2], unspaced(c[4]), strokes})
	}
	return all, lines.Err()
}

// unspaced gives a label in which digits are parted by spaces, "6 0 4 8", without these: such
// texts were written as numbers are.
func unspaced(label string) string {
	fields := strings.Fields(label)
	for _, f := range fields {
		if len(f) > 1 {
			return strings.Clone(label)
		}
	}
	if len(fields) < 2 || !strings.ContainsAny(label, "0123456789") {
		return strings.Clone(label)
	}
	return strings.Join(fields, "")
}

func groupOf(writer, split string) writers {
	if split == "test" {
		return tested
	}
	h := fnv.New32a()
	h.Write([]byte(writer))
	if h.Sum32()%watchedShare == 0 {
		return watched
	}
	return trained
}

func strokesOf(text string) ([][]point, error) {
	var all [][]point
	for stroke := range strings.SplitSeq(text, ";") {
		var points []point
		var at point
		for p := range strings.SplitSeq(stroke, " ") {
			x, y, _ := strings.Cut(p, ",")
			dx, err := strconv.Atoi(x)
			if err != nil {
				return nil, err
			}
			dy, err := strconv.Atoi(y)
			if err != nil {
				return nil, err
			}
			at = point{at.x + float64(dx), at.y + float64(dy)}
			points = append(points, at)
		}
		all = append(all, points)
	}
	return all, nil
}

// frame bounds the ink.
type frame struct{ x0, y0, x1, y1 float64 }

func (f frame) width() float64  { return f.x1 - f.x0 }
func (f frame) height() float64 { return f.y1 - f.y0 }

func frameOf(strokes ...[]point) frame {
	f := frame{1e9, 1e9, -1e9, -1e9}
	for _, s := range strokes {
		for _, p := range s {
			f = frame{min(f.x0, p.x), min(f.y0, p.y), max(f.x1, p.x), max(f.y1, p.y)}
		}
	}
	return f
}

// moved gives strokes under a map of the plane.
func moved(strokes [][]point, by func(point) point) [][]point {
	out := make([][]point, len(strokes))
	for i, s := range strokes {
		out[i] = make([]point, len(s))
		for j, p := range s {
			out[i][j] = by(p)
		}
	}
	return out
}

// oneLine says whether a text was written on one line: the middles of its strokes lie near a
// straight one. A middle-sized stroke is 100 high, and lines are at least twice that apart.
func (w writing) oneLine() bool {
	const widest = 170
	var mids []point
	for _, s := range w.strokes {
		f := frameOf(s)
		mids = append(mids, point{(f.x0 + f.x1) / 2, (f.y0 + f.y1) / 2})
	}
	slope := slopeOf(mids)
	var off []float64
	for _, p := range mids {
		off = append(off, p.y-slope*p.x)
	}
	slices.Sort(off)
	n := len(off)
	return off[n-1-n/20]-off[n/20] < widest
}

// slopeOf is the median of the slopes between points far from each other (Theil and Sen).
func slopeOf(p []point) float64 {
	var all []float64
	for i, a := range p {
		for _, b := range p[i+1:] {
			if d := b.x - a.x; d > 200 || d < -200 {
				all = append(all, (b.y-a.y)/d)
			}
		}
	}
	if len(all) < 3 {
		return 0
	}
	slices.Sort(all)
	return min(max(all[len(all)/2], -.3), .3)
}
