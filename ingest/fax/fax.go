// Package fax decodes the codings of fax machines, ITU-T T.4 (group 3, in one
// and in two dimensions) and T.6 (group 4), as TIFF and PDF hold them. Data
// enter; a picture leaves, as far as they go, with what is wrong with them. It is
// strict where decoders mostly forgive: what cannot be right is said.
package fax

import (
	"image"
	"slices"
	"strings"
)

// Options say what the data do not.
type Options struct {
	Width, Height int
	K             int  // as PDF counts: below 0 group 4, 0 group 3, above 0 group 3 in two dimensions
	Aligned       bool // rows begin at bytes
	Inverted      bool // black and white change places
}

// What may be wrong.
const (
	broken = "its data are damaged"
	short  = "part of it is missing"
	long   = "it has more than its pixels"
)

// Decode gives the picture, white where there is nothing, and what is wrong with
// it, "" if nothing.
func Decode(data []byte, o Options) (*image.Gray, string) {
	img := image.NewGray(image.Rect(0, 0, o.Width, o.Height))
	d := &decoder{
		bits: bits{data: data}, Options: o,
		white: table(whiteCodes), black: table(blackCodes),
		above: make([]int, 0, o.Width), row: make([]int, 0, o.Width),
	}
	fault := d.decode(img)
	if o.Inverted {
		for i, v := range img.Pix {
			img.Pix[i] = ^v
		}
	}
	return img, fault
}

type decoder struct {
	Options
	bits         bits
	white, black []uint16
	above, row   []int // where the color changes, white first, in rising order
	oneLine      bool  // the row at hand is coded by itself
	seenEnds     bool  // rows have ends
}

func (d *decoder) decode(img *image.Gray) (fault string) {
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for y := range d.Height {
		if !d.begin() {
			if fault == "" {
				fault = short
			}
			return fault
		}
		ok := false
		if d.K < 0 || d.K > 0 && !d.oneLine {
			ok = d.twoDimensions()
		} else {
			ok = d.oneDimension()
		}
		if !ok {
			fault = broken
			if d.bits.over() {
				return short
			}
			if !d.seenEnds || !d.bits.toLineEnd() {
				return fault
			}
			d.row = append(d.row[:0], d.above...) // as fax machines do
		}
		d.paint(img.Pix[y*img.Stride : y*img.Stride+d.Width])
		d.above, d.row = d.row, d.above[:0]
	}
	if fault == "" && d.bits.left() {
		fault = long
	}
	return fault
}

// begin comes to the next row, false where there is none.
func (d *decoder) begin() bool {
	if d.K < 0 {
		if d.Aligned {
			d.bits.align()
		}
		return !d.bits.over() && d.bits.peek(24) != 0x001001
	}
	ends := 0
	for d.bits.lineEnd() {
		d.seenEnds = true
		if d.K > 0 {
			d.oneLine = d.bits.take(1) == 1
		}
		if ends++; ends > 1 {
			return false // two in a row begin the end of the page
		}
	}
	if ends == 0 {
		if d.Aligned {
			d.bits.align()
		}
		d.oneLine = d.K == 0 || d.bits.take(1) == 1
	}
	return !d.bits.over()
}

// oneDimension reads runs that alternate between white and black.
func (d *decoder) oneDimension() bool {
	at, white := 0, true
	for at < d.Width {
		n, ok := d.run(white)
		if at += n; !ok || at > d.Width {
			return false
		}
		d.change(at)
		white = !white
	}
	return true
}

// change notes that the color changes. A run without length takes the change
// before it back.
func (d *decoder) change(at int) {
	if n := len(d.row); n > 0 && d.row[n-1] == at {
		d.row = d.row[:n-1]
		return
	}
	d.row = append(d.row, at)
}

// run reads one run with the parts that make it up.
func (d *decoder) run(white bool) (int, bool) {
	t := d.black
	if white {
		t = d.white
	}
	for total := 0; ; {
		code := t[d.bits.peek(13)]
		n, length := int(code>>4), uint(code&15)
		if length == 0 || !d.bits.skip(length) {
			return 0, false
		}
		total += n
		if total > d.Width {
			return 0, false
		}
		if n < 64 {
			return total, true
		}
	}
}

// twoDimensions reads a row coded by how it differs from the one above (T.6, 2.2).
func (d *decoder) twoDimensions() bool {
	at, white := -1, true
	for next := 0; at < d.Width; {
		// b1 is the first change above, right of here, to the other color.
		next = max(0, next-2)
		for next < len(d.above) && (d.above[next] <= at || (next%2 == 0) != white) {
			next++
		}
		b1, b2 := d.Width, d.Width
		if next < len(d.above) {
			b1 = d.above[next]
		}
		if next+1 < len(d.above) {
			b2 = d.above[next+1]
		}
		mode, length := modeOf(d.bits.peek(7))
		if length == 0 || !d.bits.skip(length) {
			return false
		}
		switch mode {
		case pass:
			at = b2
		case horizontal:
			first, ok := d.run(white)
			if !ok {
				return false
			}
			second, ok := d.run(!white)
			from := max(at, 0)
			if !ok || from+first+second > d.Width {
				return false
			}
			d.change(from + first)
			d.change(from + first + second)
			at = from + first + second
		default:
			to := b1 + mode
			if to < max(at, 0) || to > d.Width || to == at && at > 0 {
				return false
			}
			d.change(to)
			at, white = to, !white
		}
	}
	return true
}

