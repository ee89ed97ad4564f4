package reader

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"countersign/extract"
	"countersign/verify/roll"
)

// What the service and its reader processes say to each other: messages of a head in
// JSON and parts in bytes. A message is the number of its frames, then each frame as its
// length and its bytes; numbers are big-endian. The reader is not trusted, for it is
// where hostile files are parsed: whatever it says is bounded here.
type (
	// asked is what a reader is to do: open the file, or with a Page read one.
	asked struct {
		Path    string `json:"path"`
		Name    string `json:"name"` // for sentences
		Page    int    `json:"page,omitempty"`
		Picture bool   `json:"picture,omitempty"` // of the whole page, as well

		Known []extract.Learned `json:"known,omitempty"` // what other pages taught
		Told  extract.Told      `json:"told,omitzero"`   // what a person says of the page
		// that are recognised by their headings
		Forms []extract.KnownForm `json:"forms,omitempty"`

		// pictures of what the page leaves open, as well
		Open bool `json:"open,omitempty"`
		// the file is a membership export, and no sheets
		Export *askedExport `json:"export,omitempty"`

		// the file is a report that a countersign wrote, and no sheets
		Workbook bool `json:"workbook,omitempty"`
	}
	// askedExport is how an export is read.
	askedExport struct {
		Options roll.Options `json:"options"`
		Peek    bool         `json:"peek"` // at its headings and first rows only
	}
	// answered is what came of it. The parts are the sheet, the picture of the page and
	// those of its rows, in their order.
	answered struct {
		Pages  int    `json:"pages,omitempty"`
		SHA256 string `json:"sha256,omitempty"`
		Width  int    `json:"width,omitempty"` // of the page's picture
		Height int    `json:"height,omitempty"`
		// of the page: so many parts are pictures of rows, and those of open points follow
		Rows    int      `json:"rows,omitempty"`
		Refusal *refusal `json:"refusal,omitempty"` // what a person can mend

		// at an export; the parts of a whole one are those of roll.Packed
		Peek    *peeked  `json:"peek,omitempty"`
		Losses  []string `json:"losses,omitempty"`  // for which an export is refused
		Problem string   `json:"problem,omitempty"` // of an export or a workbook, in a sentence
		Trouble string   `json:"trouble,omitempty"` // what is not the file's fault
	}
	// peeked is a roll.Peek, whose problem is an error.
	peeked struct {
		Columns []roll.Column    `json:"columns"`
		Sheets  []roll.SheetSeen `json:"sheets"`
		Problem string           `json:"problem"`
	}
	// refusal is an ingest.InputError.
	refusal struct {
		File    string `json:"file"`
		Page    int    `json:"page"`
		Problem string `json:"problem"`
		Remedy  string `json:"remedy"`
	}
	// greeting is what a reader says once it is ready.
	greeting struct {
		// version of the kernel's Landlock that holds it; 0 for none
		Landlock int    `json:"landlock"`
		Trouble  string `json:"trouble,omitempty"`
	}
)

const (
	mostFrames = 2000 // head, sheet, page and rows
	mostHead   = 1 << 20
	mostPart   = extract.MaxSheet // pictures are smaller
	mostParts  = 2 * mostPart     // of all parts of a page together
	// of all parts of an export or a workbook: some four million members
	mostExport = 512 << 20
)

var errFrames = errors.New("what was said is no message")

// send writes a message.
func send(w io.Writer, head any, parts ...[]byte) error {
	text, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("send a message: %w", err)
	}
	b := bufio.NewWriterSize(w, 64<<10)
	var n [4]byte
	number := func(v int) error {
		binary.BigEndian.PutUint32(n[:], uint32(v))
		_, err := b.Write(n[:])
		return err
	}
	if err := number(1 + len(parts)); err != nil {
		return fmt.Errorf("send a message: %w", err)
	}
	for _, frame := range append([][]byte{text}, parts...) {
		if err := number(len(frame)); err != nil {
			return fmt.Errorf("send a message: %w", err)
		}
		if _, err := b.Write(frame); err != nil {
			return fmt.Errorf("send a message: %w", err)
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("send a message: %w", err)
	}
	return nil
}

// receive reads a message, its head into what head points to. io.EOF, bare, is the end
// between two messages. Most is how many bytes all parts may have.
func receive(r io.Reader, head any, most int) (parts [][]byte, err error) {
	n, err := frameNumber(r)
	switch {
	case err == io.EOF:
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("receive a message: %w", err)
	case n < 1 || n > mostFrames:
		return nil, errFrames
	}
	left := most + mostHead // of all parts together
	for i := range n {
		size, err := frameNumber(r)
		if err != nil {
			return nil, fmt.Errorf("receive a message: %w", err)
		}
		if size > mostPart || size > left || i == 0 && size > mostHead {
			return nil, errFrames
		}
		left -= size
		frame := make([]byte, size)
		if _, err := io.ReadFull(r, frame); err != nil {
			return nil, fmt.Errorf("receive a message: %w", err)
		}
		if i > 0 {
			parts = append(parts, frame)
			continue
		}
		if err := json.Unmarshal(frame, head); err != nil {
			return nil, fmt.Errorf("%w: %w", errFrames, err)
		}
	}
	return parts, nil
}

func frameNumber(r io.Reader) (int, error) {
	var n [4]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return 0, err
	}
	return int(binary.BigEndian.Uint32(n[:])), nil
}
