package hand

import (
	"image"
	"math"
	"slices"
	"sync"
)

const (
	joinRows, joinColumns = 5, 2 // what is left of the height, and two columns of it, become one step
	stepWidth             = 8    // pixels of a line to a step
	framesPerStep         = 2    // CTC frames to a step
)

// network is a convolutional network with two bidirectional LSTM layers on top
// (Shi, Bai and Yao 2017), trained with CTC (Graves and others 2006):
//
//	40 × W × 1    convolution 4×4, step 2
//	20 × W/2      convolution 3×3, maximum of 2×2
//	10 × W/4      convolution 3×3, maximum of 2×1
//	 5 × W/4      two convolutions 3×3
//	 1 × W/8      convolution 5×2, step 5×2
//	     W/8      two LSTM layers both ways
//	     W/4      frames of log-probabilities
//
// It never changes once it is made and may be used by several goroutines.
type network struct {
	shape
	conv     [5]convolution
	join     convolution
	lstm     [2][2]lstm // layer; forwards, backwards
	head     panels
	headBias []float32
	// A logistic regression on the mean features of a line: is it print?
	printed     []float32
	printedBias float32
	// A line's Hand from the means and deviations of its features.
	hand     []float32
	handBias []float32

	boards sync.Pool // of *board, since the lines of a page need a hundred megabytes of maps and sums
}

// output is what the network says of one line.
type output struct {
	frames  []float32 // log-probabilities, frame after frame
	printed float64   // probability
}

// read reads prepared lines.
func (n *network) read(lines []*image.Gray) []output {
	b := n.board()
	defer n.boards.Put(b)
	x := b.features[:0]
	steps := make([]int, len(lines))
	out := make([]output, len(lines))
	for i, l := range lines {
		from := len(x)
		x = n.look(b, l, x)
		steps[i] = (len(x) - from) / n.features
		out[i].printed = n.isPrint(x[from:])
	}
	b.features = x
	for i, both := range n.lstm {
		x = n.listen(b, both, x, steps, &b.heard[i])
	}
	for i, f := range n.speak(b, x, steps) {
		out[i].frames = f
	}
	return out
}

// featuresOf gives those of one line by itself.
func (n *network) featuresOf(line *image.Gray) []float32 {
	b := n.board()
	defer n.boards.Put(b)
	return n.look(b, line, nil)
}

func (n *network) board() *board {
	if b, ok := n.boards.Get().(*board); ok {
		return b
	}
	return new(board)
}

// isPrint is the probability that the features are those of print.
func (n *network) isPrint(features []float32) float64 {
	var sum float64
	for i, v := range features {
		sum += float64(v * n.printed[i%n.features])
	}
	sum = sum/float64(len(features)/n.features) + float64(n.printedBias)
	return 1 / (1 + math.Exp(-sum))
}

// look runs the convolutions, and adds the features for every step of a line to those of others.
func (n *network) look(b *board, line *image.Gray, features []float32) []float32 {
	m := b.inkOf(line)
	m = n.conv[0].halve(b, m)
	m = b.pool(n.conv[1].same(b, m), 2, 2)
	m = b.pool(n.conv[2].same(b, m), 2, 1)
	m = n.conv[3].same(b, m)
	m = n.conv[4].same(b, m)
	return n.join.steps(b, m, features)
}

// listen runs one LSTM layer both ways over the steps of all lines.
func (n *network) listen(b *board, both [2]lstm, x []float32, steps []int, heard *[]float32) []float32 {
	total := 0
	for _, s := range steps {
		total += s
	}
	out := room(heard, total*2*n.hidden)
	both[0].run(b, x, steps, false, out)
	both[1].run(b, x, steps, true, out[n.hidden:])
	return out
}

