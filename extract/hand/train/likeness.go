package main

import (
	"fmt"
	"image"
	"maps"
	"math/rand/v2"
	"slices"

	"countersign/extract/hand"
)

// unipenLikeness says of pen strokes what likeness says of pictures.
func unipenLikeness(reader *hand.Recognizer, ink, census, split string) error {
	all, err := readInk(ink, writersOf[split])
	if err != nil {
		return err
	}
	d, err := newDrawing(all, census, 7)
	if err != nil {
		return err
	}
	s := &set{name: "unipen words"}
	d.mild = .6
	d.use = func(x sample) error {
		s.samples = append(s.samples, x)
		return nil
	}
	if err := d.writers(split, 60); err != nil {
		return err
	}
	s.likeness(reader, 10, 30)
	return nil
}

// likeness says how well two heaps of some lines each of one writer are told from those of
// two: the area under the curve (ROC), which is how often one writer's are more alike.
func (s *set) likeness(reader *hand.Recognizer, lines ...int) {
	by := map[string][]hand.Hand{}
	for _, x := range s.samples {
		by[x.writer] = append(by[x.writer], reader.Hands([]*image.Gray{x.image})...)
	}
	for _, n := range lines {
		one, two := pairs(by, n)
		below := 0.0
		for _, v := range one {
			at, _ := slices.BinarySearch(two, v)
			below += float64(at) / float64(len(two)) / float64(len(one))
		}
		fmt.Printf("%s, %d writers: two heaps of %d by one writer (%d pairs) or by two (%d): area under the curve %.3f\n",
			s.name, len(by), n, len(one), len(two), below)
	}
}

// pairs says how alike each two heaps of n lines are: those of one writer, and those of two,
// the least alike first.
func pairs(by map[string][]hand.Hand, n int) (one, two []float64) {
	var heaps [][]hand.Hand
	var of []string
	r := rand.New(rand.NewPCG(5, 5))
	for _, writer := range slices.Sorted(maps.Keys(by)) {
		lines := slices.Clone(by[writer])
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		for ; len(lines) >= n; lines = lines[n:] {
			heaps, of = append(heaps, lines[:n]), append(of, writer)
		}
	}
	for i := range heaps {
		for j := range i {
			if alike := hand.Alike(heaps[i], heaps[j]); of[i] == of[j] {
				one = append(one, alike)
			} else {
				two = append(two, alike)
			}
		}
	}
	slices.Sort(one)
	slices.Sort(two)
	return one, two
}
