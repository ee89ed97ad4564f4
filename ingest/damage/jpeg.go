package damage

import (
	"encoding/binary"
	"math"
)

// JPEG decodes a picture as far as it takes to tell whether it is whole: every
// code, every coefficient and the end (ITU-T T.81). It says what is wrong, or ""
// where nothing is, and where the coding is one that it does not know:
// arithmetic, lossless, 12 bits. Decoders forgive what it does not: a bit that
// changed in transit mostly puts them off by some blocks, after which they go on.
func JPEG(data []byte) string {
	j := &jpegFile{data: data, at: 2}
	if len(data) < 4 || data[0] != 0xff || data[1] != 0xd8 {
		return "it does not begin as a JPEG picture"
	}
	for {
		marker, ok := j.marker()
		if !ok {
			return j.ended()
		}
		switch fault := j.segment(marker); {
		case fault == errForeign:
			return ""
		case fault != "":
			return fault
		case marker == markerEOI:
			return j.ended()
		}
	}
}

// errForeign is for pictures that cannot be judged.
const errForeign = "foreign"

// Markers of T.81, table B.1.
const (
	markerSOF0 = 0xc0 // baseline
	markerSOF1 = 0xc1 // extended sequential
	markerSOF2 = 0xc2 // progressive
	markerDHT  = 0xc4
	markerJPG  = 0xc8
	markerDAC  = 0xcc
	markerRST0 = 0xd0
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDQT  = 0xdb
	markerDRI  = 0xdd
)

type jpegFile struct {
	data          []byte
	at            int
	width, height int
	progressive   bool
	quantizers    [4][64]int // in zigzag order
	tables        [2][4]*huffman
	components    []*component
	mcusX, mcusY  int
	interval      int  // MCUs between restarts; 0 for none
	scans         int  // that were decoded
	interleaved   bool // all components in one scan
}

type component struct {
	id, h, v, tq int
	blocksX      int // of its own, as a scan of it alone has them
	blocksY      int
	strideX      int // as an interleaved scan has them
	strideY      int
	levels       []int16     // DC coefficients, dequantized: eight times the mean of each block
	coefficients [][64]int16 // of progressive pictures only
	dc, ac       *huffman    // of the scan at hand
	predicted    int         // DC of the block before
	quantizer    *[64]int    // in zigzag order
}

// marker finds the next marker. Fill bytes may come before it; anything else
// between segments is no JPEG.
func (j *jpegFile) marker() (byte, bool) {
	for j.at+1 < len(j.data) && j.data[j.at] == 0xff {
		if m := j.data[j.at+1]; m != 0xff {
			j.at += 2
			return m, true
		}
		j.at++
	}
	return 0, false
}

// ended judges a picture that has no more segments. Whether it closes with its
// end marker does not matter to what is seen.
func (j *jpegFile) ended() string {
	switch {
	case j.scans == 0:
		return "it ends before its pixels"
	case !j.progressive && j.missing():
		return "a color of it is missing"
	case j.at < len(j.data) && !j.closed():
		return "something that is no picture follows its pixels"
	}
	for i, c := range j.components {
		levels, across := j.coded(c)
		if fault := jump(levels, across, i > 0); fault != "" {
			return fault
		}
	}
	return ""
}

func (j *jpegFile) missing() bool {
	for _, c := range j.components {
		if c.levels == nil {
			return true
		}
	}
	return false
}

// closed reports whether the last thing read was the end marker: what comes
// after it is not the picture's.
func (j *jpegFile) closed() bool {
	return j.at >= 2 && j.data[j.at-2] == 0xff && j.data[j.at-1] == markerEOI
}

func (j *jpegFile) segment(marker byte) string {
	if marker == markerSOI || marker == markerEOI || marker == 0x01 || marker >= markerRST0 && marker < markerSOI {
		return ""
	}
	if j.at+2 > len(j.data) {
		return "it is cut off"
	}
	n := int(binary.BigEndian.Uint16(j.data[j.at:]))
	if n < 2 || j.at+n > len(j.data) {
		return "it is cut off"
	}
	body := j.data[j.at+2 : j.at+n]
	j.at += n
	switch {
	case marker == markerDQT:
		return j.quantization(body)
	case marker == markerDHT:
		return j.huffmans(body)
	case marker == markerDRI && len(body) == 2:
		j.interval = int(binary.BigEndian.Uint16(body))
	case marker == markerSOS:
		return j.scan(body)
	case marker >= markerSOF0 && marker <= markerSOF2:
		j.progressive = marker == markerSOF2
		return j.frame(body)
	case marker > markerSOF2 && marker <= 0xcf && marker != markerJPG:
		return errForeign
	}
	return ""
}