// speak turns the last layer's output into log-probabilities.
func (n *network) speak(b *board, x []float32, steps []int) [][]float32 {
	width, in, classes := n.head.width(), 2*n.hidden, n.classes()
	all := make([][]float32, len(steps))
	for i, s := range steps {
		y := room(&b.gates, s*width)
		for t := range s {
			copy(y[t*width:], n.headBias)
		}
		n.head.addTo(y, width, x[:s*in], in, s)
		x = x[s*in:]
		out := make([]float32, 0, s*framesPerStep*classes)
		for t := range s {
			for f := range framesPerStep {
				frame := y[t*width+f*classes:][:classes]
				logSoftmax(frame)
				out = append(out, frame...)
			}
		}
		all[i] = out
	}
	return all
}

// maps is a picture of c channels, channels innermost, with a border of one
// blank pixel all around.
type maps struct {
	h, w, c int
	pix     []float32
}

// board has the memory that reading lines takes. Of two maps each layer reads one and writes the
// other; between them a layer has what it reads in whole numbers, and the sums of a row. What
// LSTM layers hear is kept until the next one has listened to it.
type board struct {
	pix      [2][]float32
	next     int
	whole    []int16
	sums     []int32
	features []float32
	heard    [2][]float32
	gates    []float32 // of all steps
	now      []float32 // gates of one step of each line
	state    []float32 // of each line
}

// room is so many numbers, whatever they are.
func room[N int16 | int32 | float32](of *[]N, n int) []N {
	if cap(*of) < n {
		*of = make([]N, n)
	}
	return (*of)[:n]
}

// rounded are maps in whole numbers, laid out alike, and what is a unit of theirs.
func (b *board) rounded(p integers, m maps) (whole []int16, unit float32) {
	whole = room(&b.whole, len(m.pix))
	return whole, p.rounded(whole, m.pix)
}

// zeros are so many sums.
func (b *board) zeros(n int) []int32 {
	sums := room(&b.sums, n)
	clear(sums)
	return sums
}

// blank gives maps with a border of zeros and anything inside. They last until the
// second next call.
func (b *board) blank(h, w, c int) maps {
	n := (h + 2) * (w + 2) * c
	m := maps{h, w, c, room(&b.pix[b.next], n)}
	b.next = 1 - b.next
	clear(m.row(0)[:(w+2)*c])
	clear(m.row(h + 1))
	for y := 1; y <= h; y++ {
		row := m.row(y)
		clear(row[:c])
		clear(row[(w+1)*c : (w+2)*c])
	}
	return m
}

// row returns the pixels of a row, counted from the border's, from its own
// border on.
func (m maps) row(y int) []float32 { return m.pix[y*(m.w+2)*m.c:] }

// inkOf makes ink 1 and paper 0, and the line as wide as whole steps, with at
// least a step of paper at its end, as in training.
func (b *board) inkOf(line *image.Gray) maps {
	w := (line.Rect.Dx() + 2*stepWidth - 1) / stepWidth * stepWidth
	m := b.blank(Height, w, 1)
	clear(m.pix)
	for y := range min(Height, line.Rect.Dy()) {
		row := m.row(y + 1)[1:]
		for x, v := range line.Pix[y*line.Stride:][:line.Rect.Dx()] {
			row[x] = float32(255-v) / 255
		}
	}
	return m
}

// pool keeps the maximum of each box of rows × columns.
func (b *board) pool(m maps, rows, columns int) maps {
	out := b.blank(m.h/rows, m.w/columns, m.c)
	for y := range out.h {
		to := out.row(y + 1)[m.c:]
		clear(to[:out.w*m.c])
		for dy := range rows {
			from := m.row(y*rows + dy + 1)[m.c:]
			for x := range out.w {
				a := to[x*m.c : (x+1)*m.c]
				for dx := range columns {
					// All values are at least 0 after the rectifier.
					for c, v := range from[(x*columns+dx)*m.c:][:m.c] {
						a[c] = max(a[c], v)
					}
				}
			}
		}
	}
	return out
}

// convolution is a convolution with its rectifier. Its weights are packed for
// each of its rows apart: with channels innermost, neighbouring windows of one row
// overlap in memory, so each row is a plain matrix product.
type convolution struct {
	in, out int
	rows    []panels // of the first one, which reads the picture itself
	whole   integers // of the others, a part for each row
	bias    []float32
}

