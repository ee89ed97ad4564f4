package hand

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"unicode/utf8"
)

// A model file is, all little endian:
//
//	8 bytes   "csHAND2\n"
//	7 × 2     channels of the five convolutions, features, hidden units
//	2         length of the alphabet in bytes, then the alphabet in UTF-8
//	weights   as 16-bit floats in the order of network.tensors
//	4         CRC-32 (IEEE) of everything before
//
// train/export.py writes it, with batch normalisation worked into the weights.
const modelMagic = "csHAND2\n"

var errDamaged = errors.New("the handwriting model is damaged: build the program again")

// decodeModel makes a network from a model file.
func decodeModel(file []byte) (*network, error) {
	const head = len(modelMagic) + 7*2 + 2
	if len(file) < head+4 || string(file[:len(modelMagic)]) != modelMagic {
		return nil, errDamaged
	}
	body, sum := file[:len(file)-4], binary.LittleEndian.Uint32(file[len(file)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, errDamaged
	}
	var s shape
	word := func(i int) int { return int(binary.LittleEndian.Uint16(body[len(modelMagic)+2*i:])) }
	for i := range s.channels {
		s.channels[i] = word(i)
	}
	s.features, s.hidden = word(5), word(6)
	letters := word(7)
	body = body[head:]
	if letters > len(body) || !utf8.Valid(body[:letters]) {
		return nil, errDamaged
	}
	s.alphabet = []rune(string(body[:letters]))
	body = body[letters:]
	if err := s.check(); err != nil {
		return nil, err
	}
	return s.network(body)
}

// shape says how large a network is and what it can write.
type shape struct {
	channels         [5]int
	features, hidden int
	alphabet         []rune // class i+1 of a frame is alphabet[i]; class 0 is the CTC blank
}

func (s shape) classes() int { return len(s.alphabet) + 1 }

// check refuses shapes the arithmetic is not made for, before anything is
// allocated for them.
func (s shape) check() error {
	for _, c := range append(s.channels[:], s.features, 4*s.hidden) {
		if c == 0 || c > 2048 || c%panelWidth != 0 {
			return fmt.Errorf("%w (layer of %d)", errDamaged, c)
		}
	}
	if len(s.alphabet) == 0 || len(s.alphabet) > 1000 {
		return fmt.Errorf("%w (alphabet of %d)", errDamaged, len(s.alphabet))
	}
	return nil
}

// network takes the weights from a file in their order.
func (s shape) network(file []byte) (*network, error) {
	n := &network{shape: s}
	take := func(count int) []float32 {
		if len(file) < 2*count {
			file = nil
			return make([]float32, count)
		}
		w := halves(file[:2*count])
		file = file[2*count:]
		return w
	}
	want := s.weights()
	if len(file) != 2*want {
		return nil, fmt.Errorf("%w (%d bytes of weights, not %d)", errDamaged, len(file), 2*want)
	}
	in := 1
	for i, out := range s.channels {
		size := 3
		if i == 0 {
			size = 4
		}
		n.conv[i] = newConvolution(in, out, size, size, take(out*in*size*size), take(out))
		in = out
	}
	n.join = newConvolution(in, s.features, joinRows, joinColumns, take(s.features*in*joinRows*joinColumns), take(s.features))
	in = s.features
	for i := range n.lstm {
		for d := range n.lstm[i] {
			n.lstm[i][d] = newLSTM(in, s.hidden, take(4*s.hidden*in), take(4*s.hidden*s.hidden), take(4*s.hidden))
		}
		in = 2 * s.hidden
	}
	w := take(2 * s.classes() * in)
	n.head = packed(in, 2*s.classes(), func(i, j int) float32 { return w[j*in+i] })
	n.headBias = make([]float32, n.head.width())
	copy(n.headBias, take(2*s.classes()))
	n.printed, n.printedBias = take(s.features), take(1)[0]
	n.hand, n.handBias = take(handSize*2*s.features), take(handSize)
	return n, nil
}

// weights counts the numbers of a network of this shape.
func (s shape) weights() int {
	sum, in := 0, 1
	for i, out := range s.channels {
		size := 9
		if i == 0 {
			size = 16
		}
		sum += out*in*size + out
		in = out
	}
	sum += s.features*in*joinRows*joinColumns + s.features
	in = s.features
	for range 2 {
		sum += 2 * 4 * s.hidden * (in + s.hidden + 1)
		in = 2 * s.hidden
	}
	return sum + 2*s.classes()*(in+1) + s.features + 1 + handSize*(2*s.features+1)
}

// halves decodes IEEE 754 16-bit floats.
func halves(b []byte) []float32 {
	out := make([]float32, len(b)/2)
	for i := range out {
		out[i] = half(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return out
}

func half(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent, fraction := uint32(h>>10&31), uint32(h&1023)
	switch exponent {
	case 0: // zero and the numbers below 2⁻¹⁴
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}