func (j *jpegFile) quantization(b []byte) string {
	for len(b) > 0 {
		precision, id := int(b[0]>>4), b[0]&15
		size := 64 << precision
		if precision > 1 || id > 3 || len(b) < 1+size {
			return "its tables are damaged"
		}
		for i := range 64 {
			q := int(b[1+i])
			if precision == 1 {
				q = int(binary.BigEndian.Uint16(b[1+2*i:]))
			}
			if q == 0 {
				return "its tables are damaged"
			}
			j.quantizers[id][i] = q
		}
		b = b[1+size:]
	}
	return ""
}

func (j *jpegFile) huffmans(b []byte) string {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return "its tables are damaged"
		}
		n := 0
		for _, c := range b[1:17] {
			n += int(c)
		}
		if n == 0 || n > 256 || len(b) < 17+n {
			return "its tables are damaged"
		}
		h := newHuffman(b[1:17], b[17:17+n])
		if h == nil {
			return "its tables are damaged"
		}
		j.tables[b[0]>>4][b[0]&15] = h
		b = b[17+n:]
	}
	return ""
}

// mostBlocks bounds the memory of a frame: 100 megapixels in three full planes.
const mostBlocks = 3 * 100_000_000 / 64

func (j *jpegFile) frame(b []byte) string {
	if len(b) < 6 || j.components != nil {
		return "its header is damaged"
	}
	if b[0] != 8 {
		return errForeign
	}
	j.height, j.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	n := int(b[5])
	if j.height == 0 {
		return errForeign // stated at its end
	}
	if j.width == 0 || n < 1 || n > 4 || len(b) != 6+3*n {
		return "its header is damaged"
	}
	hMax, vMax := 1, 1
	for i := range n {
		c := b[6+3*i:]
		k := &component{id: int(c[0]), h: int(c[1] >> 4), v: int(c[1] & 15), tq: int(c[2])}
		if k.h < 1 || k.h > 4 || k.v < 1 || k.v > 4 || k.tq > 3 {
			return "its header is damaged"
		}
		hMax, vMax = max(hMax, k.h), max(vMax, k.v)
		j.components = append(j.components, k)
	}
	if n == 1 { // a single plane has one block a unit, whatever its header says
		j.components[0].h, j.components[0].v, hMax, vMax = 1, 1, 1, 1
	}
	up := func(a, b int) int { return (a + b - 1) / b }
	j.mcusX, j.mcusY = up(j.width, 8*hMax), up(j.height, 8*vMax)
	blocks := 0
	for _, c := range j.components {
		c.blocksX, c.blocksY = up(up(j.width*c.h, hMax), 8), up(up(j.height*c.v, vMax), 8)
		c.strideX, c.strideY = j.mcusX*c.h, j.mcusY*c.v
		blocks += c.strideX * c.strideY
	}
	if blocks > mostBlocks {
		return errForeign // too large to be read at all
	}
	return ""
}

// scan decodes the entropy-coded data behind a scan header.
func (j *jpegFile) scan(b []byte) string {
	if len(b) < 1 || j.components == nil {
		return "its header is damaged"
	}
	n := int(b[0])
	if n < 1 || n > 4 || len(b) != 4+2*n {
		return "its header is damaged"
	}
	var in []*component
	for i := range n {
		id, td, ta := int(b[1+2*i]), b[2+2*i]>>4, b[2+2*i]&15
		var c *component
		for _, k := range j.components {
			if k.id == id {
				c = k
			}
		}
		if c == nil || td > 3 || ta > 3 {
			return "its header is damaged"
		}
		c.dc, c.ac, c.predicted = j.tables[0][td], j.tables[1][ta], 0
		c.quantizer = &j.quantizers[c.tq]
		if c.levels == nil {
			c.levels = make([]int16, c.strideX*c.strideY)
			if j.progressive {
				c.coefficients = make([][64]int16, len(c.levels))
			}
		}
		in = append(in, c)
	}
	s := &jpegScan{jpegFile: j, in: in, from: int(b[1+2*n]), to: int(b[2+2*n]), high: int(b[3+2*n] >> 4), low: int(b[3+2*n] & 15)}
	s.bits.data, s.bits.at = j.data, j.at
	if fault := s.possible(); fault != "" {
		return fault
	}
	j.interleaved = n > 1
	fault := s.decode()
	j.at = s.bits.at
	j.scans++
	return fault
}

