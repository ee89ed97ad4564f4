package hand

import (
	"encoding/binary"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// lineWithFrames is a prepared line and the log-probabilities that the training
// framework computes for it with the weights of the model file, and its hand.
type lineWithFrames struct {
	line    *image.Gray
	classes int
	frames  []float32
	hand    Hand
}

func parityLines(t testing.TB) []lineWithFrames {
	t.Helper()
	b, err := os.ReadFile("testdata/parity.bin")
	if err != nil {
		t.Fatal(err)
	}
	var all []lineWithFrames
	word := func() int { v := binary.LittleEndian.Uint16(b); b = b[2:]; return int(v) }
	for len(b) > 0 {
		g := image.NewGray(image.Rectangle{Max: image.Pt(word(), word())})
		frames, classes := word(), word()
		b = b[copy(g.Pix, b):]
		l := lineWithFrames{line: g, classes: classes, frames: make([]float32, frames*classes)}
		for _, to := range [][]float32{l.frames, l.hand[:]} {
			for i := range to {
				to[i] = math.Float32frombits(binary.LittleEndian.Uint32(b))
				b = b[4:]
			}
		}
		all = append(all, l)
	}
	return all
}

func embedded(t testing.TB) *network {
	t.Helper()
	n, err := decodeModel(modelFile)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func worst(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	d := 0.0
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}

func TestFramesEqualTheTrainingFrameworks(t *testing.T) {
	n := embedded(t)
	lines := parityLines(t)
	if len(lines) < 3 {
		t.Fatalf("only %d lines to compare", len(lines))
	}
	for i, l := range lines {
		if l.classes != n.classes() {
			t.Fatalf("line %d: %d classes, the model has %d", i, l.classes, n.classes())
		}
		out := n.read([]*image.Gray{l.line})[0]
		const near = 0.06 // of letters that are hardly possible; weights and features are of some twelve bits here
		if d := worst(out.frames, l.frames); d > near {
			t.Errorf("line %d: %d numbers, not %d, or further apart than %v: %g", i, len(out.frames), len(l.frames), near, d)
		}
		got := n.handOf(n.featuresOf(l.line))
		for i := range got {
			got[i] *= float32(framesPerStep) / float32(len(out.frames)/n.classes())
		}
		if d := worst(got[:], l.hand[:]); d > 1e-2 {
			t.Errorf("line %d: hands are %g apart", i, d)
		}
	}
}

func TestALineReadsTheSameInCompany(t *testing.T) {
	n := embedded(t)
	var together []*image.Gray
	for _, l := range parityLines(t) {
		together = append(together, l.line)
	}
	for i, got := range n.read(together) {
		alone := n.read(together[i : i+1])[0]
		if d := worst(got.frames, alone.frames); d > 1e-4 {
			t.Errorf("line %d differs by %g when read in a batch", i, d)
		}
	}
}

// at makes a network compute as on a processor that has no more than this.
func (n *network) at(most speed) {
	for i := range n.conv {
		n.conv[i].whole.speed = min(n.conv[i].whole.speed, most)
	}
	n.join.whole.speed = min(n.join.whole.speed, most)
	for i := range n.lstm {
		for d := range n.lstm[i] {
			l := &n.lstm[i][d]
			l.input.speed, l.previous.speed = min(l.input.speed, most), min(l.previous.speed, most)
			l.fast = l.fast && most > scalar
		}
	}
	if most == scalar {
		for i := range n.conv[0].rows {
			n.conv[0].rows[i].fast = false
		}
		n.head.fast = false
	}
}

// What is read does not hang on the processor. Without AVX2 floats are added up one at a time in
// the first layer and the last.
func TestProcessorsReadAlike(t *testing.T) {
	l := parityLines(t)[:1]
	read := func(most speed) []float32 {
		n := embedded(t)
		n.at(most)
		return n.read([]*image.Gray{l[0].line})[0].frames
	}
	fastest, middling, slowest := read(pairsUp), read(pairs), read(scalar)
	if !slices.Equal(fastest, middling) {
		t.Errorf("AVX-512 and AVX2 differ by %g", worst(fastest, middling))
	}
	if d := worst(middling, slowest); d > 0.01 {
		t.Errorf("AVX2 and plain Go differ by %g", d)
	}
}

func TestExp(t *testing.T) {
	for x := float32(-80); x < 80; x += 0.037 {
		want := math.Exp(float64(x))
		if got := float64(exp(x)); math.Abs(got-want) > 3e-7*want {
			t.Fatalf("exp(%v) is %v, not %v", x, got, want)
		}
	}
}

func TestStepsAreTheSameInAssembly(t *testing.T) {
	if !hasFMA() {
		t.Log("this processor has no assembly to compare with")
		return
	}
	const hidden = 28 // of which four are left over for plain Go
	r := rand.New(rand.NewPCG(5, 6))
	random := func(n int, reach float32) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = (r.Float32()*2 - 1) * reach
		}
		return v
	}
	for _, reach := range []float32{0.01, 1, 20, 300} {
		gates, c := random(4*hidden, reach), random(hidden, 3)
		fast, plain := lstm{hidden: hidden, fast: true}, lstm{hidden: hidden}
		ch, h := slices.Clone(c), make([]float32, hidden)
		fast.step(slices.Clone(gates), h, ch)
		ph := make([]float32, hidden)
		plain.step(gates, ph, c)
		if !slices.Equal(h, ph) || !slices.Equal(ch, c) {
			t.Errorf("up to %v: %v and %v, not %v and %v", reach, h, ch, ph, c)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	for _, fast := range []bool{false, hasFMA()} {
		b.Run(fmt.Sprintf("fast %v", fast), func(b *testing.B) {
			l := lstm{hidden: 192, fast: fast}
			gates, h, c := make([]float32, 4*192), make([]float32, 192), make([]float32, 192)
			for b.Loop() {
				l.step(gates, h, c)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	r, err := New()
	if err != nil {
		b.Fatal(err)
	}
	var lines []*image.Gray
	pixels := 0
	for len(lines) < 24 {
		for _, l := range parityLines(b) {
			lines = append(lines, l.line)
			pixels += l.line.Rect.Dx()
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Read(lines)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N*len(lines)), "ms/cell")
	b.ReportMetric(float64(pixels)/float64(len(lines)), "pixels/cell")
}