// newConvolution takes weights in the order out, in, row, column.
func newConvolution(in, out, rows, columns int, w, bias []float32) convolution {
	c := convolution{in: in, out: out, bias: bias}
	if in > 1 {
		c.whole = whole(rows, columns*in, out, func(to []float32, y, j int) {
			for i := range in {
				for x, v := range w[((j*in+i)*rows+y)*columns:][:columns] {
					to[x*in+i] = v
				}
			}
		})
		return c
	}
	c.rows = make([]panels, rows)
	for y := range c.rows {
		c.rows[y] = packed(columns, out, func(x, j int) float32 { return w[(j*rows+y)*columns+x] })
	}
	return c
}

// same keeps height and width: a window of 3×3.
func (c convolution) same(b *board, m maps) maps {
	in, unit := b.rounded(c.whole, m)
	factors := c.whole.factors(unit)
	out := b.blank(m.h, m.w, c.out)
	for y := range m.h {
		sums := b.zeros(m.w * c.out)
		for dy := range c.whole.parts {
			c.whole.addTo(dy, sums, c.out, in[(y+dy)*(m.w+2)*m.c:], m.c, m.w)
		}
		c.whole.finish(out.row(y + 1)[c.out:], sums, factors, c.bias, 0, 0)
	}
	return out
}

// halve halves height and width: a window of 4×4.
func (c convolution) halve(b *board, m maps) maps {
	out := b.blank(m.h/2, m.w/2, c.out)
	for y := range out.h {
		to := c.begin(out, y)
		for dy, p := range c.rows {
			p.addTo(to, c.out, m.row(2*y+dy), 2*m.c, out.w)
		}
		c.rectify(to)
	}
	return out
}

// steps joins all rows and every two columns, and adds what comes of them to features.
func (c convolution) steps(b *board, m maps, features []float32) []float32 {
	n := m.w / joinColumns
	in, unit := b.rounded(c.whole, m)
	sums := b.zeros(n * c.out)
	for dy := range c.whole.parts {
		c.whole.addTo(dy, sums, c.out, in[((dy+1)*(m.w+2)+1)*m.c:], joinColumns*m.c, n)
	}
	from := len(features)
	features = slices.Grow(features, n*c.out)[:from+n*c.out]
	c.whole.finish(features[from:], sums, c.whole.factors(unit), c.bias, 0, 0)
	return features
}

// begin returns a row of the result, filled with the bias.
func (c convolution) begin(out maps, y int) []float32 {
	row := out.row(y + 1)[c.out:][:out.w*c.out]
	for x := range out.w {
		copy(row[x*c.out:], c.bias)
	}
	return row
}

func (c convolution) rectify(v []float32) {
	if c.rows[0].fast && len(v)%8 == 0 && len(v) > 0 {
		rectifyavx(len(v), &v[0])
		return
	}
	for i, x := range v {
		v[i] = max(x, 0)
	}
}

// lstm is one direction of one layer (Hochreiter and Schmidhuber 1997; gates in
// the order input, forget, cell, output).
type lstm struct {
	in, hidden      int
	input, previous integers
	bias            []float32
	fast            bool
}

// newLSTM takes weights in the order gate, unit, input.
func newLSTM(in, hidden int, wi, wh, bias []float32) lstm {
	return lstm{in, hidden,
		whole(1, in, 4*hidden, func(to []float32, _, j int) { copy(to, wi[j*in:]) }),
		whole(1, hidden, 4*hidden, func(to []float32, _, j int) { copy(to, wh[j*hidden:]) }),
		bias, hasFMA()}
}