// coded gives the levels of a plane in the order in which they were coded, and
// how many make a row.
func (j *jpegFile) coded(c *component) (levels []int16, across int) {
	if !j.interleaved || c.h == 1 && c.v == 1 {
		return c.levels, c.strideX
	}
	levels = make([]int16, 0, len(c.levels))
	for mcu := range j.mcusX * j.mcusY {
		x, y := mcu%j.mcusX*c.h, mcu/j.mcusX*c.v
		for k := range c.h * c.v {
			levels = append(levels, c.levels[(y+k/c.h)*c.strideX+x+k%c.h])
		}
	}
	return levels, c.strideX * c.v
}

// jpegScan is one pass over the picture.
type jpegScan struct {
	*jpegFile
	in        []*component
	from, to  int // frequencies, in zigzag order
	high, low int // bits known before and after
	bits      bitReader
	run       int // of blocks without anything more in this scan
}

func (s *jpegScan) possible() string {
	if !s.progressive {
		s.from, s.to, s.high, s.low = 0, 63, 0, 0
	}
	if s.from > s.to || s.to > 63 || s.low > 13 || s.from > 0 && len(s.in) > 1 || s.progressive && s.from == 0 && s.to > 0 {
		return "its header is damaged"
	}
	for _, c := range s.in {
		if s.from == 0 && s.high == 0 && c.dc == nil || s.to > 0 && c.ac == nil || c.quantizer[0] == 0 {
			return "its tables are missing"
		}
	}
	return ""
}

func (s *jpegScan) decode() string {
	across, down := s.mcusX, s.mcusY
	alone := len(s.in) == 1
	if alone {
		across, down = s.in[0].blocksX, s.in[0].blocksY
	}
	next := 0 // number of the restart to come
	for mcu := range across * down {
		if s.interval > 0 && mcu > 0 && mcu%s.interval == 0 {
			if !s.restart(next) {
				return "its parts do not fit together"
			}
			next = (next + 1) % 8
		}
		x, y := mcu%across, mcu/across
		for _, c := range s.in {
			if alone {
				if fault := s.block(c, y*c.strideX+x); fault != "" {
					return fault
				}
				continue
			}
			for k := range c.h * c.v {
				at := (y*c.v+k/c.h)*c.strideX + x*c.h + k%c.h
				if fault := s.block(c, at); fault != "" {
					return fault
				}
			}
		}
	}
	if s.run > 0 || !s.bits.finish() {
		return "it has more than its pixels"
	}
	return ""
}

// restart steps over a restart marker, which must be the right one.
func (s *jpegScan) restart(n int) bool {
	if s.run > 0 || !s.bits.finish() {
		return false
	}
	b := &s.bits
	if b.at+1 >= len(b.data) || b.data[b.at+1] != byte(markerRST0+n) {
		return false
	}
	b.at += 2
	for _, c := range s.in {
		c.predicted = 0
	}
	return true
}

func (s *jpegScan) block(c *component, at int) string {
	switch {
	case !s.progressive:
		return s.sequential(c, at)
	case s.from == 0 && s.high == 0:
		diff, ok := s.difference(c)
		if c.predicted += diff; !ok || c.predicted<<s.low > 2047 || c.predicted<<s.low < -2047 {
			return broken
		}
		c.coefficients[at][0] = int16(c.predicted << s.low)
		return s.level(c, at, int(c.coefficients[at][0]))
	case s.from == 0:
		bit, ok := s.bits.take(1)
		if !ok {
			return short
		}
		c.coefficients[at][0] |= int16(bit << s.low)
		return ""
	case s.high == 0:
		return s.first(&c.coefficients[at], c.ac)
	}
	return s.refine(&c.coefficients[at], c.ac)
}

const (
	broken = "its data are damaged"
	short  = "part of it is missing"
)

// difference reads how the mean of a block differs from that of the one before.
func (s *jpegScan) difference(c *component) (int, bool) {
	size, ok := s.bits.symbol(c.dc)
	if !ok || size > 11 {
		return 0, false
	}
	return s.bits.extended(int(size))
}

// level notes the mean of a block and holds it to what eight bits can mean.
func (s *jpegScan) level(c *component, at, dc int) string {
	q := c.quantizer[0]
	v := dc * q
	if v > 1024+q || v < -1024-q {
		return broken
	}
	c.levels[at] = int16(max(-1100, min(1100, v)))
	return ""
}

