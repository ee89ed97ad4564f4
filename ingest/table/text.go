package table

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decode turns the bytes of a text file into UTF-8 and says what they were. What is
// neither marked nor valid UTF-8 is taken for Windows-1252, which is what spreadsheets
// write, or for Mac OS Roman where lines end as old Macintoshes ended them.
func decode(data []byte) (text, encoding string, notes []string, err error) {
	if order, ok := wide(data); ok {
		text, _, err := transform.Bytes(unicode.UTF16(order, unicode.UseBOM).NewDecoder(), data)
		if err != nil {
			return "", "", nil, errors.New("seems to be UTF-16 and cannot be read as such: save it as CSV in UTF-8")
		}
		return string(text), "UTF-16", nil, nil
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(data, 0) >= 0 {
		if bytes.Count(data, []byte{0}) > len(data)/100 || !mostlyText(data) {
			return "", "", nil, errors.New("holds zero bytes, as a file does that is no text or was not saved whole: export the members again as CSV or XLSX")
		}
		data = bytes.ReplaceAll(data, []byte{0}, nil)
	}
	if utf8.Valid(data) {
		return string(data), "UTF-8", nil, nil
	}
	var out strings.Builder
	out.Grow(len(data) + len(data)/8)
	table, name := charmap.Windows1252, "Windows-1252"
	if bytes.IndexByte(data, '\n') < 0 && bytes.IndexByte(data, '\r') >= 0 {
		table, name = charmap.Macintosh, "Mac OS Roman"
	}
	marked, other, odd := 0, 0, 0
	for line := range lines(data) {
		if utf8.Valid(line) {
			if !ascii(line) {
				marked++
			}
			out.Write(line)
			continue
		}
		other++
		for _, c := range line {
			if c >= 0x80 && c < 0xa0 && table == charmap.Windows1252 &&
				strings.IndexByte(usual1252, c) < 0 {
				odd++
			}
			out.WriteRune(table.DecodeByte(c))
		}
	}
	if odd > 0 {
		notes = append(notes, fmt.Sprintf("%d letters are none in Windows-1252, as which the file is read, and names with accents may be wrong: save it as CSV in UTF-8", odd))
	}
	if marked > 0 {
		notes = append(notes, fmt.Sprintf("%d lines are in UTF-8 and %d in another encoding, read as %s: look at names with accents", marked, other, name))
		name = "UTF-8 and " + name
	}
	return out.String(), name, notes, nil
}

// usual1252 are the letters, quotation marks and dashes of Windows-1252 where other encodings
// have letters with accents.
const usual1252 = "\x85\x8a\x8c\x8e\x91\x92\x93\x94\x96\x97\x9a\x9c\x9e\x9f"

// wide finds UTF-16 by its byte order mark, or by every other byte of the beginning being
// zero, as text in Latin letters has it.
func wide(data []byte) (unicode.Endianness, bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return unicode.BigEndian, true
	}
	head := data[:min(len(data), 4096)&^1]
	if len(head) < 6 {
		return unicode.LittleEndian, false
	}
	even, odd := 0, 0
	for i := 0; i < len(head); i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	most := len(head) / 2 * 7 / 10
	if even >= most && odd < most {
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, odd >= most && even < most
}

// mostlyText says whether few bytes are ones that no text has.
func mostlyText(data []byte) bool {
	odd := 0
	for _, c := range data[:min(len(data), 1<<16)] {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			odd++
		}
	}
	return odd*200 < len(data[:min(len(data), 1<<16)])
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// lines yields the lines of a text with their ends, whatever these are.
func lines(data []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(data) > 0 {
			n := bytes.IndexAny(data, "\r\n") + 1
			if n == 0 {
				n = len(data)
			}
			if !yield(data[:n]) {
				return
			}
			data = data[n:]
		}
	}
}
