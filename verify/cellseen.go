package verify

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"countersign/extract"
)

// cellSeen is a cell as a recognizer saw it, letters and digits, frame by frame, so that what
// a member would have written can be asked for: "Dorpstraat 25" where "Jorporant 75" was read.
type cellSeen struct {
	frames [][signs]float64 // each sums to 1
	// before and after, for each place between frames, are the probabilities of any text up to
	// there that ends in a blank, and of any text from there on that begins in one, each by
	// how common it is (see strangeSign); silent is the same of no text at all.
	before, after             []float64
	silentBefore, silentAfter []float64
	any                       float64 // probability of any text in the whole cell, each by how common it is
	unit                      float64 // see in
}

// cellByText is byText for cells seen as a whole: a digit that differs was seldom seen as another,
// and what tells one house or address from the next is a digit.
const cellByText = 0.005

// in has what is seen count as much as what is read, however hard to read it is and whatever
// stands beside it: for a text about which nothing is known both have the same probability.
func (s *cellSeen) in(unknown float64) *cellSeen {
	if s != nil {
		s.unit = unknown / s.any
	}
	return s
}

// signs that are told apart: the blank, the letters, the digits.
const (
	signs      = 1 + 26 + 10
	firstDigit = 1 + 26
)

// signOf is a sign's place in a frame, 0 for what is neither letter nor digit.
func signOf(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return 1 + int(c-'A')
	case c >= 'a' && c <= 'z':
		return 1 + int(c-'a')
	case c >= '0' && c <= '9':
		return firstDigit + int(c-'0')
	}
	return 0
}

// strangeSign is the probability of a letter or a digit about which nothing is known; strange
// says it of letters.
var strangeSign = func() (p [signs]float64) {
	for c := 1; c < signs; c++ {
		p[c] = strange(1)
		if c >= firstDigit {
			p[c] = 0.1
		}
	}
	return p
}()

// cellSeenIn makes what the matcher asks of a reading's lattices; nil where it has none.
func cellSeenIn(reading extract.Reading) *cellSeen {
	if exact(reading) {
		return nil
	}
	s := &cellSeen{}
	for _, w := range reading.Words {
		for t := range w.Frames() {
			s.take(w, t)
		}
	}
	if len(s.frames) == 0 {
		return nil
	}
	s.before, s.silentBefore, s.any = s.texts(func(t int) int { return t })
	last := len(s.frames) - 1
	s.after, s.silentAfter, _ = s.texts(func(t int) int { return last - t })
	slices.Reverse(s.after)
	slices.Reverse(s.silentAfter)
	return s
}

// take adds a frame. What is neither letter nor digit parts signs as a blank does.
func (s *cellSeen) take(w extract.Lattice, t int) {
	var f [signs]float64
	sum := 0.0
	for i := range f {
		f[i] = math.Exp(w.LogProbability(t, extract.SignOf(i)))
		sum += f[i]
	}
	f[0] += max(0, 1-sum)
	sum = max(sum, 1)
	for i := range f {
		f[i] = (1-blind)*f[i]/sum + blind/signs
	}
	s.frames = append(s.frames, f)
}

// texts are the probabilities, after each number of frames in an order, of any text that ends
// in a blank, of none, and in the end of any text at all.
func (s *cellSeen) texts(frame func(int) int) (some, none []float64, all float64) {
	n := len(s.frames)
	some, none = make([]float64, n+1), make([]float64, n+1)
	none[0] = 1
	var sign [signs]float64
	sum := 0.0
	for t := range n {
		f := &s.frames[frame(t)]
		before := some[t] + none[t]
		some[t+1], none[t+1] = f[0]*(some[t]+sum), f[0]*none[t]
		now := 0.0
		for c := 1; c < signs; c++ {
			sign[c] = f[c] * (sign[c] + strangeSign[c]*(before+sum-sign[c]))
			now += sign[c]
		}
		sum = now
	}
	return some, none, some[n] + none[n] + sum
}

// whole is the probability that a text was seen and nothing beside it. What is neither letter
// nor digit is left out of it.
func (s *cellSeen) whole(text string) float64 { return s.within(text, 0, 0) }

// within is the probability that a text was seen, with shares of what may stand before and
// after it, each text by how common it is, by the forward algorithm of CTC (Graves and others
// 2006).
func (s *cellSeen) within(text string, before, after float64) float64 {
	const usual = 32 // signs for which there is room on the stack
	var signs [usual]int
	classes := appendClasses(signs[:0], text)
	n := len(s.frames)
	if len(classes) == 0 {
		return s.silentBefore[n]
	}
	// blank[k] ends in a blank after k signs, sign[k] in the k-th sign.
	var room [2][usual + 1]float64
	blank, sign := room[0][:], room[1][:]
	if len(classes) > usual {
		blank, sign = make([]float64, len(classes)+1), make([]float64, len(classes)+1)
	}
	blank[0] = 1
	ended := 0.0 // of texts that end before the last frame, with what stands after them
	for t, f := range s.frames {
		for k := len(classes); k > 0; k-- {
			in := blank[k-1]
			if k > 1 && classes[k-2] != classes[k-1] {
				in += sign[k-1]
			}
			blank[k] = f[0] * (blank[k] + sign[k])
			sign[k] = f[classes[k-1]] * (sign[k] + in)
		}
		blank[0] = s.silentBefore[t+1] + before*s.before[t+1]
		ended += sign[len(classes)] * after * s.after[t+1]
	}
	return blank[len(classes)] + sign[len(classes)] + ended
}