// overshoot is by how much of 255 a block's pixels may leave the range of
// pixels before that makes no sense. Some encoders let white go up to 31 above
// itself so that its edge does not ring.
const overshoot = 32

func (s *jpegScan) sequential(c *component, at int) string {
	diff, ok := s.difference(c)
	if !ok {
		return s.why()
	}
	c.predicted += diff
	if fault := s.level(c, at, c.predicted); fault != "" {
		return fault
	}
	energy, slack := 0, 0
	for k := 1; k < 64; k++ {
		rs, ok := s.bits.symbol(c.ac)
		if !ok {
			return s.why()
		}
		run, size := int(rs>>4), int(rs&15)
		if size == 0 {
			if run < 15 {
				if run > 0 {
					return broken
				}
				break
			}
			if k += 15; k > 63 {
				return broken
			}
			continue
		}
		if k += run; k > 63 || size > 10 {
			return broken
		}
		v, ok := s.bits.extended(size)
		if !ok {
			return s.why()
		}
		v *= c.quantizer[k]
		energy += v * v
		slack += c.quantizer[k] * c.quantizer[k]
	}
	if energy > 40_000 && !possible(int(c.levels[at]), energy, slack) {
		return broken
	}
	return ""
}

// possible tells whether 64 pixels of a range can have this mean (times eight)
// and this sum of squares around it: the variance of what lies between a and b
// is at most (b−mean)(mean−a) (Bhatia and Davis, 2000). Each coefficient may be
// off by its quantizer.
func possible(level, energy, slack int) bool {
	mean := float64(level) / 8
	most := 64 * (127 + overshoot - mean) * (mean + 128 + overshoot)
	limit := math.Sqrt(max(0, most)) + math.Sqrt(float64(slack))
	return float64(energy) <= limit*limit
}

func (s *jpegScan) why() string {
	if s.bits.dry {
		return short
	}
	return broken
}

// first reads the first bits of a band of frequencies (T.81, G.1.2.2).
func (s *jpegScan) first(block *[64]int16, ac *huffman) string {
	if s.run > 0 {
		s.run--
		return ""
	}
	for k := s.from; k <= s.to; k++ {
		rs, ok := s.bits.symbol(ac)
		if !ok {
			return s.why()
		}
		run, size := int(rs>>4), int(rs&15)
		if size == 0 {
			if run < 15 {
				more, ok := s.bits.take(run)
				if !ok {
					return short
				}
				s.run = 1<<run + more - 1
				return ""
			}
			k += 15
			continue
		}
		if k += run; k > s.to || size > 10 {
			return broken
		}
		v, ok := s.bits.extended(size)
		if !ok {
			return short
		}
		block[k] = int16(v << s.low)
	}
	return ""
}

// refine reads one more bit of a band of frequencies (T.81, G.1.2.3).
func (s *jpegScan) refine(block *[64]int16, ac *huffman) string {
	k := s.from
	if s.run == 0 {
	bands:
		for ; k <= s.to; k++ {
			rs, ok := s.bits.symbol(ac)
			if !ok {
				return s.why()
			}
			run, size := int(rs>>4), int(rs&15)
			value := int16(0)
			switch {
			case size == 1:
				bit, ok := s.bits.take(1)
				if !ok {
					return short
				}
				value = int16((2*bit - 1) << s.low)
			case size > 1:
				return broken
			case run < 15:
				more, ok := s.bits.take(run)
				if !ok {
					return short
				}
				s.run = 1<<run + more
				break bands
			}
			for ; k <= s.to; k++ {
				if block[k] == 0 {
					if run == 0 {
						block[k] = value
						break
					}
					run--
					continue
				}
				if !s.correct(block, k) {
					return short
				}
			}
			if value != 0 && k > s.to {
				return broken
			}
		}
	}
	if s.run > 0 {
		s.run--
		for ; k <= s.to; k++ {
			if block[k] != 0 && !s.correct(block, k) {
				return short
			}
		}
	}
	return ""
}

// correct reads one more bit of a coefficient that is known not to be zero.
func (s *jpegScan) correct(block *[64]int16, k int) bool {
	bit, ok := s.bits.take(1)
	if !ok {
		return false
	}
	if bit == 1 && block[k]>>s.low&1 == 0 {
		if block[k] > 0 {
			block[k] += 1 << s.low
		} else {
			block[k] -= 1 << s.low
		}
	}
	return true
}