// run reads the steps of all lines in x and writes hidden numbers for each into
// out, whose steps lie twice as far apart. The lines run side by side, the
// longest first, so that every step of all of them is one product.
func (l lstm) run(b *board, x []float32, steps []int, backwards bool, out []float32) {
	gates, total := 4*l.hidden, len(x)/l.in
	z := room(&b.gates, total*gates)
	none := float32(math.Inf(-1)) // floor
	whole, sums := room(&b.whole, len(x)), room(&b.sums, max(slices.Max(steps), len(steps))*gates)
	for at, i := 0, 0; i < len(steps); i++ { // each line has a unit of its own, whatever is read with it
		n := steps[i]
		line := whole[:n*l.in]
		unit := l.input.rounded(line, x[at*l.in:][:n*l.in])
		clear(sums[:n*gates])
		l.input.addTo(0, sums, gates, line, l.in, n)
		l.input.finish(z[at*gates:], sums[:n*gates], l.input.factors(unit), l.bias, 0, none)
		at += n
	}
	first := make([]int, len(steps))
	order := make([]int, len(steps))
	for i := range steps {
		order[i] = i
		if i > 0 {
			first[i] = first[i-1] + steps[i-1]
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return steps[b] - steps[a] })
	state := room(&b.state, 2*len(steps)*l.hidden)
	clear(state)
	h, c := state[:len(steps)*l.hidden], state[len(steps)*l.hidden:]
	now := room(&b.now, len(steps)*gates)
	factors := l.previous.factors(1 / l.previous.most) // h is between -1 and 1
	running := len(order)
	for s := 0; ; s++ {
		for running > 0 && steps[order[running-1]] <= s {
			running--
		}
		if running == 0 {
			return
		}
		at := func(k int) int {
			i := order[k]
			if backwards {
				return first[i] + steps[i] - 1 - s
			}
			return first[i] + s
		}
		for k := range running {
			copy(now[k*gates:(k+1)*gates], z[at(k)*gates:])
		}
		clear(sums[:running*gates])
		l.previous.round(whole[:running*l.hidden], h[:running*l.hidden], l.previous.most)
		l.previous.addTo(0, sums, gates, whole, l.hidden, running)
		l.previous.finish(now, sums[:running*gates], factors, now, gates, none)
		for k := range running {
			l.step(now[k*gates:(k+1)*gates], h[k*l.hidden:(k+1)*l.hidden], c[k*l.hidden:(k+1)*l.hidden])
			copy(out[at(k)*2*l.hidden:][:l.hidden], h[k*l.hidden:])
		}
	}
}

// step moves one line's state on. The assembly computes the very same numbers, eight at
// a time.
func (l lstm) step(gates, h, c []float32) {
	n := l.hidden
	input, forget, cell, output := gates[:n], gates[n:2*n], gates[2*n:3*n], gates[3*n:4*n]
	h, c = h[:n], c[:n]
	done := 0
	if l.fast {
		if done = n &^ 7; done > 0 {
			stepavx(done, &input[0], &forget[0], &cell[0], &output[0], &h[0], &c[0])
		}
	}
	for i := done; i < n; i++ {
		// The conversions keep compilers from fusing the product with the sum.
		c[i] = float32(sigmoid(forget[i])*c[i]) + float32(sigmoid(input[i])*tanh(cell[i]))
		h[i] = sigmoid(output[i]) * tanh(c[i])
	}
}

func sigmoid(x float32) float32 { return 1 / (1 + exp(-x)) }
func tanh(x float32) float32    { return 1 - 2/(1+exp(2*x)) }

// exp is eˣ to about one part in ten million, several times as fast as
// math.Exp: 2 to the whole part times a polynomial for the rest (Cephes, expf).
func exp(x float32) float32 {
	x = min(max(x, -87), 88)
	n := float32(math.Floor(float64(x)*math.Log2E + 0.5))
	x -= n * 0.693359375
	x -= n * -2.12194440e-4
	p := float32(1.9875691500e-4)
	p = p*x + 1.3981999507e-3
	p = p*x + 8.3334519073e-3
	p = p*x + 4.1665795894e-2
	p = p*x + 1.6666665459e-1
	p = p*x + 5.0000001201e-1
	p = p*x*x + x + 1
	return p * math.Float32frombits(uint32(int32(n)+127)<<23)
}

// logSoftmax turns a frame into log-probabilities in place.
func logSoftmax(frame []float32) {
	top := slices.Max(frame)
	var sum float64
	for _, v := range frame {
		sum += float64(exp(v - top))
	}
	shift := top + float32(math.Log(sum))
	for i := range frame {
		frame[i] -= shift
	}
}
