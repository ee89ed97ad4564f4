package extract

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
)

// A sheet in bytes is a header, then one deflated stream: the length of the
// sheet's JSON, the JSON, and the lattices of all words, row by row and in the
// order of the fields' names. The header is checked before anything is unpacked.
//
//	4 bytes  "CSsh"
//	1 byte   version
//	4 bytes  length of what is unpacked, big-endian
//	4 bytes  CRC-32 (IEEE) of what is unpacked
//
// Lattices keep every bit of the probabilities they were made of, for a match
// made of a sheet that was stored must be the match made when it was read. What a
// float32 loses nothing by is that its four bytes lie apart: all first bytes of a
// lattice, then all second ones. Sign and exponent, which vary little, so pack well.
const (
	sheetMagic   = "CSsh"
	sheetVersion = 3
	numbersOnly  = 2 // a version before, which kept digits of member numbers only
	lettersOnly  = 1 // and one whose lattices all had letters only
	sheetHeader  = len(sheetMagic) + 1 + 4 + 4

	// MaxSheet is the most that a sheet may unpack to: some fifty times that of
	// a dense page.
	MaxSheet = 64 << 20

	// maxSheetText is the most that its JSON may have of that. A few bytes of JSON can
	// ask for a hundred times as many in memory.
	maxSheetText = 4 << 20
)

var (
	// ErrDamaged is what DecodeSheet says of bytes that are no whole sheet.
	ErrDamaged = errors.New("the stored sheet is damaged")
	// ErrVersion is what it says of a sheet that another version of the program packed.
	ErrVersion = errors.New("the stored sheet is of another version")
)

// Classes of a lattice as kept: the blank, then A to Z, then the digits where the field
// has any.
const (
	letters = 27
	signs   = letters + 10
)

// SignOf is the sign of a class of a lattice as kept: 0 is the blank, then come A to Z, then
// 0 to 9.
func SignOf(class int) rune {
	switch {
	case class >= letters:
		return '0' + rune(class-letters)
	case class > 0:
		return 'A' + rune(class-1)
	}
	return 0
}

// classesOf is how many classes of a field's lattices a version keeps: names need no digits.
func classesOf(f Field, version byte) int {
	if version == lettersOnly || version == numbersOnly && f != MemberID || !SeenWhole(f) {
		return letters
	}
	return signs
}

// seen is the lattice of a word as it was kept: frames × classes, each the
// probability of the blank, of a letter from A to Z or of a digit.
type seen struct {
	classes int
	p       []float32
}

func (s seen) Frames() int { return len(s.p) / s.classes }

func (s seen) LogProbability(frame int, sign rune) float64 {
	at := frame * s.classes
	switch {
	case sign == 0:
		return math.Log(float64(s.p[at]))
	case sign >= 'A' && sign <= 'Z':
		return math.Log(float64(s.p[at+1+int(sign-'A')]))
	case sign >= '0' && sign <= '9' && s.classes == signs:
		return math.Log(float64(s.p[at+letters+int(sign-'0')]))
	}
	return math.Inf(-1)
}

// see takes down a lattice. Its probabilities are those of float32, as the network gives
// them; the logarithm of one and back is off by far less than half a step.
func see(l Lattice, classes int) seen {
	if s, ok := l.(seen); ok && s.classes == classes {
		return s
	}
	s := seen{classes, make([]float32, l.Frames()*classes)}
	for t := range l.Frames() {
		for i := range classes {
			s.p[t*classes+i] = float32(math.Exp(l.LogProbability(t, SignOf(i))))
		}
	}
	return s
}

// The JSON of a sheet: all but the pictures of its rows, with the frames of each
// word's lattice where there are any.
type (
	sheetJSON struct {
		Sheet
		Rows []rowJSON
	}
	rowJSON struct {
		Row
		Picture *struct{} `json:",omitempty"` // never kept: shadows the row's own
		Fields  []fieldJSON
	}
	fieldJSON struct {
		Field   Field
		Reading Reading
		Frames  []int `json:",omitempty"` // of each word
	}
)

// EncodeSheet packs a sheet with the lattices of its words and without the pictures of
// its rows.
func EncodeSheet(s Sheet) ([]byte, error) { return encodeSheet(s, sheetVersion) }

func encodeSheet(s Sheet, version byte) ([]byte, error) {
	kept := sheetJSON{Sheet: s, Rows: make([]rowJSON, len(s.Rows))}
	kept.Sheet.Rows = nil
	var words []seen
	for i, row := range s.Rows {
		r := rowJSON{Row: row}
		r.Row.Picture, r.Row.Fields = nil, nil
		for _, f := range sortedFields(row.Fields) {
			reading := row.Fields[f]
			field := fieldJSON{Field: f, Reading: reading}
			for _, w := range reading.Words {
				field.Frames = append(field.Frames, w.Frames())
				words = append(words, see(w, classesOf(f, version)))
			}
			r.Fields = append(r.Fields, field)
		}
		kept.Rows[i] = r
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("pack a sheet: %w", err)
	}
	plain := append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
	for _, w := range words {
		plain = w.append(plain)
	}
	if len(plain) > MaxSheet || len(text) > maxSheetText {
		return nil, fmt.Errorf("pack a sheet: it has %d MiB, %d of them text, and at most %d and %d are kept", len(plain)>>20, len(text)>>20, MaxSheet>>20, maxSheetText>>20)
	}
	return packed(plain, version)
}

