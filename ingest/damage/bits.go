package damage

// bitReader reads entropy-coded JPEG data up to the next marker.
type bitReader struct {
	data []byte
	at   int    // of the next byte
	kept uint64 // bits read ahead, the next one highest
	n    uint   // how many
	dry  bool   // bits were asked for that are not there
}

func (b *bitReader) fill() {
	for b.n <= 56 && b.at < len(b.data) {
		c := b.data[b.at]
		if c == 0xff {
			if b.at+1 >= len(b.data) || b.data[b.at+1] != 0 {
				return
			}
			b.at++
		}
		b.at++
		b.kept |= uint64(c) << (56 - b.n)
		b.n += 8
	}
}

// take gives the next n bits, 16 at most, as a number.
func (b *bitReader) take(n int) (int, bool) {
	if n == 0 {
		return 0, true
	}
	if b.n < uint(n) {
		if b.fill(); b.n < uint(n) {
			b.dry = true
			return 0, false
		}
	}
	v := int(b.kept >> (64 - uint(n)))
	b.kept <<= uint(n)
	b.n -= uint(n)
	return v, true
}

// extended reads a signed number of a size in bits (T.81, F.2.2.1).
func (b *bitReader) extended(size int) (int, bool) {
	v, ok := b.take(size)
	if size > 0 && v < 1<<(size-1) {
		v += 1 - 1<<size
	}
	return v, ok
}

// symbol reads one code.
func (b *bitReader) symbol(h *huffman) (byte, bool) {
	if b.n < 16 {
		b.fill()
	}
	s := h.short[b.kept>>(64-shortCode)]
	n := uint(s >> 8)
	if n == 0 {
		s = h.long(uint32(b.kept >> 48))
		n = uint(s >> 8)
	}
	if n == 0 {
		b.dry = b.n < 16
		return 0, false
	}
	if n > b.n {
		b.dry = true
		return 0, false
	}
	b.kept <<= n
	b.n -= n
	return byte(s), true
}

// finish drops what fills up the last byte and tells whether a marker, or the
// end of the data, comes next.
func (b *bitReader) finish() bool {
	b.fill()
	// What fills up the last byte is ones; some encoders in hardware write zeros.
	filled := b.kept == 0 || ^b.kept>>(64-min(b.n, 63)) == 0
	whole := b.n < 8 && filled
	b.kept, b.n = 0, 0
	for b.at+1 < len(b.data) && b.data[b.at] == 0xff && b.data[b.at+1] == 0xff {
		b.at++ // fill bytes
	}
	return whole && (b.at >= len(b.data) || b.data[b.at] == 0xff)
}

// huffman is a table of codes (T.81, annex C).
type huffman struct {
	short  [1 << shortCode]uint16 // length and symbol of codes by the bits they begin
	limit  [17]uint32             // first code beyond those of a length, aligned to 16 bits
	first  [17]int                // of a length, minus its place among the symbols
	values []byte
}

const shortCode = 9

func newHuffman(counts, values []byte) *huffman {
	h := &huffman{values: values}
	code, k := 0, 0
	for length := 1; length <= 16; length++ {
		n := int(counts[length-1])
		h.first[length] = code - k
		for i := range n {
			if length <= shortCode {
				from := (code + i) << (shortCode - length)
				for s := from; s < from+1<<(shortCode-length) && s < len(h.short); s++ {
					h.short[s] = uint16(length)<<8 | uint16(values[k+i])
				}
			}
		}
		code += n
		k += n
		if code > 1<<length {
			return nil // more codes than there are
		}
		h.limit[length] = uint32(code) << (16 - length)
		code <<= 1
	}
	return h
}

// long looks up a code in 16 bits, 0 if there is none.
func (h *huffman) long(bits uint32) uint16 {
	for length := shortCode + 1; length <= 16; length++ {
		if bits < h.limit[length] {
			at := int(bits>>(16-length)) - h.first[length]
			if at < 0 || at >= len(h.values) {
				return 0
			}
			return uint16(length)<<8 | uint16(h.values[at])
		}
	}
	return 0
}