// Modes of two-dimensional coding; the others are by how many pixels a change
// lies right of the one above.
const (
	pass       = 100
	horizontal = 101
)

// modeOf finds the mode that seven bits begin with; its length is 0 if there is
// none (T.4, table 4).
func modeOf(seven uint32) (mode int, length uint) {
	switch {
	case seven>>6 == 1:
		return 0, 1
	case seven>>4 == 0b011:
		return 1, 3
	case seven>>4 == 0b010:
		return -1, 3
	case seven>>4 == 0b001:
		return horizontal, 3
	case seven>>3 == 0b0001:
		return pass, 4
	case seven>>1 == 0b000011:
		return 2, 6
	case seven>>1 == 0b000010:
		return -2, 6
	case seven == 0b0000011:
		return 3, 7
	case seven == 0b0000010:
		return -3, 7
	}
	return 0, 0
}

// paint blackens a white row between its changes.
func (d *decoder) paint(row []byte) {
	for i := 0; i < len(d.row); i += 2 {
		from, to := min(d.row[i], len(row)), len(row)
		if i+1 < len(d.row) {
			to = min(d.row[i+1], len(row))
		}
		clear(row[from:max(from, to)])
	}
}

// bits reads bits, the highest of a byte first; beyond the end they are 0.
type bits struct {
	data []byte
	at   int // in bits
}

func (b *bits) peek(n uint) uint32 {
	var v uint64
	from := b.at / 8
	for i := range 5 {
		v <<= 8
		if from+i < len(b.data) {
			v |= uint64(b.data[from+i])
		}
	}
	return uint32(v >> (40 - n - uint(b.at%8)) & (1<<n - 1))
}

// skip fails where there are not that many.
func (b *bits) skip(n uint) bool {
	b.at += int(n)
	return b.at <= 8*len(b.data)
}

func (b *bits) take(n uint) uint32 {
	v := b.peek(n)
	b.at += int(n)
	return v
}

func (b *bits) over() bool { return b.at >= 8*len(b.data) }
func (b *bits) align()     { b.at = (b.at + 7) / 8 * 8 }

// lineEnd steps over the end of a row, eleven zeros or more and a one, if that
// comes next.
func (b *bits) lineEnd() bool {
	if b.over() || b.peek(11) != 0 {
		return false
	}
	was := b.at
	if b.at += 11; !b.toOne() {
		b.at = was
		return false
	}
	return true
}

// toOne steps beyond the next bit that is set.
func (b *bits) toOne() bool {
	for !b.over() {
		if b.at%8 == 0 && b.data[b.at/8] == 0 {
			b.at += 8
			continue
		}
		if b.take(1) == 1 {
			return true
		}
	}
	return false
}

// toLineEnd comes to the next end of a row.
func (b *bits) toLineEnd() bool {
	for ; !b.over(); b.at++ {
		if b.peek(11) == 0 {
			was := b.at
			if b.toOne() {
				b.at = was
				return true
			}
			return false
		}
	}
	return false
}

// left tells whether more follows the picture than the mark of its end and what
// fills up: zeros, or a byte or two. Behind the mark anything may follow: some programs leave
// the rest of a TIFF there.
func (b *bits) left() bool {
	ends := 0
	for b.lineEnd() {
		if ends++; ends > 1 {
			return false
		}
		if b.peek(12) == 0x800 {
			b.at++ // the tag of a row in two dimensions
		}
	}
	b.align()
	rest := b.data[min(b.at/8, len(b.data)):]
	const line = 2 // bytes that may end a stream in a PDF
	return len(rest) > line && slices.ContainsFunc(rest, func(c byte) bool { return c != 0 })
}

// table finds runs by the 13 bits that begin with their code: the run, times
// sixteen, plus the length of the code; 0 where there is no code.
func table(codes string) []uint16 {
	const width = 13
	t := make([]uint16, 1<<width)
	for i, code := range strings.Fields(codes) {
		run := i
		if i >= 64 {
			run = (i - 63) * 64
		}
		from := 0
		for _, c := range code {
			from = from<<1 | int(c-'0')
		}
		shift := width - len(code)
		for s := from << shift; s < (from+1)<<shift; s++ {
			t[s] = uint16(run<<4 | len(code))
		}
	}
	return t
}