// DecodeSheet unpacks what EncodeSheet packed. Its rows have no pictures. Bytes that
// are no whole sheet are ErrDamaged; the memory taken is a few times MaxSheet at most.
func DecodeSheet(data []byte) (Sheet, error) {
	var kept sheetJSON
	rest, err := decodeText(data, &kept)
	if err != nil {
		return Sheet{}, err
	}
	s := kept.Sheet
	s.Rows = nil
	for _, r := range kept.Rows {
		row := r.Row
		row.Picture = nil
		row.Fields = make(map[Field]Reading, len(r.Fields))
		for _, f := range r.Fields {
			classes := classesOf(f.Field, data[len(sheetMagic)])
			for _, frames := range f.Frames {
				if frames < 0 || frames > len(rest)/(4*classes) {
					return Sheet{}, fmt.Errorf("%w: a lattice ends early", ErrDamaged)
				}
				n := frames * classes
				f.Reading.Words = append(f.Reading.Words, seen{classes, seenIn(rest[:4*n])})
				rest = rest[4*n:]
			}
			if SeenWhole(f.Field) && classes == letters {
				f.Reading.Words = nil // of several words, or without the digits that count here
			}
			row.Fields[f.Field] = f.Reading
		}
		s.Rows = append(s.Rows, row)
	}
	if len(rest) > 0 {
		return Sheet{}, fmt.Errorf("%w: something follows its end", ErrDamaged)
	}
	return s, nil
}

// DecodeCover unpacks the cover of what EncodeSheet packed, and nothing of its rows, which are
// most of it.
func DecodeCover(data []byte) (Cover, error) {
	var kept struct{ Cover Cover }
	_, err := decodeText(data, &kept)
	return kept.Cover, err
}

// decodeText reads the JSON of a sheet and gives what follows it.
func decodeText(data []byte, into any) (rest []byte, err error) {
	plain, err := unpacked(data)
	if err != nil {
		return nil, err
	}
	if len(plain) < 4 || uint64(binary.BigEndian.Uint32(plain)) > uint64(len(plain)-4) {
		return nil, fmt.Errorf("%w: it ends early", ErrDamaged)
	}
	size := 4 + int(binary.BigEndian.Uint32(plain))
	if size > maxSheetText+4 {
		return nil, fmt.Errorf("%w: its text has %d MiB", ErrDamaged, size>>20)
	}
	if err := json.Unmarshal(plain[4:size], into); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return plain[size:], nil
}

// append adds the lattice's bytes: all first ones, then all second ones, and so on.
func (s seen) append(to []byte) []byte {
	n := len(s.p)
	at := len(to)
	to = append(to, make([]byte, 4*n)...)
	planes := to[at:]
	for i, p := range s.p {
		bits := math.Float32bits(p)
		planes[i], planes[n+i], planes[2*n+i], planes[3*n+i] = byte(bits>>24), byte(bits>>16), byte(bits>>8), byte(bits)
	}
	return to
}

func seenIn(planes []byte) []float32 {
	n := len(planes) / 4
	s := make([]float32, n)
	for i := range s {
		s[i] = math.Float32frombits(uint32(planes[i])<<24 | uint32(planes[n+i])<<16 | uint32(planes[2*n+i])<<8 | uint32(planes[3*n+i]))
	}
	return s
}

func packed(plain []byte, version byte) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(sheetMagic)
	b.WriteByte(version)
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(plain))))
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(plain)))
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("pack a sheet: %w", err)
	}
	if _, err := z.Write(plain); err != nil {
		return nil, fmt.Errorf("pack a sheet: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack a sheet: %w", err)
	}
	return b.Bytes(), nil
}

func unpacked(data []byte) ([]byte, error) {
	if len(data) < sheetHeader || string(data[:len(sheetMagic)]) != sheetMagic {
		return nil, fmt.Errorf("%w: it does not begin like one", ErrDamaged)
	}
	if v := data[len(sheetMagic)]; v < lettersOnly || v > sheetVersion {
		return nil, fmt.Errorf("%w: %d, and this program reads %d: have the page read again", ErrVersion, v, sheetVersion)
	}
	size, sum := binary.BigEndian.Uint32(data[len(sheetMagic)+1:]), binary.BigEndian.Uint32(data[len(sheetMagic)+5:])
	if size > MaxSheet {
		return nil, fmt.Errorf("%w: it claims to have %d MiB", ErrDamaged, size>>20)
	}
	// The buffer grows with what is there: a small file cannot ask for much.
	var plain bytes.Buffer
	n, err := io.Copy(&plain, io.LimitReader(flate.NewReader(bytes.NewReader(data[sheetHeader:])), int64(size)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case n != int64(size), crc32.ChecksumIEEE(plain.Bytes()) != sum:
		return nil, fmt.Errorf("%w: its checksum differs", ErrDamaged)
	}
	return plain.Bytes(), nil
}

func sortedFields(fields map[Field]Reading) []Field {
	var out []Field
	for f := range fields {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}
