package damage

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"
)

// Flate inflates zlib data (RFC 1950) and says what is wrong with them, "" if
// nothing. A checksum that is cut off takes nothing from what is seen.
func Flate(data []byte) string {
	if len(data) < 2 || data[0]&15 != 8 || (int(data[0])<<8|int(data[1]))%31 != 0 || data[1]&0x20 != 0 {
		return broken
	}
	rest := bytes.NewReader(data[2:]) // gives single bytes, so that none is taken too many
	sum := adler32.New()
	const most = 1 << 30 // no page has more
	n, err := io.Copy(sum, io.LimitReader(flate.NewReader(rest), most))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return short
	case err != nil:
		return broken
	case n == most || rest.Len() < 4:
		return ""
	case binary.BigEndian.Uint32(data[len(data)-rest.Len():]) != sum.Sum32():
		return broken
	}
	return ""
}
