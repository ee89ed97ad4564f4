package damage

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
)

// PDF looks at the outside of a PDF file: its end and its index. What is
// missing there, a reader makes up for by searching the file, and what it does
// not find it leaves out without a word. It says what is wrong, "" if nothing.
func PDF(data io.ReaderAt, size int64) string {
	const tail = 4096
	end := make([]byte, min(tail, size))
	if n, err := data.ReadAt(end, size-int64(len(end))); err != nil && err != io.EOF || n < len(end) {
		return ""
	}
	at := bytes.LastIndex(end, []byte("startxref"))
	if at < 0 {
		return "it has no end"
	}
	head := make([]byte, 1024)
	n, _ := data.ReadAt(head, 0)
	shift := int64(max(0, bytes.Index(head[:n], []byte("%PDF-")))) // of offsets, where something stands before the file
	start, ok := number(end[at+len("startxref"):])
	if !ok {
		return "its index cannot be found"
	}
	return index(data, start, shift)
}

var (
	section  = regexp.MustCompile(`^\s*(\d+)\s+(\d+)\s+`)
	previous = regexp.MustCompile(`/Prev\s+(\d+)`)
	object   = regexp.MustCompile(`^\s*(\d+)\s+(\d+)\s+obj`)
)

// mostEntries bounds what is looked at of an index.
const mostEntries = 100_000

// index follows the tables of a classic index and holds each entry to the
// object that it names. Where most are wrong the writer is sloppy, which does
// no harm, as readers then search; where a few are, what stood there is lost.
func index(data io.ReaderAt, start, shift int64) string {
	wrong, all := 0, 0
	for tables := 0; tables < 100; tables++ {
		b := make([]byte, 64)
		n, _ := data.ReadAt(b, start+shift)
		b = bytes.TrimLeft(b[:n], "\x00\t\n\f\r ")
		if object.Match(b) {
			break // an index in a stream, whose own checksum holds it
		}
		if !bytes.HasPrefix(b, []byte("xref")) {
			if tables == 0 {
				return "its index cannot be found"
			}
			break
		}
		from := start + shift + int64(n-len(b)) + 4
		table := make([]byte, 20*mostEntries)
		n, _ = data.ReadAt(table, from)
		w, a, next := entries(data, table[:n], shift)
		wrong, all = wrong+w, all+a
		if next <= 0 || all > mostEntries {
			break
		}
		start = next
	}
	if wrong > 0 && wrong*2 < all {
		return "parts of it are not where its index says"
	}
	return ""
}

func entries(data io.ReaderAt, table []byte, shift int64) (wrong, all int, next int64) {
	for {
		m := section.FindSubmatch(table[:min(len(table), 64)])
		if m == nil {
			break
		}
		first, _ := strconv.Atoi(string(m[1]))
		count, err := strconv.Atoi(string(m[2]))
		table = table[len(m[0]):]
		if err != nil || count > len(table)/18 {
			return wrong, all, 0
		}
		for i := range count {
			if len(table) < 18 {
				return wrong, all, 0
			}
			at, ok := number(table[:10])
			inUse := table[17] == 'n'
			table = table[min(len(table), 20):]
			if !ok || !inUse || at == 0 {
				continue
			}
			all++
			if !begins(data, at+shift, first+i) {
				wrong++
			}
		}
	}
	const trailer = 4096
	if m := previous.FindSubmatch(table[:min(len(table), trailer)]); m != nil {
		next, _ = strconv.ParseInt(string(m[1]), 10, 64)
	}
	return wrong, all, next
}

// begins tells whether the object of a number begins at an offset.
func begins(data io.ReaderAt, at int64, id int) bool {
	b := make([]byte, 40)
	n, _ := data.ReadAt(b, at)
	m := object.FindSubmatch(b[:n])
	return m != nil && string(m[1]) == strconv.Itoa(id)
}

func number(b []byte) (int64, bool) {
	b = bytes.TrimLeft(b, "\x00\t\n\f\r ")
	end := 0
	for end < len(b) && b[end] >= '0' && b[end] <= '9' {
		end++
	}
	v, err := strconv.ParseInt(string(b[:end]), 10, 64)
	return v, err == nil
}