// classesOf spells a text in signs.
func classesOf(text string) []int { return appendClasses(make([]int, 0, len(text)), text) }

// appendClasses adds the signs of a text to others.
func appendClasses(classes []int, text string) []int {
	for i := range len(text) {
		if c := signOf(text[i]); c > 0 {
			classes = append(classes, c)
		}
	}
	return classes
}

// texts are many texts to look for in one cell, sorted by their signs, so that what they share
// at their beginnings is worked out once.
type texts struct {
	classes [][]byte
	shared  []int // signs that each has in common with the one before it
	of      []int // what each stands for
}

// newTexts takes texts, each with what it stands for.
func newTexts(all []string, of []int) texts {
	order := make([]int, len(all))
	spelled := make([][]byte, len(all))
	for i, s := range all {
		order[i] = i
		for _, c := range classesOf(s) {
			spelled[i] = append(spelled[i], byte(c))
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(bytes.Compare(spelled[a], spelled[b]), cmp.Compare(of[a], of[b]))
	})
	var x texts
	var before []byte
	for _, i := range order {
		now, n := spelled[i], 0
		for n < min(len(before), len(now)) && before[n] == now[n] {
			n++
		}
		x.classes, x.shared, x.of = append(x.classes, now), append(x.shared, n), append(x.of, of[i])
		before = now
	}
	return x
}

// each hands on every text that may stand somewhere in the cell, with its probability whatever
// stands around it. Texts less probable than least are left out.
func (s *cellSeen) each(x texts, least float64, use func(of int, p float64)) {
	n := len(s.frames)
	type level struct{ blank, sign []float64 }
	var levels []level
	open := func(depth int) {
		for len(levels) <= depth {
			levels = append(levels, level{make([]float64, n+1), make([]float64, n+1)})
		}
	}
	open(0)
	for t := range n + 1 {
		levels[0].blank[t] = s.silentBefore[t] + s.before[t]
	}
	// goOn adds the sign at a depth and returns a bound of all texts that begin so.
	goOn := func(classes []byte, depth int) (bound float64) {
		open(depth + 1)
		from, to := levels[depth], levels[depth+1]
		class := classes[depth]
		twice := depth > 0 && classes[depth-1] == class
		to.blank[0], to.sign[0] = 0, 0
		for t := range n {
			f := &s.frames[t]
			in := from.blank[t]
			if depth > 0 && !twice {
				in += from.sign[t]
			}
			in *= f[class]
			bound += in
			to.sign[t+1] = in + f[class]*to.sign[t]
			to.blank[t+1] = f[0] * (to.blank[t] + to.sign[t])
		}
		return bound
	}
	for i := 0; i < len(x.classes); {
		classes, depth := x.classes[i], x.shared[i]
		for depth < len(classes) && goOn(classes, depth) >= least {
			depth++
		}
		if depth < len(classes) {
			for i++; i < len(x.classes) && x.shared[i] > depth; i++ { // these begin as badly
			}
			continue
		}
		last := levels[depth]
		p := last.blank[n] + last.sign[n]
		for t := range n {
			p += last.sign[t] * s.after[t]
		}
		if depth > 0 && p >= least {
			use(x.of[i], p)
		}
		i++
	}
}

// seenAgain says which fields of a line, read as others than a member's, were seen so that they
// may well be the member's.
type seenAgain struct {
	number             float64 // the member's share of all numbers that may have been seen
	zip, street, email bool
}

func (m *Matcher) seenAgain(s *sight, at int32) (a seenAgain) {
	member := m.roll.Members.At(at)
	a.number = s.number.share(m.numberOf(at))
	if s.street != nil && member.Street != "" {
		a.street = s.street.of(member.Street) >= speaks*s.street.any
	}
	if home := m.places.homes[m.homes[at]]; s.zip != nil && home.zip != "" {
		forms := zipForms(home.zip) // of a code of four digits, what is seen of five is a tenth of it all
		a.zip = s.zip.zip(home.zip)*math.Pow(10, float64(len(home.zip)-len(forms[len(forms)-1]))) >= wellSeen
	}
	if s.email != nil {
		for _, e := range member.Emails {
			a.email = a.email || s.email.of(e) >= speaks*s.email.any
		}
	}
	return a
}
